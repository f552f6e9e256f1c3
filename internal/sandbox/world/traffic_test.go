package world_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/internal/sandbox/world"
)

// exchange sends one request through the recorder and answers what it kept.
func exchange(t *testing.T, w *world.World, r *http.Request, answer http.HandlerFunc) world.Exchange {
	t.Helper()
	w.Traffic.Handler(world.Zoom, answer).ServeHTTP(httptest.NewRecorder(), r)
	rows := w.Traffic.List(w.Traffic.Last()-1, 0)
	if len(rows) != 1 {
		t.Fatalf("%d exchanges", len(rows))
	}
	return rows[0]
}

func read(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

func TestTrafficMasksSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	jwt := "eyJhbGciOiJIUzUxMiJ9.eyJ1aWQiOiJhbmEifQ.c2lnbmF0dXJl"
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/oauth/token?code=s3cret&state=shown&refresh_token=s3cret",
		strings.NewReader("grant_type=refresh_token&refresh_token=s3cret&code_verifier=s3cret&keep=me"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Basic s3cret")
	r.Header.Set("Cookie", "session=s3cret")
	row := exchange(t, w, r, func(w http.ResponseWriter, r *http.Request) {
		read(w, r)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "session=s3cret")
		w.Header().Set("Location", "/callback?code=s3cret&state=shown")
		_, _ = io.WriteString(w, `{"access_token":"s3cret","start_url":"http://z/s/1?zak=s3cret","join_url":"http://z/j/1?pwd=s3cret","id_token": "s3cret","hint":"`+jwt+`","scope":"a"}`)
	})
	all := row.URL + row.Request.Body + row.Response.Body
	for _, h := range []map[string]string{row.Request.Headers, row.Response.Headers} {
		for _, v := range h {
			all += v
		}
	}
	if strings.Contains(all, "s3cret") || strings.Contains(all, jwt) {
		t.Errorf("a secret is shown: %+v", row)
	}
	for _, shown := range []string{"state=shown", "keep=me", `"scope":"a"`, "grant_type=refresh_token", "Basic [masked]", "http://z/j/1?pwd=[masked]\""} {
		if !strings.Contains(all, shown) {
			t.Errorf("%q is not shown in %s", shown, all)
		}
	}
	if row.From != "product" || row.To != "zoom" || row.Status != 200 || row.Method != http.MethodPost {
		t.Errorf("%+v", row)
	}
}

func TestTrafficClipsAndDescribes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("a"+strings.Repeat("é", 50_000)))
	r.Header.Set("Accept", "text/html,*/*")
	row := exchange(t, w, r, func(w http.ResponseWriter, r *http.Request) {
		read(w, r)
		w.Header().Set("Content-Type", "application/zip")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte{0xff, 0xfe, 0})
	})
	if n := len(row.Request.Body); n > 64<<10 || n < 60<<10 || !strings.HasSuffix(row.Request.Body, "é") {
		t.Errorf("%d bytes of the request are kept: …%q", n, row.Request.Body[n-8:])
	}
	if row.Response.Body != "[3 bytes of application/zip]" || row.Status != http.StatusTeapot || row.From != "browser" {
		t.Errorf("%q, %d, %s", row.Response.Body, row.Status, row.From)
	}
}

func TestTrafficForgetsTheOldest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{TrafficRows: 3})
	for range 5 {
		exchange(t, w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody), read)
	}
	rows := w.Traffic.List(0, 0)
	if len(rows) != 3 || rows[0].Seq != 3 || rows[2].Seq != 5 {
		t.Errorf("kept %+v", rows)
	}
	if rows := w.Traffic.List(3, 1); len(rows) != 1 || rows[0].Seq != 4 {
		t.Errorf("after 3: %+v", rows)
	}
}

func TestTrafficRecordsACutConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler { //nolint:errorlint // the very value that net/http knows
				t.Error("the cut did not reach the server")
			}
		}()
		w.Traffic.Handler(world.Zoom, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })).
			ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	}()
	if rows := w.Traffic.List(0, 0); len(rows) != 1 || rows[0].Status != 0 {
		t.Errorf("%+v", rows)
	}
}

func TestTrafficOfTheWorldItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Options{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append([]byte("got "), body...))
	}))
	client := &http.Client{Transport: w.Traffic.Transport(world.Microsoft, "product", http.DefaultTransport)}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(`{"type":"message"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || string(body) != `got {"type":"message"}` {
		t.Errorf("%q, %v", body, err)
	}
	server.Close()
	r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Do(r); err == nil {
		_ = resp.Body.Close()
		t.Error("a closed server answered")
	}
	rows := w.Traffic.List(0, 0)
	if len(rows) != 2 || rows[0].From != "microsoft" || rows[0].To != "product" || rows[0].Response.Body != string(body) ||
		rows[0].Request.Body != `{"type":"message"}` || rows[0].Status != 200 || rows[1].Status != 0 {
		t.Errorf("%+v", rows)
	}
}
