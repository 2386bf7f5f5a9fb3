package web_test

import (
	"encoding/binary"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// fragment is one message of a live camera: the head, or one second of it.
type fragment []byte

// cameraClip makes a few seconds of test picture and cuts it into the
// messages that a camera's relay would send.
func cameraClip(t *testing.T) []fragment {
	t.Helper()
	bin, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal("the program ffmpeg is missing; install the Debian package ffmpeg")
	}
	name := filepath.Join(t.TempDir(), "clip.mp4")
	out, err := exec.Command(bin, "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=5", "-t", "8",
		"-c:v", "libx264", "-profile:v", "baseline", "-level", "3.0", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "5",
		"-movflags", "frag_keyframe+empty_moov+default_base_moof", name).CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	clip, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return cutClip(clip)
}

// cutClip cuts before every moof box, so that the head stays one message.
func cutClip(clip []byte) []fragment {
	var cuts []fragment
	start := 0
	for at := 0; at+8 <= len(clip); {
		size := int(binary.BigEndian.Uint32(clip[at:]))
		if string(clip[at+4:at+8]) == "moof" {
			cuts = append(cuts, clip[start:at])
			start = at
		}
		at += max(size, 8)
	}
	return append(cuts, clip[start:])
}

// live is the address of a camera: it sends what it kept at once, then goes
// on in real time, and falls silent when the clip or the test is over.
func (h *fakeHall) live(w http.ResponseWriter, r *http.Request) {
	c, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	h.mu.Lock()
	clip := h.clip
	h.viewers++
	h.mu.Unlock()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _, _ = c.ReadMessage() // The page never speaks; this ends when it leaves.
	}()
	if clip != nil && r.PathValue("camera") != "cam7" {
		_ = c.WriteMessage(websocket.TextMessage, []byte(`video/mp4; codecs="avc1.42c01e"`))
	}
	for i, f := range clip {
		if r.PathValue("camera") == "cam7" {
			break
		}
		_ = c.WriteMessage(websocket.BinaryMessage, f)
		if i < 5 {
			continue
		}
		select {
		case <-gone:
			return
		case <-time.After(time.Second):
		}
	}
	<-gone
}
