package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/live"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/problem"
)

// personRoutes are about who calls: what they can use, what they chose, and their connection to Zoom.
func (s *server) personRoutes(a huma.API) {
	huma.Register(a, operation(http.MethodGet, "/api/me", "me", "Who I am here, and what I can use"), handled(s, s.me))
	huma.Register(a, operation(http.MethodGet, "/api/settings", "settings", "What I chose for myself"), handled(s, s.settings))
	huma.Register(a, operation(http.MethodPut, "/api/settings", "save-settings", "Choose for myself"), handled(s, s.saveSettings))
	huma.Register(a, operation(http.MethodPost, "/api/connect", "connect", "Begin to connect my Zoom account"), handled(s, s.beginConnect))
	huma.Register(a, operation(http.MethodPost, "/api/connect/complete", "complete-connect", "Finish connecting, with the code of the last page"),
		handled(s, s.completeConnect))
	huma.Register(a, operation(http.MethodDelete, "/api/connect", "disconnect", "Delete my connection to Zoom and my calendar"), handled(s, s.disconnect))
}

// Me is who the caller is here.
type Me struct {
	Tenant        string                   `json:"tenant" doc:"The Microsoft 365 organisation, a GUID"`
	ID            string                   `json:"id" doc:"The person's object id in it, a GUID"`
	Name          string                   `json:"name" doc:"For display"`
	Domain        string                   `json:"domain,omitempty" doc:"Of the person's user name at Microsoft: addresses of another one are marked; the organisation may have more"`
	Zoom          string                   `json:"zoom" enum:"linked,not_linked,relink" doc:"Whether a Zoom account is connected"`
	ZoomName      string                   `json:"zoomName,omitempty" doc:"The Zoom account's name, when connected"`
	ZoomEmail     string                   `json:"zoomEmail,omitempty" doc:"Its address"`
	Calendar      bool                     `json:"calendar" doc:"Whether Causeway may write to the person's calendar"`
	CalendarState string                   `json:"calendarState" enum:"connected,missing,no_mailbox" doc:"Why not"`
	Features      map[string]bool          `json:"features" doc:"What the administrator has switched on"`
	Approved      Approved                 `json:"approved" doc:"Which administrators have approved"`
	Gate          *Gate                    `json:"gate,omitempty" doc:"What stands between the person and everything"`
	Grants        Grants                   `json:"grants" doc:"What may be looked up"`
	MentionMail   string                   `json:"mentionMail" enum:"on,off,unavailable,ended" doc:"Whether Zoom's notices of mentions are looked for in my mail; unavailable: the administrator's switch; ended: I had allowed it at Microsoft"`
	Settings      Settings                 `json:"settings"`
	Where         map[string]policy.Answer `json:"where" doc:"What carries each feature on each platform, by its id"`
}

// Approved tells for each side whether its administrator has approved.
type Approved struct {
	Zoom      bool `json:"zoom"`
	Microsoft bool `json:"microsoft"`
}

// Gate is which side is missing, and a text for whoever can approve it.
type Gate struct {
	Side string `json:"side" enum:"zoom,microsoft,both"`
	Text string `json:"text"`
	Ask  string `json:"ask" doc:"To copy for who can approve"`
}

// Grants tells what may be looked up for the person: granted, off (the administrator's switch), missing (Microsoft's consent).
type Grants struct {
	Contacts string `json:"contacts" enum:"granted,off,missing"`
	Rooms    string `json:"rooms" enum:"granted,off,missing"`
}

// Settings are what a person chose.
type Settings struct {
	Language  string `json:"language" doc:"Empty: that of Teams"`
	Invited   bool   `json:"invited" doc:"A message when invited"`
	Scheduled bool   `json:"scheduled" doc:"A message after scheduling"`
	Starting  *bool  `json:"starting" required:"false" nullable:"false" doc:"A message before a meeting starts. Left out, here and below: it stays as it is"`
	Boards    *bool  `json:"boards" required:"false" nullable:"false" doc:"A message when a whiteboard is shared with me"`
	Mentions  *bool  `json:"mentions" required:"false" nullable:"false" doc:"A message when a comment on a whiteboard mentions me"`
	Agenda    *int   `json:"agenda" required:"false" nullable:"false" doc:"The hour, 0 to 23, of a message with the meetings of the day; -1 for none"`
	Zone      string `json:"zone" required:"false" doc:"IANA name of the zone of that hour"`
	PMI       bool   `json:"pmi" doc:"Meetings that start now take place in the personal meeting room, where the Zoom account allows it"`
	Reminder  int    `json:"reminder" doc:"Minutes before the start; -1 for none"`
	Sync      bool   `json:"sync" doc:"Meetings made elsewhere come into the calendar"`
}

func settingsOf(p preferences.Preferences) Settings {
	return Settings{
		Language: p.Language, Invited: p.Invited, Scheduled: p.Scheduled, Starting: &p.Starting, Boards: &p.Boards, Mentions: &p.Mentions, Agenda: &p.Agenda,
		Zone: p.Zone, PMI: p.PMI, Reminder: p.Reminder, Sync: p.Sync,
	}
}

