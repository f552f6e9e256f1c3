package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/teams"
)

// Whatever is done to meetings in Teams, in Zoom's portal and in Outlook, in whatever order, with calls that fail, answers that are
// lost and notices that come twice or not at all: in the end one meeting is one event, and all say the same. Seeds are printed; a
// sequence is repeated with CONVERGE_SEED.
func TestCopiesConverge(t *testing.T) {
	t.Parallel()
	converge(t, convergences)
}

// convergeWorkers is how many worlds the sequences are shared out to.
const convergeWorkers = 8

func converge(t *testing.T, sequences int) {
	t.Helper()
	first := rand.Uint64N(1 << 40)
	if fixed := convergeSeed(); fixed > 0 {
		first, sequences = fixed, 1
	}
	t.Logf("%d sequences from seed %d", sequences, first)
	var next atomic.Int64
	for world := range min(convergeWorkers, sequences) {
		t.Run(fmt.Sprint("world ", world), func(t *testing.T) {
			t.Parallel()
			c := truth(t, policy.OutlookEdits, policy.TwoWaySync)
			c.sync()
			c.person("ben").link()                                                                                // who takes meetings over
			if form, asked := c.person("ana").approveJIT("launch", "schedule"); !asked || form.Type != "dialog" { // the bot is in the chat
				t.Fatalf("the bot is not asked for: %+v", form)
			}
			for n := next.Add(1) - 1; n < int64(sequences) && !t.Failed(); n = next.Add(1) - 1 {
				newSequence(c, first+uint64(n)).run()
			}
		})
	}
}

// sync lets the person want everything in the calendar.
func (c *copies) sync() {
	c.t.Helper()
	chosen := preferences.Usually()
	chosen.Sync, c.syncs = true, true
	if err := c.products[0].Prefer(c.t.Context(), c.who, chosen); err != nil {
		c.t.Fatal(err)
	}
}

// sequence is one random story.
type sequence struct {
	*copies
	random *rand.Rand
	seed   uint64
	steps  []string
	away   []string // meetings that Ben hosts meanwhile
}

func newSequence(c *copies, seed uint64) *sequence {
	return &sequence{copies: c, seed: seed, random: rand.New(rand.NewPCG(seed, 1))} // #nosec G404 -- repeatable
}

func (q *sequence) say(format string, args ...any) {
	q.steps = append(q.steps, fmt.Sprintf(format, args...))
}

// run plays the story, lets everything come to rest, and compares.
func (q *sequence) run() {
	q.mark()
	defer q.told()
	q.create()
	for range 4 + q.random.IntN(6) {
		q.step()
	}
	q.healed()
	var diff string
	for range 5 {
		q.later(25 * time.Hour) // Zoom lets a host change a hundred things a day
		if diff = q.differences() + q.untrueInvitations() + q.untrueCards(); diff == "" {
			q.clear()
			return
		}
	}
	q.t.Errorf("it does not converge:\n%s", diff)
}

// told writes down a story that went wrong, and what the platforms saw of it.
func (q *sequence) told() {
	if !q.t.Failed() {
		return
	}
	for _, r := range q.rows("") {
		if !strings.HasPrefix(r.Effect, "message.") && !strings.HasPrefix(r.Effect, "token.") {
			q.say("%d %s %s %s %v", r.Seq, r.Effect, r.Subject, r.By, r.Detail)
		}
	}
	q.t.Logf("CONVERGE_SEED=%d\n  %s", q.seed, strings.Join(q.steps[:min(len(q.steps), 300)], "\n  "))
}

// clear deletes what is left, half of it at Zoom and half in Outlook.
func (q *sequence) clear() {
	for i, m := range q.portal() {
		if e := q.event(m.ID); i%2 == 0 && e.ID != "" {
			_ = q.try("DELETE", "/people/"+q.handle+"/calendar/"+escaped(e.ID)+"?scope=all", nil, nil)
		} else {
			_ = q.portalTry("DELETE", m.ID, "", nil)
		}
	}
}

func (q *sequence) step() {
	acts := []func(){
		q.create, q.portalMake, q.portalEdit, q.portalEdit, q.portalOccurrence, q.portalDelete, q.portalRecover, q.outlookEdit, q.outlookEdit, q.outlookOccurrence,
		q.outlookDelete, q.teamsEdit, q.teamsEdit, q.teamsOccurrence, q.teamsFollowing, q.teamsEnd, q.share, q.trouble, q.trouble, q.notices, q.news, q.rest, q.rest, q.host,
	}
	acts[q.random.IntN(len(acts))]()
}

