package keypad

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// arrival is an event as it came in.
type arrival struct {
	device   string
	payload  []byte
	retained bool
	at       time.Time
}

// unit is what one worker has of its keypad.
type unit struct {
	Unit
	queue    chan arrival // buffered: the broker's line must not wait for a judge
	answered *memory
	refusals int
}

func newUnit(u Unit) *unit {
	return &unit{Unit: u, queue: make(chan arrival, waiting), answered: newMemory()}
}

// work handles the events of one keypad in their order until the context ends.
// A nil judge refuses everybody as a stranger.
func (k *Keypads) work(ctx context.Context, u *unit, judge Judge) {
	for {
		select {
		case a := <-u.queue:
			k.handle(ctx, u, a, judge)
		case <-ctx.Done():
			return
		}
	}
}

// handle answers one event. Only what the judge has decided is remembered: a
// forged event must not make the true one with its id a duplicate.
func (k *Keypads) handle(ctx context.Context, u *unit, a arrival, judge Judge) {
	p, err := k.Read(a.device, a.payload, a.retained, a.at)
	if err != nil {
		k.refuse(ctx, u, a.device, p.ID, err)
		return
	}
	if u.answered.has(p.ID) {
		k.ack(ctx, a.device, p.ID, Verdict{Result: Dup})
		return
	}
	v, err := ask(ctx, judge, p)
	if err != nil {
		k.log.Error("press not stored, the keypad will repeat it", "device", a.device, "id", p.ID, "error", err)
		return
	}
	u.answered.add(p.ID)
	k.ack(ctx, a.device, p.ID, v)
}

// The reasons for which an event never reaches the judge.
var (
	errStranger = errors.New("unknown keypad")
	errRetained = errors.New("an event must not be retained")
	errNoMAC    = errors.New("mac is missing")
	errForged   = errors.New("mac is wrong")
)

// accepts says why an event must not be judged.
func (u *unit) accepts(e Event, retained bool) error {
	switch {
	case retained:
		return errRetained
	case len(u.Key) > 0 && e.MAC == "":
		return errNoMAC
	case len(u.Key) > 0 && !e.genuine(u.Key):
		return errForged
	}
	return nil
}

// level is what a key stands for.
func (u *unit) level(key int) (level, scale int, err error) {
	if len(u.Levels) == 0 {
		return key, 0, nil
	}
	level, ok := u.Levels[key]
	if !ok {
		return 0, 0, fmt.Errorf("key %d has no level at this keypad", key)
	}
	return level, len(u.Levels), nil
}

func ask(ctx context.Context, judge Judge, p Press) (Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, judgeTimeout)
	defer cancel()
	v, err := judge(ctx, p)
	switch v.Result {
	case OK, Dup, Late, Refused:
	default:
		if err == nil {
			err = fmt.Errorf("keypad: judge gave no result but %q", v.Result)
		}
	}
	return v, err
}

// refuse reports an event that is not judged, and answers it when it has an id
// that can be answered. A row of refusals is logged at its 1st, 10th, 100th….
func (k *Keypads) refuse(ctx context.Context, u *unit, device, id string, why error) {
	if u.refusals++; isPowerOfTen(u.refusals) {
		k.log.Warn("event refused", "device", device, "id", id, "why", why, "so_far", u.refusals)
	}
	if k.refused != nil {
		k.refused(device, id, why.Error())
	}
	if id != "" {
		k.ack(ctx, device, id, Verdict{Result: Refused, Why: why.Error()})
	}
}

func isPowerOfTen(n int) bool {
	for n > 1 && n%10 == 0 {
		n /= 10
	}
	return n == 1
}

// answer is the payload of ack.
type answer struct {
	ID     string `json:"id"`
	Result Result `json:"r"`
	Why    string `json:"why,omitempty"`
}

// ack tells the keypad what became of its event. When that does not work the
// keypad will ask again.
func (k *Keypads) ack(ctx context.Context, device, id string, v Verdict) {
	payload, err := json.Marshal(answer{ID: id, Result: v.Result, Why: v.Why})
	if err != nil {
		k.log.Error("ack", "device", device, "error", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	if err := k.topics.Publish(ctx, k.root+device+"/ack", false, payload); err != nil {
		k.log.Info("ack did not get through, the keypad will repeat", "device", device, "id", id, "error", err)
	}
}
