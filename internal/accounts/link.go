package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

const (
	// intentLife is how long a linking may take, and the longest that a grant stays provisional.
	intentLife = 10 * time.Minute
	// codeLife is how long the code of the last page may be used.
	codeLife = 5 * time.Minute
	// legTimeout bounds a callback. It goes on when the browser is closed, so that no token is lost.
	legTimeout = 25 * time.Second
)

// EntraCallbackPath is where Entra sends the browser after consent, below the public address.
const EntraCallbackPath = "/entra/callback"

// Begin is a wish to connect Zoom.
type Begin struct {
	Person       entra.Person // from the verified activity
	Conversation string       // where it was pressed
	Resume       string       // what goes on after, in the caller's words
	Name         string       // of the person, for display
	Locale       string
}

// Begin notes a wish to connect. The browser of the person then opens /connect/{intent id}. Errors: NotReady.
func (s *Service) Begin(ctx context.Context, b Begin) (Intent, error) {
	if err := s.c.Policy.AllowConnect(ctx, b.Person.Tenant); err != nil {
		return Intent{}, err
	}
	i := Intent{
		ID: s.c.NewID(), Person: b.Person, Conversation: b.Conversation, Resume: b.Resume, Name: clipped(b.Name), Locale: b.Locale,
		Expires: s.c.Now().Add(intentLife), Phase: Begun, Version: 1,
	}
	return i, s.c.Storage.AddIntent(ctx, i)
}

// Opening is how a browser sets out: it keeps the cookie (Secure, HttpOnly, SameSite=Lax, path /, ten minutes) and goes to
// Redirect.
type Opening struct{ CookieName, CookieValue, Redirect string }

// Open binds an intent to the browser that opened it and sends that browser to Zoom. It may be opened again until the browser
// comes back from Zoom, and once more when the person declined there; the last one counts. Errors: NotFound (unknown, too old, or gone on
// already), NotReady.
func (s *Service) Open(ctx context.Context, intent string) (Opening, error) {
	for range 4 { // twice at the same moment is no reason to fail
		opening, err := s.open(ctx, intent)
		if !errors.Is(err, ErrStale) {
			return opening, err
		}
	}
	return Opening{}, expired()
}

func (s *Service) open(ctx context.Context, intent string) (Opening, error) {
	i, err := s.c.Storage.Intent(ctx, intent)
	if problem.Is(err, problem.NotFound) {
		return Opening{}, expired()
	}
	if err != nil {
		return Opening{}, err
	}
	if !s.c.Now().Before(i.Expires) || (i.Phase != Begun && i.Phase != AtZoom) {
		return Opening{}, expired()
	}
	if err := s.c.Policy.AllowConnect(ctx, i.Person.Tenant); err != nil {
		return Opening{}, err
	}
	state, cookie, verifier := s.random(), s.random(), s.random()
	i.Phase, i.Key, i.Cookie = AtZoom, hash("state", state), hash("cookie", cookie)
	s.sealIntent(&i, secret{Verifier: verifier})
	if err := s.c.Storage.SaveIntent(ctx, i); err != nil {
		return Opening{}, err
	}
	return Opening{
		CookieName: CookieName(i.ID), CookieValue: cookie,
		Redirect: s.c.Zoom.AuthorizeURL(state, challenge(verifier), s.c.PublicURL+zoom.CallbackPath),
	}, nil
}

// CookieName is the name of the cookie that binds a browser to an intent.
func CookieName(intent string) string { return "__Host-link-" + intent }

func expired() error { return problem.New(problem.NotFound, "connect.expired") }

// Callback is what a browser brought back from Zoom or Entra. Cookie answers the value of a cookie, "" when there is none.
type Callback struct {
	State, Code, Error string
	Description        string // error_description; "" when there is none
	Cookie             func(name string) string
}

// Step is what comes after Zoom: the browser goes on to Redirect, or the linking is done.
type Step struct {
	Redirect string
	Done     *Completion
}