// quarter is a random time tomorrow or later, at a quarter of an hour.
func (q *sequence) quarter() time.Time {
	now := q.world.World.Clock.Now().Truncate(24 * time.Hour)
	return now.AddDate(0, 0, 3+q.random.IntN(20)).Add(time.Duration(24+q.random.IntN(40)) * 15 * time.Minute)
}

func (q *sequence) topic() string { return fmt.Sprintf("Topic %d", q.random.IntN(1000)) }

func (q *sequence) length() time.Duration {
	return time.Duration(1+q.random.IntN(5)) * 15 * time.Minute
}

func (q *sequence) draft() meetings.Draft {
	zones := []string{"Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC"}
	d := meetings.Draft{
		Topic: q.topic(), Start: q.quarter(), Duration: q.length(), Zone: zones[q.random.IntN(len(zones))], Everyone: true,
		Invitees: []meetings.Guest{{Name: "Ben Okafor", Address: "ben.okafor@meridian.example"}},
	}
	if q.random.IntN(2) == 0 {
		zone := location(q.t, d.Zone)
		d.Repeat = &meetings.Recurrence{Pattern: meetings.Weekly, Interval: 1 + q.random.IntN(2), Weekdays: []time.Weekday{d.Start.In(zone).Weekday()}, Times: 3 + q.random.IntN(4)}
		switch q.random.IntN(4) {
		case 0, 1:
			d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Interval: 2, Times: 3 + q.random.IntN(4)}
		case 2:
			d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Interval: 3, Until: d.Start.In(zone).AddDate(0, 0, 7+q.random.IntN(9)).Format(time.DateOnly)}
		}
	}
	return d
}

func (q *sequence) create() {
	d := q.draft()
	_, err := q.products[0].Meetings().Schedule(q.t.Context(), q.request(d))
	q.say("Teams: made %q, series %t: %v", d.Topic, d.Repeat != nil, err)
}

func (q *sequence) portalMake() {
	draft := map[string]any{"topic": q.topic(), "type": 2, "start_time": wire(q.quarter()), "duration": int(q.length() / time.Minute), "timezone": "Europe/London"}
	if q.random.IntN(2) == 0 {
		draft["type"], draft["recurrence"] = 8, map[string]any{"type": 1, "repeat_interval": 1 + q.random.IntN(3), "end_times": 3 + q.random.IntN(3)}
	}
	q.say("portal: make %v: %v", draft, q.portalTry("POST", "", "", draft))
}

