package zoomsim

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// Who may open a board by its link, and what they may do there (Zoom's numbers).
const (
	restricted  = 0
	sameAccount = 1
	anyone      = 2
	viewer      = 4
	owner       = 0
)

// board is a whiteboard.
type board struct {
	ID       string         `json:"id"`
	Link     string         `json:"link"` // token of its page
	Name     string         `json:"name"`
	Owner    string         `json:"owner"` // handle
	Created  time.Time      `json:"created"`
	Modified time.Time      `json:"modified"`
	Editor   string         `json:"editor"`  // name of who changed it last
	Trashed  bool           `json:"trashed"` //
	Scope    int            `json:"scope"`
	Role     int            `json:"role"`
	With     map[string]int `json:"with"` // handle → role: who was added to it
}

// Board is a whiteboard as the sandbox shows it.
type Board struct {
	ID    string         `json:"id"`
	Name  string         `json:"name"`
	Owner string         `json:"owner"`
	Page  string         `json:"page"` // path of its link
	Scope int            `json:"scope"`
	Role  int            `json:"role"`
	With  map[string]int `json:"with"`
}

// seedBoards are the whiteboards with which the story begins.
func (s *Sim) seedBoards() {
	now := s.world.Clock.Now()
	for i, b := range []struct {
		owner, name string
		days        int
		with        map[string]int
	}{
		{"ana", "Launch plan", 1, map[string]int{"ben": 2}},
		{"ana", "Retrospective", 20, nil},
		{"ana", "Old sketches", 200, nil},
		{"ben", "Booth layout", 3, map[string]int{"ana": viewer}},
		{"hana", "Storyboard", 2, nil},
	} {
		p := s.world.Seed.Person(b.owner)
		if p == nil || p.ZoomID == "" {
			continue
		}
		own := s.world.IDs.Named("zoom", "board", strconv.Itoa(i))
		made := now.AddDate(0, 0, -b.days)
		s.state.Boards = append(s.state.Boards, &board{
			ID: own.Text(22), Link: own.Text(22), Name: b.name, Owner: b.owner, Created: made.Add(-time.Hour), Modified: made, Editor: p.Name, Role: viewer, With: b.with,
		})
	}
}

// roleOf is what somebody may do with a board: 0 owner, 2 editor, 3 commenter, 4 viewer; false for nothing. By its link more people may open it
// than were added.
func (s *Sim) roleOf(b *board, p *world.Person, byLink bool) (int, bool) {
	if p != nil && b.Owner == p.Handle {
		return owner, true
	}
	if p != nil {
		if role, ok := b.With[p.Handle]; ok {
			return role, true
		}
	}
	same := p != nil && p.ZoomID != "" && s.world.Seed.Person(b.Owner).Tenant == p.Tenant
	if byLink && (b.Scope == anyone || b.Scope == sameAccount && same) {
		return b.Role, true
	}
	return 0, false
}

func (s *Sim) boardBody(c *call, b *board, whole bool) map[string]any {
	body := map[string]any{
		"whiteboard_id": b.ID, "whiteboard_name": b.Name, "locked": false, "trashed": b.Trashed, "readonly": false, "non_cloud": false,
		"created_date": stamp(b.Created), "modified_date": stamp(b.Modified), "created_by_display_name": s.world.Seed.Person(b.Owner).Name,
		"share_link_setting":     map[string]any{"share_scope": b.Scope, "share_role": b.Role},
		"advanced_share_setting": map[string]any{"can_share": true, "share_to_external": true, "external_can_share": false},
	}
	if whole {
		body["share_link"], body["modified_by_display_name"] = c.base+"/wb/doc/"+b.Link, b.Editor
		body["preview_link"] = c.base + "/file/" + b.ID + "/attach/preview/192x108?jwt=" + s.seal(view{b.ID, s.world.Clock.Now().Add(previewLife)})
	}
	return body
}

