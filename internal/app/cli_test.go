package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"causeway/internal/app"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/sandbox/world"
	"causeway/internal/store/storetest"
)

// causeway runs the program as the command line does, and answers the exit code and what it printed.
func causeway(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var printed, complained bytes.Buffer
	code = app.Main(t.Context(), args, &printed, &complained)
	return code, printed.String(), complained.String()
}

// succeed runs a command that must succeed, and answers what it printed.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := causeway(t, args...)
	if code != 0 {
		t.Fatalf("causeway %s: exit %d: %s", strings.Join(args, " "), code, errs)
	}
	return out
}

func TestHelpNamesEveryCommand(t *testing.T) {
	t.Parallel()
	out := succeed(t, "--help")
	for _, command := range []string{"serve", "sandbox", "package", "keyring", "migrate", "policy get", "policy set", "jobs list", "jobs retry"} {
		if !strings.Contains(out, command) {
			t.Errorf("--help does not name %q:\n%s", command, out)
		}
	}
	if code, _, errs := causeway(t, "sreve"); code != 2 || !strings.Contains(errs, "causeway --help") {
		t.Errorf("a command that there is not: exit %d, %s", code, errs)
	}
}

func TestKeyringIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data", "keyring.json") // the folder is made too
	if out := succeed(t, "keyring", file); !strings.Contains(out, "Keep a copy in a safe place") {
		t.Errorf("it says %q", out)
	}
	if _, err := keyring.Load(file); err != nil {
		t.Errorf("what was written cannot be read: %v", err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if code, _, _ := causeway(t, "keyring", file); code == 0 {
		t.Error("a key ring that is there was overwritten")
	}
}

func TestPackageWritesBothPackages(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	printed := succeed(t, "package", "--out", out, "--public-url", "https://causeway.example.com", "--entra-app-id", "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02",
		"--publisher", "Meridian")
	teams, zoom := filepath.Join(out, "causeway-teams.zip"), filepath.Join(out, "causeway-zoom.json")
	admin := filepath.Join(out, "causeway-zoom-admin.json")
	if raw, err := os.ReadFile(admin); err != nil || !bytes.Contains(raw, []byte("https://causeway.example.com/zoom/hook/admin")) || !strings.Contains(printed, admin) {
		t.Errorf("the administrators' app: %v\n%s", err, raw)
	}
	if !strings.Contains(printed, teams) || !strings.Contains(printed, zoom) {
		t.Errorf("it says %q", printed)
	}
	archive, err := zip.OpenReader(teams)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	for _, name := range []string{"manifest.json", "color.png", "outline.png", "fr.json"} {
		if !slices.Contains(names, name) {
			t.Errorf("the app package lacks %s: %v", name, names)
		}
	}
	raw, err := os.ReadFile(zoom)
	if err != nil || !json.Valid(raw) || !bytes.Contains(raw, []byte("https://causeway.example.com/zoom/oauth/callback")) {
		t.Errorf("the Zoom manifest: %v\n%s", err, raw)
	}
	if help := succeed(t, "package", "--help"); strings.Contains(help, "secret") {
		t.Errorf("it takes what it does not need:\n%s", help)
	}
	if code, _, errs := causeway(t, "package", "--out", out, "--public-url", "https://causeway.example.com", "--entra-app-id", "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02"); code != 0 ||
		!strings.Contains(errs, "--contact-email") || !strings.Contains(errs, "--publisher") {
		t.Errorf("without a contact: exit %d, %s", code, errs)
	}
	if code, _, errs := causeway(t, "package", "--out", out); code == 0 || !strings.Contains(errs, "CAUSEWAY_PUBLIC_URL") {
		t.Errorf("without an address: exit %d, %s", code, errs)
	}
}

func TestMigrateAndPolicy(t *testing.T) {
	t.Parallel()
	for engine, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.PostgreSQL} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			database := address(t)
			for _, early := range [][]string{{"policy", "get", "--tenant", "8669fa85-1fd9-4188-aeab-e68c2ae36c33"}, {"jobs", "list"}} {
				code, _, errs := causeway(t, append(early, "--database", database)...)
				if _, err := os.Stat(strings.TrimPrefix(database, "sqlite:")); code == 0 || !strings.Contains(errs, "run `causeway migrate`") || err == nil {
					t.Errorf("%v of a database that there is not: exit %d, %s; made: %t", early, code, errs, err == nil)
				}
			}
			for range 2 {
				if out := succeed(t, "migrate", "--database", database); out != "The database is up to date.\n" {
					t.Errorf("it says %q", out)
				}
			}
			tenant := []string{"--database", database, "--tenant", "8669fa85-1fd9-4188-aeab-e68c2ae36c33"}
			states := func() string {
				out := succeed(t, append([]string{"policy", "get"}, tenant...)...)
				return regexp.MustCompile(` +`).ReplaceAllString(out, " ")
			}
			if got := states(); !strings.Contains(got, "zoom unknown") || !strings.Contains(got, "microsoft unknown") || strings.Count(got, " on\n") != 10 {
				t.Errorf("to begin with:\n%s", got)
			}
			for _, feature := range []string{"meetings", "phone", "whiteboard", "passcodes", "recordings", "summaries", "tell_invited"} {
				succeed(t, append([]string{"policy", "set", feature, "off"}, tenant...)...)
				if got := states(); !strings.Contains(got, feature+" off") {
					t.Errorf("after %s was switched off:\n%s", feature, got)
				}
			}
			succeed(t, append([]string{"policy", "set", "meetings", "on", "--by", "Jo Brandt"}, tenant...)...)
			if got := states(); !strings.Contains(got, "meetings on") || !strings.Contains(got, "phone off") {
				t.Errorf("after meetings were switched on:\n%s", got)
			}
			for _, wrong := range [][]string{{"chat", "off"}, {"meetings", "maybe"}} {
				if code, _, _ := causeway(t, append(append([]string{"policy", "set"}, wrong...), tenant...)...); code == 0 {
					t.Errorf("policy set %v was taken", wrong)
				}
			}
		})
	}
}

