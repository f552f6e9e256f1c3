package meetings_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

// TestWhatFollowsFromAMeeting: one card, one entry, one mail and one message to each, and one to who scheduled; nothing more when all
// of it is done again.
func TestWhatFollowsFromAMeeting(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stageOn(t, back)
		m := schedule(t, p, "n1", draft())
		if failed := p.Work(""); len(failed) > 0 {
			t.Fatal(failed)
		}
		again := func(kind string) {
			m := find(t, p, m.ID)
			if err := p.Do(jobs.Job{Kind: kind, Tenant: string(wiretest.Tenant), Subject: m.ID, Revision: m.Revision}); err != nil {
				t.Errorf("%s again: %v", kind, err)
			}
		}
		for _, kind := range []string{meetings.RosterJob, meetings.CardJob, meetings.ToldJob, meetings.CardJob} {
			again(kind)
		}
		p.Work("")
		posts := p.Connector.Posts(group)
		if len(posts) != 1 || !strings.Contains(posts[0].Text(), "2 people invited by e") {
			t.Errorf("cards: %v", posts)
		}
		if diff := cmp.Diff([]string{"invited: ben@example.com", "invited: cho@example.com"}, p.Graph.Mails()); diff != "" {
			t.Errorf("mails (-want +got)\n%s", diff)
		}
		want := map[entra.ObjectID]notifications.Kind{"ana": notifications.Scheduled, "ben": notifications.Invited, "cho": notifications.Invited}
		if diff := cmp.Diff(want, about(t, p, m.ID)); diff != "" {
			t.Errorf("messages (-want +got)\n%s", diff)
		}
		for name := range want {
			if got := p.Connector.Posts("a:1" + string(name)); len(got) != 1 {
				t.Errorf("%s got %d messages", name, len(got))
			}
		}
		if text := p.Connector.Posts("a:1ana")[0].Text(); !strings.Contains(text, "2 people invited by e") {
			t.Errorf("the organiser is not told how the entry stands: %s", text)
		}
		m = find(t, p, m.ID)
		if m.Card.State != meetings.CardPosted || m.Card.Revision != m.Revision || m.Invited != 2 || m.Invitees != 2 {
			t.Errorf("stored %+v", m)
		}
	})
}

func TestStartNowTellsTheStarterNothing(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Now = true
	m := schedule(t, p, "n1", d)
	p.Work("")
	if got := about(t, p, m.ID); len(got) != 2 || got["ana"] != "" {
		t.Errorf("messages %v", got)
	}
	if len(p.Graph.Events()) != 1 || len(p.Graph.Mails()) != 2 || len(p.Connector.Posts(group)) != 1 {
		t.Errorf("%d events, %d mails, %d cards", len(p.Graph.Events()), len(p.Graph.Mails()), len(p.Connector.Posts(group)))
	}
}

func TestOnlyThoseChosenAreInvited(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Everyone, d.Chosen = false, []entra.ObjectID{"cho", "ana"}
	m := schedule(t, p, "n1", d)
	p.Work("")
	if got := about(t, p, m.ID); len(got) != 2 || got["cho"] != notifications.Invited {
		t.Errorf("messages %v", got)
	}
	if diff := cmp.Diff([]string{"invited: cho@example.com"}, p.Graph.Mails()); diff != "" {
		t.Errorf("mails (-want +got)\n%s", diff)
	}
}

// TestNobodyIsLost: guests, people without mail, and people whom the bot does not reach stand on the organiser's message.
func TestNobodyIsLost(t *testing.T) {
	t.Parallel()
	p := stage(t)
	noMail, guest := wiretest.Someone("eva"), wiretest.Someone("gus")
	noMail["email"], noMail["userPrincipalName"] = "", ""
	guest["email"], guest["userPrincipalName"], guest["userRole"] = "", "gus_partner.example#EXT#@example.com", "guest"
	anonymous := map[string]any{"id": "29:anon", "name": "Nameless", "userRole": "anonymous"}
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), wiretest.Someone("cho"), noMail, guest, anonymous)
	p.Connector.Next("POST /emea/v3/conversations/a:1ben/activities", 1,
		wiretest.Refuse(403, `{"error":{"code":"ConversationBlockedByUser"}}`))
	p.Connector.Next("POST /emea/v3/conversations/a:1cho/activities", 1, wiretest.Lose(502))
	m := schedule(t, p, "n1", draft())
	p.Work("")
	text := p.Connector.Posts("a:1ana")[0].Text()
	for _, line := range []string{
		`No e\\-mail \\(no address\\): Eva, Gus, Nameless`, "Not reached in Teams: Ben, Nameless", "not sent again\\\\): Cho",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	if diff := cmp.Diff([]string{"invited: ben@example.com", "invited: cho@example.com"}, p.Graph.Mails()); diff != "" {
		t.Errorf("mails (-want +got)\n%s", diff)
	}
	invitees, err := store.Meetings{Backend: p.Back}.Invitees(t.Context(), wiretest.Tenant, m.ID)
	if err != nil || len(invitees) != 5 || !invitees[3].Guest {
		t.Errorf("%+v, %v", invitees, err)
	}
}

