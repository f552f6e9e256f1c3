package keyring

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a secret in memory: a client secret, a token. It prints, logs and marshals as [redacted] (but not as a key of a map in JSON: never make it one);
// string(s) is the secret itself, for where it is used.
type Secret string

// Format prints [redacted], whatever the verb.
func (Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// String is [redacted].
func (Secret) String() string { return redacted }

// MarshalText is [redacted], in JSON too.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue is [redacted].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
