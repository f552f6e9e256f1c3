// Package memo remembers answers for a while, in a bounded amount, so that hot paths need not ask the database or another
// service again. What it holds may be as old as its age: only what bears that belongs in it.
package memo

import (
	"context"
	"sync"
	"time"
)

// Memo remembers values by key. It is safe for concurrent use.
type Memo[K comparable, V any] struct {
	mu      sync.Mutex
	age     time.Duration
	size    int
	now     func() time.Time
	swept   time.Time
	all     map[K]kept[V]
	flights map[K]*flight[V]
}

// flight is a question under way, for all who want the answer.
type flight[V any] struct {
	done  chan struct{}
	value V
	err   error
	left  bool // who asked went away before the answer
}

type kept[V any] struct {
	value V
	until time.Time
}

// New makes a memo that holds at most size values, each for age.
func New[K comparable, V any](age time.Duration, size int, now func() time.Time) *Memo[K, V] {
	return &Memo[K, V]{age: age, size: size, now: now, all: map[K]kept[V]{}, flights: map[K]*flight[V]{}}
}

// Get answers what is remembered of key.
func (m *Memo[K, V]) Get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.get(key)
}

func (m *Memo[K, V]) get(key K) (V, bool) {
	k, ok := m.all[key]
	if !ok || !m.now().Before(k.until) {
		var none V
		return none, false
	}
	return k.value, true
}

// Put remembers a value. Once in an age the memo forgets what is over; a full one does so at once, and forgets everything when nothing is.
func (m *Memo[K, V]) Put(key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, value)
}

func (m *Memo[K, V]) put(key K, value V) {
	now := m.now()
	_, there := m.all[key]
	if full := !there && len(m.all) >= m.size; full || now.Sub(m.swept) >= m.age {
		m.sweep(now)
	}
	m.all[key] = kept[V]{value, now.Add(m.age)}
}

func (m *Memo[K, V]) sweep(now time.Time) {
	m.swept = now
	for key, k := range m.all {
		if !now.Before(k.until) {
			delete(m.all, key)
		}
	}
	if len(m.all) >= m.size {
		clear(m.all)
	}
}

// Forget drops a key, and what is being asked about it: that answer may be old already.
func (m *Memo[K, V]) Forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, key)
	delete(m.flights, key)
}

// ForgetIf drops every key that match says. No answer that is under way is remembered either.
func (m *Memo[K, V]) ForgetIf(match func(K, V) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, k := range m.all {
		if match(key, k.value) {
			delete(m.all, key)
		}
	}
	clear(m.flights)
}

// Of answers what is remembered of key, or asks and remembers the answer. However many want the same at the same moment, one asks for
// all; when that one goes away, another does. A failure is told to all who wait and not remembered.
func (m *Memo[K, V]) Of(ctx context.Context, key K, ask func() (V, error)) (V, error) {
	for {
		m.mu.Lock()
		value, ok := m.get(key)
		f := m.flights[key]
		first := !ok && f == nil
		if first {
			f = &flight[V]{done: make(chan struct{}), left: true}
			m.flights[key] = f
		}
		m.mu.Unlock()
		if ok {
			return value, nil
		}
		if first {
			return m.fly(ctx, key, f, ask)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return value, ctx.Err()
		}
		if !f.left {
			return f.value, f.err
		}
	}
}

// fly asks, and lands whatever happens.
func (m *Memo[K, V]) fly(ctx context.Context, key K, f *flight[V], ask func() (V, error)) (V, error) {
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.flights[key] == f { // it was not forgotten meanwhile
			delete(m.flights, key)
			if !f.left && f.err == nil {
				m.put(key, f.value)
			}
		}
		close(f.done)
	}()
	f.value, f.err = ask()
	f.left = f.err != nil && ctx.Err() != nil
	return f.value, f.err
}
