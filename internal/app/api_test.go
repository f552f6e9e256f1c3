package app_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"causeway/internal/app"
	"causeway/internal/web"
)

// get calls the product itself.
func (g *guarded) get(path string, header ...string) answered {
	g.t.Helper()
	return g.request(http.MethodGet, path, "", header...)
}

func (g *guarded) request(method, path, body string, header ...string) answered {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), method, g.address+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	return g.do(client, request)
}

// me is what GET /api/me says to somebody.
type me struct {
	Tenant, ID, Name, Zoom, ZoomName string
	Calendar                         bool
}

func (g *guarded) me(token string) (me, answered) {
	g.t.Helper()
	got := g.get("/api/me", "Authorization", "Bearer "+token)
	var who me
	if got.status == http.StatusOK {
		if err := json.Unmarshal([]byte(got.body), &who); err != nil {
			g.t.Fatal(err)
		}
	}
	return who, got
}

// sso is the token with which Teams vouches for a person in the tab.
func (g *guarded) sso(handle string, claims object) string {
	g.t.Helper()
	return g.token("sso", object{"person": handle, "claims": claims})
}

func TestT12_WhatIsAnotherPersonsIsNotTouched(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	g.person("ben").link()
	ana.schedule("pair", "Release notes").is("message")
	g.idle()
	var meeting string
	if err := g.db.Read().QueryRowContext(t.Context(), "select id from meetings").Scan(&meeting); err != nil {
		t.Fatal(err)
	}
	g.mark()
	good := g.activityToken(nil)
	g.idle()
	before := g.meetings()
	form := object{
		"topic": "Taken over", "date": "2030-01-01", "time": "10:00", "zone": "Europe/London", "duration": "30", "who": "everyone", "nonce": "0f0e0d0c", "meeting": meeting,
		"userId": g.seed("ana").ID, "tenantId": g.world.Settings().EntraTenantID, "activityId": "1",
	}
	with := func(do string) object {
		all := object{"do": do}
		for name, value := range form {
			all[name] = value
		}
		return all
	}
	for name, a := range map[string]object{
		"the form of a change":  g.invoke("ben", "pair", "task/fetch", object{"data": with("meetings.change_form")}),
		"a change":              g.invoke("ben", "pair", "task/submit", object{"data": with("meetings.change")}),
		"a change as a command": g.invoke("ben", "pair", "composeExtension/submitAction", object{"commandId": "schedule", "data": with("meetings.change")}),
	} {
		got := g.sent(good, a)
		if got.status != http.StatusOK || !strings.Contains(got.body, `"message"`) || strings.Contains(got.body, "Release notes") {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	g.want("cancelling", g.sent(good, g.activity("ben", object{"text": nil, "value": with("meetings.cancel")})), http.StatusOK)
	g.want("an action that no card has", g.sent(good, g.invoke("ben", "pair", "adaptiveCard/action", object{
		"action": object{"type": "Action.Execute", "verb": "cancel", "data": with("meetings.cancel")},
	})), http.StatusOK)
	// Somebody of another chat acts in this one.
	stranger := g.invoke("chloe", "pair", "composeExtension/submitAction", object{"commandId": "schedule", "data": with("meetings.schedule")})
	g.want("somebody who is not in the chat", g.sent(good, stranger), http.StatusOK)
	g.idle()
	if after := g.meetings(); after != before {
		t.Errorf("the meeting was %s and is %s", before, after)
	}
	for _, effect := range []string{"meeting.created", "meeting.updated", "meeting.deleted", "event.updated", "event.cancelled"} {
		if n := len(g.rows(effect)); n > 0 {
			t.Errorf("%d × %s", n, effect)
		}
	}
}

// meetings are the stored ones, as text.
func (g *guarded) meetings() string {
	g.t.Helper()
	rows, err := g.db.Read().QueryContext(g.t.Context(), "select id, organizer, draft, state from meetings order by id")
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all strings.Builder
	for rows.Next() {
		var id, organizer, draft, state string
		if err := rows.Scan(&id, &organizer, &draft, &state); err != nil {
			g.t.Fatal(err)
		}
		all.WriteString(strings.Join([]string{id, organizer, draft, state}, " ") + "\n")
	}
	if err := rows.Err(); err != nil {
		g.t.Fatal(err)
	}
	return all.String()
}

func TestT15_OnlyTokensThatFitTogetherAreTaken(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	settings := g.world.Settings()
	resource := "api://" + strings.TrimPrefix(settings.PublicURL, "http://") + "/botid-" + settings.EntraAppID
	const elsewhere = "6a2f1f0e-0000-0000-0000-000000000000"
	audiences := map[string]string{"own id": settings.EntraAppID, "own address": resource, "another app": elsewhere, "Graph": "https://graph.microsoft.com"}
	fits := map[string]string{"2.0": "own id", "1.0": "own address"}
	for version, right := range fits {
		for audience, aud := range audiences {
			for _, tenant := range []string{"", elsewhere} {
				for scope, claims := range map[string]object{
					"scope": {}, "another scope": {"scp": "User.Read"}, "no scope": {"scp": nil}, "an application": {"scp": nil, "idtyp": "app", "roles": []string{"All"}},
				} {
					claims["aud"] = aud
					if tenant != "" {
						claims["tid"] = tenant
					}
					_, got := g.me(g.token("sso", object{"person": "ana", "version": version, "claims": claims}))
					good := audience == right && tenant == "" && scope == "scope"
					if (got.status == http.StatusOK) != good {
						t.Errorf("version %s, for %s, tenant %q, %s: answered %d", version, audience, tenant, scope, got.status)
					}
					if !good && got.status != http.StatusUnauthorized {
						t.Errorf("version %s, for %s: answered %d, want 401", version, audience, got.status)
					}
				}
			}
		}
	}
	for name, claims := range map[string]object{
		"expired": {"exp": 1}, "no expiry": {"exp": nil}, "no object id": {"oid": nil}, "issuer of another tenant": {"iss": g.world.URL() + "/" + elsewhere + "/v2.0"},
		"a client that is not Teams": {"azp": elsewhere},
	} {
		if _, got := g.me(g.sso("ana", claims)); got.status != http.StatusUnauthorized {
			t.Errorf("%s: answered %d", name, got.status)
		}
	}
	good := g.sso("ana", nil)
	for name, header := range map[string]string{
		"no header": "", "basic": "Basic " + good, "bare": good, "the bot's": "Bearer " + g.activityToken(nil), "cut": "Bearer " + good[:len(good)-5],
	} {
		if got := g.get("/api/me", "Authorization", header); got.status != http.StatusUnauthorized || strings.Contains(got.body, good) {
			t.Errorf("%s: answered %d %s", name, got.status, got.body)
		}
	}
	if got := g.get("/api/me?access_token=" + good); got.status != http.StatusUnauthorized {
		t.Errorf("a token in the address: answered %d", got.status)
	}
}

func TestT16_EveryRouteHasItsPolicy(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	public := map[string]int{
		"GET /": 200, "GET /privacy": 200, "GET /terms": 200, "GET /healthz": 204, "GET /readyz": 204, "GET /assets/connect.js": 200,
		"GET /assets/connect.css": 200, "GET /assets/icon.svg": 200, "GET /api/openapi.json": 200, "GET /api/openapi.yaml": 200,
		"GET /api/openapi-3.0.json": 200, "GET /api/openapi-3.0.yaml": 200, "GET /tab": 200, "GET /assets/tab/tab.js": 200,
	}
	guarded := map[string]int{
		"POST /zoom/hook/user": 401, "POST /zoom/hook/admin": 401, "POST /adapter/whiteboard/mentions": 401,
		"POST /api/messages": 403, "POST /graph/notify": 400, "POST /graph/lifecycle": 400, "GET /api/me": 401, "GET /connect/unknown": 404, "GET /zoom/oauth/callback": 400, "GET /entra/callback": 400,
		"GET /consent/unknown": 404, "GET /api/settings": 401, "PUT /api/settings": 401, "POST /api/connect": 401, "POST /api/connect/complete": 401,
		"DELETE /api/connect": 401, "POST /api/consent": 401, "DELETE /api/consent/mention_mail": 401, "GET /api/people": 401, "GET /api/rooms": 401, "POST /api/availability": 401,
		"GET /api/events": 401,
		"GET /m/01a20a2c-c156-752f-a5f1-038d60b1e1de/start": 303, "GET /m/z91234567890/start": 303, // to the sign-in
		"GET /api/meetings": 401, "POST /api/meetings": 401, "GET /api/meetings/form": 401, "POST /api/meetings/now": 401, "GET /api/meetings/{key}": 401, "GET /api/meetings/{key}/transcript": 401, "GET /api/meetings/{key}/chat": 401,
		"PATCH /api/meetings/{key}": 401, "DELETE /api/meetings/{key}": 401, "POST /api/meetings/{key}/calendar": 401,
		"POST /api/meetings/{key}/share": 401, "PUT /api/meetings/{key}/following": 401, "PUT /api/meetings/{key}/answer": 401, "POST /api/meetings/{key}/start": 401, "GET /api/conversations": 401, "GET /api/conversations/{conversation}/meetings": 401,
		"GET /api/conversations/{conversation}/members": 401, "POST /api/conversations/{conversation}/admission": 401, "POST /api/join": 401, "DELETE /api/wishes/{key}": 401,
		"POST /api/screen": 401, "GET /api/missed": 401, "DELETE /api/missed/{id}": 401, "GET /api/whiteboards": 401, "POST /api/whiteboards": 401, "GET /api/whiteboards/{id}": 401, "GET /api/whiteboards/{id}/picture": 401, "POST /api/whiteboards/{id}/share": 401, "GET /api/whiteboards/{id}/warning": 401,
	}
	absent := []string{
		"POST /", "GET /api/messages", "POST /api/me", "DELETE /api/me", "PUT /connect/x", "POST /entra/callback", "GET /assets/../app.go", "GET /assets/manifest.json",
		"GET /sandbox/v1/settings", "GET /debug/pprof/", "GET /metrics", "GET /admin", "GET /.env", "OPTIONS /api/me",
		"GET /assets/sandbox.js", "GET /assets/tab/nothing.js", "POST /tab", "GET /api/connect", "POST /api/events", "POST /consent/x",
	}
	for _, table := range []map[string]int{public, guarded} {
		for route, status := range table {
			method, path, _ := strings.Cut(route, " ")
			if got := g.request(method, path, ""); got.status != status {
				t.Errorf("%s: answered %d, want %d", route, got.status, status)
			}
		}
	}
	for _, route := range absent {
		method, path, _ := strings.Cut(route, " ")
		if got := g.request(method, path, ""); got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed && got.status != http.StatusTemporaryRedirect && got.status != http.StatusMovedPermanently {
			t.Errorf("%s: answered %d", route, got.status)
		}
	}
	// Every route that is registered has a line in the tables above, and the API takes nobody without a token, or with another.
	lines, served := http.NewServeMux(), map[string]bool{}
	for _, pattern := range web.Patterns() {
		lines.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	}
	for _, table := range []map[string]int{public, guarded} {
		for route := range table {
			method, path, _ := strings.Cut(route, " ")
			request, err := http.NewRequestWithContext(t.Context(), method, "http://causeway"+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			_, pattern := lines.Handler(request)
			served[pattern] = true
			if pattern == "" {
				t.Errorf("%s is no route", route)
			}
		}
	}
	for _, pattern := range web.Patterns() {
		if !served[pattern] {
			t.Errorf("%s has no line in the tables of this test", pattern)
		}
	}
	for _, operation := range g.described() {
		method, path, _ := strings.Cut(operation, " ")
		if guarded[operation] != http.StatusUnauthorized {
			t.Errorf("%s takes anybody", operation)
		}
		if got := g.request(method, path, "", "Authorization", "Bearer "+g.activityToken(nil)); got.status != http.StatusUnauthorized {
			t.Errorf("%s with a token that is not the tab's: %d", operation, got.status)
		}
	}
}

// described are all operations of the API, as its description names them: method and path.
func (g *guarded) described() (operations []string) {
	g.t.Helper()
	var description struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(g.get("/api/openapi.json").body), &description); err != nil {
		g.t.Fatal(err)
	}
	for path, methods := range description.Paths {
		for method := range methods {
			operations = append(operations, strings.ToUpper(method)+" "+path)
		}
	}
	if slices.Sort(operations); len(operations) < 30 {
		g.t.Fatalf("only %d operations are described", len(operations))
	}
	return operations
}

func TestT17_WhoIAmIsToldByTheTokenAlone(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ben").link()
	ben := g.seed("ben")
	for _, address := range []string{
		"/api/me?userId=" + ben.ID, "/api/me?oid=" + ben.ID + "&tenantId=" + g.world.World.Seed.Tenant("harbour").ID, "/api/me?upn=" + ben.UPN,
	} {
		got := g.request(http.MethodGet, address, `{"userId":"`+ben.ID+`"}`, "Authorization", "Bearer "+g.sso("ana", nil), "X-Ms-Client-Principal-Id", ben.ID,
			"X-Forwarded-User", ben.UPN)
		var who me
		if err := json.Unmarshal([]byte(got.body), &who); err != nil || got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", address, got.status, got.body)
		}
		if who.ID != g.seed("ana").ID || who.Zoom != "not_linked" || strings.Contains(got.body, ben.ID) {
			t.Errorf("%s: I am %+v", address, who)
		}
	}
	// The activity's sender is the object id, whatever the address or the card says.
	g.mark()
	form := object{"do": "meetings.schedule", "topic": "x", "userId": ben.ID, "from": object{"aadObjectId": ben.ID}, "nonce": "n1"}
	g.want("a form", g.sent(g.activityToken(nil), g.invoke("ana", "pair", "composeExtension/submitAction", object{"commandId": "schedule", "data": form})), http.StatusOK)
	g.idle()
	if n := len(g.rows("meeting.created")); n != 0 {
		t.Errorf("%d meetings were made with another person's account", n)
	}
}

func TestT18_PeopleAreTenantAndObject(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	if who, _ := g.me(g.sso("ana", nil)); who.Zoom != "linked" || !who.Calendar || who.ID != g.seed("ana").ID {
		t.Errorf("Ana is %+v", who)
	}
	if who, _ := g.me(g.sso("ana", object{"preferred_username": "somebody.else@meridian.example", "name": "Renamed"})); who.Zoom != "linked" {
		t.Errorf("renamed, Ana is %+v", who)
	}
	if who, _ := g.me(g.sso("ana", object{"oid": "0b8e4f6a-4a51-4d5c-9f1d-3c9f0e5c1a77"})); who.Zoom != "not_linked" {
		t.Errorf("somebody else of her name is %+v", who)
	}
	harbour := g.world.World.Seed.Tenant("harbour").ID
	for name, token := range map[string]string{
		"the same user name in another tenant": g.sso("ana-harbour", nil),
		"the same object in another tenant":    g.sso("ana", object{"tid": harbour, "iss": g.world.URL() + "/" + harbour + "/v2.0"}),
	} {
		if _, got := g.me(token); got.status != http.StatusUnauthorized {
			t.Errorf("%s: answered %d", name, got.status)
		}
	}
}

func TestT23_HeadersOfPages(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	for _, path := range []string{
		"/", "/privacy", "/terms", "/connect/unknown", "/consent/unknown", "/zoom/oauth/callback", "/entra/callback", "/api/me", "/api/events", "/nowhere",
	} {
		h := g.get(path).header
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the content policy %q lacks %s", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is open to other origins", path)
		}
	}
}

