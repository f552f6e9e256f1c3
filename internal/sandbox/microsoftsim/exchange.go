package microsoftsim

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// mailbox is a person's part of Exchange.
type mailbox struct {
	Events []*event    `json:"events"`
	Mail   []*MailItem `json:"mail"`
}

// What somebody invited, or a room, has answered.
const (
	accepted     = "accepted"
	tentatively  = "tentativelyAccepted"
	declined     = "declined"
	notResponded = "notResponded"
)

// event is an entry of a calendar. The copies in the attendees' calendars have the same ICal.
type event struct {
	ID           string     `json:"id"` // immutable
	ICal         string     `json:"ical"`
	Version      int        `json:"version"`
	Owner        string     `json:"owner"` // handle
	Organizer    Contact    `json:"organizer"`
	Mine         bool       `json:"mine"` // the owner organises it
	Subject      string     `json:"subject"`
	ContentType  string     `json:"contentType"` // html or text
	Content      string     `json:"content"`
	Start        moment     `json:"start"`
	End          moment     `json:"end"`
	Location     place      `json:"location"`
	Attendees    []attendee `json:"attendees"`
	Online       bool       `json:"online"` // has a Teams meeting
	JoinURL      string     `json:"joinUrl,omitempty"`
	Transaction  string     `json:"transaction,omitempty"`
	ShowAs       string     `json:"showAs"`
	Importance   string     `json:"importance"`
	Sensitivity  string     `json:"sensitivity"`
	Reminder     int        `json:"reminder"`
	ReminderOn   bool       `json:"reminderOn"`
	AllDay       bool       `json:"allDay"`
	NoProposals  bool       `json:"noProposals"`
	NoResponse   bool       `json:"noResponse"`
	HideOthers   bool       `json:"hideOthers"`
	Categories   []string   `json:"categories,omitempty"`
	Properties   []property `json:"properties,omitempty"`
	Cancelled    bool       `json:"cancelled,omitempty"`
	Created      time.Time  `json:"created"`
	Modified     time.Time  `json:"modified"`
	OwnerReplied string     `json:"ownerReplied"` // organizer, notResponded, accepted …

	Recurrence *recurrence           `json:"recurrence,omitempty"` // it is a series
	Exceptions map[string]*exception `json:"exceptions,omitempty"` // of a series, by day
	Gone       []string              `json:"gone,omitempty"`       // days of a series that are cancelled

	series *event    // of an occurrence: the series
	day    string    // of an occurrence: the day of the series that it is
	origin time.Time // of an occurrence: where the series puts it
}

// Contact is a name and a mail address.
type Contact struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// moment is a wall clock time in a zone, and the instant that it is.
type moment struct {
	Zone string    `json:"zone"` // as it was given
	At   time.Time `json:"at"`
}

type place struct {
	Name  string `json:"name"`
	URI   string `json:"uri,omitempty"`
	Email string `json:"email,omitempty"`
	Type  string `json:"type"`
}

type attendee struct {
	Contact
	Type     string `json:"type"`     // required, optional, resource
	Response string `json:"response"` // none, accepted …
}

type property struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// MailItem is a message in an inbox, here or outside.
type MailItem struct {
	ID      string    `json:"id"`
	From    Contact   `json:"from"`
	To      []Contact `json:"to"`
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // message, invitation, update, cancellation, response
	HTML    string    `json:"html"`
	EventID string    `json:"eventId,omitempty"` // the organiser's event
}

func addressOf(p *world.Person) Contact { return Contact{Name: p.Name, Address: p.Email} }

// byAddress finds whose address it is among those of whom Exchange of this company keeps mail. Guests' mail is kept elsewhere.
func (s *Sim) byAddress(tenant, text string) *world.Person {
	i := slices.IndexFunc(s.world.Seed.People, func(p *world.Person) bool {
		return p.Tenant == tenant && p.Kind != "guest" && text != "" && (strings.EqualFold(p.Email, text) || strings.EqualFold(p.UPN, text))
	})
	if i < 0 {
		return nil
	}
	return s.world.Seed.People[i]
}

