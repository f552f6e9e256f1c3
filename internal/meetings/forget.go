package meetings

import (
	"context"
	"time"

	"causeway/internal/entra"
)

const (
	// keptFor is how long a meeting that is over is usually kept: topic, description, who was invited, and who was told.
	keptFor = 90 * 24 * time.Hour
	// forgottenAtOnce bounds one transaction.
	forgottenAtOnce = 100
)

// Forget deletes what is kept about meetings that have long been over, of what people were told long ago, and of what they have typed and not
// gone on with. What stands at Zoom and in calendars stays.
func (s *Service) Forget(ctx context.Context) error {
	if err := s.c.Storage.DropTyped(ctx, s.c.Now()); err != nil {
		return err
	}
	before := s.c.Now().Add(-s.c.KeptFor)
	for _, forget := range []func(context.Context, time.Time, int) (int, error){s.c.Storage.Forget, s.c.Storage.ForgetSessions, s.c.Storage.ForgetMessages} {
		for {
			n, err := forget(ctx, before, forgottenAtOnce)
			if err != nil {
				return err
			}
			if n < forgottenAtOnce {
				break
			}
		}
	}
	return nil
}

// Erase deletes what is kept about the meetings that a person organised and made until a time. What stands at Zoom, in calendars and
// conversations stays: it is theirs.
func (s *Service) Erase(ctx context.Context, person entra.Person, until time.Time) error {
	for {
		n, err := s.c.Storage.Erase(ctx, person, until, forgottenAtOnce)
		if err != nil {
			return err
		}
		if n < forgottenAtOnce {
			s.c.Changed(ctx, person)
			return nil
		}
	}
}
