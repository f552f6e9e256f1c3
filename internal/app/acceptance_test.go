package app_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promises are what the acceptance tests prove, in one sentence for each number.
func promises() map[string]string {
	return map[string]string{
		"T01":  "Whoever is not Teams is answered 403: issuer, audience, times, signature and scheme of the token each count; nothing is stored, nobody is called.",
		"T02":  "Clocks may differ by five minutes, not by six; a token without an end is refused.",
		"T03":  "A signing key published just now is found with one fetch; thousands of unknown key names cause one fetch in five minutes; known keys work for a day while their issuer is down.",
		"T04":  "Tokens with other algorithms, keys of their own, odd shapes or huge sizes are refused cheaply; a key must be endorsed for Teams.",
		"T05":  "The service address of an activity is the signed one, or the activity is refused.",
		"T06":  "A service address that is missing, unreadable, named twice, or cannot be a connector is refused.",
		"T07":  "The bot's token goes to exact connectors alone, even when somebody alters a stored address.",
		"T08":  "Ids from outside stay single segments of an address; redirects are not followed.",
		"T09":  "Without a good token no byte of a body is read; with one, 256 KiB are the most.",
		"T10":  "Odd, broken and hostile bodies are refused or tolerated; nothing panics.",
		"T11":  "Tenants that are not ours, or that an activity names inconsistently, are refused, and the refusal is in the log.",
		"T12":  "Cards and forms with other people's ids do nothing to what is theirs.",
		"T13":  "A form sent four times, also at once and to two products, makes one meeting and one card.",
		"T14":  "Tokens of Entra count only when they are the bot's own, of its own tenant.",
		"T15":  "The tab's token counts only when version, audience, issuer, tenant and scope fit together.",
		"T16":  "Every route asks for what it needs; a route without a line in the test's table fails.",
		"T17":  "Who somebody is, the token alone says; ids in address, body or headers are ignored or refused, by every operation.",
		"T18":  "People are a tenant and an object id: the same name or address elsewhere is somebody else, a renamed person is the same.",
		"T21":  "A page of another site changes nothing by any operation: the API takes bearer tokens alone, and no other origin reads its answers.",
		"T22":  "Look-ups act on behalf of the person alone; what Entra wants to know first is passed on, and no token is in an answer.",
		"T23":  "Every page and answer carries its security headers, https alone included; the tab may be framed by Microsoft's list alone, the rest by nobody; nothing inline runs.",
		"T24":  "Sandbox and production are apart: addresses, keys and tokens of one are refused by the other.",
		"T25":  "Linking works by the pop-up and by the typed code, and what was interrupted goes on.",
		"T26":  "A callback in another browser gets nowhere; the code is not even exchanged.",
		"T27":  "A forwarded link connects nobody; what was granted is revoked.",
		"T28":  "A code counts once, in time, in the right hands; three wrong guesses end the linking.",
		"T29":  "A state counts once and for ten minutes, in the linking that it belongs to.",
		"T30":  "Odd states are answered 400.",
		"T31":  "No address of the linking leads elsewhere; declining ends it, or goes on without the calendar.",
		"T32":  "The PKCE verifier stays on the server; a code of another linking or a used one is refused.",
		"T33":  "Zoom accounts and addresses that are not allowed, and grants without all scopes, are refused and revoked.",
		"T34":  "Names from Zoom are text on pages and cards.",
		"T35":  "Disconnecting deletes at once and revokes at Zoom, now or as soon as Zoom answers.",
		"T36":  "What Zoom posts counts when it is signed, byte for byte; one bit more or less is refused.",
		"T37":  "Without a secret nothing that is posted as Zoom is taken, a challenge neither; that it is missing is said at the start.",
		"T38":  "A challenge is answered when it can be Zoom's, and is no way to have something signed.",
		"T39":  "Every event has to be signed; whoever removes the app at Zoom is not connected any more.",
		"T40":  "What Zoom posts again has no effect, and is counted in the log.",
		"T41":  "News of up to two hours ago counts, once; older news, and news of the future, is refused.",
		"T42":  "Twins of an event, at the same moment at two processes, change the card once and post nothing.",
		"T43":  "A secret is replaced with both in force; that of one app is none for the other.",
		"T44":  "Events of accounts that are not connected here, and unknown ones, are acknowledged and ignored; unknown ones are counted in the log.",
		"T45":  "More than one mebibyte is refused at Zoom's door, and what would have to be unpacked; who sends a byte each second is cut off.",
		"T46":  "News in the wrong order ends in what Zoom has now.",
		"T47":  "Zoom is answered, whoever does not answer us.",
		"T48":  "Graph's trial of our addresses is answered by its token, byte for byte; anything else is refused.",
		"T49":  "A notice of Graph's counts only with the secret and the tenant of its subscription; one that is forged keeps no good one from counting.",
		"T50":  "Ten thousand notices of one calendar are two readings at most.",
		"T51":  "Whatever becomes of a subscription, what was changed in Outlook is found, nothing is made twice, and the one card follows.",
		"T52":  "More than one mebibyte is refused at Graph's doors, and a flood of it, one after the other or at once, fills no memory.",
		"T54":  "What cannot be stored is not taken, and taken once when Graph comes again.",
		"T55":  "Calls to other services: TLS 1.2, no redirect, an end in time, a largest answer, no other origin.",
		"T56":  "No name and no spelling of an address leads to this machine or its network.",
		"T61":  "What people write is shown as they wrote it, names of people and whiteboards and summaries included: on cards, in messages, in previews, in the calendar, in mails.",
		"T62":  "A card that would be larger than Teams takes, with 300 people and the longest words, is cut short, says how many it leaves out, and arrives.",
		"T63":  "Hostile words in whatever the tab shows run nowhere and become no markup, and no address but of a page or of Zoom's client is opened.",
		"T64":  "A pasted link to a meeting or whiteboard is shown as what its reader may know, never with what opens the meeting; whoever is not known sees always the same, and nobody looks the link up.",
		"T65":  "What only looks like a link of Zoom's has no preview.",
		"T66":  "Links to meetings are built from numbers and follow a strict grammar.",
		"T67":  "A passcode is for the host, and for who is now in a conversation into which the host brought the meeting.",
		"T68":  "Odd meeting ids never reach another address of Zoom.",
		"T71":  "What an administrator switches off is off in all processes within ten seconds: nothing is asked of Zoom any more, and messages that wait are dropped.",
		"T72":  "Who removes the app at Zoom loses the tokens at once and all that was known of their meetings, unless they let it be kept; connecting again in between changes nothing.",
		"T74":  "The log holds no token, code, passcode or anybody's words, at its most talkative.",
		"T78":  "Nobody sees or changes in the tab what is another person's, by any operation; no read of the database answers a tenant with what is another tenant's.",
		"T81":  "The database and its write-ahead log hold no secret; a swapped secret is noticed.",
		"T90":  "Events of Zoom, twice, as twins, in any order and some forged, at processes that are killed meanwhile: what was acknowledged counts exactly once.",
		"T91":  "With each write and each call failing in turn, linking and scheduling end as they should, and the person is told.",
		"T92":  "Killed at any call, the product ends with one meeting, one entry, one mail and one message for each, and one card (two where its posting was not noted).",
		"T93":  "A meeting whose making Zoom never confirmed is adopted, not made twice.",
		"T94":  "A calendar entry whose making was never confirmed stays the only one; people are mailed once.",
		"T95":  "Each answer of Teams has its consequence for cards and direct messages; nobody gets a message twice.",
		"T96":  "An expired token is renewed once for all who ask at the same time, in all processes.",
		"T97":  "Killed while a token is renewed: renewed after the restart, or the person is asked once to connect again.",
		"T98":  "Who comes second adopts the new token; passing troubles end no link; where nothing can be stored, Zoom is not asked.",
		"T99":  "A token that dies early is replaced once; a second refusal is told.",
		"T100": "A host's hundred meetings of Zoom's day are used up: what can wait is made at Zoom's next day, once, and the person is told; what cannot is refused with the time.",
		"T101": "Zoom, Graph and Teams fail now and then, do not answer, or are asked too often: what a person was told is true, nothing is made twice, nothing is missing in the end.",
		"T104": "A job that cannot be done is tried twelve times and given up, holds up no other, and is done once when it can be.",
	}
}

