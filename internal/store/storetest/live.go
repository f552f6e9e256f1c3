package storetest

import (
	"slices"
	"testing"
	"time"

	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/store"
)

// Live holds an implementation of meetings.LiveStorage against what the package says of sessions and who is there.
func Live(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	must[bool](t)(s.Save(ctx, made(wish("m", "nonce")), sealed()))
	revision := func() int64 {
		m, _, err := s.Meeting(ctx, tenant, "m")
		ok(t, err)
		return m.Revision
	}
	session := func(uuid string, started, ended time.Time) { // answers nothing: what is stored is looked at
		t.Helper()
		ok(t, s.SaveSession(ctx, tenant, "m", meetings.Session{UUID: uuid, Started: started, Ended: ended}, noon.Add(time.Minute), follow("test.card")))
	}
	held := func() meetings.Session {
		t.Helper()
		got, _, there, err := s.Held(ctx, tenant, "m")
		if err != nil || !there {
			t.Fatalf("held: %t, %v", there, err)
		}
		return got
	}
	turning(t, b)
	for since, want := range map[time.Time]int{noon.Add(-time.Second): 1, noon: 0} {
		if got := must[[]string](t)(s.Made(ctx, tenant, "19:launch@thread.v2", since, 10)); len(got) != want {
			t.Errorf("made since %s: %v", since, got)
		}
	}
	if got := must[[]string](t)(s.Made(ctx, tenant, "19:other@thread.v2", noon.Add(-time.Second), 10)); len(got) != 0 {
		t.Errorf("made in another conversation: %v", got)
	}
	if _, _, there, err := s.Held(ctx, tenant, "m"); there || err != nil {
		t.Errorf("a session before there is one: %v", err)
	}
	// The end is told before the beginning, and both twice.
	session("one", time.Time{}, noon.Add(time.Hour))
	session("one", noon, time.Time{})
	before := revision()
	session("one", noon, time.Time{})
	session("one", time.Time{}, noon.Add(2*time.Hour))
	if got := held(); got != (meetings.Session{UUID: "one", Started: noon, Ended: noon.Add(time.Hour)}) || revision() != before {
		t.Errorf("held %+v, and the revision went from %d to %d", got, before, revision())
	}
	if n := len(Queued(t, b, "test.card")); n != 2 {
		t.Errorf("%d jobs for two changes", n)
	}
	// Where somebody is goes by when it happened.
	session("two", noon.Add(24*time.Hour), time.Time{})
	name := "Ben"
	at := func(minutes int, state meetings.Presence, in bool) {
		t.Helper()
		ok(t, s.SaveAttendee(ctx, tenant, "m", "two", meetings.Attendee{
			ID: "ben", Name: name, State: state, At: noon.Add(time.Duration(minutes) * time.Minute), WasIn: in,
		}, jobs.Job{Kind: "test.attendance", Tenant: string(tenant), Subject: "m"}))
		name = ""
	}
	for _, c := range []struct {
		minutes int
		state   meetings.Presence
		in      bool
		want    meetings.Presence
		wasIn   bool
	}{
		{2, meetings.Waiting, false, meetings.Waiting, false},
		{1, meetings.Left, false, meetings.Waiting, false},
		{3, meetings.Left, false, meetings.Left, false}, // the waiting room, at the moment of being let in
		{3, meetings.In, true, meetings.In, true},
		{3, meetings.Left, false, meetings.In, true},
		{9, meetings.Left, true, meetings.Left, true},
		{4, meetings.In, true, meetings.Left, true},
	} {
		at(c.minutes, c.state, c.in)
		_, all, _, err := s.Held(ctx, tenant, "m")
		if err != nil || len(all) != 1 || all[0].State != c.want || all[0].WasIn != c.wasIn || all[0].Name != "Ben" {
			t.Errorf("after %+v: %+v, %v", c, all, err)
		}
	}
	if n := len(Queued(t, b, "test.attendance")); n != 1 {
		t.Errorf("%d jobs of one name", n)
	}
	// Nobody has told of its end: it is asked for, once in a while.
	ok(t, s.DueSessions(ctx, noon, noon.Add(time.Hour), 10))
	ok(t, s.DueSessions(ctx, noon.Add(time.Minute), noon.Add(time.Hour), 10))
	ok(t, s.DueSessions(ctx, noon.Add(2*time.Minute), noon.Add(time.Hour), 10))
	if n := len(Queued(t, b, meetings.SessionJob)); n != 1 {
		t.Errorf("asked %d times", n)
	}
	// An end that was inferred gives way to the one that is told, which is final.
	infer := func(ended time.Time) {
		t.Helper()
		ok(t, s.SaveSession(ctx, tenant, "m", meetings.Session{UUID: "two", Ended: ended, Inferred: true}, noon.Add(time.Minute), follow("test.card")))
	}
	before = revision()
	infer(noon.Add(26 * time.Hour))
	infer(noon.Add(27 * time.Hour))
	if got := held(); !got.Ended.Equal(noon.Add(26*time.Hour)) || !got.Inferred || revision() != before+1 {
		t.Errorf("held %+v, and the revision went from %d to %d", got, before, revision())
	}
	session("two", time.Time{}, noon.Add(25*time.Hour))
	infer(noon.Add(28 * time.Hour))
	if got := held(); !got.Ended.Equal(noon.Add(25*time.Hour)) || got.Inferred || revision() != before+2 {
		t.Errorf("held %+v, and the revision went from %d to %d", got, before, revision())
	}
	ok(t, s.DueSessions(ctx, noon.Add(48*time.Hour), noon.Add(49*time.Hour), 10))
	if n := len(Queued(t, b, meetings.SessionJob)); n != 1 {
		t.Errorf("asked %d times, though it has ended", n)
	}
	// The one that goes on when another begins has ended.
	session("three", noon.Add(72*time.Hour), time.Time{})
	for uuid, want := range map[string]bool{"three": true, "four": false} {
		if got := must[bool](t)(s.Began(ctx, tenant, "m", uuid)); got != want {
			t.Errorf("%s began: %t", uuid, got)
		}
	}
	if got := held(); got != (meetings.Session{UUID: "three", Started: noon.Add(72 * time.Hour)}) {
		t.Errorf("held %+v", got)
	}
	session("five", noon.Add(96*time.Hour), time.Time{})
	session("four", noon.Add(80*time.Hour), time.Time{}) // told late
	ok(t, s.DueSessions(ctx, noon.Add(100*time.Hour), noon.Add(101*time.Hour), 10))
	if n := len(Queued(t, b, meetings.SessionJob)); n != 2 || held().UUID != "five" {
		t.Errorf("asked about %d sessions more, want the one that nothing follows", n-1)
	}
	three := func() meetings.Session {
		t.Helper()
		got, _, _, err := s.HeldBetween(ctx, tenant, "m", noon.Add(72*time.Hour), noon.Add(80*time.Hour))
		ok(t, err)
		return got
	}
	if got := three(); !got.Ended.Equal(noon.Add(96*time.Hour)) || !got.Inferred {
		t.Errorf("the one that another one follows: %+v", got)
	}
	session("three", time.Time{}, noon.Add(73*time.Hour)) // told late
	if got := three(); !got.Ended.Equal(noon.Add(73*time.Hour)) || got.Inferred {
		t.Errorf("after its end was told: %+v", got)
	}
	session("five", time.Time{}, noon.Add(97*time.Hour))
	ok(t, s.ForgetNames(ctx, another))
	ok(t, s.SaveAttendee(ctx, tenant, "m", "five", meetings.Attendee{ID: "ben", Name: "Ben", State: meetings.In, At: noon.Add(96 * time.Hour), WasIn: true}))
	if _, all, _, err := s.Held(ctx, tenant, "m"); err != nil || all[0].Name != "Ben" {
		t.Errorf("another tenant's names are forgotten: %+v, %v", all, err)
	}
	ok(t, s.ForgetNames(ctx, tenant))
	if _, all, _, err := s.Held(ctx, tenant, "m"); err != nil || len(all) != 1 || all[0].Name != "" {
		t.Errorf("names are kept: %+v, %v", all, err)
	}
	if n := must[int](t)(s.ForgetSessions(ctx, noon.Add(97*time.Hour), 10)); n != 4 || held().UUID != "five" {
		t.Errorf("%d sessions forgotten, held %+v", n, held())
	}
	remains(t, b)
	if n := must[int](t)(s.Forget(ctx, noon.AddDate(1, 0, 0), 10)); n != 1 {
		t.Errorf("%d meetings forgotten", n)
	}
	if _, all, there, err := s.Held(ctx, tenant, "m"); there || len(all) != 0 || err != nil {
		t.Errorf("who was there is still known: %+v, %v", all, err)
	}
}

