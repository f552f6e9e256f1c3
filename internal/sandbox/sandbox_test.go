package sandbox_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"causeway/internal/sandbox"
)

type object = map[string]any

const teams = "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a01"

// stage is a sandbox with a product that answers what the test says, and a client that holds every call against openapi.json.
type stage struct {
	*sandbox.Sandbox
	t       *testing.T
	product *product
	router  routers.Router
}

type product struct {
	*httptest.Server
	mu    sync.Mutex
	heard []object
	reply any
}

func newProduct(t *testing.T) *product {
	t.Helper()
	p := &product{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/connect" {
			_, _ = io.WriteString(w, `<html><body data-result="the-code"></body></html>`)
			return
		}
		var a object
		_ = json.NewDecoder(r.Body).Decode(&a)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.heard = append(p.heard, a)
		if a["type"] == "invoke" && p.reply != nil {
			_ = json.NewEncoder(w).Encode(p.reply)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *product) says(reply any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reply = reply
}

// packages are what the product writes for the two platforms.
func packages(s sandbox.Settings) (teamsPackage, zoomManifest []byte, err error) {
	host := strings.TrimPrefix(s.PublicURL, "http://")
	m := object{
		"id": teams, "name": object{"short": "Causeway"}, "description": object{"short": "Zoom in Teams.", "full": "Zoom in Teams."}, "icons": object{"color": "c.png", "outline": "o.png"},
		"accentColor": "#0B5CFF", "bots": []any{object{"botId": s.EntraAppID, "scopes": []any{"personal", "team", "groupChat"}}}, "validDomains": []any{host},
		"composeExtensions":  []any{object{"botId": s.EntraAppID, "commands": []any{object{"id": "schedule", "type": "action", "title": "Schedule", "description": "x"}}}},
		"staticTabs":         []any{object{"entityId": "m", "name": "Meetings", "contentUrl": s.PublicURL + "/tab", "scopes": []any{"personal"}}},
		"webApplicationInfo": object{"id": s.EntraAppID, "resource": "api://" + host + "/botid-" + s.EntraAppID},
	}
	manifest, err := json.Marshal(m)
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, content := range map[string]string{"manifest.json": string(manifest), "c.png": "\x89PNG", "o.png": "\x89PNG"} {
		f, err := archive.Create(name)
		if err != nil {
			return nil, nil, err
		}
		if _, err := io.WriteString(f, content); err != nil {
			return nil, nil, err
		}
	}
	zoom, err := json.Marshal(object{"app_name": "Causeway", "manifest": object{
		"display_information": object{"display_name": "Causeway"},
		"oauth_information":   object{"usage": "USER_OPERATION", "development_redirect_uri": s.PublicURL + "/zoom/oauth/callback", "oauth_allow_list": []string{s.PublicURL + "/zoom/oauth/callback"}, "scopes": []object{{"scope": "user:read:user"}}},
	}})
	if err != nil {
		return nil, nil, err
	}
	err = archive.Close()
	return out.Bytes(), zoom, err
}

func newStage(t *testing.T, change ...func(*sandbox.Options)) *stage {
	t.Helper()
	p := newProduct(t)
	o := sandbox.Options{Listen: "127.0.0.1:0", ZoomListen: "127.0.0.1:0", ProductURL: p.URL, Packages: packages}
	for _, f := range change {
		f(&o)
	}
	run, err := sandbox.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := run.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	s := &stage{Sandbox: run, t: t, product: p}
	s.router = s.document()
	return s
}

// document reads what the sandbox says of its own control API.
func (s *stage) document() routers.Router {
	s.t.Helper()
	_, _, raw := s.send("GET", "/openapi.json", nil, "")
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := doc.Validate(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		s.t.Fatal(err)
	}
	return router
}

func (s *stage) send(method, path string, header http.Header, body string) (int, http.Header, []byte) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL()+"/sandbox/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
		if name == "Host" {
			req.Host = values[0]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, raw
}

// call makes a call and checks request and answer against the document.
func (s *stage) call(method, path string, body any) (int, object) {
	s.t.Helper()
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		text = string(raw)
	}
	status, header, raw := s.send(method, path, http.Header{"Content-Type": {"application/json"}}, text)
	s.check(method, path, text, status, header, raw)
	var answer object
	_ = json.Unmarshal(raw, &answer)
	return status, answer
}

