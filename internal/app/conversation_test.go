package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/policy"
)

// here is what the tab of a conversation shows.
type here struct {
	Name, Posts    string
	Upcoming, Past []listed
}

// tabOf is the path below which the tab of a conversation asks; of a channel with its team.
func (g *guarded) tabOf(chat, what string) string {
	path := "/conversations/" + url.PathEscape(g.conversation(chat)) + "/" + what
	if team, _, ok := strings.Cut(chat, "-"); ok {
		path += "?team=" + url.QueryEscape(g.conversation(team+"-general"))
	}
	return path
}

func (v visit) here(chat string) (h here) {
	v.t.Helper()
	v.do("GET", v.tabOf(chat, "meetings"), nil, &h)
	return h
}

func topics(list []listed) (all []string) {
	for _, l := range list {
		all = append(all, l.Topic)
	}
	return all
}

// What was made in a conversation or shared into it stands in its tab, for everybody who is in it, with a Zoom account or without, and for
// nobody else.
func TestC35_TheTabOfAConversation(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	tab, dev := g.visit("ana"), g.visit("dev")
	if got := dev.here("launch"); got.Posts != "not_installed" || len(got.Upcoming)+len(got.Past) != 0 || got.Name != "" {
		t.Errorf("before the app is there: %+v", got)
	}
	ana.schedule("launch", "Go or no-go")
	g.idle()
	in := "?conversation=" + url.QueryEscape(g.conversation("launch"))
	if got := g.listen(g.sso("hana", nil), in); got.status != http.StatusForbidden {
		t.Errorf("somebody who is not in it hears of changes: %d", got.status)
	}
	open := g.listen(g.sso("dev", nil), in)
	open.next(t) // it is open
	shared := tab.planned(object{"topic": "Brought here"})
	tab.planned(object{"topic": "Elsewhere"})
	private := tab.planned(object{"topic": "Salaries", "private": "true"})
	for _, made := range []told{shared, private} {
		tab.do("POST", "/meetings/"+made.Key+"/share", object{"conversation": g.conversation("launch")}, nil)
	}
	g.idle()
	if line := open.next(t); line != "event: meetings" { // who was invited to none of them
		t.Errorf("in the open tab of the conversation came %q", line)
	}
	if got := tab.here("launch"); got.Posts != "yes" || got.Name != "Launch week" || !slices.Equal(topics(got.Upcoming), []string{"Go or no-go", "Brought here", "Salaries"}) {
		t.Errorf("for the host: %+v", got)
	} else if l := got.Upcoming[1]; !l.Host || !l.Can.Start || !l.Can.Change || l.JoinURL != shared.JoinURL {
		t.Errorf("a line for the host: %+v", l)
	}
	got := dev.here("launch") // who has not connected Zoom
	if !slices.Equal(topics(got.Upcoming), []string{"Go or no-go", "Brought here", ""}) {
		t.Errorf("for Dev: %+v", got)
	}
	if l := got.Upcoming[1]; l.Host || l.Can.Start || l.Can.Change || l.HostName != "Ana Duarte" || l.OnlyInZoom || l.JoinURL != shared.JoinURL {
		t.Errorf("a line for Dev: %+v", l)
	}
	if err := g.products[0].Switch(t.Context(), policy.Passcodes, false); err != nil {
		t.Fatal(err)
	}
	if l := dev.here("launch").Upcoming[1]; l.JoinURL == "" || strings.Contains(l.JoinURL, "pwd=") {
		t.Errorf("without passcodes: %s", l.JoinURL)
	}
	for _, stranger := range []string{"hana", "jo"} {
		if got := g.visit(stranger).ask("GET", g.tabOf("launch", "meetings"), nil, nil); got.status != http.StatusForbidden || strings.Contains(got.body, "Go or no-go") {
			t.Errorf("%s, who is not in it: %d %s", stranger, got.status, got.body)
		}
	}
	for _, id := range []string{"19:no-such@thread.v2", "a:1-somebody-and-the-bot", "nothing"} {
		if got := dev.ask("GET", "/conversations/"+url.PathEscape(id)+"/meetings", nil, nil); got.status == http.StatusOK && !strings.Contains(got.body, "not_installed") {
			t.Errorf("%s: %d %s", id, got.status, got.body)
		}
	}
	// Held, it comes first; over, it is past, and a month later it is gone.
	key := got.Upcoming[1].Key
	g.call("POST", "/zoom/meetings/"+strings.ReplaceAll(shared.ZoomID, " ", "")+"/join", map[string]any{"as": "ana"}, nil)
	g.until("the meeting to be held", func() bool { l := dev.here("launch").Upcoming; return len(l) > 0 && l[0].Key == key && l[0].Live })
	g.call("POST", "/zoom/meetings/"+strings.ReplaceAll(shared.ZoomID, " ", "")+"/end", nil, nil)
	g.until("the meeting to have ended", func() bool {
		return !slices.ContainsFunc(dev.here("launch").Upcoming, func(l listed) bool { return l.Live })
	})
	g.advance(4 * 24 * time.Hour)
	dev = g.visit("dev") // a token lasts an hour
	if got := dev.here("launch"); len(got.Upcoming) != 0 || !slices.Contains(topics(got.Past), "Brought here") {
		t.Errorf("four days later: %+v", got)
	}
	tab = g.visit("ana")
	tab.do("DELETE", "/meetings/"+private.Key, nil, nil)
	if got := tab.here("launch"); slices.Contains(topics(got.Past), "Salaries") {
		t.Errorf("what was cancelled: %+v", got.Past)
	}
	g.advance(31 * 24 * time.Hour)
	if got := g.visit("dev").here("launch"); len(got.Past) != 0 {
		t.Errorf("a month later: %+v", got)
	}
}

