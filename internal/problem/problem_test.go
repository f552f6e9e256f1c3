package problem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"causeway/internal/problem"
)

func TestNewKeepsSentenceAndArguments(t *testing.T) {
	t.Parallel()
	e := problem.New(problem.Busy, "meetings.too_many", "Count", 3, "Odd")
	if e.Args["Count"] != 3 {
		t.Errorf("Count = %v, want 3", e.Args["Count"])
	}
	if value, present := e.Args["Odd"]; !present || value != nil {
		t.Errorf("a name without a value = %v, %v; want nil, true", value, present)
	}
	if problem.New(problem.Busy, "x.y").Args != nil {
		t.Error("no arguments must give no map")
	}
}

func TestAddingLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	sentinel := problem.New(problem.Invalid, "problem.invalid")
	until := time.Unix(1_800_000_000, 0)
	got := sentinel.Because(io.EOF).WithField("topic", "meetings.topic_missing").WithField("start", "meetings.start_past", "Now", 1).WithUntil(until)
	if sentinel.Unwrap() != nil || sentinel.Fields != nil || !sentinel.Until.IsZero() {
		t.Errorf("the sentinel was changed: %+v", sentinel)
	}
	if len(got.Fields) != 2 || got.Fields[1].Name != "start" || got.Fields[1].Args["Now"] != 1 || !got.Until.Equal(until) {
		t.Errorf("got %+v", got)
	}
	if !errors.Is(got, io.EOF) || !errors.Is(fmt.Errorf("outer: %w", got), sentinel) {
		t.Error("the cause and the sentinel must both be found")
	}
	if errors.Is(got, problem.New(problem.Invalid, "problem.other")) || errors.Is(got, problem.New(problem.Conflict, "problem.invalid")) {
		t.Error("another sentence or another kind is another problem")
	}
	if want := "invalid: problem.invalid [topic: meetings.topic_missing] [start: meetings.start_past]: EOF"; got.Error() != want {
		t.Errorf("text %q, want %q", got.Error(), want)
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	if problem.Of(nil) != nil {
		t.Error("nil must stay nil")
	}
	for _, c := range []struct {
		name string
		err  error
		kind problem.Kind
		ref  bool
	}{
		{"unknown", io.ErrUnexpectedEOF, problem.Internal, true},
		{"deadline", fmt.Errorf("zoom: %w", context.DeadlineExceeded), problem.Unavailable, true},
		{"cancelled", context.Canceled, problem.Unavailable, true},
		{"known", fmt.Errorf("x: %w", problem.New(problem.NotFound, "problem.not_found")), problem.NotFound, false},
		{"unavailable", problem.New(problem.Unavailable, "problem.unavailable", "Service", "Zoom"), problem.Unavailable, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := problem.Of(c.err)
			if got.Kind != c.kind || (got.Ref != "") != c.ref || (got.Args["Ref"] == got.Ref) != c.ref {
				t.Errorf("got kind %s, ref %q, args %v", got.Kind, got.Ref, got.Args)
			}
			if !errors.Is(got, errors.Unwrap(got)) && errors.Unwrap(got) != nil {
				t.Error("the cause was lost")
			}
		})
	}
}

func TestOfGivesEachFailureItsOwnReference(t *testing.T) {
	t.Parallel()
	sentinel := problem.New(problem.Unavailable, "problem.unavailable", "Service", "Zoom")
	a, b := problem.Of(sentinel), problem.Of(sentinel)
	if a.Ref == b.Ref || sentinel.Ref != "" || sentinel.Args["Ref"] != nil {
		t.Errorf("refs %q and %q, sentinel %+v", a.Ref, b.Ref, sentinel)
	}
	if problem.Of(a) != a {
		t.Error("a reference once given must stay")
	}
	if a.Args["Service"] != "Zoom" {
		t.Error("arguments were lost")
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("wrapped: %w", problem.New(problem.NotLinked, "problem.not_linked"))
	if !problem.Is(err, problem.NotLinked) || problem.Is(err, problem.Busy) || problem.Is(io.EOF, problem.Internal) || problem.Is(nil, problem.Internal) {
		t.Error("Is must look at the kind of the wrapped problem, and only at that")
	}
}
