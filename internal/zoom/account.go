package zoom

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// tokenMargin is how long before its end a token is not used any more.
const tokenMargin = 5 * time.Minute

// Account acts for a whole account at Zoom, by a server-to-server app that its administrator made. Whoever uses it answers for what the person
// may do for whom it acts. It is safe for concurrent use.
type Account struct {
	ID  AccountID
	app *App

	mu    sync.Mutex
	token string
	until time.Time
}

// Account makes the account of an app's; a must have the credentials of the server-to-server app.
func (a *App) Account(id AccountID) *Account { return &Account{ID: id, app: a} }

// current is a token source: the token lives for an hour, and is simply asked for anew.
func (a *Account) current(ctx context.Context, rejected string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token != "" && a.token != rejected && a.app.c.Now().Before(a.until) {
		return a.token, nil
	}
	got, err := a.app.tokens(ctx, url.Values{"grant_type": {accountGrant}, "account_id": {string(a.ID)}})
	if err != nil {
		return "", err
	}
	a.token, a.until = got.Access, a.app.c.Now().Add(got.Expires-tokenMargin)
	return a.token, nil
}

// Collaborators are the roles of those in the account who were added to a whiteboard, its owner included. GET /whiteboards/{id}/collaborator, scope
// whiteboard:read:list_collaborators:admin.
func (a *Account) Collaborators(ctx context.Context, id WhiteboardID) (map[UserID]ShareRole, error) {
	var all []struct {
		User UserID    `json:"user_id"`
		Role ShareRole `json:"role"`
	}
	if !id.Valid() {
		return nil, fmt.Errorf("zoom: %.80q is no whiteboard: %w", string(id), ErrNotFound)
	}
	err := a.app.Client(a.current).do(ctx, call{method: http.MethodGet, route: collaboratorRoute, path: collaboratorPath(id), out: &all})
	roles := map[UserID]ShareRole{}
	for _, one := range all {
		if one.User != "" {
			roles[one.User] = one.Role
		}
	}
	return roles, err
}

// CollaboratorsMost is how many people can be added at once.
const CollaboratorsMost = 100

// AddCollaborators adds people of the account to a whiteboard, by their addresses at Zoom, CollaboratorsMost at most. Zoom itself tells them nothing.
// POST /whiteboards/{id}/collaborator, scope whiteboard:write:collaborator:admin.
func (a *Account) AddCollaborators(ctx context.Context, id WhiteboardID, addresses []string, role ShareRole) error {
	if !id.Valid() {
		return fmt.Errorf("zoom: %.80q is no whiteboard: %w", string(id), ErrNotFound)
	}
	people := []map[string]any{}
	for _, address := range addresses {
		people = append(people, map[string]any{"email": address, "role": role})
	}
	return a.app.Client(a.current).do(ctx, call{
		method: http.MethodPost, route: collaboratorRoute, path: collaboratorPath(id), in: map[string]any{"skip_notifications": true, "collaborators": people},
	})
}

const collaboratorRoute = "/whiteboards/{whiteboardId}/collaborator"

func collaboratorPath(id WhiteboardID) string {
	return "/whiteboards/" + url.PathEscape(string(id)) + "/collaborator"
}
