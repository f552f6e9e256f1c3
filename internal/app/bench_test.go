package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"causeway/internal/app"
	"causeway/internal/sandbox"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/store/storetest"
)

// BenchmarkInvoke is what the product does from the request of the message extension to the form, without the HTTP server. Its figures
// per second depend on the machine; its allocations do not. `make bench` measures the whole.
func BenchmarkInvoke(b *testing.B) {
	world, product := outfit(b, storetest.SQLite(b))
	body := form(b, world)
	token, err := world.Microsoft.Token(microsoftsim.TokenRequest{Kind: "activity"})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/messages", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	content, w := bytes.NewReader(nil), &answer{header: http.Header{}}
	r.Body, r.ContentLength = io.NopCloser(content), int64(len(body))
	b.ReportAllocs()
	for b.Loop() {
		content.Reset(body)
		w.body = w.body[:0]
		clear(w.header)
		product.Handler().ServeHTTP(w, r)
		if w.status != http.StatusOK || !bytes.Contains(w.body[:64], []byte(`"continue"`)) {
			b.Fatalf("%d: %s", w.status, w.body)
		}
	}
}

// outfit is a world without limits and a product in it, with a database, which end with the benchmark.
func outfit(b *testing.B, database string) (*sandbox.Sandbox, *app.App) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	world, err := sandbox.Run(ctx, sandbox.Options{
		Listen: "127.0.0.1:0", ZoomListen: "127.0.0.1:0", ProductURL: "http://" + l.Addr().String(), Packages: app.SandboxPackages,
		Knobs: zoomsim.Knobs{Unlimited: true},
	})
	if err != nil {
		b.Fatal(err)
	}
	c, err := app.SandboxConfig(world.Settings())
	if err != nil {
		b.Fatal(err)
	}
	c.Database, c.Now = database, world.World.Clock.Now
	product, err := app.New(ctx, c)
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- product.Serve(ctx, l) }()
	b.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			b.Error(err)
		}
	})
	return world, product
}

// answer keeps what is answered, and costs nothing itself.
type answer struct {
	header http.Header
	status int
	body   []byte
}

func (a *answer) Header() http.Header    { return a.header }
func (a *answer) WriteHeader(status int) { a.status = status }
func (a *answer) Write(b []byte) (int, error) {
	a.body = append(a.body, b...)
	return len(b), nil
}

// form connects Ana, brings the bot into her chat, and answers the invoke with which she then opened the form.
func form(b *testing.B, world *sandbox.Sandbox) []byte {
	b.Helper()
	command := func() microsoftsim.Outcome {
		shown, err := world.Microsoft.Command(b.Context(), "ana", "launch", "schedule", microsoftsim.CommandInput{})
		if err != nil {
			b.Fatal(err)
		}
		return shown
	}
	shown, err := world.Microsoft.ApprovePopup(b.Context(), command().Popup.ID, microsoftsim.PopupInput{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := world.Microsoft.SubmitDialog(b.Context(), shown.Dialog.ID, microsoftsim.DialogInput{}); err != nil {
		b.Fatal(err)
	}
	command()
	var body string
	for _, sent := range world.World.Traffic.List(0, 1000) {
		var a struct{ Name string }
		if json.Unmarshal([]byte(sent.Request.Body), &a) == nil && a.Name == "composeExtension/fetchTask" {
			body = sent.Request.Body
		}
	}
	return []byte(body)
}
