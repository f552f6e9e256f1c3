package app_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
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
	"causeway/internal/i18n"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
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

func TestChangesAtZoomFollow(t *testing.T) {
	t.Parallel()
	c := truth(t)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.converged()
	at := m.Draft.Start.Add(26 * time.Hour).UTC()
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Lift-off", "start_time": at.Format("2006-01-02T15:04:05Z"), "duration": 45})
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Lift-off" || !e.Start.Equal(at) {
		t.Errorf("the event is %+v", e)
	}
	c.portalDo("DELETE", number, "", nil)
	c.settle()
	c.converged()
	if e := c.event(number); e.ID != "" {
		t.Errorf("the event of a deleted meeting stands: %+v", e)
	}
}

func TestChangesInOutlookFollow(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.settle()
	at := m.Draft.Start.Add(3 * time.Hour)
	c.outlook("PATCH", c.event(number), map[string]any{"subject": "Lift-off", "start": at, "end": at.Add(time.Hour)})
	c.settle()
	c.converged()
	if z := c.atZoom(number); z.Topic != "Lift-off" || z.Duration != 60 || !z.Start.Equal(at) {
		t.Errorf("Zoom has %+v", z)
	}
	c.outlook("DELETE", c.event(number), nil)
	c.settle()
	c.converged()
	if z := c.atZoom(number); z.ID != "" {
		t.Errorf("Zoom still has %+v", z)
	}
}

func TestOccurrencesFollow(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.weekly("Weekly"))
	number := m.Zoom.String()
	c.settle()
	c.converged()
	z := c.atZoom(number)
	moved := z.Occurrences[1].Start.Add(2 * time.Hour)
	c.portalDo("PATCH", number, z.Occurrences[1].ID, map[string]any{"start_time": moved.Format("2006-01-02T15:04:05Z"), "duration": 30})
	c.portalDo("DELETE", number, z.Occurrences[2].ID, nil)
	c.settle()
	c.converged()
	for _, e := range c.events(c.handle) {
		if numberOf(e) == number && e.Original != nil && e.Original.Equal(z.Occurrences[3].Start) {
			c.outlook("PATCH", e, map[string]any{"start": e.Start.Add(time.Hour), "end": e.Start.Add(2 * time.Hour)})
		}
		if numberOf(e) == number && e.Original != nil && e.Original.Equal(z.Occurrences[4].Start) {
			c.outlook("DELETE", e, nil)
		}
	}
	c.settle()
	c.converged()
	c.mark()
	c.settle()
	c.settle()
	if n := len(c.rows("meeting.updated")) + len(c.rows("occurrence.updated")) + len(c.rows("event.updated")); n != 0 {
		text, _ := json.Marshal(c.rows(""))
		t.Errorf("%d changes although nobody changed anything: %s", n, text)
	}
}

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

// What the organiser does to the event, and the meeting does not need, stays.
func TestWhatIsTheOrganisersStays(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.settle()
	c.outlook("PATCH", c.event(number), map[string]any{"showAs": "free", "attendees": []string{"ben", "chloe"}, "rooms": []string{"lighthouse"}})
	c.settle()
	d := c.stored(number).Draft
	d.Topic, d.Invitees = "Renamed", append(d.Invitees, meetings.Guest{Name: "Dev Patel", Address: "dev.patel@meridian.example"})
	if _, err := c.products[0].Meetings().Change(t.Context(), c.who, m.ID, d); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.converged()
	e := c.event(number)
	var addresses []string
	for _, a := range e.Attendees {
		addresses = append(addresses, a.Address)
	}
	for _, want := range []string{"ben.okafor@", "chloe", "lighthouse@", "dev.patel@"} {
		if !strings.Contains(strings.Join(addresses, " "), want) {
			t.Errorf("%s is not among %v", want, addresses)
		}
	}
	if e.Subject != "Renamed" || e.ShowAs != "free" {
		t.Errorf("the event is %+v", e)
	}
}

// What Zoom cannot hold is put back in Outlook, and the organiser is told; so is a room that does not come.
func TestWhatZoomCannotHoldIsPutBack(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	d := c.draft("Launch")
	d.Rooms = []meetings.Guest{{Name: "Lighthouse", Address: "lighthouse@meridian.example"}}
	number := c.schedule(d).Zoom.String()
	c.settle()
	e := c.event(number)
	c.outlook("PATCH", e, map[string]any{"subject": strings.Repeat("long ", 45), "start": e.Start, "end": e.Start.Add(30 * time.Hour)})
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Launch" || e.End.Sub(e.Start) != 30*time.Minute {
		t.Errorf("the event is %q for %s", e.Subject, e.End.Sub(e.Start))
	}
	said := c.notes(number)
	for _, want := range []string{"name that the meeting was given in Outlook", "time that the meeting was given in Outlook"} {
		if !strings.Contains(said, want) {
			t.Errorf("the organiser is told %q, want %q", said, want)
		}
	}
	// The steering committee has the room tomorrow at nine, in Berlin.
	day := c.world.World.Clock.Now().In(location(t, "Europe/Berlin")).AddDate(0, 0, 1)
	for _, taken := range c.events("lighthouse") {
		if taken.Subject == "Steering committee" || taken.Mine {
			day = taken.Start
		}
	}
	c.outlook("PATCH", c.event(number), map[string]any{"start": day, "end": day.Add(time.Hour)})
	c.settle()
	c.converged()
	if said := c.notes(number); !strings.Contains(said, "Lighthouse has declined") {
		t.Errorf("the organiser is told %q", said)
	}
}

