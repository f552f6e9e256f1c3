package accounts_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/zoom"
)

// quick waits next to nothing.
func quick(c *accounts.Config) {
	c.Wait = func(ctx context.Context, _ time.Duration) error {
		time.Sleep(time.Millisecond) // lets others have their turn, for whom is waited
		return ctx.Err()
	}
}

// shortLease lets a lease that its holder never gave back run out soon.
func shortLease(c *accounts.Config) { c.Lease = 20 * time.Millisecond }

// me calls Zoom for a person.
func me(t *testing.T, s *accounts.Service, p entra.Person) error {
	t.Helper()
	client, err := s.Zoom(t.Context(), p)
	if err != nil {
		return err
	}
	_, err = client.Me(t.Context())
	return err
}

// TestT96_OneRefresh: four processes with fifty calls each find the token expired, a hundred times: a hundred refreshes, nobody has
// to connect again, and nobody sees a 401. (On SQLite, which is for one process, a tenth of that.)
func TestT96_OneRefresh(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		const instances, callers = 4, 50
		rounds := 100
		if w.back.DB.Engine() == database.SQLite {
			rounds = 10
		}
		p := w.person()
		w.link(w.service(), p, w.user("Ana"))
		var services []*accounts.Service
		for range instances {
			services = append(services, w.service(quick))
		}
		for round := range rounds {
			w.forward(time.Hour)
			var group sync.WaitGroup
			for _, s := range services {
				client, err := s.Zoom(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				ask := accounts.TokenOf(s, p)
				for i := range callers {
					group.Go(func() {
						var err error
						if i == 0 && round%10 == 0 { // a whole call; the others only ask for the token
							_, err = client.Me(t.Context())
						} else {
							_, err = ask(t.Context())
						}
						if err != nil {
							t.Error(err)
						}
					})
				}
			}
			group.Wait()
		}
		if done, refused := w.zoom.refreshes(); done != rounds || refused != 0 {
			t.Errorf("%d refreshes, %d refused; want %d and none", done, refused, rounds)
		}
		if n := len(w.jobsOf(accounts.RelinkJob, p)); n != 0 {
			t.Errorf("%d relinks", n)
		}
		if calls := w.zoom.called("GET /v2/users/me"); calls != 1+rounds/10*instances {
			t.Errorf("%d calls: some were repeated after a 401", calls)
		}
	})
}

// TestT97_Killed: a process dies between Zoom's answer and the commit. The grant is lost; its owner is told once, all data stays, and
// nothing runs in circles. One that dies before the call costs nothing.
func TestT97_Killed(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p, user := w.person(), w.user("Ana")
		w.link(w.service(), p, user)

		t.Log("killed before the call: the claim stands, Zoom was not asked")
		w.forward(time.Hour)
		g, err := w.storage.Grant(t.Context(), p, accounts.Zoom)
		if err != nil {
			t.Fatal(err)
		}
		if mine, err := w.storage.Claim(t.Context(), g, "the dead process", 20*time.Millisecond); err != nil || !mine {
			t.Fatal(mine, err)
		}
		if err := me(t, w.service(quick), p); err != nil {
			t.Errorf("after the restart: %v", err)
		}
		if done, refused := w.zoom.refreshes(); done != 1 || refused != 0 || len(w.jobsOf(accounts.RelinkJob, p)) != 0 {
			t.Errorf("%d refreshes, %d refused", done, refused)
		}

		t.Log("killed after Zoom's answer: the new tokens are gone")
		w.forward(time.Hour)
		dying := w.service(quick, shortLease, func(c *accounts.Config) {
			c.Storage = &brittle{Storage: w.storage, fails: func(method string) bool { return method == "SaveTokens" }}
		})
		if err := me(t, dying, p); !problem.Is(err, problem.Unavailable) {
			t.Errorf("before it died: %v", err)
		}
		var group sync.WaitGroup
		for range 4 {
			s := w.service(quick)
			group.Go(func() {
				for range 5 {
					err := me(t, s, p)
					refused(t, "after the restart", err, problem.NotLinked, "connect.relink")
				}
			})
		}
		group.Wait()
		if jobs := w.jobsOf(accounts.RelinkJob, p); len(jobs) != 1 {
			t.Errorf("told %d times: %+v", len(jobs), jobs)
		}
		// The spent token and the one before it: each was tried once by whoever found out.
		if done, refused := w.zoom.refreshes(); done != 2 || refused > 2 {
			t.Errorf("%d refreshes, %d refused", done, refused)
		}
		if a := w.account(p); a.Linked || !a.NeedsRelink || a.Name != "Ana" || !a.Calendar {
			t.Errorf("what is left: %+v", a)
		}

		t.Log("connected again")
		w.link(w.service(), p, user)
		if err := me(t, w.service(), p); err != nil {
			t.Error(err)
		}
	})
}

