package microsoftsim

import (
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"causeway/internal/sandbox/world"
)

//go:embed pages.html
var pagesHTML string

// page is what the templates of pages.html show.
type page struct {
	Title  string
	Action string // of the form
	Flow   string
	Hidden map[string]string
	Tenant *world.Tenant
	People []*world.Person
	Hint   string // handle of the account shown first
	Person *world.Person
	Scopes []permission
	Error  string
	Code   string
	AppID  string
}

// permission is a scope as Entra words it for people.
type permission struct{ Name, Text string }

func permissionText(scope string) string {
	switch scope {
	case "User.Read":
		return "Sign you in and read your profile"
	case "Calendars.ReadWrite":
		return "Have full access to your calendars"
	case "Calendars.Read":
		return "Read your calendars"
	case "Calendars.ReadBasic":
		return "Read basic details of your calendars"
	case "MailboxSettings.Read":
		return "Read your mailbox settings"
	case "People.Read":
		return "Read your relevant people list"
	case "Contacts.Read":
		return "Read your contacts"
	case "User.ReadBasic.All":
		return "Read all users' basic profiles"
	case "Calendars.Read.Shared":
		return "Read calendars that you can access"
	case "Place.Read.All":
		return "Read all places of your company"
	case "Mail.Send":
		return "Send mail as you"
	case "offline_access":
		return "Maintain access to data you have given it access to"
	}
	return ""
}

func (s *Sim) show(w http.ResponseWriter, status int, name string, p page) {
	templates, err := template.New("pages").Funcs(template.FuncMap{"initials": initials}).Parse(pagesHTML)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Frame-Options", "DENY")
	// No form-action: what the form leads to redirects to the app, and browsers apply it to redirects as well.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_ = templates.ExecuteTemplate(w, name, p)
}

func initials(name string) string {
	text := ""
	for _, word := range strings.Fields(name) {
		text += string([]rune(word)[:1])
	}
	return text
}

func (s *Sim) errorPage(w http.ResponseWriter, e *oauthRefusal) {
	text, _, _, _ := s.describe(e)
	s.show(w, http.StatusBadRequest, "error", page{Title: "Sorry, but we’re having trouble signing you in.", Error: text, Code: e.code, AppID: s.o.AppID})
}

// accountPage offers the accounts of the tenant: the hinted one first, nobody of the crowd.
func (s *Sim) accountPage(w http.ResponseWriter, r *http.Request, id string, f *flow, hinted *world.Person) {
	p := page{Title: "Pick an account", Action: decisionPath(r), Flow: id, Tenant: s.world.Seed.Tenant(f.Tenant)}
	for _, person := range s.world.Seed.People {
		if person.Tenant == f.Tenant && !person.Generated && person != hinted {
			p.People = append(p.People, person)
		}
	}
	if hinted != nil {
		p.People, p.Hint = slices.Insert(p.People, 0, hinted), hinted.Handle
	}
	s.show(w, http.StatusOK, "account", p)
}

func (s *Sim) consentPage(w http.ResponseWriter, r *http.Request, id string, f *flow, person *world.Person) {
	openID, graph, _ := scopes(f.Scope)
	p := page{Title: "Permissions requested", Action: decisionPath(r), Flow: id, Tenant: s.world.Seed.Tenant(f.Tenant), Person: person}
	for _, scope := range append(graph, openID...) {
		if text := permissionText(scope); text != "" {
			p.Scopes = append(p.Scopes, permission{Name: scope, Text: text})
		}
	}
	s.show(w, http.StatusOK, "consent", p)
}

func (s *Sim) adminPage(w http.ResponseWriter, r *http.Request, f *flow) {
	p := page{Title: "Permissions requested", Action: r.URL.Path, Tenant: s.world.Seed.Tenant(f.Tenant), Hidden: map[string]string{}}
	for _, name := range []string{"client_id", "redirect_uri", "state", "scope"} {
		p.Hidden[name] = r.FormValue(name)
	}
	for _, person := range s.world.Seed.People {
		if person.Tenant == f.Tenant && person.Admin {
			p.People = append(p.People, person)
		}
	}
	s.show(w, http.StatusOK, "admin", p)
}

func decisionPath(r *http.Request) string {
	return "/" + r.PathValue("tenant") + "/oauth2/v2.0/authorize/decision"
}
