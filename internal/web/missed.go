package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/notifications"
	"causeway/internal/pace"
)

// missedRoutes are about the bot's messages that may not have reached a person.
func (s *server) missedRoutes(a huma.API) {
	huma.Register(a, operation(http.MethodGet, "/api/missed", "missed", "My messages of the last week that did not, or may not, have reached me"), handled(s, s.missed))
	huma.Register(a, operation(http.MethodDelete, "/api/missed/{id}", "dismiss-missed", "Show one of them no more"), handled(s, s.dismissMissed))
}

// Missed is a message of the bot's that did not reach its person, or of which nobody knows.
type Missed struct {
	ID      string `json:"id"`
	Text    string `json:"text" doc:"What it was about"`
	Meeting string `json:"meeting,omitempty" doc:"Key of the meeting that it was about"`
	URL     string `json:"url,omitempty" doc:"Page of the whiteboard that it was about"`
}

// MissedList is what a person may have missed.
type MissedList struct {
	Messages []Missed `json:"messages" nullable:"false"`
}

func (s *server) missed(ctx context.Context, who entra.Identity, in *Visit) (MissedList, error) {
	found, err := s.c.Notifications.Missed(ctx, who.Person)
	list := MissedList{Messages: []Missed{}}
	if err != nil || len(found) == 0 {
		return list, err
	}
	if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
		return list, err
	}
	p := s.c.Texts.For(in.AcceptLanguage)
	for _, m := range found {
		list.Messages = append(list.Messages, s.missedOne(ctx, p, m))
	}
	return list, nil
}

// missedOne says of a message what it was about, as far as its person may know that now.
func (s *server) missedOne(ctx context.Context, p i18n.Printer, m notifications.Message) Missed {
	one := Missed{ID: m.ID}
	about := "missed." + string(m.Kind)
	name := ""
	switch m.Kind {
	case notifications.Invited, notifications.Scheduled, notifications.Starting, notifications.StartingAgain:
		if key, topic, err := s.c.Meetings.About(ctx, m); err == nil {
			one.Meeting, name = key, topic
		}
	case notifications.BoardShared, notifications.BoardMention:
		if b, err := s.c.Whiteboards.About(ctx, m); err == nil {
			one.URL, name = b.URL, b.Name
		}
	case notifications.Agenda:
		if day, err := time.Parse(time.DateOnly, m.Subject); err == nil {
			name = p.Date(day, time.UTC)
		}
	case notifications.ScheduleFailed, notifications.Relink, notifications.AccountMoved:
	}
	if name != "" {
		about += "_named"
	}
	how := "missed.unknown"
	if m.State == notifications.Failed {
		how = "missed.failed"
	}
	one.Text = p.T(how, "What", p.T(about, "Name", name))
	return one
}

type missedInput struct {
	Visit
	ID string `path:"id" maxLength:"64" doc:"As the list has it"`
}

func (s *server) dismissMissed(ctx context.Context, who entra.Identity, in *missedInput) (MissedList, error) {
	if err := s.c.Notifications.Dismiss(ctx, who.Person, in.ID); err != nil {
		return MissedList{}, err
	}
	return s.missed(ctx, who, &in.Visit)
}
