package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
)

const watchColumns = `tenant, person, subscription, secret, expires_at, cursor_link, window_at, until_at, due_at, refused_at, asked, taken, begun_at, version`

// Watch implements calendar.Watches.
func (s Calendar) Watch(ctx context.Context, person entra.Person) (calendar.Watch, error) {
	return scanWatch(s.DB.Read().QueryRowContext(ctx, `select `+watchColumns+` from calendar_watches where tenant = $1 and person = $2`,
		person.Tenant, person.ID))
}

// WatchBy implements calendar.Watches.
func (s Calendar) WatchBy(ctx context.Context, subscription string) (calendar.Watch, error) {
	return scanWatch(s.DB.Read().QueryRowContext(ctx, `select `+watchColumns+` from calendar_watches
		where subscription = $1 and subscription <> ''`, subscription))
}

func scanWatch(row *sql.Row) (w calendar.Watch, err error) {
	var expires, window, until, due, refused, begun int64
	err = row.Scan(&w.Person.Tenant, &w.Person.ID, &w.Subscription, &w.Secret, &expires, &w.Cursor, &window, &until, &due, &refused, &w.Asked,
		&w.Taken, &begun, &w.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return w, problem.New(problem.NotFound, "problem.not_found")
	}
	w.Until = moment(until)
	w.Expires, w.Window, w.Due, w.Refused, w.Begun = moment(expires), moment(window), moment(due), moment(refused), moment(begun)
	return w, err
}

// Begin implements calendar.Watches.
func (s Calendar) Begin(ctx context.Context, w calendar.Watch, pull jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		// A watch that begins anew asks under a number that no reading before had.
		first := time.Now().UnixMilli()
		fresh, err := changed(tx.ExecContext(ctx, `insert into calendar_watches (`+watchColumns+`)
			values ($1, $2, '', $3, 0, $4, 0, 0, $5, 0, $6, 0, 0, 0) on conflict (tenant, person) do nothing`,
			w.Person.Tenant, w.Person.ID, w.Secret, []byte{}, millis(w.Due), first))
		if err != nil || !fresh {
			return err
		}
		pull.Revision = first
		return s.Jobs.Insert(ctx, tx, pull)
	})
}

// Ask implements calendar.Watches.
func (s Calendar) Ask(ctx context.Context, person entra.Person, pull jobs.Job, care calendar.Care) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		if care != (calendar.Care{}) {
			_, err := tx.ExecContext(ctx, `update calendar_watches set version = version + 1,
				window_at = case when $3 = 1 then 0 else window_at end, expires_at = case when $4 = 1 then 0 else expires_at end,
				subscription = case when $5 = 1 then '' else subscription end where tenant = $1 and person = $2`,
				person.Tenant, person.ID, flag(care.Anew), flag(care.Renew), flag(care.Lapsed))
			if err != nil {
				return err
			}
		}
		err := tx.QueryRowContext(ctx, `update calendar_watches set asked = asked + 1
			where tenant = $1 and person = $2 and asked <= taken returning asked`, person.Tenant, person.ID).Scan(&pull.Revision)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // a reading is about to begin
		}
		if err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, pull)
	})
}

// Take implements calendar.Watches.
func (s Calendar) Take(ctx context.Context, w calendar.Watch) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update calendar_watches set taken = $3, begun_at = $4, due_at = $5
			where tenant = $1 and person = $2 and taken <= $3`, w.Person.Tenant, w.Person.ID, w.Asked, millis(w.Begun), millis(w.Due))
		return err
	})
}

// SaveWatch implements calendar.Watches.
func (s Calendar) SaveWatch(ctx context.Context, w calendar.Watch, look []string) (bool, error) {
	stored := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		stored, err = changed(tx.ExecContext(ctx, `update calendar_watches set subscription = $3, expires_at = $4, cursor_link = $5,
			window_at = $6, due_at = $7, refused_at = $8, until_at = $9,
			version = version + 1 where tenant = $1 and person = $2 and version = $10`,
			w.Person.Tenant, w.Person.ID, w.Subscription, millis(w.Expires), w.Cursor, millis(w.Window), millis(w.Due), millis(w.Refused),
			millis(w.Until), w.Version))
		if err != nil || !stored {
			return err
		}
		return s.look(ctx, tx, w.Person.Tenant, look)
	})
	return stored && err == nil, err
}

// End implements calendar.Watches.
func (s Calendar) End(ctx context.Context, person entra.Person) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from calendar_watches where tenant = $1 and person = $2`, person.Tenant, person.ID)
		return err
	})
}

// DueWatches implements calendar.Watches.
func (s Calendar) DueWatches(ctx context.Context, now time.Time, limit int) (people []entra.Person, err error) {
	return s.people(ctx, `select tenant, person from calendar_watches where due_at <= $1 and asked <= taken order by due_at limit $2`,
		millis(now), limit)
}
