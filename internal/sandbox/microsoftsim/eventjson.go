package microsoftsim

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

const graphTime = "2006-01-02T15:04:05.0000000"

var (
	tags         = regexp.MustCompile(`<[^>]*>`)
	propertyID   = regexp.MustCompile(`(?i)^(String|Integer|Boolean|SystemTime|Double|StringArray) (\{[0-9a-f-]{36}\} (Name \S.*|Id 0x[0-9a-f]+)|0x[0-9a-f]+)$`)
	plainAddress = regexp.MustCompile(`^[^@\s<>"]+@[^@\s<>"]+$`)
)

// mutable is the id that Graph shows to those who do not ask for immutable ones; in reality it changes when the item moves.
func mutable(id string) string { return "AAMk" + strings.TrimPrefix(id, "AAkA") }

// immutable is the id that stays, of either kind.
func immutable(id string) string {
	if rest, ok := strings.CutPrefix(id, "AAMk"); ok {
		return "AAkA" + rest
	}
	return id
}

// isID compares an id of a request, of either kind, with an event's.
func (e *event) isID(id string) bool { return id == e.ID || id == mutable(e.ID) }

func (e *event) changeKey() string { return fmt.Sprintf("%s%04dAAA=", e.ICal[:12], e.Version) }

// shown is the event as Graph writes it.
func (s *Sim) shown(e *event, p prefer, expand string) object {
	id := e.ID
	if !p.immutable {
		id = mutable(id)
	}
	text := e.Content
	if e.ContentType == "html" {
		text = html.UnescapeString(tags.ReplaceAllString(text, ""))
	}
	content, contentType := e.Content, e.ContentType
	if p.text {
		content, contentType = text, "text"
	}
	o := object{
		"@odata.etag": `W/"` + e.changeKey() + `"`, "id": id, "iCalUId": e.ical(), "changeKey": e.changeKey(), "createdDateTime": e.Created.Format(time.RFC3339),
		"lastModifiedDateTime": e.Modified.Format(time.RFC3339), "subject": e.Subject, "bodyPreview": clip(strings.TrimSpace(text), 255),
		"body": object{"contentType": contentType, "content": content}, "start": e.shownMoment(e.Start, p), "end": e.shownMoment(e.End, p), "isAllDay": e.AllDay,
		"originalStartTimeZone": p.named(e.Start.Zone), "originalEndTimeZone": p.named(e.End.Zone), "location": e.Location.shown(), "locations": []object{},
		"organizer": object{"emailAddress": e.Organizer}, "isOrganizer": e.Mine, "attendees": shownAttendees(e), "isCancelled": e.Cancelled,
		"isOnlineMeeting": e.Online, "onlineMeetingProvider": "unknown", "onlineMeeting": nil, "onlineMeetingUrl": nil, "isDraft": false,
		"showAs": e.taken(), "importance": e.Importance, "sensitivity": e.Sensitivity, "type": e.kind(), "seriesMasterId": nil, "recurrence": nil,
		"reminderMinutesBeforeStart": e.Reminder, "isReminderOn": e.ReminderOn, "allowNewTimeProposals": !e.NoProposals, "responseRequested": !e.NoResponse,
		"hideAttendees": e.HideOthers, "hasAttachments": false, "categories": append([]string{}, e.Categories...), "transactionId": orNull(e.Transaction),
		"responseStatus": object{"response": e.OwnerReplied, "time": "0001-01-01T00:00:00Z"},
		"webLink":        "https://outlook.office365.com/owa/?itemid=" + mutable(e.ID) + "&exvsurl=1&path=/calendar/item",
	}
	if e.Location.Name != "" {
		o["locations"] = []object{e.Location.shown()}
	}
	if e.Online {
		o["onlineMeetingProvider"], o["onlineMeeting"] = "teamsForBusiness", object{"joinUrl": e.JoinURL}
	}
	e.showSeries(o, p)
	for _, property := range e.Properties {
		if strings.EqualFold(property.ID, expand) {
			o["singleValueExtendedProperties"] = []object{{"id": property.ID, "value": property.Value}}
		}
	}
	return o
}

// showSeries writes what only a series and its occurrences have.
func (e *event) showSeries(o object, p prefer) {
	if e.Recurrence != nil {
		shown := *e.Recurrence
		shown.Range.RecurrenceTimeZone = p.named(e.zoneName())
		o["recurrence"] = shown
	}
	if e.series != nil {
		o["seriesMasterId"], o["originalStart"] = e.series.ID, e.origin.Format(time.RFC3339)
		if !p.immutable {
			o["seriesMasterId"] = mutable(e.series.ID)
		}
	}
}

// taken is how the time of an event counts for others: that of an invitation without a clear yes is tentative.
func (e *event) taken() string {
	if !e.Mine && e.ShowAs == "busy" && (e.OwnerReplied == notResponded || e.OwnerReplied == tentatively) {
		return "tentative"
	}
	return e.ShowAs
}

