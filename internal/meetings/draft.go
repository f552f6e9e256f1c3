package meetings

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"causeway/internal/problem"
)

// Zoom's limits of a meeting (POST /users/{userId}/meetings).
const (
	maxTopic    = 200
	maxAgenda   = 2000 - len(marker) - 40 // our marker is its first line
	minDuration = time.Minute
	maxDuration = 24 * time.Hour
	maxAhead    = 10 * 365 * 24 * time.Hour
	// pastGrace forgives the minutes in which the form was filled in.
	pastGrace = 5 * time.Minute
)

// Names of the form's fields, in problem.Field too.
const (
	FieldTopic    = "topic"
	FieldDate     = "date"
	FieldTime     = "time"
	FieldDuration = "duration"
	FieldZone     = "zone"
	FieldAgenda   = "agenda"
	FieldPeople   = "people"
)

// check refuses what Zoom or Outlook would refuse, field by field.
func (d Draft) check(now time.Time) error {
	p := problem.New(problem.Invalid, "meetings.invalid")
	switch n := utf8.RuneCountInString(d.Topic); {
	case strings.TrimSpace(d.Topic) == "":
		p = p.WithField(FieldTopic, "meetings.topic_missing")
	case n > maxTopic:
		p = p.WithField(FieldTopic, "meetings.topic_long", "Max", maxTopic)
	}
	if utf8.RuneCountInString(d.Agenda) > maxAgenda {
		p = p.WithField(FieldAgenda, "meetings.agenda_long", "Max", maxAgenda)
	}
	if d.Duration < minDuration || d.Duration > maxDuration {
		p = p.WithField(FieldDuration, "meetings.duration_range")
	}
	if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "" || d.Zone == "Local" {
		p = p.WithField(FieldZone, "meetings.zone_unknown")
	}
	if !d.Now && d.Start.Before(now.Add(-pastGrace)) {
		p = p.WithField(FieldDate, "meetings.start_past")
	}
	if d.Start.After(now.Add(maxAhead)) {
		p = p.WithField(FieldDate, "meetings.start_far")
	}
	if !d.Everyone && len(d.Chosen) == 0 {
		p = p.WithField(FieldPeople, "meetings.people_missing")
	}
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

// clean drops what surrounds the words.
func (d Draft) clean() Draft {
	d.Topic = strings.Join(strings.Fields(d.Topic), " ")
	d.Agenda = strings.TrimSpace(strings.ReplaceAll(d.Agenda, "\r\n", "\n"))
	return d
}

// hash tells two wishes under one nonce apart. When an ad-hoc meeting was asked for is no part of the wish.
func (d Draft) hash() string {
	if d.Now {
		d.Start = time.Time{}
	}
	d.Start = d.Start.UTC()
	text, _ := json.Marshal(d) // a struct of plain fields
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
