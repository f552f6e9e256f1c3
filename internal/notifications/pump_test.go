package notifications_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/teams"
	"causeway/internal/wiretest"
)

const (
	group = "19:launch@thread.v2"
	send  = "POST /emea/v3/conversations/*/activities"
)

// say renders every message as its kind and subject.
func say(_ context.Context, m notifications.Message, r chats.Reader) (teams.Activity, error) {
	return teams.Activity{Text: fmt.Sprintf("%s %s %s", m.Kind, m.Subject, r.Locale)}, nil
}

func fast(c *notifications.Config) { c.PerSecond = 1000 }

// stage is a product whose messages say what they are.
func stage(t *testing.T, back store.Backend, change ...wiretest.Change) *wiretest.Product {
	t.Helper()
	p := wiretest.New(t, back, append([]wiretest.Change{{Notifications: fast}}, change...)...)
	p.Notifications.Handle(notifications.Invited, say)
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"))
	return p
}

// queue queues one message to each of the people, about a subject.
func queue(t *testing.T, p *wiretest.Product, subject string, people ...string) {
	t.Helper()
	var all []notifications.Message
	for _, name := range people {
		all = append(all, notifications.Message{
			ID: subject + "/" + name, To: wiretest.Person(name), User: teams.UserID("29:" + name), Kind: notifications.Invited, Subject: subject,
			Via:   place(p),
			State: notifications.Queued, Revision: 1, Due: p.Clock.Now(),
		})
	}
	if err := p.Notifications.Send(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
}

// place is the group chat through which people are reached.
func place(p *wiretest.Product) chats.Place {
	return chats.Place{Tenant: wiretest.Tenant, Conversation: group, Kind: chats.Group, ServiceURL: p.Connector.ServiceURL()}
}

func find(t *testing.T, p *wiretest.Product, id string) notifications.Message {
	t.Helper()
	m, err := store.Notifications{Backend: p.Back}.Message(t.Context(), wiretest.Tenant, id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pump runs the pump until it has nothing more to do at once, as its job does; snoozes pass as product time.
func pump(t *testing.T, p *wiretest.Product) {
	t.Helper()
	for range 40 {
		err := p.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant))
		if err == nil {
			return
		}
		wait := snoozed(err)
		if wait < 0 {
			t.Fatal(err)
		}
		p.Clock.Forward(wait)
	}
	t.Fatal("the pump never ends")
}

// snoozed is how long a job wants to wait, -1 when the error says something else.
func snoozed(err error) time.Duration {
	if err == nil {
		return -1
	}
	text, found := cutPrefix(err.Error(), "jobs: again in ")
	d, wrong := time.ParseDuration(text)
	if !found || wrong != nil || !errors.Is(err, jobs.Snooze(d)) {
		return -1
	}
	return d
}

func cutPrefix(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || text[:len(prefix)] != prefix {
		return text, false
	}
	return text[len(prefix):], true
}

func TestAMessageIsSentOnceToEach(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stage(t, back)
		place := chats.Place{Tenant: wiretest.Tenant, Conversation: "a:1ana", Kind: chats.Personal, ServiceURL: p.Connector.ServiceURL()}
		if err := p.Chats.Seen(t.Context(), place, chats.Speaker{Person: wiretest.Person("ana"), User: "29:ana", Locale: "fr-FR"}); err != nil {
			t.Fatal(err)
		}
		p.Connector.Put("a:1ana", true)
		queue(t, p, "m1", "ana", "ben")
		queue(t, p, "m1", "ana", "ben") // the fact was told twice
		for range 3 {
			pump(t, p)
		}
		for name, text := range map[string]string{"ana": "invited m1 fr-FR", "ben": "invited m1 "} {
			posts := p.Connector.Posts("a:1" + name)
			if len(posts) != 1 || posts[0].Body["text"] != text {
				t.Errorf("%s got %v, want one %q", name, posts, text)
			}
			m := find(t, p, "m1/"+name)
			if m.State != notifications.Sent || string(m.Activity) != posts[0].ID || m.Chat != teams.ConversationID("a:1"+name) || m.Attempts != 1 {
				t.Errorf("stored: %+v", m)
			}
		}
		if calls := p.Connector.Calls("POST /emea/v3/conversations"); len(calls) != 1 {
			t.Errorf("%d chats were made; Ana's was known", len(calls))
		}
		if told := storetest.Jobs(t, back, meetings.ToldJob, string(wiretest.Tenant)); len(told) != 1 || told[0].Subject != "m1" {
			t.Errorf("ended: %v, want the subject once", told)
		}
	})
}

