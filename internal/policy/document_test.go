package policy_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"causeway/internal/policy"
)

var update = flag.Bool("update", false, "write the documents that tests compare with")

const document = "../../docs/what-works-where.md"

// capabilities are what the ids of the table mean, for people.
func capabilities() map[string]string {
	return map[string]string{
		"A2":  "Upload the app package, allow it, grant consent",
		"A3":  "See which side has not approved yet, and whom to ask",
		"A4":  "Switch Zoom Meetings on or off",
		"A5":  "Switch Zoom Phone on or off",
		"A6":  "Switch Zoom Whiteboard on or off",
		"A7":  "Look people up in Outlook and the directory, where the administrator allows it",
		"A8":  "Look rooms up, where the administrator allows it; equipment is booked by its typed address",
		"A9":  "Be offered exactly what is allowed, and always the members of the chat",
		"A22": "Have what is kept deleted, by removing the app at Zoom",
		"A24": "Run Causeway on the organisation's own server",
		"A25": "Try everything without a tenant, in the sandbox",
		"A26": "Open the app, connect Zoom, go on with what was begun",
		"B1":  "Chat with the bot",
		"B2":  "Invite the bot into a conversation",
		"B3":  "Let the bot learn who is in a conversation, and nothing more",
		"B4":  "Be told why something needs the bot, with the invitation",
		"B5":  "Schedule, start and get help from the bot",
		"B6":  "Get a message when invited",
		"B7":  "Get a message after scheduling: start, change, cancel",
		"B8":  "Get a message when a whiteboard is shared with me",
		"B9":  "Get a message when mentioned in a comment on a whiteboard, where an adapter of the organisation's or Zoom's mail tells of it",
		"B10": "Type: start",
		"B11": "Type: start, with a topic",
		"B12": "Type: join, with an ID or link",
		"B13": "Type: schedule, with day, time, length and topic",
		"B14": "Type: help",
		"B15": "Type: disconnect",
		"B16": "Type: settings, and whiteboards",
		"B17": "Have a chat or channel follow a series: a card for each meeting",
		"B18": "A meeting that waits for Zoom to be connected again is made by itself",
		"B22": "Choose what the bot writes about; defaults by the administrator",
		"B23": "What the day brings, as a message at an hour that one chooses",
		"B24": "Be reminded before a meeting, with the button to start, and once more at the start",
		"B25": "Accept, accept perhaps or decline from the message of an invitation",
		"B26": "Be asked once in each conversation",
		"C1":  "See the upcoming meetings, hosted and invited",
		"C2":  "Schedule a meeting from the app",
		"C3":  "Schedule a meeting from a chat; all its options are a button away, in the tab",
		"C4":  "Schedule a meeting from a channel",
		"C5":  "Start a meeting now from the app",
		"C6":  "Start a meeting now in a chat",
		"C7":  "Share an existing meeting to a chat",
		"C8":  "Invite everyone in the conversation, or some of them",
		"C9":  "Get an e-mail and a message for a scheduled meeting",
		"C10": "Get an e-mail and a message for a meeting started now",
		"C11": "Join a meeting",
		"C12": "Share the screen by meeting ID",
		"C13": "See the meeting in the Teams calendar",
		"C14": "See the meeting in the Outlook calendar",
		"C15": "Keep meetings made elsewhere out of the calendar until sync is wanted",
		"C16": "Have meetings made elsewhere in the calendar: two-way sync",
		"C17": "Change or cancel, and have event and cards follow",
		"C18": "Schedule a series",
		"C19": "Change one meeting of a series",
		"C20": "Use the personal meeting room or an id of its own",
		"C21": "Follow the account's rules for passcodes",
		"C22": "Schedule for somebody else, name alternative hosts",
		"C23": "Choose waiting room, recording, mute, or a template of the Zoom account",
		"C24": "Find a time at which all are free",
		"C25": "Be warned when times overlap, and be offered those for whom one may schedule and who are free; there is no pool of hosts",
		"C26": "Follow a meeting on its card: in progress, who is there, how long it was",
		"C27": "See who waits and who is in, by name where the administrator allows it",
		"C28": "Watch the recording, from the card",
		"C29": "Have its passcode, where the administrator allows it",
		"C30": "Read its transcript and the meeting's chat, in the tab",
		"C31": "Read the summary of AI Companion with its next steps",
		"C32": "Be told when one was just started here",
		"C33": "Search meetings",
		"C34": "See what a pasted link to a meeting or whiteboard leads to",
		"C35": "See the meetings of a chat or channel in a tab of its own",
		"C36": "Use private and shared channels (in private ones without a card: Teams lets no bot post there)",
		"C40": "Take part without a Zoom account",
		"C41": "Be told the limits of the Zoom account: minutes, capacity",
		"C42": "Invite guests and people of other organisations",
		"C43": "Be listed when an invitation cannot be mailed",
		"C44": "Keep a meeting private in the calendar",
		"E1":  "Share a whiteboard to a chat",
		"E2":  "Make a whiteboard",
		"E3":  "Open a whiteboard, to look and to edit",
		"E4":  "Be told before that Zoom asks for its own sign-in, and whom to ask for access",
		"E5":  "Open a whiteboard for exactly the people of a conversation, where the account has an app for it, and be warned of who could not open it",
		"E6":  "See what a shared whiteboard looks like on its card",
		"F1":  "On a phone: see the upcoming meetings",
		"F2":  "On a phone: schedule a meeting",
		"F3":  "On a phone: share a meeting",
		"F4":  "On a phone: share a whiteboard",
		"F12": "On a phone: join a meeting",
		"F13": "On a phone: start a meeting now",
		"F14": "On a phone: make a whiteboard",
		"F15": "On a phone: open a whiteboard",
		"F25": "On a phone: sign in without a second browser",
		"G1":  "Speak https alone, with everybody",
		"G2":  "Keep secrets encrypted",
		"G3":  "Believe what Zoom has signed alone, and that once",
		"G4":  "Do everything once, however often it is asked",
		"G7":  "Read it in English or French",
		"G8":  "Use it by keyboard, with a screen reader, in high contrast",
		"G11": "Prove all of it on the sandbox",
		"G12": "Know what opens before clicking",
		"G14": "Read cards in the organisation's language, and the rest in one's own",
	}
}

