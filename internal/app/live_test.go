package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/policy"
	"causeway/internal/sandbox/zoomsim"
)

// numbered is the number at Zoom of the meeting with a topic.
func (s *stage) numbered(topic string) string {
	s.t.Helper()
	var got struct{ Meetings []zoomsim.ClientMeeting }
	s.call("GET", "/zoom/client", nil, &got)
	for _, m := range got.Meetings {
		if m.Topic == topic {
			return m.ID
		}
	}
	s.t.Fatalf("Zoom has no meeting %q", topic)
	return ""
}

// shows waits until a chat's card holds all of the texts and none of those after "-".
func (p person) shows(chat string, texts ...string) {
	p.t.Helper()
	p.until("the card shows "+strings.Join(texts, ", "), func() bool {
		text := p.last(chat).text()
		for _, want := range texts {
			if unwanted, found := strings.CutPrefix(want, "-"); found == strings.Contains(text, unwanted) && (found || unwanted != "") {
				return false
			}
		}
		return true
	})
}

// A meeting is lived through: the card says who waits, that it goes on, who is there, and how long it was.
func TestTheCardLives(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	if err := s.products[0].Switch(t.Context(), policy.Participants, true); err != nil {
		t.Fatal(err)
	}
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	ben.say("bot", "hello")
	ana.schedule("launch", "Launch", fields{"join_before_host": "false"}).is("message")
	s.idle()
	id := s.numbered("Launch")
	join := func(who string) { s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": who}, nil) }
	join("ben")
	join("ana")
	ben.shows("launch", "In progress since", "2 people are there", "Ana", "Ben")
	ana.shows("bot", "In progress since", "2 people are there")
	ben.shows("bot", "In progress since", "-people are there")
	join("A guest")
	ben.shows("launch", "3 people are there", "A guest")
	s.advance(42 * time.Minute)
	s.call("POST", "/zoom/meetings/"+id+"/end", nil, nil)
	ben.shows("launch", "Ended after 42", "3 people took part", "-In progress")
	ana.shows("bot", "Ended after 42", "3 people took part", "-In progress")
	ben.shows("bot", "Ended after 42", "-took part", "-In progress")
	s.idle()
	cards := 0
	for _, m := range ben.messages("launch") {
		if m.From.Bot && strings.Contains(m.text(), "Ended after") {
			cards++
		}
	}
	if cards != 1 {
		t.Errorf("%d cards say so, want the one", cards)
	}
}

// Names are shown where an administrator wants it; elsewhere people are counted.
func TestWithoutTheSwitchPeopleAreCounted(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	id := s.numbered("Launch")
	for _, who := range []string{"ana", "Mystery guest"} {
		s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": who}, nil)
	}
	s.person("ben").shows("launch", "2 people are there", "-Mystery")
	kept := func(what, query string, want int) {
		t.Helper()
		if n, err := app.Count(t.Context(), s.products[0].App, query); n != want || err != nil {
			t.Errorf("%d %s, want %d, %v", n, what, want, err)
		}
	}
	const names = "select count(*) from meeting_attendance where name <> ''"
	kept("names that nobody may see", names, 0)
	switchTo := func(on bool) {
		t.Helper()
		if err := s.products[0].Switch(t.Context(), policy.Participants, on); err != nil {
			t.Fatal(err)
		}
	}
	switchTo(true)
	s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": "Named guest"}, nil)
	s.person("ben").shows("launch", "3 people are there", "Named guest", "-Mystery")
	kept("names", names, 1)
	switchTo(false)
	s.advance(time.Minute)
	s.until("the names are gone", func() bool {
		n, err := app.Count(t.Context(), s.products[0].App, names)
		return n == 0 && err == nil
	})
	s.idle()
	kept("events that are done", "select count(*) from inbox where source = 'zoom' and length(body) > 0", 0)
}

// All who come at once change the card once, or once in a second.
func TestACrowdChangesTheCardSeldom(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	z, number := s.zoomHook(), s.numbered("Launch")
	s.mark()
	const crowd = 60
	began := time.Now()
	for i := range crowd { // nobody has told that it began
		z.post(strings.Replace(z.news("meeting.participant_joined", number, z.now()), "16778240", fmt.Sprint("stay ", i), 1), z.now())
	}
	ana.shows("launch", "In progress since", "60 people are there")
	s.idle()
	most := int(time.Since(began).Seconds()) + 3 // a slow machine has more time for it
	changes := map[string]map[string]int{"group": {}, "personal": {}}
	for _, row := range s.rows("message.updated") {
		changes[fmt.Sprint(row.Detail["scope"])][row.Subject]++
	}
	for scope, messages := range changes {
		if len(messages) == 0 {
			t.Errorf("no %s card was changed", scope)
		}
		for message, n := range messages {
			if n > most {
				t.Errorf("%d changes of the %s card %s for %d people, want at most %d", n, scope, message, crowd, most)
			}
		}
	}
}

// Who hosts it has left Causeway, and the news of its end is lost: no meeting goes on for more than thirty hours.
func TestNoMeetingGoesOnForever(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	id := s.numbered("Launch")
	s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": "ana"}, nil)
	ana.shows("launch", "In progress since")
	s.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
	ana.say("bot", "disconnect")
	s.idle()
	s.advance(29 * time.Hour)
	s.idle()
	ana.shows("launch", "In progress since")
	s.advance(2 * time.Hour)
	ana.shows("launch", "Ended after")
}

// Where meetings are switched off, nothing is kept of who is where.
func TestNothingIsKeptWhileMeetingsAreOff(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	id := s.numbered("Launch")
	if err := s.products[0].Switch(t.Context(), policy.Meetings, false); err != nil {
		t.Fatal(err)
	}
	s.mark()
	s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": "ana"}, nil)
	s.await("event.sent", 2)
	s.idle()
	if n, err := app.Count(t.Context(), s.products[0].App, "select (select count(*) from meeting_sessions) + (select count(*) from meeting_attendance)"); n != 0 || err != nil {
		t.Errorf("%d rows are kept, %v", n, err)
	}
}

// Nobody tells that it has ended: Zoom is asked.
func TestALostEndIsFound(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	id := s.numbered("Launch")
	s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": "ana"}, nil)
	ana.shows("launch", "In progress since")
	s.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
	s.call("POST", "/zoom/meetings/"+id+"/end", nil, nil)
	s.advance(11 * time.Minute)
	ana.shows("launch", "Ended after")
}

// remains is what Zoom keeps of the last meeting.
func (s *stage) remains() zoomsim.Remains {
	s.t.Helper()
	var got struct{ Remains []zoomsim.Remains }
	s.call("GET", "/zoom/remains", nil, &got)
	if len(got.Remains) == 0 {
		s.t.Fatal("nothing remains")
	}
	return got.Remains[0]
}

// hold has a meeting held, recorded and summarised.
func (s *stage) hold(id string) {
	s.t.Helper()
	s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": "ana"}, nil)
	s.call("POST", "/zoom/meetings/"+id+"/record", nil, nil)
	s.call("POST", "/zoom/meetings/"+id+"/summarise", nil, nil)
	s.advance(30 * time.Minute)
	s.call("POST", "/zoom/meetings/"+id+"/end", nil, nil)
}

// What remains of a meeting comes to its card when Zoom has it, and leaves it when it is gone there.
func TestWhatRemainsIsOnTheCard(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	s.hold(s.numbered("Launch"))
	ben.shows("launch", "Ended after 30", "-Watch", "-Summary")
	s.advance(5 * time.Second)
	ben.shows("launch", "Summary by Zoom", "Key takeaways", "• Launch was discussed by Ana Duarte.", "Read the whole summary", "-Watch", "-**")
	s.advance(5 * time.Second)
	ben.shows("launch", "Watch the recording", "The recording and the meeting’s chat are ready.")
	s.advance(10 * time.Second)
	ben.shows("launch", "The recording, its transcript and the meeting’s chat are ready.")
	ana.shows("bot", "Watch the recording", "Summary by Zoom")
	act := func(act string) { s.call("POST", "/zoom/remains/"+s.remains().ID+"/"+act, nil, nil) }
	act("trash")
	ben.shows("launch", "-Watch", "Summary by Zoom")
	act("recover")
	ben.shows("launch", "Watch the recording")
	act("withdraw")
	ben.shows("launch", "Watch the recording", "-Summary", "-Read")
	act("delete")
	ben.shows("launch", "Ended after 30", "-Watch")
}

// Days later too: whatever Zoom says three days after the end to have finished comes to the card.
func TestWhatRemainsComesDaysLater(t *testing.T) {
	t.Parallel()
	for event, shown := range map[string]string{
		"recording.completed": "Watch the recording", "recording.transcript_completed": "its transcript", "meeting.summary_completed": "Summary by Zoom",
	} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			s := begin(t, setup{})
			ana, ben := s.person("ana"), s.person("ben")
			ana.link()
			ana.schedule("launch", "Launch").is("message")
			s.idle()
			id := s.numbered("Launch")
			act := func(acts ...string) {
				t.Helper()
				for _, act := range acts {
					s.call("POST", "/zoom/remains/"+s.remains().ID+"/"+act, nil, nil)
				}
			}
			s.hold(id)
			act("trash", "withdraw") // so that nobody finds anything yet
			ben.shows("launch", "Ended after")
			s.later(3*24*time.Hour + time.Hour) // by then Zoom has been asked for the last time, untold
			ben.shows("launch", "Ended after", "-Watch", "-Summary")
			s.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
			act("recover", "restore")
			s.later(time.Hour)
			ben.shows("launch", "-Watch", "-Summary")
			z := s.zoomHook()
			at, uuid, host := z.now(), s.remains().UUID, s.seed("ana").ZoomID
			object := fmt.Sprintf(`"id":%s,"uuid":%q,"host_id":%q`, id, uuid, host)
			if strings.HasPrefix(event, "meeting.") {
				object = fmt.Sprintf(`"meeting_id":%s,"meeting_uuid":%q,"meeting_host_id":%q`, id, uuid, host)
			}
			z.post(fmt.Sprintf(`{"event":%q,"event_ts":%d,"payload":{"account_id":%q,"object":{%s}}}`, event, at.UnixMilli(), z.account, object), at)
			ben.shows("launch", "Ended after", shown)
		})
	}
}

