package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
)

// SaveSession implements meetings.Storage.
func (s Meetings) SaveSession(ctx context.Context, tenant entra.TenantID, meeting string, session meetings.Session, look time.Time, follow meetings.Follow) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err := saveSession(ctx, tx, tenant, meeting, session, look)
		if err != nil || !fresh {
			return err
		}
		return s.raise(ctx, tx, tenant, meeting, follow)
	})
}

// saveSession notes when a session began or ended; false when that was known.
func saveSession(ctx context.Context, tx *database.Tx, tenant entra.TenantID, meeting string, session meetings.Session, look time.Time) (bool, error) {
	const ends = `excluded.ended_at > 0 and (meeting_sessions.ended_at = 0 or meeting_sessions.inferred > excluded.inferred)`
	fresh, err := changed(tx.ExecContext(ctx, `insert into meeting_sessions (tenant, meeting, uuid, started_at, ended_at, inferred, look_at, remains_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant, meeting, uuid) do update set
		remains_at = case when meeting_sessions.ended_at = 0 then excluded.remains_at else meeting_sessions.remains_at end,
		started_at = case when meeting_sessions.started_at = 0 or excluded.started_at > 0 and excluded.started_at < meeting_sessions.started_at
			then excluded.started_at else meeting_sessions.started_at end,
		ended_at = case when `+ends+` then excluded.ended_at else meeting_sessions.ended_at end,
		inferred = case when `+ends+` then excluded.inferred else meeting_sessions.inferred end
		where meeting_sessions.started_at = 0 and excluded.started_at > 0 or `+ends+`
			or excluded.started_at > 0 and excluded.started_at < meeting_sessions.started_at`,
		tenant, meeting, session.UUID, millis(session.Started), millis(session.Ended), flag(session.Inferred), millis(look), afterEnd(session.Ended)))
	if err != nil || !fresh {
		return false, err
	}
	return true, follows(ctx, tx, tenant, meeting)
}

// follows ends each session of a meeting that another one follows.
func follows(ctx context.Context, tx *database.Tx, tenant entra.TenantID, meeting string) error {
	const next = `select min(n.started_at) from meeting_sessions n where n.tenant = $1 and n.meeting = $2 and n.started_at > s.started_at`
	_, err := tx.ExecContext(ctx, `update meeting_sessions as s set ended_at = (`+next+`), inferred = 1, remains_at = (`+next+`) + $3
		where s.tenant = $1 and s.meeting = $2 and s.ended_at = 0 and (`+next+`) is not null`, tenant, meeting, meetings.RemainsFirst.Milliseconds())
	return err
}

// afterEnd is when it is first asked what remains; 0 while a session goes on.
func afterEnd(ended time.Time) int64 {
	if ended.IsZero() {
		return 0
	}
	return millis(ended.Add(meetings.RemainsFirst))
}

