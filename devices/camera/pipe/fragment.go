package pipe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// Sizes of the boxes of a fragment, in bytes (ISO/IEC 14496-12:2015, sections
// 8.8.4 to 8.8.12), with the parts of trun that are there once and per sample.
const (
	sizeMfhd   = 16
	sizeTfhd   = 16
	sizeTfdt   = 20
	sizeTrun   = 20
	sizeSample = 16
	sizeMoof   = 8 + sizeMfhd + 8 + sizeTfhd + sizeTfdt + sizeTrun // and the samples of trun
)

// HeaderSizeOfPicture is how long moof and the header of mdat are in a
// fragment with one sample, in bytes.
const HeaderSizeOfPicture = sizeMoof + sizeSample + 8

// Flags of the boxes (ISO/IEC 14496-12:2015, sections 8.8.7, 8.8.8 and 8.8.3.1).
const (
	tfhdBaseIsMoof = 0x020000
	// data offset, and for each sample duration, size, flags, composition offset
	trunFlags     = 0x000001 | 0x000100 | 0x000200 | 0x000400 | 0x000800
	sampleKey     = 0x02000000 // depends on no other sample
	sampleBetween = 0x01010000 // depends on others, is no sync sample
)

// maxSamples bounds the samples of one fragment: a packet of the smallest
// frames of sound holds fewer.
const maxSamples = 256

// Sample is one access unit or one frame of sound.
type Sample struct {
	Duration uint32 // in units of the track's clock
	Offset   int32  // presentation minus decoding time, in the same units
	Key      bool
	// Data is the frame of sound, or the access unit's NAL units with a length
	// of four bytes in front of each: NALUs takes them apart.
	Data []byte
}

// Fragment is one moof and mdat with the samples of one track.
type Fragment struct {
	Track    uint8
	Sequence uint32
	Time     uint64 // decoding time of the first sample, in units of the track's clock
	Samples  []Sample
}

// AppendTo appends the fragment's bytes.
func (f Fragment) AppendTo(b []byte) []byte {
	data := 0
	for _, s := range f.Samples {
		data += len(s.Data)
	}
	b = f.appendHead(b, len(f.Samples))
	for _, s := range f.Samples {
		b = appendSample(b, s, len(s.Data))
	}
	b = box(b, uint32(8+data), "mdat")
	for _, s := range f.Samples {
		b = append(b, s.Data...)
	}
	return b
}

// AppendPicture appends a fragment with one sample, made of NAL units that
// lie apart; the Data and the Samples of f and s are not looked at.
func AppendPicture(b []byte, f Fragment, s Sample, nalus [][]byte) []byte {
	size := 0
	for _, n := range nalus {
		size += 4 + len(n)
	}
	b = f.appendHead(b, 1)
	b = appendSample(b, s, size)
	b = box(b, uint32(8+size), "mdat")
	for _, n := range nalus {
		b = binary.BigEndian.AppendUint32(b, uint32(len(n)))
		b = append(b, n...)
	}
	return b
}

func (f Fragment) appendHead(b []byte, samples int) []byte {
	n := uint32(samples * sizeSample)
	b = box(b, sizeMoof+n, "moof")
	b = box(b, sizeMfhd, "mfhd", 0, f.Sequence)
	b = box(b, sizeMoof+n-8-sizeMfhd, "traf")
	b = box(b, sizeTfhd, "tfhd", tfhdBaseIsMoof, uint32(f.Track))
	b = box(b, sizeTfdt, "tfdt", 1<<24, uint32(f.Time>>32), uint32(f.Time))
	return box(b, sizeTrun+n, "trun", 1<<24|trunFlags, uint32(samples), sizeMoof+n+8)
}

func appendSample(b []byte, s Sample, size int) []byte {
	flags := uint32(sampleBetween)
	if s.Key {
		flags = sampleKey
	}
	for _, w := range [...]uint32{s.Duration, uint32(size), flags, uint32(s.Offset)} {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

// box appends a box's header and the words that follow it.
func box(b []byte, size uint32, name string, words ...uint32) []byte {
	b = binary.BigEndian.AppendUint32(b, size)
	b = append(b, name...)
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

// ParseFragment takes a fragment apart that AppendTo or AppendPicture wrote;
// fragments of other programs are ErrFrame. The samples share the bytes of b.
func ParseFragment(b []byte) (Fragment, error) {
	const trun = sizeMoof - sizeTrun
	if len(b) < sizeMoof+8 {
		return Fragment{}, fmt.Errorf("pipe: fragment of %d bytes: %w", len(b), ErrFrame)
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }
	count := word(trun + 12)
	if count == 0 || count > maxSamples || len(b) < sizeMoof+int(count)*sizeSample+8 {
		return Fragment{}, fmt.Errorf("pipe: fragment of %d samples in %d bytes: %w", count, len(b), ErrFrame)
	}
	f := Fragment{
		Sequence: word(8 + 12), Track: uint8(word(8 + sizeMfhd + 8 + 12)),
		Time:    binary.BigEndian.Uint64(b[trun-8:]),
		Samples: make([]Sample, count),
	}
	data := b[sizeMoof+int(count)*sizeSample+8:]
	for i := range f.Samples {
		at := sizeMoof + i*sizeSample
		size := word(at + 4)
		if uint64(size) > uint64(len(data)) {
			return Fragment{}, fmt.Errorf("pipe: fragment with a sample of %d bytes: %w", size, ErrFrame)
		}
		f.Samples[i] = Sample{
			Duration: word(at), Offset: int32(word(at + 12)), Key: word(at+8) == sampleKey,
			Data: data[:size:size],
		}
		data = data[size:]
	}
	if len(data) > 0 || !f.wrote(b) {
		return Fragment{}, fmt.Errorf("pipe: fragment of another layout: %w", ErrFrame)
	}
	return f, nil
}

// wrote tells whether everything in b but the samples' data is what AppendTo
// writes.
func (f Fragment) wrote(b []byte) bool {
	head := f.appendHead(nil, len(f.Samples))
	size := 0
	for _, s := range f.Samples {
		head = appendSample(head, s, len(s.Data))
		size += len(s.Data)
	}
	head = box(head, uint32(8+size), "mdat")
	return bytes.HasPrefix(b, head)
}

// NALUs takes the data of a picture's sample apart. The units share its bytes.
func NALUs(data []byte) ([][]byte, error) {
	var all [][]byte
	for len(data) > 0 {
		if len(data) < 4 {
			return nil, fmt.Errorf("pipe: %d bytes after the last NAL unit: %w", len(data), ErrFrame)
		}
		n := binary.BigEndian.Uint32(data)
		if n > math.MaxInt32 || int(n) > len(data)-4 {
			return nil, fmt.Errorf("pipe: NAL unit of %d bytes: %w", n, ErrFrame)
		}
		all = append(all, data[4:4+n:4+n])
		data = data[4+n:]
	}
	return all, nil
}
