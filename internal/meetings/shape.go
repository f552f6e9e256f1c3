package meetings

import (
	"slices"
	"time"
)

// Shape is what a meeting here, Zoom's meeting and its event in Outlook can all hold, and so what is kept equal between the three.
// The exceptions of a shape are in order, in UTC, and each differs from what the series says ([Shape.tidy]).
type Shape struct {
	Topic      string        `json:"topic"`
	Start      time.Time     `json:"start"` // of a series, of its first occurrence
	Duration   time.Duration `json:"duration"`
	Zone       string        `json:"zone"`
	Repeat     *Recurrence   `json:"repeat,omitempty"`
	Exceptions []Exception   `json:"exceptions,omitempty"`
	Gone       bool          `json:"gone,omitempty"` // cancelled or deleted, which is final but where Zoom brings it back
}

// shape is what of a meeting all three can hold.
func (m Meeting) shape() Shape {
	d := m.Draft
	return Shape{
		Topic: d.Topic, Start: d.Start, Duration: d.Duration, Zone: d.Zone, Repeat: d.Repeat, Exceptions: d.Exceptions, Gone: m.State == Cancelled,
	}.tidy()
}

// take makes the meeting what a shape says.
func (m *Meeting) take(s Shape) {
	d := &m.Draft
	before := d.Exceptions
	d.Topic, d.Start, d.Duration, d.Zone, d.Repeat, d.Exceptions = s.Topic, s.Start, s.Duration, s.Zone, s.Repeat, s.Exceptions
	for i, e := range d.Exceptions {
		if at := slices.IndexFunc(before, e.about); at >= 0 {
			d.Exceptions[i].Comment = before[at].Comment
		}
	}
	switch {
	case s.Gone:
		m.State = Cancelled
	case m.State == Cancelled:
		m.State, d.Comment = Active, ""
	}
}

// occurrences are the times at which a meeting of this shape takes place.
func (s Shape) occurrences() []Occurrence {
	return Draft{Start: s.Start, Duration: s.Duration, Zone: s.Zone, Repeat: s.Repeat, Exceptions: s.Exceptions}.Occurrences()
}

// end is when the last occurrence is over.
func (s Shape) end() time.Time {
	return Draft{Start: s.Start, Duration: s.Duration, Zone: s.Zone, Repeat: s.Repeat, Exceptions: s.Exceptions}.End()
}

// tidy writes a shape in the one way in which equal shapes are equal.
func (s Shape) tidy() Shape {
	s.Start = s.Start.UTC()
	if s.Repeat == nil {
		s.Exceptions = nil
		return s
	}
	s.Repeat = s.Repeat.tidy(s.Start.In(location(s.Zone)))
	var kept []Exception
	all := s.occurrences()
	if len(all) > 0 {
		s.Start = all[0].Original
	}
	for _, o := range all {
		switch {
		case o.Cancelled:
			kept = append(kept, Exception{Original: o.Original, Start: o.Original, Duration: s.Duration, Cancelled: true})
		case !o.Start.Equal(o.Original) || o.Duration != s.Duration:
			kept = append(kept, Exception{Original: o.Original, Start: o.Start.UTC(), Duration: o.Duration})
		}
	}
	s.Exceptions = kept
	return s
}

// tidy is the recurrence with what it leaves to its first day, and without what its pattern has no use for.
func (r Recurrence) tidy(first time.Time) *Recurrence {
	plain := Recurrence{Pattern: r.Pattern, Interval: max(r.Interval, 1), Times: r.Times, Until: r.Until}
	if plain.Times > 0 {
		plain.Until = ""
	}
	switch {
	case r.Pattern == Weekly:
		plain.Weekdays = slices.Compact(slices.Sorted(slices.Values(r.Weekdays)))
		if len(plain.Weekdays) == 0 {
			plain.Weekdays = []time.Weekday{first.Weekday()}
		}
	case r.Pattern == Monthly && r.Week != 0:
		plain.Week, plain.Weekday = r.Week, r.Weekday
	case r.Pattern == Monthly:
		if plain.MonthDay = r.MonthDay; plain.MonthDay == 0 {
			plain.MonthDay = first.Day()
		}
	}
	return &plain
}

func (r *Recurrence) equal(other *Recurrence) bool {
	if r == nil || other == nil {
		return r == other
	}
	a, b := *r, *other
	same := slices.Equal(a.Weekdays, b.Weekdays)
	a.Weekdays, b.Weekdays = nil, nil
	return same && a.Pattern == b.Pattern && a.Interval == b.Interval && a.MonthDay == b.MonthDay && a.Week == b.Week &&
		a.Weekday == b.Weekday && a.Times == b.Times && a.Until == b.Until
}

func (e Exception) equal(other Exception) bool {
	return e.Original.Equal(other.Original) && e.Cancelled == other.Cancelled &&
		(e.Cancelled || e.Start.Equal(other.Start) && e.Duration == other.Duration)
}

// equal tells whether two shapes say the same.
func (s Shape) equal(other Shape) bool { return s.to(other).empty() && s.Gone == other.Gone }

// rule is when a meeting takes place, as far as it is one thing: who moves a series names all its occurrences anew, so that neither
// half of it can be put together with a half of another rule.
type rule struct {
	start    time.Time
	duration time.Duration
	zone     string
	repeat   *Recurrence
}

