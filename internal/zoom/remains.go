package zoom

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// RecordingFile is the kind of a file in Zoom's cloud.
type RecordingFile string

// The kinds that people look for.
const (
	VideoFile      RecordingFile = "MP4"
	SoundFile      RecordingFile = "M4A"
	TranscriptFile RecordingFile = "TRANSCRIPT"
	ChatFile       RecordingFile = "CHAT"
)

// CloudRecording is what Zoom's cloud has recorded of one taking place of a meeting. It prints as its meeting, because it holds secrets.
type CloudRecording struct {
	Meeting MeetingID
	Start   time.Time     // UTC
	Length  time.Duration // whole minutes
	Files   []RecordingFile
	Texts   []TextFile // those of Files that are read, the earliest first
	// Page is where it is watched and read, as Zoom wrote it: Links.Recording checks it.
	Page     string
	Passcode string // that is typed there
	Pwd      string // that opens Page when it is in the link
}

// String returns the meeting.
func (r CloudRecording) String() string { return "recording of " + r.Meeting.String() }

// GoString returns the meeting.
func (r CloudRecording) GoString() string { return r.String() }

// Has tells whether there is a file of a kind.
func (r CloudRecording) Has(kind RecordingFile) bool { return slices.Contains(r.Files, kind) }

// UnmarshalJSON reads Zoom's form: of the files those that are ready. share_url, the page of all files together, is described for the event
// alone, but answered here as well; where it is not, the film's own page leads to the same place.
func (r *CloudRecording) UnmarshalJSON(b []byte) error {
	var w struct {
		ID       MeetingID `json:"id"`
		Start    looseText `json:"start_time"`
		Duration looseInt  `json:"duration"`
		Share    looseText `json:"share_url"`
		Password looseText `json:"password"`
		Pwd      looseText `json:"recording_play_passcode"`
		Files    []struct {
			Kind     RecordingFile `json:"file_type"`
			Status   string        `json:"status"`
			Play     string        `json:"play_url"`
			Start    looseText     `json:"recording_start"`
			Size     looseInt      `json:"file_size"`
			Download looseText     `json:"download_url"`
		} `json:"recording_files"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*r = CloudRecording{
		Meeting: w.ID, Start: instant(w.Start), Length: time.Duration(w.Duration) * time.Minute, Page: string(w.Share),
		Passcode: string(w.Password), Pwd: string(w.Pwd),
	}
	for _, kind := range []RecordingFile{VideoFile, SoundFile, TranscriptFile, ChatFile} {
		for _, f := range w.Files {
			if f.Kind != kind || f.Status != "" && f.Status != "completed" {
				continue
			}
			if r.Page == "" && (kind == VideoFile || kind == SoundFile) {
				r.Page = f.Play
			}
			if f.Download != "" && (kind == TranscriptFile || kind == ChatFile) {
				r.Texts = append(r.Texts, TextFile{Kind: kind, Start: instant(f.Start), Size: int(f.Size), link: string(f.Download)})
			}
			if !r.Has(kind) {
				r.Files = append(r.Files, kind)
			}
		}
	}
	slices.SortStableFunc(r.Texts, func(a, b TextFile) int { return a.Start.Compare(b.Start) })
	return nil
}

// Recording returns what was recorded of one taking place of a meeting in the cloud. GET /meetings/{uuid}/recordings, scope
// cloud_recording:read:list_recording_files. Errors: ErrNotFound when there is nothing, or it was deleted.
func (c *Client) Recording(ctx context.Context, uuid MeetingUUID) (CloudRecording, error) {
	var r CloudRecording
	segment, err := uuid.segment()
	if err != nil {
		return r, err
	}
	err = c.do(ctx, call{
		method: http.MethodGet, route: "/meetings/{meetingId}/recordings", path: "/meetings/" + segment + "/recordings", out: &r, proof: []string{"id", "recording_files"},
	})
	return r, err
}

// Summary is what AI Companion wrote about one taking place of a meeting. It prints as its meeting: what was said is nobody else's business.
type Summary struct {
	Meeting    MeetingID
	Start, End time.Time // of the meeting, UTC
	Title      string
	Text       string // Markdown
	Page       string // with all of it, in Zoom Docs: Links.Document checks it
}

// String returns the meeting.
func (s Summary) String() string { return "summary of " + s.Meeting.String() }

// GoString returns the meeting.
func (s Summary) GoString() string { return s.String() }

// UnmarshalJSON reads Zoom's form, and what it had before there was one text for all.
func (s *Summary) UnmarshalJSON(b []byte) error {
	var w struct {
		ID       MeetingID `json:"meeting_id"`
		Start    looseText `json:"meeting_start_time"`
		End      looseText `json:"meeting_end_time"`
		Title    looseText `json:"summary_title"`
		Text     looseText `json:"summary_content"`
		Page     looseText `json:"summary_doc_url"`
		Overview looseText `json:"summary_overview"`
		Next     []string  `json:"next_steps"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*s = Summary{Meeting: w.ID, Start: instant(w.Start), End: instant(w.End), Title: string(w.Title), Text: string(w.Text), Page: string(w.Page)}
	if s.Text == "" {
		s.Text = string(w.Overview)
		for _, step := range w.Next {
			s.Text += "\n- " + step
		}
	}
	return nil
}

// Summary returns what AI Companion wrote about one taking place of a meeting. GET /meetings/{uuid}/meeting_summary, scope
// meeting:read:summary. Errors: ErrNotFound when there is none, ErrNoSummaries.
func (c *Client) Summary(ctx context.Context, uuid MeetingUUID) (Summary, error) {
	var s Summary
	segment, err := uuid.segment()
	if err != nil {
		return s, err
	}
	err = c.do(ctx, call{
		method: http.MethodGet, route: "/meetings/{meetingId}/meeting_summary", path: "/meetings/" + segment + "/meeting_summary", out: &s,
		proof: []string{"meeting_uuid", "meeting_id"},
	})
	return s, err
}

var (
	// recordingPath is the path of a recording's page.
	recordingPath = regexp.MustCompile(`^/rec/(share|play)/[A-Za-z0-9._~-]{1,500}$`)
	// documentPath is the path of a document.
	documentPath = regexp.MustCompile(`^/doc/[A-Za-z0-9._~-]{1,200}$`)
)

// Recording is the link to a recording's page at one of the origins, opened by an encrypted passcode if one is given; false for an address
// that is none. Nothing else of the address is kept.
func (l *Links) Recording(raw, pwd string) (string, bool) {
	page, ok := l.page(raw, recordingPath)
	if !ok || pwd != "" && !embedded.MatchString(pwd) {
		return "", false
	}
	if pwd != "" {
		page += "?pwd=" + url.QueryEscape(pwd)
	}
	return page, true
}

// Document is the link to a document at one of the origins; false for an address that is none.
func (l *Links) Document(raw string) (string, bool) { return l.page(raw, documentPath) }

func (l *Links) page(raw string, path *regexp.Regexp) (string, bool) {
	u, origin, ok := split(raw)
	if !ok || !path.MatchString(u.Path) || !l.ours(origin) {
		return "", false
	}
	return origin + u.Path, true
}
