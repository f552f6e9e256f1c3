// Package microsoftsim is Microsoft's half of the sandbox: what the product meets when it talks to Entra, the Bot Framework, Teams and
// Graph. It enforces what the real services enforce: consent, secrets, scopes, redirect addresses, code and PKCE, per-conversation
// installation, rate limits, card rules, the app package.
//
// URLs, split by their first segment:
//
//	/botframework/v1/.well-known/…   the keys that sign activities, with endorsements
//	/connector/{region}/v3/…         the Bot Connector
//	/graph/v1.0/…                    Graph, with an Exchange behind it that mails invitations
//	/{tenant}/…                      Entra: authorize, token, keys, consent
//
// The methods of [Sim] are what a person does in Teams and what an administrator does in its portals; package sandbox, its neighbour
// above, offers them as the control API. Below it is package world with clock, ledger, faults and seed. It shares no type with the
// clients that it answers.
package microsoftsim
