// Package graph is a client of Microsoft Graph, as far as the product needs it: a person's calendar with its changes, mailbox
// settings and profile, and the people and rooms that the person can find. It acts for the person whose token it is given
// (delegated permissions).
//
// An [API] is Graph in one cloud; API.Client makes a [Client] from somebody's [TokenSource]. Event ids are immutable ids: they
// survive a move to another folder. Time zones are IANA names outside, in both directions ([ToIANA], [ToWindows]).
//
// It knows no product. Tokens come from accounts above, retries and limits from upstream below.
// https://learn.microsoft.com/graph/api/overview
package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"causeway/internal/upstream"
)

const (
	maxAnswer   = 8 << 20  // bytes of an answer that is read
	maxRefusal  = 64 << 10 // bytes of an error that is read
	maxPages    = 200
	defaultPage = 50
)

// Config is one cloud's Graph. URL and HTTP are required.
type Config struct {
	URL  string // with the version: https://graph.microsoft.com/v1.0
	HTTP *http.Client
	Now  func() time.Time // for Retry-After; time.Now when nil
}

// API is Graph. It is safe for concurrent use.
type API struct{ c Config }

// New makes the API. It calls nobody.
func New(c Config) *API {
	c.URL = strings.TrimRight(c.URL, "/")
	if c.Now == nil {
		c.Now = time.Now
	}
	return &API{c: c}
}

// TokenSource returns an access token of the person. rejected is "" or the token that Graph has just answered with 401: then
// another one is wanted, and the same one means that there is none.
type TokenSource func(ctx context.Context, rejected string) (string, error)

// Client acts for one person. It is safe for concurrent use.
type Client struct {
	api   *API
	token TokenSource
}

// Client makes the client of a person. What the source returns as error, every method returns.
func (a *API) Client(token TokenSource) *Client { return &Client{api: a, token: token} }

// LogValue keeps the client, which can obtain tokens, out of logs.
func (c *Client) LogValue() slog.Value { return slog.StringValue("graph client") }

// call is one request.
type call struct {
	method string
	route  string // for metrics: the path without ids
	path   string // escaped, beginning with "/", with its query; or an address that Graph gave
	prefer string // beside the id type
	body   any    // written as JSON when not nil
	repeat bool   // repeating it has no further effect
	search bool   // it searches the directory, which answers only those who know that it may lag behind
	// smaller asks for less of a page that was too large; false when there is no less.
	smaller func(*call) bool
}

// do sends the request, with another token once when the first is rejected, and reads the answer into result (when not nil).
func (c *Client) do(ctx context.Context, r call, result any) error {
	body, err := encode(r.body)
	if err != nil {
		return fmt.Errorf("graph: %s: %w", r.route, err)
	}
	ctx = upstream.Route(ctx, r.route)
	if r.repeat {
		ctx = upstream.Idempotent(ctx)
	}
	token, err := c.token(ctx, "")
	if err != nil {
		return err
	}
	resp, err := c.send(ctx, r, body, token)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		next, renewed, renewErr := c.renew(ctx, resp, token)
		if renewErr != nil {
			return renewErr
		}
		if renewed {
			resp, err = c.send(ctx, r, body, next)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return refusal(r.route, resp, c.api.c.Now())
	}
	if result == nil {
		return nil
	}
	limited := &io.LimitedReader{R: resp.Body, N: maxAnswer}
	if err := json.NewDecoder(limited).Decode(result); err != nil {
		if limited.N <= 0 {
			return fmt.Errorf("%w: %s: %w", ErrUnavailable, r.route, ErrTooLarge)
		}
		return fmt.Errorf("%w: %s: the answer cannot be read: %w", ErrUnavailable, r.route, err)
	}
	return nil
}

// renew asks for another token in place of the rejected one. When there is one, the answer is done with.
func (c *Client) renew(ctx context.Context, resp *http.Response, rejected string) (string, bool, error) {
	next, err := c.token(ctx, rejected)
	if err != nil || next != rejected {
		_ = resp.Body.Close()
	}
	return next, next != rejected, err
}

func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return text.Bytes(), err
}

func (c *Client) send(ctx context.Context, r call, body []byte, token string) (*http.Response, error) {
	address := r.path
	if strings.HasPrefix(address, "/") {
		address = c.api.c.URL + address
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	prefer := `IdType="ImmutableId"`
	if r.prefer != "" {
		prefer += ", " + r.prefer
	}
	req.Header.Set("Prefer", prefer)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.search {
		req.Header.Set("ConsistencyLevel", "eventual")
	}
	return upstream.Do(c.api.c.HTTP, req)
}

// page is one page of a list. Delta is where to ask for later changes; it comes with the last page of a list of changes.
type page[T any] struct {
	Value []T    `json:"value"`
	Next  string `json:"@odata.nextLink"`
	Delta string `json:"@odata.deltaLink"`
}

// pages hands each page of a list to each, following its links within Graph and not for ever, and returns the delta link of
// the last one.
func pages[T any](ctx context.Context, c *Client, r call, each func(values []T) error) (delta string, err error) {
	for range maxPages {
		var p page[T]
		err := c.do(ctx, r, &p)
		if errors.Is(err, ErrTooLarge) && r.smaller != nil && r.smaller(&r) {
			continue
		}
		if err != nil {
			return "", err
		}
		if err := each(p.Value); err != nil {
			return "", err
		}
		if p.Next == "" {
			return p.Delta, nil
		}
		if !c.own(p.Next) || p.Next == r.path {
			return "", fmt.Errorf("%w: %s: the next page is not Graph's", ErrUnavailable, r.route)
		}
		r.path = p.Next
	}
	return "", fmt.Errorf("%w: %s: %w: more than %d pages", ErrUnavailable, r.route, ErrTooLarge, maxPages)
}

// own tells whether a link leads to the Graph that this client speaks with: nobody else may see the token.
func (c *Client) own(link string) bool { return strings.HasPrefix(link, c.api.c.URL+"/") }

// all reads every page of a list.
func all[T any](ctx context.Context, c *Client, r call) ([]T, error) {
	var found []T
	_, err := pages(ctx, c, r, func(values []T) error {
		found = append(found, values...)
		return nil
	})
	return found, err
}

// query writes options of OData: names keep their "$", and spaces become %20.
func query(pairs ...string) string {
	text := ""
	for i := 0; i+1 < len(pairs); i += 2 {
		separator := "&"
		if i == 0 {
			separator = "?"
		}
		text += separator + pairs[i] + "=" + strings.ReplaceAll(url.QueryEscape(pairs[i+1]), "+", "%20")
	}
	return text
}
