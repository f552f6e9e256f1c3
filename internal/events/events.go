// Package events takes what Zoom posts about what happened there: it is verified, stored once, acknowledged, and then worked by a job.
// What follows from an event is for the features: the program binds them (app).
package events

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// Job works an event. Its subject is the event's key in the inbox.
const Job = "events.zoom"

// App is one of the two apps at Zoom that may post: that of the people, which everybody connects with, and that of the administrators.
type App string

// The apps, as they stand in the address that Zoom posts to.
const (
	UserApp  App = "user"
	AdminApp App = "admin"
)

// Path is where Zoom posts for an app, below the public address. A challenge does not say which app it is for: each has its own.
func (a App) Path() string { return "/zoom/hook/" + string(a) }

// Storage is the inbox. Every method is one transaction.
type Storage interface {
	// Arrive stores what arrived, sealed, and answers true, unless it is there already.
	Arrive(ctx context.Context, tenant entra.TenantID, key string, sealed []byte, at time.Time) (bool, error)
	// Move makes a job of a kind for each of the oldest that have none, at most limit, and answers how many.
	Move(ctx context.Context, kind string, limit int) (int, error)
	// Kept finds it; problem.NotFound.
	Kept(ctx context.Context, tenant entra.TenantID, key string) ([]byte, error)
	// Drop forgets what arrived, but for its key: that it came.
	Drop(ctx context.Context, tenant entra.TenantID, key string) error
}

// Config is what New needs.
type Config struct {
	Storage Storage
	Tenant  entra.TenantID // whose people's accounts at Zoom are meant
	Hooks   map[App]*zoom.Hook
	Ring    *keyring.Ring
	// Concerns tells whether an event is about anybody here, and what of it may be kept.
	Concerns func(context.Context, zoom.Event) (zoom.Event, bool, error)
	// Work does what follows from an event; it may be called twice for one.
	Work func(context.Context, zoom.Event) error
	// Arrived is called when something is to be moved; nil: it is moved at its time.
	Arrived func()
	Now     func() time.Time
	Logger  *slog.Logger
}

// Service is the door for Zoom's events.
type Service struct {
	c       Config
	box     *keyring.Box
	ignored ignored
}

// How much is read of what is posted, in bytes: any event, or a challenge.
const (
	eventMost     = 1 << 20
	challengeMost = 4 << 10
)

// New makes the door. An app without a secret is refused everything, which is said once.
func New(c Config) *Service {
	for app, hook := range c.Hooks {
		if !hook.Ready() {
			c.Logger.Warn("nothing is taken from Zoom's webhooks: their secret is not set", "app", app)
		}
	}
	return &Service{c: c, box: c.Ring.For("events")}
}

// Jobs are the workers of this package by kind.
func (s *Service) Jobs() map[string]func(context.Context, jobs.Job) error {
	return map[string]func(context.Context, jobs.Job) error{Job: s.work}
}

// Limit is how many bytes of a body are worth reading, by its headers: who does not sign can have a challenge at most.
func (s *Service) Limit(app App, header http.Header) int64 {
	if hook := s.c.Hooks[app]; hook != nil && hook.Signed(header) {
		return eventMost
	}
	return challengeMost
}

// Take verifies and stores what was posted for an app. It answers what a challenge is to be answered with, nil for an event. Signed, but
// not as it is described, is taken and forgotten: that it comes again would help nobody. Errors: zoom.ErrUnsigned, zoom.ErrChallenge;
// another one means that Zoom has to come again.
func (s *Service) Take(ctx context.Context, app App, header http.Header, body []byte) (*zoom.ChallengeAnswer, error) {
	hook := s.c.Hooks[app]
	if hook == nil || !hook.Ready() {
		return nil, zoom.ErrUnsigned
	}
	at, signed := hook.Verify(header, body)
	if signed != nil && (header.Get("X-Zm-Signature") != "" || header.Get("X-Zm-Request-Timestamp") != "") {
		return nil, signed
	}
	e, err := zoom.ReadEvent(body)
	switch {
	case signed != nil && (err != nil || e.Name != zoom.EventChallenge): // only a challenge may come unsigned
		return nil, signed
	case err != nil:
		s.c.Logger.WarnContext(ctx, "an event of Zoom's is not as its description says", "app", app, "error", err)
		s.ignored.unknown(unreadable)
		return nil, nil
	case e.Name == zoom.EventChallenge:
		answer, err := hook.Answer(e.Token)
		return &answer, err
	case !e.Known(), e.Name == zoom.EventDeauthorized && app != UserApp: // people connect with the one app alone
		s.ignored.unknown(e.Name) // more is subscribed to than needed
		return nil, nil
	}
	if e.At.IsZero() {
		e.At = at
	}
	e, ok, err := s.c.Concerns(ctx, e)
	if err != nil || !ok {
		return nil, err
	}
	return nil, s.keep(ctx, e)
}

// keep stores what is needed of an event: no passcode, no topic.
func (s *Service) keep(ctx context.Context, e zoom.Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	key := e.Key()
	fresh, err := s.c.Storage.Arrive(ctx, s.c.Tenant, key, s.box.Seal(body, s.aad(key)), s.c.Now())
	switch {
	case err != nil:
		return err
	case !fresh:
		s.ignored.repeated()
	case s.c.Arrived != nil:
		s.c.Arrived()
	}
	return nil
}

// moveMost is how many jobs are made at once.
const moveMost = 500

// Move makes the jobs of what has arrived: many at once, because one by one they would take most of the time of taking an event. It is run
// when something has arrived, and every second for what another process has left behind. Once a minute it is said what nothing followed from.
func (s *Service) Move(ctx context.Context) error {
	s.ignored.say(ctx, s.c.Logger, s.c.Now())
	for {
		n, err := s.c.Storage.Move(ctx, Job, moveMost)
		if err != nil || n < moveMost {
			return err
		}
	}
}

func (s *Service) aad(key string) keyring.AAD {
	return keyring.AAD{Table: "inbox", Column: "body", Tenant: string(s.c.Tenant), Row: key}
}

// work works Job.
func (s *Service) work(ctx context.Context, j jobs.Job) error {
	sealed, err := s.c.Storage.Kept(ctx, s.c.Tenant, j.Subject)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	body, err := s.box.Open(sealed, s.aad(j.Subject))
	if err != nil {
		return err
	}
	var e zoom.Event
	if err := json.Unmarshal(body, &e); err != nil {
		return errors.Join(zoom.ErrEvent, err)
	}
	if err := s.c.Work(ctx, e); err != nil {
		return err
	}
	return s.c.Storage.Drop(ctx, s.c.Tenant, j.Subject)
}
