//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bareArg makes this program the bare handler, at the address that follows it. The constant that it answers comes on standard input.
const bareArg = "bare-handler"

// serveBare reads each body and answers a constant: what net/http alone costs.
func serveBare(address string) error {
	answer, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/messages", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 256<<10))
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer)
	})
	s := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	return s.ListenAndServe()
}

// pins are the cores of the measured program and of this one. Both are "" where there is no taskset or one core alone.
type pins struct{ target, load string }

func (p pins) usable() bool { return p.target != "" }

// pin keeps this process off the first core, which is for what is measured.
func pin(ctx context.Context) (pins, error) {
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		return pins{}, nil
	}
	p := pins{target: "0", load: "1-" + strconv.Itoa(runtime.NumCPU()-1)}
	cmd := exec.CommandContext(ctx, "taskset", "--all-tasks", "--pid", "--cpu-list", p.load, strconv.Itoa(os.Getpid())) // #nosec G204
	if out, err := cmd.CombinedOutput(); err != nil {
		return pins{}, fmt.Errorf("keep to cores %s: %w: %s", p.load, err, out)
	}
	return p, nil
}

// target is a program to measure.
type target struct {
	name    string
	args    []string
	stdin   []byte
	address string
	pins    pins
}

// process is a running target.
type process struct {
	cmd *exec.Cmd
	log bytes.Buffer
}

// start runs a target on its one core.
func (t target) start(ctx context.Context) (*process, error) {
	args := t.args
	if t.pins.usable() {
		args = append([]string{"taskset", "--cpu-list", t.pins.target}, args...)
	}
	p := &process{cmd: exec.CommandContext(ctx, args[0], args[1:]...)} // #nosec G204 -- our own programs
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	p.cmd.Stdin, p.cmd.Stderr = bytes.NewReader(t.stdin), &p.log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	return p, p.cmd.Start()
}

// ready waits until the process takes connections.
func (p *process) ready(ctx context.Context, address string) error {
	for range 20_000 {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return c.Close()
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	_ = p.stop()
	return fmt.Errorf("nothing listens at %s: %s", address, p.log.String())
}

// stop ends the process, which is no failure.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	_ = p.cmd.Wait() // by a signal, or with what it says about itself
	return nil
}

// tick is the unit of /proc/{pid}/stat.
const tick = 10 * time.Millisecond

// cpu is the time that the process has used so far.
func (p *process) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest) // from the third on
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc tells %q", text)
	}
	var used time.Duration
	for _, field := range fields[11:13] { // utime, stime
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		used += time.Duration(ticks) * tick
	}
	return used, nil
}

// memory is what the process holds now, in bytes.
func (p *process) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("/proc tells no VmRSS of %d", p.cmd.Process.Pid)
}
