package meetings

import (
	"cmp"
	"context"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// Preview is the card of a join link that somebody pastes into a message: what that person knows of the meeting, never what opens it. A
// card in a message stays as it is, so that it says nothing that soon is not true any more. Of a meeting that is nothing to the person it
// says that it is one. False for what is no join link, and where meetings are off.
func (s *Service) Preview(ctx context.Context, v Visitor, pasted string) (card teams.Card, title, text string, ok bool) {
	link, ok := s.c.Links.Parse(pasted)
	if !ok || s.c.Policy.Allow(ctx, v.Person.Tenant, feature) != nil {
		return card, "", "", false
	}
	d, ok := s.previewed(ctx, v, link.Meeting)
	if !ok {
		card, title, text = s.NeutralPreview(v.Locale)
		return card, title, text, true
	}
	d.JoinURL, d.Passcode, d.Host = link.Public(), "", false
	card, title, text, err := s.PlainCard(ctx, v, d)
	if err != nil {
		return card, "", "", false
	}
	card.Version = teams.PreviewVersion
	return card, title, text, true
}

// NeutralPreview is the card of a join link for who is not known, or to whom the meeting is nothing: always the same.
func (s *Service) NeutralPreview(locale string) (card teams.Card, title, text string) {
	p := s.c.Texts.For(cmp.Or(s.c.Language, locale))
	title, text = p.T("meetings.preview_title"), p.T("meetings.preview_text")
	return teams.Preview(p.Locale(), title, text), title, text
}

// previewed is what somebody knows of the meeting with a number: whoever hosts it, was invited, or is in one of its conversations; of one
// that is not ours, its host at Zoom.
func (s *Service) previewed(ctx context.Context, v Visitor, number zoom.MeetingID) (Detail, bool) {
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	ours, err := s.c.Storage.Numbered(ctx, v.Person.Tenant, number)
	if err != nil {
		return Detail{}, false
	}
	slices.SortStableFunc(ours, func(a, b Hosted) int { return rank(b.Organizer == v.Person) - rank(a.Organizer == v.Person) })
	for _, h := range ours {
		if d, err := s.knownOf(ctx, v, h); err == nil {
			return d, true
		}
	}
	if len(ours) > 0 {
		return Detail{}, false
	}
	z, err := s.hosted(ctx, v, number)
	if err != nil {
		return Detail{}, false
	}
	m := s.foreign(v, z)
	return Detail{Upcoming: s.standing(m, calendar.Record{}, true, time.Time{})}, m.Draft.Topic != ""
}

func rank(first bool) int {
	if first {
		return 1
	}
	return 0
}

// knownOf is a meeting of ours as somebody may know it; problem.NotFound.
func (s *Service) knownOf(ctx context.Context, v Visitor, h Hosted) (Detail, error) {
	m, err := s.Find(ctx, v.Person.Tenant, h.Meeting)
	if err != nil {
		return Detail{}, err
	}
	host := h.Organizer == v.Person
	if !host {
		invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
		if err == nil {
			_, err = s.audience(ctx, v.Person, m, invitees)
		}
		if err != nil {
			return Detail{}, err
		}
	}
	if m.State != Active || m.Draft.Private { // who reads the card need not know of it
		return Detail{}, problem.New(problem.NotFound, "problem.not_found")
	}
	return Detail{Upcoming: s.standing(m, calendar.Record{}, host, time.Time{}), Repeats: repeats(s.c.Texts.For(cmp.Or(s.c.Language, v.Locale)), m.Draft)}, nil
}

// Previewable tells whether what somebody of a tenant pastes is a join link, and may have a preview.
func (s *Service) Previewable(ctx context.Context, tenant entra.TenantID, pasted string) bool {
	_, ok := s.c.Links.Parse(pasted)
	return ok && s.c.Policy.Allow(ctx, tenant, feature) == nil
}
