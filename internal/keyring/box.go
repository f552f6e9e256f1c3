package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// version is the first byte of what is sealed: version, length of the key id, key id, nonce, ciphertext with its tag.
const version = 1

var (
	// ErrUnknownKey says that the key that sealed a secret is not on the ring.
	ErrUnknownKey = errors.New("keyring: sealed with a key that is not on the ring")
	// ErrAltered says that a sealed secret is not what was sealed for this place: altered, moved here from another row, or sealed for another purpose.
	ErrAltered = errors.New("keyring: altered, or sealed for another place")
)

// AAD is the place that a secret is bound to.
type AAD struct{ Table, Column, Tenant, Row string }

// Box seals and opens for one purpose. It is safe for concurrent use and prints as [redacted].
type Box struct {
	current string
	ciphers map[string]cipher.AEAD
}

// For makes the box of a purpose ("zoom grants"). Make it once and keep it. Boxes of one purpose and ring open each other's secrets, those of others do not.
func (r *Ring) For(purpose string) *Box {
	box := &Box{current: r.current, ciphers: make(map[string]cipher.AEAD, len(r.keys))}
	for id, key := range r.keys {
		aead, err := derive(key, "causeway keyring 1\x00"+id+"\x00"+purpose)
		if err != nil {
			panic(err) // cannot happen: the sizes are right
		}
		box.ciphers[id] = aead
	}
	return box
}

func derive(key []byte, info string) (cipher.AEAD, error) {
	subkey, err := hkdf.Key(sha256.New, key, nil, info, keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(subkey)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts plain for its place with the current key. The same secret looks different every time.
func (b *Box) Seal(plain []byte, place AAD) []byte {
	header := append([]byte{version, byte(len(b.current))}, b.current...)
	return b.ciphers[b.current].Seal(header, nil, plain, place.bind(header)) // #nosec G407 -- a new random nonce every time, by NewGCMWithRandomNonce
}

// Open decrypts what Seal returned for the same place. Errors: ErrUnknownKey, ErrAltered.
func (b *Box) Open(sealed []byte, place AAD) ([]byte, error) {
	header, id, ok := split(sealed)
	if !ok {
		return nil, ErrAltered
	}
	aead, known := b.ciphers[id]
	if !known {
		return nil, fmt.Errorf("%w: %q", ErrUnknownKey, id)
	}
	plain, err := aead.Open(nil, nil, sealed[len(header):], place.bind(header))
	if err != nil {
		return nil, ErrAltered
	}
	return plain, nil
}

// Current tells whether the current key sealed it; if not, seal it anew when there is an opportunity.
func (b *Box) Current(sealed []byte) bool {
	_, id, ok := split(sealed)
	return ok && id == b.current
}

// split finds the header and the key id in it.
func split(sealed []byte) (header []byte, id string, ok bool) {
	if len(sealed) < 2 || sealed[0] != version || len(sealed) < 2+int(sealed[1]) {
		return nil, "", false
	}
	header = sealed[: 2+int(sealed[1]) : 2+int(sealed[1])]
	return header, string(header[2:]), true
}

// bind is what is authenticated beside the secret. Every part has its length before it, so that no two places look alike.
func (p AAD) bind(header []byte) []byte {
	bound := append([]byte(nil), header...)
	for _, part := range []string{p.Table, p.Column, p.Tenant, p.Row} {
		bound = append(binary.AppendUvarint(bound, uint64(len(part))), part...)
	}
	return bound
}

// Format prints [redacted], whatever the verb.
func (Box) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }
