package jwks

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Errors of Verify, beside ErrUnknownKey and ErrUnavailable. None of them carries any part of the token.
var (
	ErrMalformed = errors.New("jwks: not a token of the accepted form")
	ErrIssuer    = errors.New("jwks: the token is of another issuer")
	ErrSignature = errors.New("jwks: the signature is wrong")
	ErrExpired   = errors.New("jwks: the token is not valid at this time")
)

const (
	maxToken          = 8 << 10 // bytes of a token
	defaultSkew       = 5 * time.Minute
	defaultRemembered = 8192
)

// VerifierOptions say which tokens are accepted. Issuers is required.
type VerifierOptions struct {
	// Issuers maps each accepted value of the iss claim to the keys that may sign for it.
	Issuers map[string]*Set
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Skew is how far the clocks may differ: 5 minutes when zero.
	Skew time.Duration
	// Remember is how many verified tokens are kept: 8192 when zero.
	Remember int
}

// Token is a verified token. It is shared between callers: read only.
type Token struct {
	Issuer  string
	Expires time.Time // the exp claim, without the skew
	KeyID   string
	Key     Key // with which it was signed
	Claims  Claims
}

// Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	o        VerifierOptions
	parser   *jwt.Parser
	verified *memory
}

// NewVerifier makes a verifier.
func NewVerifier(o VerifierOptions) *Verifier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Remember <= 0 {
		o.Remember = defaultRemembered
	}
	o.Skew = orDefault(o.Skew, defaultSkew)
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithStrictDecoding(), jwt.WithJSONNumber(),
		jwt.WithExpirationRequired(), jwt.WithLeeway(o.Skew), jwt.WithTimeFunc(o.Now))
	return &Verifier{o: o, parser: parser, verified: newMemory(o.Remember)}
}

// Verify accepts raw when it is a compact RS256 token of at most 8 KiB, of one of the issuers, signed by a key that the
// issuer publishes now, not expired and already valid; the exp claim is required. A token that was accepted before is
// found again by its SHA-256, until it expires or its key changes.
//
// The errors are ErrMalformed, ErrIssuer, ErrUnknownKey, ErrSignature, ErrExpired and ErrUnavailable.
func (v *Verifier) Verify(ctx context.Context, raw string) (*Token, error) {
	if len(raw) > maxToken || strings.Count(raw, ".") != 2 {
		return nil, ErrMalformed
	}
	sum := sha256.Sum256([]byte(raw))
	if token, ok := v.verified.get(sum); ok && v.holds(ctx, token) {
		return token, nil
	}
	token, err := v.parse(ctx, raw)
	if err != nil {
		return nil, err
	}
	v.verified.put(sum, token)
	return token, nil
}

// holds tells whether a token that was accepted before is still acceptable.
func (v *Verifier) holds(ctx context.Context, token *Token) bool {
	if !v.o.Now().Before(token.Expires.Add(v.o.Skew)) {
		return false
	}
	key, err := v.o.Issuers[token.Issuer].Key(ctx, token.KeyID)
	return err == nil && key.RSA == token.Key.RSA
}

func (v *Verifier) parse(ctx context.Context, raw string) (*Token, error) {
	token := &Token{}
	claims := jwt.MapClaims{}
	var refused error // of findKey, whose own error the parser would hide among its own
	_, err := v.parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		refused = v.findKey(ctx, t.Header, Claims(claims), token)
		return token.Key.RSA, refused
	})
	switch {
	case refused != nil:
		return nil, refused
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing), errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return nil, fmt.Errorf("%w: %w", ErrExpired, err)
	case token.Key.RSA != nil && errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return nil, ErrSignature
	case err != nil:
		return nil, ErrMalformed
	}
	token.Claims = Claims(claims)
	token.Expires = token.Claims.Time("exp")
	return token, nil
}

// findKey looks at the header, chooses the keys by the issuer, and notes in token what was found.
func (v *Verifier) findKey(ctx context.Context, header map[string]any, claims Claims, token *Token) error {
	for _, name := range []string{"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "enc"} {
		if _, ok := header[name]; ok {
			return ErrMalformed
		}
	}
	kid, _ := header["kid"].(string)
	if !keyID.MatchString(kid) {
		return ErrMalformed
	}
	issuer := claims.String("iss")
	set, ok := v.o.Issuers[issuer]
	if !ok {
		return ErrIssuer
	}
	key, err := set.Key(ctx, kid)
	if err != nil {
		return err
	}
	token.Issuer, token.KeyID, token.Key = issuer, kid, key
	return nil
}
