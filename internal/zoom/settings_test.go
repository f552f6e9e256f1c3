package zoom_test

import (
	"net/http"
	"slices"
	"testing"

	"causeway/internal/zoom"
)

func TestMe(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/users/me", http.StatusOK, `{"id":"u1","account_id":"a1","email":"ana@example.com","display_name":"Ana Duarte","type":2,"status":"active",
		"timezone":"Europe/Lisbon","language":"pt-PT","pmi":"3542471135","pic_url":"https://x.example/p"}`)
	got, err := f.client().Me(t.Context())
	want := zoom.User{
		ID: "u1", Account: "a1", Email: "ana@example.com", DisplayName: "Ana Duarte", Type: zoom.Licensed, Status: "active",
		Zone: "Europe/Lisbon", Language: "pt-PT", PMI: 3542471135, Picture: "https://x.example/p",
	}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if f.only(t).body != "" || f.only(t).contentType != "" {
		t.Errorf("a question with a body: %+v", f.only(t))
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for want, u := range map[string]zoom.User{
		"Ana D.":          {DisplayName: "Ana D.", FirstName: "Ana", LastName: "Duarte", Email: "ana@example.com"},
		"Ana Duarte":      {FirstName: "Ana", LastName: "Duarte", Email: "ana@example.com"},
		"Duarte":          {LastName: "Duarte"},
		"ana@example.com": {Email: "ana@example.com"},
	} {
		if got := u.Name(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/users/me/settings", http.StatusOK, `{
		"schedule_meeting": {"join_before_host": true, "host_video": true, "participants_video": true, "audio_type": "both",
			"require_password_for_scheduling_new_meetings": true, "require_password_for_instant_meetings": true, "embed_password_in_join_link": true,
			"personal_meeting": true, "use_pmi_for_scheduled_meetings": true, "use_pmi_for_instant_meetings": true,
			"require_password_for_pmi_meetings": "jbh_only", "default_password_for_scheduled_meetings": "hush",
			"meeting_password_requirement": {"length": 8, "have_letter": true, "have_number": true, "have_special_character": true,
				"have_upper_and_lower_characters": true, "only_allow_numeric": false, "consecutive_characters_length": 4, "weak_enhance_detection": true}},
		"in_meeting": {"waiting_room": true, "chat": true}, "telephony": {"third_party_audio": true},
		"recording": {"local_recording": true, "cloud_recording": true, "auto_recording": "local"},
		"feature": {"meeting_capacity": 100, "large_meeting": true, "large_meeting_capacity": 500, "zoom_phone": true, "zoom_whiteboard": true, "zoom_whiteboard_plus": true}}`)
	s, err := f.client().Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := zoom.ScheduleSettings{
		JoinBeforeHost: true, HostVideo: true, ParticipantsVideo: true, Audio: "both", RequirePasscode: true, RequireInstant: true, EmbedPasscode: true,
		PersonalMeeting: true, UsePersonal: true, PersonalInstant: true, PersonalPasscode: "jbh_only",
		Passcode: zoom.PasscodeRule{Length: 8, Letter: true, Number: true, Special: true, UpperLower: true, Consecutive: 4},
	}
	if s.Schedule != want || !s.Meeting.WaitingRoom || !s.Feature.Phone || !s.Feature.Whiteboard || !s.Feature.WhiteboardPlus {
		t.Errorf("got %+v", s)
	}
	if s.Capacity() != 500 {
		t.Errorf("capacity %d, want that of the large meeting", s.Capacity())
	}
	if got := s.Recordings(); !slices.Equal(got, []zoom.Recording{zoom.RecordNot, zoom.RecordLocal, zoom.RecordCloud}) || s.Recording.Auto != zoom.RecordLocal {
		t.Errorf("recordings %v, %+v", got, s.Recording)
	}
	if got := s.Audios(); len(got) != 4 || got[3] != zoom.AudioThirdParty {
		t.Errorf("audios %v", got)
	}
	s.Feature.LargeMeeting = false
	if s.Capacity() != 100 {
		t.Errorf("capacity %d, want 100", s.Capacity())
	}
}

func TestABasicHostsSettings(t *testing.T) {
	t.Parallel()
	var s zoom.Settings
	if got := s.Recordings(); !slices.Equal(got, []zoom.Recording{zoom.RecordNot}) {
		t.Errorf("recordings %v", got)
	}
	if got := s.Audios(); !slices.Equal(got, []zoom.Audio{zoom.AudioBoth, zoom.AudioTelephone, zoom.AudioComputer}) {
		t.Errorf("audios %v", got)
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/users/me/settings", http.StatusOK, `{"meeting_security":{"auto_security":true,"waiting_room":true,"meeting_password":true,"pmi_password":true,
		"embed_password_in_join_link":true,"meeting_password_requirement":{"length":8,"only_allow_numeric":true},"webinar_password":true}}`)
	got, err := f.client().Security(t.Context())
	want := zoom.Security{
		Secured: true, WaitingRoom: true, Passcode: true, PersonalMeeting: true, EmbedPasscode: true, Rule: zoom.PasscodeRule{Length: 8, NumericOnly: true},
	}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if uri := f.only(t).uri; uri != "/base/v2/users/me/settings?option=meeting_security" {
		t.Errorf("asked %s", uri)
	}
}

func TestPasscodeRule(t *testing.T) {
	t.Parallel()
	strict := zoom.PasscodeRule{Length: 8, Letter: true, Number: true, Special: true, UpperLower: true, Consecutive: 4}
	for _, c := range []struct {
		rule     zoom.PasscodeRule
		passcode string
		want     []zoom.PasscodeFault
	}{
		{zoom.PasscodeRule{}, "", nil},
		{zoom.PasscodeRule{}, "Ab3!@#_-*.", nil},
		{zoom.PasscodeRule{}, "12345678901", []zoom.PasscodeFault{zoom.PasscodeTooLong}},
		{zoom.PasscodeRule{}, "a b", []zoom.PasscodeFault{zoom.PasscodeCharacters}},
		{zoom.PasscodeRule{}, "caf\u00e9", []zoom.PasscodeFault{zoom.PasscodeCharacters}},
		{zoom.PasscodeRule{}, "a\tb", []zoom.PasscodeFault{zoom.PasscodeCharacters}},
		{strict, "aB3!xYz9", nil},
		{strict, "ab", []zoom.PasscodeFault{zoom.PasscodeTooShort, zoom.PasscodeNumber, zoom.PasscodeSpecial, zoom.PasscodeUpperLower}},
		{strict, "!!??!!??", []zoom.PasscodeFault{zoom.PasscodeLetter, zoom.PasscodeNumber, zoom.PasscodeUpperLower}},
		{strict, "AB3!XYZ9", []zoom.PasscodeFault{zoom.PasscodeUpperLower}},
		{strict, "aBcD!x90", []zoom.PasscodeFault{zoom.PasscodeConsecutive}},
		{strict, "aX!98765", []zoom.PasscodeFault{zoom.PasscodeConsecutive}},
		{strict, "aX!1111z", []zoom.PasscodeFault{zoom.PasscodeConsecutive}},
		{strict, "aBc!x123", nil},
		{zoom.PasscodeRule{NumericOnly: true, Letter: true, Special: true, UpperLower: true, Length: 6}, "902741", nil},
		{zoom.PasscodeRule{NumericOnly: true}, "9027a!", []zoom.PasscodeFault{zoom.PasscodeNumericOnly}},
		{zoom.PasscodeRule{NumericOnly: true, Number: true}, "", []zoom.PasscodeFault{zoom.PasscodeNumber}},
	} {
		if got := c.rule.Faults(c.passcode); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q has %v, want %v", c.rule, c.passcode, got, c.want)
		}
	}
}
