package child

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"lobby/devices/camera/pipe"
)

// packetOf is an RTP packet with this payload.
func packetOf(n int, payloadType byte, payload ...byte) []byte {
	return append(header(rand.New(rand.NewPCG(0, 0)), n, payloadType)[:12], payload...)
}

// streaming sends frames, again and again with growing numbers, so that the
// camera has the time to be judged by what it sends. Each connection numbers
// copies of its own: a camera that is called again may still be writing to
// the connection before.
func streaming(samples ...[]byte) func(net.Conn, *rand.Rand) {
	return func(c net.Conn, _ *rand.Rand) {
		frames := make([][]byte, len(samples))
		for i, s := range samples {
			frames[i] = bytes.Clone(s)
		}
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			for i, f := range frames {
				number := n*len(frames) + i
				if f[0] == '$' && len(f) > 8 {
					f[6], f[7] = byte(number>>8), byte(number)
				}
				if _, err := c.Write(f); err != nil {
					return
				}
			}
			<-tick.C
		}
	}
}

func onChannel(channel byte, packet []byte) []byte {
	f := interleaved(packet)
	f[1] = channel
	return f
}

// hostileCases are cameras that mean harm, or behave as if. Every one of the
// first seventeen ends a process that pulls with vdk 0.0.27's RTSP client;
// the numbers are lines of its format/rtspv2/client.go.
func hostileCases(t *testing.T) map[string]*hostile {
	good := goodSDP(t)
	b64 := base64.StdEncoding.EncodeToString
	sdp265 := newFuzzer(t, 0).sdps[4]
	aac := newFuzzer(t, 0).sdps[1]
	only := func(media string) string { return strings.Split(good, "m=video")[0] + media }
	extension := packetOf(0, 96, 0xbe, 0xde, 0xff, 0xff)
	extension[0] |= 0x10
	csrc := packetOf(0, 96, 1, 2)
	csrc[0] |= 0x0f
	answer := func(head string) string { return "RTSP/1.0 200 OK\r\nCSeq: {seq}\r\n" + head + "\r\n" }
	return map[string]*hostile{
		"RTP extension beyond the packet (620)":        {stream: streaming(interleaved(extension))},
		"RTP sources beyond the packet (620)":          {stream: streaming(interleaved(csrc))},
		"H.265 fragment of two bytes (645)":            {sdp: sdp265, stream: streaming(interleaved(packetOf(0, 96, 49<<1, 1)))},
		"STAP-A with a tail of one byte (695)":         {stream: streaming(interleaved(packetOf(0, 96, 24, 0, 1, 0x65, 9)))},
		"FU-A of one byte (715)":                       {stream: streaming(interleaved(packetOf(0, 96, 28)))},
		"AAC packet of one byte (807)":                 {sdp: aac, stream: streaming(onChannel(2, packetOf(0, 97, 1)))},
		"AAC headers beyond the packet (810)":          {sdp: aac, stream: streaming(onChannel(2, packetOf(0, 97, 0xff, 0xff, 1)))},
		"AAC frame beyond the packet (815)":            {sdp: aac, stream: streaming(onChannel(2, packetOf(0, 97, 0, 16, 0xff, 0xf8, 1)))},
		"negative length of an answer in play (342)":   {stream: streaming([]byte("RTSP/1.0 200 OK\r\nCSeq: 9\r\nContent-Length: -1\r\n\r\n"))},
		"H.264 set of one byte in the stream":          {stream: streaming(interleaved(packetOf(0, 0xe0, 0x67)), interleaved(packetOf(0, 0xe0, 0x68)))},
		"H.265 set of two bytes in the stream":         {sdp: sdp265, stream: streaming(interleaved(packetOf(0, 0xe0, 0x42, 1)))},
		"negative length at dial (471)":                {answers: map[string]string{"DESCRIBE": answer("Content-Length: -1\r\n")}},
		"a length of a terabyte at dial (471)":         {answers: map[string]string{"DESCRIBE": answer("Content-Length: 1099511627776\r\n")}},
		"m=video and nothing more (sdp/parser.go:56)":  {sdp: "m=video\r\n"},
		"SPS of one byte in the description":           {sdp: strings.Replace(good, "sprop-parameter-sets=", "sprop-parameter-sets="+b64([]byte{0x67})+",aA==;x=", 1)},
		"nothing but G.711 (mp4f/muxer.go:281)":        {sdp: only("m=audio 0 RTP/AVP 8\r\na=control:t\r\n")},
		"packets of a track that is not there (319)":   {stream: streaming(onChannel(9, packetOf(0, 99, 1, 2, 3)))},
		"packets of an unknown type":                   {stream: streaming(interleaved(packetOf(0, 111, 1, 2, 3)))},
		"requests of its own":                          {stream: streaming([]byte("ANNOUNCE rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"))},
		"a header line of a megabyte":                  {answers: map[string]string{"OPTIONS": "RTSP/1.0 200 OK\r\nCSeq: {seq}\r\nPublic: " + strings.Repeat("x", 1<<20) + "\r\n\r\n"}},
		"a thousand headers":                           {answers: map[string]string{"OPTIONS": answer(strings.Repeat("A: b\r\n", 1000))}},
		"a thousand tracks":                            {sdp: good + strings.Repeat("m=video 0 RTP/AVP 96\r\na=control:t\r\na=rtpmap:96 H264/90000\r\n", 1000)},
		"description of noise":                         {sdp: "m=video\r\n\x00\xff garbage"},
		"answers that are none":                        {answers: map[string]string{"OPTIONS": "HTTP/1.1 200 OK\r\n\r\n<html>"}},
		"a session without a name":                     {answers: map[string]string{"SETUP": answer("Transport: RTP/AVP/TCP;interleaved=0-1\r\nSession: \r\n")}},
		"channels that are no numbers":                 {answers: map[string]string{"SETUP": answer("Transport: RTP/AVP/TCP;interleaved=a-b\r\nSession: 1\r\n")}},
		"sender reports of noise":                      {stream: streaming(onChannel(1, []byte{0x9f, 200, 0, 60, 1}), onChannel(1, []byte{0x80, 200, 0xff, 0xff, 0, 0, 0, 0}))},
		"a picture without end":                        {stream: streamEndless},
		"noise for packets":                            {stream: streamBytes},
		"half a picture and a reset":                   {stream: streamPart},
		"itself to be asked instead, in circles":       {describe: "302 Found\r\nLocation: rtsp://{self}/x"},
		"another address to be asked instead":          {describe: "302 Found\r\nLocation: rtsp://192.0.2.1/x"},
		"an unknown kind of sign-in":                   {describe: "401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"x\""},
		"a challenge without end":                      {describe: "401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"" + strings.Repeat("x", 4000) + "\", nonce=\"y\""},
		"lower-case names of headers and then nothing": {answers: map[string]string{"DESCRIBE": "RTSP/1.0 200 OK\r\ncseq: {seq}\r\ncontent-length: 5\r\n\r\n"}},
	}
}

