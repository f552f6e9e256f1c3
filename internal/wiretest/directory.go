package wiretest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// onBehalf turns the assertion "sso-<person>" into a token of that person for Graph, where the person has consented.
func (e *Entra) onBehalf(w http.ResponseWriter, r *http.Request) {
	person, known := strings.CutPrefix(r.FormValue("assertion"), "sso-")
	wanted := strings.Fields(r.FormValue("scope"))
	refuse := func(code, suberror string, number int, claims string) {
		answer(w, 400, map[string]any{"error": code, "suberror": suberror, "error_codes": []int{number}, "claims": claims})
	}
	switch {
	case !known || r.FormValue("requested_token_use") != "on_behalf_of":
		refuse("invalid_grant", "", 50013, "")
	case e.claims != "":
		refuse("interaction_required", "basic_action", 50076, e.claims)
	case slices.ContainsFunc(wanted, func(scope string) bool { return !slices.Contains(e.consents[person], scope) }):
		refuse("invalid_grant", "consent_required", 65001, "")
	default:
		e.delegated++
		answer(w, 200, map[string]any{
			"token_type": "Bearer", "expires_in": 3600, "scope": strings.Join(e.consents[person], " "),
			"access_token": fmt.Sprintf("behalf-%d-%s", e.delegated, person),
		})
	}
}

// Consent lets a person allow permissions, and nothing else.
func (e *Entra) Consent(person string, scopes ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.consents[person] = scopes
}

// Challenge lets Entra ask for more of everybody: a second factor, or so. "" ends it.
func (e *Entra) Challenge(claims string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.claims = claims
}

// Allow adds a permission to the grants that people give from now on.
func (e *Entra) Allow(scope string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.scope += " " + scope
}

// lookups are what the product asks on behalf of the person in front of the tab. They take no other token.
func (g *Graph) lookups() {
	give := func(route, list string) {
		g.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			g.mu.Lock()
			defer g.mu.Unlock()
			if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer behalf-") || g.stale[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] {
				refusal(w, 401, "InvalidAuthenticationToken")
				return
			}
			answer(w, 200, map[string]any{"value": g.lists[list]})
		})
	}
	give("GET /v1.0/me/people", "people")
	give("GET /v1.0/users", "users")
	give("GET /v1.0/me/contacts", "contacts")
	give("GET /v1.0/places/microsoft.graph.room", "rooms")
	g.mux.HandleFunc("POST /v1.0/me/calendar/getSchedule", g.as(func(w http.ResponseWriter, _ *http.Request, _ string) {
		answer(w, 200, map[string]any{"value": g.lists["schedules"]})
	}))
	g.mux.HandleFunc("POST /v1.0/me/findMeetingTimes", g.as(func(w http.ResponseWriter, _ *http.Request, _ string) {
		answer(w, 200, map[string]any{"meetingTimeSuggestions": g.lists["proposals"]})
	}))
}

// List sets what a look-up answers: people, users, contacts, rooms, schedules, proposals, view.
func (g *Graph) List(name string, values ...any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lists[name] = values
}

// Outdate makes an access token worthless.
func (g *Graph) Outdate(token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stale[token] = true
}
