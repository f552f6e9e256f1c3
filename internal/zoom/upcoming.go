package zoom

import (
	"context"
	"encoding/json"
	"net/http"
)

// UpcomingMeeting is a meeting of the next day. It prints as its id, because it holds secrets.
type UpcomingMeeting struct {
	Meeting      // Of it: ID, Topic, Type, Start, Duration, Zone, Created, JoinURL, Passcode, Settings.UsePMI.
	Hosts   bool // The person is its host; else he or she is invited.
	AllDay  bool
}

// UnmarshalJSON reads Zoom's form.
func (u *UpcomingMeeting) UnmarshalJSON(b []byte) error {
	var w struct {
		Passcode string `json:"passcode"`
		UsePMI   *bool  `json:"use_pmi"`
		Hosts    bool   `json:"is_host"`
		AllDay   bool   `json:"is_all_day"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*u = UpcomingMeeting{Hosts: w.Hosts, AllDay: w.AllDay}
	if err := json.Unmarshal(b, &u.Meeting); err != nil {
		return err
	}
	u.Passcode, u.Settings.UsePMI = w.Passcode, w.UsePMI
	return nil
}

// Upcoming lists the meetings of the next 24 hours that the person hosts or is invited to: by Zoom's own invitation, or by a calendar
// that is connected at Zoom. GET /users/me/upcoming_meetings, scope meeting:read:list_upcoming_meetings.
func (c *Client) Upcoming(ctx context.Context) ([]UpcomingMeeting, error) {
	var page struct {
		Meetings []UpcomingMeeting `json:"meetings"`
	}
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/users/{userId}/upcoming_meetings", path: "/users/me/upcoming_meetings", out: &page, proof: []string{"meetings"},
	})
	return page.Meetings, err
}

// Invitation returns the text with which Zoom invites to a meeting: topic, time, join link, passcode, telephone numbers. It is as
// secret as the join link. GET /meetings/{id}/invitation, scope meeting:read:invitation. Errors: ErrNotFound, ErrHosting.
func (c *Client) Invitation(ctx context.Context, id MeetingID) (string, error) {
	var out struct {
		Invitation string `json:"invitation"`
	}
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/meetings/{meetingId}/invitation", path: "/meetings/" + id.String() + "/invitation", out: &out,
		proof: []string{"invitation"},
	})
	return out.Invitation, err
}
