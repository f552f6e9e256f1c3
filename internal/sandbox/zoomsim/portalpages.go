package zoomsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// portal fills pages/portal.html, the stand-in for Zoom's web portal.
type portal struct {
	Page     string // people, meetings, meeting, trash, recordings, summary, settings, unknown
	Me       *world.Person
	People   []*world.Person
	Meetings []PortalMeeting
	Meeting  *PortalMeeting // nil for one to be scheduled
	Trash    []PortalTrashed
	Kept     []Remains
	Summary  *session // that is edited
	Form     portalForm
	Zones    []string
	Lengths  []int // minutes to choose from
	Switches []portalSwitch
	Rule     int // least characters of a passcode
	Problem  string
	Done     string
}

// portalForm is what stands in the form of a meeting.
type portalForm struct {
	Topic, Agenda, Date, Time, Zone, Passcode string
	Minutes                                   int
	WaitingRoom                               bool
	Repeat                                    string // once, weekly, kept (as it is)
	Weeks                                     int
}

// portalSwitch is one setting of a host.
type portalSwitch struct {
	Name, Label string
	On          *bool
}

func portalSwitches(z *world.ZoomSettings) []portalSwitch {
	return []portalSwitch{
		{"waitingRoom", "Waiting room in new meetings", &z.WaitingRoom},
		{"joinBeforeHost", "People may join before the host", &z.JoinBeforeHost},
		{"requirePasscode", "New meetings need a passcode", &z.RequirePasscode},
		{"embedPasscode", "Join links carry the passcode", &z.EmbedPasscode},
		{"passcodeLetter", "Passcodes need a letter", &z.PasscodeLetter},
		{"passcodeNumber", "Passcodes need a digit", &z.PasscodeNumber},
		{"passcodeSpecial", "Passcodes need a special character", &z.PasscodeSpecial},
		{"passcodeNumeric", "Passcodes have digits only", &z.PasscodeNumeric},
		{"hostVideo", "Host video on", &z.HostVideo},
		{"participantVideo", "Participants' video on", &z.ParticipantVideo},
		{"pmiForScheduled", "Scheduled meetings use the Personal Meeting ID", &z.PMIForScheduled},
		{"noPersonal", "The Personal Meeting ID may not be used", &z.NoPersonal},
	}
}

// portalRoutes are the pages of the portal: plain forms, and whoever is chosen in the address is signed in.
func (s *Sim) portalRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /portal", func(w http.ResponseWriter, _ *http.Request) { s.showPeople(w) })
	mux.HandleFunc("GET /portal/{p}", s.signedIn(s.meetingsPage))
	mux.HandleFunc("GET /portal/{p}/schedule", s.signedIn(s.schedulePage))
	mux.HandleFunc("POST /portal/{p}/schedule", s.signedIn(s.scheduleForm))
	mux.HandleFunc("GET /portal/{p}/meetings/{id}", s.signedIn(s.meetingPage))
	mux.HandleFunc("POST /portal/{p}/meetings/{id}", s.signedIn(s.meetingForm))
	mux.HandleFunc("POST /portal/{p}/meetings/{id}/delete", s.signedIn(s.deleteForm))
	mux.HandleFunc("GET /portal/{p}/trash", s.signedIn(s.trashPage))
	mux.HandleFunc("POST /portal/{p}/trash/{id}/{act}", s.signedIn(s.trashForm))
	mux.HandleFunc("GET /portal/{p}/recordings", s.signedIn(s.recordingsPage))
	mux.HandleFunc("GET /portal/{p}/recordings/{id}/summary", s.signedIn(s.summaryPage))
	mux.HandleFunc("POST /portal/{p}/recordings/{id}/summary", s.signedIn(s.summaryForm))
	mux.HandleFunc("POST /portal/{p}/recordings/{id}/{act}", s.signedIn(s.disposeForm))
	mux.HandleFunc("GET /portal/{p}/settings", s.signedIn(s.settingsPage))
	mux.HandleFunc("POST /portal/{p}/settings", s.signedIn(s.settingsForm))
}

// signedIn finds the person of the address. Forms of other sites are refused: they could be sent from any page that the browser shows.
func (s *Sim) signedIn(next func(http.ResponseWriter, *http.Request, portal)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closeOverdue()
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		if r.Method == http.MethodPost && (r.Header.Get("Sec-Fetch-Site") == "cross-site" || r.ParseForm() != nil) {
			http.Error(w, "this form was not sent by the portal", http.StatusForbidden)
			return
		}
		p, err := s.portalUser(r.PathValue("p"))
		if err != nil {
			s.show(w, http.StatusNotFound, "portal.html", portal{Page: "unknown"})
			return
		}
		next(w, r, portal{Me: p, Zones: s.zones(p), Lengths: []int{15, 30, 45, 60, 90, 120, 180, 240}})
	}
}

