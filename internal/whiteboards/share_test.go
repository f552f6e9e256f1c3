package whiteboards_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/whiteboards"
	"causeway/internal/wiretest"
)

// A board in the trash takes no other's place in the list.
func TestTheTrashShortensNoList(t *testing.T) {
	t.Parallel()
	s := begin(t)
	var all []map[string]any
	for i := range 60 {
		b := board(fmt.Sprint("trashed", i), s.Clock.Now().Add(-time.Duration(i)*time.Hour))
		b["trashed"] = true
		all = append(all, b)
	}
	for i := range 3 {
		all = append(all, board(fmt.Sprint("old", i), s.Clock.Now().AddDate(0, 0, -200-i)))
	}
	s.zoom("GET /v2/whiteboards", pages(all))
	got, err := s.boards.List(t.Context(), visitor("ana"), "", whiteboards.All)
	var names []string
	for _, b := range got {
		names = append(names, b.ID)
	}
	if want := []string{"old0", "old1", "old2"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("listed are %v, not %v: %v", names, want, err)
	}
	if n := len(s.Zoom.Calls("GET /v2/whiteboards")); n > 12 {
		t.Errorf("Zoom was asked %d times", n)
	}
}

// Those in a conversation are told of a board that stands there, though it was shared once more since and that came to nothing.
func TestASecondShareThatFailsTakesNothingFromTheFirst(t *testing.T) {
	t.Parallel()
	s := begin(t)
	share := func() error {
		_, err := s.boards.Share(t.Context(), visitor("ana"), "one", group, "", false)
		return err
	}
	if err := share(); err != nil {
		t.Fatal(err)
	}
	all := storetest.Jobs(t, s.Back, whiteboards.SharedJob, string(wiretest.Tenant))
	if len(all) != 1 {
		t.Fatalf("%d jobs", len(all))
	}
	work := func() error { return s.boards.Jobs()[whiteboards.SharedJob](t.Context(), all[0]) }
	s.Connector.Next("GET /emea/v3/conversations/"+group+"/pagedmembers", 1, wiretest.Refuse(503, `{}`))
	if err := work(); err == nil {
		t.Fatal("who is there is known")
	}
	s.Clock.Forward(2 * time.Minute)
	s.Connector.Next(sendIn, 1, wiretest.Refuse(429, `{}`))
	if err := share(); err == nil {
		t.Fatal("it was posted a second time")
	}
	if err := work(); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := s.Back.DB.Read().QueryRowContext(t.Context(), `select count(*) from notifications where kind = $1`, notifications.BoardShared).Scan(&n)
	if err != nil || n != 1 {
		t.Errorf("%d were told of the board that stands there, want Ben: %v", n, err)
	}
	if err := share(); err != nil {
		t.Errorf("at once after the failure: %v", err)
	}
}

