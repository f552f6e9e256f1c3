package directory

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

const (
	// step is the length that one digit of a view stands for, and the grid of proposals.
	step = 30 * time.Minute
	// longest is the longest time that is looked at.
	longest = 14 * 24 * time.Hour
	// LookedAt is how many people and rooms are looked at: more is no help to choose a time.
	LookedAt      = 60
	mostProposals = 5
	maxAddress    = 320 // characters
	// Proposals lie within these hours of working days, in the asker's zone.
	dayBegins, dayEnds = 8, 18
)

// Wish is a meeting for which a time is looked for.
type Wish struct {
	Addresses []string // whom and what to look at, the first LookedAt of them; the asker is looked at in any case
	From, To  time.Time
	Zone      string // IANA name, in which the asker's working day is meant
	Duration  time.Duration
	Own       Own
	Busy      []Entry // what the asker has besides what stands in the calendar
	Later     []Span  // the meetings of a series that follow the first
}

// Own is a meeting that is to be changed: what it takes itself stands in nobody's way. The zero value is a new one.
type Own struct {
	Event     string   // in the asker's calendar, of a series the master; may be empty
	Addresses []string // whom and what it has invited
	Spans     []Span   // when it takes place as yet
}

// Availability is when people and rooms are free.
type Availability struct {
	People    []View  // of whom something is known
	Unseen    int     // of how many nothing is
	Beyond    int     // how many of those were not looked at, because they are too many
	Proposals []Span  // when everybody of whom something is known is free, the earliest first
	Overlaps  []Entry // what the asker has at that time
	Clashes   []Entry // what the asker has when a later meeting of the series takes place
	Note      string  // i18n key of a sentence about what could not be found out; may be empty
}

// View is when somebody is taken: a digit for each half hour, 0 free, 1 tentative, 2 busy, 3 out of office, 4 working elsewhere.
type View struct{ Address, View string }

// Span is a time between two moments.
type Span struct{ Start, End time.Time }

// Entry is an entry of the asker's own calendar.
type Entry struct {
	Span
	Topic string
}

// Availability tells when people and rooms are free, proposes times, and shows what the asker has at that time already. Errors:
// NotReady, Forbidden, and those of Check.
func (s *Service) Availability(ctx context.Context, person entra.Person, w Wish) (Availability, error) {
	if err := s.c.Policy.Allow(ctx, person.Tenant, policy.Meetings); err != nil {
		return Availability{}, err
	}
	zone, err := w.Check()
	if err != nil {
		return Availability{}, err
	}
	all := len(w.Addresses)
	w.Addresses = w.Addresses[:min(all, LookedAt)]
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	client, err := s.c.Accounts.Graph(ctx, person)
	if problem.Is(err, problem.Consent) {
		overlaps, clashes := w.split(w.Busy)
		return Availability{Unseen: all, Overlaps: overlaps, Clashes: clashes, Note: "web.availability_no_calendar"}, nil
	}
	if err != nil {
		return Availability{}, err
	}
	known := s.read(ctx, client, w)
	known.leave(w)
	var clashes []Entry
	known.entries, clashes = w.split(append(known.entries, w.Busy...))
	result := Availability{People: known.views(), Overlaps: known.entries, Clashes: clashes, Beyond: all - len(w.Addresses)}
	result.Unseen = all - len(result.People)
	if known.failed != nil {
		s.c.Logger.WarnContext(ctx, "free times not known", "error", known.failed)
		result.Note = "web.availability_slow"
	}
	if known.asked && known.looked {
		result.Proposals = s.proposals(ctx, person, client, w, known, zone)
	}
	return result, nil
}

