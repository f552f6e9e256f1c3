package chats_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/teams"
)

// counted counts what is read and written of people.
type counted struct {
	chats.Storage
	reads, writes atomic.Int64
}

// Contact implements chats.Storage.
func (c *counted) Contact(ctx context.Context, p entra.Person) (chats.Contact, error) {
	c.reads.Add(1)
	return c.Storage.Contact(ctx, p)
}

// SaveContact implements chats.Storage.
func (c *counted) SaveContact(ctx context.Context, who chats.Contact, now time.Time) error {
	c.writes.Add(1)
	return c.Storage.SaveContact(ctx, who, now)
}

func TestSeen(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		ctx, p := t.Context(), storetest.NewPerson(w.tenant)
		storage := &counted{Storage: store.Chats{Backend: w.back}}
		s := chats.New(chats.Config{Storage: storage, Policy: w.policy, Now: w.now})
		reads := func(who *chats.Service) chats.Reader {
			r, err := who.Reader(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := reads(w.service()); r.Locale != "" || r.Zone != nil {
			t.Errorf("somebody new: %+v", r)
		}
		who := chats.Speaker{Person: p, User: "29:ana", Name: "Ana Duarte", Locale: "fr-FR", Zone: "Europe/Paris"}
		for range 100 {
			if err := s.Seen(ctx, w.place(group), who); err != nil {
				t.Fatal(err)
			}
		}
		if r, n := storage.reads.Load(), storage.writes.Load(); r != 1 || n != 1 {
			t.Errorf("%d reads and %d writes", r, n)
		}
		if r := reads(w.service()); r.Locale != "fr-FR" || r.Zone.String() != "Europe/Paris" {
			t.Errorf("%+v", r)
		}
		for _, less := range []chats.Speaker{ // an activity that shows less takes nothing away
			{Person: p, User: "29:ana"}, {Person: p, User: "29:ana", Zone: "Mars/Olympus", Name: "Ana Duarte"}, {Person: p, User: "29:ana", Zone: "Local"},
		} {
			if err := s.Seen(ctx, w.place(group), less); err != nil {
				t.Fatal(err)
			}
		}
		if n := storage.writes.Load(); n != 1 {
			t.Errorf("%d writes", n)
		}
		who.Zone, who.Locale = "Asia/Tokyo", "ja-JP"
		if err := s.Seen(ctx, w.place("a:ana"), who); err != nil {
			t.Fatal(err)
		}
		if r := reads(w.service()); r.Locale != "ja-JP" || r.Zone.String() != "Asia/Tokyo" || reads(s).Locale != "ja-JP" {
			t.Errorf("%+v", r)
		}
		w.asked()
		found, err := w.service().Personal(ctx, p, "", w.place(group))
		if err != nil || found.Conversation != "a:ana" || found.Kind != chats.Personal || found.Tenant != w.tenant || found.ServiceURL != w.URL+"/emea/" {
			t.Errorf("the chat that was seen: %+v, %v", found, err)
		}
		if calls, _ := w.asked(); len(calls) != 0 {
			t.Errorf("asked %v", calls)
		}
	})
}

