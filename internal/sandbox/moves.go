package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// worldEndpoints are what moves the world: administrators, clock, faults, keys; and what shows it.
func (s *Sandbox) worldEndpoints() []endpoint {
	return []endpoint{
		{"GET", "/settings", func(*http.Request) (any, error) { return s.Settings(), nil }},
		{"GET", "/state", s.state},
		{"GET", "/ledger", s.ledger},
		{"GET", "/traffic", s.traffic},

		{"GET", "/zoom/client", func(*http.Request) (any, error) { return s.Zoom.Client(), nil }},
		{"POST", "/zoom/meetings/{id}/join", s.joinMeeting},
		{"POST", "/zoom/meetings/{id}/end", func(r *http.Request) (any, error) { return nil, s.Zoom.End(r.PathValue("id")) }},
		{"POST", "/zoom/meetings/{id}/record", func(r *http.Request) (any, error) { return nil, s.Zoom.Record(r.PathValue("id")) }},
		{"POST", "/zoom/meetings/{id}/summarise", func(r *http.Request) (any, error) { return nil, s.Zoom.Summarise(r.PathValue("id")) }},
		{"POST", "/zoom/challenge", func(r *http.Request) (any, error) { return named("endpoints", s.Zoom.Challenge(r.Context()), nil) }},
		{"GET", "/zoom/remains", func(*http.Request) (any, error) { return named("remains", s.Zoom.Kept(""), nil) }},
		{"PUT", "/zoom/remains/{id}/summary", s.editSummary},
		{"POST", "/zoom/remains/{id}/{act}", func(r *http.Request) (any, error) { return nil, s.Zoom.Dispose(r.PathValue("id"), r.PathValue("act")) }},
		{"GET", "/zoom/boards", func(*http.Request) (any, error) { return named("boards", s.Zoom.Boards(), nil) }},
		{"POST", "/zoom/people/{p}/boards", s.draw},
		{"POST", "/zoom/people/{p}/boards/{id}/share", s.shareBoard},
		{"POST", "/zoom/people/{p}/boards/{id}/comment", s.comment},
		{"POST", "/zoom/approve", s.approveZoom},
		{"PUT", "/zoom/manifest", s.setManifest},

		{"POST", "/microsoft/upload", s.upload},
		{"POST", "/microsoft/consent", s.consent},
		{"GET", "/microsoft/subscriptions", func(*http.Request) (any, error) {
			return named("subscriptions", s.Microsoft.Watched(), nil)
		}},
		{"POST", "/microsoft/subscriptions/{id}/lifecycle", s.lifecycle},
		{"POST", "/microsoft/remove", s.removeApp},
		{"POST", "/microsoft/disable", s.disable},

		{"GET", "/knobs", s.getKnobs},
		{"PUT", "/knobs", s.putKnobs},
		{"GET", "/faults", s.listFaults},
		{"PUT", "/faults", s.putFault},
		{"DELETE", "/faults", s.clearFaults},
		{"DELETE", "/faults/{id}", s.deleteFault},
		{"GET", "/holds/next", s.nextHold},
		{"POST", "/holds/{id}/release", func(r *http.Request) (any, error) { return nil, s.World.Faults.Release(r.PathValue("id")) }},

		{"POST", "/clock", s.moveClock},
		{"POST", "/reset", s.reset},
		{"POST", "/keys/rotate", func(*http.Request) (any, error) { return nil, s.Microsoft.RotateKeys() }},
		{"POST", "/tokens", s.mint},
		{"POST", "/activities", s.sendRaw},
	}
}

// draw makes a whiteboard at Zoom.
func (s *Sandbox) draw(r *http.Request) (any, error) {
	in, err := read[struct {
		Name string `json:"name"`
	}](r)
	if err != nil {
		return nil, err
	}
	made, err := s.Zoom.Draw(r.PathValue("p"), in.Name)
	return named("board", made, err)
}

// shareBoard adds somebody to a whiteboard at Zoom.
func (s *Sandbox) shareBoard(r *http.Request) (any, error) {
	in, err := read[struct {
		With string `json:"with"`
		Role int    `json:"role"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Zoom.ShareBoard(r.PathValue("p"), r.PathValue("id"), in.With, in.Role)
}

// comment has somebody mention another one on a whiteboard at Zoom.
func (s *Sandbox) comment(r *http.Request) (any, error) {
	in, err := read[struct {
		Mentions string `json:"mentions"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Zoom.Comment(r.PathValue("p"), r.PathValue("id"), in.Mentions)
}

func (s *Sandbox) state(*http.Request) (any, error) {
	uploaded, consented := s.Microsoft.Approval()
	return map[string]any{
		"now": s.World.Clock.Now(), "zoomApproved": s.Zoom.Approved(), "packageUploaded": uploaded, "consented": consented, "productUrl": s.o.ProductURL,
		"zoomUrl": s.zoomURL, "locales": []string{"en", "fr"},
	}, nil
}

// whole reads a number of the query, 0 when it is not there.
func whole(r *http.Request, name string) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, bad("%s is a number that is not negative.", name)
	}
	return n, nil
}

