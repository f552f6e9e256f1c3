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

// Preferences implements preferences.Storage.
func (s Preferences) Preferences(ctx context.Context, person entra.Person) (preferences.Preferences, error) {
	var p preferences.Preferences
	var invited, scheduled, starting, boards, mentions, pmi, sync int64
	err := s.DB.Read().QueryRowContext(ctx, `select language, invited, scheduled, starting, boards, mentions, pmi, reminder, sync, agenda, agenda_zone from person_settings
		where tenant = $1 and person = $2`, person.Tenant, person.ID).
		Scan(&p.Language, &invited, &scheduled, &starting, &boards, &mentions, &pmi, &p.Reminder, &sync, &p.Agenda, &p.Zone)
	if errors.Is(err, sql.ErrNoRows) {
		return preferences.Usually(), nil
	}
	p.Invited, p.Scheduled, p.Starting, p.Boards, p.Mentions = invited == 1, scheduled == 1, starting == 1, boards == 1, mentions == 1
	p.PMI, p.Sync = pmi == 1, sync == 1
	return p, err
}

// SavePreferences implements preferences.Storage.
func (s Preferences) SavePreferences(ctx context.Context, person entra.Person, p preferences.Preferences, now time.Time) error {
	return s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into person_settings (tenant, person, language, invited, scheduled, pmi, reminder, sync, updated_at, starting, boards,
				mentions, agenda, agenda_zone) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			on conflict (tenant, person) do update set language = excluded.language, invited = excluded.invited,
				scheduled = excluded.scheduled, pmi = excluded.pmi, reminder = excluded.reminder, sync = excluded.sync,
				starting = excluded.starting, boards = excluded.boards, mentions = excluded.mentions, agenda = excluded.agenda, agenda_zone = excluded.agenda_zone, agenda_next = 0,
				updated_at = excluded.updated_at`,
			person.Tenant, person.ID, p.Language, flag(p.Invited), flag(p.Scheduled), flag(p.PMI), p.Reminder, flag(p.Sync), millis(now), flag(p.Starting),
			flag(p.Boards), flag(p.Mentions), p.Agenda, p.Zone)
		return err
	})
}
