package meetings

import (
	"cmp"
	"context"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// Share posts a card of a meeting of the person's own into a conversation in which the bot and the person are. The card stays true.
// The answer is where it stands, for people.
//
// Errors: as Own; Forbidden (not a member, or the bot may not post there), NotFound, Unavailable.
func (s *Service) Share(ctx context.Context, v Visitor, key string, conversation teams.ConversationID) (string, error) {
	m, err := s.take(ctx, v, key)
	if err != nil {
		return "", err
	}
	if m.State != Active {
		return "", problem.New(problem.Conflict, "meetings.cancelled_already")
	}
	place, err := s.c.Chats.OpenToPost(ctx, v.Person, conversation, "")
	if err != nil {
		return "", err
	}
	return place.Name, s.share(ctx, v.Person, m, place)
}

// Conversations lists where a person can share a meeting, those used last first, and a sentence about what is not in the list. Errors:
// NotReady, Forbidden.
func (s *Service) Conversations(ctx context.Context, v Visitor, query string) ([]chats.Conversation, string, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return nil, "", err
	}
	return s.c.Chats.Conversations(ctx, v.Person, query, s.c.Texts.For(v.Locale))
}

const (
	// shareAgain is how long a share that is asked for again is the same.
	shareAgain = time.Minute
	// shareTries: a shared card that Teams did not answer about is not posted again: who shared it is told to look.
	shareTries = 1
)

// share posts the card, once however often it is asked for within a minute. If we die, a job goes on with it.
func (s *Service) share(ctx context.Context, by entra.Person, m Meeting, place chats.Place) error {
	ctx = context.WithoutCancel(ctx)
	wish := Share{ID: s.c.NewID(), Meeting: m.ID, By: by.ID, Place: place, At: s.c.Now()}
	stored, fresh, err := s.c.Storage.SaveShare(ctx, wish, s.c.Now().Add(-shareAgain), jobs.Job{
		Kind: ShareJob, Tenant: string(place.Tenant), Subject: wish.ID, Due: time.Now().Add(cardRetry),
	})
	if err != nil {
		return err
	}
	if fresh {
		stored.Card, err = s.postShare(ctx, m, stored)
	}
	switch c := stored.Card; {
	case c.State == CardPosted:
		return nil
	case c.State == CardLost && c.Reason == CardRefused:
		return s.c.Chats.Refusal(ctx, place)
	case c.State != CardPending || !fresh:
		return problem.New(problem.Unavailable, "upcoming.share_unsure").Because(err)
	}
	// Nothing was posted, and the person hears it: nothing will be.
	lost := Card{State: CardLost, Reason: CardRefused, Attempts: stored.Card.Attempts}
	if _, swap := s.c.Storage.SwapShare(ctx, place.Tenant, stored.ID, stored.Card, lost); swap != nil {
		return swap
	}
	return problem.New(problem.Unavailable, "chats.teams_unavailable").Because(err)
}

func (s *Service) postShare(ctx context.Context, m Meeting, share Share) (Card, error) {
	activity, err := s.sharedCard(ctx, m, share.Original)
	if err != nil {
		return share.Card, err
	}
	card, err := s.post(ctx, posting{
		place: share.Place, activity: activity, revision: m.Revision, tries: shareTries,
		swap: func(ctx context.Context, before, after Card) (bool, error) {
			return s.c.Storage.SwapShare(ctx, m.Organizer.Tenant, share.ID, before, after)
		},
	}, share.Card)
	if err != nil || card.State != CardPosted {
		return card, err
	}
	s.c.ChangedIn(ctx, m.Organizer.Tenant, share.Place.Conversation)
	if m, err = s.Find(ctx, m.Organizer.Tenant, m.ID); err == nil && m.Revision > card.Revision { // it has changed meanwhile
		err = s.showShares(ctx, m)
	}
	if err != nil {
		s.c.Logger.WarnContext(ctx, "shared card not brought up to date", "meeting", m.ID, "error", err)
	}
	return card, nil
}

// PostShare works ShareJob: it posts a shared card that was not posted, or notes that this is not known.
func (s *Service) PostShare(ctx context.Context, j jobs.Job) error {
	share, err := s.c.Storage.Shared(ctx, entra.TenantID(j.Tenant), j.Subject)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil || share.Card.State == CardPosted || share.Card.State == CardLost {
		return err
	}
	m, ok, err := s.followed(ctx, jobs.Job{Tenant: j.Tenant, Subject: share.Meeting})
	if err != nil || !ok || m.State != Active {
		return err
	}
	if wait := cardRetry - s.c.Now().Sub(share.Card.Since); share.Card.State == CardSending && wait > 0 {
		return jobs.Snooze(wait)
	}
	if share.Original.IsZero() {
		_, err = s.postShare(ctx, m, share)
		return err
	}
	return s.postFollowed(ctx, m, share)
}

