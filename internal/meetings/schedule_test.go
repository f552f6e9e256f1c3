package meetings_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

func TestZoomIsAskedForWhatWasWished(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Topic, d.Agenda, d.Passcode, d.WaitingRoom = "  Launch \n  day ", "one\r\ntwo  ", true, true
	m := schedule(t, p, "n1", d)
	made := p.Zoom.Meetings()[0]
	for field, want := range map[string]any{
		"topic": "Launch day", "agenda": "Causeway " + m.ID + "\none\ntwo", "type": 2.0, "start_time": "2026-11-26T12:00:00Z", "timezone": "Europe/Paris",
		"duration": 45.0, "settings": map[string]any{"waiting_room": true, "use_pmi": false},
	} {
		if diff := cmp.Diff(want, made[field]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", field, diff)
		}
	}
	if code, _ := made["password"].(string); len(code) < 6 || m.Passcode != code || !strings.HasPrefix(m.JoinURL, toZoom) {
		t.Errorf("passcode %q, stored %q; join link %s", code, m.Passcode, m.JoinURL)
	}
	if diff := cmp.Diff(m, find(t, p, m.ID)); diff != "" {
		t.Errorf("answered and stored (-want +got)\n%s", diff)
	}

	p.Clock.Forward(90*time.Second + 500*time.Millisecond)
	d = draft()
	d.Now, d.Passcode = true, false
	schedule(t, p, "n2", d)
	made = p.Zoom.Meetings()[1]
	if body := p.Zoom.Calls(create)[1].Body; strings.Contains(body, "password") {
		t.Errorf("a passcode that was not wished: %s", body)
	}
	if made["type"] != 2.0 || made["start_time"] != "2026-11-23T12:01:00Z" { // an instant meeting would be in no list
		t.Errorf("start now: type %v at %v", made["type"], made["start_time"])
	}
}

func TestTheSecretsOfAMeetingAreSealed(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	_, sealed, err := store.Meetings{Backend: p.Back}.Meeting(t.Context(), wiretest.Tenant, m.ID)
	if err != nil || strings.Contains(string(sealed.JoinURL), "zoom.us") || strings.Contains(string(sealed.Passcode), "123456") {
		t.Errorf("stored in clear: %q %q %v", sealed.JoinURL, sealed.Passcode, err)
	}
}

