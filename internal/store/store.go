// Package store keeps what the product knows, on SQLite or PostgreSQL: one type for each package that asks for storage, named
// after it (Policy, Accounts, Chats, …), in a file of the same name, with one SQL text for both engines.
//
// A fact and the jobs that follow from it are stored by one method, in one transaction that never leaves it. Secrets arrive
// sealed. Times are UTC milliseconds. The tenant is part of every key.
//
// The interfaces belong to the packages that use them; storetest holds a conformance suite for each. Below it stand database and
// jobs.
package store

import (
	"embed"
	"io/fs"

	"causeway/internal/database"
	"causeway/internal/jobs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the numbered files of the schema, for database.DB.Migrate. The tables of the jobs are not among them.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // cannot happen: the folder is embedded
	}
	return files
}

// Backend is what every type of this package is made of.
type Backend struct {
	DB   *database.DB
	Jobs *jobs.Queue
}
