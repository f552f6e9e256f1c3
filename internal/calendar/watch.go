package calendar

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

// PullJob reads what has changed in a person's calendar. Its subject is an object id.
const PullJob = "calendar.pull"

const (
	// before is how much of the past is followed. Of what comes, ahead is followed, or as much more as there are meetings, up to most;
	// this window is rolled once a day.
	before = 24 * time.Hour
	ahead  = 60 * 24 * time.Hour
	most   = 400 * 24 * time.Hour
	roll   = 24 * time.Hour
	// renewal is how long before its end a subscription is renewed.
	renewal = 48 * time.Hour
	// poll is how often a calendar is read of which Graph tells nothing.
	poll = 5 * time.Minute
	// resubscribe is after how long a subscription that Graph refused is asked for again.
	resubscribe = time.Hour
	// pace is the least time between two readings of a calendar, however many notices come.
	pace = 10 * time.Second
)

// Watch is what is known of a calendar that is followed.
type Watch struct {
	Person       entra.Person
	Subscription string // "" while there is none
	Secret       []byte // sealed: the clientState of its subscriptions
	Expires      time.Time
	Cursor       []byte    // sealed: where Graph is asked for what has changed since; empty: everything is read
	Window       time.Time // when the window is rolled
	Until        time.Time // how far the window reaches
	Due          time.Time // when it is looked after without a notice
	Refused      time.Time // when Graph would not have a subscription; zero when it has one
	Asked, Taken int64     // readings asked for, and begun
	Begun        time.Time // when the last reading began, by the clock that jobs run by
	Version      int64
}

// Care is what a reading has to take care of beside.
type Care struct {
	Anew   bool // everything is read
	Renew  bool // the subscription is renewed
	Lapsed bool // there is no subscription any more
}

// Watches keeps watches.
type Watches interface {
	// Watch of a person; problem.NotFound.
	Watch(ctx context.Context, person entra.Person) (Watch, error)
	// WatchBy finds the watch of a subscription; problem.NotFound.
	WatchBy(ctx context.Context, subscription string) (Watch, error)
	// Begin stores a new watch, with a reading asked for; one that is there already is left as it is.
	Begin(ctx context.Context, w Watch, pull jobs.Job) error
	// Ask asks for a reading by a job, unless one is asked for that has not begun, and stores what it has to take care of.
	Ask(ctx context.Context, person entra.Person, pull jobs.Job, care Care) error
	// Take notes that a reading begins, for all that was asked until w was read, and when it is due if nothing comes of it.
	Take(ctx context.Context, w Watch) error
	// SaveWatch stores all of a watch but the readings if the stored version is still w.Version, with a look at each of the meetings;
	// false otherwise.
	SaveWatch(ctx context.Context, w Watch, look []string) (bool, error)
	// End deletes a watch.
	End(ctx context.Context, person entra.Person) error
	// DueWatches lists people whose watches are due, at most limit.
	DueWatches(ctx context.Context, now time.Time, limit int) ([]entra.Person, error)
}

// Jobs are the job kinds of this package and who works them.
func (s *Service) Jobs() map[string]func(context.Context, jobs.Job) error {
	return map[string]func(context.Context, jobs.Job) error{PullJob: s.Pull}
}

func pullOf(person entra.Person, due time.Time) jobs.Job {
	return jobs.Job{Kind: PullJob, Tenant: string(person.Tenant), Subject: string(person.ID), Due: due}
}

func (s *Service) aad(column string, p entra.Person) keyring.AAD {
	return keyring.AAD{Table: "calendar_watches", Column: column, Tenant: string(p.Tenant), Row: string(p.ID)}
}

// wanted tells whether an administrator lets calendars be followed at all.
func (s *Service) wanted(ctx context.Context, tenant entra.TenantID) (bool, error) {
	for _, feature := range []policy.Feature{policy.OutlookEdits, policy.TwoWaySync} {
		err := s.c.Policy.Allow(ctx, tenant, feature)
		if err == nil {
			return true, nil
		}
		if !problem.Is(err, problem.Forbidden) && !problem.Is(err, problem.NotReady) {
			return false, err
		}
	}
	return false, nil
}

// Follow begins to follow a person's calendar, if that is wanted and not done yet.
func (s *Service) Follow(ctx context.Context, person entra.Person) error {
	if yes, err := s.wanted(ctx, person.Tenant); err != nil || !yes {
		return err
	}
	if _, err := s.c.Storage.Watch(ctx, person); err == nil || !problem.Is(err, problem.NotFound) {
		return err
	}
	w := Watch{Person: person, Secret: s.box.Seal([]byte(rand.Text()+rand.Text()), s.aad("secret", person)), Due: s.c.Now().Add(poll)}
	return s.c.Storage.Begin(ctx, w, pullOf(person, time.Time{}))
}

