package zoomsim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// post is an event on its way to the product.
type post struct {
	Event    string          `json:"event"`
	About    string          `json:"about"`  // a meeting's number, or a user's id
	Person   string          `json:"person"` // handle of whom it is about
	URL      string          `json:"url"`
	Admin    bool            `json:"admin"` // to the app of the account
	Stamp    int64           `json:"stamp"` // x-zm-request-timestamp, seconds
	Body     json.RawMessage `json:"body"`
	Attempts int             `json:"attempts"`
	Next     time.Time       `json:"next"`
}

// postTime is how long Zoom waits for an answer, postPauses when it comes again. https://developers.zoom.us/docs/api/webhooks/
const postTime = 3 * time.Second

var postPauses = []time.Duration{5 * time.Minute, 20 * time.Minute, 60 * time.Minute}

// happenings are the events of what the ledger calls otherwise.
var happenings = map[string]string{
	"meeting.created": "meeting.created", "meeting.updated": "meeting.updated", "meeting.deleted": "meeting.deleted",
	"occurrence.updated": "meeting.updated", "occurrence.deleted": "meeting.deleted", "meeting.started": "meeting.started", "meeting.ended": "meeting.ended",
	"meeting.recovered": "meeting.recovered", "meeting.erased": "meeting.permanently_deleted",
}

// attends posts that somebody came, left, or waits: event is joined, left, joined_waiting_room or left_waiting_room. The caller holds mu.
func (s *Sim) attends(event string, m *meeting, who *participant) {
	host := s.world.Seed.Person(m.Host)
	if host == nil || !s.added(m.Host) {
		return
	}
	now := s.world.Clock.Now()
	participant := map[string]any{"user_id": who.ID, "user_name": who.Name, "participant_uuid": who.ID, "email": "", "id": "", "participant_user_id": ""}
	if p := s.world.Seed.Person(who.Handle); p != nil && p.Tenant == host.Tenant { // of others Zoom tells no address
		participant["email"], participant["id"], participant["participant_user_id"] = p.Email, p.ZoomID, p.ZoomID
	}
	switch event {
	case "joined":
		participant["join_time"] = stamp(now)
	case "left":
		participant["leave_time"], participant["leave_reason"] = stamp(now), who.Name+" left the meeting."
	default:
		participant["date_time"] = stamp(now)
	}
	object := map[string]any{
		"id": strconv.FormatInt(m.ID, 10), "uuid": m.UUID, "host_id": host.ZoomID, "topic": m.Topic, "type": m.Type, "duration": m.Duration, "timezone": m.Zone,
		"start_time": stamp(now), "participant": participant,
	}
	name := "meeting.participant_" + event
	s.post(&post{Event: name, About: strconv.FormatInt(m.ID, 10), Person: m.Host}, map[string]any{
		"event": name, "event_ts": now.UnixMilli(), "payload": map[string]any{"account_id": s.world.Seed.Tenant(host.Tenant).ZoomAccount, "object": object},
	})
}

