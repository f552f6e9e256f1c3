package meetings

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/problem"
)

// Input is what the form's fields hold, as they were typed: in a dialog, where the JSON names are the ids of its fields, and in the tab.
// What a form does not offer is "".
type Input struct {
	Topic    string `json:"topic" required:"false" doc:"At most 200 characters"`
	Date     string `json:"date" required:"false" doc:"2026-11-23, in the zone"`
	Time     string `json:"time" required:"false" doc:"14:30, in the zone"`
	Duration string `json:"duration" required:"false" doc:"Minutes, 1 to 1440"`
	Zone     string `json:"zone" required:"false" doc:"IANA name"`
	Agenda   string `json:"agenda" required:"false"`

	Who    string `json:"who,omitempty" doc:"In a conversation: everyone, or chosen"`
	People string `json:"people,omitempty" doc:"In a conversation: ids ticked or names typed, separated by commas"`

	Passcode         string `json:"passcode" required:"false" doc:"true: Causeway makes one; false: none; anything else is the passcode"`
	WaitingRoom      string `json:"waiting_room" required:"false" doc:"true or false"`
	JoinBeforeHost   string `json:"join_before_host" required:"false" doc:"true or false; empty here and below: as the Zoom settings say"`
	HostVideo        string `json:"host_video" required:"false"`
	ParticipantVideo string `json:"participant_video" required:"false"`
	Mute             string `json:"mute" required:"false"`
	Audio            string `json:"audio" required:"false" doc:"both, telephony, voip, thirdParty"`
	Recording        string `json:"recording" required:"false" doc:"none, local, cloud"`
	PMI              string `json:"pmi" required:"false" doc:"true: in the personal meeting room"`
	Private          string `json:"private" required:"false" doc:"true: the calendar hides what it is from others"`
	For              string `json:"for" required:"false" doc:"The address of the Zoom user whose meeting it will be"`
	Template         string `json:"template" required:"false" doc:"The id of a template of the Zoom account, of a new meeting: it decides on the waiting room, joining early, video, muting and recording"`
	AlternativeHosts string `json:"alternative_hosts" required:"false" doc:"Addresses, separated by commas"`

	Invitees []Guest `json:"invitees" nullable:"false" required:"false" doc:"People by address; of a change also people who are in the conversation, by id where they have no address"`
	Members  []Named `json:"members,omitempty" nullable:"false" doc:"Of a change: who was invited from the conversation and stays so; absent: all of them"`
	Rooms    []Guest `json:"rooms" nullable:"false" required:"false" doc:"Rooms by address"`

	Repeat   string `json:"repeat" required:"false" doc:"daily, weekly, monthly; empty or never: it takes place once"`
	Interval string `json:"interval" required:"false" doc:"Every so many days, weeks, months; empty is 1"`
	Weekdays string `json:"weekdays" required:"false" doc:"Weekly: 0 is Sunday, separated by commas; empty: the day of the date"`
	MonthDay string `json:"month_day" required:"false" doc:"Monthly: 1 to 31; empty: the day of the date"`
	Week     string `json:"week" required:"false" doc:"Monthly, instead of the day: 1 to 4, or -1 for the last …"`
	Weekday  string `json:"weekday" required:"false" doc:"… of this day of the week, 0 is Sunday"`
	Ends     string `json:"ends" required:"false" doc:"times or until; empty: whichever is filled in"`
	Times    string `json:"times" required:"false" doc:"So many occurrences, at most 60; where one and all that follow are changed, so many from that one on"`
	Until    string `json:"until" required:"false" doc:"The last day, 2026-12-31"`
}

// empty tells whether nothing was typed.
func (in Input) empty() bool {
	return in.Topic+in.Date+in.Time+in.Duration+in.Zone+in.Agenda+in.Who+in.People+in.Passcode+in.WaitingRoom+in.Repeat == ""
}

// inputOf is a draft as it is typed.
func inputOf(d Draft) Input {
	in := Input{
		Topic: d.Topic, Zone: d.Zone, Who: whoEveryone,
		WaitingRoom: strconv.FormatBool(d.WaitingRoom), Passcode: strconv.FormatBool(d.Passcode), Agenda: d.Agenda,
		JoinBeforeHost: choice(d.JoinBeforeHost), HostVideo: choice(d.HostVideo), ParticipantVideo: choice(d.ParticipantVideo),
		Mute: choice(d.Mute), Audio: d.Audio, Recording: d.Recording, For: d.For,
		AlternativeHosts: strings.Join(d.AlternativeHosts, ", "), Invitees: append([]Guest{}, d.Invitees...), Rooms: append([]Guest{}, d.Rooms...),
	}
	if d.PMI {
		in.PMI = "true"
	}
	if d.Private {
		in.Private = "true"
	}
	if d.Repeat != nil {
		in = in.repeating(*d.Repeat)
	}
	return in.at(d.Start, d.Duration)
}

// at is the input with another start, as the clocks of its zone show it, and another length.
func (in Input) at(start time.Time, duration time.Duration) Input {
	start = start.In(location(in.Zone))
	in.Date, in.Time, in.Duration = start.Format(time.DateOnly), start.Format("15:04"), strconv.Itoa(int(duration/time.Minute))
	return in
}

// choice is a switch as it is typed; "" leaves it to the account.
func choice(on *bool) string {
	if on == nil {
		return ""
	}
	return strconv.FormatBool(*on)
}

func (in Input) repeating(r Recurrence) Input {
	number := func(n int) string { return strconv.Itoa(n) }
	in.Repeat, in.Interval = string(r.Pattern), number(max(r.Interval, 1))
	days := make([]string, 0, len(r.Weekdays))
	for _, day := range r.Weekdays {
		days = append(days, number(int(day)))
	}
	in.Weekdays = strings.Join(days, ",")
	switch {
	case r.Pattern == Monthly && r.Week != 0:
		in.Week, in.Weekday = number(r.Week), number(int(r.Weekday))
	case r.Pattern == Monthly:
		in.MonthDay = number(r.MonthDay)
	}
	if r.Until != "" {
		in.Ends, in.Until = endsUntil, r.Until
	} else {
		in.Ends, in.Times = endsTimes, number(r.Times)
	}
	return in
}

// repeatNever is the form's choice of no series where it has to have a value.
const repeatNever = "never"

// Values of the form's choice of how a series ends.
const (
	endsTimes = "times"
	endsUntil = "until"
)

// Read turns what was typed into a request. Error: Invalid, with the fields.
func (s *Service) Read(ctx context.Context, f Form) (Request, error) {
	wrong := problem.New(problem.Invalid, "meetings.invalid")
	d := readSettings(f.Input)
	if f.Meeting != nil {
		d.Template = "" // it decides on new meetings
	}
	if f.Meeting != nil && !f.Whole { // what was not offered stays
		d = f.Meeting.Draft
		d.Topic, d.Agenda, d.Zone, d.WaitingRoom = f.Input.Topic, f.Input.Agenda, f.Input.Zone, f.Input.WaitingRoom == "true"
	}
	d.Now = f.Now
	minutes, err := strconv.Atoi(f.Input.Duration)
	if err != nil || minutes < 1 || minutes > 24*60 {
		wrong = wrong.WithField(FieldDuration, "meetings.duration_range")
	}
	d.Duration = time.Duration(minutes) * time.Minute
	if f.Now && d.Zone == "" {
		d.Zone = location(f.Zone).String()
	}
	if !f.Now {
		before := d.Start
		d.Start, wrong = readStart(f.Input, wrong)
		if f.Meeting != nil && !f.Whole && d.Repeat != nil {
			r := d.Repeat.loose(before.In(location(f.Meeting.Draft.Zone)))
			d.Repeat = &r
		} else {
			d.Repeat, wrong = readRepeat(f.Input, wrong)
		}
	}
	if f.Meeting == nil {
		d, wrong = s.readPeople(ctx, f, d, wrong)
	}
	if len(wrong.Fields) > 0 {
		return Request{}, withRest(wrong, d.clean().check(s.c.Now()))
	}
	if f.Now {
		if d.PMI, err = s.inRoom(ctx, f.Person); err != nil {
			return Request{}, err
		}
	}
	return Request{
		Person: f.Person, Name: f.Name, User: f.User, Place: f.Place, Nonce: f.Nonce, Locale: f.Locale, Draft: d,
	}, nil
}

