package clips

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// set is the clips of one language: what stands in a phrase to its sound.
type set struct {
	clips   map[string]sound
	longest int // characters of the longest name
}

// readSet reads the folder of a language: index.txt has a line for each clip,
// with its file, what a machine says for it, and what it stands for, parted by
// tabs.
func readSet(files fs.FS, lang string) (*set, error) {
	index, err := fs.ReadFile(files, lang+"/index.txt")
	if err != nil {
		return nil, fmt.Errorf("read clips: %w", err)
	}
	s := &set{clips: map[string]sound{}}
	var errs []error
	for n, lines := 1, bufio.NewScanner(bytes.NewReader(index)); lines.Scan(); n++ {
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			if err := s.add(files, lang, line); err != nil {
				errs = append(errs, fmt.Errorf("%s/index.txt:%d: %w", lang, n, err))
			}
		}
	}
	return s, errors.Join(errs...)
}

func (s *set) add(files fs.FS, lang, line string) error {
	fields := strings.Split(line, "\t")
	if len(fields) != 3 {
		return errors.New("want file, pinyin and text, parted by tabs")
	}
	b, err := fs.ReadFile(files, lang+"/"+fields[0]+".wav")
	if err != nil {
		return err
	}
	clip, err := parseWAV(b)
	if err != nil {
		return fmt.Errorf("%s.wav: %w", fields[0], err)
	}
	s.clips[fields[2]] = clip
	s.longest = max(s.longest, utf8.RuneCountInString(fields[2]))
	return nil
}
