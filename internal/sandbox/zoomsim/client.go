package zoomsim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// room fills pages/room.html, every page of the client stand-in.
type room struct {
	Page    string // join, waiting, room, ended, unknown, badlink
	Meeting *meeting
	Number  string
	Host    string
	When    string
	State   string // "waiting", "started"
	Problem string // of the join form
	Asks    bool   // for a passcode
	Pwd     string // as it stands in the link
	Zak     string
	Me      *participant
	People  []*world.Person
	Refresh bool
}

// joinPage is GET /j/{id}: without ?me= it asks who comes, with it, it shows the meeting to one who is there. It has no effect.
func (s *Sim) joinPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeOverdue()
	m := s.byNumber(r.PathValue("id"))
	if m == nil {
		s.showGone(w, r.PathValue("id"))
		return
	}
	page := s.roomOf(m)
	page.Pwd = r.URL.Query().Get("pwd")
	if me := r.URL.Query().Get("me"); me != "" {
		page.Me = m.participant(me)
		switch {
		case page.Me == nil:
			page.Page = "ended"
		case page.Me.Waiting:
			page.Page, page.Refresh = "waiting", true
		default:
			page.Page, page.Refresh = "room", true
		}
		s.showRoom(w, http.StatusOK, page)
		return
	}
	page.Page, page.Asks = "join", !s.opens(m, page.Pwd)
	if page.Pwd != "" && page.Asks {
		page.Problem = "This link's passcode is wrong. Type the meeting's passcode."
	}
	s.showRoom(w, http.StatusOK, page)
}

// join is the join form: name or as (handle), pwd (of the link) or passcode.
func (s *Sim) join(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeOverdue()
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	m := s.byNumber(r.PathValue("id"))
	if m == nil || r.ParseForm() != nil {
		s.showGone(w, r.PathValue("id"))
		return
	}
	page := s.roomOf(m)
	page.Page, page.Pwd = "join", r.PostForm.Get("pwd")
	page.Asks = !s.opens(m, page.Pwd)
	if page.Asks && !equal(r.PostForm.Get("passcode"), m.Passcode) {
		page.Problem = "The passcode is wrong. Please try again."
		s.showRoom(w, http.StatusForbidden, page)
		return
	}
	who := s.visitor(first(r.PostForm.Get("as"), strings.TrimSpace(r.PostForm.Get("name"))))
	if who.Name == "" {
		page.Problem = "Say who you are."
		s.showRoom(w, http.StatusBadRequest, page)
		return
	}
	s.enter(m, who)
	http.Redirect(w, r, "/j/"+r.PathValue("id")+"?me="+who.ID, http.StatusSeeOther)
}

// leave is the button of the meeting page.
func (s *Sim) leave(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if m := s.byNumber(r.PathValue("id")); m != nil {
		if who := m.participant(r.PostFormValue("me")); who != nil && !who.Host && who.Waiting {
			s.attends("left_waiting_room", m, who)
		} else if who != nil && !who.Host {
			s.attends("left", m, who)
		}
		m.Participants = without(m.Participants, r.PostFormValue("me"))
		s.world.Changes.Publish("client")
	}
	http.Redirect(w, r, "/j/"+r.PathValue("id"), http.StatusSeeOther)
}

// startPage is GET /s/{id}?zak=…: the client starts the meeting as soon as the link opens, and goes on to ?me=, which only shows it:
// a page that looks again must not start again what has ended.
func (s *Sim) startPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeOverdue()
	m, ok := s.keyed(r.PathValue("id"), r.URL.Query().Get("zak"))
	if !ok {
		s.showRoom(w, http.StatusForbidden, room{Page: "badlink", Number: r.PathValue("id")})
		return
	}
	me := r.URL.Query().Get("me")
	if me == "" {
		host := s.start(m, s.world.Seed.Person(m.Host))
		http.Redirect(w, r, r.URL.Path+"?"+url.Values{"zak": r.URL.Query()["zak"], "me": {host.ID}}.Encode(), http.StatusSeeOther)
		return
	}
	page := s.roomOf(m)
	page.Page, page.Zak = "ended", r.URL.Query().Get("zak")
	if page.Me = m.participant(me); page.Me != nil {
		page.Page, page.Refresh = "room", true
	}
	s.showRoom(w, http.StatusOK, page)
}

