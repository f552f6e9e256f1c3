package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/store"
	"causeway/internal/whiteboards"
	"causeway/internal/zoom"
)

// The number at Zoom, the conversation and the address that both tenants have.
const (
	sameNumber       zoom.MeetingID = 91234567890
	sameConversation                = "19:launch@thread.v2"
	sameAddress                     = "ana@meridian.example"
)

// Tenants proves that no tenant reads anything of another's, although all in it has the same ids, addresses and numbers at Zoom. Every read of
// the stores is tried: one that is new has to be added.
func Tenants(t *testing.T, b store.Backend) {
	const third entra.TenantID = "11111111-2222-4333-8444-555555555555"
	all := func(of entra.TenantID) map[string]string {
		found := map[string]string{}
		for name, read := range reads(t, b, of) {
			value, err := read()
			text, failed := json.Marshal(value)
			ok(t, failed)
			found[name] = strings.ReplaceAll(fmt.Sprint(string(text), " ", err), string(of), "own tenant")
		}
		return found
	}
	same := func(what string, want, got map[string]string) {
		t.Helper()
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s: %s answers\n%s\nwant\n%s", what, name, got[name], want[name])
			}
		}
	}
	nothing := all(third)
	fill(t, b, tenant, "Ours")
	ours := all(tenant)
	for name, answer := range ours {
		if answer == nothing[name] {
			t.Errorf("%s finds nothing where there is something: %s", name, answer)
		}
	}
	same("a tenant with nothing", nothing, all(another))
	fill(t, b, another, "Theirs")
	same("after another tenant has the same", ours, all(tenant))
	for name, answer := range all(another) {
		if strings.Contains(answer, "Ours") || strings.Contains(answer, string(tenant)) {
			t.Errorf("%s of another tenant answers %s", name, answer)
		}
	}
	same("a third one", nothing, all(third))

	tried := beyond()
	for name := range ours {
		tried = append(tried, name)
	}
	for _, s := range []any{
		store.Accounts{}, store.Calendar{}, store.Chats{}, store.Inbox{}, store.Meetings{}, store.Notifications{}, store.Policy{}, store.Preferences{}, store.Whiteboards{},
	} {
		kind := reflect.TypeOf(s)
		for i := range kind.NumMethod() {
			if name := kind.Name() + "." + kind.Method(i).Name; isRead(kind.Method(i)) && !slices.Contains(tried, name) {
				t.Errorf("%s reads, and nobody tries it for two tenants", name)
			}
		}
	}
}

// isRead tells a read by what it answers: writes say whether, or under which revision, or how many.
func isRead(m reflect.Method) bool {
	if slices.Contains([]string{"Accounts.Granted", "Meetings.Began", "Meetings.Repeated", "Whiteboards.Noticed", "Whiteboards.Shares"}, m.Type.In(0).Name()+"."+m.Name) {
		return true
	}
	if m.Type.NumOut() < 2 {
		return false
	}
	switch m.Type.Out(0).Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64:
		return false
	}
	return true
}

// beyond are what looks like a read of a tenant's and is none: it stores, belongs to work that is done for all tenants, or finds by a key that nobody
// has twice. An address that two have finds nobody.
func beyond() []string {
	return []string{
		"Meetings.Reserve", "Meetings.SaveShare", "Whiteboards.SaveShare",
		"Accounts.ExpiredIntents", "Calendar.DueWatches", "Whiteboards.DueMail",
		"Accounts.Intent", "Accounts.IntentBy", "Accounts.GrantOf", "Accounts.GrantAt", "Accounts.Granted", "Calendar.WatchBy",
	}
}

