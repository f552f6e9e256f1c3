package accounts_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/store/storetest"
)

// TestT35_Disconnect: the tokens are revoked at Zoom and the rows gone at once; whatever still runs for the person finds nothing;
// Zoom out of reach only delays the revocation.
func TestT35_Disconnect(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, p, ctx := w.service(quick), w.person(), t.Context()
		w.link(s, p, w.user("Ana"))
		client, err := s.Zoom(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		w.zoom.locked(func() { w.zoom.down = 1 })
		if err := s.Disconnect(ctx, p); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Account(ctx, p); err != nil || a.Linked || a.Calendar || a.NeedsRelink || a.Name != "" || w.rows("account_grants") != 0 {
			t.Errorf("at once: %+v, %v, %d grants", a, err, w.rows("account_grants"))
		}
		_, err = client.Me(ctx)
		refused(t, "a client handed out before", err, problem.NotLinked, "problem.not_linked")
		if _, err := s.Graph(ctx, p); !problem.Is(err, problem.Consent) {
			t.Errorf("Graph: %v", err)
		}
		if failed := w.work(s); len(failed) != 1 || len(w.zoom.alive()) != 1 {
			t.Errorf("while Zoom is out of reach: %v", failed)
		}
		for range 2 { // repeated, as jobs may be
			if failed := w.work(s); failed != nil || len(w.zoom.alive()) != 0 || w.rows("account_revocations") != 0 {
				t.Errorf("later: %v, %d live on", failed, len(w.zoom.alive()))
			}
		}
		if err := s.Disconnect(ctx, p); err != nil {
			t.Errorf("nothing to disconnect: %v", err)
		}
	})
}

// TestT35_LongAfter: an access token that has expired is renewed in order to revoke, and a grant that is dead already needs nothing.
func TestT35_LongAfter(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ana, ben := w.service(quick), w.person(), w.person()
		w.link(s, ana, w.user("Ana"))
		user := w.user("Ben")
		w.link(s, ben, user)
		w.forward(30 * 24 * time.Hour)
		w.zoom.endGrants(user)
		for _, p := range []entra.Person{ana, ben} {
			if err := s.Disconnect(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		if failed := w.work(s); failed != nil || len(w.zoom.alive()) != 0 || w.rows("account_revocations") != 0 {
			t.Errorf("%v, %d live on, %d waiting", failed, len(w.zoom.alive()), w.rows("account_revocations"))
		}
	})
}

// TestT35_DuringRefresh: a person disconnects while a refresh is under way; the new tokens do not outlive it.
func TestT35_DuringRefresh(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, p := w.service(quick), w.person()
		w.link(s, p, w.user("Ana"))
		w.forward(time.Hour)
		var once sync.Once
		w.zoom.locked(func() {
			w.zoom.after = func(route string) { // Zoom has answered, nothing is stored yet
				if route != "POST /oauth/token" {
					return
				}
				once.Do(func() {
					if err := w.service().Disconnect(t.Context(), p); err != nil {
						t.Error(err)
					}
				})
			}
		})
		refused(t, "the call", me(t, s, p), problem.NotLinked, "problem.not_linked")
		if failed := w.work(s); failed != nil || len(w.zoom.alive()) != 0 {
			t.Errorf("%v, %d live on", failed, len(w.zoom.alive()))
		}
	})
}

// TestMoved: a Zoom user belongs to one person. Who connects it takes it over; who had it is told, once, and loses nothing else.
func TestMoved(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ana, ben, user := w.service(quick), w.person(), w.person(), w.user("Shared")
		w.link(s, ana, user)
		w.link(s, ben, user)
		if a := w.account(ana); a.Linked || a.NeedsRelink || !a.Calendar {
			t.Errorf("who had it: %+v", a)
		}
		if a := w.account(ben); !a.Linked {
			t.Errorf("who has it: %+v", a)
		}
		if told := w.jobsOf(accounts.MovedJob, ana); len(told) != 1 || len(w.jobsOf(accounts.MovedJob, ben)) != 0 {
			t.Errorf("told: %+v", told)
		}
		if failed := w.work(s); failed != nil || me(t, s, ben) != nil {
			t.Errorf("%v: the new grant was ended with the old", failed)
		}
		w.forward(time.Minute)
		w.link(s, ben, user) // again, the same one
		if w.rows("account_revocations") != 0 {
			t.Error("the grant that Zoom replaced by itself is to be revoked")
		}
		w.link(s, ben, w.user("Own"))
		if failed := w.work(s); failed != nil {
			t.Error(failed)
		}
		if alive := w.zoom.alive(); len(alive) != 1 || alive[0].user.name != "Own" || me(t, s, ben) != nil {
			t.Errorf("living at Zoom: %+v", alive)
		}
	})
}

