package teams

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// originOf returns scheme://host[:port] of a service address, in lower case. It refuses what no service address has: a
// user, a query, a fragment, a scheme that is neither https nor http. Which origins are good is the list's to say: it
// holds exact ones, because *.trafficmanager.net is anybody's.
func originOf(serviceURL string) (origin, path string, err error) {
	u, err := url.Parse(serviceURL)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" ||
		u.Scheme != "https" && u.Scheme != "http" || strings.Contains(u.Path, "..") {
		return "", "", fmt.Errorf("%w: the service address cannot be one", ErrUntrusted)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), strings.TrimRight(u.EscapedPath(), "/"), nil
}

// allowed returns the origin and path of a service address whose origin is in the list.
func allowed(origins []string, serviceURL string) (origin, path string, err error) {
	origin, path, err = originOf(serviceURL)
	if err == nil && !slices.Contains(origins, origin) {
		err = fmt.Errorf("%w: %s is no connector", ErrUntrusted, origin)
	}
	return origin, path, err
}
