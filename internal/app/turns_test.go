package app_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// to lets the clock stand at a time.
func (s *stage) to(at time.Time) {
	s.t.Helper()
	s.advance(at.Sub(s.world.World.Clock.Now()))
}

// From five minutes before its start the card says that a meeting is about to start, until somebody starts it, or until it has been due for
// ten minutes.
func TestTheCardSaysThatAMeetingIsAboutToStart(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	start := s.world.World.Clock.Now().In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
	at := fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}
	ana.schedule("launch", "Launch", at).is("message")
	ana.schedule("launch", "Nobody comes", at).is("message")
	s.idle()
	is := func(topic string, texts ...string) {
		t.Helper()
		s.until(topic+": "+strings.Join(texts, ", "), func() bool {
			text := ben.find("launch", topic).text()
			return !slices.ContainsFunc(texts, func(want string) bool {
				bare, without := strings.CutPrefix(want, "-")
				return strings.Contains(text, bare) == without
			})
		})
	}
	s.to(start.Add(-6 * time.Minute))
	s.idle()
	is("Launch", "-About to start")
	s.to(start.Add(-4 * time.Minute))
	is("Launch", "About to start")
	is("Nobody comes", "About to start")
	s.call("POST", "/zoom/meetings/"+s.numbered("Launch")+"/join", map[string]string{"as": "ana"}, nil)
	is("Launch", "In progress since", "-About to start")
	s.to(start.Add(11 * time.Minute))
	is("Nobody comes", "-About to start")
	is("Launch", "In progress since")
}

// followed is a weekly series of Ana's that stands in a chat.
type followed struct {
	*guarded
	made told
}

func follow(t *testing.T) *followed {
	t.Helper()
	f := &followed{guarded: beginGuarded(t)}
	ana := f.person("ana")
	ana.link()
	ana.approveJIT("launch", "schedule")
	f.made = f.visit("ana").planned(object{"topic": "Weekly", "repeat": "weekly", "times": "4"})
	f.visit("ana").do("POST", "/meetings/"+f.made.Key+"/share", object{"conversation": f.conversation("launch")}, nil)
	f.idle()
	return f
}

// follow has a chat follow a meeting, or no more.
func (f *followed) follow(handle, key, chat string, on bool) answered {
	f.t.Helper()
	return f.visit(handle).ask("PUT", "/meetings/"+key+"/following", object{"conversation": f.conversation(chat), "on": on}, nil)
}

// follows is what the meeting's page says in the tab of a chat; "" when it says nothing.
func (f *followed) follows(handle, chat string) string {
	f.t.Helper()
	var d struct{ Follows *bool }
	f.visit(handle).do("GET", "/meetings/"+f.made.Key+"?conversation="+escaped(f.conversation(chat)), nil, &d)
	if d.Follows == nil {
		return ""
	}
	return strconv.FormatBool(*d.Follows)
}

// followedIn are the conversations that the meeting's page names.
func (f *followed) followedIn(handle, key string) (names []string) {
	f.t.Helper()
	var d struct{ FollowedIn []struct{ Name string } }
	f.visit(handle).do("GET", "/meetings/"+key, nil, &d)
	for _, c := range d.FollowedIn {
		names = append(names, c.Name)
	}
	return names
}

// cards are those of single meetings of the series in the chat, as Ben sees them.
func (f *followed) cards() (all []message) {
	f.t.Helper()
	return slices.DeleteFunc(f.person("ben").messages("launch"), func(m message) bool {
		return !m.From.Bot || !strings.Contains(m.text(), "Part of a series of Ana Duarte")
	})
}

// says tells whether there are so many cards, and the last holds a text.
func (f *followed) says(n int, text string) func() bool {
	return func() bool {
		all := f.cards()
		return len(all) == n && strings.Contains(all[n-1].text(), text)
	}
}

