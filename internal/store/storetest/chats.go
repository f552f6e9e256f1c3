package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/chats"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/teams"
)

// Chats holds an implementation of chats.Storage against what the package says of it.
func Chats(t *testing.T, b store.Backend) {
	s, ctx := store.Chats{Backend: b}, t.Context()
	place := func(conversation string) chats.Place {
		return chats.Place{
			Tenant: tenant, Conversation: teams.ConversationID(conversation), Kind: chats.Channel, Team: "19:team@thread.tacv2",
			ServiceURL: "https://smba.trafficmanager.net/emea/", Name: "Launch",
		}
	}
	known := func(p chats.Place) chats.Known { return must[chats.Known](t)(s.Place(ctx, p.Tenant, p.Conversation)) }
	want := func(p chats.Place, want chats.Known) {
		t.Helper()
		if diff := cmp.Diff(want, known(p)); diff != "" {
			t.Errorf("place %s (-want +got)\n%s", p.Conversation, diff)
		}
	}
	general, launch := place("19:team@thread.tacv2"), place("19:launch@thread.tacv2")
	want(general, chats.Known{})
	if _, err := s.Latest(ctx, tenant); !problem.Is(err, problem.NotFound) {
		t.Errorf("the latest of no places: %v", err)
	}

	ok(t, s.Install(ctx, general, noon, jobs.Job{Kind: "test.welcome", Tenant: string(tenant), Subject: "a"}))
	ok(t, s.Install(ctx, general, noon, jobs.Job{Kind: "test.welcome", Tenant: string(tenant), Subject: "a"}))
	want(general, chats.Known{Place: general, Installed: true})
	if p := must[chats.Place](t)(s.Latest(ctx, tenant)); p != general {
		t.Errorf("the latest is %+v", p)
	}
	if queued := Queued(t, b, "test.welcome"); len(queued) != 1 {
		t.Errorf("%d welcome jobs, want the one", len(queued))
	}
	if claimed := atOnce(t, 4, func(int) (bool, error) { return s.Welcome(ctx, general, noon) }); claimed != 1 {
		t.Errorf("the welcome was claimed %d times", claimed)
	}
	want(general, chats.Known{Place: general, Installed: true, Welcomed: true})

	ok(t, s.Refuse(ctx, general, noon))
	want(general, chats.Known{Place: general, Installed: true, Welcomed: true, Refused: noon})
	if listed := must[[]chats.Known](t)(s.Places(ctx, tenant)); len(listed) != 1 || !listed[0].Refused.Equal(noon) {
		t.Errorf("listed %+v", listed)
	}
	ok(t, s.Refuse(ctx, general, time.Time{}))
	ok(t, s.Refuse(ctx, launch, noon)) // of which nothing is known
	want(general, chats.Known{Place: general, Installed: true, Welcomed: true})
	want(launch, chats.Known{})

	nameless := launch
	nameless.Name, nameless.Team = "", ""
	ok(t, s.Approve(ctx, launch, person("ana"), noon))
	ok(t, s.Install(ctx, nameless, noon))
	want(launch, chats.Known{Place: launch, Installed: true, Approved: true, Welcomed: true})
	if claimed := must[bool](t)(s.Welcome(ctx, launch, noon)); claimed {
		t.Error("a place that was asked is welcomed all the same")
	}
	elsewhere := launch
	elsewhere.Tenant = another
	want(elsewhere, chats.Known{})

	other := place("19:other@thread.v2")
	other.Kind, other.Team = chats.Group, ""
	ok(t, s.Install(ctx, other, noon))
	ok(t, s.Remove(ctx, launch, noon)) // the bot left the team: all its channels go
	want(general, chats.Known{})
	want(launch, chats.Known{})
	want(other, chats.Known{Place: other, Installed: true})
	ok(t, s.Remove(ctx, other, noon))
	want(other, chats.Known{})

	ok(t, s.Approve(ctx, launch, person("ana"), noon)) // somebody used it before the welcome came
	ok(t, s.Install(ctx, general, noon))
	if claimed := must[bool](t)(s.Welcome(ctx, general, noon)); claimed {
		t.Error("a team of which a channel was asked is welcomed all the same")
	}
}

// Contacts holds an implementation of chats.Storage against what the package says of people.
func Contacts(t *testing.T, b store.Backend) {
	s, ctx := store.Chats{Backend: b}, t.Context()
	ana := chats.Contact{
		Speaker:    chats.Speaker{Person: person("ana"), User: "29:ana", Name: "Ana Duarte", Locale: "fr-FR", Zone: "Europe/Paris"},
		ServiceURL: "https://smba.trafficmanager.net/emea/",
	}
	want := func(want chats.Contact) {
		t.Helper()
		if diff := cmp.Diff(want, must[chats.Contact](t)(s.Contact(ctx, ana.Person))); diff != "" {
			t.Errorf("contact (-want +got)\n%s", diff)
		}
	}
	want(chats.Contact{Speaker: chats.Speaker{Person: ana.Person}})
	ok(t, s.SaveContact(ctx, ana, noon))
	want(ana)
	ana.Personal = "a:1ana"
	ok(t, s.SaveContact(ctx, ana, noon))
	forgetful := ana
	forgetful.Personal, forgetful.Zone = "", "Europe/Lisbon"
	ok(t, s.SaveContact(ctx, forgetful, noon))
	ana.Zone = "Europe/Lisbon"
	want(ana) // the chat is still known
	twin := ana
	twin.Person.Tenant, twin.Name = another, "Somebody else"
	ok(t, s.SaveContact(ctx, twin, noon))
	want(ana)
}
