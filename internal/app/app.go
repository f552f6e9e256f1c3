// Package app builds the whole program out of its parts, starts and stops it, and holds the commands of the command line. It is the
// only package that knows all others: which worker does which job, which cloud is spoken to, what a sandbox adds.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"causeway/internal/accounts"
	"causeway/internal/bot"
	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/database"
	"causeway/internal/directory"
	"causeway/internal/entra"
	"causeway/internal/events"
	"causeway/internal/graph"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/jwks"
	"causeway/internal/keyring"
	"causeway/internal/live"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/pace"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/store"
	"causeway/internal/teams"
	"causeway/internal/upstream"
	"causeway/internal/web"
	"causeway/internal/whiteboards"
	"causeway/internal/zoom"
	"causeway/ui"
)

// Config is all that a running product needs to know.
type Config struct {
	PublicURL        string // https://causeway.example.com, without a slash at the end
	Database         string // see database.Open
	Ring             *keyring.Ring
	Cloud            Cloud
	Tenant           entra.TenantID
	EntraAppID       string
	EntraSecret      entra.Secret
	RetentionDays    int    // how long meetings that are over are kept; 90 when 0
	TeamsAppID       string // by which links into the app name it; EntraAppID when empty
	ZoomClientID     string
	ZoomClientSecret zoom.Secret
	ZoomHooks        map[events.App][]zoom.Secret // of what Zoom posts, the current one first; without one nothing is taken
	ZoomAdmin        ZoomAdmin
	Adapter          []zoom.Secret    // of adapters that tell what Zoom does not, the current one first; without one they have no door
	ZoomAccounts     []string         // Zoom accounts whose people may connect; empty: any
	ZoomDomains      []string         // domains of their addresses at Zoom; empty: any
	Language         string           // of the organisation: "en"; empty: the language of whoever makes a meeting
	AnswerIn         time.Duration    // how long Teams waits for an answer; 3.5 s when 0
	Now              func() time.Time // nil: the time
	Logger           *slog.Logger     // nil: nothing is logged
	// Observe is told of every call to another service. May be nil.
	Observe func(upstream.Call)
}

// ZoomAdmin is the server-to-server app of an account at Zoom, by which single people are added to whiteboards. There need not be one.
type ZoomAdmin struct {
	ClientID string
	Secret   zoom.Secret
	Account  zoom.AccountID
}

// App is the product, built.
type App struct {
	c             Config
	db            *database.DB
	queue         *jobs.Queue
	policy        *policy.Service
	accounts      *accounts.Service
	directory     *directory.Service
	live          *live.Hub
	handler       http.Handler
	tickers       []*jobs.Ticker
	stopTickers   context.CancelFunc
	watched       sync.WaitGroup
	notifications *notifications.Service
	meetings      *meetings.Service
	boards        *whiteboards.Service
	events        *events.Service
	arrivals      *jobs.Ticker // makes jobs of what Zoom has told
	calendars     *calendar.Service
	chats         *chats.Service
}

