package app_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/contract"
	"causeway/internal/events"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/zoom"
)

// zoomHook posts to a product as Zoom does.
type zoomHook struct {
	*stage
	app     events.App
	secret  string
	account string // at Zoom, that events are about
	product int    // the one of several that is posted to
}

// zoomHook is where Zoom posts. Somebody is connected, because what concerns nobody is not kept.
func (s *stage) zoomHook() zoomHook {
	s.t.Helper()
	if n, err := app.Count(s.t.Context(), s.products[0].App, "select count(*) from account_grants where provider = 'zoom'"); err != nil {
		s.t.Fatal(err)
	} else if n == 0 {
		s.person("ana").link()
	}
	return zoomHook{stage: s, app: events.UserApp, secret: s.world.Settings().ZoomWebhookSecret, account: s.world.World.Seed.Tenants[0].ZoomAccount}
}

// post signs a body and posts it, changed by the changes.
func (z zoomHook) post(body string, at time.Time, changes ...func(*http.Request)) *http.Response {
	z.t.Helper()
	stamp := strconv.FormatInt(at.Unix(), 10)
	return z.send(body, append([]func(*http.Request){func(r *http.Request) {
		r.Header.Set("X-Zm-Request-Timestamp", stamp)
		r.Header.Set("X-Zm-Signature", zoomsim.SignEvent(z.secret, stamp, []byte(body)))
	}}, changes...)...)
}

