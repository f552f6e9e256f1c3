// Package keyring seals secrets before they are stored: tokens, received bodies, whatever must not be readable in a database, its log or a backup.
//
// A Ring holds the master keys of an installation, by id; it comes from one file that only its owner may read. New secrets are sealed with the current
// key, and old ones open as long as theirs is on the ring, so that a key can be changed without a stop. Every purpose has a Box of its own, with keys
// derived for it, and every secret is bound to its place (AAD): copied to another row, column, table or tenant it does not open.
//
// It stores nothing and knows no table. Accounts and store seal with it; app loads it.
package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
)

const (
	keySize     = 32 // bytes, AES-256
	maxFileSize = 64 << 10
)

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// Ring is the master keys of an installation. It prints as [redacted].
type Ring struct {
	current string
	keys    map[string][]byte
}

// file is the form of a ring that is kept: {"current":"k1","keys":{"k1":"…32 bytes in base64…"}}.
type file struct {
	Current string            `json:"current"`
	Keys    map[string][]byte `json:"keys"`
}

// Load reads a ring from a file that only its owner may read (mode 0600). Its errors tell what to do, and never a key.
func Load(name string) (*Ring, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("key file %s has mode %04o, so others on this machine may read the keys; run: chmod 600 %s", name, mode, name)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	ring, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", name, err)
	}
	return ring, nil
}

// Parse reads a ring as Marshal writes it.
func Parse(text []byte) (*Ring, error) {
	if len(text) > maxFileSize {
		return nil, errors.New("it is too large to be a key ring")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var f file
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf(`it must be JSON like {"current":"k1","keys":{"k1":"32 bytes in base64"}}: %w`, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the key ring")
	}
	for _, id := range slices.Sorted(maps.Keys(f.Keys)) {
		if !keyID.MatchString(id) {
			return nil, fmt.Errorf("key id %q: use up to 32 letters, digits, - and _", id)
		}
		if n := len(f.Keys[id]); n != keySize {
			return nil, fmt.Errorf("key %q has %d bytes, it must have %d", id, n, keySize)
		}
	}
	if f.Keys[f.Current] == nil {
		return nil, fmt.Errorf("the current key %q is not among its keys", f.Current)
	}
	return &Ring{current: f.Current, keys: f.Keys}, nil
}

// Generate makes a ring with one new random key.
func Generate() *Ring {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // it never fails: the program ends instead
	return &Ring{current: "k1", keys: map[string][]byte{"k1": key}}
}

// Marshal writes the ring, keys and all, as the content of a key file.
func (r *Ring) Marshal() []byte {
	text, err := json.MarshalIndent(file{Current: r.current, Keys: r.keys}, "", "  ")
	if err != nil {
		panic(err) // cannot happen: strings and bytes
	}
	return append(text, '\n')
}

// Format prints [redacted], whatever the verb.
func (Ring) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }
