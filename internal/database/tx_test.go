package database_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"causeway/internal/database"
	"causeway/internal/store/storetest"
)

func TestTxStoresAllOrNothing(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		told := ""
		work := func(id string, count int, end func() error) func(*database.Tx) error {
			return func(tx *database.Tx) error {
				tx.AfterCommit(func() { told += id })
				if err := add(t.Context(), tx, id, count); err != nil {
					return err
				}
				return end()
			}
		}
		if err := db.Tx(ctx, work("a", 1, func() error { return nil })); err != nil {
			t.Fatal(err)
		}
		if err := db.Tx(ctx, work("b", 2, func() error { return refused })); !errors.Is(err, refused) {
			t.Errorf("error of the work: %v", err)
		}
		if err := db.Tx(ctx, work("c", 1, func() error { return nil })); err == nil {
			t.Error("two items with one count")
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.Tx(ctx, work("d", 4, func() error { panic("oh") }))
		}()
		err := db.Tx(ctx, work("e", 5, func() error { cancel(); return nil }))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before the commit: %v", err)
		}
		if n := countItems(t, db); n != 1 || told != "a" {
			t.Errorf("%d items stored and %q told, want a alone", n, told)
		}
	})
}

func TestTxMayWriteAgainAfterTheCommit(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		var second error
		err := db.Tx(ctx, func(tx *database.Tx) error {
			tx.AfterCommit(func() {
				second = db.Tx(ctx, func(tx *database.Tx) error { return add(ctx, tx, "b", 2) })
			})
			return add(ctx, tx, "a", 1)
		})
		if n := countItems(t, db); err != nil || second != nil || n != 2 {
			t.Errorf("%v, %v, %d items", err, second, n)
		}
	})
}

func TestTxOutlivesADeadlock(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.PostgreSQL(t), migrate)
	ctx := t.Context()
	err := db.Tx(ctx, func(tx *database.Tx) error {
		return errors.Join(add(ctx, tx, "a", 1), add(ctx, tx, "b", 100))
	})
	if err != nil {
		t.Fatal(err)
	}
	var meet sync.WaitGroup // both hold their first row before either wants its second
	meet.Add(2)
	var tries atomic.Int32
	cross := func(first, second string) error {
		waited := false
		return db.Tx(ctx, func(tx *database.Tx) error {
			tries.Add(1)
			const up = "update items set count = count + 1 where id = $1"
			if _, err := tx.ExecContext(ctx, up, first); err != nil {
				return err
			}
			if !waited {
				waited = true
				meet.Done()
				meet.Wait()
			}
			_, err := tx.ExecContext(ctx, up, second)
			return err
		})
	}
	other := make(chan error, 1)
	go func() { other <- cross("b", "a") }()
	if err := errors.Join(cross("a", "b"), <-other); err != nil {
		t.Fatal(err)
	}
	var a, b int
	err = db.Read().QueryRowContext(ctx, "select (select count from items where id = 'a'), (select count from items where id = 'b')").Scan(&a, &b)
	if err != nil || a != 3 || b != 102 || tries.Load() < 3 {
		t.Errorf("a = %d, b = %d after %d tries, %v; want 3, 102 and one more try than two", a, b, tries.Load(), err)
	}
}

func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		if err := db.Tx(ctx, func(tx *database.Tx) error { return add(ctx, tx, "a", 0) }); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 5 {
					err := db.Tx(ctx, func(tx *database.Tx) error {
						var n int
						if err := tx.QueryRowContext(ctx, "select count from items where id = 'a' "+lockRow(db)).Scan(&n); err != nil {
							return err
						}
						_, err := tx.ExecContext(ctx, "update items set count = $1 where id = 'a'", n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		var n int
		if err := db.Read().QueryRowContext(ctx, "select count from items").Scan(&n); err != nil || n != 40 {
			t.Errorf("counted %d, want 40; %v", n, err)
		}
	})
}

// lockRow makes PostgreSQL hold a row from its reading on; the one writer of SQLite does so anyway.
func lockRow(db *database.DB) string {
	if db.Engine() == database.PostgreSQL {
		return "for update"
	}
	return ""
}
