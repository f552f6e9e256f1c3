package meetings

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/teams"
)

const (
	// past is how long meetings stay in the tab of their conversation after they have ended, and pastMost how many do.
	past, pastMost = 30 * 24 * time.Hour, 20
	// comingMost bounds those that are to come.
	comingMost = 200
)

// At is the conversation in which a tab is open; the zero At is a person's own tab.
type At struct {
	Conversation teams.ConversationID
	Team         teams.TeamID // of a channel, as Teams tells the tab; a help to find it, and believed of nobody
}

// Whether Causeway can post in a conversation.
const (
	PostsYes          = "yes"
	PostsNotInstalled = "not_installed"
	PostsNotAsked     = "not_asked"
	PostsRefused      = "refused" // it is there, and Teams lets it post nothing, as in private channels
)

// Here is what the tab of a conversation shows.
type Here struct {
	Name     string     `json:"name,omitempty" doc:"Of the conversation, as far as it is known"`
	Posts    string     `json:"posts" enum:"yes,not_installed,not_asked,refused" doc:"Whether Causeway can post there; while the app is not in it, nothing is listed; refused: Teams lets it post nothing, meetings are made all the same"`
	Upcoming []Upcoming `json:"upcoming" nullable:"false" doc:"Those that are held now first"`
	Past     []Upcoming `json:"past" nullable:"false" doc:"Of a month, the newest first"`
}

// Here lists the meetings that were made in the conversation of a tab or shared into it, for somebody who is in it now. It needs no Zoom account.
//
// Errors: NotReady, Forbidden (also who is not in it), NotFound, Unavailable.
func (s *Service) Here(ctx context.Context, v Visitor) (Here, error) {
	here := Here{Posts: PostsYes, Upcoming: []Upcoming{}, Past: []Upcoming{}}
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return here, err
	}
	place, err := s.c.Chats.Open(ctx, v.Person, v.At.Conversation, v.At.Team)
	switch {
	case errors.Is(err, chats.ErrNotInstalled):
		here.Posts = PostsNotInstalled
		return here, nil
	case errors.Is(err, chats.ErrNotApproved):
		here.Posts = PostsNotAsked
	case err != nil:
		return here, err
	}
	here.Name = place.Name
	if here.Posts == PostsYes {
		silenced, err := s.c.Chats.Silenced(ctx, place)
		if err != nil {
			return here, err
		}
		if silenced {
			here.Posts = PostsRefused
		}
	}
	now := s.c.Now()
	found, err := s.c.Storage.Brought(ctx, v.Person.Tenant, place.Conversation, now.Add(-past), now.Add(ahead))
	if err != nil {
		return here, err
	}
	for _, k := range found {
		coming, gone, err := s.held(ctx, v, k, now)
		if err != nil {
			return here, err
		}
		here.Upcoming, here.Past = append(here.Upcoming, coming...), append(here.Past, gone...)
	}
	slices.SortStableFunc(here.Upcoming, func(a, b Upcoming) int {
		return cmp.Or(live(b)-live(a), earlier(a, b))
	})
	slices.SortStableFunc(here.Past, func(a, b Upcoming) int { return earlier(b, a) })
	here.Upcoming, here.Past = here.Upcoming[:min(len(here.Upcoming), comingMost)], here.Past[:min(len(here.Past), pastMost)]
	return here, nil
}

// mayBring lets somebody bring a meeting into a conversation who is in it now, with the bot. Error: Forbidden.
func (s *Service) mayBring(ctx context.Context, person entra.Person, place chats.Place) error {
	if alone(place) {
		return nil
	}
	return chats.InWords(s.c.Chats.Enter(ctx, place, person, teams.UserID(person.ID), false))
}

// Inside tells in which conversation's tab somebody hears of changes: "" is their own, and where the app is not in the conversation nothing
// changes. Errors: as Here.
func (s *Service) Inside(ctx context.Context, person entra.Person, at At) (teams.ConversationID, error) {
	if at.Conversation == "" {
		return "", nil
	}
	place, err := s.c.Chats.Open(ctx, person, at.Conversation, at.Team)
	switch {
	case errors.Is(err, chats.ErrNotInstalled):
		return "", nil
	case errors.Is(err, chats.ErrNotApproved):
		err = nil
	}
	return place.Conversation, err
}

func live(u Upcoming) int {
	if u.Live {
		return 1
	}
	return 0
}

// held are the occurrences of a meeting as they are listed in a conversation that it was brought into: those to come, and those of a month
// that are over.
func (s *Service) held(ctx context.Context, v Visitor, k Standing, now time.Time) (coming, gone []Upcoming, err error) {
	m, err := s.opened(k.Meeting, k.Sealed)
	if err != nil {
		return nil, nil, err
	}
	host := m.Organizer == v.Person
	if !host {
		if m, err = s.forOthers(ctx, m); err != nil {
			return nil, nil, err
		}
	}
	var all []Upcoming
	for _, o := range m.Draft.Occurrences() {
		if o.Cancelled || !o.Start.Before(now.Add(ahead)) || !o.Start.Add(o.Duration).After(now.Add(-past)) {
			continue
		}
		all = append(all, s.inConversation(m, k, host, o))
	}
	if m.Draft.NoTime {
		all = append(all, s.inConversation(m, k, host, Occurrence{}))
	}
	slices.SortStableFunc(all, earlier)
	if k.Live {
		markLive(all, now)
	}
	for _, u := range all {
		if u.Live || !u.ended(now) {
			coming = append(coming, u)
		} else {
			gone = append(gone, u)
		}
	}
	return coming, gone, nil
}

func (s *Service) inConversation(m Meeting, k Standing, host bool, o Occurrence) Upcoming {
	u := s.standing(m, calendar.Record{State: k.Calendar}, host, o.Original)
	u.JoinURL = m.JoinURL
	if !host { // the calendar is the host's
		u.Calendar, u.OnlyInZoom = calendarUnavailable, false
	}
	if m.Draft.Private && !host {
		u.Topic = ""
	}
	return u
}

// Admit lets Causeway post in the conversation of a tab, for one of those who are in it. Errors: as Here, and Forbidden where the app is not in it.
func (s *Service) Admit(ctx context.Context, v Visitor) error {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return err
	}
	place, err := s.c.Chats.OpenApproved(ctx, v.Person, v.At.Conversation, v.At.Team)
	if errors.Is(err, chats.ErrNotApproved) {
		return s.c.Chats.Approve(ctx, place, v.Person)
	}
	return err
}

// place is where what somebody does in a tab belongs. Error: Forbidden where the bot may not post.
func (s *Service) place(ctx context.Context, person entra.Person, at At) (chats.Place, error) {
	if at.Conversation == "" {
		return chats.Place{Tenant: person.Tenant, Kind: chats.Tab}, nil
	}
	return s.c.Chats.OpenApproved(ctx, person, at.Conversation, at.Team)
}
