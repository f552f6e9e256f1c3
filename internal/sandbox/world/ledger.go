package world

import (
	"context"
	"sync"
	"time"
)

// Row is one effect that a platform had: what the other side really saw.
type Row struct {
	Seq     int64          `json:"seq"`
	At      time.Time      `json:"at"`
	Side    Side           `json:"side"`
	Effect  string         `json:"effect"`
	Subject string         `json:"subject"`
	By      string         `json:"by"`
	Detail  map[string]any `json:"detail"`
}

// Ledger is the list of effects, in order, never shortened but by Reset.
type Ledger struct {
	clock   *Clock
	changes *Changes
	mu      sync.Mutex
	rows    []Row
	grown   chan struct{} // closed at each append
}

// Filter chooses rows; empty fields choose all.
type Filter struct {
	After   int64 // rows with a greater seq
	Side    Side
	Effect  string
	Subject string
	By      string
}

func (f Filter) matches(r Row) bool {
	return r.Seq > f.After && (f.Side == "" || f.Side == r.Side) && (f.Effect == "" || f.Effect == r.Effect) &&
		(f.Subject == "" || f.Subject == r.Subject) && (f.By == "" || f.By == r.By)
}

func newLedger(clock *Clock, changes *Changes, rows []Row) *Ledger {
	return &Ledger{clock: clock, changes: changes, rows: rows, grown: make(chan struct{})}
}

// Append writes an effect down. detail is a list of name, value pairs.
func (l *Ledger) Append(side Side, effect, subject, by string, detail ...any) Row {
	row := Row{At: l.clock.Now(), Side: side, Effect: effect, Subject: subject, By: by, Detail: pairs(detail)}
	l.mu.Lock()
	row.Seq = int64(len(l.rows)) + 1
	l.rows = append(l.rows, row)
	close(l.grown)
	l.grown = make(chan struct{})
	l.mu.Unlock()
	l.changes.Publish("ledger")
	return row
}

func pairs(list []any) map[string]any {
	m := make(map[string]any, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		name, _ := list[i].(string)
		m[name] = list[i+1]
	}
	return m
}

// List answers the rows that match, oldest first.
func (l *Ledger) List(f Filter) []Row {
	rows, _ := l.match(f)
	return rows
}

func (l *Ledger) match(f Filter) ([]Row, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := min(max(f.After, 0), int64(len(l.rows)))
	found := []Row{}
	for _, r := range l.rows[from:] {
		if f.matches(r) {
			found = append(found, r)
		}
	}
	return found, l.grown
}

// Count is the number of rows that match.
func (l *Ledger) Count(f Filter) int { return len(l.List(f)) }

// Last is the seq of the newest row, 0 when there is none.
func (l *Ledger) Last() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.rows))
}

// Wait answers the matching rows as soon as there are at least n, or what there is with the context's error.
func (l *Ledger) Wait(ctx context.Context, f Filter, n int) ([]Row, error) {
	for {
		rows, grown := l.match(f)
		if len(rows) >= n {
			return rows, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return rows, ctx.Err()
		}
	}
}

func (l *Ledger) reset() {
	l.mu.Lock()
	l.rows = nil
	close(l.grown)
	l.grown = make(chan struct{})
	l.mu.Unlock()
	l.changes.Publish("ledger")
}
