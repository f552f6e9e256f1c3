// Package policy holds what administrators have decided for a tenant: whether both sides, Zoom and Microsoft, have approved
// the app, and which features are switched on. It also says which feature is carried natively, by the Zoom client or by a
// browser, on which platform (platforms.go), and keeps the audit trail of its own changes.
//
// Every feature method asks [Service.Allow] first, and the delivery of what was queued asks again; nobody else decides. A yes
// comes from memory, at most five seconds old, so that all instances follow a change within ten; a no is looked up.
//
// It stands on entra for ids alone. Package store keeps its rows; app gives it the probers that look at both sides.
package policy

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/problem"
)

// Feature is a part of the product that an administrator can switch on and off.
type Feature string

// The features. Usual says which of them are on until an administrator decides: those that show or touch more than what people do with
// the product itself are not. Those that begin with Tell are of who has chosen nothing: what people choose for themselves holds.
const (
	Meetings     Feature = "meetings"
	Phone        Feature = "phone"
	Whiteboard   Feature = "whiteboard"
	Contacts     Feature = "contacts"      // look people up in Outlook and the directory (A7)
	Rooms        Feature = "rooms"         // look rooms and equipment up (A8)
	TwoWaySync   Feature = "two_way_sync"  // meetings made elsewhere come into the calendar of whoever wants it (C16)
	Passcodes    Feature = "passcodes"     // who is in a conversation sees the passcodes of the meetings that were brought into it
	Participants Feature = "participants"  // who is in a meeting, waits or took part, by name, on cards (C26, C27)
	OutlookEdits Feature = "outlook_edits" // what is changed in Outlook is changed at Zoom
	Recordings   Feature = "recordings"    // who is in a conversation finds the recordings of the meetings that were brought into it (C28, C30)
	Summaries    Feature = "summaries"     // and reads what AI Companion wrote about them (C31)
	MentionMail  Feature = "mention_mail"  // who wants it is told of mentions on whiteboards by what Zoom mails them (B9)

	TellInvited   Feature = "tell_invited"   // a direct message when invited (B22)
	TellScheduled Feature = "tell_scheduled" // a direct message after scheduling
	TellStarting  Feature = "tell_starting"  // a direct message before a meeting starts
	TellBoards    Feature = "tell_boards"    // a direct message when a whiteboard is shared with somebody
	TellMentions  Feature = "tell_mentions"  // a direct message about mentions on whiteboards
)

// Features lists the features.
func Features() []Feature {
	return []Feature{
		Meetings, Phone, Whiteboard, Contacts, Rooms, TwoWaySync, OutlookEdits, Participants, Passcodes, Recordings, Summaries, MentionMail,
		TellInvited, TellScheduled, TellStarting, TellBoards, TellMentions,
	}
}

// Usual tells whether a feature is on where no administrator has decided.
func (f Feature) Usual() bool {
	return slices.Contains([]Feature{Meetings, Phone, Whiteboard, Passcodes, Recordings, Summaries, TellInvited, TellScheduled, TellBoards, TellMentions}, f)
}

// Side is one of the two platforms whose administrator has to approve the app.
type Side string

// The sides.
const (
	Zoom      Side = "zoom"
	Microsoft Side = "microsoft"
)

// Status is how far the approval of a side has come.
type Status string

// The states of an approval. Unknown is never shown as ready.
const (
	Unknown      Status = "unknown"
	NotInstalled Status = "not_installed"
	Waiting      Status = "waiting"
	Approved     Status = "approved"
	Off          Status = "off" // switched off, or withdrawn after it was approved
)

// Approval is the state of one side.
type Approval struct {
	Status Status
	By     string    // what proved it: "connect", "probe", or who decided it
	Since  time.Time // when it became so; zero while it is Unknown from the start
}

// State is all that is decided for a tenant.
type State struct {
	Tenant    entra.TenantID
	Zoom      Approval
	Microsoft Approval
	Features  map[Feature]bool // every feature, true when it is on
	Version   int64            // of the stored row; 0 when nothing is stored
}

// Side returns the approval of a side.
func (s State) Side(side Side) Approval {
	if side == Zoom {
		return s.Zoom
	}
	return s.Microsoft
}

// Ready tells whether both sides have approved.
func (s State) Ready() bool { return s.Zoom.Status == Approved && s.Microsoft.Status == Approved }

// Change is a line of the audit trail.
type Change struct {
	ID            string
	Tenant        entra.TenantID
	At            time.Time
	By            string
	What          string // a side ("zoom") or a feature ("feature.phone")
	Before, After string
}

// ErrStale says that the state was changed by somebody else since it was read.
var ErrStale = errors.New("policy: the state was changed meanwhile")

