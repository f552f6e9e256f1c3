package world

import (
	"errors"
	"sync"
	"time"
)

// ErrBackwards answers a clock that is asked to go back: tokens and meetings of the future would make no sense.
var ErrBackwards = errors.New("the clock only goes forward")

// Clock is real time plus an offset that tests and people move forward.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration
	next   int
	moved  map[int]func(time.Time)
}

// Now is the world's time, UTC.
func (c *Clock) Now() time.Time {
	return time.Now().Add(c.Offset()).UTC()
}

// Offset is how far the world runs ahead of real time.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// Advance moves the clock forward by d and tells everybody registered with OnMove.
func (c *Clock) Advance(d time.Duration) error {
	if d < 0 {
		return ErrBackwards
	}
	c.mu.Lock()
	c.offset += d
	told := make([]func(time.Time), 0, len(c.moved))
	for _, f := range c.moved {
		told = append(told, f)
	}
	c.mu.Unlock()
	now := c.Now()
	for _, f := range told {
		f(now)
	}
	return nil
}

// Set moves the clock forward to t.
func (c *Clock) Set(t time.Time) error { return c.Advance(t.Sub(c.Now())) }

// OnMove calls f with the new time after every move, until the returned function is called.
func (c *Clock) OnMove(f func(now time.Time)) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = map[int]func(time.Time){}
	}
	c.next++
	id := c.next
	c.moved[id] = f
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.moved, id)
	}
}

// OnClocks is the moment at which the clocks of a zone show a time, given as if it were UTC. One that they skip when they go forward is when they
// would have shown it.
func OnClocks(shown time.Time, where *time.Location) time.Time {
	at := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), shown.Nanosecond(), where)
	if at.Hour() == shown.Hour() && at.Minute() == shown.Minute() {
		return at
	}
	_, before := at.Add(-24 * time.Hour).Zone()
	return shown.Add(-time.Duration(before) * time.Second).In(where)
}

func (c *Clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = 0
}
