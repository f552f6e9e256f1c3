package microsoftsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// graphError is {"error":{"code","message","innerError":{"date","request-id","client-request-id"}}}.
// https://learn.microsoft.com/graph/errors
type graphError struct {
	status  int
	code    string
	message string
	extra   object // beside code and message
}

func badRequest(code, message string) *graphError {
	return &graphError{status: 400, code: code, message: message}
}

var (
	errNoItem    = &graphError{status: 404, code: "ErrorItemNotFound", message: "The specified object was not found in the store., The process failed to get the correct properties."}
	errNoMailbox = &graphError{status: 404, code: "MailboxNotEnabledForRESTAPI", message: "The mailbox is either inactive, soft-deleted, or is hosted on-premise."}
	errAccess    = &graphError{status: 403, code: "ErrorAccessDenied", message: "Access is denied. Check credentials and try again."}
	errDenied    = &graphError{status: 403, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."}
)

// graphCall is one authorised request to Graph.
type graphCall struct {
	*http.Request
	person *world.Person
	basic  bool // of mail, the token lets no bodies be read
	prefer prefer
	body   []byte
}

// route is a part of Graph that is emulated, with the delegated permissions of which any one is enough. The tests hold the table
// against Microsoft's list of permissions.
type route struct {
	method, path string
	scopes       []string
	mailbox      bool // it needs one
	handle       func(c *graphCall) (status int, answer any, refused *graphError)
}

func (s *Sim) graphRoutes() []route {
	basic := []string{"Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"}
	write, watch := []string{"Calendars.ReadWrite"}, []string{"Calendars.Read", "Calendars.ReadWrite"}
	settings := []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}
	mail := []string{"Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"}
	return []route{
		{"GET", "/me", []string{"User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All"}, false, s.me},
		{"GET", "/me/mailboxSettings", settings, true, s.mailboxSettings},
		{"GET", "/me/mailboxSettings/timeZone", settings, true, s.mailboxZone},
		{"GET", "/me/events", basic, true, s.listEvents},
		{"POST", "/me/events", write, true, s.createEvent},
		{"GET", "/me/calendar/events", basic, true, s.listEvents},
		{"POST", "/me/calendar/events", write, true, s.createEvent},
		{"GET", "/me/events/{event}", basic, true, s.getEvent},
		{"PATCH", "/me/events/{event}", write, true, s.patchEvent},
		{"DELETE", "/me/events/{event}", write, true, s.deleteEvent},
		{"POST", "/me/events/{event}/cancel", write, true, s.cancelEvent},
		{"POST", "/me/events/{event}/accept", write, true, s.answerEvent(accepted)},
		{"POST", "/me/events/{event}/tentativelyAccept", write, true, s.answerEvent(tentatively)},
		{"POST", "/me/events/{event}/decline", write, true, s.answerEvent(declined)},
		{"GET", "/me/events/{event}/instances", basic, true, s.instances},
		{"GET", "/me/calendarView", basic, true, s.calendarView},
		{"GET", "/me/calendarView/delta", basic, true, s.calendarDelta},
		{"POST", "/me/calendar/getSchedule", basic, true, s.getSchedule},
		{"POST", "/me/findMeetingTimes", []string{"Calendars.Read.Shared", "Calendars.ReadWrite.Shared"}, true, s.findMeetingTimes},
		{"GET", "/me/mailFolders/{folder}/messages", mail, true, s.inbox},
		{"GET", "/me/messages/{message}", mail, true, s.getMessage},
		{"GET", "/me/people", []string{"People.Read", "People.Read.All"}, false, s.people},
		{"GET", "/me/contacts", []string{"Contacts.Read", "Contacts.ReadWrite"}, true, s.contacts},
		{"GET", "/users", []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"}, false, s.users},
		{"GET", "/places/microsoft.graph.room", []string{"Place.Read.All", "Place.ReadWrite.All"}, false, s.rooms},
		{"GET", "/subscriptions", watch, true, s.listSubscriptions},
		{"POST", "/subscriptions", watch, true, s.createSubscription},
		{"GET", "/subscriptions/{subscription}", watch, true, s.getSubscription},
		{"PATCH", "/subscriptions/{subscription}", watch, true, s.renewSubscription},
		{"DELETE", "/subscriptions/{subscription}", watch, true, s.deleteSubscription},
		{"POST", "/subscriptions/{subscription}/reauthorize", watch, true, s.reauthorizeSubscription},
	}
}

// graph is the handler of /graph/v1.0.
func (s *Sim) graph() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.graphRoutes() {
		mux.HandleFunc(r.method+" /graph/v1.0"+r.path, func(w http.ResponseWriter, req *http.Request) { s.serveGraph(w, req, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		e := badRequest("BadRequest", "Resource not found for the segment '"+r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]+"'.")
		s.graphRefuse(w, r, e)
	})
	return mux
}

func (s *Sim) serveGraph(w http.ResponseWriter, req *http.Request, r route) {
	c, refused := s.graphCaller(w, req, r)
	var status int
	var answer any
	if refused == nil {
		status, answer, refused = r.handle(c)
	}
	by := ""
	if c != nil {
		by = c.person.Handle
	}
	if refused != nil {
		s.ledger("api.called", r.method+" "+r.path, by, "status", refused.status, "path", req.URL.Path)
		s.graphRefuse(w, req, refused)
		return
	}
	s.ledger("api.called", r.method+" "+r.path, by, "status", status, "path", req.URL.Path)
	w.Header().Set("request-id", s.world.IDs.GUID())
	if id := req.Header.Get("client-request-id"); id != "" {
		w.Header().Set("client-request-id", id)
	}
	if c.prefer.applied != "" {
		w.Header().Set("Preference-Applied", c.prefer.applied)
	}
	if answer == nil {
		w.WriteHeader(status)
		return
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(answer) // made of plain values
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

func (s *Sim) graphRefuse(w http.ResponseWriter, r *http.Request, e *graphError) {
	id := s.world.IDs.GUID()
	client := r.Header.Get("client-request-id")
	if client == "" {
		client = id
	}
	w.Header().Set("request-id", id)
	w.Header().Set("client-request-id", client)
	body := merged(object{
		"code": e.code, "message": e.message,
		"innerError": object{"date": s.world.Clock.Now().Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": client},
	}, e.extra)
	writeJSON(w, e.status, object{"error": body})
}

// graphCaller verifies token, permission and mailbox, in that order.
func (s *Sim) graphCaller(w http.ResponseWriter, r *http.Request, to route) (*graphCall, *graphError) {
	raw, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || raw == "" {
		return nil, &graphError{status: 401, code: "InvalidAuthenticationToken", message: "Access token is empty."}
	}
	claims, err := s.parse(raw, graphResource)
	if err != nil {
		text := "Access token validation failure. Invalid audience."
		if strings.Contains(err.Error(), "expired") {
			text = "Lifetime validation failed, the token is expired."
		}
		return nil, &graphError{status: 401, code: "InvalidAuthenticationToken", message: text}
	}
	p := s.world.Seed.Person(str(object(claims), "oid"))
	if p == nil { // an application's own token
		return nil, badRequest("BadRequest", "/me request is only valid with delegated authentication flow.")
	}
	granted := strings.Fields(str(object(claims), "scp"))
	if !slices.ContainsFunc(to.scopes, func(scope string) bool { return slices.Contains(granted, scope) }) {
		if to.mailbox {
			return nil, errAccess
		}
		return nil, errDenied
	}
	c := &graphCall{Request: r, person: p, basic: !slices.Contains(granted, "Mail.Read") && !slices.Contains(granted, "Mail.ReadWrite")}
	s.mu.Lock()
	box := s.st.Mailboxes[p.Handle]
	s.mu.Unlock()
	if to.mailbox && box == nil {
		return nil, errNoMailbox
	}
	var refused *graphError
	s.mu.Lock()
	ignore := s.knobs.IgnorePrefer
	s.mu.Unlock()
	if c.prefer, refused = readPrefer(r.Header, ignore); refused != nil {
		return nil, refused
	}
	if c.body, err = readBody(w, r); err != nil {
		return nil, &graphError{status: 413, code: "RequestEntityTooLarge", message: "The request is too large."}
	}
	return c, nil
}

func (s *Sim) me(c *graphCall) (int, any, *graphError) {
	user := pick(s.user(c.person), c.URL.Query().Get("$select"))
	user["@odata.context"] = s.o.BaseURL + "/graph/v1.0/$metadata#users/$entity"
	return http.StatusOK, user, nil
}

// user is somebody in the directory, with the properties that come unasked and those that must be selected.
func (s *Sim) user(p *world.Person) object {
	return object{
		"businessPhones": []string{}, "displayName": p.Name, "givenName": p.Given, "surname": p.Surname, "jobTitle": p.Title, "mail": orNull(p.Email),
		"mobilePhone": nil, "officeLocation": nil, "preferredLanguage": p.Locale, "userPrincipalName": p.UPN, "id": p.ID,
		"department": p.Department, "userType": userType(p), "accountEnabled": !p.Disabled,
	}
}

func userType(p *world.Person) string {
	if p.Kind == "guest" {
		return "Guest"
	}
	return "Member"
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// pick keeps the chosen properties, and what OData adds; without a choice those that come unasked.
func pick(o object, chosen string) object {
	kept := object{}
	names := strings.Split(chosen, ",")
	for name, value := range o {
		unasked := chosen == "" && !slices.Contains([]string{"department", "userType", "accountEnabled"}, name)
		if unasked || strings.HasPrefix(name, "@") || name == "id" || slices.Contains(names, name) {
			kept[name] = value
		}
	}
	return kept
}

func (s *Sim) mailboxSettings(c *graphCall) (int, any, *graphError) {
	zone, workdays := object{"name": windowsZone(c.person.Zone)}, []string{"monday", "tuesday", "wednesday", "thursday", "friday"}
	return http.StatusOK, object{
		"@odata.context":                        s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/mailboxSettings",
		"archiveFolder":                         s.world.IDs.Named("archive", c.person.Handle).GraphID(),
		"timeZone":                              windowsZone(c.person.Zone),
		"dateFormat":                            "yyyy-MM-dd",
		"timeFormat":                            "HH:mm",
		"userPurpose":                           "user",
		"language":                              object{"locale": c.person.Locale, "displayName": c.person.Locale},
		"workingHours":                          object{"daysOfWeek": workdays, "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000", "timeZone": zone},
		"automaticRepliesSetting":               object{"status": "disabled", "externalAudience": "all", "internalReplyMessage": "", "externalReplyMessage": ""},
		"delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
	}, nil
}

func (s *Sim) mailboxZone(c *graphCall) (int, any, *graphError) {
	return http.StatusOK, object{
		"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/mailboxSettings/timeZone", "value": windowsZone(c.person.Zone),
	}, nil
}

// prefer is what the Prefer header asks for.
type prefer struct {
	zoneName  string
	zone      *time.Location
	immutable bool
	text      bool // bodies as text
	pageSize  int
	windows   bool // zones are shown under their Windows names, whatever they were called
	applied   string
}

// named is the name under which a zone is shown that somebody gave.
func (p prefer) named(zone string) string {
	if p.windows {
		return windowsZone(zone)
	}
	return zone
}

// Scopes are the delegated permissions of which each emulated route of Graph needs one: "GET /me" → User.Read ….
func (s *Sim) Scopes() map[string][]string {
	table := map[string][]string{}
	for _, r := range s.graphRoutes() {
		table[r.method+" "+r.path] = r.scopes
	}
	return table
}
