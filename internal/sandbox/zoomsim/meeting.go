package zoomsim

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// Zoom's meeting types.
const (
	instant         = 1
	scheduled       = 2
	recurringNoTime = 3
	personal        = 4
	recurring       = 8
	screenShare     = 10
)

// Where a meeting was made.
const (
	fromAPI    = "open_api"
	fromPortal = "web_portal"
)

const (
	startLinkLife = 2 * time.Hour
	basicLimit    = 40 * time.Minute
	unusedLife    = 30 * 24 * time.Hour  // of a meeting that does not recur, after its last use
	recurringLife = 365 * 24 * time.Hour // of one that does
)

// meeting is one meeting of a host, with its running instance.
type meeting struct {
	ID          int64          `json:"id"`
	UUID        string         `json:"uuid"`
	Host        string         `json:"host"` // handle
	Topic       string         `json:"topic"`
	Agenda      string         `json:"agenda"`
	Type        int            `json:"type"`
	Start       time.Time      `json:"start"` // zero without a time
	Duration    int            `json:"duration"`
	Zone        string         `json:"zone"`
	Created     time.Time      `json:"created"`
	Passcode    string         `json:"passcode"`
	PMI         bool           `json:"pmi"` // held in the host's personal room
	Settings    map[string]any `json:"settings"`
	Recurrence  *recurrence    `json:"recurrence,omitempty"`
	Occurrences []*occurrence  `json:"occurrences,omitempty"`
	Tracking    []tracking     `json:"tracking,omitempty"`
	Source      string         `json:"source"`              // fromAPI, fromPortal or "other"
	Assistant   string         `json:"assistant,omitempty"` // handle of who scheduled it for the host

	Started      time.Time      `json:"started"` // zero unless it runs
	Ended        time.Time      `json:"ended"`   // of the last instance
	Over         bool           `json:"over"`    // an instant meeting that has ended
	Participants []*participant `json:"participants"`
	Recording    bool           `json:"recording"`   // what runs is recorded in the cloud
	Summarising  bool           `json:"summarising"` // AI Companion listens
}

// participant is somebody in a meeting or waiting for it.
type participant struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Handle  string    `json:"handle"` // "" for a guest
	Host    bool      `json:"host"`
	Waiting bool      `json:"waiting"`
	Joined  time.Time `json:"joined"`
}

type tracking struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// zak lets whoever has it start one meeting as its host.
type zak struct {
	Meeting int64     `json:"mid"`
	Host    string    `json:"uid"`
	Expires time.Time `json:"exp"`
}

func (m *meeting) running() bool { return !m.Started.IsZero() }

// roomNumber is the number that people join: the host's personal one for a meeting held in his personal room.
func (s *Sim) roomNumber(m *meeting) int64 {
	if m.PMI {
		return s.world.Seed.Person(m.Host).PMI
	}
	return m.ID
}

// expired says whether Zoom has forgotten the meeting: 30 days after its last use, a year for recurring ones.
func (m *meeting) expired(now time.Time) bool {
	last, life := m.Created, unusedLife
	for _, t := range []time.Time{m.Start, m.Ended} {
		if t.After(last) {
			last = t
		}
	}
	for _, o := range m.Occurrences {
		if o.Start.After(last) {
			last = o.Start
		}
	}
	if m.Type == recurringNoTime || m.Type == recurring {
		life = recurringLife
	}
	return m.Over || (m.Type != personal && !m.running() && now.Sub(last) > life)
}

// find looks a meeting that the person may manage up by number, by its own UUID, or by his personal number.
func (s *Sim) find(c *call) (*meeting, *apiError) {
	given := c.r.PathValue("meetingId")
	m := s.lookup(given)
	if m == nil || !s.mayManage(c.person, m.Host) {
		return nil, noMeeting(given)
	}
	return m, nil
}

// lookup reads a number, or a UUID: one that begins with a slash or holds two is only understood when it is encoded twice (OpenAPI).
func (s *Sim) lookup(given string) *meeting {
	now := s.world.Clock.Now()
	if number, err := strconv.ParseInt(given, 10, 64); err == nil {
		if m := s.state.Meetings[number]; m != nil && !m.expired(now) {
			return m
		}
		for _, p := range s.world.Seed.People {
			if p.PMI == number && p.ZoomID != "" {
				return s.personalRoom(p)
			}
		}
		return nil
	}
	once := given
	if strings.Contains(given, "%") {
		twice, err := url.PathUnescape(given)
		if err != nil {
			return nil
		}
		given = twice
	}
	for _, m := range s.state.Meetings {
		needsTwice := strings.HasPrefix(m.UUID, "/") || strings.Contains(m.UUID, "//")
		if m.UUID == given && !m.expired(now) && (!needsTwice || once != given) {
			return m
		}
	}
	return nil
}

// personalRoom is the meeting behind a personal meeting id, made when first asked for.
func (s *Sim) personalRoom(p *world.Person) *meeting {
	m := &meeting{
		ID: p.PMI, UUID: s.world.IDs.MeetingUUID(), Host: p.Handle, Topic: p.Name + "'s Personal Meeting Room", Type: personal,
		Duration: 60, Zone: p.Zone, Created: s.world.Clock.Now(), Passcode: s.settings(p).PMIPasscode, Settings: s.defaults(p), Source: "other",
	}
	m.Settings["use_pmi"] = true
	s.state.Meetings[m.ID] = m
	return m
}

