package microsoftsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/microsoftsim"
)

const tag = "String {66f5a359-4659-4830-9070-00040ec6ac6e} Name ZoomMeetingId"

func filterFor(value string) string {
	return "singleValueExtendedProperties/any(ep:ep/id eq '" + tag + "' and ep/value eq '" + value + "')"
}

func (s *stage) graphWith(token, method, path string, body any, prefer ...string) answered {
	s.t.Helper()
	text := ""
	header := http.Header{"Authorization": {"Bearer " + token}}
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		text = string(raw)
		header.Set("Content-Type", "application/json")
	}
	if len(prefer) > 0 {
		header["Prefer"] = prefer
	}
	return s.do(method, "/graph/v1.0"+path, header, text)
}

// meeting is an event as the product makes one, tomorrow at ten in Paris.
func meeting(invited ...string) object {
	attendees := []any{}
	for _, handle := range invited {
		address := map[string]string{"ben": "ben.okafor", "chloe": "chloe.martin", "dev": "dev.patel", "gus": "gus.moreau", "ana": "ana.duarte"}[handle] + "@meridian.example"
		if strings.Contains(handle, "@") {
			address = handle
		}
		attendees = append(attendees, object{"emailAddress": object{"address": address, "name": handle}, "type": "required"})
	}
	return object{
		"subject": "Weekly sync", "body": object{"contentType": "HTML", "content": "<p>Join <b>Zoom</b></p>"},
		"start": object{"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Paris"}, "end": object{"dateTime": "2026-12-01T10:30:00", "timeZone": "Romance Standard Time"},
		"location":  object{"displayName": "https://zoom.us/j/91234567890", "locationUri": "https://zoom.us/j/91234567890", "locationType": "default"},
		"attendees": attendees, "isOnlineMeeting": false, "allowNewTimeProposals": false, "reminderMinutesBeforeStart": 10, "showAs": "busy",
		"transactionId": "7E163156-7762-4BEB-A1C6-729EA81755A7", "singleValueExtendedProperties": []any{object{"id": tag, "value": "91234567890"}},
	}
}

// problem checks an error of Graph.
func (a answered) problem(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.at("error", "code") != code || a.at("error", "innerError", "request-id") != a.header.Get("request-id") || a.header.Get("request-id") == "" {
		t.Errorf("%d %s, want %d %s", a.status, a.text, status, code)
	}
}

func TestGraphWantsThePersonsToken(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	narrow := func(scopes string) string {
		token, err := s.Token(microsoftsim.TokenRequest{Kind: "entra", Claims: object{"aud": "https://graph.microsoft.com", "oid": s.person("ana").ID, "scp": scopes}})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	s.graphWith("", "GET", "/me", nil).problem(t, 401, "InvalidAuthenticationToken")
	s.graphWith(s.botToken(), "GET", "/me", nil).problem(t, 401, "InvalidAuthenticationToken")
	s.graphWith(narrow("Calendars.Read"), "GET", "/me", nil).problem(t, 403, "Authorization_RequestDenied")
	s.graphWith(narrow("User.Read"), "GET", "/me/events", nil).problem(t, 403, "ErrorAccessDenied")
	s.graphWith(narrow("Calendars.Read"), "POST", "/me/events", meeting()).problem(t, 403, "ErrorAccessDenied")
	s.graphWith(narrow("User.Read"), "GET", "/me/messages", nil).problem(t, 400, "BadRequest")
	me := s.graphWith(narrow("User.Read"), "GET", "/me?$select=displayName,mail", nil)
	if me.body["displayName"] != "Ana Duarte" || me.body["mail"] != "ana.duarte@meridian.example" || me.body["jobTitle"] != nil {
		t.Errorf("%s", me.text)
	}
	app := s.token(url.Values{"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"}})
	s.graphWith(app.body["access_token"].(string), "GET", "/me", nil).problem(t, 400, "BadRequest")
	token := s.graphToken("ana")
	if err := s.world.Clock.Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	s.graphWith(token, "GET", "/me", nil).problem(t, 401, "InvalidAuthenticationToken")
}

