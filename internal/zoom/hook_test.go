package zoom_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/zoom"
)

func TestEventsThatAreTwinsHaveOneKey(t *testing.T) {
	t.Parallel()
	const event = `{"event":"meeting.updated","event_ts":1617628464664,"payload":{"account_id":"a","operator_id":"o","object":{"id":"94890226305","uuid":"u=="}},"download_token":"one"}`
	read := func(text string) zoom.Event {
		e, err := zoom.ReadEvent([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	key := read(event).Key()
	for text, same := range map[string]bool{
		`{"download_token":"two","event_ts":1617628464664,"event":"meeting.updated","payload":{"object":{"uuid":"u==","id":94890226305},"account_id":"a","operator_id":"o"}}`: true,
		`{"event":"meeting.updated","event_ts":1617628464665,"payload":{"account_id":"a","operator_id":"o","object":{"id":94890226305,"uuid":"u=="}}}`:                        false,
		`{"event":"meeting.updated","event_ts":1617628464664,"payload":{"account_id":"b","operator_id":"o","object":{"id":94890226305,"uuid":"u=="}}}`:                        false,
		`{"event":"meeting.updated","event_ts":1617628464664,"payload":{"account_id":"a","operator_id":"o","object":{"id":94890226306,"uuid":"u=="}}}`:                        false,
		`{"event":"meeting.deleted","event_ts":1617628464664,"payload":{"account_id":"a","operator_id":"o","object":{"id":94890226305,"uuid":"u=="}}}`:                        false,
	} {
		if got := read(text).Key() == key; got != same {
			t.Errorf("%s: the same key: %t, want %t", text, got, same)
		}
	}
}

// A single meeting that is deleted is an occurrence only where there are others of it.
func TestADeletionIsOfOneOccurrenceOrOfAll(t *testing.T) {
	t.Parallel()
	for kind, one := range map[string]bool{`"type":8`: true, `"type":2`: false, `"type":1`: false, `"type":"x"`: false, `"topic":"t"`: false} {
		e, err := zoom.ReadEvent([]byte(`{"event":"meeting.deleted","payload":{"account_id":"a","operation":"single","object":{"id":94890226305,` + kind + `}}}`))
		if err != nil || e.One != one {
			t.Errorf("%s: one %t, want %t, %v", kind, e.One, one, err)
		}
	}
	e, err := zoom.ReadEvent(specs(t, filepath.Join("samples", "webhooks", "meeting.deleted.json")))
	if err != nil || e.One {
		t.Errorf("Zoom's sample, of a meeting that takes place once: %+v, %v", e, err)
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"event":"meeting.started","payload":{"object":{"id":94890226305}}}`, `{"event":"meeting.started","payload":{"object":{"id":94890226305,"uuid":"` + strings.Repeat("u", 129) + `"}}}`,
		`{"event":"app_deauthorized","payload":{"user_id":"` + strings.Repeat("u", 129) + `"}}`,
		"", "{}", "[]", `{"event":1}`, `{"event":"meeting.updated","payload":{}}`, `{"event":"meeting.updated","payload":{"object":{"id":"x"}}}`, `{"event":"meeting.updated","payload":7}`,
	} {
		if _, err := zoom.ReadEvent([]byte(text)); !errors.Is(err, zoom.ErrEvent) {
			t.Errorf("%q: %v, want ErrEvent", text, err)
		}
	}
}

// Zoom's sample of a deauthorization has its time within, as a text.
func TestDeauthorizationOfTheVendorsSample(t *testing.T) {
	t.Parallel()
	e, err := zoom.ReadEvent(specs(t, filepath.Join("samples", "webhooks", "app_deauthorized.json")))
	if err != nil || e.User != "abcD3ojfdbjfg" || e.Account != "AAAAAABBBB" || e.Client != "ABCDEFGHIJKLMNOPQRST!V" || !e.At.Equal(time.Date(2020, 6, 17, 13, 52, 28, 632e6, time.UTC)) {
		t.Errorf("%+v, %v", e, err)
	}
}

// Every name that we subscribe to is one of Zoom's, and the app's kind may have it.
func TestEventsAreZooms(t *testing.T) {
	t.Parallel()
	for _, name := range zoom.Events() {
		var sample struct{ Event string }
		if err := json.Unmarshal(specs(t, filepath.Join("samples", "webhooks", name+".json")), &sample); err != nil || sample.Event != name {
			t.Errorf("%s: %v", name, err)
		}
		if e := (zoom.Event{Name: name}); !e.Known() {
			t.Errorf("%s is subscribed to and nothing follows from it", name)
		}
	}
}

func TestWhiteboardSharedOfTheVendorsSample(t *testing.T) {
	t.Parallel()
	e, err := zoom.ReadEvent(specs(t, filepath.Join("samples", "webhooks", "whiteboard.shared.json")))
	if err != nil || !e.Known() || e.Operator != "z8yCxjabcdEFGHfp8uQ" || e.Board.ID != "X4Hy02w3QUOdskKofgb9Jg" || !slices.Equal(e.Board.With, []zoom.UserID{"er54t67y8ui9o0p0"}) {
		t.Errorf("it is %+v, %v", e, err)
	}
}

// Each of the vendor's samples is read; of what is subscribed to, also which meeting or whiteboard it is about, when, and who took part.
func TestTheVendorsSamplesAreRead(t *testing.T) {
	t.Parallel()
	specs(t, "zoom.openapi.json") // or there are none
	files, err := filepath.Glob(filepath.Join(specsDir(t), "samples", "webhooks", "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	read := map[string]zoom.Event{}
	for _, file := range files {
		e, err := zoom.ReadEvent(specs(t, filepath.Join("samples", "webhooks", filepath.Base(file))))
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
		read[e.Name] = e
	}
	for _, name := range slices.Concat(zoom.Events(), zoom.AdminEvents(), []string{zoom.EventDeauthorized}) {
		e, there := read[name]
		about := e.Meeting.ID != 0 || e.Board.ID != "" || e.User != ""
		if !there || !e.Known() || !about || e.At.IsZero() || e.OfParticipant() && e.Participant.ID == "" || e.OfRemains() && e.Meeting.UUID == "" {
			t.Errorf("of %s was read: %+v", name, e)
		}
	}
}