// TestT98_Loser: who comes too late adopts what the winner stored, trouble that passes ends no grant, and where nothing can be stored
// Zoom is not asked.
func TestT98_Loser(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p, user := w.person(), w.user("Ana")
		w.link(w.service(), p, user)

		t.Log("a process is held up until its lease is over; another one refreshes; the first gets invalid_grant")
		w.forward(time.Hour)
		first, proceed := make(chan struct{}), make(chan struct{})
		var held atomic.Bool
		w.zoom.locked(func() {
			w.zoom.before = func(route string) {
				if route == "POST /oauth/token" && held.CompareAndSwap(false, true) {
					close(first)
					<-proceed
				}
			}
		})
		late := make(chan error, 1)
		slow := w.service(quick, shortLease)
		go func() { late <- me(t, slow, p) }()
		<-first
		if err := me(t, w.service(quick), p); err != nil {
			t.Errorf("the winner: %v", err)
		}
		close(proceed)
		if err := <-late; err != nil {
			t.Errorf("the loser: %v", err)
		}
		if done, refused := w.zoom.refreshes(); done != 1 || refused != 1 {
			t.Errorf("%d refreshes, %d refused", done, refused)
		}

		t.Log("trouble that passes")
		s := w.service(quick)
		for range 3 {
			w.forward(time.Hour)
			w.zoom.locked(func() { w.zoom.down = 1 })
			err := me(t, s, p)
			refused(t, "503", err, problem.Unavailable, "connect.zoom_unavailable")
			if a := w.account(p); !a.Linked {
				t.Fatalf("a 503 ended the grant: %+v", a)
			}
			if err := me(t, s, p); err != nil {
				t.Errorf("after it: %v", err)
			}
		}

		t.Log("the disk is full")
		w.forward(time.Hour)
		before := w.zoom.called("POST /oauth/token")
		full := w.service(quick, func(c *accounts.Config) {
			c.Storage = &brittle{Storage: w.storage, fails: func(string) bool { return true }}
		})
		if err := me(t, full, p); !problem.Is(err, problem.Unavailable) || !errors.Is(err, errBroken) {
			t.Error(err)
		}
		if n := w.zoom.called("POST /oauth/token") - before; n != 0 {
			t.Errorf("Zoom was asked %d times", n)
		}
		if err := me(t, s, p); err != nil || len(w.jobsOf(accounts.RelinkJob, p)) != 0 {
			t.Errorf("with room again: %v, %d relinks", err, len(w.jobsOf(accounts.RelinkJob, p)))
		}
	})
}

// TestT98_EarlyTrouble: a token that still works is handed out when its early renewal fails, without asking again at every call.
func TestT98_EarlyTrouble(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		p, s := w.person(), w.service(quick)
		w.link(s, p, w.user("Ana"))
		w.forward(56 * time.Minute)
		w.zoom.locked(func() { w.zoom.down = 1000 })
		before := w.zoom.called("POST /oauth/token")
		for range 10 {
			if err := me(t, s, p); err != nil {
				t.Error(err)
			}
		}
		if n := w.zoom.called("POST /oauth/token") - before; n != 1 {
			t.Errorf("the token endpoint was asked %d times", n)
		}
	})
}

// TestT98_TransientStorage: new tokens are tried to be stored again, and nobody sees them before.
func TestT98_TransientStorage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p := w.person()
		w.link(w.service(), p, w.user("Ana"))
		w.forward(time.Hour)
		var failures atomic.Int32
		s := w.service(quick, func(c *accounts.Config) {
			c.Storage = &brittle{Storage: w.storage, fails: func(method string) bool { return method == "SaveTokens" && failures.Add(1) <= 3 }}
		})
		if err := me(t, s, p); err != nil {
			t.Error(err)
		}
		if err := me(t, w.service(), p); err != nil {
			t.Errorf("another process: %v", err)
		}
		if done, refused := w.zoom.refreshes(); done != 1 || refused != 0 {
			t.Errorf("%d refreshes, %d refused", done, refused)
		}
	})
}

