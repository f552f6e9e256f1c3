package meetings_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

const (
	group     = "19:launch@thread.v2"
	create    = "POST /v2/users/me/meetings"
	list      = "GET /v2/users/me/meetings"
	change    = "PATCH /v2/meetings/*"
	remove    = "DELETE /v2/meetings/*"
	sendIn    = "POST /emea/v3/conversations/" + group + "/activities"
	updateIn  = "PUT /emea/v3/conversations/" + group + "/activities/*"
	toZoom    = "https://zoom.us/j/"
	threeDays = 72 * time.Hour
)

// stage is a product in which Ana has connected Zoom and her calendar, and is in a group with Ben, Cho and the bot.
func stage(t *testing.T, change ...wiretest.Change) *wiretest.Product {
	t.Helper()
	return stageOn(t, wiretest.SQLite(t), change...)
}

func stageOn(t *testing.T, back store.Backend, change ...wiretest.Change) *wiretest.Product {
	t.Helper()
	p := wiretest.New(t, back, change...)
	p.Link("ana", true)
	bot := map[string]any{"id": "28:" + wiretest.AppID, "name": "Causeway"}
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), wiretest.Someone("cho"), bot)
	return p
}

func place(p *wiretest.Product) chats.Place {
	return chats.Place{
		Tenant: wiretest.Tenant, Conversation: group, Kind: chats.Group, ServiceURL: p.Connector.ServiceURL(), Name: "Launch team",
	}
}

// draft is a wish that is in order.
func draft() meetings.Draft {
	return meetings.Draft{
		Topic: "Launch", Agenda: "Last checks", Start: wiretest.Noon.Add(threeDays), Duration: 45 * time.Minute, Zone: "Europe/Paris", Everyone: true,
	}
}

func request(p *wiretest.Product, nonce string, d meetings.Draft) meetings.Request {
	return meetings.Request{
		Person: wiretest.Person("ana"), Name: "Ana Duarte", User: "29:ana", Place: place(p), Nonce: nonce, Locale: "en", Draft: d,
	}
}

// schedule makes a meeting of Ana's.
func schedule(t *testing.T, p *wiretest.Product, nonce string, d meetings.Draft) meetings.Meeting {
	t.Helper()
	m, err := p.Meetings.Schedule(t.Context(), request(p, nonce, d))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// form is what Ana opened in the group.
func form(p *wiretest.Product) meetings.Form {
	return meetings.Form{
		Person: wiretest.Person("ana"), Name: "Ana Duarte", User: "29:ana", Place: place(p), Locale: "en", Zone: "Europe/Paris",
	}
}

// find reads a meeting as it is stored.
func find(t *testing.T, p *wiretest.Product, id string) meetings.Meeting {
	t.Helper()
	m, err := p.Meetings.Find(t.Context(), wiretest.Tenant, id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// about lists the direct messages about a meeting, by person and kind.
func about(t *testing.T, p *wiretest.Product, id string) map[entra.ObjectID]notifications.Kind {
	t.Helper()
	told, err := p.Notifications.About(t.Context(), wiretest.Tenant, id)
	if err != nil {
		t.Fatal(err)
	}
	found := map[entra.ObjectID]notifications.Kind{}
	for _, m := range told {
		found[m.To.ID] = m.Kind
	}
	return found
}

// settling is the job that settles the only reservation.
func settling(t *testing.T, p *wiretest.Product) jobs.Job {
	t.Helper()
	found := storetest.Jobs(t, p.Back, meetings.SettleJob, string(wiretest.Tenant))
	if len(found) == 0 {
		t.Fatal("nothing is to be settled")
	}
	return found[0]
}

// settle works the settling as its job does, waiting in product time, until it is done.
func settle(t *testing.T, p *wiretest.Product, j jobs.Job) (waited time.Duration) {
	t.Helper()
	for range 60 {
		err := p.Meetings.Settle(t.Context(), j)
		if err == nil {
			return waited
		}
		d, again := snoozed(err)
		if !again {
			d = time.Second
		}
		p.Clock.Forward(d)
		waited += d
	}
	t.Fatal("never settled")
	return 0
}

// snoozed reads how long a job wants to wait.
func snoozed(err error) (time.Duration, bool) {
	if err == nil {
		return 0, false
	}
	text, found := strings.CutPrefix(err.Error(), "jobs: again in ")
	d, wrong := time.ParseDuration(text)
	return d, found && wrong == nil && errors.Is(err, jobs.Snooze(d))
}

// fields are the names and reasons of what was wrong, sorted.
func fields(err error) (found []string) {
	var p *problem.Error
	if !errors.As(err, &p) {
		return nil
	}
	for _, f := range p.Fields {
		found = append(found, f.Name+": "+f.Key)
	}
	slices.Sort(found)
	return found
}

// kindOf is the kind and key of a problem.
func kindOf(err error) string {
	if err == nil {
		return ""
	}
	p := problem.Of(err)
	return string(p.Kind) + " " + p.Key
}

func card(m meetings.Meeting) jobs.Job {
	return jobs.Job{Kind: meetings.CardJob, Tenant: string(m.Organizer.Tenant), Subject: m.ID, Revision: m.Revision}
}

// allJobs lists the jobs of a kind.
func allJobs(t *testing.T, p *wiretest.Product, kind string) []jobs.Job {
	t.Helper()
	return storetest.Jobs(t, p.Back, kind, string(wiretest.Tenant))
}
