package meetings

import (
	"cmp"
	"context"
	"strings"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// DoMore asks for all options of a meeting, which the form of the tab has.
const DoMore = "meetings.more"

// typedFor is how long what was typed waits for the tab to be opened.
const typedFor = time.Hour

// Typed is what somebody has typed into the form of a conversation, on its way into the form of the tab.
type Typed struct {
	ID      string
	Person  entra.Person
	Place   chats.Place
	Input   Input
	Expires time.Time
}

// TypedStorage keeps what was typed. Every method is one transaction.
type TypedStorage interface {
	// KeepTyped stores what somebody has typed in place of what they had typed before.
	KeepTyped(ctx context.Context, t Typed) error
	// DropTyped deletes what is over.
	DropTyped(ctx context.Context, now time.Time) error
	// LastTyped answers what somebody has typed last, if it has that id and is not over; problem.NotFound.
	LastTyped(ctx context.Context, person entra.Person, id string, now time.Time) (Typed, error)
}

// More keeps what was typed into the form of a conversation, and answers with the way to the form of the tab, in which it stands then. The address
// holds nothing of it. Errors: NotReady, Forbidden.
func (s *Service) More(ctx context.Context, f Form) (teams.DialogContent, error) {
	if err := s.c.Policy.Allow(ctx, f.Person.Tenant, feature); err != nil {
		return teams.DialogContent{}, err
	}
	in := f.Input.short()
	t := Typed{ID: s.c.NewID(), Person: f.Person, Place: f.Place, Expires: s.c.Now().Add(typedFor), Input: Input{
		Topic: in.Topic, Agenda: in.Agenda, Date: in.Date, Time: in.Time, Duration: in.Duration, Zone: in.Zone, Who: in.Who,
		WaitingRoom: in.WaitingRoom, Passcode: in.Passcode, Repeat: in.Repeat, Times: in.Times,
	}}
	if in.Passcode != "" && in.Passcode != "false" {
		t.Input.Passcode = "true" // no code is kept: it is typed once more, or made
	}
	var left []string
	t.Input.Invitees, left = s.named(ctx, f)
	if err := s.c.Storage.KeepTyped(ctx, t); err != nil {
		return teams.DialogContent{}, err
	}
	p := s.c.Texts.For(f.Locale)
	said := []string{p.T("meetings.more_text")}
	if !alone(f.Place) {
		said = append(said, p.T("meetings.more_here"))
	}
	if len(left) > 0 {
		said = append(said, p.T("meetings.more_left", "Names", someNames(p, left)))
	}
	card := teams.Card{Lang: p.Locale(), Actions: []teams.Action{
		teams.OpenURL{Button: teams.Button{Title: p.T("meetings.more_open"), Style: "positive"}, URL: s.c.Tab("typed/" + t.ID)},
	}}
	for _, text := range said {
		card.Body = append(card.Body, teams.TextBlock{Text: teams.Escape(text), Wrap: true})
	}
	return teams.DialogContent{Title: p.T("meetings.form_more"), Width: "medium", Height: "small", Card: &card}, nil
}

// named are the people who were chosen in the form of a conversation, as the tab invites them: by address. left are those who are not found among its
// members, or have none.
func (s *Service) named(ctx context.Context, f Form) (found []Guest, left []string) {
	found = []Guest{}
	if f.Input.Who != whoChosen || alone(f.Place) {
		return found, nil
	}
	roster, err := s.rosters.of(ctx, f.Place, s.c.Chats)
	for word := range strings.SplitSeq(f.Input.People, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		id, ok := roster.find(word)
		shown := word
		for _, m := range roster.members {
			if ok && err == nil && m.Person.ID == id {
				shown, ok = m.Name, address(m) != ""
				if ok {
					found, shown = append(found, Guest{Name: m.Name, Address: address(m)}), ""
				}
				break
			}
		}
		if shown != "" {
			left = append(left, shown)
		}
	}
	return found, left
}

// typed is what a form of the tab begins with, where it was begun in a conversation. Error: NotFound.
func (s *Service) typed(ctx context.Context, f Form) (Typed, error) {
	t, err := s.c.Storage.LastTyped(ctx, f.Person, f.Begun, s.c.Now())
	if problem.Is(err, problem.NotFound) {
		err = problem.New(problem.NotFound, "meetings.typed_gone").Because(err)
	}
	return t, err
}

// over puts what was typed over what a form begins with.
func (t Typed) over(in Input) Input {
	for field, typed := range map[*string]string{
		&in.Topic: t.Input.Topic, &in.Agenda: t.Input.Agenda, &in.Date: t.Input.Date, &in.Time: t.Input.Time, &in.Duration: t.Input.Duration,
		&in.Zone: t.Input.Zone, &in.WaitingRoom: t.Input.WaitingRoom, &in.Passcode: t.Input.Passcode, &in.Times: t.Input.Times,
	} {
		*field = cmp.Or(typed, *field)
	}
	if t.Input.Repeat != repeatNever {
		in.Repeat = t.Input.Repeat
	}
	if !alone(t.Place) {
		in.Who = cmp.Or(t.Input.Who, in.Who)
	}
	in.Invitees = append([]Guest{}, t.Input.Invitees...)
	return in
}