func (s *Sandbox) ledger(r *http.Request) (any, error) {
	after, err := whole(r, "after")
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	rows := s.World.Ledger.List(world.Filter{After: after, Effect: q.Get("effect"), Side: world.Side(q.Get("side")), By: q.Get("by"), Subject: q.Get("subject")})
	return named("rows", rows, nil)
}

func (s *Sandbox) traffic(r *http.Request) (any, error) {
	after, err := whole(r, "after")
	if err != nil {
		return nil, err
	}
	limit, err := whole(r, "limit")
	if err != nil {
		return nil, err
	}
	return named("rows", s.World.Traffic.List(after, int(min(limit, 10_000))), nil)
}

func (s *Sandbox) joinMeeting(r *http.Request) (any, error) {
	in, err := read[struct {
		As string `json:"as"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Zoom.Join(r.PathValue("id"), in.As)
}

func (s *Sandbox) approveZoom(r *http.Request) (any, error) {
	in, err := read[struct {
		Approved *bool `json:"approved"`
	}](r)
	if err != nil {
		return nil, err
	}
	if in.Approved == nil {
		return nil, bad("Say approved: true or false.")
	}
	s.Zoom.Approve(*in.Approved, "jo")
	s.World.Changes.Publish("state")
	return nil, nil
}

func (s *Sandbox) setManifest(r *http.Request) (any, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := s.Zoom.SetManifest(raw); err != nil {
		return nil, bad("%v", err)
	}
	return nil, nil
}

func (s *Sandbox) upload(r *http.Request) (any, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return nil, s.Microsoft.Upload(r.URL.Query().Get("tenant"), raw)
}

func (s *Sandbox) consent(r *http.Request) (any, error) {
	in, err := read[struct {
		Granted *bool    `json:"granted"`
		Tenant  string   `json:"tenant"`
		Scopes  []string `json:"scopes"`
	}](r)
	if err != nil {
		return nil, err
	}
	if in.Granted == nil {
		return nil, bad("Say granted: true or false.")
	}
	if len(in.Scopes) > 0 {
		return nil, s.Microsoft.GrantScopes(in.Tenant, *in.Granted, in.Scopes)
	}
	return nil, s.Microsoft.Consent(in.Tenant, *in.Granted)
}

func (s *Sandbox) lifecycle(r *http.Request) (any, error) {
	in, err := read[struct {
		Event string `json:"event"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Microsoft.Lifecycle(r.PathValue("id"), in.Event)
}

type tenantInput struct {
	Tenant string `json:"tenant"`
}

func (s *Sandbox) removeApp(r *http.Request) (any, error) {
	in, err := read[tenantInput](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Microsoft.Remove(in.Tenant)
}

func (s *Sandbox) disable(r *http.Request) (any, error) {
	in, err := read[struct {
		tenantInput
		Disabled bool `json:"disabled"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Microsoft.Disable(in.Tenant, in.Disabled)
}

func (s *Sandbox) editSummary(r *http.Request) (any, error) {
	in, err := read[struct {
		Text string `json:"text"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, s.Zoom.EditSummary(r.PathValue("id"), in.Text)
}

// knobs are those of both platforms; a platform that is left out stays as it is.
type knobs struct {
	Zoom      *zoomsim.Knobs      `json:"zoom,omitempty"`
	Microsoft *microsoftsim.Knobs `json:"microsoft,omitempty"`
}

func (s *Sandbox) getKnobs(*http.Request) (any, error) {
	zoom, microsoft := s.Zoom.Knobs(), s.Microsoft.Knobs()
	return knobs{&zoom, &microsoft}, nil
}

func (s *Sandbox) putKnobs(r *http.Request) (any, error) {
	in, err := read[knobs](r)
	if err != nil {
		return nil, err
	}
	if in.Zoom != nil {
		s.Zoom.SetKnobs(*in.Zoom)
	}
	if in.Microsoft != nil {
		s.Microsoft.SetKnobs(*in.Microsoft)
	}
	return s.getKnobs(r)
}

// fault is a fault of a route, or, with resend, activities that Teams delivers more than once.
type fault struct {
	world.Fault
	Resend *microsoftsim.Resend `json:"resend,omitempty"`
}

func (s *Sandbox) listFaults(*http.Request) (any, error) {
	list := []fault{}
	for _, f := range s.World.Faults.List() {
		list = append(list, fault{Fault: f})
	}
	for _, r := range s.Microsoft.Resends() {
		list = append(list, fault{Fault: world.Fault{ID: r.ID, Side: world.Microsoft, Count: r.Count}, Resend: &r})
	}
	return named("faults", list, nil)
}

func (s *Sandbox) putFault(r *http.Request) (any, error) {
	in, err := read[fault](r)
	if err != nil {
		return nil, err
	}
	var id string
	if in.Resend != nil {
		if in.Resend.ID == "" {
			in.Resend.ID = in.ID
		}
		id, err = s.Microsoft.PutResend(*in.Resend)
	} else {
		id, err = s.World.Faults.Put(in.Fault)
	}
	return named("id", id, err)
}

func (s *Sandbox) clearFaults(*http.Request) (any, error) {
	s.World.Faults.Clear()
	s.Microsoft.DeleteResend("")
	return nil, nil
}

func (s *Sandbox) deleteFault(r *http.Request) (any, error) {
	id := r.PathValue("id")
	if s.Microsoft.DeleteResend(id) {
		return nil, nil
	}
	return nil, s.World.Faults.Delete(id)
}

// nextHold waits at most ?timeout= (10s) for a held request; 204 when there is none.
func (s *Sandbox) nextHold(r *http.Request) (any, error) {
	wait := 10 * time.Second
	if text := r.URL.Query().Get("timeout"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 || d > 5*time.Minute {
			return nil, bad("timeout is a duration like 10s, at most 5m.")
		}
		wait = d
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	hold, err := s.World.Faults.NextHold(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, nil
	}
	return hold, err
}

func (s *Sandbox) moveClock(r *http.Request) (any, error) {
	in, err := read[struct {
		Advance world.Duration `json:"advance"`
		To      time.Time      `json:"to"`
	}](r)
	if err != nil {
		return nil, err
	}
	switch {
	case !in.To.IsZero():
		err = s.World.Clock.Set(in.To)
	case in.Advance > 0:
		err = s.World.Clock.Advance(time.Duration(in.Advance))
	default:
		err = bad(`Say advance: "1h" or to: a time.`)
	}
	s.World.Changes.Publish("state")
	return named("now", s.World.Clock.Now(), err)
}

func (s *Sandbox) reset(r *http.Request) (any, error) {
	in, err := read[struct {
		Fresh *bool `json:"fresh"`
	}](r)
	if err != nil {
		return nil, err
	}
	fresh := s.o.Fresh
	if in.Fresh != nil {
		fresh = *in.Fresh
	}
	return nil, s.World.Reset(fresh)
}

func (s *Sandbox) mint(r *http.Request) (any, error) {
	in, err := read[microsoftsim.TokenRequest](r)
	if err != nil {
		return nil, err
	}
	token, err := s.Microsoft.Token(in)
	return named("token", token, err)
}

func (s *Sandbox) sendRaw(r *http.Request) (any, error) {
	in, err := read[microsoftsim.RawActivity](r)
	if err != nil {
		return nil, err
	}
	replies, err := s.Microsoft.SendRaw(r.Context(), in)
	return named("replies", replies, err)
}

// events streams what changed, as server-sent events: event: changed, data: {"topics":[…]}.
func (s *Sandbox) events(w http.ResponseWriter, r *http.Request) {
	watch := s.World.Changes.Watch()
	defer watch.Close()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	flusher := http.NewResponseController(w)
	if _, err := io.WriteString(w, ": open\n\n"); err != nil || flusher.Flush() != nil {
		return
	}
	for {
		ctx, cancel := context.WithTimeout(r.Context(), 15*time.Second)
		topics, err := watch.Next(ctx)
		cancel()
		line := ": still here\n\n"
		if err == nil {
			data, _ := json.Marshal(map[string]any{"topics": topics}) // plain texts
			line = "event: changed\ndata: " + string(data) + "\n\n"
		}
		if r.Context().Err() != nil {
			return
		}
		if _, err := io.WriteString(w, line); err != nil || flusher.Flush() != nil {
			return
		}
	}
}
