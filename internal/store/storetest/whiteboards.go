package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/whiteboards"
)

// Whiteboards holds an implementation of whiteboards.Storage against what the package says of it.
func Whiteboards(t *testing.T, b store.Backend) {
	s, ctx := store.Whiteboards{Backend: b}, t.Context()
	share := func(id string, at time.Time) whiteboards.Share {
		return whiteboards.Share{ID: id, Board: "board", By: person("ana"), Conversation: "19:launch@thread.v2", At: at}
	}
	save := func(one whiteboards.Share, want bool) {
		t.Helper()
		_, got, err := s.SaveShare(ctx, one, one.At.Add(-time.Minute))
		if ok(t, err); got != want {
			t.Errorf("%s is new: %t", one.ID, got)
		}
	}
	stored := func(one whiteboards.Share, want string, posted bool) {
		t.Helper()
		got, _, err := s.SaveShare(ctx, one, one.At.Add(-time.Minute))
		if ok(t, err); got.ID != want || got.Posted != posted || !got.At.Equal(noon) {
			t.Errorf("stored is %+v, not %s, posted: %t", got, want, posted)
		}
	}
	save(share("one", noon), true)
	save(share("two", noon.Add(time.Second)), false)
	stored(share("two", noon.Add(time.Second)), "one", false)
	follow := jobs.Job{Kind: whiteboards.SharedJob, Tenant: string(tenant), Subject: "one"}
	ok(t, s.Posted(ctx, tenant, "two", follow))
	if found := Queued(t, b, whiteboards.SharedJob); len(found) != 0 {
		t.Errorf("%d jobs follow from a share that is not there", len(found))
	}
	stored(share("two", noon.Add(time.Second)), "one", false)
	ok(t, s.Posted(ctx, tenant, "one", follow))
	if found := Queued(t, b, whiteboards.SharedJob); len(found) != 1 {
		t.Errorf("%d jobs follow from a share", len(found))
	}
	if got := must[whiteboards.Share](t)(s.Share(ctx, tenant, "one")); !got.Posted || got.By != person("ana") || got.Board != "board" || got.Conversation != "19:launch@thread.v2" || !got.At.Equal(noon) {
		t.Errorf("found is %+v", got)
	}
	if _, err := s.Share(ctx, tenant, "two"); !problem.Is(err, problem.NotFound) {
		t.Errorf("none: %v", err)
	}
	stored(share("two", noon.Add(time.Second)), "one", true)
	other := share("three", noon)
	other.Conversation = "19:other@thread.v2"
	save(other, true)
	other = share("four", noon)
	other.By = person("ben")
	save(other, true)
	if got, fresh, err := s.SaveShare(ctx, share("five", noon.Add(2*time.Minute)), noon.Add(time.Minute)); err != nil || !fresh || got.Posted {
		t.Errorf("another one is %+v, new: %t, %v", got, fresh, err)
	}
	found := func(id string, want bool) {
		t.Helper()
		got, err := s.Share(ctx, tenant, id)
		if want && (err != nil || got.By != person("ana") || got.Board != "board" || got.Conversation != "19:launch@thread.v2" || !got.Posted || !got.At.Equal(noon)) {
			t.Errorf("%s is %+v, %v", id, got, err)
		}
		if !want && !problem.Is(err, problem.NotFound) {
			t.Errorf("%s is there: %+v, %v", id, got, err)
		}
	}
	found("one", true) // its card stands there
	found("", false)
	shares := func(after, until time.Time, want int) {
		t.Helper()
		if n := must[int](t)(s.Shares(ctx, person("ana"), after, until)); n != want {
			t.Errorf("%d shares, not %d", n, want)
		}
	}
	shares(noon.Add(-time.Second), noon, 1)                    // in another conversation
	shares(noon.Add(-time.Second), noon.Add(2*time.Minute), 3) // and here, twice
	shares(noon, noon.Add(2*time.Minute), 2)                   // of which this is the last
	shares(noon.Add(2*time.Minute), noon.Add(time.Hour), 0)    // not after it
	if n := must[int](t)(s.Shares(ctx, person("cho"), noon.Add(-1), noon)); n != 0 {
		t.Errorf("%d shares of somebody who shared nothing", n)
	}
	ok(t, s.DropShare(ctx, tenant, "five"))
	found("five", false)
	found("one", true)
	save(share("six", noon.Add(2*time.Minute+time.Second)), true) // whether it is posted, Teams did not say
	save(share("eight", noon.Add(4*time.Minute)), true)
	found("six", false)
	found("one", true)
	ok(t, s.Posted(ctx, tenant, "eight"))
	found("one", false)
	found("", false)
	new := atOnce(t, 4, func(i int) (bool, error) {
		one := share(fmt.Sprint("at once ", i), noon.Add(time.Hour))
		_, fresh, err := s.SaveShare(ctx, one, noon.Add(59*time.Minute))
		return fresh, err
	})
	if new != 1 {
		t.Errorf("%d of four at the same moment are new", new)
	}
	shares(noon.Add(time.Minute), noon.Add(time.Hour), 4) // all but the one that was dropped
	save(share("after an hour", noon.Add(2*time.Hour)), true)
	shares(noon.Add(time.Hour), noon.Add(2*time.Hour), 1)
	ok(t, s.Erase(ctx, person("ben"), noon.Add(-time.Second)))
	other = share("four again", noon.Add(time.Second))
	other.By = person("ben")
	save(other, false)
	ok(t, s.Erase(ctx, person("ben"), noon))
	save(other, true)
	ok(t, s.Forget(ctx, noon.Add(3*time.Hour)))
	save(share("seven", noon.Add(time.Hour)), true)
	notices(t, b)
	noticesAgain(t, b)
	mailboxes(t, b)
}