// listBoards is GET /whiteboards: of what the person may open (with user_id=me, of what is the person's own), what was changed (or made) in a span of a month at most; without one, today.
func (s *Sim) listBoards(c *call) (int, any, *apiError) {
	q := c.r.URL.Query()
	if user := q.Get("user_id"); user != "" && user != "me" {
		return 0, nil, fail(http.StatusBadRequest, 300, "A user-level app may name nobody but me.")
	}
	to := s.world.Clock.Now()
	from := to.Truncate(24 * time.Hour)
	for name, at := range map[string]*time.Time{"from": &from, "to": &to} {
		if text := q.Get(name); text != "" {
			read, err := time.Parse("2006-01-02T15:04:05Z", text)
			if err != nil {
				return 0, nil, invalid(fieldError{name, "Invalid field."})
			}
			*at = read
		}
	}
	if to.Sub(from) > 31*24*time.Hour || to.Before(from) {
		return 0, nil, fail(http.StatusBadRequest, 300, "The date range can be a month at most.")
	}
	var found []*board
	for _, b := range s.state.Boards {
		at := b.Modified
		if q.Get("date_filter_type") == "created_date" {
			at = b.Created
		}
		role, may := s.roleOf(b, c.person, false)
		if q.Get("user_id") == "me" && role != owner {
			continue
		}
		if may && !b.Trashed && !at.Before(from) && !at.After(to) && strings.Contains(strings.ToLower(b.Name), strings.ToLower(q.Get("search_key"))) {
			found = append(found, b)
		}
	}
	slices.SortFunc(found, func(a, b *board) int { return b.Modified.Compare(a.Modified) })
	size, err := strconv.Atoi(first(q.Get("page_size"), "10"))
	if err != nil || size < 1 || size > 50 {
		return 0, nil, invalid(fieldError{"page_size", "Invalid field."})
	}
	start := 0
	if token := q.Get("next_page_token"); token != "" {
		if !s.unseal(token, &start) {
			return 0, nil, invalid(fieldError{"next_page_token", "The next page token is invalid or expired."})
		}
	}
	list := []map[string]any{}
	for _, b := range found[min(start, len(found)):min(start+size, len(found))] {
		list = append(list, s.boardBody(c, b, false))
	}
	next := ""
	if start+size < len(found) {
		next = s.seal(start + size)
	}
	return http.StatusOK, map[string]any{"whiteboards": list, "next_page_token": next, "page_size": size, "total_records": len(found)}, nil
}

// board finds what a person may open; with share, may share.
func (s *Sim) board(c *call, share bool) (*board, *apiError) {
	i := slices.IndexFunc(s.state.Boards, func(b *board) bool { return b.ID == c.r.PathValue("whiteboardId") })
	if i >= 0 {
		role, may := s.roleOf(s.state.Boards[i], c.person, true)
		if may && (!share || role < viewer) {
			return s.state.Boards[i], nil
		}
	}
	if share {
		return nil, fail(http.StatusForbidden, 111804, "No permission to share this whiteboard.")
	}
	return nil, fail(http.StatusForbidden, 111800, "No permission to access this whiteboard.")
}

func (s *Sim) getBoard(c *call) (int, any, *apiError) {
	b, refused := s.board(c, false)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, s.boardBody(c, b, true), nil
}

func (s *Sim) createBoard(c *call) (int, any, *apiError) {
	in := struct{ Name string }{"Untitled"}
	if err := json.NewDecoder(c.r.Body).Decode(&in); err != nil {
		return 0, nil, invalid(fieldError{"name", "Invalid field."})
	}
	b := s.addBoard(c.person, in.Name)
	return http.StatusCreated, s.boardBody(c, b, false), nil
}

func (s *Sim) addBoard(p *world.Person, name string) *board {
	now := s.world.Clock.Now()
	b := &board{ID: s.world.IDs.Text(22), Link: s.world.IDs.Text(22), Name: name, Owner: p.Handle, Created: now, Modified: now, Editor: p.Name, Role: viewer}
	s.state.Boards = append(s.state.Boards, b)
	s.world.Ledger.Append(world.Zoom, "whiteboard.created", b.ID, p.Handle, "name", name)
	s.world.Changes.Publish("client")
	return b
}

