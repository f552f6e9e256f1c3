package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"causeway/internal/upstream"
)

// What an error of this package means, for errors.Is. Each error is exactly one of them, or what the TokenSource returned.
var (
	// ErrUnauthorized: the token is not accepted, and neither was another one.
	ErrUnauthorized = errors.New("graph: the token is not accepted")
	// ErrForbidden: a permission is missing, or the tenant forbids it.
	ErrForbidden = errors.New("graph: not permitted")
	// ErrNoMailbox: the person has no mailbox in Exchange Online.
	ErrNoMailbox = errors.New("graph: the person has no mailbox")
	// ErrNotFound: there is no such thing, or no longer.
	ErrNotFound = errors.New("graph: not found")
	// ErrConflict: it was changed meanwhile, or exists already. For an event see DuplicateError.
	ErrConflict = errors.New("graph: conflict")
	// ErrInvalid: Graph will not have the request as it is.
	ErrInvalid = errors.New("graph: the request is not valid")
	// ErrResync: Graph has lost track of what was read before; read it all again.
	ErrResync = errors.New("graph: the list of changes must be read anew")
	// ErrThrottled: too many requests; Error.RetryAt says until when.
	ErrThrottled = errors.New("graph: too many requests")
	// ErrUnavailable: no usable answer. upstream.Outcome says whether the request may have had its effect.
	ErrUnavailable = errors.New("graph: not available")
	// ErrTooLarge, beside ErrUnavailable: there is more than is read.
	ErrTooLarge = errors.New("graph: the answer is too large")
)

// Error is a refusal by Graph. Its text holds no content: messages may name people.
// https://learn.microsoft.com/graph/errors
type Error struct {
	Route     string
	Status    int
	Code      string    // "ErrorItemNotFound"
	RequestID string    // for Microsoft's support
	RetryAt   time.Time // zero when Graph does not say
	means     error
}

// Error is the text for the log.
func (e *Error) Error() string {
	text := fmt.Sprintf("graph: %s: status %d", e.Route, e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// Is tells what the error means: one of the sentinels of this package.
func (e *Error) Is(target error) bool { return target == e.means } //nolint:errorlint // it is what errors.Is calls

// Outcome says whether the request may have had its effect.
func (e *Error) Outcome() upstream.Sent { return upstream.StatusOutcome(e.Status) }

// DuplicateError says that an event was created before under the same transaction id.
type DuplicateError struct {
	EventID string // the event that exists; "" when Graph does not say: find it by an extended property
	refused *Error
}

// Error is the text for the log.
func (e *DuplicateError) Error() string { return e.refused.Error() }

// Unwrap returns the refusal, which is an ErrConflict.
func (e *DuplicateError) Unwrap() error { return e.refused }

// refusal reads an answer that is an error.
func refusal(route string, resp *http.Response, now time.Time) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what is missing is not said
	var said struct {
		Error struct {
			Code       string `json:"code"`
			ExistingID string `json:"@event.existingEventId"`
			// It is written innerError, and by some services innererror.
			Inner struct {
				Code      string `json:"code"`
				RequestID string `json:"request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		said.Error.Code = "" // a proxy's page, not Graph's answer
	}
	e := &Error{Route: route, Status: resp.StatusCode, Code: word(said.Error.Code), RequestID: word(said.Error.Inner.RequestID)}
	if e.RequestID == "" {
		e.RequestID = word(resp.Header.Get("request-id"))
	}
	e.RetryAt, _ = upstream.ParseRetryAfter(resp.Header.Get("Retry-After"), now)
	if e.Code == "ErrorDuplicateTransactionId" {
		e.means = ErrConflict
		return &DuplicateError{EventID: said.Error.ExistingID, refused: e}
	}
	e.means = meaning(resp.StatusCode, e.Code, word(said.Error.Inner.Code))
	return e
}

// meaning decides which sentinel an answer is: by the code where it says more than the status.
func meaning(status int, codes ...string) error {
	noMailbox := []string{"MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI", "ErrorNonExistentMailbox"}
	if slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(noMailbox, code) }) {
		return ErrNoMailbox
	}
	if slices.ContainsFunc(codes, resync) {
		return ErrResync
	}
	switch status {
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound, http.StatusGone:
		return ErrNotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return ErrConflict
	case http.StatusTooManyRequests, 509: // 509 is Graph's "Bandwidth Limit Exceeded"
		return ErrThrottled
	case http.StatusRequestTimeout:
		return ErrUnavailable
	}
	if status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		return ErrInvalid
	}
	return ErrUnavailable
}

// resync tells whether a code says that a delta link does not hold any longer.
func resync(code string) bool {
	return strings.EqualFold(code, "syncStateNotFound") || strings.EqualFold(code, "syncStateInvalid") || strings.HasPrefix(strings.ToLower(code), "resync")
}

// word keeps what belongs into a log line of a text from outside.
func word(text string) string {
	if len(text) > 64 {
		text = text[:64]
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, text)
}
