package world

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// IDs makes identifiers of the shapes that the two platforms use, from a stream that a seed makes repeatable.
type IDs struct {
	seed string
	mu   sync.Mutex
	src  *mathrand.ChaCha8
}

// newSeed is the text of a run's seed: n, or a random one when n is 0.
func newSeed(n uint64) string {
	if n != 0 {
		return strconv.FormatUint(n, 16)
	}
	return rand.Text()
}

// newIDs gives each run of a kept world its own stream, while Named stays the same in all of them.
func newIDs(seed string, run int) *IDs {
	return (&IDs{seed: seed}).Named("run", strconv.Itoa(run))
}

// Named is a stream of its own that depends on nothing but the world's seed and the names: a person keeps his ids.
func (i *IDs) Named(names ...string) *IDs {
	key := sha256.Sum256([]byte(i.seed + "\x00" + strings.Join(names, "\x00")))
	return &IDs{seed: i.seed, src: mathrand.NewChaCha8(key)}
}

// Bytes are n random bytes.
func (i *IDs) Bytes(n int) []byte {
	b := make([]byte, n)
	i.mu.Lock()
	defer i.mu.Unlock()
	_, _ = i.src.Read(b) // never fails
	return b
}

// Intn is a number in [0, n).
func (i *IDs) Intn(n int) int {
	return int(binary.BigEndian.Uint64(i.Bytes(8)) % uint64(n))
}

// Hex is a text of n bytes in lower-case hexadecimal.
func (i *IDs) Hex(n int) string { return hex.EncodeToString(i.Bytes(n)) }

// Text is URL-safe base64 of n bytes: codes, tokens, states.
func (i *IDs) Text(n int) string { return base64.RawURLEncoding.EncodeToString(i.Bytes(n)) }

// GUID is a version 4 UUID: Entra tenants, users, apps; AAD groups.
func (i *IDs) GUID() string {
	b := i.Bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// MeetingNumber is a Zoom meeting id of 11 digits.
func (i *IDs) MeetingNumber() int64 {
	return 80_000_000_000 + int64(binary.BigEndian.Uint64(i.Bytes(8))%19_999_999_999)
}

// PersonalMeetingNumber is a Zoom personal meeting id of 10 digits.
func (i *IDs) PersonalMeetingNumber() int64 {
	return 2_000_000_000 + int64(binary.BigEndian.Uint64(i.Bytes(8))%7_999_999_999)
}

// MeetingUUID is the id of one instance of a Zoom meeting: base64, so it can begin with a slash or hold two.
func (i *IDs) MeetingUUID() string { return base64.StdEncoding.EncodeToString(i.Bytes(16)) }

// ZoomID is a Zoom user or account id: 22 characters.
func (i *IDs) ZoomID() string { return i.Text(16) }

// TeamsUser is a person's id towards a bot: 29:1….
func (i *IDs) TeamsUser() string { return "29:1" + i.Text(48) }

// PersonalChat is a person's conversation with a bot: a:1….
func (i *IDs) PersonalChat() string { return "a:1" + i.Text(96) }

// GroupChat is a group chat's conversation: 19:…@thread.v2.
func (i *IDs) GroupChat() string { return "19:" + i.Hex(16) + "@thread.v2" }

// Channel is a channel's conversation: 19:…@thread.tacv2.
func (i *IDs) Channel() string { return "19:" + i.Text(32) + "1@thread.tacv2" }

// OneOnOne is the chat of two people: 19:<oid>_<oid>@unq.gbl.spaces, the smaller object id first.
func OneOnOne(a, b string) string {
	oids := []string{a, b}
	slices.Sort(oids)
	return "19:" + oids[0] + "_" + oids[1] + "@unq.gbl.spaces"
}

// GraphID is an immutable Exchange item id.
func (i *IDs) GraphID() string { return "AAkALgAAAAAAHYQDEapm" + i.Text(60) + "AAA=" }
