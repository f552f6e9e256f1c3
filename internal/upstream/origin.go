package upstream

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// origins is a set of scheme://host:port, in lower case and with the port written out.
type origins map[string]bool

func parseOrigins(list []string) (origins, error) {
	set := origins{}
	for _, raw := range list {
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || u.User != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("%w: %q in the list is not scheme://host[:port]", ErrOriginRefused, Redact(raw))
		}
		key, err := originOf(u)
		if err != nil {
			return nil, fmt.Errorf("%w: %q in the list: %w", ErrOriginRefused, Redact(raw), err)
		}
		if u.Scheme == "http" && !isLoopbackName(u.Hostname()) {
			return nil, fmt.Errorf("%w: %q in the list: http is for loopback only", ErrOriginRefused, raw)
		}
		set[key] = true
	}
	return set, nil
}

// check refuses a request that is not for one of the origins, or that says it is for another host.
func (o origins) check(req *http.Request) error {
	key, err := originOf(req.URL)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrOriginRefused, err)
	case !o[key]:
		return fmt.Errorf("%w: %s", ErrOriginRefused, key)
	case req.URL.User != nil:
		return fmt.Errorf("%w: the address names a user", ErrOriginRefused)
	case req.Host != "" && !strings.EqualFold(req.Host, req.URL.Host):
		return fmt.Errorf("%w: Host says otherwise", ErrOriginRefused)
	}
	return nil
}

// originOf returns the origin of an address, in the form of the set.
func originOf(u *url.URL) (string, error) {
	port := u.Port()
	switch {
	case u.Opaque != "" || u.Hostname() == "":
		return "", errors.New("no host")
	case u.Scheme == "https" && port == "":
		port = "443"
	case u.Scheme == "http" && port == "":
		port = "80"
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("neither https nor http")
	}
	host := strings.ToLower(u.Hostname())
	for _, r := range host {
		if r <= ' ' || r >= 0x7f {
			return "", errors.New("a host name is plain ASCII")
		}
	}
	return u.Scheme + "://" + net.JoinHostPort(host, port), nil
}

// isLoopbackName recognises the names of this machine itself: localhost and loopback addresses in their usual form.
func isLoopbackName(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() && !ip.Is4In6()
}
