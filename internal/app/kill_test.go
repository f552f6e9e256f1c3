package app_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/sandbox"
	"causeway/internal/sandbox/world"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

// asProduct makes this test program be the product: what is killed is a process of its own.
const asProduct = "CAUSEWAY_TEST_AS_PRODUCT"

func TestMain(m *testing.M) {
	if os.Getenv(asProduct) == "" {
		atOnce()
		os.Exit(m.Run())
	}
	go func() { // whoever started it may go away
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	os.Exit(app.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// atOnce has more tests run at the same time than there are processors, unless it was said how many: they wait more than they compute.
func atOnce() {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		_ = flag.Set("test.parallel", "10")
	}
}

// recovery is how long after a kill everything has to be as if nothing had happened.
const recovery = 90 * time.Second

// mortal is a world whose product is a process that can be killed.
type mortal struct {
	*stage
	front  *front
	db     *database.DB // beside the product
	queue  *jobs.Queue
	tenant entra.TenantID
	kill   func()
	log    *logged
}

// beginMortal starts a world and a product in a process.
func beginMortal(t *testing.T, postgres bool) *mortal {
	t.Helper()
	m := &mortal{stage: newStage(t, postgres), log: &logged{}}
	m.front = newFront(t, m.checker)
	m.world = runWorld(t, m.front.url, m.checker, func(o *sandbox.Options) { o.InvokeTimeout = 20 * time.Second }) // processes start at the same time
	m.tenant = entra.TenantID(m.world.Settings().EntraTenantID)
	m.spawn()
	var err error
	if m.db, err = database.OpenBeside(t.Context(), m.database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.db.Close() })
	if m.queue, err = jobs.New(m.db, jobs.Options{}); err != nil {
		t.Fatal(err)
	}
	return m
}

// newStage is a stage without world and products.
func newStage(t *testing.T, postgres bool) *stage {
	t.Helper()
	s := &stage{t: t, checker: descriptions(t), http: &http.Client{Timeout: patience}}
	if s.database = storetest.SQLiteTables(t); postgres {
		s.database = storetest.PostgreSQL(t)
	}
	return s
}

// spawn starts the product and waits until it is ready.
func (m *mortal) spawn() {
	m.t.Helper()
	var address string
	address, m.kill = m.process()
	m.front.lead(address)
}

// process starts a process of the product, and answers where it is when it is ready.
func (m *mortal) process() (address string, kill func()) {
	m.t.Helper()
	child := exec.CommandContext(context.WithoutCancel(m.t.Context()), os.Args[0], "sandbox", "--product", m.world.URL(), "--port", "0", "--database", m.database)
	child.Env = append(os.Environ(), asProduct+"=yes")
	child.Stderr = m.log
	input, err := child.StdinPipe() // its end ends a child whose parent was killed
	if err != nil {
		m.t.Fatal(err)
	}
	output, err := child.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		m.t.Fatal(err)
	}
	var once bool
	kill = func() {
		if once {
			return
		}
		once = true
		_ = child.Process.Kill()
		_ = child.Wait()
		_ = input.Close()
	}
	m.t.Cleanup(kill)
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if address, found := strings.CutPrefix(strings.TrimSpace(line), "Causeway is ready at http://localhost:"); found {
			return "127.0.0.1:" + address, kill
		}
		if err != nil {
			m.t.Fatalf("the product did not start: %v\n%s", err, m.log)
		}
	}
}

// point is a moment at which a product dies: at its nth call (0 is the first) of a route, before the call has its effect, or after it
// and before the answer.
type point struct {
	side  world.Side
	route string
	nth   int
	when  world.When
}

func (p point) String() string { return fmt.Sprintf("%s %s %d", p.when, p.route, p.nth) }

// Routes that a meeting's making calls.
const (
	createMeeting = "POST /v2/users/{user}/meetings"
	createEvent   = "POST /graph/v1.0/me/events"
	createChat    = "POST /connector/emea/v3/conversations"
	postActivity  = "POST /connector/emea/v3/conversations/{conversation}/activities"
)

// The people of the chat in which the meetings are made; Ana makes them.
var launchPeople = []string{"ana", "ben", "chloe", "dev", "eli"}

const killedTopic = "Go or no-go"