// B17: whoever is in a conversation into which the host brought a series has it followed there, and ends that; the host ends it anywhere.
// Nobody learns of a conversation that they are not in.
func TestB17_WhoHasASeriesFollowed(t *testing.T) {
	t.Parallel()
	f := follow(t)
	f.person("ana").approveJIT("pair", "schedule")
	once := f.visit("ana").planned(object{"topic": "Once"})
	for name, wrong := range map[string]struct {
		handle, key, chat string
		status            int
	}{
		"somebody who is not there":          {"hana", f.made.Key, "launch", http.StatusForbidden},
		"where it was not brought, not hers": {"ben", f.made.Key, "pair", http.StatusNotFound},
		"where the bot is not":               {"ana", f.made.Key, "design", http.StatusForbidden},
		"no series":                          {"ana", once.Key, "launch", http.StatusBadRequest},
		"no such meeting":                    {"ana", "01a21dce-0000-7000-8000-000000000000", "launch", http.StatusNotFound},
		"one that only Zoom knows":           {"ana", "z123", "launch", http.StatusNotFound},
	} {
		if got := f.follow(wrong.handle, wrong.key, wrong.chat, true); got.status != wrong.status {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := f.follows("dev", "launch"); got != "false" {
		t.Errorf("at first it says %q", got)
	}
	for range 2 {
		if got := f.follow("dev", f.made.Key, "launch", true); got.status != http.StatusOK {
			t.Fatalf("Dev, who is there and has no Zoom account: %d %s", got.status, got.body)
		}
	}
	if got := f.follow("ana", f.made.Key, "pair", true); got.status != http.StatusOK {
		t.Fatalf("the host: %d %s", got.status, got.body)
	}
	if here, there := f.follows("dev", "launch"), f.follows("dev", "pair"); here != "true" || there != "" {
		t.Errorf("Dev reads %q, and of a chat that he is not in %q", here, there)
	}
	if mine, hers := f.followedIn("dev", f.made.Key), f.followedIn("ana", f.made.Key); len(mine) != 0 || len(hers) != 2 {
		t.Errorf("it is followed in %v for its host, in %v for Dev", hers, mine)
	}
	if got := f.visit("ana").ask("PUT", "/meetings/"+f.made.Key+"/following", object{"conversation": "19:gone@thread.v2", "on": false}, nil); got.status != http.StatusOK {
		t.Errorf("the host, of a conversation that she has left: %d %s", got.status, got.body)
	}
	if got := f.follow("dev", f.made.Key, "launch", false); got.status != http.StatusOK || f.follows("dev", "launch") != "false" {
		t.Errorf("no more: %d %s", got.status, got.body)
	}
}

// B17: a conversation that follows a series gets a card for each of its meetings, shortly before it starts, which tells of that meeting alone,
// whatever comes after it.
func TestB17_AConversationFollowsASeries(t *testing.T) {
	t.Parallel()
	f := follow(t)
	f.follow("dev", f.made.Key, "launch", true)
	first, number := f.made.Start, strings.ReplaceAll(f.made.ZoomID, " ", "")
	held := func(n int) {
		t.Helper()
		f.call("POST", "/zoom/meetings/"+number+"/join", map[string]string{"as": "ana"}, nil)
		f.until("it is held", f.says(n, "In progress since"))
	}
	f.to(first.Add(-6 * time.Minute))
	f.idle()
	if n := len(f.cards()); n != 0 {
		t.Errorf("six minutes before there are %d cards", n)
	}
	f.to(first.Add(-4 * time.Minute))
	f.until("the first card", f.says(1, "About to start"))
	f.advance(time.Minute)
	f.idle()
	held(1)
	f.advance(20 * time.Minute)
	f.call("POST", "/zoom/meetings/"+number+"/end", nil, nil)
	f.until("it is over", f.says(1, "Ended after"))

	f.to(first.AddDate(0, 0, 7).Add(-4 * time.Minute))
	f.until("the second card", f.says(2, "About to start"))
	f.idle()
	f.mark()
	held(2)
	f.idle()
	old := f.cards()[0]
	if text := old.text(); !strings.Contains(text, "Ended after") || strings.Contains(text, "In progress") {
		t.Errorf("the first says:\n%s", text)
	}
	if n := len(slices.DeleteFunc(f.rows("message.updated"), func(r row) bool { return r.Subject != old.ID })); n != 0 {
		t.Errorf("the card of the first was changed %d times while the second is held", n)
	}
	f.call("POST", "/zoom/meetings/"+number+"/end", nil, nil)
}

// B17: in a channel each meeting gets a post of its own, below which that meeting is talked about, not an answer to the one before.
func TestB17_AChannelFollowsASeries(t *testing.T) {
	t.Parallel()
	f := &followed{guarded: beginGuarded(t)}
	ana, ben := f.person("ana"), f.person("ben")
	ana.link()
	ana.approveJIT("apollo-dev", "schedule")
	f.made = f.visit("ana").planned(object{"topic": "Weekly", "repeat": "weekly", "times": "4"})
	channel := object{"conversation": f.conversation("apollo-dev"), "team": f.conversation("apollo-general"), "on": true}
	f.visit("ana").do("POST", "/meetings/"+f.made.Key+"/share", object{"conversation": channel["conversation"]}, nil)
	f.idle()
	if got := f.visit("gus").ask("PUT", "/meetings/"+f.made.Key+"/following", channel, nil); got.status < http.StatusBadRequest {
		t.Errorf("somebody who is not in the team: %d %s", got.status, got.body)
	}
	f.visit("dev").do("PUT", "/meetings/"+f.made.Key+"/following", channel, nil)
	posts := func() (all []message) {
		for _, m := range ben.messages("apollo-dev") {
			if m.From.Bot && strings.Contains(m.text(), "Part of a series of Ana Duarte") {
				all = append(all, m)
			}
		}
		return all
	}
	for n := range 3 {
		f.to(f.made.Start.AddDate(0, 0, 7*n).Add(-4 * time.Minute))
		f.until("the card of one more", func() bool { return len(posts()) == n+1 })
		f.idle()
	}
	seen := map[string]bool{}
	for _, m := range posts() {
		if m.ReplyTo != "" || seen[m.ID] {
			t.Errorf("%s answers %q", m.ID, m.ReplyTo)
		}
		seen[m.ID] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d posts of three meetings", len(seen))
	}
}

// B17: one that is cancelled gets no card, and where nobody follows any more there is none either, though it is about to start.
func TestB17_WhatGetsNoCard(t *testing.T) {
	t.Parallel()
	f := follow(t)
	f.follow("dev", f.made.Key, "launch", true)
	second := f.made.Start.AddDate(0, 0, 7)
	f.visit("ana").do("DELETE", "/meetings/"+f.made.Key+"?scope=occurrence&original="+escaped(f.made.Start.UTC().Format(time.RFC3339)), nil, nil)
	f.to(f.made.Start.Add(-4 * time.Minute))
	f.idle()
	f.to(second.Add(-time.Hour))
	f.follow("dev", f.made.Key, "launch", false)
	f.to(second.Add(-4 * time.Minute))
	f.until("it is about to start", func() bool {
		return strings.Contains(f.person("ben").find("launch", "Weekly").text(), "About to start")
	})
	f.idle()
	if n := len(f.cards()); n != 0 {
		t.Errorf("there are %d cards", n)
	}
}

// B17: the rest of a series that becomes a series of its own is followed where that was.
func TestB17_TheRestOfASeriesIsFollowedToo(t *testing.T) {
	t.Parallel()
	f := follow(t)
	f.follow("dev", f.made.Key, "launch", true)
	tab, second := f.visit("ana"), f.made.Start.AddDate(0, 0, 7)
	in := tab.detail(f.made.Key, second).OccurrenceInput
	in["topic"], in["time"] = "Weekly, later", "15:00"
	var rest told
	tab.do("PATCH", "/meetings/"+f.made.Key, object{"input": in, "scope": "following", "original": second, "nonce": "the-rest-of-it"}, &rest)
	f.idle()
	if got := f.followedIn("ana", rest.Key); rest.Key == f.made.Key || !slices.Equal(got, []string{"Launch week"}) {
		t.Errorf("the rest is followed in %v", got)
	}
	if got := f.visit("dev").here("launch"); !slices.Contains(topics(got.Upcoming), "Weekly, later") {
		t.Errorf("in the tab of the chat: %v", topics(got.Upcoming))
	}
	f.to(rest.Start.Add(-4 * time.Minute))
	f.until("its card", f.says(1, "Weekly, later"))
}

// Where the app was removed nothing is posted, and nothing is followed any more.
func TestB17_WithoutTheAppNothingIsFollowed(t *testing.T) {
	t.Parallel()
	f := follow(t)
	f.follow("ana", f.made.Key, "launch", true)
	f.call("DELETE", "/people/ana/chats/launch/apps/"+f.world.Settings().EntraAppID, nil, nil)
	f.idle()
	f.mark()
	f.to(f.made.Start.Add(-4 * time.Minute))
	f.until("it is not followed any more", func() bool { return f.stored("meeting_follows") == 0 })
	f.idle()
	f.expect(effects{})
}
