package meetings_test

import (
	"strings"
	"testing"

	"causeway/internal/chats"
	"causeway/internal/meetings"
	"causeway/internal/preferences"
	"causeway/internal/teams"
	"causeway/internal/wiretest"
)

// The card in a chat and the invitation speak the organisation's language, a direct message the person's (G14).
func TestLanguages(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.Change{Language: "fr"})
	for _, name := range []string{"ana", "cho"} { // Ana's Teams is British, Cho's French
		speaks := map[string]string{"ana": "en-GB", "cho": "fr-FR"}[name]
		who := chats.Speaker{Person: wiretest.Person(name), User: teams.UserID("29:" + name), Name: name, Locale: speaks, Zone: "Europe/London"}
		if err := p.Chats.Seen(t.Context(), place(p), who); err != nil {
			t.Fatal(err)
		}
	}
	for name, language := range map[string]string{"ana": "en", "ben": "en", "cho": ""} {
		p.Connector.Put("a:1"+name, true)
		if err := p.Prefer(wiretest.Person(name), preferences.Preferences{Language: language, Invited: true, Scheduled: true}); err != nil {
			t.Fatal(err)
		}
	}
	schedule(t, p, "n1", draft())
	for range 3 {
		if failed := p.Work(""); len(failed) > 0 {
			t.Fatal(failed)
		}
	}
	texts := func(conversation string) string {
		var all strings.Builder
		for _, post := range p.Connector.Posts(conversation) {
			all.WriteString(post.Text())
		}
		return all.String()
	}
	if card := texts(group); !strings.Contains(card, "Réunion Zoom") {
		t.Errorf("the card in the chat says %s", card)
	}
	events := p.Graph.Events()
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	if content := events[0]["body"].(map[string]any)["content"].(string); !strings.Contains(content, "Rejoindre") {
		t.Errorf("the invitation says %s", content)
	}
	for name, want := range map[string]string{"ana": "Thursday 26 November 2026, 12:00", "ben": "invites you to a Zoom meeting", "cho": "vous invite à une réunion Zoom"} {
		if said := texts("a:1" + name); !strings.Contains(said, want) {
			t.Errorf("%s is told %s", name, said)
		}
	}
}

// Who has scheduled a series without a calendar is spoken to, and reads that it repeats; everybody else reads whose calendar is missing.
func TestTheOrganiserIsSpokenTo(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", false)
	if err := p.Chats.Seen(t.Context(), place(p), chats.Speaker{Person: wiretest.Person("ben"), User: "29:ben", Name: "Ben", Locale: "en-GB", Zone: "Europe/London"}); err != nil {
		t.Fatal(err)
	}
	p.Connector.Put("a:1ben", true)
	d := draft()
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Weekly, Interval: 1, Times: 3}
	bens := request(p, "n1", d)
	bens.Person, bens.User, bens.Name = wiretest.Person("ben"), "29:ben", "Ben"
	if _, err := p.Meetings.Schedule(t.Context(), bens); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if failed := p.Work(""); len(failed) > 0 {
			t.Fatal(failed)
		}
	}
	for conversation, wants := range map[string][]string{
		"a:1ben": {"your Microsoft calendar is not connected", "Every week", "Thursday 26 November 2026, 12:00"},
		group:    {"Ben has not connected a Microsoft calendar", "Every week"},
	} {
		posts := p.Connector.Posts(conversation)
		if len(posts) == 0 {
			t.Fatalf("nothing in %s", conversation)
		}
		for _, want := range wants {
			if said := posts[len(posts)-1].Text(); !strings.Contains(said, want) {
				t.Errorf("%s does not say %q: %s", conversation, want, said)
			}
		}
	}
}

// Where the organiser wants no message, the card says whom the invitation did not reach.
func TestWhoWasMissedIsSaidToSomebody(t *testing.T) {
	t.Parallel()
	p := stage(t)
	nobody := wiretest.Someone("dan")
	delete(nobody, "email")
	delete(nobody, "userPrincipalName")
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), nobody)
	if err := p.Prefer(wiretest.Person("ana"), preferences.Preferences{Invited: true}); err != nil {
		t.Fatal(err)
	}
	schedule(t, p, "n1", draft())
	for range 4 {
		if failed := p.Work(""); len(failed) > 0 {
			t.Fatal(failed)
		}
	}
	posts := p.Connector.Posts(group)
	if last := posts[len(posts)-1].Text(); !strings.Contains(last, "Dan") {
		t.Errorf("the card says %s", last)
	}
}
