package meetings_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/internal/chats"
	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/wiretest"
)

// six plans a series of six days.
func six(t *testing.T, p *wiretest.Product) meetings.Meeting {
	t.Helper()
	return plan(t, p, "nonce-01", func(in *meetings.Input) { in.Repeat, in.Times, in.Interval = "daily", "6", "1" })
}

// following changes an occurrence of a series and all after it, in the tab.
func following(p *wiretest.Product, m meetings.Meeting, n int, change func(*meetings.Input)) (meetings.Meeting, error) {
	original := m.Draft.Occurrences()[n].Original
	d, err := p.Meetings.Detail(p.T.Context(), visitor("ana"), m.ID, original)
	if err != nil {
		return m, err
	}
	in := *d.OccurrenceInput
	if change != nil {
		change(&in)
	}
	e := meetings.Edit{Scope: meetings.Following, Original: original, Edition: d.Edition, Nonce: "nonce-following"}
	return p.Meetings.Revise(p.T.Context(), visitor("ana"), m.ID, in, e)
}

// TestTheOldSeriesEndsInTheEnd: whatever is in the way at first, it does not go on beside the meeting that its rest has become.
func TestTheOldSeriesEndsInTheEnd(t *testing.T) {
	t.Parallel()
	ana := wiretest.Person("ana")
	approve := func(t *testing.T, p *wiretest.Product, status policy.Status) {
		t.Helper()
		if err := p.Policy.Learn(t.Context(), wiretest.Tenant, policy.Microsoft, status, "test"); err != nil {
			t.Fatal(err)
		}
	}
	allow := func(t *testing.T, p *wiretest.Product, on bool) {
		t.Helper()
		if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, on, "test"); err != nil {
			t.Fatal(err)
		}
	}
	disconnect := func(t *testing.T, p *wiretest.Product) {
		t.Helper()
		if err := p.Accounts.Disconnect(t.Context(), ana); err != nil {
			t.Fatal(err)
		}
	}
	for name, row := range map[string]struct {
		trouble, mend func(*testing.T, *wiretest.Product, meetings.Meeting)
	}{
		"the connection has ended": {
			func(t *testing.T, p *wiretest.Product, _ meetings.Meeting) { disconnect(t, p) },
			func(_ *testing.T, p *wiretest.Product, _ meetings.Meeting) { p.Link("ana", true) },
		},
		"an approval is missing": {
			func(t *testing.T, p *wiretest.Product, _ meetings.Meeting) { approve(t, p, policy.Off) },
			func(t *testing.T, p *wiretest.Product, _ meetings.Meeting) { approve(t, p, policy.Approved) },
		},
		"switched off": {
			func(t *testing.T, p *wiretest.Product, _ meetings.Meeting) { allow(t, p, false) },
			func(t *testing.T, p *wiretest.Product, _ meetings.Meeting) { allow(t, p, true) },
		},
		"others change it all the while": {
			func(t *testing.T, p *wiretest.Product, m meetings.Meeting) {
				p.Zoom.Next(change, 0, func(w http.ResponseWriter, _ *http.Request, effect func() *httptest.ResponseRecorder) {
					effect()
					if _, err := (store.Meetings{Backend: p.Back}).Change(t.Context(), find(t, p, m.ID), noJobs); err != nil {
						t.Error(err)
					}
					w.WriteHeader(http.StatusNoContent)
				})
			},
			func(_ *testing.T, p *wiretest.Product, _ meetings.Meeting) { p.Zoom.Mend() },
		},
		"Zoom refuses it for now": { // more often than a job may fail
			func(_ *testing.T, p *wiretest.Product, _ meetings.Meeting) {
				p.Zoom.Next(change, 0, wiretest.Refuse(400, `{"code":300,"message":"No."}`))
			},
			func(_ *testing.T, p *wiretest.Product, _ meetings.Meeting) { p.Zoom.Mend() },
		},
		"Zoom's day is used up": {
			func(_ *testing.T, p *wiretest.Product, _ meetings.Meeting) {
				p.Zoom.Next(change, 0, wiretest.Refuse(429, aHundred))
			},
			func(_ *testing.T, p *wiretest.Product, _ meetings.Meeting) { p.Zoom.Mend() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			m := six(t, p)
			p.Zoom.Next(change, 1, wiretest.Refuse(503, `{}`))
			if _, err := following(p, m, 3, nil); err != nil {
				t.Fatal(err)
			}
			cut := allJobs(t, p, meetings.CutJob)[0]
			row.trouble(t, p, m)
			if wait, again := snoozed(p.Do(cut)); !again || wait <= 0 {
				t.Error("it is not tried again")
			}
			row.mend(t, p, m)
			if err := p.Do(cut); err != nil {
				t.Error(err)
			}
			if n := len(find(t, p, m.ID).Draft.Occurrences()); n != 3 {
				t.Errorf("%d occurrences are left of the series, want 3", n)
			}
		})
	}
}

