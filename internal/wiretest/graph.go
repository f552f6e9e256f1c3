package wiretest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Graph is Microsoft Graph with Exchange behind it: each person's events, and the mails that they cause.
type Graph struct {
	*Server
	// DuplicateStatus is how a repeated transactionId is answered: 400 or 409; DuplicateNames that the answer names the event.
	DuplicateStatus int
	DuplicateNames  bool
	// NoMailbox are the people without one.
	NoMailbox map[string]bool

	events map[string]map[string]any
	made   int // events ever, so that no id comes back
	mails  []string
	lists  map[string][]any // what look-ups answer
	stale  map[string]bool  // access tokens that count no more
}

func newGraph(t testing.TB, now func() time.Time) *Graph {
	g := &Graph{
		Server: newServer(t, now), events: map[string]map[string]any{}, DuplicateStatus: 409, DuplicateNames: true, NoMailbox: map[string]bool{},
		lists: map[string][]any{"view": {}}, stale: map[string]bool{},
	}
	g.mux.HandleFunc("GET /v1.0/me/calendarView", g.as(func(w http.ResponseWriter, _ *http.Request, _ string) {
		answer(w, 200, map[string]any{"value": g.lists["view"]})
	}))
	g.mux.HandleFunc("POST /v1.0/me/events", g.as(g.create))
	g.mux.HandleFunc("GET /v1.0/me/events", g.as(g.find))
	g.mux.HandleFunc("GET /v1.0/me/events/{id}", g.as(func(w http.ResponseWriter, r *http.Request, person string) {
		if e := g.own(w, r, person); e != nil {
			answer(w, 200, e)
		}
	}))
	g.mux.HandleFunc("PATCH /v1.0/me/events/{id}", g.as(g.patch))
	g.mux.HandleFunc("POST /v1.0/me/events/{id}/cancel", g.as(g.cancel))
	g.lookups()
	return g
}

func (g *Graph) as(handle func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		person, known := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer graph-")
		switch {
		case !known:
			refusal(w, 401, "InvalidAuthenticationToken")
		case g.NoMailbox[person]:
			refusal(w, 404, "MailboxNotEnabledForRESTAPI")
		default:
			handle(w, r, person)
		}
	}
}

func refusal(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]any{"error": map[string]any{"code": code, "message": "no", "innerError": map[string]any{"request-id": "r1"}}})
}

func (g *Graph) create(w http.ResponseWriter, r *http.Request, person string) {
	e := decode(r)
	for id, twin := range g.events {
		if twin["transactionId"] == e["transactionId"] && twin["owner"] == person {
			said := map[string]any{"code": "ErrorDuplicateTransactionId", "message": "Your request can't be completed."}
			if g.DuplicateNames {
				said["@event.existingEventId"] = id
			}
			answer(w, g.DuplicateStatus, map[string]any{"error": said})
			return
		}
	}
	g.made++
	id := fmt.Sprintf("AAMk%d", g.made)
	e["id"], e["owner"], e["isOrganizer"] = id, person, true
	g.events[id] = e
	g.mail("invited", e)
	answer(w, 201, e)
}

func (g *Graph) mail(what string, e map[string]any) {
	attendees, _ := e["attendees"].([]any)
	for _, a := range attendees {
		address := a.(map[string]any)["emailAddress"].(map[string]any)["address"]
		g.mails = append(g.mails, fmt.Sprintf("%s: %s", what, address))
	}
}

func (g *Graph) find(w http.ResponseWriter, r *http.Request, person string) {
	found := []any{}
	for _, id := range slices.Sorted(maps.Keys(g.events)) {
		e := g.events[id]
		properties, _ := e["singleValueExtendedProperties"].([]any)
		for _, p := range properties {
			value, _ := p.(map[string]any)["value"].(string)
			if e["owner"] == person && strings.Contains(r.URL.Query().Get("$filter"), "'"+value+"'") {
				found = append(found, e)
			}
		}
	}
	answer(w, 200, map[string]any{"value": found})
}

func (g *Graph) own(w http.ResponseWriter, r *http.Request, person string) map[string]any {
	e := g.events[r.PathValue("id")]
	if e == nil || e["owner"] != person {
		refusal(w, 404, "ErrorItemNotFound")
		return nil
	}
	return e
}

func (g *Graph) patch(w http.ResponseWriter, r *http.Request, person string) {
	if e := g.own(w, r, person); e != nil {
		maps.Copy(e, decode(r))
		g.mail("updated", e)
		answer(w, 200, e)
	}
}

func (g *Graph) cancel(w http.ResponseWriter, r *http.Request, person string) {
	if e := g.own(w, r, person); e != nil {
		delete(g.events, r.PathValue("id"))
		g.mail("cancelled", e)
		w.WriteHeader(202)
	}
}

// Events are those that exist.
func (g *Graph) Events() (found []map[string]any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(g.events)) {
		found = append(found, maps.Clone(g.events[id]))
	}
	return found
}

// Mails are those that Exchange sent: "invited: ben@example.com".
func (g *Graph) Mails() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.mails)
}

// Vanish deletes an event, as its owner may do in Outlook.
func (g *Graph) Vanish(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.events, id)
}