func (z zoomHook) send(body string, changes ...func(*http.Request)) *http.Response {
	z.t.Helper()
	r, err := http.NewRequestWithContext(z.t.Context(), http.MethodPost, z.products[z.product].front.url+z.app.Path(), strings.NewReader(body))
	if err != nil {
		z.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set(forged, "yes")
	for _, change := range changes {
		change(r)
	}
	answer, err := z.http.Do(r)
	if err != nil {
		z.t.Fatal(err)
	}
	var text bytes.Buffer
	_, _ = text.ReadFrom(answer.Body)
	_ = answer.Body.Close()
	answer.Body = http.NoBody
	answer.Status = text.String()
	return answer
}

// kept counts what is in the inbox of Zoom's events.
func (z zoomHook) kept() int {
	z.t.Helper()
	n, err := app.Count(z.t.Context(), z.products[0].App, "select count(*) from inbox where source = 'zoom'")
	if err != nil {
		z.t.Fatal(err)
	}
	return n
}

func (z zoomHook) is(name string, answer *http.Response, status, kept int) {
	z.t.Helper()
	if answer.StatusCode != status || z.kept() != kept {
		z.t.Errorf("%s: answered %d with %d events kept, want %d with %d", name, answer.StatusCode, z.kept(), status, kept)
	}
}

func (z zoomHook) now() time.Time { return z.world.World.Clock.Now() }

// news is an event of Zoom's about a meeting.
func (z zoomHook) news(event, number string, at time.Time) string {
	return fmt.Sprintf(`{"event":%q,"event_ts":%d,"payload":{"account_id":%q,"operator_id":"op","object":{"id":%s,"uuid":"4444AAAiAAAAAiAiAiiAii==","host_id":"x1yC","participant":{"user_id":"16778240","user_name":"Ben"}}}}`,
		event, at.UnixMilli(), z.account, number)
}

func TestT36_SignedByteForByte(t *testing.T) {
	t.Parallel()
	z := begin(t, setup{}).zoomHook()
	now := z.now()
	odd := "{ \"event\" : \"meeting.updated\",\n\"event\":\"meeting.updated\", \"event_ts\": 1, \"payload\":{\"account_id\":\"\\u00" + hex.EncodeToString([]byte(z.account[:1])) + z.account[1:] + "\",\"object\":{\"id\":\"9876543210\"}}}\n"
	z.is("good", z.post(z.news("meeting.updated", "91234567890", now), now), http.StatusOK, 1)
	z.is("spaces, escapes, a key twice", z.post(odd, now), http.StatusOK, 2)
	good := z.news("meeting.updated", "91111111111", now)
	for name, change := range map[string]func(*http.Request){
		"signature upper case": func(r *http.Request) { r.Header.Set("X-Zm-Signature", strings.ToUpper(r.Header.Get("X-Zm-Signature"))) },
		"hex upper case": func(r *http.Request) {
			r.Header.Set("X-Zm-Signature", "v0="+strings.ToUpper(r.Header.Get("X-Zm-Signature")[3:]))
		},
		"no version": func(r *http.Request) { r.Header.Set("X-Zm-Signature", r.Header.Get("X-Zm-Signature")[3:]) },
		"signature cut": func(r *http.Request) {
			s := r.Header.Get("X-Zm-Signature")
			r.Header.Set("X-Zm-Signature", s[:len(s)-1])
		},
		"signature absent":         func(r *http.Request) { r.Header.Del("X-Zm-Signature") },
		"time absent":              func(r *http.Request) { r.Header.Del("X-Zm-Request-Timestamp") },
		"two signatures":           func(r *http.Request) { r.Header.Add("X-Zm-Signature", "v0=00") },
		"another second":           func(r *http.Request) { r.Header.Set("X-Zm-Request-Timestamp", strconv.FormatInt(now.Unix()+1, 10)) },
		"time is no number":        func(r *http.Request) { r.Header.Set("X-Zm-Request-Timestamp", "now") },
		"a signature of something": func(r *http.Request) { r.Header.Set("X-Zm-Signature", zoomsim.SignEvent(z.secret, "1", []byte(good))) },
	} {
		z.is(name, z.post(good, now, change), http.StatusUnauthorized, 2)
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	signature := []byte(zoomsim.SignEvent(z.secret, stamp, []byte(good)))
	for bit := range len(signature) * 8 {
		flipped := bytes.Clone(signature)
		flipped[bit/8] ^= 1 << (bit % 8)
		if flipped[bit/8] < ' ' || flipped[bit/8] > '~' {
			continue // cannot be in a header
		}
		answer := z.send(good, func(r *http.Request) {
			r.Header.Set("X-Zm-Request-Timestamp", stamp)
			r.Header.Set("X-Zm-Signature", string(flipped))
		})
		if answer.StatusCode != http.StatusUnauthorized {
			t.Fatalf("with bit %d of the signature flipped: %d", bit, answer.StatusCode)
		}
	}
	for bit := range len(good) * 8 {
		flipped := []byte(good)
		flipped[bit/8] ^= 1 << (bit % 8)
		answer := z.send(string(flipped), func(r *http.Request) {
			r.Header.Set("X-Zm-Request-Timestamp", stamp)
			r.Header.Set("X-Zm-Signature", string(signature))
		})
		if answer.StatusCode != http.StatusUnauthorized {
			t.Fatalf("with bit %d of the body flipped: %d", bit, answer.StatusCode)
		}
	}
	if n := z.kept(); n != 2 {
		t.Errorf("%d events are kept, want 2", n)
	}
}

func TestT37_WithoutASecretNothingIsTaken(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][]zoom.Secret{"none": nil, "empty": {""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := beginGuarded(t, func(c *app.Config) { c.ZoomHooks = map[events.App][]zoom.Secret{events.UserApp: secrets} })
			if n := strings.Count(g.log.String(), `"nothing is taken from Zoom's webhooks: their secret is not set","app":"user"`); n != 1 {
				t.Errorf("that there is no secret is said %d times:\n%s", n, g.log)
			}
			z := g.zoomHook()
			z.secret = ""
			body, now := z.news("meeting.updated", "91234567890", z.now()), z.now()
			z.is("signed with nothing", z.post(body, now), http.StatusUnauthorized, 0)
			z.is("unsigned", z.send(body), http.StatusUnauthorized, 0)
			z.is("a challenge", z.send(challenge("qgg8vlvZRS6UYooatFL8Aw")), http.StatusUnauthorized, 0)
			z.app = events.AdminApp
			z.is("the other app", z.post(body, now), http.StatusUnauthorized, 0)
		})
	}
}

func challenge(token any) string {
	text, _ := json.Marshal(token)
	return fmt.Sprintf(`{"event":"endpoint.url_validation","event_ts":1654503849680,"payload":{"plainToken":%s}}`, text)
}