func TestARosterOfMoreThanOnePage(t *testing.T) {
	t.Parallel()
	p := stage(t)
	members := []map[string]any{wiretest.Someone("ana")}
	for i := range 520 {
		members = append(members, wiretest.Someone(fmt.Sprintf("p%03d", i)))
	}
	p.Connector.Put(group, true, members...)
	m := schedule(t, p, "n1", draft())
	p.Work(meetings.RosterJob)
	if m = find(t, p, m.ID); m.Invitees != 520 || len(about(t, p, m.ID)) != 521 {
		t.Errorf("%d invitees, %d messages", m.Invitees, len(about(t, p, m.ID)))
	}
	if pages := p.Connector.Calls("GET /emea/v3/conversations/*/pagedmembers"); len(pages) != 2 {
		t.Errorf("%d pages", len(pages))
	}
}

func TestAloneWithTheBot(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Connector.Put("a:1ana", true)
	r := request(p, "n1", draft())
	r.Place = chats.Place{Tenant: wiretest.Tenant, Conversation: "a:1ana", Kind: chats.Personal, ServiceURL: p.Connector.ServiceURL()}
	m, err := p.Meetings.Schedule(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if len(about(t, p, m.ID)) != 0 || len(p.Connector.Posts("a:1ana")) != 1 || len(p.Graph.Events()) != 1 || len(p.Graph.Mails()) != 0 {
		t.Errorf("told %v, %d cards, %d events, mails %v", about(t, p, m.ID), len(p.Connector.Posts("a:1ana")), len(p.Graph.Events()), p.Graph.Mails())
	}
	if text := p.Connector.Posts("a:1ana")[0].Text(); !strings.Contains(text, "In your calendar") {
		t.Error(text)
	}
}

func TestACalendarThatIsConnectedLater(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", false)
	r := request(p, "n1", draft())
	r.Person, r.Name, r.User = wiretest.Person("ben"), "Ben", "29:ben"
	m, err := p.Meetings.Schedule(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if text := p.Connector.Posts(group)[0].Text(); !strings.Contains(text, "Not in the calendars yet") || len(p.Graph.Events()) != 0 {
		t.Errorf("%d events; %s", len(p.Graph.Events()), text)
	}
	p.Link("ben", true)
	p.Work("")
	if text := p.Connector.Posts(group)[0].Text(); strings.Contains(text, "Not in the calendars yet") || len(p.Graph.Events()) != 1 {
		t.Errorf("%d events; %s", len(p.Graph.Events()), text)
	}
	if rec, err := p.Calendar.Record(t.Context(), wiretest.Tenant, m.ID); err != nil || rec.State != calendar.Done {
		t.Errorf("%+v, %v", rec, err)
	}
}

func TestNothingFollowsWhereItIsSwitchedOff(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work(meetings.RosterJob)
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, false, "test"); err != nil {
		t.Fatal(err)
	}
	calls := len(p.Zoom.Calls("*"))
	for _, err := range p.Work("") {
		if _, waits := snoozed(err); !waits {
			t.Error(err)
		}
	}
	if len(p.Connector.Posts("")) != 0 || len(p.Graph.Events()) != 0 || len(p.Zoom.Calls("*")) != calls {
		t.Errorf("%d messages, %d events", len(p.Connector.Posts("")), len(p.Graph.Events()))
	}
	told, err := p.Notifications.About(t.Context(), wiretest.Tenant, m.ID)
	for _, one := range told {
		if one.State != notifications.Dropped {
			t.Errorf("%s is %s, %v", one.To.ID, one.State, err)
		}
	}
	p.Clock.Set(m.Draft.End())
	if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil {
		t.Errorf("what is over still waits: %v", err)
	}
}

func TestWhatFollowsWaitsForAnApproval(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	set := func(status policy.Status) {
		t.Helper()
		if err := p.Policy.Learn(t.Context(), wiretest.Tenant, policy.Microsoft, status, "test"); err != nil {
			t.Fatal(err)
		}
	}
	set(policy.Off)
	for _, work := range []func(context.Context, jobs.Job) error{p.Meetings.ShowCard, p.Meetings.CollectRoster, p.Meetings.WriteCalendar} {
		if _, waits := snoozed(work(t.Context(), card(m))); !waits {
			t.Error("what follows does not wait while an approval is missing")
		}
	}
	set(policy.Approved)
	if failed := p.Work(""); len(failed) > 0 {
		t.Error(failed)
	}
	if len(p.Connector.Posts(group)) != 1 || len(p.Graph.Events()) != 1 || len(about(t, p, m.ID)) != 3 {
		t.Errorf("%d cards, %d events, told %v", len(p.Connector.Posts(group)), len(p.Graph.Events()), about(t, p, m.ID))
	}
	set(policy.Off)
	p.Clock.Forward(threeDays + time.Hour)
	if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil {
		t.Errorf("a meeting that is over is waited for: %v", err)
	}
}

func TestACancelledMeetingLeavesTheCalendarOnceItMay(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	ana := wiretest.Person("ana")
	if err := p.Accounts.Disconnect(t.Context(), ana); err != nil {
		t.Fatal(err)
	}
	p.Link("ana", false)
	if _, err := p.Meetings.Cancel(t.Context(), ana, m.ID); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if len(p.Graph.Events()) != 1 {
		t.Fatalf("%d events without a grant", len(p.Graph.Events()))
	}
	p.Clock.Forward(time.Minute)
	p.Link("ana", true)
	p.Work("")
	if len(p.Graph.Events()) != 0 {
		t.Error("a cancelled meeting stays in everybody's calendar")
	}
}

func TestABotThatWasRemovedBeforeItSawWhoIsThere(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Connector.Put(group, false)
	if failed := p.Work(""); len(failed) > 0 {
		t.Error(failed)
	}
	told := about(t, p, m.ID)
	if len(p.Graph.Events()) != 1 || len(told) != 1 || told["ana"] == "" && told[wiretest.Person("ana").ID] == "" {
		t.Errorf("%d events, told %v; want the organiser's own entry and message", len(p.Graph.Events()), told)
	}
}

func TestWhatIsGivenUpIsTold(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	for kind, then := range map[string]func() bool{
		meetings.RosterJob: func() bool { return find(t, p, m.ID).Roster },
		meetings.CardJob:   func() bool { return find(t, p, m.ID).Card.State == meetings.CardLost },
		meetings.CalendarJob: func() bool {
			r, err := p.Calendar.Record(t.Context(), wiretest.Tenant, m.ID)
			return err == nil && r.State == calendar.Refused
		},
	} {
		j := card(m)
		j.Kind = kind
		before := find(t, p, m.ID).Revision
		if err := p.Meetings.GaveUp(t.Context(), j); err != nil || !then() || find(t, p, m.ID).Revision == before {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestALinkThatLeadsElsewhereIsNotPassedOn(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Zoom.Next("POST /v2/users/me/meetings", 1, wiretest.Refuse(201, `{"id":91234567890,"join_url":"https://evil.example/x","password":"1"}`))
	m := schedule(t, p, "n1", draft())
	if strings.Contains(m.JoinURL, "evil") || !strings.Contains(m.JoinURL, "/j/91234567890") {
		t.Error(m.JoinURL)
	}
}

func TestPeopleOfAnotherOrganisationAreNamedToTheOrganiser(t *testing.T) {
	t.Parallel()
	p := stage(t)
	kim := wiretest.Someone("kim")
	kim["tenantId"] = "99999999-0000-4000-8000-000000000001"
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), kim)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	if told := about(t, p, m.ID); len(told) != 2 {
		t.Errorf("told %v, want Ben and Ana", told)
	}
	name, _ := kim["name"].(string)
	own := p.Connector.Posts("")
	if !slices.ContainsFunc(own, func(post wiretest.Post) bool { return strings.Contains(post.Text(), "Not reached in Teams: "+name) }) {
		t.Errorf("the organiser does not read that %s was not reached", name)
	}
}

// TestT95_Cards is the policy table of the connector's answers for cards, which must arrive.
func TestT95_Cards(t *testing.T) {
	t.Parallel()
	notInRoster := `{"error":{"code":"BotNotInConversationRoster"}}`
	for name, row := range map[string]struct {
		trouble wiretest.Trouble
		state   meetings.CardState
		posts   int           // cards in the conversation
		calls   int           // to post
		wait    time.Duration // that the job asks for
	}{
		"500 after accepting": {wiretest.Lose(500), meetings.CardPosted, 2, 2, 30 * time.Second},
		"502 after accepting": {wiretest.Lose(502), meetings.CardPosted, 2, 2, 30 * time.Second},
		"504 after accepting": {wiretest.Lose(504), meetings.CardPosted, 2, 2, 30 * time.Second},
		"408 after accepting": {wiretest.Lose(408), meetings.CardPosted, 2, 2, 30 * time.Second},
		"cut after accepting": {wiretest.Lose(0), meetings.CardPosted, 2, 2, 30 * time.Second},
		"502, not accepted":   {wiretest.Refuse(502, ``), meetings.CardPosted, 1, 2, 30 * time.Second},
		"412":                 {wiretest.Refuse(412, `{}`), meetings.CardPosted, 1, 2, 0},
		"503":                 {wiretest.Refuse(503, `{}`), meetings.CardPosted, 1, 2, 0},
		"429 with seconds":    {wiretest.Refuse(429, `{}`, "Retry-After", "17"), meetings.CardPosted, 1, 2, 17 * time.Second},
		"429 with a date":     {wiretest.Refuse(429, `{}`, "Retry-After", wiretest.Noon.Add(25*time.Second).Format(http.TimeFormat)), meetings.CardPosted, 1, 2, 25 * time.Second},
		"403 not there":       {wiretest.Refuse(403, notInRoster), meetings.CardLost, 0, 1, 0},
		"403 blocked":         {wiretest.Refuse(403, `{"error":{"code":"MessageWritesBlocked"}}`), meetings.CardLost, 0, 1, 0},
		"400":                 {wiretest.Refuse(400, `{"error":{"code":"BadSyntax"}}`), meetings.CardLost, 0, 1, 0},
		"403, no reason":      {wiretest.Refuse(403, `{"error":{"code":"ForbiddenOperationException"}}`), meetings.CardLost, 0, 1, 0},
		"404":                 {wiretest.Refuse(404, `{"error":{"code":"ConversationNotFound"}}`), meetings.CardLost, 0, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			m := schedule(t, p, "n1", draft())
			p.Connector.Next(sendIn, 1, row.trouble)
			for try := 0; ; try++ {
				err := p.Meetings.ShowCard(t.Context(), card(m))
				if err == nil {
					break
				}
				d, again := snoozed(err)
				if d != row.wait || again != (row.wait > 0) || try > 0 {
					t.Errorf("try %d: %v, want to wait %v", try, err, row.wait)
					break
				}
				if row.wait == 30*time.Second { // before that it is left alone
					p.Clock.Forward(29 * time.Second)
					if d, _ := snoozed(p.Meetings.ShowCard(t.Context(), card(m))); d != time.Second {
						t.Error("it is posted again too soon")
					}
					p.Clock.Forward(time.Second)
				}
				p.Clock.Forward(max(d, time.Second))
			}
			if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil {
				t.Error(err)
			}
			if got := find(t, p, m.ID).Card; got.State != row.state || (row.state == meetings.CardLost && got.Reason != "refused") {
				t.Errorf("card %+v, want %s", got, row.state)
			}
			if calls, posts := len(p.Connector.Calls(sendIn)), len(p.Connector.Posts(group)); calls != row.calls || posts != row.posts {
				t.Errorf("%d calls and %d cards, want %d and %d", calls, posts, row.calls, row.posts)
			}
		})
	}
}

func TestACardThatIsNeverAnsweredIsGivenUpAndTold(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Connector.Next(sendIn, 2, wiretest.Lose(502))
	for range 4 {
		_ = p.Meetings.ShowCard(t.Context(), card(m))
		p.Clock.Forward(30 * time.Second)
	}
	if got := find(t, p, m.ID).Card; got.State != meetings.CardLost || got.Reason != "no_answer" || len(p.Connector.Posts(group)) != 2 {
		t.Errorf("card %+v, posted %d times", got, len(p.Connector.Posts(group)))
	}
	p.Work("")
	if text := p.Connector.Posts("a:1ana")[0].Text(); !strings.Contains(text, "could not be posted") {
		t.Errorf("the organiser is not told: %s", text)
	}
}

func TestTwoThatPostAtOnceMakeOneCard(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stageOn(t, back)
		m := schedule(t, p, "n1", draft())
		processes := []*wiretest.Product{p, p.Process(t)}
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				if err := processes[i%2].Meetings.ShowCard(t.Context(), card(m)); err != nil {
					if _, again := snoozed(err); !again {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if posts := p.Connector.Posts("19:launch@thread.v2"); len(posts) != 1 || find(t, p, m.ID).Card.State != meetings.CardPosted {
			t.Errorf("%d cards, %+v", len(posts), find(t, p, m.ID).Card)
		}
	})
}

// TestUpdatesThatCrossEndWithTheNewest: an update with old content lands after the newer one, in the meeting's conversation or where it
// was shared.
func TestUpdatesThatCrossEndWithTheNewest(t *testing.T) {
	t.Parallel()
	for _, where := range []string{group, "19:all@thread.v2"} {
		p := stage(t)
		m := schedule(t, p, "n1", draft())
		if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil {
			t.Fatal(err)
		}
		if where != group {
			share(t, p, m, open(t, p, where, "All hands"))
		}
		rename := func(topic string) {
			d := draft()
			d.Topic = topic
			var err error
			if m, err = p.Meetings.Change(t.Context(), m.Organizer, m.ID, d); err != nil {
				t.Fatal(err)
			}
		}
		rename("Old")
		gate := wiretest.NewGate()
		p.Connector.Next("PUT /emea/v3/conversations/"+where+"/activities/*", 1, gate.Before)
		slow := make(chan error, 1)
		go func() { slow <- p.Meetings.ShowCard(t.Context(), card(m)) }()
		<-gate.Reached
		rename("New")
		if err := p.Process(t).Meetings.ShowCard(t.Context(), card(m)); err != nil {
			t.Fatal(err)
		}
		close(gate.Open)
		if err := <-slow; err != nil {
			t.Fatal(err)
		}
		for _, conversation := range []string{group, where} {
			if text := p.Connector.Posts(conversation)[0].Text(); !strings.Contains(text, `"text":"New"`) {
				t.Errorf("the card in %s shows %s", conversation, text)
			}
		}
		if got := find(t, p, m.ID); got.Card.Revision != got.Revision {
			t.Errorf("%+v at revision %d", got.Card, got.Revision)
		}
	}
}

// Two that show the same do not show it again because of each other: they would go on for ever, and Teams counts every update.
func TestUpdatesThatCrossWithTheSameAreNotRepeated(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, draft()); err != nil {
		t.Fatal(err)
	}
	before := len(p.Connector.Calls(updateIn))
	gate := wiretest.NewGate()
	p.Connector.Next(updateIn, 1, gate.Before)
	slow := make(chan error, 1)
	go func() { slow <- p.Meetings.ShowCard(t.Context(), card(m)) }()
	<-gate.Reached
	if err := p.Process(t).Meetings.ShowCard(t.Context(), card(m)); err != nil {
		t.Fatal(err)
	}
	close(gate.Open)
	if err := <-slow; err != nil {
		t.Fatal(err)
	}
	if n := len(p.Connector.Calls(updateIn)) - before; n != 2 {
		t.Errorf("updated %d times, want 2", n)
	}
	if got := find(t, p, m.ID); got.Card.Revision != got.Revision {
		t.Errorf("%+v at revision %d", got.Card, got.Revision)
	}
}