func noJobs(int64) []jobs.Job { return nil }

// TestAnOldSeriesThatIsOverOrGoneIsNotWaitedFor: then there is nothing to end.
func TestAnOldSeriesThatIsOverOrGoneIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*wiretest.Product, meetings.Meeting) error{
		"over": func(p *wiretest.Product, m meetings.Meeting) error {
			p.Clock.Set(m.Draft.End().Add(time.Minute))
			return p.Accounts.Disconnect(p.T.Context(), wiretest.Person("ana"))
		},
		"cancelled": func(p *wiretest.Product, m meetings.Meeting) error {
			_, err := p.Meetings.Cancel(p.T.Context(), wiretest.Person("ana"), m.ID)
			return err
		},
		"deleted at Zoom": func(p *wiretest.Product, _ meetings.Meeting) error {
			p.Zoom.Next(change, 1, wiretest.Refuse(404, `{"code":3001,"message":"Meeting does not exist."}`))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			m := six(t, p)
			p.Zoom.Next(change, 1, wiretest.Refuse(503, `{}`))
			if _, err := following(p, m, 3, nil); err != nil {
				t.Fatal(err)
			}
			if err := end(p, m); err != nil {
				t.Fatal(err)
			}
			if err := p.Do(allJobs(t, p, meetings.CutJob)[0]); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestTheRestOfASeriesIsAsLongAsItsFormSays: untouched, what is left; else as many as are typed. Of one that is left there is no series.
func TestTheRestOfASeriesIsAsLongAsItsFormSays(t *testing.T) {
	t.Parallel()
	times := func(n string) func(*meetings.Input) { return func(in *meetings.Input) { in.Times = n } }
	until := func(in *meetings.Input) {
		in.Ends, in.Times, in.Until = "until", "", "2026-12-01" // six days, from 26 November
	}
	for name, row := range map[string]struct {
		series func(*meetings.Input)
		from   int
		change func(*meetings.Input)
		shown  string
		want   int
	}{
		"untouched":                 {times("6"), 3, nil, "daily 3 ", 3},
		"as many as the series had": {times("6"), 3, times("6"), "daily 3 ", 6},
		"more":                      {times("6"), 3, times("10"), "daily 3 ", 10},
		"one":                       {times("6"), 3, times("1"), "daily 3 ", 1},
		"from the last":             {times("6"), 5, nil, "  ", 1},
		"by its day":                {until, 3, nil, "daily  2026-12-01", 3},
		"by its day, from the last": {until, 5, nil, "  ", 1},
		"by its day, cut to one":    {until, 3, func(in *meetings.Input) { in.Until = in.Date }, "daily  2026-12-01", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			m := plan(t, p, "nonce-01", func(in *meetings.Input) { in.Repeat, in.Interval = "daily", "1"; row.series(in) })
			if n := len(m.Draft.Occurrences()); n != 6 {
				t.Fatalf("%d occurrences, want six", n)
			}
			made, err := following(p, m, row.from, func(in *meetings.Input) {
				if shown := in.Repeat + " " + in.Times + " " + in.Until; shown != row.shown {
					t.Errorf("the form shows %q, want %q", shown, row.shown)
				}
				if row.change != nil {
					row.change(in)
				}
			})
			if err != nil {
				t.Fatal(err, fields(err))
			}
			if n := len(made.Draft.Occurrences()); n != row.want || (made.Draft.Repeat == nil) != (n == 1) {
				t.Errorf("the rest is held %d times, a series %t; want %d", n, made.Draft.Repeat != nil, row.want)
			}
			if n := len(find(t, p, m.ID).Draft.Occurrences()); n != row.from {
				t.Errorf("%d occurrences are left of the series, want %d", n, row.from)
			}
		})
	}
}

// TestWhatWasMovedStaysSoWhenASeriesIsCut: Zoom makes all occurrences of a changed series anew. One that was moved from a time that has passed
// to one that is to come is moved again, as everywhere else.
func TestWhatWasMovedStaysSoWhenASeriesIsCut(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := six(t, p)
	all := m.Draft.Occurrences()
	p.Zoom.Next("GET /v2/meetings/*", 0, func(w http.ResponseWriter, r *http.Request, _ func() *httptest.ResponseRecorder) {
		shown := []map[string]any{}
		for _, o := range all {
			shown = append(shown, map[string]any{
				"occurrence_id": strconv.FormatInt(o.Original.UnixMilli(), 10), "start_time": o.Original.Format(time.RFC3339), "duration": 45, "status": "available",
			})
		}
		text, _ := json.Marshal(map[string]any{"id": int64(m.Zoom), "type": 8, "topic": m.Draft.Topic, "occurrences": shown})
		wiretest.Refuse(200, string(text))(w, r, nil)
	})
	later := meetings.Edit{Scope: meetings.One, Original: all[0].Original, Draft: m.Draft}
	later.Draft.Start = all[0].Start.Add(3 * time.Hour)
	if _, err := p.Meetings.Edit(t.Context(), visitor("ana"), m.ID, later); err != nil {
		t.Fatal(err)
	}
	p.Clock.Set(all[0].Original.Add(time.Hour))
	asked := len(p.Zoom.Calls(change))
	if _, err := p.Meetings.End(t.Context(), visitor("ana"), m.ID, meetings.Edit{Scope: meetings.Following, Original: all[3].Original}); err != nil {
		t.Fatal(err)
	}
	calls := p.Zoom.Calls(change)[asked:]
	if len(calls) != 2 || calls[1].Query != "occurrence_id="+strconv.FormatInt(all[0].Original.UnixMilli(), 10) {
		t.Errorf("Zoom was told %+v", calls)
	}
}

// Who is not in a conversation any more brings nothing there by changing the rest of a series: it is made, in no conversation, and nobody of
// those who are there now is invited.
func TestWhoHasLeftBringsTheRestOfASeriesNowhere(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Times: 6}
	m := schedule(t, p, "n1", d)
	const elsewhere = "19:all@thread.v2"
	share(t, p, m, open(t, p, elsewhere, "All hands"))
	p.Work("")
	before := len(p.Connector.Posts(""))
	for _, conversation := range []string{group, elsewhere} {
		p.Connector.Put(conversation, true, wiretest.Someone("ben"), wiretest.Someone("cho"))
	}
	p.Clock.Forward(time.Minute) // a yes is believed for some seconds
	made, err := following(p, m, 3, func(in *meetings.Input) { in.Topic = "Rest" })
	if err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if made = find(t, p, made.ID); made.Place.Kind != chats.Tab || made.Invitees != 0 || len(about(t, p, made.ID)) != 0 {
		t.Errorf("made in %+v, %d invited, told: %v", made.Place, made.Invitees, about(t, p, made.ID))
	}
	if now := len(p.Connector.Posts("")); now != before {
		t.Errorf("%d new messages", now-before)
	}
	if old := find(t, p, m.ID); old.Draft.Repeat.Times != 3 {
		t.Errorf("the series goes on %d times", old.Draft.Repeat.Times)
	}
}

