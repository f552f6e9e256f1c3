//go:build !chaos && !race

package app_test

// How much the long tests do.
const (
	convergences = 200    // random stories
	notices      = 10_000 // of one change
	stormEvents  = 400    // of Zoom's
	stormKills   = 3      // of processes meanwhile
)