// Check refuses what makes no sense, and answers the zone that is meant. Error: Invalid with the fields addresses, from, to, zone and minutes.
func (w Wish) Check() (*time.Location, error) {
	wrong := problem.New(problem.Invalid, "problem.invalid")
	zone, err := time.LoadLocation(w.Zone)
	if err != nil || w.Zone == "" || w.Zone == "Local" {
		wrong = wrong.WithField("zone", "web.zone_unknown")
	}
	if !w.From.Before(w.To) || w.To.Sub(w.From) > longest {
		wrong = wrong.WithField("to", "web.span_range")
	}
	if w.Duration < time.Minute || w.Duration > 24*time.Hour {
		wrong = wrong.WithField("minutes", "web.minutes_range")
	}
	for _, address := range w.Addresses {
		if len(address) > maxAddress || !strings.Contains(address, "@") {
			wrong = wrong.WithField("addresses", "web.address_unknown")
			break
		}
	}
	if len(wrong.Fields) > 0 {
		return nil, wrong
	}
	return zone, nil
}

// split are those of the asker's entries that lie in the time that is looked at, and those that later meetings of the series overlap with. What
// is told twice counts once.
func (w Wish) split(all []Entry) (overlaps, clashes []Entry) {
	for i, e := range all {
		if slices.Contains(all[:i], e) {
			continue
		}
		if e.overlaps(Span{w.From, w.To}) {
			overlaps = append(overlaps, e)
		}
		if slices.ContainsFunc(w.Later, e.overlaps) {
			clashes = append(clashes, e)
		}
	}
	byStart := func(a, b Entry) int { return a.Start.Compare(b.Start) }
	slices.SortStableFunc(overlaps, byStart)
	slices.SortStableFunc(clashes, byStart)
	return overlaps, clashes
}

// Until is the end of the time for which it matters what the asker has.
func (w Wish) Until() time.Time {
	end := w.To
	for _, span := range w.Later {
		if span.End.After(end) {
			end = span.End
		}
	}
	return end
}

func (s Span) overlaps(at Span) bool { return s.Start.Before(at.End) && s.End.After(at.Start) }

// times is what Graph said.
type times struct {
	schedules     []graph.Schedule
	entries       []Entry
	asked, looked bool // the schedules, the asker's calendar are there
	failed        error
}

// read asks for schedules and the asker's calendar at once.
func (s *Service) read(ctx context.Context, client *graph.Client, w Wish) times {
	var t times
	var asked, looked error
	var both sync.WaitGroup
	both.Go(func() {
		if len(w.Addresses) > 0 {
			t.schedules, asked = client.Schedule(ctx, w.Addresses, w.From, w.To, "UTC", step)
		}
	})
	both.Go(func() { t.entries, looked = entries(ctx, client, w) })
	both.Wait()
	t.asked, t.looked = asked == nil, looked == nil
	for _, err := range []error{asked, looked} {
		if !errors.Is(err, graph.ErrNoMailbox) { // which is no failure: there is nothing to look into
			t.failed = errors.Join(t.failed, err)
		}
	}
	return t
}

// entries are what the asker has at that time: what is shown as free, or was declined, leaves room.
func entries(ctx context.Context, client *graph.Client, w Wish) ([]Entry, error) {
	var found []Entry
	err := client.CalendarView(ctx, graph.View{From: w.From, To: w.Until()}, func(page []graph.Event) error {
		for _, e := range page {
			declined := e.ResponseStatus != nil && e.ResponseStatus.Response == "declined"
			own := w.Own.Event != "" && (e.ID == w.Own.Event || e.SeriesMasterID == w.Own.Event)
			if own || e.IsCancelled || declined || e.ShowAs == "free" || e.ShowAs == "workingElsewhere" {
				continue
			}
			start, err := e.Start.Time()
			if err != nil {
				return err
			}
			end, err := e.End.Time()
			if err != nil {
				return err
			}
			found = append(found, Entry{Span: Span{start.UTC(), end.UTC()}, Topic: e.Subject})
		}
		return nil
	})
	return found, err
}

