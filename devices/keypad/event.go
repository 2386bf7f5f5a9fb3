package keypad

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// The limits of an event (hardware-docs/mqtt.md, "event").
const (
	maxEvent = 1024
	maxName  = 64
	maxAgo   = 24 * time.Hour
	// maxReasons is how many reasons one press may carry.
	maxReasons = 8
)

// Event is one press as the keypad reported it.
type Event struct {
	ID     string        // boot id and counter, "8f3a-119"
	Level  int           // 5 very satisfied to 1 very dissatisfied
	Prompt string        // nonce of the prompt that was shown, empty without one
	Ago    time.Duration // since the press, when it was sent
	Up     time.Duration // since the keypad's start, zero when not told
	MAC    string        // 16 hex digits, empty without one
	// Reasons are codes from the hall's list, as a screen offers them.
	Reasons []string
}

// ParseEvent reads an event strictly. Unknown fields are passed over, so that
// keypads may say more; everything known must be of the right kind and within
// its limits. With an error the event holds at most the ID, so that the refusal
// can be answered.
func ParseEvent(payload []byte) (Event, error) {
	f, err := parseObject(payload, maxEvent)
	if err != nil {
		return Event{}, fmt.Errorf("keypad: event: %w", err)
	}
	var e Event
	if e.ID, err = f.name("id", true); err != nil {
		return Event{}, fmt.Errorf("keypad: event: %w", err)
	}
	if err := e.fill(f); err != nil {
		return Event{ID: e.ID}, fmt.Errorf("keypad: event %s: %w", e.ID, err)
	}
	return e, nil
}

// fill reads everything but the ID.
func (e *Event) fill(f fields) error {
	_, err1 := f.number("v", 1, 1, true)
	level, err2 := f.number("k", 1, 5, true)
	ago, err3 := f.number("ago", 0, int64(maxAgo/time.Millisecond), false)
	up, err4 := f.number("up", 0, int64(1<<53), false)
	prompt, err5 := f.name("prompt", false)
	mac, err6 := f.mac("mac")
	reasons, err7 := f.names("reasons")
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return firstOf(err)
	}
	e.Level, e.Prompt, e.MAC, e.Reasons = int(level), prompt, mac, reasons
	e.Ago, e.Up = time.Duration(ago)*time.Millisecond, milliseconds(up)
	return nil
}

// milliseconds never overflows: 2^53 ms is more than a Duration holds.
func milliseconds(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(n, most)) * time.Millisecond
}

// firstOf keeps the sentence for the keypad short.
func firstOf(err error) error {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()[0]
	}
	return err
}

// fields are the members of one JSON object.
type fields map[string]json.RawMessage

// parseObject takes one JSON object apart. Unlike the standard decoder it
// refuses a member that comes twice, for two readers would see two votes.
func parseObject(payload []byte, limit int) (fields, error) {
	if len(payload) > limit {
		return nil, fmt.Errorf("%d bytes are more than %d", len(payload), limit)
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	f := fields{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("malformed JSON")
		}
		if _, twice := f[key]; twice {
			return nil, fmt.Errorf("%.20q comes twice", key)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errors.New("malformed JSON")
		}
		f[key] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("malformed JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	return f, nil
}

// has says whether a member is there and not null.
func (f fields) has(key string) bool { return f[key] != nil && string(f[key]) != "null" }

// number reads a whole number within bounds.
func (f fields) number(key string, least, most int64, needed bool) (int64, error) {
	if !f.has(key) {
		if needed {
			return 0, fmt.Errorf("%s is missing", key)
		}
		return 0, nil
	}
	n, err := strconv.ParseInt(string(f[key]), 10, 64)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s is no whole number from %d to %d", key, least, most)
	}
	return n, nil
}

// name reads an identifier: letters, digits, point, line and underline. So it
// can never hold the bar that separates the parts below a MAC.
func (f fields) name(key string, needed bool) (string, error) {
	if !f.has(key) {
		if needed {
			return "", fmt.Errorf("%s is missing", key)
		}
		return "", nil
	}
	var s string
	if err := json.Unmarshal(f[key], &s); err != nil {
		return "", fmt.Errorf("%s is no string", key)
	}
	if s == "" && !needed {
		return "", nil
	}
	if !isName(s) {
		return "", fmt.Errorf("%s is no identifier of at most %d characters", key, maxName)
	}
	return s, nil
}

// names reads a list of identifiers.
func (f fields) names(key string) ([]string, error) {
	if !f.has(key) {
		return nil, nil
	}
	var list []string
	if err := json.Unmarshal(f[key], &list); err != nil {
		return nil, fmt.Errorf("%s is no list of strings", key)
	}
	if len(list) > maxReasons {
		return nil, fmt.Errorf("%s holds more than %d", key, maxReasons)
	}
	for _, s := range list {
		if !isName(s) {
			return nil, fmt.Errorf("%s holds something that is no identifier of at most %d characters", key, maxName)
		}
	}
	return list, nil
}

func isName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// mac reads 16 hex digits.
func (f fields) mac(key string) (string, error) {
	s, err := f.name(key, false)
	if err != nil || s == "" {
		return "", err
	}
	if len(s) != macDigits {
		return "", fmt.Errorf("%s is not %d hex digits", key, macDigits)
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", fmt.Errorf("%s is not %d hex digits", key, macDigits)
		}
	}
	return s, nil
}
