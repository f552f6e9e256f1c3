// Package jwks verifies signed tokens with the keys that their issuer publishes.
//
// A [Set] is the key document of one issuer: fetched when first needed, read again when a token names a key that is not
// there, kept while the issuer cannot be reached. Keys keep the endorsements that the Bot Framework writes beside them,
// which other key-set libraries drop. A [Verifier] accepts RS256 tokens of the issuers that it was given, and remembers
// those it has verified, so that a repeated token costs a look-up.
//
// What the claims mean is the business of the neighbours: teams (the bot's callers) and entra (people and the tab).
package jwks

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Errors that a caller can tell apart. All others that Verify returns wrap one of them.
var (
	ErrUnknownKey  = errors.New("jwks: the issuer publishes no such key")
	ErrUnavailable = errors.New("jwks: the issuer's keys cannot be read")
)

const (
	defaultMinRefresh   = 5 * time.Minute
	defaultMaxAge       = 24 * time.Hour
	defaultRefreshAfter = time.Hour
	fetchTimeout        = 10 * time.Second
	// coldPause is how long nothing is fetched after a failure while there is no usable key at all. It is short, because
	// every token is refused meanwhile.
	coldPause = 10 * time.Second
)

// Options say where the keys are and how long they hold. ConfigURL or KeysURL is required, and HTTP.
type Options struct {
	// ConfigURL is an OpenID configuration; its jwks_uri names the keys, and must have the same scheme.
	ConfigURL string
	// KeysURL is the key document itself; with it, ConfigURL is not read.
	KeysURL string
	// HTTP fetches both. The origins that it may call are its own affair.
	HTTP *http.Client
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// MinRefresh is the pause after a fetch that failed or did not bring the key that was asked for: 5 minutes when zero.
	MinRefresh time.Duration
	// MaxAge is how long keys are believed without being read again: 24 hours when zero.
	MaxAge time.Duration
	// RefreshAfter is the age at which keys in use are read again in the background: 1 hour when zero.
	RefreshAfter time.Duration
}

// Key is one published RSA key.
type Key struct {
	RSA *rsa.PublicKey
	// Endorsements are the channels for which the key may sign (Bot Framework); nil when the document names none.
	Endorsements []string
}

// Endorses tells whether the key may sign for channel: it lists the channel, or lists nothing at all (other issuers).
// An empty channel is never endorsed.
func (k Key) Endorses(channel string) bool {
	return channel != "" && (k.Endorsements == nil || slices.Contains(k.Endorsements, channel))
}

// Set is the keys of one issuer. It is safe for concurrent use.
type Set struct {
	o   Options
	doc atomic.Pointer[document] // never nil

	mu        sync.Mutex
	flight    *flight   // the fetch under way
	fruitless time.Time // when the last fetch failed or did not bring what was asked for; zero when it did
}

// flight is one fetch that everybody waits for who needs it.
type flight struct {
	done   chan struct{}
	wanted []string // the key ids because of which it flies
	err    error    // valid when done
}

// New makes a set. Nothing is fetched yet.
func New(o Options) *Set {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.MinRefresh = orDefault(o.MinRefresh, defaultMinRefresh)
	o.MaxAge = orDefault(o.MaxAge, defaultMaxAge)
	o.RefreshAfter = orDefault(o.RefreshAfter, defaultRefreshAfter)
	s := &Set{o: o}
	s.doc.Store(&document{})
	return s
}

func orDefault(d, standard time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return standard
}

// Key returns the key named kid. A name that is not known has the document read again, by one caller for all, and not
// again for MinRefresh when that did not help; ErrUnknownKey then. Known keys work while the document cannot be read, up
// to MaxAge; ErrUnavailable after that.
func (s *Set) Key(ctx context.Context, kid string) (Key, error) {
	now := s.o.Now()
	doc := s.doc.Load()
	if key, ok := doc.keys[kid]; ok && s.usable(doc, now) {
		if now.Sub(doc.fetched) >= s.o.RefreshAfter {
			s.start(ctx, "")
		}
		return key, nil
	}
	var failed error
	if f := s.start(ctx, kid); f != nil {
		select {
		case <-f.done:
			failed = f.err
		case <-ctx.Done():
			return Key{}, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		}
	}
	doc = s.doc.Load()
	if !s.usable(doc, s.o.Now()) {
		if failed == nil {
			failed = errors.New("the last try failed a moment ago")
		}
		return Key{}, fmt.Errorf("%w: %w", ErrUnavailable, failed)
	}
	if key, ok := doc.keys[kid]; ok {
		return key, nil
	}
	return Key{}, ErrUnknownKey
}

// Refresh reads the keys now, or joins the fetch under way: to start warm, and to check that the address is right.
func (s *Set) Refresh(ctx context.Context) error {
	s.mu.Lock()
	f := s.fly(ctx)
	s.mu.Unlock()
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Set) usable(doc *document, now time.Time) bool {
	return len(doc.keys) > 0 && now.Sub(doc.fetched) <= s.o.MaxAge
}

// start begins a fetch or joins the one under way. It returns nil when none may begin now, and when none is needed
// because the key arrived meanwhile. An empty kid means that the keys are merely old.
func (s *Set) start(ctx context.Context, kid string) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, doc := s.o.Now(), s.doc.Load()
	if s.flight == nil {
		if _, ok := doc.keys[kid]; ok && s.usable(doc, now) || s.pausing(doc, now) {
			return nil
		}
	}
	f := s.fly(ctx)
	if kid != "" {
		f.wanted = append(f.wanted, kid)
	}
	return f
}

// pausing tells whether the last fetch was of no use, and too recent for another one. s.mu is held.
func (s *Set) pausing(doc *document, now time.Time) bool {
	pause := s.o.MinRefresh
	if !s.usable(doc, now) {
		pause = min(pause, coldPause)
	}
	since := now.Sub(s.fruitless)
	return since >= 0 && since < pause // a clock that was set back starts anew
}

// fly returns the fetch under way, or begins one. s.mu is held.
func (s *Set) fly(ctx context.Context) *flight {
	if s.flight == nil {
		s.flight = &flight{done: make(chan struct{})}
		// Many wait for it: that the first of them goes away ends nothing.
		go s.fetch(context.WithoutCancel(ctx), s.flight)
	}
	return s.flight
}

func (s *Set) fetch(ctx context.Context, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	keys, err := s.read(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	s.fruitless = time.Time{}
	if err == nil {
		s.doc.Store(&document{keys: keep(s.doc.Load().keys, keys), fetched: now})
	}
	if err != nil || slices.ContainsFunc(f.wanted, func(kid string) bool { _, ok := keys[kid]; return !ok }) {
		s.fruitless = now
	}
	f.err, s.flight = err, nil
	close(f.done)
}
