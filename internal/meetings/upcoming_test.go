package meetings_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/wiretest"
	"causeway/internal/zoom"
)

// visitor is somebody in the tab.
func visitor(name string) meetings.Visitor {
	return meetings.Visitor{Person: wiretest.Person(name), Name: strings.ToUpper(name[:1]) + name[1:], Locale: "en", Zone: "Europe/Paris"}
}

// plan schedules from the tab.
func plan(t *testing.T, p *wiretest.Product, nonce string, change func(*meetings.Input)) meetings.Meeting {
	t.Helper()
	in := typed()
	in.Who = ""
	if change != nil {
		change(&in)
	}
	m, err := p.Meetings.Plan(t.Context(), visitor("ana"), nonce, in)
	if err != nil {
		t.Fatal(err, fields(err))
	}
	return m
}

// topics are what is listed, with what is said of each.
func topics(list []meetings.Upcoming) (all []string) {
	for _, u := range list {
		all = append(all, u.Topic+" "+u.Calendar)
	}
	return all
}

func TestWhatIsKnownIsListedWhenTheRestIsAway(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		prepare func(p *wiretest.Product)
		notes   string
	}{
		"Zoom away":     {func(p *wiretest.Product) { p.Zoom.Next(list, 0, wiretest.Refuse(503, `{}`)) }, "Zoom does not answer"},
		"Outlook away":  {func(p *wiretest.Product) { p.Graph.Next("GET /v1.0/me/calendarView", 0, wiretest.Refuse(503, `{}`)) }, "Outlook calendar does not answer"},
		"no mailbox":    {func(p *wiretest.Product) { p.Graph.NoMailbox["ana"] = true }, "no Outlook mailbox"},
		"only Zoom now": {func(*wiretest.Product) {}, ""},
	} {
		p := stage(t)
		plan(t, p, "nonce-01", nil)
		p.Work("")
		row.prepare(p)
		found, notes, err := p.Meetings.Upcoming(t.Context(), visitor("ana"), meetings.List{})
		if err != nil || len(found) != 1 || found[0].Topic != "Launch" || !strings.Contains(strings.Join(notes, " "), row.notes) {
			t.Errorf("%s: %v, notes %v, %v", name, topics(found), notes, err)
		}
	}
	if _, _, err := stage(t).Meetings.Upcoming(t.Context(), visitor("ben"), meetings.List{}); !problem.Is(err, problem.NotLinked) {
		t.Errorf("who has not connected: %v", err)
	}
}

