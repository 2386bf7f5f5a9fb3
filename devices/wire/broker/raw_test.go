package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// raw is a client that does nothing by itself, so that a test sees each packet.
type raw struct {
	t    *testing.T
	conn net.Conn
}

// mustHello connects and returns the client and the return code of CONNACK.
func mustHello(t *testing.T, conn net.Conn, connect packets.ConnectParams) (*raw, byte) {
	t.Helper()
	r := &raw{t: t, conn: conn}
	connect.ProtocolName, connect.Clean, connect.Keepalive = []byte("MQTT"), true, 60
	connect.UsernameFlag = connect.Username != nil
	connect.PasswordFlag = connect.Password != nil
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Connect}, ProtocolVersion: 4, Connect: connect}
	r.send(pk, pk.ConnectEncode)
	header, body := r.read()
	if header>>4 != packets.Connack || len(body) != 2 {
		t.Fatalf("CONNACK is % x % x", header, body)
	}
	return r, body[1]
}

func as(user string) packets.ConnectParams {
	return packets.ConnectParams{
		ClientIdentifier: user, Username: []byte(user), Password: []byte(password),
	}
}

func (r *raw) send(_ packets.Packet, encode func(*bytes.Buffer) error) {
	r.t.Helper()
	var buf bytes.Buffer
	if err := encode(&buf); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.conn.Write(buf.Bytes()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *raw) publish(topic string, payload []byte, id uint16, dup bool) {
	r.t.Helper()
	pk := packets.Packet{
		FixedHeader:     packets.FixedHeader{Type: packets.Publish, Qos: 1, Dup: dup},
		ProtocolVersion: 4, TopicName: topic, Payload: payload, PacketID: id,
	}
	r.send(pk, pk.PublishEncode)
}

// read reads one packet; short ones only.
func (r *raw) read() (header byte, body []byte) {
	r.t.Helper()
	header, body, err := r.tryRead()
	if err != nil {
		r.t.Fatal(err)
	}
	return header, body
}

func (r *raw) tryRead() (header byte, body []byte, err error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(r.conn, head); err != nil {
		return 0, nil, err
	}
	body = make([]byte, head[1])
	_, err = io.ReadFull(r.conn, body)
	return head[0], body, err
}

func TestNoPubackWhenTheIntakeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := true
		b := mustNew(t, "", func(context.Context, string, []byte, bool) error {
			if broken {
				return errors.New("disk is full")
			}
			return nil
		})
		stop := run(t, b.Run)
		synctest.Wait()
		hall := mustClient(t, b, "lobby", nil)
		stopHall := run(t, hall.Run)
		var got inbox
		stopSub := run(t, func(ctx context.Context) error {
			return hall.Subscribe(ctx, "lobby/h1/keypad/+/event", got.add)
		})
		synctest.Wait()
		r, code := mustHello(t, mustDial(t, b), as("kp-1"))
		if code != 0 {
			t.Fatalf("CONNACK %d", code)
		}
		r.publish("lobby/h1/keypad/kp-1/event", []byte("{}"), 7, false)
		if header, body, err := r.tryRead(); err == nil {
			t.Errorf("got packet %x % x instead of a cut line", header, body)
		} else if isTimeout(err) {
			t.Error("the line was not cut")
		}
		broken = false
		r, _ = mustHello(t, mustDial(t, b), as("kp-1"))
		r.publish("lobby/h1/keypad/kp-1/event", []byte("{}"), 7, true)
		if header, body := r.read(); header>>4 != packets.Puback || body[1] != 7 {
			t.Errorf("got %x % x instead of PUBACK 7", header, body)
		}
		synctest.Wait()
		if n := len(got.all()); n != 1 {
			t.Errorf("the hall heard of %d events, one of them was refused", n)
		}
		r.conn.Close()
		stopSub()
		stopHall()
		stop()
	})
}

func TestWhoMayComeIn(t *testing.T) {
	will := as("kp-1")
	will.WillFlag, will.WillTopic, will.WillPayload = true, "lobby/h1/keypad/kp-1/event", []byte("{}")
	foreign := as("kp-1")
	foreign.WillFlag, foreign.WillTopic, foreign.WillPayload = true, "lobby/h1/keypad/kp-2/state", []byte("{}")
	wrong := as("kp-1")
	wrong.Password = []byte("guess")
	for name, connect := range map[string]packets.ConnectParams{
		"anonymous":       {ClientIdentifier: "kp-1"},
		"no password":     {ClientIdentifier: "kp-1", Username: []byte("kp-1")},
		"wrong password":  wrong,
		"unknown user":    {ClientIdentifier: "x", Username: []byte("x"), Password: []byte(password)},
		"will on event":   will,
		"will of another": foreign,
	} {
		t.Run(name, func(t *testing.T) {
			b := mustNew(t, "127.0.0.1:0", nil)
			mustListen(t, b)
			_, code := mustHello(t, mustConnect(t, b), connect)
			if code != 4 && code != 5 { // bad user name or password, not authorized
				t.Errorf("CONNACK %d", code)
			}
		})
	}
}

