package zoomsim_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/zoomsim"
)

// held is a meeting of somebody's that was recorded and summarised.
func held(t *testing.T, z *zoom, h *host) (uuid string, kept zoomsim.Remains) {
	t.Helper()
	made := h.create(map[string]any{"topic": "Recorded"})
	id := number(made)
	if err := z.Record(id); !errors.Is(err, zoomsim.ErrControl) {
		t.Errorf("recorded before it began: %v", err)
	}
	for _, err := range []error{z.Join(id, "ana"), z.Record(id), z.Summarise(id), z.End(id)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return url.PathEscape(made.text("uuid")), z.Kept("")[0]
}

func TestWhatRemainsComesLater(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	uuid, kept := held(t, z, h)
	if strings.HasPrefix(uuid, "%2F") || strings.Contains(uuid, "%2F%2F") {
		uuid = url.PathEscape(uuid)
	}
	of := func(what string) answer { return h.call(http.MethodGet, "/meetings/"+uuid+"/"+what, "") }
	if r, s := of("recordings"), of("meeting_summary"); r.json["code"] != 3301.0 || s.json["code"] != 3001.0 || kept.Recording != "processing" || kept.Summary != "processing" {
		t.Errorf("at once: %s, %s, %+v", r.raw, s.raw, kept)
	}
	z.advance(10 * time.Second)
	r := of("recordings")
	if files, ok := r.json["recording_files"].([]any); !ok || len(files) != 3 || r.text("recording_play_passcode") == "" {
		t.Errorf("after ten seconds: %s", r.raw)
	}
	if s := of("meeting_summary"); !strings.Contains(s.text("summary_content"), "## Key takeaways") {
		t.Errorf("the summary: %s", s.raw)
	}
	z.advance(10 * time.Second)
	if files := of("recordings").json["recording_files"].([]any); len(files) != 4 {
		t.Errorf("after twenty: %d files", len(files))
	}
	texts := map[string]string{"TRANSCRIPT": "WEBVTT\r\n\r\n1\r\n00:00:02.340 --> 00:00:07.120\r\nAna Duarte: ", "CHAT": "00:00:05\tAna Duarte:\t"}
	for _, f := range of("recordings").json["recording_files"].([]any) {
		file := f.(map[string]any)
		begins, is := texts[file["file_type"].(string)]
		if !is {
			continue
		}
		link := file["download_url"].(string)
		if a := z.do(http.MethodGet, link, map[string]string{"Authorization": "Bearer " + h.access}, ""); a.status != http.StatusOK || !strings.HasPrefix(a.raw, begins) || float64(len(a.raw)) != file["file_size"] {
			t.Errorf("%s is %d %q", link, a.status, a.raw)
		}
		if a := z.get(link); a.status != http.StatusUnauthorized {
			t.Errorf("without a token: %d %s", a.status, a.raw)
		}
		if a := z.do(http.MethodGet, link, map[string]string{"Authorization": "Bearer " + z.link("ben").access}, ""); a.status != http.StatusNotFound {
			t.Errorf("for somebody else: %d %s", a.status, a.raw)
		}
		delete(texts, file["file_type"].(string))
	}
	if len(texts) != 0 {
		t.Errorf("there is no %v", texts)
	}
	if a := z.link("ben").call(http.MethodGet, "/meetings/"+uuid+"/recordings", ""); a.status != http.StatusNotFound {
		t.Errorf("somebody else's: %s", a.raw)
	}
	for _, c := range []struct {
		act              string
		recording, notes int
	}{{"trash", 404, 200}, {"recover", 200, 200}, {"withdraw", 200, 404}, {"restore", 200, 200}, {"delete", 404, 200}, {"withdraw", 404, 404}, {"erase", 404, 404}, {"restore", 404, 404}} {
		if err := z.Dispose(kept.ID, c.act); err != nil {
			t.Fatal(err)
		}
		if r, s := of("recordings"), of("meeting_summary"); r.status != c.recording || s.status != c.notes {
			t.Errorf("after %s: %d and %d", c.act, r.status, s.status)
		}
	}
	if err := z.EditSummary(kept.ID, "Late"); !errors.Is(err, zoomsim.ErrControl) {
		t.Errorf("what is gone is edited: %v", err)
	}
	if err := z.Dispose(kept.ID, "burn"); !errors.Is(err, zoomsim.ErrControl) {
		t.Errorf("an act that there is not: %v", err)
	}
}

func TestASummaryIsEdited(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	uuid, kept := held(t, z, h)
	path := "/portal/ana/recordings/" + kept.ID + "/summary"
	if a := z.get(path); a.status != http.StatusNotFound {
		t.Errorf("before it is ready: %d", a.status)
	}
	z.advance(time.Minute)
	if a := z.get(path); page(a) != "portal-summary" || !strings.Contains(a.raw, "Key takeaways") {
		t.Errorf("the form: %s", a.raw)
	}
	if a := z.form(path, url.Values{"text": {"## Decided\r\n- Ship <it>"}}); a.status != http.StatusSeeOther {
		t.Errorf("saved: %d %s", a.status, a.raw)
	}
	if a := z.form("/portal/ben/recordings/"+kept.ID+"/summary", url.Values{"text": {"Ben's"}}); a.status != http.StatusNotFound {
		t.Errorf("somebody else's: %d", a.status)
	}
	if strings.HasPrefix(uuid, "%2F") || strings.Contains(uuid, "%2F%2F") {
		uuid = url.PathEscape(uuid)
	}
	a := h.call(http.MethodGet, "/meetings/"+uuid+"/meeting_summary", "")
	if a.text("summary_content") != "## Decided\n- Ship <it>" || a.text("summary_last_modified_user_email") != "ana.duarte@meridian.example" || a.text("summary_last_modified_time") == a.text("summary_created_time") {
		t.Errorf("answered %s", a.raw)
	}
	if a := z.get(kept.Document); !strings.Contains(a.raw, "Ship &lt;it&gt;") || strings.Contains(a.raw, "Key takeaways") {
		t.Errorf("the document: %s", a.raw)
	}
}

func TestPagesOfWhatRemains(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	_, kept := held(t, z, z.link("ana"))
	z.advance(time.Minute)
	if p := z.get(kept.Page); page(p) != "remains-locked" {
		t.Errorf("without a passcode: %s", page(p))
	}
	if p := z.form(kept.Page, url.Values{"passcode": {"wrong"}}); page(p) != "remains-locked" || !strings.Contains(p.raw, "passcode is wrong") {
		t.Errorf("with a wrong one: %s", p.raw)
	}
	if p := z.form(kept.Page, url.Values{"passcode": {kept.Passcode}}); page(p) != "remains-recording" {
		t.Errorf("with the right one: %s", page(p))
	}
	if p := z.get(kept.Document); page(p) != "remains-document" || !strings.Contains(p.raw, "Key takeaways") {
		t.Errorf("the document: %s", page(p))
	}
	list := z.get("/portal/ana/recordings")
	if page(list) != "portal-recordings" || !strings.Contains(list.raw, "Recorded") {
		t.Errorf("the list: %s", list.raw)
	}
	if p := z.form("/portal/ana/recordings/"+kept.ID+"/trash", url.Values{}); p.status != http.StatusSeeOther {
		t.Errorf("trashed: %s", p.raw)
	}
	if p := z.get(kept.Page); p.status != http.StatusNotFound || page(p) != "remains-unknown" {
		t.Errorf("what is in the trash: %d %s", p.status, page(p))
	}
	if p := z.form("/portal/ben/recordings/"+kept.ID+"/recover", url.Values{}); p.status != http.StatusNotFound {
		t.Errorf("somebody else's: %d", p.status)
	}
}
