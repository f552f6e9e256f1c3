package meetings

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// RemainsJob asks Zoom what remains of one session of a meeting: a recording, a summary. Its subject is RemainsOf.
const RemainsJob = "meetings.remains"

const (
	remainsMost  = 100      // sessions that are looked at by one tick
	summaryKept  = 16 << 10 // bytes of a summary
	summaryLines = 14       // of it on a card
	lineShown    = 300      // characters of one
	titleShown   = 200      // and of its title
)

// RemainsFirst is how long after the end Zoom is asked what remains, whatever it tells.
const RemainsFirst = 10 * time.Minute

// remainsPauses are when it is asked again: recordings take about as long as the meeting, and up to a day when Zoom has much to do.
var remainsPauses = []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour}

// Remains is what remains of one session, as Zoom has it now.
type Remains struct {
	Recording  string `json:",omitempty"` // its page, without what opens it
	Pwd        string `json:",omitempty"` // that opens it in the link
	Passcode   string `json:",omitempty"` // that is typed there
	Transcript bool   `json:",omitempty"` // to be read there
	Chat       bool   `json:",omitempty"`
	Title      string `json:",omitempty"` // of the summary
	Summary    string `json:",omitempty"` // Markdown
	Page       string `json:",omitempty"` // with the whole summary
	locked     bool   // the passcode of the recording is not for whoever looks, nor is what is in it
}

// RemainsStorage keeps what remains, sealed. Every method is one transaction.
type RemainsStorage interface {
	// SaveRemains replaces what remains of a session, if that is still before, and raises the meeting's revision. When it began and ended is
	// noted as by SaveSession. False when something else remains meanwhile.
	SaveRemains(ctx context.Context, tenant entra.TenantID, meeting string, session Session, before, after []byte, follow Follow) (bool, error)
	// Remaining is what remains of a session; nil when that is nothing.
	Remaining(ctx context.Context, tenant entra.TenantID, meeting, uuid string) ([]byte, error)
	// DueRemains stores RemainsJob for sessions of which Zoom is to be asked again, at most limit; pauses count from their end.
	DueRemains(ctx context.Context, now time.Time, pauses []time.Duration, limit int) error
	// LookRemains stores a job.
	LookRemains(ctx context.Context, job jobs.Job) error
}

// RemainsOf is the subject of RemainsJob: a meeting and the session. An id of ours holds no slash.
func RemainsOf(meeting, uuid string) string { return meeting + "/" + uuid }

// HeardRemains follows what Zoom tells of recordings and summaries: it says where to look.
func (s *Service) HeardRemains(ctx context.Context, tenant entra.TenantID, e zoom.Event) error {
	ours, err := s.hostedBy(ctx, tenant, e)
	for _, h := range ours {
		err = errors.Join(err, s.c.Storage.LookRemains(ctx, jobs.Job{
			Kind: RemainsJob, Tenant: string(tenant), Subject: RemainsOf(h.Meeting, e.Meeting.UUID), Revision: s.c.Now().UnixNano(),
		}))
	}
	return err
}

// TickRemains asks what remains of sessions that are over.
func (s *Service) TickRemains(ctx context.Context) error {
	return s.c.Storage.DueRemains(ctx, s.c.Now(), remainsPauses, remainsMost)
}

// LookAtRemains works RemainsJob. What Zoom fails to answer is asked again by the same job, and withholds nothing else meanwhile.
func (s *Service) LookAtRemains(ctx context.Context, j jobs.Job) error {
	meeting, uuid, _ := strings.Cut(j.Subject, "/")
	m, ok, err := s.followed(ctx, jobs.Job{Tenant: j.Tenant, Subject: meeting})
	if err != nil || !ok {
		return err
	}
	sealed, err := s.c.Storage.Remaining(ctx, m.Organizer.Tenant, m.ID, uuid)
	if err != nil {
		return err
	}
	before, err := s.openRemains(m, uuid, sealed)
	if err != nil {
		return err
	}
	session, after, failed := s.remaining(ctx, m, uuid, before)
	if after != before {
		if err := s.saveRemains(ctx, m, session, sealed, after); err != nil {
			return err
		}
	}
	if problem.Is(failed, problem.NotLinked) {
		return nil
	}
	return s.delayed(ctx, m, failed)
}

