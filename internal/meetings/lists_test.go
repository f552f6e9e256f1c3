package meetings_test

import (
	"fmt"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

// Who looks at their own page makes nobody else's list be looked at.
func TestALookAtOnesOwnListCostsNoOthers(t *testing.T) {
	t.Parallel()
	p := stage(t)
	s := store.Meetings{Backend: p.Back}
	for i := range 5 {
		other := entra.Person{Tenant: wiretest.Tenant, ID: entra.ObjectID(fmt.Sprintf("other-%d", i))}
		if err := s.Attend(t.Context(), other, p.Clock.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Meetings.Refresh(t.Context(), wiretest.Person("ana")); err != nil {
		t.Fatal(err)
	}
	asked := storetest.Jobs(t, p.Back, meetings.ListJob, string(wiretest.Tenant))
	if len(asked) != 1 || asked[0].Subject != string(wiretest.Person("ana").ID) {
		t.Errorf("asked for %+v", asked)
	}
}

// A list that does not end is given up, and nothing is taken for missing in it.
func TestAListWithoutEndIsGivenUp(t *testing.T) {
	t.Parallel()
	p := stage(t)
	schedule(t, p, "nonce-1", draft())
	p.Zoom.Next(list, 1000, wiretest.Refuse(200, `{"meetings":[],"next_page_token":"more"}`))
	before := len(p.Zoom.Calls(list))
	err := p.Meetings.List(t.Context(), jobs.Job{Tenant: string(wiretest.Tenant), Subject: string(wiretest.Person("ana").ID)})
	if n := len(p.Zoom.Calls(list)) - before; err == nil || n > 50 {
		t.Errorf("%d pages were read, %v", n, err)
	}
}