// leads is where the button of a chat's card leads.
func (p person) leads(chat, button string) string {
	p.t.Helper()
	for _, card := range p.last(chat).Cards {
		for _, o := range objects(card) {
			if url, ok := o["url"].(string); ok && o["title"] == button {
				return url
			}
		}
	}
	return ""
}

// Others find of it what the administrator lets them find; whoever hosts it finds all.
func TestWhoSeesWhatRemains(t *testing.T) {
	t.Parallel()
	s := beginGuarded(t)
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	s.hold(s.numbered("Launch"))
	s.advance(time.Minute)
	ben.shows("launch", "Watch the recording", "Summary by Zoom")
	opens := func(chat string, want bool) {
		t.Helper()
		if url := ben.leads(chat, "Watch the recording"); strings.Contains(url, "?pwd=") != want || !strings.Contains(url, "/rec/play/") {
			t.Errorf("the button leads to %s, with a passcode: %t", url, want)
		}
	}
	opens("launch", true)
	var list struct{ Meetings []struct{ Key, Topic string } }
	s.want("the list", s.api("ana", http.MethodGet, "/api/meetings?q=Launch", nil, &list), http.StatusOK)
	i := slices.IndexFunc(list.Meetings, func(m struct{ Key, Topic string }) bool { return m.Topic == "Launch" })
	if i < 0 {
		t.Fatalf("the list has %v", list)
	}
	reads := func(who string, want int) {
		t.Helper()
		for what, says := range map[string]string{"transcript": `"at":2,"who":"Ana Duarte","text":"Good morning, everyone. Shall we begin with Launch?`, "chat": `"at":5,"who":"Ana Duarte","text":"My notes on Launch`} {
			got := s.api(who, http.MethodGet, "/api/meetings/"+list.Meetings[i].Key+"/"+what, nil, nil)
			if got.status != want || want == http.StatusOK && !strings.Contains(got.body, says) {
				t.Errorf("%s reads the %s: %d %s", who, what, got.status, got.body)
			}
		}
	}
	reads("ana", http.StatusOK)
	reads("ben", http.StatusOK)
	reads("hana", http.StatusNotFound)
	off := func(f policy.Feature) {
		t.Helper()
		if err := s.products[0].Switch(t.Context(), f, false); err != nil {
			t.Fatal(err)
		}
		s.call("POST", "/zoom/remains/"+s.remains().ID+"/trash", nil, nil)
		ben.shows("launch", "-Watch")
		ana.shows("bot", "-Watch")
		s.call("POST", "/zoom/remains/"+s.remains().ID+"/recover", nil, nil)
		ana.shows("bot", "Watch the recording", "Summary by Zoom")
	}
	off(policy.Passcodes)
	ben.shows("launch", "Watch the recording")
	opens("launch", false)
	reads("ben", http.StatusNotFound) // whoever watches it needs the passcode, and so would who reads it
	if url := ana.leads("bot", "Watch the recording"); !strings.Contains(url, "?pwd=") {
		t.Errorf("the host's button leads to %s", url)
	}
	if err := s.products[0].Switch(t.Context(), policy.Passcodes, true); err != nil {
		t.Fatal(err)
	}
	reads("ben", http.StatusOK)
	off(policy.Summaries)
	ben.shows("launch", "Watch the recording", "-Summary")
	off(policy.Recordings)
	s.idle()
	ben.shows("launch", "Ended after", "-Watch", "-Summary")
	reads("ben", http.StatusNotFound)
	reads("ana", http.StatusOK)
	if strings.Contains(s.log.String(), "Shall we begin") || strings.Contains(s.log.String(), "/rec/download/") {
		t.Error("the log tells what was said, or where")
	}
}

