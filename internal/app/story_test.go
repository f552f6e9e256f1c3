package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
)

// What a person sees who opens a chat and has never heard of any of it: sign-in, the bot is invited, the form, and then everything.
func TestStory(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana, chloe := s.person("ana"), s.person("chloe")
	chloe.install() // so that her language is known
	s.idle()

	signIn := ana.command("launch", "schedule").is("auth")
	if s.zoomCalls() != 0 {
		t.Errorf("Zoom was called before anybody connected")
	}
	invite := signIn.approve(consent{}).is("dialog").says("Continue adds its bot to this conversation")
	form := invite.submit(nil).is("dialog")
	for _, text := range []string{"Topic", "Date", "Time zone", "Duration", "Everyone here (4 other people)", "Description", "Nobody needs a Zoom account"} {
		form.says(text)
	}
	if zone, _ := fieldOf(form.Dialog.Card, "zone"); zone["value"] != "Europe/London" {
		t.Errorf("the form proposes the zone %v, want Ana's", zone["value"])
	}
	s.mark()
	form.submit(fields{"topic": "Go/no-go", "agenda": "Everything that is open."}).is("message").says("Scheduled. The card follows in the conversation.")
	s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})

	ana.reads("launch", "Zoom meeting · Ana Duarte", "Go/no-go", "Everything that is open.", "In everyone's calendar · 4 people invited by e-mail", "Join in Zoom")
	own := ana.reads("bot", "You scheduled a Zoom meeting", "Go/no-go", "4 people invited by e-mail", "Start as host", "Change", "Cancel meeting")
	chloe.reads("bot", "Ana Duarte vous invite à une réunion Zoom", "Go/no-go", "Rejoindre dans Zoom")
	for _, handle := range []string{"ana", "ben", "chloe", "dev", "eli"} {
		if n := len(s.person(handle).events("Go/no-go")); n != 1 {
			t.Errorf("%s has the meeting %d times in the calendar", handle, n)
		}
	}

	//nolint:paralleltest // chapters of one story: each goes on where the one before ended
	t.Run("change", func(t *testing.T) { storyChange(t, s.in(t), own) })
	//nolint:paralleltest // as above
	t.Run("others cannot", func(t *testing.T) { storyOthersCannot(t, s.in(t), own) })
	//nolint:paralleltest // as above
	t.Run("cancel", func(t *testing.T) { storyCancel(t, s.in(t), own) })
	//nolint:paralleltest // as above
	t.Run("disconnect", func(t *testing.T) { storyDisconnect(t, s.in(t), own) })
}

// storyChange is a change by the organiser: it shows everywhere, and people are mailed once.
func storyChange(t *testing.T, s *stage, own message) {
	t.Helper()
	ana, chloe := s.person("ana"), s.person("chloe")
	s.mark()
	at := time.Now().In(location(t, "Europe/London")).AddDate(0, 0, 2)
	ana.press("bot", own, "Change", nil).is("dialog").
		submit(fields{"topic": "Go or no-go", "date": at.Format(time.DateOnly), "time": "15:15", "duration": "45"}).is("closed")
	s.expect(effects{})
	if rows := s.rows("meeting.updated"); len(rows) != 1 {
		t.Errorf("Zoom's meeting was updated %d times", len(rows))
	}
	if got := s.mails("update"); got != 4 {
		t.Errorf("%d mails tell of the change, want 4", got)
	}
	ana.reads("launch", "Go or no-go", "45 min", "3:15 PM in")
	ana.reads("bot", "Go or no-go", "3:15 PM")
	chloe.reads("bot", "Go or no-go", "16:15")
	for _, handle := range []string{"ana", "ben"} {
		if n := len(s.person(handle).events("Go or no-go")); n != 1 {
			t.Errorf("%s has the changed meeting %d times in the calendar", handle, n)
		}
	}
}

