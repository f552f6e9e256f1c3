package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/entra"
	"causeway/internal/preferences"
	"causeway/internal/store"
)

// Preferences holds an implementation of preferences.Storage against what the package says of it.
func Preferences(t *testing.T, b store.Backend) {
	s, ctx, ana := store.Preferences{Backend: b}, t.Context(), person("ana")
	want := func(p entra.Person, want preferences.Preferences) {
		t.Helper()
		if diff := cmp.Diff(want, must[preferences.Preferences](t)(s.Preferences(ctx, p))); diff != "" {
			t.Errorf("%v (-want +got)\n%s", p, diff)
		}
	}
	want(ana, preferences.Usually())
	chosen := preferences.Preferences{Language: "fr", Scheduled: true, Starting: true, Boards: true, Mentions: false, Agenda: 7, Zone: "Europe/Paris", PMI: true, Reminder: preferences.NoReminder}
	ok(t, s.SavePreferences(ctx, ana, chosen, noon))
	want(ana, chosen)
	other := preferences.Preferences{Invited: true, Mentions: true, Reminder: 30, Sync: true}
	ok(t, s.SavePreferences(ctx, ana, other, noon))
	want(ana, other)
	want(person("ben"), preferences.Usually())
	want(entra.Person{Tenant: another, ID: ana.ID}, preferences.Usually())
}