// FromZoom takes the browser back from Zoom. Only the browser that was sent, with the state that it was sent with, once and in
// time, gets so far that the code is looked at. What Zoom grants is kept provisionally.
//
// Errors: Invalid (that is no callback), Forbidden (not this browser's, or too late, or a Zoom account that is not allowed
// here), Consent (the person declined, or some scopes), NotReady, Unavailable.
func (s *Service) FromZoom(ctx context.Context, c Callback) (Step, error) {
	i, held, err := s.returned(ctx, AtZoom, FromZoom, c)
	if err != nil {
		return Step{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), legTimeout)
	defer cancel()
	if c.Error != "" { // the same button of Teams may be pressed again: it has no other address
		i.Phase, i.Cookie, i.Sealed = Begun, nil, nil
		if err := s.c.Storage.SaveIntent(ctx, i); err != nil {
			return Step{}, err
		}
		return Step{}, problem.New(problem.Consent, "connect.declined")
	}
	got, err := s.c.Zoom.Exchange(ctx, c.Code, held.Verifier, s.c.PublicURL+zoom.CallbackPath)
	if err != nil {
		return Step{}, s.refuse(ctx, i, held, s.exchangeProblem(ctx, i.Person, err))
	}
	held.Verifier, held.Zoom = "", s.received(got)
	s.sealIntent(&i, held)
	if err := s.c.Storage.SaveIntent(ctx, i); err != nil {
		// Nobody will know of this grant in a moment: end it now.
		return Step{}, errors.Join(err, s.c.Zoom.Revoke(ctx, got.Access))
	}
	i.Version++
	if held.User, err = s.checked(ctx, got); err != nil {
		return Step{}, s.refuse(ctx, i, held, err)
	}
	s.learn(ctx, i.Person.Tenant, policy.Zoom, policy.Approved)
	state, verifier := s.random(), s.random()
	held.Verifier, held.Nonce = verifier, s.random()
	i.Phase, i.Key = AtMicrosoft, hash("state", state)
	s.sealIntent(&i, held)
	if err := s.c.Storage.SaveIntent(ctx, i); err != nil {
		return Step{}, err
	}
	return Step{Redirect: s.c.Entra.AuthorizeURL(entra.AuthorizeRequest{
		State: state, Challenge: challenge(verifier), Redirect: s.c.PublicURL + EntraCallbackPath, Scopes: MicrosoftScopes(),
		Nonce: held.Nonce,
	})}, nil
}

// returned finds the intent of a callback, checks that this is the browser that was sent, and only then consumes the state.
func (s *Service) returned(ctx context.Context, at, next Phase, c Callback) (Intent, secret, error) {
	notYours := problem.New(problem.Forbidden, "connect.not_yours")
	if !token.MatchString(c.State) || (c.Code == "") == (c.Error == "") {
		return Intent{}, secret{}, problem.New(problem.Invalid, "connect.bad_callback")
	}
	i, err := s.c.Storage.IntentBy(ctx, at, hash("state", c.State))
	if problem.Is(err, problem.NotFound) {
		return i, secret{}, notYours
	}
	if err != nil {
		return i, secret{}, err
	}
	if !s.c.Now().Before(i.Expires) || !same(i.Cookie, "cookie", c.Cookie(CookieName(i.ID))) {
		return i, secret{}, notYours
	}
	held, err := s.openIntent(i)
	if err != nil {
		return i, held, err
	}
	i.Phase, i.Key = next, nil
	err = s.c.Storage.SaveIntent(ctx, i)
	if errors.Is(err, ErrStale) {
		err = notYours // the same state came twice at once
	}
	i.Version++
	return i, held, err
}

// refuse ends a linking: nothing of it stays, and what Zoom granted is revoked. When storing fails, the linking is ended as
// soon as it expires.
func (s *Service) refuse(ctx context.Context, i Intent, held secret, cause error) error {
	if err := s.drop(ctx, i, held); err != nil {
		s.c.Logger.ErrorContext(ctx, "linking not ended yet", "intent", i.ID, "error", err)
	}
	return cause
}

// drop deletes an intent together with what it holds.
func (s *Service) drop(ctx context.Context, i Intent, held secret) error {
	if held.Zoom == nil {
		return s.c.Storage.DropIntent(ctx, i, nil)
	}
	r := s.revocation(i.Person.Tenant, string(held.User.ID), *held.Zoom)
	return s.c.Storage.DropIntent(ctx, i, []Revocation{r}, jobOf(r))
}

