package database_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"causeway/internal/database"
	"causeway/internal/store/storetest"
)

// hold keeps all shared transactions of the database open, so that what is written next queues up behind them, until the returned function is called.
func hold(t *testing.T, db *database.DB) (release func()) {
	t.Helper()
	leave := make(chan struct{})
	var all sync.WaitGroup
	for range db.GroupsAtOnce() {
		inside := make(chan struct{})
		all.Go(func() {
			err := db.Group(t.Context(), func(context.Context, *database.Tx) error {
				close(inside)
				<-leave
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-inside
	}
	return func() { close(leave); all.Wait() }
}

// together runs works in one shared transaction and returns their errors.
func together(t *testing.T, db *database.DB, works ...func(context.Context, *database.Tx) error) []error {
	t.Helper()
	release := hold(t, db)
	var all sync.WaitGroup
	errs := make([]error, len(works))
	for i, work := range works {
		all.Go(func() { errs[i] = db.Group(t.Context(), work) })
	}
	for db.Waiting() < len(works) {
		runtime.Gosched()
	}
	release()
	all.Wait()
	return errs
}

func TestGroupAnswersAfterTheCommit(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var all sync.WaitGroup
		var told atomic.Int32
		for caller := range 20 {
			all.Go(func() {
				for i := range 10 {
					id := fmt.Sprint(caller, "-", i)
					err := db.Group(t.Context(), func(ctx context.Context, tx *database.Tx) error {
						tx.AfterCommit(func() { told.Add(1) })
						return add(ctx, tx, id, caller*100+i)
					})
					var got string
					if err == nil {
						err = db.Read().QueryRowContext(t.Context(), "select id from items where id = $1", id).Scan(&got)
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if n := countItems(t, db); n != 200 || told.Load() != 200 {
			t.Errorf("%d stored and %d told, want 200", n, told.Load())
		}
	})
}

func TestGroupSharesOneTransaction(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var mu sync.Mutex
		seen := map[*database.Tx]int{}
		work := func(ctx context.Context, tx *database.Tx) error {
			mu.Lock()
			defer mu.Unlock()
			seen[tx]++
			return nil
		}
		together(t, db, work, work, work, work)
		if len(seen) != 1 {
			t.Errorf("%d transactions for four small writes, want 1", len(seen))
		}
	})
}

func TestGroupGivesEachCallerItsOwnError(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var mu sync.Mutex
		told := map[string]bool{}
		item := func(id string, count int, err error) func(context.Context, *database.Tx) error {
			return func(ctx context.Context, tx *database.Tx) error {
				tx.AfterCommit(func() { mu.Lock(); told[id] = true; mu.Unlock() })
				return errors.Join(add(ctx, tx, id, count), err)
			}
		}
		if err := db.Group(t.Context(), item("a", 1, nil)); err != nil {
			t.Fatal(err)
		}
		errs := together(t, db, item("b", 2, nil), item("c", 1, nil), item("d", 4, refused), item("e", 5, nil))
		if errs[0] != nil || errs[3] != nil {
			t.Errorf("the innocent: %v, %v", errs[0], errs[3])
		}
		if errs[1] == nil || !strings.Contains(strings.ToLower(errs[1].Error()), "unique") {
			t.Errorf("count 1 twice: %v", errs[1])
		}
		if !errors.Is(errs[2], refused) {
			t.Errorf("refused by the work itself: %v", errs[2])
		}
		if n := countItems(t, db); n != 3 || len(told) != 3 || told["c"] || told["d"] {
			t.Errorf("%d stored, %v told; want a, b, e", n, told)
		}
		if err := db.Group(t.Context(), item("f", 1, nil)); err == nil {
			t.Error("alone in its transaction, a failure was lost")
		}
	})
}

func TestGroupReturnsAPanicToItsCaller(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		var caught atomic.Value
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() { caught.Store(recover()) }()
			_ = db.Group(t.Context(), func(context.Context, *database.Tx) error { panic("mine") })
		}()
		<-done
		if caught.Load() != "mine" {
			t.Errorf("caught %v", caught.Load())
		}
		err := db.Group(t.Context(), func(context.Context, *database.Tx) error { runtime.Goexit(); return nil })
		if err == nil {
			t.Error("work that never ended was reported as stored")
		}
		err = db.Group(t.Context(), func(ctx context.Context, tx *database.Tx) error { return add(ctx, tx, "a", 1) })
		if n := countItems(t, db); err != nil || n != 1 {
			t.Errorf("afterwards: %v, %d items", err, n)
		}
	})
}

func TestGroupLeavesOutWhoNoLongerWaits(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		gone, cancel := context.WithCancel(t.Context())
		release := hold(t, db)
		queued := make(chan error, 1)
		go func() {
			queued <- db.Group(gone, func(ctx context.Context, tx *database.Tx) error { return add(ctx, tx, "a", 1) })
		}()
		for db.Waiting() < 1 {
			runtime.Gosched()
		}
		cancel()
		if err := <-queued; !errors.Is(err, context.Canceled) {
			t.Errorf("queued: %v, want context.Canceled", err)
		}
		release()
		if n := countItems(t, db); n != 0 {
			t.Errorf("%d items, want none", n)
		}
	})
}

func TestGroupTellsTheTruthToWhoGaveUpTooLate(t *testing.T) {
	t.Parallel()
	storetest.Databases(t, migrate, func(t *testing.T, db *database.DB) {
		gone, cancel := context.WithCancel(t.Context())
		err := db.Group(gone, func(ctx context.Context, tx *database.Tx) error {
			cancel() // begun: what was written stays, and is answered so
			return add(ctx, tx, "a", 1)
		})
		if n := countItems(t, db); err != nil || n != 1 {
			t.Errorf("%v, %d items; want it stored", err, n)
		}
	})
}

// BenchmarkGroupCommit compares one synced commit each with shared ones, for 64 callers at once. On SQLite with synchronous=FULL.
func BenchmarkGroupCommit(b *testing.B) {
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.PostgreSQL} {
		ways := map[string]func(*database.DB, context.Context, func(context.Context, *database.Tx) error) error{
			"shared": (*database.DB).Group,
			"each": func(db *database.DB, ctx context.Context, work func(context.Context, *database.Tx) error) error {
				return db.Tx(ctx, func(tx *database.Tx) error { return work(ctx, tx) })
			},
		}
		for way, write := range ways {
			b.Run(engine+"/"+way, func(b *testing.B) {
				db := storetest.Open(b, dsn(b), migrate)
				var n atomic.Int64
				b.SetParallelism(64 / runtime.GOMAXPROCS(0))
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						i := n.Add(1)
						err := write(db, b.Context(), func(ctx context.Context, tx *database.Tx) error {
							_, err := tx.ExecContext(ctx, "insert into items (id, count) values ($1, $2) on conflict do nothing", fmt.Sprint(i), i)
							return err
						})
						if err != nil {
							b.Error(err)
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			})
		}
	}
}
