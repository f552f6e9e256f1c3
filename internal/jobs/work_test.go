package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/database"
	"causeway/internal/jobs"
	"causeway/internal/store/storetest"
)

// deaths collects what OnDead is told.
type deaths struct {
	mu  sync.Mutex
	all []string
}

func (d *deaths) onDead(ctx context.Context, job jobs.Job, last error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ctx.Err() == nil {
		d.all = append(d.all, job.Kind+"/"+job.Subject+": "+last.Error())
	}
}

func TestAFailedJobIsTriedAgainAndThenDead(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var (
			d    deaths
			logs bytes.Buffer
			mu   sync.Mutex
			seen = map[string][]int{}
		)
		q := newQueue(t, db, jobs.Options{OnDead: d.onDead, Logger: slog.New(slog.NewTextHandler(&logs, nil)), Poll: 20 * time.Millisecond})
		note := func(job jobs.Job) {
			mu.Lock()
			defer mu.Unlock()
			seen[job.Kind] = append(seen[job.Kind], job.Attempt)
		}
		q.Handle("heals", func(_ context.Context, job jobs.Job) error {
			if note(job); job.Attempt == 1 {
				return errors.New("not yet")
			}
			return nil
		})
		q.Handle("fails", func(_ context.Context, job jobs.Job) error { note(job); return errors.New("down\nfor good") })
		q.Handle("panics", func(_ context.Context, job jobs.Job) error { note(job); panic("oh") })
		q.Handle("useless", func(_ context.Context, job jobs.Job) error { note(job); return jobs.Discard(errors.New("gone")) })
		start(t, q)
		insert(t, db, q,
			jobs.Job{Kind: "heals", Tenant: "t", Subject: "m"},
			jobs.Job{Kind: "fails", Tenant: "t", Subject: "m", Attempts: 2},
			jobs.Job{Kind: "panics", Tenant: "t", Subject: "m", Attempts: 1},
			jobs.Job{Kind: "useless", Tenant: "t", Subject: "m"})
		idle(t, q)
		want := map[string]jobs.Info{
			"heals":   {State: jobs.Done, LastError: "not yet", Job: jobs.Job{Attempt: 2, Attempts: jobs.DefaultAttempts}},
			"fails":   {State: jobs.Dead, LastError: "down", Job: jobs.Job{Attempt: 2, Attempts: 2}},
			"panics":  {State: jobs.Dead, LastError: "panic: oh", Job: jobs.Job{Attempt: 1, Attempts: 1}},
			"useless": {State: jobs.Dead, LastError: "gone", Job: jobs.Job{Attempt: 1, Attempts: jobs.DefaultAttempts}},
		}
		for _, got := range list(t, q, jobs.Filter{}) {
			w := want[got.Kind]
			if got.State != w.State || got.LastError != w.LastError || got.Attempt != w.Attempt || got.Attempts != w.Attempts || len(seen[got.Kind]) != w.Attempt || got.Finished.IsZero() {
				t.Errorf("%s: %+v, runs %v; want %+v", got.Kind, got, seen[got.Kind], w)
			}
			delete(want, got.Kind)
		}
		if len(want) > 0 {
			t.Errorf("not listed: %v", want)
		}
		told := strings.Join(d.all, "\n")
		if len(d.all) != 3 || !strings.Contains(told, "fails/m: down") || !strings.Contains(told, "panics/m: panic: oh") || !strings.Contains(told, "useless/m: gone") {
			t.Errorf("OnDead was told %q", d.all)
		}
		for _, part := range []string{"job failed, will be tried again", "kind=heals tenant=t subject=m revision=0 attempt=1", "job given up"} {
			if !strings.Contains(logs.String(), part) {
				t.Errorf("the log has no %q:\n%s", part, &logs)
			}
		}
	})
}

func TestASnoozedJobComesBackWithoutAnAttemptCounted(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		runs := 0
		q := newQueue(t, db, jobs.Options{Poll: 10 * time.Millisecond})
		q.Handle("card", func(_ context.Context, job jobs.Job) error {
			if runs++; runs < 4 {
				return jobs.Snooze(time.Millisecond)
			}
			return nil
		})
		q.Handle("settle", func(context.Context, jobs.Job) error { return jobs.Snooze(time.Minute) })
		start(t, q)
		insert(t, db, q, jobs.Job{Kind: "card", Attempts: 1}, jobs.Job{Kind: "settle", Attempts: 1})
		idle(t, q)
		if got := list(t, q, jobs.Filter{Kind: "card"}); runs != 4 || got[0].State != jobs.Done || got[0].Attempt != 1 {
			t.Errorf("%d runs, %+v", runs, got)
		}
		if got := list(t, q, jobs.Filter{Kind: "settle"}); got[0].State != jobs.Waiting || got[0].Attempt != 0 || time.Until(got[0].Due) < 50*time.Second {
			t.Errorf("%+v, want waiting for a minute", got)
		}
	})
}

