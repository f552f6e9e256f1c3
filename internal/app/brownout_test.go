package app_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/upstream"
)

// service is one of those around, in the emulated world.
type service struct {
	side  world.Side
	route string
}

func services() map[string]service {
	return map[string]service{
		"zoom":  {world.Zoom, "* /v2/*"},
		"graph": {world.Microsoft, "* /graph/*"},
		"teams": {world.Microsoft, "* /connector/*"},
	}
}

// Each service around answers for a while only now and then: some calls fail, some are not answered, some come too fast. What a person was
// told is true, nothing is made twice, and in the end nothing is missing.
func TestT101_Brownouts(t *testing.T) {
	t.Parallel()
	for name, part := range services() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			s := begin(t, setup{})
			ana := s.person("ana")
			ana.link()
			ana.approveJIT("launch", "schedule")
			s.idle()
			s.mark()
			s.brown(part.side, part.route, 200, world.Fault{When: world.After, Drop: true}, rand.New(rand.NewPCG(seed, 101))) // #nosec G404 -- no secret
			told := map[string]string{}
			for i := range 6 {
				topic := fmt.Sprintf("Brownout %d.", i)
				if form := ana.command("launch", "schedule"); form.Type == "dialog" {
					told[topic] = form.submit(fields{"topic": topic}).String()
				}
			}
			for range 3 {
				s.later(31 * time.Second)
			}
			s.calm()
			for range 6 {
				s.later(31 * time.Second)
			}
			if len(told) == 0 {
				t.Fatal("no form was opened at all")
			}
			for topic, answer := range told {
				s.came(topic, answer)
			}
			dead, err := s.products[0].Dead(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, job := range dead {
				t.Errorf("given up: %s of %s: %s", job.Kind, job.Subject, job.LastError)
			}
			if t.Failed() {
				s.ledger()
			}
		})
	}
}

// While Outlook does not work at all, what is to be written there waits: finding it left alone is no failure of the work.
func TestWorkWaitsForAServiceThatIsAway(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.approveJIT("launch", "schedule")
	s.idle()
	s.fault(world.Fault{Side: world.Microsoft, Route: "* /graph/*", Status: 503})
	topics := []string{"Away 1.", "Away 2.", "Away 3.", "Away 4."}
	for _, topic := range topics {
		ana.schedule("launch", topic).is("message")
	}
	for range 3 {
		if err := s.products[0].Hurry(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.rest(0)
		waiting, err := s.products[0].Waiting(t.Context())
		if err != nil || len(waiting) < len(topics) {
			t.Fatalf("%d jobs wait, want one of each meeting; %v", len(waiting), err)
		}
		for _, j := range waiting {
			if strings.Contains(j.LastError, upstream.ErrResting.Error()) {
				t.Errorf("%s of %s has failed: %s", j.Kind, j.Subject, j.LastError)
			}
		}
	}
	s.calm()
	for range 2 { // one finds out that Outlook works again, then the others go on
		s.later(31 * time.Second)
	}
	for _, topic := range topics {
		if n := len(ana.events(topic)); n != 1 {
			t.Errorf("%s: %d entries, want 1", topic, n)
		}
	}
}

// Who was told that nothing needs to be done is not told the contrary by the next refusal of a Zoom that hardly works.
func TestAMeetingThatIsPromisedOutlastsRefusals(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.approveJIT("launch", "schedule")
	s.idle()
	const making = "POST /v2/users/me/meetings"
	s.fault(world.Fault{Side: world.Zoom, Route: making, Drop: true, Count: 1})
	s.fault(world.Fault{Side: world.Zoom, Route: making, Status: 503, Count: 2})
	answer := ana.schedule("launch", "Promised.").String()
	if !strings.Contains(answer, "not answered yet") {
		t.Fatalf("told %q", answer)
	}
	for range 8 { // two looks at Zoom's list before each try
		s.later(31 * time.Second)
	}
	s.came("Promised.", answer)
	if n := ana.told("Promised."); n != 1 {
		t.Errorf("%d messages to Ana, want the one that it is made", n)
	}
}

// brown lets three in ten calls fail, two not be answered, and one come too fast.
func (s *stage) brown(side world.Side, route string, calls int, unanswered world.Fault, random *rand.Rand) {
	s.t.Helper()
	passed := 0 // a call that is struck passes no fault behind it
	for range calls {
		var fault world.Fault
		switch random.IntN(10) {
		case 0, 1, 2:
			fault.Status = 503
		case 3, 4:
			fault = unanswered
		case 5:
			fault.Status, fault.Headers = 429, map[string]string{"Retry-After": "1"}
		default:
			passed++
			continue
		}
		fault.Side, fault.Route, fault.Skip, fault.Count = side, route, passed, 1
		s.fault(fault)
	}
}

// came checks what became of a meeting of which Ana was told something.
func (s *stage) came(topic, told string) {
	s.t.Helper()
	made, cards := 0, 0
	for _, r := range s.rows("meeting.created") {
		if r.Detail["topic"] == topic {
			made++
		}
	}
	for _, m := range s.person("ben").messages("launch") {
		if m.From.Bot && strings.Contains(m.text(), topic) {
			cards++
		}
	}
	entries := len(s.person("ben").events(topic))
	accepted := strings.Contains(told, "Scheduled") || strings.Contains(told, "not answered yet")
	switch {
	case accepted && (made != 1 || entries != 1 || cards < 1 || cards > 2): // a card whose posting was not answered is posted once more
		s.t.Errorf("%s: told %q, and there are %d meetings, %d entries, %d cards", topic, told, made, entries, cards)
	case !accepted && (made != 0 || entries != 0 || cards != 0):
		s.t.Errorf("%s: told %q, and yet there are %d meetings, %d entries, %d cards", topic, told, made, entries, cards)
	}
	direct := 0
	for _, m := range s.person("ben").messages("bot") {
		if strings.Contains(m.text(), topic) {
			direct++
		}
	}
	if direct > made {
		s.t.Errorf("%s: %d direct messages about %d meetings", topic, direct, made)
	}
}
