package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/alecthomas/kong"
)

// commands are the command line.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run Causeway for your organisation."`
	Sandbox sandboxCommand `cmd:"" help:"Run Causeway with an emulated Zoom and Microsoft 365, on this machine alone."`
	Package packageCommand `cmd:"" help:"Write the Teams app package and the Zoom app manifest."`
	Keyring keyringCommand `cmd:"" help:"Write a new key ring."`
	Migrate migrateCommand `cmd:"" help:"Bring the database up to date, and stop."`
	Policy  policyCommand  `cmd:"" help:"See and set what administrators decide."`
	Jobs    jobsCommand    `cmd:"" help:"See and retry background work."`
}

// console is what commands print on, and log to.
type console struct {
	out    io.Writer
	logger *slog.Logger
}

// Main runs the program with its arguments until it is done or ctx ends, and answers the exit code.
func Main(ctx context.Context, args []string, out, errs io.Writer) int {
	var cli commands
	exit := -1
	parser, err := kong.New(&cli, kong.Name("causeway"), kong.Description("Zoom meetings inside Microsoft Teams."),
		kong.Writers(out, errs), kong.Exit(func(code int) { exit = code }), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&console{out: out, logger: slog.New(slog.NewJSONHandler(errs, nil))}))
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 2
	}
	command, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		_, _ = fmt.Fprintf(errs, "causeway: %v\nRun `causeway --help` for what there is.\n", err)
		return 2
	}
	if err := command.Run(); err != nil {
		_, _ = fmt.Fprintf(errs, "causeway: %v\n", err)
		return 1
	}
	return 0
}

// Limits of the server: security-and-reliability, section 1.12.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 60 * time.Second
	maxHeader     = 32 << 10
	stopTimeout   = 20 * time.Second
)

// server is an HTTP server with our limits.
func server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}

// stopped turns the end that was asked for into success.
func stopped(err error) error {
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
