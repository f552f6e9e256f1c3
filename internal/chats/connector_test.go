package chats_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/teams"
	"causeway/internal/upstream"
)

const (
	app     = "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02"
	group   = "19:launch@thread.v2"
	team    = "19:apollo@thread.tacv2" // the id of its General channel too
	channel = "19:apollo-dev@thread.tacv2"
)

// world is the connector, a database and the time.
type world struct {
	*httptest.Server
	t      *testing.T
	tenant entra.TenantID
	back   store.Backend
	policy *policy.Service
	at     atomic.Int64

	mu     sync.Mutex
	rooms  map[string]bool // conversations that the bot is in
	people []map[string]any
	absent int    // so many look-ups still say that the bot is not there
	refuse string // "403 BotDisabledByAdmin": the answer to everything
	calls  []string
	bodies []map[string]any
}

func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Stores(t, func(t *testing.T, back store.Backend) { test(t, newWorld(t, back)) })
}

// onSQLite runs test on one engine, where it is of no matter which.
func onSQLite(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	test(t, newWorld(t, storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))))
}

func newWorld(t *testing.T, back store.Backend) *world {
	t.Helper()
	w := &world{t: t, tenant: storetest.NewTenant(), back: back, rooms: map[string]bool{}}
	w.at.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).UnixNano())
	w.policy = policy.New(policy.Options{Storage: store.Policy{Backend: back}, Now: w.now, NewID: storetest.NewID})
	w.Server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.Close)
	w.people = []map[string]any{w.someone("ana"), w.someone("ben")}
	return w
}

func (w *world) now() time.Time { return time.Unix(0, w.at.Load()).UTC() }

func (w *world) someone(name string) map[string]any {
	return map[string]any{
		"id": "29:" + name, "name": strings.ToUpper(name), "objectId": name, "tenantId": string(w.tenant), "email": name + "@meridian.example",
		"userPrincipalName": name + "@meridian.example", "userRole": "user",
	}
}

func (w *world) person(name string) entra.Person {
	return entra.Person{Tenant: w.tenant, ID: entra.ObjectID(name)}
}

// service is one process; waits are noted and not waited.
func (w *world) service(waits ...*[]time.Duration) *chats.Service {
	w.t.Helper()
	connector, err := teams.NewConnector(teams.ConnectorConfig{
		HTTP:  upstream.NewClient(upstream.Options{Name: "teams", Origins: []string{w.URL}}),
		Token: func(context.Context) (string, error) { return "token", nil }, Origins: []string{w.URL}, AppID: app, Now: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return chats.New(chats.Config{
		Storage: store.Chats{Backend: w.back}, Connector: connector, Policy: w.policy, Now: w.now,
		Wait: func(ctx context.Context, d time.Duration) error {
			for _, noted := range waits {
				*noted = append(*noted, d)
			}
			return ctx.Err()
		},
	})
}

func (w *world) place(conversation string) chats.Place {
	p := chats.Place{
		Tenant: w.tenant, Conversation: teams.ConversationID(conversation), Kind: chats.Group, ServiceURL: w.URL + "/emea/", Name: "Launch",
	}
	switch {
	case strings.HasPrefix(conversation, "a:"):
		p.Kind = chats.Personal
	case strings.HasSuffix(conversation, "tacv2"):
		p.Kind, p.Team = chats.Channel, team
	}
	return p
}

func (w *world) locked(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do()
}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/emea")
	w.calls = append(w.calls, r.Method+" "+path)
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	w.bodies = append(w.bodies, body)
	parts := strings.Split(strings.TrimPrefix(path, "/v3/conversations"), "/")
	var status int
	var code string
	switch {
	case w.refuse != "":
		_, _ = fmt.Sscanf(w.refuse, "%d %s", &status, &code)
	case len(parts) < 2 && body["isGroup"] == true:
		reply(rw, 201, map[string]any{"id": "thread", "activityId": "900"})
	case len(parts) < 2:
		members, _ := body["members"].([]any)
		reply(rw, 201, map[string]any{"id": fmt.Sprint("a:", members[0].(map[string]any)["id"])})
	default:
		status, code = w.inRoom(rw, r, parts)
	}
	if status != 0 {
		reply(rw, status, map[string]any{"error": map[string]any{"code": code, "message": "no"}})
	}
}

// inRoom answers what concerns one conversation, or with which error.
func (w *world) inRoom(rw http.ResponseWriter, r *http.Request, parts []string) (status int, code string) {
	room, _, _ := strings.Cut(parts[1], ";")
	in, known := w.rooms[room]
	if w.absent > 0 {
		w.absent--
		in, known = false, true
	}
	switch {
	case !known:
		return 404, "ConversationNotFound"
	case !in:
		return 403, "BotNotInConversationRoster"
	case parts[2] == "pagedmembers":
		from := len(r.URL.Query().Get("continuationToken"))
		page := map[string]any{"members": w.people[from : from+1]}
		if from+1 < len(w.people) {
			page["continuationToken"] = strings.Repeat("x", from+1)
		}
		reply(rw, 200, page)
	case parts[2] == "members":
		for _, p := range w.people {
			if p["id"] == parts[3] || p["objectId"] == parts[3] {
				reply(rw, 200, p)
				return 0, ""
			}
		}
		return 404, "MemberNotFoundInConversation"
	default:
		reply(rw, 201, map[string]any{"id": "800"})
	}
	return 0, ""
}

func reply(rw http.ResponseWriter, status int, body any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(body)
}

// asked lists the requests since the last time.
func (w *world) asked() (calls []string, bodies []map[string]any) {
	w.locked(func() {
		calls, bodies = w.calls, w.bodies
		w.calls, w.bodies = nil, nil
	})
	return calls, bodies
}

func (w *world) ready() {
	w.t.Helper()
	for _, side := range []policy.Side{policy.Zoom, policy.Microsoft} {
		if err := w.policy.Learn(w.t.Context(), w.tenant, side, policy.Approved, "test"); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) rows() (n int) {
	w.t.Helper()
	if err := w.back.DB.Read().QueryRowContext(w.t.Context(), "select count(*) from places").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}