// keepShares has a meeting that goes on in place of a series shared where that was, once, and where its host still is; where it is made, it has a
// card already.
func (s *Service) keepShares(ctx context.Context, r Reserved) error {
	tenant := r.Request.Person.Tenant
	old, err := s.c.Storage.Shares(ctx, tenant, r.Request.Cut.Meeting)
	if err != nil {
		return err
	}
	kept, err := s.c.Storage.Shares(ctx, tenant, r.Meeting)
	if err != nil {
		return err
	}
	there := map[teams.ConversationID]bool{r.Request.Place.Conversation: true}
	for _, share := range kept {
		there[share.Place.Conversation] = true
	}
	for _, share := range old {
		if there[share.Place.Conversation] || !share.Original.IsZero() || share.Card.State != CardPosted {
			continue
		}
		if inside, err := s.inside(ctx, r.Request.Person, share.Place); err != nil {
			return err
		} else if !inside {
			continue
		}
		wish := Share{ID: s.c.NewID(), Meeting: r.Meeting, By: share.By, Place: share.Place, At: s.c.Now()}
		_, _, err := s.c.Storage.SaveShare(ctx, wish, time.Time{}, jobs.Job{Kind: ShareJob, Tenant: string(tenant), Subject: wish.ID})
		if err != nil {
			return err
		}
	}
	return nil
}

// sharedCard is the card of a meeting in a conversation into which it was shared; of a series that the conversation follows, that of an
// occurrence.
func (s *Service) sharedCard(ctx context.Context, m Meeting, original time.Time) (teams.Activity, error) {
	m, err := s.forOthers(ctx, m)
	if err != nil {
		return teams.Activity{}, err
	}
	p, one, takesPlace := s.common(m), m, m.State != Cancelled
	head := p.T("upcoming.shared_by", "Name", m.Name)
	if !original.IsZero() {
		one, takesPlace = s.occurrenceOf(m, original)
		head = p.T("upcoming.followed", "Name", m.Name)
	}
	if !takesPlace {
		return s.cancelledCard(ctx, p, m)
	}
	session, all, held, err := s.heldFor(ctx, m, original)
	if err != nil {
		return teams.Activity{}, err
	}
	live, err := s.sessionLines(ctx, p, one, session, all, held, false)
	if err != nil {
		return teams.Activity{}, err
	}
	c := teams.Card{
		Lang: p.Locale(), Body: append(s.aboutMeeting(p, one, head), live...),
		Actions: []teams.Action{
			teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_join"), Style: "positive"}, URL: m.JoinURL},
			teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_start")}, URL: s.StartPage(m)},
		},
	}
	if original.IsZero() {
		c, err = s.leadsOn(ctx, p, m, c)
	}
	return message(c, head+": "+m.Draft.Topic), err
}

