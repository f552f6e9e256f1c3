package app

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/uuid"

	"causeway/internal/entra"
	"causeway/internal/events"
	"causeway/internal/keyring"
	"causeway/internal/zoom"
)

// Installation is what the packages say of an installation, by flags or by the environment (CAUSEWAY_…).
type Installation struct {
	PublicURL    string `help:"Where people and Teams reach this server: https://causeway.example.com" env:"CAUSEWAY_PUBLIC_URL"`
	EntraAppID   string `help:"Entra application, which is the bot too." env:"CAUSEWAY_ENTRA_APP_ID"`
	Cloud        string `help:"Microsoft's and Zoom's cloud: public, gcc, gcch, dod." env:"CAUSEWAY_CLOUD" default:"public" enum:"public,gcc,gcch,dod"`
	Publisher    string `help:"Your organisation, shown as the app's developer." env:"CAUSEWAY_PUBLISHER"`
	ContactName  string `help:"Who answers for the Zoom app." env:"CAUSEWAY_CONTACT_NAME"`
	ContactEmail string `help:"Where." env:"CAUSEWAY_CONTACT_EMAIL"`

	Override Overrides `embed:""`
}

// Settings are what serve is told. Secrets can be given in files.
type Settings struct {
	Installation
	Listen      string `help:"Address to listen on." env:"CAUSEWAY_LISTEN" default:":8080"`
	Database    string `help:"sqlite:/path/to/file.db or postgres://…" env:"CAUSEWAY_DATABASE" default:"sqlite:data/causeway.db"`
	KeyringFile string `help:"File with the key ring, mode 0600. Made by 'causeway keyring'." env:"CAUSEWAY_KEYRING_FILE" default:"data/keyring.json" type:"path"`
	Language    string `help:"Your organisation's language, for cards in chats and invitations: en, fr; empty: that of whoever makes a meeting." env:"CAUSEWAY_LANGUAGE" enum:",en,fr" default:""`

	EntraTenantID   string `help:"Microsoft 365 tenant." env:"CAUSEWAY_ENTRA_TENANT_ID"`
	EntraSecret     string `help:"Its client secret." env:"CAUSEWAY_ENTRA_SECRET"`
	EntraSecretFile string `help:"Or the file that holds it." env:"CAUSEWAY_ENTRA_SECRET_FILE" type:"path"`

	TeamsAppID string `help:"The id by which links name the app in Teams, when it is not that of the application: the one of your organisation's catalogue." env:"CAUSEWAY_TEAMS_APP_ID"`

	ZoomClientID         string   `help:"Zoom app." env:"CAUSEWAY_ZOOM_CLIENT_ID"`
	ZoomClientSecret     string   `help:"Its client secret." env:"CAUSEWAY_ZOOM_CLIENT_SECRET"`
	ZoomClientSecretFile string   `help:"Or the file that holds it." env:"CAUSEWAY_ZOOM_CLIENT_SECRET_FILE" type:"path"`
	ZoomHook             []string `help:"Secret token of the Zoom app's event subscription; while it is being replaced the new one, a comma, the old one. Without it changes at Zoom are found by asking." env:"CAUSEWAY_ZOOM_WEBHOOK_SECRET" name:"zoom-webhook-secret"`
	ZoomHookFile         string   `help:"Or the file that holds it, one on each line." env:"CAUSEWAY_ZOOM_WEBHOOK_SECRET_FILE" name:"zoom-webhook-secret-file" type:"path"`
	ZoomAdminHook        []string `help:"The same of the administrators' app, if there is one." env:"CAUSEWAY_ZOOM_ADMIN_WEBHOOK_SECRET" name:"zoom-admin-webhook-secret"`
	ZoomAdminHookFile    string   `help:"Or the file that holds it." env:"CAUSEWAY_ZOOM_ADMIN_WEBHOOK_SECRET_FILE" name:"zoom-admin-webhook-secret-file" type:"path"`
	ZoomS2SClientID      string   `help:"Server-to-server app of your Zoom account, by which the people of a conversation are added to a whiteboard; without one the whole account is let in, or nobody." env:"CAUSEWAY_ZOOM_S2S_CLIENT_ID" name:"zoom-s2s-client-id"`
	ZoomS2SSecret        string   `help:"Its client secret." env:"CAUSEWAY_ZOOM_S2S_SECRET" name:"zoom-s2s-secret"`
	ZoomS2SSecretFile    string   `help:"Or the file that holds it." env:"CAUSEWAY_ZOOM_S2S_SECRET_FILE" name:"zoom-s2s-secret-file" type:"path"`
	ZoomS2SAccount       string   `help:"The account's id." env:"CAUSEWAY_ZOOM_S2S_ACCOUNT" name:"zoom-s2s-account"`
	Adapter              []string `help:"Secret with which an adapter of yours tells of mentions on whiteboards, 32 characters or more; while it is being replaced the new one, a comma, the old one. Without it adapters have no door." env:"CAUSEWAY_ADAPTER_SECRET" name:"adapter-secret"`
	AdapterFile          string   `help:"Or the file that holds it, one on each line." env:"CAUSEWAY_ADAPTER_SECRET_FILE" name:"adapter-secret-file" type:"path"`
	ZoomAccounts         []string `help:"Zoom account ids whose people may connect. Set these or the domains: with neither, anybody's may." env:"CAUSEWAY_ZOOM_ACCOUNTS"`
	ZoomEmailDomains     []string `help:"Domains of the e-mail addresses at Zoom with which people may connect. Set these or the accounts: with neither, any may." env:"CAUSEWAY_ZOOM_EMAIL_DOMAINS"`

	RetentionDays int `help:"Days for which a meeting that is over is remembered: topic, invited people, messages." env:"CAUSEWAY_RETENTION_DAYS" default:"90"`
}

