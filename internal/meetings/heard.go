package meetings

import (
	"context"
	"errors"

	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// Hosted is a meeting of ours by its number at Zoom.
type Hosted struct {
	Meeting   string
	Organizer entra.Person
}

// Heard follows what Zoom tells of a meeting: ours is looked at, and whoever hosts it has the list looked at that two-way sync goes by.
// What is told is not believed, because it may be late or out of order: it says where to look.
func (s *Service) Heard(ctx context.Context, tenant entra.TenantID, e zoom.Event) error {
	ours, err := s.hostedBy(ctx, tenant, e)
	if err != nil {
		return err
	}
	var look []string
	for _, h := range ours {
		if err := errors.Join(s.hostNamed(ctx, h, e), s.broughtBack(ctx, h, e)); err != nil {
			return err
		}
		look = append(look, h.Meeting)
	}
	if len(look) > 0 {
		err = s.c.Storage.Look(ctx, tenant, look...)
	}
	return errors.Join(err, s.heardOfHost(ctx, tenant, e))
}

// hostNamed notes who hosts a meeting, where that is not its organiser: who is not connected here cannot be asked, and without this the
// meeting that its organiser does not find would count as deleted. When it is deleted there, it is nobody's any more.
func (s *Service) hostNamed(ctx context.Context, h Hosted, e zoom.Event) error {
	deleted := e.Name == zoom.EventMeetingDeleted && !e.One
	if e.Meeting.Host == "" || !deleted && e.Name != zoom.EventMeetingUpdated {
		return nil
	}
	account, err := s.c.Accounts.Account(ctx, h.Organizer)
	if err != nil {
		return err
	}
	c, err := s.c.Storage.Copies(ctx, h.Organizer.Tenant, h.Meeting)
	if err != nil {
		return err
	}
	next := c.Zoom.hostedBy(e, deleted, account.ZoomUser)
	if next.equal(c.Zoom) {
		return nil
	}
	c.Zoom = next
	_, err = s.saveCopies(ctx, Meeting{ID: h.Meeting, Organizer: h.Organizer}, c)
	return err
}

// broughtBack notes of a cancelled meeting that Zoom has recovered that it was gone there, which nobody may have seen yet: it is not to be
// deleted once more. While we are deleting it, which of both comes last is not known.
func (s *Service) broughtBack(ctx context.Context, h Hosted, e zoom.Event) error {
	if e.Name != zoom.EventMeetingRecovered || e.One {
		return nil
	}
	m, err := s.Find(ctx, h.Organizer.Tenant, h.Meeting)
	if err != nil || m.State != Cancelled {
		return err
	}
	c, err := s.c.Storage.Copies(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || c.Zoom.Writing != nil || c.Zoom.Agreed != nil && c.Zoom.Agreed.Gone {
		return err
	}
	gone := m.shape()
	c.Zoom.Agreed = &gone
	_, err = s.saveCopies(ctx, m, c)
	return err
}

// hostedBy is the copy after an event that names its host. That the organiser hosts what nobody else is known to is no news.
func (c Copy) hostedBy(e zoom.Event, deleted bool, organizer zoom.UserID) Copy {
	named := string(e.Meeting.Host)
	switch {
	case e.At.Before(c.Named):
		return c
	case deleted:
		named = ""
	case named == c.Of, named == string(organizer) && c.Of == "":
		return c
	}
	c.Of, c.Named = named, e.At
	return c
}

// hostedBy lists those of our meetings that an event is about, organised by people of the account in which it happened.
// None are while the feature is off or not approved.
func (s *Service) hostedBy(ctx context.Context, tenant entra.TenantID, e zoom.Event) (found []Hosted, err error) {
	err = s.c.Policy.Allow(ctx, tenant, feature)
	if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotReady) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if e.Account == "" {
		return nil, nil
	}
	all, err := s.c.Storage.Numbered(ctx, tenant, e.Meeting.ID)
	for _, h := range all {
		account, err := s.c.Accounts.Account(ctx, h.Organizer)
		if err != nil {
			return nil, err
		}
		if account.ZoomAccount == e.Account {
			found = append(found, h)
		}
	}
	return found, err
}

// heardOfHost has the host's list looked at, when she is one of ours and wants what is made elsewhere in her calendar. Her open pages are
// told in any case. An event that names no host is about whoever did it, who is the host but for administrators.
func (s *Service) heardOfHost(ctx context.Context, tenant entra.TenantID, e zoom.Event) error {
	user := e.Meeting.Host
	if user == "" {
		user = e.Operator
	}
	person, err := s.c.Accounts.Whose(ctx, e.Account, user)
	if problem.Is(err, problem.NotFound) || err == nil && person.Tenant != tenant {
		return nil
	}
	if err != nil {
		return err
	}
	s.c.Changed(ctx, person)
	wants, err := s.syncs(ctx, person)
	if err != nil || !wants {
		return err
	}
	now := s.c.Now()
	if err := s.c.Storage.Attend(ctx, person, now); err != nil {
		return err
	}
	return s.c.Storage.DueList(ctx, person, now, now.Add(listEvery))
}
