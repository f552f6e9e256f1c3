package zoomsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"causeway/internal/sandbox/world"
)

// settings are those of a host: the seed's, until he changes them in the portal.
func (s *Sim) settings(p *world.Person) *world.ZoomSettings {
	if own := s.state.Hosts[p.Handle]; own != nil {
		return own
	}
	return p.ZoomSettings
}

// mayManage says whether a person may schedule and change the meetings of a host: he is the host, or has been lent the right.
func (s *Sim) mayManage(p *world.Person, host string) bool {
	return p.Handle == host || slices.Contains(p.SchedulesFor, host)
}

// colleague finds a user of the same account by e-mail or user id.
func (s *Sim) colleague(p *world.Person, ref string) *world.Person {
	other := s.world.Seed.Person(ref)
	if other == nil || other.ZoomID == "" || other.Disabled || other.Tenant != p.Tenant || (other.ZoomID != ref && !strings.EqualFold(other.Email, ref)) {
		return nil
	}
	return other
}

// host is whose meeting the draft asks for: the person's own, or that of schedule_for.
func (s *Sim) host(d *draft, p *world.Person) (*world.Person, *apiError) {
	given := deref(d.ScheduleFor)
	if given == "" {
		return p, nil
	}
	if d.Type != nil && *d.Type == instant {
		return nil, fail(http.StatusBadRequest, 3000, "Instant meetings do not support the `schedule_for` parameter, and you can't schedule an instant meeting for another user.")
	}
	switch other := s.colleague(p, given); {
	case other == nil:
		return nil, fail(http.StatusBadRequest, 300, "The value that you entered in the `schedule_for` field is invalid. Enter a valid value and try again.")
	case !s.mayManage(p, other.Handle):
		return nil, fail(http.StatusBadRequest, 3000, "You cannot schedule a meeting for %s", given)
	default:
		return other, nil
	}
}

// wrongForHost lists the settings that this host may not have.
//
// UNVERIFIED: Zoom's refusals of alternative hosts, of cloud recording and of the personal number are documented nowhere; that
// alternative hosts are licensed users of the account, that Basic users do not record in the cloud, and that an account may forbid the
// personal number, is.
func (s *Sim) wrongForHost(d *draft, host *world.Person) []fieldError {
	var list []fieldError
	if names, _ := d.Settings["alternative_hosts"].(string); names != "" {
		for name := range strings.SplitSeq(strings.TrimSuffix(names, ";"), ";") {
			if other := s.colleague(host, strings.TrimSpace(name)); other == nil || other.Zoom != "licensed" || other == host {
				list = append(list, fieldError{"settings.alternative_hosts", fmt.Sprintf("%s cannot be an alternative host: licensed users of the account can.", name)})
			}
		}
	}
	if d.Settings["auto_recording"] == "cloud" && host.Zoom != "licensed" {
		list = append(list, fieldError{"settings.auto_recording", "Cloud recording is not enabled for this user."})
	}
	if d.Settings["use_pmi"] == true && s.settings(host).NoPersonal {
		list = append(list, fieldError{"settings.use_pmi", "The Personal Meeting ID is not enabled for this user."})
	}
	return list
}

// listSchedulers is GET /users/me/schedulers: for whom the person may schedule.
func (s *Sim) listSchedulers(c *call) (int, any, *apiError) {
	list := []map[string]any{}
	for _, handle := range c.person.SchedulesFor {
		p := s.world.Seed.Person(handle)
		list = append(list, map[string]any{"id": p.ZoomID, "email": p.Email, "pmi": p.PMI})
	}
	return http.StatusOK, map[string]any{"schedulers": list}, nil
}

// listAssistants is GET /users/me/assistants: who may schedule for the person.
func (s *Sim) listAssistants(c *call) (int, any, *apiError) {
	list := []map[string]any{}
	for _, p := range s.world.Seed.People {
		if slices.Contains(p.SchedulesFor, c.person.Handle) {
			list = append(list, map[string]any{"id": p.ZoomID, "email": p.Email, "can_manage_host_private_event": false})
		}
	}
	return http.StatusOK, map[string]any{"assistants": list}, nil
}
