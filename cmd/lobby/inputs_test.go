package main

import (
	"reflect"
	"testing"

	"lobby/devices"
	"lobby/devices/board"
	"lobby/devices/callbox"
	"lobby/devices/idcard"
	"lobby/devices/printer"
	"lobby/devices/scanner"
	"lobby/devices/speaker"
	"lobby/queue"
)

func TestWhatAKeyMeansAtAWindow(t *testing.T) {
	for _, c := range []struct {
		name string
		key  devices.Key
		mode queue.WindowMode
		want []queue.Command
	}{
		{"next at a closed window opens it and calls", devices.KeyNext, queue.WindowModeClosed, []queue.Command{queue.WindowOpen{Window: "3", Staff: "7"}, queue.CallNext{Window: "3"}}},
		{"any other key at a closed window opens it", devices.KeyPause, queue.WindowModeClosed, []queue.Command{queue.WindowOpen{Window: "3", Staff: "7"}}},
		{"next", devices.KeyNext, queue.WindowModeServing, []queue.Command{queue.CallNext{Window: "3"}}},
		{"pause", devices.KeyPause, queue.WindowModeIdle, []queue.Command{queue.WindowPause{Window: "3"}}},
		{"pause again", devices.KeyPause, queue.WindowModePaused, []queue.Command{queue.WindowResume{Window: "3"}}},
		{"transfer with digits", devices.KeyTransfer, queue.WindowModeServing, []queue.Command{queue.Transfer{Window: "3", ToWindow: "7", Keep: true}}},
		{"served without an arrival", devices.KeyServed, queue.WindowModeCalling, []queue.Command{queue.Arrive{Window: "3"}, queue.Finish{Window: "3"}}},
		{"served", devices.KeyServed, queue.WindowModeServing, []queue.Command{queue.Finish{Window: "3"}}},
		{"the held one again", devices.KeyCallHeld, queue.WindowModeIdle, []queue.Command{queue.Resume{Ticket: "7"}}},
		{"a key of another device", "1", queue.WindowModeIdle, nil},
	} {
		got := keyCommands(devices.Signal{Key: c.key, Digits: "7"}, "3", c.mode)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v, want %#v", c.name, got, c.want)
		}
	}
}

// TestTheDemoHasEveryModel and no other: the demo must be
// able to stand in for every model of the catalogues.
func TestTheDemoHasEveryModel(t *testing.T) {
	models := catalogModels()
	for _, m := range models {
		if emulatorCatalog[m] == nil {
			t.Errorf("model %s has no emulator", m)
		}
	}
	if len(models) != len(emulatorCatalog) {
		t.Errorf("%d models, %d emulators", len(models), len(emulatorCatalog))
	}
}

func catalogModels() []string {
	var models []string
	models = append(models, sorted(printer.Catalog)...)
	models = append(models, sorted(board.Catalog)...)
	models = append(models, sorted(speaker.Catalog)...)
	models = append(models, sorted(scanner.Catalog)...)
	models = append(models, sorted(idcard.Catalog)...)
	return append(models, sorted(callbox.Catalog)...)
}
