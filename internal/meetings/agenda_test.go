package meetings_test

import (
	"strings"
	"testing"
	"time"

	"causeway/internal/notifications"
	"causeway/internal/preferences"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

// Whoever wants to know what the day brings is told once a day, at the hour of their clock, also when that hour comes twice or not at all.
func TestTheAgendaComesOnceADay(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stageOn(t, back)
		ana := wiretest.Person("ana")
		zone, err := time.LoadLocation("Europe/London")
		if err != nil {
			t.Fatal(err)
		}
		choose := func(hour int) {
			t.Helper()
			wish := preferences.Usually()
			wish.Agenda, wish.Zone = hour, zone.String()
			if err := p.Preferences.Save(t.Context(), ana, wish); err != nil {
				t.Fatal(err)
			}
		}
		queued := func() (days []string) {
			t.Helper()
			rows, err := back.DB.Read().QueryContext(t.Context(), "select subject from notifications where kind = $1 order by subject", notifications.Agenda)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var day string
				if err := rows.Scan(&day); err != nil {
					t.Fatal(err)
				}
				days = append(days, day)
			}
			return days
		}
		pass := func(until time.Time) {
			t.Helper()
			for p.Clock.Now().Before(until) {
				p.Clock.Forward(10 * time.Minute)
				for range 2 { // two processes
					if err := p.Meetings.TickAgendas(t.Context(), wiretest.Tenant); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		for _, night := range []struct {
			name string
			day  time.Time
			hour int
		}{
			{"an ordinary one", time.Date(2027, 3, 10, 0, 0, 0, 0, zone), 8},
			{"an hour is missing", time.Date(2027, 3, 28, 0, 0, 0, 0, zone), 1},
			{"an hour comes twice", time.Date(2027, 10, 31, 0, 0, 0, 0, zone), 1},
			{"the very last of one", time.Date(2027, 11, 10, 0, 0, 0, 0, zone), 23},
		} {
			p.Clock.Forward(night.day.Add(-time.Minute).Sub(p.Clock.Now()))
			choose(night.hour)
			pass(night.day.AddDate(0, 0, 1).Add(-time.Minute))
			day := night.day.Format(time.DateOnly)
			if all := queued(); len(all) == 0 || all[len(all)-1] != day {
				t.Errorf("%s: queued %v, want %s", night.name, all, day)
			}
			choose((night.hour + 1) % 24) // on the same day no other comes
			pass(night.day.AddDate(0, 0, 1).Add(-time.Second))
			if n := strings.Count(strings.Join(queued(), " "), day); n != 1 {
				t.Errorf("%s: %d messages", night.name, n)
			}
			choose(preferences.NoAgenda)
		}
	})
}
