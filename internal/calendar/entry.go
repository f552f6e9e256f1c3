package calendar

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"causeway/internal/entra"
	"causeway/internal/graph"
)

// begin makes the event, or finds the one that an earlier try made and brings it up to date.
func (s *Service) begin(ctx context.Context, client *graph.Client, e Entry, r *Record) error {
	wanted := event(e)
	if err := s.remind(ctx, e.Organizer, &wanted); err != nil {
		return err
	}
	made, err := client.CreateEvent(ctx, wanted)
	var twin *graph.DuplicateError
	switch {
	case err == nil:
		r.EventID, r.State, r.Written = made.ID, Done, written(e)
		return s.exceptions(ctx, client, e, Held{event: made, Zone: e.Zone}, r)
	case !errors.As(err, &twin):
		return err
	}
	if r.EventID = twin.EventID; r.EventID == "" {
		if r.EventID, err = find(ctx, client, e.Zoom); err != nil {
			return err
		}
	}
	if r.EventID == "" {
		return errors.New("calendar: the event exists, but is not found yet")
	}
	held, err := s.held(ctx, client, r.EventID, e.Zone)
	if err != nil {
		return err
	}
	r.Written = Written{Words: written(e).Words, Attendees: slices.DeleteFunc(addresses(held.event), e.keeps)}
	if _, _, needed := differs(held, e, r.Written); needed {
		r.Written.Words = "" // a change by the organiser came in between
	}
	return s.bring(ctx, client, e, held, r)
}

func addresses(e graph.Event) (all []string) {
	for _, a := range e.Attendees {
		all = append(all, strings.ToLower(a.EmailAddress.Address))
	}
	slices.Sort(all)
	return all
}

// keeps tells whether an address is of somebody whom the organiser has invited, and not we.
func (e Entry) keeps(address string) bool {
	return slices.ContainsFunc(e.kept, func(a graph.Attendee) bool { return strings.EqualFold(a.EmailAddress.Address, address) })
}

// find looks for an event of a meeting that nothing is known of. Those that others have sent are none, whatever they bear.
func find(ctx context.Context, client *graph.Client, zoom string) (string, error) {
	found, err := client.FindEvents(ctx, MeetingProperty, zoom)
	for _, e := range found {
		if err == nil && e.IsOrganizer {
			return e.ID, nil
		}
	}
	return "", err
}

// yield lets an entry of a meeting that was not made here stay away when an event that the organiser's calendar holds anyway leads to
// the same meeting: of two that keep the calendar right, one is too many. An entry to which somebody is invited stays.
func (s *Service) yield(ctx context.Context, client *graph.Client, e Entry, r *Record) (bool, error) {
	other := ""
	from, to := e.Start.Add(-24*time.Hour), e.Start.Add(e.Duration+24*time.Hour)
	err := client.CalendarView(ctx, graph.View{From: from, To: to, Property: MeetingProperty, Body: true}, func(page []graph.Event) error {
		for _, there := range page {
			if id := cmp.Or(there.SeriesMasterID, there.ID); id != r.EventID && there.Property(MeetingProperty) == "" && s.leadsTo(there, e.Zoom) {
				other = id
			}
		}
		return nil
	})
	if err != nil || other == "" {
		return false, err
	}
	if r.EventID != "" {
		ours, err := client.Event(ctx, r.EventID)
		if err == nil && len(ours.Attendees) > 0 {
			return false, nil
		}
		if err == nil {
			err = client.DeleteEvent(ctx, r.EventID)
		}
		if err != nil && !errors.Is(err, graph.ErrNotFound) {
			return false, err
		}
	}
	r.EventID, r.State = other, Foreign
	return true, nil
}

// stands tells whether another's event still leads to a meeting.
func (s *Service) stands(ctx context.Context, client *graph.Client, id, zoom string) (bool, error) {
	e, err := client.Event(ctx, id)
	if errors.Is(err, graph.ErrNotFound) {
		return false, nil
	}
	return err == nil && !e.IsCancelled && s.leadsTo(e, zoom), err
}

// Deserted tells whether the event of another's that held a meeting does so no more. Errors: those of accounts.Service.Graph, and of
// graph.
func (s *Service) Deserted(ctx context.Context, organizer entra.Person, r Record, zoom string) (bool, error) {
	if r.State != Foreign {
		return false, nil
	}
	client, err := s.c.Accounts.Graph(ctx, organizer)
	if err != nil {
		return false, err
	}
	there, err := s.stands(ctx, client, r.EventID, zoom)
	return err == nil && !there, err
}