// The document is made of the table, so that what people read is what the product does.
func TestWhatWorksWhereIsWritten(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# What works where\n\nMade from `internal/policy/platforms.go`; `go test ./internal/policy -update` writes it anew.\n\n" +
		"*Native*: inside Teams. *Client*: Causeway opens the Zoom client, which carries it. *Browser*: a browser page. *None*: it is\nnot there; below the table stands why.\n\n" +
		"| | what | desktop | web | Android | iOS |\n|---|---|---|---|---|---|\n")
	table, names := policy.WhatWorksWhere(), capabilities()
	reasons := ""
	for _, id := range slices.SortedFunc(maps.Keys(table), byLetterAndNumber) {
		if names[id] == "" {
			t.Errorf("%s has no name for people", id)
		}
		a := table[id]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", id, names[id], a.Desktop, a.Web, a.Android, a.IOS)
		if a.Why != "" {
			reasons += fmt.Sprintf("\n%s: %s.\n", id, a.Why)
		}
	}
	b.WriteString(reasons)
	if *update {
		if err := os.WriteFile(document, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != b.String() {
		t.Errorf("%s is not what the table says; run the test with -update", document)
	}
}

func byLetterAndNumber(a, b string) int {
	if a[0] != b[0] {
		return int(a[0]) - int(b[0])
	}
	m, _ := strconv.Atoi(a[1:])
	n, _ := strconv.Atoi(b[1:])
	return m - n
}
