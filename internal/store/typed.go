package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/meetings"
)

// KeepTyped implements meetings.Storage.
func (s Meetings) KeepTyped(ctx context.Context, t meetings.Typed) error {
	place, err := json.Marshal(t.Place)
	if err != nil {
		return err
	}
	input, err := json.Marshal(t.Input)
	if err != nil {
		return err
	}
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into meeting_typed (tenant, person, id, place, input, expires_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (tenant, person) do update set id = excluded.id, place = excluded.place, input = excluded.input, expires_at = excluded.expires_at`,
			t.Person.Tenant, t.Person.ID, t.ID, string(place), string(input), millis(t.Expires))
		return err
	})
}

// DropTyped implements meetings.Storage.
func (s Meetings) DropTyped(ctx context.Context, now time.Time) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from meeting_typed where expires_at <= $1`, millis(now))
		return err
	})
}

// LastTyped implements meetings.Storage.
func (s Meetings) LastTyped(ctx context.Context, person entra.Person, id string, now time.Time) (meetings.Typed, error) {
	t := meetings.Typed{ID: id, Person: person}
	var place, input string
	var expires int64
	err := s.DB.Read().QueryRowContext(ctx, `select place, input, expires_at from meeting_typed where tenant = $1 and person = $2 and id = $3 and expires_at > $4`,
		person.Tenant, person.ID, id, millis(now)).Scan(&place, &input, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return t, notFound()
	}
	if err != nil {
		return t, err
	}
	t.Expires = moment(expires)
	return t, errors.Join(json.Unmarshal([]byte(place), &t.Place), json.Unmarshal([]byte(input), &t.Input))
}