// Twins that come at the same time to two processes change the card once; nothing is posted anew.
func TestT42_TwinsAreOneMessage(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{products: 2, postgres: true})
	ana := s.person("ana")
	ana.link()
	// Not today: that it is about to start would change the card as well.
	ana.schedule("launch", "Launch", fields{"date": s.world.World.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)}).is("message")
	s.idle()
	id := s.numbered("Launch")
	s.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
	s.hold(id)
	s.advance(time.Minute) // Zoom has finished all of it: what comes while it is looked at would change the card as well
	s.idle()
	z, uuid := s.zoomHook(), s.remains().UUID
	s.mark()
	at := z.now()
	var group sync.WaitGroup
	for i := range 8 {
		body := fmt.Sprintf(`{"event":"recording.completed","event_ts":%d,"download_token":"token %d","payload":{"account_id":%q,"object":{"id":%s,"uuid":%q,"host_id":"h","recording_files":[{"download_url":"https://example.com/%d"}]}}}`,
			at.UnixMilli()+int64(i/4), i, z.account, id, uuid, i)
		door := z
		door.product = i % 2
		group.Go(func() {
			if got := door.post(body, at).StatusCode; got != http.StatusOK {
				t.Errorf("answered %d", got)
			}
		})
	}
	group.Wait()
	ana.shows("launch", "Ended after 30", "Watch the recording") // that it was held is known from it
	s.idle()
	if posted := len(s.rows("message.posted")); posted != 0 {
		t.Errorf("%d messages are posted", posted)
	}
	updated := 0
	for _, row := range s.rows("message.updated") {
		if row.Detail["scope"] == "group" {
			updated++
		}
	}
	if updated != 1 {
		t.Errorf("the card is changed %d times", updated)
	}
}

