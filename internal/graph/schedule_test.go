package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/graph"
)

func TestScheduleSaysWhoIsTaken(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: `{"value":[
		{"scheduleId":"ben@meridian.example","availabilityView":"0220","scheduleItems":[{"status":"busy","isPrivate":false,"subject":"Sync","location":"",
			"start":{"dateTime":"2026-12-01T10:30:00.0000000","timeZone":"Romance Standard Time"},"end":{"dateTime":"2026-12-01T10:30:00.0000000","timeZone":"UTC"}}],
			"workingHours":{"daysOfWeek":["monday"],"startTime":"08:00:00.0000000","endTime":"17:00:00.0000000","timeZone":{"name":"Romance Standard Time"}}},
		{"scheduleId":"x@meridian.example","error":{"message":"Unable to resolve e-mail address x to an Active Directory object.","responseCode":"ErrorMailRecipientNotFound"}}]}`})
	from := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	got, err := s.client().Schedule(t.Context(), []string{"ben@meridian.example", "x@meridian.example"}, from, from.Add(2*time.Hour), "Europe/Paris", 30*time.Minute)
	want := []graph.Schedule{
		{Address: "ben@meridian.example", View: "0220", Items: []graph.Busy{{Start: from.Add(30 * time.Minute), End: from.Add(90 * time.Minute), Status: "busy", Subject: "Sync"}}},
		{Address: "x@meridian.example", Problem: "ErrorMailRecipientNotFound"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	call := s.only(t)
	body := `{"Schedules":["ben@meridian.example","x@meridian.example"],"StartTime":{"dateTime":"2026-12-01T10:00:00","timeZone":"Europe/Paris"},
		"EndTime":{"dateTime":"2026-12-01T12:00:00","timeZone":"Europe/Paris"},"AvailabilityViewInterval":30}`
	if diff := cmp.Diff(decoded(t, body), decoded(t, call.body)); diff != "" || call.prefer != `IdType="ImmutableId", outlook.timezone="Europe/Paris"` {
		t.Errorf("%s %s", call.prefer, diff)
	}
}

func TestManySchedulesAreAskedForInParts(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: `{"value":[{"scheduleId":"x","availabilityView":"0"}]}`})
	var addresses []string
	for i := range 45 {
		addresses = append(addresses, fmt.Sprintf("p%d@meridian.example", i))
	}
	got, err := s.client().Schedule(t.Context(), addresses, time.Now(), time.Now().Add(time.Hour), "UTC", time.Minute)
	if err != nil || len(got) != 3 {
		t.Errorf("%v, %v", got, err)
	}
	asked := 0
	for _, call := range s.all() {
		var body struct {
			Schedules                []string
			AvailabilityViewInterval int
		}
		if err := json.Unmarshal([]byte(call.body), &body); err != nil || len(body.Schedules) > 20 || body.AvailabilityViewInterval != 5 {
			t.Errorf("%s, %v", call.body, err)
		}
		asked += len(body.Schedules)
	}
	if asked != 45 {
		t.Errorf("%d addresses", asked)
	}
}

func TestMeetingTimesAreProposed(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: `{"emptySuggestionsReason":"","meetingTimeSuggestions":[{"confidence":100.0,"organizerAvailability":"free","order":1,
		"meetingTimeSlot":{"start":{"dateTime":"2026-12-01T09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-12-01T09:45:00.0000000","timeZone":"UTC"}}}]}`})
	from := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	got, err := s.client().MeetingTimes(t.Context(), graph.Wish{
		Attendees: []graph.Attendee{graph.RequiredAttendee("Ben", "ben@meridian.example")}, From: from, To: from.Add(9 * time.Hour), Zone: "UTC", Duration: 45 * time.Minute,
	})
	if diff := cmp.Diff([]graph.Proposal{{Start: from.Add(time.Hour), End: from.Add(105 * time.Minute), Confidence: 100}}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	body := `{"attendees":[{"emailAddress":{"name":"Ben","address":"ben@meridian.example"},"type":"required"}],"meetingDuration":"PT45M","maxCandidates":5,
		"timeConstraint":{"activityDomain":"work","timeSlots":[{"start":{"dateTime":"2026-12-01T08:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-12-01T17:00:00","timeZone":"UTC"}}]}}`
	if diff := cmp.Diff(decoded(t, body), decoded(t, s.only(t).body)); diff != "" {
		t.Error(diff)
	}
}