// saveRemains stores what remains of a session in the place of what was sealed before, and has all that tells of the meeting show it.
func (s *Service) saveRemains(ctx context.Context, m Meeting, session Session, before []byte, after Remains) error {
	began, err := s.c.Storage.Began(ctx, m.Organizer.Tenant, m.ID, session.UUID)
	if err != nil {
		return err
	}
	if began && session.Inferred { // Zoom is asked whether it goes on
		session.Ended, session.Inferred = time.Time{}, false
	}
	text, err := json.Marshal(after) //nolint:gosec // it is sealed
	if err != nil {
		return err
	}
	follow, err := s.showSession(ctx, m)
	if err != nil {
		return err
	}
	mine, err := s.c.Storage.SaveRemains(ctx, m.Organizer.Tenant, m.ID, session, before, s.box.Seal(text, s.remainsAAD(m, session.UUID)), follow)
	if err != nil {
		return err
	}
	if !mine { // another look has found something: it is looked once more
		return jobs.Snooze(time.Second)
	}
	s.tellPages(ctx, m)
	return nil
}

// remaining asks Zoom. What the account or the person's consent does not give is not there. What Zoom fails to answer is as it was before.
func (s *Service) remaining(ctx context.Context, m Meeting, uuid string, before Remains) (session Session, r Remains, failed error) {
	session, r = Session{UUID: uuid}, before
	client, err := s.c.Accounts.Zoom(ctx, m.Organizer)
	if err != nil {
		return session, r, err
	}
	recording, err := client.Recording(ctx, zoom.MeetingUUID(uuid))
	if err == nil || withheld(err) {
		r = r.withoutRecording()
	} else {
		failed = err
	}
	if err == nil && recording.Meeting == m.Zoom {
		if session.Started = recording.Start; !session.Started.IsZero() { // it may have gone on after what is recorded
			session.Ended, session.Inferred = session.Started.Add(recording.Length), true
		}
		if page, ok := s.c.Links.Recording(recording.Page, ""); ok && (recording.Has(zoom.VideoFile) || recording.Has(zoom.SoundFile)) {
			r.Recording, r.Transcript, r.Chat = page, recording.Has(zoom.TranscriptFile), recording.Has(zoom.ChatFile)
			r.Passcode = recording.Passcode
			if _, ok := s.c.Links.Recording(page, recording.Pwd); ok {
				r.Pwd = recording.Pwd
			}
		}
	}
	summary, err := client.Summary(ctx, zoom.MeetingUUID(uuid))
	if err == nil || withheld(err) {
		r = r.withoutSummary()
	} else {
		failed = errors.Join(failed, err)
	}
	if err == nil && summary.Meeting == m.Zoom {
		if !summary.Start.IsZero() {
			session.Started = summary.Start
		}
		if !summary.End.IsZero() {
			session.Ended, session.Inferred = summary.End, false
		}
		r.Title, r.Summary = teams.Clip(summary.Title, titleShown), teams.Clip(summary.Text, summaryKept)
		r.Page, _ = s.c.Links.Document(summary.Page)
	}
	return session, r, failed
}

func (r Remains) withoutRecording() Remains {
	r.Recording, r.Pwd, r.Passcode, r.Transcript, r.Chat = "", "", "", false, false
	return r
}

func (r Remains) withoutSummary() Remains {
	r.Title, r.Summary, r.Page = "", "", ""
	return r
}

// withheld tells whether Zoom has nothing for us, now or at all.
func withheld(err error) bool {
	return errors.Is(err, zoom.ErrNotFound) || errors.Is(err, zoom.ErrNoSummaries) || errors.Is(err, zoom.ErrScope)
}

