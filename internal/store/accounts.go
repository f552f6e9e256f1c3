package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"causeway/internal/accounts"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
)

// Accounts implements accounts.Storage.
type Accounts struct{ Backend }

const grantColumns = `tenant, person, provider, subject, account, name, email, scopes, limited, dead, expires_at, sealed, version`

// notFound is the answer for a row that is not there.
func notFound() error { return problem.New(problem.NotFound, "problem.not_found") }

// Grants implements accounts.Storage.
func (s Accounts) Grants(ctx context.Context, person entra.Person) ([]accounts.Grant, error) {
	return s.grants(ctx, `tenant = $1 and person = $2 order by provider`, person.Tenant, person.ID)
}

// Grant implements accounts.Storage.
func (s Accounts) Grant(ctx context.Context, person entra.Person, provider accounts.Provider) (accounts.Grant, error) {
	return s.grant(ctx, `tenant = $1 and person = $2 and provider = $3`, person.Tenant, person.ID, provider)
}

// GrantOf implements accounts.Storage.
func (s Accounts) GrantOf(ctx context.Context, provider accounts.Provider, subject string) (accounts.Grant, error) {
	return s.grant(ctx, `provider = $1 and subject = $2`, provider, subject)
}

// GrantAt implements accounts.Storage.
func (s Accounts) GrantAt(ctx context.Context, provider accounts.Provider, address string) (accounts.Grant, error) {
	found, err := s.grants(ctx, `provider = $1 and lower(email) = lower($2) limit 2`, provider, address)
	if err == nil && len(found) != 1 {
		err = notFound()
	}
	if err != nil {
		return accounts.Grant{}, err
	}
	return found[0], nil
}

// Granted implements accounts.Storage.
func (s Accounts) Granted(ctx context.Context, provider accounts.Provider, account string) (granted bool, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `select exists (select 1 from account_grants where provider = $1 and account = $2)`, provider, account).Scan(&granted)
	return granted, err
}

func (s Accounts) grant(ctx context.Context, where string, args ...any) (accounts.Grant, error) {
	g, err := scanGrant(s.DB.Read().QueryRowContext(ctx, `select `+grantColumns+` from account_grants where `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = notFound()
	}
	return g, err
}

func (s Accounts) grants(ctx context.Context, where string, args ...any) (found []accounts.Grant, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+grantColumns+` from account_grants where `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		g, err := scanGrant(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, g)
	}
	return found, rows.Err()
}

func scanGrant(row interface{ Scan(...any) error }) (accounts.Grant, error) {
	var g accounts.Grant
	var scopes string
	var limited, dead, expires int64
	err := row.Scan(&g.Person.Tenant, &g.Person.ID, &g.Provider, &g.Subject, &g.Account, &g.Name, &g.Email, &scopes, &limited, &dead,
		&expires, &g.Sealed, &g.Version)
	g.Scopes, g.Limited, g.Dead, g.Expires = strings.Fields(scopes), limited == 1, dead == 1, moment(expires)
	return g, err
}

// Activate implements accounts.Storage.
func (s Accounts) Activate(ctx context.Context, i accounts.Intent, grants []accounts.Grant, revoke []accounts.Revocation, follow ...jobs.Job) error {
	err := s.DB.Tx(ctx, func(tx *database.Tx) error {
		if err := dropIntent(ctx, tx, i); err != nil {
			return err
		}
		for _, g := range grants {
			if err := insertGrant(ctx, tx, g); err != nil {
				return err
			}
		}
		return s.end(ctx, tx, revoke, follow)
	})
	const uniqueViolation = "23505"
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == uniqueViolation {
		return errors.Join(accounts.ErrStale, err)
	}
	return err
}

