package accounts_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// refused fails the test unless err is of a kind and sentence.
func refused(t *testing.T, what string, err error, kind problem.Kind, key string) {
	t.Helper()
	if p := problem.Of(err); err == nil || p.Kind != kind || p.Key != key {
		t.Errorf("%s: %v; want %s %s", what, err, kind, key)
	}
}

// TestT25_Link: by the code that Teams hands back and by the six digits, the person is linked to (tenant, object id), and what
// was interrupted goes on.
func TestT25_Link(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ctx := w.service(), t.Context()
		for name, code := range map[string]func(accounts.Completion) string{
			"pop-up": func(c accounts.Completion) string { return c.Result },
			"typed":  func(c accounts.Completion) string { return c.Manual },
		} {
			p, user := w.person(), w.user("Ana Duarte")
			done := w.complete(s, p, user)
			if len(done.Result) < 43 || len(done.Manual) != 6 || done.Name != "Ana Duarte" || !done.Calendar || done.Locale != "fr-FR" {
				t.Errorf("%s: %+v", name, done)
			}
			if a := w.account(p); a.Linked || a.Calendar {
				t.Errorf("%s: linked before Teams has said who it is: %+v", name, a)
			}
			if _, err := s.Zoom(ctx, p); !problem.Is(err, problem.NotLinked) {
				t.Errorf("%s: a client before activation: %v", name, err)
			}
			got, err := s.Activate(ctx, p, "19:chat@thread.v2", code(done))
			if err != nil {
				t.Fatal(name, err)
			}
			want := accounts.Account{
				ZoomUser: zoom.UserID(user.id), ZoomAccount: "acct1", Name: "Ana Duarte", Email: user.id + "@meridian.example", Linked: true, Calendar: true,
			}
			got.Account.Scopes = nil
			if got.Resume != "schedule" || got.Conversation != "19:chat@thread.v2" || !got.Here || fmt.Sprint(got.Account) != fmt.Sprint(want) {
				t.Errorf("%s: %+v", name, got)
			}
			if a := w.account(p); !a.Linked || len(a.Scopes) != len(zoom.Scopes()) {
				t.Errorf("%s: another process sees %+v", name, a)
			}
			client, err := s.Zoom(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			if me, err := client.Me(ctx); err != nil || string(me.ID) != user.id {
				t.Errorf("%s: acts as %+v, %v", name, me, err)
			}
			if _, err := s.Graph(ctx, p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		state, err := w.policy.State(ctx, w.tenant)
		if err != nil || !state.Ready() {
			t.Errorf("what connecting proved: %+v, %v", state, err)
		}
		if n := w.rows("account_intents"); n != 0 {
			t.Errorf("%d intents left", n)
		}
	})
}

// TestT18_Identity: two people are two, whatever their names; the link belongs to (tenant, object id).
func TestT18_Identity(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ana := w.service(), w.person()
		w.link(s, ana, w.user("Ana Duarte"))
		for name, other := range map[string]entra.Person{
			"same tenant, other object id": {Tenant: ana.Tenant, ID: w.person().ID}, "same object id, other tenant": {Tenant: "harbour", ID: ana.ID},
		} {
			if a := w.account(other); a.Linked {
				t.Errorf("%s is linked: %+v", name, a)
			}
			if _, err := s.Zoom(t.Context(), other); !problem.Is(err, problem.NotLinked) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestT26_OtherBrowser: a callback with somebody else's state, from a browser that was not sent with it, gets nowhere: the code is not
// even exchanged, and who was sent can still go on.
func TestT26_OtherBrowser(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, attacker, victim := w.service(), browser{}, browser{}
		intent := w.begin(s, w.person())
		opening := w.open(s, attacker, intent.ID)
		w.open(s, victim, w.begin(s, w.person()).ID)
		back := w.zoom.consent(t, opening.Redirect, w.user("Mallory"))
		for name, b := range map[string]browser{
			"no cookie": {}, "cookie of another linking": victim, "other value": {opening.CookieName: strings.Repeat("x", 43)},
			"cookie under its name": {opening.CookieName: victim[accounts.CookieName(intent.ID)]},
		} {
			_, err := s.FromZoom(t.Context(), b.callback(back))
			refused(t, name, err, problem.Forbidden, "connect.not_yours")
		}
		if n := w.zoom.called("POST /oauth/token"); n != 0 {
			t.Errorf("the code was exchanged %d times", n)
		}
		if _, err := s.FromZoom(t.Context(), attacker.callback(back)); err != nil {
			t.Errorf("the browser that was sent: %v", err)
		}
	})
}

// TestT27_ForwardedLink: a victim who opens the attacker's link and consents links nothing: what Zoom granted is revoked within ten
// minutes.
func TestT27_ForwardedLink(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ctx, attacker, victim := w.service(), t.Context(), w.person(), w.person()
		t.Log("the victim is signed in at Microsoft")
		b := browser{}
		redirect := w.atMicrosoft(s, b, w.begin(s, attacker).ID, w.user("Victim"))
		_, err := s.FromEntra(ctx, b.callback(w.microsoft.consent(t, redirect, victim)))
		refused(t, "signed in as the victim", err, problem.Forbidden, "connect.other_person")
		if failed := w.work(s); failed != nil || len(w.zoom.alive()) != 0 {
			t.Errorf("%v, %d grants live on at Zoom", failed, len(w.zoom.alive()))
		}

		t.Log("the victim declines there, so only the code protects")
		redirect = w.atMicrosoft(s, b, w.begin(s, attacker).ID, w.user("Victim"))
		u, _ := url.Parse(redirect)
		done, err := s.FromEntra(ctx, b.callback(url.Values{"error": {"access_denied"}, "state": {u.Query().Get("state")}}))
		if err != nil || done.Calendar {
			t.Fatalf("%+v, %v", done, err)
		}
		for range 2 {
			_, err = s.Activate(ctx, attacker, "", "000000") // one guess in a million
			refused(t, "guess", err, problem.Forbidden, "connect.code_wrong")
		}
		w.forward(10*time.Minute + time.Second)
		if err := s.ExpireIntents(ctx); err != nil {
			t.Fatal(err)
		}
		if failed := w.work(s); failed != nil || len(w.zoom.alive()) != 0 {
			t.Errorf("%v, %d grants live on at Zoom", failed, len(w.zoom.alive()))
		}
		for _, p := range []entra.Person{attacker, victim} {
			if a := w.account(p); a.Linked || a.NeedsRelink || a.Name != "" {
				t.Errorf("linked: %+v", a)
			}
		}
		for _, table := range []string{"account_intents", "account_grants", "account_revocations"} {
			if n := w.rows(table); n != 0 {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
	})
}

// TestT28_CodeInWrongHands: the right code from somebody else, a second time, or too late, and a fourth guess, are refused, and the
// provisional grant is gone.
func TestT28_CodeInWrongHands(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ctx := w.service(), t.Context()
		wrong := func(code string) string { // other digits than the right ones
			return fmt.Sprintf("%c%s", '0'+(code[0]-'0'+1)%10, code[1:])
		}
		for name, misuse := range map[string]func(p entra.Person, done accounts.Completion) error{
			"other object id": func(_ entra.Person, done accounts.Completion) error {
				_, err := s.Activate(ctx, w.person(), "", done.Result)
				return err
			},
			"other tenant": func(p entra.Person, done accounts.Completion) error {
				_, err := s.Activate(ctx, entra.Person{Tenant: "harbour", ID: p.ID}, "", done.Result)
				return err
			},
			"too late": func(p entra.Person, done accounts.Completion) error {
				w.forward(5*time.Minute + time.Second)
				_, err := s.Activate(ctx, p, "", done.Result)
				return err
			},
			"digits too late": func(p entra.Person, done accounts.Completion) error {
				w.forward(5*time.Minute + time.Second)
				_, err := s.Activate(ctx, p, "", done.Manual)
				return err
			},
			"fourth guess": func(p entra.Person, done accounts.Completion) error {
				for range 3 {
					_, err := s.Activate(ctx, p, "", wrong(done.Manual))
					refused(t, "guess", err, problem.Forbidden, "connect.code_wrong")
				}
				_, err := s.Activate(ctx, p, "", done.Manual)
				return err
			},
		} {
			p := w.person()
			done := w.complete(s, p, w.user("Ana"))
			refused(t, name, misuse(p, done), problem.Forbidden, "connect.code_wrong")
			for _, code := range []string{done.Result, done.Manual} {
				_, err := s.Activate(ctx, p, "", code)
				refused(t, name+", then the right way", err, problem.Forbidden, "connect.code_wrong")
			}
			if failed := w.work(s); failed != nil || len(w.zoom.alive()) != 0 || w.rows("account_intents") != 0 || w.rows("account_grants") != 0 {
				t.Errorf("%s: %v, %d grants live at Zoom, %d intents, %d grants here", name, failed, len(w.zoom.alive()),
					w.rows("account_intents"), w.rows("account_grants"))
			}
		}

		p := w.person()
		done := w.complete(s, p, w.user("Ana"))
		if _, err := s.Activate(ctx, p, "", wrong(done.Manual)); err == nil {
			t.Error("a wrong code")
		}
		if _, err := s.Activate(ctx, p, "", done.Manual); err != nil {
			t.Errorf("the second try, right: %v", err)
		}
		for _, code := range []string{done.Result, done.Manual} {
			_, err := s.Activate(ctx, p, "", code)
			refused(t, "second use", err, problem.Forbidden, "connect.code_wrong")
		}
		if a := w.account(p); !a.Linked {
			t.Error("a second use of the code undid the first")
		}
		for _, code := range []string{"", "12345", "1234567", "abcdef", strings.Repeat("A", 43), strings.Repeat("A", 100_000), "\x00\xff", "１２３４５６"} {
			_, err := s.Activate(ctx, p, "", code)
			refused(t, "odd code", err, problem.Forbidden, "connect.code_wrong")
		}
	})
}

