package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/notifications"
)

// Forget implements meetings.Storage.
func (s Meetings) Forget(ctx context.Context, before time.Time, limit int) (forgotten int, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		old, err := past(ctx, tx, before, limit)
		if err != nil {
			return err
		}
		if err := erase(ctx, tx, old); err != nil {
			return err
		}
		forgotten = len(old)
		return unwish(ctx, tx, `created_at < $1 and not exists
			(select 1 from meetings m where m.tenant = meeting_requests.tenant and m.id = meeting_requests.meeting)`, millis(before))
	})
	return forgotten, err
}

// erase deletes all that is kept of meetings.
func erase(ctx context.Context, tx *database.Tx, all []meetingKey) error {
	for _, m := range all {
		for _, statement := range []string{
			`delete from meeting_invitees where tenant = $1 and meeting = $2`,
			`delete from meeting_shares where tenant = $1 and meeting = $2`,
			`delete from meeting_follows where tenant = $1 and meeting = $2`,
			`delete from meeting_copies where tenant = $1 and meeting = $2`,
			`delete from meeting_sessions where tenant = $1 and meeting = $2`,
			`delete from meeting_attendance where tenant = $1 and meeting = $2`,
			`delete from meeting_requests where tenant = $1 and meeting = $2`,
			`delete from calendar_entries where tenant = $1 and meeting = $2`,
			`delete from notifications where tenant = $1 and stem = $2`,
			`delete from meetings where tenant = $1 and id = $2`,
		} {
			if _, err := tx.ExecContext(ctx, statement, m.tenant, m.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// unwish deletes wishes, and what people were told of those of which no meeting came.
func unwish(ctx context.Context, tx *database.Tx, where string, args ...any) error {
	for _, statement := range []string{
		`delete from notifications where (tenant, stem) in (select tenant, meeting from meeting_requests where ` + where + `)
			and not exists (select 1 from meetings m where m.tenant = notifications.tenant and m.id = notifications.stem)`,
		`delete from meeting_requests where ` + where,
	} {
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// ForgetMessages implements meetings.Storage. Every tenant whose messages were settled has a row in notification_pumps.
func (s Meetings) ForgetMessages(ctx context.Context, before time.Time, limit int) (forgotten int, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		deleted, err := tx.ExecContext(ctx, `delete from notifications where (tenant, id) in (
			select n.tenant, n.id from notification_pumps p join notifications n on n.tenant = p.tenant and n.state in ($1, $2, $3, $4) and n.due_at < $5
			where n.kind in ($6, $7) or not exists (select 1 from meetings m where m.tenant = n.tenant and m.id = n.stem) limit $8)`,
			notifications.Sent, notifications.Unknown, notifications.Failed, notifications.Dropped, millis(before),
			notifications.Starting, notifications.StartingAgain, limit)
		if err != nil {
			return err
		}
		n, err := deleted.RowsAffected()
		forgotten = int(n)
		return err
	})
	return forgotten, err
}

// Erase implements meetings.Storage.
func (s Meetings) Erase(ctx context.Context, person entra.Person, until time.Time, limit int) (erased int, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		theirs, err := readMeetings(tx.QueryContext(ctx, `select tenant, id from meetings where tenant = $1 and organizer = $2 and created_at <= $3 limit $4`,
			person.Tenant, person.ID, millis(until), limit))
		if err != nil {
			return err
		}
		if err := erase(ctx, tx, theirs); err != nil {
			return err
		}
		erased = len(theirs)
		if _, err = tx.ExecContext(ctx, `delete from meeting_typed where tenant = $1 and person = $2`, person.Tenant, person.ID); err != nil {
			return err
		}
		return unwish(ctx, tx, `tenant = $1 and person = $2 and created_at <= $3`, person.Tenant, person.ID, millis(until))
	})
	return erased, err
}

type meetingKey struct{ tenant, id string }

// past lists meetings that ended before a time; those without a time have no end.
func past(ctx context.Context, tx *database.Tx, before time.Time, limit int) ([]meetingKey, error) {
	return readMeetings(tx.QueryContext(ctx, `select tenant, id from meetings where starts_at > 0 and ends_at < $1 order by ends_at limit $2`,
		millis(before), limit))
}

func readMeetings(rows *sql.Rows, failed error) (found []meetingKey, err error) {
	if failed != nil {
		return nil, failed
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var m meetingKey
		if err := rows.Scan(&m.tenant, &m.id); err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, rows.Err()
}
