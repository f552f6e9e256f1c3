package zoom_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

func ptr[T any](v T) *T { return &v }

const made = `{"id": 85746065123, "uuid": "aDYlohsHRtCd4ii1uC2+hA==", "host_id": "30R7kT7bTIKSNUFEuH_Qlg", "topic": "Launch", "type": 2,
	"status": "waiting", "start_time": "2026-11-24T09:30:00Z", "duration": 45, "timezone": "Europe/Paris", "created_at": "2026-11-23T12:00:00Z",
	"agenda": "Causeway 1", "join_url": "https://us02web.zoom.us/j/85746065123?pwd=abc.1", "start_url": "https://us02web.zoom.us/s/85746065123?zak=hush",
	"password": "hush7", "settings": {"waiting_room": true, "join_before_host": false, "unknown": [1]}, "tomorrow": {"new": true}}`

func TestCreateMeeting(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("POST /base/v2/users/me/meetings", http.StatusCreated, made)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.client().CreateMeeting(t.Context(), zoom.NewMeeting{
		Topic: "Launch", Start: time.Date(2026, 11, 24, 10, 30, 0, 123, paris), Zone: "Europe/Paris", Duration: 45 * time.Minute,
		Agenda: "Causeway 1", Passcode: "hush7", Settings: zoom.MeetingSettings{WaitingRoom: ptr(true), JoinBeforeHost: ptr(false)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := zoom.Meeting{
		ID: 85746065123, UUID: "aDYlohsHRtCd4ii1uC2+hA==", Host: "30R7kT7bTIKSNUFEuH_Qlg", Topic: "Launch", Agenda: "Causeway 1",
		Type: zoom.ScheduledMeeting, Status: "waiting", Start: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), Duration: 45 * time.Minute,
		Zone: "Europe/Paris", Created: noon, JoinURL: "https://us02web.zoom.us/j/85746065123?pwd=abc.1",
		StartURL: "https://us02web.zoom.us/s/85746065123?zak=hush", Passcode: "hush7",
		Settings: zoom.MeetingSettings{WaitingRoom: ptr(true), JoinBeforeHost: ptr(false)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r := f.only(t)
	if r.authorization != "Bearer token" || r.contentType != "application/json" {
		t.Errorf("headers %q, %q", r.authorization, r.contentType)
	}
	wantBody := `{"topic":"Launch","type":2,"start_time":"2026-11-24T09:30:00Z","timezone":"Europe/Paris","duration":45,` +
		`"agenda":"Causeway 1","password":"hush7","settings":{"waiting_room":true,"join_before_host":false}}`
	if r.body != wantBody {
		t.Errorf("body\n%s, want\n%s", r.body, wantBody)
	}
	checkBody(t, http.MethodPost, "/users/{userId}/meetings", r.body)
}

func TestCreateMeetingSaysNoMoreThanItWasTold(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("POST /base/v2/users/me/meetings", http.StatusCreated, made)
	if _, err := f.client().CreateMeeting(t.Context(), zoom.NewMeeting{Topic: "Now", Type: zoom.InstantMeeting}); err != nil {
		t.Fatal(err)
	}
	r := f.only(t)
	if want := `{"topic":"Now","type":1,"settings":{}}`; r.body != want {
		t.Errorf("body %s, want %s", r.body, want)
	}
	checkBody(t, http.MethodPost, "/users/{userId}/meetings", r.body)
}

func TestMeeting(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/meetings/85746065123", http.StatusOK, made)
	got, err := f.client().Meeting(t.Context(), 85746065123)
	if err != nil || got.StartURL != "https://us02web.zoom.us/s/85746065123?zak=hush" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestMeetingsPrintWithoutSecrets(t *testing.T) {
	t.Parallel()
	var m zoom.Meeting
	if err := json.Unmarshal([]byte(made), &m); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(struct{ M zoom.Meeting }{m})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(m), fmt.Sprintf("%+v", m), fmt.Sprintf("%#v", m), fmt.Sprintf("%v", []zoom.Meeting{m}), m.LogValue().String(), string(encoded)} {
		if strings.Contains(text, "hush") || strings.Contains(text, "pwd") || !strings.Contains(text, "85746065123") {
			t.Errorf("printed %q", text)
		}
	}
}

func TestMeetingsList(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/users/me/meetings", http.StatusOK, `{"next_page_token":"next","total_records":2,"page_size":300,"meetings":[`+made+`,{"id":"912345678","topic":"T","type":3}]}`)
	page, err := f.client().Meetings(t.Context(), zoom.ListMeetings{
		Type: zoom.ListScheduled, PageSize: 500, PageToken: "a b&c", From: noon, To: noon.AddDate(0, 1, 0),
	})
	if err != nil || len(page.Meetings) != 2 || page.NextPageToken != "next" || page.Total != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	if second := page.Meetings[1]; second.ID != 912345678 || !second.Start.IsZero() || second.Duration != 0 {
		t.Errorf("a meeting without time: %#v", second)
	}
	if want := "/base/v2/users/me/meetings?from=2026-11-23&next_page_token=a+b%26c&page_size=300&to=2026-12-23&type=scheduled"; f.only(t).uri != want {
		t.Errorf("asked %s, want %s", f.only(t).uri, want)
	}
	plain := setup(t)
	plain.answer("GET /base/v2/users/me/meetings", http.StatusOK, `{"meetings":[]}`)
	if page, err := plain.client().Meetings(t.Context(), zoom.ListMeetings{}); err != nil || len(page.Meetings) != 0 || plain.only(t).uri != "/base/v2/users/me/meetings" {
		t.Errorf("%+v, %v, asked %s", page, err, plain.only(t).uri)
	}
}

func TestUpdateMeeting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change zoom.MeetingChange
		body   string
	}{
		{zoom.MeetingChange{Topic: ptr("New"), Agenda: ptr("")}, `{"topic":"New","agenda":""}`},
		{zoom.MeetingChange{Start: noon, Zone: "Asia/Tokyo", Duration: time.Hour}, `{"start_time":"2026-11-23T12:00:00Z","timezone":"Asia/Tokyo","duration":60}`},
		{zoom.MeetingChange{Passcode: ptr("abc"), Settings: &zoom.MeetingSettings{HostVideo: ptr(true), ParticipantVideo: ptr(false), MuteUponEntry: ptr(true)}}, `{"password":"abc","settings":{"host_video":true,"participant_video":false,"mute_upon_entry":true}}`},
	} {
		f := setup(t)
		f.answer("PATCH /base/v2/meetings/912345678", http.StatusNoContent, "")
		if err := f.client().UpdateMeeting(t.Context(), 912345678, c.change); err != nil {
			t.Fatal(err)
		}
		if got := f.only(t).body; got != c.body {
			t.Errorf("body %s, want %s", got, c.body)
		}
		checkBody(t, http.MethodPatch, "/meetings/{meetingId}", c.body)
	}
}

func TestDeleteMeetingSendsNoMail(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("DELETE /base/v2/meetings/912345678", http.StatusNoContent, "")
	if err := f.client().DeleteMeeting(t.Context(), 912345678); err != nil {
		t.Fatal(err)
	}
	if want := "/base/v2/meetings/912345678?cancel_meeting_reminder=false&schedule_for_reminder=false"; f.only(t).uri != want || f.only(t).body != "" {
		t.Errorf("asked %+v, want %s", f.only(t), want)
	}
}

func TestT68_MeetingUUIDs(t *testing.T) {
	t.Parallel()
	for uuid, want := range map[zoom.MeetingUUID]string{
		"aDYlohsHRtCd4ii1uC2+hA==": "/base/v2/past_meetings/aDYlohsHRtCd4ii1uC2+hA==",
		"ab/cd==":                  "/base/v2/past_meetings/ab%2Fcd==",
		"/abc==":                   "/base/v2/past_meetings/%252Fabc==",
		"a//b":                     "/base/v2/past_meetings/a%252F%252Fb",
	} {
		f := setup(t)
		f.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.RequestURI, "/base/v2/past_meetings/") {
				t.Errorf("%s reached %s", uuid, r.RequestURI)
			}
			fmt.Fprintf(w, `{"id": 5638296721, "uuid": %q, "topic": "T", "start_time": "2021-07-13T21:44:51Z", "participants_count": 2}`, uuid)
		})
		got, err := f.client().PastMeeting(t.Context(), uuid)
		if err != nil || got.UUID != uuid || got.Participants != 2 {
			t.Errorf("%s: %+v, %v", uuid, got, err)
		}
		if uri := f.only(t).uri; uri != want {
			t.Errorf("%s: asked %s, want %s", uuid, uri, want)
		}
	}
	for _, uuid := range []zoom.MeetingUUID{
		"../users", "..", ".", "", "a/../b", "..%2Fusers", "%2e%2e", "a?b", "a#b", "a b", "a\nb", "a\\b", "a;b", "a===", "=a", "é", zoom.MeetingUUID(strings.Repeat("a", 65)),
	} {
		f := setup(t)
		if _, err := f.client().PastMeeting(t.Context(), uuid); !errors.Is(err, zoom.ErrNotFound) {
			t.Errorf("%q: error %v, want not found", uuid, err)
		}
		if n := len(f.requests()); n != 0 {
			t.Errorf("%q: %d requests, want none", uuid, n)
		}
	}
}

