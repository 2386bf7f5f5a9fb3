package main

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startCamera starts a camera that GStreamer plays.
func (h *foreignHall) startCamera(t testing.TB) {
	t.Helper()
	const pipeline = "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1 ! " +
		"x264enc tune=zerolatency key-int-max=15 ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96"
	h.gstreamer = background(t, nil, python, "../../devices/camera/testdata/gst_camera.py", h.camera, pipeline)
	mustListen(t, "GStreamer", h.camera)
}

// decoded has ffprobe decode a source; a complaint fails the test.
func decoded(t testing.TB, args ...string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	args = append([]string{"-v", "warning", "-select_streams", "v", "-count_frames",
		"-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "csv=p=0"}, args...)
	cmd := exec.CommandContext(ctx, "ffprobe", args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("ffprobe: %v\n%s", err, complaints.String())
	}
	count, ok := strings.CutPrefix(strings.TrimSpace(out.String()), "h264,320,240,")
	n, err := strconv.Atoi(count)
	if !ok || err != nil {
		t.Fatalf("ffprobe found %q", out.String())
	}
	return n
}

// plays has ffprobe play the camera from Lobby for some pictures. A player
// comes in at any picture and shows none before the next key picture, which
// may be 14 away.
func (h *foreignHall) plays(t testing.TB) {
	t.Helper()
	if n := decoded(t, "-rtsp_transport", "tcp", "-read_intervals", "%+#45", "rtsp://127.0.0.1:"+h.rtsp+"/cam"); n < 30 {
		t.Errorf("%d pictures from Lobby's RTSP", n)
	}
}

// video: ffprobe plays what Lobby relays from GStreamer, over RTSP and as the
// live page gets it, recorded by Python.
func (h *foreignHall) video(t *testing.T) {
	h.until(t, "up", "camera/cam")
	h.plays(t)
	file := filepath.Join(t.TempDir(), "live.mp4")
	mime := h.python(t, "live.py", strings.Replace(h.url, "http", "ws", 1)+"/api/v1/cameras/cam/live", "40", file)
	if !strings.HasPrefix(string(mime), `video/mp4; codecs="avc1.42`) {
		t.Errorf("the stream calls itself %q", mime)
	}
	if n := decoded(t, file); n != 40 {
		t.Errorf("%d pictures of 40 in what the live page gets", n)
	}
}
