package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// belongings are what somebody has in Causeway that is no business of a colleague's.
type belongings struct {
	coming, held, atZoom   told // scheduled in a chat, over with all that remains of it, and made at Zoom
	wish, board, elsewhere string
	nonce                  string
	words                  []string // none of which a colleague may read
}

// keeps makes Ana's, in a chat that Ben is not in.
func (g *guarded) keeps() (b belongings) {
	g.t.Helper()
	ana := g.person("ana")
	ana.link()
	ana.schedule("design", "Confidential hour").is("message")
	ana.schedule("design", "Confidential series", fields{"repeat": "weekly", "times": "3", "date": g.world.World.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)}).is("message")
	g.idle()
	g.hold(g.numbered("Confidential hour"))
	g.advance(time.Minute)
	ana.shows("design", "Confidential")
	g.idle()
	tab := g.visit("ana")
	g.fault(zoomSays(http.StatusTooManyRequests, http.StatusTooManyRequests, "You have exceeded the daily rate limit of (100) for Create/Update meeting API requests permitted for this particular user."))
	nonce, in := tab.form()
	in["topic"], in["date"] = "Confidential wish", g.world.World.Clock.Now().AddDate(0, 0, 4).Format(time.DateOnly)
	tab.ask("POST", "/meetings", object{"nonce": nonce, "input": in}, nil)
	g.calm()
	b = belongings{elsewhere: g.conversation("design"), nonce: nonce, wish: tab.waits()[0]}
	for _, topic := range []string{"Confidential hour", "Confidential series", "Press rehearsal"} {
		var found struct{ Meetings []listed }
		tab.do("GET", "/meetings?q="+url.QueryEscape(topic), nil, &found)
		*map[string]*told{"Confidential hour": &b.held, "Confidential series": &b.coming, "Press rehearsal": &b.atZoom}[topic] = tab.detail(found.Meetings[0].Key)
	}
	var made shownBoard
	tab.do("POST", "/whiteboards", object{"name": "Confidential sketches"}, &made)
	b.board = made.ID
	b.words = []string{"Confidential", "Press rehearsal", "Design review", "Shall we begin", "My notes on", "pwd="}
	for _, m := range []told{b.coming, b.held, b.atZoom} {
		b.words = append(b.words, m.Passcode)
	}
	if b.held.Passcode == "" || b.coming.Passcode == "" {
		g.t.Fatalf("a meeting without a passcode: %+v", b.held)
	}
	return b
}

// waits are the keys of what waits for Zoom's next day.
func (v visit) waits() (keys []string) {
	v.t.Helper()
	var got struct{ Waiting []struct{ Key string } }
	v.do("GET", "/meetings", nil, &got)
	for _, w := range got.Waiting {
		keys = append(keys, w.Key)
	}
	if len(keys) == 0 {
		v.t.Fatal("nothing waits")
	}
	return keys
}

// tries asks, and again when it asks too fast for anybody.
func (v visit) tries(method, path string, body object) answered {
	v.t.Helper()
	var in any
	if body != nil {
		in = body
	}
	got := v.ask(method, path, in, nil)
	if got.status == http.StatusTooManyRequests {
		v.advance(time.Minute)
		got = v.ask(method, path, in, nil)
	}
	return got
}

// attempt is a call at what belongs to somebody else.
type attempt struct {
	path string // below /api, with its query
	body object
}

