package memo_test

import (
	"errors"
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
		if got, err := m.Of("a", ask); got != 1 || err != nil {
			t.Fatalf("Of = %d, %v; want the first answer", got, err)
		}
	}
	now = now.Add(time.Minute)
	if got, _ := m.Of("a", ask); got != 2 {
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
	if _, err := m.Of("a", func() (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("the failure was swallowed")
	}
	if got, err := m.Of("a", func() (int, error) { return 7, nil }); got != 7 || err != nil {
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
