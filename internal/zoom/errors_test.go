package zoom_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

// sentinels are all that an error may be.
var sentinels = map[string]error{
	"not found": zoom.ErrNotFound, "unauthorized": zoom.ErrUnauthorized, "scope": zoom.ErrScope, "dead": zoom.ErrGrantDead,
	"credentials": zoom.ErrCredentials, "disabled": zoom.ErrAppDisabled, "hosting": zoom.ErrHosting, "host limit": zoom.ErrHostLimit,
	"limited": zoom.ErrRateLimited, "undeletable": zoom.ErrUndeletable,
}

// checkIs wants an error to be these sentinels and no others.
func checkIs(t *testing.T, name string, err error, want ...string) {
	t.Helper()
	var got []string
	for sentinel, target := range sentinels {
		if errors.Is(err, target) {
			got = append(got, sentinel)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v is %v, want %v", name, err, got, want)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		status  int
		body    string
		headers []string
		is      []string
		retryAt time.Time
		daily   bool
		tries   int
		outcome upstream.Sent
	}{
		{name: "unknown meeting", status: 404, body: `{"code":3001,"message":"Meeting does not exist: 1."}`, is: []string{"not found"}},
		{name: "unknown meeting, another status", status: 400, body: `{"code":3001,"message":"Meeting does not exist."}`, is: []string{"not found"}},
		{name: "unknown user", status: 404, body: `{"code":1001,"message":"User does not exist: me."}`, is: []string{"not found"}},
		{name: "token", status: 401, body: `{"code":124,"message":"Invalid access token."}`, is: []string{"unauthorized"}},
		{name: "token, another status", status: 400, body: `{"code":124,"message":"Access token is expired."}`, is: []string{"unauthorized"}},
		{name: "scope", status: 400, body: `{"code":4711,"message":"Invalid access token, does not contain scopes:[user:read:user]"}`, is: []string{"scope"}},
		{name: "hosting", status: 400, body: `{"code":3161,"message":"Your user account is not allowed meeting hosting and scheduling capabilities."}`, is: []string{"hosting"}},
		{name: "app off", status: 401, body: `{"code":4738,"message":"Disabled by admin"}`, is: []string{"disabled"}},
		{name: "personal meeting", status: 400, body: `{"code":3018,"message":"Not allowed to delete PMI."}`, is: []string{"undeletable"}},
		{name: "fields", status: 400, body: `{"code":300,"message":"Validation Failed.","errors":[{"field":"password","message":"Too weak."}]}`},
		{
			name: "limit of the second", status: 429, headers: []string{"X-RateLimit-Type: QPS"}, is: []string{"limited"},
			body: `{"code":429,"message":"You have reached the maximum per-second rate limit for this API. Try again later."}`,
		},
		{
			name: "limit of the second, with seconds", status: 429, headers: []string{"Retry-After: 1"}, is: []string{"limited"},
			body: `{"code":429,"message":"Too many concurrent requests."}`, retryAt: noon.Add(time.Second),
		},
		{
			name: "limit of the account's day", status: 429, headers: []string{"X-RateLimit-Type: Daily-limit", "Retry-After: 2026-11-24T00:00:00Z"},
			body: `{"code":429,"message":"You have reached the maximum daily rate limit for this API. Refer to the response header for details."}`,
			is:   []string{"limited"}, retryAt: midnight, daily: true,
		},
		{
			name: "limit of the host's day, without a date", status: 429, is: []string{"limited", "host limit"}, retryAt: midnight, daily: true,
			body: `{"code":429,"message":"You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user."}`,
		},
		{
			name: "limit of the host's day, with a strange date", status: 429, is: []string{"limited", "host limit"}, headers: []string{"Retry-After: 1"}, retryAt: midnight, daily: true,
			body: `{"code":429,"message":"You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user."}`,
		},
		{name: "an error in the clothes of a success", status: 200, body: `{"code":200,"message":"No permission."}`},
		{name: "an unknown meeting in the clothes of a success", status: 200, body: `{"code":3001,"message":"Meeting does not exist."}`, is: []string{"not found"}},
		{name: "a limit in the clothes of a success", status: 200, body: `{"code":429,"message":"daily"}`, is: []string{"limited", "host limit"}, retryAt: midnight, daily: true},
		{name: "server error", status: 500, body: `{"code":500,"message":"Oops"}`, outcome: upstream.Ambiguous},
		{name: "gateway", status: 502, body: `<html>Bad gateway</html>`, outcome: upstream.Ambiguous},
		{name: "overload", status: 503, headers: []string{"Retry-After: Mon, 23 Nov 2026 12:00:30 GMT"}, retryAt: noon.Add(30 * time.Second)},
		{name: "no words", status: 403},
		{name: "strange words", status: 400, body: `{"code":"3161","message":{"a":1},"errors":"none"}`, is: []string{"hosting"}},
		{name: "an array", status: 400, body: `[1]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			f.answer("POST /base/v2/users/me/meetings", c.status, c.body, c.headers...)
			_, err := f.client().CreateMeeting(t.Context(), zoom.NewMeeting{Topic: "x"})
			var e *zoom.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want Zoom's refusal", err)
			}
			checkIs(t, c.name, err, c.is...)
			if daily := strings.Contains(e.Error(), "it goes on at 2026-11-24T00:00:00Z"); daily != c.daily {
				t.Errorf("the moment when it goes on: %v in %q", daily, e)
			}
			if limit := e.Limit(); (limit != zoom.LimitNone) != slices.Contains(c.is, "limited") ||
				(limit == zoom.LimitHostOfDay) != slices.Contains(c.is, "host limit") || (limit == zoom.LimitDay || limit == zoom.LimitHostOfDay) != c.daily {
				t.Errorf("limit %q", limit)
			}
			if e.Status != c.status || !e.RetryAt.Equal(c.retryAt) || e.Daily != c.daily || e.Route != "POST /users/{userId}/meetings" {
				t.Errorf("got %+v", e)
			}
			want := c.outcome
			if want == 0 {
				want = upstream.Answered
			}
			if got := upstream.Outcome(err); got != want {
				t.Errorf("outcome %v, want %v", got, want)
			}
			if n := len(f.requests()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if c.name == "fields" && (len(e.Fields) != 1 || e.Fields[0].Field != "password" || !strings.Contains(e.Error(), "password") || strings.Contains(e.Error(), "Too weak.")) {
				t.Errorf("fields %+v in %v", e.Fields, e)
			}
		})
	}
}

func TestUnusableSuccessOfAWriteIsAmbiguous(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "null", "<html>", `{"id":null}`, `{"id":"x"}`, `{"topic":"T"}`, `{"id":1`} {
		f := setup(t)
		f.answer("POST /base/v2/users/me/meetings", http.StatusCreated, body)
		_, err := f.client().CreateMeeting(t.Context(), zoom.NewMeeting{Topic: "x"})
		var e *zoom.Error
		if err == nil || errors.As(err, &e) || upstream.Outcome(err) != upstream.Ambiguous {
			t.Errorf("%q: error %v, want an ambiguous one", body, err)
		}
	}
	for _, status := range []int{200, 204} {
		f := setup(t)
		body := ""
		if status == 200 {
			body = `{"code":3001,"message":"Meeting does not exist."}`
		}
		f.answer("DELETE /base/v2/meetings/1", status, body)
		if err := f.client().DeleteMeeting(t.Context(), 1); (err == nil) != (status == 204) || (status == 200 && !errors.Is(err, zoom.ErrNotFound)) {
			t.Errorf("DELETE answered with %d: %v", status, err)
		}
	}
}

func TestReadsAreTriedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		status  int
		headers []string
		want    int
	}{
		{"limit of the second", 429, []string{"X-RateLimit-Type: QPS"}, 4},
		{"limit of the second, bare", 429, nil, 4},
		{"limit of the day", 429, []string{"X-RateLimit-Type: Daily-limit"}, 1},
		{"far date", 429, []string{"Retry-After: 2026-11-24T00:00:00Z"}, 1},
		{"near date", 429, []string{"Retry-After: 2026-11-23T12:00:02Z"}, 4},
		{"server error", 500, nil, 4},
		{"refused", 400, nil, 1},
	} {
		f := setup(t)
		f.answer("GET /base/v2/users/me", c.status, `{}`, c.headers...)
		if _, err := f.client().Me(t.Context()); err == nil {
			t.Errorf("%s: no error", c.name)
		}
		if n := len(f.requests()); n != c.want {
			t.Errorf("%s: %d tries, want %d", c.name, n, c.want)
		}
	}
}

func TestT55_ZoomCannotSendATokenElsewhere(t *testing.T) {
	t.Parallel()
	var stolen atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	t.Cleanup(evil.Close)
	f := setup(t)
	f.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, evil.URL, http.StatusFound) })
	_, meErr := f.client().Me(t.Context())
	_, createErr := f.client().CreateMeeting(t.Context(), zoom.NewMeeting{Topic: "x"})
	_, refreshErr := f.app.Refresh(t.Context(), "hush")
	for name, err := range map[string]error{"read": meErr, "write": createErr, "refresh": refreshErr} {
		var e *zoom.Error
		if !errors.As(err, &e) || e.Status != http.StatusFound {
			t.Errorf("%s: error %v, want the 302 refused", name, err)
		}
		checkIs(t, name, err)
	}
	if stolen.Load() != 0 || len(f.requests()) != 3 {
		t.Errorf("%d requests followed, %d came", stolen.Load(), len(f.requests()))
	}
}

func TestT99_ATokenThatDiesMidFlight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		good  string   // the token that Zoom takes
		hands []string // what the source hands out
		want  []string // the tokens that Zoom saw
		err   error
	}{
		{"dies once", "new", []string{"old", "new"}, []string{"old", "new"}, nil},
		{"dies twice", "never", []string{"old", "new", "newer"}, []string{"old", "new"}, zoom.ErrUnauthorized},
		{"nothing newer", "never", []string{"old", "old"}, []string{"old"}, zoom.ErrUnauthorized},
		{"good at once", "old", []string{"old"}, []string{"old"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			f.mux.HandleFunc("POST /base/v2/users/me/meetings", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer "+c.good {
					w.WriteHeader(http.StatusUnauthorized)
					_, _ = w.Write([]byte(`{"code":124,"message":"Invalid access token."}`))
					return
				}
				w.WriteHeader(http.StatusCreated)
				_, _ = w.Write([]byte(made))
			})
			var rejected []string
			client := f.app.Client(func(_ context.Context, r string) (string, error) {
				rejected = append(rejected, r)
				return c.hands[len(rejected)-1], nil
			})
			m, err := client.CreateMeeting(t.Context(), zoom.NewMeeting{Topic: "x"})
			if !errors.Is(err, c.err) || (err == nil && m.ID != 85746065123) {
				t.Errorf("%v, %v", m, err)
			}
			var saw []string
			for _, r := range f.requests() {
				saw = append(saw, strings.TrimPrefix(r.authorization, "Bearer "))
				if r.body != f.requests()[0].body {
					t.Errorf("the second request has another body: %s", r.body)
				}
			}
			if !slices.Equal(saw, c.want) {
				t.Errorf("Zoom saw %v, want %v", saw, c.want)
			}
			if rejected[0] != "" || (len(rejected) > 1 && rejected[1] != "old") || len(rejected) > 2 {
				t.Errorf("the source was told %q", rejected)
			}
		})
	}
}

func TestWithoutATokenNothingIsAsked(t *testing.T) {
	t.Parallel()
	gone := errors.New("not linked")
	f := setup(t)
	if _, err := f.app.Client(func(context.Context, string) (string, error) { return "", gone }).Me(t.Context()); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
	f.answer("GET /base/v2/users/me", http.StatusUnauthorized, `{"code":124,"message":"x"}`)
	calls := 0
	if _, err := f.app.Client(func(context.Context, string) (string, error) {
		calls++
		if calls == 2 {
			return "", gone
		}
		return "t", nil
	}).Me(t.Context()); !errors.Is(err, gone) || len(f.requests()) != 1 {
		t.Errorf("error %v after %d requests", err, len(f.requests()))
	}
}

func TestErrorsAreShortAndClean(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/meetings/7", http.StatusBadRequest, `{"code":300,"message":"`+strings.Repeat("é", 5000)+`"}`)
	_, err := f.client().Meeting(t.Context(), 7)
	if err == nil || len(err.Error()) > 400 || strings.Contains(err.Error(), "�") || strings.Contains(err.Error(), "token") {
		t.Errorf("error of %d bytes: %.80s", len(err.Error()), err)
	}
	if !strings.Contains(err.Error(), "GET /meetings/{meetingId}: status 400, code 300") {
		t.Errorf("error %.120v does not say where", err)
	}
}
