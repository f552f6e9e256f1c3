package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"causeway/internal/entra"
	"causeway/internal/policy"
)

// NewTenant is a tenant that nobody has used yet.
func NewTenant() entra.TenantID { return entra.TenantID(uuid.NewString()) }

// NewID is an id as the product makes them.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// NewPerson is somebody of a tenant.
func NewPerson(tenant entra.TenantID) entra.Person {
	return entra.Person{Tenant: tenant, ID: entra.ObjectID(uuid.NewString())}
}

// Policy holds a storage against what policy.Storage promises.
func Policy(t *testing.T, s policy.Storage) {
	for name, test := range map[string]func(*testing.T, policy.Storage){
		"nothing stored is fresh": policyFresh, "states come back": policyComesBack, "one of two wins": policyRace,
		"changes, newest first": policyChanges,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

func policyFresh(t *testing.T, s policy.Storage) {
	tenant := NewTenant()
	got, err := s.State(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(policy.Fresh(tenant), got); diff != "" {
		t.Error(diff)
	}
}

func policyComesBack(t *testing.T, s policy.Storage) {
	tenant, at := NewTenant(), time.Date(2026, 11, 23, 9, 0, 0, 5e6, time.UTC)
	want := policy.Fresh(tenant)
	want.Zoom = policy.Approval{Status: policy.Approved, By: "connect", Since: at}
	want.Microsoft = policy.Approval{Status: policy.Off, By: "probe", Since: at.Add(time.Hour)}
	want.Features[policy.Phone], want.Features[policy.Rooms] = false, true
	for range 2 {
		if err := s.Save(t.Context(), want, change(tenant, at)); err != nil {
			t.Fatal(err)
		}
		want.Version++
		got, err := s.State(t.Context(), tenant)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if other, err := s.State(t.Context(), NewTenant()); err != nil || other.Version != 0 {
		t.Errorf("another tenant: %+v, %v", other, err)
	}
}

func policyRace(t *testing.T, s policy.Storage) {
	tenant := NewTenant()
	for version := range int64(3) {
		var won atomic.Int32
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				state := policy.Fresh(tenant)
				state.Version = version
				err := s.Save(context.WithoutCancel(t.Context()), state, change(tenant, time.Now()))
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, policy.ErrStale):
					t.Error(err)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 {
			t.Errorf("version %d: %d won", version, won.Load())
		}
	}
	if all, err := s.Changes(t.Context(), tenant, 100); err != nil || len(all) != 3 {
		t.Errorf("%d changes, %v; want those of the winners alone", len(all), err)
	}
}

func policyChanges(t *testing.T, s policy.Storage) {
	tenant, at := NewTenant(), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	state := policy.Fresh(tenant)
	var want []policy.Change
	for i := range 3 {
		c := change(tenant, at.Add(time.Duration(i)*time.Second))
		c.By, c.What, c.Before, c.After = "jo", "feature.phone", "on", "off"
		if err := s.Save(t.Context(), state, c); err != nil {
			t.Fatal(err)
		}
		state.Version++
		want = append([]policy.Change{c}, want...)
	}
	got, err := s.Changes(t.Context(), tenant, 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[:2], got); diff != "" {
		t.Error(diff)
	}
}

func change(tenant entra.TenantID, at time.Time) policy.Change {
	return policy.Change{ID: NewID(), Tenant: tenant, At: at, By: "test", What: "zoom"}
}
