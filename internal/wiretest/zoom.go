package wiretest

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/internal/zoom"
)

// Zoom is Zoom: sign-in, tokens, people and their meetings.
type Zoom struct {
	*Server
	// ListLag is how long a new meeting is in no list.
	ListLag time.Duration
	// Settings is what everybody's settings are, as JSON.
	Settings string
	// Plan is everybody's: 1 Basic, 2 Licensed.
	Plan int
	// Room is the number of everybody's personal meeting room; 0 when there is none.
	Room int

	users    map[string]string // by access token
	codes    map[string]string // user by code
	meetings map[string]map[string]any
	numbers  int
}

func newZoom(t testing.TB, now func() time.Time) *Zoom {
	z := &Zoom{
		Server: newServer(t, now), users: map[string]string{}, codes: map[string]string{}, meetings: map[string]map[string]any{}, Plan: 2,
		Settings: `{"schedule_meeting":{"require_password_for_scheduling_new_meetings":false,"meeting_password_requirement":{"length":6}},
			"in_meeting":{"waiting_room":true},"feature":{"meeting_capacity":100}}`,
	}
	z.mux.HandleFunc("POST /oauth/token", z.token)
	z.mux.HandleFunc("POST /oauth/revoke", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, map[string]any{"status": "success"}) })
	z.mux.HandleFunc("GET /v2/users/me", z.as(func(w http.ResponseWriter, _ *http.Request, user string) {
		answer(w, 200, map[string]any{"id": "z" + user, "account_id": "acct", "display_name": user + " at Zoom", "email": user + "@example.com", "type": z.Plan, "pmi": z.Room})
	}))
	z.mux.HandleFunc("GET /v2/users/me/settings", z.as(func(w http.ResponseWriter, _ *http.Request, _ string) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(z.Settings))
	}))
	z.mux.HandleFunc("POST /v2/users/me/meetings", z.as(z.create))
	z.mux.HandleFunc("GET /v2/users/me/meetings", z.as(z.list))
	z.mux.HandleFunc("GET /v2/meetings/{id}", z.as(z.get))
	z.mux.HandleFunc("PATCH /v2/meetings/{id}", z.as(z.patch))
	z.mux.HandleFunc("DELETE /v2/meetings/{id}", z.as(z.delete))
	return z
}

// code is what Zoom hands to the browser of a user who consents.
func (z *Zoom) code(user string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	code := rand.Text()
	z.codes[code] = user
	return code
}

func (z *Zoom) token(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	user, known := z.codes[r.FormValue("code")]
	if r.FormValue("grant_type") == "refresh_token" {
		user, known = z.codes[r.FormValue("refresh_token")]
	}
	if !known {
		answer(w, 400, map[string]any{"reason": "Invalid Token!", "error": "invalid_grant"})
		return
	}
	access, refresh := "access-"+rand.Text(), "refresh-"+rand.Text()
	z.users[access], z.codes[refresh] = user, user
	answer(w, 200, map[string]any{
		"access_token": access, "refresh_token": refresh, "token_type": "bearer", "expires_in": 3600,
		"scope": strings.Join(zoom.Scopes(), " "),
	})
}

func (z *Zoom) as(handle func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		z.mu.Lock()
		defer z.mu.Unlock()
		user, known := z.users[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		if !known {
			answer(w, 401, map[string]any{"code": 124, "message": "Invalid access token."})
			return
		}
		handle(w, r, user)
	}
}

func (z *Zoom) create(w http.ResponseWriter, r *http.Request, user string) {
	m := decode(r)
	z.numbers++
	id := strconv.Itoa(91234567000 + z.numbers)
	number, _ := strconv.Atoi(id)
	m["id"], m["uuid"], m["host_id"], m["created_at"] = number, "uuid"+id, "z"+user, z.now().UTC().Format(time.RFC3339Nano)
	m["join_url"] = "https://zoom.us/j/" + id + "?pwd=secret" + id
	m["start_url"] = "https://zoom.us/s/" + id + "?zak=host"
	if m["password"] == nil {
		m["password"] = "123456"
	}
	m["owner"] = user
	z.meetings[id] = m
	answer(w, 201, m)
}

func (z *Zoom) list(w http.ResponseWriter, r *http.Request, user string) {
	found := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(z.meetings)) {
		m := z.meetings[id]
		made, _ := time.Parse(time.RFC3339Nano, m["created_at"].(string))
		if m["owner"] != user || z.now().Sub(made) < z.ListLag || r.URL.Query().Get("type") == "live" && m["status"] != "started" {
			continue
		}
		line := maps.Clone(m)
		delete(line, "password")
		delete(line, "start_url")
		if agenda, _ := line["agenda"].(string); len(agenda) > 250 {
			line["agenda"] = agenda[:250]
		}
		found = append(found, line)
	}
	answer(w, 200, map[string]any{"meetings": found, "page_size": 300, "total_records": len(found), "next_page_token": ""})
}

func (z *Zoom) own(w http.ResponseWriter, r *http.Request, user string) map[string]any {
	m := z.meetings[r.PathValue("id")]
	if m == nil || m["owner"] != user {
		answer(w, 404, map[string]any{"code": 3001, "message": fmt.Sprintf("Meeting does not exist: %s.", r.PathValue("id"))})
		return nil
	}
	return m
}

func (z *Zoom) get(w http.ResponseWriter, r *http.Request, user string) {
	if m := z.own(w, r, user); m != nil {
		answer(w, 200, m)
	}
}

func (z *Zoom) patch(w http.ResponseWriter, r *http.Request, user string) {
	if m := z.own(w, r, user); m != nil {
		maps.Copy(m, decode(r))
		w.WriteHeader(204)
	}
}

func (z *Zoom) delete(w http.ResponseWriter, r *http.Request, user string) {
	if z.own(w, r, user) != nil {
		delete(z.meetings, r.PathValue("id"))
		w.WriteHeader(204)
	}
}

// Meetings are those that exist, the oldest first.
func (z *Zoom) Meetings() (found []map[string]any) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(z.meetings)) {
		found = append(found, maps.Clone(z.meetings[id]))
	}
	return found
}
