package child

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/sdpunmarshaler"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/pion/rtp"

	"lobby/devices/camera/pipe"
)

// fuzzer is a camera that speaks RTSP and RTP correctly most of the time, so
// that its nonsense reaches deep. Every session has its own seed.
type fuzzer struct {
	packets  [][]byte // of a good film
	sdps     []string
	sessions atomic.Int64
	first    uint64 // seed of the first session
}

// h265Sets are those that ffmpeg's x265 writes for 640 by 360 pixels.
var h265Sets = [][]byte{
	{0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3f, 0x95, 0x98, 0x09},
	{0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3f, 0xa0, 0x05, 0x02, 0x01, 0x69, 0x65, 0x95, 0x9a, 0x49, 0x32, 0xbc, 0x05, 0xa8, 0x08, 0x08, 0x08, 0x20, 0x00, 0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0x21},
	{0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62, 0x40},
}

func newFuzzer(t testing.TB, seed uint64) *fuzzer {
	t.Helper()
	z := &fuzzer{first: seed}
	clip := mustClip(t, "counter")
	e, err := h264Format(clip).CreateEncoder()
	if err != nil {
		t.Fatal(err)
	}
	for n, au := range clip.Units[:30] {
		packets, err := e.Encode(au)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			p.Timestamp = uint32(n * step)
			b, err := p.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			z.packets = append(z.packets, b)
		}
	}
	var sps h265.SPS
	if err := sps.Unmarshal(h265Sets[1]); err != nil {
		t.Fatalf("the sets of this file: %v", err)
	}
	b64 := base64.StdEncoding.EncodeToString
	good := goodSDP(t)
	z.sdps = []string{
		good,
		good + "m=audio 0 RTP/AVP 97\r\na=control:track2\r\na=rtpmap:97 MPEG4-GENERIC/44100/2\r\na=fmtp:97 streamtype=5; profile-level-id=1; mode=AAC-hbr; sizelength=13; indexlength=3; indexdeltalength=3; config=1210\r\n",
		good + "m=audio 0 RTP/AVP 8\r\na=control:track2\r\n",
		good + "m=audio 0 RTP/AVP 97\r\na=control:track2\r\na=rtpmap:97 opus/48000/2\r\na=fmtp:97 sprop-stereo=1\r\n",
		strings.Split(good, "m=video")[0] + "m=video 0 RTP/AVP 96\r\na=control:track1\r\na=rtpmap:96 H265/90000\r\na=fmtp:96 sprop-vps=" + b64(h265Sets[0]) + "; sprop-sps=" + b64(h265Sets[1]) + "; sprop-pps=" + b64(h265Sets[2]) + "\r\n",
	}
	return z
}

// start listens; the camera ends with the test.
func (z *fuzzer) start(t testing.TB) string {
	h := &hostile{converse: func(c net.Conn) {
		seed := z.first + uint64(z.sessions.Add(1))
		z.serve(c, rand.New(rand.NewPCG(seed, 7)))
	}}
	return h.start(t)
}

