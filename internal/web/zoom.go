package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"causeway/internal/events"
	"causeway/internal/zoom"
)

const (
	eventWait   = 2 * time.Second  // Zoom gives up after three
	eventRead   = 15 * time.Second // a body may take
	eventSmall  = 64 << 10         // bytes: larger than what Zoom sends of most things
	largeAtOnce = 32               // events that are larger, which are read at one time
	refusalsSay = time.Minute      // within which what is refused is one line of the log
)

// refusals counts what is refused, so that whoever posts much does not fill the log.
type refusals struct {
	mu    sync.Mutex
	said  time.Time
	count int
}

// add counts one, and answers how many are to be said now: none most of the time.
func (r *refusals) add(now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	if now.Sub(r.said) < refusalsSay {
		return 0
	}
	n := r.count
	r.said, r.count = now, 0
	return n
}

func (s *server) zoomHooks(mux *http.ServeMux) {
	for _, app := range []events.App{events.UserApp, events.AdminApp} {
		mux.HandleFunc("POST "+app.Path(), func(w http.ResponseWriter, r *http.Request) { s.zoomEvent(w, r, app) })
	}
}

// zoomEvent stores what Zoom posts and answers 200, whether it concerns anybody or not: what Zoom hears of a failure it sends again. What cannot
// be stored is 503. https://developers.zoom.us/docs/api/webhooks/
func (s *server) zoomEvent(w http.ResponseWriter, r *http.Request, app events.App) {
	if r.Header.Get("Content-Encoding") != "" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	body, status := s.eventBody(w, r, s.c.Events.Limit(app, r.Header))
	if status != http.StatusOK {
		w.Header().Set("Connection", "close") // what follows is not read
		w.WriteHeader(status)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), eventWait)
	defer cancel()
	answer, err := s.c.Events.Take(ctx, app, r.Header, body)
	switch {
	case errors.Is(err, zoom.ErrUnsigned):
		if n := s.refused.add(s.c.Now()); n > 0 {
			s.c.Logger.WarnContext(ctx, "refused what was posted as Zoom", "security", true, "app", app, "posts", n)
		}
		w.WriteHeader(http.StatusUnauthorized)
	case errors.Is(err, zoom.ErrChallenge):
		w.WriteHeader(http.StatusBadRequest)
	case err != nil:
		s.c.Logger.ErrorContext(ctx, "an event of Zoom's is not stored", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
	case answer != nil:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// eventBody reads a body of at most limit bytes; of large ones only so many at once, so that who posts without a secret does not fill the
// memory.
func (s *server) eventBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, int) {
	if r.ContentLength > limit {
		return nil, http.StatusRequestEntityTooLarge
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(eventRead))
	from := http.MaxBytesReader(w, r.Body, limit)
	var body bytes.Buffer
	_, err := io.CopyN(&body, from, eventSmall)
	if err == nil { // there may be more
		select {
		case s.large <- struct{}{}:
			defer func() { <-s.large }()
		default:
			return nil, http.StatusServiceUnavailable
		}
		_, err = body.ReadFrom(from)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil && !errors.Is(err, io.EOF):
		return nil, http.StatusBadRequest
	}
	return body.Bytes(), http.StatusOK
}
