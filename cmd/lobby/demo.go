package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lobby/deploy/halls"
	"lobby/devices/wire"
	"lobby/queue"
	"lobby/queue/hall"
)

// demoOptions are the flags of the demo.
type demoOptions struct {
	small  bool
	bench  bool
	listen string
	data   string
	lasts  time.Duration
	speed  float64
	seed   uint64
	quiet  bool
}

func demoCommand() *cobra.Command {
	var o demoOptions
	c := &cobra.Command{Use: "demo", Short: "Run a whole hall with emulated devices, citizens and staff", Args: cobra.NoArgs}
	f := c.Flags()
	f.BoolVar(&o.small, "small", false, "a township hall of 4 windows instead of the centre of 80")
	f.BoolVar(&o.bench, "bench", false, "a workbench with one of every device; look at /hardware")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "web address")
	f.StringVar(&o.data, "data", "", "data directory to keep (default: a temporary one)")
	f.DurationVar(&o.lasts, "for", 0, "end after this time and print a summary as JSON (default: run until interrupted)")
	f.Float64Var(&o.speed, "speed", 1, "how much faster than life citizens and staff are")
	f.Uint64Var(&o.seed, "seed", 1, "of the citizens' and staff's choices")
	f.BoolVar(&o.quiet, "quiet", false, "nobody comes by itself; press everything by hand")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if o.speed <= 0 {
			return usageError{errors.New("--speed must be above 0")}
		}
		return demo(c.Context(), o, c.OutOrStdout(), os.Stderr)
	}
	return c
}

// demo runs the product with other wires.
func demo(ctx context.Context, o demoOptions, out io.Writer, errOut *os.File) error {
	name := "fuyang.yaml"
	switch {
	case o.bench:
		name = "bench.yaml"
	case o.small:
		name = "small.yaml"
	}
	if o.data == "" {
		var err error
		if o.data, err = os.MkdirTemp("", "lobby-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.data)
	}
	path, err := layOut(filepath.Join(o.data, "hall"), name)
	if err != nil {
		return err
	}
	file, err := load(path)
	if err != nil {
		return err
	}
	file.fit = func(h *hallFile) { o.fit(h, errOut) }
	file.fit(file)
	var sum <-chan summary
	end := time.Now().Add(o.lasts)
	err = runHalls(ctx, file, logger(errOut, slog.LevelWarn), func(l *lobby) error {
		if err := l.openDay(); err != nil {
			return err
		}
		l.welcome(errOut)
		if !o.quiet {
			l.group.add(func(ctx context.Context) error { return l.actors(o.speed, o.seed).run(ctx) })
		}
		if o.lasts > 0 {
			l.group.add(func(ctx context.Context) error { return countdown(ctx, time.Until(end), errOut) })
		}
		sum = l.summarize()
		return nil
	})
	if err != nil || o.lasts == 0 {
		return err
	}
	return json.NewEncoder(out).Encode(<-sum)
}

// fit makes a demo of a hall file: other wires, and everybody may try
// everything.
func (o demoOptions) fit(h *hallFile, say io.Writer) {
	h.emulate()
	h.Listen, h.Data, h.TLS, h.Access = o.listen, o.data, TLS{}, Access{}
	if o.speed <= fastest {
		h.past = h.rehearse
	}
	if strings.HasSuffix(o.listen, ":0") {
		h.MQTT.Listen = anyPort(h.MQTT.Listen) // a demo that may be anywhere is in no other's way
	}
	freePort(&h.MQTT.Listen, "MQTT", say)
}

// layOut writes a demo's hall file and its items where the settings page can
// change them, and gives the file's path. Those that are there are left alone.
func layOut(dir, name string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	names, err := fs.Glob(halls.Files, "*.yaml")
	if err != nil {
		return "", err
	}
	for _, n := range names {
		data, err := halls.Files.ReadFile(n)
		if err != nil {
			return "", err
		}
		if _, err := os.Stat(filepath.Join(dir, n)); err == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, n), data, 0o644); err != nil {
			return "", fmt.Errorf("demo: %w", err)
		}
	}
	return filepath.Join(dir, name), nil
}

// demoFootage is how much of its cameras a demo keeps: enough to look at a
// ticket's footage at once.
const demoFootage = 256 << 20

// emulate gives every device of a hall file a wire of software.
func (h *hallFile) emulate() {
	emu := func(u *wire.URL, id string) { u.Scheme, u.Path, u.Host = wire.Emulated, id, "" }
	for name, p := range h.Printers {
		emu(&p.Wire, "printer/"+name)
		h.Printers[name] = p
	}
	for name, b := range h.Boards {
		emu(&b.Wire, "board/"+name)
		h.Boards[name] = b
	}
	for name, b := range h.Callboxes {
		emu(&b.Wire, "callbox/"+name)
		h.Callboxes[name] = b
	}
	for name, s := range h.Scanners {
		emu(&s.Wire, "scanner/"+name)
		h.Scanners[name] = s
	}
	for name, r := range h.Readers {
		emu(&r.Wire, "reader/"+name)
		h.Readers[name] = r
	}
	h.Identity, h.RTSP.Users = Identity{}, nil
	for name, s := range h.Speakers {
		emu(&s.Wire, "speaker/"+name)
		h.Speakers[name] = s
	}
	for name, k := range h.Keypads {
		k.Emulated, k.PasswordFile, k.KeyFile = true, "", ""
		h.Keypads[name] = k
	}
	for name, c := range h.Cameras {
		c.Emulated, c.PasswordFile = true, ""
		c.Record = &Record{Days: 1, Bytes: demoFootage / 4}
		h.Cameras[name] = c
	}
	for name, o := range h.Outputs {
		o.Pin = emulatedPin + o.Pin
		h.Outputs[name] = o
	}
	for name, p := range h.Paper {
		p.Pin = emulatedPin + p.Pin
		h.Paper[name] = p
	}
	for _, k := range h.Kiosks {
		for name, pin := range k.Pins {
			k.Pins[name] = emulatedPin + pin
		}
	}
	h.Footage.Bytes = demoFootage
	h.MQTT.Embedded = true
}

