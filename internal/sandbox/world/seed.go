package world

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

//go:embed seed.json
var seedJSON []byte

// Seed is who and what is there when the world begins. It never changes; the emulators copy what people may change.
type Seed struct {
	Tenants []*Tenant `json:"tenants"`
	People  []*Person `json:"people"`
	Chats   []*Chat   `json:"chats"` // group and 1:1 chats
	Teams   []*Team   `json:"teams"`
	Events  []Event   `json:"events"` // in calendars already
	Mail    []Mail    `json:"mail"`
	Zoom    []Meeting `json:"zoomMeetings"`
	// Rooms can be booked, and Contacts are who people have written down in Outlook.
	Rooms    []*Room   `json:"rooms"`
	Contacts []Contact `json:"contacts"`
}

// Room is a room with a mailbox, which answers invitations by itself.
type Room struct {
	Handle   string `json:"handle"`
	Tenant   string `json:"tenant"` // handle
	Name     string `json:"name"`
	Email    string `json:"email"`
	Building string `json:"building"`
	Floor    string `json:"floor"`
	Capacity int    `json:"capacity"`

	ID string `json:"-"`
}

// Contact is somebody outside whom a person has written down.
type Contact struct {
	Owner   string `json:"owner"` // handle
	Name    string `json:"name"`
	Given   string `json:"given"`
	Surname string `json:"surname"`
	Email   string `json:"email"`
	Company string `json:"company"`
}

// Tenant is a company: an Entra tenant and a Zoom account.
type Tenant struct {
	Handle string `json:"handle"`
	Name   string `json:"name"`
	Domain string `json:"domain"`
	// ZoomPlan is "free", "pro" or "business": it decides the rate limits.
	ZoomPlan string `json:"zoomPlan"`
	// ZoomTemplates are the meeting templates of the account and of its people.
	ZoomTemplates []*ZoomTemplate `json:"zoomTemplates"`

	ID          string `json:"-"` // Entra tenant id
	ZoomAccount string `json:"-"`
}

// ZoomTemplate is a meeting template.
type ZoomTemplate struct {
	Name     string         `json:"name"`
	Owner    string         `json:"owner"` // handle; "" is the account
	Settings map[string]any `json:"settings"`

	ID string `json:"-"`
}

// Person is somebody of the story.
type Person struct {
	Handle     string `json:"handle"`
	Tenant     string `json:"tenant"` // handle
	Name       string `json:"name"`
	Given      string `json:"given"`
	Surname    string `json:"surname"`
	Email      string `json:"email"` // "" for a guest without mail
	UPN        string `json:"upn"`
	Title      string `json:"title"`
	Department string `json:"department"`
	Kind       string `json:"kind"` // "member" or "guest"
	Zoom       string `json:"zoom"` // "none", "basic" or "licensed"
	Mailbox    bool   `json:"mailbox"`
	Disabled   bool   `json:"disabled"`
	Admin      bool   `json:"admin"` // of Teams, Entra and Zoom
	Locale     string `json:"locale"`
	Zone       string `json:"zone"` // IANA
	// SchedulesFor are the handles of those for whom the person may schedule at Zoom.
	SchedulesFor []string `json:"schedulesFor"`
	// ZoomSettings differ from person to person; nil for people without Zoom.
	ZoomSettings *ZoomSettings `json:"zoomSettings"`

	ID        string `json:"-"` // Entra object id
	TeamsID   string `json:"-"` // 29:1…
	Personal  string `json:"-"` // a:1…, the conversation with the bot
	ZoomID    string `json:"-"`
	PMI       int64  `json:"-"`
	Generated bool   `json:"-"` // one of the crowd of the big channel
}

// ZoomSettings are what a host or his company chose for scheduling.
type ZoomSettings struct {
	WaitingRoom      bool   `json:"waitingRoom"`
	RequirePasscode  bool   `json:"requirePasscode"` // meetings without one get one
	EmbedPasscode    bool   `json:"embedPasscode"`   // join links carry ?pwd=
	PasscodeLength   int    `json:"passcodeLength"`  // 0: no rule
	PasscodeLetter   bool   `json:"passcodeLetter"`
	PasscodeNumber   bool   `json:"passcodeNumber"`
	PasscodeSpecial  bool   `json:"passcodeSpecial"`
	PasscodeNumeric  bool   `json:"passcodeNumeric"` // digits only
	JoinBeforeHost   bool   `json:"joinBeforeHost"`
	HostVideo        bool   `json:"hostVideo"`
	ParticipantVideo bool   `json:"participantVideo"`
	PMIForScheduled  bool   `json:"pmiForScheduled"`
	PMIPasscode      string `json:"pmiPasscode"`
	NoPersonal       bool   `json:"noPersonal"` // the personal meeting id may not be used
	Phone            bool   `json:"phone"`
	Whiteboard       bool   `json:"whiteboard"`
}