// tell posts what happened to a meeting, if the app is subscribed to it and its host has added the app. The caller holds mu.
func (s *Sim) tell(effect string, m *meeting, by string) {
	host := s.world.Seed.Person(m.Host)
	event := happenings[effect]
	if event == "" || host == nil || !s.added(m.Host) {
		return
	}
	now := s.world.Clock.Now()
	payload := map[string]any{"account_id": s.world.Seed.Tenant(host.Tenant).ZoomAccount}
	if operator := s.world.Seed.Person(by); operator != nil && event != "meeting.started" && event != "meeting.ended" {
		payload["operator"], payload["operator_id"] = operator.Email, operator.ZoomID
	}
	object := map[string]any{
		"id": m.ID, "uuid": m.UUID, "host_id": host.ZoomID, "topic": m.Topic, "type": m.Type, "duration": m.Duration, "timezone": m.Zone,
	}
	if !m.Start.IsZero() {
		object["start_time"] = stamp(m.Start)
	}
	if event == "meeting.started" || event == "meeting.ended" { // where the number is a text (Zoom's description)
		object["start_time"], object["id"] = stamp(m.Started), strconv.FormatInt(m.ID, 10)
	}
	operation := "all"
	if m.Type != recurring || effect == "occurrence.updated" || effect == "occurrence.deleted" { // single, too, of what takes place once (Zoom's samples)
		operation = "single"
	}
	switch event {
	case "meeting.updated":
		payload["scope"], payload["time_stamp"] = operation, now.UnixMilli()
		payload["old_object"] = map[string]any{"id": m.ID}
		delete(object, "uuid")
	case "meeting.created":
		payload["operation"] = operation
		object["join_url"] = s.joinURL(s.options.PublicURL, s.roomNumber(m), s.passcodeInLink(m.Host, m.Passcode, s.settings(host).EmbedPasscode))
		object["password"], object["settings"] = m.Passcode, m.Settings
	case "meeting.deleted", "meeting.recovered", "meeting.permanently_deleted":
		payload["operation"] = operation
		if m.Type == recurring && effect != "occurrence.deleted" {
			object["occurrences"] = m.named()
		}
		if m.Start.IsZero() { // which is described as required where there is none, too
			object["start_time"] = stamp(m.Created)
		}
	case "meeting.ended":
		object["end_time"] = stamp(now)
	}
	payload["object"] = object
	s.post(&post{Event: event, About: strconv.FormatInt(m.ID, 10), Person: m.Host}, map[string]any{
		"event": event, "event_ts": now.UnixMilli(), "payload": payload,
	})
}

// added tells whether a person has added the app: only then it is told of her meetings.
func (s *Sim) added(person string) bool {
	for _, g := range s.state.Grants {
		if g.Person == person && g.Ended == "" {
			return true
		}
	}
	return false
}

// post puts an event on its way, at Next or now. The caller holds mu.
func (s *Sim) post(p *post, event map[string]any) {
	to := s.told(p.Admin)
	if to == nil || s.closed || s.knobs.LoseEvents || !slices.Contains(to.events, p.Event) && p.Event != removed {
		return
	}
	if p.Next.IsZero() {
		p.Next = s.world.Clock.Now()
	}
	s.address(p, to, event)
	if s.knobs.TwinEvents {
		event["download_token"] = s.world.IDs.Text(40)
		twin := *p
		s.address(&twin, to, event)
		// That one app was removed is no news of the other.
		if other := s.told(!p.Admin); other != nil && p.Event != removed {
			twin := *p
			twin.Admin = !p.Admin
			s.address(&twin, other, event)
		}
	}
	s.work.Go(s.sendPosts)
}

// removed is the event that every app gets, subscribed or not.
const removed = "app_deauthorized"

// told is the app of the account, or that which people add; nil when there is none.
func (s *Sim) told(admin bool) *app {
	if admin {
		return s.admin
	}
	return s.app
}

// address has an event posted to an app.
func (s *Sim) address(p *post, to *app, event map[string]any) {
	body, err := json.Marshal(event)
	if err != nil {
		return
	}
	p.URL, p.Body, p.Stamp = to.hook, body, p.Next.Unix()
	s.state.Posts = append(s.state.Posts, p)
}

// release lets go what was held, the last one first, each when the one before is answered. It is signed when it goes. The caller holds mu.
func (s *Sim) release() {
	held := s.state.Held
	s.state.Held = nil
	if len(held) == 0 || s.closed {
		return
	}
	s.work.Go(func() {
		for _, p := range slices.Backward(held) {
			s.mu.Lock()
			secret := s.secret(p.Admin)
			p.Stamp = s.world.Clock.Now().Unix()
			s.mu.Unlock()
			s.sendPost(p, secret)
		}
	})
}

