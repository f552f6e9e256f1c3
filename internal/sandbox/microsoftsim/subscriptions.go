package microsoftsim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// subscription is who wants to be told of the changes of a calendar.
type subscription struct {
	ID        string    `json:"id"`
	Person    string    `json:"person"` // handle
	Resource  string    `json:"resource"`
	Change    string    `json:"change"` // "created,updated,deleted"
	URL       string    `json:"url"`
	Lifecycle string    `json:"lifecycle,omitempty"`
	State     string    `json:"state,omitempty"`
	Expires   time.Time `json:"expires"`
	Immutable bool      `json:"immutable,omitempty"` // ids of events are told as immutable ones
	Withheld  bool      `json:"withheld,omitempty"`  // nothing is told until it is authorized again
}

// Limits of subscriptions to events. https://learn.microsoft.com/graph/api/resources/subscription
const (
	maxSubscription = 10_080 * time.Minute
	minSubscription = 45 * time.Minute
	maxClientState  = 128
	validationTime  = 10 * time.Second
)

// subscriptionFields is the body of a request about a subscription.
type subscriptionFields struct {
	ChangeType, NotificationURL, LifecycleNotificationURL, Resource, ClientState string
	ExpirationDateTime                                                           time.Time
}

// createSubscription makes a subscription, after both addresses have said that they want it.
// https://learn.microsoft.com/graph/api/subscription-post-subscriptions
func (s *Sim) createSubscription(c *graphCall) (int, any, *graphError) {
	var in subscriptionFields
	if json.Unmarshal(c.body, &in) != nil {
		return 0, nil, badRequest("BadRequest", "Unable to read JSON request payload.")
	}
	if refused := s.checkSubscription(c, in); refused != nil {
		return 0, nil, refused
	}
	for _, address := range []string{in.NotificationURL, in.LifecycleNotificationURL} {
		if address == "" {
			continue
		}
		if refused := s.validate(c.Context(), address); refused != nil {
			return 0, nil, refused
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := &subscription{
		ID: s.world.IDs.GUID(), Person: c.person.Handle, Resource: in.Resource, Change: in.ChangeType, URL: in.NotificationURL,
		Lifecycle: in.LifecycleNotificationURL, State: in.ClientState, Expires: s.lifetime(in.ExpirationDateTime), Immutable: c.prefer.immutable,
	}
	s.st.Subscriptions = append(s.st.Subscriptions, sub)
	s.ledger("subscription.created", sub.ID, sub.Person, "expires", sub.Expires.Format(time.RFC3339))
	answer := s.shownSubscription(sub)
	answer["clientState"] = sub.State
	return http.StatusCreated, answer, nil
}

// lifetime raises what is too short.
func (s *Sim) lifetime(until time.Time) time.Time {
	if earliest := s.world.Clock.Now().Add(minSubscription); until.Before(earliest) {
		return earliest
	}
	return until.UTC()
}

func (s *Sim) checkSubscription(c *graphCall, in subscriptionFields) *graphError {
	resource := strings.ToLower(strings.TrimPrefix(in.Resource, "/"))
	own := []string{"me/events", "me/calendar/events", "users/" + c.person.ID + "/events", "users/" + strings.ToLower(c.person.UPN) + "/events"}
	kinds := strings.Split(in.ChangeType, ",")
	unknown := func(kind string) bool {
		return !slices.Contains([]string{"created", "updated", "deleted"}, strings.TrimSpace(kind))
	}
	switch {
	case slices.ContainsFunc(kinds, unknown):
		return badRequest("InvalidRequest", "Invalid 'changeType' attribute: '"+in.ChangeType+"'.")
	case !slices.Contains(own, resource):
		return badRequest("ExtensionError", "Resource '"+in.Resource+"' is not supported by this emulator: it knows the events of the caller.")
	case len(in.ClientState) > maxClientState:
		return badRequest("InvalidRequest", "The clientState must not be longer than 128 characters.")
	case !reachable(in.NotificationURL), in.LifecycleNotificationURL != "" && !reachable(in.LifecycleNotificationURL):
		return badRequest("InvalidRequest", "The notification URL must be on this machine: nothing leaves the sandbox.")
	}
	return s.checkExpiry(in.ExpirationDateTime)
}

func (s *Sim) checkExpiry(until time.Time) *graphError {
	now := s.world.Clock.Now()
	switch {
	case until.IsZero() || until.Before(now):
		return badRequest("InvalidRequest", "Subscription expiration must be in the future.")
	case until.After(now.Add(maxSubscription + time.Minute)):
		return badRequest("InvalidRequest", "Subscription expiration can only be 10080 minutes in the future.")
	}
	return nil
}

// reachable lets in addresses of this machine alone. The real Graph wants https.
func reachable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// validate asks an address whether it wants notifications: it must echo the token as plain text.
// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
func (s *Sim) validate(ctx context.Context, address string) *graphError {
	token := "Validation: Testing client application reachability for subscription Request-Id: " + s.world.IDs.GUID()
	u, err := url.Parse(address)
	if err != nil {
		return badRequest("InvalidRequest", "The notification URL is not valid.")
	}
	q := u.Query()
	q.Set("validationToken", token)
	u.RawQuery = q.Encode()
	ctx, cancel := context.WithTimeout(ctx, validationTime)
	defer cancel()
	failed := func(why string) *graphError {
		return badRequest("ValidationError", "Subscription validation request failed. "+why)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), http.NoBody)
	if err != nil {
		return failed("The URL is not valid.")
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := s.http.Do(req)
	if err != nil {
		return failed("The operation has timed out or the address cannot be reached.")
	}
	defer func() { _ = resp.Body.Close() }()
	echo, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	switch {
	case resp.StatusCode != http.StatusOK:
		return failed(fmt.Sprintf("Notification endpoint must respond with 200 OK to validation request; it answered %d.", resp.StatusCode))
	case err != nil || string(echo) != token || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain"):
		return failed("Notification endpoint must respond with the validation token as plain text.")
	}
	return nil
}

// subscriptionOf finds one of the caller's that has not ended. The caller holds mu.
func (s *Sim) subscriptionOf(c *graphCall) (*subscription, *graphError) {
	s.endSubscriptions()
	for _, sub := range s.st.Subscriptions {
		if sub.ID == c.PathValue("subscription") && sub.Person == c.person.Handle {
			return sub, nil
		}
	}
	return nil, &graphError{status: 404, code: "ResourceNotFound", message: "The object was not found."}
}

// endSubscriptions drops those whose time is over. The caller holds mu.
func (s *Sim) endSubscriptions() {
	now := s.world.Clock.Now()
	s.st.Subscriptions = slices.DeleteFunc(s.st.Subscriptions, func(sub *subscription) bool { return now.After(sub.Expires) })
}

func (s *Sim) shownSubscription(sub *subscription) object {
	return object{
		"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#subscriptions/$entity", "id": sub.ID, "resource": sub.Resource, "applicationId": s.o.AppID,
		"changeType": sub.Change, "clientState": nil, "notificationUrl": sub.URL, "lifecycleNotificationUrl": orNull(sub.Lifecycle),
		"expirationDateTime": sub.Expires.Format(time.RFC3339), "creatorId": s.world.Seed.Person(sub.Person).ID, "includeResourceData": nil,
		"latestSupportedTlsVersion": "v1_2", "encryptionCertificate": nil, "encryptionCertificateId": nil, "notificationQueryOptions": nil, "notificationUrlAppId": nil,
	}
}

func (s *Sim) listSubscriptions(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endSubscriptions()
	list := []object{}
	for _, sub := range s.st.Subscriptions {
		if sub.Person == c.person.Handle {
			o := s.shownSubscription(sub)
			delete(o, "@odata.context")
			list = append(list, o)
		}
	}
	return http.StatusOK, object{"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#subscriptions", "value": list}, nil
}

func (s *Sim) getSubscription(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, refused := s.subscriptionOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, s.shownSubscription(sub), nil
}

// renewSubscription lets one end later, and shows that the permission still holds.
// https://learn.microsoft.com/graph/api/subscription-update
func (s *Sim) renewSubscription(c *graphCall) (int, any, *graphError) {
	var in subscriptionFields
	if json.Unmarshal(c.body, &in) != nil {
		return 0, nil, badRequest("BadRequest", "Unable to read JSON request payload.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, refused := s.subscriptionOf(c)
	if refused == nil {
		refused = s.checkExpiry(in.ExpirationDateTime)
	}
	if refused != nil {
		return 0, nil, refused
	}
	sub.Expires, sub.Withheld = s.lifetime(in.ExpirationDateTime), false
	s.ledger("subscription.renewed", sub.ID, sub.Person, "expires", sub.Expires.Format(time.RFC3339))
	return http.StatusOK, s.shownSubscription(sub), nil
}

// reauthorizeSubscription shows that the permission still holds. https://learn.microsoft.com/graph/api/subscription-reauthorize
func (s *Sim) reauthorizeSubscription(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, refused := s.subscriptionOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	sub.Withheld = false
	s.ledger("subscription.reauthorized", sub.ID, sub.Person)
	return http.StatusNoContent, nil, nil
}

func (s *Sim) deleteSubscription(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, refused := s.subscriptionOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	s.st.Subscriptions = slices.DeleteFunc(s.st.Subscriptions, func(x *subscription) bool { return x == sub })
	s.ledger("subscription.deleted", sub.ID, sub.Person)
	return http.StatusNoContent, nil, nil
}
