package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"lobby/devices/emulator"
	"lobby/firmware-bridge/firmwaretest"
)

// chipHall is a hall whose one call box is an ATmega328P with our firmware.
const chipHall = `hall: {id: chip, name: 芯片大厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
data: DIR/data
rules: {auto_finish: true}
departments: [{id: social, name: 社保局}]
classes: [{id: normal, name: 普通, rate: 1}]
services: [{id: social, prefix: M, name: 社会保险, department: social, floor: 1, area: A}]
windows: [{id: "3", name: 三号, floor: 1, area: A, services: [social], callbox: box-3}]
boards:
  digits: {model: modbus, wire: "serial://DIR/digits?baud=9600", units: {"3": {unit: 1, map: dm56}}}
callboxes:
  boxes: {model: hb1, wire: "serial://DIR/boxes?baud=115200", units: {box-3: {address: 3}}}
`

// A press travels from a contact of the emulated chip through its firmware, the
// line, the driver, the hall and its trail to the bytes of the board over the
// window, and back onto the call box's own digits.
func TestPressOnTheChipReachesTheBoard(t *testing.T) {
	needs(t, map[string]string{"socat": "socat"})
	image := firmwaretest.Build(t, "callbox.elf")
	h := &foreignHall{dir: t.TempDir(), far: map[string]emulator.Emulator{}, socats: map[string]*exec.Cmd{}}
	h.plug(t, "boxes")
	h.plug(t, "digits")
	config := h.write(t, "hall.yaml", strings.ReplaceAll(chipHall, "DIR", h.dir))
	file, err := load(config)
	if err != nil {
		t.Fatal(err)
	}
	if h.far["digits"], err = emulatorCatalog["modbus"](file.Boards["digits"].units()); err != nil {
		t.Fatal(err)
	}
	digits := h.serve(t, "digits")
	chip := firmwaretest.StartChip(t, image, 3)
	h.solder(t, "boxes", chip.Line)
	h.program = startLobby(t, "run", "--config", config)

	h.must(t, "open", "day_open", nil)
	h.must(t, "take", "take", map[string]any{"service": "social"})
	h.until(t, "up", "board/3")
	until(t, "the call box answers", patience, func() bool {
		return slices.ContainsFunc(h.state(t).Devices, func(d struct{ ID, State, Why, Effect string }) bool {
			return d.ID == "callbox/box-3" && (d.State == "up" || d.State == "degraded")
		})
	})
	chip.Press(1) // opens the window and calls
	if ticket := h.calling(t, "3"); ticket != "M001" {
		t.Errorf("called %s", ticket)
	}
	until(t, "M001 is on the board's wire", patience, func() bool { return digits.heard.has("\x00M\x000\x000\x001") })
	m001 := [4]byte{0x37, 0x3F, 0x3F, 0x06}
	until(t, "the call box shows M001", patience, func() bool { shown, lit := chip.Digits(); return lit && shown == m001 })

	chip.Press(3) // the citizen is here
	until(t, "the window serves", patience, func() bool { return h.state(t).Windows[0].State == "serving" })
	chip.Press(4) // finish
	until(t, "the window is idle", patience, func() bool { return h.state(t).Windows[0].State == "idle" })
	chip.Press(1) // nobody waits: a refusal is an answer too
	zero := [4]byte{0x3F}
	until(t, "the call box shows 0", patience, func() bool { shown, _ := chip.Digits(); return shown == zero })
}

// solder joins the far end of a wire with a chip's line until the test ends.
func (h *foreignHall) solder(t testing.TB, wire string, line net.Conn) {
	t.Helper()
	far, err := os.OpenFile(h.path(wire+".far"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(far, line) }) // each ends with its wire
	both.Go(func() { _, _ = io.Copy(line, far) })
	t.Cleanup(func() {
		stop(h.socats[wire])
		line.Close()
		far.Close()
		both.Wait()
	})
}
