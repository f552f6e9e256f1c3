package whiteboards

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

const (
	mailEvery   = 5 * time.Minute // a mailbox is looked into
	mailAgain   = 2 * time.Minute // and so far back once more: mail may be listed late
	mailMost    = 100             // mails of which the sender is looked at, at once
	mailRead    = 10              // mails of Zoom's that are read, at once
	mailDue     = 200             // mailboxes, at once
	mailAtOnce  = 4
	mailTold    = 10 // mentions of which one person is told
	mailWithin  = time.Hour
	mailFails   = time.Hour // after its arrival a mail that cannot be read is passed over
	markLongest = 500
)

// Mailbox is one in which Zoom's notices are looked for, because its owner wants to be told of mentions.
type Mailbox struct {
	Person entra.Person
	Since  time.Time // what came before is known
	Due    time.Time // when it is looked into next
}

// MailStorage keeps which mailboxes are looked into. Every method is one transaction.
type MailStorage interface {
	// WatchMail stores a mailbox in place of what was known of it.
	WatchMail(ctx context.Context, m Mailbox) error
	// DueMail lists mailboxes that are due, the longest first.
	DueMail(ctx context.Context, now time.Time, limit int) ([]Mailbox, error)
	// TakeMail lets a mailbox become due next at another time; false when somebody else has, since it was read.
	TakeMail(ctx context.Context, m Mailbox, next time.Time) (bool, error)
	// SaveMail stores how far a mailbox is known and when it is due next, unless it was stored anew since it was taken, or is not looked into any more.
	SaveMail(ctx context.Context, m Mailbox, next time.Time) error
	// UnwatchMail forgets a mailbox, unless it was stored anew since it was taken.
	UnwatchMail(ctx context.Context, m Mailbox) error
	// Noticed counts what a person was told of a kind since.
	Noticed(ctx context.Context, person entra.Person, kind notifications.Kind, since time.Time) (int, error)
}

// Jobs are the job kinds of this package and who works them.
func (s *Service) Jobs() map[string]func(context.Context, jobs.Job) error {
	return map[string]func(context.Context, jobs.Job) error{accounts.MailGrantedJob: s.mailGranted, SharedJob: s.shared}
}

// mailGranted works accounts.MailGrantedJob: what comes from now on is looked at.
func (s *Service) mailGranted(ctx context.Context, j jobs.Job) error {
	person, now := entra.Person{Tenant: entra.TenantID(j.Tenant), ID: entra.ObjectID(j.Subject)}, s.c.Now()
	return s.c.Storage.WatchMail(ctx, Mailbox{Person: person, Since: after(now), Due: now})
}

// after is the first moment of which all mail has come after another one: mail is dated in whole seconds.
func after(at time.Time) time.Time { return at.Truncate(time.Second).Add(time.Second) }

// TickMail looks into the mailboxes that are due.
func (s *Service) TickMail(ctx context.Context) error {
	due, err := s.c.Storage.DueMail(ctx, s.c.Now(), mailDue)
	failed := make([]error, len(due))
	var looked sync.WaitGroup
	turns := make(chan struct{}, mailAtOnce)
	for i, m := range due {
		turns <- struct{}{}
		looked.Go(func() {
			failed[i] = s.lookInto(ctx, m)
			<-turns
		})
	}
	looked.Wait()
	if failed = slices.DeleteFunc(failed, func(err error) bool { return err == nil }); len(failed) > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d mailboxes were not read, the first: %w", len(failed), len(due), failed[0]))
	}
	return err
}

