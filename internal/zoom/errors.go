package zoom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/upstream"
)

// What Zoom's refusals mean to a caller, for errors.Is.
var (
	ErrNotFound     = errors.New("zoom: not found")                          // Meeting (3001), user (1001) or whiteboard (34000, 111800, 111804) does not exist, or not for this person.
	ErrUnauthorized = errors.New("zoom: token refused")                      // 401 or 124, for the second time.
	ErrScope        = errors.New("zoom: scope missing")                      // 4711: the person has to consent anew.
	ErrGrantDead    = errors.New("zoom: grant ended")                        // invalid_grant and its like at the token endpoint: the person has to connect anew.
	ErrCredentials  = errors.New("zoom: client credentials refused")         // Client id, secret or redirect address are wrong: nobody's grant is to blame.
	ErrAppDisabled  = errors.New("zoom: app disabled")                       // 4717, 4738: an administrator has switched the app off.
	ErrHosting      = errors.New("zoom: hosting not allowed")                // 3161: this person may not host or schedule.
	ErrHostLimit    = errors.New("zoom: daily limit of meetings of a host")  // 100 made or changed a day; it goes on at RetryAt, 00:00 UTC.
	ErrRateLimited  = errors.New("zoom: rate limited")                       // 429 of any kind; RetryAt says until when.
	ErrNoSummaries  = errors.New("zoom: no summaries for this account")      // 2305, and 200 of GET …/meeting_summary: the plan or the account's settings do not give them to apps.
	ErrUndeletable  = errors.New("zoom: personal meeting cannot be deleted") // 3018, 3037: the personal meeting id stays.
)

// Error is a refusal by Zoom.
type Error struct {
	Route   string       // "POST /users/{userId}/meetings"
	Status  int          // HTTP status; may be 200.
	Code    int          // Zoom's code, independent of the status; 0 when none.
	Message string       // Zoom's words, for the log only; at most 300 bytes.
	OAuth   string       // The token endpoint's "error": "invalid_grant".
	Fields  []FieldError // What cannot be used, if Zoom says so.
	RetryAt time.Time    // For 429 and 503: when to try again; zero when unknown, never with Daily.
	Daily   bool         // A limit of the day: trying again sooner is useless.
}

// Limit is the kind of limit that a request has met.
type Limit string

// The kinds of limits.
const (
	LimitNone      Limit = ""
	LimitSecond    Limit = "second"      // Of the account and a second, or of requests at the same time: soon over.
	LimitDay       Limit = "day"         // Of the account and a day.
	LimitHostOfDay Limit = "host of day" // Of the host: 100 meetings made or changed between 00:00 and 00:00 UTC.
)

// Limit tells which limit was met.
func (e *Error) Limit() Limit {
	switch {
	case !errors.Is(e, ErrRateLimited):
		return LimitNone
	case errors.Is(e, ErrHostLimit):
		return LimitHostOfDay
	case e.Daily:
		return LimitDay
	}
	return LimitSecond
}

// FieldError is a member of the request that Zoom cannot use.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// fieldsShown is how many fields an error names in the log.
const fieldsShown = 8

