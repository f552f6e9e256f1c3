package meetings

import (
	"cmp"
	"html/template"
	"strings"
	"time"

	"causeway/internal/i18n"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// invitationPage is the body of the calendar entry, which is the mail that everybody gets. Mail programs know no style sheets.
var invitationPage = template.Must(template.New("invitation").Parse(
	`<div style="font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:14px">
<p>{{.Who}}</p>
<p><a href="{{.Join}}" style="font-size:16px;font-weight:600">{{.JoinText}}</a></p>
<p>{{.IDText}}: <b>{{.ID}}</b>{{if .Passcode}}<br>{{.PasscodeText}}: <b>{{.Passcode}}</b>{{end}}</p>
{{if .Lines}}<hr><p>{{range .Lines}}{{.}}<br>{{end}}</p>{{end}}
<p style="color:#616161;font-size:12px">{{.Footer}}</p>
</div>`))

// invitation writes the body of a meeting's calendar entry in the organisation's language. People's words are text, never markup.
func (s *Service) invitation(m Meeting) (string, error) {
	p := s.c.Texts.For(cmp.Or(s.c.Language, m.Locale))
	view := map[string]any{
		"Who":          p.T("meetings.mail_who", "Name", teams.Clean(m.Name)),
		"Join":         m.JoinURL,
		"JoinText":     p.T("meetings.mail_join"),
		"IDText":       p.T("meetings.meeting_id"),
		"ID":           groups(m.Zoom),
		"PasscodeText": p.T("meetings.passcode"),
		"Passcode":     m.Passcode,
		"Footer":       p.T("meetings.mail_footer"),
	}
	if m.Draft.Agenda != "" {
		var lines []string
		for line := range strings.SplitSeq(m.Draft.Agenda, "\n") {
			lines = append(lines, teams.Clean(line))
		}
		view["Lines"] = lines
	}
	var body strings.Builder
	err := invitationPage.Execute(&body, view)
	return body.String(), err
}

// groups writes a meeting id as Zoom's own invitations do: 912 3456 7890.
func groups(id zoom.MeetingID) string {
	digits := id.String()
	switch {
	case len(digits) <= 6:
		return digits
	case len(digits) <= 9:
		return digits[:3] + " " + digits[3:6] + " " + digits[6:]
	}
	return digits[:3] + " " + digits[3:len(digits)-4] + " " + digits[len(digits)-4:]
}

// when says a meeting's time for a reader.
func when(p i18n.Printer, d Draft, zone *time.Location) string {
	return p.T("meetings.when", "Time", p.Time(d.Start, zone), "Duration", p.Duration(d.Duration), "Zone", p.Zone(d.Start, zone))
}
