package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/events"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/sandbox"
	"causeway/internal/zoom"
)

type sandboxCommand struct {
	World     bool             `help:"Run the emulated world alone, without Causeway."`
	Product   string           `help:"Run Causeway alone, in the world at this address (http://127.0.0.1:8081)." placeholder:"URL"`
	Fresh     bool             `help:"Begin with neither side's administrator having approved."`
	Allow     []policy.Feature `help:"Features that the administrator has switched on, as 'causeway policy set' does: contacts,rooms,two_way_sync,outlook_edits." placeholder:"FEATURE"`
	Data      string           `help:"Keep world, database and keys in this folder." type:"path"`
	Database  string           `help:"Database of Causeway; made for this run when empty."`
	Address   string           `help:"Address of this machine to listen on." default:"127.0.0.1"`
	Port      int              `help:"Port of Causeway; 0 picks a free one." default:"8080"`
	TeamsPort int              `help:"Port of the page that looks like Teams." default:"8081"`
	ZoomPort  int              `help:"Port of the emulated Zoom." default:"8082"`
	PublicURL string           `help:"Where the world finds Causeway, when it does not run in this process."`
	Retries   bool             `help:"Let Teams repeat what is not answered, as the real one does."`
}

// Run runs world and product, or one of them, until ctx ends.
func (s *sandboxCommand) Run(ctx context.Context, con *console) (err error) {
	if ip := net.ParseIP(s.Address); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("the sandbox listens on this machine alone: --address %s is not a loopback address", s.Address)
	}
	if s.World && s.Product != "" {
		return errors.New("--world and --product exclude each other")
	}
	if s.World && len(s.Allow) > 0 {
		return errors.New("--allow is for Causeway, which --world leaves out")
	}
	for _, feature := range s.Allow {
		if !slices.Contains(policy.Features(), feature) {
			return fmt.Errorf("--allow %s: no feature; there are %v", feature, policy.Features())
		}
	}
	if s.Product != "" {
		return s.runProduct(ctx, con)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var l net.Listener
	if !s.World {
		if l, err = s.listen(ctx, s.Port); err != nil {
			return err
		}
		s.PublicURL = localhost(l.Addr())
	}
	world, err := s.world(ctx, con)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close(context.WithoutCancel(ctx))) }()
	if s.World {
		s.welcome(con.out, world)
		select {
		case <-ctx.Done():
		case err = <-stoppedWorld(world):
		}
		return err
	}
	c, err := sandboxConfig(world.Settings())
	if err != nil {
		return err
	}
	c.Now, c.Logger = world.World.Clock.Now, con.logger
	return s.serve(ctx, world.URL(), c, l, func(a *App) {
		stop := world.World.Clock.OnMove(func(time.Time) { a.Wake() })
		context.AfterFunc(ctx, stop)
		s.welcome(con.out, world)
	})
}

func stoppedWorld(world *sandbox.Sandbox) <-chan error {
	done := make(chan error, 1)
	go func() { done <- world.Wait() }()
	return done
}

func (s *sandboxCommand) listen(ctx context.Context, port int) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", fmt.Sprintf("%s:%d", s.Address, port))
}

// localhost is the product's address for browsers: another site than 127.0.0.1, where Teams and Zoom are.
func localhost(a net.Addr) string {
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return "http://" + a.String()
	}
	return "http://localhost:" + port
}

func (s *sandboxCommand) world(ctx context.Context, con *console) (*sandbox.Sandbox, error) {
	data := s.Data
	if data != "" {
		data = filepath.Join(data, "world")
	}
	return sandbox.Run(ctx, sandbox.Options{
		Listen: fmt.Sprintf("%s:%d", s.Address, s.TeamsPort), ZoomListen: fmt.Sprintf("%s:%d", s.Address, s.ZoomPort),
		ProductURL: s.PublicURL, Packages: sandboxPackages, AdminManifest: sandboxAdmin, Data: data, Fresh: s.Fresh, Retries: s.Retries, Logger: con.logger,
	})
}

// sandboxPackages are what administrators of the emulated world upload: the same that `causeway package` writes.
func sandboxPackages(s sandbox.Settings) (teamsPackage, manifest []byte, err error) {
	var zip, app bytes.Buffer
	if err := TeamsPackage(&zip, PackageSettings{EntraAppID: s.EntraAppID, PublicURL: s.PublicURL, JoinOrigins: s.JoinOrigins}); err != nil {
		return nil, nil, err
	}
	err = zoomManifest(&app, Installation{PublicURL: s.PublicURL, ContactName: "Sandbox", ContactEmail: "admin@meridian.example", Publisher: "Meridian"})
	return zip.Bytes(), app.Bytes(), err
}

// sandboxAdmin is the app that the emulated Zoom's administrator has added for the account.
func sandboxAdmin(s sandbox.Settings) ([]byte, error) {
	var app bytes.Buffer
	err := zoomAdminManifest(&app, Installation{PublicURL: s.PublicURL, ContactName: "Sandbox", ContactEmail: "admin@meridian.example", Publisher: "Meridian"})
	return app.Bytes(), err
}

