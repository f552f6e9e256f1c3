package app_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/bot"
	"causeway/internal/entra"
	"causeway/internal/live"
	"causeway/internal/sandbox/world"
)

// signedToken is how every signed token begins, which a random text may hold somewhere within.
var signedToken = regexp.MustCompile(`(^|[^A-Za-z0-9_-])eyJ`)

// api calls the API as the tab does, with the bearer token of a person, and reads the answer into out (when not nil).
func (g *guarded) api(handle, method, path string, in, out any) answered {
	g.t.Helper()
	body := ""
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			g.t.Fatal(err)
		}
		body = string(text)
	}
	got := g.request(method, path, body, "Authorization", "Bearer "+g.sso(handle, nil), "Content-Type", "application/json", "Accept-Language", "en")
	if signedToken.MatchString(got.body) {
		g.t.Errorf("%s %s answers with a token: %s", method, path, got.body)
	}
	if out != nil && got.status < http.StatusBadRequest {
		if err := json.Unmarshal([]byte(got.body), out); err != nil {
			g.t.Fatalf("%s %s: %v: %s", method, path, err, got.body)
		}
	}
	return got
}

// self is what GET /api/me says beside who somebody is.
type self struct {
	Zoom, ZoomName, ZoomEmail, CalendarState string
	Calendar                                 bool
	Features                                 map[string]bool
	Approved                                 map[string]bool
	Gate                                     *struct{ Side, Text, Ask string }
	Grants                                   struct{ Contacts, Rooms string }
	Settings                                 map[string]any
	Where                                    map[string]map[string]string
}

func (g *guarded) self(handle string) (w self) {
	g.t.Helper()
	g.want("me", g.api(handle, http.MethodGet, "/api/me", nil, &w), http.StatusOK)
	return w
}

// begun is a linking begun in the tab.
type begun struct{ Intent, URL string }

func (g *guarded) beginConnect(handle string) (b begun) {
	g.t.Helper()
	g.want("connect", g.api(handle, http.MethodPost, "/api/connect", object{}, &b), http.StatusOK)
	return b
}

func TestMeSaysWhatThePersonCanDo(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	me := g.self("ana")
	// Whether Zoom has approved shows when somebody connects: that is not kept from anybody.
	if me.Zoom != "not_linked" || me.CalendarState != "missing" || me.Gate != nil || me.Approved["zoom"] || !me.Approved["microsoft"] {
		t.Errorf("before connecting: %+v", me)
	}
	for feature, on := range map[string]bool{
		"meetings": true, "phone": true, "whiteboard": true, "contacts": false, "rooms": false, "two_way_sync": false, "outlook_edits": false,
	} {
		if me.Features[feature] != on {
			t.Errorf("%s is %t", feature, me.Features[feature])
		}
	}
	if me.Grants.Contacts != "off" || me.Grants.Rooms != "off" || me.Where["C11"]["ios"] != "client" || me.Where["C2"]["web"] != "native" {
		t.Errorf("grants %+v, where %v", me.Grants, me.Where["C11"])
	}
	ana := g.person("ana")
	ana.link()
	if me = g.self("ana"); me.Zoom != "linked" || me.Gate != nil || !me.Approved["zoom"] || me.ZoomName != "Ana Duarte" || me.ZoomEmail == "" || me.CalendarState != "connected" || !me.Calendar {
		t.Errorf("connected: %+v", me)
	}
	form, _ := ana.approveJIT("launch", "schedule")
	g.allowZoom(false)
	form.submit(fields{"topic": "Too late"}).says("Causeway was switched off at Zoom.")
	me = g.self("ana")
	if me.Gate == nil || me.Gate.Side != "zoom" || me.Gate.Text == "" || !strings.Contains(me.Gate.Ask, askZoom) || !strings.Contains(me.Gate.Ask, g.products[0].front.url) {
		t.Errorf("the gate is %+v", me.Gate)
	}
	if got := g.api("ana", http.MethodPost, "/api/availability", object{"addresses": []string{}, "from": "2026-11-24T08:00:00Z", "to": "2026-11-24T18:00:00Z", "zone": "UTC", "minutes": 30}, nil); got.status != http.StatusForbidden || !strings.Contains(got.body, "not_ready") {
		t.Errorf("free times behind the gate: %d %s", got.status, got.body)
	}
}

