// Package world is what the emulated Zoom and the emulated Microsoft share: one virtual clock, one ledger of effects, faults and
// holds, a recorder of the traffic, the people and chats of the seed, ids of real shapes and keys made per run. It knows no route of
// either side; zoomsim and microsoftsim (its neighbours) attach themselves as parts, so that their state is saved and reset with it.
//
// Nothing here is used by the product outside the sandbox.
package world

import (
	"fmt"
	"net/http"
	"strings"
)

// Side says which emulated platform something belongs to.
type Side string

// The two emulated platforms.
const (
	Zoom      Side = "zoom"
	Microsoft Side = "microsoft"
)

// Options say how a world begins.
type Options struct {
	// Seed makes ids and tokens repeatable; 0 takes a random one. A saved world keeps its own.
	Seed uint64
	// Data is a directory whose world.json is read when there, and written by Save. Empty: nothing is kept.
	Data string
	// TrafficRows bounds the recorder's ring; 0 means 2000.
	TrafficRows int
}

// World is the outside world of one sandbox.
type World struct {
	Clock   *Clock
	Ledger  *Ledger
	Faults  *Faults
	Traffic *Traffic
	Seed    *Seed
	IDs     *IDs
	Keys    *Keys
	Changes *Changes

	state *state
}

// New makes a world, from the saved one in o.Data when there is one.
func New(o Options) (*World, error) {
	kept, err := readState(o.Data)
	if err != nil {
		return nil, err
	}
	if kept.Seed == "" {
		kept.Seed = newSeed(o.Seed)
	}
	kept.Run++
	ids := newIDs(kept.Seed, kept.Run)
	clock := &Clock{offset: kept.Offset}
	seed, err := loadSeed(ids)
	if err != nil {
		return nil, err
	}
	changes := &Changes{}
	traffic := newTraffic(o.TrafficRows, clock, changes)
	w := &World{
		Clock:   clock,
		Ledger:  newLedger(clock, changes, kept.Ledger),
		Faults:  newFaults(ids),
		Traffic: traffic,
		Seed:    seed,
		IDs:     ids,
		Changes: changes,
		state:   kept,
	}
	if w.Keys, err = newKeys(kept.Keys); err != nil {
		return nil, err
	}
	return w, nil
}

// Wrap puts recorder and faults before an emulator: the recorder sees what went over the wire, a fault included.
func (w *World) Wrap(side Side, next http.Handler) http.Handler {
	return w.Traffic.Handler(side, w.Faults.Handler(side, next))
}

// Reset empties ledger, traffic, faults and holds, returns the clock to real time, and resets every part. fresh = true leaves neither
// platform approved, as a new customer finds them.
func (w *World) Reset(fresh bool) error {
	w.Faults.Clear()
	w.Clock.reset()
	w.Ledger.reset()
	w.Traffic.reset()
	var failed []string
	for _, p := range w.state.attached() {
		if err := p.Reset(fresh); err != nil {
			failed = append(failed, p.Name()+": "+err.Error())
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("reset the world: %s", strings.Join(failed, "; "))
	}
	w.Changes.Publish("reset")
	return nil
}
