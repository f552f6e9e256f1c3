package microsoftsim

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/sandbox/world"
)

// Names of the world's keys.
const (
	botKey   = "bot"   // signs activities
	entraKey = "entra" // signs everything that Entra issues; one set for all tenants, as in reality
)

func keyID(key *rsa.PublicKey) string {
	sum := sha256.Sum256(key.N.Bytes())
	return base64.RawURLEncoding.EncodeToString(sum[:20])
}

// serveKeys answers a JSON Web Key Set; extra adds to each key what depends on the publisher.
func (s *Sim) serveKeys(w http.ResponseWriter, name string, extra object) {
	keys, err := s.world.Keys.All(name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	set := make([]object, 0, len(keys))
	for _, key := range keys {
		kid := keyID(&key.PublicKey)
		jwk := object{
			"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid,
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		}
		for field, value := range extra {
			jwk[field] = value
		}
		set = append(set, jwk)
	}
	w.Header().Set("Cache-Control", "max-age=86400, private")
	writeJSON(w, http.StatusOK, object{"keys": set})
}

// sign makes an RS256 JWT with the current key of name. header may replace or, with nil values, remove fields.
func (s *Sim) sign(name string, claims, header object) (string, error) {
	key, err := s.world.Keys.Current(name)
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(claims))
	token.Header["kid"] = keyID(&key.PublicKey)
	token.Header["x5t"] = token.Header["kid"]
	override(token.Header, header)
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}

// override puts the fields of changes into o; nil removes one.
func override(o, changes object) {
	for name, value := range changes {
		if value == nil {
			delete(o, name)
		} else {
			o[name] = value
		}
	}
}

// parse verifies a token that Entra issued here: signature and times by the world's clock, and the audience.
func (s *Sim) parse(raw, audience string) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		keys, err := s.world.Keys.All(entraKey)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if t.Header["kid"] == keyID(&key.PublicKey) {
				return &key.PublicKey, nil
			}
		}
		return nil, errors.New("unknown key")
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(s.world.Clock.Now), jwt.WithExpirationRequired(), jwt.WithAudience(audience))
	if err != nil {
		return nil, err
	}
	return claims, nil
}

// times are the iat, nbf and exp of a token that lives from now.
func times(now time.Time, life time.Duration) object {
	return object{"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(life).Unix()}
}

func merged(all ...object) object {
	m := object{}
	for _, o := range all {
		for name, value := range o {
			m[name] = value
		}
	}
	return m
}

// RotateKeys makes a new key for signing activities; the last one stays published until the next rotation.
func (s *Sim) RotateKeys() error {
	if _, err := s.world.Keys.Rotate(botKey); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.botToken = held{}
	return nil
}

// held is a token kept for a while, as the Bot Framework keeps its own.
type held struct {
	token string
	until time.Time
}

// activityToken is the token beside an activity: the service address is in it, nothing else of the activity is.
func (s *Sim) activityToken() (string, error) {
	now := s.world.Clock.Now()
	s.mu.Lock()
	kept := s.botToken
	s.mu.Unlock()
	if now.Before(kept.until) {
		return kept.token, nil
	}
	token, err := s.sign(botKey, s.activityClaims(now), nil)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	s.botToken = held{token: token, until: now.Add(5 * time.Minute)}
	s.mu.Unlock()
	return token, nil
}

func (s *Sim) activityClaims(now time.Time) object {
	return object{
		"serviceurl": s.serviceURL(), "iss": s.BotIssuer(), "aud": s.o.AppID,
		"nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

// bot is what the Bot Framework publishes: metadata and keys with endorsements.
func (s *Sim) bot() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /botframework/v1/.well-known/openidconfiguration", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, object{
			"issuer": s.BotIssuer(), "authorization_endpoint": "https://invalid.botframework.com",
			"jwks_uri":                              s.o.BaseURL + "/botframework/v1/.well-known/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "token_endpoint_auth_methods_supported": []string{"private_key_jwt"},
		})
	})
	mux.HandleFunc("GET /botframework/v1/.well-known/keys", func(w http.ResponseWriter, _ *http.Request) {
		s.serveKeys(w, botKey, object{"endorsements": []string{"msteams", "webchat", "directline"}})
	})
	return mux
}

// BotIssuer is the iss of the tokens beside activities.
func (s *Sim) BotIssuer() string { return s.o.BaseURL + "/botframework" }

// BotOpenIDURL is where the keys that sign activities are described.
func (s *Sim) BotOpenIDURL() string {
	return s.o.BaseURL + "/botframework/v1/.well-known/openidconfiguration"
}

func (s *Sim) serviceURL() string { return s.o.BaseURL + "/connector/emea/" }

func (s *Sim) ledger(effect, subject, by string, detail ...any) {
	s.world.Ledger.Append(world.Microsoft, effect, subject, by, detail...)
}
