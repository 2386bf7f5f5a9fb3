package fixed

import (
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"

	"lobby/devices"
)

//go:embed sheets/*.yaml
var shipped embed.FS

// Sheet is a maker's one-page description of a board as data.
type Sheet struct {
	Name     string                    `yaml:"name"`
	Settings string                    `yaml:"settings"` // of the line, for people
	Source   string                    `yaml:"source"`   // where the sheet is from
	Digits   int                       `yaml:"digits"`   // decimal places of the board
	Frame    string                    `yaml:"frame"`    // what is sent
	Reply    string                    `yaml:"reply"`    // what is answered; empty where nothing is
	Values   map[string]map[string]int `yaml:"values"`   // names of further fields and their choices
	Set      map[string]string         `yaml:"set"`      // the usual choices
	Escape   map[string]string         `yaml:"escape"`   // bytes that are sent as others, but for the first and the last of a frame
	Examples []Example                 `yaml:"examples"` // worked frames; at least one, because they are its test
}

// Example is a worked frame of a sheet.
type Example struct {
	Address int               `yaml:"address"`
	Ticket  string            `yaml:"ticket"`
	Text    string            `yaml:"text"`
	Set     map[string]string `yaml:"set"`
	Sends   string            `yaml:"sends"`   // hex
	Answers string            `yaml:"answers"` // hex
}

// Sheets returns the names of the sheets that Lobby brings along.
func Sheets() []string {
	entries, err := fs.ReadDir(shipped, "sheets")
	if err != nil {
		return nil // an embedded folder is always there
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	sort.Strings(names)
	return names
}

// readSheet reads a shipped sheet, or the file of that path.
func readSheet(name string) (*compiled, error) {
	data, err := shipped.ReadFile(path.Join("sheets", name+".yaml"))
	if strings.ContainsRune(name, '/') || strings.HasSuffix(name, ".yaml") {
		data, err = os.ReadFile(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no sheet %q; shipped are %s, others are named by their file", name, strings.Join(Sheets(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	return parseSheet(data)
}

func parseSheet(data []byte) (*compiled, error) {
	s, err := decodeSheet(data)
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	c, err := s.compile()
	if err != nil {
		return nil, fmt.Errorf("sheet %s: %w", s.Name, err)
	}
	return c, nil
}

// decodeSheet reads the YAML. The decoder panics at some tags (goccy/go-yaml
// v1.19.2, "examples: !x 0"), which is no reason to stop a hall.
func decodeSheet(data []byte) (s Sheet, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML cannot be read: %v", p)
		}
	}()
	err = yaml.UnmarshalWithOptions(data, &s, yaml.Strict())
	return s, err
}

// compiled is a sheet whose examples are right.
type compiled struct {
	Sheet
	frame, reply pattern // reply is nil where nothing is answered
	escape       map[byte][]byte
}

func (s Sheet) compile() (*compiled, error) {
	c := &compiled{Sheet: s, escape: map[byte][]byte{}}
	var err error
	if c.frame, err = parsePattern(s.Frame, s.Values); err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	if s.Reply != "" {
		if c.reply, err = parsePattern(s.Reply, s.Values); err != nil {
			return nil, fmt.Errorf("reply: %w", err)
		}
	}
	for from, to := range s.Escape {
		f, err1 := unhex(from)
		t, err2 := unhex(to)
		if err := errors.Join(err1, err2); err != nil || len(f) != 1 {
			return nil, fmt.Errorf("escape %q: %q is not one byte and its replacement", from, to)
		}
		c.escape[f[0]] = t
	}
	if s.Digits < 1 || s.Digits > 10 {
		return nil, fmt.Errorf("digits %d; say how many places the board has, 1 to 10", s.Digits)
	}
	if err := errors.Join(c.frame.hold(s.Digits, s.Values), c.reply.hold(s.Digits, s.Values)); err != nil {
		return nil, err
	}
	if len(s.Examples) == 0 {
		return nil, errors.New("no examples; copy one frame of the maker's sheet, it proves that the rest is right")
	}
	return c, c.try()
}

func unhex(s string) ([]byte, error) { return hex.DecodeString(strings.ReplaceAll(s, " ", "")) }

// try works the examples.
func (c *compiled) try() error {
	for i, e := range c.Examples {
		what, err := c.content(devices.Frame{Ticket: e.Ticket, Text: e.Text}, e.Address, e.Set)
		if err != nil {
			return fmt.Errorf("example %d: %w", i+1, err)
		}
		sends, err := c.encode(what)
		if err != nil {
			return fmt.Errorf("example %d: %w", i+1, err)
		}
		if want, err := unhex(e.Sends); err != nil || string(sends) != string(want) {
			return fmt.Errorf("example %d: the frame gives % X, the example says %s", i+1, sends, e.Sends)
		}
		answer, err := unhex(e.Answers)
		if err != nil || c.reply == nil != (len(answer) == 0) || c.reply != nil && !c.reply.find(c.unescape(answer), what) {
			return fmt.Errorf("example %d: the reply does not match %q", i+1, e.Answers)
		}
	}
	return nil
}

// content is what a frame of the hall means on this board.
func (c *compiled) content(f devices.Frame, address int, set map[string]string) (content, error) {
	what, err := contentOf(f, c.Digits)
	what.address, what.values = address, map[string]int{}
	if err := c.frame.reaches(address); err != nil {
		return what, err
	}
	for name, choices := range c.Values {
		chosen := set[name]
		if chosen == "" {
			chosen = c.Set[name]
		}
		v, ok := choices[chosen]
		if !ok {
			return what, fmt.Errorf("%s cannot be %q", name, chosen)
		}
		what.values[name] = v
	}
	for name := range set {
		if c.Values[name] == nil {
			return what, fmt.Errorf("the sheet has no value %q", name)
		}
	}
	return what, err
}

// encode is the frame as it goes on the line.
func (c *compiled) encode(what content) ([]byte, error) {
	b, err := c.frame.fill(what)
	if err != nil || len(c.escape) == 0 || len(b) < 2 {
		return b, err
	}
	out := []byte{b[0]}
	for _, x := range b[1 : len(b)-1] {
		if to, ok := c.escape[x]; ok {
			out = append(out, to...)
			continue
		}
		out = append(out, x)
	}
	return append(out, b[len(b)-1]), nil
}

// unescape undoes encode in what was heard.
func (c *compiled) unescape(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		n, x := 1, b[0]
		for from, to := range c.escape {
			if strings.HasPrefix(string(b), string(to)) && len(to) > n {
				n, x = len(to), from
			}
		}
		out, b = append(out, x), b[n:]
	}
	return out
}
