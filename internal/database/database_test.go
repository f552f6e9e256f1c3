package database_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"causeway/internal/database"
	"causeway/internal/store/storetest"
)

func migrate(ctx context.Context, db *database.DB) error {
	return db.Migrate(ctx, fstest.MapFS{"00001_first.sql": {Data: []byte(`-- +goose Up
create table items (
	id     text   not null primary key,
	count  bigint not null,
	body   bytea,
	open   boolean not null default true,
	unique (count)
);
`)}})
}

func add(ctx context.Context, tx *database.Tx, id string, count int) error {
	_, err := tx.ExecContext(ctx, "insert into items (id, count) values ($1, $2)", id, count)
	return err
}

func countItems(t testing.TB, db *database.DB) (n int) {
	t.Helper()
	if err := db.Read().QueryRowContext(t.Context(), "select count(*) from items").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneTextForBothEngines(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		if got := string(db.Engine()); !strings.HasSuffix(t.Name(), got) {
			t.Errorf("engine = %q", got)
		}
		if (db.Pool() != nil) != (db.Engine() == database.PostgreSQL) {
			t.Error("the native pool belongs to PostgreSQL alone")
		}
		err := db.Tx(ctx, func(tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, "insert into items (id, count, body, open) values ($1, $2, $3, $4)", "a", int64(1)<<40, []byte{0, 255}, false)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var (
			id    string
			count int64
			body  []byte
			open  bool
		)
		query := "select id, count, body, open from items where open = $1 limit $2 "
		err = db.Tx(ctx, func(tx *database.Tx) error {
			return tx.QueryRowContext(ctx, query+db.SkipLocked(), false, 10).Scan(&id, &count, &body, &open)
		})
		if err != nil || id != "a" || count != 1<<40 || string(body) != "\x00\xff" || open {
			t.Errorf("read back %q %d %x %v, %v", id, count, body, open, err)
		}
		var now int64
		if err := db.Read().QueryRowContext(ctx, "select "+db.Now()).Scan(&now); err != nil {
			t.Fatal(err)
		}
		if off := time.Since(time.UnixMilli(now)).Abs(); off > time.Minute {
			t.Errorf("the database's clock is %v away", off)
		}
	})
}

