package world_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
)

// site is an emulator that counts its effects behind the world's wrapping.
type site struct {
	*world.World
	url     string
	effects atomic.Int32
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{World: newWorld(t, world.Options{TrafficRows: 8})}
	server := httptest.NewServer(s.Wrap(world.Zoom, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.effects.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Real", "yes")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(append([]byte(`{"echo":`), append(body, '}')...))
	})))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *site) put(t *testing.T, text string) string {
	t.Helper()
	var f world.Fault
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	id, err := s.Faults.Put(f)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *site) post(ctx context.Context, path string) (status int, body string, header http.Header, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+path, strings.NewReader(`"x"`))
	if err != nil {
		return 0, "", nil, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), resp.Header, err
}

func TestFaultsStrike(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   string
		status  int // 0: no answer
		body    string
		effects int32
	}{
		"status before":     {`{"route":"*","status":503,"body":{"code":1}}`, 503, `{"code":1}`, 0},
		"status after":      {`{"route":"*","when":"after","status":500}`, 500, ``, 1},
		"text":              {`{"route":"*","status":200,"body":"plain"}`, 200, `plain`, 0},
		"drop before":       {`{"route":"*","drop":true}`, 0, ``, 0},
		"drop after":        {`{"route":"*","when":"after","drop":true}`, 0, ``, 1},
		"duplicate":         {`{"route":"*","duplicate":true}`, 201, `{"echo":"x"}`, 2},
		"duplicate after":   {`{"route":"*","duplicate":true,"when":"after","status":429}`, 429, ``, 2},
		"delay":             {`{"route":"*","delay":"1ms"}`, 201, `{"echo":"x"}`, 1},
		"other route":       {`{"route":"GET /v2/users/me","drop":true}`, 201, `{"echo":"x"}`, 1},
		"other side":        {`{"route":"*","side":"microsoft","drop":true}`, 201, `{"echo":"x"}`, 1},
		"padded":            {`{"route":"*","status":200,"body":{},"size":10,"pace":"1ms"}`, 200, `{}        `, 0},
		"segment":           {`{"route":"* /v2/users/{id}","status":418}`, 418, ``, 0},
		"longer path":       {`{"route":"* /v2/users/{id}/meetings","status":418}`, 201, `{"echo":"x"}`, 1},
		"shorter path":      {`{"route":"POST /v2/users","status":418}`, 201, `{"echo":"x"}`, 1},
		"rest":              {`{"route":"POST /v2/*","status":418}`, 418, ``, 0},
		"one then no more":  {`{"route":"*","status":418,"count":1}`, 418, ``, 0},
		"skipped the first": {`{"route":"*","status":418,"skip":1}`, 201, `{"echo":"x"}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.put(t, c.fault)
			status, body, _, err := s.post(t.Context(), "/v2/users/a%2Fb")
			if status != c.status || body != c.body || s.effects.Load() != c.effects || (err != nil) != (c.status == 0) {
				t.Errorf("answer %d %q, %d effects, %v", status, body, s.effects.Load(), err)
			}
		})
	}
}

func TestFaultsCountAndPass(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(t, `{"id":"one","route":"*","status":418,"skip":1,"count":2,"headers":{"Retry-After":"7","Content-Type":"text/weird"},"body":"tea"}`)
	var got []int
	for range 5 {
		status, _, header, err := s.post(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, status)
		if status == 418 && (header.Get("Retry-After") != "7" || header.Get("Content-Type") != "text/weird") {
			t.Errorf("headers %v", header)
		}
	}
	if want := [5]int{201, 418, 418, 201, 201}; [5]int(got) != want {
		t.Errorf("answers %v, want %v", got, want)
	}
	if len(s.Faults.List()) != 0 {
		t.Error("a fault that is used up is still listed")
	}
}

func TestBeforeAndAfterTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(t, `{"route":"*","delay":"1ms"}`)
	s.put(t, `{"route":"*","when":"after","status":502}`)
	if status, _, _, err := s.post(t.Context(), "/"); err != nil || status != 502 || s.effects.Load() != 1 {
		t.Errorf("answer %d, %d effects, %v", status, s.effects.Load(), err)
	}
}

func TestFaultsAreChecked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, text := range []string{
		`{"route":"*"}`, `{"route":"/v2","drop":true}`, `{"route":"GET","drop":true}`, `{"route":"*","drop":true,"when":"during"}`,
		`{"route":"*","drop":true,"side":"left"}`, `{"route":"*","status":42}`, `{"route":"*","status":500,"drop":true}`, `{"route":"*","drop":true,"count":-1}`,
	} {
		var f world.Fault
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Faults.Put(f); !errors.Is(err, world.ErrFault) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{`{"delay":5}`, `{"delay":"soon"}`, `{"delay":"-1s"}`} {
		if err := json.Unmarshal([]byte(text), &world.Fault{}); err == nil {
			t.Errorf("%s was read", text)
		}
	}
	id := s.put(t, `{"id":"x","route":"*","drop":true}`)
	if s.put(t, `{"id":"x","route":"*","delay":"2s"}`) != id || len(s.Faults.List()) != 1 {
		t.Error("a fault of the same id was added instead of replaced")
	}
	if raw, err := json.Marshal(s.Faults.List()[0]); err != nil || !strings.Contains(string(raw), `"delay":"2s"`) {
		t.Errorf("%s, %v", raw, err)
	}
	if err := errors.Join(s.Faults.Delete("x")); err != nil {
		t.Error(err)
	}
	if err := s.Faults.Delete("x"); !errors.Is(err, world.ErrFault) {
		t.Errorf("deleting nothing: %v", err)
	}
}

func TestHoldBeforeTheEffect(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(t, `{"route":"POST /v2/users/me/meetings","hold":true,"count":1}`)
	answered := make(chan int, 1)
	go func() {
		status, _, _, _ := s.post(t.Context(), "/v2/users/me/meetings?code=secret")
		answered <- status
	}()
	held, err := s.Faults.NextHold(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if s.effects.Load() != 0 || held.When != world.Before || held.Request.Body != `"x"` || held.Request.URL != "/v2/users/me/meetings?code=[masked]" {
		t.Errorf("held %+v with %d effects", held, s.effects.Load())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if again, err := s.Faults.NextHold(ended); err == nil {
		t.Errorf("told of %v twice", again)
	}
	if err := s.Faults.Release(held.ID); err != nil {
		t.Fatal(err)
	}
	if status := <-answered; status != 201 || s.effects.Load() != 1 {
		t.Errorf("after the release: %d, %d effects", status, s.effects.Load())
	}
	if err := s.Faults.Release(held.ID); !errors.Is(err, world.ErrFault) {
		t.Errorf("released twice: %v", err)
	}
}

// A product that is killed while its call is held must not have its effect when the hold is released: that is the whole point.
func TestCallerGoneWhileHeld(t *testing.T) {
	t.Parallel()
	for when, effects := range map[string]int32{"before": 0, "after": 1} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.put(t, `{"route":"*","hold":true,"when":"`+when+`"}`)
			ctx, kill := context.WithCancel(t.Context())
			gone := make(chan error, 1)
			go func() {
				_, _, _, err := s.post(ctx, "/")
				gone <- err
			}()
			held, err := s.Faults.NextHold(soon(t))
			if err != nil {
				t.Fatal(err)
			}
			kill()
			if err := <-gone; !errors.Is(err, context.Canceled) {
				t.Errorf("the caller saw %v", err)
			}
			watch := s.Changes.Watch()
			defer watch.Close()
			for s.Traffic.Last() == 0 { // the exchange is recorded when it is over
				if _, err := watch.Next(soon(t)); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Faults.Release(held.ID); !errors.Is(err, world.ErrFault) {
				t.Errorf("a request without a caller is still held: %v", err)
			}
			if s.effects.Load() != effects {
				t.Errorf("%d effects", s.effects.Load())
			}
		})
	}
}

func TestDeletingAFaultReleases(t *testing.T) {
	t.Parallel()
	for name, release := range map[string]func(*site, string) error{
		"delete": func(s *site, id string) error { return s.Faults.Delete(id) },
		"clear":  func(s *site, _ string) error { s.Faults.Clear(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			id := s.put(t, `{"route":"*","hold":true}`)
			answered := make(chan int, 1)
			go func() {
				status, _, _, _ := s.post(t.Context(), "/")
				answered <- status
			}()
			if _, err := s.Faults.NextHold(soon(t)); err != nil {
				t.Fatal(err)
			}
			if err := release(s, id); err != nil {
				t.Fatal(err)
			}
			if status := <-answered; status != 201 {
				t.Errorf("answer %d", status)
			}
		})
	}
}

func TestDelayEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(t, `{"route":"*","delay":"1h"}`)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, _, err := s.post(ctx, "/"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if s.effects.Load() != 0 {
		t.Error("the effect happened")
	}
}