// TestMovedAtOnce: two people connect one Zoom user at the same moment: one of them has it in the end.
func TestMovedAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		for range 5 {
			user := w.user("Shared")
			people := []entra.Person{w.person(), w.person(), w.person()}
			var codes []string
			for _, p := range people {
				codes = append(codes, w.complete(w.service(), p, user).Result)
			}
			var group sync.WaitGroup
			for i, p := range people {
				group.Go(func() {
					if _, err := w.service().Activate(t.Context(), p, "", codes[i]); err != nil && !problem.Is(err, problem.Forbidden) {
						t.Error(err)
					}
				})
			}
			group.Wait()
			linked := 0
			for _, p := range people {
				if w.account(p).Linked {
					linked++
				}
			}
			if linked != 1 {
				t.Errorf("%d people have the same Zoom user", linked)
			}
		}
	})
}

// TestParallelLinkings: of two linkings of one person the later one's tokens live; the other's end takes nothing from them.
func TestParallelLinkings(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, p, user := w.service(quick), w.person(), w.user("Ana")
		w.complete(s, p, user) // abandoned
		w.link(s, p, user)
		w.forward(10*time.Minute + time.Second)
		for range 2 {
			if err := s.ExpireIntents(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if failed := w.work(s); failed != nil || me(t, s, p) != nil || w.rows("account_intents") != 0 {
			t.Errorf("%v, %v", failed, me(t, s, p))
		}
		if n := w.zoom.called("POST /oauth/revoke"); n != 0 {
			t.Errorf("revoked %d times what Zoom had ended by itself: that could end the new grant", n)
		}
	})
}

// TestManyExpire: any number of abandoned linkings is cleared away.
func TestManyExpire(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, p := w.service(), w.person()
		for range 230 {
			w.begin(s, p)
		}
		w.forward(11 * time.Minute)
		kept := w.begin(s, p)
		if err := s.ExpireIntents(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.rows("account_intents") != 1 {
			t.Errorf("%d left", w.rows("account_intents"))
		}
		w.open(s, browser{}, kept.ID)
	})
}

// TestT91_Link makes every write to the storage and every call to Zoom and Microsoft fail in turn, before its effect or with its answer
// lost, while a person connects, uses and disconnects the account. Whatever fails: nobody is half linked, what is asked for again
// works, and no tokens live on at Zoom that nobody knows of, but those that Zoom gave in an answer that was lost.
func TestT91_Link(t *testing.T) {
	t.Parallel()
	for name, inject := range map[string]func(n int64) (*brittle, *lossy){
		"write":           func(n int64) (*brittle, *lossy) { return &brittle{at: n}, &lossy{} },
		"call not sent":   func(n int64) (*brittle, *lossy) { return &brittle{}, &lossy{at: n} },
		"answer lost":     func(n int64) (*brittle, *lossy) { return &brittle{}, &lossy{at: n, after: true} },
		"answered by 500": func(n int64) (*brittle, *lossy) { return &brittle{}, &lossy{at: n, status: 500} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := onSQLite
			if name == "write" {
				run = both
			}
			run(t, func(t *testing.T, w *world) {
				for n := int64(1); ; n++ {
					storage, network := inject(n)
					storage.Storage = w.storage
					if !linkWith(t, w, storage, network) {
						if n < 8 {
							t.Errorf("only %d places to fail", n-1)
						}
						return
					}
					if t.Failed() {
						t.Fatalf("with failure %d", n)
					}
				}
			})
		})
	}
}