// storyOthersCannot is somebody else who sends what the button of the organiser sends.
func storyOthersCannot(t *testing.T, s *stage, own message) {
	t.Helper()
	s.mark()
	var raw struct{ Replies []microsoftsim.RawReply }
	s.call("POST", "/activities", map[string]any{"person": "ben", "chat": "launch", "fields": map[string]any{
		"type": "message", "text": "", "value": map[string]string{"do": "meetings.cancel", "meeting": meetingOf(t, own)},
	}}, &raw)
	s.idle()
	if len(s.rows("meeting.deleted"))+len(s.rows("event.cancelled")) > 0 {
		t.Error("Ben has cancelled Ana's meeting")
	}
}

// storyCancel is the end of the meeting: it is gone everywhere.
func storyCancel(t *testing.T, s *stage, _ message) {
	t.Helper()
	ana, chloe := s.person("ana"), s.person("chloe")
	s.mark()
	ana.press("bot", ana.find("bot", "Go or no-go"), "Yes, cancel it", nil).is("closed")
	s.expect(effects{})
	if len(s.rows("meeting.deleted")) != 1 || len(s.rows("event.cancelled")) != 1 || s.mails("cancellation") != 4 {
		t.Errorf("cancelled %d at Zoom, %d in the calendar, %d mails", len(s.rows("meeting.deleted")), len(s.rows("event.cancelled")), s.mails("cancellation"))
	}
	ana.find("launch", "Cancelled: Go or no-go")
	ana.find("bot", "Cancelled: Go or no-go")
	chloe.find("bot", "Go or no-go")
	for _, handle := range []string{"ana", "ben", "chloe"} {
		if n := len(s.person(handle).events("Go or no-go")); n != 0 {
			t.Errorf("%s still has the cancelled meeting in the calendar", handle)
		}
	}
}

// storyDisconnect gives back what Causeway was allowed.
func storyDisconnect(t *testing.T, s *stage, _ message) {
	t.Helper()
	ana := s.person("ana")
	s.mark()
	ana.say("bot", "disconnect")
	s.idle()
	ana.reads("bot", "Disconnected. Causeway has deleted its access to your Zoom account and calendar.")
	if len(s.rows("token.revoked")) == 0 {
		t.Error("Zoom's tokens were not revoked")
	}
	s.mark()
	ana.command("launch", "schedule").is("auth")
	if s.zoomCalls() != 0 {
		t.Error("Zoom was called for somebody who is not connected any more")
	}
}

// The counts in every kind of conversation, scheduled and started.
func TestCounts(t *testing.T) {
	t.Parallel()
	for _, where := range places() {
		t.Run(where.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, setup{})
			s.person("ana").link()
			s.meet(where)
		})
	}
}

// A meeting that starts now begins at the second at which Zoom makes it. That is no change: nobody is mailed again when Zoom is looked at.
func TestStartedNowIsNotMoved(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	for _, feature := range []string{"two_way_sync", "outlook_edits"} {
		s.setPolicy(feature, "on")
	}
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "start")
	s.advance(17 * time.Second) // not on a full minute
	s.mark()
	form.submit(nil).is("dialog")
	s.idle()
	s.later(6 * time.Minute) // all lists are looked at again
	if got := s.mails("update"); got != 0 || s.mails("invitation") != 4 {
		t.Errorf("%d mails say that something changed", got)
	}
}

// place is a kind of conversation and how many people are in it, Ana included.
type place struct {
	name, chat, post string
	people           int
}

func places() []place {
	return []place{
		{"group chat", "launch", "", 5},
		{"chat of two", "pair", "", 2},
		{"channel", "apollo-dev", "", 7},
		{"thread of a channel", "apollo-dev", "build", 7},
		{"personal chat", "bot", "", 1},
	}
}

