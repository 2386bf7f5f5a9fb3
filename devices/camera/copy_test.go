package camera

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	emulated "lobby/devices/emulator/camera"
)

// processTime is the CPU time a process has used, from its own clock.
func processTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	// The clock of a process (clock_getcpuclockid(3)): the inverted id, then
	// CPUCLOCK_SCHED, linux/posix-timers_types.h.
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|2), &ts); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ts.Nano())
}

// BenchmarkRelayAgainstCopy compares the camera process with the least that
// anybody could do: read the same bytes from a TCP connection and write them
// to a pipe, in chunks of the same size, in a process of the same kind. Both
// run side by side for three seconds, with 16 cameras each. It judges nothing.
func BenchmarkRelayAgainstCopy(b *testing.B) {
	const cameras, span = 16, 3 * time.Second
	streams := map[string]string{}
	for i := range cameras {
		streams[fmt.Sprint("c", i)] = emulated.ClipNames()[i%len(emulated.ClipNames())]
	}
	cams := mustCameras(b, emulated.Options{Streams: streams})
	var o Options
	for i := range cameras {
		o.Sources = append(o.Sources, Source{ID: fmt.Sprint("c", i), URL: fmt.Sprintf("rtsp://%s/c%d", cams.Addr(), i)})
	}
	r := mustRelay(b, o)
	eventually(b, 20*time.Second, "all cameras are live", func() bool {
		for _, s := range r.States() {
			if s.State != "up" {
				return false
			}
		}
		return true
	})
	copier := mustRelay(b, Options{Sources: []Source{{ID: "copy", URL: "rtsp://" + mustFeed(b, cams.Addr(), cameras) + "/"}}}, "copy")
	eventually(b, 10*time.Second, "both processes run", func() bool { return len(r.PIDs()) == 1 && len(copier.PIDs()) == 1 })
	<-time.After(time.Second) // both have settled
	for b.Loop() {
		if len(r.PIDs()) == 0 || len(copier.PIDs()) == 0 {
			b.Fatal("a process is gone")
		}
		p, q := r.PIDs()[0], copier.PIDs()[0]
		relay, plain, before := processTime(b, p), processTime(b, q), bytesOf(r)
		<-time.After(span)
		relay, plain = processTime(b, p)-relay, processTime(b, q)-plain
		b.ReportMetric(float64(relay)/float64(max(plain, 1)), "relay/copy")
		b.ReportMetric(float64(relay)/float64(span)/cameras*100, "relay-cpu-%/camera")
		b.ReportMetric(float64(plain)/float64(span)/cameras*100, "copy-cpu-%/camera")
		b.ReportMetric(float64(bytesOf(r)-before)*8/span.Seconds()/cameras/1000, "kbit/s/camera")
	}
}

func bytesOf(r *Relay) (n uint64) {
	for _, s := range r.States() {
		n += s.Bytes
	}
	return n
}

// mustFeed plays the cameras to one more client each and passes what they
// send on, byte for byte, to whoever connects: the same packets at the same
// moments, without RTSP.
func mustFeed(b *testing.B, addr string, cameras int) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.Cleanup(func() { cancel(); l.Close() })
	go func() {
		for i := 0; ; i++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				rtsp, err := playRaw(addr, fmt.Sprintf("c%d", i%cameras))
				if err != nil {
					return
				}
				defer rtsp.Close()
				context.AfterFunc(ctx, func() { rtsp.Close() })
				_, _ = io.Copy(c, rtsp)
			}()
		}
	}()
	return l.Addr().String()
}

// playRaw starts a stream and leaves its bytes on the connection.
func playRaw(addr, path string) (net.Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	url := "rtsp://" + addr + "/" + path
	answer := make([]byte, 4096)
	ask := func(request string) error {
		if _, err := fmt.Fprint(c, request); err != nil {
			return err
		}
		_, err := c.Read(answer)
		return err
	}
	if err := ask("DESCRIBE " + url + " RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"); err != nil {
		return c, err
	}
	if err := ask("SETUP " + url + "/trackID=0 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"); err != nil {
		return c, err
	}
	session := ""
	for line := range strings.SplitSeq(string(answer), "\r\n") {
		if v, found := strings.CutPrefix(line, "Session: "); found {
			session, _, _ = strings.Cut(v, ";")
		}
	}
	return c, ask("PLAY " + url + " RTSP/1.0\r\nCSeq: 3\r\nSession: " + session + "\r\n\r\n")
}
