package meetings

import (
	"context"
	"slices"
	"time"
)

// ended tells whether its time is over, though it may still be held.
func (u Upcoming) ended(now time.Time) bool { return u.End != nil && !u.End.After(now) }

// markLive says of one of the times at which a meeting takes place, earliest first, that it is held: of the one that is due, or of the
// nearest, when it began early or goes on beyond its end.
func markLive(times []Upcoming, now time.Time) {
	if len(times) == 0 {
		return
	}
	n := slices.IndexFunc(times, func(u Upcoming) bool { return !u.ended(now) })
	switch {
	case n < 0:
		n = len(times) - 1
	case n > 0 && times[n].Start != nil && times[n].Start.Sub(now) > now.Sub(*times[n-1].End):
		n--
	}
	times[n].Live = true
}

// isHeld tells whether a meeting is being held at one of its times: what Zoom has told its host, or what is stored, says that it is held.
func (s *Service) isHeld(ctx context.Context, m Meeting, u Upcoming, told bool) (bool, error) {
	if m.State != Active {
		return false, nil
	}
	session, _, known, err := s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
	begun := known && !session.Started.IsZero() && session.Ended.IsZero()
	return (told || begun) && m.Draft.isTheOne(u, s.c.Now()), err
}

// isTheOne tells whether it is at this of its times that a meeting is held now.
func (d Draft) isTheOne(u Upcoming, now time.Time) bool {
	if u.Start == nil {
		return true
	}
	var times []Upcoming
	for _, o := range d.Occurrences() {
		if end := o.Start.Add(o.Duration); !o.Cancelled {
			times = append(times, Upcoming{Start: &o.Start, End: &end})
		}
	}
	slices.SortStableFunc(times, earlier)
	markLive(times, now)
	return slices.ContainsFunc(times, func(one Upcoming) bool { return one.Live && one.Start.Equal(*u.Start) })
}
