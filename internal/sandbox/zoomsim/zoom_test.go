package zoomsim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

const (
	callback = "http://localhost:8080/zoom/oauth/callback"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

var scopes = []string{
	"user:read:user", "user:read:settings", "meeting:read:list_meetings", "meeting:read:meeting", "meeting:write:meeting", "meeting:update:meeting",
	"meeting:delete:meeting", "meeting:read:list_upcoming_meetings", "meeting:read:invitation", "user:read:list_schedulers", "user:read:list_assistants",
	"cloud_recording:read:list_recording_files", "meeting:read:summary",
	"whiteboard:read:list_whiteboards", "whiteboard:read:whiteboard", "whiteboard:write:whiteboard", "whiteboard:update:share_setting",
}

func manifest(required, optional []string) []byte {
	type scope struct {
		Scope    string `json:"scope"`
		Optional bool   `json:"optional"`
	}
	var list []scope
	for _, s := range required {
		list = append(list, scope{s, false})
	}
	for _, s := range optional {
		list = append(list, scope{s, true})
	}
	raw, _ := json.Marshal(map[string]any{"app_name": "Causeway", "manifest": map[string]any{
		"display_information": map[string]any{"display_name": "Causeway", "description": "Zoom in <Teams>"},
		"oauth_information": map[string]any{
			"usage": "USER_OPERATION", "development_redirect_uri": callback, "oauth_allow_list": []string{callback, callback + "/two"}, "scopes": list,
		},
	}})
	return raw
}

// zoom is one emulated Zoom with a client that follows no redirects.
type zoom struct {
	*zoomsim.Sim
	t      *testing.T
	world  *world.World
	url    string
	client *http.Client
	id     string
	secret string
}

func newZoom(t *testing.T, knobs zoomsim.Knobs) *zoom {
	t.Helper()
	return openZoom(t, world.Options{Seed: 11}, zoomsim.Options{Knobs: knobs})
}

func openZoom(t *testing.T, wo world.Options, o zoomsim.Options) *zoom {
	t.Helper()
	w, err := world.New(wo)
	if err != nil {
		t.Fatal(err)
	}
	if o.Manifest == nil {
		o.Manifest = manifest(scopes, nil)
	}
	sim, err := zoomsim.New(w, o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	z := &zoom{Sim: sim, t: t, world: w, url: server.URL, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	z.id, z.secret, _ = sim.Credentials()
	return z
}

// answer is one HTTP answer, read.
type answer struct {
	status int
	header http.Header
	raw    string
	json   map[string]any
}

func (a answer) text(name string) string {
	s, _ := a.json[name].(string)
	return s
}

func (a answer) code() int {
	n, _ := a.json["code"].(float64)
	return int(n)
}

func (z *zoom) do(method, path string, header map[string]string, body string) answer {
	z.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = z.url + path
	}
	r, err := http.NewRequestWithContext(z.t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		z.t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := z.client.Do(r)
	if err != nil {
		z.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		z.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	_ = json.NewDecoder(bytes.NewReader(raw)).Decode(&a.json)
	return a
}

func (z *zoom) get(path string) answer { return z.do(http.MethodGet, path, nil, "") }

func (z *zoom) form(path string, v url.Values) answer {
	return z.do(http.MethodPost, path, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, v.Encode())
}

// oauth posts a form with the app's credentials.
func (z *zoom) oauth(path string, v url.Values) answer {
	basic := base64.StdEncoding.EncodeToString([]byte(z.id + ":" + z.secret))
	return z.do(http.MethodPost, path, map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic " + basic}, v.Encode())
}

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// asked are the parameters of a good authorize URL, changed by name, value pairs; an empty value takes one away.
func (z *zoom) asked(changes ...string) url.Values {
	v := url.Values{
		"response_type": {"code"}, "client_id": {z.id}, "redirect_uri": {callback}, "state": {"st&te"}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			v.Del(changes[i])
		}
	}
	return v
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// consent opens the authorize page, presses a button on its form, and answers the address that the browser is sent to.
func (z *zoom) consent(account, decision string, asked url.Values, without ...string) (answer, url.Values) {
	z.t.Helper()
	page := z.get("/oauth/authorize?" + asked.Encode())
	v := url.Values{"account": {account}, "decision": {decision}, "without": without}
	for _, m := range hidden.FindAllStringSubmatch(page.raw, -1) {
		v.Set(m[1], strings.ReplaceAll(m[2], "&amp;", "&"))
	}
	a := z.form("/oauth/authorize/decision", v)
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		z.t.Fatal(err)
	}
	return a, to.Query()
}

func (z *zoom) code(person string, changes ...string) string {
	z.t.Helper()
	a, q := z.consent(person, "allow", z.asked(changes...))
	if q.Get("code") == "" {
		z.t.Fatalf("no code for %s: %d %s", person, a.status, a.raw)
	}
	return q.Get("code")
}

func (z *zoom) exchange(code string, changes ...string) answer {
	v := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return z.oauth("/oauth/token", v)
}

func (z *zoom) refresh(token string) answer {
	return z.oauth("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// host is somebody with an access token.
type host struct {
	*zoom
	access, refreshToken string
}

func (z *zoom) link(person string) *host {
	z.t.Helper()
	a := z.exchange(z.code(person))
	if a.status != http.StatusOK {
		z.t.Fatalf("link %s: %d %s", person, a.status, a.raw)
	}
	return &host{zoom: z, access: a.text("access_token"), refreshToken: a.text("refresh_token")}
}

func (h *host) call(method, path, body string) answer {
	h.t.Helper()
	return h.do(method, "/v2"+path, map[string]string{"Authorization": "Bearer " + h.access, "Content-Type": "application/json"}, body)
}

// create makes a meeting of fields over a plain one, and fails the test when Zoom refuses.
func (h *host) create(fields map[string]any) answer {
	h.t.Helper()
	body := map[string]any{"topic": "Plan", "type": 2, "start_time": h.at(24 * time.Hour), "timezone": "UTC", "duration": 30}
	maps.Copy(body, fields)
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := h.call(http.MethodPost, "/users/me/meetings", string(raw))
	if a.status != http.StatusCreated {
		h.t.Fatalf("create %s: %d %s", raw, a.status, a.raw)
	}
	return a
}

func (h *host) at(from time.Duration) string {
	return h.world.Clock.Now().Add(from).Format("2006-01-02T15:04:05Z")
}

func number(a answer) string { return fmt.Sprintf("%.0f", a.json["id"]) }

func (z *zoom) count(effect string) int {
	return z.world.Ledger.Count(world.Filter{Side: world.Zoom, Effect: effect})
}

func (z *zoom) advance(d time.Duration) {
	z.t.Helper()
	if err := z.world.Clock.Advance(d); err != nil {
		z.t.Fatal(err)
	}
}
