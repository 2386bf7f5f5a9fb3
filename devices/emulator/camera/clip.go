package camera

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// FrameRate is the speed of the clips in pictures a second.
const FrameRate = 12.5

// clipFiles are H.264 streams with start codes; deploy/clips makes them.
//
//go:embed clips/*.h264
var clipFiles embed.FS

// Clip is a short film that starts with a key picture and so can be played
// round and round.
type Clip struct {
	Name     string
	SPS, PPS []byte
	Units    [][][]byte // NAL units of each access unit, in decoding order
}

// ClipNames are the clips that the program carries.
func ClipNames() []string {
	entries, err := clipFiles.ReadDir("clips")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".h264"))
	}
	return names
}

// LoadClip reads one of the clips that the program carries.
func LoadClip(name string) (*Clip, error) {
	b, err := clipFiles.ReadFile(path.Join("clips", name+".h264"))
	if err != nil {
		return nil, fmt.Errorf("emulator/camera: no clip %q; there are %s", name, strings.Join(ClipNames(), ", "))
	}
	return ParseClip(name, b)
}

// ParseClip takes a stream with start codes apart. Its pictures must consist
// of one slice each and must not be reordered.
func ParseClip(name string, stream []byte) (*Clip, error) {
	c := &Clip{Name: name}
	var unit [][]byte
	for _, n := range SplitNALUs(stream) {
		t := h264.NALUType(n[0] & 0x1f)
		if t == h264.NALUTypeAccessUnitDelimiter {
			continue
		}
		if t == h264.NALUTypeSPS {
			c.SPS = n
		}
		if t == h264.NALUTypePPS {
			c.PPS = n
		}
		unit = append(unit, n)
		if t == h264.NALUTypeIDR || t == h264.NALUTypeNonIDR {
			c.Units = append(c.Units, unit)
			unit = nil
		}
	}
	if len(c.SPS) == 0 || len(c.PPS) == 0 || len(c.Units) == 0 || !h264.IsRandomAccess(c.Units[0]) {
		return nil, fmt.Errorf("emulator/camera: clip %s: %w", name, errClip)
	}
	// In-band parameter sets at every key picture, as most cameras send them.
	for i, u := range c.Units {
		if h264.IsRandomAccess(u) && !slices.ContainsFunc(u, isSPS) {
			c.Units[i] = append([][]byte{c.SPS, c.PPS}, u...)
		}
	}
	return c, nil
}

var errClip = errors.New("not an H.264 stream that starts with a key picture")

func isSPS(n []byte) bool { return h264.NALUType(n[0]&0x1f) == h264.NALUTypeSPS }

// SplitNALUs cuts a stream at its start codes (ITU-T H.264 and H.265, annex B).
// The units share its bytes.
func SplitNALUs(b []byte) [][]byte {
	var all [][]byte
	start := -1
	for i := 0; i+3 <= len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 {
			continue
		}
		all = appendNALU(all, b, start, i)
		start = i + 3
		i += 2
	}
	return appendNALU(all, b, start, len(b))
}

func appendNALU(all [][]byte, b []byte, start, end int) [][]byte {
	if start < 0 {
		return all
	}
	for end > start && b[end-1] == 0 {
		end--
	}
	if end == start {
		return all
	}
	return append(all, b[start:end:end])
}
