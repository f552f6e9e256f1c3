package memo_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/memo"
)

func TestMemoRemembersForItsAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	m := memo.New[string, int](time.Minute, 10, func() time.Time { return now })
	asked := 0
	ask := func() (int, error) { asked++; return asked, nil }
	for range 3 {
		if got, err := m.Of(t.Context(), "a", ask); got != 1 || err != nil {
			t.Fatalf("Of = %d, %v; want the first answer", got, err)
		}
	}
	now = now.Add(time.Minute)
	if got, _ := m.Of(t.Context(), "a", ask); got != 2 {
		t.Errorf("after its age: %d, want a new answer", got)
	}
	m.Forget("a")
	if _, ok := m.Get("a"); ok {
		t.Error("a forgotten key is still there")
	}
}

func TestMemoDoesNotRememberFailures(t *testing.T) {
	t.Parallel()
	m := memo.New[string, int](time.Minute, 10, time.Now)
	if _, err := m.Of(t.Context(), "a", func() (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("the failure was swallowed")
	}
	if got, err := m.Of(t.Context(), "a", func() (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("Of = %d, %v", got, err)
	}
}

func TestMemoIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	m := memo.New[int, int](time.Minute, 3, func() time.Time { return now })
	m.Put(0, 0)
	now = now.Add(time.Minute)
	m.Put(1, 1)
	m.Put(2, 2)
	m.Put(3, 3) // the one that is over makes room
	for i := 1; i <= 3; i++ {
		if _, ok := m.Get(i); !ok {
			t.Errorf("%d was forgotten although another was over", i)
		}
	}
	m.Put(4, 4) // nothing is over: all are forgotten
	if _, ok := m.Get(1); ok {
		t.Error("the memo grew beyond its size")
	}
	m.ForgetIf(func(k, _ int) bool { return k == 4 })
	if _, ok := m.Get(4); ok {
		t.Error("ForgetIf kept what matched")
	}
}

func TestOneAsksForAll(t *testing.T) {
	t.Parallel()
	m := memo.New[string, int](time.Minute, 10, time.Now)
	var asked atomic.Int64
	asking, answer := make(chan struct{}), make(chan struct{})
	ask := func() (int, error) {
		asked.Add(1)
		close(asking)
		<-answer
		return 7, nil
	}
	var all sync.WaitGroup
	all.Go(func() { _, _ = m.Of(t.Context(), "a", ask) })
	<-asking
	for range 5 {
		all.Go(func() {
			if got, err := m.Of(t.Context(), "a", ask); got != 7 || err != nil {
				t.Errorf("Of = %d, %v", got, err)
			}
		})
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Of(gone, "a", ask); !errors.Is(err, context.Canceled) {
		t.Errorf("who goes away waits on: %v", err)
	}
	close(answer)
	all.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestAnotherAsksWhenTheFirstGoesAway(t *testing.T) {
	t.Parallel()
	m := memo.New[string, int](time.Minute, 10, time.Now)
	first, leave := context.WithCancel(t.Context())
	asking := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_, err := m.Of(first, "a", func() (int, error) {
			close(asking)
			<-first.Done()
			return 0, first.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the first got %v", err)
		}
	})
	<-asking
	all.Go(func() {
		if got, err := m.Of(t.Context(), "a", func() (int, error) { return 7, nil }); got != 7 || err != nil {
			t.Errorf("the second got %d, %v", got, err)
		}
	})
	leave()
	all.Wait()
}

func TestWhatIsForgottenMeanwhileIsNotRemembered(t *testing.T) {
	t.Parallel()
	m := memo.New[string, int](time.Minute, 10, time.Now)
	for name, forget := range map[string]func(){
		"Forget":   func() { m.Forget("a") },
		"ForgetIf": func() { m.ForgetIf(func(k string, _ int) bool { return k == "a" }) },
	} {
		got, err := m.Of(t.Context(), "a", func() (int, error) {
			forget()
			return 7, nil
		})
		if _, kept := m.Get("a"); kept || got != 7 || err != nil {
			t.Errorf("%s: Of = %d, %v, remembered: %v", name, got, err, kept)
		}
	}
}
