package update_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lobby/firmware-bridge/firmwaretest"
	"lobby/firmware-bridge/update"
)

// parallel is how many boards are updated at once: they mostly wait for
// answers that a cut has swallowed.
const parallel = 12

// TestPowerCutAtEveryFlashOperation: whichever erasure or write of an update
// the power fails in, torn as chance has it, the board boots a whole image, the
// old or the new one, and the update goes on to its end.
func TestPowerCutAtEveryFlashOperation(t *testing.T) {
	t.Parallel()
	chances := 1
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		chances = 40
	}
	old := installed(t, 2000)
	image := imageOf(t, 2, 2600)
	var reached atomic.Int64 // cuts, of all chances
	var beyond atomic.Bool
	type cut struct{ op, chance int }
	cuts := make(chan cut)
	var boards sync.WaitGroup
	for range parallel {
		boards.Go(func() {
			for c := range cuts {
				if cutAt(t, old, image, c.op, c.chance) {
					reached.Add(1)
				} else {
					beyond.Store(true)
				}
			}
		})
	}
	for op := 0; !beyond.Load(); op++ {
		for chance := range chances {
			cuts <- cut{op, chance}
		}
	}
	close(cuts)
	boards.Wait()
	// 7 erasures, the head, 14 pieces of the image cut at 4 page ends, 6 pages
	// marked, and whole, trial, tried, kept.
	if per := int(reached.Load()) / chances; per != 7+1+14+4+6+4 {
		t.Errorf("an update has %d flash operations", per)
	}
}

// firstStart is the operation that notes the new image's first start. When it is
// done whole, and the power fails before the image runs, the board cannot know
// that the image was never given a chance.
const firstStart = 34

// cutAt updates a board whose power fails in one operation; false when the
// update had fewer.
func cutAt(t *testing.T, old firmware, image update.Image, op, chance int) bool {
	b := old.board(t)
	b.chance = op*1000 + chance
	b.power(op)
	err := b.update(image, nil)
	if errors.Is(err, update.ErrFellBack) && op == firstStart {
		err = b.update(image, nil) // as the error says
	}
	boots, cuts := b.history()
	if err != nil {
		t.Errorf("cut in operation %d: %v; it booted %q", op, err, boots)
	}
	if v := b.runs(); v != "1.2.0" {
		t.Errorf("cut in operation %d: in the end it runs %s; it booted %q", op, v, boots)
	}
	for _, boot := range boots {
		if strings.HasPrefix(boot, "slot 2") && len(old.flash) > 0 {
			t.Errorf("cut in operation %d: it found no image: %q", op, boots)
		}
	}
	b.unplug()
	b.power(-1)
	if v := b.runs(); v != "1.2.0" {
		t.Errorf("cut in operation %d: after another boot it runs %s", op, v)
	}
	b.unplug()
	return cuts > 0
}

// TestPowerCutDuringTheFirstImage: there is no old image to go back to, so the
// boot loader waits for the host rather than start a part of the new one.
func TestPowerCutDuringTheFirstImage(t *testing.T) {
	t.Parallel()
	firmwaretest.Needs(t, "gcc")
	empty := firmware{program: firmwaretest.Build(t, "process")}
	image := imageOf(t, 2, 2600)
	var boards sync.WaitGroup
	for op := 1; op < 36; op += 3 {
		boards.Go(func() {
			if !cutAt(t, empty, image, op, 7) {
				t.Errorf("there is no operation %d", op)
			}
		})
	}
	boards.Wait()
}

// libFuzzer looks for an order of messages, cuts and boots after which something
// boots that is not whole or was not signed (firmware/process/fuzz.c).
// LOBBY_NIGHTLY makes it look for ten minutes.
func TestFuzzerFindsNoWayToAHalfImage(t *testing.T) {
	firmwaretest.Needs(t, "clang")
	fuzz := firmwaretest.Build(t, "fuzz-update")
	long := "3"
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		long = "600"
	}
	cmd := exec.Command(fuzz, "-max_total_time="+long, "-max_len=256", "-verbosity=0", "-artifact_prefix="+t.TempDir()+"/")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
