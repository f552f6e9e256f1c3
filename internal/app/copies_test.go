package app_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/zoomsim"
)

// copies is a stage on which Outlook has a say in meetings, and one person who has connected everything.
type copies struct {
	*stage
	who    entra.Person
	handle string
	made   int
	syncs  bool // what was made elsewhere is ours too
}

// truth begins one, with further features switched on.
func truth(t *testing.T, features ...policy.Feature) *copies {
	t.Helper()
	s := begin(t, setup{})
	s.person("ana").link()
	for _, f := range features {
		if err := s.products[0].Switch(t.Context(), f, true); err != nil {
			t.Fatal(err)
		}
	}
	return &copies{stage: s, who: s.identity("ana"), handle: "ana"}
}

// identity is who somebody is in Entra.
func (s *stage) identity(handle string) entra.Person {
	s.t.Helper()
	var got struct {
		People []struct{ Handle, ObjectID string }
	}
	s.call("GET", "/people", nil, &got)
	for _, p := range got.People {
		if p.Handle == handle {
			return entra.Person{Tenant: entra.TenantID(s.world.Settings().EntraTenantID), ID: entra.ObjectID(p.ObjectID)}
		}
	}
	s.t.Fatalf("nobody is called %s", handle)
	return entra.Person{}
}

// draft is a meeting tomorrow at ten in Paris.
func (c *copies) draft(topic string) meetings.Draft {
	zone := location(c.t, "Europe/Paris")
	day := c.world.World.Clock.Now().In(zone).AddDate(0, 0, 1)
	return meetings.Draft{
		Topic: topic, Start: time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, zone), Duration: 30 * time.Minute, Zone: "Europe/Paris",
		Everyone: true, Invitees: []meetings.Guest{{Name: "Ben Okafor", Address: "ben.okafor@meridian.example"}},
	}
}

// weekly is a series of six.
func (c *copies) weekly(topic string) meetings.Draft {
	d := c.draft(topic)
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Weekly, Interval: 1, Weekdays: []time.Weekday{d.Start.Weekday()}, Times: 6}
	return d
}

func (c *copies) visitor() meetings.Visitor {
	return meetings.Visitor{Person: c.who, Name: "Ana Duarte", Locale: "en", Zone: "Europe/London"}
}

// schedule makes a meeting as the tab does.
func (c *copies) schedule(d meetings.Draft) meetings.Meeting {
	c.t.Helper()
	m, err := c.products[0].Meetings().Schedule(c.t.Context(), c.request(d))
	if err != nil {
		c.t.Fatal(err)
	}
	c.idle()
	return m
}

func (c *copies) request(d meetings.Draft) meetings.Request {
	c.made++
	return meetings.Request{
		Person: c.who, Name: "Ana Duarte", Place: chats.Place{Tenant: c.who.Tenant, Kind: chats.Tab}, Nonce: fmt.Sprintf("nonce-%d", c.made),
		Locale: "en", Draft: d,
	}
}

type portalMeeting = zoomsim.PortalMeeting

func escaped(id string) string { return url.PathEscape(id) }

// portal are the meetings that Zoom's portal shows.
func (c *copies) portal() []zoomsim.PortalMeeting {
	c.t.Helper()
	var got struct{ Meetings []zoomsim.PortalMeeting }
	c.call("GET", "/zoom/people/"+c.handle+"/meetings", nil, &got)
	return got.Meetings
}

func (c *copies) atZoom(id string) zoomsim.PortalMeeting {
	c.t.Helper()
	for _, m := range c.portal() {
		if m.ID == id {
			return m
		}
	}
	return zoomsim.PortalMeeting{}
}

// portalDo changes a meeting in Zoom's portal, or one occurrence of it.
func (c *copies) portalDo(method, id, occurrence string, draft any) {
	c.t.Helper()
	if err := c.portalTry(method, id, occurrence, draft); err != nil {
		c.t.Fatal(err)
	}
}

func (c *copies) portalTry(method, id, occurrence string, draft any) error {
	c.t.Helper()
	path := "/zoom/people/" + c.handle + "/meetings"
	if id != "" {
		path += "/" + id
	}
	if occurrence != "" {
		path += "?occurrence=" + occurrence
	}
	return c.try(method, path, draft, nil)
}

// convergeSeed is the seed of one story that is to be repeated; 0 for random ones.
func convergeSeed() uint64 {
	seed, _ := strconv.ParseUint(os.Getenv("CONVERGE_SEED"), 10, 64)
	return seed
}

// events are what stands in a calendar.
func (c *copies) events(handle string) []microsoftsim.CalendarEvent {
	c.t.Helper()
	var got struct{ Events []microsoftsim.CalendarEvent }
	c.call("GET", "/people/"+handle+"/calendar", nil, &got)
	return got.Events
}

