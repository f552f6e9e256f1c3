package web

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// The document of the tab, what stands in it where an answer puts its own, and the folder of what it loads.
const (
	tabDocument        = "tab.html"
	tabFolder          = "tab"
	noncePlaceholder   = "__NONCE__"
	originsPlaceholder = "__TEAMS_ORIGINS__"
)

// tab serves the document of the personal tab, which Teams shows in a frame: GET /tab. No cookie belongs to it.
func (s *server) tab(w http.ResponseWriter, r *http.Request) {
	page, err := fs.ReadFile(s.c.UI, tabDocument)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	nonce := rand.Text()
	page = bytes.ReplaceAll(page, []byte(noncePlaceholder), []byte(nonce))
	page = bytes.ReplaceAll(page, []byte(originsPlaceholder), []byte(html.EscapeString(strings.Join(s.c.TeamsOrigins, " "))))
	h := w.Header()
	h.Set("Content-Security-Policy", tabPolicy(nonce, s.c.ancestors()))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(page) // the browser went away: nobody is left to tell
}

// ancestors are the pages in which the tab may be framed: those of Microsoft's list, and where Teams' windows are.
func (c Config) ancestors() []string {
	all := slices.Clone(c.TabAncestors)
	for _, origin := range c.TeamsOrigins {
		if !slices.Contains(all, origin) {
			all = append(all, origin)
		}
	}
	return all
}

// tabPolicy is the Content-Security-Policy of the tab: nothing inline but styles that carry the nonce, and nothing from elsewhere.
func tabPolicy(nonce string, ancestors []string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; connect-src 'self'; img-src 'self' data:; " +
		"form-action 'none'; base-uri 'none'; frame-ancestors " + strings.Join(ancestors, " ")
}

// asset is a file that pages load.
type asset struct {
	body   []byte
	kind   string
	etag   string
	packed func() []byte // gzip; nil when that is not smaller
}

// readAssets reads what is served below /assets/: the files of our own small pages, and all that the tab was built into. Nothing that
// is not in the list is looked for.
func readAssets(files fs.FS) (map[string]asset, error) {
	names := []string{"connect.js", "connect.css", "icon.svg"}
	built, err := fs.ReadDir(files, tabFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("web: %w", err)
	}
	for _, file := range built {
		if file.Type().IsRegular() {
			names = append(names, path.Join(tabFolder, file.Name()))
		}
	}
	all := map[string]asset{}
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		sum := sha256.Sum256(body)
		all[name] = asset{body: body, kind: contentType(name), etag: hex.EncodeToString(sum[:8]), packed: sync.OnceValue(func() []byte { return packed(body) })}
	}
	return all, nil
}

// contentType does not depend on what the machine knows of file names.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	case ".png":
		return "image/png"
	}
	return "application/octet-stream"
}

func packed(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level exists
	_, _ = z.Write(body)                                  // memory takes all
	_ = z.Close()
	if b.Len() >= len(body) {
		return nil
	}
	return b.Bytes()
}

// asset serves what the pages load: GET /assets/{file} and /assets/tab/{file}. Names carry no hash, so browsers ask each time whether it
// changed.
func (s *server) asset(w http.ResponseWriter, r *http.Request) {
	found, ok := s.assets[strings.TrimPrefix(r.URL.Path, "/assets/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", found.kind)
	h.Set("Vary", "Accept-Encoding")
	body, tag := found.body, found.etag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if small := found.packed(); small != nil {
			body, tag = small, tag+"-gzip"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
