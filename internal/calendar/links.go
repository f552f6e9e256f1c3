package calendar

import (
	"html"
	"regexp"

	"causeway/internal/graph"
)

// webAddress finds addresses in people's text, which may be HTML.
var webAddress = regexp.MustCompile(`https?://[^\s"'<>]{4,1000}`)

// mostLinks is how many addresses in one text are looked at.
const mostLinks = 50

// links are the web addresses in what people read of an event, those of its location first.
func links(e graph.Event) (all []string) {
	var texts []string
	if e.Location != nil {
		texts = append(texts, e.Location.LocationURI, e.Location.DisplayName)
	}
	if e.OnlineMeeting != nil {
		texts = append(texts, e.OnlineMeeting.JoinURL)
	}
	if e.Body != nil {
		texts = append(texts, e.Body.Content)
	}
	for _, text := range append(texts, e.BodyPreview) {
		for _, raw := range webAddress.FindAllString(text, mostLinks) {
			all = append(all, html.UnescapeString(raw))
		}
	}
	return all
}

// leadsTo tells whether an event of the person's own leads to a meeting of Zoom's: its join link stands in what people read. What
// others have sent counts for nothing: anybody may write a link into an invitation.
func (s *Service) leadsTo(e graph.Event, zoom string) bool {
	if !e.IsOrganizer {
		return false
	}
	for _, link := range links(e) {
		if number, ok := s.c.JoinLink(link); ok && number == zoom {
			return true
		}
	}
	return false
}
