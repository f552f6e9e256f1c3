package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"causeway/internal/i18n"
	"causeway/internal/problem"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are those that are opened at top level: small, without inline script or style, in the reader's language.
type pages struct {
	texts   *i18n.Catalogue
	views   map[string]*template.Template // by language
	origins string
}

func newPages(c Config) *pages {
	p := &pages{texts: c.Texts, views: map[string]*template.Template{}, origins: strings.Join(c.TeamsOrigins, " ")}
	for _, language := range c.Texts.Languages() {
		texts := c.Texts.For(language)
		p.views[language] = template.Must(template.New("").Funcs(template.FuncMap{
			"t": func(key string, args ...any) string { return texts.T(key, args...) },
		}).ParseFS(pageFiles, "pages/*.html"))
	}
	return p
}

// show writes a page. data may name a Locale; otherwise the browser's languages decide.
func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, name string, data map[string]any) error {
	view := map[string]any{"Origins": p.origins}
	for k, v := range data {
		view[k] = v
	}
	locale, _ := view["Locale"].(string)
	if locale == "" {
		locale = r.Header.Get("Accept-Language")
	}
	lang := p.texts.For(locale).Locale()
	view["Lang"] = lang
	var body bytes.Buffer
	if err := p.views[lang].ExecuteTemplate(&body, name+".html", view); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the browser went away: nobody is left to tell
	return nil
}

// page makes a handler of a function that returns its error: the one place where pages turn errors into answers.
func (s *server) page(handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		if err == nil {
			return
		}
		trouble := problem.Of(err)
		if trouble.Ref != "" {
			s.c.Logger.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "ref", trouble.Ref, "error", err)
		}
		// Who said no has failed at nothing.
		data := map[string]any{"Key": trouble.Key, "Args": withRef(trouble), "Declined": trouble.Kind == problem.Consent}
		if err := s.pages.show(w, r, status(trouble.Kind), "problem", data); err != nil {
			s.c.Logger.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "error", err)
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
}

func withRef(p *problem.Error) map[string]any {
	args := map[string]any{"Ref": p.Ref}
	for k, v := range p.Args {
		args[k] = v
	}
	return args
}

// status is the HTTP status of a kind of problem.
func status(kind problem.Kind) int {
	switch kind {
	case problem.Invalid:
		return http.StatusBadRequest
	case problem.SignIn:
		return http.StatusUnauthorized
	case problem.Consent, problem.NotLinked, problem.NotReady, problem.Forbidden:
		return http.StatusForbidden
	case problem.NotFound:
		return http.StatusNotFound
	case problem.Conflict:
		return http.StatusConflict
	case problem.Busy:
		return http.StatusTooManyRequests
	case problem.Unavailable:
		return http.StatusServiceUnavailable
	case problem.Internal:
	}
	return http.StatusInternalServerError
}
