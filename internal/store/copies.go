package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
)

// Copies implements meetings.Storage.
func (s Meetings) Copies(ctx context.Context, tenant entra.TenantID, meeting string) (meetings.Copies, error) {
	var c meetings.Copies
	var atZoom, event, notes string
	var adopted int64
	err := s.DB.Read().QueryRowContext(ctx, `select zoom, event, notes, adopted, version, asked, taken from meeting_copies
		where tenant = $1 and meeting = $2`, tenant, meeting).Scan(&atZoom, &event, &notes, &adopted, &c.Version, &c.Asked, &c.Taken)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	c.Adopted = adopted == 1
	for text, into := range map[*string]any{&atZoom: &c.Zoom, &event: &c.Event, &notes: &c.Notes} {
		if err == nil && *text != "" {
			err = json.Unmarshal([]byte(*text), into)
		}
	}
	return c, err
}

// SaveCopies implements meetings.Storage.
func (s Meetings) SaveCopies(ctx context.Context, tenant entra.TenantID, meeting string, c meetings.Copies) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = saveCopies(ctx, tx, tenant, meeting, c)
		return err
	})
	return mine && err == nil, err
}

// saveCopies stores what is known of the copies, if nobody else did since it was read.
func saveCopies(ctx context.Context, tx *database.Tx, tenant entra.TenantID, meeting string, c meetings.Copies) (bool, error) {
	var texts [3]string
	for i, value := range []any{c.Zoom, c.Event, c.Notes} {
		text, err := json.Marshal(value)
		if err != nil {
			return false, err
		}
		texts[i] = string(text)
	}
	return changed(tx.ExecContext(ctx, `insert into meeting_copies (tenant, meeting, zoom, event, notes, listed, adopted, version, asked, taken)
		values ($1, $2, $3, $4, $5, '', $6, 1, 0, 0)
		on conflict (tenant, meeting) do update
		set zoom = excluded.zoom, event = excluded.event, notes = excluded.notes, adopted = excluded.adopted, version = meeting_copies.version + 1
		where meeting_copies.version = $7`, tenant, meeting, texts[0], texts[1], texts[2], flag(c.Adopted), c.Version))
}

// Merge implements meetings.Storage.
func (s Meetings) Merge(ctx context.Context, m meetings.Meeting, c meetings.Copies, look bool, follow meetings.Follow) (revision int64, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		mine, err := saveCopies(ctx, tx, m.Organizer.Tenant, m.ID, c)
		if err == nil && !mine {
			err = meetings.ErrStale
		}
		if err != nil {
			return err
		}
		if revision, err = change(ctx, tx, m); err != nil {
			return err
		}
		if look {
			if err := s.look(ctx, tx, m.Organizer.Tenant, []string{m.ID}); err != nil {
				return err
			}
		}
		return s.Jobs.Insert(ctx, tx, follow(revision)...)
	})
	return revision, err
}

// Look implements meetings.Storage.
func (s Meetings) Look(ctx context.Context, tenant entra.TenantID, ids ...string) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error { return s.look(ctx, tx, tenant, ids) })
}

// look asks for a look at each of the meetings, unless one is asked for that has not begun.
func (b Backend) look(ctx context.Context, tx *database.Tx, tenant entra.TenantID, ids []string) error {
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		j := jobs.Job{Kind: meetings.ReconcileJob, Tenant: string(tenant), Subject: id}
		err := tx.QueryRowContext(ctx, `insert into meeting_copies (tenant, meeting, zoom, event, notes, listed, adopted, version, asked, taken)
			values ($1, $2, '', '', '', '', 0, 0, 1, 0)
			on conflict (tenant, meeting) do update set asked = meeting_copies.asked + 1 where meeting_copies.asked <= meeting_copies.taken
			returning asked`, tenant, id).Scan(&j.Revision)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if err := b.Jobs.Insert(ctx, tx, j); err != nil {
			return err
		}
	}
	return nil
}

