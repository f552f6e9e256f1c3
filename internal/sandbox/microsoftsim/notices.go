package microsoftsim

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// notice is a notification on its way to the product.
type notice struct {
	Subscription string          `json:"subscription"`
	Person       string          `json:"person"`
	URL          string          `json:"url"`
	What         string          `json:"what"` // created, updated, deleted, or the lifecycle event
	Lifecycle    bool            `json:"lifecycle,omitempty"`
	Body         json.RawMessage `json:"body"`
	Attempts     int             `json:"attempts"`
	Since        time.Time       `json:"since"`
	Next         time.Time       `json:"next"`
}

// How long a notification may take, and how long it is tried again.
const (
	noticeTime = 10 * time.Second
	noticeLife = 4 * time.Hour
)

// noticePause grows from ten seconds to half an hour.
func noticePause(attempts int) time.Duration {
	return min(10*time.Second<<min(attempts-1, 10), 30*time.Minute)
}

// notify tells those who watch a calendar of a change. The caller holds mu.
// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
func (s *Sim) notify(change string, e *event) {
	p := s.world.Seed.Person(e.Owner)
	if p == nil || s.knobs.LoseNotices {
		return
	}
	s.endSubscriptions()
	for _, sub := range s.st.Subscriptions {
		if sub.Person != e.Owner || sub.Withheld || !strings.Contains(sub.Change, change) {
			continue
		}
		id := mutable(e.ID)
		if sub.Immutable {
			id = e.ID
		}
		resource := "Users/" + p.ID + "/Events/" + id
		s.queue(sub, &notice{URL: sub.URL, What: change}, object{"changeType": change, "resource": resource, "resourceData": object{
			"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "@odata.etag": `W/"` + e.changeKey() + `"`, "id": id,
		}})
	}
}

// queue puts a notification on its way. The caller holds mu.
func (s *Sim) queue(sub *subscription, n *notice, fields object) {
	p := s.world.Seed.Person(sub.Person)
	body, err := json.Marshal(object{"value": []object{merged(object{
		"subscriptionId": sub.ID, "subscriptionExpirationDateTime": sub.Expires.Format(time.RFC3339), "clientState": orNull(sub.State),
		"tenantId": s.world.Seed.Tenant(p.Tenant).ID, "organizationId": s.world.Seed.Tenant(p.Tenant).ID,
	}, fields)}})
	if err != nil || s.closed {
		return
	}
	n.Subscription, n.Person, n.Body, n.Since = sub.ID, sub.Person, body, s.world.Clock.Now()
	n.Next = n.Since
	s.st.Notices = append(s.st.Notices, n)
	s.work.Go(s.sendNotices)
}

// sendNotices sends what is due, and sets the alarm for what is not.
func (s *Sim) sendNotices() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now := s.world.Clock.Now()
	var later []*notice
	for _, n := range s.st.Notices {
		if n.Next.After(now) {
			later = append(later, n)
			continue
		}
		s.work.Go(func() { s.sendNotice(n) })
	}
	s.st.Notices = later
	s.setAlarm(now)
}

// setAlarm wakes up for the first of the waiting notices. The caller holds mu.
func (s *Sim) setAlarm(now time.Time) {
	if len(s.st.Notices) == 0 || s.closed {
		return
	}
	first := slices.MinFunc(s.st.Notices, func(a, b *notice) int { return a.Next.Compare(b.Next) })
	if s.alarm != nil {
		s.alarm.Stop()
	}
	s.alarm = time.AfterFunc(max(first.Next.Sub(now), time.Millisecond), s.sendNotices)
}

// sendNotice is one attempt. What is not taken within ten seconds is tried again for four hours, and is missed then.
func (s *Sim) sendNotice(n *notice) {
	status := s.attempt(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	n.Attempts++
	s.ledger("notification.sent", n.Subscription, n.Person, "status", status, "what", n.What, "attempt", n.Attempts)
	now := s.world.Clock.Now()
	i := slices.IndexFunc(s.st.Subscriptions, func(x *subscription) bool { return x.ID == n.Subscription })
	switch {
	case status >= 200 && status < 300:
	case now.Sub(n.Since) < noticeLife:
		n.Next = now.Add(noticePause(n.Attempts))
		s.st.Notices = append(s.st.Notices, n)
		s.setAlarm(now)
	case i >= 0 && !n.Lifecycle:
		s.lifecycle(s.st.Subscriptions[i], "missed")
	}
}

func (s *Sim) attempt(n *notice) int {
	ctx, cancel := context.WithTimeout(context.Background(), noticeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.URL, bytes.NewReader(n.Body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := s.http.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// lifecycle says what becomes of a subscription, if it wants to know. The caller holds mu.
// https://learn.microsoft.com/graph/change-notifications-lifecycle-events
func (s *Sim) lifecycle(sub *subscription, event string) {
	if sub.Lifecycle != "" {
		s.queue(sub, &notice{URL: sub.Lifecycle, What: event, Lifecycle: true}, object{"lifecycleEvent": event})
	}
}

// WatchedCalendar is a subscription, for who moves the world.
type WatchedCalendar struct {
	ID      string    `json:"id"`
	Person  string    `json:"person"` // handle
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
	// Withheld: nothing is told until the product has authorized it again.
	Withheld bool `json:"withheld"`
}

// Watched are the subscriptions that have not ended.
func (s *Sim) Watched() []WatchedCalendar {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endSubscriptions()
	list := []WatchedCalendar{}
	for _, sub := range s.st.Subscriptions {
		list = append(list, WatchedCalendar{ID: sub.ID, Person: sub.Person, URL: sub.URL, Expires: sub.Expires, Withheld: sub.Withheld})
	}
	return list
}

// Lifecycle lets something become of a subscription: "reauthorizationRequired" (nothing more is told until then),
// "subscriptionRemoved" (it ends) or "missed" (the product is told that it was not told everything).
func (s *Sim) Lifecycle(id, event string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endSubscriptions()
	i := slices.IndexFunc(s.st.Subscriptions, func(x *subscription) bool { return x.ID == id })
	if i < 0 {
		return notFound("There is no subscription %q; see GET /microsoft/subscriptions.", id)
	}
	sub := s.st.Subscriptions[i]
	switch event {
	case "reauthorizationRequired":
		sub.Withheld = true
	case "subscriptionRemoved":
		s.st.Subscriptions = slices.Delete(s.st.Subscriptions, i, i+1)
	case "missed":
	default:
		return invalid("event is reauthorizationRequired, subscriptionRemoved or missed.")
	}
	s.lifecycle(sub, event)
	return nil
}
