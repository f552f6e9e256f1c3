package calendar_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/calendar"
	"causeway/internal/preferences"
	"causeway/internal/store"
	"causeway/internal/wiretest"
)

const (
	create = "POST /v1.0/me/events"
	update = "PATCH /v1.0/me/events/*"
	cancel = "POST /v1.0/me/events/*/cancel"
)

// stage is a product in which Ana has connected Zoom and her calendar.
func stage(t *testing.T) *wiretest.Product {
	t.Helper()
	p := wiretest.New(t, wiretest.SQLite(t))
	p.Link("ana", true)
	return p
}

func entry(revision int64) calendar.Entry {
	return calendar.Entry{
		Meeting: "m1", Organizer: wiretest.Person("ana"), Zoom: "91234567890", Subject: "Launch", HTML: "<p>Join</p>",
		JoinURL: "https://zoom.us/j/91234567890?pwd=x", Start: wiretest.Noon.Add(time.Hour), Duration: 45 * time.Minute, Zone: "Europe/Paris",
		Attendees:   []calendar.Attendee{{Name: "Ben", Address: "ben@example.com"}, {Name: "Cho", Address: "cho@example.com"}},
		Transaction: "m1", Revision: revision,
	}
}

// put writes the entry as revision wants it, and again while Graph does not answer.
func put(t *testing.T, p *wiretest.Product, e calendar.Entry) calendar.Record {
	t.Helper()
	for range 3 {
		r, err := p.Calendar.Put(t.Context(), e, e.Revision)
		if err == nil {
			return r
		}
	}
	t.Fatal("never written")
	return calendar.Record{}
}

func want(t *testing.T, p *wiretest.Product, events int, mails ...string) {
	t.Helper()
	if got := p.Graph.Events(); len(got) != events {
		t.Errorf("%d events, want %d", len(got), events)
	}
	if diff := cmp.Diff(mails, p.Graph.Mails()); diff != "" {
		t.Errorf("mails (-want +got)\n%s", diff)
	}
}

var invited = []string{"invited: ben@example.com", "invited: cho@example.com"}

func TestTheEntrySaysWhereAndWhen(t *testing.T) {
	t.Parallel()
	p := stage(t)
	r := put(t, p, entry(2))
	if r.Written.Words == "" || len(r.Written.Attendees) != 2 {
		t.Errorf("what was written is not noted: %+v", r.Written)
	}
	r.Written = calendar.Written{}
	if diff := cmp.Diff(calendar.Record{Tenant: wiretest.Tenant, Meeting: "m1", State: calendar.Done, EventID: "AAMk1", Revision: 2}, r); diff != "" {
		t.Errorf("record (-want +got)\n%s", diff)
	}
	want(t, p, 1, invited...)
	e := p.Graph.Events()[0]
	delete(e, "id")
	delete(e, "owner")
	delete(e, "isOrganizer")
	got, _ := json.Marshal(e)
	const wanted = `{"subject":"Launch","body":{"contentType":"HTML","content":"<p>Join</p>"},
		"start":{"dateTime":"2026-11-23T14:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"2026-11-23T14:45:00","timeZone":"Europe/Paris"},
		"location":{"displayName":"https://zoom.us/j/91234567890?pwd=x","locationUri":"https://zoom.us/j/91234567890?pwd=x","locationType":"default"},
		"attendees":[{"emailAddress":{"name":"Ben","address":"ben@example.com"},"type":"required"},
			{"emailAddress":{"name":"Cho","address":"cho@example.com"},"type":"required"}],
		"isOnlineMeeting":false,"showAs":"busy","transactionId":"m1",
		"singleValueExtendedProperties":[{"id":"` + calendar.MeetingProperty + `","value":"91234567890"}]}`
	if diff := cmp.Diff(loose(t, wanted), loose(t, string(got))); diff != "" {
		t.Errorf("event (-want +got)\n%s", diff)
	}
	put(t, p, entry(2)) // the job came twice
	want(t, p, 1, invited...)
	if calls := p.Graph.Calls(create); len(calls) != 1 {
		t.Errorf("%d creations", len(calls))
	}
}

