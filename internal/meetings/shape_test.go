package meetings

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func someZones() []string {
	return []string{"UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Sydney"}
}

// anyShape draws a meeting, once or as a series across the days on which clocks change.
func anyShape(t *rapid.T) Shape {
	s := Shape{
		Topic: rapid.SampledFrom([]string{"Launch", "Retro", "1:1"}).Draw(t, "topic"),
		Start: time.Date(2026, 10, 20, 6, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "start")) * 15 * time.Minute),
		Zone:  rapid.SampledFrom(someZones()).Draw(t, "zone"), Duration: time.Duration(rapid.IntRange(1, 8).Draw(t, "quarters")) * 15 * time.Minute,
	}
	if rapid.Bool().Draw(t, "series") {
		s.Repeat = anyRecurrence(t)
		if starts := s.occurrences(); len(starts) > 0 {
			s.Start = starts[0].Original
		}
		for range rapid.IntRange(0, 3).Draw(t, "exceptions") {
			s = s.with(editOccurrence(t, s))
		}
	}
	return s.tidy()
}

func anyRecurrence(t *rapid.T) *Recurrence {
	r := &Recurrence{
		Pattern: rapid.SampledFrom([]Pattern{Daily, Weekly, Monthly}).Draw(t, "pattern"), Interval: rapid.IntRange(1, 3).Draw(t, "interval"),
		Times: rapid.IntRange(2, 12).Draw(t, "times"),
	}
	switch {
	case r.Pattern == Weekly:
		r.Weekdays = rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(0, 6), func(n int) time.Weekday { return time.Weekday(n) }), 1, 3, rapid.ID).Draw(t, "days")
	case r.Pattern == Monthly && rapid.Bool().Draw(t, "by week"):
		r.Week, r.Weekday = rapid.SampledFrom([]int{-1, 1, 2, 3, 4}).Draw(t, "week"), time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))
	}
	return r
}

// editOccurrence draws a change of one occurrence: moved, stretched, cancelled, or put back.
func editOccurrence(t *rapid.T, s Shape) difference {
	all := s.occurrences()
	if len(all) == 0 {
		return difference{}
	}
	o := rapid.SampledFrom(all).Draw(t, "occurrence")
	e := Exception{Original: o.Original, Start: o.Original, Duration: s.Duration}
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0:
		e.Start = e.Start.Add(time.Duration(rapid.IntRange(1, 8).Draw(t, "later")) * 15 * time.Minute)
	case 1:
		e.Duration += 15 * time.Minute
	case 2:
		e.Cancelled = true
	}
	return difference{exceptions: []Exception{e}}
}

// edit draws what somebody does to a meeting.
func edit(t *rapid.T, s Shape) Shape {
	switch rapid.IntRange(0, 4).Draw(t, "edit") {
	case 0:
		s.Topic = rapid.SampledFrom([]string{"Launch", "Retro", "Renamed", "Again"}).Draw(t, "new topic")
	case 1:
		by := time.Duration(rapid.IntRange(1, 20).Draw(t, "by")) * 30 * time.Minute
		s.Start, s.Exceptions = s.Start.Add(by), nil
		if starts := s.occurrences(); len(starts) > 0 {
			s.Start = starts[0].Original
		}
	case 2:
		s.Duration += time.Duration(rapid.IntRange(1, 4).Draw(t, "longer")) * 15 * time.Minute
	case 3:
		if s.Repeat != nil {
			return s.with(editOccurrence(t, s))
		}
	case 4:
		s.Gone = rapid.IntRange(0, 9).Draw(t, "cancel") == 0
	}
	return s.tidy()
}

func TestShapeDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyShape(t), anyShape(t)
		if !a.to(a).empty() || !a.equal(a) {
			t.Fatal("a shape differs from itself")
		}
		if got := a.with(a.to(a)); !got.equal(a) {
			t.Fatalf("nothing changes %+v into %+v", a, got)
		}
		d := a.to(b)
		once := a.with(d)
		if cancelledStay(a, b) && !once.equal(b) {
			t.Fatalf("%+v\nwith the difference to %+v\nis %+v", a, b, once)
		}
		if twice := once.with(d); !twice.equal(once) {
			t.Fatalf("a difference applied twice: %+v, once: %+v", twice, once)
		}
	})
}

