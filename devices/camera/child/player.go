package child

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/pion/rtp"
)

// playerQueue is how many packets wait for one player. A key picture of
// 1.4 MB fits; what a slow player cannot take is dropped for it alone.
const playerQueue = 1024

// playerSpare are the places in the queue that the library's own reports take.
const playerSpare = 16

// player is somebody who plays a camera, on a stream of its own: the library's
// streams know no whole pictures and send everybody the same packets. A player
// that is too slow gets no more until the next key picture that fits into its
// queue, because it would put a picture together that misses packets, or show
// one that builds on another it never saw.
type player struct {
	output *output
	stream *gortsplib.ServerStream
	conn   *countedConn // nil where it is not known, behind a tunnel

	waiting bool          // for a key picture
	begun   bool          // has had a picture
	pushed  uint64        // packets that the library took
	refused atomic.Uint64 // packets that it did not
}

// countedConn counts the packets that a player's connection has taken.
type countedConn struct {
	net.Conn
	packets atomic.Uint64
}

// Write implements net.Conn. The library writes one packet at a time, behind
// four bytes: a dollar, the channel and the length.
func (c *countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if len(b) > 5 && b[0] == '$' && !isReport(b[5]) {
		c.packets.Add(1)
	}
	return n, err
}

// isReport tells by its second byte that a packet is RTCP and not RTP (RFC 5761,
// section 4).
func isReport(second byte) bool { return second >= 192 && second <= 223 }

// countedListener has its connections counted.
type countedListener struct{ net.Listener }

func listenCounted(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	return countedListener{l}, err
}

// Accept implements net.Listener.
func (l countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &countedConn{Conn: c}, nil
}

// play begins on a connection, with whatever picture comes next: ffmpeg gives a
// key picture no time when nothing was before it.
func (p *player) play(c net.Conn) {
	p.conn, _ = c.(*countedConn)
	if p.conn != nil {
		p.pushed = p.conn.packets.Load() // of whoever played on it before
	}
}

// fits tells whether the queue has room. A picture larger than all of it is
// tried when there is nothing else in it.
func (p *player) fits(n int) bool {
	if p.conn == nil {
		return true
	}
	queued := int64(p.pushed) - int64(p.conn.packets.Load())
	return queued+int64(n) <= playerQueue-playerSpare || queued <= 0
}

// picture sends the packets of one, or none of them.
func (p *player) picture(m *description.Media, packets []*rtp.Packet, key bool, at time.Time) {
	if p.waiting && !key || !p.fits(len(packets)) {
		p.waiting = true
		p.miss(len(packets))
		return
	}
	left := p.send(m, packets, at)
	p.begun, p.waiting = true, left > 0
	p.miss(left)
}

// sound sends frames, which build on no others.
func (p *player) sound(m *description.Media, packets []*rtp.Packet, at time.Time) {
	if !p.fits(len(packets)) {
		p.miss(len(packets))
		return
	}
	p.miss(p.send(m, packets, at))
}

// send tells how many packets are left because the queue was full after all.
func (p *player) send(m *description.Media, packets []*rtp.Packet, at time.Time) (left int) {
	refused := p.refused.Load()
	for i, packet := range packets {
		if p.stream.WritePacketRTPWithNTP(m, packet, at) != nil {
			return 0 // the stream has ended
		}
		if p.refused.Load() != refused {
			return len(packets) - i
		}
		p.pushed++
	}
	return 0
}

// miss counts what somebody who plays did not get.
func (p *player) miss(packets int) {
	if p.begun {
		p.output.missed.Add(uint64(packets))
	}
}
