package meetings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/wiretest"
)

// typed is what somebody fills in.
func typed() meetings.Input {
	return meetings.Input{
		Topic: "Launch", Date: "2026-11-26", Time: "14:30", Duration: "45", Zone: "Europe/Paris", Who: "everyone", Passcode: "true", WaitingRoom: "false",
	}
}

func TestReadUnderstandsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := stage(t)
	f := form(p)
	f.Nonce, f.Input = "n1", typed()
	got, err := p.Meetings.Read(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	want := meetings.Request{
		Person: f.Person, Name: f.Name, User: f.User, Place: f.Place, Nonce: "n1", Locale: "en",
		Draft: meetings.Draft{
			Topic: "Launch", Start: time.Date(2026, 11, 26, 13, 30, 0, 0, time.UTC), Duration: 45 * time.Minute, Zone: "Europe/Paris",
			Passcode: true, Everyone: true,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got)\n%s", diff)
	}

	now := form(p)
	now.Now, now.Input = true, meetings.Input{Topic: "Quick", Duration: "30", Who: "chosen", People: "ben"}
	got, err = p.Meetings.Read(t.Context(), now)
	if err != nil || !got.Draft.Now || got.Draft.Zone != "Europe/Paris" || len(got.Draft.Chosen) != 1 {
		t.Errorf("start now: %+v, %v", got.Draft, err)
	}
	personal := form(p)
	personal.Place.Kind, personal.Input = chats.Personal, typed()
	personal.Input.Who = "chosen"
	if got, err = p.Meetings.Read(t.Context(), personal); err != nil || !got.Draft.Everyone {
		t.Errorf("alone with the bot: %+v, %v", got.Draft, err)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := stage(t)
	for name, row := range map[string]struct {
		change func(*meetings.Input)
		want   []string
	}{
		"no number of minutes":    {func(i *meetings.Input) { i.Duration = "an hour" }, []string{"duration: meetings.duration_range"}},
		"too many minutes":        {func(i *meetings.Input) { i.Duration = "1441" }, []string{"duration: meetings.duration_range"}},
		"a number out of bounds":  {func(i *meetings.Input) { i.Duration = "99999999999999999999" }, []string{"duration: meetings.duration_range"}},
		"no zone":                 {func(i *meetings.Input) { i.Zone = "" }, []string{"zone: meetings.zone_unknown"}},
		"the server's zone":       {func(i *meetings.Input) { i.Zone = "Local" }, []string{"zone: meetings.zone_unknown"}},
		"a zone that is a path":   {func(i *meetings.Input) { i.Zone = "../UTC" }, []string{"zone: meetings.zone_unknown"}},
		"another country's date":  {func(i *meetings.Input) { i.Date = "26/11/2026" }, []string{"date: meetings.date_unknown"}},
		"a day that is none":      {func(i *meetings.Input) { i.Date = "2027-02-29" }, []string{"date: meetings.date_unknown"}},
		"a time that is none":     {func(i *meetings.Input) { i.Time = "25:00" }, []string{"time: meetings.time_unknown"}},
		"clocks put forward":      {func(i *meetings.Input) { i.Date, i.Time = "2027-03-28", "02:30" }, []string{"time: meetings.start_gap"}},
		"nobody chosen":           {func(i *meetings.Input) { i.Who = "chosen" }, []string{"people: meetings.people_missing"}},
		"somebody and everyone":   {func(i *meetings.Input) { i.Who, i.People = "everyone", "ben" }, []string{"people: meetings.people_everyone"}},
		"somebody unknown":        {func(i *meetings.Input) { i.Who, i.People = "chosen", "ben, Zoë" }, []string{"people: meetings.people_unknown"}},
		"more names than invited": {func(i *meetings.Input) { i.Who, i.People = "chosen", strings.Repeat("ben,", 501) }, []string{"people: meetings.people_many"}},
		"what Zoom would refuse is said at once too": {
			func(i *meetings.Input) { i.Topic, i.Time = " ", "late" }, []string{"time: meetings.time_unknown", "topic: meetings.topic_missing"},
		},
		"no number of meetings": {func(i *meetings.Input) { i.Repeat = "weekly" }, []string{"times: meetings.times_missing"}},
		"two at once": {
			func(i *meetings.Input) { i.Time, i.Duration = "", "" }, []string{"duration: meetings.duration_range", "time: meetings.time_unknown"},
		},
	} {
		f := form(p)
		f.Input = typed()
		row.change(&f.Input)
		_, err := p.Meetings.Read(t.Context(), f)
		if diff := cmp.Diff(row.want, fields(err)); diff != "" || !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
	f := form(p)
	f.Input = typed()
	f.Input.Date, f.Input.Time = "2027-10-31", "2:30" // twice on that night; and written short
	if got, err := p.Meetings.Read(t.Context(), f); err != nil || got.Draft.Start.In(time.UTC).Minute() != 30 {
		t.Errorf("a time that comes twice: %+v, %v", got.Draft, err)
	}
}

func TestPeopleAreFoundByIDAddressOrName(t *testing.T) {
	t.Parallel()
	p := stage(t)
	twin := wiretest.Someone("dan")
	twin["id"], twin["aadObjectId"], twin["email"] = "29:dan2", "dan2", "dan2@example.com"
	stranger := map[string]any{"id": "29:guest", "name": "Gus", "userRole": "guest"}
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), wiretest.Someone("dan"), twin, stranger)
	read := func(people string) ([]entra.ObjectID, error) {
		f := form(p)
		f.Input = typed()
		f.Input.Who, f.Input.People = "chosen", people
		r, err := p.Meetings.Read(t.Context(), f)
		return r.Draft.Chosen, err
	}
	for people, want := range map[string][]entra.ObjectID{
		"ben": {"ben"}, " BEN@example.com ,": {"ben"}, "Ben,dan2@EXAMPLE.com": {"ben", "dan2"},
	} {
		if got, err := read(people); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%q: %v, %v", people, got, err)
		}
	}
	for _, people := range []string{"Dan", "Gus"} { // two have the name; one has no identity
		if _, err := read(people); len(fields(err)) != 1 {
			t.Errorf("%q was found: %v", people, err)
		}
	}
}

