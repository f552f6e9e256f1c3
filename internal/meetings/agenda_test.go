package meetings_test

import (
	"strings"
	"testing"
	"time"

	"causeway/internal/chats"
	"causeway/internal/clocks"
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
		choose := func(hour int, zone string) {
			t.Helper()
			wish := preferences.Usually()
			wish.Agenda, wish.Zone = hour, zone
			if err := p.Prefer(ana, wish); err != nil {
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
			name, zone, day string
			hour            int
		}{
			{"an ordinary one", "Europe/London", "2027-03-10", 8},
			{"an hour is missing", "Europe/London", "2027-03-28", 1},
			{"its first hour is missing", "America/Santiago", "2027-09-05", 0},
			{"an hour comes twice", "Europe/London", "2027-10-31", 1},
			{"the very last of one", "Europe/London", "2027-11-10", 23},
		} {
			begins, ends := midnights(t, night.day, night.zone)
			p.Clock.Forward(begins.Add(-time.Minute).Sub(p.Clock.Now()))
			choose(night.hour, night.zone)
			pass(ends.Add(-time.Minute))
			if all := queued(); len(all) == 0 || all[len(all)-1] != night.day {
				t.Errorf("%s: queued %v, want %s", night.name, all, night.day)
			}
			choose((night.hour+1)%24, night.zone) // on the same day no other comes
			pass(ends.Add(-time.Second))
			if n := strings.Count(strings.Join(queued(), " "), night.day); n != 1 {
				t.Errorf("%s: %d messages", night.name, n)
			}
			choose(preferences.NoAgenda, night.zone)
		}
	})
}

// midnights are where a day of a zone begins and ends.
func midnights(t *testing.T, day, zone string) (begins, ends time.Time) {
	t.Helper()
	where, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return clocks.At(shown, where), clocks.At(shown.AddDate(0, 0, 1), where)
}

// The agenda has the meetings of its day up to midnight, also where the next day begins at one o'clock.
func TestTheAgendaEndsWithItsDay(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"2027-09-03", "2027-09-04", "2027-09-05"} {
		p := stage(t)
		begins, ends := midnights(t, day, "America/Santiago")
		p.Clock.Set(begins.AddDate(0, 0, -2))
		p.Zoom.Next(list, 0, wiretest.Refuse(200, `{"meetings":[]}`))
		for n, start := range []time.Time{ends.Add(-30 * time.Minute), ends.Add(30 * time.Minute)} {
			d := draft()
			d.Topic, d.Start = []string{"The last", "Of tomorrow"}[n], start
			schedule(t, p, d.Topic, d)
		}
		who := chats.Speaker{Person: wiretest.Person("ana"), User: "29:ana", Locale: "en-GB", Zone: "America/Santiago"}
		if err := p.Chats.Seen(t.Context(), place(p), who); err != nil {
			t.Fatal(err)
		}
		wish := preferences.Usually()
		wish.Agenda, wish.Scheduled = 9, false
		if err := p.Prefer(wiretest.Person("ana"), wish); err != nil {
			t.Fatal(err)
		}
		p.Clock.Set(begins.Add(9*time.Hour + time.Minute))
		if err := p.Meetings.TickAgendas(t.Context(), wiretest.Tenant); err != nil {
			t.Fatal(err)
		}
		p.Work(notifications.PumpJob)
		var told string
		for _, post := range p.Connector.Posts("a:1ana") {
			told += post.Text()
		}
		if !strings.Contains(told, "1 meeting today") || !strings.Contains(told, "The last") || strings.Contains(told, "Of tomorrow") {
			t.Errorf("told of %s: %s", day, told)
		}
	}
}
