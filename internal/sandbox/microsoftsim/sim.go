package microsoftsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"causeway/internal/sandbox/world"
)

// Options say which Microsoft this is. World and BaseURL are required.
type Options struct {
	World *world.World
	// BaseURL is where the Sim is served, without a slash at its end: "http://127.0.0.1:8081".
	BaseURL string
	// ProductURL is where the bot is: "http://localhost:8080".
	ProductURL string
	// AppID and Secret are the registration of the bot; made from the world's ids when empty.
	AppID, Secret string
	// Package is the Teams app zip which the administrator has uploaded, or uploads when asked to without a body.
	Package []byte
	// Redirects are registered beside ProductURL + "/entra/callback".
	Redirects []string
	// Fresh leaves the package neither uploaded nor consented.
	Fresh bool
	// InvokeTimeout is how long Teams waits for the answer to an invoke, 5 s when 0; MessageTimeout to anything else, 15 s when 0.
	InvokeTimeout, MessageTimeout time.Duration
	// Retries are the moments, after an invoke was sent, at which Teams sends it again when no answer came: at the first with the same
	// id, at the others with a new one. Teams does it after 15 and 45 s. Empty: never.
	Retries []time.Duration
}

// Knobs turn what Microsoft's documents leave open, or what administrators decide.
type Knobs struct {
	Duplicate409 bool `json:"duplicate409"` // a transactionId used before is refused with 409 and without the event's id
	NoInstall    bool `json:"noInstall"`    // people may not add apps to conversations
	// IgnorePrefer: Graph does not heed the Prefer header. Times come in UTC, and zones under their Windows names.
	IgnorePrefer bool `json:"ignorePrefer"`
	ForgetDeltas bool `json:"forgetDeltas"` // delta links are refused with 410
	LoseNotices  bool `json:"loseNotices"`  // no change of a calendar is notified
}

// Sim is the emulated Microsoft. It is safe for concurrent use.
type Sim struct {
	o     Options
	world *world.World
	http  *http.Client // to the product
	work  sync.WaitGroup
	calls *throttle

	mu       sync.Mutex
	st       *state
	app      *app // of st.Package
	botToken held
	resends  []*Resend
	knobs    Knobs
	alarm    *time.Timer // when notices that were not taken are sent again
	closed   bool
}

// New makes a Sim that begins with the seed of the world, or with what was saved of it.
func New(o Options) (*Sim, error) {
	ids := o.World.IDs.Named("microsoft")
	if id, secret := ids.GUID(), ids.Text(30); o.AppID == "" {
		o.AppID, o.Secret = id, secret
	}
	if o.InvokeTimeout == 0 {
		o.InvokeTimeout = 5 * time.Second
	}
	if o.MessageTimeout == 0 {
		o.MessageTimeout = 15 * time.Second
	}
	o.BaseURL, o.ProductURL = strings.TrimRight(o.BaseURL, "/"), strings.TrimRight(o.ProductURL, "/")
	s := &Sim{o: o, world: o.World, calls: newThrottle()}
	s.http = &http.Client{
		Transport: o.World.Traffic.Transport(world.Microsoft, "product", transport()), CheckRedirect: never, Timeout: time.Minute,
	}
	if err := s.Reset(o.Fresh); err != nil {
		return nil, err
	}
	if err := o.World.Attach(s); err != nil {
		return nil, err
	}
	o.World.Clock.OnMove(func(time.Time) { s.sendNotices() })
	return s, nil
}

func transport() *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: 30 * time.Second}
}

// never follows no redirect.
func never(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close waits for what still runs in the background.
func (s *Sim) Close() {
	s.mu.Lock()
	s.closed = true
	if s.alarm != nil {
		s.alarm.Stop()
	}
	s.mu.Unlock()
	s.work.Wait()
	s.http.CloseIdleConnections()
}

// Handler serves Entra, the Bot Framework, the connector and Graph. It is chosen by the first segment before any pattern is looked at,
// so that a tenant cannot be taken for anything else.
func (s *Sim) Handler() http.Handler {
	bot, connector, graph, entra := s.bot(), s.connector(), s.graph(), s.entra()
	split := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch first {
		case "botframework":
			bot.ServeHTTP(w, r)
		case "connector":
			connector.ServeHTTP(w, r)
		case "graph":
			graph.ServeHTTP(w, r)
		default:
			entra.ServeHTTP(w, r)
		}
	})
	return s.world.Wrap(world.Microsoft, split)
}

// TenantID is the Entra id of a tenant by handle, "" when there is none.
func (s *Sim) TenantID(handle string) string {
	if t := s.world.Seed.Tenant(handle); t != nil {
		return t.ID
	}
	return ""
}

// Name is the part's key in the saved world.
func (s *Sim) Name() string { return "microsoft" }

// Snapshot is the whole state.
func (s *Sim) Snapshot() (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := json.Marshal(s.st)
	if err != nil {
		return nil, fmt.Errorf("save Microsoft: %w", err)
	}
	return raw, nil
}

// Restore takes a Snapshot back. A package that was given to this run replaces the saved one.
func (s *Sim) Restore(saved json.RawMessage) error {
	st := &state{}
	if err := json.Unmarshal(saved, st); err != nil {
		return fmt.Errorf("restore Microsoft: %w", err)
	}
	if len(s.o.Package) > 0 && len(st.Package) > 0 {
		st.Package = s.o.Package
	}
	st.index()
	for _, r := range s.world.Seed.Rooms {
		if st.Mailboxes[r.Handle] == nil { // saved before there were rooms
			st.Mailboxes[r.Handle] = &mailbox{}
		}
	}
	return s.take(st)
}

// Reset returns to the seed; fresh leaves the app neither uploaded nor consented.
func (s *Sim) Reset(fresh bool) error {
	st := s.seeded()
	if !fresh {
		for _, t := range s.world.Seed.Tenants {
			st.Uploaded[t.ID], st.Consented[t.ID] = true, true
		}
		st.Package = s.o.Package
	}
	return s.take(st)
}

func (s *Sim) take(st *state) error {
	var parsed *app
	if len(st.Package) > 0 {
		var err error
		if parsed, err = parsePackage(st.Package); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st, s.app, s.resends, s.knobs, s.botToken = st, parsed, nil, Knobs{}, held{}
	s.calls.reset()
	return nil
}
