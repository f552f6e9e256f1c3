package storetest

import (
	"errors"
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
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/teams"
)

// Around holds an implementation of meetings.Storage against what the package says of the meetings of a person, and their numbers.
func Around(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	save := func(id string, organizer entra.Person, start time.Time, change func(*meetings.Meeting)) {
		m := made(wish(id, id))
		m.Organizer, m.Draft.Start = organizer, start
		if change != nil {
			change(&m)
		}
		must[bool](t)(s.Save(ctx, m, sealed()))
	}
	twin := person("ana")
	twin.Tenant = another
	save("own", person("ana"), noon.Add(time.Hour), nil)
	save("over", person("ana"), noon.Add(-time.Hour), nil)
	save("later", person("ana"), noon.AddDate(0, 1, 0), nil)
	save("off", person("ana"), noon.Add(time.Hour), func(m *meetings.Meeting) { m.State = meetings.Cancelled })
	save("series", person("ana"), noon.AddDate(0, 0, -20), func(m *meetings.Meeting) {
		m.Draft.Repeat = &meetings.Recurrence{Pattern: meetings.Weekly, Interval: 1, Weekdays: []time.Weekday{m.Draft.Start.Weekday()}, Times: 10}
	})
	save("open", person("ana"), time.Time{}, func(m *meetings.Meeting) { m.Draft.NoTime = true })
	save("others", person("ben"), noon.Add(2*time.Hour), func(m *meetings.Meeting) { m.Zoom = 92345678901 })
	save("strange", person("ben"), noon.Add(2*time.Hour), nil)
	save("elsewhere", twin, noon.Add(time.Hour), nil)
	guests := []meetings.Invitee{{Person: person("ana"), Name: "Ana"}, {Name: "Nobody"}}
	others := made(wish("others", "others"))
	others.Organizer = person("ben")
	ok(t, s.SaveRoster(ctx, others, guests, nil, follow("test.calendar")))
	must[bool](t)(store.Calendar{Backend: b}.SaveRecord(ctx, calendar.Record{Tenant: tenant, Meeting: "own", State: calendar.Done, Revision: 1}, 0))
	ok(t, s.SaveSession(ctx, tenant, "others", meetings.Session{UUID: "u", Started: noon}, noon, func(int64) []jobs.Job { return nil }))

	found := map[string]calendar.State{}
	for _, one := range must[[]meetings.Standing](t)(s.Around(ctx, person("ana"), noon, noon.AddDate(0, 0, 7))) {
		found[one.Meeting.ID] = one.Calendar
		if diff := cmp.Diff(sealed(), one.Sealed); diff != "" {
			t.Errorf("secrets of %s (-want +got)\n%s", one.Meeting.ID, diff)
		}
		if one.Live != (one.Meeting.ID == "others") {
			t.Errorf("%s is being held: %t", one.Meeting.ID, one.Live)
		}
	}
	want := map[string]calendar.State{
		"own": calendar.Done, "series": calendar.Pending, "open": calendar.Pending, "others": calendar.Pending,
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("around a week (-want +got)\n%s", diff)
	}
	if got := must[[]meetings.Standing](t)(s.Around(ctx, twin, noon, noon.AddDate(0, 0, 7))); len(got) != 1 || got[0].Meeting.ID != "elsewhere" {
		t.Errorf("of the same object in another tenant: %+v", got)
	}
	if id := must[string](t)(s.ByNumber(ctx, person("ben"), 92345678901)); id != "others" {
		t.Errorf("by number: %s", id)
	}
	if _, err := s.ByNumber(ctx, person("ana"), 92345678901); !problem.Is(err, problem.NotFound) {
		t.Errorf("another's number: %v, want NotFound", err)
	}
	if got := must[[]meetings.Hosted](t)(s.Numbered(ctx, tenant, 92345678901)); len(got) != 1 || got[0] != (meetings.Hosted{Meeting: "others", Organizer: person("ben")}) {
		t.Errorf("whoever hosts a number: %+v", got)
	}
	if got := must[[]meetings.Hosted](t)(s.Numbered(ctx, another, 92345678901)); len(got) != 0 {
		t.Errorf("the number in another tenant: %+v", got)
	}
	ok(t, s.Delay(ctx, tenant, "own", noon.Add(time.Minute)))
	if m, _, err := s.Meeting(ctx, tenant, "own"); err != nil || !m.Delayed.Equal(noon.Add(time.Minute)) {
		t.Errorf("delayed until %s, %v", m.Delayed, err)
	}
}