// shownMoment is a start or end of the event. Whole days are the same days in whatever zone they are asked for.
func (e *event) shownMoment(m moment, p prefer) object {
	if e.AllDay {
		return object{"dateTime": dayAt(m.At.In(e.where())).Format(graphTime), "timeZone": p.zoneName}
	}
	return m.shown(p)
}

func (m moment) shown(p prefer) object {
	return object{"dateTime": m.At.In(p.zone).Format(graphTime), "timeZone": p.zoneName}
}

func (l place) shown() object {
	o := object{"displayName": l.Name, "locationType": l.Type, "uniqueIdType": "unknown", "address": object{}, "coordinates": object{}}
	if l.Name != "" {
		o["uniqueId"], o["uniqueIdType"] = l.Name, "private"
	}
	if l.URI != "" {
		o["locationUri"] = l.URI
	}
	if l.Email != "" {
		o["locationEmailAddress"] = l.Email
	}
	return o
}

func shownAttendees(e *event) []object {
	list := []object{}
	for _, a := range e.Attendees {
		list = append(list, object{
			"type": a.Type, "status": object{"response": a.Response, "time": "0001-01-01T00:00:00Z"}, "emailAddress": a.Contact,
		})
	}
	return list
}

func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}

// apply takes the properties of a request over into e, and refuses those that events do not have.
func (e *event) apply(fields map[string]json.RawMessage) *graphError {
	for name, raw := range fields {
		set, known := setterOf(name)
		if !known {
			if strings.HasPrefix(name, "@") {
				continue
			}
			return badRequest("RequestBodyRead", "The property '"+name+"' does not exist on type 'microsoft.graph.event'. Make sure to only use property names that are defined by the type.")
		}
		if set == nil { // read-only: ignored
			continue
		}
		if refused := set(e, raw); refused != nil {
			return refused
		}
	}
	wholeDays := e.Start.midnight() && e.End.midnight() && e.End.At.After(e.Start.At)
	if e.End.At.Before(e.Start.At) || e.AllDay && !wholeDays {
		return badRequest("ErrorPropertyValidationFailure", "At least one property failed validation.")
	}
	return nil
}

// midnight says whether a moment begins a day of its zone.
func (m moment) midnight() bool {
	where, _ := location(m.Zone)
	if where == nil {
		where = time.UTC
	}
	return m.At.Equal(world.OnClocks(dayAt(m.At.In(where)), where))
}

type setter = func(e *event, raw json.RawMessage) *graphError

// setterOf is how a property of an event is taken over: nil for those that are read-only or that the emulator does not keep.
func setterOf(name string) (set setter, known bool) {
	switch name {
	case "subject":
		return plain(func(e *event) any { return &e.Subject }), true
	case "isAllDay":
		return plain(func(e *event) any { return &e.AllDay }), true
	case "showAs":
		return plain(func(e *event) any { return &e.ShowAs }), true
	case "importance":
		return plain(func(e *event) any { return &e.Importance }), true
	case "sensitivity":
		return plain(func(e *event) any { return &e.Sensitivity }), true
	case "reminderMinutesBeforeStart":
		return plain(func(e *event) any { return &e.Reminder }), true
	case "isReminderOn":
		return plain(func(e *event) any { return &e.ReminderOn }), true
	case "categories":
		return plain(func(e *event) any { return &e.Categories }), true
	case "hideAttendees":
		return plain(func(e *event) any { return &e.HideOthers }), true
	case "isOnlineMeeting":
		return plain(func(e *event) any { return &e.Online }), true
	case "allowNewTimeProposals":
		return inverse(func(e *event) *bool { return &e.NoProposals }), true
	case "responseRequested":
		return inverse(func(e *event) *bool { return &e.NoResponse }), true
	case "transactionId":
		return setTransaction, true
	case "body":
		return setBody, true
	case "start":
		return setStart, true
	case "end":
		return setEnd, true
	case "location":
		return setLocation, true
	case "attendees":
		return setAttendees, true
	case "recurrence":
		return setRecurrence, true
	case "singleValueExtendedProperties":
		return setProperties, true
	}
	return nil, readOnly(name)
}

// readOnly names the other properties of an event.
func readOnly(name string) bool {
	return slices.Contains([]string{
		"locations", "id", "iCalUId", "webLink", "organizer", "isOrganizer", "onlineMeeting", "onlineMeetingUrl", "onlineMeetingProvider", "responseStatus",
		"changeKey", "createdDateTime", "lastModifiedDateTime", "type", "seriesMasterId", "extensions", "originalStartTimeZone",
		"originalEndTimeZone", "bodyPreview", "isCancelled", "isDraft", "hasAttachments", "originalStart", "multiValueExtendedProperties", "attachments",
	}, name)
}

