package zoomsim

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// How long Zoom works on what was recorded, after the end. The real one takes about as long as the meeting was.
const (
	summaryWork    = 5 * time.Second
	recordingWork  = 10 * time.Second
	transcriptWork = 20 * time.Second
)

// session is what remains of one taking place of a meeting: a recording, a summary, or both.
type session struct {
	ID         string    `json:"id"`
	UUID       string    `json:"uuid"`
	Meeting    int64     `json:"meeting"`
	Host       string    `json:"host"` // handle
	Topic      string    `json:"topic"`
	Type       int       `json:"type"`
	Zone       string    `json:"zone"`
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	Recorded   bool      `json:"recorded"`
	Summarised bool      `json:"summarised"`
	Trashed    bool      `json:"trashed"`   // the recording, from where it can be brought back
	Withdrawn  bool      `json:"withdrawn"` // the summary, likewise
	Page       string    `json:"page"`      // token of the pages
	Passcode   string    `json:"passcode"`  // of the recording
	Pwd        string    `json:"pwd"`       // that stands for it in a link
	People     []string  `json:"people"`    // names, for the summary
	FileID     string    `json:"fileId"`    // what files are named by
	Companion  string    `json:"companion"` // what AI Companion wrote, or somebody since, Markdown
	EditedBy   string    `json:"editedBy"`  // handle of who changed that last; "" for nobody
	EditedAt   time.Time `json:"editedAt"`
	CreatedDoc string    `json:"createdDoc"` // token of the document
}

// Remains is what remains of a session, as its host sees it in the portal.
type Remains struct {
	ID         string    `json:"id"`
	UUID       string    `json:"uuid"`
	Meeting    string    `json:"meeting"`
	Topic      string    `json:"topic"`
	Host       string    `json:"host"`
	Start      time.Time `json:"start"`
	Recording  string    `json:"recording"` // none, processing, ready, trashed
	Transcript bool      `json:"transcript"`
	Summary    string    `json:"summary"` // none, processing, ready, trashed
	Passcode   string    `json:"passcode,omitempty"`
	Page       string    `json:"page"` // path of the recording's page
	Document   string    `json:"document"`
}

// keeps notes what the end of a session leaves behind. The caller holds mu.
func (s *Sim) keeps(m *meeting) {
	if !m.Recording && !m.Summarising {
		return
	}
	now := s.world.Clock.Now()
	k := &session{
		ID: s.world.IDs.Hex(6), UUID: m.UUID, Meeting: m.ID, Host: m.Host, Topic: m.Topic, Type: m.Type, Zone: m.Zone, Start: m.Started, End: now,
		Recorded: m.Recording, Summarised: m.Summarising, Page: s.world.IDs.Text(32), Passcode: s.newPasscode(s.world.Seed.Person(m.Host)),
		Pwd: s.world.IDs.Text(32), FileID: s.world.IDs.Hex(16), CreatedDoc: s.world.IDs.Text(22),
	}
	for _, p := range m.Participants {
		k.People = append(k.People, p.Name)
	}
	k.Companion = companion(k)
	s.state.Sessions = append(s.state.Sessions, k)
	m.Recording, m.Summarising = false, false
	if k.Summarised {
		s.tellSummary("meeting.summary_completed", k, "", now.Add(summaryWork))
	}
	if k.Recorded {
		s.tellRecording("recording.completed", k, "", now.Add(recordingWork))
		s.tellRecording("recording.transcript_completed", k, "", now.Add(transcriptWork))
	}
}

// companion is a summary as AI Companion writes them.
func companion(k *session) string {
	text := "## Key takeaways\n- " + k.Topic + " was discussed by " + strings.Join(k.People, ", ") + ".\n- The plan is ready, and its first part begins next week.\n\n## Action items\n"
	for _, name := range k.People[:min(len(k.People), 3)] {
		text += "- **" + name + "**\n  - Write up the open questions of " + k.Topic + "\n"
	}
	return text
}

// Record begins to record a running meeting in the cloud, Summarise has AI Companion listen. Neither ends before the meeting.
func (s *Sim) Record(id string) error {
	return s.listen(id, func(m *meeting) { m.Recording = true }, "meeting.recorded")
}

// Summarise has AI Companion write a summary of a running meeting.
func (s *Sim) Summarise(id string) error {
	return s.listen(id, func(m *meeting) { m.Summarising = true }, "meeting.summarised")
}

