package meetings

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/clocks"
	"causeway/internal/i18n"
)

// wording are the words of all languages for days and lengths; whoever writes one language is understood in another.
type wording struct {
	today, tomorrow, filler, minutes, hours []string
	weekdays                                [7][]string // Sunday first
}

func newWording(texts *i18n.Catalogue) wording {
	var w wording
	for _, language := range texts.Languages() {
		p := texts.For(language)
		for key, list := range map[string]*[]string{
			"meetings.typed_today": &w.today, "meetings.typed_tomorrow": &w.tomorrow, "meetings.typed_filler": &w.filler, "meetings.typed_minutes": &w.minutes,
			"meetings.typed_hours": &w.hours,
		} {
			*list = append(*list, strings.Fields(p.T(key))...)
		}
		for i, day := range strings.Fields(p.T("meetings.typed_weekdays")) {
			w.weekdays[i%7] = append(w.weekdays[i%7], day)
		}
	}
	return w
}

var (
	typedClock  = regexp.MustCompile(`^([01]?[0-9]|2[0-3])(?::([0-5][0-9])|h([0-5][0-9])?)$`)
	typedTwelve = regexp.MustCompile(`^(1[0-2]|0?[1-9])(?::([0-5][0-9]))?(am|pm)$`)
	typedLength = regexp.MustCompile(`^(?:([0-9]{1,2})h)?(?:([0-9]{1,4})(?:m|min)?)?$`)
	typedNumber = regexp.MustCompile(`^[0-9]{1,4}$`)
)

// typing is what is read so far of what somebody wrote.
type typing struct {
	day     time.Time // as clocks.Midnight writes it, zero when not said
	clock   time.Duration
	timed   bool
	minutes int
}

// Typed reads what somebody wrote to schedule a meeting, "tomorrow 10:00 30m Launch": a day, a time and a length in any order, as far as they
// are there, and the rest is the topic. What is not said is left open; a time that is over today is meant tomorrow.
func (s *Service) Typed(v Visitor, text string) Input {
	now := s.c.Now().In(s.choices.location(v.Zone))
	words := strings.Fields(text)
	var t typing
	for len(words) > 0 {
		n := s.wording.read(&t, words, now)
		if n == 0 {
			break
		}
		words = words[n:]
	}
	in := Input{Topic: strings.Trim(strings.Join(words, " "), `"'«»“” `)}
	if t.minutes > 0 {
		in.Duration = strconv.Itoa(t.minutes)
	}
	if t.timed {
		at := func() time.Time { return clocks.At(t.day.Add(t.clock), now.Location()) }
		if t.day.IsZero() {
			t.day = clocks.Midnight(now)
			if !at().After(now) {
				t.day = t.day.AddDate(0, 0, 1)
			}
		}
		in.Time = at().Format("15:04")
	}
	if !t.day.IsZero() {
		in.Date = t.day.Format(time.DateOnly)
	}
	return in
}

// read reads the first of the words, or the first two, and answers how many: 0 where the topic begins.
func (w wording) read(t *typing, words []string, now time.Time) int {
	word := strings.ToLower(strings.Trim(words[0], ",;"))
	if w.day(t, word, now) {
		return 1
	}
	if !t.timed {
		if clock, ok := clockOf(word); ok {
			t.clock, t.timed = clock, true
			return 1
		}
	}
	if t.minutes == 0 {
		if minutes, ok := lengthOf(word); ok {
			t.minutes = minutes
			return 1
		}
		if len(words) > 1 && typedNumber.MatchString(word) {
			n, _ := strconv.Atoi(word)
			switch unit := strings.ToLower(strings.Trim(words[1], ",;")); {
			case slices.Contains(w.minutes, unit):
				t.minutes = n
				return 2
			case slices.Contains(w.hours, unit):
				t.minutes = n * 60
				return 2
			}
		}
	}
	if slices.Contains(w.filler, word) && len(words) > 1 { // "at 10:00", but "At the lake"
		before := *t
		if n := w.read(t, words[1:], now); n > 0 {
			return n + 1
		}
		*t = before
	}
	return 0
}

func (w wording) day(t *typing, word string, now time.Time) bool {
	if !t.day.IsZero() {
		return false
	}
	switch {
	case slices.Contains(w.today, word):
		t.day = clocks.Midnight(now)
	case slices.Contains(w.tomorrow, word):
		t.day = clocks.Midnight(now).AddDate(0, 0, 1)
	default:
		if day, err := time.Parse(time.DateOnly, word); err == nil {
			t.day = day
			break
		}
		for i, names := range w.weekdays {
			if slices.Contains(names, word) {
				ahead := (i - int(now.Weekday()) + 7) % 7
				if ahead == 0 { // what is meant today is said so
					ahead = 7
				}
				t.day = clocks.Midnight(now).AddDate(0, 0, ahead)
			}
		}
	}
	return !t.day.IsZero()
}

func clockOf(word string) (time.Duration, bool) {
	if m := typedTwelve.FindStringSubmatch(word); m != nil {
		hour, _ := strconv.Atoi(m[1])
		minute, _ := strconv.Atoi(m[2])
		hour %= 12
		if m[3] == "pm" {
			hour += 12
		}
		return time.Duration(hour*60+minute) * time.Minute, true
	}
	m := typedClock.FindStringSubmatch(word)
	if m == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2] + m[3])
	return time.Duration(hour*60+minute) * time.Minute, true
}

func lengthOf(word string) (int, bool) {
	m := typedLength.FindStringSubmatch(word)
	if m == nil || m[1]+m[2] == "" || m[1] == "" && !strings.ContainsRune(word, 'm') { // a number alone is no length
		return 0, false
	}
	hours, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi(m[2])
	return hours*60 + minutes, hours*60+minutes > 0
}
