package zoom_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/zoom"
)

func TestRecurrence(t *testing.T) {
	t.Parallel()
	until := time.Date(2027, 1, 31, 22, 59, 59, 0, time.UTC)
	for _, c := range []struct {
		name string
		is   zoom.Recurrence
		wire string
	}{
		{"daily", zoom.Recurrence{Type: zoom.Daily, Interval: 2, Times: 60}, `{"type":1,"repeat_interval":2,"end_times":60}`},
		{
			"weekly",
			zoom.Recurrence{Type: zoom.Weekly, Interval: 1, Weekdays: []time.Weekday{time.Sunday, time.Saturday}, Until: until},
			`{"type":2,"repeat_interval":1,"weekly_days":"1,7","end_date_time":"2027-01-31T22:59:59Z"}`,
		},
		{"monthly, a day", zoom.Recurrence{Type: zoom.Monthly, Interval: 1, MonthDay: 31, Times: 3}, `{"type":3,"repeat_interval":1,"monthly_day":31,"end_times":3}`},
		{
			"monthly, a week",
			zoom.Recurrence{Type: zoom.Monthly, Interval: 3, Week: -1, Weekday: time.Sunday, Times: 3},
			`{"type":3,"repeat_interval":3,"monthly_week":-1,"monthly_week_day":1,"end_times":3}`,
		},
	} {
		written, err := json.Marshal(c.is)
		if err != nil || string(written) != c.wire {
			t.Errorf("%s: written %s, %v; want %s", c.name, written, err, c.wire)
		}
		var read zoom.Recurrence
		if err := json.Unmarshal([]byte(c.wire), &read); err != nil || !cmp.Equal(read, c.is) {
			t.Errorf("%s: %v, %s", c.name, err, cmp.Diff(c.is, read))
		}
	}
	// What belongs to another type is not written: Zoom would take it, or refuse it.
	loose := zoom.Recurrence{Type: zoom.Daily, Weekdays: []time.Weekday{time.Monday}, MonthDay: 3, Week: 2, Weekday: time.Monday, Times: 2}
	if written, _ := json.Marshal(loose); string(written) != `{"type":1,"repeat_interval":1,"end_times":2}` {
		t.Errorf("written %s", written)
	}
	// And what Zoom writes beside the point is not read.
	var read zoom.Recurrence
	err := json.Unmarshal([]byte(`{"type":3,"repeat_interval":"1","weekly_days":"x,9","monthly_day":1,"monthly_week":2,"monthly_week_day":3,"end_times":0,"new":[]}`), &read)
	if want := (zoom.Recurrence{Type: zoom.Monthly, Interval: 1, Week: 2, Weekday: time.Tuesday}); err != nil || !cmp.Equal(read, want) {
		t.Errorf("read %+v, %v", read, err)
	}
	for kind, want := range map[zoom.RecurrenceType]int{zoom.Daily: 99, zoom.Weekly: 50, zoom.Monthly: 10, 0: 0} {
		if got := kind.MaxInterval(); got != want {
			t.Errorf("type %d repeats at most every %d, want %d", kind, got, want)
		}
	}
}

const series = `{"id":85746065123,"type":8,"topic":"Weekly","host_id":"h","host_email":"ben@example.com","assistant_id":"a","pmi":"3542471135",
	"start_time":"2026-11-24T09:30:00Z","duration":30,"timezone":"Europe/Paris","recurrence":{"type":2,"repeat_interval":1,"weekly_days":"3,5","end_times":3},
	"occurrences":[{"occurrence_id":"1795512600000","start_time":"2026-11-24T09:30:00Z","duration":30,"status":"available"},
		{"occurrence_id":"1795685400000","start_time":"2026-11-26T11:00:00Z","duration":45,"status":"deleted"}],
	"settings":{"audio":"voip","auto_recording":"cloud","alternative_hosts":"a@example.com;b@example.com","alternative_hosts_email_notification":false,"jbh_time":10,"private_meeting":true}}`

