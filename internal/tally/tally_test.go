package tally_test

import (
	"fmt"
	"testing"
	"time"

	"causeway/internal/tally"
)

func TestWhatHappensOftenIsSaidOnceAMinute(t *testing.T) {
	t.Parallel()
	var counted tally.Tally
	now := time.Now()
	add := func(after time.Duration, counts map[string]int, want string) {
		t.Helper()
		now = now.Add(after)
		if got := fmt.Sprint(counted.Add(now, counts)...); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
	add(0, map[string]int{"forged": 0}, "")
	add(0, map[string]int{"forged": 2, "unknown": 0}, "forged=2")
	add(time.Second, map[string]int{"forged": 1}, "")
	add(58*time.Second, map[string]int{"unknown": 1}, "")
	add(time.Second, map[string]int{"forged": 3}, "forged=4 unknown=1")
	add(time.Hour, nil, "")
	add(0, map[string]int{"unknown": 1}, "unknown=1")
}
