package meetings

import (
	"context"
	"time"

	"causeway/internal/chats"
	"causeway/internal/jobs"
	"causeway/internal/teams"
	"causeway/internal/upstream"
)

// posting is a card of a meeting on its way into a conversation.
type posting struct {
	place    chats.Place
	activity teams.Activity
	revision int64 // of the meeting, as shown
	tries    int   // bounds the postings that were not answered
	// swap stores how the card stands, if that is still before.
	swap func(ctx context.Context, before, after Card) (bool, error)
}

// post posts a card that stands as said: afterwards it is posted or lost, or else the error says when to try again.
func (s *Service) post(ctx context.Context, p posting, before Card) (Card, error) {
	sending := Card{State: CardSending, Since: s.c.Now(), Attempts: before.Attempts + 1}
	if sending.Attempts > p.tries {
		sending.State, sending.Reason = CardLost, CardUnsure
	}
	mine, err := p.swap(ctx, before, sending)
	switch {
	case err != nil:
		return before, err
	case !mine:
		return before, jobs.Snooze(time.Second)
	case sending.State == CardLost:
		return sending, nil
	}
	posted, err := s.c.Chats.Send(ctx, p.place, p.activity)
	after := sending
	switch {
	case err == nil:
		after.State, after.Activity, after.Revision = CardPosted, posted, p.revision
	case teams.Refused(err):
		after.State, after.Reason = CardLost, CardRefused
	case upstream.Outcome(err) == upstream.Ambiguous:
		return sending, jobs.Snooze(cardRetry)
	default:
		after = before
	}
	if _, err := p.swap(context.WithoutCancel(ctx), sending, after); err != nil {
		return after, err
	}
	if after.State == CardPosted || after.State == CardLost {
		return after, nil
	}
	return after, later(err, s.c.Now())
}

// shown is a posted card of a meeting that is kept true.
type shown struct {
	place    chats.Place
	activity func(context.Context, Meeting) (teams.Activity, error)
	// now reads how the card stands.
	now func(context.Context, Meeting) (Card, error)
	// swap stores how the card stands, if that is still before.
	swap func(ctx context.Context, before, after Card) (bool, error)
}

// renew replaces a card until it shows the newest revision. Whoever replaces it notes that first. Of two that cross, either may land
// last: the one that showed less shows the newest once more, and of two that showed the same, the later one notes it. A card that is
// not there any more stays away.
func (s *Service) renew(ctx context.Context, m Meeting, card Card, on shown) error {
	for overtaken := false; card.State == CardPosted && (overtaken || card.Revision < m.Revision); {
		begun, revision := card, m.Revision
		begun.Writes++
		mine, err := on.swap(ctx, card, begun)
		if err != nil {
			return err
		}
		if mine {
			activity, err := on.activity(ctx, m)
			if err != nil {
				return err
			}
			if err := s.c.Chats.Update(ctx, on.place, card.Activity, activity); err != nil && !teams.Refused(err) {
				return later(err, s.c.Now())
			}
			after := begun
			after.Revision = revision
			if after.Print, err = printOf(activity); err != nil {
				return err
			}
			done, err := on.swap(context.WithoutCancel(ctx), begun, after)
			if err != nil {
				return err
			}
			overtaken = !done
		}
		if m, err = s.Find(ctx, m.Organizer.Tenant, m.ID); err != nil {
			return err
		}
		if mine && overtaken && m.Revision == revision {
			return nil
		}
		if card, err = on.now(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
