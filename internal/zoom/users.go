package zoom

import (
	"context"
	"net/http"
	"strings"
)

// UserType is a person's plan.
type UserType int

// The plans.
const (
	Basic      UserType = 1 // Free: meetings of 40 minutes.
	Licensed   UserType = 2 // Paid.
	Unassigned UserType = 4 // Without meetings.
)

// User is the person who connected.
type User struct {
	ID          UserID    `json:"id"`
	Account     AccountID `json:"account_id"`
	Email       string    `json:"email"`
	DisplayName string    `json:"display_name"`
	FirstName   string    `json:"first_name"`
	LastName    string    `json:"last_name"`
	Type        UserType  `json:"type"`
	Status      string    `json:"status"`   // "active", "inactive", "pending"
	Zone        string    `json:"timezone"` // IANA name; may be empty.
	Language    string    `json:"language"` // "en-US"
	PMI         MeetingID `json:"pmi"`      // Personal meeting id; 0 when none.
	Picture     string    `json:"pic_url"`
}

// Name is what to call the person: the display name, else first and last name, else the e-mail address.
func (u User) Name() string {
	for _, name := range []string{u.DisplayName, strings.TrimSpace(u.FirstName + " " + u.LastName)} {
		if name != "" {
			return name
		}
	}
	return u.Email
}

// Me returns the person who connected. GET /users/me, scope user:read:user.
func (c *Client) Me(ctx context.Context) (User, error) {
	var u User
	err := c.do(ctx, call{method: http.MethodGet, route: "/users/{userId}", path: "/users/me", out: &u, proof: []string{"id"}})
	return u, err
}

// Colleague is a user for whom the person may schedule.
type Colleague struct {
	ID    UserID    `json:"id"`
	Email string    `json:"email"`
	PMI   MeetingID `json:"pmi"`
}

// Schedulers returns those for whom the person may schedule: what NewMeeting.ScheduleFor takes. GET /users/me/schedulers, scope
// user:read:list_schedulers.
//
// UNVERIFIED: Zoom's description says both "users who can schedule meetings for the current user" and, with an example, "all users for
// whom User A can schedule"; the answer is described as "users for whom the current user can schedule meetings". The opposite list
// is GET /users/me/assistants. A wrong one does no harm: Zoom refuses ScheduleFor then.
func (c *Client) Schedulers(ctx context.Context) ([]Colleague, error) {
	var out struct {
		Schedulers []Colleague `json:"schedulers"`
	}
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/users/{userId}/schedulers", path: "/users/me/schedulers", out: &out, proof: []string{"schedulers"},
	})
	return out.Schedulers, err
}
