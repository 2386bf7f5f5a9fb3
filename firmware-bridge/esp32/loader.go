package esp32

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"lobby/firmware-bridge/internal/line"
)

// Waits; erasing a megabyte takes the flash ten seconds ("Writing Data").
const (
	answerWait = 3 * time.Second
	syncWait   = 200 * time.Millisecond
	syncTries  = 10
	eraseWait  = 40 * time.Second // for each megabyte, and at least this
	md5Wait    = 8 * time.Second  // for each megabyte, and at least this
	tries      = 4
	gap        = 50 * time.Millisecond
)

// AppOffset is where the partition table of the reference board has its
// program.
const AppOffset = 0x10000

// magicRegister tells the kinds of chips apart ("READ_REG" in esptool's
// detection): an ESP32 has magicESP32 there.
const (
	magicRegister = 0x40001000
	magicESP32    = 0x00F01D83
)

var (
	// ErrRefused says that the chip answered with an error.
	ErrRefused = errors.New("the chip refuses")
	// ErrDiffers says that the flash does not hold what was sent.
	ErrDiffers = errors.New("the flash holds something else than was sent")
	// ErrOtherChip says that it is no ESP32.
	ErrOtherChip = errors.New("it is no ESP32")
)

// errorOf is the ROM's reason ("ROM Loader Errors").
func errorOf(code byte) string {
	say := map[byte]string{5: "invalid message", 6: "failed to act", 7: "wrong checksum", 8: "flash write error",
		9: "flash read error", 10: "flash read too long", 11: "deflate error"}[code]
	if say == "" {
		say = fmt.Sprintf("error %02x", code)
	}
	return say
}

// Flash greets the chip, writes an image at an offset of its flash, compares
// the MD5 that the chip makes of what it holds with the image's, and boots it.
// Progress, which may be nil, hears how many bytes were taken. The wire is only
// borrowed.
func Flash(ctx context.Context, w line.Wire, image []byte, offset uint32, progress func(done int)) error {
	l := &loader{line: line.Begin(ctx, w)}
	defer l.line.End()
	if progress == nil {
		progress = func(int) {}
	}
	if err := l.flash(image, offset, progress); err != nil {
		return fmt.Errorf("esp32: flash: %w", err)
	}
	return nil
}

type loader struct{ line *line.Line }

func (l *loader) flash(image []byte, offset uint32, progress func(int)) error {
	if len(image) == 0 {
		return errors.New("the image is empty")
	}
	if err := l.prepare(); err != nil {
		return err
	}
	// Writing may be repeated from the beginning, because FLASH_BEGIN erases.
	var err error
	for range tries {
		if err = l.write(image, offset, progress); err == nil {
			break
		}
		if !spoiled(err) && !errors.Is(err, ErrDiffers) {
			return err
		}
		if err := l.sync(); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	// The chip boots instead of answering, so silence is a good answer.
	_, err = l.do(FlashEnd, 0, words(0), answerWait)
	if errors.Is(err, line.ErrSilence) {
		return nil
	}
	return err
}

// prepare greets the chip, sees that it is an ESP32, and wakes its flash.
func (l *loader) prepare() error {
	if err := l.sync(); err != nil {
		return err
	}
	r, err := l.again(ReadReg, words(magicRegister))
	if err == nil && r.Value != magicESP32 {
		err = fmt.Errorf("%w: its register %08x is %08x", ErrOtherChip, magicRegister, r.Value)
	}
	if err == nil {
		_, err = l.again(SPIAttach, words(0, 0))
	}
	if err == nil {
		// A flash of 4 MB in blocks of 64 KB, sectors of 4 KB and pages of 256.
		_, err = l.again(SPISetup, words(0, 4<<20, 64<<10, 4<<10, 256, 0xFFFF))
	}
	return err
}

// sync brings both ends in step. The chip answers one SYNC several times.
func (l *loader) sync() error {
	for range syncTries {
		if err := l.line.Write(AppendSync(nil)); err != nil {
			return err
		}
		_, err := l.hear(Sync, syncWait)
		switch {
		case err == nil:
			return l.line.Quiet(gap)
		case !spoiled(err):
			return err
		}
		if err := l.line.Quiet(gap); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: was the chip reset with GPIO0 low?", line.ErrSilence)
}

// again does a command that may be done twice until it works.
func (l *loader) again(c Command, data []byte) (r Response, err error) {
	for range tries {
		if r, err = l.do(c, 0, data, answerWait); !spoiled(err) {
			return r, err
		}
		if err := l.sync(); err != nil {
			return r, err
		}
	}
	return r, err
}

// write writes the whole image and compares.
func (l *loader) write(image []byte, offset uint32, progress func(int)) error {
	if err := l.line.Write(AppendBegin(nil, uint32(len(image)), offset)); err != nil {
		return err
	}
	if _, err := l.hear(FlashBegin, perMegabyte(eraseWait, len(image))); err != nil {
		return err
	}
	for at := 0; at < len(image); at += BlockSize {
		to := min(at+BlockSize, len(image))
		if err := l.put(AppendData(nil, uint32(at/BlockSize), image[at:to])); err != nil {
			return fmt.Errorf("block at %d: %w", at, err)
		}
		progress(to)
	}
	return l.compare(image, offset)
}

// put sends one block until it is taken. One that is refused after a silence
// was taken before, and only its answer was lost; if that is a mistake, the
// digest of the whole will tell.
func (l *loader) put(block []byte) error {
	var err error
	silent := false
	for range tries {
		if err := l.line.Write(block); err != nil {
			return err
		}
		_, err = l.hear(FlashData, answerWait)
		switch {
		case err == nil || silent && errors.Is(err, ErrRefused):
			return nil
		case !spoiled(err):
			return err
		}
		silent = errors.Is(err, line.ErrSilence)
	}
	return err
}

func (l *loader) compare(image []byte, offset uint32) error {
	r, err := l.do(FlashMD5, 0, words(offset, uint32(len(image)), 0, 0), perMegabyte(md5Wait, len(image)))
	if err != nil {
		return err
	}
	want := md5.Sum(image) // the ROM knows no other digest; the image's own was checked before
	if !strings.EqualFold(string(r.Data), hex.EncodeToString(want[:])) {
		return ErrDiffers
	}
	return nil
}

func perMegabyte(d time.Duration, size int) time.Duration {
	return max(d, d*time.Duration(size)/(1<<20))
}

// do sends a command and waits for its response.
func (l *loader) do(c Command, checksum uint32, data []byte, wait time.Duration) (Response, error) {
	if err := l.line.Write(AppendRequest(nil, c, checksum, data)); err != nil {
		return Response{}, err
	}
	return l.hear(c, wait)
}

// hear waits for the response to a command; others, and noise, are dropped.
func (l *loader) hear(c Command, wait time.Duration) (Response, error) {
	until := time.Now().Add(wait)
	var stream []byte
	for {
		b, err := l.line.More(until)
		if err != nil {
			return Response{}, fmt.Errorf("%v: %w", c, err)
		}
		stream = append(stream, b...)
		for {
			n, r, _ := Next(stream)
			if n == 0 {
				break
			}
			stream = stream[max(n, -n):]
			if n < 0 || r.Command != c {
				continue
			}
			if r.Error != 0 {
				return r, fmt.Errorf("%v: %w: %s", c, ErrRefused, errorOf(r.Error))
			}
			return r, nil
		}
	}
}

// spoiled tells whether a bad line may be the cause.
func spoiled(err error) bool {
	return errors.Is(err, line.ErrSilence) || errors.Is(err, ErrRefused)
}
