package meetings

import (
	"slices"
	"strconv"
	"time"

	"causeway/internal/i18n"
	"causeway/internal/memo"
	"causeway/internal/teams"
)

// zones are what the form offers besides the person's own: one city for every zone in which many people live.
func zones() []string {
	return []string{
		"Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Phoenix", "America/Mexico_City",
		"America/Chicago", "America/Bogota", "America/New_York", "America/Toronto", "America/Halifax", "America/Sao_Paulo",
		"America/Argentina/Buenos_Aires", "Atlantic/Azores", "UTC", "Africa/Casablanca", "Africa/Lagos", "Europe/London",
		"Europe/Lisbon", "Europe/Dublin", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Rome", "Europe/Zurich",
		"Europe/Stockholm", "Europe/Warsaw", "Europe/Athens", "Europe/Helsinki", "Europe/Istanbul", "Africa/Cairo",
		"Africa/Johannesburg", "Africa/Nairobi", "Europe/Moscow", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
		"Asia/Bangkok", "Asia/Singapore", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Seoul", "Australia/Perth",
		"Australia/Adelaide", "Australia/Brisbane", "Australia/Sydney", "Pacific/Auckland",
	}
}

// durations are what the form offers, in minutes.
func durations() []int { return []int{15, 30, 45, 60, 90, 120, 180, 240, 480} }

const (
	// choicesAge is how long the zones are offered with the same distances from UTC, which change twice a year.
	choicesAge = time.Minute
	// zoneAge is how long a zone is kept: it is part of the program.
	zoneAge = 24 * time.Hour
	// zonesMost is more than the world has; choicesMost leaves room for lengths that were typed, too.
	zonesMost   = 1_000
	choicesMost = 10_000
)

// choices are what the form offers for choosing. They are the same for many people, and kept: reading the zones alone takes longer than
// all the rest of a form. What is answered is shared: read only.
type choices struct {
	now       func() time.Time
	locations *memo.Memo[string, *time.Location]
	offered   *memo.Memo[offer, []teams.Choice]
}

// offer names a list of choices.
type offer struct {
	locale string // "" of zones, which are named alike everywhere
	own    string // what is offered besides the usual, "" when that is all
}

func newChoices(now func() time.Time) *choices {
	return &choices{
		now: now, locations: memo.New[string, *time.Location](zoneAge, zonesMost, now),
		offered: memo.New[offer, []teams.Choice](choicesAge, choicesMost, now),
	}
}

// location answers a zone by its IANA name, UTC for what is none.
func (c *choices) location(name string) *time.Location {
	if zone, ok := c.locations.Get(name); ok {
		return zone
	}
	zone := location(name)
	if zone != time.UTC { // only what is a name is kept
		c.locations.Put(name, zone)
	}
	return zone
}

// zones are the time zones, with the person's own, which comes first when it is not among them.
func (c *choices) zones(p i18n.Printer, own string) []teams.Choice {
	names := zones()
	if slices.Contains(names, own) {
		own = ""
	}
	if known, ok := c.offered.Get(offer{own: own}); ok {
		return known
	}
	if own != "" && c.location(own) != time.UTC {
		names = append([]string{own}, names...)
	} else {
		own = ""
	}
	now := c.now()
	list := make([]teams.Choice, 0, len(names))
	for _, name := range names {
		list = append(list, teams.Choice{Title: p.Zone(now, c.location(name)), Value: name})
	}
	c.offered.Put(offer{own: own}, list)
	return list
}

// lengths are how long a meeting can last, with what was typed, in minutes.
func (c *choices) lengths(p i18n.Printer, own string) []teams.Choice {
	minutes := durations()
	n, err := strconv.Atoi(own)
	if err != nil || n <= 0 || n > int(maxDuration/time.Minute) || slices.Contains(minutes, n) {
		own = ""
	}
	key := offer{locale: p.Locale(), own: own}
	if known, ok := c.offered.Get(key); ok {
		return known
	}
	if own != "" {
		minutes = append(minutes, n)
		slices.Sort(minutes)
	}
	list := make([]teams.Choice, 0, len(minutes))
	for _, n := range minutes {
		list = append(list, teams.Choice{Title: p.Duration(time.Duration(n) * time.Minute), Value: strconv.Itoa(n)})
	}
	c.offered.Put(key, list)
	return list
}
