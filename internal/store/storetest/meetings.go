package storetest

import (
	"errors"
	"hash/crc32"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/zoom"
)

// sealed are the secrets of a meeting.
func sealed() meetings.Sealed {
	return meetings.Sealed{JoinURL: []byte("join"), Passcode: []byte("code")}
}

// wish is a reservation of Ana's.
func wish(meeting, nonce string) meetings.Reserved {
	return meetings.Reserved{
		Request: meetings.Request{
			Person: person("ana"), Name: "Ana Duarte", User: "29:ana", Nonce: nonce, Locale: "fr",
			Place: chats.Place{Tenant: tenant, Conversation: "19:launch@thread.v2", Kind: chats.Group, ServiceURL: "https://smba.trafficmanager.net/emea/"},
			Draft: meetings.Draft{
				Topic: "Launch", Agenda: "one\ntwo", Start: noon.Add(time.Hour), Duration: 30 * time.Minute, Zone: "Europe/Paris",
				Passcode: true, Everyone: false, Chosen: []entra.ObjectID{"ben"},
			},
		},
		Meeting: meeting, Hash: "hash", State: meetings.Open, Until: noon.Add(30 * time.Second), Created: noon,
	}
}

// made is the meeting of a reservation.
func made(r meetings.Reserved) meetings.Meeting {
	q := r.Request
	return meetings.Meeting{
		ID: r.Meeting, Organizer: q.Person, User: q.User, Name: q.Name, Place: q.Place, Locale: q.Locale, Draft: q.Draft,
		Zoom: zoom.MeetingID(91_000_000_000 + int64(crc32.ChecksumIEEE([]byte(r.Meeting)))), State: meetings.Active, Revision: 1, Edition: 1, Created: noon,
	}
}

func follow(kind string) meetings.Follow {
	return func(revision int64) []jobs.Job {
		return []jobs.Job{{Kind: kind, Tenant: string(tenant), Subject: "meeting", Revision: revision}}
	}
}

