package wiretest

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/accounts"
	"causeway/internal/bot"
	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/jwks"
	"causeway/internal/keyring"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/pace"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/teams"
	"causeway/internal/upstream"
	"causeway/internal/whiteboards"
	"causeway/internal/zoom"
)

// What the product of a test is called.
const (
	AppID                    = "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02"
	Tenant    entra.TenantID = "b28f4b5c-1d2e-4f3a-8b9c-0d1e2f3a4b5c"
	PublicURL                = "https://causeway.example"
	issuer                   = "https://api.botframework.com"
)

// Noon is when every test begins: Monday, November 23, 2026.
var Noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// World is everybody else, a database and the time.
type World struct {
	Zoom      *Zoom
	Entra     *Entra
	Graph     *Graph
	Connector *Connector
	Back      store.Backend
	Clock     *Clock
	Ring      *keyring.Ring
	Texts     *i18n.Catalogue
}

// Product is one process of the product.
type Product struct {
	*World
	T             testing.TB
	Policy        *policy.Service
	Accounts      *accounts.Service
	Preferences   *preferences.Service
	Chats         *chats.Service
	Calendar      *calendar.Service
	Notifications *notifications.Service
	Meetings      *meetings.Service
	Bot           *bot.Bot

	boards   *whiteboards.Service
	language string
	logger   *slog.Logger
	mu       sync.Mutex
	done     map[int64]bool
}

// Change is a change to how a product is set up. Its fields may be nil.
type Change struct {
	Notifications func(*notifications.Config)
	Language      string        // of the organisation
	Timeout       time.Duration // of calls to other services
	Logger        *slog.Logger  // of the bot
	Patience      time.Duration // of the form; a minute when zero, so that a busy machine fails no test
}

