package accounts

import (
	"context"
	"errors"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

const (
	// early is how long before its end an access token is renewed.
	early = 5 * time.Minute
	// refreshPause is how long a failed early renewal is left alone while the old token still works.
	refreshPause = 10 * time.Second
	// refreshPoll is how often somebody who waits for another's renewal looks.
	refreshPoll = 50 * time.Millisecond
	// flightTimeout bounds the wait for a token. The renewal itself goes on when nobody waits.
	flightTimeout = 40 * time.Second
	// askTimeout bounds the call of a token endpoint; it is well within the lease.
	askTimeout = 10 * time.Second
	// keepTries is how often new tokens are tried to be stored.
	keepTries = 6
)

// Zoom makes a client that acts for a person at Zoom. Its tokens are always current; a token that Zoom refuses is replaced once.
// Errors, of this method and of the client's calls: NotLinked (nothing is connected, or the grant has ended), NotReady, Unavailable.
func (s *Service) Zoom(ctx context.Context, person entra.Person) (*zoom.Client, error) {
	if _, err := s.grant(ctx, person, Zoom); err != nil {
		return nil, err
	}
	return s.c.Zoom.Client(func(ctx context.Context, rejected string) (string, error) {
		return s.token(ctx, errand{person, Zoom, rejected})
	}), nil
}

// Graph makes a client that acts for a person at Microsoft Graph, as Zoom does. Errors: Consent (the person has not let us into
// the calendar, or not any more), Unavailable.
func (s *Service) Graph(ctx context.Context, person entra.Person) (*graph.Client, error) {
	if _, err := s.grant(ctx, person, Microsoft); err != nil {
		return nil, err
	}
	return s.c.Graph.Client(func(ctx context.Context, rejected string) (string, error) {
		return s.token(ctx, errand{person, Microsoft, rejected})
	}), nil
}

// grant reads a living grant.
func (s *Service) grant(ctx context.Context, person entra.Person, provider Provider) (Grant, error) {
	g, err := s.c.Storage.Grant(ctx, person, provider)
	switch {
	case problem.Is(err, problem.NotFound):
		return g, missing(provider)
	case err == nil && g.Dead:
		return g, ended(provider)
	case err == nil && provider == Zoom:
		if key := s.notAllowed(g.Account, g.Email); key != "" { // it was when it was connected
			return g, problem.New(problem.NotLinked, key)
		}
	}
	return g, err
}

func missing(p Provider) *problem.Error {
	switch p {
	case Microsoft:
		return problem.New(problem.Consent, "connect.calendar_missing")
	case Mail:
		return problem.New(problem.Consent, "connect.mail_missing")
	case Zoom:
	}
	return problem.New(problem.NotLinked, "problem.not_linked")
}

func ended(p Provider) *problem.Error {
	switch p {
	case Microsoft:
		return problem.New(problem.Consent, "connect.calendar_ended")
	case Mail:
		return problem.New(problem.Consent, "connect.mail_ended")
	case Zoom:
	}
	return problem.New(problem.NotLinked, "connect.relink")
}

// errand is a wish for an access token other than rejected.
type errand struct {
	person   entra.Person
	provider Provider
	rejected string
}

// token answers a current access token. All who want the same at the same time share one flight.
func (s *Service) token(ctx context.Context, e errand) (string, error) {
	f := s.flights.underWay(e)
	if f == nil {
		g, t, err := s.held(ctx, e)
		if err != nil {
			return "", err
		}
		if s.fresh(g, t, e) {
			return t.Access, nil
		}
		f = s.flights.join(e, func() (string, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightTimeout)
			defer cancel()
			return s.renew(ctx, e)
		})
	}
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return "", problem.New(problem.Unavailable, unavailable(e.provider)).Because(ctx.Err())
	}
}

// held reads a living grant and opens it. One that was altered has ended: its owner has to connect again.
func (s *Service) held(ctx context.Context, e errand) (Grant, tokens, error) {
	g, err := s.grant(ctx, e.person, e.provider)
	if err != nil {
		return g, tokens{}, err
	}
	t, err := s.openGrant(g)
	if errors.Is(err, keyring.ErrAltered) {
		s.c.Logger.ErrorContext(ctx, "grant was altered in the database", "tenant", g.Person.Tenant, "person", g.Person.ID)
		if _, err = s.kill(ctx, g, err); errors.Is(err, errOvertaken) {
			return s.held(ctx, e)
		}
	}
	return g, t, err
}

