package meetings

import (
	"context"
	"errors"

	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// FieldText is the field in which a person types or pastes what to join.
const FieldText = "text"

// Joined is where a meeting is joined.
type Joined struct {
	URL string `json:"url" doc:"To open in a browser, which opens Zoom"`
	// For everybody who reads along: without what opens the meeting.
	Public string `json:"-"`
	Number string `json:"-"`
	Topic  string `json:"topic,omitempty" doc:"Of a meeting of the caller's own"`
}

// Shared is where a screen is shared into a meeting.
type Shared struct {
	URL      string `json:"url" doc:"Opens the Zoom client to share a screen, without sound and video"`
	Fallback string `json:"fallback" doc:"Joins the meeting, where that client is not installed"`
}

// Join answers where a meeting is joined whose number or link a person typed, with a passcode or "". Of the person's own meetings it is
// said before whether they are still there.
//
// Errors: Invalid with the field text, NotFound (it was cancelled, or is not at Zoom any more), NotReady, Forbidden.
func (s *Service) Join(ctx context.Context, v Visitor, text, passcode string) (Joined, error) {
	link, topic, err := s.joinable(ctx, v, text, passcode)
	if err != nil {
		return Joined{}, err
	}
	return Joined{URL: link.URL(), Topic: topic, Public: link.Public(), Number: groups(link.Meeting)}, nil
}

// Screen answers where a screen is shared into a meeting. Errors: as Join.
func (s *Service) Screen(ctx context.Context, v Visitor, text string) (Shared, error) {
	link, _, err := s.joinable(ctx, v, text, "")
	if err != nil {
		return Shared{}, err
	}
	share, ok := s.c.Links.ShareScreen(link.Meeting, link.Passcode())
	if !ok {
		return Shared{}, wrongText("upcoming.join_text")
	}
	return Shared{URL: share.App, Fallback: share.Fallback.URL()}, nil
}

func wrongText(key string) error {
	return problem.New(problem.Invalid, key).WithField(FieldText, key)
}

// joinable reads what was typed. UNVERIFIED: that Zoom takes a passcode as a person knows it where its own links have an encrypted one;
// if it does not, the client asks.
func (s *Service) joinable(ctx context.Context, v Visitor, text, passcode string) (zoom.JoinLink, string, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return zoom.JoinLink{}, "", err
	}
	number, embedded, err := s.c.Links.ParseJoin(text)
	switch {
	case errors.Is(err, zoom.ErrJoinForeign):
		return zoom.JoinLink{}, "", wrongText("upcoming.join_foreign")
	case errors.Is(err, zoom.ErrJoinPersonal):
		return zoom.JoinLink{}, "", wrongText("upcoming.join_personal")
	case err != nil:
		return zoom.JoinLink{}, "", wrongText("upcoming.join_text")
	}
	own, err := s.own(ctx, v, number)
	if err != nil {
		return zoom.JoinLink{}, "", err
	}
	if link, ok := s.c.Links.Parse(own.JoinURL); ok {
		return link, own.Topic, nil
	}
	if embedded == "" {
		embedded = passcode
	}
	link, ok := s.c.Links.Build(number.String(), embedded)
	if !ok {
		return link, "", problem.New(problem.Invalid, "meetings.invalid").WithField(FieldPasscode, "meetings.passcode_characters")
	}
	return link, "", nil
}

// own looks a number up among the person's own meetings; the zero Meeting when it is not one, or Zoom does not say. Error: NotFound.
func (s *Service) own(ctx context.Context, v Visitor, number zoom.MeetingID) (zoom.Meeting, error) {
	id, err := s.c.Storage.ByNumber(ctx, v.Person, number)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return zoom.Meeting{}, err
	}
	ours := err == nil
	if ours {
		m, err := s.Find(ctx, v.Person.Tenant, id)
		if err != nil {
			return zoom.Meeting{}, err
		}
		if m.State == Cancelled {
			return zoom.Meeting{}, problem.New(problem.NotFound, "meetings.cancelled_already")
		}
	}
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err != nil {
		return zoom.Meeting{}, nil //nolint:nilerr // who has no Zoom account may join all the same
	}
	look, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	z, err := client.Meeting(look, number)
	if ours && errors.Is(err, zoom.ErrNotFound) {
		return z, gone(err)
	}
	if err != nil {
		return zoom.Meeting{}, nil //nolint:nilerr // somebody else's, or not to be told just now: Zoom says it when it opens
	}
	if !ours && s.isHost(ctx, v.Person, z) != nil {
		return zoom.Meeting{}, nil
	}
	return z, nil
}