// freePort takes another port when the usual one is taken, and says so.
func freePort(listen *string, what string, say io.Writer) {
	l, err := net.Listen("tcp", *listen)
	if err == nil {
		l.Close()
		return
	}
	_, port, _ := net.SplitHostPort(*listen)
	fmt.Fprintf(say, "%s port %s is taken; another free port is used\n", what, port)
	*listen = anyPort(*listen)
}

// anyPort is the same host with whichever port is free.
func anyPort(listen string) string {
	host, _, _ := net.SplitHostPort(listen)
	return net.JoinHostPort(host, "0")
}

// openDay opens today unless it is open already.
func (l *lobby) openDay() error {
	open := false
	if err := l.hall.Read(l.group.ctx, func(s *queue.State) { _, open = s.Day() }); err != nil || open {
		return err
	}
	answer, err := l.hall.Do(l.group.ctx, hall.Request{Actor: "demo", Command: queue.DayOpen{}})
	if err == nil && answer.Refusal != nil {
		return fmt.Errorf("demo: %w; choose another --data", answer.Refusal)
	}
	return err
}

// welcome says which pages to open.
func (l *lobby) welcome(w io.Writer) {
	c, u := l.file.Config, l.url()
	fmt.Fprintf(w, "\n%s is open. Pages:\n", c.Hall.Name)
	for _, p := range [][2]string{
		{"/kiosk/" + c.Kiosks[0].ID, "take a number"}, {"/window/" + c.Windows[0].ID, "serve at window " + c.Windows[0].ID},
		{"/wall/" + c.Walls[0].ID, "the queue wall"}, {"/manager", "cameras, queues, alerts"}, {"/hardware", "paper, boards, call boxes, keypads and their faults"},
	} {
		fmt.Fprintf(w, "  %s%-14s %s\n", u, p[0], p[1])
	}
	if l.keypads != nil && l.keypads.broker != nil {
		fmt.Fprintf(w, "  mqtt://%s\n", l.keypads.broker.Addr())
	}
	if addr := l.rtspAddr(); addr != "" {
		fmt.Fprintf(w, "  rtsp://%s/%s\n", addr, sorted(c.Cameras)[0])
	}
	fmt.Fprintf(w, "Data in %s. Interrupt to stop.\n", filepath.Clean(c.Data))
}

// rtspAddr waits for the camera process to say where players find it.
func (l *lobby) rtspAddr() string {
	if l.relay == nil {
		return ""
	}
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for range 100 {
		if addr, _ := l.relay.RTSP(); addr != "" {
			return addr
		}
		select {
		case <-poll.C:
		case <-l.group.ctx.Done():
			return ""
		}
	}
	return "" // the hall does not wait for cameras
}

// countdown ends the demo after a while, with a bar at a terminal.
func countdown(ctx context.Context, lasts time.Duration, errOut *os.File) error {
	var bar *progressbar.ProgressBar
	if term.IsTerminal(int(errOut.Fd())) {
		bar = progressbar.NewOptions(int(lasts.Seconds()), progressbar.OptionSetWriter(errOut), progressbar.OptionSetDescription("demo"))
		defer bar.Exit()
	}
	end := time.NewTimer(lasts)
	defer end.Stop()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-end.C:
			return nil
		case <-second.C:
			if bar != nil {
				_ = bar.Add(1) // only decoration
			}
		}
	}
}

// summary is the last line of a demo that ended by itself.
type summary struct {
	Hall    string      `json:"hall"`
	Day     string      `json:"day"`
	Records uint64      `json:"records"`
	Issued  int         `json:"issued"`
	Calls   int         `json:"calls"`
	Served  int         `json:"served"`
	NoShow  int         `json:"no_show"`
	Waiting int         `json:"waiting"`
	Ratings map[int]int `json:"ratings"`
	Printed int         `json:"printed"`
	Down    []string    `json:"devices_down"`
}

// summarize keeps the newest view until the hall ends.
func (l *lobby) summarize() <-chan summary {
	result := make(chan summary, 1)
	l.group.add(func(ctx context.Context) error {
		var last queue.View
		printed := 0
		for ctx.Err() == nil {
			w, err := l.hall.Watch(ctx, 1024)
			if err != nil {
				break
			}
			last = w.View
			for rs := range w.Records {
				for _, r := range rs {
					if _, ok := r.Event.(queue.TicketPrinted); ok {
						printed++
					}
				}
				if v, err := l.hall.View(ctx); err == nil {
					last = v
				}
			}
		}
		result <- newSummary(l.file.Hall.ID, last, printed)
		return nil
	})
	return result
}

func newSummary(id string, v queue.View, printed int) summary {
	s := summary{
		Hall: id, Day: v.Day, Records: v.Seq, Issued: v.Figures.Issued, Calls: v.Figures.Calls, Served: v.Figures.Served,
		NoShow: v.Figures.NoShow, Waiting: v.Figures.Waiting, Ratings: v.Figures.Ratings, Printed: printed, Down: []string{},
	}
	for _, d := range v.Devices {
		if d.State == "down" {
			s.Down = append(s.Down, d.ID)
		}
	}
	return s
}
