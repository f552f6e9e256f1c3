package meetings_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/store"
	"causeway/internal/wiretest"
	"causeway/internal/zoom"
)

const (
	recordingOf = "GET /v2/meetings/*/recordings"
	summaryOf   = "GET /v2/meetings/*/meeting_summary"
)

func lookAtRemains(m meetings.Meeting, uuid string) jobs.Job {
	return jobs.Job{Kind: meetings.RemainsJob, Tenant: string(wiretest.Tenant), Subject: meetings.RemainsOf(m.ID, uuid)}
}

// recorded is what Zoom answers of 30 minutes that were recorded since noon.
func recorded(m meetings.Meeting) wiretest.Trouble {
	return wiretest.Refuse(200, fmt.Sprintf(`{"id":%d,"uuid":"one","start_time":%q,"duration":30,"share_url":"https://zoom.us/rec/share/page",
		"recording_files":[{"file_type":"MP4","status":"completed"}]}`, m.Zoom, after(0).Format(time.RFC3339)))
}

// summarised is what it answers of the summary.
func summarised(m meetings.Meeting) wiretest.Trouble {
	return wiretest.Refuse(200, fmt.Sprintf(`{"meeting_id":%d,"meeting_uuid":"one","summary_title":"Short","summary_content":"All is said"}`, m.Zoom))
}

// isRecorded has the recording of a session found, which has no summary.
func (z told) isRecorded() {
	z.Helper()
	z.p.Zoom.Next(recordingOf, 1, recorded(z.m))
	if err := z.p.Do(lookAtRemains(z.m, "one")); err != nil {
		z.Fatal(err)
	}
	z.work()
}

// What Zoom fails to tell withholds nothing else, and takes nothing away.
func TestEachThingThatRemainsFailsAlone(t *testing.T) {
	t.Parallel()
	z := startNow(t)
	fails := wiretest.Refuse(500, `{"code":500,"message":"Internal error"}`)
	for i, c := range []struct {
		recording, summary wiretest.Trouble
		fails              bool
		want               string
	}{
		{recorded(z.m), fails, true, "Watch"},
		{fails, summarised(z.m), true, "Watch, All is said"},
		{recorded(z.m), fails, true, "Watch, All is said"},
		{fails, fails, true, "Watch, All is said"},
		{wiretest.Refuse(404, `{"code":3301,"message":"There is no recording for this meeting."}`), fails, true, "All is said"},
		{recorded(z.m), summarised(z.m), false, "Watch, All is said"},
	} {
		z.p.Zoom.Next(recordingOf, 0, c.recording)
		z.p.Zoom.Next(summaryOf, 0, c.summary)
		if err := z.p.Do(lookAtRemains(z.m, "one")); (err != nil) != c.fails {
			t.Errorf("%d: %v", i, err)
		}
		z.p.Zoom.Mend()
		z.work()
		text := z.p.Connector.Posts(group)[0].Text()
		for _, part := range []string{"Watch", "All is said"} {
			if strings.Contains(text, part) != strings.Contains(c.want, part) {
				t.Errorf("%d: want %s on the card: %s", i, c.want, text)
			}
		}
	}
}

// That it began was never told: what remains of a session says when.
func TestWhatRemainsTellsWhenItBegan(t *testing.T) {
	t.Parallel()
	z := startNow(t)
	z.tells(zoom.EventMeetingEnded, "one", 40)
	z.isRecorded()
	if text := z.p.Connector.Posts(group)[0].Text(); !strings.Contains(text, "Ended after 40") || !strings.Contains(text, "Watch") {
		t.Errorf("the card says %s", text)
	}
}

// A recording ends no session that is known to have begun: it may go on.
func TestARecordingEndsNoMeeting(t *testing.T) {
	t.Parallel()
	z := startNow(t)
	z.tells(zoom.EventMeetingStarted, "one", 0)
	z.isRecorded()
	session, _, _, err := (store.Meetings{Backend: z.p.Back}).Held(t.Context(), wiretest.Tenant, z.m.ID)
	if want := (meetings.Session{UUID: "one", Started: after(0)}); session != want || err != nil {
		t.Errorf("held %+v, %v", session, err)
	}
}

func TestPointsOfASummary(t *testing.T) {
	t.Parallel()
	got := meetings.Points("## Key takeaways\n- Crashes are **up**\r\n    - by `15%`\n\n* [evil](https://evil.example) # 1\nA paragraph.\n#tag\n- \n###   \n")
	want := []meetings.Point{
		{Text: "Key takeaways", Heading: true},
		{Text: "Crashes are up", Level: 1},
		{Text: "by 15%", Level: 3},
		{Text: "[evil](https://evil.example) # 1", Level: 1},
		{Text: "A paragraph."},
		{Text: "#tag"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
