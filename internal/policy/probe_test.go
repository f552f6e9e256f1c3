package policy_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

// side is an administrator whose decision is looked up.
type side struct {
	mu     sync.Mutex
	status policy.Status
	err    error
	looked chan struct{}
	count  int
}

func (s *side) says(status policy.Status, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.err = status, err
}

func (s *side) look(context.Context, entra.TenantID) (policy.Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	select {
	case s.looked <- struct{}{}:
	default:
	}
	return s.status, s.err
}

func (s *side) looks() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// TestProbe: both approvals are found out without anybody telling, and a withdrawal too; a look that fails changes nothing.
func TestProbe(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		tenant, ctx := storetest.NewTenant(), t.Context()
		zoom, microsoft := &side{}, &side{}
		s := newService(back, policy.Options{
			Tenants: []entra.TenantID{tenant}, ProbeEvery: time.Nanosecond,
			Probers: map[policy.Side]policy.Prober{policy.Zoom: zoom.look, policy.Microsoft: microsoft.look},
		})
		for _, step := range []struct {
			zoom, microsoft policy.Status
			err             error
			want            [2]policy.Status
		}{
			{policy.Waiting, policy.NotInstalled, nil, [2]policy.Status{policy.Waiting, policy.NotInstalled}},
			{policy.Unknown, policy.Unknown, nil, [2]policy.Status{policy.Waiting, policy.NotInstalled}},
			{policy.Approved, policy.Approved, errors.New("no answer"), [2]policy.Status{policy.Waiting, policy.NotInstalled}},
			{policy.Approved, policy.Waiting, nil, [2]policy.Status{policy.Approved, policy.Waiting}},
			{policy.Approved, policy.Approved, nil, [2]policy.Status{policy.Approved, policy.Approved}},
			{policy.Off, policy.Approved, nil, [2]policy.Status{policy.Off, policy.Approved}},
		} {
			zoom.says(step.zoom, step.err)
			microsoft.says(step.microsoft, step.err)
			s.Probe(ctx)
			state, err := s.State(ctx, tenant)
			if got := [2]policy.Status{state.Zoom.Status, state.Microsoft.Status}; err != nil || got != step.want {
				t.Errorf("%+v: %v, %v", step, got, err)
			}
		}
	})
}

// TestProbeRarely: an approved side is looked at now and then only.
func TestProbeRarely(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	zoom, microsoft := &side{status: policy.Approved}, &side{status: policy.Waiting}
	s := newService(back, policy.Options{
		Tenants: []entra.TenantID{storetest.NewTenant()}, ProbeEvery: time.Hour,
		Probers: map[policy.Side]policy.Prober{policy.Zoom: zoom.look, policy.Microsoft: microsoft.look},
	})
	for range 5 {
		s.Probe(t.Context())
	}
	if zoom.looks() != 1 || microsoft.looks() != 5 {
		t.Errorf("looked %d times at an approved side, %d at a waiting one", zoom.looks(), microsoft.looks())
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	zoom := &side{status: policy.Waiting, looked: make(chan struct{}, 1)}
	s := newService(back, policy.Options{
		Tenants: []entra.TenantID{storetest.NewTenant()}, ProbeEvery: time.Millisecond,
		Probers: map[policy.Side]policy.Prober{policy.Zoom: zoom.look},
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Watch(ctx)
	}()
	for range 3 {
		<-zoom.looked
	}
	stop()
	<-ended
}