func (s *Sim) showPeople(w http.ResponseWriter) {
	page := portal{Page: "people"}
	for _, p := range s.world.Seed.People {
		if p.ZoomID != "" && !p.Disabled {
			page.People = append(page.People, p)
		}
	}
	s.show(w, http.StatusOK, "portal.html", page)
}

// zones are those of the story, the person's first.
func (s *Sim) zones(me *world.Person) []string {
	list := []string{me.Zone}
	for _, p := range s.world.Seed.People {
		if !slices.Contains(list, p.Zone) {
			list = append(list, p.Zone)
		}
	}
	return append(list, "UTC")
}

func (s *Sim) meetingsPage(w http.ResponseWriter, r *http.Request, page portal) {
	page.Page, page.Meetings = "meetings", s.hosted(page.Me)
	page.Done = map[string]string{"saved": "The meeting is saved.", "deleted": "Deleted.", "settings": "Your settings are saved."}[r.URL.Query().Get("done")]
	s.show(w, http.StatusOK, "portal.html", page)
}

// schedulePage proposes the next full hour.
func (s *Sim) schedulePage(w http.ResponseWriter, _ *http.Request, page portal) {
	at := s.world.Clock.Now().Truncate(time.Hour).Add(time.Hour)
	page.Form = portalForm{Topic: "My Meeting", Zone: page.Me.Zone, Minutes: 30, Repeat: "once", Weeks: 6, WaitingRoom: s.settings(page.Me).WaitingRoom}
	page.Form.Date, page.Form.Time = clock(at, page.Me.Zone)
	s.showMeeting(w, http.StatusOK, page)
}

// clock is a moment as the fields of a form show it.
func clock(at time.Time, zoneName string) (day, hour string) {
	if where, err := zone(zoneName); err == nil {
		at = at.In(where)
	}
	return at.Format(time.DateOnly), at.Format("15:04")
}

// showMeeting offers the zone and the length of a meeting, too, when they are not among the usual ones.
func (s *Sim) showMeeting(w http.ResponseWriter, status int, page portal) {
	page.Page = "meeting"
	if page.Form.Zone != "" && !slices.Contains(page.Zones, page.Form.Zone) {
		page.Zones = append(page.Zones, page.Form.Zone)
	}
	if page.Form.Minutes > 0 && !slices.Contains(page.Lengths, page.Form.Minutes) {
		page.Lengths = append(page.Lengths, page.Form.Minutes)
		slices.Sort(page.Lengths)
	}
	s.show(w, status, "portal.html", page)
}

func (s *Sim) scheduleForm(w http.ResponseWriter, r *http.Request, page portal) {
	page.Form = formOf(r)
	d := page.Form.draft()
	_, refused := s.portalSchedule(page.Me, d)
	if refused != nil {
		page.Problem = refused.text()
		s.showMeeting(w, http.StatusBadRequest, page)
		return
	}
	s.back(w, r, page, "saved")
}

func (s *Sim) back(w http.ResponseWriter, r *http.Request, page portal, done string) {
	http.Redirect(w, r, "/portal/"+page.Me.Handle+"?done="+done, http.StatusSeeOther)
}

func formOf(r *http.Request) portalForm {
	number := func(name string) int {
		n, _ := strconv.Atoi(r.PostForm.Get(name)) // 0 is refused by the limits of Zoom
		return n
	}
	return portalForm{
		Topic: strings.TrimSpace(r.PostForm.Get("topic")), Agenda: strings.ReplaceAll(r.PostForm.Get("agenda"), "\r\n", "\n"),
		Date: r.PostForm.Get("date"), Time: r.PostForm.Get("time"), Zone: r.PostForm.Get("zone"), Passcode: r.PostForm.Get("passcode"),
		Minutes: number("minutes"), WaitingRoom: r.PostForm.Get("waiting_room") != "", Repeat: r.PostForm.Get("repeat"), Weeks: number("weeks"),
	}
}

// start is the start as Zoom takes it: local time of the zone.
func (f portalForm) start() string { return f.Date + "T" + f.Time + ":00" }

func (f portalForm) draft() *draft {
	kind, start := scheduled, f.start()
	d := &draft{
		Topic: &f.Topic, Agenda: &f.Agenda, Type: &kind, StartTime: &start, Timezone: &f.Zone, Duration: &f.Minutes, Password: &f.Passcode,
		Settings: map[string]any{"waiting_room": f.WaitingRoom},
	}
	if f.Repeat == "weekly" {
		kind = recurring
		at, _ := time.Parse(time.DateOnly, f.Date) // a wrong day is refused as start_time
		d.Recurrence = everyWeek(at, "UTC", f.Weeks)
	}
	return d
}

