package accounts

import (
	"context"
	"errors"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
)

// manualTries is how many codes may be typed for one linking.
const manualTries = 3

// Activation is a linking that has become real.
type Activation struct {
	Resume       string // what was interrupted by it
	Conversation string // where
	Here         bool   // that is where the code came from
	Account      Account
}

// Activate makes a provisional linking real: Teams handed the code of the last page back in the name of person, or the person
// typed the six digits. A code counts once, for who pressed Connect alone; in anybody else's hands it ends the linking.
//
// A Zoom user belongs to one person: who had it before loses it and is told. Errors: Forbidden, NotReady.
func (s *Service) Activate(ctx context.Context, person entra.Person, conversation, code string) (Activation, error) {
	if err := s.c.Policy.AllowConnect(ctx, person.Tenant); err != nil {
		return Activation{}, err
	}
	var i Intent
	var err error
	switch {
	case token.MatchString(code):
		i, err = s.byCode(ctx, person, code)
	case digits.MatchString(code):
		i, err = s.byDigits(ctx, person, code)
	default:
		err = wrongCode()
	}
	if err != nil {
		return Activation{}, err
	}
	account, err := s.activate(ctx, i)
	return Activation{
		Resume: i.Resume, Conversation: i.Conversation, Here: i.Conversation == conversation, Account: account,
	}, err
}

func wrongCode() error { return problem.New(problem.Forbidden, "connect.code_wrong") }

// byCode finds the linking of a code that Teams handed back. One that is too old, or another person's, is ended.
func (s *Service) byCode(ctx context.Context, person entra.Person, code string) (Intent, error) {
	i, err := s.c.Storage.IntentBy(ctx, Completed, hash("code", code))
	if problem.Is(err, problem.NotFound) {
		return i, wrongCode()
	}
	if err != nil {
		return i, err
	}
	if i.Person != person || !s.c.Now().Before(i.Expires) {
		return i, s.end(ctx, i)
	}
	return i, nil
}

// end ends a linking whose code was misused, and answers the refusal.
func (s *Service) end(ctx context.Context, i Intent) error {
	held, err := s.openIntent(i)
	if err != nil {
		s.c.Logger.ErrorContext(ctx, "linking cannot be read", "intent", i.ID, "error", err)
	}
	return s.refuse(ctx, i, held, wrongCode())
}

// byDigits finds which of the person's linkings the typed digits belong to. A try is counted before it is looked at, so that
// many at once are not more than three.
func (s *Service) byDigits(ctx context.Context, person entra.Person, typed string) (Intent, error) {
	waiting, err := s.c.Storage.CompletedIntents(ctx, person)
	if err != nil {
		return Intent{}, err
	}
	for _, i := range waiting {
		if !s.c.Now().Before(i.Expires) || i.Tries >= manualTries {
			_ = s.end(ctx, i)
			continue
		}
		i.Tries++
		err := s.c.Storage.SaveIntent(ctx, i)
		if errors.Is(err, ErrStale) || problem.Is(err, problem.NotFound) {
			continue // another try is being looked at
		}
		if err != nil {
			return i, err
		}
		i.Version++
		if same(i.Manual, "manual "+i.ID, typed) {
			return i, nil
		}
		if i.Tries >= manualTries {
			_ = s.end(ctx, i)
		}
	}
	return Intent{}, wrongCode()
}

// activate turns what an intent holds into grants.
func (s *Service) activate(ctx context.Context, i Intent) (Account, error) {
	held, err := s.openIntent(i)
	if err != nil {
		return Account{}, err
	}
	if held.Zoom == nil {
		return Account{}, wrongCode()
	}
	// Twice when somebody else connects the same Zoom user at this very moment.
	for try := 0; ; try++ {
		grants, revoke, follow, err := s.grantsOf(ctx, i, held)
		if err != nil {
			return Account{}, err
		}
		err = s.c.Storage.Activate(ctx, i, grants, revoke, follow...)
		if errors.Is(err, ErrStale) && try == 0 {
			if _, gone := s.c.Storage.Intent(ctx, i.ID); gone == nil {
				continue
			}
		}
		if errors.Is(err, ErrStale) {
			return Account{}, wrongCode() // it was used at the same moment
		}
		if err != nil {
			return Account{}, err
		}
		s.moved(ctx, i.Person)
		return s.Account(ctx, i.Person)
	}
}

// grantsOf makes the grants of a linking, and what follows for the grants that they replace.
func (s *Service) grantsOf(ctx context.Context, i Intent, held secret) (grants []Grant, revoke []Revocation, follow []jobs.Job, err error) {
	before := map[Provider]Grant{}
	had, err := s.c.Storage.Grants(ctx, i.Person)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, g := range had {
		before[g.Provider] = g
	}
	zoom := Grant{
		Person: i.Person, Provider: Zoom, Subject: string(held.User.ID), Account: string(held.User.Account),
		Name: clipped(held.User.Name()), Email: clipped(held.User.Email), Version: revision(s.c.Now(), before[Zoom].Version),
	}
	s.sealGrant(&zoom, *held.Zoom)
	grants = append(grants, zoom)
	if held.Microsoft != nil {
		microsoft := Grant{
			Person: i.Person, Provider: Microsoft, Subject: string(i.Person.Tenant) + "/" + string(i.Person.ID),
			Limited: held.NoMailbox, Version: revision(s.c.Now(), before[Microsoft].Version),
		}
		s.sealGrant(&microsoft, *held.Microsoft)
		grants = append(grants, microsoft)
		if !held.NoMailbox {
			follow = append(follow, jobs.Job{
				Kind: CalendarGrantedJob, Tenant: string(i.Person.Tenant), Subject: string(i.Person.ID), Revision: microsoft.Version,
			})
		}
	}
	// Zoom ends all earlier tokens of a user when it gives new ones (4741), so that only another user's are left to revoke.
	if old, ok := before[Zoom]; ok && old.Subject != zoom.Subject && !old.Dead {
		if t, err := s.openGrant(old); err == nil {
			r := s.revocation(old.Person.Tenant, old.Subject, t)
			revoke, follow = append(revoke, r), append(follow, jobOf(r))
		}
	}
	other, err := s.c.Storage.GrantOf(ctx, Zoom, zoom.Subject)
	switch {
	case problem.Is(err, problem.NotFound):
		err = nil
	case err == nil && other.Person != i.Person:
		follow = append(follow, jobs.Job{
			Kind: MovedJob, Tenant: string(other.Person.Tenant), Subject: string(other.Person.ID), Revision: other.Version,
		})
	}
	return grants, revoke, follow, err
}
