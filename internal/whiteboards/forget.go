package whiteboards

import (
	"context"
	"time"

	"causeway/internal/entra"
)

// Forget deletes what is kept of boards that were shared long ago. The boards, and their cards, stay.
func (s *Service) Forget(ctx context.Context) error {
	return s.c.Storage.Forget(ctx, s.c.Now().Add(-s.c.KeptFor))
}

// Erase deletes what is kept of the boards that a person shared until a time.
func (s *Service) Erase(ctx context.Context, person entra.Person, until time.Time) error {
	s.forget(person)
	return s.c.Storage.Erase(ctx, person, until)
}
