package meetings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// Visitor is who acts in the tab, as the token says.
type Visitor struct {
	Person entra.Person
	Name   string
	Locale string
	Zone   string // IANA name, "" when unknown
	At     At     // the conversation in whose tab it is
}

// Keys name a meeting in the tab: our id of it, or with one of these letters what only Zoom or only the calendar knows.
const (
	numberKey = "z" // Zoom's number
	eventKey  = "e" // the id of an event
)

// numberOf reads the key of a meeting that only Zoom knows.
func numberOf(key string) (zoom.MeetingID, bool) {
	digits, ok := strings.CutPrefix(key, numberKey)
	if !ok || len(digits) > 15 {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return zoom.MeetingID(n), err == nil && n > 0
}

// take answers a meeting of the person's own to act upon. One that only Zoom knows becomes ours first, without an entry in the calendar.
// Errors: as Own; NotLinked, Busy (it is still being made), Unavailable.
func (s *Service) take(ctx context.Context, v Visitor, key string) (Meeting, error) {
	m, ours, err := s.seek(ctx, v, key)
	if err != nil || ours {
		return m, err
	}
	return s.keep(ctx, m)
}

// seek answers a meeting of the person's own, and whether it is one of ours; else it is as Zoom has it. Errors: as take.
func (s *Service) seek(ctx context.Context, v Visitor, key string) (m Meeting, ours bool, err error) {
	number, ok := numberOf(key)
	if !ok {
		m, err = s.Own(ctx, v.Person, key)
		return m, true, err
	}
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return Meeting{}, false, err
	}
	id, err := s.c.Storage.ByNumber(ctx, v.Person, number)
	if err == nil {
		m, err = s.Own(ctx, v.Person, id)
		return m, true, err
	}
	if !problem.Is(err, problem.NotFound) {
		return Meeting{}, false, err
	}
	z, err := s.hosted(ctx, v, number)
	if err != nil {
		return Meeting{}, false, err
	}
	half, err := s.halfMade(ctx, v.Person.Tenant, z)
	if err != nil {
		return Meeting{}, false, err
	}
	if half {
		return Meeting{}, false, problem.New(problem.Busy, "upcoming.still_making").WithUntil(s.c.Now().Add(lease))
	}
	return s.foreign(v, z), false, nil
}

// Booked is what a meeting takes of people's time.
type Booked struct {
	Event     string   // in the organiser's calendar, of a series the master; may be empty
	Addresses []string // of the people and rooms invited by address
	Members   []Named  // invited from the conversation for which it was made
	Held      []Occurrence
}

// Booked answers what a meeting of the person's own takes between two moments, by its key. Errors: as Own; NotLinked, Unavailable.
func (s *Service) Booked(ctx context.Context, v Visitor, key string, from, to time.Time) (Booked, error) {
	m, _, err := s.seek(ctx, v, key)
	if err != nil {
		return Booked{}, err
	}
	record, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return Booked{}, err
	}
	b := Booked{Event: record.EventID}
	if o, ok := s.chosenOf(m.Draft, time.Time{}); ok && b.Event == "" {
		if b.Event, err = s.eventOf(ctx, m, o); err != nil {
			s.c.Logger.WarnContext(ctx, "a meeting's event is not known", "meeting", m.ID, "error", err)
		}
	}
	for _, guest := range slices.Concat(m.Draft.Invitees, m.Draft.Rooms) {
		b.Addresses = append(b.Addresses, guest.Address)
	}
	invited, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return Booked{}, err
	}
	for _, i := range invited {
		b.Members = append(b.Members, Named{ID: i.key(), Name: i.Name, Address: i.Address})
	}
	for _, o := range m.Draft.Occurrences() {
		if !o.Cancelled && o.Start.Before(to) && o.Start.Add(o.Duration).After(from) {
			b.Held = append(b.Held, o)
		}
	}
	return b, nil
}

// hosted reads a meeting of the person's own at Zoom.
func (s *Service) hosted(ctx context.Context, v Visitor, number zoom.MeetingID) (zoom.Meeting, error) {
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err != nil {
		return zoom.Meeting{}, err
	}
	z, err := client.MeetingWith(ctx, number, true)
	if err != nil {
		return z, s.failure(ctx, Meeting{Organizer: v.Person, Draft: Draft{Zone: v.Zone}}, gone(err))
	}
	return z, s.isHost(ctx, v.Person, z)
}

// isHost answers nil when a person hosts a meeting at Zoom, and else NotFound: Zoom shows one to whoever may schedule for its host, too.
func (s *Service) isHost(ctx context.Context, person entra.Person, z zoom.Meeting) error {
	account, err := s.c.Accounts.Account(ctx, person)
	if err == nil && (z.Host == "" || z.Host != account.ZoomUser) {
		err = problem.New(problem.NotFound, "meetings.not_yours")
	}
	return err
}

// Take makes a meeting that somebody made at Zoom ours: once, however often it is asked for. It has no entry in the calendar yet.
func (s *Service) Take(ctx context.Context, v Visitor, z zoom.Meeting) (Meeting, error) {
	return s.keep(ctx, s.foreign(v, z))
}

func (s *Service) keep(ctx context.Context, m Meeting) (Meeting, error) {
	fresh, err := s.c.Storage.Save(context.WithoutCancel(ctx), m, s.seal(m))
	if err == nil && !fresh {
		return s.numbered(context.WithoutCancel(ctx), m.Organizer, m.Zoom)
	}
	return m, err
}

// numbered answers somebody's meeting by Zoom's number; problem.NotFound.
func (s *Service) numbered(ctx context.Context, organizer entra.Person, number zoom.MeetingID) (Meeting, error) {
	id, err := s.c.Storage.ByNumber(ctx, organizer, number)
	if err != nil {
		return Meeting{}, err
	}
	return s.Find(ctx, organizer.Tenant, id)
}

// unsettled tells whether a meeting that is not ours may be being made by us, or be a twin that is about to go.
func (s *Service) unsettled(z zoom.Meeting) bool {
	return markOf(z) != "" && s.c.Now().Sub(z.Created) < giveUp
}

// foreign is a meeting that was made at Zoom as it would be if it were ours. Its id follows from Zoom's, so that there is one.
func (s *Service) foreign(v Visitor, z zoom.Meeting) Meeting {
	d := draftOf(z)
	d.NoTime = z.Start.IsZero()
	return Meeting{
		ID: uuidOf(v.Person.Tenant, v.Person.ID, z.ID), Organizer: v.Person, Name: v.Name, Locale: v.Locale,
		Place: chats.Place{Tenant: v.Person.Tenant, Kind: chats.Tab}, Draft: d, Zoom: z.ID, JoinURL: s.zoomsOwn(z), Passcode: z.Passcode,
		State: Active, Revision: 1, Edition: firstEdition, Roster: true, Created: z.Created,
	}
}

// uuidOf is the UUID (version 8, RFC 9562) that follows from some values.
func uuidOf(of ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", of))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	id := hex.EncodeToString(sum[:16])
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