func (s *Sim) shareBoard(c *call) (int, any, *apiError) {
	b, refused := s.board(c, true)
	if refused != nil {
		return 0, nil, refused
	}
	var in struct {
		Setting struct {
			Scope *int `json:"share_scope"`
			Role  *int `json:"share_role"`
		} `json:"share_link_setting"`
	}
	if json.NewDecoder(c.r.Body).Decode(&in) != nil || in.Setting.Scope == nil || *in.Setting.Scope < restricted || *in.Setting.Scope > 3 ||
		in.Setting.Role != nil && (*in.Setting.Role < 2 || *in.Setting.Role > viewer) {
		return 0, nil, fail(http.StatusBadRequest, 34002, "Invalid share setting.")
	}
	b.Scope = *in.Setting.Scope
	if in.Setting.Role != nil {
		b.Role = *in.Setting.Role
	}
	s.world.Ledger.Append(world.Zoom, "whiteboard.opened_to", b.ID, c.person.Handle, "scope", b.Scope, "role", b.Role)
	s.world.Changes.Publish("client")
	return http.StatusNoContent, nil, nil
}

// Boards lists all whiteboards.
func (s *Sim) Boards() []Board {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Board{}
	for _, b := range s.state.Boards {
		with := b.With
		if with == nil {
			with = map[string]int{}
		}
		all = append(all, Board{ID: b.ID, Name: b.Name, Owner: b.Owner, Page: "/wb/doc/" + b.Link, Scope: b.Scope, Role: b.Role, With: with})
	}
	return all
}

// Draw makes a whiteboard as somebody does at Zoom.
func (s *Sim) Draw(person, name string) (Board, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return Board{}, err
	}
	if name == "" {
		return Board{}, fmt.Errorf("%w: say what it is called", ErrControl)
	}
	b := s.addBoard(p, name)
	return Board{ID: b.ID, Name: b.Name, Owner: b.Owner, Page: "/wb/doc/" + b.Link, Role: b.Role, With: map[string]int{}}, nil
}

// ShareBoard adds somebody to a whiteboard, as who works on it does at Zoom. The app of the account is told.
func (s *Sim) ShareBoard(by, id, with string, role int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(by)
	if err != nil {
		return err
	}
	other, err := s.portalUser(with)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.state.Boards, func(b *board) bool { return b.ID == id })
	if i < 0 {
		return fmt.Errorf("%w: there is no such whiteboard", ErrControl)
	}
	b := s.state.Boards[i]
	if mine, may := s.roleOf(b, p, true); !may || mine >= viewer {
		return fmt.Errorf("%w: %s may not share it", ErrControl, p.Name)
	}
	if role < 2 || role > viewer || other.Handle == b.Owner {
		return fmt.Errorf("%w: with somebody else, to edit (2), comment (3) or look (4)", ErrControl)
	}
	s.addTo(b, p, map[string]int{other.Handle: role})
	return nil
}

// Comment has somebody mention another one in a comment on a whiteboard. Zoom tells no app of it; the organisation's adapter, which is not
// Zoom's, tells the product.
func (s *Sim) Comment(by, id, mentioned string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(by)
	if err != nil {
		return err
	}
	other, err := s.portalUser(mentioned)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.state.Boards, func(b *board) bool { return b.ID == id })
	if i < 0 {
		return fmt.Errorf("%w: there is no such whiteboard", ErrControl)
	}
	if mine, may := s.roleOf(s.state.Boards[i], p, true); !may || mine >= viewer {
		return fmt.Errorf("%w: %s may not comment on it", ErrControl, p.Name)
	}
	b := s.state.Boards[i]
	s.world.Ledger.Append(world.Zoom, "whiteboard.commented", id, p.Handle, "mentions", other.Handle)
	notice := s.world.IDs.Text(22)
	if s.knobs.MentionMail && s.options.Mail != nil {
		mailed, err := s.options.Mail(other.Handle, p.Name+" mentioned you in a comment", mentionMail(p.Name, b.Name, s.options.PublicURL+"/wb/doc/"+b.Link))
		if err != nil {
			return err
		}
		notice = cmp.Or(mailed, notice)
	}
	if s.options.AdapterSecret == "" || s.closed {
		return nil
	}
	body, err := json.Marshal(map[string]any{
		"id": notice, "at": stamp(s.world.Clock.Now()), "whiteboard": id, "mentioned": other.Email, "by": p.Email,
	})
	if err != nil {
		return err
	}
	s.work.Go(func() { s.adapt(id, body) })
	return nil
}

