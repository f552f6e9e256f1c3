package accounts

import (
	"context"
	"errors"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// Account answers what is known of a person's link; the zero Account when there is none. What it says of somebody linked may be
// five seconds old.
func (s *Service) Account(ctx context.Context, person entra.Person) (Account, error) {
	if a, ok := s.known.get(person); ok {
		return a, nil
	}
	began := s.known.begin()
	grants, err := s.c.Storage.Grants(ctx, person)
	if err != nil {
		return Account{}, err
	}
	var a Account
	for _, g := range grants {
		switch {
		case g.Provider == Zoom:
			a.ZoomUser, a.ZoomAccount = zoom.UserID(g.Subject), zoom.AccountID(g.Account)
			a.Name, a.Email, a.Scopes = g.Name, g.Email, g.Scopes
			ended := g.Dead || s.notAllowed(g.Account, g.Email) != ""
			a.Linked, a.NeedsRelink = !ended, ended
		case g.Provider == Microsoft && !g.Dead:
			a.Calendar, a.NoMailbox, a.Proposals = !g.Limited, g.Limited, hasScope(g.Scopes, proposalScope)
		case g.Provider == Mail:
			a.Mail, a.MailEnded = !g.Dead, g.Dead
		}
	}
	if a.Linked { // who just connected must not be told for five seconds that nothing is there
		s.known.put(person, a, began)
	}
	return a, nil
}

// Disconnect deletes a person's grants at once and has Zoom's revoked, now or as soon as Zoom can be reached. What still waits to
// be done for the person finds no grant and ends.
func (s *Service) Disconnect(ctx context.Context, person entra.Person) error {
	for range 8 {
		err := s.disconnect(ctx, person)
		if !errors.Is(err, ErrStale) {
			s.moved(ctx, person)
			return err
		}
	}
	return problem.New(problem.Conflict, "problem.conflict").Because(ErrStale)
}

// Ours tells whether anybody here is connected with an account at Zoom.
func (s *Service) Ours(ctx context.Context, account zoom.AccountID) (bool, error) {
	if account == "" {
		return false, nil
	}
	if _, known := s.ours.Get(account); known {
		return true, nil
	}
	ours, err := s.c.Storage.Granted(ctx, Zoom, string(account))
	if err == nil && ours { // that nobody is may change at any moment
		s.ours.Put(account, struct{}{})
	}
	return ours, err
}

// Whose answers who has connected a user of Zoom's, by Zoom's ids alone; problem.NotFound.
func (s *Service) Whose(ctx context.Context, account zoom.AccountID, user zoom.UserID) (entra.Person, error) {
	g, err := s.c.Storage.GrantOf(ctx, Zoom, string(user))
	if err == nil && g.Account != string(account) {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	return g.Person, err
}

// WhoseUser is Whose for what names no account: a user's id is Zoom's alone, in every account.
func (s *Service) WhoseUser(ctx context.Context, user zoom.UserID) (entra.Person, zoom.AccountID, error) {
	g, err := s.c.Storage.GrantOf(ctx, Zoom, string(user))
	return g.Person, zoom.AccountID(g.Account), err
}

// WhoseAddress answers who has connected the user of Zoom's with an address there, in small letters or large; problem.NotFound, also when that is
// not one alone.
func (s *Service) WhoseAddress(ctx context.Context, address string) (entra.Person, error) {
	g, err := s.c.Storage.GrantAt(ctx, Zoom, address)
	return g.Person, err
}

// Deauthorized forgets the tokens of whoever removed the app at Zoom at a time: they are worth nothing any more. The person is told, and
// unless keep says otherwise, what the features have of them is deleted. What was connected after that stays: the news may be late.
func (s *Service) Deauthorized(ctx context.Context, account zoom.AccountID, user zoom.UserID, at time.Time, keep bool) error {
	person, err := s.Whose(ctx, account, user)
	if err == nil {
		err = s.deauthorized(ctx, person, at, keep)
	}
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	return err
}

func (s *Service) deauthorized(ctx context.Context, person entra.Person, at time.Time, keep bool) error {
	g, err := s.c.Storage.Grant(ctx, person, Zoom)
	if err != nil {
		return err
	}
	if t, err := s.openGrant(g); err == nil && t.Granted.After(at) {
		return nil
	}
	follow := []jobs.Job{{Kind: RelinkJob, Tenant: string(person.Tenant), Subject: string(person.ID), Revision: g.Version}}
	if !keep {
		follow = append(follow, jobs.Job{Kind: RemovedJob, Tenant: string(person.Tenant), Subject: string(person.ID), Revision: at.UnixMilli()})
	}
	if err := s.c.Storage.Disconnect(ctx, []Grant{g}, nil, follow...); err != nil { // ErrStale: being renewed at this moment; the job comes again
		return err
	}
	s.moved(ctx, person)
	return nil
}

// moved lets everybody see a person's account as it is now.
func (s *Service) moved(ctx context.Context, person entra.Person) {
	s.known.forget(person)
	s.c.Changed(ctx, person)
}

func (s *Service) disconnect(ctx context.Context, person entra.Person) error {
	grants, err := s.c.Storage.Grants(ctx, person)
	if err != nil || len(grants) == 0 {
		return err
	}
	var revoke []Revocation
	var follow []jobs.Job
	for _, g := range grants {
		if g.Provider != Zoom || g.Dead {
			continue // Entra has no way to give back a single grant: its tokens are forgotten
		}
		t, err := s.openGrant(g)
		if err != nil {
			s.c.Logger.ErrorContext(ctx, "grant cannot be revoked", "error", err)
			continue
		}
		r := s.revocation(person.Tenant, g.Subject, t)
		revoke, follow = append(revoke, r), append(follow, jobOf(r))
	}
	return s.c.Storage.Disconnect(ctx, grants, revoke, follow...)
}

// How long it is remembered that somebody is connected with an account at Zoom, and of how many accounts.
const (
	oursAge  = time.Minute
	oursMost = 1000
)

const (
	knownFor  = 5 * time.Second
	knownMost = 20_000
)

// known keeps accounts for a moment. Its time is real: a clock that is moved makes nothing older.
type known struct {
	mu       sync.RWMutex
	accounts map[entra.Person]knownAccount
	forgot   uint64 // how often something was forgotten
}

type knownAccount struct {
	account Account
	until   time.Time
}

func newKnown() *known { return &known{accounts: map[entra.Person]knownAccount{}} }

func (k *known) get(p entra.Person) (Account, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	found, ok := k.accounts[p]
	return found.account, ok && time.Now().Before(found.until)
}

// begin is called before an account is read, and its answer given to put: what was read before something was forgotten is not kept.
func (k *known) begin() uint64 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.forgot
}

func (k *known) put(p entra.Person, a Account, began uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.forgot != began {
		return
	}
	if len(k.accounts) >= knownMost {
		clear(k.accounts)
	}
	k.accounts[p] = knownAccount{account: a, until: time.Now().Add(knownFor)}
}

func (k *known) forget(p entra.Person) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgot++
	delete(k.accounts, p)
}
