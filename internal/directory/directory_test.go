package directory_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/directory"
	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/wiretest"
)

const (
	people   = "GET /v1.0/me/people"
	users    = "GET /v1.0/users"
	contacts = "GET /v1.0/me/contacts"
	rooms    = "GET /v1.0/places/microsoft.graph.room"
	schedule = "POST /v1.0/me/calendar/getSchedule"
	view     = "GET /v1.0/me/calendarView"
	proposes = "POST /v1.0/me/findMeetingTimes"
)

type object = map[string]any

// stage is a product in which Ana has connected Zoom and her calendar, with a directory.
type stage struct {
	*wiretest.Product
	t   *testing.T
	dir *directory.Service
}

// impatient is as long as a look-up waits for what hangs: long enough for all else, on any machine.
const impatient = 3 * time.Second

func begin(t *testing.T, patience time.Duration) *stage {
	t.Helper()
	p := wiretest.New(t, wiretest.SQLite(t))
	p.Link("ana", true)
	s := &stage{Product: p, t: t, dir: directory.New(directory.Config{Policy: p.Policy, Accounts: p.Accounts, Patience: patience, Now: p.Clock.Now})}
	p.Graph.List("people",
		object{"id": "o1", "displayName": "Ben Carter", "scoredEmailAddresses": []any{object{"address": "ben@meridian.example"}}, "personType": object{"class": "Person"}},
		object{"id": "ana", "displayName": "Ana Duarte", "scoredEmailAddresses": []any{object{"address": "ana@meridian.example"}}})
	p.Graph.List("users", object{"id": "o1", "displayName": "Ben Carter", "mail": "Ben@meridian.example"}, object{"id": "o2", "displayName": "Bea Lund", "mail": "bea@meridian.example"})
	p.Graph.List("contacts", object{"id": "c1", "displayName": "Benno", "emailAddresses": []any{object{"name": "Benno", "address": "benno@elsewhere.example"}}})
	p.Graph.List("rooms",
		object{"id": "r1", "displayName": "Hall", "emailAddress": "hall@meridian.example", "building": "North", "capacity": 40},
		object{"id": "r2", "displayName": "Cabin", "emailAddress": "cabin@meridian.example", "building": "North", "capacity": 4},
		object{"id": "r3", "displayName": "Attic", "emailAddress": "attic@meridian.example", "building": "South"},
		object{"id": "r4", "displayName": "Den", "emailAddress": "den@meridian.example", "building": "North", "capacity": 6})
	p.Graph.List("schedules")
	return s
}

func (s *stage) turn(grant policy.Feature, on bool) {
	s.t.Helper()
	if err := s.Policy.SetFeature(s.t.Context(), wiretest.Tenant, grant, on, "jo"); err != nil {
		s.t.Fatal(err)
	}
}

// ready switches a grant on and lets Ana consent to it.
func (s *stage) ready(grant policy.Feature) {
	s.t.Helper()
	s.turn(grant, true)
	s.Entra.Consent("ana", accounts.OptionalScopes(grant)...)
}

func ana() directory.Asker {
	return directory.Asker{Person: wiretest.Person("ana"), Assertion: "sso-ana"}
}

// looks counts the calls of Graph for people, and those for rooms.
func (s *stage) looks() (ofPeople, ofRooms int) {
	return len(s.Graph.Calls(people)) + len(s.Graph.Calls(users)) + len(s.Graph.Calls(contacts)), len(s.Graph.Calls(rooms))
}

func addresses(found []directory.Person) (all []string) {
	for _, p := range found {
		all = append(all, string(p.Kind)+" "+p.Address)
	}
	return all
}

