package zoom_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

func TestTheVendorsSamplesOfWhiteboards(t *testing.T) {
	t.Parallel()
	f := setup(t)
	sample := func(name string) string { return string(specs(t, filepath.Join("samples", "endpoints", name))) }
	list := strings.Replace(sample("whiteboards_GET.json"), "qUEQqB1V0HVhJmwKFQrGOD", "", 1)
	f.answer("GET /base/v2/whiteboards", http.StatusOK, list)
	f.answer("GET /base/v2/whiteboards/{id}", http.StatusOK, sample("whiteboards-{whiteboardId}_GET.json"))
	f.answer("POST /base/v2/whiteboards", http.StatusCreated, sample("whiteboards_POST.json"))
	f.answer("PATCH /base/v2/whiteboards/{id}/share_setting", http.StatusNoContent, "")
	all, err := f.client().Whiteboards(t.Context(), "Q3", false, noon.AddDate(0, -1, 0), noon)
	if err != nil || len(all) != 1 || all[0].ID != "48Z4ppMfQJWONeVWFCcVzA" || all[0].Name != "Q3 Plan" || all[0].Creator != "Jack" || all[0].Link != "" {
		t.Errorf("%+v, %v", all, err)
	}
	one, err := f.client().Whiteboard(t.Context(), "48Z4ppMfQJWONeVWFCcVzA")
	if err != nil || one.Link != "https://zoom.us/wb/doc/T-E0zR9NQWSDuvXd-Crt9A" || one.Scope != zoom.ShareRestricted || !one.CanShare ||
		!one.Modified.Equal(time.Date(2022, 3, 25, 7, 29, 29, 0, time.UTC)) {
		t.Errorf("%+v, %v", one, err)
	}
	if made, err := f.client().CreateWhiteboard(t.Context(), "Q3 Plan"); err != nil || made.ID != one.ID {
		t.Errorf("%+v, %v", made, err)
	}
	if err := f.client().ShareWhiteboard(t.Context(), one.ID, zoom.ShareAccount, zoom.RoleCommenter); err != nil {
		t.Error(err)
	}
	asked := f.requests()
	if uri := asked[0].uri; uri != "/base/v2/whiteboards?date_filter_type=modified_date&from=2026-10-23T12%3A00%3A00Z&page_size=50&search_key=Q3&to=2026-11-23T12%3A00%3A00Z" {
		t.Errorf("the list is asked for by %s", uri)
	}
	if body := asked[3].body; body != `{"share_link_setting":{"share_role":3,"share_scope":1}}` {
		t.Errorf("it is opened by %s", body)
	}
	checkBody(t, "PATCH", "/whiteboards/{whiteboardId}/share_setting", asked[3].body)
	checkBody(t, "POST", "/whiteboards", asked[2].body)
}

func TestWhiteboardsComeInPages(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.mux.HandleFunc("GET /base/v2/whiteboards", func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": "two", "two": "three", "three": ""}[r.URL.Query().Get("next_page_token")]
		_, _ = fmt.Fprintf(w, `{"whiteboards":[{"whiteboard_id":"before %s"}],"next_page_token":%q}`, next, next)
	})
	all, err := f.client().Whiteboards(t.Context(), "", true, noon.AddDate(0, -1, 0), noon)
	if err != nil || len(all) != 3 || all[2].ID != "before " {
		t.Errorf("%+v, %v", all, err)
	}
	for _, r := range f.requests() {
		if !strings.Contains(r.uri, "user_id=me") {
			t.Errorf("one's own are asked for by %s", r.uri)
		}
	}
}

