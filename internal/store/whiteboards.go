package store

import (
	"context"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/whiteboards"
)

// Whiteboards implements whiteboards.Storage.
type Whiteboards struct{ Backend }

// SaveShare implements whiteboards.Storage.
func (s Whiteboards) SaveShare(ctx context.Context, share whiteboards.Share, since time.Time) (fresh bool, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err = changed(tx.ExecContext(ctx, `insert into board_shares (tenant, person, board, conversation, id, at) values ($1, $2, $3, $4, $5, $6)
			on conflict (tenant, person, board, conversation) do update set id = excluded.id, at = excluded.at where board_shares.at <= $7`,
			share.By.Tenant, share.By.ID, share.Board, share.Conversation, share.ID, millis(share.At), millis(since)))
		return err
	})
	return fresh && err == nil, err
}

// DropShare implements whiteboards.Storage.
func (s Whiteboards) DropShare(ctx context.Context, tenant entra.TenantID, id string) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from board_shares where tenant = $1 and id = $2`, tenant, id)
		return err
	})
}

// Forget implements whiteboards.Storage.
func (s Whiteboards) Forget(ctx context.Context, before time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from board_shares where at < $1`, millis(before))
		return err
	})
}

// Erase implements whiteboards.Storage.
func (s Whiteboards) Erase(ctx context.Context, person entra.Person, until time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from board_shares where tenant = $1 and person = $2 and at <= $3`, person.Tenant, person.ID, millis(until))
		return err
	})
}