// The four cases of the two grants: where one is off, not one call is made for it, and the other works all the same.
func TestA9_FourCases(t *testing.T) {
	t.Parallel()
	for _, withPeople := range []bool{false, true} {
		for _, withRooms := range []bool{false, true} {
			t.Run(fmt.Sprintf("people %t, rooms %t", withPeople, withRooms), func(t *testing.T) {
				t.Parallel()
				s := begin(t, time.Minute)
				s.turn(policy.Contacts, withPeople)
				s.turn(policy.Rooms, withRooms)
				s.Entra.Consent("ana", append(accounts.OptionalScopes(policy.Contacts), accounts.OptionalScopes(policy.Rooms)...)...)
				foundPeople, ofPeople, err := s.dir.People(t.Context(), ana(), "be")
				if err != nil {
					t.Fatal(err)
				}
				foundRooms, ofRooms, err := s.dir.Rooms(t.Context(), ana(), directory.RoomSearch{})
				if err != nil {
					t.Fatal(err)
				}
				want := func(what string, on bool, state directory.State, found int, calls, most int) {
					switch {
					case on && (state != directory.Granted || found == 0 || calls != most):
						t.Errorf("%s on: %s, %d found with %d calls", what, state, found, calls)
					case !on && (state != directory.Off || found > 0 || calls > 0):
						t.Errorf("%s off: %s, %d found with %d calls", what, state, found, calls)
					}
				}
				forPeople, forRooms := s.looks()
				want("people", withPeople, ofPeople, len(foundPeople), forPeople, 3)
				want("rooms", withRooms, ofRooms, len(foundRooms), forRooms, 1)
				for _, grant := range []policy.Feature{policy.Contacts, policy.Rooms} {
					if on := grant == policy.Contacts && withPeople || grant == policy.Rooms && withRooms; (s.dir.State(t.Context(), ana(), grant) == directory.Granted) != on {
						t.Errorf("%s: the state is %s", grant, s.dir.State(t.Context(), ana(), grant))
					}
				}
			})
		}
	}
}

// Where Microsoft has not been asked, that is said, and nothing is called; after the consent it works.
func TestConsentThatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.turn(policy.Contacts, true)
	s.turn(policy.Rooms, true)
	s.Entra.Consent("ana", "People.Read", "Contacts.Read") // not all that is needed
	for range 2 {
		if found, state, err := s.dir.People(t.Context(), ana(), "be"); err != nil || state != directory.Missing || len(found) > 0 {
			t.Errorf("people: %v, %s, %v", found, state, err)
		}
		if found, state, err := s.dir.Rooms(t.Context(), ana(), directory.RoomSearch{}); err != nil || state != directory.Missing || len(found) > 0 {
			t.Errorf("rooms: %v, %s, %v", found, state, err)
		}
	}
	if forPeople, forRooms := s.looks(); forPeople+forRooms > 0 {
		t.Errorf("%d calls without consent", forPeople+forRooms)
	}
	s.Entra.Consent("ana", accounts.OptionalScopes(policy.Contacts)...)
	s.Accounts.ForgetDelegation(wiretest.Person("ana"), policy.Contacts) // as the last page of the consent does
	found, state, err := s.dir.People(t.Context(), ana(), "be")
	want := []string{"person ben@meridian.example", "directory bea@meridian.example", "contact benno@elsewhere.example"}
	if err != nil || state != directory.Granted || !slices.Equal(addresses(found), want) {
		t.Errorf("after consent: %v, %s, %v", addresses(found), state, err)
	}
}

// What Entra wants to know before it gives a token is handed to whoever can ask for it, and there is no other way in.
func TestT22_AChallengeIsPassedOn(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.ready(policy.Contacts)
	s.Entra.Challenge(`{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`)
	_, _, err := s.dir.People(t.Context(), ana(), "be")
	if !problem.Is(err, problem.SignIn) || problem.Of(err).Args["Claims"] != `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}` {
		t.Errorf("answered %v, %v", err, problem.Of(err).Args)
	}
	if state := s.dir.State(t.Context(), ana(), policy.Contacts); state != directory.Missing {
		t.Errorf("the state is %s", state)
	}
	if n, _ := s.looks(); n > 0 {
		t.Errorf("%d calls of Graph", n)
	}
	for _, call := range s.Entra.Calls("POST /*/oauth2/v2.0/token") {
		if strings.Contains(call.Body, "client_credentials") {
			t.Error("the product fell back to a token of its own")
		}
	}
	s.Entra.Challenge("")
	if _, state, err := s.dir.People(t.Context(), ana(), "be"); err != nil || state != directory.Granted {
		t.Errorf("after it: %s, %v", state, err)
	}
}

