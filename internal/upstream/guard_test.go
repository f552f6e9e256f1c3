package upstream_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"causeway/internal/upstream"
)

// names answers every look-up of an IPv4 address with what answer says.
func names(answer func() netip.Addr) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer ours.Close()
			for {
				size := make([]byte, 2)
				if _, err := io.ReadFull(ours, size); err != nil {
					return
				}
				question := make([]byte, binary.BigEndian.Uint16(size))
				if _, err := io.ReadFull(ours, question); err != nil {
					return
				}
				reply := dnsReply(question, answer)
				if _, err := ours.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
					return
				}
			}
		}()
		return theirs, nil
	}}
}

// dnsReply answers a message with one question.
func dnsReply(question []byte, answer func() netip.Addr) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5
	isA := binary.BigEndian.Uint16(question[end-4:]) == 1
	reply := append([]byte{question[0], question[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question[12:end]...)
	if isA {
		reply[7] = 1
		ip := answer().As4()
		reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		reply = append(reply, ip[:]...)
	}
	return reply
}

// listen counts the connections that arrive at this machine, on every address.
func listen(t *testing.T) (port string, connections *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", ":0") //nolint:noctx,gosec // the test counts who gets here
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	connections = &atomic.Int64{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			conn.Close()
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, connections
}

func TestT56_NoNameLeadsInside(t *testing.T) {
	t.Parallel()
	port, connections := listen(t)
	inside := names(func() netip.Addr { return netip.MustParseAddr("127.0.0.1") })
	// Each is in the list of origins, so that only the guard stands between it and the connection.
	for _, host := range []string{
		"127.1", "0", "[::]", "[::ffff:169.254.169.254]", "[::ffff:127.0.0.1]", "0x7f000001", "2130706433", "017700000001", "localhost.", "LOCALHOST.",
		"0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
		"[fd00::1]", "[fe80::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001::1]", "[::127.0.0.1]",
		"xn--localhost-.example", "xn--127-0-0-1-.example", "inside.example", "metadata.google.internal",
	} {
		origin := "https://" + host + ":" + port
		hc := upstream.NewClient(upstream.Options{Name: "evil", Origins: []string{origin}, Resolver: inside})
		_, _, err := send(t, hc, http.MethodGet, origin, "")
		if !errors.Is(err, upstream.ErrAddressRefused) && !isLookupFailure(err) || upstream.Outcome(err) != upstream.NotSent {
			t.Errorf("%s: error %v, want the address refused, not sent", host, err)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

// isLookupFailure recognises names that no resolver takes.
func isLookupFailure(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

func TestT56_NoWordInTheAddressMisleads(t *testing.T) {
	t.Parallel()
	port, connections := listen(t)
	inside := names(func() netip.Addr { return netip.MustParseAddr("127.0.0.1") })
	hc := upstream.NewClient(upstream.Options{Name: "zoom", Origins: []string{"https://zoom.us", "https://zoom.us:" + port}, Resolver: inside})
	for _, u := range []*url.URL{
		{Scheme: "https", User: url.User("zoom.us"), Host: "127.0.0.1:" + port},
		{Scheme: "https", User: url.UserPassword("zoom.us", ""), Host: "zoom.us:" + port},
		{Scheme: "https", Host: "zoom.us\r\nX-Evil: 1"},
		{Scheme: "https", Host: "127.0.0.1:" + port + "\r\n"},
		{Scheme: "https", Host: "zoom.us\x00.evil.example"},
		{Scheme: "https", Host: "zoom。us"},       // an ideographic full stop
		{Scheme: "https", Host: "ｚoom.us"},       // a wide letter
		{Scheme: "https", Host: "zo\u200dom.us"}, // a joiner
		{Scheme: "https", Host: "xn--zoom-.us"},  // Punycode of plain ASCII
		{Scheme: "https", Host: "zoom.us#@127.0.0.1:" + port},
		{Scheme: "https", Host: ""},
		{Scheme: "https", Opaque: "//127.0.0.1:" + port},
		{Scheme: "https", Host: "zoom.us", Opaque: "//127.0.0.1:" + port},
		{Scheme: "gopher", Host: "zoom.us"},
	} {
		req := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}).WithContext(t.Context())
		if resp, err := hc.Do(req); err == nil {
			resp.Body.Close()
			t.Errorf("%q was called", u)
		} else if strings.Contains(err.Error(), "X-Evil: 1\n") {
			t.Errorf("%q breaks a line of the log: %v", u, err)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestT56_ANameMayNotChangeItsMind(t *testing.T) {
	t.Parallel()
	port, connections := listen(t)
	var asked atomic.Int64
	turning := names(func() netip.Addr {
		if asked.Add(1) == 1 {
			return netip.MustParseAddr("8.8.8.8")
		}
		return netip.MustParseAddr("127.0.0.1")
	})
	// Who checks a name when it is configured sees a public address.
	found, err := turning.LookupNetIP(t.Context(), "ip4", "rebind.example")
	if err != nil || len(found) != 1 || !found[0].IsGlobalUnicast() {
		t.Fatalf("found %v, %v", found, err)
	}
	origin := "https://rebind.example:" + port
	hc := upstream.NewClient(upstream.Options{Origins: []string{origin}, Resolver: turning, Retry: upstream.Policy{Attempts: 3}, Sleep: noSleep})
	if _, _, err := send(t, hc, http.MethodGet, origin, ""); !errors.Is(err, upstream.ErrAddressRefused) {
		t.Errorf("error %v, want the address refused", err)
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestLoopbackIsCalledOnlyByItsOwnName(t *testing.T) {
	t.Parallel()
	s, o := start(t, func(http.ResponseWriter, *http.Request) {})
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, origin := range []string{"http://127.0.0.1" + port, "http://localhost" + port, "http://LocalHost" + port} {
		o.Origins = []string{origin}
		if status, _, err := send(t, upstream.NewClient(o), http.MethodGet, origin, ""); status != 200 || err != nil {
			t.Errorf("%s: status %d, error %v", origin, status, err)
		}
	}
}