// endPage is the host's button "End meeting for all".
func (s *Sim) endPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	m, ok := s.keyed(r.PathValue("id"), r.PostFormValue("zak"))
	if !ok {
		s.showRoom(w, http.StatusForbidden, room{Page: "badlink", Number: r.PathValue("id")})
		return
	}
	page := s.roomOf(m)
	s.finish(m, m.Host, "host")
	page.Page = "ended"
	s.showRoom(w, http.StatusOK, page)
}

// listenPage is a button of the host's: record, or summarise.
func (s *Sim) listenPage(begin func(*meeting)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		m, ok := s.keyed(r.PathValue("id"), r.PostFormValue("zak"))
		if !ok || !m.running() || s.world.Seed.Person(m.Host).Zoom == "basic" {
			s.showRoom(w, http.StatusForbidden, room{Page: "badlink", Number: r.PathValue("id")})
			return
		}
		begin(m)
		s.world.Changes.Publish("client")
		http.Redirect(w, r, "/s/"+r.PathValue("id")+"?"+url.Values{"zak": {r.PostFormValue("zak")}, "me": {r.PostFormValue("me")}}.Encode(), http.StatusSeeOther)
	}
}

// frontPage lists what the client knows: the running meetings.
func (s *Sim) frontPage(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeOverdue()
	s.show(w, http.StatusOK, "client.html", s.client())
}

// keyed finds the meeting of a start link whose zak fits and lives.
func (s *Sim) keyed(number, text string) (*meeting, bool) {
	var z zak
	if !s.unseal(text, &z) || s.world.Clock.Now().After(z.Expires) {
		return nil, false
	}
	m := s.state.Meetings[z.Meeting]
	if m == nil || m.expired(s.world.Clock.Now()) || m.Host != z.Host || strconv.FormatInt(s.roomNumber(m), 10) != number {
		return nil, false
	}
	return m, true
}

// byNumber finds what a join link opens. A personal room's number opens the meeting that runs there, or is held there nearest to
// now, or the room itself.
func (s *Sim) byNumber(text string) *meeting {
	m := s.lookup(text)
	if m == nil || m.Type != personal {
		return m
	}
	now, nearest := s.world.Clock.Now(), time.Duration(-1)
	for _, held := range s.state.Meetings {
		if !held.PMI || held.Host != m.Host || held.expired(now) {
			continue
		}
		if held.running() {
			return held
		}
		if away := held.next(now).Sub(now).Abs(); nearest < 0 || away < nearest {
			nearest, m = away, held
		}
	}
	return m
}

// opens says whether a link's pwd opens the meeting.
func (s *Sim) opens(m *meeting, pwd string) bool {
	return m.Passcode == "" || equal(pwd, s.encrypted(m.Host, m.Passcode))
}

func (s *Sim) roomOf(m *meeting) room {
	host := s.world.Seed.Person(m.Host)
	page := room{Meeting: m, Number: strconv.FormatInt(s.roomNumber(m), 10), Host: host.Name, State: "waiting"}
	if m.running() {
		page.State = "started"
	}
	if where, err := zone(m.Zone); err == nil && !m.Start.IsZero() {
		page.When = m.Start.In(where).Format("Mon 2 January 2006, 15:04 MST")
	}
	for _, p := range s.world.Seed.People {
		if !p.Generated && p.Tenant == host.Tenant && !p.Disabled {
			page.People = append(page.People, p)
		}
	}
	return page
}

// showGone says that there is no such meeting, or that it is over.
func (s *Sim) showGone(w http.ResponseWriter, number string) {
	if id, err := strconv.ParseInt(number, 10, 64); err == nil {
		if m := s.state.Meetings[id]; m != nil && m.Over {
			page := s.roomOf(m)
			page.Page = "ended"
			s.showRoom(w, http.StatusGone, page)
			return
		}
	}
	s.showRoom(w, http.StatusNotFound, room{Page: "unknown", Number: number})
}

// initial is the first letter of a name.
func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return ""
}

// showRoom writes a page of the client; a meeting that goes on is looked at again every few seconds, without scripts.
func (s *Sim) showRoom(w http.ResponseWriter, status int, page room) {
	if page.Refresh {
		w.Header().Set("Refresh", "4")
	}
	s.show(w, status, "room.html", page)
}

