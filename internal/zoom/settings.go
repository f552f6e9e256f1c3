package zoom

import (
	"context"
	"net/http"
	"strings"
	"unicode"
)

// Settings are what a person's Zoom says about new meetings.
type Settings struct {
	Schedule ScheduleSettings `json:"schedule_meeting"`
	Meeting  struct {
		WaitingRoom bool `json:"waiting_room"` // New meetings have a waiting room.
	} `json:"in_meeting"`
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
	Audio             string       `json:"audio_type"`                                   // "both", "telephony", "voip", "thirdParty"
	RequirePasscode   bool         `json:"require_password_for_scheduling_new_meetings"` // Zoom makes a passcode when none is given.
	RequireInstant    bool         `json:"require_password_for_instant_meetings"`
	EmbedPasscode     bool         `json:"embed_password_in_join_link"` // The join link alone is enough to join.
	PersonalMeeting   bool         `json:"personal_meeting"`            // The personal meeting id may be used.
	UsePersonal       bool         `json:"use_pmi_for_scheduled_meetings"`
	Passcode          PasscodeRule `json:"meeting_password_requirement"`
}

// Capacity is how many people may take part in a meeting of this person; 0 when Zoom does not say.
func (s Settings) Capacity() int {
	if s.Feature.LargeMeeting {
		return max(s.Feature.Capacity, s.Feature.LargeCapacity)
	}
	return s.Feature.Capacity
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
