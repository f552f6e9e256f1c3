package storetest

import (
	"fmt"
	"testing"
	"time"

	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/store"
)

// Inbox holds an implementation of bot.Storage against what the package says of it.
func Inbox(t *testing.T, b store.Backend) {
	s, ctx := store.Inbox{Backend: b, Source: store.FromTeams}, t.Context()
	work := jobs.Job{Kind: "test.activity", Tenant: string(tenant), Subject: "key"}
	atOnce(t, 4, func(i int) (bool, error) {
		return true, s.Keep(ctx, tenant, "key", []byte{byte(i)}, noon, work)
	})
	if len(Queued(t, b, "test.activity")) != 1 {
		t.Error("what arrived four times is not worked once")
	}
	first := must[[]byte](t)(s.Kept(ctx, tenant, "key"))
	ok(t, s.Keep(ctx, tenant, "key", []byte("other"), noon, jobs.Job{Kind: "test.activity", Tenant: string(tenant), Subject: "other"}))
	if again := must[[]byte](t)(s.Kept(ctx, tenant, "key")); string(again) != string(first) {
		t.Error("what arrived was replaced")
	}
	if len(Queued(t, b, "test.activity")) != 1 {
		t.Error("a job was stored for what is known already")
	}
	if _, err := s.Kept(ctx, another, "key"); !problem.Is(err, problem.NotFound) {
		t.Errorf("another tenant's look: %v, want NotFound", err)
	}
	other := store.Inbox{Backend: b, Source: store.FromZoom}
	if _, err := other.Kept(ctx, tenant, "key"); !problem.Is(err, problem.NotFound) {
		t.Errorf("another source's look: %v, want NotFound", err)
	}
	for round := range 2 {
		for i := range 5 {
			if fresh := must[bool](t)(other.Arrive(ctx, tenant, fmt.Sprint("event ", i), []byte{byte(i)}, noon.Add(time.Duration(i)))); fresh != (round == 0) {
				t.Errorf("event %d arrives the %d. time, and is new: %t", i, round+1, fresh)
			}
		}
		must[bool](t)(other.Arrive(ctx, another, "event 0", []byte{9}, noon))
	}
	moved := atOnce(t, 4, func(int) (bool, error) {
		n, err := other.Move(ctx, "test.event", 4)
		return n > 0, err
	})
	if n := must[int](t)(other.Move(ctx, "test.event", 10)); moved < 1 || len(Queued(t, b, "test.event")) != 6 {
		t.Errorf("%d jobs for six that arrived twice, %d at last", len(Queued(t, b, "test.event")), n)
	}
	if n := must[int](t)(s.Move(ctx, "test.event", 10)); n != 0 {
		t.Errorf("%d of another source were moved", n)
	}
	ok(t, other.Drop(ctx, tenant, "event 1"))
	if _, err := other.Kept(ctx, tenant, "event 1"); !problem.Is(err, problem.NotFound) {
		t.Errorf("what was dropped: %v, want NotFound", err)
	}
	must[[]byte](t)(other.Kept(ctx, tenant, "event 2"))
	if must[bool](t)(other.Arrive(ctx, tenant, "event 1", []byte{1}, noon)) {
		t.Error("what was dropped is new")
	}
	if n := must[int](t)(other.Move(ctx, "test.event", 10)); n != 0 {
		t.Error("what was dropped arrived as if it were new")
	}
	ok(t, s.Forget(ctx, noon))
	must[[]byte](t)(s.Kept(ctx, tenant, "key"))
	ok(t, s.Forget(ctx, noon.Add(time.Millisecond)))
	if _, err := s.Kept(ctx, tenant, "key"); !problem.Is(err, problem.NotFound) {
		t.Errorf("what is too old: %v, want NotFound", err)
	}
}