// fresh tells whether a token may be handed out as it is.
func (s *Service) fresh(g Grant, t tokens, e errand) bool {
	return t.Access != e.rejected && s.c.Now().Before(g.Expires.Add(-early-jitter(g)))
}

// working tells whether a token may be handed out while its renewal is not to be had.
func (s *Service) working(g Grant, t tokens, e errand) bool {
	return t.Access != e.rejected && s.c.Now().Before(g.Expires)
}

// renew gets the lease of the grant and refreshes it, or waits until somebody else has.
func (s *Service) renew(ctx context.Context, e errand) (string, error) {
	for {
		g, t, err := s.held(ctx, e)
		if err != nil {
			return "", err
		}
		if s.fresh(g, t, e) {
			return t.Access, nil
		}
		// The claim is written before the token endpoint is called: where nothing can be stored, no refresh token is spent.
		mine, err := s.c.Storage.Claim(ctx, g, s.c.Holder, s.c.Lease)
		if err != nil {
			return "", problem.New(problem.Unavailable, unavailable(e.provider)).Because(err)
		}
		if mine {
			access, err := s.refresh(ctx, e, g, t)
			if errors.Is(err, errOvertaken) {
				continue
			}
			return access, err
		}
		if s.working(g, t, e) {
			return t.Access, nil
		}
		if err := s.c.Wait(ctx, refreshPoll); err != nil {
			return "", problem.New(problem.Unavailable, unavailable(e.provider)).Because(err)
		}
	}
}

// errOvertaken says that the grant was renewed by somebody else: read it again.
var errOvertaken = errors.New("accounts: overtaken")

// refresh spends the refresh token of a leased grant.
func (s *Service) refresh(ctx context.Context, e errand, g Grant, t tokens) (string, error) {
	got, err := s.ask(ctx, e.provider, t.Refresh)
	if err == nil {
		return s.keep(ctx, g, t, got)
	}
	if isDead(err) {
		return s.bury(ctx, g, t, err)
	}
	pause := time.Duration(0)
	if s.working(g, t, e) {
		pause = refreshPause
	}
	if released := s.c.Storage.Release(context.WithoutCancel(ctx), g, s.c.Holder, pause); released != nil {
		s.c.Logger.WarnContext(ctx, "lease not given back", "error", released)
	}
	switch {
	case s.working(g, t, e):
		s.c.Logger.WarnContext(ctx, "token not renewed yet", "provider", e.provider, "error", err)
		return t.Access, nil
	case errors.Is(err, zoom.ErrAppDisabled):
		return "", s.AppDisabled(ctx, e.person, err)
	case errors.Is(err, zoom.ErrCredentials), errors.Is(err, entra.ErrBadSecret):
		return "", problem.New(problem.Internal, "connect.misconfigured").Because(err)
	}
	return "", problem.New(problem.Unavailable, unavailable(e.provider)).Because(err)
}

func unavailable(p Provider) string {
	if p == Zoom {
		return "connect.zoom_unavailable"
	}
	return "connect.microsoft_unavailable"
}

// isDead tells whether a refusal means that only connecting anew helps.
func isDead(err error) bool {
	return errors.Is(err, zoom.ErrGrantDead) || errors.Is(err, entra.ErrGrantDead) || errors.Is(err, entra.ErrInteraction) ||
		errors.Is(err, entra.ErrConsentRequired)
}

// ask calls the provider's token endpoint.
func (s *Service) ask(ctx context.Context, p Provider, refresh string) (tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	if p == Zoom {
		got, err := s.c.Zoom.Refresh(ctx, refresh)
		if err != nil {
			return tokens{}, err
		}
		return *s.received(got), nil
	}
	scopes := MicrosoftScopes()
	if p == Mail {
		scopes = MailScopes()
	}
	got, err := s.c.Entra.Refresh(ctx, refresh, scopes)
	return tokens{Access: got.Access, Refresh: got.Refresh, Expires: s.c.Now().Add(got.Expires), Scopes: got.Scopes}, err
}