func TestSettingsAreThePersonsOwn(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	usual := `{"language":"","invited":true,"scheduled":true,"starting":false,"boards":true,"mentions":true,"agenda":-1,"zone":"","pmi":false,"reminder":15,"sync":false}`
	if got := g.api("ana", http.MethodGet, "/api/settings", nil, nil); strings.TrimSpace(got.body) != usual {
		t.Errorf("nothing chosen: %s", got.body)
	}
	chosen := object{"language": "fr", "invited": false, "scheduled": true, "pmi": true, "reminder": -1, "sync": true}
	g.want("choosing", g.api("ana", http.MethodPut, "/api/settings", chosen, nil), http.StatusOK)
	if me := g.self("ana"); me.Settings["language"] != "fr" || me.Settings["reminder"] != -1.0 || me.Settings["invited"] != false {
		t.Errorf("chosen: %v", me.Settings)
	}
	if got := g.api("ben", http.MethodGet, "/api/settings", nil, nil); strings.TrimSpace(got.body) != usual {
		t.Errorf("Ben has %s", got.body)
	}
	chosen["language"], chosen["reminder"] = "xx", 99999
	got := g.api("ana", http.MethodPut, "/api/settings", chosen, nil)
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"body.language"`) || !strings.Contains(got.body, `"body.reminder"`) {
		t.Errorf("wrong: %d %s", got.status, got.body)
	}
	for name, body := range map[string]object{"another's": {"userId": "x"}, "half": {"language": "fr"}} {
		if got := g.api("ana", http.MethodPut, "/api/settings", body, nil); got.status < 400 || got.status >= 500 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := g.request(http.MethodPut, "/api/settings", `{"language":"`+strings.Repeat("x", 300<<10)+`"}`, "Authorization", "Bearer "+g.sso("ana", nil), "Content-Type", "application/json"); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 300 KB: answered %d", got.status)
	}
}

// Linking from the tab is the linking from a chat: the same two legs, and a code that counts once, in time, for who began it.
func TestT25_LinkingFromTheTab(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	complete := func(handle, code string) answered {
		return g.api(handle, http.MethodPost, "/api/connect/complete", object{"code": code}, nil)
	}
	begun := g.beginConnect("ana")
	if begun.URL != g.world.Settings().PublicURL+"/connect/"+begun.Intent {
		t.Errorf("begun at %s", begun.URL)
	}
	code, _ := g.browser().walk(begun.URL, "ana.duarte@meridian.example").result(t)
	if g.linked("ana") != "not_linked" {
		t.Error("linked before the tab has handed the code back")
	}
	got := complete("ana", code)
	var me self
	if err := json.Unmarshal([]byte(got.body), &me); err != nil || got.status != http.StatusOK || me.Zoom != "linked" || !me.Calendar {
		t.Errorf("completed: %d %s", got.status, got.body)
	}
	if again := complete("ana", code); again.status != http.StatusForbidden || !strings.Contains(again.body, saysWrong) {
		t.Errorf("the code once more: %d %s", again.status, again.body)
	}
	_, digits := g.browser().walk(g.beginConnect("ben").URL, "ben.okafor@meridian.example").result(t)
	g.want("the six digits", complete("ben", digits), http.StatusOK)
	// What Ana was made to open by Chloe never becomes Chloe's, nor Ana's.
	popup := g.beginConnect("chloe")
	g.browser().walk(popup.URL, "ana.duarte@meridian.example").shows(t, "another person at Microsoft", http.StatusForbidden, "somebody else than in Teams")
	stolen, _ := g.browser().walk(g.beginConnect("chloe").URL, "chloe.martin@meridian.example").result(t)
	g.mark()
	if got := complete("ana", stolen); got.status != http.StatusForbidden {
		t.Errorf("in another person's hands: %d %s", got.status, got.body)
	}
	g.await("token.revoked", 1)
	if got := complete("chloe", stolen); got.status != http.StatusForbidden {
		t.Errorf("after it was misused: %d %s", got.status, got.body)
	}
	late, _ := g.browser().walk(g.beginConnect("chloe").URL, "chloe.martin@meridian.example").result(t)
	g.advance(6 * time.Minute)
	if got := complete("chloe", late); got.status != http.StatusForbidden || g.linked("chloe") != "not_linked" {
		t.Errorf("too late: %d %s", got.status, got.body)
	}
	for _, odd := range []string{"", "x", "12345", strings.Repeat("A", 43)} {
		if got := complete("chloe", odd); got.status != http.StatusForbidden {
			t.Errorf("code %q: %d %s", odd, got.status, got.body)
		}
	}
}

// A meeting that waited for the calendar is in it once the calendar is connected in the tab; disconnecting there ends everything.
func TestLinkingFromTheTabGoesOnWithWhatWaited(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	b := g.browser()
	code, _ := b.press(b.open(b.zoom(g.beginConnect("ana").URL, "ana")), "", false).result(t)
	var me self
	g.want("without calendar", g.api("ana", http.MethodPost, "/api/connect/complete", object{"code": code}, &me), http.StatusOK)
	if me.Zoom != "linked" || me.Calendar || me.CalendarState != "missing" {
		t.Errorf("without calendar: %+v", me)
	}
	ana.schedule("pair", "Waits for the calendar").is("message")
	g.expect(effects{Meetings: 1, Cards: 1, DMs: 2})
	g.mark()
	code, _ = g.browser().walk(g.beginConnect("ana").URL, "ana").result(t)
	g.want("with calendar", g.api("ana", http.MethodPost, "/api/connect/complete", object{"code": code}, nil), http.StatusOK)
	g.expect(effects{Events: 1, Mails: 1})
	g.mark()
	g.want("disconnecting", g.api("ana", http.MethodDelete, "/api/connect", nil, &me), http.StatusOK)
	if me.Zoom != "not_linked" || me.CalendarState != "missing" {
		t.Errorf("disconnected: %+v", me)
	}
	g.await("token.revoked", 1)
}

// The look-ups that Microsoft is asked for separately: off, then missing, then granted, and off again within ten seconds.
func TestT22_LookUpsActOnBehalfOfThePersonAlone(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	looks := func() (n int) {
		for _, x := range g.world.World.Traffic.List(0, 0) {
			for _, part := range []string{"/me/people", "/users?", "/me/contacts", "/places/"} {
				if strings.Contains(x.URL, part) {
					n++
				}
			}
		}
		return n
	}
	states := func() (string, string) {
		t.Helper()
		var people, rooms struct{ State string }
		for path, out := range map[string]any{"/api/people?q=be": &people, "/api/rooms": &rooms} {
			g.want(path, g.api("ana", http.MethodGet, path, nil, out), http.StatusOK)
		}
		return people.State, rooms.State
	}
	if people, rooms := states(); people != "off" || rooms != "off" {
		t.Errorf("people %s, rooms %s, before anything is switched on", people, rooms)
	}
	if got := g.api("ana", http.MethodPost, "/api/consent", object{"grants": []string{"contacts"}}, nil); got.status != http.StatusForbidden || !strings.Contains(got.body, "is off in your organisation") {
		t.Errorf("consent to what is off: %d %s", got.status, got.body)
	}
	g.setPolicy("contacts", "on")
	g.until("people may be looked up", func() bool { people, _ := states(); return people == "missing" })
	if me := g.self("ana"); me.Grants.Contacts != "missing" || me.Grants.Rooms != "off" || looks() != 0 {
		t.Errorf("grants %+v and %d look-ups before the consent", me.Grants, looks())
	}
	var wish struct{ URL string }
	g.want("consent", g.api("ana", http.MethodPost, "/api/consent", object{"grants": []string{"contacts"}}, &wish), http.StatusOK)
	b := g.browser()
	first := b.once(http.MethodGet, wish.URL, "")
	asked, err := url.Parse(first.next())
	if err != nil {
		t.Fatal(err)
	}
	q := asked.Query()
	scopes := strings.Fields(q.Get("scope"))
	slices.Sort(scopes)
	if strings.Join(scopes, " ") != "Contacts.Read People.Read User.ReadBasic.All" || q.Get("prompt") != "consent" || q.Get("login_hint") == "" ||
		q.Get("redirect_uri") != g.world.Settings().PublicURL+"/entra/callback" {
		t.Errorf("asks for %v", q)
	}
	if cookie := first.header.Get("Set-Cookie"); !strings.Contains(cookie, "__Host-consent=") || !strings.Contains(cookie, "HttpOnly; Secure; SameSite=Lax") {
		t.Errorf("the cookie is %s", cookie)
	}
	last := b.microsoft(b.open(first.next()), "ana.duarte@meridian.example")
	if last.status != http.StatusOK || !strings.Contains(last.body, `data-result="consented"`) {
		t.Fatalf("the last page: %d %s", last.status, last.body)
	}
	g.browser().open(last.url.String()).shows(t, "another browser's callback", http.StatusForbidden, saysNotYours)
	if me := g.self("ana"); me.Grants.Contacts != "granted" {
		t.Errorf("grants %+v after the consent", me.Grants)
	}
	if people, _ := states(); people != "granted" || looks() == 0 {
		t.Errorf("people %s with %d look-ups after the consent", people, looks())
	}
	// Somebody else has not consented, and the application has no way in of its own.
	if me := g.self("ben"); me.Grants.Contacts != "missing" {
		t.Errorf("Ben's grants %+v", me.Grants)
	}
	g.setPolicy("contacts", "off")
	g.until("people may not be looked up any more", func() bool { people, _ := states(); return people == "off" })
	before := looks()
	states()
	if n := looks(); n != before {
		t.Errorf("%d look-ups after the switch", n-before)
	}
	if signedToken.MatchString(g.log.String()) {
		t.Errorf("the log holds a token:\n%s", g.log)
	}
}

// TestAMissingConsentIsAskedForOnce: who looks at the tab again and again does not ask Entra each time.
func TestAMissingConsentIsAskedForOnce(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	for _, grant := range []string{"contacts", "rooms"} {
		g.setPolicy(grant, "on")
		g.until(grant+" are switched on", func() bool { return g.self("ana").Features[grant] })
	}
	asked := func() (n int) {
		for _, x := range g.world.World.Traffic.List(0, 0) {
			if strings.Contains(x.URL, "/oauth2/v2.0/token") && strings.Contains(x.Request.Body, "on_behalf_of") {
				n++
			}
		}
		return n
	}
	g.advance(2 * time.Minute)
	before := asked()
	for range 10 {
		g.self("ana")
	}
	if n := asked() - before; n != 2 {
		t.Errorf("Entra was asked %d times for two grants", n)
	}
	g.advance(2 * time.Minute)
	g.self("ana")
	if n := asked() - before; n != 4 {
		t.Errorf("%d times after two minutes", n)
	}
}

// TestAConsentAnswersTheChallenge: what Entra wants to know for a look-up is asked for together with the consent, whether the tab knows it or not.
func TestAConsentAnswersTheChallenge(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	g.setPolicy("contacts", "on")
	g.until("contacts are switched on", func() bool { return g.self("ana").Features["contacts"] })
	g.advance(2 * time.Minute)
	const wanted = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
	body, err := json.Marshal(object{"error": "interaction_required", "error_codes": []int{50076}, "error_description": "AADSTS50076: more is needed.", "claims": wanted})
	if err != nil {
		t.Fatal(err)
	}
	g.fault(world.Fault{ID: "challenge", Side: world.Microsoft, Route: entraToken, Status: http.StatusBadRequest, Body: body})
	got := g.api("ana", http.MethodGet, "/api/people?q=be", nil, nil)
	if said := got.header.Get("WWW-Authenticate"); got.status != http.StatusUnauthorized || !strings.Contains(said, base64.StdEncoding.EncodeToString([]byte(wanted))) {
		t.Errorf("a look-up: %d, %s", got.status, said)
	}
	for _, wish := range []object{{"grants": []string{"contacts"}}, {"grants": []string{"contacts"}, "claims": wanted}} {
		var begun struct{ URL string }
		g.want("consent", g.api("ana", http.MethodPost, "/api/consent", wish, &begun), http.StatusOK)
		asked, err := url.Parse(g.browser().once(http.MethodGet, begun.URL, "").next())
		if err != nil || asked.Query().Get("claims") != wanted {
			t.Errorf("%v asks for %q, %v", wish, asked.Query().Get("claims"), err)
		}
	}
}

// TestSearchesArePaced: nobody spends what Teams allows the whole organisation.
func TestSearchesArePaced(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t, func(c *app.Config) {
		// However long the questions take on a busy machine, no time passes but what is let pass.
		began, world := time.Now(), c.Now
		c.Now = func() time.Time { return began.Add(time.Until(world())) }
	})
	g.person("ana").link()
	search := func(handle string) answered {
		return g.api(handle, http.MethodGet, "/api/conversations?q=la", nil, nil)
	}
	inTeams := func() string {
		q := object{"commandId": bot.CommandFind, "parameters": []object{{"name": bot.FindParameter, "value": "what there is not"}}, "queryOptions": object{"skip": 0, "count": 25}}
		return g.sent(g.activityToken(nil), g.invoke("ana", "launch", "composeExtension/query", q)).body
	}
	g.fault(world.Fault{Side: world.Zoom, Route: "GET /v2/users/me/meetings", Status: http.StatusServiceUnavailable})
	if text := inTeams(); !strings.Contains(text, "No upcoming meeting was found. Zoom does not answer just now.") {
		t.Errorf("a search of which Zoom tells nothing is answered with %s", text)
	}
	g.world.World.Faults.Clear()
	refused := 0
	for range 70 {
		if got := search("ana"); got.status == http.StatusTooManyRequests && got.header.Get("Retry-After") != "" {
			refused++
		}
	}
	if refused == 0 || search("ben").status != http.StatusOK {
		t.Errorf("%d of 70 searches are refused", refused)
	}
	if got := g.api("ana", http.MethodGet, "/api/settings", nil, nil); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("of whoever asks too much something else is answered: %d", got.status)
	}
	if text := inTeams(); !strings.Contains(text, "Too much is going on right now.") {
		t.Errorf("of whoever asks too much a search in Teams is answered: %s", text)
	}
	g.advance(11 * time.Second)
	if got := search("ana"); got.status != http.StatusOK {
		t.Errorf("later: %d %s", got.status, got.body)
	}
	var read answered
	for range 55 { // which is what a person may ask of what is known, and not of Zoom
		read = g.api("ana", http.MethodGet, "/api/meetings/none/transcript", nil, nil)
	}
	if read.status != http.StatusTooManyRequests {
		t.Errorf("of whoever asks Zoom for too many transcripts the last is answered: %d", read.status)
	}
	for path, body := range map[string]object{
		"POST /api/meetings":       {"nonce": "paced-0001", "input": object{}},
		"POST /api/meetings/now":   {"nonce": "paced-0002", "conversation": "19:elsewhere@thread.v2"},
		"PATCH /api/meetings/none": {"input": object{}},
		"POST /api/availability":   {"addresses": []string{}, "from": "2026-11-24T08:00:00Z", "to": "2026-11-24T08:00:00Z", "zone": "UTC", "minutes": 30},
	} {
		g.advance(11 * time.Second)
		method, path, _ := strings.Cut(path, " ")
		for range 55 {
			read = g.api("ana", method, path, body, nil)
		}
		if read.status != http.StatusTooManyRequests {
			t.Errorf("%s %s, again and again: %d %s", method, path, read.status, read.body)
		}
	}
}

func TestConsentThatIsDeclined(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	g.setPolicy("contacts", "on")
	var wish struct{ URL string }
	g.until("people may be looked up", func() bool {
		return g.api("ana", http.MethodPost, "/api/consent", object{"grants": []string{"contacts"}}, &wish).status == http.StatusOK
	})
	b := g.browser()
	b.press(b.open(wish.URL), "", false).shows(t, "declined", http.StatusForbidden, "You did not allow it at Microsoft")
	for query, says := range map[string]string{
		"error=access_denied&error_description=AADSTS90094":  "only an administrator of your organisation",
		"error=server_error&error_description=AADSTS90033":   "Microsoft does not answer",
		"error=invalid_client&error_description=AADSTS70011": "not set up correctly",
	} {
		back := b.once(http.MethodGet, wish.URL, "")
		asked, err := url.Parse(back.next())
		if err != nil {
			t.Fatal(err)
		}
		p := b.once(http.MethodGet, g.world.Settings().PublicURL+"/entra/callback?"+query+"&state="+asked.Query().Get("state"), "")
		p.shows(t, query, p.status, says)
	}
	g.advance(11 * time.Minute)
	b.open(wish.URL).shows(t, "too late", http.StatusNotFound, saysExpired)
	b.open(g.world.Settings().PublicURL+"/consent/"+strings.Repeat("A", 300)).shows(t, "made up", http.StatusNotFound, saysExpired)
}

// A page of another site, with all cookies that a browser has, changes nothing and reads nothing: only the bearer token counts.
func TestT21_OtherSitesChangeNothing(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	hers := g.keeps()
	b := g.browser()
	b.microsoft(b.open(g.world.Settings().PublicURL+"/m/01a20a2c-c156-752f-a5f1-038d60b1e1de/start"), "ana.duarte@meridian.example")
	var cookies []string
	for name, value := range b.cookies[strings.TrimPrefix(g.world.Settings().PublicURL, "http://")] {
		cookies = append(cookies, name+"="+value)
	}
	if !strings.Contains(strings.Join(cookies, ""), "__Host-session=") {
		t.Fatalf("the browser is not signed in: %v", cookies)
	}
	tries := hers.attempts()
	g.later(31 * time.Second) // what follows by itself does so before, however long the tries take
	g.untouched(func() {
		for _, operation := range g.described() {
			method, _, _ := strings.Cut(operation, " ")
			for _, try := range tries[operation] {
				body, err := json.Marshal(try.body)
				if err != nil {
					t.Fatal(err)
				}
				for kind, body := range map[string]string{
					"application/x-www-form-urlencoded": "language=fr&code=123456", "text/plain": string(body), "application/json": string(body),
				} {
					got := g.request(method, "/api"+try.path, body, "Cookie", strings.Join(cookies, "; "), "Origin", "https://evil.example", "Content-Type", kind, "Sec-Fetch-Site", "cross-site")
					if got.status != http.StatusUnauthorized || got.header.Get("Access-Control-Allow-Origin") != "" {
						t.Errorf("%s %s as %s: answered %d, open to %q", method, try.path, kind, got.status, got.header.Get("Access-Control-Allow-Origin"))
					}
				}
			}
			_, path, _ := strings.Cut(operation, " ")
			asked := g.request(http.MethodOptions, path, "", "Origin", "https://evil.example", "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization")
			if asked.status < 400 || asked.header.Get("Access-Control-Allow-Origin") != "" || asked.header.Get("Access-Control-Allow-Headers") != "" {
				t.Errorf("asked beforehand, %s: answered %d %v", operation, asked.status, asked.header)
			}
		}
	})
	if g.linked("ana") != "linked" {
		t.Error("another site has disconnected Ana")
	}
}

// listened is an open stream of events.
type listened struct {
	lines  chan string
	status int
	header http.Header
	stop   context.CancelFunc
}

// listen hears what has changed, in a person's own tab or, with its query, in that of a conversation.
func (g *guarded) listen(token, query string) listened {
	g.t.Helper()
	ctx, cancel := context.WithCancel(g.t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, g.address+"/api/events"+query, http.NoBody)
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request) //nolint:bodyclose // below
	if err != nil {
		g.t.Fatal(err)
	}
	l := listened{make(chan string, 100), answer.StatusCode, answer.Header, cancel}
	go func() {
		defer close(l.lines)
		defer func() { _ = answer.Body.Close() }()
		for s := bufio.NewScanner(answer.Body); s.Scan(); {
			if s.Text() != "" {
				l.lines <- s.Text()
			}
		}
	}()
	g.t.Cleanup(cancel)
	return l
}

// next is the next line; "" when the stream has ended.
func (l listened) next(t *testing.T) string {
	t.Helper()
	select {
	case line := <-l.lines:
		return line
	case <-time.After(patience):
		t.Fatal("nothing came")
		return ""
	}
}

// Each person hears of their own changes alone, in every process, until the token ends or the server stops.
func TestT78_EventsReachWhoTheyConcern(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ben").link()
	ana, ben := g.listen(g.sso("ana", nil), ""), g.listen(g.sso("ben", nil), "")
	for _, l := range []listened{ana, ben} {
		if l.status != http.StatusOK || l.header.Get("Content-Type") != "text/event-stream" || l.header.Get("Cache-Control") != "no-store" || l.next(t) != ": open" {
			t.Fatalf("the stream begins with %d %v", l.status, l.header)
		}
	}
	if got := g.get("/api/events", "Authorization", "Bearer "+g.sso("ana-harbour", nil)); got.status != http.StatusUnauthorized {
		t.Errorf("another tenant: answered %d", got.status)
	}
	harbour := g.world.World.Seed.Tenant("harbour").ID
	app.Hub(g.products[0].App).Changed(t.Context(), live.Meetings, entra.Person{Tenant: entra.TenantID(harbour), ID: entra.ObjectID(g.seed("ana").ID)})
	g.want("settings", g.api("ana", http.MethodPut, "/api/settings", object{"language": "fr", "invited": true, "scheduled": true, "pmi": false, "reminder": 15, "sync": false}, nil), http.StatusOK)
	for _, want := range []string{"event: account", "data: {}"} {
		if got := ana.next(t); got != want {
			t.Errorf("Ana hears %q, want %q", got, want)
		}
	}
	g.want("disconnecting", g.api("ben", http.MethodDelete, "/api/connect", nil, nil), http.StatusOK)
	if got := ben.next(t); got != "event: account" {
		t.Errorf("Ben hears %q", got)
	}
	ben.next(t)
	g.setPolicy("phone", "off")
	for name, l := range map[string]listened{"Ana": ana, "Ben": ben} {
		if got := l.next(t); got != "event: policy" {
			t.Errorf("%s hears %q", name, got)
		}
		l.next(t)
	}
	for range 5 {
		g.listen(g.sso("ana", nil), "").next(t)
	}
	if got := g.get("/api/events", "Authorization", "Bearer "+g.sso("ana", nil)); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("the seventh page: answered %d %v", got.status, got.header)
	}
	short := g.listen(g.sso("ben", object{"exp": g.world.World.Clock.Now().Add(2 * time.Second).Unix()}), "")
	short.next(t)
	if line := short.next(t); line != "" {
		t.Errorf("after the token's end comes %q", line)
	}
	g.products[0].stop()
	if line := ben.next(t); line != "" {
		t.Errorf("after the server's end comes %q", line)
	}
}
