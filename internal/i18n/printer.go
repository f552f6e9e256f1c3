package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
)

// Printer writes sentences in one language, and dates as a region of it does. Copy it freely.
type Printer struct {
	language *languageTexts
	region   *languageTexts // nil: as is usual in the language
}

// Locale returns the language of the printer: "en", "fr".
func (p Printer) Locale() string { return p.language.name }

// Tag returns what For makes this printer of: "en", "en-GB", "fr".
func (p Printer) Tag() string {
	if p.region != nil {
		return p.region.name
	}
	return p.language.name
}

func (p Printer) find(key string) (entry, bool) {
	if p.region != nil {
		if e, ok := p.region.texts[key]; ok {
			return e, true
		}
	}
	e, ok := p.language.texts[key]
	return e, ok
}

// T returns the sentence of a key; args are name and value pairs, or one map[string]any, for its placeholders. Values are
// written as they are: who puts a sentence into Markdown or HTML escapes what people typed. A key that is not there is its own text.
func (p Printer) T(key string, args ...any) string {
	e, ok := p.find(key)
	if !ok {
		return key
	}
	return e[plural.Other].write(lookup(args))
}

// N returns the sentence of a key in the plural form for n, which is also its placeholder {{.Count}}.
func (p Printer) N(key string, n int, args ...any) string {
	e, ok := p.find(key)
	if !ok {
		return key
	}
	form := plural.Cardinal.MatchPlural(p.language.tag, max(n, -n), 0, 0, 0, 0)
	t, ok := e[form]
	if !ok {
		t = e[plural.Other]
	}
	others := lookup(args)
	return t.write(func(name string) (any, bool) {
		if name == "Count" {
			return n, true
		}
		return others(name)
	})
}

// Has reports whether there is a sentence for the key.
func (p Printer) Has(key string) bool {
	_, ok := p.language.texts[key]
	return ok
}

// Time returns the day and the time of day in a zone: "Monday, November 23, 2026, 3:04 PM".
func (p Printer) Time(t time.Time, zone *time.Location) string {
	return p.T("format.time", "Date", p.Date(t, zone), "Clock", p.Clock(t, zone))
}

// Date returns the day in a zone: "Monday, November 23, 2026".
func (p Printer) Date(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = p.T("format.first_day")
	}
	return p.T("format.date",
		"Weekday", p.T("format.weekday."+strings.ToLower(t.Weekday().String())),
		"Day", day,
		"Month", p.T("format.month."+strings.ToLower(t.Month().String())),
		"Year", t.Year())
}

// WeekClock returns the day of the week and the time of day in a zone: "Monday, 3:04 PM".
func (p Printer) WeekClock(t time.Time, zone *time.Location) string {
	return p.T("format.week_clock", "Weekday", p.T("format.weekday."+strings.ToLower(t.In(zone).Weekday().String())), "Clock", p.Clock(t, zone))
}

// Clock returns the time of day in a zone: "3:04 PM".
func (p Printer) Clock(t time.Time, zone *time.Location) string {
	return t.In(zone).Format(p.T("format.clock"))
}

// Zone returns a zone with its distance from UTC at that time: "Europe/Paris (UTC+1)".
func (p Printer) Zone(t time.Time, zone *time.Location) string {
	_, seconds := t.In(zone).Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	distance := fmt.Sprintf("UTC%s%d", sign, seconds/3600)
	if minutes := seconds % 3600 / 60; minutes != 0 {
		distance += fmt.Sprintf(":%02d", minutes)
	}
	if seconds == 0 {
		distance = "UTC"
	}
	if zone.String() == distance || zone.String() == "" {
		return distance
	}
	return strings.ReplaceAll(zone.String(), "_", " ") + " (" + distance + ")"
}

// Duration returns a length of time in hours and minutes, rounded to the minute: "1 hr 30 min".
func (p Printer) Duration(d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	switch hours, rest := minutes/60, minutes%60; {
	case hours == 0:
		return p.T("format.minutes", "Minutes", rest)
	case rest == 0:
		return p.T("format.hours", "Hours", hours)
	default:
		return p.T("format.hours_minutes", "Hours", hours, "Minutes", rest)
	}
}
