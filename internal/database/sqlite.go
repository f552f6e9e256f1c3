package database

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// openSQLite opens the file with one writer and several readers. Commits are synced in full (synchronous=FULL), because what was acknowledged to
// another service must survive a power cut; WAL with less may roll an acknowledged commit back.
func openSQLite(ctx context.Context, path string, alone bool) (_ *DB, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	if err := makeFile(path); err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	db := &DB{engine: SQLite}
	if alone {
		if db.lock, err = lockFile(path + ".lock"); err != nil {
			return nil, err
		}
	}
	db.writer, err = openStatements(sqliteDSN(path, "synchronous(FULL)", "foreign_keys(1)", "journal_size_limit(67108864)") + "&_txlock=immediate")
	if err == nil {
		db.writer.SetMaxOpenConns(1)
		db.reader, err = openStatements(sqliteDSN(path, "query_only(1)"))
	}
	if err != nil { // only when the driver is missing or the address malformed: no connection was made yet
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	readers := max(4, runtime.NumCPU())
	db.reader.SetMaxOpenConns(readers)
	db.reader.SetMaxIdleConns(readers)
	for _, pool := range []*sql.DB{db.writer, db.reader} { // the writer first: it turns WAL on
		if err := pool.PingContext(ctx); err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("open SQLite file %s: %w", path, err)
		}
	}
	return db, nil
}

func sqliteDSN(path string, pragmas ...string) string {
	values := url.Values{"_pragma": append([]string{"busy_timeout(5000)", "journal_mode(WAL)", "temp_store(MEMORY)"}, pragmas...)}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/… as file:///C:/…
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: values.Encode()}).String()
}

// makeFile creates the database file readable by its owner alone; SQLite gives its WAL the same mode.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}