func (m *meeting) participant(id string) *participant {
	for _, p := range m.Participants {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func without(list []*participant, id string) []*participant {
	var kept []*participant
	for _, p := range list {
		if p.ID != id || p.Host {
			kept = append(kept, p)
		}
	}
	return kept
}

// visitor is one of the seed's people by handle or e-mail, or a guest who types a name.
func (s *Sim) visitor(name string) *participant {
	who := &participant{ID: s.world.IDs.Hex(8), Name: name, Joined: s.world.Clock.Now()}
	if p := s.world.Seed.Person(name); p != nil {
		who.Name, who.Handle = p.Name, p.Handle
	} else if r := []rune(name); len(r) > 64 {
		who.Name = string(r[:64])
	}
	return who
}

// enter lets somebody in, or makes him wait for the host. The stand-in's host admits everybody as soon as he is there.
func (s *Sim) enter(m *meeting, who *participant) {
	if who.Handle == m.Host {
		*who = *s.start(m, s.world.Seed.Person(m.Host))
		return
	}
	for _, old := range m.Participants {
		if who.Handle != "" && old.Handle == who.Handle {
			*who = *old
			return
		}
	}
	m.Participants = append(m.Participants, who)
	s.opened("join", m, who)
	if !m.running() && m.Settings["join_before_host"] == true {
		s.starts(m, first(who.Handle, who.Name))
	}
	who.Waiting = !m.running()
	if who.Waiting {
		s.attends("joined_waiting_room", m, who)
	} else {
		s.joined(m, who)
	}
	s.world.Changes.Publish("client")
}

func (s *Sim) joined(m *meeting, who *participant) {
	s.world.Ledger.Append(world.Zoom, "meeting.joined", strconv.FormatInt(m.ID, 10), first(who.Handle, who.Name), "topic", m.Topic, "name", who.Name)
	s.attends("joined", m, who)
}

// starts is the beginning of a session. Who wants all recorded need not think of it.
func (s *Sim) starts(m *meeting, by string) {
	m.Started = s.world.Clock.Now()
	m.Recording = m.Settings["auto_recording"] == "cloud"
	s.record("meeting.started", m, by)
}

// start begins the meeting with its host in it, and admits those who wait.
func (s *Sim) start(m *meeting, host *world.Person) *participant {
	for _, p := range m.Participants {
		if p.Host && m.running() {
			return p
		}
	}
	me := &participant{ID: s.world.IDs.Hex(8), Name: host.Name, Handle: host.Handle, Host: true, Joined: s.world.Clock.Now()}
	m.Participants = append([]*participant{me}, m.Participants...)
	s.opened("start", m, me)
	if !m.running() {
		s.starts(m, host.Handle)
	}
	s.attends("joined", m, me)
	for _, p := range m.Participants {
		if p.Waiting {
			p.Waiting = false
			s.attends("left_waiting_room", m, p)
			s.joined(m, p)
		}
	}
	s.world.Changes.Publish("client")
	return me
}

// finish ends the running instance; the next one gets a new UUID. An instant meeting is gone then.
func (s *Sim) finish(m *meeting, by, why string) {
	if !m.running() {
		return
	}
	for _, p := range m.Participants {
		s.attends("left", m, p)
	}
	s.tell("meeting.ended", m, by)
	s.keeps(m)
	m.Ended, m.Started, m.Participants = s.world.Clock.Now(), time.Time{}, nil
	m.UUID = s.world.IDs.MeetingUUID()
	m.Over = m.Type == instant
	s.world.Ledger.Append(world.Zoom, "meeting.ended", strconv.FormatInt(m.ID, 10), by, "topic", m.Topic, "reason", why)
	s.world.Changes.Publish("client")
}

// closeOverdue ends what a Basic host holds for longer than 40 minutes.
func (s *Sim) closeOverdue() {
	now := s.world.Clock.Now()
	for _, m := range s.state.Meetings {
		if m.running() && now.Sub(m.Started) >= basicLimit && s.world.Seed.Person(m.Host).Zoom == "basic" {
			s.finish(m, "", "40 minutes of a Basic host are over")
		}
	}
}
