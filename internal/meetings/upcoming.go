package meetings

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/memo"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

const (
	// ahead is how far a list looks when nobody says, and ahead of which Zoom tells nothing.
	ahead, aheadMost = 31 * 24 * time.Hour, 186 * 24 * time.Hour
	// behind keeps what has begun long ago and goes on: Outlook's and Zoom's meetings last a day at most.
	behind = 24 * time.Hour
	// listedMost bounds a list.
	listedMost = 1000
	// listPatience is how long a list waits for one of those that it asks.
	listPatience = 4 * time.Second
	// seriesAtOnce is how many series are asked for at the same time, and seriesAge how old their occurrences may be.
	seriesAtOnce = 8
	seriesAge    = time.Minute
	// searchAge is how long what was gathered for a search is searched in, and searchesMost how many are.
	searchAge    = 15 * time.Second
	searchesMost = 500
	zoomPage     = 300
	zoomPages    = 10
)

// Upcoming is one taking place of a meeting in the list of a person.
type Upcoming struct {
	Key        string     `json:"key" doc:"Causeway's id; z and Zoom's number for what only Zoom knows; e and the event's id for what only the calendar knows"`
	Topic      string     `json:"topic" doc:"Empty when it is somebody else's private meeting"`
	Start      *time.Time `json:"start,omitempty" doc:"UTC; absent when it has no fixed time"`
	End        *time.Time `json:"end,omitempty"`
	Zone       string     `json:"zone" doc:"IANA name of the zone in which it was planned"`
	AllDay     bool       `json:"allDay"`
	Kind       string     `json:"kind" enum:"once,occurrence,no_time"`
	Original   *time.Time `json:"original,omitempty" doc:"Of an occurrence: when the series would have it start"`
	Host       bool       `json:"host" doc:"The caller hosts it"`
	HostName   string     `json:"hostName,omitempty"`
	ZoomID     string     `json:"zoomId,omitempty" doc:"Zoom's number, for display"`
	Live       bool       `json:"live" doc:"It has begun"`
	Private    bool       `json:"private"`
	OnlyInZoom bool       `json:"onlyInZoom" doc:"It is not in the caller's calendar"`
	Calendar   string     `json:"calendar" enum:"in,pending,out,unavailable"`
	JoinURL    string     `json:"joinUrl,omitempty"`
	Remains    []string   `json:"remains,omitempty" enum:"recording,summary" doc:"Of what is over: what remains of it for the caller"`
	Can        Can        `json:"can"`

	number zoom.MeetingID
}

// Can says what the caller may do with a meeting.
type Can struct {
	Start         bool `json:"start"`
	Change        bool `json:"change"`
	Cancel        bool `json:"cancel"`
	Share         bool `json:"share"`
	AddToCalendar bool `json:"addToCalendar"`
}

// Kinds of what is listed.
const (
	KindOnce       = "once"
	KindOccurrence = "occurrence"
	KindNoTime     = "no_time"
)

// How a meeting stands in the caller's calendar.
const (
	inCalendar          = "in"
	calendarPending     = "pending"
	outOfCalendar       = "out"
	calendarUnavailable = "unavailable"
)

// List is what is asked for: what lies between two moments (From: now, To: a month later, when zero), and when Query is not empty
// only what has its words, or the meeting with its number.
type List struct {
	From, To time.Time
	Query    string

	past bool // what is over by To, now when that is zero; from a month before on, or with a Query as far back as there is anything
}

// Upcoming lists the meetings of a person: what he or she hosts at Zoom, and what others invited to, each occurrence once, with the
// time and topic of the calendar where it is in it. notes are sentences about what could not be asked.
//
// Errors: NotLinked, NotReady, Forbidden.
func (s *Service) Upcoming(ctx context.Context, v Visitor, l List) (found []Upcoming, notes []string, err error) {
	found, g, err := s.upcoming(ctx, v, l)
	if err != nil {
		return nil, nil, err
	}
	return found, g.notes(s, v), nil
}

func (s *Service) upcoming(ctx context.Context, v Visitor, l List) ([]Upcoming, *gathered, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return nil, nil, err
	}
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if problem.Is(err, problem.NotLinked) {
		return nil, nil, err
	}
	if err := s.Refresh(ctx, v.Person); err != nil {
		s.c.Logger.WarnContext(ctx, "list at Zoom not looked at", "error", err)
	}
	l = l.bounded(s.c.Now(), s.since())
	g, err := s.gathered(ctx, v.Person, client, err, l)
	if err != nil {
		return nil, nil, err
	}
	now := s.c.Now()
	found, order := g.merge(s, now), earlier
	if l.past {
		found, order = g.over(found, l), func(a, b Upcoming) int { return earlier(b, a) }
	}
	found = slices.DeleteFunc(found, func(u Upcoming) bool { return !l.holds(u, now) })
	slices.SortStableFunc(found, order)
	return found[:min(len(found), listedMost)], g, nil
}