// keep stores new tokens and only then hands them out. The refresh token before stays beside them until they have been
// refreshed in turn.
func (s *Service) keep(ctx context.Context, g Grant, before, got tokens) (string, error) {
	ctx = context.WithoutCancel(ctx)
	got.Previous, got.Granted = before.Refresh, before.Granted
	if got.Refresh == "" {
		got.Refresh = before.Refresh
	}
	if len(got.Scopes) == 0 {
		got.Scopes = before.Scopes
	}
	s.sealGrant(&g, got)
	var err error
	for try := range keepTries {
		if try > 0 {
			if err := s.c.Wait(ctx, 50*time.Millisecond<<try); err != nil {
				break
			}
		}
		err = s.c.Storage.SaveTokens(ctx, g)
		switch {
		case err == nil:
			s.known.forget(g.Person)
			return got.Access, nil
		case errors.Is(err, ErrStale):
			return "", errOvertaken
		case problem.Is(err, problem.NotFound):
			return "", s.orphaned(ctx, g, got)
		}
	}
	s.c.Logger.ErrorContext(ctx, "new tokens could not be stored and are lost", "provider", g.Provider, "error", err)
	return "", problem.New(problem.Unavailable, unavailable(g.Provider)).Because(err)
}

// orphaned ends tokens whose owner has disconnected while they were fetched.
func (s *Service) orphaned(ctx context.Context, g Grant, got tokens) error {
	if g.Provider == Zoom {
		r := s.revocation(g.Person.Tenant, g.Subject, got)
		if err := s.c.Storage.AddRevocation(ctx, r, jobOf(r)); err != nil {
			s.c.Logger.ErrorContext(ctx, "revocation not stored", "error", errors.Join(err, s.c.Zoom.Revoke(ctx, got.Access)))
		}
	}
	return missing(g.Provider)
}

// bury decides what a refused refresh token means. If the grant has changed since it was read, somebody else spent the token
// and holds its successor. Else the one before is tried, in case that the provider never noted the change. Only then the
// grant has ended, which is told once.
func (s *Service) bury(ctx context.Context, g Grant, t tokens, cause error) (string, error) {
	ctx = context.WithoutCancel(ctx)
	now, err := s.c.Storage.Grant(ctx, g.Person, g.Provider)
	if problem.Is(err, problem.NotFound) {
		return "", missing(g.Provider)
	}
	if err != nil {
		return "", problem.New(problem.Unavailable, unavailable(g.Provider)).Because(err)
	}
	if now.Version != g.Version {
		return "", errOvertaken
	}
	if t.Previous != "" {
		if got, err := s.ask(ctx, g.Provider, t.Previous); err == nil {
			return s.keep(ctx, g, tokens{Refresh: t.Previous, Granted: t.Granted, Scopes: t.Scopes}, got)
		}
	}
	return s.kill(ctx, g, cause)
}

// kill marks a grant as ended, and has its owner told when it was Zoom's.
func (s *Service) kill(ctx context.Context, g Grant, cause error) (string, error) {
	var follow []jobs.Job
	if g.Provider == Zoom {
		follow = append(follow, jobs.Job{
			Kind: RelinkJob, Tenant: string(g.Person.Tenant), Subject: string(g.Person.ID), Revision: g.Version,
		})
	}
	killed, err := s.c.Storage.Kill(ctx, g, follow...)
	if err != nil {
		return "", problem.New(problem.Unavailable, unavailable(g.Provider)).Because(err)
	}
	s.moved(ctx, g.Person)
	if !killed {
		return "", errOvertaken
	}
	s.c.Logger.WarnContext(ctx, "grant has ended", "provider", g.Provider, "error", cause)
	return "", ended(g.Provider).Because(cause)
}

// flights are the renewals under way in this process.
type flights struct {
	mu  sync.Mutex
	all map[errand]*flight
}

// flight is one of them; done is closed when token and err are final.
type flight struct {
	done  chan struct{}
	token string
	err   error
}

// underWay answers the flight of an errand; nil when there is none.
func (f *flights) underWay(e errand) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.all[e]
}

// join answers the flight of an errand, and begins it when there is none.
func (f *flights) join(e errand, fly func() (string, error)) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	if under, ok := f.all[e]; ok {
		return under
	}
	if f.all == nil {
		f.all = map[errand]*flight{}
	}
	own := &flight{done: make(chan struct{})}
	f.all[e] = own
	go func() {
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.all, e)
			close(own.done)
		}()
		own.token, own.err = fly()
	}()
	return own
}
