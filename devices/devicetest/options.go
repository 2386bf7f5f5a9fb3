package devicetest

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"lobby/devices"
)

// Decode decodes options strictly, as the hall file does.
func Decode(text string) devices.Decode {
	return func(into any) error { return yaml.NewDecoder(strings.NewReader(text), yaml.Strict()).Decode(into) }
}

// Units are the devices of one wire, NAME-1 and so on, each with its options.
func Units(name string, options ...string) []devices.Unit {
	var units []devices.Unit
	for i, o := range options {
		units = append(units, devices.Unit{Name: fmt.Sprintf("%s-%d", name, i+1), Options: Decode(o)})
	}
	return units
}

// Bytes reads hex as people write it, with spaces. What it is given stands in a
// test, so that anything else is a panic.
func Bytes(text string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		panic(err)
	}
	return b
}
