package hb1

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"lobby/devices"
	emulated "lobby/devices/emulator/hb1"
	"lobby/devices/emulator/line"
	bridge "lobby/firmware-bridge"
)

const measureBaud = 115200

// measured is a bus on a line of its real speed.
type measured struct {
	*Bus
	b        *testing.B
	emulator *emulated.Emulator
	pressed  chan time.Time
}

func measure(b *testing.B, n int) *measured {
	b.Helper()
	units := map[string]string{}
	for i := 1; i <= n; i++ {
		units[fmt.Sprintf("box-%03d", i)] = fmt.Sprintf("address: %d", i)
	}
	e, err := emulated.NewWith(unitsOf(units), rand.NewPCG(1, 1))
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	l, err := line.Open(ctx, e, line.Options{Baud: measureBaud, Memory: true})
	if err != nil {
		b.Fatal(err)
	}
	conn, err := l.Opener()(ctx)
	if err != nil {
		b.Fatal(err)
	}
	driver, err := Open(conn, unitsOf(units))
	if err != nil {
		b.Fatal(err)
	}
	m := &measured{Bus: driver.(*Bus), b: b, emulator: e, pressed: make(chan time.Time, 1)}
	ended := make(chan error, 1)
	go func() {
		ended <- m.Run(ctx, func(context.Context, devices.Signal) error { m.pressed <- time.Now(); return nil })
	}()
	b.Cleanup(func() {
		stop()
		<-ended
		conn.Close()
		l.Close()
	})
	m.await(func(f Figures) bool { return f.Boots > 0 && f.Asked > 3 })
	return m
}

// await waits until all units are so.
func (m *measured) await(ok func(Figures) bool) {
	m.b.Helper()
	m.until("the bus did not come so far", func() bool {
		all := true
		for _, f := range m.Figures() {
			all = all && ok(f)
		}
		return all
	})
}

// until polls a condition that the bus makes true.
func (m *measured) until(otherwise string, ok func() bool) {
	m.b.Helper()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for end := time.After(time.Minute); !ok(); {
		select {
		case <-end:
			m.b.Fatalf("%s within a minute", otherwise)
		case <-poll.C:
		}
	}
}

func (m *measured) asked() (n uint64) {
	for _, f := range m.Figures() {
		n += f.Asked
	}
	return n
}

// cycle is how long one round takes.
func (m *measured) cycle() time.Duration {
	before, begin := m.asked(), time.Now()
	time.Sleep(2 * time.Second)
	return time.Since(begin) * time.Duration(len(m.units)) / time.Duration(m.asked()-before)
}

// onLine is how long frames of these packets occupy the line.
func onLine(packets ...bridge.Packet) (d time.Duration) {
	for _, p := range packets {
		frame, err := bridge.Append(nil, p)
		if err != nil {
			panic(err)
		}
		d += time.Duration(len(frame)) * 10 * time.Second / measureBaud
	}
	return d
}

var (
	poll = bridge.Packet{Dst: 1, Epoch: 1, Type: bridge.TypePoll}
	idle = bridge.Packet{Src: 1, Epoch: 1, Type: bridge.TypeIdle, Payload: bridge.Idle{Uptime: 3600}.Payload()}
	key  = bridge.Packet{Src: 1, Kind: bridge.Reliable, Epoch: 1, Type: bridge.TypeKey, Payload: bridge.Key{Key: 1, Action: 1, Event: 9}.Payload()}
)

// One round against the bits that it has on the line. Boards take 2 ms to
// answer, and a bus of one is polled every 50 ms and not more often.
func BenchmarkPollCycle(b *testing.B) {
	for _, n := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("units=%d", n), func(b *testing.B) {
			m := measure(b, n)
			for b.Loop() {
				cycle, least := m.cycle(), time.Duration(n)*onLine(poll, idle)
				b.ReportMetric(float64(cycle)/float64(least), "cycle/bits")
				b.ReportMetric(float64(cycle.Microseconds())/1000, "cycle_ms")
			}
		})
	}
}

// From the contact to emit, which is where the engine begins, against the bits
// of a POLL and a KEY.
func BenchmarkPressToEngine(b *testing.B) {
	for _, n := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("units=%d", n), func(b *testing.B) {
			m := measure(b, n)
			const presses = 20
			cycle := max(m.cycle(), roundTime)
			for b.Loop() {
				var sum, worst time.Duration
				for i := range presses {
					time.Sleep(cycle * time.Duration(i*7%presses) / presses) // anywhere in a round
					begin := time.Now()
					if err := m.emulator.Press("box-001", devices.KeyNext, ""); err != nil {
						b.Fatal(err)
					}
					took := (<-m.pressed).Sub(begin)
					sum, worst = sum+took, max(worst, took)
					m.settled()
				}
				b.ReportMetric(float64(sum)/presses/float64(onLine(poll, key)), "press/bits")
				b.ReportMetric(float64(sum.Microseconds())/1000/presses, "press_ms")
				b.ReportMetric(float64(worst.Microseconds())/1000, "worst_ms")
			}
		})
	}
}

// settled waits until the boards have heard all acknowledgements.
func (m *measured) settled() {
	m.b.Helper()
	m.until("a press was not acknowledged", func() bool { return queuedIn(m.emulator) == 0 })
}

// From the end of noise that let hardly a frame through to the first good answer
// of every board, against a round. A board that counted as down meanwhile is
// asked again after 5 s at most.
func BenchmarkRecoveryFromNoise(b *testing.B) {
	m := measure(b, 16)
	cycle := m.cycle()
	for b.Loop() {
		if err := m.emulator.SetFault("noise", true); err != nil {
			b.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := m.emulator.SetFault("noise", false); err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		before := m.Figures()
		m.await(func(f Figures) bool {
			for _, was := range before {
				if was.Unit == f.Unit {
					return f.Asked-f.Lost > was.Asked-was.Lost
				}
			}
			return false
		})
		took := time.Since(begin)
		b.ReportMetric(float64(took)/float64(cycle), "recovery/cycle")
		b.ReportMetric(float64(took.Microseconds())/1000, "recovery_ms")
	}
}