// Work that waits is listed and can be tried again, beside the running product.
func TestJobsListAndRetry(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	s.idle()
	s.mark()
	s.fault(world.Fault{Side: world.Zoom, Route: zoomCreates, When: world.After, Drop: true, Count: 1})
	form.submit(fields{"topic": "Waits"}).is("message").says("Zoom has not answered yet")
	line := regexp.MustCompile(`(?m)^(\d+) +meetings\.settle +waiting `)
	found := line.FindStringSubmatch(s.cli("jobs", "list", "--database", s.database))
	if found == nil {
		t.Fatalf("jobs list says:\n%s", s.cli("jobs", "list", "--database", s.database))
	}
	if all := s.cli("jobs", "list", "--all", "--database", s.database); !strings.Contains(all, "done") {
		t.Errorf("jobs list --all shows nothing that is done:\n%s", all)
	}
	s.advance(31e9)
	if out := s.cli("jobs", "retry", found[1], "--database", s.database); out != "Job "+found[1]+" is tried again now.\n" {
		t.Errorf("it says %q", out)
	}
	s.await("message.posted", 6)
	s.expect(whole)
	if code, _, errs := causeway(t, "jobs", "retry", "999999", "--database", s.database); code == 0 || !strings.Contains(errs, "no such job") {
		t.Errorf("a job that there is not: exit %d, %s", code, errs)
	}
}

// T24: what is meant for the sandbox works nowhere else: serve refuses every address that is not on the internet and every credential
// that is missing, and the sandbox refuses to be reached from elsewhere.
func TestT24_SandboxAndProductionAreApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := filepath.Join(dir, "keyring.json")
	succeed(t, "keyring", ring)
	good := map[string]string{
		"--public-url": "https://causeway.example.com", "--entra-tenant-id": "8669fa85-1fd9-4188-aeab-e68c2ae36c33",
		"--entra-app-id": "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02", "--entra-secret": "secret", "--zoom-client-id": "client", "--zoom-client-secret": "secret",
		"--keyring-file": ring, "--database": "sqlite:" + filepath.Join(dir, "causeway.db"), "--listen": "127.0.0.1:0",
	}
	serve := func(change map[string]string) (int, string) {
		args := []string{"serve"}
		for name, value := range good {
			if other, changed := change[name]; changed {
				value = other
			}
			args = append(args, name+"="+value)
		}
		for name, value := range change {
			if _, known := good[name]; !known {
				args = append(args, name+"="+value)
			}
		}
		code, _, errs := causeway(t, args...)
		return code, errs
	}
	sandbox := "http://127.0.0.1:8081"
	for _, c := range []struct{ flag, value, says string }{
		{"--public-url", "http://causeway.example.com", "PUBLIC_URL"},
		{"--public-url", "https://localhost", "PUBLIC_URL"},
		{"--public-url", "https://127.0.0.1", "PUBLIC_URL"},
		{"--public-url", "https://10.0.0.5", "PUBLIC_URL"},
		{"--public-url", "https://causeway.example.com/path", "PUBLIC_URL"},
		{"--public-url", "", "PUBLIC_URL"},
		{"--login-url", sandbox, "LOGIN_URL"},
		{"--graph-url", sandbox + "/graph/v1.0", "GRAPH_URL"},
		{"--graph-url", "https://[::1]/v1.0", "GRAPH_URL"},
		{"--bot-openid-url", sandbox + "/botframework/v1/.well-known/openidconfiguration", "BOT_OPENID_URL"},
		{"--bot-issuer", sandbox + "/botframework", "BOT_ISSUER"},
		{"--connector-origins", sandbox, "CONNECTOR_ORIGINS"},
		{"--connector-origins", "https://localhost:8081", "CONNECTOR_ORIGINS"},
		{"--zoom-api-url", "http://127.0.0.1:8082", "ZOOM_API_URL"},
		{"--zoom-web-url", "http://localhost:8082", "ZOOM_WEB_URL"},
		{"--join-origins", "http://127.0.0.1:8082", "JOIN_ORIGINS"},
		{"--teams-origins", sandbox, "TEAMS_ORIGINS"},
		{"--entra-tenant-id", "", "ENTRA_TENANT_ID is missing"},
		{"--entra-app-id", "", "ENTRA_APP_ID is missing"},
		{"--entra-secret", "", "ENTRA_SECRET is missing"},
		{"--zoom-client-id", "", "ZOOM_CLIENT_ID is missing"},
		{"--zoom-client-secret", "", "ZOOM_CLIENT_SECRET is missing"},
		{"--keyring-file", filepath.Join(dir, "none.json"), "none.json"},
	} {
		code, errs := serve(map[string]string{c.flag: c.value})
		if code == 0 || !strings.Contains(errs, c.says) {
			t.Errorf("serve with %s=%q: exit %d, %s", c.flag, c.value, code, errs)
		}
	}
	for _, args := range [][]string{
		{"--address", "0.0.0.0"},
		{"--address", "192.168.1.5"},
		{"--address", "example.com"},
		{"--product", "http://192.168.1.5:8081"},
		{"--product", "https://causeway.example.com"},
		{"--product", "http://example.com:8081"},
		{"--world", "--product", sandbox},
	} {
		if code, _, errs := causeway(t, append([]string{"sandbox", "--port", "0", "--teams-port", "0", "--zoom-port", "0"}, args...)...); code == 0 || errs == "" {
			t.Errorf("sandbox %v: exit %d, %s", args, code, errs)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "causeway.db")); err == nil {
		t.Error("a refused start has made a database")
	}
}

