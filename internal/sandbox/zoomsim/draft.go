package zoomsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"causeway/internal/sandbox/world"
)

// draft is the body of create and update. Fields that Zoom may gain are ignored.
type draft struct {
	Topic           *string        `json:"topic"`
	Type            *int           `json:"type"`
	StartTime       *string        `json:"start_time"`
	Duration        *int           `json:"duration"`
	Timezone        *string        `json:"timezone"`
	Agenda          *string        `json:"agenda"`
	Password        *string        `json:"password"`
	DefaultPassword *bool          `json:"default_password"`
	ScheduleFor     *string        `json:"schedule_for"`
	TemplateID      *string        `json:"template_id"`
	Recurrence      *recurrence    `json:"recurrence"`
	Settings        map[string]any `json:"settings"`
	Tracking        []tracking     `json:"tracking_fields"`
}

// readDraft reads the body of a request.
func readDraft(r io.Reader) (*draft, *apiError) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fail(http.StatusRequestEntityTooLarge, 300, "Request Body is too large.")
	}
	d := &draft{}
	if err := json.Unmarshal(raw, d); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return nil, invalid(fieldError{wrong.Field, "Invalid field."})
		}
		return nil, fail(http.StatusBadRequest, 300, "Request Body should be a valid JSON object.")
	}
	return d, nil
}

// fits refuses a draft that breaks a documented limit, or that this host may not have.
func (s *Sim) fits(d *draft, host *world.Person) *apiError {
	if wrong := append(d.wrong(s.settings(host)), s.wrongForHost(d, host)...); len(wrong) > 0 {
		return invalid(wrong...)
	}
	return nil
}

// wrong lists the fields that break a documented limit.
func (d *draft) wrong(z *world.ZoomSettings) []fieldError {
	var list []fieldError
	bad := func(when bool, field, format string, args ...any) {
		if when {
			list = append(list, fieldError{field, fmt.Sprintf(format, args...)})
		}
	}
	bad(d.Topic != nil && utf8.RuneCountInString(*d.Topic) > 200, "topic", "Invalid field: at most 200 characters.")
	bad(d.Agenda != nil && utf8.RuneCountInString(*d.Agenda) > 2000, "agenda", "Invalid field: at most 2000 characters.")
	bad(d.Duration != nil && (*d.Duration < 1 || *d.Duration > 1440), "duration", "Invalid field: between 1 and 1440.")
	if d.Type != nil {
		switch *d.Type {
		case instant, scheduled, recurringNoTime, recurring, screenShare:
		default:
			bad(true, "type", "Invalid field.")
		}
	}
	if d.Timezone != nil {
		_, err := zone(*d.Timezone)
		bad(err != nil, "timezone", "Invalid field.")
	}
	if d.StartTime != nil {
		_, err := readStart(*d.StartTime, time.UTC)
		bad(err != nil, "start_time", "Invalid field.")
	}
	if d.Password != nil && *d.Password != "" {
		reason := passcodeFault(*d.Password, z)
		bad(reason != "", "password", "%s", reason)
	}
	if d.Recurrence != nil {
		reason := d.Recurrence.fault()
		bad(reason != "", "recurrence", "%s", reason)
	}
	return append(list, wrongSettings(d.Settings)...)
}

// zone is one of Zoom's time zones: IANA names and UTC.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("no zone")
	}
	return time.LoadLocation(name)
}

// readStart reads "2006-01-02T15:04:05Z", or local time in a zone.
func readStart(text string, where *time.Location) (time.Time, error) {
	if local, gmt := strings.CutSuffix(text, "Z"); gmt {
		return time.Parse("2006-01-02T15:04:05", local)
	}
	shown, err := time.Parse("2006-01-02T15:04:05", text)
	return world.OnClocks(shown, where), err
}

// start is when the draft begins: now when it does not say or says a time that is past.
func (d *draft) start(zoneName string, now time.Time) time.Time {
	where, err := zone(zoneName)
	if err != nil || d.StartTime == nil {
		return now.Truncate(time.Second)
	}
	t, err := readStart(*d.StartTime, where)
	if err != nil || t.Before(now) {
		return now.Truncate(time.Second)
	}
	return t.UTC()
}

