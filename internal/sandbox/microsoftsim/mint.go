package microsoftsim

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// TokenRequest describes a token for a test. Claims and Header replace what is usual; null removes it.
type TokenRequest struct {
	// Kind: "sso" (Teams to the tab), "activity" (Bot Framework to the bot), "entra" (anything else that Entra signs).
	Kind string `json:"kind"`
	// Person (handle) and Version ("1.0" or "2.0") of an SSO token.
	Person  string `json:"person"`
	Version string `json:"version"`
	Claims  object `json:"claims"`
	Header  object `json:"header"`
}

// teamsWebClient is the application with which Teams in a browser asks for SSO tokens.
const teamsWebClient = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"

// Token mints a token.
func (s *Sim) Token(t TokenRequest) (string, error) {
	now := s.world.Clock.Now()
	switch t.Kind {
	case "activity":
		claims := s.activityClaims(now)
		override(claims, t.Claims)
		return s.sign(botKey, claims, t.Header)
	case "entra":
		claims := times(now, tokenLife)
		override(claims, t.Claims)
		return s.sign(entraKey, claims, t.Header)
	case "sso":
		return s.ssoToken(t, now)
	}
	return "", invalid("kind is sso, activity or entra.")
}

// ssoToken is what getAuthToken of teams-js gives a tab.
func (s *Sim) ssoToken(t TokenRequest, now time.Time) (string, error) {
	p, err := s.person(t.Person)
	if err != nil {
		return "", err
	}
	tenant := s.world.Seed.Tenant(p.Tenant)
	claims := merged(times(now, tokenLife), object{"oid": p.ID, "tid": tenant.ID, "name": p.Name, "sub": s.pairwise(p), "scp": "access_as_user"})
	switch t.Version {
	case "", "2.0":
		override(claims, object{
			"ver": "2.0", "iss": s.o.BaseURL + "/" + tenant.ID + "/v2.0", "aud": s.o.AppID, "azp": teamsWebClient, "azpacr": "0",
			"preferred_username": p.UPN,
		})
	case "1.0":
		override(claims, object{
			"ver": "1.0", "iss": stsURL + "/" + tenant.ID + "/", "aud": s.resource(), "appid": teamsWebClient, "appidacr": "0",
			"upn": p.UPN, "unique_name": p.UPN,
		})
	default:
		return "", invalid("version is 1.0 or 2.0.")
	}
	override(claims, t.Claims)
	return s.sign(entraKey, claims, t.Header)
}

// RawActivity is an activity made by a test: the usual one of a person in a chat, with fields replaced or (null) removed.
type RawActivity struct {
	Person string `json:"person"`
	Chat   string `json:"chat"`
	Fields object `json:"fields"`
	// Body goes out as it is instead.
	Body *string `json:"body"`
	// Token instead of the usual one; "" sends none.
	Token *string `json:"token"`
	// Resend sends it a second time, with the "same-id" or a "new-id".
	Resend string `json:"resend"`
	// Target is the address of the product when it is not the usual one.
	Target string `json:"target"`
}

// RawReply is the bot's answer, as it came.
type RawReply struct {
	Status int    `json:"status"` // 0: none
	Body   string `json:"body"`
	Error  string `json:"error,omitempty"`
}

// SendRaw sends an activity of a test, and answers what came back for each time it was sent.
func (s *Sim) SendRaw(ctx context.Context, raw RawActivity) ([]RawReply, error) {
	if raw.Person == "" {
		raw.Person, raw.Chat = s.world.Seed.People[0].Handle, "bot"
	}
	p, c, err := s.both(raw.Person, raw.Chat)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", "same-id", "new-id"}, raw.Resend) {
		return nil, invalid("resend is same-id or new-id.")
	}
	a := s.activity(p, c, "")
	a["type"], a["text"] = "message", "hello"
	override(a, raw.Fields)
	replies := []RawReply{}
	for n := 0; n == 0 || n == 1 && raw.Resend != ""; n++ {
		if n == 1 && raw.Resend == "new-id" {
			s.renew(a)
		}
		r, err := s.sendRaw(ctx, a, raw)
		if err != nil {
			return nil, err
		}
		replies = append(replies, r)
	}
	return replies, nil
}

func (s *Sim) sendRaw(ctx context.Context, a activity, raw RawActivity) (RawReply, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return RawReply{}, err
	}
	if raw.Body != nil {
		body = []byte(*raw.Body)
	}
	token, err := s.activityToken()
	if err != nil {
		return RawReply{}, err
	}
	if raw.Token != nil {
		token = *raw.Token
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	target := raw.Target
	if target == "" {
		target = s.o.ProductURL
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.MessageTimeout)
	defer cancel()
	r := s.raw(ctx, target, body, header)
	reply := RawReply{Status: r.status, Body: string(r.body)}
	if r.err != nil {
		reply.Error = r.err.Error()
	}
	s.ledger("activity.sent", "raw", raw.Person, "status", r.status, "id", str(a, "id"), "attempt", 1)
	return reply, nil
}
