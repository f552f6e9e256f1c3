package web

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/graph"
)

const (
	maxNotices    = 1 << 20 // bytes of what Graph posts
	maxValidation = 1 << 10 // bytes of a token with which Graph tries an address
	noticesAtOnce = 8       // requests of Graph's that are worked on at the same time
	largeAtOnce   = 32      // of those that are large, which are read at one time
	// noticesWait is how long one more waits for its turn, and is worked on: Graph takes what lasts longer for a failure.
	noticesWait = 3 * time.Second
)

// graphHooks adds what Graph posts to: notices of changes in calendars, and what becomes of their subscriptions.
func (s *server) graphHooks(mux *surface) {
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
	body, status := s.fromGraph.posted(w, r, maxNotices)
	if status != http.StatusOK {
		w.Header().Set("Connection", "close") // what follows is not read
		w.WriteHeader(status)
		return
	}
	w.WriteHeader(s.takeNotices(r.Context(), body))
}

// takeNotices reads and stores notices when it is their turn, and answers the status. Anybody may post here, so that only so much is
// done at once, and for so long.
func (s *server) takeNotices(ctx context.Context, body []byte) int {
	ctx, cancel := context.WithTimeout(ctx, noticesWait)
	defer cancel()
	select {
	case s.notices <- struct{}{}:
		defer func() { <-s.notices }()
	case <-ctx.Done():
		return http.StatusServiceUnavailable
	}
	notices, err := graph.ReadNotifications(body)
	if err != nil {
		return http.StatusBadRequest
	}
	if err := s.c.Calendar.Notified(ctx, notices); err != nil {
		s.c.Logger.ErrorContext(ctx, "notices not stored", "error", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusAccepted
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
