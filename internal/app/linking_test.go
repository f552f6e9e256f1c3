package app_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/sandbox/world"
)

// browser is somebody's browser: it keeps cookies for each host, and follows redirects one by one.
type browser struct {
	g       *guarded
	cookies map[string]map[string]string // host → name → value
	seen    []string                     // everything that it was given: addresses, headers, pages
}

func (g *guarded) browser() *browser { return &browser{g: g, cookies: map[string]map[string]string{}} }

// page is where a browser has arrived.
type page struct {
	answered
	url *url.URL
}

// once makes one request, without following where it leads.
func (b *browser) once(method, address, body string) page {
	b.g.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.g.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(b.g.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		b.g.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.cookies[u.Host] {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	p := page{b.g.do(client, request), u}
	for _, line := range p.header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			b.g.t.Fatal(err)
		}
		if b.cookies[u.Host] == nil {
			b.cookies[u.Host] = map[string]string{}
		}
		b.cookies[u.Host][cookie.Name] = cookie.Value
	}
	b.seen = append(b.seen, address, p.body, p.header.Get("Location"))
	return p
}

// next is where a redirect leads, "" when the page is none.
func (p page) next() string {
	to := p.header.Get("Location")
	if to == "" || p.status < 300 || p.status >= 400 {
		return ""
	}
	u, err := p.url.Parse(to)
	if err != nil {
		return ""
	}
	return u.String()
}

// open goes to an address and on to where it leads. It stops before an address for which before answers true.
func (b *browser) open(address string, before ...string) page {
	b.g.t.Helper()
	p := b.once(http.MethodGet, address, "")
	for next := p.next(); next != "" && !stops(next, before); next = p.next() {
		p = b.once(http.MethodGet, next, "")
	}
	return p
}

func stops(address string, before []string) bool {
	return slices.ContainsFunc(before, func(part string) bool { return strings.Contains(address, part) })
}

var (
	formOf   = regexp.MustCompile(`(?is)<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenOf = regexp.MustCompile(`(?is)<input\b[^>]*type="hidden"[^>]*\bname="([^"]*)"[^>]*\bvalue="([^"]*)"`)
	resultOf = regexp.MustCompile(`<body[^>]*\bdata-result="([^"]+)"`)
	digitsOf = regexp.MustCompile(`<output id="manual">(\d{6})</output>`)
)

// press sends the form of a platform's page: with an account where one is asked for, and with yes or no.
func (b *browser) press(p page, account string, yes bool, before ...string) page {
	b.g.t.Helper()
	form := formOf.FindStringSubmatch(p.body)
	if form == nil {
		b.g.t.Fatalf("%s has no form: %d %s", p.url, p.status, p.body)
	}
	fields := url.Values{}
	for _, f := range hiddenOf.FindAllStringSubmatch(form[2], -1) {
		fields.Set(f[1], html.UnescapeString(f[2]))
	}
	asked := strings.Contains(form[2], `name="account"`) && !fields.Has("account")
	switch {
	case !yes:
		fields.Set("decision", "decline")
	case asked && strings.Contains(form[2], `value="allow"`):
		fields.Set("decision", "allow")
		fields.Set("account", account)
	case asked:
		fields.Set("account", account)
	default:
		fields.Set("decision", "accept")
	}
	action, err := p.url.Parse(html.UnescapeString(form[1]))
	if err != nil {
		b.g.t.Fatal(err)
	}
	q := b.once(http.MethodPost, action.String(), fields.Encode())
	for next := q.next(); next != "" && !stops(next, before); next = q.next() {
		q = b.once(http.MethodGet, next, "")
	}
	return q
}

// zoom goes from the beginning of a linking to Zoom and allows; it answers the address to which Zoom sends the browser back.
func (b *browser) zoom(start, account string) string {
	b.g.t.Helper()
	back := b.press(b.open(start), account, true, "/zoom/oauth/callback").next()
	if !strings.Contains(back, "code=") {
		b.g.t.Fatalf("Zoom did not send a code back: %q", back)
	}
	return back
}

