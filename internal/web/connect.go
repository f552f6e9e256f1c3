package web

import (
	"net/http"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/problem"
)

// maxState bounds what a callback may carry: real states have 43 characters, real codes some hundred.
const maxState, maxCode = 128, 4096

// connect begins a linking in this browser: GET /connect/{intent}.
func (s *server) connect(w http.ResponseWriter, r *http.Request) error {
	intent := r.PathValue("intent")
	if len(intent) > maxState {
		return problem.New(problem.NotFound, "connect.expired")
	}
	opening, err := s.c.Accounts.Open(r.Context(), intent)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: opening.CookieName, Value: opening.CookieValue, Path: "/", MaxAge: 600, Secure: true, HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, opening.Redirect, http.StatusSeeOther)
	return nil
}

// zoomCallback takes the browser back from Zoom: GET /zoom/oauth/callback.
func (s *server) zoomCallback(w http.ResponseWriter, r *http.Request) error {
	callback, err := readCallback(r)
	if err != nil {
		return err
	}
	step, err := s.c.Accounts.FromZoom(r.Context(), callback)
	if err != nil {
		return err
	}
	if step.Done != nil {
		return s.completed(w, r, *step.Done)
	}
	http.Redirect(w, r, step.Redirect, http.StatusSeeOther)
	return nil
}

// entraCallback takes the browser back from Entra, in a linking, a sign-in or a consent: GET /entra/callback.
func (s *server) entraCallback(w http.ResponseWriter, r *http.Request) error {
	callback, err := readCallback(r)
	if err != nil {
		return err
	}
	if isConsent(r.URL.Query()) {
		return s.consented(w, r)
	}
	if isSignIn(r.URL.Query()) {
		back, err := s.session.finish(r.Context(), w, r)
		if err != nil {
			return err
		}
		http.Redirect(w, r, back, http.StatusSeeOther) // #nosec G710 -- finish checks it against the list of pages
		return nil
	}
	done, err := s.c.Accounts.FromEntra(r.Context(), callback)
	if err != nil {
		return err
	}
	return s.completed(w, r, done)
}

// readCallback reads what an authorization server sent back. Whatever else stands in the address is ignored.
func readCallback(r *http.Request) (accounts.Callback, error) {
	query := r.URL.Query()
	c := accounts.Callback{State: query.Get("state"), Code: query.Get("code"), Error: query.Get("error"), Description: query.Get("error_description")}
	if c.State == "" || len(c.State) > maxState || len(c.Code) > maxCode {
		return c, problem.New(problem.Invalid, "connect.bad_callback")
	}
	c.Cookie = func(name string) string {
		cookie, err := r.Cookie(name)
		if err != nil {
			return ""
		}
		return cookie.Value
	}
	return c, nil
}

// completed shows the last page of the pop-up, which hands the code to the Teams window and closes.
func (s *server) completed(w http.ResponseWriter, r *http.Request, done accounts.Completion) error {
	return s.pages.show(w, r, http.StatusOK, "connected", map[string]any{
		"Result": done.Result, "Manual": done.Manual, "Name": done.Name, "Calendar": done.Calendar, "Locale": done.Locale,
	})
}

// startMeeting sends the host to Zoom to start a meeting: GET /m/{id}/start. A ticket of the tab counts in place of a sign-in, once.
func (s *server) startMeeting(w http.ResponseWriter, r *http.Request) error {
	if !returnTo.MatchString(r.URL.Path) {
		return problem.New(problem.NotFound, "problem.not_found")
	}
	person, err := s.starter(r)
	if problem.Is(err, problem.SignIn) {
		s.session.begin(w, r)
		return nil
	}
	if err != nil {
		return err
	}
	start, err := s.c.Meetings.StartURL(r.Context(), person, r.PathValue("id"))
	if problem.Is(err, problem.NotFound) {
		return s.notHost(w, r, person, err)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, start, http.StatusSeeOther) // #nosec G710 -- a start link of Zoom's, which StartURL has checked
	return nil
}

// notHost offers somebody whom a meeting concerns to join it, since they cannot start it; to everybody else it does not exist.
func (s *server) notHost(w http.ResponseWriter, r *http.Request, person entra.Person, refused error) error {
	d, err := s.c.Meetings.Detail(r.Context(), meetings.Visitor{Person: person}, r.PathValue("id"), time.Time{})
	if err != nil || d.Host || d.Cancelled || d.JoinURL == "" {
		return refused
	}
	return s.pages.show(w, r, http.StatusForbidden, "problem", map[string]any{"Key": "meetings.not_host", "Join": d.JoinURL})
}

// starter answers who wants to start a meeting; SignIn when that is not known.
func (s *server) starter(r *http.Request) (entra.Person, error) {
	if ticket := r.URL.Query().Get("ticket"); ticket != "" {
		person, err := s.c.Meetings.Redeem(r.Context(), r.PathValue("id"), ticket)
		if !problem.Is(err, problem.SignIn) {
			return person, err
		}
	}
	return s.session.person(r)
}

func (s *server) about(w http.ResponseWriter, r *http.Request) error {
	return s.pages.show(w, r, http.StatusOK, "about", nil)
}

func (s *server) privacy(w http.ResponseWriter, r *http.Request) error {
	return s.pages.show(w, r, http.StatusOK, "privacy", nil)
}

func (s *server) terms(w http.ResponseWriter, r *http.Request) error {
	return s.pages.show(w, r, http.StatusOK, "terms", nil)
}
