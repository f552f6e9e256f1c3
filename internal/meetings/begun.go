package meetings

import (
	"context"
	"time"

	"causeway/internal/i18n"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

const (
	begunAge  = 15 * time.Minute // in which a meeting that somebody started is the one that another wants to start
	begunMost = 10
)

// begun is the meeting that somebody has just started in a conversation and that has not ended; nil when there is none.
func (s *Service) begun(ctx context.Context, f Form) (*Meeting, error) {
	if !f.Now || alone(f.Place) {
		return nil, nil
	}
	made, err := s.c.Storage.Made(ctx, f.Place.Tenant, f.Place.Conversation, s.c.Now().Add(-begunAge), begunMost)
	if err != nil {
		return nil, err
	}
	for _, id := range made {
		m, err := s.Find(ctx, f.Place.Tenant, id)
		if problem.Is(err, problem.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		session, _, held, err := s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
		if err != nil {
			return nil, err
		}
		if !m.Draft.Now || m.State != Active || held && !session.Ended.IsZero() {
			continue
		}
		m, err = s.forOthers(ctx, m)
		return &m, err
	}
	return nil, nil
}

// begunLines say that it is there, with the way in.
func begunLines(p i18n.Printer, m *Meeting) []teams.Element {
	if m == nil {
		return nil
	}
	return []teams.Element{teams.Container{Style: "accent", Items: []teams.Element{
		teams.TextBlock{Text: teams.Escape(p.T("meetings.just_started", "Name", m.Name)), Wrap: true},
		teams.ActionSet{Actions: []teams.Action{teams.OpenURL{Button: teams.Button{Title: p.T("meetings.just_started_join")}, URL: m.JoinURL}}},
	}}}
}
