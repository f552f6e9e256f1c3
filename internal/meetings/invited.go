package meetings

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/problem"
)

// Named is somebody who was invited from a conversation, as the form of a change shows them to the organiser.
type Named struct {
	ID      string `json:"id" doc:"Names them among those invited to this meeting"`
	Name    string `json:"name" required:"false"`
	Address string `json:"address,omitempty" doc:"Absent where they have none"`
}

// key names somebody among those invited to a meeting. Whom Entra does not know, or knows elsewhere, is told apart by mail or by Teams.
func (i Invitee) key() string {
	return cmp.Or(string(i.Person.ID), strings.ToLower(i.Address), string(i.User))
}

// is tells whether a guest names this person: by address or, where there is none, by id.
func (i Invitee) is(g Guest) bool {
	return i.Address != "" && strings.EqualFold(i.Address, g.Address) || i.Person.ID != "" && strings.EqualFold(string(i.Person.ID), g.Address)
}

// besides are those of some who are not among others.
func besides(some, others []Invitee) []Invitee {
	return slices.DeleteFunc(slices.Clone(some), func(i Invitee) bool {
		return slices.ContainsFunc(others, func(other Invitee) bool { return other.key() == i.key() })
	})
}

// mailed is how many of those invited get an invitation by mail.
func mailed(invitees []Invitee) (n int) {
	for _, i := range invitees {
		if i.Address != "" {
			n++
		}
	}
	return n
}

// inviting is the input of a change with those who were invited from a conversation, each of whom stands in it once.
func (in Input) inviting(invitees []Invitee) Input {
	for _, i := range invitees {
		in.Members = append(in.Members, Named{ID: i.key(), Name: i.Name, Address: i.Address})
	}
	in.Invitees = slices.DeleteFunc(in.Invitees, func(g Guest) bool {
		return slices.ContainsFunc(invitees, func(i Invitee) bool { return i.is(g) })
	})
	return in
}

// reinvited settles whom a change leaves invited from the conversation: whoever of them the form still names, and whoever is named besides and
// is there now. Nobody who was invited by address before becomes a member unasked. Before it is known who is there, nothing changes about them.
func (s *Service) reinvited(ctx context.Context, m Meeting, kept []Named, e Edit) (Edit, error) {
	if !m.Roster || alone(m.Place) {
		return e, nil
	}
	before, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return e, err
	}
	stay := func(i Invitee) bool {
		named := func(n Named) bool { return n.ID == i.key() }
		return kept == nil || slices.ContainsFunc(kept, named) || slices.ContainsFunc(e.Draft.Invitees, i.is)
	}
	members := slices.DeleteFunc(slices.Clone(before), func(i Invitee) bool { return !stay(i) })
	var there, fresh []Guest
	for _, g := range e.Draft.Invitees {
		sameAddress := func(other Guest) bool { return strings.EqualFold(g.Address, other.Address) }
		switch {
		case slices.ContainsFunc(before, func(i Invitee) bool { return i.is(g) }):
		case slices.ContainsFunc(m.Draft.Invitees, sameAddress):
			there = append(there, g)
		default:
			fresh = append(fresh, g)
		}
	}
	joined, beyond, err := s.membersAmong(ctx, m, fresh)
	if err != nil {
		return e, err
	}
	e.Draft.Invitees = append(there, beyond...)
	e.Members = append(members, besides(joined, members)...)
	if e.Members == nil {
		e.Members = []Invitee{}
	}
	if len(fresh) > 0 && len(e.Members)+len(e.Draft.Invitees)+len(e.Draft.Rooms) > outlookMost {
		return e, problem.New(problem.Invalid, "meetings.invalid").WithField(FieldInvitees, "meetings.invitees_many", "Max", outlookMost)
	}
	return e, nil
}

// membersAmong finds those who are in the meeting's conversation among people who were named, as long as its organiser is there, too; beyond are the
// others. Where Teams does not say, they are invited by address, as far as they have one.
func (s *Service) membersAmong(ctx context.Context, m Meeting, named []Guest) (members []Invitee, beyond []Guest, err error) {
	if len(named) == 0 {
		return nil, nil, nil
	}
	inside, err := s.inside(ctx, m.Organizer, m.Place)
	if err == nil && !inside {
		return nil, named, nil
	}
	var roster people
	if err == nil {
		roster, err = s.rosters.of(ctx, m.Place, s.c.Chats)
	}
	if err != nil {
		if slices.ContainsFunc(named, func(g Guest) bool { return !validAddress(g.Address) }) {
			return nil, nil, problem.New(problem.Invalid, "meetings.invalid").WithField(FieldInvitees, "meetings.people_no_roster").Because(err)
		}
		return nil, named, nil
	}
	found, beyond := roster.among(named, m.Organizer)
	for _, member := range found {
		members = append(members, inviteeOf(member, m.Organizer.Tenant))
	}
	return members, beyond, nil
}

// inviteeOf is a member of a conversation as somebody invited. The bot reaches nobody in another organisation.
func inviteeOf(p chats.Member, home entra.TenantID) Invitee {
	i := Invitee{Person: p.Person, User: p.User, Name: p.Name, Address: address(p), Guest: p.Guest}
	if p.Person.Tenant != home {
		i.Person = entra.Person{}
	}
	return i
}

// saveReinvited stores a changed meeting with whom it is meant for: who is so no more is told on the message of then, who is so now gets one.
func (s *Service) saveReinvited(ctx context.Context, m Meeting, members []Invitee) (Meeting, error) {
	before, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return m, err
	}
	left, joined := besides(before, members), besides(members, before)
	if len(left)+len(joined) == 0 {
		return s.saveChange(ctx, m)
	}
	m.Invitees, m.Invited = len(members), mailed(members)
	tell := s.invitations(m, joined)
	m, err = s.saved(ctx, m, func(ctx context.Context, m Meeting, follow Follow) (int64, error) {
		return s.c.Storage.Reinvite(ctx, m, left, joined, tell, func(revision int64) []jobs.Job {
			if len(tell) == 0 {
				return follow(revision)
			}
			return append(follow(revision), notifications.PumpOf(m.Organizer.Tenant))
		})
	})
	if err != nil {
		return m, err
	}
	for _, i := range left {
		if i.Person.ID != "" {
			s.c.Changed(ctx, i.Person)
		}
	}
	return m, nil
}

// taken are those invited to a series as its rest takes them over, which is made in no conversation: by address.
func taken(members []Invitee) (guests []Guest) {
	for _, i := range members {
		if validAddress(i.Address) {
			guests = append(guests, Guest{Name: i.Name, Address: i.Address})
		}
	}
	return guests
}

// wishOf tells changes under one nonce apart, as they were sent.
func wishOf(d Draft, kept []Named) string {
	hash := d.clean().hash()
	if kept == nil {
		return hash
	}
	ids := make([]string, 0, len(kept))
	for _, n := range kept {
		ids = append(ids, n.ID)
	}
	text, _ := json.Marshal(ids) // a list of texts
	sum := sha256.Sum256(append([]byte(hash), text...))
	return hex.EncodeToString(sum[:])
}
