package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const (
	unknownPause = 10 * time.Second // a newer process that knows the kind will get hold of it
	deadWait     = 4 * time.Second  // for OnDead: together with Timeout it ends before a rescue
)

var errInterrupted = errors.New("jobs: the process died in it too often")

// args is what River stores of a job, and what makes it unique. All jobs are of one kind to River: it would discard a rescued job whose kind it does not
// know, and during an upgrade an older process may not know a newer one's.
type args struct {
	Name     string `json:"kind"`
	Tenant   string `json:"tenant"`
	Subject  string `json:"subject"`
	Revision int64  `json:"revision"`
}

// Kind names the one kind to River.
func (args) Kind() string { return "causeway" }

// byKey orders jobs by what makes them unique.
func byKey(a, b Job) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Revision, b.Revision))
}

type snooze time.Duration

func (s snooze) Error() string { return "jobs: again in " + time.Duration(s).String() }

type discard struct{ error }

func (d discard) Unwrap() error { return d.error }

// Snooze is returned by a worker to have the job run again in d, with no attempt counted.
func Snooze(d time.Duration) error { return snooze(d) }

// Discard is returned by a worker to give the job up now, because trying again cannot help; err is what is shown in the list and told to OnDead.
func Discard(err error) error { return discard{err} }

// worker is what River calls for every job.
type worker struct {
	river.WorkerDefaults[args]
	queue *Queue
}

// Work runs the handler of the job's kind and turns its answer into River's.
func (w *worker) Work(ctx context.Context, rj *river.Job[args]) error {
	q, job := w.queue, fromRow(rj.JobRow, rj.Args)
	handle, known := q.handlers[job.Kind]
	if !known {
		q.log.DebugContext(ctx, "job of an unknown kind left alone", "kind", job.Kind, "id", rj.ID)
		return river.JobSnooze(unknownPause)
	}
	failed := failures(rj.JobRow)
	if job.Attempt-1-failed > lost {
		return q.bury(ctx, job, errInterrupted)
	}
	err := protect(func() error { return handle(ctx, job) })
	var again snooze
	var useless discard
	switch {
	case err == nil:
		return nil
	case errors.As(err, &again):
		return river.JobSnooze(max(0, time.Duration(again)))
	case errors.As(err, &useless):
		return q.bury(ctx, job, useless.error)
	case errors.Is(ctx.Err(), context.Canceled): // the process stops; River leaves the job to the next, and counts no attempt
		return fmt.Errorf("stopped: %w", ctx.Err())
	case failed+1 >= job.Attempts:
		return q.bury(ctx, job, err)
	}
	q.log.LogAttrs(ctx, slog.LevelWarn, "job failed, will be tried again", job.attrs(err)...)
	return err
}

// bury ends a job for good. It stays in the list, until someone retries it.
func (q *Queue) bury(ctx context.Context, job Job, last error) error {
	q.log.LogAttrs(ctx, slog.LevelError, "job given up", job.attrs(last)...)
	if q.onDead != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadWait)
		defer cancel()
		if err := protect(func() error { q.onDead(ctx, job, last); return nil }); err != nil {
			q.log.LogAttrs(ctx, slog.LevelError, "telling of a dead job failed", job.attrs(err)...)
		}
	}
	return river.JobCancel(last)
}

func (job Job) attrs(err error) []slog.Attr {
	return []slog.Attr{
		slog.String("kind", job.Kind), slog.String("tenant", job.Tenant), slog.String("subject", job.Subject),
		slog.Int64("revision", job.Revision), slog.Int("attempt", job.Attempt), slog.Any("error", err),
	}
}

// protect turns a panic into an error.
func protect(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v\n%s", value, debug.Stack())
		}
	}()
	return f()
}

func fromRow(row *rivertype.JobRow, a args) Job {
	return Job{
		Kind: a.Name, Tenant: a.Tenant, Subject: a.Subject, Revision: a.Revision,
		Due: row.ScheduledAt, Priority: row.Priority, Attempts: row.MaxAttempts - lost - spare, Attempt: row.Attempt,
	}
}

// failures counts the runs that ended in an error. River notes what it rescued among them.
func failures(row *rivertype.JobRow) (n int) {
	for _, e := range row.Errors {
		if !strings.HasPrefix(e.Error, "Stuck job rescued") {
			n++
		}
	}
	return n
}

// schedule spaces the attempts: quick at first, because most failures are short, then out to a day in all.
type schedule struct{}

// NextRetry is when a job that failed, or was rescued, runs again: the wait of the table, give or take a fifth, so that jobs that failed together part.
func (schedule) NextRetry(row *rivertype.JobRow) time.Time {
	waits := [...]time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute,
		15 * time.Minute, time.Hour, 3 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	}
	wait := waits[min(failures(row), len(waits)-1)]
	return time.Now().Add(wait - wait/5 + rand.N(2*wait/5)) // #nosec G404 -- no secret
}
