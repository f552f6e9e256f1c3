package accounts

import (
	"context"
	"errors"
	"net/url"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

// mailScope is the permission to read somebody's mail. Whoever switches on what needs it is asked, nobody else.
const mailScope = "Mail.Read"

// MailScopes are what a person is asked to allow at Microsoft for policy.MentionMail. It is a grant of its own: when it ends, that of the calendar
// stays.
func MailScopes() []string { return []string{"openid", "profile", "offline_access", mailScope} }

// MailCode is what a browser brought back from Entra, and what it set out with.
type MailCode struct{ Code, Verifier, Nonce string }

// GrantMail keeps what a person has allowed at Microsoft: to read their mail. Errors: NotReady, Forbidden (switched off, or another person signed in),
// and those of package entra.
func (s *Service) GrantMail(ctx context.Context, person entra.Person, c MailCode) error {
	if err := s.c.Policy.Allow(ctx, person.Tenant, policy.MentionMail); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), legTimeout)
	defer cancel()
	got, err := s.c.Entra.Exchange(ctx, c.Code, c.Verifier, s.c.PublicURL+EntraCallbackPath, MailScopes())
	if err != nil {
		return err
	}
	who, err := s.c.Entra.VerifyIDToken(ctx, got.ID, c.Nonce)
	switch {
	case errors.Is(err, entra.ErrRefused), err == nil && who.Person != person:
		return problem.New(problem.Forbidden, "connect.other_person").Because(errors.Join(errOther, err))
	case err != nil:
		return err
	case got.Refresh == "" || !hasScope(got.Scopes, mailScope):
		return entra.AuthorizeError(url.Values{"error": {"access_denied"}})
	}
	before, err := s.c.Storage.Grant(ctx, person, Mail)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	g := Grant{Person: person, Provider: Mail, Subject: string(person.Tenant) + "/" + string(person.ID), Version: revision(s.c.Now(), before.Version)}
	s.sealGrant(&g, tokens{Access: got.Access, Refresh: got.Refresh, Expires: s.c.Now().Add(got.Expires), Scopes: got.Scopes})
	err = s.c.Storage.AddGrant(ctx, g, jobs.Job{Kind: MailGrantedJob, Tenant: string(person.Tenant), Subject: string(person.ID), Revision: g.Version})
	if err == nil {
		s.moved(ctx, person)
	}
	return err
}

// Mail makes a client that reads a person's mail, as Zoom does for Zoom. Errors: Consent (not allowed, or not any more), Unavailable.
func (s *Service) Mail(ctx context.Context, person entra.Person) (*graph.Client, error) {
	if _, err := s.grant(ctx, person, Mail); err != nil {
		return nil, err
	}
	return s.c.Graph.Client(func(ctx context.Context, rejected string) (string, error) {
		return s.token(ctx, errand{person, Mail, rejected})
	}), nil
}

// EndMail forgets the tokens with which somebody's mail is read. What the person has allowed at Microsoft, only they can take back there.
func (s *Service) EndMail(ctx context.Context, person entra.Person) error {
	for range 8 {
		g, err := s.c.Storage.Grant(ctx, person, Mail)
		if problem.Is(err, problem.NotFound) {
			return nil
		}
		if err == nil {
			err = s.c.Storage.Disconnect(ctx, []Grant{g}, nil)
		}
		if !errors.Is(err, ErrStale) { // it was renewed at this moment
			s.moved(ctx, person)
			return err
		}
	}
	return problem.New(problem.Conflict, "problem.conflict").Because(ErrStale)
}

// LoseMail notes that Graph does not let us read somebody's mail, whatever Entra says.
func (s *Service) LoseMail(ctx context.Context, person entra.Person, cause error) error {
	g, err := s.grant(ctx, person, Mail)
	if err == nil {
		_, err = s.kill(ctx, g, cause)
	}
	if problem.Is(err, problem.Consent) || errors.Is(err, errOvertaken) {
		return nil
	}
	return err
}
