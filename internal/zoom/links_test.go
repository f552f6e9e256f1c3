package zoom_test

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"causeway/internal/zoom"
)

func links(t testing.TB) *zoom.Links {
	t.Helper()
	l, err := zoom.NewLinks("https://zoom.us", "https://*.zoom.us", "http://127.0.0.1:8082")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestParse(t *testing.T) {
	t.Parallel()
	l := links(t)
	for raw, want := range map[string]string{
		"https://zoom.us/j/912345678":                                             "https://zoom.us/j/912345678",
		"https://us02web.zoom.us/j/85746065123?pwd=8pEkRweVXPV3Ob2KJYgFTRlDt.1":   "https://us02web.zoom.us/j/85746065123?pwd=8pEkRweVXPV3Ob2KJYgFTRlDt.1",
		"https://acme.zoom.us/j/912345678/":                                       "https://acme.zoom.us/j/912345678",
		"HTTPS://Acme.Zoom.US/j/912345678?pwd=a%3D&zak=Z&tk=T&uname=x#success":    "https://acme.zoom.us/j/912345678?pwd=a%3D",
		"http://127.0.0.1:8082/j/912345678?pwd=abc":                               "http://127.0.0.1:8082/j/912345678?pwd=abc",
		"https://zoom.us/j/912345678?omn=1":                                       "https://zoom.us/j/912345678",
		"https://zoom.us/j/912345678?pwd=a%2Bb/c":                                 "https://zoom.us/j/912345678?pwd=a%2Bb%2Fc",
		"https://zoom.us/j/912345678?pwd=" + strings.Repeat("a", 128) + "&pwd=<>": "https://zoom.us/j/912345678?pwd=" + strings.Repeat("a", 128),
	} {
		got, ok := l.Parse(raw)
		if !ok || got.URL() != want {
			t.Errorf("%s: %q, %v; want %q", raw, got.URL(), ok, want)
		}
		if public := got.Public(); strings.Contains(public, "?") || !strings.HasPrefix(want, public) {
			t.Errorf("%s: public link %q", raw, public)
		}
	}
	for _, raw := range []string{
		"", "zoom.us/j/912345678", "//zoom.us/j/912345678", "http://zoom.us/j/912345678", "https://zoom.us.evil.example/j/912345678",
		"https://evilzoom.us/j/912345678", "https://a.b.zoom.us/j/912345678", "https://.zoom.us/j/912345678", "https://-.zoom.us/j/912345678",
		"https://zoom.us:8443/j/912345678", "https://zoom.us@evil.example/j/912345678", "https://u@zoom.us/j/912345678", "https://zoom.us./j/912345678",
		"https://zoom.us/j/12345678", "https://zoom.us/j/1234567890123", "https://zoom.us/j/012345678", "https://zoom.us/j/91234567a", "https://zoom.us/j/９１２３４５６７８",
		"https://zoom.us/j/", "https://zoom.us/j/912345678/x", "https://zoom.us/x/j/912345678", "https://zoom.us//j/912345678", "https://zoom.us/j/%39%31%32345678",
		"https://zoom.us/s/912345678?zak=1", "https://zoom.us/w/912345678", "https://zoom.us/my/ana", "https://zoom.us/j/912345678?pwd=a b",
		"https://zoom.us/j/912345678?pwd=%0d%0a", "https://zoom.us/j/912345678?pwd=%3Cscript%3E", "https://zoom.us/j/912345678?pwd=a;b",
		"https://zoom.us/j/912345678\n", " https://zoom.us/j/912345678", `https://zoom.us\@evil.example/j/912345678`, "zoommtg://zoom.us/join?confno=912345678",
		"javascript:https://zoom.us/j/912345678", "https:zoom.us/j/912345678", "https://zoom.us/j/912345678?" + strings.Repeat("a", 5000),
		"https://zoom.us/j/912345678?pwd=" + strings.Repeat("a", 129), "https://zo\u200dom.us/j/912345678", "https://x.127.0.0.1:8082/j/912345678",
	} {
		if got, ok := l.Parse(raw); ok {
			t.Errorf("%q was taken as %s", raw, got.URL())
		}
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	l := links(t)
	for raw, want := range map[string]bool{
		"https://us02web.zoom.us/s/85746065123?zak=eyJ.x":      true,
		"http://127.0.0.1:8082/s/85746065123?zak=eyJ.x":        true,
		"https://us02web.zoom.us/s/85746065123":                false,
		"https://us02web.zoom.us/j/85746065123?zak=eyJ.x":      false,
		"https://evil.example/s/85746065123?zak=eyJ.x":         false,
		"https://us02web.zoom.us/s/../j/85746065123?zak=eyJ.x": false,
		"javascript:alert(1)//zoom.us/s/912345678?zak=1":       false,
		"": false,
	} {
		if got := l.Start(raw); got != want {
			t.Errorf("%s: %v, want %v", raw, got, want)
		}
	}
}

func TestNewLinks(t *testing.T) {
	t.Parallel()
	for _, list := range [][]string{
		nil,
		{"https://*.zoom.us"},
		{"zoom.us"},
		{"https://zoom.us/"},
		{"https://zoom.us/j"},
		{"https://*"},
		{"https://a*.zoom.us"},
		{"https://*.*.us"},
		{"ftp://zoom.us"},
		{"https://u@zoom.us"},
		{"https://Zoom.us"},
		{"https://zoom.us?"},
		{"https://zoom..us"},
	} {
		if _, err := zoom.NewLinks(list...); err == nil {
			t.Errorf("%v was taken", list)
		}
	}
}

func TestParseMeetingID(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]zoom.MeetingID{
		"912345678": 912345678, "912 3456 7890": 91234567890, "912-345-678": 912345678, "857\u00a04606\u00a05123": 85746065123, "123456789012": 123456789012,
	} {
		if got, ok := zoom.ParseMeetingID(s); !ok || got != want {
			t.Errorf("%q: %d, %v; want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "12345678", "1234567890123", "abcdefghi", "91234567x", "+912345678", "0123456789", "912345678?pwd=1", "٩١٢٣٤٥٦٧٨", strings.Repeat(" ", 100) + "912345678"} {
		if got, ok := zoom.ParseMeetingID(s); ok {
			t.Errorf("%q was taken as %d", s, got)
		}
	}
}

func TestStrip(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://zoom.us/j/1?pwd=x&tk=y&zak=z&omn=3":           "https://zoom.us/j/1?omn=3",
		"https://zoom.us/j/1?PWD=x&Tk=y&%7Aak=z":               "https://zoom.us/j/1",
		"https://u:p@zoom.us/s/1?zak=z#pwd=x":                  "https://zoom.us/s/1",
		"https://zoom.us/j/1?pwd=x;zak=y":                      "https://zoom.us/j/1",
		"https://zoom.us/j/1?a=1&pwd=x&pwd=y&a=2":              "https://zoom.us/j/1?a=1&a=2",
		"https://zoom.us/j/1?%zz=1&pwd=x":                      "https://zoom.us/j/1",
		"https://zoom.us/j/1":                                  "https://zoom.us/j/1",
		"https://zoom.us/%zz?pwd=x":                            "",
		"zoommtg:zoom.us/join?pwd=x":                           "",
		"https://teams.microsoft.com/l/meetup-join/19:x?a=pwd": "https://teams.microsoft.com/l/meetup-join/19:x?a=pwd",
	} {
		if got := zoom.Strip(raw); got != want {
			t.Errorf("Strip(%s) = %q, want %q", raw, got, want)
		}
	}
}

func TestParseJoin(t *testing.T) {
	t.Parallel()
	l := links(t)
	for text, want := range map[string]struct {
		id       zoom.MeetingID
		passcode string
	}{
		"912345678":          {912345678, ""},
		" 912 3456 7890\r\n": {91234567890, ""},
		"857-4606-5123":      {85746065123, ""},
		"https://us02web.zoom.us/j/85746065123?pwd=abc.1#success":         {85746065123, "abc.1"},
		"HTTPS://Zoom.us/j/85746065123":                                   {85746065123, ""},
		"https://zoom.us/s/85746065123?zak=hush":                          {85746065123, ""},
		"https://acme.zoom.us/wc/join/85746065123?pwd=a%2Bb&un=x":         {85746065123, "a+b"},
		"https://acme.zoom.us/wc/85746065123/join?fromPWA=1&pwd=abc":      {85746065123, "abc"},
		"https://acme.zoom.us/wc/85746065123/start":                       {85746065123, ""},
		"http://127.0.0.1:8082/j/85746065123?pwd=abc":                     {85746065123, "abc"},
		"\thttps://zoom.us/j/912345678?uname=Ana&tk=hush&zak=hush&pwd=x ": {912345678, "x"},
	} {
		id, passcode, err := l.ParseJoin(text)
		if err != nil || id != want.id || passcode != want.passcode {
			t.Errorf("%q: %d, %q, %v", text, id, passcode, err)
		}
	}
	for text, want := range map[string]error{
		"": zoom.ErrJoinText, "ana": zoom.ErrJoinText, "12345678": zoom.ErrJoinText, "1234567890123": zoom.ErrJoinText, "9123 456\n78": zoom.ErrJoinText,
		"Meeting ID: 912 3456 7890": zoom.ErrJoinText, "zoom.us/j/912345678": zoom.ErrJoinText, "//zoom.us/j/912345678": zoom.ErrJoinText,
		"zoommtg://zoom.us/join?confno=912345678": zoom.ErrJoinText, "javascript:alert(912345678)": zoom.ErrJoinText, "https://zoom.us": zoom.ErrJoinText,
		"https://zoom.us/j/": zoom.ErrJoinText, "https://zoom.us/j/12345678": zoom.ErrJoinText, "https://zoom.us/w/912345678": zoom.ErrJoinText,
		"https://zoom.us/wc/912345678": zoom.ErrJoinText, "https://zoom.us/wc/join/912345678/912345679": zoom.ErrJoinText, "https://zoom.us/wc/leave": zoom.ErrJoinText,
		"https://zoom.us/j/912345678?pwd=<x>": zoom.ErrJoinText, "https://zoom.us/j/912345678?pwd=%0a": zoom.ErrJoinText, "https://zoom.us/j/912345678?a=%zz": zoom.ErrJoinText,
		"https://u@zoom.us/j/912345678": zoom.ErrJoinText, "https://zoom.us/j/%39%31%32345678": zoom.ErrJoinText, "https://zoom.us/j/912345678 https://evil.example": zoom.ErrJoinText,
		"https://zo\u200dom.us/j/912345678": zoom.ErrJoinText, strings.Repeat("9", 5000): zoom.ErrJoinText, "ftp://zoom.us/j/912345678": zoom.ErrJoinText,
		"https://zoom.us.evil.example/j/912345678": zoom.ErrJoinForeign, "https://evilzoom.us/j/912345678": zoom.ErrJoinForeign, "http://zoom.us/j/912345678": zoom.ErrJoinForeign,
		"https://teams.microsoft.com/l/meetup-join/19:x": zoom.ErrJoinForeign, "https://zoom.us:8443/j/912345678": zoom.ErrJoinForeign,
		"https://zoom.us/my/ana": zoom.ErrJoinPersonal, "https://acme.zoom.us/my/ana.duarte?pwd=x": zoom.ErrJoinPersonal, "https://zoom.us/my/912345678/": zoom.ErrJoinPersonal,
		"https://evil.example/my/ana": zoom.ErrJoinForeign, "https://zoom.us/my/": zoom.ErrJoinText,
	} {
		if id, passcode, err := l.ParseJoin(text); !errors.Is(err, want) || id != 0 || passcode != "" {
			t.Errorf("%q: %d, %q, %v; want %v", text, id, passcode, err, want)
		}
	}
}

func TestT66_ShareLinksKeepTheirGrammar(t *testing.T) {
	t.Parallel()
	l := links(t)
	for want, c := range map[string]struct {
		id       zoom.MeetingID
		passcode string
	}{
		"zoommtg://zoom.us/join?confno=912345678&zc=1":               {912345678, ""},
		"zoommtg://zoom.us/join?confno=85746065123&pwd=a%2Bb.1&zc=1": {85746065123, "a+b.1"},
	} {
		got, ok := l.ShareScreen(c.id, c.passcode)
		if back, read := l.Parse(got.Fallback.URL()); !ok || got.App != want || !read || back.Meeting != c.id {
			t.Errorf("%+v, %v; want %s", got, ok, want)
		}
	}
	for _, id := range []zoom.MeetingID{-912345678, 0, 12345678, 1234567890123} {
		if got, ok := l.ShareScreen(id, ""); ok {
			t.Errorf("%d became %s", id, got.App)
		}
	}
	for _, passcode := range []string{" ", "a&zc=0", "a#b", "a b", "\r\n", "é", "<", strings.Repeat("a", 129)} {
		if got, ok := l.ShareScreen(912345678, passcode); ok {
			t.Errorf("passcode %q became %s", passcode, got.App)
		}
	}
}

// shareGrammar is every link of a custom scheme that may leave.
var shareGrammar = regexp.MustCompile(`^zoommtg://zoom\.us/join\?confno=[1-9][0-9]{8,11}(&pwd=[A-Za-z0-9._~%+-]{1,384})?&zc=1$`)

func FuzzT66_WhatPeopleType(f *testing.F) {
	for _, seed := range []string{
		"912 3456 7890", "https://zoom.us/j/912345678?pwd=abc.1", "https://zoom.us/wc/912345678/join", "https://zoom.us/my/ana", "zoommtg://zoom.us/join?confno=912345678",
		"https://zoom.us/j/912345678?pwd=a%26zc%3D0", "https://zoom.us@evil.example/j/912345678", "javascript:912345678", "912345678&uname=x",
	} {
		f.Add(seed)
	}
	l := links(f)
	f.Fuzz(func(t *testing.T, text string) {
		id, passcode, err := l.ParseJoin(text)
		if err != nil {
			if id != 0 || passcode != "" || (!errors.Is(err, zoom.ErrJoinText) && !errors.Is(err, zoom.ErrJoinForeign) && !errors.Is(err, zoom.ErrJoinPersonal)) {
				t.Errorf("%q: %d, %q, %v", text, id, passcode, err)
			}
			return
		}
		share, ok := l.ShareScreen(id, passcode)
		if !ok || !shareGrammar.MatchString(share.App) || !grammar.MatchString(share.Fallback.URL()) {
			t.Errorf("%q became %q and %q, %v", text, share.App, share.Fallback.URL(), ok)
		}
		if again, code, err := l.ParseJoin(share.Fallback.URL()); err != nil || again != id || code != passcode {
			t.Errorf("%q does not read back: %d, %q, %v", share.Fallback.URL(), again, code, err)
		}
	})
}

// grammar is every link that may leave.
var grammar = regexp.MustCompile(`^(https://([a-z0-9-]+\.)?zoom\.us|http://127\.0\.0\.1:8082)/j/[1-9][0-9]{8,11}(\?pwd=[A-Za-z0-9._~%+-]{1,384})?$`)

func FuzzT66_LinksKeepTheirGrammar(f *testing.F) {
	for _, seed := range [][3]string{
		{"https://us02web.zoom.us/j/85746065123?pwd=abc.1&zak=hush", "912 3456 7890", "abc.1"},
		{"zoommtg://zoom.us/join?confno=912345678", "abc", "javascript:alert(1)"},
		{"https://zoom.us/j/912345678#@evil.example", "912345678&confno=1", "%0d%0aLocation: x"},
		{"https://zoom.us@evil.example/j/912345678", "zoommtg://912345678", "a&zak=b"},
		{"http://127.0.0.1:8082/j/912345678?pwd=a%2Bb", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	l := links(f)
	f.Fuzz(func(t *testing.T, raw, number, passcode string) {
		check := func(j zoom.JoinLink) {
			whole := j.URL()
			if !grammar.MatchString(whole) || !grammar.MatchString(j.Public()) || !strings.HasPrefix(whole, j.Public()) {
				t.Errorf("link %q, public %q", whole, j.Public())
			}
			again, ok := l.Parse(whole)
			if !ok || again != j {
				t.Errorf("%q does not read back: %+v, %v", whole, again, ok)
			}
		}
		if j, ok := l.Parse(raw); ok {
			check(j)
		}
		j, ok := l.Build(number, passcode)
		if _, isNumber := zoom.ParseMeetingID(number); ok && !isNumber {
			t.Errorf("%q became a link", number)
		}
		if ok {
			check(j)
		}
		stripped, err := url.Parse(zoom.Strip(raw))
		if err != nil || stripped.Query().Has("pwd") || stripped.Query().Has("tk") || stripped.Query().Has("zak") {
			t.Errorf("Strip(%q) = %v, %v", raw, stripped, err)
		}
	})
}

func TestT66_BuildTakesOnlyNumbers(t *testing.T) {
	t.Parallel()
	l := links(t)
	if j, ok := l.Build("912 3456 7890", "abc.1"); !ok || j.URL() != "https://zoom.us/j/91234567890?pwd=abc.1" || j.Public() != "https://zoom.us/j/91234567890" {
		t.Errorf("%q, %v", j.URL(), ok)
	}
	if j, ok := l.Build("912345678", ""); !ok || j.URL() != "https://zoom.us/j/912345678" {
		t.Errorf("%q, %v", j.URL(), ok)
	}
	for _, number := range []string{"", "ana", "912345678&uname=x", "912345678?pwd=1", "../912345678", "zoommtg://zoom.us/join?confno=912345678", "9123456\n78"} {
		if j, ok := l.Build(number, ""); ok {
			t.Errorf("%q became %s", number, j.URL())
		}
	}
	for _, passcode := range []string{" ", "a b", "a&b", "a#b", "a\r\nb", "é", "<", strings.Repeat("a", 129)} {
		if j, ok := l.Build("912345678", passcode); ok {
			t.Errorf("passcode %q became %s", passcode, j.URL())
		}
	}
}
