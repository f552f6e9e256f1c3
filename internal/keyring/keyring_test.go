package keyring_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"causeway/internal/keyring"
)

const (
	keyA = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	keyB = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
)

func parse(t *testing.T, text string) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestARingIsKeptInAFileOfItsOwner(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "keys.json")
	ring := keyring.Generate()
	if err := os.WriteFile(name, ring.Marshal(), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := keyring.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	place := keyring.AAD{Table: "grants", Row: "ana"}
	plain, err := again.For("x").Open(ring.For("x").Seal([]byte("token"), place), place)
	if err != nil || string(plain) != "token" {
		t.Errorf("opened %q, %v", plain, err)
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o660, 0o601} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.Load(name); err == nil || !strings.Contains(err.Error(), "chmod 600 "+name) {
			t.Errorf("mode %v: %v; want the command that mends it", mode, err)
		}
	}
	if err := os.Chmod(name, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Load(name); err != nil {
		t.Errorf("mode 0400, which is tighter: %v", err)
	}
	if _, err := keyring.Load(name + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestGeneratedRingsDiffer(t *testing.T) {
	t.Parallel()
	if bytes.Equal(keyring.Generate().Marshal(), keyring.Generate().Marshal()) {
		t.Error("two rings have one key")
	}
}

func TestParseRefusesWhatIsNoRing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                               "must be JSON",
		`k1=` + keyA:                     "must be JSON",
		`{"current":"k1","keys":{}}`:     "not among its keys",
		`{"keys":{"k1":"` + keyA + `"}}`: `current key "" is not among`,
		`{"current":"k2","keys":{"k1":"` + keyA + `"}}`:                "not among its keys",
		`{"current":"k1","keys":{"k1":"AAEC"}}`:                        "has 3 bytes",
		`{"current":"k1","keys":{"k1":"` + keyA[:43] + `"}}`:           "must be JSON",
		`{"current":"k1","keys":{"k1":"` + keyA + `","k2":null}}`:      `key "k2" has 0 bytes`,
		`{"current":"","keys":{"":"` + keyA + `"}}`:                    "key id",
		`{"current":"k 1","keys":{"k 1":"` + keyA + `"}}`:              "key id",
		`{"current":"k1","keys":{"k1":"` + keyA + `"},"secret":"x"}`:   "secret",
		`{"current":"k1","keys":{"k1":"` + keyA + `"}} {"current":""}`: "follows",
		strings.Repeat(" ", 70_000):                                    "too large",
	} {
		ring, err := keyring.Parse([]byte(text))
		if ring != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.60s) = %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), keyA[:20]) {
			t.Errorf("the error shows a key: %v", err)
		}
	}
}

func TestASecretOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	ring := parse(t, `{"current":"k1","keys":{"k1":"`+keyA+`"}}`)
	box := ring.For("zoom grants")
	place := keyring.AAD{Table: "grants", Column: "refresh", Tenant: "t1", Row: "ana"}
	sealed := box.Seal([]byte("token"), place)
	if plain, err := ring.For("zoom grants").Open(sealed, place); err != nil || string(plain) != "token" {
		t.Fatalf("in its place: %q, %v", plain, err)
	}
	elsewhere := map[string]keyring.AAD{
		"another table":  {Table: "intents", Column: "refresh", Tenant: "t1", Row: "ana"},
		"another column": {Table: "grants", Column: "access", Tenant: "t1", Row: "ana"},
		"another tenant": {Table: "grants", Column: "refresh", Tenant: "t2", Row: "ana"},
		"another row":    {Table: "grants", Column: "refresh", Tenant: "t1", Row: "ben"},
		"shifted parts":  {Table: "grants", Column: "refresh", Tenant: "t", Row: "1ana"},
		"nowhere":        {},
	}
	for name, other := range elsewhere {
		if _, err := box.Open(sealed, other); !errors.Is(err, keyring.ErrAltered) {
			t.Errorf("%s: %v, want ErrAltered", name, err)
		}
	}
	if _, err := ring.For("inbox").Open(sealed, place); !errors.Is(err, keyring.ErrAltered) {
		t.Errorf("another purpose: %v", err)
	}
	same := parse(t, `{"current":"k1","keys":{"k1":"`+keyB+`"}}`)
	if _, err := same.For("zoom grants").Open(sealed, place); !errors.Is(err, keyring.ErrAltered) {
		t.Errorf("another key of the same id: %v", err)
	}
	if bytes.Equal(sealed, box.Seal([]byte("token"), place)) {
		t.Error("the same secret looks the same twice")
	}
}

