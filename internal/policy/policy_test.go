package policy_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a moment

// counted counts how often the stored state is read.
type counted struct {
	policy.Storage
	reads atomic.Int64
}

func (c *counted) State(ctx context.Context, tenant entra.TenantID) (policy.State, error) {
	c.reads.Add(1)
	return c.Storage.State(ctx, tenant)
}

func newService(back store.Backend, o policy.Options) *policy.Service {
	if o.Storage == nil {
		o.Storage = store.Policy{Backend: back}
	}
	o.Now, o.NewID = func() time.Time { return noon }, storetest.NewID
	return policy.New(o)
}

// both runs test on both engines with a service and a tenant.
func both(t *testing.T, test func(t *testing.T, s *policy.Service, tenant entra.TenantID, back store.Backend)) {
	t.Helper()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		test(t, newService(back, policy.Options{}), storetest.NewTenant(), back)
	})
}

func learn(t *testing.T, s *policy.Service, tenant entra.TenantID, zoom, microsoft policy.Status) {
	t.Helper()
	for side, status := range map[policy.Side]policy.Status{policy.Zoom: zoom, policy.Microsoft: microsoft} {
		if err := s.Learn(t.Context(), tenant, side, status, "test"); err != nil {
			t.Fatal(err)
		}
	}
}

// Who names a switch that there is none of reads all that there are.
func TestAnUnknownSwitchNamesAllOthers(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	told := problem.Of(policy.New(policy.Options{}).SetFeature(t.Context(), "tenant", "chess", true, "jo"))
	for _, language := range texts.Languages() {
		said := texts.For(language).T(told.Key, told.Args)
		for _, f := range policy.Features() {
			if !strings.Contains(said, string(f)) {
				t.Errorf("%s: %q does not name %s", language, said, f)
			}
		}
	}
}

// TestGate: nothing but connecting is allowed until both sides have approved, and the refusal says which is missing.
func TestGate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *policy.Service, _ entra.TenantID, _ store.Backend) {
		texts, err := i18n.Load()
		if err != nil {
			t.Fatal(err)
		}
		all := []policy.Status{policy.Unknown, policy.NotInstalled, policy.Waiting, policy.Approved, policy.Off}
		for _, zoom := range all {
			for _, microsoft := range all {
				tenant := storetest.NewTenant()
				learn(t, s, tenant, zoom, microsoft)
				ready := zoom == policy.Approved && microsoft == policy.Approved
				connect := (zoom == policy.Approved || zoom == policy.Unknown) && (microsoft == policy.Approved || microsoft == policy.Unknown)
				if err := s.AllowConnect(t.Context(), tenant); (err == nil) != connect || (err != nil && !problem.Is(err, problem.NotReady)) {
					t.Errorf("%s, %s: connect: %v", zoom, microsoft, err)
				}
				if err := s.Ready(t.Context(), tenant); (err == nil) != ready {
					t.Errorf("%s, %s: ready: %v", zoom, microsoft, err)
				}
				err := s.Allow(t.Context(), tenant, policy.Meetings)
				if ready {
					if err != nil {
						t.Errorf("%s, %s: %v", zoom, microsoft, err)
					}
					continue
				}
				p := problem.Of(err)
				want := "both"
				switch {
				case zoom == policy.Approved:
					want = "microsoft"
				case microsoft == policy.Approved:
					want = "zoom"
				}
				ask, _ := p.Args["Ask"].(string)
				if p.Kind != problem.NotReady || p.Args["Side"] != want || ask != "policy.ask_"+want {
					t.Errorf("%s, %s: %v %v", zoom, microsoft, p, p.Args)
				}
				for _, key := range []string{p.Key, ask} {
					if text := texts.For("fr").T(key, p.Args, "URL", "https://causeway.example"); text == key {
						t.Errorf("%s, %s: no sentence %q", zoom, microsoft, key)
					}
				}
			}
		}
	})
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *policy.Service, tenant entra.TenantID, back store.Backend) {
		ctx := t.Context()
		learn(t, s, tenant, policy.Approved, policy.Approved)
		for _, f := range policy.Features() {
			if err := s.Allow(ctx, tenant, f); problem.Is(err, problem.Forbidden) != !f.Usual() || (err != nil) != !f.Usual() {
				t.Errorf("%s, which nobody has decided: %v", f, err)
			}
			if err := s.SetFeature(ctx, tenant, f, true, "jo"); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range policy.Features() {
			if err := s.SetFeature(ctx, tenant, f, false, "jo"); err != nil {
				t.Fatal(err)
			}
			for _, other := range policy.Features() {
				if err := s.Allow(ctx, tenant, other); problem.Is(err, problem.Forbidden) != (other == f) || (err != nil) != (other == f) {
					t.Errorf("%s off: %s: %v", f, other, err)
				}
			}
			if err := s.SetFeature(ctx, tenant, f, true, "jo"); err != nil {
				t.Fatal(err)
			}
			if err := s.SetFeature(ctx, tenant, f, true, "jo"); err != nil { // again: nothing changes
				t.Fatal(err)
			}
		}
		if err := s.SetFeature(ctx, tenant, "chess", false, "jo"); !problem.Is(err, problem.Invalid) {
			t.Errorf("unknown feature: %v", err)
		}
		if err := s.Allow(ctx, tenant, "chess"); !problem.Is(err, problem.Forbidden) {
			t.Errorf("unknown feature: %v", err)
		}
		changes, err := s.Changes(ctx, tenant, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(changes) != 2+7+2*len(policy.Features()) { // both sides, what is off as usual, everything off and on
			t.Errorf("%d changes audited: %+v", len(changes), changes)
		}
		for _, c := range changes {
			if !c.At.Equal(noon) || c.Before == c.After || (c.By != "jo" && c.By != "test") {
				t.Errorf("change %+v", c)
			}
		}
		if err := newService(back, policy.Options{}).SetFeature(ctx, tenant, policy.Phone, false, "jo"); err != nil {
			t.Fatal(err)
		}
		state, err := newService(back, policy.Options{}).State(ctx, tenant)
		if err != nil || state.Features[policy.Phone] || !state.Features[policy.Meetings] || len(state.Features) != len(policy.Features()) {
			t.Errorf("another instance sees %+v, %v", state, err)
		}
	})
}

