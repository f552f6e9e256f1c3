package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// names are the people invited from a conversation, as the form of a change names them.
func names(in map[string]any) (all []string) {
	members, _ := in["members"].([]any)
	for _, m := range members {
		all = append(all, m.(map[string]any)["name"].(string))
	}
	return all
}

// without is the form without one of them.
func without(in map[string]any, name string) map[string]any {
	members, _ := in["members"].([]any)
	in["members"] = slices.DeleteFunc(members, func(m any) bool { return m.(map[string]any)["name"] == name })
	return in
}

// with is the form with somebody else in it.
func with(in map[string]any, name, address string) map[string]any {
	invitees, _ := in["invitees"].([]any)
	in["invitees"] = append(invitees, object{"name": name, "address": address})
	return in
}

func (s *stage) mailOf(handle string) string { return s.world.World.Seed.Person(handle).Email }

// The organiser of a meeting of a chat sees by name who is invited, takes one out and names another: everywhere at once, and nothing else of it changes.
func TestC8_WhoIsInvitedFromAConversationIsChanged(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben, chloe, eli := g.person("ana"), g.person("ben"), g.person("chloe"), g.person("eli")
	ana.link()
	for _, one := range []person{ben, chloe} {
		one.link()
	}
	eli.install()
	ana.approveJIT("launch", "schedule")
	g.idle()
	tab := g.visit("ana")
	var form struct {
		Nonce string
		Input map[string]any
	}
	tab.do("GET", "/meetings/form?conversation="+url.QueryEscape(g.conversation("launch")), nil, &form)
	form.Input["topic"], form.Input["who"] = "Go or no-go", "chosen"
	for _, handle := range []string{"ben", "chloe", "dev"} {
		form.Input = with(form.Input, "", g.mailOf(handle))
	}
	var made told
	tab.do("POST", "/meetings", object{"nonce": form.Nonce, "input": form.Input, "conversation": g.conversation("launch")}, &made)
	g.idle()
	listed := func(handle string) int {
		list, _ := g.visit(handle).list(9)
		return len(about(list, "Go or no-go"))
	}
	for _, handle := range []string{"ben", "chloe"} {
		if n := listed(handle); n != 1 {
			t.Fatalf("%s lists it %d times", handle, n)
		}
	}
	ben.press("bot", ben.find("bot", "Go or no-go"), "Accept", nil)
	g.idle()

	in := tab.detail(made.Key).Input
	if got := names(in); !slices.Equal(got, []string{"Ben Okafor", "Chloé Martin", "Dev Patel"}) || len(in["invitees"].([]any)) != 0 {
		t.Fatalf("the form names %v and %v", got, in["invitees"])
	}
	invitation := chloe.find("bot", "Go or no-go")
	page := g.listen(g.sso("chloe", nil), "")
	page.next(t) // it is open
	g.mark()
	in = with(with(without(in, "Chloé Martin"), "Eli", g.mailOf("eli")), "Hana", g.mailOf("hana"))
	in["topic"] = "Go or no-go, really"
	var d told
	tab.do("PATCH", "/meetings/"+made.Key, object{"input": in, "edition": made.Edition}, &d)
	if line := page.next(t); line != "event: meetings" {
		t.Errorf("on Chloé's open page came %q", line)
	}
	g.idle()
	g.expect(effects{Mails: 2, DMs: 1}) // Eli in Outlook and Teams, Hana in Outlook
	gone := slices.DeleteFunc(g.rows("mail.delivered"), func(r row) bool { return r.Detail["kind"] != "cancellation" })
	if len(gone) != 1 || gone[0].Detail["to"] != g.mailOf("chloe") {
		t.Errorf("cancellations: %+v", gone)
	}
	in = tab.detail(made.Key).Input
	if got := names(in); !slices.Equal(got, []string{"Ben Okafor", "Dev Patel", "Eli Novak"}) || len(in["invitees"].([]any)) != 1 {
		t.Errorf("the form names %v and %v", got, in["invitees"])
	}
	chloe.shows("bot", "Invitation retirée : Go or no-go, really", "Ana Duarte a changé les personnes invitées", "-Rejoindre", "-Accepter", "-ID de réunion")
	eli.shows("bot", "Go or no-go, really", "Join in Zoom")
	ben.shows("bot", "Go or no-go, really", "Join in Zoom")
	if got := tab.answeredTo("Go or no-go, really", "Ben"); got != "accepted" {
		t.Errorf("Ben's answer is %q", got)
	}
	for handle, want := range map[string]int{"chloe": 0, "ben": 1, "dev": 1, "eli": 1, "hana": 1} {
		if n := len(g.events(handle, "Go or no-go, really", 9)); n != want {
			t.Errorf("it stands %d times in the calendar of %s", n, handle)
		}
	}
	list, _ := g.visit("chloe").list(9)
	if len(about(list, "Go or no-go, really"))+len(about(list, "Go or no-go")) != 0 {
		t.Errorf("Chloé still lists it: %+v", list)
	}
	// Who was taken out answers no more, by a message that was open, and stays one of the conversation: without the addresses of others.
	data := buttonData(t, invitation, "Accepter")
	g.want("a button", g.sent(g.activityToken(nil), g.activity("chloe", object{"text": nil, "value": data})), http.StatusOK)
	g.idle()
	if len(g.events("chloe", "Go or no-go, really", 9)) != 0 {
		t.Error("by an old button it comes back")
	}
	if shown := g.visit("chloe").ask("GET", "/meetings/"+made.Key, nil, nil); shown.status != http.StatusOK || strings.Contains(shown.body, "@meridian") || strings.Contains(shown.body, `"members"`) {
		t.Errorf("Chloé reads %d %s", shown.status, shown.body)
	}

	// Invited again, she is told again.
	g.mark()
	tab.do("PATCH", "/meetings/"+made.Key, object{"input": with(in, "Chloé", g.mailOf("chloe"))}, &d)
	g.expect(effects{Mails: 1, DMs: 1})
	chloe.shows("bot", "Go or no-go, really", "Join in Zoom", "Accept") // the button was pressed in an English Teams
	if len(g.events("chloe", "Go or no-go, really", 9)) != 1 {
		t.Error("it does not come back to Chloé's calendar")
	}
}

