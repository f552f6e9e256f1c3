package upstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// ErrOriginRefused: the request was for an origin that is not in the list, so nothing left.
var ErrOriginRefused = errors.New("origin refused")

// ErrAddressRefused: the name leads to an address that may not be called, so no connection was made.
var ErrAddressRefused = errors.New("address refused")

// ErrTooBig: the answer was larger than MaxResponse.
var ErrTooBig = errors.New("answer too big")

// Sent says how far a request came.
type Sent int

// How far a request came.
const (
	NotSent   Sent = iota // It did not leave; asking again is safe.
	Answered              // The service answered, and the answer says what happened.
	Ambiguous             // It may have had its effect.
)

// String is the word for logs.
func (s Sent) String() string {
	switch s {
	case NotSent:
		return "not sent"
	case Answered:
		return "answered"
	default:
		return "ambiguous"
	}
}

// Error is a call that brought no usable answer. Its text holds neither query nor header nor body.
type Error struct {
	Name    string    // The service.
	Route   string    // As given by Route.
	Status  int       // When the head of an answer came and its body did not; else 0.
	RetryAt time.Time // When it is worth trying again; zero when unknown.
	Sent    Sent      // How far it came.
	Err     error     // Why.
}

// Error is text for the log.
func (e *Error) Error() string {
	text := e.Name + ": " + e.Route
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d", e.Status)
	}
	return fmt.Sprintf("%s: %v (%s)", text, e.Err, e.Sent)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Outcome is Sent, under the name that Outcome looks for.
func (e *Error) Outcome() Sent { return e.Sent }

// Outcome says how far a request came, from the error of the call: Answered for nil, what the error itself says (any error of the
// chain with a method Outcome() Sent), and Ambiguous for an error that says nothing.
func Outcome(err error) Sent {
	if err == nil {
		return Answered
	}
	var says interface{ Outcome() Sent }
	if errors.As(err, &says) {
		return says.Outcome()
	}
	return Ambiguous
}

// StatusOutcome says whether the status of an answer leaves open that the request had its effect: 408, 500, 502 and 504 do.
func StatusOutcome(status int) Sent {
	switch status {
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return Ambiguous
	}
	return Answered
}

// Redact returns a URL for logs: without user, query values and fragment.
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return "[unreadable address]"
	}
	query := u.Query()
	for name := range query {
		query[name] = []string{"redacted"}
	}
	u.User, u.Fragment, u.RawFragment, u.RawQuery = nil, "", "", query.Encode()
	return u.String()
}

// withoutURL takes the address out of an error of http.Client.
func withoutURL(req *http.Request, err error) error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &Error{Name: req.URL.Host, Route: routeOf(req), Sent: Ambiguous, Err: err}
}

// isBeforeRequest recognises failures to connect, which happen before a request is written.
func isBeforeRequest(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.Is(err, ErrAddressRefused) || errors.As(err, &dns) || (errors.As(err, &op) && op.Op == "dial")
}

// ended reports whether the caller itself has stopped waiting.
func ended(ctx context.Context) bool { return ctx.Err() != nil }
