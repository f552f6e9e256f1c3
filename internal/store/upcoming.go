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
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// aroundMost bounds the meetings of one person that are looked at together.
const aroundMost = 1000

// Around implements meetings.Storage.
func (s Meetings) Around(ctx context.Context, person entra.Person, from, to time.Time) (found []meetings.Standing, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+meetingColumns+`, coalesce(c.state, $6) from meetings m
		left join calendar_entries c on c.tenant = m.tenant and c.meeting = m.id
		where m.tenant = $1 and m.state = $3 and m.ends_at > $4 and m.starts_at < $5 and m.id in (
			select id from meetings where tenant = $1 and organizer = $2 and ends_at > $4
			union select meeting from meeting_invitees where tenant = $1 and person = $2)
		order by m.ends_at, m.id limit $7`,
		person.Tenant, person.ID, meetings.Active, millis(from), millis(to), calendar.Pending, aroundMost)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one meetings.Standing
		if one.Meeting, one.Sealed, err = scanMeeting(person.Tenant, rows.Scan, &one.Calendar); err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

// ByNumber implements meetings.Storage.
func (s Meetings) ByNumber(ctx context.Context, organizer entra.Person, number zoom.MeetingID) (id string, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `select id from meetings where tenant = $1 and zoom_id = $2 and organizer = $3 order by id limit 1`,
		organizer.Tenant, int64(number), organizer.ID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	return id, err
}

// Delay implements meetings.Storage.
func (s Meetings) Delay(ctx context.Context, tenant entra.TenantID, meeting string, until time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update meetings set delayed_until = $3 where tenant = $1 and id = $2`, tenant, meeting, millis(until))
		return err
	})
}

// SaveShare implements meetings.Storage.
func (s Meetings) SaveShare(ctx context.Context, share meetings.Share) error {
	place, err := json.Marshal(share.Place)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into meeting_shares (tenant, id, meeting, person, place, activity, revision, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			share.Place.Tenant, share.ID, share.Meeting, share.By, string(place), share.Activity, share.Revision, millis(share.At))
		return err
	})
}

// Shares implements meetings.Storage.
func (s Meetings) Shares(ctx context.Context, tenant entra.TenantID, meeting string) (found []meetings.Share, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select id, person, place, activity, revision, created_at from meeting_shares
		where tenant = $1 and meeting = $2 order by created_at, id`, tenant, meeting)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		share := meetings.Share{Meeting: meeting}
		var place string
		var at int64
		if err := rows.Scan(&share.ID, &share.By, &place, &share.Activity, &share.Revision, &at); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(place), &share.Place); err != nil {
			return nil, err
		}
		share.At = moment(at)
		found = append(found, share)
	}
	return found, rows.Err()
}

// ShareShown implements meetings.Storage.
func (s Meetings) ShareShown(ctx context.Context, tenant entra.TenantID, share string, revision int64) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update meeting_shares set revision = $3 where tenant = $1 and id = $2 and revision < $3`,
			tenant, share, revision)
		return err
	})
}

// Spend implements meetings.Storage.
func (s Meetings) Spend(ctx context.Context, ticket string, until, now time.Time) (bool, error) {
	fresh := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		if _, err = tx.ExecContext(ctx, `delete from spent_tickets where expires_at < $1`, millis(now)); err != nil {
			return err
		}
		fresh, err = changed(tx.ExecContext(ctx, `insert into spent_tickets (ticket, expires_at) values ($1, $2) on conflict (ticket) do nothing`,
			ticket, millis(until)))
		return err
	})
	return fresh && err == nil, err
}
