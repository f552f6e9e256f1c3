package whiteboards

import (
	"strings"
	"testing"

	"causeway/internal/graph"
	"causeway/internal/zoom"
)

// What a mail of Zoom's may look like, links that others have rewritten included; and what is none.
func TestMentionsAreReadOutOfMails(t *testing.T) {
	t.Parallel()
	links, err := zoom.NewLinks("https://zoom.us", "https://*.zoom.us")
	if err != nil {
		t.Fatal(err)
	}
	link := `<a href="https://zoom.us/wb/doc/T-E0zR9NQWSDuvXd-Crt9A?from=mail">Open</a>`
	for name, one := range map[string]struct{ subject, body, want string }{
		"in the subject": {"Ana Duarte mentioned you in a comment", link, "T-E0zR9NQWSDuvXd-Crt9A"},
		"in the body":    {"A comment", "<p>Ana <b>mentioned</b>\n you</p>" + link, "T-E0zR9NQWSDuvXd-Crt9A"},
		"in French":      {"Ana Duarte vous a mentionné", link, "T-E0zR9NQWSDuvXd-Crt9A"},
		"by id":          {"Ana tagged you", "https://us05whiteboard.zoom.us/wb/db/abc_DEF-1==/p/2", "abc_DEF-1=="},
		"by Safe Links": {
			"Ana mentioned you", `<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fwb%2Fdoc%2Fabc&amp;data=05%7C02">Open</a>`, "abc",
		},
		"behind another link": {"Ana mentioned you", "https://zoom.us/ https://evil.example/wb/doc/xyz " + link, "T-E0zR9NQWSDuvXd-Crt9A"},
		"no mention":          {"A whiteboard was shared with you", link, ""},
		"no whiteboard":       {"Ana mentioned you", "https://zoom.us/j/91234567890", ""},
		"somewhere else":      {"Ana mentioned you", "https://zoom.us.evil.example/wb/doc/abc https://zoom.us@evil.example/wb/doc/abc http://zoom.us/wb/doc/abc", ""},
		"a path":              {"Ana mentioned you", "https://zoom.us/wb/doc/../../users/me", ""},
		"too far down":        {"Ana mentioned you", strings.Repeat(" ", mailSize) + link, ""},
	} {
		if got, ok := mentionIn(links, graph.Message{Subject: one.subject, Body: one.body}); string(got) != one.want || ok != (one.want != "") {
			t.Errorf("%s: %q, %t, want %q", name, got, ok, one.want)
		}
	}
	for address, want := range map[string]bool{
		"no-reply@zoom.us": true, "x@mail.zoom.us": true, "No-Reply@ZOOM.US": true, "no-reply@zoomgov.com": true, "no-reply@notzoom.us": false, "zoom.us@evil.example": false,
		"x@zoom.us.evil.example": false, `"x@zoom.us"@evil.example`: false, "": false,
	} {
		if got := fromZoom(address); got != want {
			t.Errorf("%s is Zoom's: %t", address, got)
		}
	}
}
