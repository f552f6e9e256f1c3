package meetings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/meetings"
	"causeway/internal/wiretest"
	"causeway/internal/zoom"
)

func TestADraftIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*meetings.Draft)
		want   []string
	}{
		"in order":                  {func(*meetings.Draft) {}, nil},
		"no topic":                  {func(d *meetings.Draft) { d.Topic = " \t\n " }, []string{"topic: meetings.topic_missing"}},
		"a topic as long as it can": {func(d *meetings.Draft) { d.Topic = strings.Repeat("é", meetings.MaxTopic) }, nil},
		"a longer one":              {func(d *meetings.Draft) { d.Topic = strings.Repeat("é", meetings.MaxTopic+1) }, []string{"topic: meetings.topic_long"}},
		"an agenda as long":         {func(d *meetings.Draft) { d.Agenda = strings.Repeat("é", meetings.MaxAgenda) }, nil},
		"a longer agenda":           {func(d *meetings.Draft) { d.Agenda = strings.Repeat("é", meetings.MaxAgenda+1) }, []string{"agenda: meetings.agenda_long"}},
		"no time at all":            {func(d *meetings.Draft) { d.Duration = 0 }, []string{"duration: meetings.duration_range"}},
		"a day":                     {func(d *meetings.Draft) { d.Duration = 24 * time.Hour }, nil},
		"longer than a day":         {func(d *meetings.Draft) { d.Duration = 24*time.Hour + time.Minute }, []string{"duration: meetings.duration_range"}},
		"no zone":                   {func(d *meetings.Draft) { d.Zone = "" }, []string{"zone: meetings.zone_unknown"}},
		"the server's zone":         {func(d *meetings.Draft) { d.Zone = "Local" }, []string{"zone: meetings.zone_unknown"}},
		"a zone that is none":       {func(d *meetings.Draft) { d.Zone = "../../etc/passwd" }, []string{"zone: meetings.zone_unknown"}},
		"five minutes ago":          {func(d *meetings.Draft) { d.Start = wiretest.Noon.Add(-5 * time.Minute) }, nil},
		"six minutes ago":           {func(d *meetings.Draft) { d.Start = wiretest.Noon.Add(-6 * time.Minute) }, []string{"date: meetings.start_past"}},
		"now, though past":          {func(d *meetings.Draft) { d.Now, d.Start = true, wiretest.Noon.Add(-time.Hour) }, nil},
		"in eleven years":           {func(d *meetings.Draft) { d.Start = wiretest.Noon.AddDate(11, 0, 0) }, []string{"date: meetings.start_far"}},
		"nobody":                    {func(d *meetings.Draft) { d.Everyone = false }, []string{"people: meetings.people_missing"}},
		"everything": {
			func(d *meetings.Draft) { *d = meetings.Draft{} },
			[]string{"date: meetings.start_past", "duration: meetings.duration_range", "people: meetings.people_missing", "topic: meetings.topic_missing", "zone: meetings.zone_unknown"},
		},
	} {
		d := draft()
		row.change(&d)
		if diff := cmp.Diff(row.want, fields(d.Check(wiretest.Noon))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestTheHashTellsWishesApart(t *testing.T) {
	t.Parallel()
	same, other := draft(), draft()
	same.Start = same.Start.In(time.FixedZone("", 3600))
	other.WaitingRoom = true
	if draft().Hash() != same.Hash() {
		t.Error("the same moment counts as another wish")
	}
	if draft().Hash() == other.Hash() {
		t.Error("another wish counts as the same")
	}
	now := draft()
	now.Now = true
	later := now
	later.Start = later.Start.Add(time.Second)
	if now.Hash() != later.Hash() {
		t.Error("when an ad-hoc meeting is asked for makes another wish of it")
	}
}

func TestAPasscodeMeetsTheRulesOfTheAccount(t *testing.T) {
	t.Parallel()
	for _, rule := range []zoom.PasscodeRule{
		{},
		{Length: 8},
		{Length: 10, NumericOnly: true, Consecutive: 4},
		{Length: 8, Letter: true, Number: true, Special: true, UpperLower: true, Consecutive: 4},
		{Length: 6, Letter: true, NumericOnly: true},
	} {
		seen := map[string]bool{}
		for range 20 {
			code, err := meetings.NewPasscode(rule)
			if err != nil || len(rule.Faults(code)) > 0 || len(code) < 6 {
				t.Fatalf("%+v: %q, %v", rule, code, err)
			}
			seen[code] = true
		}
		if len(seen) < 15 {
			t.Errorf("%+v: only %d different codes of 20", rule, len(seen))
		}
	}
	if _, err := meetings.NewPasscode(zoom.PasscodeRule{Consecutive: 1, Length: 20}); err == nil {
		t.Error("a rule that cannot be met is met")
	}
}

func TestAMeetingIDIsWrittenInGroups(t *testing.T) {
	t.Parallel()
	for id, want := range map[zoom.MeetingID]string{
		91234567890: "912 3456 7890", 9123456789: "912 345 6789", 912345678: "912 345 678", 123: "123",
	} {
		if got := meetings.Groups(id); got != want {
			t.Errorf("%d: %q, want %q", id, got, want)
		}
	}
}
