package zoom

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Names of the events that are understood. https://developers.zoom.us/docs/api/meetings/events/
const (
	EventChallenge        = "endpoint.url_validation"
	EventDeauthorized     = "app_deauthorized"
	EventMeetingCreated   = "meeting.created"
	EventMeetingUpdated   = "meeting.updated"
	EventMeetingDeleted   = "meeting.deleted"
	EventMeetingErased    = "meeting.permanently_deleted"
	EventMeetingRecovered = "meeting.recovered"
	EventMeetingStarted   = "meeting.started"
	EventMeetingEnded     = "meeting.ended"
	EventJoined           = "meeting.participant_joined"
	EventLeft             = "meeting.participant_left"
	EventWaits            = "meeting.participant_joined_waiting_room"
	EventWaitsNoMore      = "meeting.participant_left_waiting_room"

	EventRecordingCompleted   = "recording.completed"
	EventRecordingTranscribed = "recording.transcript_completed"
	EventRecordingTrashed     = "recording.trashed"
	EventRecordingDeleted     = "recording.deleted"
	EventRecordingRecovered   = "recording.recovered"
	EventSummaryCompleted     = "meeting.summary_completed"
	EventSummaryUpdated       = "meeting.summary_updated"
	EventSummaryTrashed       = "meeting.summary_trashed"
	EventSummaryDeleted       = "meeting.summary_deleted"
	EventSummaryRecovered     = "meeting.summary_recovered"

	EventBoardShared = "whiteboard.shared"
)

// Event is what Zoom tells of something that happened, as far as it is understood. It may come twice, late, and in any order: it says
// where to look, never what is true.
type Event struct {
	Name     string
	At       time.Time // when it happened, by Zoom's clock; zero when not said
	Account  AccountID // empty for some events of whiteboards
	User     UserID    // who has removed the app
	Keep     bool      // who removed it lets us keep what we have of them
	Client   string    // the app that was removed
	Operator UserID    // who did it, when somebody did
	Meeting  EventMeeting
	// One tells that a single occurrence of a series was deleted or recovered.
	One bool
	// Participant is who came, left or waits.
	Participant Participant
	Board       EventBoard
	Token       string // of a challenge
}

// EventBoard is the whiteboard that an event is about, and with whom of Zoom's users it was shared.
type EventBoard struct {
	ID   WhiteboardID
	With []UserID // in order, nobody twice; those outside the account, and channels, are not among them: Zoom tells no users of theirs
}

// Participant is somebody in a meeting, as an event names them.
type Participant struct {
	ID   string // of this stay in the meeting; whoever comes again has another one
	Name string // as it was typed
}

// EventMeeting is the meeting that an event is about.
type EventMeeting struct {
	ID   MeetingID `json:"id"`
	UUID string    `json:"uuid"`
	Host UserID    `json:"host_id"` // "" in some meeting.updated, whose description has it as optional
}

// ErrEvent is what is no event.
var ErrEvent = errors.New("zoom: not an event")

// idMost is how long an id of Zoom's may be: all that is described is far shorter.
const idMost = 128

// sharedMost is how many people one event may share a whiteboard with: each is looked up before Zoom is answered.
const sharedMost = 1000