// Overrides replace single fields of the cloud.
type Overrides struct {
	LoginURL         string   `hidden:"" env:"CAUSEWAY_LOGIN_URL"`
	GraphURL         string   `hidden:"" env:"CAUSEWAY_GRAPH_URL"`
	BotOpenIDURL     string   `hidden:"" env:"CAUSEWAY_BOT_OPENID_URL" name:"bot-openid-url"`
	BotIssuer        string   `hidden:"" env:"CAUSEWAY_BOT_ISSUER"`
	ConnectorOrigins []string `hidden:"" env:"CAUSEWAY_CONNECTOR_ORIGINS"`
	ZoomAPIURL       string   `hidden:"" env:"CAUSEWAY_ZOOM_API_URL" name:"zoom-api-url"`
	ZoomWebURL       string   `hidden:"" env:"CAUSEWAY_ZOOM_WEB_URL"`
	JoinOrigins      []string `hidden:"" env:"CAUSEWAY_JOIN_ORIGINS"`
	TeamsOrigins     []string `hidden:"" env:"CAUSEWAY_TEAMS_ORIGINS"`
	TabAncestors     []string `hidden:"" env:"CAUSEWAY_TAB_ANCESTORS"`
}

// cloud is the preset with its overrides.
func (s Installation) cloud() Cloud {
	c := clouds()[s.Cloud]
	o := s.Override
	for _, f := range []struct {
		field *string
		value string
	}{
		{&c.LoginURL, o.LoginURL},
		{&c.GraphURL, o.GraphURL},
		{&c.BotOpenIDURL, o.BotOpenIDURL},
		{&c.BotIssuer, o.BotIssuer},
		{&c.ZoomAPIURL, o.ZoomAPIURL},
		{&c.ZoomWebURL, o.ZoomWebURL},
	} {
		if f.value != "" {
			*f.field = f.value
		}
	}
	for _, f := range []struct {
		field *[]string
		value []string
	}{
		{&c.ConnectorOrigins, o.ConnectorOrigins},
		{&c.JoinOrigins, o.JoinOrigins},
		{&c.TeamsOrigins, o.TeamsOrigins},
		{&c.TabAncestors, o.TabAncestors},
	} {
		if len(f.value) > 0 {
			*f.field = f.value
		}
	}
	return c
}

