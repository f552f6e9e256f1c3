// Package web is every URL of the product: the bot's door (as a handler it is given), the connect pop-up, the pages that are
// opened at top level, the tab, and the API. It turns HTTP into calls of the features and their errors into answers; it has no rules
// of its own.
//
// Pages opened at top level sign the person in at Entra, with a short sealed session in a __Host- cookie. The tab, in a frame of
// Teams, has no cookie: it calls the API, which takes bearer tokens alone.
package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/calendar"
	"causeway/internal/directory"
	"causeway/internal/entra"
	"causeway/internal/events"
	"causeway/internal/i18n"
	"causeway/internal/keyring"
	"causeway/internal/live"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/pace"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/tally"
	"causeway/internal/whiteboards"
	"causeway/internal/zoom"
)

// Config is what New needs.
type Config struct {
	Bot           http.Handler
	Accounts      *accounts.Service
	Meetings      *meetings.Service
	Whiteboards   *whiteboards.Service
	Notifications *notifications.Service
	Calendar      *calendar.Service
	Events        *events.Service
	Policy        *policy.Service
	Directory     *directory.Service
	Preferences   *preferences.Service
	Live          *live.Hub
	Pace          *pace.Pace
	Entra         *entra.App
	SSO           *entra.SSOVerifier
	Ring          *keyring.Ring
	Texts         *i18n.Catalogue
	Adapter       []zoom.Secret // of adapters that tell what Zoom does not; without one they have no door
	UI            fs.FS         // the built pages: connect.js, connect.css, icon.svg, tab.html and what it loads in tab/
	PublicURL     string
	// TeamsOrigins are the exact origins of Teams windows, to which the pop-up's last page hands its code.
	TeamsOrigins []string
	// TabAncestors are the further pages that may show the tab in a frame: origins, https://*.office.com for those below.
	TabAncestors []string
	// Ready tells whether the product can work: nil, or what is wrong, for /readyz.
	Ready  func(context.Context) error
	Now    func() time.Time
	NewID  func() string
	Logger *slog.Logger
}

// server holds what the handlers share.
type server struct {
	c       Config
	pages   *pages
	session *sessions
	assets  map[string]asset
	notices chan struct{} // a place for each request of Graph's that is worked on
	// What is read of what they post.
	fromGraph, fromZoom bodies
	texts               chan struct{} // a place for each transcript and chat that is read
	refused             tally.Tally   // of what is posted as Zoom, or as an adapter
	adapter             *adapter
}

// New makes the handler of all URLs.
func New(c Config) (http.Handler, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	assets, err := readAssets(c.UI)
	if err != nil {
		return nil, err
	}
	s := &server{
		c: c, pages: newPages(c), session: newSessions(c), assets: assets, notices: make(chan struct{}, noticesAtOnce), texts: make(chan struct{}, textsAtOnce),
		fromGraph: newBodies(largeAtOnce), fromZoom: newBodies(eventsAtOnce), adapter: newAdapter(c.Adapter),
	}
	return s.routes(), nil
}

// routes is the whole surface. Every pattern has a method; what is not here is 404.
func (s *server) routes() http.Handler {
	mux := newSurface()
	s.register(mux)
	return recovered(s.c.Logger, secured(s.c.PublicURL, mux))
}

// Patterns are those of all routes: each needs a policy, which a test asks for.
func Patterns() []string {
	mux := newSurface()
	(&server{c: Config{Bot: http.NotFoundHandler()}}).register(mux)
	return mux.patterns
}

// register puts every route where it belongs.
func (s *server) register(mux *surface) {
	mux.HandleFunc("POST /api/messages", s.c.Bot.ServeHTTP)
	mux.HandleFunc("GET /connect/{intent}", s.page(s.connect))
	mux.HandleFunc("GET /zoom/oauth/callback", s.page(s.zoomCallback))
	mux.HandleFunc("GET /entra/callback", s.page(s.entraCallback))
	mux.HandleFunc("GET /consent/{wish}", s.page(s.consent))
	mux.HandleFunc("GET /m/{id}/start", s.page(s.startMeeting))
	mux.HandleFunc("GET /{$}", s.page(s.about))
	mux.HandleFunc("GET /privacy", s.page(s.privacy))
	mux.HandleFunc("GET /terms", s.page(s.terms))
	mux.HandleFunc("GET /tab", s.tab)
	mux.HandleFunc("GET /assets/{file}", s.asset)
	mux.HandleFunc("GET /assets/"+tabFolder+"/{file}", s.asset)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", s.readyz)
	s.graphHooks(mux)
	s.zoomHooks(mux)
	mux.HandleFunc("POST "+MentionsPath, s.mention)
	s.api(mux)
}

// surface takes routes and remembers their patterns, so that none is anywhere else.
type surface struct {
	mux      *http.ServeMux
	patterns []string
}

func newSurface() *surface { return &surface{mux: http.NewServeMux()} }

// HandleFunc adds a route.
func (s *surface) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	s.patterns = append(s.patterns, pattern)
	s.mux.HandleFunc(pattern, handler)
}

func (s *surface) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.c.Ready(ctx); err != nil {
		s.c.Logger.WarnContext(ctx, "not ready", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