// invite mails attendees and keeps the copies in their calendars. The organiser, and whoever is listed twice, gets one or none. The
// caller holds mu.
func (s *Sim) invite(e *event, to []attendee, kind string) {
	organizer := s.world.Seed.Person(e.Owner)
	done := map[string]bool{strings.ToLower(e.Organizer.Address): true, strings.ToLower(organizer.UPN): true}
	for _, a := range to {
		key := strings.ToLower(a.Address)
		if done[key] {
			continue
		}
		done[key] = true
		s.deliver(e, a, kind)
	}
	s.world.Changes.Publish("calendar:"+e.Owner, "mail:"+e.Owner)
}

func (s *Sim) deliver(e *event, a attendee, kind string) {
	organizer := s.world.Seed.Person(e.Owner)
	if room := s.world.Seed.Room(a.Address); room != nil && room.Tenant == organizer.Tenant {
		s.roomHears(room, e, a, kind)
		return
	}
	written := &MailItem{
		ID: s.world.IDs.GraphID(), From: e.Organizer, To: []Contact{a.Contact}, Subject: subjectOf(e, kind), At: s.world.Clock.Now(), Kind: kind,
		HTML: invitation(e, kind), EventID: e.ID,
	}
	p := s.byAddress(organizer.Tenant, a.Address)
	switch {
	case p == nil:
		key := strings.ToLower(a.Address)
		s.st.Outside[key] = append(s.st.Outside[key], written)
	case s.st.Mailboxes[p.Handle] == nil:
		s.ledger("mail.bounced", e.ID, e.Owner, "to", a.Address, "kind", kind)
		return
	default:
		box := s.st.Mailboxes[p.Handle]
		box.Mail = append(box.Mail, written)
		s.copyTo(p.Handle, a.Address, e, kind)
		s.world.Changes.Publish("mail:" + p.Handle)
	}
	s.ledger("mail.delivered", e.ID, e.Owner, "to", a.Address, "kind", kind)
}

// copyTo keeps the entry in the calendar of somebody invited as the organiser's is. A series is copied whole; who is invited to one
// occurrence alone has that.
func (s *Sim) copyTo(owner, address string, e *event, kind string) {
	box, whole := s.st.Mailboxes[owner], e
	if e.series != nil {
		whole = e.series
	}
	i := slices.IndexFunc(box.Events, func(x *event) bool { return x.ICal == whole.ICal || x.ICal == e.ical() })
	switch {
	case kind == "cancellation" && i < 0:
	case kind == "cancellation" && e.series != nil && box.Events[i].Recurrence != nil:
		own := box.Events[i]
		s.touched("deleted", own.occurrence(e.day))
		own.cross(e.day)
	case kind == "cancellation":
		s.touched("deleted", box.Events[i])
		box.Events = slices.Delete(box.Events, i, i+1)
	case i < 0:
		entry := s.copyFor(owner, address, one(whole, e, whole.invites(address)), nil)
		box.Events = append(box.Events, entry)
		s.touched("created", entry)
	default:
		box.Events[i] = s.copyFor(owner, address, one(whole, e, box.Events[i].ICal == whole.ICal), box.Events[i])
		s.touched("updated", box.Events[i])
	}
}

// one is the whole, or else the part.
func one(whole, part *event, wanted bool) *event {
	if wanted {
		return whole
	}
	return part
}

// invites says whether an address is among the attendees.
func (e *event) invites(address string) bool {
	return slices.ContainsFunc(e.Attendees, func(a attendee) bool { return strings.EqualFold(a.Address, address) })
}

// cross takes a day out of a series.
func (e *event) cross(day string) {
	if !slices.Contains(e.Gone, day) {
		e.Gone = append(e.Gone, day)
	}
	delete(e.Exceptions, day)
	e.Version++
}

