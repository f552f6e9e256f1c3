// Package zoomsim is the sandbox's Zoom: what zoom.us and api.zoom.us do towards an app, and a small stand-in for the Zoom client.
//
// Its URLs, all below one origin:
//
//	GET  /oauth/authorize                 account chooser and consent, or "your administrator has to approve this app"
//	POST /oauth/authorize/decision        the form of that page: account (e-mail or handle), decision (allow|decline), without (scopes)
//	POST /oauth/token, /oauth/revoke      with Basic authentication
//	     /v2/users/me with /settings, /meetings, /meeting_templates, /upcoming_meetings, /schedulers, /assistants; /v2/meetings/{meetingId} with /invitation
//	GET  /j/{id}?pwd=…, POST /j/{id}      join page of the client stand-in
//	GET  /portal, /portal/{person}/…      stand-in for the web portal, signed in as whoever is chosen: meetings, schedule, settings
//	GET  /s/{id}?zak=…, POST /s/{id}/end  start page of the client stand-in: opening it starts the meeting, as the client does
//
// It grants only the scopes of the app's manifest, and enforces what Zoom documents (vendor's OpenAPI and OAuth error list); where
// the documents are silent the comment says UNVERIFIED and Knobs hold the harsher reading. Effects go to the world's ledger, people
// and clock come from the world. It shares no type with the product's Zoom client that it answers.
package zoomsim
