package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/database"
	"causeway/internal/jobs"
	"causeway/internal/store/storetest"
)

func migrate(ctx context.Context, db *database.DB) error {
	q, err := jobs.New(db, jobs.Options{})
	if err != nil {
		return err
	}
	if err := q.Migrate(ctx); err != nil {
		return err
	}
	if err := q.Migrate(ctx); err != nil { // twice is as good as once
		return err
	}
	return db.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, "create table facts (id text not null primary key)")
		return err
	})
}

func newQueue(t testing.TB, db *database.DB, o jobs.Options) *jobs.Queue {
	t.Helper()
	q, err := jobs.New(db, o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func start(t testing.TB, q *jobs.Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func insert(t testing.TB, db *database.DB, q *jobs.Queue, all ...jobs.Job) {
	t.Helper()
	if err := db.Tx(t.Context(), func(tx *database.Tx) error { return q.Insert(t.Context(), tx, all...) }); err != nil {
		t.Fatal(err)
	}
}

func idle(t testing.TB, q *jobs.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := q.Idle(ctx, 3*time.Second); err != nil {
		t.Fatal(err)
	}
}

func list(t testing.TB, q *jobs.Queue, f jobs.Filter) []jobs.Info {
	t.Helper()
	infos, err := q.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return infos
}

// counter counts the runs of each job.
type counter struct {
	mu   sync.Mutex
	runs map[string]int
}

func (c *counter) work(_ context.Context, job jobs.Job) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs == nil {
		c.runs = map[string]int{}
	}
	c.runs[fmt.Sprint(job.Kind, "/", job.Tenant, "/", job.Subject, "@", job.Revision)]++
	return nil
}

func (c *counter) of(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs[key]
}

func TestAFactAndItsJobsAreStoredTogether(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		var c counter
		q := newQueue(t, db, jobs.Options{})
		q.Handle("card", c.work)
		start(t, q)
		save := func(write func(context.Context, func(*database.Tx) error) error, id string, end error) error {
			return write(ctx, func(tx *database.Tx) error {
				if _, err := tx.ExecContext(ctx, "insert into facts (id) values ($1)", id); err != nil {
					return err
				}
				if err := q.Insert(ctx, tx, jobs.Job{Kind: "card", Tenant: "t1", Subject: id, Revision: 1}); err != nil {
					return err
				}
				_, err := tx.ExecContext(ctx, "insert into facts (id) values ($1)", id+" after") // the transaction goes on after River
				return errors.Join(err, end)
			})
		}
		group := func(ctx context.Context, work func(*database.Tx) error) error {
			return db.Group(ctx, func(_ context.Context, tx *database.Tx) error { return work(tx) })
		}
		if err := errors.Join(save(db.Tx, "a", nil), save(group, "b", nil)); err != nil {
			t.Fatal(err)
		}
		if err := save(db.Tx, "c", refused); !errors.Is(err, refused) {
			t.Errorf("rolled back: %v", err)
		}
		if err := save(db.Tx, "a", nil); err == nil {
			t.Error("the same fact twice")
		}
		idle(t, q)
		var facts int
		if err := db.Read().QueryRowContext(ctx, "select count(*) from facts").Scan(&facts); err != nil || facts != 4 {
			t.Errorf("%d facts, want 4; %v", facts, err)
		}
		if c.of("card/t1/a@1") != 1 || c.of("card/t1/b@1") != 1 || c.of("card/t1/c@1") != 0 {
			t.Errorf("runs: %v", c.runs)
		}
	})
}

func TestTheSameRevisionIsDoneOnce(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var c counter
		q := newQueue(t, db, jobs.Options{})
		inside, leave := make(chan struct{}), make(chan struct{})
		q.Handle("card", c.work)
		q.Handle("slow", func(ctx context.Context, job jobs.Job) error {
			close(inside) // a second run would panic
			<-leave
			return c.work(ctx, job)
		})
		q.Handle("dead", func(ctx context.Context, job jobs.Job) error {
			return jobs.Discard(errors.Join(errors.New("no"), c.work(ctx, job)))
		})
		card := jobs.Job{Kind: "card", Tenant: "t", Subject: "m", Revision: 1}
		other := []jobs.Job{{Kind: "card", Tenant: "t", Subject: "m", Revision: 2}, {Kind: "card", Tenant: "u", Subject: "m", Revision: 1}, {Kind: "card", Tenant: "t", Subject: "n", Revision: 1}}
		dead := jobs.Job{Kind: "dead", Tenant: "t"}
		slow := jobs.Job{Kind: "slow", Tenant: "t"}
		insert(t, db, q, append(other, card, card, dead, slow)...) // while it waits, and within one call
		insert(t, db, q, card)
		start(t, q)
		<-inside
		insert(t, db, q, slow) // while it runs
		close(leave)
		idle(t, q)
		later := card
		later.Due, later.Priority, later.Attempts = time.Now().Add(time.Second), 1, 3
		insert(t, db, q, card, later, slow, dead) // after it ended
		idle(t, q)
		for _, key := range []string{"card/t/m@1", "card/t/m@2", "card/u/m@1", "card/t/n@1", "slow/t/@0", "dead/t/@0"} {
			if n := c.of(key); n != 1 {
				t.Errorf("%s ran %d times, want 1", key, n)
			}
		}
		if n := len(list(t, q, jobs.Filter{})); n != 6 {
			t.Errorf("%d jobs stored, want 6", n)
		}
	})
}

