package whiteboards

import "context"

// Forget deletes what is kept of boards that were shared long ago. The boards, and their cards, stay.
func (s *Service) Forget(ctx context.Context) error {
	return s.c.Storage.Forget(ctx, s.c.Now().Add(-s.c.KeptFor))
}
