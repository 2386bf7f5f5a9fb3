package syn6288

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// part is a piece of a phrase that fits into one frame.
type part struct {
	text  []byte        // GBK, with marks
	lasts time.Duration // about how long it is spoken
}

func (o Options) validate(f Family) error {
	switch {
	case o.Volume != nil && (*o.Volume < 0 || *o.Volume > 16):
		return fmt.Errorf("volume %d is not between 0 and 16", *o.Volume)
	case o.Speed != nil && (*o.Speed < 0 || *o.Speed > 5):
		return fmt.Errorf("speed %d is not between 0 and 5", *o.Speed)
	case o.Chime != "none" && !f.Chimes.MatchString(o.Chime):
		return fmt.Errorf("no chime %q", o.Chime)
	case !(o.Rate > 0 && o.Rate <= 10000):
		return fmt.Errorf("%v characters a second is not a speed of speech", o.Rate)
	}
	return nil
}

// opening is what stands before the first words: marks for the whole text,
// which must come first, and the chime, parted from the words by a comma.
func (o Options) opening() string {
	var b strings.Builder
	if o.Volume != nil {
		fmt.Fprintf(&b, "[v%d]", *o.Volume)
	}
	if o.Speed != nil {
		fmt.Fprintf(&b, "[t%d]", *o.Speed)
	}
	if o.Chime != "none" {
		b.WriteString(o.Chime + ",")
	}
	return b.String()
}

// digitByDigit makes the module read numbers as people read out a ticket.
const digitByDigit = "[n1]"

// parts splits a phrase at punctuation into pieces that fit into frames. A
// phrase without a single speakable character has no parts.
func (o Options) parts(phrase string) []part {
	words := glyphs(phrase)
	var (
		all  []part
		mark = o.opening()
	)
	for len(words) > 0 {
		mark += digitByDigit
		n := fitting(words, cmp.Or(o.longest, maxText)-len(mark))
		text := []byte(mark)
		for _, g := range words[:n] {
			text = append(text, g.code...)
		}
		spoken := float64(n)
		if len(all) == 0 && o.Chime != "none" {
			spoken += chimeLength
		}
		all = append(all, part{text: text, lasts: time.Duration(spoken / o.Rate * float64(time.Second))})
		words, mark = words[n:], ""
	}
	return all
}

// fitting is how many glyphs go into a frame with so much space: all of them,
// or as many as end with a punctuation mark, or as many as there is space for.
func fitting(words []glyph, space int) int {
	end, pause := 0, 0
	for end < len(words) && len(words[end].code) <= space {
		space -= len(words[end].code)
		end++
		if words[end-1].pause {
			pause = end
		}
	}
	if end < len(words) && pause > 0 {
		return pause
	}
	return end
}

// glyph is one character in the module's code.
type glyph struct {
	code  []byte
	pause bool // a place to part a text
}

// glyphs encodes a phrase. Brackets would be read as marks and are left out;
// control characters and characters that GBK lacks become a short pause.
func glyphs(phrase string) []glyph {
	var (
		all       []glyph
		speakable bool
	)
	for _, r := range phrase {
		if r == '[' || r == ']' {
			continue
		}
		code, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
		if err != nil || unicode.IsControl(r) || r == unicode.ReplacementChar || len(code) == 1 && code[0] > '~' {
			r, code = ' ', []byte{' '}
		}
		speakable = speakable || unicode.IsLetter(r) || unicode.IsNumber(r)
		all = append(all, glyph{code: code, pause: strings.ContainsRune("。！？；，、：,.!?;: ", r)})
	}
	if !speakable {
		return nil
	}
	return all
}
