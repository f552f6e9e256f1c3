//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// bench holds what is measured together.
type bench struct {
	plan    plan
	world   *world
	product target
	bare    target
	pins    pins
	tokens  []string
}

// flooded are the rounds of one load: answers a second of its one core, and the processor's time for each.
type flooded struct {
	perSecond []float64
	cpu       []time.Duration
	busy      []float64 // how much of its core the program had, 1 is all
}

// rated are the times at one offered rate, of all rounds, sorted.
type rated struct {
	rate                int
	product, bare       []time.Duration
	productCPU, bareCPU []time.Duration // for each, by round
}

// figures are all that was measured.
type figures struct {
	engine                   string
	pinned                   bool
	repeated, fresh, bare    flooded
	rates                    []rated
	idle, loaded, bareMemory int64 // bytes
	starts, bareStarts       []time.Duration
	answer                   int // bytes
}

// rates are what is offered, a second.
func rates() []int { return []int{100, 1000, 5000} }

// loads are the two ways to send, on one target.
func (b *bench) load(t target, tokens []string) load {
	i := b.world.invoke
	i.address = t.address
	return load{invoke: i, tokens: tokens, sent: &atomic.Int64{}}
}

// begin starts the product and brings the person to the form.
func (b *bench) begin(ctx context.Context) (*process, error) {
	p, err := b.product.start(ctx)
	if err != nil {
		return nil, err
	}
	if err = p.ready(ctx, b.product.address); err == nil {
		err = b.world.link(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: the product says: %s", err, p.log.String()), p.stop())
	}
	return p, nil
}

// measure runs the whole plan.
func (b *bench) measure(ctx context.Context) (f *figures, err error) {
	p, err := b.begin(ctx)
	if err != nil {
		return nil, err
	}
	f = &figures{answer: len(b.world.answer)}
	bare, err := b.startBare(ctx)
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	err = b.running(ctx, f, p, bare)
	if err = errors.Join(err, p.stop(), bare.stop()); err != nil {
		return nil, err
	}
	tell("starts")
	if f.starts, err = b.times(ctx, b.product); err != nil {
		return nil, err
	}
	f.bareStarts, err = b.times(ctx, b.bare)
	return f, err
}

func (b *bench) startBare(ctx context.Context) (*process, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b.bare = target{name: "bare net/http", args: []string{self, bareArg, address}, stdin: b.world.answer, address: address, pins: b.pins}
	p, err := b.bare.start(ctx)
	if err != nil {
		return nil, err
	}
	return p, p.ready(ctx, address)
}

// running measures what needs both programs running.
func (b *bench) running(ctx context.Context, f *figures, product, bare *process) (err error) {
	time.Sleep(b.plan.warm) // what follows from installing the bot is done
	if f.idle, err = product.memory(); err != nil {
		return err
	}
	repeated, fresh, constant := b.load(b.product, b.tokens[:1]), b.load(b.product, b.tokens), b.load(b.bare, b.tokens[:1])
	for _, l := range []load{repeated, constant} {
		if _, err := l.flood(ctx, b.plan.warm); err != nil {
			return err
		}
	}
	for round := range b.plan.rounds {
		tell("floods, round %d of %d", round+1, b.plan.rounds)
		if err := errors.Join(b.flood(ctx, &f.bare, constant, bare), b.flood(ctx, &f.repeated, repeated, product),
			b.flood(ctx, &f.fresh, fresh, product)); err != nil {
			return err
		}
	}
	for _, rate := range rates() {
		tell("%d a second", rate)
		r := rated{rate: rate}
		for range b.plan.rateRounds {
			took, used, most, err := b.offer(ctx, constant, rate, bare)
			if err != nil {
				return err
			}
			r.bare, r.bareCPU, f.bareMemory = append(r.bare, took...), append(r.bareCPU, used), max(f.bareMemory, most)
			took, used, most, err = b.offer(ctx, repeated, rate, product)
			if err != nil {
				return err
			}
			r.product, r.productCPU, f.loaded = append(r.product, took...), append(r.productCPU, used), max(f.loaded, most)
		}
		slices.Sort(r.product)
		slices.Sort(r.bare)
		f.rates = append(f.rates, r)
	}
	return nil
}

// flood runs one round and notes it.
func (b *bench) flood(ctx context.Context, into *flooded, l load, p *process) error {
	before, err := p.cpu()
	if err != nil {
		return err
	}
	begun := time.Now()
	n, err := l.flood(ctx, b.plan.flood)
	took := time.Since(begun)
	if err != nil {
		return err
	}
	after, err := p.cpu()
	if err != nil {
		return err
	}
	into.perSecond = append(into.perSecond, float64(n)/took.Seconds())
	into.cpu = append(into.cpu, (after-before)/time.Duration(max(1, n)))
	into.busy = append(into.busy, float64(after-before)/float64(took))
	tell("%d answers in %v, %v of CPU", n, took.Round(time.Millisecond), after-before)
	return nil
}

// offer offers a rate, watches the memory meanwhile, and says how much of the processor each took.
func (b *bench) offer(ctx context.Context, l load, rate int, p *process) (took []time.Duration, used time.Duration, most int64, err error) {
	before, err := p.cpu()
	if err != nil {
		return nil, 0, 0, err
	}
	done := make(chan int64)
	watch, stop := context.WithCancel(ctx)
	go func() {
		var most int64
		for watch.Err() == nil {
			if now, err := p.memory(); err == nil {
				most = max(most, now)
			}
			time.Sleep(100 * time.Millisecond)
		}
		done <- most
	}()
	took, err = l.offer(ctx, rate, b.plan.rated)
	stop()
	after, failed := p.cpu()
	return took, (after - before) / time.Duration(max(1, len(took))), <-done, errors.Join(err, failed)
}

// times starts a program again and again and takes the time until the first good answer.
func (b *bench) times(ctx context.Context, t target) ([]time.Duration, error) {
	var all []time.Duration
	for range b.plan.starts {
		begun := time.Now()
		p, err := t.start(ctx)
		if err != nil {
			return nil, err
		}
		if err := p.ready(ctx, t.address); err != nil {
			return nil, err
		}
		c, err := b.load(t, b.tokens[:1]).dial(ctx)
		if err == nil {
			err = errors.Join(c.call(), c.conn.Close())
		}
		all = append(all, time.Since(begun))
		if err = errors.Join(err, p.stop()); err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return all, nil
}

// profile floods the product while perf looks at it.
func (b *bench) profile(ctx context.Context, file string) error {
	p, err := b.begin(ctx)
	if err != nil {
		return err
	}
	seconds := int(b.plan.flood/time.Second) * 2
	cmd := exec.CommandContext(ctx, "perf", "record", "--call-graph", "fp", "--freq", "997", "--output", file, // #nosec G204
		"--pid", strconv.Itoa(p.cmd.Process.Pid), "--", "sleep", strconv.Itoa(seconds))
	recorded := make(chan error, 1)
	go func() {
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("perf: %w: %s", err, out)
		}
		recorded <- err
	}()
	var rounds flooded
	for range 2 {
		err = errors.Join(err, b.flood(ctx, &rounds, b.load(b.product, b.tokens[:1]), p))
	}
	return errors.Join(err, <-recorded, p.stop())
}
