package zoomsim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// send makes a request on its own, for tests in which many are under way or none is answered.
func (z *zoom) send(method, path, bearer, body string) (status int, err error) {
	r, err := http.NewRequestWithContext(z.t.Context(), method, z.url+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", bearer)
	resp, err := z.client.Do(r)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// basic is the app's own Authorization header.
func (z *zoom) basic() string {
	r := httptest.NewRequestWithContext(z.t.Context(), http.MethodGet, "/", http.NoBody)
	r.SetBasicAuth(z.id, z.secret)
	return r.Header.Get("Authorization")
}

// A refresh token that several processes use at once is worth one pair of tokens, whoever comes first.
func TestOneOfManyRefreshesWins(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	statuses := make(chan int, 50)
	var all sync.WaitGroup
	for range cap(statuses) {
		all.Go(func() {
			status, err := z.send(http.MethodPost, "/oauth/token?grant_type=refresh_token&refresh_token="+h.refreshToken, z.basic(), "")
			if err != nil {
				t.Error(err)
			}
			statuses <- status
		})
	}
	all.Wait()
	close(statuses)
	won := 0
	for status := range statuses {
		if status == http.StatusOK {
			won++
		}
	}
	if won != 1 || z.count("token.refreshed") != 1 || z.count("token.refused") != 49 {
		t.Errorf("%d refreshes won, ledger %d and %d", won, z.count("token.refreshed"), z.count("token.refused"))
	}
}

func TestMeetingsMadeAtOnceAreAllThere(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{Unlimited: true})
	h := z.link("ana")
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if status, err := z.send(http.MethodPost, "/v2/users/me/meetings", "Bearer "+h.access, "{}"); err != nil || status != http.StatusCreated {
				t.Errorf("%d, %v", status, err)
			}
		})
	}
	all.Wait()
	ids := map[string]bool{}
	for _, m := range z.Meetings() {
		if m.Source == "open_api" {
			ids[m.ID] = true
		}
	}
	if len(ids) != 40 || z.count("meeting.created") != 40 {
		t.Errorf("%d meetings, %d in the ledger", len(ids), z.count("meeting.created"))
	}
}

// What a fault leaves behind at Zoom is what the product has to cope with.
func TestFaultsBeforeAndAfterZoomsEffect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    world.Fault
		status   int // 0: no answer
		meetings int
	}{
		"refused before":  {world.Fault{Status: http.StatusServiceUnavailable}, http.StatusServiceUnavailable, 0},
		"cut before":      {world.Fault{Drop: true}, 0, 0},
		"answer lost":     {world.Fault{When: world.After, Drop: true}, 0, 1},
		"answer replaced": {world.Fault{When: world.After, Status: http.StatusInternalServerError}, http.StatusInternalServerError, 1},
		"sent twice":      {world.Fault{Duplicate: true}, http.StatusCreated, 2},
		"error with 200":  {world.Fault{Status: http.StatusOK, Body: []byte(`{"code":200,"message":"No permission."}`)}, http.StatusOK, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := newZoom(t, zoomsim.Knobs{})
			h := z.link("ana")
			c.fault.Side, c.fault.Route = world.Zoom, "POST /v2/users/me/meetings"
			if _, err := z.world.Faults.Put(c.fault); err != nil {
				t.Fatal(err)
			}
			status, err := z.send(http.MethodPost, "/v2/users/me/meetings", "Bearer "+h.access, `{"topic":"Faulty"}`)
			if status != c.status || (err != nil) != (c.status == 0) {
				t.Errorf("answer %d, %v", status, err)
			}
			if n := z.count("meeting.created"); n != c.meetings || len(z.Meetings())-5 != c.meetings {
				t.Errorf("%d meetings in the ledger, %d at Zoom", n, len(z.Meetings())-5)
			}
			if a := h.call(http.MethodGet, "/users/me/meetings", ""); a.status != http.StatusOK {
				t.Errorf("another route suffers: %d", a.status)
			}
		})
	}
}

func TestTrafficShowsNoTokens(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	a := h.create(nil)
	z.refresh(h.refreshToken)
	z.opened(path(t, a.text("start_url")))
	_, zak, _ := strings.Cut(a.text("start_url"), "?zak=")
	var shown strings.Builder
	for _, x := range z.world.Traffic.List(0, 0) {
		for _, text := range []string{x.URL, x.Request.Body, x.Response.Body} {
			shown.WriteString(text)
		}
		for _, headers := range []map[string]string{x.Request.Headers, x.Response.Headers} {
			for _, value := range headers {
				shown.WriteString(value)
			}
		}
	}
	if z.world.Traffic.Last() < 6 || !strings.Contains(shown.String(), "My Meeting") && !strings.Contains(shown.String(), `"topic":"Plan"`) {
		t.Errorf("%d exchanges: %s", z.world.Traffic.Last(), shown.String())
	}
	for name, secret := range map[string]string{"access token": h.access, "refresh token": h.refreshToken, "client secret": z.secret, "verifier": verifier, "zak": zak} {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("the %s is shown", name)
		}
	}
}
