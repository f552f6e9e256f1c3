package meetings

import (
	"testing"
	"time"

	"causeway/internal/i18n"
	"causeway/internal/teams"
)

func TestZonesOfferThePersonsOwnFirst(t *testing.T) {
	t.Parallel()
	c, p := newChoices(time.Now), english(t)
	usual := c.zones(p, "Europe/Paris")
	if len(usual) != len(zones()) {
		t.Fatalf("%d choices, want %d", len(usual), len(zones()))
	}
	if own := c.zones(p, "Asia/Kathmandu"); len(own) != len(usual)+1 || own[0] != (teams.Choice{Title: "Asia/Kathmandu (UTC+5:45)", Value: "Asia/Kathmandu"}) {
		t.Errorf("an unusual zone: %v", own[0])
	}
	for _, none := range []string{"", "Mars/Olympus", "../etc/passwd", "Local"} {
		if got := c.zones(p, none); len(got) != len(usual) || got[0] != usual[0] {
			t.Errorf("%q is offered: %v", none, got[0])
		}
		if zone := c.location(none); zone != time.UTC {
			t.Errorf("%q is %v", none, zone)
		}
	}
	if zone := c.location("Europe/Paris"); zone.String() != "Europe/Paris" {
		t.Errorf("Paris is %v", zone)
	}
}

func TestZonesFollowTheClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 25, 0, 59, 30, 0, time.UTC) // summer ends at 01:00 UTC
	c, p := newChoices(func() time.Time { return now }), english(t)
	paris := func() string {
		for _, zone := range c.zones(p, "") {
			if zone.Value == "Europe/Paris" {
				return zone.Title
			}
		}
		return ""
	}
	if got := paris(); got != "Europe/Paris (UTC+2)" {
		t.Errorf("in summer: %s", got)
	}
	now = now.Add(2 * time.Minute)
	if got := paris(); got != "Europe/Paris (UTC+1)" {
		t.Errorf("in winter: %s", got)
	}
}

func TestLengthsHoldWhatWasTyped(t *testing.T) {
	t.Parallel()
	c, p := newChoices(time.Now), english(t)
	usual := c.lengths(p, "30")
	if len(usual) != len(durations()) || usual[1] != (teams.Choice{Title: "30 min", Value: "30"}) {
		t.Fatalf("usual: %v", usual)
	}
	if own := c.lengths(p, "50"); len(own) != len(usual)+1 || own[3] != (teams.Choice{Title: "50 min", Value: "50"}) {
		t.Errorf("typed: %v", own)
	}
	for _, none := range []string{"", "-5", "soon", "999999"} {
		if got := c.lengths(p, none); len(got) != len(usual) {
			t.Errorf("%q is offered: %v", none, got)
		}
	}
}

func english(t *testing.T) i18n.Printer {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return texts.For("en")
}
