package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
)

// missed are the messages that somebody reads in the tab did not, or may not, have reached them.
func (v visit) missed() (found []struct{ ID, Text, Meeting, URL string }) {
	v.t.Helper()
	var list struct {
		Messages []struct{ ID, Text, Meeting, URL string }
	}
	v.do("GET", "/missed", nil, &list)
	return list.Messages
}

// What the bot could not bring, or of which nobody knows, stands in the tab of who it was for, for a week, until it is dismissed.
func TestMessagesThatDidNotArriveStandInTheTab(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	personal := g.seed("ben").Personal
	g.fault(posting(world.Fault{Status: 403, Body: blocked}, personal))
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	g.fault(posting(world.Fault{When: world.After, Drop: true}, personal))
	board := g.boardOf("Retrospective")
	g.advance(time.Minute)
	g.visit("ana").shareBoard(board.ID, "view")
	g.idle()
	v := g.visit("ben")
	found := v.missed()
	if len(found) != 2 {
		t.Fatalf("Ben reads of %+v", found)
	}
	if one := found[0]; one.Text != "A message of the bot may not have reached you: the whiteboard “Retrospective” was shared with you." || !strings.HasSuffix(one.URL, board.Page) || one.Meeting != "" {
		t.Errorf("of the whiteboard he reads %+v", one)
	}
	if one := found[1]; one.Text != "A message of the bot did not reach you: the invitation to “Launch”." || v.detail(one.Meeting).Topic != "Launch" || one.URL != "" {
		t.Errorf("of the meeting he reads %+v", one)
	}
	if others := g.visit("ana").missed(); len(others) != 0 {
		t.Errorf("Ana reads of %+v", others)
	}
	if got := g.visit("ana").ask("DELETE", "/missed/"+found[0].ID, nil, nil); got.status != http.StatusNotFound {
		t.Errorf("somebody else's is dismissed: %d %s", got.status, got.body)
	}
	v.do("DELETE", "/missed/"+found[0].ID, nil, nil)
	if left := v.missed(); len(left) != 1 || left[0].ID != found[1].ID {
		t.Errorf("after one was dismissed: %+v", left)
	}
	g.advance(8 * 24 * time.Hour)
	if left := g.visit("ben").missed(); len(left) != 0 {
		t.Errorf("after a week: %+v", left)
	}
}