// Storage keeps states and the audit trail.
type Storage interface {
	// State of a tenant; [Fresh] when nothing is stored.
	State(ctx context.Context, tenant entra.TenantID) (State, error)
	// Save stores a state and its change together if the stored version is still s.Version, and raises it by one. ErrStale.
	Save(ctx context.Context, s State, c Change) error
	// Changes lists the newest changes of a tenant, the newest first.
	Changes(ctx context.Context, tenant entra.TenantID, limit int) ([]Change, error)
}

// Fresh is the state of a tenant of which nothing is known: every feature as usual, neither side approved.
func Fresh(tenant entra.TenantID) State {
	s := State{Tenant: tenant, Zoom: Approval{Status: Unknown}, Microsoft: Approval{Status: Unknown}, Features: map[Feature]bool{}}
	for _, f := range Features() {
		s.Features[f] = f.Usual()
	}
	return s
}

// Options are what New needs. Storage, Now and NewID are required.
type Options struct {
	Storage Storage
	Tenants []entra.TenantID // those that are probed
	Probers map[Side]Prober
	// Refresh is how long a state is answered from memory; 5 s when zero.
	Refresh time.Duration
	// ProbeEvery is how often a side that is not approved is looked at; 20 s when zero. An approved one is looked at fifteen
	// times less often.
	ProbeEvery time.Duration
	Now        func() time.Time
	NewID      func() string
	Changed    func(context.Context, entra.TenantID) // told that a tenant's state is another than before; may be nil
	Logger     *slog.Logger                          // nil: nothing is logged
}

// Service answers what is allowed. It is safe for concurrent use.
type Service struct {
	o       Options
	looking sync.Mutex // one look at a side at a time

	mu     sync.RWMutex
	known  map[entra.TenantID]known
	probed map[probe]time.Time
	// confirmed is when a side was looked at out of turn.
	confirmed map[probe]time.Time
}

// known is a state in memory. Its map is never changed.
type known struct {
	state State
	until time.Time
}

// tenantsKept bounds the states in memory.
const tenantsKept = 100_000

