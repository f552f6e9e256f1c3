package world

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds what an emulator reads of one request: an app package is the largest.
const maxBody = 32 << 20

// Handler lets faults strike the requests of next.
func (f *Faults) Handler(side Side, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before, after := f.strike(side, r)
		if before == nil && after == nil {
			next.ServeHTTP(w, r)
			return
		}
		// Reading the body to its end lets net/http notice a caller that goes away while he is held.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
			return
		}
		s := &struck{faults: f, side: side, next: next, w: w, r: r, body: body}
		if before != nil && s.stops(before) {
			return
		}
		s.finish(before, after)
	})
}

// struck is one request that meets a fault.
type struck struct {
	faults *Faults
	side   Side
	next   http.Handler
	w      http.ResponseWriter
	r      *http.Request
	body   []byte
}

// stops waits, holds, drops or answers as the fault says. It answers true when the request is over.
func (s *struck) stops(fault *Fault) bool {
	if !pause(s.r, time.Duration(fault.Delay)) {
		cut()
	}
	if fault.Hold && !s.faults.hold(s.r, s.side, fault, s.body) {
		cut()
	}
	if fault.Drop {
		cut()
	}
	if fault.Status != 0 {
		s.answer(fault)
		return true
	}
	return false
}

// finish runs the emulator and lets the after-fault strike its answer.
func (s *struck) finish(before, after *Fault) {
	again := before != nil && before.Duplicate || after != nil && after.Duplicate
	if after == nil && !again {
		s.next.ServeHTTP(s.w, s.again())
		return
	}
	first := newRecorded()
	s.next.ServeHTTP(first, s.again())
	if again {
		s.next.ServeHTTP(newRecorded(), s.again())
	}
	if after != nil && s.stops(after) {
		return
	}
	first.copyTo(s.w)
}

// again is the request with its body unread.
func (s *struck) again() *http.Request {
	r := s.r.Clone(s.r.Context())
	r.Body = io.NopCloser(bytes.NewReader(s.body))
	return r
}

func (s *struck) answer(fault *Fault) {
	body := []byte(fault.Body)
	contentType := "application/json"
	var text string
	if json.Unmarshal(fault.Body, &text) == nil && len(fault.Body) > 0 {
		body, contentType = []byte(text), "text/plain; charset=utf-8"
	}
	if len(body) > 0 {
		s.w.Header().Set("Content-Type", contentType)
	}
	for name, value := range fault.Headers {
		s.w.Header().Set(name, value)
	}
	if fault.Size > int64(len(body)) {
		body = append(body, bytes.Repeat([]byte{' '}, int(fault.Size)-len(body))...)
	}
	s.w.WriteHeader(fault.Status)
	part := len(body)
	if fault.Pace > 0 {
		part = (len(body) + 3) / 4
	}
	for len(body) > 0 {
		n := min(part, len(body))
		_, _ = s.w.Write(body[:n])
		_ = http.NewResponseController(s.w).Flush()
		if body = body[n:]; len(body) > 0 && !pause(s.r, time.Duration(fault.Pace)) {
			cut()
		}
	}
}

// cut ends the connection without an answer: net/http knows this panic and stays silent.
func cut() { panic(http.ErrAbortHandler) }

// pause waits d of real time. It answers false when the caller went away.
func pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// recorded is an answer that is kept instead of sent.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorded() *recorded { return &recorded{header: http.Header{}, status: http.StatusOK} }

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) WriteHeader(status int)      { r.status = status }
func (r *recorded) Write(b []byte) (int, error) { return r.body.Write(b) }

func (r *recorded) copyTo(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if r.body.Len() > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(r.body.Len()))
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes())
}
