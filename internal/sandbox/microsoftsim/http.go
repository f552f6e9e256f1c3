package microsoftsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

const maxRequest = 4 << 20

// Refusal is why something cannot be done, said so that a person or a test knows what to do.
type Refusal struct {
	Status  int    // HTTP status of the control API
	Code    string // "not_found", "forbidden", "conflict", "invalid"
	Message string
}

// Error is the sentence.
func (r *Refusal) Error() string { return r.Message }

func notFound(format string, args ...any) *Refusal {
	return &Refusal{Status: http.StatusNotFound, Code: "not_found", Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: "invalid", Message: fmt.Sprintf(format, args...)}
}

func forbidden(format string, args ...any) *Refusal {
	return &Refusal{Status: http.StatusForbidden, Code: "forbidden", Message: fmt.Sprintf(format, args...)}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // the caller is gone when this fails
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
}

// object is a JSON object whose fields nobody here needs by name.
type object = map[string]any

// str reads a text at a path of nested objects, "" when it is not there.
func str(o any, path ...string) string {
	text, _ := dig(o, path...).(string)
	return text
}

// dig reads a value at a path of nested objects, nil when it is not there.
func dig(o any, path ...string) any {
	for _, name := range path {
		m, ok := o.(object)
		if !ok {
			return nil
		}
		o = m[name]
	}
	return o
}
