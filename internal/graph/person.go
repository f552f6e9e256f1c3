package graph

import (
	"context"
	"net/http"
)

// User is the profile of a person.
// https://learn.microsoft.com/graph/api/resources/user
type User struct {
	ID                string `json:"id"` // the object id
	DisplayName       string `json:"displayName"`
	Mail              string `json:"mail"` // may be empty: no mailbox
	UserPrincipalName string `json:"userPrincipalName"`
	PreferredLanguage string `json:"preferredLanguage"`
}

// Me reads the person's own profile. Scope User.Read.
// https://learn.microsoft.com/graph/api/user-get
func (c *Client) Me(ctx context.Context) (User, error) {
	var me User
	err := c.do(ctx, call{
		method: http.MethodGet, route: "GET /me",
		path: "/me" + query("$select", "id,displayName,mail,userPrincipalName,preferredLanguage"),
	}, &me)
	return me, err
}

// MailboxSettings is how a person has set up the mailbox.
// https://learn.microsoft.com/graph/api/resources/mailboxsettings
type MailboxSettings struct {
	TimeZone string // as Exchange has it: a Windows name mostly
	Zone     string // the IANA name of it; "" when it is a zone of the person's own making
	Locale   string // "fr-FR"
}

// MailboxSettings reads the person's mailbox settings. Scope MailboxSettings.Read.
// https://learn.microsoft.com/graph/api/user-get-mailboxsettings
func (c *Client) MailboxSettings(ctx context.Context) (MailboxSettings, error) {
	var said struct {
		TimeZone string `json:"timeZone"`
		Language struct {
			Locale string `json:"locale"`
		} `json:"language"`
	}
	err := c.do(ctx, call{method: http.MethodGet, route: "GET /me/mailboxSettings", path: "/me/mailboxSettings"}, &said)
	zone, _ := ToIANA(said.TimeZone)
	return MailboxSettings{TimeZone: said.TimeZone, Zone: zone, Locale: said.Language.Locale}, err
}
