package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"causeway/internal/sandbox/microsoftsim"
)

// person is somebody as GET /people shows him.
type person struct {
	Handle   string `json:"handle"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Title    string `json:"title"`
	Kind     string `json:"kind"` // member, guest
	Zoom     string `json:"zoom"` // none, basic, licensed
	Mailbox  bool   `json:"mailbox"`
	Disabled bool   `json:"disabled"`
	Locale   string `json:"locale"`
	Zone     string `json:"zone"`
	Tenant   string `json:"tenant"`
	ObjectID string `json:"objectId"`
	TeamsID  string `json:"teamsId"`
	TenantID string `json:"tenantId"`
}

// peopleEndpoints are what people do and see in Teams and Outlook.
func (s *Sandbox) peopleEndpoints() []endpoint {
	ms := s.Microsoft
	return []endpoint{
		{"GET", "/people", s.people},
		{"GET", "/people/{p}/chats", func(r *http.Request) (any, error) {
			chats, err := ms.Chats(r.PathValue("p"))
			return named("chats", chats, err)
		}},
		{"GET", "/people/{p}/chats/{c}/messages", s.messages},
		{"POST", "/people/{p}/chats/{c}/messages", s.postMessage},
		{"GET", "/people/{p}/apps", func(r *http.Request) (any, error) {
			apps, err := ms.Apps(r.PathValue("p"), r.URL.Query().Get("language"))
			return named("apps", apps, err)
		}},
		{"POST", "/people/{p}/apps/{id}/install", func(r *http.Request) (any, error) {
			return nil, ms.InstallPersonal(r.Context(), r.PathValue("p"), r.PathValue("id"))
		}},
		{"DELETE", "/people/{p}/apps/{id}/install", func(r *http.Request) (any, error) {
			return nil, ms.Uninstall(r.Context(), r.PathValue("p"), r.PathValue("id"))
		}},
		{"POST", "/people/{p}/token", s.tabToken},
		{"POST", "/people/{p}/chats/{c}/apps/{id}", func(r *http.Request) (any, error) {
			return nil, ms.AddToChat(r.Context(), r.PathValue("p"), r.PathValue("c"), r.PathValue("id"))
		}},
		{"DELETE", "/people/{p}/chats/{c}/apps/{id}", func(r *http.Request) (any, error) {
			return nil, ms.RemoveFromChat(r.Context(), r.PathValue("p"), r.PathValue("c"), r.PathValue("id"))
		}},
		{"POST", "/people/{p}/chats/{c}/tabs", s.addTab},
		{"DELETE", "/people/{p}/chats/{c}/tabs/{id}", func(r *http.Request) (any, error) {
			return nil, ms.RemoveTab(r.PathValue("p"), r.PathValue("c"), r.PathValue("id"))
		}},
		{"POST", "/people/{p}/chats/{c}/commands/{id}", s.command},
		{"POST", "/people/{p}/chats/{c}/paste", s.paste},
		{"POST", "/people/{p}/chats/{c}/messages/{m}/actions/{n}", s.act},
		{"POST", "/dialogs/{d}/submit", s.submitDialog},
		{"POST", "/dialogs/{d}/cancel", func(r *http.Request) (any, error) { return nil, ms.CancelDialog(r.PathValue("d")) }},
		{"POST", "/popups/{id}/approve", s.approvePopup},
		{"POST", "/popups/{id}/complete", s.completePopup},
		{"POST", "/popups/{id}/cancel", func(r *http.Request) (any, error) { return nil, ms.CancelPopup(r.PathValue("id")) }},
		{"GET", "/people/{p}/calendar", s.calendar},
		{"POST", "/people/{p}/calendar", s.makeEvent},
		{"PATCH", "/people/{p}/calendar/{event}", s.changeEvent},
		{"DELETE", "/people/{p}/calendar/{event}", func(r *http.Request) (any, error) {
			return nil, ms.RemoveEvent(r.PathValue("p"), r.PathValue("event"), r.URL.Query().Get("scope"))
		}},
		{"POST", "/people/{p}/calendar/{event}/respond", s.respond},
		{"GET", "/rooms", s.rooms},
		{"GET", "/people/{p}/mail", func(r *http.Request) (any, error) {
			mail, err := ms.Mail(r.PathValue("p"))
			return named("mail", mail, err)
		}},
		{"GET", "/people/{p}/feed", func(r *http.Request) (any, error) {
			feed, err := ms.Feed(r.PathValue("p"))
			return named("feed", feed, err)
		}},
		{"POST", "/people/{p}/block", s.block},
		{"POST", "/people/{p}/revoke", s.revoke},
	}
}

// named puts a list under its name.
func named(name string, list any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return map[string]any{name: list}, nil
}

// people lists everybody with a part in the story; with ?all=true the crowd too.
func (s *Sandbox) people(r *http.Request) (any, error) {
	list := []person{}
	for _, p := range s.World.Seed.People {
		if p.Generated && r.URL.Query().Get("all") != "true" {
			continue
		}
		list = append(list, person{
			Handle: p.Handle, Name: p.Name, Email: p.Email, Title: p.Title, Kind: p.Kind, Zoom: p.Zoom, Mailbox: p.Mailbox, Disabled: p.Disabled,
			Locale: p.Locale, Zone: p.Zone, Tenant: p.Tenant, ObjectID: p.ID, TeamsID: p.TeamsID,
			TenantID: s.World.Seed.Tenant(p.Tenant).ID,
		})
	}
	return named("people", list, nil)
}

func (s *Sandbox) messages(r *http.Request) (any, error) {
	p, c := r.PathValue("p"), r.PathValue("c")
	messages, err := s.Microsoft.Messages(p, c)
	if err == nil {
		err = s.Microsoft.Refresh(r.Context(), p, c)
	}
	return named("messages", messages, err)
}

func (s *Sandbox) postMessage(r *http.Request) (any, error) {
	in, err := read[microsoftsim.Words](r)
	if err != nil {
		return nil, err
	}
	message, err := s.Microsoft.Post(r.Context(), r.PathValue("p"), r.PathValue("c"), in)
	return named("message", message, err)
}

func (s *Sandbox) command(r *http.Request) (any, error) {
	in, err := read[microsoftsim.CommandInput](r)
	if err != nil {
		return nil, err
	}
	return s.Microsoft.Command(r.Context(), r.PathValue("p"), r.PathValue("c"), r.PathValue("id"), in)
}

func (s *Sandbox) addTab(r *http.Request) (any, error) {
	in, err := read[struct {
		App      string `json:"app"`
		EntityID string `json:"entityId"`
		Name     string `json:"name"`
		URL      string `json:"url"`
	}](r)
	if err != nil {
		return nil, err
	}
	return s.Microsoft.AddTab(r.Context(), r.PathValue("p"), r.PathValue("c"), microsoftsim.ChatTab{App: in.App, EntityID: in.EntityID, Name: in.Name, URL: in.URL})
}

func (s *Sandbox) paste(r *http.Request) (any, error) {
	in, err := read[struct {
		URL     string `json:"url"`
		ReplyTo string `json:"replyTo"`
		Theme   string `json:"theme"`
	}](r)
	if err != nil {
		return nil, err
	}
	return s.Microsoft.Paste(r.Context(), r.PathValue("p"), r.PathValue("c"), in.URL, microsoftsim.CommandInput{ReplyTo: in.ReplyTo, Theme: in.Theme})
}

func (s *Sandbox) act(r *http.Request) (any, error) {
	in, err := read[struct {
		Data map[string]any `json:"data"`
	}](r)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return nil, bad("%q is no number of an action.", r.PathValue("n"))
	}
	return s.Microsoft.Act(r.Context(), r.PathValue("p"), r.PathValue("c"), r.PathValue("m"), n, in.Data)
}

// tabToken is getAuthToken of a tab: {"resource"} is that of the manifest when it is left out.
func (s *Sandbox) tabToken(r *http.Request) (any, error) {
	in, err := read[struct {
		Resource string `json:"resource"`
	}](r)
	if err != nil {
		return nil, err
	}
	token, err := s.Microsoft.TabToken(r.PathValue("p"), in.Resource)
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": token}, nil
}

func (s *Sandbox) submitDialog(r *http.Request) (any, error) {
	in, err := read[microsoftsim.DialogInput](r)
	if err != nil {
		return nil, err
	}
	return s.Microsoft.SubmitDialog(r.Context(), r.PathValue("d"), in)
}

func (s *Sandbox) approvePopup(r *http.Request) (any, error) {
	in, err := read[microsoftsim.PopupInput](r)
	if err != nil {
		return nil, err
	}
	return s.Microsoft.ApprovePopup(r.Context(), r.PathValue("id"), in)
}

func (s *Sandbox) completePopup(r *http.Request) (any, error) {
	in, err := read[struct {
		State string `json:"state"`
	}](r)
	if err != nil {
		return nil, err
	}
	return s.Microsoft.CompletePopup(r.Context(), r.PathValue("id"), in.State)
}

// calendar takes ?from= and ?to= as RFC 3339.
func (s *Sandbox) calendar(r *http.Request) (any, error) {
	var limits [2]time.Time
	for i, name := range []string{"from", "to"} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, bad("%s is a time like 2026-12-01T00:00:00Z.", name)
		}
		limits[i] = at
	}
	events, err := s.Microsoft.Calendar(r.PathValue("p"), limits[0], limits[1])
	return named("events", events, err)
}

func (s *Sandbox) makeEvent(r *http.Request) (any, error) {
	in, err := read[microsoftsim.EventInput](r)
	if err != nil {
		return nil, err
	}
	event, err := s.Microsoft.MakeEvent(r.PathValue("p"), in)
	return named("event", event, err)
}

func (s *Sandbox) changeEvent(r *http.Request) (any, error) {
	in, err := read[microsoftsim.EventInput](r)
	if err != nil {
		return nil, err
	}
	event, err := s.Microsoft.ChangeEvent(r.PathValue("p"), r.PathValue("event"), in)
	return named("event", event, err)
}

func (s *Sandbox) respond(r *http.Request) (any, error) {
	in, err := read[struct {
		Answer string `json:"answer"`
		Scope  string `json:"scope"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Microsoft.Respond(r.PathValue("p"), r.PathValue("event"), in.Answer, in.Scope)
}

// room is a room as GET /rooms shows it.
type room struct {
	Handle   string `json:"handle"`
	Tenant   string `json:"tenant"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Building string `json:"building"`
	Capacity int    `json:"capacity"`
}

func (s *Sandbox) rooms(*http.Request) (any, error) {
	list := []room{}
	for _, r := range s.World.Seed.Rooms {
		list = append(list, room{r.Handle, r.Tenant, r.Name, r.Email, r.Building, r.Capacity})
	}
	return named("rooms", list, nil)
}

func (s *Sandbox) block(r *http.Request) (any, error) {
	in, err := read[struct {
		Blocked bool `json:"blocked"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Microsoft.Block(r.PathValue("p"), in.Blocked)
}

func (s *Sandbox) revoke(r *http.Request) (any, error) {
	in, err := read[struct {
		Forget bool `json:"forget"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Microsoft.RevokeGrants(r.PathValue("p"), in.Forget)
}