// TestT67_WhoLeftTheConversationHasNoPasscode: the passcode is for who is there now.
func TestT67_WhoLeftTheConversationHasNoPasscode(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	p.Link("ben", false)
	read := func() meetings.Detail {
		t.Helper()
		d, err := p.Meetings.Detail(t.Context(), visitor("ben"), m.ID, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := read(); d.Passcode != m.Passcode || d.JoinURL != m.JoinURL || d.Host || d.Can != (meetings.Can{}) || d.Input != nil {
		t.Errorf("in the conversation: %+v", d)
	}
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("cho"))
	p.Clock.Forward(time.Minute)
	if d := read(); d.Passcode != "" || strings.Contains(d.JoinURL+d.Invitation, "pwd") || strings.Contains(d.Invitation, "Passcode") {
		t.Errorf("after leaving it: %+v", d)
	}
	list, _, err := p.Meetings.Upcoming(t.Context(), visitor("ben"), meetings.List{})
	if err != nil || len(list) != 1 || strings.Contains(list[0].JoinURL, "pwd") || list[0].Key != m.ID {
		t.Errorf("listed: %+v, %v", list, err)
	}
	if _, err := p.Meetings.Detail(t.Context(), visitor("dan"), m.ID, time.Time{}); !problem.Is(err, problem.NotFound) {
		t.Errorf("whom it does not concern: %v", err)
	}
}

// TestT67_AnAdministratorKeepsPasscodesOut: neither a card, nor a message, nor the tab of somebody else has the passcode or a link with it.
func TestT67_AnAdministratorKeepsPasscodesOut(t *testing.T) {
	t.Parallel()
	p := stage(t)
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Passcodes, false, "test"); err != nil {
		t.Fatal(err)
	}
	wish := draft()
	wish.Passcode, wish.Code = true, "S3cret99"
	m := schedule(t, p, "n1", wish)
	p.Work("")
	if m.Passcode == "" || !strings.Contains(m.JoinURL, "pwd=") {
		t.Fatalf("nothing to keep out: %q, %s", m.Passcode, m.JoinURL)
	}
	p.Link("ben", false)
	share(t, p, m, open(t, p, "19:elsewhere@thread.v2", "Elsewhere", "ben"))
	posts := p.Connector.Posts("")
	if len(posts) < 4 { // the card, the shared one, and a message to each
		t.Fatalf("%d posts", len(posts))
	}
	for _, post := range posts {
		text, err := json.Marshal(post)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), m.Passcode) && !strings.Contains(string(text), "pwd=") {
			continue
		}
		if !strings.Contains(string(text), meetings.DoCancel) { // the organiser's own message alone
			t.Errorf("a passcode in %s", text)
		}
	}
	d, err := p.Meetings.Detail(t.Context(), visitor("ben"), m.ID, time.Time{})
	if err != nil || d.Passcode != "" || strings.Contains(d.JoinURL+d.Invitation, "pwd") || strings.Contains(d.Invitation, m.Passcode) {
		t.Errorf("ben reads %+v, %v", d, err)
	}
	host, err := p.Meetings.Detail(t.Context(), visitor("ana"), m.ID, time.Time{})
	if err != nil || host.Passcode != m.Passcode || host.JoinURL != m.JoinURL {
		t.Errorf("the host reads %+v, %v", host, err)
	}
	card, _, _, err := p.Meetings.PlainCard(t.Context(), visitor("ana"), host)
	text, _ := json.Marshal(card)
	if err != nil || strings.Contains(string(text), "pwd=") || strings.Contains(string(text), m.Passcode) {
		t.Errorf("the host puts %s into a message, %v", text, err)
	}
}

func TestFromTheTabNobodyIsTold(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", func(in *meetings.Input) {
		in.Invitees = []meetings.Guest{{Name: strings.Repeat("é", 1000), Address: "ben@example.com"}, {Address: " BEN@example.com "}}
		in.Rooms = []meetings.Guest{{Name: "Sakura", Address: "sakura@example.com"}}
		in.Private = "true"
	})
	p.Work("")
	if posts := p.Connector.Posts(""); len(posts) != 0 || len(about(t, p, m.ID)) != 0 {
		t.Errorf("%d posts", len(posts))
	}
	if diff := cmp.Diff([]string{"invited: ben@example.com", "invited: sakura@example.com"}, p.Graph.Mails()); diff != "" {
		t.Errorf("mails (-want +got)\n%s", diff)
	}
	e := p.Graph.Events()[0]
	attendees, _ := e["attendees"].([]any)
	if named := m.Draft.Invitees[0].Name; named != strings.Repeat("é", 200)+"…" {
		t.Errorf("a name of %d bytes is kept", len(named))
	}
	if e["sensitivity"] != "private" || len(attendees) != 2 || attendees[1].(map[string]any)["type"] != "resource" {
		t.Errorf("the entry: %v", e)
	}
	if r, err := p.Calendar.Record(t.Context(), wiretest.Tenant, m.ID); err != nil || r.State != calendar.Done {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestZoomIsToldAllOfADraft(t *testing.T) {
	t.Parallel()
	p := stage(t)
	plan(t, p, "nonce-01", func(in *meetings.Input) {
		in.Repeat, in.Interval, in.Weekdays, in.Ends, in.Until = "weekly", "2", "4,2", "until", "2027-01-31"
		in.JoinBeforeHost, in.HostVideo, in.ParticipantVideo, in.Mute, in.Audio, in.Recording = "true", "true", "false", "true", "voip", "cloud"
		in.AlternativeHosts, in.Passcode, in.For, in.Private = "ben@example.com; cho@example.com", "Abc123", "boss@example.com", "true"
	})
	body := p.Zoom.Calls(create)[0].Body
	for _, part := range []string{
		`"type":8`, `"start_time":"2026-11-26T13:30:00Z"`, `"timezone":"Europe/Paris"`, `"schedule_for":"boss@example.com"`, `"password":"Abc123"`,
		`"recurrence":{"type":2,"repeat_interval":2,"weekly_days":"3,5","end_date_time":"2027-01-31T22:59:59Z"}`, `"join_before_host":true`,
		`"host_video":true`, `"participant_video":false`, `"mute_upon_entry":true`, `"audio":"voip"`, `"auto_recording":"cloud"`,
		`"alternative_hosts":"ben@example.com;cho@example.com"`, `"private_meeting":true`, `"use_pmi":false`, `"waiting_room":false`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("%s is not in %s", part, body)
		}
	}
	plan(t, p, "nonce-02", func(in *meetings.Input) { in.PMI, in.Passcode = "true", "true" })
	if body := p.Zoom.Calls(create)[1].Body; !strings.Contains(body, `"use_pmi":true`) || strings.Contains(body, `"password"`) || !strings.Contains(body, `"type":2`) {
		t.Errorf("in the personal room: %s", body)
	}
}