// remains holds an implementation of meetings.RemainsStorage against what the package says, on a meeting with the sessions of Live.
func remains(t *testing.T, b store.Backend) {
	t.Helper()
	s, ctx := store.Meetings{Backend: b}, t.Context()
	end := noon.AddDate(0, 1, 0)
	session := meetings.Session{UUID: "a/b", Started: end.Add(-time.Hour), Ended: end}
	save := func(before, after string, want bool) {
		t.Helper()
		bytes := map[string][]byte{"": nil, "one": []byte("one"), "two": []byte("two")}
		if got := must[bool](t)(s.SaveRemains(ctx, tenant, "m", session, bytes[before], bytes[after], follow("test.remains"))); got != want {
			t.Errorf("from %q to %q: %t", before, after, got)
		}
	}
	if sealed := must[[]byte](t)(s.Remaining(ctx, tenant, "m", "a/b")); len(sealed) != 0 {
		t.Errorf("of a session that is not known remains %q", sealed)
	}
	save("", "one", true)
	save("", "two", false) // it crossed
	save("one", "two", true)
	if sealed := must[[]byte](t)(s.Remaining(ctx, tenant, "m", "a/b")); string(sealed) != "two" || len(Queued(t, b, "test.remains")) != 2 {
		t.Errorf("%q remains, with %d jobs", sealed, len(Queued(t, b, "test.remains")))
	}
	if got, _, _, err := s.Held(ctx, tenant, "m"); err != nil || got != session {
		t.Errorf("held %+v, %v", got, err)
	}
	// Of a session of which only the end was told, it is noted when it began.
	ok(t, s.SaveSession(ctx, tenant, "m", meetings.Session{UUID: "over", Ended: end.Add(time.Hour)}, end, follow("test.card")))
	over := meetings.Session{UUID: "over", Started: end, Ended: end.Add(30 * time.Minute), Inferred: true}
	must[bool](t)(s.SaveRemains(ctx, tenant, "m", over, nil, []byte("one"), follow("test.remains")))
	if got, _, _, err := s.Held(ctx, tenant, "m"); err != nil || got != (meetings.Session{UUID: "over", Started: end, Ended: end.Add(time.Hour)}) {
		t.Errorf("held %+v, %v", got, err)
	}
	earlier := meetings.Session{UUID: "over", Started: end.Add(-time.Minute)}
	if must[bool](t)(s.SaveRemains(ctx, tenant, "m", earlier, nil, []byte("two"), follow("test.remains"))) || len(Queued(t, b, "test.remains")) != 4 {
		t.Errorf("what was noted though it crossed has %d jobs", len(Queued(t, b, "test.remains")))
	}
	// Zoom is asked after the end, and again after each pause; once for those that have passed meanwhile.
	pauses := []time.Duration{time.Hour, 2 * time.Hour, 24 * time.Hour}
	asked := func(after time.Duration, want int) {
		t.Helper()
		ok(t, s.DueRemains(ctx, end.Add(time.Hour+after), pauses, 10))
		if n := remainsAsked(t, b, "over"); n != want {
			t.Errorf("after %s asked %d times, want %d", after, n, want)
		}
	}
	asked(meetings.RemainsFirst-time.Second, 0)
	asked(meetings.RemainsFirst, 1)
	asked(meetings.RemainsFirst, 1)
	asked(3*time.Hour, 2)
	asked(23*time.Hour, 2)
	asked(24*time.Hour, 3)
	asked(240*time.Hour, 3)
	if n := remainsAsked(t, b, "a/b"); n != 3 {
		t.Errorf("asked %d times about a session that is known from what remains of it", n)
	}
}

