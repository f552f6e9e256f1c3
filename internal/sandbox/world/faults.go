package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrFault answers a fault or a hold that makes no sense or is not there.
var ErrFault = errors.New("fault")

// When says on which side of the effect a fault strikes.
type When string

// Before: the request has no effect unless it goes on. After: the effect has happened, the answer suffers.
const (
	Before When = "before"
	After  When = "after"
)

// Duration is a time.Duration written as Go writes it: "2s", "150ms".
type Duration time.Duration

// MarshalJSON writes "2s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads "2s".
func (d *Duration) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("%w: a duration is a text like \"2s\"", ErrFault)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 {
		return fmt.Errorf("%w: %q is no duration like \"2s\"", ErrFault, text)
	}
	*d = Duration(parsed)
	return nil
}

// Fault is what goes wrong with requests of one route. It waits Delay, then holds, then drops or answers; a fault that does neither
// lets the request go on.
type Fault struct {
	ID    string `json:"id,omitempty"`
	Side  Side   `json:"side,omitempty"` // empty: both
	Route string `json:"route"`          // "POST /v2/users/me/meetings", "* /v2/meetings/{id}", "* /graph/*", "*"
	When  When   `json:"when,omitempty"` // empty: before

	Delay     Duration          `json:"delay,omitempty"`
	Hold      bool              `json:"hold,omitempty"`      // stops there until released or the caller is gone
	Drop      bool              `json:"drop,omitempty"`      // the connection is cut, no answer
	Duplicate bool              `json:"duplicate,omitempty"` // the request arrives twice, the first answer is given
	Status    int               `json:"status,omitempty"`    // this answer instead
	Headers   map[string]string `json:"headers,omitempty"`
	Body      json.RawMessage   `json:"body,omitempty"` // a JSON text is sent as the text itself, anything else as JSON
	Size      int64             `json:"size,omitempty"` // the body is padded with spaces to so many bytes
	Pace      Duration          `json:"pace,omitempty"` // the pause between each quarter of the body

	Skip  int `json:"skip,omitempty"`  // so many requests pass first
	Count int `json:"count,omitempty"` // so many are hit, 0 = until deleted
}

func (f *Fault) check() error {
	if f.When == "" {
		f.When = Before
	}
	method, path, found := strings.Cut(f.Route, " ")
	switch {
	case f.Route == "*":
	case !found || method == "" || !strings.HasPrefix(path, "/"):
		return fmt.Errorf("%w: a route is \"METHOD /path/{x}\", with * for any method or for the rest of a path", ErrFault)
	}
	switch {
	case f.When != Before && f.When != After:
		return fmt.Errorf("%w: when is \"before\" or \"after\"", ErrFault)
	case f.Side != "" && f.Side != Zoom && f.Side != Microsoft:
		return fmt.Errorf("%w: side is \"zoom\" or \"microsoft\"", ErrFault)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("%w: status is 200 to 599", ErrFault)
	case f.Count < 0, f.Skip < 0, f.Size < 0, f.Size > 256<<20:
		return fmt.Errorf("%w: count, skip and size are not negative, size at most 256 MiB", ErrFault)
	case f.Drop && f.Status != 0:
		return fmt.Errorf("%w: a dropped connection has no status", ErrFault)
	case f.Delay == 0 && !f.Hold && !f.Drop && !f.Duplicate && f.Status == 0:
		return fmt.Errorf("%w: say what goes wrong: delay, hold, drop, duplicate or status", ErrFault)
	}
	return nil
}

// matches compares the route with a request, segment by segment, so that an escaped slash stays inside its segment.
func (f *Fault) matches(side Side, method, escapedPath string) bool {
	if f.Side != "" && f.Side != side {
		return false
	}
	if f.Route == "*" {
		return true
	}
	wanted, pattern, _ := strings.Cut(f.Route, " ")
	if wanted != "*" && wanted != method {
		return false
	}
	want, have := strings.Split(pattern, "/"), strings.Split(escapedPath, "/")
	for i, w := range want {
		if w == "*" && i == len(want)-1 {
			return len(have) >= i
		}
		if i >= len(have) {
			return false
		}
		h, err := url.PathUnescape(have[i])
		if err != nil || !strings.HasPrefix(w, "{") && w != h {
			return false
		}
	}
	return len(want) == len(have)
}

// Faults are the faults in force and the requests held by them.
type Faults struct {
	ids    *IDs
	mu     sync.Mutex
	faults []*Fault
	holds  []*hold
	arrive chan struct{} // closed when a request is held
}

func newFaults(ids *IDs) *Faults { return &Faults{ids: ids, arrive: make(chan struct{})} }

// Put sets a fault, or replaces the one of the same ID, and answers its id.
func (f *Faults) Put(fault Fault) (string, error) {
	if err := fault.check(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.ID == "" {
		fault.ID = "f" + strconv.Itoa(len(f.faults)+1) + "-" + f.ids.Hex(3)
	}
	for i, old := range f.faults {
		if old.ID == fault.ID {
			f.faults[i] = &fault
			return fault.ID, nil
		}
	}
	f.faults = append(f.faults, &fault)
	return fault.ID, nil
}

// List answers the faults in force.
func (f *Faults) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []Fault{}
	for _, x := range f.faults {
		list = append(list, *x)
	}
	return list
}

// Delete ends a fault; requests that it holds go on.
func (f *Faults) Delete(id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.faults, func(x *Fault) bool { return x.ID == id })
	if i < 0 {
		return fmt.Errorf("%w: no fault %q", ErrFault, id)
	}
	f.faults = slices.Delete(f.faults, i, i+1)
	f.releaseAll(func(h *hold) bool { return h.fault == id })
	return nil
}

// Clear ends all faults and releases everything held.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
	f.releaseAll(func(*hold) bool { return true })
}

// strike takes the first fault of each kind that meets a request.
func (f *Faults) strike(side Side, r *http.Request) (before, after *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.faults) == 0 {
		return nil, nil
	}
	path := r.URL.EscapedPath()
	for _, x := range slices.Clone(f.faults) {
		if (x.When == Before && before != nil) || (x.When == After && after != nil) || !x.matches(side, r.Method, path) {
			continue
		}
		if x.Skip > 0 {
			x.Skip--
			continue
		}
		hit := *x
		if x.Count > 0 {
			if x.Count--; x.Count == 0 {
				f.faults = slices.DeleteFunc(f.faults, func(y *Fault) bool { return y == x })
			}
		}
		if hit.When == Before {
			before = &hit
		} else {
			after = &hit
		}
	}
	return before, after
}