// TestT28_ManyGuessesAtOnce: however many digits are tried at the same moment, three are looked at.
func TestT28_ManyGuessesAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, p := w.service(), w.person()
		done := w.complete(s, p, w.user("Ana"))
		looked := make(chan struct{}, 100)
		counting := w.service(func(c *accounts.Config) { c.Storage = &tries{Storage: w.storage, seen: looked} })
		var group sync.WaitGroup
		for i := range 40 {
			group.Go(func() {
				guess := fmt.Sprintf("%06d", i)
				if guess == done.Manual {
					return
				}
				if _, err := counting.Activate(t.Context(), p, "", guess); err == nil {
					t.Error("a wrong code")
				}
			})
		}
		group.Wait()
		if len(looked) > 3 {
			t.Errorf("%d tries were looked at", len(looked))
		}
	})
}

// TestT29_States: a state counts once, in time and for its own linking.
func TestT29_States(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ctx, p, b := w.service(), t.Context(), w.person(), browser{}
		one, two := w.begin(s, p), w.begin(s, p) // at the same time, in one browser
		first, second := w.open(s, b, one.ID), w.open(s, b, two.ID)
		back := w.zoom.consent(t, first.Redirect, w.user("Ana"))
		again := w.zoom.consent(t, second.Redirect, w.user("Ana"))

		short := url.Values{"code": back["code"], "state": {back.Get("state")[:42]}}
		_, err := s.FromZoom(ctx, b.callback(short))
		refused(t, "truncated", err, problem.Invalid, "connect.bad_callback")
		_, err = s.FromEntra(ctx, b.callback(back))
		refused(t, "at the other callback", err, problem.Forbidden, "connect.not_yours")

		var group sync.WaitGroup
		results := make(chan error, 6)
		for range cap(results) {
			group.Go(func() {
				_, err := s.FromZoom(ctx, b.callback(back))
				results <- err
			})
		}
		group.Wait()
		close(results)
		passed := 0
		for err := range results {
			if err == nil {
				passed++
				continue
			}
			refused(t, "state again", err, problem.Forbidden, "connect.not_yours")
		}
		if passed != 1 || w.zoom.called("POST /oauth/token") != 1 {
			t.Errorf("%d passed, %d exchanges", passed, w.zoom.called("POST /oauth/token"))
		}
		if _, err := s.FromZoom(ctx, b.callback(again)); err != nil {
			t.Errorf("the other linking of the same person: %v", err)
		}
		_, err = s.Open(ctx, one.ID)
		refused(t, "opened again after Zoom", err, problem.NotFound, "connect.expired")

		late := w.begin(s, p)
		opening := w.open(s, b, late.ID)
		back = w.zoom.consent(t, opening.Redirect, w.user("Ana"))
		w.forward(11 * time.Minute)
		_, err = s.FromZoom(ctx, b.callback(back))
		refused(t, "11 minutes old", err, problem.Forbidden, "connect.not_yours")
		_, err = s.Open(ctx, late.ID)
		refused(t, "opened after 11 minutes", err, problem.NotFound, "connect.expired")
		_, err = s.Open(ctx, "no-such-intent")
		refused(t, "unknown", err, problem.NotFound, "connect.expired")
	})
}

