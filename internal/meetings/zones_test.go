package meetings

import (
	"testing"
	"time"

	"causeway/internal/i18n"
	"causeway/internal/teams"
)

func TestZonesOfferThePersonsOwnFirst(t *testing.T) {
	t.Parallel()
	z, p := newZoneList(time.Now), english(t)
	usual := z.choices(p, "Europe/Paris")
	if len(usual) != len(zones()) {
		t.Fatalf("%d choices, want %d", len(usual), len(zones()))
	}
	if own := z.choices(p, "Asia/Kathmandu"); len(own) != len(usual)+1 || own[0] != (teams.Choice{Title: "Asia/Kathmandu (UTC+5:45)", Value: "Asia/Kathmandu"}) {
		t.Errorf("an unusual zone: %v", own[0])
	}
	for _, none := range []string{"", "Mars/Olympus", "../etc/passwd", "Local"} {
		if got := z.choices(p, none); len(got) != len(usual) || got[0] != usual[0] {
			t.Errorf("%q is offered: %v", none, got[0])
		}
		if zone := z.location(none); zone != time.UTC {
			t.Errorf("%q is %v", none, zone)
		}
	}
	if zone := z.location("Europe/Paris"); zone.String() != "Europe/Paris" {
		t.Errorf("Paris is %v", zone)
	}
}

func TestZonesFollowTheClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 25, 0, 59, 30, 0, time.UTC) // summer ends at 01:00 UTC
	z, p := newZoneList(func() time.Time { return now }), english(t)
	paris := func() string {
		for _, c := range z.choices(p, "") {
			if c.Value == "Europe/Paris" {
				return c.Title
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

func english(t *testing.T) i18n.Printer {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return texts.For("en")
}
