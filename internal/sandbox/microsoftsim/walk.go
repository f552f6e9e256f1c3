package microsoftsim

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// PopupInput is what a person does in a pop-up.
type PopupInput struct {
	Zoom      string `json:"zoom"`      // e-mail or handle of the Zoom account; the person's own when empty
	Microsoft string `json:"microsoft"` // handle of the Microsoft account; the person's own when empty
	Deny      string `json:"deny"`      // "zoom" or "microsoft": declines there
	// Without are permissions that are left out at Zoom, where they may be.
	Without []string `json:"without"`
	Manual  bool     `json:"manual"` // no Teams window answers: the code that is shown comes back as a message, to be typed
}

// maxSteps is how many pages and redirects a pop-up may have.
const maxSteps = 30

// ApprovePopup walks a pop-up from its first page to its last as a browser without scripts, chooses accounts and presses Allow, and
// hands over the result of the last page.
func (s *Sim) ApprovePopup(ctx context.Context, id string, in PopupInput) (Outcome, error) {
	p, err := s.popupOf(id)
	if err != nil {
		return Outcome{}, err
	}
	if in.Zoom == "" {
		in.Zoom = p.Origin.Person
	}
	if in.Microsoft == "" {
		in.Microsoft = p.Origin.Person
	}
	last, err := s.walk(ctx, p.URL, in)
	if err != nil {
		return Outcome{}, err
	}
	code := html.UnescapeString(attribute(bodyTag.FindString(last.text), "data-result"))
	switch manual := manualCode.FindStringSubmatch(last.text); {
	case in.Manual && manual != nil:
		return Outcome{Type: "message", Text: strings.TrimSpace(manual[1])}, s.CancelPopup(id)
	case code == "":
		return failure(last.words(), last.status), nil
	}
	return s.CompletePopup(ctx, id, code)
}

// visited is a page that a browser has arrived at.
type visited struct {
	url    *url.URL
	status int
	text   string
}

func (s *Sim) walk(ctx context.Context, first string, in PopupInput) (*visited, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	plain := transport()
	defer plain.CloseIdleConnections()
	browser := &http.Client{Transport: s.recorded(plain), Jar: loopbackJar{jar}, CheckRedirect: never, Timeout: time.Minute}
	next, err := http.NewRequestWithContext(ctx, http.MethodGet, first, nil)
	if err != nil {
		return nil, invalid("The pop-up's address %q is none.", first)
	}
	for range maxSteps {
		here, redirect, err := visit(browser, next)
		if err != nil {
			return nil, &Refusal{Status: http.StatusBadGateway, Code: "unreachable", Message: "The pop-up got no answer: " + err.Error()}
		}
		if next = redirect; next != nil {
			continue
		}
		if next, err = s.submitPage(ctx, here, in); err != nil || next == nil {
			return here, err
		}
	}
	return nil, &Refusal{Status: http.StatusBadGateway, Code: "endless", Message: fmt.Sprintf("The pop-up has more than %d pages.", maxSteps)}
}

// recorded records what the browser asks of the product; what it asks of the platforms is recorded by them.
func (s *Sim) recorded(plain http.RoundTripper) http.RoundTripper {
	return &byHost{product: s.o.ProductURL + "/", inside: s.world.Traffic.Transport("browser", "product", plain), outside: plain}
}

type byHost struct {
	product         string
	inside, outside http.RoundTripper
}

// RoundTrip chooses by the address.
func (t *byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.String(), t.product) {
		return t.inside.RoundTrip(r)
	}
	return t.outside.RoundTrip(r)
}

// visit makes a request; a redirect answers the request to make next.
func visit(browser *http.Client, req *http.Request) (*visited, *http.Request, error) {
	req.Header.Set("Accept", "text/html,application/xhtml+xml")
	resp, err := browser.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	if err != nil {
		return nil, nil, err
	}
	if to := resp.Header.Get("Location"); to != "" && resp.StatusCode >= 300 && resp.StatusCode < 400 {
		target, err := req.URL.Parse(to)
		if err != nil {
			return nil, nil, err
		}
		next, err := http.NewRequestWithContext(req.Context(), http.MethodGet, target.String(), nil)
		return nil, next, err
	}
	return &visited{url: req.URL, status: resp.StatusCode, text: string(body)}, nil, nil
}

