package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	postedWithin = 3 * time.Second // a body may take: then Zoom and Graph have given up, and who sends slowly holds a place
	postedSmall  = 64 << 10        // bytes: larger than what both send of most things
)

// posted reads what another service posts, at most limit bytes, and answers 200 or why not. Of large ones only as many are read at once as there
// are places, so that who posts without a secret does not fill the memory.
func posted(w http.ResponseWriter, r *http.Request, limit int64, places chan struct{}) ([]byte, int) {
	if r.ContentLength > limit {
		return nil, http.StatusRequestEntityTooLarge
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(postedWithin))
	from := http.MaxBytesReader(w, r.Body, limit)
	var body bytes.Buffer
	_, err := io.CopyN(&body, from, postedSmall)
	if err == nil { // there may be more
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		default:
			return nil, http.StatusServiceUnavailable
		}
		_, err = body.ReadFrom(from)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil && !errors.Is(err, io.EOF):
		return nil, http.StatusBadRequest
	}
	return body.Bytes(), http.StatusOK
}
