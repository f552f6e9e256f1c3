package meetings

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/memo"
	"causeway/internal/zoom"
)

// What the form shows may be a little old: it saves the form a call to Zoom and one to Teams each time it is opened.
const (
	settingsAge = 10 * time.Minute
	rosterAge   = time.Minute
	cacheSize   = 20_000
	rostersMost = 500 // each may be long
)

// zoomSettings are what a person's Zoom account says about meetings.
type zoomSettings struct {
	zoom.Settings
	basic bool           // the plan whose meetings end after 40 minutes
	zone  string         // IANA name; may be empty
	pmi   zoom.MeetingID // the number of the personal meeting room; 0 when there is none
}

// room tells whether meetings may be held in the person's personal meeting room.
func (z zoomSettings) room() bool { return z.pmi != 0 && z.Schedule.PersonalMeeting }

// settings are what people's Zoom accounts say.
type settings struct {
	cache *memo.Memo[entra.Person, zoomSettings]
}

func newSettings(now func() time.Time) *settings {
	return &settings{memo.New[entra.Person, zoomSettings](settingsAge, cacheSize, now)}
}

// known answers what was told a moment ago.
func (s *settings) known(person entra.Person) (zoomSettings, bool) { return s.cache.Get(person) }

func (s *settings) of(ctx context.Context, person entra.Person, from *accounts.Service) (zoomSettings, error) {
	return s.cache.Of(ctx, person, func() (zoomSettings, error) {
		client, err := from.Zoom(ctx, person)
		if err != nil {
			return zoomSettings{}, err
		}
		told, err := client.Settings(ctx)
		if err != nil {
			return zoomSettings{}, err
		}
		me, err := client.Me(ctx)
		return zoomSettings{Settings: told, basic: me.Type == zoom.Basic, zone: me.Zone, pmi: me.PMI}, err
	})
}

// people are the members of a conversation, without bots.
type people struct {
	members []chats.Member
	many    bool // more than Outlook invites
}

// rosters are the members of conversations.
type rosters struct {
	cache *memo.Memo[chats.Place, people]
}

func newRosters(now func() time.Time) *rosters {
	return &rosters{memo.New[chats.Place, people](rosterAge, rostersMost, now)}
}

// alone tells whether nobody but the person is in a place.
func alone(place chats.Place) bool { return place.Kind == chats.Personal || place.Kind == chats.Tab }

// rosterMost bounds the members that are looked at for a form.
const rosterMost = 5000

var errEnough = errors.New("meetings: enough members")

// known answers who was there a moment ago.
func (r *rosters) known(place chats.Place) (people, bool) {
	if alone(place) {
		return people{}, true
	}
	place.Thread = ""
	return r.cache.Get(place)
}

func (r *rosters) of(ctx context.Context, place chats.Place, from *chats.Service) (people, error) {
	if alone(place) {
		return people{}, nil
	}
	place.Thread = ""
	return r.cache.Of(ctx, place, func() (people, error) {
		var found people
		err := from.Members(ctx, place, func(page []chats.Member) error {
			for _, m := range page {
				if !m.Bot {
					found.members = append(found.members, m)
				}
			}
			if len(found.members) >= rosterMost {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			err = nil
		}
		found.many = len(found.members) > outlookMost+1 // the organiser is no attendee
		return found, err
	})
}

// without are the members but one. A roster is shared and may be long: nothing is copied.
func (p people) without(person entra.Person) iter.Seq[chats.Member] {
	return func(yield func(chats.Member) bool) {
		for _, m := range p.members {
			if m.Person != person && !yield(m) {
				return
			}
		}
	}
}

// countWithout is how many members there are but one.
func (p people) countWithout(person entra.Person) int {
	n := 0
	for range p.without(person) {
		n++
	}
	return n
}

func withoutMail(members iter.Seq[chats.Member]) []string {
	var names []string
	for m := range members {
		if address(m) == "" {
			names = append(names, m.Name)
		}
	}
	return names
}

// invite takes those of the conversation out of those who were named beyond it: they are invited as its members, with a message in Teams, and once.
func (p people) invite(d Draft, by entra.Person) Draft {
	members, beyond := p.among(d.Invitees, by)
	if !d.Everyone {
		for _, m := range members {
			d.Chosen = append(d.Chosen, m.Person.ID)
		}
	}
	d.Invitees = beyond
	return d
}

// among finds the members among those who were named, by address or, where they have none, by id; beyond are the others.
func (p people) among(named []Guest, by entra.Person) (members []chats.Member, beyond []Guest) {
	known := map[string]chats.Member{}
	for m := range p.without(by) {
		if m.Person.ID != "" {
			known[strings.ToLower(address(m))], known[string(m.Person.ID)] = m, m
		}
	}
	delete(known, "")
	for _, g := range named {
		if m, member := known[strings.ToLower(g.Address)]; member {
			members = append(members, m)
		} else {
			beyond = append(beyond, g)
		}
	}
	return members, beyond
}

// find answers the member whom a word names: an id, an address, or a whole name that only one member has.
func (p people) find(word string) (entra.ObjectID, bool) {
	var found entra.ObjectID
	hits := 0
	for _, m := range p.members {
		if m.Person.ID == "" {
			continue
		}
		if string(m.Person.ID) == word || strings.EqualFold(m.Email, word) || strings.EqualFold(m.UPN, word) {
			return m.Person.ID, true
		}
		if strings.EqualFold(m.Name, word) {
			found, hits = m.Person.ID, hits+1
		}
	}
	return found, hits == 1
}
