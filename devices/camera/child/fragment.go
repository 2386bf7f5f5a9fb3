package child

import "encoding/binary"

// Sizes of the boxes of a fragment with one sample, in bytes
// (ISO/IEC 14496-12:2015, sections 8.8.4 to 8.8.12).
const (
	sizeMfhd   = 16
	sizeTfhd   = 16
	sizeTfdt   = 20
	sizeTrun   = 36
	sizeTraf   = 8 + sizeTfhd + sizeTfdt + sizeTrun
	sizeMoof   = 8 + sizeMfhd + sizeTraf
	sizeHeader = sizeMoof + 8 // and the header of mdat
)

// Flags of the boxes (ISO/IEC 14496-12:2015, sections 8.8.7, 8.8.8 and 8.8.3.1).
const (
	tfhdBaseIsMoof = 0x020000
	// data offset, and for each sample duration, size, flags, composition offset
	trunFlags     = 0x000001 | 0x000100 | 0x000200 | 0x000400 | 0x000800
	sampleKey     = 0x02000000 // depends on no other sample
	sampleBetween = 0x01010000 // depends on others, is no sync sample
)

// sample is one access unit with its times in units of 1/90,000 s.
type sample struct {
	sequence uint32
	dts      uint64
	offset   int32 // presentation minus decoding time
	duration uint32
	key      bool
	nalus    [][]byte
}

// appendFragment appends one moof and mdat with the sample, its NAL units
// with lengths of four bytes in front.
func appendFragment(b []byte, s sample) []byte {
	size := 0
	for _, n := range s.nalus {
		size += 4 + len(n)
	}
	flags := uint32(sampleBetween)
	if s.key {
		flags = sampleKey
	}
	b = box(b, sizeMoof, "moof")
	b = box(b, sizeMfhd, "mfhd", 0, s.sequence)
	b = box(b, sizeTraf, "traf")
	b = box(b, sizeTfhd, "tfhd", tfhdBaseIsMoof, 1)
	b = box(b, sizeTfdt, "tfdt", 1<<24, uint32(s.dts>>32), uint32(s.dts))
	b = box(b, sizeTrun, "trun", 1<<24|trunFlags, 1, sizeHeader,
		s.duration, uint32(size), flags, uint32(s.offset))
	b = box(b, uint32(8+size), "mdat")
	for _, n := range s.nalus {
		b = binary.BigEndian.AppendUint32(b, uint32(len(n)))
		b = append(b, n...)
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
