package accounts

import (
	"context"
	"errors"
	"net/url"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

// Completion is the last page of the pop-up. Its script hands Result to Teams; where no Teams window answers, the person
// types Manual to the bot.
type Completion struct {
	Intent   string // id
	Result   string // 256 bits, for notifySuccess
	Manual   string // six digits, three tries, five minutes; "" when Entra did not say that this is who pressed Connect
	Name     string // at Zoom; escape it
	Calendar bool   // the calendar is connected too
	Locale   string
}

// FromEntra takes the browser back from Entra, as FromZoom does from Zoom. Somebody who declines there, or for whom Entra has no
// tokens just now, goes on with Zoom alone. Somebody else than who pressed Connect is refused, and everything is revoked.
//
// Errors: Invalid, Forbidden, Unavailable.
func (s *Service) FromEntra(ctx context.Context, c Callback) (Completion, error) {
	i, held, err := s.returned(ctx, AtMicrosoft, FromMicrosoft, c)
	if err != nil {
		return Completion{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), legTimeout)
	defer cancel()
	got, err := s.microsoft(ctx, c, i, &held)
	switch {
	case errors.Is(err, errOther):
		return Completion{}, s.refuse(ctx, i, held, problem.New(problem.Forbidden, "connect.other_person").Because(err))
	case err != nil:
		s.c.Logger.InfoContext(ctx, "connected without calendar", "intent", i.ID, "reason", err)
	default:
		held.Microsoft = got
		held.NoMailbox = s.noMailbox(ctx, got.Access)
	}
	return s.complete(ctx, i, held)
}

// errOther says that the browser is signed in as somebody else than who pressed Connect.
var errOther = errors.New("accounts: another person signed in")

// microsoft exchanges the code and looks who signed in. Any error but errOther means: no calendar.
func (s *Service) microsoft(ctx context.Context, c Callback, i Intent, held *secret) (*tokens, error) {
	if c.Error != "" {
		// The address is in the person's hands: it proves nothing of the tenant.
		return nil, entra.AuthorizeError(url.Values{"error": {c.Error}, "error_description": {c.Description}})
	}
	got, err := s.c.Entra.Exchange(ctx, c.Code, held.Verifier, s.c.PublicURL+EntraCallbackPath, MicrosoftScopes())
	if errors.Is(err, entra.ErrAppUnknown) {
		s.learn(ctx, i.Person.Tenant, policy.Microsoft, policy.NotInstalled)
	}
	if err != nil {
		return nil, err
	}
	who, err := s.c.Entra.VerifyIDToken(ctx, got.ID, held.Nonce)
	if errors.Is(err, entra.ErrRefused) {
		return nil, errors.Join(errOther, err)
	}
	if err != nil {
		return nil, err
	}
	if who.Person != i.Person {
		return nil, errOther
	}
	held.Proven = true
	s.learn(ctx, i.Person.Tenant, policy.Microsoft, policy.Approved)
	if got.Refresh == "" || !hasScope(got.Scopes, calendarScope) {
		return nil, errors.New("accounts: the calendar was not granted")
	}
	return &tokens{Access: got.Access, Refresh: got.Refresh, Expires: s.c.Now().Add(got.Expires), Scopes: got.Scopes}, nil
}

// noMailbox tells whether Graph says that the person has no mailbox. When it does not answer, there is one.
func (s *Service) noMailbox(ctx context.Context, access string) bool {
	const patience = 4 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := s.c.Graph.Client(func(context.Context, string) (string, error) { return access, nil })
	now := s.c.Now()
	err := client.CalendarView(ctx, graph.View{From: now, To: now.Add(time.Minute), PageSize: 1}, func([]graph.Event) error {
		return errSeen
	})
	return errors.Is(err, graph.ErrNoMailbox)
}

// errSeen ends a look into the calendar.
var errSeen = errors.New("accounts: seen")

// complete makes the codes of the last page.
func (s *Service) complete(ctx context.Context, i Intent, held secret) (Completion, error) {
	code, manual := s.random(), ""
	held.Verifier, held.Nonce = "", ""
	i.Phase, i.Key = Completed, hash("code", code)
	if held.Proven { // else whoever is at this browser could have somebody type the digits who trusts them
		manual = s.randomDigits()
		i.Manual = hash("manual "+i.ID, manual)
	}
	if end := s.c.Now().Add(codeLife); end.Before(i.Expires) {
		i.Expires = end
	}
	s.sealIntent(&i, held)
	if err := s.c.Storage.SaveIntent(ctx, i); err != nil {
		return Completion{}, err
	}
	return Completion{
		Intent: i.ID, Result: code, Manual: manual, Name: clipped(held.User.Name()), Calendar: held.Microsoft != nil && !held.NoMailbox,
		Locale: i.Locale,
	}, nil
}
