//go:build !linux

// Command bench measures how fast the product answers Teams. It reads the figures of processes from /proc, so it needs Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	_, _ = fmt.Fprintln(os.Stderr, "bench: needs Linux, whose /proc tells what a process has used")
	os.Exit(1)
}