// copyFor is the organiser's event as it stands in another calendar. What the owner has kept for himself in the old copy stays, and so
// does his answer as long as the time is the same.
func (s *Sim) copyFor(owner, address string, e, old *event) *event {
	entry := e.clone()
	entry.ICal, entry.series = e.ical(), nil
	entry.ID, entry.Owner, entry.Mine, entry.OwnerReplied = s.world.IDs.GraphID(), owner, false, notResponded
	entry.Transaction, entry.Properties, entry.Categories = "", nil, nil // what the organiser's client keeps for itself is not sent
	for day, x := range entry.Exceptions {
		x.Responses, x.Replied = nil, ""
		if e.occurrence(day).invites(address) {
			continue
		}
		entry.cross(day)
	}
	if old == nil {
		return entry
	}
	entry.ID, entry.Created, entry.Version = old.ID, old.Created, max(old.Version, entry.Version)+1
	entry.Reminder, entry.ReminderOn, entry.Properties, entry.Categories = old.Reminder, old.ReminderOn, old.Properties, old.Categories
	if !entry.sameTime(old) {
		return entry
	}
	entry.OwnerReplied = old.OwnerReplied
	for day, x := range entry.Exceptions {
		if before := old.Exceptions[day]; before != nil && entry.occurrence(day).sameTime(old.occurrence(day)) {
			x.Replied = before.Replied
		}
	}
	return entry
}

// sameTime says whether an event takes place when another does.
func (e *event) sameTime(other *event) bool {
	if e.Recurrence != nil || other.Recurrence != nil {
		return e.sameTimes(other)
	}
	return e.Start.At.Equal(other.Start.At) && e.End.At.Equal(other.End.At)
}

// touched says that an entry of a calendar was created, updated or deleted. The caller holds mu.
func (s *Sim) touched(change string, e *event) {
	s.world.Changes.Publish("calendar:" + e.Owner)
	s.notify(change, e)
}

func subjectOf(e *event, kind string) string {
	if kind == "cancellation" {
		return "Canceled: " + e.Subject
	}
	return e.Subject
}

// invitation is the text of the mail: when and where, then the body.
func invitation(e *event, kind string) string {
	where, _ := location(e.Start.Zone)
	if where == nil {
		where = time.UTC
	}
	lead := map[string]string{
		"invitation": "invites you", "update": "has changed this meeting", "cancellation": "has cancelled this meeting",
		accepted: "organises a meeting that was accepted", tentatively: "organises a meeting that was accepted tentatively",
		declined: "organises a meeting that was declined",
	}[kind]
	text := fmt.Sprintf("<p><b>%s</b> %s.</p><p>When: %s – %s (%s)<br>Where: %s</p>", html.EscapeString(e.Organizer.Name), lead,
		e.Start.At.In(where).Format("Monday 2 January 2006, 15:04"), e.End.At.In(where).Format("15:04"), html.EscapeString(e.Start.Zone),
		html.EscapeString(e.Location.Name))
	if e.ContentType == "text" {
		return text + "<pre>" + html.EscapeString(e.Content) + "</pre>"
	}
	return text + e.Content
}

// addTeamsMeeting gives an event the online meeting that Teams makes.
func (s *Sim) addTeamsMeeting(e *event, owner *world.Person) {
	id := "19:meeting_" + s.world.IDs.Named("teams meeting", e.ICal).Text(36) + "@thread.v2"
	e.Online = true
	e.JoinURL = "https://teams.microsoft.com/l/meetup-join/" + strings.NewReplacer(":", "%3a", "@", "%40").Replace(id) + "/0?context=%7b%22Tid%22%3a%22" +
		s.world.Seed.Tenant(owner.Tenant).ID + "%22%2c%22Oid%22%3a%22" + owner.ID + "%22%7d"
}
