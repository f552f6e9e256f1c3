package chats_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/store/storetest"
	"causeway/internal/teams"
	"causeway/internal/upstream"
)

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	const head = `{"type":"invoke","serviceUrl":"https://smba.example/emea/","channelData":{"tenant":{"id":"B28F4B5C-0000-4000-8000-000000000001"}`
	place := func(kind chats.Kind, conversation string) chats.Place {
		return chats.Place{
			Tenant: "b28f4b5c-0000-4000-8000-000000000001", Conversation: teams.ConversationID(conversation), Kind: kind,
			ServiceURL: "https://smba.example/emea/",
		}
	}
	thread := place(chats.Channel, channel)
	thread.Thread, thread.Team, thread.Name = "1611060744833", team, "dev"
	general := place(chats.Channel, team)
	general.Team, general.Name = team, "Apollo"
	named := place(chats.Group, group)
	named.Name = "Launch"
	for body, want := range map[string]chats.Place{
		head + `},"conversation":{"id":"a:1rW","conversationType":"personal"}}`:                                                                                                                               place(chats.Personal, "a:1rW"),
		head + `},"conversation":{"id":"` + group + `","conversationType":"groupChat","name":"Launch"}}`:                                                                                                      named,
		head + `},"conversation":{"id":"19:a_b@unq.gbl.spaces"}}`:                                                                                                                                             place(chats.Group, "19:a_b@unq.gbl.spaces"),
		head + `,"team":{"id":"` + team + `","name":"Apollo"},"channel":{"id":"` + team + `"}},"conversation":{"id":"` + team + `","conversationType":"channel"}}`:                                            general,
		head + `,"team":{"id":"` + team + `","name":"Apollo"},"channel":{"id":"` + channel + `","name":"dev"}},"conversation":{"id":"` + channel + `;messageid=1611060744833","conversationType":"channel"}}`: thread,
	} {
		a, err := teams.Decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, chats.PlaceOf(a)); diff != "" {
			t.Errorf("%s\n%s", body, diff)
		}
	}
}

func TestEnter(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ctx, p := w.service(), t.Context(), w.place(group)
		if err := s.Enter(ctx, w.place("a:ana"), w.person("ana"), "29:ana", false); err != nil {
			t.Errorf("the bot's own chat: %v", err)
		}
		if calls, _ := w.asked(); len(calls) != 0 {
			t.Errorf("asked %v", calls)
		}
		for name, prepare := range map[string]func(){
			"unknown to Teams": func() { delete(w.rooms, group) }, "without the bot": func() { w.rooms[group] = false },
		} {
			w.locked(prepare)
			if err := s.Enter(ctx, p, w.person("ana"), "29:ana", false); !errors.Is(err, chats.ErrNotInstalled) || w.rows() != 0 {
				t.Errorf("%s: %v, %d rows", name, err, w.rows())
			}
		}
		w.locked(func() { w.rooms[group] = true })
		w.asked()
		for range 10 {
			if err := s.Enter(ctx, p, w.person("ana"), "29:ana", false); err != nil {
				t.Fatal(err)
			}
		}
		if calls, _ := w.asked(); len(calls) != 1 || calls[0] != "GET /v3/conversations/"+group+"/members/29:ana" {
			t.Errorf("asked %v; a yes is believed for a while", calls)
		}
		if w.rows() != 1 {
			t.Errorf("%d rows", w.rows())
		}
		err := s.Enter(ctx, p, w.person("mallory"), "29:mallory", false)
		if p := problem.Of(err); p.Kind != problem.Forbidden || p.Key != "chats.not_member" {
			t.Errorf("somebody who is not in the conversation: %v", err)
		}
		elsewhere := w.person("ana")
		elsewhere.Tenant = storetest.NewTenant()
		for _, other := range []entra.Person{w.person("ben"), elsewhere, {Tenant: w.tenant}} {
			for _, installed := range []bool{false, true} { // the activity names one person and the id of another
				if err := s.Enter(ctx, p, other, "29:ana", installed); !problem.Is(err, problem.Forbidden) {
					t.Errorf("%s as Ana: %v", other.ID, err)
				}
			}
		}
		if err := s.OnInstalled(ctx, p, chats.Removed, jobs.Job{}); err != nil {
			t.Fatal(err)
		}
		w.locked(func() { w.rooms[group] = false })
		if err := s.Enter(ctx, p, w.person("ana"), "29:ana", false); !errors.Is(err, chats.ErrNotInstalled) || w.rows() != 0 {
			t.Errorf("after the bot was removed: %v, %d rows", err, w.rows())
		}
		w.locked(func() { w.refuse = "503 Busy" })
		if err := s.Enter(ctx, p, w.person("ana"), "29:ana", false); !problem.Is(err, problem.Unavailable) {
			t.Errorf("Teams out of order: %v", err)
		}
	})
}

