package chats

import (
	"cmp"
	"context"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/teams"
)

// Seen remembers how a person is reached and reads. It costs next to nothing while nothing changes.
func (s *Service) Seen(ctx context.Context, p Place, who Speaker) error {
	known, err := s.contact(ctx, who.Person)
	if err != nil {
		return err
	}
	if s.zone(who.Zone) == nil {
		who.Zone = known.Zone
	}
	if who.Locale == "" {
		who.Locale = known.Locale
	}
	if who.Name == "" {
		who.Name = known.Name
	}
	if who.User == "" {
		who.User = known.User
	}
	now := known
	now.Speaker = who
	if p.Kind == Personal {
		now.Personal, now.ServiceURL = p.Conversation, p.ServiceURL
	}
	if now.ServiceURL == "" {
		now.ServiceURL = p.ServiceURL
	}
	if now == known {
		return nil
	}
	return s.remember(ctx, now)
}

func (s *Service) remember(ctx context.Context, c Contact) error {
	if err := s.c.Storage.SaveContact(ctx, c, s.c.Now()); err != nil {
		return err
	}
	s.seen.Put(c.Person, c)
	return nil
}

func (s *Service) contact(ctx context.Context, person entra.Person) (Contact, error) {
	return s.seen.Of(ctx, person, func() (Contact, error) { return s.c.Storage.Contact(ctx, person) })
}

// Reader answers how a person reads: in the chosen language, else in that of Teams; the zero Reader for somebody who never wrote to the
// bot and chose nothing.
func (s *Service) Reader(ctx context.Context, person entra.Person) (Reader, error) {
	c, err := s.contact(ctx, person)
	if err != nil {
		return Reader{}, err
	}
	locale, err := s.Language(ctx, person, c.Locale)
	return Reader{Locale: locale, Zone: s.zone(c.Zone)}, err
}

// Language answers the language that a person has chosen, else that of Teams; of a chosen one that Teams speaks too, with the region of
// Teams, which writes dates in its way.
func (s *Service) Language(ctx context.Context, person entra.Person, ofTeams string) (string, error) {
	if s.c.Preferences == nil {
		return ofTeams, nil
	}
	chosen, err := s.c.Preferences.Of(ctx, person)
	if strings.HasPrefix(strings.ToLower(ofTeams), chosen.Language+"-") {
		return ofTeams, err
	}
	return cmp.Or(chosen.Language, ofTeams), err
}

// zone answers a time zone by its IANA name; nil when there is no such zone.
func (s *Service) zone(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	if zone, ok := s.zones.Get(name); ok {
		return zone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = nil
	}
	s.zones.Put(name, zone)
	return zone
}

// Members lists who is in a place, in a channel who is in the team, page by page, bots included. It stops at the first error of
// page. Other errors are those of teams.Connector.
func (s *Service) Members(ctx context.Context, p Place, page func([]Member) error) error {
	err := s.c.Connector.Members(ctx, p.base().reference(), func(listed []teams.Member) error {
		members := make([]Member, 0, len(listed))
		for _, m := range listed {
			members = append(members, memberOf(p, m))
		}
		return page(members)
	})
	return s.lost(ctx, p, err)
}

// Member answers one of those who are in a place; user may also be an object id. Errors are those of teams.Connector.
func (s *Service) Member(ctx context.Context, p Place, user teams.UserID) (Member, error) {
	m, err := s.c.Connector.Member(ctx, p.base().reference(), user)
	return memberOf(p, m), s.lost(ctx, p, err)
}

// memberOf reads a line of a roster. Somebody of another organisation is known by that one's id.
func memberOf(p Place, m teams.Member) Member {
	member := Member{
		User: m.ID, Name: m.Name, Email: m.Email, UPN: m.UPN, Guest: m.Guest(), Bot: strings.HasPrefix(string(m.ID), "28:"),
	}
	if m.ObjectID == "" || member.Bot {
		return member
	}
	member.Person = entra.Person{Tenant: p.Tenant, ID: entra.ObjectID(strings.ToLower(m.ObjectID))}
	if home := entra.TenantID(strings.ToLower(m.Tenant)); home != "" && home != p.Tenant {
		member.Person.Tenant, member.Guest = home, true
	}
	return member
}

// Personal answers a person's own chat with the bot. It is made when there was none, which works for people who share a
// conversation with the bot: via, where user is looked up when it is "". Making it again makes the same one. Errors are those
// of teams.Connector.
func (s *Service) Personal(ctx context.Context, person entra.Person, user teams.UserID, via Place) (Place, error) {
	c, err := s.contact(ctx, person)
	if err != nil {
		return Place{}, err
	}
	place := Place{Tenant: person.Tenant, Conversation: c.Personal, Kind: Personal, ServiceURL: c.ServiceURL}
	if place.ServiceURL == "" {
		place.ServiceURL = via.ServiceURL
	}
	if place.Conversation != "" {
		return place, nil
	}
	if user == "" {
		user = c.User
	}
	if user == "" {
		member, err := s.Member(ctx, via, teams.UserID(person.ID))
		if err != nil {
			return Place{}, err
		}
		user = member.User
	}
	if place.Conversation, err = s.c.Connector.CreatePersonal(ctx, place.reference(), user); err != nil {
		return Place{}, err
	}
	c.Person, c.User, c.Personal, c.ServiceURL = person, user, place.Conversation, place.ServiceURL
	return place, s.remember(ctx, c)
}
