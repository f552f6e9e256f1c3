package meetings

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

const (
	// marker begins the first line of the agenda of every meeting that we make; the id follows. Zoom has no idempotency key,
	// so this is how a meeting whose making was interrupted is recognised.
	marker = "Causeway "
	// lease is how long a reservation belongs to the request that made it.
	lease = 30 * time.Second
	// making bounds a creation, which goes on when the person who asked is not waiting any more.
	making = 20 * time.Second
	// twinPoll is how often a repeated request looks whether the first has finished.
	twinPoll = 100 * time.Millisecond
)

// Schedule makes a meeting, once for each nonce: a repeated request is answered with the meeting of the first, or with its refusal,
// unless what it was refused for passes (no connection, no answer): then it is tried anew. When ctx ends first, the answer is of kind
// Busy and the work goes on; what comes of it appears in the conversation, or as a direct message.
//
// Errors: Invalid with fields, NotLinked, NotReady, Forbidden, Conflict (the nonce was used for another wish), Busy,
// Unavailable (nothing was made; asking again is safe).
func (s *Service) Schedule(ctx context.Context, r Request) (Meeting, error) {
	if err := s.c.Policy.Allow(ctx, r.Person.Tenant, policy.Meetings); err != nil {
		return Meeting{}, err
	}
	r.Draft = r.Draft.clean()
	if r.Draft.Now {
		r.Draft.Start = s.c.Now().Truncate(time.Minute)
	}
	if err := r.Draft.check(s.c.Now()); err != nil {
		return Meeting{}, err
	}
	if err := s.checkCode(ctx, r.Person, r.Draft); err != nil {
		return Meeting{}, err
	}
	reserved, fresh, err := s.reserve(ctx, r)
	if err != nil {
		return Meeting{}, err
	}
	if !fresh {
		return s.answerTwin(ctx, reserved)
	}
	return s.answerFirst(ctx, reserved)
}

// answerFirst makes the meeting, and answers with it or, when ctx ends first, with Busy.
func (s *Service) answerFirst(ctx context.Context, r Reserved) (Meeting, error) {
	type result struct {
		m   Meeting
		err error
	}
	done := make(chan result, 1)
	// answered belongs to whoever sets it first: the refusal, which is then the answer, or the end of the wait, after which a
	// refusal has to be told in another way.
	var answered atomic.Bool
	go func() {
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), making)
		defer cancel()
		m, err := s.make(work, r, func() bool { return !answered.CompareAndSwap(false, true) })
		done <- result{m, err}
	}()
	select {
	case got := <-done:
		return got.m, got.err
	case <-ctx.Done():
	}
	if answered.CompareAndSwap(false, true) {
		return Meeting{}, s.busy(r)
	}
	got := <-done
	return got.m, got.err
}

// busy is the answer while a meeting is still being made.
func (s *Service) busy(r Reserved) error {
	if r.waiting(s.c.Now()) && r.unlinked() {
		return problem.New(problem.Busy, "meetings.relink_waits").WithUntil(r.Waits)
	}
	if r.waiting(s.c.Now()) {
		where := location(r.Request.Draft.Zone)
		key := "meetings.host_limit_waits"
		if r.Request.Place.Kind == chats.Tab {
			key = "upcoming.host_limit_waits"
		}
		return problem.New(problem.Busy, key, "Time", r.Waits.In(where).Format("15:04"), "Zone", where.String()).WithUntil(r.Waits)
	}
	p := problem.New(problem.Busy, "meetings.still_making")
	if r.Request.Place.Kind == chats.Tab {
		p = problem.New(problem.Busy, "upcoming.still_making")
	}
	return p.WithUntil(s.c.Now().Add(lease))
}

func (s *Service) reserve(ctx context.Context, r Request) (Reserved, bool, error) {
	now := s.c.Now()
	want := Reserved{
		Request: r, Meeting: s.c.NewID(), Hash: r.Draft.hash(), State: Open, Until: now.Add(lease), Created: now,
	}
	settle := jobs.Job{
		Kind: SettleJob, Tenant: string(r.Person.Tenant), Subject: want.Meeting, Due: time.Now().Add(lease),
	}
	// Whether this is stored must be known: it does not end with the wait.
	ctx = context.WithoutCancel(ctx)
	stored, fresh, err := s.c.Storage.Reserve(ctx, want, settle)
	if err == nil && !fresh && stored.passes() {
		if err = s.c.Storage.Release(ctx, stored); err == nil {
			stored, fresh, err = s.c.Storage.Reserve(ctx, want, settle)
		}
	}
	if err == nil && !fresh && stored.Hash != want.Hash {
		err = problem.New(problem.Conflict, "meetings.nonce_reused")
	}
	return stored, fresh, err
}

