package graph_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"causeway/internal/graph"
	"causeway/internal/upstream"
)

const me = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users/$entity","id":"aaaaaaaa-0000-4000-8000-000000000001","displayName":"Ana Duarte",
	"mail":"ana@meridian.example","userPrincipalName":"ana@meridian.example","preferredLanguage":null}`

// tokens hands out one token after the other, and notes what it was told to be rejected.
type tokens struct {
	list     []string
	rejected []string
}

func (s *tokens) next(_ context.Context, rejected string) (string, error) {
	s.rejected = append(s.rejected, rejected)
	token := s.list[0]
	if len(s.list) > 1 {
		s.list = s.list[1:]
	}
	return token, nil
}

func TestT99_ATokenThatDiesIsReplacedOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, refused(401, "InvalidAuthenticationToken"), answer{status: 201, body: made})
	source := &tokens{list: []string{"old", "new"}}
	if _, err := s.clientWith(source.next).CreateEvent(t.Context(), weekly(t)); err != nil {
		t.Fatal(err)
	}
	calls := s.all()
	if len(calls) != 2 || calls[0].token != "old" || calls[1].token != "new" || calls[0].body != calls[1].body || calls[1].body == "" {
		t.Errorf("requests %+v", calls)
	}
	if fmt.Sprintf("%q", source.rejected) != `["" "old"]` {
		t.Errorf("rejected %q", source.rejected)
	}
}

func TestT99_ASecondRejectionIsSurfaced(t *testing.T) {
	t.Parallel()
	s := newServer(t, refused(401, "InvalidAuthenticationToken"))
	source := &tokens{list: []string{"old", "new", "newer"}}
	_, err := s.clientWith(source.next).Me(t.Context())
	if !errors.Is(err, graph.ErrUnauthorized) || upstream.Outcome(err) != upstream.Answered {
		t.Errorf("error %v", err)
	}
	if calls := s.all(); len(calls) != 2 || len(source.rejected) != 2 {
		t.Errorf("%d requests, %d tokens", len(calls), len(source.rejected))
	}
	// A source that has nothing new is not tried again.
	s = newServer(t, refused(401, "InvalidAuthenticationToken"))
	if _, err := s.client().Me(t.Context()); !errors.Is(err, graph.ErrUnauthorized) {
		t.Errorf("error %v", err)
	}
	s.only(t)
}

func TestWhatTheTokenSourceSaysIsReturned(t *testing.T) {
	t.Parallel()
	gone := errors.New("not linked any longer")
	s := newServer(t, refused(401, "InvalidAuthenticationToken"))
	none := s.clientWith(func(context.Context, string) (string, error) { return "", gone })
	if _, err := none.Me(t.Context()); !errors.Is(err, gone) || len(s.all()) != 0 {
		t.Errorf("error %v", err)
	}
	once := s.clientWith(func(_ context.Context, rejected string) (string, error) {
		if rejected != "" {
			return "", gone
		}
		return "old", nil
	})
	if _, err := once.Me(t.Context()); !errors.Is(err, gone) || len(s.all()) != 1 {
		t.Errorf("error %v after %d requests", err, len(s.all()))
	}
}

func TestRefusalsSayWhatTheyMean(t *testing.T) {
	t.Parallel()
	sentinels := []error{
		graph.ErrUnauthorized, graph.ErrForbidden, graph.ErrNoMailbox, graph.ErrNotFound, graph.ErrConflict, graph.ErrInvalid,
		graph.ErrThrottled, graph.ErrUnavailable, graph.ErrResync,
	}
	inner := answer{status: 403, body: `{"error":{"code":"ErrorAccessDenied","message":"x","innererror":{"code":"MailboxNotEnabledForRESTAPI"}}}`}
	for _, test := range []struct {
		answer answer
		want   error
	}{
		{refused(400, "ErrorInvalidRequest"), graph.ErrInvalid},
		{refused(400, "ErrorPropertyValidationFailure"), graph.ErrInvalid},
		{refused(403, "ErrorAccessDenied"), graph.ErrForbidden},
		{refused(404, "ErrorItemNotFound"), graph.ErrNotFound},
		{refused(400, "resyncRequired"), graph.ErrResync},
		{refused(410, "syncStateNotFound"), graph.ErrResync},
		{refused(410, "Gone"), graph.ErrNotFound},
		{refused(404, "MailboxNotEnabledForRESTAPI"), graph.ErrNoMailbox},
		{refused(403, "MailboxNotEnabledForRESTAPI"), graph.ErrNoMailbox},
		{refused(404, "ErrorNonExistentMailbox"), graph.ErrNoMailbox},
		{inner, graph.ErrNoMailbox},
		{refused(408, ""), graph.ErrUnavailable},
		{refused(409, "ErrorIrresolvableConflict"), graph.ErrConflict},
		{refused(412, "ErrorIrresolvableConflict"), graph.ErrConflict},
		{refused(413, "x"), graph.ErrInvalid},
		{refused(429, "ApplicationThrottled"), graph.ErrThrottled},
		{refused(500, "InternalServerError"), graph.ErrUnavailable},
		{refused(503, "ErrorServerBusy"), graph.ErrUnavailable},
		{refused(509, "BandwidthLimitExceeded"), graph.ErrThrottled},
		{answer{status: 502, body: "<html>"}, graph.ErrUnavailable},
		{answer{status: 302, header: map[string]string{"Location": "https://evil.test"}}, graph.ErrUnavailable},
		{answer{status: 400, body: "<html>"}, graph.ErrInvalid},
	} {
		s := newServer(t, test.answer)
		_, err := s.client().Me(t.Context())
		for _, sentinel := range sentinels {
			if errors.Is(err, sentinel) != errors.Is(test.want, sentinel) {
				t.Errorf("%d %s: %v is %v", test.answer.status, test.answer.body, err, sentinel)
			}
		}
		s.only(t)
	}
}

func TestARefusalCarriesWhenAndTheRequestButNoPeople(t *testing.T) {
	t.Parallel()
	throttled := refused(429, "ApplicationThrottled")
	throttled.header = map[string]string{"Retry-After": "17", "request-id": "other"}
	_, err := newServer(t, throttled).client().Me(t.Context())
	var refusal *graph.Error
	if !errors.As(err, &refusal) || !refusal.RetryAt.Equal(time.Date(2026, 11, 23, 9, 0, 17, 0, time.UTC)) {
		t.Fatalf("error %v", err)
	}
	if err.Error() != "graph: GET /me: status 429 ApplicationThrottled (request 7b1a-00ff)" {
		t.Errorf("text %q", err)
	}
	proxy := answer{status: 503, body: "<html>ana@meridian.example</html>", header: map[string]string{"request-id": "he\tader-1"}}
	if _, err := newServer(t, proxy).client().Me(t.Context()); err.Error() != "graph: GET /me: status 503 (request header-1)" {
		t.Errorf("text %q", err)
	}
	long := refused(400, strings.Repeat("x", 500)+"\\n")
	if _, err := newServer(t, long).client().Me(t.Context()); len(err.Error()) > 150 {
		t.Errorf("text %q", err)
	}
}

func TestAnAnswerThatCannotBeReadMayHaveHadItsEffect(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"id":`))
	}))
	defer server.Close()
	api := graph.New(graph.Config{URL: server.URL, HTTP: upstream.NewClient(upstream.Options{Name: "graph", Origins: []string{server.URL}})})
	client := api.Client(func(context.Context, string) (string, error) { return "token", nil })
	if _, err := client.CreateEvent(t.Context(), weekly(t)); !errors.Is(err, graph.ErrUnavailable) || upstream.Outcome(err) != upstream.Ambiguous {
		t.Errorf("error %v", err)
	}
}

