// Package contract holds traffic against the vendors' own descriptions: Zoom's OpenAPI, Microsoft Graph's, the Bot
// Connector's, and the schema of Adaptive Cards. Tests put a Checker between the clients and whoever answers them; every
// request and every answer is checked, both ways, so that neither side can agree with the other's mistake.
//
// The descriptions are read where they lie (SPECS_DIR); nothing of them is copied here. What a description lacks or forbids
// wrongly stands in testdata/contract/extensions.json with the reason; anything else unknown is a fault.
package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// API is one described API and where it is reached.
type API string

// The APIs that are described.
const (
	Zoom      API = "zoom"
	Graph     API = "graph"
	Connector API = "connector"
)

// Fault is a request or an answer that the description does not allow.
type Fault struct {
	API       API
	Operation string // "POST /users/{userId}/meetings"; the path as called when it is not described
	In        string // "request", "response 201", "card"
	Problem   string
}

// String is the fault on one line.
func (f Fault) String() string {
	return fmt.Sprintf("%s: %s, %s: %s", f.API, f.Operation, f.In, f.Problem)
}

// Extension allows what the description does not. Problem is a part of the fault's text; "" in Operation or In means any, and {…} in
// Operation any one segment of a path that is not described.
type Extension struct {
	API       API    `json:"api"`
	Operation string `json:"operation"`
	In        string `json:"in"`
	Problem   string `json:"problem"`
	Reason    string `json:"reason"` // the line of the contract that proves it
}

// Checker checks exchanges and keeps what was wrong. It is safe for concurrent use.
type Checker struct {
	routes     map[API]routers.Router
	prefixes   map[API]string
	card       *jsonschema.Schema
	activity   *openapi3.Schema
	events     map[string]*openapi3.Schema // of Zoom's webhooks, by name
	extensions []Extension

	mu      sync.Mutex
	faults  []Fault
	checked map[string]int
}

// Open reads the descriptions in specs and the extensions in the file.
func Open(specs, extensions string) (*Checker, error) {
	c := &Checker{
		routes: map[API]routers.Router{}, checked: map[string]int{},
		prefixes: map[API]string{Zoom: "/v2", Graph: "/v1.0", Connector: "/v3"},
	}
	for api, file := range map[API]string{
		Zoom: "zoom/zoom.openapi.json", Graph: "microsoft/graph/graph-slice.openapi.json",
		Connector: "microsoft/botframework/botframework-channel.json",
	} {
		doc, err := read(filepath.Join(specs, file))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if c.routes[api], err = gorillamux.NewRouter(doc); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if api == Connector {
			c.activity = doc.Components.Schemas["Activity"].Value
		}
	}
	var err error
	if c.card, err = jsonschema.NewCompiler().Compile(filepath.Join(specs, "microsoft/adaptivecards/adaptive-card-1.5.0.json")); err != nil {
		return nil, err
	}
	if c.events, err = readEvents(filepath.Join(specs, "zoom/zoom.webhooks.json")); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(extensions)
	if err != nil {
		return nil, err
	}
	return c, json.Unmarshal(text, &c.extensions)
}

// Fork is a checker of the same descriptions that keeps faults of its own: reading the descriptions takes a while, and each test wants to
// know its own faults.
func (c *Checker) Fork() *Checker {
	return &Checker{
		routes: c.routes, prefixes: c.prefixes, card: c.card, activity: c.activity, events: c.events, extensions: c.extensions, checked: map[string]int{},
	}
}

// read reads an OpenAPI 2 or 3 document. What it says about servers and credentials is left out: the emulators stand elsewhere,
// and tokens are their own affair.
func read(file string) (*openapi3.T, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc *openapi3.T
	if bytes.Contains(text[:min(len(text), 400)], []byte(`"swagger"`)) {
		var old openapi2.T
		if err := json.Unmarshal(text, &old); err != nil {
			return nil, err
		}
		doc, err = openapi2conv.ToV3(&old)
	} else {
		doc, err = openapi3.NewLoader().LoadFromData(text)
	}
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	for path, item := range doc.Paths.Map() {
		// Graph's functions are called without the parentheses that its description gives them, and rooms by the long name of their type.
		doc.Paths.Delete(path)
		doc.Paths.Set(strings.ReplaceAll(strings.TrimSuffix(path, "()"), "/graph.", "/microsoft.graph."), item)
		item.Servers = nil
		for _, operation := range item.Operations() {
			operation.Security, operation.Servers = nil, nil
		}
	}
	return doc, nil
}

