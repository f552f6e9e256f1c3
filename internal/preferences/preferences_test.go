package preferences_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"causeway/internal/preferences"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

func TestPeopleChooseForThemselves(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	s := preferences.New(store.Preferences{Backend: back}, []string{"en", "fr"}, time.Now)
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
	if err := s.Save(t.Context(), ana, chosen); err != nil {
		t.Fatal(err)
	}
	if got := of(s.Of(t.Context(), ana)); got != chosen {
		t.Errorf("got %+v at once after choosing, want %+v", got, chosen)
	}
	if got := of(s.Of(t.Context(), ben)); got != preferences.Usually() {
		t.Errorf("somebody else has %+v", got)
	}
	err := s.Save(t.Context(), ana, preferences.Preferences{Language: "tlh", Reminder: 20161})
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
