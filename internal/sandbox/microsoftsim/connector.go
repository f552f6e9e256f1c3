package microsoftsim

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// connectorError is an answer of the connector that is no success: {"error":{"code","message"}}.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages (status codes)
type connectorError struct {
	status  int
	code    string
	message string
	after   time.Duration // Retry-After
	raw     any           // a body of another form
}

var (
	errNoRoster = &connectorError{status: 403, code: "BotNotInConversationRoster", message: "The bot is not part of the conversation roster."}
	errDisabled = &connectorError{status: 403, code: "BotDisabledByAdmin", message: "The tenant admin disabled this bot"}
	// The two ways in which Teams says that a person does not want to hear from the bot: blocked, and personal app removed.
	errBlocked  = &connectorError{status: 403, code: "ConversationBlockedByUser", message: "User blocked the conversation with the bot."}
	errUnwanted = &connectorError{status: 403, raw: object{
		"errorCode": 209, "message": `{"subCode":"MessageWritesBlocked","details":"Thread is not writable for this bot.","errorCode":null,"errorSubCode":null}`,
	}}
	// Reaching somebody who neither has the app nor shares a conversation with the bot.
	errUnreachable  = &connectorError{status: 403, code: "ForbiddenOperationException", message: "The bot is not installed in user's personal scope"}
	errNoChat       = &connectorError{status: 404, code: "ConversationNotFound", message: "Conversation not found."}
	errNoActivity   = &connectorError{status: 404, code: "ActivityNotFoundInConversation", message: "The activity was not found in the conversation."}
	errNoMember     = &connectorError{status: 404, code: "MemberNotFoundInConversation", message: "The member was not found in the conversation."}
	errTooBig       = &connectorError{status: 413, code: "MessageSizeTooBig", message: "Message size too large."}
	errNotOwn       = &connectorError{status: 403, code: "NotEnoughPermissions", message: "The bot may change only its own messages."}
	errUnauthorized = &connectorError{status: 401, raw: object{"message": "Authorization has been denied for this request."}}
	errUnregistered = &connectorError{status: 401, code: "BotNotRegistered", message: "No registration found for this bot."}
)

func badArgument(message string) *connectorError {
	return &connectorError{status: 400, code: "BadArgument", message: message}
}

func badSyntax(message string) *connectorError {
	return &connectorError{status: 400, code: "BadSyntax", message: message}
}

// call is one authorised request to the connector.
type call struct {
	*http.Request
	tenant *world.Tenant // of the bot's token
	body   []byte
}

type connectorHandler func(c *call) (status int, answer any, err *connectorError)

// connector is the handler of /connector/{region}/v3.
func (s *Sim) connector() http.Handler {
	mux := http.NewServeMux()
	handle := func(method, route string, h connectorHandler) {
		mux.HandleFunc(method+" /connector/{region}"+route, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, method+" "+route, h) })
	}
	handle("POST", "/v3/conversations", s.createConversation)
	handle("POST", "/v3/conversations/{id}/activities", s.sendActivity)
	handle("POST", "/v3/conversations/{id}/activities/{activity}", s.sendActivity)
	handle("PUT", "/v3/conversations/{id}/activities/{activity}", s.updateActivity)
	handle("DELETE", "/v3/conversations/{id}/activities/{activity}", s.deleteActivity)
	handle("GET", "/v3/conversations/{id}/members", s.allMembers)
	handle("GET", "/v3/conversations/{id}/members/{member}", s.oneMember)
	handle("GET", "/v3/conversations/{id}/pagedmembers", s.pagedMembers)
	handle("GET", "/v3/teams/{team}", s.teamDetails)
	handle("GET", "/v3/teams/{team}/conversations", s.teamChannels)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, object{"message": "No HTTP resource was found that matches the request URI."})
	})
	return mux
}

func (s *Sim) answer(w http.ResponseWriter, r *http.Request, route string, h connectorHandler) {
	c, refused := s.authorised(w, r)
	var status int
	var answer any
	if refused == nil {
		refused = s.global(c)
	}
	if refused == nil {
		status, answer, refused = h(c)
	}
	if refused != nil {
		status = refused.status
	}
	s.ledger("api.called", route, s.o.AppID, "status", status, "path", r.URL.Path)
	switch {
	case refused != nil:
		refused.write(w)
	case answer == nil:
		w.WriteHeader(status)
	default:
		writeJSON(w, status, answer)
	}
}

func (e *connectorError) write(w http.ResponseWriter) {
	if e.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.after+time.Second-1)/time.Second)))
	}
	if e.raw != nil {
		writeJSON(w, e.status, e.raw)
		return
	}
	writeJSON(w, e.status, object{"error": object{"code": e.code, "message": e.message}})
}

// authorised verifies the bot's token and reads the body.
func (s *Sim) authorised(w http.ResponseWriter, r *http.Request) (*call, *connectorError) {
	raw, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, errUnauthorized
	}
	claims, err := s.parse(raw, botResource)
	if err != nil {
		return nil, errUnauthorized
	}
	if str(object(claims), "appid") != s.o.AppID {
		return nil, errUnregistered
	}
	c := &call{Request: r, tenant: s.world.Seed.Tenant(str(object(claims), "tid"))}
	if c.tenant == nil {
		return nil, errUnauthorized
	}
	c.body, err = readBody(w, r)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, errTooBig
	}
	if err != nil {
		return nil, badSyntax("The body could not be read.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.st.Disabled[c.tenant.ID] || !s.st.Uploaded[c.tenant.ID] {
		return nil, errDisabled
	}
	return c, nil
}

// base cuts the thread from a conversation id: 19:…@thread.tacv2;messageid=1611060744833.
func base(conversation string) (id, thread string) {
	id, rest, _ := strings.Cut(conversation, ";")
	return id, strings.TrimPrefix(rest, "messageid=")
}

// chatOf finds the conversation of a request in which the bot is, and the thread.
func (s *Sim) chatOf(c *call) (found *chat, thread string, refused *connectorError) {
	id, thread := base(c.PathValue("id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	found = s.st.byConversation[id]
	switch {
	case found == nil || found.Tenant != c.tenant.Handle:
		return nil, "", errNoChat
	case found.Kind == personal:
		return found, "", s.st.reachable(found)
	case !found.installed():
		return nil, "", errNoRoster
	case thread != "" && (found.Kind != channel || found.find(thread) == nil):
		return nil, "", errNoChat
	}
	return found, thread, nil
}

// reachable says whether the bot may write to a person: it knows the conversation, it is welcome, and he has not blocked it.
func (st *state) reachable(c *chat) *connectorError {
	switch {
	case !c.Created:
		return errNoChat
	case c.Blocked:
		return errBlocked
	case !st.welcome(c):
		return errUnwanted
	}
	return nil
}

// welcome says whether a person has the app, has begun to write to the bot, or shares a conversation with it.
func (st *state) welcome(c *chat) bool { return c.Installed || c.Spoken || st.shares(c.Members[0]) }

// shares says whether somebody is in a conversation in which the bot is installed.
func (st *state) shares(handle string) bool {
	for _, c := range st.Chats {
		if c.Kind == personal || !c.installed() {
			continue
		}
		for _, m := range c.members() {
			if m == handle {
				return true
			}
		}
	}
	return false
}
