package microsoftsim

import (
	"context"
)

// popup is a sign-in window under way.
type popup struct {
	Origin origin `json:"origin"`
	URL    string `json:"url"`
}

// popup opens a sign-in window, if its address is one of the app's domains.
func (s *Sim) popup(o origin, m *manifest, address, title string) Outcome {
	if !m.trusts(address) {
		return failure(notTrusted, 200)
	}
	shown := &Popup{ID: "p-" + s.world.IDs.Hex(8), URL: address, Title: title}
	s.mu.Lock()
	s.st.Popups[shown.ID] = &popup{Origin: o, URL: address}
	s.mu.Unlock()
	return Outcome{Type: "auth", Popup: shown}
}

func (s *Sim) popupOf(id string) (*popup, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.st.Popups[id]; p != nil {
		return p, nil
	}
	return nil, notFound("There is no open pop-up %q.", id)
}

// CompletePopup is the window's last page handing over its result: Teams sends again what was asked for, with it.
func (s *Sim) CompletePopup(ctx context.Context, id, state string) (Outcome, error) {
	p, err := s.popupOf(id)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.CancelPopup(id); err != nil {
		return Outcome{}, err
	}
	name, _ := p.Origin.Invoke["name"].(string)
	value, _ := p.Origin.Invoke["value"].(object)
	return s.ask(ctx, p.Origin, name, merged(value, object{"state": state})), nil
}

// CancelPopup closes the window; the bot hears nothing of it.
func (s *Sim) CancelPopup(id string) error {
	if _, err := s.popupOf(id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.st.Popups, id)
	return nil
}
