package firmware_test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"lobby/firmware-bridge/firmwaretest"
)

// What the image may take. The chip has 32 KiB and 2 KiB; the core leaves most
// of both to whoever builds another board on it.
const (
	coreFlash = 8192
	coreRAM   = 512
)

// coreFiles are the parts of the core, beside which the image has its board.
var coreFiles = []string{"box", "crc", "event", "frame", "key", "lamp", "sound", "text", "watch"}

// sizes gives the bytes of flash and of RAM that an object or image takes, as
// avr-size tells them: text, data, bss.
func sizes(t testing.TB, path string) (flash, ram int) {
	t.Helper()
	out, err := exec.Command("avr-size", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, numbers, _ := strings.Cut(string(out), "\n")
	var n [3]int
	for i := range n {
		if n[i], err = strconv.Atoi(strings.Fields(numbers)[i]); err != nil {
			t.Fatalf("avr-size %s: %s", path, out)
		}
	}
	return n[0] + n[1], n[1] + n[2]
}

// coreSizes gives the flash of the core in an image, and its state, which the
// board declares.
func coreSizes(t testing.TB, image string) (flash, state int) {
	t.Helper()
	box, err := firmwaretest.Symbol(image, "box")
	if err != nil {
		t.Fatal(err)
	}
	state = int(box.Size)
	for _, name := range coreFiles {
		f, r := sizes(t, strings.TrimSuffix(image, "callbox.elf")+"core/"+name+".o")
		flash, state = flash+f, state+r
	}
	return flash, state
}

func TestImageFitsTheChip(t *testing.T) {
	firmwaretest.Needs(t, "avr-gcc")
	image := firmwaretest.Build(t, "callbox.elf")
	flash, ram := sizes(t, image)
	t.Logf("image: %d bytes of flash, %d of RAM", flash, ram)
	core, state := coreSizes(t, image)
	t.Logf("core: %d bytes of flash, %d of RAM", core, state)
	if core > coreFlash || state > coreRAM {
		t.Errorf("the core takes %d bytes of flash and %d of RAM, at most %d and %d", core, state, coreFlash, coreRAM)
	}
	if ram > 1024 {
		t.Errorf("%d bytes of RAM leave less than half of it to the stack", ram)
	}
}

// Slow lines, and the crystal that hits both speeds exactly, build too.
func TestImageBuildsForOtherLines(t *testing.T) {
	firmwaretest.Needs(t, "avr-gcc")
	firmwaretest.Build(t, "callbox.elf", "BAUD=19200")
	firmwaretest.Build(t, "callbox.elf", "F_CPU=14745600")
}

// libFuzzer looks for inputs that the rules of host/fuzz.c or a sanitizer
// object to. LOBBY_NIGHTLY makes it look for ten minutes.
func TestFuzzerFindsNothingInTheCore(t *testing.T) {
	firmwaretest.Needs(t, "clang")
	fuzz := firmwaretest.Build(t, "fuzz")
	seeds := writeSeeds(t)
	long := 6 * time.Second
	if nightly() {
		long = 10 * time.Minute
	}
	cmd := exec.Command(fuzz, "-max_total_time="+strconv.Itoa(int(long.Seconds())), "-max_len=1024", "-verbosity=0", "-artifact_prefix="+t.TempDir()+"/", seeds)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