// sandboxConfig is the product's configuration in an emulated world: one more cloud.
func sandboxConfig(s sandbox.Settings) (Config, error) {
	ring, err := keyring.Parse(s.Keyring)
	if err != nil {
		return Config{}, err
	}
	return Config{
		PublicURL: s.PublicURL, Ring: ring, Tenant: entra.TenantID(s.EntraTenantID), EntraAppID: s.EntraAppID,
		EntraSecret: entra.Secret(s.EntraSecret), ZoomClientID: s.ZoomClientID, ZoomClientSecret: zoom.Secret(s.ZoomClientSecret),
		ZoomHooks: map[events.App][]zoom.Secret{
			events.UserApp: {zoom.Secret(s.ZoomWebhookSecret)}, events.AdminApp: {zoom.Secret(s.ZoomAdminSecret)},
		},
		ZoomAdmin: ZoomAdmin{s.ZoomS2SClientID, zoom.Secret(s.ZoomS2SSecret), zoom.AccountID(s.ZoomS2SAccount)},
		Adapter:   []zoom.Secret{zoom.Secret(s.AdapterSecret)},
		Cloud: Cloud{
			LoginURL: s.LoginURL, STSURL: entra.DefaultSTSURL, GraphURL: s.GraphURL, BotOpenIDURL: s.BotOpenIDURL, BotIssuer: s.BotIssuer,
			BotScope: clouds()["public"].BotScope, ConnectorOrigins: s.ConnectorOrigins, TeamsOrigins: s.TeamsOrigins,
			ZoomAPIURL: s.ZoomAPIURL, ZoomWebURL: s.ZoomWebURL, JoinOrigins: s.JoinOrigins,
		},
	}, nil
}

// serve runs the product on l, in the world at an address. Without a database of its own it gets one for this run.
func (s *sandboxCommand) serve(ctx context.Context, world string, c Config, l net.Listener, started func(*App)) error {
	c.Database = s.Database
	if c.Database == "" {
		dir := s.Data
		if dir == "" {
			made, err := os.MkdirTemp("", "causeway-sandbox-")
			if err != nil {
				return errors.Join(err, l.Close())
			}
			defer func() { _ = os.RemoveAll(made) }()
			dir = made
		}
		c.Database = "sqlite:" + filepath.Join(dir, "causeway.db")
	}
	a, err := New(ctx, c)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	for _, feature := range s.Allow {
		if err := a.policy.SetFeature(ctx, c.Tenant, feature, true, "sandbox --allow"); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	if slices.Contains(s.Allow, policy.Rooms) {
		if err := consentToRooms(ctx, world); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	started(a)
	return a.Serve(ctx, l)
}

// consentToRooms has the administrator of a world consent to what looking up rooms takes: no person can.
func consentToRooms(ctx context.Context, world string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	body := strings.NewReader(`{"granted":true,"scopes":["Place.Read.All"]}`)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, world+"/sandbox/v1/microsoft/consent", body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no sandbox answers at %s: %w", world, err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("the sandbox at %s answered %s", world, answer.Status)
	}
	return errors.Join(err, answer.Body.Close())
}

// welcome says where everything is.
func (s *sandboxCommand) welcome(out io.Writer, world *sandbox.Sandbox) {
	_, _ = fmt.Fprintf(out, `
Causeway's sandbox is ready. Nothing in it leaves this machine.

  Teams (open this)   %s/
  Zoom                %s/
  Causeway            %s/

In Teams you are Ana. Open the chat "Launch week" and press the Causeway icon below the message box.
Stop with Ctrl+C.
`, world.URL(), world.ZoomURL(), world.Settings().PublicURL)
}

// clockEvery is how often a product in a world of its own looks whether that world's clock has moved.
const clockEvery = time.Second

// runProduct runs the product in a world that another process runs, on loopback.
func (s *sandboxCommand) runProduct(ctx context.Context, con *console) error {
	u, err := url.Parse(s.Product)
	if err != nil || u.Scheme != "http" || net.ParseIP(u.Hostname()) == nil || !net.ParseIP(u.Hostname()).IsLoopback() {
		return fmt.Errorf("--product %q is not the address of a sandbox on this machine, such as http://127.0.0.1:8081", s.Product)
	}
	settings, err := readSettings(ctx, s.Product)
	if err != nil {
		return err
	}
	c, err := sandboxConfig(settings)
	if err != nil {
		return err
	}
	l, err := s.listen(ctx, s.Port)
	if err != nil {
		return err
	}
	clock := &offsetClock{}
	clock.set(settings.ClockOffset)
	c.Now, c.Logger = clock.now, con.logger
	return s.serve(ctx, s.Product, c, l, func(a *App) {
		go clock.follow(ctx, s.Product, a.Wake)
		_, _ = fmt.Fprintf(con.out, "Causeway is ready at %s\n", localhost(l.Addr()))
	})
}

func readSettings(ctx context.Context, world string) (settings sandbox.Settings, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, world+"/sandbox/v1/settings", http.NoBody)
	if err != nil {
		return settings, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return settings, fmt.Errorf("no sandbox answers at %s: %w", world, err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return settings, fmt.Errorf("the sandbox at %s answered %s", world, answer.Status)
	}
	return settings, json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&settings)
}
