package notifications_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"causeway/internal/notifications"
	"causeway/internal/teams"
	"causeway/internal/wiretest"
)

// teamsLimit is how many messages a second Teams takes for a tenant.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
const teamsLimit = 30

// limit is a Teams that counts, and refuses what comes too fast.
type limit struct {
	mu      sync.Mutex
	taken   []time.Time
	most    int // within a second
	refused int
}

func (l *limit) take(w http.ResponseWriter, _ *http.Request, effect func() *httptest.ResponseRecorder) {
	l.mu.Lock()
	now, within := time.Now(), 1
	for i := len(l.taken) - 1; i >= 0 && now.Sub(l.taken[i]) < time.Second; i-- {
		within++
	}
	over := within > teamsLimit
	if over {
		l.refused++
	} else {
		l.taken, l.most = append(l.taken, now), max(l.most, within)
	}
	l.mu.Unlock()
	if over {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	done := effect()
	maps.Copy(w.Header(), done.Header())
	w.WriteHeader(done.Code)
	_, _ = w.Write(done.Body.Bytes())
}

// BenchmarkFanOut sends 5,000 direct messages of one tenant, in real time, to a Teams that keeps its published limit. The ratio is that to
// the shortest time in which they can be sent at the product's own pace.
func BenchmarkFanOut(b *testing.B) {
	const people, pace = 5000, 25
	real := func(c *notifications.Config) { c.PerSecond, c.Workers, c.Now, c.Wait = 0, 0, time.Now, nil }
	for b.Loop() {
		p := wiretest.New(b, wiretest.SQLite(b), wiretest.Change{Notifications: real})
		p.Notifications.Handle(notifications.Invited, say)
		p.Connector.Put(group, true)
		var l limit
		p.Connector.Next(send, people*2, l.take)
		all := make([]notifications.Message, people)
		for i := range all {
			name := fmt.Sprintf("p%04d", i)
			all[i] = notifications.Message{
				ID: "m/" + name, To: wiretest.Person(name), User: teams.UserID("29:" + name), Kind: notifications.Invited, Subject: "m",
				Via: place(p), State: notifications.Queued, Revision: 1, Due: time.Now(),
			}
		}
		if err := p.Notifications.Send(b.Context(), all...); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		err := p.Notifications.Pump(b.Context(), notifications.PumpOf(wiretest.Tenant))
		for err != nil {
			if snoozed(err) < 0 {
				b.Fatal(err)
			}
			time.Sleep(snoozed(err))
			err = p.Notifications.Pump(b.Context(), notifications.PumpOf(wiretest.Tenant))
		}
		took := time.Since(began)
		got := map[string]int{}
		for _, post := range p.Connector.Posts("") {
			got[post.Conversation]++
		}
		twice := 0
		for _, n := range got {
			twice += n - 1
		}
		b.ReportMetric(took.Seconds()/(people/pace), "of-the-bound")
		b.ReportMetric(float64(people-len(got)), "lost")
		b.ReportMetric(float64(twice), "twice")
		b.ReportMetric(float64(l.refused), "refused")
		b.ReportMetric(float64(l.most), "most/s")
	}
}
