package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// welcomeAfter is how long a welcome waits: when the bot was added on the way to a form, the form has come by then, and
// no words are needed.
const welcomeAfter = 10 * time.Second

// activityTries bounds how often something typed is tried: an answer that comes after some minutes helps nobody.
const activityTries = 6

// inboxAge is how long an activity is known.
const inboxAge = 7 * 24 * time.Hour

// read takes the body. What it says about its length is believed only as far as room is made for it at once.
func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), usualBody)) + bytes.MinRead)
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	return body.Bytes(), err
}

// keep stores an activity with the job that works it. One that comes again is known by conversation and id.
func (b *Bot) keep(ctx context.Context, a *teams.Activity) error {
	switch a.Type {
	case teams.TypeMessage, teams.TypeConversationUpdate, teams.TypeInstallationUpdate:
	default:
		return nil // nothing follows from reactions, typing and what may come one day
	}
	tenant := entra.TenantID(strings.ToLower(a.Tenant()))
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	name := string(a.ID)
	if name == "" {
		name = string(body) // without an id it is known by what it says
	}
	sum := sha256.Sum256([]byte(string(a.Place().ID) + "\x00" + name))
	key := hex.EncodeToString(sum[:])
	return b.c.Storage.Keep(ctx, tenant, key, b.box.Seal(body, aad(tenant, key)), b.c.Now(),
		jobs.Job{Kind: ActivityJob, Tenant: string(tenant), Subject: key, Attempts: activityTries})
}

func aad(tenant entra.TenantID, key string) keyring.AAD {
	return keyring.AAD{Table: "inbox", Column: "body", Tenant: string(tenant), Row: key}
}

// work works ActivityJob: what was stored is carried out now.
func (b *Bot) work(ctx context.Context, j jobs.Job) error {
	a, err := b.kept(ctx, j)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.Type == teams.TypeMessage {
		return b.message(ctx, a)
	}
	return b.installation(ctx, a, j.Subject)
}

// Forget deletes from the inbox what is older than a week: Teams repeats nothing for that long.
func (b *Bot) Forget(ctx context.Context) error {
	return b.c.Storage.Forget(ctx, b.c.Now().Add(-inboxAge))
}

func (b *Bot) kept(ctx context.Context, j jobs.Job) (*teams.Activity, error) {
	tenant := entra.TenantID(j.Tenant)
	sealed, err := b.c.Storage.Kept(ctx, tenant, j.Subject)
	if err != nil {
		return nil, err
	}
	body, err := b.box.Open(sealed, aad(tenant, j.Subject))
	if err != nil {
		return nil, err
	}
	return teams.Decode(body)
}