// microsoft signs in at Entra's page and allows what is asked for.
func (b *browser) microsoft(p page, account string, before ...string) page {
	b.g.t.Helper()
	if p = b.press(p, account, true, before...); formOf.MatchString(p.body) {
		p = b.press(p, account, true, before...)
	}
	return p
}

// walk goes through the whole pop-up as one person.
func (b *browser) walk(start, account string) page {
	b.g.t.Helper()
	return b.microsoft(b.open(b.zoom(start, account)), account)
}

// result is the one-time code of the last page, and the digits to type, "" when there are none.
func (p page) result(t *testing.T) (code, digits string) {
	t.Helper()
	found, typed := resultOf.FindStringSubmatch(p.body), digitsOf.FindStringSubmatch(p.body)
	if p.status != http.StatusOK || found == nil {
		t.Fatalf("not the last page: %d %s", p.status, p.body)
	}
	if typed != nil {
		digits = typed[1]
	}
	return html.UnescapeString(found[1]), digits
}

// connect has somebody press Connect by opening a form, and answers the pop-up.
func (g *guarded) connect(handle, chat string) outcome {
	g.t.Helper()
	return g.person(handle).command(chat, "schedule").is("auth")
}

// hand is Teams handing a code of a last page back.
func (o outcome) hand(code string) outcome {
	o.stage.t.Helper()
	return o.stage.did("/popups/"+o.Popup.ID+"/complete", map[string]string{"state": code})
}

// linked is what GET /api/me says of somebody's Zoom account: linked, not_linked, relink.
func (g *guarded) linked(handle string) string {
	g.t.Helper()
	who, got := g.me(g.sso(handle, nil))
	if got.status != http.StatusOK {
		g.t.Fatalf("/api/me: %d %s", got.status, got.body)
	}
	return who.Zoom
}

// tokens counts what Zoom did with tokens since the mark.
func (g *guarded) tokens(effect string) int {
	n := 0
	for _, r := range g.rows(effect) {
		if r.Side == world.Zoom {
			n++
		}
	}
	return n
}

// shows fails the test unless a page has a status and holds a text.
func (p page) shows(t *testing.T, what string, status int, text string) {
	t.Helper()
	if p.status != status || !strings.Contains(html.UnescapeString(p.body), text) {
		t.Errorf("%s: %d %s\nwant %d and %q", what, p.status, p.body, status, text)
	}
}

const (
	saysNotYours = "This sign-in was not begun in this browser"
	saysExpired  = "too old or was used already"
	saysWrong    = "This code does not count"
)

func TestT25_PopUpAndTypedCode(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	popup := g.connect("ana", "launch")
	code, _ := g.browser().walk(popup.Popup.URL, "ana.duarte@meridian.example").result(t)
	if g.linked("ana") != "not_linked" {
		t.Error("linked before Teams has handed the code back")
	}
	popup.hand(code).is("dialog") // what was interrupted goes on
	who, _ := g.me(g.sso("ana", nil))
	if who.Zoom != "linked" || who.ZoomName != "Ana Duarte" || !who.Calendar {
		t.Errorf("Ana is %+v", who)
	}

	_, digits := g.browser().walk(g.connect("ben", "launch").Popup.URL, "ben.okafor@meridian.example").result(t)
	g.person("ben").say("bot", digits[:3]+" "+digits[3:])
	g.idle()
	g.person("ben").reads("bot", "Connected to Zoom as Ben Okafor")
	if g.linked("ben") != "linked" {
		t.Error("not linked by the typed code")
	}
}

