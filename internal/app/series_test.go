package app_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
)

// Outlook writes zones by Windows names, and Graph answers in UTC whatever zone was asked for.
func TestZoneNames(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	c.call("PUT", "/knobs", map[string]any{"microsoft": map[string]any{"ignorePrefer": true}}, nil)
	for _, zone := range []string{"Europe/Madrid", "America/Sao_Paulo", "Asia/Calcutta", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"} {
		d := c.weekly("In " + zone)
		d.Zone = zone
		d.Repeat.Weekdays = []time.Weekday{d.Start.In(location(t, zone)).Weekday()}
		c.schedule(d)
	}
	c.settle()
	c.converged()
	c.mark()
	for range 2 {
		c.settle()
	}
	c.quiet()
}

// quiet fails the test when something was written since the mark.
func (c *copies) quiet() {
	c.t.Helper()
	for _, effect := range []string{
		"meeting.created", "meeting.updated", "meeting.deleted", "occurrence.updated", "event.created", "event.updated", "event.deleted", "event.cancelled", "mail.delivered",
	} {
		if rows := c.rows(effect); len(rows) > 0 {
			c.t.Errorf("%d × %s although nobody has changed anything: %v", len(rows), effect, rows[0])
		}
	}
}

// Twice a year clocks change: a series stays at its wall time in all three, and what is moved across the change stays where it was put.
func TestClocksChange(t *testing.T) {
	t.Parallel()
	for zone, months := range map[string][]time.Month{"Europe/Paris": {time.March, time.October}, "America/New_York": {time.March, time.November}, "Australia/Sydney": {time.April, time.October}} {
		for _, month := range months {
			t.Run(fmt.Sprint(zone, " ", month), func(t *testing.T) {
				t.Parallel()
				c := truth(t, policy.OutlookEdits)
				where := location(t, zone)
				d := c.draft("Across")
				first := time.Date(2027, month, 1, 9, 30, 0, 0, where).AddDate(0, 0, -10)
				d.Start, d.Zone = first, zone
				d.Repeat = &meetings.Recurrence{Pattern: meetings.Weekly, Interval: 1, Weekdays: []time.Weekday{first.Weekday()}, Times: 9}
				number := c.schedule(d).Zoom.String()
				c.settle()
				c.converged()
				for _, o := range c.atZoom(number).Occurrences {
					if at := o.Start.In(where); at.Hour() != 9 || at.Minute() != 30 {
						t.Errorf("an occurrence is at %s", at)
					}
				}
				for _, e := range c.events(c.handle) {
					if numberOf(e) == number && e.Start.Day()%2 == 0 {
						c.outlook("PATCH", e, map[string]any{"start": e.Start.Add(time.Hour), "end": e.End.Add(time.Hour)})
					}
				}
				c.settle()
				c.converged()
				whole := c.event(number)
				c.outlook("PATCH", whole, map[string]any{"scope": "all", "start": whole.Start.Add(2 * time.Hour), "end": whole.End.Add(2 * time.Hour)})
				c.settle()
				c.converged()
			})
		}
	}
}

// A meeting that is put off again and again, here, there and everywhere, stays the same meeting under the same link.
func TestAHundredTimesPutOff(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.draft("Put off"))
	number := m.Zoom.String()
	c.settle()
	link, id := c.event(number).Location, c.event(number).ID
	random := rand.New(rand.NewPCG(7, 7)) // #nosec G404 -- repeatable
	for n := range 100 {
		at := c.world.World.Clock.Now().Truncate(time.Hour).AddDate(0, 0, 2+random.IntN(300)).Add(time.Duration(random.IntN(24)) * time.Hour)
		switch n % 3 {
		case 0:
			c.portalDo("PATCH", number, "", map[string]any{"start_time": wire(at)})
		case 1:
			e := c.event(number)
			c.outlook("PATCH", e, map[string]any{"start": at, "end": at.Add(e.End.Sub(e.Start))})
		default:
			d := c.stored(number).Draft
			d.Start = at
			if _, err := c.products[0].Meetings().Change(t.Context(), c.who, m.ID, d); err != nil {
				t.Fatal(err)
			}
		}
		c.later(6 * time.Minute)
		if n%10 == 9 {
			c.later(24 * time.Hour) // Zoom takes a hundred changes a day
		}
		if e := c.event(number); e.Location != link || e.ID != id || !e.Start.Equal(at) || !c.stored(number).Draft.Start.Equal(at) {
			t.Fatalf("after %d times: the event is %s %s at %s, want %s", n+1, e.ID, e.Location, e.Start, at)
		}
	}
	c.converged()
	if n := len(c.rows("meeting.created")) + len(c.rows("event.created")); n != 2 {
		t.Errorf("%d things were made, want a meeting and an event", n)
	}
}

