package zoom

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// How old what Zoom posts may be, and how far ahead of our clock. Zoom comes again after 5, 20 and 60 more minutes, with the time of its
// first try: the last one is 85 minutes old (https://developers.zoom.us/docs/api/webhooks/). Whatever comes twice is known by its key.
const (
	hookAge   = 2 * time.Hour
	hookAhead = 5 * time.Minute
)

// Why something that was posted is not taken.
var (
	ErrUnsigned  = errors.New("zoom: not signed with our secret, or too long ago")
	ErrChallenge = errors.New("zoom: not a challenge that Zoom would send")
)

// Hook verifies what Zoom posts for one app.
type Hook struct {
	secrets []Secret // the current one first
	now     func() time.Time
}

// NewHook takes the secret tokens of an app's event subscriptions: the one in use, and while it is being replaced the one before. Empty
// ones are left out; without any, nothing is ever accepted.
func NewHook(now func() time.Time, secrets ...Secret) *Hook {
	h := &Hook{now: now}
	for _, s := range secrets {
		if s != "" {
			h.secrets = append(h.secrets, s)
		}
	}
	return h
}

// Ready tells whether there is a secret to verify with.
func (h *Hook) Ready() bool { return len(h.secrets) > 0 }

// signatureForm is how Zoom writes a signature.
var signatureForm = regexp.MustCompile(`^v0=[0-9a-f]{64}$`)

// Signed tells whether headers are such as Zoom signs with: what comes with others is not worth reading. Whether the signature is that of
// a body, Verify tells.
func (h *Hook) Signed(header http.Header) bool {
	_, _, ok := h.signed(header)
	return ok
}

// signed are the time, as it was written and as it is meant, and the form of a signature.
func (h *Hook) signed(header http.Header) (stamp string, at time.Time, ok bool) {
	stamps, signatures := header.Values("X-Zm-Request-Timestamp"), header.Values("X-Zm-Signature")
	if !h.Ready() || len(stamps) != 1 || len(signatures) != 1 || !signatureForm.MatchString(signatures[0]) {
		return "", at, false
	}
	at, ok = h.fresh(stamps[0])
	return stamps[0], at, ok
}

// Verify checks the signature of a body as it came, byte for byte, and answers when it was signed; ErrUnsigned when it is not Zoom's, or
// not of now. The time is in seconds in all of Zoom's samples; its unit is UNVERIFIED, so that milliseconds are read too.
func (h *Hook) Verify(header http.Header, body []byte) (time.Time, error) {
	stamp, at, ok := h.signed(header)
	if !ok {
		return at, ErrUnsigned
	}
	good := false
	for _, secret := range h.secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = mac.Write([]byte("v0:" + stamp + ":"))
		_, _ = mac.Write(body)
		want := "v0=" + hex.EncodeToString(mac.Sum(nil))
		good = hmac.Equal([]byte(want), []byte(header.Get("X-Zm-Signature"))) || good
	}
	if !good {
		return at, ErrUnsigned
	}
	return at, nil
}

// fresh reads a time, and tells whether something of then may still arrive.
func (h *Hook) fresh(stamp string) (time.Time, bool) {
	const milliseconds = 1e11 // seconds of the year 5138
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}, false
	}
	at := time.Unix(n, 0)
	if n >= milliseconds {
		at = time.UnixMilli(n)
	}
	age := h.now().Sub(at)
	return at.UTC(), age <= hookAge && age >= -hookAhead
}

// ChallengeAnswer is what Zoom wants to see before it posts anything, and every 72 hours.
type ChallengeAnswer struct {
	PlainToken     string `json:"plainToken"`
	EncryptedToken string `json:"encryptedToken"`
}

// plainToken is what a challenge may hold. A colon is not in it: what we sign for anybody who asks could otherwise be made to be the
// signature of an event.
var plainToken = regexp.MustCompile(`^[A-Za-z0-9_-]{8,128}$`)

// Answer answers a challenge with the current secret; ErrChallenge when it is none, ErrUnsigned without a secret.
func (h *Hook) Answer(token string) (ChallengeAnswer, error) {
	if !plainToken.MatchString(token) {
		return ChallengeAnswer{}, ErrChallenge
	}
	if !h.Ready() {
		return ChallengeAnswer{}, ErrUnsigned
	}
	mac := hmac.New(sha256.New, []byte(h.secrets[0]))
	_, _ = mac.Write([]byte(token))
	return ChallengeAnswer{PlainToken: token, EncryptedToken: hex.EncodeToString(mac.Sum(nil))}, nil
}