func (s *Sim) listen(id string, begin func(*meeting), effect string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byNumber(id)
	if m == nil || !m.running() {
		return fmt.Errorf("%w: no meeting %q is running", ErrControl, id)
	}
	if s.world.Seed.Person(m.Host).Zoom == "basic" {
		return fmt.Errorf("%w: a Basic account has neither recordings in the cloud nor AI Companion", ErrRefused)
	}
	begin(m)
	s.world.Ledger.Append(world.Zoom, effect, strconv.FormatInt(m.ID, 10), m.Host)
	s.world.Changes.Publish("client")
	return nil
}

// Kept lists what remains of meetings, the newest first; of one host, or with "" of all.
func (s *Sim) Kept(host string) []Remains {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept(host)
}

func (s *Sim) kept(host string) []Remains {
	now := s.world.Clock.Now()
	state := func(is, gone bool, work time.Duration, k *session) string {
		switch {
		case !is:
			return "none"
		case gone:
			return "trashed"
		case now.Before(k.End.Add(work)):
			return "processing"
		}
		return "ready"
	}
	all := []Remains{}
	for _, k := range slices.Backward(s.state.Sessions) {
		if host != "" && k.Host != host {
			continue
		}
		all = append(all, Remains{
			ID: k.ID, UUID: k.UUID, Meeting: strconv.FormatInt(k.Meeting, 10), Topic: k.Topic, Host: k.Host, Start: k.Start, Passcode: k.Passcode,
			Recording: state(k.Recorded, k.Trashed, recordingWork, k), Summary: state(k.Summarised, k.Withdrawn, summaryWork, k),
			Transcript: k.Recorded && !now.Before(k.End.Add(transcriptWork)), Page: "/rec/share/" + k.Page, Document: "/doc/" + k.CreatedDoc,
		})
	}
	return all
}

// What can be done to what remains.
var remainsActs = map[string]func(*Sim, *session, time.Time){
	"trash": func(s *Sim, k *session, now time.Time) {
		k.Trashed = true
		s.tellRecording("recording.trashed", k, k.Host, now)
	},
	"recover": func(s *Sim, k *session, now time.Time) {
		k.Trashed = false
		s.tellRecording("recording.recovered", k, k.Host, now)
	},
	"delete": func(s *Sim, k *session, now time.Time) {
		s.tellRecording("recording.deleted", k, k.Host, now)
		k.Recorded = false
	},
	"withdraw": func(s *Sim, k *session, now time.Time) {
		k.Withdrawn = true
		s.tellSummary("meeting.summary_trashed", k, k.Host, now)
	},
	"restore": func(s *Sim, k *session, now time.Time) {
		k.Withdrawn = false
		s.tellSummary("meeting.summary_recovered", k, k.Host, now)
	},
	"erase": func(s *Sim, k *session, now time.Time) {
		s.tellSummary("meeting.summary_deleted", k, k.Host, now)
		k.Summarised = false
	},
}

// Dispose does to what remains what its host does in the portal: trash, recover or delete the recording; withdraw, restore or erase the summary.
func (s *Sim) Dispose(id, act string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.state.Sessions, func(k *session) bool { return k.ID == id })
	do := remainsActs[act]
	if i < 0 || do == nil {
		return fmt.Errorf("%w: there is no %q of %q", ErrControl, act, id)
	}
	do(s, s.state.Sessions[i], s.world.Clock.Now())
	s.world.Changes.Publish("client")
	return nil
}

// EditSummary puts another text, Markdown, in the place of what AI Companion wrote, as its host does in the portal.
func (s *Sim) EditSummary(id, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.paged(func(k *session) bool { return k.ID == id })
	if k == nil || !s.editable(k) {
		return fmt.Errorf("%w: there is no summary of %q", ErrControl, id)
	}
	s.editSummary(k, text)
	return nil
}

// editable tells whether a session has a summary that can be changed.
func (s *Sim) editable(k *session) bool {
	return k.Summarised && !k.Withdrawn && !s.world.Clock.Now().Before(k.End.Add(summaryWork))
}

func (s *Sim) editSummary(k *session, text string) {
	k.Companion, k.EditedBy, k.EditedAt = text, k.Host, s.world.Clock.Now()
	s.tellSummary("meeting.summary_updated", k, k.Host, k.EditedAt)
	s.world.Changes.Publish("client")
}