// insertGrant stores a grant in place of those that its person or its subject had.
func insertGrant(ctx context.Context, tx *database.Tx, g accounts.Grant) error {
	_, err := tx.ExecContext(ctx, `delete from account_grants where provider = $1
		and (subject = $2 or tenant = $3 and person = $4)`, g.Provider, g.Subject, g.Person.Tenant, g.Person.ID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into account_grants (`+grantColumns+`, lease_holder, lease_until, refresh_started_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, '', 0, 0)`,
		g.Person.Tenant, g.Person.ID, g.Provider, g.Subject, g.Account, g.Name, g.Email, strings.Join(g.Scopes, " "),
		flag(g.Limited), millis(g.Expires), g.Sealed, g.Version)
	return err
}

// AddGrant implements accounts.Storage.
func (s Accounts) AddGrant(ctx context.Context, g accounts.Grant, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		if err := insertGrant(ctx, tx, g); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
}

// Claim implements accounts.Storage. The lease is measured by the database's clock, which is the same for all processes.
func (s Accounts) Claim(ctx context.Context, g accounts.Grant, holder string, lease time.Duration) (bool, error) {
	now := s.DB.Now()
	return s.update(ctx, `update account_grants set lease_holder = $5, lease_until = `+now+` + $6, refresh_started_at = `+now+`
		where tenant = $1 and person = $2 and provider = $3 and version = $4 and dead = 0 and lease_until <= `+now,
		g.Person.Tenant, g.Person.ID, g.Provider, g.Version, holder, lease.Milliseconds())
}

// Release implements accounts.Storage.
func (s Accounts) Release(ctx context.Context, g accounts.Grant, holder string, pause time.Duration) error {
	_, err := s.update(ctx, `update account_grants set lease_holder = '', lease_until = `+s.DB.Now()+` + $6, refresh_started_at = 0
		where tenant = $1 and person = $2 and provider = $3 and version = $4 and lease_holder = $5`,
		g.Person.Tenant, g.Person.ID, g.Provider, g.Version, holder, pause.Milliseconds())
	return err
}

// SaveTokens implements accounts.Storage.
func (s Accounts) SaveTokens(ctx context.Context, g accounts.Grant) error {
	saved, err := s.update(ctx, `update account_grants set sealed = $5, scopes = $6, expires_at = $7, version = version + 1, dead = 0,
			lease_holder = '', lease_until = 0, refresh_started_at = 0
		where tenant = $1 and person = $2 and provider = $3 and version = $4`,
		g.Person.Tenant, g.Person.ID, g.Provider, g.Version, g.Sealed, strings.Join(g.Scopes, " "), millis(g.Expires))
	if err != nil || saved {
		return err
	}
	if _, err := s.Grant(ctx, g.Person, g.Provider); err != nil {
		return err
	}
	return accounts.ErrStale
}

// Kill implements accounts.Storage.
func (s Accounts) Kill(ctx context.Context, g accounts.Grant, follow ...jobs.Job) (bool, error) {
	killed := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		killed, err = changed(tx.ExecContext(ctx, `update account_grants set dead = 1, lease_holder = '', lease_until = 0,
				refresh_started_at = 0
			where tenant = $1 and person = $2 and provider = $3 and version = $4 and dead = 0`,
			g.Person.Tenant, g.Person.ID, g.Provider, g.Version))
		if err != nil || !killed {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
	return killed, err
}

// Disconnect implements accounts.Storage.
func (s Accounts) Disconnect(ctx context.Context, grants []accounts.Grant, revoke []accounts.Revocation, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		for _, g := range grants {
			deleted, err := changed(tx.ExecContext(ctx, `delete from account_grants
				where tenant = $1 and person = $2 and provider = $3 and version = $4`,
				g.Person.Tenant, g.Person.ID, g.Provider, g.Version))
			if err != nil {
				return err
			}
			if !deleted {
				return accounts.ErrStale
			}
		}
		return s.end(ctx, tx, revoke, follow)
	})
}

// update runs one statement by itself, together with those of others, and tells whether it changed a row.
func (s Accounts) update(ctx context.Context, query string, args ...any) (did bool, err error) {
	err = s.DB.Group(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		did, err = changed(tx.ExecContext(ctx, query, args...))
		return err
	})
	return did, err
}

// end stores what follows from the end of grants.
func (s Accounts) end(ctx context.Context, tx *database.Tx, revoke []accounts.Revocation, follow []jobs.Job) error {
	for _, r := range revoke {
		_, err := tx.ExecContext(ctx, `insert into account_revocations (tenant, id, subject, sealed) values ($1, $2, $3, $4)`,
			r.Tenant, r.ID, r.Subject, r.Sealed)
		if err != nil {
			return err
		}
	}
	return s.Jobs.Insert(ctx, tx, follow...)
}

// AddRevocation implements accounts.Storage.
func (s Accounts) AddRevocation(ctx context.Context, r accounts.Revocation, follow ...jobs.Job) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error { return s.end(ctx, tx, []accounts.Revocation{r}, follow) })
}

// Revocation implements accounts.Storage.
func (s Accounts) Revocation(ctx context.Context, tenant entra.TenantID, id string) (accounts.Revocation, error) {
	r := accounts.Revocation{Tenant: tenant, ID: id}
	err := s.DB.Read().QueryRowContext(ctx, `select subject, sealed from account_revocations where tenant = $1 and id = $2`,
		tenant, id).Scan(&r.Subject, &r.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		err = notFound()
	}
	return r, err
}

// SaveRevocation implements accounts.Storage.
func (s Accounts) SaveRevocation(ctx context.Context, r accounts.Revocation) error {
	saved, err := s.update(ctx, `update account_revocations set sealed = $3 where tenant = $1 and id = $2`, r.Tenant, r.ID, r.Sealed)
	if err == nil && !saved {
		err = notFound()
	}
	return err
}

// DropRevocation implements accounts.Storage.
func (s Accounts) DropRevocation(ctx context.Context, r accounts.Revocation) error {
	_, err := s.update(ctx, `delete from account_revocations where tenant = $1 and id = $2`, r.Tenant, r.ID)
	return err
}
