// Package database opens the product's one database, SQLite (a file, one machine) or PostgreSQL (several machines), and owns how it is written to:
// transactions, group commit, migrations, and the few words that differ between the two.
//
// Everything else is one SQL text for both engines, with $1 placeholders; ids are text, times are UTC milliseconds in bigint columns, secrets and
// bodies are bytea. Package jobs joins its transactions; package store holds the queries. Nobody else imports it but app.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Engine is the kind of database behind a DB.
type Engine string

// The engines that there are.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgres"
)

// ErrInUse says that another process already serves the SQLite file. Only PostgreSQL is made for several.
var ErrInUse = errors.New("database: another causeway process is using this SQLite file; stop it, or use PostgreSQL to run several")

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine Engine
	writer *sql.DB // SQLite: one connection. PostgreSQL: the pool.
	reader *sql.DB // SQLite: several connections that refuse writes. PostgreSQL: the writer itself.
	pool   *pgxpool.Pool
	lock   *os.File // SQLite: held while open, so that a second process is refused
	group  group
}

// Open opens "sqlite:/path/to/file.db" or "postgres://…" and makes sure that it answers. A SQLite file (and its folder) is made when missing, readable
// by the owner alone, and locked for this process until Close: a second Open of it fails with ErrInUse.
func Open(ctx context.Context, dsn string) (*DB, error) {
	return open(ctx, dsn, true)
}

// OpenBeside opens the same for a short command of an administrator while a server may be running on it: nothing is locked, and on SQLite a write
// waits up to five seconds for its turn.
func OpenBeside(ctx context.Context, dsn string) (*DB, error) {
	return open(ctx, dsn, false)
}

func open(ctx context.Context, dsn string, alone bool) (*DB, error) {
	scheme, rest, found := strings.Cut(dsn, ":")
	switch {
	case found && scheme == "sqlite" && rest != "":
		return openSQLite(ctx, rest, alone)
	case found && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgreSQL(ctx, dsn)
	}
	return nil, errors.New("database: the address must be sqlite:/path/to/file.db or postgres://user@host/name")
}

// Engine tells which kind of database this is.
func (db *DB) Engine() Engine { return db.engine }

// Read is for queries outside a transaction. On SQLite it refuses writes, and its queries run beside the one writer.
func (db *DB) Read() *sql.DB { return db.reader }

// Writer is for a library that must write by itself (package jobs). On SQLite it has one connection: never use it inside Tx, it would wait for itself.
func (db *DB) Writer() *sql.DB { return db.writer }

// Pool is the native PostgreSQL pool under Read and Writer, for LISTEN and the like; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Close waits for what is running, closes every connection and gives the file free.
func (db *DB) Close() error {
	errs := []error{db.writer.Close()}
	if db.reader != db.writer {
		errs = append(errs, db.reader.Close())
	}
	if db.pool != nil {
		db.pool.Close()
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// SkipLocked ends a select whose rows this transaction takes for itself while others pass over them: `"select … limit $1 " + db.SkipLocked()`.
// It is empty on SQLite, where there is one writer.
func (db *DB) SkipLocked() string {
	if db.engine == PostgreSQL {
		return "for update skip locked"
	}
	return ""
}

// Now is an SQL expression: the database's own clock in UTC milliseconds, the same for all processes. Leases are measured with it.
func (db *DB) Now() string {
	if db.engine == PostgreSQL {
		return "(extract(epoch from clock_timestamp()) * 1000)::bigint"
	}
	return "cast(unixepoch('subsec') * 1000 as integer)"
}
