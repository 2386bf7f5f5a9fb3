package bridge

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Sizes of an update's messages (hardware-docs/hb1.md, "Messages").
const (
	MaxFirmwareData = 192 // bytes of an image in one FW_DATA
	SignatureSize   = 64  // Ed25519
	BuildSize       = 16
)

// Version is a firmware's number: major, minor, patch.
type Version [3]byte

// String writes 1.4.0.
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// Statement is what the maker of an image signs: what it is and for whom
// (hardware-docs/firmware-update.md, "Image file").
type Statement struct {
	Board   uint32 // as in Hello
	Size    uint32 // bytes of the image
	CRC     uint32 // CRC-32 of the image, for a quick check at each boot
	SHA256  [32]byte
	Version Version
	Build   string // which source it was made from; at most BuildSize bytes
}

const factsSize = 47 // what stands before the signature in FW_BEGIN

// appendFacts appends all but the build.
func (s Statement) appendFacts(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(le.AppendUint32(le.AppendUint32(b, s.Board), s.Size), s.CRC)
	return append(append(b, s.SHA256[:]...), s.Version[:]...)
}

func (s Statement) build() []byte {
	var b [BuildSize]byte
	copy(b[:], s.Build)
	return b[:]
}

func parseFacts(b []byte) Statement {
	le := binary.LittleEndian
	return Statement{Board: le.Uint32(b), Size: le.Uint32(b[4:]), CRC: le.Uint32(b[8:]),
		SHA256: [32]byte(b[12:]), Version: Version(b[44:])}
}

func parseBuild(b []byte) string { return strings.TrimRight(string(b[:BuildSize]), "\x00") }

// StatementSize is the length of a statement's bytes.
const StatementSize = factsSize + BuildSize

// Bytes gives the statement as it is signed and as it stands in an image file,
// without the magic word before it.
func (s Statement) Bytes() []byte { return append(s.appendFacts(nil), s.build()...) }

// ParseStatement reads what Bytes gave; b has StatementSize bytes or more.
func ParseStatement(b []byte) (Statement, error) {
	if len(b) < StatementSize {
		return Statement{}, fmt.Errorf("%w: statement of %d bytes", ErrPayload, len(b))
	}
	s := parseFacts(b)
	s.Build = parseBuild(b[factsSize:])
	return s, nil
}

// FirmwareBegin announces an image.
type FirmwareBegin struct {
	Statement
	Signature [SignatureSize]byte
}

const beginSize = factsSize + 1 + SignatureSize + BuildSize

// Payload gives the message's bytes.
func (m FirmwareBegin) Payload() []byte {
	b := append(m.appendFacts(nil), SignatureSize)
	return append(append(b, m.Signature[:]...), m.build()...)
}

// ParseFirmwareBegin reads an FW_BEGIN.
func ParseFirmwareBegin(b []byte) (FirmwareBegin, error) {
	if err := check(TypeFWBegin, b, beginSize); err != nil {
		return FirmwareBegin{}, err
	}
	if b[factsSize] != SignatureSize {
		return FirmwareBegin{}, fmt.Errorf("%w: a signature of %d bytes", ErrPayload, b[factsSize])
	}
	m := FirmwareBegin{Statement: parseFacts(b), Signature: [SignatureSize]byte(b[factsSize+1:])}
	m.Build = parseBuild(b[factsSize+1+SignatureSize:])
	return m, nil
}

// FirmwareData is a piece of an image.
type FirmwareData struct {
	Offset uint32
	Data   []byte // at most MaxFirmwareData bytes
}

// Payload gives the message's bytes.
func (m FirmwareData) Payload() []byte {
	return append(binary.LittleEndian.AppendUint32(nil, m.Offset), m.Data...)
}

// ParseFirmwareData reads an FW_DATA. The data is part of b.
func ParseFirmwareData(b []byte) (FirmwareData, error) {
	if err := check(TypeFWData, b, 5); err != nil {
		return FirmwareData{}, err
	}
	if len(b) > 4+MaxFirmwareData {
		return FirmwareData{}, fmt.Errorf("%w: %d bytes of an image at once", ErrPayload, len(b)-4)
	}
	return FirmwareData{Offset: binary.LittleEndian.Uint32(b), Data: b[4:]}, nil
}

// FirmwareNext is the board's answer to FW_BEGIN and FW_DATA, carried in the
// ACK: the offset that it wants next. After a cut it is where to go on.
type FirmwareNext uint32

// Payload gives the message's bytes.
func (m FirmwareNext) Payload() []byte { return binary.LittleEndian.AppendUint32(nil, uint32(m)) }

// ParseFirmwareNext reads the answer.
func ParseFirmwareNext(b []byte) (FirmwareNext, error) {
	if err := check(TypeFWData, b, 4); err != nil {
		return 0, err
	}
	return FirmwareNext(binary.LittleEndian.Uint32(b)), nil
}

// FirmwareBoot says what becomes of the new image. The zero value boots it on
// trial.
type FirmwareBoot struct{ Keep bool }

// Payload gives the message's bytes.
func (m FirmwareBoot) Payload() []byte {
	if m.Keep {
		return []byte{1}
	}
	return []byte{0}
}

// ParseFirmwareBoot reads an FW_BOOT. One without a payload means a trial.
func ParseFirmwareBoot(b []byte) (FirmwareBoot, error) {
	if len(b) > 0 && b[0] > 1 {
		return FirmwareBoot{}, fmt.Errorf("%w: FW_BOOT %d", ErrPayload, b[0])
	}
	return FirmwareBoot{Keep: len(b) > 0 && b[0] == 1}, nil
}

// String puts the announcement on one line.
func (m FirmwareBegin) String() string {
	return fmt.Sprintf("board %d version %v build %q size %d crc %08x", m.Board, m.Version, m.Build, m.Size, m.CRC)
}

// String puts the piece on one line.
func (m FirmwareData) String() string {
	return fmt.Sprintf("offset %d, %d bytes", m.Offset, len(m.Data))
}

// String says it in a word.
func (m FirmwareBoot) String() string {
	if m.Keep {
		return "keep"
	}
	return "trial"
}
