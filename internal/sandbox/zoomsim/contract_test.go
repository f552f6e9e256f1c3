package zoomsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"causeway/internal/sandbox/zoomsim"
)

// vendor is Zoom's OpenAPI, read in place.
func vendor(t *testing.T) routers.Router {
	t.Helper()
	dir := os.Getenv("SPECS_DIR")
	for up := "."; dir == "" && up != "../../../../../.."; up = filepath.Join(up, "..") {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			dir = filepath.Join(up, "..", "shared", "specs")
		}
	}
	file := filepath.Join(dir, "zoom", "zoom.openapi.json")
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("Zoom's OpenAPI is needed here: %v", err)
		}
		t.Skip("Zoom's OpenAPI is not at hand")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	for _, path := range doc.Paths.Map() {
		for _, operation := range path.Operations() {
			operation.Security = nil
		}
	}
	loosen(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// loosen mends what the vendor's schemas say wrongly.
func loosen(doc *openapi3.T) {
	// The settings' four shapes have no required field, so that every answer fits several: "one of" cannot be meant.
	settings := doc.Paths.Value("/users/{userId}/settings").Get.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value
	settings.AnyOf, settings.OneOf = settings.OneOf, nil
	// "To set the meeting to occur on multiple days of a week, provide comma separated values": the schema lists single days.
	meetings := doc.Paths.Value("/users/{userId}/meetings").Post
	meeting := doc.Paths.Value("/meetings/{meetingId}")
	for _, body := range []*openapi3.MediaType{
		meetings.RequestBody.Value.Content.Get("application/json"), meetings.Responses.Status(http.StatusCreated).Value.Content.Get("application/json"),
		meeting.Patch.RequestBody.Value.Content.Get("application/json"), meeting.Get.Responses.Status(http.StatusOK).Value.Content.Get("application/json"),
	} {
		body.Schema.Value.Properties["recurrence"].Value.Properties["weekly_days"].Value.Enum = nil
	}
}

// checked lists what went through the check, by operation and status.
type checked struct {
	mu   sync.Mutex
	seen map[string]int
}

// check stands before the emulator and holds both requests and answers against the vendor's OpenAPI.
func check(t *testing.T, router routers.Router, seen *checked, next http.Handler) http.Handler {
	t.Helper()
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, api := strings.CutPrefix(r.URL.Path, "/v2")
		if !api {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		asked := httptest.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, path+"?"+r.URL.RawQuery, bytes.NewReader(body))
		asked.Header = r.Header
		route, params, err := router.FindRoute(asked)
		if err != nil {
			t.Errorf("%s %s is no route of the vendor: %v", r.Method, path, err)
			return
		}
		input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route, Options: options}
		if recorder.Code < http.StatusMultipleChoices {
			if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
				t.Errorf("%s %s: the emulator accepts what the vendor's schema refuses: %v", r.Method, path, err)
			}
			err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
				RequestValidationInput: input, Status: recorder.Code, Header: recorder.Header(), Body: io.NopCloser(bytes.NewReader(recorder.Body.Bytes())), Options: options,
			})
			if err != nil {
				t.Errorf("%s %s %d: %v", r.Method, path, recorder.Code, err)
			}
		} else {
			checkError(t, route.Operation, r.Method+" "+path, recorder)
		}
		seen.mu.Lock()
		seen.seen[route.Operation.OperationID+" "+http.StatusText(recorder.Code)]++
		seen.mu.Unlock()
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	})
}