// TestT92_KilledAtACall kills the product at calls that matter most; `make chaos` does it at every one.
func TestT92_KilledAtACall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		postgres bool
		command  string
		point    point
	}{
		{false, "schedule", point{world.Zoom, createMeeting, 0, world.Before}},
		{true, "schedule", point{world.Zoom, createMeeting, 0, world.After}},
		{false, "start", point{world.Microsoft, postActivity, 0, world.After}},
		{true, "schedule", point{world.Microsoft, createEvent, 0, world.After}},
		{true, "start", point{world.Microsoft, postActivity, 2, world.After}},
		{false, "schedule", point{world.Microsoft, createChat, 1, world.Before}},
	} {
		t.Run(c.command+" "+engine(c.postgres)+" "+c.point.String(), func(t *testing.T) {
			t.Parallel()
			killAt(t, c.postgres, c.command, c.point)
		})
	}
}

func engine(postgres bool) string {
	if postgres {
		return "postgres"
	}
	return "sqlite"
}

// ready has Ana connected and the bot in the chat, with a form open, and answers what sends it.
func (m *mortal) ready(command string) (send func() outcome) {
	m.t.Helper()
	ana := m.person("ana")
	form := ana.command("launch", command).is("auth").approve(consent{}).is("dialog").submit(nil).is("dialog")
	m.mark()
	return func() (shown outcome) {
		// The answer may never come; what is made of the form is what counts.
		_ = m.try("POST", "/dialogs/"+form.Dialog.ID+"/submit", map[string]any{"action": 0, "data": fields{"topic": killedTopic}}, &shown)
		return shown
	}
}

// killAt lets Ana make a meeting, kills the product at the point, starts it again, and compares what both platforms saw.
func killAt(t *testing.T, postgres bool, command string, at point) {
	t.Helper()
	m := beginMortal(t, postgres)
	send := m.ready(command)
	m.fault(world.Fault{Side: at.side, Route: at.route, Skip: at.nth, Count: 1, When: at.when, Hold: true})
	sent := make(chan struct{})
	go func() { defer close(sent); send() }()
	var dying stored
	if hold, found := m.held(); found {
		t.Logf("killed at %s %s", hold.Request.Method, hold.Request.URL)
		m.kill()
		<-sent
		m.settles()
		dying = m.stored()
		m.spawn()
	} else { // how often cards are updated depends on what comes first
		t.Log("done without that call")
	}
	m.recovers(command, dying)
	if t.Failed() {
		t.Logf("log:\n%s", m.log)
	}
}

// held waits until the product is at the point. It answers false when everything is done without it.
func (m *mortal) held() (world.Hold, bool) {
	m.t.Helper()
	for range recovery / time.Second {
		ctx, cancel := context.WithTimeout(m.t.Context(), time.Second)
		hold, err := m.world.World.Faults.NextHold(ctx)
		cancel()
		switch {
		case err == nil:
			return hold, true
		case m.unrest() == nil:
			return hold, false
		}
	}
	m.t.Fatalf("neither at the point nor at rest: %v\n%s", m.unrest(), m.log)
	return world.Hold{}, false
}

// settles waits until PostgreSQL has ended what the killed process had sent it: a commit that is under way still counts.
func (m *mortal) settles() {
	m.t.Helper()
	if m.db.Engine() != database.PostgreSQL {
		return
	}
	m.until("the killed process has nothing under way", func() bool {
		var busy int
		err := m.db.Read().QueryRowContext(m.t.Context(),
			"select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'").Scan(&busy)
		if err != nil {
			m.t.Fatal(err)
		}
		return busy == 0
	})
}

// stored is what the store knows of the meeting.
type stored struct {
	meeting  string
	card     string // its state
	shown    bool   // the card shows the meeting as it is
	calendar string // state of the entry
	told     []notifications.Message
}

