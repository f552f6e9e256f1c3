package calendar_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"causeway/internal/calendar"
	"causeway/internal/graph"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/wiretest"
)

// counted counts how often watches are looked up.
type counted struct {
	store.Calendar
	reads int
}

func (c *counted) WatchBy(ctx context.Context, subscription string) (calendar.Watch, error) {
	c.reads++
	return c.Calendar.WatchBy(ctx, subscription)
}

// However many notices are forged, they cost one look-up for each subscription that could be ours, and one line a minute in the log.
func TestForgedNoticesCostLittle(t *testing.T) {
	t.Parallel()
	one, other := uuid.NewString(), uuid.NewString()
	for name, c := range map[string]struct {
		notice graph.Notification
		reads  int
		logged string
	}{
		"empty":          {graph.Notification{}, 0, "notices.malformed=500"},
		"no GUID":        {graph.Notification{SubscriptionID: "x", ClientState: "y"}, 0, "notices.malformed=500"},
		"no secret":      {graph.Notification{SubscriptionID: one}, 0, "notices.malformed=500"},
		"a wrong secret": {graph.Notification{SubscriptionID: one, ClientState: "y"}, 1, "notices.forged=500"},
		"unknown":        {graph.Notification{SubscriptionID: other, ClientState: "y"}, 1, "notices.unknown=500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			storage, log := &counted{Calendar: store.Calendar{Backend: p.Back}}, &bytes.Buffer{}
			s := calendar.New(calendar.Config{
				Storage: storage, Accounts: p.Accounts, Policy: p.Policy, Ring: p.Ring, Now: p.Clock.Now, Logger: slog.New(slog.NewTextHandler(log, nil)),
			})
			ana := wiretest.Person("ana")
			if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.OutlookEdits, true, "test"); err != nil {
				t.Fatal(err)
			}
			if err := s.Follow(t.Context(), ana); err != nil {
				t.Fatal(err)
			}
			w, err := storage.Watch(t.Context(), ana)
			if err != nil {
				t.Fatal(err)
			}
			w.Subscription = one
			if stored, err := storage.SaveWatch(t.Context(), w, nil); err != nil || !stored {
				t.Fatal(stored, err)
			}
			forged := make([]graph.Notification, 500)
			for i := range forged {
				forged[i] = c.notice
			}
			if err := s.Notified(t.Context(), forged); err != nil {
				t.Fatal(err)
			}
			if storage.reads != c.reads {
				t.Errorf("%d look-ups, want %d", storage.reads, c.reads)
			}
			for range 2 {
				if err := s.Notified(t.Context(), forged[:1]); err != nil {
					t.Fatal(err)
				}
			}
			if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, c.logged) || !strings.Contains(said, "security=true") {
				t.Errorf("logged %s", said)
			}
			p.Clock.Forward(time.Minute)
			if err := s.Notified(t.Context(), forged); err != nil {
				t.Fatal(err)
			}
			if said := log.String(); strings.Count(said, "\n") != 2 || !strings.Contains(said, strings.Replace(c.logged, "500", "502", 1)) {
				t.Errorf("a minute later: logged %s", said)
			}
		})
	}
}
