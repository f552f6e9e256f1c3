package meetings

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// Detail is all about one meeting, or one occurrence of a series.
type Detail struct {
	Upcoming
	Agenda       string     `json:"agenda"`
	Passcode     string     `json:"passcode,omitempty" doc:"For the host, and for who is in a conversation into which the host brought it"`
	Repeats      string     `json:"repeats,omitempty" doc:"A sentence"`
	Recurrence   *Series    `json:"recurrence,omitempty"`
	Conversation string     `json:"conversation,omitempty" doc:"The conversation it was made in; for the host, those invited and those in it"`
	SharedIn     []string   `json:"sharedIn,omitempty" doc:"For the host: where it was shared"`
	Invitees     []Answered `json:"invitees" nullable:"false"`
	Asked        *Asked     `json:"asked,omitempty" doc:"For who is invited, where there is an invitation to answer"`
	Edition      int64      `json:"edition" doc:"Hand it back with a change, so that nobody else's is undone"`
	Input        *Input     `json:"input,omitempty" doc:"For the form of a change, when the caller may change it: of a series, of the whole"`
	// A series keeps its own first day and length, whatever was done to the occurrence from which it is changed.
	OccurrenceInput *Input       `json:"occurrenceInput,omitempty" doc:"For the form of a change of this occurrence, or of it and all that follow: it repeats as often as is left"`
	In              *Where       `json:"in,omitempty" doc:"With the input: the conversation it was made in, whose people can be named, while its host is there"`
	Invitation      string       `json:"invitation" doc:"A text to copy"`
	StartURL        string       `json:"startUrl,omitempty" doc:"The page on which the host starts it, after a sign-in"`
	Cancelled       bool         `json:"cancelled"`
	Follows         *bool        `json:"follows,omitempty" doc:"Of a series, in the tab of a conversation: whether each meeting of it gets a card there, shortly before it starts"`
	FollowedIn      []FollowedIn `json:"followedIn,omitempty" doc:"For the host: the conversations in which each meeting of the series gets a card"`
	Recap           *Recap       `json:"recap,omitempty" doc:"What remains of the last time that it was held, or of that of an occurrence that is over; for the host and those in its conversations"`
	Problems        []string     `json:"problems" nullable:"false" doc:"Sentences about what is missing, and when it will be there"`
}

// Series is how a series repeats, as the tab reads it.
type Series struct {
	Pattern  string `json:"pattern" enum:"daily,weekly,monthly"`
	Interval int    `json:"interval"`
	Weekdays []int  `json:"weekdays,omitempty" doc:"0 is Sunday"`
	MonthDay int    `json:"monthDay,omitempty"`
	Week     int    `json:"week,omitempty"`
	Weekday  int    `json:"weekday,omitempty"`
	Times    int    `json:"times,omitempty"`
	Until    string `json:"until,omitempty"`
}

// Answered is somebody, or a room, invited, and what they answered.
type Answered struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Kind    string `json:"kind" enum:"person,room,guest"`
	Answer  string `json:"answer,omitempty" enum:"accepted,tentative,declined,none" doc:"For the host; of the caller what was answered here; absent where it is not known"`
}

// Detail answers a meeting by its key: of a series the occurrence with the original start, or the next. Errors: NotFound (also when it
// is not for this person), NotLinked, NotReady, Forbidden, Unavailable.
func (s *Service) Detail(ctx context.Context, v Visitor, key string, original time.Time) (Detail, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return Detail{}, err
	}
	if event, ok := strings.CutPrefix(key, eventKey); ok && !isOwnID(key) {
		return s.seenDetail(ctx, v, key, event)
	}
	if number, ok := numberOf(key); ok {
		id, err := s.c.Storage.ByNumber(ctx, v.Person, number)
		if problem.Is(err, problem.NotFound) {
			return s.foreignDetail(ctx, v, key, original)
		}
		if err != nil {
			return Detail{}, err
		}
		key = id
	}
	m, err := s.Find(ctx, v.Person.Tenant, key)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, v, m, original)
}

// isOwnID tells our ids from keys that begin with a letter of theirs.
func isOwnID(key string) bool { return len(key) == 36 && key[8] == '-' && key[13] == '-' }

// foreignDetail is of a meeting that only Zoom knows.
func (s *Service) foreignDetail(ctx context.Context, v Visitor, key string, original time.Time) (Detail, error) {
	number, _ := numberOf(key)
	z, err := s.hosted(ctx, v, number)
	if err != nil {
		return Detail{}, err
	}
	m := s.foreign(v, z)
	d, err := s.detail(ctx, v, m, original)
	if s.unsettled(z) {
		d.Can, d.Input = Can{}, nil
	}
	d.Key, d.StartURL, d.Edition = key, s.c.PublicURL+"/m/"+key+"/start", 0
	return d, err
}

