package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"causeway/internal/events"
	"causeway/internal/zoom"
)

const (
	maxEvent  = 1 << 20          // bytes of what Zoom posts
	eventWait = 2 * time.Second  // Zoom gives up after three
	eventRead = 15 * time.Second // a body may take
)

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
	if r.ContentLength > maxEvent {
		w.Header().Set("Connection", "close") // what follows is not read
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(eventRead))
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxEvent)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), eventWait)
	defer cancel()
	answer, err := s.c.Events.Take(ctx, app, r.Header, body.Bytes())
	switch {
	case errors.Is(err, zoom.ErrUnsigned):
		s.c.Logger.WarnContext(ctx, "refused what was posted as Zoom", "security", true, "app", app)
		w.WriteHeader(http.StatusUnauthorized)
	case errors.Is(err, zoom.ErrChallenge), errors.Is(err, zoom.ErrEvent):
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