func TestACardThatWasDeletedStaysAway(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, draft()); err != nil {
		t.Fatal(err)
	}
	p.Connector.Next(updateIn, 1, wiretest.Refuse(404, `{"error":{"code":"ActivityNotFoundInConversation"}}`))
	if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil || len(p.Connector.Calls(sendIn)) != 1 {
		t.Errorf("%v, posted %d times", err, len(p.Connector.Calls(sendIn)))
	}
}

func TestAnEntryThatWasOvertakenIsWrittenAgain(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	d := draft()
	d.Topic = "Old"
	m, err := p.Meetings.Change(t.Context(), m.Organizer, m.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	job := func(m meetings.Meeting) jobs.Job {
		return jobs.Job{Kind: meetings.CalendarJob, Tenant: string(wiretest.Tenant), Subject: m.ID, Revision: m.Revision}
	}
	gate := wiretest.NewGate()
	p.Graph.Next("PATCH /v1.0/me/events/*", 1, func(w http.ResponseWriter, r *http.Request, effect func() *httptest.ResponseRecorder) {
		gate.Before(w, r, effect)
	})
	slow := make(chan error, 1)
	go func() { slow <- p.Meetings.WriteCalendar(t.Context(), job(m)) }()
	<-gate.Reached
	d.Topic = "New"
	if m, err = p.Meetings.Change(t.Context(), m.Organizer, m.ID, d); err != nil {
		t.Fatal(err)
	}
	if err := p.Process(t).Meetings.WriteCalendar(t.Context(), job(m)); err != nil {
		t.Fatal(err)
	}
	close(gate.Open)
	if err := <-slow; err != nil {
		t.Fatal(err)
	}
	if got := p.Graph.Events()[0]["subject"]; got != "New" {
		t.Errorf("the calendar shows %v", got)
	}
}

// A look that was asked for while meetings are switched off does not stand in the way of those that are asked for later.
func TestALookWhileMeetingsAreOffIsNotTheLast(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	rows := store.Meetings{Backend: p.Back}
	look := func() {
		t.Helper()
		if err := rows.Look(t.Context(), wiretest.Tenant, m.ID); err != nil {
			t.Fatal(err)
		}
		for _, err := range p.Work("meetings.") {
			if _, waits := snoozed(err); !waits {
				t.Fatal(err)
			}
		}
	}
	looked := func() int { return len(p.Zoom.Calls("GET /v2/meetings/*")) }
	set := func(on bool) {
		t.Helper()
		if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, on, "test"); err != nil {
			t.Fatal(err)
		}
	}
	look()
	if looked() != 1 {
		t.Fatalf("looked %d times", looked())
	}
	set(false)
	look()
	set(true)
	look()
	if looked() != 2 {
		t.Errorf("after they were switched on again Zoom was asked %d times, want twice", looked())
	}
}

