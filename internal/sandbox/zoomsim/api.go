package zoomsim

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// label is an operation's rate limit label (OpenAPI).
type label string

const (
	light  label = "Light"
	medium label = "Medium"
)

// call is one authorized request to the REST API.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	person *world.Person
	base   string
}

// handler answers a call: 200 with a body, 201 with a created one, 204 without.
type handler func(c *call) (status int, body any, refused *apiError)

// api wraps an operation: token, approval, limits, scope, `me`, and the ledger's api.called.
func (s *Sim) api(route string, kind label, scope string, next handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closeOverdue()
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		w.Header().Set("X-Zm-Trackingid", "v=2.0;clid=local;rid=WEB_"+s.world.IDs.Hex(16))
		c := &call{w: w, r: r, base: s.base(r)}
		status, body, by, refused := s.answer(c, kind, scope, next)
		detail := []any{"path", r.URL.EscapedPath(), "status", status}
		if refused != nil {
			status = refused.status
			detail = []any{"path", r.URL.EscapedPath(), "status", status, "code", refused.code}
		}
		s.world.Ledger.Append(world.Zoom, "api.called", route, by, detail...)
		if refused != nil {
			writeError(w, refused)
			return
		}
		writeJSON(w, status, body)
	})
}

func (s *Sim) answer(c *call, kind label, scope string, next handler) (status int, body any, by string, refused *apiError) {
	g, refused := s.bearer(c.r)
	if refused != nil {
		return 0, nil, "", refused
	}
	by = g.Person
	if !s.state.Approved {
		// UNVERIFIED: how the API itself refuses an app that an administrator has disabled; 4711 comes with status 400, too.
		return 0, nil, by, fail(http.StatusBadRequest, appDisabled, "The app has been disabled by the account administrator.")
	}
	if c.person = s.world.Seed.Person(g.Person); g.Person == "" || c.person == nil {
		return 0, nil, by, fail(http.StatusBadRequest, 4711, "Invalid access token, does not contain scopes:[%s]", scope)
	}
	if refused := s.limited(c, kind); refused != nil {
		return 0, nil, by, refused
	}
	if !granted(g, scope) {
		return 0, nil, by, fail(http.StatusBadRequest, 4711, "Invalid access token, does not contain scopes:[%s]", scope)
	}
	// A user-level token must say "me"; any other id, even its own, is unknown (zoom/skills, common-errors).
	if id := c.r.PathValue("userId"); id != "" && id != "me" {
		number := 1001
		if strings.HasSuffix(c.r.URL.Path, "/upcoming_meetings") {
			number = 3001 // that operation's own (OpenAPI)
		}
		return 0, nil, by, fail(http.StatusNotFound, number, "User does not exist: %s.", id)
	}
	status, body, refused = next(c)
	return status, body, by, refused
}

func granted(g *grant, scope string) bool {
	for _, have := range g.Scopes {
		if have == scope {
			return true
		}
	}
	return false
}

// bearer finds the grant of the access token.
func (s *Sim) bearer(r *http.Request) (*grant, *apiError) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	ref, found := s.state.Tokens[token]
	switch {
	case !strings.EqualFold(scheme, "Bearer") || !found || ref.Kind != "access":
		return nil, fail(http.StatusUnauthorized, 124, "Invalid access token.")
	case ref.Dead || s.state.Grants[ref.Grant].Ended != "":
		return nil, fail(http.StatusUnauthorized, 124, "Invalid access token.")
	case s.world.Clock.Now().After(ref.Expires):
		return nil, fail(http.StatusUnauthorized, 124, "Access token is expired.")
	}
	return s.state.Grants[ref.Grant], nil
}

// window counts the calls of one account and label in one second.
type window struct {
	second int64
	calls  int
}

// limited enforces the limits per second and account (developers.zoom.us/docs/api/rate-limits).
func (s *Sim) limited(c *call, kind label) *apiError {
	tenant := s.world.Seed.Tenant(c.person.Tenant)
	allowed := map[string]map[label]int{
		"free": {light: 4, medium: 2}, "pro": {light: 30, medium: 20}, "business": {light: 80, medium: 60},
	}[tenant.ZoomPlan][kind]
	key, second := tenant.Handle+"|"+string(kind), s.world.Clock.Now().Unix()
	count := s.limits[key]
	if count == nil || count.second != second {
		count = &window{second: second}
		s.limits[key] = count
	}
	count.calls++
	over := count.calls > allowed && !s.knobs.Unlimited
	if s.knobs.RateHeaders {
		s.rateHeaders(c.w.Header(), kind, "QPS", allowed, max(allowed-count.calls, 0))
	}
	if over {
		return fail(http.StatusTooManyRequests, http.StatusTooManyRequests, "You have reached the maximum per-second rate limit for this API. Try again later.")
	}
	return s.limitedToday(c, kind)
}

// limitedToday enforces a limit per day and account, where the knob sets one. Zoom has it for light and medium operations of free accounts.
func (s *Sim) limitedToday(c *call, kind label) *apiError {
	if s.knobs.CallsADay == 0 {
		return nil
	}
	key := "account " + c.person.Tenant + "|" + string(kind) + "|" + s.world.Clock.Now().Format(time.DateOnly)
	if s.state.Daily[key] >= s.knobs.CallsADay {
		s.dailyHeaders(c.w.Header(), kind, s.knobs.CallsADay)
		return fail(http.StatusTooManyRequests, http.StatusTooManyRequests,
			"You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.")
	}
	s.state.Daily[key]++
	return nil
}

// dailyHeaders say when a limit of the day is over: a date-time, not seconds (ZoomNet).
func (s *Sim) dailyHeaders(h http.Header, kind label, allowed int) {
	if !s.knobs.RateHeaders {
		return
	}
	s.rateHeaders(h, kind, "Daily-limit", allowed, 0)
	h.Set("Retry-After", s.world.Clock.Now().Truncate(24*time.Hour).Add(24*time.Hour).Format(time.RFC3339))
}

func (s *Sim) rateHeaders(h http.Header, kind label, limit string, allowed, left int) {
	h.Set("X-RateLimit-Category", string(kind))
	h.Set("X-RateLimit-Type", limit)
	h.Set("X-RateLimit-Limit", strconv.Itoa(allowed))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
}

// meetingsADay is how many meetings a host may create or change between 00:00 and 00:00 UTC.
const meetingsADay = 100

// spend takes one of the host's creates and updates of the day.
func (s *Sim) spend(c *call, host *world.Person) *apiError {
	today := s.world.Clock.Now().Truncate(24 * time.Hour)
	key := host.Handle + "|" + today.Format(time.DateOnly)
	if s.state.Daily[key] >= meetingsADay {
		refused := fail(http.StatusTooManyRequests, http.StatusTooManyRequests,
			"You have exceeded the daily rate limit (%d) of Meeting Create/Update API requests permitted for this particular user.", meetingsADay)
		s.dailyHeaders(c.w.Header(), light, meetingsADay)
		return refused
	}
	s.state.Daily[key]++
	return nil
}