// TestTheRestOfASeriesIsSharedWhereTheSeriesIs: once, in each conversation, which lists it; and the card of the series leads to it.
func TestTheRestOfASeriesIsSharedWhereTheSeriesIs(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Times: 6}
	m := schedule(t, p, "n1", d)
	const all, left = "19:all@thread.v2", "19:left@thread.v2"
	where := open(t, p, all, "All hands")
	gone := open(t, p, left, "Left")
	for range 2 {
		share(t, p, m, where)
		p.Clock.Forward(2 * time.Minute)
	}
	share(t, p, m, gone)
	share(t, p, m, open(t, p, group, "Launch team", "ben", "cho")) // where it was made
	p.Connector.Next("POST /emea/v3/conversations/"+left+"/activities", 0, wiretest.Refuse(403, `{"error":{"code":"BotNotInConversationRoster"}}`))
	made, err := following(p, m, 3, func(in *meetings.Input) { in.Topic = "Rest" })
	if err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if err := p.Do(allJobs(t, p, meetings.CutJob)[0]); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	posts := p.Connector.Posts(all)
	if len(posts) != 3 || !strings.Contains(posts[2].Text(), "Rest") || !strings.Contains(posts[2].Text(), made.JoinURL) {
		t.Fatalf("%d cards: %v", len(posts), posts)
	}
	here := p.Connector.Posts(group)
	if len(here) != 3 {
		t.Errorf("%d cards where it was made", len(here))
	}
	for _, old := range append(posts[:2], here[:2]...) {
		if text := old.Text(); !strings.Contains(text, "3 times") || !strings.Contains(text, "goes on as a meeting of its own") || !strings.Contains(text, made.ID) {
			t.Errorf("the card of the series says %s", text)
		}
	}
	if n := len(p.Connector.Calls("POST /emea/v3/conversations/" + left + "/activities")); n != 2 {
		t.Errorf("where nobody lets us post any more it is tried %d times", n-1)
	}
	v := visitor("ana")
	v.At.Conversation = all
	listed, err := p.Meetings.Here(t.Context(), v)
	if got := strings.Join(topics(listed.Upcoming), ", "); err != nil || strings.Count(got, "Launch") != 3 || strings.Count(got, "Rest") != 3 {
		t.Errorf("the conversation lists %s, %v", got, err)
	}
	rename := func(topic string, leads bool) {
		t.Helper()
		d := find(t, p, m.ID).Draft
		d.Topic, d.Next = topic, ""
		if _, err := p.Meetings.Change(t.Context(), wiretest.Person("ana"), m.ID, d); err != nil {
			t.Fatal(err)
		}
		p.Work("")
		if text := p.Connector.Posts(all)[0].Text(); !strings.Contains(text, topic) || strings.Contains(text, "of its own") != leads {
			t.Errorf("the card of the series says %s", text)
		}
	}
	rename("Renamed", true)
	if _, err := p.Meetings.Cancel(t.Context(), wiretest.Person("ana"), made.ID); err != nil {
		t.Fatal(err)
	}
	rename("Alone", false)
}

