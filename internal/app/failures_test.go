package app_test

import (
	"fmt"
	"strings"
	"testing"

	"causeway/internal/notifications"
	"causeway/internal/sandbox/world"
)

// failure is one thing that fails once while a meeting is made: the nth write to the database, or the nth call of another service.
type failure struct {
	name string
	put  func(m *mortal, n int)
	hit  func(m *mortal) bool // whether it has come to pass
}

// failures are the kinds of failure of T91.
func failures() []failure {
	call := func(name string, f world.Fault) failure {
		return failure{name, func(m *mortal, n int) {
			f.ID, f.Route, f.Skip, f.Count = "nth", "*", n-1, 1
			m.fault(f)
		}, func(m *mortal) bool { return len(m.world.World.Faults.List()) == 0 }}
	}
	return []failure{
		{"write", (*mortal).failWrite, (*mortal).writeFailed},
		call("call not sent", world.Fault{Drop: true}),
		call("answer lost", world.Fault{Drop: true, When: world.After}),
		call("answered by 503", world.Fault{Status: 503, Body: []byte(`{"code":503,"message":"Unavailable","error":{"code":"503","message":"Unavailable"}}`)}), // as each of them would
	}
}

// failWrite makes PostgreSQL refuse the nth statement from now that changes what the product keeps. The count is a sequence, so that it
// goes on when a transaction is rolled back, and a repeated statement is another one.
func (m *mortal) failWrite(n int) {
	m.t.Helper()
	const refuse = `create sequence failing_count;
		create table failing_at as select %d::bigint as n;
		create function failing() returns trigger language plpgsql as $$ begin
			if nextval('failing_count') = (select n from failing_at) then raise exception 'this write fails'; end if;
			return null;
		end $$`
	if _, err := m.db.Writer().ExecContext(m.t.Context(), fmt.Sprintf(refuse, n)); err != nil {
		m.t.Fatal(err)
	}
	for _, table := range tables() {
		events := "insert or update or delete"
		if table == "river_job" {
			events = "insert" // how jobs are worked is the queue's own affair
		}
		_, err := m.db.Writer().ExecContext(m.t.Context(), "create trigger failing before "+events+" on "+table+" for each statement execute function failing()")
		if err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *mortal) writeFailed() (hit bool) {
	m.t.Helper()
	err := m.db.Read().QueryRowContext(m.t.Context(), "select last_value >= n from failing_count, failing_at").Scan(&hit)
	if err != nil {
		m.t.Fatal(err)
	}
	return hit
}

// TestT91_Schedule lets some writes and calls fail; `make chaos` lets each one fail in turn.
func TestT91_Schedule(t *testing.T) {
	t.Parallel()
	some := map[string][]int{"write": {1, 4, 8, 13, 21}, "call not sent": {3, 9}, "answer lost": {1, 7}, "answered by 503": {2, 5}}
	for _, f := range failures() {
		for _, n := range some[f.name] {
			t.Run(fmt.Sprint(f.name, " ", n), func(t *testing.T) {
				t.Parallel()
				if !failAt(t, f, n) {
					t.Log("nothing was left to fail")
				}
			})
		}
	}
}

// failAt lets Ana schedule a meeting while something fails, and holds the end against the invariants. It answers false when all was
// done before the failure's turn came.
func failAt(t *testing.T, f failure, n int) bool {
	t.Helper()
	m := beginMortal(t, true)
	send := m.ready("schedule")
	f.put(m, n)
	shown := send()
	if shown.Type != "message" && shown.Type != "dialog" {
		t.Errorf("the person sees %s: that says nothing", shown)
	}
	if m.nothing(shown) {
		return true
	}
	m.rests()
	after := m.stored()
	unknown := 0
	for i, told := range after.told {
		if told.State == notifications.Unknown {
			unknown++
			after.told[i].State = notifications.Sending // what failed may have been its answer
		}
	}
	if unknown > 1 && f.name != "write" {
		t.Errorf("one failure, and %d messages are unknown", unknown)
	}
	after.card = "sending"
	m.recovers("schedule", after)
	m.invariants()
	if t.Failed() {
		t.Logf("log:\n%s", m.log)
	}
	return f.hit(m)
}

// nothing tells whether the person was told that it did not work, and then looks whether that is true: nothing was made, and
// nothing is left to be done.
func (m *mortal) nothing(shown outcome) bool {
	m.t.Helper()
	if shown.Type == "message" && m.reserved() > 0 {
		return false
	}
	if m.stored().meeting != "" || m.reserved() > 0 {
		return false
	}
	if got := m.effects(); got != (effects{}) {
		m.t.Errorf("the person was told %s, and the ledger shows %+v", shown, got)
	}
	return true
}

// reserved counts the wishes that are still to be fulfilled, or have been.
func (m *mortal) reserved() (n int) {
	m.t.Helper()
	err := m.db.Read().QueryRowContext(m.t.Context(), "select count(*) from meeting_requests where state <> 'refused'").Scan(&n)
	if err != nil {
		m.t.Fatal(err)
	}
	return n
}

// invariants are those of the acceptance matrix that recovers does not count: what was acknowledged is kept (I1), each refresh token
// is used once (I6), no other tenant is named to anybody (I7), nothing is left without an end (I8).
func (m *mortal) invariants() {
	m.t.Helper()
	accepted, kept := map[any]bool{}, 0
	for _, r := range m.world.World.Ledger.List(world.Filter{Effect: "activity.sent"}) {
		kind := r.Subject
		if status, _ := r.Detail["status"].(int); status == 200 && (kind == "message" || kind == "conversationUpdate" || kind == "installationUpdate") {
			accepted[r.Detail["id"]] = true
		}
	}
	count := func(query string) (n int) {
		if err := m.db.Read().QueryRowContext(m.t.Context(), query).Scan(&n); err != nil {
			m.t.Fatal(err)
		}
		return n
	}
	if kept = count("select count(*) from inbox"); kept < len(accepted) {
		m.t.Errorf("I1: %d activities were acknowledged, %d are kept", len(accepted), kept)
	}
	versions := map[string]bool{}
	for _, r := range m.world.World.Ledger.List(world.Filter{Effect: "token.refreshed"}) {
		key := fmt.Sprint(r.Subject, r.Detail["of"])
		if versions[key] {
			m.t.Errorf("I6: a refresh token was used twice: %v", r)
		}
		versions[key] = true
	}
	harbour := m.world.World.Seed.Tenant("harbour").ID
	for _, x := range m.world.World.Traffic.List(0, 0) {
		if x.From == "product" && strings.Contains(x.URL+x.Request.Body, harbour) {
			m.t.Errorf("I7: %s %s names another tenant", x.Method, x.URL)
		}
	}
	if n := count("select count(*) from account_grants where lease_holder <> '' and lease_until > 0 and refresh_started_at > 0"); n > 0 {
		m.t.Errorf("I8: %d grants are leased", n)
	}
	if n := count("select count(*) from meeting_requests where state = 'reserved'"); n > 0 {
		m.t.Errorf("I8: %d wishes are open", n)
	}
}
