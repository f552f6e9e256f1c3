package meetings_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/store"
	"causeway/internal/wiretest"
	"causeway/internal/zoom"
)

// told is a meeting of Ana's of which Zoom tells.
type told struct {
	*testing.T
	p *wiretest.Product
	m meetings.Meeting
}

// startNow is a meeting that was started at once, and is guessed to last for 45 minutes, where an administrator has switched features on.
func startNow(t *testing.T, features ...policy.Feature) told {
	t.Helper()
	p := stage(t)
	for _, f := range features {
		if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, f, true, "test"); err != nil {
			t.Fatal(err)
		}
	}
	d := draft()
	d.Now = true
	z := told{t, p, schedule(t, p, "n1", d)}
	z.work()
	return z
}

// tells posts an event of a session, some minutes after noon, and has what follows done.
func (z told) tells(event, uuid string, minutes int) {
	z.Helper()
	z.hears(event, uuid, minutes)
	z.work()
}

func (z told) hears(event, uuid string, minutes int) {
	z.Helper()
	err := z.p.Meetings.HeardLive(z.Context(), wiretest.Tenant, zoom.Event{
		Name: event, At: after(minutes), Account: "acct", Meeting: zoom.EventMeeting{ID: z.m.Zoom, UUID: uuid},
	})
	if err != nil {
		z.Fatal(err)
	}
}

func (z told) work() {
	z.Helper()
	if failed := z.p.Work("meetings."); len(failed) > 0 {
		z.Fatal(failed)
	}
}

// do works one job of the meeting.
func (z told) do(kind string) {
	z.Helper()
	if err := z.p.Do(jobs.Job{Kind: kind, Tenant: string(wiretest.Tenant), Subject: z.m.ID}); err != nil {
		z.Fatal(err)
	}
	z.work()
}

// lasts is how long its entry is, in minutes, and how often it was written since it was made.
func (z told) lasts(minutes, written int) {
	z.Helper()
	d := find(z.T, z.p, z.m.ID).Draft
	if n := len(z.p.Graph.Calls("PATCH /v1.0/me/events/*")); d.Duration != time.Duration(minutes)*time.Minute || n != written {
		z.Errorf("the entry is for %s, and was written %d times; want %d minutes, %d times", d.Duration, n, minutes, written)
	}
}

func after(minutes int) time.Time { return wiretest.Noon.Add(time.Duration(minutes) * time.Minute) }

// What was to start at once and never began is of now no more when its time has passed; when it begins late after all, that is said.
func TestWhatNeverBeganIsOfNowNoMore(t *testing.T) {
	t.Parallel()
	z := startNow(t)
	reads := func(minutes int, want string, not ...string) {
		t.Helper()
		z.p.Clock.Set(after(minutes))
		if err := z.p.Meetings.TickTurns(t.Context(), wiretest.Tenant); err != nil {
			t.Fatal(err)
		}
		z.work()
		z.p.Work("notifications.")
		for _, post := range z.p.Connector.Posts("") { // the card, and the messages to those who are invited
			text := post.Text()
			if !strings.Contains(text, want) {
				t.Errorf("after %d minutes does not say %q: %s", minutes, want, text)
			}
			for _, word := range not {
				if strings.Contains(text, word) {
					t.Errorf("after %d minutes says %q: %s", minutes, word, text)
				}
			}
		}
	}
	reads(0, "Now ·", "Nobody has started it")
	reads(44, "started a Zoom meeting", "Nobody has started it")
	reads(45, "Nobody has started it", "Now ·", "started a Zoom meeting")
	z.tells(zoom.EventMeetingStarted, "one", 50)
	reads(51, "In progress since", "Nobody has started it")
}

func TestWhatIsOpenedAnotherDayStretchesNoEntry(t *testing.T) {
	t.Parallel()
	z := startNow(t)
	z.tells(zoom.EventMeetingStarted, "one", 0)
	z.tells(zoom.EventMeetingEnded, "one", 12)
	z.lasts(12, 1)
	z.tells(zoom.EventMeetingStarted, "two", 24*60)
	z.tells(zoom.EventMeetingEnded, "two", 24*60+30)
	z.lasts(12, 1)
}

func TestTheLastSessionOfAnEntryEndsIt(t *testing.T) {
	t.Parallel()
	z := startNow(t)
	z.tells(zoom.EventMeetingStarted, "one", 0)
	z.tells(zoom.EventMeetingStarted, "two", 7)
	z.tells(zoom.EventMeetingEnded, "one", 5)
	z.lasts(45, 0) // it goes on
	z.tells(zoom.EventMeetingEnded, "two", 30)
	z.lasts(30, 1)
	z.tells(zoom.EventMeetingEnded, "three", 60) // the end before the beginning
	z.lasts(30, 1)
	z.tells(zoom.EventMeetingStarted, "three", 40)
	z.lasts(60, 2)
}

