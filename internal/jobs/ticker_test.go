package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"causeway/internal/jobs"
)

func TestTickerScansAtOnceEveryIntervalAndWhenWoken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var at []time.Duration
		ctx, cancel := context.WithCancel(t.Context())
		ticker := jobs.NewTicker("due", time.Minute, nil, func(context.Context) error {
			at = append(at, time.Since(begin))
			return nil
		})
		done := make(chan struct{})
		go func() { ticker.Run(ctx); close(done) }()
		time.Sleep(90 * time.Second)
		ticker.Wake()
		time.Sleep(45 * time.Second)
		cancel()
		<-done
		want := []time.Duration{0, time.Minute, 90 * time.Second, 2 * time.Minute}
		if len(at) != len(want) {
			t.Fatalf("scanned at %v, want %v", at, want)
		}
		for i := range want {
			if at[i] != want[i] {
				t.Errorf("scanned at %v, want %v", at, want)
			}
		}
	})
}

func TestTickerIsWokenDuringAScan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		scans := 0
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var ticker *jobs.Ticker
		ticker = jobs.NewTicker("due", time.Hour, nil, func(context.Context) error {
			if scans++; scans == 1 {
				ticker.Wake()
			}
			return nil
		})
		go ticker.Run(ctx)
		synctest.Wait()
		if scans != 2 {
			t.Errorf("%d scans, want 2: what came up during the first is not lost", scans)
		}
	})
}

func TestTickerScansOnceForManyWakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		scans := 0
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ticker := jobs.NewTicker("due", time.Hour, nil, func(context.Context) error { scans++; return nil })
		for range 1000 {
			ticker.Wake()
		}
		go ticker.Run(ctx)
		synctest.Wait()
		if scans > 2 {
			t.Errorf("%d scans, want 2 at most: the first, and one for all wakes before it", scans)
		}
	})
}

func TestTickerOutlivesAFailedScan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logs bytes.Buffer
		scans := 0
		ctx, cancel := context.WithCancel(t.Context())
		ticker := jobs.NewTicker("due", time.Minute, slog.New(slog.NewTextHandler(&logs, nil)), func(ctx context.Context) error {
			switch scans++; scans {
			case 1:
				return errors.New("no database")
			case 2:
				panic("oh")
			case 4:
				cancel()
				return ctx.Err() // the end is no failure
			}
			return nil
		})
		ticker.Run(ctx)
		if got := logs.String(); scans != 4 || strings.Count(got, "scan failed") != 2 || !strings.Contains(got, "no database") || !strings.Contains(got, "panic: oh") {
			t.Errorf("%d scans, log:\n%s", scans, got)
		}
	})
}
