package meetings

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

const (
	// listed is up to how many members the form offers for ticking; in larger conversations names are typed.
	listed = 40
	// outlookMost is how many attendees Outlook takes (microsoft-graph-docs: event).
	outlookMost = 500
	// patience is how long the form usually waits for what it can do without: it must be on the screen within 4 s.
	patience = 1500 * time.Millisecond
)

// Values of the form's choice of whom to invite.
const (
	whoEveryone = "everyone"
	whoChosen   = "chosen"
)

// Input is what the form's fields hold, as they were typed. The JSON names are the ids of the fields.
type Input struct {
	Topic       string `json:"topic"`
	Date        string `json:"date"`     // 2026-11-23
	Time        string `json:"time"`     // 14:30
	Duration    string `json:"duration"` // minutes
	Zone        string `json:"zone"`     // IANA name
	Who         string `json:"who"`
	People      string `json:"people"` // ids ticked, or names typed, separated by commas
	WaitingRoom string `json:"waiting_room"`
	Passcode    string `json:"passcode"`
	Agenda      string `json:"agenda"`
}

// Form asks for the form of a new meeting, or with Meeting of one that is to be changed.
type Form struct {
	Person  entra.Person
	Name    string
	User    teams.UserID
	Place   chats.Place
	Locale  string
	Zone    string // of the person
	Now     bool   // start at once instead of scheduling
	Meeting *Meeting
	Nonce   string // of the form shown before, when it is shown again
	Input   Input  // what was typed into it
	Problem error  // what was wrong with it
}

// Dialog makes the form. It is answered in time whatever Zoom and Teams do: what they do not tell within a moment is said to
// be missing. Errors: NotReady, Forbidden, NotLinked.
func (s *Service) Dialog(ctx context.Context, f Form) (teams.DialogContent, error) {
	if err := s.c.Policy.Allow(ctx, f.Person.Tenant, feature); err != nil {
		return teams.DialogContent{}, err
	}
	account, err := s.c.Accounts.Account(ctx, f.Person)
	if err != nil {
		return teams.DialogContent{}, err
	}
	if !account.Linked {
		return teams.DialogContent{}, problem.New(problem.NotLinked, "problem.not_linked")
	}
	known := s.look(ctx, f)
	known.calendar, known.mailbox = account.Calendar, !account.NoMailbox
	if f.Nonce == "" {
		f.Nonce = s.c.NewID()
	}
	if f.Input == (Input{}) {
		f.Input = s.first(f, known)
	}
	p := s.c.Texts.For(f.Locale)
	card := s.formCard(p, f, known)
	title := p.T("meetings.form_schedule")
	switch {
	case f.Meeting != nil:
		title = p.T("meetings.form_change")
	case f.Now:
		title = p.T("meetings.form_start")
	}
	return teams.DialogContent{Title: title, Width: "medium", Height: "large", Card: &card}, nil
}

// known is what the form could learn.
type known struct {
	settings zoomSettings
	told     bool // settings are there
	people   people
	listed   bool // people are there
	calendar bool // the person let us into the calendar
	mailbox  bool // as far as is known, there is one
}

// look asks Zoom and Teams at the same time, with patience.
func (s *Service) look(ctx context.Context, f Form) known {
	var k known
	k.settings, k.told = s.settings.known(f.Person)
	if f.Meeting != nil { // whom it is meant for is settled, and its organiser may have left the conversation since
		f.Place = chats.Place{Kind: chats.Personal}
	}
	k.people, k.listed = s.rosters.known(f.Place)
	if k.told && k.listed {
		return k
	}
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		settings, err := s.settings.of(ctx, f.Person, s.c.Accounts)
		k.settings, k.told = settings, err == nil
	}()
	people, err := s.rosters.of(ctx, f.Place, s.c.Chats)
	<-done
	k.people, k.listed = people, err == nil
	return k
}

// first is what the fields hold before anything was typed.
func (s *Service) first(f Form, k known) Input {
	if f.Meeting != nil {
		return inputOf(f.Meeting.Draft)
	}
	zone := s.choices.location(f.Zone)
	start := s.c.Now().In(zone).Add(15 * time.Minute).Truncate(30 * time.Minute).Add(30 * time.Minute)
	in := Input{
		Date: start.Format(time.DateOnly), Time: start.Format("15:04"), Duration: "30", Zone: zone.String(), Who: whoEveryone,
		WaitingRoom: strconv.FormatBool(k.settings.Meeting.WaitingRoom), Passcode: "true",
	}
	if k.told {
		in.Passcode = strconv.FormatBool(k.settings.Schedule.RequirePasscode)
	}
	if f.Now {
		in.Topic = s.c.Texts.For(f.Locale).T("meetings.untitled", "Name", f.Name)
	}
	if k.people.many {
		in.Who = whoChosen
	}
	return in
}

