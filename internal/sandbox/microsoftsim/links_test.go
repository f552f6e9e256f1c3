package microsoftsim

import "testing"

func TestDomainsOfLinks(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]map[string]bool{
		"zoom.us":          {"zoom.us": true, "*.zoom.us": false},
		"us02web.zoom.us":  {"zoom.us": false, "*.zoom.us": true},
		"a.b.zoom.us":      {"zoom.us": false, "*.zoom.us": false}, // * is one label
		"evilzoom.us":      {"zoom.us": false, "*.zoom.us": false},
		"zoom.us.evil.com": {"zoom.us": false, "*.zoom.us": false},
		"ZOOM.us":          {"zoom.us": true},
		".zoom.us":         {"*.zoom.us": false},
		"127.0.0.1:8082":   {"127.0.0.1:8082": true, "127.0.0.1": false},
	} {
		for domain, is := range want {
			if got := within(host, domain); got != is {
				t.Errorf("%s within %s: %t", host, domain, got)
			}
		}
	}
}