// TestEnterLearnsOfRemoval: a bot that was removed while nobody listened is asked for again, and what was approved is forgotten.
func TestEnterLearnsOfRemoval(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ctx, p := w.service(), t.Context(), w.place(channel)
		w.locked(func() { w.rooms[channel] = true })
		if err := errors.Join(s.Approve(ctx, p, entra.Person{Tenant: w.tenant, ID: "ana"}), s.Enter(ctx, p, w.person("ana"), "29:ana", false)); err != nil {
			t.Fatal(err)
		}
		w.locked(func() { w.rooms[channel] = false })
		if err := w.service().Enter(ctx, p, w.person("ana"), "29:ana", false); !errors.Is(err, chats.ErrNotInstalled) || w.rows() != 0 {
			t.Errorf("%v, %d rows", err, w.rows())
		}
		w.locked(func() { w.rooms[channel] = true })
		if err := w.service().Enter(ctx, p, w.person("ana"), "29:ana", false); !errors.Is(err, chats.ErrNotApproved) {
			t.Errorf("in the team again: %v", err)
		}
	})
}

// TestEnterAfterInstall: Teams has just put the bot in, and its roster lags behind.
func TestEnterAfterInstall(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		w.locked(func() { w.rooms[group] = true })
		for lag, want := range map[int]error{0: nil, 1: nil, 3: nil, 4: chats.ErrNotInstalled} {
			var waited []time.Duration
			s := w.service(&waited)
			w.locked(func() { w.absent = lag })
			if err := s.Enter(t.Context(), w.place(group), w.person("ana"), "29:ana", true); !errors.Is(err, want) {
				t.Errorf("after %d refusals: %v", lag, err)
			}
			total := time.Duration(0)
			for _, d := range waited {
				total += d
			}
			if len(waited) != min(lag, 3) || total > 2*time.Second {
				t.Errorf("after %d refusals: waited %v", lag, waited)
			}
		}
		w.locked(func() { w.absent = 1 })
		if err := w.service().Enter(t.Context(), w.place(group), w.person("ana"), "29:ana", false); !errors.Is(err, chats.ErrNotInstalled) {
			t.Errorf("without an installation there is nothing to wait for: %v", err)
		}
	})
}

// TestChannelsAreAskedOneByOne (B26): a team's channels share one installation, so each is asked once, until the bot leaves the team.
func TestChannelsAreAskedOneByOne(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		s, ctx := w.service(), t.Context()
		var channels []chats.Place
		for i := range 5 {
			id := fmt.Sprintf("19:channel-%d@thread.tacv2", i)
			channels = append(channels, w.place(id))
			w.locked(func() { w.rooms[id] = true })
		}
		for round := range 2 {
			for i, p := range channels {
				p.Thread = "1700000000000"
				if err := s.Enter(ctx, p, w.person("ana"), "29:ana", false); !errors.Is(err, chats.ErrNotApproved) || w.rows() != i {
					t.Fatalf("round %d, channel %d: %v, %d rows; nothing is kept of one that has not said yes", round, i, err, w.rows())
				}
				if err := s.Approve(ctx, p, entra.Person{Tenant: w.tenant, ID: "ana"}); err != nil {
					t.Fatal(err)
				}
				for _, user := range []teams.UserID{"29:ana", "29:ben"} {
					if err := w.service().Enter(ctx, p, w.person(strings.TrimPrefix(string(user), "29:")), user, false); err != nil {
						t.Errorf("round %d, channel %d: asked again: %v", round, i, err)
					}
				}
			}
			if err := s.OnInstalled(ctx, w.place(team), chats.Removed, jobs.Job{}); err != nil {
				t.Fatal(err)
			}
			if w.rows() != 0 {
				t.Errorf("%d rows after the bot left the team", w.rows())
			}
		}
	})
}

