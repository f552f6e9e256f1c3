package graph_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"causeway/internal/graph"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/upstream"
)

// outlook is the emulated Graph with a product that is told of changes.
type outlook struct {
	*microsoftsim.Sim
	*graph.Client
	told    chan []byte
	product string
}

func newOutlook(t *testing.T) *outlook {
	t.Helper()
	w, err := world.New(world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := &outlook{told: make(chan []byte, 100)}
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("validationToken"); token != "" {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, token)
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		o.told <- body
	}))
	t.Cleanup(product.Close)
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	o.product = product.URL
	if o.Sim, err = microsoftsim.New(microsoftsim.Options{World: w, BaseURL: server.URL, ProductURL: product.URL}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	handler = o.Handler()
	token, err := o.Token(microsoftsim.TokenRequest{Kind: "entra", Claims: map[string]any{
		"aud": "https://graph.microsoft.com", "oid": w.Seed.Person("ana").ID,
		"scp": "Calendars.ReadWrite People.Read Contacts.Read User.ReadBasic.All Place.Read.All Calendars.Read.Shared",
	}})
	if err != nil {
		t.Fatal(err)
	}
	api := graph.New(graph.Config{URL: server.URL + "/graph/v1.0", HTTP: upstream.NewClient(upstream.Options{Name: "graph", Origins: []string{server.URL}})})
	o.Client = api.Client(func(context.Context, string) (string, error) { return token, nil })
	return o
}

func TestTheEmulatedCalendarIsFollowed(t *testing.T) {
	t.Parallel()
	o := newOutlook(t)
	ctx := t.Context()
	sub, err := o.Subscribe(ctx, graph.Subscription{
		Resource: "/me/events", ChangeType: "created,updated,deleted", NotificationURL: o.product + "/notify", ClientState: "s3cret", Expires: time.Now().Add(graph.MaxSubscription - time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	event := weekly(t)
	event.Recurrence = &graph.Recurrence{
		Pattern: graph.Pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"tuesday"}},
		Range:   graph.Range{Type: "numbered", StartDate: "2026-12-01", Occurrences: 3, Zone: graph.ZoneFor("Europe/Paris")},
	}
	event.Attendees = []graph.Attendee{graph.RoomAttendee("Harbour View", "harbour.view@meridian.example")}
	series, err := o.CreateEvent(ctx, event)
	if err != nil || series.Type != "seriesMaster" || series.Attendees[0].Status.Response != "accepted" {
		t.Fatalf("%+v, %v", series, err)
	}
	notices, err := graph.ReadNotifications(<-o.told)
	if err != nil || notices[0].ClientState != "s3cret" || notices[0].Resource.ID != series.ID || notices[0].SubscriptionID != sub.ID {
		t.Errorf("%+v, %v", notices, err)
	}
	from := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	first, err := o.CalendarDelta(ctx, from, from.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	instances, err := o.Instances(ctx, series.ID, from, from.AddDate(0, 1, 0))
	if err != nil || len(instances) != 3 || instances[1].SeriesMasterID != series.ID || !instances[1].OriginalStart.Equal(from.AddDate(0, 0, 8).Add(9*time.Hour)) {
		t.Fatalf("%+v, %v", instances, err)
	}
	start := instances[1].OriginalStart.Add(24 * time.Hour)
	if _, err := o.UpdateEvent(ctx, instances[1].ID, graph.Event{Start: graph.In(start, "Europe/Paris"), End: graph.In(start.Add(time.Hour), "Europe/Paris")}); err != nil {
		t.Error(err)
	}
	if err := o.CancelEvent(ctx, instances[2].ID, "off"); err != nil {
		t.Error(err)
	}
	then, err := o.CalendarDeltaSince(ctx, first.Link)
	if err != nil || len(then.Removed) != 1 || then.Removed[0] != instances[2].ID || len(then.Changed) != 2 {
		t.Fatalf("%+v, %v", then, err)
	}
	moved := then.Changed[1]
	if at, err := moved.Start.Time(); err != nil || moved.Type != "exception" || !at.Equal(start) {
		t.Errorf("%+v, %v", moved, err)
	}
	o.SetKnobs(microsoftsim.Knobs{ForgetDeltas: true})
	if _, err := o.CalendarDeltaSince(ctx, then.Link); !errors.Is(err, graph.ErrResync) {
		t.Errorf("%v", err)
	}
	if err := errors.Join(o.Reauthorize(ctx, sub.ID), o.Unsubscribe(ctx, sub.ID)); err != nil {
		t.Error(err)
	}
	if left, err := o.Subscriptions(ctx); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestTheEmulatedDirectoryIsSearched(t *testing.T) {
	t.Parallel()
	o := newOutlook(t)
	ctx := t.Context()
	people, err := o.People(ctx, "oka")
	if err != nil || len(people) != 1 || people[0].Address != "ben.okafor@meridian.example" {
		t.Errorf("people %v, %v", people, err)
	}
	users, err := o.Users(ctx, "hana")
	if err != nil || len(users) == 0 || users[0].Name != "Hana Sato" {
		t.Errorf("users %v, %v", users, err)
	}
	contacts, err := o.Contacts(ctx, "O'B")
	if err != nil || len(contacts) != 1 || contacts[0].Address != "quinn@brightside.example" {
		t.Errorf("contacts %v, %v", contacts, err)
	}
	rooms, err := o.Rooms(ctx)
	if err != nil || len(rooms) != 5 || rooms[2].Capacity != 40 {
		t.Errorf("rooms %v, %v", rooms, err)
	}
	from := time.Now().Truncate(24 * time.Hour)
	schedule, err := o.Schedule(ctx, []string{"jo.brandt@meridian.example", "lighthouse@meridian.example"}, from, from.Add(72*time.Hour), "Europe/Berlin", 30*time.Minute)
	if err != nil || len(schedule) != 2 || len(schedule[0].View) != 144 || len(schedule[1].Items) != 1 || schedule[1].Items[0].Subject != "Steering committee" {
		t.Errorf("%+v, %v", schedule, err)
	}
	proposals, err := o.MeetingTimes(ctx, graph.Wish{Attendees: []graph.Attendee{graph.RequiredAttendee("", "ben.okafor@meridian.example")}, From: from, To: from.AddDate(0, 0, 7), Zone: "Europe/London", Duration: time.Hour})
	if err != nil || len(proposals) != 5 || proposals[0].End.Sub(proposals[0].Start) != time.Hour {
		t.Errorf("%v, %v", proposals, err)
	}
}