// TestT13_OneMeetingForOneNonce: the same submit four times at once, in two processes: one meeting, and four times the same answer.
func TestT13_OneMeetingForOneNonce(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stageOn(t, back)
		other := p.Process(t)
		d := draft()
		d.Now = true // its start is no part of the wish
		answers := make([]meetings.Meeting, 4)
		var group sync.WaitGroup
		for i := range answers {
			process := []*wiretest.Product{p, other}[i%2]
			group.Go(func() {
				var err error
				if answers[i], err = process.Meetings.Schedule(t.Context(), request(p, "nonce", d)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if calls := p.Zoom.Calls(create); len(calls) != 1 {
			t.Errorf("Zoom was asked %d times", len(calls))
		}
		for i, m := range answers {
			if diff := cmp.Diff(answers[0], m); diff != "" {
				t.Errorf("answer %d (-first +this)\n%s", i, diff)
			}
		}
		for _, kind := range []string{meetings.CardJob, meetings.RosterJob} {
			if found := storetest.Jobs(t, back, kind, string(wiretest.Tenant)); len(found) != 1 {
				t.Errorf("%d jobs %s", len(found), kind)
			}
		}
		d.Topic = "Something else"
		if _, err := p.Meetings.Schedule(t.Context(), request(p, "nonce", d)); !problem.Is(err, problem.Conflict) {
			t.Errorf("the same nonce for another wish: %v, want Conflict", err)
		}
		bens := request(p, "nonce", draft())
		bens.Person = p.Link("ben", false)
		if m, err := p.Meetings.Schedule(t.Context(), bens); err != nil || m.Organizer != bens.Person {
			t.Errorf("the same nonce of somebody else: %v, %v", m.Organizer, err)
		}
	})
}

const aHundred = `{"code":429,"message":"You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user."}`

// A host's hundred meetings of the day are used up: the next one waits for Zoom's next day, and is made then, once.
func TestT100_AHundredADayWait(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stageOn(t, back)
		p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred))
		midnight := p.Clock.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		for range 2 { // the form sent twice
			_, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft()))
			if got := kindOf(err); got != "busy meetings.host_limit_waits" || !problem.Of(err).Until.Equal(midnight) {
				t.Fatalf("%s until %s", got, problem.Of(err).Until)
			}
		}
		p.Clock.Forward(time.Hour)
		if wait, again := snoozed(p.Meetings.Settle(t.Context(), settling(t, p))); !again || wait <= 0 || len(p.Zoom.Calls(create)) != 1 {
			t.Errorf("before Zoom's next day: again %t in %s, %d calls", again, wait, len(p.Zoom.Calls(create)))
		}
		// Others have used up that day, too.
		p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred))
		for range 2 {
			p.Clock.Forward(24 * time.Hour)
			for range 5 {
				err := p.Meetings.Settle(t.Context(), settling(t, p))
				wait, again := snoozed(err)
				if err != nil && !again {
					t.Fatal(err)
				}
				p.Clock.Forward(wait)
			}
		}
		if made := p.Zoom.Meetings(); len(made) != 1 || len(p.Zoom.Calls(create)) != 3 {
			t.Fatalf("%d meetings, %d calls", len(made), len(p.Zoom.Calls(create)))
		}
		if m := schedule(t, p, "n1", draft()); m.State != meetings.Active || len(p.Zoom.Meetings()) != 1 {
			t.Errorf("asked for again: %+v", m)
		}
	})
}

// What cannot wait is refused, with the time at which Zoom goes on: what is to begin before that, and what would not be found if its making were
// interrupted.
func TestT100_AHundredADayRefuseWhatCannotWait(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*meetings.Request, time.Time){
		"now":               func(r *meetings.Request, _ time.Time) { r.Draft.Now = true },
		"today":             func(r *meetings.Request, now time.Time) { r.Draft.Start = now.Add(time.Hour) },
		"for somebody else": func(r *meetings.Request, _ time.Time) { r.Draft.For = "cho@example.com" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred))
			r := request(p, "n1", draft())
			change(&r, p.Clock.Now())
			if _, err := p.Meetings.Schedule(t.Context(), r); kindOf(err) != "unavailable meetings.host_limit" {
				t.Errorf("%v", err)
			}
			if err := p.Meetings.Settle(t.Context(), settling(t, p)); err != nil || len(p.Zoom.Meetings()) != 0 {
				t.Errorf("settled: %v, %d meetings", err, len(p.Zoom.Meetings()))
			}
		})
	}
}

