package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/chats"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// Chats implements chats.Storage.
type Chats struct{ Backend }

// Place implements chats.Storage.
func (s Chats) Place(ctx context.Context, tenant entra.TenantID, conversation teams.ConversationID) (chats.Known, error) {
	k := chats.Known{Place: chats.Place{Tenant: tenant, Conversation: conversation}}
	var installed, approved, welcomed, refused int64
	err := s.DB.Read().QueryRowContext(ctx, `select kind, team, service_url, name, installed, approved, welcomed, refused_at from places
		where tenant = $1 and conversation = $2`, tenant, conversation).
		Scan(&k.Place.Kind, &k.Place.Team, &k.Place.ServiceURL, &k.Place.Name, &installed, &approved, &welcomed, &refused)
	if errors.Is(err, sql.ErrNoRows) {
		return chats.Known{}, nil
	}
	k.Installed, k.Approved, k.Welcomed, k.Refused = installed == 1, approved == 1, welcomed == 1, moment(refused)
	return k, err
}

// Latest implements chats.Storage.
func (s Chats) Latest(ctx context.Context, tenant entra.TenantID) (chats.Place, error) {
	p := chats.Place{Tenant: tenant}
	err := s.DB.Read().QueryRowContext(ctx, `select conversation, kind, team, service_url, name from places
		where tenant = $1 and installed = 1 order by updated_at desc, conversation limit 1`, tenant).
		Scan(&p.Conversation, &p.Kind, &p.Team, &p.ServiceURL, &p.Name)
	if errors.Is(err, sql.ErrNoRows) {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	return p, err
}

// placesMost bounds the places of a list.
const placesMost = 500

// Places implements chats.Storage.
func (s Chats) Places(ctx context.Context, tenant entra.TenantID) (found []chats.Known, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select conversation, kind, team, service_url, name, installed, approved, welcomed, refused_at
		from places where tenant = $1 order by updated_at desc, conversation limit $2`, tenant, placesMost)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		k := chats.Known{Place: chats.Place{Tenant: tenant}}
		var installed, approved, welcomed, refused int64
		if err := rows.Scan(&k.Place.Conversation, &k.Place.Kind, &k.Place.Team, &k.Place.ServiceURL, &k.Place.Name, &installed, &approved,
			&welcomed, &refused); err != nil {
			return nil, err
		}
		k.Installed, k.Approved, k.Welcomed, k.Refused = installed == 1, approved == 1, welcomed == 1, moment(refused)
		found = append(found, k)
	}
	return found, rows.Err()
}

// Install implements chats.Storage.
func (s Chats) Install(ctx context.Context, p chats.Place, now time.Time, follow ...jobs.Job) error {
	return s.savePlace(ctx, p, now, flags{installed: 1}, `installed = 1`, follow...)
}

// Approve implements chats.Storage.
func (s Chats) Approve(ctx context.Context, p chats.Place, by entra.Person, now time.Time) error {
	return s.savePlace(ctx, p, now, flags{approved: 1, by: by.ID}, `approved = 1, approved_by = excluded.approved_by, welcomed = 1`)
}

// flags of a place that is new.
type flags struct {
	installed, approved int64
	by                  entra.ObjectID
}

// savePlace stores a place with its flags, or sets what is given in the one that is there. A name that an activity does not carry
// stays.
func (s Chats) savePlace(ctx context.Context, p chats.Place, now time.Time, f flags, set string, follow ...jobs.Job) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into places (tenant, conversation, kind, team, service_url, name, installed, approved,
				approved_by, welcomed, updated_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $10)
			on conflict (tenant, conversation) do update set kind = excluded.kind, service_url = excluded.service_url,
				team = case when excluded.team = '' then places.team else excluded.team end,
				name = case when excluded.name = '' then places.name else excluded.name end,
				updated_at = excluded.updated_at, `+set,
			p.Tenant, p.Conversation, p.Kind, p.Team, p.ServiceURL, p.Name, f.installed, f.approved, f.by, millis(now))
		if err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
}

// Remove implements chats.Storage.
func (s Chats) Remove(ctx context.Context, p chats.Place, _ time.Time) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from places where tenant = $1 and (conversation = $2 or team = $3 and team <> '')`,
			p.Tenant, p.Conversation, p.Team)
		return err
	})
}

// Refuse implements chats.Storage.
func (s Chats) Refuse(ctx context.Context, p chats.Place, since time.Time) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update places set refused_at = $3 where tenant = $1 and conversation = $2`,
			p.Tenant, p.Conversation, millis(since))
		return err
	})
}

// Welcome implements chats.Storage.
func (s Chats) Welcome(ctx context.Context, p chats.Place, now time.Time) (bool, error) {
	mine := false
	err := s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update places set welcomed = 1, updated_at = $3
			where tenant = $1 and conversation = $2 and installed = 1 and approved = 0 and welcomed = 0
				and not exists (select 1 from places as others where others.tenant = $1 and others.team = $4
					and others.team <> '' and others.approved = 1)`,
			p.Tenant, p.Conversation, millis(now), p.Team))
		return err
	})
	return mine, err
}

// Contact implements chats.Storage.
func (s Chats) Contact(ctx context.Context, person entra.Person) (chats.Contact, error) {
	c := chats.Contact{Speaker: chats.Speaker{Person: person}}
	err := s.DB.Read().QueryRowContext(ctx, `select user_id, name, locale, zone, conversation, service_url from contacts
		where tenant = $1 and person = $2`, person.Tenant, person.ID).
		Scan(&c.User, &c.Name, &c.Locale, &c.Zone, &c.Personal, &c.ServiceURL)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// SaveContact implements chats.Storage. The chat with the bot, once known, is not forgotten by whoever does not know it.
func (s Chats) SaveContact(ctx context.Context, c chats.Contact, now time.Time) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into contacts (tenant, person, user_id, name, locale, zone, conversation, service_url, updated_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (tenant, person) do update set user_id = excluded.user_id, name = excluded.name, locale = excluded.locale,
				zone = excluded.zone, service_url = excluded.service_url, updated_at = excluded.updated_at,
				conversation = case when excluded.conversation = '' then contacts.conversation else excluded.conversation end`,
			c.Person.Tenant, c.Person.ID, c.User, c.Name, c.Locale, c.Zone, c.Personal, c.ServiceURL, millis(now))
		return err
	})
}