// limits are what of a promise, as it was first asked for, is not proved, or is kept otherwise.
func limits() map[string]string {
	return map[string]string{
		"T40":  "What comes again later than T41 allows is refused, which Zoom hears, instead of acknowledged.",
		"T49":  "Forged notices are counted in the log; there are no metrics.",
		"T52":  "Measured is the heap, not the whole process.",
		"T47":  "How soon is measured by the benchmark of `internal/events` alone.",
		"T72":  "Zoom's call for data compliance, which the newer of its guides does not ask for any more, is not made.",
		"T78":  "There is one tenant for each installation: the tab's test has a second one refused, that of the database has two. There are no exports yet.",
		"T81":  "There are no backups yet.",
		"T90":  "`make test` kills three times in some hundred events, `make chaos` fifty times in ten thousand.",
		"T96":  "Three times at the end of a token, with twelve callers each.",
		"T101": "`make test` has some minutes of the emulated world; the ten minutes in real time are in `make chaos`.",
	}
}

var (
	testName = regexp.MustCompile(`(?m)^func (Test(T\d+)_\w+)\(t \*testing\.T\)`)
	inPages  = regexp.MustCompile(`(?m)^test\("((T\d+): [^"]+)"`) // in a browser
	chaosTag = regexp.MustCompile(`(?m)^//go:build chaos$`)
)

