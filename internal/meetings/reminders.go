package meetings

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// DoSnooze asks to be reminded once more, at the start.
const DoSnooze = "meetings.snooze"

// remindUntil is how long after the start a reminder helps anybody.
const remindUntil = 10 * time.Minute

// startingOf is the subject of a reminder: one occurrence of a meeting, by when it starts.
func startingOf(meeting string, start time.Time) string {
	return meeting + "/" + strconv.FormatInt(start.Unix(), 10)
}

// readStarting is the meeting and the start of a subject.
func readStarting(subject string) (meeting string, start time.Time) {
	meeting, text, _ := strings.Cut(subject, "/")
	seconds, _ := strconv.ParseInt(text, 10, 64)
	return meeting, time.Unix(seconds, 0).UTC()
}

// About is the meeting that a message is about, by its key and topic, for whoever organises it or is invited. Errors: NotFound, Forbidden.
func (s *Service) About(ctx context.Context, n notifications.Message) (key, topic string, err error) {
	if err := s.c.Policy.Allow(ctx, n.To.Tenant, feature); err != nil {
		return "", "", err
	}
	key, _ = readStarting(n.Subject)
	m, err := s.Find(ctx, n.To.Tenant, key)
	if err != nil || m.Organizer == n.To {
		return key, m.Draft.Topic, err
	}
	invitees, err := s.c.Storage.Invitees(ctx, n.To.Tenant, key)
	if err == nil && !slices.ContainsFunc(invitees, func(i Invitee) bool { return i.Person == n.To }) {
		err = problem.New(problem.NotFound, "meetings.gone")
	}
	return key, m.Draft.Topic, err
}

// remind reminds those who want it that an occurrence of a meeting starts within a moment, and have not said that they do not come.
func (s *Service) remind(ctx context.Context, m Meeting, o Occurrence) error {
	invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return err
	}
	messages := []notifications.Message{s.reminder(m, m.Organizer, m.User, o.Start)}
	for _, i := range invitees {
		if i.Person.ID != "" && !i.Reply.says(calendar.Declined, m) {
			messages = append(messages, s.reminder(m, i.Person, i.User, o.Start))
		}
	}
	wanted := messages[:0]
	for _, one := range messages {
		chosen, err := s.c.Preferences.Of(ctx, one.To)
		if err != nil {
			return err
		}
		if chosen.Starting {
			wanted = append(wanted, one)
		}
	}
	return s.c.Notifications.Send(ctx, wanted...)
}

func (s *Service) reminder(m Meeting, to entra.Person, user teams.UserID, start time.Time) notifications.Message {
	return notifications.Message{
		ID: s.c.NewID(), To: to, User: user, Kind: notifications.Starting, Subject: startingOf(m.ID, start), Via: m.Place, State: notifications.Queued,
		Revision: m.Revision, Due: s.c.Now(),
	}
}

// startingMessage renders a reminder: to whoever hosts the meeting with the button to start it.
func (s *Service) startingMessage(ctx context.Context, n notifications.Message, reader chats.Reader) (teams.Activity, error) {
	of := n
	var start time.Time
	of.Subject, start = readStarting(n.Subject)
	m, p, err := s.told(ctx, of, reader)
	if err == nil && m.Organizer != n.To {
		m, err = s.forInvited(ctx, m, n.To)
	}
	if err != nil {
		return teams.Activity{}, err
	}
	o, ok := s.startsAt(m, start)
	if !ok || s.c.Now().After(start.Add(remindUntil)) {
		return teams.Activity{}, problem.New(problem.NotFound, "meetings.gone")
	}
	m.Draft.Start, m.Draft.Duration, m.Draft.Repeat = o.Start, o.Duration, nil
	title := p.T("meetings.starting_title")
	c := teams.Card{Lang: p.Locale(), Body: s.personal(p, m, title, reader)}
	if m.Organizer == n.To && m.Draft.For == "" {
		c.Actions = append(c.Actions, teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_start"), Style: "positive"}, URL: s.StartPage(m)})
	}
	c.Actions = append(c.Actions, teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_join")}, URL: m.JoinURL})
	if n.Kind == notifications.Starting && s.c.Now().Before(start) {
		c.Actions = append(c.Actions, teams.Submit{
			Button: teams.Button{Title: p.T("meetings.snooze")}, Data: map[string]any{"do": DoSnooze, "meeting": n.Subject},
		})
	}
	c, err = c.Fit()
	return message(c, title+": "+m.Draft.Topic), err
}

// forInvited is a meeting as others may know it, for somebody who is invited still. Error: NotFound.
func (s *Service) forInvited(ctx context.Context, m Meeting, person entra.Person) (Meeting, error) {
	i, err := s.invitee(ctx, m, person)
	if err == nil && i.Person != person {
		err = problem.New(problem.NotFound, "meetings.gone")
	}
	if err != nil {
		return m, err
	}
	return s.forOthers(ctx, m)
}

// startsAt is the occurrence of a meeting that starts at a time, if it still does.
func (s *Service) startsAt(m Meeting, start time.Time) (Occurrence, bool) {
	if m.State != Active {
		return Occurrence{}, false
	}
	for _, o := range m.Draft.Occurrences() {
		if !o.Cancelled && o.Start.Equal(start) {
			return o, true
		}
	}
	return Occurrence{}, false
}

// Snooze reminds a person once more of what a reminder was about, when it starts. Errors: NotFound (it does not start then any more), Forbidden.
func (s *Service) Snooze(ctx context.Context, person entra.Person, subject string) error {
	meeting, start := readStarting(subject)
	told, err := s.c.Notifications.About(ctx, person.Tenant, subject)
	if err != nil {
		return err
	}
	for _, n := range told {
		if n.Kind != notifications.Starting || n.To != person { // who was not reminded cannot put it off
			continue
		}
		m, err := s.Find(ctx, person.Tenant, meeting)
		if err != nil {
			return err
		}
		if _, ok := s.startsAt(m, start); !ok || s.c.Now().After(start) {
			break
		}
		again := s.reminder(m, person, n.User, start)
		again.Kind, again.Due = notifications.StartingAgain, start
		return s.c.Notifications.Send(ctx, again)
	}
	return problem.New(problem.NotFound, "meetings.gone")
}
