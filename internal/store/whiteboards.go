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
	"causeway/internal/problem"
	"causeway/internal/whiteboards"
)

// Whiteboards implements whiteboards.Storage.
type Whiteboards struct{ Backend }

// SaveShare implements whiteboards.Storage.
func (s Whiteboards) SaveShare(ctx context.Context, share whiteboards.Share, since time.Time) (stored whiteboards.Share, fresh bool, err error) {
	stored = share
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err = changed(tx.ExecContext(ctx, `insert into board_shares (tenant, person, board, conversation, id, at) values ($1, $2, $3, $4, $5, $6)
			on conflict (tenant, person, board, conversation) do update set id = excluded.id, at = excluded.at, posted = 0,
				times = case when board_shares.at > $8 then board_shares.times + 1 else 1 end,
				stands = case when board_shares.posted = 1 then board_shares.id else board_shares.stands end,
				stands_at = case when board_shares.posted = 1 then board_shares.at else board_shares.stands_at end
			where board_shares.at <= $7`,
			share.By.Tenant, share.By.ID, share.Board, share.Conversation, share.ID, millis(share.At), millis(since), millis(share.At.Add(-time.Hour))))
		if err != nil || fresh {
			return err
		}
		var at, posted int64
		err = tx.QueryRowContext(ctx, `select id, at, posted from board_shares where tenant = $1 and person = $2 and board = $3 and conversation = $4`,
			share.By.Tenant, share.By.ID, share.Board, share.Conversation).Scan(&stored.ID, &at, &posted)
		stored.At, stored.Posted = moment(at), posted == 1
		return err
	})
	return stored, fresh && err == nil, err
}

// Posted implements whiteboards.Storage.
func (s Whiteboards) Posted(ctx context.Context, tenant entra.TenantID, id string, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		there, err := changed(tx.ExecContext(ctx, `update board_shares set posted = 1, stands = '', stands_at = 0 where tenant = $1 and id = $2`, tenant, id))
		if err != nil || !there {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
}

// Share implements whiteboards.Storage.
func (s Whiteboards) Share(ctx context.Context, tenant entra.TenantID, id string) (whiteboards.Share, error) {
	share := whiteboards.Share{ID: id, By: entra.Person{Tenant: tenant}}
	var at, posted int64
	err := s.DB.Read().QueryRowContext(ctx, `select person, board, conversation, at, posted from board_shares where tenant = $1 and id = $2
		union all select person, board, conversation, stands_at, 1 from board_shares where tenant = $1 and stands = $2 and stands <> ''`, tenant, id).
		Scan(&share.By.ID, &share.Board, &share.Conversation, &at, &posted)
	if errors.Is(err, sql.ErrNoRows) {
		err = notFound()
	}
	share.At, share.Posted = moment(at), posted == 1
	return share, err
}

// Shares implements whiteboards.Storage.
func (s Whiteboards) Shares(ctx context.Context, person entra.Person, after, until time.Time) (n int, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `select coalesce(sum(times), 0) from board_shares where tenant = $1 and person = $2 and at > $3 and at <= $4`,
		person.Tenant, person.ID, millis(after), millis(until)).Scan(&n)
	return n, err
}

// DropShare implements whiteboards.Storage.
func (s Whiteboards) DropShare(ctx context.Context, tenant entra.TenantID, id string) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		stood, err := changed(tx.ExecContext(ctx, `update board_shares set id = stands, at = stands_at, posted = 1, stands = '', stands_at = 0, times = times - 1
			where tenant = $1 and id = $2 and stands <> ''`, tenant, id))
		if err != nil || stood {
			return err
		}
		_, err = tx.ExecContext(ctx, `delete from board_shares where tenant = $1 and id = $2`, tenant, id)
		return err
	})
}

