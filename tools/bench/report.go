//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// median of what was measured in rounds; 0 of nothing.
func median[T float64 | time.Duration](rounds []T) T {
	if len(rounds) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(rounds))
	return sorted[len(sorted)/2]
}

// print writes the table: each figure beside the bare handler's, their ratio, and what is asked of the product.
func (f *figures) print(out io.Writer) {
	where := "one core each for program and load"
	if !f.pinned {
		where = "cores are shared with the load: taskset or a second core is missing"
	}
	_, _ = fmt.Fprintf(out, "fetchTask → form card of %d bytes, %s, %s; medians of %d rounds\n\n", f.answer, f.engine, where, len(f.bare.cpu))
	if busy := median(f.repeated.busy); f.pinned && busy < 0.9 {
		_, _ = fmt.Fprintf(out, "NOT QUIET: causeway had its core for %.0f %% of the time only; others used it. Figures per second and times say little then.\n\n", busy*100)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(cells ...any) {
		for _, cell := range cells {
			_, _ = fmt.Fprint(t, cell, "\t")
		}
		_, _ = fmt.Fprintln(t)
	}
	row("", "causeway", "bare net/http", "ratio", "floor", "goal")
	f.floods(row)
	for _, r := range f.rates {
		goal := map[int]string{100: "≤ 1.5", 1000: "≤ 2", 5000: "≤ 5"}[r.rate]
		for _, at := range []struct {
			name string
			part float64
			goal string
		}{{"p50", 0.5, ""}, {"p99", 0.99, goal}} {
			ours, bare := percentile(r.product, at.part), percentile(r.bare, at.part)
			name := fmt.Sprintf("P3 %s at %d/s, ms", at.name, r.rate)
			row(name, milliseconds(ours), milliseconds(bare), ratio(float64(ours), float64(bare)), "", at.goal)
		}
	}
	for _, r := range f.rates {
		if r.rate == 1000 {
			ours, bare := median(r.productCPU), median(r.bareCPU)
			row("CPU µs each at 1,000/s", microseconds(ours), microseconds(bare), ratio(float64(ours), float64(bare)), "", "")
		}
	}
	start, bareStart := median(f.starts), median(f.bareStarts)
	row("P4 exec to first good invoke, ms", milliseconds(start), milliseconds(bareStart), ratio(float64(start), float64(bareStart)), "", "≤ 100")
	row("P5 memory idle, MiB", mebibytes(f.idle), "", "", "≤ 64", "≤ 40")
	row("P5 memory at 5,000/s, MiB", mebibytes(f.loaded), mebibytes(f.bareMemory), ratio(float64(f.loaded), float64(f.bareMemory)), "", "≤ 128")
	_ = t.Flush()
}

// floods prints what one core can do.
func (f *figures) floods(row func(...any)) {
	for _, l := range []struct {
		name                         string
		of                           flooded
		floor, goal, floorCPU, goCPU string
	}{
		{"P1 repeated token", f.repeated, "≥ 7,000", "≥ 14,000", "≤ 142", "≤ 71"},
		{"P2 new token", f.fresh, "", "≥ 8,000", "", ""},
	} {
		perSecond, bare := median(l.of.perSecond), median(f.bare.perSecond)
		row(l.name+", invokes/s", fmt.Sprintf("%.0f", perSecond), fmt.Sprintf("%.0f", bare), ratio(bare, perSecond), l.floor, l.goal)
		cpu, bareCPU := median(l.of.cpu), median(f.bare.cpu)
		row(l.name+", CPU µs each", microseconds(cpu), microseconds(bareCPU), ratio(float64(cpu), float64(bareCPU)), l.floorCPU, l.goCPU)
		row(l.name+", a core by CPU time", perCore(cpu), perCore(bareCPU), "", l.floor, l.goal)
	}
}

// perCore is how many fit into a second of a core that nothing else uses.
func perCore(cpu time.Duration) string {
	if cpu <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", float64(time.Second)/float64(cpu))
}

func ratio(ours, bare float64) string {
	if ours <= 0 || bare <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f×", ours/bare)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond))
}

func microseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Microsecond))
}

func mebibytes(bytes int64) string { return fmt.Sprintf("%.1f", float64(bytes)/(1<<20)) }