func (s *Service) received(t zoom.Tokens) *tokens {
	return &tokens{Access: t.Access, Refresh: t.Refresh, Expires: s.c.Now().Add(t.Expires), Granted: s.c.Now(), Scopes: t.Scopes}
}

// checked answers who connected, if everything needed was granted and account and address at Zoom are allowed.
func (s *Service) checked(ctx context.Context, got zoom.Tokens) (zoom.User, error) {
	for _, scope := range zoom.Scopes() {
		if !slices.Contains(got.Scopes, scope) {
			return zoom.User{}, problem.New(problem.Consent, "connect.scopes_missing", "Scope", scope)
		}
	}
	user, err := s.c.Zoom.Client(func(context.Context, string) (string, error) { return got.Access, nil }).Me(ctx)
	if err != nil {
		return user, problem.New(problem.Unavailable, "connect.zoom_unavailable").Because(err)
	}
	if key := s.notAllowed(string(user.Account), user.Email); key != "" {
		return user, problem.New(problem.Forbidden, key)
	}
	return user, nil
}

// notAllowed is the key of the sentence that says why a Zoom user may not be connected here, "" for who may.
func (s *Service) notAllowed(account, address string) string {
	if len(s.c.AllowedZoomAccounts) > 0 && !slices.Contains(s.c.AllowedZoomAccounts, account) {
		return "connect.account_not_allowed"
	}
	if len(s.c.AllowedEmailDomains) > 0 && !s.allowedAddress(address) {
		return "connect.address_not_allowed"
	}
	return ""
}

// allowedAddress tells whether an address belongs to an allowed domain. One with a second @ belongs to none: its readers disagree about
// where its domain begins.
func (s *Service) allowedAddress(address string) bool {
	_, domain, _ := strings.Cut(address, "@")
	return slices.ContainsFunc(s.c.AllowedEmailDomains, func(allowed string) bool { return strings.EqualFold(domain, allowed) })
}

// exchangeProblem says why Zoom gave no tokens for a code, and notes what that proves.
func (s *Service) exchangeProblem(ctx context.Context, person entra.Person, err error) error {
	switch {
	case errors.Is(err, zoom.ErrAppDisabled):
		return s.AppDisabled(ctx, person, err)
	case errors.Is(err, zoom.ErrGrantDead):
		return problem.New(problem.Forbidden, "connect.code_used").Because(err)
	case errors.Is(err, zoom.ErrScope):
		return problem.New(problem.Consent, "connect.scopes_missing", "Scope", "").Because(err)
	case errors.Is(err, zoom.ErrCredentials):
		return problem.New(problem.Internal, "connect.misconfigured").Because(err)
	}
	return problem.New(problem.Unavailable, "connect.zoom_unavailable").Because(err)
}

// AppDisabled says what Zoom's word means that the app is switched off (zoom.ErrAppDisabled): for the organisation, which is NotReady, or
// for one Zoom account that anybody may have, which is Forbidden. It is the organisation's when its own account says so, or when
// a look at the app itself confirms it.
func (s *Service) AppDisabled(ctx context.Context, person entra.Person, cause error) error {
	ctx = context.WithoutCancel(ctx)
	g, err := s.c.Storage.Grant(ctx, person, Zoom)
	if err == nil && slices.Contains(s.c.AllowedZoomAccounts, g.Account) {
		s.learn(ctx, person.Tenant, policy.Zoom, policy.Off)
	} else if err := s.c.Policy.Confirm(ctx, person.Tenant, policy.Zoom); err != nil {
		s.c.Logger.WarnContext(ctx, "approval not found out", "side", policy.Zoom, "error", err)
	}
	if err := s.c.Policy.Ready(ctx, person.Tenant); err != nil {
		return problem.Of(err).Because(cause)
	}
	return problem.New(problem.Forbidden, "connect.app_disabled").Because(cause)
}

// learn tells policy what an outcome proved. That is no reason to fail.
func (s *Service) learn(ctx context.Context, tenant entra.TenantID, side policy.Side, status policy.Status) {
	if err := s.c.Policy.Learn(ctx, tenant, side, status, "connect"); err != nil {
		s.c.Logger.WarnContext(ctx, "approval not noted", "side", side, "status", status, "error", err)
	}
}