func TestMeetingIDs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]zoom.MeetingID{
		`1234567890`: 1234567890, `"1234567890"`: 1234567890, `9223372036854775807`: 9223372036854775807, `""`: 0, `null`: 0,
	} {
		var id zoom.MeetingID
		if err := json.Unmarshal([]byte(text), &id); err != nil || id != want {
			t.Errorf("%s: %d, %v; want %d", text, id, err, want)
		}
	}
	for _, text := range []string{`"abc"`, `-1`, `1.5`, `true`, `{}`, `"12 34"`, `9223372036854775808`} {
		var id zoom.MeetingID
		if err := json.Unmarshal([]byte(text), &id); err == nil {
			t.Errorf("%s became %d", text, id)
		}
	}
	if b, err := json.Marshal(zoom.MeetingID(912345678)); string(b) != "912345678" || err != nil {
		t.Errorf("written as %s, %v", b, err)
	}
}

// TestVendorSamples reads the bodies that Zoom's documentation shows.
func TestVendorSamples(t *testing.T) {
	t.Parallel()
	sample := func(f *fake, route, name string) {
		f.answer(route, http.StatusOK, string(specs(t, "samples/endpoints/"+name+".json")))
	}
	f := setup(t)
	sample(f, "GET /base/v2/users/me", "users-{userId}_GET")
	sample(f, "GET /base/v2/users/me/settings", "users-{userId}-settings_GET")
	sample(f, "GET /base/v2/users/me/meetings", "users-{userId}-meetings_GET")
	sample(f, "POST /base/v2/users/me/meetings", "users-{userId}-meetings_POST")
	sample(f, "GET /base/v2/meetings/97763643886", "meetings-{meetingId}_GET")
	sample(f, "GET /base/v2/past_meetings/x", "past_meetings-{meetingId}_GET")
	sample(f, "GET /base/v2/users/me/schedulers", "users-{userId}-schedulers_GET")
	sample(f, "GET /base/v2/users/me/upcoming_meetings", "users-{userId}-upcoming_meetings_GET")
	sample(f, "GET /base/v2/meetings/97763643886/invitation", "meetings-{meetingId}-invitation_GET")
	c, ctx := f.client(), t.Context()
	if u, err := c.Me(ctx); err != nil || u.ID != "zJKyaiAyTNC-MWjiWC18KQ" || u.Account != "q6gBJVO5TzexKYTb_I2rpg" || u.PMI != 3542471135 || u.Type != zoom.Basic {
		t.Errorf("user %+v, %v", u, err)
	}
	if s, err := c.Settings(ctx); err != nil || s.Schedule.Audio == "" || s.Capacity() == 0 {
		t.Errorf("settings %+v, %v", s, err)
	}
	if list, err := c.Schedulers(ctx); err != nil || len(list) != 1 || list[0].Email == "" {
		t.Errorf("schedulers %+v, %v", list, err)
	}
	if list, err := c.Upcoming(ctx); err != nil || len(list) != 1 || list[0].ID == 0 || list[0].Passcode == "" || !list[0].Hosts {
		t.Errorf("upcoming %+v, %v", list, err)
	}
	if text, err := c.Invitation(ctx, 97763643886); err != nil || text == "" {
		t.Errorf("invitation %q, %v", text, err)
	}
	if p, err := c.Meetings(ctx, zoom.ListMeetings{}); err != nil || len(p.Meetings) != 1 || p.Meetings[0].Start != time.Date(2022, 3, 23, 6, 0, 0, 0, time.UTC) {
		t.Errorf("list %+v, %v", p, err)
	}
	if m, err := c.CreateMeeting(ctx, zoom.NewMeeting{Topic: "x"}); err != nil || m.ID != 92674392836 || m.Passcode != "123456" {
		t.Errorf("created %v, %v", m, err)
	}
	if m, err := c.Meeting(ctx, 97763643886); err != nil || m.StartURL != "https://example.com/s/11111" || m.Settings.WaitingRoom == nil || *m.Settings.WaitingRoom {
		t.Errorf("meeting %v, %v", m, err)
	}
	if p, err := c.PastMeeting(ctx, "x"); err != nil || p.ID != 5638296721 || p.End.IsZero() {
		t.Errorf("past meeting %+v, %v", p, err)
	}
}

func TestLostAnswersOfAWrite(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.mux.HandleFunc("POST /base/v2/users/me/meetings", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			conn.Close()
		}
	})
	if _, err := f.client().CreateMeeting(t.Context(), zoom.NewMeeting{Topic: "x"}); upstream.Outcome(err) != upstream.Ambiguous {
		t.Errorf("error %v, want ambiguous", err)
	}
	if n := len(f.requests()); n != 1 {
		t.Errorf("%d requests, want 1: the meeting may exist", n)
	}
}
