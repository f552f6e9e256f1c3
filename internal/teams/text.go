package teams

import (
	"strings"
	"unicode"
)

// joiner is U+2060 WORD JOINER: it has no width, and no linker takes an address across it.
const joiner = '\u2060'

// Escape makes text that a person wrote safe inside the Markdown of a card, so that it is shown as it was written: one line,
// every character with a meaning in Markdown or HTML escaped, addresses broken so that nothing turns them into links, what
// is invisible or turns the direction of reading taken out. What is too long is the caller's to [Clip] before.
func Escape(text string) string {
	var out strings.Builder
	out.Grow(len(text) + 8)
	runes := []rune(Clean(text))
	before := ' '
	for i, r := range runes {
		if r < unicode.MaxASCII && strings.ContainsRune("\\`*_{}[]()#+-.!|><~&", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
		if i+1 < len(runes) && joinsAddress(before, r, runes[i+1]) {
			out.WriteRune(joiner)
		}
		before = r
	}
	return out.String()
}

// joinsAddress tells whether r, between its neighbours, may hold an address together: the dot of a host, the colon of a
// scheme, the first of two slashes, the @ of a mail address.
func joinsAddress(before, r, after rune) bool {
	switch r {
	case '.', '@':
		return !unicode.IsSpace(before) && !unicode.IsSpace(after)
	case ':':
		return unicode.IsLetter(before) && !unicode.IsSpace(after)
	case '/':
		return after == '/' || before == ':'
	}
	return false
}

// Clean makes text one line of visible characters: line ends and tabs become spaces; control characters, the marks that
// turn the direction of reading, zero-width characters and bytes that are no UTF-8 are taken out. It is for the texts
// that are not Markdown: titles, labels, values of inputs, summaries.
func Clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return ' '
		case r == unicode.ReplacementChar || unicode.IsControl(r) || isInvisible(r):
			return -1
		}
		return r
	}, text))
}

// isInvisible tells whether r has no width of its own: the format characters of Unicode (bidirectional marks, joiners, soft
// hyphen, tags) and the fillers that look like nothing.
func isInvisible(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0', '\u2800':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// Clip shortens text to at most n user-perceived characters; what is cut is marked with an ellipsis, which counts. It never
// cuts between a letter and its accents, inside an emoji, flag or syllable.
func Clip(text string, n int) string {
	if n <= 0 {
		return ""
	}
	if len(text) <= n {
		return text
	}
	count, cut := 0, 0
	var before rune
	flags := 0 // regional indicators in a row
	for i, r := range text {
		if i == 0 || !continues(before, r, flags) {
			if count == n {
				return strings.TrimRightFunc(text[:cut], unicode.IsSpace) + "…"
			}
			count++
			if count == n {
				cut = i
			}
		}
		flags = nextFlags(flags, r)
		before = r
	}
	return text
}

func nextFlags(flags int, r rune) int {
	if isFlagLetter(r) {
		return flags + 1
	}
	return 0
}

func isFlagLetter(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// continues tells whether r belongs to the same character as the rune before it: the rules of UAX #29 that matter for what
// people write in topics and names.
func continues(before, r rune, flags int) bool {
	switch {
	case before == '\r' && r == '\n':
		return true
	case unicode.Is(unicode.M, r), r == '\u200d', r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0020 && r <= 0xE007F:
		return !unicode.IsControl(before) // accents, variation selectors, joiner, skin tones, tags of flags
	case before == '\u200d':
		return unicode.Is(unicode.So, r) || r == '\u2640' || r == '\u2642'
	case isFlagLetter(r):
		return flags%2 == 1
	}
	return isVowel(r) && isHangul(before) || r >= 0x11A8 && r <= 0x11FF && isHangul(before)
}

func isVowel(r rune) bool { return r >= 0x1160 && r <= 0x11A7 }

func isHangul(r rune) bool { return r >= 0x1100 && r <= 0x11FF || r >= 0xAC00 && r <= 0xD7A3 }