// TestWhatStartsNowTakesPlaceInThePersonalRoom of who has chosen so, where the account allows it; what is scheduled does not.
func TestWhatStartsNowTakesPlaceInThePersonalRoom(t *testing.T) {
	t.Parallel()
	now := map[string]func(p *wiretest.Product) (meetings.Meeting, error){
		"tab": func(p *wiretest.Product) (meetings.Meeting, error) {
			return p.Meetings.StartNow(t.Context(), visitor("ana"), "nonce-01", "Quick")
		},
		"chat": func(p *wiretest.Product) (meetings.Meeting, error) {
			f := form(p)
			f.Nonce, f.Now, f.Input = "nonce-01", true, meetings.Input{Topic: "Quick", Duration: "30", Who: "everyone", Passcode: "true"}
			r, err := p.Meetings.Read(t.Context(), f)
			if err != nil {
				return meetings.Meeting{}, err
			}
			return p.Meetings.Schedule(t.Context(), r)
		},
	}
	const room = 4123456789
	for name, row := range map[string]struct {
		chosen, allowed bool
		room            int
		closed, want    bool
	}{
		"chosen":                     {chosen: true, allowed: true, room: room, want: true},
		"not chosen":                 {allowed: true, room: room},
		"forbidden by the account":   {chosen: true, room: room},
		"no room":                    {chosen: true, allowed: true},
		"forbidden a moment ago":     {chosen: true, allowed: true, room: room, closed: true},
		"neither chosen nor allowed": {},
	} {
		for from, start := range now {
			p := stage(t)
			p.Zoom.Room = row.room
			if row.allowed {
				p.Zoom.Settings = strings.Replace(p.Zoom.Settings, `"schedule_meeting":{`, `"schedule_meeting":{"personal_meeting":true,`, 1)
			}
			if err := p.Prefer(wiretest.Person("ana"), preferences.Preferences{PMI: row.chosen}); err != nil {
				t.Fatal(err)
			}
			if row.closed {
				p.Zoom.Next(create, 1, wiretest.Refuse(400, `{"code":300,"message":"Validation Failed.","errors":[{"field":"settings.use_pmi","message":"Not enabled."}]}`))
			}
			m, err := start(p)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, from, err)
			}
			calls := p.Zoom.Calls(create)
			last := calls[len(calls)-1].Body
			if m.Draft.PMI != row.want || find(t, p, m.ID).Draft.PMI != row.want || strings.Contains(last, `"use_pmi":true`) != row.want {
				t.Errorf("%s, %s: in the room: %v; %s", name, from, m.Draft.PMI, last)
			}
			if from == "tab" || !row.want {
				continue
			}
			f := form(p)
			f.Now = true
			if shown := dialog(t, p, f); !strings.Contains(shown, "personal meeting room 412 345 6789") || strings.Contains(shown, `"id":"passcode"`) {
				t.Errorf("%s: the form does not say where: %s", name, shown)
			}
			f.Now = false
			if shown := dialog(t, p, f); strings.Contains(shown, "personal meeting room") {
				t.Errorf("%s: the form of what is scheduled speaks of the room", name)
			}
			model, err := p.Meetings.FormModel(t.Context(), meetings.Form{Person: wiretest.Person("ana"), Locale: "en"})
			if err != nil || model.Input.PMI != "false" || !model.PMI.Allowed {
				t.Errorf("%s: what is scheduled begins with %q, allowed %v, %v", name, model.Input.PMI, model.PMI.Allowed, err)
			}
			series := model.Input
			series.Topic, series.Repeat, series.Times = "Weekly", "weekly", "3"
			if _, err := p.Meetings.Plan(t.Context(), visitor("ana"), "nonce-02", series); err != nil {
				t.Errorf("%s: a series: %v %v", name, err, fields(err))
			}
		}
	}
}