// Reservations holds an implementation of meetings.Storage against what the package says of reservations.
func Reservations(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	fresh := atOnce(t, 4, func(i int) (bool, error) {
		id := "meeting" + strconv.Itoa(i)
		stored, fresh, err := s.Reserve(ctx, wish(id, "nonce"), jobs.Job{Kind: "test.settle", Tenant: string(tenant), Subject: id})
		if stored.Hash != "hash" || fresh != (stored.Meeting == id) {
			t.Errorf("stored %+v, fresh %v", stored, fresh)
		}
		return fresh, err
	})
	settling := Queued(t, b, "test.settle")
	if fresh != 1 || len(settling) != 1 {
		t.Fatalf("%d reservations and %d jobs of one nonce", fresh, len(settling))
	}
	r := wish(settling[0].Subject, "nonce")
	find := func() meetings.Reserved { return must[meetings.Reserved](t)(s.Reservation(ctx, tenant, r.Meeting)) }
	if diff := cmp.Diff(r, find()); diff != "" {
		t.Errorf("reservation (-want +got)\n%s", diff)
	}
	bens := wish("bens", "nonce")
	bens.Request.Person = person("ben")
	if _, fresh, err := s.Reserve(ctx, bens); err != nil || !fresh {
		t.Errorf("the same nonce of somebody else: %v, %v", fresh, err)
	}
	if got := must[meetings.Reserved](t)(s.Nonced(ctx, r.Request.Person, r.Request.Nonce)); got.Meeting != r.Meeting {
		t.Errorf("by its nonce: %+v", got)
	}
	if _, err := s.Nonced(ctx, person("nobody"), r.Request.Nonce); !problem.Is(err, problem.NotFound) {
		t.Errorf("by somebody else's nonce: %v", err)
	}
	if _, err := s.Reservation(ctx, another, r.Meeting); !problem.Is(err, problem.NotFound) {
		t.Errorf("another tenant's look: %v, want NotFound", err)
	}

	r.Waits = r.Until
	if !must[bool](t)(s.Postpone(ctx, r)) || !must[meetings.Reserved](t)(s.Reservation(ctx, tenant, r.Meeting)).Waits.Equal(r.Waits) {
		t.Error("an open wish does not wait")
	}
	waiting := func(who entra.Person, at time.Time) int {
		return len(must[[]meetings.Reserved](t)(s.Waiting(ctx, who, at)))
	}
	if a, b, c := waiting(r.Request.Person, r.Waits.Add(-time.Second)), waiting(r.Request.Person, r.Waits), waiting(person("nobody"), noon); a != 1 || b != 0 || c != 0 {
		t.Errorf("%d wait before their time, %d from then on, %d of somebody else", a, b, c)
	}
	if must[bool](t)(s.Repeated(ctx, r)) {
		t.Error("it is taken for its own repetition")
	}
	same := wish("same", "another nonce")
	same.Created = r.Created.Add(time.Second)
	if must[bool](t)(s.Repeated(ctx, same)) {
		t.Error("an older wish is taken for a repetition")
	}
	later := wish("another-day", "a nonce of another day")
	later.Created, later.Request.Draft.Start = same.Created, r.Request.Draft.Start.AddDate(0, 0, 1)
	if _, _, err := s.Reserve(ctx, later); err != nil || must[bool](t)(s.Repeated(ctx, r)) {
		t.Errorf("the next one of the same topic is taken for a repetition: %v", err)
	}
	twin := wish("twin", "a nonce of the same moment")
	if _, _, err := s.Reserve(ctx, twin); err != nil || must[bool](t)(s.Repeated(ctx, r)) == must[bool](t)(s.Repeated(ctx, twin)) {
		t.Errorf("of two of the same moment not one is the repetition: %v", err)
	}
	if _, _, err := s.Reserve(ctx, same); err != nil || !must[bool](t)(s.Repeated(ctx, r)) {
		t.Errorf("the same wish under another nonce is no repetition: %v", err)
	}
	r.Attempts = 1
	if must[bool](t)(s.Extend(ctx, r, noon, noon.Add(time.Minute))) {
		t.Error("it was taken from who makes it")
	}
	due := noon.Add(30 * time.Second)
	if won := atOnce(t, 4, func(int) (bool, error) { return s.Extend(ctx, r, due, due.Add(20*time.Second)) }); won != 1 {
		t.Errorf("%d settle one reservation", won)
	}
	if got := find(); got.Attempts != 1 || !got.Until.Equal(due.Add(20*time.Second)) {
		t.Errorf("extended: %+v", got)
	}

	r.Refusal = meetings.Refusal{Kind: problem.Forbidden, Key: "meetings.may_not_host"}
	r.Request.Draft.Agenda = "" // which nobody reads any more
	tell := message("failed", "ana", r.Meeting)
	if ended := atOnce(t, 3, func(int) (bool, error) {
		return s.Refuse(ctx, r, []notifications.Message{tell}, jobs.Job{Kind: "test.pump"})
	}); ended != 1 {
		t.Errorf("%d times refused", ended)
	}
	if got := find(); got.State != meetings.Refused || got.Refusal != r.Refusal || cmp.Diff(r.Request, got.Request) != "" {
		t.Errorf("refused: %+v", got)
	}
	must[notifications.Message](t)(store.Notifications{Backend: b}.Message(ctx, tenant, "failed"))
	if must[bool](t)(s.Extend(ctx, r, due.Add(time.Hour), due.Add(2*time.Hour))) {
		t.Error("what is refused is settled again")
	}
	released(t, s, r)
}