// remainsAsked is how often Zoom is asked what remains of a session.
func remainsAsked(t *testing.T, b store.Backend, uuid string) (n int) {
	t.Helper()
	for _, j := range Queued(t, b, meetings.RemainsJob) {
		if j.Subject == meetings.RemainsOf("m", uuid) {
			n++
		}
	}
	return n
}

// turning holds an implementation of meetings.TurnStorage against what the package says, on the meeting of Live.
func turning(t *testing.T, b store.Backend) {
	t.Helper()
	s, ctx := store.Meetings{Backend: b}, t.Context()
	m, _, err := s.Meeting(ctx, tenant, "m")
	ok(t, err)
	start := m.Draft.Start
	found := func(now time.Time, after string, want ...meetings.Turn) {
		t.Helper()
		if got := must[[]meetings.Turn](t)(s.Turning(ctx, tenant, now, now, after, 10)); !slices.Equal(got, want) {
			t.Errorf("at %s, behind %q: %v, want %v", now, after, got, want)
		}
	}
	found(start.Add(-time.Hour), "", meetings.Turn{Meeting: "m"})
	found(start.Add(-time.Hour), "m")
	found(m.Draft.End(), "")
	at := start.Add(-5 * time.Minute)
	ok(t, s.Turn(ctx, m, at))
	found(start.Add(-6*time.Minute), "")
	found(at, "", meetings.Turn{Meeting: "m", At: at})
	stale := m
	stale.Edition--
	ok(t, s.Turn(ctx, stale, time.Time{}))
	found(at, "", meetings.Turn{Meeting: "m", At: at})
	ok(t, s.Turn(ctx, m, time.Time{}))
	found(start, "")
	must[int64](t)(s.Change(ctx, m, func(int64) []jobs.Job { return nil })) // what is edited is looked at again
	found(start, "", meetings.Turn{Meeting: "m"})
}
