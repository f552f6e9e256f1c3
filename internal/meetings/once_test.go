package meetings_test

import (
	"testing"
	"time"

	"causeway/internal/meetings"
	"causeway/internal/problem"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

// TestWhatIsBeingMadeIsNotTaken: Zoom has made a meeting and its answer was lost. Whoever finds it in the list meanwhile does not make a
// second one of it.
func TestWhatIsBeingMadeIsNotTaken(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Next(create, 1, wiretest.Lose(502))
	in := typed()
	in.Who = ""
	if _, err := p.Meetings.Plan(t.Context(), visitor("ana"), "nonce-01", in); !problem.Is(err, problem.Busy) {
		t.Fatal(err)
	}
	found, _, err := p.Meetings.Upcoming(t.Context(), visitor("ana"), meetings.List{})
	if err != nil || len(found) != 1 || found[0].Can != (meetings.Can{}) {
		t.Fatalf("listed: %+v, %v", found, err)
	}
	key := found[0].Key
	d, err := p.Meetings.Detail(t.Context(), visitor("ana"), key, time.Time{})
	if err != nil || d.Can != (meetings.Can{}) || d.Input != nil {
		t.Errorf("looked at: %+v, %v", d, err)
	}
	if _, err := p.Meetings.AddToCalendar(t.Context(), visitor("ana"), key); kindOf(err) != "busy upcoming.still_making" {
		t.Errorf("taken: %v", err)
	}
	settle(t, p, settling(t, p))
	p.Work("")
	if found, _, err = p.Meetings.Upcoming(t.Context(), visitor("ana"), meetings.List{}); err != nil || len(found) != 1 || !found[0].Can.Change || found[0].Key == key {
		t.Errorf("when it is made: %+v, %v", found, err)
	}
	if z, events := p.Zoom.Meetings(), p.Graph.Events(); len(z) != 1 || len(events) != 1 {
		t.Errorf("%d meetings, %d events", len(z), len(events))
	}
}

// TestTheRestOfASeriesIsMadeOnce: however often it is asked for, and however late.
func TestTheRestOfASeriesIsMadeOnce(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", func(in *meetings.Input) { in.Repeat, in.Times, in.Interval = "daily", "6", "1" })
	p.Work("")
	fourth := m.Draft.Occurrences()[3]
	in := typed()
	in.Who, in.Topic, in.Repeat, in.Times, in.Interval = "", "Rest", "daily", "3", "1"
	in.Date = fourth.Start.Format(time.DateOnly)
	revise := func(nonce string) (meetings.Meeting, error) {
		e := meetings.Edit{Scope: meetings.Following, Original: fourth.Original, Edition: m.Edition, Nonce: nonce}
		return p.Meetings.Revise(t.Context(), visitor("ana"), m.ID, in, e)
	}
	if _, err := revise(""); !problem.Is(err, problem.Invalid) || len(p.Zoom.Calls(create)) != 1 {
		t.Errorf("without a nonce: %v", err)
	}
	p.Zoom.Next(create, 1, wiretest.Lose(502))
	if _, err := revise("nonce-02"); !problem.Is(err, problem.Busy) {
		t.Fatal(err)
	}
	p.Clock.Forward(time.Minute)
	for _, j := range storetest.Jobs(t, p.Back, meetings.SettleJob, string(wiretest.Tenant)) {
		settle(t, p, j)
	}
	p.Work("")
	made, err := revise("nonce-02")
	if err != nil || made.Draft.Topic != "Rest" {
		t.Errorf("when it is made: %+v, %v", made, err)
	}
	in.Topic = "Another"
	if _, err := revise("nonce-02"); kindOf(err) != "conflict meetings.nonce_reused" {
		t.Errorf("another wish: %v", err)
	}
	p.Work("")
	if z, events := p.Zoom.Meetings(), p.Graph.Events(); len(z) != 2 || len(events) != 2 {
		t.Errorf("%d meetings, %d events", len(z), len(events))
	}
}

// TestASearchAsksOnce: not with every key; but after a change of the person's own at once.
func TestASearchAsksOnce(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", nil)
	p.Work("")
	calls := func() int { return len(p.Zoom.Calls(list)) + len(p.Graph.Calls("GET /v1.0/me/calendarView")) }
	search := func(q string) []meetings.Upcoming {
		t.Helper()
		found, _, err := p.Meetings.Upcoming(t.Context(), visitor("ana"), meetings.List{Query: q})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	before := calls()
	search("l")
	once := calls() - before
	for _, q := range []string{"la", "lau", "laun", "launc", "launch"} {
		if found := search(q); len(found) != 1 {
			t.Errorf("%s: %v", q, topics(found))
		}
	}
	if n := calls() - before; n != once {
		t.Errorf("%d calls for six keys, %d for one", n, once)
	}
	in := typed()
	in.Who, in.Topic = "", "Rocket"
	if _, err := p.Meetings.Revise(t.Context(), visitor("ana"), m.ID, in, meetings.Edit{}); err != nil {
		t.Fatal(err)
	}
	if found := search("rocket"); len(found) != 1 {
		t.Errorf("after a change: %v", topics(found))
	}
	now := calls()
	p.Clock.Forward(time.Minute)
	if search("rocket"); calls() == now {
		t.Error("a minute later nobody was asked")
	}
}
