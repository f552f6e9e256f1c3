package meetings

import (
	"cmp"
	"context"
	"strings"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/i18n"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// Actions are what the buttons of our cards ask for, in the member "do" of their data.
const (
	DoSchedule   = "meetings.schedule"
	DoStart      = "meetings.start"
	DoChangeForm = "meetings.change_form"
	DoChange     = "meetings.change"
	DoCancel     = "meetings.cancel"
)

const (
	namesShown  = 12 // people named on a card; the others are counted
	nameShown   = 80 // characters of a name in a list
	agendaShown = 600
)

// message makes the message of a card; text is what the notification says.
func message(c teams.Card, text string) teams.Activity {
	return c.Message(teams.Clean(teams.Clip(text, maxTopic)))
}

// common is how everybody is spoken to about a meeting: in the organisation's language. Where only the organiser is, it is theirs.
func (s *Service) common(m Meeting) i18n.Printer {
	if m.Place.Kind == chats.Personal {
		return s.c.Texts.For(m.Locale)
	}
	return s.c.Texts.For(cmp.Or(s.c.Language, m.Locale))
}

// card is the meeting's card in its conversation: for everybody there, in the organisation's language, times in the reader's zone.
func (s *Service) card(ctx context.Context, m Meeting) (teams.Activity, error) {
	m, err := s.forOthers(ctx, m)
	if err != nil {
		return teams.Activity{}, err
	}
	p := s.common(m)
	topic := teams.Escape(m.Draft.Topic)
	if m.State == Cancelled {
		return s.cancelledCard(ctx, p, m)
	}
	session, all, held, err := s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return teams.Activity{}, err
	}
	never := s.neverBegan(m, held)
	head := p.T("meetings.card_by", "Name", m.Name)
	if m.Draft.Now && !never {
		head = p.T("meetings.card_started", "Name", m.Name)
	}
	body := []teams.Element{
		teams.TextBlock{Text: teams.Escape(head), Subtle: true, Size: "small", Wrap: true},
		teams.TextBlock{Text: topic, Weight: "bolder", Size: "large", Wrap: true, Style: "heading", Common: teams.Common{Spacing: "none"}},
	}
	live, err := s.sessionLines(ctx, p, m, session, all, held, false)
	if err != nil {
		return teams.Activity{}, err
	}
	join := teams.Button{Title: p.T("meetings.card_join"), Style: "positive"}
	if m.Draft.Now && (held && !session.Ended.IsZero() || never) { // it was, or was to be, then
		m.Draft.Now, join.Style = false, ""
	}
	body = append(body, s.readersTime(p, m.Draft)...)
	if never {
		body = append(body, neverLine(p))
	}
	body = append(body, live...)
	body = append(body, facts(p, m))
	if m.Draft.Agenda != "" {
		body = append(body, teams.TextBlock{
			Text: teams.Escape(teams.Clip(m.Draft.Agenda, agendaShown)), Wrap: true, Common: teams.Common{Separator: true},
		})
	}
	status, err := s.calendarLine(ctx, p, m, false)
	if err != nil {
		return teams.Activity{}, err
	}
	body = append(body, status)
	missed, err := s.missed(ctx, p, m, true)
	if err != nil {
		return teams.Activity{}, err
	}
	body = append(body, missed...)
	c := teams.Card{
		Lang: p.Locale(), Body: body,
		Actions: []teams.Action{
			teams.OpenURL{Button: join, URL: m.JoinURL},
			teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_start")}, URL: s.StartPage(m)},
		},
	}
	if c, err = s.leadsOn(ctx, p, m, c); err != nil {
		return teams.Activity{}, err
	}
	c, err = c.Fit()
	return message(c, head+": "+m.Draft.Topic), err
}

// neverBegan tells that the time of a meeting that was to start at once has passed, and nobody has started it as far as Zoom has told.
func (s *Service) neverBegan(m Meeting, held bool) bool {
	return m.Draft.Now && !held && !s.c.Now().Before(m.Draft.End())
}

func neverLine(p i18n.Printer) teams.TextBlock {
	return teams.TextBlock{Text: teams.Escape(p.T("meetings.never_began")), Weight: "bolder", Wrap: true, Common: teams.Common{Separator: true}}
}

