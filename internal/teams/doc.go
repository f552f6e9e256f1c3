// Package teams speaks Microsoft Teams' side of the Bot Framework: what Teams sends to a bot, what it accepts as an
// answer, the connector with which a bot posts, Adaptive Cards, deep links and the app package. It knows no product.
//
//   - [Decode] reads an [Activity] with tolerance; activity.go and invoke.go say what is in it.
//   - [Verifier] decides whether a request is from Teams: the header first, the activity after it.
//   - [Answer] and its makers are the bodies that the invokes accept.
//   - [Connector] is the REST API of the service address that came with an activity.
//   - [Card] and its elements are Adaptive Cards 1.5; [Escape] makes people's text safe inside them.
//   - [WritePackage] writes the zip that an administrator uploads.
//
// It calls others through upstream and verifies tokens through jwks; chats, notifications, bot and the features use it.
package teams
