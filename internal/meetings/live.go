package meetings

import (
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// Jobs about a meeting while it is held. Their subject is the meeting.
const (
	SessionJob    = "meetings.session"    // asks Zoom whether it is still held
	AttendanceJob = "meetings.attendance" // has the card say who is there
)

// AttendeesMost is how many stays in one session are kept and counted: more than come into Zoom's largest meetings.
const AttendeesMost = 5000

const (
	attendancePause = time.Second      // within which all that comes and goes is one change of the card
	sessionLongest  = 30 * time.Hour   // that Zoom lets a meeting go on
	sessionLook     = 10 * time.Minute // after which Zoom is asked whether a meeting goes on: the news of its end may be lost
	sessionsMost    = 100              // that are looked at by one tick
	// messagesLive is how many direct messages about a meeting say that it is held: more would take Teams' calls from everybody else.
	messagesLive = 100
)

// Session is one time that a meeting is held. Zoom names each by an id of its own.
type Session struct {
	UUID     string
	Started  time.Time // zero when only its end was told
	Ended    time.Time // zero while it goes on
	Inferred bool      // nobody has told when it ended: it was over by then
}

// Presence is where somebody is.
type Presence string

// The presences.
const (
	In      Presence = "in"
	Waiting Presence = "waiting" // for the host to let them in
	Left    Presence = "left"
)

// Attendee is somebody who is or was in a session, or waits.
type Attendee struct {
	ID    string // Zoom's, of this session alone
	Name  string // empty where the administrator does not let names be shown
	State Presence
	At    time.Time // since when, by Zoom's clock
	WasIn bool
}

// LiveStorage keeps when meetings are held and who is there. Every method is one transaction. What is older than what is known changes
// nothing, and has no job stored.
type LiveStorage interface {
	// SaveSession notes when a session began or ended; the earliest beginning counts, and an end is final, unless it was inferred and the real
	// one is told. One that another one follows has ended, which is inferred. look is when Zoom is asked about it. It raises the meeting's
	// revision.
	SaveSession(ctx context.Context, tenant entra.TenantID, meeting string, session Session, look time.Time, follow Follow) error
	// SaveAttendee notes where somebody is, unless something later is known. Of two places at the same moment it is the meeting: whoever is
	// let in leaves the waiting room then. A name that is known stays. Who comes as more than AttendeesMost is not noted.
	SaveAttendee(ctx context.Context, tenant entra.TenantID, meeting, uuid string, a Attendee, follow ...jobs.Job) error
	// Began tells whether it is known when a session began.
	Began(ctx context.Context, tenant entra.TenantID, meeting, uuid string) (bool, error)
	// ForgetNames takes away the names of all who were or are in sessions.
	ForgetNames(ctx context.Context, tenant entra.TenantID) error
	// ForgetSessions forgets the oldest of the sessions that ended before a time, and who was there; at most limit. It answers how many.
	ForgetSessions(ctx context.Context, before time.Time, limit int) (int, error)
	// Held is the session that began last, and who is or was there, those first who came first; false when there was none.
	Held(ctx context.Context, tenant entra.TenantID, meeting string) (Session, []Attendee, bool, error)
	// HeldBetween is the same of those that began from a time on and before another.
	HeldBetween(ctx context.Context, tenant entra.TenantID, meeting string, from, to time.Time) (Session, []Attendee, bool, error)
	// DueSessions asks by SessionJob about sessions that should be looked at, and at next again; at most limit.
	DueSessions(ctx context.Context, now, next time.Time, limit int) error
}

// HeardLive follows what Zoom tells of a meeting while it is held, and has its cards say so.
func (s *Service) HeardLive(ctx context.Context, tenant entra.TenantID, e zoom.Event) error {
	ours, err := s.hostedBy(ctx, tenant, e)
	if err != nil {
		return err
	}
	var failed error
	for _, h := range ours {
		m, err := s.Find(ctx, tenant, h.Meeting)
		if err == nil {
			err = s.heardLive(ctx, m, e)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func (s *Service) heardLive(ctx context.Context, m Meeting, e zoom.Event) error {
	switch e.Name {
	case zoom.EventMeetingStarted:
		return s.saveSession(ctx, m, Session{UUID: e.Meeting.UUID, Started: e.At})
	case zoom.EventMeetingEnded:
		return s.saveSession(ctx, m, Session{UUID: e.Meeting.UUID, Ended: e.At})
	case zoom.EventJoined: // in what has begun, whether that was told or not
		began, err := s.c.Storage.Began(ctx, m.Organizer.Tenant, m.ID, e.Meeting.UUID)
		if err == nil && !began {
			err = s.saveSession(ctx, m, Session{UUID: e.Meeting.UUID, Started: e.At})
		}
		if err != nil {
			return err
		}
	}
	return s.attends(ctx, m, e)
}

// saveSession notes when a session began or ended, and has all that tells of the meeting say so.
func (s *Service) saveSession(ctx context.Context, m Meeting, session Session) error {
	follow, err := s.showSession(ctx, m)
	if err != nil {
		return err
	}
	if err := s.c.Storage.SaveSession(ctx, m.Organizer.Tenant, m.ID, session, s.c.Now().Add(sessionLook), follow); err != nil {
		return err
	}
	s.tellPages(ctx, m)
	return nil
}

// Attended tells whether an event about somebody in a meeting is about a meeting of ours, and answers it with no more of the name than may
// be kept: what is not shown is not kept.
func (s *Service) Attended(ctx context.Context, tenant entra.TenantID, e zoom.Event) (zoom.Event, bool, error) {
	ours, err := s.hostedBy(ctx, tenant, e)
	if err != nil || len(ours) == 0 {
		return e, false, err
	}
	named, err := s.c.Policy.On(ctx, tenant, policy.Participants)
	if !named {
		e.Participant.Name = ""
	}
	e.Participant.Name = teams.Clip(e.Participant.Name, nameShown)
	return e, true, err
}

// attends notes where somebody is. The card follows in a moment, so that all who come at the hour change it once.
func (s *Service) attends(ctx context.Context, m Meeting, e zoom.Event) error {
	state := map[string]Presence{
		zoom.EventJoined: In, zoom.EventLeft: Left, zoom.EventWaits: Waiting, zoom.EventWaitsNoMore: Left,
	}[e.Name]
	a := Attendee{ID: e.Participant.ID, State: state, At: e.At, WasIn: e.Name == zoom.EventJoined || e.Name == zoom.EventLeft}
	named, err := s.c.Policy.On(ctx, m.Organizer.Tenant, policy.Participants)
	if err != nil {
		return err
	}
	if named { // it may have been switched off since the event came
		a.Name = e.Participant.Name
	}
	return s.c.Storage.SaveAttendee(ctx, m.Organizer.Tenant, m.ID, e.Meeting.UUID, a, attendance(m, time.Now()))
}

// attendance is the job that shows who is there: one for all that happens to a meeting within a pause. The queue's time is real.
func attendance(m Meeting, now time.Time) jobs.Job {
	due := now.Truncate(attendancePause).Add(2 * attendancePause)
	return jobs.Job{Kind: AttendanceJob, Tenant: string(m.Organizer.Tenant), Subject: m.ID, Revision: due.UnixMilli(), Due: due}
}

// ShowAttendance works AttendanceJob.
func (s *Service) ShowAttendance(ctx context.Context, j jobs.Job) error {
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok {
		return err
	}
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return err
	}
	told = slices.DeleteFunc(told, func(n notifications.Message) bool { return n.Kind != notifications.Scheduled })
	return s.c.Storage.Bump(ctx, m.Organizer.Tenant, m.ID, showLive(m, told))
}

// showSession are the jobs by which all that tells of a meeting says that it is held, or was.
func (s *Service) showSession(ctx context.Context, m Meeting) (Follow, error) {
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if len(told) > messagesLive {
		told = slices.DeleteFunc(told, func(n notifications.Message) bool { return n.Kind != notifications.Scheduled })
	}
	show := showLive(m, told)
	if !m.Draft.Now {
		return show, err
	}
	return func(revision int64) []jobs.Job {
		m.Revision = revision
		return append(show(revision), job(EndJob, m))
	}, err
}

// showLive are the jobs by which the card of a meeting, those that were shared and some messages follow.
func showLive(m Meeting, told []notifications.Message) Follow {
	return func(revision int64) (follow []jobs.Job) {
		m.Revision = revision
		for _, n := range told {
			follow = append(follow, notifications.RefreshOf(n, revision))
		}
		return append(follow, job(CardJob, m))
	}
}

// TickSessions asks about sessions of which nothing was heard for a while.
func (s *Service) TickSessions(ctx context.Context) error {
	now := s.c.Now()
	return s.c.Storage.DueSessions(ctx, now, now.Add(sessionLook), sessionsMost)
}

// TickNames takes away names that an administrator does not let be kept any more.
func (s *Service) TickNames(ctx context.Context, tenant entra.TenantID) error {
	named, err := s.c.Policy.On(ctx, tenant, policy.Participants)
	if err != nil || named {
		return err
	}
	return s.c.Storage.ForgetNames(ctx, tenant)
}

// LookAtSession works SessionJob: where Zoom says that a meeting is not held any more, its end was not told, and is inferred. Zoom posts an
// event again for an hour and a half, so that the real end may still come.
func (s *Service) LookAtSession(ctx context.Context, j jobs.Job) error {
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok {
		return err
	}
	session, _, held, err := s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || !held || !session.Ended.IsZero() {
		return err
	}
	if s.c.Now().Sub(session.Started) < sessionLongest {
		if goes, err := s.goesOn(ctx, m, session); err != nil || goes {
			return err
		}
	}
	session.Ended, session.Inferred = s.c.Now(), true
	return s.saveSession(ctx, m, session)
}

// goesOn asks Zoom whether a session still goes on. It does as long as there is nobody who could ask.
func (s *Service) goesOn(ctx context.Context, m Meeting, session Session) (bool, error) {
	client, err := s.c.Accounts.Zoom(ctx, m.Organizer)
	if problem.Is(err, problem.NotLinked) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	z, err := client.Meeting(ctx, m.Zoom)
	switch {
	case errors.Is(err, zoom.ErrNotFound): // a meeting that was held and is gone has ended
		return false, nil
	case err != nil:
		return false, s.delayed(ctx, m, err)
	}
	return z.Status == zoom.StatusStarted && string(z.UUID) == session.UUID, nil
}

// liveLines say on a card that a meeting is about to start, or is held, who is there and who waits, or how long it lasted. Names are there where the
// administrator allows them.
func (s *Service) liveLines(ctx context.Context, p i18n.Printer, m Meeting, host bool) ([]teams.Element, error) {
	session, all, held, err := s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	return s.sessionLines(ctx, p, m, session, all, held, host)
}

func (s *Service) sessionLines(
	ctx context.Context, p i18n.Printer, m Meeting, session Session, all []Attendee, held, host bool,
) ([]teams.Element, error) {
	if soon := s.aboutToStart(p, m, session, held); len(soon) > 0 {
		return soon, nil
	}
	if !held || session.Started.IsZero() {
		return nil, nil
	}
	named, err := s.c.Policy.On(ctx, m.Organizer.Tenant, policy.Participants)
	if err != nil {
		return nil, err
	}
	line := func(key string, people []string) teams.Element {
		text := p.N(key, len(people))
		if people = slices.DeleteFunc(people, func(name string) bool { return name == "" }); named && len(people) > 0 {
			text = p.T("meetings.live_names", "Text", text, "Names", someNames(p, people))
		}
		return teams.TextBlock{Text: teams.Escape(text), Wrap: true, Size: "small", Common: teams.Common{Spacing: "none"}}
	}
	in, waiting, was := sorted(all)
	lines := []teams.Element{sessionLine(p, session)}
	if !session.Ended.IsZero() {
		if len(was) > 0 {
			lines = append(lines, line("meetings.live_took_part", was))
		}
		remains, err := s.remainsLines(ctx, p, m, session, host)
		return append(lines, remains...), err
	}
	if len(in) > 0 {
		lines = append(lines, line("meetings.live_in", in))
	}
	if len(waiting) > 0 {
		lines = append(lines, line("meetings.live_waiting", waiting))
	}
	return lines, nil
}

// sessionLine says since when a meeting is held, or how long it was.
func sessionLine(p i18n.Printer, session Session) teams.Element {
	if !session.Ended.IsZero() {
		return teams.TextBlock{
			Text:   teams.Escape(p.T("meetings.live_ended", "Duration", p.Duration(rounded(session.Ended.Sub(session.Started))))) + " · {{TIME(" + stampOf(session.Ended) + ")}}",
			Weight: "bolder", Wrap: true, Common: teams.Common{Separator: true},
		}
	}
	return teams.TextBlock{
		Text: teams.Escape(p.T("meetings.live_since")) + " {{TIME(" + stampOf(session.Started) + ")}}", Weight: "bolder", Color: "good", Wrap: true,
		Common: teams.Common{Separator: true},
	}
}

// sorted are the names of those who are in, who wait, and who were in.
func sorted(all []Attendee) (in, waiting, was []string) {
	for _, a := range all {
		switch a.State {
		case In:
			in = append(in, a.Name)
		case Waiting:
			waiting = append(waiting, a.Name)
		}
		if a.WasIn {
			was = append(was, a.Name)
		}
	}
	return in, waiting, was
}

// rounded is a length as people say it: at least a minute.
func rounded(d time.Duration) time.Duration { return max(d.Round(time.Minute), time.Minute) }

// stampOf is a time in Teams' macros.
func stampOf(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }
