package meetings

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// find answers the place of an occurrence among those of the series, by its original start; -1 when there is none.
func (d Draft) find(original time.Time) (Occurrence, int) {
	all := d.Occurrences()
	n := slices.IndexFunc(all, func(o Occurrence) bool { return o.Original.Equal(original) })
	if n < 0 {
		return Occurrence{}, n
	}
	return all[n], n
}

// rest is how a series goes on from one of its occurrences; nil when that is the last: then it takes place once.
func (d Draft) rest(original time.Time) *Recurrence {
	all := d.Occurrences()
	_, n := d.find(original)
	if n <= 0 {
		return d.Repeat
	}
	if n == len(all)-1 {
		return nil
	}
	r := *d.Repeat
	if r.Times > 0 {
		r.Times -= n
	}
	return &r
}

// with is the draft with one occurrence that is not as the series says.
func (d Draft) with(e Exception) Draft {
	d.Exceptions = slices.DeleteFunc(slices.Clone(d.Exceptions), func(old Exception) bool { return old.Original.Equal(e.Original) })
	d.Exceptions = append(d.Exceptions, e)
	slices.SortFunc(d.Exceptions, func(a, b Exception) int { return a.Original.Compare(b.Original) })
	return d
}

// held tells whether an occurrence takes place.
func held(m *Meeting, original time.Time) (Occurrence, error) {
	o, n := m.Draft.find(original)
	switch {
	case m.State != Active:
		return o, problem.New(problem.Conflict, "meetings.cancelled_already")
	case n < 0 || o.Cancelled:
		return o, problem.New(problem.NotFound, "meetings.occurrence_gone")
	}
	return o, nil
}

// move moves or stretches one occurrence of a series.
func (s *Service) move(ctx context.Context, original, start time.Time, duration time.Duration) change {
	return func(m *Meeting, client *zoom.Client) error {
		o, err := held(m, original)
		if err != nil {
			return err
		}
		if o.Start.Equal(start) && o.Duration == duration {
			return errSame
		}
		if err := m.Draft.movable(o, start, duration, s.c.Now()); err != nil {
			return err
		}
		id, err := occurrenceAt(ctx, client, m.Zoom, o.Start, start, o.Original)
		if err != nil {
			return err
		}
		m.Draft = m.Draft.with(Exception{Original: o.Original, Start: start.UTC(), Duration: duration})
		return gone(client.UpdateOccurrence(ctx, m.Zoom, id, start, duration))
	}
}