// TestT95_DirectMessages is the policy table of the connector's answers for messages that must never come twice.
func TestT95_DirectMessages(t *testing.T) {
	t.Parallel()
	blocked := `{"error":{"code":"ConversationBlockedByUser","message":"User blocked the conversation with the bot."}}`
	for name, row := range map[string]struct {
		trouble wiretest.Trouble
		state   notifications.State
		reason  string
		calls   int
		posts   int
		waited  time.Duration // at least, before it was sent
	}{
		"500 after accepting":     {wiretest.Lose(500), notifications.Unknown, "no_answer", 1, 1, 0},
		"502 after accepting":     {wiretest.Lose(502), notifications.Unknown, "no_answer", 1, 1, 0},
		"504 after accepting":     {wiretest.Lose(504), notifications.Unknown, "no_answer", 1, 1, 0},
		"408 after accepting":     {wiretest.Lose(408), notifications.Unknown, "no_answer", 1, 1, 0},
		"cut after accepting":     {wiretest.Lose(0), notifications.Unknown, "no_answer", 1, 1, 0},
		"502 without accepting":   {wiretest.Refuse(502, ``), notifications.Unknown, "no_answer", 1, 0, 0},
		"412":                     {wiretest.Refuse(412, `{}`), notifications.Sent, "", 2, 1, time.Second},
		"429 with seconds":        {wiretest.Refuse(429, `{}`, "Retry-After", "17"), notifications.Sent, "", 2, 1, 17 * time.Second},
		"429 with a date":         {wiretest.Refuse(429, `{}`, "Retry-After", wiretest.Noon.Add(25*time.Second).Format(http.TimeFormat)), notifications.Sent, "", 2, 1, 25 * time.Second},
		"429 without Retry-After": {wiretest.Refuse(429, `{}`), notifications.Sent, "", 2, 1, time.Second},
		"503":                     {wiretest.Refuse(503, `{}`), notifications.Sent, "", 2, 1, time.Second},
		"403 blocked":             {wiretest.Refuse(403, blocked), notifications.Failed, "blocked", 1, 0, 0},
		"403 blocked, old form":   {wiretest.Refuse(403, `{"errorCode":209,"message":"{\"subCode\":\"MessageWritesBlocked\"}"}`), notifications.Failed, "blocked", 1, 0, 0},
		"403 switched off":        {wiretest.Refuse(403, `{"error":{"code":"BotDisabledByAdmin"}}`), notifications.Failed, "bot_disabled", 1, 0, 0},
		"403 not in the roster":   {wiretest.Refuse(403, `{"error":{"code":"BotNotInConversationRoster"}}`), notifications.Failed, "unreachable", 1, 0, 0},
		"404":                     {wiretest.Refuse(404, `{"error":{"code":"ConversationNotFound"}}`), notifications.Failed, "unreachable", 1, 0, 0},
		"413":                     {wiretest.Refuse(413, `{}`), notifications.Failed, "too_big", 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t, wiretest.SQLite(t))
			p.Connector.Next(send, 1, row.trouble)
			queue(t, p, "m1", "ben")
			for range 2 {
				pump(t, p)
			}
			m := find(t, p, "m1/ben")
			if m.State != row.state || m.Reason != row.reason {
				t.Errorf("%s (%s), want %s (%s)", m.State, m.Reason, row.state, row.reason)
			}
			calls, posts := p.Connector.Calls(send), p.Connector.Posts("a:1ben")
			if len(calls) != row.calls || len(posts) != row.posts {
				t.Errorf("%d calls and %d messages, want %d and %d", len(calls), len(posts), row.calls, row.posts)
			}
			if row.waited > 0 && calls[len(calls)-1].At.Sub(calls[0].At) < row.waited {
				t.Errorf("repeated after %v, want at least %v", calls[len(calls)-1].At.Sub(calls[0].At), row.waited)
			}
			if told := storetest.Jobs(t, p.Back, meetings.ToldJob, string(wiretest.Tenant)); len(told) != 1 {
				t.Errorf("ended %d times", len(told))
			}
		})
	}
}

