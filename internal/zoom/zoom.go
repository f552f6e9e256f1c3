// Package zoom speaks with Zoom: OAuth (authorization code with PKCE, refresh, revoke), the REST API on behalf of a person who
// connected an account, join links, and the manifest of our app in Zoom's Marketplace. It knows no product: no tenant, no
// storage, no sentence for a person.
//
// An [App] is our registration at Zoom; its Client acts for one person, with tokens from a [TokenSource], which package accounts
// provides. The http.Client below is made by upstream.NewClient with [RetryPolicy] and the origins of Config. Every error is an
// [*Error] (Zoom refused, with sentinels for errors.Is) or an upstream.Error (no usable answer); upstream.Outcome tells for
// both whether the request may have had its effect.
//
// Zoom's contract: https://developers.zoom.us/docs/api/.
package zoom

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// UserID is Zoom's name for a user, opaque.
type UserID string

// AccountID is Zoom's name for a customer, opaque.
type AccountID string

// MeetingID is the number of a meeting, of 9 to 12 digits today. In JSON it is a number or a string.
type MeetingID int64

// String returns the digits.
func (id MeetingID) String() string { return strconv.FormatInt(int64(id), 10) }

// UnmarshalJSON takes a number, a string of digits, or nothing: "" and null are 0.
func (id *MeetingID) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "" || s == "null" {
		*id = 0
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("zoom: meeting id %.40q is not a number", s)
	}
	*id = MeetingID(n)
	return nil
}

// Secret is a text that is not shown: it prints as [redacted], in JSON and logs too.
type Secret string

const redacted = "[redacted]"

// String hides the secret.
func (Secret) String() string { return redacted }

// GoString hides the secret.
func (Secret) GoString() string { return redacted }

// MarshalText hides the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Config is our registration at Zoom and where Zoom is.
type Config struct {
	APIURL       string           // REST API without /v2: https://api.zoom.us
	WebURL       string           // OAuth pages and tokens: https://zoom.us
	ClientID     string           // Of the app in Zoom's Marketplace.
	ClientSecret Secret           // Of the same.
	HTTP         *http.Client     // From upstream.NewClient with the origins of both URLs and RetryPolicy.
	Now          func() time.Time // For daily limits; time.Now when nil.
}

// App is our registration at Zoom. It is safe for concurrent use.
type App struct{ c Config }

// NewApp makes the app.
func NewApp(c Config) *App {
	c.APIURL, c.WebURL = strings.TrimRight(c.APIURL, "/"), strings.TrimRight(c.WebURL, "/")
	if c.Now == nil {
		c.Now = time.Now
	}
	return &App{c: c}
}

// TokenSource hands out an access token for one person. rejected is "" at first; when Zoom has just refused a token, it is
// that token, and the source answers with another one or an error.
type TokenSource func(ctx context.Context, rejected string) (string, error)

// Client acts for one person. It is cheap; make one for each piece of work.
type Client struct {
	app   *App
	token TokenSource
}

// Client makes the client of the person whose tokens the source hands out.
func (a *App) Client(tokens TokenSource) *Client { return &Client{app: a, token: tokens} }