// TestT29_OpenedTwice: a page opened twice, also at the same moment, goes on from the last one.
func TestT29_OpenedTwice(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, p, b := w.service(), w.person(), browser{}
		intent := w.begin(s, p)
		old := w.zoom.consent(t, w.open(s, b, intent.ID).Redirect, w.user("Ana"))
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if _, err := s.Open(t.Context(), intent.ID); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		last := w.open(s, b, intent.ID)
		_, err := s.FromZoom(t.Context(), b.callback(old))
		refused(t, "the page opened before", err, problem.Forbidden, "connect.not_yours")
		if _, err := s.FromZoom(t.Context(), b.callback(w.zoom.consent(t, last.Redirect, w.user("Ana")))); err != nil {
			t.Error(err)
		}
	})
}

// TestT30_OddStates: what cannot be a callback is refused as such.
func TestT30_OddStates(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s := w.service()
		good := strings.Repeat("s", 43)
		for _, q := range []url.Values{
			{},
			{"code": {"c"}},
			{"state": {good}},
			{"state": {"___"}, "code": {"c"}},
			{"state": {strings.Repeat("a", 100<<10)}, "code": {"c"}},
			{"state": {"\x00\xff\xfe" + good[3:]}, "code": {"c"}},
			{"state": {good + "\n"}, "code": {"c"}},
			{"state": {good}, "code": {"c"}, "error": {"both"}},
		} {
			_, err := s.FromZoom(t.Context(), browser{}.callback(q))
			refused(t, "Zoom's callback", err, problem.Invalid, "connect.bad_callback")
			_, err = s.FromEntra(t.Context(), browser{}.callback(q))
			refused(t, "Entra's callback", err, problem.Invalid, "connect.bad_callback")
		}
		_, err := s.FromZoom(t.Context(), browser{}.callback(url.Values{"state": {good}, "code": {"c"}}))
		refused(t, "a state that nobody has", err, problem.Forbidden, "connect.not_yours")
	})
}