func TestMailboxSettingsAndMissingMailbox(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	settings := func(handle string) answered {
		token, err := s.Token(microsoftsim.TokenRequest{Kind: "entra", Claims: object{"aud": "https://graph.microsoft.com", "oid": s.person(handle).ID, "scp": "MailboxSettings.Read Calendars.ReadWrite"}})
		if err != nil {
			t.Fatal(err)
		}
		if zone := s.graphWith(token, "GET", "/me/mailboxSettings/timeZone", nil); handle == "hana" && zone.body["value"] != "Tokyo Standard Time" {
			t.Errorf("%s", zone.text)
		}
		return s.graphWith(token, "GET", "/me/mailboxSettings", nil)
	}
	if a := settings("hana"); a.body["timeZone"] != "Tokyo Standard Time" || a.at("language", "locale") != "ja-JP" {
		t.Errorf("%s", a.text)
	}
	settings("gus").problem(t, 404, "MailboxNotEnabledForRESTAPI")
}

func TestEventIsCreatedAndEverybodyMailedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	body := meeting("ben", "chloe", "ben", "ana", "gus", "fay.lindqvist@nordlys.example")
	made := s.graphWith(token, "POST", "/me/events", body, `IdType="ImmutableId"`, `outlook.timezone="Asia/Tokyo"`)
	id, _ := made.body["id"].(string)
	if made.status != 201 || !strings.HasPrefix(id, "AAkA") || made.at("start", "dateTime") != "2026-12-01T18:00:00.0000000" || made.at("start", "timeZone") != "Asia/Tokyo" ||
		made.at("end", "dateTime") != "2026-12-01T18:30:00.0000000" || made.body["isOrganizer"] != true || made.body["isOnlineMeeting"] != false || made.body["iCalUId"] == "" ||
		!strings.Contains(made.header.Get("Preference-Applied"), "Asia/Tokyo") || made.body["bodyPreview"] != "Join Zoom" {
		t.Fatalf("%d %s", made.status, made.text)
	}
	to := []string{}
	for _, row := range s.rows("mail.delivered") {
		if row.Subject != id || row.By != "ana" || row.Detail["kind"] != "invitation" {
			t.Errorf("%v", row)
		}
		to = append(to, fmt.Sprint(row.Detail["to"]))
	}
	if want := []string{"ben.okafor@meridian.example", "chloe.martin@meridian.example", "fay.lindqvist@nordlys.example"}; !slices.Equal(to, want) {
		t.Errorf("mails to %v", to)
	}
	if rows := s.rows("mail.bounced"); len(rows) != 1 || rows[0].Detail["to"] != "gus.moreau@meridian.example" {
		t.Errorf("bounced %v", rows)
	}
	for person, count := range map[string]int{"ben": 1, "chloe": 1, "ana": 1, "dev": 0} {
		if got := s.entries(person, "Weekly sync"); len(got) != count {
			t.Errorf("%s has %d entries", person, len(got))
		}
	}
	ben := s.entries("ben", "Weekly sync")[0]
	if ben.JoinURL != "https://zoom.us/j/91234567890" || ben.Organizer.Address != "ana.duarte@meridian.example" || len(ben.Attendees) != 6 || ben.ID == id {
		t.Errorf("Ben's entry %+v", ben)
	}
	for _, person := range []string{"ben", "fay"} {
		if mail, _ := s.Mail(person); mail[0].Kind != "invitation" || mail[0].EventID != id || !strings.Contains(mail[0].HTML, "Tuesday 1 December 2026, 10:00") {
			t.Errorf("%s's mail %+v", person, mail[0])
		}
	}
}

// entries are those of a person's calendar with a subject.
func (s *stage) entries(person, subject string) []microsoftsim.CalendarEvent {
	s.t.Helper()
	all, err := s.Calendar(person, time.Time{}, time.Time{})
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(e microsoftsim.CalendarEvent) bool { return e.Subject != subject })
}

func TestSameTransactionMakesOneEvent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", meeting("ben"))
	again := s.graphWith(token, "POST", "/me/events", meeting("ben"))
	again.problem(t, 400, "ErrorDuplicateTransactionId")
	if again.at("error", "@event.existingEventId") != made.body["id"] || !strings.HasPrefix(made.body["id"].(string), "AAMk") {
		t.Errorf("%s", again.text)
	}
	s.SetKnobs(microsoftsim.Knobs{Duplicate409: true})
	again = s.graphWith(token, "POST", "/me/events", meeting("ben"))
	again.problem(t, 409, "ErrorDuplicateTransactionId")
	if again.at("error", "@event.existingEventId") != nil || len(s.rows("mail.delivered")) != 1 || len(s.rows("event.created")) != 1 {
		t.Errorf("%s, mails %v", again.text, s.rows("mail.delivered"))
	}
	if a := s.graphWith(s.graphToken("ben"), "POST", "/me/events", meeting("ana")); a.status != 201 {
		t.Errorf("in another mailbox: %d", a.status)
	}
}

