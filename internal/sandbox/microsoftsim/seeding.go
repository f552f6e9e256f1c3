package microsoftsim

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// seedExchange fills calendars and inboxes. Nothing of it is an effect of the product: no ledger rows.
func (s *Sim) seedExchange(st *state, now time.Time) {
	for i, seeded := range s.world.Seed.Events {
		owner := s.world.Seed.Person(seeded.Owner)
		start := seeded.Start(now)
		e := &event{
			ICal: uid(s.world.IDs.Named("event", fmt.Sprint(i))), Version: 1, Owner: owner.Handle, Organizer: addressOf(owner), Mine: true,
			Subject: seeded.Subject, ContentType: "html", Content: "<p>" + html.EscapeString(seeded.Body) + "</p>",
			Start: moment{Zone: seeded.Zone, At: start}, End: moment{Zone: seeded.Zone, At: start.Add(time.Duration(seeded.Minutes) * time.Minute)},
			Location: place{Name: seeded.Location, Type: "default"}, ShowAs: "busy", Importance: "normal", Sensitivity: "normal", Reminder: 15, ReminderOn: true,
			Created: now.Add(-72 * time.Hour), Modified: now.Add(-72 * time.Hour), OwnerReplied: "organizer",
		}
		if seeded.Teams {
			s.addTeamsMeeting(e, owner)
		}
		e.repeat(seeded.Weeks)
		for _, handle := range seeded.Attendees {
			e.Attendees = append(e.Attendees, attendee{Contact: addressOf(s.world.Seed.Person(handle)), Type: "required", Response: accepted})
		}
		for _, handle := range seeded.Rooms {
			room := s.world.Seed.Room(handle)
			e.Attendees = append(e.Attendees, attendee{Contact: Contact{Name: room.Name, Address: room.Email}, Type: "resource", Response: accepted})
			e.Location = place{Name: room.Name, Email: room.Email, Type: "conferenceRoom"}
		}
		for j, handle := range slices.Concat([]string{seeded.Owner}, seeded.Attendees, seeded.Rooms) {
			box := st.Mailboxes[handle]
			if box == nil {
				continue
			}
			entry := e.clone()
			entry.ID, entry.Owner, entry.Mine = s.world.IDs.Named("entry", fmt.Sprint(i, "-", j)).GraphID(), handle, j == 0
			if j > 0 {
				entry.OwnerReplied = accepted
			}
			box.Events = append(box.Events, entry)
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

// repeat makes a weekly series of an event.
func (e *event) repeat(weeks int) {
	if weeks == 0 {
		return
	}
	first := e.Start.At.In(e.where())
	e.Recurrence = &recurrence{
		Pattern: pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{weekday(first)}, FirstDayOfWeek: "sunday", Index: "first"},
		Range:   recurrenceRange{Type: "numbered", StartDate: first.Format(dayFormat), EndDate: noDay, RecurrenceTimeZone: e.Start.Zone, NumberOfOccurrences: weeks},
	}
}

// uid is an iCalUId; the eight digits in its middle are where an occurrence has its day.
func uid(ids *world.IDs) string {
	return "040000008200E00074C5B7101A82E008" + "00000000" + strings.ToUpper(ids.Hex(24))
}
