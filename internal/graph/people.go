package graph

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

const (
	maxFound = 10  // so many people does a search return
	maxRooms = 100 // a page of rooms
)

// Found is somebody whom a search has found. Address is never empty.
type Found struct {
	ID      string // the object id, or that of the contact; "" when Graph does not say
	Name    string
	Address string
}

// People finds people around the person, the likeliest first, by the beginnings of names and addresses; all of them when q is empty.
// Graph forgives misspelling. Scope People.Read.
// https://learn.microsoft.com/graph/api/user-list-people
func (c *Client) People(ctx context.Context, q string) ([]Found, error) {
	options := []string{"$select", "id,displayName,scoredEmailAddresses,personType", "$top", strconv.Itoa(maxFound)}
	if q = searched(q); q != "" {
		options = append([]string{"$search", `"` + q + `"`}, options...)
	}
	var said page[struct {
		ID        string `json:"id"`
		Name      string `json:"displayName"`
		Addresses []struct {
			Address string `json:"address"`
		} `json:"scoredEmailAddresses"`
		Type struct {
			Class string `json:"class"`
		} `json:"personType"`
	}]
	err := c.do(ctx, call{method: http.MethodGet, route: "GET /me/people", path: "/me/people" + query(options...)}, &said)
	var found []Found
	for _, p := range said.Value {
		if len(p.Addresses) > 0 && (p.Type.Class == "" || p.Type.Class == "Person") {
			found = keep(found, Found{p.ID, p.Name, p.Addresses[0].Address})
		}
	}
	return found, err
}

// Users finds people in the directory of the tenant by words of their names or the beginning of their address. Who has no address is
// left out. Nothing is found when q is empty. Scope User.ReadBasic.All.
// https://learn.microsoft.com/graph/api/user-list
func (c *Client) Users(ctx context.Context, q string) ([]Found, error) {
	if q = searched(q); q == "" {
		return nil, nil
	}
	path := "/users" + query("$search", `"displayName:`+q+`" OR "mail:`+q+`"`, "$count", "true", "$select", "id,displayName,mail",
		"$top", strconv.Itoa(maxFound))
	var said page[User]
	err := c.do(ctx, call{method: http.MethodGet, route: "GET /users", path: path, search: true}, &said)
	var found []Found
	for _, u := range said.Value {
		found = keep(found, Found{u.ID, u.DisplayName, u.Mail})
	}
	return found, err
}

// Contacts finds people among those whom the person keeps as contacts, by the beginning of their names. Nobody is found when q is empty.
// Scope Contacts.Read. UNVERIFIED: that contacts are filtered by startswith; Microsoft's documents show it for other lists.
// https://learn.microsoft.com/graph/api/user-list-contacts
func (c *Client) Contacts(ctx context.Context, q string) ([]Found, error) {
	if q = strings.TrimSpace(q); q == "" {
		return nil, nil
	}
	begins := func(name string) string { return "startswith(" + name + "," + literal(q) + ")" }
	path := "/me/contacts" + query("$filter", begins("displayName")+" or "+begins("givenName")+" or "+begins("surname"),
		"$select", "id,displayName,emailAddresses", "$top", strconv.Itoa(maxFound))
	var said page[struct {
		ID        string         `json:"id"`
		Name      string         `json:"displayName"`
		Addresses []EmailAddress `json:"emailAddresses"`
	}]
	err := c.do(ctx, call{method: http.MethodGet, route: "GET /me/contacts", path: path}, &said)
	var found []Found
	for _, one := range said.Value {
		for _, a := range one.Addresses {
			found = keep(found, Found{one.ID, one.Name, a.Address})
		}
	}
	return found, err
}

// keep adds somebody who can be invited.
func keep(found []Found, one Found) []Found {
	if one.Address == "" {
		return found
	}
	if one.Name == "" {
		one.Name = one.Address
	}
	return append(found, one)
}

// searched is a text as it can stand between the quotation marks of $search.
func searched(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer(`"`, " ", `\`, " ").Replace(text)), " ")
}

// Room is a room that can be invited.
// https://learn.microsoft.com/graph/api/resources/room
type Room struct {
	ID       string `json:"id"`
	Name     string `json:"displayName"`
	Address  string `json:"emailAddress"`
	Building string `json:"building"`   // may be empty
	Floor    string `json:"floorLabel"` // may be empty
	Capacity int    `json:"capacity"`   // 0 when nobody has said
}

// Rooms returns all rooms of the tenant. Scope Place.Read.All, which an administrator allows.
// https://learn.microsoft.com/graph/api/place-list
func (c *Client) Rooms(ctx context.Context) ([]Room, error) {
	path := "/places/microsoft.graph.room" + query("$top", strconv.Itoa(maxRooms))
	return all[Room](ctx, c, call{method: http.MethodGet, route: "GET /places/microsoft.graph.room", path: path})
}
