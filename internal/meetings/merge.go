package meetings

import (
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/zoom"
)

// entity is all that is known of one meeting of Zoom's.
type entity struct {
	number zoom.MeetingID
	zoom   *zoom.Meeting // as its host sees it; nil for who does not host it
	soon   *zoom.UpcomingMeeting
	ours   *Standing
	mine   bool // it is the caller's
	seen   []calendar.Seen
	links  map[string]string // join links as they stand in the calendar, by event
}

// merge makes one list of what the sources told: each occurrence once.
func (g *gathered) merge(s *Service, now time.Time) []Upcoming {
	var order []zoom.MeetingID
	all := map[zoom.MeetingID]*entity{}
	of := func(number zoom.MeetingID) *entity {
		if all[number] == nil {
			all[number] = &entity{number: number, links: map[string]string{}}
			order = append(order, number)
		}
		return all[number]
	}
	for i := range g.hosted {
		e := of(g.hosted[i].ID)
		e.zoom, e.mine = &g.hosted[i], true
	}
	for i := range g.known {
		k := &g.known[i]
		e := of(k.Meeting.Zoom)
		e.ours = k
	}
	for i := range g.soon {
		if e := of(g.soon[i].ID); e.zoom == nil {
			e.soon = &g.soon[i]
		}
	}
	for _, seen := range g.seen {
		if number, link := g.numberOf(s, seen); number != 0 {
			e := of(number)
			e.seen = append(e.seen, seen)
			e.links[seen.ID] = link
		}
	}
	var list []Upcoming
	for _, number := range order {
		list = append(list, all[number].list(s, g, now)...)
	}
	return list
}

// numberOf answers which meeting of Zoom's an event belongs to, and the join link in it; 0 when it is none. A link into somebody's
// personal room belongs to the meeting that is held there at that time.
func (g *gathered) numberOf(s *Service, seen calendar.Seen) (zoom.MeetingID, string) {
	join, ok := s.joinLink(seen)
	if made, isOurs := zoom.ParseMeetingID(seen.Meeting); isOurs {
		return made, join.URL()
	}
	if !ok {
		return 0, ""
	}
	for _, m := range g.hosted {
		if m.PMI == join.Meeting && m.PMI != 0 && m.Start.Equal(seen.Start) {
			return m.ID, join.URL()
		}
	}
	return join.Meeting, join.URL()
}

// joinLink finds the first join link of Zoom's in an event.
func (s *Service) joinLink(seen calendar.Seen) (zoom.JoinLink, bool) {
	for _, raw := range seen.Links {
		if link, ok := s.c.Links.Parse(raw); ok {
			return link, true
		}
	}
	return zoom.JoinLink{}, false
}

// list is what of the meeting takes place.
func (e *entity) list(s *Service, g *gathered, now time.Time) []Upcoming {
	if e.ours != nil {
		e.mine = e.mine || e.ours.Meeting.Organizer == g.person
	}
	held := e.occurrences()
	if e.mine { // what others have sent takes no place of the person's own event
		slices.SortStableFunc(e.seen, func(a, b calendar.Seen) int { return own(a) - own(b) })
	}
	pairs, alone, extra := pair(held, e.seen)
	var list []Upcoming
	for _, p := range pairs {
		list = append(list, e.inCalendar(s, p))
	}
	for _, seen := range extra {
		list = append(list, e.inCalendar(s, paired{seen: seen, o: Occurrence{Original: seen.Original}}))
	}
	for _, o := range alone {
		list = append(list, e.outside(s, g, o))
	}
	if e.live(g) {
		slices.SortStableFunc(list, earlier)
		markLive(list, now)
	}
	return list
}

// live tells whether the meeting is being held: its host is told so by Zoom, and everybody by what is stored of it.
func (e *entity) live(g *gathered) bool {
	return g.live[e.number] || e.ours != nil && e.ours.Live && e.ours.Meeting.State == Active
}

// own orders events: those that the person organises come first.
func own(seen calendar.Seen) int {
	if seen.Organizer {
		return 0
	}
	return 1
}

// occurrences are when the meeting is held, as Zoom says, or where it says nothing, as we know.
func (e *entity) occurrences() []Occurrence {
	once := func(m zoom.Meeting) []Occurrence {
		return []Occurrence{{Original: m.Start, Start: m.Start, Duration: m.Duration}}
	}
	var all []Occurrence
	switch {
	case e.ours != nil && e.ours.Meeting.Draft.NoTime:
		return []Occurrence{{}}
	case e.ours != nil && (e.zoom == nil || e.zoom.Type == zoom.RecurringMeeting):
		all = e.ours.Meeting.Draft.Occurrences()
	case e.zoom != nil && e.zoom.Type == zoom.RecurringMeeting && len(e.zoom.Occurrences) > 0:
		for _, o := range e.zoom.Occurrences {
			all = append(all, Occurrence{Original: o.Start, Start: o.Start, Duration: o.Duration, Cancelled: o.Status == zoom.OccurrenceDeleted})
		}
	case e.zoom != nil:
		all = once(*e.zoom)
	case e.soon != nil:
		all = once(e.soon.Meeting)
	}
	return slices.DeleteFunc(all, func(o Occurrence) bool { return o.Cancelled })
}

// paired is one taking place and its event.
type paired struct {
	o    Occurrence
	seen calendar.Seen
}

