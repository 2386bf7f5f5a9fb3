package clips

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// piece is a part of a phrase: one that there is a clip for, or free text.
type piece struct {
	text string
	free bool
}

// digits finds the runs of digits in a phrase.
var digits = regexp.MustCompile(`\d+`)

// read takes a phrase apart as it is spoken (DESIGN 7): a ticket digit by digit,
// a window as a number. What there is no clip for stays together as free text.
func (s *set) read(phrase, lang string, yao bool) []piece {
	if strings.HasPrefix(lang, "en") {
		return s.english(phrase)
	}
	return s.split([]rune(expand(phrase, yao)))
}

// expand writes the digits of a Chinese phrase as they are spoken.
func expand(phrase string, yao bool) string {
	var out strings.Builder
	for {
		at := digits.FindStringIndex(phrase)
		if at == nil {
			return out.String() + phrase
		}
		run, rest := phrase[at[0]:at[1]], phrase[at[1]:]
		out.WriteString(phrase[:at[0]])
		n, err := strconv.Atoi(run)
		if err == nil && n < 1000 && strings.HasPrefix(rest, "号窗口") {
			out.WriteString(number(n))
		} else {
			out.WriteString(oneByOne(run, yao))
		}
		phrase = rest
	}
}

const numerals = "零一二三四五六七八九"

// oneByOne reads digits one by one; yao reads 1 as people do who read out
// telephone numbers.
func oneByOne(run string, yao bool) string {
	var out strings.Builder
	for _, d := range run {
		if d == '1' && yao {
			out.WriteRune('幺')
			continue
		}
		out.WriteRune([]rune(numerals)[d-'0'])
	}
	return out.String()
}

// number reads a number below a thousand: 三十六, 十二, 一百零五.
func number(n int) string {
	of := func(d int) string { return string([]rune(numerals)[d]) }
	switch {
	case n < 10:
		return of(n)
	case n < 20:
		return "十" + strings.TrimPrefix(of(n%10), "零")
	case n < 100:
		return of(n/10) + "十" + strings.TrimPrefix(of(n%10), "零")
	}
	tail := n % 100
	switch {
	case tail == 0:
		return of(n/100) + "百"
	case tail < 10:
		return of(n/100) + "百零" + of(tail)
	}
	return of(n/100) + "百" + of(tail/10) + "十" + strings.TrimPrefix(of(tail%10), "零")
}

// split finds the longest clip at every place.
func (s *set) split(text []rune) []piece {
	var all []piece
	for len(text) > 0 {
		n := s.match(text)
		if n > 0 {
			all = append(all, piece{text: string(text[:n])})
			text = text[n:]
			continue
		}
		if unicode.IsLetter(text[0]) || unicode.IsNumber(text[0]) {
			all = free(all, string(text[:1]))
		} else {
			all = append(all, piece{text: " "})
		}
		text = text[1:]
	}
	return all
}

// match is the length of the longest clip that the text begins with.
func (s *set) match(text []rune) int {
	for n := min(s.longest, len(text)); n > 0; n-- {
		if _, ok := s.clips[string(text[:n])]; ok {
			return n
		}
	}
	return 0
}

// free adds free text to the free text before it.
func free(all []piece, text string) []piece {
	if n := len(all); n > 0 && all[n-1].free {
		all[n-1].text += text
		return all
	}
	return append(all, piece{text: text, free: true})
}

// english reads word by word, the longest clip first: "please go to counter" may
// be one. Digits are read one by one, but for the counter's number.
func (s *set) english(phrase string) []piece {
	words := strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return ' '
	}, phrase))
	var all []piece
	for i := 0; i < len(words); {
		if n := s.matchWords(words[i:]); n > 0 {
			all = append(all, piece{text: strings.ToLower(strings.Join(words[i:i+n], " "))})
			i += n
			continue
		}
		all = append(all, s.spell(words[i], i > 0 && strings.EqualFold(words[i-1], "counter"))...)
		i++
	}
	return all
}

func (s *set) matchWords(words []string) int {
	for n := min(len(words), 6); n > 0; n-- {
		text := strings.ToLower(strings.Join(words[:n], " "))
		if _, ok := s.clips[text]; ok && !digits.MatchString(text) {
			return n
		}
	}
	return 0
}

var units = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
var tens = strings.Fields("zero ten twenty thirty forty fifty sixty seventy eighty ninety")

// spell reads a ticket letter by letter and digit by digit, or a number.
func (s *set) spell(word string, asNumber bool) []piece {
	if n, err := strconv.Atoi(word); err == nil && asNumber && n < 100 {
		if n < 20 {
			return []piece{{text: units[n]}}
		}
		all := []piece{{text: tens[n/10]}}
		if n%10 > 0 {
			all = append(all, piece{text: units[n%10]})
		}
		return all
	}
	if !digits.MatchString(word) {
		return []piece{{text: word, free: true}}
	}
	var all []piece
	for _, r := range word {
		switch text := strings.ToUpper(string(r)); {
		case r >= '0' && r <= '9':
			all = append(all, piece{text: units[r-'0']})
		case s.clips[text] != nil:
			all = append(all, piece{text: text})
		default:
			all = free(all, text)
		}
	}
	return all
}
