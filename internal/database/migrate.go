package database

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Migrate brings the schema up to the newest of the numbered files (00001_name.sql, with goose's "-- +goose Up" marks) at the root of files: one text
// for both engines. Processes that start together take turns. A database that is ahead of files (a newer version runs beside this one, or did) is left as it is.
func (db *DB) Migrate(ctx context.Context, files fs.FS) error {
	dialect := goose.DialectSQLite3
	if db.engine == PostgreSQL {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, db.writer, files, goose.WithDisableGlobalRegistry(true), goose.WithTableName("schema_versions"))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	err = db.Alone(ctx, "migrate", func(ctx context.Context) error {
		_, err := provider.Up(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
