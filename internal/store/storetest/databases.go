// Package storetest gives tests real databases: a fresh SQLite file and a fresh PostgreSQL database for each, gone when the test ends. Conformance
// suites of the storage lie beside it.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"causeway/internal/database"
)

// Databases runs test twice in parallel, as the sub-tests "sqlite" and "postgres", each on a database of its own that migrate (nil: nothing) has prepared.
func Databases(t *testing.T, migrate func(context.Context, *database.DB) error, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	for engine, dsn := range map[database.Engine]func(testing.TB) string{database.SQLite: SQLite, database.PostgreSQL: PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, dsn(t), migrate))
		})
	}
}

// Open opens the database at dsn, has migrate (nil: nothing) prepare it, and closes it when the test ends.
func Open(t testing.TB, dsn string, migrate func(context.Context, *database.DB) error) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if migrate != nil {
		if err := migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// SQLite is the address of a SQLite file that does not exist yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "causeway.db")
}

// PostgreSQL is the address of a new, empty PostgreSQL database on the server of TEST_DATABASE_URL, dropped when the test ends, by force. Without
// a server the test is skipped, or fails where CI is set.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TEST_DATABASE_URL")
	if server == "" {
		server = "postgres://postgres@127.0.0.1:5432/postgres"
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := administer(t.Context(), server, "create database "+name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("no PostgreSQL: ", err)
	}
	t.Cleanup(func() {
		if err := administer(context.Background(), server, "drop database if exists "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + name
	query := address.Query()
	query.Set("pool_max_conns", "3") // many tests share one server: a listener, a transaction and one more
	address.RawQuery = query.Encode()
	return address.String()
}

// administer runs one statement on the server, waiting a while for others that have it busy: a connection too many, a template in use.
func administer(ctx context.Context, server, statement string) error {
	const tooManyConnections, objectInUse = "53300", "55006"
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := once(ctx, server, statement)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != tooManyConnections && pg.Code != objectInUse {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func once(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
