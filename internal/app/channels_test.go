package app_test

import (
	"net/http"
	"slices"
	"testing"
)

// C36, in a shared channel: the people are those of the channel, those of another organisation among them, and not those of the team.
func TestC36_SharedChannels(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.approveJIT("apollo-dev", "schedule") // the app is in the team
	form, asked := ana.approveJIT("apollo-partners", "schedule")
	if !asked {
		t.Fatal("the channel is not asked")
	}
	g.idle()
	g.mark()
	form.submit(fields{"topic": "On the quay"}).is("message")
	g.idle()
	// Ben and Kai get the invitation; the bot reaches nobody in another organisation.
	g.expect(effects{Meetings: 1, Events: 1, Mails: 2, Cards: 1, DMs: 2})
	for _, r := range g.rows("mail.delivered") {
		if to := r.Detail["to"]; to != "ben.okafor@meridian.example" && to != "kai.berg@harbour.example" {
			t.Errorf("mail to %v", to)
		}
	}
	ana.find("apollo-partners", "On the quay")
	if got := g.visit("ben").here("apollo-partners"); !slices.Equal(topics(got.Upcoming), []string{"On the quay"}) || got.Name != "Partners" {
		t.Errorf("for Ben: %+v", got)
	}
	if got := g.visit("chloe").ask("GET", g.tabOf("apollo-partners", "meetings"), nil, nil); got.status != http.StatusForbidden {
		t.Errorf("Chloé, who is in the team and not in the channel: %d %s", got.status, got.body)
	}
}

// In a private channel bots may not post: the meeting is made all the same, everybody there is invited, and the organiser reads that the
// card is missing. What is refused there says nothing of the other channels of the team.
func TestC36_PrivateChannels(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.approveJIT("apollo-dev", "schedule")
	tab := g.visit("ana")
	if got := tab.here("apollo-leads"); got.Posts != "not_installed" {
		t.Errorf("before the app is in the channel: %+v", got)
	}
	if got := tab.here("apollo-dev"); got.Posts != "yes" {
		t.Errorf("in the other channel of the team: %+v", got)
	}
	form, _ := ana.approveJIT("apollo-leads", "schedule")
	g.idle()
	g.mark()
	form.submit(fields{"topic": "Costs"}).is("message")
	g.idle()
	g.expect(effects{Meetings: 1, Events: 1, Mails: 1, Cards: 0, DMs: 2}) // to Dev, and to both of them
	ana.shows("bot", "Costs", "The card could not be posted")
	if got := tab.here("apollo-dev"); got.Posts != "yes" {
		t.Errorf("afterwards, in the other channel of the team: %+v", got)
	}
	// Below the box, somebody puts it there.
	var found struct{ Attachments []any }
	g.call("POST", "/people/ana/chats/apollo-leads/commands/find", map[string]any{"query": "Costs"}, &found)
	if len(found.Attachments) != 1 {
		t.Errorf("found %v", found)
	}
}