// Past holds an implementation of meetings.PastStorage against what the package says.
func Past(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	save := func(id, organizer string, start time.Time, change func(*meetings.Meeting)) {
		t.Helper()
		m := made(wish(id, id))
		m.Organizer, m.Draft.Start = person(organizer), start
		if change != nil {
			change(&m)
		}
		must[bool](t)(s.Save(ctx, m, sealed()))
	}
	session := func(meeting, uuid string, start time.Time) meetings.Session {
		t.Helper()
		one := meetings.Session{UUID: uuid, Started: start, Ended: start.Add(time.Hour)}
		ok(t, s.SaveSession(ctx, tenant, meeting, one, noon, func(int64) []jobs.Job { return nil }))
		return one
	}
	off := func(m *meetings.Meeting) { m.State = meetings.Cancelled }
	week := noon.AddDate(0, 0, -7)
	save("over", "ana", noon.Add(-time.Hour), nil)
	save("early", "ana", noon.AddDate(0, 0, 1), nil)
	save("held", "ana", noon.AddDate(0, 0, -2), off)
	save("off", "ana", noon.AddDate(0, 0, -2), off)
	save("coming", "ana", noon.Add(time.Hour), nil)
	save("long ago", "ana", noon.AddDate(0, 0, -8), nil)
	save("again", "ana", noon.AddDate(0, 0, -40), nil)
	save("going on", "ana", noon.Add(-2*time.Hour), nil)
	save("others", "ben", noon.AddDate(0, 0, -3), nil)
	save("others long ago", "ben", noon.AddDate(0, 0, -8), nil)
	save("others again", "ben", noon.AddDate(0, 0, -41), nil)
	save("strange", "ben", noon.AddDate(0, 0, -3), nil)
	for _, id := range []string{"others", "others long ago", "others again"} {
		others := made(wish(id, id))
		others.Organizer = person("ben")
		ok(t, s.SaveRoster(ctx, others, []meetings.Invitee{{Person: person("ana"), Name: "Ana"}}, nil, follow("test.calendar")))
	}
	first, last := session("early", "one", noon.AddDate(0, 0, -1)), session("held", "two", noon.AddDate(0, 0, -2))
	of := session("others", "three", noon.AddDate(0, 0, -3))
	session("strange", "four", noon.AddDate(0, 0, -3))
	session("over", "five", noon.AddDate(0, 0, -30))
	again, theirs := session("again", "six", noon.AddDate(0, 0, -4)), session("others again", "seven", noon.AddDate(0, 0, -5))
	on := meetings.Session{UUID: "eight", Started: noon.Add(-2 * time.Hour)}
	ok(t, s.SaveSession(ctx, tenant, "going on", on, noon, func(int64) []jobs.Job { return nil }))
	must[bool](t)(s.SaveRemains(ctx, tenant, "held", last, nil, []byte("sealed"), follow("test.remains")))

	found, kept, err := s.Past(ctx, person("ana"), week, noon)
	ok(t, err)
	var ids []string
	for _, one := range found {
		ids = append(ids, one.Meeting.ID)
		if diff := cmp.Diff(sealed(), one.Sealed); diff != "" || one.Calendar != calendar.Pending || one.Live != (one.Meeting.ID == "going on") {
			t.Errorf("of %s: %s, held now: %t (-want +got)\n%s", one.Meeting.ID, one.Calendar, one.Live, diff)
		}
	}
	if want := []string{"others again", "again", "others", "held", "going on", "over", "early"}; !slices.Equal(ids, want) {
		t.Errorf("over are %v, want %v", ids, want)
	}
	want := []meetings.Kept{{Session: on, Meeting: "going on"}, {Session: first, Meeting: "early"}, {Session: last, Meeting: "held", Remains: []byte("sealed")}, {Session: of, Meeting: "others"}, {Session: again, Meeting: "again"}, {Session: theirs, Meeting: "others again"}}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("sessions (-want +got)\n%s", diff)
	}
	twin := person("ana")
	twin.Tenant = another
	if found, kept, err := s.Past(ctx, twin, week, noon); err != nil || len(found)+len(kept) != 0 {
		t.Errorf("of the same object in another tenant: %+v, %+v, %v", found, kept, err)
	}
}

