package policy

// How is what carries a feature where a person uses it.
type How string

// The answers. What a platform cannot do natively is opened somewhere else, unless nothing there can do it.
const (
	Native  How = "native"  // inside Teams
	Client  How = "client"  // the Zoom client is opened and carries it
	Browser How = "browser" // a browser page
	None    How = "none"    // nothing; Answer.Why says why
)

// Platform is a kind of Teams client.
type Platform string

// The platforms.
const (
	Desktop Platform = "desktop"
	Web     Platform = "web"
	Android Platform = "android"
	IOS     Platform = "ios"
)

// Platforms lists the platforms.
func Platforms() []Platform { return []Platform{Desktop, Web, Android, IOS} }

// Answer is what carries a feature on each platform.
type Answer struct {
	Desktop How `json:"desktop" enum:"native,client,browser,none"`
	Web     How `json:"web" enum:"native,client,browser,none"`
	Android How `json:"android" enum:"native,client,browser,none"`
	IOS     How `json:"ios" enum:"native,client,browser,none"`
	// Why is the reason, for the documentation, where it is None on a platform, and what to do instead.
	Why string `json:"-"`
}

// On returns the answer for a platform.
func (a Answer) On(p Platform) How {
	switch p {
	case Desktop:
		return a.Desktop
	case Web:
		return a.Web
	case Android:
		return a.Android
	case IOS:
		return a.IOS
	}
	return ""
}

// WhatWorksWhere is the one table of what carries a feature where, by the ids under which the features are known. The button
// says it before the click, and the documentation is made from it.
func WhatWorksWhere() map[string]Answer {
	everywhere := func(how How) Answer { return Answer{Desktop: how, Web: how, Android: how, IOS: how} }
	native, client, browser := everywhere(Native), everywhere(Client), everywhere(Browser)
	return map[string]Answer{
		"A2":  browser, // upload and consent in Teams' admin centre
		"A3":  native,  // the gate, wherever something is asked for
		"A4":  browser,
		"A5":  browser,
		"A6":  browser,
		"A7":  native, // the administrator's switch is in a browser; what it allows is looked up in Teams
		"A8":  native,
		"A9":  native,
		"A22": browser, // removing the app is done at Zoom
		"A24": browser, // self-hosted: the administrator's tools
		"A25": browser, // the sandbox, which needs no tenant
		"A26": native,
		"B1":  native,
		"B2":  native,
		"B3":  native,
		"B4":  native,
		"B5":  native,
		"B6":  native,
		"B7":  native,
		"B8":  native,
		"B9":  native,
		"B10": native,
		"B11": native,
		"B12": native,
		"B13": native,
		"B14": native,
		"B15": native,
		"B16": native,
		"B17": native,
		"B18": native,
		"B22": native,
		"B23": native,
		"B24": native,
		"B25": native,
		"B26": native,
		"C1":  native,
		"C2":  native,
		"C3":  native,
		"C4":  native,
		"C5":  client, // made in Teams, carried by the Zoom client
		"C6":  client,
		"C7":  native,
		"C8":  native,
		"C9":  native,
		"C10": native,
		"C11": client, // by way of a browser, which opens the Zoom client
		"C12": {
			Desktop: Client, Web: Client, Android: None, IOS: None,
			Why: "on a phone or tablet Zoom shares the screen only from inside a meeting: join it, and share there",
		},
		"C13": native,
		"C14": native,
		"C15": native,
		"C16": native,
		"C17": native,
		"C18": native,
		"C19": native,
		"C20": native,
		"C21": native,
		"C22": native,
		"C23": native,
		"C24": native,
		"C25": native,
		"C26": native,
		"C27": native,
		"C28": browser,
		"C29": native,
		"C30": native,
		"C31": native,
		"C32": native,
		"C33": native,
		"C34": native,
		"C35": native, // on phones it is shown where it was added on a computer
		"C36": native, // in private channels without a card: Teams lets no bot post there
		"C40": client,
		"C41": native, // said in Teams; Zoom is what ends the meeting
		"C42": native,
		"C43": native,
		"C44": native,
		"E1":  native,
		"E2":  browser,
		"E3":  browser,
		"E4":  native,
		"E5":  native,
		"E6":  native,
		"F1":  native,
		"F2":  native,
		"F3":  native,
		"F4":  native,
		"F12": client,
		"F13": client,
		"F14": browser,
		"F15": browser,
		"F25": native,
		"G1":  native,
		"G2":  native,
		"G3":  native,
		"G4":  native,
		"G7":  native,
		"G8":  native,
		"G11": browser,
		"G12": native,
		"G14": native,
	}
}
