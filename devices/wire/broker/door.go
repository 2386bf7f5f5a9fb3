package broker

import (
	"net"
	"time"
)

// door is one address of the network that connections come from. A flood from
// one address wears out its own door only.
type door struct {
	rate  *bucket // of connections
	lines int     // that are open
}

const (
	// A hall whose keypads are all behind one address comes back at once after a
	// power cut; more is no hall.
	connectRate, connectBurst = 20, 300
	// fewLines is what an address may always have open.
	fewLines = 8
	// maxDoors bounds the memory; more addresses than that share a door.
	maxDoors = 1024
)

// doors are by address.
type doors map[string]*door

// of finds the door of an address.
func (ds doors) of(a net.Addr, now time.Time) *door {
	name, _, err := net.SplitHostPort(a.String())
	if err != nil {
		name = a.String()
	}
	if ds[name] == nil && len(ds) >= maxDoors {
		ds.forget(now)
		if len(ds) >= maxDoors {
			name = "" // no address
		}
	}
	d := ds[name]
	if d == nil {
		d = &door{rate: newBucket(connectRate, connectBurst)}
		ds[name] = d
	}
	return d
}

// forget drops the doors that are as good as new.
func (ds doors) forget(now time.Time) {
	for name, d := range ds {
		if d.lines == 0 && d.rate.full(now) {
			delete(ds, name)
		}
	}
}
