package web

import (
	"context"
	"net/http"
	"testing"
)

// Whoever posts notices while many are worked on waits for a turn, not for ever, and costs nothing meanwhile.
func TestNoticesTakeTurns(t *testing.T) {
	t.Parallel()
	s := &server{notices: make(chan struct{}, 1)}
	if got := s.takeNotices(t.Context(), []byte("{")); got != http.StatusBadRequest {
		t.Errorf("a turn that is free: %d", got)
	}
	if len(s.notices) != 0 {
		t.Error("the turn is not given back")
	}
	s.notices <- struct{}{}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got := s.takeNotices(gone, []byte("{")); got != http.StatusServiceUnavailable {
		t.Errorf("no turn is free: %d", got)
	}
}
