package firmwaretest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Chip is an ATmega328P made of software (qemu-system-avr) that runs the very
// image that is flashed into real ones.
//
// The emulator has the processor, the memories, the UART and the timer that the
// firmware counts milliseconds with. It lacks the pins, the EEPROM and the
// watchdog, so the test stands in for these, and only at the pins' level:
//
//   - It reads all pins as 0. The firmware compares pins with what they read at
//     rest (ports_rest in avr/ports.c), and Press and Switch change that variable
//     through the debugger: to everything behind it, a pin that moved and a rest
//     that moved are the same.
//   - What the firmware writes to pins is in the emulator's log, from which
//     Digits reads what the display's chip would show.
//   - Each feeding of the watchdog is in the log too. Guard resets the chip when
//     there was none for two seconds, as the real one does.
//
// The methods may be called from several goroutines.
type Chip struct {
	// Line is the UART. Whatever is written arrives at once, since the emulator
	// has no baud.
	Line net.Conn

	tb    testing.TB
	image string
	log   string // path of the emulator's log

	mu   sync.Mutex
	gdb  *debugger
	qmp  net.Conn
	rest [3]byte // what the pins of ports B, C, D read at rest
	old  int     // bytes of the log from before the last reset
}

// The bits of ports B, C and D that are keys and switches: see avr/pins.h.
const (
	portB = iota
	portC
	portD
)

// StartChip runs an image with the address switch set to 0 to 15. The emulator
// ends with the test.
func StartChip(tb testing.TB, image string, address byte) *Chip {
	tb.Helper()
	Needs(tb, "qemu-system-avr")
	dir := tb.TempDir()
	c := &Chip{tb: tb, image: image, log: filepath.Join(dir, "log")}
	serial, gdb, qmp := listen(tb, dir, "line"), listen(tb, dir, "gdb"), listen(tb, dir, "qmp")
	cmd := exec.Command("nice", "-n", "5", "qemu-system-avr", "-machine", "uno", "-bios", image, "-display", "none", "-S",
		"-serial", "unix:"+filepath.Join(dir, "line"),
		"-chardev", "socket,id=gdb,path="+filepath.Join(dir, "gdb"), "-gdb", "chardev:gdb",
		"-chardev", "socket,id=qmp,path="+filepath.Join(dir, "qmp"), "-mon", "chardev=qmp,mode=control",
		"-d", "unimp", "-D", c.log)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		if err := cmd.Wait(); err != nil && said.Len() > 0 {
			tb.Logf("the emulator said: %s", &said)
		}
	})
	c.Line, c.gdb, c.qmp = accept(tb, serial), newDebugger(accept(tb, gdb)), accept(tb, qmp)
	c.must(c.manage("qmp_capabilities", `"return"`))
	c.Switch(address)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.must(c.begin())
	return c
}

// listen waits for the emulator at a socket, so that nobody has to guess when
// the emulator is ready.
func listen(tb testing.TB, dir, name string) *net.UnixListener {
	tb.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, name), Net: "unix"})
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func accept(tb testing.TB, l *net.UnixListener) net.Conn {
	tb.Helper()
	defer l.Close()
	if err := l.SetDeadline(time.Now().Add(patience)); err != nil {
		tb.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		tb.Fatalf("the emulator did not come: %v", err)
	}
	tb.Cleanup(func() { conn.Close() })
	return conn
}

func (c *Chip) must(err error) {
	c.tb.Helper()
	if err != nil {
		c.tb.Fatalf("chip: %v", err)
	}
}

// manage gives the emulator itself an order and waits until it says that it was
// carried out.
func (c *Chip) manage(order, done string) error {
	if _, err := fmt.Fprintf(c.qmp, "{\"execute\": %q}\n", order); err != nil {
		return err
	}
	if err := c.qmp.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	var heard []byte
	for !bytes.Contains(heard, []byte(done)) {
		chunk := make([]byte, 4096)
		n, err := c.qmp.Read(chunk)
		if err != nil {
			return fmt.Errorf("%s: %w (%s)", order, err, heard)
		}
		heard = append(heard, chunk[:n]...)
	}
	return nil
}

// begin runs a chip that stands before its first instruction into its main
// function and from there with its pins as they are.
func (c *Chip) begin() error {
	main, err := Symbol(c.image, "main")
	if err != nil {
		return err
	}
	if err := c.gdb.runTo(main.Value); err != nil {
		return err
	}
	if err := c.setPins(); err != nil {
		return err
	}
	return c.gdb.run()
}

// setPins brings what the pins read at rest into a chip that stands still.
func (c *Chip) setPins() error {
	place, err := Symbol(c.image, "ports_rest")
	if err != nil {
		return err
	}
	for i, v := range c.rest {
		if err := c.gdb.poke(place.Value+uint64(i), v); err != nil {
			return err
		}
	}
	return nil
}

// still lets f do something with a chip that stands still for a moment.
func (c *Chip) still(f func() error) {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.must(c.gdb.halt())
	c.must(f())
	c.must(c.gdb.run())
}

// keyPins has the port and bit of each key (avr/pins.h).
var keyPins = [8]struct {
	port int
	bit  byte
}{{portC, 0}, {portC, 1}, {portC, 2}, {portC, 3}, {portC, 4}, {portC, 5}, {portD, 6}, {portD, 7}}

// Down presses key 1 to 8; Up lets it go.
func (c *Chip) Down(key int) { c.move(key, true) }

// Up lets a key go.
func (c *Chip) Up(key int) { c.move(key, false) }

func (c *Chip) move(key int, down bool) {
	c.tb.Helper()
	pin := keyPins[key-1]
	c.still(func() error {
		if down {
			c.rest[pin.port] |= 1 << pin.bit
		} else {
			c.rest[pin.port] &^= 1 << pin.bit
		}
		return c.setPins()
	})
}

