package database

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	groupSize    = 256              // calls that share one commit at most
	groupsAtOnce = 3                // shared transactions at once on PostgreSQL, where one connection would wait for each answer; SQLite has one writer
	groupTimeout = 10 * time.Second // for one shared transaction
)

// group gathers calls while the commit before them is being synced, so that a busy moment costs one sync for hundreds of writes and a quiet one no wait.
type group struct {
	mu      sync.Mutex
	running int // goroutines that work calls off
	waiting []*call
}

// call is one caller's part of a shared transaction.
type call struct {
	work func(context.Context, *Tx) error
	err  error
	done chan struct{} // closed when err is final
}

// errLost is what a caller sees when the goroutine that worked for it was ended by someone else's work.
var errLost = errors.New("database: the shared transaction was abandoned")

// panicked carries a panic of one caller's work to that caller.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

// Group runs work in a transaction that it shares with whoever writes at the same moment, and answers once that transaction is stored. Each caller gets
// its own error: the failure of one undoes its own writes alone. Work must use the ctx and the tx that it is given (a cancelled statement would undo
// everybody's), be small, have no effect outside tx, and fail rarely: it may run twice. When ctx ends before work was begun, nothing was written;
// after that the answer is awaited, at most some ten seconds.
func (db *DB) Group(ctx context.Context, work func(ctx context.Context, tx *Tx) error) error {
	c := &call{work: work, err: errLost, done: make(chan struct{})}
	g := &db.group
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	start := g.running < db.groupsAtOnce()
	if start {
		g.running++
	}
	g.mu.Unlock()
	if start {
		go db.runGroup(context.WithoutCancel(ctx))
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if g.leave(c) {
			return ctx.Err()
		}
		<-c.done
	}
	var p panicked
	if errors.As(c.err, &p) {
		panic(p.value)
	}
	return c.err
}

func (db *DB) groupsAtOnce() int {
	if db.engine == PostgreSQL {
		return groupsAtOnce
	}
	return 1
}

// leave takes c out of the queue; false means that it is being worked on already.
func (g *group) leave(c *call) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, other := range g.waiting {
		if other == c {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// next takes the calls of the next transaction; nil, and one goroutine fewer, when there are none.
func (g *group) next() []*call {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), groupSize)
	if n == 0 {
		g.running--
		return nil
	}
	batch := g.waiting[:n:n]
	g.waiting = append([]*call(nil), g.waiting[n:]...)
	return batch
}

func (db *DB) runGroup(ctx context.Context) {
	finished := false
	defer func() {
		if !finished { // someone's work ended this goroutine (runtime.Goexit, as a failing test does)
			go db.runGroup(ctx)
		}
	}()
	for batch := db.group.next(); batch != nil; batch = db.group.next() {
		db.commitGroup(ctx, batch)
	}
	finished = true
}

// commitGroup first tries all calls plainly, which costs nothing beyond their own statements. Only if one fails, everything is undone and tried again
// with a savepoint around each.
func (db *DB) commitGroup(ctx context.Context, batch []*call) {
	ctx, cancel := context.WithTimeout(ctx, groupTimeout)
	defer cancel()
	defer func() {
		for _, c := range batch {
			close(c.done)
		}
	}()
	failed := false
	err := db.Tx(ctx, func(tx *Tx) error {
		for _, c := range batch {
			if err := c.run(ctx, tx); err != nil {
				failed = true
				return err
			}
		}
		failed = false
		return nil
	})
	results := make([]error, len(batch))
	if failed && len(batch) > 1 {
		err = db.Tx(ctx, func(tx *Tx) error { return runApart(ctx, tx, batch, results) })
	}
	for i, c := range batch {
		c.err = results[i]
		if err != nil {
			c.err = err
		}
	}
}

// runApart runs every call inside its own savepoint. Only what must undo the whole transaction comes back as an error.
func runApart(ctx context.Context, tx *Tx, batch []*call, results []error) error {
	for i, c := range batch {
		if _, err := tx.ExecContext(ctx, "savepoint part"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
		hooks := len(tx.after)
		results[i] = c.run(ctx, tx)
		if mayRetry(results[i]) {
			return results[i]
		}
		end := "release savepoint part"
		if results[i] != nil {
			end = "rollback to savepoint part"
			tx.after = tx.after[:hooks]
		}
		if _, err := tx.ExecContext(ctx, end); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
	}
	return nil
}

func (c *call) run(ctx context.Context, tx *Tx) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked{value}
		}
	}()
	return c.work(ctx, tx)
}
