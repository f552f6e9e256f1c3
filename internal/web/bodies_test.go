package web

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A body is read whole, whichever places it needs, and not beyond its limit; the places are given back.
func TestBodiesTakePlacesByTheirSize(t *testing.T) {
	t.Parallel()
	const most = 1 << 20
	b := newBodies(1)
	post := func(size, want int) {
		t.Helper()
		sent := bytes.Repeat([]byte("x"), size)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", io.NopCloser(bytes.NewReader(sent)))
		r.ContentLength = -1 // nobody says how long it is
		got, status := b.posted(httptest.NewRecorder(), r, most)
		if status != want || want == http.StatusOK && !bytes.Equal(got, sent) {
			t.Errorf("of %d bytes %d are read: %d, want %d", size, len(got), status, want)
		}
	}
	for _, size := range []int{0, 1, postedSmall - 1, postedSmall, postedSmall + 1, postedMiddle - 1, postedMiddle, postedMiddle + 1, most} {
		post(size, http.StatusOK)
	}
	post(most+1, http.StatusRequestEntityTooLarge)
	if len(b.middle)+len(b.large) != 0 {
		t.Error("places are not given back")
	}
	b.large <- struct{}{}
	post(postedMiddle-1, http.StatusOK)
	post(postedMiddle+1, http.StatusServiceUnavailable)
	for range middleAtOnce {
		b.middle <- struct{}{}
	}
	post(postedSmall-1, http.StatusOK)
	post(postedSmall+1, http.StatusServiceUnavailable)
}
