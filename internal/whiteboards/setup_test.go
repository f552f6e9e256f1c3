package whiteboards_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"causeway/internal/chats"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/upstream"
	"causeway/internal/whiteboards"
	"causeway/internal/wiretest"
	"causeway/internal/zoom"
)

const (
	group  = "19:launch@thread.v2"
	sendIn = "POST /emea/v3/conversations/" + group + "/activities"
)

// stage is a product in which Ana and Ben have connected Zoom, and are in a group with the bot.
type stage struct {
	*wiretest.Product
	t      *testing.T
	boards *whiteboards.Service
}

func begin(t *testing.T) *stage {
	t.Helper()
	p := wiretest.New(t, wiretest.SQLite(t))
	links, err := zoom.NewLinks("https://zoom.us")
	if err != nil {
		t.Fatal(err)
	}
	account := zoom.NewApp(zoom.Config{
		APIURL: p.Zoom.URL, WebURL: p.Zoom.URL, ClientID: "s2s", ClientSecret: "secret", Now: p.Clock.Now,
		HTTP: upstream.NewClient(upstream.Options{Name: "zoom", Origins: []string{p.Zoom.URL}, Now: p.Clock.Now}),
	}).Account("acct")
	s := &stage{Product: p, t: t, boards: whiteboards.New(whiteboards.Config{
		Storage: store.Whiteboards{Backend: p.Back}, Policy: p.Policy, Accounts: p.Accounts, Chats: p.Chats, Notifications: p.Notifications, Texts: p.Texts,
		Links: links, Account: account, Now: p.Clock.Now, NewID: storetest.NewID, Logger: slog.New(slog.DiscardHandler),
	})}
	p.Link("ana", false)
	p.Link("ben", false)
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), map[string]any{"id": "28:" + wiretest.AppID, "name": "Causeway"})
	err = store.Chats{Backend: p.Back}.Install(t.Context(), chats.Place{
		Tenant: wiretest.Tenant, Conversation: group, Kind: chats.Group, ServiceURL: p.Connector.ServiceURL(), Name: "Launch team",
	}, p.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.zoom("GET /v2/whiteboards/*", func(r *http.Request) any { return board(r.URL.Path[len("/v2/whiteboards/"):], s.Clock.Now()) })
	return s
}

// zoom answers a route from now on.
func (s *stage) zoom(route string, answer func(*http.Request) any) {
	s.Zoom.Next(route, 0, func(w http.ResponseWriter, r *http.Request, _ func() *httptest.ResponseRecorder) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer(r))
	})
}

// board is a whiteboard as Zoom describes it.
func board(id string, modified time.Time) map[string]any {
	return map[string]any{
		"whiteboard_id": id, "whiteboard_name": "Board " + id, "created_by_display_name": "ana", "modified_date": modified.UTC().Format(time.RFC3339),
		"share_link": "https://zoom.us/wb/doc/page-" + id,
	}
}

func visitor(name string) whiteboards.Visitor {
	return whiteboards.Visitor{Person: wiretest.Person(name), Name: name, Locale: "en"}
}

// pages answers a list of whiteboards by the months in which they were changed.
func pages(boards []map[string]any) func(*http.Request) any {
	return func(r *http.Request) any {
		found := []map[string]any{}
		for _, b := range boards {
			at := b["modified_date"].(string)
			if at > r.URL.Query().Get("from") && at <= r.URL.Query().Get("to") {
				found = append(found, b)
			}
		}
		return map[string]any{"whiteboards": found, "next_page_token": ""}
	}
}
