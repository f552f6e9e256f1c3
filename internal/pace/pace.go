// Package pace bounds how often one person may ask, through whichever door: what an answer asks of Teams, Zoom and Outlook everybody of the
// organisation shares.
package pace

import (
	"context"
	"sync/atomic"
	"time"

	"causeway/internal/entra"
	"causeway/internal/memo"
	"causeway/internal/problem"
)

// What a question costs.
const (
	Call   = 1  // answered out of what is known, or with what a page shows
	Search = 5  // asks others, perhaps with every key that is pressed
	Text   = 30 // fetches a whole text, and takes a place that others wait for
)

const (
	most   = 300 // within window: more than somebody types or clicks
	window = 10 * time.Second
	people = 100_000 // that are counted at the same time
)

// Pace counts what people ask. It is safe for concurrent use.
type Pace struct {
	spent *memo.Memo[entra.Person, *atomic.Int64]
	now   func() time.Time
}

// New makes a Pace.
func New(now func() time.Time) *Pace {
	return &Pace{memo.New[entra.Person, *atomic.Int64](window, people, now), now}
}

// Take counts a question. Error: Busy, until the person may ask again.
func (p *Pace) Take(ctx context.Context, who entra.Person, cost int64) error {
	spent, err := p.spent.Of(ctx, who, func() (*atomic.Int64, error) { return new(atomic.Int64), nil })
	if err == nil && spent.Add(cost) > most {
		err = problem.New(problem.Busy, "problem.busy").WithUntil(p.now().Add(window))
	}
	return err
}