func (s *Service) cancelledCard(ctx context.Context, p i18n.Printer, m Meeting) (teams.Activity, error) {
	title := p.T("meetings.card_cancelled", "Topic", m.Draft.Topic)
	body := []teams.Element{
		teams.TextBlock{Text: teams.Escape(title), Weight: "bolder", Size: "large", Wrap: true, Style: "heading"},
		teams.TextBlock{Text: teams.Escape(p.T("meetings.card_cancelled_by", "Name", m.Name)), Wrap: true, Subtle: true},
	}
	r, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return teams.Activity{}, err
	}
	if r.Behind() {
		body = append(body, teams.TextBlock{Text: teams.Escape(p.T("meetings.calendar_behind")), Wrap: true, Size: "small", Color: "attention"})
	}
	c, err := s.leadsOn(ctx, p, m, teams.Card{Lang: p.Locale(), Body: body})
	return message(c, title), err
}

// uninvitedCard is what is left of the message to somebody who is not invited any more: nothing that leads into the meeting.
func (s *Service) uninvitedCard(p i18n.Printer, m Meeting) (teams.Activity, error) {
	title := p.T("meetings.card_uninvited", "Topic", m.Draft.Topic)
	c, err := teams.Card{Lang: p.Locale(), Body: []teams.Element{
		teams.TextBlock{Text: teams.Escape(title), Weight: "bolder", Size: "large", Wrap: true, Style: "heading"},
		teams.TextBlock{Text: teams.Escape(p.T("meetings.card_uninvited_by", "Name", m.Name)), Wrap: true, Subtle: true},
	}}.Fit()
	return message(c, title), err
}

// StartPage is where the host starts: a page of ours, because the real start address is a sign-in.
func (s *Service) StartPage(m Meeting) string { return s.c.PublicURL + "/m/" + m.ID + "/start" }

// readersTime says when, for many readers: Teams writes the macros in each reader's own zone and language. Below stands what
// the organiser's clock shows, for clients that show the macros of another zone; the day is not said twice, in two ways of writing it. Of a
// series it is that of the occurrence that comes next.
func (s *Service) readersTime(p i18n.Printer, d Draft) []teams.Element {
	if d.Now {
		return []teams.Element{teams.TextBlock{Text: teams.Escape(p.T("meetings.now", "Duration", p.Duration(d.Duration))), Wrap: true}}
	}
	if d.NoTime {
		return []teams.Element{teams.TextBlock{Text: teams.Escape(p.T("upcoming.any_time")), Wrap: true}}
	}
	d, label := s.soonest(p, d)
	stamp := stampOf(d.Start)
	zone := location(d.Zone)
	lines := []teams.Element{
		teams.TextBlock{
			Text: strings.TrimLeft(teams.Escape(label)+" {{DATE("+stamp+", LONG)}} {{TIME("+stamp+")}} · "+teams.Escape(p.Duration(d.Duration)), " "), Wrap: true,
		},
		teams.TextBlock{
			Text:   teams.Escape(p.T("meetings.card_zone", "Time", p.WeekClock(d.Start, zone), "Zone", p.Zone(d.Start, zone))),
			Subtle: true, Size: "small", Wrap: true, Common: teams.Common{Spacing: "none"},
		},
	}
	return append(lines, repeatLine(p, d)...)
}

// repeatLine says how a series repeats.
func repeatLine(p i18n.Printer, d Draft) []teams.Element {
	text := repeats(p, d)
	if text == "" {
		return nil
	}
	return []teams.Element{teams.TextBlock{Text: teams.Escape(text), Size: "small", Wrap: true, Common: teams.Common{Spacing: "none"}}}
}

// soonest is a draft with the time of the occurrence that is to be told: the next, or the last. A label says so where it is not the first.
func (s *Service) soonest(p i18n.Printer, d Draft) (Draft, string) {
	if d.Repeat == nil {
		return d, ""
	}
	o, ok := s.chosenOf(d, time.Time{})
	if !ok {
		return d, ""
	}
	label := ""
	if !o.Original.Equal(d.Start) && o.Start.Add(o.Duration).After(s.c.Now()) {
		label = p.T("meetings.next")
	}
	d.Start, d.Duration = o.Start, o.Duration
	return d, label
}

