package meetings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/meetings"
	"causeway/internal/sandbox"
	"causeway/internal/sandbox/zoomsim"
)

// TestZoomHoldsASeriesAtTheSameTimes: what we count out is what the emulated Zoom holds, wherever the clocks change.
func TestZoomHoldsASeriesAtTheSameTimes(t *testing.T) {
	t.Parallel()
	world, err := sandbox.Run(t.Context(), sandbox.Options{
		Listen: "127.0.0.1:0", ZoomListen: "127.0.0.1:0", ProductURL: "http://localhost:1",
		Knobs: zoomsim.Knobs{Unlimited: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 2))
	zones := []string{"Europe/Paris", "America/New_York", "Australia/Sydney", "America/Santiago", "America/Havana", "Asia/Kolkata"}
	now := world.World.Clock.Now()
	for n := range 60 {
		d := randomSeries(random, zones[n%len(zones)], now)
		if d.Check(now) != nil { // a day that some month does not have, or too long
			continue
		}
		d = d.Clean()
		var want, got []string
		for _, o := range d.Occurrences() {
			want = append(want, o.Start.Format(time.RFC3339))
		}
		draft, err := json.Marshal(map[string]any{
			"topic": fmt.Sprint("Series ", n), "type": 8, "start_time": d.Start.UTC().Format("2006-01-02T15:04:05Z"), "timezone": d.Zone, "duration": 30,
			"recurrence": meetings.AtZoom(d),
		})
		if err != nil {
			t.Fatal(err)
		}
		made, err := world.Zoom.PortalSchedule("ana", draft)
		if err != nil {
			t.Fatalf("seed %d: Zoom refuses %+v: %v", seed, *d.Repeat, err)
		}
		for _, o := range made.Occurrences {
			got = append(got, o.Start.UTC().Format(time.RFC3339))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d: %+v in %s (-ours +Zoom's)\n%s", seed, *d.Repeat, d.Zone, diff)
		}
		back := meetings.RepeatOf(*meetings.AtZoom(d), d.Zone)
		if diff := cmp.Diff(*d.Repeat, *back); diff != "" {
			t.Errorf("seed %d: read back (-ours +Zoom's)\n%s", seed, diff)
		}
	}
}

// randomSeries is a series within Zoom's limits, or a little beyond.
func randomSeries(random *rand.Rand, zone string, now time.Time) meetings.Draft {
	r := meetings.Recurrence{Pattern: meetings.Daily, Interval: 1 + random.IntN(3), Times: 2 + random.IntN(40)}
	switch random.IntN(4) {
	case 1:
		r.Pattern = meetings.Weekly
		for day := range 7 {
			if random.IntN(3) == 0 {
				r.Weekdays = append(r.Weekdays, time.Weekday(day))
			}
		}
	case 2:
		r.Pattern, r.MonthDay, r.Times = meetings.Monthly, 1+random.IntN(31), 2+random.IntN(8)
	case 3:
		r.Pattern, r.Week, r.Weekday, r.Times = meetings.Monthly, []int{-1, 1, 2, 3, 4}[random.IntN(5)], time.Weekday(random.IntN(7)), 2+random.IntN(8)
	}
	first := now.AddDate(0, 0, 1+random.IntN(300))
	if random.IntN(3) == 0 {
		r.Until, r.Times = first.AddDate(0, 0, 20+random.IntN(60)).Format(time.DateOnly), 0
	}
	return series(zone, first.Format("2006-01-02 ")+[]string{"09:00", "02:30", "00:30", "23:45"}[random.IntN(4)], r)
}
