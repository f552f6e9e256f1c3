package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/store"
)

func newIntent(p entra.Person, phase accounts.Phase, key string) accounts.Intent {
	return accounts.Intent{
		ID: NewID(), Person: p, Conversation: "19:chat@thread.v2", Resume: "schedule", Name: "Ana Duarte", Locale: "fr-FR",
		Expires: noon.Add(10 * time.Minute), Phase: phase, Key: []byte(key), Cookie: []byte("cookie"), Manual: []byte("manual"), Tries: 1,
		Sealed: []byte("sealed"), Version: 1,
	}
}

// Intents holds an implementation of accounts.Storage against what the package says of linkings under way.
func Intents(t *testing.T, b store.Backend) {
	s, ctx := store.Accounts{Backend: b}, t.Context()
	ana, ben := NewPerson(tenant), NewPerson(tenant)
	same := func(what string, got, want accounts.Intent) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
	}
	bare := accounts.Intent{ID: NewID(), Person: ben, Expires: noon, Phase: accounts.Begun, Version: 1}
	twin := bare
	twin.ID = NewID()
	i := newIntent(ana, accounts.AtZoom, "state 1")
	for _, one := range []accounts.Intent{bare, twin, i} { // two without key do not clash
		ok(t, s.AddIntent(ctx, one))
		same("as added", must[accounts.Intent](t)(s.Intent(ctx, one.ID)), one)
	}
	same("by key", must[accounts.Intent](t)(s.IntentBy(ctx, accounts.AtZoom, []byte("state 1"))), i)
	for what, find := range map[string]func() (accounts.Intent, error){
		"id":          func() (accounts.Intent, error) { return s.Intent(ctx, "nobody") },
		"key":         func() (accounts.Intent, error) { return s.IntentBy(ctx, accounts.AtZoom, []byte("state 2")) },
		"other phase": func() (accounts.Intent, error) { return s.IntentBy(ctx, accounts.AtMicrosoft, []byte("state 1")) },
		"no key":      func() (accounts.Intent, error) { return s.IntentBy(ctx, accounts.Begun, nil) },
	} {
		if _, err := find(); !problem.Is(err, problem.NotFound) {
			t.Errorf("%s: %v, want NotFound", what, err)
		}
	}

	hasty := NewPerson(tenant)
	far := newIntent(hasty, accounts.AtMicrosoft, "state far")
	ok(t, s.AddIntent(ctx, far))
	var begun []string
	for n := range accounts.BegunMost + 3 {
		one := accounts.Intent{ID: NewID(), Person: hasty, Expires: noon.Add(24*time.Hour + time.Duration(n)*time.Second), Phase: accounts.Begun, Version: 1}
		ok(t, s.AddIntent(ctx, one))
		begun = append(begun, one.ID)
	}
	for n, id := range append(begun, far.ID, bare.ID) {
		if _, err := s.Intent(ctx, id); problem.Is(err, problem.NotFound) != (n < 3) {
			t.Errorf("of many that were begun, number %d: %v", n, err)
		}
	}

	i.Phase, i.Key, i.Sealed, i.Expires = accounts.Completed, []byte("code"), []byte("sealed again"), noon.Add(time.Minute)
	won := atOnce(t, 4, func(int) (bool, error) {
		err := s.SaveIntent(ctx, i)
		if errors.Is(err, accounts.ErrStale) {
			return false, nil
		}
		return err == nil, err
	})
	if won != 1 {
		t.Errorf("%d saved the same version", won)
	}
	stale := i
	i.Version++
	same("as saved", must[accounts.Intent](t)(s.IntentBy(ctx, accounts.Completed, []byte("code"))), i)

	later := newIntent(ana, accounts.Completed, "code 2")
	ok(t, s.AddIntent(ctx, later))
	ok(t, s.AddIntent(ctx, newIntent(ana, accounts.AtZoom, "state 3")))
	ok(t, s.AddIntent(ctx, newIntent(ben, accounts.Completed, "code 3")))
	if got := must[[]accounts.Intent](t)(s.CompletedIntents(ctx, ana)); len(got) != 2 || got[0].ID != later.ID || got[1].ID != i.ID {
		t.Errorf("completed, the newest first: %+v", got)
	}
	if got := must[[]accounts.Intent](t)(s.CompletedIntents(ctx, entra.Person{Tenant: another, ID: ana.ID})); len(got) != 0 {
		t.Errorf("of another tenant: %+v", got)
	}
	if got := must[[]accounts.Intent](t)(s.ExpiredIntents(ctx, noon.Add(time.Minute), 10)); len(got) != 3 || got[2].ID != i.ID {
		t.Errorf("expired, the oldest first: %+v", got)
	}
	if got := must[[]accounts.Intent](t)(s.ExpiredIntents(ctx, noon.Add(-time.Second), 10)); len(got) != 0 {
		t.Errorf("expired too early: %+v", got)
	}
	if got := must[[]accounts.Intent](t)(s.ExpiredIntents(ctx, noon.Add(time.Hour), 2)); len(got) != 2 {
		t.Errorf("%d of at most 2", len(got))
	}

	revoke := accounts.Revocation{ID: NewID(), Tenant: tenant, Subject: "u1", Sealed: []byte("tokens")}
	job := jobs.Job{Kind: "test.revoke", Tenant: string(tenant), Subject: revoke.ID}
	if err := s.DropIntent(ctx, stale, []accounts.Revocation{revoke}, job); !errors.Is(err, accounts.ErrStale) {
		t.Errorf("dropped a version that is gone: %v", err)
	}
	if n := len(Queued(t, b, "test.revoke")); n != 0 {
		t.Errorf("%d jobs of a drop that was refused", n)
	}
	ok(t, s.DropIntent(ctx, i, []accounts.Revocation{revoke}, job))
	if err := s.DropIntent(ctx, i, nil); !errors.Is(err, accounts.ErrStale) {
		t.Errorf("dropped twice: %v", err)
	}
	if got := must[accounts.Revocation](t)(s.Revocation(ctx, tenant, revoke.ID)); string(got.Sealed) != "tokens" || len(Queued(t, b, "test.revoke")) != 1 {
		t.Errorf("%+v, %d jobs", got, len(Queued(t, b, "test.revoke")))
	}
}