func TestAnUnknownKindStaysForThoseWhoKnowIt(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var d deaths
		q := newQueue(t, db, jobs.Options{OnDead: d.onDead})
		start(t, q)
		insert(t, db, q, jobs.Job{Kind: "of tomorrow", Attempts: 1})
		idle(t, q)
		if got := list(t, q, jobs.Filter{}); len(got) != 1 || got[0].State != jobs.Waiting || got[0].Attempt != 0 || len(d.all) != 0 {
			t.Errorf("%+v, dead: %v", got, d.all)
		}
	})
}

// A process that is gone leaves its jobs running. They are done by another, whatever they may fail; one in which it dies time and again is told to be dead.
func TestJobsOfADeadProcessAreRescued(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var (
			c counter
			d deaths
		)
		q := newQueue(t, db, jobs.Options{OnDead: d.onDead, Poll: 20 * time.Millisecond})
		q.Handle("card", c.work)
		insert(t, db, q, jobs.Job{Kind: "card", Subject: "a"}, jobs.Job{Kind: "card", Subject: "once", Attempts: 1},
			jobs.Job{Kind: "card", Subject: "deadly"}, jobs.Job{Kind: "of tomorrow"})
		long, now := "now() - interval '1 minute'", "now()"
		if db.Engine() == database.SQLite {
			long, now = "datetime('now', '-1 minute', 'subsec')", "datetime('now', 'subsec')"
		}
		change := func(set string) {
			t.Helper()
			if err := db.Tx(t.Context(), func(tx *database.Tx) error { _, err := tx.ExecContext(t.Context(), set); return err }); err != nil {
				t.Fatal(err)
			}
		}
		// What the dead process left behind.
		change("update river_job set state = 'running', attempt = case when args ->> 'subject' = 'deadly' then 21 else 1 end, attempted_at = " + long)
		start(t, q)
		idle(t, q)
		for _, key := range []string{"card//a@0", "card//once@0"} {
			if n := c.of(key); n != 1 {
				t.Errorf("the rescued job %s ran %d times, want 1", key, n)
			}
		}
		if deadly := list(t, q, jobs.Filter{Subject: "deadly"})[0]; db.Engine() == database.SQLite && (deadly.State != jobs.Waiting || time.Until(deadly.Due) < 10*time.Second) {
			t.Errorf("%+v, want it to leave the others time", deadly)
		}
		change("update river_job set scheduled_at = " + now + " where args ->> 'subject' = 'deadly' and state = 'available'")
		idle(t, q)
		if len(d.all) != 1 || !strings.HasPrefix(d.all[0], "card/deadly: ") || c.of("card//deadly@0") != 0 {
			t.Errorf("dead: %q; want the one in which the process dies", d.all)
		}
		for _, got := range list(t, q, jobs.Filter{Kind: "of tomorrow"}) {
			if got.State != jobs.Waiting {
				t.Errorf("of an unknown kind: %+v", got)
			}
		}
	})
}

// A job whose work panics is tried twelve times and given up; the others are done meanwhile, and mended it is done once.
func TestT104_WhatCannotBeDoneHoldsUpNobody(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var (
			c      counter
			d      deaths
			mended atomic.Bool
			tries  atomic.Int64
		)
		q := newQueue(t, db, jobs.Options{OnDead: d.onDead, Poll: 20 * time.Millisecond})
		q.Handle("poison", func(ctx context.Context, job jobs.Job) error {
			if !mended.Load() {
				tries.Add(1)
				panic("poison")
			}
			return c.work(ctx, job)
		})
		done := make(chan int64)
		q.Handle("card", func(_ context.Context, job jobs.Job) error { done <- job.Revision; return nil })
		start(t, q)
		insert(t, db, q, jobs.Job{Kind: "poison"})
		dead := func() []jobs.Info { return list(t, q, jobs.Filter{State: jobs.Dead}) }
		for n := 0; len(dead()) == 0; n++ {
			insert(t, db, q, jobs.Job{Kind: "card", Revision: int64(n)})
			now := "now()"
			if db.Engine() == database.SQLite {
				now = "datetime('now', 'subsec')"
			}
			err := db.Tx(t.Context(), func(tx *database.Tx) error { // hours pass
				_, err := tx.ExecContext(t.Context(), "update river_job set state = 'available', scheduled_at = "+now+" where state in ('retryable', 'scheduled')")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if revision := <-done; revision != int64(n) {
				t.Fatalf("beside it, %d was done, want %d", revision, n)
			}
		}
		if tries.Load() != jobs.DefaultAttempts || len(d.all) != 1 {
			t.Errorf("tried %d times, told %d times that it is dead", tries.Load(), len(d.all))
		}
		mended.Store(true)
		if err := q.Retry(t.Context(), dead()[0].ID); err != nil {
			t.Fatal(err)
		}
		idle(t, q)
		if c.of("poison//@0") != 1 {
			t.Errorf("mended, it was done %d times", c.of("poison//@0"))
		}
	})
}
