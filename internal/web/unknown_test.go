package web

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"causeway/internal/events"
)

// Whoever posts as Zoom or as an adapter, without their secrets, does not fill the log, at whichever door.
func TestWhoeverPostsMuchFillsNoLog(t *testing.T) {
	t.Parallel()
	log, now := &bytes.Buffer{}, time.Now()
	s := &server{c: Config{Logger: slog.New(slog.NewTextHandler(log, nil)), Now: func() time.Time { return now }}}
	for range 100 {
		s.unknown(t.Context(), "zoom_"+string(events.UserApp))
		s.unknown(t.Context(), "adapter")
	}
	now = now.Add(time.Minute)
	s.unknown(t.Context(), "adapter")
	said := log.String()
	if lines := strings.SplitAfter(said, "\n"); len(lines) != 3 || !strings.Contains(lines[0], "posts.zoom_user=1\n") || !strings.Contains(lines[1], "posts.adapter=101 posts.zoom_user=99\n") {
		t.Errorf("logged %s", said)
	}
}
