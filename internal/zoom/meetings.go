package zoom

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	createMeetingRoute = "POST /users/{userId}/meetings"
	updateMeetingRoute = "PATCH /meetings/{meetingId}"
)

// MeetingType is the kind of a meeting.
type MeetingType int

// The kinds of meetings.
const (
	InstantMeeting   MeetingType = 1 // Appears in no list.
	ScheduledMeeting MeetingType = 2
	RecurringNoTime  MeetingType = 3
	RecurringMeeting MeetingType = 8
	ScreenShareOnly  MeetingType = 10
)

// NewMeeting is a meeting to be made.
type NewMeeting struct {
	Topic       string        // At most 200 characters.
	Type        MeetingType   // ScheduledMeeting when zero; with Recurrence always RecurringMeeting.
	Start       time.Time     // Left out when zero; one that has passed is now.
	Zone        string        // IANA name in which Zoom shows the start; the account's when empty.
	Duration    time.Duration // 1 minute to 24 hours, in whole minutes.
	Agenda      string        // At most 2,000 characters.
	Passcode    string        // At most 10 characters; when empty, Zoom makes one if the settings demand one.
	Recurrence  *Recurrence   // Makes it a RecurringMeeting; nil for one that takes place once.
	ScheduleFor string        // E-mail address or user id of another host, one of Schedulers; "" for the person's own.
	Template    string        // Id of one of Templates: what Settings leave open is as it says.
	Settings    MeetingSettings
}

// MeetingSettings are a meeting's switches; nil and "" leave the person's own default, or what it is.
type MeetingSettings struct {
	WaitingRoom      *bool     `json:"waiting_room,omitempty"` // True switches JoinBeforeHost off.
	JoinBeforeHost   *bool     `json:"join_before_host,omitempty"`
	JoinMinutes      *int      `json:"jbh_time,omitempty"` // How long before the start people may join before the host: 5, 10 or 15 minutes; 0 at any time.
	HostVideo        *bool     `json:"host_video,omitempty"`
	ParticipantVideo *bool     `json:"participant_video,omitempty"`
	MuteUponEntry    *bool     `json:"mute_upon_entry,omitempty"`
	UsePMI           *bool     `json:"use_pmi,omitempty"` // False: a number of its own, whatever the person's default. For types 2 and 3 alone.
	Private          *bool     `json:"private_meeting,omitempty"`
	Audio            Audio     `json:"audio,omitempty"`
	AutoRecording    Recording `json:"auto_recording,omitempty"`
	// AlternativeHosts are e-mail addresses or user ids between semicolons, "a@x.example;b@x.example"; empty for none.
	AlternativeHosts *string `json:"alternative_hosts,omitempty"`
	// TellAlternativeHosts lets Zoom write to them.
	TellAlternativeHosts *bool `json:"alternative_hosts_email_notification,omitempty"`
}

// StatusStarted is the status of a meeting that is held at this moment.
const StatusStarted = "started"

// Meeting is a meeting as Zoom describes it. It prints as its id, because it holds secrets.
type Meeting struct {
	ID         MeetingID
	UUID       MeetingUUID
	Host       UserID
	HostEmail  string // Not in lists.
	Assistant  UserID // Who scheduled it for the host; "" when that was the host. Not in lists.
	Topic      string
	Agenda     string // In lists the first 250 characters.
	Type       MeetingType
	Status     string    // "waiting", StatusStarted; "" in lists.
	Start      time.Time // UTC; zero without a fixed time.
	Duration   time.Duration
	Zone       string
	Created    time.Time
	JoinURL    string      // For everybody who is invited; may hold the encrypted passcode.
	StartURL   string      // Signs in as the host for 2 hours: for the host's browser alone, never stored or logged. Not in lists.
	Passcode   string      // Not in lists.
	PMI        MeetingID   // The personal number under which it is held; 0 when that is ID.
	Recurrence *Recurrence // Of a series; not in lists.
	// Occurrences are those of a series that are to come, deleted ones too (MeetingWith: the past ones as well). Not in lists.
	Occurrences []Occurrence
	Settings    MeetingSettings
}

