package meetings

import (
	"slices"
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
	// SeriesMost is how many occurrences a series has at most (end_times). UNVERIFIED: that a series with a last day is held to it
	// too; it is kept to it here, so that Zoom, Outlook and we always mean the same days.
	SeriesMost = 60
	maxAddress = 254 // characters of a mail address (RFC 5321)
	maxName    = 200 // characters of a guest's name
	maxHosts   = 50  // alternative hosts: how many Zoom takes it does not say
	// maxTemplate is more than the id of a template has: Zoom's samples have 24 characters.
	maxTemplate = 100
	// pastGrace forgives the minutes in which the form was filled in.
	pastGrace = 5 * time.Minute
)

// Names of the form's fields, in problem.Field too.
const (
	FieldTopic     = "topic"
	FieldDate      = "date"
	FieldTime      = "time"
	FieldDuration  = "duration"
	FieldZone      = "zone"
	FieldAgenda    = "agenda"
	FieldPeople    = "people"
	FieldPasscode  = "passcode"
	FieldAudio     = "audio"
	FieldRecording = "recording"
	FieldPMI       = "pmi"
	FieldFor       = "for"
	FieldTemplate  = "template"
	FieldHosts     = "alternative_hosts"
	FieldInvitees  = "invitees"
	FieldRooms     = "rooms"
	FieldRepeat    = "repeat"
	FieldInterval  = "interval"
	FieldWeekdays  = "weekdays"
	FieldMonthDay  = "month_day"
	FieldWeek      = "week"
	FieldWeekday   = "weekday"
	FieldTimes     = "times"
	FieldUntil     = "until"
)

