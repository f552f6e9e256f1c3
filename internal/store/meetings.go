package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/problem"
)

// Meetings implements meetings.Storage.
type Meetings struct{ Backend }

const requestColumns = `meeting, hash, request, state, refusal, refusal_kind, attempts, expires_at, created_at, waits_until`

const requestByNonce = `select ` + requestColumns + ` from meeting_requests where tenant = $1 and person = $2 and nonce = $3`

// Nonced implements meetings.Storage.
func (s Meetings) Nonced(ctx context.Context, person entra.Person, nonce string) (meetings.Reserved, error) {
	return scanRequest(s.DB.Read().QueryRowContext(ctx, requestByNonce, person.Tenant, person.ID, nonce).Scan)
}

// Reserve implements meetings.Storage.
func (s Meetings) Reserve(ctx context.Context, r meetings.Reserved, follow ...jobs.Job) (meetings.Reserved, bool, error) {
	request, err := json.Marshal(r.Request)
	if err != nil {
		return r, false, err
	}
	fresh := false
	p := r.Request.Person
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err = changed(tx.ExecContext(ctx, `insert into meeting_requests (tenant, person, nonce, `+requestColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (tenant, person, nonce) do nothing`,
			p.Tenant, p.ID, r.Request.Nonce, r.Meeting, r.Hash, string(request), r.State, r.Refusal.Key, r.Refusal.Kind, r.Attempts,
			millis(r.Until), millis(r.Created), millis(r.Waits)))
		if err != nil {
			return err
		}
		if fresh {
			return s.Jobs.Insert(ctx, tx, follow...)
		}
		r, err = scanRequest(tx.QueryRowContext(ctx, requestByNonce, p.Tenant, p.ID, r.Request.Nonce).Scan)
		return err
	})
	return r, fresh, err
}

// Release implements meetings.Storage. A refused wish then has its own id for a nonce.
func (s Meetings) Release(ctx context.Context, r meetings.Reserved) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `update meeting_requests set nonce = meeting where tenant = $1 and meeting = $2 and state = $3`,
			r.Request.Person.Tenant, r.Meeting, meetings.Refused)
		return err
	})
}

// Reservation implements meetings.Storage.
func (s Meetings) Reservation(ctx context.Context, tenant entra.TenantID, meeting string) (meetings.Reserved, error) {
	return scanRequest(s.DB.Read().QueryRowContext(ctx, `select `+requestColumns+` from meeting_requests
		where tenant = $1 and meeting = $2`, tenant, meeting).Scan)
}

// Waiting implements meetings.Storage.
func (s Meetings) Waiting(ctx context.Context, person entra.Person, now time.Time) (found []meetings.Reserved, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select `+requestColumns+` from meeting_requests
		where tenant = $1 and person = $2 and state = $3 and waits_until > $4 order by created_at, meeting`, person.Tenant, person.ID, meetings.Open, millis(now))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scanRequest(rows.Scan)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

func scanRequest(scan func(...any) error) (r meetings.Reserved, err error) {
	var request string
	var until, created, waits int64
	err = scan(&r.Meeting, &r.Hash, &request, &r.State, &r.Refusal.Key, &r.Refusal.Kind, &r.Attempts, &until, &created, &waits)
	if errors.Is(err, sql.ErrNoRows) {
		return r, problem.New(problem.NotFound, "problem.not_found")
	}
	if err != nil {
		return r, err
	}
	r.Until, r.Created, r.Waits = moment(until), moment(created), moment(waits)
	return r, json.Unmarshal([]byte(request), &r.Request)
}

// Extend implements meetings.Storage.
func (s Meetings) Extend(ctx context.Context, r meetings.Reserved, now, until time.Time) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update meeting_requests set expires_at = $3, attempts = $4
			where tenant = $1 and meeting = $2 and state = $5 and expires_at <= $6`,
			r.Request.Person.Tenant, r.Meeting, millis(until), r.Attempts, meetings.Open, millis(now)))
		return err
	})
	return mine && err == nil, err
}

// Postpone implements meetings.Storage.
func (s Meetings) Postpone(ctx context.Context, r meetings.Reserved) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update meeting_requests set expires_at = $3, waits_until = $4, refusal = $5, refusal_kind = $6
			where tenant = $1 and meeting = $2 and state = $7 and attempts = $8`,
			r.Request.Person.Tenant, r.Meeting, millis(r.Until), millis(r.Waits), r.Refusal.Key, r.Refusal.Kind, meetings.Open, r.Attempts))
		return err
	})
	return mine && err == nil, err
}