func newGrant(p entra.Person, provider accounts.Provider, subject string) accounts.Grant {
	return accounts.Grant{
		Person: p, Provider: provider, Subject: subject, Account: "acct", Name: "Ana", Email: "ana@meridian.example", Scopes: []string{"a:b", "c:d"},
		Limited: true, Expires: noon, Sealed: []byte("tokens of " + subject), Version: 7,
	}
}

// Grants holds an implementation of accounts.Storage against what the package says of grants: who has which, and one subject one person.
func Grants(t *testing.T, b store.Backend) {
	s, ctx := store.Accounts{Backend: b}, t.Context()
	activate := func(p entra.Person, revoke []accounts.Revocation, grants ...accounts.Grant) (accounts.Intent, error) {
		i := newIntent(p, accounts.Completed, NewID())
		ok(t, s.AddIntent(ctx, i))
		return i, s.Activate(ctx, i, grants, revoke, jobs.Job{Kind: "test.moved", Tenant: string(tenant), Subject: i.ID})
	}
	has := func(p entra.Person, want ...accounts.Grant) {
		t.Helper()
		got := must[[]accounts.Grant](t)(s.Grants(ctx, p))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("grants of %s (-want +got)\n%s", p.ID, diff)
		}
	}
	ana, ben := NewPerson(tenant), NewPerson(tenant)
	stranger := entra.Person{Tenant: another, ID: ana.ID}
	zoom, microsoft := newGrant(ana, accounts.Zoom, "shared"), newGrant(ana, accounts.Microsoft, "m-ana")
	i, err := activate(ana, nil, zoom, microsoft)
	ok(t, err)
	has(ana, microsoft, zoom)
	has(stranger)
	if err := s.Activate(ctx, i, []accounts.Grant{zoom}, nil); !errors.Is(err, accounts.ErrStale) {
		t.Errorf("activated twice: %v", err)
	}
	if got := must[accounts.Grant](t)(s.Grant(ctx, ana, accounts.Zoom)); got.Subject != "shared" {
		t.Errorf("%+v", got)
	}
	if got := must[accounts.Grant](t)(s.GrantAt(ctx, accounts.Zoom, "ANA@Meridian.example")); got.Person != ana {
		t.Errorf("by the address it is %v's", got.Person)
	}
	if got := must[accounts.Grant](t)(s.GrantOf(ctx, accounts.Zoom, "shared")); got.Person != ana {
		t.Errorf("%+v", got)
	}
	for account, want := range map[string]bool{"acct": true, "other": false} {
		if got := must[bool](t)(s.Granted(ctx, accounts.Zoom, account)); got != want {
			t.Errorf("somebody has %s: %t", account, got)
		}
	}
	for _, find := range []func() (accounts.Grant, error){
		func() (accounts.Grant, error) { return s.Grant(ctx, stranger, accounts.Zoom) },
		func() (accounts.Grant, error) { return s.GrantAt(ctx, accounts.Zoom, "ben@meridian.example") },
		func() (accounts.Grant, error) { return s.GrantOf(ctx, accounts.Microsoft, "shared") },
	} {
		if _, err := find(); !problem.Is(err, problem.NotFound) {
			t.Errorf("%v, want NotFound", err)
		}
	}

	moved := newGrant(stranger, accounts.Zoom, "shared") // whatever tenant
	revoke := accounts.Revocation{ID: NewID(), Tenant: tenant, Subject: "x", Sealed: []byte("y")}
	_, err = activate(stranger, []accounts.Revocation{revoke}, moved)
	ok(t, err)
	has(ana, microsoft)
	has(stranger, moved)
	must[accounts.Revocation](t)(s.Revocation(ctx, tenant, revoke.ID))
	if n := len(Queued(t, b, "test.moved")); n != 2 {
		t.Errorf("%d jobs", n)
	}
	own := newGrant(stranger, accounts.Zoom, "own")
	own.Version = 8
	_, err = activate(stranger, nil, own)
	ok(t, err)
	has(stranger, own)

	people, subjects := []entra.Person{ana, ben, stranger, NewPerson(another)}, "wanted by all"
	atOnce(t, len(people), func(n int) (bool, error) {
		_, err := activate(people[n], nil, newGrant(people[n], accounts.Zoom, subjects))
		if errors.Is(err, accounts.ErrStale) {
			return false, nil
		}
		return err == nil, err
	})
	owners := 0
	for _, p := range people {
		if g, err := s.Grant(ctx, p, accounts.Zoom); err == nil && g.Subject == subjects {
			owners++
		}
	}
	if owners != 1 {
		t.Errorf("%d have it", owners)
	}
	disconnects(t, s, b)
}