// mailboxes holds which mailboxes are looked into.
func mailboxes(t *testing.T, b store.Backend) {
	t.Helper()
	s, ctx := store.Whiteboards{Backend: b}, t.Context()
	due := func(at time.Time, want ...whiteboards.Mailbox) {
		t.Helper()
		if got := must[[]whiteboards.Mailbox](t)(s.DueMail(ctx, at, 2)); !slices.Equal(got, want) {
			t.Errorf("due are %+v, not %+v", got, want)
		}
	}
	ana := whiteboards.Mailbox{Person: person("ana"), Since: noon, Due: noon.Add(time.Minute)}
	ben := whiteboards.Mailbox{Person: person("ben"), Since: noon, Due: noon}
	cho := whiteboards.Mailbox{Person: person("cho"), Since: noon, Due: noon.Add(time.Hour)}
	for _, m := range []whiteboards.Mailbox{ana, ben, cho} {
		ok(t, s.WatchMail(ctx, m))
	}
	due(noon.Add(-time.Second))
	due(noon, ben)
	due(noon.Add(2*time.Hour), ben, ana)
	if n := atOnce(t, 4, func(int) (bool, error) { return s.TakeMail(ctx, ben, noon.Add(5*time.Minute)) }); n != 1 {
		t.Errorf("%d of four take a mailbox", n)
	}
	taken := ben
	taken.Due = noon.Add(5 * time.Minute)
	ben.Since, ben.Due = noon.Add(time.Second), noon.Add(2*time.Minute)
	ok(t, s.WatchMail(ctx, ben)) // while it is looked into
	ok(t, s.SaveMail(ctx, taken, noon.Add(5*time.Minute)))
	due(noon.Add(2*time.Hour), ana, ben)
	if !must[bool](t)(s.TakeMail(ctx, ben, taken.Due)) {
		t.Error("a mailbox that was stored anew is not taken")
	}
	taken.Since = noon.Add(2 * time.Second)
	ok(t, s.SaveMail(ctx, taken, noon.Add(2*time.Minute)))
	ben.Since = taken.Since
	before := ana
	before.Due = before.Due.Add(-time.Second)
	ok(t, s.UnwatchMail(ctx, before)) // it was stored anew since
	due(noon.Add(2*time.Hour), ana, ben)
	ok(t, s.UnwatchMail(ctx, ana))
	ok(t, s.SaveMail(ctx, ana, ana.Due))
	due(noon.Add(3*time.Minute), ben)
	ben.Since = noon.Add(time.Hour)
	ok(t, s.WatchMail(ctx, ben))
	due(noon.Add(3*time.Minute), ben)
}

