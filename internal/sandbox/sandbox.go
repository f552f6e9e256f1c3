// Package sandbox runs the outside world on loopback: the emulated Microsoft with a page that looks like Teams (8081), the emulated Zoom
// (8082), and the control API /sandbox/v1 with which that page, tests and people move the world. It never touches the product.
//
// Below it are world (clock, ledger, faults, seed), zoomsim and microsoftsim; beside it ui, whose page it serves.
package sandbox

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// Options say how a world begins. All may be empty.
type Options struct {
	// Listen and ZoomListen are loopback addresses; 127.0.0.1:8081 and :8082 when empty, port 0 takes a free one.
	Listen, ZoomListen string
	// ProductURL is where the product is or will be; http://localhost:8080 when empty.
	ProductURL string
	// TeamsPackage and ZoomManifest are what the product writes for the two platforms. They need what Settings says; Packages makes them
	// when they are empty.
	TeamsPackage, ZoomManifest []byte
	Packages                   func(Settings) (teamsPackage, zoomManifest []byte, err error)
	// AdminManifest makes the manifest of the app that Zoom's administrator has added for the account; nil: there is none.
	AdminManifest func(Settings) ([]byte, error)
	// EntraAppID and EntraSecret, ZoomClientID, ZoomClientSecret and ZoomWebhookSecret are made when empty.
	EntraAppID, EntraSecret                           string
	ZoomClientID, ZoomClientSecret, ZoomWebhookSecret string
	ZoomAdminSecret                                   string // of the events of that app; made when empty
	AdapterSecret                                     string // made when empty
	ZoomS2SClientID, ZoomS2SSecret                    string // of a server-to-server app; made when empty
	// Redirects are registered at Entra beside the product's /entra/callback.
	Redirects []string
	// Data keeps the world in a directory from run to run.
	Data string
	// Seed makes ids repeatable; 0 takes a random one.
	Seed uint64
	// Fresh leaves the app neither approved at Zoom nor uploaded and consented at Microsoft.
	Fresh bool
	// Retries makes Teams send unanswered invokes again, after 15 and 45 s.
	Retries bool
	// InvokeTimeout is Teams' patience; 5 s when 0.
	InvokeTimeout time.Duration
	// Wrap puts something before an emulator: a test holds what passes there against the vendors' descriptions.
	Wrap   func(side world.Side, emulator http.Handler) http.Handler
	Knobs  zoomsim.Knobs
	Logger *slog.Logger
}

// Settings are what the product needs to know to live in this world.
type Settings struct {
	PublicURL         string          `json:"publicUrl"`
	EntraTenantID     string          `json:"entraTenantId"`
	EntraAppID        string          `json:"entraAppId"`
	EntraSecret       string          `json:"entraSecret"`
	ZoomClientID      string          `json:"zoomClientId"`
	ZoomClientSecret  string          `json:"zoomClientSecret"`
	ZoomWebhookSecret string          `json:"zoomWebhookSecret"`
	ZoomAdminSecret   string          `json:"zoomAdminSecret"` // of the events of the administrators' app
	ZoomS2SClientID   string          `json:"zoomS2sClientId"` // of the account's server-to-server app
	ZoomS2SSecret     string          `json:"zoomS2sSecret"`
	ZoomS2SAccount    string          `json:"zoomS2sAccount"`
	AdapterSecret     string          `json:"adapterSecret"` // with which the world tells of what Zoom has no event for
	LoginURL          string          `json:"loginUrl"`
	GraphURL          string          `json:"graphUrl"` // with its version
	BotOpenIDURL      string          `json:"botOpenIdUrl"`
	BotIssuer         string          `json:"botIssuer"`
	ConnectorOrigins  []string        `json:"connectorOrigins"`
	ZoomAPIURL        string          `json:"zoomApiUrl"`
	ZoomWebURL        string          `json:"zoomWebUrl"`
	JoinOrigins       []string        `json:"joinOrigins"`
	TeamsOrigins      []string        `json:"teamsOrigins"`
	Keyring           json.RawMessage `json:"keyring"`     // {"current":"k1","keys":{"k1":"base64 of 32 bytes"}}
	ClockOffset       string          `json:"clockOffset"` // how far this world is ahead: "1h0m0s"
}

