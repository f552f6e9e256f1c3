package meetings

import (
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/i18n"
	"causeway/internal/problem"
)

// NoteKind is what there is to say to the organiser.
type NoteKind string

// The kinds of notes.
const (
	RoomDeclined NoteKind = "room_declined" // Text: the room
	PutBack      NoteKind = "put_back"      // Text: "name", "time", "series" or "occurrence"
	HostChanged  NoteKind = "host_changed"  // somebody else hosts the meeting at Zoom
)

// Note is something that the organiser should know of the calendar entry.
type Note struct {
	Kind NoteKind  `json:"kind"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// noteAge is how long it is said that a change was put back.
const noteAge = 24 * time.Hour

// noted is what there is to say now: what was put back of late, and which rooms do not come.
func (s *Service) noted(before []Note, putBack []string, held calendar.Held) []Note {
	now := s.c.Now()
	all := slices.DeleteFunc(slices.Clone(before), func(n Note) bool {
		return n.Kind == RoomDeclined || n.Kind == PutBack && (now.Sub(n.At) > noteAge || slices.Contains(putBack, n.Text))
	})
	for _, what := range putBack {
		all = append(all, Note{PutBack, what, now})
	}
	for _, room := range held.Declined {
		all = append(all, Note{RoomDeclined, room, now})
	}
	return all
}

func sameNotes(a, b []Note) bool {
	return slices.EqualFunc(a, b, func(x, y Note) bool { return x.Kind == y.Kind && x.Text == y.Text })
}

// Notes are sentences about the calendar entry of a meeting that its organiser should know.
func (s *Service) Notes(ctx context.Context, p i18n.Printer, m Meeting) ([]string, error) {
	c, err := s.c.Storage.Copies(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	var sentences []string
	for _, n := range c.Notes {
		sentences = append(sentences, n.sentence(p))
	}
	return sentences, nil
}

func (n Note) sentence(p i18n.Printer) string {
	switch {
	case n.Kind == RoomDeclined:
		return p.T("calendar.room_declined", "Room", n.Text)
	case n.Kind == HostChanged:
		return p.T("calendar.host_changed")
	case n.Text == nameWord:
		return p.T("calendar.name_put_back")
	case n.Text == seriesWord:
		return p.T("calendar.series_put_back")
	case n.Text == occurrenceWord:
		return p.T("calendar.occurrence_put_back")
	}
	return p.T("calendar.time_put_back")
}

// What of an event was put back.
const (
	nameWord       = "name"
	timeWord       = "time"
	seriesWord     = "series"
	occurrenceWord = "occurrence"
)

// holdable is what of a change in Outlook Zoom can hold too, and what it cannot: that is put back in Outlook. There are no meetings of whole
// days at Zoom, and what repeats in an odd way nobody else understands.
func (s *Service) holdable(m Meeting, d difference, held calendar.Held) (difference, []string) {
	var back []string
	drop := func(word string) {
		back = append(back, word)
		if word == nameWord {
			d.topic = nil
		} else {
			d.rule, d.duration, d.exceptions = nil, nil, nil
		}
	}
	if d.gone {
		return d, nil
	}
	if d.rule != nil && (held.Odd || (d.rule.repeat == nil) != (m.Draft.Repeat == nil)) {
		drop(seriesWord)
	}
	wrong := s.wrong(m, d)
	if d.topic != nil && slices.Contains(wrong, FieldTopic) {
		drop(nameWord)
	}
	if (d.rule != nil || d.duration != nil) && (held.AllDay || slices.ContainsFunc(wrong, ofTime)) {
		word := timeWord
		if d.rule != nil && d.rule.repeat != nil && !d.rule.repeat.equal(m.shape().Repeat) {
			word = seriesWord
		}
		drop(word)
	}
	if d.rule != nil || m.Draft.Repeat == nil {
		return d, back
	}
	kept := d.exceptions[:0:0]
	for _, e := range d.exceptions {
		o, n := m.Draft.find(e.Original)
		restored := o.Cancelled && !e.Cancelled
		whole := slices.ContainsFunc(held.Occurrences, func(x calendar.Exception) bool { return x.AllDay && x.Original.Equal(e.Original) })
		if n < 0 || restored || whole || !e.Cancelled && m.Draft.movable(o, e.Start, e.Duration, s.c.Now()) != nil {
			back = append(back, occurrenceWord)
			continue
		}
		kept = append(kept, e)
	}
	d.exceptions = kept
	return d, slices.Compact(back)
}

// wrong are the fields of a meeting that Zoom would refuse after a change.
func (s *Service) wrong(m Meeting, d difference) (fields []string) {
	since := s.c.Now()
	if d.rule == nil || d.rule.start.Equal(m.Draft.Start) {
		since = m.Draft.Start // one that has begun may go on
	}
	m.take(m.shape().with(d))
	var p *problem.Error
	if errors.As(m.Draft.clean().check(since), &p) {
		for _, f := range p.Fields {
			fields = append(fields, f.Name)
		}
	}
	return fields
}

// ofTime tells whether a field says when a meeting takes place.
func ofTime(field string) bool {
	return slices.Contains([]string{
		FieldDate, FieldTime, FieldDuration, FieldZone, FieldRepeat, FieldInterval, FieldWeekdays, FieldMonthDay, FieldWeek, FieldWeekday, FieldTimes,
		FieldUntil,
	}, field)
}