// TestT31_Declined: a person who declines at Zoom has nothing connected, is led nowhere, and may press the same button again.
func TestT31_Declined(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, b := w.service(), browser{}
		intent := w.begin(s, w.person()).ID
		opening := w.open(s, b, intent)
		state := w.zoom.consent(t, opening.Redirect, w.user("Ana")).Get("state")
		step, err := s.FromZoom(t.Context(), b.callback(url.Values{"error": {"//evil.example"}, "state": {state}}))
		refused(t, "declined", err, problem.Consent, "connect.declined")
		if step.Redirect != "" || step.Done != nil {
			t.Errorf("%+v", step)
		}
		_, err = s.FromZoom(t.Context(), b.callback(url.Values{"error": {"access_denied"}, "state": {state}}))
		refused(t, "the same answer again", err, problem.Forbidden, "connect.not_yours")
		if next := w.atMicrosoft(s, b, intent, w.user("Ana")); next == "" {
			t.Error("the same button leads nowhere")
		}
	})
}

// TestT32_PKCE: the verifier is seen by nobody, a wrong one and a used code end the linking without any grant or relink.
func TestT32_PKCE(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ctx, p, b := w.service(), t.Context(), w.person(), browser{}
		opening := w.open(s, b, w.begin(s, p).ID)
		back := w.zoom.consent(t, opening.Redirect, w.user("Ana"))
		w.zoom.locked(func() { w.zoom.codes[back.Get("code")].challenge = "another" })
		_, err := s.FromZoom(ctx, b.callback(back))
		refused(t, "verifier that does not fit", err, problem.Forbidden, "connect.code_used")

		opening = w.open(s, b, w.begin(s, p).ID)
		back = w.zoom.consent(t, opening.Redirect, w.user("Ana"))
		w.zoom.locked(func() { w.zoom.codes[back.Get("code")].used = true })
		_, err = s.FromZoom(ctx, b.callback(back))
		refused(t, "used code", err, problem.Forbidden, "connect.code_used")

		if len(w.jobsOf(accounts.RelinkJob, p)) != 0 || w.rows("account_grants") != 0 || w.rows("account_intents") != 0 {
			t.Error("something is left of it")
		}
		w.link(s, p, w.user("Ana"))
		if leaked := secretsIn(w, w.logs.String()); leaked != "" {
			t.Errorf("in the log: %s", leaked)
		}
	})
}