// answerTwin answers a request that came before: with its meeting, its refusal, or Busy while it is under way.
func (s *Service) answerTwin(ctx context.Context, r Reserved) (Meeting, error) {
	for {
		switch r.State {
		case Made:
			return s.Find(ctx, r.Request.Person.Tenant, r.Meeting)
		case Refused:
			return Meeting{}, r.told()
		}
		if r.waiting(s.c.Now()) {
			return Meeting{}, s.busy(r)
		}
		timer := time.NewTimer(twinPoll)
		select {
		case <-ctx.Done():
			timer.Stop()
			return Meeting{}, s.busy(r)
		case <-timer.C:
		}
		var err error
		if r, err = s.c.Storage.Reservation(context.WithoutCancel(ctx), r.Request.Person.Tenant, r.Meeting); err != nil {
			return Meeting{}, err
		}
	}
}

// make asks Zoom for the meeting and stores it with all that follows. gone is asked once a refusal is certain: whether the
// person has had an answer already (Busy), so that the refusal has to reach them as a direct message.
func (s *Service) make(ctx context.Context, r Reserved, gone func() bool) (Meeting, error) {
	client, err := s.c.Accounts.Zoom(ctx, r.Request.Person)
	if err != nil && s.canResume(r, err) {
		return Meeting{}, s.untilLinked(ctx, r)
	}
	if err != nil {
		return Meeting{}, s.refuse(ctx, r, err, gone())
	}
	wish := s.withPasscode(ctx, r)
	made, err := client.CreateMeeting(ctx, wish)
	if d := r.Request.Draft; d.Now && d.PMI && problem.Is(sentence(err), problem.Invalid) {
		// The account may have closed the room since it was asked, and nobody has asked for the room this time.
		r.Request.Draft.PMI = false
		wish = s.withPasscode(ctx, r)
		made, err = client.CreateMeeting(ctx, wish)
	}
	if d := r.Request.Draft; d.For != "" && d.Code == "" && wish.Passcode != "" && problem.Is(sentence(err), problem.Invalid) {
		wish.Passcode = "" // the other host may have rules of their own: Zoom makes one that meets them
		made, err = client.CreateMeeting(ctx, wish)
	}
	switch {
	case err == nil:
		return s.adopt(ctx, r, made)
	case ambiguous(err):
		// Zoom may have made it. The settle job finds out; the reservation stays open for it.
		return Meeting{}, s.busy(r)
	case errors.Is(err, zoom.ErrHostLimit) && s.canWait(r):
		return Meeting{}, s.untilNextDay(ctx, r)
	case s.canResume(r, err):
		return Meeting{}, s.untilLinked(ctx, r)
	case r.Attempts > 0 && sentence(err).Kind == problem.Unavailable && !errors.Is(err, zoom.ErrHostLimit) && !s.tooOld(r):
		return Meeting{}, s.busy(r) // the person knows that Zoom is slow, and waits
	}
	return Meeting{}, s.refuse(ctx, r, err, gone())
}

// withPasscode is the meeting as Zoom is asked for it.
func (s *Service) withPasscode(ctx context.Context, r Reserved) zoom.NewMeeting {
	wish := wanted(r)
	switch d := r.Request.Draft; {
	case d.PMI: // the room has its own
	case d.Code != "":
		wish.Passcode = d.Code
	case d.Passcode:
		wish.Passcode = s.newPasscode(ctx, r.Request.Person)
	}
	return wish
}

// canResume tells whether a meeting was not made only because the connection to Zoom has ended, and can be made when it is there again. What
// was to begin at once cannot, nor what is for somebody else, which is not found at Zoom should its making be interrupted; and in the tab the
// form stays as it is.
func (s *Service) canResume(r Reserved, err error) bool {
	d, p := r.Request.Draft, sentence(err)
	ended := p.Kind == problem.NotLinked && (p.Key == "connect.relink" || p.Key == "meetings.grant_dead")
	return ended && !r.unlinked() && r.Request.Place.Kind != chats.Tab && !d.Now && d.For == "" && (d.NoTime || d.Start.After(s.c.Now()))
}

