package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"causeway/internal/upstream"
)

// maxMessage is how large a message may be: one card and what stands around it.
const maxMessage = MaxCard + 8*1024

// ConnectorConfig says how the connector is called. HTTP, Token, Origins and AppID are required.
type ConnectorConfig struct {
	// HTTP is a client of upstream, for the same origins. Its redirects are never followed.
	HTTP *http.Client
	// Token returns the bot's access token.
	Token func(ctx context.Context) (string, error)
	// Origins are the exact origins of service addresses. It is looked at before the token is asked for, each time: an
	// address that was stored may have been changed since.
	Origins []string
	// AppID is the Entra application of the bot.
	AppID string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Connector posts and reads in conversations: the Bot Connector REST API, v3, at the service address that came with an
// activity. Errors are *ConnectorError, *upstream.Error, ErrInvalid or ErrTooBig (nothing was sent), ErrUntrusted (the
// address is no connector, nothing was sent), or what Token returned. upstream.Outcome tells for each whether a message
// may have been posted all the same. It is safe for concurrent use.
type Connector struct {
	c    ConnectorConfig
	http http.Client
}

// NewConnector makes a connector client.
func NewConnector(c ConnectorConfig) (*Connector, error) {
	if c.HTTP == nil || c.Token == nil || len(c.Origins) == 0 || c.AppID == "" {
		return nil, errors.New("teams: a connector needs HTTP, token, origins and app id")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	client := *c.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Connector{c: c, http: client}, nil
}

// Reference is where a conversation is reached: ServiceURL as the activity named it, the Entra tenant, and the conversation,
// with or without a thread.
type Reference struct {
	ServiceURL   string
	Tenant       string
	Conversation ConversationID
}

// sent is what the connector says of a message or conversation that it made.
type sent struct {
	ID       string `json:"id"`
	Activity string `json:"activityId"`
}

// Send posts a message and returns its id, "" when the connector names none. It is never repeated by itself where it may
// have been posted.
func (c *Connector) Send(ctx context.Context, ref Reference, a Activity) (ActivityID, error) {
	return c.post(ctx, ref, "POST", "/v3/conversations/{id}/activities", a, string(ref.Conversation))
}

// Reply posts a message as an answer to another, in a channel into its thread; as Send does.
func (c *Connector) Reply(ctx context.Context, ref Reference, to ActivityID, a Activity) (ActivityID, error) {
	a.ReplyToID = to
	return c.post(ctx, ref, "POST", "/v3/conversations/{id}/activities/{id}", a, string(ref.Conversation), string(to))
}

// Update replaces a message of the bot. To repeat it is harmless.
func (c *Connector) Update(ctx context.Context, ref Reference, id ActivityID, a Activity) error {
	a.ID = id
	_, err := c.post(upstream.Idempotent(ctx), ref, "PUT", "/v3/conversations/{id}/activities/{id}", a, string(ref.Conversation), string(id))
	return err
}

func (c *Connector) post(ctx context.Context, ref Reference, method, route string, a Activity, ids ...string) (ActivityID, error) {
	var made sent
	err := c.call(ctx, ref, method, route, ids, nil, c.signed(ref.Conversation, a), &made)
	return ActivityID(made.ID), err
}

// signed fills in from whom and where a message is.
func (c *Connector) signed(conversation ConversationID, a Activity) Activity {
	if a.Type == "" {
		a.Type = TypeMessage
	}
	a.From = &Account{ID: c.bot()}
	a.Conversation = &Conversation{ID: conversation}
	return a
}

func (c *Connector) bot() UserID { return UserID("28:" + c.c.AppID) }

// Delete removes a message of the bot. One that is not there any more is no error.
func (c *Connector) Delete(ctx context.Context, ref Reference, id ActivityID) error {
	err := c.call(upstream.Idempotent(ctx), ref, "DELETE", "/v3/conversations/{id}/activities/{id}",
		[]string{string(ref.Conversation), string(id)}, nil, nil, nil)
	if errors.Is(err, ErrActivityGone) {
		return nil
	}
	return err
}

type newConversation struct {
	Bot         *Account     `json:"bot,omitempty"`
	Members     []Account    `json:"members,omitempty"`
	IsGroup     bool         `json:"isGroup"`
	TenantID    string       `json:"tenantId,omitempty"`
	ChannelData *ChannelData `json:"channelData,omitempty"`
	Activity    *Activity    `json:"activity,omitempty"`
}

// CreatePersonal returns the conversation of the bot with a person, whose 29: id comes from a roster or activity of this
// bot. It is the same each time, so to repeat it is harmless. The conversation of ref does not matter.
func (c *Connector) CreatePersonal(ctx context.Context, ref Reference, user UserID) (ConversationID, error) {
	if !isID(string(user)) {
		return "", notSent("POST /v3/conversations", fmt.Errorf("%w: user", ErrInvalid))
	}
	var made sent
	err := c.call(upstream.Idempotent(ctx), ref, "POST", "/v3/conversations", nil, nil, newConversation{
		Bot: &Account{ID: c.bot()}, Members: []Account{{ID: user}}, TenantID: ref.Tenant,
		ChannelData: &ChannelData{Tenant: &Named{ID: ref.Tenant}},
	}, &made)
	if err == nil && made.ID == "" {
		err = &upstream.Error{Name: "teams", Route: "POST /v3/conversations", Sent: upstream.Answered, Err: errors.New("no id in the answer")}
	}
	return ConversationID(made.ID), err
}

// CreateThread begins a thread in a channel with a message, and returns the conversation of the thread and the message. As
// Send, it is never repeated by itself where it may have been posted.
func (c *Connector) CreateThread(ctx context.Context, ref Reference, in ChannelID, a Activity) (ConversationID, ActivityID, error) {
	if !isID(string(in)) {
		return "", "", notSent("POST /v3/conversations", fmt.Errorf("%w: channel", ErrInvalid))
	}
	if a.Type == "" {
		a.Type = TypeMessage
	}
	var made sent
	err := c.call(ctx, ref, "POST", "/v3/conversations", nil, nil, newConversation{
		IsGroup: true, Bot: &Account{ID: c.bot()}, TenantID: ref.Tenant, Activity: &a,
		ChannelData: &ChannelData{Channel: &Named{ID: string(in)}, Tenant: &Named{ID: ref.Tenant}},
	}, &made)
	return ConversationID(made.ID), ActivityID(made.Activity), err
}

// call is one request: [Connector.prepare] decides whether it may leave, then the token is attached and the answer read into
// out.
func (c *Connector) call(ctx context.Context, ref Reference, method, route string, ids []string, query url.Values, in, out any) error {
	name := method + " " + route
	req, err := c.prepare(upstream.Route(ctx, name), ref, method, route, ids, query, in)
	if err != nil {
		return notSent(name, err)
	}
	token, err := c.c.Token(ctx)
	if err != nil {
		return notSent(name, err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return c.do(req, name, out)
}

// prepare makes the request without the token: the origin is checked, the ids are checked and escaped into the route.
func (c *Connector) prepare(ctx context.Context, ref Reference, method, route string, ids []string, query url.Values, in any) (*http.Request, error) {
	origin, base, err := allowed(c.c.Origins, ref.ServiceURL)
	if err != nil {
		return nil, err
	}
	path, err := fill(route, ids)
	if err != nil {
		return nil, err
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	body, err := marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, origin+base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return req, nil
}

func notSent(route string, err error) error {
	return &upstream.Error{Name: "teams", Route: route, Sent: upstream.NotSent, Err: err}
}

func (c *Connector) do(req *http.Request, route string, out any) error {
	resp, err := upstream.Do(&c.http, req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	success := resp.StatusCode >= 200 && resp.StatusCode < 300
	if !success {
		return refusal(route, resp, body, c.c.Now())
	}
	if err == nil && out != nil && len(bytes.TrimSpace(body)) > 0 {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		// It succeeded, but nobody knows with what id.
		return &upstream.Error{Name: "teams", Route: route, Status: resp.StatusCode, Sent: upstream.Ambiguous, Err: err}
	}
	return nil
}

func marshal(in any) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if len(body) > maxMessage {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooBig, len(body))
	}
	return body, nil
}

// fill puts ids into the {id} of a route, each as one escaped segment of the path.
func fill(route string, ids []string) (string, error) {
	for _, id := range ids {
		if !isID(id) {
			return "", fmt.Errorf("%w: in %s", ErrInvalid, route)
		}
		route = strings.Replace(route, "{id}", url.PathEscape(id), 1)
	}
	return route, nil
}

// isID tells whether text can be an id of Teams: printable ASCII without what means something in a path. Ids that people
// could have formed ("../../v3/x", "a/b", "%2e%2e") are refused rather than escaped.
func isID(text string) bool {
	for _, r := range text {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`/\%?#"<>`, r) {
			return false
		}
	}
	return text != "" && len(text) <= 1024 && strings.Trim(text, ".") != "" && !strings.Contains(text, "..")
}