// update writes what differs. An event that the organiser has deleted stays away.
func (s *Service) update(ctx context.Context, client *graph.Client, e Entry, r *Record) error {
	held, err := s.heldOrOther(ctx, client, r.EventID, e.Zoom, e.Zone)
	if err != nil {
		return err
	}
	r.EventID = held.Event
	return s.bring(ctx, client, e, held, r)
}

// bring makes an event that was read hold the entry.
func (s *Service) bring(ctx context.Context, client *graph.Client, e Entry, held Held, r *Record) (err error) {
	if held.Gone {
		r.State = Removed
		return nil
	}
	if e.Repeat == nil && (held.Repeat != nil || held.Odd) {
		return s.replace(ctx, client, e, held, r)
	}
	change, anew, needed := differs(held, e, r.Written)
	if anew && held.lacks(e, s.c.Now()) {
		return s.replace(ctx, client, e, held, r)
	}
	if needed {
		if held.event, err = client.UpdateEvent(ctx, r.EventID, change); errors.Is(err, graph.ErrNotFound) {
			r.State = Removed
			return nil
		}
		if err != nil {
			return err
		}
	}
	r.State, r.Written = Done, written(e)
	if anew { // Exchange keeps what was different on days that are still in the series
		held.instances, held.Occurrences = nil, nil
		if e.Repeat != nil {
			held.Repeat, held.Start, held.event.ID = e.Repeat, e.Start, r.EventID
			if err := s.readInstances(ctx, client, &held); err != nil {
				return err
			}
		}
	}
	return s.exceptions(ctx, client, e, held, r)
}

// lacks tells whether a series, of which only the length is to change, lacks an occurrence that is to come: it was cancelled in Outlook,
// and Graph brings none back. When it becomes longer, this is known as far as it goes now.
//
// UNVERIFIED: that Exchange keeps cancelled occurrences then, and forgets them at any other change of a series.
func (h Held) lacks(e Entry, now time.Time) bool {
	if h.Repeat == nil || e.Repeat == nil || h.Odd || !h.Start.Equal(e.Start) || h.Duration != e.Duration || h.Zone != e.Zone {
		return false
	}
	stretched := *h.Repeat
	stretched.Times, stretched.Until = e.Repeat.Times, e.Repeat.Until
	if !stretched.equal(e.Repeat) {
		return false
	}
	shorter := e.Repeat.Times > 0 && e.Repeat.Times <= h.Repeat.Times || e.Repeat.Until != "" && e.Repeat.Until <= h.Repeat.Until
	var last time.Time
	for _, x := range h.Occurrences {
		if x.Original.After(last) {
			last = x.Original
		}
	}
	return slices.ContainsFunc(e.Takes, func(original time.Time) bool {
		there := func(x Exception) bool { return x.Original.Equal(original) && !x.Cancelled }
		known := shorter && original.Before(h.Start.Add(4*year)) || !original.After(last)
		return original.After(now) && known && !slices.ContainsFunc(h.Occurrences, there)
	})
}

// replace makes a new event in place of one that Graph cannot change so far: it takes no series from an event, and brings no occurrence back.
// Whom the organiser has invited to that is invited to this.
func (s *Service) replace(ctx context.Context, client *graph.Client, e Entry, held Held, r *Record) error {
	old := r.EventID
	e.kept = attendees(held.event.Attendees, e.kept, r.Written.Attendees)
	e.Transaction = after(e.Transaction, old)
	r.EventID = ""
	if err := s.begin(ctx, client, e, r); err != nil {
		r.EventID = old
		return err
	}
	err := client.DeleteEvent(ctx, old)
	if err != nil && !errors.Is(err, graph.ErrNotFound) {
		r.EventID = old
		return err
	}
	return nil
}

// after is the GUID under which the event is created that takes the place of another one.
func after(transaction, old string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(transaction+"/"+old)).String()
}

// differs is what has to be written so that an event holds an entry; anew says that its occurrences are others then.
func differs(held Held, e Entry, last Written) (change graph.Event, anew, needed bool) {
	want := event(e)
	if held.Subject != e.Subject {
		change.Subject, needed = e.Subject, true
	}
	moved := !held.Start.Equal(e.Start) || held.Duration != e.Duration || held.Zone != e.Zone || held.AllDay
	repeats := held.Odd || !held.Repeat.equal(e.Repeat)
	if moved || repeats {
		change.Start, change.End, anew, needed = want.Start, want.End, true, true
		if held.AllDay {
			change.IsAllDay = new(bool)
		}
		if e.Repeat != nil {
			change.Recurrence = want.Recurrence
		}
	}
	next := written(e)
	if next.Words != last.Words {
		change.Body, change.Location, change.Sensitivity, needed = want.Body, want.Location, cmp.Or(want.Sensitivity, "normal"), true
	}
	if !slices.Equal(next.Attendees, last.Attendees) {
		change.Attendees, needed = attendees(held.event.Attendees, want.Attendees, last.Attendees), true
	}
	return change, anew, needed
}

