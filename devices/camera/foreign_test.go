package camera

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lobby/devices/camera/pipe"
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

// record writes so many pictures of what a viewer gets, and the sound between,
// into a file that any player can read.
func record(t *testing.T, v *Viewer, pictures int) string {
	t.Helper()
	var b bytes.Buffer
	b.Write(v.Init())
	for n := 0; n < pictures; {
		f := mustNext(t, v)
		b.Write(f.Bytes)
		if f.Track == pipe.Picture {
			n++
		}
	}
	file := filepath.Join(t.TempDir(), "live.mp4")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// mustDecode has ffmpeg decode a source and returns the number of pictures
// and their times; any complaint of the decoder fails the test.
func mustDecode(t *testing.T, kind string, args ...string) []float64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	args = append([]string{"-v", "warning", "-select_streams", kind, "-show_entries", "frame=pts_time", "-of", "csv=p=0"}, args...)
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
	t.Parallel()
	needs(t, "ffprobe", "ffmpeg")
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"seats": "seats"}})
	r := mustRelay(t, Options{Sources: []Source{{ID: "seats", URL: "rtsp://" + cams.Addr() + "/seats"}}})
	times := mustDecode(t, "v", record(t, mustWatch(t, r, "seats"), 60))
	if len(times) != 60 {
		t.Fatalf("%d pictures of 60", len(times))
	}
	mustBeSteady(t, times[1:], emulated.FrameRate)
}

func TestForeignPlayerGetsRTSP(t *testing.T) {
	t.Parallel()
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
	times := mustDecode(t, "v", "-rtsp_transport", "tcp", "-read_intervals", "%+4", "rtsp://recorder:canary-77@"+addr+"/kiosk-1")
	if len(times) < 25 {
		t.Fatalf("%d pictures in 4 s", len(times))
	}
	mustBeSteady(t, times, emulated.FrameRate)
	if out, err := exec.Command("ffprobe", "-v", "error", "-rtsp_transport", "tcp", "rtsp://recorder:wrong@"+addr+"/kiosk-1").CombinedOutput(); err == nil || !strings.Contains(string(out), "401") {
		t.Errorf("a wrong password gets %v %s", err, out)
	}
}

func TestForeignGStreamerPlaysRTSP(t *testing.T) {
	t.Parallel()
	needs(t, "gst-launch-1.0", "gstreamer1.0-tools")
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"in": "kiosk"}})
	r := mustRelay(t, Options{
		Sources:    []Source{{ID: "kiosk-1", URL: "rtsp://" + cams.Addr() + "/in"}},
		RTSPListen: "127.0.0.1:0",
		RTSPUsers:  map[string]string{"recorder": "canary-77"},
	})
	mustNext(t, mustWatch(t, r, "kiosk-1"))
	addr, _ := r.RTSP()
	file := filepath.Join(t.TempDir(), "played.mkv")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "gst-launch-1.0", "-q", "rtspsrc", "location=rtsp://"+addr+"/kiosk-1", "protocols=tcp", "user-id=recorder", "user-pw=canary-77",
		"!", "rtph264depay", "!", "h264parse", "!", "video/x-h264,stream-format=avc,alignment=au", "!", "identity", "eos-after=50", "!", "matroskamux", "!", "filesink", "location="+file).CombinedOutput()
	if err != nil || strings.Contains(string(out), "ERROR") {
		t.Fatalf("gst-launch: %v\n%s", err, out)
	}
	if pictures := mustDecode(t, "v", file); len(pictures) < 25 {
		t.Errorf("GStreamer played %d pictures of at least 25", len(pictures))
	}
}

// mustHear watches with the sound, asking again until it has come.
func mustHear(t *testing.T, r *Relay, camera string) *Viewer {
	t.Helper()
	var v *Viewer
	eventually(t, 30*time.Second, "the sound", func() bool {
		v = mustWatch(t, r, camera, Wish{Sound: true, H265: true})
		return strings.Contains(v.MIME(), ",")
	})
	return v
}

const (
	gstPicture = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=322,height=240,framerate=15/1 ! "
	gstH264    = gstPicture + "x264enc tune=zerolatency key-int-max=30 speed-preset=ultrafast ! rtph264pay name=pay0 pt=96 "
	gstSound   = " audiotestsrc is-live=true wave=ticks ! audioconvert ! "
)