// Sandbox is a running world.
type Sandbox struct {
	World     *world.World
	Zoom      *zoomsim.Sim
	Microsoft *microsoftsim.Sim

	o       Options
	url     string
	zoomURL string
	servers []*http.Server
	done    chan error
}

// Run starts the world. It runs until ctx ends or Close is called.
func Run(ctx context.Context, o Options) (*Sandbox, error) {
	o = o.complete()
	w, err := world.New(world.Options{Seed: o.Seed, Data: o.Data})
	if err != nil {
		return nil, err
	}
	s := &Sandbox{World: w, o: o, done: make(chan error, 2)}
	first, err := listen(ctx, o.Listen)
	if err != nil {
		return nil, err
	}
	second, err := listen(ctx, o.ZoomListen)
	if err != nil {
		return nil, errors.Join(err, first.Close())
	}
	s.url, s.zoomURL = "http://"+first.Addr().String(), "http://"+second.Addr().String()
	if err := s.populate(); err != nil {
		return nil, errors.Join(err, first.Close(), second.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	s.serve(ctx, cancel, first, s.handler())
	s.serve(ctx, cancel, second, s.o.Wrap(world.Zoom, s.Zoom))
	return s, nil
}

func (o Options) complete() Options {
	defaults := func(text *string, usual string) {
		if *text == "" {
			*text = usual
		}
	}
	defaults(&o.Listen, "127.0.0.1:8081")
	defaults(&o.ZoomListen, "127.0.0.1:8082")
	defaults(&o.ProductURL, "http://localhost:8080")
	o.ProductURL = strings.TrimRight(o.ProductURL, "/")
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Wrap == nil {
		o.Wrap = func(_ world.Side, emulator http.Handler) http.Handler { return emulator }
	}
	return o
}

// listen refuses anything but loopback: nothing here is safe to be reached by others.
func listen(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("sandbox: %s is not a loopback address, and the sandbox listens nowhere else", address)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return l, nil
}

// populate makes both platforms. The packages may need to know the credentials that the platforms make, so that those come first.
func (s *Sandbox) populate() error {
	o := &s.o
	ids := s.World.IDs.Named("registrations")
	for _, text := range []*string{&o.EntraAppID, &o.EntraSecret, &o.ZoomClientID, &o.ZoomClientSecret, &o.ZoomWebhookSecret, &o.ZoomAdminSecret, &o.AdapterSecret, &o.ZoomS2SClientID, &o.ZoomS2SSecret} {
		made := ids.Text(32)
		if text == &o.EntraAppID {
			made = ids.GUID()
		}
		if *text == "" {
			*text = made
		}
	}
	if o.Packages != nil && len(o.TeamsPackage) == 0 && len(o.ZoomManifest) == 0 {
		var err error
		if o.TeamsPackage, o.ZoomManifest, err = o.Packages(s.Settings()); err != nil {
			return fmt.Errorf("sandbox: make the packages: %w", err)
		}
	}
	var admin []byte
	var err error
	if o.AdminManifest != nil {
		if admin, err = o.AdminManifest(s.Settings()); err != nil {
			return fmt.Errorf("sandbox: make the administrators' app: %w", err)
		}
	}
	s.Zoom, err = zoomsim.New(s.World, zoomsim.Options{
		PublicURL: s.zoomURL, Manifest: o.ZoomManifest, ClientID: o.ZoomClientID, ClientSecret: o.ZoomClientSecret, WebhookSecret: o.ZoomWebhookSecret,
		AdminManifest: admin, AdminSecret: o.ZoomAdminSecret, ProductURL: o.ProductURL, AdapterSecret: o.AdapterSecret, AccountID: s.World.Seed.Tenants[0].ZoomAccount,
		AccountClientID: o.ZoomS2SClientID, AccountSecret: o.ZoomS2SSecret, Fresh: o.Fresh, Knobs: o.Knobs, Mail: s.zoomMails,
	})
	if err != nil {
		return err
	}
	retries := []time.Duration{15 * time.Second, 45 * time.Second}
	if !o.Retries {
		retries = nil
	}
	s.Microsoft, err = microsoftsim.New(microsoftsim.Options{
		World: s.World, BaseURL: s.url, ProductURL: o.ProductURL, AppID: o.EntraAppID, Secret: o.EntraSecret, Package: o.TeamsPackage, Redirects: o.Redirects,
		Fresh: o.Fresh, Retries: retries, InvokeTimeout: o.InvokeTimeout,
	})
	return err
}

// zoomMails delivers a mail of Zoom's.
func (s *Sandbox) zoomMails(to, subject, html string) (string, error) {
	return s.Microsoft.Deliver(microsoftsim.Letter{From: microsoftsim.Contact{Name: "Zoom", Address: "no-reply@zoom.us"}, To: to, Subject: subject, HTML: html})
}

func (s *Sandbox) serve(ctx context.Context, cancel context.CancelFunc, l net.Listener, h http.Handler) {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(s.o.Logger.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(cancel)
	s.servers = append(s.servers, server)
	go func() {
		err := server.Serve(l)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		s.done <- err
	}()
}

// URL is where Microsoft, the page that looks like Teams and the control API are.
func (s *Sandbox) URL() string { return s.url }

// ZoomURL is where Zoom is.
func (s *Sandbox) ZoomURL() string { return s.zoomURL }

// Settings are what the product needs to know.
func (s *Sandbox) Settings() Settings {
	ring, _ := json.Marshal(map[string]any{"current": "k1", "keys": map[string]string{
		"k1": base64.StdEncoding.EncodeToString(s.World.IDs.Named("keyring").Bytes(32)),
	}}) // cannot fail
	return Settings{
		PublicURL: s.o.ProductURL, EntraTenantID: s.World.Seed.Tenants[0].ID, EntraAppID: s.o.EntraAppID, EntraSecret: s.o.EntraSecret,
		ZoomClientID: s.o.ZoomClientID, ZoomClientSecret: s.o.ZoomClientSecret, ZoomWebhookSecret: s.o.ZoomWebhookSecret,
		ZoomAdminSecret: s.o.ZoomAdminSecret, AdapterSecret: s.o.AdapterSecret,
		ZoomS2SClientID: s.o.ZoomS2SClientID, ZoomS2SSecret: s.o.ZoomS2SSecret, ZoomS2SAccount: s.World.Seed.Tenants[0].ZoomAccount, LoginURL: s.url, GraphURL: s.url + "/graph/v1.0", BotOpenIDURL: s.url + "/botframework/v1/.well-known/openidconfiguration",
		BotIssuer: s.url + "/botframework", ConnectorOrigins: []string{s.url}, ZoomAPIURL: s.zoomURL, ZoomWebURL: s.zoomURL,
		JoinOrigins: []string{s.zoomURL}, TeamsOrigins: []string{s.url}, Keyring: ring, ClockOffset: s.World.Clock.Offset().String(),
	}
}

// Close stops both servers, waits for what Teams is still sending, and saves the world.
func (s *Sandbox) Close(ctx context.Context) error {
	s.World.Faults.Clear()
	var failed []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			failed = append(failed, err, server.Close())
		}
	}
	for range s.servers {
		failed = append(failed, <-s.done)
	}
	s.Microsoft.Close()
	s.Zoom.Close()
	return errors.Join(append(failed, s.World.Save())...)
}

// Wait answers when a server has stopped by itself.
func (s *Sandbox) Wait() error {
	err := <-s.done
	s.done <- nil
	return err
}
