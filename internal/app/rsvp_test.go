package app_test

import (
	"strings"
	"testing"
	"time"
)

// Whoever is invited answers from the bot's message: in their own calendar, so that the organiser and Outlook know it.
func TestInvitationsAreAnsweredFromTheMessage(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben, dev := g.person("ana"), g.person("ben"), g.person("dev")
	ana.link()
	ben.link()
	ana.schedule("launch", "Weekly", fields{"date": time.Now().AddDate(0, 0, 3).Format(time.DateOnly), "repeat": "weekly", "times": "4"}).is("message")
	g.idle()
	all, _ := g.visit("ana").list(7)
	key := about(all, "Weekly")[0].Key
	answers := func(who string) string {
		for _, i := range g.visit("ana").detail(key).Invitees {
			if strings.HasPrefix(i.Address, who+".") {
				return i.Answer
			}
		}
		return "not invited"
	}
	ben.shows("bot", "invites you", "-You have")
	if got := answers("ben"); got != "none" {
		t.Fatalf("before he answers: %s", got)
	}
	invitation := ben.find("bot", "invites you")
	for range 2 { // pressed twice, or on two devices
		ben.press("bot", invitation, "Accept", nil)
	}
	g.idle()
	ben.shows("bot", "You have accepted.")
	g.advance(time.Minute) // what is remembered of the event
	if got := answers("ben"); got != "accepted" {
		t.Errorf("after he has accepted: %s", got)
	}
	ben.press("bot", ben.find("bot", "invites you"), "Maybe", nil)
	g.idle()
	ben.shows("bot", "You have answered: maybe.", "-You have accepted.")

	dev.press("bot", dev.find("bot", "invites you"), "Accept", nil) // who has not connected a calendar
	g.idle()
	dev.reads("bot", "Answer in Outlook")

	ben.press("bot", ben.find("bot", "invites you"), "Decline", nil)
	g.idle()
	ben.shows("bot", "You have declined.")
	if left := len(ben.events("Weekly")); left != 0 {
		t.Errorf("what he has declined stands in his calendar %d times", left)
	}
	if n := len(g.rows("event.created")); n != 1 {
		t.Errorf("%d events were made", n)
	}
}