// fill stores one of everything, with words of the tenant's own.
func fill(t *testing.T, b store.Backend, in entra.TenantID, words string) {
	t.Helper()
	ctx, ana := t.Context(), entra.Person{Tenant: in, ID: "ana"}
	place := chats.Place{Tenant: in, Conversation: sameConversation, Kind: chats.Group, ServiceURL: "https://smba.trafficmanager.net/emea/", Name: words}

	people := store.Accounts{Backend: b}
	i := newIntent(ana, accounts.Completed, "key of "+words)
	i.Name = words
	ok(t, people.AddIntent(ctx, i))
	ok(t, people.AddGrant(ctx, accounts.Grant{Person: ana, Provider: accounts.Zoom, Subject: "u" + words, Account: "acct", Name: words, Email: sameAddress, Expires: noon, Sealed: []byte(words), Version: 1}))
	ok(t, people.AddRevocation(ctx, accounts.Revocation{ID: "revocation", Tenant: in, Subject: words, Sealed: []byte(words)}))

	places := store.Chats{Backend: b}
	ok(t, places.Install(ctx, place, noon))
	ok(t, places.Approve(ctx, place, ana, noon))
	ok(t, places.SaveContact(ctx, chats.Contact{Speaker: chats.Speaker{Person: ana, User: "29:ana", Name: words}, ServiceURL: place.ServiceURL}, noon))

	for _, source := range []store.Source{store.FromTeams, store.FromZoom} {
		must[bool](t)(store.Inbox{Backend: b, Source: source}.Arrive(ctx, in, "key", []byte(words), noon))
	}
	fillMeetings(t, b, place, words)

	note := notifications.Message{ID: "message", To: ana, User: "29:ana", Kind: notifications.Invited, Subject: "m", Via: place, State: notifications.Queued, Due: noon, Reason: words}
	missed := note
	missed.ID, missed.Kind, missed.State, missed.Updated = "missed", notifications.Scheduled, notifications.Unknown, noon
	ok(t, store.Notifications{Backend: b}.Queue(ctx, []notifications.Message{note, missed}))

	state := policy.Fresh(in)
	state.Zoom = policy.Approval{Status: policy.Approved, By: words, Since: noon}
	ok(t, store.Policy{Backend: b}.Save(ctx, state, policy.Change{ID: "change", Tenant: in, At: noon, By: words, What: "zoom"}))
	chosen := preferences.Preferences{Language: "fr", Agenda: 7, Zone: "Europe/" + words}
	ok(t, store.Preferences{Backend: b}.ChangePreferences(ctx, ana, func(preferences.Preferences) (preferences.Preferences, error) { return chosen, nil }, noon))

	boards := store.Whiteboards{Backend: b}
	notice := whiteboards.Notice{ID: "notice", Kind: notifications.BoardShared, To: ana, Mark: "board", Board: "board", By: "ben", At: noon, Link: "https://zoom.example/wb/doc/" + words}
	told := notifications.Message{ID: "notice message", To: ana, Kind: notifications.BoardShared, Subject: "notice", State: notifications.Queued, Due: noon}
	ok(t, boards.SaveNotices(ctx, []whiteboards.Notice{notice}, []notifications.Message{told}))
	_, _, err := boards.SaveShare(ctx, whiteboards.Share{ID: "board share", Board: "board", By: ana, Conversation: sameConversation, At: noon}, noon)
	ok(t, err)
}