func TestMembers(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		const harbour = "0c1d2e3f-1111-4222-8333-444455556666"
		w.locked(func() {
			w.rooms[group] = true
			guest, foreign, bot, anonymous := w.someone("fay"), w.someone("kim"), w.someone("bot"), w.someone("who")
			guest["userPrincipalName"], guest["userRole"] = "fay_x#EXT#@meridian.example", "guest"
			foreign["tenantId"], foreign["objectId"] = harbour, "KIM"
			bot["id"] = "28:" + app
			delete(anonymous, "objectId")
			anonymous["userRole"] = "anonymous"
			w.people = []map[string]any{w.someone("ana"), guest, foreign, bot, anonymous}
		})
		member := func(name string, change func(*chats.Member)) chats.Member {
			m := chats.Member{
				Person: entra.Person{Tenant: w.tenant, ID: entra.ObjectID(name)}, User: teams.UserID("29:" + name), Email: name + "@meridian.example",
				UPN: name + "@meridian.example",
			}
			for _, c := range name {
				m.Name += string(c - 'a' + 'A')
			}
			if change != nil {
				change(&m)
			}
			return m
		}
		want := []chats.Member{
			member("ana", nil),
			member("fay", func(m *chats.Member) { m.Guest, m.UPN = true, "fay_x#EXT#@meridian.example" }),
			member("kim", func(m *chats.Member) { m.Guest, m.Person.Tenant = true, harbour }),
			member("bot", func(m *chats.Member) { m.Bot, m.User, m.Person = true, teams.UserID("28:"+app), entra.Person{} }),
			member("who", func(m *chats.Member) { m.Guest, m.Person = true, entra.Person{} }),
		}
		var got []chats.Member
		pages := 0
		err := w.service().Members(t.Context(), w.place(group), func(page []chats.Member) error {
			pages++
			got = append(got, page...)
			return nil
		})
		if diff := cmp.Diff(want, got); err != nil || diff != "" || pages != 5 {
			t.Errorf("%v, %d pages\n%s", err, pages, diff)
		}
		enough := errors.New("enough")
		if err := w.service().Members(t.Context(), w.place(group), func([]chats.Member) error { return enough }); !errors.Is(err, enough) {
			t.Error(err)
		}
		if m, err := w.service().Member(t.Context(), w.place(group), "29:ana"); err != nil || m.Person.ID != "ana" {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

// TestPersonal: a person's own chat is made once, through the id that is known or found in a shared conversation.
func TestPersonal(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ana, ben := entra.Person{Tenant: w.tenant, ID: "ana"}, entra.Person{Tenant: w.tenant, ID: "ben"}
		w.locked(func() { w.rooms[group] = true })
		for range 2 {
			for _, s := range []*chats.Service{w.service(), w.service()} {
				p, err := s.Personal(ctx, ana, "29:ana", w.place(group))
				if err != nil || p.Conversation != "a:29:ana" || p.Kind != chats.Personal || p.ServiceURL != w.URL+"/emea/" {
					t.Errorf("%+v, %v", p, err)
				}
			}
		}
		calls, bodies := w.asked()
		if len(calls) != 1 || calls[0] != "POST /v3/conversations" || bodies[0]["tenantId"] != string(w.tenant) {
			t.Errorf("%v %v", calls, bodies)
		}
		s := w.service()
		for range 2 {
			if p, err := s.Personal(ctx, ben, "", w.place(group)); err != nil || p.Conversation != "a:29:ben" {
				t.Errorf("%+v, %v", p, err)
			}
		}
		if calls, _ := w.asked(); len(calls) != 2 || calls[0] != "GET /v3/conversations/"+group+"/members/ben" {
			t.Errorf("%v", calls)
		}
		if _, err := s.Personal(ctx, entra.Person{Tenant: w.tenant, ID: "mallory"}, "", w.place(group)); !errors.Is(err, teams.ErrMemberGone) {
			t.Error(err)
		}
		if err := s.Seen(ctx, w.place(group), chats.Speaker{Person: ana, User: "29:ana", Locale: "fr"}); err != nil {
			t.Fatal(err)
		}
		if p, err := w.service().Personal(ctx, ana, "", w.place(group)); err != nil || p.Conversation != "a:29:ana" {
			t.Errorf("somebody seen elsewhere lost the chat: %+v, %v", p, err)
		}
	})
}

func BenchmarkSeen(b *testing.B) {
	back := storetest.Backend(b, storetest.Open(b, storetest.SQLiteTables(b), storetest.Tables))
	s := chats.New(chats.Config{Storage: store.Chats{Backend: back}, Now: time.Now})
	who := chats.Speaker{Person: storetest.NewPerson("t"), User: "29:ana", Name: "Ana", Locale: "fr-FR", Zone: "Europe/Paris"}
	place := chats.Place{Tenant: "t", Conversation: group, Kind: chats.Group, ServiceURL: "https://smba.example/"}
	for b.Loop() {
		if err := s.Seen(b.Context(), place, who); err != nil {
			b.Fatal(err)
		}
	}
}

