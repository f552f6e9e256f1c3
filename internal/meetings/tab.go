package meetings

import (
	"context"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/preferences"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// form is the form of a visitor, for a new meeting or a change.
func (v Visitor) form(in Input) Form {
	return Form{
		Person: v.Person, Name: v.Name, Locale: v.Locale, Zone: v.Zone, Input: in, Whole: true,
		Place: chats.Place{Tenant: v.Person.Tenant, Kind: chats.Tab},
	}
}

// Plan schedules a meeting from a tab: in a person's own in no conversation, with those invited by address, whom Exchange mails; in that of
// a conversation there, as from its message box. Errors: as Schedule.
func (s *Service) Plan(ctx context.Context, v Visitor, nonce string, in Input) (Meeting, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return Meeting{}, err
	}
	place, err := s.place(ctx, v.Person, v.At)
	if err != nil {
		return Meeting{}, err
	}
	f := v.form(in)
	f.Nonce, f.Place = nonce, place
	r, err := s.Read(ctx, f)
	if err != nil {
		return Meeting{}, err
	}
	return s.Schedule(ctx, r)
}

// nowLasts is how long a meeting that is started at once is said to last.
const nowLasts = 30 * time.Minute

// StartNow makes a meeting that begins at once, from a tab. Errors: as Schedule.
func (s *Service) StartNow(ctx context.Context, v Visitor, nonce, topic string) (Meeting, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return Meeting{}, err
	}
	place, err := s.place(ctx, v.Person, v.At)
	if err != nil {
		return Meeting{}, err
	}
	if topic == "" {
		topic = s.c.Texts.For(v.Locale).T("meetings.untitled", "Name", v.Name)
	}
	r := Request{
		Person: v.Person, Name: v.Name, Place: place, Nonce: nonce, Locale: v.Locale, Draft: Draft{
			Now: true, Topic: topic, Duration: nowLasts, Zone: location(v.Zone).String(), Everyone: true,
		},
	}
	if v.Zone == "" {
		known, _ := s.settings.known(v.Person)
		r.Draft.Zone = s.zoneOf(ctx, v.Person, known)
	}
	look, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	if told, err := s.settings.of(look, v.Person, s.c.Accounts); err == nil {
		chosen, err := s.chosen(ctx, v.Person)
		if err != nil {
			return Meeting{}, err
		}
		r.Draft.WaitingRoom, r.Draft.Passcode = told.Meeting.WaitingRoom, told.Schedule.RequireInstant || told.Schedule.RequirePasscode
		r.Draft.PMI = chosen.PMI && told.room()
	} else {
		r.Draft.WaitingRoom, r.Draft.Passcode = true, true
	}
	return s.Schedule(ctx, r)
}

// StartedNote is what somebody should know of a meeting that they have just started, in a sentence; "" when there is nothing, or Zoom has not
// told it.
func (s *Service) StartedNote(v Visitor) string {
	if told, known := s.settings.known(v.Person); known && told.basic {
		return s.c.Texts.For(v.Locale).T("meetings.form_basic")
	}
	return ""
}

// inRoom tells whether what somebody starts now is held in their personal meeting room: they have chosen so, and Zoom says in time that
// their account allows it.
func (s *Service) inRoom(ctx context.Context, person entra.Person) (bool, error) {
	chosen, err := s.chosen(ctx, person)
	if err != nil || !chosen.PMI {
		return false, err
	}
	look, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	told, err := s.settings.of(look, person, s.c.Accounts)
	return err == nil && told.room(), nil
}

// chosen is what a person prefers.
func (s *Service) chosen(ctx context.Context, person entra.Person) (preferences.Preferences, error) {
	if s.c.Preferences == nil {
		return preferences.Usually(), nil
	}
	return s.c.Preferences.Of(ctx, person)
}