// A series of which nothing is left before its rest is cancelled, and its card leads on; the rest, though it takes place once, is followed where the
// series was, and what followed on the series follows on it.
func TestNothingIsLeftOfASeries(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Times: 2}
	m := schedule(t, p, "n1", d)
	open(t, p, group, "Launch team", "ben", "cho")
	p.Work("")
	v := visitor("ana")
	v.At.Conversation = group
	if err := p.Meetings.Follow(t.Context(), v, m.ID, true); err != nil {
		t.Fatal(err)
	}
	first := m.Draft.Occurrences()[0].Original
	if _, err := p.Meetings.End(t.Context(), visitor("ana"), m.ID, meetings.Edit{Scope: meetings.One, Original: first}); err != nil {
		t.Fatal(err)
	}
	made, err := following(p, m, 1, func(in *meetings.Input) { in.Topic = "Rest" })
	if err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if old := find(t, p, m.ID); old.State != meetings.Cancelled || old.Draft.Next != made.ID || len(p.Zoom.Meetings()) != 1 {
		t.Errorf("the series is %s, goes on in %q, and Zoom has %d meetings", old.State, old.Draft.Next, len(p.Zoom.Meetings()))
	}
	posts := p.Connector.Posts(group)
	if text := posts[0].Text(); !strings.Contains(text, "goes on as a meeting of its own") || !strings.Contains(text, made.ID) {
		t.Errorf("its card says %s", text)
	}
	p.Clock.Set(made.Draft.Start.Add(-4 * time.Minute))
	if err := p.Meetings.TickTurns(t.Context(), wiretest.Tenant); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if now := p.Connector.Posts(group); len(now) != len(posts)+1 || !strings.Contains(now[len(now)-1].Text(), "Rest") {
		t.Errorf("%d cards where it is followed, before its start %d", len(now), len(posts))
	}
}

