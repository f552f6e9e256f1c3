package zoom

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
)

// Scopes are what our app asks for, all of them needed: what a person's Tokens.Scopes lack, they have to consent to anew.
func Scopes() []string {
	return []string{
		"user:read:user",                      // who has connected, and on which plan
		"user:read:settings",                  // the form offers what the account allows
		"user:read:list_schedulers",           // the form offers those for whom the person may schedule
		"meeting:read:list_meetings",          // what the person hosts; and a meeting whose making got no answer is found again
		"meeting:read:list_upcoming_meetings", // what the person is invited to at Zoom
		"meeting:read:meeting",                // a fresh start link, and the occurrences of a series
		"meeting:read:invitation",             // Zoom's own text to copy, with its telephone numbers
		"meeting:write:meeting",               // schedule
		"meeting:update:meeting",              // change
		"meeting:delete:meeting",              // cancel
	}
}

// OptionalScopes are what our app asks for too, and does without: an administrator or a person may leave them out.
func OptionalScopes() []string {
	return []string{
		"meeting:read:list_templates",               // the form offers the account's templates
		"meeting:read:summary",                      // what AI Companion wrote, on the card
		"cloud_recording:read:list_recording_files", // where the recording is
		"whiteboard:read:list_whiteboards",          // the person's whiteboards
		"whiteboard:read:whiteboard",                // the link of one
		"whiteboard:write:whiteboard",               // make one
		"whiteboard:update:share_setting",           // let a conversation open one
	}
}

// Events are what our app is told of.
func Events() []string {
	return []string{
		EventMeetingCreated, EventMeetingUpdated, EventMeetingDeleted, EventMeetingErased, EventMeetingRecovered,
		EventMeetingStarted, EventMeetingEnded, EventJoined, EventLeft, EventWaits, EventWaitsNoMore,
		EventRecordingCompleted, EventRecordingTranscribed, EventRecordingTrashed, EventRecordingDeleted, EventRecordingRecovered,
		EventSummaryCompleted, EventSummaryUpdated, EventSummaryTrashed, EventSummaryDeleted, EventSummaryRecovered,
	}
}

// AdminScopes are what the administrators' app asks for: no more than Zoom wants of an app that it tells AdminEvents. No token of that app is
// ever asked for. Which scope these events need is UNVERIFIED.
func AdminScopes() []string { return []string{"whiteboard:read:whiteboard:admin"} }

// AdminEvents are what Zoom tells only an app of the whole account, as far as is known.
func AdminEvents() []string { return []string{EventBoardShared} }

// CallbackPath is where Zoom sends the browser after consent, below the public address.
const CallbackPath = "/zoom/oauth/callback"

// ManifestConfig is what differs from one installation to another.
type ManifestConfig struct {
	Name         string // Of the app, as people see it when they consent; at most 50 characters.
	PublicURL    string // https address of the product, without path.
	HookPath     string // Where Zoom posts events, below it.
	Admin        bool   // The administrators' app, which an organisation may do without.
	Description  string // One line; a default when empty.
	ContactName  string // Who answers for the app; required by Zoom.
	ContactEmail string
	Company      string
}

// manifestFile is the body of POST /marketplace/apps, which the Marketplace's own upload takes too.
type manifestFile struct {
	AppType      string   `json:"app_type"`
	AppName      string   `json:"app_name"`
	ContactName  string   `json:"contact_name"`
	ContactEmail string   `json:"contact_email"`
	CompanyName  string   `json:"company_name"`
	Manifest     manifest `json:"manifest"`
}

type manifest struct {
	Display  manifestDisplay  `json:"display_information"`
	OAuth    manifestOAuth    `json:"oauth_information"`
	Features manifestFeatures `json:"features"`
}

type manifestDisplay struct {
	Name        string `json:"display_name"`
	Description string `json:"description"`
}

type manifestOAuth struct {
	Usage               string          `json:"usage"`
	DevelopmentRedirect string          `json:"development_redirect_uri"`
	ProductionRedirect  string          `json:"production_redirect_uri"`
	AllowList           []string        `json:"oauth_allow_list"`
	Strict              bool            `json:"strict_mode"`
	SubdomainStrict     bool            `json:"subdomain_strict_mode"`
	Scopes              []manifestScope `json:"scopes"`
	ScopeDescription    string          `json:"scope_description"`
	PrivatePKCE         bool            `json:"enable_private_pkce_client"`
	PublicPKCE          bool            `json:"enable_public_pkce_client"`
}

