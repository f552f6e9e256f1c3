package zoomsim

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"sync"
	"time"

	"causeway/internal/sandbox/world"
)

//go:embed pages/*.html
var pageFiles embed.FS

// Options say how the emulated Zoom begins.
type Options struct {
	// PublicURL is the origin of its pages and links, "http://127.0.0.1:8082". Empty: that of each request.
	PublicURL string
	// Manifest is the app's manifest as uploaded to the Marketplace; without one, no app exists yet (SetManifest).
	Manifest []byte
	// AdminManifest is that of the app that the administrator has added for the account, AdminSecret of its events; there need not be one.
	AdminManifest []byte
	AdminSecret   string
	// AccountID is the account for which its administrator has made a server-to-server app with these credentials; there need not be one.
	AccountID, AccountClientID, AccountSecret string
	// ProductURL and AdapterSecret are those of an adapter that the organisation runs: Zoom itself tells nobody of mentions in comments.
	ProductURL, AdapterSecret string
	// Mail delivers a mail to somebody (handle) and answers its Message-ID; nil: Zoom mails nobody.
	Mail func(to, subject, html string) (string, error)
	// ClientID, ClientSecret and WebhookSecret of the app; made up when empty.
	ClientID, ClientSecret, WebhookSecret string
	// Fresh leaves the app unapproved.
	Fresh bool
	Knobs Knobs
}

// Knobs turn what Zoom's documents leave open or what differs between accounts. The zero value is the harsher reading.
type Knobs struct {
	KeepOldAccess    bool           `json:"keepOldAccess"`    // a refresh leaves the old access token alive
	RefreshTolerance world.Duration `json:"refreshTolerance"` // a used refresh token still works so long after its use (4740)
	RefreshLife      world.Duration `json:"refreshLife"`      // of a refresh token; 0 = 90 days
	ErrorNumbers     bool           `json:"errorNumbers"`     // token errors carry "errorCode" (app disabled always does)
	RateHeaders      bool           `json:"rateHeaders"`      // X-RateLimit-…, and Retry-After on daily limits
	Unlimited        bool           `json:"unlimited"`        // no limits per second; the 100 a day stay
	ListLag          world.Duration `json:"listLag"`          // new meetings are missing in lists so long
	StringIDs        bool           `json:"stringIds"`        // meeting ids are JSON strings
	CallsADay        int            `json:"callsADay"`        // of one account and label; 0 = no limit
	LoseEvents       bool           `json:"loseEvents"`       // nothing is posted
	TwinEvents       bool           `json:"twinEvents"`       // what is posted comes once more with other tokens in it, and to the other app
	HoldEvents       bool           `json:"holdEvents"`       // what is posted waits until this is turned off, and comes the last one first then
	PersonalStays    bool           `json:"personalStays"`    // meetings held under the personal number cannot be deleted either (3018)
	MentionMail      bool           `json:"mentionMail"`      // who is mentioned in a comment on a whiteboard gets a mail
}

// Sim is the emulated Zoom: an http.Handler, and the hooks of the control API in control.go.
type Sim struct {
	world   *world.World
	options Options
	pages   *template.Template
	handler http.Handler
	signing []byte // of zaks and page tokens

	http *http.Client
	work sync.WaitGroup

	mu     sync.Mutex // guards all below
	closed bool
	alarm  *time.Timer
	app    *app
	admin  *app // of the account; nil when there is none
	knobs  Knobs
	state  state
	limits map[string]*window
	views  map[string]int // of previews, by their tokens
}

// state is what a saved world keeps of Zoom.
type state struct {
	Approved bool                           `json:"approved"`
	ClientID string                         `json:"clientId"`
	Secret   string                         `json:"secret"`
	Webhook  string                         `json:"webhook"`
	Codes    map[string]*code               `json:"codes"`
	Grants   map[string]*grant              `json:"grants"`
	Tokens   map[string]tokenRef            `json:"tokens"`
	Meetings map[int64]*meeting             `json:"meetings"`
	Trash    []trashed                      `json:"trash"`
	Hosts    map[string]*world.ZoomSettings `json:"hosts"` // handle → what he changed in the portal
	Daily    map[string]int                 `json:"daily"` // host and date → creates and updates
	Opened   []Opened                       `json:"opened"`
	Posts    []*post                        `json:"posts"`    // events that are not taken yet
	Held     []*post                        `json:"held"`     // those that Knobs.HoldEvents keeps, in order
	Sessions []*session                     `json:"sessions"` // of which something remains
	// Challenged is when the product was last asked whether it knows the secrets of its events.
	Challenged time.Time `json:"challenged"`
	Boards     []*board  `json:"boards"`
}

