package world

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
)

// Keys are the RSA keys that sign in this world ("bot", "entra"), made when first asked for, and never any other platform's.
type Keys struct {
	mu     sync.Mutex
	byName map[string][]*rsa.PrivateKey
	made   map[string]int // how many were asked for
}

// made are the keys that this process has made. Its worlds share them: making one takes longer than starting a world.
var made stock

type stock struct {
	mu     sync.Mutex
	byName map[string][]*rsa.PrivateKey
}

// nth is the nth key of a name, the first is 0.
func (s *stock) nth(name string, n int) (*rsa.PrivateKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.byName[name]) <= n {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		if s.byName == nil {
			s.byName = map[string][]*rsa.PrivateKey{}
		}
		s.byName[name] = append(s.byName[name], key)
	}
	return s.byName[name][n], nil
}

func newKeys(kept map[string][]string) (*Keys, error) {
	k := &Keys{byName: map[string][]*rsa.PrivateKey{}, made: map[string]int{}}
	for name, list := range kept {
		for _, text := range list {
			der, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, fmt.Errorf("saved key %s: %w", name, err)
			}
			key, err := x509.ParsePKCS1PrivateKey(der)
			if err != nil {
				return nil, fmt.Errorf("saved key %s: %w", name, err)
			}
			k.byName[name] = append(k.byName[name], key)
		}
	}
	return k, nil
}

// Current is the key that signs for name now.
func (k *Keys) Current(name string) (*rsa.PrivateKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if list := k.byName[name]; len(list) > 0 {
		return list[0], nil
	}
	return k.add(name)
}

// All are the keys that name publishes, the current one first; a rotated key stays until the next rotation.
func (k *Keys) All(name string) ([]*rsa.PrivateKey, error) {
	if _, err := k.Current(name); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]*rsa.PrivateKey(nil), k.byName[name]...), nil
}

// Rotate makes a new current key and keeps the last one published.
func (k *Keys) Rotate(name string) (*rsa.PrivateKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.add(name)
}

func (k *Keys) add(name string) (*rsa.PrivateKey, error) {
	var key *rsa.PrivateKey
	for key == nil || slices.ContainsFunc(k.byName[name], func(kept *rsa.PrivateKey) bool { return kept.Equal(key) }) {
		var err error
		if key, err = made.nth(name, k.made[name]); err != nil {
			return nil, fmt.Errorf("make the %s key: %w", name, err)
		}
		k.made[name]++
	}
	list := append([]*rsa.PrivateKey{key}, k.byName[name]...)
	k.byName[name] = list[:min(len(list), 2)]
	return key, nil
}

func (k *Keys) save() map[string][]string {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept := make(map[string][]string, len(k.byName))
	for name, list := range k.byName {
		for _, key := range list {
			kept[name] = append(kept[name], base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key)))
		}
	}
	return kept
}
