package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/notifications"
)

// Who wants it is reminded five minutes before a meeting, once; the host starts it from there, and whoever puts it off is reminded again.
func TestReminders(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.say("bot", "hello")
	wants := func(handle string) {
		t.Helper()
		var settings map[string]any
		g.api(handle, http.MethodGet, "/api/settings", nil, &settings)
		settings["starting"] = true
		g.want("the settings", g.api(handle, http.MethodPut, "/api/settings", settings, nil), http.StatusOK)
	}
	wants("ana")
	wants("ben")
	start := g.world.World.Clock.Now().In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
	ana.schedule("launch", "Launch", fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}).is("message")
	g.idle()
	reminded := func() (n int) {
		return g.stored("notifications where kind = '" + string(notifications.Starting) + "' and state = 'sent'")
	}
	to := func(at time.Time) { g.advance(at.Sub(g.world.World.Clock.Now())) }
	to(start.Add(-10 * time.Minute))
	g.idle()
	if n := reminded(); n != 0 {
		t.Errorf("%d are reminded ten minutes before", n)
	}
	to(start.Add(-4 * time.Minute))
	g.until("both are reminded", func() bool { return reminded() == 2 })
	g.advance(time.Second)
	g.idle()
	if n := reminded(); n != 2 {
		t.Errorf("%d reminders, want one each", n)
	}
	ana.shows("bot", "It starts in a moment", "Launch", "Start as host", "Join in Zoom", "Remind me when it starts")
	ben.shows("bot", "It starts in a moment", "Join in Zoom", "-Start as host")
	if url := ana.leads("bot", "Start as host"); !strings.HasSuffix(url, "/start") {
		t.Errorf("the host starts it at %s", url)
	}
	ben.press("bot", ben.last("bot"), "Remind me when it starts", nil)
	ben.shows("bot", "I remind you when it starts.")
	to(start.Add(time.Second))
	ben.shows("bot", "It starts in a moment", "-Remind me when it starts")
	// Of one that is put off or cancelled nobody is reminded.
	later := start.Add(3 * time.Hour)
	ana.schedule("launch", "Gone", fields{"date": later.Format(time.DateOnly), "time": later.Format("15:04")}).is("message")
	g.idle()
	ana.press("bot", ana.find("bot", "Gone"), "Yes, cancel it", nil)
	g.idle()
	to(later.Add(-3 * time.Minute))
	g.idle()
	if n := reminded(); n != 2 {
		t.Errorf("%d reminders, though the other meeting was cancelled", n)
	}
}

// What an administrator wants people to be told holds for those who have chosen nothing: reminders for all, nothing about invitations.
func TestMessagesThatAnAdministratorWants(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	g.person("ben").say("bot", "hello")
	g.setPolicy("tell_invited", "off")
	g.setPolicy("tell_starting", "on")
	g.idle()
	g.advance(10 * time.Second)
	var settings map[string]any
	g.api("chloe", http.MethodGet, "/api/settings", nil, &settings)
	if settings["invited"] != false || settings["starting"] != true || settings["scheduled"] != true {
		t.Errorf("the settings of who chose nothing: %v", settings)
	}
	settings["invited"], settings["starting"] = true, false
	g.want("the settings", g.api("chloe", http.MethodPut, "/api/settings", settings, nil), http.StatusOK)
	start := g.world.World.Clock.Now().In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
	ana.schedule("design", "Icons", fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}).is("message") // with Chloé and Hana
	g.idle()
	sent := func(kind notifications.Kind) int {
		return g.stored("notifications where kind = '" + string(kind) + "' and state = 'sent'")
	}
	if invited, scheduled := sent(notifications.Invited), sent(notifications.Scheduled); invited != 1 || scheduled != 1 {
		t.Errorf("%d were told of the invitation, want Chloé alone; %d of the scheduling", invited, scheduled)
	}
	g.advance(start.Add(-4 * time.Minute).Sub(g.world.World.Clock.Now()))
	g.until("Ana and Hana are reminded", func() bool { return sent(notifications.Starting) == 2 })
	g.advance(time.Minute)
	g.idle()
	if n := sent(notifications.Starting); n != 2 {
		t.Errorf("%d reminders, want those of Ana and Hana", n)
	}
}

// What calls for attention stands in Teams' activity feed, once, whatever is shown on the message later; what somebody has just done does not.
func TestMessagesStandInTheActivityFeed(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	feed := func(handle string) (texts []string) {
		t.Helper()
		var got struct {
			Feed []struct{ Text string }
		}
		s.call("GET", "/people/"+handle+"/feed", nil, &got)
		for _, f := range got.Feed {
			texts = append(texts, f.Text)
		}
		return texts
	}
	if got := feed("ben"); len(got) != 1 || !strings.Contains(got[0], "Launch") {
		t.Errorf("Ben, who was invited: %q", got)
	}
	if got := feed("ana"); len(got) != 0 {
		t.Errorf("Ana, who scheduled: %q", got)
	}
	ana.press("bot", ana.find("bot", "Launch"), "Yes, cancel it", nil)
	s.idle()
	if got := feed("ben"); len(got) != 1 {
		t.Errorf("Ben, after it was cancelled: %q", got)
	}
}

// Whoever has declined is not reminded of what they do not come to.
func TestWhoDeclinedIsNotReminded(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	g.setPolicy("tell_starting", "on")
	g.advance(10 * time.Second)
	start := g.world.World.Clock.Now().In(london(t)).Add(2 * time.Hour).Truncate(time.Minute)
	ana.schedule("pair", "For two", fields{"date": start.Format(time.DateOnly), "time": start.Format("15:04")}).is("message")
	g.idle()
	ben.press("bot", ben.find("bot", "For two"), "Decline", nil)
	ben.shows("bot", "You answered from here: declined")
	g.advance(start.Add(-4 * time.Minute).Sub(g.world.World.Clock.Now()))
	reminded := func() int {
		return g.stored("notifications where kind = '" + string(notifications.Starting) + "' and state = 'sent'")
	}
	g.until("Ana is reminded", func() bool { return reminded() > 0 })
	g.idle()
	if n := g.stored("notifications where kind = '" + string(notifications.Starting) + "'"); n != 1 {
		t.Errorf("%d reminders, want Ana's alone", n)
	}
}
