package teams

import (
	"fmt"
	"slices"
)

// manifest is the app manifest (json-schemas/teams/v1.25), in the order in which people read it. It names no permission to
// read messages: no authorization.permissions.resourceSpecific at all.
type manifest struct {
	Schema          string            `json:"$schema"`
	ManifestVersion string            `json:"manifestVersion"`
	Version         string            `json:"version"`
	ID              string            `json:"id"`
	Developer       manifestDeveloper `json:"developer"`
	Name            nameText          `json:"name"`
	Description     nameText          `json:"description"`
	Icons           manifestIcons     `json:"icons"`
	AccentColor     string            `json:"accentColor"`
	Localization    *localization     `json:"localizationInfo,omitempty"`
	DocsURL         string            `json:"publisherDocsUrl,omitempty"`
	InstallScope    string            `json:"defaultInstallScope,omitempty"`
	GroupCapability map[string]string `json:"defaultGroupCapability,omitempty"`
	ChannelFeatures string            `json:"supportsChannelFeatures,omitempty"`
	Tabs            []manifestTab     `json:"staticTabs,omitempty"`
	Configurable    []configurableTab `json:"configurableTabs,omitempty"`
	Bots            []manifestBot     `json:"bots"`
	Extensions      []manifestExt     `json:"composeExtensions,omitempty"`
	Permissions     []string          `json:"permissions"`
	ValidDomains    []string          `json:"validDomains"`
	WebApplication  webApplication    `json:"webApplicationInfo"`
}

type manifestDeveloper struct {
	Name    string `json:"name"`
	Website string `json:"websiteUrl"`
	Privacy string `json:"privacyUrl"`
	Terms   string `json:"termsOfUseUrl"`
}

type nameText struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type manifestIcons struct {
	Color   string `json:"color"`
	Outline string `json:"outline"`
}

type localization struct {
	Default   string         `json:"defaultLanguageTag"`
	Languages []languageFile `json:"additionalLanguages,omitempty"`
}

type languageFile struct {
	Tag  string `json:"languageTag"`
	File string `json:"file"`
}

type manifestTab struct {
	ID      string   `json:"entityId"`
	Name    string   `json:"name,omitempty"`
	Content string   `json:"contentUrl,omitempty"`
	Website string   `json:"websiteUrl,omitempty"`
	Scopes  []string `json:"scopes"`
}

type configurableTab struct {
	URL      string   `json:"configurationUrl"`
	Update   bool     `json:"canUpdateConfiguration"`
	Scopes   []string `json:"scopes"`
	Contexts []string `json:"context"`
}

type manifestBot struct {
	ID               string        `json:"botId"`
	Scopes           []string      `json:"scopes"`
	SupportsFiles    bool          `json:"supportsFiles"`
	NotificationOnly bool          `json:"isNotificationOnly"`
	CommandLists     []commandList `json:"commandLists,omitempty"`
}

type commandList struct {
	Scopes   []string      `json:"scopes"`
	Commands []commandText `json:"commands"`
}

type commandText struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

type manifestExt struct {
	BotID    string            `json:"botId"`
	Commands []manifestCommand `json:"commands"`
	Handlers []manifestHandler `json:"messageHandlers,omitempty"`
}

type manifestHandler struct {
	Type  string       `json:"type"`
	Value handledLinks `json:"value"`
}

type handledLinks struct {
	Domains    []string `json:"domains"`
	Anonymized bool     `json:"supportsAnonymizedPayloads"`
}

type manifestCommand struct {
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Context     []string        `json:"context,omitempty"`
	FetchTask   bool            `json:"fetchTask,omitempty"`
	InitialRun  bool            `json:"initialRun,omitempty"`
	Parameters  []manifestParam `json:"parameters,omitempty"`
}

type manifestParam struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	InputType   string `json:"inputType"`
}

type webApplication struct {
	ID       string `json:"id"`
	Resource string `json:"resource"`
}

// SSOResource returns the resource for which Teams asks tokens in the person's name: the identifier URI that the Entra
// application must have (teams-sdk: sso-setup; the botid- is for applications that are a bot as well).
func SSOResource(host, botID string) string { return "api://" + host + "/botid-" + botID }