// Error is text for the log.
func (e *Error) Error() string {
	text := fmt.Sprintf("zoom: %s: status %d", e.Route, e.Status)
	if e.Code != 0 {
		text += fmt.Sprintf(", code %d", e.Code)
	}
	if e.OAuth != "" {
		text += ", " + e.OAuth
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	for _, f := range e.Fields[:min(len(e.Fields), fieldsShown)] { // what Zoom says of a value may repeat it
		text += fmt.Sprintf(" [%.60q]", f.Field)
	}
	if e.Daily {
		text += "; it goes on at " + e.RetryAt.UTC().Format(time.RFC3339)
	}
	return text
}

// Outcome says whether the request may have had its effect; upstream.Outcome asks for it.
func (e *Error) Outcome() upstream.Sent { return upstream.StatusOutcome(e.Status) }

// Is makes errors.Is work with the sentinels of this package.
func (e *Error) Is(target error) bool {
	switch target { //nolint:errorlint // errors.Is asks about this very error
	case ErrNotFound:
		return e.Status == http.StatusNotFound || slices.Contains([]int{3001, 1001, 111800, 111804, 34000}, e.Code)
	case ErrUnauthorized:
		return e.tokenRefused()
	case ErrScope:
		return e.Code == 4711
	case ErrGrantDead:
		return e.atTokenEndpoint() && e.grantDead()
	case ErrCredentials:
		return e.atTokenEndpoint() && e.credentials()
	case ErrAppDisabled:
		return e.Code == 4717 || e.Code == 4738
	case ErrHosting:
		return e.Code == 3161
	case ErrHostLimit:
		return e.Daily && e.hostLimit()
	case ErrRateLimited:
		return e.Status == http.StatusTooManyRequests || e.Code == http.StatusTooManyRequests
	case ErrNoSummaries:
		return e.Code == 2305 || e.Code == 200 && strings.HasSuffix(e.Route, "/meeting_summary")
	case ErrUndeletable:
		return e.Code == 3018 || e.Code == 3037
	}
	return false
}

// tokenRefused recognises that another access token of the same grant may help.
func (e *Error) tokenRefused() bool {
	switch e.Code {
	case 124, 4700:
		return !e.atTokenEndpoint()
	case 4711, 4717, 4738:
		return false
	}
	return e.Status == http.StatusUnauthorized && !e.atTokenEndpoint()
}

func (e *Error) atTokenEndpoint() bool { return strings.Contains(e.Route, " /oauth/") }

// grantDead recognises that only connecting anew helps. A 5xx or 429 never means that.
//
// UNVERIFIED: Zoom does not document the body; {"reason":"Invalid Token!","error":"invalid_grant"} with 400 (formerly 401) is what
// integrations report. The codes are those of its OAuth error list.
func (e *Error) grantDead() bool {
	if e.Status >= 500 || e.Status == http.StatusTooManyRequests {
		return false
	}
	switch e.Code {
	case 4733, 4734, 4735, 4737, 4740, 4741:
		return true
	}
	reason := strings.ToLower(e.Message)
	return e.OAuth == "invalid_grant" || e.OAuth == "invalid_token" ||
		(e.OAuth == "invalid_request" && (strings.Contains(reason, "invalid token") || strings.Contains(reason, "invalid authorization code")))
}

// credentials recognises that our registration is set up wrongly.
func (e *Error) credentials() bool {
	switch e.Code {
	case 4702, 4704, 4705, 4706, 4709:
		return true
	}
	return e.OAuth == "invalid_client" || e.OAuth == "unauthorized_client"
}

// hostLimit recognises the 100 meetings that a host may make or change a day.
//
// UNVERIFIED: the words are "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this
// particular user."; the limit of the account says "… the maximum daily rate limit for this API".
func (e *Error) hostLimit() bool {
	switch e.Route {
	case createMeetingRoute, updateMeetingRoute:
		return !strings.Contains(strings.ToLower(e.Message), "for this api")
	}
	return false
}

// refusal reads an answer as an error, whatever it looks like.
func (a *App) refusal(route string, resp *http.Response, answer []byte) *Error {
	var body struct {
		Code         looseInt     `json:"code"`
		ErrorCode    looseInt     `json:"errorCode"`
		Message      looseText    `json:"message"`
		ErrorMessage looseText    `json:"errorMessage"`
		Reason       looseText    `json:"reason"`
		Description  looseText    `json:"error_description"`
		Error        looseText    `json:"error"`
		Errors       []FieldError `json:"errors"`
	}
	_ = json.Unmarshal(answer, &body) // an answer that is no JSON is an error without words
	e := &Error{Route: route, Status: resp.StatusCode, Code: int(body.Code), OAuth: clip(string(body.Error), 40), Fields: body.Errors}
	if e.Code == 0 {
		e.Code = int(body.ErrorCode)
	}
	for _, words := range []looseText{body.Message, body.ErrorMessage, body.Reason, body.Description} {
		if e.Message == "" {
			e.Message = clip(string(words), 300)
		}
	}
	now := a.c.Now()
	e.RetryAt, _ = upstream.ParseRetryAfter(resp.Header.Get("Retry-After"), now)
	if e.Status == http.StatusTooManyRequests || e.Code == http.StatusTooManyRequests {
		e.Daily = dailyHeader(resp.Header) || strings.Contains(strings.ToLower(e.Message), "daily")
		if midnight := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour); e.Daily && (e.RetryAt.IsZero() || e.hostLimit()) {
			e.RetryAt = midnight // daily counts start anew at 00:00 UTC
		}
	}
	return e
}

// clip shortens Zoom's words for the log.
func clip(s string, size int) string {
	if len(s) > size {
		s = strings.ToValidUTF8(s[:size], "")
	}
	return s
}

// looseInt is a JSON number or a string of digits; anything else is 0.
type looseInt int

// UnmarshalJSON never fails: an error body is read as far as it can be.
func (n *looseInt) UnmarshalJSON(b []byte) error {
	parsed, _ := strconv.Atoi(string(bytes.Trim(b, `"`)))
	*n = looseInt(parsed)
	return nil
}

// looseText is a JSON string; anything else is "".
type looseText string

// UnmarshalJSON never fails: an error body is read as far as it can be.
func (t *looseText) UnmarshalJSON(b []byte) error {
	var s string
	_ = json.Unmarshal(b, &s)
	*t = looseText(s)
	return nil
}