// attempts are what is tried at them, by each operation that the API describes: one that is new has to be added.
func (b belongings) attempts() map[string][]attempt {
	conversation := url.PathEscape(b.elsewhere)
	here := "conversation=" + url.QueryEscape(b.elsewhere)
	each := func(tail string, body object) (all []attempt) {
		for _, m := range []told{b.coming, b.held, b.atZoom} {
			all = append(all, attempt{"/meetings/" + url.PathEscape(m.Key) + tail, body})
		}
		return append(all, attempt{"/meetings/z" + strings.ReplaceAll(b.coming.ZoomID, " ", "") + tail, body})
	}
	input := maps.Clone(b.coming.Input)
	input["topic"] = "Taken over"
	forHer := maps.Clone(input)
	forHer["for"] = "ana.duarte@meridian.example"
	return map[string][]attempt{
		"GET /api/me":                                      {{"/me", nil}},
		"GET /api/settings":                                {{"/settings", nil}},
		"PUT /api/settings":                                {{"/settings", object{"language": "fr", "invited": false, "scheduled": false, "pmi": true, "reminder": 5, "sync": true}}},
		"POST /api/connect":                                {{"/connect", object{}}},
		"POST /api/connect/complete":                       {{"/connect/complete", object{"code": "123456"}}},
		"DELETE /api/connect":                              {{"/connect", nil}},
		"POST /api/consent":                                {{"/consent", object{"grants": []string{"contacts"}}}},
		"DELETE /api/consent/mention_mail":                 {{"/consent/mention_mail", nil}},
		"GET /api/people":                                  {{"/people?q=Confidential", nil}},
		"GET /api/rooms":                                   {{"/rooms?q=Confidential", nil}},
		"GET /api/events":                                  {{"/events?" + here, nil}},
		"GET /api/meetings":                                {{"/meetings", nil}, {"/meetings?q=Confidential", nil}, {"/meetings?q=" + b.numbers()[0], nil}, {"/meetings?past=true", nil}, {"/meetings?past=true&q=Confidential", nil}},
		"GET /api/meetings/form":                           {{"/meetings/form?" + here, nil}, {"/meetings/form?for=ana.duarte@meridian.example", nil}},
		"POST /api/meetings":                               {{"/meetings", object{"nonce": b.nonce, "input": input, "conversation": b.elsewhere}}, {"/meetings", object{"nonce": "for-her-nonce", "input": forHer}}},
		"POST /api/meetings/now":                           {{"/meetings/now", object{"nonce": "now-elsewhere", "conversation": b.elsewhere}}},
		"GET /api/meetings/{key}":                          append(each("", nil), each("?"+here, nil)...),
		"GET /api/meetings/{key}/transcript":               each("/transcript", nil),
		"GET /api/meetings/{key}/chat":                     each("/chat", nil),
		"PATCH /api/meetings/{key}":                        append(each("", object{"input": input, "scope": "all"}), each("", object{"input": input, "scope": "occurrence", "original": b.coming.Start})...),
		"DELETE /api/meetings/{key}":                       append(each("", nil), each("?scope=all", nil)...),
		"POST /api/meetings/{key}/calendar":                each("/calendar", nil),
		"POST /api/meetings/{key}/share":                   each("/share", object{"conversation": b.elsewhere}),
		"PUT /api/meetings/{key}/following":                each("/following", object{"conversation": b.elsewhere, "on": true}),
		"PUT /api/meetings/{key}/answer":                   each("/answer", object{"answer": "accepted", "edition": 1}),
		"POST /api/meetings/{key}/start":                   each("/start", nil),
		"DELETE /api/wishes/{key}":                         {{"/wishes/" + b.wish, nil}},
		"GET /api/conversations":                           {{"/conversations", nil}, {"/conversations?q=Design", nil}, {"/conversations?for=whiteboards&q=Design", nil}},
		"GET /api/conversations/{conversation}/meetings":   {{"/conversations/" + conversation + "/meetings", nil}},
		"GET /api/conversations/{conversation}/members":    {{"/conversations/" + conversation + "/members", nil}, {"/conversations/" + conversation + "/members?q=ana", nil}},
		"GET /api/missed":                                  {{"/missed", nil}},
		"DELETE /api/missed/{id}":                          {{"/missed/0", nil}},
		"POST /api/conversations/{conversation}/admission": {{"/conversations/" + conversation + "/admission", nil}},
		"POST /api/join":                                   {{"/join", object{"text": b.numbers()[0]}}, {"/join", object{"text": b.numbers()[1]}}},
		"POST /api/screen":                                 {{"/screen", object{"text": b.numbers()[0]}}},
		"POST /api/availability":                           {{"/availability", object{"addresses": []string{"ben.okafor@meridian.example"}, "from": b.coming.Start, "to": b.coming.Start.Add(time.Hour), "zone": "UTC", "minutes": 30, "meeting": b.coming.Key}}},
		"GET /api/whiteboards":                             {{"/whiteboards", nil}, {"/whiteboards?q=Confidential", nil}},
		"POST /api/whiteboards":                            {{"/whiteboards", object{"name": "His own"}}},
		"GET /api/whiteboards/{id}":                        {{"/whiteboards/" + b.board, nil}},
		"GET /api/whiteboards/{id}/picture":                {{"/whiteboards/" + b.board + "/picture", nil}},
		"POST /api/whiteboards/{id}/share":                 {{"/whiteboards/" + b.board + "/share", object{"conversation": b.elsewhere, "open": "edit"}}},
		"GET /api/whiteboards/{id}/warning":                {{"/whiteboards/" + b.board + "/warning?open=edit&" + here, nil}},
	}
}

// numbers are the digits of the meetings' numbers.
func (b belongings) numbers() []string {
	return []string{strings.ReplaceAll(b.coming.ZoomID, " ", ""), strings.ReplaceAll(b.atZoom.ZoomID, " ", "")}
}

// unknown fails the test when an answer tells one of the owner's words.
func (b belongings) unknown(t *testing.T, what string, got answered) {
	t.Helper()
	for _, word := range b.words {
		if word != "" && strings.Contains(got.body, word) {
			t.Errorf("%s tells %q: %d %s", what, word, got.status, got.body)
		}
	}
	if got.status >= http.StatusInternalServerError {
		t.Errorf("%s: %d %s", what, got.status, got.body)
	}
}

