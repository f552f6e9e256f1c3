package accounts_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/jobs"
)

var errBroken = errors.New("the disk is full")

// tries notes which counted guesses were stored, and so may be looked at.
type tries struct {
	accounts.Storage
	seen chan struct{}
}

// SaveIntent implements accounts.Storage.
func (s *tries) SaveIntent(ctx context.Context, i accounts.Intent) error {
	err := s.Storage.SaveIntent(ctx, i)
	if err == nil && i.Tries > 0 {
		s.seen <- struct{}{}
	}
	return err
}

// brittle is a storage of which the n-th write fails, or all of a kind.
type brittle struct {
	accounts.Storage
	at    int64 // 0: none
	n     atomic.Int64
	fails func(method string) bool
}

func (s *brittle) broken(method string) error {
	if s.n.Add(1) == s.at || (s.fails != nil && s.fails(method)) {
		return errBroken
	}
	return nil
}

// AddIntent implements accounts.Storage.
func (s *brittle) AddIntent(ctx context.Context, i accounts.Intent) error {
	if err := s.broken("AddIntent"); err != nil {
		return err
	}
	return s.Storage.AddIntent(ctx, i)
}

// SaveIntent implements accounts.Storage.
func (s *brittle) SaveIntent(ctx context.Context, i accounts.Intent) error {
	if err := s.broken("SaveIntent"); err != nil {
		return err
	}
	return s.Storage.SaveIntent(ctx, i)
}

// DropIntent implements accounts.Storage.
func (s *brittle) DropIntent(ctx context.Context, i accounts.Intent, revoke []accounts.Revocation, follow ...jobs.Job) error {
	if err := s.broken("DropIntent"); err != nil {
		return err
	}
	return s.Storage.DropIntent(ctx, i, revoke, follow...)
}

// Activate implements accounts.Storage.
func (s *brittle) Activate(ctx context.Context, i accounts.Intent, grants []accounts.Grant, revoke []accounts.Revocation, follow ...jobs.Job) error {
	if err := s.broken("Activate"); err != nil {
		return err
	}
	return s.Storage.Activate(ctx, i, grants, revoke, follow...)
}

// Claim implements accounts.Storage.
func (s *brittle) Claim(ctx context.Context, g accounts.Grant, holder string, lease time.Duration) (bool, error) {
	if err := s.broken("Claim"); err != nil {
		return false, err
	}
	return s.Storage.Claim(ctx, g, holder, lease)
}

// SaveTokens implements accounts.Storage.
func (s *brittle) SaveTokens(ctx context.Context, g accounts.Grant) error {
	if err := s.broken("SaveTokens"); err != nil {
		return err
	}
	return s.Storage.SaveTokens(ctx, g)
}

// Kill implements accounts.Storage.
func (s *brittle) Kill(ctx context.Context, g accounts.Grant, follow ...jobs.Job) (bool, error) {
	if err := s.broken("Kill"); err != nil {
		return false, err
	}
	return s.Storage.Kill(ctx, g, follow...)
}

// Disconnect implements accounts.Storage.
func (s *brittle) Disconnect(ctx context.Context, grants []accounts.Grant, revoke []accounts.Revocation, follow ...jobs.Job) error {
	if err := s.broken("Disconnect"); err != nil {
		return err
	}
	return s.Storage.Disconnect(ctx, grants, revoke, follow...)
}

// SaveRevocation implements accounts.Storage.
func (s *brittle) SaveRevocation(ctx context.Context, r accounts.Revocation) error {
	if err := s.broken("SaveRevocation"); err != nil {
		return err
	}
	return s.Storage.SaveRevocation(ctx, r)
}

// DropRevocation implements accounts.Storage.
func (s *brittle) DropRevocation(ctx context.Context, r accounts.Revocation) error {
	if err := s.broken("DropRevocation"); err != nil {
		return err
	}
	return s.Storage.DropRevocation(ctx, r)
}

// secretsIn looks for the canaries that every secret of these tests carries.
func secretsIn(w *world, text string) string {
	for _, canary := range []string{"canary", base64.RawStdEncoding.EncodeToString([]byte("zoom-access-canary")), hex.EncodeToString([]byte("canary"))} {
		if i := strings.Index(text, canary); i >= 0 {
			return text[max(0, i-60):min(len(text), i+60)]
		}
	}
	return ""
}
