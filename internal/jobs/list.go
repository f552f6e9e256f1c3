package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"causeway/internal/database"
)

// State is where a job stands.
type State string

// The states of a job.
const (
	Waiting State = "waiting" // for its turn, its time, or its next attempt
	Running State = "running"
	Done    State = "done" // kept about a day
	Dead    State = "dead" // given up; kept 30 days, for someone to retry
)

var (
	// ErrNotFound says that there is no job of that id.
	ErrNotFound = errors.New("jobs: no such job")
	// ErrNotRetryable says that a job cannot be retried, because it runs or is done.
	ErrNotRetryable = errors.New("jobs: the job is running or done")
)

// Info is a job as it is stored. Its Attempt is the number of runs begun so far; its Due the time of the next (or last) one.
type Info struct {
	Job
	ID        int64
	State     State
	LastError string // of the last failed run, one line
	Created   time.Time
	Finished  time.Time // zero unless Done or Dead
}

// Filter chooses jobs. Zero fields choose all.
type Filter struct {
	Kind, Tenant, Subject string
	State                 State
	Before                int64 // jobs with a smaller id than this, to go on after the last of a page
	Limit                 int   // 1 to 1,000; zero means 100
}

// List returns jobs, the newest first.
func (q *Queue) List(ctx context.Context, f Filter) ([]Info, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	params := river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(min(f.Limit, 1000))
	if f.State != "" {
		states := map[State][]rivertype.JobState{Waiting: waiting(), Running: {rivertype.JobStateRunning}, Done: {rivertype.JobStateCompleted}, Dead: dead()}[f.State]
		if states == nil {
			return nil, fmt.Errorf("list jobs: no state %q", f.State)
		}
		params = params.States(states...)
	}
	for field, value := range map[string]string{"kind": f.Kind, "tenant": f.Tenant, "subject": f.Subject} {
		if value != "" {
			params = params.Where("args ->> '"+field+"' = @"+field, river.NamedArgs{field: value})
		}
	}
	if f.Before > 0 {
		params = params.Where("id < @before", river.NamedArgs{"before": f.Before})
	}
	rows, err := q.engine.list(ctx, params)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	infos := make([]Info, len(rows))
	for i, row := range rows {
		if infos[i], err = infoOf(row); err != nil {
			return nil, fmt.Errorf("list jobs: job %d: %w", row.ID, err)
		}
	}
	return infos, nil
}

func waiting() []rivertype.JobState {
	return []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled}
}

func dead() []rivertype.JobState {
	return []rivertype.JobState{rivertype.JobStateCancelled, rivertype.JobStateDiscarded}
}

func infoOf(row *rivertype.JobRow) (Info, error) {
	var a args
	if err := json.Unmarshal(row.EncodedArgs, &a); err != nil {
		return Info{}, err
	}
	info := Info{Job: fromRow(row, a), ID: row.ID, State: Waiting, Created: row.CreatedAt}
	switch row.State {
	case rivertype.JobStateRunning:
		info.State = Running
	case rivertype.JobStateCompleted:
		info.State = Done
	case rivertype.JobStateCancelled, rivertype.JobStateDiscarded:
		info.State = Dead
	case rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled:
	}
	if n := len(row.Errors); n > 0 {
		text := strings.TrimPrefix(row.Errors[n-1].Error, "JobCancelError: ")
		info.LastError, _, _ = strings.Cut(text, "\n")
	}
	if row.FinalizedAt != nil {
		info.Finished = *row.FinalizedAt
	}
	return info, nil
}

// Retry has a waiting or dead job run now, with all its attempts before it again. Errors: ErrNotFound, ErrNotRetryable.
func (q *Queue) Retry(ctx context.Context, id int64) error {
	err := q.db.Tx(ctx, func(tx *database.Tx) error {
		row, err := q.engine.get(ctx, tx, id)
		switch {
		case errors.Is(err, rivertype.ErrNotFound):
			return ErrNotFound
		case err != nil:
			return err
		case row.State == rivertype.JobStateRunning || row.State == rivertype.JobStateCompleted:
			return ErrNotRetryable
		}
		if _, err := tx.ExecContext(ctx, "update river_job set attempt = 0, errors = null where id = $1", id); err != nil {
			return err
		}
		return q.engine.retry(ctx, tx, id)
	})
	if err != nil {
		return fmt.Errorf("retry job %d: %w", id, err)
	}
	return nil
}

// Idle waits until no job runs or is due by now or soon, so that tests can look at what all of them did.
func (q *Queue) Idle(ctx context.Context, soon time.Duration) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		// Both engines read this time, SQLite as text. Asking for the jobs themselves takes a hundred times as long.
		until, busy := time.Now().Add(soon).UTC().Format("2006-01-02 15:04:05.000+00"), false
		err := q.db.Read().QueryRowContext(ctx, `select exists (select 1 from river_job
			where state in ('available', 'pending', 'retryable', 'scheduled', 'running') and scheduled_at <= $1)`, until).Scan(&busy)
		if err != nil {
			return fmt.Errorf("wait for jobs: %w", err)
		}
		if !busy {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for jobs: %w", ctx.Err())
		}
	}
}
