package graph

import (
	"fmt"
	"time"

	"causeway/internal/clocks"
)

// Event is an entry of a calendar, as far as the product reads and writes it.
// https://learn.microsoft.com/graph/api/resources/event
type Event struct {
	// What Graph decides; it is not written.
	ID                    string    `json:"id,omitempty"` // immutable id
	ICalUID               string    `json:"iCalUId,omitempty"`
	WebLink               string    `json:"webLink,omitempty"`
	ChangeKey             string    `json:"changeKey,omitempty"`
	Type                  string    `json:"type,omitempty"` // singleInstance, occurrence, exception, seriesMaster
	SeriesMasterID        string    `json:"seriesMasterId,omitempty"`
	OriginalStart         time.Time `json:"originalStart,omitzero"` // of an occurrence: where the series puts it
	LastModified          time.Time `json:"lastModifiedDateTime,omitzero"`
	IsCancelled           bool      `json:"isCancelled,omitempty"`
	IsOrganizer           bool      `json:"isOrganizer,omitempty"`
	Organizer             *Address  `json:"organizer,omitempty"`
	OnlineMeeting         *Online   `json:"onlineMeeting,omitempty"`         // of another provider: Teams
	OnlineMeetingProvider string    `json:"onlineMeetingProvider,omitempty"` // teamsForBusiness, unknown …
	OriginalStartTimeZone string    `json:"originalStartTimeZone,omitempty"` // as it was written: a Windows or IANA name
	ResponseStatus        *Response `json:"responseStatus,omitempty"`
	BodyPreview           string    `json:"bodyPreview,omitempty"`

	// What is written. In a change, what is empty stays as it is.
	Subject               string             `json:"subject,omitempty"`
	Body                  *Body              `json:"body,omitempty"`
	Start                 DateTime           `json:"start,omitzero"`
	End                   DateTime           `json:"end,omitzero"`
	IsAllDay              *bool              `json:"isAllDay,omitempty"`
	Location              *Location          `json:"location,omitempty"`
	Attendees             []Attendee         `json:"attendees,omitzero"` // nil: as they are; empty: nobody
	IsOnlineMeeting       *bool              `json:"isOnlineMeeting,omitempty"`
	AllowNewTimeProposals *bool              `json:"allowNewTimeProposals,omitempty"`
	ReminderMinutes       *int               `json:"reminderMinutesBeforeStart,omitempty"`
	IsReminderOn          *bool              `json:"isReminderOn,omitempty"`
	ShowAs                string             `json:"showAs,omitempty"`      // free, tentative, busy, oof, workingElsewhere
	Sensitivity           string             `json:"sensitivity,omitempty"` // normal, personal, private, confidential
	Recurrence            *Recurrence        `json:"recurrence,omitempty"`  // of a series, which is changed as a whole through its master
	Properties            []ExtendedProperty `json:"singleValueExtendedProperties,omitempty"`

	// TransactionID makes creation repeatable: a GUID of ours. It is never changed.
	TransactionID string `json:"transactionId,omitempty"`
}

// writable is the event without what Graph decides.
func (e Event) writable() Event {
	return Event{
		Subject: e.Subject, Body: e.Body, Start: e.Start, End: e.End, IsAllDay: e.IsAllDay, Location: e.Location,
		Attendees: e.Attendees, IsOnlineMeeting: e.IsOnlineMeeting, AllowNewTimeProposals: e.AllowNewTimeProposals,
		ReminderMinutes: e.ReminderMinutes, IsReminderOn: e.IsReminderOn, ShowAs: e.ShowAs, Sensitivity: e.Sensitivity, Recurrence: e.Recurrence,
		Properties: e.Properties, TransactionID: e.TransactionID,
	}
}

// AllDay tells whether an event lasts whole days, from midnight to midnight.
func (e Event) AllDay() bool { return e.IsAllDay != nil && *e.IsAllDay }

// Property returns the value of an extended property, or "".
func (e Event) Property(id string) string {
	for _, property := range e.Properties {
		if sameProperty(property.ID, id) {
			return property.Value
		}
	}
	return ""
}

// Body is the text of an event.
type Body struct {
	ContentType string `json:"contentType"` // HTML or text
	Content     string `json:"content"`
}

// Location is where an event takes place.
type Location struct {
	DisplayName  string `json:"displayName,omitempty"`
	LocationURI  string `json:"locationUri,omitempty"`
	LocationType string `json:"locationType,omitempty"`         // default, conferenceRoom …
	EmailAddress string `json:"locationEmailAddress,omitempty"` // of a room
}

// Address is somebody with a mailbox.
type Address struct {
	EmailAddress EmailAddress `json:"emailAddress"`
}

// EmailAddress is a name and an address.
type EmailAddress struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

// Attendee is somebody, or a room, invited.
type Attendee struct {
	EmailAddress EmailAddress `json:"emailAddress"`
	Type         string       `json:"type,omitempty"` // required, optional, resource
	Status       *Response    `json:"status,omitempty"`
}

// RequiredAttendee is somebody whose presence is wanted. The name may be empty.
func RequiredAttendee(name, address string) Attendee {
	return Attendee{EmailAddress: EmailAddress{Name: name, Address: address}, Type: "required"}
}

// RoomAttendee is a room that is wanted. It answers by itself: accepted, or declined when it is taken.
func RoomAttendee(name, address string) Attendee {
	return Attendee{EmailAddress: EmailAddress{Name: name, Address: address}, Type: "resource"}
}

// Response is what an attendee answered: none, organizer, tentativelyAccepted, accepted, declined, notResponded.
type Response struct {
	Response string    `json:"response,omitempty"`
	Time     time.Time `json:"time,omitzero"` // zero when there is no answer
}

// Online is how an online meeting of Microsoft's is joined. Zoom cannot be a provider.
type Online struct {
	JoinURL string `json:"joinUrl,omitempty"`
}

// ExtendedProperty is a named value that people do not see and events can be found by. The id has the form
// "String {GUID} Name X".
// https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty
type ExtendedProperty struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// DateTime is a wall time in a zone: "2026-12-01T10:00:00" (Graph writes 7 decimals) and a Windows or IANA name.
// https://learn.microsoft.com/graph/api/resources/datetimetimezone
type DateTime struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

const wallTime = "2006-01-02T15:04:05"

// In is t as wall time in an IANA zone, under the name by which Graph knows the zone; UTC when nobody knows it.
func In(t time.Time, zone string) DateTime {
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		where, zone = time.UTC, "UTC"
	}
	return DateTime{DateTime: t.In(where).Format(wallTime), TimeZone: graphZone(zone)}
}

// Time is the moment that is meant.
func (d DateTime) Time() (time.Time, error) {
	zone, ok := ToIANA(d.TimeZone)
	if !ok {
		return time.Time{}, fmt.Errorf("graph: unknown time zone %q", d.TimeZone)
	}
	where, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("graph: time zone: %w", err)
	}
	shown, err := time.Parse(wallTime, d.DateTime) // decimals after the seconds are accepted
	if err != nil {
		return time.Time{}, fmt.Errorf("graph: date and time: %w", err)
	}
	return clocks.At(shown, where), nil
}
