package meetings

import (
	"context"
	"reflect"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// wanted is the draft as Zoom takes it. "Start now" is a meeting scheduled for this minute, because Zoom lists instant meetings
// nowhere, so that a lost one could not be found again.
func wanted(r Reserved) zoom.NewMeeting {
	d := r.Request.Draft
	return zoom.NewMeeting{
		Topic: d.Topic, Type: zoom.ScheduledMeeting, Start: d.Start.UTC(), Zone: d.Zone, Duration: d.Duration, Agenda: marked(r.Meeting, d.Agenda),
		Recurrence: atZoom(d), ScheduleFor: d.For, Template: d.Template, Settings: settingsOf(d),
	}
}

// marked is an agenda with our marker before it.
func marked(meeting, agenda string) string {
	return strings.TrimRight(marker+meeting+"\n"+agenda, "\n")
}

func settingsOf(d Draft) zoom.MeetingSettings {
	settings := zoom.MeetingSettings{
		WaitingRoom: &d.WaitingRoom, UsePMI: &d.PMI, JoinBeforeHost: d.JoinBeforeHost, HostVideo: d.HostVideo,
		ParticipantVideo: d.ParticipantVideo, MuteUponEntry: d.Mute, Audio: zoom.Audio(d.Audio), AutoRecording: zoom.Recording(d.Recording),
	}
	if d.Template != "" { // what is sent would overrule it
		settings.WaitingRoom, settings.JoinBeforeHost, settings.HostVideo = nil, nil, nil
		settings.ParticipantVideo, settings.MuteUponEntry, settings.AutoRecording = nil, nil, ""
	}
	if d.Private {
		settings.Private = &d.Private
	}
	if len(d.AlternativeHosts) > 0 {
		hosts := strings.Join(d.AlternativeHosts, ";")
		settings.AlternativeHosts = &hosts
	}
	return settings
}

// atZoom is how a draft repeats in Zoom's words; nil when it does not.
func atZoom(d Draft) *zoom.Recurrence {
	if d.Repeat == nil {
		return nil
	}
	r := d.Repeat
	kind := map[Pattern]zoom.RecurrenceType{Daily: zoom.Daily, Weekly: zoom.Weekly, Monthly: zoom.Monthly}
	return &zoom.Recurrence{
		Type: kind[r.Pattern], Interval: r.Interval, Weekdays: r.Weekdays, MonthDay: r.MonthDay, Week: r.Week, Weekday: r.Weekday, Times: r.Times,
		Until: r.end(location(d.Zone)),
	}
}

// changed is what Zoom is told when a meeting is not any more as before. Of a series the times are told only when they change: Zoom
// then makes all of its occurrences anew, and what was moved or cancelled is as if it had not been.
func changed(m Meeting, before Draft) zoom.MeetingChange {
	n := wanted(Reserved{Meeting: m.ID, Request: Request{Draft: m.Draft}})
	n.Settings.UsePMI = nil // it stays in the room in which it is
	if len(m.Draft.AlternativeHosts) == 0 && len(before.AlternativeHosts) > 0 {
		n.Settings.AlternativeHosts = new(string)
	}
	change := zoom.MeetingChange{Topic: &n.Topic, Agenda: &n.Agenda, Settings: &n.Settings}
	if m.Draft.Repeat == nil || !sameTimes(m.Draft, before) {
		change.Start, change.Zone, change.Duration, change.Recurrence = n.Start, n.Zone, n.Duration, n.Recurrence
	}
	return change
}

// templated is a draft with what its template has made of the meeting at Zoom. From then on it is a meeting like any other.
func (d Draft) templated(made zoom.Meeting) Draft {
	if d.Template == "" {
		return d
	}
	of := draftOf(made)
	d.Template, d.WaitingRoom, d.JoinBeforeHost, d.HostVideo = "", of.WaitingRoom, of.JoinBeforeHost, of.HostVideo
	d.ParticipantVideo, d.Mute, d.Recording = of.ParticipantVideo, of.Mute, of.Recording
	return d
}

// sameTimes tells whether two drafts take place at the same times, exceptions apart.
func sameTimes(a, b Draft) bool {
	return a.Start.Equal(b.Start) && a.Zone == b.Zone && a.Duration == b.Duration && reflect.DeepEqual(a.Repeat, b.Repeat)
}

// minute is a start at Zoom as it was asked for: what starts at once has the second at which Zoom made it.
func minute(start time.Time) time.Time { return start.Truncate(time.Minute) }

// draftOf is a meeting at Zoom as the draft that would have made it, with the occurrences that were moved or cancelled.
func draftOf(z zoom.Meeting) Draft {
	d := Draft{
		Topic: z.Topic, Agenda: unmarked(z.Agenda), Start: minute(z.Start), Duration: z.Duration, Zone: z.Zone, Passcode: z.Passcode != "", Everyone: true,
		JoinBeforeHost: z.Settings.JoinBeforeHost, HostVideo: z.Settings.HostVideo, ParticipantVideo: z.Settings.ParticipantVideo,
		Mute: z.Settings.MuteUponEntry, Audio: string(z.Settings.Audio), Recording: string(z.Settings.AutoRecording),
		PMI: z.Settings.UsePMI != nil && *z.Settings.UsePMI, WaitingRoom: z.Settings.WaitingRoom != nil && *z.Settings.WaitingRoom,
		Private: z.Settings.Private != nil && *z.Settings.Private,
	}
	if hosts := z.Settings.AlternativeHosts; hosts != nil {
		d.AlternativeHosts = strings.FieldsFunc(*hosts, func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
	}
	if z.Recurrence != nil {
		d.Repeat = repeatOf(*z.Recurrence, location(z.Zone))
		d.Exceptions = exceptionsOf(d, z.Occurrences)
	}
	return d
}

// unmarked is an agenda without our marker.
func unmarked(agenda string) string {
	if line, rest, _ := strings.Cut(agenda, "\n"); strings.HasPrefix(line, marker) {
		return rest
	}
	return agenda
}

func repeatOf(r zoom.Recurrence, zone *time.Location) *Recurrence {
	pattern := map[zoom.RecurrenceType]Pattern{zoom.Daily: Daily, zoom.Weekly: Weekly, zoom.Monthly: Monthly}
	repeat := &Recurrence{
		Pattern: pattern[r.Type], Interval: max(r.Interval, 1), Weekdays: r.Weekdays, MonthDay: r.MonthDay, Week: r.Week, Weekday: r.Weekday,
		Times: r.Times,
	}
	if !r.Until.IsZero() && r.Times == 0 {
		repeat.Until = r.Until.In(zone).Format(time.DateOnly)
	}
	return repeat
}

// exceptionsOf finds out which occurrences of a series are not as it says. Zoom names an occurrence by an id alone; UNVERIFIED: that ids
// stay in the order of the series when an occurrence moves. So those that stand where the series says are paired first, and what is
// left over in order. Occurrences that are past are not told by Zoom and count as held.
func exceptionsOf(d Draft, told []zoom.Occurrence) []Exception {
	at := map[int64]zoom.Occurrence{}
	for _, o := range told {
		at[o.Start.Unix()] = o
	}
	var left []Occurrence
	var all []Exception
	for _, o := range d.Occurrences() {
		z, there := at[o.Original.Unix()]
		switch {
		case !there:
			left = append(left, o)
			continue
		case z.Status == zoom.OccurrenceDeleted:
			all = append(all, Exception{Original: o.Original, Start: o.Start, Duration: o.Duration, Cancelled: true})
		case z.Duration != d.Duration && z.Duration > 0:
			all = append(all, Exception{Original: o.Original, Start: o.Start, Duration: z.Duration})
		}
		delete(at, o.Original.Unix())
	}
	for i := len(told) - 1; i >= 0 && len(left) > 0; i-- { // from the end: what is missing is past
		z := told[i]
		if _, moved := at[z.Start.Unix()]; !moved {
			continue
		}
		o := left[len(left)-1]
		left = left[:len(left)-1]
		all = append(all, Exception{
			Original: o.Original, Start: z.Start, Duration: z.Duration, Cancelled: z.Status == zoom.OccurrenceDeleted,
		})
	}
	return all
}

// checkCode holds a passcode that was typed against the rules of its host. Where Zoom does not tell them, as it does of nobody but the person,
// it is left to Zoom.
func (s *Service) checkCode(ctx context.Context, person entra.Person, d Draft) error {
	if d.Code == "" || d.PMI {
		return nil
	}
	rule := zoom.PasscodeRule{}
	look, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	if told, err := s.settings.of(look, person, s.c.Accounts); err == nil && d.For == "" {
		rule = told.Schedule.Passcode
	}
	p := problem.New(problem.Invalid, "meetings.invalid")
	for _, fault := range rule.Faults(d.Code) {
		return p.WithField(FieldPasscode, "meetings.passcode_"+string(fault))
	}
	return nil
}