// Withdrawn holds that a wish that waits is either withdrawn or made, whoever comes first.
func Withdrawn(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	midnight := noon.Add(12 * time.Hour)
	waits := func(id string) meetings.Reserved {
		r := wish(id, "nonce of "+id)
		r.Until, r.Waits, r.Refusal = midnight, midnight, meetings.Refusal{}
		if _, _, err := s.Reserve(ctx, r); err != nil || !must[bool](t)(s.Postpone(ctx, r)) {
			t.Fatal(err)
		}
		r.Refusal = meetings.Refusal{Kind: problem.Conflict, Key: "upcoming.withdrawn"}
		r.Request.Draft.Agenda = "" // which nobody reads any more
		return r
	}
	withdraw := func(r meetings.Reserved) (bool, error) {
		return s.Withdraw(ctx, r, jobs.Job{Kind: "test.sweep", Tenant: string(tenant), Subject: r.Meeting})
	}
	settle := func(r meetings.Reserved) (bool, error) {
		r.Attempts++
		return s.Extend(ctx, r, midnight, midnight.Add(20*time.Second))
	}
	state := func(r meetings.Reserved) meetings.ReservedState {
		return must[meetings.Reserved](t)(s.Reservation(ctx, tenant, r.Meeting)).State
	}

	late := waits("late")
	if !must[bool](t)(settle(late)) || must[bool](t)(withdraw(late)) {
		t.Error("what somebody makes, by another clock, is withdrawn")
	}
	if fresh, err := s.Save(ctx, made(late), sealed()); !fresh || err != nil || must[bool](t)(withdraw(late)) || state(late) != meetings.Made {
		t.Errorf("what was made: %v, %s", err, state(late))
	}

	early := waits("early")
	if n := atOnce(t, 3, func(int) (bool, error) { return withdraw(early) }); n != 1 || must[bool](t)(settle(early)) || len(Queued(t, b, "test.sweep")) != 1 {
		t.Errorf("withdrawn %d times, or settled all the same, with %d jobs", n, len(Queued(t, b, "test.sweep")))
	}
	if kept := must[meetings.Reserved](t)(s.Reservation(ctx, tenant, early.Meeting)); cmp.Diff(early.Request, kept.Request) != "" {
		t.Errorf("of what was withdrawn is kept: %+v", kept.Request)
	}
	// Somebody whose turn had ended has made it at Zoom all the same.
	if _, err := s.Save(ctx, made(early), sealed()); !problem.Is(err, problem.Conflict) || state(early) != meetings.Refused {
		t.Errorf("what was withdrawn is stored: %v, %s", err, state(early))
	}
	if _, _, err := s.Meeting(ctx, tenant, early.Meeting); !problem.Is(err, problem.NotFound) {
		t.Errorf("its meeting: %v", err)
	}

	raced := waits("raced")
	if n := atOnce(t, 4, func(i int) (bool, error) {
		if i%2 == 0 {
			return withdraw(raced)
		}
		return settle(raced)
	}); n != 1 {
		t.Errorf("%d of withdrawing and settling came true at once", n)
	}

	// Who has lost a turn does not let wait, and so be withdrawn, what its next owner makes.
	lost := waits("lost")
	must[bool](t)(settle(lost))
	if must[bool](t)(s.Postpone(ctx, lost)) || must[bool](t)(withdraw(lost)) {
		t.Error("it waits, or is withdrawn, while somebody else makes it")
	}
}

// released holds that a wish that was refused gives its nonce away, and one that was not does not.
func released(t *testing.T, s store.Meetings, refused meetings.Reserved) {
	ctx := t.Context()
	next := wish("next", refused.Request.Nonce)
	if fresh := atOnce(t, 3, func(int) (bool, error) {
		if err := s.Release(ctx, refused); err != nil {
			return false, err
		}
		_, fresh, err := s.Reserve(ctx, next, jobs.Job{Kind: "test.settle", Tenant: string(tenant), Subject: "next"})
		return fresh, err
	}); fresh != 1 {
		t.Errorf("%d reservations of one released nonce", fresh)
	}
	if kept := must[meetings.Reserved](t)(s.Reservation(ctx, tenant, refused.Meeting)); kept.State != meetings.Refused || kept.Refusal != refused.Refusal {
		t.Errorf("what is kept of the refused wish: %+v", kept)
	}
	ok(t, s.Release(ctx, next))
	if stored, fresh, err := s.Reserve(ctx, wish("third", next.Request.Nonce)); err != nil || fresh || stored.Meeting != "next" {
		t.Errorf("the nonce of an open wish was given away: %+v, %v", stored, err)
	}
}

