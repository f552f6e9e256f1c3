package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// CreateEvent creates an event in the person's calendar; Exchange mails the attendees. With a TransactionID it may be
// repeated: *DuplicateError says that it happened before. Scope Calendars.ReadWrite.
// https://learn.microsoft.com/graph/api/user-post-events
func (c *Client) CreateEvent(ctx context.Context, e Event) (Event, error) {
	var made Event
	err := c.do(ctx, call{
		method: http.MethodPost, route: "POST /me/events", path: "/me/events", body: e.writable(), repeat: e.TransactionID != "",
	}, &made)
	return made, err
}

// Event reads one event. Times are in UTC. Scope Calendars.ReadBasic.
// https://learn.microsoft.com/graph/api/event-get
func (c *Client) Event(ctx context.Context, id string) (Event, error) {
	path, err := eventPath(id)
	if err != nil {
		return Event{}, err
	}
	var found Event
	err = c.do(ctx, call{method: http.MethodGet, route: "GET /me/events/{id}", path: path}, &found)
	return found, err
}

// UpdateEvent changes what change holds, and returns the event as it is then; Exchange mails the attendees when it concerns
// them. Attendees replace those that are there. Scope Calendars.ReadWrite.
// https://learn.microsoft.com/graph/api/event-update
func (c *Client) UpdateEvent(ctx context.Context, id string, change Event) (Event, error) {
	path, err := eventPath(id)
	if err != nil {
		return Event{}, err
	}
	change = change.writable()
	change.TransactionID = ""
	var changed Event
	err = c.do(ctx, call{method: http.MethodPatch, route: "PATCH /me/events/{id}", path: path, body: change, repeat: true}, &changed)
	return changed, err
}

// CancelEvent cancels an event that the person organises: it leaves every calendar, and Exchange mails the comment to the
// attendees. ErrNotFound when that happened before. Scope Calendars.ReadWrite.
// https://learn.microsoft.com/graph/api/event-cancel
func (c *Client) CancelEvent(ctx context.Context, id, comment string) error {
	path, err := eventPath(id)
	if err != nil {
		return err
	}
	body := struct {
		Comment string `json:"Comment"`
	}{comment}
	return c.do(ctx, call{method: http.MethodPost, route: "POST /me/events/{id}/cancel", path: path + "/cancel", body: body, repeat: true}, nil)
}

// Answer is how an invitation is answered.
type Answer string

// The answers, as Graph calls the actions.
const (
	Accept            Answer = "accept"
	TentativelyAccept Answer = "tentativelyAccept"
	Decline           Answer = "decline"
)

// Answer answers the invitation to an event of somebody else's, a series as a whole, and Exchange mails it to the organiser. What is
// declined leaves the calendar. Scope Calendars.ReadWrite.
// https://learn.microsoft.com/graph/api/event-accept
func (c *Client) Answer(ctx context.Context, id string, answer Answer) error {
	path, err := eventPath(id)
	if err != nil {
		return err
	}
	body := struct {
		SendResponse bool `json:"SendResponse"`
	}{true}
	action := "/" + string(answer)
	return c.do(ctx, call{method: http.MethodPost, route: "POST /me/events/{id}" + action, path: path + action, body: body, repeat: true}, nil)
}

// EventsOf returns the person's events, or series, with an iCalUId: the organiser's, or the copy of somebody invited. UNVERIFIED: that Graph
// filters by it. Scope Calendars.ReadBasic.
func (c *Client) EventsOf(ctx context.Context, ical string) ([]Event, error) {
	if ical == "" {
		return nil, nil
	}
	path := "/me/events" + query("$filter", "iCalUId eq "+literal(ical), "$top", strconv.Itoa(defaultPage))
	return all[Event](ctx, c, call{method: http.MethodGet, route: "GET /me/events", path: path})
}

// DeleteEvent deletes an event. If the person organises it and has invited others, they are told. Scope
// Calendars.ReadWrite.
// https://learn.microsoft.com/graph/api/event-delete
func (c *Client) DeleteEvent(ctx context.Context, id string) error {
	path, err := eventPath(id)
	if err != nil {
		return err
	}
	return c.do(ctx, call{method: http.MethodDelete, route: "DELETE /me/events/{id}", path: path, repeat: true}, nil)
}

