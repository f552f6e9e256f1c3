package app_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/sandbox/world"
)

// visit is somebody in the tab.
type visit struct {
	*guarded
	token string
}

func (g *guarded) visit(handle string) visit { return visit{g, g.sso(handle, nil)} }

// ask calls the API and reads the answer into out, which may be nil, unless it is a refusal.
func (v visit) ask(method, path string, in, out any) answered {
	v.t.Helper()
	body := ""
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			v.t.Fatal(err)
		}
		body = string(text)
	}
	got := v.request(method, "/api"+path, body, "Authorization", "Bearer "+v.token, "Content-Type", "application/json", "Accept-Language", "en", "Time-Zone", "Europe/London")
	if got.status < 300 && out != nil {
		if err := json.Unmarshal([]byte(got.body), out); err != nil {
			v.t.Fatal(err, got.body)
		}
	}
	return got
}

// do is ask for what must work.
func (v visit) do(method, path string, in, out any) {
	v.t.Helper()
	if got := v.ask(method, path, in, out); got.status >= 300 {
		v.t.Fatalf("%s %s: %d %s", method, path, got.status, got.body)
	}
}

// listed is a line of the list, as far as tests look at it.
type listed struct {
	Key, Topic, Kind, ZoomID, HostName, Calendar, JoinURL string
	Start, End, Original                                  time.Time
	Host, OnlyInZoom, Private, Live                       bool
	Can                                                   struct{ Start, Change, Cancel, Share, AddToCalendar bool }
}

// told is a meeting whole.
type told struct {
	listed
	Passcode, Repeats, Invitation, StartURL, Agenda, Conversation string
	Edition                                                       int64
	Input, OccurrenceInput                                        map[string]any
	Invitees                                                      []struct{ Name, Address, Kind, Answer string }
	Problems, SharedIn                                            []string
	Asked                                                         *struct {
		Answer, Text string
		Open         bool
	}
	Cancelled bool
}

// list is what the tab lists of the next n days.
func (v visit) list(days int) (found []listed, notes []string) {
	v.t.Helper()
	now := v.world.World.Clock.Now()
	var got struct {
		Meetings []listed
		Notes    []string
	}
	v.do("GET", "/meetings?from="+url.QueryEscape(now.Format(time.RFC3339))+"&to="+url.QueryEscape(now.AddDate(0, 0, days).Format(time.RFC3339)), nil, &got)
	return got.Meetings, got.Notes
}

// about are the lines with a topic.
func about(list []listed, topic string) []listed {
	return slices.DeleteFunc(slices.Clone(list), func(l listed) bool { return l.Topic != topic })
}

// detail reads a meeting.
func (v visit) detail(key string, original ...time.Time) (d told) {
	v.t.Helper()
	path := "/meetings/" + url.PathEscape(key)
	if len(original) > 0 {
		path += "?original=" + url.QueryEscape(original[0].Format(time.RFC3339))
	}
	v.do("GET", path, nil, &d)
	return d
}

// form is what the form begins with.
func (v visit) form() (nonce string, in map[string]any) {
	v.t.Helper()
	var got struct {
		Nonce string
		Input map[string]any
	}
	v.do("GET", "/meetings/form", nil, &got)
	return got.Nonce, got.Input
}

// planned schedules a meeting three days from now at ten in London, with what is changed.
func (v visit) planned(change object) told {
	v.t.Helper()
	nonce, in := v.form()
	london, _ := time.LoadLocation("Europe/London")
	in["topic"], in["date"], in["time"], in["zone"] = "Planned", v.world.World.Clock.Now().In(london).AddDate(0, 0, 3).Format(time.DateOnly), "10:00", "Europe/London"
	for name, value := range change {
		in[name] = value
	}
	var d told
	v.do("POST", "/meetings", object{"nonce": nonce, "input": in}, &d)
	return d
}

// booked is an entry of the emulated calendar.
type booked struct {
	ID, Subject, Location, JoinURL string
	Start, End                     time.Time
	Private, Mine                  bool
	Attendees                      []struct{ Address, Type string }
}

// events are what stands in a person's calendar in the next n days, with a topic.
func (s *stage) events(handle, topic string, days int) []booked {
	s.t.Helper()
	now := s.world.World.Clock.Now()
	var got struct{ Events []booked }
	s.call("GET", "/people/"+handle+"/calendar?from="+url.QueryEscape(now.Format(time.RFC3339))+"&to="+url.QueryEscape(now.AddDate(0, 0, days).Format(time.RFC3339)), nil, &got)
	return slices.DeleteFunc(got.Events, func(e booked) bool { return topic != "" && e.Subject != topic })
}

