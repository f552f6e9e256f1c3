package meetings

import (
	"slices"
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

const (
	// choicesAge is how long the zones are offered with the same distances from UTC.
	choicesAge = time.Minute
	// zoneAge is how long a zone is kept: it is part of the program.
	zoneAge = 24 * time.Hour
	// zonesMost is more than the world has.
	zonesMost = 1_000
)

// zoneList knows time zones by name. Reading one takes longer than all the rest of a form, so they are kept.
type zoneList struct {
	now     func() time.Time
	known   *memo.Memo[string, *time.Location]
	offered *memo.Memo[string, []teams.Choice] // by the person's own zone, "" when it is offered anyway
}

func newZoneList(now func() time.Time) *zoneList {
	return &zoneList{
		now: now, known: memo.New[string, *time.Location](zoneAge, zonesMost, now),
		offered: memo.New[string, []teams.Choice](choicesAge, zonesMost, now),
	}
}

// location answers a zone by its IANA name, UTC for what is none.
func (z *zoneList) location(name string) *time.Location {
	if zone, ok := z.known.Get(name); ok {
		return zone
	}
	zone := location(name)
	if zone != time.UTC { // only what is a name is kept
		z.known.Put(name, zone)
	}
	return zone
}

// choices are the zones to choose from, with the person's own, which comes first when it is not among them. The answer is shared: read
// only.
func (z *zoneList) choices(p i18n.Printer, own string) []teams.Choice {
	names := zones()
	if slices.Contains(names, own) {
		own = ""
	}
	if choices, ok := z.offered.Get(own); ok {
		return choices
	}
	if own != "" && z.location(own) != time.UTC {
		names = append([]string{own}, names...)
	} else {
		own = ""
	}
	now := z.now()
	choices := make([]teams.Choice, 0, len(names))
	for _, name := range names {
		choices = append(choices, teams.Choice{Title: p.Zone(now, z.location(name)), Value: name})
	}
	z.offered.Put(own, choices)
	return choices
}
