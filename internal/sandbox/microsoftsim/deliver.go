package microsoftsim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// reply is what came back for an activity. Status 0: nothing came.
type reply struct {
	status int
	body   []byte
	err    error
}

// answered says whether the bot took the activity.
func (r reply) answered() bool { return r.status >= 200 && r.status < 300 }

// Resend makes Teams deliver activities more than once, as it does when it thinks that one was lost.
type Resend struct {
	ID string `json:"id,omitempty"`
	// Match is the type ("message", "invoke") or the name ("composeExtension/submitAction") of the activities, * for any part.
	Match string `json:"match"`
	// Copies beside the first one; all at the same time unless After says when.
	Copies int `json:"copies"`
	// IDs: "same", "new", or "mixed" (the first copy the same id, the others new ones), as Teams does.
	IDs string `json:"ids"`
	// After is the pause before the copies.
	After world.Duration `json:"after,omitempty"`
	// Targets are addresses of the product (http://localhost:8080); copies go round them. Empty: the usual one.
	Targets []string `json:"targets,omitempty"`
	// Count is how many activities are hit, 0 = until deleted.
	Count int `json:"count,omitempty"`
}

// PutResend sets a Resend, or replaces the one of the same ID, and answers its id.
func (s *Sim) PutResend(r Resend) (string, error) {
	if r.IDs == "" {
		r.IDs = "same"
	}
	if _, err := path.Match(r.Match, "x"); r.Match == "" || err != nil || r.Copies < 1 || r.Copies > 20 || !slices.Contains([]string{"same", "new", "mixed"}, r.IDs) {
		return "", invalid("A resend has match (a type or name of activities, or *), copies 1 to 20, and ids same, new or mixed.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.ID == "" {
		r.ID = "r" + strconv.Itoa(len(s.resends)+1) + "-" + s.world.IDs.Hex(3)
	}
	s.resends = append(slices.DeleteFunc(s.resends, func(x *Resend) bool { return x.ID == r.ID }), &r)
	return r.ID, nil
}

// DeleteResend ends a Resend, all of them when id is "". It answers whether there was one.
func (s *Sim) DeleteResend(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.resends)
	s.resends = slices.DeleteFunc(s.resends, func(r *Resend) bool { return id == "" || r.ID == id })
	return len(s.resends) < before
}

// Resends are those in force.
func (s *Sim) Resends() []Resend {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Resend{}
	for _, r := range s.resends {
		list = append(list, *r)
	}
	return list
}

// resendFor takes the Resend that an activity meets, nil when there is none.
func (s *Sim) resendFor(a activity) *Resend {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.resends {
		byType, _ := path.Match(r.Match, str(a, "type"))
		byName, _ := path.Match(r.Match, str(a, "name"))
		if !byType && !byName && r.Match != "*" {
			continue
		}
		hit := *r
		if r.Count > 0 {
			if r.Count--; r.Count == 0 {
				s.resends = slices.DeleteFunc(s.resends, func(x *Resend) bool { return x == r })
			}
		}
		return &hit
	}
	return nil
}

// send delivers an activity, as often as asked, and answers what came for the first one.
func (s *Sim) send(ctx context.Context, a activity) reply {
	localize(ctx, a)
	resend := s.resendFor(a)
	if resend == nil {
		r := s.once(ctx, a, s.o.ProductURL, 1)
		if r.status == 0 && str(a, "type") == "invoke" && errors.Is(r.err, context.DeadlineExceeded) {
			s.retryLater(ctx, a)
		}
		return r
	}
	copies := make(chan struct{})
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		defer close(copies)
		s.copies(context.WithoutCancel(ctx), a, resend)
	}()
	r := s.once(ctx, a, resend.target(s, 0), 1)
	if resend.After == 0 {
		<-copies
	}
	return r
}

func (r *Resend) target(s *Sim, n int) string {
	if len(r.Targets) == 0 {
		return s.o.ProductURL
	}
	return r.Targets[n%len(r.Targets)]
}

func (s *Sim) copies(ctx context.Context, a activity, resend *Resend) {
	if !pause(ctx, time.Duration(resend.After)) {
		return
	}
	done := make(chan struct{})
	for n := 1; n <= resend.Copies; n++ {
		again := merged(a)
		if resend.IDs == "new" || resend.IDs == "mixed" && n > 1 {
			s.renew(again)
		}
		go func() {
			s.once(ctx, again, resend.target(s, n), n+1)
			done <- struct{}{}
		}()
	}
	for range resend.Copies {
		<-done
	}
}

// renew gives an activity another id and time.
func (s *Sim) renew(a activity) {
	a["id"] = "f:" + s.world.IDs.GUID()
	a["timestamp"] = s.world.Clock.Now().Format("2006-01-02T15:04:05.000Z")
}

// retryLater sends an invoke again that was not answered in time: first with the same id, then with new ones.
func (s *Sim) retryLater(ctx context.Context, a activity) {
	if len(s.o.Retries) == 0 {
		return
	}
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		waited := s.o.InvokeTimeout
		for n, at := range s.o.Retries {
			if !pause(context.WithoutCancel(ctx), at-waited) {
				return
			}
			again := merged(a)
			if n > 0 {
				s.renew(again)
			}
			begun := time.Now()
			r := s.once(context.WithoutCancel(ctx), again, s.o.ProductURL, n+2)
			if r.status != 0 {
				return
			}
			waited = at + time.Since(begun)
		}
	}()
}

func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// once is one request to the bot: signed, within the time that Teams grants.
func (s *Sim) once(ctx context.Context, a activity, target string, attempt int) reply {
	r := s.signedTo(ctx, a, target)
	subject := str(a, "name")
	if subject == "" {
		subject = str(a, "type")
	}
	by := ""
	if p := s.world.Seed.Person(str(a, "from", "id")); p != nil {
		by = p.Handle
	}
	s.ledger("activity.sent", subject, by, "status", r.status, "id", str(a, "id"), "attempt", attempt, "conversation", str(a, "conversation", "id"))
	return r
}

func (s *Sim) signedTo(ctx context.Context, a activity, target string) reply {
	body, err := json.Marshal(a)
	if err != nil {
		return reply{err: err}
	}
	token, err := s.activityToken()
	if err != nil {
		return reply{err: err}
	}
	limit := s.o.MessageTimeout
	if str(a, "type") == "invoke" {
		limit = s.o.InvokeTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return s.raw(ctx, target, body, http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/json; charset=utf-8"},
		"X-Ms-Conversation-Id": {str(a, "conversation", "id")}, "X-Ms-Tenant-Id": {str(a, "conversation", "tenantId")},
	})
}

func (s *Sim) raw(ctx context.Context, target string, body []byte, header http.Header) reply {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target+"/api/messages", bytes.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	req.Header = header
	resp, err := s.http.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	if err != nil {
		return reply{err: err}
	}
	return reply{status: resp.StatusCode, body: answer}
}
