package microsoftsim

import (
	"context"

	"causeway/internal/sandbox/world"
)

// InstallPersonal adds the app for a person: his conversation with the bot begins.
func (s *Sim) InstallPersonal(ctx context.Context, person, appID string) error {
	p, err := s.person(person)
	if err != nil {
		return err
	}
	return s.addTo(ctx, p, "bot", appID)
}

// AddToChat adds the bot to a chat, or to the whole team of a channel.
func (s *Sim) AddToChat(ctx context.Context, person, chat, appID string) error {
	p, err := s.person(person)
	if err != nil {
		return err
	}
	return s.addTo(ctx, p, chat, appID)
}

func (s *Sim) addTo(ctx context.Context, p *world.Person, handle, appID string) error {
	c, err := s.chatOfPerson(p, handle)
	if err != nil {
		return err
	}
	m, err := s.appFor(p)
	if err != nil {
		return err
	}
	if appID != m.ID {
		return notFound("There is no app %q; see GET /people/%s/apps.", appID, p.Handle)
	}
	return s.install(ctx, p, c, m)
}

// install puts the bot into a conversation and tells it, in an order that is not defined. What is installed already stays as it is.
func (s *Sim) install(ctx context.Context, p *world.Person, c *chat, m *manifest) error {
	if c.Membership != "" && m.ChannelFeatures != "tier1" {
		return forbidden("The app's package does not support %s channels (supportsChannelFeatures).", c.Membership)
	}
	if !m.installable(c) {
		return forbidden("The app's package does not offer its bot in this scope (%s).", scopeOf(c))
	}
	s.mu.Lock()
	refused := p.Kind == "guest" || s.knobs.NoInstall && c.Kind != personal
	installed := c.installed()
	if !refused && !installed {
		c.setInstalled(true)
		c.Created, c.Blocked = c.Created || c.Kind == personal, false
	}
	s.mu.Unlock()
	if refused {
		return forbidden("You don't have permission to add apps here. Contact your administrator.")
	}
	if installed {
		return nil
	}
	detail := []any{"chat", c.Handle, "conversation", c.Conversation, "scope", c.scope()}
	if c.team != nil {
		detail = append(detail, "team", c.team.Handle)
	}
	s.ledger("app.installed", c.Handle, p.Handle, detail...)
	s.changed(c)
	s.world.Changes.Publish("apps")
	told := []activity{s.botAdded(p, c, "membersAdded"), s.installation(p, c, "add")}
	if s.world.IDs.Intn(2) == 0 {
		told[0], told[1] = told[1], told[0]
	}
	for _, a := range told {
		s.send(ctx, a)
	}
	return nil
}

func (c *chat) setInstalled(installed bool) {
	if c.team != nil && (installed || c.Membership == "") {
		c.team.Installed = installed
	}
	if c.team == nil || c.Membership != "" {
		c.Installed = installed
	}
}

// Uninstall removes the app for a person; RemoveFromChat from a chat or a team.
func (s *Sim) Uninstall(ctx context.Context, person, appID string) error {
	return s.RemoveFromChat(ctx, person, "bot", appID)
}

// RemoveFromChat takes the bot out of a chat, or of the whole team of a channel.
func (s *Sim) RemoveFromChat(ctx context.Context, person, chat, appID string) error {
	p, c, err := s.both(person, chat)
	if err != nil {
		return err
	}
	m, err := s.appFor(p)
	if err != nil {
		return err
	}
	s.mu.Lock()
	installed := c.installed()
	s.mu.Unlock()
	switch {
	case appID != m.ID || !installed:
		return notFound("The app is not installed there.")
	case p.Kind == "guest":
		return forbidden("You don't have permission to remove apps here.")
	}
	s.mu.Lock()
	c.setInstalled(false)
	c.Spoken = false
	s.withoutTabs(c)
	s.mu.Unlock()
	s.ledger("app.removed", c.Handle, p.Handle, "chat", c.Handle, "conversation", c.Conversation, "scope", c.scope())
	s.changed(c)
	s.world.Changes.Publish("apps")
	s.send(ctx, s.installation(p, c, "remove"))
	if c.Kind != personal {
		s.send(ctx, s.botAdded(p, c, "membersRemoved"))
	}
	return nil
}

// Block makes a person block the bot, or hear it again.
func (s *Sim) Block(person string, blocked bool) error {
	p, err := s.person(person)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.byConversation[p.Personal].Blocked = blocked
	return nil
}

// botAdded is the conversationUpdate for the bot itself.
func (s *Sim) botAdded(p *world.Person, c *chat, field string) activity {
	a := s.activity(p, c, "")
	a["type"], a[field] = "conversationUpdate", []object{{"id": "28:" + s.o.AppID}}
	delete(a, "locale")
	if c.team != nil {
		data := a["channelData"].(object)
		data["eventType"] = "teamMemberAdded"
		if field == "membersRemoved" {
			data["eventType"] = "teamMemberRemoved"
		}
		data["settings"] = object{"selectedChannel": object{"id": c.Conversation}}
		delete(data, "channel")
	}
	return a
}

func (s *Sim) installation(p *world.Person, c *chat, action string) activity {
	a := s.activity(p, c, "")
	a["type"], a["action"] = "installationUpdate", action
	data := a["channelData"].(object)
	data["source"] = object{"name": "message"}
	data["settings"] = object{"selectedChannel": object{"id": c.Conversation}}
	if c.Kind != personal {
		a["conversation"].(object)["name"] = c.Name
	}
	return a
}