// TestStartedOnceWhereverItIsHeld: whether the account lets it be held in the room is no other wish.
func TestStartedOnceWhereverItIsHeld(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Room = 4123456789
	if err := p.Prefer(wiretest.Person("ana"), preferences.Preferences{PMI: true}); err != nil {
		t.Fatal(err)
	}
	first, err := p.Meetings.StartNow(t.Context(), visitor("ana"), "nonce-01", "Quick")
	if err != nil || first.Draft.PMI {
		t.Fatalf("not allowed: %v, %v", first.Draft.PMI, err)
	}
	p.Zoom.Settings = strings.Replace(p.Zoom.Settings, `"schedule_meeting":{`, `"schedule_meeting":{"personal_meeting":true,`, 1)
	p.Clock.Forward(time.Hour)
	again, err := p.Meetings.StartNow(t.Context(), visitor("ana"), "nonce-01", "Quick")
	if err != nil || again.ID != first.ID {
		t.Errorf("asked again: %v, %v", again.ID, err)
	}
}

func TestTheTabsFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Settings = strings.Replace(p.Zoom.Settings, `{"length":6}`, `{"length":8,"have_letter":true}`, 1)
	for name, row := range map[string]struct {
		change func(*meetings.Input)
		want   []string
	}{
		"the personal room for another": {func(i *meetings.Input) { i.PMI, i.For = "true", "boss@example.com" }, []string{"pmi: meetings.pmi_for"}},
		"a series in the personal room": {func(i *meetings.Input) { i.PMI, i.Repeat, i.Times = "true", "daily", "3" }, []string{"pmi: meetings.pmi_series"}},
		"no addresses": {
			func(i *meetings.Input) {
				i.For, i.AlternativeHosts = "boss", "ben@example.com, nobody"
				i.Invitees, i.Rooms = []meetings.Guest{{Address: "a b@c"}}, []meetings.Guest{{Address: "Room <r@example.com>"}}
			},
			[]string{"alternative_hosts: meetings.address_wrong", "for: meetings.address_wrong", "invitees: meetings.address_wrong", "rooms: meetings.address_wrong"},
		},
		"too many hosts": {
			func(i *meetings.Input) { i.AlternativeHosts = strings.Repeat("nobody, ", 51) }, []string{"alternative_hosts: meetings.hosts_many"},
		},
		"unknown choices":             {func(i *meetings.Input) { i.Audio, i.Recording = "shout", "film" }, []string{"audio: meetings.choice_unknown", "recording: meetings.choice_unknown"}},
		"a short passcode":            {func(i *meetings.Input) { i.Passcode = "a1" }, []string{"passcode: meetings.passcode_short"}},
		"a passcode without a letter": {func(i *meetings.Input) { i.Passcode = "12345678" }, []string{"passcode: meetings.passcode_letter"}},
		"numbers that are none": {
			func(i *meetings.Input) { i.Repeat, i.Interval, i.Times = "monthly", "often", "many" },
			[]string{"interval: meetings.interval_wrong", "times: meetings.times_range"},
		},
		"a date that is none": {func(i *meetings.Input) { i.Repeat, i.Date, i.Times = "daily", "soon", "3" }, []string{"date: meetings.date_unknown"}},
	} {
		in := typed()
		row.change(&in)
		_, err := p.Meetings.Plan(t.Context(), visitor("ana"), "nonce-"+name, in)
		if diff := cmp.Diff(row.want, fields(err)); diff != "" || !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
	if len(p.Zoom.Calls(create)) != 0 {
		t.Error("Zoom was asked")
	}
	many := typed()
	for n := range 501 {
		many.Invitees = append(many.Invitees, meetings.Guest{Address: strings.Repeat("x", n%50+1) + string(rune('a'+n/50)) + "@example.com"})
	}
	if _, err := p.Meetings.Plan(t.Context(), visitor("ana"), "nonce-many", many); cmp.Diff([]string{"invitees: meetings.invitees_many"}, fields(err)) != "" {
		t.Errorf("501 invitees: %v", err)
	}
}