// stored is a meeting as it is stored here.
func (c *copies) stored(number string) meetings.Meeting {
	c.t.Helper()
	all, err := c.products[0].Upcoming(c.t.Context(), c.who)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, s := range all {
		if s.Meeting.Zoom.String() == number {
			return s.Meeting
		}
	}
	return meetings.Meeting{}
}

// A series is booked once, whatever answers are lost on the way, and every one of its times is busy for everybody.
func TestASeriesIsOneMeeting(t *testing.T) {
	t.Parallel()
	for _, when := range []world.When{world.Before, world.After} {
		t.Run(string(when), func(t *testing.T) {
			t.Parallel()
			c := truth(t, policy.OutlookEdits, policy.TwoWaySync)
			c.sync()
			for _, route := range []string{"POST /v2/users/me/meetings", "POST /graph/v1.0/me/events"} {
				c.fault(world.Fault{Route: route, Drop: true, When: when, Count: 1})
			}
			c.mark()
			_, _ = c.products[0].Meetings().Schedule(t.Context(), c.request(c.weekly("Once")))
			c.later(time.Minute)
			c.later(time.Minute)
			c.settle()
			c.converged()
			if made := c.rows("event.created"); len(slices.DeleteFunc(made, func(r row) bool { return r.Detail["subject"] != "Once" })) != 1 {
				t.Errorf("%d events were made", len(made))
			}
			for _, who := range []string{"ana", "ben"} {
				busy := 0
				for _, e := range c.events(who) {
					if e.Subject == "Once" && (e.ShowAs == "busy" || who == "ben" && e.ShowAs == "tentative") {
						busy++
					}
				}
				if busy != 6 {
					t.Errorf("%s is busy at %d of six times", who, busy)
				}
			}
		})
	}
}

// What Zoom does not hold of a long series is kept all the same, here and in Outlook.
func TestASeriesBeyondZoomsHorizon(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	d := c.weekly("Long")
	d.Repeat.Times = meetings.SeriesMost
	number := c.schedule(d).Zoom.String()
	c.settle()
	c.converged()
	c.mark()
	for range 10 {
		c.later(7 * 24 * time.Hour) // occurrences go by, and the window of the calendar moves along
	}
	c.quiet()
	c.converged()
	last := c.stored(number).Draft.Occurrences()[meetings.SeriesMost-1]
	for _, e := range c.events(c.handle) {
		if e.Original != nil && e.Original.Equal(last.Original) {
			c.outlook("PATCH", e, map[string]any{"start": e.Start.Add(time.Hour), "end": e.End.Add(time.Hour)})
		}
	}
	c.settle()
	c.converged()
}

// In Zoom's portal a meeting becomes a series, and a series a meeting again. Outlook shows one event all the while.
func TestAMeetingBecomesASeries(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	c.portalDo("PATCH", number, "", map[string]any{"type": 8, "recurrence": map[string]any{"type": 1, "repeat_interval": 1, "end_times": 4}})
	c.settle()
	c.converged()
	if n := len(c.stored(number).Draft.Occurrences()); n != 4 {
		t.Errorf("it takes place %d times", n)
	}
	c.portalDo("PATCH", number, "", map[string]any{"type": 2})
	c.settle()
	c.converged()
	if n := len(c.stored(number).Draft.Occurrences()); n != 1 {
		t.Errorf("it takes place %d times", n)
	}
	// In Outlook that cannot be, and is put back.
	at := c.event(number)
	c.outlook("PATCH", at, map[string]any{"recurrence": map[string]any{
		"pattern": map[string]any{"type": "daily", "interval": 1},
		"range":   map[string]any{"type": "numbered", "startDate": at.Start.Format(time.DateOnly), "numberOfOccurrences": 3},
	}})
	c.settle()
	c.converged()
	if said := c.notes(number); !strings.Contains(said, "made to repeat in Outlook") {
		t.Errorf("the organiser is told %q", said)
	}
}

// However often Zoom fails in the middle, the rest of a series is cancelled as a whole or not at all, and what was cancelled or moved before
// stays so.
func TestTheRestOfASeriesIsCancelledWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	for n := range 6 {
		when := []world.When{world.Before, world.After}[n%2]
		t.Run(fmt.Sprint(when, " call ", n), func(t *testing.T) {
			t.Parallel()
			c := truth(t)
			m, moved := c.weeklyWithExceptions()
			all := m.Draft.Occurrences()
			c.fault(world.Fault{Side: world.Zoom, Route: "* /v2/meetings/{meetingId}", When: when, Status: 500, Skip: n, Count: 1})
			_, err := c.products[0].Meetings().End(t.Context(), c.visitor(), m.ID, meetings.Edit{Scope: meetings.Following, Original: all[4].Original})
			c.calm()
			c.settle()
			c.converged()
			got := c.stored(m.Zoom.String()).Draft.Occurrences()
			if want := 4; len(got) != want && (err == nil || len(got) != len(all)) {
				t.Fatalf("after %v there are %d occurrences", err, len(got))
			}
			if !got[2].Cancelled || !got[3].Start.Equal(moved) {
				t.Errorf("after %v what was cancelled or moved is not so any more: %+v", err, got)
			}
		})
	}
}

