package meetings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/meetings"
)

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
