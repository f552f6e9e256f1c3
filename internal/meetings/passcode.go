package meetings

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"strings"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/policy"
	"causeway/internal/zoom"
)

// passcodeMost is how many characters a passcode has at most.
const passcodeMost = 10

// newPasscode makes a passcode that the person's account accepts: digits where that is enough, because people dial it on telephones.
// When Zoom does not tell its rules, or they cannot be met, it is "": then it is left to Zoom to make one.
func (s *Service) newPasscode(ctx context.Context, person entra.Person) string {
	look, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	told, err := s.settings.of(look, person, s.c.Accounts)
	if err != nil {
		return ""
	}
	code, err := passcode(told.Schedule.Passcode)
	if err != nil {
		s.c.Logger.WarnContext(ctx, "no passcode made", "error", err)
	}
	return code
}

func passcode(rule zoom.PasscodeRule) (string, error) {
	const digits, letters, special = "23456789", "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ", "@*-_"
	alphabet := digits
	if !rule.NumericOnly && (rule.Letter || rule.UpperLower) {
		alphabet += letters
	}
	if !rule.NumericOnly && rule.Special {
		alphabet += special
	}
	for range 1000 {
		code, err := random(alphabet, min(max(rule.Length, 6), passcodeMost))
		if err != nil {
			return "", err
		}
		if len(rule.Faults(code)) == 0 {
			return code, nil
		}
	}
	return "", errors.New("meetings: no passcode meets the rules of the account")
}

// passcodeRule is in words what an account demands of a passcode.
func passcodeRule(p i18n.Printer, rule zoom.PasscodeRule) string {
	parts := []string{p.T("meetings.passcode_rule_length", "Min", max(rule.Length, 1), "Max", passcodeMost)}
	for _, demand := range []struct {
		on  bool
		key string
	}{
		{rule.NumericOnly, "meetings.passcode_rule_numeric"},
		{rule.Letter && !rule.UpperLower, "meetings.passcode_rule_letter"},
		{rule.UpperLower, "meetings.passcode_rule_upper_lower"},
		{rule.Number && !rule.NumericOnly, "meetings.passcode_rule_number"},
		{rule.Special, "meetings.passcode_rule_special"},
		{rule.Consecutive > 0, "meetings.passcode_rule_consecutive"},
	} {
		if demand.on {
			parts = append(parts, p.T(demand.key))
		}
	}
	return strings.Join(parts, ", ")
}

func random(alphabet string, length int) (string, error) {
	code := make([]byte, length)
	for i := range code {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		code[i] = alphabet[n.Int64()]
	}
	return string(code), nil
}

// forOthers is a meeting as those who do not host it see it: where the administrator does not let passcodes be shown, without the passcode and
// with a link that does not hold it. Invited people have both in the calendar.
func (s *Service) forOthers(ctx context.Context, m Meeting) (Meeting, error) {
	shown, err := s.c.Policy.On(ctx, m.Organizer.Tenant, policy.Passcodes)
	if err == nil && !shown {
		m.Passcode, m.JoinURL = "", s.public(m.JoinURL)
	}
	return m, err
}