// Chat is a group chat or the chat of two people.
type Chat struct {
	Handle   string        `json:"handle"`
	Kind     string        `json:"kind"` // "group" or "oneOnOne"
	Name     string        `json:"name"`
	Members  []string      `json:"members"`
	Messages []ChatMessage `json:"messages"`

	Tenant       string `json:"-"`
	Conversation string `json:"-"`
}

// Team is a team with its channels.
type Team struct {
	Handle   string     `json:"handle"`
	Name     string     `json:"name"`
	About    string     `json:"about"`
	Members  []string   `json:"members"`
	Crowd    int        `json:"crowd"` // so many members in all: generated people fill up
	Channels []*Channel `json:"channels"`

	Tenant  string `json:"-"`
	GroupID string `json:"-"` // AAD group
	Thread  string `json:"-"` // of the General channel: the team's id in Teams
}

// Channel is a channel of a team.
type Channel struct {
	Handle   string        `json:"handle"`
	Name     string        `json:"name"`
	General  bool          `json:"general"`
	Messages []ChatMessage `json:"messages"`
	// Membership is "" of a standard channel, which is the whole team's; private and shared ones have Members of their own.
	Membership string   `json:"membership"`
	Members    []string `json:"members"`

	Conversation string `json:"-"`
}

// Event is an entry of a calendar.
type Event struct {
	Owner     string   `json:"owner"`
	Subject   string   `json:"subject"`
	Day       int      `json:"day"` // from today, in Zone
	Clock     string   `json:"at"`  // "09:30"
	Minutes   int      `json:"minutes"`
	Zone      string   `json:"zone"`
	Attendees []string `json:"attendees"`
	Location  string   `json:"location"`
	Body      string   `json:"body"`
	Teams     bool     `json:"teams"` // has a Teams onlineMeeting
	Rooms     []string `json:"rooms"` // handles
	Weeks     int      `json:"weeks"` // so many times, week after week; 0: once
}

// Mail is a message in an inbox.
type Mail struct {
	From    string   `json:"from"`
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
	Ago     Duration `json:"ago"`
}

// Meeting is a meeting that somebody scheduled at Zoom before Causeway came.
type Meeting struct {
	Host    string `json:"host"`
	Topic   string `json:"topic"`
	Agenda  string `json:"agenda"`
	Day     int    `json:"day"`
	Clock   string `json:"at"`
	Minutes int    `json:"minutes"`
	Zone    string `json:"zone"`
	Type    int    `json:"type"` // Zoom's: 2 scheduled, 3 recurring without a time, 8 recurring
	Weeks   int    `json:"weeks"`
}

// Start is the first moment of an event, relative to now.
func (e Event) Start(now time.Time) time.Time { return onDay(now, e.Day, e.Clock, e.Zone) }

// Start is the first moment of a meeting, relative to now.
func (m Meeting) Start(now time.Time) time.Time { return onDay(now, m.Day, m.Clock, m.Zone) }

// onDay is a wall clock time of another day in a zone. loadSeed has checked both.
func onDay(now time.Time, day int, clock, zone string) time.Time {
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC
	}
	at, _ := time.Parse("15:04", clock)
	y, m, d := now.In(where).Date()
	return OnClocks(time.Date(y, m, d+day, at.Hour(), at.Minute(), 0, 0, time.UTC), where).UTC()
}

// Person finds somebody by handle, e-mail, Entra object id, Teams id or Zoom id; nil when there is none.
func (s *Seed) Person(ref string) *Person {
	if ref == "" {
		return nil // people without Zoom have an empty id there
	}
	for _, match := range []func(*Person) bool{
		func(p *Person) bool { return p.Handle == ref || p.ID == ref || p.TeamsID == ref || p.ZoomID == ref },
		func(p *Person) bool { return p.Email != "" && strings.EqualFold(p.Email, ref) },
	} {
		if i := slices.IndexFunc(s.People, match); i >= 0 {
			return s.People[i]
		}
	}
	return nil
}

// Room finds a room by handle or e-mail; nil when there is none.
func (s *Seed) Room(ref string) *Room {
	i := slices.IndexFunc(s.Rooms, func(r *Room) bool { return r.Handle == ref || strings.EqualFold(r.Email, ref) })
	if i < 0 {
		return nil
	}
	return s.Rooms[i]
}

// Tenant finds a company by handle, Entra tenant id, Zoom account id or domain; nil when there is none.
func (s *Seed) Tenant(ref string) *Tenant {
	i := slices.IndexFunc(s.Tenants, func(t *Tenant) bool {
		return t.Handle == ref || t.ID == ref || t.ZoomAccount == ref || t.Domain == ref
	})
	if i < 0 {
		return nil
	}
	return s.Tenants[i]
}

