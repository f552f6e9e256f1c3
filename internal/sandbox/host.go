package sandbox

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"causeway/internal/sandbox/world"
	"causeway/ui"
)

// handler is everything at 8081: split by the first segment before any mux, so that no pattern of one part reaches into another.
func (s *Sandbox) handler() http.Handler {
	control, microsoft := s.control(), s.o.Wrap(world.Microsoft, s.Microsoft.Handler())
	files := http.StripPrefix("/ui/", http.FileServerFS(ui.FS()))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch first {
		case "":
			s.page(w, r)
		case "ui":
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Cache-Control", "no-cache")
			files.ServeHTTP(w, r)
		case "sandbox":
			control.ServeHTTP(w, r)
		default:
			microsoft.ServeHTTP(w, r)
		}
	})
}

// page is the document that looks like Teams.
func (s *Sandbox) page(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	nonce := rand.Text()
	document, err := ui.Page("sandbox.html", nonce)
	if errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "The page is not built; the control API is at /sandbox/v1.", http.StatusNotFound)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", ui.PagePolicy(nonce, s.o.ProductURL, s.zoomURL))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(document)
}