// What was found is remembered for a moment, by whom it was found for; when the switch goes off, nothing of it is left.
func TestWhatWasFoundIsForgottenAtTheSwitch(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.ready(policy.Contacts)
	s.Entra.Consent("ben", accounts.OptionalScopes(policy.Contacts)...)
	look := func(a directory.Asker, q string) directory.State {
		t.Helper()
		_, state, err := s.dir.People(t.Context(), a, q)
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	for _, q := range []string{"be", "BE ", "be"} {
		look(ana(), q)
	}
	if n, _ := s.looks(); n != 3 {
		t.Errorf("%d calls for one search, want 3", n)
	}
	look(directory.Asker{Person: wiretest.Person("ben"), Assertion: "sso-ben"}, "be")
	if n, _ := s.looks(); n != 6 {
		t.Errorf("%d calls after somebody else's search, want 6", n)
	}
	look(ana(), "")
	if n, _ := s.looks(); n != 7 {
		t.Errorf("%d calls after looking who is near, want 7", n)
	}
	tokens := func() (n int) {
		for _, call := range s.Entra.Calls("POST /*/oauth2/v2.0/token") {
			if strings.Contains(call.Body, "jwt-bearer") {
				n++
			}
		}
		return n
	}
	if n := tokens(); n != 2 {
		t.Errorf("%d tokens were asked for, want one for each person", n)
	}
	s.turn(policy.Contacts, false)
	s.dir.Forget(wiretest.Tenant, policy.Contacts)
	if state := look(ana(), "be"); state != directory.Off {
		t.Errorf("switched off: %s", state)
	}
	s.turn(policy.Contacts, true)
	look(ana(), "be")
	if n, _ := s.looks(); n != 10 || tokens() != 3 {
		t.Errorf("%d calls and %d tokens after it was switched on again, want 10 and 3", n, tokens())
	}
}

// A token that Graph takes no more is replaced once.
func TestATokenThatEndedIsReplaced(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.ready(policy.Rooms)
	s.Graph.Outdate("behalf-1-ana")
	found, _, err := s.dir.Rooms(t.Context(), ana(), directory.RoomSearch{})
	if err != nil || len(found) != 4 || len(s.Graph.Calls(rooms)) != 2 {
		t.Errorf("%d rooms with %d calls, %v", len(found), len(s.Graph.Calls(rooms)), err)
	}
	s.Clock.Forward(58 * time.Minute)
	if _, _, err := s.dir.Rooms(t.Context(), ana(), directory.RoomSearch{}); err != nil {
		t.Error(err)
	}
	if calls := s.Graph.Calls(rooms); calls[len(calls)-1].Header.Get("Authorization") != "Bearer behalf-3-ana" {
		t.Errorf("an old token was used: %s", calls[len(calls)-1].Header.Get("Authorization"))
	}
}

// What does not answer in time is left out, and not remembered as the answer.
func TestASlowGraphAnswersWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := begin(t, impatient)
	s.ready(policy.Contacts)
	s.Graph.Next(users, 1, wiretest.Hang(t))
	found, state, err := s.dir.People(t.Context(), ana(), "be")
	if err != nil || state != directory.Granted || len(found) != 2 { // an answer that hangs comes when the test ends
		t.Errorf("%v, %s, %v", addresses(found), state, err)
	}
	s.Graph.Mend()
	if found, _, err := s.dir.People(t.Context(), ana(), "be"); err != nil || len(found) != 3 {
		t.Errorf("the next time: %v, %v", addresses(found), err)
	}
}

// Nothing is looked up while meetings are off, or one side has not approved.
func TestTheGateComesFirst(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.ready(policy.Contacts)
	ask := func() error { _, _, err := s.dir.People(t.Context(), ana(), "be"); return err }
	s.turn(policy.Meetings, false)
	if err := ask(); !problem.Is(err, problem.Forbidden) {
		t.Errorf("meetings off: %v", err)
	}
	s.turn(policy.Meetings, true)
	if err := s.Policy.Learn(t.Context(), wiretest.Tenant, policy.Zoom, policy.Off, "test"); err != nil {
		t.Fatal(err)
	}
	if err := ask(); !problem.Is(err, problem.NotReady) {
		t.Errorf("not approved: %v", err)
	}
	if state := s.dir.State(t.Context(), ana(), policy.Contacts); state != directory.Off {
		t.Errorf("the state is %s", state)
	}
	if n, _ := s.looks(); n > 0 {
		t.Errorf("%d calls", n)
	}
}

