package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"causeway/internal/directory"
	"causeway/internal/entra"
	"causeway/internal/policy"
)

// directoryRoutes look people and rooms up, and when they are free.
func (s *server) directoryRoutes(a huma.API) {
	huma.Register(a, operation(http.MethodGet, "/api/people", "people", "Find people to invite"), handled(s, s.people))
	huma.Register(a, operation(http.MethodGet, "/api/rooms", "rooms", "Find rooms"), handled(s, s.rooms))
	huma.Register(a, operation(http.MethodPost, "/api/availability", "availability", "See when people and rooms are free"), handled(s, s.availability))
}

func askerOf(ctx context.Context) directory.Asker {
	who := callerOf(ctx)
	return directory.Asker{Person: who.Person, Assertion: who.token}
}

// grant tells the caller whether a grant can be used.
func (s *server) grant(ctx context.Context, grant policy.Feature) string {
	return string(s.c.Directory.State(ctx, askerOf(ctx), grant))
}

// grants tells which of them can be used.
func (s *server) grants(ctx context.Context) Grants {
	return Grants{Contacts: s.grant(ctx, policy.Contacts), Rooms: s.grant(ctx, policy.Rooms)}
}

type peopleInput struct {
	Call
	Q string `query:"q" maxLength:"200" doc:"Beginnings of names or of an address"`
}

// FoundPeople are people who can be invited.
type FoundPeople struct {
	People []FoundPerson `json:"people" nullable:"false"`
	State  string        `json:"state" enum:"granted,off,missing"`
}

// FoundPerson is one of them.
type FoundPerson struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Kind    string `json:"kind" enum:"person,directory,contact"`
}

func (s *server) people(ctx context.Context, _ entra.Identity, in *peopleInput) (FoundPeople, error) {
	found, state, err := s.c.Directory.People(ctx, askerOf(ctx), in.Q)
	people := FoundPeople{People: make([]FoundPerson, len(found)), State: string(state)}
	for i, p := range found {
		people.People[i] = FoundPerson{Name: p.Name, Address: p.Address, Kind: string(p.Kind)}
	}
	return people, err
}

type roomsInput struct {
	Call
	Q        string    `query:"q" maxLength:"200" doc:"In the name or the building"`
	From     time.Time `query:"from" doc:"With to: tells which rooms are free"`
	To       time.Time `query:"to"`
	Capacity int       `query:"capacity" minimum:"0" doc:"At least"`
}

// FoundRooms are rooms that can be invited.
type FoundRooms struct {
	Rooms []FoundRoom `json:"rooms" nullable:"false"`
	State string      `json:"state" enum:"granted,off,missing"`
}

// FoundRoom is one of them.
type FoundRoom struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Building string `json:"building,omitempty"`
	Capacity int    `json:"capacity,omitempty"`
	Free     *bool  `json:"free,omitempty" doc:"During the time asked for, when that is known"`
}

func (s *server) rooms(ctx context.Context, _ entra.Identity, in *roomsInput) (FoundRooms, error) {
	found, state, err := s.c.Directory.Rooms(ctx, askerOf(ctx), directory.RoomSearch{Q: in.Q, From: in.From, To: in.To, Capacity: in.Capacity})
	rooms := FoundRooms{Rooms: make([]FoundRoom, len(found)), State: string(state)}
	for i, r := range found {
		rooms.Rooms[i] = FoundRoom(r)
	}
	return rooms, err
}

type availabilityInput struct {
	Visit
	Body struct {
		Addresses []string  `json:"addresses" nullable:"false"`
		From      time.Time `json:"from"`
		To        time.Time `json:"to"`
		Zone      string    `json:"zone" doc:"IANA name"`
		Minutes   int       `json:"minutes" doc:"How long the meeting takes"`
		Meeting   string    `json:"meeting,omitempty" maxLength:"600" doc:"The key of the one that is changed: it is not in its own way"`
	}
}

// Availability is when people and rooms are free.
type Availability struct {
	People    []PersonView `json:"people" nullable:"false"`
	Proposals []Span       `json:"proposals" nullable:"false" doc:"When everybody is free"`
	Overlaps  []OwnEntry   `json:"overlaps" nullable:"false" doc:"What the caller's own calendar holds at that time"`
	Note      string       `json:"note,omitempty" doc:"A sentence about what could not be found out"`
}

// PersonView is when somebody is taken.
type PersonView struct {
	Address string `json:"address"`
	View    string `json:"view" doc:"A digit per 30 minutes: 0 free, 1 tentative, 2 busy, 3 out of office, 4 working elsewhere"`
}

// Span is a time between two moments.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// OwnEntry is an entry of the caller's calendar.
type OwnEntry struct {
	Topic string    `json:"topic"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

func (s *server) availability(ctx context.Context, who entra.Identity, in *availabilityInput) (Availability, error) {
	own, err := s.booked(ctx, who, in)
	if err != nil {
		return Availability{}, err
	}
	found, err := s.c.Directory.Availability(ctx, who.Person, directory.Wish{
		Addresses: in.Body.Addresses, From: in.Body.From, To: in.Body.To, Zone: in.Body.Zone, Duration: time.Duration(in.Body.Minutes) * time.Minute, Own: own,
	})
	if err != nil {
		return Availability{}, err
	}
	result := Availability{People: []PersonView{}, Proposals: []Span{}, Overlaps: []OwnEntry{}}
	for _, v := range found.People {
		result.People = append(result.People, PersonView(v))
	}
	for _, p := range found.Proposals {
		result.Proposals = append(result.Proposals, Span(p))
	}
	for _, e := range found.Overlaps {
		result.Overlaps = append(result.Overlaps, OwnEntry{Topic: e.Topic, Start: e.Start, End: e.End})
	}
	if found.Note != "" {
		result.Note = s.c.Texts.For(in.AcceptLanguage).T(found.Note)
	}
	return result, nil
}

// booked is what the meeting that is changed takes itself.
func (s *server) booked(ctx context.Context, who entra.Identity, in *availabilityInput) (directory.Own, error) {
	if in.Body.Meeting == "" {
		return directory.Own{}, nil
	}
	taken, err := s.c.Meetings.Booked(ctx, s.visitor(who, in.Visit), in.Body.Meeting, in.Body.From, in.Body.To)
	own := directory.Own{Event: taken.Event, Addresses: taken.Addresses}
	for _, o := range taken.Held {
		own.Spans = append(own.Spans, directory.Span{Start: o.Start, End: o.Start.Add(o.Duration)})
	}
	return own, err
}