func TestT38_AChallengeIsNoWayToSign(t *testing.T) {
	t.Parallel()
	z := begin(t, setup{}).zoomHook()
	now := z.now()
	event := z.news("meeting.updated", "91234567890", now)
	for name, token := range map[string]any{
		"what an event's signature is made of": fmt.Sprintf("v0:%d:%s", now.Unix(), event), "a colon": "abcdefgh:ijkl", "a space": "abcdefgh ijkl", "too long": strings.Repeat("a", 129),
		"empty": "", "a number": 12345678, "a list": []string{"abcdefgh"}, "nothing": nil, "a line": "abcdefgh\n",
	} {
		answer := z.send(challenge(token))
		z.is(name, answer, http.StatusBadRequest, 0)
		if strings.Contains(answer.Status, "encryptedToken") {
			t.Errorf("%s was signed", name)
		}
	}
	z.is("badly signed", z.post(challenge("qgg8vlvZRS6UYooatFL8Aw"), now, func(r *http.Request) { r.Header.Set("X-Zm-Signature", "v0=00") }), http.StatusUnauthorized, 0)
	for name, answer := range map[string]*http.Response{"unsigned": z.send(challenge("qgg8vlvZRS6UYooatFL8Aw")), "signed": z.post(challenge("qgg8vlvZRS6UYooatFL8Aw"), now)} {
		var got map[string]string
		if err := json.Unmarshal([]byte(answer.Status), &got); err != nil || answer.StatusCode != http.StatusOK || len(got) != 2 ||
			got["plainToken"] != "qgg8vlvZRS6UYooatFL8Aw" || len(got["encryptedToken"]) != 64 {
			t.Errorf("%s: %d %s", name, answer.StatusCode, answer.Status)
		}
	}
	z.is("an event after it, forged", z.send(event), http.StatusUnauthorized, 0)
}

func TestT39_NothingIsTakenUnsigned(t *testing.T) {
	t.Parallel()
	z := begin(t, setup{}).zoomHook()
	for _, name := range append(zoom.Events(), zoom.EventDeauthorized, "phone.voicemail_received", "no.such_event") {
		z.is(name, z.send(z.news(name, "91234567890", z.now())), http.StatusUnauthorized, 0)
	}
	z.is("no JSON", z.send("hello"), http.StatusUnauthorized, 0)
}

func TestT40_WhatComesAgainHasNoEffect(t *testing.T) {
	t.Parallel()
	c := truth(t)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	z := c.zoomHook()
	at := z.now()
	body := z.news("meeting.updated", number, at)
	var group sync.WaitGroup
	before := z.kept()
	for range 8 {
		group.Go(func() {
			if got := z.post(body, at).StatusCode; got != http.StatusOK {
				t.Errorf("answered %d", got)
			}
		})
	}
	group.Wait()
	c.mark()
	c.idle()
	z.is("within the window", z.post(body, at), http.StatusOK, before+1)
	c.settle()
	if n := c.effects(); n != (effects{}) {
		t.Errorf("the ledger shows %+v", n)
	}
	c.advance(3 * time.Hour)
	z.is("after it", z.post(body, at), http.StatusUnauthorized, z.kept())
}

func TestT41_LateNewsCountsOnce(t *testing.T) {
	t.Parallel()
	z := begin(t, setup{}).zoomHook()
	for i, late := range []time.Duration{5 * time.Minute, 25 * time.Minute, 85 * time.Minute} {
		body, at := z.news("meeting.updated", fmt.Sprint(91234567890+i), z.now().Add(-late)), z.now().Add(-late)
		z.is(late.String(), z.post(body, at), http.StatusOK, i+1)
		z.is(late.String()+", again", z.post(body, at), http.StatusOK, i+1)
	}
	for _, at := range []time.Time{z.now().Add(-3 * time.Hour), z.now().Add(6 * time.Minute), time.Unix(0, 0), time.Unix(-5, 0)} {
		z.is(at.String(), z.post(z.news("meeting.updated", "91234567899", at), at), http.StatusUnauthorized, 3)
	}
}

