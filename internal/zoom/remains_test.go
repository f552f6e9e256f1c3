package zoom_test

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/zoom"
)

func TestTheVendorsSamplesOfWhatRemains(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/meetings/{uuid}/recordings", http.StatusOK, string(specs(t, filepath.Join("samples", "endpoints", "meetings-{meetingId}-recordings_GET.json"))))
	f.answer("GET /base/v2/meetings/{uuid}/meeting_summary", http.StatusOK, string(specs(t, filepath.Join("samples", "endpoints", "meetings-{meetingId}-meeting_summary_GET.json"))))
	r, err := f.client().Recording(t.Context(), "BOKXuumlTAGXuqwr3bLyuQ==")
	if err != nil || r.Meeting != 6840331990 || r.Length != 20*time.Minute || r.Page != "https://example.com/rec/play/Qg75t7xZBtEbAkjdlgbfdngBBBB" ||
		r.Passcode != "981651" || r.Pwd != "yNYIS408EJygs7rE5vVsJwXIz4-VW7MH" || !slices.Equal(r.Files, []zoom.RecordingFile{zoom.VideoFile}) {
		t.Errorf("%#v, %v", r, err)
	}
	s, err := f.client().Summary(t.Context(), "aDYlohsHRtCd4ii1uC2+hA==")
	if err != nil || s.Meeting != 97763643886 || !strings.HasPrefix(s.Text, "## Key takeaways\n- Mobile") || s.Page != "https://docs.zoom.us/doc/1aBcDeFgHiJkLmNoPqRsTu" || s.Title == "" {
		t.Errorf("%+v, %v", s, err)
	}
	for _, text := range []string{fmt.Sprint(r), fmt.Sprintf("%#v", r), fmt.Sprint(s), fmt.Sprintf("%#v", s)} {
		if strings.Contains(text, "981651") || strings.Contains(text, "Mobile") {
			t.Errorf("it prints as %s", text)
		}
	}
}

func TestARecordingIsWhatIsReady(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("GET /base/v2/meetings/{uuid}/recordings", http.StatusOK, `{"id":91234567890,"share_url":"https://zoom.us/rec/share/all","recording_files":[
		{"file_type":"CHAT","status":"completed"},{"file_type":"TRANSCRIPT","status":"processing"},{"file_type":"MP4","status":"completed","play_url":"https://zoom.us/rec/play/one"},
		{"file_type":"MP4","status":"completed"},{"file_type":"TIMELINE","status":"completed"}]}`)
	r, err := f.client().Recording(t.Context(), "a==")
	if err != nil || r.Page != "https://zoom.us/rec/share/all" || !slices.Equal(r.Files, []zoom.RecordingFile{zoom.VideoFile, zoom.ChatFile}) {
		t.Errorf("%#v, %v", r, err)
	}
	f.answer("GET /base/v2/meetings/{uuid}/meeting_summary", http.StatusOK, `{"meeting_uuid":"a==","meeting_id":91234567890,"summary_overview":"All is well.","next_steps":["go on"]}`)
	if s, err := f.client().Summary(t.Context(), "a=="); err != nil || s.Text != "All is well.\n- go on" {
		t.Errorf("%q, %v", s.Text, err)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`404 {"code":3301,"message":"There is no recording for this meeting."}`:                              zoom.ErrNotFound,
		`404 {"code":3001,"message":"Meeting does not exist: a=="}`:                                          zoom.ErrNotFound,
		`403 {"code":2305,"message":"Access to meeting summaries is restricted by account settings."}`:       zoom.ErrNoSummaries,
		`400 {"code":200,"message":"Only available for Paid account."}`:                                      zoom.ErrNoSummaries,
		`400 {"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:read:summary]"}`: zoom.ErrScope,
	} {
		f := setup(t)
		var status int
		text := body[4:]
		_, _ = fmt.Sscan(body[:3], &status)
		f.answer("GET /base/v2/meetings/{uuid}/meeting_summary", status, text)
		if _, err := f.client().Summary(t.Context(), "a=="); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", body, err, want)
		}
	}
}

func TestPagesOfWhatRemains(t *testing.T) {
	t.Parallel()
	l, err := zoom.NewLinks("https://zoom.us", "https://*.zoom.us")
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]string{
		"https://us02web.zoom.us/rec/share/Ab_c-1.x~": "https://us02web.zoom.us/rec/share/Ab_c-1.x~", "https://zoom.us/rec/play/a?pwd=secret&tk=x#y": "https://zoom.us/rec/play/a",
		"https://zoom.us.evil.com/rec/share/a": "", "https://evilzoom.us/rec/share/a": "", "http://zoom.us/rec/share/a": "", "https://zoom.us/rec/share/a/b": "",
		"https://zoom.us/rec/download/a": "", "https://zoom.us@evil.com/rec/share/a": "", "javascript:alert(1)": "", "https://zoom.us/rec/share/": "", "": "",
		"https://zoom.us/rec/share/a%2F..%2Fb": "", "https://zoom.us/doc/a": "",
	} {
		if got, ok := l.Recording(raw, ""); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %t", raw, got, ok)
		}
	}
	if got, ok := l.Recording("https://zoom.us/rec/share/a?pwd=old", "new_1.x"); got != "https://zoom.us/rec/share/a?pwd=new_1.x" || !ok {
		t.Errorf("with a passcode: %q", got)
	}
	if got, ok := l.Recording("https://zoom.us/rec/share/a", "x y&z"); ok {
		t.Errorf("with what is no passcode: %q", got)
	}
	for raw, want := range map[string]string{
		"https://docs.zoom.us/doc/1aBc?from=mail": "https://docs.zoom.us/doc/1aBc", "https://docs.example.com/doc/1aBc": "", "https://docs.zoom.us/rec/share/a": "",
	} {
		if got, ok := l.Document(raw); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %t", raw, got, ok)
		}
	}
}
