package app_test

import (
	"strings"
	"testing"
	"time"
)

// What is written behind "schedule" stands in the form; behind "join" it opens the meeting.
func TestTypedCommands(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.say("bot", "schedule tomorrow 10:00 45m Budget round")
	ana.shows("bot", "What you wrote stands in the form already.")
	form := ana.press("bot", ana.find("bot", "What you wrote"), "Schedule a Zoom meeting", nil).is("dialog")
	for id, want := range map[string]string{"topic": "Budget round", "duration": "45", "time": "10:00", "date": s.world.World.Clock.Now().In(london(t)).AddDate(0, 0, 1).Format(time.DateOnly)} {
		if field, ok := fieldOf(form.Dialog.Card, id); !ok || field["value"] != want {
			t.Errorf("%s is %v, want %s", id, field["value"], want)
		}
	}
	s.call("POST", "/dialogs/"+form.Dialog.ID+"/cancel", nil, nil)
	ana.say("bot", "start Quick call")
	ana.until("the button is there", func() bool {
		return len(ana.messages("bot")) > 0 && strings.Contains(ana.last("bot").text(), "Start a Zoom meeting")
	})
	form = ana.press("bot", ana.last("bot"), "Start a Zoom meeting", nil).is("dialog")
	if field, _ := fieldOf(form.Dialog.Card, "topic"); field["value"] != "Quick call" {
		t.Errorf("the topic is %v", field["value"])
	}
	s.call("POST", "/dialogs/"+form.Dialog.ID+"/cancel", nil, nil)
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	link, number := s.joinLink("Launch"), s.numbered("Launch")
	ana.say("bot", "join "+number)
	ana.shows("bot", "Join the meeting")
	if url := ana.leads("bot", "Join in Zoom"); !strings.Contains(url, "/j/"+number) || !strings.Contains(url, "pwd=") {
		t.Errorf("her own meeting is joined at %s", url)
	}
	ben := s.person("ben")
	ben.call("POST", "/people/ben/chats/launch/messages", map[string]any{"text": "join " + link, "mentionBot": true}, nil)
	ben.shows("launch", "Join the meeting")
	if url := ben.leads("launch", "Join in Zoom"); !strings.Contains(url, "/j/"+number) || strings.Contains(url, "pwd=") {
		t.Errorf("where others read along, it is joined at %s", url)
	}
	ana.say("bot", "rejoindre https://evil.example/j/91234567890")
	ana.shows("bot", "This link does not lead to Zoom.")
	for word, page := range map[string]string{"settings": "settings", "réglages": "settings", "whiteboards": "boards", "tableaux": "boards"} {
		before := ana.last("bot").ID
		ana.say("bot", word)
		ana.until(word+" is answered", func() bool { return ana.last("bot").ID != before }) // two words lead to the same page
		if url := ana.leads("bot", "Open the tab"); !strings.Contains(url, "%22"+page+"%22") {
			t.Errorf("%s leads to %s", word, url)
		}
	}
	ana.say("bot", "join")
	ana.shows("bot", "Write the meeting’s ID or link behind it")
}

func london(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Who starts a meeting where somebody has just started one hears of it, and how to join.
func TestOneWasJustStarted(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	ben.link()
	says := func(chat string) string {
		t.Helper()
		form, _ := ben.approveJIT(chat, "start")
		s.call("POST", "/dialogs/"+form.Dialog.ID+"/cancel", nil, nil)
		return strings.Join(words(form.Dialog.Card), "\n")
	}
	if got := says("launch"); strings.Contains(got, "just started") {
		t.Errorf("before there is one: %s", got)
	}
	ana.startNow("launch", fields{"topic": "Quick call"})
	s.idle()
	if got := says("launch"); !strings.Contains(got, "Ana Duarte has just started a meeting here") || !strings.Contains(got, "Join it") {
		t.Errorf("the form says %s", got)
	}
	if got := says("pair"); strings.Contains(got, "just started") {
		t.Errorf("elsewhere: %s", got)
	}
	id := s.numbered("Quick call")
	s.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": "ana"}, nil)
	s.call("POST", "/zoom/meetings/"+id+"/end", nil, nil)
	ana.shows("launch", "Ended after")
	if got := says("launch"); strings.Contains(got, "just started") {
		t.Errorf("after it has ended: %s", got)
	}
	ana.startNow("launch", fields{"topic": "Another call"})
	s.idle()
	s.advance(16 * time.Minute)
	if got := says("launch"); strings.Contains(got, "just started") {
		t.Errorf("a while later: %s", got)
	}
}