// setTransaction: the id is fixed when the event is made.
func setTransaction(e *event, raw json.RawMessage) *graphError {
	if e.Version > 0 {
		return badRequest("ErrorInvalidArgument", "The property 'transactionId' cannot be changed after the event was created.")
	}
	return into(raw, &e.Transaction)
}

func plain(field func(*event) any) setter {
	return func(e *event, raw json.RawMessage) *graphError { return into(raw, field(e)) }
}

func inverse(field func(*event) *bool) setter {
	return func(e *event, raw json.RawMessage) *graphError {
		value := true
		refused := into(raw, &value)
		*field(e) = !value
		return refused
	}
}

func into(raw json.RawMessage, to any) *graphError {
	if err := json.Unmarshal(raw, to); err != nil {
		return badRequest("RequestBodyRead", "A value of the request body has another type than the property.")
	}
	return nil
}

func setBody(e *event, raw json.RawMessage) *graphError {
	var b struct{ ContentType, Content string }
	if refused := into(raw, &b); refused != nil {
		return refused
	}
	e.ContentType, e.Content = strings.ToLower(b.ContentType), b.Content
	if e.ContentType != "html" {
		e.ContentType = "text"
	}
	return nil
}

func setStart(e *event, raw json.RawMessage) (refused *graphError) {
	e.Start, refused = readMoment(raw)
	return refused
}

func setEnd(e *event, raw json.RawMessage) (refused *graphError) {
	e.End, refused = readMoment(raw)
	return refused
}

// readMoment reads {"dateTime":"2026-12-01T10:00:00","timeZone":"Europe/Paris"}: no offset, up to seven digits of a second.
func readMoment(raw json.RawMessage) (moment, *graphError) {
	var m struct{ DateTime, TimeZone string }
	if refused := into(raw, &m); refused != nil {
		return moment{}, refused
	}
	where, refused := location(m.TimeZone)
	if refused != nil {
		return moment{}, refused
	}
	shown, err := time.Parse("2006-01-02T15:04:05.9999999", strings.TrimSuffix(m.DateTime, "Z"))
	if err != nil {
		shown, err = time.Parse("2006-01-02T15:04", m.DateTime)
	}
	if err != nil {
		return moment{}, badRequest("ErrorInvalidArgument", "Cannot convert the value '"+m.DateTime+"' to a date and time.")
	}
	return moment{Zone: m.TimeZone, At: world.OnClocks(shown, where).UTC()}, nil
}

func setLocation(e *event, raw json.RawMessage) *graphError {
	var l struct{ DisplayName, LocationURI, LocationEmailAddress, LocationType string }
	if refused := into(raw, &l); refused != nil {
		return refused
	}
	e.Location = place{Name: l.DisplayName, URI: l.LocationURI, Email: l.LocationEmailAddress, Type: l.LocationType}
	if e.Location.Type == "" {
		e.Location.Type = "default"
	}
	return nil
}

// maxAttendees: an event has at most 500. UNVERIFIED: the code of the refusal.
const maxAttendees = 500

func setAttendees(e *event, raw json.RawMessage) *graphError {
	var list []struct {
		Type         string
		EmailAddress Contact
	}
	if refused := into(raw, &list); refused != nil {
		return refused
	}
	if len(list) > maxAttendees {
		return badRequest("ErrorInvalidArgument", "The number of attendees, "+strconv.Itoa(len(list))+", exceeds the limit of "+strconv.Itoa(maxAttendees)+".")
	}
	attendees := []attendee{}
	for _, a := range list {
		if !plainAddress.MatchString(a.EmailAddress.Address) {
			return badRequest("ErrorInvalidRecipients", "At least one recipient isn't valid.")
		}
		if a.Type == "" {
			a.Type = "required"
		}
		if a.EmailAddress.Name == "" {
			a.EmailAddress.Name = a.EmailAddress.Address
		}
		attendees = append(attendees, attendee{Contact: a.EmailAddress, Type: a.Type, Response: "none"})
	}
	e.Attendees = attendees
	return nil
}

func setProperties(e *event, raw json.RawMessage) *graphError {
	var list []property
	if refused := into(raw, &list); refused != nil {
		return refused
	}
	for _, p := range list {
		if !propertyID.MatchString(p.ID) {
			return badRequest("ErrorInvalidArgument", "PropertyId values may only be in one of the following formats: 'MapiPropertyType namespaceGuid Name propertyName', 'MapiPropertyType namespaceGuid Id propertyId' or 'MapiPropertyType propertyTag'.")
		}
		kept := e.Properties[:0:0]
		for _, old := range e.Properties {
			if !strings.EqualFold(old.ID, p.ID) {
				kept = append(kept, old)
			}
		}
		e.Properties = append(kept, p)
	}
	return nil
}
