// Package problem is the product's vocabulary of failure. A feature returns an [Error] that says which of eleven kinds of
// trouble happened and which safe sentence the person reads; the cause stays inside for the log. The doors (web, bot) turn
// any error into one with [Of] and write it in their own form: RFC 9457 JSON, or a card.
//
// Sentences are keys of package i18n; the general ones, one for each kind, are in its area "problem".
package problem

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Kind says what went wrong in the words that a caller can act on.
type Kind string

// The kinds of error. There are no others: what fits none of them is Internal.
const (
	Invalid     Kind = "invalid"     // What was typed cannot be used; Fields says where and why.
	SignIn      Kind = "sign_in"     // Nobody is signed in, or the session ended.
	Consent     Kind = "consent"     // The person has to agree to something at Microsoft or Zoom first.
	NotLinked   Kind = "not_linked"  // The person has not connected Zoom, or has to do it again.
	NotReady    Kind = "not_ready"   // An administrator still has to approve one of the two sides.
	Forbidden   Kind = "forbidden"   // Not allowed, whoever approves what.
	NotFound    Kind = "not_found"   // It does not exist, or not for this person.
	Conflict    Kind = "conflict"    // It changed meanwhile, or was already done in another way.
	Busy        Kind = "busy"        // Too much at once; Until says when to come back, if that is known.
	Unavailable Kind = "unavailable" // Another service does not answer, or not in time.
	Internal    Kind = "internal"    // A mistake of ours; Ref finds it in the log.
)

// Field is one input that cannot be used.
type Field struct {
	Name string         // Name of the input, as the form calls it.
	Key  string         // Sentence for the person, an i18n key.
	Args map[string]any // Values for the sentence.
}

// Error is an error with a sentence that may be shown. It is immutable once it is returned: the methods that add something
// give back a copy, so that one Error may be a package's sentinel.
type Error struct {
	Kind   Kind
	Key    string         // i18n key of the sentence shown to the person.
	Args   map[string]any // Values for the sentence.
	Fields []Field        // For Invalid: which inputs and why.
	Until  time.Time      // For Busy: when to try again; zero when unknown.
	Ref    string         // Finds the cause in the log; filled by Of for Internal and Unavailable.
	cause  error
}

// New makes an Error of a kind whose sentence is the i18n key, with name and value pairs for its placeholders.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(args)}
}

// Because returns a copy of e that carries the cause for the log; errors.Is and errors.As find it.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// WithField returns a copy of e that names one more unusable input and the i18n key of the reason.
func (e *Error) WithField(name, key string, args ...any) *Error {
	c := *e
	c.Fields = append(slices.Clone(e.Fields), Field{Name: name, Key: key, Args: pairs(args)})
	return &c
}

// WithUntil returns a copy of e that says when it is worth trying again.
func (e *Error) WithUntil(t time.Time) *Error {
	c := *e
	c.Until = t
	return &c
}

// Error is text for the log. It is never shown to a person.
func (e *Error) Error() string {
	text := string(e.Kind) + ": " + e.Key
	for _, f := range e.Fields {
		text += fmt.Sprintf(" [%s: %s]", f.Name, f.Key)
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an Error of the same kind and sentence, so that an Error may be compared with errors.Is
// whatever was added to it.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error) //nolint:errorlint // errors.Is asks about this very error; it unwraps by itself.
	return ok && t.Kind == e.Kind && t.Key == e.Key
}

// Of returns the Error inside err, or makes one: Unavailable when the time ran out, else Internal. Internal and Unavailable
// get a fresh Ref, also as the argument Ref of the sentence; call Of once for each failure and log err beside that Ref.
// It is never nil for a non-nil err, and nil for nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var found *Error
	switch {
	case errors.As(err, &found):
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		found = New(Unavailable, "problem.unavailable").Because(err)
	default:
		found = New(Internal, "problem.internal").Because(err)
	}
	if found.Ref != "" || (found.Kind != Internal && found.Kind != Unavailable) {
		return found
	}
	c := *found
	c.Ref = rand.Text()[:8]
	c.Args = maps.Clone(found.Args)
	if c.Args == nil {
		c.Args = map[string]any{}
	}
	c.Args["Ref"] = c.Ref
	return &c
}

// Is reports whether err is, or wraps, an Error of this kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// pairs makes a map of name and value pairs; a name without a value gets nil.
func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		var value any
		if i+1 < len(args) {
			value = args[i+1]
		}
		m[fmt.Sprint(args[i])] = value
	}
	return m
}