// mentionMail is the text of the mail to who was mentioned. UNVERIFIED: what Zoom's says.
func mentionMail(by, board, link string) string {
	return fmt.Sprintf(`<p>%s mentioned you in a comment on the whiteboard <b>%s</b>.</p><p><a href="%s">View comment</a></p>`,
		html.EscapeString(by), html.EscapeString(board), html.EscapeString(link))
}

// adapt is the adapter: it posts a mention to the product, once. Where Zoom has mailed it too, the adapter knows it by the mail.
func (s *Sim) adapt(id string, body []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), postTime)
	defer cancel()
	status := 0
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.options.ProductURL+"/adapter/whiteboard/mentions", bytes.NewReader(body))
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+s.options.AdapterSecret)
		if resp, err := s.http.Do(req); err == nil {
			_ = resp.Body.Close()
			status = resp.StatusCode
		}
	}
	s.world.Ledger.Append(world.Zoom, "mention.sent", id, "", "status", status)
}

// addTo adds people to a board, and tells the app of the account so. The caller holds mu.
func (s *Sim) addTo(b *board, by *world.Person, with map[string]int) {
	if b.With == nil {
		b.With = map[string]int{}
	}
	collaborators := []map[string]any{}
	for _, handle := range slices.Sorted(maps.Keys(with)) {
		p := s.world.Seed.Person(handle)
		b.With[handle] = with[handle]
		one := map[string]any{
			"collaborator_id": s.world.IDs.Named("zoom", "collaborator", b.ID, handle).Text(22), "collaborator_name": p.Name, "collaborator_type": 0, "role": with[handle],
			"user_id": p.ZoomID, "email": p.Email,
		}
		if p.Tenant != s.world.Seed.Person(b.Owner).Tenant { // of those outside the account Zoom tells no more than this
			one["collaborator_type"], one["collaborator_name"] = 1, "ext***@exa***.com"
			delete(one, "user_id")
			delete(one, "email")
		}
		collaborators = append(collaborators, one)
	}
	s.world.Ledger.Append(world.Zoom, "whiteboard.shared", b.ID, by.Handle)
	now := s.world.Clock.Now()
	s.post(&post{Event: "whiteboard.shared", About: b.ID, Person: b.Owner, Admin: true}, map[string]any{
		"event": "whiteboard.shared", "event_ts": now.UnixMilli(), "payload": map[string]any{
			"operator_id": by.ZoomID, "operator_collaborator_id": s.world.IDs.Named("zoom", "collaborator", b.ID, by.Handle).Text(22),
			"object": map[string]any{"whiteboard_id": b.ID, "collaborators": collaborators},
		},
	})
	s.world.Changes.Publish("client")
}

// A preview's link lives so long, and so often.
const (
	previewLife  = 2 * time.Hour
	previewViews = 99
)

// view is what a preview's link holds.
type view struct {
	Board string    `json:"board"`
	Until time.Time `json:"until"`
}

// previewFile is what a preview's link leads to: a picture, for whoever has the link.
func (s *Sim) previewFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var of view
	token := r.URL.Query().Get("jwt")
	if !s.unseal(token, &of) || of.Board != r.PathValue("board") || s.world.Clock.Now().After(of.Until) || s.views[token] >= previewViews {
		http.Error(w, "This link has expired.", http.StatusForbidden)
		return
	}
	s.views[token]++
	sheet := image.NewRGBA(image.Rect(0, 0, 192, 108))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for i, note := range []color.RGBA{{255, 209, 102, 255}, {6, 214, 160, 255}, {17, 138, 178, 255}} {
		draw.Draw(sheet, image.Rect(16+56*i, 20+14*i, 60+56*i, 60+14*i), image.NewUniform(note), image.Point{}, draw.Src)
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, sheet)
}