// detail is of a meeting of ours, for somebody whom it concerns.
func (s *Service) detail(ctx context.Context, v Visitor, m Meeting, original time.Time) (Detail, error) {
	invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return Detail{}, err
	}
	host := m.Organizer == v.Person
	a := audience{within: host, concerned: host}
	if !host {
		if a, err = s.audience(ctx, v.Person, m, invitees); err != nil {
			return Detail{}, err
		}
	}
	record, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return Detail{}, err
	}
	seen := s.ask(ctx, v, m, record, host)
	own := among(invitees, v.Person)
	if answer := own.answerTo(m); answer != "" {
		seen.guests = []calendar.Invited{{Attendee: calendar.Attendee{Address: own.Address}, Answer: answer}}
	}
	if seen.deleted {
		record.State = calendar.Removed
	}
	p := s.c.Texts.For(v.Locale)
	d := Detail{Upcoming: s.standing(m, record, host, original), Edition: m.Edition, Cancelled: m.State == Cancelled, Invitees: []Answered{}}
	if d.Live, err = s.isHeld(ctx, m, d.Upcoming, seen.live); err != nil {
		return Detail{}, err
	}
	d.Repeats, d.Recurrence = repeats(p, m.Draft), seriesJSON(m.Draft.Repeat)
	d.Problems = s.problems(p, m, record, v)
	if host {
		said, err := s.Notes(ctx, p, m)
		if err != nil {
			return Detail{}, err
		}
		d.Problems = append(d.Problems, said...)
		if d.SharedIn, err = s.sharedIn(ctx, m); err != nil {
			return Detail{}, err
		}
	}
	if a.concerned {
		d.Agenda, d.Conversation, d.Invitees = m.Draft.Agenda, m.Place.Name, answered(m, invitees, seen.guests, host)
	}
	if !host {
		d.Asked = s.asked(p, m, record, own)
		if m, err = s.forOthers(ctx, m); err != nil {
			return Detail{}, err
		}
	}
	if !a.within { // what was shared with the conversation is no more for who has left it
		m.Passcode, m.JoinURL = "", s.public(m.JoinURL)
	}
	if m.Draft.Private && !host {
		d.Topic, d.Agenda = "", ""
	}
	if a.within {
		if d, err = s.withFollowers(ctx, v, m, d); err != nil {
			return Detail{}, err
		}
		if d.Recap, err = s.recap(ctx, p, m, d.Upcoming, host); err != nil {
			return Detail{}, err
		}
	}
	d.Passcode, d.JoinURL = m.Passcode, m.JoinURL
	d.Invitation = s.invitationText(p, m, d.Upcoming, seen.invitation)
	if host && m.State == Active {
		d = s.changeable(d, m, invitees)
	}
	return d, nil
}

// changeable adds to a page what its host needs to change the meeting, and to start it.
func (s *Service) changeable(d Detail, m Meeting, invitees []Invitee) Detail {
	in := inputOf(m.Draft).inviting(invitees)
	if !alone(m.Place) {
		d.In = &Where{Conversation: m.Place.Conversation, Team: m.Place.Team, Name: m.Place.Name}
	}
	if d.Input = &in; d.Can.Start {
		d.StartURL = s.StartPage(m)
	}
	if d.Original != nil {
		rest := m.Draft
		rest.Repeat = m.Draft.rest(*d.Original)
		one := inputOf(rest).inviting(invitees).at(*d.Start, d.End.Sub(*d.Start))
		d.OccurrenceInput = &one
	}
	return d
}

// standing is a meeting of ours as it is listed, at one of its occurrences.
func (s *Service) standing(m Meeting, record calendar.Record, host bool, original time.Time) Upcoming {
	active := host && m.State == Active
	u := Upcoming{
		Key: m.ID, Topic: m.Draft.Topic, Zone: m.Draft.Zone, Kind: KindOnce, Host: host, HostName: m.Name, ZoomID: groups(m.Zoom), number: m.Zoom,
		Private: m.Draft.Private, Calendar: outOfCalendar, Can: Can{Start: active && m.Draft.For == "", Change: active && !m.Draft.NoTime, Cancel: active, Share: active},
	}
	switch {
	case m.Entry > 0 && record.Stands():
		u.Calendar = inCalendar
	case m.Entry > 0 && record.State == calendar.Pending:
		u.Calendar = calendarPending
	case record.State == calendar.NoGrant || record.State == calendar.NoMailbox:
		u.Calendar = calendarUnavailable
	}
	u.OnlyInZoom = u.Calendar == outOfCalendar
	u.Can.AddToCalendar = active && u.OnlyInZoom && !m.Draft.NoTime
	o, ok := s.chosenOf(m.Draft, original)
	if !ok {
		u.Kind = KindNoTime
		return u
	}
	end := o.Start.Add(o.Duration)
	u.Start, u.End = &o.Start, &end
	if m.Draft.Repeat != nil {
		u.Kind, u.Original = KindOccurrence, &o.Original
	}
	return u
}

