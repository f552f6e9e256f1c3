//go:build chaos

package app_test

import (
	"regexp"
	"strconv"
	"testing"

	"causeway/internal/sandbox/world"
)

// TestT92_KilledAtEveryCall kills the product at each call that the making of a meeting consists of, before its effect and after it,
// on both databases. Which calls there are is found by making one undisturbed.
func TestT92_KilledAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"schedule", "start"} {
		calls := calls(t, command)
		t.Logf("%s calls %v", command, calls)
		for i, c := range calls {
			for j, when := range []world.When{world.Before, world.After} {
				postgres := (i+j)%2 == 0
				at := point{side: c.side, route: c.route, nth: c.nth, when: when}
				t.Run(command+" "+engine(postgres)+" "+at.String(), func(t *testing.T) {
					t.Parallel()
					killAt(t, postgres, command, at)
				})
			}
		}
	}
}

// templates turn the address of a call into the route of a fault.
var templates = []struct {
	of *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`^/[0-9a-f-]{36}/oauth2/v2\.0/token$`), "/{tenant}/oauth2/v2.0/token"},
	{regexp.MustCompile(`^/v2/users/[^/]+`), "/v2/users/{user}"},
	{regexp.MustCompile(`/members/[^/]+`), "/members/{user}"},
	{regexp.MustCompile(`/activities/[^/]+`), "/activities/{activity}"},
	{regexp.MustCompile(`/conversations/[^/]+`), "/conversations/{conversation}"},
	{regexp.MustCompile(`\?.*$`), ""},
}

// calls are the calls of an undisturbed making of a meeting, in their order. What is looked up for it in advance (keys, tokens, the
// form) belongs to it only as far as it is called after the form was sent.
func calls(t *testing.T, command string) []point {
	t.Helper()
	m := beginMortal(t, false)
	send := m.ready(command)
	before := m.world.World.Traffic.Last()
	send()
	m.rests()
	m.kill()
	var all []point
	nth := map[string]int{}
	for _, x := range m.world.World.Traffic.List(before, 0) {
		if x.From != "product" {
			continue
		}
		path := x.URL
		for _, template := range templates {
			path = template.of.ReplaceAllString(path, template.as)
		}
		route := x.Method + " " + path
		all = append(all, point{side: world.Side(x.To), route: route, nth: nth[route]})
		nth[route]++
	}
	if len(all) < 12 {
		t.Fatalf("only %d calls were seen: %v", len(all), all)
	}
	return all
}

// TestT91_ScheduleWithEachFailure lets each write to the database and each call fail in turn, until one making of a meeting is through
// without a failure.
func TestT91_ScheduleWithEachFailure(t *testing.T) {
	t.Parallel()
	for _, f := range failures() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				through := false
				t.Run(strconv.Itoa(n), func(t *testing.T) { through = !failAt(t, f, n) })
				if through {
					if n < 12 {
						t.Errorf("only %d places to fail", n-1)
					}
					return
				}
			}
		})
	}
}
