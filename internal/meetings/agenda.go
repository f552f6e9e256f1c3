package meetings

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/chats"
	"causeway/internal/clocks"
	"causeway/internal/entra"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

const (
	agendaLate  = 3 * time.Hour      // after which nobody needs to be told any more what the day brings
	agendaMost  = 200                // people who are looked at by one tick
	agendaLines = 12                 // meetings that are named
	agendaKept  = 7 * 24 * time.Hour // that a message is known for
)

// Agenda is at which hour of the day somebody wants to be told what it brings.
type Agenda struct {
	Person entra.Person
	Hour   int    // 0 to 23
	Zone   string // IANA name; "" is UTC
}

// AgendaStorage keeps when people are to be told what the day brings.
type AgendaStorage interface {
	// AgendasDue lists those whose agenda is to be looked at, at most limit, whoever waits longest first.
	AgendasDue(ctx context.Context, tenant entra.TenantID, now time.Time, limit int) ([]Agenda, error)
	// SaveAgenda notes when it is to be looked at again, unless another hour was chosen meanwhile, and forgets the person's messages of before.
	SaveAgenda(ctx context.Context, a Agenda, next, before time.Time) error
}

// TickAgendas tells those who want it, at their hour, what the day brings.
func (s *Service) TickAgendas(ctx context.Context, tenant entra.TenantID) error {
	due, err := s.c.Storage.AgendasDue(ctx, tenant, s.c.Now(), agendaMost)
	for _, a := range due {
		err = errors.Join(err, s.agenda(ctx, a))
	}
	return err
}

// agenda queues the message of a day when its hour has come: once for each day of the person's calendar, whatever the clocks do and whichever hour
// or zone is chosen meanwhile, because the day is the message's subject.
func (s *Service) agenda(ctx context.Context, a Agenda) error {
	reader, err := s.c.Chats.Reader(ctx, a.Person)
	if err != nil {
		return err
	}
	now := s.c.Now()
	zone := zoneOf(reader, a.Zone)
	day := clocks.Midnight(now.In(zone))
	hour := func(day time.Time) time.Time { return clocks.At(day.Add(time.Duration(a.Hour)*time.Hour), zone) }
	next := hour(day.AddDate(0, 0, 1))
	switch today := hour(day); {
	case now.Before(today):
		next = today
	case now.Sub(today) < agendaLate:
		err = s.c.Notifications.Send(ctx, notifications.Message{
			ID: s.c.NewID(), To: a.Person, Kind: notifications.Agenda, Subject: day.Format(time.DateOnly),
			State: notifications.Queued, Due: now, Updated: now,
		})
	}
	if err != nil {
		return err
	}
	return s.c.Storage.SaveAgenda(ctx, a, next, now.Add(-agendaKept))
}

// zoneOf is where a person is, as far as Teams tells it.
func zoneOf(reader chats.Reader, chosen string) *time.Location {
	if reader.Zone != nil {
		return reader.Zone
	}
	return location(chosen)
}

// agendaMessage renders what is left of a day. Of a day without meetings there is no message.
func (s *Service) agendaMessage(ctx context.Context, n notifications.Message, reader chats.Reader) (teams.Activity, error) {
	chosen, err := s.c.Preferences.Of(ctx, n.To)
	if err != nil {
		return teams.Activity{}, err
	}
	zone := zoneOf(reader, chosen.Zone)
	day, err := time.Parse(time.DateOnly, n.Subject)
	if err != nil {
		return teams.Activity{}, problem.New(problem.NotFound, "problem.not_found").Because(err)
	}
	v := Visitor{Person: n.To, Locale: cmp.Or(reader.Locale, s.c.Language), Zone: zone.String()}
	found, g, err := s.upcoming(ctx, v, List{From: s.c.Now(), To: clocks.At(day.AddDate(0, 0, 1), zone)})
	found = slices.DeleteFunc(found, func(u Upcoming) bool { return u.Start == nil }) // what has no fixed time is of no day
	switch {
	case err == nil && len(found) == 0 && !g.whole(): // which is no empty day
		err = problem.New(problem.Unavailable, "problem.unavailable")
	case problem.Is(err, problem.NotLinked), err == nil && len(found) == 0:
		err = problem.New(problem.NotFound, "upcoming.list_empty")
	}
	if err != nil {
		return teams.Activity{}, err
	}
	notes := g.notes(s, v)
	p := s.c.Texts.For(v.Locale)
	title := p.N("meetings.agenda", len(found))
	c := teams.Card{Lang: p.Locale(), Body: []teams.Element{teams.TextBlock{Text: teams.Escape(title), Weight: "bolder", Size: "large", Wrap: true, Style: "heading"}}}
	for _, u := range found[:min(len(found), agendaLines)] {
		c.Body = append(c.Body, s.Line(v, u)...)
	}
	if more := len(found) - agendaLines; more > 0 {
		notes = append([]string{p.N("meetings.agenda_more", more)}, notes...)
	}
	for _, note := range notes {
		c.Body = append(c.Body, teams.TextBlock{Text: teams.Escape(note), Wrap: true, Subtle: true, Size: "small"})
	}
	c.Actions = []teams.Action{teams.OpenURL{Button: teams.Button{Title: p.T("bot.open_tab")}, URL: s.c.Tab("")}}
	c, err = c.Fit()
	return message(c, title), err
}
