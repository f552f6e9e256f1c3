package chats

import (
	"context"
	"errors"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// Change is what an activity says about the bot in a conversation.
type Change string

// The changes.
const (
	Unchanged Change = ""
	Added     Change = "added"
	Removed   Change = "removed"
)

// afterInstall are the waits between looks when Teams has just added the bot: its roster may lag behind.
func afterInstall() []time.Duration {
	return []time.Duration{200 * time.Millisecond, 500 * time.Millisecond, time.Second}
}

// Enter answers whether the bot may work in a place for a member, whom Teams knows there as user, or by the object id: nil, ErrNotInstalled, ErrNotApproved. installed says that Teams has
// just added the bot, so that a no is asked again within two seconds. A yes is believed for five seconds.
//
// Other errors: Forbidden (not a member, or user is somebody else), NotReady (the bot is switched off), Unavailable.
func (s *Service) Enter(ctx context.Context, p Place, person entra.Person, user teams.UserID, installed bool) error {
	if p.Kind == Personal {
		return nil
	}
	key := entry{p.Tenant, p.Conversation, person, user}
	if !installed {
		_, err := s.entered.Of(ctx, key, func() (bool, error) { return true, s.look(ctx, p, person, user) })
		return err
	}
	if _, ok := s.entered.Get(key); ok {
		return nil
	}
	err := s.look(ctx, p, person, user)
	for _, pause := range afterInstall() {
		if !errors.Is(err, ErrNotInstalled) {
			break
		}
		if err := s.c.Wait(ctx, pause); err != nil {
			return err
		}
		err = s.look(ctx, p, person, user)
	}
	if err == nil {
		s.entered.Put(key, true)
	}
	return err
}

// look asks Teams, then what we know.
func (s *Service) look(ctx context.Context, p Place, person entra.Person, user teams.UserID) error {
	if err := s.probe(ctx, p, person, user); err != nil {
		return err
	}
	return s.enter(ctx, p)
}

// probe asks Teams for the member: it answers only when the bot is in the conversation. Who it is, the roster says, not the activity. UNVERIFIED: that a channel's thread may be
// named there; the channel itself is asked.
func (s *Service) probe(ctx context.Context, p Place, person entra.Person, user teams.UserID) error {
	m, err := s.c.Connector.Member(ctx, p.base().reference(), user)
	switch {
	case err == nil && memberOf(p, m).Person != person:
		return problem.New(problem.Forbidden, "chats.not_member")
	case err == nil:
		return nil
	case errors.Is(err, teams.ErrNotInRoster), errors.Is(err, teams.ErrConversationGone):
		return errors.Join(ErrNotInstalled, s.Remove(ctx, p.alone()))
	case errors.Is(err, teams.ErrMemberGone):
		return problem.New(problem.Forbidden, "chats.not_member").Because(err)
	case errors.Is(err, teams.ErrBotDisabled):
		s.disabled(ctx, p.Tenant)
		if gate := s.c.Policy.Ready(ctx, p.Tenant); gate != nil {
			return gate
		}
	}
	return problem.New(problem.Unavailable, "chats.teams_unavailable").Because(err)
}

// Disabled asks Teams, in the place where the bot was seen last, whether an administrator has switched the bot off. Where the bot is in no
// place, nothing can be found out: false.
func (s *Service) Disabled(ctx context.Context, tenant entra.TenantID) (bool, error) {
	p, err := s.c.Storage.Latest(ctx, tenant)
	if problem.Is(err, problem.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = s.c.Connector.Members(ctx, p.base().reference(), func([]teams.Member) error { return errSeen })
	switch {
	case errors.Is(err, teams.ErrBotDisabled):
		return true, nil
	case errors.Is(err, errSeen), teams.Refused(err): // whatever else is refused, the bot itself was let in
		return false, nil
	}
	return false, err
}

// errSeen ends a look at a roster.
var errSeen = errors.New("chats: seen")

// disabled tells policy that Teams' administrator has switched the bot off.
func (s *Service) disabled(ctx context.Context, tenant entra.TenantID) {
	if err := s.c.Policy.Learn(ctx, tenant, policy.Microsoft, policy.Off, "connector"); err != nil {
		s.c.Logger.WarnContext(ctx, "approval not noted", "tenant", tenant, "error", err)
	}
}

// enter notes that the bot is there, once a channel was asked. Of a channel that was not nothing is kept.
func (s *Service) enter(ctx context.Context, p Place) error {
	known, err := s.c.Storage.Place(ctx, p.Tenant, p.Conversation)
	if err != nil {
		return err
	}
	if p.Kind == Channel && !known.Approved {
		return ErrNotApproved
	}
	if known.Installed && known.Place == p.base() {
		return nil
	}
	return s.c.Storage.Install(ctx, p.base(), s.c.Now())
}

// Approve notes that somebody in the place wants the bot there.
func (s *Service) Approve(ctx context.Context, p Place, by entra.Person) error {
	return s.c.Storage.Approve(ctx, p.base(), by, s.c.Now())
}

// OnInstalled notes what Teams tells about the bot in a place, which may come twice and in any order. welcome is the job
// that introduces the bot; it claims the welcome when it runs.
func (s *Service) OnInstalled(ctx context.Context, p Place, change Change, welcome jobs.Job) error {
	switch change {
	case Added:
		return s.c.Storage.Install(ctx, p.home(), s.c.Now(), welcome)
	case Removed:
		return s.Remove(ctx, p)
	case Unchanged:
	}
	return nil
}

// Welcome claims the one welcome of a place, or of its team.
func (s *Service) Welcome(ctx context.Context, p Place) (bool, error) {
	return s.c.Storage.Welcome(ctx, p.home(), s.c.Now())
}

// Remove forgets that the bot is in a place; of a team, in all its channels.
func (s *Service) Remove(ctx context.Context, p Place) error {
	s.entered.ForgetIf(func(e entry, _ bool) bool {
		return e.tenant == p.Tenant && (e.conversation == p.Conversation || p.Team != "")
	})
	s.inside.ForgetIf(func(m membership, _ insider) bool {
		return m.person.Tenant == p.Tenant && (m.conversation == p.Conversation || p.Team != "")
	})
	return s.c.Storage.Remove(ctx, p.base(), s.c.Now())
}