// fillMeetings stores two meetings of Ana's, the one with all that can be known of it, the other a wish that waits.
func fillMeetings(t *testing.T, b store.Backend, place chats.Place, words string) {
	t.Helper()
	ctx, in := t.Context(), place.Tenant
	s, book := store.Meetings{Backend: b}, store.Calendar{Backend: b}
	none := func(int64) []jobs.Job { return nil }
	r := wish("m", "nonce")
	r.Request.Person, r.Request.Place, r.Request.Draft.Topic = entra.Person{Tenant: in, ID: "ana"}, place, words
	_, _, err := s.Reserve(ctx, r)
	ok(t, err)
	m := made(r)
	m.Zoom = sameNumber
	must[bool](t)(s.Save(ctx, m, meetings.Sealed{JoinURL: []byte("join " + words), Passcode: []byte("code " + words)}))
	later := r
	later.Meeting, later.Request.Nonce, later.Waits, later.Created = "waits", "another nonce", noon.Add(12*time.Hour), noon.Add(time.Second)
	_, _, err = s.Reserve(ctx, later)
	ok(t, err)
	must[bool](t)(s.Postpone(ctx, later))

	ok(t, s.SaveRoster(ctx, m, []meetings.Invitee{{Person: entra.Person{Tenant: in, ID: "ben"}, User: "29:ben", Name: words, Address: sameAddress}}, nil, none))
	must[bool](t)(book.SaveRecord(ctx, calendar.Record{Tenant: in, Meeting: "m", State: calendar.NoGrant, EventID: "event " + words, Revision: 1}, 0))
	must[bool](t)(s.SaveCopies(ctx, in, "m", meetings.Copies{Event: meetings.Copy{Of: words}}))
	_, _, err = s.SaveShare(ctx, meetings.Share{ID: "share", Meeting: "m", By: entra.ObjectID(words), Place: place, At: noon}, noon)
	ok(t, err)
	ok(t, s.SaveFollower(ctx, meetings.Follower{Meeting: "m", Place: place, By: entra.ObjectID(words)}, noon))
	session := meetings.Session{UUID: "u", Started: noon.Add(-2 * time.Hour), Ended: noon.Add(-time.Hour)}
	ok(t, s.SaveSession(ctx, in, "m", session, noon, none))
	ok(t, s.SaveAttendee(ctx, in, "m", "u", meetings.Attendee{ID: "ben", Name: words, State: meetings.In, At: noon, WasIn: true}))
	must[bool](t)(s.SaveRemains(ctx, in, "m", session, nil, []byte(words), none))
	ok(t, s.SaveListed(ctx, in, map[string]string{"m": words}, nil))

	ok(t, s.KeepTyped(ctx, meetings.Typed{ID: "typed", Person: r.Request.Person, Place: place, Input: meetings.Input{Topic: words}, Expires: noon.Add(time.Hour)}))
	ok(t, book.Begin(ctx, calendar.Watch{Person: r.Request.Person, Secret: []byte(words), Due: noon}, pull(r.Request.Person)))
}

// held is what Held and HeldBetween answer, in one value.
type held struct {
	Session meetings.Session
	All     []meetings.Attendee
	There   bool
}