// chosenOf is the occurrence with an original start; when there is none, the next, or the last.
func (s *Service) chosenOf(d Draft, original time.Time) (Occurrence, bool) {
	all := d.Occurrences()
	if len(all) == 0 {
		return Occurrence{}, false
	}
	if o, n := d.find(original); n >= 0 {
		return o, true
	}
	for _, o := range all {
		if !o.Cancelled && o.Start.Add(o.Duration).After(s.c.Now()) {
			return o, true
		}
	}
	for _, o := range slices.Backward(all) {
		if !o.Cancelled {
			return o, true
		}
	}
	return all[len(all)-1], true
}

// sharedIn names the conversations into which a meeting was shared, each once.
func (s *Service) sharedIn(ctx context.Context, m Meeting) (names []string, err error) {
	shares, err := s.c.Storage.Shares(ctx, m.Organizer.Tenant, m.ID)
	for _, share := range shares {
		if name := share.Place.Name; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, err
}

// audience is what somebody other than the host has to do with a meeting.
type audience struct {
	within    bool // is now in a conversation into which the host brought it
	concerned bool // was invited, or is in the conversation that it was made in: others hear nothing of that one
}

// audience finds it out; problem.NotFound when it is nothing.
func (s *Service) audience(ctx context.Context, person entra.Person, m Meeting, invitees []Invitee) (a audience, err error) {
	shares, err := s.c.Storage.Shares(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return a, err
	}
	const most = 5 // conversations that are asked, those of late first
	places := []chats.Place{m.Place}
	for _, share := range slices.Backward(shares) {
		there := func(p chats.Place) bool { return p.Conversation == share.Place.Conversation }
		if share.Card.mayStand() && !slices.ContainsFunc(places, there) {
			places = append(places, share.Place)
		}
	}
	found := make([]bool, len(places))
	var all sync.WaitGroup
	for i, place := range places[:min(len(places), most)] {
		if alone(place) {
			continue
		}
		all.Go(func() { found[i] = s.c.Chats.Enter(ctx, place, person, teams.UserID(person.ID), false) == nil })
	}
	all.Wait()
	a.within = slices.Contains(found, true)
	a.concerned = found[0] || slices.ContainsFunc(invitees, func(i Invitee) bool { return i.Person == person })
	if !a.within && !a.concerned {
		return a, problem.New(problem.NotFound, "problem.not_found")
	}
	return a, nil
}

// looked is what Zoom and the calendar add to what is stored.
type looked struct {
	guests     []calendar.Invited
	deleted    bool // the event, in Outlook
	invitation string
	live       bool
}

// ask asks them at the same time, for the host, and does without what does not come within a moment.
func (s *Service) ask(ctx context.Context, v Visitor, m Meeting, record calendar.Record, host bool) looked {
	var l looked
	if !host || m.State != Active {
		return l
	}
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	var all sync.WaitGroup
	if record.EventID != "" {
		all.Go(func() {
			seen, err := s.c.Calendar.Event(ctx, v.Person, record.EventID)
			l.guests, l.deleted = seen.Guests, problem.Is(err, problem.NotFound)
		})
	}
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err == nil {
		all.Go(func() { l.invitation, _ = client.Invitation(ctx, m.Zoom) }) // we write one ourselves
		all.Go(func() {
			z, err := client.Meeting(ctx, m.Zoom)
			l.live = err == nil && z.Status == zoom.StatusStarted
		})
	}
	all.Wait()
	return l
}

// answered are those invited, with what they answered in the calendar.
func answered(m Meeting, invitees []Invitee, guests []calendar.Invited, host bool) []Answered {
	all := []Answered{}
	known := map[string]bool{}
	add := func(name, address, kind string) {
		one := Answered{Name: name, Address: address, Kind: kind}
		if one.Name == "" {
			one.Name = address
		}
		if i := slices.IndexFunc(guests, func(g calendar.Invited) bool { return strings.EqualFold(g.Address, address) }); i >= 0 {
			one.Answer = guests[i].Answer
		}
		if !host {
			one.Address = ""
		}
		if key := strings.ToLower(address); address == "" || !known[key] {
			known[key] = true
			all = append(all, one)
		}
	}
	for _, i := range invitees {
		kind := "person"
		if i.Guest || i.Person.ID == "" {
			kind = "guest"
		}
		add(i.Name, i.Address, kind)
	}
	for _, g := range m.Draft.Invitees {
		add(g.Name, g.Address, "person")
	}
	for _, r := range m.Draft.Rooms {
		add(r.Name, r.Address, "room")
	}
	return all
}

func seriesJSON(r *Recurrence) *Series {
	if r == nil {
		return nil
	}
	series := &Series{
		Pattern: string(r.Pattern), Interval: max(r.Interval, 1), MonthDay: r.MonthDay, Week: r.Week, Weekday: int(r.Weekday), Times: r.Times, Until: r.Until,
	}
	for _, day := range r.Weekdays {
		series.Weekdays = append(series.Weekdays, int(day))
	}
	return series
}

// problems are what is missing of a meeting, and when it will be there.
func (s *Service) problems(p i18n.Printer, m Meeting, record calendar.Record, v Visitor) []string {
	all := []string{}
	if m.State == Cancelled {
		return append(all, p.T("meetings.cancelled_already"))
	}
	if m.Delayed.After(s.c.Now()) {
		zone := s.choices.location(v.Zone)
		if v.Zone == "" {
			zone = s.choices.location(m.Draft.Zone)
		}
		all = append(all, p.T("upcoming.delayed", "Time", p.Time(m.Delayed, zone), "Zone", p.Zone(m.Delayed, zone)))
	}
	if m.Entry == 0 {
		return all
	}
	switch {
	case record.State == calendar.NoGrant, record.State == calendar.NoMailbox:
		all = append(all, noCalendar(p, m, record.State, v.Person == m.Organizer))
	case record.Behind():
		all = append(all, p.T("meetings.calendar_behind"))
	case record.State == calendar.Refused:
		all = append(all, p.T("meetings.calendar_refused"))
	case record.State == calendar.Removed:
		all = append(all, p.T("meetings.calendar_removed"))
	}
	if m.Card.State == CardLost && m.Place.Kind != chats.Tab {
		all = append(all, p.T("meetings.card_lost"))
	}
	return all
}

// invitationText is Zoom's own where it was told, which has the telephone numbers; else ours.
func (s *Service) invitationText(p i18n.Printer, m Meeting, u Upcoming, zooms string) string {
	if zooms != "" {
		return zooms
	}
	lines := []string{m.Draft.Topic}
	if m.Draft.Private && !u.Host {
		lines = nil
	}
	if u.Start != nil {
		zone := location(u.Zone)
		lines = append(lines, p.T("meetings.when", "Time", p.Time(*u.Start, zone), "Duration", p.Duration(u.End.Sub(*u.Start)), "Zone", p.Zone(*u.Start, zone)))
	}
	if text := repeats(p, m.Draft); text != "" {
		lines = append(lines, text)
	}
	lines = append(lines, p.T("meetings.mail_join")+": "+m.JoinURL, p.T("meetings.meeting_id")+": "+groups(m.Zoom))
	if m.Passcode != "" {
		lines = append(lines, p.T("meetings.passcode")+": "+m.Passcode)
	}
	return strings.Join(lines, "\n")
}

// seenDetail is of a meeting that only the calendar knows: somebody else's.
func (s *Service) seenDetail(ctx context.Context, v Visitor, key, event string) (Detail, error) {
	seen, err := s.c.Calendar.Event(ctx, v.Person, event)
	if err != nil {
		return Detail{}, err
	}
	link, ok := s.joinLink(seen)
	if !ok {
		return Detail{}, problem.New(problem.NotFound, "problem.not_found")
	}
	e := &entity{number: link.Meeting, seen: []calendar.Seen{seen}, links: map[string]string{seen.ID: link.URL()}}
	d := Detail{Upcoming: e.inCalendar(s, paired{seen: seen, o: Occurrence{Original: seen.Original}}), Invitees: []Answered{}, Problems: []string{}}
	d.Key = key
	for _, g := range seen.Guests {
		kind := "person"
		if g.Room {
			kind = "room"
		}
		d.Invitees = append(d.Invitees, Answered{Name: g.Name, Address: g.Address, Kind: kind, Answer: g.Answer})
	}
	m := Meeting{Draft: Draft{Topic: d.Topic}, Zoom: link.Meeting, JoinURL: link.URL()}
	d.Invitation = s.invitationText(s.c.Texts.For(v.Locale), m, d.Upcoming, "")
	return d, nil
}