func disconnects(t *testing.T, s store.Accounts, b store.Backend) {
	ctx, p := t.Context(), NewPerson(tenant)
	i := newIntent(p, accounts.Completed, NewID())
	ok(t, s.AddIntent(ctx, i))
	zoom, microsoft := newGrant(p, accounts.Zoom, "d-zoom"), newGrant(p, accounts.Microsoft, "d-microsoft")
	ok(t, s.Activate(ctx, i, []accounts.Grant{zoom, microsoft}, nil))
	stale := zoom
	stale.Version--
	revoke := accounts.Revocation{ID: NewID(), Tenant: tenant, Subject: "d-zoom", Sealed: []byte("y")}
	job := jobs.Job{Kind: "test.disconnect", Tenant: string(tenant), Subject: revoke.ID}
	if err := s.Disconnect(ctx, []accounts.Grant{microsoft, stale}, []accounts.Revocation{revoke}, job); !errors.Is(err, accounts.ErrStale) {
		t.Errorf("a version that is gone: %v", err)
	}
	if got := must[[]accounts.Grant](t)(s.Grants(ctx, p)); len(got) != 2 || len(Queued(t, b, "test.disconnect")) != 0 {
		t.Errorf("half disconnected: %+v", got)
	}
	mail := newGrant(p, accounts.Mail, "d-mail")
	for range 2 { // in place of the one before
		mail.Version++
		ok(t, s.AddGrant(ctx, mail, jobs.Job{Kind: "test.added", Tenant: string(tenant), Subject: string(p.ID), Revision: mail.Version}))
	}
	if got := must[[]accounts.Grant](t)(s.Grants(ctx, p)); len(got) != 3 || len(Queued(t, b, "test.added")) != 2 {
		t.Errorf("with one more: %+v, %d jobs", got, len(Queued(t, b, "test.added")))
	}
	ok(t, s.Disconnect(ctx, []accounts.Grant{mail}, nil))
	ok(t, s.Disconnect(ctx, []accounts.Grant{microsoft, zoom}, []accounts.Revocation{revoke}, job))
	if got := must[[]accounts.Grant](t)(s.Grants(ctx, p)); len(got) != 0 || len(Queued(t, b, "test.disconnect")) != 1 {
		t.Errorf("%+v, %d jobs", got, len(Queued(t, b, "test.disconnect")))
	}
	revoke.Sealed = []byte("renewed")
	ok(t, s.SaveRevocation(ctx, revoke))
	if got := must[accounts.Revocation](t)(s.Revocation(ctx, tenant, revoke.ID)); cmp.Diff(revoke, got) != "" {
		t.Error(cmp.Diff(revoke, got))
	}
	if _, err := s.Revocation(ctx, another, revoke.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("from another tenant: %v", err)
	}
	for range 2 {
		ok(t, s.DropRevocation(ctx, revoke))
	}
	if err := s.SaveRevocation(ctx, revoke); !problem.Is(err, problem.NotFound) {
		t.Errorf("saved one that is done: %v", err)
	}
	ok(t, s.AddRevocation(ctx, revoke, job))
}

