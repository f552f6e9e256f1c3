//go:build chaos

package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/upstream"
)

const (
	brownoutLasts = 10 * time.Minute
	brownoutStep  = 10 * time.Second // between two meetings: together they are fewer than Zoom allows a host in a day
	quietSteps    = 5
	changes       = 8 // between two meetings, spread over the step
)

// TestT101_TenMinutes is a brownout of each service in real time: what was told is true in the end, and how much is asked meanwhile, when the service is
// left alone first, if ever, and how long afterwards all is well is printed (R4).
func TestT101_TenMinutes(t *testing.T) {
	t.Parallel()
	for name, part := range services() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			var calls atomic.Int64
			rested := make(chan time.Time, 1)
			s := begin(t, setup{config: func(c *app.Config) {
				called := map[string]string{"zoom": "zoom", "graph": "graph", "teams": "connector"}[name]
				c.Observe = func(call upstream.Call) {
					if call.Name == called {
						calls.Add(1)
					}
				}
				c.Logger = slog.New(rests{c.Logger.Handler(), rested})
			}})
			ana := s.person("ana")
			ana.link()
			ana.approveJIT("launch", "schedule")
			s.idle()
			calls.Store(0)
			told := map[string]string{}
			step := func(i int) {
				ticker := time.NewTicker(brownoutStep / (changes + 1))
				defer ticker.Stop()
				topic := fmt.Sprintf("Brownout %d.", i)
				if form := ana.command("launch", "schedule"); form.Type == "dialog" {
					told[topic] = form.submit(fields{"topic": topic}).String()
				}
				for range changes {
					<-ticker.C
					s.prolong()
				}
				<-ticker.C
			}
			for i := range quietSteps {
				step(i)
			}
			s.idle()
			usual := float64(calls.Swap(0)) / quietSteps

			s.brown(part.side, part.route, 12_000, world.Fault{Hold: true}, rand.New(rand.NewPCG(seed, 101))) // #nosec G404 -- no secret
			began, steps := time.Now(), 0
			for ; time.Since(began) < brownoutLasts; steps++ {
				step(quietSteps + steps)
			}
			asked := float64(calls.Load()) / float64(steps)
			if left := len(s.world.World.Faults.List()); left == 0 {
				t.Error("there were more calls than faults")
			}
			s.calm()
			ended := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			defer cancel()
			if err := s.products[0].Idle(ctx, time.Hour); err != nil {
				t.Fatal(err)
			}
			t.Logf("calls for each step: %.1f usually, %.1f meanwhile (%.1f times); all well after %.0f s", usual, asked, asked/usual, time.Since(ended).Seconds())
			select {
			case at := <-rested:
				t.Logf("left alone first after %.1f s", at.Sub(began).Seconds())
			default:
				t.Log("never left alone")
			}
			for topic, answer := range told {
				if !s.cardless(topic) {
					s.came(topic, answer)
				}
			}
			dead, err := s.products[0].Dead(t.Context())
			if err != nil || len(dead) > 0 {
				t.Errorf("given up: %v, %v", dead, err)
			}
		})
	}
}

// cardless tells whether Ana was told that a meeting has no card: two postings were not answered.
func (s *stage) cardless(topic string) bool {
	s.t.Helper()
	return slices.ContainsFunc(s.person("ana").messages("bot"), func(m message) bool {
		return strings.Contains(m.text(), topic) && strings.Contains(m.text(), "The card could not be posted")
	})
}

// prolong makes one of Ana's meetings a minute longer in Zoom's portal.
func (s *stage) prolong() {
	s.t.Helper()
	var portal struct{ Meetings []zoomsim.PortalMeeting }
	s.call("GET", "/zoom/people/ana/meetings", nil, &portal)
	portal.Meetings = slices.DeleteFunc(portal.Meetings, func(m zoomsim.PortalMeeting) bool { return !strings.HasPrefix(m.Topic, "Brownout") })
	if len(portal.Meetings) == 0 {
		return
	}
	m := portal.Meetings[rand.IntN(len(portal.Meetings))] // #nosec G404 -- no secret
	s.call("PATCH", "/zoom/people/ana/meetings/"+m.ID, map[string]int{"duration": 30 + m.Duration%30 + 1}, nil)
}

// rests takes from the log when a service is left alone for the first time.
type rests struct {
	slog.Handler

	first chan time.Time
}

// Handle passes all on.
func (r rests) Handle(ctx context.Context, record slog.Record) error {
	if strings.Contains(record.Message, "left alone") {
		select {
		case r.first <- record.Time:
		default:
		}
	}
	return r.Handler.Handle(ctx, record)
}