// Tick asks for a reading of every calendar that is due: by poll, for a renewal, or because the window has to be rolled.
func (s *Service) Tick(ctx context.Context) error {
	const atOnce = 500
	people, err := s.c.Storage.DueWatches(ctx, s.c.Now(), atOnce)
	for _, p := range people {
		err = errors.Join(err, s.c.Storage.Ask(ctx, p, pullOf(p, time.Time{}), Care{}))
	}
	return err
}

// Pull works PullJob: it keeps the subscription alive, reads what has changed, and has the meetings that it concerns looked at.
// What is not wanted any more ends here.
func (s *Service) Pull(ctx context.Context, j jobs.Job) error {
	person := entra.Person{Tenant: entra.TenantID(j.Tenant), ID: entra.ObjectID(j.Subject)}
	w, err := s.c.Storage.Watch(ctx, person)
	if problem.Is(err, problem.NotFound) || err == nil && w.Taken > j.Revision {
		return nil
	}
	if err != nil {
		return err
	}
	w.Begun, w.Due = time.Now(), s.c.Now().Add(poll)
	if err := s.c.Storage.Take(ctx, w); err != nil {
		return err
	}
	kept, err := s.c.Storage.Kept(ctx, person, s.c.Now())
	if err != nil {
		return err
	}
	wanted, err := s.wanted(ctx, person.Tenant)
	if err != nil {
		return err
	}
	client, err := s.c.Accounts.Graph(ctx, person)
	switch {
	case problem.Is(err, problem.Consent), problem.Is(err, problem.NotLinked):
		return s.c.Storage.End(ctx, person)
	case err != nil:
		return err
	case !wanted || len(kept) == 0:
		return s.end(ctx, client, w)
	}
	return s.pull(ctx, client, w, kept)
}

// end stops following a calendar.
func (s *Service) end(ctx context.Context, client *graph.Client, w Watch) error {
	if w.Subscription != "" {
		if err := client.Unsubscribe(ctx, w.Subscription); err != nil && !errors.Is(err, graph.ErrNotFound) {
			return err
		}
	}
	return s.c.Storage.End(ctx, w.Person)
}

func (s *Service) pull(ctx context.Context, client *graph.Client, w Watch, kept []Kept) error {
	before := w.Subscription
	if err := s.subscribe(ctx, client, &w); err != nil {
		return s.later(err)
	}
	if w.Subscription != before && w.Subscription != "" { // its notices come from now on, so what is read now misses nothing
		stored, err := s.c.Storage.SaveWatch(ctx, w, nil)
		if err != nil {
			return err
		}
		if !stored {
			return s.overtaken(ctx, client, w)
		}
		w.Version++
	}
	look, err := s.changes(ctx, client, &w, kept)
	if err != nil {
		return s.later(err)
	}
	stored, err := s.c.Storage.SaveWatch(ctx, w, look)
	if err != nil || !stored {
		return stale(err)
	}
	return nil
}

// overtaken ends a subscription that another reading has overtaken. Each may have ended the other's, so the one that is stored is
// tried by renewing it.
func (s *Service) overtaken(ctx context.Context, client *graph.Client, w Watch) error {
	if err := client.Unsubscribe(ctx, w.Subscription); err != nil && !errors.Is(err, graph.ErrNotFound) {
		return err
	}
	return s.c.Storage.Ask(ctx, w.Person, pullOf(w.Person, time.Time{}), Care{Renew: true})
}

// stale has a reading that another one has overtaken done again.
func stale(err error) error {
	if err != nil {
		return err
	}
	return jobs.Snooze(time.Second)
}

// later lets a job wait as long as Graph asked.
func (s *Service) later(err error) error {
	var refused *graph.Error
	if errors.As(err, &refused) && refused.RetryAt.After(s.c.Now()) {
		return jobs.Snooze(refused.RetryAt.Sub(s.c.Now()))
	}
	return err
}

