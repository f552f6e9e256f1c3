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
	"causeway/internal/teams"
)

const shareColumns = `id, meeting, person, place, created_at, state, activity, attempts, since_at, reason, revision, writes, original, print`

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
				and conversation = $3 and original = $7 and (created_at > $4 or original > 0) and not (state = $5 and reason = $6 and original = 0)
				order by turn desc limit 1`,
				tenant, share.Meeting, conversation, millis(since), meetings.CardLost, meetings.CardRefused, millis(share.Original)).Scan)
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
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, 0, '', 0, 0, $10, '') on conflict do nothing`,
			tenant, conversation, turn+1, share.ID, share.Meeting, share.By, string(place), millis(share.At), meetings.CardPending, millis(share.Original)))
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
	var at, since, original int64
	c := &share.Card
	if err := scan(&share.ID, &share.Meeting, &share.By, &place, &at, &c.State, &c.Activity, &c.Attempts, &since, &c.Reason, &c.Revision, &c.Writes,
		&original, &c.Print); err != nil {
		return share, err
	}
	share.At, c.Since, share.Original = moment(at), moment(since), moment(original)
	return share, json.Unmarshal([]byte(place), &share.Place)
}

// SwapShare implements meetings.Storage.
func (s Meetings) SwapShare(ctx context.Context, tenant entra.TenantID, share string, before, after meetings.Card) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update meeting_shares set state = $3, activity = $4, attempts = $5, since_at = $6, reason = $7,
			revision = $8, writes = $9, print = $10 where tenant = $1 and id = $2 and state = $11 and attempts = $12 and revision = $13 and writes = $14`,
			tenant, share, after.State, after.Activity, after.Attempts, millis(after.Since), after.Reason, after.Revision, after.Writes, after.Print,
			before.State, before.Attempts, before.Revision, before.Writes))
		return err
	})
	return mine && err == nil, err
}

// SaveFollower implements meetings.Storage.
func (s Meetings) SaveFollower(ctx context.Context, f meetings.Follower, now time.Time) error {
	place, err := json.Marshal(f.Place)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into meeting_follows (tenant, meeting, conversation, place, person, created_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (tenant, meeting, conversation) do nothing`,
			f.Place.Tenant, f.Meeting, f.Place.Conversation, string(place), f.By, millis(now))
		return err
	})
}

// GoOn implements meetings.Storage.
func (s Meetings) GoOn(ctx context.Context, m meetings.Meeting, kept []teams.ConversationID, follow meetings.Follow) (revision int64, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		var err error
		if revision, err = change(ctx, tx, m); err != nil {
			return err
		}
		for _, conversation := range kept {
			_, err = tx.ExecContext(ctx, `insert into meeting_follows (tenant, meeting, conversation, place, person, created_at)
			select tenant, $3, conversation, place, person, created_at from meeting_follows where tenant = $1 and meeting = $2 and conversation = $4
				on conflict (tenant, meeting, conversation) do nothing`, m.Organizer.Tenant, m.ID, m.Draft.Next, conversation)
			if err != nil {
				return err
			}
		}
		return s.Jobs.Insert(ctx, tx, follow(revision)...)
	})
	return revision, err
}

// DropFollower implements meetings.Storage.
func (s Meetings) DropFollower(ctx context.Context, tenant entra.TenantID, meeting string, conversation teams.ConversationID) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from meeting_follows where tenant = $1 and meeting = $2 and conversation = $3`, tenant, meeting, conversation)
		return err
	})
}

// Followers implements meetings.Storage.
func (s Meetings) Followers(ctx context.Context, tenant entra.TenantID, meeting string) (found []meetings.Follower, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select place, person from meeting_follows where tenant = $1 and meeting = $2 order by conversation`, tenant, meeting)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		f := meetings.Follower{Meeting: meeting}
		var place string
		if err := rows.Scan(&place, &f.By); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(place), &f.Place); err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return found, rows.Err()
}
