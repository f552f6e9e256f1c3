package microsoftsim_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
)

const (
	appID  = "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02"
	teams  = "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a01" // the app's id in Teams
	secret = "s3cret~of.the.bot"
	botAPI = "https://api.botframework.com/.default"
)

type object = map[string]any

// stage is an emulated Microsoft with a bot on the other side.
type stage struct {
	*microsoftsim.Sim
	t     *testing.T
	world *world.World
	url   string
	bot   *bot
	http  *http.Client
}

// newStage starts it; change may turn options.
func newStage(t *testing.T, change ...func(*microsoftsim.Options)) *stage {
	t.Helper()
	w, err := world.New(world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := newBot(t)
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	o := microsoftsim.Options{World: w, BaseURL: server.URL, ProductURL: b.URL, AppID: appID, Secret: secret, Package: appPackage(t, b.URL, nil)}
	for _, f := range change {
		f(&o)
	}
	sim, err := microsoftsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	handler = sim.Handler()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &stage{Sim: sim, t: t, world: w, url: server.URL, bot: b, http: client}
}

// manifestOf is a small but whole manifest of the app.
func manifestOf(productURL string) object {
	host := strings.TrimPrefix(productURL, "http://")
	return object{
		"manifestVersion": "1.19", "version": "1.0.0", "id": teams, "accentColor": "#0B5CFF",
		"developer": object{"name": "Meridian", "websiteUrl": "https://meridian.example", "privacyUrl": "https://meridian.example/p", "termsOfUseUrl": "https://meridian.example/t"},
		"name":      object{"short": "Causeway", "full": "Causeway"}, "description": object{"short": "Zoom in Teams.", "full": "Zoom in Teams, self-hosted."},
		"icons":            object{"color": "color.png", "outline": "outline.png"},
		"localizationInfo": object{"defaultLanguageTag": "en", "additionalLanguages": []any{object{"languageTag": "fr", "file": "fr.json"}}},
		"bots": []any{object{"botId": appID, "scopes": []any{"personal", "team", "groupChat"}, "commandLists": []any{
			object{"scopes": []any{"personal"}, "commands": []any{object{"title": "help", "description": "What I can do"}}},
		}}},
		"composeExtensions": []any{object{"botId": appID, "commands": []any{
			object{"id": "scheduleMeeting", "type": "action", "title": "Schedule Zoom meeting", "description": "Schedule", "context": []any{"compose", "message"}, "fetchTask": true},
			object{"id": "findMeetings", "type": "query", "title": "My Zoom meetings", "description": "Find", "initialRun": true, "parameters": []any{object{"name": "q", "title": "Search"}}},
		}}},
		"configurableTabs": []any{object{"configurationUrl": productURL + "/tab", "scopes": []any{"groupChat", "team"}}},
		"staticTabs":       []any{object{"entityId": "meetings", "name": "Meetings", "contentUrl": productURL + "/tab", "scopes": []any{"personal"}}},
		"validDomains":     []any{host, "*.causeway.example"},
	}
}

func appPackage(t *testing.T, productURL string, change func(manifest object, files map[string][]byte)) []byte {
	t.Helper()
	m := manifestOf(productURL)
	png := []byte("\x89PNG\r\n\x1a\npicture")
	files := map[string][]byte{
		"color.png": png, "outline.png": png,
		"fr.json": []byte(`{"name.short":"Passerelle","description.short":"Zoom dans Teams.","composeExtensions[0].commands[0].title":"Planifier une réunion Zoom","nowhere[3].x":"?"}`),
	}
	if change != nil {
		change(m, files)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, given := files["manifest.json"]; !given {
		files["manifest.json"] = raw
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, content := range files {
		f, err := archive.Create(name)
		if err == nil {
			_, err = f.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bot is the product as raw HTTP: it keeps what it is sent and answers what the test says.
type bot struct {
	*httptest.Server
	mu       sync.Mutex
	heard    []object
	tokens   []string
	answer   func(a object) (status int, body any)
	handlers map[string]http.HandlerFunc // pages
}

func newBot(t *testing.T) *bot {
	t.Helper()
	b := &bot{handlers: map[string]http.HandlerFunc{}}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		page := b.handlers[r.URL.Path]
		b.mu.Unlock()
		if page != nil {
			page(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/api/messages" {
			http.NotFound(w, r)
			return
		}
		var a object
		if json.Unmarshal(body, &a) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b.mu.Lock()
		b.heard = append(b.heard, a)
		b.tokens = append(b.tokens, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		answer := b.answer
		b.mu.Unlock()
		if answer == nil {
			return
		}
		status, reply := answer(a)
		if status == 0 { // never
			<-r.Context().Done()
			return
		}
		w.WriteHeader(status)
		if reply != nil {
			_ = json.NewEncoder(w).Encode(reply)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *bot) says(answer func(a object) (int, any)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = answer
}

// always answers every invoke with body, everything else with nothing.
func (b *bot) always(body any) {
	b.says(func(a object) (int, any) {
		if a["type"] == "invoke" {
			return 200, body
		}
		return 200, nil
	})
}

func (b *bot) page(path string, h http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers[path] = h
}

// all is what the bot heard of a type or name; "" everything.
func (b *bot) all(kind string) []object {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []object
	for _, a := range b.heard {
		if kind == "" || a["type"] == kind || a["name"] == kind {
			list = append(list, a)
		}
	}
	return list
}

func (b *bot) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard, b.tokens = nil, nil
}

// only is the one activity of a kind.
func (s *stage) only(kind string) object {
	s.t.Helper()
	list := s.bot.all(kind)
	if len(list) != 1 {
		s.t.Fatalf("%d activities %q: %v", len(list), kind, s.bot.all(""))
	}
	return list[0]
}

func (s *stage) person(handle string) *world.Person { return s.world.Seed.Person(handle) }
func (s *stage) tenant() string                     { return s.TenantID("meridian") }
func (s *stage) rows(effect string) []world.Row {
	return s.world.Ledger.List(world.Filter{Effect: effect})
}

// answered is an answer with its body as JSON.
type answered struct {
	status int
	header http.Header
	text   string
	body   object
}

func (s *stage) do(method, address string, header http.Header, body string) answered {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.url + address
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := s.http.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answered{status: resp.StatusCode, header: resp.Header, text: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// at digs into a body: names and numbers.
func (a answered) at(path ...any) any { return at(a.body, path...) }

func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func (s *stage) form(path string, values url.Values) answered {
	s.t.Helper()
	return s.do("POST", path, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, values.Encode())
}

// botToken is the app's own token for the connector.
func (s *stage) botToken() string {
	s.t.Helper()
	a := s.form("/"+s.tenant()+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {botAPI}})
	if a.status != 200 {
		s.t.Fatalf("bot token: %d %s", a.status, a.text)
	}
	return a.body["access_token"].(string)
}

// connector calls the connector as the bot.
func (s *stage) connector(method, path string, body any) answered {
	s.t.Helper()
	return s.connectorWith(s.botToken(), method, path, body)
}

func (s *stage) connectorWith(token, method, path string, body any) answered {
	s.t.Helper()
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		text = string(raw)
	}
	return s.do(method, "/connector/emea"+path, http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}, text)
}

// installed puts the bot into a chat and forgets what it heard of it.
func (s *stage) installed(person string, chats ...string) {
	s.t.Helper()
	for _, chat := range chats {
		if err := s.AddToChat(s.t.Context(), person, chat, teams); err != nil {
			s.t.Fatal(err)
		}
	}
	s.bot.forget()
}

func (s *stage) conversation(person, chat string) string {
	s.t.Helper()
	list, err := s.Chats(person)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range list {
		if c.ID == chat {
			return url.PathEscape(c.ConversationID)
		}
	}
	s.t.Fatalf("%s has no chat %s", person, chat)
	return ""
}

func refusedWith(t *testing.T, err error, code, words string) {
	t.Helper()
	var r *microsoftsim.Refusal
	if !errors.As(err, &r) || r.Code != code || !strings.Contains(r.Message, words) {
		t.Errorf("error %v, want %s with %q", err, code, words)
	}
}

func message(text string) object { return object{"type": "message", "text": text} }

func cardMessage(card any) object {
	return object{"type": "message", "attachments": []any{object{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}
}

func card(body []any, actions ...any) object {
	return object{"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": append([]any{}, actions...)}
}

func textBlock(text string) object { return object{"type": "TextBlock", "text": text} }
