package zoom

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// Settings are what a person's Zoom says about new meetings.
type Settings struct {
	Schedule ScheduleSettings `json:"schedule_meeting"`
	Meeting  struct {
		WaitingRoom bool `json:"waiting_room"` // New meetings have a waiting room.
	} `json:"in_meeting"`
	Recording struct {
		Local bool      `json:"local_recording"` // To the host's own machine.
		Cloud bool      `json:"cloud_recording"` // At Zoom; not for Basic users.
		Auto  Recording `json:"auto_recording"`  // Of new meetings.
	} `json:"recording"`
	Telephony struct {
		ThirdParty bool `json:"third_party_audio"`
	} `json:"telephony"`
	Feature struct {
		Capacity       int  `json:"meeting_capacity"` // How many may take part.
		LargeMeeting   bool `json:"large_meeting"`
		LargeCapacity  int  `json:"large_meeting_capacity"`
		Phone          bool `json:"zoom_phone"`
		Whiteboard     bool `json:"zoom_whiteboard"`
		WhiteboardPlus bool `json:"zoom_whiteboard_plus"`
	} `json:"feature"`
}

// ScheduleSettings are the defaults and rules for scheduling.
type ScheduleSettings struct {
	JoinBeforeHost    bool         `json:"join_before_host"`
	HostVideo         bool         `json:"host_video"`
	ParticipantsVideo bool         `json:"participants_video"`
	Audio             Audio        `json:"audio_type"`
	RequirePasscode   bool         `json:"require_password_for_scheduling_new_meetings"` // Zoom makes a passcode when none is given.
	RequireInstant    bool         `json:"require_password_for_instant_meetings"`
	EmbedPasscode     bool         `json:"embed_password_in_join_link"` // The join link alone is enough to join.
	PersonalMeeting   bool         `json:"personal_meeting"`            // The personal meeting id may be used.
	UsePersonal       bool         `json:"use_pmi_for_scheduled_meetings"`
	PersonalInstant   bool         `json:"use_pmi_for_instant_meetings"`
	PersonalPasscode  string       `json:"require_password_for_pmi_meetings"` // "all", "jbh_only": when people may join before the host; "none"
	Passcode          PasscodeRule `json:"meeting_password_requirement"`
}

// Capacity is how many people may take part in a meeting of this person; 0 when Zoom does not say.
func (s Settings) Capacity() int {
	if s.Feature.LargeMeeting {
		return max(s.Feature.Capacity, s.Feature.LargeCapacity)
	}
	return s.Feature.Capacity
}

// Audio is how people hear each other in a meeting.
type Audio string

// The kinds of audio.
const (
	AudioBoth       Audio = "both" // Telephone and computer.
	AudioTelephone  Audio = "telephony"
	AudioComputer   Audio = "voip"
	AudioThirdParty Audio = "thirdParty"
)

// Recording is how a meeting is recorded by itself.
type Recording string

// The kinds of recording.
const (
	RecordNot   Recording = "none"
	RecordLocal Recording = "local" // To the host's own machine.
	RecordCloud Recording = "cloud"
)

// Recordings are the kinds of recording that the person's settings allow.
func (s Settings) Recordings() []Recording {
	kinds := []Recording{RecordNot}
	if s.Recording.Local {
		kinds = append(kinds, RecordLocal)
	}
	if s.Recording.Cloud {
		kinds = append(kinds, RecordCloud)
	}
	return kinds
}

// Audios are the kinds of audio that the person's settings allow.
func (s Settings) Audios() []Audio {
	kinds := []Audio{AudioBoth, AudioTelephone, AudioComputer}
	if s.Telephony.ThirdParty {
		kinds = append(kinds, AudioThirdParty)
	}
	return kinds
}

// Security is what an account demands of the safety of a person's meetings.
type Security struct {
	Secured         bool         `json:"auto_security"`    // Each meeting needs a passcode, a waiting room or signed-in participants.
	WaitingRoom     bool         `json:"waiting_room"`     // Meetings have one.
	Passcode        bool         `json:"meeting_password"` // Meetings have one.
	PersonalMeeting bool         `json:"pmi_password"`     // Meetings under the personal number have a passcode.
	EmbedPasscode   bool         `json:"embed_password_in_join_link"`
	Rule            PasscodeRule `json:"meeting_password_requirement"`
}

