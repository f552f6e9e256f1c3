package zoomsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// app is what the Marketplace knows of the app: its manifest is the truth.
type app struct {
	name      string
	about     string
	company   string
	redirects []string
	required  []string // scopes
	optional  []string
	events    []string // of which it is told, at hook
	hook      string
}

// The two kinds of app: one that people add for themselves, one that an administrator adds for the account.
const (
	userApp  = "USER_OPERATION"
	adminApp = "ADMIN_MANAGEMENT"
)

// readManifest reads the manifest of an app of a kind.
func readManifest(raw []byte, usage string) (*app, error) {
	var file struct {
		AppName  string `json:"app_name"`
		Company  string `json:"company_name"`
		Manifest struct {
			Display struct {
				Name  string `json:"display_name"`
				About string `json:"description"`
			} `json:"display_information"`
			OAuth struct {
				Usage       string   `json:"usage"`
				Development string   `json:"development_redirect_uri"`
				Production  string   `json:"production_redirect_uri"`
				AllowList   []string `json:"oauth_allow_list"`
				Scopes      []struct {
					Scope    string `json:"scope"`
					Optional bool   `json:"optional"`
				} `json:"scopes"`
			} `json:"oauth_information"`
			Features struct {
				Events struct {
					Enable bool `json:"enable"`
					Events []struct {
						Usage string   `json:"event_usage"`
						Types []string `json:"event_types"`
						URL   string   `json:"production_webhook_url"`
					} `json:"events"`
				} `json:"event_subscription"`
			} `json:"features"`
		} `json:"manifest"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("zoom app manifest: %w", err)
	}
	m := file.Manifest
	if m.OAuth.Usage != usage {
		return nil, fmt.Errorf("zoom app manifest: usage is %q, not %s", m.OAuth.Usage, usage)
	}
	a := &app{name: first(m.Display.Name, file.AppName), about: m.Display.About, company: file.Company}
	for _, uri := range append(slices.Clone(m.OAuth.AllowList), m.OAuth.Development, m.OAuth.Production) {
		if uri != "" && !slices.Contains(a.redirects, uri) {
			a.redirects = append(a.redirects, uri)
		}
	}
	for _, x := range m.Features.Events.Events {
		if x.Usage != map[string]string{userApp: "EVENT_FOR_USER", adminApp: "EVENT_FOR_ADMIN"}[usage] {
			return nil, fmt.Errorf("zoom app manifest: %q is no usage of events for an app of %s", x.Usage, usage)
		}
		if m.Features.Events.Enable {
			a.events, a.hook = append(a.events, x.Types...), x.URL
		}
	}
	for _, x := range m.OAuth.Scopes {
		// A user-managed app with an account-level scope is rejected, and the other way round (zoom/skills, marketplace-apps.md).
		ofAccount := strings.HasSuffix(x.Scope, ":admin") || strings.HasSuffix(x.Scope, ":master")
		if ofAccount != (usage == adminApp) {
			return nil, fmt.Errorf("zoom app manifest: %s is no scope for an app of %s", x.Scope, usage)
		}
		if x.Optional {
			a.optional = append(a.optional, x.Scope)
		} else {
			a.required = append(a.required, x.Scope)
		}
	}
	return a, nil
}

// grantable are the scopes that a request for some (none: for all) comes to; ok is false when it asks for one that the app lacks.
func (a *app) grantable(asked, optional []string) (required, dispensable []string, ok bool) {
	if len(asked) == 0 {
		return a.required, a.optional, true
	}
	all := append(slices.Clone(a.required), a.optional...)
	for _, s := range append(slices.Clone(asked), optional...) {
		if !slices.Contains(all, s) {
			return nil, nil, false
		}
	}
	return asked, optional, true
}

// ScopeText says in plain words what a scope allows; of one that it does not know, its name.
func ScopeText(scope string) string {
	texts := map[string]string{
		"user:read:user":                            "See who you are: name, e-mail address, account",
		"user:read:settings":                        "See your meeting settings",
		"meeting:read:list_meetings":                "See the list of your meetings",
		"meeting:read:meeting":                      "See a meeting of yours",
		"meeting:write:meeting":                     "Schedule meetings for you",
		"meeting:update:meeting":                    "Change your meetings",
		"meeting:delete:meeting":                    "Cancel your meetings",
		"meeting:read:list_upcoming_meetings":       "See your meetings of the next day",
		"meeting:read:invitation":                   "See the invitation text of your meetings",
		"meeting:update:status":                     "End your meetings",
		"user:read:presence_status":                 "See whether you are available",
		"contact:read:list_contacts":                "See your contacts",
		"meeting:read:summary":                      "See the summaries of your meetings",
		"user:read:list_schedulers":                 "See for whom you may schedule",
		"meeting:read:list_templates":               "See your meeting templates",
		"meeting:update:in_meeting_controls":        "Control a running meeting of yours",
		"whiteboard:read:list_whiteboards":          "See the list of your whiteboards",
		"whiteboard:read:whiteboard":                "See a whiteboard of yours",
		"whiteboard:write:whiteboard":               "Make whiteboards for you",
		"whiteboard:update:share_setting":           "Say who may open your whiteboards",
		"cloud_recording:read:list_recording_files": "See the recordings of your meetings",
		"cloud_recording:read:list_user_recordings": "See the list of your recordings",
	}
	if text := texts[scope]; text != "" {
		return text
	}
	return scope
}
