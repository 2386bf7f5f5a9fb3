package record

import (
	"bytes"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// needs fails the test when a foreign judge is missing.
func needs(t *testing.T, program, debian string) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%s is missing: install the Debian package %s", program, debian)
	}
}

// film is a film made by ffmpeg, one picture a fragment, with pictures out of
// order and a key picture every second.
func film(t *testing.T, seconds int) (init []byte, fragments [][]byte) {
	t.Helper()
	needs(t, "ffmpeg", "ffmpeg")
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration="+strconv.Itoa(seconds),
		"-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-x264-params", "keyint=25:min-keyint=25:scenecut=0:open-gop=0",
		"-video_track_timescale", "90000", "-movflags", "frag_every_frame+empty_moov+default_base_moof", "-f", "mp4", "-")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var head []byte
	boxes(out, func(b box) bool {
		whole := boxOf(b.kind, b.body)
		switch b.kind {
		case "ftyp", "moov":
			init = append(init, whole...)
		case "moof":
			head = whole
		case "mdat":
			fragments = append(fragments, append(head, whole...))
		}
		return true
	})
	if len(fragments) != 25*seconds {
		t.Fatalf("ffmpeg made %d fragments", len(fragments))
	}
	return init, fragments
}

// filmed records a film as if it began at noon.
func filmed(t *testing.T, a *Archive, init []byte, fragments [][]byte, first, last int) {
	t.Helper()
	for i := first; i < last; i++ {
		f := Fragment{Bytes: fragments[i], Key: i%25 == 0, At: noon.Add(time.Duration(i) * 40 * time.Millisecond)}
		if err := a.Add("c", init, f); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAForeignPlayerFindsNothingWrong: ffmpeg decodes clips without a word,
// and finds them as long as they were.
func TestAForeignPlayerFindsNothingWrong(t *testing.T) {
	init, fragments := film(t, 12)
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	filmed(t, a, init, fragments, 0, 125)
	filmed(t, a, init, fragments, 200, 300) // with a gap of three seconds
	for _, clip := range []struct {
		from, to time.Duration
		pictures int
		long     float64 // seconds
	}{{0, 4900 * time.Millisecond, 123, 4.92}, {2500 * time.Millisecond, 3900 * time.Millisecond, 48, 1.92}, {4 * time.Second, 10 * time.Second, 76, 6.04}} {
		file := saved(t, mustClip(t, a, "c", noon.Add(clip.from), noon.Add(clip.to)))
		out := judged(t, "ffprobe", "-v", "warning", "-count_frames", "-show_entries", "stream=nb_read_frames:format=duration", "-of", "csv=p=0", file)
		words := strings.Fields(out)
		if len(words) != 2 || words[0] != strconv.Itoa(clip.pictures) {
			t.Fatalf("ffprobe found %q, want %d pictures", out, clip.pictures)
		}
		long, err := strconv.ParseFloat(words[1], 64)
		if err != nil || long < clip.long-0.1 || long > clip.long+0.1 {
			t.Errorf("ffprobe says %q seconds, want %.2f", words[1], clip.long)
		}
		judged(t, "ffmpeg", "-v", "warning", "-xerror", "-i", file, "-f", "null", "-")
	}
}

// TestRecordingIsBitExact: the pictures that come out are those that went in.
func TestRecordingIsBitExact(t *testing.T) {
	init, fragments := film(t, 4)
	dir := t.TempDir()
	a := mustOpen(t, Options{Dir: dir, Cameras: map[string]Keep{"c": {}}})
	filmed(t, a, init, fragments, 0, 100)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	c := mustClip(t, mustOpen(t, Options{Dir: dir, Cameras: map[string]Keep{"c": {}}}), "c", noon, noon.Add(time.Minute))
	in, out := sha256.New(), sha256.New()
	for _, f := range fragments {
		in.Write(f)
	}
	if err := c.Fragments(func(b []byte) error { out.Write(b); return nil }); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(in.Sum(nil), out.Sum(nil)) {
		t.Error("the fragments were changed")
	}
	// And so are the pictures of the film that is given out.
	given, err := os.ReadFile(saved(t, c))
	if err != nil {
		t.Fatal(err)
	}
	in.Reset()
	out.Reset()
	for _, f := range fragments {
		inside(f, func(b []byte) { in.Write(b) }, "mdat")
	}
	inside(given, func(b []byte) { out.Write(b) }, "mdat")
	if !bytes.Equal(in.Sum(nil), out.Sum(nil)) {
		t.Error("the pictures of the clip were changed")
	}
}

func saved(t *testing.T, c *Clip) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clip.mp4")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := f.ReadFrom(c.Reader()); err != nil || n != c.Size() {
		t.Fatalf("%d of %d bytes: %v", n, c.Size(), err)
	}
	return file
}

// judged runs a foreign program, which must not complain.
func judged(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("%s: %v\n%s", program, err, complaints.String())
	}
	return out.String()
}
