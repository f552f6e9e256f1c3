// Package bot is the door through which Teams comes in: POST /api/messages. It verifies, decodes and tells what is asked;
// the features decide what happens.
//
// An invoke is answered at once with what the feature says, within four seconds whatever Zoom does. Everything else (typed
// commands, buttons in messages, installations) is stored in the inbox and acknowledged; the job bot.activity works it. It
// has no rules of its own but how Teams is spoken to.
package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/pace"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/tally"
	"causeway/internal/teams"
	"causeway/internal/whiteboards"
)

// Kinds of the jobs that this package works.
const (
	ActivityJob = "bot.activity" // subject: the key of an activity in the inbox
	WelcomeJob  = "bot.welcome"  // subject: the same
)

const (
	maxBody   = 256 << 10
	usualBody = 8 << 10
	// answerIn is how long an invoke usually may take: Teams gives up after five seconds.
	answerIn = 3500 * time.Millisecond
)

// Storage is the inbox: what arrived, sealed, kept for some days so that what arrives again is known.
type Storage interface {
	// Keep stores a sealed activity under its key with the jobs that work it, unless the key is known.
	Keep(ctx context.Context, tenant entra.TenantID, key string, sealed []byte, at time.Time, follow ...jobs.Job) error
	// Kept answers the sealed activity; problem.NotFound.
	Kept(ctx context.Context, tenant entra.TenantID, key string) ([]byte, error)
	// Forget deletes what arrived before a time.
	Forget(ctx context.Context, before time.Time) error
}

// Config is what New needs.
type Config struct {
	Storage       Storage
	Verifier      *teams.Verifier
	Accounts      *accounts.Service
	Chats         *chats.Service
	Policy        *policy.Service
	Meetings      *meetings.Service
	Whiteboards   *whiteboards.Service
	Notifications *notifications.Service
	Pace          *pace.Pace
	Texts         *i18n.Catalogue
	Ring          *keyring.Ring
	PublicURL     string
	Tab           func(page string) string // the address in Teams of a page of the tab
	Language      string                   // of the organisation, in which everybody is answered where many are; the asker's when empty
	AnswerIn      time.Duration            // how long an invoke may take; 3.5 s when zero
	Now           func() time.Time
	Logger        *slog.Logger
}

// Bot answers Teams.
type Bot struct {
	c        Config
	box      *keyring.Box
	commands commands
	refused  tally.Tally // posts, by the status that they were answered with
	bodies   sync.Pool   // of *bytes.Buffer, for answers
}

// New makes the door.
func New(c Config) *Bot {
	if c.AnswerIn <= 0 {
		c.AnswerIn = answerIn
	}
	b := &Bot{c: c, box: c.Ring.For("inbox"), commands: newCommands(c.Texts), bodies: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	c.Notifications.Handle(notifications.Relink, b.relinkMessage)
	c.Notifications.Handle(notifications.AccountMoved, b.movedMessage)
	return b
}

// Jobs are the job kinds of this package and who works them.
func (b *Bot) Jobs() map[string]func(context.Context, jobs.Job) error {
	return map[string]func(context.Context, jobs.Job) error{ActivityJob: b.work, WelcomeJob: b.welcome}
}

// ServeHTTP answers POST /api/messages: 403 for whoever is not Teams, before the body is read.
func (b *Bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, status, err := b.receive(w, r)
	if err != nil {
		if said := b.refused.Add(b.c.Now(), map[string]int{strconv.Itoa(status): 1}); said != nil {
			b.c.Logger.InfoContext(r.Context(), "activities refused", slog.Group("posts", said...), "reason", err.Error())
		}
		w.Header().Set("Connection", "close") // what is left of the body is not read
		w.WriteHeader(status)
		return
	}
	if a.Type != teams.TypeInvoke {
		if err := b.keep(r.Context(), a); err != nil {
			b.c.Logger.ErrorContext(r.Context(), "activity not kept", "error", err)
			w.WriteHeader(http.StatusServiceUnavailable) // Teams sends it again
			return
		}
		w.WriteHeader(http.StatusOK)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), b.c.AnswerIn)
	defer cancel()
	b.write(w, b.answer(ctx, a))
}

// receive verifies the header, then reads and checks the activity.
func (b *Bot) receive(w http.ResponseWriter, r *http.Request) (*teams.Activity, int, error) {
	claims, err := b.c.Verifier.Authenticate(r)
	if err != nil {
		return nil, http.StatusForbidden, err
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, http.StatusUnsupportedMediaType, errors.New("compressed body")
	}
	body, err := read(w, r)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, http.StatusRequestEntityTooLarge, err
	}
	if err != nil {
		return nil, http.StatusBadRequest, err
	}
	a, err := teams.Decode(body)
	if errors.Is(err, teams.ErrUntrusted) { // it says one thing twice
		return nil, http.StatusForbidden, err
	}
	if err != nil {
		return nil, http.StatusBadRequest, err
	}
	if err := b.c.Verifier.Check(claims, a); err != nil {
		return nil, http.StatusForbidden, err
	}
	return a, http.StatusOK, nil
}

func (b *Bot) write(w http.ResponseWriter, a teams.Answer) {
	body, _ := b.bodies.Get().(*bytes.Buffer)
	defer b.bodies.Put(body)
	body.Reset()
	if err := json.NewEncoder(body).Encode(a.Body); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(a.Status)
	_, _ = w.Write(body.Bytes()) // the other side went away: nobody is left to tell
}

// caller is who acts, where, and in which language, as the verified activity says.
type caller struct {
	chats.Speaker
	place chats.Place
	p     i18n.Printer
	a     *teams.Activity
	typed meetings.Input // what was written instead of filling in the form
}

// who reads the caller off an activity. Somebody without an Entra identity (a federated or anonymous person) is Forbidden.
func (b *Bot) who(ctx context.Context, a *teams.Activity) (caller, error) {
	from := a.Sender()
	c := caller{place: chats.PlaceOf(a), p: b.c.Texts.For(a.Language()), a: a}
	if from.AADObjectID == "" {
		return c, problem.New(problem.Forbidden, "bot.no_identity")
	}
	c.Speaker = chats.Speaker{
		Person: entra.Person{Tenant: c.place.Tenant, ID: entra.ObjectID(strings.ToLower(from.AADObjectID))},
		User:   from.ID, Name: from.Name, Locale: a.Language(), Zone: a.Zone(),
	}
	if err := b.c.Chats.Seen(ctx, c.place, c.Speaker); err != nil {
		return c, err
	}
	language, err := b.language(ctx, c)
	c.p = b.c.Texts.For(language)
	return c, err
}

// language is how the caller is answered: in the chosen language where nobody else reads it, which is the personal chat and every
// dialog; else in that of the organisation.
func (b *Bot) language(ctx context.Context, c caller) (string, error) {
	if c.place.Kind != chats.Personal && c.a.Type != teams.TypeInvoke && b.c.Language != "" {
		return b.c.Language, nil
	}
	return b.c.Chats.Language(ctx, c.Person, c.Locale)
}