// When the rest of a series is renamed it is a meeting of its own. However often Zoom fails in the middle, what was cancelled or moved in it stays
// so; in what takes place at other times it counts no more.
func TestTheRestOfASeriesKeepsWhatWasCancelledAndMoved(t *testing.T) {
	t.Parallel()
	for n := range 6 {
		when := []world.When{world.Before, world.After}[n%2]
		t.Run(fmt.Sprint(when, " call ", n), func(t *testing.T) {
			t.Parallel()
			c := truth(t)
			m, moved := c.weeklyWithExceptions()
			all := m.Draft.Occurrences()
			c.fault(world.Fault{Side: world.Zoom, Route: "* /v2/meetings/{meetingId}", When: when, Status: 500, Skip: n, Count: 1})
			made := c.following(m, all[1], func(d *meetings.Draft) { d.Topic = "Rest" })
			c.calm()
			c.settle()
			c.converged()
			got := c.stored(made.Zoom.String()).Draft.Occurrences()
			if len(got) != len(all)-1 || got[0].Cancelled || !got[1].Cancelled || !got[2].Start.Equal(moved) {
				t.Errorf("the rest: %+v", got)
			}
			if left := c.stored(m.Zoom.String()).Draft.Occurrences(); len(left) != 1 {
				t.Errorf("what is left of the series: %+v", left)
			}
		})
	}
	t.Run("refused for hours", func(t *testing.T) {
		t.Parallel()
		c := truth(t)
		m, moved := c.weeklyWithExceptions()
		all := m.Draft.Occurrences()
		c.fault(world.Fault{Side: world.Zoom, Route: "PATCH /v2/meetings/{meetingId}", Status: 503, Count: 100}) // cancellations are taken
		made := c.following(m, all[1], func(d *meetings.Draft) { d.Topic = "Rest" })
		for range 3 {
			c.later(61 * time.Minute)
		}
		c.calm()
		if err := c.products[0].Meetings().CutOld(t.Context(), jobs.Job{Kind: meetings.CutJob, Tenant: string(c.who.Tenant), Subject: made.ID}); err != nil {
			t.Fatal(err)
		}
		c.settle()
		c.converged()
		got := c.stored(made.Zoom.String()).Draft.Occurrences()
		if len(got) != len(all)-1 || got[0].Cancelled || !got[1].Cancelled || !got[2].Start.Equal(moved) {
			t.Errorf("the rest: %+v", got)
		}
	})
	t.Run("an hour later", func(t *testing.T) {
		t.Parallel()
		c := truth(t)
		m, _ := c.weeklyWithExceptions()
		made := c.following(m, m.Draft.Occurrences()[1], func(d *meetings.Draft) { d.Start = d.Start.Add(time.Hour) })
		c.settle()
		c.converged()
		if got := c.stored(made.Zoom.String()).Draft.Exceptions; len(got) != 0 {
			t.Errorf("not as the series says: %+v", got)
		}
	})
	t.Run("changed since", func(t *testing.T) {
		t.Parallel()
		c := truth(t)
		m, moved := c.weeklyWithExceptions()
		c.fault(world.Fault{Side: world.Zoom, Route: "PATCH /v2/meetings/" + m.Zoom.String(), Status: 500, Count: 100})
		made := c.following(m, m.Draft.Occurrences()[1], func(d *meetings.Draft) { d.Topic = "Rest" })
		back := meetings.Edit{Scope: meetings.One, Original: made.Draft.Occurrences()[2].Original, Draft: made.Draft, Edition: made.Edition}
		back.Draft.Start = moved.Add(time.Hour)
		if _, err := c.products[0].Meetings().Edit(t.Context(), c.visitor(), made.ID, back); err != nil {
			t.Fatal(err)
		}
		c.calm()
		if err := c.products[0].Meetings().CutOld(t.Context(), jobs.Job{Kind: meetings.CutJob, Tenant: string(c.who.Tenant), Subject: made.ID}); err != nil {
			t.Fatal(err)
		}
		c.settle()
		c.converged()
		if got := c.stored(made.Zoom.String()).Draft.Occurrences(); !got[2].Start.Equal(back.Draft.Start) {
			t.Errorf("the occurrence that was moved once more: %+v", got[2])
		}
	})
}