// location is the zone of a stored name; one that is not known any more counts as UTC.
func location(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return time.UTC
	}
	return zone
}

func facts(p i18n.Printer, m Meeting) teams.FactSet {
	f := teams.FactSet{Facts: []teams.Fact{{Title: p.T("meetings.meeting_id"), Value: groups(m.Zoom)}}}
	if m.Passcode != "" {
		f.Facts = append(f.Facts, teams.Fact{Title: p.T("meetings.passcode"), Value: teams.Escape(m.Passcode)})
	}
	return f
}

// calendarLine says how the calendar entry stands and, when it is missing, what mends that: to the organiser, or to everybody.
func (s *Service) calendarLine(ctx context.Context, p i18n.Printer, m Meeting, own bool) (teams.TextBlock, error) {
	r, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	line := teams.TextBlock{Wrap: true, Size: "small", Common: teams.Common{Separator: true}}
	text := p.T("meetings.calendar_pending")
	switch {
	case r.State == calendar.Done && m.Invited == 0, r.State == calendar.Foreign:
		text = p.T("meetings.calendar_alone")
	case r.State == calendar.Done:
		text = p.N("meetings.calendar_done", m.Invited)
	case r.State == calendar.NoGrant, r.State == calendar.NoMailbox:
		text, line.Color = noCalendar(p, m, r.State, own), "warning"
	case r.Behind():
		text, line.Color = p.T("meetings.calendar_behind"), "attention"
	case r.State == calendar.Refused:
		text, line.Color = p.T("meetings.calendar_refused"), "attention"
	case r.State == calendar.Removed:
		text = p.T("meetings.calendar_removed")
	}
	line.Text = teams.Escape(text)
	line.Subtle = line.Color == ""
	return line, err
}

// noCalendar says what the organiser lacks for a calendar entry.
func noCalendar(p i18n.Printer, m Meeting, state calendar.State, own bool) string {
	switch {
	case own && state == calendar.NoMailbox:
		return p.T("meetings.calendar_own_no_mailbox")
	case own:
		return p.T("meetings.calendar_own_no_grant")
	case state == calendar.NoMailbox:
		return p.T("meetings.calendar_no_mailbox", "Name", m.Name)
	}
	return p.T("meetings.calendar_no_grant", "Name", m.Name)
}

// missed lists whom the invitation did not reach, or perhaps not: guests, people without mail, people whom the bot cannot reach. The card
// in the conversation (public) lists them only where the organiser has no message that does: nobody gets one for a meeting that starts
// at once, not everybody wants one, and one that perhaps never arrived cannot be brought up to date.
func (s *Service) missed(ctx context.Context, p i18n.Printer, m Meeting, public bool) ([]teams.Element, error) {
	if !m.Roster {
		return nil, nil
	}
	invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	states, own := map[string]notifications.State{}, notifications.Sent
	for _, t := range told {
		switch t.Kind {
		case notifications.Invited:
			states[string(t.To.ID)] = t.State
		case notifications.Scheduled:
			own = t.State
		}
	}
	var noMail, never, maybe []string
	switch {
	case public && !m.Draft.Now && own != notifications.Unknown && own != notifications.Failed && own != notifications.Dropped:
		return nil, nil
	case own == notifications.Failed:
		never = append(never, m.Name)
	case own == notifications.Unknown:
		maybe = append(maybe, m.Name)
	}
	for _, i := range invitees {
		if i.Address == "" {
			noMail = append(noMail, i.Name)
		}
		switch state := states[string(i.Person.ID)]; {
		case i.Person.ID == "" || state == notifications.Failed:
			never = append(never, i.Name)
		case state == notifications.Unknown:
			maybe = append(maybe, i.Name)
		}
	}
	var lines []teams.Element
	add := func(key string, names []string) {
		if len(names) > 0 {
			lines = append(lines, teams.TextBlock{
				Text: teams.Escape(p.T(key, "Names", someNames(p, names))), Wrap: true, Size: "small", Color: "warning",
			})
		}
	}
	add("meetings.no_mail", noMail)
	add("meetings.no_message", never)
	add("meetings.maybe_message", maybe)
	return lines, nil
}

