package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"causeway/internal/events"
	"causeway/internal/zoom"
)

const (
	eventWait    = 2 * time.Second // Zoom gives up after three
	eventsAtOnce = 64              // of those that are large, which are read at one time
)

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
		s.unknown(ctx, "zoom_"+string(app))
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

// unknown counts what somebody posted as one who has a secret, without it.
func (s *server) unknown(ctx context.Context, as string) {
	if said := s.refused.Add(s.c.Now(), map[string]int{as: 1}); said != nil {
		s.c.Logger.WarnContext(ctx, "refused what was posted in somebody's name", "security", true, slog.Group("posts", said...))
	}
}