func TestT43_SecretsAreReplaced(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{config: func(c *app.Config) {
		c.ZoomHooks = map[events.App][]zoom.Secret{events.UserApp: {"new", "old"}, events.AdminApp: {"admin"}}
	}})
	z := s.zoomHook()
	body := func(i int) string { return z.news("meeting.updated", fmt.Sprint(91234567890+i), z.now()) }
	with := func(secret string, app events.App) zoomHook {
		return zoomHook{stage: s, app: app, secret: secret, account: z.account}
	}
	z.is("the new one", with("new", events.UserApp).post(body(1), z.now()), http.StatusOK, 1)
	z.is("the old one", with("old", events.UserApp).post(body(2), z.now()), http.StatusOK, 2)
	z.is("the other app's", with("admin", events.UserApp).post(body(3), z.now()), http.StatusUnauthorized, 2)
	z.is("its own", with("admin", events.AdminApp).post(body(3), z.now()), http.StatusOK, 3)
	z.is("of the other one", with("new", events.AdminApp).post(body(4), z.now()), http.StatusUnauthorized, 3)
	signed := func() string {
		var got struct{ EncryptedToken string }
		_ = json.Unmarshal([]byte(z.send(challenge("qgg8vlvZRS6UYooatFL8Aw")).Status), &got)
		return got.EncryptedToken
	}
	answer, err := zoom.NewHook(time.Now, "new").Answer("qgg8vlvZRS6UYooatFL8Aw")
	if err != nil || signed() != answer.EncryptedToken {
		t.Errorf("the challenge is not answered with the new secret: %v", err)
	}
	s.config = func(c *app.Config) { c.ZoomHooks = map[events.App][]zoom.Secret{events.UserApp: {"new"}} }
	s.products[0].stop()
	s.start(0)
	z.is("the old one, removed", with("old", events.UserApp).post(body(5), z.now()), http.StatusUnauthorized, 3)
	z.is("an app without one", with("admin", events.AdminApp).post(body(5), z.now()), http.StatusUnauthorized, 3)
}

func TestT45_NoMoreThanAMegabyte(t *testing.T) {
	t.Parallel()
	z := begin(t, setup{}).zoomHook()
	z.is("a megabyte and one", z.post(strings.Repeat("x", 1<<20+1), z.now()), http.StatusRequestEntityTooLarge, 0)
	z.is("of unknown length", z.send(strings.Repeat("x", 1<<20+1), func(r *http.Request) { r.ContentLength = -1 }), http.StatusRequestEntityTooLarge, 0)
	z.is("packed", z.post("{}", z.now(), func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }), http.StatusUnsupportedMediaType, 0)
}

// A byte each second, signed or not, holds nothing up for long: the rest is not waited for.
func TestT45_WhoSendsSlowlyIsCutOff(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	for _, path := range []string{events.UserApp.Path(), "/graph/notify"} {
		c := g.raw()
		if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 600\r\n\r\n", path); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			for second := time.NewTicker(time.Second); ; {
				select {
				case <-ended:
					second.Stop()
					return
				case <-second.C:
					_, _ = c.Write([]byte(" ")) // until nobody reads it any more
				}
			}
		}()
		answer, err := bufio.NewReader(c).ReadString('\n')
		close(ended)
		if err != nil || !strings.HasPrefix(answer, "HTTP/1.1 400 ") {
			t.Errorf("%s: answered %q, %v", path, answer, err)
		}
	}
}

// What was changed in the portal is in Outlook without anybody asking for it: Zoom has told.
func TestT46_ZoomTellsAndWeAsk(t *testing.T) {
	t.Parallel()
	c := truth(t)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.idle()
	c.mark()
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Launch, moved"})
	c.await("event.sent", 1)
	c.idle()
	c.until("Outlook follows", func() bool { return c.event(number).Subject == "Launch, moved" })
	// In the wrong order, and of long ago: what counts is what Zoom has now.
	z := c.zoomHook()
	for i, event := range []string{"meeting.deleted", "meeting.created", "meeting.updated"} {
		at := z.now().Add(-time.Duration(i) * time.Minute)
		z.post(z.news(event, number, at), z.now())
	}
	c.settle()
	c.converged()
	if got := c.stored(number); got.State != m.State || got.Draft.Topic != "Launch, moved" {
		t.Errorf("stored is %s %q", got.State, got.Draft.Topic)
	}
	c.portalDo("DELETE", number, "", nil)
	c.idle()
	c.until("it leaves the calendar", func() bool { return c.event(number).ID == "" })
	z.post(z.news("meeting.updated", number, z.now()), z.now())
	c.settle()
	c.converged()
}

