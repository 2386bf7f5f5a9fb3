package docs_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	callboxPage = "boards/callbox.md"
	callboxPins = "../firmware-bridge/firmware/avr/pins.h"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// net is one connection of the netlist: "U1.2 U2.RO R3.2".
type net struct {
	name string
	pins []string
}

// netlist reads the block of that name.
func netlist(t *testing.T) (nets []net) {
	t.Helper()
	_, block, ok := strings.Cut(read(t, callboxPage), "```netlist\n")
	block, _, end := strings.Cut(block, "```")
	if !ok || !end {
		t.Fatal("the page has no netlist")
	}
	for line := range strings.Lines(block) {
		words := strings.Fields(line)
		nets = append(nets, net{words[0], words[1:]})
	}
	return nets
}

var partRow = regexp.MustCompile(`(?m)^\| ([A-Z]+\d+(?:, [A-Z]+\d+)*) \| (.*?) \| ([A-Z0-9 ]+) \|$`)

// part is one row of the parts, for one of its names.
type part struct {
	what string
	pins []string
}

// parts reads the table of parts.
func parts(t *testing.T) map[string]part {
	t.Helper()
	all := map[string]part{}
	for _, m := range partRow.FindAllStringSubmatch(read(t, callboxPage), -1) {
		for _, name := range strings.Split(m[1], ", ") {
			if _, twice := all[name]; twice {
				t.Errorf("part %s is listed twice", name)
			}
			all[name] = part{m[2], strings.Fields(m[3])}
		}
	}
	return all
}

// Every pin of every part is joined exactly once, with something.
func TestCallboxIsWiredCompletely(t *testing.T) {
	joined := map[string]string{}
	for _, n := range netlist(t) {
		if len(n.pins) < 2 {
			t.Errorf("net %s joins nothing: %v", n.name, n.pins)
		}
		for _, p := range n.pins {
			if other, twice := joined[p]; twice {
				t.Errorf("%s is on %s and on %s", p, other, n.name)
			}
			joined[p] = n.name
		}
	}
	listed := map[string]bool{}
	for name, p := range parts(t) {
		for _, pin := range p.pins {
			listed[name+"."+pin] = true
		}
	}
	for p := range listed {
		if joined[p] == "" {
			t.Errorf("%s is joined with nothing", p)
		}
	}
	for p, n := range joined {
		if !listed[p] {
			t.Errorf("%s on net %s is no pin of a listed part", p, n)
		}
	}
	for pin, want := range map[string]string{"U1.7": "5V", "U1.20": "5V", "U1.8": "GND", "U1.22": "GND", "U2.VCC": "5V", "U2.GND": "GND", "U2.RE": joined["U2.DE"]} {
		if joined[pin] != want {
			t.Errorf("%s is on %s, want %s", pin, joined[pin], want)
		}
	}
}

var (
	pinDefinition = regexp.MustCompile(`(?m)^#define PIN_(\w+) ([BCD]), (\d)`)
	pinRow        = regexp.MustCompile(`(?m)^\| ([A-Z_0-9]+) \| P([BCD])(\d) \| (\d+) \| (A?\d+) \|`)
)

// legs and names of a port's pins (ATmega328P data sheet, figure 1-1, and the
// Arduino Uno's drawing).
func leg(port string, bit int) (leg int, uno string) {
	switch port {
	case "B":
		return 14 + bit, strconv.Itoa(8 + bit)
	case "C":
		return 23 + bit, fmt.Sprintf("A%d", bit)
	}
	if bit < 5 {
		return 2 + bit, strconv.Itoa(bit)
	}
	return 6 + bit, strconv.Itoa(bit)
}

// The firmware, the page's table and its connections agree on every pin.
func TestCallboxPinsAreTheFirmwares(t *testing.T) {
	want, wired := map[string]string{}, map[string]string{}
	for _, m := range pinDefinition.FindAllStringSubmatch(read(t, callboxPins), -1) {
		bit, _ := strconv.Atoi(m[3])
		number, uno := leg(m[2], bit)
		want[m[1]] = fmt.Sprintf("P%s%d leg %d uno %s", m[2], bit, number, uno)
		wired[m[1]] = fmt.Sprintf("U1.%d", number)
	}
	got := map[string]string{}
	for _, m := range pinRow.FindAllStringSubmatch(read(t, callboxPage), -1) {
		got[m[1]] = fmt.Sprintf("P%s%s leg %s uno %s", m[2], m[3], m[4], m[5])
	}
	if len(want) < 20 || !maps.Equal(got, want) {
		t.Errorf("the page has pins\n%v\nthe firmware\n%v", got, want)
	}
	for _, n := range netlist(t) {
		if pin, ok := wired[n.name]; ok {
			if !slices.Contains(n.pins, pin) {
				t.Errorf("net %s joins %v, but the firmware has it on %s", n.name, n.pins, pin)
			}
			delete(wired, n.name)
		}
	}
	if len(wired) > 0 {
		t.Errorf("no net for %v", wired)
	}
}
