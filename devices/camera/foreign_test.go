package camera

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	emulated "lobby/devices/emulator/camera"
)

// needs fails the test when a foreign program is missing: a foreign judge
// that is silently left out judges nothing.
func needs(t *testing.T, program, debian string) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%s is missing: install the Debian package %s", program, debian)
	}
}

// record writes what a viewer gets into a file that any player can read.
func record(t *testing.T, v *Viewer, pictures int) string {
	t.Helper()
	var b bytes.Buffer
	b.Write(v.Init())
	for range pictures {
		b.Write(mustNext(t, v).Bytes)
	}
	file := filepath.Join(t.TempDir(), "live.mp4")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// mustDecode has ffmpeg decode a source and returns the number of pictures
// and their times; any complaint of the decoder fails the test.
func mustDecode(t *testing.T, args ...string) []float64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	args = append([]string{"-v", "warning", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0"}, args...)
	cmd := exec.CommandContext(ctx, "ffprobe", args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("ffprobe: %v\n%s", err, complaints.String())
	}
	var times []float64
	for _, line := range strings.Fields(out.String()) {
		at, err := strconv.ParseFloat(strings.TrimRight(line, ","), 64)
		if err != nil {
			t.Fatalf("ffprobe said %q", line)
		}
		times = append(times, at)
	}
	return times
}

func mustBeSteady(t *testing.T, times []float64, rate float64) {
	t.Helper()
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d < 0.5/rate || d > 1.5/rate {
			t.Fatalf("picture %d comes %.3f s after the one before, at %.1f pictures a second", i, d, rate)
		}
	}
}

// mustGStreamer starts a camera by other hands and returns its address.
func mustGStreamer(t *testing.T, pipeline string) string {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import gi; gi.require_version('GstRtspServer','1.0'); from gi.repository import GstRtspServer").Run(); err != nil {
		t.Fatalf("GStreamer's RTSP server is missing (%v): install the Debian packages python3-gi and gir1.2-gst-rtsp-server-1.0", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command(python, "testdata/gst_camera.py", port, pipeline)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(t, 15*time.Second, "GStreamer listens", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return addr
}

func TestForeignFFprobeDecodesEveryPictureOfTheLivePage(t *testing.T) {
	needs(t, "ffprobe", "ffmpeg")
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"seats": "seats"}})
	r := mustRelay(t, Options{Sources: []Source{{ID: "seats", URL: "rtsp://" + cams.Addr() + "/seats"}}})
	times := mustDecode(t, record(t, mustWatch(t, r, "seats"), 60))
	if len(times) != 60 {
		t.Fatalf("%d pictures of 60", len(times))
	}
	mustBeSteady(t, times[1:], emulated.FrameRate)
}

func TestForeignPlayerGetsRTSP(t *testing.T) {
	needs(t, "ffprobe", "ffmpeg")
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"in": "kiosk"}})
	r := mustRelay(t, Options{
		Sources:    []Source{{ID: "kiosk-1", URL: "rtsp://" + cams.Addr() + "/in"}},
		RTSPListen: "127.0.0.1:0",
		RTSPUsers:  map[string]string{"recorder": "canary-77"},
	})
	mustNext(t, mustWatch(t, r, "kiosk-1"))
	addr, why := r.RTSP()
	if addr == "" || why != "" {
		t.Fatalf("RTSP at %q: %s", addr, why)
	}
	times := mustDecode(t, "-rtsp_transport", "tcp", "-read_intervals", "%+4", "rtsp://recorder:canary-77@"+addr+"/kiosk-1")
	if len(times) < 25 {
		t.Fatalf("%d pictures in 4 s", len(times))
	}
	mustBeSteady(t, times, emulated.FrameRate)
	if out, err := exec.Command("ffprobe", "-v", "error", "-rtsp_transport", "tcp", "rtsp://recorder:wrong@"+addr+"/kiosk-1").CombinedOutput(); err == nil || !strings.Contains(string(out), "401") {
		t.Errorf("a wrong password gets %v %s", err, out)
	}
}

// Pictures out of order need decoding times; GStreamer's x264 makes them.
func TestForeignCameraByGStreamer(t *testing.T) {
	needs(t, "ffprobe", "ffmpeg")
	for name, encoder := range map[string]string{
		"baseline":     "x264enc tune=zerolatency key-int-max=30 ! video/x-h264,profile=constrained-baseline",
		"out of order": "x264enc bframes=2 b-adapt=false key-int-max=30 speed-preset=ultrafast ! video/x-h264,profile=high",
	} {
		t.Run(name, func(t *testing.T) {
			addr := mustGStreamer(t, "videotestsrc is-live=true pattern=ball ! video/x-raw,width=322,height=240,framerate=15/1 ! "+encoder+" ! rtph264pay name=pay0 pt=96")
			r := mustRelay(t, Options{Sources: []Source{{ID: "gst", URL: "rtsp://" + addr + "/camera"}}})
			times := mustDecode(t, record(t, mustWatch(t, r, "gst"), 60))
			if len(times) != 60 {
				t.Fatalf("%d pictures of 60", len(times))
			}
			mustBeSteady(t, times[3:], 15)
		})
	}
}