// Press holds a key down for as long as a quick finger does.
func (c *Chip) Press(key int) {
	c.tb.Helper()
	c.Down(key)
	c.Pass(50 * time.Millisecond)
	c.Up(key)
	c.Pass(50 * time.Millisecond)
}

// Pass waits until time has passed for the chip.
func (c *Chip) Pass(d time.Duration) {
	c.tb.Helper()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for end := c.clock() + d; c.clock() < end; {
		<-poll.C
	}
}

// clock is the chip's time since its boot. On a busy computer it is slower than
// the wall's.
func (c *Chip) clock() time.Duration {
	c.tb.Helper()
	return time.Duration(binary.LittleEndian.Uint32(c.Peek("ticks", 4))) * time.Millisecond
}

// Switch sets the address switch, bits 2 to 5 of port B. The firmware looks at
// it when it boots.
func (c *Chip) Switch(address byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest[portB] = address << 2
}

// Poke writes a variable of the firmware, by its name in C, as a fault would.
func (c *Chip) Poke(name string, value byte) {
	c.tb.Helper()
	place, err := Symbol(c.image, name)
	c.must(err)
	c.still(func() error { return c.gdb.poke(place.Value, value) })
}

// Peek reads bytes of a variable.
func (c *Chip) Peek(name string, size int) (value []byte) {
	c.tb.Helper()
	place, err := Symbol(c.image, name)
	c.must(err)
	c.still(func() (err error) {
		value, err = c.gdb.peek(place.Value, size)
		return err
	})
	return value
}

// SetUID stands in for the chip's signature row, which the emulator lacks: there
// the firmware finds bytes of its own image, alike in all chips. It holds until
// the next reset.
func (c *Chip) SetUID(uid [12]byte) {
	c.tb.Helper()
	box, err := Symbol(c.image, "box")
	c.must(err)
	const row, serial = 0x0E, 10 // where avr/main.c looks for the serial number
	c.still(func() error {
		number, err := c.gdb.peek(row, serial)
		if err != nil {
			return err
		}
		state, err := c.gdb.peek(box.Value, int(box.Size))
		if err != nil {
			return err
		}
		at := bytes.Index(state, number)
		if at < 0 {
			return errors.New("the firmware has not read its UID yet")
		}
		for i, b := range uid {
			if err := c.gdb.poke(box.Value+uint64(at+i), b); err != nil {
				return err
			}
		}
		return nil
	})
}

// Outputs of port D by their bits (avr/pins.h).
const (
	Drive byte = 1 << 2 // the line driver
	Link  byte = 1 << 4 // the green lamp
	Lamp  byte = 1 << 5 // the red one
)

var portDWrite = regexp.MustCompile(`atmega-gpio-d: unimplemented device write \(size 1, offset 0x2, value 0x([0-9a-f]{2})\)`)

// Outputs is what was last written to port D since the last reset.
func (c *Chip) Outputs() (bits byte) {
	if all := portDWrite.FindAllSubmatch(c.sinceReset(), -1); len(all) > 0 {
		n, _ := strconv.ParseUint(string(all[len(all)-1][1]), 16, 8) // the pattern allows no other
		bits = byte(n)
	}
	return bits
}

var eepromWrite = regexp.MustCompile(`avr-eeprom: unimplemented device write \(size 1, offset 0x([012]), value 0x([0-9a-f]{2})\)`)

// Kept is what the firmware wrote into its EEPROM, by place, since the chip was
// started. The emulator has none, so all of it reads as 0.
func (c *Chip) Kept() map[byte]byte {
	const control, data, address = 0, 1, 2 // EECR, EEDR, EEARL
	const write = 1 << 1                   // EEPE
	kept := map[byte]byte{}
	var register [3]byte
	for _, m := range eepromWrite.FindAllSubmatch(c.readLog(), -1) {
		value, _ := strconv.ParseUint(string(m[2]), 16, 8) // the pattern allows no other
		register[m[1][0]-'0'] = byte(value)
		if m[1][0]-'0' == control && value&write != 0 {
			kept[register[address]] = register[data]
		}
	}
	return kept
}

// sinceReset is the emulator's log since the last reset.
func (c *Chip) sinceReset() []byte {
	c.mu.Lock()
	old := c.old
	c.mu.Unlock()
	return c.readLog()[old:]
}

// Reset is the reset pin. The emulator's own reset does not reach the
// processor, only what is around it, so the debugger does the rest.
func (c *Chip) Reset() {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.must(c.gdb.halt())
	c.must(c.manage("system_reset", `"RESET"`))
	c.must(c.gdb.restart())
	c.old = len(c.readLog())
	c.must(c.begin())
}

// Feedings is how often the firmware fed the watchdog.
func (c *Chip) Feedings() int { return bytes.Count(c.readLog(), []byte("WDG reset")) }

// Guard plays the watchdog: it resets the chip each time that it was not fed
// for two seconds of its own time. It returns how often it did, when done is
// closed.
func (c *Chip) Guard(done <-chan struct{}) (bites int) {
	const bite = 2 * time.Second
	fed, since := c.Feedings(), c.clock()
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-done:
			return bites
		case <-look.C:
		}
		if n := c.Feedings(); n != fed {
			fed, since = n, c.clock()
		} else if c.clock()-since > bite {
			c.Reset()
			bites++
			fed, since = c.Feedings(), 0
		}
	}
}

func (c *Chip) readLog() []byte {
	log, err := os.ReadFile(c.log)
	if err != nil && !os.IsNotExist(err) {
		c.tb.Errorf("chip: %v", err)
	}
	return log
}