// readEvents reads the descriptions of webhooks, which OpenAPI has from 3.1 on and the library does not know.
func readEvents(file string) (map[string]*openapi3.Schema, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if text, err = inlined(text); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var doc struct {
		Webhooks map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct {
						Schema *openapi3.Schema `json:"schema"`
					} `json:"content"`
				} `json:"requestBody"`
			} `json:"post"`
		} `json:"webhooks"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	events := map[string]*openapi3.Schema{}
	for name, hook := range doc.Webhooks {
		if s := hook.Post.RequestBody.Content["application/json"].Schema; s != nil {
			events[name] = s
		}
	}
	return events, nil
}

// inlined puts what a description refers to where it is referred to. Zoom's webhooks are referred to as paths.
func inlined(text []byte) ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	doc["paths"] = doc["webhooks"]
	walk(doc, func(object map[string]any) {
		ref, _ := object["$ref"].(string)
		found := any(doc)
		for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			inner, _ := found.(map[string]any)
			found = inner[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]
		}
		if target, ok := found.(map[string]any); ok && ref != "" {
			delete(object, "$ref")
			maps.Copy(object, target)
		}
	})
	delete(doc, "paths")
	return json.Marshal(doc)
}

// Exchange is one request with its answer. Bodies are given apart, because they have been read already.
type Exchange struct {
	API          API
	Request      *http.Request // its URL path without what stands before the API's own prefix
	RequestBody  []byte
	Status       int
	Header       http.Header
	ResponseBody []byte
}

// Check checks an exchange and keeps its faults.
func (c *Checker) Check(x Exchange) {
	full := x.Request.URL.Path
	if x.Request.URL.RawPath != "" { // a slash within a segment, as in the UUIDs of meetings
		full = x.Request.URL.EscapedPath()
	}
	path := strings.TrimPrefix(full, c.prefixes[x.API])
	if x.API == Connector {
		path = full
	}
	request := x.Request.Clone(x.Request.Context())
	request.URL.Path, request.URL.RawPath = path, ""
	request.Body = io.NopCloser(bytes.NewReader(x.RequestBody))
	route, params, err := c.routes[x.API].FindRoute(request)
	if err != nil {
		c.fault(Fault{x.API, x.Request.Method + " " + path, "request", "not described: " + err.Error()})
		return
	}
	operation := x.Request.Method + " " + route.Path
	c.mu.Lock()
	c.checked[string(x.API)+" "+operation]++
	c.mu.Unlock()
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true, IncludeResponseStatus: true,
		},
	}
	c.report(x.API, operation, "request", openapi3filter.ValidateRequest(request.Context(), input))
	c.report(x.API, operation, fmt.Sprintf("response %d", x.Status), openapi3filter.ValidateResponse(request.Context(),
		&openapi3filter.ResponseValidationInput{
			RequestValidationInput: input, Status: x.Status, Header: x.Header, Body: io.NopCloser(bytes.NewReader(x.ResponseBody)),
			Options: input.Options,
		}))
	if x.API == Connector {
		c.cards(operation, x.RequestBody)
	}
}

// Activity checks what Teams sends to a bot.
func (c *Checker) Activity(operation string, text []byte) {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		c.fault(Fault{Connector, operation, "activity", err.Error()})
		return
	}
	c.mu.Lock()
	c.checked[string(Connector)+" "+operation]++
	c.mu.Unlock()
	c.report(Connector, operation, "activity", c.activity.VisitJSON(value, openapi3.MultiErrors()))
}

// Event checks what Zoom posts.
func (c *Checker) Event(text []byte) {
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		c.fault(Fault{Zoom, "event", "request", err.Error()})
		return
	}
	name, _ := value["event"].(string)
	schema := c.events[name]
	if schema == nil {
		c.fault(Fault{Zoom, name, "request", "Zoom describes no such event"})
		return
	}
	c.mu.Lock()
	c.checked[string(Zoom)+" "+name]++
	c.mu.Unlock()
	c.report(Zoom, name, "request", schema.VisitJSON(value, openapi3.MultiErrors()))
}

// Body checks the Adaptive Cards in any JSON text: an activity, or the answer to an invoke.
func (c *Checker) Body(operation string, text []byte) { c.cards(operation, text) }

func (c *Checker) cards(operation string, text []byte) {
	var value any
	if json.Unmarshal(text, &value) != nil {
		return
	}
	walk(value, func(object map[string]any) {
		if object["contentType"] != "application/vnd.microsoft.card.adaptive" {
			return
		}
		if err := c.card.Validate(object["content"]); err != nil {
			c.fault(Fault{Connector, operation, "card", err.Error()})
		}
	})
}

func walk(value any, visit func(map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		visit(v)
		for _, inner := range v {
			walk(inner, visit)
		}
	case []any:
		for _, inner := range v {
			walk(inner, visit)
		}
	}
}

// report takes an error of the library apart: each of its parts is a fault of its own.
func (c *Checker) report(api API, operation, in string, err error) {
	if err == nil {
		return
	}
	if many, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // a list of errors, not a wrapped one
		for _, one := range many {
			c.report(api, operation, in, one)
		}
		return
	}
	c.fault(Fault{api, operation, in, firstLines(err.Error())})
}

// firstLines leaves out the schema that the library prints after what was wrong.
func firstLines(text string) string {
	text, _, _ = strings.Cut(text, "\nSchema:")
	return strings.Join(strings.Fields(text), " ")
}

func (c *Checker) fault(f Fault) {
	for _, e := range c.extensions {
		if e.API == f.API && (e.Operation == "" || names(e.Operation, f.Operation)) && (e.In == "" || e.In == f.In) &&
			strings.Contains(f.Problem, e.Problem) {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, f)
}

// names tells whether an extension names an operation: as it is described, or as it was called.
func names(extension, operation string) bool {
	want, got := strings.Split(extension, "/"), strings.Split(operation, "/")
	return extension == operation || slices.EqualFunc(want, got, func(a, b string) bool { return a == b || strings.HasPrefix(a, "{") })
}

// Faults answers what was wrong so far, each once.
func (c *Checker) Faults() []Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[Fault]bool{}
	var once []Fault
	for _, f := range c.faults {
		if !seen[f] {
			seen[f] = true
			once = append(once, f)
		}
	}
	return once
}

// Checked answers how many exchanges of each operation were checked.
func (c *Checker) Checked() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make(map[string]int, len(c.checked))
	for k, v := range c.checked {
		counts[k] = v
	}
	return counts
}
