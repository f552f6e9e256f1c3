package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// MaxSubscription is how far ahead a subscription to events may end.
// https://learn.microsoft.com/graph/api/resources/subscription#subscription-lifetime
const MaxSubscription = 10_080 * time.Minute

// Subscription makes Graph tell an address of ours that something has changed. Graph first asks both addresses whether they
// want that: it posts with ?validationToken=…, and the token must come back as plain text within ten seconds.
// https://learn.microsoft.com/graph/api/resources/subscription
type Subscription struct {
	ID              string    `json:"id,omitempty"`
	Resource        string    `json:"resource,omitempty"`                 // "/me/events"
	ChangeType      string    `json:"changeType,omitempty"`               // "created,updated,deleted"
	NotificationURL string    `json:"notificationUrl,omitempty"`          // gets Notifications
	LifecycleURL    string    `json:"lifecycleNotificationUrl,omitempty"` // gets Notifications with a Lifecycle; it cannot be added later
	ClientState     string    `json:"clientState,omitempty"`              // a secret of at most 128 characters, in each Notification; not in answers
	Expires         time.Time `json:"expirationDateTime,omitzero"`        // at most MaxSubscription from now
}

// LogValue keeps the secret out of logs.
func (s Subscription) LogValue() slog.Value { return slog.StringValue("subscription " + s.ID) }

// Subscribe makes a subscription. Repeated after an answer that was lost it makes a second one: look at Subscriptions first. The scope
// is that of the resource: Calendars.Read for events.
// https://learn.microsoft.com/graph/api/subscription-post-subscriptions
func (c *Client) Subscribe(ctx context.Context, s Subscription) (Subscription, error) {
	s.ID, s.Expires = "", s.Expires.UTC()
	var made Subscription
	err := c.do(ctx, call{method: http.MethodPost, route: "POST /subscriptions", path: "/subscriptions", body: s}, &made)
	return made, err
}

// Subscriptions returns those that this application has for the person.
// https://learn.microsoft.com/graph/api/subscription-list
func (c *Client) Subscriptions(ctx context.Context) ([]Subscription, error) {
	return all[Subscription](ctx, c, call{method: http.MethodGet, route: "GET /subscriptions", path: "/subscriptions"})
}

// Renew lets a subscription end later. ErrNotFound when it has ended.
// https://learn.microsoft.com/graph/api/subscription-update
func (c *Client) Renew(ctx context.Context, id string, until time.Time) (Subscription, error) {
	path, err := subscriptionPath(id)
	if err != nil {
		return Subscription{}, err
	}
	var renewed Subscription
	err = c.do(ctx, call{
		method: http.MethodPatch, route: "PATCH /subscriptions/{id}", path: path, body: Subscription{Expires: until.UTC()}, repeat: true,
	}, &renewed)
	return renewed, err
}

// Reauthorize answers the lifecycle event reauthorizationRequired: the person's token shows that the permission still holds. Renew does
// that too.
// https://learn.microsoft.com/graph/api/subscription-reauthorize
func (c *Client) Reauthorize(ctx context.Context, id string) error {
	path, err := subscriptionPath(id)
	if err != nil {
		return err
	}
	return c.do(ctx, call{method: http.MethodPost, route: "POST /subscriptions/{id}/reauthorize", path: path + "/reauthorize", repeat: true}, nil)
}

// Unsubscribe ends a subscription. ErrNotFound when it has ended.
// https://learn.microsoft.com/graph/api/subscription-delete
func (c *Client) Unsubscribe(ctx context.Context, id string) error {
	path, err := subscriptionPath(id)
	if err != nil {
		return err
	}
	return c.do(ctx, call{method: http.MethodDelete, route: "DELETE /subscriptions/{id}", path: path, repeat: true}, nil)
}

func subscriptionPath(id string) (string, error) {
	if strings.Trim(id, ".") == "" {
		return "", fmt.Errorf("%w: no subscription id", ErrInvalid)
	}
	return "/subscriptions/" + url.PathEscape(id), nil
}

// Notification says that something has changed, or what becomes of the subscription. Anybody can send one: it counts when
// ClientState is that of the subscription, and even then it is a hint to look.
// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
type Notification struct {
	SubscriptionID string `json:"subscriptionId"`
	ClientState    string `json:"clientState"`
	Tenant         string `json:"tenantId"`
	ChangeType     string `json:"changeType"`     // created, updated, deleted; "" in a lifecycle event
	Lifecycle      string `json:"lifecycleEvent"` // reauthorizationRequired, subscriptionRemoved, missed; "" in a change
	Resource       struct {
		ID string `json:"id"` // of the event
	} `json:"resourceData"`
}

// LogValue keeps the secret out of logs.
func (n Notification) LogValue() slog.Value {
	return slog.StringValue(word(n.ChangeType+n.Lifecycle) + " of subscription " + word(n.SubscriptionID))
}

// maxNotifications is how many notifications are read of what is posted at once. UNVERIFIED: that Graph never posts more.
const maxNotifications = 1000

// ReadNotifications reads what Graph has posted to an address of a subscription: of more than 1,000 notifications the first ones.
func ReadNotifications(body []byte) ([]Notification, error) {
	var said struct {
		Value notifications `json:"value"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, fmt.Errorf("%w: no notifications: %w", ErrInvalid, err)
	}
	return said.Value, nil
}

// notifications are read one by one, so that a body full of empty ones costs no more than its bytes.
type notifications []Notification

// UnmarshalJSON reads the first ones.
func (all *notifications) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('[') {
		return fmt.Errorf("%w: no list", ErrInvalid)
	}
	for decoder.More() && len(*all) < maxNotifications {
		var n Notification
		if err := decoder.Decode(&n); err != nil {
			return err
		}
		*all = append(*all, n)
	}
	return nil
}