// TestAcceptance holds docs/acceptance.md against the tests that there are; -update writes it.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	found := map[string]map[string][]string{} // number → file → tests
	root := filepath.Join("..", "..")
	read := func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".spec.ts") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		for _, m := range append(testName.FindAllStringSubmatch(string(source), -1), inPages.FindAllStringSubmatch(string(source), -1)...) {
			name := strings.TrimPrefix(m[1], "Test")
			if chaosTag.Match(source) {
				name += " ⏱"
			}
			if found[m[2]] == nil {
				found[m[2]] = map[string][]string{}
			}
			found[m[2]][filepath.ToSlash(file)] = append(found[m[2]][filepath.ToSlash(file)], name)
		}
		return nil
	}
	for _, folder := range []string{"internal", filepath.Join("ui", "e2e")} {
		if err := filepath.WalkDir(filepath.Join(root, folder), read); err != nil {
			t.Fatal(err)
		}
	}
	for number := range found {
		if promises()[number] == "" {
			t.Errorf("%s has tests and no sentence", number)
		}
	}
	var table strings.Builder
	table.WriteString("| | What is proved | Where |\n|---|---|---|\n")
	for _, number := range slices.Sorted(maps.Keys(promises())) {
		if len(found[number]) == 0 {
			t.Errorf("%s has no test", number)
		}
		var where []string
		for _, file := range slices.Sorted(maps.Keys(found[number])) {
			where = append(where, fmt.Sprintf("`%s`: %s", file, strings.Join(found[number][file], ", ")))
		}
		promise := promises()[number]
		if limit := limits()[number]; limit != "" {
			promise += " *But: " + limit + "*"
		}
		_, _ = fmt.Fprintf(&table, "| %s | %s | %s |\n", number, promise, strings.Join(where, "<br>"))
	}
	compare(t, "docs/acceptance.md", "tests", table.String())
}
