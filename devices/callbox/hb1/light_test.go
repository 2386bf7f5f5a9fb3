package hb1

import (
	"encoding/hex"
	"fmt"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/firmwaretest"
)

// The steps of "First light" in hardware-docs/boards/callbox.md, as far as an
// emulated chip can show them.
func TestFirstLight(t *testing.T) {
	chip := firmwaretest.StartChip(t, firmwaretest.Build(t, "callbox.elf"), 3)
	await(t, "step 4: the digits to be dark", func() bool { shown, lit := chip.Digits(); return lit && shown == [4]byte{} })
	if lamps := chip.Outputs() & (firmwaretest.Link | firmwaretest.Lamp); lamps != 0 {
		t.Errorf("step 4: lamps %08b are lit", lamps)
	}
	wire, line := firmwaretest.Join(t, 1, chip.Line)
	bus := run(t, wire, map[string]string{"box-3": "address: 3"})
	await(t, "step 5: the green lamp", func() bool { return chip.Outputs()&firmwaretest.Link != 0 })
	await(t, "step 5: the box to be up", func() bool { return bus.alive("box-3") })
	if err := bus.Show(t.Context(), "box-3", devices.Frame{Window: "3"}); err != nil {
		t.Fatal(err)
	}
	idle := [4]byte{0x40, 0x40, 0x40, 0x40}
	await(t, "step 5: ---- on the digits", func() bool { shown, _ := chip.Digits(); return shown == idle })
	bus.press(chip, 1, "box-3 next")

	line.Cut(true)
	await(t, "step 8: the green lamp to go dark", func() bool { return chip.Outputs()&firmwaretest.Link == 0 })
	await(t, "step 8: the box to be down", func() bool { return bus.state("box-3") == devices.Down })
	chip.Press(2)
	line.Cut(false)
	await(t, "step 9: the press of that time", func() bool { return len(bus.pressed()) == 2 })
	chip.Reset()
	await(t, "step 10: ---- again", func() bool { shown, _ := chip.Digits(); return shown == idle })
	bus.press(chip, 3, "box-3 next", "box-3 recall", "box-3 arrive")
	await(t, "the box to let the line go", func() bool { return chip.Outputs()&firmwaretest.Drive == 0 })
}

// Two boxes whose switches are off are found though they answer at once; when
// the UID of one stands in the hall file, it gets its address.
func TestFirmwaresWithoutAddressAreFound(t *testing.T) {
	image := firmwaretest.Build(t, "callbox.elf")
	one, two := firmwaretest.StartChip(t, image, 0), firmwaretest.StartChip(t, image, 0)
	ours, other := bridge.UID{0: 0x4C}, bridge.UID{0: 0xCC}
	one.Pass(20 * time.Millisecond)
	two.Pass(20 * time.Millisecond)
	one.SetUID(ours)
	two.SetUID(other)
	wire, line := firmwaretest.Join(t, 3, one.Line, two.Line)
	var mu sync.Mutex
	found := map[bridge.UID]bool{}
	before := runWith(t, wire, map[string]string{"box-9": "address: 9"}, func(b *Bus) {
		b.search.every = time.Second // on a busy computer answers are late and questions lost
		b.Found(func(h bridge.Hello) {
			mu.Lock()
			defer mu.Unlock()
			found[h.UID] = true
		})
	})
	await(t, "both to be told of", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return found[ours] && found[other]
	})
	before.stop()
	t.Logf("%d answers collided", line.Collisions())

	bus := run(t, wire, map[string]string{"box-3": fmt.Sprintf("{address: 33, uid: %q}", hex.EncodeToString(ours[:]))})
	await(t, "the box to be up", func() bool { return bus.alive("box-3") })
	bus.press(one, 1, "box-3 next")
	const place = 8 // of the address, avr/settings.c
	await(t, "the address to be kept", func() bool { return one.Kept()[place] == 33 })
	if two.Kept()[place] != 0 {
		t.Errorf("the other box keeps address %d", two.Kept()[place])
	}
}
