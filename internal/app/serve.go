package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"

	"causeway/internal/keyring"
)

type serveCommand struct{ Settings }

// Run serves until ctx ends, then finishes what is under way.
func (s *serveCommand) Run(ctx context.Context, con *console) error {
	c, err := s.config()
	if err != nil {
		return fmt.Errorf("cannot start:\n%w", err)
	}
	c.Logger = con.logger
	if preset := clouds()[s.Cloud]; !reflect.DeepEqual(c.Cloud, preset) {
		con.logger.WarnContext(ctx, "addresses of the cloud are replaced: whoever answers there is trusted", "preset", s.Cloud, "cloud", c.Cloud)
	}
	if len(c.ZoomAccounts)+len(c.ZoomDomains) == 0 {
		con.logger.WarnContext(ctx, "any Zoom account may be connected, private ones too: set CAUSEWAY_ZOOM_ACCOUNTS or CAUSEWAY_ZOOM_EMAIL_DOMAINS", "security", true)
	}
	a, err := New(ctx, c)
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return errors.Join(err, a.Stop(ctx))
	}
	con.logger.InfoContext(ctx, "causeway is ready", "listen", l.Addr().String(), "public", c.PublicURL)
	return a.Serve(ctx, l)
}

// Serve starts the product, answers on l until ctx ends, and stops it.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, l.Close(), a.Stop(ctx))
	}
	s := server(a.handler)
	s.RegisterOnShutdown(a.live.End) // pages that listen would hold it up
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		err = errors.Join(s.Shutdown(end), stopped(<-served))
	}
	return errors.Join(stopped(err), a.Stop(context.WithoutCancel(ctx)))
}

type packageCommand struct {
	Installation
	Out string `help:"Folder to write to." default:"." type:"path"`
}

// Run writes causeway-teams.zip, causeway-zoom.json and causeway-zoom-admin.json.
func (p *packageCommand) Run(con *console) error {
	if p.PublicURL == "" || p.EntraAppID == "" {
		return errors.New("give --public-url and --entra-app-id (or CAUSEWAY_PUBLIC_URL and CAUSEWAY_ENTRA_APP_ID): both stand in the package")
	}
	if err := os.MkdirAll(p.Out, 0o750); err != nil {
		return err
	}
	zip := filepath.Join(p.Out, "causeway-teams.zip")
	if err := write(zip, func(f *os.File) error {
		return TeamsPackage(f, PackageSettings{
			EntraAppID: p.EntraAppID, PublicURL: p.PublicURL, Publisher: p.Publisher, JoinOrigins: p.cloud().JoinOrigins,
		})
	}); err != nil {
		return err
	}
	manifest := filepath.Join(p.Out, "causeway-zoom.json")
	if err := write(manifest, func(f *os.File) error { return zoomManifest(f, p.Installation) }); err != nil {
		return err
	}
	admin := filepath.Join(p.Out, "causeway-zoom-admin.json")
	if err := write(admin, func(f *os.File) error { return zoomAdminManifest(f, p.Installation) }); err != nil {
		return err
	}
	for flag, value := range map[string]string{"--publisher": p.Publisher, "--contact-name": p.ContactName, "--contact-email": p.ContactEmail} {
		if value == "" {
			con.logger.Warn("the packages do not say who answers for them", "missing", flag)
		}
	}
	_, err := fmt.Fprintf(con.out, "%s: upload it in the Teams admin center (Manage apps)\n%s: use it for a new app in the Zoom App Marketplace\n"+
		"%s: for a second app there, which your Zoom administrator adds for the account; without it nobody is told that a whiteboard was shared at Zoom\n",
		zip, manifest, admin)
	return err
}

func write(name string, content func(*os.File) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644) // #nosec G302 -- for uploading, nothing secret
	if err != nil {
		return err
	}
	return errors.Join(content(f), f.Close())
}

type keyringCommand struct {
	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

// Run writes a key ring that only its owner can read.
func (k *keyringCommand) Run(con *console) error {
	if err := os.MkdirAll(filepath.Dir(k.File), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(k.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(keyring.Generate().Marshal()); err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = fmt.Fprintf(con.out, "%s written. Keep a copy in a safe place: without it, connected accounts cannot be read.\n", k.File)
	return errors.Join(err, f.Close())
}
