package entra

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"causeway/internal/upstream"
)

const (
	renewEarly   = 5 * time.Minute
	renewPause   = 10 * time.Second // after a renewal that failed, while the old token still holds
	tokenTimeout = 20 * time.Second
)

// appTokens are the application's own tokens, by scope.
type appTokens struct {
	mu   sync.Mutex
	held map[string]*appToken
}

// appToken is guarded by appTokens.mu.
type appToken struct {
	token   string
	renew   time.Time // from here on a new one is fetched
	expires time.Time
	flight  *appFlight
}

// appFlight is one request that everybody waits for who needs the token; token and err are valid when done.
type appFlight struct {
	done  chan struct{}
	token string
	err   error
}

// AppToken returns a token of the application itself (client credentials), such as for the scope
// https://api.botframework.com/.default. It is kept, and renewed five minutes before it expires, by one request for all
// callers. As long as the old one holds nobody waits for the new one.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (a *App) AppToken(ctx context.Context, scope string) (string, error) {
	token, flight := a.heldOrFlight(ctx, scope)
	if flight == nil || token != "" {
		return token, nil
	}
	select {
	case <-flight.done:
		return flight.token, flight.err
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}

// ForgetAppToken makes AppToken fetch a new token when it holds the one that was just rejected.
func (a *App) ForgetAppToken(rejected string) {
	a.appTokens.mu.Lock()
	defer a.appTokens.mu.Unlock()
	for _, held := range a.appTokens.held {
		if held.token == rejected {
			held.token = ""
		}
	}
}

// heldOrFlight returns the token that still holds, or else a request to wait for.
func (a *App) heldOrFlight(ctx context.Context, scope string) (string, *appFlight) {
	a.appTokens.mu.Lock()
	defer a.appTokens.mu.Unlock()
	held := a.appTokens.held[scope]
	if held == nil {
		held = &appToken{}
		a.appTokens.held[scope] = held
	}
	now := a.c.Now()
	token := held.token
	if !now.Before(held.expires) {
		token = ""
	}
	if token != "" && now.Before(held.renew) {
		return token, nil
	}
	if held.flight == nil {
		held.flight = &appFlight{done: make(chan struct{})}
		// Many wait for it: that the first of them goes away ends nothing.
		go a.renew(context.WithoutCancel(ctx), scope, held, held.flight)
	}
	return token, held.flight
}

func (a *App) renew(ctx context.Context, scope string, held *appToken, flight *appFlight) {
	ctx, cancel := context.WithTimeout(upstream.Idempotent(ctx), tokenTimeout)
	defer cancel()
	asked := a.c.Now()
	got, err := a.token(ctx, url.Values{"grant_type": {"client_credentials"}, "scope": {scope}})
	a.appTokens.mu.Lock()
	defer a.appTokens.mu.Unlock()
	if err == nil {
		held.token, held.expires = got.Access, asked.Add(got.Expires)
		held.renew = held.expires.Add(-min(renewEarly, got.Expires/5))
	} else {
		held.renew = a.c.Now().Add(renewPause)
	}
	flight.token, flight.err, held.flight = got.Access, err, nil
	close(flight.done)
}
