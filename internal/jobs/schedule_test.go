package jobs

import (
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
)

func TestAttemptsAreQuickAtFirstAndSpanADay(t *testing.T) {
	t.Parallel()
	var (
		total, before time.Duration
		row           rivertype.JobRow
	)
	for attempt := 1; attempt < DefaultAttempts; attempt++ {
		wait := time.Until(schedule{}.NextRetry(&row))
		row.Errors = append(row.Errors, rivertype.AttemptError{Error: "down"}, rivertype.AttemptError{Error: "Stuck job rescued by JobRescuer"})
		if wait < before {
			t.Errorf("attempt %d waits %v, less than the one before", attempt, wait)
		}
		if attempt == 1 && wait > 1200*time.Millisecond {
			t.Errorf("the first wait is %v", wait)
		}
		total += wait
		before = wait * 6 / 10 // the jitter may turn two neighbours round
	}
	if total < 18*time.Hour || total > 30*time.Hour {
		t.Errorf("all attempts take %v, want about a day", total)
	}
	row.Errors = make([]rivertype.AttemptError, 500)
	if wait := time.Until(schedule{}.NextRetry(&row)); wait <= 0 || wait > 15*time.Hour {
		t.Errorf("after 500 failures it waits %v", wait)
	}
}
