package upstream

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Policy says what is tried again, and how long is waited. What a request did decides first:
//
//	                                   GET, HEAD, Idempotent          any other
//	did not leave                      again                          again
//	connection lost, time ran out      again                          never: it may have had its effect
//	408, 500, 502, 504                 again                          never
//	429, 503                           again                          only with Retry-After and Refusals
//	any other status                   never                          never
type Policy struct {
	// Attempts is the number of tries in all; 0 and 1 mean one.
	Attempts int
	// Base is the first step of the waits, doubled each time; the wait is a random part of the step (full jitter). After a
	// 429 without Retry-After a whole Base is added. 500 ms when zero.
	Base time.Duration
	// Max is the largest step; 10 s when zero.
	Max time.Duration
	// MaxWait is the longest Retry-After that is waited for; beyond it the answer is handed to the caller. 10 s when zero.
	MaxWait time.Duration
	// Refusals says that the service promises a 429 or 503 with Retry-After to have had no effect, so that any request may
	// be repeated after it.
	Refusals bool
	// Final recognises an answer that no repetition changes, such as a daily limit. May be nil.
	Final func(*http.Response) bool
}

func (p Policy) base() time.Duration        { return positive(p.Base, 500*time.Millisecond) }
func (p Policy) maxStep() time.Duration     { return positive(p.Max, 10*time.Second) }
func (p Policy) maxWait() time.Duration     { return positive(p.MaxWait, 10*time.Second) }
func (p Policy) longestWait() time.Duration { return max(p.maxStep()+p.base(), p.maxWait()) }

func positive(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// again decides after an answer; wait is how long to wait first.
func (p Policy) again(req *http.Request, resp *http.Response, try int, now time.Time, random float64) (wait time.Duration, again bool) {
	limited := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable
	if !limited && StatusOutcome(resp.StatusCode) != Ambiguous {
		return 0, false
	}
	until, told := ParseRetryAfter(resp.Header.Get("Retry-After"), now)
	if !repeatable(req) && (!limited || !told || !p.Refusals) {
		return 0, false
	}
	if p.Final != nil && p.Final(resp) {
		return 0, false
	}
	if told {
		wait = until.Sub(now)
		return wait, wait <= p.maxWait()
	}
	wait = p.jitter(try, random)
	if resp.StatusCode == http.StatusTooManyRequests {
		wait += p.base()
	}
	return wait, true
}

// jitter is the wait after the try of that number: a random part of base × 2^(try-1), which is at most Max.
func (p Policy) jitter(try int, random float64) time.Duration {
	step := p.base()
	for i := 1; i < try && step < p.maxStep(); i++ {
		step *= 2
	}
	return time.Duration(random * float64(min(step, p.maxStep())))
}

// farthest bounds what a Retry-After may ask for.
const farthest = 31 * 24 * time.Hour

// isoTimes are the ISO 8601 forms seen in Retry-After; without a zone it is UTC.
func isoTimes() []string {
	return []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05"}
}

// ParseRetryAfter reads a Retry-After header: seconds, an HTTP date, or an ISO 8601 date and time (Zoom's daily limit). A time
// that has passed is now; one that is further away than 31 days is 31 days away. It is false for anything else.
func ParseRetryAfter(header string, now time.Time) (time.Time, bool) {
	header = strings.TrimSpace(header)
	if header == "" || len(header) > 64 {
		return time.Time{}, false
	}
	if strings.IndexFunc(header, func(r rune) bool { return r < '0' || r > '9' }) < 0 {
		seconds, err := strconv.ParseInt(header, 10, 64)
		if err != nil || seconds > int64(farthest/time.Second) {
			seconds = int64(farthest / time.Second)
		}
		return now.Add(time.Duration(seconds) * time.Second), true
	}
	t, err := http.ParseTime(header)
	if err != nil {
		i := slices.IndexFunc(isoTimes(), func(layout string) bool {
			t, err = time.Parse(layout, header)
			return err == nil
		})
		if i < 0 {
			return time.Time{}, false
		}
	}
	switch {
	case t.Before(now):
		return now, true
	case t.After(now.Add(farthest)):
		return now.Add(farthest), true
	}
	return t, true
}