// New makes a world on an empty database, and a product in it that both sides have approved.
func New(t testing.TB, back store.Backend, change ...Change) *Product {
	t.Helper()
	clock := &Clock{at: Noon}
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &World{
		Zoom: newZoom(t, clock.Now), Entra: newEntra(t, clock.Now), Graph: newGraph(t, clock.Now), Connector: newConnector(t, clock.Now),
		Back: back, Clock: clock, Ring: keyring.Generate(), Texts: texts,
	}
	p := w.Process(t, change...)
	for _, side := range []policy.Side{policy.Zoom, policy.Microsoft} {
		if err := p.Policy.Learn(t.Context(), Tenant, side, policy.Approved, "test"); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// Process makes one more process of the product in the same world.
func (w *World) Process(t testing.TB, change ...Change) *Product {
	t.Helper()
	var c Change
	for _, one := range change {
		c = one
	}
	p := &Product{World: w, T: t, language: c.Language, logger: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), done: map[int64]bool{}}
	client := func(s *Server, name string, retry upstream.Policy) *http.Client {
		return upstream.NewClient(upstream.Options{
			Name: name, Origins: []string{s.URL}, Now: w.Clock.Now, Retry: retry, Timeout: c.Timeout,
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		})
	}
	again := upstream.Policy{Attempts: 2}
	app := entra.NewApp(entra.Config{
		LoginURL: w.Entra.URL, Tenant: Tenant, AppID: AppID, Secret: "secret", HTTP: client(w.Entra.Server, "entra", again), Now: w.Clock.Now,
	})
	p.Policy = policy.New(policy.Options{Storage: store.Policy{Backend: w.Back}, Now: w.Clock.Now, NewID: storetest.NewID})
	p.Accounts = accounts.New(accounts.Config{
		Storage: store.Accounts{Backend: w.Back}, Policy: p.Policy, Entra: app, Ring: w.Ring, PublicURL: PublicURL, Now: w.Clock.Now,
		NewID: storetest.NewID,
		Zoom: zoom.NewApp(zoom.Config{
			APIURL: w.Zoom.URL, WebURL: w.Zoom.URL, ClientID: "client", ClientSecret: "secret", Now: w.Clock.Now,
			HTTP: client(w.Zoom.Server, "zoom", zoom.RetryPolicy()),
		}),
		Graph: graph.New(graph.Config{URL: w.Graph.URL + "/v1.0", HTTP: client(w.Graph.Server, "graph", again), Now: w.Clock.Now}),
	})
	connector, err := teams.NewConnector(teams.ConnectorConfig{
		HTTP: client(w.Connector.Server, "connector", upstream.Policy{}), Origins: []string{w.Connector.URL}, AppID: AppID, Now: w.Clock.Now,
		Token: func(ctx context.Context) (string, error) {
			return app.AppToken(ctx, "https://api.botframework.com/.default")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.features(c, connector)
	p.door(client(w.Entra.Server, "keys", again))
	return p
}

func (p *Product) features(c Change, connector *teams.Connector) {
	w := p.World
	noWait := func(ctx context.Context, d time.Duration) error { w.Clock.Forward(d); return ctx.Err() }
	p.Preferences = preferences.New(preferences.Config{Storage: store.Preferences{Backend: w.Back}, Languages: w.Texts.Languages(), Now: w.Clock.Now})
	p.Chats = chats.New(chats.Config{
		Storage: store.Chats{Backend: w.Back}, Connector: connector, Policy: p.Policy, Preferences: p.Preferences, Now: w.Clock.Now,
		Wait: noWait,
	})
	told := notifications.Config{
		Storage: store.Notifications{Backend: w.Back}, Chats: p.Chats, NewID: storetest.NewID, Holder: "process", Now: w.Clock.Now, Wait: noWait,
		Preferences: p.Preferences,
		Settled:     map[notifications.Kind]string{notifications.Invited: meetings.ToldJob, notifications.Scheduled: meetings.ToldJob},
	}
	if c.Notifications != nil {
		c.Notifications(&told)
	}
	p.Notifications = notifications.New(told)
	links, err := zoom.NewLinks("https://zoom.us", w.Zoom.URL)
	if err != nil {
		p.T.Fatal(err)
	}
	p.Calendar = calendar.New(calendar.Config{
		Storage: store.Calendar{Backend: w.Back}, Accounts: p.Accounts, Policy: p.Policy, Preferences: p.Preferences, Ring: w.Ring,
		PublicURL: PublicURL, JoinLink: links.Meeting, Now: w.Clock.Now,
	})
	p.Meetings = meetings.New(meetings.Config{
		Storage: store.Meetings{Backend: w.Back}, Policy: p.Policy, Accounts: p.Accounts, Chats: p.Chats, Preferences: p.Preferences, Calendar: p.Calendar,
		Notifications: p.Notifications, Texts: w.Texts, Ring: w.Ring, Links: links, PublicURL: PublicURL,
		Text: zoom.Texts{Links: links, Client: func(origin string) *http.Client {
			return upstream.NewClient(upstream.Options{Name: "recordings", Origins: []string{origin}})
		}}.Get,
		Tab: teams.Links{Origin: "https://teams.microsoft.com", App: AppID}.Tab("home"), Now: w.Clock.Now,
		NewID: storetest.NewID, Logger: slog.New(slog.DiscardHandler), Language: c.Language, Patience: cmp.Or(c.Patience, time.Minute),
	})
	p.boards = whiteboards.New(whiteboards.Config{
		Storage: store.Whiteboards{Backend: w.Back}, Policy: p.Policy, Accounts: p.Accounts, Chats: p.Chats, Notifications: p.Notifications,
		Texts: w.Texts, Links: links, Language: c.Language, Now: w.Clock.Now, NewID: storetest.NewID, Logger: slog.New(slog.DiscardHandler),
	})
}

func (p *Product) door(keys *http.Client) {
	w := p.World
	verifier, err := teams.NewVerifier(teams.VerifierConfig{
		AppID: AppID, Issuer: issuer, Tenants: []string{string(Tenant)}, ConnectorOrigins: []string{w.Connector.URL}, Now: w.Clock.Now,
		Keys: jwks.New(jwks.Options{KeysURL: w.Entra.URL + "/any/discovery/v2.0/keys", HTTP: keys, Now: w.Clock.Now}),
	})
	if err != nil {
		p.T.Fatal(err)
	}
	p.Bot = bot.New(bot.Config{
		Storage: store.Inbox{Backend: w.Back, Source: store.FromTeams}, Verifier: verifier, Accounts: p.Accounts, Chats: p.Chats, Policy: p.Policy, Meetings: p.Meetings, Whiteboards: p.boards,
		Notifications: p.Notifications, Pace: pace.New(w.Clock.Now), Texts: w.Texts, Ring: w.Ring, PublicURL: PublicURL, Now: w.Clock.Now,
		Logger: p.logger, AnswerIn: time.Minute, Language: p.language,
	})
}

// Person is somebody of the tenant.
func Person(name string) entra.Person { return entra.Person{Tenant: Tenant, ID: entra.ObjectID(name)} }

// Prefer has somebody choose.
func (p *Product) Prefer(person entra.Person, chosen preferences.Preferences) error {
	p.T.Helper()
	_, err := p.Preferences.Change(p.T.Context(), person, func(preferences.Preferences) preferences.Preferences { return chosen })
	return err
}

// Link connects a person with Zoom, and with the calendar too, through the browser as a person does.
func (p *Product) Link(name string, withCalendar bool) entra.Person {
	p.T.Helper()
	person := Person(name)
	code := p.Connect(person, "", withCalendar)
	if _, err := p.Accounts.Activate(p.T.Context(), person, "", code.Result); err != nil {
		p.T.Fatal(err)
	}
	return person
}

// Connect goes through the pop-up up to its last page.
func (p *Product) Connect(person entra.Person, resume string, withCalendar bool) accounts.Completion {
	p.T.Helper()
	intent, err := p.Accounts.Begin(p.T.Context(), accounts.Begin{Person: person, Resume: resume, Name: string(person.ID)})
	if err != nil {
		p.T.Fatal(err)
	}
	return p.Browse(person, intent.ID, withCalendar)
}

// Browse opens the page of an intent and goes through the pop-up up to its last page.
func (p *Product) Browse(person entra.Person, intent string, withCalendar bool) accounts.Completion {
	p.T.Helper()
	ctx := p.T.Context()
	opening, err := p.Accounts.Open(ctx, intent)
	if err != nil {
		p.T.Fatal(err)
	}
	cookie := func(string) string { return opening.CookieValue }
	u, _ := url.Parse(opening.Redirect)
	step, err := p.Accounts.FromZoom(ctx, accounts.Callback{State: u.Query().Get("state"), Code: p.Zoom.code(string(person.ID)), Cookie: cookie})
	if err != nil {
		p.T.Fatal(err)
	}
	code, state := p.Entra.code(person, step.Redirect)
	back := accounts.Callback{State: state, Code: code, Cookie: cookie}
	if !withCalendar {
		back.Code, back.Error = "", "access_denied"
	}
	done, err := p.Accounts.FromEntra(ctx, back)
	if err != nil {
		p.T.Fatal(err)
	}
	return done
}

// workers are all job kinds and who works them.
func (p *Product) workers() map[string]func(context.Context, jobs.Job) error {
	all := map[string]func(context.Context, jobs.Job) error{}
	for _, some := range []map[string]func(context.Context, jobs.Job) error{
		p.Accounts.Jobs(), p.Notifications.Jobs(), p.Meetings.Jobs(), p.Bot.Jobs(),
	} {
		maps.Copy(all, some)
	}
	return all
}

// Work works the jobs in the queue whose kind begins with prefix, the oldest first, and those that follow from them, each once.
// What waits for later is not waited for. It answers what failed or wants to be tried again.
func (p *Product) Work(prefix string) (failed []error) {
	p.T.Helper()
	for {
		next, found := p.take(prefix)
		if !found {
			return failed
		}
		if err := p.Do(next); err != nil {
			failed = append(failed, err)
		}
	}
}

// take finds the oldest job that was not worked yet.
func (p *Product) take(prefix string) (jobs.Job, bool) {
	p.T.Helper()
	infos, err := p.Back.Jobs.List(p.T.Context(), jobs.Filter{Limit: 1000})
	if err != nil {
		p.T.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(infos) - 1; i >= 0; i-- {
		if info := infos[i]; strings.HasPrefix(info.Kind, prefix) && !p.done[info.ID] && info.Due.Before(time.Now().Add(time.Second)) {
			p.done[info.ID] = true
			return info.Job, true
		}
	}
	return jobs.Job{}, false
}

// Do works one job.
func (p *Product) Do(j jobs.Job) error {
	p.T.Helper()
	work, known := p.workers()[j.Kind]
	if !known {
		p.T.Fatalf("nobody works %q", j.Kind)
	}
	return work(p.T.Context(), j)
}

// Activity is what Teams sends when a person acts in a conversation, with changes at its top level; a nil value takes a field out.
func (p *Product) Activity(name, conversation, kind string, change map[string]any) map[string]any {
	a := map[string]any{
		"id": storetest.NewID(), "timestamp": p.Clock.Now().Format(time.RFC3339), "channelId": "msteams", "serviceUrl": p.Connector.ServiceURL(),
		"from":         map[string]any{"id": "29:" + name, "name": strings.ToUpper(name[:1]) + name[1:], "aadObjectId": name},
		"recipient":    map[string]any{"id": "28:" + AppID, "name": "Causeway"},
		"conversation": map[string]any{"conversationType": kind, "tenantId": Tenant, "id": conversation, "isGroup": kind != "personal"},
		"locale":       "en-US", "channelData": map[string]any{"tenant": map[string]any{"id": Tenant}},
		"entities": []any{map[string]any{"type": "clientInfo", "locale": "en-US", "platform": "Web", "timezone": "Europe/Paris"}},
	}
	for field, value := range change {
		if a[field] = value; value == nil {
			delete(a, field)
		}
	}
	return a
}

// Post sends an activity to the door as Teams does, signed. The answer's body is decoded.
func (p *Product) Post(activity map[string]any) (status int, answer map[string]any) {
	p.T.Helper()
	text, err := json.Marshal(activity)
	if err != nil {
		p.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(p.T.Context(), http.MethodPost, "/api/messages", strings.NewReader(string(text)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+p.Token())
	w := httptest.NewRecorder()
	p.Bot.ServeHTTP(w, r)
	_ = json.Unmarshal(w.Body.Bytes(), &answer)
	return w.Code, answer
}

// Token is one with which Teams comes in.
func (p *Product) Token() string {
	return sign(jwt.MapClaims{
		"iss": issuer, "aud": AppID, "serviceurl": p.Connector.ServiceURL(), "nbf": p.Clock.Now().Add(-time.Minute).Unix(),
		"exp": p.Clock.Now().Add(time.Hour).Unix(),
	})
}
