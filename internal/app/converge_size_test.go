//go:build !chaos && !race

package app_test

// convergences is how many random stories are played.
const convergences = 200