// streamEndless sends one picture that never ends, in fragments of 60 kB.
func streamEndless(c net.Conn, _ *rand.Rand) {
	fragment := packetOf(0, 96, append([]byte{0x7c, 0x05}, make([]byte, 60000)...)...)
	for n := 0; ; n++ {
		fragment[2], fragment[3] = byte(n>>8), byte(n)
		fragment[13] = 0x05
		if n == 0 {
			fragment[13] = 0x85
		}
		if _, err := c.Write(interleaved(fragment)); err != nil {
			return
		}
	}
}

// Each of them gets a word, none of them ends the process, and the good
// camera beside them shows its pictures all the while.
func TestFaultF23_HostileCameras(t *testing.T) {
	cases := hostileCases(t)
	config := pipe.Config{Cameras: []pipe.Camera{{Index: 999, ID: "good", URL: mustGood(t)}}}
	index := map[string]uint16{}
	for name, bad := range cases {
		i := uint16(len(index))
		index[name] = i
		config.Cameras = append(config.Cameras, pipe.Camera{Index: i, ID: "bad", URL: bad.start(t), User: "u", Password: "canary-5"})
	}
	h := mustRun(t, config, quick())
	for name, i := range index {
		eventually(t, 60*time.Second, "a word about a camera with "+name, func() bool {
			said := h.said(i)
			return len(said) > 1 && said[len(said)-1].Code != pipe.Live
		})
		if h.had(i, pipe.Live) || h.pictures(i) > 0 {
			t.Errorf("a camera with %s counts as live", name)
		}
		for _, s := range h.said(i) {
			if strings.Contains(s.Why, "canary") || !strings.HasSuffix(s.Why, ".") || len(s.Why) > 300 {
				t.Errorf("of a camera with %s it is said %q", name, s.Why)
			}
		}
	}
	was := h.pictures(999)
	eventually(t, 60*time.Second, "the good camera goes on", func() bool { return h.pictures(999) > was+10 })
	if len(cases) < 22 {
		t.Errorf("%d cases", len(cases))
	}
}
