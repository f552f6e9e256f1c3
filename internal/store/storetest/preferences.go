package storetest

import (
	"errors"
	"fmt"
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
	change := func(from, to preferences.Preferences, failure error) {
		t.Helper()
		err := s.ChangePreferences(ctx, ana, func(before preferences.Preferences) (preferences.Preferences, error) {
			if before != from {
				t.Errorf("changed is %+v, not %+v", before, from)
			}
			return to, failure
		}, noon)
		if !errors.Is(err, failure) {
			t.Error(err)
		}
	}
	refused := errors.New("refused")
	change(preferences.Usually(), chosen, refused)
	want(ana, preferences.Usually())
	change(preferences.Usually(), chosen, nil)
	want(ana, chosen)
	other := preferences.Preferences{Invited: true, Mentions: true, Reminder: 30, Sync: true}
	change(chosen, other, refused)
	want(ana, chosen)
	change(chosen, other, nil)
	want(ana, other)
	want(person("ben"), preferences.Usually())
	want(entra.Person{Tenant: another, ID: ana.ID}, preferences.Usually())

	// Whoever chooses at the same moment, at first or later, takes back nothing of what others choose.
	choices := []func(p *preferences.Preferences){
		func(p *preferences.Preferences) { p.Language += "f" }, func(p *preferences.Preferences) { p.PMI = !p.PMI },
		func(p *preferences.Preferences) { p.Sync = !p.Sync }, func(p *preferences.Preferences) { p.Reminder++ },
	}
	for n := range 10 {
		both, expected := person(fmt.Sprint("both ", n)), preferences.Usually()
		expected.Usual = false
		for range 2 {
			atOnce(t, len(choices), func(i int) (bool, error) {
				return true, s.ChangePreferences(ctx, both, func(p preferences.Preferences) (preferences.Preferences, error) {
					choices[i](&p)
					return p, nil
				}, noon)
			})
			for _, choose := range choices {
				choose(&expected)
			}
			want(both, expected)
		}
	}
}