// lookInto looks into a mailbox, if that is still wanted and allowed. Whatever fails is tried again when it is due next.
func (s *Service) lookInto(ctx context.Context, m Mailbox) error {
	now := s.c.Now()
	if mine, err := s.c.Storage.TakeMail(ctx, m, now.Add(mailEvery)); err != nil || !mine {
		return err
	}
	m.Due = now.Add(mailEvery)
	next := m.Due
	wanted, over, err := s.mailWanted(ctx, m.Person)
	switch {
	case err != nil:
		return err
	case over:
		return errors.Join(s.c.Accounts.EndMail(ctx, m.Person), s.c.Storage.UnwatchMail(ctx, m))
	case !wanted: // nor told later
		m.Since = after(now)
		return s.c.Storage.SaveMail(ctx, m, next)
	}
	client, err := s.c.Accounts.Mail(ctx, m.Person)
	if err == nil {
		m.Since, err = s.readMail(ctx, client, m)
	}
	var refused *graph.Error
	switch {
	case errors.Is(err, graph.ErrForbidden), errors.Is(err, graph.ErrNoMailbox):
		return errors.Join(s.c.Accounts.LoseMail(ctx, m.Person, err), s.c.Storage.UnwatchMail(ctx, m))
	case problem.Is(err, problem.Consent):
		return s.c.Storage.UnwatchMail(ctx, m)
	case errors.As(err, &refused) && refused.RetryAt.After(m.Due):
		next = refused.RetryAt
	}
	return errors.Join(err, s.c.Storage.SaveMail(ctx, m, next))
}

// mailWanted tells whether a mailbox is to be looked into now, and whether that is over: switched off by an administrator, or by disconnecting Zoom.
func (s *Service) mailWanted(ctx context.Context, person entra.Person) (wanted, over bool, err error) {
	for _, f := range []policy.Feature{policy.MentionMail, feature} {
		err := s.c.Policy.Allow(ctx, person.Tenant, f)
		if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotReady) {
			return false, problem.Is(err, problem.Forbidden) && f == policy.MentionMail, nil
		}
		if err != nil {
			return false, false, err
		}
	}
	account, err := s.c.Accounts.Account(ctx, person)
	if err != nil || !account.Linked {
		return false, err == nil && !account.NeedsRelink, err
	}
	wanted, err = s.c.Notifications.Wants(ctx, person, notifications.BoardMention)
	return wanted, false, err
}

// readMail tells of what has come into a mailbox since, and answers how far it is known then, which is never less. Of mail that is not from Zoom, only
// sender and time are asked for.
func (s *Service) readMail(ctx context.Context, client *graph.Client, m Mailbox) (time.Time, error) {
	now, since := s.c.Now(), m.Since
	if oldest := now.Add(-mentionAge); since.Before(oldest) {
		since = oldest
	}
	mails, whole, err := client.Inbox(ctx, since, mailMost)
	if err != nil {
		return m.Since, err
	}
	r := mailReader{s: s, client: client, of: m.Person}
	read, known := 0, since
	var failed error // of the first mail that is to be read again
	for _, mail := range mails {
		if fromZoom(mail.From) {
			if read++; read > mailRead {
				whole = false
				break
			}
			err := r.tell(ctx, mail)
			var refused *graph.Error
			switch {
			case err == nil:
			case now.Sub(mail.Received) > mailFails, errors.Is(err, graph.ErrForbidden): // anybody can send one: it stands in no other's way
				s.c.Logger.WarnContext(ctx, "a mail of Zoom's is passed over", "tenant", m.Person.Tenant, "person", m.Person.ID, "error", err)
			case errors.As(err, &refused) && !refused.RetryAt.IsZero():
				return known, err
			case failed == nil:
				failed = err
			}
		}
		if failed == nil && mail.Received.After(known) {
			known = mail.Received
		}
	}
	if failed != nil {
		return known, failed
	}
	if whole {
		if again := now.Add(-mailAgain); again.After(since) {
			return again, nil
		}
		return since, nil
	}
	if !known.After(since) { // so much came in one second that it is not all looked at
		known = since.Add(time.Second)
	}
	return known, nil
}

// mailReader reads the mail of one person.
type mailReader struct {
	s      *Service
	client *graph.Client
	of     entra.Person
	pages  map[zoom.WhiteboardID]zoom.WhiteboardID // whiteboards by what their pages are called; nil: not asked for
}