// weeklyWithExceptions is a series whose third occurrence is cancelled, and whose fourth is moved to a time.
func (c *copies) weeklyWithExceptions() (m meetings.Meeting, moved time.Time) {
	c.t.Helper()
	m = c.schedule(c.weekly("Weekly"))
	all, product := m.Draft.Occurrences(), c.products[0].Meetings()
	if _, err := product.End(c.t.Context(), c.visitor(), m.ID, meetings.Edit{Scope: meetings.One, Original: all[2].Original}); err != nil {
		c.t.Fatal(err)
	}
	later := meetings.Edit{Scope: meetings.One, Original: all[3].Original, Draft: m.Draft}
	later.Draft.Start = all[3].Start.Add(2 * time.Hour)
	if _, err := product.Edit(c.t.Context(), c.visitor(), m.ID, later); err != nil {
		c.t.Fatal(err)
	}
	c.settle()
	c.converged()
	return m, later.Draft.Start
}

// following changes an occurrence of a series and all after it.
func (c *copies) following(m meetings.Meeting, o meetings.Occurrence, change func(*meetings.Draft)) meetings.Meeting {
	c.t.Helper()
	made, err := c.tryFollowing(m, o, change)
	if err != nil {
		c.t.Fatal(err)
	}
	return made
}

func (c *copies) tryFollowing(m meetings.Meeting, o meetings.Occurrence, change func(*meetings.Draft)) (meetings.Meeting, error) {
	c.made++
	edit := meetings.Edit{Scope: meetings.Following, Original: o.Original, Draft: m.Draft, Nonce: fmt.Sprint("following-", c.made)}
	repeat := *m.Draft.Repeat
	if repeat.Times > 0 {
		repeat.Times -= slices.IndexFunc(m.Draft.Occurrences(), func(other meetings.Occurrence) bool { return other.Original.Equal(o.Original) })
	}
	edit.Draft.Start, edit.Draft.Repeat, edit.Draft.Exceptions = o.Start, &repeat, nil
	change(&edit.Draft)
	return c.products[0].Meetings().Edit(c.t.Context(), c.visitor(), m.ID, edit)
}

// A series that is shortened at Zoom has no occurrences any more that are not as it says: Outlook has none either.
func TestASeriesThatIsShortenedAtZoomIsAsItSaysEverywhere(t *testing.T) {
	t.Parallel()
	for _, features := range [][]policy.Feature{nil, {policy.OutlookEdits}} {
		c := truth(t, features...)
		m, _ := c.weeklyWithExceptions()
		weekday := fmt.Sprint(int(m.Draft.Start.Weekday()) + 1)
		c.fault(world.Fault{Side: world.Microsoft, Route: "DELETE /graph/v1.0/me/events/{id}", Status: 503, Count: 6})
		c.portalDo("PATCH", m.Zoom.String(), "", map[string]any{"recurrence": map[string]any{
			"type": 2, "repeat_interval": 1, "weekly_days": weekday, "end_times": 4,
		}})
		c.settle()
		c.settle()
		c.converged()
	}
}

// Whoever the organiser has invited in Outlook beside ours stays invited: when the event has to be made anew, even if the answer to that is lost,
// and in the rest of a series.
func TestWhoWasInvitedInOutlookStays(t *testing.T) {
	t.Parallel()
	once := func(c *copies, m meetings.Meeting) meetings.Meeting {
		c.portalDo("PATCH", m.Zoom.String(), "", map[string]any{"type": 2})
		return m
	}
	for name, act := range map[string]func(*copies, meetings.Meeting) meetings.Meeting{
		"made anew": once,
		"made anew, which is not answered": func(c *copies, m meetings.Meeting) meetings.Meeting {
			c.fault(world.Fault{Side: world.Microsoft, Route: "POST /graph/v1.0/me/events", Drop: true, When: world.After, Count: 1})
			return once(c, m)
		},
		"the rest": func(c *copies, m meetings.Meeting) meetings.Meeting {
			return c.following(m, m.Draft.Occurrences()[2], func(d *meetings.Draft) { d.Topic = "Rest" })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := truth(t, policy.OutlookEdits)
			m := c.schedule(c.weekly("Weekly"))
			c.settle()
			c.outlook("PATCH", c.event(m.Zoom.String()), map[string]any{"scope": "all", "attendees": []string{"ben", "chloe"}})
			c.settle()
			c.mark()
			m = act(c, m)
			c.settle()
			c.converged()
			for _, who := range []string{"ben", "chloe"} {
				invited := func(a microsoftsim.EventAttendee) bool { return strings.HasPrefix(a.Address, who) }
				if e := c.event(m.Zoom.String()); !slices.ContainsFunc(e.Attendees, invited) {
					t.Errorf("%s is not invited any more: %+v", who, e.Attendees)
				}
			}
			if updated := c.rows("event.updated"); name != "the rest" && len(updated) > 0 {
				t.Errorf("once it is there it is written again: %+v", updated)
			}
		})
	}
}
