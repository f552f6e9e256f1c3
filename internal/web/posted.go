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
	postedSmall  = 8 << 10         // bytes: larger than what both send of most things
	postedMiddle = 64 << 10        // bytes: larger than what both send of nearly everything
	middleAtOnce = 128             // of those that are larger than small, which are read at one time at one door
)

// bodies are the places of a door for what is posted there, by how much of it is read: anybody may post, and costs no more memory than that.
type bodies struct{ middle, large chan struct{} }

func newBodies(large int) bodies {
	return bodies{middle: make(chan struct{}, middleAtOnce), large: make(chan struct{}, large)}
}

// posted reads what another service posts, at most limit bytes, and answers 200 or why not. Of those that are not small only as many are read at
// once as there are places, so that who posts without a secret does not fill the memory.
func (b bodies) posted(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, int) {
	if r.ContentLength > limit {
		return nil, http.StatusRequestEntityTooLarge
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(postedWithin))
	from := http.MaxBytesReader(w, r.Body, limit)
	var body bytes.Buffer
	body.Grow(postedSmall + bytes.MinRead) // no more than that is read into, either
	_, err := io.CopyN(&body, from, postedSmall)
	for _, more := range []struct {
		places chan struct{}
		most   int64
	}{{b.middle, postedMiddle}, {b.large, limit + 1}} {
		if err != nil { // there is no more
			break
		}
		select {
		case more.places <- struct{}{}:
			defer func() { <-more.places }()
		default:
			return nil, http.StatusServiceUnavailable
		}
		_, err = io.CopyN(&body, from, more.most-int64(body.Len()))
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
