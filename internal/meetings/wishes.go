package meetings

import (
	"context"

	"causeway/internal/problem"
)

// WithdrawnKey is the sentence of a wish that its person did not want any more. Nobody fulfils it, whoever has begun to.
const WithdrawnKey = "upcoming.withdrawn"

// Wish is a meeting that somebody asked for and that waits for Zoom's next day.
type Wish struct {
	Key   string `json:"key"`
	Topic string `json:"topic"`
	Text  string `json:"text" doc:"Why it waits, and when it is made"`
}

// Wishes lists what of a person's waits for Zoom's next day, the oldest first.
func (s *Service) Wishes(ctx context.Context, v Visitor) ([]Wish, error) {
	waiting, err := s.c.Storage.Waiting(ctx, v.Person, s.c.Now())
	p, zone := s.c.Texts.For(v.Locale), s.choices.location(v.Zone)
	wishes := []Wish{}
	for _, r := range waiting {
		if topic := r.Request.Draft.Topic; !r.unlinked() {
			wishes = append(wishes, Wish{r.Meeting, topic, p.T("upcoming.waits", "Topic", topic, "Time", p.Time(r.Waits, zone), "Zone", p.Zone(r.Waits, zone))})
		}
	}
	return wishes, err
}

// Withdraw ends a wish of a person's that waits, and answers its topic: no meeting comes of it. Errors: NotFound, Conflict (it is being made, or has been).
func (s *Service) Withdraw(ctx context.Context, v Visitor, key string) (topic string, err error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return "", err
	}
	r, err := s.c.Storage.Reservation(ctx, v.Person.Tenant, key)
	topic = r.Request.Draft.Topic
	switch {
	case err != nil:
		return "", err
	case r.Request.Person != v.Person:
		return "", problem.New(problem.NotFound, "problem.not_found")
	case r.State == Refused && r.Refusal.Key == WithdrawnKey:
		return topic, nil
	}
	r.Refusal, r.Request = Refusal{problem.Conflict, WithdrawnKey}, r.Request.outline()
	// What an earlier attempt has left at Zoom after all is swept up.
	ended, err := s.c.Storage.Withdraw(context.WithoutCancel(ctx), r, sweep(r))
	if err == nil && !ended {
		err = problem.New(problem.Conflict, "upcoming.withdrawn_late")
	}
	s.c.Changed(ctx, v.Person)
	return topic, err
}