// Whoever is named by address and is in the conversation is invited as its member, and once.
func TestMembersNamedByAddressAreInvitedAsMembers(t *testing.T) {
	t.Parallel()
	p := stage(t)
	nameless := wiretest.Someone("eva")
	nameless["email"], nameless["userPrincipalName"] = "", ""
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"), wiretest.Someone("cho"), nameless)
	kim := meetings.Guest{Name: "Kim", Address: "kim@partner.example"}
	named := []meetings.Guest{{Name: "Ben", Address: "BEN@example.com"}, kim, {Name: "Eva", Address: "eva"}}
	for who, want := range map[string]meetings.Draft{
		"chosen":   {Chosen: []entra.ObjectID{"ben", "eva"}, Invitees: []meetings.Guest{kim}},
		"everyone": {Everyone: true, Invitees: []meetings.Guest{kim}},
	} {
		f := form(p)
		f.Whole, f.Input = true, typed()
		f.Input.Who, f.Input.Invitees = who, named
		r, err := p.Meetings.Read(t.Context(), f)
		got := meetings.Draft{Everyone: r.Draft.Everyone, Chosen: r.Draft.Chosen, Invitees: r.Draft.Invitees}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", who, err, diff)
		}
	}
	p.Connector.Next("GET /emea/v3/conversations/*/pagedmembers", 0, wiretest.Refuse(503, `{}`))
	p.Clock.Forward(time.Hour)
	f := form(p)
	f.Whole, f.Input = true, typed()
	f.Input.Who, f.Input.Invitees = "chosen", named
	if _, err := p.Meetings.Read(t.Context(), f); cmp.Diff([]string{"people: meetings.people_no_roster"}, fields(err)) != "" {
		t.Errorf("without the members: %v %v", err, fields(err))
	}
}

func TestMoreThanOutlookInvites(t *testing.T) {
	t.Parallel()
	p := stage(t)
	crowd := func(n int) {
		var all []map[string]any
		for i := range n {
			all = append(all, wiretest.Someone(fmt.Sprintf("p%03d", i)))
		}
		p.Connector.Put(group, true, append(all, wiretest.Someone("ana"))...)
	}
	crowd(500)
	f := form(p)
	f.Input = typed()
	if _, err := p.Meetings.Read(t.Context(), f); err != nil {
		t.Errorf("500 besides the organiser: %v", err)
	}
	p.Clock.Forward(2 * time.Minute) // what was listed is forgotten
	crowd(501)
	if _, err := p.Meetings.Read(t.Context(), f); cmp.Diff([]string{"people: meetings.people_many"}, fields(err)) != "" {
		t.Errorf("501 besides the organiser: %v", err)
	}
	f.Input.Who, f.Input.People = "chosen", "p007@example.com"
	if r, err := p.Meetings.Read(t.Context(), f); err != nil || len(r.Draft.Chosen) != 1 {
		t.Errorf("one of them: %+v, %v", r.Draft, err)
	}
	f = form(p)
	shown := dialog(t, p, f)
	for text, want := range map[string]bool{
		`"value":"everyone"`: false, "More than 500 people are here": true, "names or addresses, separated by commas": true,
	} {
		if strings.Contains(shown, text) != want {
			t.Errorf("%s is shown: %v", text, !want)
		}
	}
}

