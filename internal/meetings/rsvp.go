package meetings

import (
	"context"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// What the buttons of an invitation do: each is an answer.
const (
	DoAccept  = "meetings.accept"
	DoMaybe   = "meetings.maybe"
	DoDecline = "meetings.decline"
)

// reply is an answer with its button.
type reply struct {
	do          string
	answer      calendar.Answer
	button, say string // keys
}

// replies are those that an invitation offers, in their order.
var replies = []reply{
	{DoAccept, calendar.Accepted, "meetings.answer_accept", "meetings.answer_accepted"},
	{DoMaybe, calendar.Tentative, "meetings.answer_maybe", "meetings.answer_tentative"},
	{DoDecline, calendar.Declined, "meetings.answer_decline", "meetings.answer_declined"},
}

// Answer answers an invitation for whoever was invited, in their own calendar: Exchange tells the organiser. Of a series all is meant. It may be
// repeated, and changed.
//
// Errors: NotFound (the meeting is over, cancelled, or this person's calendar does not have it), Consent (the person has not let us into
// the calendar), Forbidden, NotReady, Unavailable.
func (s *Service) Answer(ctx context.Context, person entra.Person, meeting, do string) error {
	at := slices.IndexFunc(replies, func(r reply) bool { return r.do == do })
	if err := s.c.Policy.Allow(ctx, person.Tenant, policy.Meetings); err != nil || at < 0 {
		return err
	}
	m, err := s.Find(ctx, person.Tenant, meeting)
	if err != nil {
		return err
	}
	invitees, err := s.c.Storage.Invitees(ctx, person.Tenant, meeting)
	if err != nil {
		return err
	}
	next, ok := s.next(m)
	if !ok || !slices.ContainsFunc(invitees, func(i Invitee) bool { return i.Person == person }) {
		return problem.New(problem.NotFound, "meetings.gone")
	}
	event, err := s.invitationIn(ctx, person, m, next)
	if err != nil {
		return err
	}
	if err := s.c.Calendar.Answer(ctx, person, event, replies[at].answer); err != nil {
		return err
	}
	told, err := s.c.Notifications.About(ctx, person.Tenant, meeting)
	if err != nil {
		return err
	}
	return s.c.Storage.SaveAnswer(ctx, m, person, replies[at].answer, func(revision int64) (follow []jobs.Job) {
		for _, n := range told {
			if n.To == person && n.Kind == notifications.Invited {
				follow = append(follow, notifications.RefreshOf(n, revision))
			}
		}
		return follow
	})
}

// next is the first occurrence of an active meeting that is not over.
func (s *Service) next(m Meeting) (Occurrence, bool) {
	if m.State != Active || m.Draft.NoTime {
		return Occurrence{}, false
	}
	for _, o := range m.Draft.Occurrences() {
		if !o.Cancelled && o.Start.Add(o.Duration).After(s.c.Now()) {
			return o, true
		}
	}
	return Occurrence{}, false
}

// invitationIn is the event by which a person is invited, or its series. It is found by the meeting's link at its time: an invitation has another id
// in each calendar, and none of ours. That the answer to a series is given to its master is UNVERIFIED.
func (s *Service) invitationIn(ctx context.Context, person entra.Person, m Meeting, o Occurrence) (string, error) {
	seen, err := s.c.Calendar.View(ctx, person, o.Start, o.Start.Add(max(o.Duration, time.Minute)))
	if err != nil {
		return "", err
	}
	for _, e := range seen {
		if link, ok := s.joinLink(e); ok && !e.Organizer && link.Meeting == m.Zoom {
			if e.Series != "" {
				return e.Series, nil
			}
			return e.ID, nil
		}
	}
	return "", problem.New(problem.NotFound, "meetings.answer_not_there")
}

// rsvp is what an invitation says of its reader's answer, and the buttons for another: none when there is no entry to answer to, or not any more.
func (s *Service) rsvp(ctx context.Context, p i18n.Printer, m Meeting, reader entra.Person) ([]teams.Element, []teams.Action, error) {
	invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(invitees, func(i Invitee) bool { return i.Person == reader })
	if _, toCome := s.next(m); i < 0 || invitees[i].Address == "" || !toCome || m.Draft.Now || m.Entry == 0 {
		return nil, nil, nil
	}
	r, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || r.State != calendar.Done && r.State != calendar.Pending && r.State != "" {
		return nil, nil, err
	}
	var said []teams.Element
	var buttons []teams.Action
	for _, a := range replies {
		if a.answer == invitees[i].Answer {
			said = append(said, teams.TextBlock{Text: teams.Escape(p.T(a.say)), Wrap: true, Size: "small", Weight: "bolder"})
			continue
		}
		buttons = append(buttons, teams.Submit{Button: teams.Button{Title: p.T(a.button)}, Data: map[string]any{"do": a.do, "meeting": m.ID}})
	}
	if invitees[i].Answer == calendar.Declined { // Exchange takes it out of the calendar
		buttons = nil
	}
	return said, buttons, nil
}