// What the makers of GStreamer call a camera: both codecs, pictures out of
// order, which need decoding times, several slices, and every sound. ffprobe
// decodes all of it without a complaint.
func TestForeignCameraByGStreamer(t *testing.T) {
	t.Parallel()
	needs(t, "ffprobe", "ffmpeg")
	for name, c := range map[string]struct {
		pipeline string
		mime     string // of the page that hears
		sounds   bool   // on the page
		tracks   []pipe.Codec
	}{
		"baseline": {gstPicture + "x264enc tune=zerolatency key-int-max=30 ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96",
			"avc1.42", false, []pipe.Codec{pipe.H264}},
		"out of order": {gstPicture + "x264enc bframes=2 b-adapt=false key-int-max=30 speed-preset=ultrafast ! video/x-h264,profile=high ! rtph264pay name=pay0 pt=96",
			"avc1.", false, []pipe.Codec{pipe.H264}},
		"slices": {gstPicture + "x264enc tune=zerolatency sliced-threads=true threads=4 key-int-max=30 ! rtph264pay name=pay0 pt=96 aggregate-mode=zero-latency",
			"avc1.", false, []pipe.Codec{pipe.H264}},
		"H.265": {gstPicture + "x265enc tune=zerolatency key-int-max=30 speed-preset=ultrafast ! h265parse ! rtph265pay name=pay0 pt=96",
			"hvc1.1.6.L", false, []pipe.Codec{pipe.H265}},
		"H.265 out of order": {gstPicture + "x265enc key-int-max=30 speed-preset=ultrafast option-string=bframes=2:b-adapt=0:rc-lookahead=3 ! h265parse ! rtph265pay name=pay0 pt=96",
			"hvc1.1.6.L", false, []pipe.Codec{pipe.H265}},
		"AAC": {gstH264 + gstSound + "audio/x-raw,rate=44100,channels=2 ! voaacenc ! aacparse ! rtpmp4gpay name=pay1 pt=97",
			",mp4a.40.2", true, []pipe.Codec{pipe.H264, pipe.AAC}},
		"Opus": {gstH264 + gstSound + "audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay name=pay1 pt=97",
			",opus", true, []pipe.Codec{pipe.H264, pipe.Opus}},
		"A-law": {gstH264 + gstSound + "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
			"avc1.", false, []pipe.Codec{pipe.H264, pipe.PCMA}},
		"µ-law": {gstH264 + gstSound + "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0",
			"avc1.", false, []pipe.Codec{pipe.H264, pipe.PCMU}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := mustGStreamer(t, c.pipeline)
			r := mustRelay(t, Options{Sources: []Source{{ID: "gst", URL: "rtsp://" + addr + "/camera"}}, RTSPListen: "127.0.0.1:0"})
			v := mustWatch(t, r, "gst", Wish{H265: true})
			if c.sounds {
				v = mustHear(t, r, "gst")
			}
			if !strings.Contains(v.MIME(), c.mime) {
				t.Errorf("MIME type %q", v.MIME())
			}
			var got []pipe.Codec
			for _, track := range v.Tracks() {
				got = append(got, track.Codec)
			}
			if !slices.Equal(got, c.tracks) {
				t.Errorf("tracks %v, want %v", got, c.tracks)
			}
			file := record(t, v, 60)
			times := mustDecode(t, "v", file)
			if len(times) != 60 {
				t.Fatalf("%d pictures of 60", len(times))
			}
			mustBeSteady(t, times[3:55], 15) // at the ends, pictures out of order miss their neighbours
			if c.sounds {
				mustSound(t, file, times[len(times)-1]-times[0])
			}
			if len(c.tracks) > 1 {
				addr, _ := r.RTSP()
				mustSound(t, "rtsp://"+addr+"/gst", 1, "-rtsp_transport", "tcp", "-read_intervals", "%+3")
			}
		})
	}
}

// mustSound has ffmpeg decode the sound, which must last so many seconds, a
// second more or less.
func mustSound(t *testing.T, source string, seconds float64, args ...string) {
	t.Helper()
	times := mustDecode(t, "a", append(args, source)...)
	if len(times) == 0 || times[len(times)-1]-times[0] < seconds-1 {
		t.Fatalf("%d frames of sound, want %.1f s", len(times), seconds)
	}
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d <= 0 || d > 0.2 {
			t.Fatalf("frame %d of the sound comes %.3f s after the one before", i, d)
		}
	}
}