func TestAMessageIsGivenUpAfterTwelveCertainFailures(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	p.Connector.Next(send, 0, wiretest.Refuse(503, `{}`))
	queue(t, p, "m1", "ben")
	pump(t, p)
	if m := find(t, p, "m1/ben"); m.State != notifications.Failed || m.Reason != "gave_up" || len(p.Connector.Calls(send)) != 12 {
		t.Errorf("%s (%s) after %d calls", m.State, m.Reason, len(p.Connector.Calls(send)))
	}
}

func TestWhoCannotBeReachedIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	p.Connector.Next("POST /emea/v3/conversations", 1, wiretest.Refuse(403, `{"error":{"code":"BotDisabledByAdmin"}}`))
	queue(t, p, "m1", "ben")
	to := wiretest.Person("nobody")
	if err := p.Notifications.Send(t.Context(), notifications.Message{
		ID: "stranger", To: to, Kind: notifications.Invited, Subject: "m2", State: notifications.Queued, Due: p.Clock.Now(),
		Via: chats.Place{Tenant: wiretest.Tenant, Conversation: group, Kind: chats.Group, ServiceURL: p.Connector.ServiceURL()},
	}); err != nil {
		t.Fatal(err)
	}
	pump(t, p)
	if m := find(t, p, "m1/ben"); m.State != notifications.Failed || m.Reason != "bot_disabled" {
		t.Errorf("%s (%s)", m.State, m.Reason)
	}
	if m := find(t, p, "stranger"); m.State != notifications.Failed || m.Reason != "unreachable" {
		t.Errorf("somebody who is not in the conversation: %s (%s)", m.State, m.Reason)
	}
}

func TestWhatWaitsForAnApprovalIsNotLost(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	ready := p.Clock.Now().Add(time.Hour)
	p.Notifications.Handle(notifications.Invited, func(ctx context.Context, m notifications.Message, r chats.Reader) (teams.Activity, error) {
		if p.Clock.Now().Before(ready) {
			return teams.Activity{}, problem.New(problem.NotReady, "policy.zoom_off")
		}
		return say(ctx, m, r)
	})
	queue(t, p, "m1", "ben")
	for range 20 { // more often than a message is tried
		if err := p.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant)); err == nil {
			t.Fatal("the pump does not wait")
		}
		p.Clock.Forward(time.Minute)
	}
	if m := find(t, p, "m1/ben"); m.State != notifications.Queued {
		t.Errorf("%s (%s)", m.State, m.Reason)
	}
	p.Clock.Forward(time.Hour)
	pump(t, p)
	if m := find(t, p, "m1/ben"); m.State != notifications.Sent {
		t.Errorf("%s (%s) once both sides have approved", m.State, m.Reason)
	}
}

func TestWhatIsNotWantedAnyMoreIsDropped(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	answers := map[string]error{
		"off": problem.New(problem.Forbidden, "policy.meetings_off"), "gone": problem.New(problem.NotFound, "problem.not_found"),
		"later": errors.New("the database is busy"),
	}
	p.Notifications.Handle(notifications.Invited, func(ctx context.Context, m notifications.Message, r chats.Reader) (teams.Activity, error) {
		if err := answers[m.Subject]; err != nil {
			if m.Subject == "later" && m.Attempts == 2 {
				return say(ctx, m, r)
			}
			return teams.Activity{}, err
		}
		return say(ctx, m, r)
	})
	for subject := range answers {
		queue(t, p, subject, "ben")
	}
	pump(t, p)
	for subject := range answers {
		want := notifications.Dropped
		if subject == "later" {
			want = notifications.Sent
		}
		if m := find(t, p, subject+"/ben"); m.State != want {
			t.Errorf("%s: %s (%s), want %s", subject, m.State, m.Reason, want)
		}
	}
	if posts := p.Connector.Posts(""); len(posts) != 1 {
		t.Errorf("%d messages, want the one that was wanted", len(posts))
	}
}

