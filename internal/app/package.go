package app

import (
	"io"
	"strings"

	"causeway/internal/bot"
	"causeway/internal/events"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// PackageVersion is the version of the Teams app package. It grows whenever what the package says changes: Teams takes no
// other package of the same version.
const PackageVersion = "1.3.0"

// HomeTab is the id of the personal tab, which links into it name.
const HomeTab = "home"

// PackageSettings are what an installation decides about its Teams app package.
type PackageSettings struct {
	// ID is the GUID of the app in Teams' catalogues; EntraAppID when empty.
	ID string
	// EntraAppID is the Entra application, which is the bot as well.
	EntraAppID string
	// PublicURL is where the product is reached.
	PublicURL string
	// Publisher is shown as the developer: the organisation that runs the product, at most 32 characters. The product's
	// name when empty.
	Publisher string
	// JoinOrigins are where Zoom's join links lead, which have a preview.
	JoinOrigins []string
}

// TeamsPackage writes the Teams app package of an installation: what an administrator uploads, and all that Teams will ever
// show of the product's commands, scopes and domains.
func TeamsPackage(w io.Writer, s PackageSettings) error {
	if s.ID == "" {
		s.ID = s.EntraAppID
	}
	if s.Publisher == "" {
		s.Publisher = "Causeway"
	}
	return teams.WritePackage(w, teams.PackageConfig{
		ID: s.ID, BotID: s.EntraAppID, Version: PackageVersion, PublicURL: s.PublicURL,
		Developer: teams.Developer{
			Name: s.Publisher, Website: s.PublicURL + "/", Privacy: s.PublicURL + "/privacy", Terms: s.PublicURL + "/terms",
		},
		Languages:   []string{"en", "fr"},
		AccentColor: "#0E5A6B",
		Name:        teams.Text{"en": "Causeway", "fr": "Causeway"},
		FullName:    teams.Text{"en": "Causeway, a way to Zoom from your chats", "fr": "Causeway, un passage vers Zoom depuis vos conversations"},
		Summary: teams.Text{
			"en": "Your Zoom meetings in one tab, and new ones from any chat.",
			"fr": "Vos réunions Zoom dans un onglet, et de nouvelles depuis vos conversations.",
		},
		Description:     teams.Text{"en": descriptionEnglish, "fr": descriptionFrench},
		Tabs:            []teams.Tab{{ID: HomeTab, Name: teams.Text{"en": "Home", "fr": "Accueil"}, Path: "/tab"}},
		ConversationTab: "/tab",
		Scopes:          []string{"personal", "team", "groupChat"},
		BotCommands:     botCommands(),
		Commands:        extensionCommands(),
		Previews:        previews(s.JoinOrigins),
	})
}

// previews are the hosts of origins.
func previews(origins []string) (hosts []string) {
	for _, origin := range origins {
		_, host, _ := strings.Cut(origin, "://")
		hosts = append(hosts, host)
	}
	return hosts
}

const descriptionEnglish = "Causeway connects your chats and channels with Zoom. Open it below the box in which you write, and " +
	"schedule a Zoom meeting or start one now: everybody in the conversation is invited, gets the meeting in the calendar and a " +
	"message from the bot, and the conversation gets a card with which to join.\n\n" +
	"Its own tab shows every Zoom meeting that you host or are invited to, the same as in your calendar. There you start, schedule, change, " +
	"cancel and share meetings, and join one by its number.\n\n" +
	"What it needs: a Zoom account, which you connect yourself and can disconnect at any time; the approval of your Zoom " +
	"administrator and of your Microsoft 365 administrator. Meetings are held in the Zoom client or in a browser.\n\n" +
	"What it sees: in a conversation to which one of its members has added the bot, the id of the conversation and who is in it. " +
	"It cannot read your messages. Causeway is run by your own organisation; it is not a product of Zoom or Microsoft."

const descriptionFrench = "Causeway relie vos conversations et vos canaux à Zoom. Ouvrez-le sous la zone de saisie pour planifier " +
	"une réunion Zoom ou en démarrer une tout de suite : chaque membre de la conversation est invité, reçoit la réunion dans son " +
	"calendrier et un message du bot, et la conversation reçoit une carte pour rejoindre la réunion.\n\n" +
	"Son onglet affiche toutes les réunions Zoom que vous organisez ou auxquelles vous êtes invité, comme dans votre calendrier. Vous y " +
	"démarrez, planifiez, modifiez, annulez et partagez des réunions, et en rejoignez une par son numéro.\n\n" +
	"Ce qu'il faut : un compte Zoom, que vous connectez vous-même et pouvez déconnecter à tout moment ; l'accord de votre " +
	"administrateur Zoom et de votre administrateur Microsoft 365. Les réunions ont lieu dans le client Zoom ou dans un navigateur.\n\n" +
	"Ce qu'il voit : dans une conversation à laquelle un membre a ajouté le bot, l'identifiant de la conversation et la liste de ses " +
	"membres. Il ne peut pas lire vos messages. Causeway est exploité par votre propre organisation ; ce n'est un produit ni de Zoom " +
	"ni de Microsoft."

// botCommands are the words that the bot suggests. It understands each of them in both languages.
func botCommands() []teams.BotCommand {
	return []teams.BotCommand{
		{
			Title:       teams.Text{"en": "schedule", "fr": "planifier"},
			Description: teams.Text{"en": "Schedule a Zoom meeting with everyone here", "fr": "Planifier une réunion Zoom avec tous les membres"},
		},
		{
			Title:       teams.Text{"en": "start", "fr": "démarrer"},
			Description: teams.Text{"en": "Start a Zoom meeting now", "fr": "Démarrer une réunion Zoom maintenant"},
		},
		{
			Title:       teams.Text{"en": "upcoming", "fr": "prochaines"},
			Description: teams.Text{"en": "List your next Zoom meetings", "fr": "Lister vos prochaines réunions Zoom"},
		},
		{
			Title:       teams.Text{"en": "share", "fr": "partager"},
			Description: teams.Text{"en": "Share one of your Zoom meetings", "fr": "Partager une de vos réunions Zoom"},
		},
		{
			Title:       teams.Text{"en": "connect", "fr": "connecter"},
			Description: teams.Text{"en": "Sign in to Zoom", "fr": "Se connecter à Zoom"},
		},
		{
			Title:       teams.Text{"en": "disconnect", "fr": "déconnecter"},
			Description: teams.Text{"en": "Sign out of Zoom", "fr": "Se déconnecter de Zoom"},
		},
		{
			Title:       teams.Text{"en": "help", "fr": "aide"},
			Description: teams.Text{"en": "What Causeway can do", "fr": "Ce que Causeway sait faire"},
		},
	}
}

// extensionCommands are offered below the compose box alone: the command box has no conversation, and from a message nothing
// of the message would be used.
func extensionCommands() []teams.ExtensionCommand {
	return []teams.ExtensionCommand{
		{
			ID: bot.CommandSchedule, Type: "action", FetchTask: true, Contexts: []string{"compose"},
			Title: teams.Text{"en": "Schedule a Zoom meeting", "fr": "Planifier une réunion Zoom"},
			Description: teams.Text{
				"en": "Schedule a Zoom meeting and invite everyone in this conversation",
				"fr": "Planifier une réunion Zoom et inviter tous les membres de la conversation",
			},
		},
		{
			ID: bot.CommandStart, Type: "action", FetchTask: true, Contexts: []string{"compose"},
			Title: teams.Text{"en": "Start a Zoom meeting now", "fr": "Démarrer une réunion Zoom"},
			Description: teams.Text{
				"en": "Start a Zoom meeting now and invite everyone in this conversation",
				"fr": "Démarrer une réunion Zoom maintenant et inviter tous les membres de la conversation",
			},
		},
		{
			ID: bot.CommandFind, Type: "query", InitialRun: true, Contexts: []string{"compose"},
			Title: teams.Text{"en": "Share a Zoom meeting", "fr": "Partager une réunion Zoom"},
			Description: teams.Text{
				"en": "Find one of your upcoming Zoom meetings and put it into your message",
				"fr": "Trouver une de vos prochaines réunions Zoom et la mettre dans votre message",
			},
			Parameters: []teams.ParamText{{
				Name: bot.FindParameter, Title: teams.Text{"en": "Meeting", "fr": "Réunion"},
				Description: teams.Text{"en": "Search your meetings", "fr": "Chercher une réunion"},
			}},
		},
		{
			ID: bot.CommandBoards, Type: "query", InitialRun: true, Contexts: []string{"compose"},
			Title: teams.Text{"en": "Share a Zoom whiteboard", "fr": "Partager un tableau blanc"},
			Description: teams.Text{
				"en": "Find one of your Zoom whiteboards and put it into your message",
				"fr": "Trouver un de vos tableaux blancs Zoom et le mettre dans votre message",
			},
			Parameters: []teams.ParamText{{
				Name: bot.FindParameter, Title: teams.Text{"en": "Whiteboard", "fr": "Tableau blanc"},
				Description: teams.Text{"en": "Search your whiteboards", "fr": "Chercher un tableau blanc"},
			}},
		},
	}
}

const productName = "Causeway"

// zoomAdminManifest writes that of its administrators' app, by which Zoom tells what it tells no app of the people.
func zoomAdminManifest(w io.Writer, s Installation) error {
	return zoom.WriteManifest(w, zoom.ManifestConfig{
		Admin: true, HookPath: events.AdminApp.Path(),
		Name: productName + " (administration)", PublicURL: s.PublicURL, ContactName: s.ContactName, ContactEmail: s.ContactEmail, Company: s.Publisher,
	})
}

// zoomManifest writes the manifest of an installation's app in the Zoom Marketplace.
func zoomManifest(w io.Writer, s Installation) error {
	return zoom.WriteManifest(w, zoom.ManifestConfig{
		HookPath: events.UserApp.Path(),
		Name:     productName, PublicURL: s.PublicURL, ContactName: s.ContactName, ContactEmail: s.ContactEmail, Company: s.Publisher,
	})
}