func TestRefusalsEndTheWish(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		trouble wiretest.Trouble
		want    string
	}{
		"may not host":       {wiretest.Refuse(400, `{"code":3161,"message":"You do not have permission to host."}`), "forbidden meetings.may_not_host"},
		"a scope is missing": {wiretest.Refuse(400, `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:meeting]."}`), "not_linked meetings.scope_missing"},
		"not like that":      {wiretest.Refuse(400, `{"code":300,"message":"Validation Failed."}`), "invalid meetings.zoom_refused"},
		"403":                {wiretest.Refuse(403, `{}`), "invalid meetings.zoom_refused"},
		"429 a second":       {wiretest.Refuse(429, `{"code":429,"message":"You have reached the maximum per-second rate limit for this API."}`), "unavailable meetings.zoom_unavailable"},
		"503":                {wiretest.Refuse(503, `{}`), "unavailable meetings.zoom_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			p.Zoom.Next(create, 1, row.trouble)
			_, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft()))
			if got := kindOf(err); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
			if err := p.Meetings.Settle(t.Context(), settling(t, p)); err != nil || len(p.Zoom.Meetings()) != 0 {
				t.Errorf("settled: %v, %d meetings", err, len(p.Zoom.Meetings()))
			}
			nonce, calls := "n1", 2
			if !problem.Is(err, problem.Unavailable) && !problem.Is(err, problem.NotLinked) { // it is the same whenever it is asked for
				if _, again := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); kindOf(again) != row.want || len(p.Zoom.Calls(create)) != 1 {
					t.Errorf("again: %v, and Zoom was asked %d times", again, len(p.Zoom.Calls(create)))
				}
				nonce = "n2"
			}
			m := schedule(t, p, nonce, draft())
			if again := schedule(t, p, nonce, draft()); again.ID != m.ID || len(p.Zoom.Meetings()) != 1 || len(p.Zoom.Calls(create)) != calls {
				t.Errorf("anew: %d meetings with %d calls", len(p.Zoom.Meetings()), len(p.Zoom.Calls(create)))
			}
		})
	}
}

// What Zoom refuses is remembered by what it was and when: nobody fills the disk with forms that come to nothing.
func TestLittleIsKeptOfWhatCameToNothing(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Agenda, d.AlternativeHosts = strings.Repeat("long ", 300), []string{"ben@example.com"}
	d.Invitees, d.Rooms = []meetings.Guest{{Name: "Kim", Address: "kim@example.com"}}, []meetings.Guest{{Address: "sakura@example.com"}}
	p.Zoom.Next(create, 1, wiretest.Refuse(400, `{"code":300,"message":"Validation Failed."}`))
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "refused", d)); !problem.Is(err, problem.Invalid) {
		t.Fatal(err)
	}
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "refused", d)); kindOf(err) != "invalid meetings.zoom_refused" {
		t.Errorf("the same once more: %v", err)
	}
	p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred))
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "withdrawn", d)); !problem.Is(err, problem.Busy) {
		t.Fatal(err)
	}
	storage := store.Meetings{Backend: p.Back}
	waits, err := storage.Nonced(t.Context(), wiretest.Person("ana"), "withdrawn")
	if err != nil {
		t.Fatal(err)
	}
	if topic, err := p.Meetings.Withdraw(t.Context(), visitor("ana"), waits.Meeting); topic != d.Topic || err != nil {
		t.Errorf("withdrawn: %q, %v", topic, err)
	}
	want := meetings.Draft{Topic: d.Topic, Start: d.Start, Duration: d.Duration, Zone: d.Zone}
	for _, nonce := range []string{"refused", "withdrawn"} {
		r, err := storage.Nonced(t.Context(), wiretest.Person("ana"), nonce)
		if diff := cmp.Diff(want, r.Request.Draft); err != nil || diff != "" || r.State != meetings.Refused {
			t.Errorf("%s, %s (-want +got)\n%s%v", nonce, r.State, diff, err)
		}
	}
}

// Zoom tells the rules for passcodes of nobody but the person: those of another host decide at Zoom.
func TestAPasscodeForAnotherHost(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Next("GET /v2/users/me/settings", 9, wiretest.Refuse(200, `{"schedule_meeting":{"meeting_password_requirement":{"length":8}}}`))
	p.Zoom.Next(create, 1, wiretest.Refuse(400, `{"code":300,"message":"Validation Failed."}`))
	wish := draft()
	wish.Passcode, wish.For = true, "boss@example.com"
	schedule(t, p, "n1", wish)
	asked := p.Zoom.Calls(create)
	if len(asked) != 2 || !strings.Contains(asked[0].Body, `"password"`) || strings.Contains(asked[1].Body, `"password"`) {
		t.Errorf("asked: %+v", asked)
	}
	wish.Topic, wish.Code = "Typed", "1234567"
	schedule(t, p, "n2", wish)
	wish.For = ""
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "n3", wish)); !slices.Equal(fields(err), []string{"passcode: meetings.passcode_short"}) {
		t.Errorf("one's own: %v", err)
	}
}

func TestAGrantThatEndedIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Next(create, 1, wiretest.Refuse(401, `{"code":124,"message":"Invalid access token."}`))
	p.Zoom.Next("POST /oauth/token", 1, wiretest.Refuse(400, `{"reason":"Invalid Token!","error":"invalid_grant"}`))
	soon := draft()
	soon.Now = true
	_, err := p.Meetings.Schedule(t.Context(), request(p, "n1", soon))
	if !problem.Is(err, problem.NotLinked) {
		t.Errorf("%v, want NotLinked", err)
	}
	nobody := request(p, "n1", draft())
	nobody.Person = wiretest.Person("ben")
	if _, err := p.Meetings.Schedule(t.Context(), nobody); !problem.Is(err, problem.NotLinked) {
		t.Errorf("never connected: %v", err)
	}
}

// A wish that was interrupted by the end of the connection waits for the next, and is dropped where the person did not wait for it.
func TestAWishWaitsForTheConnection(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"connected": false, "asked for anew": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			p.Zoom.Next(create, 1, wiretest.Refuse(401, `{"code":124,"message":"Invalid access token."}`))
			p.Zoom.Next("POST /oauth/token", 1, wiretest.Refuse(400, `{"reason":"Invalid Token!","error":"invalid_grant"}`))
			for range 2 { // the form sent twice
				_, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft()))
				if got := kindOf(err); got != "busy meetings.relink_waits" || !problem.Of(err).Until.Equal(p.Clock.Now().Add(time.Hour)) {
					t.Fatalf("%s until %s", got, problem.Of(err).Until)
				}
			}
			waiting := settling(t, p)
			p.Clock.Forward(50 * time.Minute)
			if wait, again := snoozed(p.Meetings.Settle(t.Context(), waiting)); !again || wait > 10*time.Second {
				t.Errorf("before it is connected: again %t in %s", again, wait)
			}
			p.Link("ana", true)
			if again {
				wish := draft()
				wish.Start = wish.Start.Add(time.Hour)
				schedule(t, p, "n2", wish)
			}
			settle(t, p, waiting)
			if made := p.Zoom.Meetings(); len(made) != 1 {
				t.Errorf("%d meetings", len(made))
			}
		})
	}
}

// Whoever has left the conversation while a wish waited makes nothing there any more, and is told; when Teams does not say, it waits on.
func TestAWishOfWhoHasLeftIsNotMade(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred))
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); kindOf(err) != "busy meetings.host_limit_waits" {
		t.Fatal(err)
	}
	waiting := settling(t, p)
	p.Clock.Forward(24 * time.Hour)
	p.Connector.Next("GET /emea/v3/conversations/"+group+"/members/ana", 1, wiretest.Refuse(503, ``))
	asked := false
	for range 6 {
		wait, again := snoozed(p.Meetings.Settle(t.Context(), waiting))
		if !again {
			break
		}
		if !asked && len(p.Connector.Calls("GET /emea/v3/conversations/"+group+"/members/ana")) > 0 { // Teams has not said: then she leaves
			asked = true
			p.Connector.Put(group, true, wiretest.Someone("ben"))
		}
		p.Clock.Forward(wait)
	}
	if made := p.Zoom.Meetings(); len(made) != 0 || !asked {
		t.Errorf("%d meetings; Teams was asked: %t", len(made), asked)
	}
	if told := about(t, p, waiting.Subject); told["ana"] != notifications.ScheduleFailed {
		t.Errorf("told: %v", told)
	}
}