// notes are what the organiser is told of the calendar entry.
func (c *copies) notes(number string) string {
	c.t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		c.t.Fatal(err)
	}
	notes, err := c.products[0].Meetings().Notes(c.t.Context(), texts.For("en"), c.stored(number))
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.Join(notes, "\n")
}

// Where the administrator has not let Outlook have a say, Graph is not even asked.
func TestOutlookHasNoSayUnlessItIsLet(t *testing.T) {
	t.Parallel()
	c := truth(t)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	c.mark()
	at := c.event(number).Start.Add(time.Hour)
	c.outlook("PATCH", c.event(number), map[string]any{"start": at, "end": at.Add(time.Hour)})
	c.settle()
	if z := c.atZoom(number); z.Start.Equal(at) {
		t.Error("Zoom has followed")
	}
	for _, r := range c.rows("api.called") {
		if r.Side == world.Microsoft {
			t.Errorf("Graph was called: %v", r)
		}
	}
}

// Two-way sync: what was made in Zoom's portal comes into the calendar of whoever wants it, and leaves it again.
func TestTwoWaySync(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.TwoWaySync)
	c.settle()
	press := slices.IndexFunc(c.portal(), func(m portalMeeting) bool { return m.Topic == "Press rehearsal" })
	number := c.portal()[press].ID
	if e := c.event(number); e.ID != "" {
		t.Errorf("who does not want it has %+v in the calendar", e)
	}
	c.mark()
	c.sync()
	c.schedule(c.draft("Ours"))
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Press rehearsal" {
		t.Errorf("who wants it has %+v in the calendar", e)
	}
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Dress rehearsal", "duration": 75})
	c.portalDo("POST", "", "", map[string]any{
		"topic": "Standup", "type": 8, "start_time": wire(c.draft("").Start), "duration": 15, "timezone": "Europe/London",
		"recurrence": map[string]any{"type": 1, "repeat_interval": 1, "end_times": 5},
	})
	c.settle()
	c.converged()
	c.portalDo("DELETE", number, "", nil)
	c.settle()
	c.converged()
	if e := c.event(number); e.ID != "" {
		t.Errorf("what was deleted at Zoom stands in the calendar: %+v", e)
	}
	if n := len(c.rows("event.created")); n != 3 {
		t.Errorf("%d events were made, want 3", n)
	}
}

// Zoom's own sync, or a person, has put the meeting into the calendar: there are never two.
func TestAnEventThatIsThereIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.TwoWaySync)
	m := c.portal()[slices.IndexFunc(c.portal(), func(m portalMeeting) bool { return m.Topic == "Press rehearsal" })]
	there := map[string]any{
		"subject": "Press rehearsal", "start": m.Start, "end": m.Start.Add(45 * time.Minute), "location": c.world.ZoomURL() + m.JoinPath,
	}
	c.call("POST", "/people/ana/calendar", there, nil)
	c.sync()
	c.schedule(c.draft("Ours"))
	c.settle()
	count := func() (n int) {
		for _, e := range c.events(c.handle) {
			if numberOf(e) == m.ID {
				n++
			}
		}
		return n
	}
	if n := count(); n != 1 {
		t.Errorf("there are %d events of the meeting", n)
	}
	// It comes later than ours: ours goes.
	at := c.draft("").Start.Add(50 * time.Hour)
	c.portalDo("POST", "", "", map[string]any{"topic": "Late", "type": 2, "start_time": wire(at), "duration": 30, "timezone": "Europe/London"})
	c.settle()
	m = c.portal()[slices.IndexFunc(c.portal(), func(m portalMeeting) bool { return m.Topic == "Late" })]
	if n := count(); n != 1 {
		t.Fatalf("there are %d events of the meeting", n)
	}
	there["subject"], there["start"], there["end"], there["location"] = "Late", at, at.Add(30*time.Minute), c.world.ZoomURL()+m.JoinPath
	c.call("POST", "/people/ana/calendar", there, nil)
	c.settle()
	c.portalDo("PATCH", m.ID, "", map[string]any{"topic": "Later"})
	c.settle()
	if n := count(); n != 1 {
		t.Errorf("there are %d events of the meeting", n)
	}
}
