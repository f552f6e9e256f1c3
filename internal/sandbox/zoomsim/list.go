package zoomsim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

const (
	pageTokenLife = 15 * time.Minute
	maxPage       = 300
	defaultPage   = 30
	listedAgenda  = 250 // characters of an agenda in a list
)

// pageToken says where the next page begins; it goes with one host and one set of filters.
type pageToken struct {
	Host    string    `json:"h"`
	Filters string    `json:"f"`
	From    int       `json:"n"`
	Size    int       `json:"s"`
	Expires time.Time `json:"e"`
}

// listMeetings is GET /users/me/meetings: what the person hosts, never instant meetings.
func (s *Sim) listMeetings(c *call) (int, any, *apiError) {
	query := c.r.URL.Query()
	page, refused := s.page(c, query)
	if refused != nil {
		return 0, nil, refused
	}
	chosen, refused := s.chosen(c, query)
	if refused != nil {
		return 0, nil, refused
	}
	from := min(page.From, len(chosen))
	to := min(from+page.Size, len(chosen))
	items := make([]map[string]any, 0, to-from)
	for _, m := range chosen[from:to] {
		items = append(items, s.item(c, m))
	}
	answer := map[string]any{"page_size": page.Size, "total_records": len(chosen), "next_page_token": "", "meetings": items}
	if query.Get("next_page_token") == "" && query.Get("page_number") != "" {
		answer["page_number"], answer["page_count"] = from/page.Size+1, (len(chosen)+page.Size-1)/page.Size
	}
	if to < len(chosen) {
		page.From, page.Expires = to, s.world.Clock.Now().Add(pageTokenLife)
		answer["next_page_token"] = s.seal(page)
	}
	return http.StatusOK, answer, nil
}

// page reads page_size and next_page_token, or the older page_number.
func (s *Sim) page(c *call, query url.Values) (pageToken, *apiError) {
	filters := strings.Join([]string{query.Get("type"), query.Get("from"), query.Get("to"), query.Get("timezone"), query.Get("page_size")}, "|")
	page := pageToken{Host: c.person.Handle, Filters: filters, Size: defaultPage}
	if size := query.Get("page_size"); size != "" {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > maxPage {
			return page, invalid(fieldError{"page_size", "Invalid field: at most 300."})
		}
		page.Size = n
	}
	if number := query.Get("page_number"); number != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > 1_000_000 {
			return page, invalid(fieldError{"page_number", "Invalid field."})
		}
		page.From = (n - 1) * page.Size
	}
	text := query.Get("next_page_token")
	if text == "" {
		return page, nil
	}
	var token pageToken
	if !s.unseal(text, &token) || token.Host != page.Host || token.Filters != filters || s.world.Clock.Now().After(token.Expires) {
		return page, fail(http.StatusBadRequest, 300, "The next page token is either invalid or has expired.")
	}
	return token, nil
}

// chosen are the host's meetings of the type and days asked for, by start; those without a time come last.
func (s *Sim) chosen(c *call, query url.Values) ([]*meeting, *apiError) {
	now := s.world.Clock.Now()
	kind := query.Get("type")
	switch kind {
	case "", "scheduled", "live", "upcoming", "upcoming_meetings", "previous_meetings":
	default:
		return nil, invalid(fieldError{"type", "Invalid field."})
	}
	from, to, refused := days(c, query)
	if refused != nil {
		return nil, refused
	}
	var list []*meeting
	for _, m := range s.state.Meetings {
		at := m.next(now)
		switch {
		case m.Host != c.person.Handle || m.Type == instant || m.Type == personal || m.Type == screenShare || m.expired(now):
		case s.lags(m, now):
		case !from.IsZero() && at.Before(from), !to.IsZero() && !at.Before(to):
		case m.listed(kind, now):
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *meeting) int {
		x, y := a.next(now), b.next(now)
		if x.IsZero() != y.IsZero() {
			return cmp.Compare(map[bool]int{false: 0, true: 1}[x.IsZero()], map[bool]int{false: 0, true: 1}[y.IsZero()])
		}
		return cmp.Or(x.Compare(y), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// days reads from and to, days of a zone, both included.
func days(c *call, query url.Values) (from, to time.Time, refused *apiError) {
	where, err := zone(first(query.Get("timezone"), c.person.Zone))
	if err != nil {
		return from, to, invalid(fieldError{"timezone", "Invalid field."})
	}
	for name, into := range map[string]*time.Time{"from": &from, "to": &to} {
		if text := query.Get(name); text != "" {
			day, err := time.Parse(time.DateOnly, text)
			if err != nil {
				return from, to, invalid(fieldError{name, "Invalid field."})
			}
			if name == "to" {
				day = day.AddDate(0, 0, 1)
			}
			*into = world.OnClocks(day, where)
		}
	}
	return from, to, nil
}

// next is the meeting's start, of a series that of the occurrence that comes or the last one; zero without a time.
func (m *meeting) next(now time.Time) time.Time {
	at := m.Start
	for _, held := range m.slots() {
		at = held.start
		if !held.end().Before(now) {
			break
		}
	}
	return at
}

// listed says whether a list of a kind shows the meeting.
func (m *meeting) listed(kind string, now time.Time) bool {
	at := m.next(now)
	past := !at.IsZero() && at.Add(time.Duration(m.Duration)*time.Minute).Before(now)
	switch kind {
	case "live":
		return m.running()
	case "upcoming", "upcoming_meetings":
		return m.running() || !past
	case "previous_meetings":
		return !m.running() && (past || at.IsZero() && !m.Ended.IsZero())
	default:
		return true
	}
}

// item is a meeting in a list.
func (s *Sim) item(c *call, m *meeting) map[string]any {
	p, now := s.world.Seed.Person(m.Host), s.world.Clock.Now()
	agenda := []rune(m.Agenda)
	item := map[string]any{
		"id": s.number(m.ID), "uuid": m.UUID, "host_id": p.ZoomID, "topic": m.Topic, "type": m.Type, "timezone": m.Zone, "created_at": stamp(m.Created),
		"join_url": s.joinURL(c.base, s.roomNumber(m), s.passcodeInLink(m.Host, m.Passcode, s.settings(p).EmbedPasscode)),
	}
	if len(agenda) > 0 {
		item["agenda"] = string(agenda[:min(len(agenda), listedAgenda)])
	}
	if at := m.next(now); !at.IsZero() {
		item["start_time"], item["duration"] = stamp(at), m.Duration
	}
	if m.PMI {
		item["pmi"] = strconv.FormatInt(p.PMI, 10)
	}
	return item
}
