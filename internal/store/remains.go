package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
)

// SaveRemains implements meetings.Storage.
func (s Meetings) SaveRemains(ctx context.Context, tenant entra.TenantID, meeting string, session meetings.Session, before, after []byte, follow meetings.Follow) (mine bool, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err := saveSession(ctx, tx, tenant, meeting, session, time.Time{})
		if err != nil {
			return err
		}
		mine, err = changed(tx.ExecContext(ctx, `update meeting_sessions set remains = $4 where tenant = $1 and meeting = $2 and uuid = $3
			and remains is not distinct from $5`, tenant, meeting, session.UUID, after, before))
		if err != nil || !mine && !fresh {
			return err
		}
		return s.raise(ctx, tx, tenant, meeting, follow)
	})
	return mine && err == nil, err
}

// Remaining implements meetings.Storage.
func (s Meetings) Remaining(ctx context.Context, tenant entra.TenantID, meeting, uuid string) (sealed []byte, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `select remains from meeting_sessions where tenant = $1 and meeting = $2 and uuid = $3`,
		tenant, meeting, uuid).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return sealed, err
}

// LookRemains implements meetings.Storage.
func (s Meetings) LookRemains(ctx context.Context, job jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error { return s.Jobs.Insert(ctx, tx, job) })
}

// DueRemains implements meetings.Storage.
func (s Meetings) DueRemains(ctx context.Context, now time.Time, pauses []time.Duration, limit int) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		due, err := dueRemains(ctx, tx, now, limit)
		if err != nil {
			return err
		}
		for _, d := range due {
			var next time.Time
			for d.looks < len(pauses) && !next.After(now) {
				next = d.ended.Add(pauses[d.looks])
				d.looks++
			}
			if !next.After(now) {
				next = time.Time{}
			}
			_, err := tx.ExecContext(ctx, `update meeting_sessions set remains_at = $4, remains_looks = $5 where tenant = $1 and meeting = $2 and uuid = $3`,
				d.job.Tenant, d.meeting, d.uuid, millis(next), d.looks)
			if err != nil {
				return err
			}
			if err := s.Jobs.Insert(ctx, tx, d.job); err != nil {
				return err
			}
		}
		return nil
	})
}

type dueRemain struct {
	job           jobs.Job
	meeting, uuid string
	ended         time.Time
	looks         int
}

func dueRemains(ctx context.Context, tx *database.Tx, now time.Time, limit int) (due []dueRemain, err error) {
	rows, err := tx.QueryContext(ctx, `select tenant, meeting, uuid, ended_at, remains_looks from meeting_sessions
		where remains_at > 0 and remains_at <= $1 order by remains_at limit $2`, millis(now), limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		d := dueRemain{job: jobs.Job{Kind: meetings.RemainsJob, Revision: now.UnixNano()}}
		var ended int64
		if err := rows.Scan(&d.job.Tenant, &d.meeting, &d.uuid, &ended, &d.looks); err != nil {
			return nil, err
		}
		d.job.Subject, d.ended = meetings.RemainsOf(d.meeting, d.uuid), moment(ended)
		due = append(due, d)
	}
	return due, rows.Err()
}
