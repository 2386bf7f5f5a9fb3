package broker

import (
	"net"
	"testing"
	"time"
)

func host(n int) net.Addr {
	return &net.TCPAddr{IP: net.IPv4(10, 0, byte(n>>8), byte(n)), Port: n}
}

func TestAFloodWearsOutItsOwnDoorOnly(t *testing.T) {
	ds, now := doors{}, time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	let := 0
	for range 10 * connectBurst {
		if ds.of(host(66), now).rate.take(now) {
			let++
		}
	}
	if let != connectBurst {
		t.Errorf("%d connections of one address were let in at once, want %d", let, connectBurst)
	}
	if !ds.of(host(1), now).rate.take(now) {
		t.Error("another address is kept out")
	}
	if later := now.Add(time.Second); !ds.of(host(66), later).rate.take(later) {
		t.Error("the address is never let in again")
	}
}

func TestDoorsAreBoundedAndForgotten(t *testing.T) {
	ds, now := doors{}, time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	for n := range 3 * maxDoors {
		d := ds.of(host(n), now)
		d.rate.take(now)
		d.lines++
	}
	if len(ds) > maxDoors+1 {
		t.Errorf("%d doors are kept", len(ds))
	}
	for _, d := range ds {
		d.lines = 0
	}
	later := now.Add(time.Hour)
	ds.of(host(5*maxDoors), later)
	if len(ds) != 1 {
		t.Errorf("%d doors are kept an hour later", len(ds))
	}
}

// A hall that is full of strangers still lets its own program in.
func TestLobbyItselfAlwaysComesIn(t *testing.T) {
	b := mustNew(t, "127.0.0.1:0", nil)
	b.options.MaxClients = 2
	mustListen(t, b)
	mustHello(t, mustConnect(t, b), as("kp-1")) // it runs
	for range 20 {
		mustConnect(t, b)
	}
	if _, code := mustHello(t, mustDial(t, b), as("lobby")); code != 0 {
		t.Errorf("CONNACK %d", code)
	}
}
