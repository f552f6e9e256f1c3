package microsoftsim

import (
	"context"
	"net/url"
	"strings"

	"causeway/internal/sandbox/world"
)

// What Teams asks when a link is pasted whose domain an app handles: of somebody who has the app, and of somebody who has not.
// https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/link-unfurling
const (
	linkPasted           = "composeExtension/queryLink"
	linkPastedBySomebody = "composeExtension/anonymousQueryLink"
)

// Paste is somebody pasting a link into the box of a chat: the app that handles its domain is asked for a preview. The first card of its
// answer counts. Without one, nothing is shown.
func (s *Sim) Paste(ctx context.Context, person, chat, link string, in CommandInput) (Outcome, error) {
	p, c, err := s.both(person, chat)
	if err != nil {
		return Outcome{}, err
	}
	m, err := s.appFor(p)
	if err != nil {
		return Outcome{Type: "closed"}, nil //nolint:nilerr // no app, no preview
	}
	thread, _, err := s.threadOf(c, in)
	if err != nil {
		return Outcome{}, err
	}
	handled, anonymized := m.handles(link)
	if !handled {
		return Outcome{Type: "closed"}, nil
	}
	s.mu.Lock()
	installed := s.st.byConversation[p.Personal].Installed || c.installed()
	s.mu.Unlock()
	o := s.originOf(p, c, thread, in.Theme)
	var shown Outcome
	switch {
	case installed:
		shown = s.ask(ctx, o, linkPasted, object{"url": link})
	case anonymized:
		shown = s.askForSomebody(ctx, o, p, c, m, link)
	default:
		return Outcome{Type: "closed"}, nil
	}
	if shown.Type != "result" || len(shown.Attachments) == 0 { // Teams shows no error where nobody has asked for anything
		return Outcome{Type: "closed"}, nil
	}
	shown.Attachments = shown.Attachments[:1]
	return shown, nil
}

// askForSomebody asks without telling who pastes, or where. UNVERIFIED: what is left of the activity; the tenant is, without which no app
// could know whose it is.
func (s *Sim) askForSomebody(ctx context.Context, o origin, p *world.Person, c *chat, m *manifest, link string) Outcome {
	a := s.invoke(p, c, "", linkPastedBySomebody, object{"url": link})
	tenant := s.world.Seed.Tenant(p.Tenant).ID
	a["from"] = object{"id": "29:anonymous"}
	a["conversation"] = object{"id": "anonymous", "tenantId": tenant}
	a["channelData"] = object{"tenant": object{"id": tenant}}
	r := s.send(ctx, a)
	if !r.answered() {
		return failure(unreachableApp, r.status)
	}
	return s.understand(o, m, linkPastedBySomebody, r)
}

// handles tells whether an app handles a link's domain, and whether also for people who have not got it. * stands for one label.
func (m *manifest) handles(link string) (handled, anonymized bool) {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return false, false
	}
	for _, x := range m.ComposeExtensions {
		for _, h := range x.Handlers {
			for _, domain := range h.Value.Domains {
				if h.Type == "link" && within(u.Host, domain) {
					handled, anonymized = true, anonymized || h.Value.Anonymized
				}
			}
		}
	}
	return handled, anonymized
}

func within(host, domain string) bool {
	rest, wild := strings.CutPrefix(domain, "*.")
	if !wild {
		return strings.EqualFold(host, domain)
	}
	label, under, found := strings.Cut(host, ".")
	return found && label != "" && strings.EqualFold(under, rest)
}