// movable refuses where Zoom or Outlook will not have an occurrence. Outlook keeps each on days of its own, in order
// (ErrorOccurrenceCrossingBoundary).
func (d Draft) movable(o Occurrence, start time.Time, duration time.Duration, now time.Time) error {
	p := problem.New(problem.Invalid, "meetings.invalid")
	if duration < minDuration || duration > maxDuration {
		p = p.WithField(FieldDuration, "meetings.duration_range")
	}
	if !start.Equal(o.Start) && start.Before(now.Add(-pastGrace)) {
		p = p.WithField(FieldDate, "meetings.start_past")
	}
	zone := location(d.Zone)
	day := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	for _, other := range d.Occurrences() {
		before, after := other.Original.Before(o.Original), other.Original.After(o.Original)
		if !other.Cancelled && (before && day(start) <= day(other.Start) || after && day(start) >= day(other.Start)) {
			p = p.WithField(FieldDate, "meetings.occurrence_crosses")
			break
		}
	}
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

// occurrenceAt finds Zoom's name of the occurrence that is held at the first of the times that any is held at. Its original time is the last
// that is worth a look: Zoom may be behind with a move.
func occurrenceAt(ctx context.Context, client *zoom.Client, id zoom.MeetingID, times ...time.Time) (zoom.OccurrenceID, error) {
	z, err := client.Meeting(ctx, id)
	if err != nil {
		return "", gone(err)
	}
	for _, at := range times {
		for _, o := range z.Occurrences {
			if o.Start.Equal(at) && o.Status != zoom.OccurrenceDeleted {
				return o.ID, nil
			}
		}
	}
	return "", problem.New(problem.NotFound, "meetings.occurrence_gone")
}

// drop cancels one occurrence of a series; the last one that is left takes the series with it.
func (s *Service) drop(ctx context.Context, original time.Time, comment string) change {
	return func(m *Meeting, client *zoom.Client) error {
		o, err := held(m, original)
		if problem.Is(err, problem.NotFound) && o.Cancelled {
			return errSame
		}
		if err != nil {
			return err
		}
		rest := m.Draft.with(Exception{Original: o.Original, Start: o.Start, Duration: o.Duration, Cancelled: true, Comment: comment})
		if !slices.ContainsFunc(rest.Occurrences(), func(o Occurrence) bool { return !o.Cancelled }) {
			return s.cancel(ctx, comment)(m, client)
		}
		m.Draft = rest
		id, err := occurrenceAt(ctx, client, m.Zoom, o.Start, o.Original)
		if problem.Is(err, problem.NotFound) { // Zoom does not hold it any more
			return nil
		}
		if err != nil {
			return err
		}
		err = client.DeleteOccurrence(ctx, m.Zoom, id)
		if errors.Is(err, zoom.ErrNotFound) {
			return nil
		}
		return err
	}
}

// cut ends a series before one of its occurrences, in whose place another meeting goes on if next names one. What was moved or cancelled
// before it is so again afterwards, because Zoom makes all occurrences anew. What Zoom shows in between is noted as ours: when it ends there,
// Zoom's meeting is made as it was.
//
// UNVERIFIED: that Zoom counts end_times from the first occurrence when a series that has begun is changed.
func (s *Service) cut(ctx context.Context, original time.Time, comment, next string) change {
	return func(m *Meeting, client *zoom.Client) error {
		_, n := m.Draft.find(original)
		if m.State != Active || n < 0 {
			return errSame
		}
		m.Draft.Next = cmp.Or(next, m.Draft.Next)
		if !slices.ContainsFunc(m.Draft.Occurrences()[:n], func(o Occurrence) bool { return !o.Cancelled }) { // nothing is left of it
			return s.cancel(ctx, comment)(m, client)
		}
		before := m.shape()
		repeat := *m.Draft.Repeat
		repeat.Times, repeat.Until = n, ""
		m.Draft.Repeat, m.Draft.Comment = &repeat, comment
		m.Draft.Exceptions = slices.DeleteFunc(slices.Clone(m.Draft.Exceptions), func(e Exception) bool { return !e.Original.Before(original) })
		if err := s.writes(ctx, *m, before); err != nil {
			return err
		}
		err := gone(client.UpdateMeeting(ctx, m.Zoom, zoom.MeetingChange{Recurrence: atZoom(m.Draft)}))
		if err == nil {
			err = s.restore(ctx, client, *m)
		}
		if err != nil {
			err = errors.Join(err, s.c.Storage.Look(context.WithoutCancel(ctx), m.Organizer.Tenant, m.ID))
		}
		return err
	}
}

// cutBefore ends a series before its rest. One that was cancelled or shortened meanwhile, here or at Zoom, goes on in it all the same.
func (s *Service) cutBefore(ctx context.Context, r Reserved) change {
	cut := s.cut(ctx, r.Request.Cut.Original, "", r.Meeting)
	return func(m *Meeting, client *zoom.Client) error {
		before := *m
		err := cut(m, client)
		if !errors.Is(err, errSame) && !problem.Is(err, problem.NotFound) {
			return err
		}
		if *m = before; m.Draft.Next != "" {
			return errSame
		}
		m.Draft.Next = r.Meeting
		return nil
	}
}

// writes notes that Zoom's meeting is being made like m, which was different before.
func (s *Service) writes(ctx context.Context, m Meeting, before Shape) error {
	for range changeTries {
		c, err := s.c.Storage.Copies(ctx, m.Organizer.Tenant, m.ID)
		if err != nil {
			return err
		}
		if c.Zoom.Agreed == nil {
			c.Zoom.Agreed = &before
		}
		c.Zoom = c.Zoom.writing(m.shape())
		if _, err = s.saveCopies(ctx, m, c); !errors.Is(err, ErrStale) {
			return err
		}
	}
	return ErrStale
}

// restore moves and cancels again what is not as the series says.
func (s *Service) restore(ctx context.Context, client *zoom.Client, m Meeting) error {
	if len(m.Draft.Exceptions) == 0 {
		return nil
	}
	z, err := client.Meeting(ctx, m.Zoom)
	if err != nil {
		return gone(err)
	}
	return s.tellOccurrences(ctx, client, m, z, m.Draft.Exceptions)
}

// Edit changes a meeting, one occurrence of a series, or the rest of a series. The rest becomes a meeting of its own, which is
// answered; what is left of the series ends before it.
//
// Errors: as Own; Invalid with fields, NotLinked, Conflict (changed meanwhile, cancelled), NotFound, Busy, Unavailable.
func (s *Service) Edit(ctx context.Context, v Visitor, key string, e Edit) (Meeting, error) {
	m, err := s.take(ctx, v, key)
	if err != nil {
		return m, err
	}
	if m.Draft.Repeat == nil || e.Scope == "" {
		e.Scope = All
	}
	_, n := m.Draft.find(e.Original)
	if e.Scope == Following {
		if made, done, err := s.continued(ctx, m, e); done || err != nil {
			return made, err
		}
	}
	switch {
	case e.Scope == One:
		return s.edit(ctx, v.Person, m.ID, e.Edition, s.move(ctx, e.Original, e.Draft.Start, e.Draft.Duration))
	case e.Scope == Following && n != 0:
		return s.follow(ctx, m, e)
	}
	return s.editing(ctx, v.Person, m.ID, e.Edition, s.change(ctx, e.Draft), func(ctx context.Context, m Meeting) (Meeting, error) {
		if e.Members == nil {
			return s.saveChange(ctx, m)
		}
		return s.saveReinvited(ctx, m, e.Members)
	})
}

// continued answers a wish for the rest of a series that came before under its nonce: the series has ended before it, perhaps.
func (s *Service) continued(ctx context.Context, m Meeting, e Edit) (Meeting, bool, error) {
	if e.Nonce == "" {
		return m, false, problem.New(problem.Invalid, "problem.invalid").WithField("nonce", "problem.invalid")
	}
	r, err := s.c.Storage.Nonced(ctx, m.Organizer, e.Nonce)
	if problem.Is(err, problem.NotFound) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	if cut := r.Request.Cut; cut == nil || cut.Meeting != m.ID || !cut.Original.Equal(e.Original) || cut.Wish != e.sent() {
		return m, false, problem.New(problem.Conflict, "meetings.nonce_reused")
	}
	made, err := s.answerTwin(ctx, r)
	return made, true, err
}

// follow makes a meeting of the rest of a series, once for each nonce, and ends the series before it.
func (s *Service) follow(ctx context.Context, m Meeting, e Edit) (Meeting, error) {
	o, err := held(&m, e.Original)
	if err != nil {
		return m, err
	}
	if e.Edition > 0 && m.Edition != e.Edition {
		return m, ErrStale
	}
	wish := e.Draft
	if len(wish.Occurrences()) == 1 { // what is left is no series
		wish.Repeat = nil
	}
	wish.Everyone, wish.Chosen, wish.Passcode, wish.PMI = m.Draft.Everyone, m.Draft.Chosen, m.Draft.Passcode, false
	wish.Next = m.Draft.Next
	if wish, err = s.alsoInvited(ctx, m, wish); err != nil {
		return m, err
	}
	place, members := m.Place, e.Members
	if members == nil && m.Roster {
		if members, err = s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID); err != nil {
			return m, err
		}
	}
	switch inside, err := s.inside(ctx, m.Organizer, place); {
	case err != nil:
		return m, err
	case !inside: // who is in the conversation now is not the host's to invite
		place = chats.Place{Tenant: m.Organizer.Tenant, Kind: chats.Tab}
		wish.Everyone, wish.Chosen = true, nil
		wish.Invitees, members = append(slices.Clone(wish.Invitees), taken(members)...), nil
	}
	r := Request{
		Person: m.Organizer, Name: m.Name, User: m.User, Place: place, Locale: m.Locale, Draft: wish, Nonce: e.Nonce,
		Cut: &Cut{Meeting: m.ID, Original: o.Original, Wish: e.sent(), Members: members},
	}
	made, err := s.Schedule(ctx, r)
	if err != nil {
		return made, err
	}
	if err := s.CutOld(context.WithoutCancel(ctx), job(CutJob, made)); err != nil { // its job goes on with it
		s.c.Logger.WarnContext(ctx, "series not yet ended", "meeting", m.ID, "error", err)
	}
	if now, err := s.Find(ctx, made.Organizer.Tenant, made.ID); err == nil {
		made.Draft, made.Edition, made.Revision = now.Draft, now.Edition, now.Revision
	}
	return made, nil
}