// Security returns what the account demands. GET /users/me/settings?option=meeting_security, scope user:read:settings.
func (c *Client) Security(ctx context.Context) (Security, error) {
	var out struct {
		Security Security `json:"meeting_security"`
	}
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/users/{userId}/settings", path: "/users/me/settings", query: url.Values{"option": {"meeting_security"}},
		out: &out, proof: []string{"meeting_security"},
	})
	return out.Security, err
}

// Settings returns the person's settings. GET /users/me/settings, scope user:read:settings.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	var s Settings
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/users/{userId}/settings", path: "/users/me/settings", out: &s,
		proof: []string{"schedule_meeting", "in_meeting", "feature"},
	})
	return s, err
}

// maxPasscode is the longest passcode that Zoom takes.
const maxPasscode = 10

// PasscodeRule is what the account demands of passcodes.
type PasscodeRule struct {
	Length      int  `json:"length"` // At least so many characters; 0 for no rule.
	Letter      bool `json:"have_letter"`
	Number      bool `json:"have_number"`
	Special     bool `json:"have_special_character"`
	UpperLower  bool `json:"have_upper_and_lower_characters"`
	NumericOnly bool `json:"only_allow_numeric"`
	Consecutive int  `json:"consecutive_characters_length"` // No run like "abcd" or "1111" of so many; 0 for no rule.
}

// PasscodeFault is a demand that a passcode does not meet.
type PasscodeFault string

// The faults of a passcode.
const (
	PasscodeTooShort    PasscodeFault = "short"
	PasscodeTooLong     PasscodeFault = "long"
	PasscodeCharacters  PasscodeFault = "characters" // Something else than visible ASCII.
	PasscodeLetter      PasscodeFault = "letter"
	PasscodeNumber      PasscodeFault = "number"
	PasscodeSpecial     PasscodeFault = "special"
	PasscodeUpperLower  PasscodeFault = "upper_lower"
	PasscodeNumericOnly PasscodeFault = "numeric_only"
	PasscodeConsecutive PasscodeFault = "consecutive"
)

// Faults returns what Zoom would refuse in a passcode, in the order of the constants; nothing when it is good.
func (r PasscodeRule) Faults(passcode string) []PasscodeFault {
	var letter, lower, upper, number, special, foreign bool
	for _, c := range passcode {
		switch {
		case c > unicode.MaxASCII || !unicode.IsGraphic(c) || c == ' ':
			foreign = true
		case unicode.IsLetter(c):
			letter, lower, upper = true, lower || unicode.IsLower(c), upper || unicode.IsUpper(c)
		case unicode.IsDigit(c):
			number = true
		default:
			special = true
		}
	}
	var faults []PasscodeFault
	for _, rule := range []struct {
		broken bool
		fault  PasscodeFault
	}{
		{len(passcode) < r.Length, PasscodeTooShort},
		{len(passcode) > maxPasscode, PasscodeTooLong},
		{foreign, PasscodeCharacters},
		{r.Letter && !r.NumericOnly && !letter, PasscodeLetter},
		{r.Number && !number, PasscodeNumber},
		{r.Special && !r.NumericOnly && !special, PasscodeSpecial},
		{r.UpperLower && !r.NumericOnly && (!lower || !upper), PasscodeUpperLower},
		{r.NumericOnly && (letter || special), PasscodeNumericOnly},
		{r.Consecutive > 1 && longestRun(passcode) >= r.Consecutive, PasscodeConsecutive},
	} {
		if rule.broken {
			faults = append(faults, rule.fault)
		}
	}
	return faults
}

// longestRun is the length of the longest part in which each character follows, precedes or repeats the one before: "abc",
// "321", "aaa".
//
// UNVERIFIED: Zoom's example is "abcdef"; whether it counts repeated and falling characters too is not documented.
func longestRun(s string) int {
	s = strings.ToLower(s)
	longest := min(len(s), 1)
	for step := -1; step <= 1; step++ {
		run := 1
		for i := 1; i < len(s); i++ {
			if int(s[i])-int(s[i-1]) == step {
				run++
			} else {
				run = 1
			}
			longest = max(longest, run)
		}
	}
	return longest
}
