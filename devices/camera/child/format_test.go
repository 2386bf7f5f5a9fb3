package child

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/pion/rtp"

	"lobby/devices/camera/pipe"
	emulated "lobby/devices/emulator/camera"
)

// mustFilm has ffmpeg make a film and takes it apart into access units. The
// arguments are an input of lavfi and the encoder's options.
func mustFilm(t testing.TB, c *codec, input string, args ...string) (units [][][]byte, sets [][]byte) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign encoders are left out of short runs")
	}
	file := filepath.Join(t.TempDir(), "film."+string(c.name))
	muxer := map[pipe.Codec]string{pipe.H264: "h264", pipe.H265: "hevc"}[c.name]
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args = slices.Concat([]string{"-v", "error", "-f", "lavfi", "-i", input, "-pix_fmt", "yuv420p"}, args, []string{"-f", muxer, file})
	if out, err := exec.CommandContext(ctx, "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sets = make([][]byte, c.sets)
	var unit [][]byte
	for _, n := range emulated.SplitNALUs(b) {
		kind, set := c.kind(n)
		slice := kind == nalKey || kind == nalSlice || kind == nalLeading
		if hasSlice(c, unit) && (slice && c.begins(n) || !slice && kind != nalNone && !suffix(c, n)) {
			units, unit = append(units, unit), nil
		}
		if kind == nalSet && sets[set] == nil {
			sets[set] = n
		}
		unit = append(unit, n)
	}
	return append(units, unit), sets
}

func suffix(c *codec, n []byte) bool {
	return c.name == pipe.H265 && h265.NALUType(n[0]>>1&0x3f) == h265.NALUType_SUFFIX_SEI_NUT
}

func hasSlice(c *codec, unit [][]byte) bool {
	return slices.ContainsFunc(unit, func(n []byte) bool {
		kind, _ := c.kind(n)
		return kind == nalKey || kind == nalSlice || kind == nalLeading
	})
}

// A camera that changes the size of its picture makes players start again,
// and only them: nothing else stops.
func TestResolutionChangesInTheStream(t *testing.T) {
	c := codecH264()
	small, sets := mustFilm(t, c, "testsrc2=s=320x240:r=25:d=2", "-c:v", "libx264", "-tune", "zerolatency", "-g", "25")
	large, _ := mustFilm(t, c, "testsrc2=s=640x480:r=25:d=2", "-c:v", "libx264", "-tune", "zerolatency", "-g", "25")
	s := mustStage(t, stageOptions{picture: &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: sets[0], PPS: sets[1]}})
	sent, _ := s.keepSending(c, slices.Concat(small, large), 25*time.Millisecond, clockRate/25)
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, patient())
	eventually(t, 30*time.Second, "both sizes", func() bool { return len(h.started(0)) >= 2 })
	eventually(t, 30*time.Second, "pictures after that", func() bool { return h.pictures(0) > 75 })
	starts := h.started(0)
	if a, b := starts[0].Tracks[0], starts[1].Tracks[0]; a.Width != 320 || b.Width != 640 || b.Height != 480 {
		t.Errorf("%d by %d, then %d by %d", a.Width, a.Height, b.Width, b.Height)
	}
	for i, f := range h.came(0, pipe.Picture) {
		if _, known := sent[hashOf(c, mustUnits(t, f))]; !known {
			t.Fatalf("picture %d was never sent", i)
		}
	}
	if f := h.figured(0); f.Damaged > 0 || h.had(0, pipe.Failed) {
		t.Errorf("figures %+v", f)
	}
}

// played is what a player got from our own RTSP server.
type played struct {
	mu    sync.Mutex
	units [][][]byte
	at    []uint32 // their time stamps
	open  bool     // a picture has begun and not ended
	stamp uint32
	torn  int // pictures without their end
}

// follow sees by marks and time stamps whether pictures come whole.
func (p *played) follow(pkt *rtp.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open && pkt.Timestamp != p.stamp {
		p.torn++
	}
	p.open, p.stamp = !pkt.Marker, pkt.Timestamp
}

func mustPlay(t testing.TB, url string) *played {
	t.Helper()
	return mustPlayOver(t, url, nil)
}

// mustPlayOver plays over a connection that dial makes.
func mustPlayOver(t testing.TB, url string, dial func(ctx context.Context, network, address string) (net.Conn, error)) *played {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	tcp := gortsplib.ProtocolTCP
	c := &gortsplib.Client{Scheme: u.Scheme, Host: u.Host, Protocol: &tcp, DialContext: dial, OnDecodeError: func(error) {}, OnPacketsLost: func(uint64) {}}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	desc, _, err := c.Describe(u)
	if err != nil {
		t.Fatal(err)
	}
	m := desc.Medias[0]
	var decode func(*rtp.Packet) ([][]byte, error)
	switch f := m.Formats[0].(type) {
	case *format.H264:
		d, err := f.CreateDecoder()
		if err != nil {
			t.Fatal(err)
		}
		decode = d.Decode
	case *format.H265:
		d, err := f.CreateDecoder()
		if err != nil {
			t.Fatal(err)
		}
		decode = d.Decode
	}
	if _, err := c.Setup(desc.BaseURL, m, 0, 0); err != nil {
		t.Fatal(err)
	}
	p := &played{}
	c.OnPacketRTP(m, m.Formats[0], func(pkt *rtp.Packet) {
		p.follow(pkt)
		if au, err := decode(pkt); err == nil && len(au) > 0 {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.units, p.at = append(p.units, au), append(p.at, pkt.Timestamp)
		}
	})
	if _, err := c.Play(nil); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *played) got() [][][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.units)
}

