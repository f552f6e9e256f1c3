package microsoftsim

import (
	_ "embed"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// zonesText pairs Windows names of time zones with the IANA name of their main zone (Unicode CLDR windowsZones).
//
//go:embed zones.txt
var zonesText string

// ianaZone is the IANA name of a Windows name, "" when there is none.
func ianaZone(windows string) string {
	for line := range strings.Lines(zonesText) {
		name, iana, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if strings.EqualFold(name, windows) {
			return iana
		}
	}
	return ""
}

// windowsZone is the Windows name of an IANA zone; zones that are the main one of no Windows name keep their own.
func windowsZone(iana string) string {
	for line := range strings.Lines(zonesText) {
		name, main, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if main == iana {
			return name
		}
	}
	return iana
}

// location understands Windows and IANA names, as Graph does.
func location(name string) (*time.Location, *graphError) {
	iana := ianaZone(name)
	switch {
	case iana != "":
	case strings.EqualFold(name, "UTC"), strings.EqualFold(name, "tzone://Microsoft/Utc"):
		return time.UTC, nil
	default:
		iana = name
	}
	where, err := time.LoadLocation(iana)
	if err != nil || name == "" || name == "Local" {
		return nil, badRequest("TimeZoneNotSupportedException", "A valid TimeZone value must be specified. The following TimeZone value is not supported: '"+name+"'.")
	}
	return where, nil
}

var preferPart = regexp.MustCompile(`([A-Za-z.\-]+)\s*=\s*(?:"([^"]*)"|([^,;"\s]+))`)

// readPrefer understands outlook.timezone, IdType, outlook.body-content-type and odata.maxpagesize. Of those it takes only the IdType
// when told to ignore what it may.
func readPrefer(h http.Header, ignore bool) (prefer, *graphError) {
	p := prefer{zoneName: "UTC", zone: time.UTC, windows: ignore}
	var applied []string
	for _, line := range h.Values("Prefer") {
		for _, part := range preferPart.FindAllStringSubmatch(line, -1) {
			value := part[2] + part[3]
			if ignore && !strings.EqualFold(part[1], "IdType") {
				continue
			}
			switch strings.ToLower(part[1]) {
			case "outlook.timezone":
				where, refused := location(value)
				if refused != nil {
					return p, refused
				}
				p.zoneName, p.zone = value, where
				applied = append(applied, `outlook.timezone="`+value+`"`)
			case "idtype":
				p.immutable = strings.EqualFold(value, "ImmutableId")
			case "outlook.body-content-type":
				p.text = value == "text"
				applied = append(applied, `outlook.body-content-type="`+value+`"`)
			case "odata.maxpagesize":
				p.pageSize, _ = strconv.Atoi(value)
			}
		}
	}
	p.applied = strings.Join(applied, ", ")
	return p, nil
}