// Leases holds an implementation of accounts.Storage against what the package says of the one owner of tokens.
func Leases(t *testing.T, b store.Backend) {
	s, ctx, p := store.Accounts{Backend: b}, t.Context(), NewPerson(tenant)
	i := newIntent(p, accounts.Completed, NewID())
	ok(t, s.AddIntent(ctx, i))
	g := newGrant(p, accounts.Zoom, "leased")
	ok(t, s.Activate(ctx, i, []accounts.Grant{g}, nil))
	const long = time.Hour

	if won := atOnce(t, 8, func(n int) (bool, error) { return s.Claim(ctx, g, fmt.Sprint("process ", n), long) }); won != 1 {
		t.Errorf("%d have the lease", won)
	}
	for n := range 8 { // whoever has it gives it back, without pause
		ok(t, s.Release(ctx, g, fmt.Sprint("process ", n), 0))
	}
	if !must[bool](t)(s.Claim(ctx, g, "one", time.Millisecond)) {
		t.Error("not given back")
	}
	for deadline := time.Now().Add(10 * time.Second); !must[bool](t)(s.Claim(ctx, g, "two", long)); {
		if time.Now().After(deadline) {
			t.Fatal("a lease that is over is still held")
		}
	}
	ok(t, s.Release(ctx, g, "one", 0)) // it has it no more
	if must[bool](t)(s.Claim(ctx, g, "three", long)) {
		t.Error("somebody gave back another's lease")
	}
	ok(t, s.Release(ctx, g, "two", long))
	if must[bool](t)(s.Claim(ctx, g, "three", long)) {
		t.Error("no pause")
	}

	stale := g
	g.Sealed, g.Scopes, g.Expires = []byte("new tokens"), []string{"e:f"}, noon.Add(time.Hour)
	won := atOnce(t, 4, func(int) (bool, error) {
		err := s.SaveTokens(ctx, g)
		if errors.Is(err, accounts.ErrStale) {
			return false, nil
		}
		return err == nil, err
	})
	if won != 1 {
		t.Errorf("%d stored tokens for one version", won)
	}
	g.Version++
	if diff := cmp.Diff(g, must[accounts.Grant](t)(s.Grant(ctx, p, accounts.Zoom))); diff != "" {
		t.Error(diff)
	}
	if must[bool](t)(s.Claim(ctx, stale, "late", long)) {
		t.Error("claimed a version that is gone")
	}
	if !must[bool](t)(s.Claim(ctx, g, "next", long)) {
		t.Error("new tokens do not end the lease")
	}

	job := jobs.Job{Kind: "test.relink", Tenant: string(tenant), Subject: string(p.ID), Revision: g.Version}
	if must[bool](t)(s.Kill(ctx, stale, job)) || len(Queued(t, b, "test.relink")) != 0 {
		t.Error("killed a version that is gone")
	}
	if n := atOnce(t, 4, func(int) (bool, error) { return s.Kill(ctx, g, job) }); n != 1 || len(Queued(t, b, "test.relink")) != 1 {
		t.Errorf("killed %d times, told %d times", n, len(Queued(t, b, "test.relink")))
	}
	if !must[accounts.Grant](t)(s.Grant(ctx, p, accounts.Zoom)).Dead || must[bool](t)(s.Claim(ctx, g, "more", long)) {
		t.Error("a dead grant can be refreshed")
	}
	ok(t, s.SaveTokens(ctx, g)) // who held the lease all the time has the truth
	if must[accounts.Grant](t)(s.Grant(ctx, p, accounts.Zoom)).Dead {
		t.Error("dead with new tokens")
	}
	nobody := newGrant(NewPerson(tenant), accounts.Zoom, "nobody")
	if err := s.SaveTokens(ctx, nobody); !problem.Is(err, problem.NotFound) {
		t.Errorf("tokens of nobody: %v", err)
	}
}
