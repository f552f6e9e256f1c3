package web

import (
	"context"
	"sync/atomic"
	"time"

	"causeway/internal/entra"
	"causeway/internal/memo"
	"causeway/internal/problem"
)

const (
	// paceMost is how many searches one person may send within paceFor: more than somebody types. What a search asks of Teams, Zoom and
	// Outlook everybody of the organisation shares.
	paceMost  = 60
	paceFor   = 10 * time.Second
	pacesMost = 100_000
)

// paces count the searches of people.
type paces = memo.Memo[entra.Person, *atomic.Int64]

func newPaces(now func() time.Time) *paces {
	return memo.New[entra.Person, *atomic.Int64](paceFor, pacesMost, now)
}

// pace counts a search. Error: Busy.
func (s *server) pace(ctx context.Context, who entra.Person) error {
	count, err := s.paces.Of(ctx, who, func() (*atomic.Int64, error) { return new(atomic.Int64), nil })
	if err == nil && count.Add(1) > paceMost {
		err = problem.New(problem.Busy, "problem.busy").WithUntil(s.c.Now().Add(paceFor))
	}
	return err
}
