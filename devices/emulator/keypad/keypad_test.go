package keypad_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	driver "lobby/devices/keypad"

	"lobby/devices/emulator"
	emulated "lobby/devices/emulator/keypad"
	"lobby/devices/wire/broker"
	"lobby/devices/wire/mqtt"
)

var (
	_ emulator.Presser  = (*emulated.Keypads)(nil)
	_ emulator.Troubled = (*emulated.Keypads)(nil)
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "long and made by a machine"

// desks is a hall's keypads with everything between them and the judge: real
// broker, real clients, the driver, and the emulated keypads kp-1 and kp-2, of
// which kp-2 has a key.
type desks struct {
	t       *testing.T
	broker  *broker.Broker
	link    *mqtt.Client
	driver  *driver.Keypads
	keypads *emulated.Keypads
	stops   []func()

	mu     sync.Mutex
	judged map[string]int // device and id to how often
	level  map[string]int
	fail   error
	health map[string]devices.State
	taken  int // events that the broker's intake stored
}

func (d *desks) judge(_ context.Context, p driver.Press) (driver.Verdict, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return driver.Verdict{}, d.fail
	}
	d.judged[p.Device+" "+p.ID]++
	d.level[p.Device+" "+p.Prompt] = p.Level
	if p.Ago >= 30*time.Second {
		return driver.Verdict{Result: driver.Late}, nil
	}
	return driver.Verdict{Result: driver.OK}, nil
}

func (d *desks) intake(_ context.Context, _ string, _ []byte, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken++
	return nil
}

// open starts everything.
func open(t *testing.T) *desks {
	t.Helper()
	d := &desks{t: t, judged: map[string]int{}, level: map[string]int{}, health: map[string]devices.State{}}
	log := slog.New(slog.DiscardHandler)
	hash, err := broker.HashPassword(password)
	must(t, err)
	d.broker, err = broker.New(broker.Options{Hall: "h1", Accounts: []broker.Account{
		{User: "lobby", Password: hash, Role: broker.Hall},
		{User: "kp-1", Password: hash, Role: broker.Device},
		{User: "kp-2", Password: hash, Role: broker.Device},
	}}, d.intake, log)
	must(t, err)
	d.link, err = mqtt.New(mqtt.Options{
		ClientID: "h1-test", User: "lobby", Password: password, Dial: d.broker.Dial,
		State: func(up bool, why string) { d.driver.Link(up, why) },
	}, log)
	must(t, err)
	d.driver = driver.New(d.link, "h1", map[string]driver.Unit{"kp-1": {}, "kp-2": {Key: []byte("secret")}}, log)
	d.driver.Health(func(unit string, s devices.State, _ string) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.health[unit] = s
	})
	d.keypads, err = emulated.New(emulated.Options{Hall: "h1", Dial: d.broker.Dial, Units: []emulated.Unit{
		{Name: "kp-1", Password: password},
		{Name: "kp-2", Password: password, Key: []byte("secret")},
	}}, log)
	must(t, err)
	d.run(d.broker.Run)
	synctest.Wait()
	d.run(d.link.Run)
	d.run(func(ctx context.Context) error { return d.driver.Run(ctx, d.judge) })
	d.run(d.keypads.Run)
	synctest.Wait()
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run starts something and returns what stops it; close stops the rest.
func (d *desks) run(f func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			d.t.Errorf("run: %v", err)
		}
	})
	d.stops = append(d.stops, stop)
	return stop
}

func (d *desks) close() {
	for i := len(d.stops) - 1; i >= 0; i-- {
		d.stops[i]()
	}
}

// pass lets so much of the hall's time pass.
func (d *desks) pass(t time.Duration) {
	time.Sleep(t) // in a bubble: no real time
	synctest.Wait()
}

func (d *desks) view(unit string) emulated.UnitView {
	for _, u := range d.keypads.View().(emulated.View).Units {
		if u.Name == unit {
			return u
		}
	}
	d.t.Fatalf("no unit %s", unit)
	return emulated.UnitView{}
}

// counts returns how many presses were judged, and how many of them more than
// once.
func (d *desks) counts() (presses, doubled int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.judged {
		presses++
		if n > 1 {
			doubled++
		}
	}
	return presses, doubled
}

func (d *desks) state(unit string) devices.State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.health[unit]
}

