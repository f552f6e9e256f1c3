package microsoftsim_test

import (
	"slices"
	"testing"

	"causeway/internal/sandbox/microsoftsim"
)

func TestTabsOfChats(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	tab := microsoftsim.ChatTab{App: teams, EntityID: "conversation", Name: "Zoom meetings", URL: s.bot.URL + "/tab"}
	tabs := func(person, handle string) []microsoftsim.ChatTab {
		t.Helper()
		chats, err := s.Chats(person)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(chats, func(c microsoftsim.Chat) bool { return c.ID == handle })
		return chats[i].Tabs
	}
	for name, wrong := range map[string]struct {
		person, chat string
		tab          microsoftsim.ChatTab
		code         string
	}{
		"not in the chat":    {"jo", "launch", tab, "not_found"},
		"a guest":            {"fay", "odd", tab, "forbidden"},
		"the bot's own chat": {"ana", "bot", tab, "forbidden"},
		"another app":        {"ana", "launch", microsoftsim.ChatTab{App: "x", EntityID: "e", Name: "n", URL: s.bot.URL}, "not_found"},
		"a page elsewhere":   {"ana", "launch", microsoftsim.ChatTab{App: teams, EntityID: "e", Name: "n", URL: "https://evil.example/tab"}, "invalid"},
		"no name":            {"ana", "launch", microsoftsim.ChatTab{App: teams, EntityID: "e", URL: s.bot.URL}, "invalid"},
	} {
		_, err := s.AddTab(t.Context(), wrong.person, wrong.chat, wrong.tab)
		refusedWith(t, err, wrong.code, "")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	made, err := s.AddTab(t.Context(), "ana", "launch", tab)
	if err != nil || made.ID == "" {
		t.Fatalf("%+v %v", made, err)
	}
	if got := tabs("ben", "launch"); !slices.Equal(got, []microsoftsim.ChatTab{made}) {
		t.Errorf("Ben sees %+v", got)
	}
	for person, code := range map[string]string{"ben": "resourceDisabled", "jo": "appNotInstalled"} { // Jo sees the tab nowhere; the small manifest names no registration
		_, err := s.TabToken(person, "")
		refusedWith(t, err, code, "")
	}
	for _, channel := range []string{"apollo-dev", "apollo-design"} {
		if _, err := s.AddTab(t.Context(), "ana", channel, tab); err != nil {
			t.Fatal(err)
		}
	}
	if chats, _ := s.Chats("ben"); !slices.ContainsFunc(chats, func(c microsoftsim.Chat) bool { return c.ID == "apollo-dev" && c.BotInstalled && c.TeamID != "" }) {
		t.Error("the bot has not come with the tab")
	}
	refusedWith(t, s.RemoveTab("ana", "launch", "none"), "not_found", "")
	if err := s.RemoveTab("ben", "launch", made.ID); err != nil || len(tabs("ana", "launch")) != 0 {
		t.Errorf("removed: %v, %+v", err, tabs("ana", "launch"))
	}
	if err := s.RemoveFromChat(t.Context(), "ana", "apollo-dev", teams); err != nil || len(tabs("ana", "apollo-dev"))+len(tabs("ana", "apollo-design")) != 0 {
		t.Errorf("the app left: %v, %+v", err, tabs("ana", "apollo-design"))
	}
}

// Without the word of the package the app is in standard channels alone.
func TestPrivateAndSharedChannelsAreAskedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	refusedWith(t, s.AddToChat(t.Context(), "ana", "apollo-leads", teams), "forbidden", "supportsChannelFeatures")
	raw := appPackage(t, s.bot.URL, func(m object, _ map[string][]byte) { m["supportsChannelFeatures"] = "tier1" })
	if err := s.Upload("", raw); err != nil {
		t.Fatal(err)
	}
	if err := s.AddToChat(t.Context(), "ana", "apollo-leads", teams); err != nil {
		t.Fatal(err)
	}
	in := map[string]bool{}
	chats, err := s.Chats("ana")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range chats {
		in[c.ID] = c.BotInstalled
	}
	if !in["apollo-leads"] || !in["apollo-dev"] || in["apollo-partners"] {
		t.Errorf("added to a private channel it is in %v", in)
	}
	if err := s.RemoveFromChat(t.Context(), "ana", "apollo-leads", teams); err != nil {
		t.Fatal(err)
	}
	if chats, _ := s.Chats("ana"); !slices.ContainsFunc(chats, func(c microsoftsim.Chat) bool { return c.ID == "apollo-dev" && c.BotInstalled }) {
		t.Error("removed from it, it has left the team")
	}
}
