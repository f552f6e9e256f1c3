package world

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// Hold is a request that stands still at a fault until somebody releases it or the caller goes away.
type Hold struct {
	ID      string  `json:"id"`
	Side    Side    `json:"side"`
	Route   string  `json:"route"` // the fault's
	When    When    `json:"when"`
	Request Request `json:"request"`
}

// Request is the held request, its secrets masked.
type Request struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

type hold struct {
	Hold
	fault    string
	told     bool
	released chan struct{}
}

// NextHold waits for a held request that nobody was told of yet.
func (f *Faults) NextHold(ctx context.Context) (Hold, error) {
	for {
		f.mu.Lock()
		for _, h := range f.holds {
			if !h.told {
				h.told = true
				f.mu.Unlock()
				return h.Hold, nil
			}
		}
		arrive := f.arrive
		f.mu.Unlock()
		select {
		case <-arrive:
		case <-ctx.Done():
			return Hold{}, ctx.Err()
		}
	}
}

// Release lets a held request go on.
func (f *Faults) Release(id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.releaseAll(func(h *hold) bool { return h.ID == id }) {
		return fmt.Errorf("%w: no held request %q", ErrFault, id)
	}
	return nil
}

func (f *Faults) releaseAll(chosen func(*hold) bool) (found bool) {
	f.holds = slices.DeleteFunc(f.holds, func(h *hold) bool {
		if !chosen(h) {
			return false
		}
		found = true
		close(h.released)
		return true
	})
	return found
}

// hold keeps the request until its release. It answers false when the caller went away meanwhile.
func (f *Faults) hold(r *http.Request, side Side, fault *Fault, body []byte) bool {
	h := &hold{fault: fault.ID, released: make(chan struct{}), Hold: Hold{
		Side: side, Route: fault.Route, When: fault.When,
		Request: Request{Method: r.Method, URL: maskURL(r.URL.String()), Headers: maskHeaders(r.Header), Body: maskBody(r.Header, body)},
	}}
	f.mu.Lock()
	h.ID = "h-" + f.ids.Hex(4)
	f.holds = append(f.holds, h)
	close(f.arrive)
	f.arrive = make(chan struct{})
	f.mu.Unlock()
	select {
	case <-h.released:
		return r.Context().Err() == nil
	case <-r.Context().Done():
		f.mu.Lock()
		defer f.mu.Unlock()
		f.holds = slices.DeleteFunc(f.holds, func(x *hold) bool { return x == h })
		return false
	}
}