// Meetings holds an implementation of meetings.Storage against what the package says of meetings.
func Meetings(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	r := wish("meeting", "nonce")
	_, _, err := s.Reserve(ctx, r)
	ok(t, err)
	m := made(r)
	find := func() meetings.Meeting {
		t.Helper()
		found, _, err := s.Meeting(ctx, tenant, "meeting")
		ok(t, err)
		return found
	}
	saved := atOnce(t, 3, func(i int) (bool, error) {
		return s.Save(ctx, m, sealed(), jobs.Job{Kind: "test.card", Subject: strconv.Itoa(i)})
	})
	if saved != 1 || len(Queued(t, b, "test.card")) != 3 {
		t.Errorf("saved %d times, with %d jobs; want once, and the jobs of all", saved, len(Queued(t, b, "test.card")))
	}
	found, secrets, err := s.Meeting(ctx, tenant, "meeting")
	if diff := cmp.Diff(m, found) + cmp.Diff(sealed(), secrets); err != nil || diff != "" {
		t.Errorf("meeting (-want +got)\n%s%v", diff, err)
	}
	if got := must[meetings.Reserved](t)(s.Reservation(ctx, tenant, "meeting")); got.State != meetings.Made {
		t.Errorf("its reservation is %s", got.State)
	}
	if ended := must[bool](t)(s.Refuse(ctx, r, nil)); ended {
		t.Error("a wish that was fulfilled is refused")
	}
	if _, _, err := s.Meeting(ctx, another, "meeting"); !problem.Is(err, problem.NotFound) {
		t.Errorf("another tenant's look: %v, want NotFound", err)
	}

	atOnce(t, 4, func(int) (bool, error) { return true, s.Bump(ctx, tenant, "meeting", follow("test.bump")) })
	if m = find(); m.Revision != 5 || len(Queued(t, b, "test.bump")) != 4 {
		t.Errorf("revision %d and %d jobs after four bumps", m.Revision, len(Queued(t, b, "test.bump")))
	}
	won := atOnce(t, 4, func(i int) (bool, error) {
		change := m
		change.Draft.Topic = "Topic " + strconv.Itoa(i)
		_, err := s.Change(ctx, change, follow("test.change"))
		if errors.Is(err, meetings.ErrStale) {
			return false, nil
		}
		return true, err
	})
	if won != 1 || find().Edition != 2 || find().Revision != 6 || len(Queued(t, b, "test.change")) != 1 {
		t.Errorf("%d of four changes at once; now %+v", won, find())
	}
	ok(t, s.Bump(ctx, tenant, "meeting", follow("test.bump")))
	change := find()
	change.State = meetings.Cancelled
	revision, err := s.Change(ctx, change, follow("test.change"))
	if ok(t, err); revision != 8 || find().State != meetings.Cancelled {
		t.Errorf("cancelled at revision %d: %+v", revision, find())
	}
	enters(t, s, find())
}

// enters stores a meeting and what is known of its entry together, or neither.
func enters(t *testing.T, s store.Meetings, m meetings.Meeting) {
	t.Helper()
	ctx, book := t.Context(), store.Calendar(s)
	known := calendar.Record{Tenant: tenant, Meeting: m.ID, State: calendar.Done, EventID: "AAMk1", Revision: 5}
	must[bool](t)(book.SaveRecord(ctx, known, 0))
	next := calendar.Record{Tenant: tenant, Meeting: m.ID, State: calendar.Pending, Revision: 5}
	m.Entry = 2
	old := m
	old.Edition--
	if _, err := s.Enter(ctx, old, next, 5, follow("test.enter")); !errors.Is(err, meetings.ErrStale) {
		t.Errorf("with a meeting that is old: %v", err)
	}
	if _, err := s.Enter(ctx, m, next, 4, follow("test.enter")); !errors.Is(err, meetings.ErrStale) {
		t.Errorf("with an entry that is old: %v", err)
	}
	if diff := cmp.Diff(known, must[calendar.Record](t)(book.Record(ctx, tenant, m.ID))); diff != "" || len(Queued(t, s.Backend, "test.enter")) != 0 {
		t.Errorf("half of it was stored (-want +got)\n%s", diff)
	}
	revision := must[int64](t)(s.Enter(ctx, m, next, 5, follow("test.enter")))
	stored, _, err := s.Meeting(ctx, tenant, m.ID)
	if err != nil || stored.Entry != 2 || stored.Revision != revision || stored.Edition != m.Edition+1 || len(Queued(t, s.Backend, "test.enter")) != 1 {
		t.Errorf("stored %+v, %v", stored, err)
	}
	if diff := cmp.Diff(next, must[calendar.Record](t)(book.Record(ctx, tenant, m.ID))); diff != "" {
		t.Errorf("its entry (-want +got)\n%s", diff)
	}
}

