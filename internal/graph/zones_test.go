package graph_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // as in the program

	"causeway/internal/graph"
)

func TestZonesHaveTwoNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Romance Standard Time": "Europe/Paris", "W. Europe Standard Time": "Europe/Berlin", "India Standard Time": "Asia/Kolkata", "FLE Standard Time": "Europe/Kyiv",
		"Eastern Standard Time": "America/New_York", "Tokyo Standard Time": "Asia/Tokyo", "Greenland Standard Time": "America/Nuuk", "Nepal Standard Time": "Asia/Kathmandu",
		"Europe/Paris": "Europe/Paris", "Asia/Calcutta": "Asia/Calcutta", "UTC": "UTC", "tzone://Microsoft/Utc": "UTC", "Antarctica/Troll": "Antarctica/Troll",
		"US/Pacific-New": "America/Los_Angeles",
		"":               "", "Local": "", "Customized Time Zone": "", "tzone://Microsoft/Custom": "", "../../etc/passwd": "", "romance standard time": "",
	} {
		if got, ok := graph.ToIANA(name); ok != (want != "") || got != want {
			t.Errorf("ToIANA(%q) = %q, %v", name, got, ok)
		}
	}
	for name, want := range map[string]string{
		"Europe/Paris": "Romance Standard Time", "Europe/Brussels": "Romance Standard Time", "Asia/Kolkata": "India Standard Time", "Asia/Calcutta": "India Standard Time",
		"Europe/Kyiv": "FLE Standard Time", "Europe/Kiev": "FLE Standard Time", "America/Argentina/Buenos_Aires": "Argentina Standard Time", "UTC": "UTC", "Etc/UTC": "UTC",
		"US/Pacific": "Pacific Standard Time", "Mars/Olympus": "", "": "",
	} {
		if got, ok := graph.ToWindows(name); ok != (want != "") || got != want {
			t.Errorf("ToWindows(%q) = %q, %v", name, got, ok)
		}
	}
}

// Every zone of the table is one that Go knows, in both directions.
func TestEveryZoneOfTheTableWorks(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("zones_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`"([^"\n]+)"`).FindAllStringSubmatch(strings.ReplaceAll(string(source), `""`, ""), -1)
	windows, iana := map[string]bool{}, map[string]bool{}
	for _, match := range names {
		name := match[1]
		zone, ok := graph.ToIANA(name)
		if !ok {
			t.Errorf("%s is no zone", name)
			continue
		}
		if _, err := time.LoadLocation(zone); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		back, ok := graph.ToWindows(zone)
		if !ok {
			t.Errorf("%s has no Windows name", zone)
		}
		if zone == name && name != "UTC" {
			iana[name] = true
			continue
		}
		if strings.Contains(name, "/") {
			continue // a name that IANA has dropped
		}
		windows[name] = true
		if back != name {
			t.Errorf("%s is %s, which is %s", name, zone, back)
		}
	}
	if len(windows) < 135 || len(iana) < 550 {
		t.Errorf("%d Windows and %d IANA names", len(windows), len(iana))
	}
}

func TestTimesAreWrittenInZonesThatGraphKnows(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for zone, want := range map[string]graph.DateTime{
		"Europe/Paris":     {DateTime: "2026-07-01T14:00:00", TimeZone: "Europe/Paris"},
		"Europe/Brussels":  {DateTime: "2026-07-01T14:00:00", TimeZone: "Romance Standard Time"},
		"Europe/Kyiv":      {DateTime: "2026-07-01T15:00:00", TimeZone: "FLE Standard Time"},
		"Asia/Kolkata":     {DateTime: "2026-07-01T17:30:00", TimeZone: "Asia/Kolkata"},
		"Asia/Calcutta":    {DateTime: "2026-07-01T17:30:00", TimeZone: "India Standard Time"},
		"UTC":              {DateTime: "2026-07-01T12:00:00", TimeZone: "UTC"},
		"Antarctica/Troll": {DateTime: "2026-07-01T14:00:00", TimeZone: "Antarctica/Troll"},
		"Mars/Olympus":     {DateTime: "2026-07-01T12:00:00", TimeZone: "UTC"},
		"":                 {DateTime: "2026-07-01T12:00:00", TimeZone: "UTC"},
		"Local":            {DateTime: "2026-07-01T12:00:00", TimeZone: "UTC"},
	} {
		got := graph.In(at, zone)
		if got != want {
			t.Errorf("%q: %+v", zone, got)
		}
		if back, err := got.Time(); err != nil || !back.Equal(at) {
			t.Errorf("%q: back to %v, %v", zone, back, err)
		}
	}
	for _, bad := range []graph.DateTime{{}, {DateTime: "2026-07-01T12:00:00", TimeZone: "Mars/Olympus"}, {DateTime: "soon", TimeZone: "UTC"}, {DateTime: "2026-07-01T12:00:00Z", TimeZone: "UTC"}} {
		if got, err := bad.Time(); err == nil {
			t.Errorf("%+v is %v", bad, got)
		}
	}
}
