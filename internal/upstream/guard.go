package upstream

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	connectTimeout = 5 * time.Second
	maxHeader      = 64 << 10
)

// network is the transport under every client: TLS 1.2 or newer, no proxy, bounded in every phase, guarded when dialling.
func network(o Options) *http.Transport {
	return &http.Transport{
		DialContext:            guard{resolver: o.Resolver}.dial,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    connectTimeout,
		ResponseHeaderTimeout:  o.Timeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    64,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// guard connects to what may be connected to. The origin list has already decided about the name; the guard decides about the
// address, after the name was looked up and before the connection is made, so that a name cannot change its mind in between.
type guard struct{ resolver *net.Resolver }

func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	allowed := isPublic
	if isLoopbackName(host) {
		allowed = netip.Addr.IsLoopback
	}
	d := net.Dialer{
		Timeout:  connectTimeout,
		Resolver: g.resolver,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || (network != "tcp4" && network != "tcp6") || !allowed(at.Addr().Unmap()) {
				return fmt.Errorf("%w: %s leads to %s", ErrAddressRefused, host, address)
			}
			return nil
		},
	}
	return d.DialContext(ctx, network, address)
}

// notPublic are the special-purpose blocks (IANA registries) that the methods of netip.Addr do not cover.
func notPublic() []string {
	return []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	}
}

// nat64 is the block of addresses that stand for an IPv4 address, which is their last 32 bits.
const nat64 = "64:ff9b::/96"

// isPublic reports whether an address is one of the open Internet.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if netip.MustParsePrefix(nat64).Contains(ip) {
		b := ip.As16()
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, block := range notPublic() {
		if netip.MustParsePrefix(block).Contains(ip) {
			return false
		}
	}
	return true
}
