package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"causeway/internal/calendar"
	"causeway/internal/graph"
)

const (
	maxNotices    = 1 << 20 // bytes of what Graph posts
	maxValidation = 1 << 10 // bytes of a token with which Graph tries an address
)

// graphHooks adds what Graph posts to: notices of changes in calendars, and what becomes of their subscriptions.
func (s *server) graphHooks(mux *http.ServeMux) {
	mux.HandleFunc("POST "+calendar.NotifyPath, s.graphNotices)
	mux.HandleFunc("POST "+calendar.LifecyclePath, s.graphNotices)
}

// graphNotices stores what notices ask for and answers 202, whether they count or not: who forges one learns nothing. What cannot be
// stored is 503, so that Graph comes again. Before a subscription Graph tries the address, and wants its token back.
// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
func (s *server) graphNotices(w http.ResponseWriter, r *http.Request) {
	if query := r.URL.Query(); query.Has("validationToken") {
		validate(w, query.Get("validationToken"))
		return
	}
	if r.ContentLength > maxNotices {
		w.Header().Set("Connection", "close") // what follows is not read
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	var body bytes.Buffer
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxNotices))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	notices, err := graph.ReadNotifications(body.Bytes())
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if err := s.c.Calendar.Notified(r.Context(), notices); err != nil {
		s.c.Logger.ErrorContext(r.Context(), "notices not stored", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// validate gives a token back as it came. What could be anything but a token is refused: this address echoes nothing to anybody.
func validate(w http.ResponseWriter, token string) {
	odd := func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`<>"'&\`, r) }
	if token == "" || len(token) > maxValidation || strings.ContainsFunc(token, odd) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, token) // #nosec G705 -- plain text, and nothing in it that markup is made of
}
