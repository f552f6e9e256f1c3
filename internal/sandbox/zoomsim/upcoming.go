package zoomsim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// soon is how far GET /users/me/upcoming_meetings looks.
const soon = 24 * time.Hour

// slot is one time at which a meeting is held.
type slot struct {
	start    time.Time
	duration int
}

func (o slot) end() time.Time { return o.start.Add(time.Duration(o.duration) * time.Minute) }

// slots are the times at which the meeting is held; none without a fixed time.
func (m *meeting) slots() []slot {
	if m.Type != recurring {
		if m.Start.IsZero() {
			return nil
		}
		return []slot{{m.Start, m.Duration}}
	}
	var list []slot
	for _, o := range m.Occurrences {
		if !o.Deleted {
			list = append(list, slot{o.Start, o.Duration})
		}
	}
	slices.SortFunc(list, func(a, b slot) int { return a.start.Compare(b.start) })
	return list
}

// invites says whether somebody was invited at Zoom.
func (m *meeting) invites(p *world.Person) bool {
	invitees, _ := m.Settings["meeting_invitees"].([]any)
	return slices.ContainsFunc(invitees, func(item any) bool {
		entry, _ := item.(map[string]any)
		address, _ := entry["email"].(string)
		return strings.EqualFold(address, p.Email)
	})
}

// listUpcoming is GET /users/me/upcoming_meetings: the next 24 hours of what the person hosts or is invited to.
//
// UNVERIFIED: each occurrence of a series has a line of its own, and meetings without a fixed time have none.
func (s *Sim) listUpcoming(c *call) (int, any, *apiError) {
	now := s.world.Clock.Now()
	type line struct {
		m *meeting
		slot
	}
	var lines []line
	for _, m := range s.state.Meetings {
		hosts := m.Host == c.person.Handle
		if (!hosts && !m.invites(c.person)) || m.Type == instant || m.Type == personal || m.Type == screenShare || m.expired(now) || s.lags(m, now) {
			continue
		}
		for _, held := range m.slots() {
			if held.end().After(now) && held.start.Before(now.Add(soon)) {
				lines = append(lines, line{m, held})
			}
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return a.start.Compare(b.start) })
	items := []map[string]any{}
	for _, l := range lines {
		host := s.world.Seed.Person(l.m.Host)
		item := map[string]any{
			"id": s.number(l.m.ID), "topic": l.m.Topic, "type": l.m.Type, "start_time": stamp(l.start), "duration": l.duration, "timezone": l.m.Zone,
			"created_at": stamp(l.m.Created), "use_pmi": l.m.PMI, "is_host": host == c.person, "is_all_day": false,
			"join_url": s.joinURL(c.base, s.roomNumber(l.m), s.passcodeInLink(l.m.Host, l.m.Passcode, s.settings(host).EmbedPasscode)),
		}
		if l.m.Passcode != "" {
			item["passcode"] = l.m.Passcode
		}
		items = append(items, item)
	}
	return http.StatusOK, map[string]any{"total_records": len(items), "meetings": items}, nil
}

// lags says whether a meeting is too new to be in lists.
func (s *Sim) lags(m *meeting, now time.Time) bool {
	return m.Source == fromAPI && now.Sub(m.Created) < time.Duration(s.knobs.ListLag)
}

// getInvitation is GET /meetings/{meetingId}/invitation: the text that hosts paste into a mail.
func (s *Sim) getInvitation(c *call) (int, any, *apiError) {
	m, refused := s.find(c)
	if refused != nil {
		return 0, nil, refused
	}
	host := s.world.Seed.Person(m.Host)
	lines := []string{host.Name + " is inviting you to a scheduled Zoom meeting.", "", "Topic: " + m.Topic}
	if held := m.next(s.world.Clock.Now()); !held.IsZero() && m.Type != recurringNoTime {
		if where, err := zone(m.Zone); err == nil {
			held = held.In(where)
		}
		lines = append(lines, "Time: "+held.Format("Jan 2, 2006 03:04 PM ")+m.Zone)
	}
	if m.Recurrence != nil {
		lines = append(lines, "        "+m.Recurrence.sentence(len(m.Occurrences)))
	}
	room := s.roomNumber(m)
	lines = append(lines, "", "Join Zoom Meeting", s.joinURL(c.base, room, s.passcodeInLink(m.Host, m.Passcode, s.settings(host).EmbedPasscode)),
		"", "Meeting ID: "+grouped(room))
	if m.Passcode != "" {
		lines = append(lines, "Passcode: "+m.Passcode)
	}
	return http.StatusOK, map[string]any{"invitation": strings.Join(lines, "\r\n") + "\r\n", "sip_links": []string{fmt.Sprintf("sip:%d@zoomcrc.example", room)}}, nil
}

// grouped is a meeting number as people read it: "869 1234 5678".
func grouped(number int64) string {
	text := strconv.FormatInt(number, 10)
	if len(text) < 9 {
		return text
	}
	middle := len(text) - 4
	return text[:3] + " " + text[3:middle] + " " + text[middle:]
}
