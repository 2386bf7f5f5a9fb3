package firmwaretest

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"time"
)

// debugger speaks the remote protocol of GDB with the emulator ("Debugging with
// GDB", appendix E). The chip stands still or runs; it starts standing still.
type debugger struct {
	conn net.Conn
	in   *bufio.Reader
}

// patience is how long the emulator may take for anything on a busy computer.
const patience = time.Minute

func newDebugger(conn net.Conn) *debugger { return &debugger{conn, bufio.NewReader(conn)} }

// send sends one packet.
func (d *debugger) send(data string) error {
	var sum byte
	for i := range len(data) {
		sum += data[i]
	}
	_, err := fmt.Fprintf(d.conn, "$%s#%02x", data, sum)
	return err
}

// receive gives the next packet, without the acknowledgements around it.
func (d *debugger) receive() (string, error) {
	if err := d.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := d.in.ReadString('$'); err != nil {
		return "", err
	}
	data, err := d.in.ReadString('#')
	if err != nil {
		return "", err
	}
	if _, err := d.in.Discard(2); err != nil {
		return "", err
	}
	_, err = d.conn.Write([]byte("+"))
	return strings.TrimSuffix(data, "#"), err
}

// ask sends a packet and wants the answer to begin as it says.
func (d *debugger) ask(data, want string) (string, error) {
	if err := d.send(data); err != nil {
		return "", err
	}
	got, err := d.receive()
	if err == nil && !strings.HasPrefix(got, want) {
		err = fmt.Errorf("the debugger answers %q to %q", got, data)
	}
	return got, err
}

// halt stops a running chip.
func (d *debugger) halt() error {
	if _, err := d.conn.Write([]byte{3}); err != nil {
		return err
	}
	_, err := d.receive()
	return err
}

// run lets it run.
func (d *debugger) run() error { return d.send("c") }

// runTo lets it run until it is at a place in the flash.
func (d *debugger) runTo(place uint64) error {
	if _, err := d.ask(fmt.Sprintf("Z0,%x,2", place), "OK"); err != nil {
		return err
	}
	if _, err := d.ask("c", "T"); err != nil {
		return err
	}
	_, err := d.ask(fmt.Sprintf("z0,%x,2", place), "OK")
	return err
}

// poke writes a byte of the memory of a chip that stands still.
func (d *debugger) poke(place uint64, value byte) error {
	_, err := d.ask(fmt.Sprintf("M%x,1:%02x", place, value), "OK")
	return err
}

// restart puts a chip that stands still before its first instruction, with
// interrupts off: all registers are 0, 32 common ones, the flags, two bytes of
// stack pointer and four of program counter.
func (d *debugger) restart() error {
	_, err := d.ask("G"+strings.Repeat("00", 32+1+2+4), "OK")
	return err
}

// peek reads bytes of it.
func (d *debugger) peek(place uint64, size int) ([]byte, error) {
	got, err := d.ask(fmt.Sprintf("m%x,%x", place, size), "")
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(got)
}