// SaveAttendee implements meetings.Storage.
func (s Meetings) SaveAttendee(ctx context.Context, tenant entra.TenantID, meeting, uuid string, a meetings.Attendee, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err := changed(tx.ExecContext(ctx, `insert into meeting_attendance (tenant, meeting, uuid, participant, name, state, at, was_in)
			select $1, $2, $3, $4, $5, $6, $7, $8
			where (select count(*) from meeting_attendance where tenant = $1 and meeting = $2 and uuid = $3 and participant <> $4) < $10
			on conflict (tenant, meeting, uuid, participant) do update set
			name = case when excluded.name = '' then meeting_attendance.name else excluded.name end, state = excluded.state, at = excluded.at,
			was_in = case when excluded.was_in > meeting_attendance.was_in then excluded.was_in else meeting_attendance.was_in end
			where excluded.at > meeting_attendance.at or excluded.at = meeting_attendance.at and excluded.state = $9`,
			tenant, meeting, uuid, a.ID, a.Name, a.State, millis(a.At), flag(a.WasIn), meetings.In, meetings.AttendeesMost))
		if err != nil || !fresh {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
}

// ForgetNames implements meetings.Storage.
func (s Meetings) ForgetNames(ctx context.Context, tenant entra.TenantID) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update meeting_attendance set name = '' where tenant = $1 and name <> ''`, tenant)
		return err
	})
}

// ForgetSessions implements meetings.Storage.
func (s Meetings) ForgetSessions(ctx context.Context, before time.Time, limit int) (int, error) {
	forgotten := 0
	err := s.DB.Tx(ctx, func(tx *database.Tx) error {
		rows, err := tx.QueryContext(ctx, `select tenant, meeting, uuid from meeting_sessions where ended_at > 0 and ended_at < $1 order by ended_at limit $2`,
			millis(before), limit)
		if err != nil {
			return err
		}
		old, err := readKeys(rows)
		if err != nil {
			return err
		}
		for _, k := range old {
			for _, statement := range []string{
				`delete from meeting_attendance where tenant = $1 and meeting = $2 and uuid = $3`,
				`delete from meeting_sessions where tenant = $1 and meeting = $2 and uuid = $3`,
			} {
				if _, err := tx.ExecContext(ctx, statement, k[0], k[1], k[2]); err != nil {
					return err
				}
			}
		}
		forgotten = len(old)
		return nil
	})
	return forgotten, err
}

// readKeys reads rows of three columns.
func readKeys(rows *sql.Rows) (found [][3]string, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k [3]string
		if err := rows.Scan(&k[0], &k[1], &k[2]); err != nil {
			return nil, err
		}
		found = append(found, k)
	}
	return found, rows.Err()
}

// raise raises a meeting's revision and stores what follows.
func (s Meetings) raise(ctx context.Context, tx *database.Tx, tenant entra.TenantID, meeting string, follow meetings.Follow) error {
	var revision int64
	err := tx.QueryRowContext(ctx, `update meetings set revision = revision + 1 where tenant = $1 and id = $2 returning revision`,
		tenant, meeting).Scan(&revision)
	if err != nil {
		return err
	}
	return s.Jobs.Insert(ctx, tx, follow(revision)...)
}

// Began implements meetings.Storage.
func (s Meetings) Began(ctx context.Context, tenant entra.TenantID, meeting, uuid string) (began bool, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `select exists (select 1 from meeting_sessions where tenant = $1 and meeting = $2 and uuid = $3 and started_at > 0)`,
		tenant, meeting, uuid).Scan(&began)
	return began, err
}

// Held implements meetings.Storage.
func (s Meetings) Held(ctx context.Context, tenant entra.TenantID, meeting string) (meetings.Session, []meetings.Attendee, bool, error) {
	return s.held(ctx, tenant, meeting, 0, math.MaxInt64)
}

// HeldBetween implements meetings.Storage.
func (s Meetings) HeldBetween(
	ctx context.Context, tenant entra.TenantID, meeting string, from, to time.Time,
) (meetings.Session, []meetings.Attendee, bool, error) {
	return s.held(ctx, tenant, meeting, millis(from), millis(to))
}

func (s Meetings) held(
	ctx context.Context, tenant entra.TenantID, meeting string, from, to int64,
) (session meetings.Session, all []meetings.Attendee, held bool, err error) {
	var started, ended, inferred int64
	err = s.DB.Read().QueryRowContext(ctx, `select uuid, started_at, ended_at, inferred from meeting_sessions where tenant = $1 and meeting = $2
		and started_at >= $3 and started_at < $4 order by started_at desc, ended_at desc limit 1`, tenant, meeting, from, to).
		Scan(&session.UUID, &started, &ended, &inferred)
	if errors.Is(err, sql.ErrNoRows) {
		return session, nil, false, nil
	}
	if err != nil {
		return session, nil, false, err
	}
	session.Started, session.Ended, session.Inferred = moment(started), moment(ended), inferred == 1
	rows, err := s.DB.Read().QueryContext(ctx, `select participant, name, state, at, was_in from meeting_attendance
		where tenant = $1 and meeting = $2 and uuid = $3 order by at, participant`, tenant, meeting, session.UUID)
	if err != nil {
		return session, nil, false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var a meetings.Attendee
		var at, was int64
		if err := rows.Scan(&a.ID, &a.Name, &a.State, &at, &was); err != nil {
			return session, nil, false, err
		}
		a.At, a.WasIn = moment(at), was == 1
		all = append(all, a)
	}
	return session, all, true, rows.Err()
}

// DueSessions implements meetings.Storage.
func (s Meetings) DueSessions(ctx context.Context, now, next time.Time, limit int) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		rows, err := tx.QueryContext(ctx, `update meeting_sessions set look_at = $2 where ended_at = 0 and look_at <= $1 and (tenant, meeting, uuid) in
			(select tenant, meeting, uuid from meeting_sessions where ended_at = 0 and look_at <= $1 order by look_at limit $3)
			returning tenant, meeting`, millis(now), millis(next), limit)
		if err != nil {
			return err
		}
		due, err := readSubjects(rows, jobs.Job{Kind: meetings.SessionJob, Revision: millis(now)})
		if err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, due...)
	})
}

// AgendasDue implements meetings.Storage.
func (s Meetings) AgendasDue(ctx context.Context, tenant entra.TenantID, now time.Time, limit int) (found []meetings.Agenda, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select person, agenda, agenda_zone from person_settings
		where tenant = $1 and agenda >= 0 and agenda_next <= $2 order by agenda_next, person limit $3`, tenant, millis(now), limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		a := meetings.Agenda{Person: entra.Person{Tenant: tenant}}
		if err := rows.Scan(&a.Person.ID, &a.Hour, &a.Zone); err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, rows.Err()
}

// SaveAgenda implements meetings.Storage.
func (s Meetings) SaveAgenda(ctx context.Context, a meetings.Agenda, next, before time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		if _, err := tx.ExecContext(ctx, `delete from notifications where tenant = $1 and person = $2 and kind = $3 and updated_at < $4`,
			a.Person.Tenant, a.Person.ID, notifications.Agenda, millis(before)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `update person_settings set agenda_next = $5 where tenant = $1 and person = $2 and agenda = $3 and agenda_zone = $4`,
			a.Person.Tenant, a.Person.ID, a.Hour, a.Zone, millis(next))
		return err
	})
}

// Turning implements meetings.Storage.
func (s Meetings) Turning(ctx context.Context, tenant entra.TenantID, now, ended time.Time, after string, limit int) (found []meetings.Turn, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select id, turns_at from meetings where tenant = $1 and state = $2 and turns_at <= $3
		and starts_at > 0 and ends_at > $4 and id > $5 order by id limit $6`, tenant, meetings.Active, millis(now), millis(ended), after, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var t meetings.Turn
		var at int64
		if err := rows.Scan(&t.Meeting, &at); err != nil {
			return nil, err
		}
		t.At = moment(at)
		found = append(found, t)
	}
	return found, rows.Err()
}

// Turn implements meetings.Storage.
func (s Meetings) Turn(ctx context.Context, m meetings.Meeting, next time.Time) error {
	at := int64(math.MaxInt64)
	if !next.IsZero() {
		at = millis(next)
	}
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update meetings set turns_at = $4 where tenant = $1 and id = $2 and edition = $3`, m.Organizer.Tenant, m.ID, m.Edition, at)
		return err
	})
}