// TestT78_TheTabShowsNothingOfOthers: neither by their keys (T12), nor to the same person or object of another tenant (T18), by any operation
// that the API describes.
func TestT78_TheTabShowsNothingOfOthers(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ben").link()
	hers := g.keeps()
	ben, ana := g.visit("ben"), g.visit("ana")
	elsewhere := map[string]string{
		"the same person in another tenant": g.sso("ana-harbour", nil),
		"the same object in another tenant": g.sso("ana", object{"tid": g.world.World.Seed.Tenant("harbour").ID}),
	}
	before, tries := g.meetings(), hers.attempts()
	g.mark()
	for _, operation := range g.described() {
		method, _, _ := strings.Cut(operation, " ")
		if len(tries[operation]) == 0 {
			t.Errorf("nobody tries %s at what is another's", operation)
		}
		if method == http.MethodGet && operation != "GET /api/events" && !slices.ContainsFunc(tries[operation], func(try attempt) bool {
			return ana.tries(method, try.path, nil).status == http.StatusOK
		}) {
			t.Errorf("%s tells Ana nothing either", operation)
		}
		for _, try := range tries[operation] {
			for name, token := range elsewhere {
				if got := (visit{g, token}).ask(method, try.path, try.body, nil); got.status != http.StatusUnauthorized {
					t.Errorf("%s: %s %s: %d %s", name, method, try.path, got.status, got.body)
				}
			}
			if operation == "DELETE /api/connect" {
				continue // last
			}
			got := ben.tries(method, try.path, try.body)
			hers.unknown(t, method+" "+try.path, got)
			if strings.HasSuffix(operation, "/start") && got.status == http.StatusOK { // of what Zoom alone knows, Zoom says on the page whose it is
				var page struct{ URL string }
				_ = json.Unmarshal([]byte(got.body), &page)
				got = g.get(strings.TrimPrefix(page.URL, g.world.Settings().PublicURL))
				if to := got.header.Get("Location"); strings.Contains(to, "/s/") || strings.Contains(to, "zak") || strings.Contains(to, "pwd") {
					t.Errorf("%s starts what is a colleague's: %s", try.path, to)
				}
			}
			if strings.Contains(operation, "{") && got.status < http.StatusMultipleChoices {
				t.Errorf("%s %s of a colleague's is answered: %d %s", method, try.path, got.status, got.body)
			}
		}
	}
	ben.ask(http.MethodDelete, "/connect", nil, nil)
	g.idle()
	if after := g.meetings(); after != before {
		t.Errorf("the meetings were %s and are %s", before, after)
	}
	for _, effect := range []string{"meeting.created", "meeting.updated", "meeting.deleted", "event.created", "event.updated", "event.cancelled", "message.posted", "board.shared"} {
		if rows := g.rows(effect); len(rows) > 0 {
			t.Errorf("%s: %+v", effect, rows)
		}
	}
	if g.linked("ana") != "linked" || len(ana.waits()) != 1 || g.self("ana").Settings["language"] != "" {
		t.Error("something else of Ana's has changed")
	}
}

// TestT17_NoOperationTakesAnId: where somebody puts another's ids, in the address or the body, the answer is the one without them, or a refusal.
func TestT17_NoOperationTakesAnId(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ben").link()
	hers := g.keeps()
	ben, ana := g.visit("ben"), g.seed("ana")
	ids := url.Values{
		"userId": {ana.ID}, "tenantId": {g.world.World.Seed.Tenant("harbour").ID}, "oid": {ana.ID}, "tid": {g.world.World.Seed.Tenant("harbour").ID}, "user": {ana.UPN}, "upn": {ana.UPN}, "email": {ana.Email},
	}
	fresh := regexp.MustCompile(`"(nonce|since)":"[^"]*"`)
	before, tries := g.meetings(), hers.attempts()
	for _, operation := range slices.DeleteFunc(g.described(), func(o string) bool { return o == "DELETE /api/connect" }) {
		method, _, _ := strings.Cut(operation, " ")
		for _, try := range tries[operation] {
			path := try.path + map[bool]string{false: "?", true: "&"}[strings.Contains(try.path, "?")] + ids.Encode()
			if method == http.MethodGet {
				without, with := ben.tries(method, try.path, nil), ben.tries(method, path, nil)
				if with.status != without.status || fresh.ReplaceAllString(with.body, "") != fresh.ReplaceAllString(without.body, "") {
					t.Errorf("%s %s: %d %s; with ids %d %s", method, try.path, without.status, without.body, with.status, with.body)
				}
				continue
			}
			body := maps.Clone(try.body)
			for name := range ids {
				if body != nil {
					body[name] = ids.Get(name)
				}
			}
			got := ben.tries(method, path, body)
			hers.unknown(t, method+" "+path, got)
			if len(try.body) > 0 && got.status < http.StatusBadRequest {
				t.Errorf("%s %s with ids in the body: %d %s", method, path, got.status, got.body)
			}
		}
	}
	if after := g.meetings(); after != before {
		t.Errorf("the meetings were %s and are %s", before, after)
	}
	for handle, zoom := range map[string]string{"ana": "linked", "ben": "linked"} {
		if got := g.self(handle); got.Zoom != zoom || got.Settings["language"] != "" {
			t.Errorf("%s: %s", handle, fmt.Sprint(got.Zoom, got.Settings))
		}
	}
}
