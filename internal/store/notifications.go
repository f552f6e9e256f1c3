package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/problem"
)

// Notifications implements notifications.Storage.
type Notifications struct{ Backend }

const messageColumns = `tenant, id, person, user_id, kind, subject, via, state, reason, revision, due_at, attempts,
	conversation, activity_id, updated_at`

// Queue implements notifications.Storage.
func (s Notifications) Queue(ctx context.Context, messages []notifications.Message, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		if err := queue(ctx, tx, messages); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
}

// queue adds messages inside a feature's transaction.
// queueAnew queues messages also where one of the same kind has been told, or was not wanted, before.
func queueAnew(ctx context.Context, tx *database.Tx, messages []notifications.Message) error {
	for _, m := range messages {
		_, err := tx.ExecContext(ctx, `delete from notifications where tenant = $1 and person = $2 and kind = $3 and subject = $4 and state not in ($5, $6)`,
			m.To.Tenant, m.To.ID, m.Kind, m.Subject, notifications.Queued, notifications.Sending)
		if err != nil {
			return err
		}
	}
	return queue(ctx, tx, messages)
}

func queue(ctx context.Context, tx *database.Tx, messages []notifications.Message) error {
	for _, m := range messages {
		via, err := json.Marshal(m.Via)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `insert into notifications (`+messageColumns+`, stem)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
			on conflict (tenant, person, kind, subject) do nothing`,
			m.To.Tenant, m.ID, m.To.ID, m.User, m.Kind, m.Subject, string(via), m.State, m.Reason, m.Revision,
			millis(m.Due), m.Attempts, m.Chat, m.Activity, millis(m.Updated), stem(m.Subject))
		if err != nil {
			return fmt.Errorf("queue a message: %w", err)
		}
	}
	return nil
}

// stem is what a subject is part of, under which messages are found: that of one start of a meeting begins with the meeting's id.
func stem(subject string) string {
	whole, _, _ := strings.Cut(subject, "/")
	return whole
}

// Lease implements notifications.Storage.
func (s Notifications) Lease(ctx context.Context, l notifications.Lease, last func(notifications.Message) []jobs.Job) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) error {
		// The guarded update decides between processes; only who changes the row has the lease.
		renewed, err := changed(tx.ExecContext(ctx, `update notification_pumps set expires_at = $3
			where tenant = $1 and holder = $2 and expires_at > $4`, l.Tenant, l.Holder, millis(l.Until), millis(l.Now)))
		if mine = renewed; err != nil || renewed {
			return err
		}
		mine, err = changed(tx.ExecContext(ctx, `insert into notification_pumps (tenant, holder, expires_at)
			values ($1, $2, $3)
			on conflict (tenant) do update set holder = excluded.holder, expires_at = excluded.expires_at
			where notification_pumps.expires_at <= $4`, l.Tenant, l.Holder, millis(l.Until), millis(l.Now)))
		if err != nil || !mine {
			return err
		}
		return s.abandon(ctx, tx, l, last)
	})
	return mine && err == nil, err
}

// abandon ends what a holder before left in the middle of sending: nobody will ever know whether it was sent.
func (s Notifications) abandon(ctx context.Context, tx *database.Tx, l notifications.Lease,
	last func(notifications.Message) []jobs.Job,
) error {
	left, err := scanMessages(tx.QueryContext(ctx, `update notifications set state = $2, reason = $3, updated_at = $4
		where tenant = $1 and state = $5 returning `+messageColumns,
		l.Tenant, notifications.Unknown, "interrupted", millis(l.Now), notifications.Sending))
	if err != nil {
		return err
	}
	for _, m := range left {
		if err := s.settled(ctx, tx, m, last(m)); err != nil {
			return err
		}
	}
	return nil
}

// settled adds jobs when no message about the subject of m is under way any more.
func (s Notifications) settled(ctx context.Context, tx *database.Tx, m notifications.Message, last []jobs.Job) error {
	if len(last) == 0 || !m.State.Final() {
		return nil
	}
	var waiting int
	err := tx.QueryRowContext(ctx, `select count(*) from notifications where tenant = $1 and stem = $5 and subject = $2 and state in ($3, $4)`,
		m.To.Tenant, m.Subject, notifications.Queued, notifications.Sending, stem(m.Subject)).Scan(&waiting)
	if err != nil || waiting > 0 {
		return err
	}
	return s.Jobs.Insert(ctx, tx, last...)
}

