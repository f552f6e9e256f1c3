package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/keyring"
	"causeway/internal/problem"
)

const (
	sessionCookie = "__Host-session"
	signInCookie  = "__Host-signin"
	sessionFor    = 15 * time.Minute
	signInFor     = 10 * time.Minute
	// signInState begins the state of our own sign-in, so that the callback can tell it from a linking.
	signInState = "page."
)

// returnTo are the pages to which a sign-in may lead back.
var returnTo = regexp.MustCompile(`^/m/([0-9a-f-]{36}|z[1-9][0-9]{5,14})/start$`)

// sessions sign people in at Entra for the pages that are opened at top level. Nothing is stored: both cookies are sealed, short-lived
// and of this origin alone.
type sessions struct {
	box   *keyring.Box
	entra *entra.App
	url   string
	now   func() time.Time
}

func newSessions(c Config) *sessions {
	return &sessions{box: c.Ring.For("session"), entra: c.Entra, url: c.PublicURL + "/entra/callback", now: c.Now}
}

// session is who is signed in, until when.
type session struct {
	Person  entra.Person `json:"p"`
	Expires time.Time    `json:"e"`
}

// signIn is a sign-in under way.
type signIn struct {
	State    string    `json:"s"`
	Verifier string    `json:"v"`
	Nonce    string    `json:"n"`
	Return   string    `json:"r"`
	Expires  time.Time `json:"e"`
}

// person answers who is signed in; SignIn when nobody is.
func (s *sessions) person(r *http.Request) (entra.Person, error) {
	var held session
	if !s.open(r, sessionCookie, &held) || !s.now().Before(held.Expires) {
		return entra.Person{}, problem.New(problem.SignIn, "problem.sign_in")
	}
	return held.Person, nil
}

// begin sends the browser to Entra.
func (s *sessions) begin(w http.ResponseWriter, r *http.Request) {
	in := signIn{
		State: signInState + random(), Verifier: random(), Nonce: random(), Return: r.URL.Path, Expires: s.now().Add(signInFor),
	}
	s.set(w, signInCookie, in, signInFor)
	sum := sha256.Sum256([]byte(in.Verifier))
	http.Redirect(w, r, s.entra.AuthorizeURL(entra.AuthorizeRequest{
		State: in.State, Challenge: base64.RawURLEncoding.EncodeToString(sum[:]), Redirect: s.url,
		Scopes: signInScopes(), Nonce: in.Nonce,
	}), http.StatusSeeOther)
}

func signInScopes() []string { return []string{"openid", "profile"} }

// finish ends the sign-in and answers where it leads back to.
func (s *sessions) finish(ctx context.Context, w http.ResponseWriter, r *http.Request) (string, error) {
	var in signIn
	query := r.URL.Query()
	if !s.open(r, signInCookie, &in) || !s.now().Before(in.Expires) ||
		subtle.ConstantTimeCompare([]byte(in.State), []byte(query.Get("state"))) != 1 || !returnTo.MatchString(in.Return) {
		return "", problem.New(problem.SignIn, "problem.sign_in")
	}
	clearCookie(w, signInCookie)
	if err := entra.AuthorizeError(query); err != nil {
		return "", problem.New(problem.SignIn, "problem.sign_in").Because(err)
	}
	tokens, err := s.entra.Exchange(ctx, query.Get("code"), in.Verifier, s.url, signInScopes())
	if err != nil {
		return "", problem.New(problem.SignIn, "problem.sign_in").Because(err)
	}
	who, err := s.entra.VerifyIDToken(ctx, tokens.ID, in.Nonce)
	if err != nil {
		return "", problem.New(problem.SignIn, "problem.sign_in").Because(err)
	}
	s.set(w, sessionCookie, session{Person: who.Person, Expires: s.now().Add(sessionFor)}, sessionFor)
	return in.Return, nil
}

// isSignIn tells whether a callback belongs to a sign-in of ours.
func isSignIn(query url.Values) bool { return strings.HasPrefix(query.Get("state"), signInState) }

func (s *sessions) set(w http.ResponseWriter, name string, value any, lasts time.Duration) {
	plain, _ := json.Marshal(value) // structs of texts and times
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: base64.RawURLEncoding.EncodeToString(s.box.Seal(plain, cookieAAD(name))), Path: "/",
		MaxAge: int(lasts / time.Second), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func clearCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (s *sessions) open(r *http.Request, name string, into any) bool {
	cookie, err := r.Cookie(name)
	if err != nil {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return false
	}
	plain, err := s.box.Open(sealed, cookieAAD(name))
	return err == nil && json.Unmarshal(plain, into) == nil
}

func cookieAAD(name string) keyring.AAD { return keyring.AAD{Table: "cookie", Column: name} }

// random is 256 bits for a URL.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
