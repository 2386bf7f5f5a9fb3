package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"lobby/devices"
	"lobby/devices/board"
	"lobby/devices/idcard"
	"lobby/devices/printer"
	"lobby/devices/speaker"
	"lobby/devices/wire"
)

// devices are the examinations of all wires.
func (d *doctor) devices() []func(context.Context) {
	var all []func(context.Context)
	add := func(id, model string, u wire.URL, units []devices.Unit, ask func(context.Context, devices.Wire) error) {
		open, err := d.wires.opener(u, id, model, units)
		if err != nil {
			d.note(id, levelError, err.Error(), "use a wire that this program knows, see hardware-docs/wires.md")
			return
		}
		all = append(all, func(ctx context.Context) { d.look(ctx, id, u, open, ask) })
	}
	for _, name := range sorted(d.file.Printers) {
		c := d.file.Printers[name]
		id := "printer/" + name
		add(id, c.Model, c.Wire, []devices.Unit{{Name: name, Options: c.Options.decode()}}, func(ctx context.Context, w devices.Wire) error {
			return d.printer(ctx, id, w, c)
		})
	}
	for _, name := range sorted(d.file.Boards) {
		c := d.file.Boards[name]
		add("board/"+name, c.Model, c.Wire, c.units(), func(ctx context.Context, w devices.Wire) error { return d.board(ctx, w, c) })
	}
	for _, name := range sorted(d.file.Speakers) {
		c := d.file.Speakers[name]
		if c.Wire.Scheme == wire.Page {
			continue // there is no page while no hall runs
		}
		id := "speaker/" + name
		add(id, c.Model, c.Wire, []devices.Unit{{Name: name, Options: c.Options.decode()}}, func(ctx context.Context, w devices.Wire) error {
			return d.speaker(ctx, id, w, c)
		})
	}
	for _, name := range sorted(d.file.Callboxes) {
		c := d.file.Callboxes[name]
		add("callbox/"+name, c.Model, c.Wire, c.units(), func(context.Context, devices.Wire) error { return nil })
	}
	for _, name := range sorted(d.file.Scanners) {
		c := d.file.Scanners[name]
		units := []devices.Unit{{Name: name, Options: c.Options.decode()}}
		add("scanner/"+name, c.Model, c.Wire, units, func(context.Context, devices.Wire) error { return nil })
	}
	for _, name := range sorted(d.file.Readers) {
		c := d.file.Readers[name]
		units := []devices.Unit{{Name: name, Options: c.Options.decode()}}
		add("reader/"+name, c.Model, c.Wire, units, func(ctx context.Context, w devices.Wire) error {
			driver, err := idcard.Catalog[c.Model](w, nil, c.Options.decode())
			if p, ok := driver.(devices.Prober); ok && err == nil {
				return p.Probe(ctx)
			}
			return err
		})
	}
	return all
}

// look opens one wire and asks what is on it.
func (d *doctor) look(ctx context.Context, id string, u wire.URL, open wire.Opener, ask func(context.Context, devices.Wire) error) {
	conn, err := open(ctx)
	if err != nil {
		d.note(id, levelError, plain(err), openRemedy(u, err))
		return
	}
	defer conn.Close()
	if u.Scheme == wire.Sound && !listsCard(ctx, u.Path) {
		d.note(id, levelError, "no sound card is called "+u.Path, "plug the card in, and compare the name with: aplay -L")
		return
	}
	heard := &listening{Wire: conn}
	if err := ask(ctx, heard); err != nil {
		d.note(id, levelError, "no sound answer: "+err.Error(), silenceRemedy(u, heard.bytes.Load()))
		return
	}
	d.note(id, levelOK, "the wire "+u.String()+" is open to us", "")
}

// brackets are the system's own words at the end of an error.
var brackets = regexp.MustCompile(` \([^()]*(\([^()]*\))?[^()]*\)$`)

