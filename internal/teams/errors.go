package teams

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"causeway/internal/upstream"
)

// What a call of the connector can come to, for errors.Is (msteams-docs: bots/how-to/conversations/conversation-messages,
// "Status codes from bot conversational APIs").
var (
	ErrNotInRoster      = errors.New("teams: the bot is not in the conversation")
	ErrBlocked          = errors.New("teams: the person has blocked or removed the bot")
	ErrBotDisabled      = errors.New("teams: an administrator has disabled the bot")
	ErrForbidden        = errors.New("teams: not allowed")
	ErrConversationGone = errors.New("teams: no such conversation")
	ErrActivityGone     = errors.New("teams: no such message")
	ErrMemberGone       = errors.New("teams: no such member of the conversation")
	ErrUnauthorized     = errors.New("teams: the bot's own credentials are refused")
	ErrConflict         = errors.New("teams: another change was under way") // 412: try again
	ErrTooBig           = errors.New("teams: the message is too large")
	ErrThrottled        = errors.New("teams: too many requests")
	ErrUnavailable      = errors.New("teams: the connector does not work at present")
	ErrInvalid          = errors.New("teams: an id that cannot be one") // nothing was sent
	ErrBadRequest       = errors.New("teams: the connector cannot use the request")
)

// ConnectorError is an answer of the connector that is no success. errors.Is tells what it means, upstream.Outcome whether
// the request may have had its effect all the same.
type ConnectorError struct {
	Route   string // "POST /v3/conversations/{id}/activities"
	Status  int
	Code    string    // "BotNotInConversationRoster"; "" when the body named none
	Message string    // the connector's words, at most 200 characters
	RetryAt time.Time // from Retry-After; zero when there was none
}

// Error returns a text for logs.
func (e *ConnectorError) Error() string {
	return fmt.Sprintf("teams: %s: status %d: code %q: %q", e.Route, e.Status, e.Code, e.Message)
}

// Outcome tells whether the request may have had its effect.
func (e *ConnectorError) Outcome() upstream.Sent { return upstream.StatusOutcome(e.Status) }

// Is tells whether the error means target, one of the errors above.
func (e *ConnectorError) Is(target error) bool { return target == e.meaning() } //nolint:errorlint // compares with sentinels

// meaning is the table of codes. They have changed over the years and some carry the reason in the message alone, so the
// words are looked for rather than compared.
func (e *ConnectorError) meaning() error {
	said := strings.ToLower(e.Code + " " + e.Message)
	has := func(word string) bool { return strings.Contains(said, word) }
	switch {
	case e.Status == http.StatusUnauthorized:
		return ErrUnauthorized
	case e.Status == http.StatusForbidden && has("notinconversationroster"):
		return ErrNotInRoster
	case e.Status == http.StatusForbidden && (has("conversationblockedbyuser") || has("messagewritesblocked")):
		return ErrBlocked
	case e.Status == http.StatusForbidden && has("botdisabledbyadmin"):
		return ErrBotDisabled
	case e.Status == http.StatusForbidden:
		return ErrForbidden
	case e.Status == http.StatusNotFound && has("membernotfound"):
		return ErrMemberGone
	case e.Status == http.StatusNotFound && has("activitynotfound"):
		return ErrActivityGone
	case e.Status == http.StatusNotFound:
		return ErrConversationGone
	case e.Status == http.StatusPreconditionFailed:
		return ErrConflict
	case e.Status == http.StatusRequestEntityTooLarge, has("messagesizetoobig"):
		return ErrTooBig
	case e.Status == http.StatusTooManyRequests:
		return ErrThrottled
	case e.Status >= http.StatusInternalServerError || e.Status == http.StatusRequestTimeout:
		return ErrUnavailable
	case e.Status >= http.StatusBadRequest:
		return ErrBadRequest
	}
	return nil
}

// Refused tells whether an error of the connector is final: asked again, it would say the same.
func Refused(err error) bool {
	for _, final := range []error{
		ErrNotInRoster, ErrBlocked, ErrBotDisabled, ErrForbidden, ErrConversationGone, ErrActivityGone, ErrMemberGone, ErrTooBig, ErrInvalid,
		ErrUntrusted, ErrBadRequest,
	} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// RetryAt is when the connector wants to be asked again; zero when it does not say.
func RetryAt(err error) time.Time {
	var refused *ConnectorError
	if errors.As(err, &refused) {
		return refused.RetryAt
	}
	return time.Time{}
}

// refusal reads the body of an answer that is no success: {"error":{"code","message"}}, or the older
// {"errorCode":209,"message":"{\"subCode\":\"MessageWritesBlocked\"…"}.
func refusal(route string, resp *http.Response, body []byte, now time.Time) *ConnectorError {
	var said struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal(body, &said) // a gateway answers in HTML: the status then says it all
	e := &ConnectorError{Route: route, Status: resp.StatusCode, Code: said.Error.Code, Message: said.Error.Message}
	if e.Code == "" && e.Message == "" {
		e.Code, e.Message = said.Code, said.Message
	}
	e.Code, e.Message = Clip(Clean(e.Code), 80), Clip(Clean(e.Message), 200)
	e.RetryAt, _ = upstream.ParseRetryAfter(resp.Header.Get("Retry-After"), now)
	return e
}
