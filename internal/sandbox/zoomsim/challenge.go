package zoomsim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"causeway/internal/sandbox/world"
)

// challengeEvery is how often Zoom asks the product whether it knows the secret of an app, beside when its address is saved.
// https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint
const challengeEvery = 72 * time.Hour

// Endpoint is where events of one of the apps are posted.
type Endpoint struct {
	URL   string `json:"url"`
	Valid bool   `json:"valid"` // it has answered a challenge rightly

	secret, token string
}

// Challenge asks the product at each of its addresses, as when these are saved in the Marketplace.
func (s *Sim) Challenge(ctx context.Context) []Endpoint {
	s.mu.Lock()
	all := s.endpoints()
	s.mu.Unlock()
	for i := range all {
		s.challenge(ctx, &all[i])
	}
	return all
}

// challengeAgain asks when it is time to. The caller holds mu.
func (s *Sim) challengeAgain() {
	if s.closed || s.world.Clock.Now().Sub(s.state.Challenged) < challengeEvery {
		return
	}
	for _, e := range s.endpoints() {
		s.work.Go(func() { s.challenge(context.Background(), &e) })
	}
}

// endpoints are to be challenged now. The caller holds mu.
func (s *Sim) endpoints() []Endpoint {
	s.state.Challenged = s.world.Clock.Now()
	all := []Endpoint{}
	for _, admin := range []bool{false, true} {
		if to := s.told(admin); to != nil && to.hook != "" {
			all = append(all, Endpoint{URL: to.hook, secret: s.secret(admin), token: s.world.IDs.Text(22)})
		}
	}
	return all
}

// challenge posts a text that is to come back together with its signature. It is UNVERIFIED whether Zoom signs this itself; here it does not.
func (s *Sim) challenge(ctx context.Context, e *Endpoint) {
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	body, err := json.Marshal(map[string]any{
		"event": "endpoint.url_validation", "event_ts": s.world.Clock.Now().UnixMilli(), "payload": map[string]any{"plainToken": e.token},
	})
	if err != nil {
		return
	}
	var answer struct{ PlainToken, EncryptedToken string }
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err == nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		var resp *http.Response
		if resp, err = s.http.Do(req); err == nil {
			e.Valid = resp.StatusCode == http.StatusOK && json.NewDecoder(resp.Body).Decode(&answer) == nil
			_ = resp.Body.Close()
		}
	}
	mac := hmac.New(sha256.New, []byte(e.secret))
	_, _ = mac.Write([]byte(e.token))
	e.Valid = e.Valid && answer.PlainToken == e.token && answer.EncryptedToken == hex.EncodeToString(mac.Sum(nil))
	effect := "endpoint.validated"
	if !e.Valid {
		effect = "endpoint.refused"
	}
	s.world.Ledger.Append(world.Zoom, effect, e.URL, "")
}