// pair finds the event of each occurrence: the one at its time, else, while both have moved apart, one by its original time, else the
// only ones that are left over of each.
func pair(held []Occurrence, seen []calendar.Seen) (pairs []paired, alone []Occurrence, extra []calendar.Seen) {
	extra = slices.Clone(seen)
	match := func(same func(Occurrence, calendar.Seen) bool) {
		held = slices.DeleteFunc(slices.Clone(held), func(o Occurrence) bool {
			i := slices.IndexFunc(extra, func(s calendar.Seen) bool { return same(o, s) })
			if i < 0 {
				return false
			}
			pairs = append(pairs, paired{o, extra[i]})
			extra = slices.Delete(extra, i, i+1)
			return true
		})
	}
	match(func(o Occurrence, s calendar.Seen) bool { return o.Start.Equal(s.Start) })
	match(func(o Occurrence, s calendar.Seen) bool { return !s.Original.IsZero() && o.Original.Equal(s.Original) })
	if len(held) == 1 && len(extra) == 1 {
		match(func(Occurrence, calendar.Seen) bool { return true })
	}
	return pairs, held, extra
}

// base is what all that is listed of a meeting has in common.
func (e *entity) base(s *Service) Upcoming {
	u := Upcoming{
		Key: numberKey + e.number.String(), Kind: KindOnce, Host: e.mine, ZoomID: groups(e.number), number: e.number,
		Can: Can{Start: e.mine, Change: e.mine, Cancel: e.mine, Share: e.mine},
	}
	switch {
	case e.zoom != nil:
		u.Topic, u.Zone, u.JoinURL = e.zoom.Topic, e.zoom.Zone, s.zoomsOwn(*e.zoom)
	case e.soon != nil:
		u.Topic, u.Zone, u.JoinURL = e.soon.Topic, e.soon.Zone, s.zoomsOwn(e.soon.Meeting)
	}
	if e.ours == nil {
		if e.zoom != nil && s.unsettled(*e.zoom) {
			u.Can = Can{}
		}
		return u
	}
	m := e.ours.Meeting
	u.Key, u.HostName, u.Private = m.ID, m.Name, m.Draft.Private
	u.Can.Start = u.Can.Start && m.Draft.For == ""
	if m.State == Cancelled {
		u.Can = Can{}
	}
	if e.zoom == nil {
		u.Topic, u.Zone = m.Draft.Topic, m.Draft.Zone
	}
	if m.Draft.Private && !e.mine {
		u.Topic = ""
	}
	if u.JoinURL == "" {
		u.JoinURL = s.joinFor(e.ours, e.mine)
	}
	return u
}

// joinFor is the join link of a meeting of ours: for its host whole; for others without the passcode, which who is in the conversation
// sees there, and who was invited by mail has.
func (s *Service) joinFor(k *Standing, host bool) string {
	m, err := s.opened(k.Meeting, k.Sealed)
	if err != nil {
		return ""
	}
	if host {
		return m.JoinURL
	}
	return s.public(m.JoinURL)
}

// public is a join link without its passcode.
func (s *Service) public(join string) string {
	link, ok := s.c.Links.Parse(join)
	if !ok {
		return ""
	}
	return link.Public()
}

// inCalendar is an occurrence as it stands in the calendar.
func (e *entity) inCalendar(s *Service, p paired) Upcoming {
	u := e.base(s)
	seen := p.seen
	if e.ours == nil && !e.mine {
		u.Key = eventKey + seen.ID
	}
	u.Zone, u.AllDay, u.Calendar, u.Private = seen.Zone, seen.AllDay, inCalendar, seen.Private
	u.Start, u.End = &seen.Start, &seen.End
	if e.mine && !seen.Organizer && u.Topic != "" { // the host knows better than who has sent an invitation to the meeting
		return e.occurrence(u, p.o, seen.Series != "", seen.Original)
	}
	u.Topic = seen.Subject
	if seen.Host != "" {
		u.HostName = seen.Host
	}
	if link := e.links[seen.ID]; link != "" {
		u.JoinURL = link
	}
	if seen.Private && !seen.Organizer && !e.mine {
		u.Topic = ""
	}
	return e.occurrence(u, p.o, seen.Series != "", seen.Original)
}

// outside is an occurrence that is not in the calendar.
func (e *entity) outside(s *Service, g *gathered, o Occurrence) Upcoming {
	u := e.base(s)
	if u.Calendar = outOfCalendar; g.bookErr != nil {
		u.Calendar = calendarUnavailable
	}
	if e.ours != nil && e.ours.Meeting.Entry > 0 && e.ours.Calendar == calendar.Pending {
		u.Calendar = calendarPending
	}
	u.OnlyInZoom = u.Calendar == outOfCalendar
	if o.Start.IsZero() {
		u.Kind, u.Can.Change = KindNoTime, false
		return u
	}
	end := o.Start.Add(o.Duration)
	u.Start, u.End, u.Can.AddToCalendar = &o.Start, &end, u.Can.Change && u.OnlyInZoom
	return e.occurrence(u, o, false, time.Time{})
}

// occurrence names which of a series it is.
func (e *entity) occurrence(u Upcoming, o Occurrence, series bool, original time.Time) Upcoming {
	series = series || e.zoom != nil && e.zoom.Type == zoom.RecurringMeeting || e.ours != nil && e.ours.Meeting.Draft.Repeat != nil
	if !series {
		return u
	}
	if !o.Original.IsZero() {
		original = o.Original
	}
	if original.IsZero() {
		original = *u.Start
	}
	original = original.UTC()
	u.Kind, u.Original = KindOccurrence, &original
	return u
}