// over is what a person chose, where this says nothing of it as it was: a page that is older than a setting does not take it back.
func (s Settings) over(before preferences.Preferences) preferences.Preferences {
	p := preferences.Preferences{
		Language: s.Language, Invited: s.Invited, Scheduled: s.Scheduled, Starting: before.Starting, Boards: before.Boards, Mentions: before.Mentions,
		Agenda: before.Agenda, Zone: s.Zone, PMI: s.PMI, Reminder: s.Reminder, Sync: s.Sync,
	}
	set(&p.Starting, s.Starting)
	set(&p.Boards, s.Boards)
	set(&p.Mentions, s.Mentions)
	set(&p.Agenda, s.Agenda)
	return p
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// domainOf is what follows the last @; "" when there is none.
func domainOf(name string) string {
	at := strings.LastIndex(name, "@")
	if at < 0 {
		return ""
	}
	return strings.ToLower(name[at+1:])
}

func (s *server) me(ctx context.Context, who entra.Identity, in *Call) (Me, error) {
	account, err := s.c.Accounts.Account(ctx, who.Person)
	if err != nil {
		return Me{}, err
	}
	state, err := s.c.Policy.State(ctx, who.Person.Tenant)
	if err != nil {
		return Me{}, err
	}
	chosen, err := s.c.Preferences.Of(ctx, who.Person)
	if err != nil {
		return Me{}, err
	}
	me := Me{
		Tenant: string(who.Person.Tenant), ID: string(who.Person.ID), Name: who.Name, Domain: domainOf(who.UPN), Features: map[string]bool{},
		Approved: Approved{Zoom: state.Zoom.Status == policy.Approved, Microsoft: state.Microsoft.Status == policy.Approved},
		Gate:     s.gate(ctx, who.Person.Tenant, account.Linked, in.AcceptLanguage), Settings: settingsOf(chosen), Where: policy.WhatWorksWhere(),
		Grants: s.grants(ctx), MentionMail: mentionMail(state, account),
	}
	for feature, on := range state.Features {
		me.Features[string(feature)] = on
	}
	return me.with(account), nil
}

// with adds what is connected.
func (me Me) with(account accounts.Account) Me {
	me.Zoom, me.Calendar, me.CalendarState = "not_linked", account.Calendar, "missing"
	switch {
	case account.NeedsRelink:
		me.Zoom = "relink"
	case account.Linked:
		me.Zoom, me.ZoomName, me.ZoomEmail = "linked", account.Name, account.Email
	}
	switch {
	case account.Calendar:
		me.CalendarState = "connected"
	case account.NoMailbox:
		me.CalendarState = "no_mailbox"
	}
	return me
}

// mentionMail tells whether Zoom's notices are looked for in somebody's mail.
func mentionMail(state policy.State, account accounts.Account) string {
	switch {
	case !state.Features[policy.MentionMail] || !state.Features[policy.Whiteboard]:
		return "unavailable"
	case account.Mail:
		return "on"
	case account.MailEnded:
		return "ended"
	}
	return "off"
}

// gate says which side has not approved yet; nil when both have. Who is not connected yet may connect while that is unknown: so it
// becomes known.
func (s *server) gate(ctx context.Context, tenant entra.TenantID, linked bool, languages string) *Gate {
	err := s.c.Policy.AllowConnect(ctx, tenant)
	if linked {
		err = s.c.Policy.Ready(ctx, tenant)
	}
	if !problem.Is(err, problem.NotReady) {
		return nil
	}
	missing, texts := problem.Of(err), s.c.Texts.For(languages)
	side, _ := missing.Args["Side"].(string)
	ask, _ := missing.Args["Ask"].(string)
	return &Gate{Side: side, Text: texts.T(missing.Key, missing.Args), Ask: texts.T(ask, "URL", s.c.PublicURL)}
}

func (s *server) settings(ctx context.Context, who entra.Identity, _ *Call) (Settings, error) {
	chosen, err := s.c.Preferences.Of(ctx, who.Person)
	return settingsOf(chosen), err
}

type settingsInput struct {
	Call
	Body Settings
}

func (s *server) saveSettings(ctx context.Context, who entra.Identity, in *settingsInput) (Settings, error) {
	chosen, err := s.c.Preferences.Change(ctx, who.Person, in.Body.over)
	if err != nil {
		return Settings{}, err
	}
	s.c.Live.Changed(ctx, live.Account, who.Person)
	return settingsOf(chosen), nil
}

// Connecting is a linking that has begun.
type Connecting struct {
	Intent string `json:"intent"`
	URL    string `json:"url" doc:"To open with authentication.authenticate of teams-js; its result finishes the linking"`
}

// beginConnect begins a linking that no conversation waits for.
func (s *server) beginConnect(ctx context.Context, who entra.Identity, in *Call) (Connecting, error) {
	intent, err := s.c.Accounts.Begin(ctx, accounts.Begin{
		Person: who.Person, Name: who.Name, Locale: s.c.Texts.For(in.AcceptLanguage).Tag(),
	})
	return Connecting{Intent: intent.ID, URL: s.c.PublicURL + "/connect/" + intent.ID}, err
}

type codeInput struct {
	Call
	Body struct {
		Code string `json:"code" maxLength:"64" doc:"What the last page handed over, or its six digits"`
	}
}

// completeConnect makes a linking real: the token says that it is the same person who began it. What had waited for the calendar
// goes on.
func (s *server) completeConnect(ctx context.Context, who entra.Identity, in *codeInput) (Me, error) {
	if _, err := s.c.Accounts.Activate(ctx, who.Person, "", in.Body.Code); err != nil {
		return Me{}, err
	}
	return s.me(ctx, who, &in.Call)
}

func (s *server) disconnect(ctx context.Context, who entra.Identity, in *Call) (Me, error) {
	if err := s.c.Accounts.Disconnect(ctx, who.Person); err != nil {
		return Me{}, err
	}
	return s.me(ctx, who, in)
}
