package meetings

import (
	"context"
	"slices"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// cardRetry is after how long a card whose posting was not answered is posted once more: a card must arrive, and two are
// better than none.
const cardRetry = 30 * time.Second

// gateAgain is how often what waits for an approval looks whether it is there again.
const gateAgain = 30 * time.Second

// switchAgain is how often what waits for meetings to be switched on again looks whether they are.
const switchAgain = 5 * time.Minute

// entryAgain is after how long an entry that could not be written for a day is tried once more.
const entryAgain = time.Hour

// cardTries bounds the postings of a card that were not answered.
const cardTries = 2

// followed loads the meeting of a follow-up job and asks policy once more; ok is false when there is nothing left to do.
func (s *Service) followed(ctx context.Context, j jobs.Job) (m Meeting, ok bool, err error) {
	m, err = s.Find(ctx, entra.TenantID(j.Tenant), j.Subject)
	if problem.Is(err, problem.NotFound) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	err = s.c.Policy.Allow(ctx, m.Organizer.Tenant, policy.Meetings)
	again := time.Duration(0)
	switch {
	case problem.Is(err, problem.Forbidden): // switched off
		again = switchAgain
	case problem.Is(err, problem.NotReady): // an approval is missing for now
		again = gateAgain
	default:
		return m, err == nil, err
	}
	if s.over(m) {
		return m, false, nil
	}
	return m, false, jobs.Snooze(again) // what follows is not lost
}

// over tells whether the meeting's time is over, so that nothing more has to follow from it.
func (s *Service) over(m Meeting) bool {
	return !s.c.Now().Before(m.Draft.End())
}

// CollectRoster works RosterJob: it learns who is in the conversation, page by page, and stores whom the meeting is meant for
// together with one message to each.
func (s *Service) CollectRoster(ctx context.Context, j jobs.Job) error {
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok || m.Roster || m.State != Active {
		return err
	}
	invitees, known, err := s.inherited(ctx, m)
	if err != nil {
		return err
	}
	if known {
		return s.saveRoster(ctx, m, invitees)
	}
	invitees, err = s.invitees(ctx, m)
	if err != nil && !teams.Refused(err) {
		return later(err, s.c.Now())
	}
	// Where the bot was removed meanwhile nobody can be listed: the organiser's own entry and message follow all the same.
	return s.saveRoster(ctx, m, invitees)
}

// inherited are those invited to the rest of a series: whom the series had invited, as far as that was known when it was cut.
func (s *Service) inherited(ctx context.Context, m Meeting) ([]Invitee, bool, error) {
	r, err := s.c.Storage.Reservation(ctx, m.Organizer.Tenant, m.ID)
	if problem.Is(err, problem.NotFound) {
		return nil, false, nil
	}
	if err != nil || r.Request.Cut == nil {
		return nil, false, err
	}
	return r.Request.Cut.Members, r.Request.Cut.Members != nil, nil
}

// saveRoster stores whom a meeting is meant for.
func (s *Service) saveRoster(ctx context.Context, m Meeting, invitees []Invitee) error {
	m.Roster, m.Invitees, m.Invited = true, len(invitees), mailed(invitees)
	tell := s.messages(m, invitees)
	return s.c.Storage.SaveRoster(ctx, m, invitees, tell, func(revision int64) []jobs.Job {
		m.Revision = revision
		follow := []jobs.Job{job(CalendarJob, m), job(CardJob, m)}
		if len(tell) > 0 {
			follow = append(follow, notifications.PumpOf(m.Organizer.Tenant))
		}
		return follow
	})
}

// invitees are the people of the conversation that the draft means, without bots and the organiser.
func (s *Service) invitees(ctx context.Context, m Meeting) ([]Invitee, error) {
	if alone(m.Place) {
		return nil, nil
	}
	chosen := map[entra.ObjectID]bool{}
	for _, id := range m.Draft.Chosen {
		chosen[id] = true
	}
	var all []Invitee
	err := s.c.Chats.Members(ctx, m.Place, func(page []chats.Member) error {
		for _, p := range page {
			if p.Bot || p.Person == m.Organizer || (!m.Draft.Everyone && !chosen[p.Person.ID]) {
				continue
			}
			all = append(all, inviteeOf(p, m.Organizer.Tenant))
		}
		return nil
	})
	return all, err
}

// address is where a member's invitation goes. A guest's user principal name is no mail address.
func address(p chats.Member) string {
	if p.Email == "" && !p.Guest {
		return p.UPN
	}
	return p.Email
}

// messages are what is told because of a new meeting: everyone invited, and the person who scheduled (not who started now).
func (s *Service) messages(m Meeting, invitees []Invitee) []notifications.Message {
	if alone(m.Place) {
		return nil
	}
	tell := s.invitations(m, invitees)
	if !m.Draft.Now {
		tell = append(tell, s.newMessage(m, notifications.Scheduled, m.Organizer, m.User))
	}
	return tell
}

// invitations are the messages to those invited whom the bot reaches.
func (s *Service) invitations(m Meeting, invitees []Invitee) []notifications.Message {
	tell := make([]notifications.Message, 0, len(invitees)+1)
	for _, i := range invitees {
		if i.Person.ID != "" {
			tell = append(tell, s.newMessage(m, notifications.Invited, i.Person, i.User))
		}
	}
	return tell
}

func (s *Service) newMessage(m Meeting, kind notifications.Kind, to entra.Person, user teams.UserID) notifications.Message {
	return notifications.Message{
		ID: s.c.NewID(), To: to, User: user, Kind: kind, Subject: m.ID, Via: m.Place, State: notifications.Queued, Revision: m.Revision, Due: s.c.Now(),
	}
}

// GaveUp says what will not be there, when a job about a meeting has failed for so long that nobody tries it any more.
func (s *Service) GaveUp(ctx context.Context, j jobs.Job) error {
	switch j.Kind {
	case CardJob, RosterJob, CalendarJob:
	default:
		return nil
	}
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok {
		return err
	}
	switch {
	case j.Kind == RosterJob && !m.Roster:
		return s.saveRoster(ctx, m, nil)
	case j.Kind == CardJob && m.Card.State != CardPosted:
		lost := m.Card
		lost.State, lost.Reason = CardLost, "gave_up"
		if _, err := s.c.Storage.SwapCard(ctx, m.Organizer.Tenant, m.ID, m.Card, lost); err != nil {
			return err
		}
	case j.Kind == CalendarJob:
		if err := s.c.Calendar.GaveUp(ctx, m.Organizer.Tenant, m.ID, m.Revision); err != nil {
			return err
		}
		if !s.over(m) {
			err = s.c.Storage.Bump(ctx, m.Organizer.Tenant, m.ID, func(revision int64) []jobs.Job {
				again := job(CalendarJob, m)
				again.Revision, again.Due = revision, time.Now().Add(entryAgain)
				return []jobs.Job{again}
			})
			if err != nil {
				return err
			}
		}
		return s.touch(ctx, m, notifications.Invited) // whether there is something to answer
	}
	return s.touch(ctx, m)
}

// delay lets a follow-up of a meeting wait as long as another service asks, and the meeting say so.
func (s *Service) delay(ctx context.Context, m Meeting, wait time.Duration) error {
	if err := s.c.Storage.Delay(ctx, m.Organizer.Tenant, m.ID, s.c.Now().Add(wait)); err != nil {
		return err
	}
	s.c.Changed(ctx, m.Organizer)
	return jobs.Snooze(wait)
}

// Told works ToldJob: no message about the meeting is under way any more, so the organiser can see whom it did not reach.
func (s *Service) Told(ctx context.Context, j jobs.Job) error {
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok {
		return err
	}
	return s.touch(ctx, m)
}

// touch raises the revision, so that the card, the organiser's message and those of more kinds are made true again.
func (s *Service) touch(ctx context.Context, m Meeting, more ...notifications.Kind) error {
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return err
	}
	defer s.tellPages(context.WithoutCancel(ctx), m)
	return s.c.Storage.Bump(ctx, m.Organizer.Tenant, m.ID, func(revision int64) []jobs.Job {
		m.Revision = revision
		follow := []jobs.Job{job(CardJob, m)}
		for _, t := range told {
			if t.Kind == notifications.Scheduled || m.State == Cancelled || slices.Contains(more, t.Kind) {
				follow = append(follow, notifications.RefreshOf(t, revision))
			}
		}
		return follow
	})
}

