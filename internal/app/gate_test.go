package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
)

// Sentences of the gate.
const (
	bothMissing = "Causeway is not approved yet, neither in Microsoft 365 nor at Zoom."
	askBoth     = "Could you have it allowed in the Teams admin center, with admin consent in Entra, and approved for our account in the Zoom App Marketplace?"
	askZoom     = "Could you approve the app for our account in the Zoom App Marketplace?"
	askTeams    = "Could you allow the app in the Teams admin center and grant admin consent for it in Entra?"
)

// administer are what administrators do on both sides.
func (s *stage) upload() { s.t.Helper(); s.call("POST", "/microsoft/upload", nil, nil) }

func (s *stage) grant(on bool) {
	s.t.Helper()
	s.call("POST", "/microsoft/consent", map[string]bool{"granted": on}, nil)
}

func (s *stage) allowZoom(on bool) {
	s.t.Helper()
	s.call("POST", "/zoom/approve", map[string]bool{"approved": on}, nil)
}

// tick is the product looking at both sides, as it does every twenty seconds.
func (s *stage) tick() {
	for _, p := range s.products {
		p.Probe(s.t.Context())
	}
}

// gated fails the test unless both commands, the words and the pages answer with the gate, and nothing has an effect.
func (s *stage) gated(texts ...string) {
	s.t.Helper()
	s.mark()
	ana := s.person("ana")
	for _, command := range []string{"schedule", "start"} {
		o := ana.command("launch", command).is("dialog")
		if o.Dialog.Title != "Not ready yet" {
			s.t.Errorf("the dialog is called %q", o.Dialog.Title)
		}
		for _, text := range texts {
			o.says(text)
		}
		if ask, found := fieldOf(o.Dialog.Card, "ask"); !found || !strings.Contains(ask["value"].(string), s.products[0].front.url) {
			s.t.Errorf("there is no text to copy that names the address: %v", ask)
		}
	}
	s.idle()
	if got := s.effects(); got != (effects{}) || s.zoomCalls() > 0 {
		s.t.Errorf("the gate is shut, and the ledger shows %+v and %d calls of Zoom", got, s.zoomCalls())
	}
}

// Nothing works before both sides have approved; who is missing is named, with a text to pass on; then it works by itself.
func TestGateOpensWhenBothHaveApproved(t *testing.T) {
	t.Parallel()
	t.Run("Microsoft first", func(t *testing.T) {
		t.Parallel()
		s := begin(t, setup{fresh: true})
		ana := s.person("ana")
		if err := s.try("POST", "/people/ana/chats/launch/commands/schedule", nil, nil); err == nil {
			t.Error("Teams shows an app that nobody has uploaded")
		}
		s.upload()
		s.gated(bothMissing, askBoth)
		s.tick()
		s.gated(bothMissing, askBoth)
		s.grant(true)
		s.tick()
		// Microsoft has approved. Whether Zoom has shows only when somebody connects: that is offered, and nothing else.
		signIn := ana.command("launch", "schedule").is("auth")
		signIn.approve(consent{}).is("error").says("Your administrator has to approve this app")
		s.mark()
		s.expect(effects{})
		s.allowZoom(true)
		// The interrupted command goes on where it was: sign-in, the bot is asked for, the form.
		form := ana.command("launch", "schedule").is("auth").approve(consent{}).is("dialog").says("Continue adds its bot").submit(nil).is("dialog").says("Topic")
		s.mark()
		form.submit(fields{"topic": "At last"}).is("message").says("Scheduled")
		s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})
	})
	t.Run("Zoom first", func(t *testing.T) {
		t.Parallel()
		s := begin(t, setup{fresh: true})
		ana := s.person("ana")
		s.allowZoom(true)
		s.upload()
		s.tick()
		s.gated(bothMissing, askBoth) // what Zoom thinks is not known before somebody connects
		s.grant(true)
		s.tick()
		form := ana.command("launch", "start").is("auth").approve(consent{}).is("dialog").submit(nil).is("dialog")
		s.mark()
		form.submit(nil).is("dialog").says("Start as host")
		s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 4})
		if out := s.cli("policy", "get", "--database", s.database, "--tenant", s.world.Settings().EntraTenantID); strings.Count(out, "approved") != 2 {
			t.Errorf("policy get says:\n%s", out)
		}
	})
}

// Connected people whose Zoom administrator withdraws the approval are told so, lose nothing, and go on when it is back.
func TestGateShutsWhenZoomWithdraws(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	s.allowZoom(false)
	form.submit(fields{"topic": "Too late"}).is("dialog").says("Causeway was switched off at Zoom.").says(askZoom)
	s.gated("Causeway was switched off at Zoom.", askZoom)
	s.tick()
	s.gated("Causeway was switched off at Zoom.", askZoom)
	s.allowZoom(true)
	s.tick()
	s.mark()
	ana.schedule("launch", "Again").is("message") // still connected
	s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})
}

