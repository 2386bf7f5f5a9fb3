package update_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/firmwaretest"
	"lobby/firmware-bridge/update"
)

// The flash of firmware-bridge/firmware/process.
const (
	boardID   = 7
	address   = 3
	pageSize  = 512
	slotSize  = 17 * pageSize
	cutStatus = 42
)

// key signs the images of these tests; the board trusts it.
var key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func imageOf(t testing.TB, minor byte, size int) update.Image {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(minor), uint64(size)))
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	i, err := update.Sign(key, bridge.Statement{Board: boardID, Version: bridge.Version{1, minor, 0}, Build: "test"}, data)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestMain(m *testing.M) { os.Exit(firmwaretest.Main(m)) }

// board is the C firmware in a process, on the other end of a wire. When its
// power is cut it comes back by itself.
type board struct {
	t       *testing.T
	program string
	path    string // of the flash
	chance  int
	haste   int
	in, out *os.File // the process's ends
	wire    pipes    // the host's end

	mu    sync.Mutex
	cmd   *exec.Cmd
	boots []string
	cuts  int
	ended chan struct{}
	off   bool
}

// pipes are a wire to a process.
type pipes struct{ r, w *os.File }

func (p pipes) Read(b []byte) (int, error)         { return p.r.Read(b) }
func (p pipes) Write(b []byte) (int, error)        { return p.w.Write(b) }
func (p pipes) SetReadDeadline(t time.Time) error  { return p.r.SetReadDeadline(t) }
func (p pipes) SetWriteDeadline(t time.Time) error { return p.w.SetWriteDeadline(t) }

// newBoard plugs a board in, with the flash of a file that need not exist.
func newBoard(t *testing.T, program, flash string) *board {
	t.Helper()
	b := &board{t: t, program: program, path: flash, haste: 1}
	var err1, err2 error
	b.in, b.wire.w, err1 = os.Pipe()
	b.wire.r, b.out, err2 = os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.unplug()
		for _, f := range []*os.File{b.in, b.out, b.wire.r, b.wire.w} {
			f.Close()
		}
	})
	return b
}

// power switches the board on. After cut flash operations the power fails
// once; below 0 it does not.
func (b *board) power(cut int) {
	b.t.Helper()
	b.mu.Lock()
	b.off, b.ended = false, make(chan struct{})
	before := len(b.boots)
	b.mu.Unlock()
	first, err := b.start(cut)
	if err != nil {
		b.t.Error(err)
		close(b.ended)
		return
	}
	go func() {
		defer close(b.ended)
		b.live(first)
	}()
	until(b.t, "the board boots", func() bool {
		boots, _ := b.history()
		return len(boots) > before
	})
}

func (b *board) start(cut int) (<-chan error, error) {
	public := fmt.Sprintf("%x", key.Public())
	cmd := exec.Command(b.program, b.path, public, strconv.Itoa(cut), strconv.Itoa(b.chance), strconv.Itoa(b.haste))
	cmd.Stdin, cmd.Stdout = b.in, b.out
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.off {
		return nil, errors.New("it is switched off")
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b.cmd = cmd
	ended := make(chan error, 1)
	go func() {
		for lines := bufio.NewScanner(said); lines.Scan(); {
			b.note(lines.Text())
		}
		ended <- cmd.Wait()
	}()
	return ended, nil
}

// live starts the board again after every cut.
func (b *board) live(ended <-chan error) {
	for {
		err := <-ended
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != cutStatus {
			return
		}
		b.mu.Lock()
		b.cuts++
		b.mu.Unlock()
		if ended, err = b.start(-1); err != nil {
			return
		}
	}
}

// note takes what the board says on standard error. What it boots is compared
// with its flash there and then: an image of that version, whole.
func (b *board) note(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var slot, major, minor, patch int
	if _, err := fmt.Sscanf(line, "boots slot %d version %d.%d.%d", &slot, &major, &minor, &patch); err != nil {
		b.t.Errorf("the board says %s", line)
		return
	}
	b.boots = append(b.boots, strings.TrimPrefix(line, "boots "))
	if slot > 1 {
		return
	}
	flash, err := os.ReadFile(b.path)
	if err != nil {
		b.t.Error(err)
		return
	}
	head := flash[slot*slotSize:]
	size := binary.LittleEndian.Uint32(head[12:])
	want := imageOf(b.t, byte(minor), int(size))
	if !bytes.Equal(head[pageSize:][:size], want.Data) || major != 1 || patch != 0 {
		b.t.Errorf("%s, and that image is not whole", line)
	}
}

// unplug switches the board off at once.
func (b *board) unplug() {
	b.mu.Lock()
	b.off = true
	cmd, ended := b.cmd, b.ended
	b.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill() // it may have ended
	<-ended
}

// history is what the board booted so far, and how often its power was cut.
func (b *board) history() ([]string, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.boots...), b.cuts
}

// update carries an update out.
func (b *board) update(i update.Image, progress func(sent, size int)) error {
	l := update.Open(b.t.Context(), b.wire, address)
	defer l.Close()
	return l.Run(b.t.Context(), update.NewSender(i, false), progress)
}

// runs asks the board what it runs.
func (b *board) runs() string {
	b.t.Helper()
	l := update.Open(b.t.Context(), b.wire, address)
	defer l.Close()
	h, err := l.Hello(200)
	if err != nil {
		b.t.Error(err)
	}
	return bridge.Version(h.Firmware).String()
}

// firmware is a board's program and a flash with an image, for boards to copy.
type firmware struct {
	program string
	flash   []byte
}

// installed makes a flash with version 1.1.0.
func installed(t *testing.T, size int) firmware {
	t.Helper()
	firmwaretest.Needs(t, "gcc")
	f := firmware{program: firmwaretest.Build(t, "process")}
	path := filepath.Join(t.TempDir(), "flash")
	b := newBoard(t, f.program, path)
	b.power(-1)
	if err := b.update(imageOf(t, 1, size), nil); err != nil {
		t.Fatal(err)
	}
	if v := b.runs(); v != "1.1.0" {
		t.Fatalf("the first image runs as %s", v)
	}
	b.unplug()
	var err error
	if f.flash, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return f
}

// board is a new board with this firmware.
func (f firmware) board(t *testing.T) *board {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flash")
	if err := os.WriteFile(path, f.flash, 0o600); err != nil {
		t.Fatal(err)
	}
	return newBoard(t, f.program, path)
}