func (m *mortal) stored() stored {
	m.t.Helper()
	var s stored
	err := m.db.Read().QueryRowContext(m.t.Context(), `select id, card_state, card_revision >= revision,
			coalesce((select e.state from calendar_entries e where e.tenant = m.tenant and e.meeting = m.id), '')
		from meetings m where tenant = $1`, string(m.tenant)).Scan(&s.meeting, &s.card, &s.shown, &s.calendar)
	if errors.Is(err, sql.ErrNoRows) {
		return s
	}
	if err == nil {
		s.told, err = store.Notifications{Backend: store.Backend{DB: m.db, Jobs: m.queue}}.About(m.t.Context(), m.tenant, s.meeting)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

// unrest is what is still to be done: nil when all is at rest.
func (m *mortal) unrest() error {
	m.t.Helper()
	s := m.stored()
	switch {
	case s.meeting == "":
		return errors.New("no meeting is stored")
	case s.card != "posted" || !s.shown || s.calendar != "done" || len(s.told) == 0:
		return fmt.Errorf("the card is %q, up to date %t, the calendar entry %q, %d messages", s.card, s.shown, s.calendar, len(s.told))
	}
	for _, n := range s.told {
		if !n.State.Final() {
			return fmt.Errorf("the message to %s is %s", n.To.ID, n.State)
		}
	}
	return m.busy()
}

// busy says what still has to be done, or cannot be; nil when nothing has.
func (m *mortal) busy() error {
	m.t.Helper()
	for _, state := range []jobs.State{jobs.Waiting, jobs.Running, jobs.Dead} {
		left, err := m.queue.List(m.t.Context(), jobs.Filter{State: state, Limit: 1000})
		if err != nil {
			m.t.Fatal(err)
		}
		for _, j := range left {
			if state != jobs.Waiting || time.Until(j.Due) < 3*time.Second {
				return fmt.Errorf("job %s of %s is %s after %d runs: %s", j.Kind, j.Subject, j.State, j.Attempt, j.LastError)
			}
		}
	}
	return nil
}

// rests waits until all is at rest, at most recovery.
func (m *mortal) rests() {
	m.t.Helper()
	var err error
	if !waited(recovery, func() bool { err = m.unrest(); return err == nil }) {
		m.t.Errorf("not at rest after %v: %v", recovery, err)
	}
}

// recovers waits for the end and counts. dying is what the store knew when the product was killed.
func (m *mortal) recovers(command string, dying stored) {
	m.t.Helper()
	begun := time.Now()
	m.rests()
	m.t.Logf("at rest after %v", time.Since(begun).Round(time.Second))
	got := m.effects()
	if got.Meetings != 1 || got.Events != 1 || got.Mails != len(launchPeople)-1 || len(m.rows("meeting.deleted")) > 0 {
		m.t.Errorf("the ledger shows %+v", got)
	}
	posted := 0
	for _, c := range m.person("ana").messages("launch") {
		if c.From.Bot && strings.Contains(c.text(), killedTopic) {
			posted++
		}
	}
	// Twice only where the connector had taken the card and the store did not know it yet.
	if posted != 1 && (posted != 2 || dying.card != "sending") {
		m.t.Errorf("%d cards in the chat; the store said %q when the product died", posted, dying.card)
	}
	m.told(command, dying)
}

// told looks at every direct message: never two to anybody, and each missing one is unknown in the store and listed on the
// organiser's card.
func (m *mortal) told(command string, dying stored) {
	m.t.Helper()
	states := map[string]notifications.State{}
	for _, n := range m.stored().told {
		states[string(n.To.ID)] = n.State
	}
	sending := map[string]bool{}
	for _, n := range dying.told {
		sending[string(n.To.ID)] = n.State == notifications.Sending
	}
	organiser := m.person("ana").messages("launch")
	if command == "schedule" {
		organiser = m.person("ana").messages("bot")
	}
	if states[m.seed("ana").ID] == notifications.Unknown { // her own message cannot list anybody any more
		organiser = m.person("ana").messages("launch")
	}
	var listed strings.Builder
	for _, o := range organiser {
		if strings.Contains(o.text(), killedTopic) {
			listed.WriteString(o.text()[strings.Index(o.text(), killedTopic):])
		}
	}
	for _, handle := range launchPeople {
		if handle == "ana" && command == "start" {
			continue
		}
		p := m.seed(handle)
		count := 0
		for _, r := range m.rows("message.posted") {
			if r.By == "bot" && r.Detail["scope"] == "personal" && r.Detail["to"] == handle {
				count++
			}
		}
		state := states[p.ID]
		switch {
		case count > 1:
			m.t.Errorf("%s got %d messages", handle, count)
		case state == notifications.Unknown && !sending[p.ID]:
			m.t.Errorf("the message to %s is unknown, though it was not being sent when the product died", handle)
		case state == notifications.Unknown && !strings.Contains(listed.String(), p.Name):
			m.t.Errorf("the message to %s is unknown, and the organiser's card does not list it:\n%s", handle, listed.String())
		case count == 0 && state != notifications.Unknown:
			m.t.Errorf("%s got no message, and the store says %q", handle, state)
		}
	}
}
