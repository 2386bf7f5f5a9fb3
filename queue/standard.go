package queue

import (
	"encoding/json"
	"slices"
)

// Standard is how citizens rate: the five levels, and for each the reasons that
// may be given with it. A version never changes what it says: another list is
// another version, and a rating names the one that its service ended under.
type Standard struct {
	Version string        `json:"version" yaml:"version"` // at most 64 letters, digits, points, lines and underlines
	Levels  []RatingLevel `json:"levels" yaml:"levels"`   // the best first: 5, 4, 3, 2, 1
}

// RatingLevel is one of the five.
type RatingLevel struct {
	Level   int               `json:"level" yaml:"level"`
	Name    string            `json:"name" yaml:"name"`
	Names   map[string]string `json:"names" yaml:"names"`               // in zh-TW and en
	Reasons []RatingReason    `json:"reasons,omitempty" yaml:"reasons"` // at most eight
}

// RatingReason is one thing that was good or bad, at one level only.
type RatingReason struct {
	Code  string            `json:"code" yaml:"code"` // as Version
	Name  string            `json:"name" yaml:"name"` // at most 60 bytes, as all of its Names
	Names map[string]string `json:"names" yaml:"names"`
}

// The limits of a standard keep the question to a keypad, with the reasons for
// the bad levels in three languages, below the 4 KiB of hardware-docs/mqtt.md.
const (
	maxReasons    = 8
	maxReasonText = 60
	maxCode       = 64
)

// otherLanguages are those that every text of a standard has beside its name.
var otherLanguages = []string{"zh-TW", "en"}

// isSet tells whether a hall has a standard of its own.
func (d Standard) isSet() bool { return d.Version != "" || len(d.Levels) > 0 }

// withDefaults is the national standard where a hall has none of its own.
func (d Standard) withDefaults() Standard {
	if d.isSet() {
		return d
	}
	return NationalStandard()
}

// Level is one of the five levels; false for any other.
func (d Standard) Level(level int) (RatingLevel, bool) {
	i := slices.IndexFunc(d.Levels, func(l RatingLevel) bool { return l.Level == level })
	if i < 0 {
		return RatingLevel{}, false
	}
	return d.Levels[i], true
}

// foreignReason is the first code that is no reason of a level.
func (d Standard) foreignReason(level int, codes []string) (string, bool) {
	l, _ := d.Level(level)
	i := slices.IndexFunc(codes, func(code string) bool {
		return !slices.ContainsFunc(l.Reasons, func(r RatingReason) bool { return r.Code == code })
	})
	if i < 0 {
		return "", false
	}
	return codes[i], true
}

func (d Standard) validate(bad complain) {
	if !d.isSet() {
		return
	}
	if !isCode(d.Version) {
		bad("rating: the version %q is not 1 to %d of A-Z a-z 0-9 . _ -", d.Version, maxCode)
	}
	codes := map[string]bool{}
	var levels []int
	for _, l := range d.Levels {
		levels = append(levels, l.Level)
		spokenIn(l.Name, l.Names, func(format string, args ...any) { bad("rating: level %d: "+format, append([]any{l.Level}, args...)...) })
		if len(l.Reasons) > maxReasons {
			bad("rating: level %d has %d reasons, more than %d", l.Level, len(l.Reasons), maxReasons)
		}
		for _, r := range l.Reasons {
			if !isCode(r.Code) || codes[r.Code] {
				bad("rating: the reason %q has no code of 1 to %d of A-Z a-z 0-9 . _ -, or one that is used twice", r.Code, maxCode)
			}
			codes[r.Code] = true
			spokenIn(r.Name, r.Names, func(format string, args ...any) { bad("rating: reason "+r.Code+": "+format, args...) })
		}
	}
	if !slices.Equal(levels, []int{5, 4, 3, 2, 1}) {
		bad("rating: the levels are %v and not 5, 4, 3, 2, 1", levels)
	}
}

// spokenIn complains about a text that is missing in one of the languages, or
// too long for a keypad.
func spokenIn(name string, names map[string]string, bad complain) {
	check := func(lang, text string) {
		if text == "" || len(text) > maxReasonText {
			bad("its text in %s has %d bytes; it needs 1 to %d", lang, len(text), maxReasonText)
		}
	}
	check(langDefault, name)
	for _, lang := range otherLanguages {
		check(lang, names[lang])
	}
}

func isCode(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return s != "" && len(s) <= maxCode
}

// standardOf is the standard that a service ended under. A ballot of a program
// that knew none is judged by the present one.
func (s *State) standardOf(b *Ballot) Standard {
	if d, ok := s.standards[b.Standard]; ok {
		return d
	}
	return s.config.Standard
}

// StandardOf is how the service of a ballot is rated.
func (s *State) StandardOf(b Ballot) Standard { return s.standardOf(&b) }

// StandardFor is how the service that a prompt asks about is rated.
func (s *State) StandardFor(prompt string) Standard {
	if b := s.ballots.prompts[prompt]; b != nil {
		return s.standardOf(b)
	}
	return s.config.Standard
}

// rewritten refuses a configuration that says something else under the version
// of a standard which was in force.
func (s *State) rewritten(c Config) *Refusal {
	next := c.Standard.withDefaults()
	before, known := s.standards[next.Version]
	if !known || sameStandard(before, next) {
		return nil
	}
	return refuse(CodeStandardChanged, next.Version)
}

func sameStandard(a, b Standard) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// forgetStandards drops those that no ballot was opened under.
func (s *State) forgetStandards() {
	used := map[string]bool{s.config.Standard.Version: true}
	for _, b := range s.ballots.all {
		used[b.Standard] = true
	}
	for version := range s.standards {
		if !used[version] {
			delete(s.standards, version)
		}
	}
}
