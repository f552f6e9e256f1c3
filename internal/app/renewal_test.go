package app_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/sandbox"
	"causeway/internal/sandbox/world"
)

// TestT96_OneRenewalForFourProducts: four products on one database, each called many times at the moment at which the token has expired:
// one renewal each time, and nobody sees anything of it.
func TestT96_OneRenewalForFourProducts(t *testing.T) {
	t.Parallel()
	const rounds, callers = 3, 12
	s := begin(t, setup{products: 4, postgres: true, world: func(o *sandbox.Options) { o.Knobs.Unlimited = true }})
	ana := s.person("ana")
	ana.link()
	ana.schedule("pair", "Release notes").is("message")
	s.idle()
	meeting := meetingOf(t, ana.last("bot"))
	s.mark()
	for range rounds {
		s.advance(2 * time.Hour)
		b := (&guarded{stage: s}).browser()
		b.microsoft(b.open(s.products[0].front.url+"/m/"+meeting+"/start", s.world.ZoomURL()), "ana", s.world.ZoomURL())
		cookie := b.cookies[strings.TrimPrefix(s.products[0].front.url, "http://")]["__Host-session"]
		if cookie == "" {
			t.Fatal("not signed in")
		}
		var group sync.WaitGroup
		for _, p := range s.products {
			for range callers {
				group.Go(func() {
					request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.front.url+"/m/"+meeting+"/start", http.NoBody)
					if err != nil {
						t.Error(err)
						return
					}
					request.AddCookie(&http.Cookie{Name: "__Host-session", Value: cookie})
					answer, err := http.DefaultTransport.RoundTrip(request)
					if err != nil {
						t.Error(err)
						return
					}
					_ = answer.Body.Close()
					if answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(answer.Header.Get("Location"), s.world.ZoomURL()+"/s/") {
						t.Errorf("answered %d, to %s", answer.StatusCode, answer.Header.Get("Location"))
					}
				})
			}
		}
		group.Wait()
	}
	s.idle()
	renewed := 0
	for _, r := range s.rows("token.refreshed") {
		if r.Side == world.Zoom {
			renewed++
		}
	}
	for _, r := range s.rows("token.refused") {
		if r.Side == world.Zoom && r.Detail["grant"] == "refresh_token" {
			t.Errorf("a renewal was refused: %v", r.Detail)
		}
	}
	if renewed != rounds {
		t.Errorf("%d renewals in %d rounds", renewed, rounds)
	}
}

// TestT97_KilledWhileRenewing: killed before Zoom has renewed the token, it is renewed after the restart; killed after that and before it
// was stored, the person is told once to connect again, and nothing goes round in circles.
func TestT97_KilledWhileRenewing(t *testing.T) {
	t.Parallel()
	for _, when := range []world.When{world.Before, world.After} {
		t.Run(string(when), func(t *testing.T) {
			t.Parallel()
			m := beginMortal(t, when == world.After)
			ana := m.person("ana")
			ana.command("pair", "schedule").is("auth").approve(consent{}).is("dialog").submit(nil).is("dialog")
			m.mark()
			m.kill() // a product learns of a clock that has moved within a second, and when it starts
			m.advance(2 * time.Hour)
			m.spawn()
			m.dieRenewing(when)
			m.spawn()
			if when == world.Before {
				m.until("the token is renewed", func() bool {
					_ = m.try("POST", "/people/ana/chats/pair/commands/schedule", map[string]string{}, nil)
					return len(m.renewals("token.refreshed")) == 1
				})
				return
			}
			m.until("the person is told", func() bool {
				_ = m.try("POST", "/people/ana/chats/pair/commands/schedule", map[string]string{}, nil)
				return m.relinks() > 0
			})
			for range 3 {
				ana.command("pair", "schedule").is("auth")
			}
			if n := m.relinks(); n != 1 {
				t.Errorf("told %d times", n)
			}
			if n := len(m.renewals("token.refused")); n > 2 {
				t.Errorf("a token that is gone was tried %d times", n)
			}
			ana.command("pair", "schedule").is("auth").approve(consent{}).is("dialog")
		})
	}
}

// renewals are what Zoom did with refresh tokens since the mark.
func (m *mortal) renewals(effect string) (found []row) {
	for _, r := range m.rows(effect) {
		if r.Side == world.Zoom && (effect == "token.refreshed" || r.Detail["grant"] == "refresh_token") {
			found = append(found, r)
		}
	}
	return found
}

// relinks counts how often Ana was told that the connection has ended.
func (m *mortal) relinks() (n int) {
	for _, r := range m.rows("message.posted") {
		if r.By == "bot" && r.Detail["to"] == "ana" {
			n++
		}
	}
	return n
}

// dieRenewing has the product killed at the call that renews Ana's token.
func (m *mortal) dieRenewing(when world.When) {
	m.t.Helper()
	m.fault(world.Fault{ID: "renewal", Side: world.Zoom, Route: "POST /oauth/token", When: when, Hold: true})
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		_ = m.try("POST", "/people/ana/chats/pair/commands/schedule", map[string]string{}, nil)
	}()
	for {
		hold, err := m.world.World.Faults.NextHold(ctx)
		if err != nil {
			m.t.Fatalf("the token was not renewed: %v\n%s", err, m.log)
		}
		if strings.Contains(hold.Request.Body, "grant_type=refresh_token") {
			break
		}
		m.call("POST", "/holds/"+hold.ID+"/release", nil, nil) // the look whether Zoom has approved
	}
	m.kill()
	<-asked
	m.settles()
	m.calm()
}