// CalendarGranted works accounts.CalendarGrantedJob: it takes up the entries that waited until the person let Causeway into the calendar.
func (s *Service) CalendarGranted(ctx context.Context, j jobs.Job) error {
	person := entra.Person{Tenant: entra.TenantID(j.Tenant), ID: entra.ObjectID(j.Subject)}
	ids, err := s.c.Storage.WithoutCalendar(ctx, person, s.c.Now())
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := s.c.Storage.Bump(ctx, person.Tenant, id, func(revision int64) []jobs.Job {
			return []jobs.Job{{Kind: CalendarJob, Tenant: string(person.Tenant), Subject: id, Revision: revision}}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ShowCard works CardJob: it makes the card in the conversation say what is true, posting it first if need be.
func (s *Service) ShowCard(ctx context.Context, j jobs.Job) error {
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok {
		return err
	}
	if err := s.showShares(ctx, m); err != nil {
		return err
	}
	switch {
	case m.Place.Kind == chats.Tab || m.Card.State == CardLost:
		return nil
	case m.Card.State == CardPosted:
		return s.updateCard(ctx, m)
	case m.Card.State == CardSending && s.c.Now().Sub(m.Card.Since) < cardRetry:
		return jobs.Snooze(cardRetry - s.c.Now().Sub(m.Card.Since)) // somebody is posting it
	}
	return s.postCard(ctx, m)
}

func (s *Service) postCard(ctx context.Context, m Meeting) error {
	activity, err := s.card(ctx, m)
	if err != nil {
		return err
	}
	m.Card, err = s.post(ctx, posting{
		place: m.Place, activity: activity, revision: m.Revision, tries: cardTries,
		swap: func(ctx context.Context, before, after Card) (bool, error) {
			return s.c.Storage.SwapCard(ctx, m.Organizer.Tenant, m.ID, before, after)
		},
	}, m.Card)
	if err != nil {
		return err
	}
	if m.Card.State == CardPosted {
		return s.updateCard(ctx, m)
	}
	return s.touch(ctx, m)
}

// later lets a job wait as long as Teams asked.
func later(err error, now time.Time) error {
	if at := teams.RetryAt(err); at.After(now) {
		return jobs.Snooze(at.Sub(now))
	}
	return err
}

// updateCard has the card in the conversation show the newest revision.
func (s *Service) updateCard(ctx context.Context, m Meeting) error {
	return s.renew(ctx, m, m.Card, shown{
		place: m.Place, activity: s.card,
		now: func(_ context.Context, m Meeting) (Card, error) { return m.Card, nil },
		swap: func(ctx context.Context, before, after Card) (bool, error) {
			return s.c.Storage.SwapCard(ctx, m.Organizer.Tenant, m.ID, before, after)
		},
	})
}
