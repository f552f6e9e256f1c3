package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/graph"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/teams"
)

// notifies posts what Graph would post, and answers the status.
func (c *copies) notifies(path, body string) int {
	c.t.Helper()
	resp := c.posts(path, body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

func (c *copies) posts(path, body string) *http.Response {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.products[0].front.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp
}

// watched begins a stage on which Ana's calendar is followed, and answers the meeting and the subscription.
func watched(t *testing.T) (*copies, string, microsoftsim.WatchedCalendar) {
	t.Helper()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.draft("Launch"))
	c.settle()
	return c, m.Zoom.String(), c.subscription()
}

func (c *copies) subscription() microsoftsim.WatchedCalendar {
	c.t.Helper()
	var got struct {
		Subscriptions []microsoftsim.WatchedCalendar
	}
	c.call("GET", "/microsoft/subscriptions", nil, &got)
	if len(got.Subscriptions) != 1 {
		c.t.Fatalf("%d subscriptions, want 1", len(got.Subscriptions))
	}
	return got.Subscriptions[0]
}

// secret is what Graph proves itself by in its notices, as one shows that an edit causes.
func (c *copies) secret(number string) string {
	c.t.Helper()
	c.mark()
	c.outlook("PATCH", c.event(number), map[string]any{"body": "Bring ideas."})
	c.await("notification.sent", 1)
	c.later(time.Minute)
	notices, err := graph.ReadNotifications(*c.products[0].front.notices.Load())
	if err != nil || len(notices) != 1 || len(notices[0].ClientState) < 32 {
		c.t.Fatalf("Graph posted %+v, %v", notices, err)
	}
	return notices[0].ClientState
}

// reads is how often a calendar's changes were read since the mark.
func (c *copies) reads() (n int) {
	c.t.Helper()
	for _, r := range c.rows("api.called") {
		if strings.HasSuffix(r.Subject, "/calendarView/delta") {
			n++
		}
	}
	return n
}

func TestT48_AnAddressIsTriedByItsToken(t *testing.T) {
	t.Parallel()
	c := truth(t)
	const token = "Validation: Testing client application reachability for subscription Request-Id: 4f3d1c2b-5a6e-4f70-8b9c-0d1e2f3a4b5c"
	for _, path := range []string{"/graph/notify", "/graph/lifecycle"} {
		resp := c.posts(path+"?validationToken="+url.QueryEscape(token), "")
		body := make([]byte, 2*len(token))
		n, _ := resp.Body.Read(body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || string(body[:n]) != token || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") ||
			resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %q %v", path, resp.StatusCode, body[:n], resp.Header)
		}
		for _, bad := range []string{"<script>alert(1)</script>", strings.Repeat("a", 5<<10), "", "a\nb"} {
			if got := c.notifies(path+"?validationToken="+url.QueryEscape(bad), ""); got != http.StatusBadRequest {
				t.Errorf("%s: a token of %d characters is answered by %d", path, len(bad), got)
			}
		}
	}
}

func notice(subscription, state, tenant string) string {
	return fmt.Sprintf(`{"subscriptionId":%q,"clientState":%q,"tenantId":%q,"changeType":"updated","resource":"Users/x/Events/y","resourceData":{"id":"y"}}`,
		subscription, state, tenant)
}

func TestT49_ForgedNoticesAreDropped(t *testing.T) {
	t.Parallel()
	c, number, sub := watched(t)
	tenant := string(c.who.Tenant)
	state := c.secret(number)
	c.mark()
	for name, n := range map[string]string{
		"a wrong secret":        notice(sub.ID, strings.ToLower(state)+"x", tenant),
		"no secret":             notice(sub.ID, "", tenant),
		"another subscription":  notice("7b6d1f9e-0000-4000-8000-000000000000", state, tenant),
		"another tenant":        notice(sub.ID, state, c.world.World.Seed.Tenant("harbour").ID),
		"no tenant":             notice(sub.ID, state, ""),
		"an empty subscription": notice("", state, tenant),
	} {
		if got := c.notifies("/graph/notify", `{"value":[`+n+`]}`); got != http.StatusAccepted {
			t.Errorf("%s: answered %d", name, got)
		}
	}
	c.later(time.Minute)
	if n := c.reads(); n != 0 {
		t.Errorf("the calendar was read %d times", n)
	}
	for _, broken := range []string{"", "{", `"x"`, `{"value":"x"}`} {
		if got := c.notifies("/graph/notify", broken); got != http.StatusBadRequest {
			t.Errorf("%q: answered %d", broken, got)
		}
	}
	good := notice(sub.ID, state, tenant)
	if got := c.notifies("/graph/notify", `{"value":[`+notice(sub.ID, "forged", tenant)+`,`+good+`]}`); got != http.StatusAccepted {
		t.Errorf("one good among forged: answered %d", got)
	}
	c.later(time.Minute)
	if n := c.reads(); n != 1 {
		t.Errorf("one good notice among forged ones: the calendar was read %d times", n)
	}
}

func TestT50_ManyNoticesAreFewReadings(t *testing.T) {
	t.Parallel()
	c, number, sub := watched(t)
	body := `{"value":[` + notice(sub.ID, c.secret(number), string(c.who.Tenant)) + `]}`
	c.mark()
	var group sync.WaitGroup
	const senders = 20
	for range senders {
		group.Go(func() {
			for range notices / senders {
				if got := c.notifies("/graph/notify", body); got != http.StatusAccepted {
					t.Errorf("answered %d", got)
					return
				}
			}
		})
	}
	group.Wait()
	c.later(time.Second)
	if n := c.reads(); n < 1 || n > notices/20 { // one in ten seconds, however long the notices take
		t.Errorf("the calendar was read %d times after %d notices", n, notices)
	}
}

func TestT51_WhatBecomesOfASubscription(t *testing.T) {
	t.Parallel()
	for _, event := range []string{"reauthorizationRequired", "subscriptionRemoved", "missed"} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			c, number, sub := watched(t)
			c.brings(c.stored(number))
			c.losing(event != "reauthorizationRequired")
			at := c.event(number).Start.Add(4 * time.Hour)
			c.outlook("PATCH", c.event(number), map[string]any{"subject": "Moved", "start": at, "end": at.Add(time.Hour)})
			c.losing(false)
			c.mark()
			c.call("POST", "/microsoft/subscriptions/"+sub.ID+"/lifecycle", map[string]string{"event": event}, nil)
			c.await("notification.sent", 1)
			c.later(time.Minute)
			c.converged()
			if z := c.atZoom(number); !z.Start.Equal(at) {
				t.Errorf("Zoom has %+v", z)
			}
			if got := c.effects(); got != (effects{}) {
				t.Errorf("something is made because of it: %+v", got)
			}
			c.cards("Moved")
			if again := c.subscription(); again.Withheld || (again.ID == sub.ID) != (event != "subscriptionRemoved") {
				t.Errorf("the subscription is %+v, and was %+v", again, sub)
			}
		})
	}
}