// passcodeFault checks a passcode against Zoom's limit and the host's rule.
func passcodeFault(passcode string, z *world.ZoomSettings) string {
	has := func(class func(rune) bool) bool { return strings.IndexFunc(passcode, class) >= 0 }
	special := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	switch {
	case len(passcode) > 10:
		return "Invalid field: at most 10 characters."
	case has(func(r rune) bool { return r > 126 || r < 33 }):
		return "Invalid field."
	case z.PasscodeLength > 0 && len(passcode) < z.PasscodeLength:
		return fmt.Sprintf("Passcode must have at least %d characters.", z.PasscodeLength)
	case z.PasscodeNumeric && has(func(r rune) bool { return !unicode.IsDigit(r) }):
		return "Passcode can only have numbers."
	case z.PasscodeLetter && !has(unicode.IsLetter):
		return "Passcode must have at least 1 letter."
	case z.PasscodeNumber && !has(unicode.IsDigit):
		return "Passcode must have at least 1 number."
	case z.PasscodeSpecial && !has(special):
		return "Passcode must have at least 1 special character."
	}
	return ""
}

// settingKinds are the settings that a request may set, and what their value is: the lists are the OpenAPI's enumerations.
func settingKinds() map[string][]any {
	kinds := map[string][]any{
		"audio": {"both", "telephony", "voip", "thirdParty"}, "auto_recording": {"local", "cloud", "none"},
		"encryption_type": {"enhanced_encryption", "e2ee"}, "jbh_time": {0.0, 5.0, 10.0, 15.0}, "approval_type": {0.0, 1.0, 2.0},
		"registration_type": {1.0, 2.0, 3.0}, "calendar_type": {1.0, 2.0}, "who_will_receive_summary": {1.0, 2.0, 3.0, 4.0},
	}
	for _, name := range strings.Fields(`allow_multiple_devices alternative_hosts_email_notification close_registration cn_meeting email_notification
		focus_mode host_video in_meeting join_before_host meeting_authentication mute_upon_entry participant_video private_meeting
		registrants_confirmation_email registrants_email_notification show_share_button show_join_info use_pmi waiting_room watermark
		host_save_video_order internal_meeting push_change_to_calendar auto_start_meeting_summary participant_focused_meeting device_testing`) {
		kinds[name] = []any{true, false}
	}
	for _, name := range strings.Fields(`alternative_hosts audio_conference_info authentication_domains authentication_option contact_email contact_name`) {
		kinds[name] = nil // any text
	}
	return kinds
}

func wrongSettings(settings map[string]any) []fieldError {
	var list []fieldError
	for name, allowed := range settingKinds() {
		value, given := settings[name]
		if !given {
			continue
		}
		_, text := value.(string)
		fits := allowed == nil && text
		for _, a := range allowed {
			fits = fits || a == value
		}
		if !fits {
			list = append(list, fieldError{"settings." + name, "Invalid field."})
		}
	}
	if invitees, given := settings["meeting_invitees"]; given && !allEmails(invitees) {
		list = append(list, fieldError{"settings.meeting_invitees", "Invalid field."})
	}
	return list
}

func allEmails(value any) bool {
	list, ok := value.([]any)
	for _, item := range list {
		entry, _ := item.(map[string]any)
		address, _ := entry["email"].(string)
		parsed, err := mail.ParseAddress(address)
		ok = ok && err == nil && parsed.Address == address
	}
	return ok
}

// defaults are the settings of a host's new meeting.
func (s *Sim) defaults(p *world.Person) map[string]any {
	z := s.settings(p)
	return map[string]any{
		"host_video": z.HostVideo, "participant_video": z.ParticipantVideo, "join_before_host": z.JoinBeforeHost && !z.WaitingRoom, "jbh_time": 0,
		"waiting_room": z.WaitingRoom, "mute_upon_entry": false, "watermark": false, "use_pmi": false, "approval_type": 2, "audio": "both",
		"auto_recording": "none", "alternative_hosts": "", "alternative_hosts_email_notification": true, "email_notification": true,
		"meeting_authentication": false, "private_meeting": false, "internal_meeting": false, "cn_meeting": false, "in_meeting": false,
		"close_registration": false, "registrants_confirmation_email": true, "registrants_email_notification": true, "show_share_button": false,
		"show_join_info": false, "allow_multiple_devices": true, "encryption_type": "enhanced_encryption", "meeting_invitees": []any{},
		"breakout_room": map[string]any{"enable": false}, "continuous_meeting_chat": map[string]any{"enable": false},
		"global_dial_in_countries": []any{}, "focus_mode": false, "host_save_video_order": false, "device_testing": false,
		"push_change_to_calendar": false, "auto_start_meeting_summary": false, "request_permission_to_unmute_participants": false,
	}
}

// apply puts given settings over a meeting's; a waiting room switches joining before the host off.
func apply(to, given map[string]any) {
	kinds := settingKinds()
	for name, value := range given {
		_, plain := kinds[name]
		if plain || name == "meeting_invitees" || name == "continuous_meeting_chat" || name == "breakout_room" || name == "global_dial_in_countries" {
			to[name] = value
		}
	}
	if to["waiting_room"] == true {
		to["join_before_host"] = false
	}
}
