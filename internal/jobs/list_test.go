package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"causeway/internal/database"
	"causeway/internal/jobs"
	"causeway/internal/store/storetest"
)

func TestListChoosesAndPages(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		q := newQueue(t, db, jobs.Options{})
		q.Handle("card", func(context.Context, jobs.Job) error { return nil })
		for _, tenant := range []string{"t", "u"} {
			for i := range 3 {
				insert(t, db, q, jobs.Job{Kind: "card", Tenant: tenant, Subject: fmt.Sprint("m", i), Revision: int64(i)})
				insert(t, db, q, jobs.Job{Kind: "mail", Tenant: tenant, Subject: "' or 1=1 --", Revision: int64(i), Due: time.Now().Add(time.Hour)})
			}
		}
		start(t, q)
		idle(t, q)
		for want, f := range map[int]jobs.Filter{
			12: {},
			6:  {Kind: "card"},
			3:  {Kind: "card", Tenant: "t"},
			2:  {Subject: "m1"},
			0:  {Subject: "m1", State: jobs.Dead},
			1:  {Tenant: "u", State: jobs.Done, Subject: "m2"},
			4:  {State: jobs.Waiting, Limit: 4, Subject: "' or 1=1 --"},
		} {
			if got := list(t, q, f); len(got) != want {
				t.Errorf("%+v: %d jobs, want %d", f, len(got), want)
			}
		}
		first := list(t, q, jobs.Filter{Limit: 5})
		second := list(t, q, jobs.Filter{Before: first[4].ID})
		if len(second) != 7 || second[0].ID >= first[4].ID {
			t.Errorf("second page: %d jobs", len(second))
		}
		if newest := first[0]; newest.Kind != "mail" || newest.Tenant != "u" || newest.Revision != 2 || newest.Created.IsZero() || !newest.Finished.IsZero() {
			t.Errorf("newest first: %+v", newest)
		}
		if _, err := q.List(t.Context(), jobs.Filter{State: "odd"}); err == nil {
			t.Error("an unknown state was taken")
		}
	})
}

func TestRetryGivesADeadJobAllItsAttemptsAgain(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		broken := true
		q := newQueue(t, db, jobs.Options{})
		q.Handle("card", func(_ context.Context, job jobs.Job) error {
			if broken {
				return jobs.Discard(errors.New("broken"))
			}
			if job.Attempt != 1 || job.Attempts != 1 {
				t.Errorf("attempt %d of %d, want 1 of 1", job.Attempt, job.Attempts)
			}
			return nil
		})
		start(t, q)
		insert(t, db, q, jobs.Job{Kind: "card", Attempts: 1}, jobs.Job{Kind: "card", Subject: "later", Attempts: 1, Due: time.Now().Add(time.Hour)})
		idle(t, q)
		ids := map[string]int64{}
		for _, info := range list(t, q, jobs.Filter{}) {
			ids[info.Subject] = info.ID
		}
		broken = false
		for _, id := range ids {
			if err := q.Retry(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		idle(t, q)
		if done := list(t, q, jobs.Filter{State: jobs.Done}); len(done) != 2 {
			t.Errorf("done: %+v, want both", done)
		}
		if err := q.Retry(t.Context(), ids[""]); !errors.Is(err, jobs.ErrNotRetryable) {
			t.Errorf("retry of a done job: %v", err)
		}
		if err := q.Retry(t.Context(), 1<<40); !errors.Is(err, jobs.ErrNotFound) {
			t.Errorf("retry of none: %v", err)
		}
	})
}

func TestIdleEndsWithItsContext(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t), migrate)
	q := newQueue(t, db, jobs.Options{})
	insert(t, db, q, jobs.Job{Kind: "card"}) // and nobody works
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.Idle(ctx, time.Second); !errors.Is(err, context.Canceled) {
		t.Errorf("Idle: %v", err)
	}
}
