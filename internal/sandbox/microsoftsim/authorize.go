package microsoftsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// flow is a sign-in under way in a browser.
type flow struct {
	Tenant    string    `json:"tenant"` // handle
	Redirect  string    `json:"redirect"`
	State     string    `json:"state"`
	Scope     string    `json:"scope"`
	Nonce     string    `json:"nonce"`
	Challenge string    `json:"challenge"`
	Prompt    string    `json:"prompt"`
	Hint      string    `json:"hint"`
	Person    string    `json:"person"` // handle, once chosen
	Expires   time.Time `json:"expires"`
}

const (
	flowLife      = 15 * time.Minute
	codeLife      = 10 * time.Minute
	sessionCookie = "ESTSAUTH"
)

// authorize is the first step of a sign-in. What is wrong with app or redirect address is told on a page, never to the address.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
func (s *Sim) authorize(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	t := s.tenant(name)
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	switch {
	case t == nil:
		s.errorPage(w, unknownTenant(name))
		return
	case r.FormValue("client_id") != s.o.AppID:
		s.errorPage(w, unknownApp(r.FormValue("client_id"), t.Name))
		return
	case !slices.Contains(s.redirects(), r.FormValue("redirect_uri")):
		s.errorPage(w, &oauthRefusal{
			status: 400, code: "invalid_request", number: 50011,
			text: "The redirect URI '" + r.FormValue("redirect_uri") + "' specified in the request does not match the redirect URIs configured for the application '" + s.o.AppID + "'.",
		})
		return
	}
	f := &flow{
		Tenant: t.Handle, Redirect: r.FormValue("redirect_uri"), State: r.FormValue("state"), Scope: r.FormValue("scope"), Nonce: r.FormValue("nonce"),
		Challenge: r.FormValue("code_challenge"), Prompt: r.FormValue("prompt"), Hint: r.FormValue("login_hint"), Expires: s.world.Clock.Now().Add(flowLife),
	}
	if refused := s.checkAuthorize(r, t); refused != nil {
		s.bounce(w, r, f, refused)
		return
	}
	s.begin(w, r, f)
}

func (s *Sim) checkAuthorize(r *http.Request, t *world.Tenant) *oauthRefusal {
	_, _, unknown := scopes(r.FormValue("scope"))
	method := r.FormValue("code_challenge_method")
	switch {
	case r.FormValue("response_type") != "code":
		return &oauthRefusal{code: "unsupported_response_type", number: 70005, text: "The response type is not supported."}
	case r.FormValue("response_mode") != "" && r.FormValue("response_mode") != "query":
		return &oauthRefusal{code: "invalid_request", number: 70007, text: "The response mode is not supported."}
	case strings.TrimSpace(r.FormValue("scope")) == "":
		return missing("scope")
	case unknown != "":
		e := badScope(unknown)
		e.code = "invalid_client"
		return e
	case r.FormValue("code_challenge") != "" && method != "S256" && method != "plain":
		return &oauthRefusal{code: "invalid_request", number: 501491, text: "Invalid size or method of Code_Challenge parameter."}
	case !s.available(t.ID):
		return needAdmin()
	}
	return nil
}

func needAdmin() *oauthRefusal {
	return &oauthRefusal{code: "access_denied", number: 90094, text: "Admin consent is required for the permissions requested by this application."}
}

// begin shows the account page, or goes on when the browser's session is the account that was hinted at.
func (s *Sim) begin(w http.ResponseWriter, r *http.Request, f *flow) {
	id := s.world.IDs.Text(24)
	signedIn := s.session(r, f)
	s.mu.Lock()
	s.st.Flows[id] = f
	s.mu.Unlock()
	hinted := s.hinted(f)
	switch {
	case f.Prompt == "none" && signedIn == nil:
		s.bounce(w, r, f, &oauthRefusal{code: "login_required", number: 50058, text: "A silent sign-in request was sent but no user is signed in."})
	case f.Prompt == "none" && !s.consented(signedIn, f):
		s.bounce(w, r, f, &oauthRefusal{code: "consent_required", number: 65001, text: noConsent(s.o.AppID).text})
	case signedIn != nil && (f.Prompt == "none" || f.Prompt == "" && hinted == signedIn):
		s.choose(w, r, id, f, signedIn)
	default:
		s.accountPage(w, r, id, f, hinted)
	}
}