// New makes the service.
func New(o Options) *Service {
	if o.Refresh <= 0 {
		o.Refresh = 5 * time.Second
	}
	if o.ProbeEvery <= 0 {
		o.ProbeEvery = 20 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{o: o, known: map[entra.TenantID]known{}, probed: map[probe]time.Time{}, confirmed: map[probe]time.Time{}}
}

// On tells whether a feature is switched on, whatever the sides have approved.
func (s *Service) On(ctx context.Context, tenant entra.TenantID, f Feature) (bool, error) {
	state, err := s.state(ctx, tenant)
	return state.Features[f], err
}

// State answers what is decided for a tenant.
func (s *Service) State(ctx context.Context, tenant entra.TenantID) (State, error) {
	state, err := s.state(ctx, tenant)
	state.Features = maps.Clone(state.Features)
	return state, err
}

// state answers from memory while that is young enough.
func (s *Service) state(ctx context.Context, tenant entra.TenantID) (State, error) {
	if state, ok := s.remembered(tenant); ok {
		return state, nil
	}
	return s.load(ctx, tenant)
}

// remembered is the state in memory. Real time bounds its age: a clock that is moved makes nothing older.
func (s *Service) remembered(tenant entra.TenantID) (State, bool) {
	s.mu.RLock()
	k, ok := s.known[tenant]
	s.mu.RUnlock()
	return k.state, ok && time.Now().Before(k.until)
}

// judge answers what verdict says of a tenant's state. A yes may come from memory; a no is looked up: what another process has
// learnt a moment ago would be refused otherwise, and work that is dropped at a no would be lost.
func (s *Service) judge(ctx context.Context, tenant entra.TenantID, verdict func(State) error) error {
	if state, ok := s.remembered(tenant); ok && verdict(state) == nil {
		return nil
	}
	state, err := s.load(ctx, tenant)
	if err != nil {
		return err
	}
	return verdict(state)
}

// load reads the stored state into memory.
func (s *Service) load(ctx context.Context, tenant entra.TenantID) (State, error) {
	asked := time.Now()
	state, err := s.o.Storage.State(ctx, tenant)
	if err != nil {
		return state, err
	}
	state, moved := s.keep(tenant, state, asked)
	if moved && s.o.Changed != nil {
		s.o.Changed(ctx, tenant)
	}
	return state, nil
}

// keep takes a state that was read into memory, unless a newer one is there, and tells whether it is another than before.
func (s *Service) keep(tenant entra.TenantID, state State, asked time.Time) (State, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, ok := s.known[tenant]
	if ok && before.state.Version > state.Version {
		return before.state, false // a change of ours came in between
	}
	if len(s.known) >= tenantsKept {
		clear(s.known)
	}
	s.known[tenant] = known{state: state, until: asked.Add(s.o.Refresh)}
	return state, ok && before.state.Version != state.Version
}

// Allow answers nil when a feature may be used in a tenant: the first line of every feature method. Else NotReady, which
// names the side that is missing (argument Side) and in argument Ask the key of a text to pass on to who can approve it, or
// Forbidden when an administrator has switched the feature off.
func (s *Service) Allow(ctx context.Context, tenant entra.TenantID, feature Feature) error {
	return s.judge(ctx, tenant, func(state State) error {
		switch {
		case !state.Ready():
			return notReady(state)
		case !state.Features[feature]:
			return switchedOff(feature)
		}
		return nil
	})
}

// AllowConnect answers nil when people of a tenant may connect their accounts: that is how an Unknown side becomes known. Else
// NotReady, as Allow does.
func (s *Service) AllowConnect(ctx context.Context, tenant entra.TenantID) error {
	return s.judge(ctx, tenant, func(state State) error {
		for _, a := range []Approval{state.Zoom, state.Microsoft} {
			if a.Status != Approved && a.Status != Unknown {
				return notReady(state)
			}
		}
		return nil
	})
}

// Ready answers nil when both sides have approved, else NotReady.
func (s *Service) Ready(ctx context.Context, tenant entra.TenantID) error {
	return s.judge(ctx, tenant, func(state State) error {
		if state.Ready() {
			return nil
		}
		return notReady(state)
	})
}

// SetFeature switches a feature on or off. by is who did it, for the audit trail. Error: Invalid for an unknown feature.
func (s *Service) SetFeature(ctx context.Context, tenant entra.TenantID, feature Feature, on bool, by string) error {
	if _, ok := Fresh(tenant).Features[feature]; !ok {
		var names []string
		for _, f := range Features() {
			names = append(names, string(f))
		}
		return problem.New(problem.Invalid, "policy.unknown_feature", "Features", strings.Join(names, ", "))
	}
	return s.change(ctx, tenant, func(state *State) (Change, bool) {
		c := Change{By: by, What: "feature." + string(feature), Before: onOff(state.Features[feature]), After: onOff(on)}
		if state.Features[feature] == on {
			return c, false
		}
		state.Features = maps.Clone(state.Features)
		state.Features[feature] = on
		return c, true
	})
}

// Learn notes what an outcome proved of a side; by says which. What is known already, and Unknown, costs nothing and writes
// nothing.
func (s *Service) Learn(ctx context.Context, tenant entra.TenantID, side Side, status Status, by string) error {
	if status == Unknown {
		return nil
	}
	state, err := s.state(ctx, tenant)
	if err != nil || state.Side(side).Status == status {
		return err
	}
	return s.change(ctx, tenant, func(state *State) (Change, bool) {
		before := state.Side(side)
		learnt := Approval{Status: status, By: by, Since: s.o.Now()}
		if side == Zoom {
			state.Zoom = learnt
		} else {
			state.Microsoft = learnt
		}
		return Change{By: by, What: string(side), Before: string(before.Status), After: string(status)}, before.Status != status
	})
}

// changeTries bounds how often a change begins anew because another one came first.
const changeTries = 8

// change applies edit to the newest state, stores it with its audit line, and lets memory know.
func (s *Service) change(ctx context.Context, tenant entra.TenantID, edit func(*State) (Change, bool)) error {
	for range changeTries {
		state, err := s.o.Storage.State(ctx, tenant)
		if err != nil {
			return err
		}
		c, changed := edit(&state)
		if changed {
			c.ID, c.Tenant, c.At = s.o.NewID(), tenant, s.o.Now()
			err = s.o.Storage.Save(ctx, state, c)
		}
		if errors.Is(err, ErrStale) {
			continue
		}
		if err != nil {
			return err
		}
		s.outdate(tenant)
		_, err = s.load(ctx, tenant)
		return err
	}
	return problem.New(problem.Conflict, "problem.conflict").Because(ErrStale)
}

// outdate lets the state in memory answer nothing any more.
func (s *Service) outdate(tenant entra.TenantID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.known[tenant]
	k.until = time.Time{}
	s.known[tenant] = k
}

// Changes lists the newest lines of a tenant's audit trail, the newest first.
func (s *Service) Changes(ctx context.Context, tenant entra.TenantID, limit int) ([]Change, error) {
	return s.o.Storage.Changes(ctx, tenant, limit)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
