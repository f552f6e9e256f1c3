package meetings

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/preferences"
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
	Whole   bool   // every field was offered, as in the tab: what is empty is meant so
	At      At     // of a tab: where it is
	Begun   string // of a tab: what was typed before into the form of a conversation
	Nonce   string // of the form shown before, when it is shown again
	Input   Input  // what was typed into it
	Typed   Input  // what was written instead of it, and stands in it at first: topic, date, time, duration
	Problem error  // what was wrong with it
}

// Dialog makes the form. It is answered in time whatever Zoom and Teams do: what they do not tell within a moment is said to
// be missing. Errors: NotReady, Forbidden, NotLinked.
func (s *Service) Dialog(ctx context.Context, f Form) (teams.DialogContent, error) {
	f, known, err := s.begin(ctx, f)
	if err != nil {
		return teams.DialogContent{}, err
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

// begin learns what a form shows, and fills in what it begins with.
func (s *Service) begin(ctx context.Context, f Form) (Form, known, error) {
	if err := s.c.Policy.Allow(ctx, f.Person.Tenant, feature); err != nil {
		return f, known{}, err
	}
	account, err := s.c.Accounts.Account(ctx, f.Person)
	if err != nil {
		return f, known{}, err
	}
	if !account.Linked {
		return f, known{}, problem.New(problem.NotLinked, "problem.not_linked")
	}
	k := s.look(ctx, f)
	if k.begun, err = s.begun(ctx, f); err != nil {
		return f, k, err
	}
	if k.silenced, err = s.c.Chats.Silenced(ctx, f.Place); err != nil {
		return f, k, err
	}
	if k.chosen, err = s.chosen(ctx, f.Person); err != nil {
		return f, k, err
	}
	k.calendar, k.mailbox = account.Calendar, !account.NoMailbox
	if f.Nonce == "" {
		f.Nonce = s.c.NewID()
	}
	if f.Zone == "" {
		f.Zone = s.zoneOf(ctx, f.Person, k.settings)
	}
	if f.Input.empty() {
		f.Input = s.first(f, k)
	}
	return f, k, nil
}

// zoneOf is the zone of a person of whom nothing says it: as Teams told the bot, or as Zoom has it; UTC.
func (s *Service) zoneOf(ctx context.Context, person entra.Person, settings zoomSettings) string {
	if reader, err := s.c.Chats.Reader(ctx, person); err == nil && reader.Zone != nil {
		return reader.Zone.String()
	}
	return s.choices.location(settings.zone).String()
}

// known is what the form could learn.
type known struct {
	settings zoomSettings
	told     bool // settings are there
	people   people
	listed   bool // people are there
	calendar bool // the person let us into the calendar
	mailbox  bool // as far as is known, there is one
	silenced bool // Teams lets the bot post no card where the form is
	chosen   preferences.Preferences
	begun    *Meeting // that somebody has just started where this one is to be started
}

// uncalendared tells that the person has a calendar, and has not connected it.
func (k known) uncalendared() bool { return k.mailbox && !k.calendar }

// roomFor tells whether what the form starts is held in the person's personal meeting room.
func (k known) roomFor(f Form) bool { return f.Now && k.chosen.PMI && k.settings.room() }

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
	for field, typed := range map[*string]string{&in.Topic: f.Typed.Topic, &in.Date: f.Typed.Date, &in.Time: f.Typed.Time, &in.Duration: f.Typed.Duration} {
		*field = cmp.Or(typed, *field)
	}
	if k.people.many {
		in.Who = whoChosen
	}
	if f.Whole {
		in = s.preset(in, f, k)
	}
	return in
}

// preset fills in what only the tab offers: as the person's Zoom settings say.
func (s *Service) preset(in Input, f Form, k known) Input {
	if alone(f.Place) {
		in.Who = ""
	}
	in.Repeat, in.Ends, in.Times, in.Interval, in.Invitees, in.Rooms = "", endsTimes, "10", "1", []Guest{}, []Guest{}
	if k.told {
		schedule := k.settings.Schedule
		in.JoinBeforeHost, in.HostVideo = strconv.FormatBool(schedule.JoinBeforeHost && !k.settings.Meeting.WaitingRoom), strconv.FormatBool(schedule.HostVideo)
		in.ParticipantVideo, in.Audio, in.Recording = strconv.FormatBool(schedule.ParticipantsVideo), string(schedule.Audio), string(k.settings.Recording.Auto)
	}
	in.PMI = "false" // what the person has chosen is about meetings that start now
	return in
}

// notes are what the person should know before sending the form.
func (s *Service) notes(p i18n.Printer, f Form, k known) []string {
	var notes []string
	switch {
	case !k.mailbox:
		notes = append(notes, p.T("meetings.form_no_mailbox"))
	case k.uncalendared():
		notes = append(notes, p.T("meetings.form_no_calendar"))
	}
	if !k.told {
		notes = append(notes, p.T("meetings.form_no_settings"))
	}
	if k.roomFor(f) {
		notes = append(notes, p.T("meetings.form_room", "Number", groups(k.settings.pmi)))
	}
	if k.told && k.settings.basic {
		notes = append(notes, p.T("meetings.form_basic"))
	}
	// In the tab those who are invited besides count, too, so that it says so itself as they are chosen.
	if most := k.settings.Capacity(); !f.Whole && k.told && most > 0 && len(k.people.members) > most {
		notes = append(notes, p.N("meetings.form_capacity", most))
	}
	if alone(f.Place) {
		return notes
	}
	if k.silenced && f.Meeting == nil {
		notes = append(notes, p.T("meetings.form_no_posting"))
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