func TestASeriesIsMadeAndRead(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("POST /base/v2/users/me/meetings", http.StatusCreated, series)
	repeats := &zoom.Recurrence{Type: zoom.Weekly, Interval: 1, Weekdays: []time.Weekday{time.Tuesday}, Times: 3}
	settings := zoom.MeetingSettings{
		Audio: zoom.AudioComputer, AutoRecording: zoom.RecordCloud, AlternativeHosts: ptr("a@example.com;b@example.com"), TellAlternativeHosts: ptr(false),
		JoinMinutes: ptr(10), Private: ptr(true),
	}
	got, err := f.client().CreateMeeting(t.Context(), zoom.NewMeeting{
		Topic: "Weekly", Start: noon, Zone: "Europe/Paris", Duration: 30 * time.Minute, Recurrence: repeats, ScheduleFor: "ben@example.com", Settings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := zoom.Meeting{
		ID: 85746065123, Host: "h", HostEmail: "ben@example.com", Assistant: "a", Topic: "Weekly", Type: zoom.RecurringMeeting, PMI: 3542471135,
		Start: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), Duration: 30 * time.Minute, Zone: "Europe/Paris",
		Recurrence: &zoom.Recurrence{Type: zoom.Weekly, Interval: 1, Weekdays: []time.Weekday{time.Tuesday, time.Thursday}, Times: 3},
		Occurrences: []zoom.Occurrence{
			{ID: "1795512600000", Start: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), Duration: 30 * time.Minute, Status: zoom.OccurrenceAvailable},
			{ID: "1795685400000", Start: time.Date(2026, 11, 26, 11, 0, 0, 0, time.UTC), Duration: 45 * time.Minute, Status: zoom.OccurrenceDeleted},
		},
		Settings: settings,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantBody := `{"topic":"Weekly","type":8,"start_time":"2026-11-23T12:00:00Z","timezone":"Europe/Paris","duration":30,"schedule_for":"ben@example.com",` +
		`"recurrence":{"type":2,"repeat_interval":1,"weekly_days":"3","end_times":3},"settings":{"jbh_time":10,"private_meeting":true,"audio":"voip",` +
		`"auto_recording":"cloud","alternative_hosts":"a@example.com;b@example.com","alternative_hosts_email_notification":false}}`
	if body := f.only(t).body; body != wantBody {
		t.Errorf("body\n%s, want\n%s", body, wantBody)
	}
	checkBody(t, http.MethodPost, "/users/{userId}/meetings", f.only(t).body)
}

func TestASeriesIsChanged(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("PATCH /base/v2/meetings/912345678", http.StatusNoContent, "")
	err := f.client().UpdateMeeting(t.Context(), 912345678, zoom.MeetingChange{
		Recurrence: &zoom.Recurrence{Type: zoom.Daily, Times: 2}, ScheduleFor: "ben@example.com", Settings: &zoom.MeetingSettings{AlternativeHosts: ptr("")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"schedule_for":"ben@example.com","recurrence":{"type":1,"repeat_interval":1,"end_times":2},"settings":{"alternative_hosts":""}}`
	if f.only(t).body != want {
		t.Errorf("body %s, want %s", f.only(t).body, want)
	}
	checkBody(t, http.MethodPatch, "/meetings/{meetingId}", want)
}

func TestOneOccurrence(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("PATCH /base/v2/meetings/912345678", http.StatusNoContent, "")
	f.answer("DELETE /base/v2/meetings/912345678", http.StatusNoContent, "")
	c := f.client()
	if err := c.UpdateOccurrence(t.Context(), 912345678, "17 9&x", noon, 45*time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteOccurrence(t.Context(), 912345678, "179"); err != nil {
		t.Fatal(err)
	}
	// Without a name Zoom would take the whole series.
	for name, err := range map[string]error{
		"update": c.UpdateOccurrence(t.Context(), 912345678, "", noon, 0), "delete": c.DeleteOccurrence(t.Context(), 912345678, ""),
	} {
		if !errors.Is(err, zoom.ErrNotFound) {
			t.Errorf("%s without a name: %v", name, err)
		}
	}
	all := f.requests()
	if len(all) != 2 {
		t.Fatalf("%d requests: %+v", len(all), all)
	}
	if all[0].uri != "/base/v2/meetings/912345678?occurrence_id=17+9%26x" || all[0].body != `{"start_time":"2026-11-23T12:00:00Z","duration":45}` {
		t.Errorf("asked %+v", all[0])
	}
	checkBody(t, http.MethodPatch, "/meetings/{meetingId}", all[0].body)
	if all[1].uri != "/base/v2/meetings/912345678?cancel_meeting_reminder=false&occurrence_id=179&schedule_for_reminder=false" || all[1].body != "" {
		t.Errorf("asked %+v", all[1])
	}
}

func TestPastOccurrences(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/meetings/85746065123", http.StatusOK, series)
	if m, err := f.client().MeetingWith(t.Context(), 85746065123, true); err != nil || len(m.Occurrences) != 2 {
		t.Errorf("%v, %v", m, err)
	}
	if want := "/base/v2/meetings/85746065123?show_previous_occurrences=true"; f.only(t).uri != want {
		t.Errorf("asked %s, want %s", f.only(t).uri, want)
	}
}