// check refuses what Zoom or Outlook would refuse, field by field.
func (d Draft) check(now time.Time) error {
	p := d.checkWords(problem.New(problem.Invalid, "meetings.invalid"))
	p = d.checkTime(p, now)
	p = d.checkSecurity(p)
	p = d.checkPeople(p)
	if d.Repeat != nil {
		p = d.checkSeries(p)
	}
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

func (d Draft) checkWords(p *problem.Error) *problem.Error {
	switch n := utf8.RuneCountInString(d.Topic); {
	case strings.TrimSpace(d.Topic) == "":
		p = p.WithField(FieldTopic, "meetings.topic_missing")
	case n > maxTopic:
		p = p.WithField(FieldTopic, "meetings.topic_long", "Max", maxTopic)
	}
	if utf8.RuneCountInString(d.Agenda) > maxAgenda {
		p = p.WithField(FieldAgenda, "meetings.agenda_long", "Max", maxAgenda)
	}
	return p
}

func (d Draft) checkTime(p *problem.Error, now time.Time) *problem.Error {
	if d.NoTime {
		return p
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
	return p
}

// checkSecurity looks at whose meeting it is and how it is held. The personal room is the person's own, and of no series (use_pmi).
func (d Draft) checkSecurity(p *problem.Error) *problem.Error {
	if d.Audio != "" && !slices.Contains(audios(), d.Audio) {
		p = p.WithField(FieldAudio, "meetings.choice_unknown")
	}
	if d.Recording != "" && !slices.Contains(recordings(), d.Recording) {
		p = p.WithField(FieldRecording, "meetings.choice_unknown")
	}
	if d.For != "" && !validAddress(d.For) {
		p = p.WithField(FieldFor, "meetings.address_wrong", "Address", clip(d.For, nameShown))
	}
	if d.For != "" && d.Now { // Zoom code 3000
		p = p.WithField(FieldFor, "meetings.for_now")
	}
	if len(d.Template) > maxTemplate {
		p = p.WithField(FieldTemplate, "meetings.choice_unknown")
	}
	if !d.PMI {
		return p
	}
	switch {
	case d.For != "":
		p = p.WithField(FieldPMI, "meetings.pmi_for")
	case d.Repeat != nil:
		p = p.WithField(FieldPMI, "meetings.pmi_series")
	}
	return p
}

func (d Draft) checkPeople(p *problem.Error) *problem.Error {
	if !d.Everyone && len(d.Chosen)+len(d.Invitees) == 0 {
		p = p.WithField(FieldPeople, "meetings.people_missing")
	}
	if len(d.Invitees)+len(d.Rooms)+len(d.Chosen) > outlookMost {
		p = p.WithField(FieldInvitees, "meetings.invitees_many", "Max", outlookMost)
	}
	if len(d.AlternativeHosts) > maxHosts {
		p = p.WithField(FieldHosts, "meetings.hosts_many", "Max", maxHosts)
	} else {
		p = checkAddresses(p, FieldHosts, d.AlternativeHosts)
	}
	p = checkAddresses(p, FieldInvitees, addressesOf(d.Invitees))
	return checkAddresses(p, FieldRooms, addressesOf(d.Rooms))
}

// checkAddresses names the first of a field's addresses that is none.
func checkAddresses(p *problem.Error, field string, addresses []string) *problem.Error {
	for _, a := range addresses {
		if !validAddress(a) {
			return p.WithField(field, "meetings.address_wrong", "Address", clip(a, nameShown))
		}
	}
	return p
}

// clip shortens what somebody typed, whatever it is made of.
func clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func addressesOf(guests []Guest) []string {
	all := make([]string, 0, len(guests))
	for _, g := range guests {
		all = append(all, g.Address)
	}
	return all
}

// audios are the ways to be heard that Zoom knows (settings.audio).
func audios() []string { return []string{"both", "telephony", "voip", "thirdParty"} }

// recordings are what Zoom does by itself when a meeting starts (settings.auto_recording).
func recordings() []string { return []string{"none", "local", "cloud"} }

// checkSeries holds a series against Zoom's limits of recurrence.
func (d Draft) checkSeries(p *problem.Error) *problem.Error {
	r := d.Repeat
	most := map[Pattern]int{Daily: 99, Weekly: 50, Monthly: 10}[r.Pattern]
	if most == 0 || d.Now {
		return p.WithField(FieldRepeat, "meetings.choice_unknown")
	}
	if r.Interval < 1 || r.Interval > most {
		p = p.WithField(FieldInterval, "meetings.interval_range", "Max", most)
	}
	if slices.ContainsFunc(r.Weekdays, func(day time.Weekday) bool { return day < time.Sunday || day > time.Saturday }) {
		p = p.WithField(FieldWeekdays, "meetings.choice_unknown")
	}
	if r.Pattern == Monthly {
		p = d.checkMonth(p)
	}
	return d.checkEnd(p)
}

// checkMonth refuses days that some month of the series does not have: there Zoom leaves the month out, while Outlook takes its last day.
func (d Draft) checkMonth(p *problem.Error) *problem.Error {
	r := d.Repeat
	switch {
	case r.Week != 0 && (r.Week < -1 || r.Week > 4):
		return p.WithField(FieldWeek, "meetings.choice_unknown")
	case r.Week != 0 && (r.Weekday < time.Sunday || r.Weekday > time.Saturday):
		return p.WithField(FieldWeekday, "meetings.choice_unknown")
	case r.Week == 0 && (r.MonthDay < 1 || r.MonthDay > 31):
		return p.WithField(FieldMonthDay, "meetings.month_day_range")
	}
	all, zone := d.Occurrences(), location(d.Zone)
	for i := 1; i < len(all); i++ {
		before, after := all[i-1].Original.In(zone), all[i].Original.In(zone)
		if months(before, after) != max(r.Interval, 1) {
			return p.WithField(FieldMonthDay, "meetings.month_day_missing", "Day", r.MonthDay)
		}
	}
	return p
}

// months is how many months lie between two days.
func months(a, b time.Time) int { return 12*(b.Year()-a.Year()) + int(b.Month()) - int(a.Month()) }

func (d Draft) checkEnd(p *problem.Error) *problem.Error {
	r := d.Repeat
	field := FieldTimes
	if r.Until != "" {
		field = FieldUntil
		switch end := r.end(location(d.Zone)); {
		case end.IsZero():
			return p.WithField(field, "meetings.date_unknown")
		case end.Before(d.Start):
			return p.WithField(field, "meetings.until_early")
		}
	}
	if r.Times < 0 || r.Times > SeriesMost {
		return p.WithField(FieldTimes, "meetings.times_range", "Max", SeriesMost)
	}
	if (r.Times > 0) == (r.Until != "") {
		return p.WithField(field, "meetings.end_missing")
	}
	all := d.Occurrences()
	switch n := len(all); {
	case n < 2:
		return p.WithField(field, "meetings.series_of_one")
	case n > SeriesMost:
		return p.WithField(field, "meetings.series_long", "Max", SeriesMost)
	case all[n-1].Original.Sub(d.Start) > maxAhead:
		return p.WithField(field, "meetings.start_far")
	}
	return p
}
