package zoom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"causeway/internal/upstream"
)

// maxAnswer bounds what is read of an answer, whatever the http.Client allows.
const maxAnswer = 8 << 20

// errAnswer: Zoom answered with success, but not with what was asked for.
var errAnswer = errors.New("unexpected answer")

// call is one request to the REST API.
type call struct {
	method string
	route  string     // The path's pattern, for metrics and errors: "/users/{userId}/meetings".
	path   string     // Below /v2, with escaped segments.
	query  url.Values // May be nil.
	in     any        // Body, or nil.
	out    any        // Where the answer goes; nil when none is expected.
	proof  []string   // Members of the answer of which a good one has at least one; nil for a list.
}

// RetryPolicy is how Zoom is asked again: a per-second limit, a hiccup or a lost answer of a reading request up to three
// times, a write only when it did not leave; a daily limit never.
func RetryPolicy() upstream.Policy {
	return upstream.Policy{
		Attempts: 4, Base: time.Second, Max: 4 * time.Second, MaxWait: 5 * time.Second,
		Final: func(resp *http.Response) bool { return dailyHeader(resp.Header) },
	}
}

// do sends a call.
func (c *Client) do(ctx context.Context, k call) error {
	return c.authorized(ctx, func(token string) error { return c.send(ctx, k, token) })
}

// authorized sends something with a token; when Zoom refuses it, once more with another one.
func (c *Client) authorized(ctx context.Context, send func(token string) error) error {
	token, err := c.token(ctx, "")
	if err != nil {
		return err
	}
	err = send(token)
	if !errors.Is(err, ErrUnauthorized) {
		return err
	}
	// A token may die between its look-up and its use: any new one of the same person ends it at once.
	fresh, sourceErr := c.token(ctx, token)
	if sourceErr != nil {
		return sourceErr
	}
	if fresh == token {
		return err
	}
	return send(fresh)
}

func (c *Client) send(ctx context.Context, k call, token string) error {
	var body io.Reader
	if k.in != nil {
		b, err := json.Marshal(k.in)
		if err != nil {
			return fmt.Errorf("zoom: %s %s: %w", k.method, k.route, err)
		}
		body = bytes.NewReader(b)
	}
	address := c.app.c.APIURL + "/v2" + k.path
	if len(k.query) > 0 {
		address += "?" + k.query.Encode()
	}
	req, err := http.NewRequestWithContext(upstream.Route(ctx, k.method+" "+k.route), k.method, address, body)
	if err != nil {
		return fmt.Errorf("zoom: %s %s: the address cannot be one", k.method, k.route)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	if k.in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.app.exchange(req, k.method+" "+k.route, func(resp *http.Response, answer []byte) error { return k.take(resp, answer) })
}

// exchange sends a request and reads the whole answer. Refusals become an *Error, a success goes to take.
func (a *App) exchange(req *http.Request, route string, take func(*http.Response, []byte) error) error {
	resp, err := upstream.Do(a.c.HTTP, req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil && resp.StatusCode < 300 {
		return err
	}
	if resp.StatusCode >= 300 {
		return a.refusal(route, resp, answer)
	}
	if len(answer) > maxAnswer {
		return unusable(route, resp, upstream.ErrTooBig)
	}
	e := a.refusal(route, resp, answer)
	if ((e.Code != 0 && e.Message != "") || e.OAuth != "") && !hasAny(answer, "id", "access_token") {
		return e // an error in the clothes of a success
	}
	return take(resp, answer)
}

// take decodes a success.
func (k call) take(resp *http.Response, answer []byte) error {
	if k.out == nil {
		return nil
	}
	route := k.method + " " + k.route
	if k.proof != nil && !hasAny(answer, k.proof...) {
		return unusable(route, resp, errAnswer)
	}
	if err := json.Unmarshal(answer, k.out); err != nil {
		return unusable(route, resp, fmt.Errorf("%w: %w", errAnswer, err))
	}
	return nil
}

// hasAny reports whether the text is a JSON object with one of the members, not null.
func hasAny(answer []byte, members ...string) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(answer, &object) != nil {
		return false
	}
	for _, m := range members {
		if v, ok := object[m]; ok && string(v) != "null" {
			return true
		}
	}
	return false
}

// unusable is the error for a success that cannot be used. What was asked for may have happened.
func unusable(route string, resp *http.Response, err error) error {
	return &upstream.Error{Name: "zoom", Route: route, Status: resp.StatusCode, Sent: upstream.Ambiguous, Err: err}
}

// dailyHeader recognises the daily limit by its header, which Zoom does not always send.
func dailyHeader(h http.Header) bool {
	return strings.HasPrefix(strings.ToLower(h.Get("X-RateLimit-Type")), "daily")
}