// TestConversationsAreAskedOnceAMinute: not with every key that is pressed in the list.
func TestConversationsAreAskedOnceAMinute(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ctx := w.service(), t.Context()
		named, unnamed := w.place(group), w.place("19:unnamed@thread.v2")
		named.Name, unnamed.Name = "Launch", ""
		for _, p := range []chats.Place{named, unnamed} {
			w.locked(func() { w.rooms[string(p.Conversation)] = true })
			if err := (store.Chats{Backend: w.back}).Install(ctx, p, w.now()); err != nil {
				t.Fatal(err)
			}
		}
		texts, err := i18n.Load()
		if err != nil {
			t.Fatal(err)
		}
		found := func(name, query string) int {
			t.Helper()
			all, _, err := s.Conversations(ctx, w.person(name), query, texts.For("en"))
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		if n := found("ana", ""); n != 2 {
			t.Errorf("%d conversations", n)
		}
		w.asked()
		for query, want := range map[string]int{"l": 1, "la": 1, "ben": 1, "": 2, "x": 0} {
			if n := found("ana", query); n != want {
				t.Errorf("%q: %d conversations", query, n)
			}
		}
		if calls, _ := w.asked(); len(calls) != 0 {
			t.Errorf("asked again: %v", calls)
		}
		if found("ben", ""); len(first(w.asked())) == 0 {
			t.Error("what was said of one counts for another")
		}
		if err := s.OnInstalled(ctx, named, chats.Removed, jobs.Job{}); err != nil || found("ana", "") != 1 {
			t.Errorf("where the bot is not any more: %v", err)
		}
		w.at.Add(int64(2 * time.Minute))
		if found("ana", ""); len(first(w.asked())) == 0 {
			t.Error("a minute later nobody was asked")
		}
	})
}

// TestAChannelIsOfItsTeam: whichever channel tells that the bot was added, and though a row had been named after one of them.
func TestAChannelIsOfItsTeam(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ctx := w.service(), t.Context()
		texts, err := i18n.Load()
		if err != nil {
			t.Fatal(err)
		}
		dev := w.place(channel)
		dev.Name = "dev"
		w.locked(func() { w.rooms[channel] = true })
		if err := s.Approve(ctx, dev, w.person("ana")); err != nil {
			t.Fatal(err)
		}
		rows := store.Chats{Backend: w.back}
		misnamed := w.place(team)
		misnamed.Name = "dev"
		for _, there := range []chats.Place{dev, misnamed} {
			if err := rows.Install(ctx, there, w.now()); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct{ told, name string }{{`"name":"Apollo",`, "Apollo"}, {"", "Apollo"}, {`"name":"Artemis",`, "Artemis"}} {
			a, err := teams.Decode([]byte(`{"type":"installationUpdate","action":"add","serviceUrl":"` + w.URL + `/emea/","conversation":{"id":"` + channel +
				`","conversationType":"channel"},"channelData":{"tenant":{"id":"` + string(w.tenant) + `"},"team":{` + c.told + `"id":"` + team +
				`"},"channel":{"id":"` + channel + `","name":"dev"}}}`))
			if err != nil {
				t.Fatal(err)
			}
			job := jobs.Job{Kind: "test.welcome", Tenant: string(w.tenant), Subject: c.name + c.told}
			for _, p := range []chats.Place{chats.HomeOf(a), dev} {
				if err := s.OnInstalled(ctx, p, chats.Added, job); err != nil {
					t.Fatal(err)
				}
			}
			found, _, err := s.Conversations(ctx, w.person("ana"), "dev", texts.For("en"))
			if err != nil || len(found) != 1 || found[0].Name != "dev" || found[0].Team != c.name {
				t.Errorf("told %q: %+v, %v; want of %s", c.told, found, err, c.name)
			}
		}
	})
}

func first[A, B any](a A, _ B) A { return a }
