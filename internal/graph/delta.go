package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Delta is what has changed in a part of a calendar since it was last asked.
//
// A series comes as its master, whole, and beside it its occurrences inside the part. UNVERIFIED: these have little more than ID,
// Type, SeriesMasterID, Start and End; count on nothing else. Exceptions are whole. Extended properties are never there.
type Delta struct {
	Changed []Event
	Removed []string // ids: deleted, or moved out of the part
	Link    string   // where to ask the next time
}

// CalendarDelta begins to follow a part of a calendar: Changed is all that stands in it. The part does not move along with
// time; begin anew, once a day or so, to follow a later one. Scope Calendars.Read.
// https://learn.microsoft.com/graph/api/event-delta
func (c *Client) CalendarDelta(ctx context.Context, from, to time.Time) (Delta, error) {
	return c.delta(ctx, "/me/calendarView/delta"+query(window(from, to)...))
}

// CalendarDeltaSince returns what has changed since the Delta with this Link. ErrResync says that Graph does not know any
// longer: begin again with CalendarDelta, and take what is missing there for removed. ErrTooLarge, of both, says that more has changed
// than is read, so that anything may have.
func (c *Client) CalendarDeltaSince(ctx context.Context, link string) (Delta, error) {
	if !c.own(link) {
		return Delta{}, fmt.Errorf("%w: the link of the changes is not Graph's", ErrResync)
	}
	return c.delta(ctx, link)
}

// maxKept is how many bytes of bodies are kept of the changes of a calendar.
const maxKept = 16 << 20

func (c *Client) delta(ctx context.Context, path string) (Delta, error) {
	type entry struct {
		Event
		Removed *struct{} `json:"@removed"`
	}
	var d Delta
	size, kept := defaultPage, 0
	prefer := func() string { return fmt.Sprintf("odata.maxpagesize=%d", size) }
	smaller := func(r *call) bool { // UNVERIFIED: that the size of a page may be another one in the middle
		size /= 2
		r.prefer = prefer()
		return size > 0
	}
	link, err := pages(ctx, c, call{
		method: http.MethodGet, route: "GET /me/calendarView/delta", path: path, prefer: prefer(), smaller: smaller,
	}, func(entries []entry) error {
		for _, e := range entries {
			if e.Body != nil {
				kept += len(e.Body.Content)
			}
			if kept > maxKept {
				return fmt.Errorf("%w: the changes of a calendar: %w", ErrUnavailable, ErrTooLarge)
			}
			if e.Removed != nil {
				d.Removed = append(d.Removed, e.ID)
			} else {
				d.Changed = append(d.Changed, e.Event)
			}
		}
		return nil
	})
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusGone {
		refused.means = ErrResync
	}
	if err == nil && link == "" {
		err = fmt.Errorf("%w: the changes come without a link to the next", ErrUnavailable)
	}
	if err != nil {
		return Delta{}, err
	}
	d.Link = link
	return d, nil
}
