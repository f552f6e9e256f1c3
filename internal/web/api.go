package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

// api adds what the tab and administrators call, described by OpenAPI at /api/openapi.json.
func (s *server) api(mux *http.ServeMux) {
	config := huma.DefaultConfig("Causeway", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/openapi", "", ""
	config.CreateHooks = nil
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"teams": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The token with which Teams vouches for the person."},
	}
	a := humago.New(mux, config)
	huma.Register(a, huma.Operation{
		OperationID: "me", Method: http.MethodGet, Path: "/api/me", Summary: "Who I am here, and what I can use",
		Security: []map[string][]string{{"teams": {}}}, Errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}, handled(s, s.me))
}

// call is what every operation takes: the bearer token, and the languages of the person. The input of an operation embeds it.
type call struct {
	Authorization  string `header:"Authorization" hidden:"true"`
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
}

func (c call) credentials() call { return c }

// input is the input of an operation: a struct that embeds call.
type input interface{ credentials() call }

// answer is what every operation gives back.
type answer[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// handled verifies the bearer token, calls do with who it speaks of, and turns every error into RFC 9457: nothing that a feature
// returns reaches the person as text by itself.
func handled[In input, Out any](s *server, do func(context.Context, entra.Identity, *In) (Out, error)) func(context.Context, *In) (*answer[Out], error) {
	return func(ctx context.Context, in *In) (*answer[Out], error) {
		from := (*in).credentials()
		who, err := s.bearer(ctx, from.Authorization)
		var body Out
		if err == nil {
			body, err = do(ctx, who, in)
		}
		if err == nil {
			return &answer[Out]{CacheControl: "no-store", Body: body}, nil
		}
		return nil, s.problem(ctx, from, err)
	}
}

// problem is an error as RFC 9457, in the person's language, with what is wrong with each field of the body.
func (s *server) problem(ctx context.Context, from call, err error) error {
	trouble := problem.Of(err)
	if trouble.Ref != "" {
		s.c.Logger.ErrorContext(ctx, "call failed", "ref", trouble.Ref, "error", err)
	}
	texts := s.c.Texts.For(from.AcceptLanguage)
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
func (s *server) bearer(ctx context.Context, header string) (entra.Identity, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return entra.Identity{}, problem.New(problem.SignIn, "problem.sign_in")
	}
	who, err := s.c.SSO.Verify(ctx, token)
	switch {
	case errors.Is(err, entra.ErrRefused):
		return who, problem.New(problem.SignIn, "problem.sign_in").Because(err)
	case err != nil:
		return who, problem.New(problem.Unavailable, "problem.unavailable").Because(err)
	}
	return who, nil
}

// Me is who the caller is here.
type Me struct {
	Tenant   string          `json:"tenant" doc:"The Microsoft 365 organisation, a GUID"`
	ID       string          `json:"id" doc:"The person's object id in it, a GUID"`
	Name     string          `json:"name" doc:"For display"`
	Zoom     string          `json:"zoom" enum:"linked,not_linked,relink" doc:"Whether a Zoom account is connected"`
	ZoomName string          `json:"zoomName,omitempty" doc:"The Zoom account's name, when connected"`
	Calendar bool            `json:"calendar" doc:"Whether Causeway may write to the person's calendar"`
	Features map[string]bool `json:"features" doc:"What the administrator has switched on"`
	Approved map[string]bool `json:"approved" doc:"Whether each side's administrator has approved: zoom, microsoft"`
}

func (s *server) me(ctx context.Context, who entra.Identity, _ *call) (Me, error) {
	account, err := s.c.Accounts.Account(ctx, who.Person)
	if err != nil {
		return Me{}, err
	}
	state, err := s.c.Policy.State(ctx, who.Person.Tenant)
	if err != nil {
		return Me{}, err
	}
	me := Me{
		Tenant: string(who.Person.Tenant), ID: string(who.Person.ID), Name: who.Name, Zoom: "not_linked", Calendar: account.Calendar,
		Features: map[string]bool{},
		Approved: map[string]bool{
			"zoom": state.Zoom.Status == policy.Approved, "microsoft": state.Microsoft.Status == policy.Approved,
		},
	}
	for feature, on := range state.Features {
		me.Features[string(feature)] = on
	}
	switch {
	case account.NeedsRelink:
		me.Zoom = "relink"
	case account.Linked:
		me.Zoom, me.ZoomName = "linked", account.Name
	}
	return me, nil
}