// The same when the Teams administrator blocks the bot: what was made is shown when it may be.
func TestGateShutsWhenMicrosoftWithdraws(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Before").is("message")
	s.idle()
	s.call("POST", "/microsoft/disable", map[string]bool{"disabled": true}, nil)
	s.advance(6 * time.Second) // a person's way into a conversation is believed for five
	s.gated("Causeway was switched off in Microsoft 365.", askTeams)
	s.tick() // that the bot still gets tokens proves nothing
	s.gated("Causeway was switched off in Microsoft 365.", askTeams)
	s.call("POST", "/microsoft/disable", map[string]bool{"disabled": false}, nil)
	s.tick()
	s.mark()
	ana.schedule("launch", "After").is("message")
	s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})
}

// What somebody's browser says of the organisation shuts the gate for nobody: the address of the callback can be written by hand.
func TestGateIsNotShutByABrowser(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	for _, made := range []string{"AADSTS700016: made up", "AADSTS65001: made up", "AADSTS7000229: made up"} {
		b := g.browser()
		u, err := url.Parse(b.once(http.MethodGet, b.zoom(g.connect("ben", "launch").Popup.URL, "ben"), "").next())
		if err != nil {
			t.Fatal(err)
		}
		b.once(http.MethodGet, g.world.Settings().PublicURL+"/entra/callback?"+url.Values{
			"state": {u.Query().Get("state")}, "error": {"invalid_client"}, "error_description": {made},
		}.Encode(), "")
	}
	g.mark()
	form.submit(fields{"topic": "Important"}).is("message").says("Scheduled")
	g.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})
}

// An approval that is missing for a moment costs nothing of what was made: it follows once it is back.
func TestGateLosesNothing(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	s.mark()
	s.fault(world.Fault{Side: world.Microsoft, Route: "GET /connector/emea/v3/conversations/{id}/pagedmembers", Status: 503})
	form.submit(fields{"topic": "Important"}).is("message").says("Scheduled")
	s.grant(false)
	s.tick()
	s.tick()
	s.calm()
	s.grant(true)
	s.tick()
	s.idle() // no card is on its way while the clock moves: it would count as lost
	s.later(time.Minute)
	s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})
}

// Whoever declines at Zoom is not connected; who declines at Microsoft is connected without the calendar: the meeting is made, card and
// form say what is missing, and the entry follows when the calendar is connected.
func TestConsentInParts(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	o := ana.command("launch", "schedule").is("auth").approve(consent{Deny: "zoom"}).is("error")
	o.says("Not allowed")
	o.says("You did not allow the connection at Zoom, so nothing was connected.")
	ana.command("launch", "schedule").is("auth").approve(consent{Deny: "microsoft"}).is("dialog")
	form, _ := ana.approveJIT("launch", "schedule")
	form.says("Your Microsoft calendar is not connected, so nobody gets a calendar entry or an e-mail.")
	s.mark()
	form.submit(fields{"topic": "Without calendar"}).is("message")
	s.expect(effects{Meetings: 1, Cards: 1, DMs: 5})
	ana.reads("launch", "Not in the calendars yet: Ana Duarte has not connected a Microsoft calendar.")
	s.mark()
	ana.say("bot", "connect")
	s.idle()
	ana.press("bot", ana.last("bot"), "Connect calendar", nil).is("auth").approve(consent{})
	s.idle()
	if got := s.effects(); got.Events != 1 || got.Mails != 4 || got.Meetings != 0 || got.Cards != 0 {
		t.Errorf("after the calendar was connected the ledger shows %+v", got)
	}
	ana.find("launch", "In everyone's calendar · 4 people invited by e-mail")
}

// A product that starts on a database that is there goes on with what was decided and learnt.
func TestGateSurvivesARestart(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	s.setPolicy("whiteboard", "off")
	s.products[0].stop()
	s.start(0)
	s.mark()
	ana.schedule("launch", "After the restart").is("message")
	s.expect(effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5})
	if out := s.cli("policy", "get", "--database", s.database, "--tenant", s.world.Settings().EntraTenantID); !regexp.MustCompile(`whiteboard +off`).MatchString(out) {
		t.Errorf("policy get says:\n%s", out)
	}
	if n := len(s.world.World.Ledger.List(world.Filter{Effect: "token.issued", Side: world.Zoom})); n != 1 {
		t.Errorf("Zoom gave tokens %d times", n)
	}
}