// What comes out is what went in, compared by hash, for the page and for
// players, whatever the encoder does: slices, one after the other without a
// gap, in the order they were sent.
func TestPicturesComeOutAsTheyWentIn(t *testing.T) {
	for name, o := range map[string]struct {
		codec *codec
		args  string
	}{
		"H.264, one slice":                {codecH264(), "-c:v libx264 -tune zerolatency -x264-params slices=1:keyint=25"},
		"H.264, four slices":              {codecH264(), "-c:v libx264 -tune zerolatency -x264-params slices=4:keyint=25"},
		"H.264, delimiters and filler":    {codecH264(), "-c:v libx264 -tune zerolatency -x264-params aud=1:keyint=25:nal-hrd=cbr:filler=1 -b:v 2M -maxrate 2M -bufsize 1M"},
		"H.264, intra only":               {codecH264(), "-c:v libx264 -tune zerolatency -x264-params keyint=1"},
		"H.265":                           {codecH265(), "-c:v libx265 -tune zerolatency -x265-params log-level=none:keyint=25:bframes=0"},
		"H.265, slices and sets repeated": {codecH265(), "-c:v libx265 -tune zerolatency -x265-params log-level=none:keyint=25:bframes=0:slices=3:repeat-headers=1:aud=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			units, sets := mustFilm(t, o.codec, "testsrc2=s=640x360:r=25:d=3,noise=alls=6:allf=t", strings.Fields(o.args)...)
			var f format.Format = &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: sets[0], PPS: sets[1]}
			if o.codec.name == pipe.H265 {
				f = &format.H265{PayloadTyp: 96, VPS: sets[0], SPS: sets[1], PPS: sets[2]}
			}
			s := mustStage(t, stageOptions{picture: f})
			sent, _ := s.keepSending(o.codec, units, 15*time.Millisecond, clockRate/25)
			if len(sent) != 75 {
				t.Fatalf("%d different pictures of 75", len(sent))
			}
			h := mustRun(t, pipe.Config{Listen: "127.0.0.1:0", Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, patient())
			eventually(t, 60*time.Second, "a picture", func() bool { return h.pictures(0) > 0 })
			p := mustPlay(t, "rtsp://"+h.listens()+"/a")
			eventually(t, 90*time.Second, "two rounds", func() bool { return h.pictures(0) > 150 && len(p.got()) > 100 })
			var page [][][]byte
			for _, fragment := range h.came(0, pipe.Picture) {
				page = append(page, mustUnits(t, fragment))
			}
			for where, came := range map[string][][][]byte{"page": page, "player": p.got()} {
				before := -1
				for i, au := range came {
					n, known := sent[hashOf(o.codec, au)]
					if !known {
						t.Fatalf("%s: picture %d of %d was never sent", where, i, len(came))
					}
					if before >= 0 && n != (before+1)%len(units) {
						t.Fatalf("%s: picture %d follows %d", where, n, before)
					}
					before = n
				}
			}
		})
	}
}

// The description of H.265 in front of the pictures is, byte for byte up to
// the level, the one that ffmpeg writes.
func TestDescriptionOfH265IsAsOthersWriteIt(t *testing.T) {
	c := codecH265()
	units, sets := mustFilm(t, c, "testsrc2=s=640x360:r=25:d=0.2", "-c:v", "libx265", "-x265-params", "log-level=none")
	p, err := newParamsH265(sets)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var stream []byte
	for _, u := range units {
		for _, n := range u {
			stream = append(append(stream, 0, 0, 0, 1), n...)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "film.hevc"), stream, 0o600); err != nil {
		t.Fatal(err)
	}
	judge := exec.Command("ffmpeg", "-v", "error", "-f", "hevc", "-i", "film.hevc", "-c", "copy", "-tag:v", "hvc1", "judge.mp4")
	judge.Dir = dir
	if out, err := judge.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	theirs, err := os.ReadFile(filepath.Join(dir, "judge.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	const length = 4 + 13 // hvcC and what follows up to the level
	description := func(b []byte) []byte {
		i := bytes.Index(b, []byte("hvcC"))
		if i < 0 || len(b) < i+length {
			t.Fatal("no hvcC")
		}
		return b[i : i+length]
	}
	if ours, theirs := description(p.init), description(theirs); !bytes.Equal(ours, theirs) {
		t.Errorf("ours %x, ffmpeg's %x", ours, theirs)
	}
	if p.tag != "hvc1.1.6.L63.90" {
		t.Errorf("browsers are told of %s", p.tag)
	}
	if _, err := newParamsH265([][]byte{sets[0], sets[1][:10], sets[2]}); !errors.Is(err, errParams) {
		t.Errorf("half a set: %v", err)
	}
}
