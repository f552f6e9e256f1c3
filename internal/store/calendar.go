package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/meetings"
)

// Calendar implements calendar.Storage.
type Calendar struct{ Backend }

// Record implements calendar.Storage.
func (s Calendar) Record(ctx context.Context, tenant entra.TenantID, meeting string) (calendar.Record, error) {
	r := calendar.Record{Tenant: tenant, Meeting: meeting, State: calendar.Pending}
	var written string
	err := s.DB.Read().QueryRowContext(ctx, `select state, event_id, revision, written from calendar_entries
		where tenant = $1 and meeting = $2`, tenant, meeting).Scan(&r.State, &r.EventID, &r.Revision, &written)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(written), &r.Written)
}

// SaveRecord implements calendar.Storage.
func (s Calendar) SaveRecord(ctx context.Context, r calendar.Record, before int64) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = saveRecord(ctx, tx, r, before)
		if err != nil || mine || r.EventID == "" {
			return err
		}
		if _, err = tx.ExecContext(ctx, `update calendar_entries set event_id = $3 where tenant = $1 and meeting = $2 and event_id = ''
			and state <> $4`, r.Tenant, r.Meeting, r.EventID, calendar.Removed); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `update calendar_entries set event_id = $3, state = $5 where tenant = $1 and meeting = $2
			and event_id <> $3 and state = $4`, r.Tenant, r.Meeting, r.EventID, calendar.Removed, calendar.Pending)
		return err
	})
	return mine && err == nil, err
}

// saveRecord stores a record if its stored revision is still before, or there is none.
func saveRecord(ctx context.Context, tx *database.Tx, r calendar.Record, before int64) (bool, error) {
	written, err := json.Marshal(r.Written)
	if err != nil {
		return false, err
	}
	return changed(tx.ExecContext(ctx, `insert into calendar_entries (tenant, meeting, state, event_id, revision, written)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (tenant, meeting) do update
		set state = excluded.state, event_id = excluded.event_id, revision = excluded.revision, written = excluded.written
		where calendar_entries.revision = $7`, r.Tenant, r.Meeting, r.State, r.EventID, r.Revision, string(written), before))
}

// Kept implements calendar.Storage.
func (s Calendar) Kept(ctx context.Context, organizer entra.Person, now time.Time) (kept []calendar.Kept, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select m.id, c.event_id, m.zoom_id, m.ends_at, m.draft from meetings m
		join calendar_entries c on c.tenant = m.tenant and c.meeting = m.id
		where m.tenant = $1 and m.organizer = $2 and m.ends_at > $3 and m.state = $4 and c.event_id <> ''`,
		organizer.Tenant, organizer.ID, millis(now), meetings.Active)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k calendar.Kept
		var number, ends int64
		var text string
		if err := rows.Scan(&k.Meeting, &k.EventID, &number, &ends, &text); err != nil {
			return nil, err
		}
		var draft meetings.Draft
		if err := json.Unmarshal([]byte(text), &draft); err != nil {
			return nil, err
		}
		k.Ends = moment(ends)
		k.Zoom, k.Series = zoomMeeting(number).String(), draft.Repeat != nil
		kept = append(kept, k)
	}
	return kept, rows.Err()
}
