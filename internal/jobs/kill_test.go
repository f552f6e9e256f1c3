package jobs_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"causeway/internal/database"
	"causeway/internal/jobs"
	"causeway/internal/store/storetest"
)

const childDatabase = "CAUSEWAY_TEST_CHILD_DATABASE"

func TestAJobOfAKilledProcessIsDoneAfterTheRestartOnSQLite(t *testing.T) {
	t.Parallel()
	killInTheMiddleThenRestart(t, storetest.SQLite(t), 10*time.Second)
}

// killInTheMiddleThenRestart kills a process by SIGKILL in the middle of a job. Another one, started only then, must do it within the time given.
func killInTheMiddleThenRestart(t *testing.T, address string, within time.Duration) {
	t.Helper()
	storeJob(t, address)
	killInTheMiddle(t, address)
	killed := time.Now()

	ran := make(chan jobs.Job, 1)
	db := storetest.Open(t, address, nil)
	q := newQueue(t, db, jobs.Options{})
	q.Handle("card", func(_ context.Context, job jobs.Job) error { ran <- job; return nil })
	start(t, q)
	select {
	case job := <-ran:
		t.Logf("done %v after the kill", time.Since(killed).Round(time.Millisecond))
		if job.Subject != "m" || job.Attempt != 2 {
			t.Errorf("ran %+v, want the second attempt at m", job)
		}
	case <-time.After(within):
		t.Fatalf("not done %v after the kill: %+v", within, list(t, q, jobs.Filter{}))
	}
	idle(t, q)
	if infos := list(t, q, jobs.Filter{}); len(infos) != 1 || infos[0].State != jobs.Done {
		t.Errorf("afterwards: %+v", infos)
	}
}

// storeJob stores the job, and leaves the database to the child.
func storeJob(t *testing.T, address string) {
	t.Helper()
	db, err := database.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	insert(t, db, newQueue(t, db, jobs.Options{}), jobs.Job{Kind: "card", Subject: "m"})
}

// killInTheMiddle starts this test program again, as a process that gets stuck in the job, and kills it there.
func killInTheMiddle(t *testing.T, address string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildThatIsKilled$")
	child.Env = append(os.Environ(), childDatabase+"="+address)
	child.Stderr = os.Stderr
	input, err := child.StdinPipe() // its end ends a child whose parent was killed
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = input.Close() }()
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	inside := false
	for !inside && lines.Scan() {
		inside = strings.Contains(lines.Text(), "in the middle")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // says that it was killed
	if !inside {
		t.Fatal("the child never began the job")
	}
}

// TestChildThatIsKilled is the process that killInTheMiddle starts; in the ordinary run it has nothing to do.
func TestChildThatIsKilled(t *testing.T) {
	t.Parallel()
	address := os.Getenv(childDatabase)
	if address == "" {
		return
	}
	q := newQueue(t, storetest.Open(t, address, nil), jobs.Options{})
	q.Handle("card", func(ctx context.Context, _ jobs.Job) error {
		_, _ = os.Stdout.WriteString("in the middle\n")
		<-ctx.Done()
		return ctx.Err()
	})
	start(t, q)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
