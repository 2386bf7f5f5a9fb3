package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3"

	"lobby/devices/wire"
)

// The limits of a healthy machine.
const (
	slowSync   = 200 * time.Millisecond // a number waits so long for its disk
	leastSpace = 500 << 20              // bytes free, some months of a large hall
	dialLimit  = 5 * time.Second
)

// oldest is a year before this program was written: a clock before it was never
// set.
var oldest = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// machine looks at everything around the devices.
func (d *doctor) machine() {
	d.disk()
	d.clock(time.Now())
	d.port("web", d.file.Listen)
	d.broker()
	d.secrets()
	d.cameras()
	d.pins()
	d.programs()
}

// disk writes a file as the trail does and times how long the disk takes.
func (d *doctor) disk() {
	dir := d.file.Data
	f, err := os.CreateTemp(dir, "doctor-*")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.note("data", levelError, "the data directory "+dir+" is not there", "sudo install -d -o "+user()+" -m 700 "+dir)
		return
	case err != nil:
		d.note("data", levelError, err.Error(), "sudo chown -R "+user()+" "+dir)
		return
	}
	defer os.Remove(f.Name())
	defer f.Close()
	began := time.Now()
	if _, err = f.Write(make([]byte, 4096)); err == nil {
		err = f.Sync()
	}
	took := time.Since(began)
	switch {
	case err != nil:
		d.note("data", levelError, "the disk takes nothing: "+err.Error(), "free space on the disk of "+dir+", or replace it")
	case took > slowSync:
		d.note("data", levelWarning, fmt.Sprintf("the disk took %v to keep 4 KB", took.Round(time.Millisecond)), "use an SSD instead of a memory card")
	default:
		d.note("data", levelOK, "the disk keeps what is written", "")
	}
	if free, total := diskSpace(dir); total > 0 && free < leastSpace {
		d.note("data", levelError, fmt.Sprintf("only %d MB are free in %s", free>>20, dir), "free space, or move data to a larger disk")
	}
}

func (d *doctor) clock(now time.Time) {
	switch {
	case now.Before(oldest):
		d.note("clock", levelError, "the clock says "+now.Format(time.DateOnly), "sudo timedatectl set-ntp true, or set it by hand; replace the battery if it happens again")
	case !clockSynced():
		d.note("clock", levelWarning, "nobody sets this clock", "sudo timedatectl set-ntp true, and name a time server of the hall's network")
	default:
		d.note("clock", levelOK, "the clock is set", "")
	}
}

// port looks whether an address can be listened on.
func (d *doctor) port(subject, listen string) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		d.note(subject, levelError, err.Error(), "stop the program that has it (sudo ss -ltnp), or write another listen")
		return
	}
	l.Close()
	d.note(subject, levelOK, listen+" is free", "")
}

func (d *doctor) broker() {
	m := d.file.MQTT
	switch {
	case len(d.file.Keypads) == 0:
	case m.Embedded:
		d.port("mqtt", m.Listen)
	default:
		u, err := url.Parse(m.Broker)
		if err != nil || u.Host == "" {
			d.note("mqtt", levelError, fmt.Sprintf("broker %q is no address", m.Broker), "write it as mqtt://10.0.0.5:1883")
			return
		}
		d.reach("mqtt", u.Host, "start the broker, or correct mqtt.broker")
	}
}

// reach tries to connect.
func (d *doctor) reach(subject, host, remedy string) {
	ctx, cancel := context.WithTimeout(d.group.ctx, dialLimit)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		d.note(subject, levelError, err.Error(), remedy)
		return
	}
	conn.Close()
	d.note(subject, levelOK, host+" answers", "")
}

// secrets reads every password and key that the hall file names.
func (d *doctor) secrets() {
	read := func(subject, path string) {
		if path == "" {
			return
		}
		_, err := readSecret(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			d.note(subject, levelError, "the secret "+path+" is not there", "write it to "+path+" and: chmod 600 "+path)
		case err != nil:
			d.note(subject, levelError, err.Error(), "chmod 600 "+path+"; chown "+user()+" "+path)
		}
	}
	read("mqtt", d.file.MQTT.PasswordFile)
	for name, p := range d.file.RTSP.Users {
		read("rtsp/"+name, p.PasswordFile)
	}
	read("identity", d.file.Identity.KeyFile)
	for name, k := range d.file.Keypads {
		read("keypad/"+name, k.PasswordFile)
		read("keypad/"+name, k.KeyFile)
		if text, err := readSecret(k.KeyFile); k.KeyFile != "" && err == nil {
			if key, err := hex.DecodeString(text); err != nil || len(key) == 0 {
				d.note("keypad/"+name, levelError, "the key in "+k.KeyFile+" is not hex", "make one with: openssl rand -hex 16 > "+k.KeyFile)
			}
		}
	}
	for name, c := range d.file.Cameras {
		read("camera/"+name, c.PasswordFile)
	}
}

func (d *doctor) cameras() {
	for name, c := range d.file.Cameras {
		if c.Emulated {
			continue
		}
		u, err := url.Parse(c.Source)
		if err != nil || u.Host == "" {
			d.note("camera/"+name, levelError, fmt.Sprintf("source %q is no address", c.Source), "write it as rtsp://10.0.0.7:554/stream2")
			continue
		}
		host := u.Host
		if u.Port() == "" {
			host = net.JoinHostPort(u.Hostname(), "554")
		}
		d.reach("camera/"+name, host, "switch the camera on, and try: ping "+u.Hostname())
	}
}

func (d *doctor) pins() {
	var real []usedPin
	for _, p := range d.file.usedPins() {
		if !strings.HasPrefix(p.name, emulatedPin) {
			real = append(real, p)
		}
	}
	if len(real) == 0 {
		return
	}
	if _, err := host.Init(); err != nil {
		d.note("pins", levelError, err.Error(), "run on a computer with pins, or take them out of the hall file")
		return
	}
	for _, p := range real {
		if gpioreg.ByName(p.name) == nil {
			d.note(p.id, levelError, fmt.Sprintf("this computer has no pin %q", p.name), "correct "+p.where+" in the hall file; gpioinfo lists what there is")
		}
	}
}

// programs looks for what voices run.
func (d *doctor) programs() {
	for name, c := range d.file.Speakers {
		if c.Model != "clips" || c.Wire.Scheme == wire.Emulated {
			continue
		}
		if _, err := exec.LookPath("espeak-ng"); err != nil {
			d.note("speaker/"+name, levelWarning, "espeak-ng is not installed: words without a clip are left out", "sudo apt-get install espeak-ng")
		}
	}
}
