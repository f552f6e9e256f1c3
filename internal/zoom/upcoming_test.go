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

	"causeway/internal/zoom"
)

const nextDay = `{"total_records":2,"meetings":[
	{"id":85746065123,"topic":"Launch","type":2,"start_time":"2026-11-23T15:00:00Z","duration":45,"timezone":"Europe/Paris","created_at":"2026-11-23T12:00:00Z",
		"join_url":"https://zoom.us/j/85746065123?pwd=hush.1","passcode":"hush7","use_pmi":true,"is_host":false,"is_all_day":true},
	{"id":"912345678","topic":"Mine","type":8,"is_host":true}]}`

func TestUpcoming(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/users/me/upcoming_meetings", http.StatusOK, nextDay)
	got, err := f.client().Upcoming(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	want := zoom.UpcomingMeeting{AllDay: true, Meeting: zoom.Meeting{
		ID: 85746065123, Topic: "Launch", Type: zoom.ScheduledMeeting, Start: noon.Add(3 * time.Hour), Duration: 45 * time.Minute, Zone: "Europe/Paris",
		Created: noon, JoinURL: "https://zoom.us/j/85746065123?pwd=hush.1", Passcode: "hush7", Settings: zoom.MeetingSettings{UsePMI: ptr(true)},
	}}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Error(diff)
	}
	if got[1].ID != 912345678 || !got[1].Hosts || got[1].AllDay {
		t.Errorf("second %#v", got[1])
	}
	written, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(written), fmt.Sprintf("%v %+v %#v", got, got, got)} {
		if strings.Contains(text, "hush") {
			t.Errorf("printed %s", text)
		}
	}
	if uri := f.only(t).uri; uri != "/base/v2/users/me/upcoming_meetings" {
		t.Errorf("asked %s", uri)
	}
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/meetings/912345678/invitation", http.StatusOK, `{"invitation":"Ana invites you.\r\nJoin","sip_links":["sip:x"]}`)
	f.answer("GET /base/v2/meetings/912345679/invitation", http.StatusNotFound, `{"code":3001,"message":"Meeting does not exist: 912345679."}`)
	if text, err := f.client().Invitation(t.Context(), 912345678); err != nil || text != "Ana invites you.\r\nJoin" {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := f.client().Invitation(t.Context(), 912345679); !errors.Is(err, zoom.ErrNotFound) || text != "" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestSchedulers(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/users/me/schedulers", http.StatusOK, `{"schedulers":[{"id":"u2","email":"ben@example.com","pmi":3542471135},{"id":"u3","email":"gus@example.com"}]}`)
	got, err := f.client().Schedulers(t.Context())
	want := []zoom.Colleague{{ID: "u2", Email: "ben@example.com", PMI: 3542471135}, {ID: "u3", Email: "gus@example.com"}}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTemplates: those of the account, which alone can be used.
func TestTemplates(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/users/me/meeting_templates", http.StatusOK, `{"templates":[{"id":"AdxbhxCzKgSiWAw","name":"My own","type":1},{"id":"5Cj3ceXoStO6TGOVvIOVPA==","name":"Town hall","type":2}],"total_records":2}`)
	got, err := f.client().Templates(t.Context())
	if want := []zoom.Template{{ID: "5Cj3ceXoStO6TGOVvIOVPA==", Name: "Town hall"}}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}