// Release implements notifications.Storage. The row stays: Settle takes its turn by it.
func (s Notifications) Release(ctx context.Context, tenant entra.TenantID, holder string) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update notification_pumps set holder = '', expires_at = 0 where tenant = $1 and holder = $2`,
			tenant, holder)
		return err
	})
}

// Due implements notifications.Storage.
func (s Notifications) Due(ctx context.Context, tenant entra.TenantID, now time.Time, limit int) (
	due []notifications.Message, next time.Time, err error,
) {
	due, err = s.list(ctx, `tenant = $1 and state = $2 and due_at <= $3 order by due_at, id limit $4`,
		tenant, notifications.Queued, millis(now), limit)
	if err != nil || len(due) > 0 {
		return due, next, err
	}
	var at sql.NullInt64
	err = s.DB.Read().QueryRowContext(ctx, `select min(due_at) from notifications where tenant = $1 and state = $2`,
		tenant, notifications.Queued).Scan(&at)
	if at.Valid {
		next = moment(at.Int64)
	}
	return nil, next, err
}

// Begin implements notifications.Storage.
func (s Notifications) Begin(ctx context.Context, m notifications.Message, holder string, now time.Time) (bool, error) {
	mine := false
	err := s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update notifications set state = $3, updated_at = $4
			where tenant = $1 and id = $2 and state = $5 and revision = $7 and exists (
				select 1 from notification_pumps where tenant = $1 and holder = $6 and expires_at > $4)`,
			m.To.Tenant, m.ID, notifications.Sending, millis(now), notifications.Queued, holder, m.Revision))
		return err
	})
	return mine && err == nil, err
}

// Settle implements notifications.Storage. Of two that settle the last two messages about a subject at the same moment, the
// second has to see the first: they take turns.
func (s Notifications) Settle(ctx context.Context, m notifications.Message, from notifications.State, last ...jobs.Job) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into notification_pumps (tenant, holder, expires_at) values ($1, '', 0)
			on conflict (tenant) do update set holder = notification_pumps.holder`, m.To.Tenant)
		if err != nil {
			return err
		}
		there, err := changed(tx.ExecContext(ctx, `update notifications set state = $3, reason = $4, due_at = $5, attempts = $6,
			conversation = $7, activity_id = $8, updated_at = $9
			where tenant = $1 and id = $2 and (state = $10 or $10 = $11 and state = $12)`,
			m.To.Tenant, m.ID, m.State, m.Reason, millis(m.Due), m.Attempts, m.Chat, m.Activity, millis(m.Updated),
			from, notifications.Sending, notifications.Unknown))
		if err != nil || !there {
			return err
		}
		return s.settled(ctx, tx, m, last)
	})
}

// Renew implements notifications.Storage.
func (s Notifications) Renew(ctx context.Context, m notifications.Message, revision int64) (bool, error) {
	renewed := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		renewed, err = changed(tx.ExecContext(ctx, `update notifications
			set revision = case when revision < $3 then $3 else revision end where tenant = $1 and id = $2 and state in ($4, $5)`,
			m.To.Tenant, m.ID, revision, notifications.Queued, notifications.Sent))
		return err
	})
	return renewed && err == nil, err
}

// Message implements notifications.Storage.
func (s Notifications) Message(ctx context.Context, tenant entra.TenantID, id string) (notifications.Message, error) {
	found, err := s.list(ctx, `tenant = $1 and id = $2`, tenant, id)
	if err == nil && len(found) == 0 {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	if err != nil {
		return notifications.Message{}, err
	}
	return found[0], nil
}

// About implements notifications.Storage.
func (s Notifications) About(ctx context.Context, tenant entra.TenantID, subject string) ([]notifications.Message, error) {
	return s.list(ctx, `tenant = $1 and stem = $3 and subject = $2 order by id`, tenant, subject, stem(subject))
}

// Missed implements notifications.Storage.
func (s Notifications) Missed(ctx context.Context, person entra.Person, since time.Time, limit int) ([]notifications.Message, error) {
	return s.list(ctx, `tenant = $1 and person = $2 and state in ($3, $4) and updated_at >= $5 and dismissed = 0 order by updated_at desc, id limit $6`,
		person.Tenant, person.ID, notifications.Unknown, notifications.Failed, millis(since), limit)
}

// Dismiss implements notifications.Storage.
func (s Notifications) Dismiss(ctx context.Context, person entra.Person, id string) (there bool, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		there, err = changed(tx.ExecContext(ctx, `update notifications set dismissed = 1 where tenant = $1 and id = $2 and person = $3 and state in ($4, $5)`,
			person.Tenant, id, person.ID, notifications.Unknown, notifications.Failed))
		return err
	})
	return there && err == nil, err
}

func (s Notifications) list(ctx context.Context, where string, args ...any) ([]notifications.Message, error) {
	return scanMessages(s.DB.Read().QueryContext(ctx, `select `+messageColumns+` from notifications where `+where, args...))
}

func scanMessages(rows *sql.Rows, err error) (found []notifications.Message, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	for rows.Next() {
		var m notifications.Message
		var via string
		var due, updated int64
		err := rows.Scan(&m.To.Tenant, &m.ID, &m.To.ID, &m.User, &m.Kind, &m.Subject, &via, &m.State, &m.Reason, &m.Revision,
			&due, &m.Attempts, &m.Chat, &m.Activity, &updated)
		if err != nil {
			return nil, err
		}
		m.Due, m.Updated = moment(due), moment(updated)
		if err := json.Unmarshal([]byte(via), &m.Via); err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, rows.Err()
}
