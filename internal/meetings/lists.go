package meetings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// ListJob looks at a person's list of meetings at Zoom. Its subject is an object id.
const ListJob = "meetings.list"

const (
	// listEvery is how often the list of an organiser is looked at.
	listEvery = 5 * time.Minute
	// seriesEvery is how often every series is looked at: a list shows only the next occurrence of each.
	seriesEvery = time.Hour
	// refreshAge is how long a list that somebody had looked at is fresh.
	refreshAge = 20 * time.Second
	// listsMost bounds the lists that are asked for in one turn.
	listsMost = 500
	// forgotten is how long after its end Zoom still knows a meeting, so that it may be put off to another day.
	forgotten = 30 * 24 * time.Hour
	// absent is how a meeting looks that is not in the list.
	absent = "absent"
)

// Listed is a meeting of ours as far as it can be compared with Zoom's list.
type Listed struct {
	Meeting string
	Zoom    zoom.MeetingID
	Active  bool
	Series  bool
	Entry   int64
	Created time.Time
	Ends    time.Time
	Print   string // how it looked in the list
}

// ListStorage keeps when whose list at Zoom is looked at. Every method is one transaction.
type ListStorage interface {
	// Attend has a person's list looked at by due at the latest.
	Attend(ctx context.Context, person entra.Person, due time.Time) error
	// Unattend ends that.
	Unattend(ctx context.Context, person entra.Person) error
	// DueLists asks for a look at each list that is due, by ListJob, and at next again; at most limit.
	DueLists(ctx context.Context, now, next time.Time, limit int) error
	// DueList does so for one person.
	DueList(ctx context.Context, person entra.Person, now, next time.Time) error
	// Whole tells whether every series of a person is to be looked at, because that was last done before a time; then it is noted as
	// done now.
	Whole(ctx context.Context, person entra.Person, now, before time.Time) (bool, error)
	// Listed are all meetings that a person organises.
	Listed(ctx context.Context, organizer entra.Person) ([]Listed, error)
	// SaveListed asks for looks at meetings, and notes how meetings look in the list.
	SaveListed(ctx context.Context, tenant entra.TenantID, prints map[string]string, look []string) error
}

// Tick asks for a look at every list that is due.
func (s *Service) Tick(ctx context.Context) error {
	now := s.c.Now()
	return s.c.Storage.DueLists(ctx, now, now.Add(listEvery), listsMost)
}

// Refresh has a person's list at Zoom looked at now, because somebody is looking at what follows from it.
func (s *Service) Refresh(ctx context.Context, person entra.Person) error {
	if _, fresh := s.refreshed.Get(person); fresh {
		return nil
	}
	now := s.c.Now()
	_, err := s.refreshed.Of(ctx, person, func() (struct{}, error) {
		return struct{}{}, s.c.Storage.Attend(ctx, person, now)
	})
	if err != nil {
		return err
	}
	return s.c.Storage.DueList(ctx, person, now, now.Add(listEvery))
}

// List works ListJob: it compares a person's list at Zoom with what it was, and has the meetings looked at that have changed or are
// missing. For whoever wants it, what was made elsewhere becomes ours, with an entry in the calendar.
func (s *Service) List(ctx context.Context, j jobs.Job) error {
	person := entra.Person{Tenant: entra.TenantID(j.Tenant), ID: entra.ObjectID(j.Subject)}
	err := s.c.Policy.Allow(ctx, person.Tenant, feature)
	if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotReady) {
		return nil
	}
	if err != nil {
		return err
	}
	syncs, err := s.syncs(ctx, person)
	if err != nil {
		return err
	}
	ours, err := s.c.Storage.Listed(ctx, person)
	if err != nil {
		return err
	}
	now := s.c.Now()
	upcoming := slices.DeleteFunc(slices.Clone(ours), func(l Listed) bool { return !l.Active || !l.Ends.After(now) })
	recent := slices.ContainsFunc(ours, func(l Listed) bool { return l.Ends.After(now) || l.Active && l.Ends.After(now.Add(-forgotten)) })
	if !recent && !syncs {
		return s.c.Storage.Unattend(ctx, person)
	}
	client, err := s.c.Accounts.Zoom(ctx, person)
	if problem.Is(err, problem.NotLinked) {
		return nil
	}
	if err != nil {
		return err
	}
	list, err := wholeList(ctx, client)
	if err != nil {
		return s.laterList(err)
	}
	if err := s.compare(ctx, person, ours, list); err != nil {
		return err
	}
	if err := s.dropTwins(ctx, client, ours, list); err != nil {
		return err
	}
	if len(upcoming) > 0 {
		if err := s.c.Calendar.Follow(ctx, person); err != nil {
			return err
		}
	}
	if syncs {
		return s.takeOver(ctx, client, person, ours, list)
	}
	return nil
}