// alsoInvited adds to what goes on in place of a series those whom its organiser has invited in Outlook. When Outlook does not say whom, it
// is better not made than made without them.
func (s *Service) alsoInvited(ctx context.Context, m Meeting, wish Draft) (Draft, error) {
	r, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || r.EventID == "" || r.State == calendar.Foreign {
		return wish, err
	}
	event, err := s.c.Calendar.Event(ctx, m.Organizer, r.EventID)
	if problem.Is(err, problem.Consent) || problem.Is(err, problem.NotFound) {
		return wish, nil
	}
	for _, g := range event.Guests {
		same := func(other Guest) bool { return strings.EqualFold(other.Address, g.Address) }
		known := slices.Contains(r.Written.Attendees, strings.ToLower(g.Address)) || slices.ContainsFunc(slices.Concat(wish.Invitees, wish.Rooms), same)
		switch guest := (Guest{Name: g.Name, Address: g.Address}); {
		case known || !validAddress(g.Address):
		case g.Room:
			wish.Rooms = append(wish.Rooms, guest)
		default:
			wish.Invitees = append(wish.Invitees, guest)
		}
	}
	return wish, err
}

// inside tells whether somebody may bring a meeting into a conversation now.
func (s *Service) inside(ctx context.Context, person entra.Person, place chats.Place) (bool, error) {
	err := s.mayBring(ctx, person, place)
	if problem.Is(err, problem.Forbidden) {
		return false, nil
	}
	return err == nil, err
}

