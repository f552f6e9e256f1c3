// Package live tells the pages that people have open that something they show has changed, so that they ask again. It carries no
// content: what a page may see is decided when it asks.
//
// Whoever changes something calls [Hub.Changed] once it is stored; the door keeps a [Stream] for each open page. Several
// processes on one PostgreSQL tell each other (announce.go). A change may be told twice and, when a connection broke, late as part
// of "everything": pages read the truth anew each time.
//
// It stands on entra for ids alone, and on nothing else of the product.
package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"causeway/internal/entra"
)

// Kind is what has changed, in the words of the page.
type Kind string

// The kinds of change.
const (
	Meetings Kind = "meetings" // a meeting, or what the calendar says of it
	Account  Kind = "account"  // the connection to Zoom or Microsoft, or the person's settings
	Policy   Kind = "policy"   // an approval or a switch
)

// kinds are all of them: what is told when it is not known what was missed.
func kinds() []Kind { return []Kind{Meetings, Account, Policy} }

const (
	perPerson = 6 // pages of one person
	inAll     = 10_000
)

// ErrTooMany says that a person, or everybody together, has too many pages open.
var ErrTooMany = errors.New("live: too many open pages")

// Options are what New needs. All may be empty.
type Options struct {
	Pool   *pgxpool.Pool // where other processes are reached; nil: there are none
	Most   int           // streams in all; 10,000 when zero
	Logger *slog.Logger  // nil: nothing is logged
}

// Hub knows the open pages of this process. It is safe for concurrent use.
type Hub struct {
	o       Options
	name    string // of this process, among those that announce
	outward chan announcement

	mu      sync.Mutex
	ended   bool
	total   int
	streams map[entra.Person]map[*Stream]struct{}
	tabs    map[Conversation]map[*Stream]struct{} // the same, of those that are open in a conversation
}

// Conversation is a chat or channel in whose tab pages are open.
type Conversation struct {
	Tenant entra.TenantID
	ID     string // Teams'
}

// New makes a hub. Other processes are heard and told while Run runs.
func New(o Options) *Hub {
	if o.Most <= 0 {
		o.Most = inAll
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Hub{o: o, name: newName(), outward: make(chan announcement, outwardMost), streams: map[entra.Person]map[*Stream]struct{}{}, tabs: map[Conversation]map[*Stream]struct{}{}}
}

// Changed tells the pages of people, in all processes, that something of a kind has changed. A person without an id stands for
// everybody of the tenant. It never waits and cannot fail.
func (h *Hub) Changed(ctx context.Context, kind Kind, people ...entra.Person) {
	h.wake(kind, people)
	if h.o.Pool != nil {
		h.announce(ctx, kind, people)
	}
}

// ChangedIn tells the pages in the tabs of conversations, in all processes, that something of a kind has changed. It never waits and cannot fail.
func (h *Hub) ChangedIn(ctx context.Context, kind Kind, conversations ...Conversation) {
	h.wakeIn(kind, conversations)
	if h.o.Pool != nil {
		h.announceIn(ctx, kind, conversations)
	}
}

// wakeIn tells the pages of this process.
func (h *Hub) wakeIn(kind Kind, conversations []Conversation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range conversations {
		ring(h.tabs[c], kind)
	}
}

// wake tells the pages of this process.
func (h *Hub) wake(kind Kind, people []entra.Person) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range people {
		if p.ID != "" {
			ring(h.streams[p], kind)
			continue
		}
		for person, streams := range h.streams {
			if person.Tenant == p.Tenant {
				ring(streams, kind)
			}
		}
	}
}

// wakeAll tells every page of this process that anything may have changed.
func (h *Hub) wakeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, streams := range h.streams {
		ring(streams, kinds()...)
	}
}

func ring(streams map[*Stream]struct{}, changed ...Kind) {
	for s := range streams {
		s.ring(changed)
	}
}

// Open begins the stream of a page of a person, which is open in a conversation's tab, or with "" in the person's own. Close it.
// Error: ErrTooMany.
func (h *Hub) Open(person entra.Person, conversation string) (*Stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended || h.total >= h.o.Most || len(h.streams[person]) >= perPerson {
		return nil, ErrTooMany
	}
	s := &Stream{hub: h, person: person, tab: Conversation{person.Tenant, conversation}, rung: make(chan struct{}, 1), ended: make(chan struct{})}
	put(h.streams, person, s)
	if conversation != "" {
		put(h.tabs, s.tab, s)
	}
	h.total++
	return s, nil
}

func put[K comparable](all map[K]map[*Stream]struct{}, key K, s *Stream) {
	if all[key] == nil {
		all[key] = map[*Stream]struct{}{}
	}
	all[key][s] = struct{}{}
}

func remove[K comparable](all map[K]map[*Stream]struct{}, key K, s *Stream) {
	if delete(all[key], s); len(all[key]) == 0 {
		delete(all, key)
	}
}

// End ends all streams, so that the server can stop, and opens no more.
func (h *Hub) End() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	for _, streams := range h.streams {
		for s := range streams {
			s.end()
		}
	}
}

// Stream is what one open page is told.
type Stream struct {
	hub    *Hub
	person entra.Person
	tab    Conversation
	rung   chan struct{}
	ended  chan struct{}
	once   sync.Once

	mu      sync.Mutex
	changed []Kind
}

// Rung receives when there is something to Take.
func (s *Stream) Rung() <-chan struct{} { return s.rung }

// Ended is closed when the hub has ended the stream.
func (s *Stream) Ended() <-chan struct{} { return s.ended }

// Take answers what has changed since it was called last, each kind once.
func (s *Stream) Take() []Kind {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.changed
	s.changed = nil
	return taken
}

// Close forgets the page.
func (s *Stream) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if _, open := s.hub.streams[s.person][s]; !open {
		return
	}
	s.hub.total--
	remove(s.hub.streams, s.person, s)
	remove(s.hub.tabs, s.tab, s)
}

func (s *Stream) ring(changed []Kind) {
	s.mu.Lock()
	for _, kind := range changed {
		if !slices.Contains(s.changed, kind) {
			s.changed = append(s.changed, kind)
		}
	}
	s.mu.Unlock()
	select {
	case s.rung <- struct{}{}:
	default: // it has not been heard yet
	}
}

func (s *Stream) end() { s.once.Do(func() { close(s.ended) }) }
