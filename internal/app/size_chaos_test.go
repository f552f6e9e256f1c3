//go:build chaos

package app_test

// How much the long tests do.
const (
	convergences = 1000   // random stories
	notices      = 10_000 // of one change
	stormEvents  = 10_000 // of Zoom's
	stormKills   = 50     // of processes meanwhile
)