// In earnest, over https, the tab may be framed by what Microsoft lists of the public cloud, and every answer keeps browsers to https.
func TestT23_HeadersInEarnest(t *testing.T) {
	t.Parallel()
	public := app.PublicCloud()
	g := beginGuarded(t, func(c *app.Config) {
		c.PublicURL, c.Cloud.TeamsOrigins, c.Cloud.TabAncestors = "https://causeway.example", public.TeamsOrigins, public.TabAncestors
	})
	tab := g.get("/tab")
	policy := regexp.MustCompile(`'nonce-[A-Z2-7]{26}'`).ReplaceAllString(tab.header.Get("Content-Security-Policy"), "'nonce-…'")
	// https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/tab-requirements, and Teams' windows, once each
	const want = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-…'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; " +
		"frame-ancestors https://*.cloud.microsoft https://teams.microsoft.com https://*.teams.microsoft.com https://*.microsoft365.com https://*.office.com " +
		"https://outlook.office.com https://outlook.office365.com https://outlook-sdf.office.com https://outlook-sdf.office365.com https://teams.cloud.microsoft"
	if policy != want {
		t.Errorf("the tab's policy is\n%s\nwant\n%s", policy, want)
	}
	blank := regexp.MustCompile(`\{[^}]*\}`)
	for _, pattern := range append(web.Patterns(), "GET /nowhere") {
		method, path, _ := strings.Cut(pattern, " ")
		got := g.request(method, blank.ReplaceAllString(path, "x"), "").header
		if got.Get("Strict-Transport-Security") != "max-age=31536000; includeSubDomains" || got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", pattern, got)
		}
		framed := strings.Contains(got.Get("Content-Security-Policy"), "frame-ancestors 'none'")
		if strings.Contains(got.Get("Content-Security-Policy"), "unsafe") || framed != (pattern != "GET /tab") || got.Get("X-Frame-Options") != "" {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}
