package zoomsim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// trashLife is how long a deleted meeting can be brought back: "up to one week after deletion" (Zoom's description of meeting.recovered).
const trashLife = 7 * 24 * time.Hour

// trashed is a meeting that was deleted. Nobody finds it but its host, in the portal.
type trashed struct {
	Meeting *meeting  `json:"meeting"`
	At      time.Time `json:"at"`
}

// PortalTrashed is a deleted meeting as its host sees it in the portal.
type PortalTrashed struct {
	ID      string    `json:"id"`
	Topic   string    `json:"topic"`
	Repeats string    `json:"repeats,omitempty"`
	Deleted time.Time `json:"deleted"`
	Until   time.Time `json:"until"` // then it is gone
}

// discard puts a meeting into the trash. The caller holds mu.
func (s *Sim) discard(m *meeting) {
	delete(s.state.Meetings, m.ID)
	s.state.Trash = append(s.state.Trash, trashed{m, s.world.Clock.Now()})
}

// emptyTrash forgets what nobody has brought back in time. The caller holds mu.
func (s *Sim) emptyTrash() {
	now := s.world.Clock.Now()
	s.state.Trash = slices.DeleteFunc(s.state.Trash, func(t trashed) bool { return !t.At.Add(trashLife).After(now) })
}

// Trash lists the meetings that a person has deleted lately, the last one first.
func (s *Sim) Trash(person string) ([]PortalTrashed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return nil, err
	}
	return s.trash(p), nil
}

func (s *Sim) trash(p *world.Person) []PortalTrashed {
	s.emptyTrash()
	list := []PortalTrashed{}
	for _, t := range s.state.Trash {
		if t.Meeting.Host != p.Handle {
			continue
		}
		shown := PortalTrashed{ID: strconv.FormatInt(t.Meeting.ID, 10), Topic: t.Meeting.Topic, Deleted: t.At, Until: t.At.Add(trashLife)}
		if t.Meeting.Recurrence != nil {
			shown.Repeats = t.Meeting.Recurrence.sentence(len(t.Meeting.Occurrences))
		}
		list = append(list, shown)
	}
	slices.SortStableFunc(list, func(a, b PortalTrashed) int { return cmp.Or(b.Deleted.Compare(a.Deleted), cmp.Compare(a.ID, b.ID)) })
	return list
}

// What can be done to a deleted meeting.
var trashActs = map[string]func(*Sim, *world.Person, *meeting){
	"recover": func(s *Sim, p *world.Person, m *meeting) { // its number, its links and what was sent of them are good again
		s.state.Meetings[m.ID] = m
		s.record("meeting.recovered", m, p.Handle, "source", "portal")
	},
	"erase": func(s *Sim, p *world.Person, m *meeting) { s.record("meeting.erased", m, p.Handle, "source", "portal") },
}

// FromTrash does to a deleted meeting what a person does in the portal: recover it as it was, or erase it, which deletes it for good.
func (s *Sim) FromTrash(person, id, act string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return err
	}
	return s.fromTrash(p, id, act)
}

func (s *Sim) fromTrash(p *world.Person, id, act string) error {
	s.emptyTrash()
	i := slices.IndexFunc(s.state.Trash, func(t trashed) bool {
		return strconv.FormatInt(t.Meeting.ID, 10) == id && s.mayManage(p, t.Meeting.Host)
	})
	do := trashActs[act]
	if i < 0 || do == nil {
		return fmt.Errorf("%w: there is no %q of %q, which %s would have deleted lately", ErrControl, act, id, p.Handle)
	}
	m := s.state.Trash[i].Meeting
	s.state.Trash = slices.Delete(s.state.Trash, i, i+1)
	do(s, p, m)
	return nil
}

func (s *Sim) trashPage(w http.ResponseWriter, r *http.Request, page portal) {
	page.Page, page.Trash = "trash", s.trash(page.Me)
	page.Done = map[string]string{"recover": "The meeting is back.", "erase": "Deleted for good."}[r.URL.Query().Get("done")]
	s.show(w, http.StatusOK, "portal.html", page)
}

// trashForm is a button of that list.
func (s *Sim) trashForm(w http.ResponseWriter, r *http.Request, page portal) {
	if err := s.fromTrash(page.Me, r.PathValue("id"), r.PathValue("act")); err != nil {
		s.show(w, http.StatusNotFound, "portal.html", portal{Page: "unknown"})
		return
	}
	http.Redirect(w, r, "/portal/"+page.Me.Handle+"/trash?done="+r.PathValue("act"), http.StatusSeeOther)
}