// T24: what the sandbox signs is nothing to a product that lives in the public cloud.
func TestT24_TokensOfTheSandboxAreRefusedInProduction(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	var minted struct{ Token string }
	s.call("POST", "/tokens", map[string]string{"kind": "activity"}, &minted)
	settings := s.world.Settings()
	c, err := app.SandboxConfig(settings)
	if err != nil {
		t.Fatal(err)
	}
	c.Database, c.Cloud, c.PublicURL = storetest.SQLite(t), app.PublicCloud(), "https://causeway.example.com"
	production, err := app.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = production.Stop(context.WithoutCancel(t.Context())) })
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://causeway.example.com/api/messages",
		strings.NewReader(`{"type":"message","serviceUrl":"`+s.world.URL()+`/connector/emea/"}`))
	request.Header.Set("Authorization", "Bearer "+minted.Token)
	answer := httptest.NewRecorder()
	production.Handler().ServeHTTP(answer, request)
	if answer.Code != http.StatusForbidden {
		t.Errorf("a token of the sandbox is answered with %d", answer.Code)
	}
}

// The administrator's guide names every setting that serve takes, and every switch.
func TestTheGuideNamesEverySetting(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "admin.md"))
	if err != nil {
		t.Fatal(err)
	}
	var wanted []string
	for field := range reflect.TypeFor[app.Settings]().Fields() {
		if name := field.Tag.Get("env"); name != "" && field.Tag.Get("hidden") == "" {
			wanted = append(wanted, "`"+name+"`")
		}
	}
	for _, f := range policy.Features() {
		wanted = append(wanted, "`"+string(f)+"`")
	}
	if len(wanted) < 20 {
		t.Fatalf("only %d names", len(wanted))
	}
	for _, name := range wanted {
		if !strings.Contains(string(guide), name) {
			t.Errorf("docs/admin.md does not name %s", name)
		}
	}
}

// What the sandbox's administrator has switched on is on from the beginning; what is no feature is refused with the names of those that there are.
func TestTheSandboxBeginsWithFeaturesOn(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	database := storetest.SQLite(t)
	run := func(features string) (code int, complained string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var errs bytes.Buffer
		code = app.Main(ctx, []string{"sandbox", "--product", s.world.URL(), "--port", "0", "--database", database, "--allow", features}, whenPrinted(cancel), &errs)
		return code, errs.String()
	}
	run("rooms,two_way_sync") // stops as soon as it says that it is ready
	out := succeed(t, "policy", "get", "--database", database, "--tenant", s.world.Settings().EntraTenantID)
	for feature, state := range map[string]string{"rooms": "on", "two_way_sync": "on", "contacts": "off", "outlook_edits": "off"} {
		if !regexp.MustCompile(`(?m)^` + feature + ` +` + state + `\b`).MatchString(out) {
			t.Errorf("%s is not %s:\n%s", feature, state, out)
		}
	}
	consents := s.world.World.Ledger.List(world.Filter{Effect: "app.consented"})
	if len(consents) != 1 || consents[0].Detail["scopes"] != "Place.Read.All" {
		t.Errorf("at Microsoft was consented to %+v", consents)
	}
	if code, errs := run("teleport"); code == 0 || !strings.Contains(errs, "two_way_sync") {
		t.Errorf("an unknown feature: exit %d, %s", code, errs)
	}
}

// whenPrinted calls a function when something is written to it.
type whenPrinted func()

func (f whenPrinted) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}