// cancelledStay tells whether b brings back no cancelled occurrence of a, which no difference does.
func cancelledStay(a, b Shape) bool {
	return a.to(b).rule != nil || !slices.ContainsFunc(a.Exceptions, func(e Exception) bool {
		return e.Cancelled && !slices.ContainsFunc(b.Exceptions, e.equal)
	})
}

// Edits of different things by different people come out the same in whatever order they are learnt.
func TestShapeCommutes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := anyShape(t)
		one, other := base.to(edit(t, base)), base.to(edit(t, base))
		if meet(one, other) {
			t.Skip("both change the same thing")
		}
		a, b := base.with(one).with(other), base.with(other).with(one)
		if !a.equal(b) {
			t.Fatalf("of %+v\none way comes %+v,\nthe other way %+v", base, a, b)
		}
	})
}

// meet tells whether two differences touch the same thing.
func meet(a, b difference) bool {
	overlap := slices.ContainsFunc(a.exceptions, func(e Exception) bool { return slices.ContainsFunc(b.exceptions, e.about) })
	return a.topic != nil && b.topic != nil || a.rule != nil && (b.rule != nil || len(b.exceptions) > 0 || b.duration != nil) ||
		b.rule != nil && (len(a.exceptions) > 0 || a.duration != nil) || a.duration != nil && b.duration != nil || overlap
}

// Two copies that are edited, lose writes and are killed between two steps come to show the same, and then nothing is written any more.
func TestShapesConverge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := anyShape(t)
		w := &copies{ours: start, zoom: start, event: start, zoomSeen: Copy{Agreed: &start}, eventSeen: Copy{Agreed: &start}}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				w.zoom = w.zoom.with(w.zoom.to(edit(t, w.zoom)))
			case 1:
				w.event = w.event.with(w.event.to(edit(t, w.event)))
			case 2: // in Teams: at Zoom first, then here
				w.zoom = w.zoom.with(w.ours.to(edit(t, w.ours)))
				w.ours = w.ours.with(w.zoomSeen.news(w.zoom))
			default:
				w.reconcile(rapid.IntRange(0, 8).Draw(t, "killed after"))
			}
		}
		w.reconcile(never)
		w.reconcile(never)
		if !w.ours.equal(w.zoom) || !w.ours.equal(w.event) {
			t.Fatalf("ours %+v\nZoom %+v\nevent %+v", w.ours, w.zoom, w.event)
		}
		if before := w.writes; w.reconcile(never) || w.writes != before {
			t.Fatal("what is equal was written again")
		}
	})
}

const never = 1 << 30

// copies are the three copies of a meeting, and what is known of two of them.
type copies struct {
	ours, zoom, event   Shape
	zoomSeen, eventSeen Copy
	writes              int
}

// reconcile makes the copies equal as Service does, in steps, and dies after some.
func (w *copies) reconcile(steps int) (changed bool) {
	next := w.ours.with(w.eventSeen.news(w.event)).with(w.zoomSeen.news(w.zoom))
	changed = !next.equal(w.ours)
	w.ours, w.zoomSeen, w.eventSeen = next, w.zoomSeen.seen(w.zoom), w.eventSeen.seen(w.event)
	for _, side := range []struct {
		copy *Shape
		seen *Copy
	}{{&w.zoom, &w.zoomSeen}, {&w.event, &w.eventSeen}} {
		if side.copy.equal(w.ours) {
			continue
		}
		for _, step := range []func(){
			func() { *side.seen = side.seen.writing(w.ours) },
			func() { *side.copy = w.ours; w.writes++ },
			func() { *side.seen = side.seen.written() },
		} {
			if steps--; steps < 0 {
				return changed
			}
			step()
		}
	}
	return changed
}

// What we write ourselves is not taken for somebody's edit when it arrives late, even when the organiser has gone on in the meantime.
func TestWriteDoesNotBounce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		old := anyShape(t)
		written := old.with(old.to(edit(t, old)))
		newer := written.with(written.to(edit(t, written)))
		c := Copy{Agreed: &old}.writing(written)
		for _, arrived := range []Shape{old, written} {
			if got := newer.with(c.news(arrived)); !got.equal(newer) {
				t.Fatalf("%+v became %+v", newer, got)
			}
		}
		if c = c.seen(written); c.Writing != nil || !c.news(written).empty() {
			t.Fatal("what has arrived is still awaited")
		}
	})
}
