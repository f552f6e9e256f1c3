package graph_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/graph"
)

func TestPeopleAreFoundInThreePlaces(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		find   func(c *graph.Client) ([]graph.Found, error)
		body   string
		path   string
		option string
		want   string
		level  string
		found  []graph.Found
	}{
		"people": {
			func(c *graph.Client) ([]graph.Found, error) { return c.People(t.Context(), ` ch"l\o `) },
			`{"value":[{"id":"o-1","displayName":"Chloé Martin","scoredEmailAddresses":[{"address":"chloe@meridian.example","relevanceScore":9}],"personType":{"class":"Person","subclass":"OrganizationUser"}},
				{"id":"o-2","displayName":"Launch","scoredEmailAddresses":[{"address":"launch@meridian.example"}],"personType":{"class":"Group","subclass":"UnifiedGroup"}},
				{"id":"o-3","displayName":"Nobody","scoredEmailAddresses":[]}]}`,
			"/me/people", "$search", `"ch l o"`, "",
			[]graph.Found{{ID: "o-1", Name: "Chloé Martin", Address: "chloe@meridian.example"}},
		},
		"directory": {
			func(c *graph.Client) ([]graph.Found, error) { return c.Users(t.Context(), "ana & co") },
			`{"@odata.count":2,"value":[{"id":"u-1","displayName":"Ana Duarte","mail":"ana@meridian.example"},{"id":"u-2","displayName":"Ana of the stage","mail":null}]}`,
			"/users", "$search", `"displayName:ana & co" OR "mail:ana & co"`, "eventual",
			[]graph.Found{{ID: "u-1", Name: "Ana Duarte", Address: "ana@meridian.example"}},
		},
		"contacts": {
			func(c *graph.Client) ([]graph.Found, error) { return c.Contacts(t.Context(), "O'B") },
			`{"value":[{"id":"c-1","displayName":"","emailAddresses":[{"name":"x","address":"ob@nordlys.example"},{"address":"ob@home.example"}]}]}`,
			"/me/contacts", "$filter", "startswith(displayName,'O''B') or startswith(givenName,'O''B') or startswith(surname,'O''B')", "",
			[]graph.Found{{ID: "c-1", Name: "ob@nordlys.example", Address: "ob@nordlys.example"}, {ID: "c-1", Name: "ob@home.example", Address: "ob@home.example"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, answer{status: 200, body: test.body})
			found, err := test.find(s.client())
			if diff := cmp.Diff(test.found, found); err != nil || diff != "" {
				t.Error(err, diff)
			}
			call := s.only(t)
			if call.path != test.path || call.query[test.option][0] != test.want || call.level != test.level || call.query["$top"][0] != "10" {
				t.Errorf("asked %+v", call)
			}
			if _, err := test.find(newServer(t, refused(403, "Authorization_RequestDenied")).client()); !errors.Is(err, graph.ErrForbidden) {
				t.Errorf("without permission: %v", err)
			}
		})
	}
}

func TestNothingIsLookedForWithoutWords(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: `{"value":[]}`})
	for _, find := range []func() ([]graph.Found, error){
		func() ([]graph.Found, error) { return s.client().Users(t.Context(), ` " `) },
		func() ([]graph.Found, error) { return s.client().Contacts(t.Context(), "  ") },
	} {
		if found, err := find(); err != nil || found != nil {
			t.Errorf("%v, %v", found, err)
		}
	}
	if len(s.all()) != 0 {
		t.Error("Graph was asked")
	}
	if _, err := s.client().People(t.Context(), ""); err != nil || s.only(t).query["$search"] != nil {
		t.Errorf("%v, asked %v", err, s.all())
	}
}

func TestRoomsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	page := func(n int, next string) answer {
		return answer{status: 200, body: fmt.Sprintf(`{%s"value":[{"id":"r-%d","displayName":"Room %[2]d","emailAddress":"room%[2]d@meridian.example","building":"Dock","floorLabel":null,"capacity":12,"bookingType":"standard"}]}`, next, n)}
	}
	s := newServer(t, page(1, `"@odata.nextLink":"{server}/places/microsoft.graph.room?$skip=100",`), page(2, ""))
	rooms, err := s.client().Rooms(t.Context())
	want := []graph.Room{
		{ID: "r-1", Name: "Room 1", Address: "room1@meridian.example", Building: "Dock", Capacity: 12},
		{ID: "r-2", Name: "Room 2", Address: "room2@meridian.example", Building: "Dock", Capacity: 12},
	}
	if diff := cmp.Diff(want, rooms); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if calls := s.all(); len(calls) != 2 || calls[0].path != "/places/microsoft.graph.room" || calls[0].query["$top"][0] != "100" || calls[1].query["$skip"][0] != "100" {
		t.Errorf("asked %+v", calls)
	}
}