// addSeeded is a meeting that somebody scheduled in Zoom's portal before.
func (s *Sim) addSeeded(seed world.Meeting) {
	p, now := s.world.Seed.Person(seed.Host), s.world.Clock.Now()
	own := s.world.IDs.Named("zoom", "meeting", seed.Host, seed.Topic)
	m := &meeting{
		ID: own.MeetingNumber(), UUID: own.MeetingUUID(), Host: seed.Host, Topic: seed.Topic, Agenda: seed.Agenda, Type: seed.Type,
		Duration: seed.Minutes, Zone: seed.Zone, Created: now.Add(-72 * time.Hour), Settings: s.defaults(p), Source: fromPortal,
	}
	if s.settings(p).RequirePasscode {
		m.Passcode = s.newPasscode(p)
	}
	if seed.Type != recurringNoTime {
		m.Start = seed.Start(now)
	}
	if seed.Type == recurring {
		m.Recurrence = everyWeek(m.Start, m.Zone, seed.Weeks)
		m.Occurrences = m.Recurrence.occurrences(m.Start, m.Duration, m.Zone)
	}
	s.state.Meetings[m.ID] = m
}

// everyWeek is a series on the day of the week of its start.
func everyWeek(start time.Time, zoneName string, times int) *recurrence {
	if where, err := zone(zoneName); err == nil {
		start = start.In(where)
	}
	return &recurrence{Type: weekly, Interval: 1, WeeklyDays: weekday(start), Times: times}
}

// shown are occurrences as Zoom shows them.
func shown(list []*occurrence) []map[string]any {
	all := []map[string]any{}
	for _, o := range list {
		all = append(all, o.shown())
	}
	return all
}

// number is a meeting id in JSON.
func (s *Sim) number(id int64) any {
	if s.knobs.StringIDs {
		return strconv.FormatInt(id, 10)
	}
	return id
}

// body is a meeting as create and get answer it. start_url is fresh each time and lives 2 hours.
func (s *Sim) body(c *call, m *meeting) map[string]any {
	p := s.world.Seed.Person(m.Host)
	pwd := s.passcodeInLink(m.Host, m.Passcode, s.settings(p).EmbedPasscode)
	key := s.seal(zak{Meeting: m.ID, Host: m.Host, Expires: s.world.Clock.Now().Add(startLinkLife)})
	room := s.roomNumber(m)
	status := "waiting"
	if m.running() {
		status = "started"
	}
	b := map[string]any{
		"id": s.number(m.ID), "uuid": m.UUID, "host_id": p.ZoomID, "host_email": p.Email, "topic": m.Topic, "type": m.Type, "status": status,
		"timezone": m.Zone, "agenda": m.Agenda, "created_at": stamp(m.Created), "start_url": fmt.Sprintf("%s/s/%d?zak=%s", c.base, room, key),
		"join_url": s.joinURL(c.base, room, pwd), "chat_join_url": fmt.Sprintf("%s/launch/jc/%d", c.base, m.ID),
		"settings": m.Settings, "pre_schedule": false, "creation_source": m.Source,
	}
	if m.Type != instant && m.Type != recurringNoTime && m.Type != personal {
		b["start_time"] = stamp(m.Start)
	}
	if m.Type != recurringNoTime && m.Type != personal {
		b["duration"] = m.Duration
	}
	if m.Passcode != "" {
		digits := pinOf(m.Passcode)
		b["password"], b["pstn_password"], b["h323_password"] = m.Passcode, digits, digits
		b["encrypted_password"] = s.encrypted(m.Host, m.Passcode)
	}
	if m.PMI {
		b["pmi"] = strconv.FormatInt(p.PMI, 10)
	}
	if m.Recurrence != nil {
		b["recurrence"], b["occurrences"] = m.Recurrence, shown(m.Occurrences)
	}
	if m.Assistant != "" {
		b["assistant_id"] = s.world.Seed.Person(m.Assistant).ZoomID
	}
	if len(m.Tracking) > 0 {
		b["tracking_fields"] = m.Tracking
	}
	return b
}

// pinOf is a passcode for telephones: digits only.
func pinOf(passcode string) string {
	if strings.Trim(passcode, "0123456789") == "" {
		return passcode
	}
	sum := 0
	for _, r := range passcode {
		sum = (sum*131 + int(r)) % 1_000_000
	}
	return fmt.Sprintf("%06d", sum)
}

// newPasscode makes one that fits the host's rule.
func (s *Sim) newPasscode(p *world.Person) string {
	z := s.settings(p)
	length := min(max(z.PasscodeLength, 6), 10)
	if !z.PasscodeLetter && !z.PasscodeSpecial {
		text := strconv.Itoa(1_000_000_000 + s.world.IDs.Intn(1_000_000_000))
		return text[len(text)-length:]
	}
	text := []byte("k7" + strings.NewReplacer("-", "x", "_", "y").Replace(s.world.IDs.Text(12)))
	if z.PasscodeSpecial {
		text[2] = '*'
	}
	return string(text[:length])
}
