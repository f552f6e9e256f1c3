package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
)

// Inbox implements bot.Storage and events.Storage: what arrived from one source.
type Inbox struct {
	Backend
	Source Source
}

// Source is where something arrived from. The keys of one know nothing of the other's.
type Source string

// The sources.
const (
	FromTeams Source = "teams"
	FromZoom  Source = "zoom"
)

// Keep implements bot.Storage.
func (s Inbox) Keep(ctx context.Context, tenant entra.TenantID, key string, sealed []byte, at time.Time, follow ...jobs.Job) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		fresh, err := changed(tx.ExecContext(ctx, `insert into inbox (tenant, source, key, body, received_at) values ($1, $2, $3, $4, $5)
			on conflict (tenant, source, key) do nothing`, tenant, s.Source, key, sealed, millis(at)))
		if err != nil || !fresh {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
}

// Arrive implements events.Storage.
func (s Inbox) Arrive(ctx context.Context, tenant entra.TenantID, key string, sealed []byte, at time.Time) (fresh bool, err error) {
	err = s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		fresh, err = changed(tx.ExecContext(ctx, `insert into inbox (tenant, source, key, body, received_at, waiting) values ($1, $2, $3, $4, $5, 1)
			on conflict (tenant, source, key) do nothing`, tenant, s.Source, key, sealed, millis(at)))
		return err
	})
	return fresh && err == nil, err
}

// Move implements events.Storage.
func (s Inbox) Move(ctx context.Context, kind string, limit int) (moved int, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		rows, err := tx.QueryContext(ctx, `update inbox set waiting = 0 where source = $1 and waiting = 1 and (tenant, key) in
			(select tenant, key from inbox where source = $1 and waiting = 1 order by received_at limit $2) returning tenant, key`, s.Source, limit)
		if err != nil {
			return err
		}
		made, err := readSubjects(rows, jobs.Job{Kind: kind})
		if err != nil {
			return err
		}
		moved = len(made)
		return s.Jobs.Insert(ctx, tx, made...)
	})
	return moved, err
}

// readSubjects makes a job like one of each row, which are tenants and subjects.
func readSubjects(rows *sql.Rows, like jobs.Job) (made []jobs.Job, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(&like.Tenant, &like.Subject); err != nil {
			return nil, err
		}
		made = append(made, like)
	}
	return made, rows.Err()
}

// Kept implements bot.Storage and events.Storage.
func (s Inbox) Kept(ctx context.Context, tenant entra.TenantID, key string) ([]byte, error) {
	var sealed []byte
	err := s.DB.Read().QueryRowContext(ctx, `select body from inbox where tenant = $1 and source = $2 and key = $3`,
		tenant, s.Source, key).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && len(sealed) == 0) {
		return nil, problem.New(problem.NotFound, "problem.not_found")
	}
	return sealed, err
}

// Drop implements events.Storage.
func (s Inbox) Drop(ctx context.Context, tenant entra.TenantID, key string) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update inbox set body = $4 where tenant = $1 and source = $2 and key = $3`, tenant, s.Source, key, []byte{})
		return err
	})
}

// Forget deletes what arrived before a time, wherever from: its key is not needed any more.
func (s Inbox) Forget(ctx context.Context, before time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from inbox where received_at < $1`, millis(before))
		return err
	})
}