// New builds the emulated Zoom and attaches it to the world.
func New(w *world.World, o Options) (*Sim, error) {
	pages, err := template.New("").Funcs(pageFunctions()).ParseFS(pageFiles, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("zoom pages: %w", err)
	}
	s := &Sim{
		world: w, options: o, pages: pages, knobs: o.Knobs, signing: w.IDs.Named("zoom", "signing").Bytes(32), limits: map[string]*window{}, views: map[string]int{},
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute}},
	}
	if len(o.Manifest) > 0 {
		if s.app, err = readManifest(o.Manifest, userApp); err != nil {
			return nil, err
		}
	}
	if len(o.AdminManifest) > 0 {
		if s.admin, err = readManifest(o.AdminManifest, adminApp); err != nil {
			return nil, err
		}
	}
	own := w.IDs.Named("zoom", "app")
	s.state.ClientID = first(o.ClientID, own.Text(16))
	s.state.Secret = first(o.ClientSecret, own.Text(24))
	s.state.Webhook = first(o.WebhookSecret, own.Text(16))
	s.seed(o.Fresh)
	if err := w.Attach(s); err != nil {
		return nil, err
	}
	w.Clock.OnMove(func(time.Time) {
		s.mu.Lock()
		s.closeOverdue()
		s.challengeAgain()
		s.mu.Unlock()
		s.sendPosts()
	})
	s.handler = w.Wrap(world.Zoom, s.routes())
	return s, nil
}