// Withdraw implements meetings.Storage. Whoever settles a reservation has moved expires_at (Extend), so that of the two only one comes true,
// whatever the clocks of two processes say.
func (s Meetings) Withdraw(ctx context.Context, r meetings.Reserved, follow ...jobs.Job) (bool, error) {
	return s.end(ctx, r, ` and expires_at = waits_until`, nil, follow)
}

// Repeated implements meetings.Storage.
func (s Meetings) Repeated(ctx context.Context, r meetings.Reserved) (yes bool, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select request, state from meeting_requests
		where tenant = $1 and person = $2 and (created_at > $4 or created_at = $4 and meeting > $3) and state <> $5`,
		r.Request.Person.Tenant, r.Request.Person.ID, r.Meeting, millis(r.Created), meetings.Refused)
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	for rows.Next() {
		var raw string
		var state meetings.ReservedState
		var other meetings.Request
		if err := rows.Scan(&raw, &state); err != nil {
			return false, err
		}
		if err := json.Unmarshal([]byte(raw), &other); err != nil {
			return false, err
		}
		wish, same := r.Request.Draft, other.Draft
		yes = yes || other.Place.Conversation == r.Request.Place.Conversation &&
			same.Topic == wish.Topic && (state == meetings.Made || same.NoTime == wish.NoTime && same.Start.Equal(wish.Start))
	}
	return yes, rows.Err()
}

// Refuse implements meetings.Storage.
func (s Meetings) Refuse(ctx context.Context, r meetings.Reserved, tell []notifications.Message, follow ...jobs.Job) (bool, error) {
	return s.end(ctx, r, "", tell, follow)
}

// end ends an open reservation without a meeting, if it is as where says.
func (s Meetings) end(ctx context.Context, r meetings.Reserved, where string, tell []notifications.Message, follow []jobs.Job) (bool, error) {
	request, err := json.Marshal(r.Request)
	if err != nil {
		return false, err
	}
	ended := false
	err = s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		ended, err = changed(tx.ExecContext(ctx, `update meeting_requests set state = $3, refusal = $4, refusal_kind = $5, request = $6
			where tenant = $1 and meeting = $2 and state = $7`+where,
			r.Request.Person.Tenant, r.Meeting, meetings.Refused, r.Refusal.Key, r.Refusal.Kind, string(request), meetings.Open))
		if err != nil || !ended {
			return err
		}
		if err := queue(ctx, tx, tell); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow...)
	})
	return ended && err == nil, err
}

// Save implements meetings.Storage.
func (s Meetings) Save(ctx context.Context, m meetings.Meeting, sealed meetings.Sealed, follow ...jobs.Job) (bool, error) {
	place, err := json.Marshal(m.Place)
	if err != nil {
		return false, err
	}
	draft, err := json.Marshal(m.Draft)
	if err != nil {
		return false, err
	}
	fresh := false
	err = s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		if err := fulfil(ctx, tx, m); err != nil {
			return err
		}
		fresh, err = changed(tx.ExecContext(ctx, `insert into meetings (tenant, id, organizer, user_id, name, locale, conversation,
			place, draft, zoom_id, join_url, passcode, state, revision, edition, roster, invited, invitees, starts_at, ends_at,
			card_state, card_activity, card_attempts, card_since, card_reason, card_revision, card_writes, created_at, entry)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, 0, 0, $16, $17, '', '', 0, 0, '', 0, 0, $18, $19)
			on conflict do nothing`,
			m.Organizer.Tenant, m.ID, m.Organizer.ID, m.User, m.Name, m.Locale, m.Place.Conversation, string(place),
			string(draft), int64(m.Zoom), sealed.JoinURL, sealed.Passcode, m.State, m.Revision, flag(m.Roster), millis(m.Draft.Start),
			millis(m.Draft.End()), millis(m.Created), m.Entry))
		if err != nil {
			return err
		}
		id := m.ID
		if !fresh {
			if id, err = existing(ctx, tx, m); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `update meeting_requests set meeting = $3 where tenant = $1 and meeting = $2`, m.Organizer.Tenant, m.ID, id)
		if err != nil {
			return err
		}
		if err := attend(ctx, tx, m.Organizer, m.Created.Add(firstList)); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, about(id, m.ID, follow)...)
	})
	return fresh && err == nil, err
}

// fulfil ends the reservation of a meeting, if there is one. From then on nobody else changes its row before the meeting is stored.
func fulfil(ctx context.Context, tx *database.Tx, m meetings.Meeting) error {
	ended, err := changed(tx.ExecContext(ctx, `update meeting_requests set state = $3 where tenant = $1 and meeting = $2 and refusal <> $4`,
		m.Organizer.Tenant, m.ID, meetings.Made, meetings.WithdrawnKey))
	if err != nil || ended {
		return err
	}
	withdrawn := false
	err = tx.QueryRowContext(ctx, `select exists (select 1 from meeting_requests where tenant = $1 and meeting = $2)`, m.Organizer.Tenant, m.ID).Scan(&withdrawn)
	if err == nil && withdrawn {
		err = problem.New(problem.Conflict, meetings.WithdrawnKey)
	}
	return err
}

// existing is the id under which a meeting is stored already.
func existing(ctx context.Context, tx *database.Tx, m meetings.Meeting) (id string, err error) {
	err = tx.QueryRowContext(ctx, `select id from meetings where tenant = $1 and (id = $2 or organizer = $3 and zoom_id = $4)
		order by case when id = $2 then 0 else 1 end limit 1`, m.Organizer.Tenant, m.ID, m.Organizer.ID, int64(m.Zoom)).Scan(&id)
	return id, err
}

// about makes the jobs that follow from a meeting be about the one that is stored in its place.
func about(stored, wanted string, follow []jobs.Job) []jobs.Job {
	follow = slices.Clone(follow)
	for i := range follow {
		if follow[i].Subject == wanted {
			follow[i].Subject = stored
		}
	}
	return follow
}

// Change implements meetings.Storage.
func (s Meetings) Change(ctx context.Context, m meetings.Meeting, follow meetings.Follow) (revision int64, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		var err error
		if revision, err = change(ctx, tx, m); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow(revision)...)
	})
	return revision, err
}

// Enter implements meetings.Storage.
func (s Meetings) Enter(ctx context.Context, m meetings.Meeting, r calendar.Record, before int64, follow meetings.Follow) (revision int64, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		mine, err := saveRecord(ctx, tx, r, before)
		if err == nil && !mine {
			err = meetings.ErrStale
		}
		if err != nil {
			return err
		}
		if revision, err = change(ctx, tx, m); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow(revision)...)
	})
	return revision, err
}

func change(ctx context.Context, tx *database.Tx, m meetings.Meeting) (revision int64, err error) {
	draft, err := json.Marshal(m.Draft)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `update meetings set draft = $3, state = $4, starts_at = $5, ends_at = $6, entry = $7, turns_at = 0,
		revision = revision + 1, edition = edition + 1 where tenant = $1 and id = $2 and edition = $8 returning revision`,
		m.Organizer.Tenant, m.ID, string(draft), m.State, millis(m.Draft.Start), millis(m.Draft.End()), m.Entry, m.Edition).Scan(&revision)
	if errors.Is(err, sql.ErrNoRows) {
		err = meetings.ErrStale
	}
	return revision, err
}

// SaveRoster implements meetings.Storage.
func (s Meetings) SaveRoster(ctx context.Context, m meetings.Meeting, invitees []meetings.Invitee,
	tell []notifications.Message, follow meetings.Follow,
) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		var revision int64
		err := tx.QueryRowContext(ctx, `update meetings set roster = 1, invited = $3, invitees = $4, revision = revision + 1
			where tenant = $1 and id = $2 and roster = 0 returning revision`,
			m.Organizer.Tenant, m.ID, m.Invited, m.Invitees).Scan(&revision)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // it is stored already
		}
		if err != nil {
			return err
		}
		if err := addInvitees(ctx, tx, m, 0, invitees); err != nil {
			return err
		}
		if err := queue(ctx, tx, tell); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow(revision)...)
	})
}

// addInvitees stores those invited, in their order from a place on.
func addInvitees(ctx context.Context, tx *database.Tx, m meetings.Meeting, place int, invitees []meetings.Invitee) error {
	for n, i := range invitees {
		_, err := tx.ExecContext(ctx, `insert into meeting_invitees (tenant, meeting, place, person, user_id, name, address, guest)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			m.Organizer.Tenant, m.ID, place+n, i.Person.ID, i.User, i.Name, i.Address, flag(i.Guest))
		if err != nil {
			return err
		}
	}
	return nil
}

