package jwks

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"
)

const (
	maxDocument = 1 << 20 // bytes of a configuration or key document
	maxKeys     = 200
	minBits     = 2048
	maxBits     = 8192
)

// keyID is the grammar of the names of keys: they are looked up in memory and written to logs, nothing else.
var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// document is what was read at one moment; it is never changed.
type document struct {
	keys    map[string]Key
	fetched time.Time
}

// keep returns read with the keys of old that are still the same: whoever holds one can tell that it has not changed.
func keep(old, read map[string]Key) map[string]Key {
	for kid, key := range read {
		if was, ok := old[kid]; ok && was.RSA.Equal(key.RSA) && slices.Equal(was.Endorsements, key.Endorsements) {
			read[kid] = was
		}
	}
	return read
}

func (s *Set) read(ctx context.Context) (map[string]Key, error) {
	address := s.o.KeysURL
	if address == "" {
		var config struct {
			KeysURL string `json:"jwks_uri"`
		}
		if err := s.get(ctx, s.o.ConfigURL, &config); err != nil {
			return nil, fmt.Errorf("OpenID configuration: %w", err)
		}
		if !sameScheme(s.o.ConfigURL, config.KeysURL) {
			return nil, errors.New("OpenID configuration: it names no usable jwks_uri")
		}
		address = config.KeysURL
	}
	var published struct {
		Keys []jsonKey `json:"keys"`
	}
	if err := s.get(ctx, address, &published); err != nil {
		return nil, fmt.Errorf("key document: %w", err)
	}
	keys := map[string]Key{}
	for _, k := range published.Keys[:min(len(published.Keys), maxKeys)] {
		if key, ok := k.key(); ok {
			keys[k.KeyID] = key
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("key document: it holds no usable key")
	}
	return keys, nil
}

func sameScheme(a, b string) bool {
	first, err := url.Parse(a)
	if err != nil {
		return false
	}
	second, err := url.Parse(b)
	return err == nil && second.Host != "" && first.Scheme == second.Scheme
}

func (s *Set) get(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := s.o.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return err
	}
	if len(body) > maxDocument {
		return errors.New("too long")
	}
	return json.Unmarshal(body, into)
}

// jsonKey is a key as published: RFC 7517, and the endorsements of the Bot Framework.
type jsonKey struct {
	KeyType      string   `json:"kty"`
	Use          string   `json:"use"`
	KeyID        string   `json:"kid"`
	Modulus      string   `json:"n"`
	Exponent     string   `json:"e"`
	Endorsements []string `json:"endorsements"`
}

// key returns the RSA key, and false when it is none with which a token may be signed.
func (k jsonKey) key() (Key, bool) {
	if k.KeyType != "RSA" || k.Use != "" && k.Use != "sig" || !keyID.MatchString(k.KeyID) {
		return Key{}, false
	}
	n, err := base64.RawURLEncoding.DecodeString(k.Modulus)
	if err != nil {
		return Key{}, false
	}
	e, err := base64.RawURLEncoding.DecodeString(k.Exponent)
	if err != nil || len(e) == 0 || len(e) > 4 {
		return Key{}, false
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e).Int64()
	if bits := modulus.BitLen(); bits < minBits || bits > maxBits || exponent < 3 || exponent > 1<<31-1 || exponent%2 == 0 {
		return Key{}, false
	}
	return Key{RSA: &rsa.PublicKey{N: modulus, E: int(exponent)}, Endorsements: k.Endorsements}, true
}