// A connection that breaks is tried again where a repetition is harmless: creation only under a transaction id.
func TestOnlyWhatMayBeRepeatedIsRepeated(t *testing.T) {
	t.Parallel()
	unmarked := weekly(t)
	unmarked.TransactionID = ""
	for name, test := range map[string]struct {
		act  func(c *graph.Client) error
		want int
	}{
		"create, marked":   {func(c *graph.Client) error { _, err := c.CreateEvent(t.Context(), weekly(t)); return err }, 3},
		"create, unmarked": {func(c *graph.Client) error { _, err := c.CreateEvent(t.Context(), unmarked); return err }, 1},
		"read":             {func(c *graph.Client) error { _, err := c.Event(t.Context(), eventID); return err }, 3},
		"change":           {func(c *graph.Client) error { _, err := c.UpdateEvent(t.Context(), eventID, unmarked); return err }, 3},
		"cancel":           {func(c *graph.Client) error { return c.CancelEvent(t.Context(), eventID, "") }, 3},
		"delete":           {func(c *graph.Client) error { return c.DeleteEvent(t.Context(), eventID) }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requests := make(chan string, 10)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				requests <- r.Method
				panic(http.ErrAbortHandler)
			}))
			defer server.Close()
			api := graph.New(graph.Config{URL: server.URL, HTTP: upstream.NewClient(upstream.Options{
				Name: "graph", Origins: []string{server.URL}, Retry: upstream.Policy{Attempts: 3, Base: time.Microsecond},
			})})
			err := test.act(api.Client(func(context.Context, string) (string, error) { return "token", nil }))
			if !errors.Is(err, graph.ErrUnavailable) || upstream.Outcome(err) != upstream.Ambiguous || len(requests) != test.want {
				t.Errorf("%d requests, %v", len(requests), err)
			}
		})
	}
}

func TestMeAndMailboxSettings(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: me})
	got, err := s.client().Me(t.Context())
	want := graph.User{ID: "aaaaaaaa-0000-4000-8000-000000000001", DisplayName: "Ana Duarte", Mail: "ana@meridian.example", UserPrincipalName: "ana@meridian.example"}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if call := s.only(t); call.path != "/me" || call.query["$select"][0] != "id,displayName,mail,userPrincipalName,preferredLanguage" || call.body != "" {
		t.Errorf("request %+v", call)
	}
	for zone, iana := range map[string]string{"Romance Standard Time": "Europe/Paris", "Europe/Paris": "Europe/Paris", "tzone://Microsoft/Custom": "", "": ""} {
		s := newServer(t, answer{status: 200, body: `{"@odata.context":"x","archiveFolder":"AAMk","timeZone":"` + zone + `","language":{"locale":"fr-FR","displayName":"French (France)"},
			"dateFormat":"dd/MM/yyyy","timeFormat":"HH:mm","workingHours":{"daysOfWeek":["monday"],"startTime":"08:00:00.0000000","endTime":"17:00:00.0000000","timeZone":{"name":"Romance Standard Time"}}}`})
		settings, err := s.client().MailboxSettings(t.Context())
		if err != nil || settings != (graph.MailboxSettings{TimeZone: zone, Zone: iana, Locale: "fr-FR"}) {
			t.Errorf("%q: %+v, %v", zone, settings, err)
		}
		if call := s.only(t); call.path != "/me/mailboxSettings" {
			t.Errorf("request %+v", call)
		}
	}
}

func TestAClientDoesNotPrintItsTokens(t *testing.T) {
	t.Parallel()
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "client", newServer(t, answer{}).client())
	if strings.Contains(logged.String(), "token") {
		t.Error(logged.String())
	}
}