// TestALimitSaysWhenItEnds: whoever waits is told when it goes on, in their own zone; what follows by itself waits that long, and the
// meeting says so.
func TestALimitSaysWhenItEnds(t *testing.T) {
	t.Parallel()
	p := stage(t)
	const words = `{"code":429,"message":"You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user."}`
	p.Zoom.Next(create, 1, wiretest.Refuse(429, words))
	in := typed()
	for range 2 { // whoever tries again is told the same
		_, err := p.Meetings.Plan(t.Context(), visitor("ana"), "nonce-01", in)
		told := problem.Of(err)
		if kindOf(err) != "busy upcoming.host_limit_waits" || told.Args["Time"] != "01:00" || told.Args["Zone"] != "Europe/Paris" ||
			!told.Until.Equal(wiretest.Noon.Truncate(24*time.Hour).Add(24*time.Hour)) {
			t.Errorf("%v, %v until %s", err, told.Args, told.Until)
		}
	}
	wishes := func() []meetings.Wish {
		t.Helper()
		all, err := p.Meetings.Wishes(t.Context(), visitor("ana"))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if got := wishes(); len(got) != 1 || got[0].Topic != in.Topic || !strings.Contains(got[0].Text, "“"+in.Topic+"” waits") || !strings.Contains(got[0].Text, "Tuesday, November 24, 2026") {
		t.Errorf("what waits: %q", got)
	}
	// Refused in the end, it is told in a message: nobody has the form any more.
	p.Clock.Forward(13 * time.Hour)
	p.Zoom.Next(create, 1, wiretest.Refuse(400, `{"code":300,"message":"No."}`))
	for range 5 {
		err := p.Meetings.Settle(t.Context(), settling(t, p))
		if wait, again := snoozed(err); again {
			p.Clock.Forward(wait)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if got := wishes(); len(got) != 0 {
		t.Errorf("after it was refused there waits %q", got)
	}
	if told := about(t, p, settling(t, p).Subject); told["ana"] != notifications.ScheduleFailed {
		t.Errorf("told: %v", told)
	}
	p.Clock.Set(wiretest.Noon)
	m := plan(t, p, "nonce-02", nil)
	p.Graph.Next("POST /v1.0/me/events", 0, wiretest.Refuse(429, `{"error":{"code":"ApplicationThrottled"}}`, "Retry-After", "600"))
	failed := p.Work("meetings.")
	wait := time.Duration(0)
	for _, err := range failed {
		if d, ok := snoozed(err); ok {
			wait = d
		}
	}
	if wait < 9*time.Minute || wait > 10*time.Minute {
		t.Errorf("waits %s: %v", wait, failed)
	}
	d, err := p.Meetings.Detail(t.Context(), visitor("ana"), m.ID, time.Time{})
	if err != nil || d.Calendar != "pending" || len(d.Problems) != 1 || !strings.Contains(d.Problems[0], "1:10 PM") {
		t.Errorf("%+v, %v", d.Problems, err)
	}
}

// TestOneKeyForAMeetingOfZooms: whoever acts upon it at the same time makes it ours once.
func TestOneKeyForAMeetingOfZooms(t *testing.T) {
	t.Parallel()
	p := stage(t)
	z := zoom.Meeting{ID: 91234567890, Topic: "Made elsewhere", Start: wiretest.Noon.Add(threeDays), Duration: time.Hour, Zone: "UTC", JoinURL: toZoom + "91234567890"}
	first, err := p.Meetings.Take(t.Context(), visitor("ana"), z)
	if err != nil {
		t.Fatal(err)
	}
	z.Topic = "Renamed meanwhile"
	second, err := p.Meetings.Take(t.Context(), visitor("ana"), z)
	if err != nil || second.ID != first.ID || second.Draft.Topic != "Made elsewhere" || second.Entry != 0 || second.Place.Kind != chats.Tab {
		t.Errorf("%+v, %v", second, err)
	}
	others, err := p.Meetings.Take(t.Context(), visitor("ben"), z)
	if err != nil || others.ID == first.ID {
		t.Errorf("another host's: %+v, %v", others, err)
	}
	if id, err := (store.Meetings{Backend: p.Back}).ByNumber(t.Context(), wiretest.Person("ana"), z.ID); err != nil || id != first.ID {
		t.Errorf("by its number: %s, %v", id, err)
	}
}

// TestAnEntryThatMetAChangeIsAddedNextTime: whoever changes the meeting while its entry is being added, the next press adds it.
func TestAnEntryThatMetAChangeIsAddedNextTime(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", nil)
	p.Work("")
	p.Graph.Vanish("AAMk1")
	gate := wiretest.NewGate()
	p.Graph.Next("GET /v1.0/me/calendarView", 1, gate.Before)
	added := make(chan error, 1)
	go func() {
		_, err := p.Meetings.AddToCalendar(t.Context(), visitor("ana"), m.ID)
		added <- err
	}()
	<-gate.Reached
	d := find(t, p, m.ID).Draft
	d.Topic = "Renamed"
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, d); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	close(gate.Open)
	if err := <-added; !errors.Is(err, meetings.ErrStale) {
		t.Errorf("%v, want ErrStale", err)
	}
	p.Work("")
	if _, err := p.Meetings.AddToCalendar(t.Context(), visitor("ana"), m.ID); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if events := p.Graph.Events(); len(events) != 1 || events[0]["subject"] != "Renamed" {
		t.Errorf("in the calendar: %v", events)
	}
}

// TestADeletedEntryCanBeAddedAgain: the page of a meeting says that it is not in the calendar any more, as the list does.
func TestADeletedEntryCanBeAddedAgain(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", nil)
	p.Work("")
	p.Graph.Vanish("AAMk1")
	detail := func() meetings.Detail {
		t.Helper()
		d, err := p.Meetings.Detail(t.Context(), visitor("ana"), m.ID, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := detail(); d.Calendar != "out" || !d.OnlyInZoom || !d.Can.AddToCalendar {
		t.Errorf("deleted in Outlook: %s, %+v", d.Calendar, d.Can)
	}
	if _, err := p.Meetings.AddToCalendar(t.Context(), visitor("ana"), m.ID); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if d := detail(); d.Calendar != "in" || d.Can.AddToCalendar || len(d.Problems) != 0 {
		t.Errorf("added again: %s, %v", d.Calendar, d.Problems)
	}
}

// An event that is deleted at the moment at which it is made was there: whoever looks just then and sees none has not seen how it always was.
func TestADeletionIsNotLostToALook(t *testing.T) {
	t.Parallel()
	p := stage(t)
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.OutlookEdits, true, "test"); err != nil {
		t.Fatal(err)
	}
	m := plan(t, p, "nonce-01", nil)
	p.Work(meetings.RosterJob)
	rows := store.Meetings{Backend: p.Back}
	copies := func() meetings.Copies {
		t.Helper()
		c, err := rows.Copies(t.Context(), wiretest.Tenant, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	look := func() {
		t.Helper()
		if err := rows.Look(t.Context(), wiretest.Tenant, m.ID); err != nil {
			t.Fatal(err)
		}
		p.Work(meetings.ReconcileJob)
	}
	before := copies()
	p.Work(meetings.CalendarJob)
	p.Graph.Vanish("AAMk1")
	made, err := p.Calendar.Record(t.Context(), wiretest.Tenant, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	removed := made
	removed.State = calendar.Removed
	if mine, err := (store.Calendar{Backend: p.Back}).SaveRecord(t.Context(), removed, made.Revision); err != nil || !mine {
		t.Fatal(mine, err)
	}
	forgotten := copies()
	forgotten.Event = meetings.Copy{}
	if mine, err := rows.SaveCopies(t.Context(), wiretest.Tenant, m.ID, forgotten); err != nil || !mine {
		t.Fatal(mine, err)
	}
	look() // it is gone, and not known to have been there
	if err := p.Meetings.Wrote(t.Context(), m, before, removed); err != nil {
		t.Fatal(err)
	}
	look()
	if now := find(t, p, m.ID); now.State != meetings.Cancelled {
		t.Errorf("the event was deleted, and the meeting is %s", now.State)
	}
}

// Who puts a card into a message may read another language than the organisation: the card is for all in the conversation.
func TestACardInAMessageSpeaksToTheConversation(t *testing.T) {
	t.Parallel()
	p := wiretest.New(t, wiretest.SQLite(t), wiretest.Change{Language: "fr"})
	card, _, text, err := p.Meetings.PlainCard(t.Context(), visitor("ana"), meetings.Detail{Upcoming: meetings.Upcoming{Topic: "Launch", JoinURL: "https://zoom.us/j/91234567890"}})
	if err != nil {
		t.Fatal(err)
	}
	if card.Lang != "fr" || text != p.Texts.For("en").T("upcoming.any_time") {
		t.Errorf("the card speaks %s, the list says %q", card.Lang, text)
	}
}

// A wish that waits is withdrawn by its person alone, and before somebody is at it: nothing is made then.
func TestAWishIsWithdrawn(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"in time": false, "when it is being made": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred))
			if _, err := p.Meetings.Plan(t.Context(), visitor("ana"), "nonce-01", typed()); kindOf(err) != "busy upcoming.host_limit_waits" {
				t.Fatal(err)
			}
			key := settling(t, p).Subject
			if _, err := p.Meetings.Withdraw(t.Context(), visitor("ben"), key); !problem.Is(err, problem.NotFound) {
				t.Errorf("by somebody else: %v", err)
			}
			want, made := "", 0
			if late {
				p.Clock.Forward(12 * time.Hour)
				if _, again := snoozed(p.Meetings.Settle(t.Context(), settling(t, p))); !again {
					t.Fatal("it is not looked for before it is made")
				}
				p.Clock.Set(wiretest.Noon) // of the process that is asked
				want, made = "conflict upcoming.withdrawn_late", 1
			}
			for range 2 { // pressed twice
				if topic, err := p.Meetings.Withdraw(t.Context(), visitor("ana"), key); kindOf(err) != want || topic != typed().Topic {
					t.Errorf("%q: %v", topic, err)
				}
			}
			if !late { // a request that nobody waited for any more arrives at Zoom
				client, err := p.Accounts.Zoom(t.Context(), wiretest.Person("ana"))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client.CreateMeeting(t.Context(), zoom.NewMeeting{Topic: "Launch", Agenda: "Causeway " + key}); err != nil {
					t.Fatal(err)
				}
			}
			p.Clock.Forward(13 * time.Hour)
			for _, j := range allJobs(t, p, meetings.SettleJob) {
				settle(t, p, j)
			}
			if n := len(p.Zoom.Meetings()); n != made {
				t.Errorf("%d meetings, want %d", n, made)
			}
			if again, err := p.Meetings.Plan(t.Context(), visitor("ana"), "nonce-01", typed()); (err == nil) != late || !late && kindOf(err) != "conflict upcoming.withdrawn" {
				t.Errorf("the same form again: %q, %v", again.Draft.Topic, err)
			}
		})
	}
}
