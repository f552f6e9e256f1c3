package calendar

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

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
// it keeps no other from being taken. What is dropped is logged as one line a minute, however much it is. An error means that Graph should
// come again.
func (s *Service) Notified(ctx context.Context, notices []graph.Notification) error {
	var failed error
	of, malformed := bySubscription(notices)
	dropped := drops{malformed: malformed}
	for id, some := range of {
		if err := s.notified(ctx, id, some, &dropped); err != nil {
			failed = errors.Join(failed, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if said := s.dropped.Add(s.c.Now(), dropped.counts()); said != nil {
		s.c.Logger.WarnContext(ctx, "notices dropped", "security", true, slog.Group("notices", said...))
	}
	return errors.Join(failed, ctx.Err())
}

// drops are how many notices do not count: those that cannot be Graph's, those of subscriptions that we do not have, and those that
// do not know the secret of theirs.
type drops struct{ malformed, unknown, forged int }

func (d drops) counts() map[string]int {
	return map[string]int{"malformed": d.malformed, "unknown": d.unknown, "forged": d.forged}
}

// bySubscription sorts notices, so that however many there are of one subscription, it is looked up once. What Graph cannot have sent,
// because its subscriptions have GUIDs and ours have secrets, is left out.
func bySubscription(notices []graph.Notification) (of map[string][]graph.Notification, malformed int) {
	of = map[string][]graph.Notification{}
	for _, n := range notices {
		if uuid.Validate(n.SubscriptionID) != nil || n.ClientState == "" {
			malformed++
			continue
		}
		of[n.SubscriptionID] = append(of[n.SubscriptionID], n)
	}
	return of, malformed
}

// notified takes the notices of one subscription.
func (s *Service) notified(ctx context.Context, subscription string, notices []graph.Notification, dropped *drops) error {
	w, err := s.c.Storage.WatchBy(ctx, subscription)
	if problem.Is(err, problem.NotFound) {
		dropped.unknown += len(notices)
		return nil
	}
	if err != nil {
		return err
	}
	secret, err := s.box.Open(w.Secret, s.aad("secret", w.Person))
	if err != nil {
		return err
	}
	genuine, care := false, Care{}
	for _, n := range notices {
		if subtle.ConstantTimeCompare(secret, []byte(n.ClientState)) != 1 || !strings.EqualFold(n.Tenant, string(w.Person.Tenant)) {
			dropped.forged++
			continue
		}
		genuine = true
		care.Anew = care.Anew || n.Lifecycle == removed || n.Lifecycle == missed
		care.Renew = care.Renew || n.Lifecycle == reauthorize
		care.Lapsed = care.Lapsed || n.Lifecycle == removed
	}
	if !genuine || w.Asked > w.Taken && care == (Care{}) {
		return nil // nobody asks, or a reading is about to begin
	}
	due := time.Time{}
	if next := w.Begun.Add(pace); next.After(time.Now()) {
		due = next
	}
	return s.c.Storage.Ask(ctx, w.Person, pullOf(w.Person, due), care)
}
