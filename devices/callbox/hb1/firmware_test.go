package hb1

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	"lobby/firmware-bridge/firmwaretest"
)

// The driver against the firmware itself, in a chip made of software. Time is
// real here, so the tests wait for what has to come and for nothing else.

// realBus is a driver on a wire whose far end is not ours.
type realBus struct {
	*Bus
	t       *testing.T
	stop    func() // and wait
	mu      sync.Mutex
	signals []devices.Signal
	states  []string
}

// run runs the driver until the test ends.
func run(t *testing.T, wire net.Conn, units map[string]string) *realBus {
	t.Helper()
	return runWith(t, wire, units, func(*Bus) {})
}

// runWith is run with something to be done before.
func runWith(t *testing.T, wire net.Conn, units map[string]string, setup func(*Bus)) *realBus {
	t.Helper()
	driver, err := Open(wire, unitsOf(units))
	if err != nil {
		t.Fatal(err)
	}
	r := &realBus{Bus: driver.(*Bus), t: t}
	r.Health(func(unit string, s devices.State, _ string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.states = append(r.states, unit+" "+string(s))
	})
	setup(r.Bus)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, r.take) }()
	r.stop = sync.OnceFunc(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the driver ended with %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

func (r *realBus) take(_ context.Context, s devices.Signal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signals = append(r.signals, s)
	return nil
}

// pressed is what arrived, as unit and key.
func (r *realBus) pressed() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, s := range r.signals {
		all = append(all, s.Unit+" "+string(s.Key))
	}
	return all
}

// state is a unit's newest state. On a busy computer answers of a chip are late
// and lost now and then, so one that is heard may be up or degraded.
func (r *realBus) state(unit string) devices.State {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range slices.Backward(r.states) {
		if name, state, _ := strings.Cut(s, " "); name == unit {
			return devices.State(state)
		}
	}
	return devices.Unknown
}

func (r *realBus) alive(unit string) bool {
	s := r.state(unit)
	return s == devices.Up || s == devices.Degraded
}

// patience is for a busy computer, on which the chips are slow and answer late.
const patience = 3 * time.Minute

// await waits in real time.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for end := time.After(patience); !ok(); {
		select {
		case <-end:
			t.Fatalf("waited %v for: %s", patience, what)
		case <-poll.C:
		}
	}
}

// a015 is how A015 looks on seven segments.
var a015 = [4]byte{0x77, 0x3F, 0x06, 0x6D}

// shows waits until A015 is on a chip's display.
func shows(t *testing.T, chip *firmwaretest.Chip) {
	t.Helper()
	await(t, "A015 on the display's pins", func() bool { shown, lit := chip.Digits(); return lit && shown == a015 })
}

// press presses a key and waits for all that was pressed so far to arrive, in
// order and once.
func (r *realBus) press(chip *firmwaretest.Chip, key int, want ...string) {
	r.t.Helper()
	chip.Press(key)
	await(r.t, want[len(want)-1], func() bool { return len(r.pressed()) >= len(want) })
	if got := r.pressed(); !slices.Equal(got, want) {
		r.t.Fatalf("pressed %q, arrived %q", want, got)
	}
}

// One chip through a day's troubles: presses, a text, bits that turn over, a
// reset, and a transmitter that hangs until the watchdog bites.
func TestFirmwareInTheLoop(t *testing.T) {
	chip := firmwaretest.StartChip(t, firmwaretest.Build(t, "callbox.elf"), 3)
	wire, line := firmwaretest.Join(t, 1, chip.Line)
	bus := run(t, wire, map[string]string{"box-3": "address: 3"})
	await(t, "the board to be up", func() bool { return bus.alive("box-3") })
	if err := bus.Tell(t.Context(), "box-3", "A015"); err != nil {
		t.Fatal(err)
	}
	shows(t, chip)
	bus.press(chip, 1, "box-3 next")
	bus.press(chip, 8, "box-3 next", "box-3 transfer")

	line.Noise(200)
	want := []string{"box-3 next", "box-3 transfer"}
	noisy := 5
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		noisy = 2000
	}
	for range noisy {
		want = append(want, "box-3 recall")
		bus.press(chip, 2, want...)
	}
	line.Noise(0)

	chip.Reset()
	shows(t, chip)
	want = append(want, "box-3 arrive")
	bus.press(chip, 3, want...)

	guarded, done := make(chan int), make(chan struct{})
	go func() { guarded <- chip.Guard(done) }()
	await(t, "the transmitter to hang", func() bool { return hang(chip) })
	await(t, "the board to be down", func() bool { return bus.state("box-3") == devices.Down })
	await(t, "the board to be up again", func() bool { return bus.alive("box-3") })
	close(done)
	if bites := <-guarded; bites == 0 {
		t.Error("the board came back, but nobody bit it")
	}
	shows(t, chip)
	want = append(want, "box-3 finish")
	bus.press(chip, 4, want...)
}

// hang lets the firmware wait for the end of a transmission that never began. A
// real one may end at that moment and set it free, so it is looked at twice.
func hang(chip *firmwaretest.Chip) bool {
	chip.Poke("sending", 1)
	for range 2 {
		chip.Pass(20 * time.Millisecond)
		if chip.Peek("sending", 1)[0] == 0 {
			return false
		}
	}
	return true
}

// Two chips on one line. First both have the same address, as when somebody
// forgot a switch, and destroy each other's answers; then they are set apart.
func TestTwoFirmwaresOnOneLine(t *testing.T) {
	image := firmwaretest.Build(t, "callbox.elf")
	one, two := firmwaretest.StartChip(t, image, 3), firmwaretest.StartChip(t, image, 3)
	wire, line := firmwaretest.Join(t, 2, one.Line, two.Line)
	bus := run(t, wire, map[string]string{"box-3": "address: 3", "box-4": "address: 4"})
	await(t, "both to speak at once", func() bool { return line.Collisions() > 2 })
	two.Switch(4)
	two.Reset()
	await(t, "both to be up", func() bool { return bus.alive("box-3") && bus.alive("box-4") })
	bus.press(one, 1, "box-3 next")
	bus.press(two, 1, "box-3 next", "box-4 next")
	bus.press(one, 2, "box-3 next", "box-4 next", "box-3 recall")
}
