package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
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
func queue(ctx context.Context, tx *database.Tx, messages []notifications.Message) error {
	for _, m := range messages {
		via, err := json.Marshal(m.Via)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `insert into notifications (`+messageColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
			on conflict (tenant, person, kind, subject) do nothing`,
			m.To.Tenant, m.ID, m.To.ID, m.User, m.Kind, m.Subject, string(via), m.State, m.Reason, m.Revision,
			millis(m.Due), m.Attempts, m.Chat, m.Activity, millis(m.Updated))
		if err != nil {
			return fmt.Errorf("queue a message: %w", err)
		}
	}
	return nil
}

// Lease implements notifications.Storage.
func (s Notifications) Lease(ctx context.Context, tenant entra.TenantID, holder string, now, until time.Time) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) error {
		// The guarded update decides between processes; only who changes the row has the lease.
		renewed, err := changed(tx.ExecContext(ctx, `update notification_pumps set expires_at = $3
			where tenant = $1 and holder = $2`, tenant, holder, millis(until)))
		if err != nil {
			return err
		}
		if renewed {
			mine = true
			return nil
		}
		mine, err = changed(tx.ExecContext(ctx, `insert into notification_pumps (tenant, holder, expires_at)
			values ($1, $2, $3)
			on conflict (tenant) do update set holder = excluded.holder, expires_at = excluded.expires_at
			where notification_pumps.expires_at <= $4`, tenant, holder, millis(until), millis(now)))
		if err != nil || !mine {
			return err
		}
		_, err = tx.ExecContext(ctx, `update notifications set state = $2, reason = $3, updated_at = $4
			where tenant = $1 and state = $5`,
			tenant, notifications.Unknown, "interrupted", millis(now), notifications.Sending)
		return err
	})
	return mine, err
}

// Release implements notifications.Storage.
func (s Notifications) Release(ctx context.Context, tenant entra.TenantID, holder string) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from notification_pumps where tenant = $1 and holder = $2`, tenant, holder)
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
			where tenant = $1 and id = $2 and state = $5 and exists (
				select 1 from notification_pumps where tenant = $1 and holder = $6 and expires_at > $4)`,
			m.To.Tenant, m.ID, notifications.Sending, millis(now), notifications.Queued, holder))
		return err
	})
	return mine, err
}

// Settle implements notifications.Storage.
func (s Notifications) Settle(ctx context.Context, m notifications.Message, last ...jobs.Job) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update notifications set state = $3, reason = $4, due_at = $5, attempts = $6,
			conversation = $7, activity_id = $8, updated_at = $9 where tenant = $1 and id = $2`,
			m.To.Tenant, m.ID, m.State, m.Reason, millis(m.Due), m.Attempts, m.Chat, m.Activity, millis(m.Updated))
		if err != nil || len(last) == 0 || !m.State.Final() {
			return err
		}
		var waiting int
		err = tx.QueryRowContext(ctx, `select count(*) from notifications
			where tenant = $1 and subject = $2 and state in ($3, $4)`,
			m.To.Tenant, m.Subject, notifications.Queued, notifications.Sending).Scan(&waiting)
		if err != nil || waiting > 0 {
			return err
		}
		return s.Jobs.Insert(ctx, tx, last...)
	})
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
	return s.list(ctx, `tenant = $1 and subject = $2 order by id`, tenant, subject)
}

func (s Notifications) list(ctx context.Context, where string, args ...any) (found []notifications.Message, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+messageColumns+` from notifications where `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
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