func TestConcurrentInsertsKeepOne(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var c counter
		queues := []*jobs.Queue{newQueue(t, db, jobs.Options{}), newQueue(t, db, jobs.Options{})}
		for _, q := range queues {
			q.Handle("card", c.work)
		}
		start(t, queues[0])
		if db.Engine() == database.PostgreSQL { // two processes
			start(t, queues[1])
		}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				batch := []jobs.Job{{Kind: "card", Subject: "a"}, {Kind: "card", Subject: "b"}, {Kind: "card", Subject: "c"}}
				batch[0], batch[i%3] = batch[i%3], batch[0]
				insert(t, db, queues[i%2], batch...)
			})
		}
		all.Wait()
		idle(t, queues[0])
		for _, key := range []string{"card//a@0", "card//b@0", "card//c@0"} {
			if n := c.of(key); n != 1 {
				t.Errorf("%s ran %d times, want 1", key, n)
			}
		}
	})
}

func TestAnInsertedJobStartsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		ran := make(chan int64, 1)
		q := newQueue(t, db, jobs.Options{Poll: time.Hour}) // it is told, it does not find out
		q.Handle("card", func(_ context.Context, j jobs.Job) error { ran <- j.Revision; return nil })
		start(t, q)
		for i := range int64(6) {
			insert(t, db, q, jobs.Job{Kind: "card", Revision: i})
			select {
			case n := <-ran:
				if n != i {
					t.Fatalf("%d ran instead of %d", n, i)
				}
			case <-time.After(time.Minute):
				t.Fatal("nobody has told of it")
			}
			idle(t, q)
		}
	})
}

func TestAJobHeldByItsDueTimeAndPriority(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		order := make(chan string, 10)
		q := newQueue(t, db, jobs.Options{Workers: 1})
		q.Handle("card", func(_ context.Context, job jobs.Job) error { order <- job.Subject; return nil })
		due := time.Now().Add(time.Hour)
		insert(t, db, q,
			jobs.Job{Kind: "card", Subject: "last", Priority: 4},
			jobs.Job{Kind: "card", Subject: "normal"},
			jobs.Job{Kind: "card", Subject: "first", Priority: 1},
			jobs.Job{Kind: "card", Subject: "in an hour", Priority: 1, Due: due})
		start(t, q)
		idle(t, q)
		close(order)
		var got []string
		for subject := range order {
			got = append(got, subject)
		}
		if want := "[first normal last]"; fmt.Sprint(got) != want {
			t.Errorf("ran %v, want %s", got, want)
		}
		left := list(t, q, jobs.Filter{State: jobs.Waiting})
		if len(left) != 1 || left[0].Subject != "in an hour" || left[0].Due.Sub(due).Abs() > time.Millisecond {
			t.Errorf("waiting: %+v", left)
		}
	})
}

func TestStopWaitsForWhatRuns(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		inside, leave := make(chan struct{}), make(chan struct{})
		var finished atomic.Bool
		q := newQueue(t, db, jobs.Options{})
		q.Handle("card", func(ctx context.Context, _ jobs.Job) error {
			close(inside)
			<-leave
			finished.Store(ctx.Err() == nil)
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		insert(t, db, q, jobs.Job{Kind: "card"})
		<-inside
		cancel() // alone it stops nothing
		stopped := make(chan error, 1)
		go func() { stopped <- q.Stop(t.Context()) }()
		close(leave)
		if err := <-stopped; err != nil || !finished.Load() {
			t.Errorf("stopped with %v, finished: %v", err, finished.Load())
		}
		if left := list(t, q, jobs.Filter{}); len(left) != 1 || left[0].State != jobs.Done {
			t.Errorf("left: %+v", left)
		}
	})
}

func TestInsertWithoutKindIsRefused(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t), migrate)
	q := newQueue(t, db, jobs.Options{})
	err := db.Tx(t.Context(), func(tx *database.Tx) error { return q.Insert(t.Context(), tx, jobs.Job{Subject: "m"}) })
	if err == nil {
		t.Error("a job without a kind was stored")
	}
	if err := db.Tx(t.Context(), func(tx *database.Tx) error { return q.Insert(t.Context(), tx) }); err != nil {
		t.Errorf("no job at all: %v", err)
	}
}

// BenchmarkJobs stores jobs by the hundred and works them off.
func BenchmarkJobs(b *testing.B) {
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.PostgreSQL} {
		b.Run(engine, func(b *testing.B) {
			db := storetest.Open(b, dsn(b), migrate)
			var left sync.WaitGroup
			q := newQueue(b, db, jobs.Options{})
			q.Handle("card", func(context.Context, jobs.Job) error { left.Done(); return nil })
			start(b, q)
			left.Add(b.N)
			b.ResetTimer()
			for n := 0; n < b.N; n += 100 {
				var batch []jobs.Job
				for i := n; i < min(n+100, b.N); i++ {
					batch = append(batch, jobs.Job{Kind: "card", Revision: int64(i)})
				}
				insert(b, db, q, batch...)
			}
			left.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}