// files are those of a recording that are ready at a time.
func (k *session) files(at time.Time, base string, own bool) []map[string]any {
	texts := k.texts()
	file := func(kind, extension, recording string, size int) map[string]any {
		f := map[string]any{
			"id": k.FileID + strings.ToLower(kind), "meeting_id": k.UUID, "recording_start": stamp(k.Start), "recording_end": stamp(k.End), "file_type": kind,
			"file_size": size, "file_extension": extension, "download_url": base + "/rec/download/" + k.FileID + strings.ToLower(kind), "status": "completed",
			"recording_type": recording,
		}
		if kind == "MP4" || kind == "M4A" {
			f["play_url"] = base + "/rec/play/" + k.Page
		}
		return f
	}
	transcript := file("TRANSCRIPT", "VTT", "audio_transcript", len(texts["TRANSCRIPT"]))
	if own {
		return []map[string]any{transcript}
	}
	list := []map[string]any{
		file("MP4", "MP4", "shared_screen_with_speaker_view", 28_282_825), file("M4A", "M4A", "audio_only", 2_246_560), file("CHAT", "TXT", "chat_file", len(texts["CHAT"])),
	}
	if !at.Before(k.End.Add(transcriptWork)) {
		list = append(list, transcript)
	}
	return list
}

// texts are the files of a recording that hold words, by their kind: everybody in the meeting has something to say, twice, and the chat has a line of each.
func (k *session) texts() map[string]string {
	topic := strings.ReplaceAll(k.Topic, "-->", "to") // which would be a time
	say := []string{
		"Good morning, everyone. Shall we begin with %s?", "Yes. The plan for %s is ready, and its first part begins next week.", "I would like to hear what is still open.",
		"Two questions about %s are open. I write them up until Thursday.", "Thank you. Then we have all that we need.",
	}
	vtt, chat := "WEBVTT\r\n", ""
	for i := range 2 * len(k.People) {
		who, from := k.People[i%len(k.People)], time.Duration(2+7*i)*time.Second
		line := strings.ReplaceAll(say[i%len(say)], "%s", topic)
		vtt += fmt.Sprintf("\r\n%d\r\n%s --> %s\r\n%s: %s\r\n", i+1, offset(from)+".340", offset(from+5*time.Second)+".120", who, line)
		if i < len(k.People) {
			chat += fmt.Sprintf("%s\t%s:\t%s\r\n", offset(from+3*time.Second), who, "My notes on "+topic+" are in the shared folder.")
		}
	}
	return map[string]string{"TRANSCRIPT": vtt, "CHAT": chat}
}

// offset is a time within a recording.
func offset(d time.Duration) string { return time.Time{}.Add(d).Format(time.TimeOnly) }

// downloadFile is GET /rec/download/{file}: a text of a recording, for who has a token of its host.
func (s *Sim) downloadFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, refused := s.bearer(r)
	if refused != nil {
		writeError(w, refused)
		return
	}
	const scope = "cloud_recording:read:list_recording_files"
	if !granted(g, scope) {
		writeError(w, fail(http.StatusBadRequest, 4711, "Invalid access token, does not contain scopes:[%s]", scope))
		return
	}
	for _, k := range s.state.Sessions {
		if k.Host != g.Person || !k.Recorded || k.Trashed {
			continue
		}
		for _, f := range k.files(s.world.Clock.Now(), "", false) {
			kind, _ := f["file_type"].(string)
			if text, is := k.texts()[kind]; is && f["download_url"] == r.URL.Path && !s.world.Clock.Now().Before(k.End.Add(recordingWork)) {
				w.Header().Set("Content-Type", "application/octet-stream")
				_, _ = io.WriteString(w, text)
				return
			}
		}
	}
	writeError(w, fail(http.StatusNotFound, 3301, "There is no recording for this meeting."))
}

func (k *session) minutes() int {
	return int(max(k.End.Sub(k.Start).Round(time.Minute), time.Minute).Minutes())
}

// tellRecording posts what happens to a recording, at a time.
func (s *Sim) tellRecording(event string, k *session, by string, at time.Time) {
	host := s.world.Seed.Person(k.Host)
	if !s.added(k.Host) {
		return
	}
	object := map[string]any{
		"id": k.Meeting, "uuid": k.UUID, "host_id": host.ZoomID, "account_id": s.world.Seed.Tenant(host.Tenant).ZoomAccount, "topic": k.Topic, "type": k.Type,
		"start_time": stamp(k.Start), "timezone": k.Zone, "duration": k.minutes(), "share_url": s.options.PublicURL + "/rec/share/" + k.Page,
	}
	files := k.files(at, s.options.PublicURL, event == "recording.transcript_completed")
	size := 0
	for _, f := range files {
		size += f["file_size"].(int) //nolint:forcetypeassert // files makes it
	}
	object["recording_files"], object["recording_count"], object["total_size"] = files, len(files), size
	if by == "" {
		object["password"], object["host_email"] = k.Passcode, host.Email
	}
	if event == "recording.completed" {
		object["recording_play_passcode"], object["auto_delete"] = k.Pwd, false
	}
	body := s.about(k, event, by, at, object)
	if by == "" {
		body["download_token"] = s.world.IDs.Text(40)
	}
	s.post(&post{Event: event, About: strconv.FormatInt(k.Meeting, 10), Person: k.Host, Next: at}, body)
}

