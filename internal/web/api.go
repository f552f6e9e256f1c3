package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"causeway/internal/entra"
	"causeway/internal/pace"
	"causeway/internal/problem"
)

//go:generate go run causeway/tools/openapi ../../ui/openapi.json

// Describe is the description of the API, OpenAPI 3.1 as JSON: what /api/openapi.json answers.
func Describe() ([]byte, error) {
	return json.MarshalIndent((&server{}).api(newSurface()).OpenAPI(), "", "  ")
}

// api adds what the tab and administrators call, described by OpenAPI at /api/openapi.json.
func (s *server) api(mux *surface) huma.API {
	config := huma.DefaultConfig("Causeway", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/openapi", "", ""
	config.CreateHooks = nil
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"teams": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The token with which Teams vouches for the person."},
	}
	a := humago.New(mux, config)
	a.UseMiddleware(s.guarded)
	s.personRoutes(a)
	s.consentRoutes(a)
	s.directoryRoutes(a)
	s.meetingRoutes(a)
	s.whiteboardRoutes(a)
	s.missedRoutes(a)
	s.eventRoutes(a)
	return a
}

// operation describes an operation of the API. Each takes a bearer token, and none a body of more than maxBody.
func operation(method, path, id, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: maxBody,
		Security: []map[string][]string{{"teams": {}}}, Errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}
}

// maxBody bounds what an operation takes, in bytes: the largest is a form with five hundred people.
const maxBody = 256 << 10

// Call is what every operation takes: the languages of the person. The input of an operation embeds it; it is exported because huma reads
// nothing else. The bearer token is looked at before any of the input is read.
type Call struct {
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
}

func (c Call) languages() string { return c.AcceptLanguage }

// input is the input of an operation: a struct that embeds Call.
type input interface{ languages() string }

// answer is what every operation gives back.
type answer[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Vary         string `header:"Vary"`
	Body         T
}

// caller is who calls an operation, as the verified token says.
type caller struct {
	entra.Identity
	token string // with it Entra gives tokens on the person's behalf; it goes nowhere else
}

// Format keeps the token out of logs, whatever the verb.
func (c caller) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, string(c.Person.ID)) }

type callerKey struct{}

// callerOf answers who calls. Every operation is behind guarded.
func callerOf(ctx context.Context) caller {
	who, _ := ctx.Value(callerKey{}).(caller)
	return who
}

// guarded lets through whom Teams vouches for, at a pace that leaves something for others, before anything else of a request is looked at.
func (s *server) guarded(ctx huma.Context, next func(huma.Context)) {
	if ctx.Header("Content-Encoding") != "" {
		ctx.SetStatus(http.StatusUnsupportedMediaType)
		return
	}
	who, err := s.bearer(ctx.Context(), ctx.Header("Authorization"))
	if err == nil {
		err = s.c.Pace.Take(ctx.Context(), who.Person, pace.Call)
	} else {
		ctx.SetHeader("WWW-Authenticate", "Bearer")
	}
	if err == nil {
		next(huma.WithValue(ctx, callerKey{}, who))
		return
	}
	told := s.told(ctx.Context(), ctx.Header("Accept-Language"), err)
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetHeader("Cache-Control", "no-store")
	s.comeBack(problem.Of(err), func(after string) { ctx.SetHeader("Retry-After", after) })
	ctx.SetStatus(told.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(told) // the caller went away: nobody is left to tell
}

// handled calls do with who the bearer token speaks of, and turns every error into RFC 9457: nothing that a feature returns reaches
// the person as text by itself.
func handled[In input, Out any](s *server, do func(context.Context, entra.Identity, *In) (Out, error)) func(context.Context, *In) (*answer[Out], error) {
	return func(ctx context.Context, in *In) (*answer[Out], error) {
		body, err := do(ctx, callerOf(ctx).Identity, in)
		if err == nil {
			return &answer[Out]{CacheControl: "no-store", Body: body}, nil
		}
		return nil, s.problem(ctx, (*in).languages(), err)
	}
}

// remembered is handled for what the browser may answer by itself for a while, to the same person alone.
func remembered[In input, Out any](s *server, age time.Duration, do func(context.Context, entra.Identity, *In) (Out, error)) func(context.Context, *In) (*answer[Out], error) {
	ask := handled(s, do)
	return func(ctx context.Context, in *In) (*answer[Out], error) {
		got, err := ask(ctx, in)
		if err == nil {
			got.CacheControl, got.Vary = fmt.Sprintf("private, max-age=%d", int(age.Seconds())), "Authorization"
		}
		return got, err
	}
}

// problem is an error as RFC 9457, with the headers that say when to come back, or what Entra wants to know first.
func (s *server) problem(ctx context.Context, languages string, err error) error {
	trouble, headers := problem.Of(err), http.Header{}
	s.comeBack(trouble, func(after string) { headers.Set("Retry-After", after) })
	if claims, ok := trouble.Args["Claims"].(string); ok && claims != "" {
		// https://learn.microsoft.com/entra/identity-platform/claims-challenge
		headers.Set("WWW-Authenticate", `Bearer error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	}
	return huma.ErrorWithHeaders(s.told(ctx, languages, err), headers)
}

// comeBack says after how many seconds it is worth to ask again, where that is known.
func (s *server) comeBack(trouble *problem.Error, say func(after string)) {
	if wait := trouble.Until.Sub(s.c.Now()); !trouble.Until.IsZero() {
		say(strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
	}
}

// told is an error in the person's language, with what is wrong with each field of the body. Its cause goes to the log.
func (s *server) told(ctx context.Context, languages string, err error) *huma.ErrorModel {
	trouble := problem.Of(err)
	if trouble.Ref != "" {
		s.c.Logger.ErrorContext(ctx, "call failed", "ref", trouble.Ref, "error", err)
	}
	texts := s.c.Texts.For(languages)
	told := &huma.ErrorModel{
		Status: status(trouble.Kind), Title: http.StatusText(status(trouble.Kind)), Detail: texts.T(trouble.Key, withRef(trouble)),
		Type: "about:blank#" + string(trouble.Kind), Instance: trouble.Ref,
	}
	for _, f := range trouble.Fields {
		told.Errors = append(told.Errors, &huma.ErrorDetail{Location: "body." + f.Name, Message: texts.T(f.Key, f.Args)})
	}
	return told
}

// bearer answers who the token of the tab speaks of; SignIn when it does not count.
func (s *server) bearer(ctx context.Context, header string) (caller, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return caller{}, problem.New(problem.SignIn, "problem.sign_in")
	}
	who, err := s.c.SSO.Verify(ctx, token)
	switch {
	case errors.Is(err, entra.ErrRefused):
		return caller{}, problem.New(problem.SignIn, "problem.sign_in").Because(err)
	case err != nil:
		return caller{}, problem.New(problem.Unavailable, "problem.unavailable").Because(err)
	}
	return caller{Identity: who, token: token}, nil
}