// Revise changes a meeting as typed into the form of the tab: of a series the occurrence, all that follow, or the whole. Errors: as Edit.
func (s *Service) Revise(ctx context.Context, v Visitor, key string, in Input, e Edit) (Meeting, error) {
	m, err := s.take(ctx, v, key)
	if err != nil {
		return m, err
	}
	f := v.form(in)
	f.Meeting, f.Place = &m, m.Place
	if e.Scope == One { // nothing else of it can change
		f.Input.Repeat = ""
	}
	if m.Draft.NoTime {
		f.Input.Date, f.Input.Time, f.Input.Zone, f.Input.Duration = "2000-01-01", "00:00", "UTC", "1" // which Edit leaves as they are
	}
	r, err := s.Read(ctx, f)
	if err != nil {
		return m, err
	}
	e.Draft, e.wish = r.Draft, wishOf(r.Draft, in.Members)
	if e.Scope != One {
		if e, err = s.reinvited(ctx, m, in.Members, e); err != nil {
			return m, err
		}
	}
	return s.Edit(ctx, v, m.ID, e)
}

// AddToCalendar puts a meeting of the person's own into the calendar. An event with its join link that is there already becomes its
// entry: there are never two.
//
// Errors: as Own; Consent (the calendar is not connected), NotFound, Conflict, Unavailable.
func (s *Service) AddToCalendar(ctx context.Context, v Visitor, key string) (Meeting, error) {
	m, err := s.take(ctx, v, key)
	if err != nil {
		return m, err
	}
	o, ok := s.chosenOf(m.Draft, time.Time{})
	switch {
	case m.State != Active:
		return m, problem.New(problem.Conflict, "meetings.cancelled_already")
	case !ok:
		return m, problem.New(problem.Invalid, "upcoming.no_time")
	}
	record, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || m.Entry > 0 && record.State == calendar.Pending {
		return m, err
	}
	found, err := s.eventOf(ctx, m, o)
	switch {
	case problem.Is(err, problem.Consent):
		return m, problem.New(problem.Consent, "upcoming.no_calendar").Because(err)
	case problem.Is(err, problem.NotFound):
		return m, problem.New(problem.Forbidden, "upcoming.no_mailbox").Because(err)
	case err != nil:
		return m, err
	case found != "" && found == record.EventID && m.Entry > 0:
		return m, nil
	}
	m.Entry++
	return s.saveEntry(context.WithoutCancel(ctx), m, record, found)
}

// saveEntry stores a further entry of a meeting, with all that follows: an event that exists already, or "" for one that is to be made.
func (s *Service) saveEntry(ctx context.Context, m Meeting, before calendar.Record, event string) (Meeting, error) {
	next := calendar.Record{Tenant: m.Organizer.Tenant, Meeting: m.ID, State: calendar.Pending, Revision: before.Revision}
	if event != "" {
		next.State, next.EventID, next.Revision = calendar.Done, event, max(before.Revision, m.Revision+1)
	}
	return s.saved(ctx, m, func(ctx context.Context, m Meeting, follow Follow) (int64, error) {
		return s.c.Storage.Enter(ctx, m, next, before.Revision, follow)
	})
}

// eventOf finds the person's own event of a meeting by its join link or by our mark, near one of its occurrences: of a series the master;
// "" when there is none.
func (s *Service) eventOf(ctx context.Context, m Meeting, o Occurrence) (string, error) {
	seen, err := s.c.Calendar.View(ctx, m.Organizer, o.Start.AddDate(0, 0, -1), o.Start.Add(o.Duration).AddDate(0, 0, 1))
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(seen, func(e calendar.Seen) bool {
		link, ok := s.joinLink(e)
		number, marked := zoom.ParseMeetingID(e.Meeting)
		return e.Organizer && (ok && link.Meeting == m.Zoom || marked && number == m.Zoom)
	})
	if i < 0 {
		return "", nil
	}
	if seen[i].Series != "" {
		return seen[i].Series, nil
	}
	return seen[i].ID, nil
}

// Shown answers a meeting that was just made or changed as the tab shows it.
func (s *Service) Shown(ctx context.Context, v Visitor, m Meeting, original time.Time) (Detail, error) {
	fresh, err := s.Find(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, v, fresh, original)
}
