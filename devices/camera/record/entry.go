package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// An index is a header and entries, all of fixed size and big endian.
//
// Header, 80 bytes: "lobbyfx2", the first 8 bytes of the SHA-256 of the
// initialisation segment, the camera's id filled up with zeros.
//
// Entry, 48 bytes: Unix time in ms (8) · offset in the segment (8) · decoding
// time of the fragment, in units of the first track (8) · size (4) · CRC-32C of the bytes
// (4) · error of the time in ms (4) · flags (1) · clock (1) · how far the
// camera's own clock was ahead, in ms (6, signed) · CRC-32C of the 44 bytes
// before (4). The first entry is the initialisation segment's.
//
// In the film every fragment is led by a free box with its entry, so that one
// write is a whole picture; the index follows when there is time, and what a
// kill kept from it is read from the film. An index that begins with
// "lobbyfx1" is of a film without these boxes.
const (
	indexMagic = "lobbyfx2"
	firstMagic = "lobbyfx1"
	headerSize = 80
	entrySize  = 48
	leadSize   = 8 + entrySize
	maxID      = 64 // bytes of a camera's id
)

const (
	flagKey  = 1
	flagInit = 2
	flagTold = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// entry is where one fragment lies and when it was taken.
type entry struct {
	At     time.Time
	Offset int64
	Decode uint64 // on the camera process's timeline, in units of the first track
	Size   int
	Sum    uint32 // CRC-32C of the bytes
	Error  time.Duration
	Key    bool
	Init   bool // the initialisation segment, and no fragment
	Clock  Clock
	Ahead  time.Duration // of the camera's own clock
	Told   bool          // it is known
}

func appendHeader(b []byte, camera string, init [8]byte) []byte {
	b = append(b, indexMagic...)
	b = append(b, init[:]...)
	b = append(b, camera...)
	return append(b, make([]byte, maxID-len(camera))...)
}

func appendEntry(b []byte, e entry) []byte {
	start := len(b)
	flags := byte(0)
	if e.Key {
		flags |= flagKey
	}
	if e.Init {
		flags |= flagInit
	}
	if e.Told {
		flags |= flagTold
	}
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMilli()))
	b = binary.BigEndian.AppendUint64(b, uint64(e.Offset))
	b = binary.BigEndian.AppendUint64(b, e.Decode)
	b = binary.BigEndian.AppendUint32(b, uint32(e.Size))
	b = binary.BigEndian.AppendUint32(b, e.Sum)
	b = binary.BigEndian.AppendUint32(b, uint32(min(e.Error.Milliseconds(), 1<<32-1)))
	b = append(b, flags, byte(e.Clock))
	ahead := uint64(e.Ahead.Milliseconds())
	b = binary.BigEndian.AppendUint16(b, uint16(ahead>>32))
	b = binary.BigEndian.AppendUint32(b, uint32(ahead))
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// appendLead is the free box in front of a fragment.
func appendLead(b []byte, e entry) []byte {
	b = binary.BigEndian.AppendUint32(b, leadSize)
	return appendEntry(append(b, "free"...), e)
}

// parseLead reads such a box; false for bytes that are none.
func parseLead(b []byte) (entry, bool) {
	if len(b) < leadSize || binary.BigEndian.Uint32(b) != leadSize || string(b[4:8]) != "free" {
		return entry{}, false
	}
	return parseEntry(b[8:])
}

// parseEntry reads one entry; false for bytes that are none.
func parseEntry(b []byte) (entry, bool) {
	if len(b) < entrySize || crc32.Checksum(b[:entrySize-4], castagnoli) != binary.BigEndian.Uint32(b[entrySize-4:]) {
		return entry{}, false
	}
	e := entry{
		At:     time.UnixMilli(int64(binary.BigEndian.Uint64(b))).UTC(),
		Offset: int64(binary.BigEndian.Uint64(b[8:])),
		Decode: binary.BigEndian.Uint64(b[16:]),
		Size:   int(binary.BigEndian.Uint32(b[24:])),
		Sum:    binary.BigEndian.Uint32(b[28:]),
		Error:  time.Duration(binary.BigEndian.Uint32(b[32:])) * time.Millisecond,
		Key:    b[36]&flagKey != 0, Init: b[36]&flagInit != 0, Clock: Clock(b[37]),
		Told: b[36]&flagTold != 0,
	}
	if e.Told {
		ahead := int64(int16(binary.BigEndian.Uint16(b[38:])))<<32 | int64(binary.BigEndian.Uint32(b[40:]))
		e.Ahead = time.Duration(ahead) * time.Millisecond
	}
	return e, true
}

// index is what an index file says.
type index struct {
	Camera  string
	InitID  [8]byte
	Init    entry
	Lead    int64   // bytes in front of each fragment
	Entries []entry // of fragments, each right behind the one before
}

// size is how long the segment is that the index describes.
func (x index) size() int64 {
	if n := len(x.Entries); n > 0 {
		return x.Entries[n-1].Offset + int64(x.Entries[n-1].Size)
	}
	return int64(x.Init.Size)
}

// readIndex reads an index up to its first torn or impossible entry; what
// follows was never finished. An index without even the entry of the
// initialisation segment is an error.
func readIndex(r io.Reader) (index, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return index{}, fmt.Errorf("record: read index: %w", err)
	}
	return parseIndex(b)
}

func parseIndex(b []byte) (index, error) {
	if len(b) < headerSize+entrySize || string(b[:8]) != indexMagic && string(b[:8]) != firstMagic {
		return index{}, fmt.Errorf("record: not an index: %d bytes", len(b))
	}
	lead := int64(leadSize)
	if string(b[:8]) == firstMagic {
		lead = 0
	}
	x := index{Lead: lead, Camera: string(bytes.TrimRight(b[16:headerSize], "\x00")), InitID: [8]byte(b[8:16])}
	b = b[headerSize:]
	first, ok := parseEntry(b)
	if !ok || !first.Init || first.Offset != 0 {
		return index{}, fmt.Errorf("record: the index has no initialisation segment")
	}
	x.Init = first
	end := int64(first.Size)
	for b = b[entrySize:]; len(b) >= entrySize; b = b[entrySize:] {
		e, ok := parseEntry(b)
		if !ok || e.Init || e.Offset != end+lead {
			break
		}
		x.Entries = append(x.Entries, e)
		end = e.Offset + int64(e.Size)
	}
	return x, nil
}
