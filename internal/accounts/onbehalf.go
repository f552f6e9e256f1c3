package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/keyring"
	"causeway/internal/memo"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

// OptionalScopes are the permissions at Graph of a grant that is no part of connecting, and that Microsoft asks for separately: those
// of policy.Contacts, and those of policy.Rooms, which an administrator has to allow. Nothing else has any.
// https://learn.microsoft.com/graph/permissions-reference
func OptionalScopes(grant policy.Feature) []string {
	switch grant {
	case policy.Contacts:
		return []string{"People.Read", "Contacts.Read", "User.ReadBasic.All"}
	case policy.Rooms:
		return []string{"Place.Read.All"}
	}
	return nil
}

const (
	delegatedFor  = time.Hour // the longest that a token is kept; Entra's last about as long
	delegatedMost = 20_000
	// missingFor is how long Entra is not asked again for a grant that somebody has not consented to.
	missingFor = time.Minute
)

// delegation is a grant as one person has given it.
type delegation struct {
	person entra.Person
	grant  policy.Feature
}

// delegated is an access token that acts on behalf of a person, sealed even in memory, or why there is none.
type delegated struct {
	sealed  []byte
	missing error // the consent is
	until   time.Time
}

func newDelegations(now func() time.Time) *memo.Memo[delegation, delegated] {
	return memo.New[delegation, delegated](delegatedFor, delegatedMost, now)
}

// OnBehalf makes a client that acts at Graph for the person in front of the tab with the permissions of an optional grant, for as
// long as assertion, the token with which Teams vouches for that person, is good for new ones. What it gets from Entra is kept in
// memory alone. Where the person has not consented there is no other way in.
//
// Errors, of this method and of the client's calls: Consent (argument Grant says of what), SignIn (Entra wants to see the person;
// argument Claims goes to Teams with the next wish for a token), Unavailable, Internal.
func (s *Service) OnBehalf(ctx context.Context, person entra.Person, assertion string, grant policy.Feature) (*graph.Client, error) {
	d := delegation{person, grant}
	if _, err := s.delegated(ctx, d, assertion, ""); err != nil {
		return nil, err
	}
	return s.c.Graph.Client(func(ctx context.Context, rejected string) (string, error) {
		return s.delegated(ctx, d, assertion, rejected)
	}), nil
}

// ForgetDelegation drops what is kept of a person's grant: it may have been given just now.
func (s *Service) ForgetDelegation(person entra.Person, grant policy.Feature) {
	s.delegations.Forget(delegation{person, grant})
}

// ForgetDelegations drops what is kept of a grant in a tenant: an administrator has switched it off.
func (s *Service) ForgetDelegations(tenant entra.TenantID, grant policy.Feature) {
	s.delegations.ForgetIf(func(d delegation, _ delegated) bool { return d.person.Tenant == tenant && d.grant == grant })
}

// delegated answers an access token other than rejected.
func (s *Service) delegated(ctx context.Context, d delegation, assertion, rejected string) (string, error) {
	for fresh := false; ; fresh = true {
		held, err := s.delegations.Of(ctx, d, func() (delegated, error) {
			got, err := s.delegate(ctx, d, assertion)
			if problem.Is(err, problem.Consent) {
				return delegated{missing: err, until: s.c.Now().Add(missingFor)}, nil
			}
			return got, err
		})
		if err != nil {
			return "", err
		}
		if held.missing != nil {
			if fresh || s.c.Now().Before(held.until) {
				return "", ungranted(d.grant).Because(held.missing)
			}
			s.delegations.Forget(d)
			continue
		}
		access, err := s.delegating.Open(held.sealed, placeOfDelegation(d))
		if err != nil {
			return "", err
		}
		if fresh || (string(access) != rejected && s.c.Now().Before(held.until)) {
			return string(access), nil
		}
		s.delegations.Forget(d)
	}
}

// delegate asks Entra for a token.
func (s *Service) delegate(ctx context.Context, d delegation, assertion string) (delegated, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	got, err := s.c.Entra.OnBehalfOf(ctx, assertion, OptionalScopes(d.grant))
	if err != nil {
		return delegated{}, s.delegationProblem(ctx, d, err)
	}
	for _, scope := range OptionalScopes(d.grant) {
		if !hasScope(got.Scopes, scope) {
			return delegated{}, ungranted(d.grant)
		}
	}
	return delegated{
		sealed: s.delegating.Seal([]byte(got.Access), placeOfDelegation(d)), until: s.c.Now().Add(got.Expires - min(early, got.Expires/5)),
	}, nil
}

func ungranted(grant policy.Feature) *problem.Error {
	return problem.New(problem.Consent, "connect.grant_missing", "Grant", string(grant))
}

// delegationProblem says why Entra gave no token.
func (s *Service) delegationProblem(ctx context.Context, d delegation, err error) error {
	var refused *entra.Error
	claims := ""
	if errors.As(err, &refused) {
		claims = refused.Claims
	}
	switch {
	case errors.Is(err, entra.ErrConsentRequired) && claims == "":
		return ungranted(d.grant).Because(err)
	case errors.Is(err, entra.ErrConsentRequired), errors.Is(err, entra.ErrInteraction), errors.Is(err, entra.ErrGrantDead):
		return problem.New(problem.SignIn, "problem.sign_in", "Claims", claims).Because(err)
	case errors.Is(err, entra.ErrAppUnknown):
		s.learn(ctx, d.person.Tenant, policy.Microsoft, policy.NotInstalled)
		return ungranted(d.grant).Because(err)
	case errors.Is(err, entra.ErrBadSecret), errors.Is(err, entra.ErrMisconfigured):
		return problem.New(problem.Internal, "connect.misconfigured").Because(err)
	}
	return problem.New(problem.Unavailable, "connect.microsoft_unavailable").Because(err)
}

func placeOfDelegation(d delegation) keyring.AAD {
	return keyring.AAD{Table: "memory", Column: "delegated", Tenant: string(d.person.Tenant), Row: string(d.person.ID) + "/" + string(d.grant)}
}

// hasScope finds a permission among granted ones, which Entra may write in full (https://graph.microsoft.com/Calendars.ReadWrite).
func hasScope(granted []string, wanted string) bool {
	return slices.ContainsFunc(granted, func(scope string) bool {
		return strings.EqualFold(scope[strings.LastIndex(scope, "/")+1:], wanted)
	})
}
