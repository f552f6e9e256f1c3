package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// transport is the RoundTripper of NewClient.
type transport struct {
	o       Options
	origins origins
	broken  error // the origin list cannot be used
	base    http.RoundTripper
	traced  bool // base tells by httptrace when a request has a connection
	breaker *breaker
}

// RoundTrip sends a request as often as the policy says. The error is always an *Error.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.refused(req); err != nil {
		return nil, t.unsent(req, err)
	}
	unsure := false // an earlier try may have had its effect
	for try := 1; ; try++ {
		attempt := req
		if try > 1 {
			attempt = req.Clone(req.Context())
			if req.GetBody != nil {
				body, err := req.GetBody()
				if err != nil {
					return nil, t.failure(req, NotSent, fmt.Errorf("body for another try: %w", err))
				}
				attempt.Body = body
			}
		}
		resp, err := t.once(attempt, try)
		var ours *Error
		if unsure && errors.As(err, &ours) {
			ours.Sent = Ambiguous
		}
		unsure = unsure || (err != nil && Outcome(err) == Ambiguous) || (err == nil && StatusOutcome(resp.StatusCode) == Ambiguous)
		wait, again := t.decide(req, resp, err, try)
		if !again {
			return resp, err
		}
		if resp != nil {
			_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
			resp.Body.Close()
		}
		if slept := t.o.Sleep(req.Context(), wait); slept != nil {
			if err == nil {
				err = t.failure(req, StatusOutcome(resp.StatusCode), slept)
			}
			return nil, err
		}
	}
}

func (t *transport) refused(req *http.Request) error {
	if t.broken != nil {
		return t.broken
	}
	return t.origins.check(req)
}

// decide says whether a try is followed by another, and after what wait.
func (t *transport) decide(req *http.Request, resp *http.Response, err error, try int) (wait time.Duration, again bool) {
	replayable := req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
	if try >= t.o.Retry.Attempts || !replayable || ended(req.Context()) {
		return 0, false
	}
	if err == nil {
		wait, again = t.o.Retry.again(req, resp, try, t.o.Now(), t.o.Random())
	} else {
		again = !errors.Is(err, ErrAddressRefused) && !errors.Is(err, ErrResting) && (Outcome(err) == NotSent || repeatable(req))
		wait = t.o.Retry.jitter(try, t.o.Random())
	}
	// A wait that the caller does not live to see the end of is no use: the answer is worth more.
	deadline, limited := req.Context().Deadline()
	return wait, again && (!limited || time.Until(deadline) > wait)
}

// once sends a request once, within the limit and the time of a try, unless the service is left alone.
func (t *transport) once(req *http.Request, try int) (*http.Response, error) {
	first, until := t.breaker.pass()
	if !until.IsZero() {
		resting := t.unsent(req, ErrResting)
		resting.RetryAt = until
		return nil, resting
	}
	if t.o.Limit != nil {
		if err := t.o.Limit.Wait(req.Context()); err != nil {
			t.breaker.over(first, silent)
			return nil, t.unsent(req, err)
		}
	}
	resp, err := t.send(req, try)
	t.breaker.over(first, verdictOf(resp, err))
	return resp, err
}

// unsent is the failure of a request that did not leave.
func (t *transport) unsent(req *http.Request, err error) *Error {
	if req.Body != nil {
		req.Body.Close()
	}
	return t.failure(req, NotSent, err)
}

func (t *transport) send(req *http.Request, try int) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.o.Timeout)
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	began := t.o.Now()
	resp, err := t.base.RoundTrip(req.WithContext(traced))
	if err != nil {
		cancel()
		sent := Ambiguous
		if isBeforeRequest(err) || (t.traced && !connected.Load()) {
			sent = NotSent
		}
		err = t.failure(req, sent, err)
	} else {
		resp.Body = &body{rest: t.o.MaxResponse, from: resp.Body, cancel: cancel, failure: func(err error) error {
			failed := t.failure(req, Ambiguous, err)
			failed.Status = resp.StatusCode
			return failed
		}}
	}
	t.observe(req, resp, err, try, t.o.Now().Sub(began))
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func (t *transport) failure(req *http.Request, sent Sent, err error) *Error {
	return &Error{Name: t.o.Name, Route: routeOf(req), Sent: sent, Err: err}
}

func (t *transport) observe(req *http.Request, resp *http.Response, err error, try int, took time.Duration) {
	if t.o.Observe == nil {
		return
	}
	call := Call{Name: t.o.Name, Route: routeOf(req), Try: try, Took: took, Err: err}
	if resp != nil {
		call.Status = resp.StatusCode
	}
	t.o.Observe(call)
}

// CloseIdleConnections lets http.Client do so.
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// body is the body of an answer: it ends the try's context when it is closed and fails when it is too long.
type body struct {
	rest    int64
	from    io.ReadCloser
	cancel  context.CancelFunc
	failure func(error) error
}

// Read reads at most one byte more than is allowed, to notice an answer that is too big.
func (b *body) Read(p []byte) (int, error) {
	if b.rest < 0 {
		return 0, b.failure(ErrTooBig)
	}
	if int64(len(p)) > b.rest+1 {
		p = p[:b.rest+1]
	}
	n, err := b.from.Read(p)
	b.rest -= int64(n)
	switch {
	case b.rest < 0:
		return n - 1, b.failure(ErrTooBig)
	case err != nil && err != io.EOF: //nolint:errorlint // io.Reader promises io.EOF itself
		return n, b.failure(err)
	}
	return n, err
}

// Close releases the connection.
func (b *body) Close() error {
	defer b.cancel()
	return b.from.Close()
}
