package microsoftsim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/contract"
	"causeway/internal/sandbox/microsoftsim"
)

// Mail is read by who may: bodies with Mail.Read alone, by time and in the order of time.
func TestMailIsRead(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	list := func(token string, query url.Values) answered {
		return s.graphWith(token, "GET", "/me/mailFolders/inbox/messages?"+query.Encode(), nil)
	}
	if a := list(s.graphToken("ana"), nil); a.status != 403 || a.at("error", "code") != "ErrorAccessDenied" {
		t.Errorf("without permission: %d %s", a.status, a.text)
	}
	now := s.world.Clock.Now().UTC().Truncate(time.Second)
	for i := range 3 {
		id, err := s.Deliver(microsoftsim.Letter{From: microsoftsim.Contact{Name: "Zoom", Address: "no-reply@zoom.us"}, To: "ana", Subject: fmt.Sprint("Notice ", i), HTML: "<p>Hello &amp; goodbye</p>"})
		if err != nil || !strings.HasSuffix(id, "@zoom.us>") {
			t.Fatal(id, err)
		}
		if err := s.world.Clock.Advance(time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if id, err := s.Deliver(microsoftsim.Letter{To: "nora"}); err == nil && id != "" {
		t.Errorf("who has no mailbox got %s", id)
	}
	for _, scope := range []string{"Mail.ReadBasic", "Mail.Read"} {
		if err := s.GrantScopes("", true, []string{scope}); err != nil {
			t.Fatal(err)
		}
		token := s.graphToken("ana")
		since := url.Values{
			"$filter": {"receivedDateTime ge " + now.Add(time.Second).Format(time.RFC3339)}, "$orderby": {"receivedDateTime"}, "$select": {"from,receivedDateTime,internetMessageId"}, "$top": {"1"},
		}
		first := list(token, since)
		if first.at("value", 0, "from", "emailAddress", "address") != "no-reply@zoom.us" || first.at("value", 0, "subject") != nil || first.at("value", 0, "body") != nil {
			t.Errorf("the first: %s", first.text)
		}
		next, err := url.Parse(fmt.Sprint(first.at("@odata.nextLink")))
		if err != nil {
			t.Fatal(err)
		}
		second := s.graphWith(token, "GET", "/me/mailFolders/inbox/messages?"+next.RawQuery, nil)
		if second.at("@odata.nextLink") != nil || fmt.Sprint(second.at("value", 0, "receivedDateTime")) <= fmt.Sprint(first.at("value", 0, "receivedDateTime")) {
			t.Errorf("the second: %s", second.text)
		}
		one := s.graphWith(token, "GET", "/me/messages/"+url.PathEscape(fmt.Sprint(second.at("value", 0, "id")))+"?$select=subject,body", nil)
		if got := one.at("body", "content"); one.at("subject") != "Notice 2" || (got == "<p>Hello &amp; goodbye</p>") != (scope == "Mail.Read") {
			t.Errorf("with %s: %s", scope, one.text)
		}
	}
	token := s.graphToken("ana")
	for query, code := range map[string]string{
		"$orderby=receivedDateTime": "InefficientFilter", "$filter=subject eq 'x'": "ErrorInvalidUrlQueryFilter", "$filter=receivedDateTime ge yesterday": "BadRequest", "$top=0": "Request_BadRequest",
	} {
		name, value, _ := strings.Cut(query, "=")
		if a := list(token, url.Values{name: {value}}); a.status != 400 || a.at("error", "code") != code {
			t.Errorf("%s: %d %s", query, a.status, a.text)
		}
	}
	if a := s.graphWith(token, "GET", "/me/messages/none", nil); a.status != 404 {
		t.Errorf("none: %d", a.status)
	}
	s.likeGraphs(s.graphWith(token, "GET", "/me/messages/"+url.PathEscape(fmt.Sprint(list(token, nil).at("value", 0, "id"))), nil).body)
}

// likeGraphs holds a message against Graph's description, as far as names go: the slice at hand has the message and none of its paths.
func (s *stage) likeGraphs(message map[string]any) {
	s.t.Helper()
	if !contract.Present(s.t) {
		return
	}
	specs := os.Getenv("SPECS_DIR")
	if specs == "" {
		specs = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	raw, err := os.ReadFile(filepath.Join(specs, "microsoft", "graph", "graph-slice.openapi.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	type part struct {
		AllOf      []part         `json:"allOf"`
		Properties map[string]any `json:"properties"`
	}
	var described struct {
		Components struct {
			Schemas map[string]part `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &described); err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, name := range []string{"message", "outlookItem", "entity"} {
		whole := described.Components.Schemas["microsoft.graph."+name]
		for _, p := range append(whole.AllOf, whole) {
			for property := range p.Properties {
				names = append(names, property)
			}
		}
	}
	for name := range message {
		if !strings.HasPrefix(name, "@odata.") && !slices.Contains(names, name) {
			s.t.Errorf("Graph's messages have no %s", name)
		}
	}
}