// crossing has something happen at the moment when a pump has found nothing more to do, and still holds the lease.
type crossing struct {
	notifications.Storage
	crossed atomic.Bool
	before  func()
}

func (c *crossing) Release(ctx context.Context, tenant entra.TenantID, holder string) error {
	if c.crossed.CompareAndSwap(false, true) {
		c.before()
	}
	return c.Storage.Release(ctx, tenant, holder)
}

func TestAMessageQueuedWhileAPumpEndsDoesNotWait(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		c := &crossing{}
		p := stage(t, back, wiretest.Change{Notifications: func(conf *notifications.Config) {
			c.Storage = conf.Storage
			conf.Storage = c
		}})
		c.before = func() {
			queue(t, p, "late", "ben")
			if err := p.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant)); snoozed(err) < 0 {
				t.Errorf("another pump answered %v while the lease was held", err)
			}
		}
		queue(t, p, "early", "ana")
		if err := p.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant)); err != nil {
			t.Fatal(err)
		}
		if m := find(t, p, "late/ben"); m.State != notifications.Sent {
			t.Errorf("the message is %s", m.State)
		}
	})
}

// TestADeadPump: the process died between marking and sending, or between sending and noting.
func TestADeadPump(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stage(t, back)
		s := store.Notifications{Backend: back}
		queue(t, p, "m1", "ana", "ben")
		until := p.Clock.Now().Add(20 * time.Second)
		if mine, err := s.Lease(t.Context(), notifications.Lease{Tenant: wiretest.Tenant, Holder: "dead", Now: p.Clock.Now(), Until: until}, nil); err != nil || !mine {
			t.Fatal(mine, err)
		}
		if mine, err := s.Begin(t.Context(), find(t, p, "m1/ana"), "dead", p.Clock.Now()); err != nil || !mine {
			t.Fatal(mine, err)
		}
		err := p.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant))
		if snoozed(err) < time.Second || snoozed(err) > 5*time.Second || len(p.Connector.Posts("")) != 0 {
			t.Fatalf("while the other may live: %v", err)
		}
		p.Clock.Forward(20 * time.Second)
		pump(t, p)
		if m := find(t, p, "m1/ana"); m.State != notifications.Unknown || m.Reason != "interrupted" || len(p.Connector.Posts("a:1ana")) != 0 {
			t.Errorf("what was being sent: %s (%s), sent again %d times", m.State, m.Reason, len(p.Connector.Posts("a:1ana")))
		}
		if m := find(t, p, "m1/ben"); m.State != notifications.Sent {
			t.Errorf("what waited behind it: %s", m.State)
		}
		if told := storetest.Jobs(t, back, meetings.ToldJob, string(wiretest.Tenant)); len(told) != 1 {
			t.Errorf("ended %d times", len(told))
		}
	})
}