// submitPage fills in and sends the form of a page of one of the platforms; nil when the page is the last.
func (s *Sim) submitPage(ctx context.Context, here *visited, in PopupInput) (*http.Request, error) {
	form := formTag.FindStringSubmatch(here.text)
	if form == nil || here.status >= 400 || bodyResult.MatchString(here.text) {
		return nil, nil
	}
	action, err := here.url.Parse(html.UnescapeString(attribute(form[1], "action")))
	if err != nil {
		return nil, invalid("The form leads to %q.", attribute(form[1], "action"))
	}
	side, account := "zoom", in.Zoom
	switch origin := here.url.Scheme + "://" + here.url.Host; origin {
	case s.o.BaseURL:
		side, account = "microsoft", in.Microsoft
	case s.o.ProductURL:
		side = "product"
	}
	fields := fill(form[2], account, in.Deny == side)
	if side == "zoom" {
		fields["without"] = in.Without
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, action.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", here.url.Scheme+"://"+here.url.Host)
	return req, nil
}

// fill is what a person sends: hidden fields as they are, the account, and one of the buttons.
func fill(form, account string, deny bool) url.Values {
	fields := url.Values{}
	offered := false
	for _, tag := range fieldTag.FindAllString(form, -1) {
		name, kind := attribute(tag, "name"), attribute(tag, "type")
		switch {
		case name == "":
		case name == "account" && kind != "hidden":
			offered = true
		case kind == "hidden" || kind == "text" || kind == "email":
			fields.Set(name, html.UnescapeString(attribute(tag, "value")))
		}
	}
	offered = offered || strings.Contains(form, `name="account"`) && !fields.Has("account")
	if offered && !deny {
		fields.Set("account", account)
	}
	for _, tag := range buttonTag.FindAllString(form, -1) {
		name, value := attribute(tag, "name"), attribute(tag, "value")
		if name == "" || name == "account" {
			continue
		}
		if no := slices.Contains([]string{"decline", "deny", "cancel"}, value); no == deny && (no || !offered || value == "allow") {
			fields.Set(name, value)
		}
	}
	return fields
}

var (
	formTag    = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`)
	fieldTag   = regexp.MustCompile(`(?is)<(?:input|select|button)\b[^>]*>`)
	buttonTag  = regexp.MustCompile(`(?is)<button\b[^>]*>`)
	bodyTag    = regexp.MustCompile(`(?is)<body\b[^>]*>`)
	bodyResult = regexp.MustCompile(`(?is)<body\b[^>]*\bdata-result=`)
	manualCode = regexp.MustCompile(`(?is)<output\b[^>]*\bid="?manual"?[^>]*>(.*?)</output>`)
	headTag    = regexp.MustCompile(`(?is)<(?:head|script|style)\b.*?</(?:head|script|style)>`)
	anySpace   = regexp.MustCompile(`\s+`)
)

// attribute reads an attribute of a tag.
func attribute(tag, name string) string {
	m := regexp.MustCompile(`(?is)\b` + name + `\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))`).FindStringSubmatch(tag)
	if m == nil {
		return ""
	}
	return m[1] + m[2] + m[3]
}

// words are what stands on a page.
func (v *visited) words() string {
	text := tags.ReplaceAllString(headTag.ReplaceAllString(v.text, ""), " ")
	return clip(strings.TrimSpace(anySpace.ReplaceAllString(html.UnescapeString(text), " ")), 600)
}

// loopbackJar treats loopback as secure, as browsers do: cookies marked Secure are kept and sent although it is http.
type loopbackJar struct{ *cookiejar.Jar }

// SetCookies keeps cookies.
func (j loopbackJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.Jar.SetCookies(secure(u), cookies)
}

// Cookies are those to send.
func (j loopbackJar) Cookies(u *url.URL) []*http.Cookie { return j.Jar.Cookies(secure(u)) }

func secure(u *url.URL) *url.URL {
	if !isLoopback(u.Hostname()) {
		return u
	}
	copied := *u
	copied.Scheme = "https"
	return &copied
}