// secret is what is signed with for one of the apps. The caller holds mu.
func (s *Sim) secret(admin bool) string {
	if admin {
		return s.options.AdminSecret
	}
	return s.state.Webhook
}

// sendPosts sends what is due, and sets the alarm for what is not.
func (s *Sim) sendPosts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now := s.world.Clock.Now()
	var later []*post
	for _, p := range s.state.Posts {
		if p.Next.After(now) {
			later = append(later, p)
			continue
		}
		switch {
		case s.knobs.LoseEvents:
			continue
		case s.knobs.HoldEvents:
			s.state.Held = append(s.state.Held, p)
			continue
		}
		secret := s.secret(p.Admin)
		s.work.Go(func() { s.sendPost(p, secret) })
	}
	s.state.Posts = later
	s.setAlarm(now)
}

// setAlarm wakes up for the first of the waiting posts. The caller holds mu.
func (s *Sim) setAlarm(now time.Time) {
	if len(s.state.Posts) == 0 || s.closed {
		return
	}
	next := slices.MinFunc(s.state.Posts, func(a, b *post) int { return a.Next.Compare(b.Next) })
	if s.alarm != nil {
		s.alarm.Stop()
	}
	s.alarm = time.AfterFunc(max(next.Next.Sub(now), time.Millisecond), s.sendPosts)
}

// sendPost is one attempt. What is not taken within three seconds is tried three times more, and lost then.
func (s *Sim) sendPost(p *post, secret string) {
	status := s.attempt(p, secret)
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Attempts++
	s.world.Ledger.Append(world.Zoom, "event.sent", p.About, p.Person, "event", p.Event, "status", status, "attempt", p.Attempts)
	if status >= 200 && status < 300 || p.Attempts > len(postPauses) {
		return
	}
	now := s.world.Clock.Now()
	p.Next = now.Add(postPauses[p.Attempts-1])
	s.state.Posts = append(s.state.Posts, p)
	s.setAlarm(now)
}

func (s *Sim) attempt(p *post, secret string) int {
	ctx, cancel := context.WithTimeout(context.Background(), postTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(p.Body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	at := strconv.FormatInt(p.Stamp, 10)
	req.Header.Set("X-Zm-Request-Timestamp", at)
	req.Header.Set("X-Zm-Signature", SignEvent(secret, at, p.Body))
	resp, err := s.http.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// SignEvent is the signature of what Zoom posts: version, time and the body as it is sent.
// https://developers.zoom.us/docs/api/webhooks/#verify-with-zooms-header
func SignEvent(secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", at, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// RemoveApp is what a person does among the added apps in Zoom's Marketplace: the grant ends, and the app is told.
func (s *Sim) RemoveApp(person string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return err
	}
	if !s.added(p.Handle) {
		return fmt.Errorf("%w: %s has not added the app", ErrControl, p.Handle)
	}
	for _, g := range s.state.Grants {
		if g.Person == p.Handle && g.Ended == "" {
			s.end(g, "the app was removed")
		}
	}
	now := s.world.Clock.Now()
	s.world.Ledger.Append(world.Zoom, "app.removed", p.ZoomID, p.Handle)
	s.post(&post{Event: removed, About: p.ZoomID, Person: p.Handle}, map[string]any{
		"event": removed, "event_ts": now.UnixMilli(),
		"payload": map[string]any{
			"account_id": s.world.Seed.Tenant(p.Tenant).ZoomAccount, "user_id": p.ZoomID, "client_id": s.state.ClientID,
			"signature": s.world.IDs.Text(32), "deauthorization_time": now.UTC().Format("2006-01-02T15:04:05.000Z"),
		},
	})
	s.world.Changes.Publish("client")
	return nil
}

// Close ends what is still being sent.
func (s *Sim) Close() {
	s.mu.Lock()
	s.closed = true
	if s.alarm != nil {
		s.alarm.Stop()
	}
	s.mu.Unlock()
	s.work.Wait()
	s.http.CloseIdleConnections()
}
