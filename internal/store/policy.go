package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/policy"
)

// Policy implements policy.Storage.
type Policy struct{ Backend }

// State implements policy.Storage.
func (s Policy) State(ctx context.Context, tenant entra.TenantID) (policy.State, error) {
	state := policy.Fresh(tenant)
	var zoom, microsoft int64
	var off, on string
	err := s.DB.Read().QueryRowContext(ctx, `select zoom_status, zoom_by, zoom_since, microsoft_status, microsoft_by,
		microsoft_since, switched_off, switched_on, version from policies where tenant = $1`, tenant).
		Scan(&state.Zoom.Status, &state.Zoom.By, &zoom, &state.Microsoft.Status, &state.Microsoft.By, &microsoft, &off, &on, &state.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return state, nil
	}
	if err != nil {
		return state, err
	}
	state.Zoom.Since, state.Microsoft.Since = moment(zoom), moment(microsoft)
	decided(state, off, false)
	decided(state, on, true)
	return state, nil
}

// decided sets the features of a stored list.
func decided(state policy.State, list string, on bool) {
	for _, feature := range strings.Fields(list) {
		if _, known := state.Features[policy.Feature(feature)]; known {
			state.Features[policy.Feature(feature)] = on
		}
	}
}

// Save implements policy.Storage.
func (s Policy) Save(ctx context.Context, p policy.State, c policy.Change) error {
	var off, on []string // what is not as usual
	for _, feature := range policy.Features() {
		switch {
		case p.Features[feature] == feature.Usual():
		case p.Features[feature]:
			on = append(on, string(feature))
		default:
			off = append(off, string(feature))
		}
	}
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		// Only the row with the version that was read is replaced; of two that begin at 0 one finds no row to insert.
		stored, err := changed(tx.ExecContext(ctx, `insert into policies (tenant, zoom_status, zoom_by, zoom_since,
				microsoft_status, microsoft_by, microsoft_since, switched_off, switched_on, version)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $10, $9 + 1)
			on conflict (tenant) do update set zoom_status = excluded.zoom_status, zoom_by = excluded.zoom_by,
				zoom_since = excluded.zoom_since, microsoft_status = excluded.microsoft_status,
				microsoft_by = excluded.microsoft_by, microsoft_since = excluded.microsoft_since,
				switched_off = excluded.switched_off, switched_on = excluded.switched_on, version = excluded.version
			where policies.version = $9`,
			p.Tenant, p.Zoom.Status, p.Zoom.By, millis(p.Zoom.Since), p.Microsoft.Status, p.Microsoft.By,
			millis(p.Microsoft.Since), strings.Join(off, " "), p.Version, strings.Join(on, " ")))
		if err != nil {
			return err
		}
		if !stored {
			return policy.ErrStale
		}
		_, err = tx.ExecContext(ctx, `insert into policy_changes (tenant, id, at, by_whom, what, before_value, after_value)
			values ($1, $2, $3, $4, $5, $6, $7)`, c.Tenant, c.ID, millis(c.At), c.By, c.What, c.Before, c.After)
		return err
	})
}

// Changes implements policy.Storage.
func (s Policy) Changes(ctx context.Context, tenant entra.TenantID, limit int) (found []policy.Change, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select id, at, by_whom, what, before_value, after_value from policy_changes
		where tenant = $1 order by at desc, id desc limit $2`, tenant, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		c := policy.Change{Tenant: tenant}
		var at int64
		if err := rows.Scan(&c.ID, &at, &c.By, &c.What, &c.Before, &c.After); err != nil {
			return nil, err
		}
		c.At = moment(at)
		found = append(found, c)
	}
	return found, rows.Err()
}