// New opens the database, brings it up to date, and builds the product. Nothing runs before Start.
func New(ctx context.Context, c Config) (*App, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	db, err := database.Open(ctx, c.Database)
	if err != nil {
		return nil, err
	}
	a := &App{c: c, db: db}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// migrate brings the tables up to date: those of the product and those of its queue.
func migrate(ctx context.Context, db *database.DB, queue *jobs.Queue) error {
	if err := db.Migrate(ctx, store.Migrations()); err != nil {
		return err
	}
	return queue.Migrate(ctx)
}

// clients are the other services as this installation calls them.
type clients struct {
	zoom      *zoom.App
	account   *zoom.Account // nil without a server-to-server app
	entra     *entra.App
	graph     *graph.API
	connector *teams.Connector
	verifier  *teams.Verifier
	links     *zoom.Links
}

func (a *App) build(ctx context.Context) error {
	var err error
	if a.queue, err = jobs.New(a.db, jobs.Options{Logger: a.c.Logger, OnDead: a.gaveUp}); err != nil {
		return err
	}
	if err := migrate(ctx, a.db, a.queue); err != nil {
		return err
	}
	texts, err := i18n.Load()
	if err != nil {
		return err
	}
	cs, err := a.clients()
	if err != nil {
		return err
	}
	return a.features(texts, cs)
}

// upstream makes the client of one service. Timeouts stay below the 15 seconds of a job and the patience of Teams.
func (a *App) upstream(name string, timeout time.Duration, retry upstream.Policy, origins ...string) *http.Client {
	return upstream.NewClient(upstream.Options{
		Name: name, Origins: origins, Timeout: timeout, Retry: retry, Breaker: a.breaker(name), Observe: a.c.Observe, Now: a.c.Now,
	})
}

// breaker leaves a service alone that does not work, and says so in the log.
func (a *App) breaker(name string) upstream.Breaker {
	return upstream.Breaker{Failures: 10, Rests: func(until time.Time) {
		if until.IsZero() {
			a.c.Logger.Info("a service works again", "service", name)
			return
		}
		a.c.Logger.Warn("a service does not work and is left alone for a moment", "service", name, "until", until)
	}}
}

// patient is work that waits, with no attempt counted, while a service that it needs is left alone. What waits does not come back all at once.
func (a *App) patient(work func(context.Context, jobs.Job) error) func(context.Context, jobs.Job) error {
	return func(ctx context.Context, job jobs.Job) error {
		err := work(ctx, job)
		until := upstream.RestsUntil(err)
		if until.IsZero() {
			return err
		}
		return jobs.Snooze(until.Sub(a.c.Now()) + rand.N(restSpread)) // #nosec G404 -- no secret
	}
}

// restSpread is over how long work that waited for a service is spread.
const restSpread = 2 * time.Second

// Teams takes 30 calls a second from an app in a tenant, messages and questions together (msteams-docs: rate-limit). Whoever calls
// waits for a turn: a person who opens a form stands behind the few messages that are in flight, and not behind all that are
// queued.
const (
	connectorRate  = 27 // calls a second
	connectorBurst = 3
)

// connector is the client of the Bot Connector. What only asks is repeated when Teams says that it was too much; what posts is not:
// that decides whoever posts.
func (a *App) connector() *http.Client {
	return upstream.NewClient(upstream.Options{
		Name: "connector", Origins: a.c.Cloud.ConnectorOrigins, Timeout: 6 * time.Second, Breaker: a.breaker("connector"), Observe: a.c.Observe, Now: a.c.Now,
		Retry: upstream.Policy{Attempts: 3, Base: 200 * time.Millisecond, Max: time.Second, MaxWait: 2 * time.Second},
		Limit: rate.NewLimiter(connectorRate, connectorBurst),
	})
}

func (a *App) clients() (cs clients, err error) {
	c, cloud := a.c, a.c.Cloud
	again := upstream.Policy{Attempts: 3, Base: 300 * time.Millisecond, Max: 2 * time.Second, MaxWait: 3 * time.Second}
	login := a.upstream("entra", 5*time.Second, again, origin(cloud.LoginURL))
	cs.entra = entra.NewApp(entra.Config{
		LoginURL: cloud.LoginURL, STSURL: cloud.STSURL, Tenant: c.Tenant, AppID: c.EntraAppID, Secret: c.EntraSecret, HTTP: login, Now: c.Now,
	})
	cs.graph = graph.New(graph.Config{URL: cloud.GraphURL, HTTP: a.upstream("graph", 8*time.Second, again, origin(cloud.GraphURL)), Now: c.Now})
	registration := zoom.Config{
		APIURL: cloud.ZoomAPIURL, WebURL: cloud.ZoomWebURL, ClientID: c.ZoomClientID, ClientSecret: c.ZoomClientSecret,
		HTTP: a.upstream("zoom", 8*time.Second, zoom.RetryPolicy(), origin(cloud.ZoomAPIURL), origin(cloud.ZoomWebURL)), Now: c.Now,
	}
	cs.zoom = zoom.NewApp(registration)
	if c.ZoomAdmin.ClientID != "" {
		registration.ClientID, registration.ClientSecret = c.ZoomAdmin.ClientID, c.ZoomAdmin.Secret
		cs.account = zoom.NewApp(registration).Account(c.ZoomAdmin.Account)
	}
	if cs.links, err = zoom.NewLinks(cloud.JoinOrigins...); err != nil {
		return cs, err
	}
	cs.connector, err = teams.NewConnector(teams.ConnectorConfig{
		HTTP:  a.connector(),
		Token: func(ctx context.Context) (string, error) { return cs.entra.AppToken(ctx, cloud.BotScope) }, Origins: cloud.ConnectorOrigins,
		AppID: c.EntraAppID, Now: c.Now,
	})
	if err != nil {
		return cs, err
	}
	cs.verifier, err = teams.NewVerifier(teams.VerifierConfig{
		AppID: c.EntraAppID, Issuer: cloud.BotIssuer, Tenants: []string{string(c.Tenant)}, ConnectorOrigins: cloud.ConnectorOrigins,
		Keys: jwks.New(jwks.Options{
			ConfigURL: cloud.BotOpenIDURL, HTTP: a.upstream("bot keys", 5*time.Second, again, origin(cloud.BotOpenIDURL)), Now: c.Now,
		}),
		EntraKeys: cs.entra.Keys(), BotTenant: string(c.Tenant),
		EntraIssuers: []string{
			cloud.STSURL + "/" + string(c.Tenant) + "/", cloud.LoginURL + "/" + string(c.Tenant) + "/v2.0",
		},
		Now: c.Now,
	})
	return cs, err
}

// pictures is the client of one of the hosts from which Zoom has its pictures fetched. Which ones there are is not known beforehand.
func (a *App) pictures(origin string) *http.Client {
	return a.upstream("pictures", 3*time.Second, upstream.Policy{}, origin)
}

// recordings is the client of one of the hosts from which Zoom has the texts of recordings fetched, likewise.
func (a *App) recordings(origin string) *http.Client {
	return a.upstream("recordings", 5*time.Second, upstream.Policy{}, origin)
}

// defaults are the messages that an administrator wants people to get who have chosen nothing.
func (a *App) defaults(ctx context.Context, tenant entra.TenantID, usual preferences.Preferences) (preferences.Preferences, error) {
	state, err := a.policy.State(ctx, tenant)
	usual.Invited, usual.Scheduled = state.Features[policy.TellInvited], state.Features[policy.TellScheduled]
	usual.Starting, usual.Boards = state.Features[policy.TellStarting], state.Features[policy.TellBoards]
	usual.Mentions = state.Features[policy.TellMentions]
	return usual, err
}

// features builds services, features and doors, each with those below it.
func (a *App) features(texts *i18n.Catalogue, cs clients) error {
	c, back := a.c, store.Backend{DB: a.db, Jobs: a.queue}
	a.live = live.New(live.Options{Pool: a.db.Pool(), Logger: c.Logger})
	a.policy = policy.New(policy.Options{
		Storage: store.Policy{Backend: back}, Tenants: []entra.TenantID{c.Tenant}, Probers: a.probers(cs), Now: c.Now, NewID: newID,
		Changed: a.decided, Logger: c.Logger,
	})
	chosen := preferences.New(preferences.Config{
		Storage: store.Preferences{Backend: back}, Languages: texts.Languages(), Now: c.Now, Defaults: a.defaults,
	})
	a.accounts = accounts.New(accounts.Config{
		Storage: store.Accounts{Backend: back}, Policy: a.policy, Zoom: cs.zoom, Entra: cs.entra, Graph: cs.graph, Ring: c.Ring,
		PublicURL: c.PublicURL, Now: c.Now, NewID: newID, AllowedZoomAccounts: c.ZoomAccounts,
		AllowedEmailDomains: c.ZoomDomains, Logger: c.Logger,
		Changed: func(ctx context.Context, person entra.Person) { a.live.Changed(ctx, live.Account, person) },
	})
	a.directory = directory.New(directory.Config{Policy: a.policy, Accounts: a.accounts, Now: c.Now, Logger: c.Logger})
	places := chats.New(chats.Config{Storage: store.Chats{Backend: back}, Connector: cs.connector, Policy: a.policy, Preferences: chosen, Now: c.Now, Logger: c.Logger})
	a.notifications = notifications.New(notifications.Config{
		Storage: store.Notifications{Backend: back}, Chats: places, Preferences: chosen, Holder: newID(), NewID: newID, Now: c.Now, Logger: c.Logger,
		Settled: map[notifications.Kind]string{notifications.Invited: meetings.ToldJob, notifications.Scheduled: meetings.ToldJob},
	})
	a.calendars = calendar.New(calendar.Config{
		Storage: store.Calendar{Backend: back}, Accounts: a.accounts, Policy: a.policy, Preferences: chosen, Ring: c.Ring, PublicURL: c.PublicURL,
		JoinLink: cs.links.Meeting, Now: c.Now, Logger: c.Logger,
	})
	tab := teams.Links{Origin: c.Cloud.TeamsOrigins[0], App: cmp.Or(c.TeamsAppID, c.EntraAppID)}.Tab(HomeTab)
	feature := meetings.New(meetings.Config{
		Storage: store.Meetings{Backend: back}, Policy: a.policy, Accounts: a.accounts, Chats: places, Calendar: a.calendars,
		Notifications: a.notifications, Preferences: chosen, Texts: texts, Ring: c.Ring, Links: cs.links,
		Text: zoom.Texts{Links: cs.links, Client: a.recordings}.Get, Tab: tab, PublicURL: c.PublicURL,
		Language: c.Language, KeptFor: time.Duration(c.RetentionDays) * 24 * time.Hour, Now: c.Now, NewID: newID, Logger: c.Logger,
		Changed: func(ctx context.Context, people ...entra.Person) { a.live.Changed(ctx, live.Meetings, people...) },
		ChangedIn: func(ctx context.Context, tenant entra.TenantID, conversations ...teams.ConversationID) {
			all := make([]live.Conversation, len(conversations))
			for i, c := range conversations {
				all[i] = live.Conversation{Tenant: tenant, ID: string(c)}
			}
			a.live.ChangedIn(ctx, live.Meetings, all...)
		},
		Syncs: func(ctx context.Context, person entra.Person) (bool, error) {
			p, err := chosen.Of(ctx, person)
			return p.Sync, err
		},
	})
	boards := whiteboards.New(whiteboards.Config{
		Storage: store.Whiteboards{Backend: back}, Policy: a.policy, Accounts: a.accounts, Chats: places, Notifications: a.notifications, Texts: texts,
		Links: cs.links, Account: cs.account, Picture: zoom.Pictures{Links: cs.links, Client: a.pictures}.Get, Language: c.Language,
		KeptFor: time.Duration(c.RetentionDays) * 24 * time.Hour, Now: c.Now, NewID: newID, Logger: c.Logger,
	})
	paced := pace.New(c.Now)
	door := bot.New(bot.Config{
		Storage: store.Inbox{Backend: back, Source: store.FromTeams}, Verifier: cs.verifier, Accounts: a.accounts, Chats: places, Policy: a.policy, Meetings: feature,
		Whiteboards: boards, Tab: tab,
		Notifications: a.notifications, Pace: paced, Texts: texts, Ring: c.Ring, PublicURL: c.PublicURL, Language: c.Language, AnswerIn: c.AnswerIn,
		Now: c.Now, Logger: c.Logger,
	})
	a.meetings, a.chats, a.boards = feature, places, boards
	a.events = events.New(events.Config{
		Storage: store.Inbox{Backend: back, Source: store.FromZoom}, Tenant: c.Tenant, Hooks: a.hooks(), Ring: c.Ring, Concerns: a.concerns, Work: a.happened, Now: c.Now, Logger: c.Logger,
		Arrived: func() { a.arrivals.Wake() },
	})
	a.arrivals = jobs.NewTicker("events", time.Second, c.Logger, a.events.Move)
	a.bind(feature, door, boards)
	var err error
	a.handler, err = web.New(web.Config{
		Bot: door, Accounts: a.accounts, Meetings: feature, Whiteboards: boards, Notifications: a.notifications, Calendar: a.calendars, Events: a.events, Policy: a.policy, Directory: a.directory, Preferences: chosen, Live: a.live, Pace: paced, Entra: cs.entra, Ring: c.Ring, Texts: texts, UI: ui.FS(), Adapter: c.Adapter,
		SSO:       entra.NewSSOVerifier(entra.SSOConfig{App: cs.entra, Resources: []string{teams.SSOResource(host(c.PublicURL), c.EntraAppID)}}),
		PublicURL: c.PublicURL, TeamsOrigins: c.Cloud.TeamsOrigins, TabAncestors: c.Cloud.TabAncestors, Now: c.Now, NewID: newID, Logger: c.Logger,
		Ready: func(ctx context.Context) error { return a.db.Read().PingContext(ctx) },
	})
	return err
}

// bind says who works which job.
func (a *App) bind(feature *meetings.Service, door *bot.Bot, boards *whiteboards.Service) {
	for _, workers := range []map[string]func(context.Context, jobs.Job) error{
		a.accounts.Jobs(), a.notifications.Jobs(), feature.Jobs(), a.calendars.Jobs(), boards.Jobs(), a.events.Jobs(), door.Jobs(),
		{accounts.RemovedJob: a.removed(boards)},
	} {
		for kind, work := range maps.All(workers) {
			a.queue.Handle(kind, a.patient(work))
		}
	}
	a.tickers = []*jobs.Ticker{
		a.arrivals,
		jobs.NewTicker("intents", 15*time.Second, a.c.Logger, a.accounts.ExpireIntents),
		jobs.NewTicker("lists", 15*time.Second, a.c.Logger, feature.Tick),
		jobs.NewTicker("sessions", time.Minute, a.c.Logger, feature.TickSessions),
		jobs.NewTicker("remains", time.Minute, a.c.Logger, feature.TickRemains),
		jobs.NewTicker("turns", 15*time.Second, a.c.Logger, func(ctx context.Context) error {
			return errors.Join(feature.TickTurns(ctx, a.c.Tenant), feature.TickAgendas(ctx, a.c.Tenant), a.notifications.Tick(ctx, a.c.Tenant))
		}),
		jobs.NewTicker("names", time.Minute, a.c.Logger, func(ctx context.Context) error { return feature.TickNames(ctx, a.c.Tenant) }),
		jobs.NewTicker("watches", 15*time.Second, a.c.Logger, a.calendars.Tick),
		jobs.NewTicker("inbox", time.Hour, a.c.Logger, door.Forget),
		jobs.NewTicker("past", time.Hour, a.c.Logger, feature.Forget),
		jobs.NewTicker("boards", time.Hour, a.c.Logger, boards.Forget),
		jobs.NewTicker("mail", 15*time.Second, a.c.Logger, boards.TickMail),
		jobs.NewTicker("policy", policyEvery, a.c.Logger, a.policy.Refresh),
	}
}

// policyEvery is how often it is looked whether somebody else has decided something: what is to end at a switch ends within it, though
// nobody asks.
const policyEvery = 5 * time.Second

// decided lets everybody follow what administrators decided: open pages, and what was looked up with a grant that is off now.
func (a *App) decided(ctx context.Context, tenant entra.TenantID) {
	a.live.Changed(ctx, live.Policy, entra.Person{Tenant: tenant})
	state, err := a.policy.State(ctx, tenant)
	for _, grant := range []policy.Feature{policy.Contacts, policy.Rooms} {
		if err != nil || !state.Features[grant] {
			a.directory.Forget(tenant, grant)
		}
	}
}

// gaveUp tells the feature whose job was given up, so that its people learn of it.
func (a *App) gaveUp(ctx context.Context, job jobs.Job, last error) {
	if err := a.meetings.GaveUp(ctx, job); err != nil {
		a.c.Logger.ErrorContext(ctx, "a job was given up, and nobody is told", "kind", job.Kind, "subject", job.Subject, "error", errors.Join(last, err))
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Handler is all of the product's URLs.
func (a *App) Handler() http.Handler { return a.handler }

// Wake looks at once for what is due, because the product's time has moved.
func (a *App) Wake() {
	for _, t := range a.tickers {
		t.Wake()
	}
}

// Start begins to work jobs and to look after approvals.
func (a *App) Start(ctx context.Context) error {
	if err := a.queue.Start(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stopTickers = stop
	for _, t := range a.tickers {
		a.watched.Go(func() { t.Run(run) })
	}
	a.watched.Go(func() { a.policy.Watch(run) })
	a.watched.Go(func() { a.live.Run(run) })
	return nil
}

// Stop finishes what is under way, at most twenty seconds, and closes the database.
func (a *App) Stop(ctx context.Context) error {
	var err error
	if a.stopTickers != nil {
		a.stopTickers()
		a.watched.Wait()
		err = a.queue.Stop(ctx)
	}
	if closed := a.db.Close(); closed != nil {
		err = errors.Join(err, fmt.Errorf("close database: %w", closed))
	}
	return err
}
