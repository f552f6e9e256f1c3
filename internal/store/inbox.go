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

// Keep implements bot.Storage and events.Storage.
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

// Forget deletes what arrived before a time, wherever from: its key is not needed any more.
func (s Inbox) Forget(ctx context.Context, before time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from inbox where received_at < $1`, millis(before))
		return err
	})
}
