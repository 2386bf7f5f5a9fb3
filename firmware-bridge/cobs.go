package bridge

import (
	"bytes"
	"errors"
)

// ErrCOBS says that bytes between two delimiters are no COBS encoding.
var ErrCOBS = errors.New("bridge: bad byte stuffing")

// fullRun is the COBS code of 254 data bytes without a zero after them
// (Cheshire and Baker, "Consistent Overhead Byte Stuffing", section 3).
const fullRun = 0xFF

// AppendCOBS appends the COBS encoding of src, which holds no zero byte, and
// returns the extended slice. The delimiters around it are the caller's.
func AppendCOBS(dst, src []byte) []byte {
	code, run := len(dst), byte(1)
	dst = append(dst, 0)
	next := func() {
		dst[code] = run
		code, run = len(dst), 1
		dst = append(dst, 0)
	}
	for i, b := range src {
		if b == 0 {
			next()
			continue
		}
		dst = append(dst, b)
		run++
		if run == fullRun && i < len(src)-1 {
			next()
		}
	}
	dst[code] = run
	return dst
}

// DecodeCOBS appends what src, bytes between two delimiters, stands for. It
// returns ErrCOBS when src is cut short or holds a zero.
func DecodeCOBS(dst, src []byte) ([]byte, error) {
	for len(src) > 0 {
		run := int(src[0])
		if run == 0 || run > len(src) || bytes.IndexByte(src[1:run], 0) >= 0 {
			return dst, ErrCOBS
		}
		dst = append(dst, src[1:run]...)
		src = src[run:]
		if run != fullRun && len(src) > 0 {
			dst = append(dst, 0)
		}
	}
	return dst, nil
}