// SaveNotices implements whiteboards.Storage.
func (s Whiteboards) SaveNotices(ctx context.Context, notices []whiteboards.Notice, messages []notifications.Message, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		told := false
		for i, n := range notices {
			fresh, err := changed(tx.ExecContext(ctx, `insert into board_notices (tenant, id, person, kind, mark, board, author, at, link)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant, person, kind, mark) do nothing`,
				n.To.Tenant, n.ID, n.To.ID, n.Kind, n.Mark, n.Board, n.By, millis(n.At), n.Link))
			if err != nil {
				return err
			}
			if !fresh {
				fresh, err = noticeAgain(ctx, tx, n, messages[i])
			} else {
				err = queue(ctx, tx, messages[i:i+1])
			}
			if err != nil {
				return err
			}
			told = told || fresh
		}
		if !told {
			return nil
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
}

// noticeAgain queues the message of a notice once more if its reader could not open the board when it was to be delivered.
func noticeAgain(ctx context.Context, tx *database.Tx, n whiteboards.Notice, m notifications.Message) (bool, error) {
	again, err := changed(tx.ExecContext(ctx, `update notifications set state = $1, reason = '', due_at = $2, attempts = 0, updated_at = $2
		where tenant = $3 and person = $4 and kind = $5 and state = $6 and reason = $7
		and subject = (select id from board_notices where tenant = $3 and person = $4 and kind = $5 and mark = $8)`,
		notifications.Queued, millis(m.Due), n.To.Tenant, n.To.ID, n.Kind, notifications.Dropped, problem.NotFound, n.Mark))
	if err != nil || !again {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `update board_notices set author = $5, at = $6, link = $7, board = $8 where tenant = $1 and person = $2 and kind = $3 and mark = $4`,
		n.To.Tenant, n.To.ID, n.Kind, n.Mark, n.By, millis(n.At), n.Link, n.Board)
	return true, err
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
			and (tenant, stem) in (select tenant, id from board_notices where ` + where + `)`,
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

// WatchMail implements whiteboards.Storage.
func (s Whiteboards) WatchMail(ctx context.Context, m whiteboards.Mailbox) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into board_mail (tenant, person, since, due_at) values ($1, $2, $3, $4)
			on conflict (tenant, person) do update set since = excluded.since, due_at = excluded.due_at`,
			m.Person.Tenant, m.Person.ID, millis(m.Since), millis(m.Due))
		return err
	})
}

// DueMail implements whiteboards.Storage.
func (s Whiteboards) DueMail(ctx context.Context, now time.Time, limit int) (due []whiteboards.Mailbox, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select tenant, person, since, due_at from board_mail where due_at <= $1 order by due_at limit $2`, millis(now), limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var m whiteboards.Mailbox
		var since, at int64
		if err := rows.Scan(&m.Person.Tenant, &m.Person.ID, &since, &at); err != nil {
			return nil, err
		}
		m.Since, m.Due = moment(since), moment(at)
		due = append(due, m)
	}
	return due, rows.Err()
}

// TakeMail implements whiteboards.Storage.
func (s Whiteboards) TakeMail(ctx context.Context, m whiteboards.Mailbox, next time.Time) (taken bool, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		taken, err = changed(tx.ExecContext(ctx, `update board_mail set due_at = $4 where tenant = $1 and person = $2 and due_at = $3`,
			m.Person.Tenant, m.Person.ID, millis(m.Due), millis(next)))
		return err
	})
	return taken && err == nil, err
}

// SaveMail implements whiteboards.Storage.
func (s Whiteboards) SaveMail(ctx context.Context, m whiteboards.Mailbox, next time.Time) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update board_mail set since = $4, due_at = $5 where tenant = $1 and person = $2 and due_at = $3`,
			m.Person.Tenant, m.Person.ID, millis(m.Due), millis(m.Since), millis(next))
		return err
	})
}

// UnwatchMail implements whiteboards.Storage.
func (s Whiteboards) UnwatchMail(ctx context.Context, m whiteboards.Mailbox) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from board_mail where tenant = $1 and person = $2 and due_at = $3`, m.Person.Tenant, m.Person.ID, millis(m.Due))
		return err
	})
}

// Noticed implements whiteboards.Storage.
func (s Whiteboards) Noticed(ctx context.Context, person entra.Person, kind notifications.Kind, since time.Time) (n int, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `select count(*) from board_notices where tenant = $1 and person = $2 and kind = $3 and at >= $4`,
		person.Tenant, person.ID, kind, millis(since)).Scan(&n)
	return n, err
}
