package ff68

import (
	"bytes"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"lobby/devices"
)

//go:embed profiles/*.yaml
var shipped embed.FS

// Profile is a maker's key map as data.
type Profile struct {
	Name     string `yaml:"name"`
	Settings string `yaml:"settings"` // of the line, for people
	Source   string `yaml:"source"`   // where the codes are from
	// Code says where a key's code stands: as the last byte of the "data", after
	// typed digits, or as the "command" itself.
	Code string               `yaml:"code"`
	Keys map[byte]devices.Key `yaml:"keys"`
	// Confirm is the code of the key that gives the digit before it the meaning
	// in Confirmed; 0 where there is none.
	Confirm   byte                 `yaml:"confirm"`
	Confirmed map[byte]devices.Key `yaml:"confirmed"`
	Echo      bool                 `yaml:"echo"` // the host repeats a frame to acknowledge it
	Show      byte                 `yaml:"show"` // command of the display; 0 without one
	Beep      byte                 `yaml:"beep"` // command of the sounder; 0 without one
	// Repeat is how soon the same frame after itself is the same press: a held
	// key, or a pad that did not hear the acknowledgement.
	Repeat   time.Duration `yaml:"repeat"`
	Examples []Example     `yaml:"examples"` // worked frames; at least one, because they are its test
}

// Example is a worked frame of a profile. Without a key it means nothing.
type Example struct {
	Sends   string      `yaml:"sends"` // by the pad, in hex
	Address byte        `yaml:"address"`
	Key     devices.Key `yaml:"key"`
	Digits  string      `yaml:"digits"`
}

// Profiles returns the names of the profiles that Lobby brings along.
func Profiles() (names []string) {
	entries, _ := fs.ReadDir(shipped, "profiles") // an embedded folder is always there
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// readProfile reads a shipped profile, or the file of that path.
func readProfile(name string) (Profile, error) {
	data, err := shipped.ReadFile(path.Join("profiles", name+".yaml"))
	if strings.ContainsRune(name, '/') || strings.HasSuffix(name, ".yaml") {
		data, err = os.ReadFile(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Profile{}, fmt.Errorf("no profile %q; shipped are %s, others are named by their file", name, strings.Join(Profiles(), ", "))
	}
	if err != nil {
		return Profile{}, fmt.Errorf("read profile: %w", err)
	}
	p, err := parseProfile(data)
	if err != nil {
		return p, fmt.Errorf("profile %s: %w", name, err)
	}
	return p, nil
}

// parseProfile reads a profile and lets its examples test it. The decoder
// panics at some tags (goccy/go-yaml v1.19.2), which is no reason to stop a hall.
func parseProfile(data []byte) (p Profile, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the YAML cannot be read: %v", v)
		}
	}()
	if err := yaml.UnmarshalWithOptions(data, &p, yaml.Strict()); err != nil {
		return p, err
	}
	switch {
	case p.Code != "data" && p.Code != "command":
		return p, fmt.Errorf("code: %q is neither data nor command", p.Code)
	case p.Repeat < 0 || p.Repeat > time.Minute:
		return p, fmt.Errorf("repeat: %s is not between 0 and a minute", p.Repeat)
	case len(p.Examples) == 0:
		return p, errors.New("a profile without an example: copy one frame of the maker's page")
	}
	for _, e := range p.Examples {
		if err := p.try(e); err != nil {
			return p, fmt.Errorf("example %q: %w", e.Sends, err)
		}
	}
	return p, nil
}

func (p Profile) try(e Example) error {
	b, err := hex.DecodeString(strings.Join(strings.Fields(e.Sends), ""))
	if err != nil {
		return err
	}
	f, used, found, err := next(b)
	if err != nil || !found || used != len(b) || !bytes.Equal(b, f.bytes()) {
		return fmt.Errorf("this is not one whole frame (%v)", err)
	}
	if key, digits := p.press(f); f.address != e.Address || key != e.Key || digits != e.Digits {
		return fmt.Errorf("it is key %q with digits %q of address %d", key, digits, f.address)
	}
	return nil
}

// press is what a frame means; no key for nothing.
func (p Profile) press(f frame) (key devices.Key, digits string) {
	if p.Code == "command" {
		return p.keyed(f.command, f.data)
	}
	if len(f.data) == 0 {
		return "", ""
	}
	last := len(f.data) - 1
	code, typed := f.data[last], f.data[:last]
	if p.Confirm == 0 || code != p.Confirm {
		return p.keyed(code, typed)
	}
	if len(typed) != 1 {
		return "", ""
	}
	return p.Confirmed[typed[0]], ""
}

// keyed is a key with the digits before it, which pads send as numbers. A pad
// that sends something else between them is not understood at all: to transfer
// somebody to half a number would be worse.
func (p Profile) keyed(code byte, typed []byte) (devices.Key, string) {
	key, known := p.Keys[code]
	if !known || slices.ContainsFunc(typed, func(d byte) bool { return d > 9 }) {
		return "", ""
	}
	var digits strings.Builder
	for _, d := range typed {
		digits.WriteByte('0' + d)
	}
	return key, digits.String()
}
