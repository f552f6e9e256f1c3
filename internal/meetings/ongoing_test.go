package meetings_test

import (
	"slices"
	"testing"
	"time"

	"causeway/internal/meetings"
	"causeway/internal/wiretest"
	"causeway/internal/zoom"
)

// sees holds what somebody is shown of a meeting: whether it stands, live or not, among those that come and those that are over, and what
// its page says of one of its times.
func (z told) sees(who, coming, gone string, original time.Time, live bool) {
	z.Helper()
	list := func(all []meetings.Upcoming) (how string) {
		for _, u := range all {
			if u.Key != z.m.ID {
				continue
			}
			how += u.Start.Format("02")
			if u.Live {
				how += " live"
			}
			how += "."
		}
		return how
	}
	next, _, err := z.p.Meetings.Upcoming(z.Context(), visitor(who), meetings.List{})
	if err != nil || list(next) != coming {
		z.Errorf("%s: to come is %q, want %q, %v", who, list(next), coming, err)
	}
	over, _, _, err := z.p.Meetings.Past(z.Context(), visitor(who), meetings.List{})
	if err != nil || list(over) != gone {
		z.Errorf("%s: over is %q, want %q, %v", who, list(over), gone, err)
	}
	if slices.ContainsFunc(over, func(u meetings.Upcoming) bool { return u.Live }) {
		z.Errorf("%s: over is what is held", who)
	}
	d, err := z.p.Meetings.Detail(z.Context(), visitor(who), z.m.ID, original)
	if err != nil || d.Live != live {
		z.Errorf("%s: the page says that it is held: %t, want %t, %v", who, d.Live, live, err)
	}
}

// Who is invited reads that a meeting is on, as the host does: from when it begins, early or not, until it ends, however late.
func TestWhatIsHeldComesUntilItEnds(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", false)
	d := draft()
	d.Start = wiretest.Noon.Add(time.Hour)
	z := told{t, p, schedule(t, p, "n1", d)}
	p.Work("")
	for _, step := range []struct {
		event   string
		minutes int // after noon; it is planned from 60 to 105
		coming  string
		gone    string
		live    bool
	}{
		{"", 20, "23.", "", false},
		{zoom.EventMeetingStarted, 27, "23 live.", "", true},
		{"", 200, "23 live.", "", true},
		{zoom.EventMeetingEnded, 210, "", "23.", false},
	} {
		p.Clock.Set(after(step.minutes))
		if step.event != "" {
			z.tells(step.event, "one", step.minutes)
		}
		for _, who := range []string{"ana", "ben"} {
			z.sees(who, step.coming, step.gone, time.Time{}, step.live)
		}
	}
}

// Of a series it is the time that is due, or the one that it has overrun, and no other.
func TestOfASeriesOneMeetingIsHeld(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", false)
	d := draft()
	d.Start = wiretest.Noon.Add(time.Hour)
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Interval: 1, Times: 3}
	z := told{t, p, schedule(t, p, "n1", d)}
	p.Work("")
	p.Clock.Set(after(61))
	z.tells(zoom.EventMeetingStarted, "one", 61)
	p.Clock.Set(after(120))
	for _, who := range []string{"ana", "ben"} {
		z.sees(who, "23 live.24.25.", "", d.Start, true)
		z.sees(who, "23 live.24.25.", "", d.Start.AddDate(0, 0, 1), false)
	}
	z.tells(zoom.EventMeetingEnded, "one", 121)
	for _, who := range []string{"ana", "ben"} {
		z.sees(who, "24.25.", "23.", d.Start, false)
	}
}

// A window into which now does not fall has nothing that is held now.
func TestWhatIsHeldIsOfNow(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Start = wiretest.Noon.Add(time.Hour)
	z := told{t, p, schedule(t, p, "n1", d)}
	p.Work("")
	p.Clock.Set(after(120))
	z.tells(zoom.EventMeetingStarted, "one", 61)
	found, _, err := p.Meetings.Upcoming(t.Context(), visitor("ana"), meetings.List{From: after(24 * 60)})
	if err != nil || len(found) != 0 {
		t.Errorf("of tomorrow: %+v, %v", found, err)
	}
}
