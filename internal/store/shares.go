package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/problem"
)

const shareColumns = `id, meeting, person, place, created_at, state, activity, attempts, since_at, reason, revision, writes`

// SaveShare implements meetings.Storage.
func (s Meetings) SaveShare(ctx context.Context, share meetings.Share, since time.Time, follow ...jobs.Job) (stored meetings.Share, fresh bool, err error) {
	place, err := json.Marshal(share.Place)
	if err != nil {
		return share, false, err
	}
	tenant, conversation := share.Place.Tenant, share.Place.Conversation
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		recent := func() error {
			stored, err = scanShare(tx.QueryRowContext(ctx, `select `+shareColumns+` from meeting_shares where tenant = $1 and meeting = $2
				and conversation = $3 and created_at > $4 and not (state = $5 and reason = $6) order by turn desc limit 1`,
				tenant, share.Meeting, conversation, millis(since), meetings.CardLost, meetings.CardRefused).Scan)
			return err
		}
		// The turn is read first: whoever comes in between is then seen as recent, or has taken the turn.
		var turn int64
		err := tx.QueryRowContext(ctx, `select coalesce(max(turn), 0) from meeting_shares where tenant = $1 and meeting = $2 and conversation = $3`,
			tenant, share.Meeting, conversation).Scan(&turn)
		if err != nil {
			return err
		}
		if err := recent(); !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		fresh, err = changed(tx.ExecContext(ctx, `insert into meeting_shares (tenant, conversation, turn, `+shareColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, 0, '', 0, 0) on conflict do nothing`,
			tenant, conversation, turn+1, share.ID, share.Meeting, share.By, string(place), millis(share.At), meetings.CardPending))
		if err != nil {
			return err
		}
		if !fresh { // somebody came first just now
			return recent()
		}
		stored = share
		return s.Jobs.Insert(ctx, tx, follow...)
	})
	return stored, fresh, err
}

// Shared implements meetings.Storage.
func (s Meetings) Shared(ctx context.Context, tenant entra.TenantID, id string) (meetings.Share, error) {
	share, err := scanShare(s.DB.Read().QueryRowContext(ctx, `select `+shareColumns+` from meeting_shares where tenant = $1 and id = $2`, tenant, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	return share, err
}

// Shares implements meetings.Storage.
func (s Meetings) Shares(ctx context.Context, tenant entra.TenantID, meeting string) (found []meetings.Share, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+shareColumns+` from meeting_shares where tenant = $1 and meeting = $2 order by created_at, id`,
		tenant, meeting)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		share, err := scanShare(rows.Scan)
		if err != nil {
			return nil, err
		}
		found = append(found, share)
	}
	return found, rows.Err()
}

func scanShare(scan func(...any) error) (share meetings.Share, err error) {
	var place string
	var at, since int64
	c := &share.Card
	if err := scan(&share.ID, &share.Meeting, &share.By, &place, &at, &c.State, &c.Activity, &c.Attempts, &since, &c.Reason, &c.Revision, &c.Writes); err != nil {
		return share, err
	}
	share.At, c.Since = moment(at), moment(since)
	return share, json.Unmarshal([]byte(place), &share.Place)
}

// SwapShare implements meetings.Storage.
func (s Meetings) SwapShare(ctx context.Context, tenant entra.TenantID, share string, before, after meetings.Card) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update meeting_shares set state = $3, activity = $4, attempts = $5, since_at = $6, reason = $7,
			revision = $8, writes = $9 where tenant = $1 and id = $2 and state = $10 and attempts = $11 and revision = $12 and writes = $13`,
			tenant, share, after.State, after.Activity, after.Attempts, millis(after.Since), after.Reason, after.Revision, after.Writes,
			before.State, before.Attempts, before.Revision, before.Writes))
		return err
	})
	return mine && err == nil, err
}