// TestT93_TheAnswerOfZoomIsLost: whatever Zoom did, one meeting comes of it.
func TestT93_TheAnswerOfZoomIsLost(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		trouble wiretest.Trouble
		lag     time.Duration
		calls   int           // to create
		within  time.Duration // of the wish
	}{
		"cut after the effect":              {wiretest.Lose(0), 0, 1, 30 * time.Second},
		"500 after the effect":              {wiretest.Lose(500), 0, 1, 30 * time.Second},
		"504, and the list lags 30 s":       {wiretest.Lose(504), 30 * time.Second, 1, 30 * time.Second},
		"cut, and the list lags 45 s":       {wiretest.Lose(0), 45 * time.Second, 1, 50 * time.Second},
		"cut before the effect":             {wiretest.Drop(), 0, 2, 50 * time.Second},
		"502 without effect":                {wiretest.Refuse(502, ``), 0, 2, 50 * time.Second},
		"cut, and the list lags a long one": {wiretest.Lose(0), 90 * time.Second, 2, 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			p.Zoom.ListLag = row.lag
			p.Zoom.Next(create, 1, row.trouble)
			if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); kindOf(err) != "busy meetings.still_making" {
				t.Fatalf("%v, want Busy", err)
			}
			j := settling(t, p)
			waited := settle(t, p, j)
			m, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft()))
			if err != nil {
				t.Fatal(err)
			}
			if calls := p.Zoom.Calls(create); len(calls) != row.calls || waited > row.within {
				t.Errorf("made with %d calls within %v, want %d within %v", len(calls), waited, row.calls, row.within)
			}
			if found := storetest.Jobs(t, p.Back, meetings.CardJob, string(wiretest.Tenant)); len(found) != 1 || found[0].Subject != m.ID {
				t.Errorf("its card: %v", found)
			}
			// Later a twin may turn up.
			p.Clock.Forward(2 * time.Minute)
			j.Revision = 1
			if err := p.Meetings.Settle(t.Context(), j); err != nil {
				t.Fatal(err)
			}
			left := p.Zoom.Meetings()
			if len(left) != 1 || left[0]["join_url"] != m.JoinURL || left[0]["password"] != m.Passcode {
				t.Errorf("%d meetings at Zoom; stored %s", len(left), m.JoinURL)
			}
		})
	}
}

func TestAnOrphanOfARefusedWishIsDeleted(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.ListLag = time.Hour
	p.Zoom.Next(create, 1, wiretest.Lose(0))
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); !problem.Is(err, problem.Busy) {
		t.Fatal(err)
	}
	p.Zoom.Next(create, 1, wiretest.Refuse(400, `{"code":3161,"message":"no"}`))
	j := settling(t, p)
	settle(t, p, j)
	if told := about(t, p, j.Subject); told["ana"] != notifications.ScheduleFailed {
		t.Errorf("told %v", told)
	}
	p.Clock.Forward(time.Hour)
	j.Revision = 1
	if err := p.Meetings.Settle(t.Context(), j); err != nil || len(p.Zoom.Meetings()) != 0 {
		t.Errorf("%v; %d meetings that nobody knows", err, len(p.Zoom.Meetings()))
	}
}

