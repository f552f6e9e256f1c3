package wiretest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Connector is the Bot Connector and the conversations behind it.
type Connector struct {
	*Server
	places  map[string]*Place
	posts   []Post
	numbers int
}

// Place is a conversation: who is in it, and whether the bot is.
type Place struct {
	Members []map[string]any
	Bot     bool
}

// Post is a message that the bot posted, as it stands now.
type Post struct {
	Conversation string
	ID           string
	Body         map[string]any
	Updates      int
	At           time.Time
}

func newConnector(t testing.TB, now func() time.Time) *Connector {
	c := &Connector{Server: newServer(t, now), places: map[string]*Place{}}
	c.mux.HandleFunc("GET /emea/v3/conversations/{place}/members/{user}", c.at(c.member))
	c.mux.HandleFunc("GET /emea/v3/conversations/{place}/pagedmembers", c.at(c.members))
	c.mux.HandleFunc("POST /emea/v3/conversations/{place}/activities", c.at(c.post))
	c.mux.HandleFunc("PUT /emea/v3/conversations/{place}/activities/{id}", c.at(c.put))
	c.mux.HandleFunc("POST /emea/v3/conversations", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.create(w, decode(r))
	})
	return c
}

// ServiceURL is the address that activities name.
func (c *Connector) ServiceURL() string { return c.URL + "/emea/" }

// Put makes a conversation, or replaces it.
func (c *Connector) Put(id string, bot bool, members ...map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.places[id] = &Place{Members: members, Bot: bot}
}

// Someone is a line of a roster: a person of the organisation with mail.
func Someone(name string) map[string]any {
	return map[string]any{
		"id": "29:" + name, "name": strings.ToUpper(name[:1]) + name[1:], "aadObjectId": name, "tenantId": string(Tenant),
		"email": name + "@example.com", "userPrincipalName": name + "@example.com", "userRole": "user",
	}
}

func (c *Connector) at(handle func(http.ResponseWriter, *http.Request, *Place)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		base, _, _ := strings.Cut(r.PathValue("place"), ";")
		p := c.places[base]
		switch {
		case p == nil:
			said(w, 404, "ConversationNotFound", "Conversation not found.")
		case !p.Bot:
			said(w, 403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
		default:
			handle(w, r, p)
		}
	}
}

func said(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, map[string]any{"error": map[string]any{"code": code, "message": message}})
}

func (c *Connector) member(w http.ResponseWriter, r *http.Request, p *Place) {
	for _, m := range p.Members {
		if m["id"] == r.PathValue("user") || m["aadObjectId"] == r.PathValue("user") {
			answer(w, 200, m)
			return
		}
	}
	said(w, 404, "MemberNotFoundInConversation", "Member not found.")
}

func (c *Connector) members(w http.ResponseWriter, r *http.Request, p *Place) {
	from, _ := strconv.Atoi(r.URL.Query().Get("continuationToken"))
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	to := min(from+size, len(p.Members))
	body := map[string]any{"members": p.Members[from:to]}
	if to < len(p.Members) {
		body["continuationToken"] = strconv.Itoa(to)
	}
	answer(w, 200, body)
}

func (c *Connector) post(w http.ResponseWriter, r *http.Request, _ *Place) {
	answer(w, 201, map[string]any{"id": c.add(r.PathValue("place"), decode(r))})
}

func (c *Connector) add(place string, body map[string]any) string {
	c.numbers++
	id := strconv.Itoa(1700000000000 + c.numbers)
	c.posts = append(c.posts, Post{Conversation: place, ID: id, Body: body, At: c.now()})
	return id
}

func (c *Connector) put(w http.ResponseWriter, r *http.Request, _ *Place) {
	base, _, _ := strings.Cut(r.PathValue("place"), ";")
	for i, p := range c.posts {
		if of, _, _ := strings.Cut(p.Conversation, ";"); of == base && p.ID == r.PathValue("id") {
			c.posts[i].Body, c.posts[i].Updates = decode(r), p.Updates+1
			answer(w, 200, map[string]any{"id": p.ID})
			return
		}
	}
	said(w, 404, "ActivityNotFoundInConversation", "Activity not found.")
}

// create answers both uses: the chat with a person, which is the same each time, and a new thread in a channel.
func (c *Connector) create(w http.ResponseWriter, body map[string]any) {
	if first, _ := body["activity"].(map[string]any); first != nil {
		channel := body["channelData"].(map[string]any)["channel"].(map[string]any)["id"].(string)
		if p := c.places[channel]; p == nil || !p.Bot {
			said(w, 403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
			return
		}
		id := c.add(channel, first)
		answer(w, 201, map[string]any{"id": channel + ";messageid=" + id, "activityId": id})
		return
	}
	user := body["members"].([]any)[0].(map[string]any)["id"].(string)
	id := "a:1" + strings.TrimPrefix(user, "29:")
	if c.places[id] == nil {
		c.places[id] = &Place{Bot: true}
	}
	answer(w, 201, map[string]any{"id": id})
}

// Posts are the messages of a conversation, "" of all, the oldest first.
func (c *Connector) Posts(conversation string) (found []Post) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.posts {
		if base, _, _ := strings.Cut(p.Conversation, ";"); conversation == "" || base == conversation {
			found = append(found, p)
		}
	}
	return slices.Clone(found)
}

// Text is the whole message as JSON.
func (p Post) Text() string {
	text, _ := json.Marshal(p.Body)
	return string(text)
}