func TestT26_AnotherBrowsersCallback(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	attacker, victim := g.browser(), g.browser()
	popup := g.connect("ben", "launch")
	set := g.browser().once(http.MethodGet, popup.Popup.URL, "").header.Get("Set-Cookie")
	for _, part := range []string{"__Host-link-", "; Path=/", "; Max-Age=600", "; HttpOnly", "; Secure", "; SameSite=Lax"} {
		if !strings.Contains(set, part) {
			t.Errorf("the cookie lacks %q: %s", part, set)
		}
	}
	back := attacker.zoom(popup.Popup.URL, "ben")
	victim.zoom(g.connect("ana", "launch").Popup.URL, "ana") // has a cookie, of another linking
	g.mark()
	for name, b := range map[string]*browser{"no cookie": g.browser(), "the cookie of another linking": victim} {
		b.open(back).shows(t, name, http.StatusForbidden, saysNotYours)
	}
	for name := range attacker.cookies[strings.TrimPrefix(g.world.Settings().PublicURL, "http://")] {
		forged := g.browser()
		forged.cookies[strings.TrimPrefix(g.world.Settings().PublicURL, "http://")] = map[string]string{name: strings.Repeat("x", 43)}
		forged.open(back).shows(t, "another value", http.StatusForbidden, saysNotYours)
	}
	if n := g.tokens("token.issued") + g.tokens("token.refused"); n != 0 {
		t.Errorf("the code was sent to Zoom %d times", n)
	}
	if p := attacker.open(back); p.status != http.StatusOK || !formOf.MatchString(p.body) {
		t.Errorf("who was sent cannot go on: %d %s", p.status, p.body)
	}
}

func TestT27_AForwardedLink(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	// Ben sends Ana his link; she goes through all of it as herself.
	popup := g.connect("ben", "launch")
	g.mark()
	g.browser().walk(popup.Popup.URL, "ana").shows(t, "another person at Microsoft", http.StatusForbidden, "somebody else than in Teams")
	g.idle()
	if g.tokens("token.revoked") != 1 {
		t.Error("what Ana allowed at Zoom was not revoked")
	}

	// Another time she declines at Microsoft: the code is on her screen alone, and never comes back through Ben's Teams.
	popup = g.connect("ben", "launch")
	g.mark()
	victim := g.browser()
	code, digits := victim.press(victim.open(victim.zoom(popup.Popup.URL, "ana")), "", false).result(t)
	for range 3 {
		popup = g.connect("ben", "launch")
		popup.hand(strings.Repeat("A", 43)).says(saysWrong)
	}
	if digits != "" { // she could be talked into reading them out
		t.Errorf("there are digits %s although Microsoft did not say whose browser it is", digits)
	}
	popup = g.connect("ana", "launch")
	popup.hand(code).says(saysWrong)
	for _, handle := range []string{"ana", "ben"} {
		if g.linked(handle) != "not_linked" {
			t.Errorf("%s is linked", handle)
		}
	}
	g.advance(11 * time.Minute)
	g.until("nothing is left of it", func() bool {
		return g.count("account_intents")+g.count("account_grants")+g.count("account_revocations") == 0
	})
	if n := g.tokens("token.revoked"); n != 1 {
		t.Errorf("%d grants were revoked, want the one", n)
	}
}

// Somebody who is connected opens another person's link: nothing comes of it, what was allowed on the way is given back, and the connection
// that it ended at Zoom is asked for again.
func TestT27_AnotherPersonsLinkWhileConnected(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ben").link()
	popup := g.connect("ana", "launch")
	g.mark()
	g.browser().walk(popup.Popup.URL, "ben").shows(t, "Ben with Ana's link", http.StatusForbidden, "somebody else than in Teams")
	g.idle()
	// Zoom ended Ben's own grant when he allowed another one; that one is given back.
	if n := g.tokens("token.revoked"); n != 2 || g.linked("ana") != "not_linked" {
		t.Errorf("%d grants were ended, want both; Ana is %s", n, g.linked("ana"))
	}
}

// The button that connects is for one person: in a chat of many it stands in that person's own chat.
func TestT27_TheButtonIsForOnePerson(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.approveJIT("launch", "schedule")
	ben := g.person("ben")
	ben.say("launch", "connect")
	g.idle()
	for _, m := range ben.messages("launch") {
		for _, c := range m.Cards {
			if strings.Contains(string(c), "/connect/") {
				t.Error("everybody in the chat can press the button that connects Ben")
			}
		}
	}
	ben.press("bot", ben.last("bot"), "Connect Zoom", nil).is("auth").approve(consent{})
	g.idle()
	if g.linked("ben") != "linked" {
		t.Errorf("Ben is %s", g.linked("ben"))
	}
}

// count is the number of rows of a table.
func (g *guarded) count(table string) (n int) {
	g.t.Helper()
	if err := g.db.Read().QueryRowContext(g.t.Context(), "select count(*) from "+table).Scan(&n); err != nil {
		g.t.Fatal(err)
	}
	return n
}

func TestT28_TheCodeInWrongHands(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	good := g.activityToken(nil)
	begin := func() (outcome, string, string) {
		popup := g.connect("ana", "launch")
		code, digits := g.browser().walk(popup.Popup.URL, "ana").result(t)
		g.mark()
		return popup, code, digits
	}
	ended := func(what string) {
		g.await("token.revoked", 1)
		g.idle()
		if g.linked("ana") == "linked" || g.linked("ben") == "linked" || g.count("account_grants")+g.count("account_intents") != 0 {
			t.Errorf("%s: something is left", what)
		}
	}
	popup, code, _ := begin()
	got := g.sent(good, g.invoke("ben", "launch", "composeExtension/fetchTask", object{"commandId": "schedule", "state": code}))
	if got.status != http.StatusOK || !strings.Contains(got.body, saysWrong) {
		t.Errorf("in another person's hands: %d %s", got.status, got.body)
	}
	ended("another person")
	popup.hand(code).says(saysWrong)

	popup, code, _ = begin()
	foreign := g.invoke("ana", "launch", "composeExtension/fetchTask", object{"commandId": "schedule", "state": code})
	foreign["channelData"] = object{"tenant": object{"id": g.world.World.Seed.Tenant("harbour").ID}}
	g.want("in another tenant's hands", g.sent(good, foreign), http.StatusForbidden)
	g.advance(6 * time.Minute)
	popup.hand(code).says(saysWrong)
	ended("too late")

	_, _, digits := begin()
	wrong := "000000"
	if digits == wrong {
		wrong = "000001"
	}
	for range 3 {
		g.person("ana").say("bot", wrong)
		g.idle()
	}
	g.person("ana").say("bot", digits)
	g.idle()
	g.person("ana").reads("bot", saysWrong)
	ended("the fourth try")

	popup, code, _ = begin()
	popup.hand(code).is("dialog")
	g.mark()
	for _, handle := range []string{"ana", "ben"} { // Teams itself may repeat what Ana sent: she is shown the same again
		again := g.sent(good, g.invoke(handle, "launch", "composeExtension/fetchTask", object{"commandId": "schedule", "state": code}))
		if again.status != http.StatusOK || strings.Contains(again.body, saysWrong) != (handle == "ben") {
			t.Errorf("the second use, by %s: %d %s", handle, again.status, again.body)
		}
	}
	if g.linked("ana") != "linked" || g.linked("ben") != "not_linked" || g.tokens("token.issued")+g.tokens("token.revoked") != 0 {
		t.Error("the second use had an effect")
	}
}

func TestT29_StatesCountOnceAndInTime(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	b := g.browser()
	first, second := g.connect("ana", "launch"), g.connect("ana", "design")
	one, two := b.zoom(first.Popup.URL, "ana"), b.zoom(second.Popup.URL, "ana")
	crossed, err := url.Parse(one)
	if err != nil {
		t.Fatal(err)
	}
	query := crossed.Query()
	query.Set("state", query.Get("state")[:42])
	crossed.RawQuery = query.Encode()
	b.open(crossed.String()).shows(t, "cut short", http.StatusBadRequest, "does not belong to a sign-in")
	code, _ := b.microsoft(b.open(two), "ana").result(t)
	b.open(two).shows(t, "once more", http.StatusForbidden, saysNotYours)
	second.hand(code).is("dialog")
	g.advance(11 * time.Minute)
	b.open(one).shows(t, "after eleven minutes", http.StatusForbidden, saysNotYours)
	b.open(first.Popup.URL).shows(t, "its beginning", http.StatusNotFound, saysExpired)
	b.open(second.Popup.URL).shows(t, "the beginning of one that is done", http.StatusNotFound, saysExpired)
	if g.linked("ana") != "linked" {
		t.Error("the one that was in time does not count")
	}
}