// laterList lets the job wait as long as Zoom asked; nothing is lost, the list is looked at again soon anyway.
func (s *Service) laterList(err error) error {
	var refused *zoom.Error
	if errors.As(err, &refused) && refused.Status < 500 {
		return nil
	}
	return err
}

// listPages bounds how much of a list is read: ten thousand meetings, or fewer where Zoom's pages are smaller.
const listPages = 34

// wholeList is all that a person hosts, to come and not expired. One that does not end is refused, because what is missing in a list
// means something.
func wholeList(ctx context.Context, client *zoom.Client) (all []zoom.Meeting, err error) {
	list := zoom.ListMeetings{Type: zoom.ListScheduled, PageSize: 300}
	for range listPages {
		page, err := client.Meetings(ctx, list)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Meetings...)
		if list.PageToken = page.NextPageToken; list.PageToken == "" {
			return all, nil
		}
	}
	return nil, errEndless
}

// errEndless says that a list of Zoom's does not end.
var errEndless = errors.New("meetings: Zoom's list of meetings has too many pages")

// compare has what looks otherwise than before looked at closely.
func (s *Service) compare(ctx context.Context, person entra.Person, ours []Listed, list []zoom.Meeting) error {
	now := s.c.Now()
	whole, err := s.c.Storage.Whole(ctx, person, now, now.Add(-seriesEvery))
	if err != nil {
		return err
	}
	looks := map[zoom.MeetingID]string{}
	for _, z := range list {
		looks[z.ID] += fmt.Sprintf("%d|%d|%s|%s|%s\n", z.Type, z.Start.Unix(), z.Duration, z.Zone, z.Topic)
	}
	prints, changed := map[string]string{}, []string(nil)
	for _, l := range ours {
		print, there := looks[l.Zoom]
		over := !l.Ends.After(now)
		if over && (!there || !l.Active) { // one that was cancelled may be brought back until then
			continue
		}
		if !there {
			print = absent
		}
		if print != l.Print || whole && !over && (l.Active && l.Series || !l.Active && there) { // what is cancelled is not to stand there
			prints[l.Meeting] = print
			changed = append(changed, l.Meeting)
		}
	}
	return s.c.Storage.SaveListed(ctx, person.Tenant, prints, changed)
}

// syncs tells whether what a person hosts elsewhere comes into the calendar: the administrator lets it, and the person wants it.
func (s *Service) syncs(ctx context.Context, person entra.Person) (bool, error) {
	err := s.c.Policy.Allow(ctx, person.Tenant, policy.TwoWaySync)
	if problem.Is(err, problem.Forbidden) {
		return false, nil
	}
	if err != nil || s.c.Syncs == nil {
		return false, err
	}
	return s.c.Syncs(ctx, person)
}