// meet schedules and starts a meeting in a place as Ana, and looks at the ledger.
func (s *stage) meet(p place) {
	s.t.Helper()
	n := p.people
	scheduled, started := effects{1, 1, n - 1, 1, n}, effects{1, 1, n - 1, 1, n - 1}
	if p.chat == "bot" { // the card is in Ana's own chat, and the only message
		scheduled, started = effects{1, 1, 0, 0, 1}, effects{1, 1, 0, 0, 1}
	}
	ana := s.person("ana")
	post := ""
	if p.post != "" {
		post = ana.find(p.chat, "The build is green again").ID
	}
	for _, command := range []string{"schedule", "start"} {
		form := ana.commandIn(p.chat, post, command).is("dialog")
		if _, found := fieldOf(form.Dialog.Card, "duration"); !found {
			form = form.submit(nil).is("dialog")
		}
		s.mark()
		want, answer := scheduled, "message"
		if command == "start" {
			want, answer = started, "dialog" // from which the host starts it
		}
		form.submit(fields{"topic": "Meeting of " + p.name}).is(answer)
		s.expect(want)
		card := ana.find(p.chat, "Meeting of "+p.name)
		if card.ReplyTo != post {
			s.t.Errorf("the card is in the thread %q, want %q", card.ReplyTo, post)
		}
		if n > 1 {
			s.expectDMs(command == "schedule")
		}
	}
}

// expectDMs fails the test if somebody got two direct messages, or Ana got one for what she started.
func (s *stage) expectDMs(toAna bool) {
	s.t.Helper()
	got := map[any]int{}
	for _, r := range s.rows("message.posted") {
		if r.By == "bot" && r.Detail["scope"] == "personal" {
			got[r.Detail["to"]]++
		}
	}
	for who, n := range got {
		if n > 1 {
			s.t.Errorf("%v got %d direct messages", who, n)
		}
	}
	if (got["ana"] == 1) != toAna {
		s.t.Errorf("Ana got %d direct messages", got["ana"])
	}
}

// T13: everything that Teams sends is sent four times, at the same time, with the same id twice and with new ones, to two products on one
// database. All see a good answer, and everything happens once.
func TestT13_EverythingFourTimesToTwoProducts(t *testing.T) {
	t.Parallel()
	for _, where := range places() {
		t.Run(where.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, setup{products: 2, postgres: true})
			s.call("PUT", "/faults", map[string]any{"resend": microsoftsim.Resend{
				Match: "*", Copies: 3, IDs: "mixed", Targets: []string{s.products[0].front.url, s.products[1].front.url},
			}}, nil)
			s.person("ana").link()
			s.meet(where)
			for _, r := range s.world.World.Ledger.List(world.Filter{Effect: "activity.sent"}) {
				if r.Detail["status"] != 200 {
					t.Errorf("%s was answered with %v", r.Subject, r.Detail["status"])
				}
			}
		})
	}
}

// People whom the invitation cannot reach are named to the organiser: nobody is lost silently.
func TestPeopleWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	s.call("POST", "/people/gus/block", map[string]bool{"blocked": true}, nil)
	s.mark()
	form, _ := ana.approveJIT("odd", "schedule")
	form.says("Without an e-mail address, these people get a message in Teams only: Fay Lindqvist")
	form.submit(fields{"topic": "Stage plan"}).is("message")
	s.expect(effects{Meetings: 1, Events: 1, Mails: 1, Cards: 1, DMs: 4}) // Gus and Ivo have no mailbox, Gus has blocked the bot
	ana.reads("bot", "No e-mail (no address): Fay Lindqvist", "Not reached in Teams: Gus Moreau")
	for _, text := range []string{"Not reached", "No e-mail"} {
		if strings.Contains(ana.last("odd").text(), text) {
			t.Errorf("the card for everybody says %q", text)
		}
	}
}

// A channel of six hundred: Outlook invites at most five hundred, so that people have to be chosen.
func TestChannelOfSixHundred(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	form, asked := ana.approveJIT("everyone-news", "schedule")
	if !asked {
		t.Error("the channel was not asked for the bot")
	}
	form.says("More than 500 people are here. Outlook invites at most 500 to one meeting, so choose people.")
	s.mark()
	again := form.submit(fields{"topic": "Town hall", "people": "Ben Okafor, nobody at all"}).is("dialog").says("Nobody here is called nobody at all")
	again = again.submit(fields{"people": ""}).is("dialog").says("Choose at least one person")
	if s.effects() != (effects{}) {
		t.Errorf("a wrong form had effects: %+v", s.effects())
	}
	again.submit(fields{"people": "Ben Okafor, chloe.martin@meridian.example"}).is("message")
	s.expect(effects{Meetings: 1, Events: 1, Mails: 2, Cards: 1, DMs: 3})
}