// linkWith lets one person connect, call, and disconnect while something fails. It answers false when nothing was left to fail.
func linkWith(t *testing.T, w *world, storage *brittle, network *lossy) bool {
	t.Helper()
	p, user := w.person(), zoomUser{}
	s := w.serviceOver(network, quick, shortLease, func(c *accounts.Config) { c.Storage = storage })
	lost := 0 // grants that Zoom gave in an answer that was lost
	used, repeats := false, 0
	for !used {
		if repeats++; repeats > 3 {
			t.Fatal("one failure has stopped it for good")
		}
		user = w.user("Ana") // another one each time: Zoom ends the grants of the same one by itself
		used = try(w, s, p, user)
		if a := w.account(p); used && !a.Linked || (a.Linked && a.Name == "") {
			t.Errorf("half linked: %+v", a)
		}
	}
	w.forward(time.Hour)
	err := me(t, s, p)
	for range 2 {
		if err == nil || problem.Is(err, problem.NotLinked) {
			break
		}
		err = me(t, s, p)
	}
	if problem.Is(err, problem.NotLinked) { // the answer to a refresh was lost: the person connects again
		if len(w.jobsOf(accounts.RelinkJob, p)) != 1 || !network.after {
			t.Errorf("%v: %+v", err, w.jobsOf(accounts.RelinkJob, p))
		}
		w.link(w.service(), p, user)
		err = me(t, s, p)
	}
	if err != nil {
		t.Errorf("still failing: %v", err)
	}
	for range 3 {
		if err = s.Disconnect(t.Context(), p); err == nil {
			break
		}
	}
	w.forward(11 * time.Minute)
	for range 3 {
		if err := s.ExpireIntents(t.Context()); err == nil && w.work(s) == nil {
			break
		}
	}
	if network.after {
		lost = 1
	}
	if alive := w.zoom.alive(); err != nil || len(alive) > lost {
		t.Errorf("%v: %d grants live on at Zoom", err, len(alive))
	}
	for _, table := range []string{"account_intents", "account_grants", "account_revocations"} {
		if n := w.rows(table); n != 0 {
			t.Errorf("%d rows left in %s", n, table)
		}
	}
	for _, g := range w.zoom.alive() {
		w.zoom.endGrants(g.user)
	}
	return storage.n.Load() >= storage.at && storage.at > 0 || network.n.Load() >= network.at && network.at > 0
}

// try goes through a linking and tells whether it worked to the end.
func try(w *world, s *accounts.Service, p entra.Person, user zoomUser) bool {
	ctx, b := w.t.Context(), browser{}
	intent, err := s.Begin(ctx, accounts.Begin{Person: p})
	if err != nil {
		return false
	}
	opening, err := s.Open(ctx, intent.ID)
	if err != nil {
		return false
	}
	b[opening.CookieName] = opening.CookieValue
	step, err := s.FromZoom(ctx, b.callback(w.zoom.consent(w.t, opening.Redirect, user)))
	if err != nil {
		return false
	}
	done, err := s.FromEntra(ctx, b.callback(w.microsoft.consent(w.t, step.Redirect, p)))
	if err != nil {
		return false
	}
	_, err = s.Activate(ctx, p, "", done.Result)
	if err != nil { // as Teams does when it gets no answer
		_, err = s.Activate(ctx, p, "", done.Result)
	}
	return err == nil
}

// lossy is a network on which the n-th call fails: not sent, its answer lost, or answered by a gateway.
type lossy struct {
	at     int64 // 0: none
	after  bool
	status int
	n      atomic.Int64
}

var errNetwork = errors.New("connection reset")

// RoundTrip implements http.RoundTripper.
func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.n.Add(1) != l.at {
		return http.DefaultTransport.RoundTrip(r)
	}
	if l.status != 0 {
		return &http.Response{
			StatusCode: l.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody, Request: r,
		}, nil
	}
	if l.after {
		if answer, err := http.DefaultTransport.RoundTrip(r); err == nil {
			answer.Body.Close()
		}
	}
	return nil, errNetwork
}

// TestRevocationAltered: a revocation that nobody can read is given up instead of failing for ever.
func TestRevocationAltered(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	w := newWorld(t, back)
	r := accounts.Revocation{ID: storetest.NewID(), Tenant: w.tenant, Subject: "u", Sealed: []byte("nonsense")}
	if err := w.storage.AddRevocation(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	job := jobs.Job{Kind: accounts.RevokeJob, Tenant: string(r.Tenant), Subject: r.ID}
	for range 2 {
		if err := w.service().Revoke(t.Context(), job); err != nil {
			t.Error(err)
		}
	}
	if w.rows("account_revocations") != 0 || !strings.Contains(w.logs.String(), r.ID) {
		t.Error("it is still there, or nobody was told")
	}
}