// since leaves in a draft what differs from the form as it was shown: what is not said does not change, single occurrences above all.
func (f portalForm) since(old portalForm) *draft {
	d := f.draft()
	if f.Topic == old.Topic {
		d.Topic = nil
	}
	if f.Agenda == old.Agenda {
		d.Agenda = nil
	}
	if f.Passcode == old.Passcode {
		d.Password = nil
	}
	if f.WaitingRoom == old.WaitingRoom {
		d.Settings = nil
	}
	if f.Minutes == old.Minutes {
		d.Duration = nil
	}
	if f.start() == old.start() && f.Zone == old.Zone {
		d.StartTime, d.Timezone = nil, nil
	}
	if f.Repeat == "kept" || (f.Repeat == old.Repeat && f.Weeks == old.Weeks) {
		d.Type, d.Recurrence = nil, nil
	}
	return d
}

// shownForm is the form of a meeting as it is.
func (s *Sim) shownForm(m *meeting) portalForm {
	f := portalForm{
		Topic: m.Topic, Agenda: m.Agenda, Zone: m.Zone, Passcode: m.Passcode, Minutes: m.Duration, WaitingRoom: m.Settings["waiting_room"] == true,
		Repeat: "once", Weeks: 6,
	}
	if !m.Start.IsZero() && m.Type != recurringNoTime {
		f.Date, f.Time = clock(m.Start, m.Zone)
	}
	if m.Type != scheduled {
		f.Repeat = "kept"
	}
	if len(m.Occurrences) > 0 {
		f.Weeks = len(m.Occurrences)
	}
	return f
}

func (s *Sim) meetingPage(w http.ResponseWriter, r *http.Request, page portal) {
	_, m, err := s.portalFind(page.Me.Handle, r.PathValue("id"))
	if err != nil {
		page.Page = "unknown"
		s.show(w, http.StatusNotFound, "portal.html", page)
		return
	}
	shown := s.portalMeeting(m)
	page.Meeting, page.Form = &shown, s.shownForm(m)
	s.showMeeting(w, http.StatusOK, page)
}

// meetingForm saves a meeting, or one occurrence, whose form has date, time and minutes alone.
func (s *Sim) meetingForm(w http.ResponseWriter, r *http.Request, page portal) {
	_, m, err := s.portalFind(page.Me.Handle, r.PathValue("id"))
	if err != nil {
		s.back(w, r, page, "")
		return
	}
	old, given := s.shownForm(m), formOf(r)
	occurrence := r.PostForm.Get("occurrence")
	d := given.since(old)
	if d.StartTime != nil && d.Recurrence == nil && m.Recurrence != nil {
		d.Recurrence = m.Recurrence.from(given.Date)
	}
	if occurrence != "" {
		start := given.start()
		d = &draft{StartTime: &start, Timezone: &m.Zone, Duration: &given.Minutes}
	}
	if refused := s.portalChange(page.Me, m, occurrence, d); refused != nil {
		shown := s.portalMeeting(m)
		page.Meeting, page.Form, page.Problem = &shown, old, refused.text()
		if occurrence == "" {
			page.Form = given
		}
		s.showMeeting(w, http.StatusBadRequest, page)
		return
	}
	s.back(w, r, page, "saved")
}

func (s *Sim) deleteForm(w http.ResponseWriter, r *http.Request, page portal) {
	_, m, err := s.portalFind(page.Me.Handle, r.PathValue("id"))
	if err != nil {
		s.back(w, r, page, "")
		return
	}
	if refused := s.remove(m, r.PostForm.Get("occurrence"), page.Me.Handle, "source", "portal"); refused != nil {
		shown := s.portalMeeting(m)
		page.Meeting, page.Form, page.Problem = &shown, s.shownForm(m), refused.text()
		s.showMeeting(w, http.StatusBadRequest, page)
		return
	}
	s.back(w, r, page, "deleted")
}

func (s *Sim) settingsPage(w http.ResponseWriter, _ *http.Request, page portal) {
	z := *s.settings(page.Me)
	page.Page, page.Switches, page.Rule = "settings", portalSwitches(&z), z.PasscodeLength
	s.show(w, http.StatusOK, "portal.html", page)
}

func (s *Sim) settingsForm(w http.ResponseWriter, r *http.Request, page portal) {
	z := *s.settings(page.Me)
	for _, one := range portalSwitches(&z) {
		*one.On = r.PostForm.Get(one.Name) != ""
	}
	length, _ := strconv.Atoi(r.PostForm.Get("length")) // 0: no rule
	z.PasscodeLength = min(max(length, 0), 10)
	s.saveSettings(page.Me, z)
	s.back(w, r, page, "settings")
}
