package meetings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/store"
	"causeway/internal/wiretest"
)

// crowded is a product in whose group there are, beside Ana, Ben and Cho, Eva without mail and Kai of another organisation.
func crowded(t *testing.T) *wiretest.Product {
	t.Helper()
	p := stage(t)
	p.Connector.Put(group, true, append(crowd(), wiretest.Someone("ana"))...)
	return p
}

func crowd(more ...string) []map[string]any {
	eva, kai := wiretest.Someone("eva"), wiretest.Someone("kai")
	eva["email"], eva["userPrincipalName"] = "", ""
	kai["tenantId"] = "11111111-2222-4333-8444-555555555555"
	all := []map[string]any{wiretest.Someone("ben"), wiretest.Someone("cho"), eva, kai}
	for _, name := range more {
		all = append(all, wiretest.Someone(name))
	}
	return all
}

// revised changes a meeting as the form of the tab does, the whole of it.
func revised(t *testing.T, p *wiretest.Product, m meetings.Meeting, change func(*meetings.Input)) error {
	t.Helper()
	d, err := p.Meetings.Detail(t.Context(), visitor("ana"), m.ID, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	change(d.Input)
	_, err = p.Meetings.Revise(t.Context(), visitor("ana"), m.ID, *d.Input, meetings.Edit{Edition: d.Edition})
	p.Work("")
	return err
}

// without takes one of those invited from the conversation out of a form.
func without(name string) func(*meetings.Input) {
	return func(in *meetings.Input) {
		in.Members = slices.DeleteFunc(in.Members, func(n meetings.Named) bool { return n.Name == name })
	}
}

// with invites somebody as who is picked in a form.
func with(name, address string) func(*meetings.Input) {
	return func(in *meetings.Input) {
		in.Invitees = append(in.Invitees, meetings.Guest{Name: name, Address: address})
	}
}

// invitedTo are the names of those invited from the conversation.
func invitedTo(t *testing.T, p *wiretest.Product, meeting string) (names []string) {
	t.Helper()
	all, err := store.Meetings{Backend: p.Back}.Invitees(t.Context(), wiretest.Tenant, meeting)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		names = append(names, i.Name)
	}
	return names
}

// attendees are the addresses that the events hold, of each in order.
func attendees(p *wiretest.Product) (all [][]string) {
	for _, e := range p.Graph.Events() {
		var addresses []string
		list, _ := e["attendees"].([]any)
		for _, a := range list {
			addresses = append(addresses, a.(map[string]any)["emailAddress"].(map[string]any)["address"].(string))
		}
		all = append(all, addresses)
	}
	return all
}

