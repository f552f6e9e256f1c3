package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/policy"
	"causeway/internal/sandbox/world"
)

// judged is what is decided of the rows of a table.
type judged struct{ gone, stays string }

// judgement says of every table which of its rows have to be gone once the only person with Zoom has removed the app there ("" for all, "-" for none), and why
// others stay.
func judgement() map[string]judged {
	return map[string]judged{
		"meetings": {}, "meeting_requests": {}, "meeting_invitees": {}, "meeting_sessions": {}, "meeting_attendance": {}, "meeting_copies": {},
		"meeting_shares": {}, "meeting_follows": {}, "calendar_entries": {}, "board_shares": {}, "board_notices": {}, "account_revocations": {}, "meeting_typed": {},
		"account_grants":     {"provider = 'zoom'", "Microsoft's are not Zoom's"},
		"notifications":      {"kind <> 'relink'", "that the connection has ended"},
		"inbox":              {"source = 'zoom' and length(body) > 0", "of an event that is followed the key alone, a digest; what came from Teams goes after seven days"},
		"account_intents":    {"-", "what a sign-in under way holds, sealed, until it expires minutes later"},
		"meeting_looks":      {"-", "when a person's list is looked at: a person and times, until that moment"},
		"board_mail":         {"-", "which mailbox is looked into, by whose wish, until that moment"},
		"calendar_watches":   {"-", "Microsoft's"},
		"person_settings":    {"-", "what people chose here"},
		"places":             {"-", "Teams'"},
		"contacts":           {"-", "Teams'"},
		"policies":           {"-", "what administrators decided"},
		"policy_changes":     {"-", "what administrators decided"},
		"notification_pumps": {"-", "leases"},
		"spent_tickets":      {"-", "random, for half a minute"},
		"schema_versions":    {"-", "the schema's own"},
		"river_":             {"-", "the queue's: ids alone"},
	}
}

// rowsOf counts the rows of a table that have to be gone.
func (s *stage) rowsOf(table string) int {
	s.t.Helper()
	if strings.HasPrefix(table, "river_") {
		table = "river_"
	}
	class, known := judgement()[table]
	switch {
	case !known:
		s.t.Errorf("of the table %s nobody has said whether it holds what Zoom told, and goes with the app", table)
		return 0
	case class.gone == "-":
		return 0
	case class.gone == "":
		return s.stored(table)
	}
	return s.stored(table + " where " + class.gone)
}

// T72, of everything that there is: reminders, wishes in vain, whiteboards and their messages, shares. A table that is new has to be judged.
func TestT72_RemovingTheAppLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := beginGuardedOn(t, setup{postgres: postgres})
			ana := g.person("ana")
			ana.link()
			g.person("ben").link()
			if err := g.products[0].Switch(t.Context(), policy.TellStarting, true); err != nil {
				t.Fatal(err)
			}
			now := g.world.World.Clock.Now()
			start := now.In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
			ana.schedule("launch", "Launch", fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}).is("message")
			g.idle()
			v := g.visit("ana")
			v.shareBoard(g.boardOf("Retrospective").ID, "view")
			g.hasten()
			g.fault(world.Fault{
				Side: world.Zoom, Route: "POST /v2/users/me/meetings", Delay: world.Duration(5 * time.Second), Count: 1, Status: 400,
				Body: []byte(`{"code":3161,"message":"Your user account is not allowed to host or join meetings."}`),
			})
			ana.schedule("launch", "In vain").is("message")
			ana.shows("bot", "The Zoom meeting could not be made", "In vain")
			g.advance(start.Add(-4 * time.Minute).Sub(g.world.World.Clock.Now()))
			g.until("people are reminded", func() bool { return g.stored("notifications where kind = 'starting' and state = 'sent'") > 1 })
			ana.shows("bot", "It starts in a moment")
			ana.press("bot", ana.find("bot", "It starts in a moment"), "Remind me when it starts", nil)
			g.until("she is reminded once more", func() bool { return g.stored("notifications where kind = 'starting_again'") > 0 })
			g.advance(5 * time.Minute)
			g.hold(g.numbered("Launch"))
			g.advance(time.Minute)
			g.until("the recording is known", func() bool { return g.stored("meeting_sessions where remains is not null") > 0 })
			g.idle()
			tables := g.schema()
			for _, filled := range []string{
				"meetings", "meeting_requests", "meeting_invitees", "meeting_sessions", "meeting_attendance", "calendar_entries", "board_shares", "board_notices",
				"account_grants", "notifications where kind = 'starting'", "notifications where kind = 'starting_again'", "notifications where kind = 'schedule_failed'",
				"notifications where kind = 'board_shared'",
			} {
				if g.stored(filled) == 0 {
					t.Errorf("there is nothing to delete: %s", filled)
				}
			}
			for _, handle := range []string{"ben", "ana"} {
				g.call("DELETE", "/zoom/people/"+handle+"/app", nil, nil)
			}
			g.until("both are disconnected", func() bool { return g.stored("account_grants where provider = 'zoom'") == 0 })
			g.idle()
			for _, table := range tables {
				if n := g.rowsOf(table); n != 0 {
					t.Errorf("%d rows of %s are left", n, table)
				}
			}
			for table := range judgement() {
				if !slices.ContainsFunc(tables, func(one string) bool { return one == table || table == "river_" && strings.HasPrefix(one, table) }) {
					t.Errorf("there is no table %s", table)
				}
			}
		})
	}
}

// After the days of retention nobody knows any more who was told or reminded of what.
func TestMessagesAreForgottenAfterTheDaysOfRetention(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t, func(c *app.Config) { c.RetentionDays = 2 })
	ana := g.person("ana")
	ana.link()
	g.person("ben").link()
	if err := g.products[0].Switch(t.Context(), policy.TellStarting, true); err != nil {
		t.Fatal(err)
	}
	start := g.world.World.Clock.Now().In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
	ana.schedule("launch", "Launch", fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}).is("message")
	g.idle()
	g.visit("ana").shareBoard(g.boardOf("Retrospective").ID, "view")
	g.idle()
	g.advance(start.Add(-4 * time.Minute).Sub(g.world.World.Clock.Now()))
	g.until("people are reminded", func() bool { return g.stored("notifications where kind = 'starting' and state = 'sent'") > 1 })
	g.later(24 * time.Hour)
	if g.stored("meetings") == 0 || g.stored("notifications where kind = 'starting'") == 0 || g.stored("board_notices") == 0 {
		t.Error("it is forgotten after a day")
	}
	g.later(48 * time.Hour)
	for _, table := range []string{"meetings", "board_notices", "board_shares", "notifications"} {
		g.until("nothing is left of "+table, func() bool { return g.stored(table) == 0 })
	}
}

// schema lists all tables of the database.
func (g *guarded) schema() (tables []string) {
	g.t.Helper()
	query := `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
	if strings.HasPrefix(g.database, "postgres") {
		query = `select tablename from pg_tables where schemaname = 'public'`
	}
	rows, err := g.db.Read().QueryContext(g.t.Context(), query)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			g.t.Fatal(err)
		}
		tables = append(tables, one)
	}
	if err := rows.Err(); err != nil || len(tables) == 0 {
		g.t.Fatalf("%d tables: %v", len(tables), err)
	}
	return tables
}
