package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"causeway/internal/database"
)

// engine is River on one of the two databases.
type engine interface {
	insert(ctx context.Context, tx *database.Tx, params []river.InsertManyParams) error
	get(ctx context.Context, tx *database.Tx, id int64) (*rivertype.JobRow, error)
	retry(ctx context.Context, tx *database.Tx, id int64) error
	list(ctx context.Context, params *river.JobListParams) ([]*rivertype.JobRow, error)
	migrate(ctx context.Context) error
	start(ctx context.Context) error
	stop(ctx context.Context) error
}

func newEngine(db *database.DB, config *river.Config) (engine, error) {
	if db.Engine() == database.PostgreSQL {
		return newRivers(riverpgxv5.New(db.Pool()), config, joinPostgreSQL, nil)
	}
	bell := newBell()
	return newRivers(sqliteDriver{riversqlite.New(db.Writer()), bell}, config, joinSQLite, bell.ring)
}

// rivers is the engine for a driver whose transactions are of type T.
type rivers[T any] struct {
	client *river.Client[T]
	driver riverdriver.Driver[T]
	join   func(tx *database.Tx, work func(T) error) error
	ring   func() // wakes this process after a commit; nil where the database does that
}

func newRivers[T any](driver riverdriver.Driver[T], config *river.Config, join func(*database.Tx, func(T) error) error, ring func()) (engine, error) {
	client, err := river.NewClient(driver, config)
	if err != nil {
		return nil, err
	}
	return &rivers[T]{client: client, driver: driver, join: join, ring: ring}, nil
}

func (r *rivers[T]) insert(ctx context.Context, tx *database.Tx, params []river.InsertManyParams) error {
	if r.ring != nil {
		tx.AfterCommit(r.ring)
	}
	return r.join(tx, func(t T) error {
		_, err := r.client.InsertManyTx(ctx, t, params)
		return err
	})
}

func (r *rivers[T]) get(ctx context.Context, tx *database.Tx, id int64) (row *rivertype.JobRow, err error) {
	err = r.join(tx, func(t T) error {
		row, err = r.client.JobGetTx(ctx, t, id)
		return err
	})
	return row, err
}

func (r *rivers[T]) retry(ctx context.Context, tx *database.Tx, id int64) error {
	if r.ring != nil {
		tx.AfterCommit(r.ring)
	}
	return r.join(tx, func(t T) error {
		_, err := r.client.JobRetryTx(ctx, t, id)
		return err
	})
}

func (r *rivers[T]) list(ctx context.Context, params *river.JobListParams) ([]*rivertype.JobRow, error) {
	result, err := r.client.JobList(ctx, params)
	if err != nil {
		return nil, err
	}
	return result.Jobs, nil
}

func (r *rivers[T]) migrate(ctx context.Context) error {
	migrator, err := rivermigrate.New(r.driver, nil)
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (r *rivers[T]) start(ctx context.Context) error { return r.client.Start(ctx) }
func (r *rivers[T]) stop(ctx context.Context) error  { return r.client.Stop(ctx) }

func joinSQLite(tx *database.Tx, work func(*sql.Tx) error) error { return work(tx.Tx) }

// joinPostgreSQL hands River the native connection that the transaction runs on.
func joinPostgreSQL(tx *database.Tx, work func(pgx.Tx) error) error {
	return tx.Conn.Raw(func(conn any) error {
		std, ok := conn.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T, not pgx's", conn)
		}
		return work(joined{std.Conn()})
	})
}

// joined is a transaction that someone else began and will end.
type joined struct{ *native }

type native = pgx.Conn // embedded under another name than that of the method Conn

var errJoined = errors.New("jobs: the transaction belongs to its beginner")

// Begin is refused: River nests nothing when it inserts.
func (joined) Begin(context.Context) (pgx.Tx, error) { return nil, errJoined }

// Commit is the beginner's.
func (joined) Commit(context.Context) error { return errJoined }

// Rollback is the beginner's.
func (joined) Rollback(context.Context) error { return errJoined }

// LargeObjects are not used.
func (joined) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Conn is the connection of the transaction.
func (j joined) Conn() *pgx.Conn { return j.native }