// remains is what is known to remain of a session.
func (s *Service) remains(ctx context.Context, m Meeting, uuid string) (r Remains, err error) {
	sealed, err := s.c.Storage.Remaining(ctx, m.Organizer.Tenant, m.ID, uuid)
	if err != nil {
		return r, err
	}
	return s.openRemains(m, uuid, sealed)
}

func (s *Service) openRemains(m Meeting, uuid string, sealed []byte) (r Remains, err error) {
	if len(sealed) == 0 {
		return r, nil
	}
	text, err := s.box.Open(sealed, s.remainsAAD(m, uuid))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

func (s *Service) remainsAAD(m Meeting, uuid string) keyring.AAD {
	return keyring.AAD{Table: "meeting_sessions", Column: "remains", Tenant: string(m.Organizer.Tenant), Row: RemainsOf(m.ID, uuid)}
}

// allowed is what may be shown of it: to whoever hosts it all, to others what the administrator lets them see.
func (s *Service) allowed(ctx context.Context, m Meeting, r Remains, host bool) (Remains, error) {
	if host {
		return r, nil
	}
	all := r
	for _, hide := range []struct {
		feature policy.Feature
		what    func()
	}{
		{policy.Recordings, func() { r = r.withoutRecording() }},
		{policy.Summaries, func() { r = r.withoutSummary() }},
		{policy.Passcodes, func() { r.Pwd, r.Passcode = "", "" }},
	} {
		on, err := s.c.Policy.On(ctx, m.Organizer.Tenant, hide.feature)
		if err != nil {
			return Remains{}, err
		}
		if !on {
			hide.what()
		}
	}
	r.locked = r.Pwd != all.Pwd || r.Passcode != all.Passcode
	return r, nil
}

// link opens the recording, as far as it may be opened.
func (r Remains) link(l *zoom.Links) string {
	page, _ := l.Recording(r.Recording, r.Pwd)
	return page
}

// remainsLines show what remains on a card.
func (s *Service) remainsLines(ctx context.Context, p i18n.Printer, m Meeting, session Session, host bool) ([]teams.Element, error) {
	r, err := s.remains(ctx, m, session.UUID)
	if err == nil {
		r, err = s.allowed(ctx, m, r, host)
	}
	if err != nil {
		return nil, err
	}
	var lines []teams.Element
	if r.Recording != "" {
		lines = append(lines, teams.TextBlock{Text: teams.Escape(r.sentence(p)), Wrap: true, Size: "small", Common: teams.Common{Spacing: "small"}})
	}
	lines = append(lines, r.summaryLines(p)...)
	var buttons []teams.Action
	if r.Recording != "" {
		buttons = append(buttons, teams.OpenURL{Button: teams.Button{Title: p.T("meetings.recording_open")}, URL: r.link(s.c.Links)})
	}
	if r.Page != "" {
		buttons = append(buttons, teams.OpenURL{Button: teams.Button{Title: p.T("meetings.summary_open")}, URL: r.Page})
	}
	if len(buttons) > 0 {
		lines = append(lines, teams.ActionSet{Actions: buttons})
	}
	return lines, nil
}

// Recap is what remains of a session, as the tab shows it.
type Recap struct {
	Started       time.Time `json:"started"`
	Ended         time.Time `json:"ended"`
	Recording     string    `json:"recording,omitempty" doc:"The page on which it is watched"`
	RecordingText string    `json:"recordingText,omitempty" doc:"A sentence about what is recorded"`
	Passcode      string    `json:"passcode,omitempty" doc:"Of the recording"`
	Transcript    bool      `json:"transcript,omitempty" doc:"Whether it can be read"`
	Chat          bool      `json:"chat,omitempty" doc:"Likewise"`
	Summary       []Point   `json:"summary,omitempty"`
	SummaryPage   string    `json:"summaryPage,omitempty"`
}

// lastRemains is what may be shown of what remains of the last session of a meeting, or of an occurrence that is over; nothing while one goes on.
func (s *Service) lastRemains(ctx context.Context, m Meeting, u Upcoming, host bool) (session Session, r Remains, err error) {
	var of time.Time
	if u.Original != nil && !u.End.After(s.c.Now()) {
		of = *u.Original
	}
	session, _, held, err := s.heldFor(ctx, m, of)
	if err != nil || !held || session.Started.IsZero() || session.Ended.IsZero() {
		return session, r, err
	}
	if r, err = s.remains(ctx, m, session.UUID); err == nil {
		r, err = s.allowed(ctx, m, r, host)
	}
	return session, r, err
}

// recap is what remains of the last session of a meeting; nil where nothing does.
func (s *Service) recap(ctx context.Context, p i18n.Printer, m Meeting, u Upcoming, host bool) (*Recap, error) {
	session, r, err := s.lastRemains(ctx, m, u, host)
	if err != nil || r.Recording == "" && r.Summary == "" && r.Page == "" {
		return nil, err
	}
	recap := &Recap{Started: session.Started, Ended: session.Ended, Passcode: r.Passcode, Summary: points(r.Summary), SummaryPage: r.Page}
	if r.Recording != "" {
		recap.Recording, recap.RecordingText = r.link(s.c.Links), r.sentence(p)
		recap.Transcript, recap.Chat = r.Transcript && !r.locked, r.Chat && !r.locked
	}
	return recap, nil
}

// sentence says what is recorded.
func (r Remains) sentence(p i18n.Printer) string {
	key := "meetings.recording_ready"
	switch {
	case r.Transcript && r.Chat:
		key = "meetings.recording_both"
	case r.Transcript:
		key = "meetings.recording_transcript"
	case r.Chat:
		key = "meetings.recording_chat"
	}
	text := p.T(key)
	if r.Passcode != "" && r.Pwd == "" {
		text += " " + p.T("meetings.recording_passcode", "Passcode", r.Passcode)
	}
	return text
}

// summaryLines are the beginning of a summary: its headings and points as they are, other marks of Markdown taken away.
func (r Remains) summaryLines(p i18n.Printer) []teams.Element {
	all := points(r.Summary)
	if len(all) == 0 {
		return nil
	}
	lines := []teams.Element{teams.TextBlock{
		Text: teams.Escape(p.T("meetings.summary")), Weight: "bolder", Wrap: true, Common: teams.Common{Separator: true},
	}}
	for _, point := range all[:min(len(all), summaryLines)] {
		line := teams.TextBlock{Text: teams.Escape(teams.Clip(point.Text, lineShown)), Wrap: true, Size: "small", Common: teams.Common{Spacing: "small"}}
		switch {
		case point.Heading:
			line.Weight = "bolder"
		case point.Level > 0:
			line.Text = strings.Repeat("\u2003", point.Level-1) + "• " + line.Text
			line.Spacing = "none"
		}
		lines = append(lines, line)
	}
	if len(all) > summaryLines {
		lines = append(lines, teams.TextBlock{Text: "…", Size: "small", Common: teams.Common{Spacing: "none"}})
	}
	return lines
}

// Point is a line of a summary.
type Point struct {
	Text    string `json:"text"`
	Heading bool   `json:"heading,omitempty"`
	Level   int    `json:"level,omitempty" doc:"Of a list, from 1"`
}

// points reads the Markdown that AI Companion writes: headings, lists and paragraphs. Its other marks are taken away.
func points(markdown string) (all []Point) {
	for line := range strings.Lines(markdown) {
		text := strings.TrimSpace(line)
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		point := Point{}
		switch bare := strings.TrimLeft(text, "#"); {
		case text == "":
			continue
		case bare != text && (bare == "" || bare[0] == ' '):
			point.Heading, text = true, bare
		case text == "-", text == "*", strings.HasPrefix(text, "- "), strings.HasPrefix(text, "* "):
			point.Level, text = min(1+indent/2, 3), text[1:]
		}
		text = strings.NewReplacer("**", "", "__", "", "`", "").Replace(text)
		if point.Text = strings.TrimSpace(text); point.Text != "" {
			all = append(all, point)
		}
	}
	return all
}
