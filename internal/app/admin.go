package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"causeway/internal/database"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/policy"
	"causeway/internal/store"
)

// databaseFlag is what commands need that only touch the database.
type databaseFlag struct {
	Database string `help:"sqlite:/path/to/file.db or postgres://…" env:"CAUSEWAY_DATABASE" default:"sqlite:data/causeway.db"`
}

// beside works on a database that has its tables, next to a server that may be running on it.
func (d databaseFlag) beside(ctx context.Context, work func(store.Backend) error) error {
	if file, ok := strings.CutPrefix(d.Database, "sqlite:"); ok {
		if _, err := os.Stat(file); err != nil { // opening it would make one
			return fmt.Errorf("%w: %w", errNoTables, err)
		}
	}
	return d.open(ctx, func(b store.Backend) error {
		var n int
		if err := b.DB.Read().QueryRowContext(ctx, "select count(*) from policies").Scan(&n); err != nil {
			return fmt.Errorf("%w: %w", errNoTables, err)
		}
		return work(b)
	})
}

// errNoTables says that nothing has been stored yet, or elsewhere.
var errNoTables = errors.New("there is nothing of Causeway's in the database of --database (CAUSEWAY_DATABASE): run `causeway migrate`, or start `causeway serve` once")

func (d databaseFlag) open(ctx context.Context, work func(store.Backend) error) error {
	db, err := database.OpenBeside(ctx, d.Database)
	if err != nil {
		return err
	}
	queue, err := jobs.New(db, jobs.Options{})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return errors.Join(work(store.Backend{DB: db, Jobs: queue}), db.Close())
}

type migrateCommand struct{ databaseFlag }

// Run brings the tables up to date.
func (m *migrateCommand) Run(ctx context.Context, con *console) error {
	return m.open(ctx, func(b store.Backend) error {
		if err := migrate(ctx, b.DB, b.Jobs); err != nil {
			return err
		}
		_, err := fmt.Fprintln(con.out, "The database is up to date.")
		return err
	})
}

type policyCommand struct {
	Get policyGet `cmd:"" help:"Show approvals and switches."`
	Set policySet `cmd:"" help:"Switch a feature on or off."`
}

// tenantFlag names the organisation that a command is about.
type tenantFlag struct {
	Tenant string `help:"Microsoft 365 tenant, a GUID." env:"CAUSEWAY_ENTRA_TENANT_ID" required:""`
}

// id is the tenant as everything is stored under it.
func (t tenantFlag) id() (entra.TenantID, error) {
	if uuid.Validate(t.Tenant) != nil {
		return "", fmt.Errorf("tenant %q: %w", t.Tenant, errNoGUID)
	}
	return entra.TenantID(strings.ToLower(t.Tenant)), nil
}

// errNoGUID is why an id is refused.
var errNoGUID = errors.New("must be a GUID, as Entra shows it")

type policyGet struct {
	databaseFlag
	tenantFlag
}

// Run shows what is decided for a tenant.
func (p *policyGet) Run(ctx context.Context, con *console) error {
	tenant, err := p.id()
	if err != nil {
		return err
	}
	return p.beside(ctx, func(b store.Backend) error {
		state, err := store.Policy{Backend: b}.State(ctx, tenant)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
		for _, side := range []policy.Side{policy.Zoom, policy.Microsoft} {
			a := state.Side(side)
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", side, a.Status, a.By, day(a.Since))
		}
		for _, f := range policy.Features() {
			word := "on"
			if !state.Features[f] {
				word = "off"
			}
			_, _ = fmt.Fprintf(t, "%s\t%s\n", f, word)
		}
		return t.Flush()
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return "since " + t.UTC().Format(time.RFC3339)
}

type policySet struct {
	databaseFlag
	tenantFlag
	By      string `help:"Who decides, for the audit trail." default:"administrator"`
	Feature string `arg:"" enum:"meetings,phone,whiteboard,contacts,rooms,two_way_sync,outlook_edits,participants,passcodes,recordings,summaries,mention_mail,tell_invited,tell_scheduled,tell_starting,tell_boards,tell_mentions" help:"meetings, phone, whiteboard, contacts, rooms, two_way_sync, outlook_edits, participants, passcodes, recordings, summaries, mention_mail, tell_invited, tell_scheduled, tell_starting, tell_boards or tell_mentions"`
	State   string `arg:"" enum:"on,off" help:"on or off"`
}

// Run switches a feature; running servers notice within ten seconds.
func (p *policySet) Run(ctx context.Context, con *console) error {
	tenant, err := p.id()
	if err != nil {
		return err
	}
	return p.beside(ctx, func(b store.Backend) error {
		s := policy.New(policy.Options{Storage: store.Policy{Backend: b}, Now: time.Now, NewID: newID})
		if err := s.SetFeature(ctx, tenant, policy.Feature(p.Feature), p.State == "on", p.By); err != nil {
			return err
		}
		_, err := fmt.Fprintf(con.out, "%s: %s\n", p.Feature, p.State)
		return err
	})
}

type jobsCommand struct {
	List  jobsList  `cmd:"" help:"List background work that waits or has failed."`
	Retry jobsRetry `cmd:"" help:"Try a job again now."`
}

type jobsList struct {
	databaseFlag
	All bool `help:"Also what is done."`
}

// jobsListed is how many jobs of a state are listed at most, the newest first.
const jobsListed = 1000

// Run lists jobs: those that were given up first, since they wait for somebody.
func (l *jobsList) Run(ctx context.Context, con *console) error {
	return l.beside(ctx, func(b store.Backend) error {
		states := []jobs.State{jobs.Dead, jobs.Running, jobs.Waiting}
		if l.All {
			states = append(states, jobs.Done)
		}
		var all []jobs.Info
		for _, state := range states {
			found, err := b.Jobs.List(ctx, jobs.Filter{State: state, Limit: jobsListed})
			if err != nil {
				return err
			}
			all = append(all, found...)
		}
		return printJobs(con.out, all)
	})
}

func printJobs(out io.Writer, found []jobs.Info) error {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "ID\tKIND\tSTATE\tTRIES\tDUE\tSUBJECT\tLAST ERROR")
	for _, j := range found {
		_, _ = fmt.Fprintf(t, "%d\t%s\t%s\t%d\t%s\t%s\t%s\n", j.ID, j.Kind, j.State, j.Attempt, j.Due.UTC().Format(time.RFC3339), j.Subject, j.LastError)
	}
	return t.Flush()
}

type jobsRetry struct {
	databaseFlag
	ID int64 `arg:"" help:"Number of the job, as jobs list shows it."`
}

// Run makes a job due now, with all its attempts.
func (r *jobsRetry) Run(ctx context.Context, con *console) error {
	return r.beside(ctx, func(b store.Backend) error {
		if err := b.Jobs.Retry(ctx, r.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintf(con.out, "Job %d is tried again now.\n", r.ID)
		return err
	})
}