// TestT99_TokenDies: a token that Zoom refuses in the middle of work is replaced once and the call repeated; a second refusal is the
// answer.
func TestT99_TokenDies(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p, user := w.person(), w.user("Ana")
		s, twin := w.service(quick), w.service(quick)
		w.link(s, p, user)
		w.zoom.killAccess(user)
		var group sync.WaitGroup
		for _, who := range []*accounts.Service{s, twin, s, twin} {
			group.Go(func() {
				if err := me(t, who, p); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if done, _ := w.zoom.refreshes(); done != 1 {
			t.Errorf("%d refreshes", done)
		}

		w.zoom.locked(func() {
			w.zoom.after = func(route string) { // whatever Zoom gives is dead at once
				if route == "POST /oauth/token" {
					w.zoom.killAccess(user)
				}
			}
		})
		w.zoom.killAccess(user)
		before := w.zoom.called("GET /v2/users/me")
		if err := me(t, s, p); !errors.Is(err, zoom.ErrUnauthorized) {
			t.Errorf("the second refusal: %v", err)
		}
		if n := w.zoom.called("GET /v2/users/me") - before; n != 2 {
			t.Errorf("called %d times", n)
		}
		if a := w.account(p); !a.Linked {
			t.Error("that ended the grant")
		}
	})
}

// TestDeadGrant: a grant that Zoom has ended is noticed at the next refresh, and its owner told once.
func TestDeadGrant(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p, user, s := w.person(), w.user("Ana"), w.service(quick)
		w.link(s, p, user)
		w.zoom.endGrants(user)
		for range 3 {
			refused(t, "call", me(t, s, p), problem.NotLinked, "connect.relink")
		}
		if jobs := w.jobsOf(accounts.RelinkJob, p); len(jobs) != 1 || jobs[0].Revision == 0 {
			t.Errorf("%+v", jobs)
		}
		if a, err := s.Account(t.Context(), p); err != nil || a.Linked || !a.NeedsRelink {
			t.Errorf("at once: %+v, %v", a, err)
		}
		w.forward(time.Minute)
		w.link(s, p, user)
		w.zoom.endGrants(user)
		refused(t, "the next one", me(t, s, p), problem.NotLinked, "connect.relink")
		if jobs := w.jobsOf(accounts.RelinkJob, p); len(jobs) != 2 {
			t.Errorf("told of two ends %d times", len(jobs))
		}
	})
}

// TestPreviousToken: Zoom does not know the newest refresh token, as after a failure on its side; the one before still counts.
func TestPreviousToken(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		p, s := w.person(), w.service(quick)
		w.link(s, p, w.user("Ana"))
		for range 2 {
			w.forward(time.Hour)
			if err := me(t, s, p); err != nil {
				t.Fatal(err)
			}
			w.zoom.locked(func() {
				g := w.zoom.grants[0]
				g.refresh, g.used = g.used[len(g.used)-1], nil
			})
			w.forward(time.Hour)
			if err := me(t, s, p); err != nil {
				t.Error(err)
			}
		}
		if n := len(w.jobsOf(accounts.RelinkJob, p)); n != 0 || !w.account(p).Linked {
			t.Errorf("%d relinks", n)
		}
	})
}

// TestAppDisabled: a refresh refused because the app is switched off ends no grant; it is the gate that closes.
func TestAppDisabled(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		p, s := w.person(), w.service(quick)
		w.link(s, p, w.user("Ana"))
		w.forward(time.Hour)
		w.zoom.locked(func() { w.zoom.disabled = true })
		if err := me(t, s, p); !problem.Is(err, problem.NotReady) {
			t.Error(err)
		}
		w.zoom.locked(func() { w.zoom.disabled = false })
		if err := w.policy.Learn(t.Context(), w.tenant, policy.Zoom, policy.Approved, "probe"); err != nil {
			t.Fatal(err)
		}
		if err := me(t, s, p); err != nil || !w.account(p).Linked {
			t.Errorf("on again: %v", err)
		}
	})
}

// TestAppDisabledElsewhere: a Zoom account in which the app is switched off may be anybody's: it shuts the gate for nobody else. The account
// that the organisation names as its own does.
func TestAppDisabledElsewhere(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		p, s := w.person(), w.service(quick)
		w.link(s, p, w.user("Ana"))
		w.forward(time.Hour)
		w.zoom.locked(func() { w.zoom.disabled, w.zoom.elsewhere = true, true })
		if err := me(t, s, p); !problem.Is(err, problem.Forbidden) {
			t.Error(err)
		}
		if err := w.policy.Ready(t.Context(), w.tenant); err != nil {
			t.Errorf("one account shuts the gate for all: %v", err)
		}
		own := w.service(quick, func(c *accounts.Config) { c.AllowedZoomAccounts = []string{"acct1"} })
		if err := me(t, own, p); !problem.Is(err, problem.NotReady) {
			t.Errorf("in the organisation's own account: %v", err)
		}
	})
}

