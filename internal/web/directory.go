package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"causeway/internal/directory"
	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/pace"
	"causeway/internal/policy"
	"causeway/internal/problem"
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
		At
		Everyone  bool            `json:"everyone,omitempty" doc:"Everyone in the conversation is invited, too"`
		Addresses []string        `json:"addresses" nullable:"false" doc:"The first 60 are looked at, with those invited from a conversation after them"`
		From      time.Time       `json:"from"`
		To        time.Time       `json:"to"`
		Zone      string          `json:"zone" doc:"IANA name"`
		Minutes   int             `json:"minutes" doc:"How long the meeting takes"`
		Series    *meetings.Input `json:"series,omitempty" doc:"When a series takes place, as it is typed: its first weeks are held against what the caller has"`
		Members   []string        `json:"members,omitempty" nullable:"false" doc:"Of a change: ids of those invited from the conversation who stay so; absent: all of them"`
		Meeting   string          `json:"meeting,omitempty" maxLength:"600" doc:"The key of the one that is changed: it is not in its own way"`
	}
}

// Availability is when people and rooms are free.
type Availability struct {
	People    []PersonView `json:"people" nullable:"false"`
	Everybody bool         `json:"everybody" doc:"Of everybody invited it is known when they are free"`
	Unseen    int          `json:"unseen" doc:"Of how many it is not, as far as that is known"`
	Proposals []Span       `json:"proposals" nullable:"false" doc:"When everybody is free of whom that is known"`
	Overlaps  []OwnEntry   `json:"overlaps" nullable:"false" doc:"What the caller has at that time, in the own calendar or at Zoom"`
	Clashes   []OwnEntry   `json:"clashes" nullable:"false" doc:"What the caller has when a later meeting of the series takes place"`
	Checked   int          `json:"checked" doc:"How many meetings of the series were looked at, from the first on"`
	Notes     []string     `json:"notes" nullable:"false" doc:"Sentences about what could not be found out"`
}

// PersonView is when somebody is taken.
type PersonView struct {
	Name    string `json:"name,omitempty" doc:"Of who is invited from a conversation"`
	Address string `json:"address"`
	View    string `json:"view" doc:"A digit per 30 minutes: 0 free, 1 tentative, 2 busy, 3 out of office, 4 working elsewhere"`
}