func TestWhatIsNoWhiteboardIsNotAskedFor(t *testing.T) {
	t.Parallel()
	f := setup(t)
	for _, id := range []zoom.WhiteboardID{"", "..", "a/b", "../users/me", "a?b", "a b", zoom.WhiteboardID(strings.Repeat("a", 65))} {
		if _, err := f.client().Whiteboard(t.Context(), id); !errors.Is(err, zoom.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
		if err := f.client().ShareWhiteboard(t.Context(), id, zoom.ShareAnyone, zoom.RoleEditor); !errors.Is(err, zoom.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if n := len(f.requests()); n != 0 {
		t.Errorf("Zoom was asked %d times", n)
	}
	f.answer("GET /base/v2/whiteboards/{id}", http.StatusForbidden, `{"code":111800,"message":"No permission"}`)
	if _, err := f.client().Whiteboard(t.Context(), "abc"); !errors.Is(err, zoom.ErrNotFound) {
		t.Errorf("one that is not for the person: %v", err)
	}
}

func TestLinksOfWhiteboards(t *testing.T) {
	t.Parallel()
	l, err := zoom.NewLinks("https://zoom.us", "https://*.zoom.us")
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]string{
		"https://zoom.us/wb/doc/T-E0zR9NQWSDuvXd-Crt9A?x=y#z": "https://zoom.us/wb/doc/T-E0zR9NQWSDuvXd-Crt9A",
		"https://us05whiteboard.zoom.us/wb/db/abc/p/1":        "https://us05whiteboard.zoom.us/wb/db/abc/p/1",
		"https://zoom.us.evil.com/wb/doc/abc":                 "", "https://zoom.us/wb/other/abc": "", "https://zoom.us/wb/doc/a/b/c": "", "http://zoom.us/wb/doc/abc": "",
	} {
		if got, ok := l.Whiteboard(raw); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %t", raw, got, ok)
		}
	}
}

// Pictures are fetched from Zoom alone, without a token, and no larger than makes sense.
func TestPicturesComeFromZoom(t *testing.T) {
	t.Parallel()
	var asked []string
	large := false
	zooms := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String()+" "+r.Header.Get("Authorization"))
		switch {
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/file", http.StatusFound)
		case large:
			_, _ = w.Write(make([]byte, 513<<10))
		default:
			_, _ = w.Write([]byte("picture"))
		}
	}))
	defer zooms.Close()
	links, err := zoom.NewLinks(zooms.URL, "https://*.zoom.us")
	if err != nil {
		t.Fatal(err)
	}
	pictures := zoom.Pictures{Links: links, Client: func(origin string) *http.Client {
		return upstream.NewClient(upstream.Options{Name: "pictures", Origins: []string{origin}})
	}}
	if got, err := pictures.Get(t.Context(), zooms.URL+"/file?jwt=x"); err != nil || string(got) != "picture" || !slices.Equal(asked, []string{"/file?jwt=x "}) {
		t.Errorf("got %q, %v; asked %q", got, err, asked)
	}
	for _, link := range []string{
		"", "https://zoom.us.evil.example/file", "https://evil.example/file", "http://a.zoom.us/file", "https://a.b.zoom.us/file", "https://u@a.zoom.us/file", "file:///etc/passwd",
		"http://169.254.169.254/latest", zooms.URL + "/moved",
	} {
		if got, err := pictures.Get(t.Context(), link); err == nil {
			t.Errorf("%s gives %q", link, got)
		}
	}
	if origin, ok := links.Picture("https://a01file.zoom.us/file/x/attach/preview/192x108?jwt=x"); !ok || origin != "https://a01file.zoom.us" {
		t.Errorf("Zoom's own sample is at %q, %t", origin, ok)
	}
	large = true
	if _, err := pictures.Get(t.Context(), zooms.URL+"/file"); err == nil {
		t.Error("it may be as large as it likes")
	}
}

// The token of an account is asked for once in its hour, and anew when Zoom refuses it.
func TestTheTokenOfAnAccount(t *testing.T) {
	t.Parallel()
	tokens, refuse := 0, ""
	zooms := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/oauth/token":
			if id, secret, _ := r.BasicAuth(); id != "s2s" || secret != "secret" || r.FormValue("grant_type") != "account_credentials" || r.FormValue("account_id") != "acct" {
				t.Errorf("asked with %s and %s", id, r.Form)
			}
			tokens++
			_, _ = fmt.Fprintf(w, `{"access_token":"token%d","token_type":"bearer","expires_in":3600,"scope":""}`, tokens)
		case r.Header.Get("Authorization") == "Bearer "+refuse:
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"code":124,"message":"Access token is expired."}`))
		default:
			_, _ = w.Write(specs(t, filepath.Join("samples", "endpoints", "whiteboards-{whiteboardId}-collaborator_GET.json")))
		}
	}))
	defer zooms.Close()
	now := time.Now()
	account := zoom.NewApp(zoom.Config{
		APIURL: zooms.URL, WebURL: zooms.URL, ClientID: "s2s", ClientSecret: "secret", Now: func() time.Time { return now },
		HTTP: upstream.NewClient(upstream.Options{Name: "zoom", Origins: []string{zooms.URL}}),
	}).Account("acct")
	want := func(n int) {
		t.Helper()
		roles, err := account.Collaborators(t.Context(), "X4Hy02w3QUOdskKofgb9Jg")
		if role, ok := roles["wf3h7uo1dk0v53bl"]; err != nil || !ok || role != zoom.RoleOwner || tokens != n {
			t.Errorf("%v, %v after %d tokens, want %d", roles, err, tokens, n)
		}
	}
	want(1)
	want(1)
	refuse = "token1"
	want(2)
	now = now.Add(56 * time.Minute)
	want(3)
	if _, err := account.Collaborators(t.Context(), "../users"); !errors.Is(err, zoom.ErrNotFound) {
		t.Errorf("what is no whiteboard: %v", err)
	}
}
