package zoom_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

// A text comes from Zoom alone, with the person's token at the address that Zoom named and at no other.
func TestTextsComeFromZoom(t *testing.T) {
	t.Parallel()
	f := setup(t)
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.URL.Path+" "+r.Header.Get("Authorization"))
		if r.URL.Path == "/back" {
			http.Redirect(w, r, f.URL+"/rec/back", http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("moved text"))
	}))
	defer other.Close()
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody who is not Zoom is asked") }))
	defer evil.Close()
	links, err := zoom.NewLinks(f.URL, other.URL, "https://*.zoom.us")
	if err != nil {
		t.Fatal(err)
	}
	texts := zoom.Texts{Links: links, Client: func(origin string) *http.Client {
		return upstream.NewClient(upstream.Options{Name: "recordings", Origins: []string{origin}})
	}}
	f.answer("GET /rec/text", http.StatusOK, "text", "Content-Type: application/octet-stream")
	f.answer("GET /rec/near", http.StatusFound, "", "Location: /rec/text")
	f.answer("GET /rec/far", http.StatusFound, "", "Location: "+other.URL+"/file")
	f.answer("GET /rec/there", http.StatusFound, "", "Location: "+other.URL+"/back")
	f.answer("GET /rec/back", http.StatusOK, "came back", "Content-Type: text/plain")
	f.answer("GET /rec/evil", http.StatusFound, "", "Location: "+evil.URL+"/")
	f.answer("GET /rec/round", http.StatusFound, "", "Location: /rec/round")
	f.answer("GET /rec/nowhere", http.StatusFound, "")
	f.answer("GET /rec/page", http.StatusOK, "<html>Sign in", "Content-Type: text/html;charset=utf-8")
	f.answer("GET /rec/gone", http.StatusNotFound, `{"code":3301,"message":"gone"}`)
	f.answer("GET /rec/refused", http.StatusUnauthorized, `{"code":124,"message":"Invalid access token."}`)
	f.answer("GET /rec/large", http.StatusOK, strings.Repeat("x", zoom.TextMost+1), "Content-Type: text/plain")
	at := func(link string) zoom.TextFile {
		var r zoom.CloudRecording
		if err := json.Unmarshal(fmt.Appendf(nil, `{"id":1,"recording_files":[{"file_type":"TRANSCRIPT","download_url":%q}]}`, link), &r); err != nil || len(r.Texts) != 1 {
			t.Fatalf("%s: %v, %v", link, r.Texts, err)
		}
		return r.Texts[0]
	}
	get := func(link string) (string, error) {
		text, err := texts.Get(t.Context(), f.client(), at(link))
		return string(text), err
	}
	for path, want := range map[string]string{"/rec/text": "text", "/rec/near": "text", "/rec/far": "moved text", "/rec/there": "came back"} {
		if got, err := get(f.URL + path); err != nil || got != want {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if slices.Sort(elsewhere); !slices.Equal(elsewhere, []string{"/back ", "/file "}) {
		t.Errorf("elsewhere arrive %q", elsewhere)
	}
	for _, r := range f.requests() {
		if token := r.authorization; (token == "") != (r.uri == "/rec/back") {
			t.Errorf("%s is asked with %q", r.uri, token)
		}
	}
	for link, want := range map[string]error{
		f.URL + "/rec/evil": zoom.ErrNoText, f.URL + "/rec/round": zoom.ErrNoText, f.URL + "/rec/page": zoom.ErrNoText,
		f.URL + "/rec/gone": zoom.ErrNotFound, f.URL + "/rec/refused": zoom.ErrUnauthorized, f.URL + "/rec/large": upstream.ErrTooBig,
		evil.URL + "/x": zoom.ErrNoText, "https://zoom.us.evil.example/x": zoom.ErrNoText, "http://a.zoom.us/x": zoom.ErrNoText, "https://u@a.zoom.us/x": zoom.ErrNoText,
		"file:///etc/passwd": zoom.ErrNoText, "http://169.254.169.254/latest": zoom.ErrNoText,
	} {
		if got, err := get(link); !errors.Is(err, want) || got != "" {
			t.Errorf("%s: %q, %v, want %v", link, got, err, want)
		}
	}
	if _, err := get(f.URL + "/rec/nowhere"); err == nil {
		t.Error("it is nowhere, and there")
	}
	if _, err := texts.Get(t.Context(), f.client(), zoom.TextFile{Size: zoom.TextMost + 1}); !errors.Is(err, upstream.ErrTooBig) {
		t.Errorf("what says itself that it is large: %v", err)
	}
	tokens := []string{}
	renewed := f.app.Client(func(_ context.Context, rejected string) (string, error) {
		tokens = append(tokens, rejected)
		return "token" + fmt.Sprint(len(tokens)), nil
	})
	refused := at(f.URL + "/rec/refused")
	if _, err := texts.Get(t.Context(), renewed, refused); !errors.Is(err, zoom.ErrUnauthorized) || !slices.Equal(tokens, []string{"", "token1"}) {
		t.Errorf("%v with %q", err, tokens)
	}
	if text := fmt.Sprintf("%v %#v", refused, refused); strings.Contains(text, "/rec/") {
		t.Errorf("it prints as %s", text)
	}
}
