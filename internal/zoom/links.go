package zoom

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var (
	// confNo is a meeting's number in a link.
	confNo = regexp.MustCompile(`^[1-9][0-9]{8,11}$`)
	// linkPath is the path of a join (j) or start (s) link.
	linkPath = regexp.MustCompile(`^/([js])/([0-9]{9,12})/?$`)
	// webPath is the path of a meeting in the web client, in both its spellings.
	webPath = regexp.MustCompile(`^/wc/(?:join/([0-9]{9,12})|([0-9]{9,12})/(?:join|start))/?$`)
	// personalPath is the path of a personal link, whose name only Zoom can turn into a number.
	personalPath = regexp.MustCompile(`^/my/[^/]+/?$`)
	// embedded is the encrypted passcode in a join link.
	embedded = regexp.MustCompile(`^[A-Za-z0-9._~=+/-]{1,128}$`)
	// originShape is scheme://host[:port], where the host's first label may be *.
	originShape = regexp.MustCompile(`^https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$`)
	// label is the part of a host name that * stands for.
	label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// Links knows where Zoom's links lead, and lets no other pass: a link is taken apart and put together anew from parts
// that have been checked, so that nothing that somebody wrote travels on in it.
type Links struct {
	exact []string // https://zoom.us
	under []string // [https:// .zoom.us] in turn: for https://*.zoom.us
}

// NewLinks makes Links of the origins that may stand in a link: exact ones, and for vanity names and data centres
// https://*.zoom.us, where * is one label. The first exact one is where Build leads.
func NewLinks(origins ...string) (*Links, error) {
	l := &Links{}
	for _, o := range origins {
		if !originShape.MatchString(o) {
			return nil, fmt.Errorf("zoom: %.100q is not an origin of links: want scheme://host[:port] or scheme://*.host", o)
		}
		if scheme, rest, wild := strings.Cut(o, "*"); wild {
			l.under = append(l.under, scheme, rest)
		} else {
			l.exact = append(l.exact, o)
		}
	}
	if len(l.exact) == 0 {
		return nil, errors.New("zoom: no exact origin of links")
	}
	return l, nil
}

// JoinLink is a join link taken apart. Make one with Parse or Build.
type JoinLink struct {
	Meeting  MeetingID
	origin   string
	passcode string
}

// URL is the whole link, with the encrypted passcode if there is one: for those who are invited.
func (j JoinLink) URL() string {
	if j.passcode == "" {
		return j.Public()
	}
	return j.Public() + "?pwd=" + url.QueryEscape(j.passcode)
}

// Passcode is the encrypted passcode of the link, or "": for those who are invited.
func (j JoinLink) Passcode() string { return j.passcode }

// Public is the link without passcode: it leads to the meeting and does not open it.
func (j JoinLink) Public() string { return j.origin + "/j/" + j.Meeting.String() }

// Parse takes a join link apart: https://{host}/j/{number}?pwd=… at one of the origins. All else in the query, such as tk and
// zak, is dropped; false for anything that is no such link.
func (l *Links) Parse(raw string) (JoinLink, bool) {
	kind, j, query, ok := l.parse(raw)
	if !ok || kind != "j" {
		return JoinLink{}, false
	}
	if pwd := query.Get("pwd"); pwd != "" {
		if !embedded.MatchString(pwd) {
			return JoinLink{}, false
		}
		j.passcode = pwd
	}
	return j, true
}

// Meeting is the number of the meeting whose join link an address is; false for anything that Parse does not take.
func (l *Links) Meeting(raw string) (string, bool) {
	link, ok := l.Parse(raw)
	return link.Meeting.String(), ok
}

// Start reports whether this is a start link of Zoom, https://{host}/s/{number}?zak=…, to which a browser may be sent.
func (l *Links) Start(raw string) bool {
	kind, _, query, ok := l.parse(raw)
	return ok && kind == "s" && query.Get("zak") != ""
}

// Build makes the join link of a meeting number of 9 to 12 digits, as a person may have typed it (blanks and dashes between
// the digits are dropped), and an encrypted passcode or "". False when a part is not what it has to be.
func (l *Links) Build(number, passcode string) (JoinLink, bool) {
	id, ok := ParseMeetingID(number)
	if !ok || (passcode != "" && !embedded.MatchString(passcode)) {
		return JoinLink{}, false
	}
	return JoinLink{Meeting: id, origin: l.exact[0], passcode: passcode}, true
}

// ParseMeetingID reads a meeting number as people write it: "912 3456 7890".
func ParseMeetingID(s string) (MeetingID, bool) {
	if len(s) > 40 {
		return 0, false
	}
	digits := strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(s)
	if !confNo.MatchString(digits) {
		return 0, false
	}
	var id MeetingID
	return id, id.UnmarshalJSON([]byte(digits)) == nil
}

// What is wrong with what a person typed or pasted to join a meeting.
var (
	ErrJoinText     = errors.New("zoom: neither a meeting id nor a join link")
	ErrJoinForeign  = errors.New("zoom: a link to another place than Zoom")
	ErrJoinPersonal = errors.New("zoom: a personal link, whose meeting id only Zoom knows")
)

// ParseJoin reads what a person typed or pasted to join a meeting: a number as ParseMeetingID takes it, or a link at one of the
// origins with the number in it (/j/, /s/, /wc/join/, /wc/…/join). passcode is the encrypted one of the link, as Build and
// ShareScreen take it; "" when it has none. Nothing else of the link is kept. Errors: ErrJoinText, ErrJoinForeign, ErrJoinPersonal.
func (l *Links) ParseJoin(text string) (id MeetingID, passcode string, err error) {
	text = strings.TrimSpace(text)
	if id, ok := ParseMeetingID(text); ok {
		return id, "", nil
	}
	u, origin, ok := split(text)
	switch {
	case !ok || (u.Scheme != "https" && u.Scheme != "http"):
		return 0, "", ErrJoinText
	case !l.ours(origin):
		return 0, "", ErrJoinForeign
	case personalPath.MatchString(u.Path):
		return 0, "", ErrJoinPersonal
	}
	number := ""
	if parts := linkPath.FindStringSubmatch(u.Path); parts != nil {
		number = parts[2]
	} else if parts := webPath.FindStringSubmatch(u.Path); parts != nil {
		number = parts[1] + parts[2] // one of them is empty
	}
	id, ok = ParseMeetingID(number)
	query, err := url.ParseQuery(u.RawQuery)
	if passcode = query.Get("pwd"); !ok || err != nil || (passcode != "" && !embedded.MatchString(passcode)) {
		return 0, "", ErrJoinText
	}
	return id, passcode, nil
}

// ShareLink opens a meeting to share a screen in it, without sound and video.
type ShareLink struct {
	App      string   // zoommtg://…&zc=1: opens the Zoom client on Windows and macOS, if it is there.
	Fallback JoinLink // Opens the meeting in any case.
}

// ShareScreen makes the link that opens the Zoom client in a meeting to share a screen, with the encrypted passcode of a join link
// or "". False when a part is not what it has to be.
//
// UNVERIFIED: that current clients heed zc=1 ("screen share only, no video and audio"); Zoom's list of URL schemes has it, and newer
// documents do not mention schemes any more. Hence the fallback.
func (l *Links) ShareScreen(id MeetingID, passcode string) (ShareLink, bool) {
	join, ok := l.Build(id.String(), passcode)
	if !ok || join.Meeting != id {
		return ShareLink{}, false
	}
	_, host, _ := strings.Cut(join.origin, "://")
	app := "zoommtg://" + host + "/join?confno=" + join.Meeting.String()
	if passcode != "" {
		app += "&pwd=" + url.QueryEscape(passcode)
	}
	return ShareLink{App: app + "&zc=1", Fallback: join}, true
}

// parse takes a join or start link apart that is at one of the origins.
func (l *Links) parse(raw string) (kind string, j JoinLink, query url.Values, ok bool) {
	u, origin, ok := split(raw)
	if !ok {
		return "", JoinLink{}, nil, false
	}
	parts := linkPath.FindStringSubmatch(u.Path)
	if parts == nil || !l.ours(origin) {
		return "", JoinLink{}, nil, false
	}
	id, ok := ParseMeetingID(parts[2])
	query, err := url.ParseQuery(u.RawQuery)
	return parts[1], JoinLink{Meeting: id, origin: origin}, query, ok && err == nil
}

// split takes an address apart whose parts all browsers read alike.
func split(raw string) (u *url.URL, origin string, ok bool) {
	if len(raw) > 4096 || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return nil, "", false
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" || u.RawPath != "" {
		return nil, "", false
	}
	return u, strings.ToLower(u.Scheme + "://" + u.Host), true
}

// ours reports whether an origin is one of the list.
func (l *Links) ours(origin string) bool {
	for _, o := range l.exact {
		if o == origin {
			return true
		}
	}
	for i := 0; i+1 < len(l.under); i += 2 {
		inner, isUnder := strings.CutPrefix(origin, l.under[i])
		inner, ends := strings.CutSuffix(inner, l.under[i+1])
		if isUnder && ends && label.MatchString(inner) {
			return true
		}
	}
	return false
}

// Strip takes what opens a meeting out of an address that is shown: pwd, tk and zak, in any spelling, with the fragment and user.
// What cannot be read becomes "".
func Strip(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return ""
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		query = nil
	}
	for name := range query {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "pwd", "tk", "zak":
			delete(query, name)
		}
	}
	u.User, u.Fragment, u.RawFragment, u.ForceQuery, u.RawQuery = nil, "", "", false, query.Encode()
	return u.String()
}
