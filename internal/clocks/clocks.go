// Package clocks finds the moments at which the clocks of a zone show a time. Days are counted on what clocks show, written down as if it were UTC,
// where no day is longer or shorter than another.
package clocks

import "time"

// Shown is what clocks show at a moment in its zone, written down as if it were UTC.
func Shown(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
}

// Midnight is the day that clocks show at a moment in its zone, as Shown writes it.
func Midnight(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// At is the moment at which the clocks of a zone show what was written down. A time that they skip is as much later as they go forward (UNVERIFIED:
// for Zoom and Outlook too), where time.Date answers one that is earlier, at midnight of the day before.
func At(shown time.Time, zone *time.Location) time.Time {
	at := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), shown.Nanosecond(), zone)
	if skipped := Shown(shown).Sub(Shown(at)); skipped > 0 {
		return at.Add(skipped)
	}
	return at
}
