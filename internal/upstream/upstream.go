// Package upstream is how another service is called: Zoom, Entra, Graph, the connector. [NewClient] makes an http.Client that
//
//   - talks only to the exact origins it was given, and refuses anything else before a header leaves;
//   - connects only to public addresses, decided when dialling, so that no name can lead inside;
//   - follows no redirect: the 3xx is the answer, and a token never travels on;
//   - speaks TLS 1.2 or newer, bounds the time and size of every answer;
//   - tries again what may be tried again, and obeys Retry-After in all its forms;
//   - leaves a service alone for a moment that does not work ([Breaker]);
//   - says in every error whether the request may have had its effect ([Outcome]).
//
// The vendor clients above it (zoom, graph, entra, teams) send their requests with [Do] and name their routes with [Route].
package upstream

import (
	"context"
	"crypto/x509"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Options describes one service and how it is called.
type Options struct {
	// Name of the service in errors and metrics: "zoom".
	Name string
	// Origins that may be called, exactly scheme://host[:port]. Plain http is allowed for loopback only: a host that is
	// "localhost" or a loopback address; such an origin may connect to this machine, every other only to public addresses.
	Origins []string
	// Timeout of one try, from the connection to the last byte of the answer; 10 s when zero.
	Timeout time.Duration
	// MaxResponse is the largest answer in bytes, after decompression; 8 MiB when zero.
	MaxResponse int64
	// Retry says what is tried again; the zero Policy tries once.
	Retry Policy
	// Breaker says when the service is left alone; the zero Breaker never.
	Breaker Breaker
	// Limit is waited for before each try; a *rate.Limiter is one. May be nil.
	Limit interface {
		Wait(ctx context.Context) error
	}
	// Observe is told of each try when it is over. May be nil.
	Observe func(Call)
	// RootCAs replace the system's certificate authorities. May be nil.
	RootCAs *x509.CertPool
	// Resolver replaces the system's name look-up. May be nil.
	Resolver *net.Resolver
	// Transport replaces the whole network below the origin check, and with it TLS and the dial guard. May be nil.
	Transport http.RoundTripper
	// Now is the time; time.Now when nil.
	Now func() time.Time
	// Sleep waits between two tries; by a timer when nil.
	Sleep func(ctx context.Context, d time.Duration) error
	// Random is a number in [0,1) for the jitter; math/rand when nil.
	Random func() float64
}

// Call is one try that is over, for metrics and logs. It holds no query, header or body.
type Call struct {
	Name   string        // The service.
	Route  string        // As given by Route, else the method and host.
	Try    int           // 1 is the first.
	Status int           // 0 when there was no answer.
	Took   time.Duration // Until the head of the answer.
	Err    error         // Why there was no answer.
}

// NewClient makes the client of one service. It is safe for concurrent use and meant to be kept. An origin that cannot be one
// makes every call fail with ErrOriginRefused.
func NewClient(o Options) *http.Client {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxResponse <= 0 {
		o.MaxResponse = 8 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = Sleep
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	allowed, err := parseOrigins(o.Origins)
	t := &transport{o: o, origins: allowed, broken: err, base: o.Transport, breaker: newBreaker(o.Breaker, o.Now)}
	if t.base == nil {
		t.base, t.traced = network(o), true
	}
	tries := time.Duration(max(o.Retry.Attempts, 1))
	return &http.Client{
		Transport: t,
		// More than all tries and waits together: the last resort for callers whose context has no deadline.
		Timeout: tries*(o.Timeout+o.Retry.longestWait()) + time.Minute,
		// Not following is the rule that keeps Authorization, codes and bodies with the origin they were meant for.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Do sends a request like hc.Do, but its error holds no URL: the address of a request may carry secrets in its query.
func Do(hc *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := hc.Do(req) // #nosec G704 -- the transport lets only the listed origins pass
	if err != nil {
		return nil, withoutURL(req, err)
	}
	return resp, nil
}

// Sleep waits for d, in real time, or until ctx ends, whose error it then answers.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

type contextKey int

const (
	routeKey contextKey = iota
	idempotentKey
)

// Route names the call for metrics and errors by its pattern, without ids: "POST /users/{id}/meetings".
func Route(ctx context.Context, route string) context.Context {
	return context.WithValue(ctx, routeKey, route)
}

// Idempotent marks a request whose repetition has no further effect, whatever its method, so that it is tried again like a GET.
func Idempotent(ctx context.Context) context.Context {
	return context.WithValue(ctx, idempotentKey, true)
}

// routeOf is the name of a request's route.
func routeOf(req *http.Request) string {
	if route, ok := req.Context().Value(routeKey).(string); ok {
		return route
	}
	return req.Method + " " + req.URL.Host
}

// repeatable reports whether a request has no further effect when it is repeated.
func repeatable(req *http.Request) bool {
	if req.Method == http.MethodGet || req.Method == http.MethodHead {
		return true
	}
	marked, _ := req.Context().Value(idempotentKey).(bool)
	return marked
}
