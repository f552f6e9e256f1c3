package world_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
)

func newWorld(t *testing.T, o world.Options) *world.World {
	t.Helper()
	w, err := world.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestATimeThatClocksSkip(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ zone, shown, want string }{
		{"America/Santiago", "2026-09-06T00:30:00Z", "2026-09-06T01:30:00-03:00"},
		{"America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T03:30:00-04:00"},
		{"Europe/Paris", "2027-03-28T02:30:00Z", "2027-03-28T03:30:00+02:00"},
		{"Europe/Paris", "2027-03-28T03:30:00Z", "2027-03-28T03:30:00+02:00"},
	} {
		where, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := time.Parse(time.RFC3339, row.shown)
		if err != nil {
			t.Fatal(err)
		}
		if got := world.OnClocks(shown, where).Format(time.RFC3339); got != row.want {
			t.Errorf("%s in %s: %s, want %s", row.shown, row.zone, got, row.want)
		}
	}
}

func TestClockGoesForwardAndTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	var told []time.Time
	stop := w.Clock.OnMove(func(now time.Time) { told = append(told, now) })
	if err := w.Clock.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	target := time.Now().Add(48 * time.Hour)
	if err := w.Clock.Set(target); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := w.Clock.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if len(told) != 2 || time.Until(told[0]) < 50*time.Minute || told[1].Before(target) {
		t.Errorf("told of %v", told)
	}
	if err := w.Clock.Advance(-time.Second); !errors.Is(err, world.ErrBackwards) {
		t.Errorf("backwards: %v", err)
	}
	if now := w.Clock.Now(); now.Before(target.Add(time.Minute)) || now.Location() != time.UTC {
		t.Errorf("now is %v", now)
	}
}

func TestLedgerFiltersAndWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	w.Ledger.Append(world.Zoom, "meeting.created", "81", "ana", "topic", "Plan")
	w.Ledger.Append(world.Microsoft, "message.posted", "1", "bot", "scope", "group")
	waited := make(chan []world.Row, 1)
	go func() {
		rows, err := w.Ledger.Wait(t.Context(), world.Filter{Effect: "meeting.created"}, 2)
		if err != nil {
			t.Error(err)
		}
		waited <- rows
	}()
	w.Ledger.Append(world.Zoom, "meeting.created", "82", "ben")
	if rows := <-waited; len(rows) != 2 || rows[0].Seq != 1 || rows[1].Seq != 3 || rows[0].Detail["topic"] != "Plan" {
		t.Errorf("waited for %+v", rows)
	}
	for name, c := range map[string]struct {
		filter world.Filter
		want   int
	}{
		"all": {world.Filter{}, 3}, "after": {world.Filter{After: 1}, 2}, "side": {world.Filter{Side: world.Microsoft}, 1},
		"by": {world.Filter{By: "ben"}, 1}, "subject": {world.Filter{Subject: "81"}, 1}, "beyond": {world.Filter{After: 99}, 0},
	} {
		if n := w.Ledger.Count(c.filter); n != c.want {
			t.Errorf("%s: %d rows, want %d", name, n, c.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if rows, err := w.Ledger.Wait(ended, world.Filter{}, 4); !errors.Is(err, context.Canceled) || len(rows) != 3 {
		t.Errorf("Wait on an ended context: %d rows, %v", len(rows), err)
	}
	if w.Ledger.Last() != 3 {
		t.Errorf("last is %d", w.Ledger.Last())
	}
}

func TestChangesAreCollected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	watch := w.Changes.Watch()
	w.Ledger.Append(world.Zoom, "token.issued", "", "ana")
	w.Changes.Publish("chat:launch", "ledger")
	topics, err := watch.Next(soon(t))
	if err != nil || !slices.Equal(topics, []string{"chat:launch", "ledger"}) {
		t.Errorf("topics %v, %v", topics, err)
	}
	watch.Close()
	w.Changes.Publish("late")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if topics, err := watch.Next(ended); err == nil {
		t.Errorf("a closed watch heard %v", topics)
	}
}

func TestIDsHaveRealShapes(t *testing.T) {
	t.Parallel()
	ids := newWorld(t, world.Options{Seed: 7}).IDs
	for _, c := range []struct{ got, shape string }{
		{ids.GUID(), `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		{ids.MeetingUUID(), `^[A-Za-z0-9+/]{22}==$`},
		{ids.ZoomID(), `^[A-Za-z0-9_-]{22}$`},
		{ids.TeamsUser(), `^29:1[A-Za-z0-9_-]{64}$`},
		{ids.PersonalChat(), `^a:1[A-Za-z0-9_-]{128}$`},
		{ids.GroupChat(), `^19:[0-9a-f]{32}@thread\.v2$`},
		{ids.Channel(), `^19:[A-Za-z0-9_-]{43}1@thread\.tacv2$`},
		{world.OneOnOne("b", "a"), `^19:a_b@unq\.gbl\.spaces$`},
		{ids.GraphID(), `^AAkALg[A-Za-z0-9_-]+=$`},
	} {
		if !regexp.MustCompile(c.shape).MatchString(c.got) {
			t.Errorf("%q is not %s", c.got, c.shape)
		}
	}
	for range 1000 {
		if n := ids.MeetingNumber(); n < 80_000_000_000 || n > 99_999_999_999 {
			t.Fatalf("meeting number %d", n)
		}
		if n := ids.PersonalMeetingNumber(); n < 2_000_000_000 || n > 9_999_999_999 {
			t.Fatalf("personal meeting number %d", n)
		}
	}
}

func TestSeedMakesIDsRepeatable(t *testing.T) {
	t.Parallel()
	a, b, c := newWorld(t, world.Options{Seed: 7}), newWorld(t, world.Options{Seed: 7}), newWorld(t, world.Options{Seed: 8})
	if x, y := a.IDs.GUID(), b.IDs.GUID(); x != y || x == a.IDs.GUID() || x == c.IDs.GUID() {
		t.Errorf("%s and %s of the same seed", x, y)
	}
	if a.Seed.Person("ana").ID != b.Seed.Person("ana").ID || a.Seed.Person("ana").ID == c.Seed.Person("ana").ID {
		t.Error("ana's id does not follow the seed")
	}
	if x, y := newWorld(t, world.Options{}), newWorld(t, world.Options{}); x.IDs.GUID() == y.IDs.GUID() {
		t.Error("two worlds without a seed are the same")
	}
}

func TestSeedTellsTheStory(t *testing.T) {
	t.Parallel()
	s := newWorld(t, world.Options{}).Seed
	for handle, check := range map[string]func(*world.Person) bool{
		"ana": func(p *world.Person) bool { return p.Zoom == "licensed" && p.Mailbox },
		"dev": func(p *world.Person) bool { return p.Zoom == "none" && p.ZoomID == "" },
		"eli": func(p *world.Person) bool { return p.Zoom == "basic" },
		"fay": func(p *world.Person) bool { return p.Kind == "guest" && !p.Mailbox },
		"gus": func(p *world.Person) bool { return !p.Mailbox && p.Kind == "member" },
		"ivo": func(p *world.Person) bool { return p.Disabled },
		"jo":  func(p *world.Person) bool { return p.Admin },
		"chloe": func(p *world.Person) bool {
			return p.Locale == "fr-FR" && p.Zone == "Europe/Paris"
		},
		"hana": func(p *world.Person) bool { return p.Zone == "Asia/Tokyo" },
		"ben":  func(p *world.Person) bool { return !p.ZoomSettings.EmbedPasscode },
	} {
		if p := s.Person(handle); p == nil || !check(p) || s.Person(p.ID) != p || s.Person(p.TeamsID) != p || s.Person(strings.ToUpper(p.Email)) != p {
			t.Errorf("%s is %+v", handle, p)
		}
	}
	ana, other := s.Person("ana"), s.Person("ana-harbour")
	if ana.UPN != other.UPN || ana.ID == other.ID || ana.Tenant == other.Tenant || strings.Split(ana.Email, "@")[0] != strings.Split(other.Email, "@")[0] {
		t.Error("two people with the same name in two companies are needed")
	}
	for _, p := range s.People {
		if s.Tenant(p.Tenant) == nil {
			t.Errorf("%s has no tenant", p.Handle)
		}
	}
	if s.Person("nobody") != nil || s.Person("") != nil || s.Tenant("nobody") != nil {
		t.Error("nobody was found")
	}
	groups := 0
	for _, c := range s.Chats {
		if slices.Contains(c.Members, "ana") && c.Kind == "group" {
			groups++
		}
		if c.Handle == "pair" && c.Conversation != world.OneOnOne(ana.ID, s.Person("ben").ID) {
			t.Errorf("the pair chats in %s", c.Conversation)
		}
	}
	if groups < 5 {
		t.Errorf("ana is in %d group chats, five are needed", groups)
	}
	emails := map[string]bool{}
	for _, team := range s.Teams {
		if team.Thread == "" || team.GroupID == "" {
			t.Errorf("team %s has no ids", team.Handle)
		}
		if team.Handle != "everyone" {
			continue
		}
		for _, m := range team.Members {
			emails[s.Person(m).Email] = true
		}
	}
	if len(emails) != 600 {
		t.Errorf("the big channel has %d people of different e-mail addresses", len(emails))
	}
}

func TestSeedTimesAreRelative(t *testing.T) {
	t.Parallel()
	s := newWorld(t, world.Options{}).Seed
	now := time.Date(2026, time.March, 28, 23, 30, 0, 0, time.UTC) // clocks change in the night
	event := world.Event{Day: 1, Clock: "09:30", Zone: "Europe/London"}
	if got := event.Start(now); !got.Equal(time.Date(2026, time.March, 29, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("the event starts at %v", got)
	}
	tokyo := world.Meeting{Day: 0, Clock: "09:00", Zone: "Asia/Tokyo"}
	if got := tokyo.Start(now); !got.Equal(time.Date(2026, time.March, 29, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the meeting starts at %v", got)
	}
	for _, c := range s.Chats {
		for i, m := range c.Messages {
			if at := m.At(now); !at.Before(now) || i > 0 && at.Before(c.Messages[i-1].At(now)) {
				t.Errorf("%s: message %d was written at %v", c.Handle, i, at)
			}
		}
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	first, err := w.Keys.Current("bot")
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Keys.Rotate("bot")
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.Keys.All("bot")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || !all[0].Equal(second) || !all[1].Equal(first) || first.Equal(second) {
		t.Errorf("%d keys after a rotation", len(all))
	}
	if _, err := w.Keys.Rotate("bot"); err != nil {
		t.Fatal(err)
	}
	if all, _ = w.Keys.All("bot"); len(all) != 2 || all[1].Equal(first) {
		t.Error("the first key is still published after the second rotation")
	}
}

// part counts what the world asks of it.
type part struct {
	State string
	fresh []bool
	fails error
}

func (p *part) Name() string                       { return "part" }
func (p *part) Snapshot() (json.RawMessage, error) { return json.Marshal(p) }
func (p *part) Restore(saved json.RawMessage) error {
	if p.fails != nil {
		return p.fails
	}
	return json.Unmarshal(saved, p)
}

func (p *part) Reset(fresh bool) error {
	p.fresh = append(p.fresh, fresh)
	return p.fails
}

func TestWorldIsKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "data")
	w := newWorld(t, world.Options{Data: dir})
	p := &part{State: "before"}
	if err := w.Attach(p); err != nil {
		t.Fatal(err)
	}
	p.State = "kept"
	key, err := w.Keys.Current("bot")
	if err != nil {
		t.Fatal(err)
	}
	w.Ledger.Append(world.Zoom, "meeting.created", "81", "ana")
	if err := errors.Join(w.Clock.Advance(time.Hour), w.Save()); err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(filepath.Join(dir, "world.json"))
	if err != nil || file.Mode().Perm() != 0o600 {
		t.Errorf("world.json: %v, %v", file, err)
	}

	again := newWorld(t, world.Options{Data: dir})
	q := &part{}
	if err := again.Attach(q); err != nil {
		t.Fatal(err)
	}
	kept, err := again.Keys.Current("bot")
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case q.State != "kept":
		t.Errorf("the part came back as %q", q.State)
	case again.Seed.Person("ana").ID != w.Seed.Person("ana").ID:
		t.Error("ana has another id")
	case again.IDs.GUID() == newWorld(t, world.Options{Data: dir}).IDs.GUID() && w.IDs.GUID() == again.IDs.GUID():
		t.Error("the second run repeats the ids of the first")
	case !kept.Equal(key):
		t.Error("the bot has another key")
	case again.Ledger.Count(world.Filter{}) != 1, again.Clock.Offset() != time.Hour:
		t.Errorf("ledger %v, clock %v", again.Ledger.List(world.Filter{}), again.Clock.Offset())
	}
	if err := again.Attach(&part{fails: errors.New("broken")}); err == nil {
		t.Error("a part that cannot be restored went unnoticed")
	}
	if err := os.WriteFile(filepath.Join(dir, "world.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := world.New(world.Options{Data: dir}); err == nil {
		t.Error("a broken file was taken for a new world")
	}
	if err := newWorld(t, world.Options{}).Save(); err != nil {
		t.Errorf("saving nowhere: %v", err)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	p := &part{}
	if err := w.Attach(p); err != nil {
		t.Fatal(err)
	}
	w.Ledger.Append(world.Zoom, "meeting.created", "81", "ana")
	if _, err := w.Faults.Put(world.Fault{Route: "*", Drop: true}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Clock.Advance(time.Hour), w.Reset(true)); err != nil {
		t.Fatal(err)
	}
	if w.Ledger.Last() != 0 || len(w.Faults.List()) != 0 || w.Clock.Offset() != 0 || w.Traffic.Last() != 0 || !slices.Equal(p.fresh, []bool{true}) {
		t.Error("something outlived the reset")
	}
	p.fails = errors.New("stuck")
	if err := w.Reset(false); err == nil || !strings.Contains(err.Error(), "part: stuck") {
		t.Errorf("reset says %v", err)
	}
}