// Scheduling in five chats and in two channels of one team asks for the bot seven times, and never again.
func TestAsksForTheBotOnce(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	chats := []string{"launch", "design", "review", "budget", "standup", "apollo-dev", "apollo-design"}
	for _, round := range []struct{ asked, installed int }{{7, 6}, {0, 0}} { // one installation serves the whole team
		s.mark()
		asked := 0
		for _, chat := range chats {
			form, had := ana.approveJIT(chat, "schedule")
			if had {
				asked++
				form.submit(fields{"topic": "Round"}).is("message")
			}
		}
		s.idle()
		if asked != round.asked {
			t.Errorf("asked %d times, want %d", asked, round.asked)
		}
		if n := len(s.rows("app.installed")); n != round.installed {
			t.Errorf("installed %d times, want %d", n, round.installed)
		}
		if got := s.effects(); got.Meetings != round.asked || got.Cards != round.asked {
			t.Errorf("the ledger shows %+v", got)
		}
	}
}

// Who declines has nothing installed and nothing kept.
func TestDeclinedLeavesNothing(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	s.idle()
	before := s.stored("places")
	s.mark()
	for _, chat := range []string{"launch", "apollo-dev"} {
		o := ana.command(chat, "schedule").is("dialog")
		s.call("POST", "/dialogs/"+o.Dialog.ID+"/cancel", nil, nil)
	}
	s.expect(effects{})
	if n := len(s.rows("app.installed")); n != 0 {
		t.Errorf("installed %d times", n)
	}
	if after := s.stored("places"); after != before {
		t.Errorf("%d rows about conversations, want %d", after, before)
	}
	if n := s.stored("meetings"); n != 0 {
		t.Errorf("%d rows about meetings", n)
	}
}

// Switched off, meetings are refused in words by each process and Zoom hears nothing; the two other switches leave them alone.
func TestT71_Switches(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{products: 2, postgres: true})
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	for _, feature := range []string{"phone", "whiteboard", "meetings"} {
		s.setPolicy(feature, "off")
	}
	s.until("meetings are switched off", func() bool { return strings.Contains(ana.command("launch", "start").String(), "switched off") })
	s.until("they are in the other process", func() bool {
		return problem.Is(s.products[1].Allows(t.Context(), policy.Meetings), problem.Forbidden)
	})
	s.mark()
	off := "Zoom meetings are switched off by your administrator."
	ana.command("launch", "schedule").is("message").says(off)
	ana.command("launch", "start").is("message").says(off)
	form.submit(fields{"topic": "Too late"}).is("message").says(off)
	ana.say("bot", "schedule")
	s.idle()
	ana.reads("bot", off)
	if n := s.zoomCalls(); n != 0 {
		t.Errorf("Zoom was called %d times", n)
	}
	if got := s.effects(); got.Meetings+got.Events+got.Mails+got.Cards != 0 {
		t.Errorf("the ledger shows %+v", got)
	}
	s.setPolicy("meetings", "on")
	s.until("meetings are switched on", func() bool { return ana.command("launch", "schedule").Type == "dialog" })
	s.until("they are in the other process", func() bool { return s.products[1].Allows(t.Context(), policy.Meetings) == nil })
	ana.schedule("launch", "With phone and whiteboard off").is("message").says("Scheduled")
	s.idle()
}

// setPolicy switches a feature as an administrator does, on the command line beside the running product.
func (s *stage) setPolicy(feature, state string) {
	s.t.Helper()
	s.cli("policy", "set", feature, state, "--database", s.database, "--tenant", s.world.Settings().EntraTenantID)
}