// reads are all reads that a tenant has, by their names.
func reads(t *testing.T, b store.Backend, in entra.TenantID) map[string]func() (any, error) {
	t.Helper()
	ctx, ana, ben := t.Context(), entra.Person{Tenant: in, ID: "ana"}, entra.Person{Tenant: in, ID: "ben"}
	from, to := noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1)
	s, people, book, places := store.Meetings{Backend: b}, store.Accounts{Backend: b}, store.Calendar{Backend: b}, store.Chats{Backend: b}
	inbox, messages, boards := store.Inbox{Backend: b, Source: store.FromZoom}, store.Notifications{Backend: b}, store.Whiteboards{Backend: b}
	return map[string]func() (any, error){
		"Accounts.Grants":           func() (any, error) { return people.Grants(ctx, ana) },
		"Accounts.Grant":            func() (any, error) { return people.Grant(ctx, ana, accounts.Zoom) },
		"Accounts.CompletedIntents": func() (any, error) { return people.CompletedIntents(ctx, ana) },
		"Accounts.Revocation":       func() (any, error) { return people.Revocation(ctx, in, "revocation") },
		"Calendar.Record":           func() (any, error) { return book.Record(ctx, in, "m") },
		"Calendar.Kept":             func() (any, error) { return book.Kept(ctx, ana, noon) },
		"Calendar.Watch": func() (any, error) {
			w, err := book.Watch(ctx, ana)
			w.Asked = 0 // a number of this moment
			return w, err
		},
		"Chats.Place":          func() (any, error) { return places.Place(ctx, in, sameConversation) },
		"Chats.Latest":         func() (any, error) { return places.Latest(ctx, in) },
		"Chats.Places":         func() (any, error) { return places.Places(ctx, in) },
		"Chats.Contact":        func() (any, error) { return places.Contact(ctx, ana) },
		"Inbox.Kept":           func() (any, error) { return inbox.Kept(ctx, in, "key") },
		"Meetings.Nonced":      func() (any, error) { return s.Nonced(ctx, ana, "nonce") },
		"Meetings.Reservation": func() (any, error) { return s.Reservation(ctx, in, "m") },
		"Meetings.Waiting":     func() (any, error) { return s.Waiting(ctx, ana, noon) },
		"Meetings.Repeated": func() (any, error) {
			r := wish("new", "new nonce")
			r.Request.Person, r.Request.Place.Tenant, r.Request.Draft.Topic = ana, in, "Ours"
			r.Created = noon.Add(-time.Second)
			return s.Repeated(ctx, r)
		},
		"Meetings.Meeting": func() (any, error) {
			m, sealed, err := s.Meeting(ctx, in, "m")
			return []any{m, sealed}, err
		},
		"Meetings.Invitees":        func() (any, error) { return s.Invitees(ctx, in, "m") },
		"Meetings.WithoutCalendar": func() (any, error) { return s.WithoutCalendar(ctx, ana, noon) },
		"Meetings.Copies":          func() (any, error) { return s.Copies(ctx, in, "m") },
		"Meetings.Listed":          func() (any, error) { return s.Listed(ctx, ana) },
		"Meetings.Linked":          func() (any, error) { return s.Linked(ctx, in, "m", 10) },
		"Meetings.Began":           func() (any, error) { return s.Began(ctx, in, "m", "u") },
		"Meetings.Held": func() (any, error) {
			session, all, there, err := s.Held(ctx, in, "m")
			return held{session, all, there}, err
		},
		"Meetings.HeldBetween": func() (any, error) {
			session, all, there, err := s.HeldBetween(ctx, in, "m", from, to)
			return held{session, all, there}, err
		},
		"Meetings.AgendasDue": func() (any, error) { return s.AgendasDue(ctx, in, to, 10) },
		"Meetings.Turning":    func() (any, error) { return s.Turning(ctx, in, noon, noon, "", 10) },
		"Meetings.Past": func() (any, error) {
			found, kept, err := s.Past(ctx, ben, from, to)
			return []any{found, kept}, err
		},
		"Meetings.Remaining": func() (any, error) { return s.Remaining(ctx, in, "m", "u") },
		"Meetings.Shared":    func() (any, error) { return s.Shared(ctx, in, "share") },
		"Meetings.Shares":    func() (any, error) { return s.Shares(ctx, in, "m") },
		"Meetings.Followers": func() (any, error) { return s.Followers(ctx, in, "m") },
		"Meetings.Around":    func() (any, error) { return s.Around(ctx, ben, from, to) },
		"Meetings.Brought":   func() (any, error) { return s.Brought(ctx, in, sameConversation, from, to) },
		"Meetings.Numbered":  func() (any, error) { return s.Numbered(ctx, in, sameNumber) },
		"Meetings.LastTyped": func() (any, error) { return s.LastTyped(ctx, ana, "typed", noon) },
		"Meetings.Made":      func() (any, error) { return s.Made(ctx, in, sameConversation, from, 10) },
		"Meetings.ByNumber":  func() (any, error) { return s.ByNumber(ctx, ana, sameNumber) },
		"Notifications.Due": func() (any, error) {
			due, next, err := messages.Due(ctx, in, to, 10)
			return []any{due, next}, err
		},
		"Notifications.Message":   func() (any, error) { return messages.Message(ctx, in, "message") },
		"Notifications.Missed":    func() (any, error) { return messages.Missed(ctx, ana, from, 10) },
		"Notifications.About":     func() (any, error) { return messages.About(ctx, in, "m") },
		"Policy.State":            func() (any, error) { return store.Policy{Backend: b}.State(ctx, in) },
		"Policy.Changes":          func() (any, error) { return store.Policy{Backend: b}.Changes(ctx, in, 10) },
		"Preferences.Preferences": func() (any, error) { return store.Preferences{Backend: b}.Preferences(ctx, ana) },
		"Whiteboards.Share":       func() (any, error) { return boards.Share(ctx, in, "board share") },
		"Whiteboards.Shares":      func() (any, error) { return boards.Shares(ctx, ana, from, to) },
		"Whiteboards.Notice":      func() (any, error) { return boards.Notice(ctx, in, "notice") },
		"Whiteboards.Noticed":     func() (any, error) { return boards.Noticed(ctx, ana, notifications.BoardShared, from) },
	}
}