// inHall runs a test in a bubble.
func inHall(t *testing.T, test func(t *testing.T, d *desks)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := open(t)
		defer d.close()
		test(t, d)
	})
}

func TestPromptPressThank(t *testing.T) {
	inHall(t, func(t *testing.T, d *desks) {
		for _, unit := range []string{"kp-1", "kp-2"} {
			must(t, d.driver.Prompt(t.Context(), unit, driver.Prompt{Nonce: "n-" + unit, Ticket: "M037", Window: "12", TTL: 20 * time.Second}))
			synctest.Wait()
			if v := d.view(unit); v.Prompt != "n-"+unit || v.Ticket != "M037" || v.Window != "12" || !v.Online {
				t.Errorf("shown: %+v", v)
			}
			must(t, d.keypads.Press(unit, "4", ""))
			d.pass(time.Second)
			if v := d.view(unit); v.Prompt != "" || v.Queued != 0 || v.Last == "" {
				t.Errorf("after the press: %+v", v)
			}
			if d.level[unit+" n-"+unit] != 4 {
				t.Errorf("judged: %v", d.level)
			}
			must(t, d.driver.Thank(t.Context(), unit))
			synctest.Wait()
			if !d.view(unit).Thanked {
				t.Error("no thanks")
			}
			d.pass(10 * time.Second)
			if d.view(unit).Thanked {
				t.Error("thanks for ever")
			}
			if d.state(unit) != devices.Up {
				t.Errorf("%s is %s", unit, d.state(unit))
			}
		}
	})
}

func TestPromptGoesOut(t *testing.T) {
	inHall(t, func(t *testing.T, d *desks) {
		must(t, d.driver.Prompt(t.Context(), "kp-1", driver.Prompt{Nonce: "n", TTL: 20 * time.Second}))
		d.pass(21 * time.Second)
		must(t, d.keypads.Press("kp-1", "5", ""))
		d.pass(time.Second)
		if level, ok := d.level["kp-1 "]; !ok || level != 5 {
			t.Errorf("a press after the prompt carries its nonce: %v", d.level)
		}
	})
}

func TestThousandPressesWithDuplicatesCountOnce(t *testing.T) {
	inHall(t, func(t *testing.T, d *desks) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range 1000 {
			must(t, d.keypads.SetFault("duplicate", r.IntN(10) < 3))
			must(t, d.keypads.Press([]string{"kp-1", "kp-2"}[i%2], "5", ""))
			if i%50 == 49 {
				d.pass(10 * time.Second)
			} else {
				synctest.Wait()
			}
			if i%200 == 199 { // and now and then the network goes
				must(t, d.keypads.SetFault("offline", true))
				synctest.Wait()
				must(t, d.keypads.SetFault("offline", false))
			}
		}
		d.pass(5 * time.Minute)
		if presses, doubled := d.counts(); presses != 1000 || doubled != 0 {
			t.Errorf("%d presses judged, %d of them more than once", presses, doubled)
		}
		if d.taken < 1200 {
			t.Errorf("only %d events came in: no duplicates were made", d.taken)
		}
		for _, unit := range []string{"kp-1", "kp-2"} {
			if n := d.view(unit).Queued; n != 0 {
				t.Errorf("%s still keeps %d", unit, n)
			}
		}
	})
}

func TestPressesSurviveTheNetworkAndTheBroker(t *testing.T) {
	inHall(t, func(t *testing.T, d *desks) {
		must(t, d.keypads.SetFault("offline", true))
		synctest.Wait()
		if d.state("kp-1") != devices.Down || d.view("kp-1").Online {
			t.Errorf("cut off: %s", d.state("kp-1"))
		}
		for range 3 {
			must(t, d.keypads.Press("kp-1", "3", ""))
		}
		d.pass(time.Hour)
		if n := d.view("kp-1").Queued; n != 3 {
			t.Errorf("%d kept", n)
		}
		d.stops[0]() // the broker, with all its memory
		synctest.Wait()
		if d.state("kp-1") != devices.Unknown {
			t.Errorf("without a broker kp-1 is %s", d.state("kp-1"))
		}
		must(t, d.keypads.SetFault("offline", false))
		d.pass(time.Minute)
		d.run(d.broker.Run)
		d.pass(15 * time.Second)
		if presses, _ := d.counts(); presses != 3 || d.view("kp-1").Queued != 0 {
			t.Errorf("%d judged, %+v", presses, d.view("kp-1"))
		}
		if d.state("kp-1") != devices.Up || d.state("kp-2") != devices.Up {
			t.Errorf("back again: %v", d.health)
		}
	})
}

