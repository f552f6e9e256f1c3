package zoomsim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"causeway/internal/sandbox/world"
)

// accountScopes are those that the account's server-to-server app was given.
var accountScopes = []string{"whiteboard:read:list_collaborators:admin", "whiteboard:write:collaborator:admin"}

// accountGrant is the token of the account's server-to-server app, which asks with credentials of its own. Several live at once.
func (s *Sim) accountGrant(r *http.Request) (*grant, *oauthError) {
	id, secret, _ := r.BasicAuth()
	if s.options.AccountClientID == "" || !equal(id, s.options.AccountClientID) || !equal(secret, s.options.AccountSecret) {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "Invalid client_id or client_secret", invalidClient}
	}
	if r.Form.Get("account_id") != s.options.AccountID {
		return nil, &oauthError{http.StatusBadRequest, "invalid_request", "Invalid account.", invalidClient}
	}
	g := s.begin("", accountScopes)
	g.Account = s.options.AccountID
	s.world.Ledger.Append(world.Zoom, "token.issued", g.ID, "", "grant", "account_credentials")
	return g, nil
}

// accountAPI wraps an operation that an account's app alone may call.
func (s *Sim) accountAPI(route, scope string, next func(*http.Request, *board) (int, any, *apiError)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		status, body, refused := s.ofAccount(r, scope, next)
		if refused != nil {
			status = refused.status
		}
		s.world.Ledger.Append(world.Zoom, "api.called", route, "", "path", r.URL.EscapedPath(), "status", status)
		if refused != nil {
			writeError(w, refused)
			return
		}
		writeJSON(w, status, body)
	})
}

func (s *Sim) ofAccount(r *http.Request, scope string, next func(*http.Request, *board) (int, any, *apiError)) (int, any, *apiError) {
	g, refused := s.bearer(r)
	switch {
	case refused != nil:
		return 0, nil, refused
	case g.Account == "" || !granted(g, scope):
		return 0, nil, fail(http.StatusBadRequest, 4711, "Invalid access token, does not contain scopes:[%s]", scope)
	}
	i := slices.IndexFunc(s.state.Boards, func(b *board) bool { return b.ID == r.PathValue("whiteboardId") })
	if i < 0 || s.world.Seed.Tenant(s.world.Seed.Person(s.state.Boards[i].Owner).Tenant).ZoomAccount != g.Account {
		return 0, nil, fail(http.StatusForbidden, 111804, "Permission is needed to access this document.")
	}
	return next(r, s.state.Boards[i])
}

// collaborator is somebody who was added to a board, as the API describes them.
func (s *Sim) collaborator(b *board, handle string, role int) map[string]any {
	p := s.world.Seed.Person(handle)
	one := map[string]any{
		"collaborator_id": s.world.IDs.Named("zoom", "collaborator", b.ID, handle).Text(22), "collaborator_name": p.Name, "collaborator_type": 0, "role": role, "user_id": p.ZoomID,
	}
	if p.Tenant != s.world.Seed.Person(b.Owner).Tenant {
		one["collaborator_type"] = 1
		delete(one, "user_id")
	}
	return one
}

func (s *Sim) listCollaborators(_ *http.Request, b *board) (int, any, *apiError) {
	all := []map[string]any{s.collaborator(b, b.Owner, owner)}
	for _, handle := range slices.Sorted(maps.Keys(b.With)) {
		all = append(all, s.collaborator(b, handle, b.With[handle]))
	}
	return http.StatusOK, all, nil
}

func (s *Sim) addCollaborators(r *http.Request, b *board) (int, any, *apiError) {
	var in struct {
		Collaborators []struct {
			Email string `json:"email"`
			Role  int    `json:"role"`
		} `json:"collaborators"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Collaborators) == 0 || len(in.Collaborators) > 100 {
		return 0, nil, invalid(fieldError{"collaborators", "Invalid field."})
	}
	with := map[string]int{}
	added := []map[string]any{}
	for _, one := range in.Collaborators {
		i := slices.IndexFunc(s.world.Seed.People, func(p *world.Person) bool { return p.ZoomID != "" && p.Email == one.Email })
		if i < 0 || one.Role < 2 || one.Role > viewer {
			return 0, nil, invalid(fieldError{"collaborators", "Invalid field."})
		}
		handle := s.world.Seed.People[i].Handle
		with[handle] = one.Role
		added = append(added, s.collaborator(b, handle, one.Role))
	}
	s.addTo(b, s.world.Seed.Person(b.Owner), with)
	return http.StatusCreated, added, nil
}
