package meetings

import (
	"context"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// DoAnswer answers an invitation.
const DoAnswer = "meetings.answer"

// Reply is an answer to an invitation, and to which edition of the meeting it is given.
type Reply struct {
	Answer  string // as calendar has it; "" for none
	Edition int64
	At      time.Time // when the person gave it: what failed and is tried again comes after what was answered since
}

// says tells whether it is this answer to the meeting as it is now.
func (r Reply) says(answer string, m Meeting) bool {
	return r.Answer == answer && r.Edition == m.Edition
}

// AnswerStorage keeps what those invited have answered here.
type AnswerStorage interface {
	// SaveReply stores the answer of somebody invited and raises the revision of the meeting. An answer that is there already is left, and so
	// is one that was given later.
	SaveReply(ctx context.Context, person entra.Person, meeting string, reply Reply, follow Follow) error
}

// answerable tells whether an invitation can still be answered: the meeting is to come, and an entry is there or about to be. What the
// calendar has come to is shown when it is known (WriteCalendar).
func (s *Service) answerable(m Meeting, entry calendar.Record) bool {
	to := m.State == Active && !m.Draft.Now && !m.Draft.NoTime && m.Entry != 0
	if m.Draft.Repeat == nil {
		to = to && s.c.Now().Before(m.Draft.Start)
	}
	return to && !s.over(m) && expected(entry)
}

// expected tells whether an entry of ours is in the calendars of those invited, or will be within a moment.
func expected(entry calendar.Record) bool {
	return entry.State == calendar.Done || entry.State == calendar.Pending || entry.Behind()
}

// replied is an answer that somebody gives, with however many clicks.
type replied struct {
	person  entra.Person
	meeting string
	answer  string
	edition int64
}

// Asked is what somebody invited has answered here, and whether that can be changed here.
type Asked struct {
	Answer string `json:"answer" enum:"accepted,tentative,declined,none" doc:"To the meeting as it is now"`
	Text   string `json:"text,omitempty" doc:"A sentence about that answer"`
	Open   bool   `json:"open" doc:"Whether it can be given or changed here: what was declined has left the calendar"`
}

// asked is what somebody invited is asked for; nil where there is nothing to answer.
func (s *Service) asked(p i18n.Printer, m Meeting, entry calendar.Record, i Invitee) *Asked {
	if i.Address == "" || i.Guest || !s.answerable(m, entry) {
		return nil
	}
	a := Asked{Answer: "none", Open: true}
	text := map[string]string{
		calendar.Accepted: "meetings.answered_accepted", calendar.Tentative: "meetings.answered_tentative", calendar.Declined: "meetings.answered_declined",
	}[i.answerTo(m)]
	if text != "" {
		a = Asked{Answer: i.Reply.Answer, Text: p.T(text), Open: i.Reply.Answer != calendar.Declined}
	}
	return &a
}

// answerTo is what somebody invited has answered here to the meeting as it is now.
func (i Invitee) answerTo(m Meeting) string {
	if i.Reply.Edition != m.Edition {
		return ""
	}
	return i.Reply.Answer
}

// Answer gives the answer of somebody invited, in his or her own calendar, and has the message show it. Edition is that of the meeting
// which the person saw. Given several times at the same moment it is given once, so that the organiser gets one mail. One that was given
// before another, but comes after it, changes nothing.
//
// Errors: Forbidden (not invited), NotFound, Conflict (cancelled, over, changed meanwhile, without an entry), Consent (no way into the calendar).
func (s *Service) Answer(ctx context.Context, person entra.Person, meeting string, given Reply) error {
	if err := s.c.Policy.Allow(ctx, person.Tenant, feature); err != nil {
		return err
	}
	_, err := s.replies.Of(ctx, replied{person, meeting, given.Answer, given.Edition}, func() (struct{}, error) {
		return struct{}{}, s.answer(ctx, person, meeting, given)
	})
	return err
}

func (s *Service) answer(ctx context.Context, person entra.Person, meeting string, given Reply) error {
	m, err := s.Find(ctx, person.Tenant, meeting)
	if err != nil {
		return err
	}
	i, err := s.invitee(ctx, m, person)
	if err != nil {
		return err
	}
	if i.Address == "" || i.Guest {
		return problem.New(problem.Forbidden, "meetings.not_invited")
	}
	entry, err := s.c.Calendar.Record(ctx, person.Tenant, meeting)
	switch {
	case err != nil:
		return err
	case m.State == Cancelled:
		return problem.New(problem.Conflict, "meetings.cancelled_already")
	case !expected(entry) || m.Entry == 0:
		return problem.New(problem.Conflict, "meetings.answer_no_entry")
	case !s.answerable(m, entry):
		return problem.New(problem.Conflict, "meetings.answer_over")
	case given.Edition != m.Edition:
		return problem.New(problem.Conflict, "meetings.answer_changed")
	case entry.EventID == "":
		return problem.New(problem.NotFound, "meetings.answer_absent")
	}
	if given.At.IsZero() {
		given.At = s.c.Now()
	}
	if given.At.Before(i.Reply.At) {
		return nil
	}
	if given.Answer == calendar.Declined && i.Reply.says(calendar.Declined, m) { // which has left the calendar: it is known here alone
		return nil
	}
	err = s.c.Calendar.Answer(ctx, person, m.Organizer, entry, given.Answer)
	switch {
	case problem.Is(err, problem.Consent):
		return problem.New(problem.Consent, "meetings.answer_no_grant").Because(err)
	case problem.Is(err, problem.NotFound):
		return problem.New(problem.NotFound, "meetings.answer_absent").Because(err)
	case err != nil:
		return err
	}
	told, err := s.c.Notifications.About(ctx, person.Tenant, meeting)
	if err != nil {
		return err
	}
	err = s.c.Storage.SaveReply(ctx, person, meeting, given, func(revision int64) (follow []jobs.Job) {
		for _, n := range told {
			if n.Kind == notifications.Invited && n.To == person {
				follow = append(follow, notifications.RefreshOf(n, revision))
			}
		}
		return follow
	})
	s.c.Changed(ctx, m.Organizer, person)
	return err
}

// invitee is what is kept of somebody invited; the zero Invitee when it is nothing.
func (s *Service) invitee(ctx context.Context, m Meeting, person entra.Person) (Invitee, error) {
	all, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	return among(all, person), err
}

// among is somebody among those invited; the zero Invitee when they are not.
func among(all []Invitee, person entra.Person) Invitee {
	if i := slices.IndexFunc(all, func(i Invitee) bool { return i.Person == person }); i >= 0 {
		return all[i]
	}
	return Invitee{}
}

// answers are the line that says what somebody answered, and the buttons for it. A meeting that has changed since is to be answered anew,
// as in Outlook. Who has declined has it in the calendar no more, and answers anew there.
func (s *Service) answers(ctx context.Context, p i18n.Printer, m Meeting, i Invitee) (lines []teams.Element, buttons []teams.Action, err error) {
	entry, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return nil, nil, err
	}
	a := s.asked(p, m, entry, i)
	if a == nil {
		return nil, nil, nil
	}
	if a.Text != "" {
		lines = []teams.Element{teams.TextBlock{Text: teams.Escape(a.Text), Wrap: true, Weight: "bolder", Common: teams.Common{Separator: true}}}
	}
	if !a.Open {
		return lines, nil, nil
	}
	for _, one := range []struct{ answer, title string }{
		{calendar.Accepted, "meetings.answer_accept"}, {calendar.Tentative, "meetings.answer_tentative"}, {calendar.Declined, "meetings.answer_decline"},
	} {
		if one.answer != a.Answer {
			buttons = append(buttons, teams.Submit{
				Button: teams.Button{Title: p.T(one.title)},
				Data:   map[string]any{"do": DoAnswer, "meeting": m.ID, "answer": one.answer, "edition": m.Edition},
			})
		}
	}
	return lines, buttons, nil
}