func inputOf(d Draft) Input {
	start := d.Start.In(location(d.Zone))
	return Input{
		Topic: d.Topic, Date: start.Format(time.DateOnly), Time: start.Format("15:04"),
		Duration: strconv.Itoa(int(d.Duration / time.Minute)), Zone: d.Zone, Who: whoEveryone,
		WaitingRoom: strconv.FormatBool(d.WaitingRoom), Passcode: strconv.FormatBool(d.Passcode), Agenda: d.Agenda,
	}
}

// Read turns what was typed into a request. Error: Invalid, with the fields.
func (s *Service) Read(ctx context.Context, f Form) (Request, error) {
	wrong := problem.New(problem.Invalid, "meetings.invalid")
	d := Draft{
		Now: f.Now, Topic: f.Input.Topic, Agenda: f.Input.Agenda, Zone: f.Input.Zone, Passcode: f.Input.Passcode == "true",
		WaitingRoom: f.Input.WaitingRoom == "true", Everyone: f.Input.Who != whoChosen,
	}
	minutes, err := strconv.Atoi(f.Input.Duration)
	if err != nil || minutes < 1 || minutes > 24*60 {
		wrong = wrong.WithField(FieldDuration, "meetings.duration_range")
	}
	d.Duration = time.Duration(minutes) * time.Minute
	if f.Now && d.Zone == "" {
		d.Zone = location(f.Zone).String()
	}
	if !f.Now {
		d.Start, wrong = readStart(f.Input, wrong)
	}
	if f.Meeting == nil {
		d, wrong = s.readPeople(ctx, f, d, wrong)
	}
	if len(wrong.Fields) > 0 {
		return Request{}, withRest(wrong, d.clean().check(s.c.Now()))
	}
	return Request{
		Person: f.Person, Name: f.Name, User: f.User, Place: f.Place, Nonce: f.Nonce, Locale: f.Locale, Draft: d,
	}, nil
}

// withRest adds what else is wrong with what could be read, so that everything is said at once. What follows from a field that
// could not be read is left out.
func withRest(wrong *problem.Error, rest error) *problem.Error {
	silent := map[string]bool{FieldPeople: true}
	for _, f := range wrong.Fields {
		silent[f.Name] = true
		if f.Name == FieldTime || f.Name == FieldZone {
			silent[FieldDate] = true
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
	if f.Place.Kind == chats.Personal {
		d.Everyone = true
		return d, wrong
	}
	roster, err := s.rosters.of(ctx, f.Place, s.c.Chats)
	if err != nil {
		if !d.Everyone {
			wrong = wrong.WithField(FieldPeople, "meetings.form_no_roster")
		}
		return d, wrong
	}
	if d.Everyone {
		if roster.many {
			wrong = wrong.WithField(FieldPeople, "meetings.people_many")
		}
		return d, wrong
	}
	words := strings.Split(f.Input.People, ",")
	if len(words) > outlookMost {
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
	case len(d.Chosen) == 0:
		wrong = wrong.WithField(FieldPeople, "meetings.people_missing")
	}
	return d, wrong
}

// notes are what the person should know before sending the form.
func (s *Service) notes(p i18n.Printer, f Form, k known) []string {
	var notes []string
	switch {
	case !k.mailbox:
		notes = append(notes, p.T("meetings.form_no_mailbox"))
	case !k.calendar:
		notes = append(notes, p.T("meetings.form_no_calendar"))
	}
	if !k.told {
		notes = append(notes, p.T("meetings.form_no_settings"))
	}
	if k.told && k.settings.basic {
		notes = append(notes, p.T("meetings.form_basic"))
	}
	if most := k.settings.Capacity(); k.told && most > 0 && len(k.people.members) > most {
		notes = append(notes, p.N("meetings.form_capacity", most))
	}
	if f.Place.Kind == chats.Personal {
		return notes
	}
	switch {
	case !k.listed:
		notes = append(notes, p.T("meetings.form_no_roster"))
	case k.people.many:
		notes = append(notes, p.T("meetings.form_many"))
	}
	if names := withoutMail(k.people.without(f.Person)); len(names) > 0 {
		notes = append(notes, p.T("meetings.form_no_mail", "Names", someNames(p, names)))
	}
	return append(notes, p.T("meetings.form_no_zoom"))
}
