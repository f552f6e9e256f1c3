package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// How often a transaction that PostgreSQL undid because of others is tried in all.
const maxTries = 5

// Tx is a running transaction. A query goes through the embedded sql.Tx, always by its Context methods.
type Tx struct {
	*sql.Tx
	// Conn is the connection that the transaction runs on, for a library that joins it natively (Conn.Raw).
	Conn *sql.Conn

	after []func()
}

// AfterCommit has f called once the transaction is stored, before its caller is answered; never if it is not. f must be quick, and call no Group.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Tx runs work in one write transaction: committed when work returns nil, rolled back on an error, a panic or the end of ctx. The error of work comes
// back as it is. On PostgreSQL work runs again when the transaction fell to a deadlock or a serialization failure, so it must have no effect outside tx.
// Inside work use tx alone: with the single writer of SQLite any other write would wait for itself.
func (db *DB) Tx(ctx context.Context, work func(*Tx) error) error {
	for try := 1; ; try++ {
		after, err := db.try(ctx, work)
		if err == nil {
			for _, f := range after {
				f()
			}
			return nil
		}
		if try == maxTries || !mayRetry(err) {
			return err
		}
		if err := pause(ctx, time.Duration(try)*10*time.Millisecond); err != nil {
			return err
		}
	}
}

func (db *DB) try(ctx context.Context, work func(*Tx) error) (after []func(), err error) {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = conn.Close() }()
	sqlTx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = sqlTx.Rollback() }() // of no effect after the commit
	tx := &Tx{Tx: sqlTx, Conn: conn}
	if err := work(tx); err != nil {
		return nil, because(ctx, err)
	}
	if err := sqlTx.Commit(); err != nil {
		return nil, because(ctx, fmt.Errorf("commit: %w", err))
	}
	return tx.after, nil
}

// because names the end of ctx where database/sql tells only that it rolled back by itself.
func because(ctx context.Context, err error) error {
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		return fmt.Errorf("transaction ended: %w", ctx.Err())
	}
	return err
}

// pause waits up to twice d, at random, so that two transactions that fell over each other do not meet again.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d/2 + rand.N(d)) // #nosec G404 -- no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Alone runs work while no other process runs the work of the same name on this database; others wait. On SQLite the file lock has seen to it already.
func (db *DB) Alone(ctx context.Context, name string, work func(ctx context.Context) error) error {
	if db.engine == SQLite {
		return work(ctx)
	}
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("lock %q: %w", name, err)
	}
	defer func() { _ = conn.Close() }()
	hash := fnv.New64a()
	_, _ = hash.Write([]byte("causeway " + name))
	key := int64(hash.Sum64())
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock($1)", key); err != nil {
		return fmt.Errorf("lock %q: %w", name, err)
	}
	defer func() { // also when ctx ended: the connection goes back to the pool and must not keep the lock
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", key)
	}()
	return work(ctx)
}