// TakeLook implements meetings.Storage.
func (s Meetings) TakeLook(ctx context.Context, tenant entra.TenantID, meeting string, c meetings.Copies) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update meeting_copies set taken = $3 where tenant = $1 and meeting = $2 and taken <= $3`,
			tenant, meeting, c.Asked)
		return err
	})
}

// Listed implements meetings.Storage.
func (s Meetings) Listed(ctx context.Context, organizer entra.Person) (all []meetings.Listed, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select m.id, m.zoom_id, m.state, m.ends_at, m.created_at, m.entry, coalesce(c.listed, ''), m.draft from meetings m
		left join meeting_copies c on c.tenant = m.tenant and c.meeting = m.id where m.tenant = $1 and m.organizer = $2`,
		organizer.Tenant, organizer.ID)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var l meetings.Listed
		var number, ends, created int64
		var state meetings.State
		var text string
		if err := rows.Scan(&l.Meeting, &number, &state, &ends, &created, &l.Entry, &l.Print, &text); err != nil {
			return nil, err
		}
		var draft meetings.Draft
		if err := json.Unmarshal([]byte(text), &draft); err != nil {
			return nil, err
		}
		l.Zoom, l.Active, l.Ends, l.Series = zoomMeeting(number), state == meetings.Active, moment(ends), draft.Repeat != nil
		l.Created = moment(created)
		all = append(all, l)
	}
	return all, rows.Err()
}

// firstList is when the list of whoever has made a meeting is looked at first.
const firstList = 5 * time.Minute

// Attend implements meetings.Storage.
func (s Meetings) Attend(ctx context.Context, person entra.Person, due time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error { return attend(ctx, tx, person, due) })
}

// attend has a person's list at Zoom looked at, by due at the latest.
func attend(ctx context.Context, tx *database.Tx, person entra.Person, due time.Time) error {
	_, err := tx.ExecContext(ctx, `insert into meeting_looks (tenant, person, due_at, whole_at, asked) values ($1, $2, $3, 0, 0)
		on conflict (tenant, person) do update set due_at = excluded.due_at where meeting_looks.due_at > excluded.due_at`,
		person.Tenant, person.ID, millis(due))
	return err
}

// DueLists implements meetings.Storage.
func (s Meetings) DueLists(ctx context.Context, now, next time.Time, limit int) error {
	people, err := s.people(ctx, `select tenant, person from meeting_looks where due_at <= $1 order by due_at limit $2`, millis(now), limit)
	for _, p := range people {
		err = errors.Join(err, s.DueList(ctx, p, now, next))
	}
	return err
}

// DueList implements meetings.Storage.
func (s Meetings) DueList(ctx context.Context, p entra.Person, now, next time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		j := jobs.Job{Kind: meetings.ListJob, Tenant: string(p.Tenant), Subject: string(p.ID)}
		err := tx.QueryRowContext(ctx, `update meeting_looks set due_at = $4, asked = asked + 1
			where tenant = $1 and person = $2 and due_at <= $3 returning asked`, p.Tenant, p.ID, millis(now), millis(next)).Scan(&j.Revision)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // another process has asked
		}
		if err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, j)
	})
}

// Linked implements meetings.Storage.
func (s Meetings) Linked(ctx context.Context, tenant entra.TenantID, meeting string, limit int) ([]entra.Person, error) {
	return s.people(ctx, `select g.tenant, g.person from account_grants g where g.tenant = $1 and g.provider = $3 and g.dead = 0
		order by case when exists (select 1 from meeting_invitees i where i.tenant = g.tenant and i.meeting = $2 and i.person = g.person)
		then 0 else 1 end, g.person limit $4`, tenant, meeting, accounts.Zoom, limit)
}

// Whole implements meetings.Storage.
func (s Meetings) Whole(ctx context.Context, person entra.Person, now, before time.Time) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update meeting_looks set whole_at = $3 where tenant = $1 and person = $2 and whole_at <= $4`,
			person.Tenant, person.ID, millis(now), millis(before)))
		return err
	})
	return mine && err == nil, err
}

// SaveListed implements meetings.Storage.
func (s Meetings) SaveListed(ctx context.Context, tenant entra.TenantID, prints map[string]string, look []string) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		if err := s.look(ctx, tx, tenant, look); err != nil {
			return err
		}
		for meeting, listed := range prints {
			_, err := tx.ExecContext(ctx, `update meeting_copies set listed = $3 where tenant = $1 and meeting = $2`, tenant, meeting, listed)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Unattend implements meetings.Storage.
func (s Meetings) Unattend(ctx context.Context, person entra.Person) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from meeting_looks where tenant = $1 and person = $2`, person.Tenant, person.ID)
		return err
	})
}

// people answers a query of tenants and persons.
func (b Backend) people(ctx context.Context, query string, args ...any) (people []entra.Person, err error) {
	rows, err := b.DB.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var p entra.Person
		if err := rows.Scan(&p.Tenant, &p.ID); err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	return people, rows.Err()
}
