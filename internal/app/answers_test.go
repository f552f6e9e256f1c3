package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/meetings"
)

// answeredTo is what the organiser's page says that somebody answered.
func (v visit) answeredTo(topic, name string) string {
	v.t.Helper()
	list, _ := v.list(9)
	found := about(list, topic)
	if len(found) == 0 {
		v.t.Fatalf("%q is not listed", topic)
	}
	for _, i := range v.detail(found[0].Key).Invitees {
		if strings.HasPrefix(i.Name, name) {
			return i.Answer
		}
	}
	return "not invited"
}

// buttonData is what a button of a message sends.
func buttonData(t *testing.T, m message, title string) map[string]any {
	t.Helper()
	for _, card := range m.Cards {
		for _, action := range actions(card) {
			if data, ok := action["data"].(map[string]any); ok && action["title"] == title {
				return data
			}
		}
	}
	t.Fatalf("there is no button %q in the message:\n%s", title, m.text())
	return nil
}

// Whoever was invited answers from the message, in his or her own calendar; message, calendar and the organiser's page agree.
func TestAnInvitationIsAnsweredFromTheMessage(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben, chloe := g.person("ana"), g.person("ben"), g.person("chloe")
	ana.link()
	ben.link()
	chloe.say("bot", "hello")
	day := g.world.World.Clock.Now().In(london(t)).AddDate(0, 0, 2).Format(time.DateOnly)
	ana.schedule("launch", "Launch", fields{"date": day, "time": "10:00"}).is("message")
	g.idle()
	page := g.visit("ana")
	replies := func() (n int) {
		for _, r := range g.rows("api.called") {
			if what := r.Subject; r.By == "ben" && slices.Contains([]string{"accept", "tentativelyAccept", "decline"}, what[strings.LastIndexByte(what, '/')+1:]) {
				n++
			}
		}
		return n
	}
	m := ben.find("bot", "Launch")
	ben.shows("bot", "Accept", "Maybe", "Decline", "-You answered")
	accept := buttonData(t, m, "Accept")
	press := func(handle string, data map[string]any) {
		t.Helper()
		g.want("a button", g.sent(g.activityToken(nil), g.activity(handle, object{"text": nil, "value": data})), http.StatusOK)
		g.idle()
	}

	// Twice, and from another device: one answer.
	g.mark()
	ben.press("bot", m, "Maybe", nil)
	g.idle()
	ben.shows("bot", "You answered from here: maybe", "-Maybe")
	maybe := map[string]any{}
	for name, value := range accept {
		maybe[name] = value
	}
	maybe["answer"] = "tentative"
	press("ben", maybe)
	press("ben", maybe)
	var clicks sync.WaitGroup
	for range 8 { // with a hasty finger
		clicks.Go(func() {
			if err := g.products[0].Meetings().Answer(t.Context(), g.identity("ben"), fmt.Sprint(accept["meeting"]), meetings.Reply{
				Answer: calendar.Accepted, Edition: int64(accept["edition"].(float64)),
			}); err != nil {
				t.Error(err)
			}
		})
	}
	clicks.Wait()
	if n := replies(); n != 2 || page.answeredTo("Launch", "Ben") != "accepted" {
		t.Errorf("%d answers at Graph, want maybe and yes; the organiser sees %q", n, page.answeredTo("Launch", "Ben"))
	}
	g.mark()
	press("ben", maybe)
	if n := replies(); n != 1 || page.answeredTo("Launch", "Ben") != "tentative" {
		t.Errorf("%d answers at Graph, want one; the organiser sees %q", n, page.answeredTo("Launch", "Ben"))
	}
	press("ben", accept)
	ben.shows("bot", "You answered from here: accepted", "Maybe", "-Accept")
	if got := page.answeredTo("Launch", "Ben"); got != "accepted" {
		t.Errorf("the organiser sees %q", got)
	}

	// What was said before and arrives after it changes nothing.
	g.want("a button", g.sent(g.activityToken(nil), g.activity("ben", object{
		"text": nil, "value": maybe, "timestamp": g.world.World.Clock.Now().Add(-time.Minute).Format(time.RFC3339),
	})), http.StatusOK)
	g.idle()
	if got := page.answeredTo("Launch", "Ben"); got != "accepted" {
		t.Errorf("after an older answer has arrived the organiser sees %q", got)
	}

	// Others cannot: who was not invited, who has made it, who has no calendar here.
	g.mark()
	press("ana", accept)
	ana.shows("bot", "Only somebody who was invited can answer.")
	press("chloe", accept)
	chloe.shows("bot", "your calendar is not connected. Write “connect”", "answer in Outlook")
	press("ben", map[string]any{"do": "meetings.answer", "meeting": accept["meeting"], "edition": accept["edition"], "answer": "organizer"})
	if page.answeredTo("Launch", "Ben") != "accepted" || page.answeredTo("Launch", "Chlo") != "none" {
		t.Error("somebody else's click has changed an answer")
	}

	// It moves: the answer is of the old time.
	ana.press("bot", ana.find("bot", "You scheduled a Zoom meeting"), "Change", nil).is("dialog").submit(fields{"time": "16:00"})
	g.idle()
	if text := ben.find("bot", "Launch").text(); strings.Contains(text, "You answered") || !strings.Contains(text, "Accept") {
		t.Errorf("after it has moved the message says %s", text)
	}
	press("ben", accept)
	ben.shows("bot", "This meeting has changed since.")

	// Declined, and once more: it is gone from the calendar.
	g.mark()
	decline := buttonData(t, ben.find("bot", "Launch"), "Decline")
	press("ben", decline)
	press("ben", decline)
	text := ben.find("bot", "Launch").text()
	if !strings.Contains(text, "You answered from here: declined") || strings.Contains(text, "Maybe") || len(g.events("ben", "Launch", 9)) != 0 || replies() != 1 {
		t.Errorf("after declining twice there were %d answers, and the message says %s", replies(), text)
	}
	if got := page.answeredTo("Launch", "Ben"); got != "declined" {
		t.Errorf("the organiser sees %q", got)
	}
	again := buttonData(t, chloe.find("bot", "Launch"), "Accept")
	press("ben", again)
	ben.shows("bot", "The invitation is not in your calendar")

	// It is over, or cancelled: nothing is answered.
	ana.press("bot", ana.find("bot", "You scheduled a Zoom meeting"), "Yes, cancel it", nil)
	g.idle()
	press("chloe", again)
	chloe.shows("bot", "This meeting was cancelled.")
}