// TestLearnOnce: what is known already is neither written nor audited, whoever says it again, and an unknown outcome proves nothing.
func TestLearnOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *policy.Service, tenant entra.TenantID, back store.Backend) {
		twin := newService(back, policy.Options{})
		var group sync.WaitGroup
		for _, who := range []*policy.Service{s, twin, s, twin} {
			group.Go(func() {
				for range 5 {
					if err := who.Learn(t.Context(), tenant, policy.Zoom, policy.Approved, "connect"); err != nil {
						t.Error(err)
					}
					if err := who.Learn(t.Context(), tenant, policy.Zoom, policy.Unknown, "probe"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		changes, err := s.Changes(t.Context(), tenant, 100)
		if err != nil || len(changes) != 1 {
			t.Fatalf("%d changes, %v", len(changes), err)
		}
		if c := changes[0]; c.What != "zoom" || c.Before != "unknown" || c.After != "approved" || c.By != "connect" {
			t.Errorf("%+v", c)
		}
		if state, err := s.State(t.Context(), tenant); err != nil || state.Zoom.Since != noon || state.Version != 1 {
			t.Errorf("%+v, %v", state, err)
		}
	})
}

// TestCheap: a state is read once and then answered from memory, until that is too old; a change of our own counts at once.
func TestCheap(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, _ *policy.Service, tenant entra.TenantID, back store.Backend) {
		storage := &counted{Storage: store.Policy{Backend: back}}
		s := newService(back, policy.Options{Storage: storage, Refresh: time.Hour})
		learn(t, s, tenant, policy.Approved, policy.Approved)
		before := storage.reads.Load()
		for range 100 {
			if err := s.Allow(t.Context(), tenant, policy.Meetings); err != nil {
				t.Fatal(err)
			}
			if err := s.Learn(t.Context(), tenant, policy.Microsoft, policy.Approved, "activity"); err != nil {
				t.Fatal(err)
			}
		}
		if n := storage.reads.Load() - before; n != 0 {
			t.Errorf("%d reads", n)
		}
		state, err := s.State(t.Context(), tenant)
		if err != nil {
			t.Fatal(err)
		}
		state.Features[policy.Meetings] = false // the caller's copy alone
		if err := s.Allow(t.Context(), tenant, policy.Meetings); err != nil {
			t.Error(err)
		}
		impatient := newService(back, policy.Options{Refresh: time.Nanosecond})
		if err := impatient.Allow(t.Context(), tenant, policy.Meetings); err != nil {
			t.Error(err)
		}
		if err := s.SetFeature(t.Context(), tenant, policy.Meetings, false, "jo"); err != nil {
			t.Fatal(err)
		}
		for _, who := range []*policy.Service{s, impatient} {
			if err := who.Allow(t.Context(), tenant, policy.Meetings); !problem.Is(err, problem.Forbidden) {
				t.Errorf("switched off elsewhere: %v", err)
			}
		}
	})
}

// TestChangesElsewhereCount: what another process has changed counts within five seconds of real time, whatever the clock of the product says.
func TestChangesElsewhereCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fresh := policy.Fresh("t")
		fresh.Zoom.Status, fresh.Microsoft.Status = policy.Approved, policy.Approved
		storage := &fixed{state: fresh}
		s := policy.New(policy.Options{Storage: storage, Now: func() time.Time { return noon }, NewID: storetest.NewID})
		if err := s.Allow(t.Context(), "t", policy.Whiteboard); err != nil {
			t.Fatal(err)
		}
		storage.state.Features, storage.state.Version = map[policy.Feature]bool{}, 1
		time.Sleep(5 * time.Second) // of the bubble
		if err := s.Allow(t.Context(), "t", policy.Whiteboard); !problem.Is(err, problem.Forbidden) {
			t.Errorf("five seconds after it was switched off elsewhere: %v", err)
		}
	})
}