func TestT44_OtherPeoplesAccountsAreIgnored(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	c := &copies{stage: g.stage, who: g.identity("ana"), handle: "ana"}
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	z := c.zoomHook()
	c.mark()
	before, own := z.kept(), z.account
	z.account = "of others"
	z.is("another account", z.post(z.news("meeting.deleted", number, z.now()), z.now()), http.StatusOK, before)
	z.account = ""
	z.is("none", z.post(z.news("meeting.deleted", number, z.now()), z.now()), http.StatusOK, before)
	z.account = own
	z.is("who is in a meeting that is not ours", z.post(z.news("meeting.participant_joined", "91234567899", z.now()), z.now()), http.StatusOK, before)
	c.idle()
	if n := c.zoomCalls(); n != 0 {
		t.Errorf("Zoom was asked %d times because of it", n)
	}
	z.is("an event that we do not know", z.post(`{"event":"meeting.new_thing","event_ts":1,"payload":{"account_id":"x"}}`, z.now()), http.StatusOK, before)
	z.is("signed, and no event", z.post("hello", z.now()), http.StatusOK, before)
	c.advance(time.Minute)
	c.idle()
	if log := g.log.String(); !strings.Contains(log, `"msg":"nothing follows from events of Zoom's","unknown":{`) || !strings.Contains(log, `"meeting.new_thing":1`) {
		t.Errorf("what was ignored is not counted in the log:\n%s", log)
	}
}

// While nobody answers us, Zoom is answered.
func TestT47_ZoomDoesNotWaitForOthers(t *testing.T) {
	t.Parallel()
	c := truth(t)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	for _, side := range []world.Side{world.Zoom, world.Microsoft} {
		c.fault(world.Fault{Side: side, Route: "*", Hold: true})
	}
	z := c.zoomHook()
	for i := range 20 {
		at := z.now().Add(time.Duration(i) * time.Millisecond)
		if got := z.post(z.news("meeting.updated", number, at), z.now()).StatusCode; got != http.StatusOK {
			t.Errorf("answered %d", got)
		}
	}
	c.calm()
}

// Whoever removes the app at Zoom is not connected any more; news of it that is older than the link does not count.
func TestT39_TheAppIsRemovedAtZoom(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	s.config = func(c *app.Config) {
		c.ZoomHooks[events.AdminApp] = []zoom.Secret{zoom.Secret(s.world.Settings().ZoomWebhookSecret)}
	}
	s.products[0].stop()
	s.start(0)
	ana := s.person("ana")
	ana.link()
	z := s.zoomHook()
	s.mark()
	s.call("DELETE", "/zoom/people/ana/app", nil, nil)
	s.await("event.sent", 1)
	s.idle()
	grants := func() int {
		n, err := app.Count(t.Context(), s.products[0].App, "select count(*) from account_grants where provider = 'zoom'")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := grants(); n != 0 {
		t.Errorf("%d grants are left", n)
	}
	s.advance(time.Minute)
	ana.link()
	s.advance(time.Minute)
	p := s.world.World.Seed.Person("ana")
	earlier := strconv.FormatInt(z.now().Add(-90*time.Second).UnixMilli(), 10)
	old := fmt.Sprintf(`{"event":"app_deauthorized","event_ts":%s,"payload":{"account_id":%q,"user_id":%q,"client_id":"x"}}`,
		earlier, s.world.World.Seed.Tenants[0].ZoomAccount, p.ZoomID)
	if got := z.post(old, z.now()).StatusCode; got != http.StatusOK {
		t.Errorf("answered %d", got)
	}
	s.idle()
	if n := grants(); n != 1 {
		t.Errorf("%d grants, want that which is newer than the news", n)
	}
	now := strings.Replace(old, earlier, strconv.Quote("now"), 1)
	z.app = events.AdminApp
	z.is("the administrators' app is removed", z.post(now, z.now()), http.StatusOK, z.kept())
	s.idle()
	if n := grants(); n != 1 {
		t.Errorf("%d grants, though it was another app that was removed", n)
	}
	z.app = events.UserApp
	z.post(now, z.now()) // at a time that cannot be read
	s.idle()
	if n := grants(); n != 0 {
		t.Errorf("%d grants are left", n)
	}
}

// specsDir is where the vendors' descriptions are.
func specsDir() string {
	return cmp.Or(os.Getenv("SPECS_DIR"), filepath.Join("..", "..", "..", "shared", "specs"))
}

// The vendor's samples are acknowledged, each of them. That they are understood is proved where they are read.
func TestZoomsSamplesAreTaken(t *testing.T) {
	t.Parallel()
	if !contract.Present(t) {
		return
	}
	z := begin(t, setup{}).zoomHook()
	files, err := filepath.Glob(filepath.Join(specsDir(), "zoom/samples/webhooks/*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := z.post(string(body), z.now()); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", filepath.Base(file), got.StatusCode)
		}
	}
}