func (z *fuzzer) serve(c net.Conn, noise *rand.Rand) {
	in := bufio.NewReader(c)
	sdp := z.sdps[noise.IntN(len(z.sdps))]
	spoiled := noise.IntN(3) // one in three spoils what it says, one what it streams
	setups := 0
	for {
		method, seq, ok := request(in)
		if !ok {
			return
		}
		body, extra := "", ""
		switch method {
		case "DESCRIBE":
			body, extra = sdp, "Content-Type: application/sdp\r\n"
			if spoiled == 0 {
				body = string(spoil([]byte(body), noise))
			}
		case "SETUP":
			extra = fmt.Sprintf("Transport: RTP/AVP/TCP;unicast;interleaved=%d-%d\r\nSession: 1;timeout=60\r\n", 2*setups, 2*setups+1)
			setups++
		}
		answer := []byte(fmt.Sprintf("RTSP/1.0 200 OK\r\nCSeq: %s\r\n%sContent-Length: %d\r\n\r\n%s", seq, extra, len(body), body))
		if spoiled == 0 && noise.IntN(3) == 0 {
			answer = spoil(answer, noise)
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
		if method == "PLAY" {
			z.stream(c, noise)
			return
		}
	}
}

// stream sends good packets, spoiled ones, and such as no encoder makes.
func (z *fuzzer) stream(c net.Conn, noise *rand.Rand) {
	from := noise.IntN(len(z.packets) / 2)
	if noise.IntN(2) == 0 {
		from = 0
	}
	rare := 8 * (1 + noise.IntN(8)) // good packets between the others
	for n := range noise.IntN(80) {
		packet := bytes.Clone(z.packets[(from+n)%len(z.packets)])
		channel := byte(0)
		switch noise.IntN(rare) {
		case 0:
			packet = spoil(packet, noise)
		case 1:
			packet = noisyPacket(noise, n)
		case 2:
			packet, channel = noisySound(noise, n), 2
		case 3:
			packet, channel = noisyReport(noise), byte(1+2*noise.IntN(2))
		case 4:
			packet = noisyH265(noise, n)
		}
		framed := interleaved(packet)
		framed[1] = channel
		switch noise.IntN(40) {
		case 0:
			framed = spoil(framed, noise)
		case 1:
			framed = []byte("OPTIONS rtsp://x/y RTSP/1.0\r\nCSeq: 9\r\n\r\n")
		case 2:
			framed = []byte("RTSP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n")
		}
		if _, err := c.Write(framed); err != nil {
			return
		}
	}
}

// spoil changes bytes, cuts, doubles, and puts in what numbers stumble over.
func spoil(b []byte, noise *rand.Rand) []byte {
	b = bytes.Clone(b)
	for range 1 + noise.IntN(6) {
		if len(b) < 2 {
			return b
		}
		at := noise.IntN(len(b))
		switch noise.IntN(6) {
		case 0, 1:
			b[at] = byte(noise.Uint32())
		case 2:
			b[at] ^= 1 << noise.IntN(8)
		case 3:
			b = b[:at]
		case 4:
			b = slices.Insert(b, at, []byte([]string{"-1", "99999999999", "\x00", "\r\n\r\n", "%n", "\xff\xff\xff\xff", ";;", "="}[noise.IntN(8)])...)
		case 5:
			b = append(b[:at:at], b[at/2:]...)
		}
	}
	return b[:min(len(b), 60000)]
}

// header is that of an RTP packet.
func header(noise *rand.Rand, n int, payloadType byte) []byte {
	b := make([]byte, 12, 200)
	b[0], b[1] = 0x80, payloadType|byte(noise.IntN(2))<<7
	b[2], b[3] = byte(n>>8), byte(n)
	binary.BigEndian.PutUint32(b[4:], uint32(n*step))
	return b
}

func noisySound(noise *rand.Rand, n int) []byte {
	b := header(noise, n, []byte{97, 8, 0}[noise.IntN(3)])
	// A length of headers in bits, and headers, that need not fit.
	b = binary.BigEndian.AppendUint16(b, []uint16{0, 8, 16, 32, 0xffff}[noise.IntN(5)])
	for range noise.IntN(60) {
		b = append(b, byte(noise.Uint32()))
	}
	return b
}

func noisyH265(noise *rand.Rand, n int) []byte {
	b := header(noise, n, 96)
	// Aggregation, fragmentation, sets, key pictures, others, leading ones.
	kinds := []byte{48, 49, 50, 32, 33, 34, 19, 21, 1, 0, 8, 9, 39}
	b = append(b, kinds[noise.IntN(len(kinds))]<<1, 1)
	for range noise.IntN(40) {
		b = append(b, byte(noise.Uint32()))
	}
	return b
}

func noisyReport(noise *rand.Rand) []byte {
	b := make([]byte, noise.IntN(60))
	for i := range b {
		b[i] = byte(noise.Uint32())
	}
	if len(b) > 4 {
		b[0], b[1] = 0x80|byte(noise.IntN(32)), 200+byte(noise.IntN(8))
		b[2], b[3] = 0, byte(noise.IntN(len(b)))
	}
	return b
}

// fuzzTiming has less patience than quick: most of the sessions mean nothing.
func fuzzTiming() timing {
	tm := quick()
	tm.answer, tm.stall = 300*time.Millisecond, 360*time.Millisecond
	tm.usual, tm.password = pauses{time.Microsecond, time.Microsecond}, pauses{time.Microsecond, time.Microsecond}
	return tm
}

// Sessions of nonsense, a few hundred, and 10,000 by night (LOBBY_NIGHTLY): no
// goroutine of ours or of a library dies of them, which would end this
// process, and the good camera beside them shows its pictures.
func TestFaultF23_SessionsOfNonsense(t *testing.T) {
	sessions := int64(300)
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		sessions = 10_000
	}
	seed := rand.Uint64()
	t.Logf("seeds from %d on", seed+1)
	z := newFuzzer(t, seed)
	config := pipe.Config{Listen: "127.0.0.1:0", Cameras: []pipe.Camera{{Index: 99, ID: "good", URL: mustGood(t)}}}
	for i := range uint16(8) {
		config.Cameras = append(config.Cameras, pipe.Camera{Index: i, ID: fmt.Sprint("bad", i), URL: z.start(t)})
	}
	h := mustRun(t, config, fuzzTiming())
	eventually(t, 60*time.Second, "the good camera", func() bool { return h.pictures(99) > 0 })
	eventually(t, time.Duration(sessions)*200*time.Millisecond, "the sessions", func() bool { return z.sessions.Load() >= sessions })
	was := h.pictures(99)
	eventually(t, 60*time.Second, "the good camera goes on", func() bool { return h.pictures(99) > was+5 })
	p := mustPlay(t, "rtsp://"+h.listens()+"/good")
	eventually(t, 60*time.Second, "players get it", func() bool { return len(p.got()) > 0 })
	shown := 0
	for i := range uint16(8) {
		shown += h.pictures(i)
		h.mu.Lock()
		h.fragments[i] = nil
		h.mu.Unlock()
	}
	if shown == 0 {
		t.Error("no session got as far as a picture, so little was tried")
	}
	t.Logf("%d sessions, %d pictures of them shown; the good camera said %v", z.sessions.Load(), shown, h.said(99))
}

