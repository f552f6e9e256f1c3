package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"causeway/internal/database"
	"causeway/internal/store/storetest"
)

// A statement that is used again is parsed once, and read twice at the same time it is still itself; tables that change meanwhile, and more
// statements than are kept, make no difference.
func TestStatementsAreKept(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ctx := t.Context()
	do := func(work func(ctx context.Context, tx *database.Tx) error) {
		t.Helper()
		if err := db.Tx(ctx, func(tx *database.Tx) error { return work(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	const all, insert = "select id from things order by id", "insert into things (id) values ($1)"
	do(func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.ExecContext(ctx, "create table things (id integer primary key)"); err != nil {
			return err
		}
		for id := range 5 {
			if _, err := tx.ExecContext(ctx, insert, id); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, insert, 0)
		if err == nil {
			t.Error("the same id went in twice")
		}
		_, err = tx.ExecContext(ctx, insert, 9)
		return err
	})
	do(func(ctx context.Context, tx *database.Tx) error { // within another reading of the same
		for range 3 {
			seen := ""
			err := each(ctx, tx, all, func(id int) error {
				n := 0
				err := each(ctx, tx, all, func(int) error { n++; return nil })
				seen += fmt.Sprintf("%d/%d ", id, n)
				return err
			})
			if err != nil || seen != "0/6 1/6 2/6 3/6 4/6 9/6 " {
				t.Errorf("read %q, %v", seen, err)
			}
		}
		return nil
	})
	do(func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, "alter table things add column name text not null default 'x'")
		return err
	})
	for range 3 { // in a transaction that ends while rows are open, and in one that is given up in the middle
		gone, leave := context.WithCancel(ctx)
		err := db.Tx(gone, func(tx *database.Tx) error {
			err := each(gone, tx, all, func(id int) error {
				if id == 2 {
					leave()
				}
				return nil
			})
			return errors.Join(err, errors.New("not after all"))
		})
		if leave(); err == nil {
			t.Error("it was not given up")
		}
	}
	for range 2 {
		for n := range 300 {
			var got int
			if err := db.Read().QueryRowContext(ctx, fmt.Sprintf("select %d + count(*) from things where name = $1", n), "x").Scan(&got); err != nil || got != n+6 {
				t.Fatalf("%d: %d, %v", n, got, err)
			}
		}
	}
	for range 3 {
		if err := each(ctx, db.Read(), all, func(int) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.Kept(ctx); err != nil || n == 0 || n > 128 {
		t.Errorf("%d statements are kept, %v", n, err)
	}
}

// each reads whole numbers.
func each(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, query string, use func(int) error,
) (err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return err
		}
		if err := use(n); err != nil {
			return err
		}
	}
	return rows.Err()
}

// BenchmarkSmallQuery is a query as most are: one row by its key, of a table with an index.
func BenchmarkSmallQuery(b *testing.B) {
	db, err := database.Open(b.Context(), storetest.SQLite(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.Tx(b.Context(), func(tx *database.Tx) error {
		_, err := tx.ExecContext(b.Context(), "create table things (tenant text, id text, name text, primary key (tenant, id))")
		if err == nil {
			_, err = tx.ExecContext(b.Context(), "insert into things values ('t', 'a', 'Ana')")
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var name string
		if err := db.Read().QueryRowContext(b.Context(), "select name from things where tenant = $1 and id = $2", "t", "a").Scan(&name); err != nil || name != "Ana" {
			b.Fatal(name, err)
		}
	}
}
