package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/calendar"
	"causeway/internal/store"
)

// Calendar holds an implementation of calendar.Storage against what the package says of it.
func Calendar(t *testing.T, b store.Backend) {
	s, ctx := store.Calendar{Backend: b}, t.Context()
	want := func(want calendar.Record) {
		t.Helper()
		if diff := cmp.Diff(want, must[calendar.Record](t)(s.Record(ctx, want.Tenant, want.Meeting))); diff != "" {
			t.Errorf("record (-want +got)\n%s", diff)
		}
	}
	r := calendar.Record{Tenant: tenant, Meeting: "meeting", State: calendar.Pending}
	want(r)
	r.State, r.Revision = calendar.NoGrant, 2
	if !must[bool](t)(s.SaveRecord(ctx, r, 0)) {
		t.Fatal("a first record is not stored")
	}
	want(r)
	stale := calendar.Record{Tenant: tenant, Meeting: "meeting", State: calendar.Done, EventID: "AAMk1", Revision: 1}
	if must[bool](t)(s.SaveRecord(ctx, stale, 0)) {
		t.Error("a record was stored over one that came in between")
	}
	r.EventID = "AAMk1" // but the event that was made is known
	want(r)
	stale.EventID = "AAMk2"
	must[bool](t)(s.SaveRecord(ctx, stale, 0))
	want(r)
	won := atOnce(t, 4, func(i int) (bool, error) {
		next := r
		next.State, next.Revision = calendar.Done, int64(3+i)
		return s.SaveRecord(ctx, next, 2)
	})
	if won != 1 {
		t.Errorf("%d of four that wrote at once believe to be the one", won)
	}
	gone := calendar.Record{Tenant: tenant, Meeting: "gone", State: calendar.Removed, EventID: "AAMk1", Revision: 2}
	must[bool](t)(s.SaveRecord(ctx, gone, 0))
	late := calendar.Record{Tenant: tenant, Meeting: "gone", State: calendar.Done, EventID: "AAMk1", Revision: 1}
	must[bool](t)(s.SaveRecord(ctx, late, 0))
	want(gone)
	late.EventID = "AAMk2" // made while the first was being removed
	must[bool](t)(s.SaveRecord(ctx, late, 0))
	gone.EventID, gone.State = "AAMk2", calendar.Pending
	want(gone)
	want(calendar.Record{Tenant: another, Meeting: "meeting", State: calendar.Pending})
}