func TestTwoPumpsSendEachMessageOnce(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stage(t, back)
		other := p.Process(t, wiretest.Change{Notifications: fast})
		other.Notifications.Handle(notifications.Invited, say)
		var people []string
		for i := range 40 {
			people = append(people, fmt.Sprintf("p%02d", i))
		}
		queue(t, p, "m1", people...)
		var group sync.WaitGroup
		for range 3 {
			for _, process := range []*wiretest.Product{p, other} {
				group.Go(func() {
					err := process.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant))
					if err != nil && snoozed(err) < 0 {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		pump(t, p)
		got := map[string]int{}
		for _, post := range p.Connector.Posts("") {
			got[post.Conversation]++
		}
		for _, name := range people {
			if got["a:1"+name] != 1 || find(t, p, "m1/"+name).State != notifications.Sent {
				t.Errorf("%s got %d messages, stored %s", name, got["a:1"+name], find(t, p, "m1/"+name).State)
			}
		}
	})
}

func TestThePaceIsKeptInEverySecond(t *testing.T) {
	t.Parallel()
	const perSecond = 5
	p := stage(t, wiretest.SQLite(t), wiretest.Change{Notifications: func(c *notifications.Config) { c.PerSecond, c.Workers = perSecond, 1 }})
	var people []string
	for i := range 23 {
		people = append(people, fmt.Sprintf("p%02d", i))
	}
	queue(t, p, "m1", people...)
	pump(t, p)
	var at []time.Time
	for _, post := range p.Connector.Posts("") {
		at = append(at, post.At)
	}
	slices.SortFunc(at, time.Time.Compare)
	if len(at) != len(people) {
		t.Fatalf("%d messages, want %d", len(at), len(people))
	}
	for i := perSecond; i < len(at); i++ {
		if d := at[i].Sub(at[i-perSecond]); d < time.Second {
			t.Errorf("messages %d to %d within %v", i-perSecond, i, d)
		}
	}
	for i := 1; i < len(at); i++ {
		if d := at[i].Sub(at[i-1]); d < time.Second/perSecond {
			t.Errorf("messages %d and %d within %v, want them evenly spread", i-1, i, d)
		}
	}
	if took := at[len(at)-1].Sub(at[0]); took > 5*time.Second {
		t.Errorf("%d messages took %v at %d a second", len(at), took, perSecond)
	}
}

func TestAfterA429ItGoesSlowerForAWhile(t *testing.T) {
	t.Parallel()
	const perSecond = 4
	p := stage(t, wiretest.SQLite(t), wiretest.Change{Notifications: func(c *notifications.Config) { c.PerSecond, c.Workers = perSecond, 1 }})
	p.Connector.Next(send, 1, wiretest.Refuse(429, `{}`, "Retry-After", "3"))
	var people []string
	for i := range 13 {
		people = append(people, fmt.Sprintf("p%02d", i))
	}
	queue(t, p, "m1", people...)
	pump(t, p)
	calls := p.Connector.Calls(send)
	if d := calls[1].At.Sub(calls[0].At); d < 3*time.Second {
		t.Errorf("the next message went %v after the refusal, Teams asked for 3s", d)
	}
	for i := perSecond + 1; i < len(calls); i++ {
		if d := calls[i].At.Sub(calls[i-perSecond].At); i-perSecond > 0 && d < 2*time.Second {
			t.Errorf("calls %d to %d within %v after a refusal", i-perSecond, i, d)
		}
	}
	if len(p.Connector.Posts("")) != len(people) {
		t.Errorf("%d messages", len(p.Connector.Posts("")))
	}
}

func TestARefreshShowsTheNewest(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	var topic atomic.Value
	topic.Store("old")
	p.Notifications.Handle(notifications.Invited, func(context.Context, notifications.Message, chats.Reader) (teams.Activity, error) {
		return teams.Activity{Text: topic.Load().(string)}, nil
	})
	queue(t, p, "m1", "ben")
	m := find(t, p, "m1/ben")
	refresh := func(revision int64) error {
		return p.Notifications.Refresh(t.Context(), notifications.RefreshOf(m, revision))
	}

	// It was rendered, and changed before it was sent: then it is rendered anew.
	gate := wiretest.NewGate()
	p.Connector.Next("POST /emea/v3/conversations", 1, gate.Before)
	pumped := make(chan error, 1)
	go func() {
		pumped <- p.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant))
	}()
	<-gate.Reached
	topic.Store("newer")
	if err := refresh(2); err != nil {
		t.Fatal(err)
	}
	close(gate.Open)
	if err := <-pumped; err != nil {
		t.Fatal(err)
	}
	if posts := p.Connector.Posts("a:1ben"); len(posts) != 1 || posts[0].Body["text"] != "newer" {
		t.Fatalf("sent %v, want what was true then", posts)
	}
	topic.Store("newest")
	if err := refresh(3); err != nil {
		t.Fatal(err)
	}
	if posts := p.Connector.Posts("a:1ben"); len(posts) != 1 || posts[0].Body["text"] != "newest" || posts[0].Updates != 1 {
		t.Errorf("refreshed: %v", posts)
	}

	update := "PUT /emea/v3/conversations/*/activities/*"
	p.Connector.Next(update, 1, wiretest.Refuse(429, `{}`, "Retry-After", "9"))
	if err := refresh(4); snoozed(err) != 9*time.Second {
		t.Errorf("a refresh that came too fast: %v, want to wait 9s", err)
	}
	p.Connector.Next(update, 1, wiretest.Refuse(404, `{"error":{"code":"ActivityNotFoundInConversation"}}`))
	if err := refresh(5); err != nil {
		t.Errorf("a message that the person deleted: %v", err)
	}
	p.Connector.Next(update, 1, wiretest.Lose(502))
	if err := refresh(6); err == nil {
		t.Error("a lost answer to a refresh is not tried again")
	}
	before := p.Connector.Posts("a:1ben")[0].Updates
	if err := refresh(5); err != nil || p.Connector.Posts("a:1ben")[0].Updates != before {
		t.Errorf("an older refresh called Teams, though a newer one shows all: %v", err)
	}
	if err := p.Notifications.Refresh(t.Context(), jobs.Job{Tenant: string(wiretest.Tenant), Subject: "nothing"}); err != nil {
		t.Errorf("a message that does not exist: %v", err)
	}
}