func TestEventsAreFoundByTagAndInAWindow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", meeting("ben"), `IdType="ImmutableId"`)
	find := func(value string) answered {
		q := url.Values{"$filter": {filterFor(value)}, "$expand": {"singleValueExtendedProperties($filter=id eq '" + strings.ToUpper(tag) + "')"}}
		return s.graphWith(token, "GET", "/me/events?"+q.Encode(), nil, `IdType="ImmutableId"`)
	}
	if a := find("91234567890"); a.at("value", 0, "id") != made.body["id"] || a.at("value", 0, "singleValueExtendedProperties", 0, "value") != "91234567890" {
		t.Errorf("%s", a.text)
	}
	if a := find("1"); a.status != 200 || len(a.body["value"].([]any)) != 0 {
		t.Errorf("%s", a.text)
	}
	s.graphWith(token, "GET", "/me/events?$filter=subject%20eq%20'x'", nil).problem(t, 400, "ErrorInvalidUrlQueryFilter")
	s.graphWith(token, "GET", "/me/calendarView", nil).problem(t, 400, "ErrorInvalidParameter")
	s.graphWith(token, "GET", "/me/calendarView?startDateTime=x&endDateTime=y", nil).problem(t, 400, "ErrorInvalidParameter")
	s.graphWith(token, "GET", "/me/events?$top=0", nil).problem(t, 400, "BadRequest")
	window := "/me/calendarView?startDateTime=2026-12-01T09:29:00Z&endDateTime=2026-12-01T09:29:30Z&$select=subject"
	if a := s.graphWith(token, "GET", window, nil); a.at("value", 0, "subject") != "Weekly sync" || a.at("value", 0, "body") != nil {
		t.Errorf("%s", a.text)
	}
}

func TestCalendarViewComesInPages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	now := s.world.Clock.Now()
	next := "/me/calendarView?" + url.Values{"startDateTime": {now.Add(-48 * time.Hour).Format(time.RFC3339)}, "endDateTime": {now.Add(240 * time.Hour).Format(time.RFC3339)}}.Encode()
	var starts []string
	pages := 0
	for ; next != "" && pages < 10; pages++ {
		a := s.graphWith(token, "GET", next, nil, `odata.maxpagesize=2`)
		for _, e := range a.body["value"].([]any) {
			starts = append(starts, at(e, "start", "dateTime").(string))
		}
		link, _ := a.body["@odata.nextLink"].(string)
		next = strings.TrimPrefix(link, s.url+"/graph/v1.0")
	}
	if len(starts) != 4 || pages != 2 || !slices.IsSorted(starts) {
		t.Errorf("%d pages, starts %v", pages, starts)
	}
	teams := s.graphWith(token, "GET", "/me/events?$top=100", nil, `outlook.body-content-type="text"`)
	first := teams.at("value", 0).(object)
	if first["isOnlineMeeting"] != true || !strings.HasPrefix(at(first, "onlineMeeting", "joinUrl").(string), "https://teams.microsoft.com/l/meetup-join/") || at(first, "body", "contentType") != "text" {
		t.Errorf("%v", first)
	}
}

