package jwks

import (
	"crypto/sha256"
	"sync"
)

// memory keeps the tokens that were verified last, by hash. It has two halves: when the younger one is full, the older one
// is forgotten; what is asked for moves to the younger one.
type memory struct {
	half int

	mu           sync.RWMutex
	young, older map[[sha256.Size]byte]*Token
}

func newMemory(size int) *memory {
	return &memory{half: max(1, size/2), young: map[[sha256.Size]byte]*Token{}}
}

func (m *memory) get(sum [sha256.Size]byte) (*Token, bool) {
	m.mu.RLock()
	token, young := m.young[sum]
	if !young {
		token = m.older[sum]
	}
	m.mu.RUnlock()
	if token != nil && !young {
		m.put(sum, token)
	}
	return token, token != nil
}

func (m *memory) put(sum [sha256.Size]byte, token *Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= m.half {
		m.young, m.older = map[[sha256.Size]byte]*Token{}, m.young
	}
	m.young[sum] = token
}
