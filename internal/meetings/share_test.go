package meetings_test

import (
	"strings"
	"testing"
	"time"

	"causeway/internal/chats"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/store"
	"causeway/internal/teams"
	"causeway/internal/wiretest"
)

// open makes a conversation in which the bot, Ana and others are.
func open(t *testing.T, p *wiretest.Product, id, name string, others ...string) chats.Place {
	t.Helper()
	people := []map[string]any{wiretest.Someone("ana"), {"id": "28:" + wiretest.AppID, "name": "Causeway"}}
	for _, other := range others {
		people = append(people, wiretest.Someone(other))
	}
	p.Connector.Put(id, true, people...)
	made := place(p)
	made.Conversation, made.Name = teams.ConversationID(id), name
	if err := (store.Chats{Backend: p.Back}).Install(t.Context(), made, p.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	return made
}

// share shares a meeting of Ana's.
func share(t *testing.T, p *wiretest.Product, m meetings.Meeting, where chats.Place) {
	t.Helper()
	if _, err := p.Meetings.Share(t.Context(), visitor("ana"), m.ID, where.Conversation); err != nil {
		t.Fatal(err)
	}
	p.Work("")
}

// TestWhoIsElsewhereReadsNothingOfTheConversation: into which a meeting is shared says nothing of the one that it was made in.
func TestWhoIsElsewhereReadsNothingOfTheConversation(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	for _, name := range []string{"ben", "dan"} {
		p.Link(name, false)
	}
	share(t, p, m, open(t, p, "19:all@thread.v2", "All hands", "dan"))
	read := func(name string) meetings.Detail {
		t.Helper()
		d, err := p.Meetings.Detail(t.Context(), visitor(name), m.ID, time.Time{})
		if err != nil {
			t.Fatal(name, err)
		}
		return d
	}
	if d := read("dan"); d.Conversation != "" || len(d.Invitees) != 0 || d.Agenda != "" || d.Passcode != m.Passcode || d.JoinURL != m.JoinURL || d.Start == nil {
		t.Errorf("in the other conversation: %+v", d)
	}
	for _, name := range []string{"ana", "ben"} {
		if d := read(name); d.Conversation != "Launch team" || len(d.Invitees) == 0 || d.Agenda != "Last checks" {
			t.Errorf("%s: %+v", name, d)
		}
	}
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("cho"))
	p.Clock.Forward(time.Minute)
	if d := read("ben"); d.Conversation != "Launch team" || len(d.Invitees) == 0 || d.Passcode != "" {
		t.Errorf("invited, and gone: %+v", d)
	}
}

// TestOneShareIsOneCard: however often it is pressed within a minute; and if we die in between, a job goes on.
func TestOneShareIsOneCard(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", nil)
	where := open(t, p, "19:all@thread.v2", "All hands")
	for range 3 {
		share(t, p, m, where)
	}
	if n := len(p.Connector.Posts("19:all@thread.v2")); n != 1 {
		t.Errorf("%d cards within a minute", n)
	}
	p.Clock.Forward(2 * time.Minute)
	share(t, p, m, where)
	if n := len(p.Connector.Posts("19:all@thread.v2")); n != 2 {
		t.Errorf("%d cards after a minute", n)
	}
}

func TestAShareThatWasInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", nil)
	where := open(t, p, "19:all@thread.v2", "All hands")
	stored := store.Meetings{Backend: p.Back}
	wish := meetings.Share{ID: "interrupted", Meeting: m.ID, By: "ana", Place: where, At: p.Clock.Now()}
	if _, _, err := stored.SaveShare(t.Context(), wish, p.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	job := jobs.Job{Kind: meetings.ShareJob, Tenant: string(wiretest.Tenant), Subject: wish.ID}
	for range 3 {
		if err := p.Meetings.PostShare(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	found, err := stored.Shared(t.Context(), wiretest.Tenant, wish.ID)
	if n := len(p.Connector.Posts("19:all@thread.v2")); err != nil || n != 1 || found.Card.State != meetings.CardPosted {
		t.Errorf("%d cards, %+v, %v", n, found.Card, err)
	}
}

// TestAShareSaysWhatBecameOfIt: refused it may be repeated at once, but where nothing may be posted; of what was not answered nothing is posted
// again.
func TestAShareSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	const post = "POST /emea/v3/conversations/19:all@thread.v2/activities"
	for name, row := range map[string]struct {
		fault wiretest.Trouble
		want  string
		again string
		cards int
	}{
		"refused":  {wiretest.Refuse(413, `{"error":{"code":"MessageSizeTooBig"}}`), "unavailable chats.refused", "", 1},
		"silenced": {wiretest.Refuse(403, `{"error":{"code":"ForbiddenOperationException"}}`), "forbidden chats.no_posting", "forbidden chats.no_posting", 0},
		"thrown out": {
			wiretest.Refuse(403, `{"error":{"code":"BotNotInConversationRoster"}}`), "forbidden chats.no_bot", "forbidden chats.no_bot", 0,
		},
		"busy":      {wiretest.Refuse(429, `{}`), "unavailable chats.teams_unavailable", "", 1},
		"no answer": {wiretest.Lose(502), "unavailable upcoming.share_unsure", "unavailable upcoming.share_unsure", 1},
	} {
		p := stage(t)
		m := plan(t, p, "nonce-01", nil)
		where := open(t, p, "19:all@thread.v2", "All hands")
		p.Connector.Next(post, 1, row.fault)
		for _, want := range []string{row.want, row.again} {
			if _, err := p.Meetings.Share(t.Context(), visitor("ana"), m.ID, where.Conversation); kindOf(err) != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
		p.Clock.Forward(time.Minute)
		p.Work("")
		if n := len(p.Connector.Posts("19:all@thread.v2")); n != row.cards {
			t.Errorf("%s: %d cards", name, n)
		}
	}
}

// TestWhereNothingMayBePosted: it is tried again a day later, and once something was posted nothing is left of it.
func TestWhereNothingMayBePosted(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", nil)
	where := open(t, p, "19:all@thread.v2", "All hands")
	p.Connector.Next("POST /emea/v3/conversations/19:all@thread.v2/activities", 1, wiretest.Refuse(403, `{"error":{"code":"ForbiddenOperationException"}}`))
	if _, err := p.Meetings.Share(t.Context(), visitor("ana"), m.ID, where.Conversation); kindOf(err) != "forbidden chats.no_posting" {
		t.Fatal(err)
	}
	p.Clock.Forward(24*time.Hour + time.Minute)
	share(t, p, m, where)
	if known, err := (store.Chats{Backend: p.Back}).Place(t.Context(), where.Tenant, where.Conversation); err != nil || !known.Refused.IsZero() {
		t.Errorf("%+v, %v", known, err)
	}
}

// However two renewals of the card of an occurrence cross, it shows what is true at last.
func TestTheCardOfAnOccurrenceIsTrueAtLast(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Times: 3}
	m := schedule(t, p, "n1", d)
	open(t, p, group, "Launch team", "ben", "cho")
	p.Work("")
	v := visitor("ana")
	v.At.Conversation = group
	if err := p.Meetings.Follow(t.Context(), v, m.ID, true); err != nil {
		t.Fatal(err)
	}
	p.Clock.Set(m.Draft.Start.Add(-4 * time.Minute))
	if err := p.Meetings.TickTurns(t.Context(), wiretest.Tenant); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	posts := p.Connector.Posts(group)
	id := posts[len(posts)-1].ID
	card := func() string {
		for _, post := range p.Connector.Posts(group) {
			if post.ID == id {
				return post.Text()
			}
		}
		return ""
	}
	rename := func(topic string) {
		t.Helper()
		d := find(t, p, m.ID).Draft
		d.Topic = topic
		if _, err := p.Meetings.Change(t.Context(), wiretest.Person("ana"), m.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	show := func() error {
		return p.Do(jobs.Job{Kind: meetings.CardJob, Tenant: string(wiretest.Tenant), Subject: m.ID, Revision: find(t, p, m.ID).Revision})
	}
	rename("Alpha")
	gate := wiretest.NewGate()
	p.Connector.Next("PUT /emea/v3/conversations/"+group+"/activities/"+id, 1, gate.Before)
	first := make(chan error, 1)
	go func() { first <- show() }() // shows Alpha, slowly
	<-gate.Reached
	rename("Beta")
	if err := show(); err != nil {
		t.Fatal(err)
	}
	close(gate.Open)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(card(), "Beta") {
		t.Fatalf("at first it says %s", card())
	}
	rename("Alpha")
	if err := show(); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if !strings.Contains(card(), "Alpha") {
		t.Errorf("the series is called Alpha, and its card says %s", card())
	}
}