// cli runs a command of the program and answers what it prints; a failure fails the test.
func (s *stage) cli(args ...string) string {
	s.t.Helper()
	var out, errs bytes.Buffer
	if code := app.Main(s.t.Context(), args, &out, &errs); code != 0 {
		s.t.Fatalf("causeway %s: exit %d: %s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}

// Zoom hangs: the dialog is answered before Teams gives up, and the card comes when Zoom has answered.
func TestLateAnswerOfZoom(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	s.hasten()
	s.mark()
	s.fault(world.Fault{Side: world.Zoom, Route: "POST /v2/users/me/meetings", Delay: world.Duration(10 * time.Second), Count: 1})
	form.submit(fields{"topic": "Late"}).is("message").says("Zoom has not answered yet. You need not do anything")
	s.until("Zoom's answer is given up", func() bool { return s.settling() })
	s.later(31 * time.Second)
	s.later(31 * time.Second)
	s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})
}

// Zoom refuses after the person had been told to wait: a direct message says why.
func TestLateRefusalOfZoom(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	s.hasten()
	s.mark()
	s.fault(world.Fault{
		Side: world.Zoom, Route: "POST /v2/users/me/meetings", Delay: world.Duration(5 * time.Second), Count: 1, Status: 400,
		Body: []byte(`{"code":3161,"message":"Your user account is not allowed to host or join meetings."}`),
	})
	form.submit(fields{"topic": "Refused"}).is("message").says("if it cannot be made, you get a message")
	s.await("message.posted", 1)
	s.expect(effects{DMs: 1})
	ana.reads("bot", "The Zoom meeting could not be made", "Refused", "Zoom does not let your account host meetings. Ask your Zoom administrator.")
}

// T18: two companies in which people share name, address and even the user principal name are two people: who is asked is told by
// tenant and object id alone. A product serves one tenant, so there are two, on one database.
func TestT18_SameNameInTwoTenants(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{postgres: true})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Of Meridian").is("message")
	s.idle()
	meridian, harbour := s.world.Microsoft.TenantID("meridian"), s.world.Microsoft.TenantID("harbour")

	// The product of the other company, where the same person's namesake is.
	s.serveTenant(harbour)
	other := s.person("ana-harbour")
	other.install()
	o := other.command("bot", "schedule").is("auth") // not connected by the namesake
	// Ana's object id with the other tenant is nobody that is known.
	id := s.object("ana")
	var raw struct{ Replies []microsoftsim.RawReply }
	s.call("POST", "/activities", map[string]any{"person": "ana-harbour", "chat": "bot", "fields": map[string]any{
		"type": "invoke", "name": "composeExtension/fetchTask", "from": map[string]string{"id": "29:1other", "name": "Ana Duarte", "aadObjectId": id},
		"value": map[string]string{"commandId": "schedule", "commandContext": "compose"},
	}}, &raw)
	if len(raw.Replies) != 1 || !strings.Contains(raw.Replies[0].Body, `"type":"auth"`) {
		t.Errorf("an object id of another tenant is answered with %+v", raw.Replies)
	}
	o.approve(consent{}).is("dialog")
	s.mark()
	other.schedule("bot", "Of Harbour").is("message")
	s.expect(effects{Meetings: 1, Events: 1, DMs: 1})
	if by := s.rows("meeting.created")[0].By; by != "" && by != "ana-harbour" {
		t.Errorf("the meeting was made by %s", by)
	}
	other.say("bot", "disconnect")
	s.idle()

	// Meridian's Ana is connected as before; her product refuses the other company.
	s.serveTenant(meridian)
	ana.command("launch", "schedule").is("dialog").says("Topic")
	other.command("bot", "schedule").is("error")
	if n := s.stored("meetings where tenant = '" + meridian + "'"); n != 1 {
		t.Errorf("Meridian has %d meetings", n)
	}
}

// serveTenant replaces the product by one of another tenant, on the same database.
func (s *stage) serveTenant(tenant string) {
	s.t.Helper()
	s.products[0].stop()
	s.config = func(c *app.Config) { c.Tenant = entra.TenantID(tenant) }
	s.start(0)
	s.products[0].Probe(s.t.Context())
}

