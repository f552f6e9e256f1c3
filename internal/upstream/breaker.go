package upstream

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// ErrResting: the service has failed so often just now that it is left alone for a moment; nothing left. [RestsUntil] says for how long.
var ErrResting = errors.New("left alone for a moment, because it does not work")

// Breaker says when a service that does not work is left alone, so that nobody waits for it, work for others goes on, and it is not kept
// from recovering. What failed is a try without an answer, also when the caller's deadline ended it, or with 500, 502, 503 or 504; a
// refusal (429) is an answer. Once a rest is over, one try finds out how things stand: while it lasts, and again when it fails, the rest
// goes on.
type Breaker struct {
	Failures int // As many tries that failed within ten seconds, and no fewer than those that did not, begin a rest. 0: there is none.
	// Rests is told when a rest begins, with its end, and with the zero time when the service works again. May be nil.
	Rests func(until time.Time)
}

const (
	window      = 10 * time.Second // in which failures are counted
	firstRest   = 3 * time.Second  // each that follows at once is twice as long
	longestRest = 30 * time.Second
)

// RestsUntil is when a service is tried again that was left alone, from the error of the call; zero for every other error.
func RestsUntil(err error) time.Time {
	var failed *Error
	if errors.As(err, &failed) && errors.Is(failed, ErrResting) {
		return failed.RetryAt
	}
	return time.Time{}
}

// parts are what a window is counted in.
const parts = 10

// tally counts the tries that ended in one part of a window.
type tally struct {
	part           int64
	failed, worked int
}

// breaker is a Breaker at work.
type breaker struct {
	Breaker
	now func() time.Time

	mu      sync.Mutex
	tallies [parts]tally
	rest    time.Duration // 0: the service is asked
	until   time.Time     // the end of the rest
	trying  bool          // the one try after a rest is under way
}

func newBreaker(b Breaker, now func() time.Time) *breaker {
	return &breaker{Breaker: b, now: now}
}

// pass lets a try begin, which over ends; first is the one after a rest. Otherwise until is when to ask again.
func (b *breaker) pass() (first bool, until time.Time) {
	if b.Failures <= 0 {
		return false, time.Time{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	switch {
	case b.rest == 0:
		return false, time.Time{}
	case now.Before(b.until):
		return false, b.until
	case b.trying:
		return false, now.Add(firstRest)
	}
	b.trying = true
	return true, time.Time{}
}

// over takes what became of a try.
func (b *breaker) over(first bool, became verdict) {
	if b.Failures <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case first:
		b.trying = false
		switch became {
		case failed:
			b.begin(2 * b.rest)
		case worked:
			b.rest, b.tallies = 0, [parts]tally{}
			b.tell(time.Time{})
		}
	case b.rest == 0 && became != silent && b.count(became):
		b.begin(firstRest)
	}
}

// verdict is what a try says of the service.
type verdict int

const (
	silent verdict = iota // nothing: the caller went away, or nothing may be sent there
	worked
	failed
)

func verdictOf(resp *http.Response, err error) verdict {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, ErrAddressRefused):
		return silent
	case err != nil:
		return failed
	}
	switch resp.StatusCode {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return failed
	}
	return worked
}

// count adds a try, and tells whether there are too many that failed.
func (b *breaker) count(became verdict) bool {
	part := b.now().UnixNano() / int64(window/parts)
	t := &b.tallies[part%parts]
	if t.part != part {
		*t = tally{part: part}
	}
	if became == worked {
		t.worked++
		return false
	}
	t.failed++
	var sum tally
	for _, t := range b.tallies {
		if part-t.part < parts {
			sum.failed, sum.worked = sum.failed+t.failed, sum.worked+t.worked
		}
	}
	return sum.failed >= b.Failures && sum.failed >= sum.worked
}

func (b *breaker) begin(rest time.Duration) {
	b.rest = min(rest, longestRest)
	b.until = b.now().Add(b.rest)
	b.tell(b.until)
}

func (b *breaker) tell(until time.Time) {
	if b.Rests != nil {
		b.Rests(until)
	}
}
