package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"causeway/internal/app"
	"causeway/internal/database"
	"causeway/internal/sandbox/world"
	"causeway/internal/upstream"
)

// guarded is a stage whose product is watched: whom it calls, what it stores, what it logs.
type guarded struct {
	*stage
	address string // of the product itself; what is sent there is not held against the vendors' descriptions
	log     *logged
	db      *database.DB // beside the product

	mu    sync.Mutex
	calls []upstream.Call
}

// beginGuarded starts a world with one watched product.
func beginGuarded(t *testing.T, more ...func(*app.Config)) *guarded {
	t.Helper()
	return beginGuardedOn(t, setup{}, more...)
}

// beginGuardedOn does so as a setup says, but for its config.
func beginGuardedOn(t *testing.T, o setup, more ...func(*app.Config)) *guarded {
	t.Helper()
	g := &guarded{log: &logged{}}
	o.config = func(c *app.Config) {
		c.Logger = slog.New(slog.NewJSONHandler(g.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Observe = func(call upstream.Call) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.calls = append(g.calls, call)
		}
		for _, change := range more {
			change(c)
		}
	}
	g.stage = begin(t, o)
	g.address = g.products[0].front.target.Load().String()
	var err error
	if g.db, err = database.OpenBeside(t.Context(), g.database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.db.Close() })
	return g
}

// called are the calls of a service ("zoom", "graph", "connector", "entra", "bot keys") so far.
func (g *guarded) called(name string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, c := range g.calls {
		if c.Name == name {
			n++
		}
	}
	return n
}

// outbound is how often the product has called a service with which something could be done.
func (g *guarded) outbound() int {
	return g.called("zoom") + g.called("graph") + g.called("connector") + g.called("entra")
}

// tables are all in which the product keeps something.
func tables() []string {
	return []string{
		"policies", "policy_changes", "account_intents", "account_grants", "account_revocations", "places", "contacts", "notifications",
		"notification_pumps", "person_settings", "calendar_entries", "calendar_watches", "meeting_requests", "meetings", "meeting_invitees", "meeting_copies",
		"meeting_looks", "meeting_shares", "meeting_follows", "meeting_sessions", "meeting_attendance", "spent_tickets", "board_shares", "board_notices", "board_mail",
		"meeting_typed", "inbox", "river_job",
	}
}

// state is a digest of all that the product has stored.
func (g *guarded) state() string {
	g.t.Helper()
	sum := sha256.New()
	for _, table := range tables() {
		query := "select * from " + table
		if table == "river_job" { // what there is to do: when it is tried next is the queue's own affair
			query = "select id, args from river_job"
		}
		if err := g.dump(sum, query); err != nil {
			g.t.Fatal(err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// dump writes all rows that a query selects.
func (g *guarded) dump(out io.Writer, query string) error {
	rows, err := g.db.Read().QueryContext(g.t.Context(), query)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(out, query, values)
	}
	return rows.Err()
}

// untouched runs what must have no effect: nothing is stored, nobody is called.
func (g *guarded) untouched(do func()) {
	g.t.Helper()
	g.idle()
	state, outbound := g.state(), g.outbound()
	do()
	g.idle()
	if g.state() != state {
		g.t.Error("something was stored")
	}
	if now := g.outbound(); now != outbound {
		g.t.Errorf("%d calls went out", now-outbound)
	}
}

type object = map[string]any

// token has the world sign one: "activity" (Bot Framework to the bot), "entra", "sso". Claims and header replace what is usual; nil removes.
func (s *stage) token(kind string, more object) string {
	s.t.Helper()
	in := object{"kind": kind}
	for name, value := range more {
		in[name] = value
	}
	var got struct{ Token string }
	s.call("POST", "/tokens", in, &got)
	return got.Token
}

func (s *stage) activityToken(claims object) string {
	s.t.Helper()
	return s.token("activity", object{"claims": claims})
}

// serviceURL is where the connector is, as activities name it.
func (s *stage) serviceURL() string { return s.world.URL() + "/connector/emea/" }

// seed is somebody as the world knows him.
func (s *stage) seed(handle string) *world.Person { return s.world.World.Seed.Person(handle) }

// activity is a message of a person to the bot, with fields replaced or (nil) removed.
func (s *stage) activity(handle string, change object) object {
	p, settings := s.seed(handle), s.world.Settings()
	now := s.world.World.Clock.Now()
	a := object{
		"type": "message", "id": "f:" + uuid.NewString(), "timestamp": now.Format("2006-01-02T15:04:05.000Z"), "channelId": "msteams",
		"serviceUrl": s.serviceURL(), "from": object{"id": p.TeamsID, "name": p.Name, "aadObjectId": p.ID},
		"conversation": object{"conversationType": "personal", "tenantId": settings.EntraTenantID, "id": p.Personal},
		"recipient":    object{"id": "28:" + settings.EntraAppID, "name": "Causeway"},
		"channelData":  object{"tenant": object{"id": settings.EntraTenantID}}, "locale": "en-US", "text": "help",
	}
	for name, value := range change {
		if a[name] = value; value == nil {
			delete(a, name)
		}
	}
	return a
}

// invoke is an invoke of a person in a group chat, for what the control API does not do: an answer with somebody else's state,
// or buttons that nobody showed.
func (s *stage) invoke(handle, chat, name string, value object) object {
	a := s.activity(handle, object{"type": "invoke", "name": name, "value": value, "text": nil})
	if chat == "bot" {
		return a
	}
	for _, c := range s.world.World.Seed.Chats {
		if c.Handle == chat {
			a["conversation"] = object{
				"conversationType": "groupChat", "isGroup": true, "tenantId": s.world.Settings().EntraTenantID, "id": c.Conversation,
			}
		}
	}
	return a
}

// answered is what the product said to a request.
type answered struct {
	status int
	header http.Header
	body   string
}

// post sends a body to the bot's door, with an Authorization header ("" sends none).
func (g *guarded) post(authorization string, body []byte, more ...string) answered {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.address+"/api/messages", bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	for i := 0; i+1 < len(more); i += 2 {
		request.Header.Set(more[i], more[i+1])
	}
	return g.do(g.http, request)
}

func (s *stage) do(client *http.Client, request *http.Request) answered {
	s.t.Helper()
	answer, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var text bytes.Buffer
	if _, err := text.ReadFrom(answer.Body); err != nil {
		s.t.Fatal(err)
	}
	return answered{answer.StatusCode, answer.Header, text.String()}
}

// sent posts an activity with a token.
func (g *guarded) sent(token string, a object) answered {
	g.t.Helper()
	body, err := json.Marshal(a)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.post("Bearer "+token, body)
}

// raw is a plain connection to the product.
func (g *guarded) raw() net.Conn {
	g.t.Helper()
	var d net.Dialer
	c, err := d.DialContext(g.t.Context(), "tcp", strings.TrimPrefix(g.address, "http://"))
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = c.Close() })
	stop := context.AfterFunc(g.t.Context(), func() { _ = c.Close() })
	g.t.Cleanup(func() { stop() })
	return c
}

// want fails the test when an answer has another status.
func (g *guarded) want(name string, got answered, status ...int) {
	g.t.Helper()
	for _, s := range status {
		if got.status == s {
			return
		}
	}
	g.t.Errorf("%s: answered %d, want %v", name, got.status, status)
}

// waited looks again and again until something holds, and answers false when it did not in time.
func waited(limit time.Duration, holds func() bool) bool {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	end := time.After(limit)
	for !holds() {
		select {
		case <-look.C:
		case <-end:
			return false
		}
	}
	return true
}