func TestT30_OddStates(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	b := g.browser()
	b.zoom(g.connect("ana", "launch").Popup.URL, "ana")
	g.untouched(func() {
		for _, path := range []string{"/zoom/oauth/callback", "/entra/callback"} {
			for name, query := range map[string]string{
				"none": "", "empty": "?state=&code=x", "underscores": "?state=___&code=x", "long": "?code=x&state=" + strings.Repeat("s", 20_000),
				"binary": "?code=x&state=%00%ff%fe%0d%0a", "no code": "?state=" + strings.Repeat("s", 43), "twice": "?state=a&state=b&code=x", "a list": "?state[]=a&code=x",
				"broken": "?state=%zz&code=x", "code and error": "?error=x&code=x&state=" + strings.Repeat("s", 43),
			} {
				if p := b.once(http.MethodGet, g.world.Settings().PublicURL+path+query, ""); p.status != http.StatusBadRequest {
					t.Errorf("%s, %s: answered %d", path, name, p.status)
				}
			}
			if p := b.once(http.MethodGet, g.world.Settings().PublicURL+path+"?code=x&state="+strings.Repeat("s", 100_000), ""); p.status >= 500 || p.status < 400 {
				t.Errorf("%s, 100 KB: answered %d", path, p.status)
			}
		}
		for _, intent := range []string{"%00", "..%2f..%2fapi%2fme", strings.Repeat("x", 5000), "'%20or%201=1"} {
			if p := b.once(http.MethodGet, g.world.Settings().PublicURL+"/connect/"+intent, ""); p.status != http.StatusNotFound {
				t.Errorf("/connect/%.20s: answered %d", intent, p.status)
			}
		}
	})
	if strings.Contains(g.log.String(), `"msg":"panic"`) {
		t.Errorf("something panicked:\n%s", g.log)
	}
}

func TestT31_NoAddressLeadsElsewhere(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	own := g.world.Settings().PublicURL
	allowed := []string{own, g.world.URL(), g.world.ZoomURL()}
	b := g.browser()
	popup := g.connect("ana", "launch")
	extra := "redirect_uri=https://evil.example&return=//evil.example&next=%5Cevil.example&returnTo=https:evil.example&RelayState=//evil.example"
	start := b.once(http.MethodGet, popup.Popup.URL+"?"+extra, "")
	back, err := url.Parse(b.press(b.open(start.next()), "ana", true, "/zoom/oauth/callback").next())
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		start.next(),
		b.once(http.MethodGet, own+"/zoom/oauth/callback?error=//evil.example&error_description=https://evil.example&state="+strings.Repeat("s", 43), "").next(),
		b.once(http.MethodGet, own+"/entra/callback?error=access_denied&error_uri=https://evil.example&state=page."+strings.Repeat("s", 43), "").next(),
		b.once(http.MethodGet, back.String()+"&"+extra, "").next(),
		b.once(http.MethodGet, own+"/m/01a20a2c-c156-752f-a5f1-038d60b1e1de/start?"+extra, "").next(),
		b.once(http.MethodGet, own+"//evil.example/start", "").next(),
		b.once(http.MethodGet, own+"/m/%2F%2Fevil.example/start", "").next(),
		b.once(http.MethodGet, own+"/m/%5Cevil.example/start", "").next(),
	} {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || !slices.Contains(allowed, u.Scheme+"://"+u.Host) {
			t.Errorf("leads to %s", address)
			continue
		}
		if to := u.Query().Get("redirect_uri"); to != "" && to != own+"/zoom/oauth/callback" && to != own+"/entra/callback" {
			t.Errorf("would come back to %s", to)
		}
	}
	p := b.once(http.MethodGet, own+"/zoom/oauth/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&state="+strings.Repeat("s", 43), "")
	if strings.Contains(p.body, "alert(1)") || strings.Contains(p.body, "evil") {
		t.Errorf("the page repeats what the address says: %s", p.body)
	}
}