// Rooms come by size and by whether they are free.
func TestRooms(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.ready(policy.Rooms)
	names := func(w directory.RoomSearch) string {
		t.Helper()
		found, _, err := s.dir.Rooms(t.Context(), ana(), w)
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, r := range found {
			all += r.Name
			if r.Free != nil {
				all += fmt.Sprint(" ", *r.Free)
			}
			all += ", "
		}
		return all
	}
	for want, w := range map[string]directory.RoomSearch{
		"Cabin, Den, Hall, Attic, ": {}, "Den, Hall, Attic, ": {Capacity: 5}, "Cabin, Den, Hall, ": {Q: " NORTH"}, "Attic, ": {Q: "att"}, "": {Q: "nowhere"},
	} {
		if got := names(w); got != want {
			t.Errorf("%+v: %q, want %q", w, got, want)
		}
	}
	s.Graph.List("schedules",
		object{"scheduleId": "cabin@meridian.example", "availabilityView": "02"}, object{"scheduleId": "DEN@meridian.example", "availabilityView": "00"},
		object{"scheduleId": "hall@meridian.example", "error": object{"responseCode": "ErrorMailRecipientNotFound"}},
		object{"scheduleId": "attic@meridian.example", "availabilityView": "44"})
	if got := names(directory.RoomSearch{From: wiretest.Noon, To: wiretest.Noon.Add(time.Hour)}); got != "Den true, Attic true, Hall, Cabin false, " {
		t.Errorf("for an hour: %q", got)
	}
	if n := len(s.Graph.Calls(rooms)); n != 1 {
		t.Errorf("the rooms were read %d times", n)
	}
	s.Graph.Next(schedule, 2, wiretest.Refuse(http.StatusServiceUnavailable, `{}`))
	if got := names(directory.RoomSearch{From: wiretest.Noon, To: wiretest.Noon.Add(time.Hour)}); got != "Cabin, Den, Hall, Attic, " {
		t.Errorf("when nobody knows: %q", got)
	}
}

// A person of another tenant with the same object id sees nothing of it (T78).
func TestT78_WhatWasFoundIsThePersonsOwn(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.ready(policy.Contacts)
	if _, _, err := s.dir.People(t.Context(), ana(), "be"); err != nil {
		t.Fatal(err)
	}
	twin := directory.Asker{Person: entra.Person{Tenant: "another", ID: "ana"}, Assertion: "sso-ana"}
	if found, _, err := s.dir.People(t.Context(), twin, "be"); err == nil || len(found) > 0 {
		t.Errorf("the twin found %v, %v", found, err)
	}
	if text := fmt.Sprintf("%v %+v %s", ana(), ana(), ana()); strings.Contains(text, "sso-ana") {
		t.Errorf("the token prints: %s", text)
	}
}

// The rooms are the organisation's: they are kept once, and shown to whoever may see them.
func TestRoomsAreKeptOnceForATenant(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.ready(policy.Rooms)
	s.Entra.Consent("ben", accounts.OptionalScopes(policy.Rooms)...)
	for name, want := range map[string]directory.State{"ana": directory.Granted, "ben": directory.Granted, "cho": directory.Missing} {
		a := directory.Asker{Person: wiretest.Person(name), Assertion: "sso-" + name}
		found, state, err := s.dir.Rooms(t.Context(), a, directory.RoomSearch{})
		if err != nil || state != want || len(found) > 0 != (want == directory.Granted) {
			t.Errorf("%s: %v, %s, %v", name, found, state, err)
		}
	}
	if _, n := s.looks(); n != 1 {
		t.Errorf("%d calls for the rooms of one tenant", n)
	}
}
