package zoomsim

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// apiError is a refusal of the REST API: {"code":…,"message":…} and, for fields, errors.
type apiError struct {
	status  int
	code    int
	message string
	fields  []fieldError
	header  http.Header
}

type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func fail(status, code int, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// invalid is the answer to fields that break a documented limit (developers.zoom.us/docs/api/errors).
func invalid(fields ...fieldError) *apiError {
	return &apiError{status: http.StatusBadRequest, code: 300, message: "Validation Failed.", fields: fields}
}

func noMeeting(id string) *apiError {
	return fail(http.StatusNotFound, 3001, "Meeting does not exist: %s.", id)
}

func unknownRoute(w http.ResponseWriter, _ *http.Request) {
	writeError(w, fail(http.StatusBadRequest, 2300, "This API endpoint is not recognized."))
}

func writeError(w http.ResponseWriter, e *apiError) {
	for name, values := range e.header {
		w.Header()[name] = values
	}
	body := map[string]any{"code": e.code, "message": e.message}
	if len(e.fields) > 0 {
		body["errors"] = e.fields
	}
	writeJSON(w, e.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}

// oauthError is a refusal of the token endpoint.
//
// UNVERIFIED: Zoom documents numbers and words of these errors, not their envelope; {"reason","error"} is what integrations report.
type oauthError struct {
	status int
	error  string
	reason string
	number int // of Zoom's OAuth error list
}

func (s *Sim) writeOAuthError(w http.ResponseWriter, e *oauthError) {
	body := map[string]any{"reason": e.reason, "error": e.error}
	if s.knobs.ErrorNumbers || e.number == appDisabled {
		body["errorCode"] = e.number
	}
	writeJSON(w, e.status, body)
}

// Numbers of Zoom's OAuth error list.
const (
	invalidClient   = 4702
	unknownGrant    = 4705
	missingGrant    = 4706
	redirectUnequal = 4709
	codeExpired     = 4733
	codeInvalid     = 4734
	reauthorize     = 4737
	appDisabled     = 4738
	tokenRevoked    = 4741
)
