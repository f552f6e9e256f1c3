package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/zoom"
)

// templates are those that the form offers, by name.
func (v visit) templates() map[string]string {
	v.t.Helper()
	var got struct {
		Templates []struct{ Value, Label string }
	}
	v.do("GET", "/meetings/form", nil, &got)
	ids := map[string]string{}
	for _, o := range got.Templates {
		ids[o.Label] = o.Value
	}
	return ids
}

// A meeting is made as a template of the account says, whatever the form held; from then on it is one like any other.
func TestATemplateOfTheAccount(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	ids := ana.templates()
	if len(ids) != 2 || ids["Town hall"] == "" || ids["Customer call"] == "" { // of her own Zoom takes none
		t.Fatalf("offered are %v", ids)
	}
	made := ana.planned(object{"topic": "All of us", "template": ids["Town hall"], "waiting_room": "true", "join_before_host": "true", "mute": "false", "recording": "none"})
	says := func(when string, in map[string]any) {
		t.Helper()
		for name, want := range map[string]any{
			"waiting_room": "false", "join_before_host": "false", "host_video": "true", "participant_video": "false", "mute": "true", "recording": "cloud", "template": "",
		} {
			if in[name] != want {
				t.Errorf("%s: %s is %v, want %v", when, name, in[name], want)
			}
		}
	}
	says("made", ana.detail(made.Key).Input)
	waits := func(topic string) bool {
		var got struct{ Meetings []zoomsim.PortalMeeting }
		g.call("GET", "/zoom/people/ana/meetings", nil, &got)
		for _, m := range got.Meetings {
			if m.Topic == topic {
				return m.WaitingRoom
			}
		}
		t.Fatalf("Zoom has no meeting %q", topic)
		return false
	}
	if waits("All of us") {
		t.Error("Zoom's meeting has a waiting room")
	}
	change := ana.detail(made.Key)
	change.Input["topic"] = "All of us, again"
	ana.do("PATCH", "/meetings/"+made.Key, object{"input": change.Input, "scope": "all", "edition": change.Edition}, nil)
	says("changed", ana.detail(made.Key).Input)
	if waits("All of us, again") {
		t.Error("after a change Zoom's meeting has a waiting room")
	}
	change = ana.detail(made.Key)
	change.Input["template"], change.Input["waiting_room"] = ids["Town hall"], "true"
	ana.do("PATCH", "/meetings/"+made.Key, object{"input": change.Input, "scope": "all", "edition": change.Edition}, nil)
	if in := ana.detail(made.Key).Input; in["waiting_room"] != "true" || in["template"] != "" || !waits("All of us, again") {
		t.Errorf("a template decides on a meeting that is there: %v", in)
	}
	ana.planned(object{"topic": "One of them", "template": ids["Customer call"], "waiting_room": "false"})
	if !waits("One of them") {
		t.Error("Zoom's meeting has no waiting room")
	}
}

// The answer to the creation got lost: what the template made of the meeting is known all the same.
func TestATemplateAfterALostAnswer(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	id := ana.templates()["Town hall"]
	g.fault(world.Fault{Side: world.Zoom, Route: zoomCreates, When: world.After, Drop: true, Count: 1})
	nonce, in := ana.form()
	in["topic"], in["date"], in["template"] = "All of us", g.world.World.Clock.Now().AddDate(0, 0, 4).Format(time.DateOnly), id
	ana.ask("POST", "/meetings", object{"nonce": nonce, "input": in}, nil)
	g.later(3 * time.Minute)
	found := about(first(ana.list(7)), "All of us")
	if len(found) != 1 {
		t.Fatalf("%d meetings are there", len(found))
	}
	if in := ana.detail(found[0].Key).Input; in["waiting_room"] != "false" || in["mute"] != "true" || in["recording"] != "cloud" || in["template"] != "" {
		t.Errorf("it is %v", in)
	}
}

func TestTemplatesThatZoomDoesNotTake(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	for _, id := range []string{"nothing", strings.Repeat("x", 101)} {
		nonce, in := ana.form()
		in["topic"], in["date"], in["template"] = "All of us", g.world.World.Clock.Now().AddDate(0, 0, 4).Format(time.DateOnly), id
		got := ana.ask("POST", "/meetings", object{"nonce": nonce, "input": in}, nil)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, `"location":"body.template"`) {
			t.Errorf("%q is answered with %d %s", id, got.status, got.body)
		}
	}
	if got := about(first(ana.list(7)), "All of us"); len(got) != 0 {
		t.Errorf("%d meetings are there", len(got))
	}
}

// Who left the scope out schedules as ever.
func TestTemplatesWithoutTheScope(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").linkAs(consent{Without: zoom.OptionalScopes()})
	ana := g.visit("ana")
	if ids := ana.templates(); len(ids) != 0 {
		t.Errorf("offered are %v", ids)
	}
	if made := ana.planned(nil); made.ZoomID == "" {
		t.Error("nothing was made")
	}
}

func first[T, U any](t T, _ U) T { return t }
