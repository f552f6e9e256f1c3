package meetings

import (
	"context"
	"encoding/json"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/zoom"
)

// Check is what Schedule and Change check.
func (d Draft) Check(now time.Time) error { return d.clean().check(now) }

// Clean is what Schedule and Change make of a draft first.
func (d Draft) Clean() Draft { return d.clean() }

// Wrote notes what WriteCalendar has written.
func (s *Service) Wrote(ctx context.Context, m Meeting, c Copies, r calendar.Record) error {
	return s.wrote(ctx, m, c, r)
}

// Hash tells wishes apart.
func (d Draft) Hash() string { return d.hash() }

// NewPasscode makes a passcode for a rule.
var NewPasscode = passcode

// Groups writes a meeting id.
var Groups = groups

const (
	MaxTopic  = maxTopic
	MaxAgenda = maxAgenda
)

// AtZoom says how a draft repeats in Zoom's words.
var AtZoom = atZoom

// RepeatOf reads Zoom's words.
func RepeatOf(r zoom.Recurrence, zone string) *Recurrence { return repeatOf(r, location(zone)) }

// Points reads a summary.
var Points = points

// SealRemains seals what remains of a session as storage keeps it.
func (s *Service) SealRemains(m Meeting, uuid string, r Remains) []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return s.box.Seal(text, s.remainsAAD(m, uuid))
}

// WebVTT reads a transcript, ChatLines a chat.
var (
	WebVTT    = webVTT
	ChatLines = chatLines
)