// event is the first of a meeting's events.
func (c *copies) event(number string) microsoftsim.CalendarEvent {
	c.t.Helper()
	for _, e := range c.events(c.handle) {
		if numberOf(e) == number {
			return e
		}
	}
	return microsoftsim.CalendarEvent{}
}

// outlook changes or deletes an event by hand.
func (c *copies) outlook(method string, e microsoftsim.CalendarEvent, change map[string]any) {
	c.t.Helper()
	path := "/people/" + c.handle + "/calendar/" + url.PathEscape(e.ID)
	if method == "DELETE" && change["scope"] != nil {
		path += "?scope=" + fmt.Sprint(change["scope"])
	}
	c.call(method, path, change, nil)
}

var joinLink = regexp.MustCompile(`/j/(\d+)`)

// numberOf is Zoom's number of the meeting to which an event leads; "" when there is none.
func numberOf(e microsoftsim.CalendarEvent) string {
	found := joinLink.FindStringSubmatch(e.Location + " " + e.JoinURL + " " + e.Body)
	if found == nil {
		return ""
	}
	return found[1]
}

// taking is one taking place of a meeting, as whoever shows it says.
type taking struct {
	Topic    string
	Start    time.Time
	Duration time.Duration
}

// later lets time pass, and everybody look whose turn it is.
func (c *copies) later(d time.Duration) {
	c.t.Helper()
	c.rest(0)
	c.advance(d)
	for range 2 { // what is found is looked at again
		for _, p := range c.products {
			if err := errors.Join(p.Look(c.t.Context()), p.Hurry(c.t.Context())); err != nil {
				c.t.Fatal(err)
			}
		}
		c.idle()
	}
}

// settle lets time pass until everybody has looked at everything.
func (c *copies) settle() {
	c.t.Helper()
	for range 2 {
		c.later(61 * time.Minute)
	}
}

// converged fails the test unless Zoom, Outlook and what is stored here say the same of every meeting that is to come: one meeting is
// one event.
func (c *copies) converged() {
	c.t.Helper()
	if diff := c.differences(); diff != "" {
		c.t.Error(diff)
	}
}

func (c *copies) differences() string {
	c.t.Helper()
	now := c.world.World.Clock.Now()
	ours, zoom, outlook := map[string][]taking{}, map[string][]taking{}, map[string][]taking{}
	series := map[string]map[string]bool{}
	add := func(to map[string][]taking, number string, one taking) {
		one.Start = one.Start.UTC()
		if one.Start.Add(one.Duration).After(now) {
			to[number] = append(to[number], one)
		}
	}
	stored, err := c.products[0].Upcoming(c.t.Context(), c.who)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, s := range stored {
		for _, o := range s.Meeting.Draft.Occurrences() {
			if !o.Cancelled {
				add(ours, s.Meeting.Zoom.String(), taking{s.Meeting.Draft.Topic, o.Start, o.Duration})
			}
		}
	}
	for _, m := range c.portal() {
		if len(ours[m.ID]) == 0 && m.Source != "open_api" && !c.syncs {
			continue // made elsewhere
		}
		if m.Type == 8 {
			for _, o := range m.Occurrences {
				if !o.Deleted {
					add(zoom, m.ID, taking{m.Topic, o.Start, time.Duration(o.Duration) * time.Minute})
				}
			}
		} else if m.Start != nil {
			add(zoom, m.ID, taking{m.Topic, *m.Start, time.Duration(m.Duration) * time.Minute})
		}
	}
	for _, e := range c.events(c.handle) {
		if number := numberOf(e); number != "" {
			add(outlook, number, taking{e.Subject, e.Start, e.End.Sub(e.Start)})
			if series[number] == nil {
				series[number] = map[string]bool{}
			}
			series[number][cmp.Or(e.SeriesID, e.ID)] = true
		}
	}
	var said strings.Builder
	for number := range union(ours, zoom, outlook) {
		a, b, d := inOrder(ours[number]), inOrder(zoom[number]), inOrder(outlook[number])
		if a != b || a != d || len(series[number]) > 1 {
			fmt.Fprintf(&said, "meeting %s (%d events)\n here    %s\n Zoom    %s\n Outlook %s\n", number, len(series[number]), a, b, d)
		}
	}
	return said.String()
}

func union(all ...map[string][]taking) map[string]bool {
	keys := map[string]bool{}
	for _, m := range all {
		for k := range m {
			keys[k] = true
		}
	}
	return keys
}

func inOrder(all []taking) string {
	slices.SortFunc(all, func(a, b taking) int { return a.Start.Compare(b.Start) })
	var said strings.Builder
	for _, one := range all {
		fmt.Fprintf(&said, "%s %s %s; ", one.Topic, one.Start.Format("01-02T15:04"), one.Duration)
	}
	return said.String()
}