// TestNotAllowedAnyMore: whom the organisation lets connect counts whenever Zoom is called, not only when it was connected.
func TestNotAllowedAnyMore(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		p, s := w.person(), w.service(quick)
		w.link(s, p, w.user("Ana"))
		for name, narrow := range map[string]func(*accounts.Config){
			"another account": func(c *accounts.Config) { c.AllowedZoomAccounts = []string{"acct9"} },
			"another domain":  func(c *accounts.Config) { c.AllowedEmailDomains = []string{"example.org"} },
		} {
			s := w.service(quick, narrow)
			if err := me(t, s, p); !problem.Is(err, problem.NotLinked) {
				t.Errorf("%s: %v", name, err)
			}
			if a, err := s.Account(t.Context(), p); err != nil || a.Linked || !a.NeedsRelink {
				t.Errorf("%s: %+v, %v", name, a, err)
			}
		}
	})
}

// TestMicrosoftTokens: the Microsoft grant is renewed in the same way; when it has ended, that is a matter of consent and the Zoom grant
// stays.
func TestMicrosoftTokens(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		p, s := w.person(), w.service(quick)
		w.link(s, p, w.user("Ana"))
		see := func() error {
			client, err := s.Graph(t.Context(), p)
			if err != nil {
				return err
			}
			return client.CalendarView(t.Context(), viewOf(w.now()), func([]graph.Event) error { return nil })
		}
		for range 3 {
			w.forward(2 * time.Hour)
			if err := see(); err != nil {
				t.Error(err)
			}
		}
		if w.microsoft.refreshed != 3 {
			t.Errorf("%d refreshes", w.microsoft.refreshed)
		}
		w.forward(2 * time.Hour)
		w.microsoft.locked(func() { w.microsoft.refusal = "temporarily_unavailable 90033" })
		refused(t, "no answer", see(), problem.Unavailable, "connect.microsoft_unavailable")
		w.microsoft.locked(func() { w.microsoft.refusal = "invalid_grant 50173" })
		for range 2 {
			refused(t, "ended", see(), problem.Consent, "connect.calendar_ended")
		}
		if a := w.account(p); !a.Linked || a.Calendar || a.NeedsRelink {
			t.Errorf("%+v", a)
		}
		if n := len(w.jobsOf(accounts.RelinkJob, p)); n != 0 {
			t.Errorf("%d relinks", n)
		}
	})
}

// TestT81_Grants: nothing of a secret is in the database in the clear, and a sealed grant that was moved to another person opens for
// nobody: both are flagged.
func TestT81_Grants(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ana, ben := w.service(quick), w.person(), w.person()
		w.complete(s, w.person(), w.user("Chloé")) // an intent with provisional tokens
		w.link(s, ana, w.user("Ana"))
		w.link(s, ben, w.user("Ben"))
		gone := w.person()
		w.link(s, gone, w.user("Gus"))
		if err := s.Disconnect(t.Context(), gone); err != nil { // a revocation
			t.Fatal(err)
		}
		for _, table := range []string{"account_intents", "account_grants", "account_revocations"} {
			if text := dump(t, w.back, table); text == "" || secretsIn(w, text) != "" {
				t.Errorf("%s holds %q", table, secretsIn(w, text))
			}
		}
		swap(t, w, ana, ben)
		for _, p := range []entra.Person{ana, ben} {
			refused(t, "swapped", me(t, s, p), problem.NotLinked, "connect.relink")
			if a := w.account(p); a.Linked || !a.NeedsRelink || len(w.jobsOf(accounts.RelinkJob, p)) != 1 {
				t.Errorf("not flagged: %+v", a)
			}
		}
	})
}

// swap is what somebody with the database in hands may do.
func swap(t *testing.T, w *world, one, two entra.Person) {
	t.Helper()
	first, err := w.storage.Grant(t.Context(), one, accounts.Zoom)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.storage.Grant(t.Context(), two, accounts.Zoom)
	if err != nil {
		t.Fatal(err)
	}
	first.Sealed, second.Sealed = second.Sealed, first.Sealed
	if err := errors.Join(w.storage.SaveTokens(t.Context(), first), w.storage.SaveTokens(t.Context(), second)); err != nil {
		t.Fatal(err)
	}
}