// Whoever was invited answers on the meeting's page, too, as in the message, which shows it; and who gets no messages, there alone.
func TestAnInvitationIsAnsweredOnItsPage(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	g.person("chloe").link()
	g.want("no messages", g.api("chloe", http.MethodPut, "/api/settings", object{"language": "", "invited": false, "scheduled": true, "pmi": false, "reminder": 15, "sync": false}, nil), http.StatusOK)
	ana.schedule("launch", "Launch", fields{"date": g.world.World.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)}).is("message")
	g.idle()
	organiser := g.visit("ana")
	list, _ := organiser.list(9)
	key := about(list, "Launch")[0].Key
	hers := organiser.detail(key)
	answer := func(v visit, answer string, edition int64) answered {
		return v.ask("PUT", "/meetings/"+key+"/answer", object{"answer": answer, "edition": edition}, nil)
	}
	page := g.visit("ben")
	if d := page.detail(key); hers.Asked != nil || d.Asked == nil || d.Asked.Answer != "none" || !d.Asked.Open {
		t.Fatalf("Ana is asked %+v, Ben %+v", hers.Asked, d.Asked)
	}
	g.mark()
	var clicks sync.WaitGroup
	for range 8 {
		clicks.Go(func() {
			if got := answer(page, "accepted", hers.Edition); got.status != http.StatusOK {
				t.Errorf("accepted: %d %s", got.status, got.body)
			}
		})
	}
	clicks.Wait()
	g.idle()
	said := slices.DeleteFunc(g.rows("api.called"), func(r row) bool { return r.By != "ben" || !strings.HasSuffix(r.Subject, "/accept") })
	d := page.detail(key)
	if len(said) != 1 || d.Asked == nil || d.Asked.Answer != "accepted" || d.Asked.Text == "" || organiser.answeredTo("Launch", "Ben") != "accepted" {
		t.Errorf("%d answers at Graph; Ben is asked %+v", len(said), d.Asked)
	}
	for _, i := range d.Invitees {
		if want := map[bool]string{true: "accepted"}[strings.HasPrefix(i.Name, "Ben")]; i.Answer != want {
			t.Errorf("Ben reads that %s answered %q", i.Name, i.Answer)
		}
	}
	ben.shows("bot", "You answered from here: accepted")
	if got := answer(page, "declined", hers.Edition); got.status != http.StatusOK || page.detail(key).Asked.Open {
		t.Errorf("declined: %d %s", got.status, got.body)
	}
	if got := answer(g.visit("chloe"), "tentative", hers.Edition); got.status != http.StatusOK || organiser.answeredTo("Launch", "Chlo") != "tentative" {
		t.Errorf("who gets no messages: %d %s", got.status, got.body)
	}
	for name, refused := range map[string]struct {
		got  answered
		says string
	}{
		"the organiser":      {answer(organiser, "accepted", hers.Edition), "Only somebody who was invited can answer."},
		"without a calendar": {answer(g.visit("dev"), "accepted", hers.Edition), "your calendar is not connected"},
		"an older edition":   {answer(g.visit("chloe"), "accepted", hers.Edition-1), "This meeting has changed since."},
		"another's":          {answer(g.visit("hana"), "accepted", hers.Edition), "Only somebody who was invited can answer."},
	} {
		if refused.got.status < 400 || refused.got.status >= 500 || !strings.Contains(refused.got.body, refused.says) {
			t.Errorf("%s: %d %s", name, refused.got.status, refused.got.body)
		}
	}
}

