package zoom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"causeway/internal/upstream"
)

// pictureMost is how large a picture may be that is fetched, in bytes.
const pictureMost = 512 << 10

// Picture is an address of Zoom's from which a picture may be fetched, and its origin; false for one elsewhere.
func (l *Links) Picture(raw string) (origin string, ok bool) {
	_, origin, ok = split(raw)
	return origin, ok && l.ours(origin)
}

// Pictures fetches the pictures to which Zoom's answers link. What such a link looks like is UNVERIFIED, but that it leads to Zoom: nothing else is
// asked of it. No token goes along: the link holds its own.
type Pictures struct {
	Links  *Links
	Client func(origin string) *http.Client // one that goes nowhere else
}

// Get fetches a picture.
func (p Pictures) Get(ctx context.Context, link string) ([]byte, error) {
	const route = "GET picture"
	origin, ok := p.Links.Picture(link)
	if !ok {
		return nil, errors.New("zoom: a picture elsewhere")
	}
	req, err := http.NewRequestWithContext(upstream.Route(ctx, route), http.MethodGet, link, http.NoBody)
	if err != nil {
		return nil, errors.New("zoom: " + route + ": the address cannot be one")
	}
	req.Close = true // there will hardly be another one at this host
	resp, err := upstream.Do(p.Client(origin), req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("zoom: %s: status %d", route, resp.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, pictureMost+1))
	if err == nil && len(raw) > pictureMost {
		err = upstream.ErrTooBig
	}
	return raw, err
}
