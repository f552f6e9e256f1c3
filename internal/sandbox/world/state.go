package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Part is an emulator whose state lives and dies with the world.
type Part interface {
	// Name is the part's key in the saved world: "zoom", "microsoft".
	Name() string
	// Snapshot is the part's whole state.
	Snapshot() (json.RawMessage, error)
	// Restore takes a Snapshot back.
	Restore(saved json.RawMessage) error
	// Reset returns to the seed; fresh leaves the platform's administrator's approval open.
	Reset(fresh bool) error
}

// state is what world.json holds.
type state struct {
	Seed   string                     `json:"seed"`
	Run    int                        `json:"run"`
	Offset time.Duration              `json:"offset"`
	Ledger []Row                      `json:"ledger"`
	Keys   map[string][]string        `json:"keys"`
	Parts  map[string]json.RawMessage `json:"parts"`

	dir   string
	mu    sync.Mutex
	parts []Part
}

func readState(dir string) (*state, error) {
	kept := &state{dir: dir, Parts: map[string]json.RawMessage{}}
	if dir == "" {
		return kept, nil
	}
	raw, err := os.ReadFile(filepath.Join(dir, "world.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return kept, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the saved world: %w", err)
	}
	if err := json.Unmarshal(raw, kept); err != nil {
		return nil, fmt.Errorf("read the saved world in %s: %w", dir, err)
	}
	return kept, nil
}

// Attach adds a part and gives it back what was saved of it.
func (w *World) Attach(p Part) error {
	w.state.mu.Lock()
	w.state.parts = append(w.state.parts, p)
	saved, found := w.state.Parts[p.Name()]
	w.state.mu.Unlock()
	if !found {
		return nil
	}
	if err := p.Restore(saved); err != nil {
		return fmt.Errorf("restore the saved %s: %w", p.Name(), err)
	}
	return nil
}

// Save writes the world into its data directory, whole or not at all. Without a directory it does nothing.
func (w *World) Save() error {
	if w.state.dir == "" {
		return nil
	}
	kept := state{
		Seed: w.state.Seed, Run: w.state.Run, Offset: w.Clock.Offset(), Ledger: w.Ledger.List(Filter{}),
		Keys: w.Keys.save(), Parts: map[string]json.RawMessage{},
	}
	for _, p := range w.state.attached() {
		part, err := p.Snapshot()
		if err != nil {
			return fmt.Errorf("save %s: %w", p.Name(), err)
		}
		kept.Parts[p.Name()] = part
	}
	raw, err := json.Marshal(&kept)
	if err != nil {
		return fmt.Errorf("save the world: %w", err)
	}
	if err := os.MkdirAll(w.state.dir, 0o700); err != nil {
		return fmt.Errorf("save the world: %w", err)
	}
	file := filepath.Join(w.state.dir, "world.json")
	if err := os.WriteFile(file+".new", raw, 0o600); err != nil {
		return fmt.Errorf("save the world: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("save the world: %w", err)
	}
	return nil
}

func (s *state) attached() []Part {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Part(nil), s.parts...)
}