// Shares holds an implementation of meetings.Storage against what the package says of shared cards and of tickets.
func Shares(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	place := wish("m", "n").Request.Place
	share := func(id string, at, since time.Time) (meetings.Share, bool) {
		t.Helper()
		wish := meetings.Share{ID: id, Meeting: "m", By: "ana", Place: place, At: at}
		stored, fresh, err := s.SaveShare(ctx, wish, since, jobs.Job{Kind: "test.share", Tenant: string(tenant), Subject: id})
		ok(t, err)
		return stored, fresh
	}
	once := atOnce(t, 4, func(i int) (bool, error) {
		_, fresh := share("s"+strconv.Itoa(i), noon, noon.Add(-time.Minute))
		return fresh, nil
	})
	first := must[[]meetings.Share](t)(s.Shares(ctx, tenant, "m"))[0]
	if again, fresh := share("again", noon.Add(time.Second), noon.Add(-time.Minute)); once != 1 || fresh || again != first || len(Queued(t, b, "test.share")) != 1 {
		t.Errorf("shared %d times at once; again: %+v", once, again)
	}
	later := noon.Add(2 * time.Minute)
	if _, fresh := share("later", later, later.Add(-time.Minute)); !fresh {
		t.Error("a later share counts as the same")
	}
	posted := meetings.Card{State: meetings.CardPosted, Activity: "1700", Attempts: 1, Since: noon, Revision: 2}
	refused := meetings.Card{State: meetings.CardLost, Attempts: 1, Since: noon, Reason: meetings.CardRefused}
	if n := atOnce(t, 3, func(int) (bool, error) { return s.SwapShare(ctx, tenant, first.ID, meetings.Card{}, posted) }); n != 1 {
		t.Errorf("%d of three swaps at once", n)
	}
	must[bool](t)(s.SwapShare(ctx, tenant, "later", meetings.Card{}, refused))
	if _, fresh := share("mended", later.Add(time.Second), later.Add(-time.Minute)); !fresh {
		t.Error("one that was refused counts")
	}
	shown := posted
	shown.Revision, shown.Writes = 5, 1
	if !must[bool](t)(s.SwapShare(ctx, tenant, first.ID, posted, shown)) {
		t.Error("a share that stands as it did is not swapped")
	}
	for _, other := range []meetings.Card{posted, {State: posted.State, Attempts: 1, Revision: 5, Writes: 2}} {
		if must[bool](t)(s.SwapShare(ctx, tenant, first.ID, other, refused)) {
			t.Errorf("swapped, though it is not %+v any more", other)
		}
	}
	if must[bool](t)(s.SwapShare(ctx, another, first.ID, shown, refused)) {
		t.Error("swapped by another tenant")
	}
	posted = shown
	want := []meetings.Share{
		{ID: first.ID, Meeting: "m", By: "ana", Place: place, Card: posted, At: noon},
		{ID: "later", Meeting: "m", By: "ana", Place: place, Card: refused, At: later},
		{ID: "mended", Meeting: "m", By: "ana", Place: place, At: later.Add(time.Second)},
	}
	if diff := cmp.Diff(want, must[[]meetings.Share](t)(s.Shares(ctx, tenant, "m"))); diff != "" {
		t.Errorf("shares (-want +got)\n%s", diff)
	}
	if one := must[meetings.Share](t)(s.Shared(ctx, tenant, "later")); one != want[1] {
		t.Errorf("by its id: %+v", one)
	}
	if _, err := s.Shared(ctx, another, "later"); !problem.Is(err, problem.NotFound) {
		t.Errorf("another tenant's look: %v", err)
	}
	if got := must[[]meetings.Share](t)(s.Shares(ctx, another, "m")); len(got) != 0 {
		t.Errorf("another tenant's: %+v", got)
	}
	spend := func(now time.Time) int {
		return atOnce(t, 4, func(int) (bool, error) { return s.Spend(ctx, "ticket", noon.Add(30*time.Second), now) })
	}
	if first, again := spend(noon), spend(noon.Add(29*time.Second)); first != 1 || again != 0 {
		t.Errorf("a ticket was used %d times, and %d times later", first, again)
	}
}

