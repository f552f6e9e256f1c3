package graph_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/graph"
)

const watched = `{"id":"s-1","resource":"me/events","changeType":"created,updated,deleted","notificationUrl":"https://causeway.example/graph/notify",
	"lifecycleNotificationUrl":"https://causeway.example/graph/lifecycle","expirationDateTime":"2026-11-30T08:59:00Z","clientState":null,"applicationId":"x","creatorId":"y"}`

func TestSubscriptionsAreMadeKeptAndEnded(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 9, 59, 0, 0, time.FixedZone("", 3600))
	want := graph.Subscription{
		Resource: "/me/events", ChangeType: "created,updated,deleted", NotificationURL: "https://causeway.example/graph/notify",
		LifecycleURL: "https://causeway.example/graph/lifecycle", ClientState: "s3cret", Expires: until,
	}
	for name, test := range map[string]struct {
		answer       answer
		act          func(c *graph.Client) error
		method, path string
		body         string
	}{
		"make": {answer{status: 201, body: watched}, func(c *graph.Client) error {
			made, err := c.Subscribe(t.Context(), want)
			if made.ID != "s-1" || !made.Expires.Equal(until) {
				t.Errorf("%+v", made)
			}
			return err
		}, "POST", "/subscriptions", `{"resource":"/me/events","changeType":"created,updated,deleted","notificationUrl":"https://causeway.example/graph/notify",
			"lifecycleNotificationUrl":"https://causeway.example/graph/lifecycle","clientState":"s3cret","expirationDateTime":"2026-11-30T08:59:00Z"}`},
		"list": {answer{status: 200, body: `{"value":[` + watched + `]}`}, func(c *graph.Client) error {
			list, err := c.Subscriptions(t.Context())
			if len(list) != 1 || list[0].ID != "s-1" {
				t.Errorf("%+v", list)
			}
			return err
		}, "GET", "/subscriptions", ""},
		"renew": {answer{status: 200, body: watched}, func(c *graph.Client) error {
			_, err := c.Renew(t.Context(), "s-1", until)
			return err
		}, "PATCH", "/subscriptions/s-1", `{"expirationDateTime":"2026-11-30T08:59:00Z"}`},
		"reauthorize": {answer{status: 204}, func(c *graph.Client) error { return c.Reauthorize(t.Context(), "s-1") }, "POST", "/subscriptions/s-1/reauthorize", ""},
		"end":         {answer{status: 204}, func(c *graph.Client) error { return c.Unsubscribe(t.Context(), "s-1") }, "DELETE", "/subscriptions/s-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, test.answer)
			if err := test.act(s.client()); err != nil {
				t.Error(err)
			}
			call := s.only(t)
			if call.method != test.method || call.path != test.path || (test.body == "") != (call.body == "") {
				t.Errorf("asked %+v", call)
			}
			if test.body != "" {
				if diff := cmp.Diff(decoded(t, test.body), decoded(t, call.body)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	c := newServer(t, refused(404, "ResourceNotFound")).client()
	if err := c.Unsubscribe(t.Context(), "s-1"); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("ended before: %v", err)
	}
	if err := c.Reauthorize(t.Context(), ".."); !errors.Is(err, graph.ErrInvalid) {
		t.Errorf("no id: %v", err)
	}
}

func TestNotificationsAreReadAndTheirSecretIsNotLogged(t *testing.T) {
	t.Parallel()
	list, err := graph.ReadNotifications([]byte(`{"value":[
		{"subscriptionId":"s-1","subscriptionExpirationDateTime":"2026-11-30T08:59:00Z","clientState":"s3cret","changeType":"updated","resource":"Users/o-1/Events/AAkB",
			"resourceData":{"@odata.type":"#Microsoft.Graph.Event","@odata.id":"Users/o-1/Events/AAkB","id":"AAkB"},"tenantId":"t-1"},
		{"subscriptionId":"s-1","clientState":"s3cret","tenantId":"t-1","lifecycleEvent":"missed"}]}`))
	if err != nil || len(list) != 2 || list[0].Resource.ID != "AAkB" || list[0].ChangeType != "updated" || list[1].Lifecycle != "missed" || list[1].ClientState != "s3cret" {
		t.Fatalf("%+v, %v", list, err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("heard", "of", list[0], "and", graph.Subscription{ID: "s-1", ClientState: "s3cret"})
	if strings.Contains(log.String(), "s3cret") || !strings.Contains(log.String(), "updated of subscription s-1") {
		t.Error(log.String())
	}
	if _, err := graph.ReadNotifications([]byte("<html>")); !errors.Is(err, graph.ErrInvalid) {
		t.Error(fmt.Sprint(err))
	}
}

func TestOnlySoManyNotificationsAreRead(t *testing.T) {
	t.Parallel()
	list, err := graph.ReadNotifications([]byte(`{"value":[` + strings.Repeat("{},", 300_000) + `{}]}`))
	if err != nil || len(list) != 1000 {
		t.Errorf("%d are read, %v", len(list), err)
	}
	for _, broken := range []string{`{"value":[`, `{"value":"x"}`, `{"value":{}}`, `{"value":["x"]}`} {
		if _, err := graph.ReadNotifications([]byte(broken)); !errors.Is(err, graph.ErrInvalid) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}