// The rest of a series of a channel is for those whom its form names, and the series before it for whom it was.
func TestC8_WhoIsInvitedToTheRestOfASeries(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, dev := g.person("ana"), g.person("dev")
	ana.link()
	dev.install()
	ana.schedule("launch", "Stand-up", fields{"repeat": "daily", "times": "5"}).is("message")
	g.idle()
	tab := g.visit("ana")
	list, _ := tab.list(12)
	third := about(list, "Stand-up")[2]
	in := without(tab.detail(third.Key, third.Original).OccurrenceInput, "Dev Patel")
	g.mark()
	var d told
	wish := object{"input": in, "scope": "following", "original": third.Original, "nonce": "the-rest-of-it"}
	for range 2 {
		tab.do("PATCH", "/meetings/"+third.Key, wish, &d)
	}
	g.idle()
	g.expect(effects{Meetings: 1, Events: 1, Cards: 1, Mails: 3, DMs: 4})
	if got := len(g.events("dev", "Stand-up", 12)); got != 2 {
		t.Errorf("Dev comes %d times", got)
	}
	if got := len(g.events("ben", "Stand-up", 12)); got != 5 {
		t.Errorf("Ben comes %d times", got)
	}
	if got := names(tab.detail(d.Key).Input); len(got) != 3 || slices.Contains(got, "Dev Patel") {
		t.Errorf("the rest is for %v", got)
	}
	if got := names(tab.detail(third.Key).Input); len(got) != 4 {
		t.Errorf("the series is for %v", got)
	}
}

// Who is taken out of a meeting after putting off its reminder is not reminded.
func TestWhoWasTakenOutIsNotReminded(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.install()
	var settings map[string]any
	g.api("ben", http.MethodGet, "/api/settings", nil, &settings)
	settings["starting"] = true
	g.want("the settings", g.api("ben", http.MethodPut, "/api/settings", settings, nil), http.StatusOK)
	start := g.world.World.Clock.Now().In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
	ana.schedule("launch", "Launch", fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}).is("message")
	g.idle()
	g.advance(start.Add(-4 * time.Minute).Sub(g.world.World.Clock.Now()))
	g.until("Ben is reminded", func() bool { return g.stored("notifications where kind = 'starting' and state = 'sent'") == 1 })
	ben.press("bot", ben.find("bot", "It starts in a moment"), "Remind me when it starts", nil)
	g.until("he is to be reminded again", func() bool { return g.stored("notifications where kind = 'starting_again'") == 1 })
	tab := g.visit("ana")
	list, _ := tab.list(1)
	tab.do("PATCH", "/meetings/"+about(list, "Launch")[0].Key, object{"input": without(tab.detail(about(list, "Launch")[0].Key).Input, "Ben Okafor")}, nil)
	g.idle()
	g.mark()
	g.advance(start.Add(time.Second).Sub(g.world.World.Clock.Now()))
	g.until("the reminder is dropped", func() bool { return g.stored("notifications where kind = 'starting_again' and state = 'dropped'") == 1 })
	g.expect(effects{})
}

// When people are free is looked at of those whom the form of a change names, and of nobody who is taken out in it.
func TestWhoIsTakenOutNeedNotBeFree(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	tab := g.visit("ana")
	list, _ := tab.list(9)
	d := tab.detail(about(list, "Launch")[0].Key)
	looked := func(more object) (names []string) {
		t.Helper()
		var got struct{ People []struct{ Name string } }
		wish := object{"addresses": []string{}, "from": d.Start, "to": d.Start.Add(time.Hour), "zone": "UTC", "minutes": 30, "meeting": d.Key}
		for name, value := range more {
			wish[name] = value
		}
		tab.do("POST", "/availability", wish, &got)
		for _, p := range got.People {
			names = append(names, p.Name)
		}
		return names
	}
	if all := looked(nil); len(all) != 4 {
		t.Errorf("of a form of before, at %v", all)
	}
	if one := looked(object{"members": []string{g.object("ben")}}); !slices.Equal(one, []string{"Ben Okafor"}) {
		t.Errorf("of one who stays, at %v", one)
	}
	if none := looked(object{"members": []string{}}); len(none) != 0 {
		t.Errorf("of nobody, at %v", none)
	}
}