// config checks the settings and reads the secrets. Its error names every setting that is missing.
func (s Settings) config() (Config, error) {
	var problems []error
	secret := func(name, value, file string) string {
		if file != "" {
			text, err := os.ReadFile(file)
			if err != nil {
				problems = append(problems, fmt.Errorf("CAUSEWAY_%s_FILE: %w", name, err))
			}
			value = strings.TrimSpace(string(text))
		}
		if value == "" {
			problems = append(problems, fmt.Errorf("CAUSEWAY_%s is missing", name))
		}
		return value
	}
	hook := func(name string, values []string, file string) (secrets []zoom.Secret) {
		if file != "" {
			text, err := os.ReadFile(file)
			if err != nil {
				problems = append(problems, fmt.Errorf("CAUSEWAY_%s_FILE: %w", name, err))
			}
			values = strings.Split(string(text), "\n")
		}
		for _, v := range values {
			if v = strings.TrimSpace(v); v != "" {
				secrets = append(secrets, zoom.Secret(v))
			}
		}
		if len(secrets) > 2 {
			problems = append(problems, fmt.Errorf("CAUSEWAY_%s has %d secrets: the one in use, and at most the one before", name, len(secrets)))
		}
		return secrets
	}
	for name, value := range map[string]string{
		"ENTRA_TENANT_ID": s.EntraTenantID, "ENTRA_APP_ID": s.EntraAppID, "ZOOM_CLIENT_ID": s.ZoomClientID,
	} {
		if value == "" {
			problems = append(problems, fmt.Errorf("CAUSEWAY_%s is missing", name))
		}
	}
	for name, value := range map[string]string{"ENTRA_TENANT_ID": s.EntraTenantID, "ENTRA_APP_ID": s.EntraAppID} {
		if value != "" && uuid.Validate(value) != nil {
			problems = append(problems, fmt.Errorf("CAUSEWAY_%s=%q %w", name, value, errNoGUID))
		}
	}
	if !public(s.PublicURL) || strings.TrimSuffix(s.PublicURL, "/") != origin(s.PublicURL) {
		problems = append(problems, fmt.Errorf("CAUSEWAY_PUBLIC_URL=%q %w, without a path", s.PublicURL, errNotPublic))
	}
	cloud := s.cloud()
	c := Config{
		PublicURL: strings.TrimSuffix(s.PublicURL, "/"), Database: s.Database, Cloud: cloud,
		Tenant: entra.TenantID(strings.ToLower(s.EntraTenantID)), EntraAppID: strings.ToLower(s.EntraAppID),
		EntraSecret: entra.Secret(secret("ENTRA_SECRET", s.EntraSecret, s.EntraSecretFile)),
		TeamsAppID:  s.TeamsAppID, RetentionDays: s.RetentionDays, ZoomClientID: s.ZoomClientID, ZoomAccounts: s.ZoomAccounts, ZoomDomains: s.ZoomEmailDomains, Language: s.Language,
		ZoomClientSecret: zoom.Secret(secret("ZOOM_CLIENT_SECRET", s.ZoomClientSecret, s.ZoomClientSecretFile)),
		ZoomHooks: map[events.App][]zoom.Secret{
			events.UserApp:  hook("ZOOM_WEBHOOK_SECRET", s.ZoomHook, s.ZoomHookFile),
			events.AdminApp: hook("ZOOM_ADMIN_WEBHOOK_SECRET", s.ZoomAdminHook, s.ZoomAdminHookFile),
		},
	}
	if s.ZoomS2SClientID != "" {
		c.ZoomAdmin = ZoomAdmin{s.ZoomS2SClientID, zoom.Secret(secret("ZOOM_S2S_SECRET", s.ZoomS2SSecret, s.ZoomS2SSecretFile)), zoom.AccountID(s.ZoomS2SAccount)}
		if s.ZoomS2SAccount == "" {
			problems = append(problems, errors.New("CAUSEWAY_ZOOM_S2S_ACCOUNT is missing"))
		}
	}
	const secretLeast = 32
	c.Adapter = hook("ADAPTER_SECRET", s.Adapter, s.AdapterFile)
	if slices.ContainsFunc(c.Adapter, func(secret zoom.Secret) bool { return len(secret) < secretLeast }) {
		problems = append(problems, fmt.Errorf("CAUSEWAY_ADAPTER_SECRET has fewer than %d characters", secretLeast))
	}
	ring, err := keyring.Load(s.KeyringFile)
	if err != nil {
		problems = append(problems, err)
	}
	c.Ring = ring
	return c, errors.Join(append(problems, cloud.check())...)
}
