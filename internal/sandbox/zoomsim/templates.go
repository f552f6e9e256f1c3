package zoomsim

import (
	"maps"
	"net/http"

	"causeway/internal/sandbox/world"
)

// Kinds of templates, as listMeetingTemplates has them.
const (
	ownTemplate     = 1
	accountTemplate = 2
)

// templates are those that a person sees: the account's and the person's own.
func (s *Sim) templates(p *world.Person) (list []*world.ZoomTemplate) {
	for _, t := range s.world.Seed.Tenant(p.Tenant).ZoomTemplates {
		if t.Owner == "" || t.Owner == p.Handle {
			list = append(list, t)
		}
	}
	return list
}

// listTemplates is GET /users/me/meeting_templates. UNVERIFIED: its rate limit; and see zoom.Client.Templates.
func (s *Sim) listTemplates(c *call) (int, any, *apiError) {
	list := []map[string]any{}
	for _, t := range s.templates(c.person) {
		kind := accountTemplate
		if t.Owner != "" {
			kind = ownTemplate
		}
		list = append(list, map[string]any{"id": t.ID, "name": t.Name, "type": kind})
	}
	return http.StatusOK, map[string]any{"templates": list, "total_records": len(list)}, nil
}

// fill puts what the template of a draft says under what the draft says itself. The account's templates alone are taken (OpenAPI,
// template_id); UNVERIFIED: how others are refused, and that what is sent goes before what the template says.
func (s *Sim) fill(d *draft, host *world.Person) *apiError {
	id := deref(d.TemplateID)
	if id == "" {
		return nil
	}
	for _, t := range s.templates(host) {
		if t.ID == id && t.Owner == "" {
			settings := maps.Clone(t.Settings)
			maps.Copy(settings, d.Settings)
			d.Settings = settings
			return nil
		}
	}
	return invalid(fieldError{"template_id", "Invalid field."})
}