// takeOver makes ours what a person hosts and we have not made, with an entry in the calendar. What is being made by us is left to
// whoever makes it.
func (s *Service) takeOver(ctx context.Context, client *zoom.Client, person entra.Person, ours []Listed, list []zoom.Meeting) error {
	var failed error
	seen := map[zoom.MeetingID]bool{}
	for _, z := range list {
		if seen[z.ID] || z.Start.IsZero() || !z.Start.Add(z.Duration).After(s.c.Now()) {
			continue
		}
		seen[z.ID] = true
		at := slices.IndexFunc(ours, func(l Listed) bool { return l.Zoom == z.ID })
		switch {
		case at < 0:
			half, err := s.halfMade(ctx, person.Tenant, z)
			if err == nil && !half {
				err = s.takeOne(ctx, client, person, z.ID)
			}
			failed = errors.Join(failed, err)
		case ours[at].Active && ours[at].Entry == 0:
			failed = errors.Join(failed, s.enter(ctx, person.Tenant, ours[at].Meeting))
		}
	}
	return failed
}

// halfMade tells whether a meeting is the work of a reservation of ours, which adopts or deletes it.
func (s *Service) halfMade(ctx context.Context, tenant entra.TenantID, z zoom.Meeting) (bool, error) {
	mark := markOf(z)
	if mark == "" {
		return false, nil
	}
	r, err := s.c.Storage.Reservation(ctx, tenant, mark)
	if problem.Is(err, problem.NotFound) {
		return false, nil
	}
	return r.State == Open || z.Created.Sub(r.Created).Abs() < giveUp, err
}

// twinAge is how far apart a meeting and its twin are made at most. Later somebody has copied it, with its agenda.
const twinAge = 2 * time.Minute

// dropTwins deletes what was made a second time at Zoom because our request arrived twice.
func (s *Service) dropTwins(ctx context.Context, client *zoom.Client, ours []Listed, list []zoom.Meeting) error {
	for _, z := range list {
		at := slices.IndexFunc(ours, func(l Listed) bool { return l.Meeting == markOf(z) })
		if at < 0 || ours[at].Zoom == z.ID || z.Created.Sub(ours[at].Created).Abs() > twinAge {
			continue
		}
		if err := client.DeleteMeeting(ctx, z.ID); err != nil && !errors.Is(err, zoom.ErrNotFound) {
			return s.laterList(err)
		}
	}
	return nil
}

// markOf is the id that our marker gives a meeting at Zoom; "" without one.
func markOf(z zoom.Meeting) string {
	line, _, _ := strings.Cut(z.Agenda, "\n")
	id, marked := strings.CutPrefix(strings.TrimSpace(line), marker)
	if !marked {
		return ""
	}
	return id
}

// takeOne makes one meeting ours: once, because its id follows from Zoom's.
func (s *Service) takeOne(ctx context.Context, client *zoom.Client, person entra.Person, id zoom.MeetingID) error {
	z, err := client.MeetingWith(ctx, id, true)
	if errors.Is(err, zoom.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	account, err := s.c.Accounts.Account(ctx, person)
	if err != nil {
		return err
	}
	if z.Host != account.ZoomUser {
		return nil
	}
	m := s.foreign(Visitor{Person: person, Name: account.Name}, z)
	m.take(m.shape())
	m.Entry = 1
	shape := m.shape()
	// Of two who do this at once the second is told that it is done.
	if _, err := s.c.Storage.SaveCopies(ctx, person.Tenant, m.ID, Copies{Zoom: Copy{Agreed: &shape}, Adopted: true}); err != nil {
		return err
	}
	if _, err := s.c.Storage.Save(ctx, m, s.seal(m), job(CalendarJob, m)); err != nil {
		return err
	}
	s.tellPages(ctx, m)
	return nil
}

// enter gives a meeting that somebody made elsewhere its entry.
func (s *Service) enter(ctx context.Context, tenant entra.TenantID, id string) error {
	m, err := s.Find(ctx, tenant, id)
	if err != nil || m.Entry > 0 {
		return err
	}
	c, err := s.c.Storage.Copies(ctx, tenant, id)
	if err != nil {
		return err
	}
	m.Entry, c.Adopted = 1, true
	_, err = s.saveMerge(ctx, m, c, false)
	if errors.Is(err, ErrStale) {
		return nil // the next look finds it
	}
	return err
}
