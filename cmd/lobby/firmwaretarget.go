package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lobby/devices/callbox/hb1"
	"lobby/devices/wire"
	bridge "lobby/firmware-bridge"
	"lobby/queue"
)

// chip is a board that firmware goes to.
type chip struct {
	name    string // as in the hall file, or its wire and address
	window  string // or kiosk it serves; empty when nobody knows
	wire    wire.URL
	address byte   // on its bus
	uid     string // of the board at that address; empty when any may be there
}

// places says on the command line which boards are meant: by their names in the
// hall file, or by wire and address.
type places struct {
	config, wire *string
	address      *uint8
}

func placeFlags(c *cobra.Command) places {
	return places{
		config:  c.Flags().String("config", os.Getenv("LOBBY_CONFIG"), "hall file, in which the boards have their names (or LOBBY_CONFIG)"),
		wire:    c.Flags().String("wire", "", "wire of a board that is in no hall file, such as serial:///dev/ttyUSB0?baud=115200"),
		address: c.Flags().Uint8("address", 1, "the board's address on that wire"),
	}
}

// find gives the boards of these names; with a hall file and no names, all.
// The file is nil without one.
func (p places) find(names []string) ([]chip, *hallFile, error) {
	if *p.wire != "" {
		if len(names) > 0 {
			return nil, nil, usageError{fmt.Errorf("%s: a board has a name in a hall file or a --wire, not both", names[0])}
		}
		u, err := portURL(*p.wire)
		if err == nil && (*p.address == bridge.Host || *p.address > bridge.LastUnit) {
			err = fmt.Errorf("--address %d is not between 1 and %d", *p.address, bridge.LastUnit)
		}
		if err != nil {
			return nil, nil, usageError{err}
		}
		return []chip{{name: fmt.Sprintf("%s address %d", *p.wire, *p.address), wire: u, address: *p.address}}, nil, nil
	}
	if *p.config == "" {
		return nil, nil, usageError{errors.New("which boards? give a hall file with --config FILE, or a --wire URL")}
	}
	file, err := load(*p.config)
	if err != nil {
		return nil, nil, usageError{err}
	}
	boards, err := file.boards(names)
	return boards, file, err
}

// boards are the HB1 boards of a hall: those of the names, or all.
func (c Config) boards(names []string) ([]chip, error) {
	byName := map[string]chip{}
	for _, bus := range sorted(c.Callboxes) {
		if c.Callboxes[bus].Model != "hb1" {
			continue
		}
		for name, options := range c.Callboxes[bus].Units {
			var o hb1.Options
			if err := options.decode()(&o); err != nil {
				return nil, err
			}
			byName[name] = chip{name: name, window: c.served(name), wire: c.Callboxes[bus].Wire, address: byte(o.Address), uid: o.UID}
		}
	}
	if len(names) == 0 {
		names = sorted(byName)
	}
	var list []chip
	for _, name := range names {
		b, ok := byName[name]
		if !ok {
			return nil, usageError{fmt.Errorf("no HB1 board %q in the hall file; there are %s", name, strings.Join(sorted(byName), ", "))}
		}
		list = append(list, b)
	}
	return list, nil
}

// served names the window or the kiosk of a board.
func (c Config) served(unit string) string {
	for _, w := range c.Windows {
		if w.Callbox == unit {
			return "window " + w.ID
		}
	}
	for _, k := range c.Kiosks {
		if k.Panel == unit {
			return "kiosk " + k.ID
		}
	}
	return ""
}

// oneOfEach refuses two boards of the same window: while they are updated, and
// if the image is bad, the window would have nothing left to press.
func oneOfEach(boards []chip) error {
	first := map[string]string{}
	for _, b := range boards {
		if other := first[b.window]; other != "" && b.window != "" {
			return &queue.Refusal{Code: "same_window", Say: fmt.Sprintf("%s and %s both belong to %s: update one, try it, then the other", other, b.name, b.window)}
		}
		first[b.window] = b.name
	}
	return nil
}
