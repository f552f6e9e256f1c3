package store

import (
	"context"
	"errors"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/meetings"
)

// keptMost bounds the sessions of one person's meetings that are looked at together.
const keptMost = 2 * aroundMost

// ofPerson are the meetings of a person, $2, in a tenant, $1, some twice: for a plain union SQLite would read all of the tenant in order.
const ofPerson = `select id from meetings where tenant = $1 and organizer = $2
	union all select meeting from meeting_invitees where tenant = $1 and person = $2`

// Past implements meetings.Storage.
func (s Meetings) Past(ctx context.Context, person entra.Person, from, to time.Time) ([]meetings.Standing, []meetings.Kept, error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+meetingColumns+`, coalesce(c.state, $6), `+beingHeld+` from meetings m
		left join calendar_entries c on c.tenant = m.tenant and c.meeting = m.id
		where m.tenant = $1 and (m.state = $3 and m.starts_at < $5 and m.ends_at > $4 or exists (
			select 1 from meeting_sessions h where h.tenant = m.tenant and h.meeting = m.id and h.started_at >= $4 and h.started_at < $5))
		and m.id in (`+ofPerson+`) order by m.ends_at, m.id limit $7`,
		person.Tenant, person.ID, meetings.Active, millis(from), millis(to), calendar.Pending, aroundMost)
	found, err := readStandings(person.Tenant, rows, err)
	if err != nil {
		return nil, nil, err
	}
	kept, err := s.kept(ctx, person, from, to)
	return found, kept, err
}

func (s Meetings) kept(ctx context.Context, person entra.Person, from, to time.Time) (all []meetings.Kept, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select meeting, uuid, started_at, ended_at, remains from meeting_sessions
		where tenant = $1 and started_at >= $3 and started_at < $4 and meeting in (`+ofPerson+`)
		order by started_at desc, ended_at desc limit $5`, person.Tenant, person.ID, millis(from), millis(to), keptMost)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one meetings.Kept
		var started, ended int64
		if err := rows.Scan(&one.Meeting, &one.UUID, &started, &ended, &one.Remains); err != nil {
			return nil, err
		}
		one.Started, one.Ended = moment(started), moment(ended)
		all = append(all, one)
	}
	return all, rows.Err()
}
