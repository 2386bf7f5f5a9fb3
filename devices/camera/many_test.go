package camera

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lobby/devices"
	emulated "lobby/devices/emulator/camera"
)

// One process takes 64 cameras: all of them show pictures, every viewer of
// each begins at a key picture and loses none, and no camera is dialled twice.
func TestSixtyFourCamerasThroughOneProcess(t *testing.T) {
	const cameras, pictures = 64, 40
	streams := map[string]string{}
	for i := range cameras {
		streams[fmt.Sprint("c", i)] = emulated.ClipNames()[i%len(emulated.ClipNames())]
	}
	cams := mustCameras(t, emulated.Options{Streams: streams})
	var said reports
	o := Options{Report: said.report}
	for i := range cameras {
		o.Sources = append(o.Sources, Source{ID: fmt.Sprint("c", i), URL: fmt.Sprintf("rtsp://%s/c%d", cams.Addr(), i)})
	}
	r := mustRelay(t, o)
	failed := make(chan string, cameras)
	for i := range cameras {
		v := mustWatch(t, r, fmt.Sprint("c", i))
		go func() {
			for n := range pictures {
				f, err := v.Next(t.Context())
				if err != nil || n == 0 && !f.Key {
					failed <- fmt.Sprintf("camera %d, picture %d: key %t, %v", i, n, f.Key, err)
					return
				}
			}
			failed <- ""
		}()
	}
	for range cameras {
		select {
		case why := <-failed:
			if why != "" {
				t.Error(why)
			}
		case <-time.After(60 * time.Second):
			t.Fatal("not all cameras show their pictures")
		}
	}
	for _, s := range r.States() {
		if s.State != devices.Up || s.Dropped > 0 || s.Figures.Lost > 0 || s.Figures.Damaged > 0 {
			t.Errorf("%+v", s)
		}
	}
	if pids := mustPIDs(t, r, 1); len(pids) == 1 {
		t.Logf("64 cameras: %s of the camera process", memory(pids[0]))
	}
}

// memory is what /proc says of a process, for the log.
func memory(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "unknown memory"
	}
	for line := range strings.Lines(string(b)) {
		if v, found := strings.CutPrefix(line, "VmRSS:"); found {
			return strings.TrimSpace(v)
		}
	}
	return "unknown memory"
}