// In a channel that nobody has asked, one of its members lets Causeway post from the tab; meetings are then made in it as from its message box.
func TestC35_SchedulingInAChannelFromItsTab(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	g.call("POST", "/people/ana/chats/apollo-general/apps/"+g.world.Settings().EntraAppID, nil, nil)
	g.idle()
	tab, dev := g.visit("ana"), g.visit("dev")
	at := object{"conversation": g.conversation("apollo-dev"), "team": g.conversation("apollo-general")}
	if got := tab.here("apollo-dev"); got.Posts != "not_asked" || got.Name != "Development" {
		t.Fatalf("before it was asked: %+v", got)
	}
	wish := func(nonce string, in map[string]any) object {
		return object{"conversation": at["conversation"], "team": at["team"], "nonce": nonce, "input": in}
	}
	nonce, in := tab.form()
	in["topic"] = "Deployment"
	if got := tab.ask("POST", "/meetings", wish(nonce, in), nil); got.status != http.StatusForbidden {
		t.Errorf("scheduled where nobody was asked: %d %s", got.status, got.body)
	}
	if got := g.visit("gus").ask("POST", g.tabOf("apollo-dev", "admission"), nil, nil); got.status != http.StatusForbidden {
		t.Errorf("somebody else lets it in: %d %s", got.status, got.body)
	}
	var admitted here
	dev.do("POST", g.tabOf("apollo-dev", "admission"), nil, &admitted)
	if admitted.Posts != "yes" || admitted.Name != "Development" {
		t.Errorf("let in: %+v", admitted)
	}
	var form struct {
		Nonce string
		Input map[string]any
		Here  struct {
			Others int
			Many   bool
		}
	}
	tab.do("GET", "/meetings/form?conversation="+url.QueryEscape(at["conversation"].(string)), nil, &form)
	if form.Here.Others != 6 || form.Here.Many || form.Input["who"] != "everyone" {
		t.Errorf("the form of the channel: %+v", form)
	}
	g.mark()
	in = form.Input
	in["topic"] = "Deployment"
	for range 2 {
		tab.do("POST", "/meetings", wish(form.Nonce, in), nil)
	}
	g.idle()
	g.expect(effects{Meetings: 1, Events: 1, Cards: 1, Mails: 6, DMs: 7})
	if got := dev.here("apollo-dev"); !slices.Equal(topics(got.Upcoming), []string{"Deployment"}) {
		t.Errorf("in the channel: %+v", got)
	}
	if got := dev.here("apollo-general"); len(got.Upcoming) != 0 {
		t.Errorf("in another channel of the team: %+v", got)
	}
	ana.find("apollo-dev", "Deployment")
	// For those named alone.
	nonce, in = tab.form()
	in["topic"], in["who"] = "For one", "chosen"
	if got := tab.ask("POST", "/meetings", wish(nonce, in), nil); got.status != http.StatusBadRequest || !strings.Contains(got.body, "people") {
		t.Errorf("for nobody: %d %s", got.status, got.body)
	}
	in["invitees"] = []object{{"name": "Hana", "address": "hana.sato@meridian.example"}}
	g.mark()
	tab.do("POST", "/meetings", wish(nonce, in), nil)
	g.idle()
	g.expect(effects{Meetings: 1, Events: 1, Cards: 1, Mails: 1, DMs: 2})
	// And one that begins at once.
	g.mark()
	tab.do("POST", "/meetings/now", object{"conversation": at["conversation"], "nonce": "now-in-a-channel"}, nil)
	g.idle()
	g.expect(effects{Meetings: 1, Events: 1, Cards: 1, Mails: 6, DMs: 6})
	if got := dev.here("apollo-dev").Upcoming; len(got) != 3 || got[0].Start.After(g.world.World.Clock.Now()) {
		t.Errorf("the one that was started: %+v", got)
	}
}