// TestRefreshesThatCross: a refresh that read an older truth and lands after a newer one shows the newer one again.
func TestRefreshesThatCross(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	truth, crossed := "one", false
	refresh := func(revision int64) error {
		return p.Notifications.Refresh(t.Context(), notifications.RefreshOf(find(t, p, "m1/ben"), revision))
	}
	p.Notifications.Handle(notifications.Invited, func(context.Context, notifications.Message, chats.Reader) (teams.Activity, error) {
		read := truth
		if truth == "two" && !crossed { // a newer one comes in between, from its beginning to its end
			crossed, truth = true, "three"
			if err := refresh(3); err != nil {
				t.Error(err)
			}
		}
		return teams.Activity{Text: read}, nil
	})
	queue(t, p, "m1", "ben")
	pump(t, p)
	truth = "two"
	if err := refresh(2); err != nil {
		t.Fatal(err)
	}
	if posts := p.Connector.Posts(""); len(posts) != 1 || !crossed || !strings.Contains(posts[0].Text(), "three") {
		t.Errorf("%d messages, shown %s", len(posts), posts[0].Text())
	}
}

func TestARefreshWaitsForWhatIsBeingSent(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	queue(t, p, "m1", "ben")
	gate := wiretest.NewGate()
	p.Connector.Next(send, 1, func(w http.ResponseWriter, r *http.Request, effect func() *httptest.ResponseRecorder) {
		gate.After(w, r, effect)
	})
	pumped := make(chan error, 1)
	go func() {
		pumped <- p.Notifications.Pump(t.Context(), notifications.PumpOf(wiretest.Tenant))
	}()
	<-gate.Reached
	if err := p.Notifications.Refresh(t.Context(), notifications.RefreshOf(find(t, p, "m1/ben"), 2)); snoozed(err) <= 0 {
		t.Errorf("a refresh in the middle of sending: %v, want to wait", err)
	}
	close(gate.Open)
	if err := <-pumped; err != nil {
		t.Fatal(err)
	}
}

// TestAccountsAskForMessages: a job of accounts becomes one message to the person.
func TestAccountsAskForMessages(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.SQLite(t))
	p.Connector.Put("a:1ana", true)
	place := chats.Place{Tenant: wiretest.Tenant, Conversation: "a:1ana", Kind: chats.Personal, ServiceURL: p.Connector.ServiceURL()}
	if err := p.Chats.Seen(t.Context(), place, chats.Speaker{Person: entra.Person{Tenant: wiretest.Tenant, ID: "ana"}, User: "29:ana"}); err != nil {
		t.Fatal(err)
	}
	j := jobs.Job{Kind: accounts.RelinkJob, Tenant: string(wiretest.Tenant), Subject: "ana", Revision: 7}
	for range 2 {
		if err := p.Do(j); err != nil {
			t.Fatal(err)
		}
	}
	j.Kind = accounts.MovedJob
	if err := p.Do(j); err != nil {
		t.Fatal(err)
	}
	pump(t, p)
	if posts := p.Connector.Posts("a:1ana"); len(posts) != 2 {
		t.Errorf("%d messages, want one of each kind", len(posts))
	}
}
