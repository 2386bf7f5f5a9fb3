package mqtt

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// errHungUp is what paho sees after hangUp.
var errHungUp = errors.New("hung up")

// line is the connection as paho sees it. Paho takes "use of closed network
// connection" for its own doing and then waits for ever (paho.mqtt.golang
// 1.5.1, net.go), so a line that we cut must give another error. And paho
// writes acknowledgements and pings without a deadline, so the line has one.
type line struct {
	net.Conn
	cut atomic.Bool
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	return n, l.explain(err)
}

func (l *line) Write(p []byte) (int, error) {
	if err := l.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, l.explain(err)
	}
	n, err := l.Conn.Write(p)
	return n, l.explain(err)
}

func (l *line) explain(err error) error {
	if err != nil && l.cut.Load() {
		return errHungUp
	}
	return err
}

func (l *line) hangUp() {
	l.cut.Store(true)
	_ = l.Conn.Close()
}