// dialog is the form as JSON.
func dialog(t *testing.T, p *wiretest.Product, f meetings.Form) string {
	t.Helper()
	d, err := p.Meetings.Dialog(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(d.Card)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheFormSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", false)
	nameless := wiretest.Someone("eva")
	nameless["email"], nameless["userPrincipalName"] = "", ""
	noMail := wiretest.Someone("ana")
	noMail["email"], noMail["userPrincipalName"] = "", ""
	p.Connector.Put(group, true, noMail, wiretest.Someone("ben"), nameless)
	p.Zoom.Settings = strings.Replace(p.Zoom.Settings, `"meeting_capacity":100`, `"meeting_capacity":2`, 1)
	p.Zoom.Plan = 1
	shown := dialog(t, p, form(p))
	for text, want := range map[string]bool{
		"calendar is not connected":                                      false,
		"a meeting ends after 40 minutes":                                true,
		"lets 2 people into a meeting":                                   true,
		"get a message in Teams only: Eva":                               true,
		"Everyone here (2 other people)":                                 true,
		"Nobody needs a Zoom account to join":                            true,
		`"id":"passcode"`:                                                true,
		`"title":"Europe/Paris (UTC+1)"`:                                 true,
		`"value":"2026-11-23"`:                                           true,
		`"value":"13:30"`:                                                true, // the next half hour in Paris that leaves time to fill in
		`"label":"Waiting room"`:                                         false,
		`"title":"Waiting room: the host lets people in","value":"true"`: true,
	} {
		if strings.Contains(shown, text) != want {
			t.Errorf("%s is shown: %v\n%s", text, !want, shown)
		}
	}
	bens := form(p)
	bens.Person, bens.User = wiretest.Person("ben"), "29:ben"
	if shown := dialog(t, p, bens); strings.Count(shown, "calendar is not connected") != 1 ||
		strings.Index(shown, "calendar is not connected") > strings.Index(shown, `"id":"topic"`) {
		t.Error("somebody without calendar is not told before")
	}
	p.Zoom.Settings = `{"schedule_meeting":{"require_password_for_scheduling_new_meetings":true},"in_meeting":{},"feature":{}}`
	p.Clock.Forward(time.Hour)
	if shown := dialog(t, p, form(p)); strings.Contains(shown, `"id":"passcode"`) || !strings.Contains(shown, "always sets a passcode") {
		t.Error("a passcode that the account demands can be switched off")
	}
}

func TestTheFormSaysThatThereIsNoMailbox(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Graph.NoMailbox["eva"] = true
	p.Link("eva", true)
	f := form(p)
	f.Person, f.User = wiretest.Person("eva"), "29:eva"
	if shown := dialog(t, p, f); !strings.Contains(shown, "no Outlook mailbox") {
		t.Errorf("not told\n%s", shown)
	}
}

// TestTheFormDoesNotWaitForAnybody: Zoom and Teams hang, and it is on the screen all the same.
func TestTheFormDoesNotWaitForAnybody(t *testing.T) {
	t.Parallel()
	p := stage(t, wiretest.Change{Patience: 300 * time.Millisecond})
	p.Zoom.Next("GET /v2/users/me/settings", 0, wiretest.Hang(t))
	p.Connector.Next("GET /emea/v3/conversations/*/pagedmembers", 0, wiretest.Hang(t))
	shown := dialog(t, p, form(p)) // it comes, which it would not if it waited
	for _, text := range []string{"Zoom did not tell your settings", "Teams did not list the members", "separated by commas"} {
		if !strings.Contains(shown, text) {
			t.Errorf("it does not say %q", text)
		}
	}
	p.Zoom.Mend()
	p.Connector.Mend()
	for range 100 { // however slow this machine is
		if shown = dialog(t, p, form(p)); !strings.Contains(shown, "did not tell") && !strings.Contains(shown, "did not list") {
			return
		}
	}
	t.Error("the failures are remembered")
}

func TestTheFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := stage(t)
	f := form(p)
	f.Nonce, f.Input = "n1", typed()
	f.Input.Duration, f.Input.Zone, f.Input.Topic = "37", "Asia/Kathmandu", strings.Repeat("x", 100_000)
	f.Problem = problem.New(problem.Invalid, "meetings.invalid").WithField(meetings.FieldTopic, "meetings.topic_long", "Max", 200)
	d, err := p.Meetings.Dialog(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	size, err := d.Card.Size()
	text, _ := json.Marshal(d.Card)
	if err != nil || size > teams.MaxCard {
		t.Errorf("the form has %d bytes, %v", size, err)
	}
	for _, want := range []string{
		`"nonce":"n1"`, `"value":"37"`, `"value":"Asia/Kathmandu"`, "Some fields need another look", "may have at most 200 characters", "37 min",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in the form", want)
		}
	}
}

