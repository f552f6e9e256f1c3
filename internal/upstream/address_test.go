package upstream

import (
	"net/netip"
	"testing"
)

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"8.8.8.8": true, "170.114.52.2": true, "::ffff:8.8.8.8": true, "2606:4700::1111": true, "64:ff9b::808:808": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.31.255.255": false, "172.32.0.1": true, "192.168.0.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "100.127.255.255": false, "100.128.0.1": true, "0.0.0.0": false, "0.1.2.3": false, "192.0.2.1": false,
		"198.19.255.255": false, "203.0.113.9": false, "224.0.0.251": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false,
		"fc00::1": false, "fdff::1": false, "fec0::1": false, "ff02::1": false, "64:ff9b::a00:1": false, "64:ff9b::7f00:1": false,
		"2002:a00:1::": false, "2001:0:1::": false, "2001:db8::1": false, "::8.8.8.8": false,
	} {
		if got := isPublic(netip.MustParseAddr(s)); got != want {
			t.Errorf("isPublic(%s) = %v, want %v", s, got, want)
		}
	}
	if isPublic(netip.Addr{}) {
		t.Error("no address is not a public one")
	}
}