// Nobody tells of the recording: Zoom is asked for it.
func TestALostRecordingIsFound(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	s.hold(s.numbered("Launch"))
	ana.shows("launch", "Ended after")
	s.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
	s.advance(5 * time.Minute)
	s.idle()
	ana.shows("launch", "-Watch")
	s.advance(6 * time.Minute)
	ana.shows("launch", "Watch the recording", "Summary by Zoom")
	s.call("POST", "/zoom/remains/"+s.remains().ID+"/trash", nil, nil)
	s.advance(time.Hour)
	ana.shows("launch", "-Watch")
}

// A meeting that was started at once stands in the calendars for as long as it was, and not for as long as was guessed.
func TestACalendarShowsHowLongItWas(t *testing.T) {
	t.Parallel()
	for _, postgres := range []bool{false, true} {
		t.Run(engine(postgres), func(t *testing.T) {
			t.Parallel()
			s := begin(t, setup{postgres: postgres})
			if err := s.products[0].Switch(t.Context(), policy.OutlookEdits, true); err != nil {
				t.Fatal(err)
			}
			ana := s.person("ana")
			ana.link()
			entry := func(who string) booked {
				var got struct{ Events []booked }
				s.call("GET", "/people/"+who+"/calendar", nil, &got)
				i := slices.IndexFunc(got.Events, func(e booked) bool { return e.Subject == "Now" })
				if i < 0 {
					t.Fatalf("%s does not have it in the calendar", who)
				}
				return got.Events[i]
			}
			long := func(who string) time.Duration { return entry(who).End.Sub(entry(who).Start) }
			ana.startNow("launch", fields{"topic": "Now"}).is("dialog")
			s.idle()
			if guess := long("ben"); guess < 25*time.Minute {
				t.Fatalf("it is guessed to last %v", guess)
			}
			id := s.numbered("Now")
			s.mark()
			hold := func(d time.Duration) {
				s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": "ana"}, nil)
				s.advance(d)
				s.call("POST", "/zoom/meetings/"+id+"/end", nil, nil)
				s.idle()
			}
			hold(12 * time.Minute)
			s.until("the calendar says so", func() bool { return long("ben") >= 12*time.Minute && long("ben") <= 14*time.Minute })
			s.later(10 * time.Minute)
			if n := s.mails("update"); n != len(launchPeople)-1 || len(s.rows("meeting.deleted")) > 0 || len(s.rows("event.created")) > 0 {
				t.Errorf("%d mails tell of it", n)
			}

			// It is opened again, and the organiser has said in Outlook how long it was.
			edited := entry("ana")
			s.call("PATCH", "/people/ana/calendar/"+edited.ID, object{"end": edited.Start.Add(2 * time.Hour)}, nil)
			s.idle()
			s.mark()
			hold(30 * time.Minute)
			s.later(time.Minute)
			if got := long("ben"); got != 2*time.Hour || s.mails("update") != 0 {
				t.Errorf("what the organiser says in Outlook has become %v", got)
			}
		})
	}
}