// leave takes out of the schedules what the meeting itself takes of them: their half hours do not tell whose they are.
func (t times) leave(w Wish) {
	for i, schedule := range t.schedules {
		if !slices.ContainsFunc(w.Own.Addresses, func(a string) bool { return strings.EqualFold(a, schedule.Address) }) {
			continue
		}
		view := []byte(schedule.View)
		for _, span := range w.Own.Spans {
			first, last := halves(span, w.From)
			for n := max(first, 0); n < min(last, len(view)); n++ {
				view[n] = '0'
			}
		}
		t.schedules[i].View = string(view)
	}
}

// halves are the half hours since a moment that a time touches, without the last.
func halves(at Span, from time.Time) (first, last int) {
	floor := func(d time.Duration) int { return int(math.Floor(float64(d) / float64(step))) }
	return floor(at.Start.Sub(from)), floor(at.End.Sub(from) + step - 1)
}

func (t times) views() []View {
	var views []View
	for _, schedule := range t.schedules {
		if schedule.Problem == "" {
			views = append(views, View{Address: schedule.Address, View: schedule.View})
		}
	}
	return views
}

// taken tells whether a part of a view is not free.
func taken(view string) bool { return strings.ContainsAny(view, "123") }

// free tells whether nobody of whom something is known has anything at that time.
func (t times) free(at Span, from time.Time) bool {
	for _, e := range t.entries {
		if e.overlaps(at) {
			return false
		}
	}
	first, last := halves(at, from)
	for _, view := range t.views() {
		if first < len(view.View) && taken(view.View[first:min(last, len(view.View))]) {
			return false
		}
	}
	return true
}

// proposals are times at which everybody is free: Outlook's own, where Microsoft lets us ask for them, else what the schedules say.
// Outlook cannot leave a meeting out that is there already.
func (s *Service) proposals(ctx context.Context, person entra.Person, client *graph.Client, w Wish, t times, zone *time.Location) []Span {
	account, err := s.c.Accounts.Account(ctx, person)
	if err == nil && account.Proposals && len(w.Own.Spans) == 0 {
		attendees := make([]graph.Attendee, len(w.Addresses))
		for i, address := range w.Addresses {
			attendees[i] = graph.RequiredAttendee("", address)
		}
		found, err := client.MeetingTimes(ctx, graph.Wish{
			Attendees: attendees, From: w.From, To: w.To, Zone: w.Zone, Duration: w.Duration, Most: mostProposals,
		})
		if err == nil {
			spans := make([]Span, len(found))
			for i, p := range found {
				spans[i] = Span{p.Start.UTC(), p.End.UTC()}
			}
			return slices.DeleteFunc(spans, func(at Span) bool { // of which Outlook does not know
				return slices.ContainsFunc(w.Busy, func(e Entry) bool { return e.overlaps(at) })
			})
		}
		s.c.Logger.WarnContext(ctx, "Outlook proposes no times", "error", err)
	}
	return computed(w, t, zone, s.c.Now())
}

// computed looks for the first times of working days that are free for everybody and not over yet.
func computed(w Wish, t times, zone *time.Location, now time.Time) []Span {
	var found []Span
	start := w.From
	if start.Before(now) {
		start = now
	}
	for start = start.Truncate(step); len(found) < mostProposals && !start.Add(w.Duration).After(w.To); start = start.Add(step) {
		at := Span{start.UTC(), start.Add(w.Duration).UTC()}
		if !start.Before(w.From) && !start.Before(now) && working(at, zone) && t.free(at, w.From) {
			found = append(found, at)
		}
	}
	return found
}

// working tells whether a time lies within one working day of a zone.
func working(at Span, zone *time.Location) bool {
	start, end := at.Start.In(zone), at.End.In(zone)
	if start.Weekday() == time.Saturday || start.Weekday() == time.Sunday || start.Hour() < dayBegins {
		return false
	}
	return !end.After(time.Date(start.Year(), start.Month(), start.Day(), dayEnds, 0, 0, 0, zone))
}