func TestWhatCannotBeSettledIsTold(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		setUp func(*testing.T, *wiretest.Product)
		want  problem.Kind
		calls int
	}{
		"switched off": {func(t *testing.T, p *wiretest.Product) {
			if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, false, "test"); err != nil {
				t.Fatal(err)
			}
		}, problem.Forbidden, 0},
		"disconnected": {func(t *testing.T, p *wiretest.Product) {
			if err := p.Accounts.Disconnect(t.Context(), wiretest.Person("ana")); err != nil {
				t.Fatal(err)
			}
		}, problem.NotLinked, 0},
		"Zoom is down for ten minutes": {func(_ *testing.T, p *wiretest.Product) {
			p.Zoom.Next(list, 0, wiretest.Refuse(503, `{}`))
		}, problem.Unavailable, -1},
		"its answers get lost for ten minutes": {func(_ *testing.T, p *wiretest.Product) {
			p.Zoom.Next(create, 0, wiretest.Drop())
		}, problem.Unavailable, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			p.Zoom.Next(create, 1, wiretest.Drop())
			if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); !problem.Is(err, problem.Busy) {
				t.Fatal(err)
			}
			row.setUp(t, p)
			j, asked := settling(t, p), len(p.Zoom.Calls(list))
			if waited := settle(t, p, j); waited > 12*time.Minute {
				t.Errorf("given up after %v", waited)
			}
			if now := len(p.Zoom.Calls(list)); row.calls == 0 && now != asked {
				t.Errorf("%d calls to Zoom", now-asked)
			}
			r, err := store.Meetings{Backend: p.Back}.Reservation(t.Context(), wiretest.Tenant, j.Subject)
			if err != nil || r.State != meetings.Refused || r.Refusal.Kind != row.want {
				t.Errorf("%+v, %v", r, err)
			}
			if told := about(t, p, j.Subject); told["ana"] != notifications.ScheduleFailed {
				t.Errorf("told %v", told)
			}
		})
	}
}

// TestThePersonDoesNotWaitForZoom: the answer is Busy in time, and what comes of it appears all the same.
func TestThePersonDoesNotWaitForZoom(t *testing.T) {
	t.Parallel()
	p := stage(t)
	gate := wiretest.NewGate()
	p.Zoom.Next(create, 1, gate.After)
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, err := p.Meetings.Schedule(ctx, request(p, "n1", draft()))
		answered <- err
	}()
	<-gate.Reached
	leave()
	if err := <-answered; kindOf(err) != "busy meetings.still_making" || problem.Of(err).Until.IsZero() {
		t.Errorf("%v, want Busy", err)
	}
	close(gate.Open)
	m := schedule(t, p, "n1", draft())
	if len(p.Zoom.Meetings()) != 1 || len(about(t, p, m.ID)) != 0 {
		t.Errorf("%d meetings, told %v", len(p.Zoom.Meetings()), about(t, p, m.ID))
	}
}

func TestARefusalAfterTheAnswerIsToldInAMessage(t *testing.T) {
	t.Parallel()
	p := stage(t)
	gate := wiretest.NewGate()
	p.Zoom.Next(create, 1, func(w http.ResponseWriter, r *http.Request, _ func() *httptest.ResponseRecorder) {
		gate.Before(w, r, func() *httptest.ResponseRecorder {
			held := httptest.NewRecorder()
			wiretest.Refuse(400, `{"code":3161,"message":"no"}`)(held, r, nil)
			return held
		})
	})
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, err := p.Meetings.Schedule(ctx, request(p, "n1", draft()))
		answered <- err
	}()
	<-gate.Reached
	leave()
	if err := <-answered; !problem.Is(err, problem.Busy) {
		t.Fatalf("%v, want Busy", err)
	}
	close(gate.Open)
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); kindOf(err) != "forbidden meetings.may_not_host" {
		t.Errorf("%v", err)
	}
	p.Work(notifications.PumpJob)
	posts := p.Connector.Posts("a:1ana")
	if len(posts) != 1 || !strings.Contains(posts[0].Text(), "could not be made") || !strings.Contains(posts[0].Text(), "Ask your Zoom administrator") {
		t.Errorf("told: %v", posts)
	}
}

// TestASettlingThatSomebodyElseIsAt: the second of two does nothing, and comes again.
func TestASettlingThatSomebodyElseIsAt(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Next(create, 1, wiretest.Lose(0))
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); !problem.Is(err, problem.Busy) {
		t.Fatal(err)
	}
	j := settling(t, p)
	p.Clock.Forward(30 * time.Second)
	gate := wiretest.NewGate()
	p.Zoom.Next(list, 1, gate.Before)
	first := make(chan error, 1)
	go func() { first <- p.Meetings.Settle(t.Context(), j) }()
	<-gate.Reached
	if d, again := snoozed(p.Process(t).Meetings.Settle(t.Context(), j)); !again || d <= 0 {
		t.Error("the second does not come again")
	}
	close(gate.Open)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := p.Meetings.Settle(t.Context(), j); err != nil || len(p.Zoom.Meetings()) != 1 {
		t.Errorf("%v, %d meetings", err, len(p.Zoom.Meetings()))
	}
}

