package meetings

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// feature is what policy calls meetings.
const feature = policy.Meetings

// ErrStale says that a meeting was changed by somebody else in the meantime.
var ErrStale = problem.New(problem.Conflict, "meetings.stale")

// Own answers a meeting to the person who made it. To everybody else it does not exist.
func (s *Service) Own(ctx context.Context, person entra.Person, meeting string) (Meeting, error) {
	if err := s.c.Policy.Allow(ctx, person.Tenant, feature); err != nil {
		return Meeting{}, err
	}
	m, err := s.Find(ctx, person.Tenant, meeting)
	if err != nil {
		return Meeting{}, err
	}
	if m.Organizer != person {
		return Meeting{}, problem.New(problem.NotFound, "meetings.not_yours")
	}
	return m, nil
}

// changeTries bounds how often a change begins anew because another one came first.
const changeTries = 4

// Scope says how much of a series is meant.
type Scope string

// The scopes. What takes place once has the first alone.
const (
	All       Scope = "all"
	One       Scope = "occurrence"
	Following Scope = "following" // the occurrence and all after it
)

// Edit is what the organiser changes.
type Edit struct {
	Draft    Draft
	Scope    Scope     // All when ""
	Original time.Time // of the occurrence that is meant
	Edition  int64     // of the meeting that was looked at; 0: whatever it is now
	Nonce    string    // of a change of scope Following, which makes a new meeting
	Comment  string    // to those invited, of a cancellation
	Members  []Invitee // who is invited from the conversation then; nil: who is so now
	wish     string    // tells it from another one under the same nonce
}

// sent is the wish as it came: what was found out about it since is no part of it.
func (e Edit) sent() string { return cmp.Or(e.wish, wishOf(e.Draft, nil)) }

// Change moves or renames a meeting: at Zoom now, in the calendar, on the card and in messages by the jobs that follow. It may be
// repeated: the last wish holds everywhere.
//
// Errors: as Own; Invalid with fields, NotLinked, Conflict (cancelled), Unavailable.
func (s *Service) Change(ctx context.Context, person entra.Person, meeting string, d Draft) (Meeting, error) {
	return s.edit(ctx, person, meeting, 0, s.change(ctx, d))
}

func (s *Service) change(ctx context.Context, d Draft) change {
	return func(m *Meeting, client *zoom.Client) error {
		if m.State != Active {
			return problem.New(problem.Conflict, "meetings.cancelled_already")
		}
		wish, before := d.clean(), m.Draft
		if (wish.Repeat == nil) != (before.Repeat == nil) {
			return problem.New(problem.Invalid, "meetings.invalid").WithField(FieldRepeat, "meetings.repeat_fixed")
		}
		wish.Now, wish.Everyone, wish.Chosen, wish.Passcode = before.Now, before.Everyone, before.Chosen, before.Passcode
		wish.PMI, wish.For, wish.NoTime, wish.Next, wish.Exceptions = before.PMI, before.For, before.NoTime, before.Next, nil
		if before.NoTime {
			wish.Start, wish.Duration, wish.Zone = before.Start, before.Duration, before.Zone
		}
		if sameTimes(wish, before) {
			wish.Exceptions = before.Exceptions
		}
		since := s.c.Now()
		if wish.Start.Equal(before.Start) {
			since = before.Start // a meeting that has begun may still be renamed
		}
		if err := wish.check(since); err != nil {
			return begun(err, before, s.c.Now())
		}
		m.Draft = wish
		return gone(client.UpdateMeeting(ctx, m.Zoom, changed(*m, before)))
	}
}

// begun says of a series that has begun why its first day cannot move, and what to do instead.
func begun(err error, before Draft, now time.Time) error {
	var p *problem.Error
	if before.Repeat == nil || before.Start.After(now) || !errors.As(err, &p) {
		return err
	}
	told := *p
	told.Fields = nil
	for _, f := range p.Fields {
		if f.Key == "meetings.start_past" {
			f.Key = "meetings.series_begun"
		}
		told.Fields = append(told.Fields, f)
	}
	return &told
}

// gone says that a meeting is not there any more at Zoom.
func gone(err error) error {
	if errors.Is(err, zoom.ErrNotFound) {
		return problem.New(problem.NotFound, "meetings.gone").Because(err)
	}
	return err
}

// Cancel ends a meeting everywhere. It may be repeated. Errors: as Own; NotLinked, Unavailable.
func (s *Service) Cancel(ctx context.Context, person entra.Person, meeting string) (Meeting, error) {
	return s.edit(ctx, person, meeting, 0, s.cancel(ctx, ""))
}

