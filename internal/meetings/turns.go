package meetings

import (
	"context"
	"errors"
	"time"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

const (
	// turnBefore is how long before its start a meeting is about to start: cards say so, people are reminded, and conversations that follow
	// a series get a card. turnAfter is how long after it cards say so when nobody has started it.
	turnBefore, turnAfter = 5 * time.Minute, 10 * time.Minute
	// turnAgain is how often it is looked again as long as it is not known who is invited.
	turnAgain = 30 * time.Second
	turnsMost = 500 // meetings that are read at a time
)

// Turn is a meeting at which it is time to look, and since when; the zero time: since it was changed.
type Turn struct {
	Meeting string
	At      time.Time
}

// TurnStorage keeps when meetings are looked at because of the time alone. Every method is one transaction.
type TurnStorage interface {
	// Turning lists, by id and behind one, active meetings that ended no earlier than a time and at which it is time to look; at most limit.
	Turning(ctx context.Context, tenant entra.TenantID, now, ended time.Time, after string, limit int) ([]Turn, error)
	// Turn notes when a meeting is looked at next, the zero time for never, unless it has been edited since.
	Turn(ctx context.Context, m Meeting, next time.Time) error
}

// TickTurns looks at the meetings that are about to start, or were and have not been started.
func (s *Service) TickTurns(ctx context.Context, tenant entra.TenantID) error {
	err := s.c.Policy.Allow(ctx, tenant, feature)
	if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotReady) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.c.Now()
	var failed error
	for after := ""; ; {
		turns, err := s.c.Storage.Turning(ctx, tenant, now, now.Add(-turnAfter), after, turnsMost)
		if err != nil {
			return errors.Join(failed, err)
		}
		for _, t := range turns {
			failed = errors.Join(failed, s.turn(ctx, tenant, t, now))
		}
		if len(turns) < turnsMost {
			return failed
		}
		after = turns[len(turns)-1].Meeting
	}
}

// turn does what the time asks for, and notes when it is looked next.
func (s *Service) turn(ctx context.Context, tenant entra.TenantID, t Turn, now time.Time) error {
	m, err := s.Find(ctx, tenant, t.Meeting)
	if err != nil || m.State != Active {
		return err
	}
	var next time.Time
	sooner := func(at time.Time) {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	turned, over := false, false
	for _, o := range m.Draft.Occurrences() {
		if o.Cancelled {
			continue
		}
		from, to, end := o.Start.Add(-turnBefore), o.Start.Add(turnAfter), o.Start.Add(o.Duration)
		// since it was to be looked
		passed := func(at time.Time) bool { return !t.At.IsZero() && !at.Before(t.At) && !at.After(now) }
		if m.Draft.Now { // its time may pass without it
			sooner(end)
			if passed(end) {
				_, _, held, err := s.c.Storage.Held(ctx, tenant, m.ID)
				if err != nil {
					return err
				}
				over = !held
			}
			continue
		}
		sooner(from)
		sooner(to)
		if m.Draft.Repeat != nil { // then cards and messages tell of the next
			sooner(end)
		}
		over = over || m.Draft.Repeat != nil && passed(end)
		turned = turned || t.At.IsZero() && o.near(now) || passed(from) || passed(to)
		if !o.near(now) || !now.Before(o.Start) {
			continue
		}
		if !m.Roster {
			sooner(now.Add(turnAgain))
		}
		if err := errors.Join(s.remind(ctx, m, o), s.announce(ctx, m, o)); err != nil {
			return err
		}
	}
	if turned || over {
		show := showLive(m, nil)
		if over {
			if show, err = s.showSession(ctx, m); err != nil {
				return err
			}
		}
		if err := s.c.Storage.Bump(ctx, tenant, m.ID, show); err != nil {
			return err
		}
	}
	return s.c.Storage.Turn(ctx, m, next)
}

// near tells whether an occurrence is about to start, or should have a moment ago.
func (o Occurrence) near(now time.Time) bool {
	return !o.Cancelled && !now.Before(o.Start.Add(-turnBefore)) && now.Before(o.Start.Add(turnAfter))
}

// aboutToStart says on a card that an occurrence is about to start; none when that is not so, or when it was, or is, held: a session
// belongs to the occurrence that is nearest to when it began.
func (s *Service) aboutToStart(p i18n.Printer, m Meeting, session Session, held bool) []teams.Element {
	if m.Draft.Now || held && session.Ended.IsZero() {
		return nil
	}
	var near, of Occurrence
	for _, o := range m.Draft.Occurrences() {
		if o.near(s.c.Now()) {
			near = o
		}
		if !o.Cancelled && (of.Start.IsZero() || o.Start.Sub(session.Started).Abs() < of.Start.Sub(session.Started).Abs()) {
			of = o
		}
	}
	if near.Start.IsZero() || held && of.Original.Equal(near.Original) {
		return nil
	}
	return []teams.Element{teams.TextBlock{
		Text: teams.Escape(p.T("meetings.about_to_start")), Weight: "bolder", Color: "accent", Wrap: true, Common: teams.Common{Separator: true},
	}}
}