func TestNobodyTakesOverAnothersSession(t *testing.T) {
	b := mustNew(t, "127.0.0.1:0", nil)
	mustListen(t, b)
	first, _ := mustHello(t, mustConnect(t, b), as("kp-1"))
	thief := as("kp-2")
	thief.ClientIdentifier = "kp-1"
	if _, code := mustHello(t, mustConnect(t, b), thief); code != 0 {
		t.Fatalf("CONNACK %d", code)
	}
	first.publish("lobby/h1/keypad/kp-1/event", nil, 1, false)
	if header, _ := first.read(); header>>4 != packets.Puback {
		t.Errorf("the first client got %x", header)
	}
}

func TestBigPacketsAndStrangersAreCut(t *testing.T) {
	b := mustNew(t, "127.0.0.1:0", nil)
	mustListen(t, b)
	r, _ := mustHello(t, mustConnect(t, b), as("kp-1"))
	// The header of a message of 256 MiB: the broker must not wait for the rest.
	if _, err := r.conn.Write([]byte{0x32, 0xff, 0xff, 0xff, 0x7f}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.tryRead(); err == nil || isTimeout(err) {
		t.Errorf("256 MiB: %v", err)
	}
	stranger := mustConnect(t, b)
	if _, err := stranger.Write([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("stranger: %v", err)
	}
}

// isTimeout says that the broker did nothing at all.
func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func TestSilentStrangerIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := mustNew(t, "", nil)
		stop := run(t, b.Run)
		synctest.Wait()
		conn, began := mustDial(t, b), time.Now()
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("the broker spoke first")
		}
		if d := time.Since(began); d != helloTimeout {
			t.Errorf("cut after %v", d)
		}
		stop()
	})
}

func TestFaultF20_FloodIsThrownOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken := 0
		b := mustNew(t, "", func(context.Context, string, []byte, bool) error { taken++; return nil })
		stop := run(t, b.Run)
		synctest.Wait()
		r, _ := mustHello(t, mustDial(t, b), as("kp-1"))
		go func() {
			for id := uint16(1); id <= 2000; id++ {
				pk := packets.Packet{
					FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, ProtocolVersion: 4,
					TopicName: "lobby/h1/keypad/kp-1/event", PacketID: id,
				}
				var buf bytes.Buffer
				if pk.PublishEncode(&buf) != nil {
					return
				}
				if _, err := r.conn.Write(buf.Bytes()); err != nil {
					return
				}
			}
		}()
		for {
			if _, _, err := r.tryRead(); err != nil {
				break
			}
		}
		if taken != defaultRate*burstFactor {
			t.Errorf("%d events taken in", taken)
		}
		stop()
	})
}

// The broker's message number 1 waits for its answer while the client
// subscribes with its own number 1.
func TestNumbersOfBothEndsAreApart(t *testing.T) {
	b := mustNew(t, "127.0.0.1:0", nil)
	mustListen(t, b)
	kp, _ := mustHello(t, mustConnect(t, b), as("kp-1"))
	subscribe := func(leaf string, id uint16) (code byte) {
		pk := packets.Packet{
			FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, ProtocolVersion: 4, PacketID: id,
			Filters: packets.Subscriptions{{Filter: "lobby/h1/keypad/kp-1/" + leaf, Qos: 1}},
		}
		kp.send(pk, pk.SubscribeEncode)
		for {
			if header, body := kp.read(); header>>4 == packets.Suback {
				return body[2]
			}
		}
	}
	if code := subscribe("cmd", 9); code != 1 {
		t.Fatalf("SUBACK %x", code)
	}
	lobby, _ := mustHello(t, mustConnect(t, b), as("lobby"))
	lobby.publish("lobby/h1/keypad/kp-1/cmd", []byte("x"), 1, false)
	if header, body := kp.read(); header>>4 != packets.Publish || body[len(body)-2] != 1 {
		t.Fatalf("got %x % x", header, body)
	}
	if code := subscribe("ack", 1); code != 1 {
		t.Errorf("SUBACK %x", code)
	}
}

func TestTooManyClients(t *testing.T) {
	b := mustNew(t, "127.0.0.1:0", nil)
	b.options.MaxClients = 2
	mustListen(t, b)
	var last byte
	for i := range 3 {
		c := as("lobby")
		c.ClientIdentifier = fmt.Sprint(i)
		_, last = mustHello(t, mustConnect(t, b), c)
	}
	if last != 3 { // server unavailable
		t.Errorf("third CONNACK %d", last)
	}
}

func mustDial(t *testing.T, b *Broker) net.Conn {
	t.Helper()
	conn, err := b.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// mustListen runs a broker on its port until the test ends.
func mustListen(t *testing.T, b *Broker) {
	t.Helper()
	if err := b.Listen(); err != nil {
		t.Fatal(err)
	}
	run(t, b.Run)
}

func mustConnect(t *testing.T, b *Broker) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}
