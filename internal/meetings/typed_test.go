package meetings_test

import (
	"testing"
	"time"

	"causeway/internal/meetings"
	"causeway/internal/wiretest"
)

// What people write after "schedule" fills in the form. It is Monday, 23 November 2026, noon in London.
func TestWhatIsTyped(t *testing.T) {
	t.Parallel()
	p := wiretest.New(t, wiretest.SQLite(t))
	p.Clock.Set(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	for text, want := range map[string]meetings.Input{
		"":                                 {},
		"Launch review":                    {Topic: "Launch review"},
		"tomorrow 10:00 30m Launch review": {Topic: "Launch review", Date: "2026-11-24", Time: "10:00", Duration: "30"},
		"demain à 10h30 pendant 45 min Le point": {Topic: "Le point", Date: "2026-11-24", Time: "10:30", Duration: "45"},
		"demain 10h 1h Sujet":                    {Topic: "Sujet", Date: "2026-11-24", Time: "10:00", Duration: "60"},
		"at 9:00 standup":                        {Topic: "standup", Date: "2026-11-24", Time: "09:00"}, // over today
		"at 2:30pm, standup":                     {Topic: "standup", Date: "2026-11-23", Time: "14:30"},
		"today 12am Midnight":                    {Topic: "Midnight", Date: "2026-11-23", Time: "00:00"},
		"friday 90 minutes Retro":                {Topic: "Retro", Date: "2026-11-27", Duration: "90"},
		"on monday 8:00 Kick-off":                {Topic: "Kick-off", Date: "2026-11-30", Time: "08:00"},
		"mardi 1h30 Atelier":                     {Topic: "Atelier", Date: "2026-11-24", Time: "01:30"}, // a time, as long as none was said
		"2026-12-01 15:00 2h Budget":             {Topic: "Budget", Date: "2026-12-01", Time: "15:00", Duration: "120"},
		"At the lake":                            {Topic: "At the lake"},
		"5 reasons to meet tomorrow":             {Topic: "5 reasons to meet tomorrow"},
		`tomorrow "On monday"`:                   {Topic: "On monday", Date: "2026-11-24"},
		"25:00 Odd":                              {Topic: "25:00 Odd"},
		"2026-13-40 Odd":                         {Topic: "2026-13-40 Odd"},
	} {
		got := p.Meetings.Typed(meetings.Visitor{Zone: "Europe/London"}, text)
		if got.Topic != want.Topic || got.Date != want.Date || got.Time != want.Time || got.Duration != want.Duration {
			t.Errorf("%q: %q on %q at %q for %q, want %q on %q at %q for %q", text, got.Topic, got.Date, got.Time, got.Duration, want.Topic, want.Date, want.Time, want.Duration)
		}
	}
	// The clocks go back on 25 October 2026: ten o'clock is ten o'clock.
	p.Clock.Set(time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC))
	if got := p.Meetings.Typed(meetings.Visitor{Zone: "Europe/London"}, "tomorrow 10:00 x"); got.Time != "10:00" || got.Date != "2026-10-25" {
		t.Errorf("on the day of the change: %+v", got)
	}
	// In Santiago the sixth of September begins at one o'clock.
	p.Clock.Set(time.Date(2026, 9, 5, 12, 0, 0, 0, time.UTC))
	for text, want := range map[string]string{"tomorrow 10:00 x": "2026-09-06 10:00", "sunday x": "2026-09-06 ", "2026-09-06 0:30 x": "2026-09-06 01:30", "7:00 x": "2026-09-06 07:00"} {
		if got := p.Meetings.Typed(meetings.Visitor{Zone: "America/Santiago"}, text); got.Date+" "+got.Time != want {
			t.Errorf("%q: on %s at %s, want %s", text, got.Date, got.Time, want)
		}
	}
}