// notices holds what people are told of boards.
func notices(t *testing.T, b store.Backend) {
	t.Helper()
	s, ctx := store.Whiteboards{Backend: b}, t.Context()
	messages := store.Notifications{Backend: b}
	save := func(id, to string, kind notifications.Kind, mark string, by entra.Person, want bool) {
		t.Helper()
		n := whiteboards.Notice{ID: id, Kind: kind, To: person(to), Mark: mark, Board: "board", By: by.ID, At: noon, Link: "https://zoom.example/wb/doc/" + id}
		m := notifications.Message{ID: "message " + id, To: n.To, Kind: kind, Subject: id, State: notifications.Queued, Due: noon}
		ok(t, s.SaveNotices(ctx, []whiteboards.Notice{n}, []notifications.Message{m}))
		if want {
			if got := must[whiteboards.Notice](t)(s.Notice(ctx, tenant, id)); got != n {
				t.Errorf("stored is %+v, not %+v", got, n)
			}
		}
		if about := must[[]notifications.Message](t)(messages.About(ctx, tenant, id)); len(about) == 1 != want {
			t.Errorf("notice %s has %d messages", id, len(about))
		}
	}
	ana, ben := person("ana"), person("ben")
	told := func(since time.Time, want int) {
		t.Helper()
		if n := must[int](t)(s.Noticed(ctx, ana, notifications.BoardShared, since)); n != want {
			t.Errorf("told %d times, not %d", n, want)
		}
	}
	told(noon, 0)
	save("1", "ana", notifications.BoardShared, "board", ben, true)
	save("2", "ana", notifications.BoardShared, "board", ben, false)
	save("3", "ben", notifications.BoardShared, "board", ana, true)
	save("4", "ana", notifications.BoardMention, "board", entra.Person{}, true)
	told(noon, 1)
	told(noon.Add(time.Second), 0)
	gone := func(want string) {
		t.Helper()
		left := ""
		for _, id := range []string{"1", "3", "4"} {
			_, err := s.Notice(ctx, tenant, id)
			if about := must[[]notifications.Message](t)(messages.About(ctx, tenant, id)); len(about) == 1 != (err == nil) {
				t.Errorf("notice %s: %v, with %d messages", id, err, len(about))
			}
			if err == nil {
				left += id
			}
		}
		if left != want {
			t.Errorf("left are %s, not %s", left, want)
		}
	}
	ok(t, s.Erase(ctx, ben, noon.Add(-time.Second)))
	gone("134")
	ok(t, s.Erase(ctx, ben, noon))
	gone("4")
	ok(t, s.Forget(ctx, noon.Add(time.Second)))
	gone("")
}

// noticesAgain holds that a notice is told anew if its reader could not open the board then, and otherwise is not.
func noticesAgain(t *testing.T, b store.Backend) {
	t.Helper()
	s, messages, ctx := store.Whiteboards{Backend: b}, store.Notifications{Backend: b}, t.Context()
	save := func(prefix string, at time.Time, follow jobs.Job, people ...string) {
		t.Helper()
		var all []whiteboards.Notice
		var texts []notifications.Message
		for _, name := range people {
			n := whiteboards.Notice{ID: prefix + name, Kind: notifications.BoardShared, To: person(name), Mark: "again", Board: "board", By: entra.ObjectID(prefix), At: at}
			all = append(all, n)
			texts = append(texts, notifications.Message{ID: "message " + n.ID, To: n.To, Kind: n.Kind, Subject: n.ID, State: notifications.Queued, Due: at})
		}
		ok(t, s.SaveNotices(ctx, all, texts, follow))
	}
	follow := func(name string) jobs.Job {
		return jobs.Job{Kind: "test.notices", Tenant: string(tenant), Subject: name}
	}
	end := func(name string, state notifications.State, reason string) {
		t.Helper()
		m := must[notifications.Message](t)(messages.Message(ctx, tenant, "message first "+name))
		m.State, m.Reason, m.Attempts = state, reason, 1
		ok(t, messages.Settle(ctx, m, notifications.Queued))
	}
	save("first ", noon, follow("all"), "ana", "ben", "cho", "dan")
	end("ana", notifications.Dropped, string(problem.NotFound))
	end("ben", notifications.Dropped, "unwanted")
	end("cho", notifications.Sent, "")
	end("dan", notifications.Sent, "")
	save("second ", noon.Add(time.Hour), follow("none"), "ben", "cho", "dan")
	save("third ", noon.Add(2*time.Hour), follow("one"), "dan", "ana")
	for name, want := range map[string]notifications.State{"ana": notifications.Queued, "ben": notifications.Dropped, "cho": notifications.Sent, "dan": notifications.Sent} {
		m := must[notifications.Message](t)(messages.Message(ctx, tenant, "message first "+name))
		if again := want == notifications.Queued; m.State != want || again && (m.Reason != "" || m.Attempts != 0 || !m.Due.Equal(noon.Add(2*time.Hour))) {
			t.Errorf("%s's message is %+v", name, m)
		}
	}
	if n := must[whiteboards.Notice](t)(s.Notice(ctx, tenant, "first ana")); n.By != "third " || !n.At.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("the notice is %+v", n)
	}
	var followed []string
	for _, j := range Queued(t, b, "test.notices") {
		followed = append(followed, j.Subject)
	}
	if slices.Sort(followed); !slices.Equal(followed, []string{"all", "one"}) {
		t.Errorf("what follows are %v", followed)
	}
	ok(t, s.Forget(ctx, noon.Add(3*time.Hour)))
}