// TestWelcomeOnce: what Teams tells of an installation twice, in any order and naming different channels, is one welcome; none where
// somebody has made use of the bot already; and one more after it was removed and added again.
func TestWelcomeOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		ctx, services := t.Context(), []*chats.Service{w.service(), w.service()}
		install := func(places ...chats.Place) (welcomed int32) {
			var won atomic.Int32
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					s, p := services[i%2], places[i%len(places)]
					job := jobs.Job{Kind: "test.welcome", Tenant: string(w.tenant), Subject: string(p.Conversation)}
					if err := s.OnInstalled(ctx, p, chats.Added, job); err != nil {
						t.Error(err)
					}
					mine, err := s.Welcome(ctx, p)
					if err != nil {
						t.Error(err)
					}
					if mine {
						won.Add(1)
					}
				})
			}
			all.Wait()
			return won.Load()
		}
		for name, places := range map[string][]chats.Place{
			"group": {w.place(group)}, "personal": {w.place("a:ana")}, "team": {w.place(team), w.place(channel)},
			"team, General not named": {w.place(channel), w.place("19:apollo-design@thread.tacv2")},
		} {
			for range 2 {
				if n := install(places...); n != 1 {
					t.Errorf("%s: welcomed %d times", name, n)
				}
				for _, p := range places {
					if err := services[0].OnInstalled(ctx, p, chats.Removed, jobs.Job{}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		for _, p := range []chats.Place{w.place(group), w.place(channel)} {
			if err := services[0].Approve(ctx, p, entra.Person{Tenant: w.tenant, ID: "ana"}); err != nil {
				t.Fatal(err)
			}
			if n := install(p); n != 0 {
				t.Errorf("%s: welcomed although it is in use", p.Conversation)
			}
		}
		if err := services[0].OnInstalled(ctx, w.place(group), chats.Unchanged, jobs.Job{}); err != nil {
			t.Error(err)
		}
	})
}

// TestBotDisabled: an administrator who switches the bot off closes the gate.
func TestBotDisabled(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(s *chats.Service, w *world) error{
		"enter": func(s *chats.Service, w *world) error {
			return s.Enter(w.t.Context(), w.place(group), w.person("ana"), "29:ana", false)
		},
		"send": func(s *chats.Service, w *world) error {
			_, err := s.Send(w.t.Context(), w.place(group), teams.Activity{Text: "hi"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onSQLite(t, func(t *testing.T, w *world) {
				w.ready()
				w.locked(func() { w.refuse = "403 BotDisabledByAdmin" })
				err := do(w.service(), w)
				if name == "enter" && !problem.Is(err, problem.NotReady) || name == "send" && !errors.Is(err, teams.ErrBotDisabled) {
					t.Error(err)
				}
				if state, err := w.policy.State(t.Context(), w.tenant); err != nil || state.Microsoft.Status != policy.Off {
					t.Errorf("%+v, %v", state.Microsoft, err)
				}
			})
		})
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ctx := w.service(), t.Context()
		thread := w.place(channel)
		thread.Thread = "1611060744833"
		w.locked(func() { w.rooms[group], w.rooms[channel], w.rooms["a:ana"] = true, true, true })
		for name, c := range map[string]struct {
			place chats.Place
			want  string
			id    teams.ActivityID
		}{
			"group":    {w.place(group), "POST /v3/conversations/" + group + "/activities", "800"},
			"personal": {w.place("a:ana"), "POST /v3/conversations/a:ana/activities", "800"},
			"thread":   {thread, "POST /v3/conversations/" + channel + ";messageid=1611060744833/activities", "800"},
			"channel":  {w.place(channel), "POST /v3/conversations", "900"},
		} {
			id, err := s.Send(ctx, c.place, teams.Activity{Text: "hi"})
			calls, bodies := w.asked()
			if err != nil || id != c.id || len(calls) != 1 || calls[0] != c.want {
				t.Errorf("%s: %s, %v, %v", name, id, err, calls)
			}
			if name == "channel" && fmt.Sprint(bodies[0]["channelData"]) != fmt.Sprintf("map[channel:map[id:%s] tenant:map[id:%s]]", channel, w.tenant) {
				t.Errorf("a new thread: %v", bodies[0])
			}
		}
		if err := s.Update(ctx, w.place(group), "800", teams.Activity{Text: "ho"}); err != nil {
			t.Error(err)
		}
		if calls, _ := w.asked(); len(calls) != 1 || calls[0] != "PUT /v3/conversations/"+group+"/activities/800" {
			t.Errorf("update: %v", calls)
		}
	})
}

// TestSendToNowhere: whoever posts to a place that the bot has left hears so, and the place is forgotten; trouble that passes forgets
// nothing.
func TestSendToNowhere(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(t *testing.T, w *world) {
		s, ctx, p := w.service(), t.Context(), w.place(group)
		w.locked(func() { w.rooms[group] = true })
		if err := s.Enter(ctx, p, w.person("ana"), "29:ana", false); err != nil {
			t.Fatal(err)
		}
		w.locked(func() { w.refuse = "502 BadGateway" })
		if _, err := s.Send(ctx, p, teams.Activity{Text: "hi"}); upstream.Outcome(err) != upstream.Ambiguous || w.rows() != 1 {
			t.Errorf("%v, %d rows", err, w.rows())
		}
		w.locked(func() { w.refuse, w.rooms[group] = "", false })
		_, err := s.Send(ctx, p, teams.Activity{Text: "hi"})
		if !errors.Is(err, teams.ErrNotInRoster) || upstream.Outcome(err) != upstream.Answered || w.rows() != 0 {
			t.Errorf("%v, %s, %d rows", err, upstream.Outcome(err), w.rows())
		}
		if err := s.Enter(ctx, p, w.person("ana"), "29:ana", false); !errors.Is(err, chats.ErrNotInstalled) {
			t.Errorf("believed to be there: %v", err)
		}
	})
}
