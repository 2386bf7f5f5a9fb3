package child

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5/pkg/auth"

	"lobby/devices/camera/pipe"
)

// keepSending sends the film, one picture every few milliseconds, until the
// test ends, and returns what it sent by hash.
func (s *stage) keepSending(c *codec, units [][][]byte, every time.Duration, step int64) (sent map[[32]byte]int, at *atomic.Int64) {
	sent = map[[32]byte]int{}
	for i, u := range units {
		sent[hashOf(c, u)] = i
	}
	at = &atomic.Int64{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	s.t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for n := int64(0); ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			s.send(units[n%int64(len(units))], n*step)
			at.Store(n)
		}
	}()
	return sent, at
}

// slices are the NAL units of a fragment's picture.
func mustUnits(t testing.TB, f pipe.Frame) [][]byte {
	t.Helper()
	p, err := pipe.ParseFragment(f.Payload)
	if err != nil {
		t.Fatal(err)
	}
	nalus, err := pipe.NALUs(p.Samples[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	return nalus
}

func TestEverySignInOfCameras(t *testing.T) {
	for name, m := range map[string]auth.VerifyMethod{
		"basic": auth.VerifyMethodBasic, "digest MD5": auth.VerifyMethodDigestMD5, "digest SHA-256": auth.VerifyMethodDigestSHA256,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustStage(t, stageOptions{user: "u", methods: []auth.VerifyMethod{m}})
			s.keepSending(codecH264(), mustClip(t, "counter").Units, 5*time.Millisecond, step)
			h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{
				{Index: 0, ID: "good", URL: s.url(), User: "u", Password: "canary-5"},
				{Index: 1, ID: "bad", URL: s.url(), User: "u", Password: "canary-6"},
			}}, quick())
			eventually(t, 30*time.Second, "a picture", func() bool { return h.had(0, pipe.Live) })
			eventually(t, 30*time.Second, "the refusal", func() bool { return h.had(1, pipe.WrongPassword) })
		})
	}
}

// authority makes certificates.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func mustAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the hall's own"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	a.key = mustKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

func mustKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sign makes a camera's certificate for an address.
func (a *authority) sign(ip string) tls.Certificate {
	a.t.Helper()
	key := mustKey(a.t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "camera"}, IPAddresses: []net.IP{net.ParseIP(ip)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestEncryptedCameraIsTheConfiguredOneOrNone(t *testing.T) {
	ours, other := mustAuthority(t), mustAuthority(t)
	here := ours.sign("127.0.0.1")
	print := sha256.Sum256(here.Certificate[0])
	pin := hex.EncodeToString(print[:])
	for name, c := range map[string]struct {
		cert    tls.Certificate
		ca, pin string
		want    pipe.Code
	}{
		"our authority":     {here, ours.pem, "", pipe.Live},
		"the fingerprint":   {here, "", pin, pipe.Live},
		"another authority": {here, other.pem, "", pipe.BadCertificate},
		"another print":     {here, "", "00" + pin[2:], pipe.BadCertificate},
		"another address":   {ours.sign("10.9.9.9"), ours.pem, "", pipe.BadCertificate},
		"nothing known":     {here, "", "", pipe.BadCertificate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustStage(t, stageOptions{user: "u", tls: &tls.Config{Certificates: []tls.Certificate{c.cert}}})
			s.keepSending(codecH264(), mustClip(t, "counter").Units, 5*time.Millisecond, step)
			h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: s.url(), User: "u", Password: "canary-5", CA: c.ca, Fingerprint: c.pin}}}, quick())
			eventually(t, 30*time.Second, string(c.want), func() bool { return h.had(0, c.want) })
			if c.want != pipe.Live && h.had(0, pipe.Live) {
				t.Error("its picture is shown")
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if c.want != pipe.Live && len(s.asked) > 0 {
				t.Errorf("it was asked %v, and may have been given a password", s.asked)
			}
		})
	}
}

// road is a network that loses packets of a certain size and swaps others.
type road struct {
	lose, swap int // one in so many, 0 for none
	noise      *mrand.Rand
	lost       atomic.Int64
}

func (r *road) listen(network, address string) (net.PacketConn, error) {
	c, err := net.ListenPacket(network, address)
	if err != nil {
		return nil, err
	}
	return &lane{UDPConn: c.(*net.UDPConn), road: r, noise: mrand.New(mrand.NewPCG(r.noise.Uint64(), 1))}, nil
}

// lane is one port on that road.
type lane struct {
	*net.UDPConn
	road  *road
	noise *mrand.Rand
	held  []byte // a packet that lets the next one go first
	from  net.Addr
	next  bool // held goes out now
}

