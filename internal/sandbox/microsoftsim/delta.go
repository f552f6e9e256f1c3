package microsoftsim

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// delta is a round of changes of a part of a calendar, under way or over.
type delta struct {
	Person  string            `json:"person"` // handle
	From    time.Time         `json:"from"`
	To      time.Time         `json:"to"`
	Seen    map[string]string `json:"seen"`    // what has been told, by id: a text that differs after a change
	Pending []string          `json:"pending"` // ids that are still to be told in this round
	Expires time.Time         `json:"expires"`
}

// deltaLife is how long Exchange remembers. Microsoft does not say.
const (
	deltaLife = 7 * 24 * time.Hour
	deltaPage = 10
)

// calendarDelta tells what has changed in a part of a calendar. https://learn.microsoft.com/graph/api/event-delta
func (s *Sim) calendarDelta(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	for _, option := range []string{"$filter", "$orderby", "$search", "$expand"} {
		if q.Get(option) != "" {
			return 0, nil, badRequest("ErrorInvalidUrlQuery", "The following parameters are not supported with change tracking over the 'CalendarView' resource: '"+option+"'.")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, refused := s.round(c, q)
	if refused != nil {
		return 0, nil, refused
	}
	size := deltaPage
	if c.prefer.pageSize > 0 {
		size = c.prefer.pageSize
	}
	told := d.Pending[:min(size, len(d.Pending))]
	next := *d
	next.Pending = slices.Clone(d.Pending[len(told):])
	answer := object{"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#Collection(event)", "value": s.told(c, d, told)}
	token := s.world.IDs.Text(80)
	s.st.Deltas[token] = &next
	link, parameter := "@odata.deltaLink", "$deltatoken"
	if len(next.Pending) > 0 {
		link, parameter = "@odata.nextLink", "$skiptoken"
	}
	answer[link] = s.o.BaseURL + "/graph/v1.0/me/calendarView/delta?" + url.Values{parameter: {token}}.Encode()
	return http.StatusOK, answer, nil
}

// round begins a round of changes, or goes on with one.
func (s *Sim) round(c *graphCall, q url.Values) (*delta, *graphError) {
	now := s.world.Clock.Now()
	maps.DeleteFunc(s.st.Deltas, func(_ string, d *delta) bool { return now.After(d.Expires) })
	lost := &graphError{status: http.StatusGone, code: "syncStateNotFound", message: "The sync state generation is not found; the sync must be restarted."}
	if token := q.Get("$skiptoken"); token != "" {
		if d := s.st.Deltas[token]; d != nil && d.Person == c.person.Handle && !s.knobs.ForgetDeltas {
			return d, nil
		}
		return nil, lost
	}
	d := &delta{Person: c.person.Handle, Expires: now.Add(deltaLife)}
	before := map[string]string{}
	if token := q.Get("$deltatoken"); token != "" {
		last := s.st.Deltas[token]
		if last == nil || last.Person != c.person.Handle || s.knobs.ForgetDeltas {
			return nil, lost
		}
		before, d.From, d.To = last.Seen, last.From, last.To
	} else {
		var refused *graphError
		if d.From, d.To, refused = period(q); refused != nil {
			return nil, refused
		}
	}
	var order []string
	d.Seen, order = s.standing(d.Person, d.From, d.To)
	for _, id := range order {
		if before[id] != d.Seen[id] {
			d.Pending = append(d.Pending, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, stands := d.Seen[id]; !stands {
			d.Pending = append(d.Pending, id)
		}
	}
	return d, nil
}

// standing is what stands in a part of a calendar: series with their occurrences.
func (s *Sim) standing(person string, from, to time.Time) (seen map[string]string, order []string) {
	seen = map[string]string{}
	add := func(id, version string) {
		if _, known := seen[id]; !known {
			order = append(order, id)
		}
		seen[id] = version
	}
	for _, e := range s.st.Mailboxes[person].entries(from, to) {
		version := e.changeKey()
		if e.series != nil {
			add(e.series.ID, e.series.changeKey())
		}
		if e.kind() == "occurrence" {
			version = e.Start.At.Format(time.RFC3339) + e.End.At.Format(time.RFC3339)
		}
		add(e.ID, version+strconv.FormatBool(e.Cancelled))
	}
	return seen, order
}

// told are the entries of a page: whole, but of an occurrence only when it is, and of what is gone only that.
func (s *Sim) told(c *graphCall, d *delta, ids []string) []object {
	list := []object{}
	for _, id := range ids {
		e, refused := s.entry(c.person.Handle, id)
		switch {
		case refused != nil || d.Seen[id] == "":
			if !c.prefer.immutable {
				id = mutable(id)
			}
			list = append(list, object{"id": id, "@removed": object{"reason": "deleted"}})
		case e.kind() == "occurrence":
			list = append(list, slim(s.shown(e, c.prefer, "")))
		default:
			list = append(list, s.shown(e, c.prefer, ""))
		}
	}
	return list
}

func slim(o object) object {
	few := object{"@odata.type": "#microsoft.graph.event"}
	for _, name := range strings.Fields("@odata.etag id seriesMasterId type start end") {
		few[name] = o[name]
	}
	return few
}
