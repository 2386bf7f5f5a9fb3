package onvif

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	emulated "lobby/devices/emulator/onvif"
)

var streams = []emulated.Profile{
	{Token: "p&0", Name: "main", Path: "main", Codec: "H264", Width: 1920, Height: 1080, Rate: 25, Kbits: 4096, Gov: 50},
	{Token: "p1", Name: "sub", Path: "sub", Codec: "H264", Width: 704, Height: 576, Rate: 15, Kbits: 512, Gov: 30},
	{Token: "p2", Name: "new", Path: "new", Codec: "H265", Width: 640, Height: 360, Rate: 15, Kbits: 256, Gov: 30},
	{Token: "p3", Name: "tiny", Path: "tiny", Codec: "H264", Width: 320, Height: 180, Rate: 5, Kbits: 64, Gov: 5},
}

// serve runs a camera that believes to live in another network.
func serve(t *testing.T, o emulated.Options) *url.URL {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	o.Address, o.RTSP, o.Profiles = "192.168.1.64:"+port, "192.168.1.64:554", streams
	o.Name = "gate"
	srv.Config.Handler = emulated.New(o)
	srv.Start()
	t.Cleanup(srv.Close)
	return ServiceOf(srv.Listener.Addr().String())
}

func client(user, password string) *Client {
	return &Client{HTTP: http.DefaultClient, User: user, Password: password, Now: time.Now}
}

func TestCameraWithAWrongClockTellsItsStreams(t *testing.T) {
	behind := -3 * time.Hour
	for _, old := range []bool{false, true} {
		at := serve(t, emulated.Options{User: "u", Password: "p<&", Old: old, Once: true, Now: func() time.Time { return time.Now().Add(behind) }})
		d, err := client("u", "p<&").Describe(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if off := (d.Clock.Ahead - behind).Abs(); !d.Clock.Known || off > d.Clock.Error {
			t.Errorf("old %v: the clock is said to be %v ±%v ahead", old, d.Clock.Ahead, d.Clock.Error)
		}
		if d.Maker != "Emulated" || d.Model != "gate" {
			t.Errorf("old %v: %+v", old, d)
		}
		want := 4
		if old {
			want = 3 // the first media service has no H.265
		}
		if len(d.Profiles) != want {
			t.Fatalf("old %v: %d profiles, want %d", old, len(d.Profiles), want)
		}
		p, ok := d.Substream()
		if !ok || p.Name != "sub" || p.Stream != "rtsp://127.0.0.1:554/sub" || p.Width != 704 || p.Rate != 15 || p.Kbits != 512 || p.KeyEvery != 30 {
			t.Errorf("old %v: substream %+v", old, p)
		}
		if !strings.HasPrefix(p.Snapshot, "http://127.0.0.1:") || !strings.HasSuffix(p.Snapshot, "/snapshot/sub.jpg") {
			t.Errorf("old %v: snapshot %q", old, p.Snapshot)
		}
		if first := d.Profiles[0]; first.Stream != "rtsp://127.0.0.1:554/main" {
			t.Errorf("old %v: a token with & has the stream %q", old, first.Stream)
		}
	}
}

func TestRefusedSignInIsCalledSo(t *testing.T) {
	at := serve(t, emulated.Options{User: "u", Password: "p"})
	for _, c := range []*Client{client("", ""), client("u", "wrong"), client("nobody", "p")} {
		if _, err := c.Describe(t.Context(), at); !errors.Is(err, ErrSignIn) {
			t.Errorf("user %q: %v", c.User, err)
		}
	}
}

func TestWhatIsNoCameraIsCalledSo(t *testing.T) {
	for _, page := range []string{"<html><body>a printer</body></html>", "", "\x00\xff", strings.Repeat("<a>", 10000)} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) }))
		if _, err := client("u", "p").Describe(t.Context(), ServiceOf(srv.Listener.Addr().String())); !errors.Is(err, ErrNotONVIF) {
			t.Errorf("%.20q: %v", page, err)
		}
		srv.Close()
	}
}

func TestSearchFindsEveryCameraOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	camera := emulated.New(emulated.Options{Name: "hall gate", Address: "192.168.1.64:8000"})
	theirs, ours := mustListen(t), mustListen(t)
	done := make(chan error, 1)
	go func() { done <- camera.Answer(ctx, theirs) }()
	within, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	found, err := Search(within, &counting{ours, 4, stop}, theirs.LocalAddr())
	cancel()
	if err := errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		t.Fatalf("%d cameras: %+v", len(found), found)
	}
	m := found[0]
	if m.Name != "hall gate" || m.Hardware != "E1" || m.Location != "hall" {
		t.Errorf("%+v", m)
	}
	if got := m.Service().String(); got != "http://127.0.0.1:8000/onvif/device_service" {
		t.Errorf("service at %s", got)
	}
}

// counting ends the search after so many answers: two probes, sent twice.
type counting struct {
	net.PacketConn
	left int
	stop func()
}

func (c *counting) ReadFrom(b []byte) (int, net.Addr, error) {
	if c.left--; c.left < 0 {
		c.stop()
	}
	return c.PacketConn.ReadFrom(b)
}

func mustListen(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestTextsOfDevicesEndNoLine(t *testing.T) {
	if got := line("a\nb:\t\x1b[31m c" + strings.Repeat("x", 200)); strings.ContainsAny(got, "\n\t\x1b") || len([]rune(got)) > maxText+1 {
		t.Errorf("%q", got)
	}
}

func FuzzAnswer(f *testing.F) {
	c := emulated.New(emulated.Options{Name: "gate", Address: "a:1", RTSP: "a:2", Profiles: streams})
	for _, q := range []string{`<tds:GetSystemDateAndTime/>`, `<tds:GetServices/>`, media1.profiles, media2.profiles, fmt.Sprintf(media1.stream, "p1"), `<tds:Nonsense/>`} {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(envelope("", q))))
		f.Add(w.Body.Bytes())
	}
	at := &url.URL{Scheme: "http", Host: "camera"}
	f.Fuzz(func(t *testing.T, answer []byte) {
		// Without a sign-in and with one time, one answer is always read one way.
		c := &Client{HTTP: fixed(answer), Now: func() time.Time { return time.Unix(1e9, 0) }}
		d, _ := c.Describe(t.Context(), at)
		for _, p := range d.Profiles {
			for _, raw := range []string{p.Stream, p.Snapshot} {
				if u, err := url.Parse(raw); raw != "" && (err != nil || u.Hostname() != "camera" || u.User != nil) {
					t.Errorf("address %q", raw)
				}
			}
			if strings.ContainsAny(p.Name+p.Codec+d.Model, "\n\r\x1b") {
				t.Errorf("a text that ends a line: %q %q %q", p.Name, p.Codec, d.Model)
			}
		}
		if len(d.Profiles) > maxProfiles {
			t.Errorf("%d profiles", len(d.Profiles))
		}
	})
}

// fixed answers every request with the same bytes.
type fixed []byte

func (f fixed) Do(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	_, _ = w.Write(f)
	return w.Result(), nil
}

func FuzzMatches(f *testing.F) {
	f.Add([]byte(`<Envelope><Body><ProbeMatches><ProbeMatch><EndpointReference><Address>x</Address></EndpointReference><Scopes>onvif://www.onvif.org/name/a%0Ab</Scopes><XAddrs>http://[::1]:80/ http://h</XAddrs></ProbeMatch></ProbeMatches></Body></Envelope>`))
	f.Add(probeMessage("a"))
	from := netip.MustParseAddr("10.0.0.9")
	f.Fuzz(func(t *testing.T, datagram []byte) {
		for _, m := range parseMatches(datagram, from) {
			if u := m.Service(); u.Hostname() != "10.0.0.9" {
				t.Errorf("would ask %s", u)
			}
			if strings.ContainsAny(m.Name+m.Hardware+m.Location+m.Endpoint, "\n\r\x1b") {
				t.Errorf("%+v", m)
			}
		}
	})
}