// Numbers holds an implementation of meetings.Storage against what the package says of a meeting that is stored under two ids.
func Numbers(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	taken := made(wish("taken", ""))
	must[bool](t)(s.Save(ctx, taken, sealed()))
	r := wish("wanted", "nonce")
	_, _, err := s.Reserve(ctx, r)
	ok(t, err)
	m := made(r)
	m.Zoom = taken.Zoom
	if fresh := must[bool](t)(s.Save(ctx, m, sealed(), jobs.Job{Kind: "test.cut", Subject: m.ID})); fresh {
		t.Error("one meeting of Zoom's is stored twice")
	}
	if r := must[meetings.Reserved](t)(s.Reservation(ctx, tenant, taken.ID)); r.State != meetings.Made || r.Request.Nonce != "nonce" {
		t.Errorf("its reservation: %+v", r)
	}
	if q := Queued(t, b, "test.cut"); len(q) != 1 || q[0].Subject != taken.ID {
		t.Errorf("its jobs: %+v", q)
	}
	m.Organizer = person("ben")
	if fresh := must[bool](t)(s.Save(ctx, m, sealed())); !fresh {
		t.Error("another organiser's is held for the same")
	}
}

// Rosters holds an implementation of meetings.Storage against what the package says of rosters and cards.
func Rosters(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	m := made(wish("meeting", "nonce"))
	must[bool](t)(s.Save(ctx, m, sealed()))
	m.Invited, m.Invitees = 1, 2
	invitees := []meetings.Invitee{
		{Person: person("ben"), User: "29:ben", Name: "Ben", Address: "ben@example.com"}, {User: "29:guest", Name: "Guest", Guest: true},
	}
	atOnce(t, 3, func(i int) (bool, error) {
		tell := message("m"+strconv.Itoa(i), "ben", "meeting")
		return true, s.SaveRoster(ctx, m, invitees, []notifications.Message{tell}, follow("test.calendar"))
	})
	if diff := cmp.Diff(invitees, must[[]meetings.Invitee](t)(s.Invitees(ctx, tenant, "meeting"))); diff != "" {
		t.Errorf("invitees (-want +got)\n%s", diff)
	}
	about := must[[]notifications.Message](t)(store.Notifications{Backend: b}.About(ctx, tenant, "meeting"))
	got, _, err := s.Meeting(ctx, tenant, "meeting")
	if ok(t, err); !got.Roster || got.Revision != 2 || got.Invited != 1 || got.Invitees != 2 || len(about) != 1 ||
		len(Queued(t, b, "test.calendar")) != 1 {
		t.Errorf("after the same roster three times: %+v, %d messages", got, len(about))
	}

	reply := meetings.Reply{Answer: "accepted", Edition: 1, At: noon}
	for range 2 { // the second one changes nothing
		ok(t, s.SaveReply(ctx, person("ben"), "meeting", reply, follow("test.reply")))
	}
	reply.At = noon.Add(2 * time.Second)
	ok(t, s.SaveReply(ctx, person("ben"), "meeting", reply, follow("test.reply"))) // the same later, which is noted alone
	before := meetings.Reply{Answer: "declined", Edition: 1, At: noon.Add(time.Second)}
	ok(t, s.SaveReply(ctx, person("ben"), "meeting", before, follow("test.reply")))
	ok(t, s.SaveReply(ctx, person("stranger"), "meeting", reply, follow("test.reply")))
	invitees[0].Reply = reply
	if diff := cmp.Diff(invitees, must[[]meetings.Invitee](t)(s.Invitees(ctx, tenant, "meeting"))); diff != "" {
		t.Errorf("after an answer (-want +got)\n%s", diff)
	}
	if got, _, err = s.Meeting(ctx, tenant, "meeting"); err != nil || got.Revision != 3 || len(Queued(t, b, "test.reply")) != 1 {
		t.Errorf("after an answer: %+v, %v", got, err)
	}

	card := meetings.Card{}
	swap := func(next meetings.Card) int {
		t.Helper()
		before := card
		won := atOnce(t, 3, func(int) (bool, error) { return s.SwapCard(ctx, tenant, "meeting", before, next) })
		got, _, err := s.Meeting(ctx, tenant, "meeting")
		if ok(t, err); got.Card != next {
			t.Errorf("card %+v, want %+v", got.Card, next)
		}
		card = next
		return won
	}
	for _, next := range []meetings.Card{
		{State: meetings.CardSending, Attempts: 1, Since: noon},
		{State: meetings.CardPosted, Activity: "1700", Attempts: 1, Since: noon, Revision: 1},
		{State: meetings.CardPosted, Activity: "1700", Attempts: 1, Since: noon, Revision: 1, Writes: 1},
		{State: meetings.CardPosted, Activity: "1700", Attempts: 1, Since: noon, Revision: 2, Writes: 1},
		{State: meetings.CardLost, Attempts: 3, Since: noon, Reason: "no_answer"},
	} {
		if won := swap(next); won != 1 {
			t.Errorf("%d of three got the card into %+v", won, next)
		}
	}
	reinvites(t, b, invitees)
}

