package chats

import (
	"context"
	"errors"
	"strings"

	"causeway/internal/entra"
	"causeway/internal/teams"
)

// Members lists who is in a place, page by page. It stops at the first error of page.
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

func memberOf(p Place, m teams.Member) Member {
	member := Member{
		User: m.ID, Name: m.Name, Email: m.Email, UPN: m.UPN, Guest: m.Guest(), Bot: strings.HasPrefix(string(m.ID), "28:"),
	}
	if m.ObjectID != "" {
		member.Person = entra.Person{Tenant: p.Tenant, ID: entra.ObjectID(strings.ToLower(m.ObjectID))}
	}
	return member
}

// Personal answers a person's own chat with the bot. It is made when there was none, which works for people who share a
// conversation with the bot: via. Making it again makes the same one.
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
	if place.Conversation, err = s.c.Connector.CreatePersonal(ctx, place.reference(), user); err != nil {
		return Place{}, err
	}
	c.Person, c.User, c.Personal, c.ServiceURL = person, user, place.Conversation, place.ServiceURL
	if err := s.c.Storage.SaveContact(ctx, c, s.c.Now()); err != nil {
		return Place{}, err
	}
	s.seen.Put(person, c)
	return place, nil
}

// Send posts a message in a place, in its thread if it has one. Errors are those of the connector; upstream.Outcome says whether it may have
// been posted all the same.
func (s *Service) Send(ctx context.Context, p Place, a teams.Activity) (teams.ActivityID, error) {
	id, err := s.c.Connector.Send(ctx, p.reference(), a)
	return id, s.lost(ctx, p, err)
}

// Update replaces a message. It may be repeated.
func (s *Service) Update(ctx context.Context, p Place, id teams.ActivityID, a teams.Activity) error {
	return s.lost(ctx, p, s.c.Connector.Update(ctx, p.reference(), id, a))
}

// lost notes when Teams says that the bot is not in a place any more.
func (s *Service) lost(ctx context.Context, p Place, err error) error {
	if !errors.Is(err, teams.ErrNotInRoster) || p.Kind == Personal {
		return err
	}
	return errors.Join(err, s.Remove(context.WithoutCancel(ctx), p))
}
