package meetings_test

import (
	"strings"
	"testing"

	"causeway/internal/preferences"
	"causeway/internal/wiretest"
)

// The card in a chat and the invitation speak the organisation's language, a direct message the person's (G14).
func TestLanguages(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.Change{Language: "fr"})
	for name, language := range map[string]string{"ana": "en", "ben": "en", "cho": ""} {
		p.Connector.Put("a:1"+name, true)
		if err := p.Preferences.Save(t.Context(), wiretest.Person(name), preferences.Preferences{Language: language, Invited: true, Scheduled: true}); err != nil {
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
	for name, want := range map[string]string{"ana": "You scheduled", "ben": "invites you to a Zoom meeting", "cho": "vous invite à une réunion Zoom"} {
		if said := texts("a:1" + name); !strings.Contains(said, want) {
			t.Errorf("%s is told %s", name, said)
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
	if err := p.Preferences.Save(t.Context(), wiretest.Person("ana"), preferences.Preferences{Invited: true}); err != nil {
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