// The form of a conversation leads to that of the tab, with what was typed and for the same conversation; nothing of it stands in the address, and nobody
// else reads it.
func TestC3_AllOptionsAreInTheTab(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	g.person("dev").link()
	form, _ := ana.approveJIT("apollo-dev", "schedule")
	g.idle()
	typed := fields{
		"topic": "Deployment plan", "agenda": "Who does what", "duration": "45", "who": "chosen", "people": g.object("dev"), "passcode": "true", "repeat": "weekly", "times": "4",
	}
	lead := g.did("/dialogs/"+form.Dialog.ID+"/submit", object{"action": 1, "data": typed})
	lead.is("dialog")
	if said := lead.String(); !strings.Contains(said, "for this conversation") || strings.Contains(said, "once more") {
		t.Errorf("it says %s", said)
	}
	address, err := url.Parse(fmt.Sprint(actions(lead.Dialog.Card)[0]["url"]))
	if err != nil {
		t.Fatal(err)
	}
	var at struct{ SubEntityID string }
	if err := json.Unmarshal([]byte(address.Query().Get("context")), &at); err != nil {
		t.Fatal(err)
	}
	id, ok := strings.CutPrefix(at.SubEntityID, "typed/")
	if !ok || strings.Contains(address.String(), "Deployment") || strings.Contains(address.String(), "Who") {
		t.Fatalf("it leads to %s", address)
	}
	var got struct {
		Nonce string
		Input map[string]any
		In    struct{ Conversation, Team, Name string }
	}
	tab := g.visit("ana")
	tab.do("GET", "/meetings/form?typed="+id, nil, &got)
	for field, want := range map[string]any{"topic": "Deployment plan", "agenda": "Who does what", "duration": "45", "who": "chosen", "passcode": "true", "repeat": "weekly", "times": "4"} {
		if got.Input[field] != want {
			t.Errorf("%s is %v, want %v", field, got.Input[field], want)
		}
	}
	if invited := fmt.Sprint(got.Input["invitees"]); !strings.Contains(invited, "dev.patel@meridian.example") || got.In.Conversation != g.conversation("apollo-dev") || got.In.Name != "Development" {
		t.Errorf("invited %s, in %+v", invited, got.In)
	}
	for name, of := range map[string]string{"somebody else's": id, "none": "nothing"} {
		if answer := g.visit("dev").ask("GET", "/meetings/form?typed="+of, nil, nil); answer.status != http.StatusNotFound || strings.Contains(answer.body, "Deployment") {
			t.Errorf("%s: %d %s", name, answer.status, answer.body)
		}
	}
	g.mark()
	tab.do("POST", "/meetings", object{"nonce": got.Nonce, "input": got.Input, "conversation": got.In.Conversation, "team": got.In.Team}, nil)
	g.idle()
	g.expect(effects{Meetings: 1, Events: 1, Cards: 1, Mails: 1, DMs: 2})
	ana.find("apollo-dev", "Deployment plan")
	g.advance(2 * time.Hour)
	if answer := g.visit("ana").ask("GET", "/meetings/form?typed="+id, nil, nil); answer.status != http.StatusNotFound {
		t.Errorf("two hours later: %d %s", answer.status, answer.body)
	}
}