func TestT31_DecliningEndsItOrGoesOnWithoutCalendar(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	b := g.browser()
	popup := g.connect("ana", "launch")
	b.press(b.open(popup.Popup.URL), "", false).shows(t, "declined at Zoom", http.StatusForbidden, "You did not allow the connection at Zoom")
	if g.count("account_grants") != 0 {
		t.Error("something is left of what was declined")
	}
	code, _ := b.press(b.open(b.zoom(popup.Popup.URL, "ana")), "", false).result(t)
	popup.hand(code).is("dialog")
	if who, _ := g.me(g.sso("ana", nil)); who.Zoom != "linked" || who.Calendar {
		t.Errorf("declined at Microsoft, Ana is %+v", who)
	}
}

func TestT32_TheVerifierStaysHere(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	b := g.browser()
	first, second := g.connect("ana", "launch"), g.connect("ana", "launch")
	one, two := b.zoom(first.Popup.URL, "ana"), b.zoom(second.Popup.URL, "ana")
	codeOf := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return u.Query().Get("code")
	}
	g.mark()
	// A code of another linking was asked for with another verifier.
	b.open(strings.Replace(one, codeOf(one), codeOf(two), 1)).shows(t, "another linking's code", http.StatusForbidden, "did not accept this sign-in")
	b.open(two).shows(t, "a code that was tried", http.StatusForbidden, "did not accept this sign-in")
	if g.tokens("token.issued") != 0 || g.tokens("token.refused") != 2 {
		t.Errorf("Zoom issued %d tokens and refused %d", g.tokens("token.issued"), g.tokens("token.refused"))
	}
	if g.linked("ana") != "not_linked" || g.count("account_intents") != 0 {
		t.Error("something is left of refused codes")
	}
	code, _ := b.walk(g.connect("ana", "launch").Popup.URL, "ana").result(t)
	seen := strings.Join(b.seen, "\n")
	if strings.Contains(seen, "code_verifier") || strings.Contains(g.log.String(), "verifier") {
		t.Error("the browser or the log knows of the verifier")
	}
	if strings.Contains(g.log.String(), code) || strings.Contains(g.log.String(), codeOf(two)) {
		t.Error("the log holds a code")
	}
	for _, x := range g.world.World.Traffic.List(0, 0) {
		if strings.HasPrefix(x.URL, "/oauth/authorize?") && (!strings.Contains(x.URL, "code_challenge_method=S256") || !strings.Contains(x.URL, "code_challenge=")) {
			t.Errorf("without a challenge: %s", x.URL)
		}
	}
}

func TestT33_OnlyAllowedAccountsWithAllScopes(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t, func(c *app.Config) { c.ZoomAccounts = []string{"another-account"} })
	g.mark()
	other := g.browser()
	other.open(other.zoom(g.connect("ana", "launch").Popup.URL, "ana")).shows(t, "an account that is not allowed", http.StatusForbidden, "does not let this Zoom account")
	g.await("token.revoked", 1)
	g.idle()
	if g.linked("ana") != "not_linked" || g.count("account_intents")+g.count("account_revocations") != 0 {
		t.Error("something is left of an account that is not allowed")
	}

	h := beginGuarded(t)
	h.fault(world.Fault{Side: world.Zoom, Route: "POST /oauth/token", Status: 200, Count: 1, Body: json.RawMessage(
		`{"access_token":"canary-access","refresh_token":"canary-refresh","token_type":"bearer","expires_in":3600,"scope":"user:read:user","api_url":"` + h.world.ZoomURL() + `"}`,
	)})
	b := h.browser()
	b.open(b.zoom(h.connect("ana", "launch").Popup.URL, "ana")).shows(t, "scopes missing", http.StatusForbidden, "did not give all the permissions")
	h.idle()
	if h.linked("ana") != "not_linked" || h.count("account_intents")+h.count("account_revocations") != 0 || h.called("zoom") < 2 {
		t.Error("what was granted in part is not given back")
	}
}

