package microsoftsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// roomHears is a room's answer: it accepts what it is free for, and declines a series of which one occurrence is taken. The caller holds
// mu.
func (s *Sim) roomHears(room *world.Room, e *event, a attendee, kind string) {
	if kind == "cancellation" {
		s.copyTo(room.Handle, a.Address, e, kind)
		return
	}
	answer := accepted
	if s.taken(room.Handle, e) {
		answer, kind = declined, "cancellation"
	}
	s.copyTo(room.Handle, a.Address, e, kind)
	for _, entry := range s.st.Mailboxes[room.Handle].Events {
		if answer == accepted && entry.ICal == e.ICal {
			entry.OwnerReplied = accepted
		}
	}
	if a.Response == answer {
		return
	}
	s.ledger("room.answered", e.ID, room.Handle, "answer", answer, "room", room.Email)
	s.answered(e, a.Contact, answer)
}

// taken says whether a room is booked by somebody else when an event, or any occurrence of it, takes place.
func (s *Sim) taken(room string, e *event) bool {
	list := []*event{e}
	if e.Recurrence != nil {
		list = e.occurrences(time.Time{}, time.Time{})
	}
	box := s.st.Mailboxes[room]
	return slices.ContainsFunc(list, func(o *event) bool {
		return slices.ContainsFunc(box.entries(o.Start.At, o.End.At), func(other *event) bool { return other.ICal != e.ICal && other.ShowAs != "free" })
	})
}

// answered notes at the organiser's event, or at one occurrence, what somebody invited has answered, and mails it to him. The caller
// holds mu.
func (s *Sim) answered(e *event, who Contact, answer string) {
	now := s.world.Clock.Now()
	for i, a := range e.Attendees {
		if strings.EqualFold(a.Address, who.Address) {
			e.Attendees[i].Response = answer
		}
	}
	if e.series != nil {
		x := e.series.exception(e.day, now)
		x.Responses[strings.ToLower(who.Address)] = answer
	} else {
		e.Version, e.Modified = e.Version+1, now
	}
	lead := map[string]string{accepted: "Accepted: ", tentatively: "Tentative: ", declined: "Declined: "}[answer]
	box := s.st.Mailboxes[e.Owner]
	box.Mail = append(box.Mail, &MailItem{
		ID: s.world.IDs.GraphID(), From: who, To: []Contact{e.Organizer}, Subject: lead + e.Subject, At: now, Kind: "response", HTML: invitation(e, answer), EventID: e.ID,
	})
	s.touched("updated", e)
	s.world.Changes.Publish("mail:" + e.Owner)
}

// rooms lists those of the tenant. https://learn.microsoft.com/graph/api/place-list
func (s *Sim) rooms(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	top, skip := 100, 0
	for name, value := range map[string]*int{"$top": &top, "$skip": &skip} {
		if text := q.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || name == "$top" && (n == 0 || n > 100) {
				return 0, nil, badRequest("BadRequest", "Invalid value '"+text+"' for "+name+" query option found.")
			}
			*value = n
		}
	}
	list := []object{}
	for _, r := range s.world.Seed.Rooms {
		if r.Tenant == c.person.Tenant {
			list = append(list, object{
				"id": r.ID, "displayName": r.Name, "emailAddress": r.Email, "nickname": r.Name, "building": r.Building, "floorLabel": r.Floor,
				"floorNumber": nil, "capacity": r.Capacity, "bookingType": "standard", "label": "", "tags": []string{}, "phone": "",
				"isWheelChairAccessible": true, "audioDeviceName": nil, "videoDeviceName": nil, "displayDeviceName": nil,
			})
		}
	}
	answer := object{"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#places/microsoft.graph.room", "value": list[min(skip, len(list)):min(skip+top, len(list))]}
	if skip+top < len(list) {
		q.Set("$skip", strconv.Itoa(skip+top))
		answer["@odata.nextLink"] = s.o.BaseURL + c.URL.Path + "?" + q.Encode()
	}
	return http.StatusOK, answer, nil
}
