package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"causeway/internal/whiteboards"
	"causeway/internal/zoom"
)

// MentionsPath is where an adapter of the organisation's tells what Zoom tells nobody: that somebody was mentioned on a whiteboard.
const MentionsPath = "/adapter/whiteboard/mentions"

const (
	mentionMost  = 4 << 10 // bytes
	mentionRead  = 5 * time.Second
	mentionRate  = 5 // a second
	mentionBurst = 50
)

// adapter is the door for adapters: whoever has one of the secrets.
type adapter struct {
	secrets [][sha256.Size]byte
	pace    *rate.Limiter
}

func newAdapter(secrets []zoom.Secret) *adapter {
	a := &adapter{pace: rate.NewLimiter(mentionRate, mentionBurst)}
	for _, secret := range secrets {
		a.secrets = append(a.secrets, sha256.Sum256([]byte(secret)))
	}
	return a
}

// knows tells whether a request has one of the secrets. How long that takes says nothing about them.
func (a *adapter) knows(r *http.Request) bool {
	given := r.Header.Values("Authorization")
	if len(given) != 1 {
		return false
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	sum, known := sha256.Sum256([]byte(token)), 0
	for _, secret := range a.secrets {
		known |= subtle.ConstantTimeCompare(sum[:], secret[:])
	}
	return known == 1 && strings.EqualFold(scheme, "Bearer") && token != ""
}

// mention takes one mention and answers 202, whether it concerns anybody or not. Without a secret in the settings there is no such address.
func (s *server) mention(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	status := s.takeMention(w, r)
	switch status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
		s.unknown(r.Context(), "adapter")
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "10")
	}
	if status != http.StatusAccepted {
		w.Header().Set("Connection", "close") // what follows is not read
	}
	w.WriteHeader(status)
}

func (s *server) takeMention(w http.ResponseWriter, r *http.Request) int {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(s.adapter.secrets) == 0:
		return http.StatusNotFound
	case !s.adapter.knows(r):
		return http.StatusUnauthorized
	case kind != "application/json" || r.Header.Get("Content-Encoding") != "":
		return http.StatusUnsupportedMediaType
	case !s.adapter.pace.AllowN(s.c.Now(), 1):
		return http.StatusTooManyRequests
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(mentionRead))
	m, err := readMention(http.MaxBytesReader(w, r.Body, mentionMost))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	}
	switch err := s.c.Whiteboards.Mentioned(r.Context(), m); {
	case errors.Is(err, whiteboards.ErrMention):
		return http.StatusBadRequest
	case err != nil:
		s.c.Logger.ErrorContext(r.Context(), "a mention is not stored", "error", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusAccepted
}

// readMention reads exactly one mention, and nothing that is not described.
func readMention(body io.Reader) (whiteboards.Mention, error) {
	const idMost = 200
	var wire struct {
		ID    string            `json:"id"`
		At    time.Time         `json:"at"`
		Board zoom.WhiteboardID `json:"whiteboard"`
		Link  string            `json:"link"`
		Who   string            `json:"mentioned"`
		By    string            `json:"by"`
	}
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wire); err != nil {
		return whiteboards.Mention{}, err
	}
	if err := decoder.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return whiteboards.Mention{}, errors.Join(whiteboards.ErrMention, err)
	}
	for _, text := range []string{wire.ID, wire.Who, wire.By} {
		if len(text) > idMost {
			return whiteboards.Mention{}, whiteboards.ErrMention
		}
	}
	return whiteboards.Mention{ID: wire.ID, At: wire.At, Board: wire.Board, Link: wire.Link, Person: wire.Who, By: wire.By}, nil
}
