package bridge

import "fmt"

// ConfigActions is the setting that says which movements of keys are events: a
// bit for each Action.
const ConfigActions = 1

// Config sets one value of a board, or asks for it.
type Config struct {
	Key   byte
	Value []byte // empty: ask
}

// Payload gives the message's bytes.
func (m Config) Payload() []byte { return append([]byte{m.Key}, m.Value...) }

// ParseConfig reads a CONFIG. The value shares memory with the payload.
func ParseConfig(b []byte) (Config, error) {
	if err := check(TypeConfig, b, 1); err != nil {
		return Config{}, err
	}
	return Config{Key: b[0], Value: b[1:]}, nil
}

// Reboot lets a board boot. Its payload ends with two bytes that no other order
// has, because a board that boots by mistake forgets presses.
type Reboot struct {
	Loader bool // into the boot loader, not the application
}

const rebootSize = 3

var rebootMeant = [2]byte{0xB0, 0x07}

// Payload gives the message's bytes.
func (m Reboot) Payload() []byte {
	b := []byte{0, rebootMeant[0], rebootMeant[1]}
	if m.Loader {
		b[0] = 1
	}
	return b
}

// ParseReboot reads a REBOOT.
func ParseReboot(b []byte) (Reboot, error) {
	if err := check(TypeReboot, b, rebootSize); err != nil {
		return Reboot{}, err
	}
	if b[0] > 1 || [2]byte(b[1:]) != rebootMeant {
		return Reboot{}, fmt.Errorf("%w: REBOOT with % x", ErrPayload, b)
	}
	return Reboot{Loader: b[0] == 1}, nil
}