func TestT34_NamesAreText(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	const evil = `<img src=x onerror=alert(1)></script><script>alert(2)</script>[x](https://evil.example)`
	me := object{
		"id": g.seed("ana").ZoomID, "account_id": "abc", "email": "ana.duarte@meridian.example", "type": 2, "first_name": "Ana", "last_name": "Duarte", "display_name": evil,
		"status": "active", "timezone": "Europe/London", "created_at": "2020-01-01T00:00:00Z",
	}
	body, err := json.Marshal(me)
	if err != nil {
		t.Fatal(err)
	}
	g.fault(world.Fault{ID: "name", Side: world.Zoom, Route: "GET /v2/users/me", Status: 200, Body: body})
	popup := g.connect("ana", "launch")
	last := g.browser().walk(popup.Popup.URL, "ana")
	_, digits := last.result(t)
	if strings.Contains(last.body, "<img") || strings.Contains(last.body, "<script>") || !strings.Contains(last.body, "&lt;img") {
		t.Errorf("the last page: %s", last.body)
	}
	g.person("ana").say("bot", digits)
	g.idle()
	said := g.person("ana").reads("bot", "Connected to Zoom as <img src=x onerror=alert(1)>")
	for _, card := range said.Cards {
		for _, o := range objects(card) {
			text, _ := o["text"].(string)
			if strings.Contains(strings.ReplaceAll(text, `\<`, ""), "<") || strings.Contains(strings.ReplaceAll(text, `\[`, ""), "[x](") {
				t.Errorf("the card holds markup: %s", text)
			}
		}
	}
}

func TestT35_DisconnectingEndsEverything(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	g.mark()
	ana.say("bot", "disconnect")
	g.await("token.revoked", 1)
	g.idle()
	ana.reads("bot", "Disconnected.")
	if g.linked("ana") != "not_linked" || g.linked("ben") != "linked" || g.count("account_grants") != 2 {
		t.Error("Ana's link is not gone, or Ben's is")
	}

	g.fault(world.Fault{ID: "down", Side: world.Zoom, Route: "* /oauth/*", Drop: true})
	g.mark()
	ben.say("bot", "disconnect")
	g.until("Ben's link is gone while Zoom is down", func() bool { return g.count("account_grants") == 0 })
	if g.linked("ben") != "not_linked" || g.count("account_revocations") != 1 {
		t.Error("Ben is linked, or nothing is to be revoked any more")
	}
	g.calm()
	g.await("token.revoked", 1)
	g.idle()
	if g.count("account_revocations") != 0 {
		t.Error("the revocation is still to be done")
	}
}

// A meeting that was not made because the connection to Zoom had ended is made as soon as the person has connected again, within an hour.
func TestWhatWasInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	wish := fields{"topic": "Interrupted", "date": time.Now().AddDate(0, 0, 3).Format(time.DateOnly)}
	for name, tell := range map[string]struct {
		then func(*stage, person)
		made int
	}{
		"connected again": {func(s *stage, ana person) {
			ana.command("launch", "schedule").approve(consent{})
			s.later(6 * time.Second)
		}, 1},
		"too late": {func(s *stage, ana person) {
			s.later(61 * time.Minute)
			ana.reads("bot", "Interrupted", "could not be made")
			ana.command("launch", "schedule").approve(consent{})
			s.later(6 * time.Second)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, setup{})
			ana := s.person("ana")
			ana.link()
			form, _ := ana.approveJIT("launch", "schedule")
			s.idle()
			expire(s)
			s.mark()
			s.fault(world.Fault{Side: world.Zoom, Route: zoomToken, Status: 400, Body: []byte(`{"reason":"Invalid Token!","error":"invalid_grant"}`)})
			form.submit(wish).is("message").says("within an hour")
			s.idle()
			ana.reads("bot", "Connect")
			s.expect(effects{DMs: 1})
			s.calm()
			tell.then(s, ana)
			for range 3 {
				s.later(31 * time.Second)
			}
			if got := s.effects(); got.Meetings != tell.made || got.Events != tell.made || got.Cards != tell.made {
				t.Errorf("the ledger shows %+v", got)
			}
		})
	}
}