// wall fills pages/board.html: the portal has a sign-in of its own, whatever Teams or an app knows.
type wall struct {
	Page   string // signin, board, refused, unknown
	Board  *board
	Me     *world.Person
	Owner  *world.Person
	People []*world.Person
	May    string
	Shares bool // they may add people
	Done   string
}

// colleagues are those with whom somebody may share a board.
func (s *Sim) colleagues(b *board, me *world.Person) (all []*world.Person) {
	for _, p := range s.world.Seed.People {
		if p.ZoomID != "" && !p.Disabled && !p.Generated && p != me && p.Handle != b.Owner {
			all = append(all, p)
		}
	}
	return all
}

// sharePage is POST /wb/doc/{link}/share: who may, adds somebody.
func (s *Sim) sharePage(w http.ResponseWriter, r *http.Request) {
	s.onBoard(w, r, "shared", func(as, id string) error {
		role, err := strconv.Atoi(r.PostFormValue("role"))
		if err != nil {
			return err
		}
		return s.ShareBoard(as, id, r.PostFormValue("with"), role)
	})
}

// commentPage is POST /wb/doc/{link}/comment: who may, mentions somebody.
func (s *Sim) commentPage(w http.ResponseWriter, r *http.Request) {
	s.onBoard(w, r, "commented", func(as, id string) error { return s.Comment(as, id, r.PostFormValue("mentions")) })
}

// onBoard does something on a board's page, and shows the page again, which says what was done.
func (s *Sim) onBoard(w http.ResponseWriter, r *http.Request, done string, do func(as, id string) error) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" || r.ParseForm() != nil {
		http.Error(w, "this form was not sent by the portal", http.StatusForbidden)
		return
	}
	as := r.PostFormValue("as")
	s.mu.Lock()
	i := slices.IndexFunc(s.state.Boards, func(b *board) bool { return b.Link == r.PathValue("link") })
	id := ""
	if i >= 0 {
		id = s.state.Boards[i].ID
	}
	s.mu.Unlock()
	if err := do(as, id); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	http.Redirect(w, r, "/wb/doc/"+r.PathValue("link")+"?as="+url.QueryEscape(as)+"&done="+done, http.StatusSeeOther)
}

// boardPage is GET /wb/doc/{link}: it asks who looks, and shows the board to those who may see it.
func (s *Sim) boardPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.state.Boards, func(b *board) bool { return b.Link == r.PathValue("link") })
	if i < 0 || s.state.Boards[i].Trashed {
		s.show(w, http.StatusNotFound, "board.html", wall{Page: "unknown"})
		return
	}
	b := s.state.Boards[i]
	page := wall{Page: "signin", Board: b, Owner: s.world.Seed.Person(b.Owner)}
	as := r.URL.Query().Get("as")
	if as == "" && b.Scope != anyone {
		for _, p := range s.world.Seed.People {
			if p.ZoomID != "" && !p.Disabled && !p.Generated {
				page.People = append(page.People, p)
			}
		}
		s.show(w, http.StatusOK, "board.html", page)
		return
	}
	page.Me = s.world.Seed.Person(as)
	role, may := s.roleOf(b, page.Me, true)
	if !may {
		page.Page = "refused"
		s.show(w, http.StatusForbidden, "board.html", page)
		return
	}
	page.People = s.colleagues(b, page.Me)
	page.Shares = page.Me != nil && role < viewer
	page.Done = map[string]string{"shared": "It is shared.", "commented": "The comment is on the board."}[r.URL.Query().Get("done")]
	page.Page, page.May = "board", map[int]string{owner: "It is yours.", 2: "You may edit it.", 3: "You may comment on it.", viewer: "You may look at it."}[role]
	s.show(w, http.StatusOK, "board.html", page)
}