// The French see French, and everybody their own time.
func TestEachInTheirLanguageAndZone(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	chloe := s.person("chloe")
	chloe.link()
	s.person("hana").install() // Japanese, which is not there: English
	form, _ := chloe.approveJIT("design", "schedule")
	for _, text := range []string{"Sujet", "Fuseau horaire", "Durée"} {
		form.says(text)
	}
	if form.Dialog.Title != "Planifier une réunion Zoom" {
		t.Errorf("the form is called %q", form.Dialog.Title)
	}
	if zone, _ := fieldOf(form.Dialog.Card, "zone"); zone["value"] != "Europe/Paris" {
		t.Errorf("the form proposes the zone %v", zone["value"])
	}
	form = form.submit(fields{"topic": ""}).is("dialog").says("Donnez un sujet à la réunion")
	day := time.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	form.submit(fields{"topic": "Icônes", "date": day, "time": "10:00"}).is("message")
	s.idle()
	chloe.reads("bot", "Vous avez planifié une réunion Zoom", "10:00")
	chloe.reads("design", "Rejoindre dans Zoom")
	s.person("hana").reads("bot", "Chloé Martin invites you to a Zoom meeting")
	chloe.say("bot", "aide")
	s.idle()
	chloe.reads("bot", "planifier")
	chloe.say("bot", "fais-moi un café")
	s.idle()
	chloe.reads("bot", "planifier", "démarrer")
}

// host opens the page on which a host starts a meeting, as a browser that is not signed in: it leads to Entra's sign-in, never to Zoom's
// start address.
func TestStartPageSignsIn(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("pair", "Start me").is("message")
	s.idle()
	address := ana.press("pair", ana.last("pair"), "Start as host", nil).is("open").URL
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	to := answer.Header.Get("Location")
	if answer.StatusCode/100 != 3 || !strings.HasPrefix(to, s.world.URL()) || strings.Contains(to+string(body), "zak") {
		t.Errorf("%s answers %d to %s", address, answer.StatusCode, to)
	}
}

// event is an entry of a calendar.
type event struct {
	Subject, JoinURL, Body string
	Attendees              []any
}

func (p person) events(subject string) []event {
	p.t.Helper()
	var got struct{ Events []event }
	p.call("GET", "/people/"+p.handle+"/calendar", nil, &got)
	return slices.DeleteFunc(got.Events, func(e event) bool { return e.Subject != subject })
}

// mails counts the mails of a kind since the mark.
func (s *stage) mails(kind string) int {
	s.t.Helper()
	return len(slices.DeleteFunc(s.rows("mail.delivered"), func(r row) bool { return r.Detail["kind"] != kind }))
}

// find is the newest message in a chat that holds a text.
func (p person) find(chat, text string) message {
	p.t.Helper()
	for _, m := range slices.Backward(p.messages(chat)) {
		if strings.Contains(m.text(), text) {
			return m
		}
	}
	p.t.Fatalf("%s finds no message in %s that holds %q", p.handle, chat, text)
	return message{}
}

// object is the Entra id of somebody.
func (s *stage) object(handle string) string { return s.world.World.Seed.Person(handle).ID }

// stored counts rows of a table of the product's.
func (s *stage) stored(from string) int {
	s.t.Helper()
	n, err := app.Count(context.WithoutCancel(s.t.Context()), s.products[0].App, "select count(*) from "+from)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// settling tells whether a reservation waits to be settled with nobody at work on it: what was asked of Zoom has ended.
func (s *stage) settling() bool {
	s.t.Helper()
	ended := 0
	for _, r := range s.world.World.Traffic.List(0, 0) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL, "/v2/users/me/meetings") && r.Status == 0 {
			ended++
		}
	}
	return ended > 0
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// meetingOf is our id of the meeting that a message is about: it stands in the address of the start page.
func meetingOf(t *testing.T, m message) string {
	t.Helper()
	for _, card := range m.Cards {
		for _, a := range actions(card) {
			if to := fmt.Sprint(a["url"]); strings.HasSuffix(to, "/start") {
				parts := strings.Split(to, "/")
				return parts[len(parts)-2]
			}
		}
	}
	t.Fatalf("no start page in:\n%s", m.text())
	return ""
}