func (l *lane) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		if l.next {
			l.next = false
			n := copy(b, l.held)
			l.held = nil
			return n, l.from, nil
		}
		n, from, err := l.UDPConn.ReadFrom(b)
		switch {
		case err != nil:
			return n, from, err
		case l.held != nil:
			l.next = true
		case l.road.lose > 0 && l.noise.IntN(l.road.lose) == 0:
			l.road.lost.Add(1)
			continue
		case l.road.swap > 0 && l.noise.IntN(l.road.swap) == 0:
			l.held, l.from = append([]byte{}, b[:n]...), from
			continue
		}
		return n, from, nil
	}
}

// What a network loses is missed, and what it swaps is put in order; nothing
// broken is ever shown: every picture that is shown is, byte for byte, one
// that was sent, and comes after the one that it builds on.
func TestPicturesOverABadNetworkAreWholeOrNotShown(t *testing.T) {
	for name, r := range map[string]*road{
		"good": {}, "swapped": {swap: 5}, "lost": {lose: 60}, "both": {lose: 80, swap: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := mrand.Uint64()
			r.noise = mrand.New(mrand.NewPCG(seed, 2))
			s := mustStage(t, stageOptions{udpOnly: true})
			sent, at := s.keepSending(codecH264(), mustClip(t, "counter").Units, 4*time.Millisecond, step)
			h := mustRunOver(t, pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: s.url(), UDP: true}}}, quick(), network{listen: r.listen})
			eventually(t, 60*time.Second, "300 pictures", func() bool { return h.pictures(0) >= 300 || at.Load() > 4000 })
			before := -1
			shown := h.came(0, pipe.Picture)
			for i, f := range shown {
				n, known := sent[hashOf(codecH264(), mustUnits(t, f))]
				if !known {
					t.Fatalf("seed %d: picture %d was never sent", seed, i)
				}
				if !f.Key && n != before+1 {
					t.Fatalf("seed %d: picture %d is the film's %d and comes after %d", seed, i, n, before)
				}
				before = n
			}
			if len(shown) < 100 {
				t.Errorf("seed %d: only %d pictures of %d are shown", seed, len(shown), at.Load())
			}
			eventually(t, 10*time.Second, "the figures", func() bool {
				f := h.figured(0)
				return (f.Lost > 0 && f.Damaged > 0) == (r.lose > 0)
			})
		})
	}
}

func TestCameraThatRefusesTCPIsTakenOverUDP(t *testing.T) {
	s := mustStage(t, stageOptions{udpOnly: true})
	s.keepSending(codecH264(), mustClip(t, "counter").Units, 5*time.Millisecond, step)
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, quick())
	eventually(t, 30*time.Second, "a picture", func() bool { return h.had(0, pipe.Live) })
}

// A time stamp of 32 bits wraps after 13 hours; nobody notices.
func TestTimeStampWraps(t *testing.T) {
	s := mustStage(t, stageOptions{})
	const around = 60
	s.stamp = ^uint32(0) - around*step
	s.keepSending(codecH264(), mustClip(t, "counter").Units, 5*time.Millisecond, step)
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, patient())
	eventually(t, 30*time.Second, "pictures beyond", func() bool { return h.pictures(0) > 3*around })
	last := uint64(0)
	for i, f := range h.came(0, pipe.Picture) {
		p, err := pipe.ParseFragment(f.Payload)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && p.Time-last != step {
			t.Fatalf("picture %d: time %d after %d", i, p.Time, last)
		}
		last = p.Time
	}
	if f := h.figured(0); f.Damaged > 0 {
		t.Errorf("figures %+v", f)
	}
}

// A camera's clock that is 40 s ahead is measured, and its pictures still get
// the hall's time.
func TestClockOfTheCameraIsMeasuredAndTakenOff(t *testing.T) {
	s := mustStage(t, stageOptions{})
	const ahead = 40 * time.Second
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, quick())
	s.await()
	units := mustClip(t, "counter").Units
	began := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := 0; n < 400 && !h.figured(0).Reported; n++ {
		pts := time.Since(began).Milliseconds() * 90
		if n%5 == 0 {
			s.report(pts, time.Now().Add(ahead))
		}
		s.send(units[n%len(units)], pts)
		<-tick.C
	}
	f := h.figured(0)
	if d := (f.Offset - ahead).Abs(); !f.Reported || f.Error < unseen || d > f.Error {
		t.Errorf("the camera is %v ahead, measured %v, error %v", ahead, f.Offset, f.Error)
	}
	reported := 0
	for _, p := range h.came(0, pipe.Picture) {
		if p.Reported {
			reported++
		}
		if d := time.Since(p.At); d < 0 || d > time.Minute || p.Error < unseen {
			t.Fatalf("a picture was taken %v ago, error %v", d, p.Error)
		}
	}
	if reported == 0 {
		t.Error("no picture's time comes from a sender report")
	}
}
