package microsoftsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"causeway/internal/sandbox/world"
)

// entra is the handler of everything whose first segment names a tenant.
func (s *Sim) entra() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", s.metadata)
	mux.HandleFunc("GET /{tenant}/.well-known/openid-configuration", s.metadata)
	keys := func(w http.ResponseWriter, _ *http.Request) {
		s.serveKeys(w, entraKey, object{"issuer": s.o.BaseURL + "/{tenantid}/v2.0"})
	}
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", keys)
	mux.HandleFunc("GET /{tenant}/discovery/keys", keys)
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", s.authorize)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize", s.authorize)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize/decision", s.decide)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.token)
	mux.HandleFunc("GET /{tenant}/v2.0/adminconsent", s.adminConsent)
	mux.HandleFunc("POST /{tenant}/v2.0/adminconsent", s.adminConsent)
	return mux
}

// tenant resolves the first segment: an id, a domain, or a name that stands for the home tenant of the app.
func (s *Sim) tenant(name string) *world.Tenant {
	switch name {
	case "common", "organizations", "botframework.com":
		return s.world.Seed.Tenants[0]
	}
	return s.world.Seed.Tenant(strings.ToLower(name))
}

func (s *Sim) metadata(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	t := s.tenant(name)
	if t == nil {
		s.oauthError(w, unknownTenant(name))
		return
	}
	id := t.ID
	if name == "common" || name == "organizations" {
		id = "{tenantid}"
	}
	base := s.o.BaseURL + "/" + name
	issuer, suffix := s.o.BaseURL+"/"+id+"/v2.0", "v2.0/"
	if !strings.Contains(r.URL.Path, "/v2.0/") {
		issuer, suffix = stsURL+"/"+id+"/", ""
	}
	writeJSON(w, http.StatusOK, object{
		"issuer": issuer, "authorization_endpoint": base + "/oauth2/" + suffix + "authorize", "token_endpoint": base + "/oauth2/" + suffix + "token",
		"jwks_uri": base + "/discovery/" + suffix + "keys", "response_modes_supported": []string{"query"},
		"subject_types_supported": []string{"pairwise"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"response_types_supported": []string{"code"}, "scopes_supported": []string{"openid", "profile", "email", "offline_access"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"claims_supported":                      []string{"sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "oid"},
		"tenant_region_scope":                   "EU", "cloud_instance_name": "microsoftonline.com", "msgraph_host": "graph.microsoft.com",
	})
}

// stsURL is the origin that Entra names as issuer of tokens of version 1.0, whatever address was asked.
const stsURL = "https://sts.windows.net"

// oauthRefusal is an error of Entra: {"error","error_description":"AADSTS…","error_codes":[…],…}.
type oauthRefusal struct {
	status   int
	code     string
	number   int
	text     string
	suberror string
}

func unknownTenant(name string) *oauthRefusal {
	return &oauthRefusal{
		status: 400, code: "invalid_request", number: 90002,
		text: fmt.Sprintf("Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", name),
	}
}

func unknownApp(id, tenant string) *oauthRefusal {
	return &oauthRefusal{
		status: 400, code: "unauthorized_client", number: 700016,
		text: fmt.Sprintf("Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", id, tenant),
	}
}

func noConsent(app string) *oauthRefusal {
	return &oauthRefusal{
		status: 400, code: "invalid_grant", number: 65001, suberror: "consent_required",
		text: fmt.Sprintf("The user or administrator has not consented to use the application with ID '%s' named 'Causeway'. Send an interactive authorization request for this user and resource.", app),
	}
}

func badGrant(number int, text string) *oauthRefusal {
	return &oauthRefusal{status: 400, code: "invalid_grant", number: number, text: text}
}

func badScope(scope string) *oauthRefusal {
	return &oauthRefusal{
		status: 400, code: "invalid_scope", number: 70011,
		text: fmt.Sprintf("The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s is not valid.", scope),
	}
}

func missing(parameter string) *oauthRefusal {
	return &oauthRefusal{
		status: 400, code: "invalid_request", number: 900144,
		text: fmt.Sprintf("The request body must contain the following parameter: '%s'.", parameter),
	}
}

// describe is the error_description, with the trailer that Entra appends to each.
func (s *Sim) describe(e *oauthRefusal) (text, trace, correlation, at string) {
	trace, correlation, at = s.world.IDs.GUID(), s.world.IDs.GUID(), s.world.Clock.Now().Format("2006-01-02 15:04:05Z")
	return fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", e.number, e.text, trace, correlation, at), trace, correlation, at
}

func (s *Sim) oauthError(w http.ResponseWriter, e *oauthRefusal) {
	text, trace, correlation, at := s.describe(e)
	body := object{
		"error": e.code, "error_description": text, "error_codes": []int{e.number}, "timestamp": at, "trace_id": trace, "correlation_id": correlation,
		"error_uri": fmt.Sprintf("%s/error?code=%d", s.o.BaseURL, e.number),
	}
	if e.suberror != "" {
		body["suberror"] = e.suberror
	}
	w.Header().Set("Cache-Control", "no-store, no-cache")
	writeJSON(w, e.status, body)
}

// available says whether the app has a service principal in the tenant: it was uploaded, and an administrator has consented.
func (s *Sim) available(tenant string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.st.Uploaded[tenant] && s.st.Consented[tenant]
}

// redirects are the registered addresses; a request's must be one of them, to the letter.
func (s *Sim) redirects() []string {
	return append([]string{s.o.ProductURL + "/entra/callback"}, s.o.Redirects...)
}

// delegated are the permissions that people can give themselves to.
func delegated() []string {
	return []string{
		"User.Read", "Calendars.ReadWrite", "Calendars.Read", "Calendars.ReadBasic", "Calendars.Read.Shared", "MailboxSettings.Read", "People.Read",
		"Contacts.Read", "User.ReadBasic.All", "Mail.Send", "Mail.ReadBasic", "Mail.Read",
	}
}

// restricted are the delegated permissions that only an administrator can give.
func restricted() []string { return []string{"Place.Read.All"} }

// scopes splits a scope parameter into OpenID scopes and Graph permissions. "" names what is unknown.
func scopes(text string) (openID, graph []string, unknown string) {
	permissions := append(delegated(), restricted()...)
	for _, scope := range strings.Fields(text) {
		short := strings.TrimPrefix(scope, graphResource+"/")
		i := slices.IndexFunc(permissions, func(d string) bool { return strings.EqualFold(d, short) })
		switch {
		case slices.Contains([]string{"openid", "profile", "email", "offline_access"}, scope):
			openID = append(openID, scope)
		case i >= 0:
			graph = append(graph, permissions[i])
		case short == ".default":
			graph = append(graph, "User.Read", "Calendars.ReadWrite")
		default:
			return nil, nil, scope
		}
	}
	return openID, graph, ""
}
