package sandbox_test

import (
	"net/http"
	"testing"
	"time"
)

func TestPeopleMeetInZoomsPortal(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	start := time.Now().UTC().Add(48 * time.Hour).Truncate(time.Hour)
	stamp := func(at time.Time) string { return at.Format("2006-01-02T15:04:05Z") }
	made := s.ok("POST", "/zoom/people/ben/meetings", object{
		"topic": "From the portal", "type": 8, "start_time": stamp(start), "timezone": "UTC", "duration": 30, "recurrence": object{"type": 1, "end_times": 3},
	})["meeting"].(object)
	id := made["id"].(string)
	occurrences := made["occurrences"].([]any)
	if made["source"] != "web_portal" || len(occurrences) != 3 || made["topic"] != "From the portal" {
		t.Errorf("made %v", made)
	}
	second := occurrences[1].(object)["id"].(string)
	s.ok("PATCH", "/zoom/people/ben/meetings/"+id, object{"topic": "Renamed"})
	// Ana may schedule for Ben, and so may change what he hosts.
	moved := s.ok("PATCH", "/zoom/people/ana/meetings/"+id+"?occurrence="+second, object{"start_time": stamp(start.Add(26 * time.Hour))})["meeting"].(object)
	if at := moved["occurrences"].([]any)[1].(object)["start"]; at != stamp(start.Add(26*time.Hour)) || moved["topic"] != "Renamed" {
		t.Errorf("moved %v", moved)
	}
	s.ok("DELETE", "/zoom/people/ben/meetings/"+id+"?occurrence="+second, nil)
	s.refused(http.StatusBadRequest, "DELETE", "/zoom/people/ben/meetings/"+id+"?occurrence="+second, nil)
	if list := s.ok("GET", "/zoom/people/ben/meetings", nil)["meetings"].([]any); len(list) != 2 || list[0].(object)["id"] != id && list[1].(object)["id"] != id {
		t.Errorf("ben hosts %v", list)
	}
	s.ok("DELETE", "/zoom/people/ben/meetings/"+id, nil)
	for path, status := range map[string]int{
		"/zoom/people/dev/meetings": http.StatusNotFound, "/zoom/people/nobody/meetings": http.StatusNotFound,
	} {
		s.refused(status, "GET", path, nil)
		s.refused(status, "POST", path, object{})
	}
	s.refused(http.StatusNotFound, "PATCH", "/zoom/people/ben/meetings/"+id, object{})
	s.refused(http.StatusNotFound, "DELETE", "/zoom/people/chloe/meetings/"+id, nil)
	s.refused(http.StatusBadRequest, "POST", "/zoom/people/eli/meetings", object{"settings": object{"auto_recording": "cloud"}})
	s.refused(http.StatusBadRequest, "POST", "/zoom/people/ben/meetings", object{"duration": 0})
	rows := s.ok("GET", "/ledger?side=zoom&subject="+id, nil)["rows"].([]any)
	var effects []string
	for _, row := range rows {
		if row.(object)["detail"].(object)["source"] != "portal" {
			t.Errorf("not of the portal: %v", row)
		}
		effects = append(effects, row.(object)["effect"].(string)+" by "+row.(object)["by"].(string))
	}
	want := []string{"meeting.created by ben", "meeting.updated by ben", "occurrence.updated by ana", "occurrence.deleted by ben", "meeting.deleted by ben"}
	if len(effects) != len(want) {
		t.Fatalf("ledger %v", effects)
	}
	for i := range want {
		if effects[i] != want[i] {
			t.Errorf("ledger %v, want %v", effects, want)
		}
	}
}

func TestSettingsOfHosts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	settings := s.ok("GET", "/zoom/people/chloe/settings", nil)["settings"].(object)
	if settings["waitingRoom"] != true || settings["requirePasscode"] != false {
		t.Errorf("chloe's settings %v", settings)
	}
	settings["waitingRoom"], settings["requirePasscode"] = false, true
	s.ok("PUT", "/zoom/people/chloe/settings", settings)
	made := s.ok("POST", "/zoom/people/chloe/meetings", object{"topic": "After"})["meeting"].(object)
	if made["waitingRoom"] != false || made["passcode"] == "" {
		t.Errorf("made after the change: %v", made)
	}
	s.refused(http.StatusBadRequest, "PUT", "/zoom/people/chloe/settings", object{"passcodeLength": 11})
	s.refused(http.StatusBadRequest, "PUT", "/zoom/people/chloe/settings", object{"waitingroom2": true})
	s.ok("POST", "/reset", object{})
	if settings := s.ok("GET", "/zoom/people/chloe/settings", nil)["settings"].(object); settings["waitingRoom"] != true {
		t.Errorf("after a reset: %v", settings)
	}
}
