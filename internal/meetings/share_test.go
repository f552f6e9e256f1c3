package meetings_test

import (
	"testing"
	"time"

	"causeway/internal/chats"
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
