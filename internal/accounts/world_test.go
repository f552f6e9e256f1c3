package accounts_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

const publicURL = "https://causeway.example"

// world is Zoom, Microsoft, a database and the time.
type world struct {
	t         *testing.T
	tenant    entra.TenantID
	zoom      *zoomServer
	microsoft *microsoft
	back      store.Backend
	storage   accounts.Storage
	ring      *keyring.Ring
	policy    *policy.Service
	logs      *safeBuffer
	at        atomic.Int64
}

func newWorld(t *testing.T, back store.Backend) *world {
	t.Helper()
	w := &world{
		t: t, tenant: storetest.NewTenant(), back: back, storage: store.Accounts{Backend: back}, ring: keyring.Generate(), logs: &safeBuffer{},
	}
	w.at.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).UnixNano())
	w.zoom, w.microsoft = newZoom(t, w.now), newMicrosoft(t, w.tenant, w.now)
	w.policy = policy.New(policy.Options{
		Storage: store.Policy{Backend: back}, Now: w.now, NewID: storetest.NewID,
		Probers: map[policy.Side]policy.Prober{policy.Zoom: func(context.Context, entra.TenantID) (policy.Status, error) {
			w.zoom.mu.Lock()
			defer w.zoom.mu.Unlock()
			if w.zoom.disabled && !w.zoom.elsewhere {
				return policy.Off, nil
			}
			return policy.Unknown, nil
		}},
	})
	return w
}

func (w *world) now() time.Time          { return time.Unix(0, w.at.Load()).UTC() }
func (w *world) forward(d time.Duration) { w.at.Add(int64(d)) }
func (w *world) person() entra.Person    { return storetest.NewPerson(w.tenant) }
func (w *world) user(name string) zoomUser {
	id := "u" + storetest.NewID()
	return zoomUser{id: id, account: "acct1", name: name, email: id + "@meridian.example"}
}

// service is one process of the product; with changes its configuration.
func (w *world) service(with ...func(*accounts.Config)) *accounts.Service {
	return w.serviceOver(nil, with...)
}

// serviceOver is the same over another network.
func (w *world) serviceOver(network http.RoundTripper, with ...func(*accounts.Config)) *accounts.Service {
	client := func(name string, origins ...string) *http.Client {
		return upstream.NewClient(upstream.Options{Name: name, Origins: origins, Transport: network, Now: w.now})
	}
	login := client("entra", w.microsoft.URL)
	c := accounts.Config{
		Storage: w.storage, Policy: w.policy, Ring: w.ring, PublicURL: publicURL, Now: w.now, NewID: storetest.NewID,
		Zoom: zoom.NewApp(zoom.Config{
			APIURL: w.zoom.URL, WebURL: w.zoom.URL, ClientID: zoomClient, ClientSecret: zoomSecret, HTTP: client("zoom", w.zoom.URL), Now: w.now,
		}),
		Entra: entra.NewApp(entra.Config{
			LoginURL: w.microsoft.URL, Tenant: w.tenant, AppID: entraApp, Secret: entraSecret, HTTP: login, Now: w.now,
		}),
		Graph:  graph.New(graph.Config{URL: w.microsoft.URL + "/v1.0", HTTP: client("graph", w.microsoft.URL), Now: w.now}),
		Logger: slog.New(slog.NewTextHandler(w.logs, nil)),
	}
	for _, change := range with {
		change(&c)
	}
	return accounts.New(c)
}

// both runs test on both engines.
func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Stores(t, func(t *testing.T, back store.Backend) { test(t, newWorld(t, back)) })
}

// onSQLite runs test on one engine, where it is of no matter which.
func onSQLite(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	test(t, newWorld(t, storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))))
}

// browser keeps cookies.
type browser map[string]string

func (b browser) callback(q url.Values) accounts.Callback {
	return accounts.Callback{
		State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error"), Description: q.Get("error_description"),
		Cookie: func(name string) string { return b[name] },
	}
}

func (w *world) begin(s *accounts.Service, p entra.Person) accounts.Intent {
	w.t.Helper()
	intent, err := s.Begin(w.t.Context(), accounts.Begin{
		Person: p, Conversation: "19:chat@thread.v2", Resume: "schedule", Name: "Ana Duarte", Locale: "fr-FR",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return intent
}

func (w *world) open(s *accounts.Service, b browser, intent string) accounts.Opening {
	w.t.Helper()
	opening, err := s.Open(w.t.Context(), intent)
	if err != nil {
		w.t.Fatal(err)
	}
	b[opening.CookieName] = opening.CookieValue
	return opening
}

// atMicrosoft goes through the first leg and answers where the browser is sent next.
func (w *world) atMicrosoft(s *accounts.Service, b browser, intent string, user zoomUser) string {
	w.t.Helper()
	opening := w.open(s, b, intent)
	step, err := s.FromZoom(w.t.Context(), b.callback(w.zoom.consent(w.t, opening.Redirect, user)))
	if err != nil {
		w.t.Fatal(err)
	}
	return step.Redirect
}

// complete goes through both legs.
func (w *world) complete(s *accounts.Service, p entra.Person, user zoomUser) accounts.Completion {
	w.t.Helper()
	b := browser{}
	redirect := w.atMicrosoft(s, b, w.begin(s, p).ID, user)
	done, err := s.FromEntra(w.t.Context(), b.callback(w.microsoft.consent(w.t, redirect, p)))
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

// link links a person.
func (w *world) link(s *accounts.Service, p entra.Person, user zoomUser) accounts.Activation {
	w.t.Helper()
	done := w.complete(s, p, user)
	activation, err := s.Activate(w.t.Context(), p, "19:chat@thread.v2", done.Result)
	if err != nil {
		w.t.Fatal(err)
	}
	return activation
}

// account asks a process that has nothing in memory.
func (w *world) account(p entra.Person) accounts.Account {
	w.t.Helper()
	a, err := w.service().Account(w.t.Context(), p)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// work runs the revocations that wait in the queue, once each, and answers their errors.
func (w *world) work(s *accounts.Service) (failed []error) {
	w.t.Helper()
	infos, err := w.back.Jobs.List(w.t.Context(), jobs.Filter{Kind: accounts.RevokeJob, Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, info := range infos {
		if err := s.Revoke(w.t.Context(), info.Job); err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

// jobsOf lists the jobs of a kind about a person.
func (w *world) jobsOf(kind string, p entra.Person) (found []jobs.Job) {
	w.t.Helper()
	for _, j := range storetest.Jobs(w.t, w.back, kind, string(p.Tenant)) {
		if j.Subject == string(p.ID) {
			found = append(found, j)
		}
	}
	return found
}

// rows counts the rows of a table.
func (w *world) rows(table string) (n int) {
	w.t.Helper()
	if err := w.back.DB.Read().QueryRowContext(context.WithoutCancel(w.t.Context()), "select count(*) from "+table).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newRing() *keyring.Ring { return keyring.Generate() }

// viewOf is a minute of a calendar.
func viewOf(now time.Time) graph.View { return graph.View{From: now, To: now.Add(time.Minute)} }
