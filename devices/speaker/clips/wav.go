package clips

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// rate is the sample rate of all clips, in samples a second.
const rate = 16000

// sound is PCM: one channel, 16 bits, rate samples a second.
type sound []int16

// lasts is how long a sound is.
func (s sound) lasts() time.Duration { return time.Duration(len(s)) * time.Second / rate }

// silence is a sound without one.
func silence(d time.Duration) sound { return make(sound, int(d.Seconds()*rate)) }

// chime is 叮咚: two struck tones, the second a third lower, each fading away.
func chime() sound {
	var s sound
	for _, hertz := range []float64{659.26, 523.25} {
		for i := range rate * 6 / 10 {
			t := float64(i) / rate
			v := math.Exp(-4*t) * (math.Sin(2*math.Pi*hertz*t) + 0.3*math.Sin(4*math.Pi*hertz*t))
			s = append(s, int16(v*9000))
		}
	}
	return s
}

// wav is the sound as a RIFF WAVE file. What it says stands in its comment
// (INFO, ICMT), for people and programs that cannot listen.
func (s sound) wav(says string) []byte {
	comment := append([]byte(says), 0)
	if len(comment)%2 == 1 {
		comment = append(comment, 0)
	}
	var b bytes.Buffer
	chunk := func(id string, size int) {
		b.WriteString(id)
		_ = binary.Write(&b, binary.LittleEndian, uint32(size)) // a buffer takes everything
	}
	chunk("RIFF", 4+24+8+4+8+len(comment)+8+2*len(s))
	b.WriteString("WAVE")
	chunk("fmt ", 16)
	for _, v := range []any{uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	chunk("LIST", 4+8+len(comment))
	b.WriteString("INFO")
	chunk("ICMT", len(comment))
	b.Write(comment)
	chunk("data", 2*len(s))
	_ = binary.Write(&b, binary.LittleEndian, []int16(s))
	return b.Bytes()
}

var errFormat = errors.New("not a WAVE file of one channel and 16 bits")

// parseWAV reads a WAVE file of one channel and 16 bits at any rate, and brings
// it to ours. A length of FFFFFFFF, as programs write that do not know it yet,
// is as long as there are bytes.
func parseWAV(b []byte) (sound, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, errFormat
	}
	from := 0
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		size = min(size, len(body))
		switch {
		case id == "fmt ":
			if size < 16 || binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[2:]) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 {
				return nil, errFormat
			}
			from = int(binary.LittleEndian.Uint32(body[4:]))
		case id == "data" && from >= 4000 && from <= 192000:
			return samples(body[:size], from), nil
		}
		rest = body[min(len(body), size+size%2):]
	}
	return nil, fmt.Errorf("%w: no sound in it", errFormat)
}

// samples reads PCM at another rate, by the nearest sample: speech of 22 kHz
// loses nothing that a hall could hear.
func samples(b []byte, from int) sound {
	n := len(b) / 2
	s := make(sound, int(int64(n)*rate/int64(from)))
	for i := range s {
		at := int(int64(i) * int64(from) / rate)
		s[i] = int16(binary.LittleEndian.Uint16(b[2*at:]))
	}
	return s
}