// Shared again within a minute, a board whose card may or may not stand there is not said to be shared, and no second card is posted.
func TestAShareThatIsUnsureStaysSo(t *testing.T) {
	t.Parallel()
	s := begin(t)
	share := func() error {
		_, err := s.boards.Share(t.Context(), visitor("ana"), "one", group, "", false)
		return err
	}
	unsure := func(what string, err error) {
		t.Helper()
		if !problem.Is(err, problem.Unavailable) || problem.Of(err).Key != "upcoming.share_unsure" {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.Connector.Next(sendIn, 1, wiretest.Lose(0))
	unsure("not answered", share())
	unsure("again", share())
	if n := len(s.Connector.Posts(group)); n != 1 {
		t.Errorf("%d cards", n)
	}
	s.Clock.Forward(2 * time.Minute)
	for range 2 {
		if err := share(); err != nil {
			t.Errorf("later: %v", err)
		}
	}
	if n := len(s.Connector.Posts(group)); n != 2 {
		t.Errorf("%d cards after it was shared once more, twice", n)
	}
	s.Clock.Forward(2 * time.Minute)
	gate, first := wiretest.NewGate(), make(chan error)
	s.Connector.Next(sendIn, 1, gate.Before)
	go func() { first <- share() }()
	<-gate.Reached
	unsure("while it is being posted", share())
	close(gate.Open)
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
}

// However much one person shares, others wait no longer for their messages: the cards are posted, and people are told of so many.
func TestNobodyIsToldOfBoardsWithoutEnd(t *testing.T) {
	t.Parallel()
	s := begin(t)
	worked := map[string]bool{}
	share := func(board string, want int) {
		t.Helper()
		if _, err := s.boards.Share(t.Context(), visitor("ana"), board, group, "", false); err != nil {
			t.Fatal(err)
		}
		for _, j := range storetest.Jobs(t, s.Back, whiteboards.SharedJob, string(wiretest.Tenant)) {
			if worked[j.Subject] {
				continue
			}
			worked[j.Subject] = true
			if err := s.boards.Jobs()[j.Kind](t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		got, err := store.Whiteboards{Backend: s.Back}.Noticed(t.Context(), wiretest.Person("ben"), notifications.BoardShared, time.Time{})
		if err != nil || got != want {
			t.Errorf("with %s Ben is told %d times, want %d: %v", board, got, want, err)
		}
	}
	for n := range 12 {
		share(fmt.Sprint("board", n), min(n+1, 10))
	}
	s.Clock.Forward(30 * time.Minute)
	share("later", 10)
	s.Clock.Forward(31 * time.Minute)
	share("next", 11)
	if n := len(s.Connector.Posts(group)); n != 14 {
		t.Errorf("%d cards", n)
	}
}

// Zoom adds people by address: it is asked for the one that they have at that moment, and who is somebody else there by now is not added.
func TestPeopleAreAddedByTheAddressTheyHaveNow(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for _, name := range []string{"cho", "dan"} {
		s.Link(name, false)
	}
	s.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), wiretest.Someone("cho"), wiretest.Someone("dan"), map[string]any{"id": "28:" + wiretest.AppID})
	if err := s.Accounts.Disconnect(t.Context(), wiretest.Person("dan")); err != nil {
		t.Fatal(err)
	}
	if a, err := s.Accounts.Account(t.Context(), wiretest.Person("ben")); err != nil || a.Email != "ben@example.com" {
		t.Fatalf("%+v, %v", a, err)
	}
	s.Zoom.Next("GET /v2/users/me", 0, func(w http.ResponseWriter, _ *http.Request, effect func() *httptest.ResponseRecorder) {
		w.Header().Set("Content-Type", "application/json")
		now := strings.NewReplacer("ben@example.com", "ben.new@example.com", "zcho", "zother")
		_, _ = now.WriteString(w, effect().Body.String())
	})
	s.zoom("POST /oauth/token", func(*http.Request) any {
		return map[string]any{"access_token": "account", "token_type": "bearer", "expires_in": 3600}
	})
	s.zoom("GET /v2/whiteboards/*/collaborator", func(*http.Request) any { return []any{map[string]any{"user_id": "zana", "role": 0}} })
	s.zoom("POST /v2/whiteboards/*/collaborator", func(*http.Request) any { return []any{} })
	if _, err := s.boards.Share(t.Context(), visitor("ana"), "one", group, "edit", true); err != nil {
		t.Fatal(err)
	}
	asked := len(s.Zoom.Calls("GET /v2/users/me"))
	if _, err := s.boards.Share(t.Context(), visitor("ana"), "two", group, "edit", true); err != nil || len(s.Zoom.Calls("GET /v2/users/me")) != asked+1 {
		t.Errorf("another board at once: %v, asked %d times more; want once, as who is left out", err, len(s.Zoom.Calls("GET /v2/users/me"))-asked)
	}
	s.Clock.Forward(time.Minute)
	if _, err := s.boards.Share(t.Context(), visitor("ana"), "three", group, "edit", true); err != nil || len(s.Zoom.Calls("GET /v2/users/me")) != asked+3 {
		t.Errorf("a minute later: %v, asked %d times more; want for both", err, len(s.Zoom.Calls("GET /v2/users/me"))-asked)
	}
	calls := s.Zoom.Calls("POST /v2/whiteboards/one/collaborator")
	if len(calls) != 1 || !strings.Contains(calls[0].Body, `[{"email":"ben.new@example.com","role":2}]`) {
		t.Errorf("added by %+v", calls)
	}
}

// Where Teams lets no bot post, it is said so, and once that is known no board is opened to anybody for a card that cannot come.
func TestABoardIsNotOpenedWhereNothingMayBePosted(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.zoom("PATCH /v2/whiteboards/*/share_setting", func(*http.Request) any { return map[string]any{} })
	s.Connector.Next(sendIn, 1, wiretest.Refuse(403, `{"error":{"code":"ForbiddenOperationException"}}`))
	for range 2 {
		var told *problem.Error
		if _, err := s.boards.Share(t.Context(), visitor("ana"), "one", group, "view", false); !errors.As(err, &told) || told.Key != "chats.no_posting" {
			t.Errorf("shared: %v", err)
		}
	}
	if n := len(s.Zoom.Calls("PATCH /v2/whiteboards/one/share_setting")); n != 1 {
		t.Errorf("the board was opened %d times", n)
	}
}
