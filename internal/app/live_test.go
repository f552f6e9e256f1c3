package app_test

import (
	"fmt"
	"strings"
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
	began := time.Now()
	const crowd = 60
	for i := range crowd { // nobody has told that it began
		z.post(strings.Replace(z.news("meeting.participant_joined", number, z.now()), "16778240", fmt.Sprint("stay ", i), 1), z.now())
	}
	ana.shows("launch", "In progress since", "60 people are there")
	s.idle()
	most := int(time.Since(began).Seconds()) + 4 // it begins, and a second at either end
	for _, scope := range []string{"group", "personal"} {
		n := 0
		for _, row := range s.rows("message.updated") {
			if row.Detail["scope"] == scope {
				n++
			}
		}
		if n == 0 || n > most || n > crowd/2 {
			t.Errorf("%d changes of the %s card, want %d at most", n, scope, most)
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