// session is the person whom this browser has signed in before, nil when there is none of this tenant.
func (s *Sim) session(r *http.Request, f *flow) *world.Person {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	id := s.st.Sessions[cookie.Value]
	s.mu.Unlock()
	if p := s.world.Seed.Person(id); p != nil && p.Tenant == f.Tenant {
		return p
	}
	return nil
}

func (s *Sim) hinted(f *flow) *world.Person {
	i := slices.IndexFunc(s.world.Seed.People, func(p *world.Person) bool {
		return f.Hint != "" && p.Tenant == f.Tenant && (strings.EqualFold(p.UPN, f.Hint) || strings.EqualFold(p.Email, f.Hint) || p.ID == f.Hint)
	})
	if i < 0 {
		return nil
	}
	return s.world.Seed.People[i]
}

func (s *Sim) consented(p *world.Person, f *flow) bool {
	_, wanted, _ := scopes(f.Scope)
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lacks(p, wanted)) == 0
}

// allowed are the permissions that a person, or an administrator for everybody, has given. The caller holds mu.
func (s *Sim) allowed(p *world.Person) []string {
	all := slices.Clone(s.st.Consents[p.ID])
	for _, scope := range s.st.Granted[s.world.Seed.Tenant(p.Tenant).ID] {
		if !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	return all
}

// lacks are those of the wanted permissions that nobody has given. The caller holds mu.
func (s *Sim) lacks(p *world.Person, wanted []string) []string {
	allowed := s.allowed(p)
	return slices.DeleteFunc(slices.Clone(wanted), func(scope string) bool { return slices.Contains(allowed, scope) })
}

// needsAdmin says whether a person asks for what only an administrator can give, and has not given.
func (s *Sim) needsAdmin(p *world.Person, f *flow) bool {
	_, wanted, _ := scopes(f.Scope)
	s.mu.Lock()
	defer s.mu.Unlock()
	return !p.Admin && slices.ContainsFunc(s.lacks(p, wanted), func(scope string) bool { return slices.Contains(restricted(), scope) })
}

// decide takes the forms of both pages: which account, and whether it consents.
func (s *Sim) decide(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	id := r.FormValue("flow")
	s.mu.Lock()
	f, chosen := s.st.Flows[id], ""
	if f != nil {
		chosen = f.Person
	}
	s.mu.Unlock()
	if f == nil || s.world.Clock.Now().After(f.Expires) {
		s.errorPage(w, &oauthRefusal{status: 400, code: "invalid_request", number: 165000, text: "This sign-in is over. Go back and begin again."})
		return
	}
	switch decision := r.FormValue("decision"); {
	case decision == "cancel" || decision == "decline":
		s.bounce(w, r, f, &oauthRefusal{code: "access_denied", number: 65004, text: "User declined to consent to access the app."})
	case r.FormValue("account") != "":
		p := s.account(f, r.FormValue("account"))
		if p == nil {
			s.errorPage(w, &oauthRefusal{status: 400, code: "invalid_request", number: 50020, text: "The account does not exist in the tenant and cannot access the application."})
			return
		}
		s.choose(w, r, id, f, p)
	case decision == "accept" && chosen != "":
		p := s.world.Seed.Person(chosen)
		_, wanted, _ := scopes(f.Scope)
		s.consent(p, wanted)
		s.finish(w, r, id, f, p)
	default:
		s.errorPage(w, &oauthRefusal{status: 400, code: "invalid_request", number: 9000411, text: "Choose an account, or accept or decline."})
	}
}

func (s *Sim) account(f *flow, name string) *world.Person {
	for _, p := range s.world.Seed.People {
		if p.Tenant == f.Tenant && (p.Handle == name || strings.EqualFold(p.UPN, name) || strings.EqualFold(p.Email, name)) {
			return p
		}
	}
	return nil
}

// consent writes down what a person allows.
func (s *Sim) consent(p *world.Person, wanted []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range wanted {
		if !slices.Contains(s.st.Consents[p.ID], scope) {
			s.st.Consents[p.ID] = append(s.st.Consents[p.ID], scope)
		}
	}
}

// choose signs the person in and asks for consent where it is missing.
func (s *Sim) choose(w http.ResponseWriter, r *http.Request, id string, f *flow, p *world.Person) {
	if p.Disabled {
		s.errorPage(w, &oauthRefusal{status: 400, code: "interaction_required", number: 50057, text: "The user account is disabled."})
		return
	}
	cookie := s.world.IDs.Text(24)
	s.mu.Lock()
	f.Person = p.Handle
	s.st.Sessions[cookie] = p.ID
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // plain http on loopback
	if s.needsAdmin(p, f) {
		s.bounce(w, r, f, needAdmin())
		return
	}
	if f.Prompt == "consent" || !s.consented(p, f) {
		s.consentPage(w, r, id, f, p)
		return
	}
	s.finish(w, r, id, f, p)
}

// finish sends the browser back with a code.
func (s *Sim) finish(w http.ResponseWriter, r *http.Request, id string, f *flow, p *world.Person) {
	code := "1." + s.world.IDs.Text(60)
	s.mu.Lock()
	delete(s.st.Flows, id)
	s.st.Codes[code] = &grant{
		Person: p.Handle, Tenant: f.Tenant, Scope: f.Scope, Redirect: f.Redirect, Challenge: f.Challenge, Nonce: f.Nonce,
		Expires: s.world.Clock.Now().Add(codeLife),
	}
	s.mu.Unlock()
	s.sendBack(w, r, f, url.Values{"code": {code}, "session_state": {s.world.IDs.GUID()}})
}

// bounce sends the browser back with an error.
func (s *Sim) bounce(w http.ResponseWriter, r *http.Request, f *flow, e *oauthRefusal) {
	text, _, _, _ := s.describe(e)
	back := url.Values{"error": {e.code}, "error_description": {text}}
	if e.number == 65004 {
		back.Set("error_subcode", "cancel")
	}
	s.sendBack(w, r, f, back)
}

func (s *Sim) sendBack(w http.ResponseWriter, r *http.Request, f *flow, query url.Values) {
	if f.State != "" {
		query.Set("state", f.State)
	}
	separator := "?"
	if strings.Contains(f.Redirect, "?") {
		separator = "&"
	}
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.Header().Set("Referrer-Policy", "strict-origin-when-cross-origin")
	http.Redirect(w, r, f.Redirect+separator+query.Encode(), http.StatusFound)
}

// adminConsent is where an administrator consents for everybody.
// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
func (s *Sim) adminConsent(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	name := r.PathValue("tenant")
	t := s.tenant(name)
	redirect := r.FormValue("redirect_uri")
	switch {
	case t == nil:
		s.errorPage(w, unknownTenant(name))
		return
	case r.FormValue("client_id") != s.o.AppID:
		s.errorPage(w, unknownApp(r.FormValue("client_id"), t.Name))
		return
	case !slices.Contains(s.redirects(), redirect):
		s.errorPage(w, &oauthRefusal{status: 400, code: "invalid_request", number: 50011, text: "The redirect URI '" + redirect + "' is not registered."})
		return
	}
	f := &flow{Tenant: t.Handle, Redirect: redirect, State: r.FormValue("state"), Scope: r.FormValue("scope")}
	admin := s.account(f, r.FormValue("account"))
	switch {
	case r.Method == http.MethodGet || admin == nil:
		s.adminPage(w, r, f)
	case r.FormValue("decision") != "accept" || !admin.Admin:
		s.bounce(w, r, f, &oauthRefusal{code: "access_denied", number: 65004, text: "The administrator has not consented."})
	default:
		_, named, _ := scopes(strings.ReplaceAll(f.Scope, graphResource+"/.default", ""))
		err := s.Consent(t.Handle, true)
		if err == nil && len(named) > 0 {
			err = s.GrantScopes(t.Handle, true, named)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		s.sendBack(w, r, f, url.Values{"admin_consent": {"True"}, "tenant": {t.ID}, "scope": {f.Scope}})
	}
}
