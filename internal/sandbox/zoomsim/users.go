package zoomsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// getUser is GET /users/me.
func (s *Sim) getUser(c *call) (int, any, *apiError) {
	p, tenant := c.person, s.world.Seed.Tenant(c.person.Tenant)
	kind, role := 1, "Member"
	if p.Zoom == "licensed" {
		kind = 2
	}
	if p.Admin {
		role = "Admin"
	}
	joined := time.Date(2023, time.March, 14, 9, 26, 53, 0, time.UTC)
	return http.StatusOK, map[string]any{
		"id": p.ZoomID, "account_id": tenant.ZoomAccount, "account_number": 10009239, "email": p.Email,
		"first_name": p.Given, "last_name": p.Surname, "display_name": p.Name, "type": kind, "status": "active", "role_name": role,
		"dept": p.Department, "job_title": p.Title, "company": tenant.Name, "language": zoomLanguage(p.Locale), "timezone": p.Zone, "pmi": p.PMI,
		"use_pmi":              s.settings(p).PMIForScheduled,
		"personal_meeting_url": s.joinURL(c.base, p.PMI, s.passcodeInLink(p.Handle, s.settings(p).PMIPasscode, s.settings(p).EmbedPasscode)),
		"verified":             1, "login_types": []int{100}, "group_ids": []string{}, "im_group_ids": []string{}, "phone_numbers": []any{},
		"jid": strings.ToLower(p.ZoomID) + "@xmpp.zoom.us", "cluster": "us04", "created_at": stamp(joined), "user_created_at": stamp(joined),
		"last_login_time": stamp(s.world.Clock.Now().Add(-26 * time.Hour)), "last_client_version": "6.2.11.43613(win)", "pic_url": "",
	}, nil
}

