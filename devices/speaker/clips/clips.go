// Package clips speaks with recorded clips through the sound card of this
// computer, or of another one: it joins the clips of a phrase to one sound, and
// has espeak-ng, run as a program, say what there is no clip for. See
// hardware-docs/speakers/clips.md.
package clips

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"time"

	"lobby/deploy/voice"
	"lobby/devices"
)

// ErrNoVoice is returned by Say, after it has spoken, for a phrase with words
// that there is neither a clip nor a program for.
var ErrNoVoice = fmt.Errorf("%w: no clip and no espeak-ng", devices.ErrUnspeakable)

const (
	// beginning is how long a sound card or a line may take beside the sound.
	beginning = 10 * time.Second
	// thinking is how long espeak-ng may take for a phrase; it takes 50 ms.
	thinking = 5 * time.Second
)

// The pauses of speech.
const (
	comma     = 200 * time.Millisecond
	afterBell = 150 * time.Millisecond
	between   = 20 * time.Millisecond
)

// Options of a voice.
type Options struct {
	Clips  string `yaml:"clips"`  // folder with zh and en; the stand-ins of Lobby when left out
	Yao    bool   `yaml:"yao"`    // the digit 1 of a ticket is read 幺 and not 一
	Silent bool   `yaml:"silent"` // no chime before a phrase
	Espeak string `yaml:"espeak"` // program for free text; espeak-ng when left out
}

// Speaker is one voice on one wire. It is not safe for several goroutines.
type Speaker struct {
	wire    devices.Wire
	options Options
	zh, en  *set
}

var _ devices.Open[devices.Speaker] = Open

// Open makes the driver and reads the clips, of which every one must be there.
func Open(w devices.Wire, options devices.Decode) (devices.Speaker, error) {
	o := Options{Espeak: "espeak-ng"}
	if err := options(&o); err != nil {
		return nil, err
	}
	var files fs.FS = voice.Files
	if o.Clips != "" {
		files = os.DirFS(o.Clips)
	}
	zh, err1 := readSet(files, "zh")
	en, err2 := readSet(files, "en")
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("clips: %s: %w", o.Clips, err)
	}
	return &Speaker{wire: w, options: o, zh: zh, en: en}, nil
}

// Say speaks the phrase and returns when it has been heard to its end. Words
// that nobody can say are left out, and the error is ErrNoVoice.
func (s *Speaker) Say(ctx context.Context, p devices.Phrase) error {
	all, missing := s.compose(ctx, p)
	if len(all) > 0 {
		if err := s.play(ctx, all, p.Text); err != nil {
			return fmt.Errorf("clips: say %q: %w", p.Text, err)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("clips: say %q: %w: %s", p.Text, ErrNoVoice, strings.Join(missing, ", "))
	}
	return nil
}

// compose joins the sounds of a phrase.
func (s *Speaker) compose(ctx context.Context, p devices.Phrase) (all sound, missing []string) {
	clips := s.zh
	if strings.HasPrefix(p.Lang, "en") {
		clips = s.en
	}
	for _, piece := range clips.read(p.Text, p.Lang, s.options.Yao) {
		switch {
		case piece.text == " ":
			all = append(all, silence(comma)...)
		case !piece.free:
			all = append(append(all, clips.clips[piece.text]...), silence(between)...)
		default:
			spoken, err := s.espeak(ctx, piece.text, p.Lang)
			if err != nil {
				missing = append(missing, piece.text)
			}
			all = append(all, spoken...)
		}
	}
	if len(all) > 0 && !s.options.Silent {
		all = append(append(chime(), silence(afterBell)...), all...)
	}
	return all, missing
}

// espeak has a program say free text. Its Chinese voice wants pinyin and reads
// characters through its own table, which is why clips come first.
func (s *Speaker) espeak(ctx context.Context, text, lang string) (sound, error) {
	ctx, cancel := context.WithTimeout(ctx, thinking)
	defer cancel()
	language := "cmn"
	if strings.HasPrefix(lang, "en") {
		language = "en-gb"
	}
	cmd := exec.CommandContext(ctx, s.options.Espeak, "-v", language, "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(text)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run %s: %w", s.options.Espeak, err)
	}
	return parseWAV(out.Bytes())
}

// play sends the sound and waits for its end: a sound card takes as long as the
// sound, another wire takes it at once.
func (s *Speaker) play(ctx context.Context, all sound, says string) error {
	began := time.Now()
	if err := s.wire.SetWriteDeadline(began.Add(all.lasts() + beginning)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.wire.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := s.wire.Write(all.wav(says)); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	rest := time.NewTimer(all.lasts() - time.Since(began))
	defer rest.Stop()
	select {
	case <-rest.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
