package app_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
)

// Each service around answers for a while only now and then: some calls fail, some are not answered, some come too fast. What a person was
// told is true, nothing is made twice, and in the end nothing is missing.
func TestT101_Brownouts(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]struct {
		side  world.Side
		route string
	}{
		"zoom":  {world.Zoom, "* /v2/*"},
		"graph": {world.Microsoft, "* /graph/*"},
		"teams": {world.Microsoft, "* /connector/*"},
	} {
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
			s.brown(part.side, part.route, rand.New(rand.NewPCG(seed, 101))) // #nosec G404 -- no secret
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

// brown lets three in ten calls fail, two not be answered although they had their effect, and one come too fast.
func (s *stage) brown(side world.Side, route string, random *rand.Rand) {
	s.t.Helper()
	for skip := range 200 {
		fault := world.Fault{Side: side, Route: route, Skip: skip, Count: 1}
		switch random.IntN(10) {
		case 0, 1, 2:
			fault.Status = 503
		case 3, 4:
			fault.When, fault.Drop = world.After, true
		case 5:
			fault.Status, fault.Headers = 429, map[string]string{"Retry-After": "1"}
		default:
			continue
		}
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
