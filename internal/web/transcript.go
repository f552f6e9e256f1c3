package web

import (
	"context"
	"time"

	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/pace"
	"causeway/internal/problem"
)

const (
	textsAtOnce = 4 // transcripts and chats that are read at one time: each takes many times what it is long of memory
	textsWait   = 10 * time.Second
)

type textInput struct {
	One
	Original time.Time `query:"original" doc:"Which occurrence of a series, as the meeting's page names it"`
}

// text reads what remains of a meeting in words. Each reading is one at Zoom, as its host. While as many are read as there are places, others wait.
func (s *server) text(
	read func(ctx context.Context, v meetings.Visitor, key string, original time.Time) (meetings.Transcript, error),
) func(context.Context, entra.Identity, *textInput) (meetings.Transcript, error) {
	return func(ctx context.Context, who entra.Identity, in *textInput) (meetings.Transcript, error) {
		if err := s.c.Pace.Take(ctx, who.Person, pace.Text); err != nil {
			return meetings.Transcript{}, err
		}
		wait, cancel := context.WithTimeout(ctx, textsWait)
		defer cancel()
		select {
		case s.texts <- struct{}{}:
			defer func() { <-s.texts }()
		case <-wait.Done():
			return meetings.Transcript{}, problem.New(problem.Busy, "problem.busy")
		}
		return read(ctx, s.visitor(who, in.Visit), in.Key, in.Original)
	}
}
