package app

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Cloud is where the outside world is: every host that the product calls or trusts. It is the only place that knows them, so the
// sandbox is one more cloud.
type Cloud struct {
	LoginURL         string   // Entra
	STSURL           string   // issuer of Entra's tokens of version 1.0
	GraphURL         string   // Microsoft Graph, with its version
	BotOpenIDURL     string   // the Bot Framework's OpenID configuration
	BotIssuer        string   // of the tokens of incoming activities
	BotScope         string   // of the bot's own token
	ConnectorOrigins []string // where the bot may post
	TeamsOrigins     []string // windows of Teams
	TabAncestors     []string // further pages that may show the tab in a frame; https://*.office.com stands for all below
	ZoomAPIURL       string   // Zoom's REST API, without version
	ZoomWebURL       string   // Zoom's sign-in
	JoinOrigins      []string // join and start links; https://*.zoom.us stands for one label
}

// clouds are the presets: microsoft-contract, the table of clouds. Zoom for Government belongs to the American ones.
func clouds() map[string]Cloud {
	public := Cloud{
		LoginURL:         "https://login.microsoftonline.com",
		STSURL:           "https://sts.windows.net",
		GraphURL:         "https://graph.microsoft.com/v1.0",
		BotOpenIDURL:     "https://login.botframework.com/v1/.well-known/openidconfiguration",
		BotIssuer:        "https://api.botframework.com",
		BotScope:         "https://api.botframework.com/.default",
		ConnectorOrigins: []string{"https://smba.trafficmanager.net"},
		TeamsOrigins:     []string{"https://teams.microsoft.com", "https://teams.cloud.microsoft"},
		TabAncestors: []string{
			"https://*.cloud.microsoft", "https://teams.microsoft.com", "https://*.teams.microsoft.com", "https://*.microsoft365.com",
			"https://*.office.com", "https://outlook.office.com", "https://outlook.office365.com", "https://outlook-sdf.office.com",
			"https://outlook-sdf.office365.com",
		},
		ZoomAPIURL:  "https://api.zoom.us",
		ZoomWebURL:  "https://zoom.us",
		JoinOrigins: []string{"https://zoom.us", "https://*.zoom.us"},
	}
	gcc := public
	gcc.ConnectorOrigins = []string{"https://smba.infra.gcc.teams.microsoft.com", "https://smba.trafficmanager.net"}
	high := public
	high.LoginURL = "https://login.microsoftonline.us"
	high.GraphURL = "https://graph.microsoft.us/v1.0"
	high.BotOpenIDURL = "https://login.botframework.azure.us/v1/.well-known/openidconfiguration"
	high.BotIssuer = "https://api.botframework.us"
	high.BotScope = "https://api.botframework.us/.default"
	high.ConnectorOrigins = []string{"https://smba.infra.gov.teams.microsoft.us"}
	high.TeamsOrigins = []string{"https://gov.teams.microsoft.us"}
	high.TabAncestors = []string{"https://gov.teams.microsoft.us", "https://*.teams.microsoft.us"}
	high.ZoomAPIURL = "https://api.zoomgov.com"
	high.ZoomWebURL = "https://zoomgov.com"
	high.JoinOrigins = []string{"https://zoomgov.com", "https://*.zoomgov.com"}
	dod := high
	dod.GraphURL = "https://dod-graph.microsoft.us/v1.0"
	dod.ConnectorOrigins = []string{"https://smba.infra.dod.teams.microsoft.us"}
	dod.TeamsOrigins = []string{"https://dod.teams.microsoft.us"}
	dod.TabAncestors = []string{"https://dod.teams.microsoft.us", "https://*.teams.microsoft.us"}
	return map[string]Cloud{"public": public, "gcc": gcc, "gcch": high, "dod": dod}
}

// errNotPublic is why serve refuses an address.
var errNotPublic = errors.New("must be an https address of the internet; plain http and addresses of this machine are for the sandbox alone")

// check refuses a cloud that is not on the internet: serve never talks to a sandbox.
func (c Cloud) check() error {
	for name, address := range map[string]string{
		"LOGIN_URL": c.LoginURL, "STS_URL": c.STSURL, "GRAPH_URL": c.GraphURL, "BOT_OPENID_URL": c.BotOpenIDURL, "BOT_ISSUER": c.BotIssuer,
		"ZOOM_API_URL": c.ZoomAPIURL, "ZOOM_WEB_URL": c.ZoomWebURL,
	} {
		if !public(address) {
			return fmt.Errorf("CAUSEWAY_%s=%q %w", name, address, errNotPublic)
		}
	}
	for name, origins := range map[string][]string{
		"CONNECTOR_ORIGINS": c.ConnectorOrigins, "TEAMS_ORIGINS": c.TeamsOrigins, "TAB_ANCESTORS": c.TabAncestors,
		"JOIN_ORIGINS": c.JoinOrigins,
	} {
		if len(origins) == 0 {
			return fmt.Errorf("CAUSEWAY_%s is empty", name)
		}
		for _, origin := range origins {
			host, wild := strings.CutPrefix(origin, "https://*.")
			if !public(strings.Replace(origin, "*.", "any.", 1)) || wild && !strings.Contains(host, ".") {
				return fmt.Errorf("CAUSEWAY_%s: %q %w", name, origin, errNotPublic)
			}
		}
	}
	return nil
}

// public tells whether an address is https and names a host that can be on the internet.
func public(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip := net.ParseIP(host); ip != nil {
		return !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsUnspecified() && !ip.IsLinkLocalUnicast()
	}
	return strings.Contains(host, ".") && !strings.HasSuffix(host, ".localhost") && !strings.HasSuffix(host, ".local")
}

// origin is scheme://host[:port] of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

// host is host[:port] of an address.
func host(address string) string {
	_, host, _ := strings.Cut(origin(address), "://")
	return host
}