// untilLinked lets a wish wait until the person has connected Zoom again, which a message asks for; not for long, because nobody expects a
// meeting to come out of yesterday's form.
func (s *Service) untilLinked(ctx context.Context, r Reserved) error {
	now := s.c.Now()
	r.Until, r.Waits, r.Refusal = now, now.Add(relinkWait), Refusal{problem.NotLinked, "connect.relink"}
	if d := r.Request.Draft; !d.NoTime && d.Start.Before(r.Waits) {
		r.Waits = d.Start
	}
	return s.postpone(ctx, r)
}

// canWait tells whether a meeting can be made when Zoom makes meetings for its host again. For somebody else it cannot, as in canResume.
func (s *Service) canWait(r Reserved) bool {
	d := r.Request.Draft
	until := hostLimit(s.c.Now(), d.Zone).Until
	return !d.Now && d.For == "" && (d.NoTime || d.Start.After(until.Add(giveUp)))
}

// untilNextDay lets a wish wait until Zoom makes meetings for its host again.
func (s *Service) untilNextDay(ctx context.Context, r Reserved) error {
	r.Waits, r.Refusal = hostLimit(s.c.Now(), r.Request.Draft.Zone).Until, Refusal{}
	r.Until = r.Waits
	return s.postpone(ctx, r)
}

// postpone lets a wish wait, and answers for what and until when.
func (s *Service) postpone(ctx context.Context, r Reserved) error {
	mine, err := s.c.Storage.Postpone(context.WithoutCancel(ctx), r)
	if err == nil && !mine {
		err = problem.New(problem.Conflict, "problem.conflict")
	}
	if err != nil {
		return err
	}
	return s.busy(r)
}

// adopt stores a meeting that exists at Zoom as the one that was asked for.
func (s *Service) adopt(ctx context.Context, r Reserved, made zoom.Meeting) (Meeting, error) {
	q := r.Request
	join := s.zoomsOwn(made)
	if join == "" {
		return Meeting{}, problem.New(problem.Unavailable, "meetings.zoom_unavailable")
	}
	m := Meeting{
		ID: r.Meeting, Organizer: q.Person, User: q.User, Name: q.Name, Place: q.Place, Locale: q.Locale, Draft: q.Draft.templated(made),
		Zoom: made.ID, JoinURL: join, Passcode: made.Passcode, State: Active, Revision: 1, Edition: firstEdition, Entry: 1,
		Created: s.c.Now(),
	}
	follow := []jobs.Job{job(CardJob, m), job(RosterJob, m)}
	if q.Cut != nil {
		more, err := s.goOn(context.WithoutCancel(ctx), &m, *q.Cut)
		if err != nil {
			return m, err
		}
		follow = append(append(follow, job(CutJob, m)), more...)
	}
	if r.Attempts > 0 { // it may have been made more than once
		follow = append(follow, sweep(r))
	}
	fresh, err := s.c.Storage.Save(context.WithoutCancel(ctx), m, s.seal(m), follow...)
	switch {
	case err != nil:
		return m, err
	case !fresh:
		return s.numbered(context.WithoutCancel(ctx), q.Person, m.Zoom)
	}
	s.tellPages(context.WithoutCancel(ctx), m)
	return m, nil
}

// zoomsOwn is the join link of a meeting: people are sent to Zoom, whatever the answer says. "" when there is none.
func (s *Service) zoomsOwn(m zoom.Meeting) string {
	join, ok := s.c.Links.Parse(m.JoinURL)
	if !ok {
		if join, ok = s.c.Links.Build(m.ID.String(), ""); !ok {
			return ""
		}
	}
	return join.URL()
}

// refuse ends the reservation for a reason that Zoom or the account gave, and answers it. tell says that it has to be told in a
// message.
func (s *Service) refuse(ctx context.Context, r Reserved, cause error, tell bool) error {
	p := s.refusal(ctx, r.Request.Person, r.Request.Draft.Zone, cause)
	r.State, r.Refusal, r.Request = Refused, Refusal{p.Kind, p.Key}, r.Request.outline()
	var messages []notifications.Message
	var follow []jobs.Job
	if tell && (r.Request.Place.Kind != chats.Tab || !r.Waits.IsZero()) { // the tab asks again under the same nonce, unless it was told to wait
		messages = append(messages, notifications.Message{
			ID: s.c.NewID(), To: r.Request.Person, User: r.Request.User, Kind: notifications.ScheduleFailed, Subject: r.Meeting,
			Via: r.Request.Place, State: notifications.Queued, Due: s.c.Now(),
		})
		follow = append(follow, notifications.PumpOf(r.Request.Person.Tenant))
	}
	if r.Attempts > 0 {
		follow = append(follow, sweep(r))
	}
	if _, err := s.c.Storage.Refuse(context.WithoutCancel(ctx), r, messages, follow...); err != nil {
		return err
	}
	return p
}

