package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Message is a mail, as far as it was asked for.
type Message struct {
	ID         string
	InternetID string // Message-ID: the same in every mailbox
	Received   time.Time
	From       string // address
	Subject    string // not in lists
	Body       string // HTML; not in lists
}

// LogValue keeps what people write out of logs.
func (m Message) LogValue() slog.Value { return slog.StringValue("message " + word(m.ID)) }

type message struct {
	ID         string    `json:"id"`
	InternetID string    `json:"internetMessageId"`
	Received   time.Time `json:"receivedDateTime"`
	From       struct {
		Email EmailAddress `json:"emailAddress"`
	} `json:"from"`
	Subject string `json:"subject"`
	Body    struct {
		Content string `json:"content"`
	} `json:"body"`
}

func (m message) read() Message {
	return Message{ID: m.ID, InternetID: m.InternetID, Received: m.Received, From: m.From.Email.Address, Subject: m.Subject, Body: m.Body.Content}
}

// errFull ends the reading of a list.
var errFull = errors.New("graph: enough")

// Inbox tells from whom mail has come into a person's inbox since, the oldest first and at most so many; whole is false when there may be more.
// Neither subjects nor bodies are asked for. Scope Mail.ReadBasic. What is sorted by has to stand in the filter first.
// https://learn.microsoft.com/graph/api/mailfolder-list-messages
func (c *Client) Inbox(ctx context.Context, since time.Time, most int) (found []Message, whole bool, err error) {
	path := "/me/mailFolders/inbox/messages" + query("$filter", "receivedDateTime ge "+since.UTC().Format(time.RFC3339), "$orderby", "receivedDateTime",
		"$select", "id,internetMessageId,receivedDateTime,from", "$top", strconv.Itoa(most))
	_, err = pages(ctx, c, call{method: http.MethodGet, route: "GET /me/mailFolders/inbox/messages", path: path}, func(some []message) error {
		for _, m := range some {
			if len(found) == most {
				return errFull
			}
			found = append(found, m.read())
		}
		return nil
	})
	if errors.Is(err, errFull) {
		return found, false, nil
	}
	return found, err == nil, err
}

// Message reads subject and body of a mail. ErrNotFound when it is gone. Scope Mail.Read.
// https://learn.microsoft.com/graph/api/message-get
func (c *Client) Message(ctx context.Context, id string) (Message, error) {
	if strings.Trim(id, ".") == "" {
		return Message{}, ErrNotFound
	}
	var m message
	err := c.do(ctx, call{
		method: http.MethodGet, route: "GET /me/messages/{id}", path: "/me/messages/" + url.PathEscape(id) + query("$select", "subject,body"),
		prefer: `outlook.body-content-type="html"`,
	}, &m)
	return m.read(), err
}
