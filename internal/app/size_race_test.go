//go:build race && !chaos

package app_test

// How much the long tests do: few, because the race detector makes all of it slow. `make test` does the rest without it.
const (
	convergences = 16    // random stories
	notices      = 1_000 // of one change
	stormEvents  = 240   // of Zoom's
	stormKills   = 3     // of processes meanwhile
)