func TestPressIsKeptUntilItIsStored(t *testing.T) {
	inHall(t, func(t *testing.T, d *desks) {
		d.mu.Lock()
		d.fail = errors.New("disk is full")
		d.mu.Unlock()
		must(t, d.keypads.Press("kp-1", "1", ""))
		d.pass(time.Minute)
		if n := d.view("kp-1").Queued; n != 1 {
			t.Errorf("%d kept", n)
		}
		d.mu.Lock()
		d.fail = nil
		d.mu.Unlock()
		d.pass(5 * time.Second)
		if presses, doubled := d.counts(); presses != 1 || doubled != 0 || d.view("kp-1").Queued != 0 {
			t.Errorf("%d judged, %d doubled", presses, doubled)
		}
	})
}

func TestForgedAndLate(t *testing.T) {
	inHall(t, func(t *testing.T, d *desks) {
		must(t, d.keypads.SetFault("forged_mac", true))
		must(t, d.keypads.Press("kp-2", "5", ""))
		d.pass(time.Second)
		if presses, _ := d.counts(); presses != 0 {
			t.Error("a forged press was judged")
		}
		if v := d.view("kp-2"); v.Queued != 0 || v.Last[len(v.Last)-8:] != " refused" {
			t.Errorf("forged: %+v", v)
		}
		must(t, d.keypads.SetFault("forged_mac", false))
		must(t, d.keypads.SetFault("late", true))
		must(t, d.keypads.Press("kp-2", "5", ""))
		d.pass(29 * time.Second)
		if d.view("kp-2").Queued != 1 {
			t.Error("sent too early")
		}
		d.pass(5 * time.Second)
		if v := d.view("kp-2"); v.Queued != 0 || v.Last[len(v.Last)-5:] != " late" {
			t.Errorf("late: %+v", v)
		}
	})
}

// The same keypad connects again before the broker has noticed that the old
// line is dead. The old session's will must not stay.
func TestQuickReconnectLeavesTheKeypadOnline(t *testing.T) {
	inHall(t, func(t *testing.T, d *desks) {
		d.keypadTwin()
		d.pass(20 * time.Second)
		if d.state("kp-1") != devices.Up {
			t.Errorf("kp-1 is %s", d.state("kp-1"))
		}
	})
}

// keypadTwin opens a second session with the id of kp-1, which throws the first
// one out; the emulator then comes back and throws out the twin.
func (d *desks) keypadTwin() {
	twin, err := mqtt.New(mqtt.Options{
		ClientID: "kp-1", User: "kp-1", Password: password, Dial: d.broker.Dial, Clean: true,
		Will: func() mqtt.Will {
			return mqtt.Will{Topic: "lobby/h1/keypad/kp-1/state", Payload: []byte(`{"s":"offline"}`), Retained: true}
		},
	}, slog.New(slog.DiscardHandler))
	must(d.t, err)
	stop := d.run(twin.Run)
	synctest.Wait()
	time.Sleep(time.Second) // in a bubble: no real time
	synctest.Wait()
	stop()
}

func TestWrongKeysAndFaults(t *testing.T) {
	k, err := emulated.New(emulated.Options{Hall: "h1", Broker: "tcp://127.0.0.1:1", Units: []emulated.Unit{{Name: "kp-1"}}}, slog.New(slog.DiscardHandler))
	must(t, err)
	for _, key := range []devices.Key{"", "0", "6", "55", devices.KeyNext} {
		if k.Press("kp-1", key, "") == nil {
			t.Errorf("key %q was pressed", key)
		}
	}
	if k.Press("kp-2", "5", "") == nil || k.SetFault("explode", true) == nil {
		t.Error("unknown keypad or fault taken")
	}
	if got := fmt.Sprint(k.Faults()); got != "map[duplicate:false forged_mac:false late:false offline:false]" {
		t.Errorf("faults: %s", got)
	}
	for range 500 {
		must(t, k.Press("kp-1", "5", ""))
	}
	if n := k.View().(emulated.View).Units[0].Queued; n != 200 {
		t.Errorf("%d presses kept", n)
	}
}