// FindEvents returns the events whose extended property has exactly this value, with that property. Scope
// Calendars.ReadBasic.
// https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
func (c *Client) FindEvents(ctx context.Context, property, value string) ([]Event, error) {
	filter := fmt.Sprintf("singleValueExtendedProperties/any(ep:ep/id eq %s and ep/value eq %s)", literal(property), literal(value))
	path := "/me/events" + query("$filter", filter, "$expand", expand(property), "$top", strconv.Itoa(defaultPage))
	return all[Event](ctx, c, call{method: http.MethodGet, route: "GET /me/events", path: path})
}

// View is a part of a calendar. From and To are required.
type View struct {
	From, To time.Time
	Zone     string // IANA name in which times come back; UTC when empty
	Property string // id of an extended property that events are to come with
	Body     bool   // events are to come with their bodies; without when those of a page are too large
	PageSize int    // 50 when zero
}

// viewFields is what of an event comes in a view.
const viewFields = "id,type,seriesMasterId,originalStart,subject,bodyPreview,start,end,originalStartTimeZone,isAllDay,isCancelled,isOrganizer," +
	"organizer,attendees,location,onlineMeeting,sensitivity,showAs,responseStatus"

// path is where the view is asked for, after the events that are known.
func (v View) path(known int) string {
	fields := viewFields
	if v.Body {
		fields += ",body"
	}
	options := append(window(v.From, v.To), "$orderby", "start/dateTime", "$top", strconv.Itoa(v.PageSize), "$select", fields)
	if known > 0 {
		options = append(options, "$skip", strconv.Itoa(known))
	}
	if v.Property != "" {
		options = append(options, "$expand", expand(v.Property))
	}
	return "/me/calendarView" + query(options...)
}

// CalendarView hands the events between two moments to each, page after page by their start, with series resolved into
// their occurrences. It ends with the first error of each. Anybody can fill a calendar with invitations: when a page is too large, the
// rest comes without bodies, then in smaller pages, and an event that is too large by itself is left out. Scope Calendars.ReadBasic.
// https://learn.microsoft.com/graph/api/user-list-calendarview
func (c *Client) CalendarView(ctx context.Context, v View, each func(page []Event) error) error {
	if v.PageSize <= 0 {
		v.PageSize = defaultPage
	}
	known := 0
	smaller := func(r *call) bool {
		switch {
		case v.Body:
			v.Body = false
		case v.PageSize > 1:
			v.PageSize /= 2
		default:
			known++
		}
		r.path = v.path(known)
		return true
	}
	_, err := pages(ctx, c, call{
		method: http.MethodGet, route: "GET /me/calendarView", path: v.path(0), prefer: inZone(v.Zone), smaller: smaller,
	}, func(page []Event) error {
		known += len(page)
		return each(page)
	})
	return err
}

// inZone is the preference for times in an IANA zone. Graph may ignore it: every time says in which zone it is.
func inZone(zone string) string {
	if zone == "" {
		return ""
	}
	return fmt.Sprintf("outlook.timezone=%q", graphZone(zone))
}

// Instances returns the occurrences of a series between two moments, moved and changed ones as they are, cancelled ones not.
// Times are in UTC. Scope Calendars.ReadBasic.
// https://learn.microsoft.com/graph/api/event-list-instances
func (c *Client) Instances(ctx context.Context, id string, from, to time.Time) ([]Event, error) {
	path, err := eventPath(id)
	if err != nil {
		return nil, err
	}
	path += "/instances" + query(append(window(from, to), "$top", strconv.Itoa(defaultPage))...)
	return all[Event](ctx, c, call{method: http.MethodGet, route: "GET /me/events/{id}/instances", path: path})
}

// window is how Graph is told of which time it is asked.
func window(from, to time.Time) []string {
	return []string{"startDateTime", from.UTC().Format(time.RFC3339), "endDateTime", to.UTC().Format(time.RFC3339)}
}

// eventPath refuses ids that could lead elsewhere.
func eventPath(id string) (string, error) {
	if strings.Trim(id, ".") == "" {
		return "", fmt.Errorf("%w: no event id", ErrInvalid)
	}
	return "/me/events/" + url.PathEscape(id), nil
}

func expand(property string) string {
	return "singleValueExtendedProperties($filter=id eq " + literal(property) + ")"
}

// literal is a text in OData.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// sameProperty compares ids of extended properties, which Exchange writes with a GUID of its own capitals.
func sameProperty(a, b string) bool { return strings.EqualFold(a, b) }