// tellSummary posts what happens to a summary, at a time.
func (s *Sim) tellSummary(event string, k *session, by string, at time.Time) {
	if !s.added(k.Host) {
		return
	}
	object := s.summaryBody(k)
	if by != "" && event != "meeting.summary_updated" { // of what was moved, its words are not told
		for _, name := range []string{"summary_content", "summary_doc_url", "summary_overview", "summary_details", "next_steps", "edited_summary"} {
			delete(object, name)
		}
	}
	s.post(&post{Event: event, About: strconv.FormatInt(k.Meeting, 10), Person: k.Host, Next: at}, s.about(k, event, by, at, object))
}

// about is an event about a session.
func (s *Sim) about(k *session, event, by string, at time.Time, object map[string]any) map[string]any {
	host := s.world.Seed.Person(k.Host)
	payload := map[string]any{"account_id": s.world.Seed.Tenant(host.Tenant).ZoomAccount, "object": object}
	if operator := s.world.Seed.Person(by); operator != nil {
		payload["operator"], payload["operator_id"] = operator.Email, operator.ZoomID
	}
	return map[string]any{"event": event, "event_ts": at.UnixMilli(), "payload": payload}
}

func (s *Sim) summaryBody(k *session) map[string]any {
	host := s.world.Seed.Person(k.Host)
	made := stamp(k.End.Add(summaryWork))
	body := map[string]any{
		"meeting_host_id": host.ZoomID, "meeting_host_email": host.Email, "meeting_uuid": k.UUID, "meeting_id": k.Meeting, "meeting_topic": k.Topic,
		"meeting_start_time": stamp(k.Start), "meeting_end_time": stamp(k.End), "summary_start_time": stamp(k.Start), "summary_end_time": stamp(k.End),
		"summary_created_time": made, "summary_last_modified_time": made, "summary_title": "Meeting summary for " + k.Topic, "summary_content": k.Companion,
		"summary_doc_url": s.options.PublicURL + "/doc/" + k.CreatedDoc, "summary_overview": "", "summary_details": []any{}, "next_steps": []string{},
	}
	if editor := s.world.Seed.Person(k.EditedBy); editor != nil {
		body["summary_last_modified_time"], body["edited_summary"] = stamp(k.EditedAt), map[string]any{}
		body["summary_last_modified_user_id"], body["summary_last_modified_user_email"] = editor.ZoomID, editor.Email
	}
	return body
}

// past finds the session of a UUID, or the last one of a number, that a person hosted.
func (s *Sim) past(c *call) *session {
	given := c.r.PathValue("meetingId")
	number, err := strconv.ParseInt(given, 10, 64)
	for _, k := range slices.Backward(s.state.Sessions) {
		if k.Host != c.person.Handle {
			continue
		}
		if err == nil && k.Meeting == number {
			return k
		}
		encoded := k.UUID
		if strings.HasPrefix(encoded, "/") || strings.Contains(encoded, "//") { // understood when it is encoded twice (OpenAPI)
			encoded = url.PathEscape(encoded)
		}
		if err != nil && given == encoded {
			return k
		}
	}
	return nil
}

// getRecording is GET /meetings/{meetingId}/recordings.
func (s *Sim) getRecording(c *call) (int, any, *apiError) {
	k, now := s.past(c), s.world.Clock.Now()
	if k == nil || !k.Recorded || k.Trashed || now.Before(k.End.Add(recordingWork)) {
		return 0, nil, fail(http.StatusNotFound, 3301, "There is no recording for this meeting.")
	}
	host := s.world.Seed.Person(k.Host)
	files, size := k.files(now, c.base, false), 0
	for _, f := range files {
		size += f["file_size"].(int) //nolint:forcetypeassert // files makes it
	}
	return http.StatusOK, map[string]any{
		"account_id": s.world.Seed.Tenant(host.Tenant).ZoomAccount, "id": k.Meeting, "uuid": k.UUID, "host_id": host.ZoomID, "topic": k.Topic,
		"type": strconv.Itoa(k.Type), "start_time": stamp(k.Start), "duration": k.minutes(), "recording_count": len(files), "total_size": size,
		"recording_play_passcode": k.Pwd, "password": k.Passcode, "auto_delete": false, "recording_files": files,
	}, nil
}