// pageFunctions are what the templates call; times are shown in a zone.
func pageFunctions() template.FuncMap {
	in := func(at time.Time, zoneName string) time.Time {
		if where, err := zone(zoneName); err == nil {
			return at.In(where)
		}
		return at
	}
	return template.FuncMap{
		"scope": ScopeText, "initial": initial,
		"on": func(b *bool) bool { return *b },
		"when": func(at time.Time, zoneName string) string {
			return in(at, zoneName).Format("Mon 2 January 2006, 15:04 MST")
		},
		"day":  func(at time.Time, zoneName string) string { return in(at, zoneName).Format(time.DateOnly) },
		"hour": func(at time.Time, zoneName string) string { return in(at, zoneName).Format("15:04") },
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// seed is Zoom as the story finds it.
func (s *Sim) seed(fresh bool) {
	s.state = state{
		Approved: !fresh, ClientID: s.state.ClientID, Secret: s.state.Secret, Webhook: s.state.Webhook,
		Codes: map[string]*code{}, Grants: map[string]*grant{}, Tokens: map[string]tokenRef{},
		Meetings: map[int64]*meeting{}, Hosts: map[string]*world.ZoomSettings{}, Daily: map[string]int{}, Challenged: s.world.Clock.Now(),
	}
	for _, m := range s.world.Seed.Zoom {
		s.addSeeded(m)
	}
	s.seedBoards()
}

func (s *Sim) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/authorize", s.authorize)
	mux.HandleFunc("POST /oauth/authorize/decision", s.decide)
	mux.HandleFunc("POST /oauth/token", s.token)
	mux.HandleFunc("POST /oauth/revoke", s.revoke)

	mux.Handle("GET /v2/users/{userId}", s.api("GET /users/{userId}", light, "user:read:user", s.getUser))
	mux.Handle("GET /v2/users/{userId}/settings", s.api("GET /users/{userId}/settings", medium, "user:read:settings", s.getSettings))
	mux.Handle("GET /v2/users/{userId}/meetings", s.api("GET /users/{userId}/meetings", medium, "meeting:read:list_meetings", s.listMeetings))
	mux.Handle("GET /v2/users/{userId}/upcoming_meetings", s.api("GET /users/{userId}/upcoming_meetings", medium, "meeting:read:list_upcoming_meetings", s.listUpcoming))
	mux.Handle("GET /v2/users/{userId}/schedulers", s.api("GET /users/{userId}/schedulers", medium, "user:read:list_schedulers", s.listSchedulers))
	mux.Handle("GET /v2/users/{userId}/assistants", s.api("GET /users/{userId}/assistants", medium, "user:read:list_assistants", s.listAssistants))
	mux.Handle("GET /v2/users/{userId}/meeting_templates", s.api("GET /users/{userId}/meeting_templates", medium, "meeting:read:list_templates", s.listTemplates))
	mux.Handle("POST /v2/users/{userId}/meetings", s.api("POST /users/{userId}/meetings", light, "meeting:write:meeting", s.createMeeting))
	mux.Handle("GET /v2/meetings/{meetingId}", s.api("GET /meetings/{meetingId}", light, "meeting:read:meeting", s.getMeeting))
	mux.Handle("GET /v2/meetings/{meetingId}/invitation", s.api("GET /meetings/{meetingId}/invitation", light, "meeting:read:invitation", s.getInvitation))
	mux.Handle("PATCH /v2/meetings/{meetingId}", s.api("PATCH /meetings/{meetingId}", light, "meeting:update:meeting", s.updateMeeting))
	mux.Handle("DELETE /v2/meetings/{meetingId}", s.api("DELETE /meetings/{meetingId}", light, "meeting:delete:meeting", s.deleteMeeting))
	mux.Handle("GET /v2/meetings/{meetingId}/recordings", s.api("GET /meetings/{meetingId}/recordings", light, "cloud_recording:read:list_recording_files", s.getRecording))
	mux.Handle("GET /v2/meetings/{meetingId}/meeting_summary", s.api("GET /meetings/{meetingId}/meeting_summary", light, "meeting:read:summary", s.getSummary))
	mux.Handle("GET /v2/whiteboards", s.api("GET /whiteboards", medium, "whiteboard:read:list_whiteboards", s.listBoards))
	mux.Handle("POST /v2/whiteboards", s.api("POST /whiteboards", light, "whiteboard:write:whiteboard", s.createBoard))
	mux.Handle("GET /v2/whiteboards/{whiteboardId}", s.api("GET /whiteboards/{whiteboardId}", medium, "whiteboard:read:whiteboard", s.getBoard))
	mux.Handle("PATCH /v2/whiteboards/{whiteboardId}/share_setting", s.api("PATCH /whiteboards/{whiteboardId}/share_setting", medium, "whiteboard:update:share_setting", s.shareBoard))
	mux.Handle("GET /v2/whiteboards/{whiteboardId}/collaborator", s.accountAPI("GET /whiteboards/{whiteboardId}/collaborator", "whiteboard:read:list_collaborators:admin", s.listCollaborators))
	mux.Handle("POST /v2/whiteboards/{whiteboardId}/collaborator", s.accountAPI("POST /whiteboards/{whiteboardId}/collaborator", "whiteboard:write:collaborator:admin", s.addCollaborators))
	mux.HandleFunc("/v2/", unknownRoute)

	mux.HandleFunc("GET /j/{id}", s.joinPage)
	mux.HandleFunc("POST /j/{id}", s.join)
	mux.HandleFunc("POST /j/{id}/leave", s.leave)
	mux.HandleFunc("GET /s/{id}", s.startPage)
	mux.HandleFunc("POST /s/{id}/end", s.endPage)
	mux.HandleFunc("POST /s/{id}/record", s.listenPage(func(m *meeting) { m.Recording = true }))
	mux.HandleFunc("POST /s/{id}/summarise", s.listenPage(func(m *meeting) { m.Summarising = true }))
	mux.HandleFunc("/rec/share/{page}", s.recordingPage)
	mux.HandleFunc("/rec/play/{page}", s.recordingPage)
	mux.HandleFunc("GET /rec/download/{file}", s.downloadFile)
	mux.HandleFunc("GET /doc/{page}", s.documentPage)
	mux.HandleFunc("GET /wb/doc/{link}", s.boardPage)
	mux.HandleFunc("GET /file/{board}/attach/preview/192x108", s.previewFile)
	mux.HandleFunc("POST /wb/doc/{link}/share", s.sharePage)
	mux.HandleFunc("POST /wb/doc/{link}/comment", s.commentPage)
	mux.HandleFunc("GET /{$}", s.frontPage)
	s.portalRoutes(mux)
	return mux
}

// ServeHTTP answers with the world's recorder and faults before it.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// base is the origin that links begin with.
func (s *Sim) base(r *http.Request) string {
	if s.options.PublicURL != "" {
		return s.options.PublicURL
	}
	return (&url.URL{Scheme: "http", Host: r.Host}).String()
}

// Name is Zoom's key in a saved world.
func (s *Sim) Name() string { return string(world.Zoom) }

// Snapshot is Zoom's state for world.Save.
func (s *Sim) Snapshot() (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// Restore takes a Snapshot back. Credentials given in Options win over saved ones.
func (s *Sim) Restore(saved json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := state{
		Codes: map[string]*code{}, Grants: map[string]*grant{}, Tokens: map[string]tokenRef{}, Meetings: map[int64]*meeting{},
		Hosts: map[string]*world.ZoomSettings{}, Daily: map[string]int{},
	}
	if err := json.Unmarshal(saved, &kept); err != nil {
		return err
	}
	s.state = kept
	s.state.ClientID = first(s.options.ClientID, s.state.ClientID)
	s.state.Secret = first(s.options.ClientSecret, s.state.Secret)
	s.state.Webhook = first(s.options.WebhookSecret, s.state.Webhook)
	return nil
}

// Reset returns to the seed: no grants, only the seed's meetings; fresh leaves the app unapproved. Knobs are as at the start.
func (s *Sim) Reset(fresh bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seed(fresh)
	s.knobs = s.options.Knobs
	s.limits = map[string]*window{}
	s.world.Changes.Publish("client")
	return nil
}
