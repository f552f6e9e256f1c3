package sandbox

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"

	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

//go:embed openapi.json
var openAPI []byte

// maxControl bounds the body of a control call: an app package is the largest.
const maxControl = 12 << 20

// endpoint is a call of the control API. The handler answers what is written as JSON; nil is 204.
type endpoint struct {
	method, path string
	handle       func(r *http.Request) (any, error)
}

func (s *Sandbox) endpoints() []endpoint {
	return slices.Concat(s.peopleEndpoints(), s.portalEndpoints(), s.worldEndpoints())
}

// control is the handler of /sandbox/v1.
func (s *Sandbox) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sandbox/v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openAPI)
	})
	mux.HandleFunc("GET /sandbox/v1/events", s.events)
	for _, e := range s.endpoints() {
		mux.HandleFunc(e.method+" /sandbox/v1"+e.path, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxControl)
			r = r.WithContext(microsoftsim.InLanguage(r.Context(), r.Header.Get("Accept-Language"))) // the page names the one to which it is switched
			answer, err := e.handle(r)
			switch {
			case err != nil:
				refuse(w, err)
			case answer == nil:
				w.WriteHeader(http.StatusNoContent)
			default:
				writeJSON(w, http.StatusOK, answer)
			}
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, &microsoftsim.Refusal{Status: http.StatusNotFound, Code: "not_found", Message: "There is no " + r.Method + " " + r.URL.Path + "; see /sandbox/v1/openapi.json."})
	})
	return guard(mux)
}

// guard lets in only who speaks to loopback by name, and no page of another origin: what stands here would else be open to any page in
// the person's browser.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(r.Host); err == nil {
			host = name
		}
		origin := r.Header.Get("Origin")
		own, err := url.Parse(origin)
		switch {
		case host != "localhost" && host != "127.0.0.1" && host != "::1" && host != "[::1]":
			refuse(w, &microsoftsim.Refusal{Status: http.StatusForbidden, Code: "forbidden", Message: "The control API answers only on loopback."})
		case origin != "" && (err != nil || own.Host != r.Host || own.Scheme != "http"), r.Header.Get("Sec-Fetch-Site") == "cross-site":
			refuse(w, &microsoftsim.Refusal{Status: http.StatusForbidden, Code: "forbidden", Message: "The control API answers only its own page."})
		default:
			w.Header().Set("Cache-Control", "no-store")
			next.ServeHTTP(w, r)
		}
	})
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// refuse writes {"error":{"code","message"}}.
func refuse(w http.ResponseWriter, err error) {
	refusal := &microsoftsim.Refusal{Status: http.StatusInternalServerError, Code: "internal", Message: err.Error()}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &refusal):
	case errors.Is(err, world.ErrFault), errors.Is(err, world.ErrBackwards), errors.Is(err, zoomsim.ErrRefused):
		refusal.Status, refusal.Code = http.StatusBadRequest, "invalid"
	case errors.Is(err, zoomsim.ErrControl):
		refusal.Status, refusal.Code = http.StatusNotFound, "not_found"
	case errors.As(err, &large):
		refusal.Status, refusal.Code = http.StatusRequestEntityTooLarge, "too_large"
	}
	writeJSON(w, refusal.Status, map[string]any{"error": map[string]string{"code": refusal.Code, "message": refusal.Message}})
}

// read decodes a body. No body is an empty object; a field that is not known is refused, so that nothing is misspelt silently.
func read[T any](r *http.Request) (T, error) {
	var in T
	raw, err := io.ReadAll(r.Body)
	if err != nil || len(bytes.TrimSpace(raw)) == 0 {
		return in, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return in, bad("The body does not fit: %v.", err)
	}
	return in, nil
}

func bad(format string, args ...any) error {
	return &microsoftsim.Refusal{Status: http.StatusBadRequest, Code: "invalid", Message: fmt.Sprintf(format, args...)}
}

// Calls are all calls of the control API: "GET /people". openapi.json describes each.
func (s *Sandbox) Calls() []string {
	calls := []string{"GET /openapi.json", "GET /events"}
	for _, e := range s.endpoints() {
		calls = append(calls, e.method+" "+e.path)
	}
	return calls
}