// leadsOn leads from the card of a series that was cut to the meeting that goes on in its place.
func (s *Service) leadsOn(ctx context.Context, p i18n.Printer, m Meeting, c teams.Card) (teams.Card, error) {
	if m.Draft.Next == "" {
		return c, nil
	}
	next, err := s.Find(ctx, m.Organizer.Tenant, m.Draft.Next)
	if problem.Is(err, problem.NotFound) || err == nil && next.State != Active {
		return c, nil
	}
	c.Body = append(c.Body, teams.TextBlock{Text: teams.Escape(p.T("meetings.card_goes_on")), Wrap: true, Common: teams.Common{Separator: true}})
	c.Actions = append(c.Actions, teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_next")}, URL: s.c.Tab("m/" + m.Draft.Next)})
	return c, err
}

// aboutMeeting says what a meeting is, when, and how it is joined.
func (s *Service) aboutMeeting(p i18n.Printer, m Meeting, head string) []teams.Element {
	body := []teams.Element{
		teams.TextBlock{Text: teams.Escape(head), Subtle: true, Size: "small", Wrap: true},
		teams.TextBlock{
			Text: teams.Escape(m.Draft.Topic), Weight: "bolder", Size: "large", Wrap: true, Style: "heading", Common: teams.Common{Spacing: "none"},
		},
	}
	body = append(body, s.readersTime(p, m.Draft)...)
	return append(body, facts(p, m))
}

// showShares has the cards with which a meeting was shared show the newest revision.
func (s *Service) showShares(ctx context.Context, m Meeting) error {
	shares, err := s.c.Storage.Shares(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return err
	}
	var failed error
	for _, share := range shares {
		if err := s.showShare(ctx, m, share); failed == nil {
			failed = err
		}
	}
	return failed
}

// showShare has one of them do so. A series that is followed has many cards, most of which show what has long been over: those that show
// what they should are left alone.
func (s *Service) showShare(ctx context.Context, m Meeting, share Share) error {
	if !share.Original.IsZero() && share.Card.State == CardPosted {
		activity, err := s.sharedCard(ctx, m, share.Original)
		if err != nil {
			return err
		}
		if print, err := printOf(activity); err != nil || print == share.Card.Print {
			return err
		}
	}
	return s.renew(ctx, m, share.Card, shown{
		place: share.Place,
		activity: func(ctx context.Context, m Meeting) (teams.Activity, error) {
			return s.sharedCard(ctx, m, share.Original)
		},
		now: func(ctx context.Context, m Meeting) (Card, error) {
			now, err := s.c.Storage.Shared(ctx, m.Organizer.Tenant, share.ID)
			return now.Card, err
		},
		swap: func(ctx context.Context, before, after Card) (bool, error) {
			return s.c.Storage.SwapShare(ctx, m.Organizer.Tenant, share.ID, before, after)
		},
	})
}

// PlainCard is a card of a meeting that a person puts into a message of their own, where the bot is not: it will not change, and says so.
// The passcode is on it when the host puts it there, and the administrator lets passcodes be shown. It speaks to a conversation, title and text
// to who chooses by them.
func (s *Service) PlainCard(ctx context.Context, v Visitor, d Detail) (card teams.Card, title, text string, err error) {
	p := s.c.Texts.For(cmp.Or(s.c.Language, v.Locale))
	if d.HostName == "" && d.Host {
		d.HostName = v.Name
	}
	m := Meeting{Name: d.HostName, Zoom: d.number, JoinURL: d.JoinURL, Draft: Draft{Topic: d.Topic, Zone: d.Zone, NoTime: d.Start == nil}}
	if d.Host {
		m.Passcode = d.Passcode
	} else {
		m.JoinURL = s.public(d.JoinURL)
	}
	m.Organizer.Tenant = v.Person.Tenant
	if m, err = s.forOthers(ctx, m); err != nil {
		return card, "", "", err
	}
	if d.Start != nil {
		m.Draft.Start, m.Draft.Duration = *d.Start, d.End.Sub(*d.Start)
	}
	card = teams.Card{Lang: p.Locale(), Body: s.aboutMeeting(p, m, p.T("meetings.card_by", "Name", m.Name))}
	if d.Repeats != "" {
		card.Body = append(card.Body, teams.TextBlock{Text: teams.Escape(d.Repeats), Wrap: true, Size: "small"})
	}
	card.Body = append(card.Body, teams.TextBlock{
		Text: teams.Escape(p.T("upcoming.plain")), Wrap: true, Size: "small", Subtle: true, Common: teams.Common{Separator: true},
	})
	if m.JoinURL != "" {
		card.Actions = []teams.Action{
			teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_join"), Style: "positive"}, URL: m.JoinURL},
		}
	}
	return card, m.Draft.Topic, s.Moment(v, d.Upcoming), nil
}

// lineLength is how much of a topic stands in a list.
const lineLength = 80

// Line is a meeting in a list on a card: topic, time, and its buttons, those of the list behind the others.
func (s *Service) Line(v Visitor, u Upcoming, more ...teams.Action) []teams.Element {
	p := s.c.Texts.For(v.Locale)
	lines := []teams.Element{
		teams.TextBlock{
			Text: teams.Escape(teams.Clip(cmp.Or(u.Topic, p.T("upcoming.private")), lineLength)), Weight: "bolder", Wrap: true,
			Common: teams.Common{Separator: true},
		},
		teams.TextBlock{Text: teams.Escape(s.Moment(v, u)), Wrap: true, Size: "small", Common: teams.Common{Spacing: "none"}},
	}
	var buttons []teams.Action
	if u.JoinURL != "" {
		buttons = append(buttons, teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_join")}, URL: u.JoinURL})
	}
	if u.Can.Start {
		buttons = append(buttons, teams.OpenURL{Button: teams.Button{Title: p.T("meetings.card_start")}, URL: s.c.PublicURL + "/m/" + u.Key + "/start"})
	}
	if buttons = append(buttons, more...); len(buttons) > 0 {
		lines = append(lines, teams.ActionSet{Actions: buttons})
	}
	return lines
}

// Moment says when a listed meeting is, for its reader.
func (s *Service) Moment(v Visitor, u Upcoming) string {
	p := s.c.Texts.For(v.Locale)
	if u.Start == nil {
		return p.T("upcoming.any_time")
	}
	zone := s.choices.location(v.Zone)
	return p.T("meetings.when", "Time", p.Time(*u.Start, zone), "Duration", p.Duration(u.End.Sub(*u.Start)), "Zone", p.Zone(*u.Start, zone))
}
