// Package directory looks up whom and what a meeting can be held with: people (A7), rooms (A8), and when they are free.
//
// People and rooms are two grants apart from each other and from everything else. Each needs the administrator's switch and Microsoft's
// consent, and acts on behalf of the person in front of the tab. Where one of both is missing, not one call is made: the answer says
// which, and addresses are typed. What is found is remembered for a moment and dropped when the switch goes off ([Service.Forget]).
// When somebody is free is read with the grant of the calendar, which people give when they connect.
//
// Nothing here waits longer than two seconds: what is not known by then is left out.
package directory

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/memo"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

// State tells whether something may be looked up.
type State string

// The states of a grant.
const (
	Granted State = "granted"
	Off     State = "off"     // the administrator has not switched it on
	Missing State = "missing" // Microsoft has not been asked, or said no
)

const (
	patience  = 1800 * time.Millisecond // people wait for the list while they type
	peopleAge = time.Minute
	roomsAge  = 5 * time.Minute
	memoSize  = 5_000
	roomsSize = 100 // tenants
	mostFound = 20
	mostQuery = 100 // characters
)

// Asker is the person in front of the tab. Assertion is the token with which Teams vouches for them.
type Asker struct {
	Person    entra.Person
	Assertion string
}

// Format keeps the token out of logs, whatever the verb.
func (a Asker) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, string(a.Person.ID)) }

// Kind is where somebody was found.
type Kind string

// The kinds of people.
const (
	Near        Kind = "person"    // somebody with whom the asker has to do
	InDirectory Kind = "directory" // of the organisation
	Contact     Kind = "contact"   // kept in the asker's own contacts
)

// Person is somebody who can be invited.
type Person struct {
	Name    string
	Address string
	Kind    Kind
}

// Config is what New needs.
type Config struct {
	Policy   *policy.Service
	Accounts *accounts.Service
	// Patience is how long a look-up may take; 1.8 s when zero. It is real time.
	Patience time.Duration
	Now      func() time.Time
	Logger   *slog.Logger // nil: nothing is logged
}

// Service looks up. It is safe for concurrent use.
type Service struct {
	c      Config
	people *memo.Memo[search, []Person]
	rooms  *memo.Memo[entra.TenantID, []graph.Room] // of a tenant, for those who may see them
}

// search is what one person looked for.
type search struct {
	person entra.Person
	q      string
}

