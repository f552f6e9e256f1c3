// Package jobs is durable work: what must still happen after the program was killed. A job is stored in the transaction of the fact that it follows,
// runs at least once, on any process of the same database, and is tried again until it succeeds or is given up.
//
// A job says what to make true (kind, tenant, subject) and for which revision of the subject; it carries no content. It is unique by these four: what was
// inserted twice runs once, also when the first is running, done (kept a day) or dead (kept a month). Jobs run on real time; what is due later in the
// product's time is a row that a Ticker scans.
//
// It stands on River, which nobody else imports, and on package database. Stores insert jobs, app binds every kind to its worker.
package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"causeway/internal/database"
)

const (
	// Timeout is how long a job may run before its context ends.
	Timeout = 15 * time.Second
	// DefaultAttempts is how often a job may fail when it does not say.
	DefaultAttempts = 12

	rescueAfter = 20 * time.Second // a job that runs longer was on a process that is gone; looked for every 30 seconds
	stopWait    = 20 * time.Second // for Stop
	softStop    = 12 * time.Second // into Stop, what still runs has its context ended
	keepDone    = 25 * time.Hour   // a revision that was done is known for this long
	keepDead    = 30 * 24 * time.Hour
	cooldown    = 5 * time.Millisecond // between two looks for work
	lost        = 20                   // runs that a job may lose because the process died; at the next it is taken for the cause, and given up
	spare       = 3                    // runs kept apart for telling that a job is dead, should that be interrupted
)

// Job is one piece of work.
type Job struct {
	Kind     string    // the worker that it is for, "meetings.settle"
	Tenant   string    // the Microsoft tenant that it belongs to
	Subject  string    // the id of what is made true
	Revision int64     // of the subject; the same one is not done twice
	Due      time.Time // real time, kept to about five seconds; zero means now
	Priority int       // 1 runs first, 4 last; zero means 2
	Attempts int       // how often it may fail; zero means DefaultAttempts. Runs that a dead process left behind are not failures

	Attempt int // the run that this is, 1 for the first; set by the queue
}

// Options of a Queue.
type Options struct {
	Logger  *slog.Logger                                   // nil: nothing is logged
	Workers int                                            // jobs that run at once in this process; zero means 20
	Poll    time.Duration                                  // looking for work that was not announced; zero means 250 ms
	OnDead  func(ctx context.Context, job Job, last error) // told of every job that was given up, at least once, within four seconds; may be nil
}

// Queue is the jobs of one database. It is safe for concurrent use once started.
type Queue struct {
	db       *database.DB
	engine   engine
	log      *slog.Logger
	onDead   func(context.Context, Job, error)
	handlers map[string]func(context.Context, Job) error
}

// New makes the queue of db. It does nothing before Start; inserting and listing need no Start.
func New(db *database.DB, o Options) (*Queue, error) {
	q := &Queue{db: db, log: o.Logger, onDead: o.OnDead, handlers: map[string]func(context.Context, Job) error{}}
	if q.log == nil {
		q.log = slog.New(slog.DiscardHandler)
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &worker{queue: q}); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	config := &river.Config{
		CancelledJobRetentionPeriod: keepDead,
		CompletedJobRetentionPeriod: keepDone,
		DiscardedJobRetentionPeriod: keepDead,
		FetchCooldown:               cooldown,
		FetchPollInterval:           cmp.Or(o.Poll, 250*time.Millisecond),
		JobTimeout:                  Timeout,
		Logger:                      slog.New(warnings{q.log.Handler()}),
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: cmp.Or(o.Workers, 20)}},
		RescueStuckJobsAfter:        rescueAfter,
		RetryPolicy:                 schedule{},
		SoftStopTimeout:             softStop,
		Workers:                     workers,
	}
	var err error
	if q.engine, err = newEngine(db, config); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return q, nil
}

// Migrate brings the queue's own tables up to date. Processes that start together take turns.
func (q *Queue) Migrate(ctx context.Context) error {
	if err := q.db.Alone(ctx, "migrate jobs", q.engine.migrate); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	return nil
}

// Handle binds a kind to its worker, before Start. Work must bear to be repeated: a process can die after the effect and before noting it. Its context ends
// after Timeout and when the process stops. A plain error is tried again, soon at first; Snooze and Discard say otherwise.
func (q *Queue) Handle(kind string, work func(ctx context.Context, job Job) error) {
	q.handlers[kind] = work
}

// Insert stores jobs with the transaction. One that is there already, in whatever state, stays as it is and the new one is dropped.
func (q *Queue) Insert(ctx context.Context, tx *database.Tx, jobs ...Job) error {
	if len(jobs) == 0 {
		return nil
	}
	jobs = slices.Clone(jobs)
	slices.SortStableFunc(jobs, byKey)                                               // who inserts the same takes the same way, and nobody a deadlock
	jobs = slices.CompactFunc(jobs, func(a, b Job) bool { return byKey(a, b) == 0 }) // a key may come once per statement
	params := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		if job.Kind == "" {
			return errors.New("insert jobs: a job has no kind")
		}
		params[i] = river.InsertManyParams{
			Args: args{Name: job.Kind, Tenant: job.Tenant, Subject: job.Subject, Revision: job.Revision},
			InsertOpts: &river.InsertOpts{
				MaxAttempts: cmp.Or(job.Attempts, DefaultAttempts) + lost + spare,
				Priority:    cmp.Or(job.Priority, 2),
				ScheduledAt: job.Due,
				UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: rivertype.JobStates()},
			},
		}
	}
	if err := q.engine.insert(ctx, tx, params); err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	return nil
}

// Start begins to work, until Stop; the end of ctx alone does not stop it. Jobs of a process that is gone are taken up within a minute on PostgreSQL, and
// at once on SQLite: its file is locked for one process, so whatever runs there before Start is nobody's. From the second time on they wait, a second more
// each time, so that one that kills the process leaves time for the others.
func (q *Queue) Start(ctx context.Context) error {
	if q.db.Engine() == database.SQLite {
		const free = "update river_job set state = 'available', scheduled_at = datetime('now', (attempt - 1) || ' seconds', 'subsec') where state = 'running'"
		if _, err := q.db.Writer().ExecContext(ctx, free); err != nil {
			return fmt.Errorf("start jobs: %w", err)
		}
	}
	if err := q.engine.start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop takes no more work and waits for what runs, at most 20 seconds: after 12 its context ends, and it is left to be done by another process
// or after the next start, without an attempt counted.
func (q *Queue) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopWait)
	defer cancel()
	if err := q.engine.stop(ctx); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// warnings passes on what a person should see of River's talk. What becomes of a job is logged here, with its kind and subject.
type warnings struct{ slog.Handler }

// Enabled is for warnings and worse.
func (h warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the rule.
func (h warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the rule.
func (h warnings) WithGroup(name string) slog.Handler { return warnings{h.Handler.WithGroup(name)} }
