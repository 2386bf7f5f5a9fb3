package firmware_test

import (
	"strconv"
	"testing"
	"time"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/firmwaretest"
	"lobby/firmware-bridge/frametest"
)

// How many frames a second each receiver takes, side by side on this computer.
// The C one has no table for its checksum, because the chip has no room for it.
func BenchmarkReceiversSideBySide(b *testing.B) {
	c := firmwaretest.StartFastCore(b)
	var wire []byte
	frames := 0
	for _, f := range frametest.Read(b, corpus) {
		if f.Good() {
			wire = append(wire, f.Wire...)
			frames++
		}
	}
	const rounds = 2000
	for b.Loop() {
		begin := time.Now()
		for range rounds {
			foundInGo(b, wire, frames)
		}
		inGo := time.Since(begin)
		nanoseconds, err := strconv.ParseInt(c.For(b).Ask("time 0 %x %d", wire, rounds), 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		inC := time.Duration(nanoseconds)
		n := float64(rounds * frames)
		b.ReportMetric(n/inGo.Seconds(), "go_frames/s")
		b.ReportMetric(n/inC.Seconds(), "c_frames/s")
		b.ReportMetric(float64(inC)/float64(inGo), "c/go")
		// A full line at 115200 baud brings this many.
		b.ReportMetric(n/inGo.Seconds()/(115200/10*float64(frames)/float64(len(wire))), "go/line")
	}
}

func foundInGo(b *testing.B, stream []byte, want int) {
	found := 0
	for len(stream) > 0 {
		n, _, err := bridge.Next(stream)
		if n == 0 || err != nil {
			b.Fatalf("%d, %v", n, err)
		}
		if n > 0 {
			found++
		}
		stream = stream[max(n, -n):]
	}
	if found != want {
		b.Fatalf("found %d frames of %d", found, want)
	}
}

// The bytes of the image and of its core, against what they may take.
func BenchmarkBytesOfFirmware(b *testing.B) {
	firmwaretest.Needs(b, "avr-gcc")
	image := firmwaretest.Build(b, "callbox.elf")
	for b.Loop() {
		flash, ram := sizes(b, image)
		core, state := coreSizes(b, image)
		b.ReportMetric(float64(flash), "flash_bytes")
		b.ReportMetric(float64(ram), "ram_bytes")
		b.ReportMetric(float64(core)/coreFlash, "core/8KiB")
		b.ReportMetric(float64(state)/coreRAM, "state/512B")
	}
}