// String returns the id.
func (m Meeting) String() string { return "meeting " + m.ID.String() }

// GoString returns the id.
func (m Meeting) GoString() string { return m.String() }

// LogValue returns the id.
func (m Meeting) LogValue() slog.Value { return slog.StringValue(m.String()) }

// MarshalJSON writes the id alone.
func (m Meeting) MarshalJSON() ([]byte, error) { return json.Marshal(m.ID) }

// UnmarshalJSON reads Zoom's form.
func (m *Meeting) UnmarshalJSON(b []byte) error {
	var w struct {
		ID          MeetingID       `json:"id"`
		UUID        MeetingUUID     `json:"uuid"`
		Host        UserID          `json:"host_id"`
		HostEmail   string          `json:"host_email"`
		Assistant   UserID          `json:"assistant_id"`
		Topic       string          `json:"topic"`
		Agenda      string          `json:"agenda"`
		Type        MeetingType     `json:"type"`
		Status      string          `json:"status"`
		Start       looseText       `json:"start_time"`
		Duration    looseInt        `json:"duration"`
		Zone        string          `json:"timezone"`
		Created     looseText       `json:"created_at"`
		JoinURL     string          `json:"join_url"`
		StartURL    string          `json:"start_url"`
		Passcode    string          `json:"password"`
		PMI         MeetingID       `json:"pmi"`
		Recurrence  *Recurrence     `json:"recurrence"`
		Occurrences []Occurrence    `json:"occurrences"`
		Settings    MeetingSettings `json:"settings"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*m = Meeting{
		ID: w.ID, UUID: w.UUID, Host: w.Host, HostEmail: w.HostEmail, Assistant: w.Assistant, Topic: w.Topic, Agenda: w.Agenda,
		Type: w.Type, Status: w.Status,
		Start: instant(w.Start), Duration: time.Duration(w.Duration) * time.Minute, Zone: w.Zone, Created: instant(w.Created),
		JoinURL: w.JoinURL, StartURL: w.StartURL, Passcode: w.Passcode, PMI: w.PMI, Recurrence: w.Recurrence, Occurrences: w.Occurrences,
		Settings: w.Settings,
	}
	return nil
}

// instant reads a time as Zoom writes it; what is none is zero.
func instant(s looseText) time.Time {
	t, err := time.Parse(time.RFC3339Nano, string(s))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// wireMeeting is the body of a creation or change.
type wireMeeting struct {
	Topic       *string          `json:"topic,omitempty"`
	Type        MeetingType      `json:"type,omitempty"`
	Start       string           `json:"start_time,omitempty"`
	Zone        string           `json:"timezone,omitempty"`
	Duration    int              `json:"duration,omitempty"`
	Agenda      *string          `json:"agenda,omitempty"`
	Passcode    *string          `json:"password,omitempty"`
	ScheduleFor string           `json:"schedule_for,omitempty"`
	Template    string           `json:"template_id,omitempty"`
	Recurrence  *Recurrence      `json:"recurrence,omitempty"`
	Settings    *MeetingSettings `json:"settings,omitempty"`
}

// zoomTime writes an instant as Zoom takes it: UTC, whole seconds.
func zoomTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// CreateMeeting makes a meeting of the person. POST /users/me/meetings, scope meeting:write:meeting. Zoom knows no idempotency
// key: when upstream.Outcome of the error is Ambiguous, the meeting may exist.
//
// Errors: ErrHosting, ErrHostLimit, ErrRateLimited, ErrScope, ErrUnauthorized, an Error with Fields, an upstream.Error.
func (c *Client) CreateMeeting(ctx context.Context, n NewMeeting) (Meeting, error) {
	in := wireMeeting{
		Topic: &n.Topic, Type: n.Type, Start: zoomTime(n.Start), Zone: n.Zone, Duration: int(n.Duration / time.Minute),
		ScheduleFor: n.ScheduleFor, Template: n.Template, Recurrence: n.Recurrence, Settings: &n.Settings,
	}
	switch {
	case n.Recurrence != nil:
		in.Type = RecurringMeeting
	case n.Type == 0:
		in.Type = ScheduledMeeting
	}
	if n.Agenda != "" {
		in.Agenda = &n.Agenda
	}
	if n.Passcode != "" {
		in.Passcode = &n.Passcode
	}
	var m Meeting
	err := c.do(ctx, call{
		method: http.MethodPost, route: "/users/{userId}/meetings", path: "/users/me/meetings", in: in, out: &m, proof: []string{"id"},
	})
	return m, err
}

// Meeting returns a meeting with a fresh StartURL. GET /meetings/{id}, scope meeting:read:meeting. Errors: ErrNotFound, ErrHosting.
func (c *Client) Meeting(ctx context.Context, id MeetingID) (Meeting, error) {
	return c.MeetingWith(ctx, id, false)
}

// MeetingWith is Meeting with or without the occurrences of a series that are past (show_previous_occurrences).
func (c *Client) MeetingWith(ctx context.Context, id MeetingID, past bool) (Meeting, error) {
	query := url.Values{}
	if past {
		query.Set("show_previous_occurrences", "true")
	}
	var m Meeting
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/meetings/{meetingId}", path: "/meetings/" + id.String(), query: query, out: &m, proof: []string{"id"},
	})
	return m, err
}

// ListType says which of the person's own meetings a list holds.
type ListType string

// The lists. None holds instant meetings, or meetings of other hosts.
const (
	ListScheduled ListType = "scheduled" // All that have not expired.
	ListLive      ListType = "live"
	ListUpcoming  ListType = "upcoming" // To come or live, at most 6 months.
	ListPrevious  ListType = "previous_meetings"
)

// ListMeetings is what to list. Only PageToken changes from page to page.
type ListMeetings struct {
	Type      ListType  // ListScheduled when empty.
	From, To  time.Time // Days, UTC; left out when zero.
	PageSize  int       // 1 to 300; Zoom's 30 when zero.
	PageToken string    // NextPageToken of the page before; it lives 15 minutes.
}

// MeetingPage is a page of a list.
type MeetingPage struct {
	Meetings      []Meeting `json:"meetings"`
	NextPageToken string    `json:"next_page_token"` // "" on the last page.
	Total         int       `json:"total_records"`
}

// Meetings lists the meetings that the person hosts. GET /users/me/meetings, scope meeting:read:list_meetings. Errors: ErrHosting.
func (c *Client) Meetings(ctx context.Context, l ListMeetings) (MeetingPage, error) {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	day := func(name string, t time.Time) {
		if !t.IsZero() {
			query.Set(name, t.UTC().Format(time.DateOnly))
		}
	}
	set("type", string(l.Type))
	set("next_page_token", l.PageToken)
	day("from", l.From)
	day("to", l.To)
	if l.PageSize > 0 {
		set("page_size", strconv.Itoa(min(l.PageSize, 300)))
	}
	var page MeetingPage
	err := c.do(ctx, call{
		method: http.MethodGet, route: "/users/{userId}/meetings", path: "/users/me/meetings", query: query, out: &page,
		proof: []string{"meetings"},
	})
	return page, err
}

// MeetingChange is what changes in a meeting; what is nil or zero stays.
//
// UNVERIFIED: that a change of the start, duration or recurrence of a series makes its occurrences anew, with new ids, and forgets what
// was changed in single ones. Zoom says only that the recurrence is required when the whole series is changed.
type MeetingChange struct {
	Topic       *string
	Start       time.Time // One that has passed is ignored by Zoom.
	Zone        string
	Duration    time.Duration
	Agenda      *string
	Passcode    *string
	Recurrence  *Recurrence // Of a series, with each change of its start or duration too.
	ScheduleFor string      // E-mail address or user id of a new host.
	Settings    *MeetingSettings
}

// UpdateMeeting changes a meeting. PATCH /meetings/{id}, scope meeting:update:meeting. Errors: ErrNotFound, ErrHosting,
// ErrHostLimit, an Error with Fields. Each one counts against the host's daily limit.
func (c *Client) UpdateMeeting(ctx context.Context, id MeetingID, change MeetingChange) error {
	return c.do(ctx, call{
		method: http.MethodPatch, route: "/meetings/{meetingId}", path: "/meetings/" + id.String(), in: wireMeeting{
			Topic: change.Topic, Start: zoomTime(change.Start), Zone: change.Zone, Duration: int(change.Duration / time.Minute),
			Agenda: change.Agenda, Passcode: change.Passcode, ScheduleFor: change.ScheduleFor, Recurrence: change.Recurrence, Settings: change.Settings,
		},
	})
}

// DeleteMeeting deletes a meeting without a mail from Zoom: who has to know is told by the caller. DELETE /meetings/{id}, scope
// meeting:delete:meeting. Errors: ErrNotFound (also when it is deleted already), ErrUndeletable, ErrHosting.
func (c *Client) DeleteMeeting(ctx context.Context, id MeetingID) error {
	query := url.Values{}
	silence(query)
	return c.do(ctx, call{method: http.MethodDelete, route: "/meetings/{meetingId}", path: "/meetings/" + id.String(), query: query})
}

// MeetingUUID names one taking place of a meeting. It is Base64 and may hold slashes.
type MeetingUUID string

// uuidPattern is Base64, plain or for URLs, with or without padding.
var uuidPattern = regexp.MustCompile(`^[A-Za-z0-9+/_-]{1,64}={0,2}$`)

// segment is the UUID as one segment of a path. Zoom wants one that begins with a slash or holds two in a row to be
// encoded twice. What is no UUID is refused, so that it reaches no other endpoint.
func (u MeetingUUID) segment() (string, error) {
	s := string(u)
	if !uuidPattern.MatchString(s) {
		return "", fmt.Errorf("zoom: %.80q is no meeting UUID: %w", s, ErrNotFound)
	}
	encoded := url.PathEscape(s)
	if strings.HasPrefix(s, "/") || strings.Contains(s, "//") {
		encoded = url.PathEscape(encoded)
	}
	return encoded, nil
}

// PastMeeting is one taking place of a meeting that is over.
type PastMeeting struct {
	ID           MeetingID
	UUID         MeetingUUID
	Topic        string
	Start, End   time.Time // UTC
	Participants int
}

// UnmarshalJSON reads Zoom's form.
func (p *PastMeeting) UnmarshalJSON(b []byte) error {
	var w struct {
		ID           MeetingID   `json:"id"`
		UUID         MeetingUUID `json:"uuid"`
		Topic        string      `json:"topic"`
		Start        looseText   `json:"start_time"`
		End          looseText   `json:"end_time"`
		Participants int         `json:"participants_count"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*p = PastMeeting{ID: w.ID, UUID: w.UUID, Topic: w.Topic, Start: instant(w.Start), End: instant(w.End), Participants: w.Participants}
	return nil
}

// PastMeeting returns how one taking place of a meeting went. GET /past_meetings/{uuid}, scope meeting:read:past_meeting. Errors:
// ErrNotFound.
func (c *Client) PastMeeting(ctx context.Context, uuid MeetingUUID) (PastMeeting, error) {
	segment, err := uuid.segment()
	if err != nil {
		return PastMeeting{}, err
	}
	var p PastMeeting
	err = c.do(ctx, call{
		method: http.MethodGet, route: "/past_meetings/{meetingId}", path: "/past_meetings/" + segment, out: &p, proof: []string{"uuid", "id"},
	})
	return p, err
}