// difference is what has become of a shape. Applied to a third shape, it changes that in the same way and leaves the rest.
type difference struct {
	gone       bool
	topic      *string
	rule       *rule          // with exceptions: all of them
	duration   *time.Duration // of a meeting that takes place once, beside its rule
	exceptions []Exception    // occurrences that are otherwise now; one that is as the series says again starts at its original start
}

func (d difference) empty() bool {
	return !d.gone && d.topic == nil && d.rule == nil && d.duration == nil && len(d.exceptions) == 0
}

// to is the difference that makes s the other shape. What is gone has no difference to anything: it does not come back.
func (s Shape) to(other Shape) difference {
	var d difference
	if s.Gone || other.Gone {
		d.gone = other.Gone && !s.Gone
		return d
	}
	if s.Topic != other.Topic {
		d.topic = &other.Topic
	}
	series := s.Repeat != nil || other.Repeat != nil
	moved := !s.Start.Equal(other.Start) || s.Zone != other.Zone || !s.Repeat.equal(other.Repeat)
	stretched := s.Duration != other.Duration
	if moved || series && stretched {
		d.rule = &rule{other.Start, other.Duration, other.Zone, other.Repeat}
	}
	switch {
	case !series && stretched:
		d.duration = &other.Duration
	case d.rule != nil:
		d.exceptions = slices.Clone(other.Exceptions)
	case series:
		d.exceptions = changedExceptions(s, other)
	}
	return d
}

// changedExceptions are the occurrences in which two shapes of one rule differ, as the second has them.
func changedExceptions(from, to Shape) []Exception {
	var all []Exception
	for _, e := range to.Exceptions {
		if !slices.ContainsFunc(from.Exceptions, e.equal) {
			all = append(all, e)
		}
	}
	for _, e := range from.Exceptions {
		if !slices.ContainsFunc(to.Exceptions, e.about) {
			all = append(all, Exception{Original: e.Original, Start: e.Original, Duration: to.Duration})
		}
	}
	return all
}

// about tells whether two exceptions are of the same occurrence.
func (e Exception) about(other Exception) bool { return e.Original.Equal(other.Original) }

// with is the shape after a difference. Cancelled occurrences stay cancelled: Zoom brings none back. Those that the series does not
// have are not kept.
func (s Shape) with(d difference) Shape {
	switch {
	case s.Gone:
		return s
	case d.gone:
		s.Gone = true
		return s
	}
	if d.topic != nil {
		s.Topic = *d.topic
	}
	if d.rule != nil {
		series := s.Repeat != nil || d.rule.repeat != nil
		s.Start, s.Zone, s.Repeat = d.rule.start, d.rule.zone, d.rule.repeat
		if series {
			s.Duration, s.Exceptions = d.rule.duration, nil
		}
	}
	if d.duration != nil && s.Repeat == nil {
		s.Duration = *d.duration
	}
	s.Exceptions = slices.Clone(s.Exceptions)
	for _, e := range d.exceptions {
		at := slices.IndexFunc(s.Exceptions, e.about)
		switch {
		case at < 0:
			s.Exceptions = append(s.Exceptions, e)
		case !s.Exceptions[at].Cancelled:
			s.Exceptions[at] = e
		}
	}
	return s.tidy()
}

// without is the difference without what another one says too, in the same way.
func (d difference) without(other difference) difference {
	if other.gone {
		d.gone = false
	}
	if d.topic != nil && other.topic != nil && *d.topic == *other.topic {
		d.topic = nil
	}
	if d.rule != nil && other.rule != nil && d.rule.equal(*other.rule) {
		d.rule = nil // exceptions that are not there yet are still to be written
	}
	if d.duration != nil && other.duration != nil && *d.duration == *other.duration {
		d.duration = nil
	}
	if d.rule == nil {
		d.exceptions = slices.DeleteFunc(slices.Clone(d.exceptions), func(e Exception) bool { return slices.ContainsFunc(other.exceptions, e.equal) })
	}
	return d
}

func (r rule) equal(other rule) bool {
	return r.start.Equal(other.start) && r.duration == other.duration && r.zone == other.zone && r.repeat.equal(other.repeat)
}

// Copy is what is known of one of the meeting's copies, at Zoom or in Outlook.
type Copy struct {
	Of      string `json:"of,omitempty"`      // the event it is of; of Zoom's meeting: the host, "" when it was not seen yet
	Agreed  *Shape `json:"agreed,omitempty"`  // as it was when it was last seen, or written
	Writing *Shape `json:"writing,omitempty"` // as it is being written: it may have become so already
	// Named is when Zoom's meeting got the host that it was last told to have: what comes later and is older is no news.
	Named time.Time `json:"named,omitzero"`
}

// news is what somebody else has changed in a copy that looks like this now. What we are writing is no news, whether it has arrived
// or not.
func (c Copy) news(now Shape) difference {
	if c.Agreed == nil {
		return difference{}
	}
	d := c.Agreed.to(now)
	if c.Writing != nil {
		d = d.without(c.Agreed.to(*c.Writing))
	}
	return d
}

// seen is the copy after it was seen to look like this.
func (c Copy) seen(now Shape) Copy {
	c.Agreed = &now
	if c.Writing != nil && c.Writing.equal(now) {
		c.Writing = nil
	}
	return c
}

// writing is the copy while it is being made to look like this, and written when that is done.
func (c Copy) writing(next Shape) Copy { c.Writing = &next; return c }

func (c Copy) written() Copy { return Copy{Of: c.Of, Named: c.Named, Agreed: c.Writing} }
