// Package memo remembers answers for a while, in a bounded amount, so that hot paths need not ask the database or another
// service again. What it holds may be as old as its age: only what bears that belongs in it.
package memo

import (
	"sync"
	"time"
)

// Memo remembers values by key. It is safe for concurrent use.
type Memo[K comparable, V any] struct {
	mu   sync.Mutex
	age  time.Duration
	size int
	now  func() time.Time
	all  map[K]kept[V]
}

type kept[V any] struct {
	value V
	until time.Time
}

// New makes a memo that holds at most size values, each for age.
func New[K comparable, V any](age time.Duration, size int, now func() time.Time) *Memo[K, V] {
	return &Memo[K, V]{age: age, size: size, now: now, all: map[K]kept[V]{}}
}

// Get answers what is remembered of key.
func (m *Memo[K, V]) Get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.all[key]
	if !ok || !m.now().Before(k.until) {
		var none V
		return none, false
	}
	return k.value, true
}

// Put remembers a value. A full memo forgets what is over, and everything when nothing is.
func (m *Memo[K, V]) Put(key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if _, there := m.all[key]; !there && len(m.all) >= m.size {
		m.sweep(now)
	}
	m.all[key] = kept[V]{value, now.Add(m.age)}
}

func (m *Memo[K, V]) sweep(now time.Time) {
	for key, k := range m.all {
		if !now.Before(k.until) {
			delete(m.all, key)
		}
	}
	if len(m.all) >= m.size {
		clear(m.all)
	}
}

// Forget drops a key.
func (m *Memo[K, V]) Forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, key)
}

// ForgetIf drops every key that match says.
func (m *Memo[K, V]) ForgetIf(match func(K, V) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, k := range m.all {
		if match(key, k.value) {
			delete(m.all, key)
		}
	}
}

// Of answers what is remembered of key, or asks and remembers the answer. A failure is not remembered.
func (m *Memo[K, V]) Of(key K, ask func() (V, error)) (V, error) {
	if value, ok := m.Get(key); ok {
		return value, nil
	}
	value, err := ask()
	if err == nil {
		m.Put(key, value)
	}
	return value, err
}
