package live

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"causeway/internal/entra"
)

const (
	// channel is the name under which processes on one PostgreSQL announce changes to each other (LISTEN, NOTIFY).
	channel = "causeway_live"
	// peopleMost is how many people one announcement names: PostgreSQL carries 8,000 bytes, and each takes some 80.
	peopleMost = 80
	// tabsMost is how many conversations one names: Teams' ids of them have some 100 bytes, and 400 at most.
	tabsMost = 10
	// outwardMost is how many announcements wait to be sent.
	outwardMost = 1024
	// again is after how long a broken connection is made anew.
	again = time.Second
	// sending bounds one announcement.
	sending = 5 * time.Second
)

// announcement is what processes tell each other. Without people and conversations it means: everybody, everything.
type announcement struct {
	From   string     `json:"f"`
	Kind   Kind       `json:"k,omitempty"`
	People [][]string `json:"p,omitempty"` // tenant, and id unless the whole tenant is meant
	In     [][]string `json:"c,omitempty"` // tenant and conversation
}

func newName() string { return rand.Text() }

// announce puts a change among those that are sent. When too many wait, one that means everything takes their place.
func (h *Hub) announce(ctx context.Context, kind Kind, people []entra.Person) {
	for some := range slices.Chunk(people, peopleMost) {
		a := announcement{From: h.name, Kind: kind}
		for _, p := range some {
			named := []string{string(p.Tenant)}
			if p.ID != "" {
				named = append(named, string(p.ID))
			}
			a.People = append(a.People, named)
		}
		if !h.put(ctx, a) {
			return
		}
	}
}

func (h *Hub) announceIn(ctx context.Context, kind Kind, conversations []Conversation) {
	for some := range slices.Chunk(conversations, tabsMost) {
		a := announcement{From: h.name, Kind: kind}
		for _, c := range some {
			a.In = append(a.In, []string{string(c.Tenant), c.ID})
		}
		if !h.put(ctx, a) {
			return
		}
	}
}

// put tells whether there was room for an announcement; otherwise everybody is told to look.
func (h *Hub) put(ctx context.Context, a announcement) bool {
	select {
	case h.outward <- a:
		return true
	default:
	}
	h.o.Logger.WarnContext(ctx, "too many changes to announce: everybody is told to look")
	h.overflow()
	return false
}

// overflow replaces all that waits to be sent.
func (h *Hub) overflow() {
	for {
		select {
		case <-h.outward:
			continue
		default:
		}
		select {
		case h.outward <- announcement{From: h.name}:
			return
		default: // it was filled again meanwhile
		}
	}
}

// Run hears and tells other processes until ctx ends. Without PostgreSQL there is nothing to do.
func (h *Hub) Run(ctx context.Context) {
	if h.o.Pool == nil {
		return
	}
	var telling sync.WaitGroup
	defer telling.Wait()
	telling.Go(func() { h.tell(ctx) })
	for ctx.Err() == nil {
		err := h.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		h.o.Logger.WarnContext(ctx, "changes by other processes are not heard", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// listen hears announcements until the connection breaks. What was missed before it began is unknown, so all look again.
func (h *Hub) listen(ctx context.Context) error {
	conn, err := h.o.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	raw := conn.Hijack() // it goes on listening, which no other user of the pool may inherit
	defer func() { _ = raw.Close(context.WithoutCancel(ctx)) }()
	if _, err := raw.Exec(ctx, "listen "+channel); err != nil {
		return err
	}
	h.wakeAll()
	for {
		heard, err := raw.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		h.hear(heard.Payload)
	}
}

// hear takes up what a process announced.
func (h *Hub) hear(payload string) {
	var a announcement
	if json.Unmarshal([]byte(payload), &a) != nil || a.From == h.name {
		return
	}
	if len(a.People) == 0 && len(a.In) == 0 {
		h.wakeAll()
		return
	}
	conversations := make([]Conversation, 0, len(a.In))
	for _, named := range a.In {
		if len(named) == 2 {
			conversations = append(conversations, Conversation{entra.TenantID(named[0]), named[1]})
		}
	}
	h.wakeIn(a.Kind, conversations)
	people := make([]entra.Person, 0, len(a.People))
	for _, named := range a.People {
		switch len(named) {
		case 1:
			people = append(people, entra.Person{Tenant: entra.TenantID(named[0])})
		case 2:
			people = append(people, entra.Person{Tenant: entra.TenantID(named[0]), ID: entra.ObjectID(named[1])})
		}
	}
	h.wake(a.Kind, people)
}

// tell sends what waits. What cannot be sent is lost: the other processes notice by their own connections that something was.
func (h *Hub) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-h.outward:
			if err := h.send(ctx, a); err != nil && ctx.Err() == nil {
				h.o.Logger.WarnContext(ctx, "change not announced", "error", err)
			}
		}
	}
}

func (h *Hub) send(ctx context.Context, a announcement) error {
	ctx, cancel := context.WithTimeout(ctx, sending)
	defer cancel()
	payload, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = h.o.Pool.Exec(ctx, "select pg_notify($1, $2)", channel, string(payload))
	return err
}
