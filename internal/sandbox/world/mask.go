package world

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

const masked = "[masked]"

var (
	secretJSON  = regexp.MustCompile(`(?i)("(?:access_token|refresh_token|id_token|client_secret|client_assertion|assertion|code_verifier|token|zak|password|encrypted_password)"\s*:\s*")[^"]*(")`)
	secretQuery = regexp.MustCompile(`(?i)((?:^|[?&;]|\\u0026)(?:access_token|refresh_token|id_token|client_secret|client_assertion|assertion|code|code_verifier|token|zak|pwd|tk|password)=)[^&"'\s<>\\]*`)
	secretField = regexp.MustCompile(`(?i)(name="(?:code|zak|pwd|token|password|passcode)" value=")[^"]*(")`)
	jwtText     = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
	scheme      = regexp.MustCompile(`^(Bearer|Basic)\s+.+$`)
)

func maskURL(raw string) string {
	path, query, found := strings.Cut(raw, "?")
	if !found {
		return raw
	}
	return path + "?" + maskText(query)
}

func maskText(text string) string {
	text = secretJSON.ReplaceAllString(text, "${1}"+masked+"${2}")
	text = secretField.ReplaceAllString(text, "${1}"+masked+"${2}")
	text = secretQuery.ReplaceAllString(text, "${1}"+masked)
	return jwtText.ReplaceAllString(text, masked)
}

func maskHeaders(h http.Header) map[string]string {
	shown := make(map[string]string, len(h))
	for name, values := range h {
		value := strings.Join(values, ", ")
		switch name {
		case "Authorization":
			value = scheme.ReplaceAllString(value, "$1 "+masked)
		case "Cookie", "Set-Cookie":
			value = masked
		case "Location", "Referer":
			value = maskURL(value)
		}
		shown[name] = maskText(value)
	}
	return shown
}

// maskBody is a body as text; what is no text is only measured.
func maskBody(h http.Header, body []byte) string {
	kind := h.Get("Content-Type")
	if strings.HasPrefix(kind, "application/zip") || strings.HasPrefix(kind, "image/") || !utf8.Valid(body) {
		return fmt.Sprintf("[%d bytes of %s]", len(body), kind)
	}
	return maskText(string(body))
}
