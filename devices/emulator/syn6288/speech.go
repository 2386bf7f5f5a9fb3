package syn6288

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// obey carries out a frame and returns the answer.
func (e *Emulator) obey(frame []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.On(faultSilent) {
		return nil
	}
	command, data, ok := e.envelope.content(frame)
	if !ok {
		return e.answer(answerRejected)
	}
	switch {
	case command == 0x01 && len(data) >= 1:
		return e.speak(data[0], data[1:])
	case command == 0x02 && len(data) == 0:
		e.cut()
	case command == 0x03 && len(data) == 0:
		e.pause()
	case command == 0x04 && len(data) == 0:
		e.resume()
	case command == 0x21 && len(data) == 0:
		if e.speaking() {
			return e.answer(answerAccepted, answerBusy)
		}
		return e.answer(answerAccepted, answerIdle)
	case command == 0x31 && len(data) == 1 && data[0] <= 2:
	case command == 0x88 && len(data) == 0:
		e.cut()
	default:
		return e.answer(answerRejected)
	}
	return e.answer(answerAccepted)
}

// speak begins a text. One that is being spoken is cut off.
func (e *Emulator) speak(parameter byte, text []byte) []byte {
	coding := e.envelope.decoder(parameter & 7)
	if e.On(faultReject) || coding == nil || parameter>>3 > 15 {
		return e.answer(answerRejected)
	}
	e.cut()
	words, err := coding.Bytes(text)
	if err != nil {
		words = text
	}
	heard, chime := listenTo(string(words))
	e.remember(Said{Text: heard, Chime: chime, At: time.Now()})
	e.ends = time.Now().Add(e.length(heard, chime))
	return e.answer(answerAccepted)
}

// length is how long a text takes: a chime is as long as four characters.
func (e *Emulator) length(heard, chime string) time.Duration {
	characters := utf8.RuneCountInString(heard)
	if chime != "" {
		characters += 4
	}
	return time.Duration(float64(characters) / e.rate * float64(time.Second))
}

func (v envelope) decoder(coding byte) *encoding.Decoder {
	switch coding {
	case 0, 1: // GB2312 is a part of GBK
		return simplifiedchinese.GBK.NewDecoder()
	case 2:
		return traditionalchinese.Big5.NewDecoder()
	case 3:
		if v.little {
			return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
		}
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return nil
}

// listenTo parts what is spoken from the marks in brackets and from a chime at
// the beginning.
func listenTo(text string) (heard, chime string) {
	heard = regexp.MustCompile(`\[[a-z]\d*\]`).ReplaceAllString(text, "")
	if m := regexp.MustCompile(`^((?:sound|msg|ring)(?:[a-z]|\d{3}))(?:[\pP\pZ]|$)`).FindStringSubmatch(heard); m != nil {
		chime = m[1]
		heard = heard[len(m[0]):]
	}
	return strings.TrimSpace(heard), chime
}

func (e *Emulator) speaking() bool { return e.paused || time.Now().Before(e.ends) }

func (e *Emulator) pause() {
	if !e.ends.IsZero() {
		e.rest, e.ends, e.paused = time.Until(e.ends), time.Time{}, true
	}
}

func (e *Emulator) resume() {
	if e.paused {
		e.ends, e.paused = time.Now().Add(e.rest), false
	}
}

// cut ends a text before its time.
func (e *Emulator) cut() {
	if e.speaking() {
		e.said[len(e.said)-1].Cut = true
	}
	e.ends, e.paused = time.Time{}, false
}

// finish ends a text that is over and reports it.
func (e *Emulator) finish() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ends.IsZero() || time.Now().Before(e.ends) {
		return nil
	}
	e.ends = time.Time{}
	if e.On(faultNoIdle) {
		return nil
	}
	return e.answer(answerIdle)
}

// left is the time until the text being spoken is over; long when there is
// none.
func (e *Emulator) left() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ends.IsZero() {
		return time.Hour
	}
	return max(0, time.Until(e.ends))
}