func TestTheTabSchedulesChangesAndCancels(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	g.mark()
	nonce, in := ana.form()
	if in["topic"] != "" || in["waiting_room"] != "true" || in["zone"] != "Europe/London" {
		t.Errorf("the form begins with %v", in)
	}
	in["topic"] = "Budget"
	in["invitees"] = []object{{"name": "Ben Okafor", "address": "ben.okafor@meridian.example"}, {"address": "guest@elsewhere.example"}}
	in["audio"], in["mute"], in["alternative_hosts"] = "voip", "true", "ben.okafor@meridian.example"
	var made told
	wish := object{"nonce": nonce, "input": in}
	for range 3 { // the same nonce is the same meeting
		if got := ana.ask("POST", "/meetings", wish, &made); got.status != http.StatusCreated {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	g.expect(effects{Meetings: 1, Events: 1, Mails: 2})
	if !made.Host || made.Passcode == "" || made.StartURL == "" || !strings.Contains(made.Invitation, made.Passcode) || made.Input["audio"] != "voip" {
		t.Errorf("made: %+v", made)
	}
	got := ana.detail(made.Key)
	if got.Calendar != "in" || len(got.Invitees) != 2 || got.Invitees[0].Name != "Ben Okafor" || len(got.Problems) != 0 {
		t.Errorf("detail: %+v", got)
	}

	change := got.Input
	change["topic"], change["time"] = "Budget, second reading", "23:00"
	var changed told
	ana.do("PATCH", "/meetings/"+made.Key, object{"input": change, "scope": "all", "edition": got.Edition}, &changed)
	g.idle()
	if e := g.events("ben", "Budget, second reading", 9); len(e) != 1 || !e[0].Start.Equal(changed.Start) || changed.Start.Equal(made.Start) {
		t.Errorf("in Ben's calendar: %+v; changed to %s", e, changed.Start)
	}
	if again := ana.ask("PATCH", "/meetings/"+made.Key, object{"input": change, "scope": "all", "edition": got.Edition}, nil); again.status != http.StatusConflict {
		t.Errorf("a change of what has changed meanwhile: %d %s", again.status, again.body)
	}
	change["topic"], change["duration"] = " ", "0"
	bad := ana.ask("PATCH", "/meetings/"+made.Key, object{"input": change, "scope": "all"}, nil)
	if bad.status != http.StatusBadRequest || !strings.Contains(bad.body, `"body.topic"`) || !strings.Contains(bad.body, `"body.duration"`) {
		t.Errorf("a bad form: %d %s", bad.status, bad.body)
	}

	ana.do("DELETE", "/meetings/"+made.Key+"?scope=all&comment="+url.QueryEscape("Postponed, sorry."), nil, &changed)
	g.idle()
	if !changed.Cancelled || len(g.rows("meeting.deleted")) != 1 || len(g.events("ana", "Budget, second reading", 9)) != 0 || changed.Can.Change {
		t.Errorf("cancelled: %+v", changed)
	}
	if list, _ := ana.list(9); len(about(list, "Budget, second reading")) != 0 {
		t.Errorf("still listed: %+v", list)
	}
}

// What was refused for something that passes goes on under the same nonce once that is over: when Zoom answers again, and when the
// connection that had ended was made anew.
func TestTheTabGoesOnWithWhatWasRefusedForAWhile(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	nonce, in := ana.form()
	in["topic"], in["date"] = "Once", g.world.World.Clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	wish := object{"nonce": nonce, "input": in}
	now := object{"nonce": "now-nonce-1"}
	for path, wish := range map[string]object{"/meetings": wish, "/meetings/now": now} {
		g.fault(world.Fault{ID: "down", Side: world.Zoom, Route: zoomCreates, Status: http.StatusServiceUnavailable})
		for range 2 {
			g.want("while Zoom is down", ana.ask("POST", path, wish, nil), http.StatusServiceUnavailable)
		}
		g.calm()
		var first, second told
		ana.do("POST", path, wish, &first)
		ana.do("POST", path, wish, &second)
		if first.Key == "" || first.Key != second.Key {
			t.Errorf("%s: %s, then %s", path, first.Key, second.Key)
		}
	}

	nonce, _ = ana.form()
	wish = object{"nonce": nonce, "input": in}
	// Whoever needs a token first is refused: this wish, or a look at the list.
	g.fault(world.Fault{Side: world.Zoom, Route: zoomToken, Status: http.StatusBadRequest, Body: []byte(`{"reason":"Invalid Token!","error":"invalid_grant"}`), Count: 1})
	g.advance(2 * time.Hour) // of the access token
	ana = g.visit("ana")
	for range 2 {
		if got := ana.ask("POST", "/meetings", wish, nil); got.status != http.StatusForbidden || !strings.Contains(got.body, "not_linked") {
			t.Fatalf("the connection has ended: %d %s", got.status, got.body)
		}
	}
	code, _ := g.browser().walk(g.beginConnect("ana").URL, "ana").result(t)
	g.want("connecting again", g.api("ana", http.MethodPost, "/api/connect/complete", object{"code": code}, nil), http.StatusOK)
	var made told
	ana.do("POST", "/meetings", wish, &made)
	if made.Topic != "Once" {
		t.Errorf("after connecting again: %+v", made)
	}
}

func TestTheTabKeepsASeries(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	made := ana.planned(object{"topic": "Stand-up", "repeat": "daily", "times": "5", "invitees": []object{{"name": "Ben", "address": "ben.okafor@meridian.example"}}})
	g.idle()
	if made.Repeats != "Every day, 5 times" || made.Kind != "occurrence" {
		t.Errorf("made: %+v", made)
	}
	starts := func(list []listed) (all []string) {
		for _, l := range list {
			all = append(all, l.Start.Format("02 15:04"))
		}
		return all
	}
	same := func(what string, want int) []listed {
		t.Helper()
		list, notes := ana.list(12)
		mine := about(list, "Stand-up")
		var book []listed
		for _, e := range g.events("ben", "Stand-up", 12) {
			book = append(book, listed{Start: e.Start})
		}
		if diff := cmp.Diff(starts(book), starts(mine)); diff != "" || len(mine) != want || len(notes) != 0 {
			t.Errorf("%s: %d, want %d, notes %v (-Ben's calendar +Ana's list)\n%s", what, len(mine), want, notes, diff)
		}
		for _, l := range mine {
			if l.OnlyInZoom || l.Calendar != "in" || l.Kind != "occurrence" || !l.Host {
				t.Errorf("%s: %+v", what, l)
			}
		}
		return mine
	}
	list := same("made", 5)
	one := list[1]
	in := ana.detail(one.Key, one.Original).OccurrenceInput
	in["time"], in["duration"] = "16:30", "75"
	var d told
	ana.do("PATCH", "/meetings/"+one.Key, object{"input": in, "scope": "occurrence", "original": one.Original}, &d)
	g.idle()
	if list = same("one moved", 5); list[1].Start.Equal(one.Start) || !list[1].Original.Equal(one.Original) {
		t.Errorf("moved: %+v", list[1])
	}
	var free struct {
		People   []struct{ View string }
		Overlaps []struct{ Topic string }
	}
	at := ana.detail(one.Key, one.Original).Start
	wish := object{"addresses": []string{"ben.okafor@meridian.example"}, "from": at, "to": at.Add(time.Hour), "zone": "Europe/Paris", "minutes": 30}
	ana.do("POST", "/availability", wish, &free)
	if len(free.Overlaps) != 1 || free.People[0].View == "00" {
		t.Errorf("another meeting at that time: %+v", free)
	}
	wish["meeting"] = one.Key
	ana.do("POST", "/availability", wish, &free)
	if len(free.Overlaps) != 0 || free.People[0].View != "00" {
		t.Errorf("the meeting itself at that time: %+v", free)
	}
	ana.do("DELETE", "/meetings/"+one.Key+"?scope=occurrence&original="+url.QueryEscape(list[2].Original.Format(time.RFC3339)), nil, &d)
	g.idle()
	same("one cancelled", 4)
	if moved := ana.detail(one.Key, one.Original); moved.OccurrenceInput["time"] != "16:30" || moved.OccurrenceInput["duration"] != "75" || moved.Input["duration"] == "75" {
		t.Errorf("the forms: %v, %v", moved.OccurrenceInput, moved.Input)
	}
	in = ana.detail(one.Key, one.Original).Input // whichever occurrence the whole series is changed from
	in["agenda"] = "What is in the way?"
	ana.do("PATCH", "/meetings/"+one.Key, object{"input": in, "scope": "all"}, &d)
	g.idle()
	list = same("a new description keeps what was moved", 4)
	if d.Agenda != "What is in the way?" || !list[1].Original.Equal(one.Original) || list[1].Start.Equal(one.Start) {
		t.Errorf("described: %+v, %+v", d, list[1])
	}

	third := list[2] // the fourth of five
	in = ana.detail(third.Key, third.Original).OccurrenceInput
	in["time"], in["topic"] = "11:15", "Stand-up"
	rest := object{"input": in, "scope": "following", "original": third.Original, "nonce": "following-1"}
	ana.do("PATCH", "/meetings/"+third.Key, rest, &d)
	g.idle()
	if d.Key == third.Key || d.Repeats != "Every day, 2 times" {
		t.Errorf("the rest: %+v", d)
	}
	list = same("the rest moved", 4)
	if list[0].Key != made.Key || list[1].Key != made.Key || list[2].Key != d.Key || list[3].Key != d.Key || len(g.rows("meeting.created")) != 2 {
		t.Errorf("the rest: %+v", list)
	}
	if old := ana.detail(made.Key); old.Repeats != "Every day, 3 times" {
		t.Errorf("the old series: %s", old.Repeats)
	}
}

func TestTheListIsTheCalendarItemByItem(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	g.person("ben").link()
	ana, ben := g.visit("ana"), g.visit("ben")
	ben.planned(object{"topic": "Ben's review", "invitees": []object{{"address": "ana.duarte@meridian.example"}}})
	ben.planned(object{"topic": "Ben's secret", "private": "true", "time": "12:00", "invitees": []object{{"address": "ana.duarte@meridian.example"}}})
	ben.planned(object{"topic": "Ben's club", "repeat": "weekly", "times": "3", "time": "14:00", "invitees": []object{{"address": "ana.duarte@meridian.example"}}})
	ana.planned(object{"topic": "Ana's own", "time": "15:00"})
	g.person("ana").command("bot", "schedule") // a form that is not sent makes nothing
	g.idle()

	list, notes := ana.list(28)
	if len(notes) != 0 {
		t.Errorf("notes: %v", notes)
	}
	type line struct{ Topic, Start, End string }
	var shown, stands []line
	for _, l := range list {
		switch {
		case l.OnlyInZoom || l.Kind == "no_time":
		case l.Private && !l.Host:
			shown = append(shown, line{"Ben's secret", l.Start.Format(time.RFC3339), l.End.Format(time.RFC3339)})
			if l.Topic != "" {
				t.Errorf("a private meeting is called %q", l.Topic)
			}
		default:
			shown = append(shown, line{l.Topic, l.Start.Format(time.RFC3339), l.End.Format(time.RFC3339)})
		}
	}
	for _, e := range g.events("ana", "", 28) {
		if strings.Contains(e.JoinURL+e.Location, "/j/") {
			stands = append(stands, line{e.Subject, e.Start.Format(time.RFC3339), e.End.Format(time.RFC3339)})
		}
	}
	if diff := cmp.Diff(stands, shown); diff != "" || len(shown) != 6 {
		t.Errorf("%d lines (-calendar +list)\n%s", len(shown), diff)
	}

	// What only Zoom has is marked, and comes into the calendar once, whatever is pressed.
	press := about(list, "Press rehearsal")
	if len(press) != 1 || !press[0].OnlyInZoom || !press[0].Can.AddToCalendar || press[0].Calendar != "out" || !strings.HasPrefix(press[0].Key, "z") {
		t.Fatalf("made in the portal: %+v", press)
	}
	if open := about(list, "Partner office hours"); len(open) != 1 || open[0].Kind != "no_time" || open[0].Can.AddToCalendar {
		t.Errorf("without a time: %+v", open)
	}
	if got := ana.detail(press[0].Key); got.Passcode == "" || got.Key != press[0].Key || got.Input["topic"] != "Press rehearsal" {
		t.Errorf("its detail: %+v", got)
	}
	g.mark()
	for range 3 {
		ana.do("POST", "/meetings/"+press[0].Key+"/calendar", object{}, nil)
	}
	g.idle()
	if n := len(g.rows("event.created")); n != 1 || len(g.events("ana", "Press rehearsal", 9)) != 1 {
		t.Errorf("%d entries", n)
	}
	list, _ = ana.list(28)
	if press = about(list, "Press rehearsal"); len(press) != 1 || press[0].OnlyInZoom || press[0].Calendar != "in" {
		t.Errorf("in the calendar: %+v", press)
	}
	// One that already stands there by its link is taken for the entry.
	hours := about(list, "Partner office hours")[0]
	if got := ana.ask("POST", "/meetings/"+hours.Key+"/calendar", object{}, nil); got.status != http.StatusBadRequest {
		t.Errorf("without a time: %d %s", got.status, got.body)
	}

	for q, want := range map[string]int{"review": 1, "BEN'S": 4, "nothing": 0, list[0].ZoomID: 1} {
		var got struct{ Meetings []listed }
		ana.do("GET", "/meetings?q="+url.QueryEscape(q), nil, &got)
		if len(got.Meetings) < min(want, 1) || want == 0 && len(got.Meetings) > 0 {
			t.Errorf("searched for %q: %+v", q, got.Meetings)
		}
	}
}

func TestAnEventWithTheLinkBecomesTheEntry(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	list, _ := ana.list(9)
	press := about(list, "Press rehearsal")[0]
	g.call("POST", "/people/ana/calendar", object{
		"subject": "Rehearsal with the press", "start": press.Start, "end": press.End, "location": press.JoinURL,
	}, nil)
	list, _ = ana.list(9)
	if found := about(list, "Rehearsal with the press"); len(found) != 1 || found[0].OnlyInZoom || found[0].Key != press.Key || len(about(list, "Press rehearsal")) != 0 {
		t.Errorf("listed: %+v", list)
	}
	g.mark()
	ana.do("POST", "/meetings/"+press.Key+"/calendar", object{}, nil)
	g.idle()
	if n := len(g.rows("event.created")) + len(g.rows("event.updated")); n != 0 || len(g.events("ana", "Rehearsal with the press", 9)) != 1 {
		t.Errorf("%d writes to the calendar", n)
	}
}

func TestOneTicketStartsOnce(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	made := ana.planned(nil)
	list, _ := ana.list(9)
	for _, key := range []string{made.Key, about(list, "Press rehearsal")[0].Key} {
		ticket := func() string {
			t.Helper()
			var got struct{ URL string }
			ana.do("POST", "/meetings/"+key+"/start", object{}, &got)
			return strings.TrimPrefix(got.URL, g.world.Settings().PublicURL)
		}
		page := ticket()
		first := g.get(page)
		if first.status != http.StatusSeeOther || !strings.Contains(first.header.Get("Location"), "/s/") {
			t.Errorf("%s: %d to %q", page, first.status, first.header.Get("Location"))
		}
		if second := g.get(page); second.status != http.StatusSeeOther || strings.Contains(second.header.Get("Location"), "/s/") {
			t.Errorf("used again: %d to %q", second.status, second.header.Get("Location"))
		}
		late := ticket()
		g.advance(31 * time.Second)
		if got := g.get(late); strings.Contains(got.header.Get("Location"), "/s/") {
			t.Errorf("too late: to %q", got.header.Get("Location"))
		}
		_, sealed, _ := strings.Cut(ticket(), "?")
		if got := g.get("/m/01a20a2c-c156-752f-a5f1-038d60b1e1de/start?" + sealed); strings.Contains(got.header.Get("Location"), "/s/") {
			t.Errorf("for another meeting: to %q", got.header.Get("Location"))
		}
	}
	g.person("ben").link()
	ben := g.visit("ben")
	if got := ben.ask("POST", "/meetings/"+made.Key+"/start", object{}, nil); got.status != http.StatusNotFound {
		t.Errorf("somebody else's: %d %s", got.status, got.body)
	}
}

// TestWhoMaySeeAMeetingAtZoomIsNotItsHost: Zoom shows Ben's meetings to Ana too, who may schedule for him.
func TestWhoMaySeeAMeetingAtZoomIsNotItsHost(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	g.person("ben").link()
	ana, ben := g.visit("ana"), g.visit("ben")
	made := ben.planned(object{"topic": "Ben's review"})
	key := "z" + strings.ReplaceAll(made.ZoomID, " ", "")
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", "", nil}, {"DELETE", "", nil}, {"POST", "/calendar", object{}}, {"POST", "/share", object{"conversation": "19:x@thread.v2"}},
	} {
		if got := ana.ask(c.method, "/meetings/"+key+c.path, c.body, nil); got.status != http.StatusNotFound || strings.Contains(got.body, "review") {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
	}
	start := func(v visit, key string) string {
		t.Helper()
		var got struct{ URL string }
		v.ask("POST", "/meetings/"+key+"/start", object{}, &got)
		return g.get(strings.TrimPrefix(got.URL, g.world.Settings().PublicURL)).header.Get("Location")
	}
	if to := start(ana, key); strings.Contains(to, "/s/") {
		t.Errorf("started as Ben: to %q", to)
	}
	if to := start(ben, key); !strings.Contains(to, "/s/") {
		t.Errorf("Ben himself: to %q", to)
	}
	var joined struct{ URL, Topic string }
	ana.do("POST", "/join", object{"text": made.ZoomID}, &joined)
	if joined.Topic != "" || strings.Contains(joined.URL, "pwd") {
		t.Errorf("joins with what only the host knows: %+v", joined)
	}
	lent := ana.planned(object{"topic": "For Ben", "for": "ben.okafor@meridian.example", "passcode": "a1b2C3d4"})
	if lent.Can.Start || strings.Contains(start(ana, lent.Key), "/s/") {
		t.Errorf("scheduled for Ben: %+v", lent.Can)
	}
}

func TestJoinAndScreenSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	made := ana.planned(nil)
	var joined struct{ URL, Topic, Fallback string }
	for _, text := range []string{made.ZoomID, strings.ReplaceAll(made.ZoomID, " ", "-"), " " + strings.ReplaceAll(made.ZoomID, " ", "") + " ", made.JoinURL} {
		ana.do("POST", "/join", object{"text": text}, &joined)
		if joined.URL != made.JoinURL || joined.Topic != "Planned" {
			t.Errorf("%q: %+v, want %s", text, joined, made.JoinURL)
		}
	}
	ana.do("POST", "/screen", object{"text": made.ZoomID}, &joined)
	if !strings.HasPrefix(joined.URL, "zoommtg://") || !strings.Contains(joined.URL, "zc=1") || joined.Fallback != made.JoinURL {
		t.Errorf("screen: %+v", joined)
	}
	ana.do("POST", "/join", object{"text": "999 8888 7777", "passcode": "abc123"}, &joined)
	if !strings.Contains(joined.URL, "/j/99988887777?pwd=abc123") {
		t.Errorf("somebody else's: %+v", joined)
	}
	for _, text := range []string{"", "12345", "1234567890123", "hello", "https://evil.example/j/91234567890", "https://evil.example/j/91234567890?x=zoom.us"} {
		for _, path := range []string{"/join", "/screen"} {
			if got := ana.ask("POST", path, object{"text": text}, nil); got.status != http.StatusBadRequest || !strings.Contains(got.body, `"body.text"`) {
				t.Errorf("%s %q: %d %s", path, text, got.status, got.body)
			}
		}
	}
	ana.do("DELETE", "/meetings/"+made.Key, nil, nil)
	if got := ana.ask("POST", "/join", object{"text": made.ZoomID}, nil); got.status != http.StatusNotFound {
		t.Errorf("cancelled: %d %s", got.status, got.body)
	}
}

// listedPlace is where something can be shared, as the tab lists it.
type listedPlace struct {
	ID, Name, Kind, Team string
	Silenced             bool
	Outsiders            int
}

// Guests and people of other organisations are told of before something is shared with them, and in a private channel, where Teams lets no bot
// post, nobody reads that Causeway is not there.
func TestC7_SharingWithOutsidersAndInPrivate(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	tab := g.visit("ana")
	made := tab.planned(object{"topic": "Shared one"})
	for _, chat := range []string{"odd", "launch", "apollo-dev", "apollo-leads", "apollo-partners"} {
		ana.approveJIT(chat, "schedule")
	}
	g.idle()
	places := func() map[string]listedPlace {
		t.Helper()
		var where struct{ Conversations []listedPlace }
		tab.do("GET", "/conversations", nil, &where)
		found := map[string]listedPlace{}
		for _, c := range where.Conversations {
			found[c.ID] = c
		}
		return found
	}
	before := places()
	for chat, outsiders := range map[string]int{"odd": 1, "launch": 0, "apollo-dev": 0, "apollo-partners": 1} { // Fay, and Kai
		if c, listed := before[g.conversation(chat)]; !listed || c.Outsiders != outsiders || c.Silenced {
			t.Errorf("%s: %+v", chat, c)
		}
	}
	leads := object{"conversation": g.conversation("apollo-leads")}
	g.mark()
	for range 2 { // Teams says it first, then we know
		got := tab.ask("POST", "/meetings/"+made.Key+"/share", leads, nil)
		if got.status != http.StatusForbidden || strings.Contains(got.body, "is not in this conversation") || !strings.Contains(got.body, "lets no app post") {
			t.Errorf("into a private channel: %d %s", got.status, got.body)
		}
	}
	after := places()
	if c := after[g.conversation("apollo-leads")]; !c.Silenced {
		t.Errorf("afterwards: %+v", c)
	}
	if got := tab.here("apollo-leads"); got.Posts != "refused" {
		t.Errorf("in its tab: %+v", got)
	}
	var form struct{ Notes []string }
	at := url.Values{"conversation": {g.conversation("apollo-leads")}, "team": {g.conversation("apollo-general")}}
	tab.do("GET", "/meetings/form?"+at.Encode(), nil, &form)
	if !slices.ContainsFunc(form.Notes, func(note string) bool { return strings.Contains(note, "there will be no card here") }) {
		t.Errorf("its form says %q", form.Notes)
	}
	for _, chat := range []string{"apollo-dev", "apollo-partners", "odd"} {
		if after[g.conversation(chat)].Silenced {
			t.Errorf("what is refused in one channel is not in %s", chat)
		}
		tab.do("POST", "/meetings/"+made.Key+"/share", object{"conversation": g.conversation(chat)}, nil)
	}
	g.expect(effects{Cards: 3})
	ana.find("apollo-partners", "Shared one")
	// The bot offers the others, says who is in there, and why the one is not offered.
	ana.say("bot", "share")
	g.idle()
	ana.press("bot", ana.last("bot"), "Share a meeting", nil)
	g.idle()
	ana.shows("bot", "In Leads Teams lets no app post", "(1 from outside)")
}

func TestC7_SharingFromTheTab(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	tab := g.visit("ana")
	made := tab.planned(object{"topic": "Shared one"})
	var where struct {
		Conversations []listedPlace
		Note          string
	}
	tab.do("GET", "/conversations", nil, &where)
	if len(where.Conversations) != 0 || where.Note == "" {
		t.Errorf("before the bot is anywhere: %+v", where)
	}
	for _, chat := range []string{"launch", "pair", "apollo-dev"} {
		ana.approveJIT(chat, "schedule")
	}
	tab.do("GET", "/conversations", nil, &where)
	if len(where.Conversations) != 3 {
		t.Fatalf("where the bot is: %+v", where)
	}
	g.idle()
	g.mark()
	for _, c := range where.Conversations {
		if c.Name == "" {
			t.Errorf("nameless: %+v", c)
		}
		tab.do("POST", "/meetings/"+made.Key+"/share", object{"conversation": c.ID}, nil)
	}
	g.expect(effects{Cards: 3})
	if got := tab.detail(made.Key); len(got.SharedIn) != 2 || got.Conversation != "" {
		t.Errorf("shared in %v, made in %q", got.SharedIn, got.Conversation)
	}
	// T67: the passcode is for who is in one of these conversations, as long as they are.
	ben, hana := g.visit("ben"), g.visit("hana")
	if got := ben.detail(made.Key); got.Passcode != made.Passcode || got.Host || got.Input != nil {
		t.Errorf("Ben, who is in the chats: %+v", got)
	}
	dev := g.visit("dev")
	if got := dev.detail(made.Key); got.Passcode != made.Passcode {
		t.Errorf("Dev, who is in one: %+v", got)
	}
	if got := hana.detail(made.Key); got.Passcode != made.Passcode { // a member of the channel's team
		t.Errorf("Hana: %+v", got)
	}
	if got := g.visit("gus").ask("GET", "/meetings/"+made.Key, nil, nil); got.status != http.StatusNotFound {
		t.Errorf("Gus, who is in none: %d %s", got.status, got.body)
	}
	// Whoever presses the host's button on a card is offered to join; to who is in none of them there is no meeting.
	page := g.world.Settings().PublicURL + "/m/" + made.Key + "/start"
	b := g.browser()
	if got := b.microsoft(b.open(page), "ben.okafor@meridian.example"); got.status != http.StatusForbidden || !strings.Contains(html.UnescapeString(got.body), made.JoinURL) {
		t.Errorf("Ben, who is not the host: %d %s", got.status, got.body)
	}
	b = g.browser()
	if got := b.microsoft(b.open(page), "gus.moreau@meridian.example"); got.status != http.StatusNotFound || strings.Contains(got.body, "/j/") {
		t.Errorf("Gus, whom it does not concern: %d %s", got.status, got.body)
	}
	// The cards stay true.
	tab.do("DELETE", "/meetings/"+made.Key, nil, nil)
	g.idle()
	for _, chat := range []string{"launch", "pair", "apollo-dev"} {
		ana.find(chat, "Cancelled: Shared one")
	}
	for id, status := range map[string]int{"19:unknown@thread.v2": 403, g.conversation("design"): 403, "a:1-with-the-bot": 404} {
		other := tab.planned(object{"topic": fmt.Sprint("Other ", status, len(id))})
		if got := tab.ask("POST", "/meetings/"+other.Key+"/share", object{"conversation": id}, nil); got.status != status {
			t.Errorf("into %s: %d %s", id, got.status, got.body)
		}
	}
}

func TestMeetingsAreFoundAndPutIntoAMessage(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	tab := g.visit("ana")
	made := tab.planned(object{"topic": "Release _notes_"})
	g.person("ben").link()
	g.visit("ben").planned(object{"topic": "Ben's talk", "invitees": []object{{"address": "ana.duarte@meridian.example"}}})
	g.idle()
	find := func(q string) (cards []string) {
		t.Helper()
		var got struct {
			Type, Text  string
			Attachments []json.RawMessage
		}
		g.call("POST", "/people/ana/chats/launch/commands/find", object{"query": q}, &got)
		if got.Type == "message" {
			return nil
		}
		if got.Type != "result" {
			t.Fatalf("%q: %+v", q, got)
		}
		for _, a := range got.Attachments {
			cards = append(cards, string(a))
		}
		return cards
	}
	for q, want := range map[string]int{"": 4, "release": 1, made.ZoomID: 1, "ben's": 1, "nothing like it": 0} {
		if cards := find(q); len(cards) < want || q != "" && len(cards) != want {
			t.Errorf("%q: %d results, want %d", q, len(cards), want)
		}
	}
	own, others := find("release")[0], find("ben's")[0]
	for name, card := range map[string]string{"own": own, "another's": others} {
		if !strings.Contains(card, "put in by hand") || strings.Contains(card, "Action.Submit") {
			t.Errorf("%s: %s", name, card)
		}
	}
	if !strings.Contains(own, "pwd=") || strings.Contains(others, "pwd=") {
		t.Errorf("who may give the passcode on: own %s, another's %s", own, others)
	}
	// A click on a result is answered with its card, whole.
	good := g.activityToken(nil)
	click := g.sent(good, g.invoke("ana", "launch", "composeExtension/selectItem", object{"do": "upcoming.find", "key": made.Key}))
	if !strings.Contains(click.body, made.Passcode) || strings.Contains(click.body, "Action.Submit") {
		t.Errorf("chosen: %s", click.body)
	}
	click = g.sent(good, g.invoke("dev", "launch", "composeExtension/selectItem", object{"do": "upcoming.find", "key": made.Key}))
	if strings.Contains(click.body, made.Passcode) || strings.Contains(click.body, "Release") {
		t.Errorf("chosen by somebody else: %s", click.body)
	}
}

func TestTheBotListsAndShares(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	tab := g.visit("ana")
	tab.planned(object{"topic": "Retrospective"})
	ana.approveJIT("launch", "schedule")
	g.idle()
	g.mark()
	ana.say("bot", "upcoming")
	g.idle()
	ana.find("bot", "Retrospective")
	ana.say("bot", "partager")
	g.idle()
	ana.press("bot", ana.find("bot", "Which meeting do you want to share?"), "Share a meeting", nil)
	g.idle()
	ana.press("bot", ana.find("bot", "Where?"), "Launch week", nil)
	g.idle()
	ana.find("launch", "Ana Duarte shared a Zoom meeting")
}

// Who has the free plan of Zoom reads, when a meeting is started in the tab, that it ends after 40 minutes.
func TestC41_StartingSaysWhenABasicPlanEndsIt(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	for person, want := range map[string]string{"eli": "On your Zoom plan a meeting ends after 40 minutes.", "ana": ""} {
		g.person(person).link()
		var made struct{ Key, Note string }
		g.visit(person).do("POST", "/meetings/now", object{"nonce": "now-of-" + person}, &made)
		if made.Key == "" || made.Note != want {
			t.Errorf("%s: %+v, want the note %q", person, made, want)
		}
	}
}