func TestRowsTakenByOneTransactionAreSkippedByAnother(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.PostgreSQL(t), migrate)
	ctx := t.Context()
	take := func(tx *database.Tx) (id string, err error) {
		err = tx.QueryRowContext(ctx, "select id from items order by count limit 1 "+db.SkipLocked()).Scan(&id)
		return id, err
	}
	err := db.Tx(ctx, func(tx *database.Tx) error {
		return errors.Join(add(ctx, tx, "a", 1), add(ctx, tx, "b", 2))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(ctx, func(tx *database.Tx) error {
		first, err := take(tx)
		if err != nil {
			return err
		}
		return db.Tx(ctx, func(other *database.Tx) error {
			second, err := take(other)
			if first != "a" || second != "b" {
				t.Errorf("took %q and %q", first, second)
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadRefusesWritesOnSQLite(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t), migrate)
	_, err := db.Read().ExecContext(t.Context(), "insert into items (id, count) values ('a', 1)")
	if err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("write through Read: %v", err)
	}
}

func TestSQLiteIsDurableAndPrivate(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn, migrate)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2" /* FULL */, "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := db.Writer().QueryRowContext(t.Context(), "pragma "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, want %q; %v", pragma, got, want, err)
		}
	}
	file := strings.TrimPrefix(dsn, "sqlite:")
	for _, name := range []string{file, file + "-wal", file + ".lock"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want mode 0600", filepath.Base(name), info, err)
		}
	}
}

func TestASecondServerOnOneSQLiteFileIsRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "a folder", "50% of #1?.db") // made when missing, whatever its name
	first, err := database.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.Open(ctx, dsn); !errors.Is(err, database.ErrInUse) {
		t.Errorf("second Open: %v, want ErrInUse", err)
	}
	if err := migrate(ctx, first); err != nil {
		t.Fatal(err)
	}
	beside, err := database.OpenBeside(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := beside.Tx(ctx, func(tx *database.Tx) error { return add(ctx, tx, "a", 1) }); err != nil {
		t.Errorf("a short command beside the server: %v", err)
	}
	if n := countItems(t, first); n != 1 {
		t.Errorf("the server sees %d items, want 1", n)
	}
	if err := errors.Join(beside.Close(), first.Close()); err != nil {
		t.Fatal(err)
	}
	again, err := database.Open(ctx, dsn)
	if err != nil {
		t.Fatalf("Open after Close: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	notADatabase := filepath.Join(t.TempDir(), "notes.db")
	if err := os.WriteFile(notADatabase, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{
		"":                       "must be sqlite:",
		"mysql://root@localhost": "must be sqlite:",
		"/var/lib/causeway.db":   "must be sqlite:",
		"sqlite:":                "must be sqlite:",
		"sqlite:" + notADatabase: "not a database",
		"postgres://ana:hunter2@127.0.0.1:1/none?connect_timeout=2": "open PostgreSQL",
		"postgres://ana:hunter2@127.0.0.1:port/none":                "open PostgreSQL",
	} {
		db, err := database.Open(t.Context(), dsn)
		if db != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want %q", dsn, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestMigrationsRunOnceAndInOrder(t *testing.T) {
	t.Parallel()
	one := &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table a (id text primary key);\n")}
	two := &fstest.MapFile{Data: []byte("-- +goose Up\nalter table a add column n bigint not null default 7;\ninsert into a (id) values ('x');\n")}
	broken := &fstest.MapFile{Data: []byte("-- +goose Up\ninsert into a (id) values ('y');\nnonsense;\n")}
	storetest.Databases(t, nil, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		newer := fstest.MapFS{"00001_a.sql": one, "00002_n.sql": two}
		for _, files := range []fstest.MapFS{{"00001_a.sql": one}, newer, newer, {"00001_a.sql": one}} { // the last: an older version beside a newer
			if err := db.Migrate(ctx, files); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Migrate(ctx, fstest.MapFS{"00001_a.sql": one, "00002_n.sql": two, "00003_broken.sql": broken}); err == nil {
			t.Error("a broken migration went through")
		}
		var rows, n int
		err := db.Read().QueryRowContext(ctx, "select count(*), max(n) from a").Scan(&rows, &n)
		if err != nil || rows != 1 || n != 7 {
			t.Errorf("%d rows, n = %d, %v; want 1 row, n = 7: nothing of the broken one", rows, n, err)
		}
	})
}

func TestProcessesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	dsn := storetest.PostgreSQL(t)
	errs := make(chan error)
	for range 4 {
		go func() {
			db, err := database.Open(t.Context(), dsn+"&pool_max_conns=2")
			if err == nil {
				err = errors.Join(migrate(t.Context(), db), db.Close())
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestAloneLetsOneInAtATime(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.PostgreSQL(t), nil)
	inside, leave, second := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	first := make(chan error, 1)
	go func() {
		first <- db.Alone(t.Context(), "x", func(context.Context) error {
			close(inside)
			<-leave
			return sql.ErrNoRows
		})
	}()
	<-inside
	if err := db.Alone(t.Context(), "y", func(context.Context) error { return nil }); err != nil {
		t.Errorf("another name: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := db.Alone(ctx, "x", func(context.Context) error { return nil }); err == nil {
		t.Error("two were inside at once")
	}
	go func() { second <- db.Alone(t.Context(), "x", func(context.Context) error { return nil }) }()
	close(leave)
	if err := <-first; !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("first: %v", err)
	}
	if err := <-second; err != nil {
		t.Errorf("second: %v", err)
	}
}