func (c *copies) losing(notices bool) {
	c.t.Helper()
	c.call("PUT", "/knobs", map[string]any{"microsoft": map[string]any{"loseNotices": notices}}, nil)
}

// Two readings that cross each make a subscription: one is kept, and it lives.
func TestT51_SubscriptionsThatCross(t *testing.T) {
	t.Parallel()
	c, number, sub := watched(t)
	held := func() world.Hold {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		hold, err := c.world.World.Faults.NextHold(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return hold
	}
	release := func(h world.Hold) {
		t.Helper()
		c.call("POST", "/holds/"+h.ID+"/release", nil, nil)
	}
	reauthorize := func() {
		t.Helper()
		c.mark()
		c.call("POST", "/microsoft/subscriptions/"+sub.ID+"/lifecycle", map[string]string{"event": "reauthorizationRequired"}, nil)
		c.await("notification.sent", 1)
		if err := c.products[0].Hurry(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	renew := "PATCH /graph/v1.0/subscriptions/" + sub.ID
	c.fault(world.Fault{Side: world.Microsoft, Route: renew, Hold: true, Count: 1})
	reauthorize()
	renewing := held()
	c.fault(world.Fault{Side: world.Microsoft, Route: renew, Status: http.StatusNotFound, Count: 1})
	c.fault(world.Fault{Side: world.Microsoft, Route: "POST /graph/v1.0/subscriptions", Hold: true, Count: 2})
	reauthorize()
	making := held()
	release(renewing)
	release(held())
	release(making)
	c.calm()
	c.later(time.Minute)
	c.settle()
	if again := c.subscription(); again.ID == sub.ID {
		t.Error("the subscription that ended is still there")
	}
	at := c.event(number).Start.Add(4 * time.Hour)
	c.mark()
	c.outlook("PATCH", c.event(number), map[string]any{"start": at, "end": at.Add(time.Hour)})
	c.await("notification.sent", 1)
	c.later(time.Minute)
	if z := c.atZoom(number); !z.Start.Equal(at) {
		t.Errorf("Zoom has %+v", z)
	}
}

// brings shares the meeting into the chat of five, where its card is the only one.
func (c *copies) brings(m meetings.Meeting) {
	c.t.Helper()
	c.person(c.handle).approveJIT("launch", "schedule")
	if _, err := c.products[0].Meetings().Share(c.t.Context(), c.visitor(), m.ID, teams.ConversationID(c.conversation("launch"))); err != nil {
		c.t.Fatal(err)
	}
	c.idle()
	c.cards(m.Draft.Topic)
}

// cards fails the test unless the chat of five has one card, and it says that.
func (c *copies) cards(says string) {
	c.t.Helper()
	c.person("ben").shows("launch", says)
	n := 0
	for _, m := range c.person("ben").messages("launch") {
		if m.From.Bot && len(m.Cards) > 0 && !m.Deleted {
			n++
		}
	}
	if n != 1 {
		c.t.Errorf("%d cards are in the chat", n)
	}
}

// The product is down for longer than its subscription lives: what was changed meanwhile is found, and nobody is told twice.
func TestT51_ASubscriptionThatLapsed(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	d := c.draft("Launch")
	d.Start = d.Start.AddDate(0, 0, 20)
	m := c.schedule(d)
	number := m.Zoom.String()
	c.brings(m)
	c.settle()
	sub := c.subscription()
	c.products[0].stop()
	c.advance(10 * 24 * time.Hour)
	at := c.event(number).Start.Add(4 * time.Hour)
	c.outlook("PATCH", c.event(number), map[string]any{"subject": "Moved", "start": at, "end": at.Add(time.Hour)})
	c.mark()
	c.start(0)
	c.idle()
	c.settle()
	c.converged()
	if z := c.atZoom(number); z.Topic != "Moved" || !z.Start.Equal(at) {
		t.Errorf("Zoom has %+v", z)
	}
	if again := c.subscription(); again.ID == sub.ID {
		t.Error("the subscription that ended is still there")
	}
	if got := c.effects(); got != (effects{}) {
		t.Errorf("nothing is made because of a gap, but %+v", got)
	}
	if n := len(c.rows("meeting.updated")); n != 1 {
		t.Errorf("Zoom's meeting was changed %d times", n)
	}
	c.cards("Moved")
}

func TestSubscriptionsAreRenewedAndEnded(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	d := c.draft("Launch")
	d.Start = d.Start.AddDate(0, 0, 20)
	m := c.schedule(d)
	c.settle()
	sub := c.subscription()
	for range 12 {
		c.later(24 * time.Hour)
	}
	if again := c.subscription(); again.ID != sub.ID || !again.Expires.After(sub.Expires) {
		t.Errorf("after twelve days there is %+v, at first %+v", again, sub)
	}
	if _, err := c.products[0].Meetings().Cancel(t.Context(), c.who, m.ID); err != nil {
		t.Fatal(err)
	}
	c.later(25 * time.Hour)
	var got struct{ Subscriptions []json.RawMessage }
	c.call("GET", "/microsoft/subscriptions", nil, &got)
	if len(got.Subscriptions) != 0 {
		t.Errorf("nothing is to come, and still there are %d subscriptions", len(got.Subscriptions))
	}
}

// Where Graph cannot reach the product, the calendar is asked every few minutes.
func TestACalendarWithoutNoticesIsPolled(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	c.fault(world.Fault{Side: world.Microsoft, Route: "POST /graph/v1.0/subscriptions", Status: http.StatusBadRequest})
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	at := c.event(number).Start.Add(2 * time.Hour)
	c.outlook("PATCH", c.event(number), map[string]any{"start": at, "end": at.Add(time.Hour)})
	c.later(6 * time.Minute)
	c.converged()
	if z := c.atZoom(number); !z.Start.Equal(at) {
		t.Errorf("Zoom has %+v", z)
	}
}

func TestT52_LargeBodiesAreRefused(t *testing.T) {
	t.Parallel()
	c := truth(t)
	for _, path := range []string{"/graph/notify", "/graph/lifecycle"} {
		if got := c.notifies(path, strings.Repeat(" ", 1<<20+1)); got != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: answered %d", path, got)
		}
		if got := c.notifies(path, strings.Repeat(" ", 1<<20-14)+`{"value":[]}`); got != http.StatusAccepted {
			t.Errorf("%s: what is not too large is answered by %d", path, got)
		}
	}
}

func TestT54_WhatCannotBeStoredIsAskedForAgain(t *testing.T) {
	t.Parallel()
	c, number, _ := watched(t)
	if err := c.products[0].Full(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	c.mark()
	at := c.event(number).Start.Add(2 * time.Hour)
	for i, subject := range []string{"Once", "Twice", "Moved"} {
		c.outlook("PATCH", c.event(number), map[string]any{"subject": subject, "start": at, "end": at.Add(time.Hour)})
		c.await("notification.sent", i+1)
	}
	for _, r := range c.rows("notification.sent") {
		if fmt.Sprint(r.Detail["status"]) != "503" {
			t.Errorf("a notice that could not be stored was answered by %v", r.Detail["status"])
		}
	}
	if err := c.products[0].Full(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	c.mark()
	c.advance(time.Minute) // Graph comes again
	c.await("notification.sent", 3)
	c.later(time.Minute)
	c.converged()
	if z := c.atZoom(number); z.Topic != "Moved" {
		t.Errorf("Zoom has %+v", z)
	}
	if n := len(c.rows("meeting.updated")); n != 1 {
		t.Errorf("Zoom's meeting was changed %d times", n)
	}
}