// attendees are those whom we want, beside those that the organiser has added in Outlook. Who was ours, and is not any more, goes.
func attendees(there, want []graph.Attendee, last []string) []graph.Attendee {
	all := slices.Clone(want)
	for _, a := range there {
		address := strings.ToLower(a.EmailAddress.Address)
		wanted := slices.ContainsFunc(want, func(w graph.Attendee) bool { return strings.EqualFold(w.EmailAddress.Address, address) })
		if !wanted && !slices.Contains(last, address) {
			a.Status = nil
			all = append(all, a)
		}
	}
	return all
}

// exceptions makes the occurrences of a series be as the entry says. What is over is left as it was.
func (s *Service) exceptions(ctx context.Context, client *graph.Client, e Entry, held Held, r *Record) error {
	if e.Repeat == nil || len(e.Exceptions) == 0 && len(held.instances) == 0 {
		return nil
	}
	if len(held.instances) == 0 {
		held.Repeat, held.Start, held.event.ID = e.Repeat, e.Start, r.EventID
		if err := s.readInstances(ctx, client, &held); err != nil {
			return err
		}
	}
	now := s.c.Now()
	var refused error
	for i, there := range held.Occurrences {
		want := Exception{Original: there.Original, Start: there.Original, Duration: e.Duration}
		if at := slices.IndexFunc(e.Exceptions, func(x Exception) bool { return x.Original.Equal(there.Original) }); at >= 0 {
			want = e.Exceptions[at]
		}
		if there.over(now) && want.over(now) {
			continue
		}
		err := s.exception(ctx, client, e, held.instances[i].ID, there, want)
		if errors.Is(err, graph.ErrInvalid) {
			refused = err // Outlook has rules of its own for neighbours; the others are put right all the same
		} else if err != nil {
			return err
		}
	}
	return refused
}

func (x Exception) over(now time.Time) bool { return x.Start.Add(x.Duration).Before(now) }

// exception makes one occurrence be as it should.
func (s *Service) exception(ctx context.Context, client *graph.Client, e Entry, id string, there, want Exception) error {
	var err error
	switch {
	case want.Cancelled:
		err = client.CancelEvent(ctx, id, want.Comment)
	case there.AllDay || !there.Start.Equal(want.Start) || there.Duration != want.Duration:
		change := graph.Event{Start: graph.In(want.Start, e.Zone), End: graph.In(want.Start.Add(want.Duration), e.Zone)}
		if there.AllDay {
			change.IsAllDay = new(bool)
		}
		_, err = client.UpdateEvent(ctx, id, change)
	}
	if errors.Is(err, graph.ErrNotFound) {
		return nil
	}
	return err
}

// event is the entry as Graph takes it.
func event(e Entry) graph.Event {
	ours := make([]graph.Attendee, 0, len(e.Attendees))
	for _, a := range e.Attendees {
		ours = append(ours, graph.RequiredAttendee(a.Name, a.Address))
	}
	for _, r := range e.Rooms {
		ours = append(ours, graph.RoomAttendee(r.Name, r.Address))
	}
	made := graph.Event{
		Subject:         e.Subject,
		Body:            &graph.Body{ContentType: "HTML", Content: e.HTML},
		Start:           graph.In(e.Start, e.Zone),
		End:             graph.In(e.Start.Add(e.Duration), e.Zone),
		Location:        &graph.Location{DisplayName: e.JoinURL, LocationURI: e.JoinURL, LocationType: "default"},
		Attendees:       attendees(e.kept, ours, nil),
		IsOnlineMeeting: new(bool),
		ShowAs:          "busy",
		TransactionID:   e.Transaction,
		Properties:      []graph.ExtendedProperty{{ID: MeetingProperty, Value: e.Zoom}},
	}
	if e.Private {
		made.Sensitivity = "private"
	}
	if e.Repeat != nil {
		made.Recurrence = e.Repeat.recurrence(e.Start, e.Zone)
	}
	return made
}

// written is what is noted of an entry that was written.
func written(e Entry) Written {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%t", e.HTML, e.JoinURL, e.Private))
	w := Written{Words: hex.EncodeToString(sum[:]), Start: e.Start.UTC(), Duration: e.Duration}
	for _, a := range slices.Concat(e.Attendees, e.Rooms) {
		w.Attendees = append(w.Attendees, strings.ToLower(a.Address))
	}
	slices.Sort(w.Attendees)
	return w
}
