package meetings

import (
	"context"
	"slices"
	"strconv"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/memo"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// Model is the form as the tab draws it: the same that a dialog shows as a card, with every field.
type Model struct {
	Nonce            string    `json:"nonce" doc:"Under it one meeting is made, however often it is asked for"`
	Input            Input     `json:"input"`
	Zones            []Option  `json:"zones" nullable:"false"`
	Durations        []Minutes `json:"durations" nullable:"false"`
	PasscodeRequired bool      `json:"passcodeRequired" doc:"The Zoom account demands one"`
	PasscodeRule     string    `json:"passcodeRule,omitempty" doc:"What the account demands of one, in words; absent when Zoom does not say"`
	PMI              Room      `json:"pmi"`
	Hosts            []Guest   `json:"hosts" nullable:"false" doc:"For whom the caller may schedule"`
	Templates        []Option  `json:"templates" nullable:"false" doc:"Of the Zoom account, for a new meeting"`
	Recordings       []string  `json:"recordings" nullable:"false"`
	Audios           []string  `json:"audios" nullable:"false"`
	Notes            []string  `json:"notes" nullable:"false" doc:"What to know before sending"`
	Capacity         int       `json:"capacity" doc:"How many may take part in a meeting, the host among them; 0 when Zoom does not say"`
	RecurrenceMost   int       `json:"recurrenceMost" doc:"Occurrences of a series"`
	Here             *Crowd    `json:"here,omitempty" doc:"In a conversation: who is there"`
	In               *Where    `json:"in,omitempty" doc:"The conversation in which the form was begun, and for which it is"`
}

// Where is a conversation for which a form in a person's own tab is, or that of a meeting which is changed.
type Where struct {
	Conversation teams.ConversationID `json:"conversation"`
	Team         teams.TeamID         `json:"team,omitempty"`
	Name         string               `json:"name,omitempty"`
}

// Crowd is who is in a conversation besides the caller.
type Crowd struct {
	Others int  `json:"others"`
	Many   bool `json:"many" doc:"Too many to invite everyone"`
}

// Option is a value and its name for people.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Minutes are a length and its name for people.
type Minutes struct {
	Value int    `json:"value"`
	Label string `json:"label"`
}

// Room is a personal meeting room.
type Room struct {
	Allowed bool   `json:"allowed"`
	Number  string `json:"number,omitempty"`
}

// FormModel makes the form for the tab. What Zoom does not tell within a moment is said to be missing. Errors: NotReady, Forbidden,
// NotLinked.
func (s *Service) FormModel(ctx context.Context, f Form) (Model, error) {
	f.Whole = true
	var typed Typed
	if f.Place == (chats.Place{}) {
		if err := s.c.Policy.Allow(ctx, f.Person.Tenant, feature); err != nil {
			return Model{}, err
		}
		var err error
		if f.Begun != "" {
			if typed, err = s.typed(ctx, f); err != nil {
				return Model{}, err
			}
			if f.At = (At{}); !alone(typed.Place) {
				f.At = At{typed.Place.Conversation, typed.Place.Team}
			}
		}
		if f.Place, err = s.place(ctx, f.Person, f.At); err != nil {
			return Model{}, err
		}
	}
	hosts, templates := make(chan []Guest, 1), make(chan []Option, 1)
	go func(f Form) { hosts <- s.schedulers(ctx, f) }(f)
	go func(f Form) { templates <- s.templatesOf(ctx, f) }(f)
	f, k, err := s.begin(ctx, f)
	if err != nil {
		return Model{}, err
	}
	p := s.c.Texts.For(f.Locale)
	m := Model{
		Nonce: f.Nonce, Input: f.Input, PasscodeRequired: k.settings.Schedule.RequirePasscode, RecurrenceMost: SeriesMost,
		PMI: Room{Allowed: k.settings.room()}, Hosts: <-hosts, Templates: <-templates,
		Recordings: []string{}, Audios: []string{}, Notes: append([]string{}, s.notes(p, f, k)...),
	}
	if typed.ID != "" {
		m.Input = typed.over(m.Input)
		if f.At.Conversation != "" {
			m.In = &Where{Conversation: f.At.Conversation, Team: f.At.Team, Name: f.Place.Name}
		}
	}
	if k.told {
		m.Capacity, m.PasscodeRule = k.settings.Capacity(), passcodeRule(p, k.settings.Schedule.Passcode)
	}
	if !alone(f.Place) && k.listed {
		m.Here = &Crowd{Others: k.people.countWithout(f.Person), Many: k.people.many}
	}
	if m.PMI.Allowed {
		m.PMI.Number = groups(k.settings.pmi)
	}
	for _, c := range s.choices.zones(p, f.Input.Zone) {
		m.Zones = append(m.Zones, Option{c.Value, c.Title})
	}
	for _, c := range s.choices.lengths(p, f.Input.Duration) {
		n, _ := strconv.Atoi(c.Value) // we wrote it
		m.Durations = append(m.Durations, Minutes{n, c.Title})
	}
	for _, r := range k.settings.Recordings() {
		m.Recordings = append(m.Recordings, string(r))
	}
	for _, a := range k.settings.Audios() {
		m.Audios = append(m.Audios, string(a))
	}
	return m, nil
}

// schedulers are those for whom the person may schedule; none when Zoom does not tell in time.
func (s *Service) schedulers(ctx context.Context, f Form) []Guest {
	return ofNew(ctx, s, f, s.hosts, func(ctx context.Context, client *zoom.Client) ([]Guest, error) {
		all, err := client.Schedulers(ctx)
		hosts := make([]Guest, 0, len(all))
		for _, c := range all {
			hosts = append(hosts, Guest{Name: c.Email, Address: c.Email})
		}
		return hosts, err
	})
}

// templatesOf are the account's templates; none when Zoom does not tell in time, or may not be asked.
func (s *Service) templatesOf(ctx context.Context, f Form) []Option {
	return ofNew(ctx, s, f, s.templates, func(ctx context.Context, client *zoom.Client) ([]Option, error) {
		all, err := client.Templates(ctx)
		options := make([]Option, 0, len(all))
		for _, t := range all {
			options = append(options, Option{t.ID, t.Name})
		}
		return options, err
	})
}

// ofNew is what is offered for a new meeting alone and asked of Zoom; nothing when that does not tell in time.
func ofNew[T any](ctx context.Context, s *Service, f Form, known *memo.Memo[entra.Person, []T], ask func(context.Context, *zoom.Client) ([]T, error)) []T {
	if f.Meeting != nil {
		return []T{}
	}
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	found, err := known.Of(ctx, f.Person, func() ([]T, error) {
		client, err := s.c.Accounts.Zoom(ctx, f.Person)
		if err != nil {
			return nil, err
		}
		return ask(ctx, client)
	})
	if err != nil {
		return []T{}
	}
	return slices.Clone(found)
}
