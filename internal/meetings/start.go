package meetings

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"

	"causeway/internal/entra"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// ticketLife is how long the tab may take to open the page on which a meeting is started.
const ticketLife = 30 * time.Second

// ticket lets whoever has it start one meeting of one person, once.
type ticket struct {
	Tenant  entra.TenantID `json:"t"`
	Person  entra.ObjectID `json:"p"`
	Meeting string         `json:"m"`
	ID      string         `json:"i"`
	Expires time.Time      `json:"e"`
}

func ticketAAD() keyring.AAD { return keyring.AAD{Table: "ticket", Column: "start"} }

// StartTicket answers the page on which the host starts a meeting, with a ticket in place of a sign-in: for 30 seconds, and once.
// Errors: as StartURL.
func (s *Service) StartTicket(ctx context.Context, person entra.Person, key string) (string, error) {
	if _, err := s.startable(ctx, person, key); err != nil {
		return "", err
	}
	plain, err := json.Marshal(ticket{
		Tenant: person.Tenant, Person: person.ID, Meeting: key, ID: rand.Text(), Expires: s.c.Now().Add(ticketLife),
	})
	if err != nil {
		return "", err
	}
	sealed := base64.RawURLEncoding.EncodeToString(s.box.Seal(plain, ticketAAD()))
	return s.c.PublicURL + "/m/" + key + "/start?ticket=" + sealed, nil
}

// Redeem answers whose ticket it is and uses it up; SignIn when it does not count any more, or never did.
func (s *Service) Redeem(ctx context.Context, key, sealed string) (entra.Person, error) {
	refused := problem.New(problem.SignIn, "problem.sign_in")
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return entra.Person{}, refused
	}
	plain, err := s.box.Open(raw, ticketAAD())
	if err != nil {
		return entra.Person{}, refused
	}
	var t ticket
	now := s.c.Now()
	if json.Unmarshal(plain, &t) != nil || t.Meeting != key || !now.Before(t.Expires) {
		return entra.Person{}, refused
	}
	fresh, err := s.c.Storage.Spend(ctx, t.ID, t.Expires, now)
	if err == nil && !fresh {
		err = refused
	}
	return entra.Person{Tenant: t.Tenant, ID: t.Person}, err
}

// startable answers Zoom's number of a meeting that the person hosts, by its key.
func (s *Service) startable(ctx context.Context, person entra.Person, key string) (zoom.MeetingID, error) {
	if err := s.c.Policy.Allow(ctx, person.Tenant, policy.Meetings); err != nil {
		return 0, err
	}
	if number, ok := numberOf(key); ok {
		return number, nil // whose it is, Zoom says before the link leaves
	}
	m, err := s.Find(ctx, person.Tenant, key)
	if err != nil {
		return 0, err
	}
	if m.Organizer != person || m.State != Active || m.Draft.For != "" { // the last is started by whom it was scheduled for
		return 0, problem.New(problem.NotFound, "meetings.not_yours")
	}
	return m.Zoom, nil
}

// StartURL answers the address at which the host starts a meeting. It carries the host's sign-in and is asked from Zoom
// anew each time, shown to nobody else and stored nowhere: the caller redirects to it.
//
// Errors: NotFound (no such meeting, or not this person's: the same answer), NotLinked, Forbidden, Unavailable.
func (s *Service) StartURL(ctx context.Context, person entra.Person, key string) (string, error) {
	number, err := s.startable(ctx, person, key)
	if err != nil {
		return "", err
	}
	client, err := s.c.Accounts.Zoom(ctx, person)
	if err != nil {
		return "", err
	}
	fresh, err := client.Meeting(ctx, number)
	if err != nil {
		return "", s.failure(ctx, Meeting{Organizer: person}, gone(err))
	}
	if err := s.isHost(ctx, person, fresh); err != nil {
		return "", err
	}
	if !s.c.Links.Start(fresh.StartURL) {
		return "", problem.New(problem.Unavailable, "meetings.zoom_unavailable")
	}
	return fresh.StartURL, nil
}
