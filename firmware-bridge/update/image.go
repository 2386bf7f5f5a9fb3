// Package update brings firmware to boards that speak HB1: the signed image
// file, and the sender of an update, a state machine that knows no wire and
// the small runner that has one. hardware-docs/firmware-update.md is normative;
// the receiver is in firmware-bridge/firmware/core.
package update

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"

	bridge "lobby/firmware-bridge"
)

// magic begins every image file and everything that is signed, so that a
// signature of anything else can never be taken for one of firmware.
const magic = "LOBBYFW1"

// HeadSize is the number of bytes before the image in its file.
const HeadSize = len(magic) + bridge.StatementSize + bridge.SignatureSize

// MaxSize is the largest image, far above what the chips of boards hold.
const MaxSize = 16 << 20

// The reasons why a file is no image to be trusted.
var (
	ErrFormat    = errors.New("it is no firmware image")
	ErrDamaged   = errors.New("the image is damaged")
	ErrSignature = errors.New("the signature is not of this key")
)

// Image is a signed firmware.
type Image struct {
	bridge.FirmwareBegin
	Data []byte
}

// Sign makes an image. Board, Version and Build are the caller's; what follows
// from the data is filled in.
func Sign(key ed25519.PrivateKey, about bridge.Statement, data []byte) (Image, error) {
	if len(data) == 0 || len(data) > MaxSize {
		return Image{}, fmt.Errorf("update: sign %d bytes: want 1 to %d", len(data), MaxSize)
	}
	if len(about.Build) > bridge.BuildSize {
		return Image{}, fmt.Errorf("update: build %q is longer than %d bytes", about.Build, bridge.BuildSize)
	}
	about.Size, about.CRC, about.SHA256 = uint32(len(data)), crc32.ChecksumIEEE(data), sha256.Sum256(data)
	i := Image{FirmwareBegin: bridge.FirmwareBegin{Statement: about}, Data: data}
	copy(i.Signature[:], ed25519.Sign(key, i.signed()))
	return i, nil
}

func (i Image) signed() []byte { return append([]byte(magic), i.Statement.Bytes()...) }

// Append appends the image as it stands in its file.
func (i Image) Append(dst []byte) []byte {
	dst = append(dst, i.signed()...)
	return append(append(dst, i.Signature[:]...), i.Data...)
}

// Parse reads an image file and checks that it is whole, not who signed it:
// that is Verify. The data is part of b.
func Parse(b []byte) (Image, error) {
	if len(b) < HeadSize || !bytes.HasPrefix(b, []byte(magic)) {
		return Image{}, fmt.Errorf("update: %w: it does not begin as one", ErrFormat)
	}
	s, err := bridge.ParseStatement(b[len(magic):])
	if err != nil {
		return Image{}, fmt.Errorf("update: %w: %w", ErrFormat, err)
	}
	i := Image{FirmwareBegin: bridge.FirmwareBegin{Statement: s}, Data: b[HeadSize:]}
	copy(i.Signature[:], b[HeadSize-bridge.SignatureSize:])
	switch {
	case len(i.Data) == 0 || int64(len(i.Data)) != int64(s.Size):
		return Image{}, fmt.Errorf("update: %w: it has %d bytes, its head says %d", ErrDamaged, len(i.Data), s.Size)
	case sha256.Sum256(i.Data) != s.SHA256 || crc32.ChecksumIEEE(i.Data) != s.CRC:
		return Image{}, fmt.Errorf("update: %w: its bytes are not those of its head", ErrDamaged)
	}
	return i, nil
}

// Verify demands that the owner of the key signed the image.
func (i Image) Verify(key ed25519.PublicKey) error {
	if !ed25519.Verify(key, i.signed(), i.Signature[:]) {
		return fmt.Errorf("update: %w", ErrSignature)
	}
	return nil
}

// Fits demands that the image was made for the board that introduced itself.
func (i Image) Fits(h bridge.Hello) error {
	if i.Board != h.Board {
		return fmt.Errorf("update: %w: the image is for board %d, this is board %d, %s", ErrWrongBoard, i.Board, h.Board, h.Name)
	}
	return nil
}

// ErrWrongBoard says that the image was made for another board.
var ErrWrongBoard = errors.New("wrong board")
