package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/upstream"
)

// sick is a service whose answers a test chooses, called through a breaker, at the test's time.
type sick struct {
	t      *testing.T
	hc     *http.Client
	now    time.Time
	answer func(ctx context.Context) (int, error)
	calls  int         // that reached the service
	told   []time.Time // by Rests
}

var started = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

func newSick(t *testing.T) *sick {
	t.Helper()
	s := &sick{t: t, now: started}
	s.hc = upstream.NewClient(upstream.Options{
		Name: "zoom", Origins: []string{"https://zoom.us"}, Now: func() time.Time { return s.now }, Sleep: noSleep,
		Breaker: upstream.Breaker{Failures: 4, Rests: func(until time.Time) { s.told = append(s.told, until) }},
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			s.calls++
			status, err := s.answer(r.Context())
			if err != nil {
				return nil, err
			}
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(""))}, nil
		}),
	})
	s.status(http.StatusOK)
	return s
}

func (s *sick) status(status int) {
	s.answer = func(context.Context) (int, error) { return status, nil }
}

func (s *sick) call() error {
	_, _, err := send(s.t, s.hc, http.MethodPost, "https://zoom.us", "x")
	return err
}

func (s *sick) fail(n int) {
	s.status(http.StatusInternalServerError)
	for range n {
		if err := s.call(); err != nil {
			s.t.Fatalf("left alone too early: %v", err)
		}
	}
}

// rests checks that nothing reaches the service, and until when.
func (s *sick) rests(until time.Time) {
	s.t.Helper()
	before := s.calls
	err := s.call()
	if s.calls != before || !errors.Is(err, upstream.ErrResting) || upstream.Outcome(err) != upstream.NotSent || !upstream.RestsUntil(err).Equal(until) {
		s.t.Fatalf("%d calls, error %v until %v; want none, until %v", s.calls-before, err, upstream.RestsUntil(err), until)
	}
}

func (s *sick) works() {
	s.t.Helper()
	before := s.calls
	if err := s.call(); err != nil || s.calls != before+1 {
		s.t.Fatalf("%d calls, error %v; want one", s.calls-before, err)
	}
}

func TestAServiceThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	s.fail(4)
	at := s.now.Add(3 * time.Second)
	s.rests(at)
	s.now = at.Add(-time.Millisecond)
	s.rests(at)

	s.now = at
	s.works() // still a 500: the rest goes on, twice as long each time, and no longer than half a minute
	for _, rest := range []time.Duration{6, 12, 24, 30, 30} {
		at = s.now.Add(rest * time.Second)
		s.rests(at)
		s.now = at
		s.works()
	}

	s.now = s.now.Add(30 * time.Second)
	s.status(http.StatusOK)
	s.works()
	s.fail(3) // it is counted anew
	s.works()
	s.rests(s.now.Add(3 * time.Second))

	var told []time.Duration
	for _, until := range s.told {
		if until.IsZero() {
			until = started
		}
		told = append(told, until.Sub(started)/time.Second)
	}
	if want := []time.Duration{3, 9, 21, 45, 75, 105, 135, 0, 138}; !slices.Equal(told, want) {
		t.Errorf("told of rests until %v, want %v", told, want)
	}
}

func TestOneTryFindsOutHowThingsStand(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	s.fail(4)
	s.now = s.now.Add(3 * time.Second)
	s.answer = func(context.Context) (int, error) {
		s.rests(s.now.Add(3 * time.Second)) // a second one, while the first is under way
		return http.StatusOK, nil
	}
	if err := s.call(); err != nil {
		t.Fatal(err)
	}
	s.status(http.StatusOK)
	s.works()
}

func TestACallerWhoGoesAwaySaysNothingOfTheService(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	s.answer = func(context.Context) (int, error) { return 0, context.Canceled }
	for range 10 {
		_ = s.call()
	}
	s.fail(4)
	s.now = s.now.Add(3 * time.Second)
	s.answer = func(context.Context) (int, error) { return 0, context.Canceled }
	_ = s.call() // it has the place of the one try, and leaves it to the next
	s.status(http.StatusOK)
	s.works()
	s.works()
}

func TestWhatCountsAsFailed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		err    error
		counts bool
	}{
		"500":                 {status: 500, counts: true},
		"502":                 {status: 502, counts: true},
		"503":                 {status: 503, counts: true},
		"504":                 {status: 504, counts: true},
		"connection lost":     {err: io.ErrUnexpectedEOF, counts: true},
		"no answer in time":   {err: context.DeadlineExceeded, counts: true},
		"success":             {status: 200},
		"refusal":             {status: 400},
		"token refused":       {status: 401},
		"not found":           {status: 404},
		"request took long":   {status: 408},
		"too many":            {status: 429},
		"not implemented":     {status: 501},
		"caller has gone":     {err: context.Canceled},
		"address not allowed": {err: upstream.ErrAddressRefused},
	} {
		s := newSick(t)
		s.answer = func(context.Context) (int, error) { return c.status, c.err }
		for range 10 {
			_ = s.call()
		}
		if rests := errors.Is(s.call(), upstream.ErrResting); rests != c.counts {
			t.Errorf("%s: left alone %v, want %v", name, rests, c.counts)
		}
	}
}

func TestFewFailuresAmongManyAreBorne(t *testing.T) {
	t.Parallel()
	s := newSick(t)
	for range 5 {
		s.works()
	}
	s.fail(5) // as many as worked
	s.rests(s.now.Add(3 * time.Second))

	s = newSick(t)
	for range 6 {
		s.works()
	}
	s.fail(5)
	s.works()

	s = newSick(t)
	for range 12 { // one each four seconds: never four within ten
		s.fail(1)
		s.now = s.now.Add(4 * time.Second)
	}
	s.works()
}

// A request that may have had its effect has not "not left" because a later try of it did not leave.
func TestAnEarlierTryIsNotForgotten(t *testing.T) {
	t.Parallel()
	tries := 0
	hc := upstream.NewClient(upstream.Options{
		Origins: []string{"https://zoom.us"}, Sleep: noSleep, Retry: upstream.Policy{Attempts: 5}, Breaker: upstream.Breaker{Failures: 2},
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { tries++; return nil, io.ErrUnexpectedEOF }),
	})
	ctx := upstream.Idempotent(t.Context())
	_, _, err := sendContext(t, ctx, hc, http.MethodPut, "https://zoom.us", "x")
	if tries != 2 || !errors.Is(err, upstream.ErrResting) || upstream.Outcome(err) != upstream.Ambiguous {
		t.Errorf("%d tries, want 2; error %v", tries, err)
	}
}