// changes reads what has changed, and answers the meetings that it concerns. When everything is read, that is all of them: what was
// deleted while nobody looked is in no list.
func (s *Service) changes(ctx context.Context, client *graph.Client, w *Watch, kept []Kept) ([]string, error) {
	now := s.c.Now()
	w.Due = now.Add(poll)
	if w.Subscription != "" {
		w.Due = earlier(w.Expires.Add(-renewal), now.Add(roll))
	}
	until := window(kept, now)
	follows := len(w.Cursor) > 0 && now.Before(w.Window) && !until.After(w.Until.Add(roll))
	if link, err := s.box.Open(w.Cursor, s.aad("cursor", w.Person)); follows && err == nil {
		d, err := client.CalendarDeltaSince(ctx, string(link))
		if err == nil {
			w.Cursor = s.box.Seal([]byte(d.Link), s.aad("cursor", w.Person))
			w.Due = earlier(w.Due, w.Window)
			return s.concerned(d, kept), nil
		}
		if !errors.Is(err, graph.ErrResync) && !errors.Is(err, graph.ErrTooLarge) {
			return nil, err
		}
	}
	d, err := client.CalendarDelta(ctx, now.Add(-before), until)
	switch {
	case errors.Is(err, graph.ErrTooLarge): // whoever fills a calendar does not keep us from looking at our own events in it
		w.Cursor, w.Due = nil, now.Add(poll)
	case err != nil:
		return nil, err
	default:
		w.Until = until
		w.Cursor, w.Window = s.box.Seal([]byte(d.Link), s.aad("cursor", w.Person)), now.Add(roll)
	}
	all := make([]string, 0, len(kept))
	for _, k := range kept {
		all = append(all, k.Meeting)
	}
	return all, nil
}

// window is how far a calendar has to be followed so that the meetings in it are.
func window(kept []Kept, now time.Time) time.Time {
	until := now.Add(ahead)
	for _, k := range kept {
		if end := k.Ends.Add(roll); end.After(until) {
			until = end
		}
	}
	return earlier(until, now.Add(most))
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// concerned are the meetings whose events have changed, or to which another's event leads. UNVERIFIED: which id stands for an occurrence
// that was deleted; so at one that nobody knows, every series is looked at.
func (s *Service) concerned(d graph.Delta, kept []Kept) (meetings []string) {
	touched := map[string]bool{}
	for _, e := range d.Changed {
		touched[e.ID] = true
		if e.SeriesMasterID != "" {
			touched[e.SeriesMasterID] = true
		}
	}
	stranger := false
	for _, id := range d.Removed {
		touched[id] = true
		stranger = stranger || !slices.ContainsFunc(kept, func(k Kept) bool { return k.EventID == id })
	}
	for _, k := range kept {
		leads := func(e graph.Event) bool {
			return e.ID != k.EventID && e.SeriesMasterID != k.EventID && s.leadsTo(e, k.Zoom)
		}
		if touched[k.EventID] || stranger && k.Series || slices.ContainsFunc(d.Changed, leads) {
			meetings = append(meetings, k.Meeting)
		}
	}
	return meetings
}

// subscribe makes sure that Graph tells of changes, for some days. Where it will not, for want of an address that it can reach, the
// calendar is polled.
func (s *Service) subscribe(ctx context.Context, client *graph.Client, w *Watch) error {
	now := s.c.Now()
	if w.Subscription != "" && w.Expires.Sub(now) > renewal {
		return nil
	}
	until := now.Add(graph.MaxSubscription - time.Hour)
	if w.Subscription != "" {
		renewed, err := client.Renew(ctx, w.Subscription, until)
		if err == nil {
			w.Expires = renewed.Expires
			return nil
		}
		if !errors.Is(err, graph.ErrNotFound) {
			return err
		}
		w.Subscription, w.Cursor = "", nil
	}
	if !w.Refused.IsZero() && now.Sub(w.Refused) < resubscribe {
		return nil
	}
	return s.resubscribe(ctx, client, w, until)
}

// resubscribe takes over a subscription whose making was interrupted, or makes one. Others that lead here are ended.
func (s *Service) resubscribe(ctx context.Context, client *graph.Client, w *Watch, until time.Time) error {
	secret, err := s.box.Open(w.Secret, s.aad("secret", w.Person))
	if err != nil {
		return err
	}
	there, err := client.Subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, one := range there {
		if one.NotificationURL != s.c.PublicURL+NotifyPath {
			continue
		}
		if err := client.Unsubscribe(ctx, one.ID); err != nil && !errors.Is(err, graph.ErrNotFound) {
			return err
		}
	}
	made, err := client.Subscribe(ctx, graph.Subscription{
		Resource: "/me/events", ChangeType: "created,updated,deleted", NotificationURL: s.c.PublicURL + NotifyPath,
		LifecycleURL: s.c.PublicURL + LifecyclePath, ClientState: string(secret), Expires: until,
	})
	if errors.Is(err, graph.ErrInvalid) || errors.Is(err, graph.ErrForbidden) {
		w.Refused = s.c.Now()
		return nil
	}
	if err == nil {
		w.Subscription, w.Expires, w.Refused = made.ID, made.Expires, time.Time{}
	}
	return err
}
