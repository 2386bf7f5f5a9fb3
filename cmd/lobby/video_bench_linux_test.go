package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sys/unix"

	emucamera "lobby/devices/emulator/camera"
)

// videoSpan is for how long one cell is measured.
const videoSpan = 5 * time.Second

// BenchmarkVideo shows cameras to viewers over WebSockets. Beside it, in the
// same seconds, a process that does nothing else passes the same bytes on from
// TCP to TCP, to as many viewers. Cameras, viewers and both processes are
// apart, so that what is measured is theirs alone. It judges nothing.
func BenchmarkVideo(b *testing.B) {
	for _, cell := range []struct{ cameras, viewers int }{{1, 1}, {16, 0}, {16, 10}, {16, 50}, {64, 4}} {
		b.Run(fmt.Sprintf("cameras=%d/viewers=%d", cell.cameras, cell.viewers), func(b *testing.B) {
			h := startVideo(b, cell.cameras, false)
			c := startCopier(b)
			before := h.memory(b)
			w := &watchers{hall: h, copier: c}
			w.watch(b, cell.cameras, max(1, cell.viewers), cell.viewers > 0)
			<-time.After(2 * time.Second) // everything has settled
			for b.Loop() {
				ours, theirs, bytes := h.used(b), processTime(b, c.pid), w.bytes.Load()
				<-time.After(videoSpan)
				ours, theirs, bytes = h.used(b)-ours, processTime(b, c.pid)-theirs, w.bytes.Load()-bytes
				b.ReportMetric(float64(ours)/float64(max(theirs, 1)), "hall/copy")
				b.ReportMetric(100*float64(ours)/float64(videoSpan), "hall-cpu-%")
				b.ReportMetric(float64(bytes)*8/videoSpan.Seconds()/float64(cell.cameras*max(1, cell.viewers))/1000, "kbit/s/viewer")
				b.ReportMetric(float64(h.memory(b)-before)/float64(cell.cameras*max(1, cell.viewers)), "KiB/viewer")
				late := w.latencies()
				b.ReportMetric(ms(late[len(late)/2]), "latency-p50-ms")
				b.ReportMetric(ms(late[len(late)*99/100]), "latency-p99-ms")
				slices.Sort(w.first)
				b.ReportMetric(ms(w.first[len(w.first)/2]), "first-p50-ms")
				b.ReportMetric(ms(w.first[len(w.first)*99/100]), "first-p99-ms")
				if w.failed.Load() > 0 {
					b.Fatalf("%d viewers were let go", w.failed.Load())
				}
			}
		})
	}
}

