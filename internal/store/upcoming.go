package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// aroundMost bounds the meetings of one person that are looked at together.
const aroundMost = 1000

// beingHeld is 1 of a meeting, m, that has begun and not ended.
const beingHeld = `case when exists (
			select 1 from meeting_sessions h where h.tenant = m.tenant and h.meeting = m.id and h.started_at > 0 and h.ended_at = 0) then 1 else 0 end`

// Around implements meetings.Storage.
func (s Meetings) Around(ctx context.Context, person entra.Person, from, to time.Time) ([]meetings.Standing, error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+meetingColumns+`, coalesce(c.state, $6), `+beingHeld+` from meetings m
		left join calendar_entries c on c.tenant = m.tenant and c.meeting = m.id
		where m.tenant = $1 and m.state = $3 and m.ends_at > $4 and m.starts_at < $5 and m.id in (
			select id from meetings where tenant = $1 and organizer = $2 and ends_at > $4
			union select meeting from meeting_invitees where tenant = $1 and person = $2)
		order by m.ends_at, m.id limit $7`,
		person.Tenant, person.ID, meetings.Active, millis(from), millis(to), calendar.Pending, aroundMost)
	return readStandings(person.Tenant, rows, err)
}

func readStandings(tenant entra.TenantID, rows *sql.Rows, failed error) (found []meetings.Standing, err error) {
	if failed != nil {
		return nil, failed
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one meetings.Standing
		var live int64
		if one.Meeting, one.Sealed, err = scanMeeting(tenant, rows.Scan, &one.Calendar, &live); err != nil {
			return nil, err
		}
		one.Live = live == 1
		found = append(found, one)
	}
	return found, rows.Err()
}

// Brought implements meetings.Storage.
func (s Meetings) Brought(
	ctx context.Context, tenant entra.TenantID, conversation teams.ConversationID, from, to time.Time,
) ([]meetings.Standing, error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+meetingColumns+`, coalesce(c.state, $6), `+beingHeld+`
		from meetings m left join calendar_entries c on c.tenant = m.tenant and c.meeting = m.id
		where m.tenant = $1 and m.state = $3 and m.ends_at > $4 and m.starts_at < $5 and m.id in (
			select id from meetings where tenant = $1 and conversation = $2
			union select meeting from meeting_shares where tenant = $1 and conversation = $2 and state = $7
			union select meeting from meeting_follows where tenant = $1 and conversation = $2)
		order by m.ends_at desc, m.id limit $8`,
		tenant, conversation, meetings.Active, millis(from), millis(to), calendar.Pending, meetings.CardPosted, aroundMost)
	return readStandings(tenant, rows, err)
}

// Numbered implements meetings.Storage.
func (s Meetings) Numbered(ctx context.Context, tenant entra.TenantID, number zoom.MeetingID) (found []meetings.Hosted, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select id, organizer from meetings where tenant = $1 and zoom_id = $2 order by id`, tenant, int64(number))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		h := meetings.Hosted{Organizer: entra.Person{Tenant: tenant}}
		if err := rows.Scan(&h.Meeting, &h.Organizer.ID); err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, rows.Err()
}

// Made implements meetings.Storage.
func (s Meetings) Made(ctx context.Context, tenant entra.TenantID, conversation teams.ConversationID, since time.Time, limit int) (found []string, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select id from meetings where tenant = $1 and conversation = $2 and created_at > $3
		order by created_at desc, id limit $4`, tenant, conversation, millis(since), limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found = append(found, id)
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