func TestWhoGetsNoForm(t *testing.T) {
	t.Parallel()
	p := stage(t)
	stranger := form(p)
	stranger.Person = wiretest.Person("ben")
	if _, err := p.Meetings.Dialog(t.Context(), stranger); !problem.Is(err, problem.NotLinked) {
		t.Errorf("not connected: %v", err)
	}
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, false, "test"); err != nil {
		t.Fatal(err)
	}
	asked := len(p.Zoom.Calls("*"))
	if _, err := p.Meetings.Dialog(t.Context(), form(p)); !problem.Is(err, problem.Forbidden) {
		t.Errorf("switched off: %v", err)
	}
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); !problem.Is(err, problem.Forbidden) {
		t.Errorf("switched off: %v", err)
	}
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, true, "test"); err != nil {
		t.Fatal(err)
	}
	if err := p.Policy.Learn(t.Context(), wiretest.Tenant, policy.Zoom, policy.Off, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "n1", draft())); !problem.Is(err, problem.NotReady) {
		t.Errorf("not approved: %v", err)
	}
	if now := len(p.Zoom.Calls("*")); now != asked {
		t.Errorf("%d calls to Zoom", now-asked)
	}
}

func TestTheFormOfAChange(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := schedule(t, p, "n1", draft())
	f := form(p)
	f.Meeting = &m
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d, err := p.Meetings.Dialog(ctx, f)
	if err != nil || d.Title != "Change the Zoom meeting" {
		t.Fatal(d.Title, err)
	}
	text, _ := json.Marshal(d.Card)
	for part, want := range map[string]bool{
		`"do":"meetings.change"`: true, `"meeting":"` + m.ID: true, `"value":"Launch"`: true, `"value":"Last checks"`: true, `"value":"2026-11-26"`: true,
		`"value":"13:00"`: true, `"id":"people"`: false, `"id":"passcode"`: false,
	} {
		if strings.Contains(string(text), part) != want {
			t.Errorf("%s is there: %v", part, !want)
		}
	}
}

func TestTheTabsFormSaysHowManyMayTakePart(t *testing.T) {
	t.Parallel()
	p := stage(t)
	for _, want := range []int{100, 0} {
		model, err := p.Meetings.FormModel(t.Context(), meetings.Form{Person: wiretest.Person("ana"), Locale: "en"})
		if err != nil || model.Capacity != want {
			t.Errorf("%d, %v; want %d", model.Capacity, err, want)
		}
		p.Zoom.Next("GET /v2/users/me/settings", 0, wiretest.Refuse(503, `{}`))
		p.Clock.Forward(time.Hour)
	}
}

func TestTheTabsFormSaysWhatAPasscodeHasToBe(t *testing.T) {
	t.Parallel()
	p := stage(t)
	for rule, want := range map[string]string{
		`{}`:           "1 to 10 characters",
		`{"length":6}`: "6 to 10 characters",
		`{"length":8,"have_letter":true,"have_number":true,"have_special_character":true,"consecutive_characters_length":4}`: "8 to 10 characters, a letter, a digit, a special character, no runs such as 1234 or aaaa",
		`{"length":6,"only_allow_numeric":true,"have_number":true}`:                                                          "6 to 10 characters, digits only",
		`{"length":6,"have_letter":true,"have_upper_and_lower_characters":true}`:                                             "6 to 10 characters, capital and small letters",
	} {
		p.Zoom.Settings = `{"schedule_meeting":{"meeting_password_requirement":` + rule + `},"in_meeting":{},"feature":{}}`
		p.Clock.Forward(time.Hour)
		model, err := p.Meetings.FormModel(t.Context(), meetings.Form{Person: wiretest.Person("ana"), Locale: "en"})
		if err != nil || model.PasscodeRule != want {
			t.Errorf("%s: %q, %v; want %q", rule, model.PasscodeRule, err, want)
		}
	}
}