// Zoom comes again for what was not taken, three times within an hour and a half; what it gives up is found all the same.
func TestT41_WhatZoomGivesUpIsFound(t *testing.T) {
	t.Parallel()
	c := truth(t)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	if err := c.products[0].Full(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	c.mark()
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Second try"})
	c.await("event.sent", 1)
	if err := c.products[0].Full(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	c.advance(5 * time.Minute)
	if last := c.await("event.sent", 2)[1]; fmt.Sprint(last.Detail["status"], last.Detail["attempt"]) != "200 2" {
		t.Errorf("the second try: %v", last.Detail)
	}
	c.until("Outlook follows", func() bool { return c.event(number).Subject == "Second try" })
	c.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Never told"})
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Never told" {
		t.Errorf("Outlook has %q", e.Subject)
	}
}

// Who removes the app at Zoom is told, and all that Causeway had of their meetings is deleted, unless they let it be kept; what stands in
// Outlook and in conversations is theirs. Connected again in between, the old is deleted all the same.
func TestT72_RemovingTheAppDeletes(t *testing.T) {
	t.Parallel()
	tables := []string{"meetings", "meeting_requests", "meeting_invitees", "meeting_sessions", "meeting_attendance", "meeting_copies", "calendar_entries", "board_shares", "meeting_typed"}
	begun := func(t *testing.T) (zoomHook, person) {
		t.Helper()
		s := begin(t, setup{})
		ana := s.person("ana")
		ana.link()
		ana.schedule("launch", "Launch").is("message")
		s.idle()
		s.hold(s.numbered("Launch"))
		s.advance(time.Minute)
		ana.shows("launch", "Watch the recording")
		s.idle()
		return s.zoomHook(), ana
	}
	removed := func(z zoomHook, retention string, at time.Time) {
		z.t.Helper()
		p := z.world.World.Seed.Person("ana")
		body := fmt.Sprintf(`{"event":"app_deauthorized","event_ts":%d,"payload":{"account_id":%q,"user_id":%q,"client_id":"x"%s}}`, at.UnixMilli(), z.account, p.ZoomID, retention)
		if got := z.post(body, z.now()).StatusCode; got != http.StatusOK {
			z.t.Fatalf("answered %d", got)
		}
		z.idle()
	}
	rows := func(z zoomHook) (all int, which string) {
		z.t.Helper()
		for _, table := range tables {
			if n := z.stored(table); n > 0 {
				all, which = all+n, which+" "+table
			}
		}
		return all, which
	}
	for retention, kept := range map[string]bool{
		``: false, `,"user_data_retention":"false"`: false, `,"user_data_retention":false`: false, `,"user_data_retention":"true"`: true, `,"user_data_retention":true`: true,
	} {
		t.Run(retention, func(t *testing.T) {
			t.Parallel()
			z, ana := begun(t)
			z.mark()
			removed(z, retention, z.now())
			if n := z.stored("account_grants where provider = 'zoom'"); n != 0 {
				t.Errorf("%d grants are left", n)
			}
			if n, which := rows(z); (n > 0) != kept {
				t.Errorf("%d rows are left:%s", n, which)
			}
			ana.shows("bot", "connection to your Zoom account has ended")
			if n := len(z.rows("event.cancelled")) + len(z.rows("event.deleted")) + len(z.rows("message.deleted")) + len(z.rows("meeting.deleted")); n != 0 {
				t.Errorf("%d things were taken away from people", n)
			}
			if events := ana.events("Launch"); len(events) != 1 {
				t.Errorf("%d events in Outlook", len(events))
			}
			ana.link()
			ana.schedule("launch", "Afterwards").is("message")
			z.idle()
		})
	}
	t.Run("connected again in between", func(t *testing.T) {
		t.Parallel()
		z, ana := begun(t)
		at := z.now()
		removed(z, "", at)
		z.advance(time.Minute)
		ana.link()
		ana.schedule("launch", "Afterwards").is("message")
		z.idle()
		removed(z, "", at) // again, and late
		if n := z.stored("meetings"); n != 1 {
			t.Errorf("%d meetings are known, want the new one", n)
		}
	})
}

// Whoever posts as Zoom and does not go on holds a place no longer than Zoom itself would wait for the answer.
func TestAnEventThatIsSentSlowlyIsGivenUp(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	c := g.raw()
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, "POST /zoom/hook/user HTTP/1.1\r\nHost: causeway\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest || !answer.Close {
		t.Errorf("%s, the connection is closed: %t", answer.Status, answer.Close)
	}
}
