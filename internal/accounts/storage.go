package accounts

import (
	"context"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
)

// Phase is how far a linking has come.
type Phase string

// The phases of a linking, in order.
const (
	Begun         Phase = "begun"          // the person pressed Connect
	AtZoom        Phase = "at_zoom"        // a browser was sent to Zoom
	FromZoom      Phase = "from_zoom"      // it came back, and the code is being exchanged
	AtMicrosoft   Phase = "at_microsoft"   // it was sent on to Entra; the Zoom grant is held provisionally
	FromMicrosoft Phase = "from_microsoft" // it came back
	Completed     Phase = "completed"      // the code is on the last page; Teams has to hand it back
)

// BegunMost is how many linkings one person may have begun at the same time.
const BegunMost = 5

// Intent is a linking under way: who wants it, from where, and how far it has come. It lives ten minutes.
type Intent struct {
	ID           string
	Person       entra.Person // who pressed Connect, from the verified activity
	Conversation string       // where
	Resume       string       // what goes on after, in the caller's words
	Name         string       // for display
	Locale       string
	Expires      time.Time

	// What follows is for the storage alone. Key is the hash of the state or code by which this phase is found, nil in phases
	// that cannot be found; Cookie and Manual are hashes as well; Sealed holds everything secret.
	Phase   Phase
	Key     []byte
	Cookie  []byte
	Manual  []byte
	Tries   int // wrong manual codes so far
	Sealed  []byte
	Version int64
}

// Provider is who gave a grant.
type Provider string

// The providers.
const (
	Zoom      Provider = "zoom"
	Microsoft Provider = "microsoft"
	Mail      Provider = "mail" // Microsoft too, for the mail alone
)

// Grant is what a provider allowed us to do for a person. Its tokens are sealed.
type Grant struct {
	Person   entra.Person
	Provider Provider
	Subject  string // the provider's name for the user: a Zoom user id, or tenant/object id
	Account  string // Zoom's account id
	Name     string
	Email    string
	Scopes   []string
	Limited  bool // Microsoft: the person has no mailbox
	Dead     bool // it has ended; the person has to connect again
	Expires  time.Time
	Sealed   []byte
	Version  int64 // grows with every new pair of tokens, also over a relink
}

// Revocation is a grant that is to be ended at Zoom.
type Revocation struct {
	ID      string
	Tenant  entra.TenantID
	Subject string // the Zoom user
	Sealed  []byte
}

// Storage keeps intents, grants and revocations. A method that cannot find its row answers problem.NotFound; one that finds it
// changed since it was read answers ErrStale, and nothing is stored.
type Storage interface {
	// AddIntent stores a new intent. Of those of the person that have not come back from Zoom, the newest BegunMost stay.
	AddIntent(ctx context.Context, i Intent) error
	// Intent finds an intent by id, IntentBy by phase and key.
	Intent(ctx context.Context, id string) (Intent, error)
	IntentBy(ctx context.Context, phase Phase, key []byte) (Intent, error)
	// SaveIntent stores an intent whose stored version is still i.Version, and raises it by one. ErrStale.
	SaveIntent(ctx context.Context, i Intent) error
	// DropIntent deletes an intent whose stored version is still i.Version, and stores what is to be revoked because of that.
	// ErrStale.
	DropIntent(ctx context.Context, i Intent, revoke []Revocation, follow ...jobs.Job) error
	// CompletedIntents lists a person's intents in phase Completed, ExpiredIntents up to limit of anybody's that expired
	// before now.
	CompletedIntents(ctx context.Context, person entra.Person) ([]Intent, error)
	ExpiredIntents(ctx context.Context, now time.Time, limit int) ([]Intent, error)

	// Grants lists what a person has, Grant finds one of them.
	Grants(ctx context.Context, person entra.Person) ([]Grant, error)
	Grant(ctx context.Context, person entra.Person, provider Provider) (Grant, error)
	// GrantOf finds the grant of a provider's user, whoever has it.
	GrantOf(ctx context.Context, provider Provider, subject string) (Grant, error)
	// GrantAt finds the grant of the one user of a provider's with an address, in small letters or large.
	GrantAt(ctx context.Context, provider Provider, address string) (Grant, error)
	// Granted tells whether anybody has a grant of a provider's account.
	Granted(ctx context.Context, provider Provider, account string) (bool, error)
	// Activate deletes an intent and stores its grants in place of those that the person had from the same providers, and of
	// those of the same subjects that other people had, together with revocations and jobs. ErrStale when the intent is not
	// as it was read, or when two people connect one subject at the same moment.
	Activate(ctx context.Context, i Intent, grants []Grant, revoke []Revocation, follow ...jobs.Job) error
	// AddGrant stores a grant in place of the one that the person had from the same provider, with its jobs.
	AddGrant(ctx context.Context, g Grant, follow ...jobs.Job) error
	// Claim leases a living grant of version g.Version to holder for refreshing, and marks that it begins; false when somebody
	// else has it or it has changed.
	Claim(ctx context.Context, g Grant, holder string, lease time.Duration) (bool, error)
	// Release ends holder's lease after pause, during which nobody gets it.
	Release(ctx context.Context, g Grant, holder string, pause time.Duration) error
	// SaveTokens stores Sealed, Scopes and Expires of a grant whose stored version is still g.Version, raises it by one, ends
	// the lease and brings the grant to life. ErrStale, problem.NotFound.
	SaveTokens(ctx context.Context, g Grant) error
	// Kill marks a grant of version g.Version dead; false when it has changed meanwhile. Its jobs are stored only if not.
	Kill(ctx context.Context, g Grant, follow ...jobs.Job) (bool, error)
	// Disconnect deletes grants of a person whose stored versions are still theirs, and stores what is to be revoked because of
	// that. ErrStale.
	Disconnect(ctx context.Context, grants []Grant, revoke []Revocation, follow ...jobs.Job) error

	// AddRevocation stores one with the job that works it; Revocation finds it, SaveRevocation replaces its secret, and
	// DropRevocation deletes it when it is done.
	AddRevocation(ctx context.Context, r Revocation, follow ...jobs.Job) error
	Revocation(ctx context.Context, tenant entra.TenantID, id string) (Revocation, error)
	SaveRevocation(ctx context.Context, r Revocation) error
	DropRevocation(ctx context.Context, r Revocation) error
}