type manifestScope struct {
	Scope    string `json:"scope"`
	Optional bool   `json:"optional"`
}

type manifestFeatures struct {
	Products        []string         `json:"products"`
	DevelopmentHome string           `json:"development_home_uri"`
	ProductionHome  string           `json:"production_home_uri"`
	Domains         []manifestDomain `json:"domain_allow_list"`
	Events          manifestEvents   `json:"event_subscription"`
}

type manifestDomain struct {
	Domain      string `json:"domain"`
	Explanation string `json:"explanation"`
}

type manifestEvents struct {
	Enable bool                   `json:"enable"`
	Events []manifestSubscription `json:"events"`
}

type manifestSubscription struct {
	ID             string   `json:"subscription_id"`
	Name           string   `json:"subscription_name"`
	Usage          string   `json:"event_usage"`
	Types          []string `json:"event_types"`
	DevelopmentURL string   `json:"development_webhook_url"`
	ProductionURL  string   `json:"production_webhook_url"`
}

// manifestKind is what differs between our two apps.
type manifestKind struct {
	usage, description, scopes string
	products                   []string
	required, optional         []string // scopes
	events                     []string
	subscription, told         string
}

// WriteManifest writes the manifest of our app in Zoom's Marketplace: a user-managed general app that asks for Scopes, is told of
// Events, and nothing else; or with Admin an admin-managed one, with AdminScopes and AdminEvents. The same configuration gives the same bytes.
func WriteManifest(w io.Writer, c ManifestConfig) error {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("zoom: manifest: the public address %.100q is not scheme://host[:port]", c.PublicURL)
	}
	if c.Name == "" || len([]rune(c.Name)) > 50 {
		return errors.New("zoom: manifest: the name has 1 to 50 characters")
	}
	kind := manifestKind{
		usage: "USER_OPERATION", description: "Schedule, start and join Zoom meetings in Microsoft Teams.", events: Events(), subscription: "Meetings", told: "EVENT_FOR_USER",
		scopes:   "Who you are, your meeting defaults and for whom you may schedule, your coming meetings, those that you schedule from Microsoft Teams, what is recorded and summarised of them, and your whiteboards.",
		products: []string{"ZOOM_MEETING", "ZOOM_WHITEBOARD"}, required: Scopes(), optional: OptionalScopes(),
	}
	if c.Admin {
		kind = manifestKind{
			usage: "ADMIN_MANAGEMENT", description: "Tells people in Microsoft Teams that a whiteboard was shared with them.", events: AdminEvents(), subscription: "Whiteboards",
			told: "EVENT_FOR_ADMIN", scopes: "With whom whiteboards are shared, so that these people are told.", products: []string{"ZOOM_WHITEBOARD"}, required: AdminScopes(),
		}
	}
	c.Description = cmp.Or(c.Description, kind.description)
	origin := u.Scheme + "://" + u.Host
	callback := origin + CallbackPath
	scopes := []manifestScope{}
	for _, s := range kind.required {
		scopes = append(scopes, manifestScope{Scope: s})
	}
	for _, s := range kind.optional {
		scopes = append(scopes, manifestScope{Scope: s, Optional: true})
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(manifestFile{
		AppType: "general", AppName: c.Name, ContactName: c.ContactName, ContactEmail: c.ContactEmail, CompanyName: c.Company,
		Manifest: manifest{
			Display: manifestDisplay{Name: c.Name, Description: c.Description},
			OAuth: manifestOAuth{
				Usage: kind.usage, DevelopmentRedirect: callback, ProductionRedirect: callback, AllowList: []string{callback},
				Strict: true, SubdomainStrict: true, Scopes: scopes,
				ScopeDescription: kind.scopes,
				PrivatePKCE:      true,
			},
			Features: manifestFeatures{
				Products: kind.products, DevelopmentHome: origin + "/", ProductionHome: origin + "/",
				Domains: []manifestDomain{{Domain: u.Hostname(), Explanation: "Hosts the integration."}},
				Events: manifestEvents{Enable: true, Events: []manifestSubscription{{
					ID: "causeway", Name: kind.subscription, Usage: kind.told, Types: kind.events, DevelopmentURL: origin + c.HookPath, ProductionURL: origin + c.HookPath,
				}}},
			},
		},
	})
}