// readSettings reads what needs no look at anything else.
func readSettings(in Input) Draft {
	d := Draft{
		Topic: in.Topic, Agenda: in.Agenda, Zone: in.Zone, WaitingRoom: in.WaitingRoom == "true", Everyone: in.Who != whoChosen,
		JoinBeforeHost: chosen(in.JoinBeforeHost), HostVideo: chosen(in.HostVideo), ParticipantVideo: chosen(in.ParticipantVideo),
		Mute: chosen(in.Mute), Audio: in.Audio, Recording: in.Recording, PMI: in.PMI == "true", Private: in.Private == "true",
		For: in.For, Template: in.Template, Invitees: guests(in.Invitees), Rooms: guests(in.Rooms),
	}
	switch in.Passcode {
	case "", "false":
	case "true":
		d.Passcode = true
	default:
		d.Passcode, d.Code = true, in.Passcode
	}
	for word := range strings.FieldsFuncSeq(in.AlternativeHosts, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if word = strings.TrimSpace(word); word != "" {
			d.AlternativeHosts = append(d.AlternativeHosts, word)
		}
	}
	return d
}

// chosen reads a switch; nil leaves it to the account.
func chosen(text string) *bool {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return nil
	}
	return &on
}

// guests are those who were invited, each address once.
func guests(typed []Guest) []Guest {
	var all []Guest
	known := map[string]bool{}
	for _, g := range typed {
		g.Name, g.Address = clip(strings.Join(strings.Fields(g.Name), " "), maxName), strings.TrimSpace(g.Address)
		if key := strings.ToLower(g.Address); !known[key] {
			known[key] = true
			all = append(all, g)
		}
	}
	return all
}

// readRepeat understands how a meeting repeats; nil when it does not.
func readRepeat(in Input, wrong *problem.Error) (*Recurrence, *problem.Error) {
	if in.Repeat == "" || in.Repeat == repeatNever {
		return nil, wrong
	}
	r := &Recurrence{Pattern: Pattern(in.Repeat)}
	number := func(field, text, key string) int {
		if text = strings.TrimSpace(text); text == "" {
			return 0
		}
		n, err := strconv.Atoi(text)
		if err != nil || n == 0 && field != FieldWeekday {
			wrong = wrong.WithField(field, key, "Max", SeriesMost)
		}
		return n
	}
	r.Interval = number(FieldInterval, in.Interval, "meetings.interval_wrong")
	switch r.Pattern {
	case Weekly:
		for word := range strings.SplitSeq(in.Weekdays, ",") {
			if word = strings.TrimSpace(word); word == "" {
				continue
			}
			day, err := strconv.Atoi(word)
			if err != nil {
				day = -1 // no day of the week: check says so
			}
			r.Weekdays = append(r.Weekdays, time.Weekday(day))
		}
	case Monthly:
		if in.Week != "" {
			r.Week = number(FieldWeek, in.Week, "meetings.choice_unknown")
			r.Weekday = time.Weekday(number(FieldWeekday, in.Weekday, "meetings.choice_unknown"))
		} else {
			r.MonthDay = number(FieldMonthDay, in.MonthDay, "meetings.month_day_range")
		}
	case Daily:
	}
	if in.Ends == endsUntil || in.Ends == "" && in.Until != "" {
		r.Until = cmp.Or(strings.TrimSpace(in.Until), " ") // nothing filled in is no day, and not no end
	} else {
		r.Times = number(FieldTimes, in.Times, "meetings.times_range")
		if in.Ends == "" && strings.TrimSpace(in.Times) == "" { // a form that asks for the number alone
			wrong = wrong.WithField(FieldTimes, "meetings.times_missing")
		}
	}
	return r, wrong
}

