package teams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep an activity may be nested. Teams' own stay below 20.
const maxDepth = 64

// maxNames is how many fields an activity may have at its top level. Teams' own stay below 30.
const maxNames = 200

// inspect walks once over body, before anything is decoded: it must be one object in UTF-8, no deeper than maxDepth, that
// says nothing twice at its top level. It counts brackets and reads strings; the grammar is left to the decoder.
func inspect(body []byte) error {
	if !utf8.Valid(body) {
		return fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return fmt.Errorf("%w: no object", ErrMalformed)
	}
	depth, nameNext := 0, false
	names := make([]string, 0, 32)
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			depth++
			nameNext = depth == 1
		case '}', ']':
			depth--
			nameNext = false
		case ',':
			nameNext = depth == 1
		case '"':
			end := endOfString(body, i)
			if end < 0 {
				return fmt.Errorf("%w: it ends in a string", ErrMalformed)
			}
			if nameNext {
				names, nameNext = append(names, nameOf(body[i:end+1])), false
			}
			i = end
		}
		if depth > maxDepth || len(names) > maxNames {
			return fmt.Errorf("%w: too deep or too wide", ErrMalformed)
		}
	}
	return refuseTwice(names)
}

// endOfString returns the index of the quote that ends the string beginning at start, or -1.
func endOfString(body []byte, start int) int {
	for i := start + 1; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// nameOf returns the text of a quoted name, escapes resolved as the decoder will resolve them.
func nameOf(quoted []byte) string {
	if slices.Contains(quoted, '\\') {
		var name string
		if json.Unmarshal(quoted, &name) == nil {
			return name
		}
	}
	return string(quoted[1 : len(quoted)-1])
}

// refuseTwice refuses names that the decoder would take for the same: it ignores case, and the last one wins, so that a
// check of the one could be followed by a use of the other.
func refuseTwice(names []string) error {
	for i, name := range names {
		for _, other := range names[:i] {
			if strings.EqualFold(name, other) {
				return fmt.Errorf("%w: a field stands there twice", ErrUntrusted)
			}
		}
	}
	return nil
}
