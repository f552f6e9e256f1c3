package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"causeway/internal/live"
	"causeway/internal/meetings"
	"causeway/internal/pace"
	"causeway/internal/problem"
)

const (
	keepAliveEvery = 20 * time.Second
	// eventPatience is how long a page may take for what it is sent.
	eventPatience = 10 * time.Second
)

// eventRoutes tell open pages what has changed.
func (s *server) eventRoutes(a huma.API) {
	o := operation(http.MethodGet, "/api/events", "events", "Hear what has changed")
	o.Description = "An event stream (text/event-stream), of what concerns the caller and, in the tab of a conversation, of what is brought there. Each event is named meetings, account or policy, has the data {}, and means: what you show of it " +
		"may be old. A comment comes every 20 seconds. The stream ends with the bearer token; begin it again with a new one."
	o.Responses = map[string]*huma.Response{"200": {Description: "The stream", Content: map[string]*huma.MediaType{"text/event-stream": {}}}}
	huma.Register(a, o, s.events)
}

type eventsInput struct {
	Call
	At
}

// events opens the stream of a page of the caller. It carries no content, so that it says nothing that the page could not ask for.
func (s *server) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	who := callerOf(ctx)
	if in.Conversation != "" { // of which Teams is asked
		if err := s.c.Pace.Take(ctx, who.Person, pace.Search); err != nil {
			return nil, s.problem(ctx, in.AcceptLanguage, err)
		}
	}
	inside, err := s.c.Meetings.Inside(ctx, who.Person, meetings.At(in.At))
	if err != nil {
		return nil, s.problem(ctx, in.AcceptLanguage, err)
	}
	stream, err := s.c.Live.Open(who.Person, string(inside))
	if err != nil {
		return nil, s.problem(ctx, in.AcceptLanguage, problem.New(problem.Busy, "web.too_many_pages").WithUntil(s.c.Now().Add(keepAliveEvery)))
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer stream.Close()
		r, w := humago.Unwrap(c)
		p := page{w: w, control: http.NewResponseController(w)}
		h := w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold it back
		_ = p.control.SetReadDeadline(time.Time{})
		p.stay(r.Context(), stream, who.Expires.Sub(s.c.Now()))
	}}, nil
}

// page is a browser that listens.
type page struct {
	w       io.Writer
	control *http.ResponseController
}

// stay tells the page of changes until it goes away, the server stops, or the time of its token is over.
func (p page) stay(ctx context.Context, stream *live.Stream, most time.Duration) {
	over := time.NewTimer(most)
	defer over.Stop()
	alive := time.NewTicker(keepAliveEvery)
	defer alive.Stop()
	err := p.send(": open\n\n")
	for err == nil {
		select {
		case <-stream.Rung():
			for _, kind := range stream.Take() {
				if err == nil {
					err = p.send(fmt.Sprintf("event: %s\ndata: {}\n\n", kind))
				}
			}
		case <-alive.C:
			err = p.send(": keep-alive\n\n")
		case <-over.C:
			return
		case <-stream.Ended():
			return
		case <-ctx.Done():
			return
		}
	}
}

// send hands text to the page, which must take it in time.
func (p page) send(text string) error {
	if err := p.control.SetWriteDeadline(time.Now().Add(eventPatience)); err != nil {
		return err
	}
	if _, err := io.WriteString(p.w, text); err != nil {
		return err
	}
	return p.control.Flush()
}