// plain is an error for whoever stands before the cabinet: the system's own words
// are for the log.
func plain(err error) string { return brackets.ReplaceAllString(err.Error(), "") }

// listsCard says whether aplay knows a sound card by that name, which may leave
// out the device on the card.
func listsCard(ctx context.Context, name string) bool {
	out, err := exec.CommandContext(ctx, "aplay", "-L").Output()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(strings.Split(string(out), "\n"), func(line string) bool {
		return line == name || strings.HasPrefix(line, name+",")
	})
}

// listening counts what comes in on a wire.
type listening struct {
	devices.Wire
	bytes atomic.Int64
}

// Read implements devices.Wire.
func (l *listening) Read(p []byte) (int, error) {
	n, err := l.Wire.Read(p)
	l.bytes.Add(int64(n))
	return n, err
}

// openRemedy is what to do about a wire that cannot be opened.
func openRemedy(u wire.URL, err error) string {
	group := map[string]string{wire.Serial: "dialout", wire.LP: "lp", wire.Input: "input", wire.Sound: "audio", wire.SPI: "spi", wire.I2C: "i2c"}[u.Scheme]
	var dns *net.DNSError
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("sudo usermod -aG %s %s, then start the service again", group, user())
	case errors.Is(err, fs.ErrNotExist) && u.Scheme == wire.Input:
		return "plug the device in, and copy its name from: ls -l /dev/input/by-id/"
	case errors.Is(err, fs.ErrNotExist) && u.Scheme != wire.Sound:
		return "plug the device in; if it is, its udev rule is missing: see deploy/udev/70-lobby.rules"
	case errors.Is(err, syscall.EBUSY):
		return "stop the other program: sudo fuser -v " + u.Path
	case errors.As(err, &dns):
		return "write the address as a number, or correct the name " + dns.Name
	case u.Scheme == wire.TCP:
		return "switch the device on, and try: ping " + strings.Split(u.Host, ":")[0]
	case u.Scheme == wire.Sound:
		return "sudo apt-get install alsa-utils, and compare the name with: aplay -L"
	case u.Scheme == wire.SPI || u.Scheme == wire.I2C:
		return "switch the bus on: sudo raspi-config, Interface Options"
	}
	return "look whether the path is that of the device: ls -l " + u.Path
}

func user() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	return "lobby"
}

// silenceRemedy tells a device that is not there from one that speaks at another
// speed: the latter is heard, and understood by nobody.
func silenceRemedy(u wire.URL, heard int64) string {
	switch {
	case heard > 0 && u.Scheme == wire.Serial:
		return fmt.Sprintf("something answers, but not in this way: compare baud and parity of the device with %d %s, and the model", u.Baud, u.Mode)
	case heard > 0:
		return "something answers, but not in this way: compare the model with the device, and look for noise on the line"
	}
	return "switch the device on, look at its cable (RX and TX crossed? A and B swapped?) and compare its address and speed"
}

// printer asks a printer about its paper, which also finds out who it is.
func (d *doctor) printer(ctx context.Context, id string, w devices.Wire, c Printer) error {
	p, err := printer.Catalog[c.Model](w, c.Options.decode())
	if err != nil {
		return err
	}
	sensor, ok := p.(devices.PaperSensor)
	if !ok {
		return nil
	}
	paper, err := sensor.Paper(ctx)
	switch {
	case errors.Is(err, devices.ErrSwapped):
		d.note(id, levelError, err.Error(), "exchange the plugs of the two printers, or correct serial in the hall file")
	case err != nil:
		return err
	case paper.Cover:
		d.note(id, levelError, "the cover is open", "close the cover")
	case paper.Out:
		d.note(id, levelError, "the paper is out", "put a new roll in")
	case paper.Fault:
		d.note(id, levelError, "cutter or head in trouble", "switch it off, free the blade, switch it on")
	case paper.NearEnd:
		d.note(id, levelWarning, "the paper is nearly out", "put a new roll in before the hall opens")
	default:
		d.note(id, levelOK, "the printer is ready", "")
	}
	return nil
}