func (s *stage) check(method, path, body string, status int, header http.Header, answer []byte) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	route, parameters, err := s.router.FindRoute(req)
	if err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: req, PathParams: parameters, Route: route, Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	if err := openapi3filter.ValidateRequest(s.t.Context(), input); err != nil && status < 400 {
		s.t.Errorf("%s %s: %v", method, path, err)
	}
	output := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: status, Header: header, Options: input.Options}
	output.SetBodyBytes(answer)
	if err := openapi3filter.ValidateResponse(s.t.Context(), output); err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
	}
}

// ok makes a call that must succeed.
func (s *stage) ok(method, path string, body any) object {
	s.t.Helper()
	status, answer := s.call(method, path, body)
	if status >= 300 {
		s.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// refused makes a call that must fail.
func (s *stage) refused(status int, method, path string, body any) {
	s.t.Helper()
	got, answer := s.call(method, path, body)
	said, _ := answer["error"].(object)
	if got != status || said["code"] == "" || said["message"] == "" {
		s.t.Errorf("%s %s: %d %v, want %d", method, path, got, answer, status)
	}
}

// The page says to which language it is switched: commands, messages and forms come from a Teams in that language.
func TestTheBotHearsInWhichLanguageTeamsIs(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.product.says(object{"task": object{"type": "continue", "value": object{"title": "A form", "card": object{
		"contentType": "application/vnd.microsoft.card.adaptive", "content": object{"type": "AdaptiveCard", "version": "1.5", "actions": []any{
			object{"type": "Action.Submit", "title": "Send", "data": object{}},
		}},
	}}}})
	for _, c := range []struct{ person, page, want string }{
		{"ana", "", "en-US"}, {"ana", "fr-FR", "fr-FR"}, {"ana", "en-GB", "en-US"}, {"chloe", "en-GB", "en-GB"},
	} {
		header := http.Header{"Content-Type": {"application/json"}}
		if c.page != "" {
			header["Accept-Language"] = []string{c.page}
		}
		_, _, _ = s.send("POST", "/people/"+c.person+"/chats/bot/messages", header, `{"text":"hello","mentionBot":true}`)
		_, _, raw := s.send("POST", "/people/"+c.person+"/chats/launch/commands/schedule", header, `{}`)
		var opened struct{ Dialog struct{ ID string } }
		_ = json.Unmarshal(raw, &opened)
		_, _, _ = s.send("POST", "/dialogs/"+opened.Dialog.ID+"/submit", header, `{"action":0}`)
		s.product.mu.Lock()
		heard := s.product.heard
		s.product.heard = nil
		s.product.mu.Unlock()
		if len(heard) != 3 {
			t.Fatalf("%s, %q: the bot heard %v", c.person, c.page, heard)
		}
		for _, a := range heard {
			entities := a["entities"].([]any)
			client := entities[len(entities)-1].(object)
			if mentions := a["type"] == "message"; len(entities) > 1 != mentions {
				t.Errorf("%s, %q: %v comes with %v", c.person, c.page, a["type"], entities)
			}
			if a["locale"] != c.want || client["locale"] != c.want || client["country"] != c.want[3:] {
				t.Errorf("%s, %q: %v comes in %v, %v", c.person, c.page, a["name"], a["locale"], client)
			}
		}
	}
}

func TestDocumentNamesEveryCall(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, _, raw := s.send("GET", "/openapi.json", nil, "")
	var doc struct {
		Paths map[string]map[string]object `json:"paths"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for path, operations := range doc.Paths {
		for method := range operations {
			documented[strings.ToUpper(method)+" "+path] = true
		}
	}
	for _, call := range s.Calls() {
		if !documented[call] {
			t.Errorf("%s is not in openapi.json", call)
		}
		delete(documented, call)
	}
	for call := range documented {
		t.Errorf("%s is in openapi.json, and nowhere else", call)
	}
}

func TestPeopleLiveInTeams(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if n := len(s.ok("GET", "/people", nil)["people"].([]any)); n != 12 {
		t.Errorf("%d people", n)
	}
	if n := len(s.ok("GET", "/people?all=true", nil)["people"].([]any)); n < 600 {
		t.Errorf("%d people in all", n)
	}
	s.ok("GET", "/people/ana/chats", nil)
	s.ok("GET", "/people/ana/apps", nil)
	posted := s.ok("POST", "/people/ana/chats/bot/messages", object{"text": "hello"})["message"].(object)
	s.ok("GET", "/people/ana/chats/bot/messages", nil)
	s.ok("POST", "/people/ana/apps/"+teams+"/install", nil)
	s.ok("DELETE", "/people/ana/apps/"+teams+"/install", nil)
	s.ok("POST", "/people/ana/chats/launch/apps/"+teams, nil)
	s.ok("DELETE", "/people/ana/chats/launch/apps/"+teams, nil)
	s.ok("GET", "/people/ana/calendar?from="+url.QueryEscape("2020-01-01T00:00:00Z")+"&to="+url.QueryEscape("2040-01-01T00:00:00+02:00"), nil)
	s.ok("GET", "/people/ana/mail", nil)
	s.ok("GET", "/people/ana/feed", nil)
	s.ok("POST", "/people/ana/block", object{"blocked": true})
	s.ok("POST", "/people/ana/revoke", object{"forget": true})
	s.refused(404, "GET", "/people/nobody/chats", nil)
	s.refused(404, "GET", "/people/hana/chats/launch/messages", nil)
	s.refused(400, "GET", "/people/ana/calendar?from=tomorrow", nil)
	s.refused(400, "POST", "/people/ana/chats/bot/messages", object{"txet": "hello"})
	s.refused(404, "POST", "/people/ana/chats/bot/messages/"+posted["id"].(string)+"/actions/0", object{})
	s.refused(400, "POST", "/people/ana/chats/bot/messages/1/actions/x", object{})
}

func TestDialogsAndPopups(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	card := object{"type": "AdaptiveCard", "version": "1.5", "body": []any{object{"type": "TextBlock", "text": "x"}}, "actions": []any{object{"type": "Action.Submit", "title": "Go"}}}
	dialog := object{"task": object{"type": "continue", "value": object{"title": "x", "width": "small", "height": 200, "card": object{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}}
	s.product.says(dialog)
	open := func() string {
		t.Helper()
		return s.ok("POST", "/people/ana/chats/launch/commands/schedule", object{})["dialog"].(object)["id"].(string)
	}
	s.ok("POST", "/dialogs/"+open()+"/cancel", object{})
	id := open()
	s.product.says(object{"composeExtension": object{"type": "auth", "suggestedActions": object{"actions": []any{object{"type": "openUrl", "value": s.product.URL + "/connect", "title": "Sign in"}}}}})
	out := s.ok("POST", "/dialogs/"+id+"/submit", object{"action": 0, "data": object{"a": "b"}})
	popup := out["popup"].(object)["id"].(string)
	s.product.says(dialog)
	if out := s.ok("POST", "/popups/"+popup+"/approve", object{}); out["type"] != "dialog" {
		t.Errorf("%v", out)
	}
	s.refused(404, "POST", "/popups/"+popup+"/complete", object{"state": "x"})
	s.refused(404, "POST", "/popups/"+popup+"/cancel", object{})
	s.refused(404, "POST", "/dialogs/"+id+"/submit", object{})
	s.refused(404, "POST", "/people/ana/chats/launch/commands/phone", object{})
}

func TestAdministratorsMoveTheStory(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *sandbox.Options) { o.Fresh = true })
	state := s.ok("GET", "/state", nil)
	if state["zoomApproved"] != false || state["packageUploaded"] != false || state["consented"] != false || state["productUrl"] != s.product.URL {
		t.Fatalf("%v", state)
	}
	s.ok("POST", "/zoom/approve", object{"approved": true})
	s.ok("POST", "/microsoft/upload", nil)
	s.ok("POST", "/microsoft/consent", object{"granted": true})
	if state = s.ok("GET", "/state", nil); state["zoomApproved"] != true || state["packageUploaded"] != true || state["consented"] != true {
		t.Errorf("%v", state)
	}
	s.ok("POST", "/microsoft/disable", object{"disabled": true})
	s.ok("POST", "/microsoft/remove", object{})
	s.refused(400, "POST", "/zoom/approve", object{})
	s.refused(400, "POST", "/microsoft/consent", object{"granted": nil})
	s.refused(404, "POST", "/microsoft/remove", object{"tenant": "nowhere"})
	status, _, _ := s.send("POST", "/microsoft/upload", nil, "no zip")
	if status != 400 {
		t.Errorf("no zip: %d", status)
	}
	status, _, _ = s.send("PUT", "/zoom/manifest", nil, "{")
	if status != 400 {
		t.Errorf("no manifest: %d", status)
	}
	_, manifest, _ := packages(s.Settings())
	if status, _, raw := s.send("PUT", "/zoom/manifest", nil, string(manifest)); status != 204 {
		t.Errorf("manifest: %d %s", status, raw)
	}
	s.ok("POST", "/reset", object{})
	if state = s.ok("GET", "/state", nil); state["zoomApproved"] != false {
		t.Errorf("%v", state)
	}
	s.ok("POST", "/reset", object{"fresh": false})
	if state = s.ok("GET", "/state", nil); state["zoomApproved"] != true || state["packageUploaded"] != true {
		t.Errorf("%v", state)
	}
}

func TestWorldIsMovedAndSeen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	settings := s.ok("GET", "/settings", nil)
	if settings["loginUrl"] != s.URL() || settings["zoomApiUrl"] != s.ZoomURL() || settings["clockOffset"] != "0s" || settings["entraTenantId"] != s.World.Seed.Tenants[0].ID {
		t.Errorf("%v", settings)
	}
	before := time.Now()
	now, err := time.Parse(time.RFC3339Nano, s.ok("POST", "/clock", object{"advance": "1h"})["now"].(string))
	if err != nil || now.Sub(before) < time.Hour {
		t.Errorf("%v %v", now, err)
	}
	s.ok("POST", "/clock", object{"to": now.Add(time.Hour)})
	s.refused(400, "POST", "/clock", object{"to": before})
	s.refused(400, "POST", "/clock", object{})
	s.refused(400, "POST", "/clock", object{"advance": "soon"})
	s.ok("POST", "/people/ana/chats/bot/messages", object{"text": "hello"})
	rows := s.ok("GET", "/ledger?effect=message.posted&side=microsoft&by=ana", nil)["rows"].([]any)
	if len(rows) != 1 || rows[0].(object)["by"] != "ana" {
		t.Errorf("%v", rows)
	}
	s.refused(400, "GET", "/ledger?after=x", nil)
	traffic := s.ok("GET", "/traffic?after=0&limit=5", nil)["rows"].([]any)
	if len(traffic) != 1 || !strings.Contains(traffic[0].(object)["url"].(string), "/api/messages") || strings.Contains(traffic[0].(object)["request"].(object)["headers"].(object)["Authorization"].(string), "eyJ") {
		t.Errorf("%v", traffic)
	}
	s.ok("GET", "/zoom/client", nil)
	s.refused(404, "POST", "/zoom/meetings/1/join", object{"as": "ben"})
	s.refused(404, "POST", "/zoom/meetings/1/end", object{})
	s.ok("POST", "/keys/rotate", object{})
	if token := s.ok("POST", "/tokens", object{"kind": "sso", "person": "ana", "version": "1.0"})["token"]; !strings.HasPrefix(token.(string), "eyJ") {
		t.Errorf("%v", token)
	}
	s.refused(400, "POST", "/tokens", object{"kind": "x"})
	s.ok("POST", "/people/ana/apps/"+teams+"/install", nil)
	if token := s.ok("POST", "/people/ana/token", object{})["token"]; !strings.HasPrefix(token.(string), "eyJ") {
		t.Errorf("%v", token)
	}
	s.refused(403, "POST", "/people/ana/token", object{"resource": "https://graph.microsoft.com"})
	replies := s.ok("POST", "/activities", object{"person": "ana", "chat": "launch", "fields": object{"type": "typing"}, "resend": "same-id"})["replies"].([]any)
	if len(replies) != 2 {
		t.Errorf("%v", replies)
	}
	knobs := s.ok("PUT", "/knobs", object{"microsoft": object{"noInstall": true}, "zoom": object{"stringIds": true}})
	if knobs["microsoft"].(object)["noInstall"] != true || s.ok("GET", "/knobs", nil)["zoom"].(object)["stringIds"] != true {
		t.Errorf("%v", knobs)
	}
	s.refused(403, "POST", "/people/ana/chats/launch/apps/"+teams, nil)
}

func TestFaultsAndHolds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.ok("PUT", "/faults", object{"side": "microsoft", "route": "GET /graph/v1.0/me", "when": "before", "hold": true})["id"].(string)
	done := make(chan int)
	go func() {
		resp, err := http.Get(s.URL() + "/graph/v1.0/me") //nolint:noctx // ends with the test's server
		if err != nil {
			done <- 0
			return
		}
		_ = resp.Body.Close()
		done <- resp.StatusCode
	}()
	hold := s.ok("GET", "/holds/next?timeout=10s", nil)
	s.ok("POST", "/holds/"+hold["id"].(string)+"/release", object{})
	if status := <-done; status != 401 {
		t.Errorf("after the release: %d", status)
	}
	if status, _ := s.call("GET", "/holds/next?timeout=1ms", nil); status != 204 {
		t.Errorf("nothing held: %d", status)
	}
	resend := s.ok("PUT", "/faults", object{"resend": object{"match": "message", "copies": 3, "ids": "mixed"}})["id"].(string)
	if list := s.ok("GET", "/faults", nil)["faults"].([]any); len(list) != 2 {
		t.Errorf("%v", list)
	}
	s.ok("POST", "/people/ana/chats/bot/messages", object{"text": "hello"})
	s.product.mu.Lock()
	if len(s.product.heard) != 4 {
		t.Errorf("%d messages", len(s.product.heard))
	}
	s.product.mu.Unlock()
	s.ok("DELETE", "/faults/"+resend, nil)
	s.ok("DELETE", "/faults/"+id, nil)
	s.refused(400, "DELETE", "/faults/"+id, nil)
	s.refused(400, "PUT", "/faults", object{"route": "nonsense"})
	s.refused(400, "POST", "/holds/x/release", object{})
	s.refused(400, "GET", "/holds/next?timeout=forever", nil)
	s.ok("DELETE", "/faults", nil)
}

func TestControlAnswersOnlyItsOwnPage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	own := strings.TrimPrefix(s.URL(), "http://")
	for name, c := range map[string]struct {
		header http.Header
		want   int
	}{
		"own page":       {http.Header{"Origin": {s.URL()}}, 200},
		"another origin": {http.Header{"Origin": {"http://evil.example"}}, 403},
		"another port":   {http.Header{"Origin": {s.ZoomURL()}}, 403},
		"rebound name":   {http.Header{"Host": {"evil.example" + own[strings.IndexByte(own, ':'):]}}, 403},
		"null":           {http.Header{"Origin": {"null"}}, 403},
		"cross site":     {http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
	} {
		if status, _, raw := s.send("GET", "/state", c.header, ""); status != c.want {
			t.Errorf("%s: %d %s", name, status, raw)
		}
	}
	if status, _, raw := s.send("GET", "/nothing", nil, ""); status != 404 || !strings.Contains(string(raw), "openapi.json") {
		t.Errorf("%d %s", status, raw)
	}
	if status, _, _ := s.send("POST", "/microsoft/upload", nil, strings.Repeat("x", 13<<20)); status != 413 {
		t.Errorf("large: %d", status)
	}
}

func TestPageAndItsFiles(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	get := func(path string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(raw)
	}
	page, text := get("/")
	if page.StatusCode != 200 || !strings.Contains(text, "/ui/") || !strings.Contains(page.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("%d %v", page.StatusCode, page.Header)
	}
	if icon, _ := get("/ui/icon.svg"); icon.StatusCode != 200 {
		t.Errorf("icon: %d", icon.StatusCode)
	}
	if keys, _ := get("/" + s.Settings().EntraTenantID + "/discovery/v2.0/keys"); keys.StatusCode != 200 {
		t.Errorf("keys: %d", keys.StatusCode)
	}
}

func TestEventsSayWhatChanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/sandbox/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // the stream is open
	s.ok("POST", "/people/ana/chats/launch/messages", object{"text": "hello"})
	seen := ""
	for !strings.Contains(seen, "chat:launch") && lines.Scan() {
		seen += lines.Text() + "\n"
	}
	if !strings.Contains(seen, "event: changed\ndata: {\"topics\":[") {
		t.Errorf("%q", seen)
	}
}

func TestRunRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:0", ":0", "localhost", "example.org:80"} {
		if _, err := sandbox.Run(t.Context(), sandbox.Options{Listen: address, ZoomListen: "127.0.0.1:0"}); err == nil {
			t.Errorf("it listens at %q", address)
		}
	}
	first := newStage(t)
	if _, err := sandbox.Run(t.Context(), sandbox.Options{Listen: strings.TrimPrefix(first.URL(), "http://"), ZoomListen: "127.0.0.1:0"}); err == nil {
		t.Error("two at one address")
	}
	if _, err := sandbox.Run(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", ZoomListen: "127.0.0.1:0", TeamsPackage: []byte("no zip")}); err == nil {
		t.Error("no zip was taken")
	}
}

func TestWorldIsKeptInADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newProduct(t)
	run := func() *sandbox.Sandbox {
		t.Helper()
		s, err := sandbox.Run(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", ZoomListen: "127.0.0.1:0", ProductURL: p.URL, Packages: packages, Data: dir, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := run()
	if err := first.World.Clock.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := run()
	one, two := first.Settings(), second.Settings()
	if one.EntraAppID != two.EntraAppID || one.ZoomClientSecret != two.ZoomClientSecret || !bytes.Equal(one.Keyring, two.Keyring) || one.EntraTenantID != two.EntraTenantID {
		t.Errorf("%+v\n%+v", one, two)
	}
	if second.World.Clock.Offset() < time.Hour {
		t.Errorf("offset %v", second.World.Clock.Offset())
	}
	if err := second.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