// Where no entry comes, there is nothing to answer; when the organiser lets us into the calendar after all, there is.
func TestOnlyAnEntryIsAnswered(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.linkAs(consent{Deny: "microsoft"})
	ben.link()
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	ben.shows("bot", "Launch", "Join in Zoom", "-Accept")
	ana.say("bot", "connect")
	g.idle()
	ana.press("bot", ana.last("bot"), "Connect calendar", nil).is("auth").approve(consent{})
	g.idle()
	ben.shows("bot", "Launch", "Accept", "Maybe", "Decline")
	ben.press("bot", ben.last("bot"), "Accept", nil)
	ben.shows("bot", "You answered from here: accepted")
}

// A series is answered as a whole, while some of it is to come; a meeting that has begun is not.
func TestASeriesIsAnsweredAsAWhole(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	start := g.world.World.Clock.Now().In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
	at := fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}
	ana.schedule("launch", "Once", at).is("message")
	g.idle()
	ana.schedule("launch", "Stand-up", at, fields{"repeat": "daily", "times": "3"}).is("message")
	g.idle()
	g.advance(start.Add(time.Minute).Sub(g.world.World.Clock.Now()))
	g.idle()
	ben.press("bot", ben.find("bot", "Once"), "Accept", nil)
	ben.shows("bot", "This meeting has begun or is over")
	ben.press("bot", ben.find("bot", "Stand-up"), "Decline", nil)
	g.until("the message shows it", func() bool {
		return strings.Contains(ben.find("bot", "Stand-up").text(), "You answered from here: declined")
	})
	if got := len(g.events("ben", "Stand-up", 9)); got != 0 {
		t.Errorf("%d occurrences are still in the calendar", got)
	}
	if got := g.visit("ana").answeredTo("Stand-up", "Ben"); got != "declined" {
		t.Errorf("the organiser sees %q", got)
	}
}