func someNames(p i18n.Printer, names []string) string {
	shown := make([]string, 0, namesShown)
	for _, name := range names[:min(len(names), namesShown)] {
		shown = append(shown, teams.Clip(name, nameShown))
	}
	if len(names) <= namesShown {
		return strings.Join(shown, ", ")
	}
	return p.T("meetings.and_more", "Names", strings.Join(shown, ", "), "Count", len(names)-namesShown)
}

// invitedMessage renders the direct message to somebody invited (B6).
func (s *Service) invitedMessage(ctx context.Context, n notifications.Message, reader chats.Reader) (teams.Activity, error) {
	m, p, err := s.told(ctx, n, reader)
	if err == nil {
		m, err = s.forOthers(ctx, m)
	}
	if err != nil {
		return teams.Activity{}, err
	}
	if m.State == Cancelled {
		if n.State != notifications.Sent { // who was not told yet need not hear of it
			return teams.Activity{}, problem.New(problem.NotFound, "meetings.cancelled_already")
		}
		return s.cancelledCard(ctx, p, m)
	}
	invited, err := s.invitee(ctx, m, n.To)
	if err != nil {
		return teams.Activity{}, err
	}
	if invited.Person != n.To {
		if n.State != notifications.Sent {
			return teams.Activity{}, problem.New(problem.NotFound, "meetings.not_invited")
		}
		return s.uninvitedCard(p, m)
	}
	session, _, held, err := s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return teams.Activity{}, err
	}
	never := s.neverBegan(m, held)
	title := p.T("meetings.invited_title", "Name", m.Name)
	if m.Draft.Now && !never {
		title = p.T("meetings.invited_started", "Name", m.Name)
	}
	shown := m
	shown.Draft.Now = m.Draft.Now && !never && (!held || session.Ended.IsZero())
	body := s.personal(p, shown, title, reader)
	switch {
	case never:
		body = append(body, neverLine(p))
	case held && !session.Started.IsZero():
		body = append(body, sessionLine(p, session))
	}
	answered, buttons, err := s.answers(ctx, p, m, invited)
	if err != nil {
		return teams.Activity{}, err
	}
	c := teams.Card{
		Lang: p.Locale(), Body: append(body, answered...),
		Actions: append([]teams.Action{
			teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_join"), Style: "positive"}, URL: m.JoinURL},
		}, buttons...),
	}
	c, err = c.Fit()
	return message(c, title+": "+m.Draft.Topic), err
}

// scheduledMessage renders the direct message to the person who scheduled (B7): what was made, whom it did not reach, and the
// buttons that only the organiser has.
func (s *Service) scheduledMessage(ctx context.Context, n notifications.Message, reader chats.Reader) (teams.Activity, error) {
	m, p, err := s.told(ctx, n, reader)
	if err != nil {
		return teams.Activity{}, err
	}
	if m.State == Cancelled {
		return s.cancelledCard(ctx, p, m)
	}
	title := p.T("meetings.scheduled_title")
	body := s.personal(p, m, title, reader)
	live, err := s.liveLines(ctx, p, m, true)
	if err != nil {
		return teams.Activity{}, err
	}
	line, err := s.calendarLine(ctx, p, m, true)
	if err != nil {
		return teams.Activity{}, err
	}
	body = append(append(body, live...), line)
	if m.Card.State == CardLost {
		body = append(body, teams.TextBlock{
			Text: teams.Escape(p.T("meetings.card_lost")), Wrap: true, Size: "small", Color: "warning",
		})
	}
	said, err := s.Notes(ctx, p, m)
	if err != nil {
		return teams.Activity{}, err
	}
	for _, note := range said {
		body = append(body, teams.TextBlock{Text: teams.Escape(note), Wrap: true, Size: "small", Color: "warning"})
	}
	missed, err := s.missed(ctx, p, m, false)
	if err != nil {
		return teams.Activity{}, err
	}
	body = append(body, missed...)
	c := teams.Card{
		Lang: p.Locale(), Body: body,
		Actions: []teams.Action{
			teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_start"), Style: "positive"}, URL: s.StartPage(m)},
			teams.Submit{
				Button: teams.Button{Title: p.T("meetings.card_change")},
				Data:   teams.OpenDialogData(map[string]any{"do": DoChangeForm, "meeting": m.ID}),
			},
			teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_details")}, URL: s.c.Tab("m/" + m.ID)},
			teams.ShowCard{Button: teams.Button{Title: p.T("meetings.card_cancel")}, Card: teams.Card{
				Body: []teams.Element{teams.TextBlock{
					Text: teams.Escape(p.T("meetings.card_cancel_sure", "Topic", m.Draft.Topic)), Wrap: true,
				}},
				Actions: []teams.Action{teams.Submit{
					Button: teams.Button{Title: p.T("meetings.card_cancel_yes"), Style: "destructive"},
					Data:   map[string]any{"do": DoCancel, "meeting": m.ID},
				}},
			}},
		},
	}
	c, err = c.Fit()
	return message(c, title+": "+m.Draft.Topic), err
}

