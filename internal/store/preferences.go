package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/preferences"
)

// Preferences implements preferences.Storage.
type Preferences struct{ Backend }

const settingsColumns = `language, invited, scheduled, starting, boards, mentions, pmi, reminder, sync, agenda, agenda_zone`

// Preferences implements preferences.Storage.
func (s Preferences) Preferences(ctx context.Context, person entra.Person) (preferences.Preferences, error) {
	return scanSettings(s.DB.Read().QueryRowContext(ctx, `select `+settingsColumns+` from person_settings
		where tenant = $1 and person = $2`, person.Tenant, person.ID).Scan)
}

// scanSettings reads settingsColumns; of who has none, the usual.
func scanSettings(scan func(...any) error) (preferences.Preferences, error) {
	var p preferences.Preferences
	var invited, scheduled, starting, boards, mentions, pmi, sync int64
	err := scan(&p.Language, &invited, &scheduled, &starting, &boards, &mentions, &pmi, &p.Reminder, &sync, &p.Agenda, &p.Zone)
	if errors.Is(err, sql.ErrNoRows) {
		return preferences.Usually(), nil
	}
	p.Invited, p.Scheduled, p.Starting, p.Boards, p.Mentions = invited == 1, scheduled == 1, starting == 1, boards == 1, mentions == 1
	p.PMI, p.Sync = pmi == 1, sync == 1
	return p, err
}

// ChangePreferences implements preferences.Storage. A row is taken before it is read. Where there is none, two may store the first one: of these
// the later looks again.
func (s Preferences) ChangePreferences(ctx context.Context, person entra.Person,
	change func(preferences.Preferences) (preferences.Preferences, error), now time.Time,
) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		for stored := false; !stored; {
			before, err := scanSettings(tx.QueryRowContext(ctx, `update person_settings set updated_at = $3 where tenant = $1 and person = $2
				returning `+settingsColumns, person.Tenant, person.ID, millis(now)).Scan)
			if err != nil {
				return err
			}
			p, err := change(before)
			if err != nil {
				return err
			}
			if stored, err = saveSettings(ctx, tx, person, p, before.Usual, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// saveSettings stores settings; first ones only where there are none.
func saveSettings(ctx context.Context, tx *database.Tx, person entra.Person, p preferences.Preferences, first bool, now time.Time) (bool, error) {
	return changed(tx.ExecContext(ctx, `insert into person_settings (tenant, person, language, invited, scheduled, pmi, reminder, sync, updated_at, starting, boards,
			mentions, agenda, agenda_zone) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		on conflict (tenant, person) do update set language = excluded.language, invited = excluded.invited,
			scheduled = excluded.scheduled, pmi = excluded.pmi, reminder = excluded.reminder, sync = excluded.sync,
			starting = excluded.starting, boards = excluded.boards, mentions = excluded.mentions, agenda = excluded.agenda, agenda_zone = excluded.agenda_zone, agenda_next = 0,
			updated_at = excluded.updated_at
		where $15 = 0`,
		person.Tenant, person.ID, p.Language, flag(p.Invited), flag(p.Scheduled), flag(p.PMI), p.Reminder, flag(p.Sync), millis(now), flag(p.Starting),
		flag(p.Boards), flag(p.Mentions), p.Agenda, p.Zone, flag(first)))
}
