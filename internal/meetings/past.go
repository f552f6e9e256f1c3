package meetings

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"causeway/internal/entra"
)

// What remains of a meeting, as a list says it.
const (
	RemainsRecording = "recording"
	RemainsSummary   = "summary"
)

// Kept is a session of a meeting, with what remains of it, sealed.
type Kept struct {
	Session
	Meeting string
	Remains []byte
}

// PastStorage finds what is over.
type PastStorage interface {
	// Past is Around and what was held between the two moments, whenever that is planned and though it was cancelled since; with the sessions
	// that began between them, those that began last first.
	Past(ctx context.Context, person entra.Person, from, to time.Time) ([]Standing, []Kept, error)
}

// Past lists the meetings of a person that are over, by the rules of Upcoming, the newest first: what was due, and what was held before its
// time. Nothing is listed of before since.
//
// Errors: as Upcoming.
func (s *Service) Past(ctx context.Context, v Visitor, l List) (found []Upcoming, since time.Time, notes []string, err error) {
	l.past = true
	found, g, err := s.upcoming(ctx, v, l)
	if err != nil {
		return nil, time.Time{}, nil, err
	}
	return s.shownRemains(ctx, g, found), s.since(), g.notes(s, v), nil
}

// since is when the oldest meetings ended that are listed: of older ones nothing is kept, or Zoom tells nothing.
func (s *Service) since() time.Time { return s.c.Now().Add(-min(s.c.KeptFor, aheadMost)) }

// slot is an occurrence of a meeting of ours, by its original start in seconds; 0 of what is no series.
type slot struct {
	meeting  string
	original int64
}

func slotOf(u Upcoming) slot {
	if u.Original == nil {
		return slot{u.Key, 0}
	}
	return slot{u.Key, u.Original.Unix()}
}

// left is a session, and what remains of it for the person who asks.
type left struct {
	session Session
	remains []string
}

// past reads what of the meetings of ours is over, or was held.
func (s *Service) past(ctx context.Context, person entra.Person, from, to time.Time) ([]Standing, map[slot]left, error) {
	known, kept, err := s.c.Storage.Past(ctx, person, from, to)
	held := map[slot]left{}
	for _, k := range kept {
		i := slices.IndexFunc(known, func(one Standing) bool { return one.Meeting.ID == k.Meeting })
		if i < 0 {
			continue
		}
		m := known[i].Meeting
		at := slot{m.ID, m.Draft.nearest(k.Started)}
		if _, later := held[at]; later { // a page shows what remains of the last session
			continue
		}
		r, err := s.openRemains(m, k.UUID, k.Remains)
		if err == nil {
			r, err = s.allowed(ctx, m, r, m.Organizer == person)
		}
		if err != nil {
			return nil, nil, err
		}
		held[at] = left{k.Session, r.kinds()}
	}
	return known, held, err
}

// nearest is the original start, in seconds, of the occurrence whose start is nearest to a moment; 0 when it is no series.
func (d Draft) nearest(at time.Time) int64 {
	if d.Repeat == nil {
		return 0
	}
	all := slices.DeleteFunc(d.Occurrences(), func(o Occurrence) bool { return o.Cancelled })
	if len(all) == 0 {
		return 0
	}
	return slices.MinFunc(all, func(a, b Occurrence) int {
		return cmp.Compare(a.Start.Sub(at).Abs(), b.Start.Sub(at).Abs())
	}).Original.Unix()
}

func (r Remains) kinds() (all []string) {
	if r.Recording != "" {
		all = append(all, RemainsRecording)
	}
	if r.Summary != "" || r.Page != "" {
		all = append(all, RemainsSummary)
	}
	return all
}

// over leaves what is over of a list; what is still held is not. What was held before its time, or again after what is listed had begun, is there as it was held; what was
// cancelled, where it was held.
func (g *gathered) over(list []Upcoming, l List) []Upcoming {
	cancelled := map[string]bool{}
	for _, k := range g.known {
		cancelled[k.Meeting.ID] = k.Meeting.State == Cancelled
	}
	var all []Upcoming
	for _, u := range list {
		last, held := g.held[slotOf(u)]
		due := u.End != nil && !u.End.After(l.To)
		before := u.End != nil && !u.End.After(l.From)
		switch {
		case u.Live:
			continue
		case held && (!due || before) && !last.session.Ended.IsZero():
			end := last.session.Started.Add(rounded(last.session.Ended.Sub(last.session.Started)))
			u.Start, u.End, u.AllDay = &last.session.Started, &end, false
		case !due, !held && cancelled[u.Key]:
			continue
		}
		u.Remains = last.remains
		all = append(all, u)
	}
	return all
}

// shownRemains says of others' meetings what remains where their page shows it: to who is in a conversation of theirs now.
func (s *Service) shownRemains(ctx context.Context, g *gathered, list []Upcoming) []Upcoming {
	ctx, cancel := context.WithTimeout(ctx, max(listPatience, s.c.Patience))
	defer cancel()
	within := make([]bool, len(g.known))
	var all sync.WaitGroup
	turn := make(chan struct{}, seriesAtOnce)
	for i, k := range g.known {
		m := k.Meeting
		within[i] = m.Organizer == g.person
		if within[i] || !slices.ContainsFunc(list, func(u Upcoming) bool { return u.Key == m.ID && u.Remains != nil }) {
			continue
		}
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			a, err := s.audience(ctx, g.person, m, nil)
			within[i] = err == nil && a.within
		})
	}
	all.Wait()
	shown := map[string]bool{}
	for i, k := range g.known {
		shown[k.Meeting.ID] = within[i]
	}
	for i := range list {
		if !shown[list[i].Key] {
			list[i].Remains = nil
		}
	}
	return list
}