// BenchmarkRecording compares 64 cameras that are recorded with 64 that are
// not, each in a hall of its own, in the same seconds. A turn is too short to
// be trusted alone, so the middle one of several is told.
func BenchmarkRecording(b *testing.B) {
	plain, recorded := startVideo(b, 64, false), startVideo(b, 64, true)
	<-time.After(2 * videoSpan)
	for b.Loop() {
		var ratios []float64
		for range 9 {
			without, with := plain.used(b), recorded.used(b)
			<-time.After(videoSpan)
			without, with = plain.used(b)-without, recorded.used(b)-with
			ratios = append(ratios, float64(with)/float64(without))
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[len(ratios)/2], "recorded/relayed")
		b.ReportMetric(ratios[0], "least")
		b.ReportMetric(ratios[len(ratios)-1], "most")
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// videoHall is a hall with nothing but cameras.
type videoHall struct {
	*program
	sent []atomic.Int64 // by camera, when its newest picture was, Unix time in nanoseconds
}

func startVideo(b *testing.B, cameras int, record bool) videoHall {
	b.Helper()
	streams := map[string]string{}
	for i := range cameras {
		streams[fmt.Sprint("c", i)] = emucamera.ClipNames()[i%len(emucamera.ClipNames())]
	}
	sent := make([]atomic.Int64, cameras)
	cams, err := emucamera.New(emucamera.Options{Listen: "127.0.0.1:0", Streams: streams, Sent: func(path string) {
		var n int
		if _, err := fmt.Sscanf(path, "c%d", &n); err == nil {
			sent[n].Store(time.Now().UnixNano())
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = cams.Run(b.Context()) })
	b.Cleanup(running.Wait)
	dir := b.TempDir()
	var file strings.Builder
	fmt.Fprintf(&file, "hall: {id: h, name: 大厅, timezone: Asia/Shanghai}\nlisten: 127.0.0.1:0\ndata: %s\nchains: [{id: C, name: 民生}]\n"+
		"services: [{id: s, chain: C, name: 咨询, prefix: A}]\nwindows: [{id: \"1\", name: 一号, floor: 1, services: [s]}]\ncameras:\n", dir)
	for i := range cameras {
		fmt.Fprintf(&file, "  c%d: {name: c%d, floor: 1, source: \"rtsp://%s/c%d\"", i, i, cams.Addr(), i)
		if record {
			file.WriteString(", record: {days: 1}")
		}
		file.WriteString("}\n")
	}
	h := videoHall{startProgram(b, shipped(b), "run", "--config", mustWrite(b, filepath.Join(dir, "hall.yaml"), file.String())), sent}
	until(b, "all cameras are live", 60*time.Second, func() bool {
		var v struct{ Cameras []struct{ State string } }
		h.get(b, "/api/v1/cameras", &v)
		live := 0
		for _, c := range v.Cameras {
			if c.State == "up" {
				live++
			}
		}
		return live == cameras
	})
	return h
}

// processes are the hall's and those it has started.
func (h videoHall) processes() []int {
	pid := h.cmd.Process.Pid
	pids := []int{pid}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		for child := range strings.FieldsSeq(string(children)) {
			n := 0
			if _, err := fmt.Sscan(child, &n); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}

func (h videoHall) used(b *testing.B) (d time.Duration) {
	for _, pid := range h.processes() {
		d += processTime(b, pid)
	}
	return d
}

// memory is what all processes hold, in KiB.
func (h videoHall) memory(b *testing.B) (kib int) {
	b.Helper()
	for _, pid := range h.processes() {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(status), "VmRSS:")
		n := 0
		if _, err := fmt.Sscan(rest, &n); err != nil {
			b.Fatal(err)
		}
		kib += n
	}
	return kib
}

// processTime is the CPU time a process has used, from its own clock
// (clock_getcpuclockid(3): the inverted id, then CPUCLOCK_SCHED).
func processTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|2), &ts); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ts.Nano())
}

// watchers are the viewers of a hall and of a copier.
type watchers struct {
	hall   videoHall
	copier copier

	first  []time.Duration // from asking for a camera to its first picture
	mu     sync.Mutex
	late   []time.Duration // from a camera's sending a picture to its viewer's having it
	bytes  atomic.Uint64
	failed atomic.Uint64
}

// watch connects so many viewers to each camera, and as many to the copier.
// The first of each camera feeds the copier with what it gets; without
// viewers there is only that one, for ingest needs somebody to count it.
func (w *watchers) watch(b *testing.B, cameras, viewers int, copied bool) {
	b.Helper()
	for camera := range cameras {
		feed := w.copier.join(b, 'S', camera)
		for viewer := range viewers {
			if copied {
				conn := w.copier.join(b, 'V', camera)
				go func() { _, _ = io.Copy(io.Discard, bufio.NewReaderSize(conn, 64<<10)) }()
			}
			asked := time.Now()
			conn, _, err := websocket.DefaultDialer.Dial(strings.Replace(w.hall.url, "http", "ws", 1)+fmt.Sprintf("/api/v1/cameras/c%d/live", camera), nil)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { conn.Close() })
			for range 3 { // what it is, its beginning, the first picture
				if _, _, err := conn.ReadMessage(); err != nil {
					b.Fatal(err)
				}
			}
			w.first = append(w.first, time.Since(asked))
			var into io.Writer = io.Discard
			if viewer == 0 {
				into = feed
			}
			go w.read(b, conn, camera, into)
		}
	}
}

// latencies are those until now, the least first. A camera sends its next
// picture after 80 ms, so what is asked of the newest is asked of the right one.
func (w *watchers) latencies() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(slices.Values(w.late))
}

func (w *watchers) read(b *testing.B, conn *websocket.Conn, camera int, into io.Writer) {
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			if b.Context().Err() == nil {
				w.failed.Add(1)
			}
			return
		}
		late := time.Duration(time.Now().UnixNano() - w.hall.sent[camera].Load())
		w.mu.Lock()
		w.late = append(w.late, late)
		w.mu.Unlock()
		w.bytes.Add(uint64(len(message)))
		if _, err := into.Write(message); err != nil {
			return
		}
	}
}