// fixed is a storage that another process writes to.
type fixed struct {
	policy.Storage
	state policy.State
}

func (f *fixed) State(context.Context, entra.TenantID) (policy.State, error) { return f.state, nil }

func TestStorageDown(t *testing.T) {
	t.Parallel()
	s := policy.New(policy.Options{Storage: down{}, Now: time.Now, NewID: storetest.NewID})
	for name, err := range map[string]error{
		"allow": s.Allow(t.Context(), "t", policy.Meetings), "connect": s.AllowConnect(t.Context(), "t"), "ready": s.Ready(t.Context(), "t"),
		"learn": s.Learn(t.Context(), "t", policy.Zoom, policy.Approved, ""), "set": s.SetFeature(t.Context(), "t", policy.Phone, false, ""),
	} {
		if !errors.Is(err, errDown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errDown = errors.New("down")

// down is a storage that does not work.
type down struct{ policy.Storage }

func (down) State(context.Context, entra.TenantID) (policy.State, error) {
	return policy.State{}, errDown
}

func BenchmarkAllow(b *testing.B) {
	back := storetest.Backend(b, storetest.Open(b, storetest.SQLiteTables(b), storetest.Tables))
	s, tenant := newService(back, policy.Options{}), storetest.NewTenant()
	for _, side := range []policy.Side{policy.Zoom, policy.Microsoft} {
		if err := s.Learn(b.Context(), tenant, side, policy.Approved, "test"); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := s.Allow(b.Context(), tenant, policy.Meetings); err != nil {
			b.Fatal(err)
		}
	}
}

// What one process decided is told in the others too, though nobody asks there; what stays as it is is not.
func TestOthersAreToldOfADecision(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, s *policy.Service, tenant entra.TenantID, back store.Backend) {
		var told atomic.Int64
		other := newService(back, policy.Options{Tenants: []entra.TenantID{tenant}, Changed: func(_ context.Context, of entra.TenantID) {
			if of == tenant {
				told.Add(1)
			}
		}})
		look := func(want int64) {
			t.Helper()
			if err := other.Refresh(t.Context()); err != nil || told.Load() != want {
				t.Errorf("told %d times, want %d; %v", told.Load(), want, err)
			}
		}
		look(0)
		look(0)
		if err := s.SetFeature(t.Context(), tenant, policy.Contacts, true, "jo"); err != nil {
			t.Fatal(err)
		}
		look(1)
		look(1)
		if err := other.SetFeature(t.Context(), tenant, policy.Contacts, false, "jo"); err != nil {
			t.Fatal(err)
		}
		look(2)
	})
}
