package meetings_test

import (
	"testing"
	"time"

	"causeway/internal/meetings"
	"causeway/internal/problem"
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
