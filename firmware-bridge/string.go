package bridge

import (
	"fmt"
	"strings"
)

// String puts the packet on one line for dumps and reviews, for example
// "3 > host reliable seq 7 epoch a7 KEY key 1 action 1 age 40 event 42".
// Answers show their payload in hex, since only the asker knows its meaning.
func (p Packet) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s > %s %s seq %d epoch %02x", place(p.Src), place(p.Dst), p.Kind, p.Seq, p.Epoch)
	if p.More {
		b.WriteString(" more")
	}
	if p.Retry {
		b.WriteString(" again")
	}
	if p.Type != TypeAck {
		fmt.Fprintf(&b, " %v", p.Type)
	}
	if content := p.content(); content != "" {
		b.WriteString(" " + content)
	}
	return b.String()
}

// String names the kind.
func (k Kind) String() string {
	switch k {
	case Plain:
		return "plain"
	case Reliable:
		return "reliable"
	case Ack:
		return "ack"
	case Nak:
		return "nak"
	}
	return fmt.Sprintf("kind %d", byte(k))
}

func place(address byte) string {
	switch address {
	case Host:
		return "host"
	case Unassigned:
		return "unassigned"
	case Broadcast:
		return "all"
	}
	return fmt.Sprint(address)
}

func (p Packet) content() string {
	var m any
	var err error
	switch p.Type {
	case TypeIdle:
		m, err = ParseIdle(p.Payload)
	case TypeAssign:
		m, err = ParseAssign(p.Payload)
	case TypeTime:
		m, err = ParseTime(p.Payload)
	case TypeKey:
		m, err = ParseKey(p.Payload)
	case TypeEnter:
		m, err = ParseEnter(p.Payload)
	case TypeShow:
		m, err = ParseShow(p.Payload)
	case TypeLight:
		m, err = ParseLight(p.Payload)
	case TypeBeep:
		m, err = ParseBeep(p.Payload)
	case TypeReboot:
		m, err = ParseReboot(p.Payload)
	case TypeSensor:
		m, err = ParseSensor(p.Payload)
	case TypeBitmap:
		m, err = ParseBitmap(p.Payload)
	case TypeRelay:
		m, err = ParseRelay(p.Payload)
	case TypeSeek:
		m, err = seek(p)
	case TypeFWBegin:
		m, err = ParseFirmwareBegin(p.Payload)
	case TypeFWData:
		m, err = ParseFirmwareData(p.Payload)
	case TypeFWBoot:
		m, err = ParseFirmwareBoot(p.Payload)
	}
	switch {
	case p.Kind == Nak:
		return ParseNak(p.Payload).String()
	case m == nil || err != nil:
		return fmt.Sprintf("% x", p.Payload)
	}
	return fmt.Sprint(m)
}

// seek reads a SEEK by who sent it.
func seek(p Packet) (any, error) {
	if p.Src != Host {
		return ParseHello(p.Payload)
	}
	return ParseSeek(p.Payload)
}

// String puts the report on one line.
func (m Idle) String() string { return fmt.Sprintf("up %d queued %d", m.Uptime, m.Queued) }

// String puts the order on one line.
func (m Assign) String() string { return fmt.Sprintf("uid %x address %d", m.UID, m.Address) }

// String puts the clock on one line.
func (m Time) String() string { return fmt.Sprintf("unix %d.%03d zone %+d", m.Unix, m.Millis, m.Zone) }

// String puts the event on one line.
func (m Key) String() string {
	return fmt.Sprintf("key %d action %d age %d event %d", m.Key, m.Action, m.Age, m.Event)
}

// String puts the event on one line.
func (m Enter) String() string {
	return fmt.Sprintf("digits %q age %d event %d", m.Digits, m.Age, m.Event)
}

// String puts the order on one line.
func (m Show) String() string {
	return fmt.Sprintf("area %d style %d ttl %d %q", m.Area, m.Style, m.TTL, m.Text)
}

// String puts the order on one line.
func (m Light) String() string {
	return fmt.Sprintf("lamp %d colour %x pattern %d ttl %d", m.Index, m.Colour, m.Pattern, m.TTL)
}

// String puts the order on one line.
func (m Beep) String() string {
	return fmt.Sprintf("pattern %d volume %d count %d", m.Pattern, m.Volume, m.Count)
}

// String puts the order on one line.
func (m Reboot) String() string {
	if m.Loader {
		return "into the boot loader"
	}
	return "into the application"
}

// String puts the report on one line.
func (m Sensor) String() string { return fmt.Sprintf("sensor %d value %d", m.Index, m.Value) }

// String puts the order on one line.
func (m Bitmap) String() string {
	return fmt.Sprintf("area %d at %d,%d size %dx%d offset %d bits % x", m.Area, m.X, m.Y, m.Width, m.Height, m.Offset, m.Bits)
}

// String puts the order on one line.
func (m Relay) String() string { return fmt.Sprintf("relay %d on %d", m.Index, m.On) }

// String puts the question on one line.
func (m Seek) String() string { return fmt.Sprintf("uid %x/%d", m.Payload()[1:], m.Bits) }

// String puts the introduction on one line.
func (m Hello) String() string {
	return fmt.Sprintf("%q board %x hardware %d firmware %d.%d.%d uid %x abilities %x takes %d display %dx%d",
		m.Name, m.Board, m.Hardware, m.Firmware[0], m.Firmware[1], m.Firmware[2], m.UID, uint32(m.Abilities), m.MaxPayload, m.Cols, m.Rows)
}
