//go:build linux

// Command bench measures how fast the product answers Teams, and prints it beside a bare net/http handler that was measured in the same
// minute on the same core: the ratios hold elsewhere, the absolute figures on this machine alone.
//
// The emulated world runs in this process, the product as a child on a core of its own. Everything stays on loopback. Nothing is asserted:
// the table shows floors and goals beside the figures. See docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// plan is how long and how often is measured.
type plan struct {
	rounds     int           // of flooding all targets in turn
	flood      time.Duration // one flood
	warm       time.Duration // before everything
	rateRounds int
	rated      time.Duration // one offered rate
	starts     int           // how often a start is timed
	limit      time.Duration // for all measuring, which takes less
}

func plans(short bool) plan {
	if short {
		return plan{
			rounds: 2, flood: 2 * time.Second, warm: time.Second, rateRounds: 1, rated: 2 * time.Second, starts: 3, limit: time.Minute,
		}
	}
	return plan{
		rounds: 5, flood: 4 * time.Second, warm: 3 * time.Second, rateRounds: 2, rated: 6 * time.Second, starts: 10, limit: 4 * time.Minute,
	}
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == bareArg {
		fail(serveBare(os.Args[2]))
		return
	}
	begun := time.Now()
	short := flag.Bool("short", false, "a look, in at most a minute; the full run takes up to four")
	database := flag.String("database", "", "an empty database of the product: postgres://…; SQLite in a temporary folder when empty")
	profile := flag.String("profile", "", "write a CPU profile of the product under a flood to this file, with Linux' perf, and measure nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	p := plans(*short)
	fail(run(ctx, p, *database, *profile, os.Stdout))
	tell("done after %s", time.Since(begun).Round(time.Second))
}

// tell says what goes on to whoever waits.
func tell(format string, args ...any) { _, _ = fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }

func fail(err error) {
	if err != nil {
		tell("%v", err)
		os.Exit(1)
	}
}

// run builds, prepares, measures and prints.
func run(ctx context.Context, p plan, database, profile string, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "causeway-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary := filepath.Join(dir, "causeway")
	if err := build(ctx, binary); err != nil {
		return err
	}
	w, err := startWorld(ctx, binary, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(ctx)) }()
	tell("signing %d tokens", newTokens)
	tokens, err := w.mint(newTokens)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	pins, err := pin(ctx)
	if err != nil {
		return err
	}
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "causeway.db")
	}
	product := target{
		name: "causeway", address: w.product, pins: pins,
		args: []string{binary, "sandbox", "--product", w.url(), "--port", portOf(w.product), "--database", database},
	}
	b := &bench{plan: p, world: w, product: product, pins: pins, tokens: tokens}
	if profile != "" {
		return b.profile(ctx, profile)
	}
	figures, err := b.measure(ctx)
	if err != nil {
		return err
	}
	figures.engine, _, _ = strings.Cut(database, ":")
	figures.pinned = pins.usable()
	figures.print(out)
	return nil
}

// build compiles the product as it is released.
func build(ctx context.Context, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "causeway/cmd/causeway") // #nosec G204 -- into our own folder
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build the product: %w", err)
	}
	return nil
}