func TestAnyAlterationIsNoticed(t *testing.T) {
	t.Parallel()
	box := keyring.Generate().For("x")
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		place := keyring.AAD{Table: rapid.String().Draw(t, "table"), Row: rapid.String().Draw(t, "row")}
		sealed := box.Seal(plain, place)
		if got, err := box.Open(sealed, place); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %x, %v", got, err)
		}
		bit := rapid.IntRange(0, 8*len(sealed)-1).Draw(t, "bit")
		altered := bytes.Clone(sealed)
		altered[bit/8] ^= 1 << (bit % 8)
		if _, err := box.Open(altered, place); !errors.Is(err, keyring.ErrAltered) && !errors.Is(err, keyring.ErrUnknownKey) {
			t.Fatalf("bit %d turned: %v", bit, err)
		}
		if _, err := box.Open(sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "length")], place); err == nil {
			t.Fatal("a part of it opened")
		}
		_, _ = box.Open(rapid.SliceOf(rapid.Byte()).Draw(t, "garbage"), place) // no panic
	})
}

func TestAKeyCanBeChanged(t *testing.T) {
	t.Parallel()
	place := keyring.AAD{Table: "grants", Row: "ana"}
	before := parse(t, `{"current":"k1","keys":{"k1":"`+keyA+`"}}`).For("x")
	during := parse(t, `{"current":"k2","keys":{"k1":"`+keyA+`","k2":"`+keyB+`"}}`).For("x")
	after := parse(t, `{"current":"k2","keys":{"k2":"`+keyB+`"}}`).For("x")
	old := before.Seal([]byte("token"), place)
	if plain, err := during.Open(old, place); err != nil || string(plain) != "token" {
		t.Errorf("with both keys: %q, %v", plain, err)
	}
	if !before.Current(old) || during.Current(old) || after.Current(nil) {
		t.Error("Current does not tell what must be sealed anew")
	}
	if _, err := after.Open(old, place); !errors.Is(err, keyring.ErrUnknownKey) || !strings.Contains(err.Error(), `"k1"`) {
		t.Errorf("without the old key: %v", err)
	}
	renewed := during.Seal([]byte("token"), place)
	if plain, err := after.Open(renewed, place); err != nil || string(plain) != "token" || !after.Current(renewed) {
		t.Errorf("sealed anew: %q, %v", plain, err)
	}
}

func TestSecretsPrintRedacted(t *testing.T) {
	t.Parallel()
	const secret = keyring.Secret("hunter2")
	ring := parse(t, `{"current":"k1","keys":{"k1":"`+keyA+`"}}`)
	key, _ := base64.StdEncoding.DecodeString(keyA)
	holder := struct {
		Secret keyring.Secret
		Ring   *keyring.Ring
		Box    *keyring.Box
		Copies []any
	}{secret, ring, ring.For("x"), []any{*ring, *ring.For("x"), map[keyring.Secret]keyring.Secret{secret: secret}}}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{holder.Secret, holder.Ring, holder.Box, *holder.Ring, *holder.Box, holder} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	text, err := json.Marshal([]any{secret, &wrapped{secret}, ring, ring.For("x")})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", secret, "holder", holder, "ring", ring)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", secret, "ring", *ring)
	got := out.String()
	for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), keyA[:20], string(key), fmt.Sprintf("%x", key[:8]), strings.Trim(fmt.Sprintf("%d", key), "[]"), "0x0, 0x1, 0x2"} {
		if strings.Contains(got, leak) {
			t.Errorf("%q is shown in:\n%s", leak, got)
		}
	}
	if n := strings.Count(got, "[redacted]"); n < 40 {
		t.Errorf("[redacted] stands there %d times only", n)
	}
	var read struct{ Secret keyring.Secret }
	if err := json.Unmarshal([]byte(`{"Secret":"hunter2"}`), &read); err != nil || string(read.Secret) != "hunter2" {
		t.Errorf("read from JSON: %q, %v", string(read.Secret), err)
	}
}

type wrapped struct{ Inner keyring.Secret }

func BenchmarkSealOpen(b *testing.B) {
	box := keyring.Generate().For("x")
	place := keyring.AAD{Table: "inbox", Column: "body", Tenant: "t", Row: "r"}
	plain := make([]byte, 1024)
	for b.Loop() {
		if _, err := box.Open(box.Seal(plain, place), place); err != nil {
			b.Fatal(err)
		}
	}
}
