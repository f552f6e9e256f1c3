package microsoftsim

import (
	"time"

	"causeway/internal/sandbox/world"
)

// activity is what Teams sends to the bot, as the samples of Microsoft's Agents Playground show it.
type activity = object

// activity is what all activities of a person in a chat have in common. thread is the first message of a thread of a channel, or "".
func (s *Sim) activity(p *world.Person, c *chat, thread string) activity {
	now := s.world.Clock.Now()
	where, err := time.LoadLocation(p.Zone)
	if err != nil {
		where = time.UTC
	}
	a := activity{
		"id": "f:" + s.world.IDs.GUID(), "timestamp": now.Format("2006-01-02T15:04:05.000Z"), "localTimestamp": now.In(where).Format("2006-01-02T15:04:05.000-07:00"),
		"localTimezone": p.Zone, "channelId": "msteams", "serviceUrl": s.serviceURL(),
		"from":         object{"id": p.TeamsID, "name": p.Name, "aadObjectId": p.ID},
		"recipient":    object{"id": "28:" + s.o.AppID, "name": s.botName()},
		"conversation": s.conversation(c, thread),
		"locale":       p.Locale, "entities": []any{clientInfo(p.Locale, p.Zone)}, "channelData": s.channelData(c),
	}
	return a
}

func clientInfo(locale, zone string) object {
	country := ""
	if len(locale) == 5 {
		country = locale[3:]
	}
	return object{"type": "clientInfo", "locale": locale, "country": country, "platform": "Web", "timezone": zone}
}

func (s *Sim) conversation(c *chat, thread string) object {
	o := object{"id": c.Conversation, "tenantId": s.world.Seed.Tenant(c.Tenant).ID}
	switch c.Kind {
	case personal:
		o["conversationType"] = "personal"
	case channel:
		o["conversationType"], o["isGroup"] = "channel", true
		if thread != "" {
			o["id"] = c.Conversation + ";messageid=" + thread
		}
	default: // UNVERIFIED for the chat of two people
		o["conversationType"], o["isGroup"] = "groupChat", true
	}
	return o
}

func (s *Sim) channelData(c *chat) object {
	o := object{"tenant": object{"id": s.world.Seed.Tenant(c.Tenant).ID}}
	if c.team != nil {
		o["team"] = object{"id": c.team.Thread, "name": c.team.Name, "aadGroupId": c.team.GroupID}
		o["channel"] = object{"id": c.Conversation, "name": c.Name}
		o["teamsTeamId"], o["teamsChannelId"] = c.team.Thread, c.Conversation // the older names, still sent
	}
	return o
}

// botName is the name of the bot in chats: the app's.
func (s *Sim) botName() string {
	s.mu.Lock()
	a := s.app
	s.mu.Unlock()
	if a == nil {
		return "Bot"
	}
	if name := str(a.manifest, "name", "short"); name != "" {
		return name
	}
	return "Bot"
}

// invoke is an activity that wants an answer.
func (s *Sim) invoke(p *world.Person, c *chat, thread, name string, value any) activity {
	a := s.activity(p, c, thread)
	a["type"], a["name"], a["value"] = "invoke", name, value
	if c.Kind == group {
		dig(a, "conversation").(object)["name"] = c.Name
	}
	dig(a, "channelData").(object)["source"] = object{"name": "compose"}
	return a
}