// ReadEvent reads what was posted; ErrEvent when it is not as Zoom describes it. An event with a name that we do not know has a name alone.
func ReadEvent(body []byte) (Event, error) {
	var wire struct {
		Event   string          `json:"event"`
		At      eventTime       `json:"event_ts"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if wire.Event == "" || len(wire.Event) > 100 {
		return Event{}, fmt.Errorf("%w: it has no name", ErrEvent)
	}
	e := Event{Name: wire.Event, At: time.Time(wire.At)}
	var payload struct {
		Account   AccountID       `json:"account_id"`
		User      UserID          `json:"user_id"`
		Keep      json.RawMessage `json:"user_data_retention"` // true or "true"; not in today's description any more
		Client    string          `json:"client_id"`
		Operator  UserID          `json:"operator_id"`
		Operation string          `json:"operation"` // of a deletion and its like: all or single
		Token     json.RawMessage `json:"plainToken"`
		At        eventTime       `json:"event_ts"`
		Removed   eventTime       `json:"deauthorization_time"`
		Object    json.RawMessage `json:"object"`
	}
	if len(wire.Payload) == 0 {
		return e, nil
	}
	if err := json.Unmarshal(wire.Payload, &payload); err != nil {
		return Event{}, fmt.Errorf("%w: payload: %w", ErrEvent, err)
	}
	e.Account, e.User, e.Client, e.Operator = payload.Account, payload.User, payload.Client, payload.Operator
	e.One, e.Keep = payload.Operation == "single", strings.Trim(string(payload.Keep), `"`) == "true"
	_ = json.Unmarshal(payload.Token, &e.Token) // what is no text is no token
	e.At = time.Time(cmp.Or(payload.Removed, wire.At, payload.At))
	if e.Name == EventBoardShared {
		return e, errors.Join(e.readBoard(payload.Object), e.bounded())
	}
	if !e.ofMeeting() {
		return e, e.bounded()
	}
	if err := e.readMeeting(payload.Object); err != nil {
		return Event{}, err
	}
	if e.ofSession() && e.Meeting.UUID == "" {
		return Event{}, fmt.Errorf("%w: %s of no session", ErrEvent, e.Name)
	}
	return e, errors.Join(e.readParticipant(payload.Object), e.bounded())
}

// readMeeting reads which meeting an event is about. Those of summaries name its members otherwise.
func (e *Event) readMeeting(object json.RawMessage) error {
	var summary struct {
		ID   MeetingID `json:"meeting_id"`
		UUID string    `json:"meeting_uuid"`
		Host UserID    `json:"meeting_host_id"`
	}
	var kind struct {
		Type MeetingType `json:"type"`
	}
	err := json.Unmarshal(object, &e.Meeting)
	// UNVERIFIED, but for Zoom's sample: what takes place once is deleted as a single meeting, too. What has no type that can be read is no series.
	e.One = e.One && json.Unmarshal(object, &kind) == nil && kind.Type == RecurringMeeting
	if err == nil && slices.Contains(summaryEvents, e.Name) {
		err = json.Unmarshal(object, &summary)
		e.Meeting = EventMeeting(summary)
	}
	if err != nil || e.Meeting.ID == 0 {
		return fmt.Errorf("%w: %s of no meeting", ErrEvent, e.Name)
	}
	return nil
}

// readBoard reads which whiteboard was shared, and with whom.
func (e *Event) readBoard(object json.RawMessage) error {
	const sameAccount = 0
	var wire struct {
		ID   WhiteboardID `json:"whiteboard_id"`
		With []struct {
			User UserID `json:"user_id"`
			Type int    `json:"collaborator_type"`
		} `json:"collaborators"`
	}
	if err := json.Unmarshal(object, &wire); err != nil || !whiteboardID.MatchString(string(wire.ID)) || len(wire.With) > sharedMost {
		return fmt.Errorf("%w: %s of no whiteboard", ErrEvent, e.Name)
	}
	e.Board.ID = wire.ID
	for _, one := range wire.With {
		if one.Type == sameAccount && one.User != "" {
			e.Board.With = append(e.Board.With, one.User)
		}
	}
	slices.Sort(e.Board.With)
	e.Board.With = slices.Compact(e.Board.With)
	return nil
}

// bounded refuses ids that are none: what they name is stored.
func (e *Event) bounded() error {
	ids := []string{string(e.Account), string(e.User), e.Client, string(e.Operator), string(e.Meeting.Host), e.Meeting.UUID, e.Participant.ID}
	for _, user := range e.Board.With {
		ids = append(ids, string(user))
	}
	for _, id := range ids {
		if len(id) > idMost {
			return fmt.Errorf("%w: %s has an id of %d bytes", ErrEvent, e.Name, len(id))
		}
	}
	return nil
}

// readParticipant reads who an event is about. Zoom names people by participant_uuid, which came later than user_id.
func (e *Event) readParticipant(object json.RawMessage) error {
	var wire struct {
		Participant struct {
			UUID string `json:"participant_uuid"`
			User string `json:"user_id"`
			Name string `json:"user_name"`
		} `json:"participant"`
	}
	if !e.OfParticipant() {
		return nil
	}
	if err := json.Unmarshal(object, &wire); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrEvent, e.Name, err)
	}
	e.Participant = Participant{ID: cmp.Or(wire.Participant.UUID, wire.Participant.User), Name: wire.Participant.Name}
	if e.Participant.ID == "" {
		return fmt.Errorf("%w: %s of nobody", ErrEvent, e.Name)
	}
	return nil
}

// Known tells whether something follows from an event.
func (e Event) Known() bool {
	return e.Name == EventDeauthorized || e.Name == EventBoardShared || e.ofMeeting()
}

// OfParticipant tells whether it is about somebody in a meeting.
func (e Event) OfParticipant() bool {
	return slices.Contains([]string{EventJoined, EventLeft, EventWaits, EventWaitsNoMore}, e.Name)
}

// ofSession tells whether it is about one taking place of a meeting.
func (e Event) ofSession() bool {
	return e.Name == EventMeetingStarted || e.Name == EventMeetingEnded || e.OfParticipant() || e.OfRemains()
}

var (
	recordingEvents = []string{EventRecordingCompleted, EventRecordingTranscribed, EventRecordingTrashed, EventRecordingDeleted, EventRecordingRecovered}
	summaryEvents   = []string{EventSummaryCompleted, EventSummaryUpdated, EventSummaryTrashed, EventSummaryDeleted, EventSummaryRecovered}
)

// OfRemains tells whether it is about what remains of a meeting: recordings and summaries, that come and go.
func (e Event) OfRemains() bool {
	return slices.Contains(recordingEvents, e.Name) || slices.Contains(summaryEvents, e.Name)
}

func (e Event) ofMeeting() bool {
	switch e.Name {
	case EventMeetingCreated, EventMeetingUpdated, EventMeetingDeleted, EventMeetingErased, EventMeetingRecovered:
		return true
	}
	return e.ofSession()
}

// Key is the same for an event that comes again, and for its twins: Zoom sends one happening twice at times, with other tokens in it.
func (e Event) Key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %q %q %q %q %d %q %q %q %q", e.Name, e.At.UnixMilli(), e.Account, e.User, e.Client, e.Operator, e.Meeting.ID, e.Meeting.UUID,
		e.Participant.ID, e.Board.ID, e.Board.With))
	return hex.EncodeToString(sum[:])
}

// eventTime is milliseconds since 1970, or one of the texts that a deauthorization has in Zoom's sample. What cannot be read, or is of
// another century, is no time: an event is not refused for it.
type eventTime time.Time

func (t *eventTime) UnmarshalJSON(b []byte) error {
	var millis int64
	var text string
	var at time.Time
	switch {
	case json.Unmarshal(b, &millis) == nil:
		at = time.UnixMilli(millis).UTC()
	case json.Unmarshal(b, &text) == nil:
		for _, layout := range []string{time.RFC3339, time.DateTime} {
			if read, err := time.Parse(layout, text); err == nil {
				at = read.UTC()
			}
		}
	}
	if at.Year() >= 2000 && at.Year() < 2100 {
		*t = eventTime(at)
	}
	return nil
}
