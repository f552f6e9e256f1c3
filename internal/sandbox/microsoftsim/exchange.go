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
	Kind    string    `json:"kind"` // message, invitation, update, cancellation
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
	written := &MailItem{
		ID: s.world.IDs.GraphID(), From: e.Organizer, To: []Contact{a.Contact}, Subject: subjectOf(e, kind), At: s.world.Clock.Now(), Kind: kind,
		HTML: invitation(e, kind), EventID: e.ID,
	}
	p := s.byAddress(s.world.Seed.Person(e.Owner).Tenant, a.Address)
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
		s.copyTo(box, p, e, kind)
		s.world.Changes.Publish("calendar:"+p.Handle, "mail:"+p.Handle)
	}
	s.ledger("mail.delivered", e.ID, e.Owner, "to", a.Address, "kind", kind)
}

// copyTo keeps the entry in an attendee's calendar as the organiser's is.
func (s *Sim) copyTo(box *mailbox, p *world.Person, e *event, kind string) {
	i := slices.IndexFunc(box.Events, func(x *event) bool { return x.ICal == e.ICal })
	if kind == "cancellation" {
		if i >= 0 {
			box.Events = slices.Delete(box.Events, i, i+1)
		}
		return
	}
	entry := *e
	entry.ID, entry.Owner, entry.Mine, entry.OwnerReplied = s.world.IDs.GraphID(), p.Handle, false, "notResponded"
	// What the organiser's client keeps for itself is not sent.
	entry.Transaction, entry.Properties, entry.Categories = "", nil, nil
	entry.Attendees = slices.Clone(e.Attendees)
	if i < 0 {
		box.Events = append(box.Events, &entry)
		return
	}
	entry.ID, entry.Created = box.Events[i].ID, box.Events[i].Created
	box.Events[i] = &entry
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
	lead := map[string]string{"invitation": "invites you", "update": "has changed this meeting", "cancellation": "has cancelled this meeting"}[kind]
	text := fmt.Sprintf("<p><b>%s</b> %s.</p><p>When: %s – %s (%s)<br>Where: %s</p>", html.EscapeString(e.Organizer.Name), lead,
		e.Start.At.In(where).Format("Monday 2 January 2006, 15:04"), e.End.At.In(where).Format("15:04"), html.EscapeString(e.Start.Zone),
		html.EscapeString(e.Location.Name))
	if e.ContentType == "text" {
		return text + "<pre>" + html.EscapeString(e.Content) + "</pre>"
	}
	return text + e.Content
}

// seedExchange fills calendars and inboxes. Nothing of it is an effect of the product: no ledger rows.
func (s *Sim) seedExchange(st *state, now time.Time) {
	for i, seeded := range s.world.Seed.Events {
		owner := s.world.Seed.Person(seeded.Owner)
		start := seeded.Start(now)
		e := &event{
			ICal: s.world.IDs.Named("event", fmt.Sprint(i)).Hex(32), Version: 1, Owner: owner.Handle, Organizer: addressOf(owner), Mine: true,
			Subject: seeded.Subject, ContentType: "html", Content: "<p>" + html.EscapeString(seeded.Body) + "</p>",
			Start: moment{Zone: seeded.Zone, At: start}, End: moment{Zone: seeded.Zone, At: start.Add(time.Duration(seeded.Minutes) * time.Minute)},
			Location: place{Name: seeded.Location, Type: "default"}, ShowAs: "busy", Importance: "normal", Sensitivity: "normal", Reminder: 15, ReminderOn: true,
			Created: now.Add(-72 * time.Hour), Modified: now.Add(-72 * time.Hour), OwnerReplied: "organizer",
		}
		if seeded.Teams {
			s.addTeamsMeeting(e, owner)
		}
		for _, handle := range seeded.Attendees {
			e.Attendees = append(e.Attendees, attendee{Contact: addressOf(s.world.Seed.Person(handle)), Type: "required", Response: "accepted"})
		}
		for j, handle := range append([]string{seeded.Owner}, seeded.Attendees...) {
			box := st.Mailboxes[handle]
			if box == nil {
				continue
			}
			entry := *e
			entry.ID, entry.Owner, entry.Mine = s.world.IDs.Named("entry", fmt.Sprint(i, "-", j)).GraphID(), handle, j == 0
			if j > 0 {
				entry.OwnerReplied = "accepted"
			}
			box.Events = append(box.Events, &entry)
		}
	}
	s.seedMail(st, now)
}

func (s *Sim) seedMail(st *state, now time.Time) {
	for i, m := range s.world.Seed.Mail {
		var to []Contact
		for _, handle := range m.To {
			to = append(to, addressOf(s.world.Seed.Person(handle)))
		}
		for _, handle := range m.To {
			if box := st.Mailboxes[handle]; box != nil {
				box.Mail = append(box.Mail, &MailItem{
					ID: s.world.IDs.Named("mail", fmt.Sprint(i), handle).GraphID(), From: addressOf(s.world.Seed.Person(m.From)), To: to, Subject: m.Subject,
					At: now.Add(-time.Duration(m.Ago)), Kind: "message", HTML: "<p>" + html.EscapeString(m.Text) + "</p>",
				})
			}
		}
	}
}

// addTeamsMeeting gives an event the online meeting that Teams makes.
func (s *Sim) addTeamsMeeting(e *event, owner *world.Person) {
	id := "19:meeting_" + s.world.IDs.Named("teams meeting", e.ICal).Text(36) + "@thread.v2"
	e.Online = true
	e.JoinURL = "https://teams.microsoft.com/l/meetup-join/" + strings.NewReplacer(":", "%3a", "@", "%40").Replace(id) + "/0?context=%7b%22Tid%22%3a%22" +
		s.world.Seed.Tenant(owner.Tenant).ID + "%22%2c%22Oid%22%3a%22" + owner.ID + "%22%7d"
}