// loadSeed reads the embedded seed and gives everybody and everything an id.
func loadSeed(ids *IDs) (*Seed, error) {
	s := &Seed{}
	decoder := json.NewDecoder(bytes.NewReader(seedJSON))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(s); err != nil {
		return nil, fmt.Errorf("seed.json: %w", err)
	}
	for _, t := range s.Tenants {
		own := ids.Named("tenant", t.Handle)
		t.ID, t.ZoomAccount = own.GUID(), own.ZoomID()
		for _, template := range t.ZoomTemplates {
			template.ID = ids.Named("template", t.Handle+" "+template.Name).ZoomID()
		}
	}
	for _, t := range s.Teams {
		if t.Crowd > len(t.Members) {
			crowd := generate(t.Crowd-len(t.Members), s.Tenant(s.Person(t.Members[0]).Tenant))
			s.People = append(s.People, crowd...)
			for _, p := range crowd {
				t.Members = append(t.Members, p.Handle)
			}
		}
	}
	for _, p := range s.People {
		own := ids.Named("person", p.Handle)
		p.ID, p.TeamsID, p.Personal = own.GUID(), own.TeamsUser(), own.PersonalChat()
		if p.Zoom != "none" {
			p.ZoomID, p.PMI = own.ZoomID(), own.PersonalMeetingNumber()
		}
	}
	for _, r := range s.Rooms {
		r.ID = ids.Named("room", r.Handle).GUID()
	}
	s.nameConversations(ids)
	return s, s.check()
}

func (s *Seed) nameConversations(ids *IDs) {
	for _, c := range s.Chats {
		c.Tenant = s.Person(c.Members[0]).Tenant
		c.Conversation = ids.Named("chat", c.Handle).GroupChat()
		if c.Kind == "oneOnOne" {
			c.Conversation = OneOnOne(s.Person(c.Members[0]).ID, s.Person(c.Members[1]).ID)
		}
	}
	for _, t := range s.Teams {
		t.Tenant = s.Person(t.Members[0]).Tenant
		t.GroupID = ids.Named("team", t.Handle).GUID()
		for _, c := range t.Channels {
			c.Conversation = ids.Named("channel", c.Handle).Channel()
			if c.General {
				t.Thread = c.Conversation
			}
		}
	}
}

// check finds what a seed must not have: unknown people, zones and times.
func (s *Seed) check() error {
	var names []string
	known := map[string]bool{} // zones; a crowd has one
	for _, p := range s.People {
		names = append(names, p.Handle)
		if !known[p.Zone] {
			_, err := time.LoadLocation(p.Zone)
			known[p.Zone] = err == nil
		}
		if !known[p.Zone] || s.Tenant(p.Tenant) == nil {
			return fmt.Errorf("seed.json: %s has no known tenant or zone", p.Handle)
		}
		if (p.Zoom == "none") != (p.ZoomSettings == nil) {
			return fmt.Errorf("seed.json: %s has Zoom without settings, or settings without Zoom", p.Handle)
		}
	}
	var named []string
	for _, p := range s.People {
		for _, lender := range p.SchedulesFor {
			if other := s.Person(lender); other == nil || other.Tenant != p.Tenant || other.Zoom != "licensed" || p.Zoom != "licensed" {
				return fmt.Errorf("seed.json: %s cannot schedule for %q: both need a license of one Zoom account", p.Handle, lender)
			}
		}
	}
	for _, c := range s.Chats {
		named = append(named, c.Members...)
	}
	for _, t := range s.Teams {
		named = append(named, t.Members...)
		for _, c := range t.Channels {
			named = append(named, c.Members...)
		}
	}
	for _, e := range s.Events {
		named = append(append(append(named, e.Owner), e.Attendees...), e.Rooms...)
		if err := checkTime(e.Subject, e.Clock, e.Zone); err != nil {
			return err
		}
	}
	for _, m := range s.Zoom {
		named = append(named, m.Host)
		if err := checkTime(m.Topic, m.Clock, m.Zone); err != nil {
			return err
		}
	}
	for _, r := range s.Rooms {
		names = append(names, r.Handle)
	}
	for _, c := range s.Contacts {
		named = append(named, c.Owner)
	}
	for _, n := range named {
		if !slices.Contains(names, n) {
			return fmt.Errorf("seed.json: nobody is called %q", n)
		}
	}
	return nil
}

func checkTime(what, clock, zone string) error {
	if _, err := time.Parse("15:04", clock); err != nil {
		return fmt.Errorf("seed.json: %s: %w", what, err)
	}
	if _, err := time.LoadLocation(zone); err != nil {
		return fmt.Errorf("seed.json: %s: %w", what, err)
	}
	return nil
}