// reinvites takes one of two out of a meeting and puts another in: once of several at the same moment, and all of it or nothing.
func reinvites(t *testing.T, b store.Backend, invitees []meetings.Invitee) {
	t.Helper()
	s, told, ctx := store.Meetings{Backend: b}, store.Notifications{Backend: b}, t.Context()
	m, _, err := s.Meeting(ctx, tenant, "meeting")
	ok(t, err)
	cho := meetings.Invitee{Person: person("cho"), User: "29:cho", Name: "Cho", Address: "cho@example.com"}
	m.Draft.Topic, m.Invited, m.Invitees = "For others", 2, 2
	won := atOnce(t, 3, func(i int) (bool, error) {
		_, err := s.Reinvite(ctx, m, invitees[1:], []meetings.Invitee{cho}, []notifications.Message{message("new"+strconv.Itoa(i), "cho", "meeting")}, follow("test.reinvite"))
		if errors.Is(err, meetings.ErrStale) {
			return false, nil
		}
		return true, err
	})
	got, _, err := s.Meeting(ctx, tenant, "meeting")
	if ok(t, err); won != 1 || got.Draft.Topic != "For others" || got.Invited != 2 || got.Edition != m.Edition+1 || len(Queued(t, b, "test.reinvite")) != 1 {
		t.Errorf("%d of three: %+v", won, got)
	}
	if diff := cmp.Diff([]meetings.Invitee{invitees[0], cho}, must[[]meetings.Invitee](t)(s.Invitees(ctx, tenant, "meeting"))); diff != "" {
		t.Errorf("invited now (-want +got)\n%s", diff)
	}
	find := func(to string) notifications.Message {
		t.Helper()
		all := must[[]notifications.Message](t)(told.About(ctx, tenant, "meeting"))
		i := slices.IndexFunc(all, func(n notifications.Message) bool { return n.To == person(to) })
		if i < 0 {
			t.Fatalf("no message to %s", to)
		}
		return all[i]
	}
	// Whoever had a message gets another one, unless that is still under way.
	for state, anew := range map[notifications.State]bool{notifications.Queued: false, notifications.Sending: false, notifications.Sent: true, notifications.Dropped: true} {
		before := find("cho")
		settled := before
		settled.State = state
		ok(t, told.Settle(ctx, settled, before.State))
		m, _, err := s.Meeting(ctx, tenant, "meeting")
		ok(t, err)
		next := message("to cho "+string(state), "cho", "meeting")
		must[int64](t)(s.Reinvite(ctx, m, nil, nil, []notifications.Message{next}, follow("test.again")))
		if now := find("cho"); (now.ID == next.ID) != anew {
			t.Errorf("after one that is %s: %+v", state, now)
		}
	}
}

// WithoutCalendar holds an implementation of meetings.Storage against what the package says of entries that wait for a grant.
func WithoutCalendar(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	entries := store.Calendar{Backend: b}
	for id, state := range map[string]calendar.State{"waits": calendar.NoGrant, "done": calendar.Done, "over": calendar.NoGrant, "off": calendar.NoGrant} {
		m := made(wish(id, id))
		switch id {
		case "over":
			m.Draft.Start = noon.Add(-time.Hour)
		case "off":
			m.State = meetings.Cancelled
		}
		must[bool](t)(s.Save(ctx, m, sealed()))
		must[bool](t)(entries.SaveRecord(ctx, calendar.Record{Tenant: tenant, Meeting: id, State: state, Revision: 1}, 0))
	}
	got := must[[]string](t)(s.WithoutCalendar(ctx, person("ana"), noon))
	if diff := cmp.Diff([]string{"waits"}, got); diff != "" {
		t.Errorf("entries that wait (-want +got)\n%s", diff)
	}
	if got := must[[]string](t)(s.WithoutCalendar(ctx, person("ben"), noon)); len(got) != 0 {
		t.Errorf("somebody else's entries: %v", got)
	}
}
