package contract_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/internal/contract"
)

func open(t *testing.T) *contract.Checker {
	t.Helper()
	c, err := contract.ForTest(t)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func exchange(api contract.API, method, path, request string, status int, response string) contract.Exchange {
	r := httptest.NewRequest(method, path, strings.NewReader(request))
	r.Header.Set("Content-Type", "application/json")
	return contract.Exchange{
		API: api, Request: r, RequestBody: []byte(request), Status: status,
		Header: http.Header{"Content-Type": {"application/json"}}, ResponseBody: []byte(response),
	}
}

// A checker that finds no fault in wrong traffic is worthless: each description must refuse something.
func TestCheckerFindsFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]contract.Exchange{
		"zoom request":       exchange(contract.Zoom, "POST", "/v2/users/me/meetings", `{"topic":7}`, 201, `{"id":91234567890}`),
		"zoom response":      exchange(contract.Zoom, "POST", "/v2/users/me/meetings", `{"topic":"t"}`, 201, `{"id":"no number"}`),
		"zoom unknown":       exchange(contract.Zoom, "POST", "/v2/users/me/parties", `{}`, 201, `{}`),
		"graph request":      exchange(contract.Graph, "POST", "/v1.0/me/events", `{"subject":[1]}`, 201, `{"@odata.type":"#microsoft.graph.event"}`),
		"graph response":     exchange(contract.Graph, "GET", "/v1.0/me/events/1", ``, 200, `{"subject":[1]}`),
		"connector request":  exchange(contract.Connector, "POST", "/v3/conversations/19:x/activities", `{"type":7}`, 201, `{"id":"1"}`),
		"connector response": exchange(contract.Connector, "POST", "/v3/conversations/19:x/activities", `{"type":"message"}`, 201, `{"id":7}`),
		"card": exchange(contract.Connector, "POST", "/v3/conversations/19:x/activities",
			`{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock"}]}}]}`,
			201, `{"id":"1"}`),
	}
	for name, x := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t)
			c.Check(x)
			if len(c.Faults()) == 0 {
				t.Error("no fault was found")
			}
		})
	}
}

func TestCheckerAcceptsWhatIsDescribed(t *testing.T) {
	t.Parallel()
	tests := map[string]contract.Exchange{
		"zoom": exchange(contract.Zoom, "POST", "/v2/users/me/meetings", `{"topic":"t","type":2}`, 201,
			`{"id":91234567890,"topic":"t","type":2}`),
		"zoom, a series": exchange(contract.Zoom, "POST", "/v2/users/me/meetings", `{"topic":"t","type":8,"recurrence":{"type":2,"weekly_days":"1,3"}}`, 201,
			`{"id":91234567890,"topic":"t","type":8,"recurrence":{"type":2,"weekly_days":"1,3"}}`),
		"connector": exchange(contract.Connector, "POST", "/v3/conversations/19:x/activities", `{"type":"message"}`, 201, `{"id":"1"}`),
		"graph": exchange(contract.Graph, "POST", "/v1.0/me/events", `{"subject":"t","@odata.type":"#microsoft.graph.event"}`, 201,
			`{"subject":"t","@odata.type":"#microsoft.graph.event"}`),
	}
	for name, x := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t)
			c.Check(x)
			for _, f := range c.Faults() {
				t.Error(f)
			}
		})
	}
}
