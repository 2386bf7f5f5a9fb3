package queue

import (
	"cmp"
	"time"
)

// DeviceReport is what the device layer says about one device. Only changes
// become records.
type DeviceReport struct {
	Device string
	Name   string // for people, "12 号窗口屏"; empty means the id
	Kind   string // printer, board, callbox, panel, speaker, keypad, camera, broker
	State  string // up, degraded, down
	Why    string // a sentence for people; empty for up
	Effect string // what the hall loses while it lasts
	Level  string // of the warning: red, amber, teal; empty means amber
}

// DeviceView is a device as the feed shows it.
type DeviceView struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	State  string    `json:"state"`
	Since  time.Time `json:"since"`
	Why    string    `json:"why,omitempty"`
	Effect string    `json:"effect,omitempty"`
	// LastGood is when it was last known to work; nil while it works, and where
	// it never did.
	LastGood *time.Time `json:"last_good,omitempty"`
}

func (c DeviceReport) decide(s *State, _ Input) (Outcome, error) {
	old := s.devices[c.Device]
	if old != nil && old.State == c.State && old.Why == c.Why {
		return Outcome{}, nil
	}
	d := device{Device: c.Device, Kind: c.Kind, Why: c.Why, Effect: c.Effect}
	id := "device:" + c.Device
	var out Outcome
	switch c.State {
	case "up":
		out.Events = append(out.Events, DeviceUp{d})
		if s.alerts[id] != nil {
			out.Events = append(out.Events, AlertCleared{Alert: id})
		}
		return out, nil
	case "degraded":
		out.Events = append(out.Events, DeviceDegraded{d})
	default:
		out.Events = append(out.Events, DeviceDown{d})
	}
	level := cmp.Or(c.Level, "amber")
	if a := s.alerts[id]; a == nil || c.Level != "" && a.Level != level { // what has grown worse is told again to whoever has seen it
		out.Events = append(out.Events, AlertRaised{Alert: id, Level: level, Subject: c.Device, Say: cmp.Or(c.Name, c.Device) + "：" + c.Why})
	}
	return out, nil
}

// device is what the three device events have in common.
type device struct {
	Device string `json:"device"`
	Kind   string `json:"kind"`
	Why    string `json:"why,omitempty"`
	Effect string `json:"effect,omitempty"`
}

// Topic implements Event.
func (device) Topic() string { return TopicDevices }

func (d device) set(s *State, state string, at time.Time) {
	v := &DeviceView{ID: d.Device, Kind: d.Kind, State: state, Since: at, Why: d.Why, Effect: d.Effect}
	old := s.devices[d.Device]
	switch {
	case old == nil || state == "up":
	case old.State == "up":
		v.LastGood = &at
	default:
		v.LastGood = old.LastGood
	}
	if old != nil && old.State == state {
		v.Since = old.Since // another reason is no other state
	}
	s.devices[d.Device] = v
}

// DeviceUp: the device works.
type DeviceUp struct{ device }

// DeviceDegraded: the device works, but not as it should.
type DeviceDegraded struct{ device }

// DeviceDown: the device does not work.
type DeviceDown struct{ device }

// Name implements Event.
func (DeviceUp) Name() string { return "device.up" }

// Name implements Event.
func (DeviceDegraded) Name() string { return "device.degraded" }

// Name implements Event.
func (DeviceDown) Name() string { return "device.down" }

func (e DeviceUp) apply(s *State, r Record)       { e.set(s, "up", r.At) }
func (e DeviceDegraded) apply(s *State, r Record) { e.set(s, "degraded", r.At) }
func (e DeviceDown) apply(s *State, r Record)     { e.set(s, "down", r.At) }
