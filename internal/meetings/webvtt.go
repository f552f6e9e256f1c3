package meetings

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Line is what one person said, or wrote, at one time.
type Line struct {
	At   int    `json:"at" doc:"Seconds since the recording began"`
	Who  string `json:"who,omitempty"`
	Text string `json:"text"`
}

const (
	nameMost      = 100  // bytes of a speaker's name: in a transcript more is what was said
	lineMost      = 4000 // bytes of a line, which then goes on in another
	paragraphMost = 600  // bytes up to which what one person says is put together
)

var (
	// cueTime is the line before the text of a cue: from when to when it is shown.
	cueTime = regexp.MustCompile(`^\s*(?:(\d{1,4}):)?(\d\d):(\d\d)[.,]\d{3}[ \t]+-->`)
	// cueVoice is how WebVTT says who speaks.
	cueVoice = regexp.MustCompile(`<v(?:\.[^\s>]*)?[ \t]+([^>]+)>`)
	// cueTag is any other mark of WebVTT. What stands in other brackets was said.
	cueTag = regexp.MustCompile(`</?(?:v|c|i|b|u|ruby|rt|lang)(?:[.\s][^>]*)?>|<[\d:.]+>`)
	// cueEntity are the characters that WebVTT writes in another way; & last, so that nothing is read twice.
	cueEntity = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&nbsp;", " ", "&lrm;", "", "&rlm;", "", "&quot;", `"`, "&amp;", "&")
	// chatTime is how a line of a meeting's chat begins; who and what follow. UNVERIFIED: Zoom describes the file nowhere; its clients write
	// "00:12:24\tAna Duarte:\tHello", older ones "00:12:24\t From Ana Duarte : Hello".
	chatTime = regexp.MustCompile(`^(\d{1,3}):(\d\d):(\d\d)[ \t]+(?:From[ \t]+)?`)
)

// webVTT reads a transcript as Zoom writes it: WebVTT (https://www.w3.org/TR/webvtt1), whose cues are sentences that begin with who speaks.
// Sentences that one person says after each other are put together. False for what is no WebVTT.
func webVTT(raw []byte) (lines []Line, ok bool) {
	text := plain(raw)
	if !strings.HasPrefix(text, "WEBVTT") {
		return nil, false
	}
	var cue []string
	at, within := 0, false
	end := func() {
		if line := spoken(at, strings.Join(cue, " ")); line.Text != "" {
			lines = join(lines, line)
		}
		cue, within = nil, false
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch when := cueTime.FindStringSubmatch(line); {
		case when != nil:
			end()
			at, within = seconds(when[1:]), true
		case strings.TrimSpace(line) == "":
			end()
		case within: // else: a number, a note, a style
			cue = append(cue, line)
		}
	}
	end()
	return cut(lines), true
}

// spoken reads the text of a cue.
func spoken(at int, text string) Line {
	line := Line{At: at}
	if voice := cueVoice.FindStringSubmatch(text); voice != nil && len(voice[1]) <= nameMost {
		line.Who = trim(cueEntity.Replace(voice[1]))
	}
	text = trim(cueEntity.Replace(cueTag.ReplaceAllString(text, "")))
	if who, said, found := strings.Cut(text, ": "); line.Who == "" && found && len(who) <= nameMost {
		line.Who, text = trim(who), trim(said)
	}
	line.Text = text
	return line
}

// join adds a sentence, to what the same person has just said if that is short.
func join(lines []Line, next Line) []Line {
	if n := len(lines) - 1; n >= 0 && next.Who != "" && lines[n].Who == next.Who && len(lines[n].Text)+len(next.Text) < paragraphMost {
		lines[n].Text += " " + next.Text
		return lines
	}
	return append(lines, next)
}

// chatLines reads the chat of a meeting. What does not begin with a time goes on with what was written before.
func chatLines(raw []byte) (lines []Line) {
	var line Line
	var said strings.Builder
	begun := false
	end := func() {
		if line.Text = strings.TrimSpace(said.String()); begun || line.Text != "" {
			lines = append(lines, line)
		}
		said = strings.Builder{}
	}
	for text := range strings.SplitSeq(plain(raw), "\n") {
		if when := chatTime.FindStringSubmatch(text); when != nil {
			if who, what, ok := written(text[len(when[0]):]); ok {
				end()
				line, begun = Line{At: seconds(when[1:]), Who: who}, true
				text = what
			}
		}
		said.WriteString(strings.TrimRight(text, " \t"))
		said.WriteByte('\n')
	}
	end()
	return cut(lines)
}

// written parts a line of a chat after its time: the name ends with the first colon that has a blank or nothing after it.
func written(line string) (who, what string, ok bool) {
	for at := range len(line) {
		if line[at] == ':' && (at+1 == len(line) || line[at+1] == ' ' || line[at+1] == '\t') {
			return trim(beginning(line[:at], nameMost)), line[at+1:], true
		}
	}
	return "", "", false
}

// plain is a text in Unicode whose lines end as ours do, without characters that are none.
func plain(raw []byte) string {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(strings.TrimPrefix(string(raw), "\ufeff"), "\ufffd"))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

func trim(text string) string { return strings.Join(strings.Fields(text), " ") }

// seconds of hours, minutes and seconds, each of some digits.
func seconds(of []string) (all int) {
	for _, part := range of {
		n, _ := strconv.Atoi(part)
		all = all*60 + n
	}
	return all
}

// cut parts lines that are too long to be shown as one.
func cut(lines []Line) (all []Line) {
	for _, line := range lines {
		for len(line.Text) > lineMost {
			part := beginning(line.Text, lineMost)
			all = append(all, Line{line.At, line.Who, part})
			line.Text = line.Text[len(part):]
		}
		all = append(all, line)
	}
	return all
}

// beginning is as many whole characters of a text as most bytes hold.
func beginning(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// shifted are lines moved on by what had gone before their part of the recording began.
func shifted(lines []Line, by time.Duration) []Line {
	const day = 24 * time.Hour // more is a time that Zoom did not tell
	for i := range lines {
		if by > 0 && by < day {
			lines[i].At += int(by.Seconds())
		}
	}
	return lines
}
