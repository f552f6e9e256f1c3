package meetings_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/wiretest"
)

// What was said is read at Zoom as its host, part after part, and what keeps it from being read here is said.
func TestATranscriptComesFromZoom(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	if failed := p.Work(""); len(failed) > 0 {
		t.Fatal(failed)
	}
	const recordings, text, uuid = "GET /v2/meetings/*/recordings", "GET /rec/download/*", "session=="
	recorded := func(files string) wiretest.Trouble {
		return wiretest.Refuse(http.StatusOK, fmt.Sprintf(`{"id":%d,"start_time":"2026-11-23T09:00:00Z","duration":30,"recording_play_passcode":"opens","password":"typed","recording_files":[
			{"file_type":"MP4","status":"completed","play_url":"https://zoom.us/rec/play/x"}%s]}`, m.Zoom, files))
	}
	file := func(kind, name, start string, size int) string {
		return fmt.Sprintf(`,{"file_type":%q,"status":"completed","recording_start":%q,"file_size":%d,"download_url":%q}`, kind, start, size, p.Zoom.URL+"/rec/download/"+name)
	}
	// The second part comes first.
	both := file("TRANSCRIPT", "two", "2026-11-23T09:20:00Z", 99) + file("TRANSCRIPT", "one", "2026-11-23T09:00:00Z", 99) + file("CHAT", "chat", "2026-11-23T09:00:00Z", 20)
	texts := func(w http.ResponseWriter, r *http.Request, _ func() *httptest.ResponseRecorder) {
		said := map[string]string{
			"one": "WEBVTT\n\n00:01.000 --> 00:02.000\nAna: First", "two": "WEBVTT\n\n00:03.000 --> 00:04.000\nBen: Second", "chat": "00:00:05\tBen:\tHi", "odd": "<html>",
		}[r.URL.Path[len("/rec/download/"):]]
		if token := r.Header.Get("Authorization"); !strings.HasPrefix(token, "Bearer access-") {
			t.Errorf("asked with %q", token)
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write([]byte(said))
	}
	p.Zoom.Next(recordings, 0, recorded(both))
	p.Zoom.Next(text, 0, texts)
	if err := p.Do(jobs.Job{Kind: meetings.RemainsJob, Tenant: string(wiretest.Tenant), Subject: meetings.RemainsOf(m.ID, uuid)}); err != nil {
		t.Fatal(err)
	}
	if got := p.Zoom.Calls(text); len(got) != 0 {
		t.Errorf("before anybody wants to read: %v", got)
	}
	page := "https://zoom.us/rec/play/x?pwd=opens"
	for _, who := range []string{"ana", "ben"} {
		got, err := p.Meetings.Transcript(t.Context(), visitor(who), m.ID, time.Time{})
		want := meetings.Transcript{Page: page, Lines: []meetings.Line{{At: 1, Who: "Ana", Text: "First"}, {At: 1203, Who: "Ben", Text: "Second"}}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", who, err, diff)
		}
	}
	if got, err := p.Meetings.Chat(t.Context(), visitor("ben"), m.ID, time.Time{}); err != nil || len(got.Lines) != 1 || got.Lines[0].Text != "Hi" {
		t.Errorf("the chat: %+v, %v", got, err)
	}
	if got := p.Zoom.Calls(text); len(got) != 5 {
		t.Errorf("it is asked for %d times, and nothing is kept", len(got))
	}
	for name, c := range map[string]struct {
		plays  map[string]wiretest.Trouble
		says   string // the sentence, or the problem
		toHost string // if another
	}{
		"too large":         {map[string]wiretest.Trouble{recordings: recorded(file("TRANSCRIPT", "one", "", 3<<20))}, "too long to be shown", ""},
		"together":          {map[string]wiretest.Trouble{recordings: recorded(file("TRANSCRIPT", "one", "", 1<<20) + file("TRANSCRIPT", "two", "", 2<<20))}, "too long to be shown", ""},
		"none":              {map[string]wiretest.Trouble{recordings: recorded(file("CHAT", "chat", "", 20))}, "not_found meetings.text_none", ""},
		"still in the work": {map[string]wiretest.Trouble{recordings: recorded("")}, "not_found meetings.text_none", ""},
		"deleted":           {map[string]wiretest.Trouble{recordings: wiretest.Refuse(404, `{"code":3301,"message":"There is no recording."}`)}, "not_found meetings.text_gone", ""},
		"another meeting's": {map[string]wiretest.Trouble{recordings: wiretest.Refuse(200, `{"id":1,"recording_files":[]}`)}, "not_found meetings.text_gone", ""},
		"deleted meanwhile": {map[string]wiretest.Trouble{recordings: recorded(both), text: wiretest.Refuse(404, `{"code":3301}`)}, "not_found meetings.text_gone", ""},
		"a page":            {map[string]wiretest.Trouble{recordings: recorded(both), text: wiretest.Refuse(200, "<html>", "Content-Type", "text/html")}, "in a browser alone", ""},
		"no transcript":     {map[string]wiretest.Trouble{recordings: recorded(file("TRANSCRIPT", "odd", "", 6))}, "in a browser alone", ""},
		"elsewhere":         {map[string]wiretest.Trouble{recordings: recorded(`,{"file_type":"TRANSCRIPT","download_url":"https://evil.example/x"}`)}, "in a browser alone", ""},
		"forbidden":         {map[string]wiretest.Trouble{recordings: recorded(both), text: wiretest.Refuse(403, `{}`)}, "in a browser alone", ""},
		"no permission":     {map[string]wiretest.Trouble{recordings: wiretest.Refuse(400, `{"code":4711,"message":"Invalid access token, does not contain scopes."}`)}, "Ana Duarte has to connect Zoom again", "Connect Zoom again"},
		"refused tokens":    {map[string]wiretest.Trouble{recordings: recorded(both), text: wiretest.Refuse(401, `{"code":124}`)}, "Ana Duarte has to connect Zoom again", "Connect Zoom again"},
		"Zoom away":         {map[string]wiretest.Trouble{recordings: wiretest.Refuse(503, `{}`)}, "unavailable meetings.text_unavailable", ""},
	} {
		for who, want := range map[string]string{"ben": c.says, "ana": c.toHost} {
			if want == "" {
				want = c.says
			}
			p.Zoom.Mend()
			for route, play := range c.plays {
				p.Zoom.Next(route, 0, play)
			}
			p.Zoom.Next(text, 0, texts)
			got, err := p.Meetings.Transcript(t.Context(), visitor(who), m.ID, time.Time{})
			if err == nil && (got.Page != page || len(got.Lines) != 0) || !strings.Contains(got.Note+kindOf(err), want) {
				t.Errorf("%s, %s: %+v, %v", name, who, got, err)
			}
		}
	}
	p.Zoom.Mend()
	p.Zoom.Next(recordings, 0, recorded(both))
	p.Zoom.Next(text, 0, texts)
	asked := len(p.Zoom.Calls(recordings))
	sees := func(who string, want bool) {
		t.Helper()
		if got, err := p.Meetings.Transcript(t.Context(), visitor(who), m.ID, time.Time{}); want != (err == nil && len(got.Lines) == 2) || !want && !strings.HasPrefix(kindOf(err), "not_found ") {
			t.Errorf("%s: %+v, %v", who, got, err)
		}
	}
	sees("dan", false)
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"))
	sees("cho", false) // was invited, and has left
	for _, f := range []policy.Feature{policy.Passcodes, policy.Recordings} {
		set := func(on bool) {
			if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, f, on, "test"); err != nil {
				t.Fatal(err)
			}
		}
		set(false)
		sees("ben", false)
		set(true)
	}
	if got := len(p.Zoom.Calls(recordings)); got != asked {
		t.Errorf("Zoom is asked for who may not read it")
	}
	sees("ben", true)
	for _, key := range []string{"nothing", "e" + m.ID, "z99999999999"} {
		if got, err := p.Meetings.Transcript(t.Context(), visitor("ana"), key, time.Time{}); !strings.HasPrefix(kindOf(err), "not_found ") {
			t.Errorf("%s: %+v, %v", key, got, err)
		}
	}
	if got, err := p.Meetings.Transcript(t.Context(), visitor("ana"), fmt.Sprintf("z%d", m.Zoom), time.Time{}); err != nil || len(got.Lines) != 2 {
		t.Errorf("by its number: %+v, %v", got, err)
	}
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Passcodes, false, "test"); err != nil {
		t.Fatal(err)
	}
	bare := func(w http.ResponseWriter, _ *http.Request, _ func() *httptest.ResponseRecorder) {
		_, _ = fmt.Fprintf(w, `{"id":%d,"recording_files":[{"file_type":"MP4","status":"completed","play_url":"https://zoom.us/rec/play/x"}%s]}`, m.Zoom, both)
	}
	p.Zoom.Mend()
	p.Zoom.Next(recordings, 1, bare)
	if err := p.Do(jobs.Job{Kind: meetings.RemainsJob, Tenant: string(wiretest.Tenant), Subject: meetings.RemainsOf(m.ID, uuid), Revision: 2}); err != nil {
		t.Fatal(err)
	}
	p.Zoom.Next(recordings, 0, recorded(both))
	p.Zoom.Next(text, 0, texts)
	sees("ben", false) // it has got a passcode since
	sees("ana", true)
	p.Zoom.Mend()
	p.Zoom.Next(recordings, 0, recorded(file("TRANSCRIPT", "one", "", 9)+file("TRANSCRIPT", "two", "2026-11-23T09:00:00Z", 9)))
	p.Zoom.Next(text, 0, texts)
	if got, err := p.Meetings.Transcript(t.Context(), visitor("ana"), m.ID, time.Time{}); err != nil || len(got.Lines) != 2 || got.Lines[1].At != 3 {
		t.Errorf("of parts whose beginning is not told: %+v, %v", got, err)
	}
}

// Of a series that is read which was said in the occurrence that was asked for.
func TestATranscriptIsOfItsOccurrence(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Start, d.Repeat = wiretest.Noon.Add(time.Hour), &meetings.Recurrence{Pattern: meetings.Daily, Interval: 1, Times: 5}
	m := schedule(t, p, "n1", d)
	p.Clock.Forward(50 * time.Hour)
	all := m.Draft.Occurrences()
	for _, o := range all[:2] {
		hold(t, p, m, o.Start, meetings.Remains{Recording: "https://zoom.us/rec/play/x", Transcript: true})
	}
	first, last := fmt.Sprint("u", all[0].Start.Unix()), fmt.Sprint("u", all[1].Start.Unix())
	for i, want := range map[int]string{0: first, 1: last, 3: last} {
		before := len(p.Zoom.Calls("GET /v2/meetings/*/recordings"))
		_, _ = p.Meetings.Transcript(t.Context(), visitor("ana"), m.ID, all[i].Original)
		asked := p.Zoom.Calls("GET /v2/meetings/*/recordings")[before:]
		if len(asked) == 0 || asked[0].Route != "GET /v2/meetings/"+want+"/recordings" {
			t.Errorf("of occurrence %d: %v, want %s", i, asked, want)
		}
	}
}
