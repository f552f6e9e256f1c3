package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
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

// SaveNotice implements whiteboards.Storage.
func (s Whiteboards) SaveNotice(ctx context.Context, n whiteboards.Notice, message notifications.Message, follow ...jobs.Job) (fresh bool, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err = changed(tx.ExecContext(ctx, `insert into board_notices (tenant, id, person, kind, mark, board, author, at, link)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant, person, kind, mark) do nothing`,
			n.To.Tenant, n.ID, n.To.ID, n.Kind, n.Mark, n.Board, n.By, millis(n.At), n.Link))
		if err != nil || !fresh {
			return err
		}
		if err := queue(ctx, tx, []notifications.Message{message}); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
	return fresh && err == nil, err
}

// Notice implements whiteboards.Storage.
func (s Whiteboards) Notice(ctx context.Context, tenant entra.TenantID, id string) (whiteboards.Notice, error) {
	n := whiteboards.Notice{ID: id, To: entra.Person{Tenant: tenant}}
	var at int64
	err := s.DB.Read().QueryRowContext(ctx, `select person, kind, mark, board, author, at, link from board_notices where tenant = $1 and id = $2`, tenant, id).
		Scan(&n.To.ID, &n.Kind, &n.Mark, &n.Board, &n.By, &at, &n.Link)
	if errors.Is(err, sql.ErrNoRows) {
		err = notFound()
	}
	n.At = moment(at)
	return n, err
}

// unnotice deletes notices and their messages.
func unnotice(ctx context.Context, tx *database.Tx, where string, args ...any) error {
	for _, statement := range []string{
		`delete from notifications where kind in ('` + string(notifications.BoardShared) + `', '` + string(notifications.BoardMention) + `')
			and (tenant, subject) in (select tenant, id from board_notices where ` + where + `)`,
		`delete from board_notices where ` + where,
	} {
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// Forget implements whiteboards.Storage.
func (s Whiteboards) Forget(ctx context.Context, before time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from board_shares where at < $1`, millis(before))
		if err != nil {
			return err
		}
		return unnotice(ctx, tx, `at < $1`, millis(before))
	})
}

// Erase implements whiteboards.Storage.
func (s Whiteboards) Erase(ctx context.Context, person entra.Person, until time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from board_shares where tenant = $1 and person = $2 and at <= $3`, person.Tenant, person.ID, millis(until))
		if err != nil {
			return err
		}
		return unnotice(ctx, tx, `tenant = $1 and (person = $2 or author = $2) and at <= $3`, person.Tenant, person.ID, millis(until))
	})
}
