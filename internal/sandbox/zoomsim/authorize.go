package zoomsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"causeway/internal/sandbox/world"
)

// request is what GET /oauth/authorize asks for; the consent page carries it in hidden fields.
type request struct {
	ClientID, Redirect, State, Challenge, Method string
	Scope, OptionalScope                         string

	required, optional []string
}

// consent fills pages/authorize.html.
type consent struct {
	Page               string
	App, About         string
	Company            string
	Problem            string
	Request            request
	People             []*world.Person
	Required, Optional []string
	Account            string
}

func readRequest(v url.Values) request {
	return request{
		ClientID: v.Get("client_id"), Redirect: v.Get("redirect_uri"), State: v.Get("state"), Challenge: v.Get("code_challenge"),
		Method: first(v.Get("code_challenge_method"), "plain"), Scope: v.Get("scope"), OptionalScope: v.Get("optional_scope"),
	}
}

// check says why a request leads nowhere. Zoom shows such things itself: nothing is sent to an address that it does not know.
func (s *Sim) check(q *request) string {
	switch {
	case s.app == nil || q.ClientID != s.state.ClientID:
		return "Invalid client_id: " + q.ClientID + " (4,700)"
	case !slices.Contains(s.app.redirects, q.Redirect):
		return "Invalid redirect: " + q.Redirect + " (4,700)"
	case q.Method != "S256" && q.Method != "plain":
		return "Invalid code_challenge_method: " + q.Method + " (4,700)"
	}
	var ok bool
	if q.required, q.optional, ok = s.app.grantable(strings.Fields(q.Scope), strings.Fields(q.OptionalScope)); !ok {
		return "Invalid scope (4,711)"
	}
	return ""
}

// authorize is GET /oauth/authorize: who are you, and may this app act for you?
func (s *Sim) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := readRequest(r.URL.Query())
	problem := s.check(&q)
	if kind := r.URL.Query().Get("response_type"); problem == "" && kind != "code" {
		problem = "Invalid response_type: " + kind + " (4,700)"
	}
	s.showConsent(w, q, problem, "")
}

func (s *Sim) showConsent(w http.ResponseWriter, q request, problem, account string) {
	page := consent{Page: "consent", Request: q, Problem: problem, Account: account, Required: q.required, Optional: q.optional}
	status := http.StatusOK
	switch {
	case problem != "" && account == "":
		page.Page, status = "problem", http.StatusBadRequest
	case !s.state.Approved:
		page.Page = "approval"
	case problem != "":
		status = http.StatusBadRequest
	}
	if s.app != nil {
		page.App, page.About, page.Company = s.app.name, s.app.about, s.app.company
	}
	for _, p := range s.world.Seed.People {
		if p.Zoom != "none" && !p.Disabled {
			page.People = append(page.People, p)
		}
	}
	s.show(w, status, "authorize.html", page)
}

// decide is the consent page's form.
func (s *Sim) decide(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	q := readRequest(r.PostForm)
	if problem := s.check(&q); problem != "" || !s.state.Approved {
		s.showConsent(w, q, problem, "")
		return
	}
	if r.PostForm.Get("decision") != "allow" {
		// UNVERIFIED: what Zoom sends when somebody declines; this is RFC 6749, 4.1.2.1.
		s.redirect(w, r, q, "error", "access_denied")
		return
	}
	account := r.PostForm.Get("account")
	p := s.world.Seed.Person(account)
	if p == nil || p.Zoom == "none" || p.Disabled {
		s.showConsent(w, q, "There is no Zoom account for "+first(account, "nobody")+".", first(account, "nobody"))
		return
	}
	scopes := slices.Clone(q.required)
	for _, optional := range q.optional {
		if !slices.Contains(r.PostForm["without"], optional) {
			scopes = append(scopes, optional)
		}
	}
	text := s.world.IDs.Text(24)
	s.state.Codes[text] = &code{
		Person: p.Handle, Redirect: q.Redirect, Challenge: q.Challenge, Method: q.Method, Scopes: scopes, Expires: s.world.Clock.Now().Add(codeLife),
	}
	s.redirect(w, r, q, "code", text)
}

// redirect goes back to the app, to an address that check has found in the manifest.
func (s *Sim) redirect(w http.ResponseWriter, r *http.Request, q request, name, value string) {
	to, err := url.Parse(q.Redirect)
	if err != nil {
		http.Error(w, "invalid redirect", http.StatusBadRequest)
		return
	}
	query := to.Query()
	query.Set(name, value)
	if q.State != "" {
		query.Set("state", q.State)
	}
	to.RawQuery = query.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// show writes a page. Pages load nothing from anywhere and work without scripts.
func (s *Sim) show(w http.ResponseWriter, status int, name string, data any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_ = s.pages.ExecuteTemplate(w, name, data)
}