// getSummary is GET /meetings/{meetingId}/meeting_summary.
func (s *Sim) getSummary(c *call) (int, any, *apiError) {
	if c.person.Zoom == "basic" {
		return 0, nil, fail(http.StatusBadRequest, 200, "Only available for Paid account.")
	}
	k := s.past(c)
	if k == nil || !k.Summarised || k.Withdrawn || s.world.Clock.Now().Before(k.End.Add(summaryWork)) {
		return 0, nil, noMeeting(c.r.PathValue("meetingId"))
	}
	return http.StatusOK, s.summaryBody(k), nil
}

// remains fills pages/remains.html.
type remains struct {
	Page    string // recording, locked, document, unknown
	Session *session
	Problem string
	Lines   []string
}

// recordingPage is GET /rec/share/{page} and /rec/play/{page}: a link with pwd opens it, others ask for the passcode.
func (s *Sim) recordingPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	k := s.paged(func(k *session) bool { return k.Page == r.PathValue("page") })
	if k == nil || !k.Recorded || k.Trashed {
		s.show(w, http.StatusNotFound, "remains.html", remains{Page: "unknown"})
		return
	}
	page := remains{Page: "recording", Session: k}
	if given := r.PostFormValue("passcode"); !equal(r.URL.Query().Get("pwd"), k.Pwd) && !equal(given, k.Passcode) {
		if page.Page = "locked"; given != "" {
			page.Problem = "The passcode is wrong. Please try again."
		}
	}
	s.show(w, http.StatusOK, "remains.html", page)
}

// documentPage is GET /doc/{page}.
func (s *Sim) documentPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.paged(func(k *session) bool { return k.CreatedDoc == r.PathValue("page") })
	if k == nil || !k.Summarised || k.Withdrawn {
		s.show(w, http.StatusNotFound, "remains.html", remains{Page: "unknown"})
		return
	}
	s.show(w, http.StatusOK, "remains.html", remains{Page: "document", Session: k, Lines: strings.Split(k.Companion, "\n")})
}

func (s *Sim) paged(is func(*session) bool) *session {
	if i := slices.IndexFunc(s.state.Sessions, is); i >= 0 {
		return s.state.Sessions[i]
	}
	return nil
}

// recordingsPage lists what remains of a person's meetings in the portal.
func (s *Sim) recordingsPage(w http.ResponseWriter, r *http.Request, page portal) {
	page.Page, page.Kept = "recordings", s.kept(page.Me.Handle)
	if r.URL.Query().Has("done") {
		page.Done = "Done."
	}
	s.show(w, http.StatusOK, "portal.html", page)
}

// disposeForm is a button of that list.
func (s *Sim) disposeForm(w http.ResponseWriter, r *http.Request, page portal) {
	k := s.paged(func(k *session) bool { return k.ID == r.PathValue("id") && k.Host == page.Me.Handle })
	do := remainsActs[r.PathValue("act")]
	if k == nil || do == nil {
		s.show(w, http.StatusNotFound, "portal.html", portal{Page: "unknown"})
		return
	}
	do(s, k, s.world.Clock.Now())
	s.world.Changes.Publish("client")
	http.Redirect(w, r, "/portal/"+page.Me.Handle+"/recordings?done=yes", http.StatusSeeOther)
}

// summaryPage shows a summary in a form.
func (s *Sim) summaryPage(w http.ResponseWriter, r *http.Request, page portal) {
	if page.Summary = s.ownSummary(r, page); page.Summary == nil {
		s.show(w, http.StatusNotFound, "portal.html", portal{Page: "unknown"})
		return
	}
	page.Page = "summary"
	s.show(w, http.StatusOK, "portal.html", page)
}

func (s *Sim) summaryForm(w http.ResponseWriter, r *http.Request, page portal) {
	k := s.ownSummary(r, page)
	if k == nil {
		s.show(w, http.StatusNotFound, "portal.html", portal{Page: "unknown"})
		return
	}
	s.editSummary(k, strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"))
	http.Redirect(w, r, "/portal/"+page.Me.Handle+"/recordings?done=yes", http.StatusSeeOther)
}

// ownSummary finds the session of the address when its summary is the person's to change; nil else.
func (s *Sim) ownSummary(r *http.Request, page portal) *session {
	return s.paged(func(k *session) bool { return k.ID == r.PathValue("id") && k.Host == page.Me.Handle && s.editable(k) })
}