func (s *Service) cancel(ctx context.Context, comment string) change {
	return func(m *Meeting, client *zoom.Client) error {
		if m.State == Cancelled {
			return errSame
		}
		m.State, m.Draft.Comment = Cancelled, comment
		if err := client.DeleteMeeting(ctx, m.Zoom); err != nil && !errors.Is(err, zoom.ErrNotFound) {
			return err
		}
		return nil
	}
}

// errSame says that an edit changes nothing.
var errSame = errors.New("meetings: nothing changes")

// change changes a meeting at Zoom, and in the value that is stored then.
type change func(*Meeting, *zoom.Client) error

// edit has the organiser change a meeting of an edition, 0 of any, first at Zoom, then here. When somebody else came in between, both
// once more: so the two end alike.
func (s *Service) edit(ctx context.Context, person entra.Person, meeting string, edition int64, do change) (Meeting, error) {
	return s.editing(ctx, person, meeting, edition, do, s.saveChange)
}

func (s *Service) editing(
	ctx context.Context, person entra.Person, meeting string, edition int64, do change, save func(context.Context, Meeting) (Meeting, error),
) (Meeting, error) {
	for range changeTries {
		m, err := s.Own(ctx, person, meeting)
		if err != nil {
			return m, err
		}
		if edition > 0 && m.Edition != edition {
			return m, ErrStale
		}
		client, err := s.c.Accounts.Zoom(ctx, person)
		if err != nil {
			return m, err
		}
		err = do(&m, client)
		if errors.Is(err, errSame) {
			return m, nil
		}
		if err != nil {
			if ambiguous(err) { // it may be so at Zoom all the same
				err = errors.Join(err, s.c.Storage.Look(context.WithoutCancel(ctx), person.Tenant, m.ID))
			}
			return m, s.failure(ctx, m, err)
		}
		m, err = save(context.WithoutCancel(ctx), m)
		switch {
		case !errors.Is(err, ErrStale):
			return m, err
		case edition > 0: // Zoom has it already
			return m, errors.Join(err, s.c.Storage.Look(context.WithoutCancel(ctx), person.Tenant, m.ID))
		}
	}
	return Meeting{}, ErrStale
}

// failure is refusal for what is no matter of Zoom's.
func (s *Service) failure(ctx context.Context, m Meeting, err error) error {
	var p *problem.Error
	if errors.As(err, &p) {
		return p
	}
	return s.refusal(ctx, m.Organizer, m.Draft.Zone, err)
}

func (s *Service) saveChange(ctx context.Context, m Meeting) (Meeting, error) {
	return s.saved(ctx, m, s.c.Storage.Change)
}

// saved has a changed meeting stored with all that follows, and lets open pages know.
func (s *Service) saved(ctx context.Context, m Meeting, store func(context.Context, Meeting, Follow) (revision int64, err error)) (Meeting, error) {
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return m, err
	}
	m.Revision, err = store(ctx, m, func(revision int64) []jobs.Job {
		m.Revision = revision
		return following(m, told)
	})
	if err == nil {
		m.Edition++
		s.tellPages(ctx, m)
	}
	return m, err
}

// tellPages lets the open pages of all whom a meeting concerns, and of the conversations that it was brought into, know that it has changed.
func (s *Service) tellPages(ctx context.Context, m Meeting) {
	people := []entra.Person{m.Organizer}
	invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		s.c.Logger.WarnContext(ctx, "pages of those invited not told", "error", err)
	}
	for _, i := range invitees {
		if i.Person.ID != "" {
			people = append(people, i.Person)
		}
	}
	s.c.Changed(ctx, people...)
	places, err := s.places(ctx, m)
	if err != nil {
		s.c.Logger.WarnContext(ctx, "pages of conversations not told", "error", err)
	}
	s.c.ChangedIn(ctx, m.Organizer.Tenant, places...)
}

// places are the conversations in whose tabs a meeting is listed.
func (s *Service) places(ctx context.Context, m Meeting) (all []teams.ConversationID, err error) {
	shares, err := s.c.Storage.Shares(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	follows, err := s.c.Storage.Followers(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	if !alone(m.Place) {
		all = append(all, m.Place.Conversation)
	}
	for _, share := range shares {
		all = append(all, share.Place.Conversation)
	}
	for _, f := range follows {
		all = append(all, f.Place.Conversation)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
