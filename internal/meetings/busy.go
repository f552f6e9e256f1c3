package meetings

import (
	"context"
	"slices"
	"time"

	"causeway/internal/problem"
)

// seriesAhead and seriesLooked bound the meetings of a series that are held against what a person has: the first weeks of it.
const (
	seriesAhead  = 6 * 7 * 24 * time.Hour
	seriesLooked = 12
)

// FirstOf are the first meetings of a series as it is typed, as far as they are looked at; none where it is none, or cannot be read.
func (s *Service) FirstOf(in Input) []Occurrence {
	wrong := problem.New(problem.Invalid, "meetings.invalid")
	d := readSettings(in)
	d.Start, wrong = readStart(in, wrong)
	d.Repeat, wrong = readRepeat(in, wrong)
	minutes, err := time.ParseDuration(in.Duration + "m")
	if d.Repeat == nil || err != nil || len(wrong.Fields) > 0 {
		return nil
	}
	d.Duration = minutes
	d = d.clean()
	if len(d.checkSeries(wrong).Fields) > 0 {
		return nil
	}
	all := d.Occurrences()
	all = slices.DeleteFunc(all, func(o Occurrence) bool { return !o.Start.Before(d.Start.Add(seriesAhead)) })
	return all[:min(len(all), seriesLooked)]
}

// Hosting are the times between two moments at which a person hosts a meeting that is not in the calendar, or not yet: it was made at Zoom, or
// its entry is still to come. But for one, by its key, that is in nobody's way. What was gathered a moment ago is not asked for again.
//
// Errors: NotLinked, NotReady, Forbidden, Unavailable.
func (s *Service) Hosting(ctx context.Context, v Visitor, from, to time.Time, but string) ([]Upcoming, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return nil, err
	}
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	l := List{From: from, To: to}.bounded(s.c.Now(), s.since())
	g, err := s.remembered(ctx, v.Person, client, nil, l)
	if err != nil {
		return nil, err
	}
	now := s.c.Now()
	found := slices.DeleteFunc(g.merge(s, now), func(u Upcoming) bool {
		return !u.Host || !u.Can.Cancel || u.Start == nil || u.Calendar == inCalendar || u.Key == but || !l.holds(u, now)
	})
	slices.SortStableFunc(found, earlier)
	if g.zoomErr != nil {
		return found, problem.New(problem.Unavailable, "meetings.zoom_unavailable").Because(g.zoomErr)
	}
	return found, nil
}