// New makes the service.
func New(c Config) *Service {
	if c.Patience <= 0 {
		c.Patience = patience
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{
		c: c, people: memo.New[search, []Person](peopleAge, memoSize, c.Now), rooms: memo.New[entra.TenantID, []graph.Room](roomsAge, roomsSize, c.Now),
	}
}

// Forget drops what was found for a tenant with a grant that an administrator has switched off.
func (s *Service) Forget(tenant entra.TenantID, grant policy.Feature) {
	switch grant {
	case policy.Contacts:
		s.people.ForgetIf(func(of search, _ []Person) bool { return of.person.Tenant == tenant })
	case policy.Rooms:
		s.rooms.Forget(tenant)
	}
	s.c.Accounts.ForgetDelegations(tenant, grant)
}

// State tells whether a grant, policy.Contacts or policy.Rooms, can be used for somebody. What cannot be found out counts as Missing.
func (s *Service) State(ctx context.Context, a Asker, grant policy.Feature) State {
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	_, state, err := s.enter(ctx, a, grant)
	switch {
	case err != nil && problem.Is(err, problem.NotReady):
		return Off
	case err != nil:
		return Missing
	}
	return state
}

// enter asks policy, and then Microsoft for a client. Errors: NotReady, Forbidden (meetings are switched off), SignIn, Unavailable,
// Internal.
func (s *Service) enter(ctx context.Context, a Asker, grant policy.Feature) (*graph.Client, State, error) {
	if err := s.c.Policy.Allow(ctx, a.Person.Tenant, policy.Meetings); err != nil {
		return nil, Off, err
	}
	err := s.c.Policy.Allow(ctx, a.Person.Tenant, grant)
	if problem.Is(err, problem.Forbidden) {
		return nil, Off, nil
	}
	if err != nil {
		return nil, Off, err
	}
	client, err := s.c.Accounts.OnBehalf(ctx, a.Person, a.Assertion, grant)
	if problem.Is(err, problem.Consent) {
		return nil, Missing, nil
	}
	return client, Granted, err
}

// still tells whether a grant is still switched on: what was found is not kept otherwise.
func (s *Service) still(ctx context.Context, tenant entra.TenantID, grant policy.Feature) bool {
	return s.c.Policy.Allow(context.WithoutCancel(ctx), tenant, grant) == nil
}

// People finds people by the beginnings of their names and addresses; when q is empty, those with whom the asker has most to do. Errors:
// NotReady, Forbidden, SignIn, Unavailable.
func (s *Service) People(ctx context.Context, a Asker, q string) ([]Person, State, error) {
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	client, state, err := s.enter(ctx, a, policy.Contacts)
	if err != nil || state != Granted {
		return nil, state, err
	}
	wanted := search{a.Person, strings.ToLower(clipped(q))}
	if known, ok := s.people.Get(wanted); ok {
		return known, Granted, nil
	}
	found, whole := s.look(ctx, client, wanted)
	if whole {
		s.people.Put(wanted, found)
		if !s.still(ctx, a.Person.Tenant, policy.Contacts) {
			s.Forget(a.Person.Tenant, policy.Contacts)
		}
	}
	return found, Granted, nil
}

func clipped(q string) string {
	q = strings.Join(strings.Fields(q), " ")
	if r := []rune(q); len(r) > mostQuery {
		return string(r[:mostQuery])
	}
	return q
}

// source is one place in which people are looked for.
type source struct {
	kind Kind
	look func(context.Context, string) ([]graph.Found, error)
}

// look asks all sources at once, and takes what has come when the time is over; whole says that all have answered.
func (s *Service) look(ctx context.Context, client *graph.Client, wanted search) (people []Person, whole bool) {
	sources := []source{{Near, client.People}, {InDirectory, client.Users}, {Contact, client.Contacts}}
	if wanted.q == "" {
		sources = sources[:1]
	}
	type answer struct {
		place int
		found []graph.Found
		err   error
	}
	answers := make(chan answer, len(sources))
	for i, from := range sources {
		go func() {
			found, err := from.look(ctx, wanted.q)
			answers <- answer{i, found, err}
		}()
	}
	all, whole := make([][]graph.Found, len(sources)), true
	for range sources {
		select {
		case got := <-answers:
			all[got.place] = got.found
			if got.err != nil {
				s.c.Logger.WarnContext(ctx, "people not looked up", "source", sources[got.place].kind, "error", got.err)
				whole = false
			}
		case <-ctx.Done():
			whole = false
		}
	}
	return merged(sources, all, wanted.person), whole
}

// merged names everybody once, as they were found first, and not who asks.
func merged(sources []source, all [][]graph.Found, asker entra.Person) []Person {
	var people []Person
	seen := map[string]bool{}
	for i, found := range all {
		for _, one := range found {
			address := strings.ToLower(one.Address)
			if seen[address] || strings.EqualFold(one.ID, string(asker.ID)) || len(people) == mostFound {
				continue
			}
			seen[address] = true
			people = append(people, Person{Name: one.Name, Address: one.Address, Kind: sources[i].kind})
		}
	}
	return people
}

// Room is a room that can be invited.
type Room struct {
	Name     string
	Address  string
	Building string // may be empty
	Capacity int    // 0 when nobody has said
	Free     *bool  // during the time asked for; nil when it is not known
}

// RoomSearch is which rooms are wanted. All may be empty.
type RoomSearch struct {
	Q        string    // in the name or the building
	From, To time.Time // then Free is told
	Capacity int       // at least
}

// Rooms finds rooms, the free ones first and the smallest that are large enough. Errors: NotReady, Forbidden, SignIn, Unavailable.
func (s *Service) Rooms(ctx context.Context, a Asker, wanted RoomSearch) ([]Room, State, error) {
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	client, state, err := s.enter(ctx, a, policy.Rooms)
	if err != nil || state != Granted {
		return nil, state, err
	}
	all, known := s.rooms.Get(a.Person.Tenant)
	if !known {
		if all, err = client.Rooms(ctx); err != nil {
			s.c.Logger.WarnContext(ctx, "rooms not looked up", "error", err)
			return nil, Granted, nil
		}
		s.rooms.Put(a.Person.Tenant, all)
		if !s.still(ctx, a.Person.Tenant, policy.Rooms) {
			s.Forget(a.Person.Tenant, policy.Rooms)
		}
	}
	rooms := wanted.choose(all)
	s.mark(ctx, a.Person, wanted, rooms)
	slices.SortStableFunc(rooms, func(one, other Room) int { return cmp.Compare(rank(one.Free), rank(other.Free)) })
	return rooms, Granted, nil
}

// choose takes the rooms that are wanted, the smallest first, those of unknown size last.
func (w RoomSearch) choose(all []graph.Room) []Room {
	q := strings.ToLower(clipped(w.Q))
	rooms := []Room{}
	for _, r := range all {
		if r.Address == "" || r.Capacity < w.Capacity && r.Capacity != 0 || !strings.Contains(strings.ToLower(r.Name+" "+r.Building), q) {
			continue
		}
		rooms = append(rooms, Room{Name: cmp.Or(r.Name, r.Address), Address: r.Address, Building: r.Building, Capacity: r.Capacity})
	}
	slices.SortStableFunc(rooms, func(one, other Room) int {
		unknown := func(r Room) int { return cmp.Compare(0, r.Capacity) } // -1 when it is known
		return cmp.Or(cmp.Compare(unknown(one), unknown(other)), cmp.Compare(one.Capacity, other.Capacity), cmp.Compare(one.Name, other.Name))
	})
	return rooms[:min(len(rooms), mostFound)]
}

// rank orders what is free before what is not known, and that before what is taken.
func rank(free *bool) int {
	switch {
	case free == nil:
		return 1
	case *free:
		return 0
	}
	return 2
}

// mark says which rooms are free, as far as that can be found out in time.
func (s *Service) mark(ctx context.Context, person entra.Person, wanted RoomSearch, rooms []Room) {
	length := wanted.To.Sub(wanted.From)
	if len(rooms) == 0 || wanted.From.IsZero() || length <= 0 || length > longest {
		return
	}
	client, err := s.c.Accounts.Graph(ctx, person)
	if err != nil {
		return // the calendar is not connected, which the form says elsewhere
	}
	addresses := make([]string, len(rooms))
	for i, r := range rooms {
		addresses[i] = r.Address
	}
	schedules, err := client.Schedule(ctx, addresses, wanted.From, wanted.To, "UTC", min(step, length))
	if err != nil {
		s.c.Logger.WarnContext(ctx, "rooms not known to be free", "error", err)
		return
	}
	for _, schedule := range schedules {
		i := slices.IndexFunc(rooms, func(r Room) bool { return strings.EqualFold(r.Address, schedule.Address) })
		if i >= 0 && schedule.Problem == "" {
			free := !taken(schedule.View)
			rooms[i].Free = &free
		}
	}
}
