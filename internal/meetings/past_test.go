package meetings_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/wiretest"
)

// hold has a meeting held from a moment on for twenty minutes, with what remains of it.
func hold(t *testing.T, p *wiretest.Product, m meetings.Meeting, start time.Time, r meetings.Remains) {
	t.Helper()
	session := meetings.Session{UUID: fmt.Sprint("u", start.Unix()), Started: start, Ended: start.Add(20 * time.Minute)}
	none := func(int64) []jobs.Job { return nil }
	rows := store.Meetings{Backend: p.Back}
	if err := rows.SaveSession(t.Context(), wiretest.Tenant, m.ID, session, start, none); err != nil {
		t.Fatal(err)
	}
	if r == (meetings.Remains{}) {
		return
	}
	if _, err := rows.SaveRemains(t.Context(), wiretest.Tenant, m.ID, session, nil, p.Meetings.SealRemains(m, session.UUID, r), none); err != nil {
		t.Fatal(err)
	}
}

// bygone are the meetings of somebody that are over: when, what, and what remains.
func bygone(t *testing.T, p *wiretest.Product, who string, l meetings.List) (all []string) {
	t.Helper()
	found, _, notes, err := p.Meetings.Past(t.Context(), visitor(who), l)
	if err != nil || len(notes) > 0 && who == "ana" {
		t.Fatal(notes, err)
	}
	for _, u := range found {
		all = append(all, strings.TrimSpace(u.Start.Format("02 15:04")+u.End.Format("-15:04 ")+u.Topic+" "+strings.Join(u.Remains, " ")))
	}
	return all
}

// What is opened again long after its plan is listed as it was held; while its plan is in the list too, there.
func TestWhatIsOpenedAgainMonthsLaterIsListed(t *testing.T) {
	t.Parallel()
	p := stage(t)
	recording := meetings.Remains{Recording: "https://zoom.us/rec/share/x"}
	once := schedule(t, p, "n1", draft())
	d := draft()
	d.Topic, d.Repeat = "Weekly", &meetings.Recurrence{Pattern: meetings.Weekly, Times: 2}
	weekly := schedule(t, p, "n2", d)
	p.Work("")
	p.Zoom.Next(list, 0, wiretest.Refuse(200, `{"meetings":[]}`))
	for _, row := range []struct {
		days int
		want []string
	}{
		{20, []string{"03 12:00-12:45 Weekly recording", "26 12:00-12:45 Weekly", "26 12:00-12:45 Launch recording"}},
		{60, []string{"25 11:00-11:20 Launch recording", "25 10:00-10:20 Weekly recording"}},
	} {
		p.Clock.Set(d.Start.AddDate(0, 0, row.days))
		hold(t, p, once, p.Clock.Now().Add(-time.Hour), recording)
		hold(t, p, weekly, p.Clock.Now().Add(-2*time.Hour), recording)
		if diff := cmp.Diff(row.want, bygone(t, p, "ana", meetings.List{})); diff != "" {
			t.Errorf("%d days after its plan (-want +got)\n%s", row.days, diff)
		}
	}
}

