//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// invoke is a request as Teams makes it, in pieces: each one sent has an id and a token of its own.
type invoke struct {
	address       string
	before, after []byte // of the body, around the id
	id            string
}

// write appends the n-th request with a token to b.
func (i invoke) write(b *bytes.Buffer, token string, n int64) {
	id := strconv.FormatInt(1_000_000_000+n, 10)
	id = i.id[:max(0, len(i.id)-len(id))] + id
	_, _ = fmt.Fprintf(b, "POST /api/messages HTTP/1.1\r\nHost: %s\r\nUser-Agent: Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)\r\n"+
		"Authorization: Bearer %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
		i.address, token, len(i.before)+len(id)+len(i.after))
	b.Write(i.before)
	b.WriteString(id)
	b.Write(i.after)
}

// load is what is sent to one target.
type load struct {
	invoke invoke
	tokens []string // taken in turn
	sent   *atomic.Int64
}

// caller is one connection. It is not for concurrent use.
type caller struct {
	load load
	conn net.Conn
	in   *bufio.Reader
	out  bytes.Buffer
	body bytes.Buffer
}

// callTimeout bounds everything that one connection waits for.
const callTimeout = 10 * time.Second

func (l load) dial(ctx context.Context) (*caller, error) {
	conn, err := (&net.Dialer{Timeout: callTimeout}).DialContext(ctx, "tcp", l.invoke.address)
	if err != nil {
		return nil, err
	}
	return &caller{load: l, conn: conn, in: bufio.NewReaderSize(conn, 32<<10)}, nil
}

// call sends one invoke and reads its whole answer. An answer that is no form is an error.
func (c *caller) call() error {
	n := c.load.sent.Add(1)
	c.out.Reset()
	c.load.invoke.write(&c.out, c.load.tokens[n%int64(len(c.load.tokens))], n)
	if err := c.conn.SetDeadline(time.Now().Add(callTimeout)); err != nil {
		return err
	}
	if _, err := c.conn.Write(c.out.Bytes()); err != nil {
		return err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	c.body.Reset()
	if _, err := c.body.ReadFrom(io.LimitReader(answer.Body, 1<<20)); err != nil {
		return err
	}
	if !good(answer.StatusCode, c.body.Bytes()) {
		return fmt.Errorf("answered %d: %.300s", answer.StatusCode, c.body.Bytes())
	}
	return nil
}

// Numbers of connections: enough to keep a core busy, and enough that at 5,000 a second nothing waits for one.
const (
	floodCallers = 16
	ratedCallers = 64
)

// flood sends as fast as it is answered, for d, and returns how many answers came.
func (l load) flood(ctx context.Context, d time.Duration) (int, error) {
	end := time.Now().Add(d)
	var answered atomic.Int64
	err := l.each(ctx, floodCallers, func(c *caller) error {
		for time.Now().Before(end) && ctx.Err() == nil {
			if err := c.call(); err != nil {
				return err
			}
			answered.Add(1)
		}
		return ctx.Err()
	})
	return int(answered.Load()), err
}

// offer sends rate invokes a second for d, whether they are answered or not, and returns how long each took, sorted. The time counts
// from when it was due, not from when a connection was free for it: a target that stalls is not spared. What is not even sent a second
// after the end counts with what it has waited until then.
func (l load) offer(ctx context.Context, rate int, d time.Duration) ([]time.Duration, error) {
	total := int(d.Seconds() * float64(rate))
	due := make(chan time.Time, total)
	ctx, cancel := context.WithTimeout(ctx, d+callTimeout)
	defer cancel()
	end := time.Now().Add(d + time.Second)
	go pace(ctx, rate, total, due)
	var mu sync.Mutex
	took := make([]time.Duration, 0, total)
	err := l.each(ctx, ratedCallers, func(c *caller) error {
		for at := range due {
			if time.Now().Before(end) {
				if err := c.call(); err != nil {
					return err
				}
			}
			waited := time.Since(at)
			mu.Lock()
			took = append(took, waited)
			mu.Unlock()
		}
		return ctx.Err()
	})
	slices.Sort(took)
	return took, err
}

// pace says when each invoke is due. It has a thread of its own and lets the kernel wake it, because timers of the runtime may be a
// millisecond late.
func pace(ctx context.Context, rate, total int, due chan<- time.Time) {
	defer close(due)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := time.Now()
	for i := range total {
		at := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if wait := time.Until(at); wait > 0 {
			pause := syscall.NsecToTimespec(wait.Nanoseconds())
			_ = syscall.Nanosleep(&pause, nil) // woken early by a signal: early by little
		}
		if ctx.Err() != nil {
			return
		}
		due <- at
	}
}

// each runs work on n connections at the same time.
func (l load) each(ctx context.Context, n int, work func(*caller) error) error {
	callers := make([]*caller, n)
	for i := range callers {
		c, err := l.dial(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = c.conn.Close() }()
		callers[i] = c
	}
	failed := make([]error, n)
	var all sync.WaitGroup
	for i, c := range callers {
		all.Go(func() { failed[i] = work(c) })
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return err // one says enough
		}
	}
	return nil
}

// percentile reads sorted times: at 0.99 the one that 99 % do not exceed.
func percentile(sorted []time.Duration, at float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(at*float64(len(sorted))))]
}
