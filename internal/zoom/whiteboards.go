package zoom

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// WhiteboardID names a whiteboard.
type WhiteboardID string

// whiteboardID is what an id may look like: Base64 for addresses.
var whiteboardID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}={0,2}$`)

// Valid tells whether an id looks like one.
func (id WhiteboardID) Valid() bool { return whiteboardID.MatchString(string(id)) }

// ShareScope is who may open a whiteboard by its link.
type ShareScope int

// The scopes.
const (
	ShareRestricted ShareScope = 0 // who was added to it
	ShareAccount    ShareScope = 1 // everybody in the same account
	ShareAnyone     ShareScope = 2
	ShareExternal   ShareScope = 3 // the same account, and others who sign in as the account wants it
)

// ShareRole is what somebody who opens a whiteboard by its link may do.
type ShareRole int

// The roles. The first two are of people who were added alone.
const (
	RoleOwner     ShareRole = 0
	RoleCoOwner   ShareRole = 1
	RoleEditor    ShareRole = 2
	RoleCommenter ShareRole = 3
	RoleViewer    ShareRole = 4
)

// Whiteboard is a whiteboard as Zoom describes it.
type Whiteboard struct {
	ID       WhiteboardID
	Name     string
	Created  time.Time
	Modified time.Time
	Creator  string // as people see it
	Locked   bool   // or else not to be written on
	Trashed  bool
	Scope    ShareScope
	Role     ShareRole
	CanShare bool   // who works on it may share it
	Preview  string // link to a small picture of it, for two hours; it leads to Zoom, or is none (Links.Picture). Not in lists.
	Link     string // to open it, as Zoom wrote it: Links.Whiteboard checks it. Not in lists.
}

// UnmarshalJSON reads Zoom's form.
func (w *Whiteboard) UnmarshalJSON(b []byte) error {
	var in struct {
		ID       WhiteboardID `json:"whiteboard_id"`
		Name     string       `json:"whiteboard_name"`
		Created  looseText    `json:"created_date"`
		Modified looseText    `json:"modified_date"`
		Creator  looseText    `json:"created_by_display_name"`
		Locked   bool         `json:"locked"`
		ReadOnly bool         `json:"readonly"`
		Trashed  bool         `json:"trashed"`
		Sharing  struct {
			Scope ShareScope `json:"share_scope"`
			Role  ShareRole  `json:"share_role"`
		} `json:"share_link_setting"`
		Advanced struct {
			CanShare bool `json:"can_share"`
		} `json:"advanced_share_setting"`
		Link    looseText `json:"share_link"`
		Preview looseText `json:"preview_link"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*w = Whiteboard{
		ID: in.ID, Name: in.Name, Created: instant(in.Created), Modified: instant(in.Modified), Creator: string(in.Creator), Locked: in.Locked || in.ReadOnly,
		Trashed: in.Trashed, Scope: in.Sharing.Scope, Role: in.Sharing.Role, CanShare: in.Advanced.CanShare, Link: string(in.Link), Preview: string(in.Preview),
	}
	return nil
}

// whiteboardPage is how many are asked for at once: Zoom's most.
const whiteboardPage = 50

// Whiteboards lists the whiteboards that a person may open and that were changed between two moments, which are a month apart at most. name
// is a part of the name, or "". With own, the person's own alone: UNVERIFIED, user_id is described as the owner, and "me" as the current user.
// GET /whiteboards, scope whiteboard:read:list_whiteboards. Errors: ErrScope.
func (c *Client) Whiteboards(ctx context.Context, name string, own bool, from, to time.Time) ([]Whiteboard, error) {
	query := url.Values{
		"date_filter_type": {"modified_date"}, "from": {from.UTC().Format(time.RFC3339)}, "to": {to.UTC().Format(time.RFC3339)}, "page_size": {strconv.Itoa(whiteboardPage)},
	}
	if name != "" {
		query.Set("search_key", name)
	}
	if own {
		query.Set("user_id", "me")
	}
	var all []Whiteboard
	for {
		var page struct {
			Boards []Whiteboard `json:"whiteboards"`
			Next   string       `json:"next_page_token"`
		}
		err := c.do(ctx, call{method: http.MethodGet, route: "/whiteboards", path: "/whiteboards", query: query, out: &page, proof: []string{"whiteboards"}})
		if err != nil {
			return all, err
		}
		all = append(all, page.Boards...)
		if page.Next == "" || page.Next == query.Get("next_page_token") {
			return all, nil
		}
		query.Set("next_page_token", page.Next)
	}
}

// Whiteboard returns one, with its link. GET /whiteboards/{id}, scope whiteboard:read:whiteboard. Errors: ErrNotFound (also when the person
// may not open it), ErrScope.
func (c *Client) Whiteboard(ctx context.Context, id WhiteboardID) (Whiteboard, error) {
	var w Whiteboard
	if !whiteboardID.MatchString(string(id)) {
		return w, fmt.Errorf("zoom: %.80q is no whiteboard: %w", string(id), ErrNotFound)
	}
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/whiteboards/{whiteboardId}", path: "/whiteboards/" + url.PathEscape(string(id)), out: &w, proof: []string{"whiteboard_id"},
	})
	return w, err
}

// CreateWhiteboard makes one that is the person's own. It is answered without its link. POST /whiteboards, scope
// whiteboard:write:whiteboard. Errors: ErrScope.
func (c *Client) CreateWhiteboard(ctx context.Context, name string) (Whiteboard, error) {
	var w Whiteboard
	err := c.do(ctx, call{
		method: http.MethodPost, route: "/whiteboards", path: "/whiteboards", in: map[string]string{"name": name}, out: &w, proof: []string{"whiteboard_id"},
	})
	return w, err
}

// ShareWhiteboard says who may open one by its link, and what they may do. PATCH /whiteboards/{id}/share_setting, scope
// whiteboard:update:share_setting. Errors: ErrNotFound (also when the person may not share it), ErrScope.
func (c *Client) ShareWhiteboard(ctx context.Context, id WhiteboardID, scope ShareScope, role ShareRole) error {
	if !whiteboardID.MatchString(string(id)) {
		return fmt.Errorf("zoom: %.80q is no whiteboard: %w", string(id), ErrNotFound)
	}
	setting := map[string]any{"share_scope": scope}
	if scope != ShareRestricted {
		setting["share_role"] = role
	}
	return c.do(ctx, call{
		method: http.MethodPatch, route: "/whiteboards/{whiteboardId}/share_setting", path: "/whiteboards/" + url.PathEscape(string(id)) + "/share_setting",
		in: map[string]any{"share_link_setting": setting},
	})
}

// whiteboardPath is the path of a whiteboard: wb/doc in what Zoom shares, wb/db in what browsers show.
var whiteboardPath = regexp.MustCompile(`^/wb/(doc|db)/[A-Za-z0-9_-]{1,64}={0,2}(/p/[A-Za-z0-9_-]{1,64}={0,2})?/?$`)

// Whiteboard is the link to a whiteboard at one of the origins; false for an address that is none.
func (l *Links) Whiteboard(raw string) (string, bool) { return l.page(raw, whiteboardPath) }

// WhiteboardID is by what a link to a whiteboard at one of the origins names it: its id, or what its page is called. UNVERIFIED: that these may differ, as
// they do in Zoom's samples.
func (l *Links) WhiteboardID(raw string) (WhiteboardID, bool) {
	link, ok := l.Whiteboard(raw)
	if !ok {
		return "", false
	}
	_, path, _ := strings.Cut(link, "/wb/")
	return WhiteboardID(strings.Split(path, "/")[1]), true
}
