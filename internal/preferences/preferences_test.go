package preferences_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/preferences"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

func choose(t *testing.T, s *preferences.Service, person entra.Person, p preferences.Preferences) error {
	t.Helper()
	_, err := s.Change(t.Context(), person, func(preferences.Preferences) preferences.Preferences { return p })
	return err
}

func TestPeopleChooseForThemselves(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	s := preferences.New(preferences.Config{Storage: store.Preferences{Backend: back}, Languages: []string{"en", "fr"}, Now: time.Now})
	ana, ben := storetest.NewPerson("one"), storetest.NewPerson("one")
	of := func(p preferences.Preferences, err error) preferences.Preferences {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if got := of(s.Of(t.Context(), ana)); got != preferences.Usually() {
		t.Errorf("who chose nothing has %+v", got)
	}
	chosen := preferences.Preferences{Language: "fr", Reminder: preferences.NoReminder}
	if err := choose(t, s, ana, chosen); err != nil {
		t.Fatal(err)
	}
	if got := of(s.Of(t.Context(), ana)); got != chosen {
		t.Errorf("got %+v at once after choosing, want %+v", got, chosen)
	}
	if got := of(s.Of(t.Context(), ben)); got != preferences.Usually() {
		t.Errorf("somebody else has %+v", got)
	}
	err := choose(t, s, ana, preferences.Preferences{Language: "tlh", Reminder: 20161})
	var wrong *problem.Error
	if !errors.As(err, &wrong) || wrong.Kind != problem.Invalid || len(wrong.Fields) != 2 {
		t.Fatalf("got %v, want both fields refused", err)
	}
	if names := []string{wrong.Fields[0].Name, wrong.Fields[1].Name}; !slices.Equal(names, []string{"language", "reminder"}) {
		t.Errorf("fields %v", names)
	}
	if got := of(s.Of(t.Context(), ana)); got != chosen {
		t.Errorf("what was refused was stored: %+v", got)
	}
}

// What was chosen a moment ago, by way of another process, is not taken back by the next choice.
func TestChoicesElsewhereStand(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	config := preferences.Config{Storage: store.Preferences{Backend: back}, Languages: []string{"en", "fr"}, Now: time.Now}
	here, elsewhere, ana := preferences.New(config), preferences.New(config), storetest.NewPerson("one")
	if _, err := here.Of(t.Context(), ana); err != nil { // known for a while
		t.Fatal(err)
	}
	if _, err := elsewhere.Change(t.Context(), ana, func(p preferences.Preferences) preferences.Preferences { p.Language = "fr"; return p }); err != nil {
		t.Fatal(err)
	}
	p, err := here.Change(t.Context(), ana, func(p preferences.Preferences) preferences.Preferences { p.PMI = true; return p })
	if p.Language != "fr" || !p.PMI || err != nil {
		t.Errorf("%+v, %v: a choice is gone", p, err)
	}
}

// What an administrator wants for an organisation holds for those of it who chose nothing, as long as they do not.
func TestAnOrganisationHasItsOwnDefaults(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	ana, other := storetest.NewPerson("one"), storetest.NewPerson("another")
	broken := errors.New("broken")
	var failing error
	now := time.Now()
	s := preferences.New(preferences.Config{
		Storage: store.Preferences{Backend: back}, Languages: []string{"en"}, Now: func() time.Time { return now },
		Defaults: func(_ context.Context, tenant entra.TenantID, usual preferences.Preferences) (preferences.Preferences, error) {
			if usual.Starting = tenant == ana.Tenant; usual.Starting {
				usual.Invited = false
			}
			return usual, failing
		},
	})
	is := func(person entra.Person, want preferences.Preferences) {
		t.Helper()
		now = now.Add(time.Minute)
		if got, err := s.Of(t.Context(), person); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	usual := preferences.Usually()
	usual.Starting, usual.Invited = true, false
	is(ana, usual)
	is(other, preferences.Usually())
	chosen := preferences.Preferences{Invited: true, Agenda: preferences.NoAgenda}
	if err := choose(t, s, ana, chosen); err != nil {
		t.Fatal(err)
	}
	is(ana, chosen)
	failing = broken
	is(ana, chosen)
	now = now.Add(time.Minute)
	if _, err := s.Of(t.Context(), other); !errors.Is(err, broken) {
		t.Errorf("when nobody knows what is usual: %v", err)
	}
}