func (c PackageConfig) manifest(host string, texts *localizer) manifest {
	m := manifest{
		Schema:          "https://developer.microsoft.com/en-us/json-schemas/teams/v" + manifestVersion + "/MicrosoftTeams.schema.json",
		ManifestVersion: manifestVersion, Version: c.Version, ID: c.ID,
		Developer: manifestDeveloper{Name: c.Developer.Name, Website: c.Developer.Website, Privacy: c.Developer.Privacy, Terms: c.Developer.Terms},
		Name:      nameText{Short: texts.text("name.short", 30, c.Name), Full: texts.text("name.full", 100, c.FullName)},
		Description: nameText{
			Short: texts.text("description.short", 80, c.Summary), Full: texts.text("description.full", 4000, c.Description),
		},
		Icons: manifestIcons{Color: "color.png", Outline: "outline.png"}, AccentColor: c.AccentColor, DocsURL: c.Developer.HelpDocs,
		Tabs:           c.tabs(texts),
		Configurable:   c.configurableTabs(),
		Bots:           []manifestBot{{ID: c.BotID, Scopes: c.Scopes, CommandLists: c.commandLists(texts)}},
		Permissions:    []string{"identity", "messageTeamMembers"},
		ValidDomains:   c.domains(host),
		WebApplication: webApplication{ID: c.BotID, Resource: SSOResource(host, c.BotID)},
	}
	if slices.Contains(c.Scopes, "personal") {
		m.InstallScope = "personal"
	}
	if slices.Contains(c.Scopes, "team") && slices.Contains(c.Scopes, "groupChat") {
		m.GroupCapability = map[string]string{"team": "bot", "groupchat": "bot"}
	}
	if slices.Contains(c.Scopes, "team") {
		m.ChannelFeatures = "tier1" // without it Teams offers the app in standard channels alone, not in private and shared ones
	}
	if len(c.Languages) > 1 {
		m.Localization = &localization{Default: c.Languages[0]}
		for _, language := range c.Languages[1:] {
			m.Localization.Languages = append(m.Localization.Languages, languageFile{Tag: language, File: language + ".json"})
		}
	}
	if len(c.Commands) > 0 {
		m.Extensions = []manifestExt{{BotID: c.BotID, Commands: c.extensionCommands(texts)}}
		if len(c.Previews) > 0 {
			m.Extensions[0].Handlers = []manifestHandler{{Type: "link", Value: handledLinks{Domains: c.Previews, Anonymized: true}}}
		}
	}
	return m
}

// tabs are the tabs of the personal app. Teams puts the chat with the bot first, unless the list says where it stands.
func (c PackageConfig) tabs(texts *localizer) []manifestTab {
	if len(c.Tabs) == 0 {
		return nil
	}
	personal := []string{"personal"}
	all := make([]manifestTab, 0, len(c.Tabs)+1)
	for i, tab := range c.Tabs {
		all = append(all, manifestTab{
			ID: tab.ID, Name: texts.text(fmt.Sprintf("staticTabs[%d].name", i), 128, tab.Name), Content: c.PublicURL + tab.Path,
			Website: c.PublicURL + "/", Scopes: personal,
		})
	}
	if slices.Contains(c.Scopes, "personal") {
		all = append(all, manifestTab{ID: "conversations", Scopes: personal}) // a name that Teams reserves
	}
	return all
}

// configurableTabs is the tab that people add to chats and channels. It is no static tab, because the manifest's schema says that those do
// not support teams.
func (c PackageConfig) configurableTabs() []configurableTab {
	contexts := map[string]string{"team": "channelTab", "groupChat": "privateChatTab"}
	tab := configurableTab{URL: c.PublicURL + c.ConversationTab}
	for _, scope := range c.Scopes {
		if context, ok := contexts[scope]; ok {
			tab.Scopes, tab.Contexts = append(tab.Scopes, scope), append(tab.Contexts, context)
		}
	}
	if c.ConversationTab == "" || len(tab.Scopes) == 0 {
		return nil
	}
	return []configurableTab{tab}
}

func (c PackageConfig) commandLists(texts *localizer) []commandList {
	if len(c.BotCommands) == 0 {
		return nil
	}
	list := commandList{Scopes: c.Scopes}
	for i, command := range c.BotCommands {
		path := fmt.Sprintf("bots[0].commandLists[0].commands[%d].", i)
		list.Commands = append(list.Commands, commandText{
			Title: texts.text(path+"title", 32, command.Title), Description: texts.text(path+"description", 128, command.Description),
		})
	}
	return []commandList{list}
}

func (c PackageConfig) extensionCommands(texts *localizer) []manifestCommand {
	all := make([]manifestCommand, 0, len(c.Commands))
	for i, command := range c.Commands {
		path := fmt.Sprintf("composeExtensions[0].commands[%d].", i)
		one := manifestCommand{
			ID: command.ID, Type: command.Type, Context: command.Contexts, FetchTask: command.FetchTask, InitialRun: command.InitialRun,
			Title: texts.text(path+"title", 32, command.Title), Description: texts.text(path+"description", 128, command.Description),
		}
		for j, p := range command.Parameters {
			path := fmt.Sprintf("%sparameters[%d].", path, j)
			one.Parameters = append(one.Parameters, manifestParam{
				Name: p.Name, InputType: "text",
				Title: texts.text(path+"title", 32, p.Title), Description: texts.text(path+"description", 128, p.Description),
			})
		}
		all = append(all, one)
	}
	return all
}
