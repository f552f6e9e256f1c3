package web

import (
	"context"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/meetings"
	"causeway/internal/pace"
	"causeway/internal/problem"
)

// Whoever wants to read a text while many are read waits for a place, not for ever, and has nothing read meanwhile.
func TestTextsAreReadAFewAtATime(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{c: Config{Pace: pace.New(time.Now), Texts: texts}, texts: make(chan struct{}, 1)}
	reading := 0
	read := s.text(func(context.Context, meetings.Visitor, string, time.Time) (meetings.Transcript, error) {
		reading++
		if len(s.texts) != 1 {
			t.Error("it is read without a place")
		}
		return meetings.Transcript{}, nil
	})
	if _, err := read(t.Context(), entra.Identity{}, &textInput{}); err != nil || reading != 1 {
		t.Errorf("a place that is free: %v, read %d times", err, reading)
	}
	if len(s.texts) != 0 {
		t.Error("the place is not given back")
	}
	s.texts <- struct{}{}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := read(gone, entra.Identity{}, &textInput{}); !problem.Is(err, problem.Busy) || reading != 1 {
		t.Errorf("no place is free: %v, read %d times", err, reading)
	}
}
