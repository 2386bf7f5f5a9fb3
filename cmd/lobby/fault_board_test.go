package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/board"
	"lobby/devices/devicetest"
	"lobby/devices/emulator/modbus"
	"lobby/display/sign"
)

// digits are displays with these addresses on one wire; a window is named for
// its display's address.
func digits(addresses ...int) (units []devices.Unit) {
	for _, n := range addresses {
		options := fmt.Sprintf(`{"unit":%d,"map":"dm56"}`, n)
		units = append(units, devices.Unit{Name: fmt.Sprint(n), Options: func(into any) error { return json.Unmarshal([]byte(options), into) }})
	}
	return units
}

// One display of a bus dies. It is told to be dead, and what the others have to
// show is there in the time that the wire takes, also while the dead one is
// being tried again.
func TestFaultF13_ADeadDisplayHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		health := map[string]devices.State{}
		units := map[string]devices.Unit{}
		for _, u := range digits(1, 2, 3, 4) {
			units[u.Name] = u
		}
		bus := sign.NewBus([]string{"1", "2", "3", "4"})
		bus.Log = slog.New(slog.DiscardHandler)
		bus.Open = func(w devices.Wire, window string) (devices.Board, error) {
			return board.Catalog["modbus"](w, units[window].Options)
		}
		bus.Report = func(window string, s devices.State, _ string) { mu.Lock(); defer mu.Unlock(); health[window] = s }
		pass := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		state := func(window string) devices.State { mu.Lock(); defer mu.Unlock(); return health[window] }
		unplug, _ := session(t, bus, 1, 2, 3, 4)
		pass(5 * time.Second)
		if state("1") != devices.Up {
			t.Fatalf("in health it is %q", state("1"))
		}
		unplug()
		unplug, rest := session(t, bus, 2, 3, 4) // the same wire, and display 1 is dead
		defer unplug()
		pass(5 * time.Second)
		if state("1") != devices.Down {
			t.Fatalf("display 1 is dead, and it is told to be %q", state("1"))
		}

		var took []time.Duration
		for n := range 1000 {
			pass(time.Duration(rand.IntN(1000)) * time.Millisecond)
			window, ticket := fmt.Sprint(2+n%3), fmt.Sprintf("M%03d", n)
			began := time.Now()
			bus.Want(devices.Frame{Window: window, Ticket: ticket})
			for shows(rest(), window) != ticket {
				if pass(time.Millisecond); time.Since(began) > 10*time.Second {
					t.Fatalf("display %s shows %q, want %s", window, shows(rest(), window), ticket)
				}
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("half within %v, 99 of 100 within %v, all within %v", took[500], took[990], took[999])
		if took[990] >= 200*time.Millisecond {
			t.Errorf("99 of 100 within %v", took[990])
		}
		if state("1") != devices.Down || state("2") != devices.Up {
			t.Errorf("told: %v", health)
		}
	})
}

// session runs the bus on a wire with the displays of these addresses.
func session(t *testing.T, bus *sign.Bus, addresses ...int) (unplug func(), view func() modbus.View) {
	t.Helper()
	emulated, err := modbus.New(digits(addresses...))
	if err != nil {
		t.Fatal(err)
	}
	near, far := devicetest.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { _ = emulated.Serve(ctx, far) })
	all.Go(func() { _ = bus.Use(ctx, near) })
	return func() {
		cancel()
		_, _ = near.Close(), far.Close()
		all.Wait()
	}, func() modbus.View { return emulated.View().(modbus.View) }
}

// shows is what a display shows.
func shows(v modbus.View, window string) string {
	for _, u := range v.Units {
		if u.Name == window {
			return u.Text
		}
	}
	return ""
}