// The rest of a series is made with whom the organiser has invited to it in Outlook, or not at all.
func TestTheRestOfASeriesIsNotMadeWithoutThoseInvitedInOutlook(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := six(t, p)
	p.Work("")
	client, err := p.Accounts.Graph(t.Context(), wiretest.Person("ana"))
	if err != nil {
		t.Fatal(err)
	}
	dev, hall := graph.RequiredAttendee("Dev", "dev@elsewhere.example"), graph.RoomAttendee("Hall", "hall@example.com")
	if _, err := client.UpdateEvent(t.Context(), p.Graph.Events()[0]["id"].(string), graph.Event{Attendees: []graph.Attendee{dev, hall}}); err != nil {
		t.Fatal(err)
	}
	p.Graph.Next("GET /v1.0/me/events/*", 0, wiretest.Refuse(503, `{}`))
	if _, err := following(p, m, 3, nil); kindOf(err) != "unavailable problem.unavailable" || len(p.Zoom.Meetings()) != 1 {
		t.Errorf("while Outlook does not say whom: %v, and Zoom has %d meetings", err, len(p.Zoom.Meetings()))
	}
	p.Graph.Mend()
	made, err := following(p, m, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := find(t, p, made.ID).Draft
	if len(d.Invitees) != 1 || d.Invitees[0].Address != "dev@elsewhere.example" || len(d.Rooms) != 1 || d.Rooms[0].Address != "hall@example.com" {
		t.Errorf("invited are %+v and %+v", d.Invitees, d.Rooms)
	}
}

// The rest of a series that has to wait for Zoom's next day goes on as that is when it is made.
func TestTheRestOfASeriesIsAsTheSeriesWhenItIsMade(t *testing.T) {
	t.Parallel()
	p := stage(t)
	m := plan(t, p, "nonce-01", func(in *meetings.Input) { in.Date, in.Repeat, in.Times, in.Interval = "2026-12-01", "daily", "6", "1" })
	p.Zoom.Next(create, 1, wiretest.Refuse(429, aHundred))
	if _, err := following(p, m, 3, nil); kindOf(err) != "busy upcoming.host_limit_waits" {
		t.Fatal(err)
	}
	off := m.Draft.Occurrences()[4].Original
	m.Draft.Exceptions = []meetings.Exception{{Original: off, Start: off, Duration: m.Draft.Duration, Cancelled: true}}
	if _, err := (store.Meetings{Backend: p.Back}).Change(t.Context(), m, noJobs); err != nil {
		t.Fatal(err)
	}
	p.Clock.Set(p.Clock.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour))
	waiting := allJobs(t, p, meetings.SettleJob)
	settle(t, p, waiting[len(waiting)-1])
	cut := allJobs(t, p, meetings.CutJob)[0]
	if all := find(t, p, cut.Subject).Draft.Occurrences(); len(all) != 3 || all[0].Cancelled || !all[1].Cancelled || all[2].Cancelled {
		t.Errorf("the rest: %+v", all)
	}
}

// The rest of a series is followed where the series is when that ends before it, whatever has ended it; whoever ends that afterwards has ended it.
func TestTheRestOfASeriesIsFollowedUntilThatIsEnded(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*wiretest.Product, meetings.Meeting) error{
		"cut": func(*wiretest.Product, meetings.Meeting) error { return nil },
		"cancelled": func(p *wiretest.Product, m meetings.Meeting) error {
			_, err := p.Meetings.Cancel(p.T.Context(), wiretest.Person("ana"), m.ID)
			return err
		},
		"deleted at Zoom": func(p *wiretest.Product, _ meetings.Meeting) error {
			p.Zoom.Next(change, 0, wiretest.Refuse(404, `{"code":3001,"message":"Meeting does not exist."}`))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stage(t)
			d := draft()
			d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Times: 6}
			m := schedule(t, p, "n1", d)
			open(t, p, group, "Launch team", "ben", "cho")
			v := visitor("ana")
			v.At.Conversation = group
			if err := p.Meetings.Follow(t.Context(), v, m.ID, true); err != nil {
				t.Fatal(err)
			}
			p.Zoom.Next(change, 1, wiretest.Refuse(503, `{}`))
			made, err := following(p, m, 3, nil)
			if err != nil {
				t.Fatal(err)
			}
			follows := func(want int) {
				t.Helper()
				all, err := (store.Meetings{Backend: p.Back}).Followers(t.Context(), wiretest.Tenant, made.ID)
				if err != nil || len(all) != want {
					t.Errorf("the rest is followed by %d, want %d: %v", len(all), want, err)
				}
			}
			follows(0)
			if err := end(p, m); err != nil {
				t.Fatal(err)
			}
			cut := allJobs(t, p, meetings.CutJob)[0]
			if err := p.Do(cut); err != nil {
				t.Fatal(err)
			}
			follows(1)
			if err := p.Meetings.Follow(t.Context(), v, made.ID, false); err != nil {
				t.Fatal(err)
			}
			if err := p.Do(cut); err != nil {
				t.Fatal(err)
			}
			follows(0)
		})
	}
}