// checkError holds a refusal against the operation's documented status and codes. The schemas give errors no body; that it is
// {code, message} stands in developers.zoom.us/docs/api/errors, with 401/124, 400/300 "Validation Failed." and 400/4711, which go for
// every operation.
func checkError(t *testing.T, operation *openapi3.Operation, what string, a *httptest.ResponseRecorder) {
	t.Helper()
	var body struct {
		Code    *int    `json:"code"`
		Message *string `json:"message"`
		Errors  []struct {
			Field   string `json:"field"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	decoder := json.NewDecoder(a.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil || body.Code == nil || body.Message == nil || *body.Message == "" {
		t.Errorf("%s %d: the error body is %v, %v", what, a.Code, body, err)
		return
	}
	for _, f := range body.Errors {
		if f.Field == "" || f.Message == "" {
			t.Errorf("%s: an error without field or message", what)
		}
	}
	general := map[int]int{124: http.StatusUnauthorized, 4711: http.StatusBadRequest, 300: http.StatusBadRequest, 4738: http.StatusBadRequest}
	if general[*body.Code] == a.Code {
		return
	}
	documented := operation.Responses.Status(a.Code)
	if documented == nil {
		t.Errorf("%s: status %d is not documented", what, a.Code)
		return
	}
	text, _ := json.Marshal(*body.Code)
	if a.Code != http.StatusTooManyRequests && !strings.Contains(*documented.Value.Description, "`"+string(text)+"`") {
		t.Errorf("%s: %d/%d is not documented: %s", what, a.Code, *body.Code, *documented.Value.Description)
	}
}

// newCheckedZoom is a Zoom whose every request and answer is held against the vendor's OpenAPI.
func newCheckedZoom(t *testing.T) (*zoom, *checked) {
	t.Helper()
	router := vendor(t)
	z := newZoom(t, zoomsim.Knobs{Unlimited: true, RateHeaders: true})
	seen := &checked{seen: map[string]int{}}
	server := httptest.NewServer(check(t, router, seen, z.Sim))
	t.Cleanup(server.Close)
	z.url = server.URL
	return z, seen
}

func TestAnswersFitTheVendorsSchema(t *testing.T) {
	t.Parallel()
	z, seen := newCheckedZoom(t)
	for _, person := range []string{"ana", "ben", "chloe", "eli", "gus", "hana", "jo", "ana-harbour"} {
		h := z.link(person)
		for _, path := range []string{
			"/users/me", "/users/me/settings", "/users/me/settings?option=meeting_security", "/users/me/meetings", "/users/me/meetings?type=upcoming&page_size=1",
			"/users/me/upcoming_meetings", "/users/me/schedulers", "/users/me/assistants",
		} {
			if a := h.call(http.MethodGet, path, ""); a.status != http.StatusOK {
				t.Errorf("%s %s: %d %s", person, path, a.status, a.raw)
			}
		}
		for _, fields := range []map[string]any{
			{"type": 1},
			{"type": 2, "agenda": "x", "settings": map[string]any{"use_pmi": person != "gus", "meeting_invitees": []any{map[string]any{"email": "a@b.example"}}}},
			{"type": 3},
			{"type": 8, "recurrence": map[string]any{"type": 2, "repeat_interval": 1, "weekly_days": "2,5", "end_times": 4}},
			{"type": 8, "recurrence": map[string]any{"type": 3, "repeat_interval": 1, "monthly_week": -1, "monthly_week_day": 6, "end_date_time": "2031-01-01T00:00:00Z"}, "start_time": "2030-07-01T09:00:00Z"},
			{"type": 10},
			{"settings": map[string]any{"waiting_room": false, "join_before_host": true, "jbh_time": 5, "audio": "voip", "auto_recording": "local", "private_meeting": true, "alternative_hosts_email_notification": false}},
		} {
			made := h.create(fields)
			id := number(made)
			if a := h.call(http.MethodGet, "/meetings/"+id+"/invitation", ""); a.status != http.StatusOK {
				t.Errorf("%s", a.raw)
			}
			h.call(http.MethodGet, "/users/me/upcoming_meetings", "")
			for _, o := range occurrences(made) {
				for method, body := range map[string]string{http.MethodGet: "", http.MethodPatch: `{"duration":20,"agenda":"y","settings":{"host_video":true}}`} {
					if a := h.call(method, "/meetings/"+id+"?occurrence_id="+o["occurrence_id"].(string), body); a.status >= http.StatusBadRequest {
						t.Errorf("%s", a.raw)
					}
				}
				h.call(http.MethodDelete, "/meetings/"+id+"?occurrence_id="+o["occurrence_id"].(string), "")
				break
			}
			for _, query := range []string{"", "?show_previous_occurrences=true"} {
				if a := h.call(http.MethodGet, "/meetings/"+id+query, ""); a.status != http.StatusOK {
					t.Errorf("%s", a.raw)
				}
			}
			h.call(http.MethodPatch, "/meetings/"+id, `{"topic":"Other","duration":15}`)
			h.call(http.MethodDelete, "/meetings/"+id, "")
		}
		h.call(http.MethodGet, "/meetings/"+url10(z, person), "")
	}
	z.link("ana").create(map[string]any{"schedule_for": "ben.okafor@meridian.example", "settings": map[string]any{"alternative_hosts": "chloe.martin@meridian.example;gus.moreau@meridian.example"}})
	for _, name := range []string{
		"user OK", "userSettings OK", "meetings OK", "meetingCreate Created", "meeting OK", "meetingUpdate No Content", "meetingDelete No Content",
		"listUpcomingMeeting OK", "userSchedulers OK", "userAssistants OK", "meetingInvitation OK",
	} {
		if seen.seen[name] == 0 {
			t.Errorf("%s was not checked: %v", name, seen.seen)
		}
	}
}

// url10 is a person's personal meeting number.
func url10(z *zoom, person string) string {
	raw, _ := json.Marshal(z.world.Seed.Person(person).PMI)
	return string(raw)
}

func TestErrorsFitTheVendorsDocuments(t *testing.T) {
	t.Parallel()
	z, seen := newCheckedZoom(t)
	h := z.link("ana")
	id := number(h.create(nil))
	for _, c := range []struct{ method, path, body string }{
		{http.MethodGet, "/users/x", ""},
		{http.MethodGet, "/users/x/settings", ""},
		{http.MethodGet, "/users/x/meetings", ""},
		{http.MethodGet, "/users/x/upcoming_meetings", ""},
		{http.MethodGet, "/users/x/schedulers", ""},
		{http.MethodGet, "/users/x/assistants", ""},
		{http.MethodGet, "/meetings/123456789/invitation", ""},
		{http.MethodPost, "/users/me/meetings", `{"schedule_for":"chloe.martin@meridian.example"}`},
		{http.MethodPost, "/users/me/meetings", `{"schedule_for":"nobody@meridian.example"}`},
		{http.MethodPatch, "/meetings/" + id, `{"schedule_for":"chloe.martin@meridian.example"}`},
		{http.MethodPatch, "/meetings/" + id + "?occurrence_id=1", `{}`},
		{http.MethodPost, "/users/me/meetings", `{"type":8,"recurrence":{"type":2}}`},
		{http.MethodPost, "/users/me/meetings", `{"settings":{"alternative_hosts":"eli.novak@meridian.example"}}`},
		{http.MethodPost, "/users/x/meetings", "{}"},
		{http.MethodGet, "/users/me/meetings?page_size=999", ""},
		{http.MethodPost, "/users/me/meetings", `{"duration":0,"topic":5}`},
		{http.MethodPost, "/users/me/meetings", `{"duration":0}`},
		{http.MethodPost, "/users/me/meetings", "nonsense"},
		{http.MethodPost, "/users/me/meetings", `{"type":1,"schedule_for":"ben.okafor@meridian.example"}`},
		{http.MethodGet, "/meetings/123456789", ""},
		{http.MethodPatch, "/meetings/123456789", "{}"},
		{http.MethodDelete, "/meetings/123456789", ""},
		{http.MethodDelete, "/meetings/" + url10(z, "ana"), ""},
		{http.MethodDelete, "/meetings/" + id + "?occurrence_id=1", ""},
	} {
		if a := h.call(c.method, c.path, c.body); a.status < http.StatusBadRequest {
			t.Errorf("%s %s: %d", c.method, c.path, a.status)
		}
	}
	for range 120 {
		if a := h.call(http.MethodPatch, "/meetings/"+id, `{}`); a.status == http.StatusTooManyRequests {
			break
		}
	}
	z.Approve(false, "jo")
	h.call(http.MethodGet, "/users/me", "")
	z.Approve(true, "jo")
	z.advance(time.Hour + time.Minute)
	h.call(http.MethodGet, "/users/me", "")
	if seen.seen["meetingUpdate Too Many Requests"] == 0 || seen.seen["user Unauthorized"] == 0 || seen.seen["meetingDelete Bad Request"] != 2 {
		t.Errorf("checked %v", seen.seen)
	}
}