func loose(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestT94_OneEventWhateverIsLost: the answer to a creation is lost, or another process came first; it is repeated under the same transaction id.
func TestT94_OneEventWhateverIsLost(t *testing.T) {
	t.Parallel()
	for name, setUp := range map[string]func(*wiretest.Graph){
		"cut, 409 names the event":    func(*wiretest.Graph) {},
		"cut, 400 names the event":    func(g *wiretest.Graph) { g.DuplicateStatus = 400 },
		"cut, 409 names nothing":      func(g *wiretest.Graph) { g.DuplicateNames = false },
		"cut, 400 names nothing":      func(g *wiretest.Graph) { g.DuplicateStatus, g.DuplicateNames = 400, false },
		"504, the answer lost twice":  func(g *wiretest.Graph) { g.Next(create, 1, wiretest.Lose(504)) },
		"503, nothing happened first": func(g *wiretest.Graph) { g.Next(create, 2, wiretest.Refuse(503, `{}`)) },
		"401, the token died":         func(g *wiretest.Graph) { g.Next(create, 1, wiretest.Refuse(401, `{}`)) },
		"429":                         func(g *wiretest.Graph) { g.Next(create, 1, wiretest.Refuse(429, `{}`, "Retry-After", "3")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			setUp(p.Graph)
			p.Graph.Next(create, 1, wiretest.Lose(0))
			r := put(t, p, entry(2))
			if r.State != calendar.Done || r.EventID != "AAMk1" {
				t.Errorf("record %+v", r)
			}
			want(t, p, 1, invited...) // mailed once
			for _, c := range p.Graph.Calls(create) {
				if !strings.Contains(c.Body, `"transactionId":"m1"`) {
					t.Error("a creation without its transaction id")
				}
			}
			if len(p.Graph.Calls(create)) < 2 {
				t.Error("it was not repeated, so nothing was shown")
			}
		})
	}
}

func TestAChangeBetweenTwoTriesIsNotLost(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Graph.Next(create, 2, wiretest.Lose(504))
	if _, err := p.Calendar.Put(t.Context(), entry(2), 2); err == nil {
		t.Fatal("a lost answer is no error")
	}
	moved := entry(3)
	moved.Start = moved.Start.Add(24 * time.Hour)
	put(t, p, moved)
	want(t, p, 1, append(invited, "updated: ben@example.com", "updated: cho@example.com")...)
	if start := p.Graph.Events()[0]["start"].(map[string]any)["dateTime"]; start != "2026-11-24T14:00:00" {
		t.Errorf("the event starts %v", start)
	}
}

func TestAChangeFollowsAndACancellationTells(t *testing.T) {
	t.Parallel()
	p := stage(t)
	put(t, p, entry(2))
	renamed := entry(3)
	renamed.Subject, renamed.Attendees = "Lift-off", renamed.Attendees[:1]
	put(t, p, renamed)
	if got := p.Graph.Events()[0]["subject"]; got != "Lift-off" {
		t.Errorf("subject %v", got)
	}
	if body := p.Graph.Calls(update)[0].Body; strings.Contains(body, "transactionId") {
		t.Error("a change carries the transaction id, which Graph refuses")
	}
	off := entry(4)
	off.Cancelled, off.Comment = true, "Sorry"
	r := put(t, p, off)
	want(t, p, 0, append(invited, "updated: ben@example.com", "cancelled: ben@example.com")...)
	if r.State != calendar.Removed || !strings.Contains(p.Graph.Calls(cancel)[0].Body, "Sorry") {
		t.Errorf("record %+v", r)
	}
	put(t, p, off)
	if calls := p.Graph.Calls(cancel); len(calls) != 1 {
		t.Errorf("%d cancellations", len(calls))
	}
}

func TestACancellationAfterAnInterruptedCreation(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Graph.Next(create, 2, wiretest.Lose(0)) // and the process dies: nothing is noted
	if _, err := p.Calendar.Put(t.Context(), entry(2), 2); err == nil {
		t.Fatal("a lost answer is no error")
	}
	off := entry(3)
	off.Cancelled = true
	if r := put(t, p, off); r.State != calendar.Removed {
		t.Errorf("record %+v", r)
	}
	want(t, p, 0, append(invited, "cancelled: ben@example.com", "cancelled: cho@example.com")...)
}

func TestACancellationOfWhatWasNeverMade(t *testing.T) {
	t.Parallel()
	p := stage(t)
	off := entry(2)
	off.Cancelled = true
	if r := put(t, p, off); r.State != calendar.Removed {
		t.Errorf("record %+v", r)
	}
	want(t, p, 0)
}

// A meeting that was cancelled and takes place after all has an entry once more: one, whatever is lost, as often as that happens.
func TestWhatTakesPlaceAfterAllIsMadeAnew(t *testing.T) {
	t.Parallel()
	p := stage(t)
	mails := []string{}
	for round := range int64(3) {
		on, off := entry(2+10*round), entry(3+10*round)
		off.Cancelled = true
		p.Graph.Next(create, 2, wiretest.Lose(504))
		if r := put(t, p, on); r.State != calendar.Done || r.Written.Cancelled {
			t.Errorf("round %d: %+v", round, r)
		}
		on.Revision++
		put(t, p, on)
		mails = append(mails, invited...)
		want(t, p, 1, mails...)
		off.Revision += 2
		if r := put(t, p, off); r.State != calendar.Removed {
			t.Errorf("round %d, cancelled: %+v", round, r)
		}
		mails = append(mails, "cancelled: ben@example.com", "cancelled: cho@example.com")
		want(t, p, 0, mails...)
	}
	if made := p.Graph.Calls(create); len(made) != 9 {
		t.Errorf("%d creations, want three of each event", len(made))
	}
}

// One whose cancellation could not be written still has its event: that is no second one.
func TestWhatWasNotCancelledInOutlookIsKept(t *testing.T) {
	t.Parallel()
	p := stage(t)
	put(t, p, entry(2))
	off := entry(3)
	off.Cancelled = true
	p.Graph.Next(cancel, 1, wiretest.Refuse(403, `{"error":{"code":"ErrorAccessDenied"}}`))
	if r := put(t, p, off); r.State != calendar.NoGrant {
		t.Errorf("refused: %+v", r)
	}
	if r := put(t, p, entry(4)); r.State != calendar.Done || r.EventID != "AAMk1" {
		t.Errorf("after all: %+v", r)
	}
	want(t, p, 1, invited...)
}

func TestWhoDeletesTheEntryInOutlookKeepsItDeleted(t *testing.T) {
	t.Parallel()
	p := stage(t)
	put(t, p, entry(2))
	p.Graph.Vanish("AAMk1")
	if r := put(t, p, entry(3)); r.State != calendar.Removed {
		t.Errorf("record %+v", r)
	}
	want(t, p, 0, invited...)
	off := entry(4)
	off.Cancelled = true
	if r := put(t, p, off); r.State != calendar.Removed {
		t.Errorf("cancelled afterwards: %+v", r)
	}
}

func TestWhatCannotBeDoneIsAState(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", false)
	p.Link("cho", true)
	p.Graph.NoMailbox["cho"] = true
	for name, state := range map[string]calendar.State{"ben": calendar.NoGrant, "cho": calendar.NoMailbox, "nobody": calendar.NoGrant} {
		e := entry(2)
		e.Meeting, e.Organizer = "of "+name, wiretest.Person(name)
		if r := put(t, p, e); r.State != state || r.EventID != "" {
			t.Errorf("%s: %+v, want %s", name, r, state)
		}
	}
	for code, row := range map[int]calendar.State{400: calendar.Refused, 403: calendar.NoGrant} {
		e := entry(2)
		e.Meeting = http.StatusText(code)
		p.Graph.Next(create, 1, wiretest.Refuse(code, `{"error":{"code":"ErrorInvalidRequest"}}`))
		if r := put(t, p, e); r.State != row {
			t.Errorf("%d: %+v, want %s", code, r, row)
		}
	}
	want(t, p, 0)

	// Ben connects his calendar: the same revision is written now.
	p.Link("ben", true)
	e := entry(2)
	e.Meeting, e.Organizer = "of ben", wiretest.Person("ben")
	if r := put(t, p, e); r.State != calendar.Done {
		t.Errorf("after connecting: %+v", r)
	}
}

// TestTwoThatWriteAtOnce: while one writes what is old, another writes what is new, and notes it first.
func TestTwoThatWriteAtOnce(t *testing.T) {
	t.Parallel()
	p := stage(t)
	put(t, p, entry(2))
	other := p.Process(t)
	gate := wiretest.NewGate()
	p.Graph.Next(update, 1, gate.Before)
	slow := make(chan error, 1)
	go func() {
		stale := entry(3)
		stale.Subject = "Old"
		_, err := p.Calendar.Put(t.Context(), stale, 3)
		slow <- err
	}()
	<-gate.Reached
	fresh := entry(4)
	fresh.Subject = "New"
	if _, err := other.Calendar.Put(t.Context(), fresh, 4); err != nil {
		t.Fatal(err)
	}
	close(gate.Open)
	if err := <-slow; !errors.Is(err, calendar.ErrOvertaken) {
		t.Fatalf("who came last: %v, want ErrOvertaken", err)
	}
	r, err := p.Calendar.Record(t.Context(), wiretest.Tenant, "m1")
	if err != nil || r.Revision != 4 {
		t.Errorf("record %+v, %v", r, err)
	}
}

// TestACreationThatCrossesACancellation: the event that was made meanwhile is known, so that it can be cancelled.
func TestACreationThatCrossesACancellation(t *testing.T) {
	t.Parallel()
	p := stage(t)
	gate := wiretest.NewGate()
	p.Graph.Next(create, 1, func(w http.ResponseWriter, r *http.Request, effect func() *httptest.ResponseRecorder) {
		gate.Before(w, r, effect)
	})
	slow := make(chan error, 1)
	go func() {
		_, err := p.Calendar.Put(t.Context(), entry(2), 2)
		slow <- err
	}()
	<-gate.Reached
	off := entry(3)
	off.Cancelled = true
	put(t, p, off)
	close(gate.Open)
	if err := <-slow; !errors.Is(err, calendar.ErrOvertaken) {
		t.Fatalf("who came last: %v, want ErrOvertaken", err)
	}
	if _, err := p.Calendar.Put(t.Context(), off, 1<<62); err != nil {
		t.Fatal(err)
	}
	want(t, p, 0, append(invited, "cancelled: ben@example.com", "cancelled: cho@example.com")...)
}

// TestACreationThatCrossesADeletion: the organiser has deleted the entry when a late creation makes it anew. It goes again.
func TestACreationThatCrossesADeletion(t *testing.T) {
	t.Parallel()
	p := stage(t)
	other := p.Process(t)
	gate := wiretest.NewGate()
	p.Graph.Next(create, 1, gate.Before)
	slow := make(chan error, 1)
	go func() {
		_, err := p.Calendar.Put(t.Context(), entry(2), 2)
		slow <- err
	}()
	<-gate.Reached
	if _, err := other.Calendar.Put(t.Context(), entry(3), 3); err != nil {
		t.Fatal(err)
	}
	p.Graph.Vanish(p.Graph.Events()[0]["id"].(string))
	close(gate.Open)
	if err := <-slow; !errors.Is(err, calendar.ErrOvertaken) {
		t.Fatalf("who came last: %v, want ErrOvertaken", err)
	}
	want(t, p, 0, slices.Concat(invited, invited, []string{"cancelled: ben@example.com", "cancelled: cho@example.com"})...)
}

func TestARecordThatCannotBeStoredIsAnError(t *testing.T) {
	t.Parallel()
	p := stage(t)
	s := calendar.New(calendar.Config{
		Storage: broken{store.Calendar{Backend: p.Back}}, Accounts: p.Accounts, Policy: p.Policy, Ring: p.Ring, Now: p.Clock.Now,
	})
	if _, err := s.Put(t.Context(), entry(2), 2); err == nil {
		t.Error("no error")
	}
	put(t, p, entry(2)) // and the event that was made is found
	want(t, p, 1, invited...)
}

// broken cannot write, as a disk that is full.
type broken struct{ store.Calendar }

func (broken) SaveRecord(context.Context, calendar.Record, int64) (bool, error) {
	return false, errors.New("no space left on device")
}

// Outlook's own reminder stands, until the person has chosen one. It is set once.
func TestTheReminderIsThePersons(t *testing.T) {
	t.Parallel()
	p := stage(t)
	for i, c := range []struct {
		chosen *preferences.Preferences
		want   [2]any
	}{
		{nil, [2]any{nil, nil}},
		{&preferences.Preferences{Reminder: 30}, [2]any{true, 30.0}},
		{&preferences.Preferences{Reminder: 0}, [2]any{true, 0.0}},
		{&preferences.Preferences{Reminder: preferences.NoReminder}, [2]any{false, nil}},
	} {
		if c.chosen != nil {
			if err := p.Prefer(wiretest.Person("ana"), *c.chosen); err != nil {
				t.Fatal(err)
			}
		}
		e := entry(1)
		e.Meeting = fmt.Sprintf("m%d", i)
		e.Transaction = e.Meeting
		put(t, p, e)
		made := p.Graph.Events()[i]
		if got := [2]any{made["isReminderOn"], made["reminderMinutesBeforeStart"]}; got != c.want {
			t.Errorf("chosen %+v: the reminder is %v, want %v", c.chosen, got, c.want)
		}
		e.Revision, e.Subject = 2, "Moved"
		put(t, p, e)
	}
	for _, call := range p.Graph.Calls(update) {
		if strings.Contains(call.Body, "eminder") {
			t.Errorf("an update overwrites the reminder: %s", call.Body)
		}
	}
}

// TestAWholeDayIsOneOfItsZone: Graph writes days as midnights of whatever zone it is asked for.
func TestAWholeDayIsOneOfItsZone(t *testing.T) {
	t.Parallel()
	p := stage(t)
	day := func(date string) map[string]any {
		return map[string]any{"dateTime": date + "T00:00:00.0000000", "timeZone": "UTC"}
	}
	p.Graph.List("view", map[string]any{
		"id": "AAMk1", "subject": "Company day", "isAllDay": true, "originalStartTimeZone": "Pacific Standard Time",
		"start": day("2026-11-24"), "end": day("2026-11-25"),
	})
	seen, err := p.Calendar.View(t.Context(), wiretest.Person("ana"), wiretest.Noon, wiretest.Noon.AddDate(0, 0, 7))
	if err != nil || len(seen) != 1 {
		t.Fatalf("%+v, %v", seen, err)
	}
	from := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	if one := seen[0]; one.Zone != "America/Los_Angeles" || !one.Start.Equal(from) || one.End.Sub(from) != 24*time.Hour || !one.AllDay {
		t.Errorf("%s: %s to %s", one.Zone, one.Start, one.End)
	}
}
