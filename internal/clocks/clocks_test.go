package clocks_test

import (
	"testing"
	"time"

	"causeway/internal/clocks"
)

func TestATimeThatClocksSkipIsLaterOnTheSameDay(t *testing.T) {
	t.Parallel()
	const format = "2006-01-02 15:04"
	for _, row := range []struct{ zone, shown, want string }{
		{"America/Santiago", "2026-09-06 00:00", "2026-09-06 01:00"},
		{"America/Santiago", "2026-09-06 00:30", "2026-09-06 01:30"},
		{"America/Santiago", "2026-09-06 01:00", "2026-09-06 01:00"},
		{"America/Havana", "2026-03-08 00:30", "2026-03-08 01:30"},
		{"Africa/Cairo", "2026-04-24 00:30", "2026-04-24 01:30"},
		{"America/New_York", "2026-03-08 02:30", "2026-03-08 03:30"},
		{"Europe/Paris", "2027-03-28 02:30", "2027-03-28 03:30"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04 02:45"}, // by half an hour
		{"Europe/Paris", "2027-10-31 02:30", "2027-10-31 02:30"},        // twice
		{"UTC", "2026-11-23 12:00", "2026-11-23 12:00"},
	} {
		zone, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := time.Parse(format, row.shown)
		if err != nil {
			t.Fatal(err)
		}
		at := clocks.At(shown, zone)
		if got := at.Format(format); got != row.want {
			t.Errorf("%s in %s is %s, want %s", row.shown, row.zone, got, row.want)
		}
		if got := clocks.Shown(at).Format(format + " MST"); got != row.want+" UTC" {
			t.Errorf("%s in %s shows %s", row.shown, row.zone, got)
		}
		if got, want := clocks.Midnight(at).Format(format), row.want[:10]+" 00:00"; got != want {
			t.Errorf("the day of %s in %s begins %s", row.shown, row.zone, got)
		}
	}
}
