//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"causeway/internal/sandbox"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/zoomsim"
)

// Who asks for the form, and where.
const (
	person    = "ana"
	chat      = "launch"
	fetchTask = "composeExtension/fetchTask"
)

// newTokens is how many tokens are sent in turn where each has to be new: more than the product remembers (8,192), so that it has
// forgotten each before it comes again.
const newTokens = 10_000

// world is the emulated outside, in this process.
type world struct {
	sandbox *sandbox.Sandbox
	product string // host:port
	invoke  invoke // set by link
	answer  []byte // what it was answered with
}

// startWorld starts an emulated world for a product at a free port, in which both administrators have approved.
func startWorld(ctx context.Context, binary, dir string) (*world, error) {
	product, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	w := &world{product: product}
	w.sandbox, err = sandbox.Run(ctx, sandbox.Options{
		Listen: "127.0.0.1:0", ZoomListen: "127.0.0.1:0", ProductURL: "http://localhost:" + portOf(product),
		Packages: func(s sandbox.Settings) (app, manifest []byte, err error) { return packages(ctx, binary, dir, s) },
		Knobs:    zoomsim.Knobs{Unlimited: true},
	})
	return w, err
}

// packages are those that the product itself writes.
func packages(ctx context.Context, binary, dir string, s sandbox.Settings) (app, manifest []byte, err error) {
	cmd := exec.CommandContext(ctx, binary, "package", "--out", dir, "--public-url", s.PublicURL, "--entra-app-id", s.EntraAppID) // #nosec G204 -- our own program
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("write the packages: %w: %s", err, out)
	}
	app, err = os.ReadFile(filepath.Join(dir, "causeway-teams.zip"))
	if err != nil {
		return nil, nil, err
	}
	manifest, err = os.ReadFile(filepath.Join(dir, "causeway-zoom.json"))
	return app, manifest, err
}

func (w *world) url() string { return w.sandbox.URL() }

func (w *world) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return w.sandbox.Close(ctx)
}

// link brings the person as far as the form: connected with Zoom, the bot in the chat. What Teams sent last is the invoke that is
// repeated from then on.
func (w *world) link(ctx context.Context) error {
	teams := w.sandbox.Microsoft
	shown, err := teams.Command(ctx, person, chat, "schedule", microsoftsim.CommandInput{})
	if err != nil {
		return err
	}
	if shown.Type == "auth" {
		if shown, err = teams.ApprovePopup(ctx, shown.Popup.ID, microsoftsim.PopupInput{}); err != nil {
			return err
		}
	}
	if shown.Type == "dialog" && bytes.Contains(shown.Dialog.Card, []byte("justInTimeInstall")) {
		if shown, err = teams.SubmitDialog(ctx, shown.Dialog.ID, microsoftsim.DialogInput{}); err != nil {
			return err
		}
	}
	if shown.Type != "dialog" {
		return fmt.Errorf("no form is shown but %s: %s", shown.Type, shown.Text)
	}
	if _, err = teams.Command(ctx, person, chat, "schedule", microsoftsim.CommandInput{}); err != nil {
		return err
	}
	return w.record()
}

// record finds the last invoke that asked for the form, as it went over the wire.
func (w *world) record() error {
	sent := w.sandbox.World.Traffic.List(0, 1000)
	for i := len(sent) - 1; i >= 0; i-- {
		var a struct{ Name, ID string }
		body := sent[i].Request.Body
		if json.Unmarshal([]byte(body), &a) != nil || a.Name != fetchTask {
			continue
		}
		w.answer = []byte(sent[i].Response.Body)
		if !good(200, w.answer) {
			return errors.New("the form is not answered: " + sent[i].Response.Body)
		}
		before, after, _ := bytes.Cut([]byte(body), []byte(a.ID))
		w.invoke = invoke{address: w.product, before: before, id: a.ID, after: after}
		return nil
	}
	return errors.New("no invoke was sent")
}

// good tells whether an answer is a dialog with a card.
func good(status int, body []byte) bool {
	return status == 200 && bytes.Contains(body[:min(len(body), 64)], []byte(`"type":"continue"`))
}

// mint signs n different tokens with the key of the Bot Framework.
func (w *world) mint(n int) ([]string, error) {
	tokens := make([]string, n)
	failed := make([]error, runtime.NumCPU())
	var minters sync.WaitGroup
	for m := range failed {
		minters.Go(func() {
			for i := m; i < n && failed[m] == nil; i += len(failed) {
				tokens[i], failed[m] = w.sandbox.Microsoft.Token(microsoftsim.TokenRequest{
					Kind: "activity", Claims: map[string]any{"jti": fmt.Sprintf("%08d", i)},
				})
			}
		})
	}
	minters.Wait()
	return tokens, errors.Join(failed...)
}

// freeAddress is one on which nobody listens now.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
