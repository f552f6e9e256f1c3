package meetings

import (
	"context"
	"time"
)

const (
	// keptFor is how long a meeting that is over is usually kept: topic, description, who was invited, and who was told.
	keptFor = 90 * 24 * time.Hour
	// forgottenAtOnce bounds one transaction.
	forgottenAtOnce = 100
)

// Forget deletes what is kept about meetings that have long been over. What stands at Zoom and in calendars stays.
func (s *Service) Forget(ctx context.Context) error {
	before := s.c.Now().Add(-s.c.KeptFor)
	for {
		n, err := s.c.Storage.Forget(ctx, before, forgottenAtOnce)
		if err != nil || n < forgottenAtOnce {
			return err
		}
	}
}
