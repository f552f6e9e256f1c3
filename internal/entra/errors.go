package entra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/upstream"
)

// What an error of this package means, for errors.Is. Each error is exactly one of them.
var (
	// ErrConsentRequired: the person, or an administrator, has not allowed what is asked for.
	ErrConsentRequired = errors.New("entra: consent is required")
	// ErrDeclined: the person was asked, and said no or went away.
	ErrDeclined = errors.New("entra: the person declined")
	// ErrInteraction: the person must sign in again: a second factor, a new password, another condition.
	ErrInteraction = errors.New("entra: the person must sign in")
	// ErrGrantDead: the code or refresh token is used, expired or revoked; only a new sign-in helps.
	ErrGrantDead = errors.New("entra: the grant is not valid any longer")
	// ErrAppUnknown: the tenant does not know the application (AADSTS700016, AADSTS7000229), there is no such
	// tenant, or the application is disabled (AADSTS7000112).
	ErrAppUnknown = errors.New("entra: the application is unknown in the tenant")
	// ErrBadSecret: the application's secret is wrong or expired.
	ErrBadSecret = errors.New("entra: the application's secret is not accepted")
	// ErrUnavailable: Entra did not answer, or asks for patience.
	ErrUnavailable = errors.New("entra: not available")
	// ErrMisconfigured: Entra refuses the request for good, for none of the reasons above: a wrong redirect address or scope.
	ErrMisconfigured = errors.New("entra: the request is refused")
)

// Error is a refusal by Entra. Its text holds neither tokens nor the description, which may name people.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type Error struct {
	Status   int    // 0 when it came by way of the browser
	Code     string // the OAuth error: "invalid_grant"
	Suberror string // "consent_required", "" …
	AADSTS   []int  // Entra's numbers, the main one first
	Claims   string // a claims challenge to pass on when the person signs in again
	Trace    string // the trace id, for Microsoft's support
	RetryAt  time.Time
	means    error
}

// Error is the text for the log.
func (e *Error) Error() string {
	text := "entra: " + e.Code
	if e.Status != 0 {
		text = fmt.Sprintf("entra: status %d: %s", e.Status, e.Code)
	}
	for _, number := range e.AADSTS {
		text += " AADSTS" + strconv.Itoa(number)
	}
	if e.Suberror != "" {
		text += " " + e.Suberror
	}
	if e.Trace != "" {
		text += " (trace " + e.Trace + ")"
	}
	return text
}

// Is tells what the error means: one of the sentinels of this package.
func (e *Error) Is(target error) bool { return target == e.means } //nolint:errorlint // it is what errors.Is calls

// Outcome says whether the request may have had its effect.
func (e *Error) Outcome() upstream.Sent { return upstream.StatusOutcome(e.Status) }

// refusal reads an answer of the token endpoint that is not 200.
func refusal(resp *http.Response, body []byte, now time.Time) *Error {
	var said struct {
		Code        string `json:"error"`
		Suberror    string `json:"suberror"`
		Description string `json:"error_description"`
		AADSTS      []int  `json:"error_codes"`
		Claims      string `json:"claims"`
		Trace       string `json:"trace_id"`
	}
	if json.Unmarshal(body, &said) != nil {
		said.Code = "" // a proxy's page, not Entra's answer
	}
	e := &Error{
		Status: resp.StatusCode, Code: word(said.Code), Suberror: word(said.Suberror), AADSTS: said.AADSTS,
		Claims: said.Claims, Trace: word(said.Trace),
	}
	if len(e.AADSTS) == 0 {
		e.AADSTS = numbers(said.Description)
	}
	e.RetryAt, _ = upstream.ParseRetryAfter(resp.Header.Get("Retry-After"), now)
	e.means = e.meaning()
	return e
}

// AuthorizeError reads what the browser brought back instead of a code: an *Error, or nil when it brought none.
func AuthorizeError(query url.Values) error {
	if query.Get("error") == "" {
		return nil
	}
	e := &Error{
		Code: word(query.Get("error")), Suberror: word(query.Get("error_subcode")), AADSTS: numbers(query.Get("error_description")),
		Claims: query.Get("claims"),
	}
	e.means = e.meaning()
	return e
}

// word keeps what belongs into a log line of a text from outside.
func word(text string) string {
	if len(text) > 64 {
		text = text[:64]
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, text)
}

// numbers reads Entra's number from the beginning of a description: "AADSTS65001: The user or administrator …".
func numbers(description string) []int {
	text, ok := strings.CutPrefix(description, "AADSTS")
	if !ok {
		return nil
	}
	end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(text)
	}
	number, err := strconv.Atoi(text[:end])
	if err != nil {
		return nil
	}
	return []int{number}
}

// meaning decides which sentinel the error is: by Entra's number, then by the suberror, then by the OAuth error.
func (e *Error) meaning() error {
	for _, number := range e.AADSTS {
		if means := meaningOfNumber(number); means != nil {
			return means
		}
	}
	switch e.Suberror {
	case "consent_required":
		return ErrConsentRequired
	case "interaction_required", "basic_action", "additional_action", "message_only", "user_password_expired":
		return ErrInteraction
	case "cancel":
		return ErrDeclined
	}
	if e.Status == http.StatusTooManyRequests || e.Status >= http.StatusInternalServerError {
		return ErrUnavailable
	}
	switch e.Code {
	case "consent_required":
		return ErrConsentRequired
	case "access_denied":
		return ErrDeclined
	case "interaction_required", "login_required", "account_selection_required":
		return ErrInteraction
	case "invalid_grant":
		return ErrGrantDead
	case "invalid_client":
		return ErrBadSecret
	case "temporarily_unavailable", "server_error", "":
		return ErrUnavailable
	}
	return ErrMisconfigured
}

func meaningOfNumber(number int) error {
	switch {
	case slices.Contains([]int{65001, 65005, 90094, 90095, 90008}, number):
		return ErrConsentRequired
	case number == 65004:
		return ErrDeclined
	case slices.Contains([]int{50072, 50074, 50076, 50079, 50097, 50125, 50126, 50129, 50131, 50132, 50133, 50144, 50158, 53000, 53001, 53002, 53003, 53004}, number):
		return ErrInteraction
	case slices.Contains([]int{700016, 7000229, 90002, 7000112}, number):
		return ErrAppUnknown
	case slices.Contains([]int{7000215, 7000222, 7000216}, number):
		return ErrBadSecret
	case slices.Contains([]int{50057, 50173, 54005, 70008, 700082, 700084, 70043}, number):
		return ErrGrantDead
	case slices.Contains([]int{90006, 90033, 50196}, number):
		return ErrUnavailable
	}
	return nil
}