// TestT33_Addresses: where only some domains may connect, an address counts that has exactly one of them, however it is written.
func TestT33_Addresses(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s := w.service(func(c *accounts.Config) { c.AllowedEmailDomains = []string{"meridian.example", "Example.org"} })
		for address, allowed := range map[string]bool{
			"cleo@example.org": true, "CLEO@EXAMPLE.ORG": true, "cleo@example.org.evil.example": false, "cleo@evilexample.org": false,
			"cleo@evil.example@example.org": false, "cleo@example.org@evil.example": false, "example.org": false, "": false,
		} {
			user := w.user("Cleo")
			user.email = address
			b := browser{}
			opening := w.open(s, b, w.begin(s, w.person()).ID)
			_, err := s.FromZoom(t.Context(), b.callback(w.zoom.consent(t, opening.Redirect, user)))
			if allowed && err != nil {
				t.Errorf("%q: %v", address, err)
			}
			if !allowed {
				refused(t, "the address "+address, err, problem.Forbidden, "connect.address_not_allowed")
			}
		}
		if failed := w.work(s); failed != nil {
			t.Error(failed)
		}
		if alive := w.zoom.alive(); len(alive) != 2 {
			t.Errorf("%d grants live at Zoom, want those of the two addresses that are allowed", len(alive))
		}
	})
}

// TestT33_NotAllowed: a Zoom account that is not allowed here, and a consent without all scopes, are refused with the reason, and
// revoked.
func TestT33_NotAllowed(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s := w.service(func(c *accounts.Config) { c.AllowedZoomAccounts = []string{"acct1", "acct2"} })
		try := func(user zoomUser) error {
			b := browser{}
			opening := w.open(s, b, w.begin(s, w.person()).ID)
			_, err := s.FromZoom(t.Context(), b.callback(w.zoom.consent(t, opening.Redirect, user)))
			return err
		}
		if err := try(w.user("Ana")); err != nil {
			t.Errorf("an allowed account: %v", err)
		}
		foreign := w.user("Mallory")
		foreign.account = "acct9"
		refused(t, "another account", try(foreign), problem.Forbidden, "connect.account_not_allowed")
		w.zoom.locked(func() { w.zoom.scopes = zoom.Scopes()[1:] })
		err := try(w.user("Ben"))
		refused(t, "a scope is missing", err, problem.Consent, "connect.scopes_missing")
		if problem.Of(err).Args["Scope"] != zoom.Scopes()[0] {
			t.Errorf("which: %v", problem.Of(err).Args)
		}
		if failed := w.work(s); failed != nil {
			t.Error(failed)
		}
		if alive := w.zoom.alive(); len(alive) != 1 || alive[0].user.name != "Ana" {
			t.Errorf("still living at Zoom: %+v", alive)
		}
	})
}

// TestT34_Names: a name is handed on as it is, for the page and the card to escape, and not longer than a name is.
func TestT34_Names(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s := w.service()
		for _, name := range []string{`<img src=x onerror=alert(1)>`, `</script><script>`, `[Join](https://evil.example)`} {
			p := w.person()
			if done := w.complete(s, p, w.user(name)); done.Name != name {
				t.Errorf("%q became %q", name, done.Name)
			}
		}
		long := w.link(s, w.person(), w.user(strings.Repeat("é", 5000)))
		if n := len([]rune(long.Account.Name)); n != 200 {
			t.Errorf("a name of %d letters", n)
		}
	})
}

