package meetings_test

import (
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/meetings"
)

func TestATranscriptIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []meetings.Line
	}{
		"as Zoom writes it": {
			"\ufeffWEBVTT\r\n\r\n1\r\n00:00:02.340 --> 00:00:07.120\r\nAna Duarte: Hello.\r\n\r\n2\r\n00:00:08.000 --> 00:00:09.000\r\nAna Duarte: It is\r\nnoon: lunch.\r\n\r\n3\r\n01:02:03.000 --> 01:02:04.000\r\nBen: Yes.\r\n",
			[]meetings.Line{{At: 2, Who: "Ana Duarte", Text: "Hello. It is noon: lunch."}, {At: 3723, Who: "Ben", Text: "Yes."}},
		},
		"what else WebVTT may hold": {
			"WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE\n00:00 is not a time\n\n00:05.000 --> 00:06.000 align:start\n<v.loud Ana>One <i>&lt;two&gt;</i> <00:05.500>&amp;amp; three</v>\n\n00:07.000 --> 00:08.000\n<v Ben>Four\n",
			[]meetings.Line{{At: 5, Who: "Ana", Text: "One <two> &amp; three"}, {At: 7, Who: "Ben", Text: "Four"}},
		},
		"hostile": {
			"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n00:03.000 --> \n\n00:04.000 --> x\n" + strings.Repeat("n", 101) +
				": a\x00\x1b[31mb\xff\n99999:00:00.000 --> 1\nmore\n\n9999:59:59.999 --> 0\nend",
			[]meetings.Line{
				{At: 1, Text: "<script>alert(1)</script> <img src=x onerror=alert(1)>"},
				{At: 4, Text: strings.Repeat("n", 101) + ": a[31mb\ufffd 99999:00:00.000 --> 1 more"},
				{At: 35999999, Text: "end"},
			},
		},
		"empty": {"WEBVTT", nil},
	} {
		got, ok := meetings.WebVTT([]byte(c.text))
		if diff := cmp.Diff(c.want, got); diff != "" || !ok {
			t.Errorf("%s: %t (-want +got)\n%s", name, ok, diff)
		}
	}
	if lines, ok := meetings.WebVTT([]byte("<html>WEBVTT")); ok {
		t.Errorf("a page is read as %v", lines)
	}
	said := strings.Repeat("é", 9001)
	lines, _ := meetings.WebVTT([]byte("WEBVTT\n\n00:01.000 --> 00:02.000\nAna: " + said))
	whole := ""
	for _, line := range lines {
		if len(line.Text) > 4000 || !utf8.ValidString(line.Text) || line.Who != "Ana" || line.At != 1 {
			t.Errorf("a piece of %d bytes: %.20q", len(line.Text), line.Text)
		}
		whole += line.Text
	}
	if whole != said {
		t.Errorf("of %d bytes %d are left in %d lines", len(said), len(whole), len(lines))
	}
}

func TestAChatIsRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 60) // a name
	got := meetings.ChatLines([]byte("Saved chat\r\n00:00:05\tAna Duarte:\tHello: https://evil.example\r\n  <b>two</b>\r\n\r\n" +
		"00:01:00\t From Ben to Everyone : Hi\r\n01:00:00 nobody\r\n01:00:01\tMal:lory:\tfirst: it is mine\r\n01:00:02\t" + long + ":\tmine\r\n01:00:03\t:a:\r\n"))
	want := []meetings.Line{
		{Text: "Saved chat"},
		{At: 5, Who: "Ana Duarte", Text: "Hello: https://evil.example\n  <b>two</b>"},
		{At: 60, Who: "Ben to Everyone", Text: "Hi\n01:00:00 nobody"},
		{At: 3601, Who: "Mal:lory", Text: "first: it is mine"},
		{At: 3602, Who: long[:100], Text: "mine"},
		{At: 3603, Who: ":a"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := meetings.ChatLines([]byte("\n \t\n")); got != nil {
		t.Errorf("nothing is read as %v", got)
	}
}

// Whoever writes in a meeting's chat decides how its lines look: what does not begin with a time costs no more than what does, and what is long is
// parted all the same.
func TestAChatGoesOnAtNoCost(t *testing.T) { //nolint:paralleltest // memory is that of the whole process
	const many, most = 10_000, 2_000 // bytes for each: under the race detector much is thrown away that is used again otherwise
	for name, line := range map[string]string{"nothing": "\n", "no time": "Mal:lory:\tx\n", "a time": "00:12:25\tMal:lory:\tx\n"} {
		raw := []byte("00:12:24\tAna Duarte:\tHello\n" + strings.Repeat(line, many) + "end")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		lines := meetings.ChatLines(raw)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > most*uint64(len(raw)) {
			t.Errorf("%s: %d bytes of chat take %d bytes to read", name, len(raw), took)
		}
		for _, l := range lines {
			if len(l.Text) > 4000 {
				t.Errorf("%s: a piece of %d bytes", name, len(l.Text))
			}
		}
		if last := lines[len(lines)-1].Text; !strings.HasSuffix(last, "end") {
			t.Errorf("%s: it ends with %.20q", name, last)
		}
	}
}

func FuzzWebVTT(f *testing.F) {
	f.Add("WEBVTT\n\n1\n00:00:02.340 --> 00:00:07.120\nAna: <v B>Hello &amp; <i>you\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, _ := meetings.WebVTT([]byte(text))
		for _, line := range append(lines, meetings.ChatLines([]byte(text))...) {
			if !utf8.ValidString(line.Who+line.Text) || line.At < 0 || strings.ContainsAny(line.Text, "\x00\r\x1b") {
				t.Errorf("%+v", line)
			}
		}
	})
}
