// Package ui holds the built pages of the product, so that building and running it needs no Node.
//
// It owns ui/dist, which is committed and made by `npm run build` from ui/src: the same source gives the same bytes, and
// file names carry no hash. Its neighbours are web, which serves the product's own pages, and sandbox, which serves the
// page that looks like Teams.
//
// # The product's own small pages
//
// connect.js, connect.css and icon.svg are served by the product as /assets/connect.js, /assets/connect.css and
// /assets/icon.svg, for pages made with html/template. connect.css styles main, h1, h2, p, a, button, .button, .subtle and
// .warning, light and dark. The last page of the connect pop-up is
//
//	<body data-result="ONE-TIME CODE" data-origins="https://teams.microsoft.com …">
//	<p data-when="waiting">…</p>
//	<section data-when="manual">… <output id="manual">123456</output> …</section>
//	<p data-when="done">…</p>
//
// with <script src="/assets/connect.js" defer>. The script calls app.initialize with the origins (exact, separated by
// spaces) and then authentication.notifySuccess with the code, upon which teams-js closes the window. It sets
// data-state on body to waiting, done, or, when no Teams window answers within 4 seconds, manual; parts with another
// data-when are hidden. Without the script the manual code is shown. The page needs script-src 'self' and style-src
// 'self'; its connect-src may be 'self', and it must not be sent with a Cross-Origin-Opener-Policy other than
// unsafe-none, or the Teams window would be out of reach.
//
// # The personal tab
//
// tab.html is the document for /tab; everything that it loads is tab/… here and /assets/tab/… there, and /assets/icon.svg. Its
// placeholders are __NONCE__, the nonce of the answer's Content-Security-Policy for styles, and __TEAMS_ORIGINS__, the exact origins of
// Teams windows that it listens to, separated by spaces. It calls /api of its own origin with the bearer token that Teams gives it, and
// needs script-src 'self', style-src 'self' with the nonce, connect-src 'self', img-src 'self' data:, and frame-ancestors of Teams.
//
// # The sandbox's page
//
// Page("sandbox.html", nonce) is the document for "/"; everything that it loads lies under /ui/, which is FS() (assets/…,
// icon.svg). It speaks only to /sandbox/v1 of its own origin. PagePolicy is the Content-Security-Policy that goes with it.
package ui

import (
	"bytes"
	"embed"
	"io/fs"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// placeholder stands in the documents of dist where the nonce of the answer belongs.
const placeholder = "__NONCE__"

// FS returns the built files, with names such as connect.js, sandbox.html and assets/sandbox.js.
func FS() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // cannot happen: the name is valid and embedded
	}
	return files
}

// Page returns a built document ("sandbox.html") with the nonce that the answer's Content-Security-Policy names. The error is
// fs.ErrNotExist for a document that is not there.
func Page(name, nonce string) ([]byte, error) {
	page, err := fs.ReadFile(FS(), name)
	if err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(page, []byte(placeholder), []byte(nonce)), nil
}

// PagePolicy returns the Content-Security-Policy of a document from Page: scripts of its own origin, styles of its own origin or with
// the nonce, and pages and pictures of the given origins ("http://localhost:8080") in frames and cards.
func PagePolicy(nonce string, origins ...string) string {
	others := strings.Join(origins, " ")
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self' 'nonce-" + nonce + "'", "connect-src 'self'", "font-src 'self'",
		strings.TrimSpace("img-src 'self' data: " + others), strings.TrimSpace("frame-src 'self' " + others),
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}
