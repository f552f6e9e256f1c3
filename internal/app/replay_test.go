package app_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"causeway/internal/contract"
)

// TestRecordedTrafficAtTheDoor replays what Microsoft's own emulator of Teams sends to a bot: with tenant, app and service address of
// this world, signed, everything that is recorded is taken, invokes are answered as Teams understands it, and nothing panics.
func TestRecordedTrafficAtTheDoor(t *testing.T) {
	t.Parallel()
	if !contract.Present(t) {
		t.Skip("the recordings are not here: nothing was replayed")
	}
	text, err := os.ReadFile(filepath.Join(specsDir(), "microsoft", "samples", "agentsplayground-to-bot.recorded.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	g := beginGuarded(t)
	token, played := g.activityToken(nil), 0
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var row struct {
			Method string
			Body   json.RawMessage
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		if row.Method != http.MethodPost {
			continue
		}
		var a object
		if err := json.Unmarshal(row.Body, &a); err != nil {
			t.Fatal(err)
		}
		g.moveHere(a)
		played++
		got := g.sent(token, a)
		switch {
		case a["type"] != "invoke":
			g.want("recorded "+named(a["type"]), got, http.StatusOK)
		case !json.Valid([]byte(got.body)):
			t.Errorf("%v: the answer %q is no JSON", a["name"], got.body)
		default:
			g.want("recorded "+named(a["name"]), got, http.StatusOK, http.StatusBadRequest, http.StatusNotImplemented)
		}
	}
	if played < 10 {
		t.Errorf("only %d activities are recorded", played)
	}
}

// moveHere rewrites what binds a recorded activity to where it was recorded.
func (g *guarded) moveHere(a object) {
	settings := g.world.Settings()
	a["serviceUrl"] = g.serviceURL()
	a["recipient"] = map[string]any{"id": "28:" + settings.EntraAppID, "name": "Causeway"}
	if c, ok := a["conversation"].(map[string]any); ok {
		c["tenantId"] = settings.EntraTenantID
	}
	data, ok := a["channelData"].(map[string]any)
	if !ok {
		data = map[string]any{}
		a["channelData"] = data
	}
	data["tenant"] = map[string]any{"id": settings.EntraTenantID}
}

func named(value any) string {
	s, _ := value.(string)
	return s
}
