package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
)

const intentColumns = `tenant, id, person, conversation, resume, name, locale, expires_at, phase, key, cookie, manual, tries, sealed, version`

// AddIntent implements accounts.Storage.
func (s Accounts) AddIntent(ctx context.Context, i accounts.Intent) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into account_intents (`+intentColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			i.Person.Tenant, i.ID, i.Person.ID, i.Conversation, i.Resume, i.Name, i.Locale, millis(i.Expires), i.Phase, orNull(i.Key),
			orNull(i.Cookie), orNull(i.Manual), i.Tries, orNull(i.Sealed), i.Version)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `delete from account_intents where tenant = $1 and person = $2 and phase in ($3, $4) and id not in (
			select id from account_intents where tenant = $1 and person = $2 and phase in ($3, $4) order by expires_at desc, id desc limit $5)`,
			i.Person.Tenant, i.Person.ID, accounts.Begun, accounts.AtZoom, accounts.BegunMost)
		return err
	})
}

// orNull is how bytes that may be missing are stored: only so they are unique where they are there.
func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// Intent implements accounts.Storage.
func (s Accounts) Intent(ctx context.Context, id string) (accounts.Intent, error) {
	return s.intent(ctx, `id = $1`, id)
}

// IntentBy implements accounts.Storage.
func (s Accounts) IntentBy(ctx context.Context, phase accounts.Phase, key []byte) (accounts.Intent, error) {
	return s.intent(ctx, `key = $1 and phase = $2`, key, phase)
}

func (s Accounts) intent(ctx context.Context, where string, args ...any) (accounts.Intent, error) {
	found, err := s.intents(ctx, where, args...)
	if err == nil && len(found) == 0 {
		err = notFound()
	}
	if err != nil {
		return accounts.Intent{}, err
	}
	return found[0], nil
}

// CompletedIntents implements accounts.Storage.
func (s Accounts) CompletedIntents(ctx context.Context, person entra.Person) ([]accounts.Intent, error) {
	return s.intents(ctx, `tenant = $1 and person = $2 and phase = $3 order by id desc`, person.Tenant, person.ID, accounts.Completed)
}

// ExpiredIntents implements accounts.Storage.
func (s Accounts) ExpiredIntents(ctx context.Context, now time.Time, limit int) ([]accounts.Intent, error) {
	return s.intents(ctx, `expires_at <= $1 order by expires_at limit $2`, millis(now), limit)
}

func (s Accounts) intents(ctx context.Context, where string, args ...any) (found []accounts.Intent, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+intentColumns+` from account_intents where `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		i, err := scanIntent(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, i)
	}
	return found, rows.Err()
}

func scanIntent(rows *sql.Rows) (accounts.Intent, error) {
	var i accounts.Intent
	var expires int64
	err := rows.Scan(&i.Person.Tenant, &i.ID, &i.Person.ID, &i.Conversation, &i.Resume, &i.Name, &i.Locale, &expires, &i.Phase, &i.Key,
		&i.Cookie, &i.Manual, &i.Tries, &i.Sealed, &i.Version)
	i.Expires = moment(expires)
	return i, err
}

// SaveIntent implements accounts.Storage.
func (s Accounts) SaveIntent(ctx context.Context, i accounts.Intent) error {
	saved, err := s.update(ctx, `update account_intents set expires_at = $3, phase = $4, key = $5, cookie = $6, manual = $7, tries = $8,
			sealed = $9, version = version + 1
		where id = $1 and version = $2`,
		i.ID, i.Version, millis(i.Expires), i.Phase, orNull(i.Key), orNull(i.Cookie), orNull(i.Manual), i.Tries, orNull(i.Sealed))
	if err == nil && !saved {
		err = accounts.ErrStale
	}
	return err
}

// DropIntent implements accounts.Storage.
func (s Accounts) DropIntent(ctx context.Context, i accounts.Intent, revoke []accounts.Revocation, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		if err := dropIntent(ctx, tx, i); err != nil {
			return err
		}
		return s.end(ctx, tx, revoke, follow)
	})
}

func dropIntent(ctx context.Context, tx *database.Tx, i accounts.Intent) error {
	dropped, err := changed(tx.ExecContext(ctx, `delete from account_intents where id = $1 and version = $2`, i.ID, i.Version))
	if err == nil && !dropped {
		err = accounts.ErrStale
	}
	return err
}