// Span is a time between two moments.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// OwnEntry is something that the caller has, in the calendar or at Zoom.
type OwnEntry struct {
	Topic string    `json:"topic"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

func (s *server) availability(ctx context.Context, who entra.Identity, in *availabilityInput) (Availability, error) {
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return Availability{}, err
	}
	w := directory.Wish{
		Addresses: in.Body.Addresses, From: in.Body.From, To: in.Body.To, Zone: in.Body.Zone, Duration: time.Duration(in.Body.Minutes) * time.Minute,
	}
	if _, err := w.Check(); err != nil { // before anybody is asked
		return Availability{}, err
	}
	members, err := s.booked(ctx, who, in, &w)
	if err != nil {
		return Availability{}, err
	}
	result, texts := Availability{Notes: []string{}, Proposals: []Span{}}, s.c.Texts.For(in.AcceptLanguage)
	if in.Body.Series != nil {
		result.Checked = addSeries(&w, s.c.Meetings.FirstOf(*in.Body.Series))
	}
	if problem.Is(s.addHosted(ctx, who, in, &w), problem.Unavailable) {
		result.Notes = append(result.Notes, texts.T("web.availability_no_zoom"))
	}
	listed := true
	if in.Body.Everyone {
		here, err := s.c.Meetings.Members(ctx, s.visitorAt(who, in.Visit, in.Body.At))
		if listed = err == nil; !listed && !problem.Is(err, problem.Unavailable) && !problem.Is(err, problem.Busy) {
			return Availability{}, err
		}
		for _, m := range here {
			members = append(members, meetings.Named{Name: m.Name, Address: m.Address})
		}
	}
	if !listed {
		result.Notes = append(result.Notes, texts.T("web.availability_no_members"))
	}
	mailless := addMembers(&w, members)
	found, err := s.c.Directory.Availability(ctx, who.Person, w)
	if err != nil {
		return Availability{}, err
	}
	result.Unseen = found.Unseen + mailless
	result.Everybody = listed && result.Unseen == 0
	result.People = personViews(found.People, members)
	for _, p := range found.Proposals {
		result.Proposals = append(result.Proposals, Span(p))
	}
	result.Overlaps, result.Clashes = ownEntries(found.Overlaps), ownEntries(found.Clashes)
	if found.Note != "" {
		result.Notes = append(result.Notes, texts.T(found.Note))
	}
	if found.Beyond > 0 {
		result.Notes = append(result.Notes, texts.N("web.availability_most", directory.LookedAt))
	}
	return result, nil
}

func ownEntries(found []directory.Entry) []OwnEntry {
	all := make([]OwnEntry, len(found))
	for i, e := range found {
		all[i] = OwnEntry{Topic: e.Topic, Start: e.Start, End: e.End}
	}
	return all
}

// addSeries has the later meetings of a series looked at. It answers how many are, with the first.
func addSeries(w *directory.Wish, first []meetings.Occurrence) int {
	for _, o := range first[min(len(first), 1):] {
		w.Later = append(w.Later, directory.Span{Start: o.Start, End: o.Start.Add(o.Duration)})
	}
	return len(first)
}

// addHosted adds the caller's own meetings that are not in the calendar. Who has not connected Zoom has none.
func (s *server) addHosted(ctx context.Context, who entra.Identity, in *availabilityInput, w *directory.Wish) error {
	found, err := s.c.Meetings.Hosting(ctx, s.visitor(who, in.Visit), w.From, w.Until(), in.Body.Meeting)
	for _, u := range found {
		w.Busy = append(w.Busy, directory.Entry{Span: directory.Span{Start: *u.Start, End: *u.End}, Topic: u.Topic})
	}
	return err
}

// addMembers has those looked at, too, who are invited from a conversation. It answers how many of them have no address.
func addMembers(w *directory.Wish, members []meetings.Named) (mailless int) {
	w.Addresses = slices.Clone(w.Addresses)
	known := map[string]bool{}
	for _, address := range w.Addresses {
		known[strings.ToLower(address)] = true
	}
	for _, m := range members {
		key := strings.ToLower(m.Address)
		switch {
		case m.Address == "":
			mailless++
		case !known[key]:
			known[key] = true
			w.Addresses = append(w.Addresses, m.Address)
		}
	}
	return mailless
}

func personViews(found []directory.View, members []meetings.Named) []PersonView {
	names := map[string]string{}
	for _, m := range members {
		names[strings.ToLower(m.Address)] = m.Name
	}
	views := make([]PersonView, len(found))
	for i, v := range found {
		views[i] = PersonView{Name: names[strings.ToLower(v.Address)], Address: v.Address, View: v.View}
	}
	return views
}

// booked notes what the meeting that is changed takes itself, and answers whom it has invited from a conversation, as far as they stay invited.
func (s *server) booked(ctx context.Context, who entra.Identity, in *availabilityInput, w *directory.Wish) ([]meetings.Named, error) {
	if in.Body.Meeting == "" {
		return nil, nil
	}
	taken, err := s.c.Meetings.Booked(ctx, s.visitor(who, in.Visit), in.Body.Meeting, in.Body.From, in.Body.To)
	w.Own = directory.Own{Event: taken.Event, Addresses: taken.Addresses}
	for _, m := range taken.Members {
		w.Own.Addresses = append(w.Own.Addresses, m.Address)
	}
	for _, o := range taken.Held {
		w.Own.Spans = append(w.Own.Spans, directory.Span{Start: o.Start, End: o.Start.Add(o.Duration)})
	}
	if in.Body.Members == nil {
		return taken.Members, err
	}
	return slices.DeleteFunc(taken.Members, func(m meetings.Named) bool { return !slices.Contains(in.Body.Members, m.ID) }), err
}
