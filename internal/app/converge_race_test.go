//go:build race && !chaos

package app_test

// convergences is how many random stories are played: few, because SQLite is slow under the race detector. `make test` plays the others without it.
const convergences = 16
