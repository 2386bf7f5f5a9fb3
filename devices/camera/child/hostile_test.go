package child

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// hostile is a camera that means harm, or behaves as if. It speaks just
// enough RTSP to get to the point where it hurts.
type hostile struct {
	t        testing.TB
	l        net.Listener
	describe string // status line for DESCRIBE, "200 OK" when empty
	sdp      string
	mute     bool // accepts connections and says nothing
	// converse takes a connection over from the beginning.
	converse func(c net.Conn)
	// answers replaces the answers to methods, with {seq} in them.
	answers map[string]string
	// stream is called after PLAY, with a source of noise of its own.
	stream  func(c net.Conn, noise *rand.Rand)
	visits  atomic.Int64
	asked   asked
	plays   atomic.Int64
	serving sync.WaitGroup
}

// goodSDP describes a real stream.
func goodSDP(t testing.TB) string {
	clip := mustClip(t, "counter")
	b64 := base64.StdEncoding.EncodeToString
	return "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=control:track1\r\n" +
		"a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1; sprop-parameter-sets=" + b64(clip.SPS) + "," + b64(clip.PPS) + "\r\n"
}

// start listens; the camera ends with the test.
func (h *hostile) start(t testing.TB) string {
	t.Helper()
	h.t = t
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.l = l
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	h.serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			seed := uint64(h.visits.Add(1))
			mu.Lock()
			open[c] = true
			mu.Unlock()
			h.serving.Go(func() {
				h.serve(c, rand.New(rand.NewPCG(seed, 1)))
				c.Close()
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for c := range open {
			c.Close()
		}
		mu.Unlock()
		h.serving.Wait()
	})
	return "rtsp://" + l.Addr().String() + "/x"
}

func (h *hostile) self() string {
	if h.l == nil {
		return "192.0.2.7:554" // a camera of a bubble
	}
	return h.l.Addr().String()
}

// bubble is a network in which this camera is the only one, and which knows
// no time but that of a synctest bubble.
func (h *hostile) bubble(t testing.TB) network {
	h.t = t
	t.Cleanup(h.serving.Wait)
	return network{dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		seed := uint64(h.visits.Add(1))
		h.asked.add("connect")
		h.serving.Go(func() {
			h.serve(theirs, rand.New(rand.NewPCG(seed, 1)))
			theirs.Close()
			h.asked.add("gone")
		})
		return ours, nil
	}}
}

// asked is what was asked of a camera, and when.
type asked struct {
	mu  sync.Mutex
	all []string
	at  []time.Time
}

func (a *asked) add(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all, a.at = append(a.all, what), append(a.at, time.Now())
}

// times are those at which something was asked.
func (a *asked) times(what string) (at []time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, s := range a.all {
		if s == what {
			at = append(at, a.at[i])
		}
	}
	return at
}

func (h *hostile) serve(c net.Conn, noise *rand.Rand) {
	if h.converse != nil {
		h.converse(c)
		return
	}
	in := bufio.NewReader(c)
	for {
		method, seq, ok := request(in)
		if !ok {
			return
		}
		h.asked.add(method)
		if h.mute {
			continue
		}
		if raw := h.answers[method]; raw != "" {
			fmt.Fprint(c, strings.ReplaceAll(raw, "{seq}", seq))
			continue
		}
		head, body := "RTSP/1.0 200 OK\r\nCSeq: "+seq+"\r\n", ""
		switch method {
		case "DESCRIBE":
			if h.describe != "" {
				head = "RTSP/1.0 " + strings.ReplaceAll(h.describe, "{self}", h.self()) + "\r\nCSeq: " + seq + "\r\n"
			}
			if body = h.sdp; body == "" {
				body = goodSDP(h.t)
			}
			head += "Content-Type: application/sdp\r\n"
		case "SETUP":
			head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
		}
		fmt.Fprintf(c, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
		if method == "PLAY" {
			h.plays.Add(1)
			if h.stream != nil {
				h.stream(c, noise)
				return
			}
		}
	}
}

// request reads one request without a body.
func request(in *bufio.Reader) (method, seq string, ok bool) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", "", false
		}
		line = strings.TrimSpace(line)
		if method == "" {
			method, _, _ = strings.Cut(line, " ")
		}
		if v, found := strings.CutPrefix(line, "CSeq:"); found {
			seq = strings.TrimSpace(v)
		}
		if line == "" {
			return method, seq, true
		}
	}
}

// interleaved wraps a packet for TCP (RFC 2326, section 10.12).
func interleaved(payload []byte) []byte {
	return append([]byte{'$', 0, byte(len(payload) >> 8), byte(len(payload))}, payload...)
}

// noisyPacket is a packet with a good RTP header more often than not, and
// with payloads of the kinds that parsers stumble over.
func noisyPacket(noise *rand.Rand, n int) []byte {
	b := make([]byte, noise.IntN(200))
	for i := range b {
		b[i] = byte(noise.Uint32())
	}
	if len(b) < 12 || noise.IntN(8) == 0 {
		return b
	}
	b[0], b[1] = 0x80, 96|byte(noise.IntN(2))<<7
	b[2], b[3] = byte(n>>8), byte(n)
	if len(b) > 12 && noise.IntN(2) == 0 {
		// STAP-A, FU-A, SPS, PPS, IDR, other slices, delimiters.
		kinds := []byte{24, 28, 7, 8, 5, 1, 9, 6, 29}
		b[12] = 0x60 | kinds[noise.IntN(len(kinds))]
		b = b[:12+min(len(b)-12, noise.IntN(40))]
	}
	return b
}

func streamNoise(c net.Conn, noise *rand.Rand) {
	for n := range 300 {
		if _, err := c.Write(interleaved(noisyPacket(noise, n))); err != nil {
			return
		}
	}
}

func streamBytes(c net.Conn, noise *rand.Rand) {
	b := make([]byte, 20000)
	for i := range b {
		b[i] = byte(noise.Uint32())
	}
	_, _ = c.Write(b)
}

// streamPart sends the beginning of a key picture and resets the connection.
func streamPart(c net.Conn, _ *rand.Rand) {
	packet := append([]byte{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x7c, 0x85}, make([]byte, 1000)...)
	_, _ = c.Write(interleaved(packet)[:500])
	_ = c.(*net.TCPConn).SetLinger(0)
}

// streamPicture sends one whole picture of a real camera and then nothing.
func streamPicture(t testing.TB, then func()) func(net.Conn, *rand.Rand) {
	clip := mustClip(t, "counter")
	f := h264Format(clip)
	return func(c net.Conn, _ *rand.Rand) {
		e, err := f.CreateEncoder()
		if err != nil {
			return
		}
		packets, err := e.Encode(clip.Units[0])
		if err != nil {
			return
		}
		for _, p := range packets {
			b, err := p.Marshal()
			if err != nil {
				return
			}
			if _, err := c.Write(interleaved(b)); err != nil {
				return
			}
		}
		then()
	}
}