func equals(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// TestWhoIsInvitedIsNamedToTheOrganiserAlone: each by name, with the conversation in which others can be named.
func TestWhoIsInvitedIsNamedToTheOrganiserAlone(t *testing.T) {
	t.Parallel()
	p := crowded(t)
	d := draft()
	d.Invitees = []meetings.Guest{{Name: "Kim", Address: "kim@partner.example"}, {Name: "Ben again", Address: "BEN@example.com"}}
	m := schedule(t, p, "n1", d)
	if d, err := p.Meetings.Detail(t.Context(), visitor("ana"), m.ID, time.Time{}); err != nil || d.Input.Members != nil {
		t.Errorf("before it is known who is there: %+v, %v", d.Input, err)
	}
	p.Work("")
	got, err := p.Meetings.Detail(t.Context(), visitor("ana"), m.ID, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	equals(t, "members", []meetings.Named{
		{ID: "ben", Name: "Ben", Address: "ben@example.com"},
		{ID: "cho", Name: "Cho", Address: "cho@example.com"},
		{ID: "eva", Name: "Eva"},
		{ID: "kai@example.com", Name: "Kai", Address: "kai@example.com"},
	}, got.Input.Members)
	equals(t, "invitees", []meetings.Guest{{Name: "Kim", Address: "kim@partner.example"}}, got.Input.Invitees)
	equals(t, "where", &meetings.Where{Conversation: group, Name: "Launch team"}, got.In)
	if got, err := p.Meetings.Detail(t.Context(), visitor("ben"), m.ID, time.Time{}); err != nil || got.Input != nil || got.In != nil {
		t.Errorf("Ben, who was invited, reads %+v, %v", got, err)
	}
	own := plan(t, p, "nonce-01", nil)
	if got, err := p.Meetings.Detail(t.Context(), visitor("ana"), own.ID, time.Time{}); err != nil || got.In != nil || got.Input.Members != nil {
		t.Errorf("of a meeting in no conversation: %+v, %v", got.In, err)
	}
}

// TestWhoIsTakenOutIsInvitedNoMore: neither in the calendar, nor in the list, nor by the message, and all others stay as they are.
func TestWhoIsTakenOutIsInvitedNoMore(t *testing.T) {
	t.Parallel()
	p := crowded(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	p.Link("ben", true)
	if err := p.Meetings.Answer(t.Context(), wiretest.Person("ben"), m.ID, meetings.Reply{Answer: calendar.Accepted, Edition: 1}); kindOf(err) != "not_found meetings.answer_absent" {
		t.Fatal(err) // these calendars hold no copies
	}
	lists := func(name string) int {
		t.Helper()
		p.Link(name, false)
		found, _, err := p.Meetings.Upcoming(t.Context(), visitor(name), meetings.List{})
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if lists("cho") != 1 {
		t.Fatal("Cho does not have it in her list")
	}
	if err := revised(t, p, m, func(in *meetings.Input) {
		without("Cho")(in)
		without("Kai")(in)
	}); err != nil {
		t.Fatal(err)
	}
	equals(t, "invited", []string{"Ben", "Eva"}, invitedTo(t, p, m.ID))
	equals(t, "in the calendar", [][]string{{"ben@example.com"}}, attendees(p))
	if now := find(t, p, m.ID); now.Invitees != 2 || now.Invited != 1 || now.Edition != 2 {
		t.Errorf("stored %+v", now)
	}
	text := p.Connector.Posts("a:1cho")
	if last := text[len(text)-1].Text(); len(text) != 1 || !strings.Contains(last, "No longer invited: Launch") || strings.Contains(last, toZoom) || strings.Contains(last, meetings.DoAnswer) {
		t.Errorf("Cho reads %d messages, the last one %s", len(text), last)
	}
	if text := p.Connector.Posts("a:1ben"); len(text) != 1 || !strings.Contains(text[0].Text(), toZoom) {
		t.Errorf("Ben reads %+v", text)
	}
	if lists("cho") != 0 || lists("ben") != 1 {
		t.Errorf("Cho's list has %d, Ben's %d", lists("cho"), lists("ben"))
	}
	err := p.Meetings.Answer(t.Context(), wiretest.Person("cho"), m.ID, meetings.Reply{Answer: calendar.Accepted, Edition: 2})
	if kindOf(err) != "forbidden meetings.not_invited" {
		t.Errorf("Cho answers: %v", err)
	}
	// Nobody has to be left.
	if err := revised(t, p, m, func(in *meetings.Input) { in.Members = []meetings.Named{} }); err != nil {
		t.Fatal(err)
	}
	if got := invitedTo(t, p, m.ID); len(got) != 0 {
		t.Errorf("invited: %v", got)
	}
}

// TestWhoWasNotToldYetHearsNothing of an invitation that was taken back.
func TestWhoWasNotToldYetHearsNothing(t *testing.T) {
	t.Parallel()
	p := crowded(t)
	m := schedule(t, p, "n1", draft())
	p.Work("meetings.")
	if err := revised(t, p, m, without("Cho")); err != nil {
		t.Fatal(err)
	}
	if got := p.Connector.Posts("a:1cho"); len(got) != 0 {
		t.Errorf("Cho reads %+v", got)
	}
	if got := p.Connector.Posts("a:1ben"); len(got) != 1 {
		t.Errorf("Ben reads %+v", got)
	}
	if err := revised(t, p, m, with("Cho", "cho@example.com")); err != nil {
		t.Fatal(err)
	}
	if got := p.Connector.Posts("a:1cho"); len(got) != 1 || !strings.Contains(got[0].Text(), toZoom) {
		t.Errorf("Cho, who is invited after all, reads %+v", got)
	}
}

// TestWhoIsNamedInAChangeIsInvited: as a member who is in the conversation now, with a message, also one who was taken out before; else by address.
func TestWhoIsNamedInAChangeIsInvited(t *testing.T) {
	t.Parallel()
	p := crowded(t)
	d := draft()
	d.Everyone, d.Chosen = false, []entra.ObjectID{"ben", "cho"}
	m := schedule(t, p, "n1", d)
	p.Work("")
	if err := revised(t, p, m, without("Cho")); err != nil {
		t.Fatal(err)
	}
	p.Connector.Put(group, true, append(crowd("dan"), wiretest.Someone("ana"))...)
	p.Clock.Forward(2 * time.Minute)
	if err := revised(t, p, m, func(in *meetings.Input) {
		with("Dan", "DAN@example.com")(in)
		with("Eva", "eva")(in)
		with("Cho", "cho@example.com")(in)
		with("Ben", "ben@example.com")(in) // who is invited anyway
		with("Kim", "kim@partner.example")(in)
	}); err != nil {
		t.Fatal(err, fields(err))
	}
	equals(t, "invited", []string{"Ben", "Dan", "Eva", "Cho"}, invitedTo(t, p, m.ID))
	equals(t, "by address", []meetings.Guest{{Name: "Kim", Address: "kim@partner.example"}}, find(t, p, m.ID).Draft.Invitees)
	equals(t, "in the calendar", [][]string{{"ben@example.com", "dan@example.com", "cho@example.com", "kim@partner.example"}}, attendees(p))
	for _, name := range []string{"dan", "eva", "cho", "ben"} {
		all := p.Connector.Posts("a:1" + name)
		if want := map[string]int{"cho": 2}[name]; len(all) != max(want, 1) || !strings.Contains(all[len(all)-1].Text(), toZoom) {
			t.Errorf("%s reads %d messages", name, len(all))
		}
	}
	// Whoever was invited by address stays so, wherever they are by now.
	p.Connector.Put(group, true, append(crowd("kim"), wiretest.Someone("ana"))...)
	p.Clock.Forward(2 * time.Minute)
	if err := revised(t, p, m, func(in *meetings.Input) { in.Topic = "Renamed" }); err != nil {
		t.Fatal(err)
	}
	equals(t, "after another change", []string{"Ben", "Dan", "Eva", "Cho"}, invitedTo(t, p, m.ID))
	if n := len(p.Connector.Posts("a:1dan")); n != 1 {
		t.Errorf("Dan reads %d messages", n)
	}
}

// TestNobodyIsNamedInAConversationThatOneHasLeft, or that Teams does not list: they are invited by address, if they have one.
func TestNobodyIsNamedInAConversationThatOneHasLeft(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*wiretest.Product){
		"left": func(p *wiretest.Product) { p.Connector.Put(group, true, crowd("dan")...) },
		"not listed": func(p *wiretest.Product) {
			p.Connector.Next("GET /emea/v3/conversations/*/pagedmembers", 0, wiretest.Refuse(503, `{}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := crowded(t)
			m := schedule(t, p, "n1", draft())
			p.Work("")
			p.Clock.Forward(2 * time.Minute)
			trouble(p)
			if err := revised(t, p, m, with("Dan", "dan@example.com")); err != nil {
				t.Fatal(err)
			}
			equals(t, "invited", []string{"Ben", "Cho", "Eva", "Kai"}, invitedTo(t, p, m.ID))
			equals(t, "by address", []meetings.Guest{{Name: "Dan", Address: "dan@example.com"}}, find(t, p, m.ID).Draft.Invitees)
			if err := revised(t, p, m, with("Fay", "fay")); len(fields(err)) != 1 || !strings.HasPrefix(fields(err)[0], meetings.FieldInvitees) {
				t.Errorf("without an address: %v %v", err, fields(err))
			}
		})
	}
}

// TestWhatAFormDoesNotNameStays: one of before those invited were named, the dialog of a chat, and a meeting of which it is not known yet who is there.
func TestWhatAFormDoesNotNameStays(t *testing.T) {
	t.Parallel()
	p := crowded(t)
	m := schedule(t, p, "n1", draft())
	if err := revised(t, p, m, func(in *meetings.Input) {
		in.Members = []meetings.Named{}
		with("Ben", "ben@example.com")(in)
	}); err != nil {
		t.Fatal(err)
	}
	everyone := []string{"Ben", "Cho", "Eva", "Kai"}
	equals(t, "before it is known who is there", everyone, invitedTo(t, p, m.ID))
	equals(t, "in the calendar", [][]string{{"ben@example.com", "cho@example.com", "kai@example.com"}}, attendees(p))
	if err := revised(t, p, m, func(in *meetings.Input) { in.Members, in.Topic = nil, "Renamed" }); err != nil {
		t.Fatal(err)
	}
	equals(t, "after a form of before", everyone, invitedTo(t, p, m.ID))
	d := find(t, p, m.ID).Draft
	d.Topic = "In a dialog"
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, d); err != nil {
		t.Fatal(err)
	}
	equals(t, "after a dialog", everyone, invitedTo(t, p, m.ID))
}

func TestNoMoreAreNamedThanOutlookInvites(t *testing.T) {
	t.Parallel()
	p := crowded(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	err := revised(t, p, m, func(in *meetings.Input) {
		for i := range 497 {
			with("", "guest"+string(rune('a'+i%26))+strings.Repeat("x", i/26)+"@partner.example")(in)
		}
	})
	if equals(t, "fields", []string{"invitees: meetings.invitees_many"}, fields(err)); err == nil {
		t.Error("501 people are invited")
	}
}

// TestTheRestOfASeriesInvitesWhomItsFormNames: those who were invited and stay, wherever they and the conversation are by now, and nobody else.
func TestTheRestOfASeriesInvitesWhomItsFormNames(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*wiretest.Product, meetings.Meeting) {
		t.Helper()
		p := crowded(t)
		d := draft()
		d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Times: 6}
		m := schedule(t, p, "n1", d)
		p.Work("")
		p.Clock.Forward(2 * time.Minute)
		return p, m
	}
	t.Run("there", func(t *testing.T) {
		t.Parallel()
		p, m := begin(t)
		p.Connector.Put(group, true, append(crowd("dan", "fay")[1:], wiretest.Someone("ana"))...) // Ben has left, Dan and Fay have come
		wish := func(in *meetings.Input) {
			without("Cho")(in)
			with("Dan", "dan@example.com")(in)
		}
		made, err := following(p, m, 3, wish)
		if err != nil {
			t.Fatal(err)
		}
		p.Work("")
		equals(t, "invited to the rest", []string{"Ben", "Eva", "Kai", "Dan"}, invitedTo(t, p, made.ID))
		equals(t, "invited to the series", []string{"Ben", "Cho", "Eva", "Kai"}, invitedTo(t, p, m.ID))
		equals(t, "in the calendar", [][]string{
			{"ben@example.com", "cho@example.com", "kai@example.com"}, {"ben@example.com", "kai@example.com", "dan@example.com"},
		}, attendees(p))
		if got := about(t, p, made.ID); len(got) != 4 || got["cho"] != "" || got["fay"] != "" {
			t.Errorf("told of the rest: %v", got)
		}
		if again, err := following(p, m, 3, wish); err == nil || again.ID == made.ID {
			t.Errorf("with the occurrence gone: %v, %v", again.ID, err)
		}
		// What is left invites whom the series does, also by who names nobody.
		if made, err = p.Meetings.Edit(t.Context(), visitor("ana"), made.ID, meetings.Edit{
			Draft: find(t, p, made.ID).Draft, Scope: meetings.Following, Original: find(t, p, made.ID).Draft.Occurrences()[1].Original, Nonce: "nonce-again",
		}); err != nil {
			t.Fatal(err)
		}
		p.Work("")
		equals(t, "invited to what is left", []string{"Ben", "Eva", "Kai", "Dan"}, invitedTo(t, p, made.ID))
	})
	t.Run("left", func(t *testing.T) {
		t.Parallel()
		p, m := begin(t)
		p.Connector.Put(group, true, crowd("dan")...)
		made, err := following(p, m, 3, without("Cho"))
		if err != nil {
			t.Fatal(err)
		}
		p.Work("")
		if got := invitedTo(t, p, made.ID); len(got) != 0 {
			t.Errorf("invited from the conversation: %v", got)
		}
		equals(t, "in the calendar", []string{"ben@example.com", "kai@example.com"}, attendees(p)[1])
	})
	t.Run("under one nonce", func(t *testing.T) {
		t.Parallel()
		p, m := begin(t)
		original := m.Draft.Occurrences()[3].Original
		d, err := p.Meetings.Detail(t.Context(), visitor("ana"), m.ID, original)
		if err != nil {
			t.Fatal(err)
		}
		revise := func(change func(*meetings.Input)) (meetings.Meeting, error) {
			in := *d.OccurrenceInput
			in.Members = slices.Clone(in.Members)
			change(&in)
			return p.Meetings.Revise(t.Context(), visitor("ana"), m.ID, in, meetings.Edit{Scope: meetings.Following, Original: original, Nonce: "nonce-01"})
		}
		first, err := revise(without("Cho"))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := revise(without("Cho")); err != nil || again.ID != first.ID {
			t.Errorf("once more: %s, %v", again.ID, err)
		}
		if _, err := revise(without("Ben")); kindOf(err) != "conflict meetings.nonce_reused" {
			t.Errorf("for others: %v", err)
		}
	})
}
