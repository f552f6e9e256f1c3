package zoom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"causeway/internal/upstream"
)

const (
	// TextMost is how large a text may be that is fetched, in bytes: hours of talk are some hundred thousand.
	TextMost = 2 << 20
	// textHops is how many addresses a text is looked for at.
	textHops = 4
)

// ErrNoText says that Zoom does not give a text to an app, though it may show it to people.
var ErrNoText = errors.New("zoom: no text for an app")

// TextFile is a transcript or a chat in Zoom's cloud. It prints as its kind: what is in it is nobody else's business.
type TextFile struct {
	Kind  RecordingFile
	Start time.Time // of the part of the recording that it belongs to, UTC
	Size  int       // in bytes, as Zoom says
	link  string
}

// String returns the kind.
func (f TextFile) String() string { return string(f.Kind) }

// GoString returns the kind.
func (f TextFile) GoString() string { return f.String() }

// Texts fetches the texts of recordings. Zoom answers with the text, or with where it is: another of Zoom's addresses, to which the token does
// not travel on unless it is at the same origin.
type Texts struct {
	Links  *Links
	Client func(origin string) *http.Client // one that goes nowhere else
}

// Get fetches a text for the person of a client. Errors: ErrNotFound, ErrUnauthorized, ErrNoText, upstream.ErrTooBig.
func (t Texts) Get(ctx context.Context, c *Client, f TextFile) (text []byte, err error) {
	if f.Size > TextMost {
		return nil, upstream.ErrTooBig
	}
	err = c.authorized(ctx, func(token string) error {
		text, err = t.get(ctx, c.app, f.link, token)
		return err
	})
	return text, err
}

func (t Texts) get(ctx context.Context, app *App, link, token string) ([]byte, error) {
	first := ""
	for range textHops {
		_, origin, ok := split(link)
		if !ok || !t.Links.ours(origin) {
			return nil, fmt.Errorf("%w: it is not at Zoom", ErrNoText)
		}
		if first == "" {
			first = origin
		}
		if origin != first {
			token = "" // and it does not come back: what answered elsewhere says where the rest goes
		}
		text, next, err := t.ask(ctx, app, link, origin, token)
		if err != nil || next == "" {
			return text, err
		}
		link = next
	}
	return nil, fmt.Errorf("%w: it is always somewhere else", ErrNoText)
}

// ask asks at one address. It answers the text, or where else it is.
func (t Texts) ask(ctx context.Context, app *App, link, origin, token string) (text []byte, next string, err error) {
	const route = "GET text of a recording"
	req, err := http.NewRequestWithContext(upstream.Route(ctx, route), http.MethodGet, link, http.NoBody)
	if err != nil {
		return nil, "", fmt.Errorf("%w: the address cannot be one", ErrNoText)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Close = true // there will hardly be another one at this host
	resp, err := upstream.Do(t.Client(origin), req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if to, err := resp.Location(); err == nil && resp.StatusCode/100 == 3 {
		return nil, to.String(), nil
	}
	text, err = io.ReadAll(io.LimitReader(resp.Body, TextMost+1))
	switch kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); {
	case resp.StatusCode != http.StatusOK:
		return nil, "", app.refusal(route, resp, text)
	case err != nil:
		return nil, "", err
	case kind == "text/html":
		return nil, "", fmt.Errorf("%w: it is a page", ErrNoText) // to sign in on, mostly
	case len(text) > TextMost:
		return nil, "", upstream.ErrTooBig
	}
	return text, "", nil
}