// withRest adds what else is wrong with what could be read, so that everything is said at once. What follows from a field that
// could not be read is left out.
func withRest(wrong *problem.Error, rest error) *problem.Error {
	silent := map[string]bool{FieldPeople: true}
	for _, f := range wrong.Fields {
		silent[f.Name] = true
		if f.Name == FieldPeople { // a member without an address is none of those invited by one
			silent[FieldInvitees] = true
		}
		if f.Name == FieldTime || f.Name == FieldZone {
			silent[FieldDate] = true
		}
		if f.Name == FieldDate || f.Name == FieldTime || f.Name == FieldZone {
			silent[FieldTimes], silent[FieldUntil] = true, true
		}
	}
	var more *problem.Error
	if !errors.As(rest, &more) {
		return wrong
	}
	all := *wrong
	for _, f := range more.Fields {
		if !silent[f.Name] {
			all.Fields = append(slices.Clone(all.Fields), f)
		}
	}
	return &all
}

// readStart understands day and time as the clocks of the chosen zone show them.
func readStart(in Input, wrong *problem.Error) (time.Time, *problem.Error) {
	zone, err := time.LoadLocation(in.Zone)
	if err != nil || in.Zone == "" || in.Zone == "Local" {
		return time.Time{}, wrong.WithField(FieldZone, "meetings.zone_unknown")
	}
	day, err := time.Parse(time.DateOnly, in.Date)
	if err != nil {
		return time.Time{}, wrong.WithField(FieldDate, "meetings.date_unknown")
	}
	clock, err := time.Parse("15:04", in.Time)
	if err != nil {
		return time.Time{}, wrong.WithField(FieldTime, "meetings.time_unknown")
	}
	start := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
	if start.Hour() != clock.Hour() || start.Minute() != clock.Minute() {
		return time.Time{}, wrong.WithField(FieldTime, "meetings.start_gap")
	}
	return start.UTC(), wrong
}

// readPeople finds the people chosen among the members of the conversation, by id or by name.
func (s *Service) readPeople(ctx context.Context, f Form, d Draft, wrong *problem.Error) (Draft, *problem.Error) {
	if alone(f.Place) {
		d.Everyone = true // in the conversation, where there is nobody else
		return d, wrong
	}
	if d.Everyone && strings.Trim(f.Input.People, ", ") != "" { // either may be meant, and nobody is invited by mistake
		return d, wrong.WithField(FieldPeople, "meetings.people_everyone")
	}
	roster, err := s.rosters.of(ctx, f.Place, s.c.Chats)
	if err != nil {
		if !d.Everyone {
			wrong = wrong.WithField(FieldPeople, "meetings.people_no_roster")
		}
		return d, wrong
	}
	d = roster.invite(d, f.Person)
	beyond := len(d.Invitees) + len(d.Rooms)
	if d.Everyone {
		if roster.many || roster.countWithout(f.Person)+beyond > outlookMost {
			wrong = wrong.WithField(FieldPeople, "meetings.people_many")
		}
		return d, wrong
	}
	words := strings.Split(f.Input.People, ",")
	if len(words)+len(d.Chosen)+beyond > outlookMost {
		return d, wrong.WithField(FieldPeople, "meetings.people_many")
	}
	var unknown []string
	for _, word := range words {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		if id, ok := roster.find(word); ok {
			d.Chosen = append(d.Chosen, id)
		} else {
			unknown = append(unknown, word)
		}
	}
	switch {
	case len(unknown) > 0:
		wrong = wrong.WithField(FieldPeople, "meetings.people_unknown", "Names", someNames(s.c.Texts.For(f.Locale), unknown))
	case len(d.Chosen)+len(d.Invitees) == 0:
		wrong = wrong.WithField(FieldPeople, "meetings.people_missing")
	}
	return d, wrong
}
