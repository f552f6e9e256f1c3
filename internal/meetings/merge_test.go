package meetings_test

import (
	"testing"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/meetings"
)

// Somebody sends Ana an invitation that looks like her own meeting, with its number: her row still says what she hosts.
func TestAnInvitationDoesNotSpeakForTheHost(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "nonce-1", draft())
	p.Work("")
	event := func(id, subject, link string, own bool) map[string]any {
		at := func(t time.Time) map[string]any {
			return map[string]any{"dateTime": t.UTC().Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"}
		}
		return map[string]any{
			"id": id, "subject": subject, "isOrganizer": own, "start": at(m.Draft.Start), "end": at(m.Draft.Start.Add(m.Draft.Duration)),
			"location":                      map[string]any{"displayName": link},
			"organizer":                     map[string]any{"emailAddress": map[string]any{"name": subject}},
			"singleValueExtendedProperties": []any{map[string]any{"id": calendar.MeetingProperty, "value": m.Zoom.String()}},
		}
	}
	theirs := event("theirs", "Win a prize", "https://zoom.us/j/99999999999", false)
	mine := event("mine", "As I call it", m.JoinURL, true)
	for name, c := range map[string]struct {
		there []any
		topic string
	}{
		"beside her own": {[]any{theirs, mine}, "As I call it"},
		"alone":          {[]any{theirs}, m.Draft.Topic},
	} {
		p.Graph.List("view", c.there...)
		list, _, err := p.Meetings.Upcoming(t.Context(), visitor("ana"), meetings.List{})
		if err != nil || len(list) == 0 {
			t.Fatalf("%s: %+v, %v", name, list, err)
		}
		for _, u := range list {
			if u.Key == m.ID && u.Start != nil && (u.HostName == "Win a prize" || u.Topic == "Win a prize" || u.JoinURL != m.JoinURL) {
				t.Errorf("%s: %s by %s, %s", name, u.Topic, u.HostName, u.JoinURL)
			}
		}
		if list[0].Topic != c.topic {
			t.Errorf("%s: the topic is %q, want %q", name, list[0].Topic, c.topic)
		}
	}
}