// Reinvite implements meetings.Storage.
func (s Meetings) Reinvite(ctx context.Context, m meetings.Meeting, left, joined []meetings.Invitee,
	tell []notifications.Message, follow meetings.Follow,
) (revision int64, err error) {
	err = s.DB.Tx(ctx, func(tx *database.Tx) error {
		if revision, err = change(ctx, tx, m); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update meetings set invited = $3, invitees = $4 where tenant = $1 and id = $2`,
			m.Organizer.Tenant, m.ID, m.Invited, m.Invitees); err != nil {
			return err
		}
		for _, i := range left {
			if _, err := tx.ExecContext(ctx, `delete from meeting_invitees where tenant = $1 and meeting = $2 and person = $3 and user_id = $4 and address = $5`,
				m.Organizer.Tenant, m.ID, i.Person.ID, i.User, i.Address); err != nil {
				return err
			}
		}
		var place int
		if err := tx.QueryRowContext(ctx, `select coalesce(max(place) + 1, 0) from meeting_invitees where tenant = $1 and meeting = $2`,
			m.Organizer.Tenant, m.ID).Scan(&place); err != nil {
			return err
		}
		if err := addInvitees(ctx, tx, m, place, joined); err != nil {
			return err
		}
		if err := queueAnew(ctx, tx, tell); err != nil {
			return err
		}
		return s.Jobs.Insert(ctx, tx, follow(revision)...)
	})
	return revision, err
}

// SwapCard implements meetings.Storage.
func (s Meetings) SwapCard(ctx context.Context, tenant entra.TenantID, meeting string, before, after meetings.Card) (bool, error) {
	mine := false
	err := s.DB.Tx(ctx, func(tx *database.Tx) (err error) {
		mine, err = changed(tx.ExecContext(ctx, `update meetings set card_state = $3, card_activity = $4, card_attempts = $5,
			card_since = $6, card_reason = $7, card_revision = $8, card_writes = $9
			where tenant = $1 and id = $2 and card_state = $10 and card_attempts = $11 and card_revision = $12 and card_writes = $13`,
			tenant, meeting, after.State, after.Activity, after.Attempts, millis(after.Since), after.Reason, after.Revision,
			after.Writes, before.State, before.Attempts, before.Revision, before.Writes))
		return err
	})
	return mine && err == nil, err
}

// Bump implements meetings.Storage.
func (s Meetings) Bump(ctx context.Context, tenant entra.TenantID, meeting string, follow meetings.Follow) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error { return s.raise(ctx, tx, tenant, meeting, follow) })
}

const meetingColumns = `m.id, m.organizer, m.user_id, m.name, m.locale, m.place, m.draft, m.zoom_id, m.join_url, m.passcode, m.state, m.revision,
	m.edition, m.roster, m.invited, m.invitees, m.card_state, m.card_activity, m.card_attempts, m.card_since, m.card_reason, m.card_revision,
	m.card_writes, m.created_at, m.entry, m.delayed_until`

// Meeting implements meetings.Storage.
func (s Meetings) Meeting(ctx context.Context, tenant entra.TenantID, id string) (meetings.Meeting, meetings.Sealed, error) {
	m, sealed, err := scanMeeting(tenant, s.DB.Read().QueryRowContext(ctx, `select `+meetingColumns+` from meetings m
		where m.tenant = $1 and m.id = $2`, tenant, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	return m, sealed, err
}

// scanMeeting reads meetingColumns, and whatever columns follow them into more.
func scanMeeting(tenant entra.TenantID, scan func(...any) error, more ...any) (meetings.Meeting, meetings.Sealed, error) {
	var m meetings.Meeting
	m.Organizer.Tenant = tenant
	var sealed meetings.Sealed
	var place, draft string
	var zoomID, roster, since, created, delayed int64
	err := scan(append([]any{
		&m.ID, &m.Organizer.ID, &m.User, &m.Name, &m.Locale, &place, &draft, &zoomID, &sealed.JoinURL, &sealed.Passcode, &m.State, &m.Revision,
		&m.Edition, &roster, &m.Invited, &m.Invitees, &m.Card.State, &m.Card.Activity, &m.Card.Attempts, &since, &m.Card.Reason,
		&m.Card.Revision, &m.Card.Writes, &created, &m.Entry, &delayed,
	}, more...)...)
	if err != nil {
		return m, sealed, err
	}
	m.Zoom, m.Roster, m.Card.Since, m.Created, m.Delayed = zoomMeeting(zoomID), roster == 1, moment(since), moment(created), moment(delayed)
	if err := json.Unmarshal([]byte(place), &m.Place); err != nil {
		return m, sealed, err
	}
	return m, sealed, json.Unmarshal([]byte(draft), &m.Draft)
}

// Invitees implements meetings.Storage.
func (s Meetings) Invitees(ctx context.Context, tenant entra.TenantID, meeting string) (found []meetings.Invitee, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select person, user_id, name, address, guest, answer, answered, answered_at from meeting_invitees
		where tenant = $1 and meeting = $2 order by place`, tenant, meeting)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var i meetings.Invitee
		var guest, at int64
		if err := rows.Scan(&i.Person.ID, &i.User, &i.Name, &i.Address, &guest, &i.Reply.Answer, &i.Reply.Edition, &at); err != nil {
			return nil, err
		}
		i.Guest, i.Reply.At = guest == 1, moment(at)
		if i.Person.ID != "" {
			i.Person.Tenant = tenant
		}
		found = append(found, i)
	}
	return found, rows.Err()
}