// TestAccountIsCheap: a linked person is read once and then answered from memory; one who is not linked is never kept waiting for news.
func TestAccountIsCheap(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		reads := &readCount{Storage: w.storage}
		s := w.service(func(c *accounts.Config) { c.Storage = reads })
		p := w.person()
		if a, err := s.Account(t.Context(), p); err != nil || a.Linked {
			t.Fatal(a, err)
		}
		w.link(w.service(), p, w.user("Ana")) // on another process
		if a, err := s.Account(t.Context(), p); err != nil || !a.Linked {
			t.Errorf("right after: %+v, %v", a, err)
		}
		before := reads.n.Load()
		for range 100 {
			if a, err := s.Account(t.Context(), p); err != nil || !a.Linked {
				t.Fatal(a, err)
			}
		}
		if n := reads.n.Load() - before; n != 0 {
			t.Errorf("%d reads", n)
		}
		if err := s.Disconnect(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Account(t.Context(), p); err != nil || a.Linked {
			t.Errorf("right after disconnecting: %+v, %v", a, err)
		}
	})
}

// TestPatience: who stops waiting for a token gets an answer at once, and the renewal goes on.
func TestPatience(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	w := newWorld(t, back)
	p, s := w.person(), w.service(quick)
	w.link(s, p, w.user("Ana"))
	w.forward(time.Hour)
	asked, proceed := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.zoom.locked(func() {
		w.zoom.before = func(string) {
			once.Do(func() { close(asked) })
			<-proceed
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := accounts.TokenOf(s, p)(ctx)
		result <- err
	}()
	<-asked
	cancel()
	if err := <-result; !problem.Is(err, problem.Unavailable) {
		t.Error(err)
	}
	close(proceed)
	if err := me(t, s, p); err != nil {
		t.Error(err)
	}
	if done, refused := w.zoom.refreshes(); done != 1 || refused != 0 {
		t.Errorf("%d refreshes, %d refused", done, refused)
	}
}

// TestAccountForgets: what was read before a person disconnected is not remembered after.
func TestAccountForgets(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		slow := &slowReader{Storage: w.storage}
		s, p := w.service(func(c *accounts.Config) { c.Storage = slow }), w.person()
		w.link(w.service(), p, w.user("Ana"))
		slow.then = func() {
			slow.then = nil
			if err := s.Disconnect(t.Context(), p); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Account(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Account(t.Context(), p); err != nil || a.Linked {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

// slowReader lets something happen between a read and its answer.
type slowReader struct {
	accounts.Storage
	then func()
}

// Grants implements accounts.Storage.
func (s *slowReader) Grants(ctx context.Context, p entra.Person) ([]accounts.Grant, error) {
	found, err := s.Storage.Grants(ctx, p)
	if s.then != nil {
		s.then()
	}
	return found, err
}

type readCount struct {
	accounts.Storage
	n atomic.Int64
}

// Grants implements accounts.Storage.
func (s *readCount) Grants(ctx context.Context, p entra.Person) ([]accounts.Grant, error) {
	s.n.Add(1)
	return s.Storage.Grants(ctx, p)
}

// dump is all that a table holds, bytes as they are.
func dump(t *testing.T, back store.Backend, table string) string {
	t.Helper()
	rows, err := back.DB.Read().QueryContext(t.Context(), "select * from "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new([]byte)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		for _, cell := range cells {
			text.Write(*cell.(*[]byte))
			text.WriteByte('|')
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func BenchmarkAccount(b *testing.B) {
	back := storetest.Backend(b, storetest.Open(b, storetest.SQLiteTables(b), storetest.Tables))
	s := accounts.New(accounts.Config{Storage: store.Accounts{Backend: back}, Ring: newRing(), Now: time.Now, NewID: storetest.NewID})
	p := storetest.NewPerson("t")
	g := accounts.Grant{Person: p, Provider: accounts.Zoom, Subject: "u", Sealed: []byte("x"), Version: 1}
	i := accounts.Intent{ID: "i", Person: p, Phase: accounts.Completed, Version: 1}
	if err := errors.Join(store.Accounts{Backend: back}.AddIntent(b.Context(), i), store.Accounts{Backend: back}.Activate(b.Context(), i, []accounts.Grant{g}, nil)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if a, err := s.Account(b.Context(), p); err != nil || !a.Linked {
			b.Fatal(a, err)
		}
	}
}