// zoomLanguage is the nearest language of Zoom's portal.
func zoomLanguage(locale string) string {
	for _, known := range []string{"fr-FR", "ja-JP", "de-DE"} {
		if locale == known {
			return known
		}
	}
	return "en-US"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// getSettings is GET /users/me/settings with ?option=meeting_security and ?custom_query_fields=.
func (s *Sim) getSettings(c *call) (int, any, *apiError) {
	query := c.r.URL.Query()
	var all map[string]any
	switch option := query.Get("option"); option {
	case "":
		all = s.allSettings(c)
	case "meeting_security":
		all = map[string]any{"meeting_security": securitySettings(s.settings(c.person))}
	case "meeting_authentication", "recording_authentication":
		all = map[string]any{"authentication_options": map[string]any{option: map[string]any{option: false, "authentication_options": []any{}}}}
	default:
		return 0, nil, invalid(fieldError{"option", "Invalid field."})
	}
	if fields := query.Get("custom_query_fields"); fields != "" {
		all = keep(all, strings.Split(fields, ","))
	}
	return http.StatusOK, all, nil
}

// keep leaves only the named fields of each section.
func keep(all map[string]any, fields []string) map[string]any {
	kept := map[string]any{}
	for section, value := range all {
		if slices.Contains(fields, section) {
			kept[section] = value
			continue
		}
		inner, _ := value.(map[string]any)
		some := map[string]any{}
		for name, v := range inner {
			if slices.Contains(fields, name) {
				some[name] = v
			}
		}
		if len(some) > 0 {
			kept[section] = some
		}
	}
	return kept
}

func passcodeRule(z *world.ZoomSettings) map[string]any {
	return map[string]any{
		"length": z.PasscodeLength, "have_letter": z.PasscodeLetter, "have_number": z.PasscodeNumber, "have_special_character": z.PasscodeSpecial,
		"have_upper_and_lower_characters": false, "only_allow_numeric": z.PasscodeNumeric, "consecutive_characters_length": 0, "weak_enhance_detection": false,
	}
}

func securitySettings(z *world.ZoomSettings) map[string]any {
	return map[string]any{
		"auto_security": true, "block_user_domain": false, "embed_password_in_join_link": z.EmbedPasscode, "encryption_type": "enhanced_encryption",
		"end_to_end_encrypted_meetings": false, "meeting_password": z.RequirePasscode, "meeting_password_requirement": passcodeRule(z),
		"only_authenticated_can_join_from_webclient": false, "phone_password": z.RequirePasscode, "pmi_password": true,
		"require_password_for_scheduled_meeting": z.RequirePasscode, "waiting_room": z.WaitingRoom,
		"waiting_room_settings": map[string]any{
			"participants_to_place_in_waiting_room": 0, "users_who_can_admit_participants_from_waiting_room": 0, "whitelisted_domains_for_waiting_room": "",
		},
	}
}

func (s *Sim) allSettings(c *call) map[string]any {
	z, licensed := s.settings(c.person), c.person.Zoom == "licensed"
	capacity := 100 // of Basic, whose meetings end after 40 minutes
	if licensed {
		capacity = 300
	}
	return map[string]any{
		"schedule_meeting": map[string]any{
			"host_video": z.HostVideo, "participants_video": z.ParticipantVideo, "audio_type": "both", "join_before_host": z.JoinBeforeHost,
			"personal_meeting": !z.NoPersonal, "use_pmi_for_scheduled_meetings": z.PMIForScheduled, "use_pmi_for_instant_meetings": false,
			"require_password_for_scheduling_new_meetings": z.RequirePasscode, "require_password_for_scheduled_meetings": z.RequirePasscode,
			"require_password_for_instant_meetings": z.RequirePasscode, "require_password_for_pmi_meetings": "all", "pmi_password": z.PMIPasscode,
			"pstn_password_protected": z.RequirePasscode, "default_password_for_scheduled_meetings": "", "force_pmi_jbh_password": true,
			"embed_password_in_join_link": z.EmbedPasscode, "meeting_password_requirement": passcodeRule(z),
			"continuous_meeting_chat": map[string]any{"enable": licensed, "can_add_external_users": false, "auto_add_invited_external_users": false},
		},
		"in_meeting": map[string]any{
			"waiting_room": z.WaitingRoom, "chat": true, "private_chat": true, "screen_sharing": true, "who_can_share_screen": "host", "whiteboard": z.Whiteboard,
			"annotation": true, "breakout_room": licensed, "co_host": licensed, "polling": licensed, "e2e_encryption": false, "file_transfer": true,
			"entry_exit_chime": "none", "allow_users_save_chats": 3, "allow_participants_chat_with": 3, "meeting_reactions": true,
		},
		"email_notification": map[string]any{
			"jbh_reminder": true, "cancel_meeting_reminder": true, "alternative_host_reminder": true, "schedule_for_reminder": true,
			"cloud_recording_available_reminder": licensed,
		},
		"recording": map[string]any{"local_recording": true, "cloud_recording": licensed, "auto_recording": "none"},
		"telephony": map[string]any{"third_party_audio": false, "audio_conference_info": "", "show_international_numbers_link": true},
		"feature": map[string]any{
			"meeting_capacity": capacity, "large_meeting": false, "webinar": false, "cn_meeting": false, "in_meeting": false, "concurrent_meeting": "Basic",
			"zoom_phone": z.Phone, "zoom_whiteboard": z.Whiteboard, "zoom_whiteboard_plus": false, "zoom_events": false, "zoom_huddles": licensed,
		},
		"profile":    map[string]any{"recording_storage_location": map[string]any{"allowed_values": []string{"US", "DE"}, "value": "DE"}},
		"whiteboard": map[string]any{"out_meeting_advanced_whiteboard": z.Whiteboard, "in_meeting_advanced_whiteboard": z.Whiteboard},
	}
}

// passcodeInLink is the encrypted passcode that a host's join links carry, "" without one or when the account does not embed it.
func (s *Sim) passcodeInLink(host, passcode string, embed bool) string {
	if passcode == "" || !embed {
		return ""
	}
	return s.encrypted(host, passcode)
}

// encrypted stands for a passcode in links: the same one always gives the same text.
func (s *Sim) encrypted(host, passcode string) string {
	return s.world.IDs.Named("zoom", "pwd", host, passcode).Text(24)[:30] + ".1"
}

func (s *Sim) joinURL(base string, number int64, pwd string) string {
	link := fmt.Sprintf("%s/j/%d", base, number)
	if pwd != "" {
		link += "?pwd=" + pwd
	}
	return link
}
