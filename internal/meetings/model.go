package meetings

import (
	"context"
	"slices"
	"strconv"

	"causeway/internal/chats"
)

// Model is the form as the tab draws it: the same that a dialog shows as a card, with every field.
type Model struct {
	Nonce            string    `json:"nonce" doc:"Under it one meeting is made, however often it is asked for"`
	Input            Input     `json:"input"`
	Zones            []Option  `json:"zones" nullable:"false"`
	Durations        []Minutes `json:"durations" nullable:"false"`
	PasscodeRequired bool      `json:"passcodeRequired" doc:"The Zoom account demands one"`
	PMI              Room      `json:"pmi"`
	Hosts            []Guest   `json:"hosts" nullable:"false" doc:"For whom the caller may schedule"`
	Recordings       []string  `json:"recordings" nullable:"false"`
	Audios           []string  `json:"audios" nullable:"false"`
	Notes            []string  `json:"notes" nullable:"false" doc:"What to know before sending"`
	Capacity         int       `json:"capacity" doc:"How many may take part in a meeting, the host among them; 0 when Zoom does not say"`
	RecurrenceMost   int       `json:"recurrenceMost" doc:"Occurrences of a series"`
	Here             *Crowd    `json:"here,omitempty" doc:"In a conversation: who is there"`
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
	if f.Place == (chats.Place{}) {
		if err := s.c.Policy.Allow(ctx, f.Person.Tenant, feature); err != nil {
			return Model{}, err
		}
		var err error
		if f.Place, err = s.place(ctx, f.Person, f.At); err != nil {
			return Model{}, err
		}
	}
	hosts := make(chan []Guest, 1)
	go func(f Form) { hosts <- s.schedulers(ctx, f) }(f)
	f, k, err := s.begin(ctx, f)
	if err != nil {
		return Model{}, err
	}
	p := s.c.Texts.For(f.Locale)
	m := Model{
		Nonce: f.Nonce, Input: f.Input, PasscodeRequired: k.settings.Schedule.RequirePasscode, RecurrenceMost: SeriesMost,
		PMI: Room{Allowed: k.settings.pmi != 0 && k.settings.Schedule.PersonalMeeting}, Hosts: <-hosts,
		Recordings: []string{}, Audios: []string{}, Notes: append([]string{}, s.notes(p, f, k)...),
	}
	if k.told {
		m.Capacity = k.settings.Capacity()
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
	if f.Meeting != nil { // whose it is cannot be changed
		return []Guest{}
	}
	ctx, cancel := context.WithTimeout(ctx, s.c.Patience)
	defer cancel()
	found, err := s.hosts.Of(ctx, f.Person, func() ([]Guest, error) {
		client, err := s.c.Accounts.Zoom(ctx, f.Person)
		if err != nil {
			return nil, err
		}
		all, err := client.Schedulers(ctx)
		hosts := make([]Guest, 0, len(all))
		for _, c := range all {
			hosts = append(hosts, Guest{Name: c.Email, Address: c.Email})
		}
		return hosts, err
	})
	if err != nil {
		return []Guest{}
	}
	return slices.Clone(found)
}