// SaveReply implements meetings.Storage.
func (s Meetings) SaveReply(ctx context.Context, person entra.Person, meeting string, reply meetings.Reply, follow meetings.Follow) error {
	return s.DB.Tx(ctx, func(tx *database.Tx) error {
		fresh, err := changed(tx.ExecContext(ctx, `update meeting_invitees set answer = $4, answered = $5, answered_at = $6
			where tenant = $1 and meeting = $2 and person = $3 and not (answer = $4 and answered = $5) and answered_at <= $6`,
			person.Tenant, meeting, person.ID, reply.Answer, reply.Edition, millis(reply.At)))
		if err == nil && !fresh { // given once more, it is later than what was given in between
			_, err = tx.ExecContext(ctx, `update meeting_invitees set answered_at = $6
				where tenant = $1 and meeting = $2 and person = $3 and answer = $4 and answered = $5 and answered_at < $6`,
				person.Tenant, meeting, person.ID, reply.Answer, reply.Edition, millis(reply.At))
		}
		if err != nil || !fresh {
			return err
		}
		return s.raise(ctx, tx, person.Tenant, meeting, follow)
	})
}

// WithoutCalendar implements meetings.Storage.
func (s Meetings) WithoutCalendar(ctx context.Context, organizer entra.Person, now time.Time) (ids []string, err error) {
	rows, err := s.DB.Read().QueryContext(ctx, `select m.id from meetings m
		join calendar_entries c on c.tenant = m.tenant and c.meeting = m.id
		where m.tenant = $1 and m.organizer = $2 and m.ends_at > $3 and c.state = $5 and (m.state = $4 or c.event_id <> '')`,
		organizer.Tenant, organizer.ID, millis(now), meetings.Active, calendar.NoGrant)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
