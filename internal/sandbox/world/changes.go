package world

import (
	"context"
	"slices"
	"sync"
)

// Changes tells watchers which topics changed ("ledger", "traffic", "client", "chat:launch" …). A slow watcher gets each topic once,
// however often it changed meanwhile.
type Changes struct {
	mu       sync.Mutex
	watchers map[*Watch]struct{}
}

// Watch is one watcher's list of topics that it has not read yet.
type Watch struct {
	owner   *Changes
	pending map[string]struct{}
	ready   chan struct{}
}

// Publish says that topics changed.
func (c *Changes) Publish(topics ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.watchers {
		for _, t := range topics {
			w.pending[t] = struct{}{}
		}
		select {
		case w.ready <- struct{}{}:
		default:
		}
	}
}

// Watch begins to collect topics; Close it.
func (c *Changes) Watch() *Watch {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watchers == nil {
		c.watchers = map[*Watch]struct{}{}
	}
	w := &Watch{owner: c, pending: map[string]struct{}{}, ready: make(chan struct{}, 1)}
	c.watchers[w] = struct{}{}
	return w
}

// Next waits for changes and answers their topics, sorted.
func (w *Watch) Next(ctx context.Context) ([]string, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.ready:
		}
		if topics := w.take(); len(topics) > 0 {
			return topics, nil
		}
	}
}

func (w *Watch) take() []string {
	w.owner.mu.Lock()
	defer w.owner.mu.Unlock()
	topics := make([]string, 0, len(w.pending))
	for t := range w.pending {
		topics = append(topics, t)
	}
	clear(w.pending)
	slices.Sort(topics)
	return topics
}

// Close ends the watch.
func (w *Watch) Close() {
	w.owner.mu.Lock()
	defer w.owner.mu.Unlock()
	delete(w.owner.watchers, w)
}
