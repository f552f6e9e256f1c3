package accounts

import (
	"context"

	"causeway/internal/entra"
)

// TokenOf asks for a person's Zoom token as a client does.
func TokenOf(s *Service, p entra.Person) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) { return s.token(ctx, errand{person: p, provider: Zoom}) }
}
