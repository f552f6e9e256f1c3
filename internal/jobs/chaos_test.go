//go:build chaos

package jobs_test

import (
	"testing"
	"time"

	"causeway/internal/store/storetest"
)

func TestChaosAJobOfAKilledProcessIsDoneByAnotherWithinAMinute(t *testing.T) {
	t.Parallel()
	killInTheMiddleThenRestart(t, storetest.PostgreSQL(t), time.Minute)
}