// TestZoomDisabled: what Zoom says of the app is learnt, and the person told who can help.
func TestZoomDisabled(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, b, p := w.service(), browser{}, w.person()
		opening := w.open(s, b, w.begin(s, p).ID)
		w.zoom.locked(func() { w.zoom.disabled = true })
		_, err := s.FromZoom(t.Context(), b.callback(w.zoom.consent(t, opening.Redirect, w.user("Ana"))))
		if !problem.Is(err, problem.NotReady) {
			t.Error(err)
		}
		state, err := w.policy.State(t.Context(), w.tenant)
		if err != nil || state.Zoom.Status != policy.Off {
			t.Errorf("%+v, %v", state, err)
		}
		if _, err := s.Begin(t.Context(), accounts.Begin{Person: p}); !problem.Is(err, problem.NotReady) {
			t.Errorf("begin: %v", err)
		}
	})
}

// TestWithoutCalendar: whatever keeps Microsoft from granting the calendar, Zoom is connected all the same.
func TestWithoutCalendar(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ctx := w.service(), t.Context()
		state := func(redirect string) string {
			u, _ := url.Parse(redirect)
			return u.Query().Get("state")
		}
		for name, c := range map[string]struct {
			prepare func()
			back    func(redirect string, p entra.Person) url.Values
			learnt  policy.Status
			mailbox bool // there is a grant, and no mailbox
		}{
			"declined": {back: func(r string, _ entra.Person) url.Values {
				return url.Values{"error": {"access_denied"}, "state": {state(r)}}
			}, learnt: policy.Unknown},
			"administrator has to consent": {back: func(r string, _ entra.Person) url.Values {
				return url.Values{"error": {"consent_required"}, "error_description": {"AADSTS90094: …"}, "state": {state(r)}}
			}, learnt: policy.Unknown}, // the person's browser said so, and proves nothing of everybody's
			"app said to be unknown": {back: func(r string, _ entra.Person) url.Values {
				return url.Values{"error": {"invalid_client"}, "error_description": {"AADSTS7000229: …"}, "state": {state(r)}}
			}, learnt: policy.Unknown},
			"app unknown":          {prepare: func() { w.microsoft.refusal = "invalid_client 7000229" }, learnt: policy.NotInstalled},
			"no answer":            {prepare: func() { w.microsoft.refusal = "temporarily_unavailable 90033" }, learnt: policy.Unknown},
			"calendar not granted": {prepare: func() { w.microsoft.scope = "openid profile User.Read" }, learnt: policy.Approved},
			"no mailbox":           {prepare: func() { w.microsoft.noMailbox = true }, learnt: policy.Approved, mailbox: true},
		} {
			p, b := w.person(), browser{}
			redirect := w.atMicrosoft(s, b, w.begin(s, p).ID, w.user("Ana"))
			before, err := w.policy.State(ctx, w.tenant)
			if err != nil {
				t.Fatal(err)
			}
			was := before.Microsoft.Status
			w.microsoft.locked(func() {
				w.microsoft.refusal, w.microsoft.scope, w.microsoft.noMailbox = "", "openid profile User.Read Calendars.ReadWrite", false
				if c.prepare != nil {
					c.prepare()
				}
			})
			back := w.microsoft.consent(t, redirect, p)
			if c.back != nil {
				back = c.back(redirect, p)
			}
			done, err := s.FromEntra(ctx, b.callback(back))
			if err != nil || done.Calendar || done.Result == "" {
				t.Fatalf("%s: %+v, %v", name, done, err)
			}
			// Digits are typed by whoever trusts who read them out: there are none for a browser of which Entra did not say whose it is.
			if proven := c.learnt == policy.Approved; (done.Manual != "") != proven {
				t.Errorf("%s: digits %q", name, done.Manual)
			}
			// What was learnt may close the gate for others; the person was in already.
			learnt, err := w.policy.State(ctx, w.tenant)
			if c.learnt == policy.Unknown {
				c.learnt = was
			}
			if err != nil || learnt.Microsoft.Status != c.learnt {
				t.Errorf("%s: learnt %+v, %v", name, learnt.Microsoft, err)
			}
			if err := w.policy.Learn(ctx, w.tenant, policy.Microsoft, policy.Approved, "test"); err != nil {
				t.Fatal(err)
			}
			got, err := s.Activate(ctx, p, "", done.Result)
			if err != nil || !got.Account.Linked || got.Account.Calendar || got.Account.NoMailbox != c.mailbox {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			if _, err := s.Graph(ctx, p); problem.Is(err, problem.Consent) == c.mailbox {
				t.Errorf("%s: Graph: %v", name, err)
			}
		}
	})
}