func TestChangesReachTheAttendees(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", meeting("ben", "chloe"))
	path := "/me/events/" + url.PathEscape(made.body["id"].(string))
	kinds := func() string {
		text := ""
		for _, row := range s.rows("mail.delivered")[2:] {
			name, _, _ := strings.Cut(fmt.Sprint(row.Detail["to"]), ".")
			text += name + " " + fmt.Sprint(row.Detail["kind"]) + ", "
		}
		return text
	}
	if a := s.graphWith(token, "PATCH", path, object{"reminderMinutesBeforeStart": 5}); a.status != 200 || kinds() != "" {
		t.Errorf("a reminder: %d, mails %s", a.status, kinds())
	}
	changed := s.graphWith(token, "PATCH", path, object{"subject": "Moved", "start": object{"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"}, "end": object{"dateTime": "2026-12-01T11:00:00", "timeZone": "UTC"}})
	if changed.status != 200 || changed.body["changeKey"] == made.body["changeKey"] || kinds() != "ben update, chloe update, " || len(s.entries("ben", "Moved")) != 1 || len(s.entries("ben", "Weekly sync")) != 0 {
		t.Errorf("%s; mails %s", changed.text, kinds())
	}
	s.graphWith(token, "PATCH", path, object{"attendees": meeting("chloe", "dev")["attendees"]})
	if want := "ben update, chloe update, ben cancellation, dev invitation, "; kinds() != want || len(s.entries("ben", "Moved")) != 0 || len(s.entries("dev", "Moved")) != 1 {
		t.Errorf("mails %s", kinds())
	}
	s.graphWith(token, "PATCH", path, object{"transactionId": "x"}).problem(t, 400, "ErrorInvalidArgument")
	s.graphWith(token, "PATCH", "/me/events/none", object{"subject": "x"}).problem(t, 404, "ErrorItemNotFound")
	chloe := s.entries("chloe", "Moved")[0]
	s.graphWith(s.graphToken("chloe"), "POST", "/me/events/"+url.PathEscape(chloe.ID)+"/cancel", object{}).problem(t, 400, "ErrorInvalidRequest")
	if a := s.graphWith(token, "POST", path+"/cancel", object{"comment": "Off"}); a.status != 202 || a.text != "" {
		t.Errorf("%d %s", a.status, a.text)
	}
	s.graphWith(token, "GET", path, nil).problem(t, 404, "ErrorItemNotFound")
	if len(s.entries("chloe", "Moved"))+len(s.entries("dev", "Moved")) != 0 || !strings.HasSuffix(kinds(), "chloe cancellation, dev cancellation, ") || len(s.rows("event.cancelled")) != 1 {
		t.Errorf("mails %s", kinds())
	}
}

func TestDeletingCancelsForTheOrganiserOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", meeting("ben"))
	ben := s.entries("ben", "Weekly sync")[0]
	if a := s.graphWith(s.graphToken("ben"), "DELETE", "/me/events/"+url.PathEscape(ben.ID), nil); a.status != 204 || len(s.entries("ana", "Weekly sync")) != 1 {
		t.Errorf("%d", a.status)
	}
	if a := s.graphWith(token, "DELETE", "/me/events/"+url.PathEscape(made.body["id"].(string)), nil); a.status != 204 || len(s.rows("mail.delivered")) != 2 || len(s.rows("event.deleted")) != 2 {
		t.Errorf("%d, mails %v", a.status, s.rows("mail.delivered"))
	}
}

func TestEventsThatExchangeRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	crowd := []any{}
	for i := range 501 {
		crowd = append(crowd, object{"emailAddress": object{"address": fmt.Sprintf("p%d@meridian.example", i)}})
	}
	for name, c := range map[string]struct {
		change object
		code   string
	}{
		"unknown property": {object{"zoomUrl": "x"}, "RequestBodyRead"},
		"wrong type":       {object{"subject": 7}, "RequestBodyRead"},
		"unknown zone":     {object{"start": object{"dateTime": "2026-12-01T10:00:00", "timeZone": "Mars/Olympus"}}, "TimeZoneNotSupportedException"},
		"no zone":          {object{"end": object{"dateTime": "2026-12-01T10:00:00"}}, "TimeZoneNotSupportedException"},
		"no time":          {object{"start": object{"dateTime": "tomorrow", "timeZone": "UTC"}}, "ErrorInvalidArgument"},
		"end before start": {object{"end": object{"dateTime": "2026-12-01T09:00:00", "timeZone": "Europe/Paris"}}, "ErrorPropertyValidationFailure"},
		"501 attendees":    {object{"attendees": crowd}, "ErrorInvalidArgument"},
		"no address":       {object{"attendees": []any{object{"emailAddress": object{"name": "Ben"}}}}, "ErrorInvalidRecipients"},
		"odd property id":  {object{"singleValueExtendedProperties": []any{object{"id": "ZoomMeetingId", "value": "1"}}}, "ErrorInvalidArgument"},
	} {
		body := meeting("ben")
		for field, value := range c.change {
			body[field] = value
		}
		if a := s.graphWith(token, "POST", "/me/events", body); a.status != 400 || a.at("error", "code") != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	s.graphWith(token, "POST", "/me/events", []any{}).problem(t, 400, "BadRequest")
	s.graphWith(token, "GET", "/me/events", nil, `outlook.timezone="Nowhere"`).problem(t, 400, "TimeZoneNotSupportedException")
	if len(s.rows("event.created"))+len(s.rows("mail.delivered")) != 0 {
		t.Error("something happened")
	}
	online := meeting()
	online["isOnlineMeeting"] = true
	if a := s.graphWith(token, "POST", "/me/events", online); a.body["onlineMeetingProvider"] != "teamsForBusiness" {
		t.Errorf("%s", a.text)
	}
}