// Places holds an implementation of chats.Storage against what the package says of lists of places.
func Places(t *testing.T, b store.Backend) {
	s, ctx := store.Chats{Backend: b}, t.Context()
	place := func(conversation string) chats.Place {
		return chats.Place{Tenant: tenant, Conversation: teams.ConversationID(conversation), Kind: chats.Group, ServiceURL: "https://smba.trafficmanager.net/emea/"}
	}
	first, second, foreign := place("19:one@thread.v2"), place("19:two@thread.v2"), place("19:three@thread.v2")
	foreign.Tenant = another
	ok(t, s.Install(ctx, first, noon))
	ok(t, s.Approve(ctx, second, person("ana"), noon.Add(time.Minute)))
	ok(t, s.Install(ctx, foreign, noon))
	var ids []string
	for _, k := range must[[]chats.Known](t)(s.Places(ctx, tenant)) {
		ids = append(ids, string(k.Place.Conversation))
		if (k.Place == second) != k.Approved || (k.Place == first) != k.Installed {
			t.Errorf("%+v", k)
		}
	}
	if !slices.Equal(ids, []string{"19:two@thread.v2", "19:one@thread.v2"}) {
		t.Errorf("places %v, want those used last first", ids)
	}
}

// Brought holds an implementation of meetings.Storage against what the package says of the meetings of a conversation.
func Brought(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	launch := chats.Place{Tenant: tenant, Conversation: "19:launch@thread.v2", Kind: chats.Group}
	save := func(id string, in entra.TenantID, conversation teams.ConversationID, start time.Time, change func(*meetings.Meeting)) {
		m := made(wish(id, id))
		m.Organizer.Tenant, m.Place.Tenant, m.Place.Conversation, m.Draft.Start = in, in, conversation, start
		if change != nil {
			change(&m)
		}
		must[bool](t)(s.Save(ctx, m, sealed()))
	}
	share := func(id, meeting string, card meetings.Card) {
		_, _, err := s.SaveShare(ctx, meetings.Share{ID: id, Meeting: meeting, By: "ana", Place: launch, At: noon}, noon)
		ok(t, err)
		must[bool](t)(s.SwapShare(ctx, tenant, id, meetings.Card{}, card))
	}
	save("here", tenant, launch.Conversation, noon.Add(time.Hour), nil)
	save("held", tenant, launch.Conversation, noon, nil)
	save("over", tenant, launch.Conversation, noon.AddDate(0, -2, 0), nil)
	save("off", tenant, launch.Conversation, noon.Add(time.Hour), func(m *meetings.Meeting) { m.State = meetings.Cancelled })
	save("shared", tenant, "19:other@thread.v2", noon.Add(time.Hour), nil)
	save("refused", tenant, "19:other@thread.v2", noon.Add(time.Hour), nil)
	save("elsewhere", tenant, "19:other@thread.v2", noon.Add(time.Hour), nil)
	save("strange", another, launch.Conversation, noon.Add(time.Hour), nil)
	place := launch
	place.Conversation = "19:followed@thread.v2"
	for range 2 {
		ok(t, s.SaveFollower(ctx, meetings.Follower{Meeting: "elsewhere", Place: place, By: "ana"}, noon))
	}
	series, _, err := s.Meeting(ctx, tenant, "elsewhere")
	ok(t, err)
	series.Draft.Next = "refused"
	left := place
	left.Conversation = "19:left@thread.v2"
	ok(t, s.SaveFollower(ctx, meetings.Follower{Meeting: "elsewhere", Place: left, By: "ana"}, noon))
	kept := []teams.ConversationID{place.Conversation, "19:not-following@thread.v2"}
	must[int64](t)(s.GoOn(ctx, series, kept, func(int64) []jobs.Job { return nil }))
	ok(t, s.DropFollower(ctx, tenant, "elsewhere", left.Conversation))
	ok(t, s.SaveFollower(ctx, meetings.Follower{Meeting: "elsewhere", Place: launch, By: "ana"}, noon))
	if _, err := s.GoOn(ctx, series, []teams.ConversationID{launch.Conversation}, func(int64) []jobs.Job { return nil }); !errors.Is(err, meetings.ErrStale) {
		t.Errorf("a series that was changed meanwhile goes on: %v", err)
	}
	ok(t, s.DropFollower(ctx, tenant, "elsewhere", launch.Conversation))
	ok(t, s.DropFollower(ctx, tenant, "elsewhere", place.Conversation))
	if before, after := must[[]meetings.Follower](t)(s.Followers(ctx, tenant, "elsewhere")), must[[]meetings.Follower](t)(s.Followers(ctx, tenant, "refused")); len(before) != 0 ||
		len(after) != 1 || after[0] != (meetings.Follower{Meeting: "refused", Place: place, By: "ana"}) {
		t.Errorf("the one is followed by %v, the other by %v", before, after)
	}
	if got := must[[]meetings.Standing](t)(s.Brought(ctx, tenant, place.Conversation, noon, noon.AddDate(0, 1, 0))); len(got) != 1 || got[0].Meeting.ID != "refused" {
		t.Errorf("where it is followed there are %v", got)
	}
	share("s1", "shared", meetings.Card{State: meetings.CardPosted, Activity: "1"})
	share("s2", "refused", meetings.Card{State: meetings.CardLost, Reason: meetings.CardRefused})
	share("s3", "here", meetings.Card{State: meetings.CardPosted, Activity: "2"}) // which was made there
	ok(t, s.SaveSession(ctx, tenant, "held", meetings.Session{UUID: "u", Started: noon}, noon, func(int64) []jobs.Job { return nil }))
	ok(t, s.SaveSession(ctx, tenant, "here", meetings.Session{UUID: "u", Started: noon.Add(-2 * time.Hour), Ended: noon.Add(-time.Hour)}, noon,
		func(int64) []jobs.Job { return nil }))

	found := map[string]bool{}
	list := must[[]meetings.Standing](t)(s.Brought(ctx, tenant, launch.Conversation, noon.AddDate(0, -1, 0), noon.AddDate(0, 1, 0)))
	for _, one := range list {
		found[one.Meeting.ID] = one.Live
		if diff := cmp.Diff(sealed(), one.Sealed); diff != "" || one.Calendar != calendar.Pending {
			t.Errorf("of %s: %s (-want +got)\n%s", one.Meeting.ID, one.Calendar, diff)
		}
	}
	if diff := cmp.Diff(map[string]bool{"here": false, "held": true, "shared": false}, found); diff != "" || len(list) != 3 {
		t.Errorf("%d in the conversation (-want +got)\n%s", len(list), diff)
	}
}
