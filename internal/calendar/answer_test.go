package calendar_test

import (
	"testing"

	"causeway/internal/calendar"
	"causeway/internal/wiretest"
)

// Whoever was invited can send the others an event that looks like the invitation: what a person answers is the organiser's own.
func TestAForgedInvitationIsNotAnswered(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", true)
	from := func(id, organizer string) string {
		return `{"id":"` + id + `","iCalUId":"0400","isOrganizer":false,"organizer":{"emailAddress":{"address":"` + organizer + `"}},"responseStatus":{"response":"none"}}`
	}
	reply := "POST /v1.0/me/events/*/accept"
	p.Graph.Next("GET /v1.0/me/events/*", 1, wiretest.Refuse(200, from("AAMk1", "Ana@example.com")))
	p.Graph.Next("GET /v1.0/me/events", 1, wiretest.Refuse(200, `{"value":[`+from("forged", "mallory@example.com")+`,`+from("true", "ana@example.com")+`]}`))
	p.Graph.Next(reply, 1, wiretest.Refuse(202, ``))
	err := p.Calendar.Answer(t.Context(), wiretest.Person("ben"), wiretest.Person("ana"), calendar.Record{EventID: "AAMk1"}, calendar.Accepted)
	calls := p.Graph.Calls(reply)
	if err != nil || len(calls) != 1 || calls[0].Route != "POST /v1.0/me/events/true/accept" {
		t.Errorf("%v, answered: %+v", err, calls)
	}
}