// tell tells of a mention, once, if a mail of Zoom's is of one. Anybody can write a mail that looks like Zoom's: so that nothing of it but the name of a
// whiteboard counts, which Zoom lets its reader open, and a person is told of so many in an hour.
func (r *mailReader) tell(ctx context.Context, mail graph.Message) error {
	s := r.s
	told, err := s.c.Storage.Noticed(ctx, r.of, notifications.BoardMention, s.c.Now().Add(-mailWithin))
	if err != nil {
		return err
	}
	if told >= mailTold {
		s.c.Logger.WarnContext(ctx, "a person is told of no more mentions for now", "tenant", r.of.Tenant, "person", r.of.ID)
		return nil
	}
	text, err := r.client.Message(ctx, mail.ID)
	if errors.Is(err, graph.ErrNotFound) { // deleted meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	named, ok := mentionIn(s.c.Links, text)
	if !ok {
		return nil
	}
	board, err := r.board(ctx, named)
	if problem.Is(err, problem.NotFound) || problem.Is(err, problem.NotLinked) {
		return nil
	}
	if err == nil {
		err = s.tell(ctx, chats.Place{}, Notice{Kind: notifications.BoardMention, To: r.of, Mark: mailMark(mail), Board: board})
	}
	return err
}

// mailMark is what a mail is known by: its Message-ID, by which an adapter may know it too. Its sender chooses it.
func mailMark(mail graph.Message) string {
	id := cmp.Or(mail.InternetID, mail.ID)
	if len(id) <= markLongest {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// board is the whiteboard of a link, if its reader may open it. Errors: as Board.
func (r *mailReader) board(ctx context.Context, named zoom.WhiteboardID) (zoom.WhiteboardID, error) {
	v := Visitor{Person: r.of}
	if b, err := r.s.Board(ctx, v, string(named)); !problem.Is(err, problem.NotFound) {
		return zoom.WhiteboardID(b.ID), err
	}
	if r.pages == nil {
		pages := map[zoom.WhiteboardID]zoom.WhiteboardID{}
		err := r.s.walk(ctx, v, func(page zoom.WhiteboardID, b Board) bool {
			pages[page] = zoom.WhiteboardID(b.ID)
			return true
		})
		if err != nil {
			return "", err
		}
		r.pages = pages
	}
	if id, ok := r.pages[named]; ok {
		return id, nil
	}
	return "", problem.New(problem.NotFound, "whiteboards.gone")
}

// fromZoom tells whether an address is Zoom's, Zoom for Government's included.
func fromZoom(address string) bool {
	domain := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	return slices.ContainsFunc([]string{"zoom.us", "zoomgov.com"}, func(own string) bool { return domain == own || strings.HasSuffix(domain, "."+own) })
}

const mailSize = 256 << 10 // bytes of a mail that are looked at

var (
	mailTag  = regexp.MustCompile(`<[^>]*>`)
	mailLink = regexp.MustCompile(`https?://[^\s"'<>?&#]+`)
	// mailEscapes undoes what a rewritten link, such as those of Defender's Safe Links, does to the link that it holds.
	mailEscapes = strings.NewReplacer("%3A", ":", "%3a", ":", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=")
)

// mentionIn is the whiteboard in a mail of Zoom's by which it tells somebody that a comment mentions them; false for any other mail.
// UNVERIFIED: nobody here has seen such a mail. It is taken for one that comes from zoom.us (fromZoom), says that somebody mentioned or tagged its reader,
// and leads to a whiteboard.
func mentionIn(links *zoom.Links, m graph.Message) (zoom.WhiteboardID, bool) {
	body := html.UnescapeString(m.Body[:min(len(m.Body), mailSize)])
	said := strings.ToLower(strings.Join(strings.Fields(m.Subject+" "+mailTag.ReplaceAllString(body, " ")), " "))
	words := []string{"mentioned you", "tagged you", "you were mentioned", "you were tagged", "vous a mentionné", "vous a identifié"}
	if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) }) {
		return "", false
	}
	for _, link := range mailLink.FindAllString(mailEscapes.Replace(body), -1) {
		if id, ok := links.WhiteboardID(link); ok {
			return id, true
		}
	}
	return "", false
}