// A meeting is ended, opened again and ended before its entry was written once: it gets the last end.
func TestTheLastEndCountsThoughTheFirstIsNotWrittenYet(t *testing.T) {
	t.Parallel()
	for name, features := range map[string][]policy.Feature{"Outlook has a say": {policy.OutlookEdits}, "Outlook has none": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := startNow(t, features...)
			z.p.Graph.Next("PATCH /v1.0/me/events/*", 0, wiretest.Refuse(503, `{}`))
			z.hears(zoom.EventMeetingStarted, "one", 0)
			z.hears(zoom.EventMeetingEnded, "one", 12)
			z.p.Work("meetings.")
			z.hears(zoom.EventMeetingStarted, "two", 14)
			z.hears(zoom.EventMeetingEnded, "two", 40)
			z.p.Work("meetings.")
			z.p.Graph.Mend()
			m := find(t, z.p, z.m.ID)
			if err := z.p.Do(jobs.Job{Kind: meetings.CalendarJob, Tenant: string(wiretest.Tenant), Subject: m.ID, Revision: m.Revision}); err != nil {
				t.Fatal(err)
			}
			if end := fmt.Sprint(z.p.Graph.Events()[0]["end"]); !strings.Contains(end, "T13:40") {
				t.Errorf("the event ends at %s", end)
			}
		})
	}
}

// What time the organiser has given the event in Outlook stays, whether Outlook has a say or not.
func TestTheOrganisersOwnEndStays(t *testing.T) {
	t.Parallel()
	for name, features := range map[string][]policy.Feature{"Outlook has a say": {policy.OutlookEdits}, "Outlook has none": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := startNow(t, features...)
			client, err := z.p.Accounts.Graph(t.Context(), wiretest.Person("ana"))
			if err != nil {
				t.Fatal(err)
			}
			id := z.p.Graph.Events()[0]["id"].(string)
			if _, err := client.UpdateEvent(t.Context(), id, graph.Event{End: graph.In(after(90), "Europe/Paris")}); err != nil {
				t.Fatal(err)
			}
			z.tells(zoom.EventMeetingStarted, "one", 0)
			z.tells(zoom.EventMeetingEnded, "one", 12)
			if end := fmt.Sprint(z.p.Graph.Events()[0]["end"]); !strings.Contains(end, "T14:30") {
				t.Errorf("the event ends at %s", end)
			}
		})
	}
}

// An end that nobody told is no end for calendars; the real one is, however late it comes.
func TestAnInferredEndIsInNoCalendar(t *testing.T) {
	t.Parallel()
	for name, comes := range map[string]func(told){
		"told late": func(z told) { z.tells(zoom.EventMeetingEnded, "one", 12) },
		"summary": func(z told) {
			z.p.Zoom.Next(summaryOf, 1, wiretest.Refuse(200, fmt.Sprintf(
				`{"meeting_id":%d,"meeting_uuid":"one","meeting_start_time":%q,"meeting_end_time":%q,"summary_title":"Short"}`,
				z.m.Zoom, after(0).Format(time.RFC3339), after(12).Format(time.RFC3339))))
			if err := z.p.Do(lookAtRemains(z.m, "one")); err != nil {
				z.Fatal(err)
			}
			z.work()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := startNow(t)
			z.tells(zoom.EventMeetingStarted, "one", 0)
			z.p.Clock.Set(after(22))
			z.do(meetings.SessionJob)
			z.lasts(45, 0)
			if text := z.p.Connector.Posts(group)[0].Text(); !strings.Contains(text, "Ended after 22") {
				t.Errorf("the card says %s", text)
			}
			comes(z)
			z.lasts(12, 1)
			if text := z.p.Connector.Posts(group)[0].Text(); !strings.Contains(text, "Ended after 12") {
				t.Errorf("the card says %s", text)
			}
		})
	}
}

// Zoom's meeting still has its planned length when it is looked at for the first time after the end.
func TestAnEarlyEndIsNotStretchedAgain(t *testing.T) {
	t.Parallel()
	z := startNow(t)
	z.tells(zoom.EventMeetingStarted, "one", 0)
	z.tells(zoom.EventMeetingEnded, "one", 12)
	z.p.Clock.Set(after(20))
	if err := (store.Meetings{Backend: z.p.Back}).Look(t.Context(), wiretest.Tenant, z.m.ID); err != nil {
		t.Fatal(err)
	}
	z.work()
	if n := len(z.p.Zoom.Calls("GET /v2/meetings/*")); n != 1 {
		t.Fatalf("Zoom was looked at %d times", n)
	}
	z.lasts(12, 1)
}
