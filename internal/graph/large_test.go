package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/internal/graph"
)

// crowded is a calendar of n events with bodies of some bytes, and as much again that comes unasked.
func crowded(t *testing.T, n, body, unasked int) (*graph.Client, func() int) {
	t.Helper()
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		q := r.URL.Query()
		skip, _ := strconv.Atoi(q.Get("$skip"))
		size, _ := strconv.Atoi(q.Get("$top"))
		if size == 0 {
			_, _ = fmt.Sscanf(r.Header.Get("Prefer"), `IdType="ImmutableId", odata.maxpagesize=%d`, &size)
		}
		text, selected := "", q.Get("$select")
		if selected == "" || strings.HasSuffix(selected, ",body") {
			text = strings.Repeat("x", body)
		}
		var events []string
		for i := skip; i < min(skip+size, n); i++ {
			events = append(events, fmt.Sprintf(`{"id":"%d","subject":"%s","body":{"content":"%s"}}`, i, strings.Repeat("y", unasked), text))
		}
		link := `"@odata.deltaLink":"http://` + r.Host + `/delta"`
		if skip+size < n {
			link = fmt.Sprintf(`"@odata.nextLink":"http://%s%s?$skip=%d&$top=%s&$select=%s"`, r.Host, r.URL.Path, skip+size, q.Get("$top"), selected)
		}
		_, _ = fmt.Fprintf(w, `{"value":[%s],%s}`, strings.Join(events, ","), link)
	}))
	t.Cleanup(server.Close)
	api := graph.New(graph.Config{URL: server.URL, HTTP: server.Client()})
	return api.Client(func(context.Context, string) (string, error) { return "token", nil }), func() int { return calls }
}

// Some large invitations do not keep a calendar from being listed: each event once.
func TestALargeCalendarIsListed(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ events, body, unasked, want, calls int }{
		"small":                    {120, 10, 10, 120, 3},
		"large bodies":             {4, 3 << 20, 10, 4, 2},
		"much else":                {4, 10, 3 << 20, 4, 20},
		"each too large by itself": {1, 10, 9 << 20, 0, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, calls := crowded(t, c.events, c.body, c.unasked)
			seen := map[string]int{}
			err := client.CalendarView(t.Context(), graph.View{From: from, To: from.AddDate(0, 1, 0), Body: true, PageSize: 40}, func(page []graph.Event) error {
				for _, e := range page {
					seen[e.ID]++
				}
				return nil
			})
			if err != nil || len(seen) != c.want || calls() > c.calls {
				t.Errorf("%d events in %d calls, %v", len(seen), calls(), err)
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("event %s is listed %d times", id, n)
				}
			}
		})
	}
}

func TestLargeChanges(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	client, _ := crowded(t, 5, 3<<20, 0)
	if d, err := client.CalendarDelta(t.Context(), from, from.AddDate(0, 1, 0)); err != nil || len(d.Changed) != 5 {
		t.Errorf("pages that are too large: %d changes, %v", len(d.Changed), err)
	}
	for name, bytes := range map[string]int{"one that is too large": 9 << 20, "too many": 1 << 20} {
		client, _ := crowded(t, 18, bytes, 0)
		if d, err := client.CalendarDelta(t.Context(), from, from.AddDate(0, 1, 0)); !errors.Is(err, graph.ErrTooLarge) {
			t.Errorf("%s: %d changes, %v", name, len(d.Changed), err)
		}
	}
}