// refusal says in our words why Zoom did not do something, to somebody who thinks in a zone, and lets it be known when that is because
// the app was switched off.
func (s *Service) refusal(ctx context.Context, person entra.Person, zone string, err error) *problem.Error {
	switch {
	case errors.Is(err, zoom.ErrAppDisabled):
		return problem.Of(s.c.Accounts.AppDisabled(ctx, person, err))
	case errors.Is(err, zoom.ErrHostLimit):
		return hostLimit(s.c.Now(), zone).Because(err)
	}
	return sentence(err)
}

// hostLimit says when Zoom makes and changes meetings of a host again: its days begin at 00:00 UTC.
func hostLimit(now time.Time, zone string) *problem.Error {
	until := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	where := location(zone)
	return problem.New(problem.Unavailable, hostLimitKey, "Time", until.In(where).Format("15:04"), "Zone", where.String()).WithUntil(until)
}

// hostLimitKey is the sentence of a limit that ends at a certain time.
const hostLimitKey = "meetings.host_limit"

// forUnsureKey is the sentence of a meeting for somebody else that may have been made: another attempt is the person's choice.
const forUnsureKey = "meetings.for_unsure"

// passes tells whether the wish was refused for something that may be over when it is asked for again.
func (r Reserved) passes() bool {
	return r.State == Refused && r.Refusal.Key != forUnsureKey &&
		(r.Refusal.Kind == problem.NotLinked || r.Refusal.Kind == problem.Unavailable)
}

// waiting tells whether a wish waits for Zoom's next day, or for the person to connect Zoom.
func (r Reserved) waiting(now time.Time) bool { return r.State == Open && r.Waits.After(now) }

// unlinked tells whether the connection to Zoom was what it waits, or waited, for.
func (r Reserved) unlinked() bool { return r.State == Open && r.Refusal.Kind == problem.NotLinked }

// outline is what a request that came to nothing is remembered by: who asked for what, where and when. Anybody can ask for much that is refused.
func (q Request) outline() Request {
	d := q.Draft
	q.Draft = Draft{Topic: d.Topic, Start: d.Start, Duration: d.Duration, Zone: d.Zone, Repeat: d.Repeat, NoTime: d.NoTime}
	return q
}

// told is a refusal that was stored, as it is told.
func (r Reserved) told() *problem.Error {
	if r.Refusal.Key == hostLimitKey {
		return hostLimit(r.Created, r.Request.Draft.Zone)
	}
	return problem.New(r.Refusal.Kind, r.Refusal.Key)
}

// sentence is what we say of an error of Zoom's.
func sentence(err error) *problem.Error {
	switch {
	case errors.Is(err, zoom.ErrHosting):
		return problem.New(problem.Forbidden, "meetings.may_not_host").Because(err)
	case errors.Is(err, zoom.ErrScope):
		return problem.New(problem.NotLinked, "meetings.scope_missing").Because(err)
	case errors.Is(err, zoom.ErrGrantDead), errors.Is(err, zoom.ErrUnauthorized):
		return problem.New(problem.NotLinked, "meetings.grant_dead").Because(err)
	}
	var refused *zoom.Error
	if errors.As(err, &refused) && refused.Status >= 400 && refused.Status < 500 && refused.Status != 429 {
		if slices.ContainsFunc(refused.Fields, func(f zoom.FieldError) bool { return f.Field == "template_id" }) {
			return problem.New(problem.Invalid, "meetings.template_refused").WithField(FieldTemplate, "meetings.template_refused").Because(err)
		}
		return problem.New(problem.Invalid, "meetings.zoom_refused").Because(err)
	}
	var p *problem.Error
	if errors.As(err, &p) && p.Kind != problem.Internal {
		return p
	}
	away := problem.New(problem.Unavailable, "meetings.zoom_unavailable").Because(err)
	if refused != nil {
		return away.WithUntil(refused.RetryAt)
	}
	return away
}

// ambiguous tells whether Zoom may have made the meeting although it did not say so. Without a token, which is a problem of
// accounts, nothing was asked.
func ambiguous(err error) bool {
	var p *problem.Error
	return !errors.As(err, &p) && upstream.Outcome(err) == upstream.Ambiguous
}