func (l List) bounded(now, since time.Time) List {
	l.Query = strings.ToLower(strings.TrimSpace(l.Query))
	if l.past {
		if l.To.IsZero() || l.To.After(now) {
			l.To = now
		}
		if l.From.IsZero() && l.Query == "" {
			l.From = l.To.Add(-ahead)
		}
		if l.From.Before(since) {
			l.From = since
		}
		return l
	}
	if l.From.IsZero() {
		l.From = now
	}
	if l.To.IsZero() {
		l.To = l.From.Add(ahead)
		if l.Query != "" {
			l.To = l.From.Add(aheadMost)
		}
	}
	if l.To.Sub(l.From) > aheadMost {
		l.To = l.From.Add(aheadMost)
	}
	return l
}

// holds tells whether a meeting belongs into the list. What is being held is of now, whatever its time.
func (l List) holds(u Upcoming, now time.Time) bool {
	within := u.Start == nil || u.End.After(l.From) && u.Start.Before(l.To) || u.Live && !now.Before(l.From) && now.Before(l.To)
	if !within {
		return false
	}
	if l.Query == "" {
		return true
	}
	if id, ok := zoom.ParseMeetingID(l.Query); ok && id == u.number {
		return true
	}
	if digits := strings.NewReplacer(" ", "", "-", "").Replace(l.Query); len(digits) > 2 && strings.Contains(u.number.String(), digits) {
		return true
	}
	text := strings.ToLower(u.Topic + " " + u.HostName)
	for word := range strings.FieldsSeq(l.Query) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// earlier orders a list by time; what has none comes last.
func earlier(a, b Upcoming) int {
	switch {
	case a.Start == nil && b.Start == nil:
		return strings.Compare(a.Topic, b.Topic)
	case a.Start == nil:
		return 1
	case b.Start == nil:
		return -1
	}
	if c := a.Start.Compare(*b.Start); c != 0 {
		return c
	}
	return strings.Compare(a.Key, b.Key)
}

// gathered is what the four sources told.
type gathered struct {
	person  entra.Person
	hosted  []zoom.Meeting // of a series with its occurrences
	live    map[zoom.MeetingID]bool
	soon    []zoom.UpcomingMeeting // what others host, of the next day
	known   []Standing
	held    map[slot]left // of what is over
	seen    []calendar.Seen
	zoomErr error
	bookErr error // of the calendar
	rowsErr error
}

// searched is a window in which somebody searches, in whole minutes.
type searched struct {
	person   entra.Person
	from, to int64
	past     bool
}

// gathered gathers; for those who search, which is with every key that they press, once in a while and for all who want it at the same time.
func (s *Service) gathered(ctx context.Context, person entra.Person, client *zoom.Client, refused error, l List) (*gathered, error) {
	if l.Query == "" {
		return s.gather(ctx, person, client, refused, l), nil
	}
	return s.remembered(ctx, person, client, refused, l)
}

// remembered gathers, unless that was done a moment ago.
func (s *Service) remembered(ctx context.Context, person entra.Person, client *zoom.Client, refused error, l List) (*gathered, error) {
	l.From, l.To = l.From.Truncate(time.Minute), l.To.Truncate(time.Minute).Add(time.Minute)
	g, err := s.searches.Of(ctx, searched{person, l.From.Unix(), l.To.Unix(), l.past}, func() (*gathered, error) {
		g := s.gather(ctx, person, client, refused, l)
		if g.whole() {
			return g, nil
		}
		return g, errPartly
	})
	if g != nil {
		return g, nil
	}
	return nil, err
}

// errPartly says that not all sources have answered, so that what was gathered is not remembered.
var errPartly = errors.New("meetings: not all sources have answered")

// whole tells whether all sources have said what they will say in a moment, too.
func (g *gathered) whole() bool {
	lasting := func(err error) bool {
		return err == nil || problem.Is(err, problem.Consent) || problem.Is(err, problem.NotFound)
	}
	return g.zoomErr == nil && g.rowsErr == nil && lasting(g.bookErr)
}

// gather asks all sources at the same time, each no longer than a person waits.
func (s *Service) gather(ctx context.Context, person entra.Person, client *zoom.Client, refused error, l List) *gathered {
	ctx, cancel := context.WithTimeout(ctx, max(listPatience, s.c.Patience))
	defer cancel()
	g := &gathered{person: person, live: map[zoom.MeetingID]bool{}, zoomErr: refused}
	from := l.From.Add(-behind)
	var all sync.WaitGroup
	list := zoom.ListUpcoming
	if l.past {
		list = zoom.ListScheduled // which has series that go on, too
		all.Go(func() { g.known, g.held, g.rowsErr = s.past(ctx, person, from, l.To) })
	} else {
		all.Go(func() { g.known, g.rowsErr = s.c.Storage.Around(ctx, person, from, l.To) })
	}
	all.Go(func() { g.seen, g.bookErr = s.c.Calendar.View(ctx, person, l.From, l.To) })
	if refused == nil {
		var live []zoom.Meeting
		all.Go(func() { g.hosted, g.zoomErr = pages(ctx, client, list) })
		all.Go(func() { live, _ = pages(ctx, client, zoom.ListLive) }) // without it only what is stored is marked
		if !l.past {
			all.Go(func() { g.soon, _ = client.Upcoming(ctx) }) // what is missing there the calendar has
		}
		all.Wait()
		for _, m := range live {
			g.live[m.ID] = true
		}
	}
	all.Wait()
	if g.zoomErr == nil {
		g.zoomErr = s.resolve(ctx, person, client, g)
	}
	return g
}

// pages reads a whole list of Zoom's; what stands in it more than once, as series may, once.
func pages(ctx context.Context, client *zoom.Client, kind zoom.ListType) ([]zoom.Meeting, error) {
	var all []zoom.Meeting
	known := map[zoom.MeetingID]bool{}
	list := zoom.ListMeetings{Type: kind, PageSize: zoomPage}
	for range zoomPages {
		page, err := client.Meetings(ctx, list)
		if err != nil {
			return all, err
		}
		for _, m := range page.Meetings {
			if !known[m.ID] {
				known[m.ID] = true
				all = append(all, m)
			}
		}
		if list.PageToken = page.NextPageToken; list.PageToken == "" {
			break
		}
	}
	return all, nil
}

// seriesOf names the series of a host.
type seriesOf struct {
	host entra.Person
	id   zoom.MeetingID
}

func newSeries(now func() time.Time) *memo.Memo[seriesOf, zoom.Meeting] {
	return memo.New[seriesOf, zoom.Meeting](seriesAge, cacheSize, now)
}

// resolve asks Zoom for the occurrences of the series that are not ours: of those we know them.
func (s *Service) resolve(ctx context.Context, person entra.Person, client *zoom.Client, g *gathered) error {
	ours := map[zoom.MeetingID]bool{}
	for _, k := range g.known {
		ours[k.Meeting.Zoom] = true
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	turn := make(chan struct{}, seriesAtOnce)
	for i := range g.hosted {
		m := &g.hosted[i]
		if m.Type != zoom.RecurringMeeting || ours[m.ID] {
			continue
		}
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			whole, err := s.series.Of(ctx, seriesOf{person, m.ID}, func() (zoom.Meeting, error) {
				z, err := client.MeetingWith(ctx, m.ID, true)
				z.StartURL, z.Passcode = "", "" // for nobody's memory
				return z, err
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				m.Occurrences, m.Recurrence = whole.Occurrences, whole.Recurrence
			case !errors.Is(err, zoom.ErrNotFound): // which has been deleted since
				failed = err
			}
		})
	}
	all.Wait()
	return failed
}

// notes say what could not be asked, and what that means for the list.
func (g *gathered) notes(s *Service, v Visitor) []string {
	p := s.c.Texts.For(v.Locale)
	notes := []string{}
	if g.zoomErr != nil {
		notes = append(notes, p.T("upcoming.no_zoom"))
	}
	switch {
	case g.bookErr == nil:
	case problem.Is(g.bookErr, problem.Consent):
		notes = append(notes, p.T("upcoming.no_calendar"))
	case problem.Is(g.bookErr, problem.NotFound):
		notes = append(notes, p.T("upcoming.no_mailbox"))
	default:
		notes = append(notes, p.T("upcoming.calendar_away"))
	}
	for what, err := range map[string]error{"zoom": g.zoomErr, "calendar": g.bookErr, "storage": g.rowsErr} {
		if err != nil && !problem.Is(err, problem.Consent) && !problem.Is(err, problem.NotFound) {
			s.c.Logger.Warn("list not whole", "source", what, "error", err)
		}
	}
	return notes
}
