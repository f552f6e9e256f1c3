package calendar

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"causeway/internal/graph"
	"causeway/internal/problem"
)

// Where Graph posts its notices, below the public address.
const (
	NotifyPath    = "/graph/notify"
	LifecyclePath = "/graph/lifecycle"
)

// The lifecycle events of a subscription.
// https://learn.microsoft.com/graph/change-notifications-lifecycle-events
const (
	removed     = "subscriptionRemoved"
	missed      = "missed"
	reauthorize = "reauthorizationRequired"
)

// Notified takes notices of Graph's: a reading of each calendar that they are of is stored before it answers. What a notice says is
// believed only so far: that it is worth a look. One that is nobody's, or does not know the secret of its subscription, is dropped;
// it keeps no other from being taken. An error means that Graph should come again.
func (s *Service) Notified(ctx context.Context, notices []graph.Notification) error {
	var failed error
	for _, n := range notices {
		if err := s.notified(ctx, n); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

func (s *Service) notified(ctx context.Context, n graph.Notification) error {
	w, err := s.c.Storage.WatchBy(ctx, n.SubscriptionID)
	if problem.Is(err, problem.NotFound) {
		s.c.Logger.WarnContext(ctx, "notice of an unknown subscription dropped", "notice", n)
		return nil
	}
	if err != nil {
		return err
	}
	secret, err := s.box.Open(w.Secret, s.aad("secret", w.Person))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(secret, []byte(n.ClientState)) != 1 || !strings.EqualFold(n.Tenant, string(w.Person.Tenant)) {
		s.c.Logger.WarnContext(ctx, "forged notice dropped", "notice", n, "security", true)
		return nil
	}
	care := Care{Anew: n.Lifecycle == removed || n.Lifecycle == missed, Renew: n.Lifecycle == reauthorize, Lapsed: n.Lifecycle == removed}
	if w.Asked > w.Taken && care == (Care{}) {
		return nil // a reading is about to begin
	}
	due := time.Time{}
	if next := w.Begun.Add(pace); next.After(time.Now()) {
		due = next
	}
	return s.c.Storage.Ask(ctx, w.Person, pullOf(w.Person, due), care)
}
