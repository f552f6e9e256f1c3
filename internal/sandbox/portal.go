package sandbox

import (
	"io"
	"net/http"

	"causeway/internal/sandbox/world"
)

// portalEndpoints are what people do in Zoom's web portal. Drafts have the form of Zoom's own API, the person's rights and limits too.
func (s *Sandbox) portalEndpoints() []endpoint {
	return []endpoint{
		{"GET", "/zoom/people/{p}/meetings", func(r *http.Request) (any, error) {
			list, err := s.Zoom.Portal(r.PathValue("p"))
			return named("meetings", list, err)
		}},
		{"POST", "/zoom/people/{p}/meetings", func(r *http.Request) (any, error) {
			draft, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			m, err := s.Zoom.PortalSchedule(r.PathValue("p"), draft)
			return named("meeting", m, err)
		}},
		{"PATCH", "/zoom/people/{p}/meetings/{id}", func(r *http.Request) (any, error) {
			draft, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			m, err := s.Zoom.PortalChange(r.PathValue("p"), r.PathValue("id"), r.URL.Query().Get("occurrence"), draft)
			return named("meeting", m, err)
		}},
		{"DELETE", "/zoom/people/{p}/meetings/{id}", func(r *http.Request) (any, error) {
			return nil, s.Zoom.PortalDelete(r.PathValue("p"), r.PathValue("id"), r.URL.Query().Get("occurrence"))
		}},
		{"GET", "/zoom/people/{p}/trash", func(r *http.Request) (any, error) {
			list, err := s.Zoom.Trash(r.PathValue("p"))
			return named("meetings", list, err)
		}},
		{"POST", "/zoom/people/{p}/trash/{id}/{act}", func(r *http.Request) (any, error) {
			return nil, s.Zoom.FromTrash(r.PathValue("p"), r.PathValue("id"), r.PathValue("act"))
		}},
		{"DELETE", "/zoom/people/{p}/app", func(r *http.Request) (any, error) {
			return nil, s.Zoom.RemoveApp(r.PathValue("p"))
		}},
		{"GET", "/zoom/people/{p}/settings", func(r *http.Request) (any, error) {
			settings, err := s.Zoom.PortalSettings(r.PathValue("p"))
			return named("settings", settings, err)
		}},
		{"PUT", "/zoom/people/{p}/settings", func(r *http.Request) (any, error) {
			in, err := read[world.ZoomSettings](r)
			if err != nil {
				return nil, err
			}
			return nil, s.Zoom.SetPortalSettings(r.PathValue("p"), in)
		}},
	}
}
