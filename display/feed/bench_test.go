package feed_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lobby/queue"
)

const (
	followers = 200
	pace      = 20 * time.Millisecond // between records
)

// BenchmarkFeed200 sends records to 200 gorilla clients on loopback, at 50
// a second, and beside it, in turns, the same number of bytes by plain
// TCP writes. Latency is from the record's own time, which is in whole
// milliseconds, to its arrival; the ratio is of CPU time for each message,
// both ends, the feed's hall and disk included.
//
//	go test -run '^$' -bench Feed200 -benchtime 3x ./display/feed
func BenchmarkFeed200(b *testing.B) {
	var ratios, p50s, p99s, costs []float64
	for range max(3, b.N) { // at least three turns
		late, cost, size := feedTurn(b)
		floor := tcpTurn(b, size)
		slices.Sort(late)
		ratios, costs = append(ratios, cost/floor), append(costs, cost)
		p50s, p99s = append(p50s, late[len(late)/2]), append(p99s, late[len(late)*99/100])
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ratios), "×tcp-cpu")
	b.ReportMetric(median(costs), "µs-cpu/message")
	b.ReportMetric(median(p50s), "p50-ms")
	b.ReportMetric(median(p99s), "p99-ms")
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// cpu is the CPU time this process has used, in microseconds.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}

// feedTurn tells how late each record was in milliseconds, the CPU time for a
// message in microseconds, and the mean size of a message.
func feedTurn(b *testing.B) (late []float64, cost float64, size int) {
	const records = 100
	w := build(b, b.TempDir(), false)
	w.open()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var total, messages atomic.Int64
	for range followers {
		c := w.dial("", false)
		c.until(10)
		wg.Go(func() {
			mine := make([]float64, 0, records)
			for seen := 0; seen < records; {
				_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
				_, data, err := c.ReadMessage()
				if err != nil {
					b.Error(err)
					return
				}
				now := time.Now()
				messages.Add(1)
				total.Add(int64(len(data)))
				if at, ok := sent(data); ok {
					mine = append(mine, float64(now.Sub(at).Microseconds())/1000)
					seen++
				}
			}
			mu.Lock()
			late = append(late, mine...)
			mu.Unlock()
		})
	}
	before := cpu()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := range records {
		<-tick.C
		w.must(queue.DeviceReport{Device: fmt.Sprint("board/", i), Kind: "board", State: "up"}) // one record alone
	}
	wg.Wait()
	n := messages.Load()
	cost = (cpu() - before) / float64(n)
	w.stop()
	return late, cost, int(total.Load() / n)
}

// sent reads the time of a device record without decoding all of it.
func sent(message []byte) (time.Time, bool) {
	if !bytes.Contains(message, []byte(`"event":"device.`)) {
		return time.Time{}, false
	}
	_, rest, _ := bytes.Cut(message, []byte(`"at":"`))
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	at, err := time.Parse(time.RFC3339, string(text))
	return at, err == nil
}

// tcpTurn is the CPU time for one write and one read of so many bytes on plain
// TCP connections to as many readers, in microseconds.
func tcpTurn(b *testing.B, size int) float64 {
	const messages = 150
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	var wg sync.WaitGroup
	var writers []chan []byte
	for range followers {
		near, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		far, err := l.Accept()
		if err != nil {
			b.Fatal(err)
		}
		queue := make(chan []byte, messages) // one goroutine writes, as in the feed
		writers = append(writers, queue)
		wg.Go(func() {
			defer far.Close()
			for m := range queue {
				if _, err := far.Write(m); err != nil {
					b.Error(err)
				}
			}
		})
		wg.Go(func() {
			defer near.Close()
			buf := make([]byte, size)
			for range messages {
				if _, err := io.ReadFull(near, buf); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	message := bytes.Repeat([]byte("x"), size)
	before := cpu()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for range messages {
		<-tick.C
		for _, q := range writers {
			q <- message
		}
	}
	for _, q := range writers {
		close(q)
	}
	wg.Wait()
	return (cpu() - before) / (messages * followers)
}
