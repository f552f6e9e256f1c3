package app_test

import (
	"net/http"
	"slices"
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

// B17: a conversation that follows a series gets a card for each of its meetings, shortly before it starts, which tells of that meeting alone,
// whatever comes after it.
func TestB17_AConversationFollowsASeries(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ana.approveJIT("launch", "schedule")
	ana.approveJIT("pair", "schedule")
	tab, dev := g.visit("ana"), g.visit("dev") // who has no Zoom account
	made := tab.planned(object{"topic": "Weekly", "repeat": "weekly", "times": "4"})
	once := tab.planned(object{"topic": "Once"})
	for _, key := range []string{made.Key, once.Key} {
		tab.do("POST", "/meetings/"+key+"/share", object{"conversation": g.conversation("launch")}, nil)
	}
	g.idle()
	follow := func(v visit, key, chat string, on bool) answered {
		t.Helper()
		return v.ask("PUT", "/meetings/"+key+"/following", object{"conversation": g.conversation(chat), "on": on}, nil)
	}
	for name, wrong := range map[string]struct {
		v         visit
		key, chat string
		status    int
	}{
		"somebody who is not there":           {g.visit("hana"), made.Key, "launch", http.StatusForbidden},
		"where it was not brought, not hers":  {g.visit("ben"), made.Key, "pair", http.StatusNotFound},
		"where the bot is not":                {tab, made.Key, "design", http.StatusForbidden},
		"no series":                           {tab, once.Key, "launch", http.StatusBadRequest},
		"no such meeting":                     {tab, "01a21dce-0000-7000-8000-000000000000", "launch", http.StatusNotFound},
		"a meeting that only Zoom knows, too": {tab, "z123", "launch", http.StatusNotFound},
	} {
		if got := follow(wrong.v, wrong.key, wrong.chat, true); got.status != wrong.status {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	follows := func(want bool) {
		t.Helper()
		var d struct{ Follows *bool }
		if dev.do("GET", "/meetings/"+made.Key+"?conversation="+escaped(g.conversation("launch")), nil, &d); d.Follows == nil || *d.Follows != want {
			t.Errorf("it says %v, want %t", d.Follows, want)
		}
	}
	follows(false)
	for range 2 {
		if got := follow(dev, made.Key, "launch", true); got.status != http.StatusOK {
			t.Fatalf("Dev, who is there: %d %s", got.status, got.body)
		}
	}
	follows(true)
	followed := func(v visit) (names []string) {
		t.Helper()
		var d struct {
			FollowedIn []struct{ Conversation, Name string }
		}
		v.do("GET", "/meetings/"+made.Key, nil, &d)
		for _, f := range d.FollowedIn {
			names = append(names, f.Name)
		}
		return names
	}
	if mine, hers := followed(dev), followed(tab); len(mine) != 0 || !slices.Equal(hers, []string{"Launch week"}) {
		t.Errorf("it is followed in %v for its host, in %v for Dev", hers, mine)
	}

	first := made.Start
	cards := func() (texts []string) {
		for _, m := range ben.messages("launch") {
			if m.From.Bot && strings.Contains(m.text(), "Part of a series of Ana Duarte") {
				texts = append(texts, m.text())
			}
		}
		return texts
	}
	g.to(first.Add(-6 * time.Minute))
	g.idle()
	if got := cards(); len(got) != 0 {
		t.Errorf("six minutes before there are %d cards", len(got))
	}
	g.to(first.Add(-4 * time.Minute))
	g.until("the first card", func() bool { return len(cards()) == 1 && strings.Contains(cards()[0], "About to start") })
	g.advance(time.Minute)
	g.idle()
	number := strings.ReplaceAll(made.ZoomID, " ", "")
	g.call("POST", "/zoom/meetings/"+number+"/join", map[string]string{"as": "ana"}, nil)
	g.until("it is held", func() bool { return len(cards()) == 1 && strings.Contains(cards()[0], "In progress since") })
	g.advance(20 * time.Minute)
	g.call("POST", "/zoom/meetings/"+number+"/end", nil, nil)
	g.until("it is over", func() bool { return strings.Contains(cards()[0], "Ended after") })

	g.to(first.AddDate(0, 0, 7).Add(-4 * time.Minute))
	g.until("the second card", func() bool { return len(cards()) == 2 && strings.Contains(cards()[1], "About to start") })
	g.idle()
	g.mark()
	g.call("POST", "/zoom/meetings/"+number+"/join", map[string]string{"as": "ana"}, nil)
	g.until("the second is held", func() bool { return strings.Contains(cards()[1], "In progress since") })
	g.idle()
	if got := cards()[0]; !strings.Contains(got, "Ended after") || strings.Contains(got, "In progress") {
		t.Errorf("the first says:\n%s", got)
	}
	var firstCard string
	for _, m := range ben.messages("launch") {
		if m.From.Bot && strings.Contains(m.text(), "Part of a series") && strings.Contains(m.text(), "Ended after") {
			firstCard = m.ID
		}
	}
	if n := len(slices.DeleteFunc(g.rows("message.updated"), func(r row) bool { return r.Subject != firstCard })); n != 0 {
		t.Errorf("the card of the first was changed %d times while the second is held", n)
	}
	g.call("POST", "/zoom/meetings/"+number+"/end", nil, nil)

	// One that is cancelled gets none; nobody follows any more, and there is none either.
	third := first.AddDate(0, 0, 14)
	tab, dev = g.visit("ana"), g.visit("dev")
	tab.do("DELETE", "/meetings/"+made.Key+"?scope=occurrence&original="+escaped(third.UTC().Format(time.RFC3339)), nil, nil)
	g.to(third.Add(-4 * time.Minute))
	g.advance(time.Minute)
	g.idle()
	if got := cards(); len(got) != 2 {
		t.Errorf("of one that is cancelled there is a card: %d", len(got))
	}
	tab, dev = g.visit("ana"), g.visit("dev")
	if got := tab.ask("PUT", "/meetings/"+made.Key+"/following", object{"conversation": "19:gone@thread.v2", "on": false}, nil); got.status != http.StatusOK {
		t.Errorf("the host, of a conversation that she has left: %d %s", got.status, got.body)
	}
	if got := follow(dev, made.Key, "launch", false); got.status != http.StatusOK {
		t.Errorf("no more: %d %s", got.status, got.body)
	}
	follows(false)
	g.to(first.AddDate(0, 0, 21).Add(-4 * time.Minute))
	g.advance(time.Minute)
	g.idle()
	if got := cards(); len(got) != 2 {
		t.Errorf("nobody follows any more, and there are %d cards", len(got))
	}
}

// Where the app was removed nothing is posted, and nothing is followed any more.
func TestAConversationWithoutTheAppFollowsNothing(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.approveJIT("launch", "schedule")
	tab := g.visit("ana")
	made := tab.planned(object{"topic": "Weekly", "repeat": "weekly", "times": "3"})
	if got := tab.ask("PUT", "/meetings/"+made.Key+"/following", object{"conversation": g.conversation("launch"), "on": true}, nil); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	g.call("DELETE", "/people/ana/chats/launch/apps/"+g.world.Settings().EntraAppID, nil, nil)
	g.idle()
	g.mark()
	g.to(made.Start.Add(-4 * time.Minute))
	g.until("it is not followed any more", func() bool { return g.stored("meeting_follows") == 0 })
	g.idle()
	g.expect(effects{})
}
