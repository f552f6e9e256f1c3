package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"causeway/internal/events"
	"causeway/internal/zoom"
)

const (
	eventWait    = 2 * time.Second // Zoom gives up after three
	eventsAtOnce = 64              // of those that are large, which are read at one time
	refusalsSay  = time.Minute     // within which what is refused is one line of the log
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

func (s *server) zoomHooks(mux *surface) {
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
	body, status := s.fromZoom.posted(w, r, s.c.Events.Limit(app, r.Header))
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
