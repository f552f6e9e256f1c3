package meetings

import (
	"context"
	"errors"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/problem"
	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

// Transcript is what was said in a meeting, or written in its chat. It is Zoom's: it is read there when somebody wants to read it, and not kept.
type Transcript struct {
	Lines []Line `json:"lines" nullable:"false"`
	Note  string `json:"note,omitempty" doc:"A sentence: why it cannot be read here, and which step helps"`
	Page  string `json:"page,omitempty" doc:"Where it can be read at Zoom"`
}

// Transcript reads what was said the last time that a meeting was held, of a series in the occurrence with the original start when that is
// over, for those who may see the recording. Errors: NotFound (also when it is not for this person, or was deleted), NotReady, Unavailable.
func (s *Service) Transcript(ctx context.Context, v Visitor, key string, original time.Time) (Transcript, error) {
	return s.text(ctx, v, key, original, zoom.TranscriptFile)
}

// Chat reads what was written meanwhile, likewise.
func (s *Service) Chat(ctx context.Context, v Visitor, key string, original time.Time) (Transcript, error) {
	return s.text(ctx, v, key, original, zoom.ChatFile)
}

func (s *Service) text(ctx context.Context, v Visitor, key string, original time.Time, kind zoom.RecordingFile) (Transcript, error) {
	m, host, err := s.within(ctx, v, key)
	if err != nil {
		return Transcript{}, err
	}
	session, r, err := s.lastRemains(ctx, m, s.standing(m, calendar.Record{}, host, original), host)
	if err != nil {
		return Transcript{}, err
	}
	if r.Recording == "" || r.locked {
		return Transcript{}, problem.New(problem.NotFound, "meetings.text_gone")
	}
	t := Transcript{Lines: []Line{}, Page: r.link(s.c.Links)}
	lines, err := s.textAtZoom(ctx, m, session.UUID, kind, host)
	p := s.c.Texts.For(v.Locale)
	switch reason := sentence(err); {
	case err == nil:
		t.Lines = append(t.Lines, lines...)
	case problem.Is(err, problem.NotFound), problem.Is(err, problem.NotReady):
		return Transcript{}, err
	case errors.Is(err, zoom.ErrNotFound):
		return Transcript{}, problem.New(problem.NotFound, "meetings.text_gone").Because(err)
	case errors.Is(err, upstream.ErrTooBig):
		t.Note = p.T("meetings.text_large")
	case reason.Kind == problem.NotLinked && host:
		t.Note = p.T("meetings.text_relink")
	case reason.Kind == problem.NotLinked:
		t.Note = p.T("meetings.text_relink_host", "Host", m.Name)
	case errors.Is(err, zoom.ErrNoText), reason.Kind == problem.Invalid:
		s.c.Logger.WarnContext(ctx, "Zoom does not give the text of a recording", "meeting", m.ID, "error", err)
		t.Note = p.T("meetings.text_at_zoom")
	default:
		return Transcript{}, problem.New(problem.Unavailable, "meetings.text_unavailable").Because(err).WithUntil(reason.Until)
	}
	return t, nil
}

// within finds a meeting of ours for somebody who may know what remains of it: its host, and who is in a conversation into which the host
// brought it. To others it does not exist.
func (s *Service) within(ctx context.Context, v Visitor, key string) (m Meeting, host bool, err error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return m, false, err
	}
	if number, ok := numberOf(key); ok {
		if key, err = s.c.Storage.ByNumber(ctx, v.Person, number); err != nil {
			return m, false, err
		}
	}
	if m, err = s.Find(ctx, v.Person.Tenant, key); err != nil || m.Organizer == v.Person {
		return m, err == nil, err
	}
	invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return m, false, err
	}
	a, err := s.audience(ctx, v.Person, m, invitees)
	if err == nil && !a.within {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	return m, false, err
}

// textAtZoom asks Zoom, as the host. A recording that was interrupted has a file for each of its parts.
func (s *Service) textAtZoom(ctx context.Context, m Meeting, uuid string, kind zoom.RecordingFile, host bool) (lines []Line, err error) {
	client, err := s.c.Accounts.Zoom(ctx, m.Organizer)
	if err != nil {
		return nil, err
	}
	recording, err := client.Recording(ctx, zoom.MeetingUUID(uuid))
	if err != nil {
		return nil, err
	}
	if recording.Meeting != m.Zoom {
		return nil, zoom.ErrNotFound
	}
	now, err := s.allowed(ctx, m, Remains{Pwd: recording.Pwd, Passcode: recording.Passcode}, host)
	if err != nil {
		return nil, err
	}
	if now.locked { // since what is kept of it
		return nil, zoom.ErrNotFound
	}
	size, found := 0, false
	for _, f := range recording.Texts {
		if f.Kind != kind {
			continue
		}
		if size+f.Size > zoom.TextMost {
			return nil, upstream.ErrTooBig
		}
		raw, err := s.c.Text(ctx, client, f)
		if err != nil {
			return nil, err
		}
		if size += len(raw); size > zoom.TextMost {
			return nil, upstream.ErrTooBig
		}
		part := chatLines(raw)
		if kind == zoom.TranscriptFile {
			var ok bool
			if part, ok = webVTT(raw); !ok {
				return nil, zoom.ErrNoText
			}
		}
		lines, found = append(lines, shifted(part, f.Start.Sub(recording.Texts[0].Start))...), true
	}
	if !found {
		return nil, problem.New(problem.NotFound, "meetings.text_none")
	}
	return lines, nil
}
