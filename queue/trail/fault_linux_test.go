package trail_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue/plaintest"
	"lobby/queue/trail"
)

// faults are what SQLite is told when a call fails.
var faults = map[string]error{
	"open": sqlite3.CANTOPEN, "delete": sqlite3.IOERR_DELETE, "access": sqlite3.IOERR_ACCESS, "read": sqlite3.IOERR_READ,
	"write": sqlite3.IOERR_WRITE, "truncate": sqlite3.IOERR_TRUNCATE, "sync": sqlite3.IOERR_FSYNC, "size": sqlite3.IOERR_FSTAT,
	"lock": sqlite3.IOERR_LOCK, "reserved": sqlite3.IOERR_CHECKRESERVEDLOCK,
}

// day is what a daemon does with a trail from one start to the next. It goes on
// after errors as the hall does: nothing that failed is taken for done, and
// everything is read again. It gives up when nothing works any more.
func day(dir, name string) (durable int, err error) {
	for range 5 { // starts
		if durable, err = oneStart(dir, name, durable); err == nil {
			return durable, nil
		}
	}
	return durable, err
}

func oneStart(dir, name string, durable int) (_ int, err error) {
	tr, err := trail.OpenOn(dir, name)
	if err != nil {
		return durable, err
	}
	defer func() { err = errors.Join(err, tr.Close()) }()
	for range 5 { // recoveries
		if durable, err = live(tr, durable, 6); err == nil {
			return durable, nil
		}
	}
	return durable, err
}

// sweep lets the first call fail, then the second, and so on until a day has
// none left to fail. Lasting faults stay until the day is given up.
func sweep(t *testing.T, lasting bool, failing func(call string) error) (tried int) {
	t.Helper()
	for n := 1; ; n++ {
		name := fmt.Sprint(t.Name(), n)
		calls, happened := 0, ""
		durable, lost := faulty(t, name, func(call string) error {
			err := failing(call)
			if err == nil {
				return nil
			}
			if calls++; calls == n || lasting && calls > n {
				happened = call
				return err
			}
			return nil
		})
		if lost != nil {
			t.Errorf("call %d, %s, failed: %v; %d had been acknowledged", n, happened, lost, durable)
		}
		if happened == "" {
			return n - 1
		}
	}
}

// faulty lives a day on a disk with a fault, mends the disk and looks for what
// was acknowledged.
func faulty(t *testing.T, name string, fault func(string) error) (durable int, lost error) {
	d, unplug := plug(name, 1)
	defer unplug()
	dir := memoryDir(t)
	defer os.RemoveAll(dir)
	d.set(func() { d.shm, d.fault = filepath.Join(dir, "shm"), fault })
	durable, _ = day(dir, name) // its error is the fault
	d.set(func() { d.fault = nil })
	tr, err := trail.OpenOn(dir, name)
	if err != nil {
		return durable, fmt.Errorf("cannot be opened: %w", err)
	}
	defer tr.Close()
	return durable, judge(tr, durable)
}

// Every call of the store fails once, as in SQLite's own tests: nothing is
// acknowledged that is not durable, nothing that was acknowledged is lost.
func TestEveryCallOfTheStoreMayFailOnce(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	step := 0
	every := many(17, 1, 1)
	n := sweep(t, false, func(call string) error {
		if step++; step%every != 0 {
			return nil
		}
		return faults[call]
	})
	t.Logf("%d calls failed, one in each run", n)
	if n < 100/every {
		t.Errorf("only %d calls failed", n)
	}
}

// From the nth call on the disk is full, or takes no sync, or cannot be
// written at all, until somebody mends it.
func TestFaultF37_LastingFaultLosesNothing(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	for name, fails := range map[string]map[string]error{
		"full":      {"write": sqlite3.FULL},
		"sync":      {"sync": sqlite3.IOERR_FSYNC},
		"read-only": {"write": sqlite3.READONLY, "truncate": sqlite3.READONLY, "delete": sqlite3.READONLY, "sync": sqlite3.READONLY},
	} {
		calls := 0
		every := many(29, 1, 1)
		n := sweep(t, true, func(call string) error {
			if calls++; calls%every != 0 {
				return nil
			}
			return fails[call]
		})
		t.Logf("%s: from %d different calls on", name, n)
		if n < 20/every {
			t.Errorf("%s: only %d calls failed", name, n)
		}
	}
}

// After a failed sync nobody knows what the kernel has kept: the trail says so
// and reads again before it goes on.
func TestFaultF37_FailedSyncIsNotAcknowledged(t *testing.T) {
	d, unplug := plug(t.Name(), 1)
	defer unplug()
	dir := memoryDir(t)
	d.shm = filepath.Join(dir, "shm")
	tr, err := trail.OpenOn(dir, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := live(tr, 0, 2); err != nil {
		t.Fatal(err)
	}
	d.set(func() {
		d.fault = func(call string) error { return map[string]error{"sync": sqlite3.IOERR_FSYNC}[call] }
	})
	if err := tr.Append(batch(7, 1).Alone()); !errors.Is(err, sqlite3.IOERR_FSYNC) {
		t.Errorf("a failed sync: %v", err)
	}
	if err := tr.Append(batch(7, 1).Alone()); !errors.Is(err, trail.ErrBroken) {
		t.Errorf("the next append: %v", err)
	}
	d.set(func() { d.fault = nil })
	rs, err := replay(tr)
	if n := len(rs); err != nil || n != 6 && n != 7 {
		t.Fatalf("%d records, %v", n, err)
	}
	mustAppend(t, tr, batch(uint64(len(rs)+1), 1))
}
