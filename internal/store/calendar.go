package store

import (
	"context"
	"database/sql"
	"errors"

	"causeway/internal/calendar"
	"causeway/internal/database"
	"causeway/internal/entra"
)

// Calendar implements calendar.Storage.
type Calendar struct{ Backend }

// Record implements calendar.Storage.
func (s Calendar) Record(ctx context.Context, tenant entra.TenantID, meeting string) (calendar.Record, error) {
	r := calendar.Record{Tenant: tenant, Meeting: meeting, State: calendar.Pending}
	err := s.DB.Read().QueryRowContext(ctx, `select state, event_id, revision from calendar_entries
		where tenant = $1 and meeting = $2`, tenant, meeting).Scan(&r.State, &r.EventID, &r.Revision)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return r, err
}

// SaveRecord implements calendar.Storage.
func (s Calendar) SaveRecord(ctx context.Context, r calendar.Record, before int64) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `insert into calendar_entries (tenant, meeting, state, event_id, revision)
			values ($1, $2, $3, $4, $5)
			on conflict (tenant, meeting) do update
			set state = excluded.state, event_id = excluded.event_id, revision = excluded.revision
			where calendar_entries.revision = $6`, r.Tenant, r.Meeting, r.State, r.EventID, r.Revision, before))
		if err != nil || mine || r.EventID == "" {
			return err
		}
		_, err = tx.ExecContext(ctx, `update calendar_entries set event_id = $3 where tenant = $1 and meeting = $2 and event_id = ''`,
			r.Tenant, r.Meeting, r.EventID)
		return err
	})
	return mine && err == nil, err
}