func wire(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// one draws a meeting of Zoom's portal; false when there is none.
func (q *sequence) one() (id string, occurrences []string, ok bool) {
	all := slices.DeleteFunc(q.portal(), func(m portalMeeting) bool { return m.Type != 2 && m.Type != 8 })
	if len(all) == 0 {
		return "", nil, false
	}
	m := all[q.random.IntN(len(all))]
	for _, o := range m.Occurrences {
		if !o.Deleted && o.Start.After(q.world.World.Clock.Now().Add(time.Hour)) {
			occurrences = append(occurrences, o.ID)
		}
	}
	return m.ID, occurrences, true
}

func (q *sequence) portalEdit() {
	id, _, ok := q.one()
	if !ok {
		return
	}
	draft := map[string]any{}
	switch q.random.IntN(7) {
	case 0, 1:
		draft["topic"] = q.topic()
	case 2, 3:
		draft["start_time"] = wire(q.quarter())
	case 4:
		draft["type"] = 2
		if q.atZoom(id).Type == 2 {
			draft["type"], draft["recurrence"] = 8, map[string]any{"type": 1, "repeat_interval": 2, "end_times": 4}
		}
	default:
		draft["duration"] = int(q.length() / time.Minute)
	}
	q.say("portal: %s %v: %v", id, draft, q.portalTry("PATCH", id, "", draft))
}

func (q *sequence) portalOccurrence() {
	id, occurrences, ok := q.one()
	if !ok || len(occurrences) < 2 {
		return
	}
	occurrence := occurrences[q.random.IntN(len(occurrences))]
	if q.random.IntN(2) == 0 {
		q.say("portal: delete %s of %s: %v", occurrence, id, q.portalTry("DELETE", id, occurrence, nil))
		return
	}
	m := q.atZoom(id)
	for _, o := range m.Occurrences {
		if o.ID == occurrence {
			draft := map[string]any{"start_time": wire(o.Start.Add(q.length())), "duration": o.Duration}
			q.say("portal: move %s of %s by %v: %v", occurrence, id, draft, q.portalTry("PATCH", id, occurrence, draft))
		}
	}
}

func (q *sequence) portalDelete() {
	if id, _, ok := q.one(); ok && q.random.IntN(2) == 0 {
		q.say("portal: delete %s: %v", id, q.portalTry("DELETE", id, "", nil))
	}
}

// portalRecover brings back what was deleted last, wherever that was.
func (q *sequence) portalRecover() {
	var got struct{ Meetings []zoomsim.PortalTrashed }
	q.call("GET", "/zoom/people/"+q.handle+"/trash", nil, &got)
	if len(got.Meetings) > 0 {
		id := got.Meetings[0].ID
		q.say("portal: recover %s: %v", id, q.try("POST", "/zoom/people/"+q.handle+"/trash/"+id+"/recover", nil, nil))
	}
}

// mine draws an event of ours; false when there is none.
func (q *sequence) mine() (microsoftsim.CalendarEvent, bool) {
	now := q.world.World.Clock.Now()
	all := slices.DeleteFunc(q.events(q.handle), func(e microsoftsim.CalendarEvent) bool { return numberOf(e) == "" || !e.Mine || e.Start.Before(now) })
	if len(all) == 0 {
		return microsoftsim.CalendarEvent{}, false
	}
	return all[q.random.IntN(len(all))], true
}

func (q *sequence) outlookTry(method string, e microsoftsim.CalendarEvent, change map[string]any) error {
	path := "/people/" + q.handle + "/calendar/" + escaped(e.ID)
	if method == "DELETE" {
		return q.try(method, path+"?scope="+fmt.Sprint(change["scope"]), nil, nil)
	}
	return q.try(method, path, change, nil)
}

func (q *sequence) outlookEdit() {
	e, ok := q.mine()
	if !ok {
		return
	}
	change := map[string]any{"scope": "all"}
	switch q.random.IntN(3) {
	case 0:
		change["subject"] = q.topic()
	case 1:
		at := e.Start.Add(time.Duration(q.random.IntN(30)-10) * 30 * time.Minute)
		change["start"], change["end"] = at, at.Add(e.End.Sub(e.Start))
	default:
		change["start"], change["end"] = e.Start, e.Start.Add(q.length())
	}
	q.say("Outlook: %q (%s) %v: %v", e.Subject, numberOf(e), change, q.outlookTry("PATCH", e, change))
}

func (q *sequence) outlookOccurrence() {
	e, ok := q.mine()
	if !ok || e.SeriesID == "" {
		return
	}
	if q.random.IntN(2) == 0 {
		q.say("Outlook: delete %s of %s: %v", e.Original, numberOf(e), q.outlookTry("DELETE", e, map[string]any{"scope": "one"}))
		return
	}
	at := e.Start.Add(q.length())
	q.say("Outlook: move %s of %s to %s: %v", e.Original, numberOf(e), at, q.outlookTry("PATCH", e, map[string]any{"start": at, "end": at.Add(q.length())}))
}

func (q *sequence) outlookDelete() {
	if e, ok := q.mine(); ok && q.random.IntN(2) == 0 {
		q.say("Outlook: delete %s: %v", numberOf(e), q.outlookTry("DELETE", e, map[string]any{"scope": "all"}))
	}
}

// ours draws a meeting that is stored here.
func (q *sequence) ours() (meetings.Meeting, bool) {
	all, err := q.products[0].Upcoming(q.t.Context(), q.who)
	if err != nil || len(all) == 0 {
		return meetings.Meeting{}, false
	}
	m := all[q.random.IntN(len(all))].Meeting
	return m, !m.Draft.NoTime
}

func (q *sequence) teamsEdit() {
	m, ok := q.ours()
	if !ok {
		return
	}
	d := m.Draft
	switch q.random.IntN(3) {
	case 0:
		d.Topic = q.topic()
	case 1:
		d.Start = d.Start.Add(time.Duration(1+q.random.IntN(20)) * 30 * time.Minute)
	default:
		d.Duration = q.length()
	}
	_, err := q.products[0].Meetings().Edit(q.t.Context(), q.visitor(), m.ID, meetings.Edit{Draft: d})
	q.say("Teams: %s %q %s %s: %v", m.Zoom, d.Topic, d.Start, d.Duration, err)
}

// series draws a series that is stored here, with its occurrences, of which there are at least two.
func (q *sequence) series() (m meetings.Meeting, held []meetings.Occurrence, ok bool) {
	if m, ok = q.ours(); !ok || m.Draft.Repeat == nil {
		return m, nil, false
	}
	held = slices.DeleteFunc(m.Draft.Occurrences(), func(o meetings.Occurrence) bool { return o.Cancelled })
	return m, held, len(held) > 1
}

func (q *sequence) teamsOccurrence() {
	m, all, ok := q.series()
	if !ok {
		return
	}
	o := all[q.random.IntN(len(all))]
	edit := meetings.Edit{Scope: meetings.One, Original: o.Original, Draft: m.Draft}
	if q.random.IntN(2) == 0 {
		_, err := q.products[0].Meetings().End(q.t.Context(), q.visitor(), m.ID, edit)
		q.say("Teams: cancel %s of %s: %v", o.Original, m.Zoom, err)
		return
	}
	edit.Draft.Start, edit.Draft.Duration = o.Start.Add(q.length()), q.length()
	_, err := q.products[0].Meetings().Edit(q.t.Context(), q.visitor(), m.ID, edit)
	q.say("Teams: move %s of %s to %s: %v", o.Original, m.Zoom, edit.Draft.Start, err)
}

// teamsFollowing changes the rest of a series.
func (q *sequence) teamsFollowing() {
	m, all, ok := q.series()
	if !ok {
		return
	}
	o := all[1+q.random.IntN(len(all)-1)]
	made, err := q.tryFollowing(m, o, func(d *meetings.Draft) {
		switch q.random.IntN(3) {
		case 0:
			d.Start = d.Start.Add(q.length())
		case 1:
			d.Duration = q.length()
		default:
			d.Topic = q.topic()
		}
	})
	q.say("Teams: from %s on %s is %s: %v", o.Original, m.Zoom, made.Zoom, err)
}

func (q *sequence) teamsEnd() {
	m, ok := q.ours()
	if !ok || q.random.IntN(2) == 0 {
		return
	}
	var edit meetings.Edit
	if all := m.Draft.Occurrences(); m.Draft.Repeat != nil && q.random.IntN(2) == 0 {
		edit.Scope, edit.Original = meetings.Following, all[q.random.IntN(len(all))].Original
	}
	_, err := q.products[0].Meetings().End(q.t.Context(), q.visitor(), m.ID, edit)
	q.say("Teams: cancel %s %s %s: %v", m.Zoom, edit.Scope, edit.Original, err)
}

// host lets Ben take a meeting over at Zoom, or gives one back.
func (q *sequence) host() {
	if len(q.away) > 0 {
		q.giveBack()
		return
	}
	if id, _, ok := q.one(); ok {
		err := q.portalTry("PATCH", id, "", map[string]any{"schedule_for": "ben.okafor@meridian.example"})
		q.say("portal: Ben hosts %s: %v", id, err)
		if err == nil {
			q.away = append(q.away, id)
		}
	}
}

// giveBack makes all meetings hers again, which else would be compared with what she does not see.
func (q *sequence) giveBack() {
	for _, id := range q.away {
		err := q.portalTry("PATCH", id, "", map[string]any{"schedule_for": "ana.duarte@meridian.example"})
		q.say("portal: %s is hers again: %v", id, err)
	}
	q.away = nil
}

// share brings a meeting into the chat.
func (q *sequence) share() {
	m, ok := q.ours()
	if !ok {
		return
	}
	_, err := q.products[0].Meetings().Share(q.t.Context(), q.visitor(), m.ID, teams.ConversationID(q.conversation("launch")))
	q.say("Teams: share %s: %v", m.Zoom, err)
}

// untrueInvitations says which meetings stand otherwise in Ben's calendar, who is invited to what is made here, than is stored.
func (q *sequence) untrueInvitations() string {
	stored, err := q.products[0].Upcoming(q.t.Context(), q.who)
	if err != nil {
		q.t.Fatal(err)
	}
	now, his := q.world.World.Clock.Now(), map[string][]taking{}
	for _, e := range q.events("ben") {
		if number := numberOf(e); e.End.After(now) {
			his[number] = append(his[number], taking{e.Subject, e.Start.UTC(), e.End.Sub(e.Start)})
		}
	}
	var said strings.Builder
	for _, s := range stored {
		d, ours := s.Meeting.Draft, []taking{}
		for _, o := range d.Occurrences() {
			if !o.Cancelled && o.Start.Add(o.Duration).After(now) {
				ours = append(ours, taking{d.Topic, o.Start.UTC(), o.Duration})
			}
		}
		if a, b := inOrder(ours), inOrder(his[s.Meeting.Zoom.String()]); len(d.Invitees) > 0 && a != b {
			fmt.Fprintf(&said, "meeting %s\n here  %s\n Ben   %s\n", s.Meeting.Zoom, a, b)
		}
	}
	return said.String()
}

// cardNumber is a meeting's number on a card.
var cardNumber = regexp.MustCompile(`\b\d{3} \d{4} \d{4}\b`)

// untrueCards says which cards in the chat say something else than what is stored here.
func (q *sequence) untrueCards() string {
	stored, err := q.products[0].Upcoming(q.t.Context(), q.who)
	if err != nil {
		q.t.Fatal(err)
	}
	ours := map[string]meetings.Meeting{}
	for _, s := range stored {
		ours[s.Meeting.Zoom.String()] = s.Meeting
	}
	var said strings.Builder
	for _, message := range q.person("ben").messages("launch") {
		for _, card := range message.Cards {
			number := strings.ReplaceAll(cardNumber.FindString(string(card)), " ", "")
			m, active := ours[number]
			switch {
			case number == "": // cancelled
			case !active:
				fmt.Fprintf(&said, "a card shows %s, which is no meeting any more\n", number)
			case !strings.Contains(string(card), m.Draft.Topic) || !slices.ContainsFunc(m.Draft.Occurrences(), func(o meetings.Occurrence) bool {
				return !o.Cancelled && strings.Contains(string(card), o.Start.UTC().Format("2006-01-02T15:04:05Z"))
			}):
				fmt.Fprintf(&said, "the card of %s does not say %q at one of %v: %s\n", number, m.Draft.Topic, m.Draft.Occurrences(), card)
			}
		}
	}
	return said.String()
}

// trouble lets some of the next calls fail, be lost, or arrive twice.
func (q *sequence) trouble() {
	f := world.Fault{Side: world.Zoom, Route: "* /v2/*", Skip: q.random.IntN(3), Count: 1 + q.random.IntN(2)}
	if q.random.IntN(2) == 0 {
		f.Side, f.Route = world.Microsoft, "* /graph/*"
	}
	switch q.random.IntN(4) {
	case 0:
		f.Drop = true
	case 1:
		f.Drop, f.When = true, world.After
	case 2:
		f.Status = http.StatusServiceUnavailable
	default:
		f.Duplicate = true
	}
	q.say("trouble: %+v", f)
	q.fault(f)
}

// notices lets Graph lose some, say that it has, or forget what it has told.
func (q *sequence) notices() {
	q.say("Graph loses notices")
	q.call("PUT", "/knobs", map[string]any{"microsoft": map[string]any{"loseNotices": q.random.IntN(2) == 0, "forgetDeltas": q.random.IntN(4) == 0}}, nil)
}

// news lets Zoom's events come twice, late and in another order, or not at all.
func (q *sequence) news() {
	knob := []string{"twinEvents", "holdEvents", "loseEvents"}[q.random.IntN(3)]
	q.say("Zoom: %s", knob)
	q.zoomKnobs(map[string]bool{knob: true})
}

// rest lets some time pass, or everything be done.
func (q *sequence) rest() {
	d := time.Duration(1+q.random.IntN(20)) * time.Minute
	q.say("%s pass", d)
	q.later(d)
}

// healed ends all trouble.
func (q *sequence) healed() {
	q.calm()
	q.giveBack()
	q.zoomKnobs(map[string]bool{})
	q.call("PUT", "/knobs", map[string]any{"microsoft": map[string]any{"loseNotices": false, "forgetDeltas": false}}, nil)
}