// board asks every board on a bus that can be asked.
func (d *doctor) board(ctx context.Context, w devices.Wire, c Bus) error {
	for _, window := range sorted(c.Units) {
		id := "board/" + window
		b, err := board.Catalog[c.Model](w, c.Units[window].decode())
		if err != nil {
			return err
		}
		prober, ok := b.(devices.Prober)
		if !ok {
			d.note(id, levelWarning, "boards of this model never answer: nobody can tell whether it shows", "look at it while the hall calls a number")
			continue
		}
		before := heardOn(w)
		if err := prober.Probe(ctx); err != nil {
			d.note(id, levelError, err.Error(), silenceRemedy(c.Wire, heardOn(w)-before))
			continue
		}
		d.note(id, levelOK, "the board answers", "")
	}
	return nil
}

func heardOn(w devices.Wire) int64 {
	if l, ok := w.(*listening); ok {
		return l.bytes.Load()
	}
	return 0
}

func (d *doctor) speaker(ctx context.Context, id string, w devices.Wire, c Speaker) error {
	s, err := speaker.Catalog[c.Model](w, c.Options.decode())
	if err != nil {
		return err
	}
	prober, ok := s.(devices.Prober)
	if !ok {
		d.note(id, levelOK, "the clips are there", "")
		return nil
	}
	if err := prober.Probe(ctx); err != nil {
		return err
	}
	d.note(id, levelOK, "the module answers", "")
	return nil
}

// unstable are the names that the kernel gives in the order of plugging in.
var unstable = regexp.MustCompile(`^/dev/(ttyUSB|ttyACM|usb/lp)\d+$`)

// names looks at the paths of wires: names that change, and two names of one
// device.
func (d *doctor) names() {
	owner := map[string]string{}
	look := func(id string, u wire.URL) {
		if u.Scheme != wire.Serial && u.Scheme != wire.LP {
			return
		}
		if unstable.MatchString(u.Path) {
			d.note(id, levelWarning, u.Path+" is another device after the next start", "give it a name of its own: deploy/udev/70-lobby.rules")
		}
		real, err := filepath.EvalSymlinks(u.Path)
		if err != nil {
			return // opening it will tell
		}
		if first, twice := owner[real]; twice {
			d.note(id, levelError, fmt.Sprintf("%s is the same device as that of %s", u.Path, first), "correct one of the two paths; udevadm info -q symlink "+real+" lists its names")
		}
		owner[real] = id
	}
	for name, c := range d.file.Printers {
		look("printer/"+name, c.Wire)
	}
	for name, c := range d.file.Boards {
		look("board/"+name, c.Wire)
	}
	for name, c := range d.file.Callboxes {
		look("callbox/"+name, c.Wire)
	}
	for name, c := range d.file.Scanners {
		look("scanner/"+name, c.Wire)
	}
	for name, c := range d.file.Readers {
		look("reader/"+name, c.Wire)
	}
	for name, c := range d.file.Speakers {
		look("speaker/"+name, c.Wire)
	}
}

// addresses looks for two boards of one bus with one address: they would answer
// at once, and neither would be understood.
func (d *doctor) addresses() {
	for bus, c := range d.file.Boards {
		owner := map[int]string{}
		for _, window := range sorted(c.Units) {
			var o struct {
				Unit    int `yaml:"unit"`
				Screen  int `yaml:"screen"`
				Address int `yaml:"address"`
			}
			if n := c.Units[window].ast; n == nil || toValue(n, &o) != nil {
				continue
			}
			address := o.Unit + o.Screen + o.Address // a model has one of them
			if first, twice := owner[address]; twice && address != 0 {
				d.note("board/"+window, levelError, fmt.Sprintf("address %d is that of window %s too, on bus %s", address, first, bus), "give every board of the bus an address of its own")
			}
			owner[address] = window
		}
	}
}
