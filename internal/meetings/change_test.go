package meetings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/problem"
	"causeway/internal/wiretest"
)

// TestT12_ChangesBelongToTheOrganiser: for everybody else the meeting does not exist, and nothing of it is touched.
func TestT12_ChangesBelongToTheOrganiser(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	ben := p.Link("ben", true)
	foreign := entra.Person{Tenant: "0c1d2e3f-1111-4222-8333-444455556666", ID: "ana"}
	calls, before := len(p.Zoom.Calls("*")), find(t, p, m.ID)
	for name, who := range map[string]entra.Person{"somebody else": ben, "the same id in another tenant": foreign} {
		_, owned := p.Meetings.Own(t.Context(), who, m.ID)
		_, changed := p.Meetings.Change(t.Context(), who, m.ID, draft())
		_, cancelled := p.Meetings.Cancel(t.Context(), who, m.ID)
		_, started := p.Meetings.StartURL(t.Context(), who, m.ID)
		for _, err := range []error{owned, changed, cancelled, started} {
			if who == ben && !problem.Is(err, problem.NotFound) || err == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if diff := cmp.Diff(before, find(t, p, m.ID)); diff != "" || len(p.Zoom.Calls("*")) != calls {
		t.Errorf("%d calls to Zoom, and (-before +after)\n%s", len(p.Zoom.Calls("*"))-calls, diff)
	}
}

func TestAChangeIsShownEverywhere(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	d := draft()
	d.Topic, d.Start = "Lift-off", d.Start.Add(time.Hour)
	for range 2 { // the same wish twice
		if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	if failed := p.Work(""); len(failed) > 0 {
		t.Fatal(failed)
	}
	if got := p.Zoom.Meetings()[0]; got["topic"] != "Lift-off" || got["start_time"] != "2026-11-26T13:00:00Z" || !strings.HasPrefix(got["agenda"].(string), "Causeway "+m.ID) {
		t.Errorf("at Zoom: %v", got)
	}
	if got := p.Graph.Events()[0]["subject"]; got != "Lift-off" {
		t.Errorf("in the calendar: %v", got)
	}
	for _, conversation := range []string{group, "a:1ana", "a:1ben", "a:1cho"} {
		if posts := p.Connector.Posts(conversation); len(posts) != 1 || !strings.Contains(posts[0].Text(), `Lift\\-off`) {
			t.Errorf("in %s: %v", conversation, posts)
		}
	}
	d.Topic = ""
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, d); len(fields(err)) != 1 {
		t.Errorf("a change without topic: %v", err)
	}
	p.Clock.Forward(threeDays + 2*time.Hour)
	late := find(t, p, m.ID).Draft
	late.Topic = "Under way"
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, late); err != nil {
		t.Errorf("renamed while it goes on: %v", err)
	}
	p.Zoom.Next(change, 1, wiretest.Refuse(404, `{"code":3001,"message":"Meeting does not exist."}`))
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, late); kindOf(err) != "not_found meetings.gone" {
		t.Errorf("deleted at Zoom: %v", err)
	}
	p.Zoom.Next(change, 1, wiretest.Refuse(503, `{}`))
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, late); kindOf(err) != "unavailable meetings.zoom_unavailable" {
		t.Errorf("Zoom down: %v", err)
	}
}

// TestAChangeThatMeetsAnother: what Zoom has and what is stored are the same in the end.
func TestAChangeThatMeetsAnother(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	gate := wiretest.NewGate()
	p.Zoom.Next(change, 1, gate.After)
	slow := make(chan error, 1)
	go func() {
		d := draft()
		d.Topic = "Slow"
		_, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, d)
		slow <- err
	}()
	<-gate.Reached
	d := draft()
	d.Topic = "Quick"
	if _, err := p.Process(t).Meetings.Change(t.Context(), m.Organizer, m.ID, d); err != nil {
		t.Fatal(err)
	}
	close(gate.Open)
	if err := <-slow; err != nil {
		t.Fatal(err)
	}
	if stored, at := find(t, p, m.ID).Draft.Topic, p.Zoom.Meetings()[0]["topic"]; stored != at {
		t.Errorf("stored %q, at Zoom %q", stored, at)
	}
}

func TestACancellationEndsEverything(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	for range 2 {
		if got, err := p.Meetings.Cancel(t.Context(), m.Organizer, m.ID); err != nil || got.State != meetings.Cancelled {
			t.Fatal(got.State, err)
		}
	}
	if failed := p.Work(""); len(failed) > 0 {
		t.Fatal(failed)
	}
	if len(p.Zoom.Meetings()) != 0 || len(p.Graph.Events()) != 0 || len(p.Zoom.Calls(remove)) != 1 {
		t.Errorf("%d meetings, %d events, %d deletions", len(p.Zoom.Meetings()), len(p.Graph.Events()), len(p.Zoom.Calls(remove)))
	}
	for _, conversation := range []string{group, "a:1ana", "a:1ben"} {
		posts := p.Connector.Posts(conversation)
		if len(posts) != 1 || !strings.Contains(posts[0].Text(), "Cancelled: Launch") || strings.Contains(posts[0].Text(), toZoom) {
			t.Errorf("in %s: %v", conversation, posts)
		}
	}
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, draft()); kindOf(err) != "conflict meetings.cancelled_already" {
		t.Errorf("changed afterwards: %v", err)
	}
	if _, err := p.Meetings.StartURL(t.Context(), m.Organizer, m.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("started afterwards: %v", err)
	}
}

func TestWhoWasNotToldYetHearsNothingOfACancelledMeeting(t *testing.T) {
	t.Parallel()
	p := stage(t)
	early := schedule(t, p, "n1", draft())
	if _, err := p.Meetings.Cancel(t.Context(), early.Organizer, early.ID); err != nil {
		t.Fatal(err)
	}
	p.Work("") // cancelled before anybody was collected
	if len(about(t, p, early.ID)) != 0 || len(p.Graph.Mails()) != 0 {
		t.Errorf("told %v, mailed %v", about(t, p, early.ID), p.Graph.Mails())
	}
	m := schedule(t, p, "n2", draft())
	p.Work(meetings.RosterJob)
	if _, err := p.Meetings.Cancel(t.Context(), m.Organizer, m.ID); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if posts := p.Connector.Posts("a:1ben"); len(posts) != 0 {
		t.Errorf("Ben hears of it: %v", posts)
	}
}