// What was to follow from a meeting when meetings were switched off follows when they are on again.
func TestWhatFollowsWaitsForTheSwitch(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	set := func(on bool) {
		t.Helper()
		if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, on, "test"); err != nil {
			t.Fatal(err)
		}
	}
	roster := jobs.Job{Kind: meetings.RosterJob, Tenant: string(wiretest.Tenant), Subject: m.ID, Revision: m.Revision}
	set(false)
	if _, waits := snoozed(p.Do(roster)); !waits {
		t.Error("it does not wait")
	}
	set(true)
	if err := p.Do(roster); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if len(p.Graph.Events()) != 1 || len(p.Graph.Mails()) != 2 {
		t.Errorf("%d events, %d mails; the roster was collected: %t", len(p.Graph.Events()), len(p.Graph.Mails()), find(t, p, m.ID).Roster)
	}
}

// A change that could not be written to the calendar for a day is said to be missing.
func TestAnEntryThatIsBehindSaysSo(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	p.Work("")
	p.Graph.Next("PATCH /v1.0/me/events/*", 0, wiretest.Refuse(503, `{"error":{"code":"ErrorMailboxStoreUnavailable"}}`))
	d := find(t, p, m.ID).Draft
	d.Start = d.Start.Add(2 * time.Hour)
	if _, err := p.Meetings.Change(t.Context(), wiretest.Person("ana"), m.ID, d); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	j := jobs.Job{Kind: meetings.CalendarJob, Tenant: string(wiretest.Tenant), Subject: m.ID, Revision: find(t, p, m.ID).Revision}
	if err := p.Do(j); err == nil {
		t.Fatal("it is written")
	}
	if err := p.Meetings.GaveUp(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	const behind = "shows this meeting as it was before"
	if text := p.Connector.Posts(group)[0].Text(); !strings.Contains(text, behind) {
		t.Errorf("the card says %s", text)
	}
	p.Graph.Mend()
	j.Revision = find(t, p, m.ID).Revision
	if err := p.Do(j); err != nil { // it is tried once more an hour later
		t.Fatal(err)
	}
	p.Work("")
	if text := p.Connector.Posts(group)[0].Text(); strings.Contains(text, behind) || !strings.Contains(text, "2 people invited by e") {
		t.Errorf("at last the card says %s", text)
	}
}