// FuzzParams gives both readers of parameter sets what no encoder writes:
// they refuse it as errParams, or tell browsers something short and plain.
func FuzzParams(f *testing.F) {
	clip := mustClip(f, "seats")
	f.Add([]byte{}, clip.SPS, clip.PPS)
	f.Add(h265Sets[0], h265Sets[1], h265Sets[2])
	f.Add([]byte{}, []byte{0x67, 1, 2, 3, 4}, []byte{0x68, 1})
	f.Fuzz(func(t *testing.T, vps, sps, pps []byte) {
		for _, read := range []func() (*params, error){
			func() (*params, error) { return newParamsH264([][]byte{sps, pps}) },
			func() (*params, error) { return newParamsH265([][]byte{vps, sps, pps}) },
		} {
			p, err := read()
			if err != nil {
				continue
			}
			start, err := p.start(nil)
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(start)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := pipe.ParseStart(b); err != nil {
				t.Fatalf("%q: %v", start.Silent.MIME, err)
			}
		}
	})
}

// FuzzSound gives the sounds packets of noise: what they make of them is a
// fragment, and none begins before the end of the one before.
func FuzzSound(f *testing.F) {
	f.Add([]byte{0, 16, 0, 32, 1, 2, 3, 4}, uint8(0), int64(100))
	f.Add([]byte{0xff, 0xff, 1}, uint8(0), int64(-5))
	f.Add([]byte{0xfc, 1, 2, 3}, uint8(1), int64(960))
	f.Add(make([]byte, 160), uint8(2), int64(160))
	f.Fuzz(func(t *testing.T, b []byte, kind uint8, jump int64) {
		aac := &format.MPEG4Audio{
			PayloadTyp: 97, SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3,
			Config: &mpeg4audio.AudioSpecificConfig{Type: mpeg4audio.ObjectTypeAACLC, SampleRate: 44100, ChannelConfig: 2},
		}
		kinds := []format.Format{aac, &format.Opus{PayloadTyp: 97, ChannelCount: 2}, &format.G711{PayloadTyp: 8, SampleRate: 8000, ChannelCount: 1}}
		s := newSound(kinds[int(kind)%len(kinds)])
		pts, end := int64(0), uint64(0)
		for n := range 3 {
			frames, err := s.decode(&rtp.Packet{Header: rtp.Header{SequenceNumber: uint16(n), Marker: true}, Payload: b})
			pts += jump % (1 << 40)
			if err != nil || len(frames) == 0 {
				continue
			}
			fragment, _ := s.place(frames, pts)
			if fragment == nil {
				continue
			}
			p, err := pipe.ParseFragment(fragment)
			if err != nil {
				t.Fatal(err)
			}
			if p.Time < end {
				t.Fatalf("a frame begins at %d, before %d", p.Time, end)
			}
			end = p.Time
			for _, x := range p.Samples {
				end += uint64(x.Duration)
			}
		}
	})
}

// FuzzDescription reads what a camera says of itself, as a session does.
func FuzzDescription(f *testing.F) {
	for _, s := range newFuzzer(f, 0).sdps {
		f.Add([]byte(s))
	}
	f.Add([]byte("m=video\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		said, err := sdpunmarshaler.Unmarshal(b)
		if err != nil {
			return
		}
		var desc description.Session
		if desc.Unmarshal2(said) != nil {
			return
		}
		s := &session{camera: &camera{out: pipe.NewWriter(io.Discard)}}
		err = s.choose(&desc)
		if err == nil && s.media == nil {
			t.Fatal("nothing was chosen")
		}
		if err == nil && s.sound != nil && s.sound.track.Clock <= 0 {
			t.Fatalf("a sound whose clock runs at %d", s.sound.track.Clock)
		}
	})
}

// FuzzClean makes sentences of what cameras say: short, of one line, and
// without the password.
func FuzzClean(f *testing.F) {
	f.Add("invalid URL (\xff\x00canary\n)", "canary")
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := clean(text, []string{secret})
		if len(got) > 170 || strings.ContainsAny(got, "\r\n\x00\x1b") || len(secret) > 3 && strings.Contains(got, secret) {
			t.Fatalf("%q", got)
		}
	})
}