func TestStartURL(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	start, err := p.Meetings.StartURL(t.Context(), m.Organizer, m.ID)
	if err != nil || !strings.HasPrefix(start, "https://zoom.us/s/") || !strings.Contains(start, "zak=") {
		t.Errorf("%s, %v", start, err)
	}
	p.Link("ben", false)
	if _, err := p.Meetings.StartURL(t.Context(), wiretest.Person("ben"), m.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("somebody else: %v, want NotFound", err)
	}
	if _, err := p.Meetings.StartURL(t.Context(), m.Organizer, "nothing"); !problem.Is(err, problem.NotFound) {
		t.Errorf("no such meeting: %v", err)
	}
	evil, _ := json.Marshal(map[string]any{"id": 91234567001, "host_id": "zana", "start_url": "https://evil.example/s/91234567001?zak=x"})
	p.Zoom.Next("GET /v2/meetings/*", 1, wiretest.Refuse(200, string(evil)))
	if start, err := p.Meetings.StartURL(t.Context(), m.Organizer, m.ID); start != "" || !problem.Is(err, problem.Unavailable) {
		t.Errorf("a start link that leads elsewhere: %s, %v", start, err)
	}
	p.Zoom.Next("GET /v2/meetings/*", 1, wiretest.Refuse(404, `{"code":3001,"message":"Meeting does not exist."}`))
	if _, err := p.Meetings.StartURL(t.Context(), m.Organizer, m.ID); kindOf(err) != "not_found meetings.gone" {
		t.Errorf("deleted at Zoom: %v", err)
	}
}

// TestALateMeetingIsMadeOnce: a process that dies when Zoom has made a meeting that had to wait leaves it to be found, as any other.
func TestALateMeetingIsMadeOnce(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ trouble, mend func(*wiretest.Product) }{
		"Zoom's next day": {
			func(p *wiretest.Product) { p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred)) },
			func(p *wiretest.Product) { p.Clock.Forward(24 * time.Hour) },
		},
		"connected again": {
			func(p *wiretest.Product) {
				p.Zoom.Next(create, 1, wiretest.Refuse(401, `{"code":124,"message":"Invalid access token."}`))
				p.Zoom.Next("POST /oauth/token", 1, wiretest.Refuse(400, `{"reason":"Invalid Token!","error":"invalid_grant"}`))
			},
			func(p *wiretest.Product) { p.Link("ana", true) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			p.Zoom.ListLag = 30 * time.Second
			row.trouble(p)
			if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); !problem.Is(err, problem.Busy) {
				t.Fatal(err)
			}
			waiting := settling(t, p)
			row.mend(p)
			process, die := context.WithCancel(t.Context())
			defer die()
			p.Zoom.Next(create, 1, func(_ http.ResponseWriter, _ *http.Request, effect func() *httptest.ResponseRecorder) {
				effect()
				die()
				panic(http.ErrAbortHandler)
			})
			for process.Err() == nil {
				wait, again := snoozed(p.Meetings.Settle(process, waiting))
				if !again && process.Err() == nil {
					t.Fatal("it does not wait any more, and was not made")
				}
				p.Clock.Forward(wait)
			}
			settle(t, p, waiting)
			m := find(t, p, waiting.Subject)
			if made, calls := p.Zoom.Meetings(), p.Zoom.Calls(create); len(made) != 1 || len(calls) != 2 || made[0]["join_url"] != m.JoinURL {
				t.Errorf("%d meetings with %d calls, and %s is stored", len(made), len(calls), m.JoinURL)
			}
		})
	}
}