// What is over is found again: what was due, what was held before its time, and what was cancelled after it had been held; once each, and
// of others' meetings as much as they let be seen.
func TestWhatIsOverIsFoundAgain(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ben", false)
	planned := func(topic string, days int, change func(*meetings.Draft)) meetings.Meeting {
		t.Helper()
		d := draft()
		d.Topic, d.Start = topic, wiretest.Noon.AddDate(0, 0, days)
		if change != nil {
			change(&d)
		}
		m := schedule(t, p, "n-"+topic, d)
		p.Work("")
		return m
	}
	once := planned("Review", 1, nil)
	secret := planned("Secret", 2, func(d *meetings.Draft) { d.Private = true })
	weekly := planned("Weekly", 1, func(d *meetings.Draft) {
		d.Start = d.Start.Add(-2 * time.Hour)
		d.Repeat = &meetings.Recurrence{Pattern: meetings.Weekly, Interval: 1, Weekdays: []time.Weekday{d.Start.Weekday()}, Times: 5}
	})
	early := planned("Early", 40, nil)
	open := planned("Open", 1, func(d *meetings.Draft) { d.NoTime = true })
	dropped := planned("Dropped", 3, func(d *meetings.Draft) {
		d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Interval: 1, Times: 5}
	})
	planned("Never", 3, func(d *meetings.Draft) { d.Start = d.Start.Add(time.Hour) })
	planned("Coming", 30, nil)

	recording, summary := meetings.Remains{Recording: "https://zoom.us/rec/share/x"}, meetings.Remains{Summary: "All went well."}
	both := meetings.Remains{Recording: recording.Recording, Summary: summary.Summary}
	at := func(days, hours int) time.Time {
		return wiretest.Noon.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour)
	}
	p.Clock.Set(at(10, 0))
	hold(t, p, once, at(1, 0), both)
	hold(t, p, secret, at(2, 0), recording)
	hold(t, p, weekly, at(1, -2), recording)
	hold(t, p, weekly, at(8, -2), summary)
	hold(t, p, early, at(9, -1), recording)
	hold(t, p, early, at(9, 0), summary)
	hold(t, p, open, at(9, 1), meetings.Remains{})
	hold(t, p, dropped, at(3, 0), summary)
	if _, err := p.Meetings.End(t.Context(), visitor("ana"), dropped.ID, meetings.Edit{}); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	// Zoom knows two of its own, one of them a series that goes on.
	knows := wiretest.Refuse(200, `{"meetings":[
		{"id":81111111111,"uuid":"a","topic":"Portal","type":2,"start_time":"`+at(4, 0).Format(time.RFC3339)+`","duration":30,"timezone":"UTC","join_url":"https://zoom.us/j/81111111111"},
		{"id":82222222222,"uuid":"b","topic":"Portal weekly","type":8,"start_time":"`+at(5, 0).Format(time.RFC3339)+`","duration":30,"timezone":"UTC","join_url":"https://zoom.us/j/82222222222"}]}`)
	p.Zoom.Next(list, 0, func(w http.ResponseWriter, r *http.Request, effect func() *httptest.ResponseRecorder) {
		if r.URL.Query().Get("type") == "live" { // nothing is held there
			wiretest.Refuse(200, `{"meetings":[]}`)(w, r, effect)
			return
		}
		knows(w, r, effect)
	})
	p.Zoom.Next("GET /v2/meetings/82222222222", 0, wiretest.Refuse(200, `{"id":82222222222,"topic":"Portal weekly","type":8,"timezone":"UTC","occurrences":[
		{"occurrence_id":"1","start_time":"`+at(5, 0).Format(time.RFC3339)+`","duration":30,"status":"available"},
		{"occurrence_id":"2","start_time":"`+at(12, 0).Format(time.RFC3339)+`","duration":30,"status":"available"}]}`))
	want := []string{
		"02 13:00-13:20 Open", "02 12:00-12:20 Early summary", "01 10:00-10:45 Weekly summary", "28 12:00-12:30 Portal weekly", "27 12:00-12:30 Portal",
		"26 13:00-13:45 Never", "26 12:00-12:45 Dropped summary", "25 12:00-12:45 Secret recording", "24 12:00-12:45 Review recording summary",
		"24 10:00-10:45 Weekly recording",
	}
	if diff := cmp.Diff(want, bygone(t, p, "ana", meetings.List{})); diff != "" {
		t.Errorf("Ana's (-want +got)\n%s", diff)
	}
	found, _, _, err := p.Meetings.Past(t.Context(), visitor("ana"), meetings.List{Query: "dropped"})
	if err != nil || len(found) != 1 || found[0].Can != (meetings.Can{}) || found[0].Key != dropped.ID {
		t.Errorf("what was cancelled: %+v, %v", found, err)
	}
	asked := func(c wiretest.Call) bool { return strings.Contains(c.Query, "type=scheduled") }
	if calls := p.Zoom.Calls(list); !slices.ContainsFunc(calls, asked) {
		t.Errorf("Zoom was asked for %v", calls)
	}
	if calls := p.Zoom.Calls("GET /v2/meetings/82222222222"); len(calls) == 0 || !strings.Contains(calls[0].Query, "show_previous_occurrences=true") {
		t.Errorf("of a series Zoom was asked %+v", calls)
	}
	if got := bygone(t, p, "ana", meetings.List{Query: "weekly"}); len(got) != 3 {
		t.Errorf("found by a word: %v", got)
	}
	if got := bygone(t, p, "ana", meetings.List{Query: once.Zoom.String()}); len(got) != 1 || !strings.Contains(got[0], "Review") {
		t.Errorf("found by its number: %v", got)
	}
	if got := bygone(t, p, "ana", meetings.List{From: at(2, 0), To: at(3, 2)}); len(got) != 3 {
		t.Errorf("of a day: %v", got)
	}

	// Ben is in the conversation: he sees what its page shows him.
	p.Zoom.Mend()
	theirs := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, bygone(t, p, "ben", meetings.List{From: at(1, -3), To: at(3, 0)})); diff != "" {
			t.Errorf("Ben's (-want +got)\n%s", diff)
		}
	}
	theirs("25 12:00-12:45  recording", "24 12:00-12:45 Review recording summary", "24 10:00-10:45 Weekly recording")
	if got := bygone(t, p, "ben", meetings.List{Query: "secret"}); len(got) != 0 {
		t.Errorf("a private meeting is found by its topic: %v", got)
	}
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Recordings, false, "test"); err != nil {
		t.Fatal(err)
	}
	theirs("25 12:00-12:45", "24 12:00-12:45 Review summary", "24 10:00-10:45 Weekly")
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("cho"))
	p.Clock.Forward(time.Minute)
	theirs("25 12:00-12:45", "24 12:00-12:45 Review", "24 10:00-10:45 Weekly")
	if got := bygone(t, p, "ana", meetings.List{From: at(1, -3), To: at(1, 1)}); len(got) != 2 || !strings.HasSuffix(got[0], "recording summary") {
		t.Errorf("the host's: %v", got)
	}

	// The page of an occurrence shows what remains of that one.
	for _, c := range []struct {
		n    int
		text bool
	}{{0, false}, {1, true}} {
		d, err := p.Meetings.Detail(t.Context(), visitor("ana"), weekly.ID, weekly.Draft.Occurrences()[c.n].Original)
		if err != nil || d.Recap == nil || (len(d.Recap.Summary) > 0) != c.text {
			t.Errorf("of occurrence %d remains %+v, %v", c.n, d.Recap, err)
		}
	}
	d, err := p.Meetings.Detail(t.Context(), visitor("ana"), weekly.ID, weekly.Draft.Occurrences()[3].Original)
	if err != nil || d.Recap == nil || len(d.Recap.Summary) == 0 {
		t.Errorf("the next occurrence shows of the last %+v, %v", d.Recap, err)
	}

	// Nothing is listed that is older than what is kept.
	p.Clock.Set(at(92, 0))
	found, since, _, err := p.Meetings.Past(t.Context(), visitor("ana"), meetings.List{From: at(0, 0), Query: "e"})
	if err != nil || !since.Equal(at(2, 0)) {
		t.Errorf("since %s, %v", since, err)
	}
	for _, u := range found {
		if u.End.Before(since) {
			t.Errorf("%s ended at %s", u.Topic, u.End)
		}
	}
}