// carried are the occurrences from one on that are not as the series says, as far as they are the same in what goes on in its place: none when
// that takes place at other times.
func (d Draft) carried(original time.Time, next Draft) []Exception {
	earlier := func(at time.Time) bool { return at.Before(original) }
	plain := func(d Draft) []Occurrence {
		d.Exceptions = nil
		return slices.DeleteFunc(d.Occurrences(), func(o Occurrence) bool { return earlier(o.Original) })
	}
	same := func(a, b Occurrence) bool { return a.Start.Equal(b.Start) && a.Duration == b.Duration }
	if d.Zone != next.Zone || !slices.EqualFunc(plain(d), plain(next), same) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Exceptions), func(e Exception) bool { return earlier(e.Original) })
}

// goOn has the occurrences of a meeting that is made of the rest of a series be moved and cancelled from the start, as they are in that. What
// is noted of Zoom's meeting, which is as the series says, keeps the next looks from taking that for somebody's change: they tell Zoom of ours.
func (s *Service) goOn(ctx context.Context, m *Meeting, cut Cut) ([]jobs.Job, error) {
	old, err := s.Find(ctx, m.Organizer.Tenant, cut.Meeting)
	if problem.Is(err, problem.NotFound) || err == nil && old.State != Active {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	atZoom := m.shape()
	if m.Draft.Exceptions = old.Draft.carried(cut.Original, m.Draft); len(m.Draft.Exceptions) == 0 {
		return nil, nil
	}
	_, err = s.c.Storage.SaveCopies(ctx, m.Organizer.Tenant, m.ID, Copies{Zoom: Copy{Agreed: &atZoom}})
	return []jobs.Job{{Kind: ReconcileJob, Tenant: string(m.Organizer.Tenant), Subject: m.ID}}, err
}

// keptFollowers are the conversations that go on following a series with its rest: those that its organiser is still in.
func (s *Service) keptFollowers(ctx context.Context, r Reserved) (kept []teams.ConversationID, err error) {
	all, err := s.c.Storage.Followers(ctx, r.Request.Person.Tenant, r.Request.Cut.Meeting)
	for _, f := range all {
		inside, err := s.inside(ctx, r.Request.Person, f.Place)
		if err != nil {
			return nil, err
		}
		if inside {
			kept = append(kept, f.Place.Conversation)
		}
	}
	return kept, err
}

// CutOld works CutJob: it ends the series that a meeting goes on in place of. Those who follow that then follow this one, and where that was shared
// this one is, too. As long as it has not ended two series stand side by side: what may pass is waited for, and nothing but the end of the old
// series ends the wait.
func (s *Service) CutOld(ctx context.Context, j jobs.Job) error {
	r, err := s.c.Storage.Reservation(ctx, entra.TenantID(j.Tenant), j.Subject)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil || r.Request.Cut == nil {
		return err
	}
	kept, err := s.keptFollowers(ctx, r)
	if err != nil {
		s.c.Logger.WarnContext(ctx, "it is not known who follows the rest of a series", "meeting", r.Request.Cut.Meeting, "error", err)
		return s.cutLater(ctx, r)
	}
	_, err = s.editing(ctx, r.Request.Person, r.Request.Cut.Meeting, 0, s.cutBefore(ctx, r), func(ctx context.Context, m Meeting) (Meeting, error) {
		return s.saved(ctx, m, func(ctx context.Context, m Meeting, follow Follow) (int64, error) {
			return s.c.Storage.GoOn(ctx, m, kept, follow)
		})
	})
	switch {
	case err == nil || problem.Is(err, problem.NotFound): // it has ended, or is not known here any more
		return s.keepShares(ctx, r)
	case errors.Is(err, ErrStale): // somebody else is at it
		return jobs.Snooze(time.Second)
	}
	var p *problem.Error
	if errors.As(err, &p) && p.Until.After(s.c.Now()) {
		return jobs.Snooze(p.Until.Sub(s.c.Now()))
	}
	s.c.Logger.WarnContext(ctx, "a series is not ended yet before its rest", "meeting", r.Request.Cut.Meeting, "error", err)
	return s.cutLater(ctx, r)
}

// cutAgain is how often it is tried to end the old series where Zoom does not let us: its host, or an administrator, may have something to do first.
const cutAgain = 5 * time.Minute

// cutLater waits for them as long as anything of the old series is to come.
func (s *Service) cutLater(ctx context.Context, r Reserved) error {
	old, err := s.Find(ctx, r.Request.Person.Tenant, r.Request.Cut.Meeting)
	if problem.Is(err, problem.NotFound) || err == nil && s.over(old) {
		return nil
	}
	if err != nil {
		return err
	}
	return jobs.Snooze(cutAgain)
}

// End cancels a meeting, one occurrence of a series, or the rest of a series. Errors: as Edit.
func (s *Service) End(ctx context.Context, v Visitor, key string, e Edit) (Meeting, error) {
	m, err := s.take(ctx, v, key)
	if err != nil {
		return m, err
	}
	do := s.cancel(ctx, e.Comment)
	switch {
	case m.Draft.Repeat == nil:
	case e.Scope == One:
		do = s.drop(ctx, e.Original, e.Comment)
	case e.Scope == Following:
		do = s.cut(ctx, e.Original, e.Comment, "")
	}
	return s.edit(ctx, v.Person, m.ID, e.Edition, do)
}