// failedMessage renders the direct message to somebody who was told to wait for a meeting that could not be made after all.
func (s *Service) failedMessage(ctx context.Context, n notifications.Message, reader chats.Reader) (teams.Activity, error) {
	r, err := s.c.Storage.Reservation(ctx, n.To.Tenant, n.Subject)
	if err != nil {
		return teams.Activity{}, err
	}
	p := s.c.Texts.For(reader.Locale)
	title := p.T("meetings.failed_title")
	text := p.T("meetings.failed_text", "Topic", r.Request.Draft.Topic, "Reason", p.T(r.told().Key, r.told().Args))
	c := teams.Card{Lang: p.Locale(), Body: []teams.Element{
		teams.TextBlock{Text: teams.Escape(title), Weight: "bolder", Wrap: true, Color: "attention", Style: "heading"},
		teams.TextBlock{Text: teams.Escape(text), Wrap: true},
	}}
	return message(c, title), nil
}

// told loads what a direct message is about, for its reader. Somebody who has not used the bot yet reads what everybody reads.
func (s *Service) told(ctx context.Context, n notifications.Message, reader chats.Reader) (Meeting, i18n.Printer, error) {
	m, err := s.Find(ctx, n.To.Tenant, n.Subject)
	if err != nil {
		return m, i18n.Printer{}, err
	}
	err = s.c.Policy.Allow(ctx, n.To.Tenant, feature)
	if problem.Is(err, problem.NotReady) && s.over(m) {
		err = problem.New(problem.NotFound, "meetings.gone").Because(err)
	}
	return m, s.c.Texts.For(cmp.Or(reader.Locale, s.c.Language, m.Locale)), err
}

// personal is what all direct messages about a meeting say: title, topic, when in the reader's zone, where it came from.
func (s *Service) personal(p i18n.Printer, m Meeting, title string, reader chats.Reader) []teams.Element {
	body := []teams.Element{
		teams.TextBlock{Text: teams.Escape(title), Subtle: true, Size: "small", Wrap: true},
		teams.TextBlock{
			Text: teams.Escape(m.Draft.Topic), Weight: "bolder", Size: "large", Wrap: true, Style: "heading",
			Common: teams.Common{Spacing: "none"},
		},
	}
	if reader.Zone != nil && !m.Draft.Now {
		d, label := s.soonest(p, m.Draft)
		body = append(body, teams.TextBlock{Text: teams.Escape(strings.TrimLeft(label+" "+when(p, d, reader.Zone), " ")), Wrap: true})
		body = append(body, repeatLine(p, m.Draft)...)
	} else {
		body = append(body, s.readersTime(p, m.Draft)...)
	}
	if m.Place.Name != "" {
		body = append(body, teams.TextBlock{
			Text: teams.Escape(p.T("meetings.in_place", "Place", m.Place.Name)), Subtle: true, Size: "small", Wrap: true,
		})
	}
	return append(body, facts(p, m))
}
