package graph

import "time"

//go:generate sh -c "cd ../../tools/zones && npm ci --silent --no-fund --no-audit && node zones.mjs ../../internal/graph/zones_gen.go"

// ToIANA returns the IANA name of a zone that Exchange names: a Windows name, an IANA name, which stays as it is, or Exchange's
// own for UTC. It is false for a zone of somebody's own making.
func ToIANA(name string) (string, bool) {
	switch name {
	case "", "Local":
		return "", false
	case "UTC", "tzone://Microsoft/Utc":
		return "UTC", true
	}
	if zone := ianaOf(name); zone != "" {
		return zone, true
	}
	if _, err := time.LoadLocation(name); err == nil {
		return name, true
	}
	zone := ianaOf(windowsOf(name)) // a name that IANA has dropped
	return zone, zone != ""
}

// ToWindows returns the Windows name of an IANA zone, under whichever of its names. It is false when Windows has none.
func ToWindows(iana string) (string, bool) {
	name := windowsOf(iana)
	return name, name != ""
}

// graphZone is the name under which Graph takes a zone: the IANA name when it is one of those that Graph lists, else the
// Windows name, which it always takes.
func graphZone(iana string) string {
	if name, ok := ToWindows(iana); ok && !listed(iana) {
		return name
	}
	return iana
}

// listed tells whether Graph promises to take an IANA name. It takes every Windows name, and of IANA's these.
// https://learn.microsoft.com/graph/api/resources/datetimetimezone (where a name is given twice it is left out here)
func listed(iana string) bool {
	switch iana {
	case "UTC", "Etc/GMT", "Etc/GMT+12", "Etc/GMT+11", "Etc/GMT+2", "Etc/GMT-12",
		"Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix", "America/Chihuahua", "America/Denver",
		"America/Guatemala", "America/Chicago", "America/Mexico_City", "America/Regina", "America/Bogota", "America/New_York",
		"America/Indiana/Indianapolis", "America/Caracas", "America/Asuncion", "America/Halifax", "America/Cuiaba", "America/La_Paz",
		"America/Santiago", "America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Cayenne",
		"America/Montevideo", "America/Bahia", "Atlantic/Azores", "Atlantic/Cape_Verde", "Atlantic/Reykjavik",
		"Africa/Casablanca", "Africa/Lagos", "Africa/Windhoek", "Africa/Cairo", "Africa/Johannesburg", "Africa/Nairobi",
		"Europe/London", "Europe/Berlin", "Europe/Budapest", "Europe/Paris", "Europe/Warsaw", "Europe/Bucharest", "Europe/Istanbul",
		"Europe/Kaliningrad", "Europe/Moscow", "Asia/Beirut", "Asia/Damascus", "Asia/Jerusalem", "Asia/Amman", "Asia/Baghdad",
		"Asia/Riyadh", "Asia/Tehran", "Asia/Dubai", "Asia/Baku", "Indian/Mauritius", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Kabul",
		"Asia/Karachi", "Asia/Kolkata", "Asia/Colombo", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yekaterinburg", "Asia/Bangkok",
		"Asia/Novosibirsk", "Asia/Shanghai", "Asia/Krasnoyarsk", "Asia/Singapore", "Australia/Perth", "Asia/Taipei",
		"Asia/Ulaanbaatar", "Asia/Irkutsk", "Asia/Tokyo", "Asia/Seoul", "Australia/Adelaide", "Australia/Darwin",
		"Australia/Brisbane", "Australia/Sydney", "Pacific/Port_Moresby", "Australia/Hobart", "Asia/Yakutsk", "Pacific/Guadalcanal",
		"Asia/Vladivostok", "Pacific/Auckland", "Pacific/Fiji", "Asia/Magadan", "Pacific/Tongatapu", "Pacific/Apia",
		"Pacific/Kiritimati":
		return true
	}
	return false
}
